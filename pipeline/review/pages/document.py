"""A record with its findings in place: read it, decide there, and see what the copy will show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from pipeline.case.overrides import NAME_ORDINAL
from pipeline.case.store import CaseError
from pipeline.errors import ReleasableError
from pipeline.review.desk import Asked, Desk
from pipeline.review.ledger import WAYS, Item
from pipeline.review.marking import MARKABLE
from pipeline.review.pages.around import parts_of, thread_of
from pipeline.review.pages.history import undoable
from pipeline.review.pages.marking import places_in
from pipeline.review.pages.page import AtDesk, Reviewing, Signed, back, rendered
from pipeline.review.pages.queue import ACTIONS, decided, laws, rule_for
from pipeline.review.sessions import Visit
from pipeline.review.window import Record, Window, hidden, shown

router = APIRouter()
Source = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Ordinal = Annotated[int, Path(ge=NAME_ORDINAL, le=2**31 - 1)]
Finding = Annotated[str, Query(pattern="^([0-9a-f]{32})?$")]


@router.get("/document/{source}/{ordinal}")
def show_document(
    request: Request, desk: AtDesk, visit: Signed, source: Source, ordinal: Ordinal,
    of: Finding = "", first: Annotated[int, Query(ge=-1, le=2**31 - 1)] = -1,
    row: Annotated[int, Query(ge=-1, le=2**31 - 1)] = -1,
) -> Response:  # fmt: skip
    """Show a record, or the part of it that begins at ``first``, or has a row of its table or the finding ``of``."""
    ledger = desk.ledger.refresh()
    if source not in ledger.labels:
        raise CaseError("desk", "there is no such record in this case", "go back to the queue")
    record = Record.of(ledger, source, ordinal)
    window = _read(desk, visit, record, (of, first, row)) if visit.shows_values else hidden(record, of, first)
    about: dict[str, Any] = {
        "source": source, "ordinal": ordinal, "file": ledger.labels[source], "seen": ledger.seen,
        "run": ledger.run, "items": window.items, "window": window, "first": window.first, "of": of,
        "reason": visit.reason, "actions": ACTIONS,
        "last": desk.texts.last(source), "sections": window.sections,
        "markable_places": places_in(window.sections) if visit.shows_values else [],
        "citations": _citations(desk, window.items), "scrolls": _scrolls(desk, source, ordinal),
        "undoable": undoable(ledger, visit.officer.name), "markable": MARKABLE, "laws": laws(desk),
    }  # fmt: skip
    about |= thread_of(desk, visit, ledger, source, ordinal)
    about |= parts_of(desk, source, ordinal) if visit.shows_values else {"titles": {}, "attached": []}
    return rendered(request, "document.html", about)


def _read(desk: Desk, visit: Visit, record: Record, where: tuple[str, int, int]) -> Window:
    window = shown(record, desk.texts, desk.policy, *where)
    what = f"{record.source}#{record.ordinal}@{window.first}"
    desk.note_view(visit, [*(each.id for each in window.items), what], "a record")
    return window


def _scrolls(desk: Desk, source: str, ordinal: int) -> int | None:
    """Return the sheet (0: it is no workbook) of a unit that can be scrolled through as a whole, None for any other."""
    if ordinal < 0:
        return None
    try:
        return desk.rows.index_of_unit(source, ordinal).sheet
    except ReleasableError:
        return None


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
    first: Annotated[int, Form(ge=-1)] = -1,
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
    here = f"/document/{source}/{ordinal}?first={first}#f-{desk.ledger.ids[row]}"
    decided(desk, visit, Asked(finding, way, action, reason, seen, citation, run=run, rule=cited), here)
    return back(here)
