"""Widens a name to all of a text that is nothing but names: ``Senator Jane Doe``, ``Jan & Jo Doe, trustees``.

A cell of a name column is one line. Where every word of it is part of a name, a title, a profession behind the name
or a word that joins two people, the cell as a whole is the name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.firms import is_firm
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Cover, Word, words_of

_LONGEST: Final = 80
_JOINERS: Final = frozenset({"and", "or"})
_OTHER_MARKS: Final = re.compile(r"[^\w\s.,&'\u2019`\"()\u201c\u201d\-/]|[\d_\n]")
_REASON: Final = "a cell that holds nothing but names"


def widened(text: str, names: Sequence[Candidate]) -> list[Candidate]:
    """Return the names, disjoint and in order; one, the whole text, where nothing else stands in it; none in a firm."""
    if names and is_firm(text):
        return []
    if not names or len(text) > _LONGEST or _OTHER_MARKS.search(text.strip()):
        return list(names)
    words, found = vocabulary(), words_of(text)
    if len(found) < 2:
        return list(names)
    if not any(word.is_capital for word in found) and not any(words.is_given(word.text) for word in found):
        return list(names)
    covered = Cover(len(text), ((name.start, name.end) for name in names))
    if len(names) > 1 and not _are_people(found, words):
        return list(names)
    if not all(_belongs(word, at, covered, words) for at, word in enumerate(found)):
        return list(names)
    start, end = min(names[0].start, found[0].start), max(names[-1].end, found[-1].end)
    if len(names) == 1 and (names[0].start, names[0].end) == (start, end):
        return list(names)
    best = max(names, key=lambda name: name.score)
    return [Candidate(start, end, best.score, _REASON, "full", sure=True)]


def _are_people(found: Sequence[Word], words: Vocabulary) -> bool:
    """Return whether the line begins with a given name, so that ``&`` joins people and not the names of a firm."""
    first = next((w for w in found if not (w.is_initial or w.low in words.courtesy or w.low in words.titles)), None)
    return first is not None and words.is_given(first.text)


def _belongs(word: Word, at: int, covered: Cover, words: Vocabulary) -> bool:
    """Return whether the word may stand in a cell of names."""
    if covered.holds(word.start, word.start + 1) or word.is_initial or word.low in _JOINERS:
        return True
    if word.low in words.suffixes or word.low in words.particles or word.low in words.courtesy:
        return True
    if at == 0 and word.low in words.titles:
        return True
    if at > 1 and word.low in contexts().professions:
        return True
    return not (words.is_stop(word.low) or words.is_common(word.text) or word.low in contexts().roles)
