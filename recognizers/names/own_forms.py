"""Names in forms of their own: a family (``the Hendersons``, ``the Ojukwu twins``), a passenger (``DOE/JANE A MS``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from recognizers.address_words import street_words
from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate

_CAPITALISED: Final = r"[^\W\d_a-z][^\W\d_]{1,30}(?:['\u2019-][^\W\d_]{1,30})?"
_FAMILY: Final = re.compile(
    rf"\b[Tt]he ({_CAPITALISED})(?:'|\u2019)?"
    r"( (?:family|kids|boys?|girls?|twins|brothers|sisters|children|household|couple|residence|place)\b)?"
    r"(?! [A-Z])"
)
_PASSENGER: Final = re.compile(
    r"(?<![\w/])((?:[^\W\d_]{2,20} ){0,2}[^\W\d_][^\W\d_'\u2019-]{1,30})/([^\W\d_]{2,20})"
    r"((?: [A-Z]{1,15}){0,2}? ?(?:MRS?|MS|MISS|MSTR|DR|CHD|INF)(?![\w/]))?"
)
_INITIALED: Final = re.compile(
    r"(?<![\w.&])([A-DF-MO-RTUVX-Z]\. ?(?:[A-Z]\. ?)?)([A-Z][a-z'\u2019-]{2,20}(?:[A-Z][a-z]{1,15})?)(?![\w'\u2019-])"
    r"(?!\.\w|\. ?(?:\d|[A-Z]\.))"
)
_REVERSED: Final = re.compile(
    r"(?:^|[\n\r\t\"|;]|\d[.)]|: )[ \t]{0,120}([A-Z][\w'\u2019-]{1,30}(?: [A-Z][\w'\u2019-]{1,30}){0,3}), ([A-Z][\w'\u2019-]{1,20}(?: [A-Z]\.?)?)"  # noqa: E501  # one pattern, one line
    r"(?=[ \t]*(?:$|[\n\r\t\"|;(<]|  |\d))"
)
_SON_OF: Final = re.compile(r"(?<![\w'\u2019-])(?:Mc|Mac|O['\u2019]|Fitz)[A-Z][a-z]{2,15}(?![\w-])")
_LEAST: Final = 4


def own_forms(text: str) -> Iterator[Candidate]:
    """Yield families by their surname, and surnames that a slash parts from the given name."""
    words = vocabulary()
    for match in _FAMILY.finditer(text):
        named = match.group(1)
        # A surname that ends in s of itself (`the Phillips screwdriver`) is left to the models.
        surname = named if match.group(2) else "" if words.is_surname(named) else _singular(named)
        if surname and _is_only_surname(surname, words):
            yield Candidate(match.start(1), match.end(1), 0.6, "a family, by its surname", "surname", sure=True)
    for match in _INITIALED.finditer(text):
        if _is_only_name(match.group(2), words):
            yield Candidate(match.start(), match.end(), 0.5, "an initial before a word that is no everyday word")
    for match in _SON_OF.finditer(text):
        if match.group().lower() not in contexts().products | contexts().chains:
            yield Candidate(match.start(), match.end(), 0.5, "a surname with Mc, Mac, O or Fitz", "surname")
    for match in _REVERSED.finditer(text):
        last, first = match.group(1).split(), match.group(2).split()[0]
        long = len(last) > 1
        if _is_long_reversed(last, first, words) if long else _is_reversed(last[0], first, words):
            reason = "a surname, a comma and a given name as an item of a list"
            yield Candidate(match.start(1), match.end(2), 0.6, reason, sure=long)
    for match in _PASSENGER.finditer(text) if "/" in text else ():
        if _is_passenger(text, match, words):
            end = match.end() if match.group(3) else match.end(2)
            yield Candidate(match.start(), end, 0.7, "a surname and a given name as on a ticket", sure=True)


def _singular(word: str) -> str:
    """Return the surname of which ``word`` is the plural, nothing where it is none."""
    if not word.endswith("s") or word.endswith("ss"):
        return ""
    return word[:-2] if word.endswith(("ses", "xes", "zes", "ches", "shes")) else word[:-1]


def _is_only_surname(word: str, words: Vocabulary) -> bool:
    """Return whether a word is a surname and neither an everyday word nor the name of a people, a place or a role."""
    low = word.lower()
    return (
        len(word) >= _LEAST
        and words.is_surname(word)
        and not words.is_common(word)
        and not words.is_stop(low)
        and low not in contexts().states
        and low not in contexts().roles
        and low not in contexts().chains
    )


def _is_only_name(word: str, words: Vocabulary) -> bool:
    """Return whether a word behind an initial may be a surname: no everyday word, no word of a street or a body."""
    low = word.lower()
    known = words.is_surname(word) or not words.is_common(word)
    return known and not words.is_everyday(word) and not words.is_stop(low) and low not in contexts().states


def _is_reversed(last: str, first: str, words: Vocabulary) -> bool:
    """Return whether two words that stand alone are ``Last, First``: one is listed, and neither is an everyday word."""
    if any(
        words.is_stop(each) or each.lower() in contexts().states or each.lower() in contexts().roles
        for each in (last, first)
    ):
        return False
    if words.is_given(first):
        return not words.is_common(last) or words.is_surname(last)
    return words.is_surname(last) and not words.is_common(last) and not words.is_common(first)


def _is_long_reversed(last: list[str], first: str, words: Vocabulary) -> bool:
    """Return whether a surname of several words stands before a given name: ``Standing Elk, Vern``; no street or body.

    Surnames of Native people are everyday words, so the given name must be one and hardly anything else.
    """
    for number, each in enumerate(map(str.lower, last)):
        begins = number == 0 and each in contexts().surname_begins
        if (words.is_stop(each) and not begins) or each in contexts().roles or each in contexts().states:
            return False
    place = street_words().is_suffix(last[-1]) or last[-1].lower() in contexts().trades or words.is_plain_given(last[0])
    return words.is_plain_given(first) and first.lower() not in contexts().states and not place


def _is_passenger(text: str, match: re.Match[str], words: Vocabulary) -> bool:
    """Return whether a pair is a person: by a title behind it, or by the lists where it is all of its line."""
    last, first = match.group(1), match.group(2)
    if last.isupper() != first.isupper() or words.is_stop(first):
        return False
    known = words.is_given(first) or words.is_surname(last.split()[-1])
    if match.group(3):
        return match.group(1).isupper() and known
    begins = not text[max(0, match.start() - 1) : match.start()].strip('\n\t|,;"')
    ends = not text[match.end(2) : match.end(2) + 1].strip('\r\n\t|,;"')
    given = words.is_plain_given(first) and not words.is_given(last)
    return begins and ends and given and (words.is_surname(last) or not words.is_common(last))
