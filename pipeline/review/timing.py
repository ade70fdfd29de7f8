"""How long people worked on a case, as far as their decisions tell: the time between one and the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from pipeline.review.ledger import Decided

LONGEST_GAP: Final = 5 * 60
"""Seconds between two decisions above which nobody is taken to have worked on."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one person did: decisions (with those that take others back), seconds, the first and the last."""

    name: str
    decisions: int
    seconds: int
    first: str
    last: str

    @property
    def words(self) -> str:
        """The time in hours and minutes."""
        hours, minutes = divmod(round(self.seconds / 60), 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else "less than a minute"


def spent(decisions: Iterable[Decided]) -> list[Spent]:
    """Return the active time of each person, the longest first; gaps of more than five minutes are not counted."""
    moments: dict[str, list[str]] = {}
    for each in decisions:
        moments.setdefault(each.by, []).append(each.at)
    told = []
    for name, own in moments.items():
        times = sorted(own)
        gaps = (_seconds(one, two) for one, two in pairwise(times))
        told.append(Spent(name, len(times), sum(each for each in gaps if each <= LONGEST_GAP), times[0], times[-1]))
    return sorted(told, key=lambda each: (-each.seconds, each.name))


def _seconds(one: str, two: str) -> int:
    return round((datetime.fromisoformat(two) - datetime.fromisoformat(one)).total_seconds())
