"""What people decide: a choice of findings, one action for all of them, appended and never edited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case import standing
from pipeline.case.choosing import Chosen, Which, chosen, findings, labels
from pipeline.case.overrides import ADOPT, BY_NO_PERSON, Overrides, Ruling
from pipeline.case.pinning import pins_of
from pipeline.case.recording import latest_run
from pipeline.case.standing import UNDO, Told, check_run, check_seen, decided_ids, replayed
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import DecisionRow, DifferenceRow, FindingRow

__all__ = [
    "ACCEPT",
    "ACTIONS",
    "Scanner",
    "Which",
    "check_words",
    "decide",
    "findings",
    "labels",
    "overrides_of",
    "undo",
]

ACTIONS: Final = ("withhold", "release", ADOPT)
ACCEPT: Final = "accept"
"""The action on a difference: both decisions stand as they are."""
MOST_NAME: Final = 100
UNDONE: Final = "taken back"

Scanner = Callable[[str], Sequence[str]]
"""Returns what is wrong with a text that a person typed, "[]" for nothing; see :mod:`pipeline.case.free_text`."""


def decide(
    case: Case,
    which: Which,
    action: str,
    *,
    by: str,
    reason: str,
    scanner: Scanner,
    citation: str = "",
    seen: int | None = None,
    run: int = 0,
) -> int:
    """Record what a person decided of findings, and return of how many.

    Args:
        case: the case; its last run is meant.
        which: the findings.
        action: ``withhold``, ``release`` or ``adopt`` (what the rule proposes).
        by: who decides, a role or a name, as it shall stand in the log.
        reason: why, in words that hold nothing of a record.
        scanner: examines the words before they are stored.
        citation: the law, needed to withhold what no rule gives an authority for.
        seen: the number of the last decision when the findings were shown; None does not ask.
        run: the number of the run whose findings were shown; 0 does not ask.

    Raises:
        CaseError: nothing or everything is meant, a rule forbids it, the law is not named, or the words hold a value.
        Conflict: somebody decided some of them after ``seen``, or another run followed ``run``.
    """
    if action not in ACTIONS:
        raise CaseError("--action", f"{action} is no decision", f"choose {', '.join(ACTIONS)}")
    if which.is_empty:
        raise CaseError("case", "it is not said which findings are meant", "name findings, a rule, an entity, a file")
    check_words({"--by": by, "--reason": reason, "--citation": citation}, scanner)
    with case.action(by, "decided") as doing:
        if run:
            check_run(doing.session, case.id, run)
        found = chosen(case, doing.session, which)
        if not found.ids:
            raise CaseError("case", "no finding of the last run fits", "releasable case findings lists them")
        if seen is not None:
            check_seen(doing.session, case.id, found.ids, seen)
        _check_rules(found, action, citation)
        told = Told(doing.at, by, action, reason, citation)
        number, digest = standing.append(doing.session, case.id, told, found.ids)
        doing.about |= {"decision": number, "action": action, "findings": len(found.ids), "sha256": digest}
    return len(found.ids)


def decide_differences(case: Case, ids: Collection[str], *, by: str, reason: str, scanner: Scanner) -> int:
    """Record that differences may stand, and return how many (raises CaseError)."""
    check_words({"--by": by, "--reason": reason}, scanner)
    with case.action(by, "accepted differences") as doing:
        run = latest_run(doing.session, case.id)
        known = set(doing.session.scalars(select(DifferenceRow.id).where(DifferenceRow.run_id == run)))
        if not ids or not known.issuperset(ids):
            raise CaseError("--difference", "no such difference in the last run", "releasable case show lists them")
        told = Told(doing.at, by, ACCEPT, reason)
        number, digest = standing.append(doing.session, case.id, told, sorted(set(ids)))
        doing.about |= {"decision": number, "action": ACCEPT, "differences": len(ids), "sha256": digest}
    return len(ids)


def undo(case: Case, number: int, *, by: str, reason: str = "", scanner: Scanner) -> int:
    """Take back decision ``number`` where it still stands, and return for how many findings (raises CaseError)."""
    reason = reason.strip() or UNDONE
    check_words({"--by": by, "--reason": reason}, scanner)
    with case.action(by, "undone") as doing:
        told = Told(doing.at, by, UNDO, reason, undoes=number)
        made, digest, count = standing.undo(doing.session, case.id, number, told)
        doing.about |= {"decision": made, "undoes": number, "action": UNDO, "findings": count, "sha256": digest}
    return count


def _check_rules(found: Chosen, action: str, citation: str) -> None:
    if action == "release" and found.mandatory:
        raise CaseError(
            f"rule {min(found.mandatory)}", "nobody may lift this withholding (no_override)", "leave such findings out"
        )
    if action == "withhold" and not citation and found.without_law:
        raise CaseError(
            "--citation", "the policy names no law on which this could be withheld", "name the law with --citation"
        )


def check_words(given: dict[str, str], scanner: Scanner) -> None:
    """See that it is said who and why, and that nothing personal is in the words (raises CaseError)."""
    by, reason = given["--by"].strip(), given["--reason"].strip()
    if not by or by.casefold() in BY_NO_PERSON or len(by) > MOST_NAME or not by.isprintable():
        raise CaseError("--by", "it is not said who decides", "give a role or a name, such as 'records officer'")
    if not reason:
        raise CaseError("--reason", "a decision needs its reason", "say in a few words why")
    for option, text in given.items():
        for problem in scanner(text):
            raise CaseError(option, problem, "say it without anything that stands in a record; it was not stored")


def overrides_of(case: Case) -> Overrides:
    """Return what people decided so far, as the road honours it: of several decisions the last that was not undone."""
    rulings: dict[str, Ruling] = {}
    seen: dict[str, int] = {}
    runs = _runs_at_decisions(case)
    with Session(case.engine) as session:
        wanted = select(DecisionRow).where(DecisionRow.case_id == case.id, DecisionRow.action.in_(ACTIONS))
        decisions = {row.id: row for row in session.scalars(wanted)}
        for finding, number in replayed(session, case.id).items():
            if row := decisions.get(number):
                rulings[finding] = Ruling(row.action, row.by, row.at, row.reason, row.citation)
                seen[finding] = runs.get(number, 0)
        for run in sorted(set(seen.values())):
            for told in session.scalars(_decided_findings(case.id, run)):
                if seen.get(told.id) == run:
                    rulings[told.id] = replace(rulings[told.id], adopted=told.proposal, law=told.authority)
        pins = pins_of(session, case.id)
        released = [each for each in _of_last_run(session, case) if _is_released(each, rulings)]
    values = frozenset(each.digest for each in released if each.digest)
    columns = frozenset(each.entity for each in released if not each.digest)
    return Overrides(case.keyed, rulings, values, columns, pins)


def _runs_at_decisions(case: Case) -> dict[int, int]:
    """Return which run was the last one when each decision was made, as the audit trail tells."""
    runs: dict[int, int] = {}
    last = 0
    for entry in case.entries():
        told = entry.told
        about = told.get("about", {})
        if told.get("action") == "examined":
            last = int(about["run"])
        elif told.get("action") == "decided":
            runs[int(about["decision"])] = last
    return runs


def _decided_findings(case_id: str, run: int) -> Any:
    chosen = decided_ids(case_id)
    return select(FindingRow).where(FindingRow.run_id == run, FindingRow.id.in_(chosen))


def _of_last_run(session: Session, case: Case) -> Sequence[FindingRow]:
    return session.scalars(_decided_findings(case.id, latest_run(session, case.id))).all()


def _is_released(row: FindingRow, rulings: Mapping[str, Ruling]) -> bool:
    ruling = rulings.get(row.id)
    return ruling is not None and not row.mandatory and ruling.decided == "release"
