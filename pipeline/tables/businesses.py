"""Whether a cell says nothing but the name of a business, which is nobody's: by its text and the name of its column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from pipeline.tables.header import header_words, long_form
from pipeline.tables.vocabulary import load_vocabulary
from recognizers.names.firms import bears_no_person, is_business
from recognizers.resources import packaged_configs, read_yaml_strings

_TRADERS: Final = frozenset({"contractor", "contractors", "subcontractor", "builder", "installer"})
"""Last words of columns that hold people and businesses, where a trade behind a name makes a business."""


@lru_cache(maxsize=4096)
def is_of_businesses(label: str) -> bool:
    """Return whether a column or header of this name holds names of businesses."""
    hint = load_vocabulary().hint(label) if label else None
    return hint is not None and hint.part == "organisation"


def names_business(label: str, text: str) -> bool:
    """Return whether the text of a cell is the name of a business (see :func:`is_business`)."""
    words = list(header_words(label)) if label else []
    return is_business(text, in_their_column=is_of_businesses(label) or (bool(words) and words[-1] in _TRADERS))


# --- whose record it is -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BusinessWords:
    """The lists of ``business_words.yaml``."""

    owners: frozenset[str]
    owner_heads: frozenset[str]
    own: frozenset[str]
    own_of: Mapping[str, frozenset[str]]
    people: frozenset[str]
    people_entities: frozenset[str]
    one_person: tuple[str, ...]
    places: frozenset[str]
    desks: frozenset[str]
    free_mail: frozenset[str]
    homes: frozenset[str]


@cache
def business_record_words() -> BusinessWords:
    """Return the packaged lists."""
    path = packaged_configs() / "business_words.yaml"
    # The base loader keeps every word a string: `no` and `on` are words here.
    told: dict[str, Any] = read_yaml_strings(path)
    sets = {name: frozenset(words) for name, words in told.items() if name not in {"own_of", "one_person"}}
    own_of = {entity: frozenset(words) for entity, words in told["own_of"].items()}
    return BusinessWords(**sets, own_of=own_of, one_person=tuple(told["one_person"]))


@lru_cache(maxsize=4096)
def words_of_label(label: str) -> tuple[str, ...]:
    """Return the words of a header, abbreviations written out, without numbers: ``Bus. Ph 2`` is business, phone."""
    plain = [word for word in header_words(label) if not word.isdigit()]
    return long_form(plain, load_vocabulary().short_for)


@lru_cache(maxsize=4096)
def tells_owner(label: str) -> bool:
    """Return whether a column or field of this name says whose the record is: ``Business Name``, ``Licensee``."""
    known, words = business_record_words(), words_of_label(label)
    return bool(words) and known.owners.issuperset(words) and not known.owner_heads.isdisjoint(words)


def names_owner(label: str, text: str) -> bool:
    """Return whether a cell says that its record is a business's: a name with a legal form, and nobody's name in it.

    ``Blackfoot Roofing LLC`` under ``Business`` does, ``Dora Fields Construction LLC`` does not: who trades under
    their own name is mostly reached at home.
    """
    return tells_owner(label) and is_business(text) and bears_no_person(text)
