"""Licence plates of vehicles, by a word that names the plate.

Plates are short and look like anything, so a label is always needed. Montana plates begin with the
county's number (1 to 56): ``7-12345A``; Massachusetts uses ``1ABC 23``, ``123 AB4`` and others.

Source: MCA 61-3-332 (Montana number plates, county numbers); G.L. c. 90 section 6 (Massachusetts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import ClassVar

from recognizers.address_words import alternatives, street_words
from recognizers.labelled import Labels, outermost, value_after
from recognizers.linear import Pattern, pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import Shape, Words, stands_alone
from recognizers.triggers import DIGIT, MAYBE_DIGIT

_LABELS = Labels(
    {
        "full": [
            "license plate", "licence plate", "license plates", "number plate", "plate", "plates", "plate number",
            "license tag", "tag", "vehicle registration", "lic plate", "lp", "reg plate", "registration plate",
            "veh lic", "lic", "vehicle tag", "plated", "bearing registration",
        ]
    }
)  # fmt: skip
_VEHICLE = Words(
    "vehicle", "vehicles", "car", "truck", "pickup", "van", "suv", "sedan", "ford", "chevy", "toyota", "honda", "plate", "plates",  # noqa: E501  # one pattern, one line
    "veh", "vin", "subaru", "dodge", "gmc", "jeep", "nissan", "chevrolet", "ram", "kia", "hyundai", "mazda", "buick", "volvo", "bmw", "audi", "volkswagen", "tahoe", "silverado", "tacoma", "f150", "f 150", "outback", "coupe", "hatchback", "minivan", "camper",  # noqa: E501  # one pattern, one line
    "registered", "ro", "license", "parked", "driver", "towed", "trailer", "motorcycle",
)  # fmt: skip
_STATE = r"(?:(?:[A-Z]{2}|Montana|Massachusetts|Mass\.?|Wyoming|Idaho)[ :#-]{1,2})?"
_VALUE = re.compile(rf"{_STATE}(?P<plate>[A-Z0-9]{{1,7}}(?:[ -][A-Z0-9]{{1,6}})?)(?![^\W_]|[-/]\w)")
_MONTANA = Shape(r"(?:[1-9]|[1-4][0-9]|5[0-6])-[0-9]{4,6}[A-Z]?", hint="[0-9]-[0-9]{4}")
_TELETYPED = pattern(r"\bLIC/ ?([A-Z0-9]{3,8})\b")
"""A field of a law enforcement teletype: ``LIC/BTR882``."""
_LOWER = re.compile(r"(?P<plate>[a-z0-9]{5,8})(?![^\W_])")
_NEEDS_VEHICLE = frozenset({"tag", "lp", "plated", "lic"})


@cache
def _with_state() -> Pattern:
    """Return a plate with its state behind it, where a vehicle is spoken of: ``Honda Civic 8ABC123 (CA)``."""
    state = f"(?:[A-Z]{{2}}|{alternatives(street_words().state_names)})"
    return pattern(rf"\b([A-Z0-9]{{2,4}}[ -]?[A-Z0-9]{{3,4}}) ?(?:\([A-Z]{{2}}\)|,? {state} (?:plates?|tags?|reg)\b)")


class LicensePlate(PatternRecognizer):
    """Finds licence plates behind words such as plate or tag."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("LICENSE_PLATE",)
    NAME: ClassVar[str] = "license_plate"

    def triggers(self) -> Iterable[Wake]:
        return (
            (_LABELS.trigger, MAYBE_DIGIT),
            (_VEHICLE.trigger, DIGIT),
        )

    def matches(self, text: str) -> list[Match]:
        found: dict[int, Match] = {}
        for label in _LABELS.find(text):
            word = text[label.start : label.end].casefold()
            value = value_after(text, label, _VALUE) or value_after(text, label, _LOWER)
            if value is None or not _is_plate(value.value):
                continue
            if word in _NEEDS_VEHICLE and not _VEHICLE.near(text, label.start, value.end, before=60, after=40):
                continue
            score = 0.8 if value.explicit else 0.65
            found[value.end] = self._match(value.start, value.end, score, "a plate behind its label")
        for match in _MONTANA.finditer(text) if _VEHICLE.fires(text) else ():
            start, end = match.span()
            if (
                stands_alone(text, start, end)
                and _VEHICLE.near(text, start, end, before=40, after=25)
                and end not in found
            ):
                found[end] = self._match(start, end, 0.5, "shape of a Montana plate, vehicle words nearby")
        for shape, reason, waker in (
            (_TELETYPED, "field of a plate", _LABELS.trigger),
            (_with_state(), "plate with its state", _VEHICLE.trigger),
        ):
            for match in shape.finditer(text) if waker.fires(text) and DIGIT.fires(text) else ():
                start, end = match.span(1)
                near = shape is _TELETYPED or _VEHICLE.near(text, start, end, before=40, after=25)
                mixed = any(map(str.isdigit, match.group(1))) and any(map(str.isalpha, match.group(1)))
                if near and mixed and end not in found and stands_alone(text, start, end) and _is_plate(match.group(1)):
                    found[end] = self._match(start, end, 0.6, reason)
        return outermost(found.values())

    def _match(self, start: int, end: int, score: float, reason: str) -> Match:
        return Match(start, end, "LICENSE_PLATE", score, self.NAME, reason)


def _is_plate(value: str) -> bool:
    """Return whether the value has a digit and a plate's length (two to eight letters and digits, not a year)."""
    plain = "".join(character for character in value if character.isalnum())
    return (
        3 <= len(plain) <= 12 and any(character.isdigit() for character in plain) and not plain.startswith(("19", "20"))
    )
