"""What is mandatory under every policy, and where a policy leaves it to people.

A Social Security number goes to no requester and on no web page. A policy may carry that with one rule or with several,
by recipient; no rule that a person could decide against may stand before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.errors import PolicyError
from pipeline.policy.condition import Condition
from pipeline.policy.fit import could_fit
from pipeline.policy.schema import Policy, Rule
from pipeline.policy.words import Recipient

__all__ = ["MANDATORY", "REMEDY", "LeftOpen", "left_open", "see_mandatory"]

MANDATORY: Final = ("US_SSN",)
"""What goes to no requester and on no web page under any policy."""
REMEDY: Final = "give the rule that withholds it no_override: true, and put it first"
_ANYBODY: Final[frozenset[Recipient]] = frozenset({"requester", "public"})
_ASKS_FOR: Final = ("entity", "recipient")
"""What a mandatory rule may ask and still takes every value of its entity for some recipients."""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """Where a person could let out what is mandatory: the entity, and the rule that decides it (None: no rule does)."""

    entity: str
    rule: str | None

    @property
    def words(self) -> str:
        """What is wrong, in plain words."""
        by = "no mandatory rule takes all of it" if self.rule is None else "the rule that decides it is not mandatory"
        return f"a person could let {self.entity} out to anybody: {by}"


def left_open(policy: Policy, day: date | None = None) -> Iterator[LeftOpen]:
    """Yield what is to be mandatory under every policy and is not under this one.

    Args:
        policy: the policy.
        day: that of a release; a rule counts where it is in force then. None: with such dates, nothing is mandatory.
    """
    for entity in MANDATORY:
        taken: set[str] = set()
        for rule in policy.rules:
            if not could_fit(rule.when, entity) or rule.when.lifts or not _is_for(rule, day):
                continue
            if rule.no_override:
                taken |= _takes_all_for(rule.when)
            elif not taken.issuperset(_ANYBODY.intersection(rule.when.recipient or _ANYBODY)):
                yield LeftOpen(entity, rule.name)
                break
            if taken >= _ANYBODY:
                break
        else:
            yield LeftOpen(entity, None)


def _takes_all_for(when: Condition) -> frozenset[str]:
    """Return the recipients for whom a rule takes every value of its entities; none where it asks anything else."""
    asks = {name for name, value in when if value is not None}
    return frozenset(when.recipient or _ANYBODY) if asks <= set(_ASKS_FOR) else frozenset()


def _is_for(rule: Rule, day: date | None) -> bool:
    """Return whether a rule counts: on an unknown day one with dates is in the way, and mandates nothing."""
    starts, ends = rule.in_force_from, rule.in_force_until
    if starts is None and ends is None:
        return True
    if day is None:
        return not rule.no_override
    return (starts is None or starts <= day) and (ends is None or day <= ends)


def see_mandatory(policy: Policy, where: str, day: date) -> None:
    """See that a policy lets nobody let out what is mandatory, before a release is made under it.

    Args:
        policy: the policy.
        where: its file or name, for the error.
        day: that of the release.

    Raises:
        PolicyError: a person could let it out.
    """
    for each in left_open(policy, day):
        at = where if each.rule is None else f"{where}, rule {each.rule}"
        raise PolicyError(at, f"{each.words}; no release is made under it", f"{REMEDY}; policy check names the line")
