"""The tables attached to a message: each has columns, which are classified as those of a file of its own are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pipeline.formats.workbook_content import SMALL_FORM
from pipeline.model import Address, Attribute, Cell, ColumnClass, Role, Segment, SheetCell
from pipeline.tables.distribution_list import distribution_list
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import Vocabulary

if TYPE_CHECKING:  # presidio-analyzer brings spaCy: only workers, which find things, need them
    from recognizers.presidio import Recognizer

Place = tuple[Address, int]
"""A column of an attached table: the address of the attachment and the column's number in it.

Of a cell that is a column's name: the address of the cell, and the number.
"""

_LEAST_OF_A_LIST: Final = 3


@dataclass(slots=True)
class _Table:
    first: int = 0
    is_sheet: bool = False
    has_header: bool = False
    names: dict[int, str] = field(default_factory=dict)
    rows: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    above: dict[int, Address] = field(default_factory=dict)
    """Cells without a label in the first row, by column: in a document's table they may be names of columns."""

    def take(self, cell: Cell, segment: Segment, markers: Sequence[str]) -> None:
        column = cell.column - self.first
        if cell.row < 0:
            self.has_header = True
            return
        self.rows[cell.row][column] = "" if segment.text in markers else segment.text
        if not segment.label and not cell.row:
            self.above[column] = segment.address
        if segment.label and (self.has_header or not self.is_sheet):
            self.names.setdefault(column, segment.label)

    def header(self) -> list[str]:
        return [self.names.get(at, "") for at in range(max(self.names, default=-1) + 1)]

    def headings(self) -> dict[int, Address]:
        """Return the cells of a first row that is the label of all below it, by column; {} for a row of data."""
        first = self.rows.get(0, {})
        are = self.names and all(at in self.above and first[at].strip() == name for at, name in self.names.items())
        return self.above if are and not self.is_sheet else {}

    def lines(self) -> list[list[str]]:
        data = sorted(self.rows.items())[bool(self.headings()) :]
        return [[cells.get(at, "") for at in range(max(cells, default=-1) + 1)] for _, cells in data]


def attached_columns(
    segments: Sequence[Segment], recognizers: Sequence[Recognizer], vocabulary: Vocabulary, markers: Sequence[str] = ()
) -> tuple[dict[Place, ColumnClass], str]:
    """Return the classes of the columns of every table that is attached, and why one may be a distribution list.

    Args:
        segments: the segments of a message; cells that lie in an attachment have an address of several steps.
        recognizers: those that need no model.
        vocabulary: the column vocabulary.
        markers: the markers of the policy in use; in a copy they count as empty cells.
    """
    tables: dict[tuple[Address, int], _Table] = {}
    for segment in segments:
        cell = segment.address[-1] if len(segment.address) > 1 else None
        if segment.role is not Role.CELL or not isinstance(cell, Cell):
            continue
        sheet, first = (cell.sheet, cell.first) if isinstance(cell, SheetCell) else (0, 0)
        table = tables.setdefault((segment.address[:-1], sheet), _Table(first, bool(sheet)))
        table.take(cell, segment, markers)
    found: dict[Place, ColumnClass] = {}
    hold = ""
    for (place, _), table in tables.items():
        if not table.lines() or (table.is_sheet and not table.has_header and len(table.rows) <= SMALL_FORM):
            continue
        # In a document's table without names of columns the labels are those of rows (a form): the values alone tell
        # what a column is, and none is so plain that its texts need no look.
        is_unnamed = isinstance(place[-1], Attribute) and not table.headings()
        header, lines = [] if is_unnamed else table.header(), table.lines()
        classes = profile(lines, header or None, recognizers, vocabulary)
        classes = tuple(each for each in classes if each.kind == "entity" or not is_unnamed)
        if len(lines) >= _LEAST_OF_A_LIST:
            hold = hold or distribution_list(classes, header, vocabulary)
        # A name of a column is no value, and is examined as the text that it is.
        found |= {(address, at): ColumnClass(at, "free_text") for at, address in table.headings().items()}
        found |= {(place, table.first + each.index): replace(each, index=table.first + each.index) for each in classes}
    return found, hold
