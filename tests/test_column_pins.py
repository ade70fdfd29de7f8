"""An office lays down what a column holds: its word counts, is checked, and is shown as the office's."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.columns import column_classes
from pipeline.errors import PolicyError, SetupFailed, UnreadableSource
from pipeline.model import ColumnClass
from pipeline.policy.column_pins import ColumnPins

HEADER = ["name", "ssn", "code"]
FOUND = (
    ColumnClass(0, "entity", "PERSON", "full", 0.9, ("header hint: name",)),
    ColumnClass(1, "entity", "US_SSN", "full", 0.9, ("all look like US_SSN",)),
    ColumnClass(2, "unsure", "", "full", 0.3, ("unexplained",)),
)


def office(tmp_path: Path, text: str) -> Path:
    (tmp_path / "column_pins.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_an_office_without_pins_changes_nothing(tmp_path):
    """Without a file every class stays what the profile says."""
    assert ColumnPins.load(tmp_path).laid_on("a.csv", HEADER, FOUND) == FOUND


def test_columns_are_pinned_by_name_and_by_number(tmp_path):
    """A name counts whatever its capitals, a number counts from 1, and other columns stay as they were."""
    pins = ColumnPins.load(
        office(
            tmp_path,
            "tables:\n  - file: 'vot*.csv'\n    columns:\n"
            "      - {column: Code, class: identifier}\n"
            "      - {column: 1, class: entity, entity: PERSON, part: surname}\n",
        )
    )
    first, second, third = pins.laid_on("in/Voters.CSV", HEADER, FOUND)
    assert (first.kind, first.entity, first.part) == ("entity", "PERSON", "surname")
    assert second == FOUND[1]
    assert (third.kind, third.entity, third.confidence) == ("identifier", "UNIQUE_IDENTIFIER", 1.0)
    assert third.evidence[0] == "pinned by the office (column_pins.yaml)"
    assert pins.laid_on("other.csv", HEADER, FOUND) == FOUND


def test_a_pin_that_hides_an_entity_is_honoured_and_said(tmp_path):
    """A column of SSNs that the office calls inert is inert, and the evidence asks whether that is meant."""
    pins = ColumnPins.load(office(tmp_path, "tables:\n  - file: a.csv\n    columns: [{column: ssn, class: inert}]\n"))
    pinned = pins.laid_on("a.csv", HEADER, FOUND)[1]
    assert (pinned.kind, pinned.entity) == ("inert", "")
    assert any("without the pin it would be US_SSN" in line for line in pinned.evidence)


def test_the_first_table_that_fits_decides(tmp_path):
    """Of two pins for a column, the one that stands first counts."""
    pins = ColumnPins.load(
        office(
            tmp_path,
            "tables:\n  - {file: 'a*', columns: [{column: 3, class: quasi}]}\n  - {file: '*', columns: [{column: 3, class: inert}]}\n",
        )
    )
    assert pins.laid_on("a.csv", HEADER, FOUND)[2].kind == "quasi"
    assert pins.laid_on("b.csv", HEADER, FOUND)[2].kind == "inert"


def test_a_pin_for_a_column_that_is_not_there_holds_its_file(tmp_path):
    """A pin for one file that names a column it lacks is a mistake that nobody should overlook."""
    pins = ColumnPins.load(office(tmp_path, "tables:\n  - {file: a.csv, columns: [{column: snn, class: inert}]}\n"))
    with pytest.raises(UnreadableSource, match="does not have"):
        pins.laid_on("a.csv", HEADER, FOUND)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("tables:\n  - file: a.csv\n    colums: []\n", 3, "did you mean columns"),
        ("tables:\n  - columns: []\n", 2, "missing"),
        ("tables:\n  - file: a.csv\n    columns:\n      - {column: x, class: entty}\n", 4, "class"),
        ("tables:\n  - file: a.csv\n    columns:\n      - {column: x, class: entity}\n", 4, "needs an entity"),
        (
            "tables:\n  - file: a.csv\n    columns:\n      - {column: x, class: entity, entity: SSN}\n",
            4,
            "needs an entity",
        ),
        ("tables:\n  - file: a.csv\n    columns:\n      - {column: 0, class: inert}\n", 4, "column"),
        (
            "tables:\n  - file: a.csv\n    columns:\n      - {column: x, class: inert, entity: PERSON}\n",
            4,
            "only the class",
        ),
        ("tables:\n  - file: a.csv\n    distribution_list: yes\n", 3, "cleared"),
        ("- a\n", 1, "keys and values"),
        ("", 1, "empty"),
        ("tables: [\n", 1, "YAML"),
    ],
)
def test_mistakes_are_told_with_file_line_and_key(tmp_path, text, line, said):
    """Whatever is wrong in the file, the error says where and what."""
    with pytest.raises(PolicyError) as told:
        ColumnPins.load(office(tmp_path, text))
    message = str(told.value)
    assert f"column_pins.yaml:{line}" in message or (line == 1 and "column_pins.yaml" in message)
    assert said in message


def test_the_command_uses_the_pins_of_the_office(tmp_path):
    """``releasable columns --config`` shows the class that the office has pinned."""
    table = tmp_path / "list.csv"
    table.write_text("first name,code\n" + "".join(f"Asa,{n}{n}\n" for n in range(10, 40)), encoding="utf-8")
    config = tmp_path / "office"
    config.mkdir()
    office(config, "tables:\n  - {file: list.csv, columns: [{column: 2, class: entity, entity: TRIBAL_ID}]}\n")
    _, classes = column_classes(table, config)
    assert [each.entity for each in classes] == ["PERSON", "TRIBAL_ID"]
    office(config, "tables:\n  - {file: list.csv, column: []}\n")
    with pytest.raises(SetupFailed) as told:
        column_classes(table, config)
    assert "column_pins.yaml:2" in told.value.failure.where


def test_pins_beside_the_policy_count(tmp_path):
    """The office's file may lie beside its policy; one in the configuration folder goes before it."""
    office(tmp_path, "tables:\n  - file: a.csv\n    columns: [{column: code, class: quasi}]\n")
    own = tmp_path / "own.yaml"
    own.write_text("name: own\n", encoding="utf-8")
    assert ColumnPins.load(None, str(own)).laid_on("a.csv", HEADER, FOUND)[2].kind == "quasi"
    config = tmp_path / "config"
    config.mkdir()
    assert ColumnPins.load(config, str(own)).laid_on("a.csv", HEADER, FOUND)[2].kind == "quasi"
    office(config, "tables:\n  - file: a.csv\n    columns: [{column: code, class: inert}]\n")
    assert ColumnPins.load(config, str(own)).laid_on("a.csv", HEADER, FOUND)[2].kind == "inert"
    assert ColumnPins.load(None, "") == ColumnPins()
