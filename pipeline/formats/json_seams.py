"""Values that are cut over neighbouring values of one object or list of JSON: seen whole, withheld in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from pipeline.formats.cell_seams import SEAM, Seam, is_named, is_part_word, may_go_on, seams_of
from pipeline.model import Address, Attribute, Edit, Segment, SpanError

_MOST: Final = 1_000
"""Values of one object that are looked at together: what has more is a list of data."""


class Value(NamedTuple):
    """A string or number: what it says, its address, the key it stands under, its record, its object in the record.

    ``above`` is the key under which the object stands, "" where there is none.
    """

    text: str
    address: Address
    label: str
    record: str
    within: str
    above: str


def seams_in(values: Iterable[Value]) -> Iterator[tuple[Segment, Seam, tuple[Address, ...]]]:
    """Yield a segment for each value that is cut over neighbours, the seam, and the addresses of its neighbours."""
    for _, group in groupby(values, key=lambda each: (each.record, each.within)):
        own = list(group)
        for start in range(0, len(own), _MOST):
            yield from _seams_of(own[start : start + _MOST])


def _seams_of(values: Sequence[Value]) -> Iterator[tuple[Segment, Seam, tuple[Address, ...]]]:
    if not any(_may_be_cut(one, other) for one, other in pairwise(values)):
        return
    labels = [f"{each.above} {each.label}" if is_part_word(each.label) else each.label for each in values]
    addresses = tuple(each.address for each in values)
    for number, seam in enumerate(seams_of([each.text for each in values], labels)):
        first = values[seam.pieces[0].cell]
        address = (*first.address, Attribute(SEAM, number))
        yield Segment(seam.text, address, seam.label, first.record, within=first.within), seam, addresses


def _may_be_cut(one: Value, other: Value) -> bool:
    """Return whether two neighbours could be halves of something: what most are not, at little cost."""
    if not may_go_on(one.text, other.text):
        return False
    if not (one.text.isdecimal() and other.text.isdecimal()):
        return True
    return any(is_named(label) for each in (one, other) for label in (each.label, f"{each.above} {each.label}"))


def edits_of_values(values: Iterable[Value], edits: dict[Address, list[Edit]]) -> set[Address]:
    """Take the edits of seams out of ``edits`` and put in what they are to the values; return the values' addresses.

    Raises:
        SpanError: an edit does not fit its seam.
    """
    joined: set[Address] = set()
    for segment, seam, addresses in seams_in(values):
        for edit in edits.pop(segment.address, ()):
            if edit.end > len(seam.text):
                raise SpanError("an edit that does not fit a number over neighbouring values")
            for cell, start, end in seam.edits_of(edit):
                at = addresses[cell]
                edits.setdefault(at, []).append(Edit(at, start, end, edit.replacement))
                joined.add(at)
    return joined
