"""Made-up tables in the shapes of many offices: every column of people is found, hardly any other is called one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from recognizers.registry import load_recognizers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from columns import Tally, as_read, judge
from office_tables import tables

from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary

RECOGNIZERS = [each for each in load_recognizers("patterns") if not each.needs_model]


def outcome(rows: int, seed: int) -> Tally:
    """Return how the profile fares on every table with this many rows, read from its CSV file."""
    tally = Tally()
    for table in tables(seed, rows):
        header, cells = as_read(table)
        judge(table, profile(cells, header, RECOGNIZERS, load_vocabulary()), tally)
    return tally


@pytest.mark.parametrize("rows", [6, 15, 300])
def test_columns_of_many_offices_are_told(rows):
    """Every labelled column is found, 97 in 100 with their entity; at most 2 in 100 others are called one; texts are read."""
    tally = outcome(rows, seed=101)
    assert tally.labelled > 300
    assert tally.found == tally.labelled, tally.wrong
    assert tally.right >= 0.97 * tally.labelled, tally.wrong
    assert tally.called <= 0.02 * tally.others, tally.wrong
    assert tally.examined == tally.texts, tally.wrong


def test_evidence_shows_no_value_of_any_table():
    """Nothing that is said of a column holds a value of its table, however the table looks."""
    for table in tables(7, 40):
        said = " ".join(
            line for each in profile(table.rows, table.header, RECOGNIZERS, load_vocabulary()) for line in each.evidence
        )
        names = {value for row in table.rows for value in row if len(value) > 6 and " " in value}
        assert not [value for value in names if value in said]
