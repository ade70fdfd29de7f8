"""What people decide: a choice of findings, one action for all of them, appended and never edited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, runtime_checkable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case import standing
from pipeline.case.choosing import Chosen, Which, chosen, findings, labels
from pipeline.case.marking import marks_among, marks_of
from pipeline.case.overrides import ADOPT, BY_NO_PERSON, Overrides, Ruling
from pipeline.case.pinning import pins_of
from pipeline.case.recording import latest_run
from pipeline.case.standing import UNDO, Told, check_run, check_seen, decided_ids, replayed
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import DecisionRow, DifferenceRow, FindingRow
from pipeline.policy.faults import only_defines, revoked_in
from pipeline.policy.schema import Policy, Rule

__all__ = [
    "ACCEPT",
    "ACTIONS",
    "Scanner",
    "Which",
    "check_by",
    "check_citation",
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
NOT_STORED: Final = "say it without anything that stands in a record, or let it be masked (--mask); it was not stored"

Scanner = Callable[[str], Sequence[str]]
"""Returns what is wrong with a text that a person typed, "[]" for nothing; see :mod:`pipeline.case.free_text`."""


class NotStored(CaseError):
    """What a person typed says something personal, and was not stored; ``where`` is the option that it was given as."""


@runtime_checkable
class Masks(Protocol):
    """A scanner that can put ``[PERSON]`` and the like in the place of whatever identifies somebody."""

    def masked(self, text: str) -> str:
        """Return a text with that masked; what cannot be masked stays, so what comes back is examined."""
        ...


@runtime_checkable
class KnowsNames(Protocol):
    """A scanner that can tell the name of an officer, which may be stored, from what may not."""

    def name(self, text: str) -> Sequence[str]:
        """Return what is wrong with the role or name of an officer."""
        ...


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
    rule: Rule | None = None,
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
        rule: the rule of the policy whose law is cited in the place of the one that fits; only with ``withhold``.

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
        _check_rules(found, action, citation, rule)
        told = Told(doing.at, by, action, reason, citation, rule=rule.name if rule else "")
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
        count -= marks_among(doing.session, made)
        doing.about |= {"decision": made, "undoes": number, "action": UNDO, "findings": count, "sha256": digest}
    return count


def _check_rules(found: Chosen, action: str, citation: str, rule: Rule | None) -> None:
    if action == "release" and found.mandatory:
        raise CaseError(
            f"rule {min(found.mandatory)}",
            "nobody may lift this withholding (no_override)",
            "leave such findings out; on a recorded court order, or the person's own request, ask for a lift at the "
            "review desk that another person signs",
        )
    if rule is not None:
        check_cited(found.mandatory, action, rule)
        return
    if action == "withhold" and not citation and found.without_law:
        raise CaseError(
            "--citation", "the policy names no law on which this could be withheld", "name the law with --citation"
        )


def check_cited(mandatory: Collection[str], action: str, rule: Rule) -> None:
    """See that the law of another rule may be cited (raises CaseError)."""
    if action != "withhold":
        what = "the law of a rule is cited for withholding"
        raise CaseError("--rule", what, "choose withhold, or name no rule")
    if not rule.withholds:
        what = f"the rule {rule.name} withholds nothing, so that its law carries no withholding"
        raise CaseError("--rule", what, "name a rule that withholds")
    if mandatory:
        what = f"what {min(mandatory)} withholds is withheld on its law (no_override)"
        raise CaseError("--rule", what, "leave such findings out")


def check_citation(citation: str, policy: Policy) -> None:
    """See that the law that a person names can carry a withholding today (raises CaseError)."""
    if not citation.strip():
        return
    if (gone := revoked_in(policy, citation)) is not None:
        raise CaseError("--citation", f"it cites {gone.cite}, which {gone.by} revoked", "cite the law of today")
    if only_defines(policy, citation):
        what = "a definition or the policy of a website lets nothing be withheld"
        raise CaseError("--citation", what, "name the exemption or the statute that does")


def check_words(given: dict[str, str], scanner: Scanner) -> None:
    """See that it is said who and why, and that nothing personal is in the words (raises CaseError)."""
    check_by(given["--by"], scanner)
    if not given["--reason"].strip():
        raise CaseError("--reason", "a decision needs its reason", "say in a few words why")
    for option, text in given.items():
        if option != "--by":
            for problem in scanner(text):
                raise NotStored(option, problem, NOT_STORED)


def check_by(by: str, scanner: Scanner, option: str = "--by") -> None:
    """See that it is said who acts, a role or a name, and nothing else that is personal (raises CaseError)."""
    if not by.strip() or by.strip().casefold() in BY_NO_PERSON or len(by) > MOST_NAME or not by.isprintable():
        raise CaseError(option, "it is not said who acts", "give a role or a name, such as 'records officer'")
    for problem in scanner.name(by) if isinstance(scanner, KnowsNames) else scanner(by):
        raise CaseError(option, problem, "give a role, such as 'records officer'; it was not stored")


def overrides_of(case: Case, before: int = 0) -> Overrides:
    """Return what people decided so far, as the road honours it: of several decisions the last that was not undone.

    ``before`` is a run that is taken up again: what it recorded itself is left out of account.
    """
    rulings: dict[str, Ruling] = {}
    seen: dict[str, int] = {}
    runs = _runs_at_decisions(case)
    with Session(case.engine) as session:
        wanted = select(DecisionRow).where(DecisionRow.case_id == case.id, DecisionRow.action.in_(ACTIONS))
        decisions = {row.id: row for row in session.scalars(wanted)}
        stands = replayed(session, case.id)
        marks = marks_of(case, session, stands)
        for finding, number in stands.items():
            if row := decisions.get(number):
                told = (row.action, row.by, row.at, row.reason, row.citation)
                rulings[finding] = Ruling(*told, rule=row.rule, approved_by=row.approved_by if row.lift else "")
                seen[finding] = runs.get(number, 0)
        for run in sorted(set(seen.values())):
            for found in session.scalars(_decided_findings(case.id, run)):
                if seen.get(found.id) == run:
                    rulings[found.id] = replace(rulings[found.id], adopted=found.proposal, law=found.authority)
        pins = pins_of(session, case.id)
        released = [each for each in _of_last_run(session, case, before) if _is_released(each, rulings)]
    values = frozenset(each.digest for each in released if each.digest)
    columns = frozenset(each.entity for each in released if not each.digest)
    return Overrides(case.keyed, rulings, values, columns, marks or None, pins)


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


def _of_last_run(session: Session, case: Case, before: int) -> Sequence[FindingRow]:
    return session.scalars(_decided_findings(case.id, latest_run(session, case.id, before))).all()


def _is_released(row: FindingRow, rulings: Mapping[str, Ruling]) -> bool:
    ruling = rulings.get(row.id)
    if ruling is None and row.mark:  # what a person left out of a finding
        return row.action == "release" and row.decided_by not in BY_NO_PERSON and not row.mandatory
    return ruling is not None and not row.mandatory and ruling.decided == "release"
