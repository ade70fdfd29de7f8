"""What runs on a machine of the cluster: a packet of units in, one row for each unit out.

Every Python process of an executor keeps one stoppable worker (:class:`~pipeline.execution.local.Pool` of one) for the
run that it works for, so that models are loaded once, a hung parser is ended at its deadline, and what reads the
records can reach no host. The process itself only hands bytes on: units are unpickled, and answers written, in the
worker, for Spark collects garbage after every task, which takes the longer the more a process holds.

An answer is a file of the run's folder, under a name of its own for every attempt; the row says which. Only the row
that Spark takes counts, so that a task that ran twice is there once. A unit that was begun and not answered leaves a
mark; where it has :data:`ATTEMPTS` of them, it was there when that many machines ended, and is not begun again in such
company: the driver tries it alone.
"""

from __future__ import annotations

import json
import os
import pickle
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipeline.errors import Failure, SetupFailed, UsageError
from pipeline.execution.local import Limits, Pool

MARK: Final = "here"
BEGUN: Final = ".begun-"
ATTEMPTS: Final = 3
SCHEMA: Final = "ordinal long, file string, size long, failure string, setup boolean"
_ROWS: Final = pa.schema(
    [
        ("ordinal", pa.int64()),
        ("file", pa.string()),
        ("size", pa.int64()),
        ("failure", pa.string()),
        ("setup", pa.bool_()),
    ]
)
GAVE_UP: Final = json.dumps(asdict(Failure("WorkerStopped", "", "the machines that worked on it ended unexpectedly")))


@dataclass(frozen=True, slots=True)
class Errand:
    """What a wave of tasks is: the function, what its worker is set up with, where answers go, which share it needs.

    ``setup`` and ``function`` are pickles (a function with its arguments, a function), so that the process which hands
    them on imports nothing of them. ``key`` is what the digests of the run are made with; it travels in the task and
    never lies in the folder.
    """

    run: str
    folder: Path
    setup: bytes = field(repr=False)
    key: bytes = field(repr=False)
    limits: Limits
    version: str
    function: bytes = b""
    stage: str = ""
    share: int = 0
    attempts: int = ATTEMPTS


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One unit on its way to the worker: pickles of the function and of the unit, and where its answer goes."""

    function: bytes
    item: bytes
    stage: Path
    ordinal: int
    more_seconds: float


@dataclass(slots=True)
class _Kept:
    run: str
    pool: Pool
    share: int = 0


_kept: list[_Kept] = []
"""The one worker of this process, with the run that it is for."""


def rows_of(errand: Errand, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield a row for each unit: ordinal, file and size of its answer, or why there is none (for mapInArrow)."""
    for batch in batches:
        for packet in batch.to_pylist():
            for place, (item, more) in enumerate(zip(packet["units"], packet["more_seconds"], strict=True)):
                parcel = _Parcel(
                    errand.function, item, errand.folder / errand.stage, packet["first"] + place, float(more)
                )
                yield pa.RecordBatch.from_pylist([_row(errand, parcel)], schema=_ROWS)


def _row(errand: Errand, parcel: _Parcel) -> dict[str, Any]:
    ordinal = parcel.ordinal
    row = {"ordinal": ordinal, "file": "", "size": 0, "failure": "", "setup": False}
    try:
        kept = _worker_for(errand)
        begun = _begin(parcel.stage, ordinal, errand.attempts)
        if begun is None:
            return {**row, "failure": GAVE_UP}
        ((_, answer, failure),) = kept.pool.map(_answer, [parcel])
    except SetupFailed as error:
        _end_worker()
        return {**row, "failure": json.dumps(asdict(error.failure)), "setup": True}
    begun.unlink(missing_ok=True)
    if failure is not None:
        return {**row, "failure": json.dumps(asdict(failure))}
    name, size = answer
    return {**row, "file": f"{errand.stage}/{name}", "size": size}


def _begin(stage: Path, ordinal: int, attempts: int) -> Path | None:
    """Leave the mark of a unit that is begun; None where it was begun, and not answered, too often."""
    for attempt in range(attempts):
        mark = stage / f"{ordinal:08d}{BEGUN}{attempt + 1}"
        try:
            os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        return mark
    return None


# --- in the worker ---------------------------------------------------------------------------


def set_up(setup: bytes) -> Any:
    """Return the state of a worker, from the pickle of a function and its arguments."""
    function, arguments = pickle.loads(setup)  # noqa: S301 - the driver of this run made it
    return function(*arguments)


def _answer(state: Any, parcel: _Parcel) -> tuple[str, int]:
    """Work out a unit and keep its answer; return the name of its file and its size in bytes."""
    function: Callable[[Any, Any], Any] = pickle.loads(parcel.function)  # noqa: S301 - the driver of this run made it
    answer = function(state, pickle.loads(parcel.item))  # noqa: S301 - the same
    return _put(parcel.stage, parcel.ordinal, answer)


def _put(stage: Path, ordinal: int, answer: Any) -> tuple[str, int]:
    """Keep an answer under a name of its own: written beside its place, flushed to the disk, moved into it."""
    place = stage / f"{ordinal:08d}-{uuid.uuid4().hex}"
    fresh = place.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        pickle.dump(answer, stream, protocol=pickle.HIGHEST_PROTOCOL)
        size = stream.tell()
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(place)
    return place.name, size


# --- the worker of this process ------------------------------------------------------------


def _worker_for(errand: Errand) -> _Kept:
    if not _kept or _kept[0].run != errand.run:
        _end_worker()
        _see_the_same(errand)
        _kept.append(_Kept(errand.run, Pool(1, set_up, (errand.setup,), errand.limits)))
    kept = _kept[0]
    if kept.share != errand.share:
        kept.pool.share(_Shared(errand.folder / shared_name(errand.share), errand.key))
        kept.share = errand.share
    return kept


def _end_worker() -> None:
    for kept in _kept:
        kept.pool.__exit__()
    _kept.clear()


def _see_the_same(errand: Errand) -> None:
    """See that this machine has the run's folder before it and runs the same program.

    Raises:
        SetupFailed: it does not.
    """
    if not (errand.folder / MARK).is_file():
        why = "a machine of the cluster does not see the working folder of this run"
        remedy = "put input and --out on storage that all machines mount at the same path (see docs/scale.md)"
        raise SetupFailed(Failure.of(UsageError("--engine spark", why, remedy)))
    if errand.version != program_version():
        why = "a machine of the cluster has another version of this program or of Python"
        raise SetupFailed(Failure.of(UsageError("--engine spark", why, "install the same on all machines")))


def program_version() -> str:
    """Return what must be the same on all machines: this program's sources and Python's version.

    The sources tell more than a version number: a machine that was forgotten at an update differs in them.
    """
    import hashlib  # noqa: PLC0415 - once a process
    import platform  # noqa: PLC0415

    import pipeline  # noqa: PLC0415 - its own place

    made = hashlib.sha256(platform.python_version().rpartition(".")[0].encode())
    root = Path(pipeline.__file__).parent
    for path in sorted(root.rglob("*.py")):
        made.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return made.hexdigest()


# --- what all workers share ----------------------------------------------------------------


def shared_name(share: int) -> str:
    """Return the name of the file in which a shared value lies."""
    return f"shared-{share}"


class _Shared:
    """A shared value that is read from its file where it is unpickled: in the worker, not in the process before it."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key

    def __reduce__(self) -> tuple[object, ...]:
        return (_read_shared, (self._path, self._key))


def _read_shared(path: Path, key: bytes) -> Any:
    from pipeline.execution.spark_shares import read_shared  # noqa: PLC0415 - it imports what only a worker needs

    return read_shared(path, key)
