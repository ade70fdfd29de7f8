"""Long work in the background, one at a time: how far it is, and how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.case.store import CaseError
from pipeline.errors import Failure, ReleasableError
from pipeline.results import Progress


@dataclass(slots=True)
class Work:
    """One piece of work: what it is, how far it is, and how it ended (``failure`` or ``result``)."""

    what: str
    by: str
    stage: str = "starting"
    done: int = 0
    total: int = 0
    ended: bool = False
    result: Any = None
    failure: Failure | None = None
    error: ReleasableError | None = None
    over: threading.Event = field(default_factory=threading.Event, repr=False)
    stages: list[str] = field(default_factory=list)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Note how far it is."""
        if stage != self.stage:
            self.stages.append(stage)
        self.stage, self.done, self.total = stage, done, total

    @property
    def share(self) -> int:
        """How much of this stage is done, in hundredths."""
        return 100 * self.done // self.total if self.total else 0


class Bench:
    """Where one piece of work lies at a time; the last one stays to be looked at."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self.work: Work | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        return self.work is not None and not self.work.ended

    def start(self, what: str, by: str, does: Callable[[Progress], Any]) -> Work:
        """Begin work in a thread of its own (raises CaseError while other work goes on)."""
        with self._one:
            if self.is_busy:
                assert self.work is not None
                raise CaseError("desk", f"{self.work.what} goes on already", "wait until it has ended")
            work = self.work = Work(what, by)
            self._thread = threading.Thread(target=_done, args=(work, does), daemon=True)
            self._thread.start()
        return work

    @staticmethod
    def wait_for(work: Work, seconds: float) -> bool:
        """Wait until a piece of work has ended, so long at most; return whether it has."""
        return work.over.wait(seconds)

    def wait(self, seconds: float = 600.0) -> None:
        """Wait until the work has ended."""
        if self._thread is not None:
            self._thread.join(seconds)


def _done(work: Work, does: Callable[[Progress], Any]) -> None:
    try:
        work.result = does(work.tell)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the page says so
        work.failure = Failure.of(error)
        work.error = error if isinstance(error, ReleasableError) else None
    finally:
        work.ended = True
        work.over.set()
