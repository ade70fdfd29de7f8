"""The vocabulary of street addresses, read once from ``configs/street_words.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from recognizers.resources import packaged_configs, read_yaml


@dataclass(frozen=True, slots=True)
class StreetWords:
    """Words of addresses in lower case; see the comments of the data file."""

    suffixes: frozenset[str]
    everyday: frozenset[str]
    directionals: frozenset[str]
    units: frozenset[str]
    lone_units: tuple[str, ...]
    highways: frozenset[str]
    states: frozenset[str]
    state_names: tuple[str, ...]
    not_names: frozenset[str]
    of_dates: frozenset[str]
    of_amounts: frozenset[str]
    countries: tuple[str, ...]
    plain_names: tuple[str, ...]
    buildings: tuple[str, ...]
    before: tuple[str, ...]
    endings: tuple[str, ...]
    between: tuple[str, ...]

    def is_suffix(self, word: str) -> bool:
        return word.casefold().rstrip(".,") in self.suffixes

    def is_everyday(self, word: str) -> bool:
        return word.casefold().rstrip(".,") in self.everyday

    def is_directional(self, word: str) -> bool:
        return word.casefold().strip(".,") in self.directionals


@cache
def street_words() -> StreetWords:
    """Return the vocabulary."""
    words = read_yaml(packaged_configs() / "street_words.yaml")
    foreign = words["international"]
    return StreetWords(
        suffixes=frozenset(words["suffixes"].split()),
        everyday=frozenset(words["everyday"].split()) - frozenset(words["secondary_suffixes"].split()),
        directionals=frozenset(words["directionals"].split()),
        units=frozenset(words["units"].split()),
        lone_units=tuple(words["lone_units"].split()),
        highways=frozenset(words["highways"].split()),
        states=frozenset(words["states"].split()),
        state_names=tuple(words["state_names"].split("|")),
        countries=tuple(words["countries"].split("|")),
        not_names=frozenset(words["not_names"].split()),
        of_dates=frozenset(words["of_dates"].split()),
        of_amounts=frozenset(words["of_amounts"].split()),
        plain_names=tuple(words["plain_names"].split("|")),
        buildings=tuple(words["buildings"].split("|")),
        before=tuple(foreign["before"].split()),
        endings=tuple(foreign["endings"].split()),
        between=tuple(foreign["between"].split()),
    )


def alternatives(words: tuple[str, ...] | frozenset[str]) -> str:
    """Return ``words`` as alternatives of a pattern, longest first; a blank stands for a run of blanks."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[ \t]+") for word in ordered)
