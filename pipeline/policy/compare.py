"""Says in plain words what differs between two policies: what comes out otherwise, and which rules do it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Action
from pipeline.policy.check import outcome
from pipeline.policy.schema import Example, Policy, Rule
from pipeline.policy.wording import action_words, condition_words, word

__all__ = ["diff"]

_NO_SETTING = frozenset({"rules", "examples", "built_on"})
_OUTCOME = {"action", "proposal", "rule"}


def diff(a: Policy, b: Policy) -> str:
    """Return what differs between two policies, tried on the examples of both and told rule by rule."""
    blocks = [
        ("What comes out otherwise, tried on the examples of both", list(_outcomes(a, b))),
        ("Rules", list(_rules(a, b))),
        ("About the policy", list(_settings(a, b))),
    ]
    lines = [f"{a.name} {a.version} -> {b.name} {b.version}"]
    for title, told in blocks:
        lines += ["", f"{title}:", *(f"  {line}" for line in told)] if told else []
    return "\n".join(lines if len(lines) > 1 else [*lines, "No difference."]) + "\n"


def _outcomes(a: Policy, b: Policy) -> Iterator[str]:
    seen: set[str] = set()
    for example in (*a.examples, *b.examples):
        asked = example.model_dump_json(exclude=_OUTCOME)
        was, now = outcome(a, example), outcome(b, example)
        if asked not in seen and was[:2] != now[:2]:
            yield f"{_finding_words(example)}: {_outcome_words(was)} -> {_outcome_words(now)}"
        seen.add(asked)


def _outcome_words(outcome_: tuple[Action, Action | None, str]) -> str:
    action, proposal, rule = outcome_
    until = "" if proposal is None else f", until then {'shown' if proposal is Action.RELEASE else proposal.value}"
    return f"{word('actions', action.value)}{until} ({rule})"


def _finding_words(example: Example) -> str:
    shown = {
        name: getattr(example, name)
        for name, field in Example.model_fields.items()
        if name not in _OUTCOME | {"entity"} and getattr(example, name) != field.default
    }
    told = ", ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in shown.items())
    about = word("entities", example.entity)
    return f"{about} ({told})" if told else about


def _rules(a: Policy, b: Policy) -> Iterator[str]:
    old, new = {rule.name: rule for rule in a.rules}, {rule.name: rule for rule in b.rules}
    for name, rule in old.items():
        if name not in new:
            yield f"{name} is gone: {condition_words(rule.when)}: {action_words(rule)}"
    for name, rule in new.items():
        if name not in old:
            yield f"{name} is new: {condition_words(rule.when)}: {action_words(rule)}"
    for name, rule in old.items():
        if name in new:
            yield from _changes(rule, new[name])
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield "The rules that both have stand in another order; the first that fits decides."


def _changes(was: Rule, now: Rule) -> Iterator[str]:
    if was.when != now.when:
        yield f"{was.name} fits otherwise: {condition_words(was.when)} -> {condition_words(now.when)}"
    if (was.action, was.proposal, was.no_override) != (now.action, now.proposal, now.no_override):
        yield f"{was.name} decides otherwise: {action_words(was)} -> {action_words(now)}"
    if was.authority != now.authority:
        yield f"{was.name} rests on other law: {was.authority_words or 'none'} -> {now.authority_words or 'none'}"
    for name in Rule.model_fields:
        old, new = getattr(was, name), getattr(now, name)
        if name not in {"when", "authority", "action", "proposal", "no_override"} and old != new:
            yield f"{was.name}, {name.replace('_', ' ')}: {_plain(old)} -> {_plain(new)}"


def _settings(a: Policy, b: Policy) -> Iterator[str]:
    for name in Policy.model_fields:
        was, now = getattr(a, name), getattr(b, name)
        if name not in _NO_SETTING and was != now:
            yield f"{name.replace('_', ' ')}: {_plain(was)} -> {_plain(now)}"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(_plain(item) for item in value) or "none"
    for name in ("title", "cite"):
        told = getattr(value, name, None)
        if told is not None and not callable(told):
            return str(told)
    if value is True:
        return "yes"
    return "none" if value is None or value == "" else str(getattr(value, "value", value))
