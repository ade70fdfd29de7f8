"""Link: who is who in a record, every mention of a found person, and identifiers joined with a person.

The first version works record by record: a message with its attachments, a table row, a line of a
log, a document. (a) A name found once is found at its other mentions in the record. (b) The
findings of one person become one subject. (c) A unique identifier in a record with a private
person's direct identifier becomes ``LINKED_IDENTIFIER``. Links work only to withhold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pipeline.linking.known_people import gather
from pipeline.linking.mentions import Person, find_mentions
from pipeline.linking.minors import is_minor
from pipeline.linking.people import WORD, Name, fold, handles, local_part_names, parse_name, words_of
from pipeline.linking.roster_names import whole_officials
from pipeline.model import Finding, Kind, Match, Role, Segment
from pipeline.tables.business_records import SIGNED, contacts_signed, own_contacts
from pipeline.tables.businesses import names_business
from recognizers.entities import DIRECT_IDENTIFIERS, LINKED_IDENTIFIER, PLACES, POSTAL_CODES, UNIQUE_IDENTIFIER

_LINKABLE = frozenset({UNIQUE_IDENTIFIER, "IP_ADDRESS", "USERNAME"})
_CONTACTS = frozenset({"STREET_ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})


class Rosters(Protocol):
    """Who is public: see :mod:`pipeline.policy.rosters`."""

    def agency_contact(self, entity: str, value: str) -> str | None: ...
    def official(self, name: str) -> str | None: ...
    def business_contact(self, entity: str, value: str) -> str | None: ...
    def business(self, name: str) -> bool: ...
    def government_domain(self, email: str) -> bool: ...
    def title_near(self, text: str, start: int, end: int) -> bool: ...


class Digests(Protocol):
    """Keyed digests of values: see :mod:`pipeline.texts.digest`."""

    def digest(self, entity: str, value: str) -> str: ...


@dataclass(frozen=True, slots=True)
class LinkRules:
    """What the policy says about linking; case, docket and permit numbers link only where it says so."""

    case_numbers_link: bool = False


@dataclass(slots=True)
class _Place:
    """A finding on its way, with its value: values stay inside this module."""

    finding: Finding
    value: str


def link(
    segments: Sequence[Segment],
    matches: Sequence[Sequence[Match]],
    rosters: Rosters,
    digests: Digests,
    rules: LinkRules = LinkRules(),
) -> list[Finding]:
    """Return the findings of a unit, joined within each record.

    Args:
        segments: the segments of the unit.
        matches: for each segment its resolved matches (no overlaps), spans in its text.
        rosters: agency contacts and officials.
        digests: makes the keyed digest of each value.
        rules: what the policy says about linking.

    Returns:
        Findings sorted by segment and place; no two of a segment overlap.
    """
    records: dict[str, list[int]] = defaultdict(list)
    for at, segment in enumerate(segments):
        records[segment.record].append(at)
    found: dict[int, list[Finding]] = {}
    for record, members in records.items():
        inside = {at: (segments[at], list(matches[at])) for at in members}
        places = _link_record(record, inside, rosters, digests)
        for at, finding in _join_identifiers(places, rules):
            found.setdefault(at, []).append(finding)
    return [each for at in sorted(found) for each in sorted(found[at], key=lambda one: one.start)]


def _link_record(
    record: str, inside: Mapping[int, tuple[Segment, list[Match]]], rosters: Rosters, digests: Digests
) -> list[tuple[int, _Place]]:
    inside = {at: (segment, whole_officials(segment.text, known, rosters)) for at, (segment, known) in inside.items()}
    people = gather(inside)
    places: list[tuple[int, _Place]] = []
    for at, (segment, known) in inside.items():
        signed = segment.role is not Role.CELL or "\n" in segment.text.strip()
        spoken = find_mentions(segment.text, people, [(each.start, each.end) for each in known], signed=signed)
        if spoken and segment.role is Role.CELL and names_business(segment.label, segment.text):
            spoken = [each for each in spoken if each.part != "given"]  # another Jane has the firm
        for match in sorted([*known, *spoken]):
            value = segment.text[match.start : match.end]
            finding = _finding(match, segment, record, digests.digest(match.entity, value))
            if match.recognizer == "link":
                finding = replace(finding, signals=frozenset({"propagated"}))
            places.append((at, _Place(_owned(finding, value, segment, rosters), value)))
    _join_subjects(record, people, [place for _, place in places])
    _tell_businesses(inside, places)
    return places


def _tell_businesses(inside: Mapping[int, tuple[Segment, list[Match]]], places: Sequence[tuple[int, _Place]]) -> None:
    """Say which contacts are a business's by its record, and which stand in a signature of one (that proposes only)."""
    listed = {
        (at, each.finding.start, each.finding.end) for at, each in places if each.finding.kind is not Kind.PRIVATE
    }
    own = own_contacts(inside, listed)
    signed = {
        (at, start, end)
        for at, (segment, known) in inside.items()
        if segment.role is Role.TEXT
        for start, end in contacts_signed(segment.text, known)
    }
    for at, place in places:
        finding = place.finding
        if finding.kind is not Kind.PRIVATE:
            continue
        if (at, finding.start, finding.end) in own:
            place.finding = replace(finding, kind=Kind.BUSINESS)
        elif (at, finding.start, finding.end) in signed:
            place.finding = replace(finding, signals=finding.signals | {SIGNED})


def _finding(match: Match, segment: Segment, record: str, digest: str) -> Finding:
    return Finding(
        entity=match.entity,
        start=match.start,
        end=match.end,
        address=segment.address,
        record=record,
        thread=segment.thread or record,
        label=segment.label,
        score=match.score,
        recognizer=match.recognizer,
        reason=match.reason,
        part=match.part,
        digest=digest,
    )


def _owned(finding: Finding, value: str, segment: Segment, rosters: Rosters) -> Finding:
    """Say whose a finding is as far as it shows by itself: agency contact, business, official, or a sign of either."""
    if finding.entity in _CONTACTS and rosters.agency_contact(finding.entity, value):
        return replace(finding, kind=Kind.AGENCY, signals=finding.signals | {"agency_contact"})
    if finding.entity in _CONTACTS and rosters.business_contact(finding.entity, value):
        return replace(finding, kind=Kind.BUSINESS, signals=finding.signals | {"roster"})
    if finding.entity == "EMAIL_ADDRESS" and rosters.government_domain(value):
        return replace(finding, signals=finding.signals | {"government_mailbox"})
    if finding.entity == "PERSON":
        if segment.role is Role.CELL and value == segment.text.strip() and rosters.business(value):
            return replace(finding, kind=Kind.BUSINESS, signals=finding.signals | {"roster"})
        if rosters.official(value):
            return replace(finding, kind=Kind.OFFICIAL, signals=finding.signals | {"roster"})
        if is_minor(segment.text, finding.start, finding.end):
            return replace(finding, signals=finding.signals | {"minor"})
        if rosters.title_near(segment.text, finding.start, finding.end):
            return replace(finding, signals=finding.signals | {"official_title"})
    return finding


def _join_subjects(record: str, people: Sequence[Person], places: Sequence[_Place]) -> None:
    """Give the findings of one person one subject; what the roster proves for one name holds for all of them."""
    owner = {name: number for number, person in enumerate(people) for name in person.names}
    by_person: dict[int, list[_Place]] = defaultdict(list)
    for place in places:
        number = _owner_of(place, people, owner)
        if number is not None:
            by_person[number].append(place)
    officials = {number for number, group in by_person.items() if _has(group, Kind.OFFICIAL)}
    by_word: dict[str, list[tuple[int, Person]]] = defaultdict(list)
    for number, person in enumerate(people):
        for word in {word for name in person.names for word in words_of(name)}:
            by_word[word].append((number, person))
    for number, group in by_person.items():
        standing = _Standing(
            official=number in officials,
            titled=any("official_title" in place.finding.signals for place in group),
            minor=any("minor" in place.finding.signals for place in group),
            office=any("government_mailbox" in place.finding.signals for place in group),
        )
        for place in group:
            finding = replace(place.finding, subject=f"{record}/{number}")
            if finding.entity == "PERSON":
                finding = _named(finding, place.value, people[number])
            if not (finding.entity == "PERSON" and _can_be(place, by_word, officials | {number})):
                finding = standing.of(finding)
            place.finding = finding


def _has(group: Iterable[_Place], kind: Kind) -> bool:
    return any(place.finding.kind is kind for place in group)


def _can_be(place: _Place, people: Mapping[str, Sequence[tuple[int, Person]]], left_out: Collection[int]) -> bool:
    """Return whether a name can be somebody's who is no official: then it shares in nobody's office.

    Args:
        place: where the name stands.
        people: everybody in the record with their numbers, by each word of their names.
        left_out: the numbers of those who are not meant.
    """
    name = parse_name(place.value, place.finding.part)
    near = {number: person for word in words_of(name) for number, person in people.get(word, ())}
    return any(person.is_named(name) for number, person in near.items() if number not in left_out)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is known of a person: on the roster, beside a title, with a government mailbox, a child."""

    official: bool
    titled: bool
    office: bool
    minor: bool

    def of(self, finding: Finding) -> Finding:
        """Return a finding of this person with what is known of the person."""
        signals = finding.signals
        if self.official and (finding.entity == "PERSON" or "government_mailbox" in signals):
            finding = replace(finding, kind=Kind.OFFICIAL, signals=signals | {"roster"})
        if finding.entity != "PERSON":
            return finding
        known = {"official_title"} if self.titled else set()
        known |= {"government_mailbox"} if self.office else set()
        known |= {"minor"} if self.minor and not self.official else set()
        return replace(finding, signals=finding.signals | known)


def _named(finding: Finding, value: str, person: Person) -> Finding:
    """Say of a part of a name whether the whole name is known, and of a lone word whether it may be no name at all."""
    full = any(name.is_full for name in person.names)
    if full and finding.part in {"given", "surname", "initials"}:
        return replace(finding, signals=finding.signals | {"propagated"})
    if not full and fold(value) not in person.loose and len(WORD.findall(value)) == 1:
        return replace(finding, signals=finding.signals | {"common_word"})
    return finding


def _owner_of(place: _Place, people: Sequence[Person], owner: Mapping[Name, int]) -> int | None:
    entity, value = place.finding.entity, place.value
    if entity == "PERSON":
        name = parse_name(value, place.finding.part)
        if name in owner:
            return owner[name]
        return next((number for number, person in enumerate(people) if person.is_named(name)), None)
    if entity in {"EMAIL_ADDRESS", "USERNAME"}:
        pieces = local_part_names(value)
        for number, person in enumerate(people):
            for name in person.names:
                if name.is_full and (pieces & handles(name) or set(map(fold, name.surname)) <= pieces):
                    return number
    return None


def _join_identifiers(places: Iterable[tuple[int, _Place]], rules: LinkRules) -> Iterable[tuple[int, Finding]]:
    """Join identifiers with the private person's direct identifiers of their record.

    The numbers of a business stand with a person only where a person's direct identifier is there too. Others (the
    address of a browser) may be those of whoever filled in the record: what only the record calls a business's counts.
    """
    places = list(places)
    kinds = [(place.finding.entity, place.finding) for _, place in places if _is_direct(place.finding)]
    private = frozenset(entity for entity, finding in kinds if finding.kind is Kind.PRIVATE)
    direct = private | {entity for entity, finding in kinds if finding.is_business_by_record}
    for at, place in places:
        near = private if place.finding.kind is Kind.BUSINESS else direct
        finding = replace(place.finding, joined=near - {place.finding.entity})
        yield at, linked(finding, rules) if near and finding.entity in _LINKABLE else finding


def _is_direct(finding: Finding) -> bool:
    """Return whether a finding says who somebody is: a town or a ZIP code alone does not, in whatever column."""
    is_place = finding.entity == "STREET_ADDRESS" and finding.part in PLACES | POSTAL_CODES
    return finding.entity in DIRECT_IDENTIFIERS and not is_place


def linked(finding: Finding, rules: LinkRules) -> Finding:
    """Return an identifier as a linked one, unless it numbers a case and the policy does not link those.

    What stands with a private person is no business's, whatever its own record says.
    """
    if finding.entity == UNIQUE_IDENTIFIER:
        if finding.part == "case" and not rules.case_numbers_link:
            return finding
        finding = replace(finding, entity=LINKED_IDENTIFIER)
    return replace(finding, linked=True, kind=Kind.PRIVATE if finding.kind is Kind.BUSINESS else finding.kind)


def is_linkable(finding: Finding) -> bool:
    """Return whether a finding is an identifier that can be joined with a person."""
    return finding.entity in _LINKABLE


def linked_if_known(finding: Finding, is_known: Callable[[str], bool], rules: LinkRules) -> Finding:
    """Return an identifier as a linked one where its value (by its digest) is linked anywhere in the release."""
    if finding.linked or not finding.digest or not is_linkable(finding) or not is_known(finding.digest):
        return finding
    return linked(finding, rules)
