"""Certify: the frame of released records, the draw that the case keeps, and the certificate of a reviewed sample."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.audit import rows_digest
from pipeline.case.proof import binding_problems
from pipeline.case.recording import latest_release
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import CertificateRow
from pipeline.errors import IntegrityError
from pipeline.evidence.certificate import (
    Certificate,
    Record,
    Stratum,
    draw,
    frame_digest,
    joint_most_bad,
    shares,
)
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, file_sha256, integrity
from pipeline.formats import HEAD_SIZE, format_named, format_of
from pipeline.inputs import InputFile
from pipeline.intake import collect
from pipeline.model import Cell, Segment, Source, Unit
from pipeline.private_files import private_folder, write_private
from pipeline.workspace import Runner

Frame = Mapping[str, Sequence[Record]]
Reviewer = Callable[[Record, str], bool]
"""Shows a person the text of a released record, and returns whether something was missed in it."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw, as the case recorded it before anything was reviewed: from which frame, with which seed, how many."""

    release: int
    seed: str
    frame_sha256: str
    sizes: Mapping[str, int]


# --- the frame --------------------------------------------------------------------------


def counted(_state: Any, file: InputFile) -> tuple[str, list[int]]:
    """Return the format of a copy and how many records each of its units has."""
    name, units = _units(file)
    return name, [len(_records(file, each)) for each in units]


def text_of(_state: Any, asked: tuple[InputFile, Record]) -> str:
    """Return the text of one released record."""
    file, record = asked
    _, units = _units(file)
    return "\n".join(each.text for each in _records(file, units[record.unit])[record.record])


def _units(file: InputFile) -> tuple[str, list[Unit]]:
    kind = format_of(file.read(0, HEAD_SIZE), Path(file.name).name)
    if kind is None:
        raise IntegrityError(file.name, "the copy has no known format", "make the release again")
    with file.open() as stream:
        return kind.name, list(kind.units(stream, Source(file.name, kind.name, file.size)))


def _records(file: InputFile, unit: Unit) -> list[list[Segment]]:
    reading = format_named(unit.source.format).read(file.read(unit.start, unit.stop), unit)
    grouped: dict[str, list[Segment]] = {}
    for segment in reading.segments:
        if not (isinstance(segment.address[-1], Cell) and segment.address[-1].row < 0):  # a header row is no record
            grouped.setdefault(segment.record, []).append(segment)
    return list(grouped.values())


def frame_of(release: Path, runner: Runner, *, by: str = "") -> Frame:
    """Return the released records of a release folder, by stratum.

    Args:
        release: the folder, intact.
        runner: workers; no model is needed.
        by: ``format`` or ``file`` for strata, "" for one frame.
    """
    frame: dict[str, list[Record]] = {}
    for file, answer, failure in runner.map(counted, collect([release / "records"])):
        if failure is not None:
            raise IntegrityError(file.name, f"its records cannot be counted ({failure.what})", "make the release again")
        name, counts = answer
        stratum = {"format": name, "file": file.name}.get(by, "all records")
        frame.setdefault(stratum, []).extend(
            Record(file.name, unit, record) for unit, count in enumerate(counts) for record in range(count)
        )
    return frame


# --- the draw ---------------------------------------------------------------------------


def drawn(case: Case, release: Path, frame: Frame, size: int, *, by: str) -> Draw:
    """Return the draw for the latest release of a case; it is made once, recorded first, and then stays.

    Raises:
        CaseError: the folder is not the latest release, it is not final, or a miss was found in it.
    """
    problems = [*integrity(release, (SIGNATURE,)), *binding_problems(case, (release / MANIFEST).read_bytes())]
    if problems:
        raise CaseError(str(release), problems[0], "certify the latest release, as it was made")
    with Session(case.engine) as session:
        last = latest_release(session, case.id)
        assert last is not None
        if last.status != "final":
            raise CaseError(str(release), "it is provisional", "decide what waits for a person, and release again")
        rows = select(CertificateRow).where(CertificateRow.case_id == case.id, CertificateRow.sequence == last.sequence)
        if session.scalars(rows).first() is not None:
            raise CaseError(str(release), "this release has its certificate", "a fresh draw needs a fresh release")
        sequence = last.sequence
    known = next((each for each in _draws(case) if each.release == sequence), None)
    digest = frame_digest(frame)
    if known is not None:
        if known.frame_sha256 != digest:
            raise CaseError(str(release), "a sample was drawn from another frame", "go on with the same --strata")
        return known
    sizes = shares({name: len(records) for name, records in frame.items()}, size)
    made = Draw(sequence, secrets.token_hex(16), digest, sizes)
    with case.action(by, "drawn") as action:
        about = {"draw": sequence, "seed": made.seed, "frame_sha256": digest, "sizes": dict(sizes)}
        action.about |= about
    return made


def _draws(case: Case) -> list[Draw]:
    told = [each.told for each in case.entries()]
    return [
        Draw(each["about"]["draw"], each["about"]["seed"], each["about"]["frame_sha256"], each["about"]["sizes"])
        for each in told
        if each["action"] == "drawn"
    ]


def sample_of(frame: Frame, made: Draw) -> dict[str, list[Record]]:
    """Return the drawn records by stratum."""
    return {
        name: [records[number] for number in draw(len(records), made.sizes.get(name, 0), made.seed, name)]
        for name, records in sorted(frame.items())
    }


# --- the certificate --------------------------------------------------------------------


def certify(
    case: Case, release: Path, frame: Frame, made: Draw, marks: Mapping[Record, bool], *, by: str
) -> Certificate:
    """Record what a person marked and return the certificate.

    Args:
        case: the case.
        release: the folder of its latest release.
        frame: its records.
        made: the draw.
        marks: for each drawn record whether something was missed in it.
        by: who reviewed.

    Raises:
        CaseError: a drawn record was not marked.
    """
    sample = sample_of(frame, made)
    if missing := sum(each not in marks for records in sample.values() for each in records):
        raise CaseError("certify", f"{missing} drawn records are not marked", "go on: the draw stays the same")
    strata = tuple(
        Stratum(name, len(frame[name]), len(records), sum(marks[each] for each in records))
        for name, records in sample.items()
    )
    certificate = Certificate(
        request=case.row.request,
        case=case.id,
        release=made.release,
        manifest_sha256=file_sha256(release / MANIFEST),
        frame_sha256=made.frame_sha256,
        seed=made.seed,
        strata=strata,
        reviewed_by=by,
        reviewed_at="",
        most_bad=joint_most_bad(strata),
    )
    with case.action(by, "certified") as action:
        certificate = replace(certificate, reviewed_at=action.at)
        row = CertificateRow(
            case_id=case.id,
            sequence=made.release,
            at=action.at,
            by=by,
            misses=certificate.misses,
            result=json.dumps({"most_bad": certificate.most_bad, "drawn": certificate.drawn}),
        )
        action.session.add(row)
        action.session.flush()
        told = [row.id, row.sequence, row.at, row.by, row.misses, row.result]
        action.about |= {"certificate": row.id, "release": row.sequence, "sha256": rows_digest([told])}
        action.about |= {"misses": certificate.misses, "most_bad": certificate.most_bad}
    return certificate


def reviewed(
    case: Case, release: Path, sample: Mapping[str, Sequence[Record]], runner: Runner, reviewer: Reviewer, made: Draw
) -> dict[Record, bool]:
    """Return what a person marked; marks are kept in the case's working folder, so that a review can be interrupted."""
    path = case.folder / "work" / f"marks-{made.release}.json"
    private_folder(path.parent)
    marks = _kept(path)
    files = {each.name: each for each in collect([release / "records"])}
    waiting = [each for records in sample.values() for each in records if each not in marks]
    for (_, record), text, failure in runner.map(text_of, ((files[each.file], each) for each in waiting)):
        if failure is not None:
            raise IntegrityError(record.file, f"a record cannot be read ({failure.what})", "make the release again")
        marks[record] = reviewer(record, text)
        content = [[each.file, each.unit, each.record, missed] for each, missed in marks.items()]
        write_private(path, json.dumps(content).encode())
    return marks


def _kept(path: Path) -> dict[Record, bool]:
    if not path.is_file():
        return {}
    return {Record(file, unit, record): bool(missed) for file, unit, record, missed in json.loads(path.read_bytes())}
