"""The gate before every page: which host, from where, by whom; and what browsers are told with every answer.

It is closed by default: without a session there are the sign-in, the one-time link and the style sheet, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.review.sessions import Sessions, Visit

COOKIE: Final = "desk"
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
KNOWN_METHODS: Final = SAFE_METHODS | {"POST"}
MOST_BYTES: Final = 4 << 20
_API_SIGN_IN: Final = "/api/sign-in"
_OPEN: Final = frozenset({"/open", "/sign-in", _API_SIGN_IN})
_STATIC: Final = "/static/"
_BODIES: Final = ("application/x-www-form-urlencoded", "application/json")
_CONTENT: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": _CONTENT,
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # no-referrer would make browsers send forms with the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
    "x-robots-tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Site:
    """Where the desk is reached: ``http`` or ``https``, and the hosts, with port, that a browser may name."""

    scheme: str
    hosts: frozenset[str]

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    def is_own(self, origin: str) -> bool:
        """Return whether an origin is one of this desk."""
        scheme, _, host = origin.partition("://")
        return scheme == self.scheme and host.lower() in self.hosts


class Gate:
    """Middleware (ASGI): refuses what may not pass, and lets the rest through with its session."""

    def __init__(
        self, app: ASGIApp, sessions: Sessions, site: Site, unexpected: Callable[[Request, Exception], Response]
    ) -> None:
        self._app, self._sessions, self._site, self._unexpected = app, sessions, site, unexpected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing here speaks anything else

        began = False

        async def guarded(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                own = [(name, value) for name, value in message["headers"] if name.decode() not in HEADERS]
                message["headers"] = own + [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            await send(message)

        request = Request(scope)
        try:
            answer = await run_in_threadpool(self._refusal, request)  # it asks the database, which may be busy
            await (answer or self._app)(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 - its words may hold a value: no log and no console gets them
            if not began:
                await self._unexpected(request, error)(scope, receive, guarded)

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("host", "").lower() not in self._site.hosts:
            return _refused(request, 421, "This desk does not answer to that name.")
        if request.method not in KNOWN_METHODS:
            allowed = {"allow": "GET, HEAD, POST"}
            return _refused(request, 405, "Only GET and POST are answered here.", allowed)
        bearer = _bearer(request)
        if request.method not in SAFE_METHODS and (
            wrong := self._wrong_body(request) or self._foreign(request, bearer)
        ):
            return wrong
        visit = self._sessions.of(bearer or request.cookies.get(COOKIE, ""))
        request.state.visit = visit
        path = request.url.path
        if visit is not None or path in _OPEN or path.startswith(_STATIC):
            return None
        return _without_session(request)

    def _foreign(self, request: Request, bearer: str) -> Response | None:
        """Refuse what another site makes a browser do; a program that shows its token in a header is no browser."""
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        own = self._site.is_own(origin) if origin is not None else site == "same-origin"
        if site not in {None, "same-origin"}:
            own = False
        begins = request.url.path == _API_SIGN_IN and COOKIE not in request.cookies  # its token is to come
        if own or ((bearer or begins) and origin is None and site is None):
            return None
        return _refused(request, 403, "This came from another site and was refused.")

    def _wrong_body(self, request: Request) -> Response | None:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return _refused(request, 413, "This is too large, or does not say how large it is.")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if int(length) and kind not in _BODIES:
            return _refused(request, 415, "Nothing is uploaded here.")
        return None


def _refused(request: Request, status: int, what: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal: to a program in the form that its description says, to others in words."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"what": what, "remedy": ""}, status, headers)
    return PlainTextResponse(what, status, headers)


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _without_session(request: Request) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"what": "there is no session", "remedy": "sign in first"}, 401)
    if request.headers.get("hx-request"):
        return PlainTextResponse("The session has ended.", 401, {"hx-redirect": "/sign-in"})
    if request.method in SAFE_METHODS:
        return RedirectResponse("/sign-in", 303)
    return PlainTextResponse("There is no session. Sign in first.", 401)


def visit_of(request: Request) -> Visit:
    """Return the session of a request; the gate lets nothing else through."""
    visit: Visit = request.state.visit
    assert visit is not None
    return visit
