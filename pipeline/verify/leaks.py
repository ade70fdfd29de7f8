"""What survived: an occurrence of a withheld value is a leak unless a decision cleared that very place."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

from pipeline.model import Address, Edit, Role, Segment, words
from pipeline.texts.markers import marker_spans
from pipeline.verify.canonical import Canonical
from pipeline.verify.search import Hit, WithheldIndex, search
from pipeline.verify.views import views

Span = tuple[int, int]

_CELL_SIGN: Final = "\t"
_LINE_SIGN: Final = "\n"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A text of the copy without addresses: what an independent reader saw, raw bytes, a file name, a property.

    ``what`` names it for people. ``record`` and ``thread`` are "" where it belongs to no one record:
    then only what is withheld in the whole release is searched. ``tabular`` says that lines part cells.
    """

    what: str
    text: str
    record: str = ""
    thread: str = ""
    tabular: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """A withheld value stands in a copy where no decision clears it: where, in which view, and its entity."""

    record: str
    place: str
    view: str
    entity: str


def shift(spans: Iterable[Span], edits: Iterable[Edit]) -> list[Span]:
    """Move spans of one segment from the text that was read to the text that was written.

    Args:
        spans: half-open, in code points of the text before the edits.
        edits: the edits of that segment, not overlapping one another.

    Returns:
        The spans in the edited text, sorted; what an edit replaced is cut out of them.
    """
    ordered = sorted(edits, key=lambda edit: edit.start)
    moved = []
    for start, end in sorted(spans):
        moved_by, at = 0, start
        for edit in ordered:
            if edit.start >= end:
                break
            if edit.end > at:
                if edit.start > at:
                    moved.append((at + moved_by, edit.start + moved_by))
                at = edit.end
            moved_by += len(edit.replacement) - (edit.end - edit.start)
        if at < end:
            moved.append((at + moved_by, end + moved_by))
    return moved


def leaks(
    segments: Sequence[Segment],
    cleared: Mapping[Address, Sequence[Span]],
    index: WithheldIndex,
    *,
    markers: tuple[str, ...] = (),
    elsewhere: Iterable[Elsewhere] = (),
    businesses: Collection[Address] = (),
) -> list[Leak]:
    """Return the withheld values that stand in the copy of one unit, without the values.

    Args:
        segments: the copy as its own format reads it again.
        cleared: for each address the spans, in the copy, of findings that a decision releases.
        index: what is withheld in the release.
        markers: the markers of the policy in use; what lies inside one is no leak.
        elsewhere: texts without addresses. There and in decoded views, where no place can be
            compared, a value that a decision clears somewhere in the same record is no leak.
        businesses: addresses at which nothing but the name of a business stands; a name of a person in it is none.

    Returns:
        Leaks, sorted, without repeats.
    """
    found: set[Leak] = set()
    allowed: dict[str, frozenset[str]] = {}
    for record, members in _by_record(segments).items():
        joined = _Joined(members, cleared, markers, businesses)
        here, elsewhere_in_text = joined.hits(index)
        placed = [hit for hit in here if not joined.clears(hit)]
        allowed[record] = frozenset(hit.digest for hit in here if joined.clears(hit))
        told = allowed[record] | {hit.digest for hit in placed}  # what has a place is told there, once
        found |= {Leak(record, joined.place(hit), "text", hit.entity) for hit in placed}
        found |= {Leak(record, "record", hit.view, hit.entity) for hit in elsewhere_in_text if hit.digest not in told}
    everywhere = frozenset().union(*allowed.values())
    for text in elsewhere:
        found |= set(_elsewhere_leaks(text, index, allowed.get(text.record, everywhere), markers))
    return sorted(found)


def _by_record(segments: Sequence[Segment]) -> Mapping[str, list[Segment]]:
    grouped: dict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        grouped[segment.record].append(segment)
    return grouped


def _elsewhere_leaks(
    text: Elsewhere, index: WithheldIndex, allowed: frozenset[str], markers: tuple[str, ...]
) -> Iterator[Leak]:
    for view in views(text.text):
        hits = search([view], index, text.record, text.thread, tabular=text.tabular)
        kept = [hit for hit in hits if hit.digest not in allowed]
        for hit in _outside_markers(view.text, kept, markers):
            yield Leak(text.record, text.what, view.name, hit.entity)


def _outside_markers(text: str, hits: Iterable[Hit], markers: tuple[str, ...]) -> list[Hit]:
    """Return the hits that do not lie inside a marker (the markers are looked for only when there is a hit)."""
    kept = list(hits)
    if not kept:
        return kept
    spans = marker_spans(text, markers)
    starts, reach = [start for start, _ in spans], [0, *accumulate((end for _, end in spans), max)]
    return [hit for hit in kept if reach[bisect_right(starts, hit.start)] < hit.end]


class _Joined:
    """The segments of one record as one text, so that a value split over cells or blocks is found too."""

    def __init__(
        self,
        members: Sequence[Segment],
        cleared: Mapping[Address, Sequence[Span]],
        markers: tuple[str, ...],
        businesses: Collection[Address],
    ) -> None:
        self.members, self.markers = members, markers
        self.starts: list[int] = []
        self.cleared: list[Span] = []
        self.businesses: list[Span] = []
        pieces, at = [], 0
        for segment in members:
            self.starts.append(at)
            self.cleared += [(at + start, at + end) for start, end in cleared.get(segment.address, ())]
            if segment.address in businesses:
                self.businesses.append((at, at + len(segment.text)))
            sign = _CELL_SIGN if segment.role is Role.CELL else _LINE_SIGN
            pieces += [segment.text, sign]
            at += len(segment.text) + 1
        self.text = "".join(pieces)

    def hits(self, index: WithheldIndex) -> tuple[list[Hit], list[Hit]]:
        """Return the hits in the text itself, and those in its decoded views."""
        record, thread = self.members[0].record, self.members[0].thread
        here: list[Hit] = []
        decoded: list[Hit] = []
        for view in views(self.text):
            hits = _outside_markers(view.text, search([view], index, record, thread), self.markers)
            (here if view.name == "text" else decoded).extend(hits)
        return here, decoded

    @cached_property
    def _covered(self) -> list[Span]:
        merged: list[Span] = []
        for start, end in sorted(self.cleared):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def clears(self, hit: Hit) -> bool:
        """Return whether every letter and digit of the hit lies in a place that a decision clears."""
        if hit.entity == "PERSON" and any(start <= hit.start and hit.end <= end for start, end in self.businesses):
            return True
        if not self.cleared:
            return False
        runs = Canonical(self.text[hit.start : hit.end])
        spans = (runs.span(at, at) for at in range(len(runs.starts)))
        return all(self._covers(hit.start + start, hit.start + end) for start, end in spans)

    def _covers(self, start: int, end: int) -> bool:
        at = bisect_right(self._covered, (start, len(self.text) + 1)) - 1
        return at >= 0 and end <= self._covered[at][1]

    def place(self, hit: Hit) -> str:
        """Return the address of a hit in plain words."""
        return words(self.members[bisect_right(self.starts, hit.start) - 1].address)
