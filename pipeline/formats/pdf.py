"""PDF: what each page shows is read and drawn anew; nothing of the original file is copied.

A unit is a few pages, the first with what stands beside the pages; all units share the bytes of the file. Comments,
fields, attachments, bookmarks, metadata, scripts, hidden layers, covered and invisible text, earlier versions are
examined, said, and left out. Pictures, and drawings in the form of letters, are read by OCR or hold the file.

The libraries of pages are loaded with the first PDF: no other file needs the memory.
"""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.page_content import PART, Content, edited, reading_of
from pipeline.model import Edit, Reading, Source, Unit

MOST_BYTES: Final = 512 * 1024 * 1024
MOST_PAGES: Final = 2_000
UNIT_PAGES: Final = 8
LEAST_PAGES: Final = 4
UNITS: Final = 16
"""Units that a file is cut into before they get longer than 4 pages: so no worker waits long for the last one."""
_MARK: Final = b"%PDF-"
_KEPT_BYTES: Final = 64 * 1024 * 1024
_REMEDY: Final = "print it to a new PDF, or split it, and run again"
_LAST: OrderedDict[bytes, bytes] = OrderedDict()
"""What was read last, packed small: a unit is read to be examined, to be searched, and to be written."""


class Pdf:
    """Documents of pages."""

    name = "pdf"
    holds = "file"
    writes = ".pdf"
    """The ending of a copy's name."""
    is_packed = True
    """The bytes of a file are compressed: to search them as text finds nothing."""
    is_dear = True
    """To read a unit again takes longer than to wait for the worker that keeps it."""

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.99 for a file with the mark of PDF in its first kilobyte (ISO 32000-1, annex H.3.4.1).

        A file that begins as a part of a copy does is none: its pixels would be believed.
        """
        del name
        return 0.99 if _MARK in head[:1024] and not head.startswith(PART) else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut a PDF into runs of 4 to 8 pages; all share its bytes.

        Raises:
            UnreadableSource: it is encrypted, damaged, or beyond a limit.
        """
        yield from _units(stream, source, "source")

    def units_of_copy(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut a PDF that this program has just written: its pixels are known, its text layer is what it says.

        Raises:
            UnreadableSource: it cannot be read.
        """
        yield from _units(stream, source, "copy")

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for the text of each page, and for each text that is left out.

        Raises:
            UnreadableSource: the unit cannot be read.
        """
        return reading_of(_content(payload, unit), unit)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit's pages with edits, behind a mark; ``assemble`` makes a PDF of such parts.

        Raises:
            UnreadableSource: the unit cannot be read.
            SpanError: an edit does not fit its text, or there is no such text.
        """
        return edited(_content(payload, unit), unit, edits).dumps()

    def assemble(self, parts: Sequence[bytes], sink: BinaryIO) -> None:
        """Write the PDF that the parts of a copy make."""
        from pipeline.formats.pdf_write import write_pdf  # noqa: PLC0415 - see above

        write_pdf((Content.loads(part) for part in parts), sink)


def _units(stream: BinaryIO, source: Source, origin: str) -> Iterator[Unit]:
    if source.size > MOST_BYTES:
        raise UnreadableSource(source.path, "it is larger than 512 MiB", _REMEDY)
    from pipeline.formats.pdf_pages import opened  # noqa: PLC0415 - see above

    stream.seek(0)
    with opened(stream.read(), source.path) as document:
        count = len(document)
    if not 0 < count <= MOST_PAGES:
        why = f"it has more than {MOST_PAGES:,} pages" if count else "it has no pages"
        raise UnreadableSource(source.path, why, _REMEDY)
    run = min(max(-(-count // UNITS), LEAST_PAGES), UNIT_PAGES)
    starts = range(0, count, run)
    for ordinal, start in enumerate(starts):
        context = {"from": start, "to": min(start + run, count), "share": ordinal, "shares": len(starts)}
        about = {key: str(value) for key, value in context.items()} | {"origin": origin}
        yield Unit(source, ordinal, 0, source.size, MappingProxyType(about))


def _content(payload: bytes, unit: Unit) -> Content:
    if payload.startswith(PART):
        return Content.loads(payload)
    from pipeline.formats.pdf_reading import content_of, own_content_of, with_pixels  # noqa: PLC0415 - see above

    about, path = unit.context, unit.source.path
    pages, share = range(int(about["from"]), int(about["to"])), int(about["share"])
    if about["origin"] == "copy":
        return own_content_of(payload, path, pages, is_first=share == 0)
    key = hashlib.blake2b(payload, digest_size=32, person=str(share).encode()).digest()
    if key in _LAST:
        _LAST.move_to_end(key)
        content: Content = pickle.loads(zlib.decompress(_LAST[key]))  # noqa: S301 - packed below, in this process
    else:
        content = content_of(payload, path, pages, is_first=share == 0)
        _LAST[key] = zlib.compress(pickle.dumps(content, pickle.HIGHEST_PROTOCOL), 1)
        while len(_LAST) > 1 and sum(map(len, _LAST.values())) > _KEPT_BYTES:
            _LAST.popitem(last=False)
    return with_pixels(content, payload, path)
