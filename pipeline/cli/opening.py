"""How commands open a case: its database may be reached where it lies on another host, nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pipeline.case.free_text import FreeText
    from pipeline.case.store import Case


def open_case(folder: Path) -> Case:
    """Return the case in a folder (raises CaseError, UnfitPlace)."""
    from pipeline.case.making import ABOUT  # noqa: PLC0415 - keeps --help quick
    from pipeline.case.store import Case  # noqa: PLC0415

    try:
        url = str(json.loads((folder / ABOUT).read_bytes())["database"])
    except (OSError, ValueError, KeyError, TypeError):
        url = ""  # Case.open says what is wrong
    _allow(url)
    return Case.open(folder)


def open_or_make_case(folder: Path, request: str, url: str = "") -> Case:
    """Return the case in a folder, made where there is none (raises CaseError, UnfitPlace)."""
    from pipeline.case.making import ABOUT  # noqa: PLC0415 - keeps --help quick
    from pipeline.case.store import Case  # noqa: PLC0415

    if (folder / ABOUT).is_file():
        return open_case(folder)
    _allow(url)
    return Case.create(folder, request, url=url)


def see_open(case: Case) -> None:
    """See that a case is not closed: its key is gone, and with it all that a release could be compared with.

    Raises:
        UsageError: it is closed.
    """
    from pipeline.errors import UsageError  # noqa: PLC0415 - keeps --help quick

    if case.row.closed_at:
        raise UsageError(str(case.folder), "this case is closed", "open a new case for a new release")


def scanner_of(case: Case) -> FreeText:
    """Return what examines typed words before they are stored; the language models are loaded for it."""
    from pipeline.case.free_text import FreeText  # noqa: PLC0415 - keeps --help quick
    from recognizers.names.ensemble import check_models  # noqa: PLC0415
    from recognizers.registry import load_recognizers  # noqa: PLC0415

    check_models("thorough")  # a missing model is told with what to do
    return FreeText(case, load_recognizers("thorough"))


def see_by(by: str, case: Case | None = None, option: str = "--by") -> None:
    """See that a role or name is one, before it is stored: no number, address or whole name of a withheld person.

    Raises:
        CaseError: it is not said who acts, or something else is said.
    """
    from pipeline.case.deciding import check_by  # noqa: PLC0415 - keeps --help quick
    from pipeline.case.free_text import FreeText  # noqa: PLC0415
    from recognizers.registry import load_recognizers  # noqa: PLC0415

    known = case if case is not None and case.keeping.has_key else None
    check_by(by, FreeText(known, load_recognizers("patterns")), option)


def see_citation(case: Case, citation: str) -> None:
    """See that a typed citation is law that can carry a withholding, by the policy of the last run on this account.

    Raises:
        CaseError: it is revoked, only defines, or is the policy of a website.
    """
    from pipeline.case.deciding import check_citation  # noqa: PLC0415 - keeps --help quick
    from pipeline.errors import PolicyError  # noqa: PLC0415
    from pipeline.policy.load import load  # noqa: PLC0415

    kept = case.keeping.asked()
    if citation and kept.get("policy"):
        try:
            policy = load(Path(kept["policy"]), Path(kept["config"]) if kept.get("config") else None)
        except PolicyError:  # it was moved or changed since; the release that shows the decision reads it anew
            return
        check_citation(citation, policy)


def see_reason(case: Case, reason: str, *, mask: bool) -> tuple[str, FreeText]:
    """Return a reason as it is to be examined and stored (masked where that is wanted), and what examines it."""
    scanner = scanner_of(case)
    if not mask:
        return reason, scanner
    stored = scanner.masked(reason)
    if stored != reason:
        typer.echo(f"the reason is stored as: {stored}")
    return stored, scanner


def given_unseen(question: str) -> str:
    """Return a value from standard input, or asked for on a terminal without showing it: never an option of a call."""
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=True))
    return sys.stdin.read().strip()


def _allow(url: str) -> None:
    if url:
        from sqlalchemy import make_url  # noqa: PLC0415 - only for a database by URL

        from pipeline.execution.worker import allow_host  # noqa: PLC0415

        allow_host(make_url(url).host or "")
