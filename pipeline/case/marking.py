"""Marks in the case: recorded with decision, places and audit entry; in force while the decision stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from pipeline.case import standing
from pipeline.case.audit import rows_digest
from pipeline.case.marks import Mark, Marks
from pipeline.case.overrides import place_digest
from pipeline.case.recording import ADDED, latest_run
from pipeline.case.standing import Told, check_run, check_seen
from pipeline.case.store import Case, CaseError, values_of
from pipeline.case.tables import (
    DecisionFindingRow,
    DecisionRow,
    FindingRow,
    MarkNeedleRow,
    MarkRow,
    StandingRow,
    UnitRow,
)
from pipeline.verify.canonical import Needle

MARK: Final = "mark"
CHANGE: Final = "change"
"""The action of a decision that sets a mark, and of one that changes a finding by it."""
MARKING: Final = frozenset({MARK, CHANGE})
ROW: Final = (
    "id", "decision_id", "run_id", "key", "source", "ordinal", "place", "start", "stop", "entity", "part", "digest",
    "was", "was_start", "was_stop", "was_entity",
)  # fmt: skip
_NEEDLE: Final = ("digest", "gate", "length", "tokens")


@dataclass(frozen=True, slots=True)
class Found:
    """What a mark comes to in the last run: rows of findings to add, findings that are there, what it replaces."""

    rows: Sequence[Mapping[str, Any]]
    known: Sequence[str]
    was: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was shown when a mark was set: the number of the last decision, and of the run (0 does not ask)."""

    decision: int | None = None
    run: int = 0


def key_of(keyed: Any, mark: Mark) -> str:
    """Return what stands for a mark among the findings of its decision."""
    was = "" if mark.was is None else json.dumps(mark.was)
    place = (mark.source, str(mark.ordinal), mark.place, str(mark.start), str(mark.stop))
    return place_digest(keyed, MARK, *place, mark.entity, mark.digest, was)


def record_mark(case: Case, mark: Mark, found: Found, told: Told, seen: Seen | None = None) -> tuple[int, int]:
    """Record a mark, and return its number and that of its decision.

    Args:
        case: the case; its last run is meant.
        mark: where and what; its number is given here.
        found: what it comes to.
        told: what is said of the decision; ``at`` is the time of the record.
        seen: what was shown when it was set.

    Raises:
        CaseError: the same is marked already.
        Conflict: somebody decided the finding that is changed, or another run followed.
    """
    seen = seen or Seen()
    key = key_of(case.keyed, mark)
    with case.action(told.by, "marked") as doing:
        session = doing.session
        if seen.run:
            check_run(session, case.id, seen.run)
        stands = session.get(StandingRow, (case.id, key))
        if stands is not None and stands.decision_id:
            raise CaseError("desk", "this is marked already", "look at what was marked: the decisions tell")
        if seen.decision is not None:
            check_seen(session, case.id, [*found.known, *([found.was] if found.was else [])], seen.decision)
        run = latest_run(session, case.id)
        low, high, entity = mark.was or (0, 0, "")
        row = MarkRow(
            case_id=case.id, decision_id=0, run_id=run, key=key, source=mark.source,
            ordinal=mark.ordinal, place=mark.place, start=mark.start, stop=mark.stop, entity=mark.entity,
            part=mark.part, digest=mark.digest, was=found.was, was_start=low, was_stop=high, was_entity=entity,
        )  # fmt: skip
        session.add(row)
        session.flush()
        number = row.id
        rows = [{**each, "mark": number, "why": _why(str(each["why"]), number)} for each in found.rows]
        known = set(session.scalars(select(FindingRow.id).where(FindingRow.run_id == run)))
        fresh = [each for each in rows if each["id"] not in known]
        ids = list(dict.fromkeys([key, *found.known, *(str(each["id"]) for each in rows)]))
        made = Told(doing.at, told.by, MARK if mark.was is None else CHANGE, told.reason, told.citation, rule=told.rule)
        decision, digest = standing.append(session, case.id, made, ids)
        row.decision_id = decision
        session.flush()
        _add_needles(session, number, mark.needles)
        for each in fresh:
            session.execute(insert(FindingRow), [{**each, "run_id": run, "added": True, "in_copy": False}])
        doing.about |= {
            "decision": decision, "action": made.action, "findings": len(ids) - 1, "sha256": digest, "mark": number,
            **digests_of_mark(session, number),
        }  # fmt: skip
    return number, decision


def _why(why: str, number: int) -> str:
    return why.replace("mark 0", f"mark {number}", 1)


def _add_needles(session: Session, number: int, needles: Iterable[Needle]) -> None:
    rows = {
        each.digest.hex(): {
            "mark_id": number, "digest": each.digest.hex(), "gate": each.gate.hex(), "length": each.length,
            "tokens": each.tokens,
        }
        for each in needles
    }  # fmt: skip
    if rows:
        session.execute(insert(MarkNeedleRow), list(rows.values()))


def digests_of_mark(session: Session, number: int) -> dict[str, str]:
    """Return the digests by which the audit trail binds a mark: itself, the findings it added, its search digests."""
    row = session.get_one(MarkRow, number)
    needles = session.scalars(select(MarkNeedleRow).where(MarkNeedleRow.mark_id == number))
    added = session.scalars(select(FindingRow).where(FindingRow.mark == number, FindingRow.added.is_(True)))
    return {
        "mark_sha256": rows_digest([values_of(row, ROW)]),
        "added_sha256": rows_digest([values_of(each, ADDED) for each in added]),
        "mark_needles_sha256": rows_digest([values_of(each, _NEEDLE) for each in needles]),
    }


def needles_in_force(case: Case) -> list[Needle]:
    """Return the forms of the values that are marked, to see that nobody types one."""
    with Session(case.engine) as session:
        entities = {each.id: each.entity for each in in_force(session, case.id)}
        rows = session.scalars(select(MarkNeedleRow).where(MarkNeedleRow.mark_id.in_(entities)))
        return [
            Needle(bytes.fromhex(n.digest), bytes.fromhex(n.gate), n.length, n.tokens, "", entities[n.mark_id])
            for n in rows
        ]


# --- what is in force ---------------------------------------------------------------------


def in_force(session: Session, case_id: str, stands: Mapping[str, int] | None = None) -> list[MarkRow]:
    """Return the marks that stand, in order.

    Args:
        session: of the database of the case.
        case_id: the case.
        stands: what stands for each finding, told from the history; without it the database is asked.
    """
    rows = list(session.scalars(select(MarkRow).where(MarkRow.case_id == case_id).order_by(MarkRow.id)))
    if not rows:
        return []
    if stands is None:
        wanted = select(StandingRow.finding_id, StandingRow.decision_id).where(
            StandingRow.case_id == case_id, StandingRow.finding_id.in_([each.key for each in rows])
        )
        stands = {finding: decision for finding, decision in session.execute(wanted)}  # noqa: C416 - a result has keys
    return [each for each in rows if stands.get(each.key, 0) == each.decision_id]


def marks_of(case: Case, session: Session, stands: Mapping[str, int]) -> Marks:
    """Return the marks of a case as the road honours them."""
    made = []
    for row in in_force(session, case.id, stands):
        decision = session.get_one(DecisionRow, row.decision_id)
        needles = session.scalars(
            select(MarkNeedleRow).where(MarkNeedleRow.mark_id == row.id).order_by(MarkNeedleRow.digest)
        )
        made.append(
            Mark(
                row.id, row.source, row.ordinal, row.place, row.start, row.stop, row.entity, row.part, row.digest,
                (row.was_start, row.was_stop, row.was_entity) if row.was_entity else None,
                tuple(
                    Needle(bytes.fromhex(n.digest), bytes.fromhex(n.gate), n.length, n.tokens, "", row.entity)
                    for n in needles
                ),
                decision.by, decision.at, decision.reason, decision.citation, decision.rule,
            )
        )  # fmt: skip
    return Marks(case.keyed, made)


def shown(session: Session, case_id: str) -> tuple[tuple[int, ...], ColumnElement[bool] | None]:
    """Return the numbers of the marks in force, and the condition for findings that are there with them.

    What was found by a mark that was taken back is there no more, and what a mark changed is there no more either.
    None: nothing was ever marked.
    """
    marks = in_force(session, case_id)
    if session.scalar(select(MarkRow.id).where(MarkRow.case_id == case_id).limit(1)) is None:
        return (), None
    numbers = [each.id for each in marks]
    changed = [each.was for each in marks if each.was]
    there = or_(FindingRow.mark == 0, FindingRow.mark.in_(numbers))
    return tuple(numbers), and_(there, FindingRow.id.not_in(changed))


def is_behind(session: Session, case_id: str) -> int:
    """Return how many marks were taken back, or changed a finding and were, after the last run had taken them in."""
    run = latest_run(session, case_id)
    standing_now = {each.id for each in in_force(session, case_id)}
    rows = session.scalars(select(MarkRow).where(MarkRow.case_id == case_id, MarkRow.run_id < run))
    gone = [each for each in rows if each.id not in standing_now]
    if not gone:
        return 0
    wanted = select(FindingRow.mark).where(
        FindingRow.run_id == run, FindingRow.added.is_(False), FindingRow.mark.in_([each.id for each in gone])
    )
    native = set(session.scalars(wanted))
    return len(native)


def lost(session: Session, case_id: str) -> list[MarkRow]:
    """Return the marks in force of which the last run found nothing: the text there is another one now.

    A mark whose file is not there any more, or whose record is held, is not lost.
    """
    run = latest_run(session, case_id)
    standing_now = in_force(session, case_id)
    asked = [each for each in standing_now if each.run_id < run]
    units = select(UnitRow.source, UnitRow.ordinal, UnitRow.held).where(UnitRow.run_id == run) if asked else None
    held = {(source, ordinal): why for source, ordinal, why in session.execute(units)} if units is not None else {}
    files = {source for source, _ in held}
    return [
        each
        for each in asked
        if each.source in files
        and not any(_changes(later, each) for later in standing_now)
        and not held.get((each.source, each.ordinal))
        and session.scalars(_found_by(run, each.id).limit(1)).first() is None
    ]


def _changes(later: MarkRow, mark: MarkRow) -> bool:
    """Return whether a later mark stands where a mark stood: it took its place."""
    there = (later.source, later.ordinal, later.place) == (mark.source, mark.ordinal, mark.place)
    low, high = (later.was_start, later.was_stop) if later.was else (later.start, later.stop)
    return there and later.id > mark.id and min(low, later.start) < mark.stop and mark.start < max(high, later.stop)


def marks_among(session: Session, decision: int) -> int:
    """Return how many of what a decision names are marks themselves, not findings."""
    wanted = select(MarkRow.key).join(DecisionFindingRow, DecisionFindingRow.finding_id == MarkRow.key)
    return len(set(session.scalars(wanted.where(DecisionFindingRow.decision_id == decision))))


def _found_by(run: int, number: int) -> Select[Any]:
    """Return the query for the findings of a run that a mark found, alone or around its value."""
    told = (FindingRow.mark == number, FindingRow.why.like(f"%, mark {number}:%"))
    return select(FindingRow.id).where(FindingRow.run_id == run, FindingRow.in_copy.is_(False), or_(*told))


def dispose_of_needles(session: Session, case_id: str) -> int:
    """Remove the search digests of marks, and return how many there were."""
    marks = select(MarkRow.id).where(MarkRow.case_id == case_id)
    count = len(list(session.scalars(select(MarkNeedleRow.digest).where(MarkNeedleRow.mark_id.in_(marks)))))
    session.execute(delete(MarkNeedleRow).where(MarkNeedleRow.mark_id.in_(marks)))
    return count
