"""Pictures: PNG, JPEG, BMP, and TIFF, GIF and WebP with all their frames, read by OCR; without OCR a picture is held.

The copy is of the same kind, made of pixels and nothing else. What a reader does not see (EXIF with its places and
thumbnails, XMP, comments, what transparency hides) is examined where it is text, said, and left out.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import ExifTags, GifImagePlugin, Image, ImageOps

from pipeline.errors import UnreadableSource
from pipeline.formats.ocr import read_writing
from pipeline.formats.page_content import PART, Content, PageContent, Unread, edited, reading_of
from pipeline.formats.page_text import lines_of
from pipeline.formats.picture_files import READERS, SEVERAL, kind_of, with_room, write_picture
from pipeline.model import Edit, Reading, Source, Unit

MOST_BYTES: Final = 512 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
MOST_FRAMES: Final = 2_000
MOST_MOVING: Final = 300
"""Frames of a GIF or WebP: each is made of those before it, so that to reach one takes all of them."""
UNIT_FRAMES: Final = 4
DPI: Final = 200.0
"""What a pixel is taken for; only margins depend on it."""
_KEPT: Final = 8
_LOSSY: Final = frozenset({"JPEG", "GIF"})
"""Kinds whose pixels are not always those that were given to be written."""
_NO_OCR: Final = "no OCR is installed: pip install 'releasable[ocr]'"
_UNSURE: Final = "writing that OCR is not sure of"
_REMEDY: Final = "open it in another program, save it anew, and run again"
_TAG: Final = re.compile(r"<[^<>]*>")
_PLAIN_INFO: Final = frozenset(
    {
        *("dpi", "gamma", "jfif", "jfif_version", "jfif_unit", "jfif_density", "compression"),
        *("version", "background", "duration", "timestamp", "loop", "transparency"),
    }
)
"""What an image says of itself that is no text."""
_LAST: OrderedDict[bytes, Content] = OrderedDict()


class Picture:
    """Pictures of pixels."""

    name = "picture"
    holds = "file"
    is_packed = True
    """The bytes of a file are compressed: to search them as text finds nothing."""
    is_dear = True
    """To read a unit again takes longer than to wait for the worker that keeps it."""

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.99 for a file with the mark of a kind that is read."""
        del name
        return 0.99 if kind_of(head) else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut a picture into runs of 4 frames; all share its bytes.

        Raises:
            UnreadableSource: it is damaged, or beyond a limit.
        """
        if source.size > MOST_BYTES:
            raise UnreadableSource(source.path, "it is larger than 512 MiB", "make it smaller, and run again")
        stream.seek(0)
        data = stream.read()
        with _opened(data, source.path) as image:
            count = int(getattr(image, "n_frames", 1)) if kind_of(data) in SEVERAL else 1
        most = MOST_FRAMES if kind_of(data) == "TIFF" else MOST_MOVING
        if not 0 < count <= most:
            raise UnreadableSource(source.path, f"it has no frames, or more than {most:,}", "split it")
        for ordinal, start in enumerate(range(0, count, UNIT_FRAMES)):
            about = {"from": str(start), "to": str(min(start + UNIT_FRAMES, count)), "kind": kind_of(data)}
            yield Unit(source, ordinal, 0, source.size, MappingProxyType(about))

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for the writing in each frame, and for each text that is left out.

        Raises:
            UnreadableSource: the unit cannot be read.
        """
        return reading_of(_content(payload, unit), unit)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit's frames with edits, behind a mark; ``assemble`` makes a picture of such parts.

        Raises:
            UnreadableSource: the unit cannot be read.
            SpanError: an edit does not fit its text, or there is no such text.
        """
        made = edited(_content(payload, unit), unit, edits)
        made.language = unit.context["kind"]
        return made.dumps()

    def looked_at_again(self, part: bytes, unit: Unit, *, is_edited: bool) -> Reading | None:
        """Return what OCR reads in the pixels that a part will have; None where they are those of the source.

        Boxes change what OCR sees beside them: a line that it passed over before may be read now.

        Raises:
            UnreadableSource: what was written cannot be read.
        """
        kind = unit.context["kind"]
        if kind not in _LOSSY and not is_edited:
            return None
        sink = io.BytesIO()
        self.assemble([part], sink)
        about = {"from": "0", "to": str(len(Content.loads(part).pages)), "kind": kind}
        return self.read(sink.getvalue(), replace(unit, context=MappingProxyType(about)))

    def assemble(self, parts: Sequence[bytes], sink: BinaryIO) -> None:
        """Write the picture that the parts of a copy make."""
        frames: list[Image.Image] = []
        kind = "PNG"
        for part in parts:
            content = Content.loads(part)
            kind = content.language
            frames += [page.image() for page in content.pages]
        write_picture(kind, frames, sink)


@contextmanager
def _opened(data: bytes, path: str) -> Iterator[Any]:
    """Open a picture (raises UnreadableSource, also for what a reader raises inside)."""
    try:
        with Image.open(io.BytesIO(data), formats=READERS) as image:
            yield image
    except UnreadableSource:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, the file is held
        raise UnreadableSource(path, f"it is damaged ({type(error).__name__})", _REMEDY) from None


def _content(payload: bytes, unit: Unit) -> Content:
    if payload.startswith(PART):
        return Content.loads(payload)
    key = hashlib.blake2b(payload, digest_size=32, person=str(unit.ordinal).encode()).digest()
    if key not in _LAST:
        _LAST[key] = _read(payload, unit)
        while len(_LAST) > _KEPT:
            _LAST.popitem(last=False)
    return _LAST[key]


def _read(payload: bytes, unit: Unit) -> Content:
    content, path = Content(), unit.source.path
    for index in range(int(unit.context["from"]), int(unit.context["to"])):
        image = _frame(payload, index, path)
        content.pages.append(_page(image, index, partial(_frame, payload, index, path)))
        with _opened(payload, path) as opened:
            opened.seek(index)
            _hidden(opened, content.pages[-1], is_first=index == 0)
    return content


def _frame(payload: bytes, index: int, path: str) -> Image.Image:
    """Return the pixels of a frame as they are shown: turned as EXIF says, on white where they are transparent.

    Those of a GIF have the colours that its copy can have: what is examined is what is written.
    """
    with _opened(payload, path) as image:
        image.seek(index)
        if image.width * image.height > MOST_PIXELS:
            raise UnreadableSource(path, f"a frame has more than {MOST_PIXELS:,} pixels", "make it smaller")
        image.load()
        turned = ImageOps.exif_transpose(image)
        if "A" in turned.getbands() or "transparency" in turned.info:
            above = turned.convert("RGBA")
            paper = Image.new("RGBA", above.size, "white")
            turned = Image.alpha_composite(paper, above)
        if turned.mode.startswith(("I;16", "I", "F")):
            turned = _eight_bits(turned)
        shown = turned.convert("RGB")
        shown.info.clear()  # a profile of colours would be written into PNG and TIFF again
        return with_room(shown) if image.format == GifImagePlugin.GifImageFile.format else shown


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return an image of more than 8 bits with its darkest shade black and its lightest white."""
    shades = np.asarray(image.convert("F"))
    low, high = float(shades.min()), float(shades.max())
    return Image.fromarray(((shades - low) * (255.0 / (high - low or 1.0))).astype(np.uint8))


def _page(image: Image.Image, index: int, draw: Any) -> PageContent:
    scale = DPI / 72
    width, height = image.width / scale, image.height / scale
    page = PageContent(index + 1, width, height, DPI, draw=draw, is_exact=True)
    found = read_writing(image, scale)
    if found is None:
        page.unread = [Unread((0.0, 0.0, width, height), "image", _NO_OCR, holds=True)]
    else:
        page.lines = lines_of([each for line in found.lines for each in line])
        page.unread = [Unread(each, "image", _UNSURE, holds=True) for each in found.unsure]
    return page


def _hidden(image: Any, page: PageContent, *, is_first: bool) -> None:
    """Take the texts that travel with the pixels."""
    dropped: Counter[str] = Counter()
    exif = image.getexif()
    values = [*exif.items(), *(pair for part in (0x8769, 0x8825, 0xA005) for pair in exif.get_ifd(part).items())]
    for tag, value in values:
        dropped["EXIF entry"] += 1
        _say(page, f"EXIF {ExifTags.TAGS.get(tag, ExifTags.GPSTAGS.get(tag, 'entry'))}", value)
    for name, value in image.info.items():
        if str(name) in _PLAIN_INFO or name in {"exif", "icc_profile"}:
            continue
        dropped["comment or property"] += 1
        _say(page, "property of a picture", value)
    dropped["thumbnail"] += image.format != "TIFF" and 0x0201 in exif.get_ifd(ExifTags.IFD.IFD1)
    if is_first and image.format not in SEVERAL:
        dropped["further frame"] += int(getattr(image, "n_frames", 1)) - 1
    if "A" in image.getbands() or "transparency" in image.info:
        dropped["transparency"] += 1
    page.dropped = [(what, count) for what, count in sorted(dropped.items()) if count]


def _say(page: PageContent, kind: str, value: Any) -> None:
    if isinstance(value, (tuple, list)):
        value = " ".join(str(each) for each in value if isinstance(each, (str, int, float)))
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    text = _TAG.sub(" ", text.replace("\0", " ")).strip()
    letters = sum(each.isalnum() for each in text)
    if letters >= 2 and text.isprintable() and letters * 3 >= len(text):
        page.hidden.append((kind, text))
