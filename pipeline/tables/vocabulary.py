"""What headers mean and what values look like: ``configs/columns.yaml``, read into lookups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import re2
import yaml

from pipeline.errors import ConfigError
from pipeline.resources import config_file
from pipeline.tables.header import header_words, is_question, long_form, unglued, without_remarks
from pipeline.tables.shapes import Shapes
from recognizers.resources import read_yaml


@dataclass(frozen=True, slots=True)
class Hint:
    """What a header says of its column: kind, entity, part, and the shapes that values must then have.

    ``phrase`` is the entry of the vocabulary that was recognised. A ``weak`` hint needs more than
    values that do not contradict it ("event name" over names); under a ``few`` one values come again;
    a name that is a ``thing``'s is nobody's whatever it looks like ("dog name").
    """

    kind: str
    entity: str
    part: str
    fits: tuple[str, ...]
    share: float
    phrase: str
    weak: bool = False
    few: bool = False
    thing: bool = False


@dataclass(frozen=True, slots=True)
class CutValue:
    """How a value that is cut over neighbouring columns is told: words of their headers, and digits or shapes.

    Words of ``unsure`` name such a value only beside a header with a word of ``telling``, or where no other header of
    the run says anything else; those of ``leading`` only in the first column of a run. ``digits`` are ways to cut it,
    each the number of digits of every column; ``shapes`` are those of two columns.
    """

    entity: str
    named: frozenset[str]
    first: frozenset[str]
    second: frozenset[str]
    parts: frozenset[str]
    unsure: frozenset[str]
    telling: frozenset[str]
    leading: frozenset[str]
    digits: tuple[tuple[int, ...], ...]
    shapes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Headers to hints, and shapes of values. Build it with :func:`load_vocabulary`."""

    phrases: Mapping[tuple[str, ...], Hint]
    shapes: Shapes
    organisation: Any
    fillers: frozenset[str]
    roles: frozenset[str]
    prefixes: frozenset[str]
    long_phrases: Mapping[tuple[str, ...], Hint]
    short_for: Mapping[str, str]
    things: frozenset[str]
    questions: tuple[tuple[tuple[str, ...], str], ...]
    known: frozenset[str]
    asks: frozenset[str]
    heads: frozenset[str]
    submitted: frozenset[str]
    subscribed: frozenset[str]
    cut: tuple[CutValue, ...]

    def hint(self, header: str) -> Hint | None:
        """Return what ``header`` means, or None where the vocabulary does not know.

        The entry whose words stand last decides, the longest first: a "phone type" is a type. "X of Y"
        is read as "Y X". Words that say nothing may follow; when others follow, the hint is weak. Where the
        header as it stands says nothing for sure, remarks in brackets are left out and glued words taken apart.
        """
        words = header_words(header)
        if is_question(header, words, self.asks):
            return self._answer(header_words(without_remarks(header)))
        plain = header_words(without_remarks(header))
        if plain and plain[0] in self.heads:
            return self._head_first(plain)
        hints = [self._hint_of(words), self._hint_of(plain), self._hint_of(unglued(plain, self.known, self.short_for))]
        found = [hint for hint in hints if hint is not None]
        told = next((hint for hint in found if not hint.weak), found[0] if found else None)
        halves = told is not None and told.part in ("given", "surname") and told.entity == "PERSON"
        return _full_name("first and last name", weak=told.weak) if told and halves and _both_halves(words) else told

    def _hint_of(self, words: list[str]) -> Hint | None:
        if "of" in words[1:] and tuple(words) not in self.phrases:
            at = words.index("of", 1)
            words = words[at + 1 :] + words[:at] if not self._ending(words) else words
        while words:
            found = self._ending(words)
            if found is not None:
                return found
            filler = not {words[-1], *long_form(words[-1:], self.short_for)}.isdisjoint(self.fillers)
            if not filler or len(words) == 1:
                return self._inside(words[:-1])
            words = words[:-1]
        return None

    def knows_all(self, words: Sequence[str]) -> bool:
        """Return whether every word of a header is one that columns are called by, so that it names nobody."""
        known = self.known | self.fillers | self.things | self.short_for.keys()
        return bool(words) and all(word in known or (word.isdigit() and len(word) <= 2) for word in words)

    def asks_to_choose(self, header: str) -> bool:
        """Return whether a header is a question that is answered by a choice or a number, whatever it speaks of."""
        words = header_words(without_remarks(header))
        if not is_question(header, words, self.asks):
            return False
        return any(tuple(words[: len(starts)]) == starts for starts, means in self.questions if means == "nothing")

    def _head_first(self, words: Sequence[str]) -> Hint | None:
        """Return what a header in Spanish means: the longest entry that it begins with."""
        for size in range(len(words), 0, -1):
            found = self._phrase(words[:size])
            if found is None:
                continue
            if words[0] == "nombre" and size < len(words) and found.part == "given":
                thing = self._is_thing(words)
                return _full_name("nombre", weak=thing, thing=thing)
            return found
        return None

    def _answer(self, words: Sequence[str]) -> Hint | None:
        """Return what the answer to a question is: the longest thing it speaks of; nothing where it asks to choose."""
        for starts, means in self.questions:
            if tuple(words[: len(starts)]) == starts:
                return Hint("free_text", "", "full", (), 0.0, "asks for a text") if means == "text" else None
        for size in range(min(len(words), 6), 0, -1):
            for at in range(len(words) - size + 1):
                found = self._phrase(words[at : at + size])
                if found is not None and (found.kind == "entity" or size > 1):
                    return found
        return _full_name("a question who") if words and words[0] in ("who", "whom") else None

    def _phrase(self, words: Sequence[str]) -> Hint | None:
        return self.phrases.get(tuple(words)) or self.long_phrases.get(long_form(words, self.short_for))

    def _ending(self, words: Sequence[str]) -> Hint | None:
        for size in range(min(len(words), 6), 0, -1):
            found = self._phrase(words[-size:])
            if found is not None:
                thing = found.entity == "PERSON" and self._is_thing(words[:-size])
                return replace(found, thing=True, weak=True) if thing else found
        return self._name(words)

    def _name(self, words: Sequence[str]) -> Hint | None:
        """Return the hint of "name" (with or without words before it) or of a role of people that stands last."""
        if not words:
            return None
        known = self.fillers | self.roles | self.prefixes
        long = long_form(words, self.short_for)
        if long[-1] == "name":
            before = zip(words[:-1], long[:-1], strict=True)
            role = self._is_role(words[-2], long[-2]) if words[1:] else False  # a dog owner's name is no dog's
            people = role or all({word, full, word.removesuffix("s")} & known for word, full in before)
            phrase = "name of a role" if people and words[1:] else "name"
            return _full_name(phrase, weak=not people, thing=not role and self._is_thing((*words[:-1], *long[:-1])))
        if words[-1] == "by" and len(words) > 1:
            return _full_name("done by")
        return _full_name("a role") if {words[-1], long[-1], long[-1].removesuffix("s")} & self.roles else None

    def _is_thing(self, words: Sequence[str]) -> bool:
        return any(word in self.things or word.removesuffix("s") in self.things for word in words)

    def _is_role(self, word: str, long: str) -> bool:
        """Return whether a word before "name" is one for people and for nothing else."""
        return bool({word, long, word.removesuffix("s")} & self.roles) and not self._is_thing((word, long))

    def _inside(self, words: Sequence[str]) -> Hint | None:
        while words:
            found = self._ending(words)
            if found is not None:
                return replace(found, weak=True)
            words = words[:-1]
        return None


@cache
def load_vocabulary(config: Path | None = None) -> Vocabulary:
    """Read ``columns.yaml`` (``config``: a folder that is looked in first).

    Raises:
        ConfigError: the file is missing, or not of the form that its head describes.
    """
    path = config_file("columns.yaml", config)
    try:
        document = read_yaml(path)
        phrases = {
            tuple(header_words(phrase)): _hint(column, phrase)
            for column in document["columns"]
            for phrase in column["headers"]
        }
        short_for: dict[str, str] = document["short_for"]
        words = {word for phrase in phrases for word in phrase if len(word) >= 3 and word.isalpha()}
        return Vocabulary(
            phrases=phrases,
            long_phrases={long_form(phrase, short_for): hint for phrase, hint in reversed(phrases.items())},
            short_for=short_for,
            things=frozenset(document["things"]),
            questions=tuple(
                (tuple(start.split()), each["means"]) for each in document["questions"] for start in each["starts"]
            ),
            known=frozenset(words | set(document["roles"]) | set(document["prefixes"])),
            shapes=Shapes(document["shapes"]),
            organisation=re2.compile(document["organisation"]),
            asks=frozenset(document["asks"]),
            heads=frozenset(document["heads"]),
            submitted=frozenset(document["submitted"]),
            subscribed=frozenset(document["subscribed"]),
            fillers=frozenset(document["fillers"]),
            roles=frozenset(document["roles"]),
            prefixes=frozenset(document["prefixes"]),
            cut=tuple(map(_cut, document.get("cut", ()))),
        )
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError, re2.error) as error:
        raise ConfigError(
            str(path), f"not a column vocabulary ({type(error).__name__})", "compare it with the packaged one"
        ) from None


def _both_halves(words: Sequence[str]) -> bool:
    """Return whether a header speaks of given name and surname, so that its values are whole names."""
    return not {"first", "given"}.isdisjoint(words) and not {"last", "surname", "family"}.isdisjoint(words)


def _full_name(phrase: str, *, weak: bool = False, thing: bool = False) -> Hint:
    return Hint("entity", "PERSON", "full", ("name",), 0.6, phrase, weak=weak, thing=thing)


def _cut(said: Mapping[str, Any]) -> CutValue:
    kinds = ("named", "first", "second", "parts", "unsure", "telling", "leading")
    words = {which: frozenset(map(str, said.get(which, ()))) for which in kinds}
    digits = tuple(tuple(map(int, each)) for each in said.get("digits", ()))
    return CutValue(entity=said["entity"], digits=digits, shapes=tuple(said.get("shapes", ())), **words)


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
