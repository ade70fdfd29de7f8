"""The queue: findings put together, the unsure first, and one decision for all of a group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from pipeline.case.store import CaseError
from pipeline.review.desk import Asked, Desk
from pipeline.review.ledger import KIND, STATES, WAYS, Filter, Group, Ledger
from pipeline.review.pages.history import undoable
from pipeline.review.pages.masking import refused, with_words
from pipeline.review.pages.page import (
    AtDesk,
    Reviewing,
    Signed,
    back,
    group_words,
    is_fragment,
    rendered,
    say,
    value_words,
)
from pipeline.review.sessions import Visit

router = APIRouter()
ON_A_PAGE: Final = 25
MOST_FILES: Final = 200
ACTIONS: Final = (("adopt", "As proposed"), ("withhold", "Withhold"), ("release", "Release"))


@dataclass(frozen=True, slots=True)
class Look:
    """How a person looks at the queue: put together by what, which findings, which page."""

    by: str = "value"
    state: str = "open"
    entity: str = ""
    rule: str = ""
    file: str = ""
    page: int = 1

    @property
    def only(self) -> Filter:
        return Filter(self.state, self.entity, self.rule, self.file)

    def address(self, **changed: Any) -> str:
        """Return the address of the queue as it is looked at, with something changed; no value is in it."""
        told = {"by": self.by, "state": self.state, "entity": self.entity, "rule": self.rule, "file": self.file}
        told |= {"page": str(self.page) if self.page > 1 else "", **changed}
        return "/queue?" + urlencode({name: each for name, each in told.items() if each})


def _look(
    by: str = "value", state: str = "open", entity: str = "", rule: str = "", file: str = "", page: int = 1
) -> Look:
    if by not in WAYS or state not in STATES:
        raise CaseError("desk", "the queue cannot be looked at like that", "go back to the queue")
    return Look(by, state, entity, rule, file, max(1, page))


def _look_of_form(
    by: Annotated[str, Form()] = "value",
    state: Annotated[str, Form()] = "open",
    entity: Annotated[str, Form()] = "",
    rule: Annotated[str, Form()] = "",
    file: Annotated[str, Form()] = "",
    page: Annotated[int, Form()] = 1,
) -> Look:
    return _look(by, state, entity, rule, file, page)


Looking = Annotated[Look, Depends(_look)]
Looked = Annotated[Look, Depends(_look_of_form)]


def laws(desk: Desk) -> list[tuple[str, str]]:
    """Return the rules that withhold, with what each cites, in the order of the policy."""
    return [(rule.name, rule.citation_words) for rule in desk.policy.rules if rule.withholds]


@router.get("/queue")
def show_queue(request: Request, desk: AtDesk, visit: Signed, look: Looking) -> Response:
    """Show the queue."""
    return _shown(request, desk, visit, look)


@router.post("/queue")
def decide(
    request: Request,
    desk: AtDesk,
    visit: Reviewing,
    look: Looked,
    do: Annotated[str, Form()],
    seen: Annotated[int, Form()],
    run: Annotated[int, Form()] = 0,
    reason: Annotated[str, Form()] = "",
    citation: Annotated[str, Form()] = "",
    rule_cited: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Decide a group: ``do`` is the action and the finding that names the group; ``kind`` after them: all like it."""
    action, finding, way = (*do.split(":"), "", "")[:3]
    if way not in {"", KIND}:
        raise CaseError("desk", "that is no choice", "go back to the queue")
    cited = rule_for(action, rule_cited)
    asked = Asked(finding, way or look.by, action, reason, seen, citation, look.only, run, cited)
    decided(desk, visit, asked, look.address())
    return _shown(request, desk, visit, look) if is_fragment(request) else back(look.address())


def rule_for(action: str, chosen: str) -> str:
    """Return the rule that a decision cites: one is chosen for withholding, and says nothing of anything else."""
    return chosen if action == "withhold" else ""


def decided(desk: Desk, visit: Visit, asked: Asked, to: str) -> None:
    """Decide, and keep what came of it for the next page; ``to`` is where a person goes on from there."""
    visit.reason = asked.reason or visit.reason
    try:
        count = desk.decide(visit.officer, asked)
    except CaseError as error:
        again = with_words(asked.reason, lambda words: decided(desk, visit, replace(asked, reason=words), to), to)
        refused(visit, "decided", error, again)
    else:
        done = dict(ACTIONS)[asked.action].lower()
        say(visit, "done", f"{count:,} finding{'' if count == 1 else 's'} decided: {done}. Undo takes it back.")


def _shown(request: Request, desk: Desk, visit: Visit, look: Look) -> Response:
    ledger = desk.ledger.refresh()
    found = ledger.groups(look.by, look.only)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(look.page, pages)
    groups = ledger.shown(found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE], look.by, look.only)
    rows = [group_words(desk, visit, each) | {"like": _like(ledger, look, each)} for each in groups]
    if visit.shows_values:
        desk.note_view(visit, [each.item.id for each in groups], f"queue by {look.by}")
    about = {
        **_common(ledger, visit, look), "rows": rows, "pages": pages, "page": page, "groups": len(found),
        "ways": WAYS, "states": STATES, "laws": laws(desk),
    }  # fmt: skip
    return rendered(request, "queue_list.html" if is_fragment(request) else "queue.html", about)


def _like(ledger: Ledger, look: Look, group: Group) -> int:
    """Return how many findings are like those of a group and wait too: same entity, same rule, same proposal."""
    only = replace(look.only, state="open")
    return len(ledger.members(KIND, group.item.id, only)) if group.open and look.by != KIND else 0


def _common(ledger: Ledger, visit: Visit, look: Look) -> dict[str, Any]:
    return {
        "look": look, "seen": ledger.seen, "run": ledger.run, "reason": visit.reason,
        "actions": ACTIONS, "progress": ledger.progress(),
        "undoable": undoable(ledger, visit.officer.name),
        "entities": [each[0] for each in ledger.counts("entity")],
        "rules": [each[0] for each in ledger.counts("rule")],
        "files": _files(ledger, look.file),
    }  # fmt: skip


def _files(ledger: Ledger, chosen: str) -> list[str]:
    """Return the files to choose from: of very many those with most left; all of them are groups of the way "file"."""
    files = [each[0] for each in ledger.counts("file")[:MOST_FILES]]
    return files if chosen in {"", *files} else [*files, chosen]


@router.get("/queue/group")
def show_group(request: Request, desk: AtDesk, visit: Signed, look: Looking, of: str) -> Response:
    """Show the findings of a group, each in its place."""
    ledger = desk.ledger.refresh()
    rows = ledger.members(look.by, of)
    pages = max(1, -(-len(rows) // ON_A_PAGE))
    page = min(look.page, pages)
    items = [ledger.item(row) for row in rows[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]]
    if visit.shows_values:
        desk.note_view(visit, [each.id for each in items], f"group by {look.by}")
    about = {
        **_common(ledger, visit, look), "laws": laws(desk), "of": of, "pages": pages, "page": page, "count": len(rows),
        "rows": [{"item": each, **value_words(desk, visit, each)} for each in items],
        "first": ledger.item(ledger.row_of(of)), "ways": _ways(ledger, of),
    }  # fmt: skip
    return rendered(request, "group.html", about)


def _ways(ledger: Ledger, of: str) -> list[tuple[str, int]]:
    """Return the ways in which a finding belongs to a group, with how many findings each has."""
    return [(way, len(ledger.members(way, of))) for way in WAYS]


@router.post("/queue/group")
def decide_in_group(
    desk: AtDesk,
    visit: Reviewing,
    do: Annotated[str, Form()],
    seen: Annotated[int, Form()],
    by: Annotated[str, Form()],
    of: Annotated[str, Form()],
    run: Annotated[int, Form()] = 0,
    reason: Annotated[str, Form()] = "",
    citation: Annotated[str, Form()] = "",
    rule_cited: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Decide one finding, or all that belong to it: ``do`` is the action, the way and the finding."""
    action, way, finding = (*do.split(":"), "", "")[:3]
    if way not in {"one", *WAYS}:
        raise CaseError("desk", "that is no choice", "go back to the queue")
    cited = rule_for(action, rule_cited)
    waited = _waits(desk.ledger.refresh(), by, of)
    here = "/queue/group?" + urlencode({"by": by, "of": of})
    decided(desk, visit, Asked(finding, way, action, reason, seen, citation, run=run, rule=cited), here)
    if waited and not _waits(desk.ledger.refresh(), by, of):
        return back("/queue?" + urlencode({"by": by}))  # nothing is left here: on to the next group
    return back(here)


def _waits(ledger: Ledger, by: str, of: str) -> bool:
    """Return whether something of a group waits for a person."""
    return by in WAYS and bool(ledger.is_open[ledger.members(by, of)].any())
