"""A value that is disguised is found, and its span covers exactly the characters of the disguise."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.detect import examine
from pipeline.plain_form import plain_form
from recognizers import RECOGNIZERS
from recognizers.presidio import Recognizer
from recognizers.registry import recognizer_class
from recognizers.resources import packaged_configs

PLANTED = {
    "us_ssn": [("Her SSN is ", "536-90-4399", " on the form."), ("tell them ", "536 90 4399", " today")],
    "email_address": [
        ("Write to ", "jane.doe@example.org", " today."),
        ("mail ", "jane (at) example dot org", ""),
        ("mail me: ", "jane.doe [at] example [dot] org", " or call"),
        ("reach me at ", "jane(at)example(dot)org", ", please"),
    ],
    "phone_number": [("Call ", "(406) 555-0143", " today."), ("fax: ", "406.555.0144", ""), ("tel ", "555-0143", ".")],
    "date_of_birth": [("DOB: ", "04/12/1975", ", Butte"), ("she was born on ", "April 12, 1975", " in Butte")],
    "credit_card": [("my card ", "4111-1111-1111-1111", " was charged"), ("pay with ", "5555 5555 5555 4444", ".")],
    "bank_account": [("account number ", "1234567890", " at the bank"), ("IBAN ", "GB82 WEST 1234 5698 7654 32", ".")],
    "us_tax_id": [("EIN ", "12-3456789", ""), ("ITIN: ", "912-70-1234", " was wrong"), ("IP PIN ", "123456", ".")],
    "ip_address": [("login from ", "203.0.113.9", " failed"), ("client ", "2001:db8::8a2e:370:7334", " left")],
    "us_driver_license": [("driver license number ", "0412319681204", ""), ("DL: ", "SA1234567", " expired")],
    "us_passport": [("passport number ", "512345678", " expired")],
    "license_plate": [("license plate ", "7-12345A", " was seen")],
    "tribal_id": [("tribal enrollment number ", "207U001234", " of the card")],
    "medical": [("MRN: ", "0048213", ""), ("She was diagnosed with ", "breast cancer", " last year.")],
    "username": [("username: ", "jfern77", "")],
    "password": [("password: ", "Tr4il99mix", "")],
    "unique_identifier": [("case number ", "DV-25-2021-123", " was closed"), ("session id: ", "ab12cd34ef", "")],
    "street_address": [("She lives at ", "5225 West Birchbark Street, Missoula, MT 59808", " since May.")],
    "person_name": [("My wife ", "Petra Halvorsen", " uses the ramp."), ("name: ", "Joseph Not Afraid", "\n")],
}
"""For each recognizer texts around a value: what stands before it, the value, and what stands behind it."""

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u202a\ufe0f\U000e0061\u0336"
ENTITIES = ("&shy;", "&#8203;", "&#x200d;", "&zwnj;", "&#xfeff;")
BLANKS = "\u00a0\u2007\u2009\u202f\u3000"
HYPHENS = "\u2010\u2011\u2212\uff0d"
WRAPS = ("\n", "\n> ", "\n>> ", "\n  ")


@cache
def look_alikes() -> dict[str, list[str]]:
    """The letters of other scripts that look like each Latin letter."""
    data = yaml.safe_load((packaged_configs() / "look_alikes.yaml").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for script in data.values():
        for foreign, plain in script.items():
            found.setdefault(plain, []).append(foreign)
    return found


@st.composite
def disguised(draw: st.DrawFn, text: str) -> list[str]:
    """Return each character of ``text`` as it may be written: hidden marks behind it, another form of it, an entity."""
    kinds = draw(st.sets(st.sampled_from(["hidden", "wide", "entity", "alike", "blank", "wrap"]), max_size=4))
    pieces = []
    for at, char in enumerate(text):
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        ways = [char, char]
        if "wide" in kinds and "!" <= char <= "~" and char != "-":
            ways.append(chr(ord(char) + 0xFEE0))
        if "entity" in kinds and char != "\n":
            ways += [f"&#{ord(char)};", f"&#x{ord(char):x};"]
        if "alike" in kinds and before.isalpha() and char in look_alikes():  # a word of one script stays what it is
            ways += look_alikes()[char]
        if "blank" in kinds and char in " -":
            ways += BLANKS if char == " " else HYPHENS
            ways += ["&nbsp;", "&#x2009;"] if char == " " else ["&#8209;", "&#x2010;"]
        piece = draw(st.sampled_from(ways))
        if "hidden" in kinds:
            piece += draw(st.sampled_from(["", "", "", *INVISIBLE, *(ENTITIES if "entity" in kinds else "")]))
        if "wrap" in kinds and char in "-." and before.isdecimal() and after.isdecimal():
            piece += draw(st.sampled_from(["", *WRAPS]))
        pieces.append(piece)
    return pieces


def folded(text: str) -> str:
    """Undo a disguise, by other means than the product's: letters, digits and signs without blanks, case kept."""
    text = html.unescape(re.sub(r"\n[ >]*", "", text))
    plain = {foreign: letter for letter, ways in look_alikes().items() for foreign in ways}
    text = "".join(plain.get(each, each) for each in text if each not in INVISIBLE)
    text = unicodedata.normalize("NFKC", text)
    return "".join("-" if each in HYPHENS else each for each in text if not each.isspace())


def check(recognizer: Recognizer, before: Sequence[str], value: Sequence[str], behind: Sequence[str]) -> None:
    """See that the value is found whole, and that every span names what the recognizer read in the plain form."""
    text = "".join((*before, *value, *behind))
    low = sum(map(len, before))
    high = low + sum(map(len, value))
    (found,) = examine([("", text)], [recognizer])
    form = plain_form(text)
    read = recognizer.find(form.text)
    assert [folded(text[each.start : each.end]) for each in found] == [
        folded(form.text[each.start : each.end]) for each in read
    ]
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    inside = [each for each in found if low <= each.start and each.end <= high]
    assert folded("".join(value)) in [folded(text[each.start : each.end]) for each in inside]


@cache
def loaded(stem: str) -> Recognizer:
    """A recognizer without its models where it works so, else at its lighter level."""
    kind = recognizer_class(stem)
    return kind(level="fast") if stem in {"street_address", "person_name"} else kind()  # type: ignore[call-arg]


def test_a_value_is_planted_for_every_recognizer() -> None:
    """No recognizer is left out of the property below."""
    assert set(PLANTED) == set(RECOGNIZERS)


@pytest.mark.parametrize("stem", [each for each in RECOGNIZERS if each != "person_name"])
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_a_disguised_value_is_found_with_exactly_its_characters(stem: str, data: st.DataObject) -> None:
    """Hidden marks, wide and look-alike characters, entities, odd blanks, wrapped and quoted lines hide no value."""
    for parts in PLANTED[stem]:
        before, value, behind = (data.draw(disguised(part)) for part in parts)
        check(loaded(stem), before, value, behind)


@pytest.mark.models
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_disguised_name_is_found_with_exactly_its_characters(data: st.DataObject) -> None:
    """A name in any disguise is found as the models find it undisguised."""
    for parts in PLANTED["person_name"]:
        before, value, behind = (data.draw(disguised(part)) for part in parts)
        check(loaded("person_name"), before, value, behind)
