"""The file of a copy is made by a worker, from the parts where they were kept; what cannot be made is held."""

from __future__ import annotations

import errno
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import Inline
from documenthelp import said, simple

from pipeline.cli.running import describe_run
from pipeline.copies.assembling import AssembleTask, KeptPart, assemble, assemble_copy
from pipeline.copies.checking import WrittenUnit
from pipeline.copies.copying import assemble_copies
from pipeline.copies.file_copy import RECORDS
from pipeline.copies.writing import Written, write
from pipeline.engine import scan
from pipeline.errors import Failure, OutputError
from pipeline.formats import format_named
from pipeline.formats.base import units_of
from pipeline.intake import collect
from pipeline.model import Source
from pipeline.release import release
from pipeline.state import State
from pipeline.workspace import Unkept, Workspace

DOCUMENT = format_named("document")


def kept_parts(folder: Path, *, key: str = "a.docx#0") -> tuple[AssembleTask, bytes]:
    """Keep the parts of a document as a worker does; return the task to make a file of them, and the file expected."""
    data = simple(said("The road is closed.", "Nobody told us why."))
    source = Source("a.docx", "document", len(data))
    (unit,) = units_of(DOCUMENT, io.BytesIO(data), source)
    part = DOCUMENT.rewrite(data, unit, [])
    Workspace(folder / "work").put(write.__name__, 3, (key, Written(part)))
    expected = io.BytesIO()
    cast("Any", DOCUMENT).assemble([part], expected)
    (folder / "made").mkdir()
    parts = (KeptPart(3, "a.docx#0"),)
    return AssembleTask(source, "a.docx", parts, len(part), folder / "work", folder / "made"), expected.getvalue()


def test_the_file_is_made_of_the_kept_parts_and_cut_as_a_reader_cuts_it(tmp_path: Path) -> None:
    """Its units lead to its bytes, and a task that is done twice makes two files, neither of them a half one."""
    task, expected = kept_parts(tmp_path)
    made, again = (assemble(None, task) for _ in range(2))
    assert not isinstance(made, Unkept)
    assert not isinstance(again, Unkept)
    assert (tmp_path / "made" / made.file).read_bytes() == expected
    assert made.file != again.file
    assert made.size == len(expected)
    assert [each.sha256 for each in made.units] == [hashlib.sha256(expected).hexdigest()]
    assert (made.units[0].start, made.units[0].stop) == (0, len(expected))
    assert task.more_seconds >= 1


def test_the_parts_of_another_file_are_never_taken(tmp_path: Path) -> None:
    """What lies under the number has to be the part of that very unit."""
    task, _ = kept_parts(tmp_path, key="b.docx#0")
    with pytest.raises(OutputError, match="in the place of another"):
        assemble(None, task)


def test_a_disk_that_is_full_is_no_fault_of_the_file(tmp_path: Path) -> None:
    """The run ends as it does where the main process has no room."""
    task, _ = kept_parts(tmp_path)
    (tmp_path / "made").rmdir()
    assert assemble(None, task) == Unkept(errno.ENOENT)


def test_no_other_copy_is_in_the_way_of_the_parts(tmp_path: Path) -> None:
    """A file beside it may be called as anything."""
    data = simple(said("The road is closed."))
    source = Source("a.docx", "document", len(data))
    (unit,) = units_of(DOCUMENT, io.BytesIO(data), source)
    part = DOCUMENT.rewrite(data, unit, [])
    (tmp_path / "a.docx").write_bytes(part)
    others = [tmp_path / name for name in ("a.docx.parts", "a.docx.new", ".packed-0")]
    for each in others:
        each.write_bytes(b"another copy")
    assemble_copy(source, tmp_path / "a.docx", [WrittenUnit(unit, 0, len(part), "")])
    assert {each.read_bytes() for each in others} == {b"another copy"}
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "a.docx", *others])


class Answers:
    """A runner that does what it is asked here, but for one file, which fails."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[Any]
    ) -> Iterator[tuple[Any, Any, Failure | None]]:
        for item in items:
            failed = Failure("WorkerStopped", "", "it took too long") if item.name == self.failing else None
            yield item, None if failed else function(None, item), failed


def test_a_copy_that_cannot_be_made_is_held_and_the_others_are_not(tmp_path: Path) -> None:
    """Nothing of it lies in the release, and nothing is left of the folder in which files are made."""
    task, expected = kept_parts(tmp_path)
    (tmp_path / RECORDS).mkdir()
    copies = [
        SimpleNamespace(
            name=name, parts=list(task.parts), parts_size=task.size, is_released=True, held="", unscanned=False,
            units=[SimpleNamespace(unit=SimpleNamespace(source=task.source))], size=0,
        )
        for name in ("a.docx", "b.docx")
    ]  # fmt: skip
    for each in copies:
        (tmp_path / RECORDS / each.name).touch()
    done: Any = SimpleNamespace(workspace=Workspace(tmp_path / "work"))
    told: list[tuple[str, int, int]] = []
    assemble_copies(
        done, cast("Any", copies), tmp_path, cast("Any", Answers("b.docx")), lambda *each: told.append(each)
    )
    assert (tmp_path / RECORDS / "a.docx").read_bytes() == expected
    assert not (tmp_path / RECORDS / "b.docx").exists()
    assert not (tmp_path / ".assembled").exists()
    assert [each.held for each in copies] == ["", "its copy could not be made (it took too long)"]
    assert copies[1].unscanned
    assert copies[0].size == len(expected)
    assert told == [("assembling", 1, 2), ("assembling", 2, 2)]


class Killed(Exception):
    pass


class KilledInChecks(Inline):
    """Is killed when the files were made."""

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[Any]
    ) -> Iterator[tuple[Any, Any, Failure | None]]:
        if getattr(function, "function", function).__name__ == "check":
            raise Killed
        yield from super().map(function, items)


def test_a_run_that_goes_on_makes_the_files_anew(by_patterns: State, tmp_path: Path) -> None:
    """Those that the killed run made are gone with its folder, and no kept answer stands for them."""
    source = tmp_path / "in" / "a.docx"
    source.parent.mkdir()
    source.write_bytes(simple(said("The road is closed.")))
    state = replace(by_patterns, shared=None)

    def run(runner: Inline) -> None:
        done = scan(collect([source]), state.job, state.policy, runner, workspace=Workspace(tmp_path / "work"))
        release(done, tmp_path / "out", describe_run(state.job, state.policy, "2026-7"), runner)

    with pytest.raises(Killed):
        run(KilledInChecks(state))
    assert not (tmp_path / "out").exists()
    run(Inline(replace(state, shared=None)))
    assert (tmp_path / "out" / RECORDS / "a.docx").stat().st_size > 0
