"""What a written table gives away together, and coarser cells where a policy asks for them.

Both work on the copy as it lies on the disk, unit by unit; nothing here sees what was withheld.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.archives.packing import beside
from pipeline.copies.assembling import assemble_copy
from pipeline.copies.checking import WrittenUnit
from pipeline.errors import IntegrityError
from pipeline.evidence.summary import QuasiFacts
from pipeline.formats import format_named
from pipeline.inputs import InputFile
from pipeline.model import Cell, ColumnClass, Edit, Unit
from pipeline.state import State
from pipeline.tables.columnar import columnar
from pipeline.tables.places import is_place
from pipeline.tables.quasi import Generalisation, Risk, coarse_words, grouped, risk_of
from pipeline.workspace import Runner

COUNTED: Final = frozenset({"delimited", "json_lines", "json_document", "parquet"})
"""Formats with one table a file, whose rows can be counted in the copy."""


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """The copy of a table on the disk, with its units."""

    path: Path
    units: tuple[WrittenUnit, ...]

    def payloads(self) -> Iterator[tuple[WrittenUnit, bytes]]:
        """Yield every unit with its bytes."""
        with self.path.open("rb") as stream:
            for each in self.units:
                stream.seek(each.start)
                yield each, stream.read(each.stop - each.start)

    def batches(self, columns: Sequence[int]) -> Iterator[pa.Table]:
        """Yield the chosen columns of each unit, as :func:`_columns_of` gives them."""
        for each, payload in self.payloads():
            yield _columns_of(payload, replace(each.unit, start=0, stop=len(payload)), columns)


@dataclass(frozen=True, slots=True)
class GroupTask:
    """A unit of a copy on the disk, and the columns whose combinations are counted in it."""

    file: InputFile
    written: WrittenUnit
    columns: tuple[int, ...]

    @property
    def key(self) -> str:
        """The key of the unit."""
        return self.written.unit.key


def groups(_: State, task: GroupTask) -> pa.Table:
    """Return the different combinations in a unit of a written table, with how many rows have each."""
    written = task.written
    payload = task.file.read(written.start, written.stop)
    return grouped(_columns_of(payload, replace(written.unit, start=0, stop=len(payload)), task.columns))


def _columns_of(payload: bytes, unit: Unit, columns: Sequence[int]) -> pa.Table:
    """Return the chosen columns of a unit, named by their numbers; a cell that a row lacks is empty."""
    kind: Any = format_named(unit.source.format)
    if unit.source.format == "delimited":
        read = columnar(payload, unit)
        if read is not None and max(columns) < len(read.columns):
            return pa.table({str(at): read.columns[at] for at in columns})
    if hasattr(kind, "strings"):
        texts = kind.strings(payload, unit)
        return pa.table({str(at): pc.fill_null(texts.column(str(at)), "") for at in columns})
    rows = [cells for number, cells in kind.table(payload, unit) if number >= 0]
    return pa.table(
        {str(at): pa.array([row[at] if at < len(row) else "" for row in rows], pa.string()) for at in columns}
    )


def quasi_columns(columns: Sequence[ColumnClass]) -> tuple[int, ...]:
    """Return the numbers of the quasi-identifying columns."""
    return tuple(each.index for each in columns if each.kind == "quasi" or is_place(each))


def quasi_facts(risk: Risk) -> QuasiFacts | None:
    """Return what the evidence says of a table's quasi-identifiers."""
    if risk.whole is None:
        return None
    alone = [each.columns for each in risk.combinations if each.unique and len(each.columns) < 4]
    fewest = min(map(len, alone), default=0)
    telling = tuple(tuple(at + 1 for at in each) for each in alone if len(each) == fewest)[:5]
    mending = tuple((f"column {way.column + 1}: {way.words}", after.unique, after.k) for way, after in risk.mended)
    whole = risk.whole
    return QuasiFacts(tuple(each + 1 for each in risk.columns), risk.rows, whole.unique, whole.k, telling, mending)


def table_risk(
    table: WrittenTable, columns: Sequence[ColumnClass], folder: Path, k: int, runner: Runner
) -> Risk | None:
    """Return what the quasi-identifiers of a written table give away; None where it has none.

    Raises:
        IntegrityError: the rows of the table could not be counted.
    """
    chosen = quasi_columns(columns)
    if not chosen or not table.units:
        return None
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed while it counted
    folder.mkdir(mode=0o700, parents=True)
    file = InputFile.at(table.path, table.path.name)
    tasks = (GroupTask(file, each, chosen) for each in table.units)
    try:
        return risk_of(_answers(runner, tasks), chosen, folder, k=k)
    except duckdb.Error as error:  # its words may hold a cell
        why = f"its rows cannot be counted ({type(error).__name__})"
        raise IntegrityError("table", why, "check the disk and run again") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(runner: Runner, tasks: Iterator[GroupTask]) -> Iterator[pa.Table]:
    for _, answer, failure in runner.map(groups, tasks):
        if failure is not None:
            raise IntegrityError("table", f"its rows cannot be counted ({failure.what})", "run again")
        yield answer


def generalised(table: WrittenTable, ways: Sequence[Generalisation], k: int) -> tuple[WrittenTable, Mapping[int, int]]:
    """Make columns of a written table coarser, on the disk; return the table as it is now and the cells changed."""
    columns = sorted({each.column for each in ways})
    words = coarse_words(table.batches(columns), ways, k=k)
    for known in words.values():
        known.pop("", None)  # an empty cell may be none at all: a short row, a key that a record lacks
    units: list[WrittenUnit] = []
    counts = dict.fromkeys(columns, 0)
    fresh = beside(table.path)
    with fresh.open("wb") as sink:
        for each, payload in table.payloads():
            part = _coarser(each, payload, words, counts)
            start = sink.tell()
            sink.write(part)
            units.append(replace(each, start=start, stop=sink.tell(), sha256=hashlib.sha256(part).hexdigest()))
    fresh.replace(table.path)
    return WrittenTable(table.path, tuple(assemble_copy(units[0].unit.source, table.path, units))), counts


def _coarser(
    written: WrittenUnit, payload: bytes, words: Mapping[int, Mapping[str, str]], counts: dict[int, int]
) -> bytes:
    unit = replace(written.unit, start=0, stop=len(payload))
    kind: Any = format_named(unit.source.format)
    edits = []
    for number, cells in kind.table(payload, unit):
        for column, known in words.items() if number >= 0 else ():
            text = cells[column] if column < len(cells) else ""
            if text in known:
                edits.append(Edit((Cell(number, column),), 0, len(text), known[text]))
                counts[column] += 1
    return bytes(kind.rewrite(payload, unit, edits))
