"""The certificate's sample: drawn, read record by record as it was released, marked, and what that proves."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from pipeline.case.sampled import Miss
from pipeline.case.standing import Conflict
from pipeline.case.store import CaseError
from pipeline.evidence.certificate import DEFAULT_SAMPLE, Certificate, binomial_limit
from pipeline.model import words
from pipeline.review.desk import CERTIFICATE, MISSED, SAMPLE, Desk
from pipeline.review.document import sections
from pipeline.review.pages.marking import places_in, words_of
from pipeline.review.pages.masking import refused
from pipeline.review.pages.page import AtDesk, Marking, Signed, back, rendered, say
from pipeline.review.sample_read import check_read, check_read_before, key, key_before, unseen, unseen_before
from pipeline.review.sampling import MOST_SIZE, Standing
from pipeline.review.sessions import Visit

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=MOST_SIZE)]
Count = Annotated[int, Form(ge=0, le=2**31 - 1)]
SAID: Final = {"clean": False, "missed": True, "back": None}
"""What is said of a record: nothing was missed, something was, or the mark is taken back."""


ONE_VOICE: Final = "you say that nothing was missed. It still holds the release, until another person says so too."
MORE: Final = "Is there more in this record, point that out too; then go on."
UNPOINTED: Final = "Nobody pointed out what, so two people will have to say that it is mended."


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
        "standing": standing, "work": work if work is not None and work.what in {SAMPLE, CERTIFICATE, MISSED} else None,
        "busy": desk.bench.is_busy, "records": records, "result": certificate,
        "endless": _endless(certificate), "out": str(desk.sampling.out(standing.release)) if standing.release else "",
        "usual_size": DEFAULT_SAMPLE, "most_size": MOST_SIZE, "next": standing.next_after(),
        "may_mark": not visit.officer.only_looks, "undoable": _mine(standing, visit),
        "signs": desk.road.office.sign is not None,
        "made_of_formats": standing.draw is not None and standing.draw.strata == "format",
    }  # fmt: skip
    return rendered(request, "sample.html", about)


def _endless(certificate: Certificate | None) -> str:
    """Return the exact binomial limit of a sample of one part in percent, "" where there are several parts."""
    if certificate is None or len(certificate.strata) != 1 or not certificate.drawn:
        return ""
    limit = binomial_limit(certificate.drawn, certificate.misses, 1 - certificate.confidence)
    return f"{100 * limit:.2f}"


def _mine(standing: Standing, visit: Visit) -> int:
    """Return the record that a person marked last as clean, 0 where none of their marks stands."""
    by = visit.officer.name
    own = [(each.entry, at) for at, each in standing.marks.items() if each.by == by and not each.missed]
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
    part: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1, sure: Annotated[int, Query(ge=0, le=1)] = 0,
) -> Response:  # fmt: skip
    """Show a drawn record as it was released, or one part of a long one; ``sure`` asks whether something was missed."""
    standing = desk.sampling.standing()
    record = desk.sampling.record(number)
    parts = desk.sampling.parts(number)
    at = min(part, len(parts.starts)) - 1
    shown = []
    if visit.shows_values:
        shown = sections(parts.of(at), (), desk.policy)
        desk.note_view(visit, [key(standing, number, at)], "a record of the sample")
    about: dict[str, Any] = {
        "standing": standing, "number": number, "record": record, "sections": shown, "part": at + 1,
        "parts": len(parts.starts), "mark": standing.marks.get(number), "may_mark": not visit.officer.only_looks,
        "seen": desk.sampling.trail.last(standing.release, number), "undoable": _mine(standing, visit),
        "unseen": len(unseen(visit, standing, number, parts)), "sure": bool(sure), "miss": standing.own.get(number),
        "told_already": _denied(standing.own.get(number), visit), "markable_places": places_in(shown),
        "next": standing.next_after(number),
        "case_record": _in_case(desk, record.file, record.unit),
    }  # fmt: skip
    return rendered(request, "sample_record.html", about)


def _denied(miss: Miss | None, visit: Visit) -> bool:
    return miss is not None and miss.is_denied_by(visit.officer.name)


def _in_case(desk: Desk, file: str, unit: int) -> str:
    """Return the address of the page that shows where a copy was made from, "" where that is not known."""
    key = next((key for key, label in desk.ledger.labels.items() if label == file), "")
    return f"/document/{key}/{unit}" if key else ""


@router.get("/sample/{number}/words")
def pick_words(
    request: Request, desk: AtDesk, visit: Signed, number: Number,
    part: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1, passage: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:  # fmt: skip
    """Show the words of a text of a drawn record, to point out what was missed in it."""
    standing = desk.sampling.standing()
    record, parts = desk.sampling.record(number), desk.sampling.parts(number)
    at = min(part, len(parts.starts)) - 1
    place = dict(places_in(sections(parts.of(at), (), desk.policy))).get(passage, "")
    text = next((each.text for each in parts.of(at) if words(each.address) == place), None)
    if text is None:
        raise CaseError("sample", "there is no such place in this record", "go back to the record")
    about: dict[str, Any] = {
        "standing": standing, "number": number, "record": record, "part": at + 1, "passage": passage, "place": place,
        "seen": desk.sampling.trail.last(standing.release, number), "may_mark": not visit.officer.only_looks,
        "words": [], "text": "",
    }  # fmt: skip
    if visit.shows_values:
        desk.note_view(visit, [f"{key(standing, number, at)} words"], "words of a record of the sample")
        about |= {"text": text, "words": words_of(text)}
    return rendered(request, "sample_words.html", about)


@router.post("/sample/{number}")
def mark(
    desk: AtDesk, visit: Marking, number: Number,
    do: Annotated[Literal["clean", "missed", "back"], Form()], release: Count = 0, seen: Count = 0,
    part: Annotated[int, Form(ge=1, le=2**31 - 1)] = 1,
    place: Annotated[str, Form(max_length=500)] = "", start: Count = 0, end: Count = 0,
) -> Response:  # fmt: skip
    """Say whether something was missed in a record (with ``end``: where), or take that back; then on to the next."""
    try:
        if do == "clean":
            check_read(desk, visit, number)
        pointed = [desk.sampling.pointed(number, place, start, end)] if do == "missed" and end else []
        desk.mark_sample(visit.officer, number, SAID[do], seen, release, pointed)
    except CaseError as error:
        refused(visit, "marked", error)
        return back(f"/sample/{number}?part={part}")
    if do == "back":
        say(visit, "done", f"What was said of record {number} is taken back.")
        return back(f"/sample/{number}")
    if do == "clean" and number in desk.sampling.standing().own:
        say(visit, "done", f"Record {number}: {ONE_VOICE}")
        return back(f"/sample/{number}")
    pointed_out = f"what you pointed out was missed. {MORE}" if pointed else f"something was missed in it. {UNPOINTED}"
    said = pointed_out if do == "missed" else "nothing was missed in it."
    say(visit, "done", f"Record {number}: {said}")
    if pointed:
        return back(f"/sample/{number}?part={part}")
    following = desk.sampling.standing().next_after(number)
    return back(f"/sample/{following}" if following else "/sample")


# --- what was missed in an earlier release ------------------------------------------------


@router.get("/sample/missed/{release}/{number}")
def show_missed(
    request: Request, desk: AtDesk, visit: Signed, release: Number, number: Number,
    part: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1,
) -> Response:  # fmt: skip
    """Show how the place of a miss reads in the latest release."""
    miss = desk.sampling.missed_before(release, number)
    standing = desk.sampling.standing()
    parts = desk.sampling.parts_before(miss) if standing.folder is not None else None
    at, shown = 0, []
    if parts is not None:
        at = min(part, len(parts.starts)) - 1
        if visit.shows_values:
            shown = sections(parts.of(at), (), desk.policy)
            desk.note_view(visit, [key_before(standing, miss, at)], "a record in which something was missed")
    about: dict[str, Any] = {
        "standing": standing, "miss": miss, "sections": shown, "part": at + 1, "stands": parts is not None,
        "parts": len(parts.starts) if parts is not None else 1, "may_mark": not visit.officer.only_looks,
        "told_already": _denied(miss, visit), "busy": desk.bench.is_busy,
        "unseen": len(unseen_before(visit, standing, miss, parts)),
        "said_already": miss.is_mended_by(visit.officer.name, standing.release),
        "case_record": _in_case(desk, miss.where.file, miss.where.unit) if miss.where is not None else "",
    }  # fmt: skip
    return rendered(request, "sample_missed.html", about)


@router.post("/sample/missed/{release}/{number}")
def answer_missed(
    desk: AtDesk, visit: Marking, release: Number, number: Number,
    do: Annotated[Literal["mended", "clean", "missed"], Form()], seen: Count = 0,
) -> Response:  # fmt: skip
    """Say that what was missed is withheld in the latest release, that nothing was missed, or that something was."""
    here = f"/sample/missed/{release}/{number}"
    try:
        miss = desk.sampling.missed_before(release, number)
        if do != "missed":
            check_read_before(desk, visit, miss)
        if do == "mended":
            if seen != miss.entry:
                raise Conflict("sample", "somebody else said something of it meanwhile", "look at it again")
            desk.mend_missed(visit.officer, miss)
            return back("/sample")
        desk.mark_sample(visit.officer, number, SAID[do], seen, release)
    except CaseError as error:
        refused(visit, "recorded", error)
        return back(here)
    if any((each.release, each.number) == (release, number) for each in desk.sampling.standing().before):
        told = ONE_VOICE if do == "clean" else "something was missed in it, and that holds the release."
        say(visit, "done", f"Record {number} of the sample of release {release}: {told}")
        return back(here)
    say(visit, "done", f"Two people say that nothing was missed in record {number} of the sample of release {release}.")
    return back("/sample")
