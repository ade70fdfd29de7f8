"""The other mentions of people who were found: given name alone, surname alone, reordered, initials, log-in forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.linking.people import TITLES, WORD, Name, common_words, fold, handles, initials, same_person
from pipeline.model import Match

_SHORTEST = 3
_BETWEEN = re.compile(r"[\s,'\"\u2019()/&_-]{1,3}(?:[^\W\d_]\.?\s{1,2})?|\.")
"""What may stand between the words of one mention; a middle initial belongs to it."""
_POSSESSIVE = re.compile(r"['\u2019\u02bc]s$", re.IGNORECASE)
_SIGNED = re.compile(r"^[\s>~*\u2013\u2014-]*([A-Za-z]{2,3})[\s.*]*$", re.MULTILINE)


@dataclass(frozen=True)
class Person:
    """One person of a record: all forms of the name that were found there, and how its words may return.

    ``loose`` are folded words that stand for the person in any case, ``forms`` words that do as they stand.
    """

    names: tuple[Name, ...]
    loose: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()

    def answers_to(self, token: str, raw: str) -> bool:
        """Return whether the word ``raw``, folded to ``token``, stands for this person."""
        return token in self.loose or token in self.handles or raw in self.forms

    def is_named(self, name: Name) -> bool:
        """Return whether ``name`` can be this person's."""
        return any(same_person(each, name) for each in self.names)

    @cached_property
    def words(self) -> frozenset[str]:
        """The folded words of the name that can stand alone in a text."""
        return frozenset(token for name in self.names for token in name.tokens if len(token) >= _SHORTEST)

    @cached_property
    def surnames(self) -> frozenset[str]:
        return frozenset(token for name in self.names for token in name.surname)

    @cached_property
    def short_surnames(self) -> Mapping[str, frozenset[str]]:
        """The surnames of two letters (``Na``, ``Ng``), which never stand alone, each with its given names."""
        found: dict[str, frozenset[str]] = {}
        for name in self.names:
            given = frozenset(token for token in name.given if len(token) >= _SHORTEST)
            for token in name.surname:
                if len(token) == _SHORTEST - 1 and given:
                    found[token] = found.get(token, frozenset()) | given
        return found

    @cached_property
    def handles(self) -> frozenset[str]:
        return frozenset(each for name in self.names for each in handles(name))

    @cached_property
    def initials(self) -> frozenset[str]:
        return frozenset(initials(name) for name in self.names if name.is_full)


_ByWord = Mapping[str, Sequence[Person]]


@dataclass(slots=True)
class _Hit:
    start: int
    end: int
    person: Person
    token: str
    raw: str


def find_mentions(
    text: str, people: Sequence[Person], taken: Sequence[tuple[int, int]], *, signed: bool = True
) -> list[Match]:
    """Return matches for the mentions of ``people`` in ``text`` outside the ``taken`` spans.

    Which words stand for a person in which form is the person's own business (:meth:`Person.answers_to`). A word
    that is also an English word (``may``, ``grant``) counts only beside another word of the same name, after
    a title, or alone on its line; two letters count as initials that sign, where a text can be ``signed``, and as
    a surname right behind the given name that it was found with.
    """
    if not people:
        return []
    by_word: dict[str, list[Person]] = {}
    for person in people:
        for word in person.words | person.handles:
            by_word.setdefault(word, []).append(person)
    hits = _hits(text, by_word, sorted(taken))
    short = list(_short_surnames(text, people, taken))
    if short:
        inside = [(each.start, each.end) for each in short]
        alone = (each for each in hits if not _overlaps(each.start, each.end, inside))
        hits = sorted([*alone, *short], key=lambda hit: hit.start)
    runs = _runs(text, hits)
    found = [_match(text, run) for run in runs if _is_name(text, run, taken)]
    if not signed:
        return sorted(found)
    return sorted([*found, *_signed_initials(text, people, [*taken, *((each.start, each.end) for each in found)])])


def _hits(text: str, by_word: _ByWord, taken: Sequence[tuple[int, int]]) -> list[_Hit]:
    hits: list[_Hit] = []
    for word in WORD.finditer(text):
        token = fold(word.group())
        if token not in by_word:
            if "-" in word.group():
                hits.extend(_hyphen_pieces(word, by_word, taken))
            continue
        end = word.end() - (word.group()[-1] == ".")
        hit = _hit(word.start(), end, text[word.start() : end], by_word)
        if hit is not None and not _overlaps(hit.start, hit.end, taken):
            hits.append(hit)
    return hits


def _short_surnames(text: str, people: Sequence[Person], taken: Sequence[tuple[int, int]]) -> Iterator[_Hit]:
    """Yield the two-letter surnames that stand, with a capital, right behind a given name of their person, and it."""
    owners = [person for person in people if person.short_surnames]
    before: tuple[str, int, int] = ("", 0, -1)
    for word in WORD.finditer(text) if owners else ():
        raw, token = word.group().removesuffix("."), fold(word.group())
        start, end = word.start(), word.start() + len(raw)
        beside = raw[0].isupper() and _BETWEEN.fullmatch(text, before[2], start) is not None
        if beside and not _overlaps(start, end, taken):
            owner = next((each for each in owners if before[0] in each.short_surnames.get(token, ())), None)
            if owner is not None:
                known = _overlaps(before[1], start, taken)
                yield _Hit(start if known else before[1], end, owner, token, raw)
        if len(token) > 1:  # a middle initial stands between the two
            before = (token, start, end)


def _hyphen_pieces(word: re.Match[str], by_word: _ByWord, taken: Sequence[tuple[int, int]]) -> Iterator[_Hit]:
    for piece in re.finditer(r"[^-]+", word.group()):
        start, end = word.start() + piece.start(), word.start() + piece.end()
        hit = _hit(start, end, piece.group(), by_word)
        if hit is not None and not _overlaps(start, end, taken):
            yield hit


def _hit(start: int, end: int, word: str, by_word: _ByWord) -> _Hit | None:
    token, raw = fold(word), _POSSESSIVE.sub("", word)
    person = next((each for each in by_word.get(token, ()) if each.answers_to(token, raw)), None)
    return None if person is None else _Hit(start, end, person, token, word)


def _runs(text: str, hits: Sequence[_Hit]) -> list[list[_Hit]]:
    """Join hits of one person that stand beside each other: ``Doe, Jane`` is one mention."""
    runs: list[list[_Hit]] = []
    for hit in hits:
        last = runs[-1][-1] if runs else None
        if last is not None and last.person is hit.person and _BETWEEN.fullmatch(text, last.end, hit.start):
            runs[-1].append(hit)
        else:
            runs.append([hit])
    return runs


def _is_name(text: str, run: Sequence[_Hit], taken: Sequence[tuple[int, int]]) -> bool:
    if len(run) > 1 or run[0].token not in common_words():
        return True
    hit = run[0]
    if hit.raw[0].islower():
        return False
    before = WORD.findall(text[max(0, hit.start - 20) : hit.start])
    if before and fold(before[-1]) in TITLES:
        return True
    beside = any(0 <= hit.start - end <= 2 or 0 <= start - hit.end <= 2 for start, end in taken)
    line_start = text.rfind("\n", 0, hit.start) + 1
    line_end = text.find("\n", hit.end)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    return beside or line.strip(" \t>,.-!:") == hit.raw


def _match(text: str, run: Sequence[_Hit]) -> Match:
    person = run[0].person
    tokens = {fold(word) for word in WORD.findall(text[run[0].start : run[-1].end])}
    part = "full" if len(tokens) > 1 or tokens & person.handles else "surname" if tokens & person.surnames else "given"
    reason = "names a person who was found elsewhere in the record"
    return Match(run[0].start, run[-1].end, "PERSON", 0.8, "link", reason, part)


def _signed_initials(text: str, people: Sequence[Person], taken: Sequence[tuple[int, int]]) -> list[Match]:
    """Return initials that stand alone on a line and fit a person of the record."""
    known = frozenset().union(*(person.initials for person in people))
    found = []
    for line in _SIGNED.finditer(text) if known else ():
        start, end = line.span(1)
        letters = line.group(1).casefold()
        if letters in known and letters not in TITLES and not _overlaps(start, end, taken):
            reason = "initials that sign and fit a person of the record"
            found.append(Match(start, end, "PERSON", 0.7, "link", reason, "initials"))
    return found


def _overlaps(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    return any(start < high and low < end for low, high in taken)
