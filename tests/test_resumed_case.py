"""A run with a case that is killed goes on: the same bytes, the same case, nothing recorded twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from casehelp import write
from conftest import command_environment, everything_in, message

from pipeline.case.checking import check_case
from pipeline.case.store import Case

EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}
TESTS = Path(__file__).parent
SSN = "536-90-4399"

_RUN = """
import importlib, os, resource, signal, sys
from contextlib import contextmanager
from dataclasses import replace
from conftest import Inline
import pipeline.cli.redacting as redacting
from pipeline.state import prepare
from pipeline.cli import main
make = redacting.make_release_job
def without_models(asked):
    job, policy = make(asked)
    return replace(job, level="patterns"), policy
redacting.make_release_job = without_models
@contextmanager
def inline(job, asked, folder):
    yield Inline(prepare(job))
redacting.engine = inline
where, size = sys.argv.pop(1), int(sys.argv.pop(1))
if size:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if where:
    module, name, when = where.split(":")
    owner = importlib.import_module(module)
    first, _, last = name.rpartition(".")
    owner = getattr(owner, first) if first else owner
    real = getattr(owner, last)
    def die(*given, **told):
        if when == "after":
            real(*given, **told)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, last, die)
main()
"""
"""Runs the command in one process and without models, for speed: neither changes anything here. It can kill the command (signal 9)
at one place, before or after it, and let no file become larger than so many bytes, as on a full disk."""

PLACES = (
    "pipeline.case.recording:digest_of_run:before",  # the examination is being recorded
    "pipeline.case.keeping:Keeping.keep_head:before",  # it is recorded
    "pipeline.casework.road:keep_column_values:before",  # the release lies there, and the case does not know it
    "pipeline.case.recording:digest_of_needles:before",  # the release is being recorded
    "pipeline.casework.road:record_release:after",  # it is recorded, and the run is not over
)


@dataclass
class Runs:
    """Runs the same redaction in copies of one case, whose key and number are the same in all."""

    tmp_path: Path

    def arguments(self, name: str) -> list[str]:
        given = ["in", "--policy", "montana", "--workers", "1", "--request", "2026-7"]
        return ["redact", *given, "--case", f"case-{name}", "--out", f"out-{name}"]

    def case(self, name: str) -> Path:
        """Give a copy of the case its own folder; only one of the copies is used at a time."""
        folder = self.tmp_path / f"case-{name}"
        shutil.copytree(self.tmp_path / "case", folder)
        folder.chmod(0o700)
        state = self.tmp_path / "state"
        shutil.rmtree(state)
        shutil.copytree(self.tmp_path / "state-then", state)
        return folder

    def start(self, name: str, *more: str, place: str = "", size: int = 0) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _RUN, place, str(size), *self.arguments(name), *more],
            cwd=self.tmp_path, env=command_environment(self.tmp_path, {**EPOCH, "PYTHONPATH": str(TESTS)}),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def killed(self, name: str, place: str, *more: str) -> None:
        run = self.start(name, *more, place=place)
        _, told = run.communicate(timeout=60)
        assert run.returncode == -signal.SIGKILL, (place, told)

    def ended(self, name: str, *more: str, size: int = 0) -> tuple[int, str]:
        run = self.start(name, *more, size=size)
        _, told = run.communicate(timeout=60)
        return run.returncode, told

    def whole(self, name: str, *more: str) -> None:
        code, told = self.ended(name, *more)
        assert code == 1, told  # provisional: something waits for a person


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH["SOURCE_DATE_EPOCH"])
    bodies = [f"My number is {SSN}, call me at 406-555-01{n:02d}.\n\nWilma Testperson" for n in range(12)]
    box = "".join(
        f"From x@example.com Mon Mar  3 10:00:00 2025\n{message(each, subject=f'n{n}')}\n"
        for n, each in enumerate(bodies)
    )
    rows = "".join(f"{n},{SSN},406-555-01{n:02d},the hedge\n" for n in range(30))
    write(tmp_path / "in", {"box.mbox": box, "form.csv": f"case,ssn,phone,topic\n{rows}", "a.txt": "The hedge.\n"})
    Case.create(tmp_path / "case", "2026-7").close_database()
    shutil.copytree(tmp_path / "state", tmp_path / "state-then")
    return Runs(tmp_path)


def content(folder: Path) -> list[str]:
    """Return all that a case tells, as SQL."""
    with sqlite3.connect(folder / "case.sqlite") as database:
        return sorted(database.iterdump())


def left(tmp_path: Path, name: str) -> list[str]:
    """Return what lies about that is no part of a case or release."""
    places = [*(tmp_path / f"case-{name}" / "work").glob("*"), *tmp_path.glob(".*"), *(tmp_path / "tmp").glob("*")]
    return [str(each) for each in places if each.name != ".ses"]  # ONNX Runtime's own: a number


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_run_killed_at_every_stage_goes_on_as_if_nothing_had_been(runs: Runs, tmp_path: Path) -> None:
    """Killed in each stage, also while the case is recorded: the release and the case are those of an unbroken run."""
    whole = runs.case("whole")
    runs.whole("whole")
    told, there = content(whole), everything_in(tmp_path / "out-whole")
    assert len(told) > 150
    broken = runs.case("whole-again")
    shutil.move(tmp_path / "out-whole", tmp_path / "kept")
    shutil.rmtree(whole)
    broken.rename(whole)
    for place in PLACES:
        runs.killed("whole", place, "--resume")
        work = list((whole / "work").iterdir())
        assert len(work) == 1, place
        assert SSN.encode() not in everything_in(work[0]), place
    runs.whole("whole", "--resume")
    assert content(whole) == told
    assert everything_in(tmp_path / "out-whole") == there
    assert check_case(Case.open(whole)) == []
    assert left(tmp_path, "whole") == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_run_killed_at_any_moment_goes_on_as_if_nothing_had_been(runs: Runs, tmp_path: Path) -> None:
    """Killed at moments drawn by chance, the run ends as an unbroken one does; findings stand in the case once."""
    whole = runs.case("whole")
    began = time.monotonic()
    runs.whole("whole")
    takes = time.monotonic() - began
    told, there = content(whole), everything_in(tmp_path / "out-whole")
    shutil.rmtree(tmp_path / "out-whole")
    shutil.rmtree(whole)
    runs.case("whole")
    drawn = random.Random(7)
    for _ in range(2):
        run = runs.start("whole", "--resume")
        time.sleep(takes * drawn.uniform(0.5, 0.95))
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=10)
    code, words = runs.ended("whole", "--resume")
    assert code == 1 or "exists already" in words, words  # where the last was over already
    assert content(whole) == told
    assert everything_in(tmp_path / "out-whole") == there
    assert check_case(Case.open(whole)) == []
    assert left(tmp_path, "whole") == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_run_does_not_go_on_in_a_case_that_was_written_to_meanwhile(runs: Runs, tmp_path: Path) -> None:
    """What a person did in the case after the kill may change the decisions: refused, and a new run works."""
    from casehelp import nothing_wrong

    from pipeline.case.closing import hold

    folder = runs.case("a")
    runs.killed("a", "pipeline.casework.road:likenesses:before")
    hold(Case.open(folder), by="counsel", reason="litigation is expected", scanner=nothing_wrong)
    code, words = runs.ended("a", "--resume")
    assert code == 2
    assert "the case changed since the run began" in words
    assert "without --resume" in words
    assert not (tmp_path / "out-a").exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_of_several_versions_the_finished_ones_are_not_made_again(runs: Runs, tmp_path: Path) -> None:
    """Killed in the second of two versions, the command goes on with that one; the case has each release once."""
    folder = runs.case("a")
    both = ("--recipient", "requester", "--recipient", "public")
    runs.killed("a", "pipeline.resuming:WorkingFolder.finish:after", *both)
    first = everything_in(tmp_path / "out-a" / "requester")
    assert not (tmp_path / "out-a" / "public").exists()
    runs.whole("a", "--resume", *both)
    assert everything_in(tmp_path / "out-a" / "requester") == first
    assert (tmp_path / "out-a" / "public" / "release.json").is_file()
    case = Case.open(folder)
    assert [each.told["action"] for each in case.entries()] == ["opened", *("examined", "released") * 2]
    assert check_case(case) == []
    assert left(tmp_path, "a") == []


# --- a case that could not be made ------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("size", [50, 20_000])
def test_after_a_full_disk_the_next_try_makes_the_case(runs: Runs, tmp_path: Path, size: int) -> None:
    """Where there was no room for a case, nothing of it stays, no key either; the same command works later."""
    code, words = runs.ended("new", size=size)
    assert code in {2, 3}, words
    assert "room" in words
    assert "Traceback" not in words
    assert not (tmp_path / "case-new").exists()
    assert [each.name for each in (tmp_path / "state/cases").iterdir()] == [Case.open(tmp_path / "case").id]
    if size > 50:
        runs.whole("new")
        assert check_case(Case.open(tmp_path / "case-new")) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("place", ["Making.begin:after", "Making.finish:before"])
def test_a_case_that_was_killed_in_the_making_is_made_anew(runs: Runs, tmp_path: Path, place: str) -> None:
    """A kill while the case is made leaves nothing in the way: what was begun is cleared, with its key."""
    runs.killed("new", f"pipeline.case.making:{place}")
    assert not (tmp_path / "case-new" / "case.json").exists()
    assert list((tmp_path / "case-new").iterdir())
    case = Case.create(tmp_path / "case-new", "2026-7")
    assert check_case(case) == []
    known = {case.id, Case.open(tmp_path / "case").id}
    assert {each.name for each in (tmp_path / "state/cases").iterdir()} == known


def test_a_case_that_another_run_makes_is_left_alone(runs: Runs, tmp_path: Path) -> None:
    """A mark of a run that is alive is not touched, and a whole case is never cleared."""
    from pipeline.case.making import Making, clear
    from pipeline.errors import OutputError

    folder = tmp_path / "case-new"
    folder.mkdir(mode=0o700)
    Making(folder, "0" * 32).begin(b"{}")
    mark = next(folder.iterdir())
    mark.rename(folder / f".case-being-made.{os.getppid()}")
    with pytest.raises(OutputError, match="another run is making this case"):
        Case.create(folder)
    (runs.tmp_path / "case" / ".case-being-made.999999999").write_text("{}")
    clear(runs.tmp_path / "case")
    assert Case.open(runs.tmp_path / "case").entries()
