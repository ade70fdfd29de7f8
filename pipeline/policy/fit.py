"""Which rule of a policy fits a finding: the first of which every condition holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipeline.model import Finding, RecordFacts
from pipeline.policy.cited import is_under
from pipeline.policy.condition import FACT_LISTS, FACT_TRUTHS, Condition
from pipeline.policy.schema import Policy, Rule
from pipeline.policy.words import ANY_ENTITY

__all__ = ["could_fit", "first_rule", "fits", "fits_facts", "in_force", "label_has", "rules_of"]

_LABEL_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_NO_END = "9999-12-31"


def first_rule(rules: Iterable[Rule], finding: Finding, facts: RecordFacts) -> Rule | None:
    """Return the first rule that fits a finding in a record and is law on the day of the release, or None."""
    return next((rule for rule in rules if in_force(rule, facts) and fits(rule.when, finding, facts)), None)


def in_force(rule: Rule, facts: RecordFacts) -> bool:
    """Return whether a rule is law on the day of the release (a day that nobody stated is later than any)."""
    day = facts.released_on or _NO_END
    starts, ends = rule.in_force_from, rule.in_force_until
    return (starts is None or starts.isoformat() <= day) and (ends is None or day <= ends.isoformat())


def fits(when: Condition, finding: Finding, facts: RecordFacts) -> bool:
    """Return whether every given condition holds for a finding in a record."""
    return fits_facts(when, facts) and _fits_finding(when, finding, facts)


def fits_facts(when: Condition, facts: RecordFacts) -> bool:
    """Return whether the conditions about the record (recipient, channel, origin, flags, dates ...) hold."""
    return (
        all(getattr(when, name) is None or getattr(facts, name) in getattr(when, name) for name in FACT_LISTS)
        and all(getattr(when, name) in {None, getattr(facts, name)} for name in FACT_TRUTHS)
        and (when.flags_any is None or not facts.flags.isdisjoint(when.flags_any))
        and (when.flags_none is None or facts.flags.isdisjoint(when.flags_none))
        and (when.permitted_use is None or any(is_under(facts.permitted_use, each) for each in when.permitted_use))
        and (when.collected_from is None or when.collected_from.isoformat() <= facts.collected_on)
        and (when.collected_until is None or "" < facts.collected_on <= when.collected_until.isoformat())
    )


def could_fit(when: Condition, entity: str) -> bool:
    """Return whether a rule speaks of an entity at all."""
    return ANY_ENTITY in when.entity or entity in when.entity


def _fits_finding(when: Condition, finding: Finding, facts: RecordFacts) -> bool:
    return (
        could_fit(when, finding.entity)
        and (when.part is None or finding.part in when.part)
        and (when.kind is None or _is_of(when, finding))
        and (when.linked is None or finding.linked is when.linked)
        and (when.joined_any is None or _joined(when.joined_any, finding.joined))
        and (when.signals_any is None or not finding.signals.isdisjoint(when.signals_any))
        and (when.signals_none is None or finding.signals.isdisjoint(when.signals_none))
        and (when.label_any is None or label_has(finding.label, when.label_any))
        and (when.consent is None or (finding.digest in facts.consents) is when.consent)
        and (when.ordered is None or (finding.entity in facts.ordered) is when.ordered)
        and (when.score_below is None or finding.score < when.score_below)
        and (when.score_at_least is None or finding.score >= when.score_at_least)
    )


def _is_of(when: Condition, finding: Finding) -> bool:
    assert when.kind is not None
    return finding.kind in when.kind or ("minor" in when.kind and "minor" in finding.signals)


def _joined(wanted: tuple[str, ...], joined: frozenset[str]) -> bool:
    return bool(joined) if ANY_ENTITY in wanted else not joined.isdisjoint(wanted)


@lru_cache(maxsize=4096)
def label_has(label: str, phrases: tuple[str, ...]) -> bool:
    """Return whether a column or header name has one of the phrases, word for word, case folded.

    ``homePhone2`` and ``HOME_PHONE`` both have the phrase ``home phone``.
    """
    found = _folded(label)
    return any(f" {_folded(phrase).strip()} " in found for phrase in phrases)


def _folded(text: str) -> str:
    return f" {' '.join(_LABEL_WORD.findall(text)).casefold()} "


def rules_of(policy: Policy, entity: str) -> list[Rule]:
    """Return the rules that speak of an entity, in order."""
    return [rule for rule in policy.rules if could_fit(rule.when, entity)]
