"""The pool: answers in order, workers that end, dead workers replaced, nothing shared but what is given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest

from pipeline.errors import ReleasableError, SetupFailed
from pipeline.execution.local import Limits, Pool, _Worker


class Kept:
    """The state of a worker here: what is shared, and how many tasks it has seen."""

    def __init__(self, start: int = 0) -> None:
        self.shared: Any = None
        self.seen = start


def start(count: int = 0) -> Kept:
    return Kept(count)


def work(state: Kept, item: Any) -> Any:
    state.seen += 1
    if item == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "leave":
        raise SystemExit(5)
    if item == "eat":
        block = bytearray(600 * 1024 * 1024)
        block[::4096] = b"x" * len(block[::4096])
        time.sleep(30)
    if item == "hang":
        time.sleep(60)
    if item == "ours":
        raise ReleasableError("a.txt", "it is broken", "mend it")
    if isinstance(item, float):
        time.sleep(item)
    if item == "unpicklable":
        return lambda: None
    return (item, state.seen, state.shared, os.getpid())


class Long(float):
    """Seconds that a task takes, which says that it may take longer than others."""

    more_seconds = 5.0


def refuse() -> None:
    raise ReleasableError("model", "not installed", "install it")


def test_answers_come_in_order_and_in_bounded_number() -> None:
    """Answers come in the order of the items, and only a few items are taken ahead of the answers."""
    taken = []

    def items() -> Any:
        for number in range(80):
            taken.append(number)
            yield 0.02 if number % 7 == 0 else number

    most = 0
    with Pool(2, start, ()) as pool:
        for place, (item, answer, failure) in enumerate(pool.map(work, items())):
            assert failure is None
            assert answer[0] == item
            most = max(most, len(taken) - place)
    assert len(taken) == 80
    assert most <= 32


def test_an_item_that_reads_much_has_more_time() -> None:
    """The deadline is longer for an item that says so, and for no other."""
    with Pool(1, start, (), Limits(seconds=1)) as pool:
        failures = [failure for *_, failure in pool.map(work, [Long(2), 2.0])]
    assert failures[0] is None
    assert "longer than 1 seconds" in failures[1].what


def test_a_worker_that_dies_costs_its_task_only() -> None:
    """A worker that is killed, leaves, hangs, eats memory or answers what cannot travel costs its task only."""
    limits = Limits(seconds=3, memory=400 * 1024**2)
    tricks = ["die", "leave", "eat", "hang", "ours", "unpicklable"]
    with Pool(1, start, (), limits) as pool:
        answers = list(pool.map(work, [each for trick in tricks for each in (trick, f"after {trick}")]))
    failures = {item: failure for item, _, failure in answers if item in tricks}
    assert all(failures.values()), failures
    assert "ended unexpectedly" in failures["die"].what
    assert "SystemExit" in failures["leave"].what
    assert "memory" in failures["eat"].what
    assert "longer than 3 seconds" in failures["hang"].what
    assert (failures["ours"].where, failures["ours"].remedy) == ("a.txt", "mend it")
    assert all(failure is None for item, _, failure in answers if item not in tricks)
    assert all(failure.exit_code == 3 for item, failure in failures.items() if item != "ours")


def test_what_a_lost_worker_had_ahead_is_done_by_another() -> None:
    """Quick items are sent ahead; where the worker dies on one, those behind it are answered all the same, once."""
    items = [*range(40), "die", *range(41, 60), "hang", *range(61, 80)]
    with Pool(2, start, (), Limits(seconds=2)) as pool:
        answers = list(pool.map(work, items))
    assert [item for item, *_ in answers] == items
    assert [item for item, _, failure in answers if failure] == ["die", "hang"]
    assert all(answer[0] == item for item, answer, failure in answers if not failure)


def test_a_long_message_waits_until_the_worker_is_free() -> None:
    """Items and answers that no pipe has room for go both ways, and nobody waits for ever."""
    items = [number if number % 3 else bytes(1_000_000) for number in range(60)]
    with Pool(2, start, (), Limits(seconds=20)) as pool:
        answers = list(pool.map(work, items))
    assert all(answer[0] == item for item, answer, failure in answers)


def test_what_is_shared_reaches_every_worker_and_those_that_come_later() -> None:
    """A shared value is in the state of every worker before its next task, also in a worker's replacement."""
    with Pool(2, start, (10,)) as pool:
        assert {answer[2] for _, answer, _ in pool.map(work, range(4))} == {None}
        pool.share("digests")
        assert {answer[2] for _, answer, _ in pool.map(work, range(4))} == {"digests"}
        answers = list(pool.map(work, ["die", 1, 2, 3]))
        assert {answer[2] for _, answer, _ in answers[1:]} == {"digests"}


def test_a_setup_that_fails_ends_the_run_with_its_own_words() -> None:
    """When no worker can be set up the run ends with the cause, its remedy and its exit code."""
    with Pool(2, refuse, ()) as pool, pytest.raises(SetupFailed) as raised:
        list(pool.map(work, range(3)))
    failure = raised.value.failure
    assert (failure.where, failure.what, failure.remedy, failure.exit_code) == (
        "model",
        "not installed",
        "install it",
        2,
    )


def test_no_worker_outlives_its_pool() -> None:
    """When the pool is left, in whatever way, its workers are gone, those that hang too."""
    with Pool(2, start, ()) as pool:
        running = {answer[3] for _, answer, _ in pool.map(work, range(6))}
    assert not any(psutil.pid_exists(each) and _is_ours(each) for each in running)
    with pytest.raises(KeyError), Pool(1, start, ()) as pool:
        for _, answer, _ in pool.map(work, [1, 60.0]):
            running = {answer[3]}
            raise KeyError
    assert not any(psutil.pid_exists(each) and _is_ours(each) for each in running)


_HANGING_RUN = """
import sys
sys.path[:0] = sys.argv[1:]
from test_execution import spin, start
from pipeline.execution.local import Limits, Pool
if __name__ == "__main__":
    with Pool(1, start, (), Limits(seconds=600)) as pool:
        list(pool.map(spin, [sys.argv[1]]))
"""


def spin(state: Kept, folder: str) -> None:
    (Path(folder) / "number").write_text(str(os.getpid()))
    while True:
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_hung_worker_ends_when_its_run_is_killed(tmp_path: Path) -> None:
    """When the run itself is killed, a worker that hangs in a task does not go on for ever."""
    script = tmp_path / "run.py"
    script.write_text(_HANGING_RUN)
    here = Path(__file__).resolve().parent
    run = subprocess.Popen([sys.executable, script, tmp_path, here, here.parent])
    number = _soon(lambda: (tmp_path / "number").exists() and (tmp_path / "number").read_text())
    assert psutil.pid_exists(int(number))
    run.kill()
    run.wait(10)
    assert _soon(lambda: _is_over(int(number)))


def _soon(look: Callable[[], Any]) -> Any:
    until = time.monotonic() + 20
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _is_over(number: int) -> bool:
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _is_ours(number: int) -> bool:
    try:
        return psutil.Process(number).ppid() == os.getpid() and psutil.Process(number).status() != "zombie"
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX environment")
def test_workers_use_one_thread_and_leave_the_environment_alone() -> None:
    """Workers start with one thread each; the environment of the command is as before."""
    before = dict(os.environ)
    with Pool(1, start, ()) as pool:
        ((_, threads, failure),) = list(pool.map(_environment, ["OMP_NUM_THREADS"]))
    assert failure is None
    assert threads == "1"
    assert dict(os.environ) == before


def _environment(state: Kept, name: str) -> str | None:
    return os.environ.get(name)


def test_no_items_need_no_worker() -> None:
    """A run over nothing starts no worker and gives nothing."""
    with Pool(3, refuse, ()) as pool:
        assert list(pool.map(work, [])) == []


def test_a_worker_gets_the_items_that_it_had_before():
    """Of what waits a worker takes its own, then what nobody had, then what another had, unless it stays with that one."""
    pool = Pool(2, print, ())
    one, other = (_Worker(cast("Any", None), cast("Any", None)) for _ in range(2))
    pool._workers = [one, other]
    items = [SimpleNamespace(key=name) for name in "abcd"]

    def taken(worker, names):
        waiting = deque((at, item) for at, item in enumerate(items) if item.key in names)
        return pool._next_for(worker, waiting).key, [item.key for _, item in waiting]

    assert taken(one, "ab") == ("a", ["b"])
    assert taken(other, "abc") == ("b", ["a", "c"])
    assert taken(one, "bcda") == ("a", ["b", "c", "d"])
    assert taken(one, "bcd") == ("c", ["b", "d"])
    assert taken(one, "b") == ("b", [])
    items[1].stays = items[2].stays = True
    assert pool._next_for(other, deque([(2, items[2])])) is None
    assert taken(other, "cdb") == ("b", ["c", "d"])
    assert taken(other, "cd") == ("d", ["c"])
    pool._workers = []


def test_an_item_that_is_dear_to_read_is_taken_over_where_that_is_quicker():
    """Another worker takes it when the one that read it has more before it than to read it again takes."""
    pool = Pool(2, print, ())
    one, other = (_Worker(cast("Any", None), cast("Any", None)) for _ in range(2))
    pool._workers = [one, other]
    items = [SimpleNamespace(key=name, stays=True) for name in "abcde"]
    one.kept |= dict.fromkeys("abcde")
    pool._first |= dict.fromkeys("abcde", 2.5)
    waiting = deque(enumerate(items))
    assert pool._next_for(other, waiting) is None
    pool._again = [1.0]
    assert pool._next_for(other, waiting, ahead=True) is None
    assert cast("Any", pool._next_for(other, waiting)).item is items[0]
    assert cast("Any", pool._next_for(other, waiting)).item is items[1]
    assert pool._next_for(other, waiting) is None
    pool._workers = []
