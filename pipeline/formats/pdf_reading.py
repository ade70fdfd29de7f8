"""From the bytes of a PDF to the content of its units."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from PIL import Image
from pypdfium2 import raw

from pipeline.formats.ocr import Writing, agreed, confirmed, has_ocr, read_writing
from pipeline.formats.page_content import Content, PageContent, Unread
from pipeline.formats.page_text import Line, blocks_of, lines_of, union
from pipeline.formats.pdf_agreement import SecondView
from pipeline.formats.pdf_hidden import Hidden, hidden_of
from pipeline.formats.pdf_looking import areas_to_read, is_most
from pipeline.formats.pdf_pages import SeenPage, beside_text, drawn, flat_page, opened, seen_page
from pipeline.formats.pdf_write import TITLE

_LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_NO_OCR: Final = "a picture or drawing that may hold writing, and no OCR is installed: pip install 'releasable[ocr]'"
_LIES: Final = "text that says other characters than its font draws: print the page to a picture, and run again"
_XFA: Final = "a form that no page shows (XFA): print it from Adobe Reader to a new PDF, and run again"
_UNSURE: Final = "writing in a picture or drawing that OCR is not sure of"


def content_of(data: bytes, path: str, pages: range, *, is_first: bool) -> Content:
    """Return what some pages of a PDF show and hide; with the first ones, what stands beside the pages.

    Raises:
        UnreadableSource: it cannot be read, or is beyond a limit.
    """
    hidden = hidden_of(data) if is_first else Hidden()
    content = Content(
        title=hidden.title,
        language=hidden.language if _LANGUAGE.fullmatch(hidden.language) else "",
        hidden=hidden.texts,
        dropped=_counted(hidden),
    )
    with opened(data, path) as document:
        is_drawn_later = is_first and document.get_formtype() == raw.FORMTYPE_XFA_FULL
        content.pages = [_page(document, index, path) for index in pages]
        if is_drawn_later:
            first = content.pages[0]  # its pages say "please wait", which is not the record
            first.unread.append(Unread((0.0, 0.0, first.width, first.height), "form", _XFA, holds=True))
        content.beside = _beside(document, pages, path)
    second = SecondView(data)
    for page in content.pages:
        second.refuse_other(page, path)
    return content


def with_pixels(content: Content, data: bytes, path: str) -> Content:
    """Return the content of some pages with what draws each of them."""
    for page in content.pages:
        page.draw = _drawing(data, page.number - 1, page.dpi, path)
    return content


def own_content_of(data: bytes, path: str, pages: range, *, is_first: bool) -> Content:
    """Return what the text layer of some pages says of a PDF that was written here a moment ago."""
    content = Content()
    with opened(data, path) as document:
        for index in pages:
            seen = seen_page(document, index, path, only_text=True)
            content.pages.append(PageContent(seen.number, seen.width, seen.height, seen.dpi, lines_of(seen.signs)))
        content.beside = _beside(document, pages, path)
        if is_first:
            said = str(document.get_metadata_value("Title"))
            content.title = "" if said == TITLE else said
    return content


def _beside(document: Any, pages: range, path: str) -> list[tuple[int, list[Line]]]:
    """Return the lines of the pages before and after some pages: a number may be broken over both."""
    around = [index for index in (pages.start - 1, pages.stop) if 0 <= index < len(document)]
    return [(index + 1, lines_of(seen_page(document, index, path, only_text=True).signs)) for index in around]


def _counted(hidden: Hidden) -> list[tuple[str, int]]:
    return [(what, count) for what, count in sorted(hidden.dropped.items()) if count]


def _page(document: Any, index: int, path: str) -> PageContent:
    seen = seen_page(document, index, path)
    page = PageContent(seen.number, seen.width, seen.height, seen.dpi)
    signs = list(seen.signs)
    areas = areas_to_read(seen)
    if areas:
        found = _writing(document, index, seen, path)
        if found is None:
            page.unread = [Unread(each, "image", _NO_OCR, is_most(each, seen)) for each in areas]
        else:
            layer = [each for own in seen.hidden.values() for each in own]
            for line in found.lines:
                signs += agreed(line, layer)
            page.unread = [Unread(each, "image", _UNSURE, holds=True) for each in found.unsure]
    if seen.doubtful and not _ocr_confirms(document, index, seen, path):
        page.unread.append(Unread(union(seen.doubtful), "font", _LIES, holds=True))
    page.lines = lines_of(signs)
    for kind, own in sorted(seen.hidden.items()):
        lines = lines_of(own)
        page.hidden += [(kind, text) for text in blocks_of(lines).values()]
        page.dropped.append((f"line of {kind}", len(lines)))
    return page


def _writing(document: Any, index: int, seen: SeenPage, path: str) -> Writing | None:
    image, scale = beside_text(document, index, seen, path)
    return read_writing(image, scale)


def _ocr_confirms(document: Any, index: int, seen: SeenPage, path: str) -> bool:
    """Return whether OCR reads in every doubtful place what the text says there."""
    if not has_ocr():
        return False
    with flat_page(document, index, path) as page:
        found = read_writing(drawn(page, seen.dpi), seen.dpi / 72)
    return found is not None and confirmed(found, seen.signs, seen.doubtful)


def _drawing(data: bytes, index: int, dpi: float, path: str) -> Callable[[], Image.Image]:
    def draw() -> Image.Image:
        with opened(data, path) as document, flat_page(document, index, path) as page:
            return drawn(page, dpi)

    return draw
