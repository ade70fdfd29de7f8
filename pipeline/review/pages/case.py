"""The case: how far it is, by file, entity and rule, what blocks its release, and what is held."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.case.deciding import decide_differences
from pipeline.review.blocking import blockers, differences, held
from pipeline.review.pages.page import AtDesk, Reviewing, Signed, back, rendered, say

router = APIRouter()
MOST_ROWS = 200


@router.get("/")
def show_case(request: Request, desk: AtDesk, _visit: Signed) -> Response:
    """Show how far the case is."""
    ledger = desk.ledger.refresh()
    about = {
        "progress": ledger.progress(),
        "blockers": blockers(desk),
        "held": held(desk.case, ledger, MOST_ROWS),
        "differences": differences(desk.case, ledger.run)[:MOST_ROWS],
        "by": [(name, ledger.counts(name)[:MOST_ROWS]) for name in ("file", "entity", "rule")],
        "work": desk.bench.work,
        "row": desk.case.row,
        "policy": desk.policy,
    }
    return rendered(request, "case.html", about)


@router.get("/work")
def show_work(request: Request, desk: AtDesk, _visit: Signed) -> Response:
    """Show how far the work in the background is, as a part of a page."""
    return rendered(request, "work.html", {"work": desk.bench.work})


@router.post("/examine")
def examine(desk: AtDesk, visit: Reviewing) -> Response:
    """Examine the files once more."""
    desk.examine(visit.officer.name)
    return back("/")


@router.post("/differences")
def accept_difference(
    desk: AtDesk, visit: Reviewing, difference: Annotated[str, Form()], reason: Annotated[str, Form()] = ""
) -> Response:
    """Let two decisions that do not agree stand as they are."""
    decide_differences(desk.case, [difference], by=visit.officer.name, reason=reason, scanner=desk.scanner)
    say(visit, "done", "Both decisions stand as they are.")
    return back("/#differences")
