"""Telephone numbers that stand a few words behind what announces them: ``Call Rae or Jim (5550142)``, ``(H) 555-0132``.

Seven bare digits are a telephone number only where people are called: between the announcing word and the number stand
names and small words alone, and behind one number another may follow (``5550134 or her mother Wilma 5550135``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from recognizers.names.vocabulary import vocabulary
from recognizers.text import Shape, is_cut_out
from recognizers.triggers import scan_of

_CALLING: Final = "call|contact|emergency|text|txt|reach|msg|message|ring|dial"
_PLACES: Final = "home|work|hm|wk|cell|mobile"
_TIMES: Final = "eves?|days?"
_NUMBER: Final = r"[2-9][0-9]{9}|[2-9][0-9]{2}[\-. ]?[0-9]{4}"
_BETWEEN: Final = (
    r"(?:(?:(?-i:\p{Lu}[\p{L}.'\x{2019}\-]{0,20})|or|and|at|on|me|him|her|us|them|my|his|mom|dad|wife|husband|mother|father"
    r"|son|daughter|sister|brother|home|work|cell|day|eve|evening)[ ,(/&:\-]{1,3}){0,5}"
)
_SAID: Final = Shape(
    rf"\b(?:{_CALLING})\b[ :.#\-]{{0,3}}{_BETWEEN}\(?({_NUMBER})",
    words=(rf"(?:{_CALLING})[ :.#(\-]",),
    ignore_case=True,
)
_PLACED: Final = Shape(
    rf"\b(?:{_PLACES}|{_TIMES})[ :.#]{{1,3}}\(?({_NUMBER})",
    words=(rf"(?:{_PLACES}|{_TIMES})[ :.#]{{1,3}}\(?[2-9]",),
    ignore_case=True,
)
_BRACKETED: Final = Shape(
    rf"\((?:h|w|c|m|o|hm|wk|cell|home|work|mobile|office)\)[ :.]{{0,2}}\(?({_NUMBER})",
    hint=r"[a-z]\)[ :.]{0,2}\(?[2-9][0-9]{2}",
    ignore_case=True,
)
_ROW: Final = Shape(
    r"(?m)^[ \t>]*(?:[0-9]{1,3}[.)][ \t]*)?\p{Lu}[\p{L}'\x{2019}.\-]+,?(?: \p{Lu}[\p{L}'\x{2019}.\-]*){1,3}[ \t,|]{1,8}([2-9][0-9]{2}-[0-9]{4})",  # noqa: E501  # one pattern, one line
    hint=r"[ \t,|][2-9][0-9]{2}-[0-9]{4}",
)
"""A line of a list that begins with a name and goes on with a local number."""
_ANOTHER: Final = re.compile(
    r"\)?[ ]?(?:,|;|/|&|or|and)(?:[ ](?:or|and|her|his|my|the|at|mother|father|wife|husband|sister|brother|son|daughter"
    r"|mom|dad|work|home|cell|[A-Z][\w.'\u2019-]{0,20})){0,4}[ ]?\(?([2-9][0-9]{9}|[2-9][0-9]{2}[-. ]?[0-9]{4})(?![\w-])"  # noqa: E501  # one pattern, one line
)
_OTHERS: Final = re.compile(
    r"\b(?:account|acct|case|order|invoice|ticket|meter|parcel|permit|claim|id|serial|policy|budget|population|docket|file"
    r"|badge|unit|room|lot|number of)\b",
    re.IGNORECASE,
)
_CAPITALISED: Final = re.compile(r"[^\W\d_a-z][\w'\u2019-]*")
_AMOUNT: Final = re.compile(
    r"[ ]?(?:%|hours?|hrs?|days?|units?|acres?|dollars?|people|miles?|feet|gallons?|kwh|sq|votes|orders?)\b",
    re.IGNORECASE,
)
_LABELS: Final = frozenset(f"{_CALLING}|{_PLACES}".split("|"))
_OF_TIME: Final = frozenset({"day", "days", "eve", "eves"})
_MOST_FOLLOWING: Final = 3
_FEWEST_DIGITS: Final = 7
_BEFORE: Final = 160
"""How far before its number a shape may begin."""
_AFTER: Final = 2

Place = tuple[int, int, float, str]
"""A span, how sure it is, and why."""


_SHAPES: Final = (
    (_SAID, "number behind whom to call"),
    (_PLACED, "number of a home, an office or a cell phone"),
    (_BRACKETED, "number of a home, an office or a cell phone"),
    (_ROW, "number behind a name that begins a line"),
)


def local_numbers(text: str) -> Iterator[Place]:
    """Yield the numbers in ``text`` that people are to be called at, be they seven bare digits."""
    scan = scan_of(text)
    shapes = [each for each in _SHAPES if each[0].trigger.number in scan.fired]
    windows = scan.numbers(_FEWEST_DIGITS, _BEFORE, _AFTER) if shapes else ()
    for shape, reason in shapes:
        for first, *span in _near_numbers(text, shape, windows):
            start, end = span
            if _OTHERS.search(text, first, start) or not _is_whole(text, start, end):
                continue
            if (text[start:end].isdecimal() or shape is _ROW) and not _may_be_called(text, first, start, end):
                continue
            yield start, end, 0.6, reason
            for _ in range(_MOST_FOLLOWING):
                following = _ANOTHER.match(text, end, end + 90)
                if following is None or _OTHERS.search(text, end, following.start(1)):
                    break
                start, end = following.span(1)
                if _is_whole(text, start, end):
                    yield start, end, 0.6, f"another {reason}"


def _near_numbers(text: str, shape: Shape, windows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield where a shape begins, and the span of its number: it is looked for only where there are long numbers."""
    for low, high in windows:
        cut = low > 0 and (text[low - 1] != "\n" if shape is _ROW else text[low - 1].isalnum())
        for match in shape.in_piece(text, low, high):
            if match.start() > 0 or not cut:
                yield match.start() + low, match.start(1) + low, match.end(1) + low


def local_triggers() -> tuple[Shape, ...]:
    """Return the shapes of which one fires where a number is found."""
    return tuple(shape for shape, _ in _SHAPES)


def _may_be_called(text: str, start: int, number: int, end: int) -> bool:
    """Return whether bare digits are no amount of something, and the capitals before them are no everyday words."""
    if _AMOUNT.match(text, end):
        return False
    words = vocabulary()
    said = [each for each in _CAPITALISED.findall(text[start:number]) if len(each) > 1 and each.lower() not in _LABELS]
    if text[start:number].strip(" :.#").lower() in _OF_TIME:
        return False
    return not any(words.is_common(each) and not words.is_listed(each) for each in said)


def _is_whole(text: str, start: int, end: int) -> bool:
    low = max(0, start - 2)
    return (
        is_cut_out(text[low : end + 2], start - low, end - low, after_letters=False) and text[start - 1 : start] != "$"
    )
