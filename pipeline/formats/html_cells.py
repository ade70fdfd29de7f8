"""Cells of a page's table that stand under one heading: a number may be cut over them, a digit group a cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.formats.html_tokens import Tag

JOINT: Final = "-"
"""What stands between the groups of such a number where it is examined; it is not copied."""
CELLS: Final = frozenset({"td", "th"})
LONGEST: Final = 100
"""Characters of a text that may still be such a number, with what stands between its groups."""
_GROUP: Final = re.compile(r"[\s(]*[0-9][0-9\s().-]{0,11}")
_MOST: Final = 8


_WIDEST: Final = 1_000
"""Columns up to which a cell over several of them counts as that many: what says more would take memory without end."""


@dataclass(slots=True)
class _Table:
    number: int = 0
    wide: list[tuple[int, int]] = field(default_factory=list)
    """First column of a heading over several, and the one behind its last."""
    column: int = 0
    behind: int = 0
    row: int = 0
    tall: dict[int, int] = field(default_factory=dict)
    """How many rows, this one included, cells over several rows that began above take of each of their columns."""
    below: dict[int, int] = field(default_factory=dict)
    """The same for those that begin in this row, and take columns of those below it."""

    def ends_row(self) -> None:
        """Begin the next row."""
        left = {column: rows - 1 for column, rows in self.tall.items() if rows > 1}
        self.tall, self.below = left | self.below, {}


@dataclass(slots=True)
class Cells:
    """Follows the cells of tables, one in another, and tells where a number goes on in the next cell."""

    place: tuple[int, int] | None = None
    """Row (counted through the page) and column of the cell that is open."""
    table: int = 0
    """The table, counted through the page, in which that cell lies."""
    _rows: int = 0
    _met: int = 0
    _tables: list[_Table] = field(default_factory=list)
    goes_on: bool = False
    """Whether a cell has ended whose number may go on in the next one."""

    def keeps_open(self, tag: Tag, text: str) -> bool:
        """Take the next tag; return whether the text before it may go on in the cell behind it.

        Args:
            tag: the next tag of the page.
            text: the running text of the block that is open.
        """
        before, self.goes_on = self.goes_on, False
        if tag.name == "table":
            if not tag.closes:
                self._met += 1
                self._tables.append(_Table(self._met))
            elif self._tables:
                self._tables.pop()
                self.place = None
        elif self._tables and tag.name == "tr":
            if not tag.closes:
                self._tables[-1].ends_row()
            self._tables[-1].column = self._tables[-1].behind = 0
            self._rows += 1
            self._tables[-1].row, self.place = self._rows, None
        elif self._tables and tag.name in CELLS:
            return self._cell(self._tables[-1], tag, text, before)
        return False

    def _cell(self, table: _Table, tag: Tag, text: str, before: bool) -> bool:
        if tag.closes:
            self.place = None
            is_inside = any(first <= table.column and table.behind < behind for first, behind in table.wide)
            self.goes_on = is_inside and bool(_GROUP.fullmatch(text.rpartition(JOINT)[2]))
            return self.goes_on
        attributes = dict(tag.attributes)
        width, height = (_count(attributes.get(name, "1")) for name in ("colspan", "rowspan"))
        while table.behind in table.tall:
            table.behind += 1
        table.column, table.behind = table.behind, min(table.behind + max(width, 1), max(table.behind + 1, _WIDEST))
        self.place, self.table = (table.row, table.column), table.number
        if height > 1:
            table.below |= dict.fromkeys(range(table.column, min(table.behind, table.column + _MOST)), height - 1)
        if 1 < width <= _MOST:
            table.wide.append((table.column, table.behind))
        return before


def _count(said: str) -> int:
    """Return how many columns or rows an attribute says, 1 where it says none."""
    said = said.strip()
    return int(said) if said.isdecimal() and said.isascii() and len(said) < 4 else 1
