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
from conftest import Command, command_environment, everything_in, message

from pipeline.case.checking import check_case
from pipeline.case.store import Case

EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}
SSN = "536-90-4399"

_DIE = """
import importlib, os, signal, sys
from pipeline.cli import main
where, name, when = sys.argv.pop(1).split(":")
owner = importlib.import_module(where)
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
"""Runs the command and kills it (signal 9) at one place, before or after it."""

PLACES = (
    "pipeline.case.making:Making.finish:before",  # the case is made
    "pipeline.casework:likenesses:before",  # everything is examined
    "pipeline.case.recording:digest_of_run:before",  # the examination is being recorded
    "pipeline.case.keeping:Keeping.keep_head:before",  # it is recorded
    "pipeline.release:_check:before",  # the copies are written
    "pipeline.casework:keep_column_values:before",  # the release lies there, and the case does not know it
    "pipeline.case.recording:digest_of_needles:before",  # the release is being recorded
    "pipeline.casework:record_release:after",  # it is recorded, and the run is not over
)


@dataclass
class Runs:
    """Runs the same redaction in copies of one case, whose key and number are the same in all."""

    tmp_path: Path
    command: Command

    def arguments(self, name: str) -> list[str]:
        given = ["in", "--policy", "montana", "--accuracy", "fast", "--workers", "1", "--request", "2026-7"]
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

    def killed(self, name: str, place: str, *more: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", _DIE, place, *self.arguments(name), *more],
            cwd=self.tmp_path, env=command_environment(self.tmp_path, EPOCH), capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, (place, done.stderr)

    def whole(self, name: str, *more: str) -> None:
        done = self.command(*self.arguments(name), *more, env=EPOCH)
        assert done.returncode == 1, done.stderr  # provisional: names wait for a person


@pytest.fixture
def runs(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Runs:
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
    return Runs(tmp_path, command)


def content(folder: Path) -> list[str]:
    """Return all that a case tells, as SQL."""
    with sqlite3.connect(folder / "case.sqlite") as database:
        return sorted(database.iterdump())


def left(tmp_path: Path, name: str) -> list[str]:
    """Return what lies about that is no part of a case or release."""
    places = [*(tmp_path / f"case-{name}" / "work").glob("*"), *tmp_path.glob(".*"), *(tmp_path / "tmp").glob("*")]
    return [str(each) for each in places]


@pytest.mark.models
@pytest.mark.timeout(400)
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_run_killed_at_every_stage_goes_on_as_if_nothing_had_been(runs: Runs, tmp_path: Path) -> None:
    """Killed in each stage, also while the case is recorded: the release and the case are those of an unbroken run."""
    whole = runs.case("whole")
    runs.whole("whole")
    told, there = content(whole), everything_in(tmp_path / "out-whole")
    assert len(told) > 200
    broken = runs.case("whole-again")
    shutil.move(tmp_path / "out-whole", tmp_path / "kept")
    shutil.rmtree(whole)
    broken.rename(whole)
    for place in PLACES[1:]:
        runs.killed("whole", place, "--resume")
        work = list((whole / "work").iterdir())
        assert len(work) == 1, place
        assert SSN.encode() not in everything_in(work[0]), place
    runs.whole("whole", "--resume")
    assert content(whole) == told
    assert everything_in(tmp_path / "out-whole") == there
    assert check_case(Case.open(whole)) == []
    assert left(tmp_path, "whole") == []
