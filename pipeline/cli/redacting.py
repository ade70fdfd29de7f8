"""What ``releasable redact`` does for one release, with a case or without, from the start or behind a killed run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.cli.console import progress_bar
from pipeline.cli.options import Engine
from pipeline.cli.running import Asked, asked_of, beside, describe_run, engine, make_release_job, state_facts
from pipeline.cli.signing import office_signature
from pipeline.cli.stores import here, place_of
from pipeline.cli.typed import see_typed
from pipeline.errors import ClusterLost, OutputError, Stopped, UsageError

if TYPE_CHECKING:
    from pipeline.case.audit import Head
    from pipeline.case.resumed import Recorded
    from pipeline.case.store import Case
    from pipeline.evidence.documents import Office
    from pipeline.inputs import InputFile
    from pipeline.policy.schema import Policy
    from pipeline.release import Release
    from pipeline.resuming import WorkingFolder
    from pipeline.state import Job

_CASE: Final = "the case"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for beside the paths: the request, its case, what waits for a person, a signature.

    ``of_several`` says that the command makes other releases too: a finished one is remembered until all are.
    """

    request: str = ""
    hold_undecided: bool = False
    case: Path | None = None
    database: str = ""
    sign: bool = False
    against: tuple[Path, ...] = ()
    resume: bool = False
    of_several: bool = False
    mask: bool = False


def redact_paths(paths: Sequence[str | Path], out: Path, asked: Asked, wanted: Wanted | None = None) -> Release:
    """Scan files and write their release (see :mod:`pipeline.release`), with its case where one is wanted.

    An input is a path or, where Spark runs, an address as it reads them (``s3a://bucket/export``).
    """
    return redact_once(paths, out, asked, wanted or Wanted())[0]


def redact_once(paths: Sequence[str | Path], out: Path, asked: Asked, wanted: Wanted) -> tuple[Release, WorkingFolder]:
    """Write one release; return it with its working folder, which is gone unless it is one of several."""
    if (out.exists() or out.is_symlink()) and not wanted.resume:
        raise OutputError(str(out), "this folder exists already", "name a new folder with --out")
    if wanted.against and wanted.case is None:
        raise UsageError("--against", "an earlier release is compared by its case", "name the case with --case")
    with beside(out, asked), here(paths, asked) as found:
        from pipeline.evidence.documents import Office  # noqa: PLC0415 - keeps --help quick
        from pipeline.intake import collect  # noqa: PLC0415

        office = Office(asked.config, sign=office_signature() if wanted.sign else None)
        files = collect(found)
        job, policy = make_release_job(asked)  # what is wrong is told before anything is made: no case, no release
        told = state_facts(job, asked.stated, [each.name for each in files], policy)
        told = see_typed(told, wanted.request, mask=wanted.mask, approved_by=policy.approved_by)
        one = _Redaction([place_of(each) for each in paths], files, out, asked, wanted, policy, office, told)
        return one.begin(job).made()


def held_by_misses(folder: Path) -> list[str]:
    """Return how the latest release of a case is held by what was missed in releases before it."""
    from pipeline.case.proof import miss_problems  # noqa: PLC0415 - keeps --help quick
    from pipeline.case.recording import next_place  # noqa: PLC0415
    from pipeline.cli.opening import open_case  # noqa: PLC0415

    case = open_case(folder)
    return miss_problems(case, next_place(case).sequence - 1)


@dataclass(frozen=True, slots=True)
class _Redaction:
    """One release to make: of which files, where to, as what was asked."""

    given: Sequence[str | Path]
    files: list[InputFile]
    out: Path
    asked: Asked
    wanted: Wanted
    policy: Policy
    office: Office
    typed: Job
    """With what people typed, as it is stored: examined, and masked where that was wanted."""

    def begin(self, job: Job) -> _Begun:
        """Return the run as it begins, or as it goes on behind one that was killed."""
        if self.wanted.case is not None:
            return self._begin_with_case(job, self.wanted.case)
        from pipeline.case.resumed import NOTHING_YET  # noqa: PLC0415 - keeps --help quick
        from pipeline.intake import are_tables  # noqa: PLC0415
        from pipeline.resuming import working_folder  # noqa: PLC0415

        folder = working_folder(self.out, self._described(job), job.decided_at, resume=self.wanted.resume)
        job = replace(job, key=folder.key, decided_at=folder.started_at, only_tables=are_tables(self.files))
        return _Begun(self, self._stated(job), folder, self.wanted.request, NOTHING_YET)

    def _begin_with_case(self, job: Job, where: Path) -> _Begun:
        from pipeline.case.deciding import overrides_of  # noqa: PLC0415 - keeps --help quick
        from pipeline.case.proof import run_against  # noqa: PLC0415
        from pipeline.case.resumed import NOTHING_YET, recorded_since  # noqa: PLC0415
        from pipeline.cli.opening import open_or_make_case, see_open  # noqa: PLC0415
        from pipeline.cli.rerun import kept_of  # noqa: PLC0415
        from pipeline.resuming import Within, working_folder  # noqa: PLC0415

        case = open_or_make_case(where, self.wanted.request, self.wanted.database)
        see_open(case)
        kept = kept_of(self.asked, hold_undecided=self.wanted.hold_undecided, mask=self.wanted.mask)
        case.keeping.keep_inputs(self.given, where, kept)
        typed = see_typed(self._stated(replace(job, key=case.key)), "", case, mask=self.wanted.mask)
        request = self.wanted.request or case.row.request
        earlier = tuple(run_against(case, folder) for folder in self.wanted.against)
        place = self._working_place(case)
        head = _begun_at(place) if self.wanted.resume else None
        head = head or case.head
        described = {**self._described(job, request), _CASE: [case.id, head.hash, head.length, list(earlier)]}
        within = Within(place, case.key)
        folder = working_folder(self.out, described, job.decided_at, resume=self.wanted.resume, within=within)
        before = NOTHING_YET
        if folder.taken_up and folder.finished is None:
            before = recorded_since(case, head, folder.started_at)
        job = replace(job, key=case.key, decided_at=folder.started_at, overrides=overrides_of(case, before.run))
        return _Begun(replace(self, typed=typed), self._stated(job), folder, request, before, case, earlier)

    def _stated(self, job: Job) -> Job:
        return state_facts(job, self.asked.stated, [each.name for each in self.files], self.policy)

    def _described(self, job: Job, request: str = "") -> dict[str, object]:
        run = describe_run(job, self.policy, request or self.wanted.request)
        held = self.wanted.hold_undecided
        described = asked_of(self.files, job, self.policy, run, hold_undecided=held)
        return {**described, "what was stated": [self.asked.stated.told(), self.wanted.mask]}

    def _working_place(self, case: Case) -> Path:
        """Return where the working folder lies: in the case, which disposes of it; beside the release for a cluster."""
        from pipeline.case.closing import WORKING  # noqa: PLC0415 - keeps --help quick
        from pipeline.case.overrides import place_digest  # noqa: PLC0415
        from pipeline.resuming import beside as beside_release  # noqa: PLC0415

        if self.asked.engine is not Engine.LOCAL:
            return beside_release(self.out)
        name = place_digest(case.keyed, "out", str(self.out.absolute()))
        return case.folder / WORKING / f"redact-{name}"


def _begun_at(folder: Path) -> Head | None:
    """Return where the trail of its case ended when a run that was killed began (None where there is no such run)."""
    from pipeline.case.audit import Head  # noqa: PLC0415 - keeps --help quick
    from pipeline.resuming import begun_with  # noqa: PLC0415

    told = begun_with(folder, _CASE)
    return Head(str(told[1]), int(told[2])) if told else None


@dataclass(frozen=True, slots=True)
class _Begun:
    """A run on its way: its job and working folder, and what its case knows of it already."""

    asked: _Redaction
    job: Job
    folder: WorkingFolder
    request: str
    before: Recorded
    case: Case | None = None
    earlier: tuple[int, ...] = ()

    def made(self) -> tuple[Release, WorkingFolder]:
        """Return the release and the working folder of the run.

        Raises:
            Stopped: the person stopped it; --resume goes on.
            OutputError: the release cannot be written.
        """
        folder = self.folder
        if folder.finished is not None:
            done: Release = folder.finished
            return done, folder
        out = str(self.asked.out)
        try:
            made = self._release()
        except KeyboardInterrupt:
            raise Stopped(out, "the run was stopped", "the same command with --resume goes on from here") from None
        except ClusterLost:  # what is worked out is kept, as after a power cut
            raise
        except OSError as error:  # a full disk, most often
            folder.dispose()
            what = f"the release cannot be written ({error.strerror})"
            raise OutputError(out, what, "make room or choose another --out; nothing was released") from None
        except BaseException:
            folder.dispose()
            raise
        if self.asked.wanted.of_several:
            folder.finish(made)
        else:
            folder.dispose()
        return made, folder

    def _release(self) -> Release:
        from pipeline.casework.road import Task, release_with_case, written_or_found  # noqa: PLC0415 - keeps --help quick
        from pipeline.engine import scan  # noqa: PLC0415

        this, kept = self.asked, self.folder.workspace
        job = replace(self.job, enclosed=this.typed.enclosed, identity_check=this.typed.identity_check)
        run = describe_run(job, this.policy, self.request)
        held = this.wanted.hold_undecided
        task = Task(this.files, this.policy, this.out, run, this.office, held, self.earlier)
        with (
            engine(job, this.asked, kept.folder) as pool,
            progress_bar() as progress,
        ):
            if self.case is not None:
                return release_with_case(self.case, task, job, pool, progress, workspace=kept, before=self.before)
            done = scan(this.files, job, this.policy, pool, progress, workspace=kept, to_write=True)
            return written_or_found(done, task, run, pool, progress)
