"""Says in plain words when a rule fits and what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipeline.model import Action
from pipeline.policy.condition import Condition
from pipeline.policy.schema import Rule
from pipeline.policy.words import ANY_ENTITY, FLAGS, PURPOSES
from recognizers.resources import packaged_configs, read_yaml

__all__ = ["action_words", "condition_words", "either", "entity_words", "if_words", "word"]


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    path = packaged_configs() / "policy_words.yaml"
    words: dict[str, dict[str, str]] = read_yaml(path)
    return words


def word(kind: str, name: str) -> str:
    """Return what a word of a policy says in plain words; a word that has none says itself."""
    return _words()[kind].get(name, name.replace("_", " "))


def entity_words(entities: Iterable[str]) -> str:
    """Return entities in plain words: ``an address or a telephone number``."""
    return either([word("entities", each) for each in entities])


def either(words: Iterable[str]) -> str:
    """Return words as alternatives: ``a, b or c``."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def action_words(rule: Rule) -> str:
    """Return what a rule does, in words."""
    if rule.proposal is not None:
        until = word("actions", rule.proposal.value)
        said = "it stands in the copy" if rule.proposal is Action.RELEASE else until
        return f"a person decides; until then {said}"
    words = word("actions", rule.action.value)
    return f"{words}, and nobody may decide otherwise" if rule.no_override else words


def condition_words(when: Condition) -> str:
    """Return when a rule fits, in words, with what it is about."""
    about = "anything" if ANY_ENTITY in when.entity else entity_words(when.entity)
    told = if_words(when)
    return f"{about}, if {told}" if told else about


def if_words(when: Condition) -> str:
    """Return the conditions of a rule in words, "" where it asks nothing but what it is about."""
    return ", and ".join([*_of_the_finding(when), *_of_the_record(when)])


def _of_the_finding(when: Condition) -> Iterator[str]:
    for name, kind in (("part", "parts"), ("kind", "kinds"), ("signals_any", "signals")):
        if getattr(when, name):
            yield either(word(kind, str(getattr(each, "value", each))) for each in getattr(when, name))
    for each in when.signals_none or ():
        yield f"not: {word('signals', each)}"
    if when.linked is not None:
        yield f"it {'stands' if when.linked else 'does not stand'} with a private person's name or contact"
    if when.joined_any:
        wanted = "name or contact" if ANY_ENTITY in when.joined_any else entity_words(when.joined_any)
        yield f"a private person's {wanted} stands in the same record"
    if when.label_any:
        yield f"its column or header is named {either(when.label_any)}"
    if when.consent is not None:
        yield f"its owner {'agreed' if when.consent else 'did not agree'} to this use, in time"
    if when.ordered is not None:
        yield f"a recorded court order {'opens' if when.ordered else 'does not open'} it"
    if when.score_at_least is not None:
        yield f"it is sure to {when.score_at_least:g} or more"
    if when.score_below is not None:
        yield f"it is less sure than {when.score_below:g}"


def _of_the_record(when: Condition) -> Iterator[str]:
    if when.subject_access is not None:
        yield "its owner asks for it, identity checked" if when.subject_access else "nobody asks for their own record"
    if when.recipient:
        yield either(word("recipients", each) for each in when.recipient)
    if when.purpose:
        yield f"the copy is made for {either(PURPOSES[each] for each in when.purpose)}"
    for name, said in (("channel", "it came by"), ("origin", "it is from"), ("context", "the matter is")):
        if getattr(when, name):
            yield f"{said}: {either(each.replace('_', ' ') for each in getattr(when, name))}"
    if when.flags_any:
        yield f"the officer states that {either(FLAGS[each] for each in when.flags_any)}"
    if when.flags_none:
        yield f"the officer does not state that {either(FLAGS[each] for each in when.flags_none)}"
    if when.permitted_use:
        yield f"a use under {either(when.permitted_use)} is recorded"
    if when.collected_from:
        yield f"it was collected on {when.collected_from} or later"
    if when.collected_until:
        yield f"it was collected on {when.collected_until} or earlier"
