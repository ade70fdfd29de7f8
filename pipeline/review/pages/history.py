"""Everything that was decided, the latest first, and how it is taken back."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.case.store import CaseError
from pipeline.review.ledger import Ledger
from pipeline.review.pages.page import AtDesk, Reviewing, Signed, back, rendered, say

router = APIRouter()
ON_A_PAGE: Final = 50
LAST: Final = "last"


@router.get("/history")
def show_history(request: Request, desk: AtDesk, _visit: Signed, page: int = 1) -> Response:
    """Show what was decided."""
    ledger = desk.ledger.refresh()
    numbers = sorted(ledger.decisions, reverse=True)
    pages = max(1, -(-len(numbers) // ON_A_PAGE))
    page = min(max(1, page), pages)
    undone = taken_back(ledger)
    rows = [
        (ledger.decisions[number], number in undone)
        for number in numbers[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    ]  # fmt: skip
    return rendered(request, "history.html", {"rows": rows, "page": page, "pages": pages, "count": len(numbers)})


@router.post("/undo")
def undo(
    desk: AtDesk,
    visit: Reviewing,
    number: Annotated[str, Form()] = LAST,
    to: Annotated[str, Form()] = "/history",
) -> Response:
    """Take a decision back: the one that is named, or the last of this person that stands."""
    try:
        wanted = int(number) if number.isdigit() else last_of(desk.ledger.refresh(), visit.officer.name)
        count = desk.undo(visit.officer, wanted)
    except CaseError as error:
        say(visit, "wrong", f"Not taken back: {error.what}.", error.remedy)
    else:
        say(visit, "done", f"Decision {wanted} is taken back for {count:,} finding{'' if count == 1 else 's'}.")
    return back(to if to.startswith(("/queue", "/history", "/document")) else "/history")


def taken_back(ledger: Ledger) -> set[int]:
    """Return the decisions that were taken back and not brought back since."""
    undone: set[int] = set()
    for number in sorted(ledger.decisions):
        undoes = ledger.decisions[number].undoes
        if undoes:
            undone.add(undoes)
            undone.discard(ledger.decisions[undoes].undoes)
    return undone


def undoable(ledger: Ledger, name: str) -> int:
    """Return the number of the last decision of a person that was not taken back, 0 where there is none."""
    try:
        return last_of(ledger, name)
    except CaseError:
        return 0


def last_of(ledger: Ledger, name: str) -> int:
    """Return the number of the last decision of a person that was not taken back (raises CaseError)."""
    undone = taken_back(ledger)
    for number in sorted(ledger.decisions, reverse=True):
        each = ledger.decisions[number]
        if each.by == name and not each.undoes and number not in undone:
            return number
    raise CaseError("desk", "there is nothing of yours to take back", "")
