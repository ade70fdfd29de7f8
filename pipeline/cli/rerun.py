"""``releasable rerun``: what another policy changes in a case, and a supplemental release of just that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.console import progress_bar
from pipeline.cli.opening import open_case, see_open
from pipeline.cli.options import Accuracy, ConfigOption, WorkersOption
from pipeline.cli.running import Asked, describe_run, make_release_job, state_facts, workers
from pipeline.cli.signing import office_signature
from pipeline.cli.stating import Stated
from pipeline.cli.typed import see_typed
from pipeline.errors import OutputError, UsageError

if TYPE_CHECKING:
    from pipeline.case.changes import Change
    from pipeline.case.store import Case
    from pipeline.casework.rerunning import Rerun

MOST_LINES = 200


def rerun_command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="The folder of a case.", show_default=False)],
    policy: Annotated[str, typer.Option("--policy", help="The policy that decides now: a pack's name or a file.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder of the supplemental release; it must not exist yet.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what changes; write and record nothing.")] = False,
    sign: Annotated[bool, typer.Option("--sign", help="Sign the release, if it is final.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="All lines, not the first 200.")] = False,
    config: ConfigOption = None,
    workers_: WorkersOption = 0,
) -> None:
    """Decide the records of a case under another policy, after an appeal or a change of the rules.

    Lists the decisions that change against the last release, as positions and rules, and writes a supplemental release
    with its log: the records in which a decision changed, numbered after the release that they supplement. What people
    decided stays. Files, facts and options are those of the last run; where they changed, redact --case comes first.

    Examples:
      releasable rerun case-114/ --policy our-policy.yaml --dry-run
      releasable rerun case-114/ --policy our-policy.yaml --out release-114-3/

    Exit codes: 0 final, nothing changes, or --dry-run; 1 provisional or something is held; 3 as for redact.
    """
    if not dry_run and out is None:
        raise UsageError("--out", "it is not said where the release goes", "name a new folder, or list with --dry-run")
    if out is not None and (out.exists() or out.is_symlink()):
        raise OutputError(str(out), "this folder exists already", "name a new folder with --out")
    done = rerun_case(folder, out if not dry_run else None, Asked(policy, config, workers=workers_), sign=sign)
    for line in lines(done.changes, None if all_ else MOST_LINES):
        typer.echo(line)
    if not done.changes:
        typer.echo(f"no decision changes against release {done.against}; nothing is written")
        return
    typer.echo(f"{len(done.changes)} changes against release {done.against}")
    if done.release is not None:
        from pipeline.cli.tables import print_release  # noqa: PLC0415 - keeps --help quick

        print_release(done.release.summary, str(out), done.release.inputs)
        raise typer.Exit(done.release.exit_code)


def lines(changes: Sequence[Change], most: int | None) -> list[str]:
    """Return what changes, in lines: positions, then how often each old decision becomes each new one."""
    told = [f"{each.file}, {each.place}: {each.entity}: {each.before} -> {each.after}" for each in changes[:most]]
    if most is not None and len(changes) > most:
        told.append(f"... and {len(changes) - most} more (--all)")
    counted = Counter((each.entity, each.before, each.after) for each in changes)
    return told + [f"{count} {entity}: {old} -> {new}" for (entity, old, new), count in counted.most_common()]


def rerun_case(folder: Path, out: Path | None, asked: Asked, *, sign: bool = False) -> Rerun:
    """Run a case again under another policy (see ``casework.rerunning``); without ``out`` nothing is written."""
    from pipeline.case.deciding import overrides_of  # noqa: PLC0415 - keeps --help quick
    from pipeline.casework.rerunning import rerun, same_files, supplemented  # noqa: PLC0415
    from pipeline.casework.road import Task  # noqa: PLC0415
    from pipeline.evidence.documents import Office  # noqa: PLC0415
    from pipeline.intake import collect  # noqa: PLC0415

    make_release_job(asked)  # a wrong policy is told first
    case = open_case(folder)
    see_open(case)
    before = supplemented(case)
    asked, hold_undecided = as_last_time(case, asked, before.recipient)
    office = Office(asked.config, sign=office_signature() if sign else None)
    files = collect(case.keeping.inputs())
    job, loaded = make_release_job(asked)
    job = replace(job, key=case.key, overrides=overrides_of(case))
    job = state_facts(job, asked.stated, [each.name for each in files], loaded)
    job = see_typed(job, "", case, mask=bool(case.keeping.asked().get("mask")))
    run = describe_run(job, loaded, case.row.request)
    task = Task(files, loaded, out or folder, run, office, hold_undecided)
    same_files(case, before.run_id, task)
    with workers(job, asked.workers) as pool, progress_bar() as progress:
        return rerun(case, task, job, pool, dry_run=out is None, progress=progress)


def kept_of(asked: Asked, *, hold_undecided: bool, mask: bool = False) -> dict[str, Any]:
    """Return the options of a run as they are kept for a rerun: paths and what was stated, no content of any file."""
    from pipeline.policy.load import find  # noqa: PLC0415 - keeps --help quick

    stated = {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in _stated(asked)}
    return {
        "stated": stated,
        "told": asked.stated.told(),
        "policy": str(find(asked.policy, asked.config).absolute()) if asked.policy else "",
        "config": str(asked.config.absolute()) if asked.config else "",
        "accuracy": asked.accuracy.value,
        "entities": asked.entities,
        "hold_undecided": hold_undecided,
        "mask": mask,
    }


def _stated(asked: Asked) -> list[tuple[str, Any]]:
    return [(name, list(value) if isinstance(value, tuple) else value) for name, value in asdict(asked.stated).items()]


def as_last_time(case: Case, asked: Asked, recipient: str) -> tuple[Asked, bool]:
    """Return what is asked with the options of the last run, and whether it held what is undecided."""
    kept: Mapping[str, Any] = case.keeping.asked()
    if not case.keeping.inputs():
        what = "it is not known on this account where its files lie"
        raise UsageError(str(case.folder), what, "make a release of them here: redact --case")
    told: dict[str, Any] = {"recipient": recipient, **kept.get("stated", {})}
    paths = {name: Path(told[name]) if told.get(name) else None for name in ("facts", "consents", "subject")}
    stated = Stated(**{**told, **paths, "flags": tuple(told.get("flags", ()))})
    missing = next((path for path in paths.values() if path is not None and not path.is_file()), None)
    if missing is not None or (kept and stated.told() != kept.get("told")):
        what = "what was stated of the records changed since the last run (facts, consents or subject)"
        raise UsageError(str(missing or case.folder), what, "make a release under the new statement: redact --case")
    config = asked.config or (Path(kept["config"]) if kept.get("config") else None)
    accuracy = Accuracy(kept.get("accuracy", Accuracy.THOROUGH.value))
    asked = replace(asked, stated=stated, config=config, accuracy=accuracy, entities=kept.get("entities", ""))
    return asked, bool(kept.get("hold_undecided"))
