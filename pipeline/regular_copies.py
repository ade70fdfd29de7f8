"""Write and check the regular rows of a table by column: whole columns become markers, what stays is searched.

A cell that stays is searched for every value that is withheld in the whole release. A row in which one stands
goes the ordinary way after all, with the decisions of its columns spelled out cell by cell.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import IntegrityError, UnreadableSource
from pipeline.formats.encoding import decode
from pipeline.model import Cell, Column, Decision, Unit
from pipeline.state import State
from pipeline.tables.columnar import Columnar, truths
from pipeline.tables.regular import SINGLE
from pipeline.texts.digest import Keyed
from pipeline.verify import View, search, views
from recognizers.entities import LINKED_IDENTIFIER, UNIQUE_IDENTIFIER

_ENCODED: Final = r"[%=&\\]|[A-Za-z0-9+/_\-]{16}"
"""What a text has in which a value could stand in another form (see ``verify/views.py``)."""
MOST_CLEAR: Final = 200_000
LARGEST_CELL: Final = 1 << 26


@dataclass(frozen=True, slots=True)
class ColumnDecision:
    """The decision for cells of one column that are alike; ``rows`` (if given) narrows the shapes to some rows."""

    decision: Decision
    shapes: tuple[int, ...]
    rows: np.ndarray | None = None

    @property
    def column(self) -> int:
        """The number of the column."""
        step = self.decision.finding.address[0]
        assert isinstance(step, Column)
        return step.column

    def cells(self, of_row: np.ndarray) -> np.ndarray:
        """Return which rows of the unit this decision is for."""
        mask: np.ndarray = np.isin(of_row, np.array(self.shapes, dtype=np.uint8)) & (of_row != SINGLE)
        if self.rows is not None:
            narrowed = np.zeros(len(of_row), dtype=bool)
            narrowed[self.rows] = True
            mask &= narrowed
        return mask


@dataclass(frozen=True, slots=True)
class Marked:
    """What the check must find in a copy: in which rows of which column which marker stands, and nothing else does."""

    of_row: np.ndarray
    first: int
    columns: tuple[tuple[int, str, bytes], ...]


def withheld(decisions: Sequence[ColumnDecision], of_row: np.ndarray) -> dict[int, dict[str, np.ndarray]]:
    """Return for each column and marker the rows in which it stands; a later decision for a cell overrules."""
    told: dict[int, dict[str, np.ndarray]] = {}
    for each in decisions:
        mask = each.cells(of_row)
        by_marker = told.setdefault(each.column, {})
        for marker, other in by_marker.items():
            by_marker[marker] = other & ~mask
        if each.decision.withholds:
            by_marker[each.decision.marker] = by_marker.get(each.decision.marker, np.zeros_like(mask)) | mask
    return told


def marked_columns(
    table: Columnar, decisions: Sequence[ColumnDecision], of_row: np.ndarray
) -> tuple[list[pa.Array], Marked]:
    """Return the columns with markers in the place of what is withheld, and what a check must find."""
    columns, told = list(table.columns), []
    for at, by_marker in sorted(withheld(decisions, of_row).items()):
        for marker, mask in sorted(by_marker.items()):
            if mask.any():
                columns[at] = pc.if_else(pa.array(mask), pa.scalar(marker), columns[at])
                told.append((at, marker, np.packbits(mask).tobytes()))
    return columns, Marked(of_row, table.first, tuple(told))


def rows_with_withheld(
    state: State, table: Columnar, decisions: Sequence[ColumnDecision], of_row: np.ndarray
) -> np.ndarray:
    """Return the positions of regular rows in which a value that is withheld elsewhere stands in a cell that stays."""
    if state.shared is None:
        return np.empty(0, dtype=np.int64)
    found = np.zeros(table.rows, dtype=bool)
    regular = of_row != SINGLE
    stays: dict[int, np.ndarray] = {}
    for each in decisions:
        stays[each.column] = stays.get(each.column, regular) & ~each.cells(of_row)
    for at, cells in enumerate(table.columns):
        mask = stays.get(at, regular)
        if not mask.any():
            continue
        bad = leaking(state, pc.unique(cells.filter(pa.array(mask))))
        if len(bad):
            found |= mask & truths(pc.is_in(cells, bad))
    return np.flatnonzero(found)


def leaking(state: State, texts: pa.Array) -> pa.Array:
    """Return those of distinct texts in which a value withheld in the whole release stands, plain or encoded."""
    index = state.shared
    assert index is not None
    if state.clear_of is not index:  # what another index did not know this one may know
        state.clear.clear()
        state.clear_of = index
    plain = pc.replace_substring_regex(texts, r"[^\p{L}\p{N}]+", "")
    letters = pc.match_substring_regex(plain, r"\p{L}")
    long = pc.or_(
        pc.and_(letters, pc.greater_equal(pc.utf8_length(plain), 5)), pc.greater_equal(pc.utf8_length(plain), 6)
    )
    asked = texts.filter(long)
    encoded = pc.match_substring_regex(asked, _ENCODED).to_pylist()
    bad = []
    for text, may_be_encoded in zip(asked.to_pylist(), encoded, strict=True):
        if text in state.clear:
            continue
        seen = views(text) if may_be_encoded else [View("text", text)]
        if search(seen, index):
            bad.append(text)
        elif len(text) <= 80:
            if len(state.clear) >= MOST_CLEAR:
                state.clear.clear()
            state.clear.add(text)
    return pa.array(bad, pa.string())


def spelled_out(
    table: Columnar, decisions: Sequence[ColumnDecision], of_row: np.ndarray, rows: Iterable[int], of: tuple[Keyed, str]
) -> Iterator[Decision]:
    """Yield the decisions of regular rows cell by cell; ``of`` is what makes digests, and the path of the file."""
    keyed, path = of
    masks = [(each, each.cells(of_row)) for each in decisions]
    for row in rows:
        last: dict[int, Decision] = {each.column: each.decision for each, mask in masks if mask[row]}
        number = table.first + row
        record = f"{path}#row{number}"
        for column, decision in sorted(last.items()):
            text = table.columns[column][row].as_py()
            entity = decision.finding.entity
            digest = keyed.digest(UNIQUE_IDENTIFIER if entity == LINKED_IDENTIFIER else entity, text)
            place = replace(
                decision.finding, address=(Cell(number, column),), record=record, thread=record, end=len(text), count=1
            )
            yield replace(decision, finding=replace(place, digest=digest))


def faults(state: State, data: bytes, unit: Unit, marked: Marked) -> bool:
    """Return whether a copy needs a closer look, because a cell that stays may hold something withheld.

    The copy is read by Python's csv module, which shares nothing with the reader and writer of the road.

    Raises:
        UnreadableSource: the copy is no table of the rows that were written.
        IntegrityError: a cell that is withheld does not hold its marker.
    """
    rows = _read(data, unit)
    body = rows[max(0, -int(unit.context["row"])) :]
    count = len(marked.of_row)
    if len(body) != count:
        raise UnreadableSource("", "the copy has other rows than what was written", "report this")
    width = max((len(row) for row in body), default=0)
    if any(len(row) != width for row in body):
        return True
    columns = list(zip(*body, strict=True))
    for at, marker, packed in marked.columns:
        mask = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=count).astype(bool)
        stands = np.fromiter((text == marker for text in columns[at]), dtype=bool, count=count)
        if not stands[mask].all():
            raise IntegrityError("copy", "a cell that is withheld does not hold its marker", "report this")
    if state.shared is None:
        return False
    return any(len(leaking(state, pa.array(sorted(set(each)), pa.string()))) for each in columns)


def _read(data: bytes, unit: Unit) -> list[list[str]]:
    dialect: Mapping[str, object] = json.loads(unit.context["dialect"])
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        text = decode(data[int(unit.context["mark"]) :], unit.context["encoding"], unit.source.path)
        return list(
            csv.reader(
                io.StringIO(text[int(unit.context["skip"]) :], newline=""),
                delimiter=str(dialect["delimiter"]),
                quotechar=str(dialect["quote"]) or None,
                quoting=csv.QUOTE_MINIMAL if dialect["quote"] else csv.QUOTE_NONE,
            )
        )
    except (csv.Error, ValueError) as error:
        raise UnreadableSource("", f"an independent table reader fails ({type(error).__name__})") from None
    finally:
        csv.field_size_limit(before)
