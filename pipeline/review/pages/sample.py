"""The certificate's sample: drawn, read record by record as it was released, marked, and what that proves."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from pipeline.case.store import CaseError
from pipeline.evidence.certificate import DEFAULT_SAMPLE, Certificate, binomial_limit
from pipeline.review.desk import CERTIFICATE, SAMPLE, Desk
from pipeline.review.document import sections
from pipeline.review.pages.masking import refused
from pipeline.review.pages.page import AtDesk, Marking, Signed, back, rendered, say
from pipeline.review.parts import Parts
from pipeline.review.sampling import MOST_SIZE, Standing
from pipeline.review.sessions import Visit

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=MOST_SIZE)]
Count = Annotated[int, Form(ge=0, le=2**31 - 1)]
SAID: Final = {"clean": False, "missed": True, "back": None}
"""What is said of a record: nothing was missed, something was, or the mark is taken back."""


@router.get("/sample")
def show_sample(request: Request, desk: AtDesk, visit: Signed) -> Response:
    """Show how far the sample of the latest release is, and what it proved."""
    standing = desk.sampling.standing()
    work = desk.bench.work
    certificate = desk.sampling.certificate if standing.certificate is not None else None
    if certificate is not None and certificate.release != standing.release:
        certificate = None
    records = standing.opened.records if standing.opened is not None else ()
    about = {
        "standing": standing, "work": work if work is not None and work.what in {SAMPLE, CERTIFICATE} else None,
        "busy": desk.bench.is_busy, "records": records, "result": certificate,
        "endless": _endless(certificate), "out": str(desk.sampling.out(standing.release)) if standing.release else "",
        "usual_size": DEFAULT_SAMPLE, "most_size": MOST_SIZE, "next": standing.next_after(),
        "may_mark": not visit.officer.only_looks, "undoable": _mine(standing, visit),
    }  # fmt: skip
    return rendered(request, "sample.html", about)


def _endless(certificate: Certificate | None) -> str:
    """Return the exact binomial limit of a sample of one part in percent, "" where there are several parts."""
    if certificate is None or len(certificate.strata) != 1 or not certificate.drawn:
        return ""
    limit = binomial_limit(certificate.drawn, certificate.misses, 1 - certificate.confidence)
    return f"{100 * limit:.2f}"


def _mine(standing: Standing, visit: Visit) -> int:
    """Return the record that a person marked last, 0 where none of their marks stands."""
    own = [(each.entry, number) for number, each in standing.marks.items() if each.by == visit.officer.name]
    return max(own)[1] if own and standing.certificate is None else 0


@router.post("/sample")
def draw_sample(
    desk: AtDesk, visit: Marking,
    size: Annotated[int, Form(ge=1, le=MOST_SIZE)] = DEFAULT_SAMPLE,
    strata: Annotated[Literal["", "format", "file"], Form()] = "",
) -> Response:  # fmt: skip
    """Draw the sample."""
    desk.draw_sample(visit.officer, size, strata)
    return back("/sample")


@router.post("/sample/open")
def open_sample(desk: AtDesk, visit: Signed) -> Response:
    """Open the sample that was drawn before, here or at the terminal."""
    desk.open_sample(visit.officer)
    return back("/sample")


@router.post("/sample/certificate")
def certify_sample(desk: AtDesk, visit: Marking) -> Response:
    """Make the certificate."""
    desk.certify_sample(visit.officer)
    return back("/sample")


@router.get("/sample/{number}")
def show_record(
    request: Request, desk: AtDesk, visit: Signed, number: Number,
    part: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1,
) -> Response:  # fmt: skip
    """Show a drawn record as it was released, or one part of a long one."""
    standing = desk.sampling.standing()
    record = desk.sampling.record(number)
    parts = desk.sampling.parts(number)
    at = min(part, len(parts.starts)) - 1
    shown = []
    if visit.shows_values:
        shown = sections(parts.of(at), (), desk.policy)
        key = _key(standing, number, at)
        if key not in visit.viewed:
            desk.note_view(visit, [key], "a record of the sample")
    about: dict[str, Any] = {
        "standing": standing, "number": number, "record": record, "sections": shown, "part": at + 1,
        "parts": len(parts.starts), "mark": standing.marks.get(number), "may_mark": not visit.officer.only_looks,
        "seen": desk.sampling.trail.last(standing.release, number), "undoable": _mine(standing, visit),
        "unseen": len(_unseen(visit, standing, number, parts)),
    }  # fmt: skip
    return rendered(request, "sample_record.html", about)


def _key(standing: Standing, number: int, part: int) -> str:
    return f"sample {standing.release}#{number}@{part}"


def _unseen(visit: Visit, standing: Standing, number: int, parts: Parts) -> list[int]:
    """Return the parts of a record, from 1, that were not shown to a person in this session."""
    return [at + 1 for at in range(len(parts.starts)) if _key(standing, number, at) not in visit.viewed]


@router.post("/sample/{number}")
def mark(
    desk: AtDesk, visit: Marking, number: Number,
    do: Annotated[Literal["clean", "missed", "back"], Form()], release: Count = 0, seen: Count = 0,
    part: Annotated[int, Form(ge=1, le=2**31 - 1)] = 1,
) -> Response:  # fmt: skip
    """Say whether something was missed in a record, or take that back; then on to the next one."""
    try:
        if do == "clean":
            _check_read(desk, visit, number)
        desk.mark_sample(visit.officer, number, SAID[do], seen, release)
    except CaseError as error:
        refused(visit, "marked", error)
        return back(f"/sample/{number}?part={part}")
    if do == "back":
        say(visit, "done", f"What was said of record {number} is taken back.")
        return back(f"/sample/{number}")
    said = "something was missed in it" if do == "missed" else "nothing was missed in it"
    say(visit, "done", f"Record {number}: {said}.")
    following = desk.sampling.standing().next_after(number)
    return back(f"/sample/{following}" if following else "/sample")


def _check_read(desk: Desk, visit: Visit, number: int) -> None:
    """See that a record was shown, all of it, before somebody says that nothing was missed in it (raises CaseError)."""
    standing = desk.sampling.standing()
    unseen = _unseen(visit, standing, number, desk.sampling.parts(number))
    if unseen:
        what = f"part {unseen[0]} of this record was not shown to you yet"
        raise CaseError("sample", what, "show the values, and read all parts of it")
