"""Whether the values of a column are names of people, by the lists of given names and surnames.

The lists (``recognizers/names/vocabulary.py``) know common names only, so shares count, not single values.
Words that are everyday words as well ("park", "summer") prove nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.tables.column import Column
from recognizers.names.vocabulary import Vocabulary as Names
from recognizers.names.vocabulary import vocabulary as names

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019`.-][^\W\d_]+)*")
_STRANGE: Final = re.compile(r"[\d@:=<>{}\[\]_#%$?!]")
_MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class NameShares:
    """Shares of the distinct values of a column: names of several words, lone given names, lone surnames.

    A lone word can be both. ``alone`` is the share of values of one word.
    """

    full: float
    given: float
    surname: float
    alone: float


def name_shares(column: Column) -> NameShares:
    """Return how many of the values of a column are names of people, by the lists."""
    known, total = names(), len(column.counts)
    full = given = surname = alone = 0
    for value in column.counts:
        core = _core(value, known)
        if core is None or column.vocabulary.organisation.fullmatch(value):
            continue
        if len(core) == 1:
            alone += 1
            given += known.is_plain_given(core[0])
            surname += known.is_surname(core[0]) and not known.is_everyday(core[0])
        elif core:
            full += _is_full(core, known, comma="," in value)
    return NameShares(full / total, given / total, surname / total, alone / total)


def looks_named(column: Column) -> bool:
    """Return whether every value looks like a name: words with capitals, none an everyday or a barred one."""
    known = names()
    for value in column.counts:
        core = _core(value, known)
        if not core or len(core) > 3 or column.vocabulary.organisation.fullmatch(value):
            return False
        if any(not word[0].isupper() or known.is_common(word) or known.is_barred(word) for word in core):
            return False
    return True


def _core(value: str, known: Names) -> list[str] | None:
    """Return the words of a value that can be names, without titles, initials and particles; None for no name."""
    if _STRANGE.search(value):
        return None
    words = _WORD.findall(value)
    if not words or len(words) > _MOST_WORDS:
        return None
    return [
        word
        for word in words
        if len(word) > 1 and word.lower() not in known.titles | known.suffixes | known.particles | {"and", "or"}
    ]


def _is_full(core: list[str], known: Names, *, comma: bool) -> bool:
    """Return whether words are a full name: a given name among them, or listed ones only, and no word that bars it."""
    if any(word.lower() in known.common or known.is_barred(word) for word in core):
        return False
    if known.is_everyday(core[-1]) and not comma and not known.is_plain_given(core[0]):
        return False
    listed = sum(known.is_listed(word) for word in core)
    return any(known.is_plain_given(word) for word in core) or listed * 2 > len(core) or (comma and listed > 0)
