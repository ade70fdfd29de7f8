"""Lifts at the desk: on a ground that is recorded, asked for by one person and signed by another."""

from __future__ import annotations

from pipeline.case import lifts
from pipeline.case.lifting import COURT_ORDER, ground_of, lift_of
from pipeline.case.store import CaseError
from pipeline.model import Finding, Kind, RecordFacts
from pipeline.review.desk import Desk
from pipeline.review.ledger import WAYS, Item
from pipeline.review.sessions import Officer
from recognizers.entities import LINKED_IDENTIFIER

_REOPEN = "close the desk and open it anew with it"


def ask(desk: Desk, officer: Officer, finding: str, way: str, reason: str) -> int:
    """Ask for a lift of a finding, or of all mandatory ones that belong with it, and return its number.

    Raises:
        CaseError: it is not mandatory, or no recorded ground lifts it; says which is missing.
    """
    desk.check_current()
    if way not in {"one", *WAYS}:
        raise CaseError("desk", "that is no choice", "choose one finding, or all of its value")
    ledger = desk.ledger.refresh()
    items = [ledger.item(int(row)) for row in ledger.members(way, finding)]
    mandatory = [each for each in items if each.mandatory]
    if not mandatory:
        raise CaseError("desk", "nothing of this is mandatory", "decide it: it needs no lift")
    grounds = {(ground(desk, each), facts_of(desk, each).court_order) for each in mandatory}
    if len(grounds) > 1:
        raise CaseError("desk", "these are lifted on several grounds", "ask for each file by itself")
    ids = [each.id for each in mandatory]
    return lifts.ask(desk.case, ids, grounds.pop()[0], by=officer.name, reason=reason, scanner=desk.scanner)


def sign(desk: Desk, officer: Officer, number: int, reason: str) -> int:
    """Sign a lift that another person asked for, and return the number of its decision (raises CaseError)."""
    desk.check_current()
    lift = next((each for each in lifts.lifts(desk.case) if each.number == number), None)
    ledger = desk.ledger.refresh()
    orders = set()
    for each in lift.findings if lift is not None else ():
        item = ledger.item(ledger.row_of(each))
        now = ground(desk, item)  # it has to be recorded still
        if lift is not None and now != lift.ground:
            raise CaseError("desk", "another ground is recorded now than the one that was asked on", "ask anew")
        orders.add(facts_of(desk, item).court_order if now == COURT_ORDER else "")
    if len(orders) > 1:
        raise CaseError("desk", "these are lifted on several grounds", "ask for each file by itself")
    cited = orders.pop() if orders else ""
    return lifts.sign(desk.case, number, by=officer.name, reason=reason, scanner=desk.scanner, citation=cited)


def refuse(desk: Desk, officer: Officer, number: int, reason: str) -> None:
    """Refuse a lift, or withdraw one's own (raises CaseError)."""
    lifts.refuse(desk.case, number, by=officer.name, reason=reason, scanner=desk.scanner)


def facts_of(desk: Desk, item: Item) -> RecordFacts:
    """Return what is stated of the file in which a finding stands."""
    return desk.road.job.facts_of(desk.texts.name_of(item.source))


def ground(desk: Desk, item: Item) -> str:
    """Return the recorded ground that lifts a mandatory finding (raises CaseError, which says what is missing)."""
    facts = facts_of(desk, item)
    finding = Finding(
        item.entity, item.start, max(item.stop, item.start + 1), (), "", item.score, "", "", item.part,
        kind=Kind(item.kind), linked=item.entity == LINKED_IDENTIFIER, digest=item.digest,
    )  # fmt: skip
    lift = lift_of(finding, facts, desk.policy, desk.road.job.decided_at)
    if lift is not None:
        return ground_of(lift, desk.policy)
    raise CaseError(f"rule {item.rule}", *_missing(desk, item, facts))


def _missing(desk: Desk, item: Item, facts: RecordFacts) -> tuple[str, str]:
    """Return what is missing for a lift, and what to do."""
    before = "nobody may lift this withholding (no_override)"
    if facts.court_order and item.entity not in facts.ordered:
        return f"{before}: the recorded court order does not open {item.entity}", f"correct the facts file, {_REOPEN}"
    if facts.court_order:
        policy = f"the policy {desk.policy.name} opens this on no order to this recipient ({facts.recipient})"
        return f"{before}: {policy}", "see policy explain; a copy for a court is made with --recipient court"
    if facts.subject_access:
        return f"{before}: it is not among what was checked of the person who asks", "check it, then open the desk anew"
    return (
        f"{before}: no court order is recorded for this file, and nobody asks for their own record",
        f"record the order in the facts file (court_order), or who asks (--for-subject), {_REOPEN}",
    )
