"""A policy that extends another: what it changes, laid over what it takes over.

The file that extends names the other in ``extends``, and then only what differs:

- a key of its own (``title``, ``note`` ...) replaces the other's; ``name`` and ``version`` it has to have;
- its ``sources``, ``promises``, ``revoked`` and ``definitions_only`` are added to the other's;
- a rule with the name of one of the other's replaces it in its place;
- a new rule stands ``before`` the rule that it names, or at the end;
- the rules named in ``without`` are gone, with their examples; what is mandatory there stays mandatory;
- an example replaces the one that asks the same; sign-off is never taken over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from pipeline.policy.marked_yaml import Location, Marked

__all__ = ["extended", "whole"]

_OWN: Final = ("name", "version")
_NEVER: Final = ("approved_by", "approved_on", "posted_on")
_ADDED: Final = ("sources", "promises", "revoked", "definitions_only")
_OUTCOME: Final = ("action", "proposal", "rule")
_KEYS_OF_EXTENDING: Final = ("extends", "without")


@dataclass(slots=True)
class _Item:
    """A rule or an example, and where it is written."""

    data: Any
    marked: Marked
    at: Location


@dataclass(slots=True)
class _Whole:
    """The policy while it is put together."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Location, int] = field(default_factory=dict)
    homes: dict[Location, tuple[Path, Location]] = field(default_factory=dict)

    def put(self, at: Location, item: _Item) -> None:
        """Note where what now stands at ``at`` is written."""
        self.homes[at] = _home(item.marked, item.at)
        for place, line in item.marked.lines.items():
            if place[: len(item.at)] == item.at:
                self.lines[at + place[len(item.at) :]] = line


def extended(base: Marked, own: Marked) -> Marked:
    """Return the policy ``own`` whole, with what it takes over from ``base``.

    Raises:
        PolicyError: a key is missing, or a rule that is named is not there.
    """
    for key in _OWN:
        if key not in own.data:
            raise own.error((key,), "this key is missing", "a policy that extends another has its own")
    made = _Whole(lines={(): 1})
    for marked in (base, own):
        for key in marked.data:
            if key in {"rules", "examples", *_ADDED, *_KEYS_OF_EXTENDING} or (marked is base and key in _NEVER):
                continue
            made.data[key] = marked.data[key]
            made.put((key,), _Item(marked.data[key], marked, (key,)))
    made.data["built_on"] = f"{base.data.get('name')} {base.data.get('version')}"
    for key in _ADDED:
        _put_list(made, key, _added(base, own, key))
    _put_list(made, "rules", _rules(base, own))
    _put_list(made, "examples", _examples(base, own))
    return Marked(own.path, made.data, made.lines, made.homes)


def whole(marked: Marked) -> bytes:
    """Return a policy that was put together as one file, UTF-8 YAML, the same for the same content."""
    head = "# This policy extends another; here it stands whole.\n"
    text = yaml.dump(marked.data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    return (head + text).encode("utf-8")


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: a reader looks nothing up."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name and the shape are PyYAML's
        return True


def _home(marked: Marked, at: Location) -> tuple[Path, Location]:
    known = next((at[:size] for size in range(len(at), 0, -1) if at[:size] in marked.homes), None)
    if known is None:
        return marked.path, at
    path, there = marked.homes[known]
    return path, there + at[len(known) :]


def _put_list(made: _Whole, key: str, items: list[_Item]) -> None:
    if not items:
        return
    made.data[key] = [each.data for each in items]
    made.lines[key,] = 1  # the list as a whole has no line of its own: its pieces do
    for number, item in enumerate(items):
        made.put((key, number), item)


def _items(marked: Marked, key: str) -> Iterator[_Item]:
    listed = marked.data.get(key) or []
    if not isinstance(listed, list):
        raise marked.error((key,), "this should be a list", "begin each item with a dash")
    for number, each in enumerate(listed):
        if not isinstance(each, dict) and key in {"rules", "examples"}:
            raise marked.error((key, number), "this should have keys and values", "start from a shipped policy")
        yield _Item(each, marked, (key, number))


def _added(base: Marked, own: Marked, key: str) -> list[_Item]:
    """Return the items of both, own first; one that both have by title or citation counts once, as its own."""
    mine = list(_items(own, key))
    known = [_named(item.data) for item in mine]
    return [*mine, *(item for item in _items(base, key) if _named(item.data) not in known)]


def _named(data: Any) -> Any:
    return data.get("title", data.get("cite")) if isinstance(data, dict) else data


def _gone(base: Marked, own: Marked) -> set[str]:
    listed = own.data.get("without", [])
    names = [listed] if isinstance(listed, str) else listed
    known = {item.data.get("name") for item in _items(base, "rules")}
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise own.error(("without",), "this should be a list of names of rules", "name rules of the other policy")
    if not known.issuperset(names):
        raise own.error(("without",), "the other policy has no rule of this name", "name rules of the other policy")
    if any(_is_mandate(item) and item.data.get("name") in names for item in _items(base, "rules")):
        raise own.error(("without",), _LOOSER, _STAYS)
    return set(names)


_LOOSER: Final = "what the other policy makes mandatory (no_override) would be so no more"
_STAYS: Final = "leave it mandatory; a policy without it extends none and has a sign-off of its own"


def _is_mandate(item: _Item) -> bool:
    return item.data.get("no_override") is True


def _rules(base: Marked, own: Marked) -> list[_Item]:
    gone = _gone(base, own)
    rules = [item for item in _items(base, "rules") if item.data.get("name") not in gone]
    for item in _items(own, "rules"):
        names = [each.data.get("name") for each in rules]
        before = item.data.get("before")
        item.data = {key: value for key, value in item.data.items() if key != "before"}
        if item.data.get("name") in names:
            if _is_mandate(rules[names.index(item.data.get("name"))]) and not _is_mandate(item):
                raise own.error(item.at, _LOOSER, _STAYS)
            rules[names.index(item.data.get("name"))] = item
        elif before is None:
            rules.append(item)
        elif before in names:
            rules.insert(names.index(before), item)
        else:
            raise own.error((*item.at, "before"), "no rule has this name", "name a rule that stands in the policy")
    return rules


def _examples(base: Marked, own: Marked) -> list[_Item]:
    mine = list(_items(own, "examples"))
    asked = [_question(item) for item in mine]
    gone = _gone(base, own)
    kept = [
        item for item in _items(base, "examples") if item.data.get("rule") not in gone and _question(item) not in asked
    ]
    return [*kept, *mine]


def _question(item: _Item) -> dict[str, Any]:
    """Return what an example asks, without what should come of it."""
    given = {key: value for key, value in item.data.items() if key not in _OUTCOME}
    return {key: value if isinstance(value, list) else [value] for key, value in given.items()}
