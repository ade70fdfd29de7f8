"""A list of people and how to reach them is told from tables that are about something else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.execution.local import Limits, Pool
from pipeline.intake import collect
from pipeline.planning import plan
from pipeline.state import Job, prepare
from pipeline.tables.distribution_list import distribution_list
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from office_tables import tables

VOCABULARY = load_vocabulary()
SAMPLE = Path(__file__).resolve().parents[1] / "sample_data" / "web_form" / "contact-form.csv"
LISTS = {"voter_roll", "crm_contacts", "newsletter", "staff_directory", "spanish2"}
"""The made-up tables that are lists of people."""

NAMES = ["Maribel", "Asa", "Ida", "Ned", "Uma"]
LAST = ["Quint", "Holm", "Lund", "Peters"]
ROWS = [
    [f"{NAMES[n % 5]} {LAST[n // 5]}", f"asa{n}@example.org", f"406-555-01{n:02}", "Libby", f"2024-01-{n + 1:02}"]
    for n in range(20)
]


def reason(header, columns):
    rows = [[row[at] for at in columns] for row in ROWS]
    return distribution_list(profile(rows, header, [], VOCABULARY), header, VOCABULARY)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["Name", "E-mail"], (0, 1)),
        (["Name", "Email", "Phone", "City"], (0, 1, 2, 3)),
        (["Full Name", "Email", "Phone", "Date Subscribed"], (0, 1, 2, 4)),
        (["Full Name", "Email", "Opt-in date"], (0, 1, 4)),
    ],
)
def test_names_with_contacts_are_a_distribution_list(header, columns):
    """Names with e-mail addresses or telephones and little else are held, and the reason says why."""
    assert "MCA 2-6-1017" in reason(header, columns)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["Name", "Email", "Phone", "Submitted at"], (0, 1, 2, 4)),
        (["Name", "City"], (0, 3)),
        (["Email", "Phone"], (1, 2)),
        (["Your name", "Your email", "Subject"], (0, 1, 3)),
    ],
)
def test_what_people_sent_in_is_none(header, columns):
    """A form with the time or the subject of each entry, names alone, or contacts alone are no distribution list."""
    assert reason(header, columns) == ""


def test_tables_of_offices_are_told_from_lists():
    """Of the made-up tables of offices, the rolls of people are lists; dockets, permits, payments and forms are not."""
    found = set()
    for table in tables(3, 60):
        classes = profile(table.rows, table.header, [], VOCABULARY)
        if distribution_list(classes, table.header or [], VOCABULARY):
            found.add(table.name)
    assert found == LISTS


def test_planning_holds_an_uncleared_list_and_releases_a_cleared_one(tmp_path):
    """The plan of a list says why it is held; the office's file clears it; the sample's web form is not held."""
    path = tmp_path / "mailing.csv"
    path.write_text("Name,Email\n" + "".join(f"{row[0]},{row[1]}\n" for row in ROWS), encoding="utf-8")
    config = tmp_path / "office"
    config.mkdir()

    def planned(file):
        job = Job(key=b"k" * 32, decided_at="2025-01-01T00:00:00Z", config=config, level="patterns")
        with Pool(1, prepare, (job,), Limits(seconds=60)) as pool:
            ((_, answer, failure),) = pool.map(plan, collect([file]))
        assert failure is None
        return answer

    assert "distribution list" in planned(path).hold
    assert planned(SAMPLE).hold == ""
    (config / "column_pins.yaml").write_text(
        "tables:\n  - {file: mailing.csv, distribution_list: cleared}\n", encoding="utf-8"
    )
    assert planned(path).hold == ""
