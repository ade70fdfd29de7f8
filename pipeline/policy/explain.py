"""Says in plain words what a policy does: all of it, for one entity, or beside another policy."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pipeline.errors import UsageError
from pipeline.model import Action
from pipeline.policy.fit import rules_of
from pipeline.policy.schema import ANY_ENTITY, Condition, Policy, Rule
from recognizers.entities import ENTITIES

__all__ = ["action_words", "condition_words", "diff", "explain", "show"]

_ACTIONS = {Action.WITHHOLD: "withhold", Action.RELEASE: "release", Action.REVIEW: "a person decides"}
_NOT_SIGNED = "Not signed off: the agency's counsel must approve this policy before it is used."
_OTHERWISE = "Where no rule fits: a person decides; until then it is withheld."


def explain(policy: Policy, entity: str) -> str:
    """Return what a policy does with an entity: its rules in order, with their law.

    Raises:
        UsageError: there is no such entity.
    """
    name = entity.upper()
    if name not in ENTITIES:
        raise UsageError(entity, "unknown entity", f"known are: {', '.join(ENTITIES)}")
    rules = rules_of(policy, name)
    head = f"{name} under {policy.name} {policy.version}: the first rule that fits decides."
    blocks = [_rule_words(number, rule) for number, rule in enumerate(rules, 1)]
    return "\n\n".join([head, *blocks, _OTHERWISE]) + "\n"


def show(policy: Policy) -> str:
    """Return the whole of a policy in plain words."""
    blocks = [_rule_words(number, rule) for number, rule in enumerate(policy.rules, 1)]
    return "\n\n".join(["\n".join(_head(policy)), *blocks, _OTHERWISE]) + "\n"


def diff(a: Policy, b: Policy) -> str:
    """Return what differs between two policies: settings, rules that only one has, changed rules, order."""
    lines = [f"{a.name} {a.version} -> {b.name} {b.version}"]
    settings = [name for name in Policy.model_fields if name not in {"rules", "examples"}]
    for name in settings:
        was, now = getattr(a, name), getattr(b, name)
        if was != now:
            lines.append(f"{name}: {_value(was)} -> {_value(now)}")
    old, new = {rule.name: rule for rule in a.rules}, {rule.name: rule for rule in b.rules}
    lines += [f"- rule {name}: {action_words(rule)}" for name, rule in old.items() if name not in new]
    lines += [f"+ rule {name}: {action_words(rule)}" for name, rule in new.items() if name not in old]
    for name, rule in old.items():
        if name in new:
            lines += _changes(rule, new[name])
    if [name for name in old if name in new] != [name for name in new if name in old]:
        lines.append("The rules that both have stand in another order; the first that fits decides.")
    return "\n".join(lines if len(lines) > 1 else [*lines, "No difference."]) + "\n"


def action_words(rule: Rule) -> str:
    """Return what a rule does, in words."""
    words = _ACTIONS[rule.action]
    if rule.proposal is not None:
        return f"{words} (proposal: {rule.proposal.value})"
    return f"{words} (no override)" if rule.no_override else words


def condition_words(when: Condition) -> str:
    """Return when a rule fits, in words."""
    entities = "anything" if ANY_ENTITY in when.entity else _either(when.entity)
    return ", ".join([entities, *_conditions(when)])


def _conditions(when: Condition) -> Iterator[str]:
    if when.part:
        yield f"part {_either(when.part)}"
    if when.kind:
        yield f"of {_either(tuple(_KINDS[kind.value] for kind in when.kind))}"
    if when.linked is not None:
        yield "linked to a person" if when.linked else "not linked to a person"
    if when.joined_any:
        wanted = "any direct identifier" if ANY_ENTITY in when.joined_any else _either(when.joined_any)
        yield f"in one record with {wanted} of a private person"
    if when.signals_any:
        yield f"with the sign {_either(when.signals_any)}"
    if when.signals_none:
        yield f"without the sign {_either(when.signals_none)}"
    if when.label_any:
        yield f"under a column or header named {_either(when.label_any)}"
    for name in ("recipient", "channel", "origin"):
        if getattr(when, name):
            yield f"{name} {_either(getattr(when, name))}"
    if when.score_at_least is not None:
        yield f"score at least {when.score_at_least:g}"
    if when.score_below is not None:
        yield f"score below {when.score_below:g}"


_KINDS = {
    "private": "a private person",
    "official": "an official",
    "business": "a business",
    "agency": "an agency",
    "requester": "the requester",
}


def _either(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _rule_words(number: int, rule: Rule) -> str:
    lines = [f"{number}. {rule.name}: {action_words(rule)}", f"when: {condition_words(rule.when)}"]
    lines += [
        f"{title}: {text}"
        for title, text in (
            ("why", rule.reason),
            ("definition", rule.definition),
            ("authority", rule.authority_words),
            ("exemption", rule.exemption),
            ("citation", rule.citation),
            ("marker", rule.marker if rule.withholds else ""),
            ("from", ", ".join(rule.source_rules)),
            ("note", rule.note),
        )
        if text
    ]
    return "\n   ".join(
        textwrap.fill(line, 110, subsequent_indent="     ", break_long_words=False, break_on_hyphens=False)
        for line in lines
    )


def _head(policy: Policy) -> Iterator[str]:
    yield f"{policy.title} ({policy.name} {policy.version}, {policy.jurisdiction})"
    yield f"in force from {policy.effective_from}" + (f", posted {policy.posted_on}" if policy.posted_on else "")
    yield f"signed off by {policy.approved_by} on {policy.approved_on}" if policy.is_signed_off else _NOT_SIGNED
    parts = {"withhold_part": "is left out of the copy", "hold_record": "holds its whole record"}
    yield f"a part that cannot be examined {parts[policy.unscannable]}"
    yield f"the office's own contacts are {'known' if policy.use_agency_contacts else 'not used'}"
    yield f"the list of officials is {'used' if policy.use_officials else 'not used'}"
    yield f"case numbers {'count' if policy.case_numbers_link else 'do not count'} as identifiers of a person"
    if policy.note:
        yield textwrap.fill(f"note: {policy.note}", 110, subsequent_indent="  ")
    for source in policy.sources:
        dated = f" ({source.dated})" if source.dated else ""
        yield textwrap.fill(f"source: {source.title}{dated}", 110, subsequent_indent="  ")


def _changes(was: Rule, now: Rule) -> Iterator[str]:
    for name in Rule.model_fields:
        old, new = getattr(was, name), getattr(now, name)
        if old == new:
            continue
        if name == "when":
            yield f"~ rule {was.name}, when: {condition_words(old)} -> {condition_words(new)}"
        elif name == "authority":
            yield f"~ rule {was.name}, authority: {was.authority_words or 'none'} -> {now.authority_words or 'none'}"
        else:
            yield f"~ rule {was.name}, {name}: {_value(old)} -> {_value(new)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_value(item) for item in value) or "none"
    title = getattr(value, "title", None)
    if isinstance(title, str):  # a source
        return title
    return "none" if value is None or value == "" else str(getattr(value, "value", value))
