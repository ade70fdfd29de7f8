"""The working folder of a run: what each stage answered for each unit, on disk, so that memory holds one at a time.

Everything in it is positions, counts and keyed digests, or text that was written for the copy; it is its owner's
only, and gone when the run is over. A run that was killed leaves it behind: asked to go on, the next run takes the
answers that lie here instead of working them out again (:class:`Remembering`).
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from pipeline.errors import Failure, OutputError
from recognizers.model import pickles_by_fields

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
        fresh = place.with_suffix(f".{uuid.uuid4().hex}")  # a unit may be done twice at a time, on two machines
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


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item on its way to a worker, with the running number under which its answer is kept."""

    number: int
    item: Any
    key: str = field(init=False)
    """The key of the item, by which the pool hands it to the worker that had it before: it asks time and again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", str(getattr(self.item, "key", "")))

    def __reduce__(self) -> tuple[object, ...]:
        return (Numbered, (self.number, self.item))

    @property
    def more_seconds(self) -> float:
        """Return what the item may take beyond the deadline of a unit."""
        seconds: float = getattr(self.item, "more_seconds", 0.0)
        return seconds

    @property
    def leads_to(self) -> int:
        """Return how many units the item may be cut into, about."""
        count: int = getattr(self.item, "leads_to", 1)
        return count

    @property
    def stays(self) -> bool:
        """Whether the item is left to the worker that had it before."""
        return bool(getattr(self.item, "stays", False))


@dataclass(frozen=True, slots=True)
class Unkept:
    """An answer that could not be kept: the number of the operating system's error."""

    error: int


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Keeping:
    """A function whose answers are kept by the worker that made them; what travels is what :func:`told` of them is.

    So the main process, of which there is one, neither takes in nor writes what it does not need.
    """

    function: Callable[[Any, Any], Any]
    folder: Path

    def __call__(self, state: Any, numbered: Numbered) -> Any:
        """Return what is told of the answer, or why it could not be kept."""
        answer = self.function(state, numbered.item)
        try:
            Workspace(self.folder).put(self.function.__name__, numbered.number, (numbered.key, answer))
        except OSError as error:
            return Unkept(error.errno or 0)
        return told(answer)


def told(answer: Any) -> Any:
    """Return what the main process is told of an answer: all of it, or what it says with ``told`` of itself."""
    shortened = getattr(answer, "told", None)
    return answer if shortened is None else shortened()


class Remembering:
    """A runner that keeps every answer in a workspace, and takes what is there already.

    Workers keep their answers themselves; what is yielded is what they tell of them (:func:`told`), and
    :func:`answer_of` gives the whole. Items are known by their ``key``. Failures are not kept: what ran out of time
    may have the time now.
    """

    def __init__(self, runner: Runner, workspace: Workspace) -> None:
        self._runner, self._workspace = runner, workspace

    def share(self, value: Any) -> None:
        """Give every worker ``value`` before its next task."""
        self._runner.share(value)

    def map(
        self, function: Callable[[Any, Item], Any], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Any, Failure | None]]:
        """Yield ``(item, what is told of the answer, failure)`` in order, from the workspace or from the workers.

        Raises:
            OSError: an answer could not be kept.
        """
        stage = function.__name__
        pending: deque[tuple[Item, Any]] = deque()

        def missing() -> Iterator[Numbered]:
            for number, item in enumerate(items):
                kept, key = self._workspace.get(stage, number), _key(item)
                known = told(kept[1]) if kept is not NOTHING and kept[0] == key else NOTHING
                pending.append((item, known))
                if known is NOTHING:
                    yield Numbered(number, item)

        answers = self._runner.map(Keeping(function, self._workspace.folder), missing())
        while True:
            while pending and pending[0][1] is not NOTHING:
                item, known = pending.popleft()
                yield item, known, None
            following = next(answers, None)
            if following is None:
                if not pending:
                    return
                continue
            _, answer, failure = following
            while pending[0][1] is not NOTHING:
                item, known = pending.popleft()
                yield item, known, None
            item, _ = pending.popleft()
            if isinstance(answer, Unkept):
                raise OSError(answer.error, os.strerror(answer.error))
            yield item, answer, failure


def read_back(workspace: Workspace, stage: str, number: int) -> Any:
    """Return what was kept.

    Raises:
        OutputError: it cannot be read.
    """
    kept = workspace.get(stage, number)
    if kept is NOTHING:
        raise OutputError("working folder", "what was worked out cannot be read back", "check the disk and run again")
    return kept


def answer_of(workspace: Workspace, function: Callable[..., Any], number: int, item: Any) -> Any:
    """Return the whole of the answer that a worker kept for an item.

    Raises:
        OutputError: it cannot be read, or another item's answer lies under the number.
    """
    key, answer = read_back(workspace, function.__name__, number)
    if key != _key(item):
        what = "what was worked out for one record lies in the place of another"
        raise OutputError("working folder", what, "run again without --resume, and report this")
    return answer


def _key(item: Any) -> str:
    return str(item.key)
