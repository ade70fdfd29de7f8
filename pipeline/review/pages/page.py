"""What every page shares: the templates, who is there, and what may be done there.

To add a page: a module beside this one with a ``router`` and its functions, a template in ``templates/`` that extends
``base.html``, and the router's name in ``pages/__init__.py``. A line in :data:`PLACES` puts it into the navigation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final

import jinja2
from fastapi import Depends, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import ReleasableError
from pipeline.policy.wording import entity_words
from pipeline.review.desk import Desk
from pipeline.review.ledger import Group, Item
from pipeline.review.safety import visit_of
from pipeline.review.sessions import Notice, Visit
from recognizers.entities import ENTITIES

_ENTITY: Final = re.compile(r"\b[A-Z][A-Z_]+\b")
PLACES: Final = (
    ("/", "Case"),
    ("/queue", "Queue"),
    ("/search", "Search"),
    ("/columns", "Columns"),
    ("/history", "Decisions"),
    ("/lifts", "Lifts"),
    ("/release", "Release"),
    ("/sample", "Sample"),
)
"""The navigation: address and name."""


def desk_of(request: Request) -> Desk:
    """Return the desk."""
    desk: Desk = request.app.state.desk
    return desk


def needs(*roles: str) -> Callable[[Request], Visit]:
    """Return what lets through only people with one of some roles, and gives their session."""

    def visit(request: Request) -> Visit:
        found = visit_of(request)
        if not any(found.officer.may(role) for role in roles):
            raise HTTPException(403)
        return found

    return visit


AtDesk = Annotated[Desk, Depends(desk_of)]
Signed = Annotated[Visit, Depends(visit_of)]
Reviewing = Annotated[Visit, Depends(needs("reviewer"))]
Approving = Annotated[Visit, Depends(needs("approver"))]
Marking = Annotated[Visit, Depends(needs("reviewer", "approver"))]
"""Who reads the sample of a certificate; an auditor only looks."""


def is_fragment(request: Request) -> bool:
    """Return whether a part of a page is asked for (by htmx), not a whole one."""
    return request.headers.get("hx-request") == "true"


def rendered(request: Request, template: str, about: Mapping[str, Any], *, status: int = 200) -> Response:
    """Return a page made of a template."""
    visit: Visit | None = getattr(request.state, "visit", None)
    desk = desk_of(request)
    told = {
        "visit": visit,
        "officer": visit.officer if visit else None,
        "decides": visit is not None and visit.officer.may("reviewer"),
        "notices": visit.told() if visit else [],
        "places": PLACES,
        "here": request.url.path,
        "behind": desk.behind if visit else "",
        "request_id": desk.case.row.request if visit else "",
        "fragment": is_fragment(request),
        **about,
    }
    return HTMLResponse(environment().get_template(template).render(told), status)


def back(address: str) -> Response:
    """Return an answer that leads to a page after something was done."""
    return RedirectResponse(address, 303)


def say(visit: Visit, tone: str, text: str, remedy: str = "") -> None:
    """Keep a sentence for the next page."""
    visit.tell(Notice(tone, text, remedy))


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates; what is put into them is escaped."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.review", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = lambda count: f"{count:,}"
    made.filters["entity"] = entity_words
    made.filters["one_entity"] = lambda name: entity_words((name,))
    made.filters["in_words"] = entities_in_words
    made.filters["plain"] = lambda name: str(name).replace("_", " ")
    made.filters["percent"] = lambda share: f"{round(100 * share)} %"
    made.filters["outcome"] = lambda action: OUTCOMES.get(action, action)
    made.filters["moment"] = lambda at: at.replace("T", " ").replace("Z", " UTC")
    return made


def entities_in_words(text: str) -> str:
    """Return what the program says of a column, with the names of entities in plain words."""
    return _ENTITY.sub(lambda named: entity_words((named[0],)) if named[0] in ENTITIES else named[0], text)


OUTCOMES: Final[Mapping[str, str]] = {
    "withhold": "withheld",
    "release": "released",
    "review": "waits",
    "keep_last_four": "last four digits stay",
    "year_only": "the year stays",
    "initials": "initials stay",
    "generalise": "made coarser",
}


def value_words(desk: Desk, visit: Visit, item: Item) -> dict[str, str]:
    """Return how a finding is shown: its value in its place where values are shown, else a mask.

    Passwords are masked always. Whoever calls this notes the view (:meth:`Desk.note_view`).
    """
    if not visit.shows_values:
        return {"before": "", "value": "\u2022" * 5, "after": "", "masked": "yes"}
    try:
        shown = desk.texts.shown(item.source, item.ordinal, item.place, item.start, item.stop)
    except ReleasableError as error:  # one record that is not shown takes no other findings from the page
        return {"before": "", "value": f"({error.what})", "after": "", "masked": ""}
    if shown is None:
        cells = f"{item.count:,} cells of {item.column or item.place}"
        told = f"something at {item.place}, found in the copy only" if item.in_copy else cells
        return {"before": "", "value": told, "after": "", "masked": ""}
    masked = "yes" if item.entity == "PASSWORD" else ""
    return {
        "before": shown.before, "after": shown.after, "masked": masked,
        "value": "\u2022" * 5 if masked else shown.value,
    }  # fmt: skip


def group_words(desk: Desk, visit: Visit, group: Group) -> dict[str, Any]:
    """Return a group as its row in the queue shows it."""
    return {"group": group, "item": group.item, **value_words(desk, visit, group.item)}
