"""What people decided, as the road honours it: a ruling for a finding goes before the rule's proposal.

Pure and picklable: it travels to the workers with the job. A finding is named by a keyed digest of its place and
value; where the same place holds another value, it is another finding and waits for its own decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from pipeline.case.lifting import is_signed_ground, lift_of, mandate_behind
from pipeline.case.marks import Marks
from pipeline.case.pinned import Pins, laid_on
from pipeline.decide import date_words
from pipeline.model import Action, Cell, Column, ColumnClass, Decision, Finding, RecordFacts
from pipeline.policy.schema import Policy
from pipeline.texts.digest import Keyed

ADOPT: Final = "adopt"
"""The action of a person who agrees with what the rule proposes, whatever that is."""
BY_NO_PERSON: Final = frozenset({"rule", "undecided", ""})
NAME_ORDINAL: Final = -1
"""The ordinal under which the findings of a file's own name are known."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided of a finding: withhold, release or adopt; who, when, why and on what law.

    ``adopted`` is what the rule proposed when the person agreed with it, ``law`` what it rested on: another policy
    changes neither. ``rule`` names the rule whose law the person cites. ``approved_by`` is who signed the lift of
    something mandatory, "" for any other decision.
    """

    action: str
    by: str
    at: str
    reason: str = ""
    citation: str = ""
    adopted: str = ""
    law: str = ""
    rule: str = ""
    approved_by: str = ""

    @property
    def decided(self) -> str:
        """What was decided in the end, "" where it is not known what was adopted."""
        return self.adopted if self.action == ADOPT else self.action


@dataclass(frozen=True, slots=True)
class Overrides:
    """The rulings of a case by finding, under the key of the case.

    ``released`` are digests of released values, ``released_in_columns`` the entities of which a whole column was
    released: its values have no digest in the case. ``pins`` are the classes that people laid down for columns.
    """

    keyed: Keyed
    rulings: Mapping[str, Ruling] = field(default_factory=lambda: MappingProxyType({}))
    released: frozenset[str] = frozenset()
    released_in_columns: frozenset[str] = frozenset()
    marks: Marks | None = None
    pins: Pins = field(default_factory=lambda: MappingProxyType({}))

    def __reduce__(self) -> tuple[object, ...]:  # a mapping proxy does not pickle
        plain = (dict(self.rulings), self.released, self.released_in_columns, self.marks, dict(self.pins))
        return (Overrides, (self.keyed, *plain))

    def pinned(self, path: str, classes: Sequence[ColumnClass], first: int = 0) -> tuple[ColumnClass, ...]:
        """Return the classes of the columns of a table as pinned (see :func:`pipeline.case.pinned.laid_on`)."""
        return (
            laid_on(self.pins, place_digest(self.keyed, "path", path), classes, first) if self.pins else tuple(classes)
        )


def finding_id(keyed: Keyed, source: str, ordinal: int, finding: Finding) -> str:
    """Return the name of a finding: the same for the same place, entity and value of the same file.

    Cells of one column can be several findings; these are told apart by all that a rule can ask of them.
    """
    place: tuple[str, ...] = (source, str(ordinal), repr(finding.address), str(finding.start), str(finding.end))
    if finding.address and isinstance(finding.address[-1], Column):
        asked = (finding.kind.value, finding.part, str(finding.linked), finding.label)
        place += (*asked, *sorted(finding.joined), "", *sorted(finding.signals))
    return place_digest(keyed, "finding", *place, finding.entity, finding.digest)


def column_of(finding: Finding) -> Finding | None:
    """Return the finding of a whole column to which that of a cell would belong; None for what is no cell."""
    step = finding.address[-1] if finding.address else None
    if not isinstance(step, Cell):
        return None
    address = (*finding.address[:-1], Column(step.column))
    return replace(finding, address=address, record="", thread="", subject="", digest="", start=0, end=1)


def place_digest(keyed: Keyed, what: str, *parts: str) -> str:
    """Return the keyed digest of something that names a place (a path, a record's key), 32 hex digits."""
    return keyed.form_digest("\0".join((what, *parts))).hex()


def honoured(
    overrides: Overrides | None,
    source: str,
    ordinal: int,
    decisions: Sequence[Decision],
    policy: Policy | None,
    facts: RecordFacts | None = None,
) -> list[Decision]:
    """Return decisions with what people decided in the place of what rules proposed.

    Args:
        overrides: the rulings of the case; None without a case.
        source: the path of the file inside the input.
        ordinal: the number of the unit in its file, or :data:`NAME_ORDINAL`.
        decisions: what the rules say.
        policy: its ``no_override`` rules stand whatever a person said, unless two people signed a lift.
        facts: those of the file: the ground of a lift has to be among them.
    """
    if overrides is None:
        return list(decisions)
    if policy is not None and facts is not None:
        decisions = [mandate_behind(each, facts, policy) or each for each in decisions]
    if not overrides.rulings and not overrides.marks:
        return list(decisions)
    return [_honoured(overrides, (source, ordinal), each, policy, facts) for each in decisions]


def _honoured(
    overrides: Overrides, at: tuple[str, int], decision: Decision, policy: Policy | None, facts: RecordFacts | None
) -> Decision:
    source, ordinal = at
    ruling = overrides.rulings.get(finding_id(overrides.keyed, source, ordinal, decision.finding))
    if ruling is None and (column := column_of(decision.finding)) is not None:
        # What a person withheld as a column stays so where one of its rows is looked at by itself.
        of_column = overrides.rulings.get(finding_id(overrides.keyed, source, ordinal, column))
        ruling = of_column if of_column is not None and of_column.decided == Action.WITHHOLD else None
    if ruling is None and overrides.marks is not None:
        ruling = _by_mark(overrides.marks, decision.finding)
    if ruling is None:
        return decision
    if is_mandatory(decision, policy):
        return _lifted(decision, ruling, policy, facts)
    return _dated(ruled(decision, ruling, policy), policy, facts)


def _dated(decision: Decision, policy: Policy | None, facts: RecordFacts | None) -> Decision:
    """Return a withholding whose reason tells the two days that count, as a rule's does; others as they are."""
    if not decision.withholds or policy is None or facts is None:
        return decision
    dates = date_words(policy, facts if facts.released_on else replace(facts, released_on=decision.decided_at[:10]))
    return replace(decision, reason=decision.reason.removesuffix(dates).rstrip() + (f" {dates}" if dates else ""))


def _by_mark(marks: Marks, finding: Finding) -> Ruling | None:
    """Return what whoever set a mark decided of what is found by it: withheld, and what was left out is released."""
    told = marks.of(finding)
    if told is None:
        return None
    mark, left = told
    action = Action.RELEASE if left else Action.WITHHOLD
    return Ruling(action.value, mark.by, mark.at, mark.reason, "" if left else mark.citation, rule=mark.rule)


def _lifted(decision: Decision, ruling: Ruling, policy: Policy | None, facts: RecordFacts | None) -> Decision:
    """Return a mandatory decision as it stands, or lifted where two people signed and that ground is still recorded."""
    if ruling.action != Action.RELEASE or not ruling.approved_by or policy is None or facts is None:
        return decision
    lift = lift_of(decision.finding, facts, policy, decision.decided_at)
    if lift is None or not is_signed_ground(lift, ruling.citation, facts, policy):
        return decision  # another order than the one that they saw opens nothing by their signatures
    return replace(lift, decided_by=ruling.by, decided_at=ruling.at, approved_by=ruling.approved_by)


def by_marks(marks: Marks | None, decisions: Iterable[Decision], policy: Policy | None) -> list[Decision]:
    """Return decisions with what marks withhold, wherever it stands: for copies, whose places are others."""
    told = []
    for each in decisions:
        ruling = _by_mark(marks, each.finding) if marks is not None else None
        counts = ruling is not None and ruling.action == Action.WITHHOLD and not is_mandatory(each, policy)
        told.append(ruled(each, ruling, policy) if ruling is not None and counts else each)
    return told


def cited(decision: Decision, name: str, policy: Policy | None) -> Decision:
    """Return a decision on the law of another rule, which a person named; as it is where there is no such rule."""
    rule = policy.rule(name) if policy is not None and name else None
    if rule is None or not rule.withholds:
        return decision
    return replace(
        decision, rule=rule.name, definition=rule.definition, authority=rule.authority_words,
        exemption=rule.exemption, citation=rule.citation_words, reason=rule.reason, marker=rule.marker,
    )  # fmt: skip


def ruled(decision: Decision, ruling: Ruling, policy: Policy | None = None) -> Decision:
    """Return a decision as a person made it."""
    effective = decision.proposal if decision.undecided else decision.action
    action = Action(ruling.decided) if ruling.decided else effective
    made = replace(decision, action=action, decided_by=ruling.by, decided_at=ruling.at, approved_by="")
    if action.hides and ruling.rule:
        return cited(made, ruling.rule, policy)
    if action is Action.WITHHOLD and effective is Action.RELEASE and ruling.reason:
        made = replace(made, reason=ruling.reason)  # the rule's reason speaks for releasing it
    if action is Action.WITHHOLD and ruling.citation:
        made = replace(made, citation=ruling.citation, authority=decision.authority or ruling.citation)
    if made.withholds and not (made.citation or made.authority):
        made = replace(made, citation=ruling.law, authority=ruling.law)  # the rule of now names no law for it
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


def released_anywhere(before: Iterable[Decision]) -> frozenset[tuple[str, str]]:
    """Return entity and digest of what a person released in a unit and nobody withheld at another place of it."""
    decided = [each for each in before if each.finding.digest]
    released = {(each.finding.entity, each.finding.digest) for each in decided if by_person(each)}
    return frozenset(released - {(each.finding.entity, each.finding.digest) for each in decided if each.withholds})
