"""A new PDF of pages: the pixels of each, and its words as an invisible layer over them; nothing else.

reportlab writes it, the same bytes for the same pages. The type of the layer is never seen; it carries the characters.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO, Final

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFImageXObject
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipeline.formats.page_content import Content, PageContent
from pipeline.formats.page_pixels import Packed, packed
from pipeline.formats.page_text import Box, Line, union

TITLE: Final = "Released copy"
"""The title of a copy whose source has none."""
LANGUAGE: Final = "en-US"
PRODUCER: Final = "releasable"
_TYPE: Final = "Layer"
_WORD: Final = re.compile(r"\S+ ?")
_PLAIN: Final = re.compile(rb"[ !#-'*-\[\]-~]*")
"""Codes that stand in a string as they are."""
_MOST_WORDS: Final = 50_000
_BESIDES: Final = re.compile("[\U00010000-\U0010ffff\ud800-\udfff\x00-\x1f\x7f]")


def write_pdf(parts: Iterable[Content], sink: BinaryIO) -> None:
    """Write the PDF that parts make, in order; the first names title and language."""
    _face()
    canvas: Any = None
    for part in parts:
        if canvas is None:
            canvas = Canvas(sink, invariant=1, pageCompression=1, lang=part.language or LANGUAGE)
            canvas.setTitle(part.title or TITLE)
            canvas.setAuthor("")
            canvas.setSubject("")
            canvas.setProducer(PRODUCER)
            canvas.setCreator(PRODUCER)
            canvas.setViewerPreference("DisplayDocTitle", "true")
        for page in part.pages:
            _write_page(canvas, page)
    if canvas is not None:
        canvas.save()


@lru_cache(maxsize=1)
def _face() -> None:
    rl_config.useA85 = 0  # read when an image or a stream is written: plain compressed streams are smaller
    pdfmetrics.registerFont(TTFont(_TYPE, "Vera.ttf"))  # comes with reportlab, free to embed


def _write_page(canvas: Any, page: PageContent) -> None:
    canvas.setPageSize((page.width, page.height))
    _draw(canvas, packed(page.picture), page.width, page.height)
    said = " ".join(_layer(canvas, page))
    canvas._code.append(f"BT 3 Tr {said} ET")  # noqa: SLF001 - its own way takes four times as long
    canvas.showPage()


def _draw(canvas: Any, picture: Packed, width: float, height: float) -> None:
    """Draw packed pixels as they are: reportlab would unpack them and pack them again."""
    name = hashlib.blake2b(picture.dumps(), digest_size=16).hexdigest()
    known = canvas._doc.getXObjectName(name)  # noqa: SLF001 - as drawImage does
    if known not in canvas._doc.idToObject:  # noqa: SLF001
        made = PDFImageXObject(name)
        made.width, made.height, made.bitsPerComponent = picture.width, picture.height, picture.bits
        made.colorSpace = "DeviceGray" if picture.channels == 1 else "DeviceRGB"
        made._filters = ("DCTDecode" if picture.is_jpeg else "FlateDecode",)  # noqa: SLF001
        made.streamContent = picture.data
        canvas._setXObjects(made)  # noqa: SLF001
        canvas._doc.Reference(made, known)  # noqa: SLF001
        canvas._doc.addForm(name, made)  # noqa: SLF001
    canvas.saveState()
    canvas.scale(width, height)
    canvas._code.append(f"/{known} Do")  # noqa: SLF001
    canvas.restoreState()
    canvas._formsinuse.append(name)  # noqa: SLF001


def _words(line: Line) -> Iterator[tuple[str, Box]]:
    for found in _WORD.finditer(line.text):
        start, end = found.start(), found.start() + len(found.group().rstrip())
        yield _BESIDES.sub("\ufffd", found.group()), union(line.boxes[start:end])


def _layer(canvas: Any, page: PageContent) -> Iterator[str]:
    """Yield the operators that lay the words of a page over its pixels (ISO 32000-1, 9.4)."""
    known: dict[str, list[tuple[str, str]]] = canvas.__dict__.setdefault("layer_words", {})
    if len(known) > _MOST_WORDS:
        known.clear()
    font, set_to = pdfmetrics.getFont(_TYPE), ""
    for line in page.lines:
        for word, box in _words(line):
            if word not in known:
                known[word] = list(_said(canvas, font, word))
            size, place = _place(word, box, line.turn, page.height)
            yield place
            for name, string in known[word]:
                if set_to != f"{name} {size} Tf":
                    set_to = f"{name} {size} Tf"
                    yield set_to
                yield string


def _said(canvas: Any, font: Any, word: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a word that one subset of the font has: its name, and what shows it."""
    document = canvas._doc  # noqa: SLF001 - as reportlab's own texts do
    for each in word:  # reportlab takes one code for all that the face has not: nobody could search for these words
        font.face.charToGlyph.setdefault(ord(each), 0)
    for subset, codes in font.splitString(word, document):
        string = codes.decode("latin-1") if _PLAIN.fullmatch(codes) else canvas._escape(codes)  # noqa: SLF001
        yield font.getSubsetInternalName(subset, document), f"({string}) Tj"


@lru_cache(maxsize=50_000)
def _width(word: str) -> float:
    """Return the width of a word, where its font is one point high."""
    return float(pdfmetrics.stringWidth(word, _TYPE, 1))


def _place(word: str, box: Box, turn: int, page_height: float) -> tuple[str, str]:
    """Return the size in which a word is written, and what makes it fill its box in that size."""
    left, top, right, bottom = box
    long, high = (right - left, bottom - top) if turn % 2 == 0 else (bottom - top, right - left)
    size = max(high * 0.85, 0.5)
    width = _width(word.rstrip()) * size
    scale = max(min(100 * long / width, 1000.0), 1.0) if width else 100.0
    deep = high * 0.2
    if turn == 0:
        turned, x, y = "1 0 0 1", left, page_height - bottom + deep
    elif turn == 1:
        turned, x, y = "0 -1 1 0", left + deep, page_height - top
    elif turn == 2:
        turned, x, y = "-1 0 0 -1", right, page_height - top - deep
    else:
        turned, x, y = "0 1 -1 0", right - deep, page_height - bottom
    return f"{size:.2f}", f"{scale:.2f} Tz {turned} {x:.2f} {y:.2f} Tm"
