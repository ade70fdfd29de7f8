"""Names with the surname first inside running text: ``spoke with MEDICINE HORSE, CLARA``, ``Two Moons, A.``.

A comma parts the surname from a given name or from initials. What stands before the comma may be several everyday
words (surnames of Native people), so the given name must be hardly anything else; a place before it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from recognizers.address_words import street_words
from recognizers.names.contexts import contexts
from recognizers.names.span import Span
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Cover, Word, words_of

_COMMA: Final = re.compile(r"(?<=[A-Z][^\W\d_]), ?(?=[A-Z])|(?<=[a-z]), ?(?=[A-Z])")
_INITIALS: Final = re.compile(
    r"(?:[A-Z]\. ?){1,2}[A-Z]\.|[A-Z]\.(?:[A-Z]\b)?|[A-Z](?= ?(?:[,;:)\n\r]|  |$| AND\b| VS?\b))"
)
_SHOUTED_INITIAL: Final = re.compile(r" [A-Z]\b(?!['\u2019])\.?")
_BEGINS_LINE: Final = re.compile(r"(?:\A|[\n\r;])[ \t>]*(?:\(?\d{1,3}[.)]?[ \t]+|[-*\u2022][ \t]*)?\Z")
_ENDS_CELL: Final = re.compile(r"(?: [A-Z]\.?)?(?:[ ]{2}|\t|[ ]?[\d|;(]|[ ]?\r?\n|[ ]?\Z)")
_ROW: Final = re.compile(r"(?: [A-Z]\.?)?(?:[ ]{2,8}|[ ]?[\t|;,][ \t]*)[(]?\d")
_REACH: Final = 60
_MOST_LEFT: Final = 4
_MOST_SHOUTED: Final = 3
_PLACES: Final = frozenset({"GPE", "LOC", "FAC", "CITY", "STATE", "STREET_NAME"})
_PEOPLE: Final = frozenset({"PERSON", "GIVEN_NAME", "SURNAME"})
_WHERE: Final = frozenset({"in", "at", "near", "from", "to", "of", "around", "between"})
_NO_INITIALS: Final = frozenset(
    {"dc", "nm", "nd", "sd", "nc", "sc", "nh", "nj", "ny", "ri", "am", "pm", "us", "uk", "po"}
)


def turned(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Yield surnames with the given name or the initials behind their comma.

    Args:
        text: what may hold names.
        spans: what the models said of it; their places are no surnames.
    """
    words = vocabulary()
    places = Cover(len(text), ((s.start, s.end) for s in spans if s.label in _PLACES))
    people = Cover(len(text), ((s.start, s.end) for s in spans if s.label in _PEOPLE))
    for match in _COMMA.finditer(text):
        left = _surname(text, match.start(), words)
        if not left:
            continue
        initials = _INITIALS.match(text, match.end())
        if initials:
            if _are_initials(text, initials) and _goes_with_initials(left, initials.group(), words):
                yield _candidate(left, match.end() + len(initials.group().rstrip()), "initials")
            continue
        first = words_of(text, match.end(), match.end() + _REACH)[:1]
        if first and first[0].start == match.end() and _is_given(text, first[0], left, words):
            in_place = places.touches(left[-1].start, left[-1].end) and not people.touches(left[-1].start, left[-1].end)
            if left[-1].text.isupper() or not (in_place or _follows_place_word(text, left[0])):
                shouted = _SHOUTED_INITIAL.match(text, first[0].end) if first[0].text.isupper() else None
                yield _candidate(left, shouted.end() if shouted else first[0].end, "a given name")
        elif first and first[0].start == match.end() and _is_item(text, left, first[0], words):
            row = words.is_surname(left[-1].text) and _ROW.match(text, first[0].end) is not None
            said = people.touches(left[-1].start, left[-1].end) and not places.touches(first[0].start, first[0].end)
            if row or said:
                reason = "a surname, a comma and an unlisted given name, in a list"
                yield Candidate(left[0].start, first[0].end, 0.6, reason, "full", sure=row)


def _is_item(text: str, left: list[Word], first: Word, words: Vocabulary) -> bool:
    """Return whether the words on both sides of a comma begin a line and end it, or a cell of it; no everyday words."""
    if not _BEGINS_LINE.search(text, max(0, left[0].start - 12), left[0].start) or not _ENDS_CELL.match(
        text, first.end
    ):
        return False
    return first.text[0].isupper() and not any(
        words.is_common(w.text) or words.is_stop(w.low) or w.low in contexts().states for w in (left[-1], first)
    )


def _candidate(left: list[Word], end: int, what: str) -> Candidate:
    return Candidate(left[0].start, end, 0.6, f"a surname, a comma and {what}", "full", sure=len(left) > 1)


def _surname(text: str, end: int, words: Vocabulary) -> list[Word]:
    """Return the words before a comma that may be a surname, none where they cannot."""
    found = words_of(text, max(0, end - _REACH), end)
    if not found or found[-1].end != end or not _may_end(found[-1], words):
        return []
    run = [found[-1]]
    shouted = run[0].text.isupper()
    for word in reversed(found[:-1]):
        if text[word.end : run[0].start] != " " or len(run) == (_MOST_SHOUTED if shouted else _MOST_LEFT):
            break
        if not word.text[0].isupper() or word.text.isupper() != shouted or not _may_belong(word, shouted, words):
            break
        run.insert(0, word)
    while len(run) > 1 and _is_no_beginning(run[0], shouted, words):
        run.pop(0)
    return run


def _may_end(word: Word, words: Vocabulary) -> bool:
    """Return whether a word may be the last of a surname."""
    low = word.low
    if len(low) < 2 or not word.text[0].isupper() or word.text.endswith(".") or words.is_stop(low):
        return False
    near = contexts()
    if any(low in barred for barred in (near.roles, near.states, near.trades, words.titles, words.courtesy)):
        return False
    return low not in words.suffixes and (words.is_surname(word.text) or not street_words().is_suffix(word.text))


def _may_belong(word: Word, shouted: bool, words: Vocabulary) -> bool:
    low, near = word.low, contexts()
    is_inside = low in near.inside_surnames and not (shouted and low in {"at", "in", "on", "the", "his", "her"})
    if low in words.particles or is_inside:
        return True
    if len(low) < 2 or words.is_stop(low):
        return False
    barred = (near.before_names, words.role_labels, near.roles, near.states, words.titles, words.courtesy, near.doings)
    return not any(low in each for each in barred)


def _is_no_beginning(word: Word, shouted: bool, words: Vocabulary) -> bool:
    """Return whether a surname does not begin with the word: a small one that others need before it, a given name."""
    low, near = word.low, contexts()
    if low in words.particles or low not in near.inside_surnames:
        return False
    return low not in near.surname_begins or (shouted and not words.is_listed(word.text))


def _are_initials(text: str, initials: re.Match[str]) -> bool:
    """Return whether capitals behind a comma are initials: no state, and no name or word goes on behind them."""
    letters = "".join(filter(str.isalpha, initials.group())).lower()
    after = text[initials.end() : initials.end() + 2].lstrip(" ")
    return letters not in _NO_INITIALS and not (after[:1].isalpha() and after[:1].isupper() and after[1:].islower())


def _goes_with_initials(left: list[Word], initials: str, words: Vocabulary) -> bool:
    """Return whether initials make a name of the words before them; a lone everyday word must be a surname too."""
    last = left[-1]
    if len(left) > 1:
        inside = contexts().inside_surnames | words.particles
        return all(not words.is_stop(word.low) or word.low in inside for word in left)
    if words.is_common(last.text):
        return words.is_surname(last.text) and "." in initials
    return words.is_surname(last.text) or (len(last.low) > 3 and "." in initials)


def _is_given(text: str, first: Word, left: list[Word], words: Vocabulary) -> bool:
    """Return whether a word behind the comma is a given name that goes with the surname before it."""
    low = first.low
    if not words.is_plain_given(first.text) or low in contexts().states or words.is_stop(low) or len(low) < 2:
        return False
    shouted = left[-1].text.isupper()
    if first.text.isupper() != shouted and len(left) == 1:
        return False
    if not shouted and _goes_on(text, first, words):
        return False
    if len(left) > 1:
        return words.is_surname(left[-1].text) or not words.is_plain_given(left[0].text)
    last = left[-1].text
    if words.is_common(last):
        return shouted and words.is_surname(last)
    return shouted or (words.is_surname(last) and not words.is_given(last))


def _goes_on(text: str, first: Word, words: Vocabulary) -> bool:
    """Return whether a further name or item follows, so that the comma parts two things: ``Red Lodge, Alma Roe``."""
    following = words_of(text, first.end, first.end + _REACH)[:1]
    if not following or not following[0].text[0].isupper():
        return False
    gap, word = text[first.end : following[0].start], following[0]
    return gap in {" ", ", "} and not (word.is_initial or word.low in words.suffixes)


def _follows_place_word(text: str, first: Word) -> bool:
    before = words_of(text, max(0, first.start - 14), first.start)[-1:]
    return bool(before) and text[before[0].end : first.start] == " " and before[0].low in _WHERE
