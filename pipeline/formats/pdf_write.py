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
    layer = canvas.beginText()
    layer.setTextRenderMode(3)
    for line in page.lines:
        for word, box in _words(line):
            _place(layer, word, box, line.turn, page.height)
    canvas.drawText(layer)
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


def _place(layer: Any, word: str, box: Box, turn: int, page_height: float) -> None:
    left, top, right, bottom = box
    long, high = (right - left, bottom - top) if turn % 2 == 0 else (bottom - top, right - left)
    size = max(high * 0.85, 0.5)
    layer.setFont(_TYPE, size)
    width = pdfmetrics.stringWidth(word.rstrip(), _TYPE, size)
    layer.setHorizScale(max(min(100 * long / width, 1000.0), 1.0) if width else 100)
    deep = high * 0.2
    if turn == 0:
        layer.setTextTransform(1, 0, 0, 1, left, page_height - bottom + deep)
    elif turn == 1:
        layer.setTextTransform(0, -1, 1, 0, left + deep, page_height - top)
    elif turn == 2:
        layer.setTextTransform(-1, 0, 0, -1, right, page_height - top - deep)
    else:
        layer.setTextTransform(0, 1, -1, 0, right - deep, page_height - bottom)
    layer.textOut(word)
