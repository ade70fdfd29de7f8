"""Delimited text: CSV, tab, semicolon and pipe tables, as spreadsheets and databases write them.

Charset, dialect and row ends are found once for the file and kept; cells that no edit touches are
written byte for byte as they were. The file is walked once before its first unit is given out, so that
one that cannot be read (a quote that never closes, NUL bytes) gives no unit at all.

A row is a record. The header row is row -1, titles above it come before that, and blank rows count.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.delimited_cells import Dialect, MalformedRow, Row, render, rows, value
from pipeline.formats.delimited_cuts import counted, cuts
from pipeline.formats.delimited_dialect import Layout, layouts_of, reads_as_prose
from pipeline.formats.encoding import (
    SAMPLE,
    Charset,
    charset_of,
    decode,
    encode,
    errors_of,
    looks_like_text,
    readable,
)
from pipeline.formats.table_labels import names_inside, told_by
from pipeline.model import Cell, Edit, Reading, Role, Segment, Source, SpanError, Unit

_EXTENSIONS: Final = frozenset({".csv", ".tsv", ".tab", ".psv"})
_OTHERS: Final = frozenset({".eml", ".mbox", ".mbx", ".log", ".md"})
_MAIL: Final = re.compile(rb"From |[A-Za-z][A-Za-z-]{1,40}: [^\r\n]*\r?\n(?:[A-Za-z][A-Za-z-]{1,40}:|[ \t])")
_SMALL: Final = 64 * 1024
"""Bytes of a table that may be a form, or several tables."""
_REMEDY: Final = "open it where it was made and export it again as CSV"

_ByRow = dict[int, dict[int, list[Edit]]]


class Delimited:
    """Tables of delimited text."""

    name = "delimited"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.95 for a text called a table, 0.7 for one whose rows are evidently cells, else 0."""
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in _EXTENSIONS:  # a table with NUL bytes is refused with its row, by ``units``
            return 0.95 if looks_like_text(head) or looks_like_text(head.replace(b"\0", b"")) else 0.0
        if suffix in _OTHERS or not looks_like_text(head) or _MAIL.match(head):
            return 0.0
        try:
            return 0.7 if _is_table(head) else 0.0
        except (UnicodeError, MalformedRow):
            return 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut the table at row ends into units of about 1 MiB; unit 0 holds mark, titles and header.

        Raises:
            UnreadableSource: NUL bytes, or quotes that can be read in two ways; with the row's number.
        """
        try:
            charset = charset_of(stream)
            head = stream.read(SAMPLE)
            layouts = layouts_of(_sample_text(head, charset), whole=not stream.read(1)) if head else []
        except UnicodeError:
            raise UnreadableSource(source.path, "bytes that are no text", _REMEDY) from None
        except MalformedRow as malformed:
            raise UnreadableSource(source.path, malformed.words(), _REMEDY) from None
        layout, ends = _plan(stream, source, charset, layouts)
        dialect, header, start = layout.dialect.dumps(), json.dumps(layout.header), 0  # one object for all units
        for ordinal, (stop, row) in enumerate(ends):
            at = (row, 0, 0) if ordinal else (row, len(charset.mark), layout.skip)
            yield Unit(source, ordinal, start, stop, _context(charset, dialect, header, at))
            start = stop

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for every cell that is not empty.

        Raises:
            UnreadableSource: the bytes are not those that the unit was cut for.
        """
        header: list[str] = json.loads(unit.context["header"])
        dialect, path, width = Dialect.loads(unit.context["dialect"]), unit.source.path, len(header)
        quote, role = dialect.quote or "\0", Role.CELL
        segments: list[Segment] = []
        _, _, body = _text(payload, unit)
        inside = self._names_inside(payload, unit)
        for row, (_, cells, _) in _rows(readable(body), dialect, unit):
            record = f"{path}#row{row}" if row >= 0 else f"{path}#header"
            named = width if row >= 0 else 0
            for column, raw in enumerate(cells):
                if raw:
                    text = value(raw, dialect) if dialect.escape or quote in raw else raw
                    if text:
                        label, own = header[column] if column < named else "", role
                        if (row, column) in inside:
                            label = inside[row, column]
                            own = Role.TEXT if told_by(label) else role  # then what its column is says nothing of it
                        segments.append(Segment(text, (Cell(row, column),), label, record, "", own))
        return Reading(tuple(segments))

    def _names_inside(self, payload: bytes, unit: Unit) -> dict[tuple[int, int], str]:
        """Return what names cells beside the header of a small table that is one unit."""
        if unit.ordinal or len(payload) > _SMALL:
            return {}
        header = json.loads(unit.context["header"])
        return names_inside([(row, cells) for row, cells in self.table(payload, unit) if row >= 0], header)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit with the edited cells written anew, quoted where they must be.

        Raises:
            UnreadableSource: the bytes are not those that the unit was cut for.
            SpanError: an edit does not fit its cell, or there is no such cell.
        """
        if not edits:
            return payload
        dialect = Dialect.loads(unit.context["dialect"])
        mark, skipped, body = _text(payload, unit)
        wanted = _by_row(edits, unit)
        pieces, done = [skipped], 0
        for row, (start, cells, _) in _rows(body, dialect, unit):
            for column, own in sorted(wanted.pop(row, {}).items()):
                if column >= len(cells):
                    raise SpanError(f"{unit.key}: row {row + 1} has no column {column + 1}")
                at = start + sum(map(len, cells[:column])) + column
                pieces += [body[done:at], _edited(cells[column], own, dialect, unit)]
                done = at + len(cells[column])
        if wanted:
            raise SpanError(f"{unit.key}: an edit in row {min(wanted) + 1}, which this unit does not hold")
        return mark + encode("".join(pieces) + body[done:], unit.context["encoding"])

    def table(self, payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
        """Yield every row of a unit as its number and the values of its cells, empty ones too."""
        dialect = Dialect.loads(unit.context["dialect"])
        _, _, body = _text(payload, unit)
        for row, (_, cells, _) in _rows(readable(body), dialect, unit):
            yield row, [value(cell, dialect) for cell in cells]


def _is_table(head: bytes) -> bool:
    """Return whether text without a telling name is a table: rows that agree on how many cells they have."""
    text = _sample_text(head, charset_of(io.BytesIO(head)))
    layouts = layouts_of(text, whole=len(head) < SAMPLE)
    lines = len(re.findall(r"[^\r\n]+", text[:4096]))
    if not layouts or layouts[0].fit < 0.6 or lines < (5 if layouts[0].width == 2 else 3):
        return False
    return layouts[0].dialect.delimiter != "," or not reads_as_prose(text, layouts[0].width)


def _sample_text(head: bytes, charset: Charset) -> str:
    decoder = codecs.getincrementaldecoder(charset.name)(errors_of(charset.name))
    return readable(decoder.decode(head[len(charset.mark) :]))


def _plan(
    stream: BinaryIO, source: Source, charset: Charset, layouts: Sequence[Layout]
) -> tuple[Layout, list[tuple[int, int]]]:
    """Return the first layout in which the whole file can be read, and where its units end and begin."""
    size = stream.seek(0, io.SEEK_END)
    broken: MalformedRow | None = None
    for layout in layouts:
        try:
            found = list(cuts(stream, charset, layout))
        except MalformedRow as malformed:
            broken = broken or malformed
            continue
        except UnicodeError:
            break
        if not found or found[-1][0] != size:  # bytes that the charset does not give back as they were
            break
        return layout, found
    if size == 0:
        return Layout(Dialect(), 0, 0, (), 0, 0.0), []
    what = f"bytes that are no text in {charset.name}"
    raise UnreadableSource(source.path, broken.words() if broken else what, _REMEDY)


def _context(charset: Charset, dialect: str, header: str, at: tuple[int, int, int]) -> MappingProxyType[str, str]:
    """Return what a worker needs beside the bytes of a unit (``at``: first row, bytes of mark, characters skipped)."""
    row, mark, skip = map(str, at)
    return MappingProxyType(
        {"encoding": charset.name, "dialect": dialect, "header": header, "row": row, "mark": mark, "skip": skip}
    )


def _text(payload: bytes, unit: Unit) -> tuple[bytes, str, str]:
    """Return the mark of a unit, the text before its first row, and the text of its rows."""
    mark, skip = int(unit.context["mark"]), int(unit.context["skip"])
    text = decode(payload[mark:], unit.context["encoding"], unit.source.path)
    return payload[:mark], text[:skip], text[skip:]


def _rows(body: str, dialect: Dialect, unit: Unit) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a unit with their numbers; ``rows`` of its context numbers chosen ones."""
    first = int(unit.context["row"])
    numbers = json.loads(unit.context["rows"]) if "rows" in unit.context else count(first)
    try:
        yield from zip(numbers, counted(rows(body, dialect), first), strict=False)
    except MalformedRow as malformed:
        raise UnreadableSource(unit.source.path, malformed.words(), _REMEDY) from None


def _by_row(edits: Sequence[Edit], unit: Unit) -> _ByRow:
    wanted: _ByRow = defaultdict(lambda: defaultdict(list))
    for edit in edits:
        step = edit.address[0] if len(edit.address) == 1 else None
        if not isinstance(step, Cell):
            raise SpanError(f"{unit.key}: an edit that is not in a cell")
        wanted[step.row][step.column].append(edit)
    return wanted


def _edited(raw: str, edits: Sequence[Edit], dialect: Dialect, unit: Unit) -> str:
    """Return the raw cell with ``edits`` applied to what it says."""
    text = value(raw, dialect)
    pieces, done = [], 0
    for edit in sorted(edits):
        if not done <= edit.start <= edit.end <= len(text):
            raise SpanError(f"{unit.key}: span {edit.start}..{edit.end} does not fit a cell of {len(text)} characters")
        pieces += [text[done : edit.start], edit.replacement]
        done = edit.end
    return render("".join(pieces) + text[done:], raw, dialect)
