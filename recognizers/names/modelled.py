"""What the models call people, as candidates; what they call so and cannot be is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from recognizers.names.span import Span
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Word, words_of

_PARTS: Final = {"GIVEN_NAME": "given", "SURNAME": "surname", "PERSON": "full"}
_NAMES: Final = {"spacy": "the language model", "rampart": "the token classifier"}
_PLACES: Final = frozenset(
    {"STREET_NAME", "CITY", "STATE", "BUILDING_NUMBER", "SECONDARY_ADDRESS", "ZIP_CODE", "URL", "EMAIL"}
)
_THINGS: Final = frozenset({"ORG", "GPE", "LOC", "FAC", "PRODUCT", "NORP", "WORK_OF_ART", "LAW", "EVENT", "LANGUAGE"})
_DISPUTING: Final = frozenset({"STREET_NAME", "CITY", "STATE", "URL", "EMAIL", "SECONDARY_ADDRESS"})
_SURE_OTHERWISE: Final = 0.6
_PLAIN_ENOUGH: Final = 0.9


def modelled(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Yield the people that the models found, cut at line ends and trimmed of words that no name begins or ends with."""
    words = vocabulary()
    people = [span for span in spans if span.label in _PARTS]
    others = [
        span for span in spans if (span.label in _PLACES and span.score >= _SURE_OTHERWISE) or span.label in _THINGS
    ]
    for span in people:
        for start, end in _within_lines(text, span):
            found = _trimmed(text, start, end, words)
            if found and _is_believable(found, span, words) and not _is_disputed(found, span, people, others, words):
                reason = f"a person's name to {_NAMES.get(span.model, span.model)}"
                yield Candidate(found[0].start, found[-1].end, span.score, reason, _PARTS[span.label])


def _within_lines(text: str, span: Span) -> Iterator[tuple[int, int]]:
    start = span.start
    for line in text[span.start : span.end].splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _trimmed(text: str, start: int, end: int, words: Vocabulary) -> list[Word]:
    """Return the words of a span without those at its edges that no name begins or ends with."""
    found = words_of(text, start, end)
    while found and found[0].low in words.edge and not (len(found) == 1 and words.is_plain_given(found[0].text)):
        found = found[1:]
    while found and (
        found[-1].low in words.edge or (len(found) > 1 and text[found[-1].end : found[-1].end + 1] == ":")
    ):
        found = found[:-1]
    return found


def _is_believable(found: list[Word], span: Span, words: Vocabulary) -> bool:
    """Return whether a model's span may be a person.

    The token classifier does not see capitals and is unsure in prose: a word in lower case that no list
    knows, or that is an everyday word, must be very likely.
    """
    if any(w.low in words.organisation for w in found) and not _is_listed_pair(found, words):
        return False
    if all(w.low in words.never_alone or w.low in words.titles for w in found):
        return False
    if len(found) == 1 and len(found[0].low) == 1:
        return False
    if all(words.is_common(w.text) and not words.is_listed(w.text) for w in found):
        return False
    if any(w.is_capital for w in found):
        return True
    plain = any(words.is_listed(w.text) and not words.is_everyday(w.text) for w in found)
    return plain or (
        span.score >= _PLAIN_ENOUGH and span.model == "rampart" and not any(words.is_everyday(w.text) for w in found)
    )


def _is_listed_pair(found: list[Word], words: Vocabulary) -> bool:
    """Return whether the words are a given name and a surname (``Jane Lake``), which outweighs a word of a place."""
    return len(found) == 2 and words.is_plain_given(found[0].text) and words.is_surname(found[1].text)


def _is_disputed(found: list[Word], span: Span, people: list[Span], others: list[Span], words: Vocabulary) -> bool:
    """Return whether the other model is sure that this is a place or a thing, and no list speaks for a person."""
    start, end = found[0].start, found[-1].end
    if any(p.model != span.model and p.start < end and start < p.end for p in people):
        return False
    if any(words.is_listed(w.text) and not words.is_everyday(w.text) for w in found):
        return False
    return any(o.model != span.model and o.label in _DISPUTING and o.start <= start and end <= o.end for o in others)
