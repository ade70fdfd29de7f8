"""US_SSN: Social Security numbers.

An SSN is AAA-GG-SSSS: area, group, serial. Never assigned are area 000, 666 and 900-999,
group 00 and serial 0000. Before randomisation (25 June 2011) areas 772-899 were unused too;
they are accepted here. 88.9 % of all nine-digit strings are valid, so the digits alone prove
nothing: nine bare digits need a context word, and what stands behind a label is a match even
when it is invalid (a slip of the pen, or a taxpayer number in the wrong box).

Source: SSA Program Operations Manual System RM 10201.035
(https://secure.ssa.gov/apps10/poms.nsf/lnx/0110201035).

    good: 536-90-4399    bad: 666-90-4399 (unless it is labelled)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.pasted import cells_below
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import (
    ENDING,
    Label,
    NumberShape,
    Shape,
    Words,
    digits_of,
    has_digit,
    in_digit_groups,
    is_cut_out,
    joined,
    line_start,
    stands_alone,
)
from recognizers.triggers import DIGIT, NINE_DIGITS, scan_of

DASH: Final = r"[\-\x{00AD}\x{2010}-\x{2015}\x{2212}]"
GAP: Final = rf"(?: ?{DASH}{{1,2}} ?|[ ._/,\x{{00A0}}])"
_SLIP: Final = r"[ \x{00A0}._/,=+:;~*'\-\x{00AD}\x{00B7}\x{2010}-\x{2015}\x{2022}\x{2043}\x{2212}]"
"""What a label makes a separator of: also the key beside the right one (``536=90-4399``)."""

_APART: Final = r"(?:[ \t]{1,6}|[ \t|]{0,4}(?:\r?\n[ \t>|]{0,8}){1,3}(?:[*+\-\x{2022}][ \t]{1,4}|\d[.)][ \t]{1,4})?)"
"""Between groups that blanks part, or that stand in lines of their own, as those of a list do."""

_SHAPE: Final = NumberShape(
    rf"\d{{3}}(?: ?{DASH} ?\d{{2}} ?{DASH} ?|[ \x{{00A0}}]\d{{2}}[ \x{{00A0}}]|\.\d{{2}}\.)\d{{4}}"
    rf"|\d \d \d ?{DASH} ?\d \d ?{DASH} ?\d \d \d \d",
    least=9,
)
_RUN: Final = NumberShape(rf"\d{{3}}{DASH}\d{{2}}{DASH}\d{{4}}(?:/?\d{{3}}{DASH}\d{{2}}{DASH}\d{{4}}){{1,9}}", least=18)
_ONE_OF_RUN: Final = re.compile(r"\d{3}\D\d{2}\D\d{4}", re.ASCII)
_DASHES: Final = re.compile(r"[\-\u00ad\u2010-\u2015\u2212]")
_MISTYPED_DIGIT: Final = "[0-9OoIlSsB]"
_MISTYPED: Final = Shape(
    rf"{_MISTYPED_DIGIT}{{3}}{DASH}{_MISTYPED_DIGIT}{{2}}{DASH}{_MISTYPED_DIGIT}{{4}}",
    hint=rf"{_MISTYPED_DIGIT}{{3}}{DASH}{_MISTYPED_DIGIT}{{2}}{DASH}{_MISTYPED_DIGIT}{{4}}",
)
_SPOKEN_DIGIT: Final = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_SPOKEN: Final = Shape(
    rf"{_SPOKEN_DIGIT}(?:[ ,.\-]{{1,3}}{_SPOKEN_DIGIT}){{8}}",
    words=(rf"{_SPOKEN_DIGIT}(?:[ ,.\-]{{1,3}}{_SPOKEN_DIGIT}){{6}}",),  # that of spoken telephone numbers, at no cost
    ignore_case=True,
)
_BARE: Final = pattern(r"\d{9}")
_HIDDEN: Final = r"[Xx*#\x{2022}]"
_MASKED: Final = Shape(
    rf"{_HIDDEN}{{3}}{DASH}{_HIDDEN}{{2}}{DASH}\d{{4}}|\d{{3}}{DASH}{_HIDDEN}{{2}}{DASH}{_HIDDEN}{{4}}",
    hint=rf"{_HIDDEN}{{2}}{DASH}",
)
_NUMBER: Final = r"(?: (?:numbers?|nos?|num|id|card|account))*"
_NAMES: Final = (
    "ssns?",
    f"ss{_NUMBER}",
    f"soc(?:ial)? sec(?:urity)?{_NUMBER}",
    f"national id(?:entity|entification)?{_NUMBER}",
    f"(?:my|his|her|their|your) soc(?:ial)?(?: sec(?:urity)?)?{_NUMBER}",
    r"(?:n[u\x{00FA}]mero (?:de|del) )?seguro social",
    "nss",
    "s s a?n",
    "ssnum",
    "social[:#]",
)
_CONTEXT: Final = Words(*_NAMES)
_LABELLED: Final = Label(
    _NAMES,
    rf"(?:\d{{9}}){{2,4}}|\d(?:{_SLIP}{{0,3}}\d){{8}}\b|\d(?:_{{1,3}}\d){{8}}_|\d{{2,4}}{GAP}\d{{1,3}}{GAP}\d{{3,5}}|\d(?:{DASH}?\d){{6,9}}|\d(?: \d){{8}}"  # noqa: E501  # one pattern, one line
    rf"|\d{{3}}[ -]?(?:\n {{0,4}})?\d{{2}}[ -]?(?:\n {{0,4}})?\d{{4}}|\(\d{{3}}\) ?\d{{2}}{GAP}\d{{4}}"
    r"|\d{3}[\])][ \-]{0,3}[\[(]\d{2}[\])][ \-]{0,3}[\[(]\d{4}"  # a box for each group
    r"|\d(?:[ \t]{0,2}[|\[\]][ \t\[|]{0,3}\d){8}"  # a box for each
    rf"|(?:[+\x{{2022}}][ \t]{{1,4}}|1[.)][ \t]{{1,4}})?\d{{3}}{_APART}\d{{2}}{_APART}\d{{4}}"
    rf"|\d{{3}}{DASH}?\t{DASH}?\d{{2}}{DASH}?\t{DASH}?\d{{4}}|\d{{3}}(?: ?\| ?)\d{{2}}(?: ?\| ?)\d{{4}}",
)
_HIDDEN_BY_LABEL: Final = Label(
    _NAMES,
    rf"{_HIDDEN}(?:{_HIDDEN}|{DASH}){{1,8}}\d{{3,4}}",
    joiner=r"(?:[\s:=_\-\"'(]+|(?:numbers?|no|is|was)\b\.?){0,6}",
)
_LAST_AFTER: Final = Label(
    _NAMES,
    r"\d{4,5}",
    joiner=ENDING,
)
_LAST_OF: Final = "last (?:4|four|5|five)(?: digits?)?(?: (?:of|on|for))?(?: (?:the|my|his|her|your|their))?"
_LAST_BEFORE: Final = Label(
    (
        f"{_LAST_OF} (?:ssn|social|{_NAMES[1]}|{_NAMES[2]})",
        "(?:ssn|ss) (?:last )?(?:4|four)",
        "social(?: number)? (?:ending|ends)(?: (?:in|with))?",
        "(?:my|his|her|their) last (?:4|four)(?: digits?)? (?:is|are)",
    ),
    r"\d{4,5}",
)  # fmt: skip
_OTHER_NUMBER: Final = Words(
    "tokens?", "orders?", "invoices?", "parts?", "tickets?", "cases?", "dockets?", "sequences?", "serial", "tracking",
    "po", "purchase", "permits?", "parcels?", "model", "catalog", "items?", "bill", "isbn",
    "coordinates?", "lat(?:itude)?", "lon(?:gitude)?", "vendor", "duns", "naics", "usc", "cfr", "mca", "section",
    "routing", "aba", "account", "acct",
)  # fmt: skip
_ANY_TEXT: Final = frozenset({"item", "items", "token", "tokens", "bill"})
"""Words for other numbers under which anything may stand, so that they say nothing against nine dashed digits."""
_JOINED: Final = re.compile(
    r"\.?(?:[ \t:=#_\-\u2013\u2014*\"'()\[\]<>|]+|(?:numbers?|num|nos?|nr|id|code|is|was|are|of)\b\.?){0,8}",
    re.IGNORECASE,
)
"""What stands between a word and the number that it names."""
_TELEPHONE: Final = Words("phones?", "fax", "tel")
"""Other numbers too, but none of theirs has dashes behind three and two digits."""


_REMARK: Final = re.compile(r"[ \t]{0,3}[(\[][^()\[\]\n]*[)\]]")
_LONGEST_REMARK: Final = 160
_NEAR: Final = 60


_TELETYPED: Final = Shape(r"\bSOC/ ?([0-9]{3}-?[0-9]{2}-?[0-9]{4})\b", hint=r"SOC/ ?[0-9]{3}")
"""A field of a law enforcement teletype: ``SOC/536904399``."""


def is_assignable(digits: str) -> bool:
    """Return whether nine digits could be an assigned SSN.

    >>> is_assignable("536904399"), is_assignable("666904399"), is_assignable("536004399")
    (True, False, False)
    """
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return len(digits) == 9 and area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def _touches_letters_only(text: str, start: int, end: int) -> bool:
    """Return whether a dashed number runs into words alone (``ssn536-90-4399x``): nothing else is written so."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return all(not each or each.isalpha() or (not each.isalnum() and each not in "-_./") for each in (before, after))


def _is_near_other(text: str, start: int) -> bool:
    """Return whether words for other numbers stand somewhere before groups of digits that blanks or dots part."""
    return _OTHER_NUMBER.before(text, start, 40) or _TELEPHONE.before(text, start, 40)


def _is_named_otherwise(text: str, start: int) -> bool:
    """Return whether the word right before a dashed number calls it something else: ``docket no. 536-90-4399``.

    Words further off (``Item: see 536-90-4399``) say nothing: hardly another number has these dashes.
    """
    low = line_start(text, start, 40)
    return any(
        text[first:last].lower() not in _ANY_TEXT and _JOINED.fullmatch(text, last, start)
        for first, last in _OTHER_NUMBER.spans(text, low, start)
    )


def _behind(text: str, label_end: int) -> int:
    """Return how far a number belongs to a label: past a remark in brackets (``SSN (nine digits, no dashes): …``)."""
    remark = _REMARK.match(text, label_end, label_end + _LONGEST_REMARK)
    return (remark.end() if remark else label_end) + _NEAR


class UsSsnRecognizer(PatternRecognizer):
    """Finds Social Security numbers: labelled in any state, else by shape and validity."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("US_SSN",)
    NAME: ClassVar[str] = "us_ssn"

    def triggers(self) -> Iterable[Wake]:
        words = (_CONTEXT, _LAST_BEFORE)
        shapes = (_SHAPE, _RUN, _MASKED, _MISTYPED, _TELETYPED)
        return (
            *(each.trigger for each in shapes),
            *((each.trigger, DIGIT) for each in words),
            (_CONTEXT.trigger, _SPOKEN.trigger),
        )

    def matches(self, text: str) -> list[Match]:
        fired = scan_of(text).fired
        found: list[Match] = list(self._spoken(text)) if _SPOKEN.trigger.number in fired else []
        if not has_digit(text):
            return found
        if _SHAPE.trigger.number in fired:
            found += self._shaped(text)
        if _MASKED.trigger.number in fired:
            found += self._masked(text)
        if _RUN.trigger.number in fired:
            found += self._run_together(text)
        found += (
            self._match(*each.span(1), 0.85, "field of a teletype for an SSN") for each in _TELETYPED.finditer(text)
        )
        if _MISTYPED.trigger.number in fired:
            found += self._mistyped(text)
        words = list(_CONTEXT.spans(text))
        if words or _LAST_BEFORE.trigger.fires(text):
            found += self._labelled(text, words)
            if NINE_DIGITS.number in fired:
                found += self._near_words(text, words)
        return joined(found)

    def _shaped(self, text: str) -> Iterator[Match]:
        for start, end in _SHAPE.spans(text):
            value = text[start:end]
            dashed = not {" ", ".", "\u00a0"}.issuperset(char for char in value if not char.isdecimal())
            if not is_cut_out(text, start, end) and not (dashed and _touches_letters_only(text, start, end)):
                continue
            if not is_assignable(digits_of(value)):
                if _CONTEXT.before(text, start, 60):
                    yield self._match(start, end, 0.85, "SSN shape near the words for an SSN, though not a valid one")
                continue
            spaced = " " in value or "\u00a0" in value
            if spaced and "-" not in value and in_digit_groups(text, start, end):
                continue
            if _CONTEXT.before(text, start, 40, same_line=True):
                yield self._match(start, end, 0.95, "valid SSN shape near the words for an SSN")
            elif not (_is_named_otherwise if dashed else _is_near_other)(text, start):
                yield self._match(start, end, 0.85 if dashed else 0.6, "valid SSN shape")

    def _run_together(self, text: str) -> Iterator[Match]:
        for start, end in _RUN.spans(text):
            if is_cut_out(text, start, end):
                for number in _ONE_OF_RUN.finditer(text, start, end):
                    yield self._match(*number.span(), 0.85, "numbers of SSN shape run together")

    def _mistyped(self, text: str) -> Iterator[Match]:
        for candidate in _MISTYPED.finditer(text):
            start, end = candidate.span()
            groups = _DASHES.split(candidate.group())
            letters = [sum(char.isalpha() for char in group) for group in groups]
            slips = 0 < sum(letters) <= 3 and max(letters) <= 2 and letters[0] < 2 and letters[1] < 2  # else a code
            if slips and stands_alone(text, start, end) and is_cut_out(text, start, end, after_letters=False):
                yield self._match(start, end, 0.6, "SSN shape with letters that look like digits")

    def _spoken(self, text: str) -> Iterator[Match]:
        for candidate in _SPOKEN.finditer(text):
            start, end = candidate.span()
            if stands_alone(text, start, end) and _CONTEXT.before(text, start, 60):
                yield self._match(start, end, 0.6, "nine digits in words near the words for an SSN")

    def _masked(self, text: str) -> Iterator[Match]:
        for candidate in _MASKED.finditer(text):
            start, end = candidate.span()
            if is_cut_out(text, start, end):
                yield self._match(start, end, 0.85, "SSN with masked digits", "partial")

    def _labelled(self, text: str, words: list[tuple[int, int]]) -> Iterator[Match]:
        for value in _LABELLED.values(text, words):
            if is_cut_out(text, value.start, value.end):
                valid = is_assignable(digits_of(text[value.start : value.end]))
                reason = "labelled as an SSN" + ("" if valid else ", though not a valid one")
                yield self._match(value.start, value.end, 0.95 if valid else 0.85, reason)
        for label, labels in ((_HIDDEN_BY_LABEL, words), (_LAST_AFTER, words), (_LAST_BEFORE, None)):
            for value in label.values(text, labels):
                if is_cut_out(text, value.start, value.end):
                    yield self._match(value.start, value.end, 0.85, "last digits of a labelled SSN", "partial")

    def _near_words(self, text: str, words: list[tuple[int, int]]) -> Iterator[Match]:
        for label_start, label_end in words:
            for start, end in cells_below(text, label_start, label_end):
                if _BARE.fullmatch(text[start:end]):
                    yield self._match(start, end, 0.85, "nine digits in a column headed by the words for an SSN")
            low = max(0, label_start - 20)
            for candidate in _BARE.finditer(text[low : _behind(text, label_end)]):
                start, end = candidate.start() + low, candidate.end() + low
                if is_cut_out(text, start, end) and not any(
                    each.before(text, start, 20, same_line=True) for each in (_OTHER_NUMBER, _TELEPHONE)
                ):
                    yield self._match(start, end, 0.6, "nine digits near the words for an SSN")

    def _match(self, start: int, end: int, score: float, reason: str, part: str = "full") -> Match:
        return Match(start, end, "US_SSN", score, self.NAME, reason, part)
