"""The words of names: lists of ``configs/`` as sets, read once a process."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from recognizers.resources import packaged_configs, read_yaml_strings

_APOSTROPHES: Final = str.maketrans("", "", "'\u2019`\u00b4.-")


@dataclass(frozen=True)
class Vocabulary:
    """Sets of lower-case words; ``configs/name_words.yaml`` and ``name_stopwords.yaml`` say what each means."""

    given: frozenset[str]
    rare: frozenset[str]
    surnames: frozenset[str]
    everyday: frozenset[str]
    common: frozenset[str]
    organisation: frozenset[str]
    edge: frozenset[str]
    never_alone: frozenset[str]
    no_value: frozenset[str]
    file_endings: frozenset[str]
    courtesy: frozenset[str]
    titles: frozenset[str]
    suffixes: frozenset[str]
    particles: frozenset[str]
    sure_labels: frozenset[str]
    noun_labels: frozenset[str]
    role_labels: frozenset[str]
    veto_labels: frozenset[str]
    headers: frozenset[str]
    greetings: tuple[str, ...]
    signoffs: tuple[str, ...]
    separators: tuple[str, ...]

    def is_given(self, word: str) -> bool:
        """Return whether the word is on the list of given names."""
        return folded(word) in self.given

    def is_surname(self, word: str) -> bool:
        """Return whether the word is on the list of surnames; both halves of a hyphened name count."""
        return folded(word) in self.surnames or any(
            folded(half) in self.surnames for half in word.split("-") if "-" in word
        )

    def is_listed(self, word: str) -> bool:
        """Return whether the word is on either list."""
        return self.is_given(word) or self.is_surname(word)

    def is_everyday(self, word: str) -> bool:
        """Return whether the word is an everyday word or a place as well as a name."""
        return folded(word) in self.everyday

    def is_common(self, word: str) -> bool:
        """Return whether the word is an everyday word, be it a name as well or not."""
        low = folded(word)
        return low in self.common or low in self.everyday

    def is_plain_given(self, word: str) -> bool:
        """Return whether the word is a given name and hardly anything else."""
        return self.is_given(word) and not self.is_everyday(word)

    def is_stop(self, word: str) -> bool:
        """Return whether the word is none that a name is made of."""
        low = word.lower()
        return low in self.edge or low in self.never_alone or low in self.organisation

    def is_barred(self, word: str) -> bool:
        """Return whether the word is none that a name is made of, a month that is a given name (April) aside."""
        return self.is_stop(word) and not (word.lower() in self.never_alone and self.is_given(word))


def folded(word: str) -> str:
    """Return the word lower-cased, without accents, apostrophes, dots and hyphens: ``O'Néill`` becomes ``oneill``."""
    if word.isascii():
        return word.lower().translate(_APOSTROPHES)
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower().translate(_APOSTROPHES)


@cache
def vocabulary() -> Vocabulary:
    """Return the packaged vocabulary."""
    folder = packaged_configs()
    stops, words = _yaml(folder / "name_stopwords.yaml"), _yaml(folder / "name_words.yaml")
    labels = words["labels"]
    lists: dict[str, Any] = {
        **{key: frozenset(stops[key]) for key in ("organisation", "edge", "never_alone", "no_value", "file_endings")},
        **{key: frozenset(words[key]) for key in ("courtesy", "titles", "suffixes", "particles", "headers")},
        **{f"{key}_labels": frozenset(labels[key]) for key in ("sure", "noun", "role", "veto")},
        **{key: tuple(words[key]) for key in ("greetings", "signoffs", "separators")},
    }
    rare = _listed(folder / "more_given_names.txt")
    return Vocabulary(
        given=_listed(folder / "given_names.txt") | rare,
        rare=rare,
        surnames=_listed(folder / "surnames.txt"),
        everyday=_listed(folder / "everyday_names.txt"),
        common=_listed(folder / "common_words.txt"),
        **lists,
    )


def _yaml(path: Path) -> dict[str, Any]:
    # The base loader keeps every word a string: `no`, `on` and `null` are words here.
    found: dict[str, Any] = read_yaml_strings(path)
    return found


def _listed(path: Path) -> frozenset[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
