"""Names that the words around them show: ``my husband Zuk``, ``Zuk said``, ``Zuk is the best barber``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.span import Span
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Cover, Word, words_of

_NO_PEOPLE: Final = frozenset({"ORG", "GPE", "LOC", "FAC", "NORP", "DATE", "CITY", "STREET_NAME", "STATE"})
_CALLED: Final = re.compile(r"\b(?:names? (?:is|was)|calls? me|called me|named|nicknamed) ", re.IGNORECASE)
_OWNED: Final = re.compile(r"\b(?:my|our|his|her|your|their|the) (?=(\w{2,15}),? (\w{2,15}),? ?)", re.IGNORECASE)
_DESCRIBED: Final = re.compile(
    r"(?:^|(?<=[.!?] ))([A-Z]\w{1,15}) (?:is|was) (?:an?|the|my|our) ((?:\w{2,15} ){0,3}\w{2,15})\b", re.MULTILINE
)
_DOING: Final = re.compile(r"(?<=[a-z,;] )([A-Z][a-z]{1,14}) ([a-z]{3,12})\b")


def introduced(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Yield capitalised words that are no common ones and that something announces as a person."""
    words, near = vocabulary(), contexts()
    for match in _CALLED.finditer(text):
        found = words_of(text, match.end(), match.end() + 40)[:1]
        if found and found[0].start == match.end() and _may_be_name(found[0], words):
            yield _candidate(found[0], "before")
    for match in _OWNED.finditer(text):
        # The relation is the first or the second word behind `my`: `my husband Zuk`, `my late husband Zuk`.
        at = next((group for group in (1, 2) if match.group(group).lower() in near.relations), 0)
        found = words_of(text, match.end(at), match.end(at) + 40)[:1] if at else []
        beside = bool(found) and text[match.end(at) : found[0].start] in {" ", ", "}
        if beside and _may_be_name(found[0], words):
            yield _candidate(found[0], "before")
    for match in _DESCRIBED.finditer(text):
        found = words_of(text, match.start(1), match.end(1))
        if any(w in near.relations for w in match.group(2).lower().split()) and _may_be_name(found[0], words):
            yield _candidate(found[0], "behind")
    others = Cover(len(text), ((s.start, s.end) for s in spans if s.label in _NO_PEOPLE))
    for match in _DOING.finditer(text):
        found = words_of(text, match.start(1), match.end(1))
        subject = match.group(2) in near.doings and not others.touches(found[0].start, found[0].end)
        if subject and _may_be_name(found[0], words):
            yield _candidate(found[0], "behind")


def _candidate(word: Word, where: str) -> Candidate:
    return Candidate(word.start, word.end, 0.6, f"a person, as the words {where} it say", "given")


def _may_be_name(word: Word, words: Vocabulary) -> bool:
    """Return whether the word has a capital and is no common one."""
    if not word.text[0].isupper() or len(word.low) < 2 or words.is_stop(word.low) or word.low in words.titles:
        return False
    return words.is_given(word.text) or not words.is_common(word.text)
