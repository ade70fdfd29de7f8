"""Addresses, credentials and linkable identifiers: what holds for every text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizers.labelled import outermost
from recognizers.license_plate import LicensePlate
from recognizers.medical import Medical
from recognizers.model import Match
from recognizers.password import Password
from recognizers.presidio import Recognizer
from recognizers.street_address import StreetAddress
from recognizers.tribal_id import TribalId
from recognizers.unique_identifier import UniqueIdentifier
from recognizers.us_driver_license import UsDriverLicense
from recognizers.us_passport import UsPassport
from recognizers.username import Username

MADE: list[Recognizer] = [
    StreetAddress(level="fast"),
    Username(),
    Password(),
    UsDriverLicense(),
    UsPassport(),
    LicensePlate(),
    TribalId(),
    Medical(),
    UniqueIdentifier(),
]
CASES = Path(__file__).parent / "cases"


def _known_texts() -> list[str]:
    return [case["text"] for each in MADE for case in yaml.safe_load((CASES / f"{each.NAME}.yaml").read_text("utf-8"))]


KNOWN = _known_texts()
SCRAPS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(KNOWN),
    st.sampled_from(["\n", "é", "😀", "\u2028", ": ", " no. ", "12 ", "İ"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SCRAPS, max_size=6).map("".join))
def test_any_text_gives_matches_that_fit_it(text: str) -> None:
    """No text makes a recognizer raise, and every span lies inside its text, sorted, of its own entity."""
    for each in MADE:
        found = each.find(text)
        assert found == sorted(found, key=lambda match: (match.start, match.end))
        for match in found:
            assert match.fits(text)
            assert match.entity in each.ENTITIES
            assert text[match.start : match.end].strip()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KNOWN), st.text(alphabet="éİ😀ß日", min_size=1, max_size=12))
def test_what_stands_in_other_lines_moves_spans_and_nothing_else(text: str, before: str) -> None:
    """A line of other letters above a text shifts its matches by its own length."""
    head = f"{before}.\n\n"
    for each in MADE:
        alone = {text[match.start : match.end] for match in each.find(text)}
        below = {(head + text)[match.start : match.end] for match in each.find(head + text)}
        assert alone == below


@pytest.mark.parametrize("each", MADE, ids=lambda each: each.NAME)
@pytest.mark.parametrize(
    "scrap", ["12 Main ", "a: ", "password ", "account ", "id=", "1 1 1 ", "12 A. ", "\n", "corner of a and ", "P.O. "]
)
def test_time_grows_with_the_text_and_not_faster(each: Recognizer, scrap: str) -> None:
    """A hostile text of 100,000 characters takes seconds at most, not hours."""
    text = scrap * (100_000 // len(scrap))
    started = time.perf_counter()
    each.find(text)
    assert time.perf_counter() - started < 20


def test_outermost_keeps_the_widest_match() -> None:
    """Of nested matches the outer one stays; matches that merely overlap stay both."""
    wide, inner, crossing = (Match(a, b, "USERNAME", 0.5, "x", "y") for a, b in ((0, 9), (2, 5), (7, 12)))
    assert outermost([inner, crossing, wide]) == [wide, crossing]
