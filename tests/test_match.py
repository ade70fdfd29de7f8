"""A match: what a frozen dataclass is, made by hand since it is made so often."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from recognizers.model import Match, SpanError

MATCH = Match(3, 9, "US_SSN", 0.85, "us_ssn", "a shape", "partial")


def test_a_match_is_its_fields() -> None:
    """Equal fields make equal matches, ordered by them; copies, moved ones and pickled ones keep the rest."""
    same = Match(start=3, end=9, entity="US_SSN", score=0.85, recognizer="us_ssn", reason="a shape", part="partial")
    assert (MATCH, hash(MATCH)) == (same, hash(same))
    assert pickle.loads(pickle.dumps(MATCH)) == MATCH
    assert MATCH.moved(4, 8) == replace(MATCH, start=4, end=8) > MATCH
    assert Match(3, 9, "US_SSN", 0.85, "us_ssn", "a shape").part == "full"
    assert repr(MATCH).startswith("Match(start=3, end=9, entity='US_SSN'")


def test_a_match_stays_as_it_is() -> None:
    """No field is set again, none is added."""
    for name in ("start", "entity", "other"):
        with pytest.raises((FrozenInstanceError, TypeError)):
            setattr(MATCH, name, 5)


@pytest.mark.parametrize(("start", "end", "score"), [(-1, 3, 0.5), (3, 3, 0.5), (4, 3, 0.5), (1, 3, 1.1), (1, 3, -0.1)])
def test_a_match_that_cannot_be_is_refused(start: int, end: int, score: float) -> None:
    """An empty or negative span, or a score outside 0 to 1, dies where it is made."""
    with pytest.raises(SpanError):
        Match(start, end, "US_SSN", score, "us_ssn", "a shape")
    with pytest.raises(SpanError):
        MATCH.moved(5, 5)
