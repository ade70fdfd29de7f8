"""``releasable scan``: what is in files, and what a policy says of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
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
from pipeline.cli.running import Asked, describe_run, engine, make_job, state_facts
from pipeline.cli.stating import Stated
from pipeline.cli.stores import here

if TYPE_CHECKING:
    from pipeline.evidence.summary import Examined, Summary
    from pipeline.results import FileResult, Scan

MOST_LINES = 60


class FailOn(StrEnum):
    """When a scan gives exit code 1."""

    WITHHELD = "withheld"
    ANY = "any"
    NEVER = "never"


def scan_command(
    paths: Inputs,
    policy: Annotated[str, typer.Option("--policy", help="Judge by this policy; without it, list entities only.")] = "",
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="When to leave with exit code 1.")] = FailOn.WITHHELD,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the findings as JSON (- prints it).")] = None,
    sarif_file: Annotated[Path | None, typer.Option("--sarif", help="Write the findings as SARIF 2.1.0.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a report to look at.")] = None,
    recipient: Annotated[
        Recipient, typer.Option("--recipient", help="Who would receive a copy.")
    ] = Recipient.REQUESTER,
    origin: OriginOption = "",
    collected_on: CollectedOption = "",
    flags: FlagsOption = None,
    facts: FactsOption = None,
    consents: ConsentsOption = None,
    for_subject: SubjectOption = None,
    accuracy: AccuracyOption = Accuracy.THOROUGH,
    entities: EntitiesOption = "",
    workers_: WorkersOption = 0,
    config: ConfigOption = None,
    engine_: EngineOption = Engine.LOCAL,
    spark_master: SparkMasterOption = "",
    every: Annotated[bool, typer.Option("--all", help="List every finding, not the first 60 lines.")] = False,
) -> None:
    """Find protected information in files and say what a policy does with it. Nothing is written or sent.

    Examples:
      releasable scan mailbox.mbox --policy montana
      releasable scan dump.csv --entities US_SSN,CREDIT_CARD --fail-on any
      releasable scan export/ --policy massachusetts --json findings.json --html findings.html
    """
    from pipeline.evidence.report import report_html  # noqa: PLC0415 - keeps --help quick
    from pipeline.evidence.sarif import results, sarif, scan_json  # noqa: PLC0415

    stated = Stated(recipient.value, origin, collected_on, tuple(flags or ()), facts, consents, for_subject)
    asked = Asked(policy, config, accuracy, entities, workers_, stated, engine=engine_, spark_master=spark_master)
    done, summary = scan_paths(paths, asked)
    found = results(outcomes_of(done))
    if json_file is not None:
        content = json.dumps(scan_json(found, summary), indent=2, ensure_ascii=False) + "\n"
        _write(json_file, content)
    if sarif_file is not None:
        _write(sarif_file, json.dumps(sarif(found, summary), indent=2, ensure_ascii=False) + "\n")
    if html_file is not None:
        _write(html_file, report_html(summary))
    if json_file is None or str(json_file) != "-":
        from pipeline.cli.tables import print_scan  # noqa: PLC0415

        print_scan(found, summary, None if every else MOST_LINES)
    raise typer.Exit(_exit_code(done, fail_on))


def scan_paths(paths: Sequence[str | Path], asked: Asked) -> tuple[Scan, Summary]:
    """Scan files and return what was found with its summary (see :func:`pipeline.engine.scan`).

    An input is a path or, where Spark runs, an address as it reads them. Machines share the temporary folder then.
    """
    with here(paths, asked) as found:
        return _scanned(found, asked)


def _scanned(paths: list[Path], asked: Asked) -> tuple[Scan, Summary]:
    from pipeline.engine import scan  # noqa: PLC0415 - keeps --help quick
    from pipeline.evidence.summary import FileOutcome, Tally  # noqa: PLC0415
    from pipeline.intake import are_tables, collect  # noqa: PLC0415

    files = collect(paths)
    job, policy = make_job(asked)
    job = replace(job, only_tables=are_tables(files))
    job = state_facts(job, asked.stated, [each.name for each in files], policy)
    with (
        tempfile.TemporaryDirectory(prefix="releasable-") as shared,
        engine(job, asked, Path(shared)) as pool,
        progress_bar() as progress,
    ):
        done = scan(files, job, policy, pool, progress)
    tally = Tally()
    for outcome in outcomes_of(done):
        tally.add(outcome)
    told = [
        FileOutcome(
            label,
            "not_scanned" if file.held else "released",
            reasons=(file.held,) if file.held else (),
            notes=file.planned.notes,
        )
        for label, file in labels_of(done)
    ]
    return done, tally.summary(describe_run(job, policy, purpose="scan"), told)


def labels_of(done: Scan) -> list[tuple[str, FileResult]]:
    """Return each file with how the results call it: its name, unless that holds a finding."""
    from pipeline.evidence.summary import label  # noqa: PLC0415 - keeps --help quick

    return [
        (label(number, file.file.name, holds_finding=file.name_withheld), file)
        for number, file in enumerate(done.files, start=1)
    ]


def outcomes_of(done: Scan) -> list[Examined]:
    """Return the outcome of every unit, ready for the evidence."""
    from pipeline.evidence.summary import Examined  # noqa: PLC0415 - keeps --help quick

    made = []
    for label, file in labels_of(done):
        by_message = file.planned.source is not None and file.planned.source.format == "mbox"
        for unit in file.units:
            place = f"message {unit.unit.ordinal + 1}" if by_message else ""
            decisions = unit.decisions
            made.append(Examined(label, unit.coverage(decisions), decisions, unit.findings, place))
    return made


def _write(path: Path, content: str) -> None:
    from pipeline.errors import OutputError  # noqa: PLC0415 - keeps --help quick

    if str(path) == "-":
        typer.echo(content, nl=False)
        return
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise OutputError(str(path), f"cannot be written ({error.strerror})", "choose another file") from None


def _exit_code(done: Scan, fail_on: FailOn) -> int:
    if done.unexamined:
        return 3
    if fail_on is FailOn.NEVER:
        return 0
    if fail_on is FailOn.ANY:
        return int(any(unit.decisions or unit.findings for unit in done.units))
    return int(any(each.withholds for each in done.decisions))
