"""A table as a whole, however long: rows come by their number as somebody scrolls, or page by page without a script."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from pipeline.case.store import CaseError
from pipeline.review.desk import Desk
from pipeline.review.ledger import Ledger
from pipeline.review.pages.page import AtDesk, Signed, rendered
from pipeline.review.rows import CHUNK, Line
from pipeline.review.sessions import Visit

router = APIRouter()
Source = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Row = Annotated[int, Query(ge=1, le=2**31 - 1)]
Sheet = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("/table/{source}")
def show_table(
    request: Request, desk: AtDesk, visit: Signed, source: Source, row: Row = 1, sheet: Sheet = 0
) -> Response:  # fmt: skip
    """Show a table, or a sheet of a workbook (0: the first with rows), from a row on (the first is 1)."""
    ledger = desk.ledger.refresh()
    if source not in ledger.labels:
        raise CaseError("desk", "there is no such table in this case", "go back to the queue")
    index = desk.rows.index(source, sheet)
    first = max(index.first, min(row, index.count) - 1)
    about = {
        **_told(desk, visit, ledger, (source, index.sheet), first), "file": ledger.labels[source], "first": first,
        "size": CHUNK, "count": index.count, "unit": index.unit_of(first), "least": index.first, "sheet": index.sheet,
        "sheets": index.sheets,
    }  # fmt: skip
    return rendered(request, "table.html", about)


@router.get("/table/{source}/rows")
def show_rows(
    request: Request, desk: AtDesk, visit: Signed, source: Source, row: Row = 1, sheet: Sheet = 0
) -> Response:  # fmt: skip
    """Show rows of a table as a part of its page, from a row on."""
    told = _told(desk, visit, desk.ledger.refresh(), (source, sheet), row - 1)
    return rendered(request, "table_rows.html", told)


def _told(desk: Desk, visit: Visit, ledger: Ledger, table: tuple[str, int], first: int) -> dict[str, Any]:
    source, sheet = table
    index = desk.rows.index(source, sheet)
    lines: list[Line] = []
    if visit.shows_values:
        lines = desk.rows.lines(source, first, ledger, desk.policy, sheet)
        seen = sorted({each.ordinal for each in lines})
        desk.note_view(visit, [f"{source}#{ordinal}" for ordinal in seen], "rows of a table")
    width = max([len(index.header), *(max(each.cells, default=-1) + 1 for each in lines)])
    return {"lines": lines, "source": source, "header": index.header, "width": width}
