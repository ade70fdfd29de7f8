"""Columns whose class people laid down in a case: pure and picklable, they travel to the workers with the rulings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model import ColumnClass
from pipeline.policy.column_pins import ColumnPin


@dataclass(frozen=True, slots=True)
class Pin:
    """The class that a person gave a column, and by whom."""

    column: ColumnPin
    by: str


Pins = Mapping[tuple[str, int], Pin]
"""Pins by table (the keyed digest of its path) and column (from 1, counted through the whole file)."""


def laid_on(pins: Pins, source: str, classes: Sequence[ColumnClass], first: int = 0) -> tuple[ColumnClass, ...]:
    """Return the classes of the columns of a table as people pinned them; a pin of the case goes before the office's.

    Args:
        pins: what stands in the case.
        source: the keyed digest of the path of the file inside the input.
        classes: counted from 0 within their table.
        first: the number of the table's first column in its file (a sheet of a workbook), from 0.
    """
    made = []
    for each in classes:
        pin = pins.get((source, first + each.index + 1))
        made.append(pin.column.laid_on(each, f"pinned in this case by {pin.by}") if pin else each)
    return tuple(made)
