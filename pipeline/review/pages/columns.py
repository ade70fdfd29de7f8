"""The columns of tables: what each was taken for and why, and how a person lays down otherwise. No value is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from pipeline.case.deciding import NotStored
from pipeline.case.pinning import KINDS, Laid
from pipeline.case.store import CaseError
from pipeline.review.columns import Table, Tally, effect, hides, of_run, tallies
from pipeline.review.desk import Desk
from pipeline.review.ledger import Ledger
from pipeline.review.pages.masking import refused, with_words
from pipeline.review.pages.page import AtDesk, Reviewing, Signed, back, rendered, say
from pipeline.review.sessions import Visit
from recognizers.entities import ENTITIES, LINKED_IDENTIFIER, UNIQUE_IDENTIFIER

router = APIRouter()
Source = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
PARTS: Final = (
    "full", "given", "middle", "surname", "initials", "nickname", "street", "unit", "building", "place", "number",
)  # fmt: skip
MEANS: Final = {
    "entity": "personal data of one kind: every cell is decided as such",
    "free_text": "running text: every cell is examined",
    "identifier": "codes of one customer, account or session each: withheld where they lead to a person",
    "quasi": "telling only in combination, such as a ZIP code or a year of birth: counted, and patterns are looked for",
    "inert": "harmless: patterns are looked for, nothing else",
    "unsure": "not clear: every cell is examined",
}


@router.get("/columns")
def show_tables(request: Request, desk: AtDesk, _visit: Signed) -> Response:
    """Show the tables of the case."""
    tables = desk.columns.listed(desk.ledger.refresh().labels)
    return rendered(request, "tables.html", {"tables": tables, "work": desk.bench.work})


@router.post("/columns")
def look_at_columns(desk: AtDesk, visit: Reviewing) -> Response:
    """Look at the columns of the tables."""
    desk.look_at_columns(visit.officer.name)
    return back("/columns")


@router.get("/columns/{source}")
def show_columns(request: Request, desk: AtDesk, visit: Signed, source: Source) -> Response:
    """Show the columns of a table."""
    ledger, table = _table(desk, source)
    now, pins = tallies(ledger, source, table), desk.columns.pins(source)
    rows = [
        {"number": number, "name": header(desk, visit, source, table, number), "class": each,
         "now": now.get(number, Tally()), "pin": pins.get(number)}
        for number, each in enumerate(table.classes, start=1)
    ]  # fmt: skip
    about = {"source": source, "file": ledger.labels[source], "rows": rows, "means": MEANS, "work": desk.bench.work}
    return rendered(request, "columns.html", about)


@router.get("/columns/{source}/{number}")
def show_column(request: Request, desk: AtDesk, visit: Signed, source: Source, number: Number) -> Response:
    """Show one column: its class, the evidence, what stands in it, and the form for another class."""
    return rendered(request, "column.html", _about(desk, visit, source, number))


@router.post("/columns/{source}/{number}")
def pin_column(
    request: Request, desk: AtDesk, visit: Reviewing, source: Source, number: Number,
    do: Annotated[str, Form()],
    kind: Annotated[str, Form()] = "",
    entity: Annotated[str, Form()] = "",
    part: Annotated[str, Form()] = "full",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:  # fmt: skip
    """Say what a class would change (``do`` is ``see``), lay it down (``pin``), or lift a pin (``lift``)."""
    about = _about(desk, visit, source, number)
    laid = Laid(source, number, "" if do == "lift" else kind, entity if kind == "entity" else "", part, reason)
    if do == "see":
        seen = effect(desk, laid, about["table"])
        about |= {"effect": seen, "hides": hides(seen.decision), "chosen": laid}
        return rendered(request, "column.html", about)
    if do not in {"pin", "lift"}:
        raise CaseError("columns", "that is no choice", "go back to the columns")
    _pin(desk, visit, laid)
    return back(f"/columns/{source}/{number}")


def _pin(desk: Desk, visit: Visit, laid: Laid) -> None:
    try:
        began = desk.pin(visit.officer, laid)
    except NotStored as error:
        here = f"/columns/{laid.source}/{laid.number}"
        again = with_words(laid.reason, lambda words: _pin(desk, visit, replace(laid, reason=words)), here)
        refused(visit, "changed", error, again)
        return
    told = f"Column {laid.number} is {'pinned' if laid.kind else 'no longer pinned'}."
    then = (
        "The files are examined anew; decisions stay where their findings are found again."
        if began
        else "Other work goes on: examine the files again when it has ended, at the end of the case's page."
    )
    say(visit, "done", told, then)


def header(desk: Desk, visit: Visit, source: str, table: Table, number: int) -> str:
    """Return the header of a column where values are shown: it is of the record too."""
    if not visit.shows_values or number > len(table.names):
        return ""
    desk.note_view(visit, [f"{source}#headers"], "headers of a table")
    return table.names[number - 1]


def _table(desk: Desk, source: str) -> tuple[Ledger, Table]:
    ledger, table = desk.ledger.refresh(), desk.columns.table(source)
    if source not in ledger.labels:
        raise CaseError("columns", "there is no such file in this case", "go back to the columns")
    if table is None:
        raise CaseError(
            "columns", "this table was not looked at since the desk was opened", "look at the columns first"
        )
    return ledger, table


def _about(desk: Desk, visit: Visit, source: str, number: int) -> dict[str, Any]:
    ledger, table = _table(desk, source)
    if number > len(table.classes):
        raise CaseError("columns", "the table has no such column", "go back to the columns")
    found = table.classes[number - 1]
    history = desk.columns.history(source, number)
    last = history[-1] if history else None
    examined = last is not None and ledger.run > last.run_id
    return {
        "source": source, "number": number, "file": ledger.labels[source], "table": table, "found": found,
        "name": header(desk, visit, source, table, number), "now": tallies(ledger, source, table).get(number, Tally()),
        "pin": desk.columns.pins(source).get(number), "history": history, "means": MEANS, "kinds": KINDS,
        "entities": [each for each in ENTITIES if each not in {UNIQUE_IDENTIFIER, LINKED_IDENTIFIER}],
        "parts": PARTS, "work": desk.bench.work, "effect": None, "hides": False, "examined": examined,
        "before": of_run(desk.case, last.run_id, source, number, table) if last and examined else None,
        "after": of_run(desk.case, ledger.run, source, number, table) if last and examined else None,
        "chosen": Laid(source, number, found.kind, found.entity, found.part),
    }  # fmt: skip
