"""The same by import: a pandas DataFrame, Arrow table or chunks of either in, the redacted one out.

>>> from pipeline.frames import Redactor
>>> with Redactor(policy="montana") as redactor:     # doctest: +SKIP
...     done = redactor.redact(frame)
>>> done.frame, done.log, done.columns               # doctest: +SKIP

Cells are read as texts, as pandas writes them. A column in which nothing is withheld comes back as it was given, of
its own type; one in which something is becomes texts, empty where it was missing (in Arrow: null). Order and an index
that only numbers rows stay; attributes, notes of a schema and categories that no row has do not come out. What is
given passes through an owner-only temporary folder and the whole road, the final check
included.
"""

from __future__ import annotations

import csv
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar

import pandas as pd
import pyarrow as pa

from pipeline.cli.options import Accuracy
from pipeline.cli.running import Asked, describe_run, make_release_job, state_facts, workers
from pipeline.cli.stating import Stated
from pipeline.copies.file_copy import RECORDS
from pipeline.engine import scan
from pipeline.errors import NotReleased
from pipeline.intake import collect
from pipeline.release import Release, release
from pipeline.results import Scan

_TABLE: Final = "table.csv"
_CELL_LIMIT: Final = 1 << 26
_MOST_ROWS: Final = 10_000_000

Piece: TypeAlias = pd.DataFrame | pa.Table
Given = TypeVar("Given", pd.DataFrame, pa.Table)


@dataclass(frozen=True, slots=True)
class RedactedFrame:
    """What came out: the redacted frame, the rows of the redaction log, the class of each column, and the status.

    ``status`` is ``final`` or ``provisional`` (only a proposal stands for something; a person must decide).
    """

    frame: pd.DataFrame
    log: pd.DataFrame
    columns: pd.DataFrame
    status: str


class Redactor:
    """Workers that stay ready between frames; use it as a context manager."""

    def __init__(
        self,
        policy: str,
        *,
        config: Path | None = None,
        accuracy: str = "thorough",
        entities: Sequence[str] = (),
        processes: int = 1,
        recipient: str = "requester",
    ) -> None:
        """Take what ``releasable redact`` takes.

        Raises:
            PolicyError: the policy is unknown or wrong, or leaves to people what is mandatory.
            UsageError: an entity is unknown.
        """
        stated = Stated(recipient=recipient)
        self._asked = Asked(policy, config, Accuracy(accuracy), ",".join(entities), processes, stated)
        job, self._policy = make_release_job(self._asked)
        self._job = state_facts(job, stated, (), self._policy)
        self._pool = workers(self._job, processes)
        self._runner = self._pool.__enter__()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.__exit__(kind, error, trace)

    def redact(self, frame: pd.DataFrame | pa.Table) -> RedactedFrame:
        """Return a frame redacted.

        Raises:
            NotReleased: it is held, or something withheld would survive; nothing comes out.
        """
        whole = _as_frame(frame)
        with self._redacted([whole]) as done:
            (out,) = done.pieces(_frame_with) if done.out else (whole,)
            return RedactedFrame(out, done.log, done.columns, done.status)

    def redact_chunks(self, chunks: Iterable[pd.DataFrame | pa.Table]) -> Iterator[pd.DataFrame]:
        """Yield chunks of one table redacted together: who is linked in one is linked in all.

        One chunk is held in memory at a time; the others lie in the temporary folder. A column in which something
        is withheld in one chunk is of texts in all of them.

        Raises:
            NotReleased: as in :meth:`redact`; then no chunk comes out.
        """
        with self._redacted(map(_as_frame, chunks)) as done:
            yield from done.pieces(_frame_with)

    def redact_arrow(self, table: pa.Table) -> pa.Table:
        """Return an Arrow table redacted; a null stays one, and a column without edits is the very one given.

        Raises:
            NotReleased: as in :meth:`redact`.
        """
        with self._redacted([table]) as done:
            (out,) = done.pieces(_arrow_with) if done.out else (table,)
            return out

    @contextmanager
    def _redacted(self, given: Iterable[Piece]) -> Iterator[_Done]:
        with tempfile.TemporaryDirectory(prefix="releasable-") as name:
            folder = Path(name)
            names, counts = _write(folder, given)
            if not names or not sum(counts):
                yield _Done(folder, counts, frozenset())
                return
            done = scan(collect([folder / _TABLE]), self._job, self._policy, self._runner, to_write=True)
            made = release(done, folder / "out", describe_run(self._job, self._policy), self._runner)
            changed = _changed(folder, made, sum(counts))
            log = pd.read_csv(folder / "out" / "redaction-log.csv", dtype=str, keep_default_na=False)
            yield _Done(folder, counts, changed, _classes(done, names), log, made.summary.status, out=True)


@dataclass(frozen=True, slots=True)
class _Done:
    """What lies in the folder after a run: the pieces as they were given, and the copy of the table (``out``)."""

    folder: Path
    counts: list[int]
    changed: frozenset[int]
    columns: pd.DataFrame = field(default_factory=pd.DataFrame)
    log: pd.DataFrame = field(default_factory=pd.DataFrame)
    status: str = "final"
    out: bool = False

    def pieces(self, with_texts: Callable[[Any, Mapping[int, list[str]]], Given]) -> Iterator[Given]:
        """Yield the pieces, the columns that changed anywhere as the texts of the copy."""
        with ExitStack() as stack:
            rows: Iterator[list[str]] = iter(())
            if self.out:
                rows = stack.enter_context(_read(self.folder / "out" / RECORDS / _TABLE))
            for number, count in enumerate(self.counts):
                piece = pickle.loads((self.folder / f"{number}.piece").read_bytes())  # noqa: S301 - written by us
                taken = [next(rows) for _ in range(count)] if self.out else []
                yield with_texts(piece, {at: [row[at] for row in taken] for at in sorted(self.changed)})


def _as_frame(given: pd.DataFrame | pa.Table) -> pd.DataFrame:
    return given.to_pandas() if isinstance(given, pa.Table) else given


def _texts(piece: Piece) -> list[list[str]]:
    """Return the cells of each column as texts; a missing one is empty."""
    if isinstance(piece, pa.Table):
        return [["" if value is None else str(value) for value in column.to_pylist()] for column in piece.columns]
    told = []
    for at in range(len(piece.columns)):
        column = piece.iloc[:, at]
        missing = column.isna().tolist()
        told.append(["" if out else str(value) for value, out in zip(column.tolist(), missing, strict=True)])
    return told


def _names(piece: Piece) -> list[str]:
    return list(piece.column_names) if isinstance(piece, pa.Table) else [str(name) for name in piece.columns]


def _write(folder: Path, given: Iterable[Piece]) -> tuple[list[str], list[int]]:
    """Write the pieces as one table, and each by itself; return the names of the columns and the rows of each piece."""
    names: list[str] = []
    counts = []
    with (folder / _TABLE).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, each in enumerate(given):
            piece = _examinable(each)
            if not number:
                names = _names(piece)
                writer.writerow(names)
            elif _names(piece) != names:
                raise NotReleased("table", f"chunk {number + 1} has other columns than the first", "give one table")
            writer.writerows(zip(*_texts(piece), strict=True))
            (folder / f"{number}.piece").write_bytes(pickle.dumps(piece, protocol=pickle.HIGHEST_PROTOCOL))
            counts.append(len(piece))
    return names, counts


def _examinable(piece: Any) -> Any:
    """Return a piece without what no row of it says: notes of the schema, categories that are not used.

    Raises:
        NotReleased: its index is more than a count of rows; it is not examined.
    """
    if isinstance(piece, pa.Table):
        fields, columns = [], []
        for at, column in enumerate(piece.columns):
            kind = column.type
            fresh = column.cast(kind.value_type).dictionary_encode() if pa.types.is_dictionary(kind) else column
            columns.append(fresh)
            fields.append(piece.field(at).remove_metadata().with_type(fresh.type))
        return pa.Table.from_arrays(columns, schema=pa.schema(fields))
    if not _only_counts(piece.index):
        why = "its index holds more than numbers of rows, and is not examined"
        raise NotReleased("table", why, "make it a column with reset_index()")
    kept = [
        column.cat.remove_unused_categories() if isinstance(column.dtype, pd.CategoricalDtype) else column
        for column in (piece.iloc[:, at] for at in range(len(piece.columns)))
    ]
    fresh = pd.concat(kept, axis=1) if kept else piece.copy()
    fresh.columns = piece.columns
    fresh.attrs = {}
    return fresh


def _only_counts(index: pd.Index) -> bool:
    """Return whether an index only numbers rows: a Social Security number has more digits than such a number."""
    if index.name is not None:
        return False
    if isinstance(index, pd.RangeIndex):
        return True
    return index.dtype.kind in "iu" and (not len(index) or (int(index.min()) >= 0 and int(index.max()) < _MOST_ROWS))


@contextmanager
def _read(path: Path, *, header: bool = False) -> Iterator[Iterator[list[str]]]:
    """Give the data rows of a table, or all with its header."""
    before = csv.field_size_limit(_CELL_LIMIT)
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream)
            if not header:
                next(rows, None)
            yield rows
    finally:
        csv.field_size_limit(before)


def _changed(folder: Path, made: Release, count: int) -> frozenset[int]:
    """Return the columns in which a cell of the copy differs from the one that was given.

    Raises:
        NotReleased: there is no copy, or it is not the table that was given.
    """
    (file,) = made.summary.files
    if file.status != "released":
        raise NotReleased("table", "; ".join(file.reasons) or "it is held", "see the reason; nothing came out")
    met, rows = set[int](), 0
    written = folder / "out" / RECORDS / _TABLE
    with _read(folder / _TABLE, header=True) as before, _read(written, header=True) as after:
        if next(before, None) != next(after, None):
            raise NotReleased("table", "the name of a column says something that is withheld", "rename the column")
        for old, new in zip_longest(before, after):
            if old is None or new is None or len(old) != len(new):
                rows = -1
                break
            rows += 1
            if old != new:
                met |= {at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one != other}
    if rows != count:
        raise NotReleased("table", "it came back with other rows than it was given with", "report this")
    return frozenset(met)


def _frame_with(frame: pd.DataFrame, texts: Mapping[int, list[str]]) -> pd.DataFrame:
    """Return a frame with some columns (by number) as the texts given."""
    if not texts:
        return frame
    series = []
    for at in range(len(frame.columns)):
        old = frame.iloc[:, at]
        series.append(pd.Series(texts[at], index=frame.index, name=old.name, dtype="str") if at in texts else old)
    out = pd.concat(series, axis=1)
    out.columns = frame.columns
    return out


def _arrow_with(table: pa.Table, texts: Mapping[int, list[str]]) -> pa.Table:
    """Return a table with some columns (by number) as the texts given, null where they were null and stay empty."""
    for at, after in texts.items():
        old = table.column(at).to_pylist()
        values = [None if was is None and not now else now for was, now in zip(old, after, strict=True)]
        table = table.set_column(at, table.field(at).with_type(pa.string()), pa.array(values, pa.string()))
    return table


def _classes(done: Scan, names: Sequence[str]) -> pd.DataFrame:
    (file,) = done.files
    told = [
        {
            "name": names[each.index] if each.index < len(names) else "",
            "index": each.index,
            "class": each.kind,
            "entity": each.entity,
            "part": each.part,
            "confidence": each.confidence,
            "evidence": "; ".join(each.evidence),
        }
        for each in file.planned.columns
    ]
    return pd.DataFrame(told)
