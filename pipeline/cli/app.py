"""The command and its subcommands: one file each, registered here."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from pipeline.cli import (
    case,
    certify,
    columns,
    demo,
    detect,
    disclosures,
    evaluate,
    keys,
    marks,
    models,
    officers,
    policy,
    redact,
    rerun,
    review,
    scan,
    verify,
)

EXAMPLES = """\
releasable finds what privacy law protects in public records, and makes a copy that may be released.

Three to copy:

  releasable scan mailbox.mbox --policy montana
      what is in it, and what the policy says of it; nothing is written

  releasable redact export/ --policy massachusetts --out release/
      the copies, the redaction log, release.json and report.html, in a new folder

  releasable verify release/
      is the folder what it was, and is it clean

First time here: releasable demo. The policies: releasable policy list. All options: releasable --help
"""

app = typer.Typer(
    name="releasable",
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback shows locals, and locals hold values
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turn an export of public records into a copy that may be released, and the evidence that it may.",
    epilog="Exit codes: 0 done, clean, final · 1 something is withheld, held, provisional or leaks · "
    "2 the call or a policy is wrong · 3 something could not be examined and holds its record.",
)


def tool_version() -> str:
    """Return the version of this installation."""
    try:
        return version("releasable")
    except PackageNotFoundError:
        return "0+checkout"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"releasable {tool_version()}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Show three examples when no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(EXAMPLES, nl=False)


app.command("scan")(scan.scan_command)
app.command("redact")(redact.redact_command)
app.command("review")(review.review_command)
app.command("verify")(verify.verify_command)
app.command("detect")(detect.detect_command)
app.command("evaluate")(evaluate.evaluate_command)
app.command("certify")(certify.certify_command)
app.command("rerun")(rerun.rerun_command)
app.command("columns")(columns.columns_command)
app.command("demo")(demo.demo_command)
app.add_typer(policy.app, name="policy")
app.add_typer(models.app, name="models")
app.add_typer(case.app, name="case")
app.add_typer(marks.app, name="marks")
app.add_typer(officers.app, name="officers")
app.add_typer(keys.app, name="keys")
app.add_typer(disclosures.app, name="disclosures")
