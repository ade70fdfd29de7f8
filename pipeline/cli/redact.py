"""``releasable redact``: the release folder."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.console import progress_bar
from pipeline.cli.options import (
    Accuracy,
    AccuracyOption,
    ConfigOption,
    Engine,
    EngineOption,
    EntitiesOption,
    Paths,
    SparkMasterOption,
    WorkersOption,
)
from pipeline.cli.running import Asked, asked_of, describe_run, engine, make_job, prepare_spark
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.release import Release


class OnReview(StrEnum):
    """What happens with findings that wait for a person: show the proposal, or hold their record."""

    PROPOSE = "propose"
    HOLD = "hold"


class Recipient(StrEnum):
    """Who receives the copy."""

    REQUESTER = "requester"
    PUBLIC = "public"
    COURT = "court"
    AGENCY = "agency"


def redact_command(
    paths: Paths,
    out: Annotated[Path, typer.Option("--out", help="The release folder to make; it must not exist yet.")],
    policy: Annotated[str, typer.Option("--policy", help="The policy that decides: a pack's name or a file.")] = "",
    request: Annotated[str, typer.Option("--request", help="The request's number, for log and manifest.")] = "",
    on_review: Annotated[
        OnReview, typer.Option("--on-review", help="propose: withhold what waits for a person; hold: hold its record.")
    ] = OnReview.PROPOSE,
    recipient: Annotated[Recipient, typer.Option("--recipient", help="Who receives the copy.")] = Recipient.REQUESTER,
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
      releasable redact export/ --policy montana --out release/ --resume      (after a power cut: goes on)

    Exit codes: 0 final; 1 provisional or something is held; 3 something could not be examined and is held.
    """
    if not policy:
        from pipeline.policy.load import packs  # noqa: PLC0415 - keeps --help quick

        listed = ", ".join(packs(config))
        raise UsageError("--policy", "a redaction needs a policy to decide by", f"policies: {listed}; or a file")
    asked = Asked(policy, config, accuracy, entities, workers_, recipient.value, engine_, spark_master)
    done = redact_paths(paths, out, asked, request=request, hold_undecided=on_review is OnReview.HOLD, resume=resume)
    from pipeline.cli.tables import print_release  # noqa: PLC0415

    print_release(done.summary, str(out))
    raise typer.Exit(done.exit_code)


def redact_paths(
    paths: list[Path],
    out: Path,
    asked: Asked,
    *,
    request: str = "",
    hold_undecided: bool = False,
    resume: bool = False,
) -> Release:
    """Scan files and write their release (see :mod:`pipeline.release`)."""
    from pipeline.engine import scan  # noqa: PLC0415 - keeps --help quick
    from pipeline.errors import ClusterLost, OutputError, Stopped  # noqa: PLC0415
    from pipeline.intake import collect  # noqa: PLC0415
    from pipeline.release import release  # noqa: PLC0415
    from pipeline.resuming import working_folder  # noqa: PLC0415

    if out.exists() or out.is_symlink():
        raise OutputError(str(out), "this folder exists already", "name a new folder with --out")
    if asked.engine is Engine.SPARK:
        prepare_spark(out, asked)
    files = collect(paths)
    job, loaded = make_job(asked)
    described = asked_of(files, job, loaded, describe_run(job, loaded, request), hold_undecided=hold_undecided)
    folder = working_folder(out, described, job.decided_at, resume=resume)
    job = replace(job, key=folder.key, decided_at=folder.started_at)
    run = describe_run(job, loaded, request)
    try:
        with engine(job, asked, folder.workspace.folder) as pool, progress_bar() as progress:
            done = scan(files, job, loaded, pool, progress, workspace=folder.workspace, to_write=True)
            made = release(done, out, run, pool, hold_undecided=hold_undecided, progress=progress)
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
