"""The application: the gate, the pages, the interface for programs, and how errors are told."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from pipeline.case.standing import Conflict
from pipeline.errors import Failure, ReleasableError
from pipeline.review import api, api_search, marking_api, sample_api
from pipeline.review.desk import Desk
from pipeline.review.pages import PAGES
from pipeline.review.pages.page import rendered
from pipeline.review.safety import Gate, Site

_STATIC: Final = Path(__file__).with_name("static")
_LOOK: Final = "Look whether it was done before you do it again: the decisions tell."


def application(desk: Desk, site: Site) -> FastAPI:
    """Return the web application of a desk.

    Args:
        desk: what it shows.
        site: where it is reached; other hosts and origins are refused.
    """
    app = FastAPI(title="releasable: the review desk", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.desk, app.state.site = desk, site
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.include_router(api.entrance)
    for router in (api.router, marking_api.router, api_search.router, sample_api.router):
        app.include_router(router, dependencies=[api.BEARER])
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_exception_handler(ReleasableError, _explained)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_middleware(Gate, sessions=desk.sessions, site=site, unexpected=_unexpected)
    return app


_PAGES: Final = {"sample": ("/sample", "Go to the page of the sample")}
"""Where what is wrong is mended, by what it is about, and what the link to it says."""


def _answer(request: Request, status: int, what: str, remedy: str = "", about: str = "") -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"what": what, "remedy": remedy}, status)
    told = {"what": what, "remedy": remedy, "to": _PAGES.get(about)}
    return rendered(request, "problem.html", told, status=status)


def _explained(request: Request, error: Exception) -> Response:
    assert isinstance(error, ReleasableError)
    return _answer(request, 409 if isinstance(error, Conflict) else 400, error.what, error.remedy, error.where)


def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = {404: "There is no such page.", 403: "Your role does not allow this.", 405: "This page takes no such call."}
    return _answer(request, error.status_code, known.get(error.status_code, "This cannot be done."))


def _misread(request: Request, _error: Exception) -> Response:
    """Say that something is wrong with what was sent, without repeating any of it."""
    return _answer(request, 422, "Something in this call is missing or has the wrong form.", "Go back and try again.")


def _unexpected(request: Request, error: Exception) -> Response:
    """Say what kind of error came, and where: never its arguments, which may hold a value."""
    return _answer(request, 500, f"An unexpected error ({Failure.of(error).what}).", _LOOK)
