"""Numbers that are cut over neighbouring cells, boxes, columns and lines are seen whole, and withheld in each place."""

from __future__ import annotations

import pytest

from pipeline.formats.cell_seams import seams_of
from pipeline.model import Block, Edit


def joined(*texts: str, labels: tuple[str, ...] | None = None) -> list[str]:
    return [each.text for each in seams_of(texts, labels if labels is not None else ("",) * len(texts))]


@pytest.mark.parametrize(
    ("cells", "whole"),
    [
        (("536-90-", "4399"), "536-90-4399"),
        (("536-", "90-4399"), "536-90-4399"),
        (("536", "-90-4399"), "536-90-4399"),
        (("536-90", "-4399"), "536-90-4399"),
        (("536-9", "0-4399"), "536-90-4399"),
        (("536\u201390\u2013", "4399"), "536\u201390\u20134399"),
        (("536-", "90-", "4399"), "536-90-4399"),
        (("536", "-", "90", "-", "4399"), "536-90-4399"),
        (("5", "3", "6", "-", "9", "0", "-", "4", "3", "9", "9"), "536-90-4399"),
        (("Her number: 536-90-", "", "4399."), "536-90-4399"),
        (("406-555-", "0142"), "406-555-0142"),
        (("(406)", "555-0142"), "(406)555-0142"),
        (("(406) 555-", "0142 after five"), "(406) 555-0142"),
        (("406.555.", "0142"), "406.555.0142"),
        (("4417-1234-", "5678-9113"), "4417-1234-5678-9113"),
        (("wilma.tester@", "example.com"), "wilma.tester@example.com"),
        (("write to wilma.tester", "@example.com"), "wilma.tester@example.com"),
    ],
)
def test_a_number_with_its_separators_is_one_over_cells(cells, whole):
    """Where only both halves together are a number, they are one, whatever the columns are called."""
    assert joined(*cells) == [whole]


@pytest.mark.parametrize(
    ("label", "cells", "whole"),
    [
        ("SSN", ("536", "90", "4399"), "536-90-4399"),
        ("Social Security Number", ("53690", "4399"), "53690-4399"),
        ("SSN", ("536", "-90", "-4399"), "536-90-4399"),
        ("SSN", tuple("536904399"), "5-3-6-9-0-4-3-9-9"),
        ("Phone", ("406", "555", "0142"), "406-555-0142"),
        ("Area code and phone", ("406", "555-0142"), "406-555-0142"),
        ("Date of birth", ("4", "17", "1968"), "4/17/1968"),
    ],
)
def test_a_number_that_is_named_is_one_over_cells(label, cells, whole):
    """By the name of its column, with none over the others, or by the words on its left."""
    assert joined(*cells, labels=(label, *("" for _ in cells[1:]))) == [whole]
    assert joined(label, *cells) == [whole]
    assert joined(f"{label}: {cells[0]}", *cells[1:]) == [whole]


@pytest.mark.parametrize(
    "cells",
    [
        ("536", "90", "4399"),  # a table of numbers
        ("120", "-45", "-1300"),  # numbers below nought
        ("(406)", "555", "1042"),
        ("1,536", "90", "4399"),
        ("3", "12-25-2024"),  # a count and a date
        ("2024-", "2025"),
        ("101-41", "5200"),  # codes of a budget
        ("12", "25-0142"),  # a count and the number of a case
        ("406-555-0142", "59601"),
        ("59601", "406-555-0142"),
        ("536-90-4399", "4399"),
        ("pages 12-", "18"),
        ("5", "3", "6", "9", "0", "4", "3", "9", "9"),
        ("10.5", "20.5", "30.5"),
        ("$536", "90", "4399"),
        ("see 3-", "Montana"),
        ("Jane Doe", "@home"),
        ("A536-90-", "4399"),
        ("536-90-", "4399B"),
    ],
)
def test_what_stands_side_by_side_is_no_number(cells):
    """Three number cells of a table, a date beside a count, codes and whole numbers end where they end."""
    assert joined(*cells) == []


@pytest.mark.parametrize(
    ("labels", "cells"),
    [
        (("Calls by phone", "Visits", "Letters"), ("406", "555", "1042")),  # each column has a name of its own
        (("Phone", "", "", ""), ("406", "555", "1042", "77")),  # goes on
        (("Phone", "", ""), ("40", "555", "1042")),
        (("SSN", "", ""), ("5360", "90", "439")),
        (("Total", "", ""), ("536", "90", "4399")),
        (("Date of birth", "", ""), ("410", "17", "1968")),
    ],
)
def test_a_name_alone_makes_no_number(labels, cells):
    """The cells have to be cut where the groups of such a number end, and belong to one name."""
    assert joined(*cells, labels=labels) == []


def test_an_edit_of_the_whole_is_one_of_each_cell():
    """What is covered stands in each of the cells at its own place."""
    (seam,) = seams_of(["Her number: 536-", "90-", "", "4399 today"], ["", "", "", ""])
    here = (Block(0),)
    assert list(seam.edits_of(Edit(here, 0, len(seam.text), "[X]"))) == [(0, 12, 16), (1, 0, 3), (3, 0, 4)]
    assert list(seam.edits_of(Edit(here, 5, 8, "[X]"))) == [(1, 1, 3), (3, 0, 1)]


def test_hostile_texts_take_no_time():
    """Long runs of digits, dashes and words on both sides are looked at only near the border."""
    for sign in ("1", "-", "1 ", "a.", "(", "1-"):
        text = sign * 100_000
        seams_of([text, text] * 3, ["SSN"] * 6)
