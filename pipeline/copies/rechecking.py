"""Recheck: search finished copies for every value that is withheld from their sources."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.copies.checking import CheckTask, WrittenUnit, check
from pipeline.engine import scan
from pipeline.inputs import InputFile
from pipeline.policy.schema import Policy
from pipeline.results import FileResult, Progress, Scan
from pipeline.state import Job
from pipeline.texts.digest import Keyed
from pipeline.verify import Needle, WithheldIndex
from pipeline.workspace import Runner


def survivors(
    copies: Scan, sources: Sequence[InputFile], job: Job, policy: Policy | None, runner: Runner, progress: Progress
) -> list[str]:
    """Return the places in copies where a value stands that the policy withholds from the sources.

    The copies no longer tell which record they came from, so full names are searched in all of
    them, and lone names not at all.
    """
    original = scan(sources, job, policy, runner, progress)
    index = WithheldIndex(Keyed(job.key), _everywhere(original.withheld_needles))
    index.take_columns_of(original.index)
    return survivors_of(copies, index, runner, progress, of_other_records=True)


def survivors_of(
    copies: Scan, index: WithheldIndex, runner: Runner, progress: Progress, *, of_other_records: bool = False
) -> list[str]:
    """Return the places in copies where a value of the index stands; its scopes are keys of the copies.

    ``of_other_records`` says that names are searched in all records (see :class:`pipeline.copies.checking.CheckTask`).
    """
    runner.share(index)
    places = []
    tasks = [replace(_task(each), of_other_records=of_other_records) for each in copies.files if each.units]
    for number, (task, answer, failure) in enumerate(runner.map(check, tasks), start=1):
        progress("comparing copies", number, len(tasks))
        if failure is not None:
            places.append(f"{task.file.name}: {failure.what}")
        else:
            places += [f"{task.file.name}: a withheld {leak.entity} survives ({leak.place})" for leak in answer]
    return places


def _everywhere(withheld: Iterable[Needle]) -> Iterator[Needle]:
    for needle in withheld:
        if needle.entity != "PERSON" or needle.tokens > 1:
            yield replace(needle, scope="") if needle.entity == "PERSON" else needle


def _task(result: FileResult) -> CheckTask:
    units = []
    span, digest = (-1, -1), ""
    for each in result.units:
        start, stop = each.unit.start, each.unit.stop
        if (start, stop) != span:  # pages share all bytes of their file
            span, digest = (start, stop), hashlib.sha256(result.file.read(start, stop)).hexdigest()
        units.append(WrittenUnit(each.unit, start, stop, digest))
    return CheckTask(result.file, tuple(units), result.planned.columns)
