"""``releasable case``: what is decided so far, and how a case is kept, checked and closed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.opening import given_unseen, open_case, see_by, see_citation, see_reason

if TYPE_CHECKING:
    from pipeline.case.tables import FindingRow

app = typer.Typer(help="Show, decide, check, hold and close cases.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="CASE", help="The folder of a case.", show_default=False)]
By = Annotated[str, typer.Option("--by", help="Who: a role or a name, as it shall stand in the log.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words that hold nothing of a record.")]
Mask = Annotated[
    bool, typer.Option("--mask", help="Store the reason with [PERSON] and the like for whatever identifies somebody.")
]
MOST_LINES = 200


@app.command("list")
def list_command() -> None:
    """List the cases of this user that are still open, and where they lie.

    Example: releasable case list
    """
    from pipeline.case.keeping import known_cases  # noqa: PLC0415 - keeps --help quick

    found = False
    for case_id, folder in known_cases():
        found = True
        typer.echo(f"{folder or 'not known where'}  {case_id[:8]}")
    if not found:
        typer.echo("no open case; releasable redact --case DIR makes one")


@app.command("show")
def show_command(folder: Folder) -> None:
    """Show what a case holds: files, runs, decisions, releases, what waits for a person, and its hold.

    Example: releasable case show case-114/
    """
    from pipeline.case.showing import lines  # noqa: PLC0415 - keeps --help quick

    for line in lines(open_case(folder)):
        typer.echo(line)


@app.command("findings")
def findings_command(
    folder: Folder,
    rule: Annotated[str, typer.Option("--rule", help="Of this rule only.")] = "",
    entity: Annotated[str, typer.Option("--entity", help="Of this entity only, such as PERSON.")] = "",
    file: Annotated[str, typer.Option("--file", help="In this file only, as case show names it.")] = "",
    undecided: Annotated[bool, typer.Option("--undecided", help="Only what waits for a person.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="All lines, not the first 200.")] = False,
) -> None:
    """List the findings of the last run as positions, with their numbers for case decide. No value is shown.

    Example: releasable case findings case-114/ --undecided --rule full_name
    """
    from pipeline.case.deciding import Which, findings, labels  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    names = labels(case)
    rows = findings(case, Which(rule=rule, entity=entity, file=file, undecided=undecided))
    for row in rows if all_ else rows[:MOST_LINES]:
        typer.echo(f"{row.id}  {names.get(row.source, '?')}  {_place(row)}  {row.entity}  {_decided(row)}  {row.rule}")
    if len(rows) > MOST_LINES and not all_:
        typer.echo(f"... and {len(rows) - MOST_LINES} more (--all)")
    waiting = Counter(row.rule for row in findings(case, Which(rule=rule, entity=entity, file=file, undecided=True)))
    told = ", ".join(f"{rule} {count}" for rule, count in waiting.most_common())
    typer.echo(f"{len(rows)} findings; waiting for a person: {told or 'none'}")


def _place(row: FindingRow) -> str:
    unit = "file name" if row.ordinal < 0 else f"unit {row.ordinal + 1}, {row.place}"
    return f"{unit}, characters {row.start + 1}-{row.stop}"


def _decided(row: FindingRow) -> str:
    return f"{row.proposal} (proposed)" if row.action == "review" else f"{row.action} ({row.decided_by})"


@app.command("decide")
def decide_command(
    folder: Folder,
    action: Annotated[str, typer.Option("--action", help="withhold, release, or adopt: what the rule proposes.")],
    by: By,
    reason: Reason,
    finding: Annotated[list[str] | None, typer.Option("--finding", help="A finding's number; may be repeated.")] = None,
    rule: Annotated[str, typer.Option("--rule", help="All findings of this rule.")] = "",
    entity: Annotated[str, typer.Option("--entity", help="All findings of this entity.")] = "",
    file: Annotated[str, typer.Option("--file", help="All findings in this file.")] = "",
    same_value: Annotated[str, typer.Option("--same-value", help="All with the value of this finding.")] = "",
    same_subject: Annotated[str, typer.Option("--same-subject", help="All of the person of this finding.")] = "",
    undecided: Annotated[bool, typer.Option("--undecided", help="Only those that wait for a person.")] = False,
    difference: Annotated[
        list[str] | None, typer.Option("--difference", help="With --action accept: a difference that may stand.")
    ] = None,
    citation: Annotated[str, typer.Option("--citation", help="The law, where the policy names none.")] = "",
    mask: Mask = False,
) -> None:
    """Record a decision for findings of the last run. It is appended and never edited; to revise it, decide again.

    The reason is examined like a record and refused when it holds anything personal; with --mask it is stored with
    [PERSON] and the like in the place of that, and what it said is stored nowhere. Run redact again with the case to
    make the release that shows the decisions.

    Examples:
      releasable case decide case-114/ --rule full_name --undecided --action adopt --by "records officer"
        --reason "privacy exceeds the merits of disclosure"
      releasable case decide case-114/ --finding 3f6c... --action release --by counsel --reason "a public official"
    """
    from pipeline.case.deciding import ACCEPT, Which, decide, decide_differences  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    see_citation(case, citation)
    reason, scanner = see_reason(case, reason, mask=mask)
    if action == ACCEPT:
        count = decide_differences(case, difference or [], by=by, reason=reason, scanner=scanner)
        typer.echo(f"{count} differences may stand")
        return
    which = Which(tuple(finding or ()), rule, entity, file, "", same_value, same_subject, undecided)
    count = decide(case, which, action, by=by, reason=reason, scanner=scanner, citation=citation)
    typer.echo(f"{count} findings decided: {action}. Run redact again with --case {folder}")


@app.command("searches")
def searches_command(folder: Folder) -> None:
    """Say who searched for a certain value at the review desk, and when.

    The audit trail has a keyed digest of each search. The value is read from standard input (or asked for, unseen),
    never from the command line. A closed case tells nothing: its key is gone.

    Example: releasable case searches case-114/
    """
    from pipeline.case.searches import searches_for  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    found = list(searches_for(case, given_unseen("The value, as somebody may have searched for it")))
    for each in found:
        typer.echo(f"{each.at}  {each.by}  {each.results} results in {each.records} records")
    if not found:
        typer.echo("nobody searched for it")


@app.command("check")
def check_command(folder: Folder) -> None:
    """See that the audit trail is whole and that every row of the case is what its entry says.

    Example: releasable case check case-114/
    """
    from pipeline.case.checking import check_case  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    problems = check_case(case)
    for line in problems:
        typer.echo(line)
    if problems:
        typer.echo(
            f"{folder}: {len(problems)} problem{'' if len(problems) == 1 else 's'}; this case was changed by hand"
        )
        raise typer.Exit(1)
    head = case.head
    typer.echo(f"{folder}: whole, {head.length} audit entries, head {head.hash}")


@app.command("hold")
def hold_command(folder: Folder, by: By, reason: Reason, mask: Mask = False) -> None:
    """Lay a retention hold on a case: it cannot be closed until the hold is lifted.

    Example: releasable case hold case-114/ --by counsel --reason "litigation is expected"
    """
    from pipeline.case.closing import hold  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    reason, scanner = see_reason(case, reason, mask=mask)
    hold(case, by=by, reason=reason, scanner=scanner)
    typer.echo(f"{folder}: held")


@app.command("unhold")
def unhold_command(folder: Folder, by: By, reason: Reason, mask: Mask = False) -> None:
    """Lift the retention hold of a case.

    Example: releasable case unhold case-114/ --by counsel --reason "the matter is settled"
    """
    from pipeline.case.closing import unhold  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    reason, scanner = see_reason(case, reason, mask=mask)
    unhold(case, by=by, reason=reason, scanner=scanner)
    typer.echo(f"{folder}: no hold any more")


@app.command("close")
def close_command(
    folder: Folder,
    by: By,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Close a case: working copies, search digests and the key are disposed of, and the audit trail says so.

    What stays shows what was decided, and can be checked; nothing in it can be compared with a record any more.

    Example: releasable case close case-114/ --by "records officer"
    """
    from pipeline.case.closing import close  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    see_by(by, case)
    if not yes:
        typer.confirm("The key is destroyed; releases can no longer be searched with this case. Close it?", abort=True)
    gone = close(case, by=by)
    typer.echo(f"{folder}: closed; disposed of {', '.join(gone)}")
