"""The case: how far it is, by file, entity and rule, what blocks its release, and what is held."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.case.deciding import NotStored, decide_differences
from pipeline.review.blocking import blockers, count_held, differences, held
from pipeline.review.charts import Share, drawn
from pipeline.review.desk import Desk
from pipeline.review.ledger import Ledger
from pipeline.review.pages.masking import refused, with_words
from pipeline.review.pages.page import AtDesk, Reviewing, Signed, back, rendered, say
from pipeline.review.sessions import Visit
from pipeline.review.timing import spent

router = APIRouter()
MOST_ROWS: Final = 200
FIRST_ROWS: Final = 10
"""Rows of a table that are shown at once; the rest unfolds."""


@router.get("/")
def show_case(request: Request, desk: AtDesk, _visit: Signed) -> Response:
    """Show how far the case is."""
    ledger = desk.ledger.refresh()
    about = {
        "progress": ledger.progress(),
        "blockers": blockers(desk),
        "held": held(desk.case, ledger, MOST_ROWS, unscanned=False),
        "held_count": count_held(desk.case, ledger, unscanned=False),
        "unscanned": held(desk.case, ledger, MOST_ROWS, unscanned=True),
        "unscanned_count": count_held(desk.case, ledger, unscanned=True),
        "differences": differences(desk.case, ledger.run)[:MOST_ROWS],
        "by": [(name, _shares(ledger, name)) for name in ("file", "entity", "rule")],
        "whole": _whole(ledger),
        "spent": spent(ledger.decisions.values()),
        "first_rows": FIRST_ROWS,
        "work": desk.bench.work,
        "row": desk.case.row,
        "policy": desk.policy,
    }
    return rendered(request, "case.html", about)


def _shares(ledger: Ledger, by: str) -> list[Share]:
    return drawn(Share(*each) for each in ledger.shares(by)[:MOST_ROWS])


def _whole(ledger: Ledger) -> Share:
    told = ledger.progress()
    return drawn([Share("all", told["decided"], told["by_rule"], told["open"])])[0]


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
    _accept(desk, visit, difference, reason)
    return back("/#differences")


def _accept(desk: Desk, visit: Visit, difference: str, reason: str) -> None:
    try:
        decide_differences(desk.case, [difference], by=visit.officer.name, reason=reason, scanner=desk.scanner)
    except NotStored as error:
        again = with_words(reason, lambda words: _accept(desk, visit, difference, words), "/#differences")
        refused(visit, "accepted", error, again)
    else:
        say(visit, "done", "Both decisions stand as they are.")
