"""A release with its case: scan, record, release, record. The one place where the road and the case meet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from pipeline.case.column_values import keep_column_values
from pipeline.case.overrides import place_digest
from pipeline.case.recording import (
    Examination,
    Handed,
    Outcome,
    next_place,
    record_examination,
    record_release,
)
from pipeline.case.resumed import NOTHING_YET, Recorded, check_same_findings
from pipeline.case.store import Case
from pipeline.casework.differencing import compared_now, differences, hold_for, hold_for_marks, likenesses
from pipeline.casework.likeness import Likeness
from pipeline.casework.missed import found_again
from pipeline.copies.copy_names import output_names
from pipeline.engine import scan
from pipeline.errors import OutputError, ResumeRefused
from pipeline.evidence.documents import Office
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, file_sha256, integrity
from pipeline.evidence.summary import Binding, Run
from pipeline.inputs import InputFile
from pipeline.model import RecordFacts
from pipeline.policy.schema import Policy
from pipeline.release import Release, release
from pipeline.results import Progress, Scan
from pipeline.state import Job
from pipeline.texts.digest import Keyed
from pipeline.workspace import Remembering, Runner, Workspace


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be released: the files, under which policy, where to, and what the evidence says of the run."""

    files: Sequence[InputFile]
    policy: Policy
    out: Path
    run: Run
    office: Office = field(default_factory=Office)
    hold_undecided: bool = False
    against: tuple[int, ...] = ()
    supplements: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan with what the case takes of it: what is the same for all of it, and what is decided unit by unit."""

    done: Scan
    about: Examination
    found: list[Outcome]


def release_with_case(
    case: Case,
    task: Task,
    job: Job,
    runner: Runner,
    progress: Progress | None = None,
    *,
    workspace: Workspace | None = None,
    before: Recorded = NOTHING_YET,
) -> Release:
    """Write a release and record it in its case.

    Args:
        case: open, with its key; ``job`` has that key and the case's overrides.
        task: what is to be released.
        job: what the workers were set up with.
        runner: the workers.
        progress: is told stage, done and total.
        workspace: the working folder of the run; what lies in it is not worked out again.
        before: what this run recorded before it was killed; it is not recorded again.

    Raises:
        OutputError: the folder exists or cannot be written.
        LeakFound: a withheld value survived.
        CaseError: the case is closed.
        ReleaseHeld: duplicates contradict, or decisions differ from those of the runs in ``task.against``.
        ResumeRefused: what is found now is not what was recorded before.
    """
    seen = looked_at(task, job, runner, progress, workspace)
    number = recorded(case, seen, task.against, before)
    return handed_over(case, number, task, seen, runner, progress, before)


def looked_at(
    task: Task, job: Job, runner: Runner, progress: Progress | None = None, workspace: Workspace | None = None
) -> Seen:
    """Return what is found and decided; nothing is recorded yet."""
    done = scan(task.files, job, task.policy, runner, progress, workspace=workspace)
    like = likenesses(done, Remembering(runner, done.workspace))
    return Seen(done, examination(done, task.policy), list(outcomes(done, like)))


def recorded(case: Case, seen: Seen, against: Sequence[int] = (), before: Recorded = NOTHING_YET) -> int:
    """Record a scan and return the number of its run.

    Raises:
        ReleaseHeld: decisions contradict, or what a person marked is not found any more.
    """
    number, told = _noted(case, seen, against, before)
    hold_for(case, told)
    hold_for_marks(case)
    return number


def examine_with_case(
    case: Case, task: Task, job: Job, runner: Runner, progress: Progress | None = None,
    look: Callable[[Scan], None] | None = None,
) -> int:  # fmt: skip
    """Find and decide what is in the files, record it in the case, and write nothing; return the number of the run.

    Takes and raises what :func:`release_with_case` does, but holds nothing: what contradicts waits in the case.
    ``look`` is shown what was found.
    """
    seen = looked_at(task, job, runner, progress)
    number = _noted(case, seen, task.against)[0]
    if look is not None:
        look(seen.done)
    return number


def _noted(
    case: Case, seen: Seen, against: Sequence[int], before: Recorded = NOTHING_YET
) -> tuple[int, list[dict[str, str]]]:
    told = differences(case, compared_now(case, seen.found, seen.about.labels), against)
    if before.run:
        check_same_findings(case, before.run, seen.found, seen.about.policy)
        return before.run, told
    return record_examination(case, seen.found, seen.about, told), told


def handed_over(
    case: Case,
    number: int,
    task: Task,
    seen: Seen,
    runner: Runner,
    progress: Progress | None = None,
    before: Recorded = NOTHING_YET,
) -> Release:
    """Write the release of a recorded scan and record it too."""
    done, about = seen.done, seen.about
    place = before.place or next_place(case)
    trail = (place.head.hash, place.head.length)
    binding = Binding(case.id, place.sequence, place.previous, *trail, supplements=task.supplements)
    run = replace(task.run, binding=binding)
    made = written_or_found(done, task, run, runner, progress)
    handed = Handed(
        manifest_sha256=file_sha256(task.out / MANIFEST),
        status=made.summary.status,
        mended=tuple(outcomes(done)),
        needles=frozenset(done.withheld_needles),
        columns_sha256=keep_column_values(case, number, done.index),
    )
    if before.place is None:
        record_release(case, number, place, handed, about)
    elif before.manifest_sha256 != handed.manifest_sha256:
        raise ResumeRefused(
            str(task.out), "the release that is recorded is another one", "make a new one, without --resume"
        )
    found_again(case, task.out, runner, place.sequence)  # what was missed and mended before holds it, if it stands
    return made


def written_or_found(done: Scan, task: Task, run: Run, runner: Runner, progress: Progress | None = None) -> Release:
    """Write a release; where one lies there already, see that it is the one that this run writes.

    A run that was killed between the two leaves a release that nothing tells of: it is made again, elsewhere, and
    compared. Takes and raises what :func:`pipeline.release.release` does.
    """

    def write_to(out: Path) -> Release:
        held, office = task.hold_undecided, task.office
        return release(done, out, run, runner, hold_undecided=held, progress=progress, office=office)

    if not task.out.exists():
        return write_to(task.out)
    again = done.workspace.folder / "again"
    shutil.rmtree(again, ignore_errors=True)
    made = write_to(again)
    is_same = not integrity(task.out, (SIGNATURE,))
    is_same = is_same and (task.out / MANIFEST).read_bytes() == (again / MANIFEST).read_bytes()
    shutil.rmtree(again)
    if not is_same:
        raise OutputError(str(task.out), "this folder exists already", "name a new folder with --out")
    return replace(made, folder=task.out)


def examination(done: Scan, policy: Policy) -> Examination:
    """Return what is the same for a whole scan, as the case records it."""
    job = done.job
    return Examination(
        job.decided_at, policy, job.level, job.facts.recipient, output_names(done), facts_digest(job)
    )  # fmt: skip


def facts_digest(job: Job) -> str:
    """Return the keyed digest of all that is stated of the records of a run, but for the day of the release."""
    told = [f"{name}\0{_stated(facts)}" for name, facts in sorted({"": job.facts, **job.file_facts}.items())]
    return place_digest(Keyed(job.key), "facts", *told)


def _stated(facts: RecordFacts) -> str:
    values = {each.name: getattr(facts, each.name) for each in fields(facts) if each.name != "released_on"}
    return repr([(name, sorted(told) if isinstance(told, frozenset) else told) for name, told in values.items()])


def outcomes(done: Scan, like: Mapping[str, Likeness] | None = None) -> Iterator[Outcome]:
    """Yield what was found and decided in each unit, with its likeness where it is known, and in each file's name."""
    none = Likeness("")
    for result in done.files:
        kind = result.planned.source.format if result.planned.source else ""
        yield Outcome(result.file, kind, None, tuple(result.name_decisions))
        for unit in result.units:
            same = (like or {}).get(unit.unit.key, none)
            decided = tuple(unit.decisions)
            cover, told = unit.coverage(decided).cover.value, decided
            yield Outcome(result.file, kind, unit.unit, told, cover, unit.held, same.content, same.sketch)
