"""The interface for other programs: the same actions as the pages, in JSON. Its description is at ``/api``.

A program signs in and shows its token in a header (``Authorization: Bearer``). No answer holds a value of a record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from pipeline.case.store import CaseError
from pipeline.review import accounts
from pipeline.review.answers import (
    Begun,
    CaseTold,
    Decisions,
    DecisionTold,
    Done,
    Findings,
    FindingTold,
    Groups,
    GroupTold,
    Problem,
    SignedIn,
    WorkTold,
)
from pipeline.review.blocking import blockers, count_held
from pipeline.review.desk import Asked
from pipeline.review.ledger import Filter
from pipeline.review.pages.page import Approving, AtDesk, Reviewing, Signed, rendered
from pipeline.review.pages.release import outcome_of

BEARER: Final = Security(HTTPBearer(auto_error=False, description="The token of `/api/sign-in`; the gate asks for it."))
router = APIRouter(prefix="/api", tags=["the review desk"])
entrance = APIRouter(prefix="/api", tags=["the review desk"])
MOST: Final = 1000
Way = Literal["one", "value", "subject", "column", "kind", "rule", "file"]
State = Literal["open", "decided", "all"]


class Strict(BaseModel):
    """What is sent here holds what is asked for, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Strict):
    """Login and password of an officer."""

    login: Annotated[str, Field(max_length=60)]
    password: Annotated[str, Field(max_length=200)]


class Decide(Strict):
    """A decision: for the findings that belong with ``finding`` in this ``way``, as seen when ``seen`` was the last.

    With ``run`` (see ``/api/case``) nothing is decided where the files were examined anew since. ``rule`` names a rule
    of the policy whose law is cited for withholding, in the place of the one that fits. With ``mask`` the reason is
    stored with ``[PERSON]`` and the like in the place of what identifies somebody; without it such a reason is refused.
    """

    finding: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    way: Way = "one"
    action: Literal["withhold", "release", "adopt"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    citation: Annotated[str, Field(max_length=500)] = ""
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)]
    state: State = "all"
    run: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    rule: Annotated[str, Field(max_length=100)] = ""
    mask: bool = False


class Undo(Strict):
    """Which decision is taken back, and why."""

    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    reason: Annotated[str, Field(max_length=2000)] = ""
    mask: bool = False


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": Problem} for code in (400, 401, 403, 409, 413, 415, 421, 422)
}


@router.get("", include_in_schema=False)
def show_description(request: Request, _visit: Signed) -> Response:
    """Show the description of this interface as a page."""
    return rendered(request, "api.html", {"told": request.app.openapi()})


@entrance.post("/sign-in", responses=PROBLEMS)
def sign_in(desk: AtDesk, given: SignIn) -> SignedIn:
    """Begin a session: the token goes into the header ``Authorization: Bearer``."""
    officer = accounts.signed_in(desk.case, given.login, given.password)
    return SignedIn(token=desk.sessions.begin(officer), name=officer.name)


@router.get("/case", responses=PROBLEMS)
def case(desk: AtDesk, _visit: Signed) -> CaseTold:
    """How far the case is, and what blocks its release."""
    ledger = desk.ledger.refresh()
    return CaseTold.of(desk.behind, ledger, count_held(desk.case, ledger), blockers(desk), MOST)


def _filter(
    state: State = "all",
    entity: Annotated[str, Query(max_length=60)] = "",
    rule: Annotated[str, Query(max_length=100)] = "",
    file: Annotated[str, Query(max_length=1000)] = "",
) -> Filter:
    return Filter(state, entity, rule, file)


Only = Annotated[Filter, Depends(_filter)]
From = Annotated[int, Query(ge=0, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


@router.get("/findings", responses=PROBLEMS)
def findings(desk: AtDesk, _visit: Signed, only: Only, start: From = 0, limit: Limit = 100) -> Findings:
    """Findings as positions, in the order of files and places."""
    ledger = desk.ledger.refresh()
    rows = ledger.mask(only).nonzero()[0]
    items = [FindingTold.of(ledger.item(row)) for row in rows[start : start + limit]]
    return Findings(seen=ledger.seen, count=len(rows), findings=items)


@router.get("/groups", responses=PROBLEMS)
def groups(
    desk: AtDesk, _visit: Signed, only: Only,
    by: Literal["value", "subject", "column", "kind", "rule", "file"] = "value", start: From = 0, limit: Limit = 100,
) -> Groups:  # fmt: skip
    """Findings put together, the unsure first; each group is named by one of its findings."""
    ledger = desk.ledger.refresh()
    found = ledger.groups(by, only)
    shown = [GroupTold.of(each) for each in ledger.shown(found[start : start + limit], by, only)]
    return Groups(seen=ledger.seen, count=len(found), groups=shown)


@router.post("/decisions", responses=PROBLEMS)
def decide(desk: AtDesk, visit: Reviewing, given: Decide) -> Done:
    """Decide one finding or all that belong with it. 409: others decided some of them since; nothing was changed."""
    only = Filter(given.state)
    reason = desk.masked(given.reason) if given.mask else given.reason
    asked = Asked(given.finding, given.way, given.action, reason, given.seen, given.citation, only, given.run)
    asked = replace(asked, rule=given.rule)
    count = desk.decide(visit.officer, asked)
    return Done(findings=count, seen=desk.ledger.refresh().seen)


@router.get("/decisions", responses=PROBLEMS)
def decisions(desk: AtDesk, _visit: Signed, start: From = 0, limit: Limit = 100) -> Decisions:
    """What was decided, in order."""
    ledger = desk.ledger.refresh()
    numbers = sorted(ledger.decisions)
    told = [DecisionTold.of(ledger.decisions[number]) for number in numbers[start : start + limit]]
    return Decisions(seen=ledger.seen, count=len(numbers), decisions=told)


@router.post("/undo", responses=PROBLEMS)
def undo(desk: AtDesk, visit: Reviewing, given: Undo) -> Done:
    """Take a decision back where it still stands."""
    count = desk.undo(visit.officer, given.number, desk.masked(given.reason) if given.mask else given.reason)
    return Done(findings=count, seen=desk.ledger.refresh().seen)


@router.post("/release", responses=PROBLEMS)
def release(desk: AtDesk, visit: Approving) -> Begun:
    """Begin a release; ``/api/work`` says how far it is."""
    desk.release(visit.officer, lambda done: outcome_of(desk, done))
    return Begun(what="the release has begun")


@router.get("/work", responses=PROBLEMS)
def work(desk: AtDesk, _visit: Signed) -> WorkTold:
    """How far the work in the background is."""
    going = desk.bench.work
    if going is None:
        raise CaseError("desk", "nothing goes on and nothing has ended", "begin an examination or a release")
    failure = going.failure
    return WorkTold(
        what=going.what, stage=going.stage, done=going.done, total=going.total, ended=going.ended,
        failure=Problem(what=failure.what, remedy=failure.remedy) if failure else None,
    )  # fmt: skip
