"""Dates as people write them, brought to one form. American order where both orders fit."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SHORT: Final = tuple(month[:3] for month in MONTHS)
CENTURY_TURN: Final = 30  # two-digit years from 30 on are 19xx: a date of birth lies in the past

_ISO = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s*(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]*(?:of\s+)?([a-z]{3,9})\.?[\s,-]*(\d{4})")
_TIME = re.compile(r"[t ]\d{1,2}:\d{2}.*$")


def iso_date(text: str) -> str:
    """Return the date that is all of ``text`` (lower case) as ``YYYY-MM-DD``, or "" where it is none."""
    plain = _TIME.sub("", text.strip())
    if found := _ISO.fullmatch(plain):
        return _checked(found[1], found[2], found[3])
    if found := _NUMERIC.fullmatch(plain):
        year = found[3] if len(found[3]) == 4 else _full_year(found[3])
        return _checked(year, found[1], found[2]) or _checked(year, found[2], found[1])
    if found := _MONTH_FIRST.fullmatch(plain):
        return _checked(found[3], _month(found[1]), found[2])
    if found := _DAY_FIRST.fullmatch(plain):
        return _checked(found[3], _month(found[2]), found[1])
    return ""


def _full_year(two_digits: str) -> str:
    return f"{'19' if int(two_digits) >= CENTURY_TURN else '20'}{two_digits}"


def _month(name: str) -> str:
    return str(_SHORT.index(name[:3]) + 1) if name[:3] in _SHORT else "0"


def _checked(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
