"""The desk is closed: no session, another site or another name get nothing; what a record holds is shown inert."""

from __future__ import annotations

from pathlib import Path

import pytest
from casehelp import write
from reviewhelp import HOST, ORIGIN, SITE, browser, desk_of, examined, stranger, without_ids

from pipeline.case.store import Case
from pipeline.review.app import application
from pipeline.review.desk import Desk
from pipeline.review.pages import queue
from pipeline.review.sessions import Sessions
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

HOSTILE = (
    'Notes of the clerk. <script>alert(1)</script> Wilma Testperson "><img src=x onerror=alert(2)> javascript:alert(3) '
    "{{ 7*7 }} {% raw %} ' onmouseover='alert(4)' 406-555-0123 <style>*{display:none}</style>\n"
)


@pytest.fixture
def desk(tmp_path: Path, loaded: State) -> Desk:
    source = write(tmp_path / "in", {"letter.txt": "Dear clerk,\ncall Wilma Testperson, 406-555-0123\n"})
    return desk_of(Case.create(tmp_path / "case", "2026-7"), source, loaded)


def all_routes(desk: Desk) -> list[tuple[str, str]]:
    """Every address of the desk with its method, as the application itself lists them."""
    found = []
    for route in _flat(application(desk, SITE).routes):
        for method in getattr(route, "methods", None) or ():
            found.append((method, route.path))
    return found


def _flat(routes):
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if inner:
            yield from _flat(inner)
        else:
            yield route


@pytest.mark.models
def test_without_a_session_there_is_nothing(desk: Desk) -> None:
    """Every page and every call is refused, but those by which one comes in."""
    client = stranger(desk)
    routes = all_routes(desk)
    assert len(routes) > 15
    for method, path in routes:
        if path in {"/open", "/sign-in", "/api/sign-in"}:
            continue
        answer = client.request(method, path, headers={"origin": ORIGIN}, follow_redirects=False)
        assert answer.status_code in {303, 401}, (method, path, answer.status_code)
        assert "letter.txt" not in answer.text
        if answer.status_code == 303:
            assert answer.headers["location"] == "/sign-in"


@pytest.mark.models
def test_the_link_works_once(desk: Desk) -> None:
    """Whoever finds the link in a history or a log comes too late."""
    from pipeline.review.sessions import ROLES, Officer

    token = desk.sessions.link(Officer("", "records officer", frozenset(ROLES)))
    first, second = stranger(desk), stranger(desk)
    answer = first.get(f"/open?token={token}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert token.lower() not in cookie
    assert second.get(f"/open?token={token}").status_code == 403
    assert second.get("/", follow_redirects=False).status_code == 303
    assert first.get("/").status_code == 200


@pytest.mark.models
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://{HOST}"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {},
    ],
)
def test_what_another_site_makes_a_browser_do_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    """With the cookie, but from another place: nothing happens."""
    at = browser(desk)
    for path in ("/queue", "/undo", "/release", "/values", "/examine", "/api/decisions", "/sign-in"):
        answer = at.client.post(path, data={"do": "adopt:x", "seen": "0"}, headers=headers)
        assert answer.status_code == 403, path
    assert desk.bench.work is None


@pytest.mark.models
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8642", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil.example:8642", ""]
)
def test_another_name_that_leads_here_is_refused(desk: Desk, host: str) -> None:
    """A page elsewhere cannot make its own name lead to the desk (DNS rebinding)."""
    at = browser(desk)
    assert at.client.get("/", headers={"host": host}).status_code == 421
    assert at.client.get("/", headers={"host": "localhost:8642"}).status_code in {200, 303}


@pytest.mark.models
def test_browsers_are_told_to_run_and_keep_nothing(desk: Desk) -> None:
    """Every answer, refusals and assets too, has a strict policy, is not stored and not framed."""
    at = browser(desk)
    for path in ("/", "/queue", "/nowhere", "/static/desk.css", "/api/case", "/api/openapi.json"):
        answer = at.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
    refused = stranger(desk).get("/", headers={"host": "evil.example"})
    assert refused.headers["cache-control"] == "no-store"


@pytest.mark.models
@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2fcase%2fstore.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/....//app.py",
    ],
)
def test_no_path_leads_out_of_the_assets(desk: Desk, path: str) -> None:
    """Only what lies in the folder of assets is given out."""
    answer = browser(desk).client.get(path)
    assert answer.status_code in {400, 404}
    assert "import" not in answer.text


@pytest.mark.models
def test_hostile_text_of_a_record_is_shown_inert(tmp_path: Path, loaded: State) -> None:
    """Script, handlers, style and template code in a record are letters on the page."""
    source = write(tmp_path / "in", {"<b>letter.txt": HOSTILE, "a {{7*7}} & b.txt": HOSTILE})
    at = browser(examined(Case.create(tmp_path / "case"), source, loaded))
    at.post("/values", show="yes")
    pages = [at.get(path) for path in ("/", "/queue", "/queue?state=all", "/queue?by=file&state=all", "/history")]
    first = pages[2].partition("of=")[2][:32]
    pages.append(at.get(f"/queue/group?by=value&of={first}"))
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<style" not in page
        assert "<b>letter" not in page
    assert any("&lt;script&gt;alert" in page for page in pages)
    assert any("{{ 7*7 }}" in page for page in pages)


@pytest.mark.models
def test_no_value_stands_in_an_address_or_a_title(tmp_path: Path, loaded: State) -> None:
    """Links and titles hold numbers and names of rules; values stand in the text of the page alone."""
    import re

    source = write(tmp_path / "in", {"letter.txt": "Dear clerk,\ncall Wilma Testperson, 406-555-0123\n"})
    at = browser(examined(Case.create(tmp_path / "case"), source, loaded))
    at.post("/values", show="yes")
    page = at.get("/queue?state=all")
    assert "Testperson" in page
    told = " ".join(
        re.findall(r'(?:href|action|src|value|hx-[a-z]+)="([^"]*)"', page) + re.findall(r"<title>(.*?)</title>", page)
    )
    assert "Testperson" not in told
    assert "555" not in without_ids(told)


@pytest.mark.models
def test_an_error_after_a_decision_does_not_say_that_nothing_was_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decision stands when its page cannot be shown; the answer tells to look, and repeats no words of the error."""
    desk.examine("records officer")
    desk.bench.wait()
    at, finding = browser(desk), desk.ledger.refresh().ids[0]
    monkeypatch.setattr(queue, "group_words", lambda *_: {}["Testperson"])
    form = {"do": f"adopt:{finding}", "seen": "0", "state": "all", "reason": "weighed"}
    answer = at.client.post("/queue", data=form, headers={"origin": ORIGIN, "hx-request": "true"})
    assert answer.status_code == 500
    assert "Look whether it was done" in answer.text
    assert "Testperson" not in answer.text
    assert len(desk.ledger.refresh().decisions) == 1


@pytest.mark.models
def test_nothing_is_uploaded(desk: Desk) -> None:
    """Files, odd kinds of body, and bodies of unknown or great length are refused."""
    at = browser(desk)
    answer = at.client.post("/values", files={"show": b"x"}, headers={"origin": ORIGIN})
    assert answer.status_code == 415
    answer = at.client.post("/values", content=b"x" * (5 << 20), headers={"origin": ORIGIN})
    assert answer.status_code == 413
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert at.client.request(method, "/", headers={"origin": ORIGIN}).status_code == 405


def test_sessions_end_by_themselves() -> None:
    """After an hour without use, and after twelve hours in any case."""
    from pipeline.review.sessions import IDLE_SECONDS, LONGEST_SECONDS, Officer

    now = 0.0
    sessions = Sessions(lambda: now)
    token = sessions.begin(Officer("", "x", frozenset()))
    now = IDLE_SECONDS - 1
    assert sessions.of(token) is not None
    now += IDLE_SECONDS + 1
    assert sessions.of(token) is None
    token = sessions.begin(Officer("", "x", frozenset()))
    began = now
    while now < began + LONGEST_SECONDS:
        assert sessions.of(token) is not None
        now += IDLE_SECONDS / 2
    now += 1
    assert sessions.of(token) is None
    sessions.begin(Officer("", "y", frozenset()))
    now += IDLE_SECONDS + 1
    sessions.begin(Officer("", "z", frozenset()))
    assert len(sessions._visits) == 1  # what was typed in a session that ended is no longer in memory
