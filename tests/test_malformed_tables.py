"""Tables as they should not be: each is read exactly or refused with row and reason, in bounded time and memory."""

from __future__ import annotations

import csv
import io
import resource
import time
from pathlib import Path

import pytest

from pipeline.errors import UnreadableSource
from pipeline.formats.delimited import Delimited
from pipeline.formats.delimited_cells import Dialect, rows, value
from pipeline.inputs import InputFile
from pipeline.model import Cell, Edit, Source
from pipeline.planning import plan
from pipeline.state import Job, prepare

KIND = Delimited()
PEOPLE = "name,phone,city\nAsa Birk,406-555-0111,Libby\nTove Quint,406-555-0112,Butte\n"
CELLS = [["name", "phone", "city"], ["Asa Birk", "406-555-0111", "Libby"], ["Tove Quint", "406-555-0112", "Butte"]]
LONG = 2_000_000

READ: dict[str, tuple[bytes, list[list[str]]]] = {
    "ragged rows": (b"a,b,c\n1,2\n3,4,5,6\n\n7,8,9\n", [["a", "b", "c"], ["1", "2"], ["3", "4", "5", "6"], [""], ["7", "8", "9"]]),
    "a Latin-1 byte in UTF-8": (PEOPLE.encode() + "Zoë,1,2\n".encode() + b"Ren\xe9,1,x\n", [*CELLS, ["Zoë", "1", "2"], ["René", "1", "x"]]),
    "UTF-16 with mark": (PEOPLE.encode("utf-16"), CELLS),
    "UTF-16 big-endian without mark": (PEOPLE.encode("utf-16-be"), CELLS),
    "UTF-16 little-endian without mark": (PEOPLE.encode("utf-16-le"), CELLS),
    "UTF-32 with mark": (PEOPLE.encode("utf-32"), CELLS),
    "UTF-8 with mark": (PEOPLE.encode("utf-8-sig"), CELLS),
    "double and empty headers": (b"name,name,,\nAsa,Birk,1,2\nTove,Q,3,4\n", [["name", "name", "", ""], ["Asa", "Birk", "1", "2"], ["Tove", "Q", "3", "4"]]),
    "bare carriage returns": (PEOPLE.replace("\n", "\r").encode(), CELLS),
    "three kinds of row ends": (b"name,phone\r\nAsa,1\nTove,2\rIda,3\r\nNed,4\n", [["name", "phone"], ["Asa", "1"], ["Tove", "2"], ["Ida", "3"], ["Ned", "4"]]),
    "a carriage return in quotes": (b'name,phone\n"Asa\rBirk",1\nTove,2\n', [["name", "phone"], ["Asa\rBirk", "1"], ["Tove", "2"]]),
    "quotes in odd places": (
        b'a,b\n"q""r",1\na"b,2\n"a"b,3\n"a" ,4\n a "b" c,5\n',
        [["a", "b"], ['q"r', "1"], ['a"b', "2"], ['"a"b', "3"], ['"a" ', "4"], [' a "b" c', "5"]],
    ),
    "inches": (b'item,size\npipe,6"\nrod,"1/2"""\nbar,3" x 4"\n', [["item", "size"], ["pipe", '6"'], ["rod", '1/2"'], ["bar", '3" x 4"']]),
    "apostrophes as quotes": (b"name,n\n'Birk, Asa',1\n'Quint, Tove',2\n", [["name", "n"], ["Birk, Asa", "1"], ["Quint, Tove", "2"]]),
    "backslashes before quotes": (b'a,b\n"say \\"hi\\", x",1\n"y",2\n', [["a", "b"], ['say "hi", x', "1"], ["y", "2"]]),
    "a sep line": (b"sep=;\nname;phone\nAsa;1\nTove;2\n", [["name", "phone"], ["Asa", "1"], ["Tove", "2"]]),
    "a sep line after a mark": (b"\xef\xbb\xbfsep=;\r\nname;phone\r\nAsa;1\r\n", [["name", "phone"], ["Asa", "1"]]),
    "titles above": (b"Town of Example\nRun on 1/2/2024\n\nname,phone,city\nAsa,406-555-0111,x\nTove,406-555-0112,y\n", [["Town of Example"], ["Run on 1/2/2024"], [""], ["name", "phone", "city"], ["Asa", "406-555-0111", "x"], ["Tove", "406-555-0112", "y"]]),
    "other line breaks in cells": ("name,note\nAsa,a\x0cb\x0bc\x85d\u2028e\nTove,x\n".encode(), [["name", "note"], ["Asa", "a\x0cb\x0bc\x85d\u2028e"], ["Tove", "x"]]),
    "the end mark of DOS": (PEOPLE.encode() + b"\x1a", [*CELLS, ["\x1a"]]),
    "two files end to end": (PEOPLE.encode("utf-8-sig") * 2, [*CELLS, ["\ufeffname", "phone", "city"], *CELLS[1:]]),
    "no row end at the end": (PEOPLE.encode()[:-1], CELLS),
    "nothing but a header": (b"name,phone,city\n", [["name", "phone", "city"]]),
    "nothing but quotes": (b'""\n', [[""]]),
    "blank rows": (b"name,phone\nAsa,1\n\n\r\nTove,2\n", [["name", "phone"], ["Asa", "1"], [""], [""], ["Tove", "2"]]),
    "formulas": (b'name,x\n"=HYPERLINK(""http://x.example"",""y"")",1\n+1,2\n-1,3\n@A1,4\n"\t=1",5\n"\r=1",6\n', [["name", "x"], ['=HYPERLINK("http://x.example","y")', "1"], ["+1", "2"], ["-1", "3"], ["@A1", "4"], ["\t=1", "5"], ["\r=1", "6"]]),
}  # fmt: skip

REFUSED: dict[str, tuple[bytes, str, str]] = {
    "a quote that never closes": (b'a,b\n"x,y\n1,2\n', "row 1", "never closes"),
    "a quote that never closes, far down": (PEOPLE.encode() * 20_000 + b'"x,y,z\n', "row 60000", "never closes"),
    "a lone quote": (b'a,b\n"\n1,2\n', "row 1", "never closes"),
    "a quote that closes inside a cell": (b'a,b\n1,2\n"x, y" z,4\n', "row 2", "middle of a cell"),
    "a NUL byte": (PEOPLE.encode() + b"x\0y,1,2\n", "row 3", "NUL"),
    "a NUL byte far down": (PEOPLE.encode() * 20_000 + b"x\0y,1,2\n", "row 60000", "NUL"),
    "half a character of UTF-16": (PEOPLE.encode("utf-16") + b"x", "", "no text"),
    "a million quotes": (b"a,b\n" + b'"' * 1_000_001, "row 1", "never closes"),
    "ten megabytes in a quote that never closes": (b'a,b\n1,"' + b"word\n" * LONG + b"2,x\n", "row 1", "never closes"),
    "seventy megabytes in one row": (b"a,b\n1,2\n2," + b"word " * (7 * LONG) + b"\n3,x\n", "row 2", "64 MiB"),
    "seventy megabytes in one quoted cell": (b'a,b\n1,2\n2,"' + b"word " * (7 * LONG) + b'"\n3,x\n', "row 2", "64 MiB"),
}

LARGE: dict[str, tuple[bytes, tuple[int, int]]] = {  # rows, and cells of the widest
    "ten megabytes in a quoted cell": (b'id,note\n1,"' + b"word " * LONG + b'"\n2,x\n', (3, 2)),
    "ten megabytes in a bare cell": (b"id,note\n1," + b"word " * LONG + b"\n2,x\n", (3, 2)),
    "a million blank rows": (b"a,b\n1,2\n" + b"\n" * 1_000_000, (1_000_002, 2)),
    "a row of a million commas": (b"a,b\n1,2\n" + b"," * 1_000_000 + b"\n", (3, 1_000_001)),
    "five thousand columns": (
        b"\n".join(b",".join(b"%d" % (n * k) for n in range(5000)) for k in range(1, 60)) + b"\n",
        (59, 5000),
    ),
    "stray quotes in every row": (b"a,b\n" + b'x"y,"z"\n' * 200_000, (200_001, 2)),
    "two million carriage returns": (b"a,b\n1,2\n" + b"\r" * 2_000_000 + b"\n", (3, 2)),
}


def units_of(data: bytes):
    return list(KIND.units(io.BytesIO(data), Source("t.csv", "delimited", len(data))))


def cells_of(data: bytes) -> list[list[str]]:
    return [cells for unit in units_of(data) for _, cells in KIND.table(data[unit.start : unit.stop], unit)]


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read_exactly(name):
    """Every cell says what it should, every cell with a text is a segment, and a copy without edits is the file."""
    data, expected = READ[name]
    assert cells_of(data) == expected
    units = units_of(data)
    assert b"".join(KIND.rewrite(data[unit.start : unit.stop], unit, ()) for unit in units) == data
    texts = [each.text for unit in units for each in KIND.read(data[unit.start : unit.stop], unit).segments]
    assert texts == [cell for row in expected for cell in row if cell]


@pytest.mark.parametrize("name", READ)
def test_an_edit_changes_its_cell_only(name):
    """With any one cell hidden, every other cell of the copy says what it said."""
    data, expected = READ[name]
    (unit,) = units_of(data)
    segments = KIND.read(data, unit).segments
    for segment in segments[:: max(1, len(segments) // 8)]:
        copy = KIND.rewrite(data, unit, [Edit(segment.address, 0, len(segment.text), "[REDACTED]")])
        wanted = [list(row) for row in expected]
        step = segment.address[-1]
        assert isinstance(step, Cell)
        wanted[step.row - int(unit.context["row"])][step.column] = "[REDACTED]"
        body = Delimited().table(copy, unit)
        assert [cells for _, cells in body] == wanted


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_row_and_reason(name):
    """The message names row and reason, shows nothing of the table, and comes within seconds."""
    data, row, reason = REFUSED[name]
    started = time.monotonic()
    with pytest.raises(UnreadableSource) as refused:
        units_of(data)
    assert time.monotonic() - started < 20
    assert row in str(refused.value)
    assert reason in str(refused.value)
    assert "word" not in str(refused.value)
    assert "Quint" not in str(refused.value)


@pytest.mark.parametrize("name", LARGE)
def test_large_and_strange_tables_take_seconds(name, tmp_path):
    """Rows, cells and bytes are all there; planning such a table, its columns and all, takes seconds."""
    data, (count, widest) = LARGE[name]
    started = time.monotonic()
    found = cells_of(data)
    assert (len(found), max(map(len, found))) == (count, widest)
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    planned = plan(STATE, _file(path))
    assert planned.gap is None
    assert time.monotonic() - started < 60


STATE = prepare(Job(key=b"k" * 32, decided_at="2025-01-01T00:00:00Z", level="patterns"))


def _file(path: Path) -> InputFile:
    status = path.stat()
    return InputFile(path, path.name, status.st_size, status.st_mtime_ns)


@pytest.mark.parametrize("name", [*READ, *REFUSED])
def test_planning_never_raises(name, tmp_path):
    """Whatever a table is like, it is planned, or held with a reason."""
    data = READ[name][0] if name in READ else REFUSED[name][0]
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    planned = plan(STATE, _file(path))
    assert (planned.gap is None) == (name in READ)
    if planned.gap is not None:
        assert planned.gap.holds
        assert planned.gap.why


def test_cutting_holds_little_in_memory(tmp_path):
    """Memory does not grow with the size of a table: 300 MB are cut within 100 MB."""
    path = tmp_path / "long.csv"
    block = b"".join(b'%d,"Quint, Tove","said ""no""",%d Example St\n' % (n, n % 99) for n in range(20_000))
    with path.open("wb") as stream:
        stream.write(b"id,name,note,address\n")
        while stream.tell() < 300_000_000:
            stream.write(block)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with path.open("rb") as stream:
        units = list(KIND.units(stream, Source("long.csv", "delimited", path.stat().st_size)))
    assert units[-1].stop == path.stat().st_size
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_no_cell_that_is_written_starts_a_formula():
    """An edited cell never begins as a formula does, be it one before; a cell without edit stays a formula."""
    data = b'name,x\n=SUM(A1)+Birk,=1+1\n"\t+Birk",2\n@Birk,3\n-Birk,4\n'
    (unit,) = units_of(data)
    edits = [
        Edit(each.address, each.text.index("Birk"), len(each.text), "[X]")
        for each in KIND.read(data, unit).segments
        if "Birk" in each.text
    ]
    copy = KIND.rewrite(data, unit, edits).decode()
    names = [value(cells[0], Dialect()) for _, cells, _ in rows(copy, Dialect())][1:]
    assert names == ["'=SUM(A1)+[X]", "'\t+[X]", "'@[X]", "'-[X]"]
    assert next(csv.reader([copy.splitlines()[1]]))[1] == "=1+1"
