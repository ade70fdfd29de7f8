"""What a case holds, in lines for people: counts, positions and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.case.choosing import labels
from pipeline.case.lifts import lifts
from pipeline.case.marking import in_force, shown
from pipeline.case.pinning import standing_pins
from pipeline.case.recording import latest_run
from pipeline.case.sampled import Trail
from pipeline.case.standing import decided_ids
from pipeline.case.store import Case
from pipeline.case.tables import (
    CertificateRow,
    DecisionFindingRow,
    DecisionRow,
    DifferenceRow,
    FindingRow,
    MarkRow,
    ReleaseRow,
    RunRow,
    SourceRow,
)


@dataclass(frozen=True, slots=True)
class ToldMark:
    """A mark as a position: its number and decision, where (``unit`` from 1, 0: the file's name), what, by whom.

    ``start`` and ``end`` are code points of the text at ``place``; ``changes`` is the finding that it changed, "" for
    what was missed; ``stands`` says whether it is in force.
    """

    mark: int
    decision: int
    file: str
    unit: int
    place: str
    start: int
    end: int
    entity: str
    changes: str
    stands: bool
    by: str
    at: str


def told_marks(case: Case) -> list[ToldMark]:
    """Return what people marked or changed, in order."""
    names = labels(case)
    with Session(case.engine) as session:
        stand = {each.id for each in in_force(session, case.id)}
        wanted = select(MarkRow, DecisionRow).join(DecisionRow, DecisionRow.id == MarkRow.decision_id)
        return [
            ToldMark(
                mark.id, mark.decision_id, names.get(mark.source, "a file"), mark.ordinal + 1, mark.place, mark.start,
                mark.stop, mark.entity, mark.was, mark.id in stand, made.by, made.at,
            )
            for mark, made in session.execute(wanted.where(MarkRow.case_id == case.id).order_by(MarkRow.id))
        ]  # fmt: skip


def lines(case: Case) -> Iterator[str]:
    """Yield what a case holds."""
    row = case.row
    yield f"case {case.id[:8]}{', request ' + row.request if row.request else ''}, opened {row.opened_at}"
    if row.hold:
        yield f"  hold: {row.hold}"
    if row.closed_at:
        yield f"  closed {row.closed_at}"
    yield f"  audit trail: {row.audit_length} entries"
    with Session(case.engine) as session:
        yield from _sources(session, case.id)
        yield from _pins(session, case.id)
        yield from _runs(session, case.id)
        yield from _decisions(session, case.id)
        yield from _marks(session, case.id)
        for lift in lifts(case, session):
            told = f"{lift.answer} by {lift.answered_by}" if lift.answer else "waits for a second person"
            yield f"  lift {lift.number}, {lift.at}, {lift.by}: {len(lift.findings)} findings, {told} ({lift.reason})"
        yield from _releases(session, case.id)
        for miss in Trail(case).misses(session):
            where = f"record {miss.number} of the sample of release {miss.release}"
            yield f"  missed, {miss.at}, {miss.by}: {where}, and that stands"
        yield from _open(session, case.id)


def _sources(session: Session, case_id: str) -> Iterator[str]:
    for each in session.scalars(select(SourceRow).where(SourceRow.case_id == case_id).order_by(SourceRow.label)):
        yield f"  file {each.label}: {each.format or 'unknown'}, {each.size} bytes, seen {each.seen_at}"


def _pins(session: Session, case_id: str) -> Iterator[str]:
    wanted = select(SourceRow.key, SourceRow.label).where(SourceRow.case_id == case_id).order_by(SourceRow.seen_at)
    names = dict(session.execute(wanted).all())
    for (source, number), row in standing_pins(session, case_id).items():
        kind = " ".join(filter(None, (row.kind, row.entity)))
        where = f"column {number} of {names.get(source, 'a file')}"
        yield f"  {where}: pinned as {kind} by {row.by}, {row.at} ({row.reason})"


def _runs(session: Session, case_id: str) -> Iterator[str]:
    for each in session.scalars(select(RunRow).where(RunRow.case_id == case_id).order_by(RunRow.id)):
        wanted = select(func.count()).select_from(FindingRow).where(FindingRow.run_id == each.id)
        yield f"  run {each.id}, {each.at}: {each.policy} {each.policy_version}, {session.scalar(wanted)} findings"


def _decisions(session: Session, case_id: str) -> Iterator[str]:
    for each in session.scalars(select(DecisionRow).where(DecisionRow.case_id == case_id).order_by(DecisionRow.id)):
        wanted = select(func.count()).where(DecisionFindingRow.decision_id == each.id)
        count = session.scalar(wanted)
        yield f"  decision {each.id}, {each.at}, {each.by}: {each.action} {count} ({each.reason})"


def _marks(session: Session, case_id: str) -> Iterator[str]:
    stand = {each.id for each in in_force(session, case_id)}
    named = select(SourceRow.key, SourceRow.label).where(SourceRow.case_id == case_id)
    labels = dict(session.execute(named).all())
    for each in session.scalars(select(MarkRow).where(MarkRow.case_id == case_id).order_by(MarkRow.id)):
        where = f"{labels.get(each.source, 'a file')}, unit {each.ordinal + 1}, {each.place}"
        state = "" if each.id in stand else ", taken back"
        what = "changed" if each.was else "marked"
        yield f"  mark {each.id}: {what} as {each.entity}, {where}, characters {each.start + 1}-{each.stop}{state}"


def _releases(session: Session, case_id: str) -> Iterator[str]:
    for each in session.scalars(select(ReleaseRow).where(ReleaseRow.case_id == case_id).order_by(ReleaseRow.sequence)):
        yield f"  release {each.sequence}, {each.at}: {each.status}, for {each.recipient}, run {each.run_id}"
    for mark in session.scalars(select(CertificateRow).where(CertificateRow.case_id == case_id)):
        yield f"  certificate {mark.id}, {mark.at}, {mark.by}: release {mark.sequence}, {mark.misses} misses"


def _open(session: Session, case_id: str) -> Iterator[str]:
    run = latest_run(session, case_id)
    wanted = select(FindingRow.rule).where(
        FindingRow.run_id == run, FindingRow.action == "review", FindingRow.id.not_in(decided_ids(case_id))
    )
    _, there = shown(session, case_id)
    wanted = wanted if there is None else wanted.where(there)
    for rule, count in Counter(session.scalars(wanted)).most_common():
        yield f"  waiting for a person: {count} of rule {rule}"
    for each in session.scalars(select(DifferenceRow).where(DifferenceRow.run_id == run)):
        yield f"  difference {each.id}: {each.kind}, {each.entity}, {each.here} | {each.there}"
