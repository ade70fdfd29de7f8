"""Certify: the frame of released records, the draw that the case keeps, and the certificate of a reviewed sample."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from pipeline.case.audit import rows_digest
from pipeline.case.marks import whole_words
from pipeline.case.proof import ANSWER, binding_problems
from pipeline.case.recording import latest_release
from pipeline.case.sampled import CERTIFIED, Draw, SampleMark, Trail, Where, certificate_in, draw_entry, mark_record
from pipeline.case.spots import spot_in
from pipeline.case.standing import Conflict
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import CertificateRow
from pipeline.casework.released import joined, reads_as, records_in, texts_of, units_in
from pipeline.errors import IntegrityError
from pipeline.evidence.certificate import (
    CERTIFICATE,
    CERTIFICATE_SIGNATURE,
    CERTIFICATE_WORDS,
    Certificate,
    Record,
    Stratum,
    certificate_json,
    certificate_text,
    draw,
    frame_digest,
    joint_most_bad,
    shares,
)
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, file_sha256, integrity
from pipeline.inputs import InputFile
from pipeline.intake import collect
from pipeline.model import Segment, words
from pipeline.workspace import Runner

Frame = Mapping[str, Sequence[Record]]
MOST_NAMES: Final = 100
"""Characters of the names of who read a sample, as a certificate has them."""
Reviewer = Callable[[Record, str], bool]
"""Shows a person the text of a released record, and returns whether something was missed in it."""
Pointer = Callable[[Record, Sequence[Segment]], Sequence["Pointed"]]
"""Asks a person what was missed in a released record; nothing where that cannot be pointed out."""


STRATA: Final = ("", "format", "file")
"""How a frame can be parted: not at all, by format, by file."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A copy of a release: its name, its format, how many records each of its units has."""

    file: str
    format: str
    counts: Sequence[int]


# --- the frame --------------------------------------------------------------------------


def counted(_state: Any, file: InputFile) -> tuple[str, list[int]]:
    """Return the format of a copy and how many records each of its units has."""
    name, units = units_in(file)
    return name, [len(records_in(file, each)) for each in units]


def frame_of(release: Path, runner: Runner, *, by: str = "") -> Frame:
    """Return the released records of a release folder, by stratum.

    Args:
        release: the folder, intact.
        runner: workers; no model is needed.
        by: ``format`` or ``file`` for strata, "" for one frame.
    """
    return parted(counts_of(release, runner), by)


def counts_of(release: Path, runner: Runner) -> list[Counted]:
    """Return how many records each copy of a release has (raises IntegrityError)."""
    found = []
    for file, answer, failure in runner.map(counted, collect([release / "records"])):
        if failure is not None:
            raise IntegrityError(file.name, f"its records cannot be counted ({failure.what})", "make the release again")
        found.append(Counted(file.name, *answer))
    return found


def parted(copies: Sequence[Counted], by: str = "") -> Frame:
    """Return the records of copies by stratum: of each ``format`` or ``file``, or in one frame ("")."""
    frame: dict[str, list[Record]] = {}
    for each in copies:
        stratum = {"format": each.format, "file": each.file}.get(by, "all records")
        frame.setdefault(stratum, []).extend(
            Record(each.file, unit, record) for unit, count in enumerate(each.counts) for record in range(count)
        )
    return frame


# --- the draw ---------------------------------------------------------------------------


def drawn(case: Case, release: Path, frame: Frame, size: int, *, by: str, strata: str = "") -> Draw:
    """Return the draw for the latest release of a case; it is made once, recorded first, and then stays.

    Args:
        case: the case.
        release: the folder of its latest release.
        frame: its records.
        size: how many to draw, where nothing was drawn yet.
        by: who draws.
        strata: how the frame is parted (:data:`STRATA`).

    Raises:
        CaseError: the folder is not the latest release, it is not final, or it has its certificate.
    """
    sequence = certifiable(case, release)
    known, digest = Trail(case).draw(sequence), frame_digest(frame)
    if known is not None:
        if known.frame_sha256 != digest:
            told = f"--strata {known.strata or 'none'}" if known.strata is not None else "the same --strata"
            raise CaseError(str(release), "a sample was drawn from another frame", f"go on with {told}")
        return known
    counts = {name: len(records) for name, records in frame.items()}
    made = Draw(sequence, secrets.token_hex(16), digest, shares(counts, size), strata, counts)
    with case.action(by, "drawn") as action:
        if Trail(case).draw(sequence, action.session) is not None:
            raise Conflict(str(release), "somebody else drew a sample meanwhile", "go on with that one")
        action.about |= draw_entry(made)
    return made


def drawn_before(case: Case, copies: Sequence[Counted], sequence: int) -> tuple[Draw, Frame] | None:
    """Return the draw that was made for a release, with its frame; None where there is none.

    Raises:
        CaseError: it was made of another frame than these copies give.
    """
    known = Trail(case).draw(sequence)
    if known is None:
        return None
    for by in STRATA:
        frame = parted(copies, by)
        if frame_digest(frame) == known.frame_sha256:
            return known, frame
    what = "the sample was drawn from other records than these"
    raise CaseError(f"release {sequence}", what, "use the release itself")


def certifiable(case: Case, release: Path, *, again: bool = False) -> int:
    """Return the number of the release in a folder, which may be certified.

    Args:
        case: the case.
        release: the folder.
        again: whether it may have its certificate, and what was missed in releases before it may be unanswered.

    Raises:
        CaseError: the folder is not the latest release, it is not final, it has its certificate, or something was
            missed in a release before it and nobody said that it is mended.
    """
    with Session(case.engine) as session:
        last = latest_release(session, case.id)
        certificate = certificate_in(session, case.id, last.sequence) if last is not None else None
    manifest = (release / MANIFEST).read_bytes()
    problems = [*integrity(release, (SIGNATURE,)), *binding_problems(case, manifest, with_misses=False)]
    if problems:
        raise CaseError(str(release), problems[0], "certify the latest release, as it was made")
    assert last is not None
    if last.status != "final":
        raise CaseError(str(release), "it is provisional", "decide what waits for a person, and release again")
    if certificate is not None and not again:
        raise CaseError(str(release), "this release has its certificate", "a fresh draw needs a fresh release")
    before = [each for each in Trail(case).misses() if each.release < last.sequence]
    if before and not again:
        first = f"record {before[0].number} of the sample of release {before[0].release}"
        raise CaseError(str(release), f"something was missed in {first}, and that is not answered", ANSWER)
    return last.sequence


@dataclass(frozen=True, slots=True)
class Pointed:
    """What a person points out in a released record: in which of its texts, which words, the place in words."""

    text: int
    start: int
    stop: int
    place: str


def where_in(case: Case, record: Record, texts: Sequence[Segment], pointed: Sequence[Pointed] = ()) -> Where:
    """Return where a released record stands and how it reads, as the case keeps that of a miss.

    Raises:
        CaseError: what is pointed out is no text of the record.
    """
    told, spots = [each.text for each in texts], []
    for each in pointed:
        text = told[each.text] if 0 <= each.text < len(told) else ""
        span = whole_words(text, each.start, each.stop) if 0 <= each.start < each.stop <= len(text) else None
        if span is None:
            raise CaseError("sample", "no letter and no digit is pointed out", "select what was missed")
        spots.append(spot_in(case.keyed, told, each.text, span, each.place))
    return Where(record.file, record.unit, record.record, reads_as(case.keyed, joined(texts)), tuple(spots))


def pointed_in(texts: Sequence[Segment], said: str) -> list[Pointed]:
    """Return where what a person says was missed stands in a record, whole words; [] where it does not stand there."""
    pieces = [re.escape(each) for each in said.split()]
    if not pieces:
        return []
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(pieces) + r"(?!\w)")
    return [
        Pointed(number, *found.span(), words(segment.address))
        for number, segment in enumerate(texts)
        for found in pattern.finditer(segment.text)
    ]


def sample_of(frame: Frame, made: Draw) -> dict[str, list[Record]]:
    """Return the drawn records by stratum."""
    return {
        name: [records[number] for number in draw(len(records), made.sizes.get(name, 0), made.seed, name)]
        for name, records in sorted(frame.items())
    }


def numbered(sample: Mapping[str, Sequence[Record]]) -> list[Record]:
    """Return the drawn records in the order in which marks count them, from 1: by stratum, then as in the frame."""
    return [each for _, records in sorted(sample.items()) for each in records]


# --- the certificate --------------------------------------------------------------------


def certificate_of(
    case: Case, release: Path, frame: Frame, made: Draw, marks: Mapping[Record, bool], *, read_by: str, at: str = ""
) -> Certificate:
    """Return the certificate of a sample; nothing is recorded (raises CaseError: a record was not marked)."""
    sample = sample_of(frame, made)
    if missing := sum(each not in marks for records in sample.values() for each in records):
        raise CaseError("certify", f"{missing} drawn records are not marked", "go on: the draw stays the same")
    strata = tuple(
        Stratum(name, len(frame[name]), len(records), sum(marks[each] for each in records))
        for name, records in sample.items()
    )
    return Certificate(
        request=case.row.request,
        case=case.id,
        release=made.release,
        manifest_sha256=file_sha256(release / MANIFEST),
        frame_sha256=made.frame_sha256,
        seed=made.seed,
        strata=strata,
        reviewed_by=read_by,
        reviewed_at=at,
        most_bad=joint_most_bad(strata),
    )


def certify(
    case: Case, release: Path, frame: Frame, made: Draw, marks: Mapping[Record, bool], *, by: str, read_by: str = ""
) -> Certificate:
    """Record what people marked and return the certificate.

    Args:
        case: the case.
        release: the folder of its latest release.
        frame: its records.
        made: the draw.
        marks: for each drawn record whether something was missed in it.
        by: who asks for the certificate.
        read_by: who read the sample, where others did too.

    Raises:
        CaseError: a drawn record was not marked.
        Conflict: the release has its certificate meanwhile, or somebody marked something else meanwhile.
    """
    read_by = read_by or by
    certificate = certificate_of(case, release, frame, made, marks, read_by=read_by)
    with case.action(by, CERTIFIED) as action:
        if certificate_in(action.session, case.id, made.release) is not None:
            raise Conflict("certify", "this release has its certificate", "a fresh draw needs a fresh release")
        _check_marks(Trail(case), made, frame, marks, action.session)
        certificate = replace(certificate, reviewed_at=action.at)
        row = CertificateRow(
            case_id=case.id,
            sequence=made.release,
            at=action.at,
            by=read_by,
            misses=certificate.misses,
            result=json.dumps({"most_bad": certificate.most_bad, "drawn": certificate.drawn}),
        )
        action.session.add(row)
        action.session.flush()
        told = [row.id, row.sequence, row.at, row.by, row.misses, row.result]
        action.about |= {"certificate": row.id, "release": row.sequence, "sha256": rows_digest([told])}
        action.about |= {"misses": certificate.misses, "most_bad": certificate.most_bad}
    return certificate


def _check_marks(
    trail: Trail, made: Draw, frame: Frame, marks: Mapping[Record, bool], session: Session
) -> None:  # fmt: skip
    """See that what is certified is what the trail has now (raises Conflict): a miss may be found at the last."""
    told = trail.marks(made.release, session)
    for number, each in enumerate(numbered(sample_of(frame, made)), start=1):
        mark = told.get(number)
        if mark is None or mark.missed != marks[each]:
            what = f"record {number} of the sample was marked anew meanwhile"
            raise Conflict("certify", what, "look at it again; nothing was certified")


def write_certificate(out: Path, certificate: Certificate, signature: bytes = b"") -> None:
    """Write ``certificate.json`` and ``certificate.txt`` (and the signature of the former) into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / CERTIFICATE).write_bytes(certificate_json(certificate))
    (out / CERTIFICATE_WORDS).write_bytes(certificate_text(certificate).encode("utf-8"))
    if signature:
        (out / CERTIFICATE_SIGNATURE).write_bytes(signature)


# --- the marks --------------------------------------------------------------------------


def reviewed(
    case: Case,
    release: Path,
    sample: Mapping[str, Sequence[Record]],
    runner: Runner,
    reviewer: Reviewer,
    made: Draw,
    *,
    by: str,
    pointer: Pointer | None = None,
) -> dict[Record, bool]:
    """Return what people marked; each mark is in the audit trail before the next record is shown.

    What was marked before, here or at the review desk, is not shown again; nor is what somebody marks meanwhile.
    Where something was missed, ``pointer`` asks what.
    """
    order, trail = numbered(sample), Trail(case)
    files = {each.name: each for each in collect([release / "records"])}
    before = trail.marks(made.release)
    waiting = [(number, each) for number, each in enumerate(order, start=1) if number not in before]
    asked = ((files[each.file], (each,)) for _, each in waiting)
    for (number, record), (_, answer, failure) in zip(waiting, runner.map(texts_of, asked), strict=True):
        if failure is not None:
            raise IntegrityError(record.file, f"a record cannot be read ({failure.what})", "make the release again")
        if number in trail.marks(made.release):
            continue
        texts = answer[0]
        seen, missed = trail.last(made.release, number), reviewer(record, joined(texts))
        pointed = pointer(record, texts) if missed and pointer is not None else ()
        try:
            where = where_in(case, record, texts, pointed) if missed else None
            mark_record(case, trail, made, number, missed, by=by, seen=seen, where=where)
        except Conflict:
            meanwhile = trail.marks(made.release).get(number)
            if meanwhile is None or meanwhile.missed != missed:
                raise
    marks = trail.marks(made.release)
    return {each: marks[number].missed for number, each in enumerate(order, start=1) if number in marks}


def readers(marks: Mapping[int, SampleMark]) -> str:
    """Return who read a sample, each once, as a certificate says it."""
    names = list(dict.fromkeys(marks[number].by for number in sorted(marks)))
    told = ", ".join(names)
    return told if len(told) <= MOST_NAMES else f"{names[0]} and {len(names) - 1} others"
