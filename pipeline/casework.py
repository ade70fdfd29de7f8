"""A release with its case: scan, record, release, record. The one place where the road and the case meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.case.column_values import keep_column_values
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
    supplements: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan with what the case takes of it: what is the same for all of it, and what is decided unit by unit."""

    done: Scan
    about: Examination
    found: list[Outcome]


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
    seen = looked_at(task, job, runner, progress)
    number = recorded(case, seen, task.against)
    return handed_over(case, number, task, seen, runner, progress)


def looked_at(task: Task, job: Job, runner: Runner, progress: Progress | None = None) -> Seen:
    """Return what is found and decided; nothing is recorded yet."""
    done = scan(task.files, job, task.policy, runner, progress)
    return Seen(done, examination(done, task.policy), list(outcomes(done, likenesses(done, runner))))


def recorded(case: Case, seen: Seen, against: Sequence[int] = ()) -> int:
    """Record a scan and return the number of its run (raises ReleaseHeld where decisions contradict)."""
    number, told = _noted(case, seen, against)
    hold_for(case, told)
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


def _noted(case: Case, seen: Seen, against: Sequence[int]) -> tuple[int, list[dict[str, str]]]:
    told = differences(case, compared_now(case, seen.found, seen.about.labels), against)
    return record_examination(case, seen.found, seen.about, told), told


def handed_over(
    case: Case, number: int, task: Task, seen: Seen, runner: Runner, progress: Progress | None = None
) -> Release:
    """Write the release of a recorded scan and record it too."""
    done, about = seen.done, seen.about
    place = next_place(case)
    trail = (place.head.hash, place.head.length)
    binding = Binding(case.id, place.sequence, place.previous, *trail, supplements=task.supplements)
    made = release(
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
        status=made.summary.status,
        mended=tuple(outcomes(done)),
        needles=frozenset(done.withheld_needles),
        columns_sha256=keep_column_values(case, number, done.index),
    )
    record_release(case, number, place, handed, about)
    return made


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
