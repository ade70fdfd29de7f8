"""Parquet: row groups, read column by column into cells, and written anew.

A unit is some rows of one row group. Its part is a small Parquet file of its own behind a mark; ``assemble``
makes one file of the parts. Nothing of the original container comes along: no statistics, indexes, bloom
filters, dictionaries or metadata. A column in which a text was withheld that its type cannot hold (a number,
a date) becomes a column of strings in the whole file.
"""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import UnreadableSource
from pipeline.formats.parquet_columns import Leaf, Node, edited_leaf, nodes_of, rebuilt, texts, walked
from pipeline.markers import WITHHELD_PART
from pipeline.model import Address, Block, Cell, Column, Edit, Gap, Reading, Role, Segment, Source, SpanError, Unit

UNIT_CELLS: Final = 100_000
UNIT_BYTES: Final = 4 * 1024 * 1024
FOOTER_LIMIT: Final = 64 * 1024 * 1024
PART: Final = b"PARQUET PART\n"
_MAGIC: Final = b"PAR1"
_ENCRYPTED: Final = b"PARE"
_REMEDY: Final = "export it again as Parquet, without encryption"
_FAILURES: Final = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, TypeError, NotImplementedError)


class Parquet:
    """Tables in Apache Parquet."""

    name = "parquet"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.99 for a file with Parquet's mark, else 0."""
        del name
        return 0.99 if head[:4] in {_MAGIC, _ENCRYPTED} else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut the file into rows of its row groups; units of one row group share its bytes.

        Raises:
            UnreadableSource: it is encrypted, cut short, or its row groups do not lie one after another.
        """
        footer = _footer(stream, source)
        meta = _metadata(footer, source)
        starts = _starts(meta, source, len(footer))
        packed = base64.b85encode(zlib.compress(footer)).decode("ascii")
        ordinal = row = 0
        for group, start in enumerate(starts):
            stop = starts[group + 1] if group + 1 < len(starts) else source.size
            for first, count in _ranges(meta, group):
                context = {
                    "footer": packed,
                    "size": str(source.size),
                    "start": str(start),
                    "group": str(group),
                    "first": str(first),
                    "rows": str(count),
                    "row": str(row),
                }
                yield Unit(source, ordinal, start, stop, MappingProxyType(context))
                ordinal, row = ordinal + 1, row + count

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for every value that is not empty, and for every name of a column (once a unit).

        Raises:
            UnreadableSource: the rows cannot be read.
        """
        table = _table(payload, unit)
        nodes, path, first = nodes_of(table.schema), unit.source.path, int(unit.context["row"])
        segments: list[Segment] = []
        gaps: list[Gap] = []
        for each in nodes:
            if each.name:
                name: Address = (Cell(-1 - unit.ordinal, each.number),)
                segments.append(Segment(each.name, name, "", f"{path}#header", "", Role.CELL))
        cells: list[tuple[int, int, int, Segment]] = []
        for leaf in walked(table):
            said = texts(leaf.array)
            if said.unread:
                why = f"{said.unread} of its values are no text"
                gaps.append(Gap((Column(leaf.node.number),), "unknown_format", why))
            for text, row, at in zip(said.values, leaf.rows.tolist(), leaf.places.tolist(), strict=True):
                if text:
                    address = _address(leaf, first + row, at)
                    record = f"{path}#row{first + row}"
                    segment = Segment(text, address, leaf.node.label, record, "", Role.CELL)
                    cells.append((row, leaf.node.number, at, segment))
        cells.sort(key=lambda each: each[:3])
        return Reading((*segments, *(each[3] for each in cells)), tuple(gaps))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit as a Parquet file of its own, behind a mark; ``assemble`` makes one file of such parts.

        Raises:
            UnreadableSource: the rows cannot be read.
            SpanError: an edit does not fit its value, or there is no such value.
        """
        table = _table(payload, unit)
        names = {each.number: each.name for each in nodes_of(table.schema)}
        wanted: dict[int, dict[Address, list[Edit]]] = {}
        for edit in edits:
            cell = edit.address[0] if edit.address else None
            if not isinstance(cell, Cell):
                raise SpanError(f"{unit.key}: an edit that is in no cell")
            wanted.setdefault(cell.column, {}).setdefault(edit.address, []).append(edit)
        for number, own in wanted.items():
            renaming = own.pop((Cell(-1 - unit.ordinal, number),), None) if names.get(number) else None
            if renaming:
                names[number] = _text_after(names[number], renaming, unit)
        leaves = [_with_edits(leaf, wanted.get(leaf.node.number, {}), unit) for leaf in walked(table)]
        if any(wanted.values()):
            raise SpanError(f"{unit.key}: an edit in a value that this unit does not hold")
        return PART + _written(rebuilt(table, leaves, names))

    def assemble(self, parts: Sequence[bytes], sink: BinaryIO) -> None:
        """Write one Parquet file of the parts of a file; the names of columns are those of the first part.

        A column that is of strings in one part is so in all of them.
        """
        schema = _common([pq.read_schema(io.BytesIO(part[len(PART) :])) for part in parts])
        with pq.ParquetWriter(sink, schema, **_HOW) as writer:
            for part in parts:
                table = pq.read_table(io.BytesIO(part[len(PART) :]), use_threads=False)
                arrays = [_as(table.column(at), field.type) for at, field in enumerate(schema)]
                writer.write_table(pa.table(arrays, schema=schema), row_group_size=max(1, table.num_rows))

    def table(self, payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
        """Yield every row of a unit as its number and the texts of its columns ("" where it has none)."""
        strings = self.strings(payload, unit)
        columns = [each.to_pylist() for each in strings.columns]
        yield -1 - unit.ordinal, [each.name for each in nodes_of(_table(payload, unit).schema)]
        for row in range(strings.num_rows):
            yield int(unit.context["row"]) + row, [column[row] or "" for column in columns]

    def strings(self, payload: bytes, unit: Unit) -> Any:
        """Return the rows of a unit as an Arrow table of strings, one column a node of the schema, named by number.

        Values in lists, booleans and bytes that are no text are null in it.
        """
        table = _table(payload, unit)
        by_number = {each.node.number: each for each in walked(table) if not each.node.repeats}
        columns = {}
        for node in nodes_of(table.schema):
            leaf = by_number.get(node.number)
            said = texts(leaf.array).values if leaf else [None] * table.num_rows
            columns[str(node.number)] = pa.array(said, pa.string())
        return pa.table(columns)


_HOW: Final[dict[str, Any]] = {
    "compression": "zstd",
    "write_statistics": False,
    "write_page_index": False,
    "store_schema": False,
    "use_deprecated_int96_timestamps": False,
}


def _footer(stream: BinaryIO, source: Source) -> bytes:
    """Return the metadata at the end of a file, as bytes."""
    stream.seek(0)
    head = stream.read(4)
    stream.seek(max(0, source.size - 8))
    tail = stream.read(8)
    if _ENCRYPTED in {head, tail[4:]}:
        raise UnreadableSource(source.path, "it is encrypted", _REMEDY)
    size = int.from_bytes(tail[:4], "little")
    if head != _MAGIC or tail[4:] != _MAGIC or not 0 < size <= source.size - 12:
        raise UnreadableSource(source.path, "it is cut short or damaged", _REMEDY)
    if size > FOOTER_LIMIT:
        raise UnreadableSource(source.path, "its description is larger than 64 MiB", "export it with fewer row groups")
    stream.seek(source.size - 8 - size)
    return stream.read(size)


def _metadata(footer: bytes, source: Source) -> Any:
    try:
        meta = pq.read_metadata(io.BytesIO(_MAGIC + footer + len(footer).to_bytes(4, "little") + _MAGIC))
        schema = meta.schema.to_arrow_schema()
        nodes_of(schema)
    except _FAILURES as error:
        raise UnreadableSource(source.path, f"its description is damaged ({type(error).__name__})", _REMEDY) from None
    if sum(meta.row_group(at).num_rows for at in range(meta.num_row_groups)) != meta.num_rows:
        raise UnreadableSource(source.path, "its row groups do not have as many rows as it says", _REMEDY)
    return meta


def _starts(meta: Any, source: Source, footer: int) -> list[int]:
    """Return where each row group starts; the first unit holds the mark too. A file without rows is one unit."""
    starts, last = [0], 4
    for group in range(meta.num_row_groups):
        about = meta.row_group(group)
        columns = (about.column(at) for at in range(about.num_columns))
        chunks = [_chunk(each) for each in columns] if about.num_rows else []
        begin, end = min((start for start, _ in chunks), default=last), max((stop for _, stop in chunks), default=last)
        if begin < last or end > source.size - footer - 8:
            raise UnreadableSource(source.path, f"row group {group + 1} does not lie behind the one before", _REMEDY)
        if group:
            starts.append(begin)
        last = end
    return starts


def _chunk(column: Any) -> tuple[int, int]:
    start = column.data_page_offset
    if column.has_dictionary_page and 0 < (column.dictionary_page_offset or 0) < start:
        start = column.dictionary_page_offset
    if column.file_path:  # its bytes lie in another file
        return -1, -1
    return start, start + column.total_compressed_size


def _ranges(meta: Any, group: int) -> Iterator[tuple[int, int]]:
    """Yield the first row and the number of rows of each unit of a row group."""
    if group >= meta.num_row_groups:
        yield 0, 0
        return
    about = meta.row_group(group)
    rows = about.num_rows
    parts = max(-(-rows * max(1, about.num_columns) // UNIT_CELLS), -(-about.total_byte_size // UNIT_BYTES), 1)
    step = max(1, -(-rows // parts))
    for first in range(0, max(rows, 1), step):
        yield first, min(step, rows - first)


def _table(payload: bytes, unit: Unit) -> Any:
    """Return the rows of a unit as an Arrow table (raises UnreadableSource)."""
    try:
        if payload.startswith(PART):
            table = pq.read_table(io.BytesIO(payload[len(PART) :]), use_threads=False)
        else:
            table = _sliced(payload, unit)
        table.validate(full=True)
    except UnreadableSource:
        raise
    except _FAILURES as error:
        what = f"row group {int(unit.context['group']) + 1} cannot be read ({type(error).__name__})"
        raise UnreadableSource(unit.source.path, what, _REMEDY) from None
    if table.num_rows != int(unit.context["rows"]):
        raise UnreadableSource(unit.source.path, "a row group does not have as many rows as it says", _REMEDY)
    return table


def _sliced(payload: bytes, unit: Unit) -> Any:
    footer = zlib.decompress(base64.b85decode(unit.context["footer"]))
    meta, group = _metadata(footer, unit.source), int(unit.context["group"])
    stream = pa.PythonFile(_Window(payload, int(unit.context["start"]), int(unit.context["size"])), mode="r")
    file = pq.ParquetFile(stream, metadata=meta, pre_buffer=False)
    if not int(unit.context["rows"]):
        return file.schema_arrow.empty_table()
    return file.read_row_group(group, use_threads=False).slice(int(unit.context["first"]), int(unit.context["rows"]))


class _Window(io.RawIOBase):
    """A file of which only the bytes of one row group are there."""

    def __init__(self, data: bytes, start: int, size: int) -> None:
        super().__init__()
        self._data, self._start, self._size, self._at = data, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def size(self) -> int:
        return self._size

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        stop = self._size if size < 0 else min(self._size, self._at + size)
        begin, end = self._at - self._start, stop - self._start
        if begin < 0 or end > len(self._data):
            raise OSError("outside the row group")
        self._at = max(self._at, stop)
        return self._data[begin:end]


def _address(leaf: Leaf, row: int, at: int) -> Address:
    return (Cell(row, leaf.node.number), Block(at)) if leaf.node.repeats else (Cell(row, leaf.node.number),)


def _with_edits(leaf: Leaf, wanted: dict[Address, list[Edit]], unit: Unit) -> Any:
    """Return the values of a leaf with its edits applied; those that are taken leave ``wanted``."""
    said = texts(leaf.array)
    if not wanted and not said.unread:
        return leaf.array
    first, values = int(unit.context["row"]), list(said.values)
    if wanted:
        for at, (row, place) in enumerate(zip(leaf.rows.tolist(), leaf.places.tolist(), strict=True)):
            own = wanted.pop(_address(leaf, first + row, place), None)
            if own:
                values[at] = _text_after(values[at] or "", own, unit)
    return edited_leaf(leaf.array, values, WITHHELD_PART)


def _text_after(text: str, edits: Sequence[Edit], unit: Unit) -> str:
    pieces, done = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if not done <= edit.start <= edit.end <= len(text):
            raise SpanError(f"{unit.key}: span {edit.start}..{edit.end} does not fit {len(text)} characters")
        pieces += [text[done : edit.start], edit.replacement]
        done = edit.end
    return "".join(pieces) + text[done:]


def _written(table: Any) -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, **_HOW) as writer:
        writer.write_table(table, row_group_size=max(1, table.num_rows))
    return sink.getvalue()


def _common(schemas: Sequence[Any]) -> Any:
    """Return the schema of the assembled file: the first one's names, strings where any part has strings."""
    first, *others = schemas
    fields = []
    for at, field in enumerate(first):
        kind = field.type
        for other in others:
            kind = _wider(kind, other.field(at).type)
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def _wider(one: Any, other: Any) -> Any:
    """Return a type in which the values of both are written; the names inside are the first one's."""
    if pa.types.is_struct(one):
        return pa.struct(
            [
                pa.field(one.field(at).name, _wider(one.field(at).type, other.field(at).type))
                for at in range(one.num_fields)
            ]
        )
    if pa.types.is_map(one):
        return pa.map_(_wider(one.key_type, other.key_type), _wider(one.item_type, other.item_type))
    if pa.types.is_large_list(one):
        return pa.large_list(_wider(one.value_type, other.value_type))
    if pa.types.is_list(one):
        return pa.list_(_wider(one.value_type, other.value_type))
    return other if pa.types.is_string(other) else one


def _as(column: Any, kind: Any) -> Any:
    """Return a column of a part in the type that it has in the whole file."""
    if column.type == kind:
        return column
    table = pa.table([column], names=["column"])
    leaves = []
    wanted = list(_leaf_types(kind))
    for leaf, target in zip(walked(table), wanted, strict=True):
        said = leaf.array if leaf.array.type == target else pa.array(_spelled(leaf.array), pa.string())
        leaves.append(said)
    names = {node.number: node.name for node in _named_as(kind)}
    return rebuilt(table, leaves, names).column(0)


def _named_as(kind: Any) -> list[Node]:
    return nodes_of(pa.schema([pa.field("column", kind)]))


def _leaf_types(kind: Any) -> Iterator[Any]:
    if pa.types.is_struct(kind):
        for at in range(kind.num_fields):
            yield from _leaf_types(kind.field(at).type)
    elif pa.types.is_map(kind):
        yield from _leaf_types(kind.key_type)
        yield from _leaf_types(kind.item_type)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaf_types(kind.value_type)
    else:
        yield kind


def _spelled(array: Any) -> list[str | None]:
    if pa.types.is_boolean(array.type):
        return list(pc.cast(array, pa.string()).to_pylist())
    return texts(array).values
