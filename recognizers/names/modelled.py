"""What the models call people, as candidates; what they call so and cannot be is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.span import Span
from recognizers.names.vocabulary import Vocabulary, folded, vocabulary
from recognizers.names.words import Candidate, Cover, Word, words_of

_PARTS: Final = {"GIVEN_NAME": "given", "SURNAME": "surname", "PERSON": "full"}
_NAMES: Final = {"spacy": "the language model", "rampart": "the token classifier"}
_PLACES: Final = frozenset({"STREET_NAME", "CITY", "STATE", "SECONDARY_ADDRESS", "URL", "EMAIL"})
_THINGS: Final = frozenset({"ORG", "GPE", "LOC", "FAC", "PRODUCT", "NORP", "WORK_OF_ART", "LAW", "EVENT"})
_RARELY_ONE_WORD: Final = frozenset({"ORG", "WORK_OF_ART", "LAW", "EVENT"})
_PATH: Final = frozenset("/@_<>|;\\")
_SURE_OTHERWISE: Final = 0.6
_PLAIN_ENOUGH: Final = 0.9
_MOST_WORDS: Final = 4
_LONGEST_SIGN: Final = 4
_LEAST_ALONE: Final = 0.5
"""A lone word that no list knows and of which the model is less sure is no name (measured: hardly any was)."""


def modelled(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Yield the people that the models found, cut at line ends, trimmed of words that no name ends with."""
    words = vocabulary()
    people = [span for span in spans if span.label in _PARTS]
    disputes = {model: _Dispute(text, spans, model) for model in {span.model for span in people}}
    surnames = {(span.model, span.start) for span in people if span.label == "SURNAME"}
    for span in people:
        for start, end in _within_lines(text, span):
            found = _trimmed(text, start, end, words)
            paired = bool(found) and (span.model, found[-1].end + 1) in surnames and _is_sure_given(found, span, words)
            if found and (paired or _is_believable(found, span, words)) and not disputes[span.model].wins(found, words):
                reason = f"a person's name to {_NAMES.get(span.model, span.model)}"
                yield Candidate(found[0].start, found[-1].end, span.score, reason, _PARTS[span.label])


def begun_by_given_name(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Yield what the parser takes for a firm or a place and is a given name with a surname: ``Orla Big Lake``."""
    words = vocabulary()
    for span in spans:
        if span.label not in _THINGS or span.model != "spacy":
            continue
        piece = text[span.start : span.end].rstrip()
        found = words_of(text, span.start, span.start + len(piece))
        if not 2 <= len(found) <= _MOST_WORDS or piece != " ".join(w.text for w in found):
            continue
        following = words_of(text, span.start + len(piece), span.start + len(piece) + 30)[:1]
        if following and following[0].is_capital and text[found[-1].end : following[0].start] == " ":
            continue
        if _is_given_with_surname(found, words):
            yield Candidate(found[0].start, found[-1].end, 0.6, "a given name with words in capitals behind it")


def _is_given_with_surname(found: list[Word], words: Vocabulary) -> bool:
    first, rest = found[0], found[1:]
    if not first.text.istitle() or not words.is_plain_given(first.text) or _is_sign(first, words):
        return False
    if words.is_surname(first.text) and not any(words.is_surname(w.text) for w in rest):
        return False
    return all(
        w.text[0].isupper()
        and not w.text.isupper()
        and w.low not in words.organisation
        and w.low not in words.never_alone
        and w.low not in contexts().trades
        and w.low not in contexts().roles
        for w in rest
    )


def lone_given_names(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Yield capitalised given names of the list that no model takes for a place or a thing."""
    words = vocabulary()
    blocks = _THINGS - _RARELY_ONE_WORD
    others = Cover(
        len(text),
        (
            (s.start, s.end)
            for s in spans
            if s.label in blocks or s.label in _PLACES or (s.label in _THINGS and " " in text[s.start : s.end])
        ),
    )
    casual = not any(c.isupper() for c in text)
    before = ""
    for word in words_of(text):
        cased = word.text[0].isupper() or (
            (casual or before in contexts().addressing) and not words.is_common(word.text)
        )
        known = cased and len(word.low) > 2 and words.is_plain_given(word.text) and not _is_sign(word, words)
        if known and not words.is_stop(word.low) and not others.touches(word.start, word.end):
            yield Candidate(word.start, word.end, 0.5, "a given name on the list", "given")
        before = word.low


def _is_sign(word: Word, words: Vocabulary) -> bool:
    """Return whether a short word in capitals is on the list of rarer names only: rather an abbreviation."""
    return word.text.isupper() and len(word.low) <= _LONGEST_SIGN and folded(word.text) in words.rare


def _within_lines(text: str, span: Span) -> Iterator[tuple[int, int]]:
    start = span.start
    for line in text[span.start : span.end].splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _trimmed(text: str, start: int, end: int, words: Vocabulary) -> list[Word]:
    """Return the words of a span without those at its edges that no name begins or ends with."""
    # A label inside the span (`bioguide: M`) is none of the name; nor is a word that runs into a digit (`M001214`).
    found = words_of(text, start, end)
    marks = [at for at, word in enumerate(found[:-1], start=1) if ":" in text[word.end : found[at].start]]
    found = found[marks[-1] :] if marks else found
    cut = next(
        (at for at in range(1, len(found)) if _PATH & set(text[found[at - 1].end : found[at].start])), len(found)
    )
    found = [word for word in found[:cut] if not text[word.end : word.end + 1].isdigit()]
    while found and found[0].low in words.edge and not (len(found) == 1 and words.is_plain_given(found[0].text)):
        found = found[1:]
    while found and (
        found[-1].low in {*words.edge, "s"} or (len(found) > 1 and text[found[-1].end : found[-1].end + 1] == ":")
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
    if len(found) == 1 and span.score < _LEAST_ALONE and not words.is_listed(found[0].text):
        return False
    if any(w.is_capital or (len(found) > 1 and "-" in w.text and not w.text.islower()) for w in found):  # `al-Masri`
        return True
    if len(found) > 1 and any(_is_plain_word(w, words) for w in found[1:]):
        return False
    plain = any(words.is_listed(w.text) and not words.is_everyday(w.text) for w in found)
    return plain or (
        span.score >= _PLAIN_ENOUGH and span.model == "rampart" and not any(words.is_everyday(w.text) for w in found)
    )


def _is_sure_given(found: list[Word], span: Span, words: Vocabulary) -> bool:
    """Return whether the classifier is sure of a given name that is an everyday word: ``Felicity`` before a surname."""
    if span.label != "GIVEN_NAME" or span.score < _PLAIN_ENOUGH or len(found) != 1:
        return False
    return found[0].text.istitle() and len(found[0].low) > 2 and not words.is_stop(found[0].low)


def _is_plain_word(word: Word, words: Vocabulary) -> bool:
    return words.is_common(word.text) and not words.is_listed(word.text) and word.low not in words.suffixes


def _is_listed_pair(found: list[Word], words: Vocabulary) -> bool:
    """Return whether the words are a given name and a surname (``Jane Lake``), which outweighs a word of a place."""
    return len(found) == 2 and words.is_plain_given(found[0].text) and words.is_surname(found[1].text)


class _Dispute:
    """What the other models say against one model's people: parts of addresses, and people of their own for it."""

    def __init__(self, text: str, spans: Sequence[Span], model: str) -> None:
        others = [span for span in spans if span.model != model]
        self._people = Cover(len(text), ((s.start, s.end) for s in others if s.label in _PARTS))
        sure = (s for s in others if s.label in _PLACES and s.score >= _SURE_OTHERWISE)
        self._places = Cover(len(text), ((s.start, s.end) for s in sure))

    def wins(self, found: list[Word], words: Vocabulary) -> bool:
        """Return whether the words are surely part of an address, and nothing else speaks for a person."""
        start, end = found[0].start, found[-1].end
        if self._people.touches(start, end) or any(
            words.is_listed(w.text) and not words.is_everyday(w.text) for w in found
        ):
            return False
        return all(self._places.holds(w.start, w.end) for w in found)
