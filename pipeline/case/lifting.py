"""What lifts a mandatory withholding: a recorded court order, or the person's own request with the identity checked.

The rules of a policy say what such a ground opens, and to whom. In a case that is not enough: one person asks for the
lift and another signs it. Until then the mandatory rule stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pipeline.decide import decide
from pipeline.model import Decision, Finding, Kind, RecordFacts
from pipeline.policy.schema import Policy

COURT_ORDER: Final = "court_order"
SUBJECT_ACCESS: Final = "subject_access"
GROUNDS: Final = (COURT_ORDER, SUBJECT_ACCESS)
GROUND_WORDS: Final = {
    COURT_ORDER: "a court order that is recorded for this file",
    SUBJECT_ACCESS: "the person's own request, identity checked",
}


def mandate_behind(decision: Decision, facts: RecordFacts, policy: Policy) -> Decision | None:
    """Return the mandatory decision that stands where the ground of a lift is not there; None where there is none."""
    if decision.withholds or not (facts.ordered or facts.subject_access):
        return None
    rule = policy.rule(decision.rule)
    if rule is None or not rule.when.lifts:
        return None
    bare = replace(facts, court_order="", ordered=frozenset(), subject_access=False)
    finding = decision.finding
    asked = replace(finding, kind=Kind.PRIVATE) if finding.kind is Kind.REQUESTER else finding
    (without,) = decide([asked], bare, policy, decision.decided_at)
    mandate = policy.rule(without.rule)
    return replace(without, finding=finding) if mandate is not None and mandate.no_override else None


def lift_of(finding: Finding, facts: RecordFacts, policy: Policy, at: str) -> Decision | None:
    """Return what the policy decides of a finding on a recorded ground, None where nothing that is recorded lifts it.

    Two people who sign also decide that a record is about the one who asks (``own_decided``).
    """
    told = replace(facts, own_decided=True) if facts.subject_access else facts
    (decision,) = decide([finding], told, policy, at)
    rule = policy.rule(decision.rule)
    lifts = rule is not None and rule.when.lifts and not decision.withholds
    return decision if lifts else None


def is_signed_ground(lift: Decision, cited: str, facts: RecordFacts, policy: Policy) -> bool:
    """Return whether what lifts now is what two people signed: the very order that they cited, or the own request."""
    return cited == (facts.court_order if ground_of(lift, policy) == COURT_ORDER else "")


def ground_of(decision: Decision, policy: Policy) -> str:
    """Return the ground on which a rule lifts."""
    rule = policy.rule(decision.rule)
    return COURT_ORDER if rule is not None and rule.when.ordered else SUBJECT_ACCESS
