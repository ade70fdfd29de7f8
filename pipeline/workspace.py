"""The working folder of a run: what each stage answered for each unit, on disk, so that memory holds one at a time.

Everything in it is positions, counts and keyed digests, or text that was written for the copy; it is its owner's
only, and gone when the run is over. A run that was killed leaves it behind: asked to go on, the next run takes the
answers that lie here instead of working them out again (:class:`Remembering`).
"""

from __future__ import annotations

import pickle
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from pipeline.errors import Failure

Item = TypeVar("Item")
NOTHING: Final[Any] = object()


class Runner(Protocol):
    """Runs a function over items in worker processes; answers come in the order of the items."""

    def map(
        self, function: Callable[[Any, Item], Any], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Any, Failure | None]]: ...

    def share(self, value: Any) -> None: ...


class Workspace:
    """A folder of answers, by stage and running number. Each is written beside its place and moved into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def temporary(cls) -> Workspace:
        """Return a workspace that goes with the last use of it."""
        folder = tempfile.TemporaryDirectory(prefix="releasable-")
        made = cls(Path(folder.name))
        made._temporary = folder
        return made

    def put(self, stage: str, number: int, answer: Any) -> None:
        """Keep an answer."""
        place = self._place(stage, number)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = place.with_suffix(".new")
        with fresh.open("wb") as stream:
            pickle.dump(answer, stream, protocol=pickle.HIGHEST_PROTOCOL)
        fresh.replace(place)

    def get(self, stage: str, number: int) -> Any:
        """Return what was kept, or ``NOTHING``."""
        try:
            with self._place(stage, number).open("rb") as stream:
                return pickle.load(stream)  # noqa: S301 - written by this program, in a folder of its owner's only
        except (OSError, EOFError, pickle.UnpicklingError):
            return NOTHING

    def drop(self, stage: str) -> None:
        """Forget a stage."""
        shutil.rmtree(self.folder / stage, ignore_errors=True)

    def _place(self, stage: str, number: int) -> Path:
        return self.folder / stage / f"{number:08d}"


class Remembering:
    """A runner that keeps every answer in a workspace, and takes what is there already.

    Items are known by their ``key``. Failures are not kept: what ran out of time may have the time now.
    """

    def __init__(self, runner: Runner, workspace: Workspace) -> None:
        self._runner, self._workspace = runner, workspace

    def share(self, value: Any) -> None:
        """Give every worker ``value`` before its next task."""
        self._runner.share(value)

    def map(
        self, function: Callable[[Any, Item], Any], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Any, Failure | None]]:
        """Yield ``(item, answer, failure)`` in order, from the workspace or from the workers."""
        stage = function.__name__
        pending: deque[tuple[int, Item, Any]] = deque()

        def missing() -> Iterator[Item]:
            for number, item in enumerate(items):
                kept = self._workspace.get(stage, number)
                known = kept[1] if kept is not NOTHING and kept[0] == _key(item) else NOTHING
                pending.append((number, item, known))
                if known is NOTHING:
                    yield item

        answers = self._runner.map(function, missing())
        while True:
            while pending and pending[0][2] is not NOTHING:
                _, item, known = pending.popleft()
                yield item, known, None
            following = next(answers, None)
            if following is None:
                if not pending:
                    return
                continue
            _, answer, failure = following
            while pending[0][2] is not NOTHING:
                _, item, known = pending.popleft()
                yield item, known, None
            number, item, _ = pending.popleft()
            if failure is None:
                self._workspace.put(stage, number, (_key(item), answer))
            yield item, answer, failure


def _key(item: Any) -> str:
    return str(item.key)
