"""Gates: a recognizer that the one pass does not wake would find nothing, in plain and in disguised texts."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.detect import examine
from pipeline.texts import other_forms
from recognizers import RECOGNIZERS, ip_address, triggers
from recognizers.labelled import Labels, has_digits
from recognizers.presidio import PatternRecognizer
from recognizers.registry import recognizer_class
from recognizers.text import Words
from recognizers.word_ends import ends_in_letter

CASES = Path(__file__).parent / "cases"
PATTERNS = [each() for each in map(recognizer_class, RECOGNIZERS) if issubclass(each, PatternRecognizer)]
WIDE_DIGITS = {ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)}


def _known_texts() -> list[str]:
    found: dict[str, None] = {}
    for path in sorted(CASES.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.update((case["text"], None) for case in (data["cases"] if isinstance(data, dict) else data))
    return list(found)


KNOWN = _known_texts()
DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "full-width digits": lambda text: text.translate(WIDE_DIGITS),
    "zero-width inside": lambda text: re.sub(r"(?<=\w)(?=\w)", "\u200b", text),
    "(at)": lambda text: text.replace("@", " (at) "),
    "with signs outside ASCII": lambda text: f"caf\u00e9\n\n{text} \u2013\u00e9",
    "capitals": str.upper,
    "en dashes": lambda text: text.replace("-", "\u2013"),
    "run on": lambda text: f"{text}s",
}


RULES = {ip_address._DEFANGED.trigger.number}
"""Triggers that are no gates: without them another recognizer's texts would be found."""


@pytest.mark.parametrize("disguise", DISGUISES)
def test_no_gate_is_narrower_than_what_it_lets_through(disguise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every trigger of every recognizer fired in every text, the same is found in all cases."""
    texts = [("", DISGUISES[disguise](text)) for text in KNOWN]
    gated = [examine([each], PATTERNS)[0] for each in texts]
    assert sum(map(len, gated)) > len(PATTERNS)
    every = frozenset(range(len(triggers._triggers))) - RULES
    fired = triggers._fired
    monkeypatch.setattr(triggers, "_fired", lambda data: fired(data) | every)
    monkeypatch.setattr(triggers, "_fired_in_number", lambda _form: every)
    triggers._forms.clear()
    triggers.forget_texts()
    try:
        for text, found in zip(texts, gated, strict=True):
            assert examine([text], PATTERNS)[0] == found, text
    finally:
        triggers._forms.clear()
        triggers.forget_texts()


def test_no_words_stand_where_their_trigger_does_not_fire() -> None:
    """Each vocabulary, looked for in all cases without a gate, is found only where its trigger fires."""
    vocabularies = [each for each in gc.get_objects() if isinstance(each, Words) and not each.followed_by]
    assert len(vocabularies) > 50
    for text in KNOWN[::3]:
        scan = triggers.scan_of(text)
        for words in vocabularies:
            if words.trigger.number not in scan.fired:
                assert list(words._found(scan, 0, len(scan.text))) == [], text


SOME = Words("phone(?: numbers?)?", "tel", "1099s?", "acct? ?#", "id", "d ?\\.? ?[o0] ?\\.? ?b", "tel[e\\x{00E9}]fono")
SCRAPS = (
    "phone",
    "Number",
    "s",
    "tel",
    "TEL",
    "efono",
    "\u00e9",
    "1099",
    "acct",
    "#",
    "id",
    "ID",
    "d.o.b",
    " ",
    "_",
    "7",
)


@settings(max_examples=300)
@given(text=st.lists(st.sampled_from((*SCRAPS, "\n", ":", "\u017f", "\u212a", "x")), max_size=9).map("".join))
def test_whole_words_fire_their_trigger(text: str) -> None:
    """A word that stands whole, behind a hump too, fires; one that only begins a longer word need not."""
    scan = triggers.Scan(text)
    if SOME.trigger.number not in scan.fired:
        assert list(SOME._found(scan, 0, len(text))) == []


def test_what_begins_a_longer_word_wakes_nobody() -> None:
    """``account`` fires as a whole word, also in a name of camelCase, not as the beginning of another."""
    assert not Words("accoun", "account").fires("unaccountable accountancy")
    assert all(Words("account").fires(text) for text in ("accountNumber", "the account_1", "account"))


FOR_VALUES = {each: Labels({"account": ["account", "a/c", "cvv2"]}, for_values=each) for each in (True, False)}
BEHIND = (
    "account",
    "a/c",
    "CVV2",
    " ",
    "\t",
    ":",
    "is",
    "number",
    "No",
    "B-12",
    "77",
    "manager",
    "(",
    "\n",
    '"',
    "K",
    "\u00b2",
)


@settings(max_examples=300)
@given(text=st.lists(st.sampled_from((*BEHIND, "         ", "ID")), max_size=9).map("".join))
def test_labels_in_prose_only_are_passed_by(text: str) -> None:
    """A vocabulary that is asked for values only gives all of them that can be any: with a digit, or announced."""
    wanted = [each for each in FOR_VALUES[False].values(text) if each.explicit or has_digits(each.value)]
    assert [each for each in FOR_VALUES[True].values(text) if each.explicit or has_digits(each.value)] == wanted


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        ("phones?", True),
        ("account(?: (?:numbers?|nos?))?", True),
        ("(?:tele|cell)?[ ]?phones?", True),
        ("acct? ?#", False),
        ("phone ", False),
        ("tel(?: (?:me)?)?", False),
        ("(?:a|9)", False),
        ("w ?9", False),
        ("ab*", False),
        ("s?", False),
        (r"b\.?", False),
        ("(a)b", False),
        (r"n[u\x{00FA}]", False),
    ],
)
def test_the_end_of_a_word_is_told_only_where_it_is_sure(word: str, ends: bool) -> None:
    """Marks, blanks, digits, sets and repetitions at the end, and nothing at all, are no letters."""
    assert ends_in_letter(word) is ends


@settings(max_examples=300)
@given(
    text=st.lists(
        st.sampled_from(["c2VlIGpvQGV4", "YW1wbGUub3Jn", "=", "/", "-", " ", "é", "A" * 16, "\n"]), max_size=9
    ).map("".join)
)
def test_packed_runs_are_the_same_as_a_pattern_of_them_finds(text: str) -> None:
    """Runs of base64 are found by their marks: the longest from the left, with up to two signs behind them."""
    marks = text.encode("ascii", "replace").translate(other_forms._IN_RUNS)
    found = [each.span() for each in re.finditer("[A-Za-z0-9+/_-]{16,}={0,2}", text)]
    assert list(other_forms._runs(text, marks)) == found
