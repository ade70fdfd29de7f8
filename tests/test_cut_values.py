"""Values that are cut over columns of a table, over siblings of JSON, or over cells below one another."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from conftest import Road
from damagedhelp import texts_in
from hiding import copy, readings
from openpyxl import Workbook

from pipeline.formats.cell_columns import named_down, seams_down
from pipeline.state import State
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


def entities(header: list[str], *rows: tuple[str, ...]) -> list[str]:
    return [each.entity for each in profile(rows, header, [], VOCABULARY)]


CUT = [
    (["area code", "number"], ("406", "555-0142"), "PHONE_NUMBER"),
    (["Area", "Number"], ("(406)", "555-0143"), "PHONE_NUMBER"),
    (["area_code", "exchange", "line"], ("406", "555", "0142"), "PHONE_NUMBER"),
    (["phone_area", "phone_exchange", "phone_line"], ("406", "555", "0142"), "PHONE_NUMBER"),
    (["Phone area code", "Phone number"], ("406", "5550142"), "PHONE_NUMBER"),
    (["phone1", "phone2", "phone3"], ("406", "555", "0142"), "PHONE_NUMBER"),
    (["Cell", "", ""], ("406", "555", "0142"), "PHONE_NUMBER"),
    (["ssn1", "ssn2", "ssn3"], ("536", "90", "4399"), "US_SSN"),
    (["SSN first 3", "middle 2", "last 4"], ("536", "90", "4399"), "US_SSN"),
    (["ssn_area", "ssn_group", "ssn_serial"], ("536", "9", "4399"), "US_SSN"),
    (["applicantSsn", "part2", "part3"], ("536", "90", "4399"), "US_SSN"),
    (["SSN", "last4"], ("53690", "4399"), "US_SSN"),
    (["birth_month", "birth_day", "birth_year"], ("4", "17", "1968"), "DATE_OF_BIRTH"),
    (["card1", "card2", "card3", "card4"], ("4111", "1111", "1111", "1111"), "CREDIT_CARD"),
    (["email user", "email domain"], ("wilma.tester", "example.com"), "EMAIL_ADDRESS"),
    (["E-mail name", "Domain"], ("wilma.tester", "example.com"), "EMAIL_ADDRESS"),
]


@pytest.mark.parametrize(("header", "values", "entity"), CUT)
def test_columns_that_are_parts_of_one_value_are_of_its_entity(header, values, entity) -> None:
    """Beside other columns, and wherever they stand; the year of a birth stays what it is by itself."""
    found = entities(["meter", *header, "reading"], *[("m-17", *values, "17.5")] * 4)
    parts = found[1:-1]
    if entity == "DATE_OF_BIRTH":
        parts = parts[:2]
    assert set(parts) == {entity}
    assert found[-1] == ""


@pytest.mark.parametrize(
    ("header", "values"),
    [
        (["area", "number"], ("406", "17")),  # square feet
        (["Area", "Perimeter", "Number"], ("406", "555", "1042")),
        (["area", "parcel"], ("406", "555-0142")),
        (["phone calls", "visits", "letters"], ("406", "555", "1042")),
        (["Calls", "Visits", "Letters"], ("406", "555", "1042")),
        (["part1", "part2", "part3"], ("536", "90", "4399")),
        (["birth order", "day", "year"], ("1", "17", "1968")),
        (["month", "day", "year"], ("4", "17", "1968")),
        (["card type", "1", "2", "3"], ("4111", "1111", "1111", "1111")),
        (["user", "domain"], ("meter", "example.com")),
        (["prefix", "suffix", "number"], ("406", "555", "0142")),
        (["Day", "Exchange", "Number"], ("406", "555", "0142")),
        (["Debit 1", "Credit 1", "Debit 2", "Credit 2"], ("4111", "1111", "1111", "1111")),
    ],
)
def test_columns_that_stand_side_by_side_are_no_value(header, values) -> None:
    """Numbers whose headers speak of something else, or whose digits are not those of the parts."""
    told = {"PHONE_NUMBER", "US_SSN", "DATE_OF_BIRTH", "CREDIT_CARD", "EMAIL_ADDRESS"}
    assert not told.intersection(entities(["meter", *header], *[("m-17", *values)] * 4))


@pytest.mark.parametrize(
    ("header", "values", "own"),
    [
        (["Line", "Cell", "Part"], ("406", "555", "1042"), 1),
        (["Cell", "Station", "Line"], ("406", "555", "1042"), 0),
        (["Station", "Mobile", "Line"], ("406", "555", "1042"), 1),
        (["Cell", "Number"], ("406", "2019123"), 0),
        (["Year", "Month", "Born"], ("2019", "7", "28"), 2),
        (["Month", "Born", "Year"], ("7", "28", "2019"), 1),
    ],
)
def test_what_can_name_a_value_takes_no_neighbours_that_say_nothing_of_it(header, values, own) -> None:
    """The cells of a jail, the stations of mobile units, how many were born in a month: one column at most is held."""
    found = entities(["meter", *header], *[("m-17", *values)] * 4)[1:]
    assert {"PHONE_NUMBER", "DATE_OF_BIRTH"}.isdisjoint(found[:own] + found[own + 1 :])


@pytest.mark.parametrize(
    ("header", "values", "entity"),
    [
        (["Cell area code", "prefix", "line"], ("406", "555", "0142"), "PHONE_NUMBER"),
        (["Cell", "Exchange", "Line"], ("406", "555", "0142"), "PHONE_NUMBER"),
        (["Mobile 1", "Mobile 2", "Mobile 3"], ("406", "555", "0142"), "PHONE_NUMBER"),
        (["Area", "Exchange", "Number"], ("406", "555", "0142"), "PHONE_NUMBER"),
        (["Born", "", ""], ("4", "17", "1968"), "DATE_OF_BIRTH"),
        (["born_month", "born_day", "born_year"], ("4", "17", "1968"), "DATE_OF_BIRTH"),
    ],
)
def test_what_can_name_a_value_does_beside_its_parts(header, values, entity) -> None:
    """Beside an area code or an exchange, over columns without headers, and where all say it."""
    assert set(entities(["meter", *header], *[("m-17", *values)] * 4)[1:3]) == {entity}


ROWS = [("seen", "406", "555-0142", "536", "90", "4399"), ("wrong", "406", "555-0143", "536", "90", "4398")]
HEADER = ("remark", "area", "number", "ssn1", "ssn2", "ssn3")
GONE = ("555-0142", "555-0143", "4399", "4398", "536")


def test_a_release_has_no_value_that_is_cut_over_columns_or_siblings(by_patterns: State, tmp_path: Path) -> None:
    """Neither of a delimited table nor of JSON of any build; what stands beside stays."""
    (tmp_path / "in").mkdir()
    objects = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    nested = [
        {
            "remark": row[0],
            "phone": {"area": row[1], "number": row[2]},
            "ssn": {"a": row[3], "b": row[4], "last4": row[5]},
        }
        for row in ROWS
    ]
    lists = [{"remark": row[0], "phone": list(row[1:3]), "ssn": [int(each) for each in row[3:]]} for row in ROWS]
    files = {
        "a.csv": "".join(",".join(row) + "\n" for row in (HEADER, *ROWS)),
        "b.jsonl": "".join(json.dumps(each) + "\n" for each in objects),
        "c.json": json.dumps(nested),
        "d.json": json.dumps({"contacts": nested}),
        "e.json": json.dumps(nested[0]),
        "f.json": json.dumps({"all": lists}),
    }
    for name, text in files.items():
        (tmp_path / "in" / name).write_text(text)
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"] * len(files)
    for path in sorted((tmp_path / "out/records").iterdir()):
        text = path.read_text()
        assert (path.name, [each for each in GONE if each in text]) == (path.name, [])
        assert "seen" in text


@pytest.mark.parametrize(
    "said",
    [
        {"area": "406", "number": "17"},
        {"area": 406, "perimeter": 555, "number": 1042},
        {"counts": [536, 90, 4399]},
        {"calls": "406", "visits": "555", "letters": "0142"},
        {"from": "2024-", "to": "2025"},
        {"low": -45, "high": -1300},
        {"cell": 406, "number": 2019123},
        {"mobile": 406, "line": 555, "number": 1042},
        {"latitude": 46.5901, "longitude": -112.0391},
        {"phone": {"calls": "406", "visits": "555", "letters": "0142"}},
    ],
)
def test_siblings_that_are_no_parts_stay(said) -> None:
    """Numbers side by side in JSON are a table."""
    data = json.dumps(said).encode()
    assert all("over" not in str(each.address) for reading in readings(data, "a.json") for each in reading.segments)


@pytest.mark.parametrize("before", [997, 998, 999, 1_000, 1_998, 1_999])
def test_a_number_in_a_long_object_is_seen_wherever_it_stands(before: int) -> None:
    """An object of more values than are looked at together is parted where no number is."""
    filling = {f"item {at}": f"word {at}" for at in range(before)}
    for parts in ({"a": "536-90-", "b": "4399"}, {"ssn": "536", "b": 90, "c": 4399}):
        data = json.dumps({**filling, **parts, "last": "word"}).encode()
        seen = [each.text for one in readings(data, "a.json") for each in one.segments if "over" in str(each.address)]
        assert seen == ["536-90-4399"]
        made = copy(data, "a.json", withheld=True)
        assert b"4399" not in made


def test_an_edit_of_a_cut_value_changes_its_tokens_and_nothing_else() -> None:
    """Each part gets the marker, numbers become strings, and every other byte stays."""
    data = b'{ "meter" : 17, "ssn":{"area" : "536","group":90, "serial":"\\u0034399"} , "x":[]}\n'
    assert [
        each.text for reading in readings(data, "a.json") for each in reading.segments if "over" in str(each.address)
    ] == ["536-90-4399"]
    made = copy(data, "a.json", withheld=True)
    assert b"4399" not in made
    assert made.endswith(b":[]}\n")
    json.loads(made)


def test_numbers_over_cells_below_one_another() -> None:
    """Where their own separators say so, without a gap."""
    rows = [(3, {0: "536-90-", 1: "a", 2: "406-555-"}), (4, {0: "4399", 1: "b", 2: "0142"}), (6, {0: "4398"})]
    found = seams_down(rows)
    assert [(seam.text, places[seam.pieces[0].cell]) for seam, places in found] == [
        ("536-90-4399", (3, 0)),
        ("406-555-0142", (3, 2)),
    ]
    assert seams_down([(1, {0: "536"}), (2, {0: "90"}), (3, {0: "4399"})]) == []
    assert seams_down([(1, {0: "536-90-"}), (3, {0: "4399"})]) == []
    assert seams_down([(1, {0: "pages 12-"}), (2, {0: "18"}), (3, {0: "2024-"}), (4, {0: "2025"})]) == []


GROUPS_BELOW = {1: "536", 2: "90", 3: "4399"}


@pytest.mark.parametrize(
    ("beside", "whole"),
    [
        ({(0, 0): "SSN"}, "536-90-4399"),
        ({(0, 0): "Social Security Number:"}, "536-90-4399"),
        ({(1, -1): "SSN"}, "536-90-4399"),
        ({(0, 0): "Total"}, ""),
        ({(1, -1): "SSN", (2, -1): "Fund"}, ""),
        ({(0, 0): "Phone"}, ""),
        ({(0, 0): "SSN", (4, 0): "12"}, ""),
    ],
)
def test_bare_groups_below_one_another_are_a_number_where_a_cell_names_it(
    beside: dict[tuple[int, int], str], whole: str
) -> None:
    """Above them or on the left of the first; one that goes on, or has other names on its left, is a column."""
    rows: dict[int, dict[int, str]] = {row: {0: text} for row, text in GROUPS_BELOW.items()}
    for (row, column), text in beside.items():
        rows.setdefault(row, {})[column] = text
    assert "".join(seam.text for seam, _ in named_down(sorted(rows.items()))) == whole


def test_a_release_has_no_number_cut_over_cells_below_one_another(by_patterns: State, tmp_path: Path) -> None:
    """In a sheet with a header and in a form without one."""
    (tmp_path / "in").mkdir()
    for name, header in (("a", [("Item", "Number")]), ("b", [])):
        book = Workbook()
        assert book.active is not None
        for row in (*header, ("meter", "536-90-"), ("seen", "4399"), ("x", "w.tester@"), ("y", "example.com")):
            book.active.append(row)
        sink = io.BytesIO()
        book.save(sink)
        (tmp_path / f"in/{name}.xlsx").write_bytes(sink.getvalue())
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"] * 2
    for path in (tmp_path / "out/records").iterdir():
        text = "\n".join(texts_in(path.read_bytes()))
        assert [each for each in ("536-90", "4399", "w.tester", "example.com") if each in text] == []
        assert "meter" in text
        assert "seen" in text
