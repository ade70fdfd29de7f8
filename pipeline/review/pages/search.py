"""Search in the records of the case. What is looked for travels in the body of a form: no address or log has it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.case.overrides import NAME_ORDINAL
from pipeline.case.searches import MOST_AN_HOUR, SEARCHED, check_pace, search_digest
from pipeline.case.store import CaseError
from pipeline.review.desk import Desk
from pipeline.review.pages.masking import refused
from pipeline.review.pages.page import AtDesk, Signed, rendered
from pipeline.review.searching import LONGEST, SECONDS, Found, Hit, Place, search
from pipeline.review.sessions import Visit
from pipeline.review.table_rows import row_of

router = APIRouter()
MOST_UNSEARCHED: Final = 100
Key = Annotated[str, Form(pattern="^([0-9a-f]{32})?$")]


@router.get("/search")
def show_search(request: Request, visit: Signed) -> Response:
    """Show the form, with what this person looked for last: the session keeps it, and nothing else does."""
    return rendered(request, "search.html", {**_nothing(), "text": visit.looked_for})


@router.post("/search")
def search_case(
    request: Request,
    desk: AtDesk,
    visit: Signed,
    text: Annotated[str, Form(max_length=2 * LONGEST)] = "",
    source: Key = "",
    ordinal: Annotated[int, Form(ge=NAME_ORDINAL, le=2**31 - 1)] = NAME_ORDINAL,
    told: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """Search, from a place on where one is given."""
    visit.looked_for = text
    start = Place(source, ordinal, told) if source else None
    try:
        may_search(desk, visit)
        found = search(desk, text, start)
    except CaseError as error:
        refused(visit, "searched", error)
        return rendered(request, "search.html", {**_nothing(), "text": text})
    noted(desk, visit, text, found)
    about = {
        **_nothing(), "text": text, "found": found, "goes_on": start is not None,
        "rows": [(each, address_of(each)) for each in found.hits],
    }  # fmt: skip
    return rendered(request, "search.html", about)


def may_search(desk: Desk, visit: Visit) -> None:
    """See that a person who only looks did not search too often (raises CaseError): a search confirms a guess."""
    if visit.officer.only_looks:
        check_pace(desk.case, visit.officer.name)


def noted(desk: Desk, visit: Visit, text: str, found: Found) -> None:
    """Write into the trail that there was a search and what it showed; what was looked for as a keyed digest only."""
    with desk.case.action(visit.officer.name, SEARCHED, on_closed=True) as action:
        may_search(desk, visit)  # once more, while nobody else writes: searches at the same moment are counted too
        action.about |= {"records": found.records, "results": len(found.hits)}
        action.about["wanted"] = search_digest(desk.case.keyed, text)
    if visit.shows_values and found.hits:
        seen = [f"{each.source}#{each.ordinal}:{each.number}:{each.start}" for each in found.hits]
        seen += [bit.item.id for each in found.hits for bit in each.bits if bit.item]
        desk.note_view(visit, seen, "results of a search")


def address_of(hit: Hit) -> str:
    """Return the address of the record, at the text in which something was found; no value is in it."""
    if row_of(hit.place) >= 0:
        return f"/document/{hit.source}/{hit.ordinal}?row={hit.row}#r-{hit.row}"
    return f"/document/{hit.source}/{hit.ordinal}?first={hit.number}#s-{hit.number}"


def _nothing() -> dict[str, Any]:
    return {
        "text": "", "found": None, "rows": [], "goes_on": False, "longest": LONGEST, "seconds": int(SECONDS),
        "most_unsearched": MOST_UNSEARCHED, "most_an_hour": MOST_AN_HOUR,
    }  # fmt: skip
