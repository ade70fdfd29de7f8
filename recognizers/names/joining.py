"""Joins candidates into names, drops what cannot be one, and says which part of a name each is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import re2

from recognizers.names.completing import completed
from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Cover, Word, words_of

_LETTERS: Final = r"\p{L}\p{M}\p{N}_"
# An e-mail address, a web address, or the `@place` of an internal mail system.
_NOT_NAMES: Final = re2.compile(
    rf"(?i)[^\s<>\"'(),;:\[\]@]+@[{_LETTERS}\-]+(?:\.[{_LETTERS}\-]+)+|(?:https?|ftp)://\S+|www\.\S+"
    rf"|(?:^|[^{_LETTERS}.@])@[{_LETTERS}.\-]+"
)
_MIDDLE: Final = re.compile(r" {1,3}[A-Z]\.? {1,3}")
_POSSESSIVE: Final = re.compile(r" ?['\u2019]s(?= )")
_LONGEST_SHORT_FORM: Final = 4
_BEHIND_NAMES: Final = frozenset({"apt", "apartment", "suite", "ste", "unit", "floor", "building", "bldg", "st"})
"""Words of an address that may stand right behind a person's name in a letter's head."""
_LED: Final = frozenset({"administration", "government", "team", "campaign", "trial"})
"""In lower case: what a person leads or stands in, called after that person (``the Doe administration``)."""

_DOMAIN: Final = re2.compile(rf"[{_LETTERS}\-]+(?:\.[{_LETTERS}\-]+)+")


def joined(text: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the names that the candidates come to: completed, disjoint, in the order of the text."""
    taken = Cover(len(text), _taken(text))
    names = [completed(text, found) for found in candidates if not taken.touches(found.start, found.end)]
    merged: list[Candidate] = []
    for name in sorted(names, key=lambda c: (c.start, -c.end)):
        if merged and _belong_together(text, merged[-1], name):
            merged[-1] = _merge(merged[-1], name)
        else:
            merged.append(name)
    words = vocabulary()
    return [part for name in merged if (part := _settled(text, name, words))]


def _taken(text: str) -> list[tuple[int, int]]:
    """Return the places of e-mail addresses, web addresses and file names: other recognizers' business."""
    endings = vocabulary().file_endings
    found = [match.span() for match in _NOT_NAMES.finditer(text)]
    for match in _DOMAIN.finditer(text):
        ending = match.group().rsplit(".", 1)[1].lower()
        host = match.group().islower() and sum(len(label) > 2 for label in match.group().split(".")) > 1
        if (
            (host and match.group().count(".") > 1)
            or ending in endings
            or (ending in {"com", "org", "net", "gov", "edu", "us"})
        ):
            found.append(match.span())
    return found


def _belong_together(text: str, left: Candidate, right: Candidate) -> bool:
    """Return whether two candidates are one name: they overlap, or only a blank or a mark of a name parts them."""
    if right.start < left.end:
        return True
    gap = text[left.end : right.start]
    if gap in {"", " ", "-", "'", "\u2019"} or _MIDDLE.fullmatch(gap):
        return True
    if gap == ". ":  # behind a short form (`Wm. Doe`), not between two sentences
        return len(words_of(text, left.start, left.end)[-1].low) <= _LONGEST_SHORT_FORM
    return gap in {", ", ","} and not (left.sure or right.sure) and _is_reversed(text, left, right)


def _is_reversed(text: str, left: Candidate, right: Candidate) -> bool:
    """Return whether the two are a surname and a given name: ``Doe, Jane``."""
    words = vocabulary()
    last, first = words_of(text, left.start, left.end), words_of(text, right.start, right.end)
    if len(last) != 1 or not first or words.is_plain_given(last[0].text):
        return False
    return words.is_given(first[0].text) and (left.part == "surname" or words.is_surname(last[0].text))


def _merge(left: Candidate, right: Candidate) -> Candidate:
    best = max(left, right, key=lambda c: (c.sure, c.score))
    part = left.part if (left.part == right.part and right.start < left.end) else "full"
    if (left.start, left.end) == (right.start, right.end):
        part = right.part if left.part == "full" else left.part
    inner = left if left.end >= right.end and left.start <= right.start else None
    return Candidate(
        min(left.start, right.start),
        max(left.end, right.end),
        max(left.score, right.score),
        best.reason,
        inner.part if inner and inner.part != "full" and right.part == inner.part else part,
        left.sure or right.sure,
    )


def _settled(text: str, name: Candidate, words: Vocabulary) -> Candidate | None:
    """Return the name with its final part, or nothing where it holds no word of a name."""
    found = words_of(text, name.start, name.end)
    own = [w for w in found if w.low not in words.courtesy and w.low not in words.suffixes] or found
    if not found or (not name.sure and all(w.low in words.never_alone or w.low in words.edge for w in own)):
        return None
    if not name.sure and (_is_of_organisation(text, name, own, words) or _is_place_code(own, words)):
        return None
    part = _part(own, name, words)
    end = name.end
    if text[end - 1] == "." and not (
        found[-1].is_initial or found[-1].low in words.suffixes or found[-1].low in words.courtesy
    ):
        end -= 1
    return Candidate(name.start, end, name.score, name.reason, part, name.sure)


def _is_of_organisation(text: str, name: Candidate, own: list[Word], words: Vocabulary) -> bool:
    """Return whether a word of an organisation follows a name that is no full one: ``Halvorsen Electric``."""
    if len(own) >= 2 and words.is_given(own[0].text) and words.is_surname(own[-1].text):
        return False
    is_turned = len(own) >= 2 and words.is_surname(own[0].text) and words.is_plain_given(own[1].text)
    if is_turned and text[own[0].end : own[1].start].strip() == ",":
        return False  # `DOE, JANE DECLINED SERVICE`: as full a name, the surname first
    line = text.find("\n", name.end, name.end + 60)
    owning = _POSSESSIVE.match(text, name.end)
    end = owning.end() if owning else name.end
    following = words_of(text, end, min(len(text) if line < 0 else line, end + 40))[:2]
    if not following or text[end : following[0].start] not in {" ", " & "}:
        return False
    if owning:
        return following[0].low in contexts().shops
    if following[0].low in _BEHIND_NAMES or following[0].text in _LED:
        return False
    if following[0].low in words.organisation:
        return True
    near = (
        len(following) > 1
        and text[following[0].end : following[1].start] == " "
        and following[1].low in words.organisation
    )
    return near and following[0].is_capital == own[0].is_capital and not words.is_stop(following[0].low)


def _is_place_code(own: list[Word], words: Vocabulary) -> bool:
    """Return whether the words are a place and a letter (``Ohio B`` of ``Ohio B12``)."""
    return all(w.low in words.never_alone or len(w.low) == 1 for w in own)


def _part(own: list[Word], name: Candidate, words: Vocabulary) -> str:
    """Return ``full``, ``given``, ``surname`` or ``initials`` by the words of the name and what found it."""
    if all(w.is_initial or (len(w.low) <= 3 and w.text.isupper() and not words.is_listed(w.text)) for w in own):
        return "initials"
    if len(own) > 1:
        return name.part if name.part in {"given", "surname"} and name.sure else "full"
    if name.part in {"given", "surname", "initials"}:
        return name.part
    return "given" if words.is_given(own[0].text) else "surname"
