"""Rows leave in another order, whole, whatever the format and the charset; what cannot be shuffled is held."""

from __future__ import annotations

import codecs
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.copies import shuffling
from pipeline.copies.anonymity import WrittenTable
from pipeline.copies.checking import WrittenUnit
from pipeline.copies.shuffling import shuffled
from pipeline.formats import format_named
from pipeline.model import Source


def written(path: Path, kind: str) -> WrittenTable:
    """Return a file as the copy of a table."""
    with path.open("rb") as stream:
        units = list(format_named(kind).units(stream, Source(path.name, kind, path.stat().st_size)))
    return WrittenTable(path, tuple(WrittenUnit(each, each.start, each.stop, "") for each in units))


def shuffle(tmp_path: Path, name: str, data: bytes, kind: str) -> bytes:
    path = tmp_path / name
    path.write_bytes(data)
    shuffled(written(path, kind), kind, b"0123456789abcdef", tmp_path / "work")
    assert not list((tmp_path / "work").iterdir())
    return path.read_bytes()


@pytest.mark.parametrize(
    ("codec", "mark"), [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE), ("cp1252", b"")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("open_end", [False, True])
def test_rows_of_any_charset_come_out_whole(tmp_path, codec, mark, end, open_end):
    """Mark and header stay in front; every row is there once, with its end, also cells of several lines."""
    rows = [f'{n},"Müller {n}{end}second line","a""b{n}"' for n in range(300)]
    text = end.join(["number,name,note", *rows]) + ("" if open_end else end)
    out = shuffle(tmp_path, "a.csv", mark + text.encode(codec), "delimited")
    assert out.startswith(mark)
    told = out[len(mark) :].decode(codec)
    head, *cut = told.split(f'"{end}')
    assert head.startswith(f"number,name,note{end}")
    got = [head.removeprefix(f"number,name,note{end}"), *cut]
    assert got.pop() == ""
    assert sorted(f'{each}"' for each in got) == sorted(rows)
    assert [f'{each}"' for each in got] != rows


def test_lines_of_json_come_out_whole(tmp_path):
    """Each record stays its own bytes, signs that other programs take for line ends too."""
    lines = [json.dumps({"n": n, "t": "a\u2028b"}, ensure_ascii=n % 2 == 0) for n in range(300)]
    out = shuffle(tmp_path, "a.jsonl", "\n".join(lines).encode(), "json_lines").decode()
    assert out.endswith("\n")
    assert out.removesuffix("\n").split("\n") != lines
    assert sorted(out.removesuffix("\n").split("\n")) == sorted(lines)


def test_rows_of_parquet_keep_their_types(tmp_path):
    """Nested values, nulls and types come through; the rows of several row groups are mixed."""
    table = pa.table(
        {
            "n": pa.array(range(500), pa.int16()),
            "when": pa.array([None if n % 7 == 0 else n for n in range(500)], pa.timestamp("us", "UTC")),
            "deep": [{"a": [n, None], "b": str(n)} for n in range(500)],
            "map": pa.array([[("k", n)] for n in range(500)], pa.map_(pa.string(), pa.int64())),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=100, store_schema=False)
    out = pq.read_table(io.BytesIO(shuffle(tmp_path, "a.parquet", sink.getvalue(), "parquet")))
    assert out.schema.types == table.schema.types
    order = out.column("n").to_pylist()
    assert order != sorted(order)
    assert max(order[:100]) > 200
    assert out.take(pa.array([order.index(n) for n in range(500)])).to_pylist() == table.to_pylist()


def test_a_large_table_goes_into_more_files(tmp_path, monkeypatch):
    """No file of rows is larger than can be held, however large the table is."""
    monkeypatch.setattr(shuffling, "FILE_BYTES", 20)
    seen = []
    real = shuffling._stored

    def looked_at(path: Path):
        seen.append(path.stat().st_size)
        return real(path)

    monkeypatch.setattr(shuffling, "_stored", looked_at)
    shuffle(tmp_path, "a.csv", b"n,m\n" + b"".join(b"%d,%d\n" % (n, n) for n in range(5000)), "delimited")
    assert len(seen) == shuffling.MOST_FILES
    assert max(seen) < 1000
