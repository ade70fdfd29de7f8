"""Long numbers: where they stand in a text, and of which form each is.

A number here is six ASCII digits and more with blanks, dashes, dots, slashes or brackets between them. Its form is what
patterns of numbers can tell it by: the number and the few characters before it, with nines for its digits and ``x`` for
all that no such pattern names. A text has few forms and they come again and again (``+999-999-9999``), so whether a
pattern can match is worked out once a form, not once a number.

    good: (406) 555-0143    bad: 12 May 25
"""

from __future__ import annotations

import re
from typing import Final

BEFORE: Final = 4
"""How many characters before a number belong to its form: room for ``+``, a bracket and blanks."""

_BETWEEN: Final = " \u00a0().-/\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_NUMBER: Final = re.compile(rf"[0-9][0-9{re.escape(_BETWEEN)}]{{5,}}")
_NO_DIGITS: Final = bytes(byte for byte in range(256) if not 0x30 <= byte <= 0x39)
_CLASSES: Final = bytes(
    b"0"[0] if byte in b"0123456789" else b"-"[0] if byte in b" ().-/" else 0 for byte in range(256)
)
"""Digits, what may stand between them, all else: with one character a class, ASCII numbers are found much faster."""
_NUMBER_OF_CLASSES: Final = re.compile(rb"0[0-]{5,}")


class _Forms(dict[int, str]):
    """A table for ``str.translate``: what it does not name becomes ``x``."""

    def __missing__(self, _: int) -> str:
        return "x"


_FORMS: Final = _Forms({ord(each): each for each in f"+{_BETWEEN}"} | {ord(each): "9" for each in "0123456789"})
_FORMS_OF_ASCII: Final = bytes(ord(_FORMS[byte]) if byte < 0x80 else b"x"[0] for byte in range(256))


LongNumber = tuple[int, int, int, bytes]
"""A number: start and end of its half-open span (code points), how many digits it has, its form (UTF-8)."""


def numbers_in(text: str, low: int, high: int) -> list[LongNumber]:
    """Return the long numbers of ``text[low:high]``, from left to right; spans are those of ``text``."""
    piece = text[low:high]
    if not piece.isascii():
        return [
            (*found.span(), len(found.group().encode().translate(None, _NO_DIGITS)), _form(text, *found.span()))
            for found in _NUMBER.finditer(text, low, high)
        ]
    data, numbers = piece.encode(), []
    for start, end, digits, form in numbers_in_ascii(data):
        of_text = start < BEFORE and low > 0
        numbers.append((start + low, end + low, digits, _form(text, start + low, end + low) if of_text else form))
    return numbers


def numbers_in_ascii(data: bytes) -> list[LongNumber]:
    """Return the long numbers of an ASCII text, from left to right."""
    numbers = []
    for found in _NUMBER_OF_CLASSES.finditer(data.translate(_CLASSES)):
        start, end = found.span()
        form = data[start - BEFORE if start > BEFORE else 0 : end].translate(_FORMS_OF_ASCII)
        numbers.append((start, end, found[0].count(b"0"), form))
    return numbers


def _form(text: str, start: int, end: int) -> bytes:
    return text[max(0, start - BEFORE) : end].translate(_FORMS).encode()
