"""A runner over a Spark cluster: the same functions on the same units, spread over many machines.

Units travel as pickles in a DataFrame, in waves of packets, through ``mapInArrow``; a packet is one task of Spark, and
:mod:`pipeline.execution.spark_tasks` is what runs there. Two waves are under way at a time, so that no machine waits
for the last unit of a wave; the answers of each are read one by one, in order. No unit is read by Spark: units are
byte ranges that the worker opens itself, so input and working folder lie where all machines see them. Nothing is
accumulated, and nothing is cached.
"""

from __future__ import annotations

import json
import pickle
import shutil
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa

from pipeline.errors import ClusterLost, Failure, SetupFailed
from pipeline.execution.local import Limits
from pipeline.execution.spark_session import session_of
from pipeline.execution.spark_shares import write_shared
from pipeline.execution.spark_tasks import BEGUN, GAVE_UP, MARK, SCHEMA, Errand, program_version, rows_of, shared_name
from pipeline.state import Job, prepare

Item = TypeVar("Item")

WAVE_UNITS: Final = 200
WAVE_BYTES: Final = 32 * 1024**2
PACKET_UNITS: Final = 8
PACKET_BYTES: Final = 1024**2
ALONE: Final = "alone"
ATTEMPTS_ALONE: Final = 2
_WAVES: Final = 2
_PACKETS: Final = pa.schema(
    [("first", pa.int64()), ("units", pa.list_(pa.binary())), ("more_seconds", pa.list_(pa.float64()))]
)


_Packet = tuple[int, list[bytes], list[float]]
"""The ordinal of the first unit in it, the pickles of its units, and what each may take beyond its deadline."""


@dataclass(slots=True)
class _Wave:
    items: list[Any] = field(default_factory=list)
    payloads: list[tuple[bytes, float]] = field(default_factory=list)
    stage: str = ""
    size: int = 0


class SparkRunner:
    """Runs unit functions on the executors of a session; see :class:`pipeline.workspace.Runner`."""

    def __init__(self, session: Any, job: Job, folder: Path, limits: Limits, *, wave: int = 0) -> None:
        """Take a session and the run's folder, which all machines see at the same path.

        Args:
            session: a SparkSession; its settings are left alone.
            job: what the workers are set up with.
            folder: the working folder of the run.
            limits: what one unit may take.
            wave: units sent at once; 0: 200, or sixteen for each core of the cluster where that is more.
        """
        self._session = session.newSession()  # its settings are its own
        self._cores = max(1, int(session.sparkContext.defaultParallelism))
        self._wave = wave or max(WAVE_UNITS, 16 * self._cores)
        self._session.conf.set("spark.sql.leafNodeDefaultParallelism", str(self._wave))
        self._session.conf.set("spark.sql.execution.arrow.localRelationThreshold", str(8 * WAVE_BYTES))
        for left in folder.glob("spark-*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        run = uuid.uuid4().hex
        self._folder = folder.absolute() / f"spark-{run}"
        self._folder.mkdir(mode=0o700, parents=True)
        (self._folder / MARK).touch(mode=0o600)
        setup = pickle.dumps((prepare, (job,)), protocol=pickle.HIGHEST_PROTOCOL)
        self._errand = Errand(run, self._folder, setup, job.key, limits, program_version())
        self._stages = 0
        self.done_again = 0
        """How many times a unit was begun or even answered, and lost with its machine."""

    def close(self) -> None:
        """Remove the answers that nobody has asked for."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def share(self, value: Any) -> None:
        """Give every worker ``value`` (as ``state.shared``) before its next task."""
        number = self._errand.share + 1
        write_shared(value, self._folder / shared_name(number))
        with suppress(OSError):
            (self._folder / shared_name(number - 2)).unlink(missing_ok=True)
        self._errand = replace(self._errand, share=number)

    def map(
        self, function: Callable[[Any, Item], Any], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Any, Failure | None]]:
        """Yield ``(item, answer, failure)`` in the order of ``items``; two waves of items are in flight.

        Raises:
            SetupFailed: a machine cannot be set up (a model is missing, or it does not see the folder).
            ClusterLost: Spark itself has stopped.
        """
        errand = replace(self._errand, function=pickle.dumps(function))
        waves = self._waves(items)
        under_way: deque[tuple[_Wave, Future[list[Any]]]] = deque()
        threads = ThreadPoolExecutor(_WAVES, thread_name_prefix="wave")
        try:
            while True:
                while len(under_way) < _WAVES and (following := next(waves, None)) is not None:
                    one = replace(errand, stage=following.stage)
                    under_way.append((following, threads.submit(self._run, one, following)))
                if not under_way:
                    return
                wave, answers = under_way.popleft()
                rows = answers.result()
                for item, row in zip(wave.items, rows, strict=True):
                    answer, failure = self._read(row)
                    yield item, answer, failure
                self._finish(wave, sum(1 for row in rows if not row["failure"]))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _waves(self, items: Iterable[Any]) -> Iterator[_Wave]:
        wave = _Wave()
        for item in items:
            payload = pickle.dumps(item, protocol=pickle.HIGHEST_PROTOCOL)
            wave.items.append(item)
            wave.payloads.append((payload, getattr(item, "more_seconds", 0.0)))
            wave.size += len(payload)
            if len(wave.items) >= self._wave or wave.size >= WAVE_BYTES:
                yield self._begun(wave)
                wave = _Wave()
        if wave.items:
            yield self._begun(wave)

    def _begun(self, wave: _Wave) -> _Wave:
        self._stages += 1
        wave.stage = f"answers-{self._stages:06d}"
        (self._folder / wave.stage).mkdir(mode=0o700)
        return wave

    def _finish(self, wave: _Wave, taken: int) -> None:
        """Count what was done in vain (units begun and not answered, answers not taken) and forget the answers."""
        stage = self._folder / wave.stage
        begun = sum(1 for _ in stage.rglob(f"*{BEGUN}*"))
        answered = sum(1 for each in stage.rglob("*-*") if not each.suffix)
        self.done_again += begun + answered - taken
        shutil.rmtree(stage, ignore_errors=True)

    # --- one wave ---------------------------------------------------------------------------

    def _run(self, errand: Errand, wave: _Wave) -> list[Any]:
        """Return the rows of a wave, in the order of its items (in a thread of its own)."""
        rows = {int(row["ordinal"]): row for row in self._rows(errand, list(_packets(wave.payloads, self._cores)))}
        for number, row in rows.items():
            if row["failure"] == GAVE_UP:
                rows[number] = self._alone(errand, number, wave.payloads[number])
        wave.payloads = []
        return [rows[number] for number in range(len(wave.items))]

    def _rows(self, errand: Errand, packets: Sequence[_Packet]) -> list[Any]:
        """Run packets as one Spark job; where it fails, its halves, until what ends machines stands alone."""
        try:
            return self._collected(errand, packets)
        except Exception:  # noqa: BLE001 - Spark's own words are of no use here
            self._see_that_it_runs()
        if len(packets) == 1:
            first, units, more = packets[0]
            if len(units) == 1:
                return [{"ordinal": first, "failure": GAVE_UP, "setup": False}]
            parts = enumerate(zip(units, more, strict=True), first)
            packets = [(ordinal, [unit], [seconds]) for ordinal, (unit, seconds) in parts]
        middle = len(packets) // 2
        return self._rows(errand, packets[:middle]) + self._rows(errand, packets[middle:])

    def _alone(self, errand: Errand, number: int, payload: tuple[bytes, float]) -> Any:
        """Return the row of a unit that was under way where machines ended; by itself it shows whether it ends them."""
        (self._folder / errand.stage / ALONE).mkdir(mode=0o700, exist_ok=True)
        one = replace(errand, stage=f"{errand.stage}/{ALONE}", attempts=ATTEMPTS_ALONE)
        try:
            (row,) = self._collected(one, [(number, [payload[0]], [payload[1]])])
        except Exception:  # noqa: BLE001 - Spark's own words are of no use here
            self._see_that_it_runs()
            return {"ordinal": number, "failure": GAVE_UP, "setup": False}
        return row

    def _collected(self, errand: Errand, packets: Sequence[_Packet]) -> list[Any]:
        columns = zip(*packets, strict=True)
        table = pa.table(dict(zip(_PACKETS.names, map(list, columns), strict=True)), schema=_PACKETS)

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return rows_of(errand, batches)

        rows: list[Any] = self._session.createDataFrame(table).mapInArrow(run, SCHEMA).collect()
        asked = [first + place for first, units, _ in packets for place in range(len(units))]
        if sorted(int(row["ordinal"]) for row in rows) != asked:
            raise RuntimeError  # never seen; then the wave counts as failed
        return rows

    def _see_that_it_runs(self) -> None:
        """Raise ClusterLost where Spark itself has stopped."""
        if self._has_stopped():
            remedy = "the same command with --resume goes on from here"
            raise ClusterLost("--engine spark", "the cluster has gone away", remedy) from None

    def _has_stopped(self) -> bool:
        try:
            return bool(self._session.sparkContext._jsc.sc().isStopped())  # noqa: SLF001 - Spark has no other way
        except Exception:  # noqa: BLE001 - its Java process is gone
            return True

    def _read(self, row: Any) -> tuple[Any, Failure | None]:
        if row["failure"]:
            failure = Failure(**json.loads(row["failure"]))
            if row["setup"]:
                raise SetupFailed(failure)
            return None, failure
        try:
            data = (self._folder / row["file"]).read_bytes()
        except OSError as error:
            return None, Failure("UnreadableSource", "", f"its answer cannot be read ({error.strerror})")
        if len(data) != row["size"]:
            return None, Failure("UnreadableSource", "", "its answer did not arrive whole")
        return pickle.loads(data), None  # noqa: S301 - a worker of this run wrote it, in a folder of its owner's only


def _packets(payloads: Sequence[tuple[bytes, float]], cores: int) -> Iterator[_Packet]:
    """Yield the units of a wave in packets: few enough for four a core, of a few units and about a megabyte at most."""
    most = max(1, min(PACKET_UNITS, len(payloads) // (4 * cores)))
    first, size = 0, 0
    units, more = list[bytes](), list[float]()
    for place, (payload, seconds) in enumerate(payloads):
        if units and (len(units) >= most or size + len(payload) > PACKET_BYTES):
            yield first, units, more
            first, size, units, more = place, 0, [], []
        units.append(payload)
        more.append(seconds)
        size += len(payload)
    if units:
        yield first, units, more


@contextmanager
def spark_runner(job: Job, master: str, folder: Path, limits: Limits) -> Iterator[SparkRunner]:
    """Give a runner over a cluster; the session ends with it, unless it was there before.

    Raises:
        UsageError: PySpark or Java is missing, or the cluster cannot be reached.
    """
    with session_of(master) as session:
        runner = SparkRunner(session, job, folder, limits)
        try:
            yield runner
        finally:
            runner.close()
