"""``policy/facts.json``: what was stated of the records beside their text, and so under which facts rules decided.

No digest and no value of an identity is in it; files are named as in the release.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from pipeline.model import RecordFacts

FACTS: Final = "facts.json"
_DIGESTS: Final = frozenset({"consents", "own"})
_KNOWN: Final = tuple(each.name for each in fields(RecordFacts) if each.name not in _DIGESTS)
_NOTHING_STATED: Final = RecordFacts()
_SETS: Final = frozenset({"flags", "ordered"})
CITED: Final = frozenset({"--request", "court_order"})
NUMBERS: Final = frozenset({"UNIQUE_IDENTIFIER", "LINKED_IDENTIFIER"})
"""A request and a court order are told by their own number, which may stand in the records too."""
_TYPED: Final = ("origin", "context", "channel", "permitted_use", "court_order")
"""What an officer words freely; all else is chosen from lists or is a day."""


def facts_bytes(facts: RecordFacts, of_files: Mapping[str, RecordFacts], identity_check: Mapping[str, object]) -> bytes:
    """Return the facts of a release as UTF-8 JSON.

    Args:
        facts: what holds for all files of which nothing else is stated.
        of_files: the facts of single files, by their name in the release.
        identity_check: who checked the identity of the person who asks for their own record, how and when.
    """
    told: dict[str, Any] = {"all": _told(facts)}
    if of_files:
        told["files"] = {name: _told(each) for name, each in sorted(of_files.items())}
    if identity_check:
        told["identity_check"] = dict(identity_check)
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def typed_texts(
    facts: RecordFacts, of_files: Mapping[str, RecordFacts], identity_check: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """Yield what people worded themselves in the facts of a release: the key, and the text as words; each text once."""
    seen: set[tuple[str, str]] = set()
    for each in (facts, *of_files.values()):
        for name in _TYPED:
            told = (name, str(getattr(each, name)).replace("_", " "))
            if told[1] and getattr(each, name) != getattr(_NOTHING_STATED, name) and told not in seen:
                seen.add(told)
                yield told
    for name in _CHECKED:
        if said := str(identity_check.get(name, "")):
            yield "checked." + name.removeprefix("checked_"), said
    decided = identity_check.get("decided", ())
    for number, each in enumerate(decided if isinstance(decided, list) else ()):
        yield from ((f"decided[{number}].{name}", str(each[name])) for name in ("by", "why"))


_CHECKED: Final = ("checked_by", "how")


def facts_from(content: bytes) -> tuple[RecordFacts, dict[str, RecordFacts], bool]:
    """Return the facts of a release, those of single files, and whether consents were used for it.

    Raises:
        ValueError: this is no such file.
    """
    told = json.loads(content)
    if not isinstance(told, dict) or not isinstance(told.get("all"), dict):
        raise ValueError("not the facts of a release")  # noqa: TRY004 - one error for all that is wrong with its shape
    files = {name: _facts(each) for name, each in dict(told.get("files", {})).items()}
    used = any(each.get("consents_used") for each in (told["all"], *dict(told.get("files", {})).values()))
    return _facts(told["all"]), files, used


def _told(facts: RecordFacts) -> dict[str, Any]:
    told = {name: getattr(facts, name) for name in _KNOWN if getattr(facts, name)}
    told |= {name: sorted(told[name]) for name in _SETS if name in told}
    return told | ({"consents_used": True} if facts.consents else {})


def _facts(told: Any) -> RecordFacts:
    if not isinstance(told, dict):
        raise ValueError("not the facts of a release")  # noqa: TRY004 - one error for all that is wrong with its shape
    given: dict[str, Any] = {name: told[name] for name in _KNOWN if name in told}
    given |= {name: frozenset(given[name]) for name in _SETS if name in given}
    return RecordFacts(**given)
