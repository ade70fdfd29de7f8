"""The audit trail: a chain of entries that tells who did what, when, with what tool and policy.

Each entry has a hash over the hash before it and its own text, so that one that was altered, removed or put elsewhere
breaks the chain at its place. An end that was cut off shows by the length and head that are kept elsewhere: in the
case, in the state folder of the user, and in the signed manifest of every release. No value is in an entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_ENCODED: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is stored: its number from 1, its canonical text, its hash."""

    number: int
    text: str
    hash: str

    @property
    def told(self) -> dict[str, Any]:
        """What the entry says (raises ValueError where its text was altered beyond reading)."""
        content = json.loads(self.text)
        if not isinstance(content, dict):
            raise ValueError("not an entry")  # noqa: TRY004 - one error for all that is wrong with its shape
        return content


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the hash of its last entry and how many entries there are."""

    hash: str
    length: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One action: who did what, when, with what tool and policy; ``about`` holds counts, positions and digests only."""

    at: str
    by: str
    action: str
    tool: str
    policy: str
    about: Mapping[str, Any]


def first_hash(case_id: str) -> str:
    """Return the hash that the first entry of a case builds on."""
    return hashlib.sha256(f"releasable case {case_id}".encode()).hexdigest()


def entry_after(head: Head, deed: Deed) -> Entry:
    """Return the entry that tells a deed, chained to the head."""
    number = head.length + 1
    told = {
        "number": number,
        "at": deed.at,
        "by": deed.by,
        "action": deed.action,
        "tool": deed.tool,
        "policy": deed.policy,
        "about": dict(deed.about),
    }
    text = canonical(told)
    return Entry(number, text, _hash(head.hash, text))


def canonical(told: Any) -> str:
    """Return the one JSON text of what is told: keys sorted, no blanks, ASCII."""
    return _ENCODED(told)


def hold_of(told: Iterable[Mapping[str, Any]]) -> str:
    """Return the reason of the retention hold that lies on a case by what its entries tell, "" for none."""
    held = ""
    for each in told:
        if each.get("action") in {"hold", "unhold"}:
            about = each.get("about")
            held = str(about.get("reason", "")) if each["action"] == "hold" and isinstance(about, Mapping) else ""
    return held


def rows_digest(rows: Sequence[Sequence[Any]]) -> str:
    """Return the digest by which an entry binds rows of the case (they hold positions and keyed digests only)."""
    digest = hashlib.sha256()
    for line in sorted(canonical(list(row)) for row in rows):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def faults(case_id: str, entries: Sequence[Entry], known: Mapping[str, Head]) -> list[str]:
    """Return what is wrong with a trail, each entry named; nothing when it is whole.

    Args:
        case_id: the case.
        entries: in the order of their stored numbers.
        known: heads that were written down elsewhere, by where (``the case``, ``release 2``).
    """
    problems = []
    before, expected = first_hash(case_id), 1
    for entry in entries:
        if entry.number > expected:
            problems.append(_missing(expected, entry.number - 1))
        problems += _faults_of(entry, before, chained=entry.number == expected)
        before, expected = entry.hash, entry.number + 1
    for where, head in known.items():
        problems += _faults_of_head(entries, first_hash(case_id), where, head)
    return problems


def _faults_of(entry: Entry, before: str, *, chained: bool) -> list[str]:
    try:
        told = entry.told
    except (ValueError, RecursionError):
        return [f"audit entry {entry.number}: altered, it cannot be read"]
    if told.get("number") != entry.number:
        return [f"audit entry {entry.number}: reordered, what stands here says it is entry {told.get('number')}"]
    if canonical(told) != entry.text or (chained and _hash(before, entry.text) != entry.hash):
        return [f"audit entry {entry.number}: altered, or an entry before it was replaced"]
    return []


def _faults_of_head(entries: Sequence[Entry], first: str, where: str, head: Head) -> list[str]:
    last = entries[-1].number if entries else 0
    if head.length > last:
        return [f"audit trail: cut off after entry {last}; {where} knows {head.length} entries"]
    there = next((each.hash for each in entries if each.number == head.length), first if head.length == 0 else "")
    if there and there != head.hash:
        return [f"audit entry {head.length}: it is not the entry that {where} knows"]
    return []


def _missing(first: int, last: int) -> str:
    return f"audit entry {first}: removed" if first == last else f"audit entries {first} to {last}: removed"


def _hash(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
