"""Which decisions change between a run of the case and what another policy says: places, actions and rules, no value.

Decisions are compared place by place. Where the rows of a table were told apart otherwise (a cell by itself, or with
its column), what is decided in the column is compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.overrides import BY_NO_PERSON, NAME_ORDINAL, finding_id, place_digest
from pipeline.case.recording import Outcome
from pipeline.case.store import Case
from pipeline.case.tables import FindingRow, UnitRow
from pipeline.model import words

NOT_FOUND: Final = "not found"
HELD: Final = "held"
RECORD: Final = "RECORD"
"""What stands as the entity where a whole record was held and no longer is, or the other way round."""
_CELL: Final = re.compile(r"(?:row \d+|header row), (?=column \d+)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was decided: the keyed digest of the file's path, the unit, the address, the span."""

    source: str
    ordinal: int
    address: str
    start: int = 0
    stop: int = 0

    @property
    def column(self) -> Place:
        """The column of a cell; any other place as it is."""
        address, cells = _CELL.subn("", self.address)
        return Place(self.source, self.ordinal, address, 0, 1) if cells else self

    def words(self) -> str:
        """Return the place in plain words."""
        if self.ordinal == NAME_ORDINAL:
            return "file name"
        where = f"unit {self.ordinal + 1}" + (f", {self.address}" if self.address else "")
        told_whole = not self.address or self.address.startswith("column ")
        return where if told_whole else f"{where}, characters {self.start + 1}-{self.stop}"


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """What is decided in a place: the entity, what happens, by which rule or which person."""

    entity: str
    action: str
    proposal: str
    rule: str
    by: str

    @property
    def by_person(self) -> bool:
        return self.by not in BY_NO_PERSON

    @property
    def effect(self) -> str:
        return self.proposal if self.action == "review" else self.action

    def words(self) -> str:
        """Return the decision in plain words."""
        what = f"review, proposed {self.proposal}" if self.action == "review" else self.action
        return f"{what} ({self.by}; rule {self.rule})" if self.by_person else f"{what} (rule {self.rule})"

    def same(self, other: Shown) -> bool:
        """Return whether two decisions are one; a person's stays that person's, whatever rule stands behind it."""
        if self.by_person and other.by_person:
            return (self.entity, self.action, self.by) == (other.entity, other.action, other.by)
        return self == other


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A decision that changes: the file as the evidence calls it, the place, what stood and what stands now."""

    file: str
    place: str
    entity: str
    before: str
    after: str
    ordinal: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """What changes, and how many decisions of people to withhold no longer meet anything that is withheld."""

    changes: tuple[Change, ...]
    lost: int = 0


Decided = Mapping[Place, frozenset[Shown]]


def changes_since(case: Case, run: int, now: Iterable[Outcome], labels: Mapping[str, str]) -> Compared:
    """Return what changes between a run of the case and what is decided now.

    Args:
        case: the case, with its key.
        run: the run that is compared with.
        now: what is found and decided now.
        labels: what the evidence calls each file, by its path.
    """
    outcomes = list(now)
    files = {place_digest(case.keyed, "path", each.file.name): labels[each.file.name] for each in outcomes}
    after = _shown_now(case, outcomes)
    with Session(case.engine) as session:
        of_run = (FindingRow.run_id == run, FindingRow.in_copy.is_(False))
        rows = select(FindingRow).where(*of_run, FindingRow.added.is_(False))  # what was marked since is no part of it
        before = _shown_then(session.scalars(rows.execution_options(yield_per=1000)))
        units = {(each.source, each.ordinal): bool(each.held) for each in _units(session, run)}
        persons = [each for each in session.scalars(rows) if each.decided_by not in BY_NO_PERSON]
    found = [*_changes(before, after, files), *_held(case, units, outcomes, files)]
    known = {each for outcome in outcomes for each in _ids(case, outcome)}
    lost = [each for each in persons if each.id not in known and _is_lost(each, after)]
    return Compared(tuple(sorted(set(found))), len(lost))


def _units(session: Session, run: int) -> Iterable[UnitRow]:
    return session.scalars(select(UnitRow).where(UnitRow.run_id == run))


def _ids(case: Case, outcome: Outcome) -> Iterator[str]:
    ordinal = NAME_ORDINAL if outcome.unit is None else outcome.unit.ordinal
    for each in outcome.decisions:
        yield finding_id(case.keyed, outcome.file.name, ordinal, each.finding)


def _shown_now(case: Case, outcomes: Iterable[Outcome]) -> dict[Place, frozenset[Shown]]:
    found: dict[Place, set[Shown]] = defaultdict(set)
    for outcome in outcomes:
        source = place_digest(case.keyed, "path", outcome.file.name)
        ordinal = NAME_ORDINAL if outcome.unit is None else outcome.unit.ordinal
        for each in outcome.decisions:
            at = each.finding
            place = Place(source, ordinal, words(at.address), at.start, at.end)
            shown = Shown(at.entity, each.action.value, each.proposal.value, each.rule, each.decided_by)
            found[place].add(shown)
    return {place: frozenset(shown) for place, shown in found.items()}


def _shown_then(rows: Iterable[FindingRow]) -> dict[Place, frozenset[Shown]]:
    found: dict[Place, set[Shown]] = defaultdict(set)
    for each in rows:
        place = Place(each.source, each.ordinal, each.place, each.start, each.stop)
        found[place].add(Shown(each.entity, each.action, each.proposal, each.rule, each.decided_by))
    return {place: frozenset(shown) for place, shown in found.items()}


def _changes(before: Decided, after: Decided, files: Mapping[str, str]) -> Iterator[Change]:
    loose_before: dict[Place, set[Shown]] = defaultdict(set)
    loose_after: dict[Place, set[Shown]] = defaultdict(set)
    for place in before.keys() | after.keys():
        old, new = before.get(place, frozenset()), after.get(place, frozenset())
        if old and new:
            yield from _between(place, old, new, files)
            continue
        loose_before[place.column] |= old
        loose_after[place.column] |= new
    for place in loose_before.keys() | loose_after.keys():
        # cells that now go with their column, or a column of which a cell now goes alone
        old = before.get(place, frozenset()) | loose_before[place]
        new = after.get(place, frozenset()) | loose_after[place]
        yield from _between(place, old, new, files)


def _between(place: Place, old: frozenset[Shown], new: frozenset[Shown], files: Mapping[str, str]) -> Iterator[Change]:
    gone = sorted(each for each in old if not any(each.same(other) for other in new))
    come = sorted(each for each in new if not any(each.same(other) for other in old))
    entities = sorted({each.entity for each in (*gone, *come)})
    if len(gone) == len(come) == 1:  # one finding that is called otherwise now
        entities = [come[0].entity]
        yield _change(place, entities[0], gone, come, files)
        return
    for entity in entities:
        stood = [each for each in gone if each.entity == entity]
        stands = [each for each in come if each.entity == entity]
        yield _change(place, entity, stood, stands, files)


def _change(place: Place, entity: str, old: list[Shown], new: list[Shown], files: Mapping[str, str]) -> Change:
    told = ["; ".join(each.words() for each in some) or NOT_FOUND for some in (old, new)]
    return Change(
        files.get(place.source, "a file"), place.words(), entity, told[0], told[1], place.ordinal, place.source
    )


def _held(
    case: Case, units: Mapping[tuple[str, int], bool], outcomes: Iterable[Outcome], files: Mapping[str, str]
) -> Iterator[Change]:
    for each in outcomes:
        if each.unit is None:
            continue
        source = place_digest(case.keyed, "path", each.file.name)
        before, after = units.get((source, each.unit.ordinal)), bool(each.held)
        if before is not None and before != after:
            told = (HELD, "released") if before else ("released", HELD)
            place = Place(source, each.unit.ordinal, "")
            yield Change(files[source], place.words(), RECORD, *told, place.ordinal, source)


def _is_lost(row: FindingRow, after: Decided) -> bool:
    """Return whether what a person withheld would come out, because nothing is found there that is withheld."""
    if row.action != "withhold":
        return False
    place = Place(row.source, row.ordinal, row.place, row.start, row.stop)
    there = [
        shown
        for other, shown in after.items()
        if (other.source, other.ordinal) == (place.source, place.ordinal)
        and (
            (other.address == place.address and other.start < place.stop and place.start < other.stop)
            or (place.column != place and other == place.column)
            or (other.column != other and other.column == place)
        )
    ]
    decided = [each for some in there for each in some]
    return not decided or any(each.effect in {"release", "review"} and not each.by_person for each in decided)
