"""What stands between a case and its release, each with where it is mended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pipeline.case.deciding import ACCEPT
from pipeline.case.lifts import lifts
from pipeline.case.marking import is_behind, lost
from pipeline.case.pinning import laid_down
from pipeline.case.store import Case
from pipeline.case.tables import DecisionRow, DifferenceRow, SourceRow, StandingRow, UnitRow
from pipeline.review.desk import Desk
from pipeline.review.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that blocks: what, how many, where it is mended, and whether nothing at all is released until then."""

    what: str
    count: int
    link: str
    stops: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A record that does not leave: its file and number, and why."""

    file: str
    unit: int
    why: str
    unscanned: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two places whose decisions do not agree."""

    id: str
    kind: str
    entity: str
    here: str
    there: str


def blockers(desk: Desk) -> list[Blocker]:
    """Return what blocks the release, the worst first."""
    ledger = desk.ledger
    waiting = sum(not each.answer for each in lifts(desk.case))
    against, waits = len(differences(desk.case, ledger.run)), ledger.progress()["open"]
    with Session(desk.case.engine) as session:
        gone, back = len(lost(session, desk.case.id)), is_behind(session, desk.case.id)
    misses = len(desk.sampling.trail.misses())
    pinned, kept = _pinned(desk.case, ledger.run), count_held(desk.case, ledger)
    missed = "something that was missed: it holds every release until it is answered"
    told = [
        _blocker(gone, "mark is|marks are", "not found any more and {stops} the release", "/history", stops=True),
        _blocker(back, "mark was|marks were", "taken back since: examine the files again", "/#again"),
        _blocker(against, "contradiction|contradictions", "{stops} the release", "/#differences", stops=True),
        _blocker(waiting, "lift waits|lifts wait", "for a second person", "/lifts"),
        _blocker(waits, "finding waits|findings wait", "for a person: the release is provisional", "/queue?state=open"),
        _blocker(pinned, "column was|columns were", "pinned since the last examination", "/#again"),
        _blocker(kept, "record or file is|records or files are", "held back", "/#held"),
        _blocker(misses, "record of a sample has|records of samples have", missed, "/sample"),
    ]
    return [each for each in told if each.count]


def _blocker(count: int, one_or_many: str, rest: str, link: str, *, stops: bool = False) -> Blocker:
    one, many = one_or_many.split("|")
    words, verb = (one, "stops") if count == 1 else (many, "stop")
    return Blocker(f"{words} {rest.format(stops=verb)}", count, link, stops)


def _pinned(case: Case, run: int) -> int:
    return len({(each.source, each.number) for each in laid_down(case) if each.run_id >= run})


def differences(case: Case, run: int) -> list[Difference]:
    """Return the differences of a run that nobody accepted yet."""
    with Session(case.engine) as session:
        accepted = (
            select(StandingRow.finding_id)
            .join(DecisionRow, DecisionRow.id == StandingRow.decision_id)
            .where(StandingRow.case_id == case.id, DecisionRow.action == ACCEPT)
        )
        wanted = select(DifferenceRow).where(DifferenceRow.run_id == run, DifferenceRow.id.not_in(accepted))
        return [
            Difference(each.id, each.kind, each.entity, each.here, each.there)
            for each in session.scalars(wanted.order_by(DifferenceRow.id))
        ]


def held(case: Case, ledger: Ledger, most: int | None = None, *, unscanned: bool | None = None) -> list[Held]:
    """Return what does not leave, and why: files first, then records.

    Args:
        case: the case.
        ledger: its ledger.
        most: of very many the first.
        unscanned: only what could not be examined, or only what was; None: both.
    """
    why = "the whole file could not be examined"
    labels = _files(case, ledger)[:most] if unscanned is not False else []
    files = [Held(label, 0, why, unscanned=True) for label in labels]
    with Session(case.engine) as session:
        wanted = select(UnitRow).where(*_held_units(ledger, unscanned)).order_by(UnitRow.source, UnitRow.ordinal)
        if most is not None:
            wanted = wanted.limit(most - len(files))
        for each in session.scalars(wanted):
            where = (ledger.labels.get(each.source, "a file"), each.ordinal + 1)
            files.append(Held(*where, each.held, each.cover == "not_scanned", each.source))
    return files


def count_held(case: Case, ledger: Ledger, *, unscanned: bool | None = None) -> int:
    """Return how many files and records do not leave (see :func:`held`)."""
    with Session(case.engine) as session:
        wanted = select(func.count()).select_from(UnitRow).where(*_held_units(ledger, unscanned))
        units = session.scalar(wanted) or 0
    return units + (len(_files(case, ledger)) if unscanned is not False else 0)


def _held_units(ledger: Ledger, unscanned: bool | None) -> tuple[ColumnElement[bool], ...]:
    of_run = (UnitRow.run_id == ledger.run, UnitRow.held != "")
    if unscanned is None:
        return of_run
    return (*of_run, UnitRow.cover == "not_scanned" if unscanned else UnitRow.cover != "not_scanned")


def _files(case: Case, ledger: Ledger) -> list[str]:
    with Session(case.engine) as session:
        with_units = select(UnitRow.source).where(UnitRow.run_id == ledger.run)
        wanted = select(SourceRow.label).where(
            SourceRow.case_id == case.id, SourceRow.format == "", SourceRow.key.not_in(with_units)
        )
        return sorted(set(session.scalars(wanted)))
