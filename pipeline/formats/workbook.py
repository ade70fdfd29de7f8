"""Workbooks: XLSX and its kin, and through calamine XLS, XLSB and OpenDocument; the copy is a new XLSX.

Every text that a reader of the workbook sees is examined: cells, comments, links, names of sheets, headers of pages,
texts of charts and drawings. Formulas are examined and become their values. Everything else is left out and said
(docs/formats/xlsx.md). Nothing in a copy is hidden: who reads it before it goes out sees all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.workbook_book import SUFFIXES, cuts_of
from pipeline.formats.workbook_container import OLE, REMEDY, ZIP, is_encrypted_package, member_names, refusing
from pipeline.formats.workbook_content import PART, Content, Place, edited, reading_of
from pipeline.formats.workbook_write import write_book
from pipeline.model import Edit, Reading, Source, Unit

MOST_BYTES: Final = 256 * 1024 * 1024
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_OLE_STREAMS: Final = tuple(name.encode("utf-16-le") + b"\0\0" for name in ("Workbook", "Book"))
_OTHERS: Final = frozenset({".doc", ".docx", ".docm", ".dot", ".dotx", ".ppt", ".pptx", ".pptm", ".msg"})


class Workbook:
    """Workbooks of cells."""

    name = "workbook"
    holds = "file"
    writes = ".xlsx"
    """The ending of a copy's name."""
    is_packed = True
    """The bytes of a file are compressed: to search them as text finds nothing."""

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.99 for a spreadsheet's package, 0.95 for an OLE workbook, less for what is only called so."""
        called_so = PurePosixPath(name).suffix.lower() in SUFFIXES
        if head.startswith(ZIP):
            if _OPEN_DOCUMENT in head[:200]:
                return 0.99
            names = [each.lower() for each in member_names(head)]
            if any(each.startswith(("word/", "ppt/")) for each in names):
                return 0.0
            return 0.99 if any(each.startswith("xl/") for each in names) else 0.9 if called_so else 0.0
        if head.startswith(OLE):
            if called_so:
                return 0.95
            if PurePosixPath(name).suffix.lower() in _OTHERS:
                return 0.0
            return 0.9 if any(each in head for each in _OLE_STREAMS) or is_encrypted_package(head) else 0.0
        return 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut a workbook into runs of rows of its sheets, and what stands beside them; all share its bytes.

        Raises:
            UnreadableSource: it is encrypted, damaged, or beyond a limit.
        """
        if source.size > MOST_BYTES:
            raise UnreadableSource(source.path, "it is larger than 256 MiB", "save it in several files")
        stream.seek(0)
        for ordinal, cut in enumerate(cuts_of(stream.read(), source.path)):
            yield Unit(source, ordinal, 0, source.size, MappingProxyType(dict(cut.context)))

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for every cell, comment, link and formula of a unit's rows, or every text beside the cells.

        Raises:
            UnreadableSource: the workbook cannot be read.
        """
        return reading_of(_content(payload, unit), unit)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit's content with edits, behind a mark; ``assemble`` makes a workbook of such parts.

        Raises:
            UnreadableSource: the workbook cannot be read.
            SpanError: an edit does not fit its text, or there is no such text.
        """
        return PART + edited(_content(payload, unit), unit, edits).dumps()

    def assemble(self, parts: Sequence[bytes], sink: BinaryIO) -> None:
        """Write the workbook that the parts of a copy make (raises UnreadableSource)."""
        write_book((Content.loads(part[len(PART) :]) for part in parts), sink)

    def table(self, payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a unit below its sheet's header, as their number and the texts of their cells."""
        place = Place.of(unit)
        for row, cells in _content(payload, unit).rows:
            if row > place.header:
                texts = {each.column: each.text for each in cells}
                yield row, [texts.get(column, "") for column in range(max(texts, default=-1) + 1)]


def _content(payload: bytes, unit: Unit) -> Content:
    with refusing(unit.source.path):
        if payload.startswith(PART):
            return Content.loads(payload[len(PART) :])
        cuts = cuts_of(payload, unit.source.path)
    if unit.ordinal >= len(cuts) or not cuts[unit.ordinal].context.items() <= unit.context.items():
        raise UnreadableSource(unit.source.path, "it changed while it was being read", REMEDY)
    return cuts[unit.ordinal].content
