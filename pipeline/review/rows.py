"""The rows of a table by their number, through the whole file: which unit holds which rows, and the rows themselves.

A workbook has a table a sheet, whose rows keep the numbers that they have in their sheet. The index has one number a
unit (about 1 MiB of a file) and no value; it follows from how the file was cut. The rows of the last units that were
looked at stay in memory, so that scrolling on costs nothing.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pipeline.case.store import CaseError
from pipeline.formats import format_named
from pipeline.model import Cell, Segment, Unit, words
from pipeline.policy.schema import Policy
from pipeline.review.document import Passage, passage
from pipeline.review.ledger import Item, Ledger
from pipeline.review.texts import Texts

Kept = TypeVar("Kept")
CHUNK: Final = 100
"""Rows that are given out at once."""
_KEPT: Final = 3
MOST_INDEXES: Final = 64
"""Tables whose index stays in memory; that of another is made again when it is looked at."""
WORKBOOK: Final = "workbook"


@dataclass(frozen=True, slots=True)
class Index:
    """Which rows (from 0) each unit of a table holds: ``starts`` is its first one, ``count`` the number after the last.

    ``ordinals`` are the units. Of a workbook this is one sheet: its number from 1 (0 for other tables), the number of
    its first column through all sheets, and ``sheets``, the numbers of those that have rows.
    """

    starts: tuple[int, ...]
    count: int
    header: tuple[str, ...]
    ordinals: tuple[int, ...]
    sheet: int = 0
    first_column: int = 0
    sheets: tuple[int, ...] = ()

    @property
    def first(self) -> int:
        """The first row below the header."""
        return self.starts[0]

    def at(self, row: int) -> int:
        """Return the place in ``starts`` of the unit that holds a row."""
        return max(0, bisect_right(self.starts, row) - 1)

    def unit_of(self, row: int) -> int:
        """Return the ordinal of the unit that holds a row."""
        return self.ordinals[self.at(row)]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown: its number from 0, the unit it stands in, the texts of its cells by column."""

    number: int
    ordinal: int
    cells: Mapping[int, Sequence[Passage]]


class Rows:
    """Gives the rows of the tables of a case."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._indexes: OrderedDict[tuple[str, int], Index] = OrderedDict()
        self._near: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._one = threading.Lock()

    def forget(self) -> None:
        """Forget everything: another run follows."""
        with self._one:
            self._indexes.clear()
            self._near.clear()

    def index(self, source: str, sheet: int = 0) -> Index:
        """Return where the rows of a table stand; of a workbook those of a sheet, 0 for the first one with rows.

        Raises:
            CaseError: it is no table whose rows go through the whole file, or not what was examined.
            UnreadableSource: it cannot be read.
        """
        with self._one:
            if known := self._indexes.get((source, sheet)):
                self._indexes.move_to_end((source, sheet))
                return known
        made = self._made(source, sheet)
        with self._one:
            self._indexes[source, sheet] = made
            while len(self._indexes) > MOST_INDEXES:
                self._indexes.popitem(last=False)
        return made

    def index_of_unit(self, source: str, ordinal: int) -> Index:
        """Return where the rows of the table that a unit belongs to stand (raises as :meth:`index`)."""
        units = self._texts.units(source)
        if not 0 <= ordinal < len(units):
            raise CaseError("desk", "there is no such record in this case", "go back to the queue")
        index = self.index(source, int(units[ordinal].context.get("sheet", "0")))
        if ordinal not in index.ordinals:
            raise CaseError("desk", "this is no part of a table", "open its records one by one")
        return index

    def lines(self, source: str, first: int, ledger: Ledger, policy: Policy, sheet: int = 0) -> list[Line]:
        """Return up to :data:`CHUNK` rows from ``first`` on with what was found in them, passwords masked."""
        index = self.index(source, sheet)
        first = max(index.first, first)
        last = min(index.count, first + CHUNK)
        made: list[Line] = []
        while first < last:
            at = index.at(first)
            ordinal = index.ordinals[at]
            stop = index.starts[at + 1] if at + 1 < len(index.starts) else index.count
            rows = self._rows(source, ordinal, first, min(stop, last))
            items = _items(source, ordinal, ledger, rows)
            for number in range(first, max(first + 1, min(stop, last))):
                cells: dict[int, list[Passage]] = {}
                for column, each in rows.get(number, ()):
                    cells.setdefault(column - index.first_column, []).append(
                        passage(each, items.get(words(each.address), ()), policy)
                    )
                made.append(Line(number, ordinal, cells))
            first = made[-1].number + 1
        return made

    def _made(self, source: str, sheet: int) -> Index:
        units = self._texts.units(source)
        kind = format_named(units[0].source.format) if units else None
        if kind is not None and kind.name == WORKBOOK:
            return _of_sheet(units, sheet)
        if not hasattr(kind, "table") or any("table" in each.context for each in units):
            raise CaseError(
                "desk", "this is no table whose rows can be scrolled through", "open its records one by one"
            )
        starts = [max(0, int(each.context["row"])) for each in units]
        last = self._rows_in(source, units[-1])
        header = json.loads(units[0].context.get("header", "[]"))
        return Index(tuple(starts), max(starts[-1], last), tuple(map(str, header)), tuple(range(len(units))))

    def _rows_in(self, source: str, unit: Unit) -> int:
        """Return the number after that of the last row of a unit, 0 where it has none."""
        kind: Any = format_named(unit.source.format)
        last = -1
        for row, _ in kind.table(self._texts.payload(source, unit), unit):
            last = max(last, row)
        return last + 1

    def _rows(self, source: str, ordinal: int, first: int, stop: int) -> _ByRow:
        """Return the rows ``first`` to ``stop`` of a unit; of a unit that has to be read as a whole, all of them."""
        table = self._texts.rows(source, ordinal)
        if table is not None:
            own = self._texts.rows_read(source, ordinal, table, first - table.first, stop - table.first)
            return _by_row(own.values())
        return self._kept(("rows", source, ordinal), lambda: _by_row(self._texts.segments(source, ordinal).values()))

    def _kept(self, key: tuple[Any, ...], made: Callable[[], Kept]) -> Kept:
        with self._one:
            if key not in self._near:
                self._near[key] = made()
                while len(self._near) > 2 * _KEPT:
                    self._near.popitem(last=False)
            self._near.move_to_end(key)
            found: Kept = self._near[key]
            return found


def _of_sheet(units: Sequence[Unit], sheet: int) -> Index:
    """Return where the rows of a sheet of a workbook stand: its units say which they hold."""
    with_rows = [each for each in units if int(each.context["to"]) > int(each.context["titles"]) + 1]
    sheets = tuple(dict.fromkeys(int(each.context["sheet"]) for each in with_rows))
    sheet = sheet or (sheets[0] if sheets else 0)
    own = [each for each in with_rows if int(each.context["sheet"]) == sheet]
    if not sheet or not own:
        raise CaseError("desk", "there is no such sheet with rows in this workbook", "open its records one by one")
    about = own[0].context
    first = int(about["titles"]) + 1
    starts = tuple(max(first, int(each.context["from"])) for each in own)
    return Index(
        starts, int(own[-1].context["to"]), tuple(map(str, json.loads(about["header"]))),
        tuple(each.ordinal for each in own), sheet, int(about["first_column"]), sheets,
    )  # fmt: skip


_ByRow = Mapping[int, list[tuple[int, Segment]]]


def _by_row(segments: Iterable[Segment]) -> _ByRow:
    rows: dict[int, list[tuple[int, Segment]]] = {}
    for each in segments:
        if cell := next((step for step in each.address if isinstance(step, Cell)), None):
            rows.setdefault(cell.row, []).append((cell.column, each))
    return rows


def _items(source: str, ordinal: int, ledger: Ledger, rows: _ByRow) -> Mapping[str, list[Item]]:
    """Return the findings that stand in some rows, by place."""
    places: dict[str, list[Item]] = {words(each.address): [] for row in rows.values() for _, each in row}
    for at in map(int, ledger.rows_of_unit(source, ordinal)):
        if (place := ledger.place(at)) in places:
            places[place].append(ledger.item(at))
    return places
