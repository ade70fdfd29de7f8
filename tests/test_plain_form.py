"""The plain form shows what hides, and every span leads back to the characters that it came from."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.texts.plain_form import plain_form, turned_form

HIDING = [
    ("536\u200b-90\u200b-4399", "536-90-4399"),
    ("5\u00ad36-90-4399", "536-90-4399"),
    ("\uff15\uff13\uff16\uff0d\uff19\uff10\uff0d\uff14\uff13\uff19\uff19", "536-90-4399"),
    ("406\u2011555\u20110123", "406-555-0123"),
    ("406\u00a0555\u00a00123", "406 555 0123"),
    ("jane&#64;example.com", "jane@example.com"),
    ("jane&commat;example.com", "jane@example.com"),
    ("J\u0430ne D\u043ee", "Jane Doe"),
    ("call 406-555-\n> 0123 now", "call 406-555-0123 now"),
    ("call 406.555.\n0123 now", "call 406.555.0123 now"),
    ("Jane\n> > Doe", "Jane\nDoe"),
    ("\u0665\u0663\u0666-90-4399", "536-90-4399"),
    ("\u2464\u2462\u2465-90-4399", "536-90-4399"),
    ("\U0001d7d3\U0001d7d1\U0001d7d4-90-4399", "536-90-4399"),
    ("5\u03363\u03366-90-4399", "536-90-4399"),
    ("5\ufe0f\u20e336-90-4399", "536-90-4399"),
    ("5\u206836\u206a-90-4399", "536-90-4399"),
]


@pytest.mark.parametrize(("text", "plain"), HIDING)
def test_what_hides_stands_in_the_plain_form(text: str, plain: str) -> None:
    """A value written with hidden or look-alike characters reads plainly."""
    assert plain_form(text).text == plain


@pytest.mark.parametrize(("text", "plain"), HIDING)
def test_the_whole_of_the_plain_form_leads_back_to_the_whole_text(text: str, plain: str) -> None:
    """The span of everything is everything."""
    assert plain_form(text).span(0, len(plain)) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "shown", "span"),
    [
        ("\u202e9934-09-635\u202c", "536-90-4399", (0, 13)),
        ("call \u202e3210-555-604", "call 406-555-0123", (5, 18)),
        ("is \u202e9934-0\u200b9-635\u202c it", "is 536-90-4399 it", (3, 17)),
        ("\u202e9934-\u202c\u202e09-\u202c\u202e635\u202c", "536-90-4399", (0, 17)),
        ("no \u202e9934\u202c-\u202e09-635\u202c", "no 536-90-4399", (3, 18)),
        ("\u202e3210-555 (604)", "(406) 555-0123", (0, 15)),
        ("\u202b4399 90 536\u202c", "536 90 4399", (0, 13)),
        ("\u20670123-555 (406)\u2069", "(406) 0123-555", (0, 16)),
        ("\u202bSSN 536-90-4399\u202c", "SSN 536-90-4399", (0, 17)),
    ],
)
def test_what_an_override_turns_is_read_as_it_is_shown_too(text: str, shown: str, span: tuple[int, int]) -> None:
    """From right to left, to the end of the override or of the line; it leads back to the whole run."""
    form = turned_form(text)
    assert form is not None
    assert form.text == shown
    at = next(place for place, sign in enumerate(shown) if sign.isdecimal())
    assert form.span(at, at + 3) == span
    signs = dict.fromkeys((0x202E, 0x202C, 0x200B, 0x202B, 0x2067, 0x2069), "")
    assert text.translate(signs) == plain_form(text).text


def test_a_text_without_an_override_is_not_turned() -> None:
    """It has no other form, nor has one in which an override turns nothing."""
    assert turned_form("536-90-4399") is None
    assert turned_form("\u202e\u202c") is not None


def test_words_of_another_script_stay_as_they_are() -> None:
    """A word that is wholly Cyrillic is no look-alike."""
    assert plain_form("\u043e\u0440\u0430 Jane").text == "\u043e\u0440\u0430 Jane"


@given(st.text(alphabet=st.sampled_from("ab1 \n>&#64;amp\u200b\u00ad\u00a0\uff11\u0430\u2011"), max_size=60))
def test_spans_of_single_characters_cover_the_text_in_order(text: str) -> None:
    """Every character of the plain form comes from a piece of the text, pieces never go back."""
    form = plain_form(text)
    spans = [form.span(at, at + 1) for at in range(len(form.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before <= after for (before, _), (after, _) in pairwise(spans))


@given(st.text(max_size=80))
def test_a_letter_that_was_not_replaced_leads_back_to_itself(text: str) -> None:
    """Where the plain form kept a character, its span in the text is that character or the piece it stands for."""
    form = plain_form(text)
    for at, character in enumerate(form.text):
        start, end = form.span(at, at + 1)
        if end - start == 1 and text[start].isascii():
            assert text[start:end] == character


@given(text=st.text(alphabet="\n\n>> \t5a-./)", max_size=40))
def test_quoted_mail_reads_the_same_by_the_short_way_and_by_the_long_one(text):
    """An entity that stands for nothing sends a text the long way; its plain form and every way back stay the same."""
    short, long = plain_form(text), plain_form(f"{text}&zz;")
    assert long.text == f"{short.text}&zz;"
    for start in range(len(short.text)):
        for end in range(start + 1, len(short.text) + 1):
            assert short.span(start, end) == long.span(start, end)
