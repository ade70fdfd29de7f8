"""Cells that do not belong in their column: whatever class it has, what stands in plain sight in one is examined."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from attachhelp import book
from conftest import Road, everything_in

from pipeline.detect import detect
from pipeline.model import Cell, ColumnClass, Role, Segment
from pipeline.state import State
from pipeline.tables.strangers import is_bare_ssn, is_strange, strange_cells, unusual_forms

USUAL = {
    "account": lambda at: f"A-{70000 + at * 37}",
    "ip": lambda at: f"192.0.2.{at}",
    "session_id": lambda at: f"{(at + 7) * 6364136223846793005 % 2**64:016x}",
    "tracking": lambda at: f"94001{at * 7919 % 10**17:017d}",
}
"""Columns whose cells are found as a whole, and go out where they are linked to nobody."""
STRANGERS = {
    11: "536-90-4399",
    17: "SSN 536-90-4398",
    23: "jane.quimby@example.com",
    29: "(406) 555-0143",
    35: "4111 1111 1111 1111",
    37: "4111111111111111",
    41: "see 406-555-0144",
    43: "118 Elm St",
}
VALUES = [
    "536-90-4399", "536-90-4398", "jane.quimby", "555-0143", "4111 1111 1111 1111", "4111111111111111", "555-0144",
    "118 Elm",
]  # fmt: skip


def rows(name: str) -> list[tuple[str, ...]]:
    return [("note", name), *((f"r{at}", STRANGERS.get(at, USUAL[name](at))) for at in range(90))]


@pytest.mark.models
@pytest.mark.parametrize("name", USUAL)
def test_what_stands_in_a_column_of_codes_is_withheld(name: str, road: Road, tmp_path: Path) -> None:
    """An address, a number or a card among codes goes nowhere, by column, row by row and in a workbook; codes stay."""
    (tmp_path / "in").mkdir()
    lines = [",".join(each) for each in rows(name)]
    (tmp_path / "in/a.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "in/b.csv").write_text("\n".join(f'"{each[0]}",{each[1]}' for each in rows(name)) + "\n")
    (tmp_path / "in/c.xlsx").write_bytes(book(*rows(name)))
    done = road.release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"] * 3
    left = everything_in(tmp_path / "out")
    assert not [each for each in VALUES if each.encode() in left]
    copy = (tmp_path / "out/records/a.csv").read_text()
    assert USUAL[name](3) in copy
    assert USUAL[name](80) in copy


@pytest.mark.parametrize(
    "entity", ["UNIQUE_IDENTIFIER", "EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON", "CREDIT_CARD", "US_SSN"]
)
def test_one_cell_and_a_column_of_cells_are_judged_alike(entity: str) -> None:
    """So that a release by column is that of row by row."""
    texts = [
        "", "A-70037", "536-90-4399", "SSN 536904399", "jane@example.com", "clerk@x.gov 536-90-4399", "(406) 555-0143",
        "406-555-0143 x12", "4111111111111111", "4111111111111112", "4111 1111 1111 1111", "García", "Jane Quimby",
        "Jane Quimby 406-555-0143", "see her file", "9400111899223100001234", "192.0.2.7", "536&#45;90&#45;4399", "<b>",
        "123 Elm St", "PO Box 123", " 4111111111111111 ", "4065550143", " 14065550143", "536904399", "000904399",
        "Doe/Jane", "DOE/JANE A MS", "a/b/c", "12345678",
    ]  # fmt: skip
    for unusual in ((), ("ten_digits", "nine_digits", "turned_name"), ("nine_digits",)):
        expected = [is_strange(each, entity, unusual) for each in texts]
        assert strange_cells(pa.array(texts), entity, unusual).tolist() == expected


@pytest.mark.parametrize(
    ("text", "entity", "strange"),
    [
        ("A-70037", "UNIQUE_IDENTIFIER", False),
        ("05-1888-07-1-10-01-0000", "UNIQUE_IDENTIFIER", False),
        ("CV 24-1000", "UNIQUE_IDENTIFIER", False),
        ("see her file", "UNIQUE_IDENTIFIER", True),
        ("jane@example.com", "EMAIL_ADDRESS", False),
        ("jane@example.com 536-90-4399", "EMAIL_ADDRESS", True),
        ("406-555-0143", "PHONE_NUMBER", False),
        ("536-90-4399", "PHONE_NUMBER", True),
        ("Jane Quimby", "PERSON", False),
        ("Jane Quimby 536-90-4399", "PERSON", True),
        ("4111111111111111", "UNIQUE_IDENTIFIER", True),
        ("4111111111111112", "UNIQUE_IDENTIFIER", False),
        (" 4111111111111111 ", "UNIQUE_IDENTIFIER", True),
        ("123 Elm St", "UNIQUE_IDENTIFIER", True),
        ("12 N. Elm St Apt 4", "UNIQUE_IDENTIFIER", True),
        ("PO Box 123", "UNIQUE_IDENTIFIER", True),
        ("123 Elm St", "STREET_ADDRESS", False),
    ],
)
def test_a_form_tells_a_stranger(text: str, entity: str, strange: bool) -> None:
    """What is usual in its column needs no look of its own."""
    assert is_strange(text, entity) is strange


CODES = [f"A-{70000 + at * 37}" for at in range(40)]
LOG_INS = ["kbrandt", "dvance2", "tbuck", "amroe", "jquimby1", "orla.big", "pna", "wsuttie", "lsk", "mtobin4"]


@pytest.mark.parametrize(
    ("values", "usual"),
    [
        (CODES, set()),
        ([*CODES, "4065550143", "536904399", "Doe/Jane"], set()),
        (LOG_INS, set()),
        ([str(4_065_550_100 + at) for at in range(40)], {"ten_digits", "nine_digits"}),
        ([str(536_904_399 + 31 * at) for at in range(40)], {"ten_digits", "nine_digits"}),
        ([str(700_100 + at) for at in range(40)], set()),
        ([f"{'ABCD'[at % 4]}x/Yz" for at in range(40)], {"turned_name"}),
    ],
)
def test_only_forms_that_most_cells_do_not_have_are_unusual(values: list[str], usual: set[str]) -> None:
    """A column of ten digits is a column of numbers, whatever one of them looks like."""
    assert {"ten_digits", "nine_digits", "turned_name"} - set(unusual_forms(values)) == usual


@pytest.mark.parametrize(
    ("text", "entity", "is_ssn"),
    [
        ("536904399", "UNIQUE_IDENTIFIER", True),
        ("000904399", "UNIQUE_IDENTIFIER", False),
        ("666904399", "USERNAME", False),
        ("536004399", "USERNAME", False),
        ("536900000", "USERNAME", False),
        ("665904399", "USERNAME", True),
        ("900701234", "UNIQUE_IDENTIFIER", False),
        ("536904399", "US_DRIVER_LICENSE", False),
        ("5369043990", "UNIQUE_IDENTIFIER", False),
    ],
)
def test_nine_digits_among_codes_are_a_number_that_was_issued(text: str, entity: str, is_ssn: bool) -> None:
    """Area, group and serial are those of Social Security numbers, and the column is one of codes."""
    assert is_bare_ssn(text, entity, ("nine_digits",)) is is_ssn
    assert not is_bare_ssn(text, entity, ())


@pytest.mark.models
@pytest.mark.parametrize("usual", [CODES, LOG_INS])
def test_bare_numbers_and_turned_names_are_found_among_codes(usual: list[str], loaded: State) -> None:
    """A phone of ten digits, an SSN of nine, and an airline's name, with what the others are left as they were."""
    column = ColumnClass(0, "identifier", "UNIQUE_IDENTIFIER", unusual=unusual_forms(usual))
    cells = [*usual[:3], "4065550143", "536904399", "Halvorsen/Petra"]
    segments = [Segment(text, (Cell(at, 0),), role=Role.CELL, record=str(at)) for at, text in enumerate(cells)]
    found = [each[0].entity for each in detect(segments, loaded.recognizers, {0: column})]
    assert found == [*["UNIQUE_IDENTIFIER"] * 3, "PHONE_NUMBER", "US_SSN", "PERSON"]
