"""The part of a record that one page shows: some rows of a table, some texts of a long document, and what is in them.

A unit of a table has thousands of rows, a long text thousands of findings. A page shows so much of it as a person reads
at once, so that it is there at once; ``first`` says where it begins: a row of the table, a text of the document, or,
while values are hidden, a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.case.choosing import column_of_place
from pipeline.model import Segment, words
from pipeline.policy.schema import Policy
from pipeline.review.document import ROWS, Section, sections
from pipeline.review.ledger import Item, Ledger
from pipeline.review.table_rows import TableRows, row_of
from pipeline.review.texts import Texts

FINDINGS: Final = 100
"""Findings on one page while values are hidden."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a page shows of a record: its parts, its findings, where it begins and where its neighbours do (or None).

    ``told`` says in words which part of the record it is, "" for all of it; ``findings`` and ``open`` count all of it.
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


def shown(record: Record, texts: Texts, policy: Policy, of: str, first: int, row: int = -1) -> Window:
    """Return a part of a record with its texts (raises CaseError, UnreadableSource).

    Args:
        record: the record.
        texts: what reads it.
        policy: says what stands where something is withheld.
        of: a finding that is to be on the page, where ``first`` is negative ("" for none).
        first: the row of the table or the text of the document to begin with.
        row: the row that is to be on the page, counted in the whole table; it goes before the others.
    """
    place = record.ledger.place(int(record.rows[at])) if (at := _position(record, of)) >= 0 else ""
    rows = texts.rows(record.source, record.ordinal)
    row = row if row >= 0 or first >= 0 else row_of(place)
    if rows is not None:
        return _of_table(record, texts, policy, rows, max(0, row - rows.first if row >= 0 else first))
    parts = texts.parts(record.source, record.ordinal)
    if row >= 0:
        first = next((number for number, each in enumerate(parts.texts) if row_of(each) == row), 0)
    elif first < 0:
        first = next((number for number, each in enumerate(parts.texts) if each == place), 0) if place else 0
    part = parts.at(first)
    own = parts.of(part)
    items = record.within({words(each.address): each for each in own})
    start, last = parts.starts[part], part + 1 == len(parts.starts)
    told = f"texts {start + 1:,} to {parts.stop(part):,} of {len(parts.segments):,}"
    cut = _Cut(start, parts.starts[part - 1] if part else None, None if last else parts.starts[part + 1], told)
    numbers = {each.address: number for number, each in enumerate(parts.segments[start : parts.stop(part)], start)}
    return record.made(list(sections(own, items, policy, numbers)), items, cut)


def _of_table(record: Record, texts: Texts, policy: Policy, rows: TableRows, first: int) -> Window:
    cut = _even(first, ROWS, rows.count, "rows")
    places = texts.rows_read(record.source, record.ordinal, rows, cut.first, cut.first + ROWS)
    items = record.within(places)
    return record.made(list(sections(list(places.values()), items, policy, {})), items, cut)


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
