"""What a number in a cell shows, and which number formats may stand in a copy.

A number format (ECMA-376 part 1, 18.8.31) can hold text of its own (``"SSN "000-00-0000``): such a one never travels.
Patterns of digits (``000-00-0000``, ``(###) ###-####``, ``00000``) are filled in, so that a number is examined as it
is read; dates are examined as ISO 8601.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

GENERAL: Final = "General"
DAY: Final = "yyyy-mm-dd"
MOMENT: Final = "yyyy-mm-dd hh:mm:ss"
CLOCK: Final = "hh:mm:ss"
OFFSET_1904: Final = 1462
"""Days between the two ways in which a workbook counts days."""

_SAFE: Final = re.compile(
    r"(?:General|\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow)\]|\[(?:<=9999999|[<>]=?0)\]|\[(?:h+|m+|s+)\]"
    r"|\[\$[^\w\]\-]{0,2}(?:-[0-9A-F]{1,8})?\]|\"[^\w\"]{1,4}\"|\\[^\w\"\\]|_.|\*[ \-]|AM/PM|A/P|E[+-]"
    r"|[yYmMdDhHsS0#?.,%:/()+\-$€£;@ ])*"
)
_QUOTED: Final = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_BRACKETS: Final = re.compile(r"\[[^\]]*\]")
_CONDITION: Final = re.compile(r"\[([<>]=?|=|<>)(-?\d+(?:\.\d+)?)\]")
_DIGIT_PATTERN: Final = re.compile(r"[0#?()\-./ \x00-\x08]*")
_SHORTEST: Final = 7
"""Digits of the shortest number that is one below zero too: of a telephone without its area."""
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no time zone
_LAST_DAY: Final = 2_958_466


@lru_cache(maxsize=4096)
def safe_format(code: str) -> str:
    """Return a number format without text of its own: as it is, or a plain one of its kind."""
    if len(code) <= 255 and _SAFE.fullmatch(code):
        return code
    return MOMENT if is_date(code) else GENERAL


@lru_cache(maxsize=4096)
def is_date(code: str) -> bool:
    """Return whether a number format shows a day or a time."""
    first = _BRACKETS.sub(lambda found: "h" if found[0][1:2].lower() in "hms" else "", _QUOTED.sub("", code))
    first = first.partition(";")[0].lower()
    return "general" not in first and any(letter in first for letter in "ymdhs")


def shown(value: float, code: str) -> str:
    """Return a number as a reader sees it or could read it."""
    if code not in {"", GENERAL}:
        if is_date(code):
            moment = _moment(value)
            if moment:
                return moment
        else:
            filled = _filled(value, code)
            if filled:
                return filled
    return number_text(value)


def number_text(value: float) -> str:
    """Return a number in digits, whole ones without a point, others with the 15 digits that a workbook shows.

    What computing left behind them (``1.2100000001000002``) would hide what they show.
    """
    shown_value = value if value == int(value) else float(f"{value:.15g}")
    if shown_value == int(shown_value) and abs(shown_value) < 1e21:
        return str(int(shown_value))
    return repr(shown_value)


def _moment(value: float) -> str:
    if not 0 <= value < _LAST_DAY:
        return ""
    at = _EPOCH + timedelta(seconds=round(value * 86400))
    if value < 1:
        return at.strftime("%H:%M:%S")
    whole = at.time() == time()
    return at.date().isoformat() if whole else at.isoformat(sep=" ")


def serial(value: date | datetime | time | timedelta) -> float:
    """Return a day or a time as the number that a cell holds."""
    if isinstance(value, timedelta):
        return value.total_seconds() / 86400
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86400
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return (moment.replace(tzinfo=None) - _EPOCH).total_seconds() / 86400


def _filled(value: float, code: str) -> str:
    """Return the digits of a number in a pattern of digits and signs, or "" where the format is another.

    As a workbook shows them: rounded, and divided by 1,000 for each comma at the end; the sign of a long number is
    left off.
    """
    if abs(value) >= 1e18:
        return ""
    section = _section(value, code)
    letters: list[str] = []

    def kept(found: re.Match[str]) -> str:
        said = found[1] if found[1] is not None else (found[2] or "")
        if said:
            letters.append(said)
            return "\x01"
        return ""

    pattern = _BRACKETS.sub("", _QUOTED.sub(kept, section))
    thousands = len(pattern) - len(pattern := pattern.rstrip(","))
    whole = math.floor(abs(value) / 1000**thousands + 0.5)
    if (
        "." in pattern
        or whole >= 1e15
        or not _DIGIT_PATTERN.fullmatch(pattern)
        or not any(each in "0#?" for each in pattern)
    ):
        return ""
    digits, out, said = list(str(whole)), [], list(letters)
    places = sum(each in "0#?" for each in pattern)
    if value < 0 and places < _SHORTEST:
        return ""
    if places == 1:
        return "" if not letters else "".join(letters) + str(whole)
    for sign in reversed(pattern):
        if sign == "\x01":
            out.append(said.pop())
        elif sign not in "0#?":
            out.append(sign)
        else:
            places -= 1
            if not places:
                out.append("".join(digits) or ("0" if sign == "0" else ""))
                digits = []
            else:
                out.append(digits.pop() if digits else "0" if sign == "0" else "")
    return "".join(reversed(out)).strip()


def _section(value: float, code: str) -> str:
    sections = code.split(";")
    for section in sections:
        found = _CONDITION.match(section)
        if found is None:
            continue
        limit = float(found[2])
        if {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}.get(
            found[1], value == limit
        ):
            return section
    if _CONDITION.match(sections[0]):
        return sections[-1]
    return sections[1] if value < 0 and len(sections) > 1 else sections[0]
