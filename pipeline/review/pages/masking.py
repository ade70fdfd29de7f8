"""A reason that says something personal is not stored as it is: what was refused can be done with the reason masked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from pipeline.case.deciding import NotStored
from pipeline.case.standing import Conflict
from pipeline.case.store import CaseError
from pipeline.review.pages.page import AtDesk, Signed, back, say
from pipeline.review.sessions import Notice, Refused, Visit

router = APIRouter()


def refused(visit: Visit, what: str, error: CaseError, again: Refused | None = None) -> None:
    """Keep for the next page that something was not done, and why; where its reason can be masked, offer that.

    Args:
        visit: the session.
        what: what was not done, as in "Not decided".
        error: why.
        again: does it with another reason; None where it has none.
    """
    tone = "conflict" if isinstance(error, Conflict) else "wrong"
    remedy = f"{error.remedy[:1].upper()}{error.remedy[1:]}." if error.remedy else ""
    visit.refused = again if isinstance(error, NotStored) and error.where == "--reason" else None
    mask = visit.refused.key if visit.refused is not None else ""
    visit.tell(Notice(tone, f"Not {what}: {error.what}.", remedy.replace(" (--mask)", ""), mask=mask))


def with_words(reason: str, again: Callable[[str], object], to: str) -> Refused:
    """Return what does something again with another reason."""
    return Refused(reason, again, to)


@router.post("/masked")
def mask_and_store(desk: AtDesk, visit: Signed, what: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Do what was refused for its reason, with [PERSON] and the like in the place of what identifies somebody.

    A page that was shown before something else was refused does not do that: ``what`` is the one that it told of.
    """
    waiting, visit.refused = visit.refused, None
    if waiting is None or waiting.key != what:
        say(visit, "wrong", "There is nothing to mask any more.", "Decide again.")
        return back("/")
    say(visit, "done", "The reason was masked: its kind stands where something identified somebody.")
    waiting.again(desk.masked(waiting.reason))
    return back(waiting.to)
