"""Search for withheld values by their digests, and judge what is found against what was cleared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.digest import Keyed
from pipeline.verify.canonical import GATE_LENGTH, MOST_TOKENS, Canonical, Needle
from pipeline.verify.views import View

MOST_GATES: Final = 500_000
MOST_GAP: Final = 12
"""No value is written with more than this many signs between two of its runs (``\\r\\n> > `` is six)."""
HARD: Final = frozenset(',;|\t"')
"""Between cells: a number found by chance across them is no leak outside its own record."""
HARD_LINES: Final = HARD | {"\r", "\n"}

_NONE: Final[tuple[int, ...]] = ()


@dataclass(slots=True)
class _Shelf:
    """The needles of one scope: for each gate the lengths behind it, and the entity of each digest."""

    lengths: dict[bytes, tuple[int, ...]] = field(default_factory=dict)
    entities: dict[bytes, str] = field(default_factory=dict)

    def add(self, needle: Needle) -> None:
        self.entities.setdefault(needle.digest, needle.entity)
        known = self.lengths.get(needle.gate, _NONE)
        if needle.length not in known:
            self.lengths[needle.gate] = (*known, needle.length)


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A withheld value was found: its entity, in which view, at which span of that view, under which digest."""

    view: str
    start: int
    end: int
    entity: str
    digest: str


class WithheldIndex:
    """All needles of a release, by scope. It holds digests only and can be filled from a case database."""

    def __init__(self, keyed: Keyed, needles: Iterable[Needle] = ()) -> None:
        self._keyed = keyed
        self._shelves: dict[str, _Shelf] = {"": _Shelf()}
        self._gates: dict[str, bytes] = {}
        self._wide_lengths: dict[str, tuple[int, ...]] = {}
        self.update(needles)

    def __len__(self) -> int:
        return sum(len(shelf.entities) for shelf in self._shelves.values())

    def update(self, needles: Iterable[Needle]) -> None:
        """Take in more needles."""
        for needle in needles:
            self._shelves.setdefault(needle.scope, _Shelf()).add(needle)
        self._wide_lengths.clear()

    def occurrences(self, text: Canonical, scopes: Iterable[str], hard: frozenset[str]) -> Iterator[tuple[str, Hit]]:
        """Yield the scope and place of every needle of the release and of ``scopes`` that stands in ``text``."""
        near = [(scope, self._shelves[scope]) for scope in dict.fromkeys(scopes) if scope and scope in self._shelves]
        wide, known = self._shelves[""], self._wide_lengths
        if not near and not wide.entities:
            return
        stream = text.stream
        for first, start in enumerate(text.offsets):
            head = stream[start : start + GATE_LENGTH]
            lengths = known.get(head)
            if lengths is None:
                lengths = self._learn(head)
            if lengths:
                yield from self._at(text, first, ("", wide, lengths), hard)
            if near:
                gate = self._gates[head]
                for scope, shelf in near:
                    behind = shelf.lengths.get(gate)
                    if behind:
                        yield from self._at(text, first, (scope, shelf, behind), hard)

    def _learn(self, head: str) -> tuple[int, ...]:
        if len(self._gates) > MOST_GATES:
            self._gates.clear()
            self._wide_lengths.clear()
        gate = self._gates.get(head) or self._keyed.gate(head)
        self._gates[head] = gate
        lengths = self._wide_lengths[head] = self._shelves[""].lengths.get(gate, _NONE)
        return lengths

    def _at(
        self, text: Canonical, first: int, behind: tuple[str, _Shelf, tuple[int, ...]], hard: frozenset[str]
    ) -> Iterator[tuple[str, Hit]]:
        scope, shelf, lengths = behind
        start = text.offsets[first]
        for length in lengths:
            last = text.run_ending_at.get(start + length)
            if last is None or last - first >= MOST_TOKENS:
                continue
            form = text.stream[start : start + length]
            digest = self._keyed.form_digest(form)
            entity = shelf.entities.get(digest)
            if entity and _joins(text, first, last, _NO_SIGNS if scope or not form.isdigit() else hard):
                begin, end = text.span(first, last)
                yield scope, Hit("", begin, end, entity, digest.hex())


_NO_SIGNS: Final[frozenset[str]] = frozenset()


def _joins(text: Canonical, first: int, last: int, hard: frozenset[str]) -> bool:
    """Return whether the runs can be one value: no wide gap, and no sign between them that parts numbers."""
    return all(len(gap) <= MOST_GAP and hard.isdisjoint(gap) for gap in text.gaps(first, last))


def search(
    views: Iterable[View], index: WithheldIndex, record: str = "", thread: str = "", *, tabular: bool = False
) -> list[Hit]:
    """Return where withheld values stand in the views of a text that belongs to ``record`` and ``thread``.

    Args:
        views: the forms of the text, from :func:`pipeline.verify.views.views`.
        index: the withheld values, as digests.
        record: the key of the text's record, "" when it belongs to no one record.
        thread: the key of the text's thread.
        tabular: whether line ends part cells too, as in the bytes of a table.

    Returns:
        Hits, sorted; the spans are code points of the view they name. No value is in them.
    """
    hard = HARD_LINES if tabular else HARD
    hits: set[Hit] = set()
    for view in views:
        for _, hit in index.occurrences(Canonical(view.text), (record, thread), hard):
            hits.add(Hit(view.name, hit.start, hit.end, hit.entity, hit.digest))
    return sorted(hits)
