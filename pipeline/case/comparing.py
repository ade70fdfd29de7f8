"""Differences: what was released before and is withheld now, the other way round, and duplicates that contradict.

Records are aligned by what they say, not by where they stand: a renamed file or a mailbox with more messages is still
the same. Two records that say the same are compared place by place; two that say nearly the same, value by value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

BAND: Final = 4 * 8
"""Hexadecimal digits of a sketch that are compared at once to find candidates: 4 hashes."""
LEAST_EQUAL: Final = 24
"""Of 32 hashes, so many have to be equal: about three quarters of the text is common."""
COMES_OUT: Final = "withheld before, coming out now"
WITHHELD_NOW: Final = "released before, withheld now"
CONTRADICTION: Final = "contradiction between duplicates"


@dataclass(frozen=True, slots=True)
class Decided:
    """A finding with its effective decision: where, what, the keyed digest of its value, whether a copy hides it."""

    id: str
    place: str
    start: int
    stop: int
    entity: str
    digest: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A unit as it is compared: what people call it, its likeness, what was decided in it."""

    label: str
    content: str
    sketch: str
    findings: tuple[Decided, ...]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """Two places whose decisions do not agree; ``key`` names both findings ("" for none)."""

    kind: str
    entity: str
    here: str
    there: str
    key: tuple[str, str]


def against_earlier(earlier: Sequence[Compared], now: Sequence[Compared]) -> list[Difference]:
    """Return what an earlier release and this one decided differently, each place once."""
    found: set[Difference] = set()
    for before, after, same in aligned(earlier, now):
        found |= set(_between(before, after, same=same, kinds=(COMES_OUT, WITHHELD_NOW)))
    return sorted(found)


def among_duplicates(units: Sequence[Compared]) -> list[Difference]:
    """Return where records of one release that say the same, or nearly the same, contradict each other."""
    found: set[Difference] = set()
    for one, other, same in _twins(units):
        found |= set(_between(one, other, same=same, kinds=(CONTRADICTION, CONTRADICTION)))
    return sorted(found)


def aligned(earlier: Sequence[Compared], now: Sequence[Compared]) -> Iterator[tuple[Compared, Compared, bool]]:
    """Yield pairs of units that say the same (True) or, where there is none, nearly the same (False)."""
    by_content: dict[str, list[Compared]] = defaultdict(list)
    for unit in earlier:
        by_content[unit.content].append(unit)
    left = []
    for unit in now:
        if same := by_content.get(unit.content):
            for before in same:
                yield before, unit, True
        else:
            left.append(unit)
    shelves = _shelves(earlier)
    for unit in left:
        near = {id(each): each for band in _bands(unit) for each in shelves.get(band, ())}
        for before in near.values():
            if likeness(before.sketch, unit.sketch) >= LEAST_EQUAL:
                yield before, unit, False


def _twins(units: Sequence[Compared]) -> Iterator[tuple[Compared, Compared, bool]]:
    by_content: dict[str, list[Compared]] = defaultdict(list)
    for unit in units:
        by_content[unit.content].append(unit)
    for same in by_content.values():
        for other in same[1:]:  # each against the first: what contradicts shows against one of them
            yield same[0], other, True
    firsts = [same[0] for same in by_content.values()]
    seen: set[tuple[int, int]] = set()
    for shelf in _shelves(firsts).values():
        for one, other in combinations(shelf, 2):
            if (id(one), id(other)) not in seen:
                seen.add((id(one), id(other)))
                if likeness(one.sketch, other.sketch) >= LEAST_EQUAL:
                    yield one, other, False


def _shelves(units: Iterable[Compared]) -> dict[tuple[int, str], list[Compared]]:
    shelves: dict[tuple[int, str], list[Compared]] = defaultdict(list)
    for unit in units:
        for band in _bands(unit):
            shelves[band].append(unit)
    return shelves


def _bands(unit: Compared) -> list[tuple[int, str]]:
    return [(at, unit.sketch[at : at + BAND]) for at in range(0, len(unit.sketch), BAND)]


def likeness(one: str, other: str) -> int:
    """Return how many of the 32 hashes of two sketches are equal."""
    if not one or not other:
        return 0
    return sum(one[at : at + 8] == other[at : at + 8] for at in range(0, len(one), 8))


def _between(one: Compared, other: Compared, *, same: bool, kinds: tuple[str, str]) -> Iterator[Difference]:
    """Yield where ``one`` withholds what ``other`` shows (the first kind), and the other way round (the second)."""
    if same:
        yield from _shown(one, other, kinds[0], turned=False)
        yield from _shown(other, one, kinds[1], turned=True)
        return
    here, there = _by_value(one), _by_value(other)
    for value in sorted(here.keys() & there.keys()):
        first, second = here[value], there[value]
        hides = (all(each.withheld for each in first), all(each.withheld for each in second))
        if hides[0] != hides[1]:
            yield _told(kinds[0] if hides[0] else kinds[1], one, first[0], other, second[0])


def _shown(hiding: Compared, showing: Compared, kind: str, *, turned: bool) -> Iterator[Difference]:
    """Yield the places that the one hides and the other, which says the same, shows in part or in whole."""
    hidden: dict[str, list[Decided]] = defaultdict(list)
    for each in showing.findings:
        hidden[each.place].append(each)
    for each in hiding.findings:
        if not each.withheld:
            continue
        at = [other for other in hidden[each.place] if other.start < each.stop and each.start < other.stop]
        if not _covered(each, [other for other in at if other.withheld]):
            shown = next((other for other in at if not other.withheld), None)
            here, there = (showing, hiding) if turned else (hiding, showing)
            ids = (shown.id if shown else "", each.id) if turned else (each.id, shown.id if shown else "")
            place = f"{each.place}, characters {each.start + 1}-{each.stop}"
            yield Difference(kind, each.entity, f"{here.label}, {place}", f"{there.label}, {place}", ids)


def _covered(finding: Decided, others: Iterable[Decided]) -> bool:
    """Return whether withheld findings hide all of a span; a blank or a sign between them does not matter much."""
    at = finding.start
    for other in sorted(others, key=lambda each: each.start):
        if other.start > at + 1:
            return False
        at = max(at, other.stop)
    return at >= finding.stop


def _by_value(unit: Compared) -> dict[tuple[str, str], list[Decided]]:
    values: dict[tuple[str, str], list[Decided]] = defaultdict(list)
    for each in unit.findings:
        if each.digest:
            values[each.entity, each.digest].append(each)
    return values


def _told(kind: str, one: Compared, first: Decided, other: Compared, second: Decided) -> Difference:
    places = [
        f"{unit.label}, {each.place}, characters {each.start + 1}-{each.stop}"
        for unit, each in ((one, first), (other, second))
    ]
    return Difference(kind, first.entity, places[0], places[1], (first.id, second.id))
