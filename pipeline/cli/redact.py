"""``releasable redact``: the release folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.console import progress_bar
from pipeline.cli.options import (
    Accuracy,
    AccuracyOption,
    CollectedOption,
    ConfigOption,
    ConsentsOption,
    Engine,
    EngineOption,
    EntitiesOption,
    FactsOption,
    FlagsOption,
    Inputs,
    OriginOption,
    Recipient,
    SparkMasterOption,
    SubjectOption,
    WorkersOption,
)
from pipeline.cli.running import Asked, asked_of, beside, describe_run, engine, make_job, state_facts
from pipeline.cli.signing import office_signature
from pipeline.cli.stating import Stated
from pipeline.cli.stores import here, place_of
from pipeline.cli.typed import see_typed
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.evidence.documents import Office
    from pipeline.inputs import InputFile
    from pipeline.release import Release


class OnReview(StrEnum):
    """What happens with findings that wait for a person: show the proposal, or hold their record."""

    PROPOSE = "propose"
    HOLD = "hold"


def redact_command(
    paths: Inputs,
    out: Annotated[Path, typer.Option("--out", help="The release folder to make; it must not exist yet.")],
    policy: Annotated[str, typer.Option("--policy", help="The policy that decides: a pack's name or a file.")] = "",
    request: Annotated[str, typer.Option("--request", help="The request's number, for log and manifest.")] = "",
    on_review: Annotated[
        OnReview, typer.Option("--on-review", help="propose: withhold what waits for a person; hold: hold its record.")
    ] = OnReview.PROPOSE,
    recipients: Annotated[
        list[Recipient] | None,
        typer.Option(
            "--recipient", help="Who receives the copy; given several times: a folder of its own in --out each."
        ),
    ] = None,
    origin: OriginOption = "",
    collected_on: CollectedOption = "",
    flags: FlagsOption = None,
    facts: FactsOption = None,
    consents: ConsentsOption = None,
    for_subject: SubjectOption = None,
    case: Annotated[
        Path | None, typer.Option("--case", help="The case to make or go on with: what people decided is honoured.")
    ] = None,
    database: Annotated[
        str, typer.Option("--database", help="For a new case: a PostgreSQL URL instead of SQLite in its folder.")
    ] = "",
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="An earlier release of the case: what differs from it holds this one."),
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign the release, if it is final, with the office's key.")
    ] = False,
    accuracy: AccuracyOption = Accuracy.THOROUGH,
    entities: EntitiesOption = "",
    workers_: WorkersOption = 0,
    config: ConfigOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped or killed.")] = False,
    engine_: EngineOption = Engine.LOCAL,
    spark_master: SparkMasterOption = "",
) -> None:
    """Write a copy that may be released, with its log, manifest and report, and prove that it is clean.

    Examples:
      releasable redact mailbox.mbox --policy montana --out release/
      releasable redact export/ --policy massachusetts --request 2026-114 --out release-114/
      releasable redact dump.csv --policy my-policy.yaml --config our-config/ --on-review hold --out release/
      releasable redact export/ --policy montana --recipient requester --recipient public --out release/
      releasable redact vehicles.csv --policy motor_vehicle_records --facts facts.yaml --out release/
      releasable redact export/ --policy montana --request 2026-114 --case case-114/ --sign --out release-114-2/
      releasable redact export/ --policy montana --out release/ --resume      (after a power cut: goes on)

    Exit codes: 0 final; 1 provisional or something is held; 3 something could not be examined and is held.
    """
    if not policy:
        from pipeline.policy.load import packs  # noqa: PLC0415 - keeps --help quick

        listed = ", ".join(packs(config))
        raise UsageError("--policy", "a redaction needs a policy to decide by", f"policies: {listed}; or a file")
    given = tuple(dict.fromkeys(recipients or [Recipient.REQUESTER]))
    if for_subject and Recipient.REQUESTER not in given:
        raise UsageError("--for-subject", "a person's own record goes to that person", "use --recipient requester")
    told = Stated(given[0].value, origin, collected_on, tuple(flags or ()), facts, consents, for_subject)
    asked = Asked(policy, config, accuracy, entities, workers_, told, engine=engine_, spark_master=spark_master)
    wanted = Wanted(
        request,
        hold_undecided=on_review is OnReview.HOLD,
        case=case,
        database=database,
        sign=sign,
        against=tuple(against or ()),
        resume=resume,
    )
    raise typer.Exit(max(_for_each(paths, out, asked, given, wanted)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for beside the paths: the request, its case, what waits for a person, a signature."""

    request: str = ""
    hold_undecided: bool = False
    case: Path | None = None
    database: str = ""
    sign: bool = False
    against: tuple[Path, ...] = ()
    resume: bool = False


def _for_each(paths: list[str], out: Path, asked: Asked, given: Sequence[Recipient], wanted: Wanted) -> Iterator[int]:
    """Release one version for each recipient; the rules decide them all, from the same findings and facts."""
    from pipeline.cli.tables import print_release  # noqa: PLC0415 - keeps --help quick

    for each in given:
        folder = out / each.value if len(given) > 1 else out
        mine = replace(asked, stated=replace(asked.stated, recipient=each.value))
        done = redact_paths(paths, folder, mine, wanted)
        print_release(done.summary, str(folder))
        if wanted.sign and done.summary.status != "final":
            typer.echo("not signed: a provisional release is never signed")
        yield done.exit_code


def redact_paths(paths: Sequence[str | Path], out: Path, asked: Asked, wanted: Wanted | None = None) -> Release:
    """Scan files and write their release (see :mod:`pipeline.release`), with its case where one is wanted.

    An input is a path or, where Spark runs, an address as it reads them (``s3a://bucket/export``).
    """
    from pipeline.errors import OutputError  # noqa: PLC0415 - keeps --help quick

    if out.exists() or out.is_symlink():
        raise OutputError(str(out), "this folder exists already", "name a new folder with --out")
    with beside(out, asked), here(paths, asked) as found:
        return _redact([place_of(each) for each in paths], found, out, asked, wanted or Wanted())


def _redact(given: Sequence[str | Path], paths: list[Path], out: Path, asked: Asked, wanted: Wanted) -> Release:
    from pipeline.errors import ClusterLost, OutputError, Stopped  # noqa: PLC0415 - keeps --help quick
    from pipeline.evidence.documents import Office  # noqa: PLC0415
    from pipeline.intake import are_tables, collect  # noqa: PLC0415

    office = Office(asked.config, sign=office_signature() if wanted.sign else None)
    files = collect(paths)
    if wanted.against and wanted.case is None:
        raise UsageError("--against", "an earlier release is compared by its case", "name the case with --case")
    if wanted.resume and wanted.case is not None:
        raise UsageError("--resume", "a run with a case cannot go on where it stopped", "run it again without --resume")
    if wanted.case is not None:
        return _with_case(wanted.case, given, files, out, asked, wanted, office)
    from pipeline.engine import scan  # noqa: PLC0415
    from pipeline.release import release  # noqa: PLC0415
    from pipeline.resuming import working_folder  # noqa: PLC0415

    names = [each.name for each in files]
    job, loaded = make_job(asked)
    # what is wrong in it is told before anything is made
    see_typed(state_facts(job, asked.stated, names, loaded), wanted.request)
    described = asked_of(
        files, job, loaded, describe_run(job, loaded, wanted.request), hold_undecided=wanted.hold_undecided
    )
    described["what was stated"] = asked.stated.told()
    folder = working_folder(out, described, job.decided_at, resume=wanted.resume)
    job = replace(job, key=folder.key, decided_at=folder.started_at, only_tables=are_tables(files))
    job = state_facts(job, asked.stated, names, loaded)
    run = describe_run(job, loaded, wanted.request)
    held = wanted.hold_undecided
    try:
        with engine(job, asked, folder.workspace.folder) as pool, progress_bar() as progress:
            done = scan(files, job, loaded, pool, progress, workspace=folder.workspace, to_write=True)
            made = release(done, out, run, pool, hold_undecided=held, progress=progress, office=office)
    except KeyboardInterrupt:
        raise Stopped(str(out), "the run was stopped", "the same command with --resume goes on from here") from None
    except ClusterLost:  # what is worked out is kept, as after a power cut
        raise
    except OSError as error:  # a full disk, most often
        folder.dispose()
        what = f"the release cannot be written ({error.strerror})"
        raise OutputError(str(out), what, "make room or choose another --out; nothing was released") from None
    except BaseException:
        folder.dispose()
        raise
    folder.dispose()
    return made


def _with_case(
    folder: Path,
    given: Sequence[str | Path],
    files: list[InputFile],
    out: Path,
    asked: Asked,
    wanted: Wanted,
    office: Office,
) -> Release:
    from pipeline.case.deciding import overrides_of  # noqa: PLC0415 - keeps --help quick
    from pipeline.case.proof import run_against  # noqa: PLC0415
    from pipeline.casework import Task, release_with_case  # noqa: PLC0415
    from pipeline.cli.opening import open_or_make_case  # noqa: PLC0415
    from pipeline.cli.rerun import kept_of  # noqa: PLC0415

    job, policy = make_job(asked)  # a wrong policy makes no case
    assert policy is not None
    names = [each.name for each in files]
    see_typed(state_facts(job, asked.stated, names, policy), wanted.request)  # nor does what nobody may write
    case = open_or_make_case(folder, wanted.request, wanted.database)
    case.keeping.keep_inputs(given, folder, kept_of(asked, hold_undecided=wanted.hold_undecided))
    job = replace(job, key=case.key, overrides=overrides_of(case))
    job = state_facts(job, asked.stated, names, policy)
    see_typed(job, "", case)
    run = describe_run(job, policy, wanted.request or case.row.request)
    earlier = tuple(run_against(case, folder) for folder in wanted.against)
    task = Task(files, policy, out, run, office, wanted.hold_undecided, earlier)
    with (
        tempfile.TemporaryDirectory(prefix=".releasable-") as shared,  # beside the release, where Spark runs the units
        engine(job, asked, Path(shared)) as pool,
        progress_bar() as progress,
    ):
        return release_with_case(case, task, job, pool, progress)
