"""How people come and go: the one-time link, the sign-in of officers, signing out, and showing values."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.review import accounts
from pipeline.review.pages.page import AtDesk, Signed, back, rendered, say
from pipeline.review.safety import COOKIE

router = APIRouter()
_LONGEST: Final = 12 * 60 * 60


def with_session(request: Request, answer: Response, token: str) -> Response:
    """Return an answer that gives the browser its session."""
    answer.set_cookie(
        COOKIE, token, max_age=_LONGEST, httponly=True, samesite="strict", path="/",
        secure=request.app.state.site.is_secure,
    )  # fmt: skip
    return answer


@router.get("/open")
def follow_link(request: Request, desk: AtDesk, token: str = "") -> Response:
    """Exchange the one-time link for a session. The page then leads on, so that the link is not followed twice."""
    session = desk.sessions.follow(token)
    if session is None:
        what = "This link was used before, or is not of this desk."
        return rendered(
            request, "problem.html", {"what": what, "remedy": "Start the desk again for a new one."}, status=403
        )
    return with_session(request, rendered(request, "opened.html", {}), session)


@router.get("/sign-in")
def show_sign_in(request: Request, desk: AtDesk) -> Response:
    """Show the form for officers who have an account."""
    return rendered(request, "sign_in.html", {"has_accounts": bool(accounts.officers(desk.case)), "wrong": ""})


@router.post("/sign-in")
def sign_in(
    request: Request, desk: AtDesk, login: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    """Begin a session for an officer."""
    try:
        officer = accounts.signed_in(desk.case, login, password)
    except accounts.SignInRefused as refused:
        about = {"has_accounts": True, "wrong": f"{refused.what}; {refused.remedy}."}
        return rendered(request, "sign_in.html", about, status=403)
    return with_session(request, back("/"), desk.sessions.begin(officer))


@router.post("/sign-out")
def sign_out(request: Request, desk: AtDesk, _visit: Signed) -> Response:
    """End the session."""
    desk.sessions.end(request.cookies.get(COOKIE, ""))
    answer = back("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/values")
def show_values(visit: Signed, show: Annotated[str, Form()] = "", to: Annotated[str, Form()] = "/") -> Response:
    """Show the values of findings from now on, or hide them; each view is written into the audit trail."""
    visit.shows_values = show == "yes"
    say(visit, "done", "Values are shown, and each view is noted." if visit.shows_values else "Values are hidden.")
    return back(to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/")
