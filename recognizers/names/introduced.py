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
_CALLED: Final = re.compile(
    r"\b(?:names? (?:is|was)|calls? me|called me|named|nicknamed|me llamo|se llama|mi nombre es) ", re.IGNORECASE
)
_OWNED: Final = re.compile(
    r"\b(?:my|our|his|her|your|their|the|mi|su|tu|nuestr[oa]|el|la) (?=(\w{2,15}),? (\w{2,15}),? ?)", re.IGNORECASE
)
_DESCRIBED: Final = re.compile(
    r"(?:^|(?<=[.!?] ))([A-Z]\w{1,15}) (?:is|was) (?:an?|the|my|our) ((?:\w{2,15} ){0,3}\w{2,15})\b", re.MULTILINE
)
_MOVED: Final = re.compile(r"\b(?:motion|moved|second(?:ed)?)(?: made)? by (?:the )?", re.IGNORECASE)
"""The minutes of a meeting say so of its members, by their surnames alone."""
_WITHHELD: Final = re.compile(
    r"\b(?:in the (?:matter|interest|custody|adoption) of|(?:guardianship|conservatorship|custody|adoption|parenting|interests?|placement) of|in re|initials(?: are)?|child(?:ren)?|youth|minor|juvenile"  # noqa: E501  # one pattern, one line
    r"|victim|ward|student|infant)(?: child)?[,:]? ((?-i:(?:[A-Z]\. ?){2,4}))(?![a-z])",
    re.IGNORECASE,
)
"""Initials that stand for somebody whose name a court or a school keeps back."""
_AGAINST: Final = re.compile(
    r"\b(?:State|City|County|Town|People|Commonwealth|United States)(?: of [A-Z][a-z]+){0,2} vs?\. (?=[A-Z][\w'\u2019-]{2,20}\b)"  # noqa: E501  # one pattern, one line
)
"""Whom the state has taken to court."""
_NO_INITIALS: Final = frozenset({
    "US", "USA", "DC", "MD", "AM", "PM", "PO", "JC", "ID", "IDS", "IQ", "IV", "ER", "PE", "GPA", "PTA", "IEP", "ADA",
    "DNA", "CPR", "CPS", "MIP", "DUI", "DARE", "YMCA", "YWCA", "CASA", "PTSD", "ADHD",
})  # fmt: skip
_OWN_LABEL: Final = re.compile(
    r"\b(?:last|first|middle|maiden) name(?P<sure>(?:'s| is| was)?) (?=([^\W\d_]{2,20})\b)", re.IGNORECASE
)
_TITLED: Final = re.compile(r"\b(?:mr|mrs|ms|miss|dr)\.? (?=([a-z]{3,20})\b)")
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
    yield from _of_records(text, words)
    others = Cover(len(text), ((s.start, s.end) for s in spans if s.label in _NO_PEOPLE))
    for match in _DOING.finditer(text):
        found = words_of(text, match.start(1), match.end(1))
        subject = match.group(2) in near.doings and not others.touches(found[0].start, found[0].end)
        if subject and _may_be_name(found[0], words):
            yield _candidate(found[0], "behind")


def _of_records(text: str, words: Vocabulary) -> Iterator[Candidate]:
    """Yield names as minutes, court files and messages taken down by ear have them."""
    for match in _MOVED.finditer(text):
        found = words_of(text, match.end(), match.end() + 40)[:1]
        if found and found[0].start == match.end() and found[0].text.istitle() and _may_be_name(found[0], words):
            yield Candidate(found[0].start, found[0].end, 0.6, "a member who moved or seconded", "surname", sure=True)
    for match in _AGAINST.finditer(text):
        word = words_of(text, match.end(), match.end() + 40)[0]
        if _may_be_name(word, words):
            yield Candidate(word.start, word.end, 0.6, "the defendant in the name of a case", "surname", sure=True)
    for match in _WITHHELD.finditer(text):
        end = match.start(1) + len(match.group(1).rstrip())
        if "".join(filter(str.isalpha, match.group(1))) in _NO_INITIALS:
            continue
        yield Candidate(match.start(1), end, 0.6, "initials in place of a name", "initials", sure=True)
    for match in _OWN_LABEL.finditer(text):
        word = words_of(text, match.end(), match.end() + 40)[0]
        ends = text[word.end : word.end + 1] in {"", ".", ",", "\n", "\r"} or word.text.endswith(".")
        barred = words.is_stop(word.low) or word.low in words.sure_labels
        if words.is_listed(word.text) and not barred and (match["sure"] or ends):
            yield Candidate(word.start, word.end, 0.6, "said to be a part of a name", "full", sure=True)
    for match in _TITLED.finditer(text):
        word = words_of(text, match.end(), match.end() + 40)[0]
        if words.is_listed(word.text) and not words.is_common(word.text) and not words.is_stop(word.low):
            yield Candidate(match.start(), word.end, 0.6, "a title before a listed name", "surname", sure=True)


def _candidate(word: Word, where: str) -> Candidate:
    return Candidate(word.start, word.end, 0.6, f"a person, as the words {where} it say", "given")


def _may_be_name(word: Word, words: Vocabulary) -> bool:
    """Return whether the word has a capital and is no common one."""
    if not word.text[0].isupper() or len(word.low) < 2 or words.is_stop(word.low) or word.low in words.titles:
        return False
    return words.is_given(word.text) or not words.is_common(word.text)
