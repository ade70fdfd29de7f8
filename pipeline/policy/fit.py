"""Which rule of a policy fits a finding: the first of which every condition holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipeline.model import Finding, RecordFacts
from pipeline.policy.schema import ANY_ENTITY, Condition, Policy, Rule

__all__ = ["could_fit", "first_rule", "fits", "fits_facts", "label_has", "rules_of"]

_LABEL_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")


def first_rule(rules: Iterable[Rule], finding: Finding, facts: RecordFacts) -> Rule | None:
    """Return the first rule that fits a finding in a record, or None."""
    return next((rule for rule in rules if fits(rule.when, finding, facts)), None)


def fits(when: Condition, finding: Finding, facts: RecordFacts) -> bool:
    """Return whether every given condition holds for a finding in a record."""
    return fits_facts(when, facts) and _fits_finding(when, finding)


def fits_facts(when: Condition, facts: RecordFacts) -> bool:
    """Return whether the conditions about the record (recipient, channel, origin) hold."""
    return (
        (when.recipient is None or facts.recipient in when.recipient)
        and (when.channel is None or facts.channel in when.channel)
        and (when.origin is None or facts.origin in when.origin)
    )


def could_fit(when: Condition, entity: str) -> bool:
    """Return whether a rule speaks of an entity at all."""
    return ANY_ENTITY in when.entity or entity in when.entity


def _fits_finding(when: Condition, finding: Finding) -> bool:
    return (
        could_fit(when, finding.entity)
        and (when.part is None or finding.part in when.part)
        and (when.kind is None or finding.kind in when.kind)
        and (when.linked is None or finding.linked is when.linked)
        and (when.joined_any is None or _joined(when.joined_any, finding.joined))
        and (when.signals_any is None or not finding.signals.isdisjoint(when.signals_any))
        and (when.signals_none is None or finding.signals.isdisjoint(when.signals_none))
        and (when.label_any is None or label_has(finding.label, when.label_any))
        and (when.score_below is None or finding.score < when.score_below)
        and (when.score_at_least is None or finding.score >= when.score_at_least)
    )


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
