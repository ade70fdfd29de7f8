"""Which rows of a table need a look of their own because of what people said: marks, consents, whose record it is.

Whole columns are asked, each distinct text once; the rows that are told go the ordinary way, the others by column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.case.marks import Marks
from pipeline.case.overrides import place_digest
from pipeline.model import Unit
from pipeline.policy.own import STRONG
from pipeline.tables.columnar import Columnar, truths
from pipeline.tables.regular import Coded
from pipeline.texts.digest import Keyed

_ROW_WORDS: Final = re.compile(r"row (\d+), ")


def marked_rows(marks: Marks, keyed: Keyed, table: Columnar, unit: Unit) -> np.ndarray:
    """Return the positions of the rows in which something stands that a person marked."""
    found = np.zeros(table.rows, dtype=bool)
    for cells in table.columns:
        found |= _rows_with(cells, (text for text in _distinct(cells) if marks.holds_value(text)))
    for place in marks.rows_placed(place_digest(keyed, "path", unit.source.path), unit.ordinal):
        told = _ROW_WORDS.match(place)
        position = int(told[1]) - 1 - table.first if told else -1
        if 0 <= position < table.rows:
            found[position] = True
    return np.flatnonzero(found)


def rows_of_people_told(keyed: Keyed, columns: Sequence[Coded], digests: frozenset[str]) -> np.ndarray:
    """Return the positions of the rows with a value whose keyed digest is among ``digests``.

    These are of the mailboxes and telephones whose owners agreed, and of who asks for their own record: only what
    belongs to one person makes a record theirs (:data:`pipeline.policy.own.STRONG`).
    """
    found = np.zeros(len(columns[0].cells) if columns else 0, dtype=bool)
    for each in columns:
        if each.entity in STRONG:
            told = (text for text in _distinct(each.cells) if keyed.digest(each.entity, text) in digests)
            found |= _rows_with(each.cells, told)
    return np.flatnonzero(found)


def _distinct(cells: pa.Array) -> list[str]:
    return [text for text in pc.unique(cells).to_pylist() if text]


def _rows_with(cells: pa.Array, texts: Iterable[str]) -> np.ndarray:
    held = pa.array(list(texts), pa.string())
    if not len(held):
        return np.zeros(len(cells), dtype=bool)
    return truths(pc.is_in(cells, held))
