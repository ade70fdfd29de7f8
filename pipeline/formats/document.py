"""Documents of word processors: DOCX and its kin, OpenDocument text, RTF; the copy is a new DOCX.

Every text that the file holds is examined: body, tables, headers, footers, notes, text boxes, comments, both sides of
tracked changes, hidden text, links. What a reader of the original did not see at first sight stands in the copy where
it belongs, in sight and marked; everything else is left out and said (docs/formats/docx.md). Older Word (DOC) is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.document_content import PART, Content
from pipeline.formats.document_cut import OPEN_DOCUMENT, REMEDY, SUFFIXES, cuts_of, is_rich_text
from pipeline.formats.document_texts import edited, reading_of
from pipeline.formats.document_write import write_document
from pipeline.formats.workbook_container import OLE, ZIP, member_names, refusing
from pipeline.model import Edit, Reading, Source, Unit

MOST_BYTES: Final = 256 * 1024 * 1024
_OLD_STREAM: Final = "WordDocument".encode("utf-16-le") + b"\0\0"
_FOLDERS: Final = ("word/", "xl/", "ppt/")


class Document:
    """Documents of paragraphs and tables."""

    name = "document"
    holds = "file"
    writes = ".docx"
    """The ending of a copy's name."""
    is_packed = True
    """The bytes of a file are compressed: to search them as text finds nothing."""

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.99 for RTF and for a document's package, 0.95 and less for what is only called so."""
        called_so = PurePosixPath(name).suffix.lower() in SUFFIXES
        if is_rich_text(head):
            return 0.99
        if head.startswith(ZIP):
            if any(each in head[:200] for each in OPEN_DOCUMENT):
                return 0.99
            names = (each.lower() for each in member_names(head))
            folder = next((each for each in names if each.startswith(_FOLDERS)), "")
            return 0.99 if folder.startswith("word/") else 0.9 if called_so and not folder else 0.0
        if head.startswith(OLE):
            return 0.95 if called_so else 0.92 if _OLD_STREAM in head else 0.0
        return 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut a document into runs of paragraphs, the last with what stands beside the text; all share its bytes.

        Raises:
            UnreadableSource: it is encrypted, of a kind that is not read, damaged, or beyond a limit.
        """
        if source.size > MOST_BYTES:
            raise UnreadableSource(source.path, "it is larger than 256 MiB", "save it in several files")
        stream.seek(0)
        for ordinal, cut in enumerate(cuts_of(stream.read(), source.path)):
            yield Unit(source, ordinal, 0, source.size, MappingProxyType(dict(cut.context)))

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for every passage, cell, note, comment and other text of a unit.

        Raises:
            UnreadableSource: the document cannot be read.
        """
        return reading_of(_content(payload, unit), unit)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit's content with edits, behind a mark; ``assemble`` makes a document of such parts.

        Raises:
            UnreadableSource: the document cannot be read.
            SpanError: an edit does not fit its text, or there is no such text.
        """
        return PART + edited(_content(payload, unit), unit, edits).dumps()

    def assemble(self, parts: Sequence[bytes], sink: BinaryIO) -> None:
        """Write the document that the parts of a copy make."""
        write_document((Content.loads(part[len(PART) :]) for part in parts), sink)


def _content(payload: bytes, unit: Unit) -> Content:
    with refusing(unit.source.path, REMEDY):
        if payload.startswith(PART):
            return Content.loads(payload[len(PART) :])
        cuts = cuts_of(payload, unit.source.path)
    if unit.ordinal >= len(cuts) or not cuts[unit.ordinal].context.items() <= unit.context.items():
        raise UnreadableSource(unit.source.path, "it changed while it was being read", REMEDY)
    return cuts[unit.ordinal].content
