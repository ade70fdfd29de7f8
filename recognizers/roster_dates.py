r"""Dates of birth in the rows of rosters, which no header names.

A row is a line that begins with a name, and a whole date stands right behind the name (codes for sex and race may
stand between). Dates of events stand so too, so a row counts only where something shows that people are described:

- the row goes on as a person's record does: sex, race, height, a social security number, a telephone, an address;
- the lines above say that people are listed (``Roster``, ``Children enrolled``) and name no other date;
- several rows stand together with other years and other days, as births have and terms of office have not.

    Begay, Tyrone   04/19/2011   44 Juniper Rd        not: Roe, Jane   04/19/2011 10:15 AM
    SMITH, JOHN A   W/M 02/11/1990 6'1" 190           not: Hired:\nRoe, Jane   04/19/2011
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from recognizers.linear import Found
from recognizers.names.vocabulary import vocabulary
from recognizers.text import Shape, Words, is_cut_out, line_end

_CAPITAL: Final = r"\p{Lu}[\p{L}'\x{2019}.\-]*"
_PARTICLE: Final = "(?:de|la|las|los|del|van|der|den|von|bin|al|el|y)"
_WORD: Final = rf"(?:{_CAPITAL}|{_PARTICLE})"
_NAME: Final = (
    rf"(?:{_CAPITAL}(?: {_WORD}){{0,3}}, ?{_CAPITAL}(?: {_CAPITAL}){{0,2}}|{_CAPITAL}(?: {_WORD}){{0,3}} {_CAPITAL})"
)
_CODES: Final = r"(?:(?:[WBIHAONUP]/[MFU]|[MF]|[Mm]ale|[Ff]emale|MALE|FEMALE)[ ,/|\t]{1,4})"
_NUMERIC: Final = (
    r"(?:0?[1-9]|1[0-2])[/.\-](?:0?[1-9]|[12]\d|3[01])[/.\-](?:(?:19|20)\d{2}|\d{2})"
    r"|(?:19|20)\d{2}[/.\-](?:0[1-9]|1[0-2])[/.\-](?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])-(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-(?:19|20)?\d{2}"
)
_HINT: Final = r"[^:=\r\n][ \t,;|/(\x{2013}\-][0-9]{1,4}[/.\-](?:[0-9]{1,2}|[A-Za-z]{3})[/.\-][0-9]{2}"
"""A date with no colon right before it: behind a label it is found as such."""
_TELEPHONE: Final = r"(?:(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[\-. ])?[2-9]\d{2}[\-. ]\d{4}[ \t,;|]{1,8})"
ROWS: Final = Shape(
    rf"(?m)^[ \t>]*(?:\(?[0-9]{{1,3}}[.)]?[ \t]{{1,3}}|[\-*\x{{2022}}][ \t]{{0,3}})?({_NAME})"
    rf"(?:[ \t]*[,;|\-\x{{2013}}]?[ \t]+|[ \t]*\|[ \t]*|\t+)({_CODES}{{0,2}}){_TELEPHONE}?({_NUMERIC})",
    hint=_HINT,
)
_INLINE: Final = Shape(
    rf"(?:\b(?i:patients?|pt|clients?|students?|inmates?|beneficiary|beneficiaries|applicants?|claimants?|dependents?|spouse|child"
    rf"|juvenile|defendant|subject|suspect|driver|passenger|arrestee|victim)\b:? (?:(?:is|to) )?)?({_NAME})"
    rf"(?:, ?| ?\(| )({_NUMERIC})(\)|[,;]? (?:\d{{3}}-\d{{2}}-\d{{4}}\b|(?:MRN|SSN|SS#|DL|OLN|M/?R ?#)\b)|;?[ \t]*(?:$|[\r\n]))",  # noqa: E501  # one pattern, one line
    hint=_HINT,
)
"""A name, a date of birth and what ends the mention: ``(Jane Roe, 4/5/1988)``, ``patient Jane Roe 4/5/1988 MRN 12``."""
_OF_PERSON: Final = re.compile(
    r"[ \t,;|)]*(?:(?:[WBIHAONUP]/[MFU]|[MF]|[Mm]ale|[Ff]emale|MALE|FEMALE)(?![\w'])|[4-7]['\u2019] ?\d{1,2}|[1-4]\d\d ?lbs?\b)"  # noqa: E501  # one pattern, one line
    r"|[^\n]*?(?<![\w-])(?:\d{3}-\d{2}-\d{4}|(?:\(?\d{3}\)?[-. ]?)?\d{3}-\d{4}|(?i:p\.? ?o\.? ?box|box) \d+"
    r"|\d{1,6} (?:[NSEW]\.? )?[A-Z][\w. ]{1,24}? (?i:st|ave|rd|dr|ln|ct|blvd|way|hwy|street|avenue|road|lane|drive|court))"  # noqa: E501  # one pattern, one line
    r"(?![\w-])"
)
"""What a person's record has behind a date of birth: sex, height, weight, or a number or address further on."""
_TIME: Final = re.compile(r"[ \t,;@-]*(?:at )?\d{1,2}:\d{2}|[ \t]*(?:-|\u2013|to|thru|through)[ \t]*\d{1,2}[/.-]")
_PEOPLE: Final = Words(
    "rosters?", "enrolled", "enrollees?", "enrollments?", "children", "students?", "pupils?", "youths?", "members?",
    "participants?", "campers?", "players?", "household", "family", "dependents?", "passengers?", "inmates?", "bookings?",  # noqa: E501  # one pattern, one line
    "patients?", "clients?", "class list", "tribal roll", "juveniles?", "arrestees?", "birth ?dates?", "birth ?days?",
)  # fmt: skip
_OTHER: Final = Words(
    "date", "dates", "sent", "hired?", "hire", "appointed", "appointment", "term", "expires?", "expiration", "signed",
    "received", "filed", "visits?", "hearing", "due", "issued", "start(?:ed)?", "end", "effective", "training", "complete[d]?",  # noqa: E501  # one pattern, one line
    "certified", "certification", "paid", "payment", "invoices?", "submitted", "deceased", "died", "death", "attended",
    "sign in", "requests?", "meeting", "minutes",
)  # fmt: skip
_ABOVE: Final = 160


@dataclass(frozen=True, slots=True)
class _Row:
    start: int
    end: int
    date: tuple[int, int]
    year: int
    day: str
    of_person: bool
    named: bool


def roster_dates(text: str) -> Iterator[tuple[int, int]]:
    """Yield the bounds of dates of birth that stand behind names in rows."""
    group: list[_Row] = []
    for match in ROWS.finditer(text):
        row = _row(text, match)
        if row is None:
            continue
        if group and text.count("\n", group[-1].end, row.start + 1) > 1 + text.count("\n\n", group[-1].end, row.start):
            yield from _births(text, group)
            group = []
        group.append(row)
    yield from _births(text, group)
    for match in _INLINE.finditer(text):
        start, end = match.span(2)
        named, like = _is_name(match.group(1))
        number = any(map(str.isalnum, match.group(3)))
        role = match.start() < match.start(1)
        bracketed = match.group(3) == ")" and text[max(0, match.start(1) - 1) : match.start(1)] == "("
        if like and is_cut_out(text, start, end) and (number or (named and (role or bracketed))):
            yield start, end


def _row(text: str, match: Found) -> _Row | None:
    start, end = match.span(3)
    if not is_cut_out(text, start, end) or _TIME.match(text, end, end + 16):
        return None
    stop = line_end(text, end)
    digits = re.findall(r"\d+", match.group(3))
    year = int(max(digits, key=len) if max(map(len, digits)) == 4 else digits[-1])
    year += 0 if year > 99 else 1900 if year > 30 else 2000
    of_person = bool(match.group(2)) or _OF_PERSON.match(text, end, stop) is not None
    named, like = _is_name(match.group(1))
    return (
        _Row(match.start(), stop, (start, end), year, "/".join(digits[:2]), of_person and like, named) if like else None
    )


def _is_name(value: str) -> tuple[bool, bool]:
    """Return whether a word of the value is a given name of the list, and whether the value may be a name at all."""
    words = vocabulary()
    parts = [part.rstrip(".") for part in re.split(r"[\s,]+", value) if len(part.rstrip(".")) > 1]
    if any(part.lower() in words.organisation for part in parts):
        return False, False
    named = any(words.is_given(part) for part in parts)
    return named, named or not all(words.is_common(part) and not words.is_surname(part) for part in parts)


def _births(text: str, group: list[_Row]) -> Iterator[tuple[int, int]]:
    """Yield the dates of a group of rows one below another, where they are births."""
    if not group:
        return
    top = group[0].start
    low = max(text.rfind("\n\n", max(0, top - _ABOVE - 2), max(0, top - 2)) + 1, top - _ABOVE, 0)
    people = low < top and _PEOPLE.within(text, low, top)
    if low < top and _OTHER.within(text, low, top) and not people:
        return
    years = {row.year for row in group}
    apart = len(years) > 1 and len({row.day for row in group}) > 1 and 2 * sum(row.named for row in group) >= len(group)
    for row in group:
        if people or apart or row.of_person:
            yield row.date
