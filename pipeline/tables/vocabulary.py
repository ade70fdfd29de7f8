"""What headers mean and what values look like: ``configs/columns.yaml``, read into lookups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import re2
import yaml

from pipeline.errors import ConfigError
from pipeline.resources import config_file

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_SEAM: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Hint:
    """What a header says of its column: kind, entity, part, and the shapes that values must then have.

    ``phrase`` is the entry of the vocabulary that was recognised. A ``weak`` hint needs more than
    values that do not contradict it ("event name" over names); under a ``few`` one values come again.
    """

    kind: str
    entity: str
    part: str
    fits: tuple[str, ...]
    share: float
    phrase: str
    weak: bool = False
    few: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Headers to hints, and shapes of values. Build it with :func:`load_vocabulary`."""

    phrases: Mapping[tuple[str, ...], Hint]
    shapes: Mapping[str, Any]
    organisation: Any
    fillers: frozenset[str]
    roles: frozenset[str]
    prefixes: frozenset[str]

    def hint(self, header: str) -> Hint | None:
        """Return what ``header`` means, or None where the vocabulary does not know.

        The entry whose words stand last decides, the longest first: a "phone type" is a type. "X of Y"
        is read as "Y X". Words that say nothing may follow; when others follow, the hint is weak.
        """
        words = header_words(header)
        if "of" in words[1:] and tuple(words) not in self.phrases:
            at = words.index("of", 1)
            words = words[at + 1 :] + words[:at] if not self._ending(words) else words
        while words:
            found = self._ending(words)
            if found is not None:
                return found
            if words[-1] not in self.fillers or len(words) == 1:
                return self._inside(words[:-1])
            words = words[:-1]
        return None

    def _ending(self, words: Sequence[str]) -> Hint | None:
        for size in range(min(len(words), 6), 0, -1):
            found = self.phrases.get(tuple(words[-size:]))
            if found is not None:
                return found
        return self._name(words)

    def _name(self, words: Sequence[str]) -> Hint | None:
        """Return the hint of "name" (with or without words before it) or of a role of people that stands last."""
        if not words:
            return None
        known = self.fillers | self.roles | self.prefixes
        if words[-1] in ("name", "names", "nm"):
            people = all(word in known or word.removesuffix("s") in known for word in words[:-1])
            return _full_name("name of a role" if people and words[1:] else "name", weak=not people)
        return _full_name("a role") if {words[-1], words[-1].removesuffix("s")} & self.roles else None

    def _inside(self, words: Sequence[str]) -> Hint | None:
        while words:
            found = self._ending(words)
            if found is not None:
                return replace(found, weak=True)
            words = words[:-1]
        return None


def header_words(header: str) -> list[str]:
    """Return the words of a header in lower case: ``GivenName2`` is ``given``, ``name``, ``2``."""
    return [word.lower() for word in _WORD.findall(_SEAM.sub(" ", header))]


@cache
def load_vocabulary(config: Path | None = None) -> Vocabulary:
    """Read ``columns.yaml`` (``config``: a folder that is looked in first).

    Raises:
        ConfigError: the file is missing, or not of the form that its head describes.
    """
    path = config_file("columns.yaml", config)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        phrases = {
            tuple(header_words(phrase)): _hint(column, phrase)
            for column in document["columns"]
            for phrase in column["headers"]
        }
        return Vocabulary(
            phrases=phrases,
            shapes={name: re2.compile(pattern) for name, pattern in document["shapes"].items()},
            organisation=re2.compile(document["organisation"]),
            fillers=frozenset(document["fillers"]),
            roles=frozenset(document["roles"]),
            prefixes=frozenset(document["prefixes"]),
        )
    except (KeyError, TypeError, AttributeError, yaml.YAMLError, re2.error) as error:
        raise ConfigError(
            str(path), f"not a column vocabulary ({type(error).__name__})", "compare it with the packaged one"
        ) from None


def _full_name(phrase: str, *, weak: bool = False) -> Hint:
    return Hint("entity", "PERSON", "full", ("name",), 0.6, phrase, weak=weak)


def _hint(column: Mapping[str, Any], phrase: str) -> Hint:
    return Hint(
        kind=column["kind"],
        entity=column.get("entity", ""),
        part=column.get("part", "full"),
        fits=tuple(column.get("fits", ())),
        share=float(column.get("share", 0.5)),
        phrase=phrase,
        few=bool(column.get("few", False)),
    )
