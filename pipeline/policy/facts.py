"""The facts file: what an officer states of the records of a release, because it stands in none of them.

YAML; what stands at the top holds for all files, what stands under ``files`` for those whose name matches::

    context: personnel
    files:
      - match: vehicles/*.csv
        origin: mvd
        permitted_use: MCA 61-11-508(1)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import PolicyError, UsageError
from pipeline.model import RecordFacts
from pipeline.policy.cited import is_named, is_under
from pipeline.policy.load import validation_faults
from pipeline.policy.marked_yaml import read_marked
from pipeline.policy.schema import Policy
from pipeline.policy.words import STATED_WORDS, Entities, Flags, Purpose, Strict, Text, Word

__all__ = ["CourtOrder", "FactsFile", "FileFacts", "facts_of_files", "read_facts", "see_known", "with_facts"]


class CourtOrder(Strict):
    """A recorded court order: how it is cited, and which entities it opens to the court."""

    order: Text
    opens: Entities


class Stated(Strict):
    """What can be stated of records; what is left out is not stated."""

    purpose: Purpose | None = None
    channel: Word | None = None
    origin: Word | None = None
    context: Word | None = None
    collected_on: date | None = None
    flags: Flags | tuple[()] = ()
    permitted_use: Text | None = None
    court_order: CourtOrder | None = None


class FileFacts(Stated):
    """What is stated of the files whose name inside the input matches a pattern (``*`` matches / too)."""

    match: Text


class FactsFile(Stated):
    """A whole facts file."""

    files: tuple[FileFacts, ...] = ()


def read_facts(path: Path) -> FactsFile:
    """Return a facts file.

    Raises:
        PolicyError: it cannot be read or is wrong; the error names file, line and key.
    """
    marked = read_marked(path)
    if not isinstance(marked.data, dict):
        raise marked.error((), "a facts file is a list of keys and values", "such as context: personnel")
    try:
        return FactsFile.model_validate(marked.data)
    except ValidationError as problem:
        raise next(validation_faults(problem, marked, FactsFile)) from None


def with_facts(facts: RecordFacts, stated: Stated) -> RecordFacts:
    """Return facts with what is stated laid over them; flags are added, never taken away."""
    named = {name: getattr(stated, name) for name in ("purpose", "channel", "origin", "context", "permitted_use")}
    facts = replace(facts, **{name: told for name, told in named.items() if told is not None})
    facts = replace(facts, flags=facts.flags | frozenset(stated.flags))
    if stated.collected_on is not None:
        facts = replace(facts, collected_on=stated.collected_on.isoformat())
    if stated.court_order is not None:
        order = stated.court_order
        facts = replace(facts, court_order=order.order, ordered=frozenset(order.opens))
    return facts


def facts_of_files(
    names: Iterable[str], stated: FactsFile, facts: RecordFacts, path: Path | None = None
) -> Mapping[str, RecordFacts]:
    """Return the facts of those files of which something is stated beside what holds for all.

    Args:
        names: the files, named as inside the input.
        stated: the facts file.
        facts: what holds for all files.
        path: the facts file, for errors.

    Raises:
        PolicyError: a pattern matches no file: a slip there would leave a flag out.
    """
    names, made = list(names), dict[str, RecordFacts]()
    for number, each in enumerate(stated.files):
        matching = [name for name in names if fnmatchcase(name, each.match)]
        if not matching:
            where = f"{path or 'facts'}, key files[{number}].match"
            raise PolicyError(where, "no file of the input matches this", "write names as they stand inside the input")
        made.update({name: with_facts(made.get(name, facts), each) for name in matching})
    return made


def see_known(policy: Policy, told: Iterable[RecordFacts]) -> None:
    """See that every origin, context and channel that was stated is one that rules ask for, and a use is a citation.

    Raises:
        UsageError: no rule of the policy and no shipped pack asks for it: with a slip there, the rule that closes such
            records would not fit. Or a permitted use says more than the section, which may say that it is none. The
            error does not repeat it.
    """
    told = list(told)
    sections = {each for rule in policy.rules for each in rule.when.permitted_use or ()}
    for cited in {facts.permitted_use for facts in told}:
        named = [each for each in sections if is_named(cited, each)]
        if named and not any(is_under(cited, each) for each in named):
            what = "words stand beside the section of law, and nobody can tell whether they take it back"
            raise UsageError("permitted_use", what, "write the section alone, such as MCA 61-11-508(1)")
    for key, words in STATED_WORDS.items():
        asked = {word for rule in policy.rules for word in getattr(rule.when, key) or ()}
        if any(getattr(facts, key) not in {"", *words, *asked} for facts in told):
            known = ", ".join(sorted({*words, *asked}))
            what = "no rule asks for what is stated here, so that it would change nothing"
            raise UsageError(key, what, f"known: {known}")
