"""The values of one column in a sample, and what can be measured of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pipeline.tables.vocabulary import Vocabulary
from recognizers.checksum import passes_luhn

_VALUE_LIMIT: Final = 2000
"""Characters of a value that shapes look at: more is running text in any case."""


_PIECE: Final = re.compile(r"[^\W\d_]+|\d+|\s+|[^\w\s]|_")
_MOST_PIECES: Final = 9

Judged = tuple[str, str, str, float, tuple[str, ...]]
"""Class, entity, part, confidence and evidence of a column."""


@dataclass(frozen=True)
class Column:
    """The values of one column in the sample, blanks taken off, empty ones left out."""

    index: int
    values: tuple[str, ...]
    rows: int
    vocabulary: Vocabulary

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(value[:_VALUE_LIMIT] for value in self.values)

    @cached_property
    def distinct(self) -> float:
        return len(self.counts) / len(self.values)

    @cached_property
    def words(self) -> float:
        """Mean number of words in a value."""
        return sum(len(value.split()) * times for value, times in self.counts.items()) / len(self.values)

    @cached_property
    def masks(self) -> Counter[str]:
        """How often values are built alike: letters as ``a``, digits as ``0``."""
        return Counter(re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "a", value)) for value in self.counts)

    @cached_property
    def shapes(self) -> Counter[frozenset[str]]:
        """How many values have which shapes."""
        seen: Counter[frozenset[str]] = Counter()
        for value, times in self.counts.items():
            shapes = self.vocabulary.shapes.of(value)
            seen[shapes | {"luhn"} if "card" in shapes and luhn(value) else shapes] += times
        return seen

    def share(self, *names: str) -> float:
        """Return the share of values that have one of these shapes (``luhn``: a card number whose check digit fits)."""
        return sum(times for shapes, times in self.shapes.items() if not shapes.isdisjoint(names)) / len(self.values)

    @cached_property
    def digits(self) -> float:
        """Share of values with a digit."""
        return sum(times for value, times in self.counts.items() if re.search(r"\d", value)) / len(self.values)

    def organisations(self) -> float:
        """Return the share of values with a word of companies or bodies."""
        hits = sum(times for value, times in self.counts.items() if self.vocabulary.organisation.fullmatch(value))
        return hits / len(self.values)

    def forms(self) -> tuple[str, ...]:
        """Return how the values are built, told by kinds of characters only: ``word, word (80%)``."""
        seen = Counter(_form(value) for value in self.counts)
        common = [(form, times) for form, times in seen.most_common(2) if times * 5 >= len(self.counts)]
        return tuple(f"built like: {form} ({times / len(self.counts):.0%})" for form, times in common)


def _form(value: str) -> str:
    """Return a value with words, numbers and blanks named by their kind, whatever their length."""
    pieces = _PIECE.findall(value[:200])
    if len(pieces) > _MOST_PIECES:
        return "running text or a long value"
    return "".join(map(_kind_of_piece, pieces))


def _kind_of_piece(piece: str) -> str:
    if piece.isspace():
        return " "
    return "word" if piece.isalpha() else "number" if piece.isdigit() else piece


def issued_as_ssn(column: Column) -> bool:
    """Return whether at least 30 unique numbers of nine digits could all be SSNs, from ten areas or more.

    Of 30 numbers drawn at random from all nine-digit ones, 97 times in 100 some begin with 9 and could not.
    """
    if len(column.counts) < 30 or column.share("nine_digits") < 1.0 or column.distinct < 0.95:
        return False
    areas = {value[:3] for value in column.counts}
    possible = all(
        value[:3] not in ("000", "666") and value[0] != "9" and value[3:5] != "00" for value in column.counts
    )
    return possible and len(areas) >= 10


def luhn(value: str) -> bool:
    """Return whether 13 to 19 digits end in the check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    digits = "".join(str(int(character)) for character in value if character.isdecimal())
    return 13 <= len(digits) <= 19 and passes_luhn(digits)
