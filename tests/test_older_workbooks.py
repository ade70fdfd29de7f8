"""XLS, XLSB and OpenDocument: numbers are examined as they are shown, and a damaged file takes no memory that it needs not."""

from __future__ import annotations

import io
import resource
import struct
import time
import zipfile

import pytest
import xlwt
from damagedhelp import binary_record, binary_wide, binary_workbook
from hiding import copy, readings

from pipeline.archives.older_workbook import cell
from pipeline.errors import UnreadableSource

SHOWN = {"536-90-4399": (536904399, "000-00-0000"), "(406) 555-0142": (4065550142, "(000) 000-0000")}


def xls() -> bytes:
    book = xlwt.Workbook()
    for name in ("First", "Second"):
        sheet = book.add_sheet(name)
        sheet.write(0, 0, "Meter")
        for row, (value, code) in enumerate(SHOWN.values(), start=1):
            sheet.write(row, 1, value, xlwt.easyxf(num_format_str=code))
            sheet.write(row, 2, row * 1.5)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def xlsb() -> bytes:
    def cell(column: int, value: float, look: int) -> bytes:
        return binary_record(5, struct.pack("<IId", column, look, value))

    rows = b"".join(
        binary_record(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0)) + cell(1, value, row) + cell(2, row * 1.5, 0)
        for row, (value, _) in enumerate(SHOWN.values(), start=1)
    )
    formats = b"".join(
        binary_record(44, struct.pack("<H", 164 + at) + binary_wide(code))
        for at, (_, code) in enumerate(SHOWN.values())
    )
    looks = b"".join(binary_record(47, struct.pack("<HH", 0, each) + bytes(12)) for each in (0, 164, 165))
    of_styles = binary_record(47, struct.pack("<HH", 0xFFFF, 165) + bytes(12))
    styles = (
        binary_record(615, struct.pack("<I", 2)) + formats + binary_record(616)
        + binary_record(626, struct.pack("<I", 1)) + of_styles + binary_record(627)
        + binary_record(617, struct.pack("<I", 3)) + looks + binary_record(618)
    )  # fmt: skip
    return binary_workbook([("Meter", "Number")], more=rows, styles=styles)


def ods() -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="float" office:value="{}"{}><text:p>{}</text:p></table:table-cell>'
    rows = "".join(
        f'<table:table-row table:number-rows-repeated="{row}"><table:table-cell/>{cell.format(value, "", text)}'
        f"{cell.format(row * 1.5, ' ', row * 1.5)}</table:table-row>"
        for row, (text, (value, _)) in enumerate(SHOWN.items(), start=1)
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Old">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<m/>")
    return sink.getvalue()


@pytest.mark.parametrize(("name", "build"), [("a.xls", xls), ("a.xlsb", xlsb), ("a.ods", ods)])
def test_a_number_is_examined_as_it_is_shown(name: str, build) -> None:
    """The digits of a Social Security number in the dress that a cell's format gives them; other numbers as they are."""
    data = build()
    said = [each.text for reading in readings(data, name) for each in reading.segments]
    assert set(SHOWN) <= set(said)
    assert {"1.5", "3"} <= set(said)
    assert not [each for each in said if each in {"536904399", "4065550142"}]
    assert b"4399" not in copy(data, name, withheld=True)


def test_an_encrypted_workbook_is_held_as_such() -> None:
    """The reason is the password, whatever calamine says of a file that it cannot tell."""
    code_page, file_pass = b"\x42\0\x02\0\xb0\x04", b"\x2f\0\x02\0\x01\0"
    data = xls()
    assert data.count(code_page) == 1
    with pytest.raises(UnreadableSource, match="it is encrypted"):
        readings(data.replace(code_page, file_pass), "a.xls")


def test_a_number_that_is_none_is_an_error_of_its_cell() -> None:
    """What no number stands for in a damaged or foreign workbook does not hold the rest of it."""
    assert cell(3, float("nan")) == [3, "s", "#NUM!"]
    assert cell(3, float("inf")) == [3, "s", "#NUM!"]


FAR = {
    "column": binary_record(0, struct.pack("<IIHHBI", 9, 0, 300, 0, 0, 0))
    + binary_record(5, struct.pack("<IId", 2**28, 0, 1.0)),
    "column of no sheet": binary_record(0, struct.pack("<IIHHBI", 2, 0, 300, 0, 0, 0))
    + binary_record(5, struct.pack("<IId", 1_000_000, 0, 1.0)),
    "row and column": binary_record(0, struct.pack("<IIHHBI", 1_000_000, 0, 300, 0, 0, 0))
    + binary_record(5, struct.pack("<IId", 16_000, 0, 1.0)),
}


@pytest.mark.parametrize("where", FAR)
def test_one_damaged_number_takes_no_memory(where: str) -> None:
    """A cell a million rows or columns away is room for billions of cells: the file is held, and soon."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, time.monotonic()
    with pytest.raises(UnreadableSource) as refused:
        readings(binary_workbook([("Meter", "Number")], more=FAR[where]), "a.xlsb")
    assert "too large" in str(refused.value) or "no sheet has one" in str(refused.value)
    assert time.monotonic() - start < 20
    assert max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, before) < max(before + 1, 2 * 1024**2)  # KiB


def test_a_workbook_that_ends_its_reader_is_held() -> None:
    """Bytes that make calamine fail give a reason, whatever it does."""
    for name, data in (("a.xls", xls()[:2000]), ("a.xls", xls()[:-3000])):
        with pytest.raises(UnreadableSource):
            readings(data, name)
