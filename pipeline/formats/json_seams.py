"""Values that are cut over neighbouring values of one object or list of JSON: seen whole, withheld in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.formats.cell_seams import SEAM, Seam, edits_of_cells, is_named, is_part_word, may_go_on, seams_of
from pipeline.model import Address, Attribute, Edit, Segment

_MOST: Final = 1_000
"""Values of one object that are looked at together: what has more is a list of data, and parted behind this many where
its neighbours cannot be parts of one number."""
_EDGES: Final = frozenset("0123456789-.() \u2010\u2011\u2012\u2013\u2014\u2015\u2212") | frozenset(
    map(chr, (*range(0x660, 0x66A), *range(0xFF10, 0xFF1A)))
)
"""With what a half of a number ends or begins."""
_MEASURE: Final = re.compile(r"-?\d+\.\d+")
"""A measurement, a coordinate: below nought it begins with what could be a separator."""
_LONGEST_PART: Final = 8
"""Characters of the first part of a number that is cut without a separator: six digits, an area code in brackets."""


class Runs:
    """Neighbouring values, kept where two of them could be halves of something: what most are not, at little cost."""

    def __init__(self) -> None:
        self._kept: list[list[tuple[Segment, str]]] = []
        self._run: list[tuple[Segment, str]] = []
        self._last: Segment | None = None
        self._may_be_cut = False

    def add(self, value: Segment, above: str) -> None:
        """Take the value that comes next, and the key under which its object stands ("": none)."""
        last = self._last
        if last is not None:
            is_full = len(self._run) >= _MOST and not may_go_on(last.text, value.text)
            if value.within != last.within or value.record != last.record or is_full:
                self._end()
            elif not self._may_be_cut:
                one, other = last.text[-1], value.text[0]
                if (one in _EDGES and other in _EDGES) or one == "@" or other == "@":
                    self._may_be_cut = _may_be_cut(last, value, above)
        self._run.append((value, above))
        self._last = value

    def _end(self) -> None:
        if self._may_be_cut:
            self._kept.append(self._run)
        self._run, self._may_be_cut = [], False

    def seams(self) -> Iterator[tuple[Segment, Seam, tuple[Address, ...]]]:
        """Yield a segment for each value cut over neighbours, the seam, and the addresses of its neighbours."""
        self._end()
        for values in self._kept:
            yield from _seams_of(values)


def _seams_of(values: Sequence[tuple[Segment, str]]) -> Iterator[tuple[Segment, Seam, tuple[Address, ...]]]:
    labels = [f"{above} {each.label}" if is_part_word(each.label) else each.label for each, above in values]
    addresses = tuple(each.address for each, _ in values)
    for number, seam in enumerate(seams_of([each.text for each, _ in values], labels)):
        first, _ = values[seam.pieces[0].cell]
        address = (*first.address, Attribute(SEAM, number))
        yield Segment(seam.text, address, seam.label, first.record, within=first.within), seam, addresses


def _may_be_cut(one: Segment, other: Segment, above: str) -> bool:
    """Return whether two neighbours could be halves of something: what most are not, at little cost."""
    if not may_go_on(one.text, other.text):
        return False
    first, last = one.text[0], one.text[-1]
    if not (first.isdecimal() and last.isdecimal() and other.text[0].isdecimal()):
        return not (_MEASURE.fullmatch(one.text) and _MEASURE.fullmatch(other.text))
    if len(one.text) > _LONGEST_PART:
        return False
    return any(is_named(label) for each in (one, other) for label in (each.label, f"{above} {each.label}"))


def edits_of_values(values: Runs, edits: dict[Address, list[Edit]]) -> set[Address]:
    """Take the edits of seams out of ``edits`` and put in what they are to the values; return the values' addresses.

    Raises:
        SpanError: an edit does not fit its seam.
    """
    joined: set[Address] = set()
    for segment, seam, addresses in values.seams():
        joined |= edits_of_cells(seam, segment.address, addresses, edits)
    return joined
