"""Values that only what stands beside or above them names: a head of a column, a cell on the left, a line before."""

from __future__ import annotations

import io
import re
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from conftest import Road
from damagedhelp import texts_in

from pipeline.detect import detect
from pipeline.formats.html_text import HtmlText
from pipeline.formats.table_labels import Beside
from pipeline.model import Edit, Segment
from pipeline.state import State
from recognizers.registry import load_recognizers

PATTERNS = [each for each in load_recognizers("fast") if not each.needs_model]


def found_in(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """Return what the recognizers of patterns find: entity and text."""
    return [
        (match.entity, segment.text[match.start : match.end])
        for segment, matches in zip(segments, detect(segments, PATTERNS), strict=True)
        for match in matches
    ]


@pytest.mark.parametrize(
    ("source", "entity", "value"),
    [
        ("<table><tr><td>Social Security Number<td>536904399<tr><td>Phone<td>x</table>", "US_SSN", "536904399"),
        ("<table><tr><th>Item<th>SSN<tr><td>Salt<td>536904399<tr><td>Sand<td>536904398</table>", "US_SSN", "536904398"),
        ("<table><tr><td>SSN<tr><td>536904399</table>", "US_SSN", "536904399"),
        ("<table><tr><td>Staff<td><tr><td>Item<td>SSN<tr><td>Salt<td>536904399</table>", "US_SSN", "536904399"),
        (
            "<table><tr><td>Item<td>SSN<tr><td>Salt<td>536904399<tr><td>SSN<td>1<tr><td>Phone<td>2<tr><td>City<td>x</table>",
            "US_SSN",
            "536904399",
        ),
        ("<table><tr><td><b>SSN</b><div>536904399</div></table>", "US_SSN", "536904399"),
        (
            "<table><tr><td><table><tr><td>Date of birth<td>03/04/1980<tr><td>Phone<td>x</table></table>",
            "DATE_OF_BIRTH",
            "03/04/1980",
        ),
        ("<h3>Social Security Number</h3><p>536904399</p>", "US_SSN", "536904399"),
        ("<div>Date of birth</div><div><span>03/04/1980</span></div>", "DATE_OF_BIRTH", "03/04/1980"),
        ("<dl><dt>Driver license<dd>0412319804103</dl>", "US_DRIVER_LICENSE", "0412319804103"),
        ("<input type=hidden name=ssn value=536904399>", "US_SSN", "536904399"),
        ("<p>SSN: <input value=536904399></p>", "US_SSN", "536904399"),
        ("<a href='sms:2065550120'>x</a>", "PHONE_NUMBER", "2065550120"),
    ],
)
def test_what_a_page_names_is_found_and_withheld(source: str, entity: str, value: str) -> None:
    """Bare digits and dates, which are nothing by themselves, are what the page calls them."""
    page = HtmlText.parsed(source)
    segments = page.reading().segments
    assert (entity, value) in found_in(segments)
    edits = [Edit(each.address, at, at + len(value), "[X]") for each in segments if (at := each.text.find(value)) >= 0]
    assert value not in page.written(edits)


def test_what_no_words_of_headers_name_stays_as_it_is() -> None:
    """Texts that follow one another, headings, and cells of plain tables have no label of each other."""
    page = HtmlText.parsed(
        "<h2>Road works</h2><p>Route 191 is closed.</p><p>Name</p><p>Office of the Clerk</p>"
        "<table><tr><td>Salt<td>413<tr><td>Sand<td>555</table><p>Agenda 12</p><ul><li>Phone<li>Address</ul>"
    )
    labels = {each.text: each.label for each in page.reading().segments if each.label}
    assert labels == {"413": "Salt", "555": "Sand"}
    assert found_in(page.reading().segments) == []


def sheet(*rows: Sequence[object]) -> bytes:
    """Return a workbook of one sheet; None is an empty cell."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("Items")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


STOCK = (("Item", "Note", "Cost"), ("Salt", "none", 1), ("Sand", "none", 2), ("Gravel", "none", 3))


def test_a_release_has_no_number_that_a_cell_of_a_sheet_names(by_patterns: State, tmp_path: Path) -> None:
    """A form or a second table in a sheet whose header names other columns; cells above, on the left, joined ones."""
    (tmp_path / "in").mkdir()
    rows: dict[str, tuple[Sequence[object], ...]] = {
        "left": (*STOCK, (), ("SSN", 536904391)),
        "above": (*STOCK, (), ("Ref", "Employee SSN"), ("a1", 536904392), ("a2", 536904393)),
        "joined": (*STOCK, (), ("Social Security Number", None, None, 536904394)),
        "joined above": (*STOCK, (), ("x", "Social Security Number", None, None), ("x", None, None, 536904397)),
        "named otherwise": (*STOCK, (), ("Type", "SSN"), ("Address", 536904398)),
        "groups": (*STOCK, (), ("SSN", 536, 90, 4395)),
        "no header": (("Intake",), ("Person", 12), (), ("x", "Phone"), ("y", "4065550196")),
    }
    for name, each in rows.items():
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(sheet(*each))
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"] * len(rows)
    said = {path.stem: "\n".join(texts_in(path.read_bytes())) for path in (tmp_path / "out/records").iterdir()}
    assert re.findall(r"53690439\d|4395|4065550196", "\n".join(said.values())) == []
    assert all("Gravel" in each for name, each in said.items() if name != "no header")


def test_numbers_that_no_words_name_stay_in_a_sheet(by_patterns: State, tmp_path: Path) -> None:
    """Totals, years and part numbers below and beside other words."""
    (tmp_path / "in").mkdir()
    rows: tuple[Sequence[object], ...] = (*STOCK, (), ("Total", 536904391), ("Year", 2020), ("", 413, 555, 1200))
    (tmp_path / "in" / "a.xlsx").write_bytes(sheet(*rows))
    Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    said = "\n".join(texts_in((tmp_path / "out/records/a.xlsx").read_bytes()))
    assert [each for each in ("536904391", "2020", "413", "555", "1200") if each not in said] == []


JSON = {
    "rows with a header": ('{"values":[["Name","SSN"],["x","536904391"],["y",536904391]]}', "536904391"),
    "rows of a file": ('[["Item","SSN"],["Salt",536904392],["Sand",536904302]]', "536904392"),
    "rows as lines": ('["Item","SSN"]\n["Salt",536904393]\n["Sand",536904303]\n', "536904393"),
    "columns and rows": ('{"columns":["Item","SSN"],"data":[["Salt",536904394],["Sand",null]]}', "536904394"),
    "described columns": (
        '{"meta":{"columns":[{"name":"Item"},{"name":"SSN"}]},"data":[["Salt",536904395],["Sand",1]]}',
        "536904395",
    ),
    "name and value": ('{"fields":[{"label":"SSN","value":536904396}]}', "536904396"),
    "question and answer": ('{"form":[{"question":"Date of birth","answer":"03/04/1980"}]}', "03/04/1980"),
    "keys": ('{"by_ssn":{"536904397":1,"536904398":2}}', "536904397"),
    "fraction": ('{"ssn":536904389.0,"x":1}', "536904389"),
    "exponent": ('{"phone":4.065550142E9,"x":1}', "065550142"),
}


@pytest.mark.parametrize("name", JSON)
def test_a_release_has_no_number_that_json_names_beside_its_keys(name: str, by_patterns: State, tmp_path: Path) -> None:
    """Header rows of lists, names beside values, keys that are numbers, numbers written as fractions."""
    source, value = JSON[name]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"a.json{'l' if name == 'rows as lines' else ''}").write_text(source, encoding="utf-8")
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"]
    (copy,) = (tmp_path / "out/records").iterdir()
    assert value not in copy.read_text(encoding="utf-8")


def test_plain_json_stays_byte_for_byte(by_patterns: State, tmp_path: Path) -> None:
    """Names beside values, rows and fractions that are nobody's."""
    source = '{"title":"Roads","text":"Route 191","n":1234567.0,"rows":[["Item","Km"],["Salt",12]],"f":[{"name":"Salt","value":413555}]}'
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.json").write_text(source, encoding="utf-8")
    Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out/records/a.json").read_text(encoding="utf-8") == source


@pytest.mark.parametrize(
    "source",
    [
        "Field,Value\nCase,12\nSSN,536904399\nStatus,open\nCity,Helena\n",
        "Case,12\nSSN,536904399\nStatus,open\nCity,Helena\n",
        "Field,Value\nCase,12\nBank account number,5369043990\nStatus,open\n",
        "Field,Value\n" + "".join(f"Case,{at}\nSSN,5369043{at}\nStatus,open\n" for at in range(91, 99)),
        "Item,Cost\nSalt,12\nSand,14\nGravel,15\n\nRef,Town,SSN\nx1,Butte,536904399\nx2,Helena,536904398\n",
    ],
)
def test_a_release_has_no_number_that_a_table_names_inside(source: str, by_patterns: State, tmp_path: Path) -> None:
    """Forms as delimited text, and a second table below a first one."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(source, encoding="utf-8")
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"]
    (copy,) = (tmp_path / "out/records").iterdir()
    assert "5369043" not in copy.read_text(encoding="utf-8")


TOLD_BY_COLUMN = {
    "dates of birth.csv": "Office,Date of Birth,Case\nCity,02/03/1984,A-1\nCounty,05/06/1977,A-2\nState,09/08/1966,A-3\n",
    "licences.csv": "Type,Driver License,Case\nOwner,0812319841115,A-1\nDriver,0412319841199,A-2\nTenant,0712319841177,A-3\n",
    "dates of birth.html": "<table><tr><th>Office<th>Date of Birth<tr><td>City<td>02/03/1984<tr><td>County<td>05/06/1984"
    "<tr><td>State<td>09/08/1984<tr><td>Owner<td>09/08/1984</table>",
    "words of headers below.csv": "Office,SSN\nHelena,536901984\nCounty,Status\nButte,536901984\nLolo,536911984\n",
    "two headers.csv": "Name,SSN\nMaren Vossberg,536901984\nName,Date\nOtto Brandt,536911984\nAnna Lund,536921984\n",
    "no header.csv": "Maren Voss,536901984\nTilda Orn,536911984\nCounty,Status\nOtto Brandt,536921984\n",
    "a form.csv": "Type,Phone\nSSN,536901984\nCity,Helena\nOwner,State\n",
    "two tables.json": '{"sheets":[{"columns":["Item","SSN"],"data":[["Salt",536901984]]},'
    '{"columns":["Item","Parcel"],"data":[["Sand",7]]}]}',
    "two tables, last.json": '{"sheets":[{"columns":["Item","Parcel"],"data":[["Salt",7]]},'
    '{"data":[["Sand",536901984]],"columns":["Item","SSN"]}]}',
}


@pytest.mark.parametrize("name", TOLD_BY_COLUMN)
def test_a_column_that_tells_more_than_the_cell_on_the_left_keeps_its_name(
    name: str, by_patterns: State, tmp_path: Path
) -> None:
    """Offices, roles and places in a first column look like the names of a form; each table has its own header."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"a{Path(name).suffix}").write_text(TOLD_BY_COLUMN[name], encoding="utf-8")
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"]
    (copy,) = (tmp_path / "out/records").iterdir()
    assert "1984" not in copy.read_text(encoding="utf-8")


def test_wide_tables_cost_no_more_than_their_cells() -> None:
    """Thousands of cells over a thousand columns each, and thousands of names in a row."""
    tracemalloc.start()
    HtmlText.parsed("<table><tr>" + "<td colspan=999>x" * 3000 + "<tr><td>a<td>b" * 60 + "</table>")
    list(Beside().take(1, range(4000), ["Name"] * 4000))
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()
