"""Answers are kept by the workers that make them; the main process is told what it needs, also when a run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import Failure, OutputError
from pipeline.workspace import Numbered, Remembering, Workspace, answer_of


@dataclass(frozen=True)
class Unit:
    key: str


@dataclass(frozen=True)
class Answer:
    head: str
    body: str

    def told(self) -> Answer:
        return Answer(self.head, "")


class Here:
    """A runner in this process that counts what it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def share(self, value: Any) -> None:
        raise AssertionError(value)

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[Any]
    ) -> Iterator[tuple[Any, Any, Failure | None]]:
        for item in items:
            self.asked += 1
            yield item, function(None, item), None


def examined(_: Any, unit: Unit) -> Answer:
    return Answer(f"head of {unit.key}", f"body of {unit.key}")


UNITS = [Unit("a"), Unit("b"), Unit("c")]


def test_what_is_told_is_short_and_the_whole_is_kept(tmp_path: Path) -> None:
    kept, here = Workspace(tmp_path), Here()
    told = [(item, answer) for item, answer, _ in Remembering(here, kept).map(examined, UNITS)]
    assert told == [(unit, Answer(f"head of {unit.key}", "")) for unit in UNITS]
    assert answer_of(kept, examined, 1, UNITS[1]) == Answer("head of b", "body of b")


def test_what_is_kept_is_not_asked_again_and_told_as_shortly(tmp_path: Path) -> None:
    kept, here = Workspace(tmp_path), Here()
    list(Remembering(here, kept).map(examined, UNITS[:2]))
    other = [UNITS[0], Unit("changed"), UNITS[2]]
    told = [answer for _, answer, _ in Remembering(here, kept).map(examined, other)]
    assert told == [Answer(f"head of {unit.key}", "") for unit in other]
    assert here.asked == 2 + 2


def test_an_answer_that_cannot_be_kept_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "examined").write_bytes(b"")  # where the folder of the stage would be
    with pytest.raises(OSError, match="exists"):
        list(Remembering(Here(), Workspace(tmp_path)).map(examined, UNITS))


def test_an_answer_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be read back"):
        answer_of(Workspace(tmp_path), examined, 0, UNITS[0])


def test_the_answer_of_another_item_is_refused(tmp_path: Path) -> None:
    kept = Workspace(tmp_path)
    list(Remembering(Here(), kept).map(examined, UNITS))
    with pytest.raises(OutputError, match="in the place of another"):
        answer_of(kept, examined, 1, UNITS[2])


def test_a_numbered_item_has_the_key_by_which_the_pool_knows_it() -> None:
    assert Numbered(7, UNITS[0]).key == "a"
