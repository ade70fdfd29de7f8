"""``redaction-log.csv``: for each place and rule what was withheld, on what law, and who decided it.

A table has one row a column and rule, not one a cell: above a few cells they are counted.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace
from operator import attrgetter
from typing import Any, Final, TextIO

from pipeline.evidence.summary import Examined, Run, basis, located
from pipeline.model import (
    Address,
    Attribute,
    Block,
    Cell,
    Column,
    Decision,
    Field,
    FileName,
    Header,
    Page,
    Part,
    SheetCell,
    Step,
    words,
)

FEW_CELLS: Final = 5
"""Up to this many cells of a column under one rule are listed one by one."""

PART_ENTITY: Final = "PART"
HEADER_ENTITY: Final = "HEADER"
UNDECIDED: Final = "undecided"

_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four are full-width
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_READING_ORDER: Final = (FileName, Header, Block, Attribute, Column, Cell, SheetCell, Field, Page, Part)


@dataclass(frozen=True, slots=True, order=True)
class LogRow:
    """A row of the redaction log; the fields are its columns, in order."""

    request_id: str
    file: str
    location: str
    entity: str
    count: int
    exemption: str
    citation: str
    reason: str
    rule: str
    policy: str
    policy_version: str
    policy_sha256: str
    decided_by: str
    approved_by: str
    decided_at: str


COLUMNS: Final = tuple(each.name for each in fields(LogRow))
_contents = attrgetter(*COLUMNS)


def contents_of(row: LogRow) -> tuple[str | int, ...]:
    """Return what stands in the columns of a row, as ``astuple`` does, without a copy of each."""
    contents: tuple[Any, ...] = _contents(row)
    return contents


@dataclass(frozen=True, slots=True, order=True)
class _Why:
    """What rows are grouped by beside file and place."""

    entity: str
    exemption: str
    citation: str
    reason: str
    rule: str
    decided_by: str = ""
    approved_by: str = ""
    decided_at: str = ""


_Place = tuple[str, str, Address]  # file, place of the unit, address


class Log:
    """Gathers rows unit by unit; the rows come out sorted, the same for any order of units."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._counts: Counter[tuple[_Place, _Why]] = Counter()
        self._columns: dict[tuple[_Place, _Why], Counter[Cell]] = {}

    def add(self, examined: Examined) -> None:
        """Take in what was withheld and left out of one unit."""
        for decision in examined.decisions:
            if decision.withholds and not examined.held:
                self._add_decision(examined, decision)
        for gap in examined.coverage.gaps:
            rule = "unscannable: hold" if gap.holds else "unscannable: withhold part"
            self._counts[_place(examined, gap.address), _Why(PART_ENTITY, "", "", gap.why, rule, "rule")] += 1
        for dropped in examined.coverage.dropped:
            why = _Why(HEADER_ENTITY, "", "", f"never copied: {dropped.what}", "copy only what is listed", "rule")
            self._counts[_place(examined, dropped.address), why] += dropped.count

    def _add_decision(self, examined: Examined, decision: Decision) -> None:
        why = _why(decision)
        address = decision.finding.address
        if len(address) > 1 and isinstance(address[-1], Block) and isinstance(address[-2], Cell):
            address = address[:-1]  # one of several values in a cell is counted with its column
        cell = address[-1] if address else None
        if isinstance(cell, Column):  # counted already: no cell of it is told apart
            place = (_place(examined, (*address[:-1], Cell(0, cell.column))), why)
            self._columns.setdefault(place, Counter())[_MANY] += decision.finding.count
            return
        if not isinstance(cell, Cell) or cell.row < 0:
            self._counts[_place(examined, address), why] += 1
            return
        column = (_place(examined, (*address[:-1], replace(cell, row=0))), why)
        cells = self._columns.setdefault(column, Counter())
        # Beyond a few cells only the count matters: the rest share one key, so memory stays bounded.
        cells[cell if cell in cells or len(cells) <= FEW_CELLS else _MANY] += 1

    def rows(self) -> list[LogRow]:
        """Return the rows, sorted by file, then in reading order."""
        return [self._row(*entry) for entry in sorted(self._entries(), key=_in_reading_order)]

    def _entries(self) -> Iterator[tuple[_Place, _Why, str, int]]:
        for (place, why), count in self._counts.items():
            yield place, why, located(place[1], words(place[2])), count
        for (place, why), cells in self._columns.items():
            file, unit, address = place
            column = address[-1]
            assert isinstance(column, Cell)
            if len(cells) > FEW_CELLS or _MANY in cells:
                where = ", ".join([*(step.words() for step in address[:-1]), column.column_words()])
                yield place, why, located(unit, where), cells.total()
                continue
            for cell, count in cells.items():
                there = (*address[:-1], cell)
                yield (file, unit, there), why, located(unit, words(there)), count

    def _row(self, place: _Place, why: _Why, location: str, count: int) -> LogRow:
        policy = self._run.policy
        return LogRow(
            request_id=self._run.request_id,
            file=place[0],
            location=location,
            entity=why.entity,
            count=count,
            exemption=why.exemption,
            citation=why.citation,
            reason=why.reason,
            rule=why.rule,
            policy=policy.name if policy else "",
            policy_version=policy.version if policy else "",
            policy_sha256=policy.sha256 if policy else "",
            decided_by=why.decided_by,
            approved_by=why.approved_by,
            decided_at=why.decided_at,
        )


_MANY: Final = Cell(2**62, 0)


def _place(examined: Examined, address: Address) -> _Place:
    return (examined.file, examined.place, address)


def _why(decision: Decision) -> _Why:
    return _Why(
        entity=decision.finding.entity,
        exemption=decision.exemption,
        citation=basis(decision),
        reason=decision.reason,
        rule=decision.rule,
        decided_by=UNDECIDED if decision.undecided else decision.decided_by,
        approved_by=decision.approved_by,
        decided_at=decision.decided_at,
    )


def _in_reading_order(entry: tuple[_Place, _Why, str, int]) -> tuple[object, ...]:
    (file, unit, address), why, location, _ = entry
    number = "".join(each for each in unit if each.isdigit())
    steps = tuple((_READING_ORDER.index(type(step)), *_sheet_first(step), *astuple(step)) for step in address)
    return (file, int(number or 0), unit, steps, location, why)


def _sheet_first(step: Step) -> tuple[int, ...]:
    return (step.sheet,) if isinstance(step, SheetCell) else ()


def write_log(rows: Iterable[LogRow], stream: TextIO) -> None:
    """Write rows as CSV (RFC 4180); open ``stream`` with ``newline=""`` and UTF-8.

    A cell that a spreadsheet would take for a formula starts with an apostrophe; line breaks become blanks.
    """
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([plain_cell(each) for each in contents_of(row)])


def plain_cell(content: str | int) -> str:
    """Return what stands in a cell: one line that no spreadsheet takes for a formula."""
    text = _BREAKS.sub(" ", str(content))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
