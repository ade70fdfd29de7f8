"""From decisions to copies: what is held, what is written, made into files, checked, and packed again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pipeline.archives.packing import archive_name, compress, pack_archives
from pipeline.copies.assembling import AssembleTask, KeptPart, assemble
from pipeline.copies.checking import CUT_BY_CONTENT, CheckTask, WrittenUnit, check
from pipeline.copies.file_copy import RECORDS, Copy, hold_file
from pipeline.copies.writing import Written, write
from pipeline.engine import decided_task
from pipeline.errors import IntegrityError
from pipeline.formats import format_named
from pipeline.formats.base import Assembled, Finished
from pipeline.inputs import InputFile
from pipeline.results import Progress, Scan, UnitResult
from pipeline.workspace import NOTHING, Runner, Unkept, answer_of

MARKED = "marked"
_MOST_RUNS = 16
"""Runs into which the units of one assembled copy are cut to be checked."""
_UNITS_OF_A_RUN = 64
"""Messages of a mailbox that are checked in one go."""


def hold(copies: Sequence[Copy], *, hold_undecided: bool, lists_held: bool) -> None:
    """Hold what could not be examined, what the policy holds, and, if asked to, what waits for a person."""
    for copy in copies:
        for unit in copy.result.units:
            if unit.list_hold and lists_held:
                unit.hold(unit.list_hold)
            if hold_undecided and any(each.undecided for each in unit.decisions):
                unit.hold("something in it waits for a person's decision")
        if hold_undecided and any(each.undecided for each in copy.result.name_decisions):
            hold_file(copy, "its name waits for a person's decision", unscanned=False)
        if copy.result.held:
            hold_file(copy, copy.result.held, unscanned=True)
            continue
        if copy.result.planned.hold and lists_held:
            hold_file(copy, copy.result.planned.hold, unscanned=False)
        _hold_whole(copy)


def _hold_whole(copy: Copy) -> None:
    """Hold the file when one of its units is held and its format has no smaller record."""
    source = copy.result.planned.source
    held = next((unit for unit in copy.result.units if unit.held), None)
    if held is None or source is None:
        return
    copy.unscanned = copy.unscanned or any(unit.unscanned for unit in copy.result.units)
    if format_named(source.format).holds == "file":
        hold_file(copy, held.held, unscanned=held.unscanned)


def write_copies(done: Scan, copies: Sequence[Copy], partial: Path, runner: Runner, tell: Progress) -> None:
    """Write the copies below ``partial``; a record that cannot be written, or in which a value survives, is held."""
    owner: dict[str, tuple[Copy, UnitResult]] = {
        unit.unit.key: (copy, unit) for copy in copies if not copy.held for unit in copy.result.units if not unit.held
    }
    tasks = (decided_task(copy.result, unit) for copy, unit in owner.values())
    sink: BinaryIO | None = None
    current: Copy | None = None
    try:
        for number, (task, answer, failure) in enumerate(runner.map(write, tasks), start=1):
            tell("writing", number, len(owner))
            copy, unit = owner[task.unit.key]
            if copy is not current:
                sink = _next_sink(sink, partial / RECORDS / copy.name)
                current = copy
            assert sink is not None
            if failure is not None:
                unit.hold(failure.what, unscanned=True)
            elif answer.leaks:
                unit.hold("a withheld value would survive in its copy")
            else:
                _append(copy, unit, answer, KeptPart(number - 1, task.key), sink)
                done.index.update(answer.needles)
                done.withheld_needles.update(answer.needles)
    finally:
        if sink is not None:
            sink.close()
    for copy in copies:
        if not copy.held:
            _hold_whole(copy)
        copy.size = copy.parts_size
        if not copy.is_released:
            (partial / RECORDS / copy.name).unlink(missing_ok=True)


def _next_sink(before: BinaryIO | None, path: Path) -> BinaryIO:
    if before is not None:
        before.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


def _append(copy: Copy, unit: UnitResult, told: Written, kept: KeptPart, sink: BinaryIO) -> None:
    """Take in what was written of a unit: its bytes now, or the place of a part of which a worker makes the file."""
    stop, made = copy.parts_size + told.size, unit.unit
    if isinstance(format_named(made.source.format), Assembled):
        copy.parts.append(kept)
    else:
        written: Written = answer_of(unit.workspace, write, kept.number, kept)
        sink.write(written.part)
        if written.marked is not None:
            unit.workspace.put(MARKED, unit.number, written.marked)
    if isinstance(format_named(made.source.format), Finished):
        made = replace(made, context={**made.context, "origin": "copy"})
    copy.units.append(WrittenUnit(made, copy.parts_size, stop, told.sha256))
    copy.parts_size = stop
    unit.decide_more(told.mended)


def assemble_copies(done: Scan, copies: Sequence[Copy], partial: Path, runner: Runner, tell: Progress) -> None:
    """Let workers make the files of copies whose parts are none by themselves; a file that cannot be made is held."""
    asked = [copy for copy in copies if copy.is_released and copy.parts]
    if not asked:
        return
    folder = partial / ".assembled"
    folder.mkdir(mode=0o700)
    tasks = (
        AssembleTask(
            copy.units[0].unit.source, copy.name, tuple(copy.parts), copy.parts_size, done.workspace.folder, folder
        )
        for copy in asked
    )
    for number, (copy, (_, answer, failure)) in enumerate(
        zip(asked, runner.map(assemble, tasks), strict=True), start=1
    ):
        tell("assembling", number, len(asked))
        path = partial / RECORDS / copy.name
        if isinstance(answer, Unkept):
            raise OSError(answer.error, os.strerror(answer.error))
        if failure is not None:
            hold_file(copy, f"its copy could not be made ({failure.what})", unscanned=True)
            path.unlink()
            continue
        (folder / answer.file).replace(path)
        copy.units, copy.size = list(answer.units), answer.size
    shutil.rmtree(folder)


def check_copies(copies: Sequence[Copy], partial: Path, done: Scan, runner: Runner, tell: Progress) -> list[str]:
    """Return the places where something survived in what lies on the disk."""
    released = [copy for copy in copies if copy.is_released]
    runner.share(done.index)
    places: list[str] = []
    total = sum(checks_of(copy) for copy in released)
    tasks = (task for copy in released for task in check_tasks(copy, partial))
    for number, (task, answer, failure) in enumerate(runner.map(check, tasks), start=1):
        tell("verifying", number, total)
        if failure is not None:
            places.append(f"{task.file.name}: {failure.what}")
        else:
            places += [f"{task.file.name}: {leak.place} ({leak.entity}, {leak.view})" for leak in answer]
    return places


def _in_one_check(copy: Copy) -> int:
    """Return how many units of a copy are checked in one go, 0 for all: one of a table, else runs of units.

    Units of an assembled copy share the bytes of their file, so each run reads all of them.
    """
    source = copy.result.planned.source
    kind = format_named(source.format) if source is not None else None
    if hasattr(kind, "table"):
        return 1
    if isinstance(kind, Assembled):
        return max(1, -(-len(copy.units) // _MOST_RUNS))
    return _UNITS_OF_A_RUN if len(copy.units) > _UNITS_OF_A_RUN else 0


def checks_of(copy: Copy) -> int:
    """Return how many checks a copy takes."""
    run, source = _in_one_check(copy), copy.result.planned.source
    by_content = source is not None and source.format in CUT_BY_CONTENT
    return -(-len(copy.units) // run) + by_content if run else 1


def check_tasks(copy: Copy, partial: Path) -> Iterator[CheckTask]:
    """Yield the checks of a copy (raises IntegrityError where the file is not as long as what was written)."""
    file = InputFile.at(partial / RECORDS / copy.name, copy.name)
    columns = copy.result.planned.columns
    run = _in_one_check(copy)
    if not run:
        yield CheckTask(file, tuple(copy.units), columns)
        return
    if file.size != copy.size:
        raise IntegrityError("copy", "it is longer or shorter than what was written", "check the disk and run again")
    source = copy.result.planned.source
    if source is not None and source.format in CUT_BY_CONTENT:
        yield CheckTask(file, tuple(copy.units), columns, only_cuts=True)
    results = {each.unit.key: each for each in copy.result.units}
    for at in range(0, len(copy.units), run):
        units = []
        for written in copy.units[at : at + run]:
            unit = results.get(written.unit.key)  # an assembled copy is cut anew
            marked = unit.workspace.get(MARKED, unit.number) if unit is not None and unit.is_table else NOTHING
            units.append(written if marked is NOTHING else replace(written, marked=marked))
        yield CheckTask(file, tuple(units), columns, is_whole=False)


def pack_copies(copies: Sequence[Copy], records: Path) -> None:
    """Pack again what was packed; copies that were renamed stand outside their archive."""
    released = [copy for copy in copies if copy.is_released]
    for copy in released:
        if copy.result.file.wrapping:
            compress(records / copy.name, copy.result.file.wrapping)
    pack_archives(records, {name for copy in released if not copy.renamed for name in copy.result.file.archives})


def output_of(copy: Copy) -> str:
    """Return where a copy lies in the release: the outermost archive that holds it, or a file of its own."""
    archives = copy.result.file.archives
    return f"{RECORDS}/{archive_name(archives[0]) if archives and not copy.renamed else copy.name}"
