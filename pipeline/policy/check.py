"""Checks a policy file beyond what loading refuses: dead rules, missing entities, its own examples."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pipeline.model import Action, Finding, RecordFacts
from pipeline.policy.condition import FACT_LISTS, FACT_TRUTHS
from pipeline.policy.fit import could_fit, first_rule, rules_of
from pipeline.policy.load import faults_of, read_policy
from pipeline.policy.mandatory import REMEDY, left_open
from pipeline.policy.marked_yaml import Marked
from pipeline.policy.schema import ANY_ENTITY, NO_RULE_FITS, Condition, Example, Policy, Rule
from pipeline.policy.words import STATED_WORDS
from recognizers.entities import ENTITIES

__all__ = ["check", "outcome"]

_LISTS = ("part", "kind", "joined_any", "signals_any", "label_any", "flags_any", "permitted_use", *FACT_LISTS)
_TRUTHS = ("linked", "consent", "ordered", *FACT_TRUTHS)
_NONE_OF = ("signals_none", "flags_none")
_EXAMPLE = "example"
_NOTICE_DAYS = 30  # the Mass.Gov policy of 2002-12-16: changes are posted at least 30 days before they take effect


def check(path: Path, config: Path | None = None) -> list[str]:
    """Return what is wrong with a policy file, each with file, line and key; nothing means fit for use.

    Args:
        path: the policy file.
        config: the folder with the office's own policies, one of which the file may extend.
    """
    policy, faults = faults_of(path, config)
    if policy is None or faults:
        return [str(fault) for fault in faults]
    marked = read_policy(path, config)
    return [
        *_notice(policy, marked),
        *_dead_rules(policy, marked),
        *_missing(policy, marked),
        *_slips(policy, marked),
        *_open_numbers(policy, marked),
        *_failing(policy, marked),
    ]


def outcome(policy: Policy, example: Example) -> tuple[Action, Action | None, str]:
    """Return what a policy does with the finding of an example: action, proposal, and rule."""
    finding = Finding(
        entity=example.entity, start=0, end=1, address=(), record="", score=example.score, recognizer="example",
        reason="", part=example.part, label=example.label, kind=example.kind, linked=example.linked,
        joined=frozenset(example.joined), signals=frozenset(example.signals), digest=_EXAMPLE,
    )  # fmt: skip
    facts = RecordFacts(
        channel=example.channel, origin=example.origin, context=example.context, recipient=example.recipient,
        purpose=example.purpose, permitted_use=example.permitted_use, subject_access=example.subject_access,
        collected_on=_day(example.collected_on), released_on=_day(example.released_on), flags=frozenset(example.flags),
        ordered=frozenset([example.entity] if example.ordered else []),
        consents=frozenset([_EXAMPLE] if example.consent else []),
    )  # fmt: skip
    rule = first_rule(policy.rules, finding, facts)
    return (rule.action, rule.proposal, rule.name) if rule else (Action.REVIEW, Action.WITHHOLD, NO_RULE_FITS)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _failing(policy: Policy, marked: Marked) -> Iterator[str]:
    for number, example in enumerate(policy.examples):
        action, proposal, rule = outcome(policy, example)
        if (action, rule) != (example.action, example.rule):
            what = f"the example is decided {action.value} by {rule}, not {example.action.value} by {example.rule}"
            yield str(marked.error(("examples", number), what, "change the rules, or the example"))
        elif example.proposal is not None and proposal is not example.proposal:
            found = proposal.value if proposal else "nothing"
            what = f"the example is proposed {found}, not {example.proposal.value}"
            yield str(marked.error(("examples", number, "proposal"), what, "change the rules, or the example"))


def _missing(policy: Policy, marked: Marked) -> Iterator[str]:
    missing = [entity for entity in ENTITIES if not rules_of(policy, entity)]
    if missing:
        what = f"no rule speaks of {', '.join(missing)}: a person must decide each of them"
        yield str(marked.error(("rules",), what, "add a rule for each"))


def _slips(policy: Policy, marked: Marked) -> Iterator[str]:
    """Yield the words of rules for origin, context and channel that look like a slip in one that the packs know."""
    for number, rule in enumerate(policy.rules):
        for key, known in STATED_WORDS.items():
            for word in getattr(rule.when, key) or ():
                close = [] if word in known else difflib.get_close_matches(word, known, n=1, cutoff=0.8)
                if close:
                    what = f"{word} looks like a slip: an officer who states {close[0]} is not understood"
                    yield str(marked.error(("rules", number, "when", key), what, f"write {close[0]}, or another word"))


def _open_numbers(policy: Policy, marked: Marked) -> Iterator[str]:
    """Yield what is to be mandatory under every policy and is not under this one; no release is made under it."""
    for each in left_open(policy):
        if rules_of(policy, each.entity):  # where no rule speaks of it, that is told already
            numbers = [number for number, rule in enumerate(policy.rules) if rule.name == each.rule]
            at: tuple[str | int, ...] = ("rules", *numbers)
            yield str(marked.error(at, each.words, REMEDY))


def _notice(policy: Policy, marked: Marked) -> Iterator[str]:
    if policy.posted_on and policy.effective_from < policy.posted_on + timedelta(days=_NOTICE_DAYS):
        what = f"the policy takes effect less than {_NOTICE_DAYS} days after it was posted"
        yield str(marked.error(("effective_from",), what, "set a later day"))


def _dead_rules(policy: Policy, marked: Marked) -> Iterator[str]:
    """Yield the rules that never decide anything, because an earlier one takes all that they fit."""
    for number, rule in enumerate(policy.rules):
        for earlier in policy.rules[:number]:
            if _always(earlier) and _covers(earlier.when, rule.when):
                what = f"this rule never decides: {earlier.name} stands before it and takes all that it fits"
                yield str(marked.error(("rules", number), what, f"move it before {earlier.name}, or delete it"))
                break


def _always(rule: Rule) -> bool:
    return rule.in_force_from is None and rule.in_force_until is None


def _covers(wide: Condition, narrow: Condition) -> bool:
    """Return whether everything that fits ``narrow`` fits ``wide`` too."""
    if not all(could_fit(wide, entity) for entity in narrow.entity):
        return False
    for name in _LISTS:
        wanted, given = getattr(wide, name), getattr(narrow, name)
        if wanted is None or (name == "joined_any" and given is not None and ANY_ENTITY in wanted):
            continue
        if given is None or not set(given) <= set(wanted):
            return False
    return _covers_rest(wide, narrow)


def _covers_rest(wide: Condition, narrow: Condition) -> bool:
    if any(getattr(wide, name) is not None and getattr(narrow, name) is not getattr(wide, name) for name in _TRUTHS):
        return False
    if any(not set(getattr(wide, name) or ()) <= set(getattr(narrow, name) or ()) for name in _NONE_OF):
        return False
    if wide.collected_from is not None or wide.collected_until is not None:
        return False  # a date that nobody stated fits neither: no rule with one takes all that another fits
    low_fits = wide.score_at_least is None or (
        narrow.score_at_least is not None and narrow.score_at_least >= wide.score_at_least
    )
    high_fits = wide.score_below is None or (narrow.score_below is not None and narrow.score_below <= wide.score_below)
    return low_fits and high_fits
