"""Parquet: row groups, read column by column into cells, and written anew.

A unit is some rows of one row group. Its part is a small Parquet file of its own behind a mark; ``assemble``
makes one file of the parts. Nothing of the original container comes along: no statistics, indexes, bloom
filters, dictionaries or metadata. A column in which a text was withheld that its type cannot hold (a number,
a date) becomes a column of strings in the whole file.
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.formats.parquet_columns import Leaf, edited_leaf, nodes_of, rebuilt, texts, walked
from pipeline.formats.parquet_container import (
    ENCRYPTED,
    MAGIC,
    PART,
    footer_of,
    metadata_of,
    ranges_of,
    starts_of,
    table_of,
)
from pipeline.formats.parquet_schema import as_type, common_schema
from pipeline.formats.text_pieces import text_after
from pipeline.model import Address, Block, Cell, Column, Edit, Gap, Reading, Role, Segment, Source, SpanError, Unit
from pipeline.texts.markers import WITHHELD_PART


class Parquet:
    """Tables in Apache Parquet."""

    name = "parquet"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.99 for a file with Parquet's mark, else 0."""
        del name
        return 0.99 if head[:4] in {MAGIC, ENCRYPTED} else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut the file into rows of its row groups; units of one row group share its bytes.

        Raises:
            UnreadableSource: it is encrypted, cut short, or its row groups do not lie one after another.
        """
        footer = footer_of(stream, source)
        meta = metadata_of(footer, source)
        starts = starts_of(meta, source, len(footer))
        packed = base64.b85encode(zlib.compress(footer)).decode("ascii")
        header = json.dumps([each.name for each in nodes_of(meta.schema.to_arrow_schema())])
        ordinal = row = 0
        for group, start in enumerate(starts):
            stop = starts[group + 1] if group + 1 < len(starts) else source.size
            for first, count in ranges_of(meta, group):
                context = {
                    "footer": packed,
                    "header": header,
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
        table = table_of(payload, unit)
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
        table = table_of(payload, unit)
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
                names[number] = text_after(names[number], renaming)
        leaves = [_with_edits(leaf, wanted.get(leaf.node.number, {}), unit) for leaf in walked(table)]
        if any(wanted.values()):
            raise SpanError(f"{unit.key}: an edit in a value that this unit does not hold")
        return PART + _written(rebuilt(table, leaves, names))

    def assemble(self, parts: Sequence[bytes], sink: BinaryIO) -> None:
        """Write one Parquet file of the parts of a file; the names of columns are those of the first part.

        A column that is of strings in one part is so in all of them.
        """
        schema = common_schema([pq.read_schema(io.BytesIO(part[len(PART) :])) for part in parts])
        with pq.ParquetWriter(sink, schema, **HOW_WRITTEN) as writer:
            for part in parts:
                table = pq.ParquetFile(io.BytesIO(part[len(PART) :])).read(use_threads=False)
                arrays = [as_type(table.column(at), field.type) for at, field in enumerate(schema)]
                writer.write_table(pa.table(arrays, schema=schema), row_group_size=max(1, table.num_rows))

    def table(self, payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
        """Yield every row of a unit as its number and the texts of its columns ("" where it has none)."""
        strings = self.strings(payload, unit)
        columns = [each.to_pylist() for each in strings.columns]
        yield -1 - unit.ordinal, [each.name for each in nodes_of(table_of(payload, unit).schema)]
        for row in range(strings.num_rows):
            yield int(unit.context["row"]) + row, [column[row] or "" for column in columns]

    def strings(self, payload: bytes, unit: Unit) -> Any:
        """Return the rows of a unit as an Arrow table of strings, one column a node of the schema, named by number.

        Values in lists, booleans and bytes that are no text are null in it.
        """
        table = table_of(payload, unit)
        by_number = {each.node.number: each for each in walked(table) if not each.node.repeats}
        columns = {}
        for node in nodes_of(table.schema):
            leaf = by_number.get(node.number)
            said = texts(leaf.array).values if leaf else [None] * table.num_rows
            columns[str(node.number)] = pa.array(said, pa.string())
        return pa.table(columns)


HOW_WRITTEN: Final[dict[str, Any]] = {
    "compression": "zstd",
    "write_statistics": False,
    "write_page_index": False,
    "store_schema": False,
    "use_deprecated_int96_timestamps": False,
}


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
                values[at] = text_after(values[at] or "", own)
    return edited_leaf(leaf.array, values, WITHHELD_PART)


def _written(table: Any) -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, **HOW_WRITTEN) as writer:
        writer.write_table(table, row_group_size=max(1, table.num_rows))
    return sink.getvalue()
