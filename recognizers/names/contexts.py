"""The words around names, from ``configs/name_contexts.yaml``, read once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from recognizers.resources import packaged_configs, read_yaml_strings

_LISTS: Final = (
    "relations",
    "addressing",
    "doings",
    "pronouns",
    "place_before",
    "determiners",
    "predicates",
    "venues",
    "other_labels",
    "roles",
    "states",
    "shops",
    "chains",
    "professions",
    "trades",
    "legal_forms",
    "no_people",
    "makers",
    "makes",
    "inside_surnames",
    "surname_begins",
    "small_surnames",
    "before_names",
    "meeting_doings",
    "products",
)


@dataclass(frozen=True)
class Contexts:
    """Sets of lower-case words; the file says what each means."""

    relations: frozenset[str]
    addressing: frozenset[str]
    doings: frozenset[str]
    pronouns: frozenset[str]
    place_before: frozenset[str]
    determiners: frozenset[str]
    predicates: frozenset[str]
    venues: frozenset[str]
    other_labels: frozenset[str]
    roles: frozenset[str]
    states: frozenset[str]
    shops: frozenset[str]
    chains: frozenset[str]
    professions: frozenset[str]
    trades: frozenset[str]
    legal_forms: frozenset[str]
    no_people: frozenset[str]
    makers: frozenset[str]
    makes: frozenset[str]
    inside_surnames: frozenset[str]
    surname_begins: frozenset[str]
    small_surnames: frozenset[str]
    before_names: frozenset[str]
    meeting_doings: frozenset[str]
    products: frozenset[str]


@cache
def contexts() -> Contexts:
    """Return the packaged words."""
    # The base loader keeps every word a string: `no` and `on` are words here.
    found: dict[str, Any] = read_yaml_strings(packaged_configs() / "name_contexts.yaml")
    return Contexts(**{key: frozenset(found[key]) for key in _LISTS})
