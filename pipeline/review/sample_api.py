"""The interface for other programs: the certificate's sample. Positions and counts only, as everywhere in it.

A program reads the drawn records in the release folder itself, where the answers here say they stand.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from pipeline.case.sampled import Miss
from pipeline.case.standing import Conflict
from pipeline.evidence.certificate import DEFAULT_SAMPLE, Certificate
from pipeline.review.answers import Answer, Begun
from pipeline.review.api import PROBLEMS, Strict
from pipeline.review.desk import Desk
from pipeline.review.pages.page import AtDesk, Marking, Signed
from pipeline.review.sample_read import check_read, check_read_before
from pipeline.review.sampling import MOST_SIZE
from pipeline.review.sessions import Visit

router = APIRouter(prefix="/api", tags=["the review desk"])


class Drawing(Strict):
    """How many records are drawn, and of what: all together, each format, each file."""

    size: Annotated[int, Field(ge=1, le=MOST_SIZE)] = DEFAULT_SAMPLE
    strata: Literal["none", "format", "file"] = "none"


class PointedOut(Strict):
    """A span of a released record, in code points of its text at ``place`` (in the words that findings use)."""

    place: Annotated[str, Field(max_length=500)]
    start: Annotated[int, Field(ge=0, le=2**31 - 1)]
    end: Annotated[int, Field(ge=1, le=2**31 - 1)]


class SampleSaid(Strict):
    """What is said of a drawn record (from 1): something was ``missed`` in it or not; null takes it back.

    ``release`` and ``seen`` are those of ``/api/sample`` when it was read: the sample of another release has the same
    numbers for other records. ``spots`` is what was missed: what nobody points out is mended once two people say so.
    """

    release: Annotated[int, Field(ge=1, le=2**31 - 1)]
    record: Annotated[int, Field(ge=1, le=MOST_SIZE)]
    missed: bool | None
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    spots: Annotated[tuple[PointedOut, ...], Field(max_length=100)] = ()


class DrawnRecord(Answer):
    """A drawn record: its number in the sample, where it stands in the release (counted from 1), what was said of it.

    ``seen`` is the audit entry that was the last one about it, 0 for none.
    """

    record: int
    file: str
    unit: int
    number: int
    missed: bool | None
    by: str
    at: str
    seen: int


class MissedBefore(Answer):
    """What was missed in the sample of an earlier release and stands: where it was (from 1), by whom, who denies it.

    ``file`` is "" where the case does not say, ``spots`` how many places were pointed out in it. ``mended_by`` says
    that it is withheld in the latest release, which the program does not see. ``again`` is the release in which it was
    found again after it had been mended, 0 for none. ``seen`` is the audit entry that was the last one about it.
    """

    release: int
    record: int
    file: str
    unit: int
    number: int
    by: str
    at: str
    denied_by: list[str]
    spots: int
    mended_by: list[str]
    again: int
    seen: int


class Mended(Strict):
    """A miss of an earlier release, by ``release``, ``record`` and ``seen`` of ``/api/sample``."""

    release: Annotated[int, Field(ge=1, le=2**31 - 1)]
    record: Annotated[int, Field(ge=1, le=MOST_SIZE)]
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class Proved(Answer):
    """What a certificate says; its files lie in ``folder``."""

    statement: str
    records: int
    drawn: int
    misses: int
    most_bad: int
    per_thousand: float
    confidence: float
    read_by: str
    at: str
    folder: str


class SampleTold(Answer):
    """Where the sample of the latest release stands; ``drawn`` is 0 where none is drawn.

    ``missed_before`` holds the release; ``held`` says that its own sample does. ``records`` are told while it is open,
    ``certificate`` once it is made and open.
    """

    release: int
    status: str
    drawn: int
    marked: int
    misses: int
    opened: bool
    certified: bool
    held: bool
    missed_before: list[MissedBefore]
    records: list[DrawnRecord]
    certificate: Proved | None


@router.get("/sample", responses=PROBLEMS)
def sample(desk: AtDesk, _visit: Signed) -> SampleTold:
    """Where the sample of the latest release stands, and where its records stand in the release."""
    standing = desk.sampling.standing()
    row, made = standing.certificate, desk.sampling.certificate
    return SampleTold(
        release=standing.release, status=standing.status, drawn=standing.draw.size if standing.draw else 0,
        marked=len(standing.marks), misses=standing.misses, opened=standing.opened is not None,
        certified=row is not None, held=bool(standing.own) or (row is not None and row.misses > 0),
        missed_before=[_missed_before(each, standing.release) for each in standing.before], records=_records(desk),
        certificate=_proved(desk, made) if row is not None and made and made.release == standing.release else None,
    )  # fmt: skip


@router.post("/sample", responses=PROBLEMS)
def draw_sample(desk: AtDesk, visit: Marking, given: Drawing) -> Begun:
    """Draw the sample of the latest release, once; ``/api/work`` says how far it is."""
    desk.draw_sample(visit.officer, given.size, "" if given.strata == "none" else given.strata)
    return Begun(what="the sample is being drawn")


@router.post("/sample/open", responses=PROBLEMS)
def open_sample(desk: AtDesk, visit: Signed) -> Begun:
    """Open the sample that was drawn before, here or at the terminal; ``/api/work`` says how far it is."""
    desk.open_sample(visit.officer)
    return Begun(what="the sample is being opened")


@router.post("/sample/marks", responses=PROBLEMS)
def mark_sample(desk: AtDesk, visit: Marking, given: SampleSaid) -> SampleTold:
    """Say whether something was missed in a drawn record. 409: another did, or released, meanwhile: nothing changed.

    That nothing was missed where somebody said that something was counts once two people say so; this can be said of
    ``missed_before`` too. It is taken only in a session in which the page of the record was shown, with its values.
    """
    _check_denial(desk, visit, given)
    spots = given.spots if given.missed else ()
    pointed = [desk.sampling.pointed(given.record, each.place, each.start, each.end) for each in spots]
    desk.mark_sample(visit.officer, given.record, given.missed, given.seen, given.release, pointed)
    return sample(desk, visit)


@router.post("/sample/mended", responses=PROBLEMS)
def mend_missed(desk: AtDesk, visit: Marking, given: Mended) -> Begun:
    """Say that what was missed in an earlier release is withheld in the latest, which the program looks at first.

    ``/api/work`` says how it ended: it is recorded only where no record of the release reads as that one did, and
    nothing stands where something was pointed out; where the program sees no marker there, it counts once two people
    say so. It is taken only in a session in which the page of the miss was shown, with its values.
    """
    miss = desk.sampling.missed_before(given.release, given.record)
    if miss.entry != given.seen:
        raise Conflict("sample", "somebody else said something of it meanwhile", "look at it again")
    check_read_before(desk, visit, miss)
    desk.mend_missed(visit.officer, miss)
    return Begun(what="what was missed is being looked for")


@router.post("/sample/certificate", responses=PROBLEMS)
def certify_sample(desk: AtDesk, visit: Marking) -> Begun:
    """Make the certificate, once all drawn records are marked; one miss holds the release."""
    desk.certify_sample(visit.officer)
    return Begun(what="the certificate is being made")


def _records(desk: Desk) -> list[DrawnRecord]:
    standing = desk.sampling.standing()
    told = []
    for at, each in enumerate(standing.opened.records if standing.opened else (), start=1):
        mark = standing.marks.get(at)
        told.append(
            DrawnRecord(
                record=at, file=each.file, unit=each.unit + 1, number=each.record + 1,
                missed=mark.missed if mark else None, by=mark.by if mark else "", at=mark.at if mark else "",
                seen=desk.sampling.trail.last(standing.release, at),
            )
        )  # fmt: skip
    return told


def _check_denial(desk: Desk, visit: Visit, given: SampleSaid) -> None:
    """See that who denies a miss was shown the record as it reads now (raises CaseError)."""
    if given.missed is not False:
        return
    standing = desk.sampling.standing()
    if given.release == standing.release and given.record in standing.own:
        check_read(desk, visit, given.record)
    for each in standing.before:
        if (each.release, each.number) == (given.release, given.record):
            check_read_before(desk, visit, each)


def _missed_before(miss: Miss, release: int) -> MissedBefore:
    where = miss.where
    return MissedBefore(
        release=miss.release, record=miss.number, file=where.file if where else "", unit=where.unit + 1 if where else 0,
        number=where.record + 1 if where else 0, by=miss.by, at=miss.at, denied_by=list(miss.denied_by),
        spots=len(miss.spots), mended_by=list(miss.mended_by) if miss.mended_in == release else [], again=miss.again,
        seen=miss.entry,
    )  # fmt: skip


def _proved(desk: Desk, made: Certificate) -> Proved:
    return Proved(
        statement=made.statement, records=made.records, drawn=made.drawn, misses=made.misses, most_bad=made.most_bad,
        per_thousand=made.per_thousand, confidence=made.confidence, read_by=made.reviewed_by, at=made.reviewed_at,
        folder=str(desk.sampling.out(made.release)),
    )  # fmt: skip
