"""What runs on a machine of the cluster: a batch of units in, one row for each out.

Every Python process of an executor keeps one stoppable worker (:class:`~pipeline.execution.local.Pool` of one) for the
run that it works for, so that models are loaded once, a hung parser is ended at its deadline, and what reads the
records can reach no host. An answer is a file of the run's folder, under a name of its own for every attempt; the row
says which. Only the row that Spark takes counts, so that a task that ran twice is there once.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipeline.digest import Keyed
from pipeline.errors import Failure, SetupFailed, UsageError
from pipeline.execution.local import Limits, Pool

MARK: Final = "here"
SCHEMA: Final = "ordinal long, key string, file string, size long, failure string, setup boolean"
_ROWS: Final = pa.schema(
    [
        ("ordinal", pa.int64()),
        ("key", pa.string()),
        ("file", pa.string()),
        ("size", pa.int64()),
        ("failure", pa.string()),
        ("setup", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a wave of tasks is: the function, what its worker is set up with, where answers go, which share it needs.

    ``key`` is what the digests of the run are made with; it travels in the task and never lies in the folder.
    """

    run: str
    folder: Path
    setup: Callable[..., Any]
    arguments: tuple[Any, ...] = field(repr=False)
    key: bytes = field(repr=False)
    limits: Limits
    version: str
    function: Callable[[Any, Any], Any] | None = None
    stage: str = ""
    share: int = 0


@dataclass(slots=True)
class _Kept:
    run: str
    pool: Pool
    share: int = 0


_kept: list[_Kept] = []
"""The one worker of this process, with the run that it is for."""


def rows_of(errand: Errand, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield a row for each task: ordinal, key, file and size of its answer, or why there is none (for mapInArrow)."""
    for batch in batches:
        for task in batch.to_pylist():
            yield pa.RecordBatch.from_pylist([_row(errand, task)], schema=_ROWS)


def _row(errand: Errand, task: dict[str, Any]) -> dict[str, Any]:
    row = {"ordinal": task["ordinal"], "key": task["key"], "file": "", "size": 0, "failure": "", "setup": False}
    try:
        kept = _worker_for(errand)
        item = pickle.loads(task["payload"])  # noqa: S301 - the driver of this run made it
        assert errand.function is not None
        ((_, answer, failure),) = kept.pool.map(errand.function, [item])
    except SetupFailed as error:
        _end_worker()
        return {**row, "failure": json.dumps(asdict(error.failure)), "setup": True}
    if failure is not None:
        return {**row, "failure": json.dumps(asdict(failure))}
    name, size = _put(errand, task["ordinal"], answer)
    return {**row, "file": name, "size": size}


def _put(errand: Errand, ordinal: int, answer: Any) -> tuple[str, int]:
    """Keep an answer under a name of its own: written beside its place, flushed to the disk, moved into it."""
    name = f"{errand.stage}/{ordinal:08d}-{uuid.uuid4().hex}"
    place = errand.folder / name
    fresh = place.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        pickle.dump(answer, stream, protocol=pickle.HIGHEST_PROTOCOL)
        size = stream.tell()
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(place)
    return name, size


# --- the worker of this process ------------------------------------------------------------


def _worker_for(errand: Errand) -> _Kept:
    if not _kept or _kept[0].run != errand.run:
        _end_worker()
        _see_the_same(errand)
        _kept.append(_Kept(errand.run, Pool(1, errand.setup, errand.arguments, errand.limits)))
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
        return (read_shared, (self._path, self._key))


def write_shared(value: Any, path: Path) -> None:
    """Write what all workers share to a file; the key of its digests stays out of it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        _Keyless(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
        stream.flush()
        os.fsync(stream.fileno())


def read_shared(path: Path, key: bytes) -> Any:
    """Return what :func:`write_shared` wrote, with the key put back."""
    return _WithKey(io.BytesIO(path.read_bytes()), key).load()


class _Keyless(pickle.Pickler):
    def persistent_id(self, value: Any) -> str | None:
        return "keyed" if isinstance(value, Keyed) else None


class _WithKey(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, key: bytes) -> None:
        super().__init__(stream)
        self._keyed = Keyed(key)

    def persistent_load(self, name: Any) -> Keyed:
        if name != "keyed":
            raise pickle.UnpicklingError(str(name))
        return self._keyed
