"""A few rows of a large table, read without the rest: what a page shows of a unit of thousands of rows.

A unit of delimited text is cut into its rows once and stays in memory as such, some units at a time; the chosen rows
are read as a small unit of their own, as the engine does with single rows. Where rows cannot be told apart so, the
unit is read as a whole by whoever asked.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pipeline.formats import format_named
from pipeline.model import Segment, Unit
from pipeline.regular_rows import single_unit
from pipeline.tables.columnar import Columnar, columnar

MOST_UNITS: Final = 48
"""Units of about 1 MiB that stay cut into rows."""
_CELL: Final = re.compile(r"row (\d+), column \d+")


@dataclass(frozen=True, slots=True)
class TableRows:
    """The data rows of one unit: how many there are, and the number of the first one in its table."""

    table: Columnar
    unit: Unit

    @property
    def count(self) -> int:
        return self.table.rows

    @property
    def first(self) -> int:
        return self.table.first

    def read(self, first: int, stop: int) -> Sequence[Segment]:
        """Return the texts of the data rows ``first`` to ``stop`` (counted in this unit), and of the header here."""
        chosen = np.arange(max(0, first), min(stop, self.count))
        payload, unit = single_unit(self.table, self.unit, chosen)
        return format_named(unit.source.format).read(payload, unit).segments


def row_of(place: str) -> int:
    """Return the number of the data row that a place names, -1 where it is no plain cell of a table."""
    found = _CELL.fullmatch(place)
    return int(found[1]) - 1 if found else -1


class Cut:
    """Units that are cut into rows, those used last."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], TableRows | None] = OrderedDict()

    def rows(self, key: tuple[str, int], unit: Unit, payload: Callable[[], bytes]) -> TableRows | None:
        """Return the rows of a unit, None where it has none that can be read by themselves."""
        if unit.source.format != "delimited":
            return None
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        table = columnar(payload(), unit)
        found = None if table is None else TableRows(replace(table, columns=()), unit)
        self._known[key] = found
        if len(self._known) > MOST_UNITS:
            self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Forget them: another run follows."""
        self._known.clear()
