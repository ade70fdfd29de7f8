"""Triggers: one pass that may fire too often and never too seldom, in short, long and torn texts."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import phonenumbers
import pytest
import re2
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.texts import other_forms
from pipeline.texts.plain_form import PlainForm
from recognizers import RECOGNIZERS, credit_card, us_ssn, us_tax_id
from recognizers.labelled import Labels, has_digits, value_after
from recognizers.linear import pattern
from recognizers.numbers import numbers_in
from recognizers.phone_number import _NANP, _PLUS, PhoneNumberRecognizer, possible_length
from recognizers.presidio import PatternRecognizer
from recognizers.registry import recognizer_class
from recognizers.text import NumberShape, Words
from recognizers.triggers import REACH, SIZE, Trigger, scan_of
from recognizers.us_ssn import UsSsnRecognizer

CASES = Path(__file__).parent / "cases"
CLASSES = [recognizer_class(name) for name in RECOGNIZERS]
PATTERNS: list[PatternRecognizer] = [each() for each in CLASSES if issubclass(each, PatternRecognizer)]


def _known_texts() -> list[str]:
    """The text of every case of every recognizer."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [case["text"] for case in (data["cases"] if isinstance(data, dict) else data)]
    return found


KNOWN = _known_texts()
SCRAPS = st.one_of(st.text(max_size=20), st.sampled_from(KNOWN), st.from_regex(r"[0-9 .\-()/:+@xX*]{1,18}"))


@pytest.mark.parametrize("each", PATTERNS, ids=lambda each: each.NAME)
def test_no_known_text_is_skipped_that_holds_a_match(each: PatternRecognizer) -> None:
    """Where no trigger of a recognizer fires, it finds nothing, over all cases of all recognizers."""
    assert [each.find(text) for text in KNOWN] == [each.matches(text) for text in KNOWN]


@settings(max_examples=100, deadline=None)
@given(st.lists(SCRAPS, max_size=6).map("".join))
def test_no_text_is_skipped_that_holds_a_match(text: str) -> None:
    """Where no trigger of a recognizer fires, it finds nothing, in any text."""
    for each in PATTERNS:
        assert each.find(text) == each.matches(text)


@pytest.mark.parametrize("each", PATTERNS, ids=lambda each: each.NAME)
def test_a_match_is_found_wherever_it_stands_in_a_long_text(each: PatternRecognizer) -> None:
    """Across the seams of the pieces in which a long text is scanned, what is found stays found."""
    text = next(text for text in KNOWN if each.find(text + "\n\n"))
    alone = [(match.start, match.end) for match in each.find(f"\n\n{text}\n\n")]
    for at in (SIZE - len(text) - 3, SIZE - len(text) // 2, SIZE - 2, SIZE + REACH - len(text) // 2, 3 * SIZE):
        blanks = " \n" * (at // 2)
        inside = each.find(f"{blanks}\n\n{text}\n\n{blanks}")
        assert [(match.start - len(blanks), match.end - len(blanks)) for match in inside] == alone


def test_words_of_a_long_text_stand_where_they_stand() -> None:
    """Words at every offset around a seam are found once, at their place."""
    badge = Words("badge number")
    for at in range(SIZE - 20, SIZE + 20):
        text = f"{'x ' * (at // 2)}badge_number {'y ' * SIZE}"
        start = text.index("badge")
        assert list(badge.spans(text)) == [(start, start + 12)]


def test_a_word_inside_a_camel_case_key_fires() -> None:
    """``employeeSSN:`` holds the word SSN, also far inside a long text."""
    for text in ("employeeSSN: 536904399", "a " * SIZE + "employeeSSN: 536904399"):
        assert [text[match.start : match.end] for match in UsSsnRecognizer().find(text)] == ["536904399"]


def test_a_trigger_made_later_counts_at_once() -> None:
    """A pattern registered after a text was scanned fires in that text all the same."""
    text = "a zyxwvut stands here"
    assert scan_of(text).fired is not None
    assert Trigger("zyx[w]vut").fires(text)
    assert not Trigger("zyx[w]{2}").fires(text)


def test_numbers_come_with_their_separators_and_by_their_digits() -> None:
    """Numbers are found with what stands between their digits; short ones are none."""
    text = "on 12 May call (406) 555-0143 or 12/3"
    assert [text[low:high].strip() for low, high in scan_of(text).numbers(10)] == ["406) 555-0143"]
    assert list(scan_of(text).numbers(11)) == []


@pytest.mark.parametrize("each", PATTERNS, ids=lambda each: each.NAME)
def test_half_characters_stop_no_recognizer(each: PatternRecognizer) -> None:
    """A lone surrogate, which no pattern engine takes, changes no span around it."""
    text = next(text for text in KNOWN if each.find(text) and each.find(f"{text}\n\ufffd"))
    torn = [(match.start, match.end) for match in each.find(f"{text}\n\ud800")]
    assert torn == [(match.start, match.end) for match in each.find(f"{text}\n\ufffd")]
    assert [(found.start, found.end) for found in each.analyze(f"{text}\n\ud800", [])] == torn


def test_many_labelled_numbers_in_one_text_stay_quick() -> None:
    """A hostile text of 25,000 telephone numbers takes seconds, not minutes, and all of them are found."""
    text = "call 555-0143 " * 25_000
    started = time.process_time()
    assert len(PhoneNumberRecognizer().find(text)) == 25_000
    assert time.process_time() - started < 5


def test_the_list_of_recognizers_builds_no_automaton() -> None:
    """Importing the package loads neither the triggers nor google-re2."""
    code = "import sys, recognizers; sys.exit('re2' in sys.modules or 'recognizers.triggers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("source", ["a*", r"(?P<key>[a-z]+)=(\d+)?", r"\b", "(a)|(b)", r"(?m)^x?", "é?"])
@given(text=st.text(alphabet="ab=1 x\né", max_size=20))
def test_a_pattern_matches_what_the_wrapper_of_its_engine_matches(source, text):
    """ASCII texts go past the wrapper: matches, groups, empty ones and groups that took no part are the same."""
    ours, theirs = pattern(source), re2.compile(source)
    groups = range(theirs.groups + 1)
    expected = [[each.span(group) for group in groups] for each in theirs.finditer(text)]
    assert [[each.span(group) for group in groups] for each in ours.finditer(text)] == expected
    assert ours.places(text) == [spans[0] for spans in expected]
    for name in ("search", "match", "fullmatch"):
        found, wanted = getattr(ours, name)(text), getattr(theirs, name)(text)
        assert (found and [found.span(group) for group in groups]) == (
            wanted and [wanted.span(group) for group in groups]
        )


@given(text=st.text(alphabet="0123456789 -./()x\n", max_size=60), least=st.integers(6, 12))
def test_numbers_are_the_same_in_plain_letters_and_among_others(text, least):
    """ASCII texts are searched for numbers another way than others: what is found is the same."""
    among_others = scan_of(f"{text}xxxx\u00e9").numbers(least, 2, 3)
    assert scan_of(text).numbers(least, 2, 3) == [(low, min(high, len(text))) for low, high in among_others]


@given(text=st.text(alphabet="0123456789+ -./()x\n", max_size=60))
def test_shapes_of_numbers_are_the_same_in_plain_letters_and_among_others(text):
    """ASCII texts are searched in place, others in pieces that are cut out: what is found is the same."""
    for shape in (_NANP, _PLUS):
        assert shape.spans(text) == shape.spans(f"{text}yyyy\u00e9")


NUMBER_SHAPES = [
    each
    for module in (us_ssn, us_tax_id, credit_card)
    for each in vars(module).values()
    if isinstance(each, NumberShape)
] + [_NANP, _PLUS]
SOME_NUMBERS = ("406", "555", "0143", "536-90-4399", "12", "9", "1", "0", "+", "(", ")", " ", "-", ".", "/", "x", "é")


@settings(max_examples=300)
@given(text=st.lists(st.sampled_from([*SOME_NUMBERS, "\u2013", "\u00a0", "4111"]), max_size=14).map("".join))
def test_no_number_is_passed_by_for_its_form(text):
    """A pattern of numbers that does not fire by the forms of a text's numbers matches nothing in the text."""
    scan = scan_of(text)
    for shape in NUMBER_SHAPES:
        if shape.trigger.number not in scan.fired:
            windows = scan.numbers(*shape._window)
            assert [shape._pattern.places(text[low:high]) for low, high in windows] == [[] for _ in windows]


def test_the_form_of_a_number_holds_none_of_its_digits():
    """A form has nines for digits, is equal for numbers written alike, and tells dashes and letters before apart."""
    (plain,), (like,), (other,) = (
        [form for *_, form in numbers_in(text, 0, len(text))]
        for text in ("SSN 536-90-4399.", "ssn 123-45-6789,", "SSN\u2013536\u201390\u20134399é")
    )
    assert (plain, other.decode()) == (b"xxx 999-99-9999.", "xxx\u2013999\u201399\u20139999")
    assert like == plain[:-1]


@settings(max_examples=300)
@given(
    text=st.lists(
        st.sampled_from(
            ["%4", "%", "34", "<b>", "</b>", "<", "[", "] ", "](x)", "555", "-", " ", "mZSBqb0BleA", "c2VlIGpv", "é"]
        ),
        max_size=12,
    ).map("".join)
)
def test_no_other_form_of_a_text_is_passed_by(text):
    """What the one pass says of percent signs, tags, links and packed runs is what a look for each of them finds."""
    searched = (other_forms._PERCENT, other_forms._CUT_BY_TAGS, other_forms._CUT_BY_LINKS)
    marks = text.encode("ascii", "replace").translate(other_forms._IN_RUNS)
    expected = sum(each.search(text) is not None for each in searched) + bool(other_forms._unpacked(text, marks))
    assert len(other_forms.other_forms(PlainForm(text))) == expected


WORDS = Words("phone(?: numbers?)?", "e mail", "tel", "1099s?", "w ?9", "id", "ids?")
SOME_WORDS = ("phone", "Number", "s", "e-", "mail", "tel", "1099", "w9", "ID", " ", "_", "7", "\n", ".", "x", ":")


@given(text=st.lists(st.sampled_from(SOME_WORDS), max_size=12).map("".join))
def test_words_are_the_same_in_plain_letters_and_among_others(text):
    """ASCII texts are searched for words without groups, others with them: what is found is the same."""
    assert list(WORDS.spans(text)) == list(WORDS.spans(f"{text} \u00e9"))
    assert WORDS.within(text, 1, len(text)) == WORDS.within(f"{text} \u00e9", 1, len(text))


LABELS = Labels({"account": ["account", "account number"], "case": ["case", "id"]})
BEHIND_LABELS = (
    "account",
    "case",
    "id",
    " ",
    ".",
    ":",
    "is",
    "number",
    "No",
    "B-12",
    "77",
    "manager",
    "(",
    "\n",
    "\u00b2",
)


@given(text=st.lists(st.sampled_from(BEHIND_LABELS), max_size=12).map("".join))
def test_no_value_with_a_digit_is_passed_by_behind_a_label(text):
    """Prose behind a label is passed by quickly; what holds a digit never is."""
    found = (value_after(text, label) for label in LABELS.find(text))
    assert {each for each in found if each and has_digits(each.value)} <= set(LABELS.values(text))


@given(value=st.from_regex(r"\+[01][ (]{0,2}[0-9]{3}[) .\-]{0,2}[0-9]{2,3}[ .\-]?[0-9]{4}", fullmatch=True))
def test_what_is_possible_without_the_library_is_possible_with_it(value):
    """Most numbers with ``+1`` are whole and none begins with 0: the library would say the same."""
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(value, None))
    except phonenumbers.NumberParseException:
        possible = False
    assert (possible_length(value) == len(value)) == possible
