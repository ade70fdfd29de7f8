"""Workbooks: what is read, what is written, that no hiding place survives, and that damaged files are held."""

from __future__ import annotations

import csv
import io
import os
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from casehelp import Desk, nothing_wrong
from conftest import everything_in
from openpyxl.comments import Comment
from workbookhelp import DROPPED, EXAMINED, MAIN, REL, hiding, simple, zipped

from pipeline.archives.unpacking import is_office
from pipeline.case.deciding import Which, decide, findings
from pipeline.case.store import Case
from pipeline.errors import UnreadableSource
from pipeline.formats import format_named, format_of, workbook_book
from pipeline.formats.base import assembled
from pipeline.formats.workbook_numbers import number_text, safe_format, shown
from pipeline.model import Edit, Source, words
from pipeline.verify import second_reader

GOLDEN = Path(__file__).parent / "golden" / "workbook"
KIND = format_named("workbook")
MANY = "RELEASABLE_DAMAGED_WORKBOOKS"
"""Set to a number, this many damaged variants are tried instead of 60."""


def units_of(data: bytes, name: str = "f.xlsx"):
    return list(KIND.units(io.BytesIO(data), Source(name, "workbook", len(data))))


def readings_of(data: bytes, name: str = "f.xlsx"):
    return [KIND.read(data, unit) for unit in units_of(data, name)]


def segments_of(data: bytes, name: str = "f.xlsx"):
    return [each for reading in readings_of(data, name) for each in reading.segments]


def texts_of(data: bytes, name: str = "f.xlsx") -> list[str]:
    return [each.text for each in segments_of(data, name)]


def dropped_of(data: bytes, name: str = "f.xlsx") -> dict[str, int]:
    found: dict[str, int] = {}
    for reading in readings_of(data, name):
        for each in reading.dropped:
            found[each.what] = found.get(each.what, 0) + each.count
    return found


def copy_of(data: bytes, *values: str, marker: str = "[REDACTED]", name: str = "f.xlsx") -> bytes:
    """The copy of ``data`` in which values are withheld wherever they are read."""
    parts = []
    for unit in units_of(data, name):
        edits = [
            Edit(each.address, at, at + len(value), marker)
            for value in values
            for each in KIND.read(data, unit).segments
            if (at := each.text.find(value)) >= 0
        ]
        parts.append(KIND.rewrite(data, unit, edits))
    sink = io.BytesIO()
    assembled(KIND, parts, sink)
    return sink.getvalue()


def unpacked(data: bytes) -> bytes:
    """All bytes of a workbook, names and remarks of its members among them, XML as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [archive.comment]
        for each in archive.infolist():
            found += [each.filename.encode(), each.comment, each.extra, archive.read(each)]
    return b"\n".join(found) + data


def cells_of(data: bytes, sheet: int = 0) -> list[list[object]]:
    return python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def canary(place: str) -> str:
    return "canary" + place.replace(" ", "")


# --- hiding places --------------------------------------------------------------------------


@pytest.mark.parametrize("place", EXAMINED)
def test_a_value_in_a_place_that_is_read_is_examined_and_can_be_withheld(place):
    """The text of the place is in a segment, and where it is withheld it is nowhere in the copy."""
    data = hiding(canary)
    found = [each for each in segments_of(data) if canary(place) in each.text]
    assert found
    copy = copy_of(data, canary(place))
    assert canary(place).encode() not in unpacked(copy)
    assert all(canary(place).encode() not in unpacked(copy_of(data, each.text)) for each in found)


@pytest.mark.parametrize("place", EXAMINED)
def test_what_is_read_and_not_withheld_stands_in_the_copy(place):
    """Nothing that a reader of the original saw is lost where nothing is withheld; of a formula its result stays."""
    copy = copy_of(hiding(canary))
    assert (canary(place).encode() in unpacked(copy)) is (place != "formula text")


@pytest.mark.parametrize("place", DROPPED)
def test_a_value_in_a_place_that_is_left_out_is_in_no_copy(place):
    """The text of the place is planted, and is nowhere in a copy in which nothing was withheld."""
    data = hiding(canary)
    planted = unpacked(data)
    assert canary(place).encode() in planted or canary(place).encode("utf-16-le") in planted
    copy = unpacked(copy_of(data))
    assert canary(place).encode() not in copy
    assert canary(place).encode("utf-16-le") not in copy


def test_what_is_left_out_is_said():
    """The reading names in plain words what the copy does not have, and what was hidden."""
    said = " | ".join(dropped_of(hiding(canary)))
    for what in (
        "hidden sheet", "very hidden sheet", "hiding of a row", "hiding of columns", "formula", "who wrote a comment",
        "defined name", "pivot table", "values kept from another file", "what may be entered",
        "conditional formatting", "a filter", "scenario", "chart with its stored values", "properties of the file",
        "text that no cell shows", "number format with text", "a picture", "macros", "data of another program",
        "printer settings", "connection", "earlier values", "form control", "extension of a sheet", "signature",
        "part of another kind", "pronounced", "list of people", "protected range",
    ):  # fmt: skip
        assert what in said, what
    assert canary("")[:6] not in said


def test_an_embedded_file_is_a_gap():
    """A file inside the workbook is content that nobody examined: the policy decides what becomes of it."""
    assert [gap.code for reading in readings_of(hiding(canary)) for gap in reading.gaps] == ["unknown_format"]
    without = hiding(lambda place: "" if place == "embedded file" else canary(place))
    assert not [gap for reading in readings_of(without) for gap in reading.gaps]


def test_nothing_in_a_copy_is_hidden_or_alive():
    """A copy has no hidden sheet, row or column, no formula, no link, no macro, no outside target."""
    copy = copy_of(hiding(canary))
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        names = archive.namelist()
        xml = b"".join(archive.read(each) for each in names)
    for word in (b"hidden=", b"veryHidden", b"<f>", b"<hyperlink", b"TargetMode", b"definedName", b"vbaProject"):
        assert word not in xml, word
    assert not [each for each in names if "media" in each or "pivot" in each or "external" in each]


def test_the_independent_reader_sees_everything_that_a_copy_says():
    """Calamine and the scan of the other parts give every text of the copy, unit by unit."""
    copy = copy_of(hiding(canary))
    said = "\n".join(text for unit in units_of(copy) for text in second_reader("workbook", copy, unit.context) or ())
    for place in EXAMINED:
        assert (canary(place) in said) is (place != "formula text"), place


def test_the_independent_reader_tells_each_text_with_its_unit_only():
    """Cells, comments and names of sheets are not told once more beside the cells, where no decision clears them."""
    copy = copy_of(hiding(canary))
    *sheets, beside = units_of(copy)
    own = [text for each in sheets for text in second_reader("workbook", copy, each.context)]
    rest = " ".join(second_reader("workbook", copy, beside.context))
    kept = [place for place in EXAMINED if place != "formula text"]
    assert [place for place in kept if not any(canary(place) in text for text in own)] == []
    assert [place for place in kept if canary(place) in rest] == []


def test_the_sheet_beside_the_cells_keeps_its_header_in_a_copy():
    """A row below it that looks like a header is none, so the copy is read again with the labels that it was written with."""
    book = openpyxl.Workbook()
    book.active.append(["Ticket", "Cost"])
    book.active.append(["SL-1", 12])
    book.active.oddHeader.center.text = "For Wilma Testperson, 406-555-0131"
    book.properties.title = "Lights"
    sink = io.BytesIO()
    book.save(sink)
    assert [unit.context["titles"] for unit in units_of(copy_of(sink.getvalue()))] == ["0", "0", "-1"]


@pytest.mark.models
def test_what_a_person_released_in_one_place_is_no_leak(loaded, tmp_path, monkeypatch):
    """A number that is withheld in one cell may stand in another cell and a comment where a person released it."""
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Calls")):
        sheet.append(["Phone", "Remark"])
        sheet.append(["406-555-0123", "a hedge"])
    book["Calls"]["B2"].comment = Comment("rang from 406-555-0123", "")
    source = tmp_path / "in" / "calls.xlsx"
    source.parent.mkdir()
    book.save(source)
    desk = Desk(Case.create(tmp_path / "case", "2026-7"), loaded)
    desk.redact(source, tmp_path / "one")
    wanted = tuple(each.id for each in findings(desk.case, Which(entity="PHONE_NUMBER")) if "sheet 2" in each.place)
    assert len(wanted) == 2
    decide(desk.case, Which(wanted), "release", by="counsel", reason="a line of the city", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "two")
    copy = openpyxl.load_workbook(tmp_path / "two/records/calls.xlsx")
    assert copy["Sheet"]["A2"].value == "[REDACTED PHONE]"
    assert copy["Calls"]["A2"].value == "406-555-0123"
    assert copy["Calls"]["B2"].comment.text == "rang from 406-555-0123"


def test_the_log_tells_one_sheet_after_another(road, tmp_path):
    """Rows of the log stand in the order of the sheets, then of rows and columns."""
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Second")):
        for row in range(1, 4):
            sheet.append([f"call 406-555-01{row:02d} about the hedge, please", "nothing", f"or 406-555-012{row} then"])
    book.save(tmp_path / "calls.xlsx")
    road.release(tmp_path / "calls.xlsx", tmp_path / "out")
    with (tmp_path / "out/redaction-log.csv").open(newline="", encoding="utf-8") as stream:
        places = [each["location"] for each in csv.DictReader(stream) if each["entity"] == "PHONE_NUMBER"]
    assert places == [f"sheet {sheet}, cell {column}{row}" for sheet in (1, 2) for row in (1, 2, 3) for column in "AC"]


def test_a_release_has_no_value_from_any_hiding_place(road, tmp_path):
    """Telephone numbers in every place: the release holds none of them, and the log says where they stood."""
    numbers = {place: f"406-555-{100 + at:04d}" for at, place in enumerate((*EXAMINED, *DROPPED))}
    assert len(numbers) < 100
    data = hiding(lambda place: "" if place == "embedded file" else numbers[place])
    source = tmp_path / "in" / "staff.xlsx"
    source.parent.mkdir()
    source.write_bytes(data)
    road.release(source.parent, tmp_path / "out")
    copy = (tmp_path / "out" / "records" / "staff.xlsx").read_bytes()
    everything = everything_in(tmp_path / "out") + unpacked(copy)
    for place, number in numbers.items():
        assert number.encode() not in everything, place
        assert number.replace("-", "").encode() not in everything, place
    log = (tmp_path / "out" / "redaction-log.csv").read_text()
    for where in ("sheet 1, cell A2, comment 1", "sheet 2, cell B2", "sheet 1, cell A4, formula 1", "name of sheet 1"):
        assert where in log, where


# --- cells ------------------------------------------------------------------------------------


def test_types_are_kept_where_nothing_is_edited_and_an_edited_number_is_a_text():
    """Numbers, days, truths and texts come out as what they were; what is edited becomes text."""
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    rows = (
        '<row r="2"><c r="A2"><v>41.5</v></c><c r="B2" s="1"><v>45000</v></c><c r="C2" t="b"><v>1</v></c>'
        '<c r="D2" t="inlineStr"><is><t>=1+1</t></is></c><c r="E2"><v>4065550123</v></c></row>'
    )
    data = simple(rows, styles=styles)
    assert texts_of(data) == ["One", "41.5", "2023-03-15", "TRUE", "=1+1", "4065550123"]
    cells = cells_of(copy_of(data))[1]
    assert (cells[0], str(cells[1]), cells[2], cells[3], cells[4]) == (41.5, "2023-03-15", True, "=1+1", 4065550123.0)
    assert cells_of(copy_of(data, "4065550123"))[1] == [*cells[:4], "[REDACTED]"]


def test_no_text_becomes_a_formula():
    """A text that starts like a formula, or a marker that does, is written as text."""
    data = simple('<row r="1"><c r="A1" t="inlineStr"><is><t>=HYPERLINK("http://x.example")</t></is></c></row>')
    for copy in (copy_of(data), copy_of(data, "HYPERLINK", marker="=cmd|' /C calc'!A0")):
        assert b"<f>" not in unpacked(copy)
    assert cells_of(copy_of(data))[0][0] == '=HYPERLINK("http://x.example")'


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (123456789, "000-00-0000", "123-45-6789"),
        (12345678, "000\\-00\\-0000", "012-34-5678"),
        (4065550123, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(406) 555-0123"),
        (5550123, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "555-0123"),
        (1234, "00000", "01234"),
        (29251.5, "m/d/yy h:mm", "1980-01-31 12:00:00"),
        (0.5, "h:mm", "12:00:00"),
        (1234.5, "#,##0.00", "1234.5"),
        (7, '"No. "0', "No. 7"),
        (-5, "000", "-5"),
        (3, "General", "3"),
        (1e300, "yyyy", "1e+300"),
        (536904399.25, "000-00-0000", "536-90-4399"),
        (-536904399, "000-00-0000", "536-90-4399"),
        (-536904399, "0;000-00-0000", "536-90-4399"),
        (536904399000, "000-00-0000,", "536-90-4399"),
        (3.7, "0", "3.7"),
        (1234567.8, "#,##0", "1234567.8"),
    ],
)
def test_numbers_are_examined_as_they_are_shown(value, code, text):
    """Patterns of digits are filled in and days are ISO dates, so that recognizers see what a reader sees."""
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("000-00-0000", "000-00-0000"),
        ("#,##0.00;[Red]-#,##0.00", "#,##0.00;[Red]-#,##0.00"),
        ('"$"#,##0', '"$"#,##0'),
        ('"Jane "0', "General"),
        ("\\J\\a\\n\\e 0", "General"),
        ('yyyy "Jane"', "yyyy-mm-dd hh:mm:ss"),
        ("[=4065550123]0", "General"),
        ("4065550123", "General"),
        ("[$Jane]0", "General"),
    ],
)
def test_a_number_format_travels_only_without_text_of_its_own(code, kept):
    """Letters and digits in a number format are content, which no copy takes over."""
    assert safe_format(code) == kept


def test_days_count_from_1904_where_the_workbook_says_so():
    """The day that the original shows is the day that is examined and that the copy shows."""
    rows = '<row r="1"><c r="A1" s="1"><v>43538</v></c></row>'
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    book = f'<workbook {MAIN} {REL}><workbookPr date1904="1"/><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>'
    data = simple(rows, styles=styles, **{"xl/workbook.xml": book})
    assert texts_of(data)[1] == "2023-03-15"
    assert str(cells_of(copy_of(data))[0][0]) == "2023-03-15"


def test_a_sheet_is_a_table_whose_columns_go_by_their_header(road, tmp_path):
    """Names in a column of surnames are withheld whole, on the second sheet too, where no model would see them."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Case", "Fee"])
    for number in range(30):
        book.active.append([f"P-{number:04d}", 10 + number])
    sheet = book.create_sheet("Applicants")
    sheet.append(["Applications of 2025", None, None])
    sheet.append(["First Name", "Last Name", "SSN"])
    for number in range(30):
        sheet.append([f"Wenzel{chr(97 + number % 26)}", f"Quorvane{chr(97 + number % 26)}", 123450000 + number])
    (tmp_path / "in").mkdir()
    book.save(tmp_path / "in" / "permits.xlsx")
    road.release(tmp_path / "in", tmp_path / "out")
    copy = (tmp_path / "out" / "records" / "permits.xlsx").read_bytes()
    rows = cells_of(copy, 1)
    assert rows[1] == ["First Name", "Last Name", "SSN"]
    assert not [cell for row in rows[2:] for cell in row if "Quorvane" in str(cell) or "12345" in str(cell)]
    assert cells_of(copy, 0)[5] == ["P-0004", 14.0]
    log = (tmp_path / "out" / "redaction-log.csv").read_text()
    assert "sheet 2, column B" in log


def test_rows_of_a_form_are_one_record_and_what_stands_on_the_left_is_the_label():
    """A sheet without header row is a form: its cells are labelled by the text before them."""
    rows = "".join(
        f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{label}</t></is></c><c r="B{at}"><v>{value}</v></c></row>'
        for at, (label, value) in enumerate((("Telephone:", 5550123), ("SSN:", 123456789), ("Room:", 12)), start=1)
    )
    found = {each.text: each for each in segments_of(simple(rows))}
    assert found["123456789"].label == "SSN"
    assert len({each.record for text, each in found.items() if text != "One"}) == 1
    assert words(found["123456789"].address) == "sheet 1, cell B2"


def test_older_workbooks_are_read_and_become_new_ones(tmp_path):
    """XLS and OpenDocument are read through calamine; the copy is an XLSX with the same values."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Old")
    for column, value in enumerate(("Name", 41.5, "406-555-0123")):
        sheet.write(0, column, value)
    sink = io.BytesIO()
    book.save(sink)
    for data, name in ((sink.getvalue(), "old.xls"), (open_document("406-555-0123"), "old.ods")):
        assert format_of(data[:65536], name) is KIND
        assert "406-555-0123" in texts_of(data, name)
        assert any("all of a workbook of this kind but" in each for each in dropped_of(data, name))
        copy = copy_of(data, "406-555-0123", name=name)
        assert copy.startswith(b"PK")
        assert b"555-0123" not in unpacked(copy)
        assert cells_of(copy)[0][1] == 41.5


def open_document(text: str) -> bytes:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="Old"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>Name</text:p><office:annotation><text:p>canary</text:p></office:annotation></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="41.5"><text:p>41.5</text:p></table:table-cell>'
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        archive.writestr("META-INF/manifest.xml", "<m/>")
    return sink.getvalue()


def test_a_copy_is_called_what_it_is(road, tmp_path):
    """The copy of an XLS or an XLSM has the ending .xlsx; a workbook called .csv is reported and its copy is .xlsx."""
    (tmp_path / "in").mkdir()
    data = simple('<row r="1"><c r="A1"><v>3</v></c></row>')
    for name in ("a.xlsm", "b.xlsx", "c.csv"):
        (tmp_path / "in" / name).write_bytes(data)
    road.release(tmp_path / "in", tmp_path / "out")
    assert sorted(each.name for each in (tmp_path / "out" / "records").iterdir()) == ["a.xlsx", "b.xlsx", "c.xlsx"]
    log = (tmp_path / "out" / "redaction-log.csv").read_text().splitlines()
    assert ["its ending .csv" in line for line in log if "c.xlsx" in line and "ending" in line] == [True]


def test_the_same_workbook_gives_the_same_bytes():
    """A copy has fixed times and nothing of the machine in it."""
    data = hiding(canary)
    assert copy_of(data) == copy_of(data)


def test_a_note_of_the_copy_says_only_what_the_original_said():
    """A link in a note has no word of ours before it, which could be a name that is withheld in that row."""
    notes = [each.text for each in segments_of(copy_of(hiding(canary))) if len(each.address) > 1]
    said = "".join(notes)
    for place in ("note", "threaded comment", "link target", "link location", "link tooltip"):
        said = said.replace(canary(place), "")
    assert said.replace("https://records.example/", "").strip("#\u2192\u2022 \n") == ""


# --- limits and damage --------------------------------------------------------------------------


def refusal(data: bytes, name: str = "f.xlsx") -> str:
    with pytest.raises(UnreadableSource) as raised:
        copy_of(data, name=name)
    return str(raised.value)


def test_bombs_are_refused_before_they_are_unpacked():
    """What unpacks to far more than its size, has too many parts, or two of one name, is held."""
    book = {"xl/workbook.xml": b" " * (40 << 20)}
    assert "far more than its size" in refusal(zipped(book))
    assert "parts" in refusal(zipped({f"xl/{at}": b"" for at in range(10_001)}))
    assert "two parts of one name" in refusal(zipped({"xl/workbook.xml": b"", "XL/Workbook.xml": b""}))


def test_entities_are_refused():
    """XML that declares a document type is held, whether its entities are nested or lead to a file."""
    lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    file = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for kind in (lol, file):
        for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"):
            body = f'{kind}<worksheet {MAIN}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
            assert "document type" in refusal(simple("", **{part: body}))


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is():
    """A million rows without cells are passed over; a cell at the far corner is too far for others to read."""
    rows = "".join(f'<row r="{at}"/>' for at in range(1, 200_001))
    data = simple(
        rows + '<row r="1048576"><c r="A1048576"><v>3</v></c></row>', before='<dimension ref="A1:XFD1048576"/>'
    )
    assert texts_of(data) == ["One", "3"]
    corner = simple('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>3</v></c></row>')
    assert "too large" in refusal(corner)
    assert "outside" in refusal(simple('<row r="1"><c r="XFE1"><v>1</v></c></row>'))
    assert "out of order" in refusal(simple('<row r="2"/><row r="1"><c r="A1"><v>1</v></c></row>'))
    assert "out of order" in refusal(simple('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'))


def test_an_encrypted_workbook_is_held_with_the_reason():
    """An OLE file with an encrypted package is claimed as a workbook and refused as encrypted."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    for name in ("pay.xlsx", "pay.xls", "pay"):
        assert format_of(data, name) is KIND
        assert "encrypted" in refusal(data, name)
    assert format_of(data, "pay.docx") is not KIND


def test_a_large_sheet_is_cut_into_units_that_share_its_bytes(monkeypatch):
    """Runs of rows keep their numbers, and the copy has every row once."""
    rows = "".join(
        f'<row r="{at}"><c r="A{at}"><v>{at}</v></c><c r="B{at}"><v>1</v></c></row>' for at in range(1, 25_001)
    )
    data = simple(rows)
    assert len(units_of(data)) == 14
    assert [row[0] for row in cells_of(copy_of(data))] == [float(at) for at in range(1, 25_001)]
    for name, value in (("LEAST_CELLS", 40), ("_SHARE", 4), ("UNIT_CELLS", 400)):
        monkeypatch.setattr(workbook_book, name, value)
    workbook_book._LAST.clear()
    *sheet, beside = (unit.context for unit in units_of(data))
    rows = [(int(each["from"]), int(each["to"])) for each in sheet]
    assert [start for start, _ in rows] == [0, *(stop for _, stop in rows[:-1])]
    sizes = [stop - start for start, stop in rows[:-1]]
    assert (sizes[0], sizes[-1]) == (20, 200)
    assert sizes == sorted(sizes)
    assert beside["sheet"] == "0"
    workbook_book._LAST.clear()


def _variants(data: bytes, count: int):
    dice = random.Random(20_261)
    for number in range(count):
        if number % 4 == 0:
            yield data[: dice.randrange(len(data))]
            continue
        if number % 4 == 1:
            yield _part_changed(data, dice)
            continue
        changed = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        yield bytes(changed)


def _part_changed(data: bytes, dice: random.Random) -> bytes:
    """The archive is whole, and bits of the XML inside are flipped: what a checksum would not catch."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {each: bytearray(archive.read(each)) for each in archive.namelist()}
    part = parts[dice.choice([each for each in sorted(parts) if parts[each]])]
    for _ in range(dice.randint(1, 4)):
        part[dice.randrange(len(part))] ^= 1 << dice.randrange(8)
    return zipped({name: bytes(content) for name, content in parts.items()})


@pytest.mark.timeout(900)
def test_damaged_workbooks_are_copied_clean_or_held():
    """Truncated and bit-flipped variants are refused with a reason, or their copy holds nothing that was dropped."""
    data = hiding(lambda place: "" if place == "embedded file" else canary(place))
    outcomes: dict[str, int] = {"copied": 0, "held": 0}
    said: list[str] = []
    for variant in _variants(data, int(os.environ.get(MANY, "60"))):
        try:
            copy = copy_of(variant)
            for unit in units_of(copy):
                second_reader("workbook", copy, unit.context)
        except UnreadableSource as held:
            outcomes["held"] += 1
            said.append(str(held))
            continue
        outcomes["copied"] += 1
        assert not [place for place in DROPPED if canary(place).encode() in unpacked(copy)]
    assert min(outcomes.values()) > 0
    assert not [each for each in said if "canary" in each]


# --- as other programs write them ---------------------------------------------------------------


def test_a_note_of_an_empty_cell_stands_alone_in_its_row():
    """A comment in a row in which nothing else stands is in the copy, at its cell."""
    link = (
        '<hyperlinks><hyperlink ref="B3" display="x" location="Sheet2!A1" tooltip="Ask at 406-555-0142"/></hyperlinks>'
    )
    data = simple('<row r="1"><c r="A1"><v>3</v></c></row>', after=link)
    made = openpyxl.load_workbook(io.BytesIO(copy_of(data))).worksheets[0]
    assert "406-555-0142" in made["B3"].comment.text


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="inlineStr"><v>Jane Quorvane</v></c>',
        '<c r="A1"><is><t>Jane Quorvane</t></is></c>',
        '<c r="A1" t="inlineStr"><f>B1</f><v t="inlineStr">Jane Quorvane</v></c>',
    ],
)
def test_a_text_is_read_where_a_program_has_put_it(cell):
    """Some programs write an inline text as a value, or say no type: it is read and stands in the copy."""
    data = simple(f'<row r="1">{cell}</row>')
    assert "Jane Quorvane" in texts_of(data)
    assert cells_of(copy_of(data)) == [["Jane Quorvane"]]


def test_parts_in_folders_parted_by_backslashes_are_found():
    """Some programs part the folders of a package with backslashes and write its names in small letters."""
    with zipfile.ZipFile(io.BytesIO(simple('<row r="1"><c r="A1"><v>41.5</v></c></row>'))) as archive:
        parts = {each.lower().replace("/", "\\"): archive.read(each) for each in archive.namelist()}
    data = zipped(parts)
    assert format_of(data[:65536], "f.xlsx") is KIND
    assert cells_of(copy_of(data)) == [[41.5]]
    assert is_office("[content_types].xml")
    assert refusal(zipped({**parts, "xl/workbook.xml": b""})).count("two parts of one name") == 1


def test_a_number_is_examined_with_the_digits_that_a_workbook_shows():
    """What computing left behind 15 digits hides no number; whole numbers keep all of theirs."""
    assert number_text(1.2100000001000002) == "1.2100000001"
    assert number_text(4065550142.000001) == "4065550142"
    assert number_text(4111111111111111.0) == "4111111111111111"
    data = simple('<row r="1"><c r="A1"><v>1.2100000001000002</v></c></row>')
    assert texts_of(data) == texts_of(copy_of(data))


def test_what_stood_beside_the_cells_is_read_from_a_copy_as_it_was():
    """The sheet that lists it is no table of its own: its texts have no label and are one record with one another."""
    data = simple(
        '<row r="1"><c r="A1"><v>3</v></c></row>',
        before="",
        after="<headerFooter><oddHeader>Ask Jane Quorvane</oddHeader><oddFooter>Clerk</oddFooter></headerFooter>",
    )
    was = {each.text: each for each in segments_of(data)}
    now = {each.text: each for each in segments_of(copy_of(data))}
    for said in ("Ask Jane Quorvane", "Clerk"):
        assert (now[said].label, now[said].role) == (was[said].label, was[said].role)
    assert now["Clerk"].record == now["Ask Jane Quorvane"].record
    assert all(unit.context["table"] == "0" for unit in units_of(copy_of(data))[1:])
