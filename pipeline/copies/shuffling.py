"""Bring the rows of a written table into another order, on the disk, in bounded memory.

Every row goes into one of many files by chance; each of these is small enough to be held, and its rows leave it in an
order by chance. So every order of the whole is as likely as any other.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.archives.packing import beside
from pipeline.copies.anonymity import WrittenTable
from pipeline.formats.encoding import decode, encode
from pipeline.formats.parquet import HOW_WRITTEN
from pipeline.model import Unit
from pipeline.tables.columnar import single_lines

SHUFFLED: Final = frozenset({"delimited", "json_lines", "parquet"})
"""Formats whose rows can be given another order."""
LEAST_FILES: Final = 64
MOST_FILES: Final = 512
FILE_BYTES: Final = 32 << 20
_BATCH_ROWS: Final = 65_536
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")


def shuffled(table: WrittenTable, kind: str, seed: bytes, folder: Path) -> None:
    """Bring the data rows of a written table of a format ``kind`` (one of ``SHUFFLED``) into another order."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    count = min(MOST_FILES, max(LEAST_FILES, table.path.stat().st_size // FILE_BYTES))
    paths = [folder / f"{number:03d}.rows" for number in range(count)]
    fresh = beside(table.path)
    if kind == "parquet":
        _shuffled_parquet(table.path, fresh, paths, seed)
    else:
        _shuffled_lines(table, fresh, paths, seed)
    for path in paths:
        path.unlink()
    fresh.replace(table.path)


def _shuffled_lines(table: WrittenTable, fresh: Path, paths: list[Path], seed: bytes) -> None:
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    head = row_end = b""
    with ExitStack() as stack:
        sinks = [stack.enter_context(path.open("wb")) for path in paths]
        for each, payload in table.payloads():
            titles, lines = _lines(payload, each.unit)
            head += titles
            ends = [encode(end, _charset(each.unit)) for end in ("\r\n", "\n", "\r")]
            for line in lines:
                own = next((end for end in ends if line.endswith(end)), b"")
                row_end = row_end or own
                whole = line if own else line + (row_end or ends[1])  # the last one, where the file ends without
                chance.choice(sinks).write(len(whole).to_bytes(8, "big") + whole)
    with fresh.open("wb") as out:
        out.write(head)
        for path in paths:
            rows = list(_stored(path))
            chance.shuffle(rows)
            out.writelines(rows)


def _charset(unit: Unit) -> str:
    return unit.context["encoding"]


def _lines(payload: bytes, unit: Unit) -> tuple[bytes, list[bytes]]:
    """Return what stands before the data rows of a unit, and the bytes of each row with its end."""
    if unit.source.format == "delimited":
        return single_lines(payload, unit)
    mark = int(unit.context["mark"])
    text = decode(payload[mark:], _charset(unit), unit.source.path)
    return payload[:mark], [encode(line, _charset(unit)) for line in _LINES.findall(text) if line.strip()]


def _stored(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while size := stream.read(8):
            yield stream.read(int.from_bytes(size, "big"))


def _shuffled_parquet(path: Path, fresh: Path, paths: list[Path], seed: bytes) -> None:
    chance = np.random.default_rng(int.from_bytes(seed, "big"))
    with pq.ParquetFile(path) as source, ExitStack() as stack:
        schema: Any = source.schema_arrow
        sinks = [stack.enter_context(pa.ipc.new_file(str(each), schema)) for each in paths]
        for batch in source.iter_batches(_BATCH_ROWS, use_threads=False):
            chosen = chance.integers(len(paths), size=batch.num_rows)
            for number in np.unique(chosen):
                sinks[number].write_batch(batch.take(pa.array(np.flatnonzero(chosen == number))))
    with pq.ParquetWriter(fresh, schema, **HOW_WRITTEN) as out:
        for each in paths:
            with pa.ipc.open_file(str(each)) as stored:
                rows = stored.read_all()
            if rows.num_rows:
                out.write_table(rows.take(pa.array(chance.permutation(rows.num_rows))), row_group_size=rows.num_rows)
