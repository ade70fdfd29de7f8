"""Quasi-identifiers: how many rows of a table are alone with their combination of ZIP code, sex, birth year ...

Nothing in such a cell names anybody; together they can. For every combination of the columns that stay, the rows
that share all values form a group; k is the size of the smallest, and a row in a group of one is unique.
Sweeney, "k-Anonymity: a model for protecting privacy" (2002). Groups are counted by DuckDB, which spills to disk.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

MOST_COLUMNS: Final = 12
"""Columns whose combinations are looked at; with more, those with the most different values."""
ALL_SUBSETS: Final = 6
"""Up to this many columns every combination is counted, above it pairs, triples and the whole."""
MEMORY: Final = "256MB"
OTHER: Final = "other"
ROWS: Final = "rows"
"""The column of a piece of a table that says how many rows have these values."""
FOLD_AT: Final = 2_000_000
"""Rows after which equal ones are put together."""

_ZIP: Final = r"^\s*\d{5}(-\d{4})?\s*$"
_YEAR: Final = r"(?:1[89]|20)\d\d"
_DATE: Final = rf"^\D{{0,3}}.*\b{_YEAR}\b.*$"
_AGE: Final = r"^\s*\d{1,3}\s*$"


@dataclass(frozen=True, slots=True)
class Combination:
    """Some columns (numbers from 0): how many rows are alone with their values, and the size of the smallest group."""

    columns: tuple[int, ...]
    unique: int
    k: int


@dataclass(frozen=True, slots=True)
class Generalisation:
    """A way to make a column coarser: ``zip3``, ``year``, ``decade``, ``ten_years`` or ``rare``."""

    column: int
    way: str

    @property
    def words(self) -> str:
        """What is done, in plain words."""
        return _WAYS[self.way]


_WAYS: Final = {
    "zip3": "ZIP code to its first three digits",
    "year": "date to its year",
    "decade": "year to its decade",
    "ten_years": "age to ten years",
    "rare": "rare words joined as other",
}


@dataclass(frozen=True, slots=True)
class Risk:
    """What the quasi-identifiers of a table give away, and what would mend it.

    ``combinations`` are sorted by k; ``mended`` is the whole combination after the generalisations in order, one
    after another.
    """

    rows: int
    columns: tuple[int, ...]
    combinations: tuple[Combination, ...]
    mended: tuple[tuple[Generalisation, Combination], ...] = ()

    @property
    def whole(self) -> Combination | None:
        """All columns together."""
        return next((each for each in self.combinations if each.columns == self.columns), None)

    def enough(self, k: int) -> tuple[Generalisation, ...] | None:
        """Return the fewest generalisations (in their order) with which every group has k rows; None: none do."""
        if self.whole is None or self.whole.k >= k:
            return ()
        for at, (_, after) in enumerate(self.mended, start=1):
            if after.k >= k:
                return tuple(each for each, _ in self.mended[:at])
        return None


def risk_of(batches: Iterable[pa.Table], columns: Sequence[int], folder: Path, *, k: int = 5) -> Risk:
    """Return what the chosen columns of a table give away.

    Args:
        batches: the table in pieces; the columns of each are named by their numbers, all strings. Rows of a piece
            that have the same values may be one row with their number in ``ROWS`` (see :func:`grouped`).
        columns: the numbers of the quasi-identifying columns.
        folder: where DuckDB may spill.
        k: what "rare" means: words in fewer rows are joined as ``other``.
    """
    with duckdb.connect(str(folder / "quasi.duckdb")) as base:
        base.execute(f"SET memory_limit='{MEMORY}'; SET threads=1; SET preserve_insertion_order=false")
        base.execute(f"SET temp_directory='{folder / 'spill'}'")
        _fill(base, batches, columns)
        chosen = _most_telling(base, columns)
        rows = _number(base, "SELECT sum(n) FROM cells")
        if not rows or not chosen:
            return Risk(rows, (), ())
        found = [_combination(base, "cells", subset) for subset in _subsets(chosen)]
        found.sort(key=lambda each: (each.k, -each.unique, len(each.columns), each.columns))
        return Risk(rows, chosen, tuple(found), tuple(_mended(base, chosen, k)))


def grouped(batch: pa.Table) -> pa.Table:
    """Return the different rows of a piece of a table, with how many there are of each in the column ``ROWS``."""
    told = batch.group_by(batch.column_names, use_threads=False).aggregate([([], "count_all")])
    return told.rename_columns([ROWS if name == "count_all" else name for name in told.column_names])


def _fill(base: duckdb.DuckDBPyConnection, batches: Iterable[pa.Table], columns: Sequence[int]) -> None:
    """Make ``cells``: the different rows of the chosen columns, with how many there are of each in ``n``."""
    names = ", ".join(f'"{each}"' for each in columns)
    base.execute("CREATE TABLE cells (" + "".join(f'"{each}" VARCHAR, ' for each in columns) + "n BIGINT)")
    kept, new = 0, 0
    for batch in batches:
        piece = batch if ROWS in batch.column_names else grouped(batch)
        base.register("batch", piece)
        base.execute(f"INSERT INTO cells SELECT {names}, {ROWS} FROM batch")  # noqa: S608 - numbers
        base.unregister("batch")
        new += len(piece)
        if new > max(kept, FOLD_AT):  # so that every row is folded a few times only, whatever the table's size
            kept, new = _fold(base, names), 0
    _fold(base, names)


def _fold(base: duckdb.DuckDBPyConnection, names: str) -> int:
    base.execute(f"CREATE TABLE folded AS SELECT {names}, sum(n)::BIGINT AS n FROM cells GROUP BY {names}")  # noqa: S608
    base.execute("DROP TABLE cells; ALTER TABLE folded RENAME TO cells")
    return _number(base, "SELECT count(*) FROM cells")


def _number(base: duckdb.DuckDBPyConnection, question: str) -> int:
    row = base.execute(question).fetchone()
    return int(row[0] or 0) if row else 0


def _most_telling(base: duckdb.DuckDBPyConnection, columns: Sequence[int]) -> tuple[int, ...]:
    """Return the columns that have more than one value, at most ``MOST_COLUMNS``."""
    told = [(_number(base, f'SELECT count(DISTINCT "{each}") FROM cells'), each) for each in columns]  # noqa: S608
    kept = sorted((each for each in told if each[0] > 1), key=lambda each: (-each[0], each[1]))[:MOST_COLUMNS]
    return tuple(sorted(each for _, each in kept))


def _subsets(columns: tuple[int, ...]) -> list[tuple[int, ...]]:
    sizes = range(1, len(columns) + 1) if len(columns) <= ALL_SUBSETS else (1, 2, 3)
    found = [subset for size in sizes for subset in combinations(columns, size)]
    return found if columns in found else [*found, columns]


def _combination(base: duckdb.DuckDBPyConnection, table: str, columns: tuple[int, ...]) -> Combination:
    names = ", ".join(f'"{each}"' for each in columns)
    row = base.execute(
        f"SELECT count(*) FILTER (n = 1), min(n) FROM (SELECT sum(n) AS n FROM {table} GROUP BY {names})"  # noqa: S608
    ).fetchone()
    assert row is not None
    return Combination(columns, int(row[0]), int(row[1] or 0))


def _mended(
    base: duckdb.DuckDBPyConnection, columns: tuple[int, ...], k: int
) -> list[tuple[Generalisation, Combination]]:
    """Try one generalisation after another on a copy of the cells, the gentlest first."""
    base.execute("CREATE OR REPLACE TABLE coarse AS SELECT * FROM cells")
    told = []
    for each in _ways(base, columns):
        _make_coarser(base, each, k)
        told.append((each, _combination(base, "coarse", columns)))
    return told


def _make_coarser(base: duckdb.DuckDBPyConnection, each: Generalisation, k: int) -> None:
    """Replace the words of a column of ``coarse`` by coarser ones, each distinct word once."""
    name = f'"{each.column}"'
    counted = base.execute(f"SELECT {name}, sum(n) FROM coarse GROUP BY 1").fetchall()  # noqa: S608 - a number
    rare = frozenset(word for word, count in counted if count < k)
    pairs = [(word, coarser(word, each.way, rare)) for word, _ in counted]
    changed = [(word, after) for word, after in pairs if word != after]
    if changed:
        known = pa.table({"word": [word for word, _ in changed], "after": [after for _, after in changed]})
        base.register("known", known)
        base.execute(f"UPDATE coarse SET {name} = known.after FROM known WHERE {name} = known.word")  # noqa: S608
        base.unregister("known")


def coarse_words(batches: Iterable[pa.Table], ways: Sequence[Generalisation], *, k: int) -> dict[int, dict[str, str]]:
    """Return, for each column that generalisations change, what stands for each of its words."""
    told: dict[int, dict[str, str]] = {}
    counts: dict[int, Counter[str]] = {each.column: Counter() for each in ways}
    for batch in batches:
        for column, counter in counts.items():
            counter.update(batch.column(str(column)).to_pylist())
    for column, counter in counts.items():
        told[column] = _final_words(counter, [each.way for each in ways if each.column == column], k)
    return told


def _final_words(counter: Counter[str], ways: Sequence[str], k: int) -> dict[str, str]:
    now = {word: word for word in counter}
    for way in ways:
        standing: Counter[str] = Counter()
        for word, after in now.items():
            standing[after] += counter[word]
        rare = frozenset(word for word, count in standing.items() if count < k)
        now = {word: coarser(after, way, rare) for word, after in now.items()}
    return {word: after for word, after in now.items() if word != after}


def _ways(base: duckdb.DuckDBPyConnection, columns: tuple[int, ...]) -> list[Generalisation]:
    first, later = [], []
    for at in columns:
        if _mostly(base, at, _ZIP):
            first.append(Generalisation(at, "zip3"))
        elif _mostly(base, at, rf"^\s*{_YEAR}\s*$"):
            first.append(Generalisation(at, "decade"))
        elif _mostly(base, at, _DATE):
            first.append(Generalisation(at, "year"))
            later.append(Generalisation(at, "decade"))
        elif _mostly(base, at, _AGE):
            first.append(Generalisation(at, "ten_years"))
        later.append(Generalisation(at, "rare"))
    return [*first, *later]


def _mostly(base: duckdb.DuckDBPyConnection, column: int, shape: str) -> bool:
    question = (
        f'SELECT coalesce(sum(n) FILTER (regexp_matches("{column}", ?)), 0) * 10 >= 8 * sum(n) '  # noqa: S608 - a number
        f"FROM cells WHERE \"{column}\" <> ''"
    )
    row = base.execute(question, [shape]).fetchone()
    return bool(row and row[0])


def coarser(text: str, way: str, rare: frozenset[str] = frozenset()) -> str:
    """Return the text of a cell made coarser; what is not of the expected form becomes ``other``."""
    if way == "rare":
        return OTHER if text in rare else text
    if not text.strip():
        return text
    found = re.match(_SHAPES[way], text, re.DOTALL)
    if not found:
        return OTHER
    if way == "zip3":
        return found[0].strip()[:3]
    if way == "ten_years":
        return f"{int(found[0]) // 10 * 10}s"
    return found[1] if way == "year" else found[1][:3] + "0s"


_SHAPES: Final = {
    "zip3": _ZIP,
    "year": rf"^.*?({_YEAR}).*$",
    "decade": rf"^.*?({_YEAR}).*$",
    "ten_years": _AGE,
}
