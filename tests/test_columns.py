"""``releasable columns`` tells the class of every column with evidence, and shows no value."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipeline.cli.columns import column_classes
from pipeline.errors import UsageError

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data" / "web_form" / "contact-form.csv"


def test_the_columns_of_the_web_form_are_told_for_what_they_are() -> None:
    """Names, contacts and identifiers are told; the comment is text; dates of submission are inert."""
    names, classes = column_classes(SAMPLE, None)
    told = {names[each.index]: (each.kind, each.entity, each.part) for each in classes if each.index < len(names)}
    assert told["first_name"] == ("entity", "PERSON", "given")
    assert told["last_name"] == ("entity", "PERSON", "surname")
    assert told["email"][:2] == ("entity", "EMAIL_ADDRESS")
    assert told["date_of_birth"][:2] == ("entity", "DATE_OF_BIRTH")
    assert told["session_id"][0] == "identifier"
    assert told["comment"][0] == "free_text"
    assert told["submitted_at"][0] == "inert"


def test_the_evidence_holds_no_value() -> None:
    """No cell of the table stands in what is said of its columns."""
    _, classes = column_classes(SAMPLE, None)
    said = json.dumps([each.evidence for each in classes]).casefold()
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    cells = {cell.casefold() for row in rows for cell in row if len(cell) > 4 and not cell.isdigit()}
    assert not [cell for cell in cells if cell in said]


def test_a_text_is_refused_as_a_table(tmp_path: Path) -> None:
    """A file that is no table is refused in plain words."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear clerk,\n\nthe hole is still there.\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no table"):
        column_classes(path, None)
