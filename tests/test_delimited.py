"""Delimited text: what is read, what is kept byte for byte, what is refused."""

import contextlib
import csv
import io
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableSource
from pipeline.formats.delimited import Delimited
from pipeline.formats.delimited_cells import Dialect, MalformedRow, render, rows, value
from pipeline.formats.delimited_cuts import UNIT_SIZE
from pipeline.formats.delimited_dialect import layouts_of
from pipeline.model import Cell, Edit, Role, Source, SpanError

KIND = Delimited()
PEOPLE = b"id,FirstName,SSN\n007,Maribel,900-12-3456\n008,NA,000-12-3456\n"


def units_of(data: bytes):
    return list(KIND.units(io.BytesIO(data), Source("t.csv", "delimited", len(data))))


def segments_of(data: bytes):
    return [each for unit in units_of(data) for each in KIND.read(data[unit.start : unit.stop], unit).segments]


def table_of(data: bytes) -> list[list[str]]:
    return [cells for unit in units_of(data) for _, cells in KIND.table(data[unit.start : unit.stop], unit)]


def edited(data: bytes, *edits: Edit) -> bytes:
    (unit,) = units_of(data)
    return KIND.rewrite(data, unit, edits)


def at(row: int, column: int, start: int, end: int, text: str = "[REDACTED]") -> Edit:
    return Edit((Cell(row, column),), start, end, text)


# --- cells ------------------------------------------------------------------------------

ALPHABET = st.text(alphabet='ab,;"\n\r\\ x\t', max_size=30)
DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from(",;\t"),
    quote=st.sampled_from(['"', ""]),
    escape=st.booleans(),
    spaced=st.booleans(),
    bare_cr=st.booleans(),
).filter(lambda dialect: dialect.quote or not dialect.spaced)


@settings(max_examples=400, deadline=None)
@given(ALPHABET, DIALECTS, st.integers(0, 30))
def test_cells_joined_again_are_the_text(text, dialect, cut):
    """Rows lie one after another, delimiters and cells give each row back, and a text cut anywhere gives the same rows."""
    try:
        found = list(rows(text, dialect))
    except MalformedRow:
        return
    position = 0
    for start, cells, following in found:
        assert start == position
        assert text[start:following].rstrip("\r\n") == dialect.delimiter.join(cells).rstrip("\r\n")
        position = following
    assert position == len(text)
    first = list(rows(text[:cut], dialect, final=False))
    done = first[-1][2] if first else 0
    rest = [(start + done, cells, following + done) for start, cells, following in rows(text[done:], dialect)]
    assert first + rest == found


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.text(alphabet='ab,"\n é;', max_size=8), min_size=2, max_size=4), min_size=1, max_size=6))
def test_tables_that_python_writes_are_read_as_python_reads_them(table):
    """What the csv module writes, cells are read from exactly."""
    stream = io.StringIO()
    csv.writer(stream).writerows(table)
    text = stream.getvalue()
    assert [[value(cell, Dialect()) for cell in cells] for _, cells, _ in rows(text, Dialect())] == table


@settings(max_examples=300, deadline=None)
@given(ALPHABET, DIALECTS, st.text(alphabet='a[],"\n;\\\t', min_size=1, max_size=12))
def test_a_rendered_cell_is_one_cell_that_says_what_it_should(text, dialect, new):
    """Any text put into any cell stays one cell of one row; with quotes or escapes it reads back unchanged."""
    try:
        cells = [cell for _, found, _ in rows(text, dialect) for cell in found]
    except MalformedRow:
        return
    for cell in cells[:5]:
        ((_, (raw,), _),) = list(rows(render("x" + new, cell, dialect), dialect))
        if dialect.quote:
            assert value(raw, dialect) == "x" + new


def test_a_quoted_nickname_is_ordinary_text():
    """A cell that starts with quotes but goes on after them is read as it stands."""
    assert table_of(b'name,age\n"Bob" Smith,40\nJane,41\nAda,42\n')[1] == ['"Bob" Smith', "40"]


def test_an_edit_makes_no_formula():
    """A cell whose text begins with = only because of an edit gets an apostrophe."""
    assert edited(b"a,b\nx=1+1,2\ny,3\n", at(0, 0, 0, 1, "")).splitlines()[1] == b"'=1+1,2"


# --- reading ----------------------------------------------------------------------------


def test_segments_have_address_label_record_and_role():
    """A cell knows its row, its column's name and its row's record; the header row has its own record."""
    segments = segments_of(PEOPLE)
    cell = next(each for each in segments if each.text == "900-12-3456")
    assert (cell.address, cell.label, cell.record, cell.role) == ((Cell(0, 2),), "SSN", "t.csv#row0", Role.CELL)
    header = next(each for each in segments if each.text == "FirstName")
    assert (header.address, header.label, header.record) == ((Cell(-1, 1),), "", "t.csv#header")


def test_leading_zeros_and_na_are_kept():
    """``007`` and the surname ``NA`` are what they are."""
    assert [row[0] for row in table_of(PEOPLE)] == ["id", "007", "008"]
    assert table_of(PEOPLE)[2][1] == "NA"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_dialect_row_ends_and_charset_are_found_and_kept(delimiter, end, charset):
    """Every mix of delimiter, row end and charset is read alike, and only the edited cell changes."""
    lines = [
        ["name", "city", "note"],
        ["Zoë Quint", "Butte", "x, y; z"],
        ["René Birk", "Eureka", "w"],
        ["Ida", "Libby", ""],
    ]
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(lines)
    data = stream.getvalue().encode(charset)
    assert table_of(data) == lines
    changed = edited(data, at(0, 0, 0, 3))
    assert changed.decode(charset) == stream.getvalue().replace("Zoë", "[REDACTED]")
    assert changed.startswith(data[:2])


def test_mac_and_dos_letters_are_read_as_such():
    """Accented names are read rightly from the charsets of old Macs and of DOS."""
    text = "name,city\nRené Núñez,Peñasco\nZoë Müller,Köln\nSeán Peña,Málaga\n"
    for charset in ("mac_roman", "cp437"):
        data = text.encode(charset)
        assert "Zoë Müller" in {each.text for each in segments_of(data)}
        assert "René Núñez" in {each.text for each in segments_of(data)}


def test_stray_bytes_read_as_windows_characters_and_stay():
    """A Latin-1 byte in a UTF-8 file reads as its letter, and its byte is written again."""
    data = "name,city\nZoë Quint,Malmö\nJörg,Århus\n".encode() + b"Ren\xe9,Butte\n"
    assert "René" in {each.text for each in segments_of(data)}
    assert edited(data, at(2, 1, 0, 5)) == data.replace(b"Butte", b"[REDACTED]")


def test_cells_of_several_lines_are_one_cell_of_one_row():
    """A line end in quotes ends no row."""
    data = b'a,b\r\n1,"x\r\ny"\r\n2,z\r\n'
    assert table_of(data) == [["a", "b"], ["1", "x\r\ny"], ["2", "z"]]


def test_ragged_rows_keep_their_cells_without_label():
    """Cells beyond the header are read, with no name of a column."""
    data = b"name,phone\nAsa,406-555-0111,asa@example.org\nTove\nIda,406-555-0113\n"
    extra = next(each for each in segments_of(data) if "@" in each.text)
    assert (extra.label, extra.address) == ("", (Cell(0, 2),))


def test_table_without_header_has_no_labels():
    """When the first row is data, it is row 0 and no column has a name."""
    segments = segments_of(b"Okonjo,Maribel,406-555-0111\nQuint,Tove,406-555-0112\nBirk,Asa,406-555-0113\n")
    assert segments[0].address == (Cell(0, 0),)
    assert {each.label for each in segments} == {""}


def test_titles_above_the_header_come_before_row_minus_one():
    """A title over the table is read, and the header is still the header."""
    data = b"Permits of the Town of Example\n\nname,phone\nAsa Birk,406-555-0111\nTove Quint,406-555-0112\nIda,406-555-0113\n"
    segments = segments_of(data)
    assert segments[0].address == (Cell(-3, 0),)
    assert next(each for each in segments if each.text == "Asa Birk").label == "name"


def test_duplicate_and_empty_headers_are_labels_as_they_stand():
    """Two columns of one name and one without are all read."""
    data = b"name,name,,phone\nAsa,Birk,x,406-555-0111\nTove,Quint,y,406-555-0112\n"
    assert [each.label for each in segments_of(data) if each.record == "t.csv#row0"] == ["name", "name", "", "phone"]


def test_five_thousand_columns_are_read():
    """A very wide table is read cell by cell."""
    row = lambda text: ",".join(f"{text}{number}" for number in range(5000))  # noqa: E731
    assert len(segments_of((row("c") + "\n" + row("v") + "\n" + row("w") + "\n").encode())) == 15000


def test_a_cell_of_ten_megabytes_is_one_cell():
    """Long cells are read whole, in linear time."""
    started = time.monotonic()
    data = b'id,note\n1,"' + b'word ""x"" \n' * 900_000 + b'"\n2,short\n3,other\n'
    long = max((each.text for each in segments_of(data)), key=len)
    assert len(long) == 900_000 * 10
    assert time.monotonic() - started < 20


def test_long_tables_are_cut_at_row_ends():
    """Units are near 1 MiB, end at row ends outside quotes, and number rows through."""
    data = b"id,note\n" + b"".join(b'%d,"line one\nline, two"\n' % number for number in range(40_000))
    units = units_of(data)
    assert len(units) == len(data) // UNIT_SIZE + 1 or len(units) == len(data) // UNIT_SIZE
    ids = [each.text for each in segments_of(data) if each.address[0].column == 0 and each.address[0].row >= 0]
    assert ids == [str(number) for number in range(40_000)]
    assert json.loads(units[-1].context["header"]) == ["id", "note"]
    last = segments_of(data)[-1]
    assert last.address == (Cell(39_999, 1),)


# --- refusing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'a,b\n1,2\n3,"never closed\n5,6\n', "row 2"),
        (b'a,b\n1,2\n3,"x, y" z, w\n5,"q"\n', "row 2"),
        (b"a,b\n1,2\n3,x\0y\n", "row 2"),
        (b'h,"never', "header row"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_its_row(data, where):
    """A broken quote or a NUL byte gives no unit; the message names the row and holds nothing of it."""
    with pytest.raises(UnreadableSource) as refused:
        units_of(data)
    assert where in str(refused.value)
    assert not any(word in str(refused.value) for word in ("x, y", "never closed", "h,"))


def test_half_a_character_of_utf16_is_refused():
    """A UTF-16 table cut in the middle of a character is not read."""
    with pytest.raises(UnreadableSource):
        units_of("name,city\nZoë,Butte\n".encode("utf-16")[:-1])


def test_edits_outside_the_unit_are_refused():
    """An edit for a row or column that is not there raises."""
    for edit in (at(9, 0, 0, 1), at(0, 9, 0, 1), at(0, 0, 0, 99)):
        with pytest.raises(SpanError):
            edited(PEOPLE, edit)


def test_a_redacted_copy_shows_its_rows_where_the_original_does():
    """With every value of any columns replaced, the header is still the header and rows keep their numbers."""
    for data in (PEOPLE, b"Okonjo,Maribel,406-555-0111,1 Example St\nQuint,Tove,406-555-0112,2 Example St\n" * 3):
        whole = [each for each in segments_of(data) if each.address[0].row >= 0]
        width = max(each.address[0].column for each in whole) + 1
        for hidden in range(1, 2**width):
            chosen = [each for each in whole if hidden >> each.address[0].column & 1]
            copy = edited(data, *(Edit(each.address, 0, len(each.text), "[REDACTED SSN (c)]") for each in chosen))
            assert [each.address for each in segments_of(copy)] == [each.address for each in segments_of(data)]


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"\n\n\n", b"\xef\xbb\xbf\r\n", b"a", b"sep=;\r\n", b" "])
def test_files_with_next_to_nothing_are_covered(data):
    """A mark, blank lines or a single letter make a unit that covers the file."""
    assert [(unit.start, unit.stop) for unit in units_of(data)] == [(0, len(data))]


# --- claims and dialects ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "a.tab", "a.psv"])
def test_tables_by_name_are_claimed(name):
    """A text that is called a table is one."""
    assert KIND.claims(b"one column\nof text\n", name) > 0.9


def test_tables_by_content_are_claimed():
    """A table under another name is recognised by its rows."""
    assert KIND.claims(b"name|phone|id\nAsa|1|2\nTove|3|4\nIda|5|6\n", "export.txt") == 0.7


@pytest.mark.parametrize(
    "text",
    [
        b"Dear clerk,\n\nthank you, and good bye, from all of us here, always.\n\nYours,\nAsa\n",
        b"First, we met.\nThen, we left.\nLater, we ate.\nAfter that, we slept.\nSo, we rested.\nOften, we woke.\n",
        b"From: asa@example.org\nTo: tove@example.org\nSubject: x, y, z\n\nHello, you\n",
        b"From asa@example.org Mon May  5 10:00:00 2025\nFrom: asa@example.org\n\na,b\nc,d\n",
        b"just words\nand words\nand more words\n",
        b"",
    ],
)
def test_prose_and_mail_are_no_tables(text):
    """Letters with commas and mail are not claimed."""
    assert KIND.claims(text, "a.txt") == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("name;n\nBirk, Asa;1\nQuint, Tove;2\n", ";"),
        ("a\tb, c\n1\t2, 3\n", "\t"),
        ("a|b\nx,y|z\nu,v|w\n", "|"),
        ("id,json,who\n" + '7,"{""a"": ""b; c"", ""d"": 1}",Asa; 1; x\n' * 9, ","),
        ("id,json,who\n" + '7,"{""a"": ""b|c"", ""d|e"": 1}",A|1|x\n' * 9, ","),
    ],
)
def test_the_delimiter_is_the_one_whose_cells_hold_one_thing(text, expected):
    """Commas in numbers and names do not win over the real delimiter."""
    assert layouts_of(text, whole=True)[0].dialect.delimiter == expected


def test_a_later_backslash_changes_the_dialect_of_the_whole_file():
    """Escapes that first show after the sample are found before any unit is given out."""
    data = b"id,note\n" + b'1,"plain"\n' * 8000 + b'2,"he said \\"a, b\\" x"\n'
    assert table_of(data)[-1] == ["2", 'he said "a, b" x']


def test_hostile_quotes_take_linear_time():
    """Text made to confuse the quotes is refused or read within seconds."""
    started = time.monotonic()
    for data in (b'"' * 500_001, b'a,"' + b'""' * 500_000, b'","' * 300_000, b'\\"' * 300_000, b' ,"' * 300_000):
        with contextlib.suppress(UnreadableSource):
            segments_of(b"a,b\n" + data)
    assert time.monotonic() - started < 30
