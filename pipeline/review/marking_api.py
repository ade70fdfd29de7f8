"""The interface for other programs: what was missed is marked, a finding is changed. Positions come in, no value."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from pipeline.case.lifts import lifts
from pipeline.case.showing import told_marks
from pipeline.review import lifting, marking
from pipeline.review.api import PROBLEMS, Strict, Way
from pipeline.review.desk import Desk
from pipeline.review.marking import Place, Said
from pipeline.review.marking_text import source_of
from pipeline.review.pages.page import Approving, AtDesk, Reviewing, Signed

router = APIRouter(prefix="/api", tags=["the review desk"])
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
Law = Annotated[str, Field(max_length=500)]
RuleName = Annotated[str, Field(max_length=100)]


class Marking(Strict):
    """What is marked: a file (as findings name it), the record's number from 1, the place, and a span in code points.

    ``place`` may be left out where the record has one text. ``start`` counts from 0, ``end`` stands behind the last.
    ``rule`` names a rule of the policy whose law is cited in the place of the one that fits. With ``mask`` the reason
    is stored with ``[PERSON]`` and the like in the place of what identifies somebody.
    """

    file: Annotated[str, Field(min_length=1, max_length=1000)]
    unit: Annotated[int, Field(ge=0, le=2**31 - 1)]
    place: Annotated[str, Field(max_length=500)] = ""
    start: Number
    end: Number
    entity: Annotated[str, Field(max_length=40)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    citation: Law = ""
    rule: RuleName = ""
    seen: Number | None = None
    run: Number = 0
    mask: bool = False


class Changing(Strict):
    """How a finding is changed: what it is then, and its span; what is left out stays as it is."""

    finding: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    entity: Annotated[str, Field(max_length=40)] = ""
    start: Number | None = None
    end: Number | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    citation: Law = ""
    rule: RuleName = ""
    seen: Number | None = None
    run: Number = 0
    mask: bool = False


@router.post("/marks", responses=PROBLEMS)
def mark(desk: AtDesk, visit: Reviewing, given: Marking) -> dict[str, Any]:
    """Mark something as missed: it is withheld there and wherever its value stands. ``/api/undo`` takes it back.

    ``mark`` is 0 where the search takes longer than 30 seconds and goes on; ``/api/work`` says how far it is.
    """
    ordinal = given.unit - 1
    source = source_of(desk, given.file)
    place = given.place or marking.only_place(desk, source, ordinal)
    at = Place(source, ordinal, place, given.start, given.end)
    said = Said(given.entity, _reason(desk, given), given.citation, given.rule, given.seen, given.run, given.mask)
    return _told(desk, marking.waited(desk, marking.mark(desk, visit.officer, at, said)))


@router.post("/changes", responses=PROBLEMS)
def change(desk: AtDesk, visit: Reviewing, given: Changing) -> dict[str, Any]:
    """Change what a finding is, or its span; it is withheld then. ``/api/undo`` takes it back."""
    ledger = desk.ledger.refresh()
    item = ledger.item(ledger.row_of(given.finding))
    start = item.start if given.start is None else given.start
    end = item.stop if given.end is None else given.end
    at = Place(item.source, item.ordinal, item.place, start, end)
    entity, reason = given.entity or item.entity, _reason(desk, given)
    said = Said(entity, reason, given.citation, given.rule, given.seen, given.run, given.mask)
    return _told(desk, marking.waited(desk, marking.change(desk, visit.officer, given.finding, at, said)))


@router.get("/marks", responses=PROBLEMS)
def marks(desk: AtDesk, _visit: Signed) -> dict[str, Any]:
    """What was marked or changed, as positions; ``stands`` says whether it is in force."""
    return {
        "seen": desk.ledger.refresh().seen,
        "marks": [
            {name: value for name, value in asdict(each).items() if name not in {"by", "at"}}
            for each in told_marks(desk.case)
        ],
    }


class Asking(Strict):
    """For which finding a lift is asked, or for which group, and why."""

    finding: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    way: Way = "one"
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    mask: bool = False


class Answering(Strict):
    """The answer to a lift."""

    lift: Annotated[int, Field(ge=1, le=2**31 - 1)]
    answer: Literal["sign", "refuse"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    mask: bool = False


@router.get("/lifts", responses=PROBLEMS)
def list_lifts(desk: AtDesk, _visit: Signed) -> dict[str, Any]:
    """Lifts of what is mandatory: who asked, on what ground, and the answer of another person."""
    return {"lifts": [asdict(each) for each in lifts(desk.case)]}


@router.post("/lifts", responses=PROBLEMS)
def ask(desk: AtDesk, visit: Reviewing, given: Asking) -> dict[str, int]:
    """Ask that something mandatory be lifted. 400 where no recorded court order and no own request lifts it."""
    return {"lift": lifting.ask(desk, visit.officer, given.finding, given.way, _reason(desk, given))}


@router.post("/lifts/answers", responses=PROBLEMS)
def answer(desk: AtDesk, visit: Approving, given: Answering) -> dict[str, int]:
    """Sign a lift that another person asked for, or refuse it. Undo takes back the decision that it becomes."""
    reason = _reason(desk, given)
    if given.answer == "sign":
        return {"decision": lifting.sign(desk, visit.officer, given.lift, reason)}
    lifting.refuse(desk, visit.officer, given.lift, reason)
    return {"decision": 0}


def _reason(desk: Desk, given: Marking | Changing | Asking | Answering) -> str:
    """Return a reason as it is to be examined: masked where that is asked for."""
    return desk.masked(given.reason) if given.mask else given.reason


def _told(desk: Desk, done: marking.Marked | None) -> dict[str, Any]:
    seen = desk.ledger.refresh().seen
    if done is None:
        return {"mark": 0, "decision": 0, "findings": 0, "everywhere": True, "seen": seen}
    return {
        "mark": done.mark, "decision": done.decision, "findings": done.findings, "everywhere": done.everywhere,
        "seen": seen,
    }  # fmt: skip
