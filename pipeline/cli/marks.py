"""``releasable marks``: what the search missed, marked at the terminal or by a script; listed, and taken back."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.case import By, Folder, Mask
from pipeline.cli.opening import given_unseen, open_case, scanner_of, see_by, see_reason
from pipeline.cli.options import ConfigOption, WorkersOption
from pipeline.cli.rerun import as_last_time
from pipeline.cli.running import Asked, describe_run, make_job, state_facts, workers
from pipeline.cli.typed import see_typed
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.review.desk import Desk
    from pipeline.review.marking import Marked

app = typer.Typer(help="Mark what the search missed in the records of a case.", no_args_is_help=True)
_LONGEST = 24 * 3600.0


@app.command("list")
def list_command(
    folder: Folder,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """List what people marked or changed, as positions, with the numbers for marks remove. No value is shown.

    Example: releasable marks list case-114/
    """
    from pipeline.case.showing import told_marks  # noqa: PLC0415 - keeps --help quick

    told = told_marks(open_case(folder))
    if as_json:
        typer.echo(json.dumps({"marks": [asdict(each) for each in told]}, indent=2, ensure_ascii=False))
        return
    for each in told:
        where = "its name" if each.unit == 0 else f"record {each.unit}, {each.place}"
        what = "changed" if each.changes else "missed"
        state = "stands" if each.stands else "taken back"
        span = f"characters {each.start + 1}-{each.end}"
        typer.echo(f"{each.mark}  {each.file}, {where}, {span}  {each.entity} ({what}, {state}; {each.by})")
    if not told:
        typer.echo("nothing was marked; releasable marks add marks what was missed")


@app.command("add")
def add_command(
    folder: Folder,
    policy: Annotated[str, typer.Option("--policy", help="The policy that the case was examined under.")],
    file: Annotated[str, typer.Option("--file", help="The file, as case findings names it.")],
    record: Annotated[
        int, typer.Option("--record", min=0, help="The record in it (its unit in case findings), from 1; 0: its name.")
    ],
    entity: Annotated[str, typer.Option("--entity", help="What it is, such as PERSON or PHONE_NUMBER.")],
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in words that hold nothing of a record.")
    ] = "the search missed it",
    place: Annotated[str, typer.Option("--place", help="The part of the record, as case findings names it.")] = "",
    occurrence: Annotated[
        int, typer.Option("--occurrence", min=0, help="Which of several places, where it is too short to be found.")
    ] = 0,
    citation: Annotated[str, typer.Option("--citation", help="The law, where the policy names none.")] = "",
    rule: Annotated[str, typer.Option("--rule", help="A rule of the policy whose law is cited instead.")] = "",
    mask: Mask = False,
    config: ConfigOption = None,
    workers_: WorkersOption = 0,
) -> None:
    """Mark something that the search missed: it is withheld there and wherever it stands in the files of the case.

    What was missed is read from standard input (or asked for, unseen), never from the command line, where other people
    on this computer could read it. Run redact again with the case to make the release that shows it.

    Examples:
      releasable marks add case-114/ --policy montana --file mail.mbox --record 3 --entity PERSON --by "records officer"
      some-program | releasable marks add case-114/ --policy montana --file a.txt --record 1 --entity PERSON --by clerk
    """
    text = given_unseen("What was missed, as it is written there")
    done = add_mark(
        folder, Asked(policy, config, workers=workers_), (file, record, place, occurrence), text,
        (entity, reason, citation, rule), by=by, mask=mask,
    )  # fmt: skip
    only = "" if done.everywhere else "; it is found at this place only"
    many = f"{done.findings} finding{'' if done.findings == 1 else 's'}"
    typer.echo(f"mark {done.mark} (decision {done.decision}): {many} withheld{only}")
    typer.echo(f"run redact again with --case {folder}")


@app.command("remove")
def remove_command(
    folder: Folder,
    number: Annotated[int, typer.Argument(metavar="MARK", min=1, help="The number of the mark.", show_default=False)],
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in words that hold nothing of a record.")
    ] = "taken back",
    mask: Mask = False,
) -> None:
    """Take a mark back: what stood before it stands again. The case keeps both.

    Example: releasable marks remove case-114/ 3 --by "records officer" --reason "it is the name of a street"
    """
    from pipeline.case.deciding import undo  # noqa: PLC0415 - keeps --help quick
    from pipeline.case.showing import told_marks  # noqa: PLC0415
    from pipeline.case.store import CaseError  # noqa: PLC0415

    case = open_case(folder)
    known = next((each for each in told_marks(case) if each.mark == number), None)
    if known is None:
        raise CaseError(str(folder), f"there is no mark {number}", "releasable marks list shows them")
    if not known.stands:
        raise CaseError(str(folder), f"mark {number} is taken back already", "releasable marks list shows them")
    reason, scanner = see_reason(case, reason, mask=mask)
    count = undo(case, known.decision, by=by, reason=reason, scanner=scanner)
    typer.echo(f"mark {number} is taken back for {count} finding{'' if count == 1 else 's'}")
    typer.echo(f"run redact again with --case {folder}")


def add_mark(
    folder: Path,
    asked: Asked,
    where: tuple[str, int, str, int],
    text: str,
    said: tuple[str, str, str, str],
    *,
    by: str,
    mask: bool = False,
) -> Marked:
    """Mark a text of a record as missed.

    Args:
        folder: of the case.
        asked: the policy, and how to work.
        where: file as findings name it, record from 1 (0: the file's name), place or "", which of several or 0.
        text: what was missed; it is stored nowhere.
        said: what it is, why, and on what law or rule ("" for that of the rule that fits).
        by: who marks it.
        mask: whether the reason is stored with ``[PERSON]`` and the like for whatever identifies somebody.

    Raises:
        CaseError: it does not stand there, or cannot be marked; the error repeats nothing of it.
    """
    from pipeline.review.marking import Said, mark, waited  # noqa: PLC0415 - keeps --help quick
    from pipeline.review.marking_text import place_of_text, source_of  # noqa: PLC0415
    from pipeline.review.sessions import ROLES, Officer  # noqa: PLC0415

    file, record, place, occurrence = where
    entity, reason, citation, rule = said
    desk = desk_of_case(folder, asked)
    see_by(by, desk.case)
    at = place_of_text(
        desk, source_of(desk, file), record - 1, text, entity=entity, place=place, occurrence=occurrence
    )  # fmt: skip
    reason = desk.masked(reason) if mask else reason
    told = Said(entity, reason, citation, rule, mask=mask)
    done = waited(desk, mark(desk, Officer("", by, frozenset(ROLES)), at, told), _LONGEST)
    assert done is not None
    return done


def desk_of_case(folder: Path, asked: Asked) -> Desk:
    """Return the desk of a case as it was examined last, for one action (raises UsageError where something changed)."""
    from sqlalchemy.orm import Session  # noqa: PLC0415 - keeps --help quick

    from pipeline.case.recording import latest_run  # noqa: PLC0415
    from pipeline.case.tables import RunRow  # noqa: PLC0415
    from pipeline.intake import collect  # noqa: PLC0415
    from pipeline.review.desk import Desk  # noqa: PLC0415
    from pipeline.review.road import Road  # noqa: PLC0415
    from pipeline.review.words import Remembered  # noqa: PLC0415

    make_job(asked)  # a wrong policy is told first
    case = open_case(folder)
    with Session(case.engine) as session:
        run = session.get(RunRow, latest_run(session, case.id))
    if run is None:
        raise UsageError(str(folder), "nothing was examined yet", "run redact with --case, or open the review desk")
    asked, _ = as_last_time(case, asked, run.recipient)
    files = collect(case.keeping.inputs())
    job, policy = make_job(asked)
    assert policy is not None
    job = state_facts(replace(job, key=case.key), asked.stated, [each.name for each in files], policy)
    job = see_typed(job, "", case, mask=bool(case.keeping.asked().get("mask")))
    described = describe_run(job, policy, case.row.request)
    road = Road(files, policy, job, described, lambda job: workers(job, asked.workers))
    if behind := road.behind(case):
        raise UsageError(str(folder), behind, f"run redact again with --case {folder}, or open the review desk")
    return Desk(case, road, Remembered(lambda: scanner_of(case)))
