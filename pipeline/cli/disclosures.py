"""``releasable disclosures``: to whom motor vehicle records were disclosed, kept five years (MCA 61-11-515)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.running import run_time

app = typer.Typer(help="The ledger of disclosures of motor vehicle records (MCA 61-11-515).", no_args_is_help=True)
LedgerOption = Annotated[
    Path | None, typer.Option("--ledger", help="The ledger's file; otherwise in your state folder, for you alone.")
]
MOST_SHOWN = 60


@app.command("add")
def add_command(
    name: Annotated[str, typer.Option("--name", help="The recipient's name.")],
    address: Annotated[str, typer.Option("--address", help="The recipient's address.")],
    telephone: Annotated[str, typer.Option("--telephone", help="The recipient's telephone number.")],
    identification: Annotated[str, typer.Option("--identification", help="Other identification that was seen.")],
    permitted_use: Annotated[
        str, typer.Option("--permitted-use", help="The use, with its section of 61-11-507 to 509.")
    ],
    disclosed: Annotated[str, typer.Option("--disclosed", help="What was disclosed.")],
    disclosed_on: Annotated[str, typer.Option("--disclosed-on", help="YYYY-MM-DD; today where it is left out.")] = "",
    request: Annotated[str, typer.Option("--request", help="The request's number.")] = "",
    corrects: Annotated[int, typer.Option("--corrects", help="The number of the entry that this one corrects.")] = 0,
    ledger: LedgerOption = None,
) -> None:
    """Record a disclosure. Nothing in the ledger is edited: a correction is another entry.

    Example: releasable disclosures add --name "Acme Towing" --address "1 Main St, Helena" --telephone 406-555-0100
      --identification "business licence 1234" --permitted-use "61-11-508(2)" --disclosed "one owner record"
    """
    from pipeline.evidence.disclosures import Disclosure, Ledger  # noqa: PLC0415 - keeps --help quick

    at = run_time()
    told = (name, address, telephone, identification, permitted_use, disclosed, disclosed_on or at[:10])
    line = Ledger(ledger).add(Disclosure(*told, request=request, corrects=corrects), at)
    typer.echo(f"entry {line.number}, kept until {line.keep_until}")


@app.command("list")
def list_command(ledger: LedgerOption = None) -> None:
    """List the disclosures: number, date, recipient, use, until when each is kept.

    Example: releasable disclosures list
    """
    from pipeline.evidence.disclosures import Ledger  # noqa: PLC0415 - keeps --help quick

    lines = Ledger(ledger).lines()
    for line in lines:
        told = line.disclosure
        if told is None:
            typer.echo(f"{line.number}  disposed of, was kept until {line.keep_until}")
            continue
        more = f", corrects {told.corrects}" if told.corrects else ""
        use = told.permitted_use[:MOST_SHOWN]
        typer.echo(f"{line.number}  {told.disclosed_on}  {told.name}  {use}  kept until {line.keep_until}{more}")
    typer.echo(f"{len(lines)} entries")


@app.command("due")
def due_command(
    dispose: Annotated[
        list[int] | None, typer.Option("--dispose", help="Dispose of this entry, if its date is past; may be repeated.")
    ] = None,
    ledger: LedgerOption = None,
) -> None:
    """List the entries whose five years are over, and dispose of those that you name. None can go earlier.

    Example: releasable disclosures due --dispose 3
    """
    from pipeline.evidence.disclosures import Ledger  # noqa: PLC0415 - keeps --help quick

    book = Ledger(ledger)
    for number in dispose or ():
        book.dispose(number, _today())
        typer.echo(f"entry {number}: disposed of")
    due = [each for each in book.lines() if each.is_due(_today())]
    for line in due:
        typer.echo(f"{line.number}  was kept until {line.keep_until}")
    typer.echo(f"{len(due)} entries may be disposed of")


@app.command("export")
def export_command(
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write, for its owner alone.")],
    ledger: LedgerOption = None,
) -> None:
    """Write the whole ledger as CSV, for the department or an auditor.

    Example: releasable disclosures export --out disclosures.csv
    """
    import io  # noqa: PLC0415 - keeps --help quick

    from pipeline.errors import OutputError  # noqa: PLC0415
    from pipeline.evidence.disclosures import Ledger, export  # noqa: PLC0415
    from pipeline.private_files import write_private  # noqa: PLC0415

    lines = Ledger(ledger).lines()
    stream = io.StringIO(newline="")
    export(lines, stream)
    try:
        write_private(out, stream.getvalue().encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise OutputError(str(out), f"cannot be written ({error.strerror})", "choose another file") from None
    typer.echo(f"{out}: {len(lines)} entries")


def _today() -> date:
    return datetime.now(UTC).date()
