"""Whether a record (a row, a form, a JSON record) is a business's, and which contacts in it are the business's own.

Conservative, because what is a business's may be released: one field must say whose the record is and hold nothing
but the name of a business in which no person's name stands; nothing in the record may speak of a person, a home or a
vehicle; and a contact counts only where its own field and value say nothing else. A person's contact near the name of
a business stays that person's. A signature of nothing but a business and its contacts only proposes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from pipeline.model import Cell, Field, Match, Role, Segment
from pipeline.tables.businesses import business_record_words, names_business, names_owner, tells_owner, words_of_label
from pipeline.tables.vocabulary import load_vocabulary
from recognizers.names.firms import bears_no_person, is_business, is_sole_name
from recognizers.names.vocabulary import vocabulary
from recognizers.names.words import words_of

__all__ = ["SIGNED", "contacts_signed", "own_contacts"]

Inside = Mapping[int, tuple[Segment, Sequence[Match]]]
"""The segments of a record by their place in the unit, each with its matches."""
Place = tuple[int, int, int]
"""A match: the number of its segment, its start and end there, in code points."""

SIGNED: Final = "business_signature"
_NUMBER: Final = "UNIQUE_IDENTIFIER"
_CONTACTS: Final = frozenset({"PHONE_NUMBER", "EMAIL_ADDRESS", "STREET_ADDRESS"})
_OTHER_PARTS: Final = frozenset({"cookie", "session", "device", "case", "item", "card_code"})
"""Parts of identifiers that are not numbers of a business: of a browser, of a case, of a thing."""
_LINE: Final = re.compile(r"[^\r\n]+")
_LONGEST_REMARK: Final = 200
"""A longer text tells more than a business that wants something."""
_MOST_LINES: Final = 8
_LONGEST_LINE: Final = 100
_WORD: Final = re.compile(r"[^\W\d_]+")
_NOT_LETTER: Final = re.compile(r"[\W\d_]+")
_SHORTEST_HANDLE: Final = 5


def own_contacts(inside: Inside, listed: Collection[Place] = ()) -> frozenset[Place]:
    """Return the contacts and numbers of a record that are a business's own; none where it may be anybody else's.

    Args:
        inside: the segments of one record with its resolved matches.
        listed: the matches that stand on the office's lists; they say nothing of whose the record is.
    """
    known = business_record_words()
    entities = {match.entity for _, matches in inside.values() for match in matches}
    if entities.isdisjoint(known.own_of) or not entities.isdisjoint(known.people_entities):
        return frozenset()
    owners = _owners(inside)
    if not owners or _speaks_of_a_person(inside):
        return frozenset()
    found = set()
    for at, (segment, matches) in inside.items():
        for match in matches:
            place = at, match.start, match.end
            if place in listed:
                continue
            if segment.within not in owners:
                return frozenset()  # it is told of somebody else, in the same record
            value = segment.text[match.start : match.end]
            if match.entity == "EMAIL_ADDRESS" and not _is_desk(value, owners[segment.within]):
                return frozenset()  # it is the mailbox of somebody who is not named
            said = segment.text if match.entity == "PHONE_NUMBER" else value
            if _has_own_label(segment.label, match) and _is_own_value(match.entity, said, known.homes):
                found.add(place)
    return frozenset(found)


def contacts_signed(text: str, matches: Sequence[Match]) -> Iterator[tuple[int, int]]:
    """Yield the places of the contacts in running text that stand under the name of a business and beside nothing else.

    A paragraph of short lines, of which one is the name of a business and each other one holds a contact.
    """
    if not any(each.entity in _CONTACTS for each in matches):
        return
    for start, end in _paragraphs(text):
        inside = [each for each in matches if each.start < end and start < each.end]
        if inside and all(each.entity in _CONTACTS for each in inside):
            yield from _signed(text, (start, end), inside)


# --- rows and forms -----------------------------------------------------------------------


def _owners(inside: Inside) -> Mapping[str, Sequence[str]]:
    """Return the names of the business whose record it is, by the object in which they stand.

    None where a field that names somebody holds more, or where the text is no field.
    """
    found: dict[str, list[str]] = {}
    for segment, _ in inside.values():
        if segment.role is not Role.CELL:
            return {}
        if _is_name_of_field(segment):
            continue
        if names_owner(segment.label, segment.text):
            found.setdefault(segment.within, []).append(segment.text)
        elif _names_somebody(segment.label) and not (
            names_business(segment.label, segment.text) and bears_no_person(segment.text)
        ):
            return {}
    return found


def _is_name_of_field(segment: Segment) -> bool:
    step = segment.address[-1] if segment.address else None
    return (isinstance(step, Cell) and step.row < 0) or (isinstance(step, Field) and step.is_key)


@lru_cache(maxsize=4096)
def _names_somebody(label: str) -> bool:
    """Return whether a field of this name holds the names of people or businesses."""
    hint = load_vocabulary().hint(label) if label else None
    if hint is not None and not hint.thing and (hint.entity == "PERSON" or hint.part == "organisation"):
        return True
    return tells_owner(label)


def _speaks_of_a_person(inside: Inside) -> bool:
    """Return whether anything in a record is a person's: a finding, a field, a word of what is said."""
    known = business_record_words()
    for segment, matches in inside.values():
        if _is_name_of_field(segment):
            continue
        if not known.people.isdisjoint(words_of_label(segment.label)):
            return True
        if names_owner(segment.label, segment.text):
            continue
        if len(segment.text) > _LONGEST_REMARK or _one_person().search(segment.text) or is_sole_name(segment.text):
            return True
        is_place = known.places.issuperset(words_of_label(segment.label)) if segment.label else False
        if not is_place and _holds_given_name(segment.text, matches):
            return True
    return False


def _holds_given_name(text: str, matches: Sequence[Match]) -> bool:
    """Return whether a word that is hardly anything but a given name stands outside what was found in a text."""
    words = vocabulary()
    return any(
        word.text[0].isupper() and words.is_plain_given(word.text)
        for word in words_of(text)
        if not any(each.start < word.end and word.start < each.end for each in matches)
    )


@cache
def _one_person() -> re.Pattern[str]:
    phrases = sorted(business_record_words().one_person, key=len, reverse=True)
    told = "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in phrases)
    return re.compile(rf"(?<!\w)(?:{told})(?!\w)", re.IGNORECASE)


def _has_own_label(label: str, match: Match) -> bool:
    """Return whether a field is named as that of a business's own contact or number is: by known words alone."""
    known, words = business_record_words(), words_of_label(label)
    if match.entity not in known.own_of or (match.entity == _NUMBER and match.part in _OTHER_PARTS):
        return False
    of_kind = known.own_of[match.entity]
    return (known.own | of_kind).issuperset(words) and not of_kind.isdisjoint(words)


def _is_own_value(entity: str, value: str, homes: Collection[str]) -> bool:
    """Return whether the value of a contact speaks of no home, and a mailbox is not at a host for everybody."""
    if entity == "EMAIL_ADDRESS":
        return not _is_at_free_host(value)
    if entity == "STREET_ADDRESS":
        return "#" not in value and _has_none(value, homes)
    if entity == "PHONE_NUMBER":
        return _has_none(value, homes)  # "406-555-0142 (cell)"
    return True


def _has_none(text: str, words: Collection[str]) -> bool:
    return not any(each.casefold() in words for each in _WORD.findall(text))


# --- mailboxes ----------------------------------------------------------------------------


def _is_desk(mailbox: str, owners: Sequence[str]) -> bool:
    """Return whether a mailbox is that of a desk or bears the name of the business, and so nobody's own."""
    local = mailbox.partition("@")[0].casefold()
    handle = _NOT_LETTER.sub("", local)
    pieces = [each for each in _NOT_LETTER.split(local) if each]
    known = business_record_words()
    if handle in known.desks or (pieces and known.desks.issuperset(pieces)):
        return True
    if len(handle) < _SHORTEST_HANDLE:
        return False
    return any(_NOT_LETTER.sub("", name.casefold()).startswith(handle) for name in owners)


def _is_at_free_host(mailbox: str) -> bool:
    return mailbox.rpartition("@")[2].strip(" <>.,;").casefold() in business_record_words().free_mail


# --- signatures ---------------------------------------------------------------------------


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of runs of lines with something in them (``>`` of a quoted message aside)."""
    at, start = 0, -1
    for line in text.splitlines(keepends=True):
        if line.strip(" \t\r\n>") and start < 0:
            start = at
        elif not line.strip(" \t\r\n>") and start >= 0:
            yield start, at
            start = -1
        at += len(line)
    if start >= 0:
        yield start, at


def _signed(text: str, span: tuple[int, int], inside: Sequence[Match]) -> Iterator[tuple[int, int]]:
    lines = [each for each in _LINE.finditer(text, *span) if any(mark.isalnum() for mark in each.group())]
    names, reached = [], []
    if len(lines) > _MOST_LINES:
        return
    for line in lines:
        said = line.group().strip(" \t>*_|-")
        here = [each for each in inside if each.start < line.end() and line.start() < each.end]
        if here:
            reached.append((line, here))
        elif len(said) <= _LONGEST_LINE and is_business(said) and bears_no_person(said):
            names.append(said)
        else:
            return
    homes = business_record_words().homes
    mailboxes = [text[each.start : each.end] for each in inside if each.entity == "EMAIL_ADDRESS"]
    if not names or not all(_is_desk(each, names) and not _is_at_free_host(each) for each in mailboxes):
        return
    for line, here in reached:
        if "#" not in line.group() and _has_none(line.group(), homes):
            yield from ((each.start, each.end) for each in here)
