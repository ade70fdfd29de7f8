"""Gathers the people named in a record, and in which forms each word of a name may return there.

A model that takes a word for a name may be wrong, and a wrong word must not spread. So a word returns in any
case only where more speaks for it: it is part of a full name and on the lists of names, or it stands in
an address header or a column of names, or it is a given name and hardly anything else. Any other word returns
only in the form in which it was found, and only where the recognizers took most of its occurrences for a name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.linking.mentions import Person
from pipeline.linking.people import SUFFIXES, TITLES, WORD, Name, cluster, fold, parse_name
from pipeline.model import Match, Role, Segment
from recognizers.names.vocabulary import vocabulary

Inside = Mapping[int, tuple[Segment, Sequence[Match]]]
"""The segments of a record by their place in the unit, each with its matches."""

_ADDRESS_HEADERS: Final = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender"})


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A name as it was found: parsed, its words as they stand, and whether its place vouches for it."""

    name: Name
    raw: tuple[str, ...]
    vouched: bool


def gather(inside: Inside) -> list[Person]:
    """Return the people named in a record, each with all forms of the name that were found."""
    spoken = list(_spoken(inside))
    names = {each.name for each in spoken} | _joined_halves(inside)
    by_name: dict[Name, list[_Spoken]] = defaultdict(list)
    for each in spoken:
        by_name[each.name].append(each)
    doubtful = _doubtful(inside, spoken)
    return [_person(group, by_name, doubtful) for group in cluster(names)]


def _spoken(inside: Inside) -> Iterator[_Spoken]:
    for segment, known in inside.values():
        vouched = segment.role is Role.HEADER and segment.label.casefold() in _ADDRESS_HEADERS
        for match in known:
            if match.entity != "PERSON":
                continue
            value = segment.text[match.start : match.end]
            name = parse_name(value, match.part)
            if name.tokens:
                yield _Spoken(name, tuple(_words(value)), vouched or match.recognizer == "column")


def _words(text: str) -> Iterator[str]:
    """Yield the words of a name as they stand, without titles, suffixes, final dot and possessive."""
    for found in WORD.finditer(text):
        word = found.group().removesuffix(".")
        for ending in ("'s", "\u2019s"):
            word = word.removesuffix(ending)
        if fold(word) not in TITLES and fold(word) not in SUFFIXES:
            yield word


def _joined_halves(inside: Inside) -> set[Name]:
    """Return the whole name of a table row that keeps it in halves: the first surname column is the person's own."""
    halves: dict[str, list[str]] = {"given": [], "surname": []}
    for segment, known in inside.values():
        for match in known:
            if match.entity == "PERSON" and match.recognizer == "column" and match.part in halves:
                halves[match.part].append(segment.text[match.start : match.end])
    if len(halves["given"]) != 1 or not halves["surname"]:
        return set()
    return {Name(parse_name(halves["given"][0]).tokens, parse_name(halves["surname"][0], "surname").tokens)}


def _doubtful(inside: Inside, spoken: Sequence[_Spoken]) -> frozenset[str]:
    """Return the lone words, as they stand, that the recognizers mostly do not take for a name in this record."""
    found = Counter(each.raw[0] for each in spoken if len(each.raw) == 1 and not each.vouched)
    asked = {word for word in found if not _is_plain_name(word)}
    if not asked:
        return frozenset()
    standing: Counter[str] = Counter()
    for segment, _ in inside.values():
        standing.update(word for word in _words(segment.text) if word in asked)
    return frozenset(word for word in asked if 2 * found[word] < standing[word])


def _person(group: Sequence[Name], by_name: Mapping[Name, Sequence[_Spoken]], doubtful: frozenset[str]) -> Person:
    spoken = [each for name in group for each in by_name.get(name, ())]
    full = {token for name in group if name.is_full for token in name.tokens}
    vouched = {token for each in spoken if each.vouched for token in each.name.tokens}
    halves = {token for name in group if name not in by_name for token in name.tokens}
    tokens = {token for name in group for token in name.tokens}
    loose = {token for token in tokens if token in halves or _is_loose(token, token in full, token in vouched)}
    forms = {word for each in spoken for word in each.raw if word not in doubtful or fold(word) in full | vouched}
    return Person(tuple(group), frozenset(loose), frozenset(forms))


def _is_loose(token: str, in_full_name: bool, vouched: bool) -> bool:
    """Return whether a word of a name stands for the person in any case."""
    words = vocabulary()
    if words.is_common(token):
        return False
    return vouched or words.is_given(token) or (in_full_name and words.is_surname(token))


def _is_plain_name(word: str) -> bool:
    words = vocabulary()
    return words.is_listed(word) and not words.is_common(word)
