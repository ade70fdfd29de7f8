"""Numbers and tokens that are unique to somebody: of accounts, customers, cookies, sessions, devices, cases.

Found by what announces them: a label or column name (``configs/identifier_labels.yaml``), a cookie
header, or a shape that is nothing else (a MAC address, a UPS number). The value must look like an
identifier: ``account manager``, ``case law`` and ``order form`` are none. Alone such a number names
nobody; linking decides whether it stands with a person.

Source: the privacy policies of Montana and Massachusetts (unique identifiers, cookies, sessions);
RFC 6265, sections 4.1 and 4.2 (cookie headers); IEEE 802 (MAC addresses).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import ClassVar

from recognizers.labelled import Labelled, Labels, has_digits, outermost
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.resources import packaged_configs, read_yaml
from recognizers.text import Shape, Words, stands_alone
from recognizers.triggers import MAYBE_DIGIT, scan_of

_COOKIES = Shape(
    r"(?m)\b(set-)?cookies?[ \t]*:[ \t]*([^\s=;:,]{1,80}=[^\r\n]+)", words=(r"cookies?[ \t]*:",), ignore_case=True
)
_MAC = Shape(
    r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|(?:[0-9a-f]{2}-){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}",
    hint=r"(?:[0-9a-f]{2}:){4}|(?:[0-9a-f]{2}-){4}|(?:[0-9a-f]{4}\.){2}",
    ignore_case=True,
)
_PARCEL = Shape(r"1Z ?[0-9A-Z]{3} ?[0-9A-Z]{3} ?[0-9A-Z]{2} ?[0-9A-Z]{4} ?[0-9A-Z]{3} ?[0-9A-Z]", hint="1Z ?[0-9A-Z]")
_ALIEN = Shape(r"A-?[0-9]{3}[ -][0-9]{3}[ -][0-9]{3}", hint=r"A-?[0-9]{3}[ -][0-9]{3}[ -][0-9]{3}")
"""The number that the immigration office gives a person: ``A089-224-118``."""
_CODE_LINE = Shape(
    r"(?m)^[ \t>]*[\"']?(\p{L}[\p{L}\p{N}_ -]{1,30})[\"']?[ \t]*[:=][ \t]*[\"']?([A-Z]{1,3}-?[0-9]{5,10}[A-Z]?)[\"',]?[ \t]*\r?$",  # noqa: E501  # one pattern, one line
    hint=r"[:=][ \t]*[\"']?[A-Z]{1,3}-?[0-9]{5}",
)

_ID = Shape(
    r"(?m)(?:^|[^\p{L}\p{N}.])id[\"']?[ \t]*[:=][ \t]*[\"']?",
    hint=r"id[\"']?[ \t]*[:=][ \t]*[\"']?(?:[a-z0-9]|[^\x00-\x7F])",  # what a value begins with: no `Message-ID: <`
    ignore_case=True,
)
_ID_VALUE = re.compile(r"[^\W_][\w.:-]{1,80}")

_REST = frozenset(each.trigger.number for each in (_ID, _MAC, _PARCEL, _COOKIES, _ALIEN))

_CASE_SHAPE = re.compile(r"[A-Z]{1,4}-(?:19|20)\d\d-\d{2,6}")
"""How offices number their matters (``CR-2025-1042``), whatever word announces it."""

_NOT_AN_IDENTIFIER = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{1,2}:\d\d(?::\d\d)?(?:[ap]m)?|\d{1,3}\.\d+|\d+(?:st|nd|rd|th)|\d+%"
    r"|rfc-?822|utf-?8|utf-?16|iso-?8859-?\d{1,2}|x-?400"  # types of addresses (RFC 3464) and of text
    r"|(?:https?|ftp|www)\b.*|.*@.*\..*|\d{1,3}(?:\.\d{1,3}){3}|\d{1,4}(?:am|pm|hrs?|mins?|days?|mb|kb|gb|k|m|x)",
    re.IGNORECASE,
)
_BANK = Words("bank", "checking", "savings", "routing", "iban", "credit union", "aba")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LAST_WORD = re.compile(r"[A-Za-z]+(?=[ _-]?\Z)")
_TOKEN_PARTS = frozenset({"cookie", "session", "device", "tracking"})


@cache
def _labels() -> tuple[Labels, frozenset[str], frozenset[str]]:
    words = read_yaml(packaged_configs() / "identifier_labels.yaml")
    return Labels(words["parts"], for_values=True), frozenset(words["not_labels"]), frozenset(words["things"])


class UniqueIdentifier(PatternRecognizer):
    """Finds identifiers of accounts, customers, devices, sessions, cases and the like."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("UNIQUE_IDENTIFIER",)
    NAME: ClassVar[str] = "unique_identifier"

    def triggers(self) -> Iterable[Wake]:
        return (
            *((_labels()[0].trigger, MAYBE_DIGIT), _CODE_LINE.trigger, _ID.trigger),
            *(_MAC.trigger, _PARCEL.trigger, _COOKIES.trigger, _ALIEN.trigger),
        )

    def matches(self, text: str) -> list[Match]:
        return outermost(self._candidates(text))

    def _candidates(self, text: str) -> Iterator[Match]:
        labels, not_labels, things = _labels()
        for line in _CODE_LINE.finditer(text):
            name = line.group(1).replace("_", " ").strip().casefold()
            if name not in not_labels and not set(name.split()) & not_labels:
                yield self._match(line.start(2), line.end(2), "other", 0.4, "a code alone under a label")
        for value in labels.values(text):
            score = _score(value)
            if score and not _is_elsewhere(text, value):
                part = "case" if _CASE_SHAPE.fullmatch(value.value) else value.label.part
                yield self._match(value.start, value.end, part, score, "a number under its label")
        if _REST.isdisjoint(scan_of(text).fired):
            return
        for match in _ID.finditer(text):
            token = _ID_VALUE.match(text, match.end())
            found = token.group().rstrip(".:-") if token else ""
            if has_digits(found) and not (
                _NOT_AN_IDENTIFIER.fullmatch(found) or _is_of_thing(text, match.start(), things)
            ):
                yield self._match(match.end(), match.end() + len(found), "other", 0.6, "a value under id")
        for match in _MAC.finditer(text):
            if stands_alone(text, match.start(), match.end()):
                yield self._match(match.start(), match.end(), "device", 0.7, "shape of a MAC address")
        for match in _PARCEL.finditer(text):
            if stands_alone(text, match.start(), match.end()):
                yield self._match(match.start(), match.end(), "tracking", 0.7, "shape of a parcel number")
        for match in _ALIEN.finditer(text):
            if stands_alone(text, match.start(), match.end()):
                yield self._match(match.start(), match.end(), "member", 0.7, "shape of an alien registration number")
        for match in _COOKIES.finditer(text):
            end = text.find(";", match.start(2), match.end(2)) if match.group(1) else match.end(2)
            yield self._match(match.start(2), match.end(2) if end < 0 else end, "cookie", 0.85, "a cookie header")

    def _match(self, start: int, end: int, part: str, score: float, reason: str) -> Match:
        return Match(start, end, "UNIQUE_IDENTIFIER", score, self.NAME, reason, part)


def _is_of_thing(text: str, end: int, things: frozenset[str]) -> bool:
    """Return whether the word before ``id`` tells a place or a thing."""
    word = _LAST_WORD.search(text, max(0, end - 20), end)
    return word is not None and word.group().casefold() in things


def _is_elsewhere(text: str, found: Labelled) -> bool:
    """Return whether another recognizer knows better: bank accounts, driver's licences; or the label is half a word."""
    word = text[found.label.start : found.label.end].casefold()
    before = text[max(0, found.label.start - 60) : found.label.start].casefold()
    if word in {"license", "licence"}:
        return "driv" in before[-24:] or "operator" in before[-24:]
    return found.label.part == "account" and _BANK.before(text, found.label.start, within=60)


def _score(found: Labelled) -> float:
    """Return how sure it is that the value is an identifier; 0 for a word, a date, an amount, a year."""
    value = found.value.strip("#*")
    if _NOT_AN_IDENTIFIER.fullmatch(value):
        return 0.0
    digits = sum(map(str.isdigit, value))
    if not digits:
        is_token = len(value) >= 12 and value.isalnum() and not value.isalpha()
        return 0.5 if found.explicit and found.label.part in _TOKEN_PARTS and is_token else 0.0
    if found.explicit:
        return 0.0 if len(value) < 2 or (_YEAR.fullmatch(value) and not found.signed) else 0.75
    mixed = any(character.isalpha() for character in value)
    strong = (digits >= 4 or (mixed and digits >= 3)) and not _YEAR.fullmatch(value)
    return 0.55 if strong and has_digits(value[-4:], 2) else 0.0
