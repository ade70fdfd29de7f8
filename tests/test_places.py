"""Towns, counties, states and ZIP codes: columns of a motor vehicle extract are closed with the address, others stand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import write
from conftest import Road, everything_in
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect import whole_cell
from pipeline.model import Cell, ColumnClass, RecordFacts, Role, Segment
from pipeline.policy.column_pins import ColumnPins
from pipeline.policy.load import find, load, packs
from pipeline.policy.places import closed_places
from pipeline.state import State
from pipeline.tables.distribution_list import distribution_list
from pipeline.tables.places import LONG_ZIP, part_of_cell, with_closed_places
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary

PLACES = {"city", "state", "county", "country", "long_zip"}
VEHICLE = RecordFacts(origin="mvd")
PERMITTED = RecordFacts(origin="mvd", permitted_use="MCA 61-11-508(1)")
TOWNS = ("Great Falls", "Kalispell", "Wibaux", "Polson")
HEADER = ["owner", "street_address", "City", "County", "State", "Zip", "VIN", "Remarks"]
ROWS = [
    [
        f"{('Helga', 'Tobias', 'Wilma')[at % 3]} {('Sorensen', 'Kettering', 'Testperson')[at // 3 % 3]}",
        f"{100 + at} Larkspur Street", TOWNS[at % 4], ("Cascade", "Flathead")[at % 2], "Montana",
        "59401" if at % 5 else f"59401-12{at:02d}", f"1FTEW1E5{at:02d}KFA{10000 + at}",
        f"the tyres were looked at {at} times",
    ]
    for at in range(60)
]  # fmt: skip


def table(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def under(state: State, pack: str, facts: RecordFacts, **more: object) -> Road:
    job = replace(state.job, policy=str(find(pack)), facts=facts, **more)
    return Road(replace(state, job=job, policy=load(pack), shared=None, quiet=set(), clear=set()))


def released(road: Road, folder: Path, name: str = "cars.csv", text: str = "") -> list[dict[str, str]]:
    source = write(folder / "in", {name: text or table([HEADER, *ROWS])})
    road.release(source, folder / "out")
    copy = (folder / "out/records" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(copy)))


@pytest.mark.parametrize("pack", packs())
def test_every_pack_closes_the_places_of_a_motor_vehicle_record(pack: str) -> None:
    """Town, county, state and a long ZIP code; one of five digits is no personal information in the federal act."""
    assert closed_places(load(pack), VEHICLE) == PLACES
    elsewhere = closed_places(load(pack), RecordFacts())
    assert elsewhere == (PLACES if pack == "motor_vehicle_records" else frozenset())


def test_a_permitted_use_leaves_them_closed_for_the_web() -> None:
    """Several versions are made of one examination: the columns are found, and each recipient's rules decide."""
    assert closed_places(load("montana"), PERMITTED) == PLACES
    assert not closed_places(load("montana"), RecordFacts(flags=frozenset({"crime_victim"})))


@pytest.mark.parametrize("pack", packs())
def test_no_town_of_a_vehicles_owner_leaves_under_any_pack(by_patterns: State, tmp_path: Path, pack: str) -> None:
    """Every cell of these columns is a marker; ZIP codes of five digits stand, longer ones do not."""
    rows = released(under(by_patterns, pack, VEHICLE), tmp_path)
    assert len(rows) == len(ROWS)
    for row, was in zip(rows, ROWS, strict=True):
        assert all(row[name].startswith("[REDACTED") for name in ("City", "County", "State"))
        assert row["Zip"] == was[5] if len(was[5]) == 5 else row["Zip"].startswith("[REDACTED")
    told = everything_in(tmp_path / "out").decode(errors="replace")
    assert not [town for town in TOWNS if town in told]
    assert "City" in told


@pytest.mark.parametrize("pack", sorted({*packs()} - {"motor_vehicle_records"}))
def test_the_town_of_another_record_stands_beside_a_withheld_street(
    by_patterns: State, tmp_path: Path, pack: str
) -> None:
    """The street is what the lists protect; a town or ZIP code alone is none of their elements."""
    rows = released(under(by_patterns, pack, RecordFacts()), tmp_path)
    assert [row["City"] for row in rows] == [was[2] for was in ROWS]
    assert [row["Zip"] for row in rows] == [was[5] for was in ROWS]
    assert all(row["street_address"].startswith("[REDACTED") for row in rows)


def test_a_permitted_use_opens_the_towns_too(by_patterns: State, tmp_path: Path) -> None:
    """With a recorded use the whole address goes to whoever asked, and nothing of it on the web."""
    rows = released(under(by_patterns, "montana", PERMITTED), tmp_path / "requester")
    assert [row["City"] for row in rows] == [was[2] for was in ROWS]
    assert [row["Zip"] for row in rows] == [was[5] for was in ROWS]
    rows = released(under(by_patterns, "montana", replace(PERMITTED, recipient="public")), tmp_path / "public")
    assert all(row["City"].startswith("[REDACTED") for row in rows)


def test_by_column_and_row_by_row_give_the_same_bytes(by_patterns: State, tmp_path: Path) -> None:
    """Rows with a long ZIP code go one by one, the others by column: the release is the same."""
    folders = []
    for by_column in (True, False):
        folders.append(tmp_path / str(by_column))
        released(under(by_patterns, "montana", VEHICLE, by_column=by_column), folders[-1])
    records = [everything_in(each / "out/records") for each in folders]
    assert records[0] == records[1]


def test_towns_in_json_and_in_an_attached_table_are_closed(by_patterns: State, tmp_path: Path) -> None:
    """A key of records is a column; so is one of the table that a message encloses."""
    road = under(by_patterns, "motor_vehicle_records", RecordFacts())
    lines = "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in ROWS)
    mail = (
        "From: clerk@example.gov\nTo: a@example.com\nSubject: extract\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="=b"\n\n--=b\nContent-Type: text/plain\n\nattached\n--=b\n'
        'Content-Type: text/csv; name="cars.csv"\nContent-Disposition: attachment; filename="cars.csv"\n\n'
        f"{table([HEADER, *ROWS[:12]])}\n--=b--\n"
    )
    road.release(write(tmp_path / "in", {"cars.jsonl": lines, "sent.eml": mail}), tmp_path / "out")
    told = everything_in(tmp_path / "out/records").decode(errors="replace")
    assert told.count("[REDACTED MVR PLACE]") >= 3 * len(ROWS)
    assert not [town for town in TOWNS if town in told]


def test_what_an_office_pins_goes_before_it(by_patterns: State, tmp_path: Path) -> None:
    """The office may say that a column is no part of an address (the county of an accident)."""
    pins = ColumnPins.model_validate(
        {"tables": [{"file": "cars.csv", "columns": [{"column": "County", "class": "quasi"}]}]}
    )
    road = under(by_patterns, "montana", VEHICLE)
    rows = released(Road(replace(road.state, pins=pins)), tmp_path)
    assert {row["County"] for row in rows} == {"Cascade", "Flathead"}
    assert all(row["City"].startswith("[REDACTED") for row in rows)


def test_a_town_links_no_number(by_patterns: State, tmp_path: Path) -> None:
    """A vehicle's number beside a town alone is nobody's; beside the owner's name it is the owner's."""
    rows = [["City", "VIN"], *([row[2], row[6]] for row in ROWS)]
    told = released(under(by_patterns, "montana", VEHICLE), tmp_path, text=table(rows))
    assert [row["VIN"] for row in told] == [row[1] for row in rows[1:]]
    assert all(row["City"].startswith("[REDACTED") for row in told)


def test_a_closed_place_makes_no_distribution_list() -> None:
    """Columns that count as places count so, whatever class a policy gives them."""
    header, vocabulary = ["Name", "City", "Zip", "Fine", "Court"], load_vocabulary()
    rows = [[row[0], row[2], row[5][:5], f"{at}.50", "Justice"] for at, row in enumerate(ROWS)]
    found = profile(rows, header, [], vocabulary)
    assert [each.part for each in found[1:3]] == ["city", "zip"]
    closed = with_closed_places(found, PLACES)
    assert [(each.kind, each.entity) for each in closed[1:3]] == [("entity", "STREET_ADDRESS")] * 2
    assert distribution_list(closed, header, vocabulary) == distribution_list(found, header, vocabulary)


@pytest.mark.parametrize(
    ("text", "part"),
    [("59401", "zip"), (" 2138 ", "zip"), ("59401-1234", LONG_ZIP), ("594011234", LONG_ZIP), ("K1A 0B1", LONG_ZIP)],
)
def test_a_zip_code_of_more_than_five_digits_is_another_part(text: str, part: str) -> None:
    """It may lead to one building. Four digits are five whose zero a program took for nothing."""
    column = ColumnClass(0, "entity", "STREET_ADDRESS", "zip")
    assert part_of_cell(column, text) == part
    found = whole_cell(Segment(text, (Cell(0, 0),), "Zip", "r", role=Role.CELL), {0: column})
    assert found is not None
    assert found.part == part
    assert part_of_cell(ColumnClass(0, "entity", "STREET_ADDRESS", "city"), text) == "city"


@given(
    st.lists(st.sampled_from(["city", "zip", "place", "full"]), max_size=6), st.sets(st.sampled_from(sorted(PLACES)))
)
def test_only_columns_of_places_change_and_only_closed_ones(parts: list[str], closed: set[str]) -> None:
    """Where somebody was born or is a citizen is no address."""
    columns = [ColumnClass(at, "quasi", "", part) for at, part in enumerate(parts)]
    for before, after in zip(columns, with_closed_places(columns, closed), strict=True):
        is_closed = before.part in closed or (before.part == "zip" and LONG_ZIP in closed)
        assert (after.kind == "entity") is is_closed
        assert after.part == before.part
