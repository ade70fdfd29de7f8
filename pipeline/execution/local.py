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
from multiprocessing.reduction import ForkingPickler
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
_QUICK = 0.1
"""Seconds. A worker whose items take less gets the next one ahead, so that it does not wait for the main process."""
_AHEAD_BYTES = 4_096
"""The longest message that is sent to a worker at work: it finds room in the pipe, so that nobody waits for anybody."""


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
class _Given:
    """An item that a worker has: what it works on, or what it takes next."""

    place: int
    item: Any
    key: str
    is_known: bool
    """Whether the worker had the item before."""
    message: memoryview | None = None
    """What is still to be sent."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    shares: int = 0
    given: deque[_Given] = field(default_factory=deque)
    """What it works on, and what it has ahead."""
    is_quick: bool = False
    """Whether its last item took little time."""
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
            if not given and exhausted:
                return
            self._hand_out(function, waiting)
            seconds = 0.0 if turn in answers else _LOOK_EVERY
            for place, answer, failure in self._collect(waiting, seconds):
                answers[place] = (answer, failure)
            if turn in answers:  # one at a time: whoever takes it may be at work for longer than the workers
                answer, failure = answers.pop(turn)
                yield given.pop(turn), answer, failure
                turn += 1

    def _hand_out(self, function: Callable[[Any, Item], Any], waiting: deque[tuple[int, Item]]) -> None:
        if len(self._workers) < self._count:
            asked = sum(getattr(item, "leads_to", 1) for _, item in waiting)
            asked += sum(len(each.given) for each in self._workers)
            while len(self._workers) < min(self._count, asked):
                self._workers.append(self._start())
        for worker in self._workers:
            if worker.ready and not worker.given and waiting:
                self._give(worker, function, waiting)
        for worker in self._workers:  # after all have something to do; the last items are left to whoever is free
            if worker.ready and worker.is_quick and len(worker.given) == 1 and len(waiting) >= self._count:
                self._give(worker, function, waiting, ahead=True)

    def _give(
        self,
        worker: _Worker,
        function: Callable[[Any, Item], Any],
        waiting: deque[tuple[int, Item]],
        *,
        ahead: bool = False,
    ) -> None:
        """Send a worker its next item, or what is shared where it does not have it yet."""
        if worker.shares != self._shares:  # then it has no item
            worker.shares, worker.ready, worker.since = self._shares, False, time.monotonic()
            worker.allowed = _SETUP_SECONDS
            with suppress(OSError):
                worker.pipe.send((set_shared, self._shared))
            return
        following = self._next_for(worker, waiting, ahead=ahead)
        if following is None:
            return
        following.message = ForkingPickler.dumps((function, following.item))
        worker.given.append(following)
        if not ahead:
            self._begins(worker)
        elif len(following.message) <= _AHEAD_BYTES:
            _send(worker, following)

    def _begins(self, worker: _Worker) -> None:
        """Let the time run of the item that a worker begins with now, if it has one."""
        if not worker.given:
            return
        worker.since = time.monotonic()
        worker.allowed = self._limits.seconds + getattr(worker.given[0].item, "more_seconds", 0.0)
        _send(worker, worker.given[0])

    def _next_for(self, worker: _Worker, waiting: deque[tuple[int, Item]], *, ahead: bool = False) -> _Given | None:
        """Take from what waits an item that this worker had before, else one that no other had, else the first.

        None where all that waits is left to the workers that had it: to read it again would take longer. What may take
        long, and what another worker has read, is not given ``ahead``.
        """
        keys = [getattr(item, "key", "") for _, item in waiting]
        places = range(len(waiting))
        others = [each.kept for each in self._workers if each is not worker]
        own = (at for at in places if keys[at] and keys[at] in worker.kept)
        free = (at for at in places if not any(keys[at] in kept for kept in others))
        rest = (at for at in places if not ahead and self._gains(waiting[at][1], keys))
        at = next(own, next(free, next(rest, -1)))
        if at < 0 or (ahead and _may_take_long(waiting[at][1])):
            return None
        is_known = keys[at] in worker.kept
        waiting.rotate(-at)
        place, item = waiting.popleft()
        waiting.rotate(at)
        if keys[at]:
            worker.kept[keys[at]] = None
            while len(worker.kept) > _KEPT:
                worker.kept.popitem(last=False)
        return _Given(place, item, keys[at], is_known)

    def _gains(self, item: Any, waiting: Sequence[str]) -> bool:
        """Return whether an item is done earlier by another worker than by the one that had it, given what waits."""
        if not getattr(item, "stays", False):
            return True
        if not self._again:
            return False
        pace = sum(self._again) / len(self._again)
        behind = max(sum(key in each.kept for key in waiting) for each in self._workers if item.key in each.kept)
        return behind * pace > self._first.get(item.key, 0.0) + pace

    def _took(self, worker: _Worker, done: _Given) -> None:
        """Take note of how long a worker took for its item."""
        seconds = time.monotonic() - worker.since
        worker.is_quick = seconds < _QUICK
        if done.is_known:
            self._again.append(seconds)
        elif done.key and done.key not in self._first:
            self._first[done.key] = seconds
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

    def _collect(self, waiting: deque[tuple[int, Item]], seconds: float) -> Iterator[tuple[int, Any, Failure | None]]:
        """Yield what comes back within ``seconds``, and a failure for whatever ran out of time or memory or died.

        What a lost worker had ahead waits again.
        """
        came = set(wait([each.pipe for each in self._workers], timeout=seconds))
        for worker in list(self._workers):
            if worker.pipe in came:
                try:
                    answer, failure = worker.pipe.recv()
                except (EOFError, OSError):
                    yield from self._lost(worker, "the worker process ended unexpectedly", waiting)
                    continue
                if not worker.ready:
                    if failure is not None:
                        raise SetupFailed(failure)
                    worker.ready = True
                elif worker.given:
                    done = worker.given.popleft()
                    self._took(worker, done)
                    self._begins(worker)
                    yield done.place, answer, failure
            else:
                trouble = self._trouble(worker)
                if trouble:
                    yield from self._lost(worker, trouble, waiting)

    def _trouble(self, worker: _Worker) -> str:
        if not worker.given and worker.ready:
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

    def _lost(
        self, worker: _Worker, why: str, waiting: deque[tuple[int, Item]]
    ) -> Iterator[tuple[int, Any, Failure | None]]:
        self._workers.remove(worker)
        _end(worker)
        failure = Failure("WorkerStopped", "", why)
        if not worker.ready:
            raise SetupFailed(failure)
        if worker.given:
            lost, *ahead = worker.given
            waiting.extendleft((each.place, each.item) for each in ahead)
            yield lost.place, None, failure


def _may_take_long(item: object) -> bool:
    return bool(getattr(item, "stays", False)) or getattr(item, "more_seconds", 0.0) > 1.0


def _send(worker: _Worker, given: _Given) -> None:
    if given.message is not None:
        with suppress(OSError):  # a worker that has just died is found by _collect
            worker.pipe.send_bytes(given.message)
        given.message = None


def _end(worker: _Worker) -> None:
    with suppress(OSError):
        worker.pipe.close()
    worker.process.kill()
    worker.process.join(5)
