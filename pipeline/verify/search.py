"""Search for withheld values by their digests, and judge what is found against what was cleared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, Final

import numpy as np

from pipeline.digest_set import DigestSet, digest64
from pipeline.model import Decision, Finding
from pipeline.texts.digest import Keyed
from pipeline.texts.internet_addresses import FULL_LENGTH, addresses_in, is_inside_another
from pipeline.verify.canonical import GATE_LENGTH, MOST_TOKENS, Canonical, Needle
from pipeline.verify.views import View

MOST_GATES: Final = 500_000
MOST_GAP: Final = 12
"""No value is written with more than this many signs between two of its runs (``\\r\\n> > `` is six)."""
HARD: Final = frozenset(',;|\t"')
"""Between cells: a number found by chance across them is no leak outside its own record."""
HARD_LINES: Final = HARD | {"\r", "\n"}

_NONE: Final[tuple[int, ...]] = ()
_IP_ADDRESS: Final = "IP_ADDRESS"


@dataclass(slots=True)
class _Shelf:
    """The needles of one scope: for each gate the lengths behind it, and the entity of each digest."""

    lengths: dict[bytes, tuple[int, ...]] = field(default_factory=dict)
    entities: dict[bytes, str] = field(default_factory=dict)

    def add(self, needle: Needle) -> None:
        self.entities.setdefault(needle.digest, needle.entity)
        self.open(needle.gate, needle.length)

    def open(self, gate: bytes, length: int) -> None:
        """Let forms of a length through that begin as the gate says."""
        known = self.lengths.get(gate, _NONE)
        if length not in known:
            self.lengths[gate] = (*known, length)


_PLACE: Final[dict[str, Any]] = {
    "address": (), "start": 0, "end": 1, "record": "", "thread": "", "subject": "", "label": "", "digest": "",
    "score": 0.8, "count": 1,
}  # fmt: skip
_of_finding = attrgetter(*(each.name for each in fields(Finding) if each.name not in _PLACE))
_of_decision = attrgetter(*(each.name for each in fields(Decision) if each.name != "finding"))


def _placeless(decision: Decision) -> Decision:
    return replace(decision, finding=replace(decision.finding, **_PLACE))


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
        self.columns: DigestSet | None = None
        self._answers: list[Decision] = []
        self._codes_of: dict[Hashable, int] = {}
        self._codes: dict[tuple[bytes, str], int] = {}
        self._near: dict[tuple[bytes, str], int] = {}
        self._has_ipv6 = False
        self.update(needles)

    def __len__(self) -> int:
        return sum(len(shelf.entities) for shelf in self._shelves.values()) + len(self.columns or ())

    def code_of(self, decision: Decision) -> int:
        """Return the code that stands for a decision, whatever place it was made for."""
        told = _of_finding(decision.finding), _of_decision(decision)  # asked for every finding: no copy is made
        code = self._codes_of.get(told)
        if code is None:
            code = self._codes_of[told] = len(self._answers)
            self._answers.append(_placeless(decision))
        return code

    def update(self, needles: Iterable[Needle], decision: Decision | None = None) -> None:
        """Take in more needles, and the decision under which their values are withheld."""
        code = None if decision is None else self.code_of(decision)
        for needle in needles:
            self._add(needle)
            if code is not None:
                self._codes.setdefault((needle.digest, needle.scope), code)
        self._wide_lengths.clear()

    def _add(self, needle: Needle) -> None:
        self._shelves.setdefault(needle.scope, _Shelf()).add(needle)
        self._has_ipv6 |= needle.entity == _IP_ADDRESS and needle.length == FULL_LENGTH

    def take_columns(self, columns: DigestSet, gates: Iterable[tuple[bytes, int]]) -> None:
        """Take in the values of whole columns: their digests on disk with codes of this index, and their gates."""
        self.columns = columns
        for gate, length in gates:
            self._shelves[""].open(gate, length)
        self._wide_lengths.clear()

    def take_columns_of(self, other: WithheldIndex) -> None:
        """Take in the values of whole columns that another index under the same key has."""
        self.columns, self._answers = other.columns, other._answers
        for gate, lengths in other._shelves[""].lengths.items():
            for length in lengths:
                self._shelves[""].open(gate, length)
        self._wide_lengths.clear()

    def columns_by_entity(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the digests of the values of whole columns, in pieces, with the entity of each piece."""
        for digests, codes in self.columns.parts() if self.columns is not None else ():
            for code in np.unique(codes).tolist():
                yield self._answers[code].finding.entity, digests[codes == code]

    def wide_gates(self) -> list[tuple[bytes, int]]:
        """Return what lets forms through that are searched in the whole release: first letters, keyed, and lengths."""
        return sorted((gate, length) for gate, lengths in self._shelves[""].lengths.items() for length in lengths)

    def beside(self, near: Iterable[tuple[Needle, int]]) -> WithheldIndex:
        """Return this index with needles of single records beside it (no scope is the whole release), with codes."""
        other = copy(self)
        other._stand_beside(near)  # noqa: SLF001 - its own class
        return other

    def _stand_beside(self, near: Iterable[tuple[Needle, int]]) -> None:
        self._shelves, self._near = dict(self._shelves), {}
        for needle, code in near:
            self._add(needle)
            self._near.setdefault((needle.digest, needle.scope), code)

    def answer(self, digest: str, scopes: Iterable[str] = ("",)) -> Decision | None:
        """Return the decision for a withheld value by the digest of a hit, looked for in the scopes in order."""
        raw = bytes.fromhex(digest)
        for scope in scopes:
            code = self._codes.get((raw, scope), self._near.get((raw, scope)))
            if code is None and not scope and self.columns is not None:
                code = self.columns.code(digest64(raw))
            if code is not None:
                return self._answers[code]
        return None

    def _entity(self, digest: bytes, scope: str, shelf: _Shelf) -> str:
        known = shelf.entities.get(digest)
        if known is None and not scope and self.columns is not None:
            code = self.columns.code(digest64(digest))
            known = None if code is None else self._answers[code].finding.entity
        return known or ""

    def occurrences(self, text: Canonical, scopes: Iterable[str], hard: frozenset[str]) -> Iterator[tuple[str, Hit]]:
        """Yield the scope and place of every needle of the release and of ``scopes`` that stands in ``text``."""
        near = [(scope, self._shelves[scope]) for scope in dict.fromkeys(scopes) if scope and scope in self._shelves]
        wide, known = self._shelves[""], self._wide_lengths
        if not near and not wide.lengths:
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
        if self._has_ipv6:
            yield from self._internet_addresses(text, [("", wide), *near])

    def _internet_addresses(self, text: Canonical, shelves: Iterable[tuple[str, _Shelf]]) -> Iterator[tuple[str, Hit]]:
        """Yield the withheld IPv6 addresses that stand in a text in any spelling."""
        for start, end, form in addresses_in(text.folded):
            digest = self._keyed.form_digest(form)
            for scope, shelf in shelves:
                if entity := self._entity(digest, scope, shelf):
                    yield scope, Hit("", *text.in_text(start, end), entity, digest.hex())

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
            entity = self._entity(digest, scope, shelf)
            if entity and _joins(text, first, last, _NO_SIGNS if scope or not form.isdigit() else hard):
                if entity == _IP_ADDRESS and is_inside_another(text.folded, text.starts[first], text.ends[last]):
                    continue  # a network at the beginning of an address that is not withheld
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
