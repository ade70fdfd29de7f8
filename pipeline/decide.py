"""Applies a policy to findings: the first rule that fits decides; where none fits, a person must."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from pipeline.model import Action, Decision, Finding, RecordFacts
from pipeline.policy.fit import first_rule, fits_facts, in_force, rules_of
from pipeline.policy.own import claimed
from pipeline.policy.schema import ANY_ENTITY, NO_RULE_FITS, Policy, Rule
from pipeline.texts.markers import REDACTED
from recognizers.entities import ENTITIES

__all__ = ["date_words", "decide"]

_BY_RULE: Final = "rule"
_UNDECIDED: Final = "undecided"
_NOTHING_FITS: Final = "No rule of the policy speaks of this; it is held back until a person decides."


def decide(findings: Iterable[Finding], facts: RecordFacts, policy: Policy, decided_at: str) -> list[Decision]:
    """Return one decision for each finding, in order.

    Statutes are those in force on the day of the release, the day of ``decided_at`` where the facts name no other;
    the day of collection tells which promise of a website was made. Both stand in the reason of what is withheld.

    Args:
        findings: what was found, resolved and linked: all of each record, or it does not show whose a record is.
        facts: what rules may ask about the records.
        policy: the rules.
        decided_at: the fixed time of the run, ISO 8601, as it shall stand in the log.
    """
    if not facts.released_on:
        facts = replace(facts, released_on=decided_at[:10])
    book = _book(policy, facts)
    return [book.decision(finding, decided_at) for finding in claimed(findings, facts)]


class _Answer(NamedTuple):
    """Everything in a decision that does not depend on the place, in the order of its fields."""

    action: Action
    rule: str
    proposal: Action
    definition: str = ""
    authority: str = ""
    exemption: str = ""
    citation: str = ""
    reason: str = ""
    marker: str = REDACTED
    decided_by: str = _UNDECIDED
    approved_by: str = ""


_NO_RULE: Final = _Answer(Action.REVIEW, NO_RULE_FITS, Action.WITHHOLD, reason=_NOTHING_FITS)


class _Book:
    """The rules of a policy for records with the same facts, indexed by entity, with answers kept.

    Findings differ in place and value, which no rule asks for: millions of them have a few
    hundred different combinations of what rules do ask for, and each is looked up once.
    """

    def __init__(self, policy: Policy, facts: RecordFacts) -> None:
        self._facts = facts
        self._dates = date_words(policy, facts)
        self._approved_by = policy.approved_by or ""
        self._chapters = {entity: _Chapter(rules_of(policy, entity), facts) for entity in (*ENTITIES, ANY_ENTITY)}
        self._answers: dict[Hashable, _Answer] = {}

    def decision(self, finding: Finding, decided_at: str) -> Decision:
        chapter = self._chapters.get(finding.entity) or self._chapters[ANY_ENTITY]
        asked = chapter.asked(finding)
        answer = self._answers.get(asked)
        if answer is None:
            rule = first_rule(chapter.rules, finding, self._facts)
            answer = self._answers[asked] = self._answer(rule) if rule else _NO_RULE
        return Decision(finding, *answer, decided_at=decided_at)

    def _answer(self, rule: Rule) -> _Answer:
        undecided = rule.action is Action.REVIEW
        return _Answer(
            action=rule.action,
            rule=rule.name,
            proposal=rule.proposal or rule.action,
            definition=rule.definition,
            authority=rule.authority_words,
            exemption=rule.exemption,
            citation=rule.citation_words,
            reason=f"{rule.reason} {self._dates}".rstrip() if rule.withholds else rule.reason,
            marker=rule.marker,
            decided_by=_UNDECIDED if undecided else _BY_RULE,
            approved_by="" if undecided else self._approved_by,
        )


class _Chapter:
    """The rules that speak of one entity, and what of a finding they ask for."""

    def __init__(self, rules: list[Rule], facts: RecordFacts) -> None:
        self.rules = tuple(rule for rule in rules if in_force(rule, facts) and fits_facts(rule.when, facts))
        conditions = [rule.when for rule in self.rules]
        joined = {name for when in conditions for name in when.joined_any or ()}
        self._all_joined = ANY_ENTITY in joined
        self._joined = frozenset(joined)
        self._signals = frozenset(
            str(name)
            for when in conditions
            for name in (*(when.signals_any or ()), *(when.signals_none or ()), *(when.kind or ()))
        )
        self._consents = facts.consents if any(when.consent is not None for when in conditions) else frozenset()
        self._label = any(when.label_any for when in conditions)
        scores = (score for when in conditions for score in (when.score_below, when.score_at_least))
        self._scores = sorted({score for score in scores if score is not None})

    def asked(self, finding: Finding) -> Hashable:
        """Return all that the rules ask of a finding; equal answers mean the same rule."""
        joined = finding.joined if self._all_joined else finding.joined & self._joined
        return (
            finding.entity,
            finding.part,
            finding.kind,
            finding.linked,
            joined,
            finding.signals & self._signals,
            finding.label if self._label else "",
            finding.digest in self._consents,
            bisect_right(self._scores, finding.score),
        )


@lru_cache(maxsize=64)
def _book(policy: Policy, facts: RecordFacts) -> _Book:
    return _Book(policy, facts)


def date_words(policy: Policy, facts: RecordFacts) -> str:
    """Return the two days that count, in words: of the law, and of the promise; "" where nobody stated the second."""
    if not facts.collected_on:
        return ""
    made = "; ".join(promise.title for promise in policy.promises_on(facts.collected_on))
    promised = f"under: {made}" if made else "no promise of this policy's websites is known for that day"
    return f"Law as in force on {facts.released_on}. Collected on {facts.collected_on}, {promised}."
