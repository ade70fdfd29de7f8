"""Driver's licence and state identification card numbers of the United States.

A licence number is taken from its label, whatever its shape (a typed-wrong number is still
somebody's). Without a label only shapes that a word nearby confirms: Montana 13 digits or one
letter and 8 digits, Massachusetts ``S`` and 8 digits or ``SA`` and 7 digits, 9 digits in both.

Source: MCA 2-6-1501 and 61-12-501 (identification cards), 61-5-111 and 61-11-507 (Montana: personal information in
driver records), 540 CMR 2.00
(Massachusetts); AAMVA DL/ID card design standard, data element DAQ: up to 25 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import ClassVar

from recognizers.address_words import alternatives, street_words
from recognizers.labelled import Labels, has_digits, outermost, value_after
from recognizers.linear import Pattern, pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import Shape, Words, has_digit, stands_alone
from recognizers.triggers import DIGIT

_LABELS = Labels(
    {
        "strong": [
            "driver's license", "drivers license", "driver license", "driver's licence", "drivers licence",
            "driver licence", "driving licence", "driving license", "driver's lic", "drivers lic", "driver lic",
            "operator's license", "operators license", "operator license", "driver's permit", "dl number", "dl no",
            "learner's permit", "commercial driver's license", "cdl", "dln", "oln", "d.l.", "dlnumber", "dl/id",
            "dl id",
            "state id", "state id card", "state identification", "state identification card", "state issued id",
            "montana id", "montana id card", "massachusetts id", "massachusetts id card", "identification card",
        ],
        "weak": ["license", "licence", "dl", "lic"],
    }
)  # fmt: skip
_OTHER_LICENCE = Words(
    "plate", "business", "fishing", "hunting", "software", "liquor", "medical", "nursing", "contractor", "pet", "dog",
    "marriage", "product", "volume", "site", "conservation", "realtor", "bar", "law", "professional", "general public",
)  # fmt: skip
_FOR_TRADE = pattern(
    r"(?i)^[ ,]{0,2}(?:for|to (?:sell|serve)) (?:an? |the |its |their )?"
    r"(?:liquor|beer|wine|alcohol|gaming|gambling|tobacco|kennel)\b"
)
"""Behind the number: what the licence is for (``MT license number 2024001 for liquor``)."""
_TAXES = Words("tax", "taxes", "irs", "levy", "refund")
_DRIVING = Words(
    "driver", "drivers", "driver's", "driving", "officer", "dmv", "rmv", "mvd", "traffic", "operator", "trooper"
)
_LICENCE_WORDS = Words("license", "licence", "licenses", "lic", "rmv", "mvd", "dmv", "driver", "drivers", "driver's")
_VALUE = re.compile(
    r"(?:DL:[ ]?)?(?:(?-i:[A-Z]{2})[ :-]{1,2}(?=[A-Z0-9]*\d{4}))?(?![A-Za-z]{2,}[ ])"
    r"[A-Z0-9*](?:[A-Z0-9*]|[ ./-](?=[A-Z0-9*]*\d)){3,24}(?![^\W_])",
    re.IGNORECASE,
)
_ALONE = Shape(r"[sS][aA]?[0-9]{7,8}|[0-9]{13}|[A-Za-z][0-9]{8}", hint="[0-9]{7}")

_NUMBER = r"([A-Z0-9*][A-Z0-9*\-]{5,18})"
_TELETYPED = pattern(rf"\b(?:OLN|DLN|DL|CDL)/ ?{_NUMBER}")
"""A field of a law enforcement teletype: ``OLN/04417723``."""
_ASIDE = pattern(
    rf"(?i)(?:driver|operator)'?s? (?:licen[sc]e|lic\.?)[^()\n]{{0,20}}\((?:no\.? ?|number |# ?)?{_NUMBER}\)|\b(?:CDL,? class [A-C],? (?:no\.?|number|#)|(?:driver|operator)'?s? lic\.)(?: ?(?:no\.?|#))? ?{_NUMBER}"  # noqa: E501  # one pattern, one line
)
"""In brackets or behind the class. These need no trigger of their own: a label stands in each of them."""


@cache
def _stated() -> tuple[tuple[Pattern, int], ...]:
    """Return shapes of numbers behind a licence's state or field, each with the fewest digits of its numbers.

    One has the state before the word: ``WA DL SMITHJA123BC``, ``Idaho license AB123456C``.
    """
    words = street_words()
    states = alternatives((*words.states, *words.state_names, "Mass"))
    of_state = pattern(
        rf"\b(?:{states}) (?:(?:[Dd]river'?s?|[Oo]perator'?s?|DRIVER'?S?) )?(?:[Ll]icen[sc]e|[Ll]ic\.?|DL|OLN|LICENSE)(?: ?(?:no\.?|number|#))?[ :#]{{1,3}}{_NUMBER}"  # noqa: E501  # one pattern, one line
    )
    return (of_state, 3), (_TELETYPED, 4), (_ASIDE, 4)


class UsDriverLicense(PatternRecognizer):
    """Finds driver's licence numbers by label, and a few state shapes by a word nearby."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("US_DRIVER_LICENSE",)
    NAME: ClassVar[str] = "us_driver_license"

    def triggers(self) -> Iterable[Wake]:
        return ((_LABELS.trigger, DIGIT), (_LICENCE_WORDS.trigger, _ALONE.trigger))

    def matches(self, text: str) -> list[Match]:
        if not has_digit(text):
            return []
        found: dict[int, Match] = {}
        for label in _LABELS.find(text):
            value = value_after(text, label, _VALUE)
            if value is None or not has_digits(value.value, 4):
                continue
            strong = label.part == "strong" or text[label.start : label.end] == "DL"
            if not strong and (
                _OTHER_LICENCE.near(text, label.start, label.end, before=24, after=12)
                or not (_DRIVING.near(text, label.start, value.end, before=80, after=80))
            ):
                continue
            if not value.explicit and value.value.isdigit() and len(value.value) < 6:
                continue
            taxed = text[label.start : label.end].casefold() == "dln" and _TAXES.before(text, label.start, 60)
            if taxed and not _DRIVING.near(text, label.start, value.end, before=80, after=80):
                continue  # there it is the document locator number of a return
            score = 0.85 if strong and value.explicit else 0.65
            found[value.start] = self._match(value.start, value.end, score, "a number under a licence label")
        for shape, fewest in _stated():
            for match in shape.finditer(text) if _LABELS.trigger.fires(text) else ():
                group = 1 if match.group(1) else 2
                start, end = match.span(group)
                other = _OTHER_LICENCE.near(text, match.start(), start, before=24, after=12) or (
                    _FOR_TRADE.search(text[end : end + 40]) is not None
                )
                if has_digits(match.group(group), fewest) and stands_alone(text, start, end) and not other:
                    found.setdefault(start, self._match(start, end, 0.6, "a number behind a licence's state or field"))
        for match in _ALONE.finditer(text) if _LICENCE_WORDS.fires(text) else ():
            if match.start() in found or not stands_alone(text, *match.span()):
                continue
            if self._confirmed(text, *match.span()):
                found[match.start()] = self._match(
                    match.start(), match.end(), 0.5, "shape of a licence, licence words nearby"
                )  # one pattern, one line
        return outermost(found.values())

    @staticmethod
    def _confirmed(text: str, start: int, end: int) -> bool:
        near = _LICENCE_WORDS.near(text, start, end, before=60, after=30)
        return near and not _OTHER_LICENCE.near(text, start, end, before=60, after=30)

    def _match(self, start: int, end: int, score: float, reason: str) -> Match:
        return Match(start, end, "US_DRIVER_LICENSE", score, self.NAME, reason)
