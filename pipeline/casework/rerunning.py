"""Rerun: what another policy changes against the last release of a case, and a supplemental release of just that.

All records are examined again, since what is withheld in one is searched for in all; what is written are the records
whose decisions changed. Decisions that people made stay theirs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.changes import Change, Compared, changes_since
from pipeline.case.overrides import NAME_ORDINAL, place_digest
from pipeline.case.recording import content_digest, latest_release
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import ReleaseRow, SourceRow, UnitRow
from pipeline.casework.differencing import ReleaseHeld
from pipeline.casework.road import Seen, Task, handed_over, looked_at, recorded
from pipeline.evidence.log import plain_cell
from pipeline.release import Release
from pipeline.results import Progress
from pipeline.state import Job
from pipeline.workspace import Runner

CHANGES: Final = "decision-changes.csv"
COLUMNS: Final = ("file", "place", "entity", "before", "after")


@dataclass(frozen=True, slots=True)
class Rerun:
    """What changes against which release, and the supplemental release (None where nothing was written)."""

    against: int
    changes: tuple[Change, ...]
    release: Release | None = None


def supplemented(case: Case) -> ReleaseRow:
    """Return the last release of a case (raises CaseError)."""
    with Session(case.engine, expire_on_commit=False) as session:
        row = latest_release(session, case.id)
    if row is None:
        what = "it has no release whose decisions could change"
        raise CaseError(str(case.folder), what, "make the first one: redact --case")
    return row


def rerun(
    case: Case, task: Task, job: Job, runner: Runner, *, dry_run: bool = False, progress: Progress | None = None
) -> Rerun:
    """Compare the decisions under the policy of ``task`` with the last release, and write what changes.

    Args:
        case: open, with its key; ``job`` has that key and the case's overrides.
        task: the files of the last release, the other policy, where to write.
        job: what the workers were set up with.
        runner: the workers.
        dry_run: compare only; nothing is written and nothing recorded.
        progress: is told stage, done and total.

    Raises:
        CaseError: there is no release yet, the files are not those of the last run, or the case is closed.
        ReleaseHeld: what a person withheld would come out, or duplicates contradict.
        LeakFound: a withheld value survived.
    """
    before = supplemented(case)
    same_files(case, before.run_id, task)
    seen = looked_at(task, job, runner, progress)
    told = changes_since(case, before.run_id, seen.found, seen.about.labels)
    if dry_run:
        return Rerun(before.sequence, told.changes)
    number = 0
    if told.changes:
        number = recorded(case, seen)
        _hold_what_is_lost(told)
    _tell(case, task, before, told)
    if not told.changes:
        return Rerun(before.sequence, ())
    done = replace(seen.done, leaving=_units_of(case, seen, told.changes))
    done.job = replace(done.job, enclosed={**done.job.enclosed, CHANGES: changes_csv(told.changes)})
    seen = replace(seen, done=done)
    made = handed_over(case, number, replace(task, supplements=before.sequence), seen, runner, progress)
    return Rerun(before.sequence, told.changes, made)


def same_files(case: Case, run: int, task: Task) -> None:
    """See that the files are those that the last release was made of (raises CaseError)."""
    given = {place_digest(case.keyed, "path", each.name): content_digest(case.key, each) for each in task.files}
    with Session(case.engine) as session:
        wanted = select(SourceRow).where(SourceRow.case_id == case.id, SourceRow.run_id <= run)
        known = {(each.key, each.content) for each in session.scalars(wanted)}
        read = set(session.scalars(select(UnitRow.source).where(UnitRow.run_id == run)))
    if not set(given.items()) <= known or not read <= given.keys():
        what = "files were added, changed or taken away since the last release"
        raise CaseError(str(case.folder), what, "make a release of them as they are now: redact --case")


def _hold_what_is_lost(told: Compared) -> None:
    if told.lost:
        raise ReleaseHeld(
            f"{told.lost} decisions of people",
            "what a person withheld would come out, because it is found otherwise now; nothing was released",
            "decide these places anew (releasable case findings, case decide) and run rerun again",
        )


def _tell(case: Case, task: Task, before: ReleaseRow, told: Compared) -> None:
    with case.action("releasable", "compared with another policy") as action:
        action.policy = f"{task.policy.name} {task.policy.version}"
        action.about |= {
            "against_release": before.sequence,
            "policy_sha256": task.policy.sha256,
            "decisions_changed": len(told.changes),
        }


def _units_of(case: Case, seen: Seen, changes: Iterable[Change]) -> frozenset[str]:
    """Return the keys of the units whose decisions changed; a changed name of a file takes all of it."""
    places = {(each.source, each.ordinal) for each in changes}
    keys = set()
    for result in seen.done.files:
        source = place_digest(case.keyed, "path", result.file.name)
        whole = (source, NAME_ORDINAL) in places
        keys |= {each.unit.key for each in result.units if whole or (source, each.unit.ordinal) in places}
    return frozenset(keys)


def changes_csv(changes: Sequence[Change]) -> bytes:
    """Return the list of changes as it lies in a supplemental release."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in changes:
        writer.writerow([plain_cell(getattr(each, name)) for name in COLUMNS])
    return stream.getvalue().encode("utf-8")
