"""Who asks for their own record: the identity as it was checked, and by whom, how and when.

YAML. Each value stands under its entity, spelled as the records may spell it; two of them are strong identifiers::

    identity:
      PERSON: [Jane Doe]
      EMAIL_ADDRESS: [jane.doe@example.com]
      PHONE_NUMBER: [406-555-0123]
    checked: {by: records officer, how: driver's licence shown at the desk, on: 2026-11-20}
    decided:
      - {match: letters/17.txt, by: records officer, on: 2026-11-21, why: the letter is answered to this person}
    correction: statement.txt
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationError

from pipeline.model import RecordFacts
from pipeline.policy.load import validation_faults
from pipeline.policy.marked_yaml import read_bytes, read_marked
from pipeline.policy.own import LEAST_STRONG, STRONG
from pipeline.policy.words import Strict, Text
from pipeline.texts.digest import Keyed
from recognizers.entities import ENTITIES, LINKED_IDENTIFIER, UNIQUE_IDENTIFIER

__all__ = ["Check", "Subject", "read_subject"]

MOST_STATEMENT: Final = 100_000
"""Characters of a correction statement: a statement, not an archive."""


def _told_apart(identity: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not set(identity) <= set(ENTITIES):
        raise ValueError(f"unknown entity; known are {', '.join(ENTITIES)}")
    strong = {value for entity, values in identity.items() if entity in STRONG for value in values}
    if len(strong) < LEAST_STRONG:
        raise ValueError(f"an identity has at least two strong identifiers: of {', '.join(sorted(STRONG))}")
    return identity


class Check(Strict):
    """Who made sure, how, and on which day: roles and ways, no numbers of documents."""

    by: Text
    how: Text
    on: date


class Decided(Strict):
    """A person's decision that certain files are about the one who asks."""

    match: Text
    by: Text
    on: date
    why: Text


class Subject(Strict):
    """The person who asks for their own record."""

    identity: Annotated[dict[str, tuple[Text, ...]], AfterValidator(_told_apart), Field(repr=False)]
    checked: Check
    decided: tuple[Decided, ...] = ()
    correction: str = ""

    @property
    def strong(self) -> list[str]:
        """The strong identifiers that were checked, as entities."""
        return sorted(entity for entity, values in self.identity.items() if entity in STRONG for _ in values)

    def digests(self, keyed: Keyed) -> frozenset[str]:
        """Return the keyed digests of everything that was checked."""
        return frozenset(
            keyed.digest(UNIQUE_IDENTIFIER if entity == LINKED_IDENTIFIER else entity, value)
            for entity, values in self.identity.items()
            for value in values
        )

    def facts(self, facts: RecordFacts, keyed: Keyed) -> RecordFacts:
        """Return facts of a release to this person."""
        return replace(facts, subject_access=True, own=self.digests(keyed))

    def decided_names(self, names: Iterable[str], decided: Iterable[Decided] | None = None) -> list[str]:
        """Return those files of which a person decided that they are about this person."""
        chosen = self.decided if decided is None else tuple(decided)
        return [name for name in names if any(fnmatchcase(name, each.match) for each in chosen)]

    def record(self) -> dict[str, Any]:
        """Return what the release tells of the check: no value of the identity."""
        check = self.checked
        decided = [{"by": each.by, "on": each.on.isoformat(), "why": each.why} for each in self.decided]
        return {
            "checked_by": check.by,
            "how": check.how,
            "on": check.on.isoformat(),
            "strong": self.strong,
            "decided": decided,
        }


def read_subject(path: Path) -> tuple[Subject, str]:
    """Return who asks, and the statement of correction that is attached ("" for none).

    Raises:
        PolicyError: a file cannot be read or is wrong; the error names file, line and key, never a value.
    """
    marked = read_marked(path)
    if not isinstance(marked.data, dict):
        raise marked.error((), "this is a list of keys and values", "begin with identity: and checked:")
    try:
        subject = Subject.model_validate(marked.data)
    except ValidationError as problem:
        raise next(validation_faults(problem, marked, Subject)) from None
    if not subject.correction:
        return subject, ""
    try:
        statement = read_bytes(path.parent / subject.correction).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise marked.error(("correction",), "the statement is not UTF-8 text", "save it as text") from None
    if len(statement) > MOST_STATEMENT:
        raise marked.error(("correction",), "the statement is too long", f"at most {MOST_STATEMENT} characters")
    return subject, statement
