"""A run that is taken up again: what it had recorded in its case before it was killed.

A run notes where the audit trail ended when it began. What stands after that place is either its own, so that it goes
on behind it and records nothing twice, or somebody else's: then what it decided by may have changed, and it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from pipeline.case.audit import Head, rows_digest
from pipeline.case.recording import FINDING, SEEN, Outcome, Place, finding_rows, findings_of
from pipeline.case.sampled import REOPENED
from pipeline.case.store import Case
from pipeline.case.tables import ReleaseRow, RunRow
from pipeline.errors import ResumeRefused
from pipeline.policy.schema import Policy

_OWN: Final[tuple[list[str], ...]] = ([], ["examined"], ["examined", "released"])
_REMEDY: Final = "run without --resume (a release folder that this run had written already goes first)"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a run recorded before it was killed: its number (0: nothing yet), and the place of its release."""

    run: int = 0
    place: Place | None = None
    manifest_sha256: str = ""


NOTHING_YET: Final = Recorded()


def recorded_since(case: Case, begun: Head, started_at: str) -> Recorded:
    """Return what the run that began at ``begun`` has recorded.

    Args:
        case: the case.
        begun: where the audit trail ended when the run began.
        started_at: the time of the run.

    Raises:
        ResumeRefused: somebody wrote to the case meanwhile, or the trail is not that of then.
    """
    entries = case.entries()
    before = entries[: begun.length]
    told = [each.told for each in entries[begun.length :]]
    while len(told) > 2 and told[-1]["action"] == REOPENED:  # what its release says of a miss of an earlier one
        told.pop()
    is_same = len(before) == begun.length and (not before or before[-1].hash == begun.hash)
    if not is_same or [each["action"] for each in told] not in _OWN:
        raise _changed(case)
    if not told:
        return NOTHING_YET
    run = int(told[0]["about"]["run"])
    with Session(case.engine) as session:
        row = session.get(RunRow, run)
        if row is None or row.at != started_at or any(each["about"]["run"] != run for each in told):
            raise _changed(case)
        if len(told) == 1:
            return Recorded(run)
        made = session.get(ReleaseRow, (case.id, int(told[1]["about"]["release"])))
        if made is None:
            raise _changed(case)
        place = Place(made.sequence, made.previous, Head(made.audit_head, made.audit_length))
        return Recorded(run, place, made.manifest_sha256)


def check_same_findings(case: Case, run: int, outcomes: Iterable[Outcome], policy: Policy) -> None:
    """See that what is found and decided now is what a run recorded (raises ResumeRefused)."""
    now = finding_rows(case, run, outcomes, policy, in_copy=False)
    told = rows_digest([["finding", *(each[name] for name in (*FINDING, *SEEN))] for each in now])
    with Session(case.engine) as session:
        if rows_digest(findings_of(session, run, in_copy=False)) != told:
            raise _changed(case)


def _changed(case: Case) -> ResumeRefused:
    return ResumeRefused(str(case.folder), "the case changed since the run began", _REMEDY)
