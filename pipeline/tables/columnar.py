"""The rows of a table's unit as columns of an Arrow table, and back to the very same bytes.

Arrow's reader is fast and forgiving; a table is taken only when what it read, written again, is what it was
given, byte for byte. Whatever does not come back so (stray quotes, ragged rows, cells quoted without need) is
left to the reader that keeps every sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from pipeline.formats.delimited_cells import Dialect, MalformedRow, rows
from pipeline.formats.encoding import decode, encode
from pipeline.model import Unit

_PLAIN_CHARSETS: Final = frozenset({"utf-8", "ascii", "utf_8"})
MOST_COLUMNS: Final = 2000
"""Wider tables have too little in a column for column code to pay."""


def truths(mask: Any) -> np.ndarray:
    """Return booleans of Arrow, none of them null, as an array."""
    told: np.ndarray = np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)
    return told


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a unit are written: what parts cells and rows, and whether every cell is quoted."""

    delimiter: str
    quote: str
    row_end: str
    all_quoted: bool
    ends_open: bool


@dataclass(frozen=True, slots=True)
class Columnar:
    """The data rows of a unit as columns: ``head`` stands before them, ``first`` is the number of the first one.

    ``lines`` are the rows as they are written, without the row end; the texts are UTF-8 whatever the charset.
    """

    head: bytes
    first: int
    columns: tuple[pa.Array, ...]
    lines: pa.Array
    layout: Layout
    charset: str

    @property
    def rows(self) -> int:
        """How many data rows there are."""
        return len(self.lines)

    def raw(self, chosen: np.ndarray) -> bytes:
        """Return the bytes of the chosen rows (their positions, rising) in the charset of the file, as a unit."""
        text = _joined(self.lines.take(pa.array(chosen)), self.layout, open_end=self._keeps_last(chosen))
        return self._encoded(text)

    def _keeps_last(self, chosen: np.ndarray) -> bool:
        return bool(self.layout.ends_open and len(chosen) and int(chosen[-1]) == self.rows - 1)

    def written(self, columns: Sequence[pa.Array], instead: Mapping[int, bytes], head: bytes) -> bytes:
        """Return the unit with ``columns`` in the place of its own, single rows replaced by the bytes given."""
        if not self.rows:
            return head
        lines = self.lines if list(columns) == list(self.columns) else joined_cells(columns, self.layout)
        text, offsets = _text_and_offsets(lines, self.layout)
        pieces, done = [head], 0
        for row in sorted(instead):
            start, stop = int(offsets[row]), int(offsets[row + 1])
            pieces += [self._encoded(text[done:start]), instead[row]]
            done = stop
        last = bytes(text[done:])
        if self.layout.ends_open and self.rows - 1 not in instead:
            last = last.removesuffix(self.layout.row_end.encode())
        return b"".join([*pieces, self._encoded(last)])

    def _encoded(self, text: Any) -> bytes:
        data = bytes(text)
        return data if self.charset in _PLAIN_CHARSETS else encode(data.decode("utf-8"), self.charset)


def columnar(payload: bytes, unit: Unit) -> Columnar | None:
    """Return the rows of a delimited unit as columns, or None where they would not come back as they are.

    Args:
        payload: the bytes of the unit.
        unit: a unit of :class:`pipeline.formats.delimited.Delimited` that holds consecutive rows.
    """
    dialect = Dialect.loads(unit.context["dialect"])
    if dialect.escape or dialect.spaced or dialect.bare_cr or "rows" in unit.context:
        return None
    charset, mark, skip = unit.context["encoding"], int(unit.context["mark"]), int(unit.context["skip"])
    first = int(unit.context["row"])
    try:
        text = decode(payload[mark:], charset, unit.source.path)
        at = skip
        if first < 0:
            at, first = _behind_header(text, skip, first, dialect)
        body = text[at:]
        width = len(next(rows(body, dialect))[1]) if body else 0
        data = body.encode("utf-8")
    except (MalformedRow, UnicodeError, StopIteration):
        return None
    if not 0 < width <= MOST_COLUMNS:
        return None
    head = payload[:mark] + encode(text[:at], charset)
    return _taken(data, width, dialect, head, first, charset)


def _behind_header(text: str, skip: int, first: int, dialect: Dialect) -> tuple[int, int]:
    """Return where the data rows begin in ``text``, and the number of the first one (0)."""
    at = skip
    for number, (_, _, following) in enumerate(rows(text[skip:], dialect), first):
        at = skip + following if following >= 0 else len(text)
        if number == -1:
            break
    return at, 0


def single_lines(part: bytes, unit: Unit) -> tuple[bytes, list[bytes]]:
    """Return what stands before the data rows of a unit, and the bytes of each data row with its end."""
    mark, skip = int(unit.context["mark"]), int(unit.context["skip"])
    charset, dialect = unit.context["encoding"], Dialect.loads(unit.context["dialect"])
    text = decode(part[mark:], charset, unit.source.path)
    starts = [skip + start for start, _, _ in rows(text[skip:], dialect)]
    titles = min(max(0, -int(unit.context["row"])), len(starts))
    cuts = [*starts[titles:], len(text)]
    head = part[:mark] + encode(text[: cuts[0]], charset)
    return head, [encode(text[one:other], charset) for one, other in pairwise(cuts)]


def _taken(data: bytes, width: int, dialect: Dialect, head: bytes, first: int, charset: str) -> Columnar | None:
    row_end = "\r\n" if b"\r\n" in data else "\n"
    ends_open = not data.endswith(row_end.encode())
    quoted = bool(dialect.quote) and dialect.quote.encode() in data
    whole = data + row_end.encode() if ends_open else data
    columns = _read(whole, width, dialect)
    if columns is None:
        return None
    for all_quoted in (False, True) if quoted else (False,):
        layout = Layout(dialect.delimiter, dialect.quote if quoted else "", row_end, all_quoted, ends_open)
        lines = joined_cells(columns, layout)
        text, _ = _text_and_offsets(lines, layout)
        if len(text) == len(whole) and text == whole:
            # What is written later may need quotes even where nothing does now.
            return Columnar(head, first, columns, lines, _writing(layout, dialect), charset)
    return None


def _writing(layout: Layout, dialect: Dialect) -> Layout:
    return Layout(layout.delimiter, dialect.quote, layout.row_end, layout.all_quoted, layout.ends_open)


def _read(data: bytes, width: int, dialect: Dialect) -> tuple[pa.Array, ...] | None:
    names = [str(each) for each in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(column_names=names, block_size=max(len(data) + 1, 1 << 16), use_threads=False),
            arrow_csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote or False,
                double_quote=True,
                newlines_in_values=True,
                ignore_empty_lines=False,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError):  # not a rectangle, or a delimiter it refuses
        return None
    return tuple(each.combine_chunks() for each in table.columns)


def joined_cells(columns: Sequence[pa.Array], layout: Layout) -> pa.Array:
    """Return the rows as they are written, without row ends, one text a row."""
    cells = [_quoted(each, layout) for each in columns] if layout.quote else list(columns)
    if len(cells) == 1:
        return cells[0]
    return pc.binary_join_element_wise(*cells, layout.delimiter)


def _quoted(cells: pa.Array, layout: Layout) -> pa.Array:
    doubled = pc.replace_substring(cells, layout.quote, layout.quote * 2)
    around = pa.scalar(layout.quote)
    if layout.all_quoted:
        return pc.binary_join_element_wise(around, doubled, around, "")
    text = _contents(cells)
    signs = (layout.delimiter, layout.quote, "\n", "\r")
    if not any(sign.encode() in text for sign in signs):
        return cells
    needs = pc.match_substring(cells, layout.delimiter)
    for sign in signs[1:]:
        needs = pc.or_(needs, pc.match_substring(cells, sign))
    return pc.if_else(needs, pc.binary_join_element_wise(around, doubled, around, ""), cells)


def _contents(cells: pa.Array) -> bytes:
    buffer = cells.buffers()[2]
    return b"" if buffer is None else buffer.to_pybytes()


def _joined(lines: pa.Array, layout: Layout, *, open_end: bool) -> bytes:
    text, _ = _text_and_offsets(lines, layout)
    whole = bytes(text)
    return whole.removesuffix(layout.row_end.encode()) if open_end else whole


def _text_and_offsets(lines: pa.Array, layout: Layout) -> tuple[memoryview, np.ndarray]:
    """Return rows with their ends in one text, and where each begins (one more: where the last ends)."""
    ended = pc.binary_join_element_wise(lines, pa.scalar(""), layout.row_end)
    if not len(ended):
        return memoryview(b""), np.zeros(1, dtype=np.int32)
    _, offsets, text = ended.buffers()
    places = np.frombuffer(offsets, dtype=np.int32)[ended.offset : ended.offset + len(ended) + 1]
    return memoryview(text).cast("B")[int(places[0]) : int(places[-1])], places - places[0]
