"""A record with its findings in place: read it, decide there, and see what the copy will show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from pipeline.case.overrides import NAME_ORDINAL
from pipeline.case.store import CaseError
from pipeline.review.desk import Asked, Desk
from pipeline.review.document import ROWS, sections
from pipeline.review.ledger import WAYS, Item
from pipeline.review.marking import MARKABLE
from pipeline.review.pages.history import undoable
from pipeline.review.pages.marking import places_in
from pipeline.review.pages.page import AtDesk, Reviewing, Signed, back, rendered
from pipeline.review.pages.queue import ACTIONS, decided, laws, rule_for
from pipeline.review.sessions import Visit

router = APIRouter()
Source = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Ordinal = Annotated[int, Path(ge=NAME_ORDINAL, le=2**31 - 1)]
Finding = Annotated[str, Query(pattern="^([0-9a-f]{32})?$")]


@router.get("/document/{source}/{ordinal}")
def show_document(
    request: Request, desk: AtDesk, visit: Signed, source: Source, ordinal: Ordinal,
    of: Finding = "", first: Annotated[int, Query(ge=0)] = 0,
) -> Response:  # fmt: skip
    """Show a record."""
    ledger = desk.ledger.refresh()
    if source not in ledger.labels:
        raise CaseError("desk", "there is no such record in this case", "go back to the queue")
    items = ledger.of_unit(source, ordinal)
    about: dict[str, Any] = {
        "source": source, "ordinal": ordinal, "file": ledger.labels[source], "seen": ledger.seen,
        "run": ledger.run, "items": items, "first": first - first % ROWS, "of": of,
        "reason": visit.reason, "actions": ACTIONS,
        "last": _last(desk, source), "sections": [], "size": ROWS,
        "citations": _citations(desk, items), "undoable": undoable(ledger, visit.officer.name),
        "markable": MARKABLE, "laws": laws(desk), "markable_places": [],
    }  # fmt: skip
    if visit.shows_values:
        about["sections"] = _read(desk, visit, source, ordinal, about["first"], items)
        about["markable_places"] = places_in(about["sections"], desk.texts.segments(source, ordinal))
    return rendered(request, "document.html", about)


def _read(desk: Desk, visit: Visit, source: str, ordinal: int, first: int, items: list[Item]) -> list[Any]:
    segments = desk.texts.segments(source, ordinal).values()
    desk.note_view(visit, [each.id for each in items] + [f"{source}#{ordinal}"], "a record")
    return list(sections(segments, items, desk.policy, first))


def _last(desk: Desk, source: str) -> int:
    """Return the number of the last record of a file, -1 where it cannot be read."""
    try:
        return len(desk.texts.units(source)) - 1
    except CaseError:
        return -1


def _citations(desk: Desk, items: list[Item]) -> dict[str, str]:
    """Return what the policy cites for each rule."""
    rules = {name: desk.policy.rule(name) for name in {each.rule for each in items}}
    return {name: rule.citation_words if rule else "" for name, rule in rules.items()}


@router.post("/document/{source}/{ordinal}")
def decide_in_document(
    desk: AtDesk,
    visit: Reviewing,
    source: Source,
    ordinal: Ordinal,
    do: Annotated[str, Form()],
    seen: Annotated[int, Form()],
    run: Annotated[int, Form()] = 0,
    first: Annotated[int, Form(ge=0)] = 0,
    reason: Annotated[str, Form()] = "",
    citation: Annotated[str, Form()] = "",
    rule_cited: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Decide a finding, or all that belong with it: ``do`` is the action, the way and the finding."""
    action, way, finding = (*do.split(":"), "", "")[:3]
    if way not in {"one", *WAYS}:
        raise CaseError("desk", "that is no choice", "go back to the queue")
    row = desk.ledger.refresh().row_of(finding)
    cited = rule_for(action, rule_cited)
    decided(desk, visit, Asked(finding, way, action, reason, seen, citation, run=run, rule=cited))
    return back(f"/document/{source}/{ordinal}?first={first}#f-{desk.ledger.ids[row]}")
