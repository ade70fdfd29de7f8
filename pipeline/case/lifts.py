"""Lifts in the case: one person asks for what is mandatory to be released on a recorded ground, another one answers.

What was asked and what was answered are rows that are never changed; a signed lift is a decision like any other, with
both names, and is taken back like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case import standing
from pipeline.case.audit import rows_digest
from pipeline.case.deciding import Scanner, check_words
from pipeline.case.lifting import GROUNDS
from pipeline.case.standing import Told
from pipeline.case.store import Case, CaseError, values_of
from pipeline.case.tables import LiftAnswerRow, LiftFindingRow, LiftRow

SIGNED: Final = "signed"
REFUSED: Final = "refused"
_ASKED: Final = ("id", "at", "by", "ground", "reason")


@dataclass(frozen=True, slots=True)
class Lift:
    """A lift as it is shown: who asked, when, on what ground, why, for what; the answer ("" while it waits)."""

    number: int
    at: str
    by: str
    ground: str
    reason: str
    findings: tuple[str, ...]
    answer: str = ""
    answered_by: str = ""
    answered_at: str = ""
    why: str = ""
    decision: int = 0


def ask(case: Case, ids: Sequence[str], ground: str, *, by: str, reason: str, scanner: Scanner) -> int:
    """Record that a person asks for a lift, and return its number (raises CaseError).

    Whoever calls this sees that the ground is recorded; it is looked at again when the lift is signed and released.
    """
    if ground not in GROUNDS or not ids:
        raise CaseError("desk", "that is no ground on which something mandatory is lifted", "choose a recorded one")
    check_words({"--by": by, "--reason": reason}, scanner)
    with case.action(by, "lift asked") as doing:
        waiting = {each for lift in lifts(case, doing.session) if not lift.answer for each in lift.findings}
        if waiting & set(ids):
            raise CaseError("desk", "a lift is asked for some of these already", "another person signs or refuses it")
        row = LiftRow(case_id=case.id, at=doing.at, by=by, ground=ground, reason=reason)
        doing.session.add(row)
        doing.session.flush()
        for each in sorted(set(ids)):
            doing.session.add(LiftFindingRow(lift_id=row.id, finding_id=each))
        doing.session.flush()
        about = {"lift": row.id, "ground": ground, "findings": len(set(ids))}
        doing.about |= {**about, "sha256": digest_of_lift(doing.session, row.id)}
        return row.id


def sign(case: Case, number: int, *, by: str, reason: str, scanner: Scanner, citation: str = "") -> int:
    """Record that another person signs a lift, and return the number of the decision that it becomes.

    Raises:
        CaseError: it was answered already, there is none, or the same person asked for it.
    """
    check_words({"--by": by, "--reason": reason}, scanner)
    with case.action(by, "lift signed") as doing:
        lift = _waiting(case, doing.session, number, by)
        told = Told(
            doing.at, lift.by, "release", lift.reason, citation, approved_by=by, lift=number,
        )  # fmt: skip
        decision, digest = standing.append(doing.session, case.id, told, lift.findings)
        answer = LiftAnswerRow(
            lift_id=number, at=doing.at, by=by, answer=SIGNED, reason=reason, decision_id=decision,
        )  # fmt: skip
        doing.session.add(answer)
        doing.session.flush()
        doing.about |= {
            "answer_to": number, "decision": decision, "action": "release", "findings": len(lift.findings),
            "sha256": digest, "answer_sha256": digest_of_answer(answer),
        }  # fmt: skip
    return decision


def refuse(case: Case, number: int, *, by: str, reason: str, scanner: Scanner) -> None:
    """Record that a lift is refused, by another person or by whoever asked (raises CaseError)."""
    check_words({"--by": by, "--reason": reason}, scanner)
    with case.action(by, "lift refused") as doing:
        _waiting(case, doing.session, number, "")
        answer = LiftAnswerRow(lift_id=number, at=doing.at, by=by, answer=REFUSED, reason=reason, decision_id=0)
        doing.session.add(answer)
        doing.session.flush()
        doing.about |= {"answer_to": number, "answer_sha256": digest_of_answer(answer)}


def _waiting(case: Case, session: Session, number: int, by: str) -> Lift:
    lift = next((each for each in lifts(case, session) if each.number == number), None)
    if lift is None:
        raise CaseError("desk", f"nobody asked for a lift {number}", "the page of lifts shows them")
    if lift.answer:
        raise CaseError("desk", f"lift {number} was {lift.answer} by {lift.answered_by}", "ask anew")
    if " ".join(by.split()).casefold() == " ".join(lift.by.split()).casefold():
        raise CaseError("desk", "nobody signs a lift that they asked for", "another person looks and signs it")
    return lift


def lifts(case: Case, session: Session | None = None) -> list[Lift]:
    """Return the lifts of a case, in order."""
    if session is None:
        with Session(case.engine) as own:
            return lifts(case, own)
    answers = {each.lift_id: each for each in session.scalars(select(LiftAnswerRow))}
    found: dict[int, list[str]] = {}
    for each in session.scalars(select(LiftFindingRow).order_by(LiftFindingRow.finding_id)):
        found.setdefault(each.lift_id, []).append(each.finding_id)
    rows = session.scalars(select(LiftRow).where(LiftRow.case_id == case.id).order_by(LiftRow.id))
    return [_lift(row, tuple(found.get(row.id, ())), answers.get(row.id)) for row in rows]


def _lift(row: LiftRow, findings: tuple[str, ...], answer: LiftAnswerRow | None) -> Lift:
    asked = (row.id, row.at, row.by, row.ground, row.reason, findings)
    if answer is None:
        return Lift(*asked)
    return Lift(*asked, answer.answer, answer.by, answer.at, answer.reason, answer.decision_id)


def digest_of_lift(session: Session, number: int) -> str:
    """Return the digest by which the audit trail binds what was asked."""
    rows = session.scalars(select(LiftFindingRow).where(LiftFindingRow.lift_id == number))
    return rows_digest([values_of(session.get_one(LiftRow, number), _ASKED), *([each.finding_id] for each in rows)])


def digest_of_answer(row: LiftAnswerRow) -> str:
    """Return the digest by which the audit trail binds an answer."""
    return rows_digest([[row.lift_id, row.at, row.by, row.answer, row.reason, row.decision_id]])
