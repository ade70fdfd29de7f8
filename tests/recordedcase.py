"""A case with findings but without models: what was found is recorded by the case's own functions.

As a program (``python recordedcase.py CASE SOURCE``) it serves the desk of such a case by the real server, and prints
its address; the test that started it ends it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.case.recording import Examination, Outcome, record_examination
from pipeline.case.store import Case, now
from pipeline.cli.running import describe_run
from pipeline.formats import HEAD_SIZE, format_of
from pipeline.intake import collect
from pipeline.model import Action, Cover, Decision, Finding, Segment, Source
from pipeline.policy.load import load
from pipeline.review.desk import Desk
from pipeline.review.road import Road
from pipeline.review.serving import Listening, serve
from pipeline.state import Job
from pipeline.texts.digest import Keyed
from pipeline.workspace import Runner

HARMLESS: list[str] = []
PHONE = re.compile(r"406-555-01\d\d")
NAME = re.compile(r"Wilma Testperson")


def recorded(folder: Path, source: Path, url: str = "") -> Case:
    """Make a case in which the telephone numbers and a name in the files of ``source`` wait for a person."""
    case = Case.create(folder, "2026-7", url=url)
    record(case, source)
    return case


def record(case: Case, source: Path) -> int:
    """Record a run over the files of ``source``."""
    files, keyed, policy = collect([source]), Keyed(case.key), load("montana")
    found = []
    for file in files:
        kind = format_of(file.read(0, HEAD_SIZE), file.name)
        assert kind is not None
        with file.open() as stream:
            units = list(kind.units(stream, Source(file.name, kind.name, file.size)))
        for unit in units:
            told = kind.read(file.read(unit.start, unit.stop), unit)
            decisions = tuple(each for segment in told.segments for each in _decided(segment, keyed))
            found.append(Outcome(file, kind.name, unit, decisions, Cover.REDACTED.value, "", f"{unit.ordinal:032x}"))
    labels = {each.name: each.name for each in files}
    return record_examination(case, found, Examination(now(), policy, "fast", "requester", labels))


def _decided(segment: Segment, keyed: Keyed) -> Iterator[Decision]:
    for entity, rule, pattern in (("PHONE_NUMBER", "telephone_number", PHONE), ("PERSON", "full_name", NAME)):
        for at in pattern.finditer(segment.text):
            digest = keyed.digest(entity, at[0])
            finding = Finding(
                entity, at.start(), at.end(), segment.address, segment.record, 0.9, "pattern", "its shape",
                subject="a person", digest=digest,
            )  # fmt: skip
            yield Decision(finding, Action.REVIEW, rule, authority="a law", decided_by="undecided")


def recorded_desk(case: Case, source: Path) -> Desk:
    """The desk of such a case; whatever it would examine or release anew fails, for there are no workers."""

    @contextmanager
    def workers(_job: Job) -> Iterator[Runner]:
        raise RuntimeError("no models here")
        yield

    policy = load("montana")
    job = Job(case.key, now(), str(policy.name), level="fast")
    return Desk(case, Road(collect([source]), policy, job, describe_run(job, policy), workers), lambda _text: HARMLESS)


if __name__ == "__main__":
    serve(
        recorded_desk(Case.open(Path(sys.argv[1])), Path(sys.argv[2])),
        Listening(),
        lambda address: print(address, flush=True),
    )
