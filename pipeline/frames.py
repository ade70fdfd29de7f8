"""The same by import: a pandas DataFrame, Arrow table or chunks of either in, the redacted one out.

>>> from pipeline.frames import Redactor
>>> with Redactor(policy="montana") as redactor:     # doctest: +SKIP
...     done = redactor.redact(frame)
>>> done.frame, done.log, done.columns               # doctest: +SKIP

Cells are read as texts, as pandas writes them. A column in which nothing is withheld comes back as it was given, of
its own type; one in which something is becomes texts, empty where it was missing. Index and order stay. What is
given passes through an owner-only temporary folder and the whole road, the final check included.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pandas as pd
import pyarrow as pa

from pipeline.cli.options import Accuracy
from pipeline.cli.running import Asked, describe_run, make_job, state_facts, workers
from pipeline.cli.stating import Stated
from pipeline.copies import RECORDS
from pipeline.engine import Scan, scan
from pipeline.errors import NotReleased
from pipeline.intake import collect
from pipeline.release import Release, release

_TABLE: Final = "table.csv"
_CELL_LIMIT: Final = 1 << 26


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
            PolicyError: the policy is unknown or wrong.
            UsageError: an entity is unknown.
        """
        stated = Stated(recipient=recipient)
        self._asked = Asked(policy, config, Accuracy(accuracy), ",".join(entities), processes, stated)
        job, self._policy = make_job(self._asked)
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
        (out,), log, columns, status = self._redacted([whole])
        return RedactedFrame(out, log, columns, status)

    def redact_chunks(self, chunks: Iterable[pd.DataFrame | pa.Table]) -> Iterator[pd.DataFrame]:
        """Yield chunks of one table redacted together: who is linked in one is linked in all.

        Raises:
            NotReleased: as in :meth:`redact`; then no chunk comes out.
        """
        frames, *_ = self._redacted([_as_frame(each) for each in chunks])
        yield from frames

    def redact_arrow(self, table: pa.Table) -> pa.Table:
        """Return an Arrow table redacted (raises NotReleased)."""
        return pa.Table.from_pandas(self.redact(table).frame, preserve_index=False)

    def _redacted(self, frames: list[pd.DataFrame]) -> tuple[list[pd.DataFrame], pd.DataFrame, pd.DataFrame, str]:
        if not frames or not sum(map(len, frames)) or not len(frames[0].columns):
            return frames, pd.DataFrame(), pd.DataFrame(), "final"
        with tempfile.TemporaryDirectory(prefix="releasable-") as name:
            folder = Path(name)
            texts = [_texts(each) for each in frames]
            _write(folder / _TABLE, frames[0], texts)
            done = scan(collect([folder / _TABLE]), self._job, self._policy, self._runner, to_write=True)
            made = release(done, folder / "out", describe_run(self._job, self._policy), self._runner)
            rows = _rows(folder / "out", made, sum(map(len, frames)))
            log = pd.read_csv(folder / "out" / "redaction-log.csv", dtype=str, keep_default_na=False)
            out = [_with(frame, text, rows) for frame, text in zip(frames, texts, strict=True)]
            return out, log, _classes(done, frames[0]), made.summary.status


def _as_frame(given: pd.DataFrame | pa.Table) -> pd.DataFrame:
    return given.to_pandas() if isinstance(given, pa.Table) else given


def _texts(frame: pd.DataFrame) -> list[list[str]]:
    """Return the cells of each column as texts; a missing one is empty."""
    told = []
    for at in range(len(frame.columns)):
        column = frame.iloc[:, at]
        missing = column.isna().tolist()
        told.append(["" if out else str(value) for value, out in zip(column.tolist(), missing, strict=True)])
    return told


def _write(path: Path, first: pd.DataFrame, texts: list[list[list[str]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([str(name) for name in first.columns])
        for chunk in texts:
            writer.writerows(zip(*chunk, strict=True))


def _rows(out: Path, made: Release, count: int) -> Iterator[list[str]]:
    """Return the data rows of the copy.

    Raises:
        NotReleased: there is no copy, or it is not the table that was given.
    """
    (file,) = made.summary.files
    if file.status != "released":
        raise NotReleased("table", "; ".join(file.reasons) or "it is held", "see the reason; nothing came out")
    before = csv.field_size_limit(_CELL_LIMIT)
    try:
        with (out / RECORDS / _TABLE).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))[1:]
    finally:
        csv.field_size_limit(before)
    if len(rows) != count:
        raise NotReleased("table", "it came back with other rows than it was given with", "report this")
    return iter(rows)


def _with(frame: pd.DataFrame, texts: list[list[str]], rows: Iterator[list[str]]) -> pd.DataFrame:
    """Return the frame with the columns that changed as texts."""
    taken = [next(rows) for _ in range(len(frame))]
    columns = list(zip(*taken, strict=True)) if taken else []
    series = []
    for at, before in enumerate(texts):
        after = list(columns[at]) if columns else []
        old = frame.iloc[:, at]
        series.append(old if after == before else pd.Series(after, index=frame.index, name=old.name, dtype="str"))
    out = pd.concat(series, axis=1)
    out.columns = frame.columns
    return out


def _classes(done: Scan, frame: pd.DataFrame) -> pd.DataFrame:
    (file,) = done.files
    told = [
        {
            "name": str(frame.columns[each.index]) if each.index < len(frame.columns) else "",
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
