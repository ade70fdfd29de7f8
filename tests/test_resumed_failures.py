"""A run goes on after units failed in it that do not fail now: what depends on them is worked out anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Inline

from pipeline.cli.running import describe_run
from pipeline.engine import scan
from pipeline.errors import Failure, LeakFound
from pipeline.intake import collect
from pipeline.release import release
from pipeline.state import State
from pipeline.workspace import Workspace

pytestmark = pytest.mark.models

TELLING = "Customer ID: 47A118\nSSN 536-90-4399, Wilma Testperson, wilma@example.org\n"
QUIET = "The matter of customer ID: 47A118 is closed.\n"


class Killed(Exception):
    pass


class Stale(Inline):
    """Writes one file as it was."""

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[Any]
    ) -> Iterator[tuple[Any, Any, Failure | None]]:
        if getattr(function, "function", function).__name__ == "write":
            items = [
                replace(each, item=replace(each.item, decisions=(), taken=())) if "b.txt" in each.key else each
                for each in items
            ]
            shared, self.state.shared = self.state.shared, None
            yield from super().map(function, items)
            self.state.shared = shared
        else:
            yield from super().map(function, items)


class Failing(Inline):
    """Fails to examine a file, and is killed when what was written is checked."""

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[Any]
    ) -> Iterator[tuple[Any, Any, Failure | None]]:
        inner = getattr(function, "function", function).__name__
        if inner == "check":
            raise Killed
        for item, answer, failure in super().map(function, items):
            hit = inner == "examine" and item.item.unit.source.path == "z.txt"
            if hit:
                (self.folder / "examine" / f"{item.number:08d}").unlink()
            yield (item, None, Failure("WorkerStopped", "", "too slow")) if hit else (item, answer, failure)

    folder: Path


def test_what_a_unit_tells_that_failed_before_is_withheld_in_the_others(loaded: State, tmp_path: Path) -> None:
    """The copy of the other file was written when nobody knew whose the account is."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "z.txt").write_text(TELLING, encoding="utf-8")
    (source / "b.txt").write_text(QUIET, encoding="utf-8")
    state = replace(loaded, shared=None)

    def run(runner: Inline) -> None:
        done = scan(collect([source]), state.job, state.policy, runner, workspace=Workspace(tmp_path / "work"))
        release(done, tmp_path / "out", describe_run(state.job, state.policy, "2026-7"), runner)

    killed = Failing(state)
    killed.folder = tmp_path / "work"
    with pytest.raises(Killed):
        run(killed)
    assert (tmp_path / "work" / "write" / "00000000").is_file()
    run(Inline(replace(state, shared=None)))
    copies = {each.name: each.read_text(encoding="utf-8") for each in (tmp_path / "out" / "records").iterdir()}
    assert set(copies) == {"b.txt", "z.txt"}
    assert not [name for name, text in copies.items() if "47A118" in text]


def test_a_copy_does_not_clear_what_another_record_links(loaded: State, tmp_path: Path) -> None:
    """Alone in its copy the account is nobody's; the check of what was written knows whose it is."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.txt").write_text(QUIET, encoding="utf-8")
    (tmp_path / "in" / "z.txt").write_text(TELLING, encoding="utf-8")
    runner = Stale(replace(loaded, shared=None))
    done = scan(collect([tmp_path / "in"]), loaded.job, loaded.policy, runner)
    with pytest.raises(LeakFound) as told:
        release(done, tmp_path / "out", describe_run(loaded.job, loaded.policy, "2026-7"), runner)
    assert "b.txt" in str(told.value)
