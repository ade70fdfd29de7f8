"""Names of people as linking sees them: their tokens, their parts, and the forms in which they return.

A name is cut into folded tokens (case and accents folded, titles and suffixes dropped).
``Doe, Jane M.`` and ``Ms. Jane Doe`` are one person's names; so are ``Jane``, ``Doe``, ``JD``
where they stand in the same record.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from recognizers.resources import packaged_configs, read_yaml

TITLES: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "hon",
        "honorable",
        "rev",
        "reverend",
        "sir",
        "madam",
        "mayor",
        "sen",
        "senator",
        "rep",
        "representative",
        "gov",
        "governor",
        "judge",
        "justice",
        "chief",
        "officer",
        "sgt",
        "lt",
        "capt",
        "captain",
        "col",
        "atty",
    ]
)
SUFFIXES: Final = frozenset(["jr", "sr", "ii", "iii", "iv", "esq", "md", "phd", "dds", "dvm", "rn", "cpa"])
WORD: Final = re.compile(r"[^\W_]+(?:['\u2019\u02bc-][^\W_]+)*\.?")
"""A word of a text: letters and digits, with inner apostrophes and hyphens, and a dot that may follow."""

_POSSESSIVE = re.compile(r"['\u2019\u02bc]s$")
_NOT_ALNUM = re.compile(r"[\W_]+")


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return a word without case, accents, possessive and punctuation: ``García's`` gives ``garcia``."""
    bare = _POSSESSIVE.sub("", word.casefold())
    plain = "".join(each for each in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(each))
    return _NOT_ALNUM.sub("", plain)


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Return the English words that are also names (``will``, ``may``); these need evidence to count as a name."""
    data = read_yaml(packaged_configs() / "common_word_names.yaml")
    return frozenset(fold(str(word)) for word in data["words"])


@dataclass(frozen=True, slots=True)
class Name:
    """A name cut into folded tokens; ``given`` and ``surname`` may be empty."""

    given: tuple[str, ...]
    surname: tuple[str, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.given + self.surname

    @property
    def is_full(self) -> bool:
        """Whether both a given name and a surname are there, and neither is an initial alone."""
        return any(len(each) > 1 for each in self.given) and any(len(each) > 1 for each in self.surname)


def parse_name(text: str, part: str = "full") -> Name:
    """Return the name in ``text``; ``part`` says whether a lone token is a surname (else it is taken for given)."""
    head, comma, tail = text.partition(",")
    first, last = _tokens(head), _tokens(tail)
    if comma and last and first:
        return Name(given=last, surname=first)
    tokens = first
    if len(tokens) <= 1:
        titled = _first_word(text) in TITLES
        return Name((), tokens) if part == "surname" or titled else Name(tokens, ())
    if part == "surname":
        return Name((), tokens)
    if part == "given":
        return Name(tokens, ())
    # Everything after the first name and the initials that follow it: "Jane M. Standing Bear".
    at = 1
    while at < len(tokens) - 1 and len(tokens[at]) == 1:
        at += 1
    return Name(tokens[:at], tokens[at:])


def _first_word(text: str) -> str:
    found = WORD.search(text)
    return fold(found.group()) if found else ""


def _tokens(text: str) -> tuple[str, ...]:
    folded = (fold(each.group()) for each in WORD.finditer(text))
    return tuple(each for each in folded if each and each not in TITLES and each not in SUFFIXES)


def initials(name: Name) -> str:
    """Return the initials of a full name, in order: ``jd``."""
    return "".join(each[0] for each in name.tokens)


def handles(name: Name) -> frozenset[str]:
    """Return the forms that log-ins and old mail systems make of a full name: ``jdoe``, ``doej``, ``janedoe``."""
    if not name.is_full:
        return frozenset()
    given, surname = name.given[0], "".join(name.surname)
    last = name.surname[-1]
    made = {given[0] + surname, surname + given[0], given + surname, surname + given, given[0] + last, given + last}
    return frozenset(each for each in made if len(each) >= 4)


def words_of(name: Name) -> frozenset[str]:
    """Return the tokens of a name that are no initials: two names that share none are not one person's."""
    return frozenset(token for token in name.tokens if len(token) > 1)


def same_person(one: Name, other: Name) -> bool:
    """Return whether two names can be one person's: one's tokens all fit the other's, initials counting as fits."""
    short, long = (one.tokens, other.tokens) if len(one.tokens) <= len(other.tokens) else (other.tokens, one.tokens)
    if not any(len(token) > 1 and token in long for token in short):  # of most pairs: a register has millions of them
        return False
    rest = list(long)
    for token in short:
        fit = next((each for each in rest if _fits(token, each)), None)
        if fit is None:
            return False
        rest.remove(fit)
    return True


def _fits(one: str, other: str) -> bool:
    if one == other:
        return True
    return (len(one) == 1 or len(other) == 1) and one[0] == other[0]


def local_part_names(email: str) -> frozenset[str]:
    """Return the folded words of the local part of an address: ``jane.doe`` gives jane, doe and janedoe."""
    local = email.partition("@")[0]
    pieces = [fold(each) for each in re.split(r"[\W_\d]+", local) if each]
    return frozenset({*pieces, "".join(pieces)} - {""})


def cluster(names: Iterable[Name]) -> list[list[Name]]:
    """Return groups of names that can be one person's; an ambiguous short name joins the first that fits."""
    groups: list[list[Name]] = []
    with_word: dict[str, list[int]] = defaultdict(list)  # groups by the words of their first name: a person's share one
    for name in sorted(set(names), key=lambda each: (-len(each.tokens), each.tokens)):
        near = sorted({number for word in words_of(name) for number in with_word.get(word, ())})
        home = next((number for number in near if same_person(groups[number][0], name)), None)
        if home is not None:
            groups[home].append(name)
            continue
        for word in words_of(name):
            with_word[word].append(len(groups))
        groups.append([name])
    return groups
