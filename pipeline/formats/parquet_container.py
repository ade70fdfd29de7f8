"""The container of Parquet: its description at the end, where its row groups lie, and the rows of a unit."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import UnreadableSource
from pipeline.formats.parquet_columns import nodes_of
from pipeline.model import Source, Unit

UNIT_CELLS: Final = 100_000
UNIT_BYTES: Final = 4 * 1024 * 1024
FOOTER_LIMIT: Final = 64 * 1024 * 1024
PART: Final = b"PARQUET PART\n"
MAGIC: Final = b"PAR1"
ENCRYPTED: Final = b"PARE"
_REMEDY: Final = "export it again as Parquet, without encryption"
_FAILURES: Final = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, TypeError, NotImplementedError)


def footer_of(stream: BinaryIO, source: Source) -> bytes:
    """Return the metadata at the end of a file, as bytes."""
    stream.seek(0)
    head = stream.read(4)
    stream.seek(max(0, source.size - 8))
    tail = stream.read(8)
    if ENCRYPTED in {head, tail[4:]}:
        raise UnreadableSource(source.path, "it is encrypted", _REMEDY)
    size = int.from_bytes(tail[:4], "little")
    if head != MAGIC or tail[4:] != MAGIC or not 0 < size <= source.size - 12:
        raise UnreadableSource(source.path, "it is cut short or damaged", _REMEDY)
    if size > FOOTER_LIMIT:
        raise UnreadableSource(source.path, "its description is larger than 64 MiB", "export it with fewer row groups")
    stream.seek(source.size - 8 - size)
    return stream.read(size)


def metadata_of(footer: bytes, source: Source) -> Any:
    """Return what the description at the end of a file says (raises UnreadableSource)."""
    try:
        meta = pq.read_metadata(io.BytesIO(MAGIC + footer + len(footer).to_bytes(4, "little") + MAGIC))
        schema = meta.schema.to_arrow_schema()
        nodes_of(schema)
    except _FAILURES as error:
        raise UnreadableSource(source.path, f"its description is damaged ({type(error).__name__})", _REMEDY) from None
    if sum(meta.row_group(at).num_rows for at in range(meta.num_row_groups)) != meta.num_rows:
        raise UnreadableSource(source.path, "its row groups do not have as many rows as it says", _REMEDY)
    return meta


def starts_of(meta: Any, source: Source, footer: int) -> list[int]:
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


def ranges_of(meta: Any, group: int) -> Iterator[tuple[int, int]]:
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


def table_of(payload: bytes, unit: Unit) -> Any:
    """Return the rows of a unit as an Arrow table (raises UnreadableSource)."""
    try:
        if payload.startswith(PART):
            table = pq.ParquetFile(io.BytesIO(payload[len(PART) :])).read(use_threads=False)
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
    meta, group = metadata_of(footer, unit.source), int(unit.context["group"])
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
