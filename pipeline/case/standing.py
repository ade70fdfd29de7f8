"""What stands of all decisions: each is appended for its findings, and may be undone by another that is appended too.

Of several decisions on a finding the last stands. Undoing one gives back what stood before it, where it still stands;
an undoing is a decision like any other, so that any number of steps can be taken back, and taken back again.

``standing`` in the database says what stands now, so that nobody has to read the whole history to show a page. A
release and the check of a case do read it (:func:`replayed`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from pipeline.case.audit import rows_digest
from pipeline.case.recording import latest_run
from pipeline.case.store import CaseError
from pipeline.case.tables import DecisionFindingRow, DecisionRow, StandingRow

UNDO: Final = "undo"
"""The action of a decision that takes back another."""
_IDS: Final = {
    "sqlite": "(SELECT value AS id FROM json_each(:ids))",
    "postgresql": "(SELECT value AS id FROM json_array_elements_text(CAST(:ids AS json)))",
}


class Conflict(CaseError):
    """Somebody else decided some of these findings since they were shown; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a decision: when, by whom, what, why, on what law, and which decision it takes back (0: none).

    ``rule`` is the rule whose law is cited, ``approved_by`` who signed the lift of that number.
    """

    at: str
    by: str
    action: str
    reason: str
    citation: str = ""
    undoes: int = 0
    rule: str = ""
    approved_by: str = ""
    lift: int = 0


def append(session: Session, case_id: str, told: Told, ids: Sequence[str]) -> tuple[int, str]:
    """Add a decision for findings, and return its number and the digest by which the audit trail binds it."""
    row = _added(session, case_id, told)
    given = {"case": case_id, "decision": row.id, "ids": json.dumps(list(ids))}
    session.execute(
        text(
            "INSERT INTO decision_findings (decision_id, finding_id, stood, stands) "  # noqa: S608 - no input in it
            "SELECT :decision, named.id, COALESCE(standing.decision_id, 0), :decision "
            f"FROM {named_ids(session)} AS named "
            "LEFT JOIN standing ON standing.case_id = :case AND standing.finding_id = named.id"
        ),
        given,
    )
    _stand(session, case_id, row.id)
    return row.id, digest_of_decision(row, ids)


def undo(session: Session, case_id: str, number: int, told: Told) -> tuple[int, str, int]:
    """Take back a decision where it still stands; return the number of the undoing, its digest, and of how many.

    A lift that no longer stands is not given back: that would be one person's doing, and a lift needs two.

    Raises:
        CaseError: there is no such decision, or nothing of it stands any more.
    """
    undone = session.get(DecisionRow, number)
    if undone is None or undone.case_id != case_id:
        raise CaseError("case", f"there is no decision {number}", "the history lists them")
    row = _added(session, case_id, told)
    session.execute(
        text(
            "INSERT INTO decision_findings (decision_id, finding_id, stood, stands) "
            "SELECT :decision, old.finding_id, old.stands, old.stood FROM decision_findings AS old "
            "JOIN standing ON standing.case_id = :case AND standing.finding_id = old.finding_id "
            "WHERE old.decision_id = :undone AND standing.decision_id = old.stands AND old.stood <> old.stands "
            "AND old.stood NOT IN (SELECT id FROM decisions WHERE case_id = :case AND lift <> 0)"
        ),
        {"case": case_id, "decision": row.id, "undone": number},
    )
    ids = list(session.scalars(select(DecisionFindingRow.finding_id).where(DecisionFindingRow.decision_id == row.id)))
    if not ids:
        what = f"nothing of decision {number} stands any more, or it would give back a lift"
        raise CaseError("case", what, "look at what was decided after it; a lift is asked for anew")
    _stand(session, case_id, row.id)
    return row.id, digest_of_decision(row, ids), len(ids)


def _added(session: Session, case_id: str, told: Told) -> DecisionRow:
    row = DecisionRow(
        case_id=case_id, at=told.at, by=told.by, action=told.action, reason=told.reason,
        citation=told.citation, undoes=told.undoes, rule=told.rule, approved_by=told.approved_by, lift=told.lift,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _stand(session: Session, case_id: str, decision: int) -> None:
    session.execute(
        text(
            "INSERT INTO standing (case_id, finding_id, decision_id) "
            "SELECT :case, finding_id, stands FROM decision_findings WHERE decision_id = :decision "
            "ON CONFLICT (case_id, finding_id) DO UPDATE SET decision_id = excluded.decision_id"
        ),
        {"case": case_id, "decision": decision},
    )


def named_ids(session: Session) -> str:
    """Return what makes a table, with the column ``id``, of a JSON list that is bound as ``ids``."""
    return _IDS[session.get_bind().dialect.name]


def digest_of_decision(row: DecisionRow, ids: Sequence[str]) -> str:
    """Return the digest by which the audit trail binds a decision."""
    head: list[Any] = [row.id, row.at, row.by, row.action, row.reason, row.citation]
    if row.undoes:
        head.append(row.undoes)
    if row.rule or row.lift:
        head += [row.rule, row.approved_by, row.lift]
    return rows_digest([head, *([each] for each in ids)])


# --- two people at once -------------------------------------------------------------------


def last_decision(session: Session, case_id: str) -> int:
    """Return the number of the last decision of a case, 0 where there is none: what a page shows is as of then."""
    return session.scalar(select(func.max(DecisionRow.id)).where(DecisionRow.case_id == case_id)) or 0


def check_seen(session: Session, case_id: str, ids: Sequence[str], seen: int) -> None:
    """See that nobody decided any of these findings after decision ``seen`` (raises Conflict)."""
    if last_decision(session, case_id) <= seen:
        return
    rows = session.execute(
        text(
            "SELECT decisions.by, COUNT(DISTINCT done.finding_id) FROM decisions "  # noqa: S608 - no input in it
            "JOIN decision_findings AS done ON done.decision_id = decisions.id "
            f"JOIN {named_ids(session)} AS named ON named.id = done.finding_id "
            "WHERE decisions.case_id = :case AND decisions.id > :seen GROUP BY decisions.by ORDER BY 2 DESC"
        ),
        {"case": case_id, "seen": seen, "ids": json.dumps(list(ids))},
    ).all()
    if rows:
        people = ", ".join(f"{by} ({count})" for by, count in rows)
        raise Conflict(
            "case",
            f"some of these findings were decided after they were shown, by {people}",
            "nothing was changed; look at what they decided, then decide again",
        )


def check_run(session: Session, case_id: str, run: int) -> None:
    """See that no other run followed, in which a rule may propose something else (raises Conflict)."""
    if run != latest_run(session, case_id):
        raise Conflict(
            "case",
            "the files were examined anew after these findings were shown",
            "nothing was changed; look at what is found now, then decide",
        )


# --- what stands ------------------------------------------------------------------------


def decided_ids(case_id: str) -> Select[Any]:
    """Return the query for the findings of a case for which a decision of a person stands."""
    return select(StandingRow.finding_id).where(StandingRow.case_id == case_id, StandingRow.decision_id > 0)


def replayed(session: Session, case_id: str) -> dict[str, int]:
    """Return the decision that stands for each finding, told from the history alone; 0 where all were undone."""
    return {finding: stands for _, finding, _, stands in history(session, case_id)}


def history(session: Session, case_id: str) -> Iterator[tuple[int, str, int, int]]:
    """Yield for each decision and finding, in order, what stood before and what stands after, told from the order."""
    numbers = select(DecisionRow.id, DecisionRow.undoes).where(DecisionRow.case_id == case_id)
    undoes = {number: undone for number, undone in session.execute(numbers)}  # noqa: C416 - a result has keys of its own
    stands: dict[str, int] = {}
    stood: dict[tuple[int, str], int] = {}
    wanted = (
        select(DecisionFindingRow.decision_id, DecisionFindingRow.finding_id)
        .join(DecisionRow, DecisionRow.id == DecisionFindingRow.decision_id)
        .where(DecisionRow.case_id == case_id)
        .order_by(DecisionFindingRow.decision_id)
    )
    for number, finding in session.execute(wanted.execution_options(yield_per=10_000)):
        stood[number, finding] = stands.get(finding, 0)
        undone = undoes[number]
        stands[finding] = stood.get((undone, finding), 0) if undone else number
        yield number, finding, stood[number, finding], stands[finding]


def history_faults(session: Session, case_id: str) -> int:
    """Return for how many findings the case says something else than its history of decisions tells."""
    rows = (
        select(DecisionFindingRow.decision_id, DecisionFindingRow.finding_id)
        .add_columns(DecisionFindingRow.stood, DecisionFindingRow.stands)
        .join(DecisionRow, DecisionRow.id == DecisionFindingRow.decision_id)
        .where(DecisionRow.case_id == case_id)
        .execution_options(yield_per=10_000)
    )
    told = list(history(session, case_id))
    wrong = {each[1] for each in set(told).symmetric_difference(tuple(each) for each in session.execute(rows))}
    now = {finding: stands for _, finding, _, stands in told}
    said = select(StandingRow.finding_id, StandingRow.decision_id).where(StandingRow.case_id == case_id)
    wrong |= {finding for finding, stands in session.execute(said) if now.pop(finding, None) != stands}
    return len(wrong | now.keys())
