"""People lay down what a column of a table holds: appended to the case, bound by its audit trail, used by every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.audit import rows_digest
from pipeline.case.pinned import Pin, Pins
from pipeline.case.recording import latest_run
from pipeline.case.store import Case, CaseError, values_of
from pipeline.case.tables import PinRow, SourceRow
from pipeline.policy.column_pins import ColumnPin

PIN: Final = ("id", "at", "by", "source", "number", "kind", "entity", "part", "reason", "run_id")
KINDS: Final = ("entity", "free_text", "identifier", "quasi", "inert", "unsure")


@dataclass(frozen=True, slots=True)
class Laid:
    """What somebody lays down about a column: table and number (from 1), class ("" lifts a pin), and why."""

    source: str
    number: int
    kind: str
    entity: str = ""
    part: str = "full"
    reason: str = ""


def lay_down(case: Case, laid: Laid, *, by: str) -> int:
    """Record what a person lays down about a column, and return its number. The words were examined before.

    Raises:
        CaseError: there is no such file or class, the class needs an entity, or there is no pin to lift.
    """
    if laid.kind:
        checked(laid)
    with case.action(by, "pinned a column" if laid.kind else "lifted a pin") as doing:
        session = doing.session
        known = select(SourceRow.label).where(SourceRow.case_id == case.id, SourceRow.key == laid.source)
        label = session.scalars(known.order_by(SourceRow.seen_at.desc())).first()
        if label is None:
            raise CaseError("columns", "the case knows no such file", "go back to the columns")
        if not laid.kind and (laid.source, laid.number) not in standing_pins(session, case.id):
            raise CaseError("columns", "this column is not pinned in the case", "look again")
        row = PinRow(
            case_id=case.id, at=doing.at, by=by, source=laid.source, number=laid.number, kind=laid.kind,
            entity=laid.entity if laid.kind == "entity" else "", part=laid.part if laid.kind == "entity" else "full",
            reason=laid.reason, run_id=latest_run(session, case.id),
        )  # fmt: skip
        session.add(row)
        session.flush()
        doing.about |= {
            "pin": row.id, "file": label, "column": row.number, "class": row.kind, "entity": row.entity,
            "sha256": digest_of_pin(row),
        }  # fmt: skip
        return row.id


def checked(laid: Laid) -> ColumnPin:
    """Return what is laid down in its checked form (raises CaseError)."""
    told: dict[str, Any] = {"column": laid.number, "class": laid.kind}
    if laid.kind == "entity":
        told |= {"entity": laid.entity, "part": laid.part}
    try:
        return ColumnPin.model_validate(told)
    except ValidationError:
        what = "that is no class of a column, or the class entity without one that is known"
        raise CaseError("columns", what, f"choose from {', '.join(KINDS)}; entity needs one such as PERSON") from None


def pins_of(session: Session, case_id: str) -> Pins:
    """Return the pins that stand, as the road honours them."""
    rows = standing_pins(session, case_id)
    return {key: Pin(checked(_laid(row)), row.by) for key, row in rows.items()}


def standing_pins(session: Session, case_id: str) -> Mapping[tuple[str, int], PinRow]:
    """Return the pins that stand by table and column: of several the last, unless it lifts."""
    rows = session.scalars(select(PinRow).where(PinRow.case_id == case_id).order_by(PinRow.id))
    last = {(each.source, each.number): each for each in rows}
    return {key: each for key, each in last.items() if each.kind}


def laid_down(case: Case) -> Sequence[PinRow]:
    """Return everything that was laid down about columns, in order."""
    with Session(case.engine, expire_on_commit=False) as session:
        return list(session.scalars(select(PinRow).where(PinRow.case_id == case.id).order_by(PinRow.id)))


def digest_of_pin(row: PinRow) -> str:
    """Return the digest by which the audit trail binds a pin."""
    return rows_digest([values_of(row, PIN)])


def _laid(row: PinRow) -> Laid:
    return Laid(row.source, row.number, row.kind, row.entity, row.part, row.reason)
