"""Where in a released record something was missed, and whether it is withheld at that place in another release.

The case keeps no text. Of a spot it keeps keyed digests: of the words that were missed, and of the nearest words on
both sides (letters and digits only, case and accents folded):

    END ... before[1] before[0] | missed ... missed | after[0] after[1] ... END

In another release the spot is found by the words around it, wherever the record stands there by then. What a person or
a rule withheld meanwhile shows as a marker, which may have swallowed words on either side as well. The spot is withheld
where nothing but markers stands between the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pipeline.case.overrides import place_digest
from pipeline.case.store import CaseError
from pipeline.texts.digest import Keyed, tokens
from pipeline.texts.markers import REDACTED_MAILBOX, WITHHELD_PART

AROUND: Final = 12
"""Words that are kept on either side of a spot."""
NEEDED: Final = 3
"""Words on either side that must be met again, unless the record ends before."""
MARKER: Final = ""
END: Final = "."
_SHOWN: Final = re.compile(
    rf"\[REDACTED[^\[\]\n]*\]|{re.escape(REDACTED_MAILBOX)}|{re.escape(WITHHELD_PART)}"
)  # fmt: skip


class Sight(StrEnum):
    """What is seen of a spot in a copy, the worst first."""

    STANDS = "stands"
    CHANGED = "something else stands there"
    NOT_FOUND = "not found"
    WITHHELD = "withheld"


_WORST: Final = tuple(Sight)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something was missed: the place in words and the span (code points of its text), for people.

    ``missed`` are keyed digests of its words, ``before`` and ``after`` of those around it, the nearest first; ``END``
    stands where the record ends.
    """

    place: str
    start: int
    stop: int
    missed: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

    def told(self) -> list[Any]:
        """Return it as the audit trail has it."""
        return [self.place, self.start, self.stop, list(self.missed), list(self.before), list(self.after)]

    @classmethod
    def of(cls, told: Sequence[Any]) -> Spot:
        """Return the spot that the audit trail tells."""
        place, start, stop, missed, before, after = told
        return cls(str(place), int(start), int(stop), tuple(missed), tuple(before), tuple(after))


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a spot in a file: at its place, and whether its words stand anywhere in that file."""

    sight: Sight
    anywhere: bool


class Reader:
    """Makes keyed digests of the words of texts, each word once."""

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed
        self._known: dict[str, str] = {}

    def words(self, text: str) -> list[str]:
        """Return the words of a released text as digests, ``MARKER`` where one or several markers stand."""
        found: list[str] = []
        at = 0
        for marker in _SHOWN.finditer(text):
            found += self._digests(text[at : marker.start()])
            if not found or found[-1] != MARKER:
                found.append(MARKER)
            at = marker.end()
        return found + self._digests(text[at:])

    def _digests(self, text: str) -> list[str]:
        known = self._known
        if len(known) > 1_000_000:
            known.clear()
        told = []
        for each in tokens(text):
            digest = known.get(each)
            if digest is None:
                digest = known[each] = place_digest(self._keyed, "missed word", each)
            told.append(digest)
        return told


def spot_in(keyed: Keyed, texts: Sequence[str], which: int, span: tuple[int, int], place: str) -> Spot:
    """Return a spot of a released record.

    Args:
        keyed: the key of the case.
        texts: the texts of the record, in order.
        which: in which of them something was missed.
        span: where in it, in code points, whole words.
        place: the place in words.

    Raises:
        CaseError: nothing but markers stands there.
    """
    text, (start, stop) = texts[which], span
    for marker in _SHOWN.finditer(text):  # half a marker is no text
        if marker.start() < start < marker.end():
            start = min(marker.end(), stop)
        if marker.start() < stop < marker.end():
            stop = max(marker.start(), start)
    reader = Reader(keyed)
    missed = [each for each in reader.words(text[start:stop]) if each != MARKER]
    if not missed:
        raise CaseError("sample", "nothing of a record stands there", "select what was missed; markers are withheld")
    before = [each for each in reader.words("\n".join([*texts[:which], text[:start]])) if each != MARKER]
    after = [each for each in reader.words("\n".join([text[stop:], *texts[which + 1 :]])) if each != MARKER]
    return Spot(place, start, stop, tuple(missed), _nearest(before[::-1]), _nearest(after))


def _nearest(words: Sequence[str]) -> tuple[str, ...]:
    return tuple([*words, END][:AROUND])


class Watch:
    """What is seen of a spot in the records of a file, which are taken one after another.

    Where the record that stands where that one stood has the same words around, it is that record. Elsewhere the words
    around have to be enough to tell it (``NEEDED`` of them), but for the whole of what was missed: that stands wherever
    it does between these words.
    """

    def __init__(self, spot: Spot) -> None:
        self._spot = spot
        self._here: Sight | None = None
        self._there: Sight | None = None
        self._stands = self._anywhere = False

    def take(self, words: Sequence[str], *, is_here: bool = False) -> None:
        """Look at a record, as :meth:`Reader.words` gives it; ``is_here``: it stands where that one stood."""
        for between, met in _between(self._spot, words):
            sight = _sight(self._spot, between)
            self._stands = self._stands or _holds(between, self._spot.missed)
            if is_here:
                self._here = _worse(self._here, sight)
            elif met >= NEEDED:
                self._there = _worse(self._there, sight)
        self._anywhere = self._anywhere or _holds(words, self._spot.missed)

    @property
    def seen(self) -> Seen:
        """What is seen so far."""
        sight = Sight.STANDS if self._stands else self._here or self._there or Sight.NOT_FOUND
        return Seen(sight, self._anywhere)


def _worse(one: Sight | None, other: Sight) -> Sight:
    return other if one is None else min(one, other, key=_WORST.index)


def _holds(words: Sequence[str], missed: Sequence[str]) -> bool:
    first, count = missed[0], len(missed)
    return any(each == first and tuple(words[at : at + count]) == tuple(missed) for at, each in enumerate(words))


def _sight(spot: Spot, between: Sequence[str]) -> Sight:
    shown = [each for each in between if each != MARKER]
    if not shown:
        return Sight.WITHHELD if between else Sight.CHANGED
    return Sight.STANDS if set(shown) & set(spot.missed) else Sight.CHANGED


def _between(spot: Spot, words: Sequence[str]) -> Iterator[tuple[Sequence[str], int]]:
    """Yield what stands in a record wherever the words around a spot are met, and how many of them are."""
    longest = len(spot.missed) + 2 * AROUND
    before, after = frozenset((*spot.before, END)), frozenset((*spot.after, END))
    starts = [at for at in range(len(words) + 1) if _word(words, at - 1) in before]
    if not starts:
        return
    stops = [at for at in range(len(words) + 1) if _word(words, at) in after]
    for start in starts:
        low = _met(spot.before, words, start, -1)
        if low is None:
            continue
        for stop in stops:
            high = _met(spot.after, words, stop, 1) if start <= stop <= start + longest else None
            if high is not None:
                yield words[start:stop], low + high
                break


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else END


def _met(around: Sequence[str], words: Sequence[str], edge: int, step: int) -> int | None:
    """Return how many of the words around a spot are met, going away from it; None where they are not.

    Args:
        around: the words, the nearest first.
        words: a record.
        edge: the boundary of what stands between: its first word (going down), or the first behind it (going up).
        step: -1 or 1.
    """
    first, beside = (edge - 1, edge) if step < 0 else (edge, edge - 1)
    swallowed = _word(words, beside) == MARKER  # a marker beside the edge may stand for the nearest words too
    if swallowed and _word(words, first) == END:
        return 0  # up to the end of the record, however much stood there
    nearest = range(len(around)) if swallowed else range(1)
    told = [_follows(around, at, words, (first, step), 0) for at in nearest if around[at] == _word(words, first)]
    return max((each for each in told if each is not None), default=None)


def _follows(around: Sequence[str], at: int, words: Sequence[str], going: tuple[int, int], met: int) -> int | None:
    """Return how many words are met from a word on (at most ``NEEDED``); None where too few are."""
    place, step = going
    while met < NEEDED:
        if at >= len(around):
            return None
        word = _word(words, place)
        if word == MARKER:
            if _word(words, place + step) == END:
                return met
            onward = [_follows(around, each, words, (place + step, step), met) for each in range(at, len(around))]
            return max((each for each in onward if each is not None), default=None)
        if word != around[at]:
            return None
        if word == END:
            return met
        at, place, met = at + 1, place + step, met + 1
    return met
