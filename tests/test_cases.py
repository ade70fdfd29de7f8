"""Every recognizer against its own cases: ``tests/cases/<module>.yaml`` beside ``recognizers/<module>.py``.

A case is ``{text, hits, more}``: each hit is a piece of the text that exactly one match covers
exactly; other matches fail the case unless ``more`` is true; ``hits: []`` is a near miss.
A new case is a new line; a new recognizer is a new file.
"""

from __future__ import annotations

import importlib
import inspect
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizers.presidio import Recognizer

FOLDER = Path(__file__).parent / "cases"
NUMBERS_AND_CONTACTS = (
    "us_ssn", "email_address", "phone_number", "date_of_birth", "credit_card", "bank_account", "us_tax_id", "ip_address",
)  # fmt: skip


@cache
def recognizer_of(stem: str) -> Recognizer:
    """The one recognizer that ``recognizers.<stem>`` defines, loaded; skips where its model is not installed."""
    module = importlib.import_module(f"recognizers.{stem}")
    classes = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Recognizer) and item.__module__ == module.__name__
    ]
    assert len(classes) == 1, f"recognizers/{stem}.py defines {len(classes)} recognizers, not one"
    takes_model = classes[0].NEEDS_MODEL or "level" in inspect.signature(classes[0]).parameters
    if takes_model and not models_are_installed():
        pytest.skip(f"{stem} needs models that are not installed")
    return classes[0]()


@cache
def models_are_installed() -> bool:
    """Whether the models are here; False where the module that knows is not."""
    try:
        models = importlib.import_module("recognizers.models")
    except ImportError:
        return False
    return not models.verify()


def cases_in(path: Path) -> list[dict[str, Any]]:
    """The cases of one file: a list, or a mapping whose ``cases`` are the list."""
    data = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return list(data.get("cases") or []) if isinstance(data, dict) else list(data)


def all_cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for number, case in enumerate(cases_in(path), 1):
            found.append(pytest.param(path.stem, case, id=f"{path.stem}-{number}"))
    return found


def spans_of(text: str, pieces: list[str]) -> list[tuple[int, int]]:
    """Where the pieces stand, each behind the one before it where it can (so that a repeated piece is found twice)."""
    spans, at = [], 0
    for piece in pieces:
        start = text.find(piece, at)
        start = start if start >= 0 else text.find(piece)
        assert start >= 0, "a case names a piece that its text does not hold"
        spans.append((start, start + len(piece)))
        at = start + len(piece)
    return spans


@pytest.mark.parametrize(("stem", "case"), all_cases())
def test_recognizer_finds_exactly_what_its_case_says(stem: str, case: dict[str, Any]) -> None:
    """Each hit is covered by one match exactly, and nothing else is matched unless the case allows it."""
    text, wanted = case["text"], spans_of(case["text"], case["hits"])
    found = recognizer_of(stem).find(text)
    spans = [(match.start, match.end) for match in found]
    for span in wanted:
        assert spans.count(span) == 1, (
            f"{text!r}: wanted {text[span[0] : span[1]]!r}, found {[text[a:b] for a, b in spans]}"
        )
    if not case.get("more"):
        assert sorted(spans) == sorted(wanted), (
            f"{text!r}: also found {[text[a:b] for a, b in spans if (a, b) not in wanted]}"
        )
    parts = case.get("parts")
    if parts is not None:
        assert [match.part for match in sorted(found)] == parts


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_recognizer_has_cases_and_near_misses(path: Path) -> None:
    """A file of cases holds at least ten texts, some of them near misses."""
    cases = cases_in(path)
    assert len(cases) >= 10
    assert any(not case["hits"] for case in cases)


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "SSN: ",
            "born ",
            "IBAN ",
            "acct # ",
            "card ",
            "EIN ",
            "call ",
            " at ",
            "@",
            "::",
            "x1",
            "\u200b",
            "García",
            "GB82",
            "(at)",
            "IP ",
            "CVV2: ",
        ]
    ),
    st.from_regex(r"[0-9 .\-()/:+@x]{1,18}", fullmatch=True),
)


@pytest.mark.parametrize("stem", NUMBERS_AND_CONTACTS)
@given(pieces=st.lists(PIECES, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_fitting_spans_and_no_error(stem: str, pieces: list[str]) -> None:
    """On arbitrary Unicode text a recognizer raises nothing, and its spans fit, in order, without overlap."""
    text = "".join(pieces)
    found = recognizer_of(stem).find(text)
    assert all(match.fits(text) for match in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@pytest.mark.parametrize("stem", NUMBERS_AND_CONTACTS)
def test_recognizer_answers_presidio_with_the_same_spans(stem: str) -> None:
    """``analyze`` gives the spans and scores of ``find`` as Presidio results."""
    recognizer = recognizer_of(stem)
    text = "SSN 536-90-4399, DOB 04/12/1975, call 406-555-0143, jane@example.org, 4111 1111 1111 1111, ITIN 912-70-1234"
    results = recognizer.analyze(text, list(recognizer.ENTITIES))
    assert [(r.start, r.end, r.score) for r in results] == [(m.start, m.end, m.score) for m in recognizer.find(text)]
