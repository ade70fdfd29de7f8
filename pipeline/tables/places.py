"""Columns of towns, states and ZIP codes: parts of an address where the policy closes them, else quasi-identifiers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

import re2

from pipeline.model import ColumnClass
from recognizers.entities import PLACES

__all__ = ["LONG_ZIP", "SHORT_ZIP", "ZIP", "is_place", "part_of_cell", "with_closed_places"]

ZIP: Final = "zip"
LONG_ZIP: Final = "long_zip"
SHORT_ZIP: Final = r"^[0-9]{3,5}$"
"""Five digits, or fewer where a program took zeros in front for nothing; anything else may lead to one building."""

_ADDRESS: Final = "STREET_ADDRESS"
_PARTS: Final = PLACES | {ZIP}


def with_closed_places(classes: Iterable[ColumnClass], closed: Collection[str]) -> tuple[ColumnClass, ...]:
    """Return the classes of a table's columns, those of places as parts of an address where the policy closes them.

    Args:
        classes: from the profile; a column of places is quasi-identifying, with the part of an address that it holds.
        closed: the parts that the policy withholds in these records (:func:`pipeline.policy.places.closed_places`).
    """
    return tuple(_closed(each) if _is_closed(each, closed) else each for each in classes)


def _is_closed(column: ColumnClass, closed: Collection[str]) -> bool:
    if column.kind != "quasi" or column.part not in _PARTS:
        return False
    return column.part in closed or (column.part == ZIP and LONG_ZIP in closed)


def _closed(column: ColumnClass) -> ColumnClass:
    why = "part of an address, which the policy closes in these records"
    return replace(column, kind="entity", entity=_ADDRESS, evidence=(why, *column.evidence))


def is_place(column: ColumnClass) -> bool:
    """Return whether a column holds parts of addresses that name a place, no street and no door."""
    told = column.kind == "quasi" or (column.kind == "entity" and column.entity == _ADDRESS)
    return told and column.part in _PARTS | {"place"}


def part_of_cell(column: ColumnClass, text: str) -> str:
    """Return the part that a cell of a column is: in one of ZIP codes, a longer code is told apart."""
    if column.part == ZIP and column.entity == _ADDRESS and not re2.search(SHORT_ZIP, text.strip()):
        return LONG_ZIP
    return column.part
