"""The independent reader of Parquet: DuckDB, whose reader shares no code with Arrow's that wrote the file."""

from __future__ import annotations

import base64
import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource

_PART: Final = b"PARQUET PART\n"


def parquet_rows(data: bytes, context: Mapping[str, str]) -> list[str]:
    """Return the names of the columns, then every row with its values parted by tabs.

    Args:
        data: a part as it was written, or the bytes of a row group in a whole file.
        context: the unit's context; its ``footer``, ``size``, ``start`` and ``row`` find the rows in a whole file.

    Raises:
        UnreadableSource: DuckDB cannot read it, or reads another number of rows.
    """
    import duckdb  # noqa: PLC0415 - a large module that only Parquet needs

    try:
        with _file(data, context) as path, duckdb.connect(config=_CONFIG) as connection:
            found = connection.execute(_QUERY, [path, *_range(data, context)])
            names = [each[0] for each in found.description or ()][:-1]
            rows = found.fetchall()
    except (duckdb.Error, OSError, ValueError, OverflowError) as error:
        raise UnreadableSource("copy", f"an independent Parquet reader fails ({type(error).__name__})") from None
    if len(rows) != int(context["rows"]):
        raise UnreadableSource("copy", "an independent Parquet reader finds other rows")
    return ["\t".join(names), *("\t".join(each for each in row[:-1] if each is not None) for row in rows)]


_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_QUERY: Final = (
    "select columns(*)::varchar from read_parquet(?, file_row_number = true)"
    " where file_row_number >= ? and file_row_number < ?"
)


def _range(data: bytes, context: Mapping[str, str]) -> tuple[int, int]:
    first = 0 if data.startswith(_PART) else int(context["row"])
    return first, first + int(context["rows"])


@contextmanager
def _file(data: bytes, context: Mapping[str, str]) -> Iterator[str]:
    """Give the path of a file with a part in it; or with rows of a whole file, its end, and holes elsewhere."""
    with _nameless() as (stream, path):
        if data.startswith(_PART):
            stream.write(data[len(_PART) :])
        else:
            footer, size = zlib.decompress(base64.b85decode(context["footer"])), int(context["size"])
            stream.write(b"PAR1")
            stream.seek(int(context["start"]))
            stream.write(data)
            stream.seek(size - 8 - len(footer))
            stream.write(footer + len(footer).to_bytes(4, "little") + b"PAR1")
        stream.flush()
        yield path


@contextmanager
def _nameless() -> Iterator[tuple[BinaryIO, str]]:
    """Give a file in memory where the system has such, else a temporary one of its owner's only."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("releasable")
        with os.fdopen(number, "wb") as stream:
            yield stream, f"/proc/self/fd/{number}"
        return
    with tempfile.NamedTemporaryFile(prefix="releasable-") as stream:
        yield stream, stream.name  # type: ignore[misc]
