"""A pool of worker processes that can be stopped.

Workers start by ``spawn``, with one thread each, set up once (models are loaded once), and
have a deadline and a memory limit for every task: a hung parser or model is ended, a new worker
takes its place, and the task's answer is a :class:`Failure`. Answers come in the order of the items.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self, TypeVar

import psutil

from pipeline.errors import Failure, SetupFailed
from pipeline.execution.worker import serve, set_shared

Item = TypeVar("Item")

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TOKENIZERS_PARALLELISM")
_LOOK_EVERY = 0.5
_SETUP_SECONDS = 300.0
_IN_FLIGHT = 16
"""Items in flight for each worker: so many others are done while one takes its time, for answers come in order."""
_KEPT = 4_096
"""Keys of items that are remembered of each worker."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take: seconds of wall clock, bytes of resident memory.

    An item that reads a whole file says with ``more_seconds`` what it may take beyond that. One that is dear to read
    says so with ``stays``: another worker than the one that has read it gains little. One that leads to many others
    says with ``leads_to`` how many workers may as well start.
    """

    seconds: float = 120.0
    memory: int = 4 * 1024**3


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    shares: int = 0
    place: int | None = None
    key: str = ""
    is_known: bool = False
    """Whether it had the item before that it has now."""
    kept: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """Keys of the items that it had last: of these it may still know what it read."""
    since: float = field(default_factory=time.monotonic)
    allowed: float = _SETUP_SECONDS
    about: psutil.Process | None = None
    looked: float = 0.0
    """When its memory was looked at last."""


class Pool:
    """Workers that share nothing; use it as a context manager."""

    def __init__(
        self,
        workers: int,
        setup: Callable[..., Any],
        arguments: tuple[Any, ...],
        limits: Limits = Limits(),
    ) -> None:
        self._count = max(1, workers)
        self._setup, self._arguments, self._limits = setup, arguments, limits
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._shared: Any = None
        self._shares = 0
        self._first: OrderedDict[str, float] = OrderedDict()
        """How many seconds an item took that no worker had before, by its key."""
        self._again: list[float] = []
        """How many seconds items took in this round of a worker that had them before."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def share(self, value: Any) -> None:
        """Give every worker ``value`` (as ``state.shared``) before its next task."""
        self._shared, self._shares = value, self._shares + 1

    def map(
        self, function: Callable[[Any, Item], Any], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Any, Failure | None]]:
        """Yield ``(item, answer, failure)`` in the order of ``items``; at most a few items are in flight.

        Raises:
            SetupFailed: a worker could not be set up (a model is missing, say).
        """
        source = enumerate(items)
        waiting: deque[tuple[int, Item]] = deque()
        given: dict[int, Item] = {}
        answers: dict[int, tuple[Any, Failure | None]] = {}
        turn, exhausted = 0, False
        self._again = []
        while True:
            while not exhausted and len(given) < _IN_FLIGHT * self._count:
                following = next(source, None)
                if following is None:
                    exhausted = True
                    break
                waiting.append(following)
                given[following[0]] = following[1]
            while turn in answers:
                answer, failure = answers.pop(turn)
                yield given.pop(turn), answer, failure
                turn += 1
            if not given and exhausted:
                return
            if len(given) < _IN_FLIGHT * self._count and not exhausted:
                continue
            self._hand_out(function, waiting)
            for place, answer, failure in self._collect():
                answers[place] = (answer, failure)

    def _hand_out(self, function: Callable[[Any, Item], Any], waiting: deque[tuple[int, Item]]) -> None:
        if len(self._workers) < self._count:
            asked = sum(getattr(item, "leads_to", 1) for _, item in waiting)
            asked += sum(each.place is not None for each in self._workers)
            while len(self._workers) < min(self._count, asked):
                self._workers.append(self._start())
        for worker in self._workers:
            if not (waiting and worker.ready and worker.place is None):
                continue
            if worker.shares != self._shares:
                worker.shares, worker.ready, worker.since = self._shares, False, time.monotonic()
                worker.allowed = _SETUP_SECONDS
                with suppress(OSError):
                    worker.pipe.send((set_shared, self._shared))
            else:
                following = self._next_for(worker, waiting)
                if following is None:
                    continue
                place, item = following
                worker.place, worker.since = place, time.monotonic()
                worker.allowed = self._limits.seconds + getattr(item, "more_seconds", 0.0)
                with suppress(OSError):  # a worker that has just died is found by _collect
                    worker.pipe.send((function, item))

    def _next_for(self, worker: _Worker, waiting: deque[tuple[int, Item]]) -> tuple[int, Item] | None:
        """Take from what waits an item that this worker had before, else one that no other had, else the first.

        None where all that waits is left to the workers that had it: to read it again would take longer.
        """
        keys = [getattr(item, "key", "") for _, item in waiting]
        others = [each.kept for each in self._workers if each is not worker]
        own = (at for at, key in enumerate(keys) if key and key in worker.kept)
        free = (at for at, key in enumerate(keys) if not any(key in kept for kept in others))
        rest = (at for at, (_, item) in enumerate(waiting) if self._gains(item, keys))
        at = next(own, next(free, next(rest, -1)))
        if at < 0:
            return None
        worker.key, worker.is_known = keys[at], keys[at] in worker.kept
        waiting.rotate(-at)
        taken = waiting.popleft()
        waiting.rotate(at)
        if keys[at]:
            worker.kept[keys[at]] = None
            while len(worker.kept) > _KEPT:
                worker.kept.popitem(last=False)
        return taken

    def _gains(self, item: Any, waiting: Sequence[str]) -> bool:
        """Return whether an item is done earlier by another worker than by the one that had it, given what waits."""
        if not getattr(item, "stays", False):
            return True
        if not self._again:
            return False
        pace = sum(self._again) / len(self._again)
        behind = max(sum(key in each.kept for key in waiting) for each in self._workers if item.key in each.kept)
        return behind * pace > self._first.get(item.key, 0.0) + pace

    def _took(self, worker: _Worker) -> None:
        """Take note of how long a worker took for its item."""
        seconds = time.monotonic() - worker.since
        if worker.is_known:
            self._again.append(seconds)
        elif worker.key and worker.key not in self._first:
            self._first[worker.key] = seconds
            while len(self._first) > self._count * _KEPT:
                self._first.popitem(last=False)

    def _start(self) -> _Worker:
        kept = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(dict.fromkeys(_ONE_THREAD[:-1], "1"), TOKENIZERS_PARALLELISM="false")
        try:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(target=serve, args=(theirs, self._setup, self._arguments), daemon=True)
            process.start()
            theirs.close()
        finally:
            for name, value in kept.items():
                os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        return _Worker(process, ours)

    def _collect(self) -> Iterator[tuple[int, Any, Failure | None]]:
        """Yield what has come back, and a failure for whatever ran out of time or memory or died."""
        came = set(wait([each.pipe for each in self._workers], timeout=_LOOK_EVERY))
        for worker in list(self._workers):
            if worker.pipe in came:
                try:
                    answer, failure = worker.pipe.recv()
                except (EOFError, OSError):
                    yield from self._lost(worker, "the worker process ended unexpectedly")
                    continue
                if not worker.ready:
                    if failure is not None:
                        raise SetupFailed(failure)
                    worker.ready = True
                elif worker.place is not None:
                    place, worker.place = worker.place, None
                    self._took(worker)
                    yield place, answer, failure
            else:
                trouble = self._trouble(worker)
                if trouble:
                    yield from self._lost(worker, trouble)

    def _trouble(self, worker: _Worker) -> str:
        if worker.place is None and worker.ready:
            return ""
        now = time.monotonic()
        if now - worker.since > worker.allowed:
            return f"it took longer than {worker.allowed:g} seconds and was stopped"
        if now - worker.looked < _LOOK_EVERY:  # answers of other workers come in far more often
            return ""
        worker.looked = now
        with suppress(psutil.Error):
            worker.about = worker.about or psutil.Process(worker.process.pid)
            if worker.about.memory_info().rss > self._limits.memory:
                return f"it took more than {self._limits.memory // 1024**2} MiB of memory and was stopped"
        return ""

    def _lost(self, worker: _Worker, why: str) -> Iterator[tuple[int, Any, Failure | None]]:
        self._workers.remove(worker)
        _end(worker)
        failure = Failure("WorkerStopped", "", why)
        if not worker.ready:
            raise SetupFailed(failure)
        if worker.place is not None:
            yield worker.place, None, failure


def _end(worker: _Worker) -> None:
    with suppress(OSError):
        worker.pipe.close()
    worker.process.kill()
    worker.process.join(5)
