"""Whether what a word pattern matches ends in a letter: then a trigger may ask for what is behind a whole word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_TOKEN: Final = re.compile(r"\(\?:|\\x\{[0-9A-Fa-f]+\}|\\.|\[[^\]]*\]|.", re.DOTALL)

_Piece = tuple[bool, bool]
"""Whether all that a piece matches, but nothing at all, ends in a letter; and whether it may match nothing."""
_UNKNOWN: Final[_Piece] = (False, True)


def ends_in_letter(word: str) -> bool:
    """Return whether all that a word (see :class:`recognizers.text.Words`) matches ends in a letter from a to z.

    False also where that is not plain to see: behind marks, sets and repetitions.

    >>> [ends_in_letter(word) for word in ("phones?", "phone(?: numbers?)?", "acct? ?#", "cvv ?2?", "a|9")]
    [True, True, False, False, False]
    """
    tokens = _TOKEN.findall(word)
    if "(" in tokens:  # groups of another kind
        return False
    ends, may_be_empty = _alternatives(iter(tokens))
    return ends and not may_be_empty


def _alternatives(tokens: Iterator[str]) -> _Piece:
    """Read up to the bracket that closes."""
    found: list[_Piece] = []
    pieces: list[_Piece] = []
    for each in tokens:
        if each == ")":
            break
        if each == "|":
            found.append(_sequence(pieces))
            pieces = []
        elif each == "(?:":
            pieces.append(_alternatives(tokens))
        elif each == "?":
            pieces[-1] = (pieces[-1][0], True)
        else:
            pieces.append((True, False) if len(each) == 1 and "a" <= each <= "z" else _UNKNOWN)
    found.append(_sequence(pieces))
    return all(ends for ends, _ in found), any(empty for _, empty in found)


def _sequence(pieces: Sequence[_Piece]) -> _Piece:
    ends, may_be_empty = True, True
    for piece_ends, piece_may_be_empty in pieces:
        if piece_may_be_empty:
            ends = ends and piece_ends
        else:
            ends, may_be_empty = piece_ends, False
    return ends, may_be_empty
