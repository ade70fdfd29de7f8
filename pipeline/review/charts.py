"""Bars that show shares at a look, as shapes of an SVG; the numbers stand beside them, for whoever sees no shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDE: Final = 1000
"""The width of the longest bar, in units of its drawing."""
PARTS: Final = ("people", "rules", "left")
_LEAST: Final = 4
"""What is there is seen, however small its share."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: what it stands for, where it begins and how wide it is."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Share:
    """What was decided of findings of one file, entity or rule: by people, by rules, and what is left."""

    name: str
    people: int
    rules: int
    left: int
    pieces: tuple[Piece, ...] = ()

    @property
    def total(self) -> int:
        return self.people + self.rules + self.left


def drawn(shares: Iterable[Share]) -> list[Share]:
    """Return shares with their bars: the longest fills the width, the others are as long as they are many."""
    rows = list(shares)
    most = max((each.total for each in rows), default=0)
    return [Share(e.name, e.people, e.rules, e.left, _pieces((e.people, e.rules, e.left), most)) for e in rows]


def _pieces(counts: Sequence[int], most: int) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for kind, count in zip(PARTS, counts, strict=True):
        width = max(_LEAST, round(WIDE * count / most)) if count else 0
        width = min(width, WIDE - at)
        if width > 0:
            pieces.append(Piece(kind, at, width))
        at += width
    return tuple(pieces)
