"""The part of a record that one page shows: some rows of a table, some texts of a long document, and what is in them.

A unit of a table has thousands of rows, a long text thousands of findings. A page shows so much of it as a person reads
at once, so that it is there at once; ``first`` says where it begins: a row of the table, a text of the document, or,
while values are hidden, a finding.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.case.choosing import column_of_place
from pipeline.model import Cell, Segment, words
from pipeline.policy.schema import Policy
from pipeline.review.document import ROWS, Section, sections
from pipeline.review.ledger import Item, Ledger
from pipeline.review.table_rows import TableRows, row_of
from pipeline.review.texts import Texts

FINDINGS: Final = 100
"""Findings on one page while values are hidden."""
TEXTS: Final = 50
"""Texts of a record on one page; a row of a table is one."""
CHARACTERS: Final = 12_000
"""Characters on one page; a single text may have more."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a page shows of a record: its parts, its findings, where it begins and where its neighbours do (or None).

    ``told`` says in words which part of the record it is, "" for all of it; ``findings`` and ``open`` count in all of it.
    """

    sections: list[Section]
    items: list[Item]
    first: int
    before: int | None
    after: int | None
    told: str
    findings: int
    open: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record in the ledger: its file, its number, and the rows of its findings."""

    ledger: Ledger
    source: str
    ordinal: int
    rows: np.ndarray

    @classmethod
    def of(cls, ledger: Ledger, source: str, ordinal: int) -> Record:
        return cls(ledger, source, ordinal, ledger.rows_of_unit(source, ordinal))

    def within(self, places: Mapping[str, Segment]) -> list[Item]:
        """Return the findings that stand in some texts, and those of whole columns."""
        return [self.ledger.item(int(row)) for row in self.rows if self._is_in(self.ledger.place(int(row)), places)]

    @staticmethod
    def _is_in(place: str, places: Mapping[str, Segment]) -> bool:
        return place in places or column_of_place(place) == place

    def made(self, sections: list[Section], items: list[Item], cut: _Cut) -> Window:
        """Return a window."""
        waits = int(self.ledger.is_open[self.rows].sum())
        told = "" if cut.before is None and cut.after is None else cut.told
        return Window(sections, items, cut.first, cut.before, cut.after, told, len(self.rows), waits)


@dataclass(frozen=True, slots=True)
class _Cut:
    first: int
    before: int | None
    after: int | None
    told: str


def hidden(record: Record, of: str, first: int) -> Window:
    """Return some findings of a record without any text: those from ``first`` on, or those around one."""
    at = _position(record, of)
    first = at if at >= 0 and first < 0 else max(first, 0)
    cut = _even(first, FINDINGS, len(record.rows), "findings")
    items = [record.ledger.item(int(row)) for row in record.rows[cut.first : cut.first + FINDINGS]]
    return record.made([], items, cut)


def shown(record: Record, texts: Texts, policy: Policy, of: str, first: int) -> Window:
    """Return a part of a record with its texts (raises CaseError, UnreadableSource).

    Args:
        record: the record.
        texts: what reads it.
        policy: says what stands where something is withheld.
        of: a finding that is to be on the page, where ``first`` is negative ("" for none).
        first: the row of the table or the text of the document to begin with.
    """
    place = record.ledger.place(int(record.rows[at])) if (at := _position(record, of)) >= 0 else ""
    rows = texts.rows(record.source, record.ordinal)
    if rows is not None:
        return _of_table(record, texts, policy, rows, first if first >= 0 else max(0, row_of(place) - rows.first))
    found = texts.segments(record.source, record.ordinal)
    segments = list(found.values())
    starts, stops = _cuts(segments)
    if first < 0:
        first = next((number for number, each in enumerate(found) if each == place), 0) if place else 0
    at = max(0, bisect_right(starts, first) - 1)
    own = [*_header(segments, starts[at], stops[at]), *segments[starts[at] : stops[at]]]
    items = record.within({words(each.address): each for each in own})
    told = f"texts {starts[at] + 1:,} to {stops[at]:,} of {len(segments):,}"
    before, after = (starts[at - 1] if at else None), (starts[at + 1] if at + 1 < len(starts) else None)
    return record.made(list(sections(own, items, policy)), items, _Cut(starts[at], before, after, told))


def _of_table(record: Record, texts: Texts, policy: Policy, rows: TableRows, first: int) -> Window:
    cut = _even(first, ROWS, rows.count, "rows")
    places = texts.rows_read(record.source, record.ordinal, rows, cut.first, cut.first + ROWS)
    items = record.within(places)
    return record.made(list(sections(places.values(), items, policy)), items, cut)


def _even(first: int, size: int, count: int, what: str) -> _Cut:
    first = min(first, max(0, count - 1))
    first -= first % size
    stop = min(first + size, count)
    told = f"{what} {first + 1:,} to {stop:,} of {count:,} in this part of the file"
    return _Cut(first, first - size if first else None, stop if stop < count else None, told)


def _position(record: Record, of: str) -> int:
    """Return where a finding stands among those of its record, -1 where it is none of them."""
    if not of or not record.ledger.has(of):
        return -1
    row = record.ledger.row_of(of)
    at = int(np.searchsorted(record.rows, row))
    return at if at < len(record.rows) and int(record.rows[at]) == row else -1


def _cuts(segments: Sequence[Segment]) -> tuple[list[int], list[int]]:
    """Return where the windows of a document begin and end; the cells of a row stay together."""
    starts, texts, characters = [0], 0, 0
    before: object = None
    for number, segment in enumerate(segments):
        row = _row(segment)
        if row is None or row != before:
            if texts and (texts >= TEXTS or characters + len(segment.text) > CHARACTERS):
                starts.append(number)
                texts, characters = 0, 0
            texts += 1
        characters += len(segment.text)
        before = row
    return starts, [*starts[1:], len(segments)]


def _row(segment: Segment) -> tuple[object, ...] | None:
    """Return what names the row of a table that a text stands in; None for what is no cell."""
    for number, step in enumerate(segment.address):
        if isinstance(step, Cell):
            return (*segment.address[:number], step.row)
    return None


def _header(segments: Sequence[Segment], start: int, stop: int) -> list[Segment]:
    """Return the header cells of the tables that go on in a window and begin before it."""
    tables = {row[:-1] for each in segments[start:stop] if (row := _row(each)) is not None}
    return [
        each for each in segments[:start] if (row := _row(each)) is not None and row[-1] == -1 and row[:-1] in tables
    ]
