"""Release: copies, the check of what was written, and evidence, in a folder that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from glob import escape
from pathlib import Path

from pipeline.copies.anonymity import quasi_facts
from pipeline.copies.copy_names import copies_of, leaving
from pipeline.copies.copying import assemble_copies, check_copies, hold, output_of, pack_copies, write_copies
from pipeline.copies.file_copy import RECORDS, Copy, remove_empty
from pipeline.copies.weighing import shuffle_tables, weigh_tables
from pipeline.errors import LeakFound, OutputError, UsageError
from pipeline.evidence.documents import Office, seal, write_documents
from pipeline.evidence.log import Log, write_log
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, file_sha256, integrity, manifest, manifest_bytes
from pipeline.evidence.report import report_html
from pipeline.evidence.stated import CITED, FACTS, NUMBERS, facts_bytes, typed_texts
from pipeline.evidence.summary import Examined as Outcome
from pipeline.evidence.summary import FileOutcome, Run, Summary, Tally
from pipeline.model import Cover, Coverage, Gap
from pipeline.resources import config_file
from pipeline.results import Progress, Scan, unexamined_names
from pipeline.texts.digest import Keyed
from pipeline.verify import WithheldIndex, search, views
from pipeline.workspace import Remembering, Runner

CONTACT_FILES = ("agency_contacts.yaml", "business_contacts.yaml", "officials.csv")


@dataclass(slots=True)
class Release:
    """What was handed over: the folder, its summary, and whether something unexamined holds a record.

    ``inputs`` are the names in the input of held files whose names nobody came to examine, by how the evidence calls
    them: for the person who gave them, and in nothing that is handed over.
    """

    folder: Path
    summary: Summary
    unscanned: bool
    inputs: Mapping[str, str] = field(default_factory=dict)

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
        copies = leaving(copies_of(done), done.leaving)
        lists_held = done.policy is not None and done.policy.hold_distribution_lists
        hold(copies, hold_undecided=hold_undecided, lists_held=lists_held)
        write_copies(done, copies, partial, Remembering(runner, done.workspace), tell)
        assemble_copies(done, copies, partial, runner, tell)  # not remembered: a killed run's files are gone
        remove_empty(partial / RECORDS)
        weigh_tables(done, copies, partial, runner, tell)
        leaking = check_copies(copies, partial, done, runner, tell)
        if leaking:
            _refuse(partial, out, leaking)
        shuffle_tables(done, copies, partial)
        pack_copies(copies, partial / RECORDS)
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
    return Release(out, summary, unscanned, unexamined_names((copy.name, copy.result) for copy in copies))


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
    path = partial / output_of(copy)
    return FileOutcome(
        copy.name,
        "released",
        output=output_of(copy),
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
