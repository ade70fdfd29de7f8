"""What people decide: a choice of findings, one action for all of them, appended and never edited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pipeline.case.audit import rows_digest
from pipeline.case.overrides import ADOPT, BY_NO_PERSON, Overrides, Ruling
from pipeline.case.recording import latest_run
from pipeline.case.store import Case, CaseError, inserted
from pipeline.case.tables import DecisionFindingRow, DecisionRow, DifferenceRow, FindingRow, SourceRow

ACTIONS: Final = ("withhold", "release", ADOPT)
ACCEPT: Final = "accept"
"""The action on a difference: both decisions stand as they are."""
MOST_NAME: Final = 100

Scanner = Callable[[str], Sequence[str]]
"""Returns what is wrong with a text that a person typed, "[]" for nothing; see :mod:`pipeline.case.free_text`."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which findings of the last run are meant; what is given must hold, all of it.

    ``same_value`` and ``same_subject`` name a finding: all with its value, or all of its person. ``undecided``: what
    waits for a person and was not decided since the last run either.
    """

    ids: tuple[str, ...] = ()
    rule: str = ""
    entity: str = ""
    file: str = ""
    place: str = ""
    same_value: str = ""
    same_subject: str = ""
    undecided: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Which()


def findings(case: Case, which: Which | None = None) -> list[FindingRow]:
    """Return findings of the last run, in the order of files and places."""
    with Session(case.engine, expire_on_commit=False) as session:
        return _chosen(case, session, which or Which())


def labels(case: Case) -> dict[str, str]:
    """Return the label of each source of a case by its key."""
    with Session(case.engine) as session:
        rows = session.scalars(select(SourceRow).where(SourceRow.case_id == case.id).order_by(SourceRow.seen_at))
        return {each.key: each.label for each in rows}


def _chosen(case: Case, session: Session, which: Which) -> list[FindingRow]:
    run = latest_run(session, case.id)
    wanted = select(FindingRow).where(FindingRow.run_id == run)
    if which.file:
        named = select(SourceRow.key).where(SourceRow.case_id == case.id, SourceRow.label == which.file)
        keys = list(session.scalars(named))
        if not keys:
            raise CaseError("--file", "the case knows no such file", "releasable case show lists them")
        wanted = wanted.where(FindingRow.source.in_(keys))
    for name, column in (("rule", FindingRow.rule), ("entity", FindingRow.entity), ("place", FindingRow.place)):
        if given := getattr(which, name):
            wanted = wanted.where(column == given)
    if which.same_value:
        wanted = wanted.where(FindingRow.digest == _named(session, run, which.same_value).digest)
    if which.same_subject:
        subject = _named(session, run, which.same_subject).subject
        if not subject:
            raise CaseError("--same-subject", "this finding belongs to no person", "name another")
        wanted = wanted.where(FindingRow.subject == subject)
    if which.undecided:
        wanted = wanted.where(FindingRow.action == "review", FindingRow.id.not_in(decided_ids(case.id)))
    order = (FindingRow.source, FindingRow.ordinal, FindingRow.place, FindingRow.start, FindingRow.id)
    rows = list(session.scalars(wanted.order_by(*order)))
    if not which.ids:
        return rows
    known = {each.id: each for each in rows}
    missing = [each for each in which.ids if each not in known]
    if missing:
        raise CaseError("case", f"no finding {missing[0]} in the last run", "releasable case findings lists them")
    return [known[each] for each in dict.fromkeys(which.ids)]


def decided_ids(case_id: str) -> Any:
    """Return the query for the findings of a case that a person has decided (since the last run too)."""
    return (
        select(DecisionFindingRow.finding_id)
        .join(DecisionRow, DecisionRow.id == DecisionFindingRow.decision_id)
        .where(DecisionRow.case_id == case_id)
    )


def _named(session: Session, run: int, finding: str) -> FindingRow:
    row = session.get(FindingRow, (run, finding))
    if row is None:
        raise CaseError("case", "no such finding in the last run", "releasable case findings lists them")
    return row


def decide(case: Case, which: Which, action: str, *, by: str, reason: str, scanner: Scanner, citation: str = "") -> int:
    """Record what a person decided of findings, and return of how many.

    Args:
        case: the case; its last run is meant.
        which: the findings.
        action: ``withhold``, ``release`` or ``adopt`` (what the rule proposes).
        by: who decides, a role or a name, as it shall stand in the log.
        reason: why, in words that hold nothing of a record.
        scanner: examines the words before they are stored.
        citation: the law, needed to withhold what no rule gives an authority for.

    Raises:
        CaseError: nothing or everything is meant, a rule forbids it, the law is not named, or the words hold a value.
    """
    if action not in ACTIONS:
        raise CaseError("--action", f"{action} is no decision", f"choose {', '.join(ACTIONS)}")
    if which.is_empty:
        raise CaseError("case", "it is not said which findings are meant", "name findings, a rule, an entity, a file")
    _check_words({"--by": by, "--reason": reason, "--citation": citation}, scanner)
    with case.action(by, "decided") as doing:
        rows = _chosen(case, doing.session, which)
        if not rows:
            raise CaseError("case", "no finding of the last run fits", "releasable case findings lists them")
        _check_rules(rows, action, citation)
        ids = [each.id for each in rows]
        number, digest = _append(doing.session, case.id, (doing.at, by, action, reason, citation), ids)
        doing.about |= {"decision": number, "action": action, "findings": len(ids), "sha256": digest}
    return len(rows)


def decide_differences(case: Case, ids: Collection[str], *, by: str, reason: str, scanner: Scanner) -> int:
    """Record that differences may stand, and return how many (raises CaseError)."""
    _check_words({"--by": by, "--reason": reason}, scanner)
    with case.action(by, "accepted differences") as doing:
        run = latest_run(doing.session, case.id)
        known = set(doing.session.scalars(select(DifferenceRow.id).where(DifferenceRow.run_id == run)))
        if not ids or not known.issuperset(ids):
            raise CaseError("--difference", "no such difference in the last run", "releasable case show lists them")
        number, digest = _append(doing.session, case.id, (doing.at, by, ACCEPT, reason, ""), sorted(ids))
        doing.about |= {"decision": number, "action": ACCEPT, "differences": len(ids), "sha256": digest}
    return len(ids)


def _append(
    session: Session, case_id: str, told: tuple[str, str, str, str, str], ids: Sequence[str]
) -> tuple[int, str]:
    at, by, action, reason, citation = told
    row = DecisionRow(case_id=case_id, at=at, by=by, action=action, reason=reason, citation=citation)
    session.add(row)
    session.flush()
    for batch in inserted([{"decision_id": row.id, "finding_id": each} for each in ids]):
        session.execute(insert(DecisionFindingRow), [dict(each) for each in batch])
    return row.id, digest_of_decision(row, ids)


def digest_of_decision(row: DecisionRow, ids: Sequence[str]) -> str:
    """Return the digest by which the audit trail binds a decision."""
    head: list[Any] = [row.id, row.at, row.by, row.action, row.reason, row.citation]
    return rows_digest([head, *([each] for each in ids)])


def _check_rules(rows: Sequence[FindingRow], action: str, citation: str) -> None:
    if action == "release" and (locked := next((each for each in rows if each.mandatory), None)):
        raise CaseError(
            f"rule {locked.rule}", "nobody may lift this withholding (no_override)", "leave such findings out"
        )
    if action == "withhold" and not citation and any(not each.authority for each in rows):
        raise CaseError(
            "--citation", "the policy names no law on which this could be withheld", "name the law with --citation"
        )


def _check_words(given: dict[str, str], scanner: Scanner) -> None:
    by, reason = given["--by"].strip(), given["--reason"].strip()
    if not by or by.casefold() in BY_NO_PERSON or len(by) > MOST_NAME or not by.isprintable():
        raise CaseError("--by", "it is not said who decides", "give a role or a name, such as 'records officer'")
    if not reason:
        raise CaseError("--reason", "a decision needs its reason", "say in a few words why")
    for option, text in given.items():
        for problem in scanner(text):
            raise CaseError(option, problem, "say it without anything that stands in a record; it was not stored")


def overrides_of(case: Case) -> Overrides:
    """Return what people decided so far, as the road honours it; of several decisions the last stands."""
    rulings: dict[str, Ruling] = {}
    seen: dict[str, int] = {}
    runs = _runs_at_decisions(case)
    with Session(case.engine) as session:
        wanted = (
            select(DecisionRow, DecisionFindingRow.finding_id)
            .join(DecisionFindingRow, DecisionFindingRow.decision_id == DecisionRow.id)
            .where(DecisionRow.case_id == case.id, DecisionRow.action.in_(ACTIONS))
            .order_by(DecisionRow.id)
        )
        for row, finding in session.execute(wanted):
            rulings[finding] = Ruling(row.action, row.by, row.at, row.reason, row.citation)
            seen[finding] = runs.get(row.id, 0)
        for run in sorted(set(seen.values())):
            for told in session.scalars(_decided_findings(case.id, run)):
                if seen[told.id] == run:
                    rulings[told.id] = replace(rulings[told.id], adopted=told.proposal, law=told.authority)
        released = [each for each in _of_last_run(session, case) if _is_released(each, rulings)]
    values = frozenset(each.digest for each in released if each.digest)
    return Overrides(case.keyed, rulings, values, frozenset(each.entity for each in released if not each.digest))


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
