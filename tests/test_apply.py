"""Apply: what stands of a value stands in a form that holds nothing else, and only where the value has its form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.apply import edits_of
from pipeline.model import Action, Block, Decision, Finding
from pipeline.texts.markers import KEPT, marker_spans

AT = (Block(0),)


def edited(
    value: str, entity: str, action: Action, marker: str, *, before: str = "It is ", after: str = " here."
) -> str:
    text = before + value + after
    finding = Finding(entity, len(before), len(before) + len(value), AT, "r", 1.0, "x", "")
    for edit in reversed(edits_of([Decision(finding, action, "rule", marker=marker)], {AT: text})):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text.removeprefix(before).removesuffix(after)


@pytest.mark.parametrize(
    ("entity", "action", "value", "stands"),
    [
        ("US_SSN", "keep_last_four", "536-44-1287", "[REDACTED X ending 1287]"),
        ("BANK_ACCOUNT", "keep_last_four", "000 123 456 789", "[REDACTED X ending 6789]"),
        ("BANK_ACCOUNT", "keep_last_four", "12345678", "[REDACTED X]"),
        ("US_SSN", "keep_last_four", "NTM2LTQ0LTEyODc=", "[REDACTED X]"),
        ("DATE_OF_BIRTH", "year_only", "March 9, 1971", "[REDACTED X year 1971]"),
        ("DATE_OF_BIRTH", "year_only", "03/09/1971", "[REDACTED X year 1971]"),
        ("DATE_OF_BIRTH", "year_only", "the ninth of March", "[REDACTED X]"),
        ("DATE_OF_BIRTH", "generalise", "1971-03-09", "[REDACTED X year 1971]"),
        ("PERSON", "initials", "Ivy Whitfield", "[REDACTED X initials I.W.]"),
        ("PERSON", "initials", "Whitfield, Ivy", "[REDACTED X initials I.W.]"),
        ("PERSON", "initials", "Dr. Ivy Q. Whitfield-Jones", "[REDACTED X initials I.Q.W.J.]"),
        ("PERSON", "initials", "ivy.whitfield", "[REDACTED X]"),
        ("PERSON", "initials", "Ivy%20Whitfield", "[REDACTED X]"),
        ("PERSON", "initials", "Ивы Уитфилд", "[REDACTED X]"),
        ("IP_ADDRESS", "generalise", "198.51.100.23", "[REDACTED X network 198.51.100.0/24]"),
        ("IP_ADDRESS", "generalise", "2001:db8::1", "[REDACTED X]"),
        ("STREET_ADDRESS", "generalise", "12 Elm Street, Helena, MT 59601", "[REDACTED X] Helena, MT 59601"),
        ("STREET_ADDRESS", "generalise", "12 Elm Street", "[REDACTED X]"),
        ("STREET_ADDRESS", "generalise", "12 Elm Street, Jane Doe", "[REDACTED X]"),
        ("PASSWORD", "generalise", "hunter2", "[REDACTED X]"),
        ("US_SSN", "withhold", "536-44-1287", "[REDACTED X]"),
    ],
)
def test_what_stands_of_a_value(entity, action, value, stands):
    """The last four digits, the year, the initials, the town or the network stand, else nothing does."""
    assert edited(value, entity, Action(action), "[REDACTED X]") == stands


@given(
    st.text(min_size=1, max_size=40),
    st.sampled_from(list(Action)),
    st.sampled_from(["PERSON", "US_SSN", "DATE_OF_BIRTH", "IP_ADDRESS"]),
)
def test_whatever_a_value_is_a_marker_stands_for_all_of_it(value, action, entity):
    """Of any text at all, nothing but a marker in one of the known forms comes out."""
    if action in {Action.RELEASE, Action.REVIEW}:
        return
    shown = edited(value, entity, action, "[REDACTED X]", before="", after="")
    assert marker_spans(shown, ("[REDACTED X]",)) == [(0, len(shown))]


def test_without_its_text_a_value_is_withheld_whole():
    """An edit that is made without the text of the segment lets no part stand."""
    finding = Finding("US_SSN", 0, 11, AT, "r", 1.0, "x", "")
    [edit] = edits_of([Decision(finding, Action.KEEP_LAST_FOUR, "rule", marker="[REDACTED SSN]")])
    assert edit.replacement == "[REDACTED SSN]"


def test_where_two_decisions_overlap_nothing_stands():
    """The union of overlapping findings is withheld whole, even where one of them would let a part stand."""
    text = "536-44-1287 x"
    one = Decision(Finding("US_SSN", 0, 11, AT, "r", 1.0, "x", ""), Action.KEEP_LAST_FOUR, "a", marker="[REDACTED SSN]")
    two = Decision(Finding("PERSON", 9, 13, AT, "r", 1.0, "x", ""), Action.WITHHOLD, "b", marker="[REDACTED NAME]")
    [edit] = edits_of([one, two], {AT: text})
    assert (edit.start, edit.end, edit.replacement) == (0, 13, "[REDACTED SSN]")


@pytest.mark.parametrize(
    "text",
    ["[REDACTED SSN ending 12345]", "[REDACTED SSN initials Jane Doe]", "[REDACTED SSN year 1971 Jane]", "[REDACTED OTHER ending 1234]",
     "[REDACTED SSN ending 536-44-1287]", "[REDACTED SSN network 198.51.100.23]", "[REDACTED SSN"],
)  # fmt: skip
def test_a_look_alike_of_a_marker_protects_nothing(text):
    """What looks like a marker and could hold a value is no marker of ours."""
    assert marker_spans(text, ("[REDACTED SSN]",)) == []
    assert len(KEPT) == 4
