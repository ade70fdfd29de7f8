"""``releasable verify``: is a release folder what it was, and is it clean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import progress_bar
from pipeline.cli.options import Accuracy, AccuracyOption, ConsentsOption, SubjectOption, WorkersOption
from pipeline.cli.running import Asked, make_job, workers
from pipeline.cli.stating import Stated, as_released
from pipeline.errors import IntegrityError


def verify_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release folder.", show_default=False)],
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="The sources: every value withheld from them is searched for in the copies."),
    ] = None,
    consents: ConsentsOption = None,
    for_subject: SubjectOption = None,
    accuracy: AccuracyOption = Accuracy.THOROUGH,
    workers_: WorkersOption = 0,
) -> None:
    """Check a release folder against its manifest and scan the copies again.

    Alone it proves integrity and that a scan finds nothing more to withhold. With --against it also searches
    the copies for every value that the policy withholds from the sources.

    Examples:
      releasable verify release/
      releasable verify release/ --against export/
    """
    stated = Stated(consents=consents, subject=for_subject)
    problems = verify_release(folder, against or [], Asked(accuracy=accuracy, workers=workers_, stated=stated))
    for problem in problems:
        typer.echo(problem)
    if problems:
        typer.echo(f"{folder}: {len(problems)} problems; do not hand it over")
        raise typer.Exit(1)
    searched = "every withheld value searched for" if against else "integrity and a rescan; sources not compared"
    typer.echo(f"{folder}: whole and clean ({searched})")


def verify_release(folder: Path, against: list[Path], asked: Asked) -> list[str]:
    """Return what is wrong with a release folder, in plain words and without values; nothing when it is clean.

    Raises:
        IntegrityError: it is not a release folder.
    """
    from pipeline.evidence.manifest import MANIFEST, integrity  # noqa: PLC0415 - keeps --help quick

    if not (folder / MANIFEST).is_file():
        raise IntegrityError(str(folder), f"there is no {MANIFEST} in it", "name a folder that redact made")
    problems = integrity(folder)
    if problems:
        return problems
    policies = sorted((folder / "policy").glob("*.yaml"))
    names = [path for path in policies if path.name != "agency_contacts.yaml"]
    if len(names) != 1:
        return ["policy: the folder does not hold exactly one policy"]
    asked = replace(asked, policy=str(names[0]), config=folder / "policy")
    return _rescan(folder, against, asked)


def _rescan(folder: Path, against: list[Path], asked: Asked) -> list[str]:
    from pipeline.engine import scan  # noqa: PLC0415 - keeps --help quick
    from pipeline.intake import collect  # noqa: PLC0415
    from pipeline.model import words  # noqa: PLC0415
    from pipeline.rechecking import survivors  # noqa: PLC0415

    if not (folder / "records").is_dir():
        return []
    copies = collect([folder / "records"])
    job, policy = make_job(asked)
    job = as_released(job, folder, asked.stated)
    problems = []
    with workers(job, asked.workers) as pool, progress_bar() as progress:
        done = scan(copies, job, policy, pool, progress)
        for file in done.files:
            if file.held:
                problems.append(f"{file.file.name}: {file.held}")
            for unit in file.units:
                where = f"{file.file.name}, unit {unit.unit.ordinal + 1}"
                if unit.held:
                    problems.append(f"{where}: {unit.held}")
                problems += [
                    f"{where}, {words(each.finding.address)}: {each.finding.entity} still stands (rule {each.rule})"
                    for each in unit.decisions
                    if each.withholds
                ]
        if against:
            problems += survivors(done, collect(against), job, policy, pool, progress)
    return problems
