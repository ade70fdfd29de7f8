"""A release with its case: scan, record, release, record. The one place where the road and the case meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.case.recording import (
    Examination,
    Handed,
    Outcome,
    next_place,
    record_examination,
    record_release,
)
from pipeline.case.store import Case
from pipeline.differencing import compared_now, differences, hold_for, likenesses
from pipeline.engine import Progress, Scan, scan
from pipeline.evidence.documents import Office
from pipeline.evidence.manifest import MANIFEST, file_sha256
from pipeline.evidence.summary import Binding, Run
from pipeline.inputs import InputFile
from pipeline.likeness import Likeness
from pipeline.policy.schema import Policy
from pipeline.release import Release, output_names, release
from pipeline.state import Job
from pipeline.workspace import Runner


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


def release_with_case(case: Case, task: Task, job: Job, runner: Runner, progress: Progress | None = None) -> Release:
    """Write a release and record it in its case.

    Args:
        case: open, with its key; ``job`` has that key and the case's overrides.
        task: what is to be released.
        job: what the workers were set up with.
        runner: the workers.
        progress: is told stage, done and total.

    Raises:
        OutputError: the folder exists or cannot be written.
        LeakFound: a withheld value survived.
        CaseError: the case is closed.
        ReleaseHeld: duplicates contradict, or decisions differ from those of the runs in ``task.against``.
    """
    done = scan(task.files, job, task.policy, runner, progress)
    about = examination(done, task.policy)
    found = list(outcomes(done, likenesses(done, runner)))
    told = differences(case, compared_now(case, found, about.labels), task.against)
    number = record_examination(case, found, about, told)
    hold_for(case, told)
    return _release(case, number, task, done, about, runner, progress)


def _release(
    case: Case,
    number: int,
    task: Task,
    done: Scan,
    about: Examination,
    runner: Runner,
    progress: Progress | None,
) -> Release:
    place = next_place(case)
    binding = Binding(case.id, place.sequence, place.previous, place.head.hash, place.head.length)
    handed_over = release(
        done,
        task.out,
        replace(task.run, binding=binding),
        runner,
        hold_undecided=task.hold_undecided,
        progress=progress,
        office=task.office,
    )
    handed = Handed(
        manifest_sha256=file_sha256(task.out / MANIFEST),
        status=handed_over.summary.status,
        mended=tuple(outcomes(done)),
        needles=frozenset(done.withheld_needles),
    )
    record_release(case, number, place, handed, about)
    return handed_over


def examination(done: Scan, policy: Policy) -> Examination:
    """Return what is the same for a whole scan, as the case records it."""
    job = done.job
    return Examination(job.decided_at, policy, job.level, job.facts.recipient, output_names(done))


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
