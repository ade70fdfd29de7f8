"""``releasable redact``: the release folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

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
from pipeline.cli.redacting import Wanted, held_by_misses, redact_once
from pipeline.cli.running import Asked
from pipeline.cli.stating import Stated
from pipeline.errors import UsageError


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
    mask: Annotated[
        bool,
        typer.Option("--mask", help="Mask who else is named in a statement or reason ([PERSON]) instead of refusing."),
    ] = False,
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
        mask=mask,
    )
    raise typer.Exit(max(_for_each(paths, out, asked, given, wanted)))


def _for_each(paths: list[str], out: Path, asked: Asked, given: Sequence[Recipient], wanted: Wanted) -> Iterator[int]:
    """Release one version for each recipient; the rules decide them all, from the same findings and facts."""
    from pipeline.cli.tables import print_release  # noqa: PLC0415 - keeps --help quick

    kept = []
    for each in given:
        folder = out / each.value if len(given) > 1 else out
        mine = replace(asked, stated=replace(asked.stated, recipient=each.value))
        done, work = redact_once(paths, folder, mine, replace(wanted, of_several=len(given) > 1))
        kept.append(work)
        print_release(done.summary, str(folder), done.inputs)
        if wanted.sign and done.summary.status != "final":
            typer.echo("not signed: a provisional release is never signed")
        held = held_by_misses(wanted.case) if wanted.case is not None else []
        if held:
            typer.echo("\n".join(held))
        yield max(done.exit_code, 1) if held else done.exit_code
    for work in kept:  # until here, a command that is killed goes on behind the versions that it had finished
        work.dispose()
