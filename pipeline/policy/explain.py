"""Says in plain words what a policy does: all of it, or with one entity."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pipeline.errors import UsageError
from pipeline.policy.fit import rules_of
from pipeline.policy.schema import Policy, Rule
from pipeline.policy.wording import action_words, entity_words, if_words, word
from recognizers.entities import ENTITIES

__all__ = ["OTHERWISE", "explain", "head_lines", "law_lines", "show"]

WIDTH = 110
OTHERWISE = "Where no rule fits: a person decides; until then it is withheld."
_NOT_SIGNED = "Not signed off: the agency's counsel must approve this policy before it is used."
_MARKS = {"unverified": "not seen in a primary source", "secondary": "seen in a secondary source only"}


def explain(policy: Policy, entity: str) -> str:
    """Return what will happen with an entity under a policy, and why: its rules in order, with their law and quote.

    Raises:
        UsageError: there is no such entity.
    """
    name = entity.upper()
    if name not in ENTITIES:
        raise UsageError(entity, "unknown entity", f"known are: {', '.join(ENTITIES)}")
    said = word("entities", name)
    head = [
        f"{name} ({said}) under {policy.title} ({policy.name} {policy.version})",
        "signed off by counsel" if policy.is_signed_off else _NOT_SIGNED,
        "The first of these that fits decides.",
    ]
    blocks = [_block(number, rule, _if_of(rule)) for number, rule in enumerate(rules_of(policy, name), 1)]
    return "\n\n".join(["\n".join(head), *blocks, OTHERWISE]) + "\n"


def show(policy: Policy) -> str:
    """Return the whole of a policy in plain words."""
    head = "\n".join(_filled(line) for line in head_lines(policy))
    blocks = [_block(number, rule, _about(rule)) for number, rule in enumerate(policy.rules, 1)]
    return "\n\n".join([head, *blocks, OTHERWISE]) + "\n"


def _if_of(rule: Rule) -> str:
    told = if_words(rule.when)
    return f"If {told}: {action_words(rule)}." if told else f"In every other case: {action_words(rule)}."


def _about(rule: Rule) -> str:
    told = if_words(rule.when)
    about = entity_words(rule.when.entity)
    return f"{about[:1].upper()}{about[1:]}{f', if {told}' if told else ''}: {action_words(rule)}."


def _block(number: int, rule: Rule, sentence: str) -> str:
    lines = [sentence, *(f"{title}: {text}" for title, text in law_lines(rule))]
    return "\n   ".join([_filled(f"{number}. {lines[0]}"), *(_filled(line) for line in lines[1:])])


def _filled(line: str) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent="     ", break_long_words=False, break_on_hyphens=False)


def law_lines(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield why a rule does what it does: each line's title and its text."""
    source = f" ({', '.join(rule.source_rules)})" if rule.source_rules else ""
    allowed = "; ".join(each.cite for each in rule.kept_by)
    dates = [f"from {rule.in_force_from}"] if rule.in_force_from else []
    dates += [f"until {rule.in_force_until}"] if rule.in_force_until else []
    for title, text in (
        ("why", rule.reason),
        ("law", rule.authority_words),
        ("what makes it personal information", rule.definition),
        ("cited as", rule.citation),
        ("exemption", rule.exemption),
        ("a part stands by", allowed),
        ("law of releases", " ".join(dates)),
        ("the source says", f"“{' '.join(rule.quote.split())}”{source}" if rule.quote else ""),
        ("from", "" if rule.quote else source.strip(" ()")),
        ("in the copy", rule.marker if rule.withholds else ""),
        ("not confirmed", _unconfirmed(rule)),
        ("note", rule.note),
        ("rule", rule.name),
    ):
        if text:
            yield title, text


def _unconfirmed(rule: Rule) -> str:
    return "; ".join(f"{mark} ({_MARKS[mark]})" for mark in rule.unconfirmed)


def head_lines(policy: Policy) -> Iterator[str]:
    """Yield what a policy says of itself."""
    yield f"{policy.title} ({policy.name} {policy.version}, {policy.jurisdiction})"
    if policy.built_on:
        yield f"It extends {policy.built_on}; what follows is the whole."
    yield f"to be used from {policy.effective_from}" + (f", posted {policy.posted_on}" if policy.posted_on else "")
    yield f"signed off by {policy.approved_by} on {policy.approved_on}" if policy.is_signed_off else _NOT_SIGNED
    parts = {"withhold_part": "is left out of the copy", "hold_record": "holds its whole record"}
    yield f"a part that cannot be examined {parts[policy.unscannable]}"
    yield f"the office's own contacts are {'known' if policy.use_agency_contacts else 'not used'}"
    yield f"the list of officials is {'used' if policy.use_officials else 'not used'}"
    yield f"the list of businesses is {'used' if policy.use_business_contacts else 'not used'}"
    yield f"case numbers {'count' if policy.case_numbers_link else 'do not count'} as identifiers of a person"
    if policy.second_review:
        yield "at the review desk another person than those who decided makes the release"
    if policy.hold_distribution_lists:
        yield "a table that is mainly names and how to reach people waits for the officer"
    yield f"counts below {policy.cell_size} that go out are told coarsely"
    yield from _table_lines(policy)
    if policy.note:
        yield f"note: {policy.note}"
    for source in policy.sources:
        yield f"source: {source.title}" + (f" ({source.dated})" if source.dated else "") + _noted(source.note)
    for promise in policy.promises:
        until = f" until {promise.made_until}" if promise.made_until else ""
        made = f"made from {promise.made_from}{until}" if promise.made_from else "made on no known day"
        says = f" “{' '.join(promise.says.split())}”" if promise.says else ""
        yield f"promise to those whose information was collected: {promise.title}, {made}{says}{_noted(promise.note)}"
    for gone in policy.revoked:
        yield f"never cited: {gone.cite}, revoked by {gone.by}"


def _table_lines(policy: Policy) -> Iterator[str]:
    tables = policy.tables
    if tables.k is not None:
        made = "columns are made coarser until that is so" if tables.generalise else "or the table is held"
        yield f"in a table at least {tables.k} rows share what tells people apart; {made}"
    if tables.generalise:
        yield f"columns are made coarser under {tables.authority} (definition: {tables.definition})"
    if tables.shuffle_rows:
        yield "the rows of tables leave in another order"


def _noted(note: str) -> str:
    return f" [{note}]" if note else ""
