"""What people decided, as the road honours it: a ruling for a finding goes before the rule's proposal.

Pure and picklable: it travels to the workers with the job. A finding is named by a keyed digest of its place and
value; where the same place holds another value, it is another finding and waits for its own decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from pipeline.digest import Keyed
from pipeline.model import Action, Decision, Finding
from pipeline.policy.schema import Policy

ADOPT: Final = "adopt"
"""The action of a person who agrees with what the rule proposes, whatever that is."""
BY_NO_PERSON: Final = frozenset({"rule", "undecided", ""})
NAME_ORDINAL: Final = -1
"""The ordinal under which the findings of a file's own name are known."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided of a finding: withhold, release or adopt; who, when, why and on what law."""

    action: str
    by: str
    at: str
    reason: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Overrides:
    """The rulings of a case by finding, under the key of the case; ``released`` are digests of released values."""

    keyed: Keyed
    rulings: Mapping[str, Ruling] = field(default_factory=lambda: MappingProxyType({}))
    released: frozenset[str] = frozenset()

    def __reduce__(self) -> tuple[object, ...]:  # a mapping proxy does not pickle
        return (Overrides, (self.keyed, dict(self.rulings), self.released))


def finding_id(keyed: Keyed, source: str, ordinal: int, finding: Finding) -> str:
    """Return the name of a finding: the same for the same place, entity and value of the same file."""
    place = (source, str(ordinal), repr(finding.address), str(finding.start), str(finding.end))
    return place_digest(keyed, "finding", *place, finding.entity, finding.digest)


def place_digest(keyed: Keyed, what: str, *parts: str) -> str:
    """Return the keyed digest of something that names a place (a path, a record's key), 32 hex digits."""
    return keyed.form_digest("\0".join((what, *parts))).hex()


def honoured(
    overrides: Overrides | None, source: str, ordinal: int, decisions: Sequence[Decision], policy: Policy | None
) -> list[Decision]:
    """Return decisions with what people decided in the place of what rules proposed.

    Args:
        overrides: the rulings of the case; None without a case.
        source: the path of the file inside the input.
        ordinal: the number of the unit in its file, or :data:`NAME_ORDINAL`.
        decisions: what the rules say.
        policy: its ``no_override`` rules stand whatever a person said.
    """
    if overrides is None or not overrides.rulings:
        return list(decisions)
    return [_honoured(overrides, source, ordinal, each, policy) for each in decisions]


def _honoured(overrides: Overrides, source: str, ordinal: int, decision: Decision, policy: Policy | None) -> Decision:
    ruling = overrides.rulings.get(finding_id(overrides.keyed, source, ordinal, decision.finding))
    if ruling is None or is_mandatory(decision, policy):
        return decision
    return ruled(decision, ruling)


def ruled(decision: Decision, ruling: Ruling) -> Decision:
    """Return a decision as a person made it."""
    effective = decision.proposal if decision.undecided else decision.action
    action = effective if ruling.action == ADOPT else Action(ruling.action)
    made = replace(decision, action=action, decided_by=ruling.by, decided_at=ruling.at, approved_by="")
    if action is Action.WITHHOLD and effective is Action.RELEASE and ruling.reason:
        made = replace(made, reason=ruling.reason)  # the rule's reason speaks for releasing it
    if action is Action.WITHHOLD and ruling.citation:
        made = replace(made, citation=ruling.citation, authority=decision.authority or ruling.citation)
    return made


def is_mandatory(decision: Decision, policy: Policy | None) -> bool:
    """Return whether the rule behind a decision lets no person lift it."""
    rule = policy.rule(decision.rule) if policy is not None else None
    return rule is not None and rule.no_override


def by_person(decision: Decision) -> bool:
    """Return whether a person made this decision."""
    return decision.decided_by not in BY_NO_PERSON


def standing(decisions: Iterable[Decision], before: Iterable[Decision]) -> list[Decision]:
    """Return the decisions on a copy, where what a person released in that very segment stays released."""
    released = {
        (each.finding.address, each.finding.entity, each.finding.digest): each
        for each in before
        if by_person(each) and not each.withholds and each.finding.digest
    }
    if not released:
        return list(decisions)
    kept = []
    for each in decisions:
        known = released.get((each.finding.address, each.finding.entity, each.finding.digest))
        kept.append(each if known is None else replace(known, finding=each.finding))
    return kept
