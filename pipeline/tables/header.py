"""The words of a header: as they stand, in long form, without remarks in brackets, and glued ones apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_SEAM: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GENITIVE: Final = re.compile(r"(?<=[A-Za-z])['\u2019]s\b", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_GLUED_LENGTH: Final = range(5, 25)
_NUMBER_SIGN: Final = re.compile(r"(?<=[^\W\d_]) ?#(?!\w)")


def header_words(header: str) -> list[str]:
    """Return the words of a header in lower case, without accents: ``GivenName2`` is ``given``, ``name``, ``2``.

    A number sign behind a word is the word: ``Street #`` is ``street``, ``number``.
    """
    plain = _NUMBER_SIGN.sub(" number ", _GENITIVE.sub("s", header))
    if not plain.isascii():
        plain = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
    return [word.lower() for word in _WORD.findall(_SEAM.sub(" ", plain))]


def without_remarks(header: str) -> str:
    """Return a header without what stands in brackets: ``Phone (optional)`` is ``Phone``."""
    return _BRACKETS.sub(" ", header)


def is_question(header: str, words: Sequence[str], asks: Collection[str]) -> bool:
    """Return whether a header is a whole sentence, as form builders make them of the question that was asked."""
    if len(words) >= 3 and without_remarks(header).rstrip().endswith("?"):
        return True
    return (len(words) >= 4 and words[0] in asks) or len(words) > 7


def long_form(words: Sequence[str], short_for: Mapping[str, str]) -> tuple[str, ...]:
    """Return words with abbreviations written out."""
    return tuple(short_for.get(word, word) for word in words)


def unglued(words: Sequence[str], known: Collection[str], short: Collection[str]) -> list[str]:
    """Return words with unknown ones taken apart into known ones: ``ownname`` is ``own``, ``name``.

    Nothing may be left over; of several ways, that with the fewest pieces counts. ``short`` are
    abbreviations: those of two letters stand last only.
    """
    apart: list[str] = []
    for word in words:
        whole = word in known or word in short or len(word) not in _GLUED_LENGTH
        ways = [] if whole else sorted(_pieces(word, known, short), key=len)
        apart += ways[0] if ways else [word]
    return apart


def _pieces(word: str, known: Collection[str], short: Collection[str]) -> Iterator[list[str]]:
    for size in range(len(word), 1, -1):
        head = word[:size]
        if not (head in known or head in short) or (size < 3 and size < len(word)):
            continue
        if size == len(word):
            yield [head]
            continue
        for rest in _pieces(word[size:], known, short):
            if len(rest) < 3:
                yield [head, *rest]
