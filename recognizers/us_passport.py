"""Passport numbers, by label.

A United States passport book or card has nine characters: nine digits, or a letter and eight
digits; other countries use seven to nine letters and digits. Nothing in the digits can be checked,
so a label is needed.

Source: 22 CFR 51 (passports); ICAO Doc 9303, part 4, section 4.2.2 (document number, up to nine characters).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from recognizers.labelled import Labels, has_digits, outermost, value_after
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.triggers import MAYBE_DIGIT

_LABELS = Labels(
    {
        "full": [
            "passport",
            "passport card",
            "passport book",
            "us passport",
            "passport id",
            "passports",
            "travel document",
        ]
    }
)
_VALUE = re.compile(r"[A-Z0-9]{1,3}(?:[ -]?[A-Z0-9*]){4,10}(?![^\W_])", re.IGNORECASE)


class UsPassport(PatternRecognizer):
    """Finds passport numbers behind the word passport."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("US_PASSPORT",)
    NAME: ClassVar[str] = "us_passport"

    def triggers(self) -> Iterable[Wake]:
        return ((_LABELS.trigger, MAYBE_DIGIT),)

    def matches(self, text: str) -> list[Match]:
        matches = []
        for label in _LABELS.find(text):
            value = value_after(text, label, _VALUE)
            if value is None:
                continue
            end = value.start + len(_first_code(value.value))
            code = text[value.start : end]
            if len(code) < 6 or not has_digits(code, 5):
                continue
            score = 0.85 if value.explicit else 0.7
            matches.append(
                Match(value.start, end, "US_PASSPORT", score, self.NAME, "a number behind the word passport")
            )
        return outermost(matches)


def _first_code(value: str) -> str:
    """Return ``value`` without the lower-case words that follow the code (``P4789023 and``)."""
    words = value.split(" ")
    kept = [words[0], *_while_codes(words[1:])]
    return " ".join(kept)


def _while_codes(words: list[str]) -> list[str]:
    kept: list[str] = []
    for word in words:
        if not any(character.isdigit() for character in word):
            break
        kept.append(word)
    return kept
