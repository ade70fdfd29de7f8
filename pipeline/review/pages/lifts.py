"""Lifts: what the law lets nobody release is asked for by one person and signed by another, on a recorded ground."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from pipeline.case.lifting import GROUND_WORDS
from pipeline.case.lifts import Lift, lifts
from pipeline.case.store import CaseError
from pipeline.review import lifting
from pipeline.review.desk import Desk
from pipeline.review.ledger import Ledger
from pipeline.review.pages.masking import refused, with_words
from pipeline.review.pages.page import Approving, AtDesk, Reviewing, Signed, back, rendered, say
from pipeline.review.sessions import Visit

router = APIRouter()
Finding = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Reason = Annotated[str, Form(max_length=2000)]


@router.get("/lifts")
def show_lifts(request: Request, desk: AtDesk, _visit: Signed) -> Response:
    """Show what was asked for, and the answers."""
    ledger = desk.ledger.refresh()
    rows = [(each, _entities(ledger, each)) for each in reversed(lifts(desk.case))]
    return rendered(request, "lifts.html", {"rows": rows, "grounds": GROUND_WORDS})


def _entities(ledger: Ledger, lift: Lift) -> tuple[str, ...]:
    known = []
    for each in lift.findings:
        try:
            known.append(ledger.item(ledger.row_of(each)).entity)
        except CaseError:  # not in the last run
            continue
    return tuple(sorted(set(known)))


@router.post("/lifts")
def answer(
    desk: AtDesk, visit: Approving, lift: Annotated[int, Form(ge=1, le=2**31 - 1)],
    answer: Annotated[str, Form(pattern="^(sign|refuse)$")], reason: Reason = "",
) -> Response:  # fmt: skip
    """Sign a lift, or refuse it."""
    _answer(desk, visit, lift, reason, signs=answer == "sign")
    return back("/lifts")


def _answer(desk: Desk, visit: Visit, lift: int, reason: str, *, signs: bool) -> None:
    try:
        if signs:
            number = lifting.sign(desk, visit.officer, lift, reason)
            say(visit, "done", f"Lift {lift} is signed (decision {number}). Undo takes it back.")
        else:
            lifting.refuse(desk, visit.officer, lift, reason)
            say(visit, "done", f"Lift {lift} is refused.")
    except CaseError as error:
        again = with_words(reason, lambda words: _answer(desk, visit, lift, words, signs=signs), "/lifts")
        refused(visit, "signed" if signs else "refused", error, again)


@router.get("/finding/{finding}/lift")
def show_lift(request: Request, desk: AtDesk, _visit: Signed, finding: Finding) -> Response:
    """Show what a lift of a finding needs."""
    ledger = desk.ledger.refresh()
    item = ledger.item(ledger.row_of(finding))
    about: dict[str, Any] = {"item": item, "ground": "", "missing": "", "remedy": "", "same": 1}
    about["same"] = len(ledger.members("value", finding))
    if not item.mandatory:
        about |= {"missing": "nothing of this is mandatory", "remedy": "decide it: it needs no lift"}
        return rendered(request, "lift.html", about)
    try:
        about["ground"] = GROUND_WORDS[lifting.ground(desk, item)]
    except CaseError as error:
        about |= {"missing": error.what, "remedy": error.remedy}
    return rendered(request, "lift.html", about)


@router.post("/finding/{finding}/lift")
def ask(
    desk: AtDesk, visit: Reviewing, finding: Finding, way: Annotated[str, Form(max_length=20)] = "one",
    reason: Reason = "",
) -> Response:  # fmt: skip
    """Ask for a lift."""
    return back("/lifts" if _ask(desk, visit, finding, way, reason) else f"/finding/{finding}/lift")


def _ask(desk: Desk, visit: Visit, finding: str, way: str, reason: str) -> bool:
    try:
        number = lifting.ask(desk, visit.officer, finding, way, reason)
    except CaseError as error:
        again = with_words(reason, lambda words: _ask(desk, visit, finding, way, words), "/lifts")
        refused(visit, "asked", error, again)
        return False
    say(visit, "done", f"Lift {number} is asked for. Another person signs it.")
    return True
