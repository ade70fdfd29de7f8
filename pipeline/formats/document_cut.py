"""A document cut into units: runs of paragraphs, the last with what stands beside the text.

A document has to be read whole to be cut, and each unit is all of its bytes; so a process keeps what it read last.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pipeline.errors import UnreadableSource
from pipeline.formats.document_content import WITHHELD, Content, Paragraph
from pipeline.formats.document_older import older_word
from pipeline.formats.document_open_parts import open_content
from pipeline.formats.document_rich import rich_content
from pipeline.formats.document_seams import by_address, placed_seams
from pipeline.formats.document_word_parts import word_content
from pipeline.formats.table_labels import is_name, labels_of, may_name
from pipeline.formats.workbook_container import OLE, Package, is_encrypted_package, refusing
from pipeline.model import Address

REMEDY: Final = "open it in the program that made it and save it again as .docx"
SUFFIXES: Final = frozenset({".docx", ".docm", ".dotx", ".dotm", ".doc", ".dot", ".odt", ".ott", ".rtf"})
OPEN_DOCUMENT: Final = tuple(
    f"mimetypeapplication/vnd.oasis.opendocument.text{end}".encode() for end in ("", "-template", "-master", "-web")
)
UNIT_SIZE: Final = 40_000
"""Characters of text after which a unit ends, at the next passage."""
_PASSAGE: Final = 4_000
_BESIDE: Final = 80
"""Characters of a line that the one above it may name."""
_BLANKS: Final = b"\xef\xbb\xbf \t\r\n\0"


@dataclass(frozen=True, slots=True)
class Cut:
    """A unit: its context, and its content, packed."""

    context: Mapping[str, str]
    packed: bytes

    @property
    def content(self) -> Content:
        return Content.loads(zlib.decompress(self.packed))


_LAST: dict[bytes, tuple[Cut, ...]] = {}


def is_rich_text(head: bytes) -> bool:
    """Return whether a file is RTF, as the programs that open it tell."""
    return head[:64].lstrip(_BLANKS).startswith(b"{\\rt")


def cuts_of(data: bytes, path: str) -> tuple[Cut, ...]:
    """Return the units of a document.

    Raises:
        UnreadableSource: it is encrypted, of a kind that is not read, damaged, or beyond a limit.
    """
    key = hashlib.blake2b(data, digest_size=32, person=b"document").digest() + path.encode("utf-8", "surrogatepass")
    if key not in _LAST:
        with refusing(path, REMEDY):
            content = _content(data, path)
            _number(content.body)
            made = tuple(_cuts(content))
        _LAST.clear()
        _LAST[key] = made
    return _LAST[key]


def _content(data: bytes, path: str) -> Content:
    if is_encrypted_package(data):
        raise UnreadableSource(path, "it is encrypted", "take the password off it and save it again")
    if data.startswith(OLE):
        if older_word(data).is_encrypted:
            raise UnreadableSource(path, "it is encrypted", "take the password off it and save it again")
        remedy = "open it in Word or LibreOffice and save it as .docx"
        raise UnreadableSource(path, "it is a document of Word 6 to 2003, which is not read here", remedy)
    if is_rich_text(data[:64]):
        return _said(rich_content(data), path)
    package = Package(data, path, REMEDY)
    is_open = package.has("content.xml") and not package.has("[Content_Types].xml")
    return _said(open_content(package) if is_open else word_content(package), path)


def _said(content: Content, path: str) -> Content:
    """Return the content of a file, with what is said of its name."""
    if PurePosixPath(path.removesuffix(".gz")).suffix.lower() not in SUFFIXES:
        content.dropped.append(("the ending of its name, which says something else than the document that it is", 1))
    return content


# --- numbers and labels -------------------------------------------------------------------


def _number(body: Sequence[Paragraph]) -> None:
    """Number the passages of a text, and label the cells of its tables.

    A passage is a run of paragraphs without a blank one or a heading between them, so that recognizers see what stands
    around a name: the lines of an address, the greeting above a letter.
    """
    passage, size, goes_on, name = 0, 0, False, ""
    for each in body:
        if each.kind:
            continue
        text = each.text
        if each.cell is not None or not text.strip() or each.style:
            goes_on = False
        if each.cell is not None:
            continue
        if not goes_on or size + len(text) > _PASSAGE:
            passage, size = passage + 1, 0
        each.number = passage - 1
        said = text.strip()
        if not size and said:  # a line of a form, with blank ones behind it, names the number below
            each.label = name if len(said) <= _BESIDE and any(map(str.isdigit, said)) else ""
            name = said.rstrip(": ") if may_name(said) and is_name(said) else ""
        elif said:
            name = ""
        size += len(text) + 1
        goes_on = bool(text.strip()) and not each.style
    tables: dict[int, list[Paragraph]] = {}
    for each in body:
        if each.cell is not None and not each.kind:
            tables.setdefault(each.cell.table, []).append(each)
    for own in tables.values():
        _label(own)


def _label(own: Sequence[Paragraph]) -> None:
    """Give the cells of a table their label: the name of their column, or in a form the text on their left."""
    rows: dict[int, dict[int, str]] = {}
    for each in own:
        assert each.cell is not None
        row = rows.setdefault(each.cell.row, {})
        before = row.get(each.cell.column)
        row[each.cell.column] = each.text if before is None else f"{before}\n{each.text}"
    labels = labels_of(rows)
    for each in own:
        assert each.cell is not None
        each.label = labels.get((each.cell.row, each.cell.column), "")


def _tied(body: Sequence[Paragraph]) -> set[int]:
    """Return the paragraphs before which no unit may begin: what is joined over cells or passages would be cut."""
    first: dict[Address, int] = {}
    for at, each in enumerate(body):
        first.setdefault(each.address, at)
    tied: set[int] = set()
    for placed in placed_seams(by_address(body)):
        places = [first[placed.cells[each.cell]] for each in placed.seam.pieces]
        tied.update(range(min(places) + 1, max(places) + 1))
    return tied


# --- units ------------------------------------------------------------------------------


def _cuts(content: Content) -> Iterator[Cut]:
    """Yield the units: a passage, a cell, and a number over several of them, is in one of them as a whole."""
    starts, size = [0], 0
    last: Address = ()
    tied = _tied(content.body)
    for at, each in enumerate(content.body):
        if size >= UNIT_SIZE and not each.kind and each.address != last and at not in tied:
            starts.append(at)
            size = 0
        size += len(each.text) + 1
        last = each.address if not each.kind else last
    body, gaps = content.body, content.gaps
    for share, start in enumerate(starts):
        stop = starts[share + 1] if share + 1 < len(starts) else len(body)
        is_last = stop == len(body)
        own = content if is_last else Content()
        own.body = body[start:stop]
        numbers = {each.number for each in own.body if each.kind == WITHHELD}
        own.gaps, gaps = (
            [each for each in gaps if each[0] in numbers or is_last],
            [each for each in gaps if each[0] not in numbers],
        )
        context = {"from": start, "to": stop, "share": share, "shares": len(starts)}
        yield Cut({name: str(value) for name, value in context.items()}, zlib.compress(own.dumps(), 1))
