"""Release: copies, the check of what was written, and evidence, in a folder that appears whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipeline.anonymity import quasi_facts
from pipeline.assembling import AssembleTask, KeptPart, assemble
from pipeline.checking import CUT_BY_CONTENT, CheckTask, WrittenUnit, check
from pipeline.copies import RECORDS, Copy, hold_file, remove_empty
from pipeline.digest import Keyed
from pipeline.engine import FileResult, Progress, Scan, UnitResult, decided_task
from pipeline.errors import IntegrityError, LeakFound, OutputError, UsageError
from pipeline.evidence.documents import Office, seal, write_documents
from pipeline.evidence.log import Log, write_log
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, file_sha256, integrity, manifest, manifest_bytes
from pipeline.evidence.report import report_html
from pipeline.evidence.stated import CITED, FACTS, NUMBERS, facts_bytes, typed_texts
from pipeline.evidence.summary import Examined as Outcome
from pipeline.evidence.summary import FileOutcome, Run, Summary, Tally
from pipeline.formats import format_named
from pipeline.formats.base import Assembled, Finished, copy_name
from pipeline.inputs import InputFile
from pipeline.model import Cover, Coverage, Gap
from pipeline.packing import WRAPPINGS, archive_name, compress, pack_archives
from pipeline.resources import config_file
from pipeline.verify import View, WithheldIndex, search, views
from pipeline.weighing import shuffle_tables, weigh_tables
from pipeline.workspace import NOTHING, Remembering, Runner, Unkept, answer_of
from pipeline.writing import Written, write

MARKED = "marked"
_ONE_RECORD = frozenset({"message", "msg", "emlx", "plain_text", "html", "markdown", "pdf", "picture"})
_MOST_RUNS = 16
"""Runs into which the units of one assembled copy are cut to be checked."""
_UNITS_OF_A_RUN = 64
"""Messages of a mailbox that are checked in one go."""
_RUN = re.compile(r"[^\W_]+")
CONTACT_FILES = ("agency_contacts.yaml", "business_contacts.yaml", "officials.csv")


@dataclass(slots=True)
class Release:
    """What was handed over: the folder, its summary, and whether something unexamined holds a record."""

    folder: Path
    summary: Summary
    unscanned: bool

    @property
    def exit_code(self) -> int:
        """0 final and complete; 1 provisional or held; 3 something could not be examined and holds its record."""
        if self.unscanned:
            return 3
        return 0 if self.summary.status == "final" and self.summary.complete else 1


def release(
    done: Scan,
    out: Path,
    run: Run,
    runner: Runner,
    *,
    hold_undecided: bool = False,
    progress: Progress | None = None,
    office: Office | None = None,
) -> Release:
    """Write the release of a scan to ``out``.

    Args:
        done: what was found and decided.
        out: the release folder; it must not exist yet.
        run: what the evidence says of the run.
        runner: the workers of the scan.
        hold_undecided: hold every record with an undecided finding instead of showing its proposal.
        progress: is told stage, done and total.
        office: its letter and its signature, for a final release.

    Raises:
        UsageError: what was stated of the records says something that is withheld in them.
        OutputError: the folder exists or cannot be written.
        LeakFound: a withheld value survived; what was written is renamed out of the way.
    """
    tell = progress or (lambda *_: None)
    _see_stated(done, run)
    partial = _partial_folder(out)
    try:
        copies = _leaving(_copies(done), done.leaving)
        lists_held = done.policy is not None and done.policy.hold_distribution_lists
        _hold(copies, hold_undecided=hold_undecided, lists_held=lists_held)
        _write(done, copies, partial, Remembering(runner, done.workspace), tell)
        _assemble(done, copies, partial, runner, tell)  # its answers are files here: those of a killed run are gone
        remove_empty(partial / RECORDS)
        weigh_tables(done, copies, partial, runner, tell)
        leaking = _check(copies, partial, done, runner, tell)
        if leaking:
            _refuse(partial, out, leaking)
        shuffle_tables(done, copies, partial)
        _pack(copies, partial / RECORDS)
        summary = _evidence(done, copies, partial, run, office or Office())
        problems = integrity(partial, (SIGNATURE,))
        if problems:
            raise OutputError("release", f"what was written cannot be read back ({problems[0]})", "check the disk")
        partial.rename(out)
    except OSError as error:
        raise OutputError(
            str(out), f"the release cannot be written ({error.strerror})", "nothing was released"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    unscanned = any(copy.unscanned for copy in copies)
    return Release(out, summary, unscanned)


# --- the folder -------------------------------------------------------------------------


def _see_stated(done: Scan, run: Run) -> None:
    """See that nothing which was typed for the evidence says what is withheld (raises UsageError)."""
    typed = typed_texts(done.job.facts, done.job.file_facts, done.job.identity_check)
    told = [(key, text) for key, text in (("--request", run.request_id), *typed) if text]
    if not told:
        return
    wide = (each for each in done.withheld_needles if not each.scope or each.tokens > 1)
    index = WithheldIndex(Keyed(done.job.key), (replace(each, scope="") for each in wide))
    index.take_columns_of(done.index)
    for key, text in told:
        cited = NUMBERS if key in CITED else ()
        for hit in (each for each in search(views(text), index) if each.entity not in cited):
            what = f"it says something that is withheld in this release ({hit.entity})"
            raise UsageError(key, what, "say it without anything that stands in a record; nothing was released")


def _partial_folder(out: Path) -> Path:
    if out.exists() or out.is_symlink():
        raise OutputError(str(out), "this folder exists already", "name a new folder with --out")
    parent = out.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob(f".{escape(out.name)}.partial-*"):
            if not _is_running(left.name.rpartition("-")[2]):
                shutil.rmtree(left, ignore_errors=True)
        partial = parent / f".{out.name}.partial-{os.getpid()}"
        partial.mkdir(mode=0o700)
    except OSError as error:
        raise OutputError(str(out), f"the folder cannot be made ({error.strerror})", "choose another --out") from None
    return partial


def _is_running(number: str) -> bool:
    import psutil  # noqa: PLC0415 - only where a run was killed before

    return number.isdigit() and int(number) != os.getpid() and psutil.pid_exists(int(number))


def _refuse(partial: Path, out: Path, places: Sequence[str]) -> None:
    """Rename what leaks out of the way and say where it leaks."""
    number = 1
    while (failed := out.with_name(f"{out.name}.leaks-{number}")).exists():
        number += 1
    partial.rename(failed)
    shown = "; ".join(places[:5])
    raise LeakFound(
        str(failed),
        f"a withheld value survives in what was written, or it could not be checked, in {len(places)} places ({shown})",
        "do not hand it over; run again, and where it stays, hold these records or report the case",
    )


# --- the copies -------------------------------------------------------------------------


def output_names(done: Scan) -> dict[str, str]:
    """Return the name that the copy of each file has, by the path of the file; it gives away nothing withheld."""
    return {copy.result.file.name: copy.name for copy in _copies(done)}


def _copies(done: Scan) -> list[Copy]:
    """Choose the name of each copy: its own, or a neutral one where the name itself holds something withheld."""
    taken: set[str] = set()
    copies = []
    for number, result in enumerate(done.files, start=1):
        inner = _written_name(result)
        name = inner + result.file.name.removeprefix(result.file.inner_name)
        renamed = result.name_withheld or _gives_away(result, done)
        if renamed:
            packed = WRAPPINGS.get(result.file.wrapping, "")
            name = f"file-{number:04d}{_plain_suffix(inner)}{packed}"
        while name.casefold() in taken:
            path = PurePosixPath(name)
            name = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        taken.add(name.casefold())
        copies.append(Copy(result, name, renamed))
    return copies


def _written_name(result: FileResult) -> str:
    """Return the name of what a file becomes, as its format names it, before it is compressed again."""
    inner, source = result.file.inner_name, result.planned.source
    return inner if source is None else copy_name(format_named(source.format), inner)


def _leaving(copies: Sequence[Copy], chosen: frozenset[str] | None) -> list[Copy]:
    """Return the copies of the chosen units, under the names they always have; a file of one record goes whole."""
    if chosen is None:
        return list(copies)
    kept = []
    for copy in copies:
        source, units = copy.result.planned.source, copy.result.units
        mine = [unit for unit in units if unit.unit.key in chosen]
        if mine and source is not None:
            by_unit = format_named(source.format).holds == "unit"
            kept.append(replace(copy, result=replace(copy.result, units=mine if by_unit else units)))
    return kept


def _gives_away(result: FileResult, done: Scan) -> bool:
    """Return whether a file's name repeats what is withheld in the file (a lone name: where the file is one record)."""
    name = View("text", result.file.name)
    if result.name_repeats_record or search([name], done.index):
        return True
    source = result.planned.source
    one_record = source is not None and source.format in _ONE_RECORD
    scopes = {
        scope
        for unit in result.units
        if not unit.is_table
        for each in unit.decisions
        if each.withholds
        for scope in (each.finding.record, each.finding.thread)
    }
    hits = (hit for scope in scopes for hit in search([name], done.index, scope))
    return any(one_record or len(_RUN.findall(name.text[hit.start : hit.end])) > 1 for hit in hits)


def _plain_suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ""


def _hold(copies: Sequence[Copy], *, hold_undecided: bool, lists_held: bool) -> None:
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


def _write(done: Scan, copies: Sequence[Copy], partial: Path, runner: Runner, tell: Progress) -> None:
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


def _assemble(done: Scan, copies: Sequence[Copy], partial: Path, runner: Runner, tell: Progress) -> None:
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


def _check(copies: Sequence[Copy], partial: Path, done: Scan, runner: Runner, tell: Progress) -> list[str]:
    """Return the places where something survived in what lies on the disk."""
    released = [copy for copy in copies if copy.is_released]
    runner.share(done.index)
    places: list[str] = []
    total = sum(_checks_of(copy) for copy in released)
    tasks = (task for copy in released for task in _check_tasks(copy, partial))
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


def _checks_of(copy: Copy) -> int:
    """Return how many checks a copy takes."""
    run, source = _in_one_check(copy), copy.result.planned.source
    by_content = source is not None and source.format in CUT_BY_CONTENT
    return -(-len(copy.units) // run) + by_content if run else 1


def _check_tasks(copy: Copy, partial: Path) -> Iterator[CheckTask]:
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


# --- what was packed is packed again ------------------------------------------------------


def _pack(copies: Sequence[Copy], records: Path) -> None:
    """Pack again what was packed; copies that were renamed stand outside their archive."""
    released = [copy for copy in copies if copy.is_released]
    for copy in released:
        if copy.result.file.wrapping:
            compress(records / copy.name, copy.result.file.wrapping)
    pack_archives(records, {name for copy in released if not copy.renamed for name in copy.result.file.archives})


def _output(copy: Copy) -> str:
    """Return where a copy lies in the release: the outermost archive that holds it, or a file of its own."""
    archives = copy.result.file.archives
    return f"{RECORDS}/{archive_name(archives[0]) if archives and not copy.renamed else copy.name}"


# --- the evidence -----------------------------------------------------------------------


def _evidence(done: Scan, copies: Sequence[Copy], partial: Path, run: Run, office: Office) -> Summary:
    tally, log = Tally(), Log(run)
    for copy in copies:
        for outcome in _outcomes(copy):
            tally.add(outcome)
            log.add(outcome)
    summary = tally.summary(run, [_file_outcome(copy, partial) for copy in copies])
    _keep_policy(done, copies, partial)
    rows = log.rows()
    with (partial / "redaction-log.csv").open("w", encoding="utf-8", newline="") as stream:
        write_log(rows, stream)
    (partial / "report.html").write_text(report_html(summary), encoding="utf-8")
    write_documents(summary, rows, partial, office)
    content = manifest_bytes(manifest(summary, partial))
    (partial / MANIFEST).write_bytes(content)
    seal(content, summary, partial, office)
    return summary


def _outcomes(copy: Copy) -> Iterator[Outcome]:
    source = copy.result.planned.source
    by_message = source is not None and source.format == "mbox"
    if not copy.result.units:  # it could not be read at all
        gap = copy.result.planned.gap or Gap((), "empty", "there is nothing in it", holds=True)
        yield Outcome(copy.name, Coverage(copy.name, Cover.NOT_SCANNED, (gap,)))
    for number, unit in enumerate(copy.result.units):
        place = f"message {unit.unit.ordinal + 1}" if by_message else ""
        decisions = unit.decisions
        kept = () if unit.held or copy.held else decisions
        if number == 0 and copy.is_released:
            kept += tuple(copy.result.name_decisions)
        yield Outcome(copy.name, unit.coverage(decisions), kept, place=place)


def _file_outcome(copy: Copy, partial: Path) -> FileOutcome:
    held = Counter(unit.held for unit in copy.result.units if unit.held)
    reasons = tuple(sorted({copy.held, *held} - {""}))
    notes = copy.result.planned.notes
    if not copy.is_released:
        status = "not_scanned" if copy.unscanned else "held"
        return FileOutcome(copy.name, status, reasons=reasons, held_records=held.total(), notes=notes)
    path = partial / _output(copy)
    return FileOutcome(
        copy.name,
        "released",
        output=_output(copy),
        sha256=file_sha256(path),
        size=path.stat().st_size,
        reasons=reasons,
        held_records=held.total(),
        quasi=quasi_facts(copy.risk) if copy.risk is not None else None,
        notes=notes,
    )


def _keep_policy(done: Scan, copies: Sequence[Copy], partial: Path) -> None:
    """Put the policy, the contact files and the facts that were used beside the records, and what is enclosed."""
    folder = partial / "policy"
    folder.mkdir()
    if done.policy is not None:
        (folder / f"{done.policy.name}.yaml").write_bytes(done.policy.content)
    for name in CONTACT_FILES:
        shutil.copyfile(config_file(name, done.job.config), folder / name)
    stated = {copy.name: done.job.file_facts.get(copy.result.file.name) for copy in copies if copy.is_released}
    of_files = {name: facts for name, facts in stated.items() if facts is not None}
    (folder / FACTS).write_bytes(facts_bytes(done.job.facts, of_files, done.job.identity_check))
    for name, content in done.job.enclosed.items():
        (partial / name).write_bytes(content)
