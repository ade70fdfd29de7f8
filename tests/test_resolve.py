"""Resolve: overlapping matches become one finding each, and no character that was matched is lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Match
from pipeline.resolve import SPECIFIC_FIRST, resolve

TEXTS = st.text(alphabet=st.sampled_from("abcXYZ 019-.,@\né"), min_size=1, max_size=60)


@st.composite
def matched_texts(draw: st.DrawFn) -> tuple[str, list[Match]]:
    """A text and matches of any entities at any of its places."""
    text = draw(TEXTS)
    matches = []
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        score = draw(st.sampled_from((0.4, 0.65, 0.85, 0.95)))
        matches.append(Match(start, end, draw(st.sampled_from(SPECIFIC_FIRST)), score, "made", "for a test", "full"))
    return text, matches


def covered(matches: list[Match]) -> set[int]:
    return {at for match in matches for at in range(match.start, match.end)}


@given(matched_texts())
def test_no_letter_or_digit_that_was_matched_is_lost(case):
    """Every letter and digit that any match covers is covered after resolving, and none that no match covers."""
    text, matches = case
    before, after = covered(matches), covered(resolve(matches, text))
    assert {at for at in before if text[at].isalnum()} <= after <= before


@given(matched_texts())
def test_findings_are_sorted_fit_the_text_and_do_not_overlap(case):
    """Spans lie in the text in order, apart from each other, and each holds a letter or digit."""
    text, matches = case
    found = resolve(matches, text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(any(sign.isalnum() for sign in text[each.start : each.end]) for each in found)


@given(matched_texts())
def test_order_of_recognizers_does_not_matter_to_what_is_covered(case):
    """The same characters are covered whichever recognizer is asked first."""
    text, matches = case
    letters = {at for at in range(len(text)) if text[at].isalnum()}
    assert covered(resolve(matches, text)) & letters == covered(resolve(matches[::-1], text)) & letters


@given(matched_texts(), st.data())
def test_nothing_is_found_in_our_own_markers(case, data):
    """A span that is kept out stays free of findings; what lies beside it stays covered."""
    text, matches = case
    low = data.draw(st.integers(0, len(text) - 1))
    high = data.draw(st.integers(low + 1, len(text)))
    after = covered(resolve(matches, text, [(low, high)]))
    assert after.isdisjoint(range(low, high))
    assert {at for at in covered(matches) if text[at].isalnum() and not low <= at < high} <= after


def test_agreeing_matches_become_their_union_with_the_better_reason():
    """Two matches of one entity that overlap are one finding over both spans, with the higher score."""
    text = "Ms. Wilma Q. Testperson"
    matches = [Match(4, 12, "PERSON", 0.5, "a", "short", "given"), Match(4, 23, "PERSON", 0.9, "b", "long", "full")]
    (found,) = resolve(matches, text)
    assert (found.start, found.end, found.part, found.score, found.reason) == (4, 23, "full", 0.9, "long")


def test_the_more_specific_entity_keeps_its_span_and_the_other_what_lies_beside():
    """A mailbox inside what a model took for one long name stays a mailbox; the name keeps the rest."""
    text = "Wilma Testperson wilma@example.com"
    matches = [Match(0, 34, "PERSON", 0.85, "m", "model"), Match(17, 34, "EMAIL_ADDRESS", 0.95, "e", "mailbox")]
    assert [(each.entity, text[each.start : each.end]) for each in resolve(matches, text)] == [
        ("PERSON", "Wilma Testperson"),
        ("EMAIL_ADDRESS", "wilma@example.com"),
    ]
