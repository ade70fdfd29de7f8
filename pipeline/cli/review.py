"""``releasable review``: the review desk in the browser."""

from __future__ import annotations

import gc
import threading
import webbrowser
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.opening import open_or_make_case, scanner_of, see_by, see_open
from pipeline.cli.options import (
    Accuracy,
    AccuracyOption,
    CollectedOption,
    ConfigOption,
    ConsentsOption,
    FactsOption,
    FlagsOption,
    OriginOption,
    Paths,
    Recipient,
    SubjectOption,
    WorkersOption,
)
from pipeline.cli.redacting import Wanted
from pipeline.cli.running import Asked, describe_run, make_release_job, state_facts, workers
from pipeline.cli.signing import office_signature
from pipeline.cli.stating import Stated
from pipeline.cli.typed import see_typed
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.review.desk import Desk

PORT = 8642


def review_command(
    paths: Paths,
    policy: Annotated[str, typer.Option("--policy", help="The policy that decides: a pack's name or a file.")],
    case: Annotated[
        Path | None, typer.Option("--case", help="The case to make or go on with; without it: case-NAME, here.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", help="Who opens the desk: a role or a name, as it shall stand in the log.")
    ] = "records officer",
    host: Annotated[str, typer.Option("--host", help="The address to listen on; others than this machine: TLS.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0: a free one.")] = PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link and open no browser.")] = False,
    database: Annotated[
        str, typer.Option("--database", help="For a new case: a PostgreSQL URL instead of SQLite in its folder.")
    ] = "",
    release: Annotated[
        Path | None,
        typer.Option("--release", help="The latest release, where it lies elsewhere than the desk writes it."),
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign final releases and certificates with the office's key.")
    ] = False,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", help="A certificate (PEM), to listen with TLS.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="The key of the certificate (PEM).")] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="A further name under which the desk is reached; may be repeated."),
    ] = None,
    request: Annotated[str, typer.Option("--request", help="The request's number, for log and manifest.")] = "",
    recipient: Annotated[Recipient, typer.Option("--recipient", help="Who receives the copy.")] = Recipient.REQUESTER,
    origin: OriginOption = "",
    collected_on: CollectedOption = "",
    flags: FlagsOption = None,
    facts: FactsOption = None,
    consents: ConsentsOption = None,
    for_subject: SubjectOption = None,
    accuracy: AccuracyOption = Accuracy.THOROUGH,
    workers_: WorkersOption = 0,
    config: ConfigOption = None,
) -> None:
    """Open the review desk: see what was found, decide, and make the release, in the browser.

    The files are examined first, unless the case has them already. The desk is reached from this machine only; the link
    that it prints works once. Ctrl+C closes it; nothing that was decided is lost.

    Examples:
      releasable review mailbox.mbox --policy montana
      releasable review export/ --policy massachusetts --request 2026-114 --case case-114/ --no-browser
      releasable review export/ --policy montana --case case-114/ --host 10.1.2.3 --tls-cert desk.pem --tls-key desk.key
    """
    from pipeline.review.serving import Listening, serve  # noqa: PLC0415 - keeps --help quick

    told = Stated(recipient.value, origin, collected_on, tuple(flags or ()), facts, consents, for_subject)
    asked = Asked(policy, config, accuracy, "", workers_, told)
    see_by(by)
    desk = desk_for(paths, asked, case or _usual(paths), Wanted(request, database=database, sign=sign), release)
    listening = Listening(host, port, tls_cert, tls_key, tuple(name or ()))
    begin(desk, by)
    try:
        with suppress(KeyboardInterrupt):
            serve(desk, listening, lambda address: _opened(desk, address, by, no_browser=no_browser))
    finally:
        gc.unfreeze()  # or libraries print at the end what they take for leaks
    typer.echo("the desk is closed")


def _usual(paths: Sequence[Path]) -> Path:
    return Path(f"case-{paths[0].resolve().stem or 'records'}")


def desk_for(
    paths: list[Path], asked: Asked, folder: Path, wanted: Wanted | None = None, release: Path | None = None
) -> Desk:
    """Return the desk of the case in a folder, which is made where there is none.

    Raises:
        UsageError: a path or an option is wrong, the case is closed, or there is no key to sign with.
        ConfigError: the office's key cannot be used.
    """
    from pipeline.cli.rerun import kept_of  # noqa: PLC0415
    from pipeline.evidence.documents import Office  # noqa: PLC0415 - keeps --help quick
    from pipeline.intake import collect  # noqa: PLC0415
    from pipeline.review.desk import Desk  # noqa: PLC0415
    from pipeline.review.road import Road  # noqa: PLC0415
    from pipeline.review.words import Remembered  # noqa: PLC0415

    if any(folder.resolve().is_relative_to(path.resolve()) for path in paths):
        what = "the case would lie among the records"
        raise UsageError("--case", what, "name a folder outside of them")
    wanted = wanted or Wanted()
    request = wanted.request
    office = Office(asked.config, sign=office_signature() if wanted.sign else None)
    files = collect(paths)
    job, policy = make_release_job(asked)  # a wrong policy makes no case
    names = [each.name for each in files]
    told = state_facts(job, asked.stated, names, policy)
    see_typed(told, request, approved_by=policy.approved_by)  # nor does what nobody may write
    case = open_or_make_case(folder, request, wanted.database)
    see_open(case)
    case.keeping.keep_inputs(paths, folder, kept_of(asked, hold_undecided=True))
    job = state_facts(replace(job, key=case.key), asked.stated, names, policy)
    see_typed(job, "", case)
    run = describe_run(job, policy, request or case.row.request)
    road = Road(files, policy, job, run, lambda job: workers(job, asked.workers), office)
    return Desk(case, road, Remembered(lambda: scanner_of(case)), released=release)


def begin(desk: Desk, by: str) -> None:
    """Examine the files in the background, unless the case has them already; get ready what pages need."""
    desk.behind = desk.road.behind(desk.case)
    if desk.behind:
        desk.examine(by)
    threading.Thread(target=_get_ready, args=(desk,), daemon=True).start()


def _get_ready(desk: Desk) -> None:
    desk.scanner("")
    desk.prepare()
    gc.collect()
    gc.freeze()  # what was read stays: to look through it for garbage would stop every page for a third of a second


def _opened(desk: Desk, address: str, by: str, *, no_browser: bool) -> None:
    from pipeline.review.sessions import ROLES, Officer  # noqa: PLC0415 - keeps --help quick

    link = f"{address}/open?token={desk.sessions.link(Officer('', by, frozenset(ROLES)))}"
    typer.echo(f"the desk is open; this link works once:\n\n  {link}\n\nCtrl+C closes it.")
    if not no_browser:
        webbrowser.open(link)
