"""The sample of a certificate in the case: the draw and every mark are entries of the audit trail, and nothing else is.

A mark tells a record by its number in the sample (which follows from draw and frame), and whether something was missed
in it; the last mark of a record counts. So a sample that was begun at the terminal goes on at the review desk, the
other way round, and in both at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pipeline.case.standing import Conflict
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import AuditRow, CertificateRow

DRAWN: Final = "drawn"
MARKED: Final = "marked a record of the sample"


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw, as the case recorded it before anything was reviewed: from which frame, with which seed, how many.

    ``strata`` says how the frame was parted ("" not at all), None where the case does not say.
    """

    release: int
    seed: str
    frame_sha256: str
    sizes: Mapping[str, int]
    strata: str | None = None

    @property
    def size(self) -> int:
        """How many records were drawn."""
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True)
class SampleMark:
    """What somebody said of a drawn record: whether something was missed in it, who, when, in which audit entry."""

    missed: bool
    by: str
    at: str
    entry: int


def draw_entry(made: Draw) -> dict[str, Any]:
    """Return what the audit entry of a draw tells."""
    about = {"draw": made.release, "seed": made.seed, "frame_sha256": made.frame_sha256, "sizes": dict(made.sizes)}
    return about | ({"strata": made.strata} if made.strata is not None else {})


class Trail:
    """What the audit trail tells of samples; asked again, it reads on from where it was read to."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._one = threading.Lock()
        self._read = 0
        self._draws: dict[int, Draw] = {}
        self._marks: dict[int, dict[int, SampleMark]] = {}
        self._last: dict[tuple[int, int], int] = {}

    def draw(self, release: int, session: Session | None = None) -> Draw | None:
        """Return the draw for a release."""
        with self._one:
            self._follow(session)
            return self._draws.get(release)

    def marks(self, release: int, session: Session | None = None) -> Mapping[int, SampleMark]:
        """Return what stands of the marks of a release's sample, by the number of the record in it, from 1."""
        with self._one:
            self._follow(session)
            return dict(self._marks.get(release, {}))

    def last(self, release: int, number: int, session: Session | None = None) -> int:
        """Return the number of the audit entry that was the last one about a drawn record, 0 for none."""
        with self._one:
            self._follow(session)
            return self._last.get((release, number), 0)

    def _follow(self, session: Session | None) -> None:
        if session is None:
            with Session(self._case.engine) as own:
                self._take(own)
        else:
            self._take(session)

    def _take(self, session: Session) -> None:
        mine = AuditRow.case_id == self._case.id
        last = session.scalar(select(func.max(AuditRow.number)).where(mine)) or 0
        if last <= self._read:
            return
        told = or_(*(AuditRow.tells("action", each) for each in (DRAWN, MARKED)))
        wanted = select(AuditRow.number, AuditRow.entry).where(
            mine, AuditRow.number > self._read, AuditRow.number <= last
        )
        for number, entry in session.execute(wanted.where(told).order_by(AuditRow.number)):
            self._one_more(number, json.loads(entry))
        self._read = last

    def _one_more(self, number: int, entry: Mapping[str, Any]) -> None:
        about = entry["about"]
        if entry["action"] == DRAWN:
            made = Draw(about["draw"], about["seed"], about["frame_sha256"], about["sizes"], about.get("strata"))
            self._draws.setdefault(made.release, made)
        elif entry["action"] == MARKED:
            marks = self._marks.setdefault(about["sample"], {})
            self._last[about["sample"], about["record"]] = number
            marks.pop(about["record"], None)
            if about["missed"] is not None:
                marks[about["record"]] = SampleMark(about["missed"], entry["by"], entry["at"], number)


def mark_record(
    case: Case, trail: Trail, made: Draw, number: int, missed: bool | None, *, by: str, seen: int = 0
) -> None:
    """Record what somebody says of a drawn record.

    Args:
        case: the case.
        trail: what its trail tells.
        made: the draw.
        number: the record, counted in the sample from 1.
        missed: whether something was missed in it; None takes the mark back.
        by: who read it.
        seen: the audit entry that was the last one about it when it was shown, 0 for none.

    Raises:
        CaseError: there is no such record, the release has its certificate, or another person found a miss in it.
        Conflict: somebody else marked it meanwhile.
    """
    if not 1 <= number <= made.size:
        raise CaseError("sample", "there is no such record in the sample", f"it has the records 1 to {made.size}")
    with case.action(by, MARKED) as action:
        if certificate_in(action.session, case.id, made.release) is not None:
            raise CaseError("sample", "this release has its certificate", "a fresh sample needs a fresh release")
        if trail.last(made.release, number, action.session) != seen:
            what = f"somebody else marked record {number} of the sample meanwhile"
            raise Conflict("sample", what, "look at it again; nothing was changed")
        before = trail.marks(made.release, action.session).get(number)
        if before is not None and before.missed and not missed and before.by != by:  # no one reader undoes a miss
            what = f"another person found something missed in record {number}, and only they take that back"
            raise CaseError("sample", what, "ask them, or mend it and release again")
        action.about |= {"sample": made.release, "record": number, "missed": missed}


def certificate_in(session: Session, case_id: str, release: int) -> CertificateRow | None:
    """Return the certificate of a release, None where it has none."""
    wanted = select(CertificateRow).where(CertificateRow.case_id == case_id, CertificateRow.sequence == release)
    return session.scalars(wanted.order_by(CertificateRow.id)).first()
