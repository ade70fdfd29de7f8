"""PHONE_NUMBER: telephone and fax numbers.

A North American number is NXX-NXX-XXXX (area, exchange, line; N is 2-9), often with 1 in
front and an extension behind; old letters give the last seven digits only. Numbers abroad
have 6 to 15 digits (ITU-T E.164) in groups of any shape. Ten digits with separators are
strong enough alone; ten bare digits, seven digits, and foreign numbers without ``+`` need a
label or a context word; numbers with ``+`` are confirmed with libphonenumber.

Sources: NANPA numbering resources (https://www.nanpa.com/), ITU-T E.164, libphonenumber metadata.

    good: (406) 555-0143, +44 20 7946 0958, 1-800-555-HELP    bad: 59601-1234 (a ZIP+4)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

import phonenumbers

from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.pasted import cells_below
from recognizers.phone_local import local_numbers, local_triggers
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import (
    JOINER,
    Label,
    NumberShape,
    Shape,
    Words,
    digits_of,
    in_digit_groups,
    is_cut_out,
    joined,
    line_end,
    stands_alone,
)
from recognizers.triggers import SIX_DIGITS, Trigger, scan_of

_EXTENSION: Final = r"(?i:(?: ?[,;/]? ?(?:x|ext|extn|extension)[.:]? ?#? ?| #)\d{1,6})?"
_DASH: Final = r"[\-\x{2010}-\x{2015}.]"
_NANP: Final = NumberShape(
    rf"(?:(?:\+|00|011[\-. ])? ?1 ?{_DASH}? ?)?(?:\( ?[2-9]\d{{2}} ?\)|[2-9]\d{{2}})"
    rf"(?: ?(?:{_DASH}|/)? ?)\d{{3}}(?: ?{_DASH}? ?)\d{{4}}{_EXTENSION}",
    least=10,
    before=4,
    after=24,
)
_GROUPS: Final = rf"\d(?:[ \x{{00A0}}().\-\x{{2010}}-\x{{2015}}/]{{0,3}}\d){{5,14}}{_EXTENSION}"
_PLUS: Final = NumberShape(rf"\+ ?\(?{_GROUPS}", least=6, before=4, after=24)
_GROUPED: Final = pattern(rf"[+(]?{_GROUPS}")
_VANITY: Final = Shape(
    r"(?:1[\-. ]\(?8\d{2}\)?[\-. ] ?|\(8\d{2}\) ?|8\d{2}[\-.])[A-Z0-9]{3}-?[A-Z0-9]{4,8}(?:-[A-Z0-9]{2,6})?"
    r"|(?:1[\-. ]\(?8\d{2}\)?[\-. ] ?|\(8\d{2}\) ?)[A-Z]{2,4}-[A-Z0-9]{3,8}",
    hint=r"8\d{2}[)\-. ]{1,3}[A-Z0-9\-]*[A-Z]",
)
_LOCAL_VANITY: Final = Shape(
    r"(?:1[\-. ])?\(?[2-9]\d{2}(?:\) ?|[\-. ])\d{3}[\-. ][A-Z]{4}", hint=r"[2-9]\d{2}(?:\) ?|[\-. ])\d{3}[\-. ][A-Z]{4}"
)
_MISTYPED: Final = Shape(
    r"\(?[2-9][0-9OoIl]{2}(?:\) ?|[\-. ])[0-9OoIl]{3}[\-. ][0-9OoIl]{4}",
    hint=r"[2-9][0-9OoIl]{2}(?:\) ?|[\-. ])[0-9OoIl]{3}[\-. ][0-9OoIl]{4}",
)
_SLIP: Final = Trigger(r"[0-9][OoIl]|[OoIl][0-9]|[\-. )][OoIl]{3}[\-. ]")
"""A letter beside a digit, or a group of nothing but letters: a mistyped number has one of these, few others do."""
_SPOKEN_DIGIT: Final = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_SPOKEN: Final = Shape(
    rf"{_SPOKEN_DIGIT}(?:[ ,.\-]{{1,3}}{_SPOKEN_DIGIT}){{6,10}}",
    words=(rf"{_SPOKEN_DIGIT}(?:[ ,.\-]{{1,3}}{_SPOKEN_DIGIT}){{6}}",),
    ignore_case=True,
)
_LOCAL_EXTENDED: Final = Shape(
    r"[2-9]\d{2}[\-. ]\d{4},? ?\(?(?:x ?#?\d{2,6}|(?:ext\.?|extension) ?#?\d{1,6})",
    hint=r"\d{4},? ?\(?(?:x|ext\.?|extension) ?#?\d",
    ignore_case=True,
)
"""The last seven digits and an extension, which no other number has."""
_SPELLED: Final = frozenset(each.trigger.number for each in (_VANITY, _LOCAL_VANITY, _SPOKEN))
_ANY_DIGIT: Final = re.compile("[0-9]")
_SPOKEN_WORD: Final = re.compile(r"[A-Za-z]+")
_ANOTHER: Final = re.compile(r"/(?:\d{4}(?!\d)|(?=\(?[2-9]\d{2}[ )\-.]))")
"""Behind a number: the last four digits of another one (part of the match), or the front of another whole one."""
_LOCAL_DOTTED: Final = pattern(r"[2-9]\d{2}\.\d{4}")
_DIRECT: Final = (
    "(?:tele|cell|mobile|smart|home|work|office|day|evening)?[ ]?phones?", "(?:tele)?phone numbers?", "tel", "telefon",
    "tel[e\\x{00E9}]fono", "celular",
    r"ph[\s.:#(]", "(?:his|her|my|their|our|your|new|cb|call ?back|phone|tel|cell) ?#", "cb", "cells?", "cellular", "mobiles?", "fax(?:es)?", "pagers?", "dial(?:ing)?", "whatsapp", "voice ?mail",  # noqa: E501  # one pattern, one line
    "toll free", "hotline", "landline", "desk", "direct line", "call(?:ing|ed)?", "call back", "contact (?:no|number)",
    "text(?:ing|ed)? (?:me|us|him|her|them)", "answering", "(?:give|gave) (?:me|us|him|her|them) a (?:call|ring|shout|buzz)", "ring (?:me|us)", "(?:reach|contact)(?:ed)? (?:me|us|him|her|them)?",  # noqa: E501  # one pattern, one line
    "next of kin", "phone (?:home|work|office|cell|day|evening|mobile)", "emergency contact", "(?:at|my) (?:home|work|office)",  # noqa: E501  # one pattern, one line
)  # fmt: skip
_CONTEXT: Final = Words(*_DIRECT, "messages? (?:to|on|at|from)", "sms")
_HEAD: Final = re.compile(
    r"(?:tele|home|work|cell|mobile|office)?[\s_\-.]{0,3}phones?|telephone[\s_\-.]{0,3}numbers?|mobiles?|fax(?:es)?|cell",
    re.IGNORECASE,
)
_DIALLED: Final = pattern(r"1?[2-9]\d{9}|[2-9]\d{2}[\-. ]\d{4}|\(?[2-9]\d{2}\)?[\-. /]{0,2}\d{3}[\-. ]?\d{4}")
_FAX: Final = Words("fax(?:es)?", "facsimile", "telefax")
_LABEL_REACH: Final = 80
_NUMBER_JOINER: Final = (
    rf"(?:{JOINER}|(?:at|on|to|me|us|him|her|them|back|from|via|please|or|by)\b"
    rf"|[(\[]?(?:h|w|c|m|o|home|work|cell|office|mobile|day|direct)\b[)\]]?){{0,6}}"
)
_LABELLED: Final = Label(_DIRECT, rf"[+(]?{_GROUPS}", joiner=_NUMBER_JOINER, reach=_LABEL_REACH)
_OWN_NUMBER: Final = Label(
    (r"(?:my|our|his|her|their|your)(?: \p{L}+)? number(?:['\x{2019}]?s)?(?: (?:still|now))?",), rf"[+(]?{_GROUPS}"
)
_BEHIND_WORD: Final = r"(?i) ?[\-(,/]? ?\(?(?:office|fax|mobile|cell|phone|home|work|desk|direct|tel|pager)\b"
_BEHIND: Final = Shape(rf"([+(]?{_GROUPS}){_BEHIND_WORD}", hint=rf"\d{_BEHIND_WORD}")
_OTHER_NUMBER: Final = Words(
    "account", "acct", "cards?", "case", "orders?", "docket", "invoices?", "tickets?", "tracking", "isbn", "upc",
    "parts?",
    "routing", "aba", "id", "ids", "ssn", "social", "security", "permits?", "licen[sc]e", "passport", "policy",
    "claim", "serial",
    "po", "parcel", "bill", "customer", "member", "reference", "ref", "confirmation", "transaction", "check", "vin",
    "badge",
    "lucky", "favou?rite", "identifiers?", "token", "sequence", "file", "record",
)  # fmt: skip
# Before a number with the marks of a telephone number between its groups, everyday words mean another number only as
# its label: `Bill 406-…`, `a case worker at 406-…` and `part of 406-…` are telephone numbers, `case no. 406-…` is none.
_NUMBER_WORD: Final = r"(?:[ _]?(?:numbers?|nos?|num|nbr|ids?|code)\b\.?)"
_OTHER_LABEL: Final = re.compile(
    rf"(?:\b(?:case|claim|order|ticket|docket|invoice|tracking|isbn|upc|routing|aba|ssn|passport|serial|vin|token|sequence|parcel|transaction)s?"
    rf"{_NUMBER_WORD}?"
    rf"|\b(?:account|acct|card|part|permit|licen[sc]e|policy|po|reference|ref|confirmation"
    rf"|badge|identifier)s?(?:{_NUMBER_WORD}|(?=[ ]?[:#=.]))"
    rf"|\b(?:bill|customer|member|check|file|record|social|security|lucky|favou?rite)s?(?:{_NUMBER_WORD}|(?=[ ]?\#))"
    r"|\bids?)[ \t]?(?:is|was)?[ \t]?[:#=.\-]{0,2}[ \t\"'(\[]{0,3}\Z",
    re.IGNORECASE,
)
_OTHER_SHAPE: Final = pattern(
    r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{2}|\d{4})(?: .*)?|(?:19|20)\d{2}[/.\-]\d{1,2}[/.\-]\d{1,2}(?: .*)?"  # dates
    r"|\d{5}-\d{4}|\d{3}-\d{2}-\d{4}|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"  # ZIP+4, SSN, IP
    r"|(?:19|20)\d{2}[\- ](?:19|20)\d{2}|\d+\.\d+|(?:19|20)\d{6}"  # years, decimals, compact dates
)


_PLAIN_NUMBER: Final = frozenset("+0123456789 ().-")

Candidate = tuple[int, int, float, str]
"""A span, how sure it is, and why."""


class PhoneNumberRecognizer(PatternRecognizer):
    """Finds telephone and fax numbers: US shapes anywhere, all others with ``+`` or in context."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PHONE_NUMBER",)
    NAME: ClassVar[str] = "phone_number"

    def triggers(self) -> Iterable[Wake]:
        with_number = (_CONTEXT, _BEHIND, _OWN_NUMBER)
        alone = (_LOCAL_EXTENDED, _NANP, _PLUS, _VANITY, _LOCAL_VANITY, _SPOKEN)
        together = ((_MISTYPED.trigger, _SLIP), *((each.trigger, SIX_DIGITS) for each in with_number))
        together = (*together, *((each.trigger, SIX_DIGITS) for each in local_triggers()))
        return (*(each.trigger for each in alone), *together)

    def matches(self, text: str) -> list[Match]:
        first: dict[tuple[int, int], tuple[float, str]] = {}
        for start, end, score, reason in (*self._candidates(text), *local_numbers(text)):
            first.setdefault((start, end), (score, reason))
        return joined([self._match(text, *span, *judged) for span, judged in first.items()])

    def _candidates(self, text: str) -> Iterator[Candidate]:
        """Yield spans with a score and a reason, one span more than once where several rules find it."""
        fired = scan_of(text).fired
        if SIX_DIGITS.number in fired:  # no number of these rules has fewer
            every = _CONTEXT.spans(text)
            words = _close_to_numbers(text, every)
            if words:
                yield from self._labelled(text, words)
                yield from self._in_context(text, words)
            if "\n" in text:
                yield from self._below(text, every)
            if _BEHIND.trigger.number in fired:
                yield from self._label_behind(text)
            if _OWN_NUMBER.trigger.number in fired:
                yield from self._owned(text)
            if _NANP.trigger.number in fired:
                yield from self._north_american(text)
            if _PLUS.trigger.number in fired:
                yield from self._international(text)
        if not _SPELLED.isdisjoint(fired):
            yield from self._vanity(text)
        if _SLIP.number in fired:
            yield from self._mistyped(text)
        if _LOCAL_EXTENDED.trigger.number in fired:
            yield from self._extended(text)
        if _SPOKEN.trigger.number in fired:
            yield from self._spoken(text)

    def _north_american(self, text: str) -> Iterator[Candidate]:
        another = -1  # where a number begins that stands, parted by a slash only, behind one that was found
        for start, end in _NANP.spans(text):
            value = text[start:end]
            low = start if start == another else max(0, start - 2)
            behind = _ANOTHER.match(text, end) if text[end : end + 1] == "/" and _is_written_out(value) else None
            if behind and is_cut_out(text[low:end], start - low, end - low):
                another = behind.end()
                yield start, another if behind.group() != "/" else end, 0.85, "North American number before another"
                continue
            if not is_cut_out(text[low : end + 2], start - low, end - low) and not _runs_into_word(text, start, end):
                continue
            if value.isdecimal():
                if _is_bare_number(text, start, end):
                    yield start, end, 0.6, "ten bare digits that are a valid number"
                continue
            if set(value) <= set("0123456789 ") and in_digit_groups(text, start, end):
                continue
            if not _is_other_number(text, start, value) or _CONTEXT.before(text, start, 20):
                yield start, end, 0.85, "North American number"

    def _international(self, text: str) -> Iterator[Candidate]:
        for start, last in _PLUS.spans(text):
            end = start + possible_length(text[start:last])
            if end > start and is_cut_out(text, start, end, after_letters=False):
                yield start, end, 0.85, "international number, possible in its country"

    def _vanity(self, text: str) -> Iterator[Candidate]:
        for candidate in _VANITY.finditer(text):
            start, end = candidate.span()
            if any(char.isalpha() for char in candidate.group()) and stands_alone(text, start, end):
                yield start, end, 0.85, "toll-free number spelled with letters"
        for candidate in _LOCAL_VANITY.finditer(text):
            start, end = candidate.span()
            if is_cut_out(text, start, end) and _CONTEXT.near(text, start, end):
                yield start, end, 0.6, "number spelled with letters, in context"

    def _mistyped(self, text: str) -> Iterator[Candidate]:
        for candidate in _MISTYPED.finditer(text):
            start, end = candidate.span()
            digits = sum(map(str.isdecimal, candidate.group()))
            if 7 <= digits < 10 and is_cut_out(text, start, end, after_letters=False):
                yield start, end, 0.6, "North American number with letters that look like digits"

    def _extended(self, text: str) -> Iterator[Candidate]:
        for candidate in _LOCAL_EXTENDED.finditer(text):
            start, end = candidate.span()
            if is_cut_out(text, start, end, after_letters=False):
                yield start, end, 0.6, "local number with an extension"

    def _spoken(self, text: str) -> Iterator[Candidate]:
        for candidate in _SPOKEN.finditer(text):
            start, end = candidate.span()
            count = len(_SPOKEN_WORD.findall(candidate.group()))
            if stands_alone(text, start, end) and (count > 9 or (count == 7 and _CONTEXT.before(text, start))):
                yield start, end, 0.6, "number written in words"

    def _labelled(self, text: str, words: Iterable[tuple[int, int]]) -> Iterator[Candidate]:
        for value in _LABELLED.values(text, words):
            dotted = _LOCAL_DOTTED.fullmatch(text[value.start : value.end]) and is_cut_out(text, value.start, value.end)
            if dotted or _is_phone_like(text, value.start, value.end):
                yield value.start, value.end, 0.95, "labelled as a telephone number"

    def _below(self, text: str, words: Iterable[tuple[int, int]]) -> Iterator[Candidate]:
        """Yield the numbers in the column of a table in a text that the words for a telephone head."""
        for label in (each for each in words if _HEAD.fullmatch(text, *each)):
            for start, end in cells_below(text, *label):
                if _DIALLED.fullmatch(text[start:end]):
                    yield start, end, 0.6, "number in a column headed by the words for a telephone"

    def _owned(self, text: str) -> Iterator[Candidate]:
        for value in _OWN_NUMBER.values(text):
            other = _OTHER_NUMBER.within(text, value.label_start, value.label_end)
            short = len(digits_of(text[value.start : value.end])) <= 13
            if short and not other and _is_phone_like(text, value.start, value.end, fewest=7):
                yield value.start, value.end, 0.6, "somebody's number"

    def _label_behind(self, text: str) -> Iterator[Candidate]:
        for candidate in _BEHIND.finditer(text):
            start, end = candidate.span(1)
            low = max(0, start - 2)
            if _is_phone_like(text[low:end], start - low, end - low, fewest=7):
                yield start, end, 0.85, "telephone label behind the number"

    def _in_context(self, text: str, words: Iterable[tuple[int, int]]) -> Iterator[Candidate]:
        judged: set[tuple[int, int]] = set()
        for _, label_end in words:
            if _ANY_DIGIT.search(text, label_end, label_end + 45) is None:
                continue
            high = min(line_end(text, label_end, 45) + 5, label_end + 45)
            for candidate in _GROUPED.finditer(text[label_end:high]):
                start, end = candidate.start() + label_end, candidate.end() + label_end
                if (start, end) in judged or (end == high and text[end : end + 1].isdecimal()):
                    continue  # seen before, or cut off by the window
                judged.add((start, end))
                if _has_phone_form(text[start:end]) and _is_phone_like(text, start, end, fewest=7):
                    yield start, end, 0.6, "number near the words for a telephone"

    def _match(self, text: str, start: int, end: int, score: float, reason: str) -> Match:
        if text[start] == "(" and ")" not in text[start:end]:
            start += 1
        fax = _FAX.fires(text) and (
            _FAX.before(text, start, 14, same_line=True) or _FAX.within(text, end, min(end + 6, line_end(text, end)))
        )
        if score < 0.95 and _CONTEXT.before(text, start, 30, same_line=True):
            score, reason = max(score, 0.85 if score < 0.85 else 0.95), f"{reason}, in context"
        return Match(start, end, "PHONE_NUMBER", score, self.NAME, f"{reason} (fax)" if fax else reason)


def _close_to_numbers(text: str, words: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return those of some words behind which a number of six digits or more begins or goes on closely enough."""
    numbers = scan_of(text).numbers(6)
    ends = [end for _, end in numbers]
    close = []
    for word in words:
        at = bisect_right(ends, word[1])
        if at < len(numbers) and numbers[at][0] < word[1] + _LABEL_REACH:
            close.append(word)
    return close


def _is_other_number(text: str, start: int, value: str) -> bool:
    """Return whether the words before a number of North American form say that it is another kind of number."""
    if not _OTHER_NUMBER.before(text, start, 20, same_line=True):
        return False
    dialled = _is_written_out(value) and any(char in "-.()\u2010\u2011\u2012\u2013\u2014" for char in value)
    return not dialled or _OTHER_LABEL.search(text[max(0, start - 40) : start]) is not None


def _is_written_out(value: str) -> bool:
    """Return whether a number has the marks between its groups that nothing but a telephone number has."""
    return len(value) - sum(map(str.isdecimal, value)) >= 2


def _runs_into_word(text: str, start: int, end: int) -> bool:
    """Return whether a whole, written-out number runs into a word where a blank or a tag was lost."""
    low = max(0, start - 2)
    return (
        text[end : end + 2].isalpha()
        and _is_written_out(text[start:end])
        and is_cut_out(text[low:end], start - low, end - low)
    )


def _is_phone_like(text: str, start: int, end: int, fewest: int = 6) -> bool:
    """Whether a labelled candidate is a whole number of a telephone's length and in no other number's shape."""
    value = text[start:end]
    return (
        fewest <= len(digits_of(value)) <= 21
        and is_cut_out(text, start, end, after_letters=False)
        and _OTHER_SHAPE.fullmatch(value) is None
    )


def _has_phone_form(value: str) -> bool:
    """Whether a number near a context word looks dialled: local, ten or eleven digits, or led by ``0 ( +``."""
    digits = digits_of(value)
    groups = [len(group) for group in _split_groups(value)]
    if groups == [3, 4] or len(digits) in {10, 11}:
        return True
    return (len(groups) >= 3 and 8 <= len(digits) <= 12) or (value[0] in "0(+" and len(digits) >= 8)


def _split_groups(value: str) -> list[str]:
    return "".join(char if char.isdecimal() else " " for char in value).split()


def _is_bare_number(text: str, start: int, end: int) -> bool:
    """Whether ten bare digits are a number in use that a context word names, or that stands alone in its cell."""
    digits = digits_of(text[start:end])
    if len(digits) > 11 or not stands_alone(text, start, end):
        return False
    alone = not text[:start].strip() and not text[end:].strip()
    if not alone and not _CONTEXT.near(text, start, end, 40, 12):
        return False
    if not alone:
        return not _OTHER_NUMBER.before(text, start, 15, same_line=True)
    return bool(phonenumbers.is_valid_number(phonenumbers.parse(digits, "US")))


def possible_length(value: str) -> int:
    """Return the length of the longest front of ``value`` that is possible in its country, 0 where none is."""
    digits = digits_of(value)
    if digits[0] == "0":  # no country code begins so
        return 0
    if len(digits) == 11 and value.startswith("+1") and digits[1] not in "01" and _PLAIN_NUMBER.issuperset(value):
        return len(value)  # a whole North American number: most are
    length = len(value)
    while length > 6:
        try:
            number = phonenumbers.parse(value[:length], None)
        except phonenumbers.NumberParseException:
            return 0
        if phonenumbers.is_possible_number(number):
            return length
        cut = max(value.rfind(mark, 0, length) for mark in " .-/(")
        length = len(value[: max(cut, 0)].rstrip(" .-/("))
    return 0
