"""OpenDocument spreadsheets: what a cell says is read whole, whatever wrote the file; what belongs to it is examined."""

from __future__ import annotations

import io
import zipfile

import pytest
from hiding import copy, readings, texts
from openpyxl import load_workbook

from pipeline.errors import UnreadableSource

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("draw", "drawing"),
        ("style", "style"),
    )
)
MANIFEST = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</m:manifest>'


def book(rows: str, *, styles: str = "", sheet: str = "", manifest: str = "", after: str = "") -> bytes:
    content = (
        f'<office:document-content {SPACES} xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="Old"{sheet}>{rows}</table:table>{after}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        archive.writestr("META-INF/manifest.xml", MANIFEST.format(manifest))
    return sink.getvalue()


def row(*cells: str, about: str = "") -> str:
    return f"<table:table-row{about}>{''.join(cells)}</table:table-row>"


def cell(inside: str, about: str = ' office:value-type="string"') -> str:
    return f"<table:table-cell{about}>{inside}</table:table-cell>"


def cells_of(data: bytes) -> list[object]:
    sheet = load_workbook(io.BytesIO(copy(data, "a.ods"))).worksheets[0]
    return [each.value for line in sheet.iter_rows() for each in line if each.value is not None]


@pytest.mark.parametrize(
    "kind", ["", ' office:value-type="unknown"', ' office:value-type="float"', ' office:value-type="date"']
)
def test_a_cell_without_a_type_or_value_says_what_its_paragraph_says(kind: str) -> None:
    """Programs that write spreadsheets leave out the type or the value; what is shown is read and stands in the copy."""
    data = book(row(cell("<text:p>406-555-0142</text:p>", kind)))
    assert "406-555-0142" in texts(data, "a.ods")
    assert cells_of(data) == ["406-555-0142"]


def test_tabs_and_line_ends_part_words() -> None:
    """What stands before a tab or the end of a line is not glued to what stands behind it."""
    data = book(row(cell("<text:p>Doe<text:tab/>406-555-0142<text:line-break/>Helena</text:p><text:p>MT</text:p>")))
    assert cells_of(data) == ["Doe\t406-555-0142\nHelena\nMT"]


def test_white_space_between_elements_is_no_damage() -> None:
    """A spreadsheet whose XML is laid out for reading is read."""
    lines = (
        "\n  <table:table-row>\n   <table:table-cell office:value-type='float' office:value='3'>\n<text:p>3</text:p>\n"
    )
    assert cells_of(book(lines + "  </table:table-cell>\n  </table:table-row>\n")) == [3]


def test_values_keep_their_kind() -> None:
    """Numbers, days, times and truths stay what they are; a text that is shown otherwise is examined and not written."""
    said = [
        cell("<text:p>41,5</text:p>", ' office:value-type="currency" office:value="41.5"'),
        cell("<text:p>2 May</text:p>", ' office:value-type="date" office:date-value="2014-05-02"'),
        cell("<text:p>10:05</text:p>", ' office:value-type="time" office:time-value="PT10H05M00S"'),
        cell("<text:p>wahr</text:p>", ' office:value-type="boolean" office:boolean-value="true"'),
        cell("<text:p>call 406-555-0142</text:p>", ' office:value-type="float" office:value="7"'),
        cell("<text:p>seen</text:p>", ' office:value-type="string" office:string-value="406-555-0177"'),
    ]
    data = book(row(*said))
    assert [str(each) for each in cells_of(data)] == ["41.5", "2014-05-02 00:00:00", "10:05:00", "True", "7", "seen"]
    assert {"call 406-555-0142", "406-555-0177"} <= set(texts(data, "a.ods").splitlines())
    assert b"0177" not in copy(data, "a.ods")


def test_comments_links_and_shapes_are_examined_and_in_the_copy() -> None:
    """A comment or link is a note of its cell; the text of a shape stands beside the cells."""
    box = "<draw:frame><draw:text-box><text:p>boxed 406-555-0111</text:p></draw:text-box></draw:frame>"
    data = book(
        f"<table:shapes>{box}</table:shapes>"
        + row(
            cell(
                "<office:annotation><text:p>noted 406-555-0122</text:p></office:annotation>"
                '<text:p>see <text:a xlink:href="https://records.example/4065550133">here</text:a></text:p>'
            )
        )
    )
    read = texts(data, "a.ods")
    assert all(each in read for each in ("boxed 406-555-0111", "noted 406-555-0122", "4065550133", "see here"))
    made = load_workbook(io.BytesIO(copy(data, "a.ods")))
    note = made.worksheets[0]["A1"].comment
    assert note is not None
    assert "noted 406-555-0122" in note.text
    assert "4065550133" in note.text
    assert "boxed 406-555-0111" in [each.value for line in made.worksheets[-1].iter_rows() for each in line]
    hidden = load_workbook(io.BytesIO(copy(data, "a.ods", withheld=True)))
    assert "0122" not in hidden.worksheets[0]["A1"].comment.text


def test_a_table_inside_a_cell_belongs_to_its_cell() -> None:
    """Rows of a table in a cell, and of one kept for a link to another file, are no rows of the sheet."""
    inner = f'<table:table table:name="Inner">{row(cell("<text:p>inside</text:p>"))}</table:table>'
    kept = f'<table:dde-links><table:table table:name="Kept">{row(cell("<text:p>kept</text:p>"))}</table:table></table:dde-links>'
    data = book(row(cell(inner)) + row(cell("<text:p>outside</text:p>")), after=kept)
    assert "inside" in texts(data, "a.ods")
    assert cells_of(data)[-1] == "outside"
    assert "kept" not in texts(data, "a.ods")


def test_repeated_cells_and_rows_are_all_there_and_hiding_is_said() -> None:
    """A row that stands for several is written so often; a hidden sheet and row are in sight, and the log says so."""
    styles = (
        '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
    )
    three = row(
        cell("<text:p>x</text:p>", ' table:number-columns-repeated="2"'), about=' table:number-rows-repeated="3"'
    )
    last = row(cell("<text:p>y</text:p>"), about=' table:visibility="collapse"')
    blank = row(cell("", ""), about=' table:number-rows-repeated="1048000"')
    data = book(three + last + blank, styles=styles, sheet=' table:style-name="h"')
    assert cells_of(data) == ["x"] * 6 + ["y"]
    said = [each.what for reading in readings(data, "a.ods") for each in reading.dropped]
    assert any("hidden sheet" in each for each in said)
    assert any("hiding of a row" in each for each in said)


@pytest.mark.parametrize(
    ("rows", "manifest", "why"),
    [
        ("", "<m:file-entry><m:encryption-data/></m:file-entry>", "it is encrypted"),
        (row(cell("<text:p>x</text:p>"), about=' table:number-rows-repeated="1048577"'), "", "too large"),
        (row(cell("<text:p>x</text:p>", ' table:number-columns-repeated="16385"')), "", "no sheet has one"),
        (row(cell(f"<text:p>{'x' * 32_768}</text:p>")), "", "longer than the 32767 characters"),
    ],
)  # fmt: skip
def test_what_is_encrypted_or_without_measure_is_held(rows: str, manifest: str, why: str) -> None:
    """The reason says what it is; nothing is cut."""
    with pytest.raises(UnreadableSource, match=why):
        readings(book(rows, manifest=manifest), "a.ods")
