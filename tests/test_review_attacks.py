"""What somebody tries who wants more of the desk than is theirs: guesses, forged sessions, addresses, hostile words."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from officers import PASSWORD, running
from recordedcase import recorded, recorded_desk
from reviewhelp import HOST, ORIGIN, browser, stranger, without_ids

from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.review import accounts
from pipeline.review.desk import Desk
from pipeline.review.ledger import Filter
from pipeline.review.safety import COOKIE
from pipeline.review.sessions import APPROVER, AUDITOR, REVIEWER

pytestmark = pytest.mark.usefixtures("own_state")

HEAD = {"origin": ORIGIN}
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}<img src=x onerror=alert(2)>'
LETTER = f"Wilma Testperson called from 406-555-0123 {HOSTILE}\n\nThe other number is 406-555-0188.\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "letter.txt").write_text(LETTER)
    return folder


@pytest.fixture
def case(tmp_path: Path, source: Path) -> Case:
    return recorded(tmp_path / "case", source)


@pytest.fixture
def desk(case: Case, source: Path) -> Desk:
    return recorded_desk(case, source)


def account(desk: Desk, login: str, *roles: str) -> None:
    accounts.add(desk.case, login, f"clerk {login}", frozenset(roles), PASSWORD, by="records officer")


def signed_in(desk: Desk, login: str, *roles: str):
    account(desk, login, *roles)
    client = stranger(desk)
    told = client.post("/sign-in", data={"login": login, "password": PASSWORD}, headers=HEAD, follow_redirects=False)
    assert told.status_code == 303
    return client


# --- who comes in -----------------------------------------------------------------------


def test_an_account_is_locked_by_guesses_over_the_network(desk: Desk) -> None:
    """Three by the page and two by the interface; then the right password is refused by both, for a quarter of an hour."""
    account(desk, "clerk", REVIEWER)
    client = stranger(desk)
    wrong, right = ({"login": "clerk", "password": each} for each in ("a wrong password", PASSWORD))
    answers = [client.post("/sign-in", data=wrong, headers=HEAD) for _ in range(3)]
    answers += [client.post("/api/sign-in", json=wrong) for _ in range(2)]
    assert [each.status_code for each in answers] == [403, 403, 403, 400, 400]
    page, call = client.post("/sign-in", data=right, headers=HEAD), client.post("/api/sign-in", json=right)
    assert (page.status_code, call.status_code) == (403, 400)
    nobody = {"login": "nobody", "password": PASSWORD}
    assert client.post("/sign-in", data=nobody, headers=HEAD).text == page.text, "it tells whether there is an account"
    assert client.post("/api/sign-in", json=nobody).json() == call.json()
    assert client.get("/", follow_redirects=False).status_code == 303
    noted = [each.told for each in desk.case.entries() if each.told["action"] == "sign-in refused"]
    assert len(noted) == accounts.MOST_FAILURES
    assert noted[-1]["about"]["locked_until"]
    later = datetime.now(UTC) + accounts.LOCKED_FOR + timedelta(seconds=1)
    assert accounts.signed_in(desk.case, "clerk", PASSWORD, at=later).login == "clerk"
    assert not check_case(desk.case)


@pytest.mark.parametrize("login", ["", "clerk\0", "CLERK", "clerk' OR '1'='1", "\u212aclerk", "x" * 60])
def test_an_odd_login_is_refused_like_any_other(desk: Desk, login: str) -> None:
    """No error, no hint."""
    account(desk, "clerk", REVIEWER)
    answer = stranger(desk).post("/api/sign-in", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 400
    assert answer.json()["what"].startswith("login or password is wrong")


def test_a_session_is_new_with_each_sign_in_and_gone_after_signing_out(desk: Desk) -> None:
    """A token that somebody planted is not taken up, and one that was kept opens nothing afterwards."""
    account(desk, "clerk", REVIEWER)
    client = stranger(desk)
    client.cookies.set(COOKIE, "planted", domain=HOST.partition(":")[0])
    given = {"login": "clerk", "password": PASSWORD}
    answer = client.post("/sign-in", data=given, headers=HEAD, follow_redirects=False)
    token = re.search(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])
    assert token
    assert token[1] != "planted"
    kept = {"cookie": f"{COOKIE}={token[1]}"}
    other = stranger(desk)
    assert other.get("/queue", headers=kept, follow_redirects=False).status_code == 200
    assert other.post("/sign-out", headers={**kept, **HEAD}, follow_redirects=False).status_code == 303
    for headers in (kept, {"authorization": f"Bearer {token[1]}"}, {"authorization": "Bearer planted"}):
        assert other.get("/api/case", headers=headers).status_code == 401


def test_a_wrong_token_is_not_made_good_by_a_cookie(desk: Desk) -> None:
    """What another site sends in the name of a program has the browser's cookie at most, and that does not count."""
    client = signed_in(desk, "clerk", REVIEWER)
    shown = {"authorization": "Bearer forged"}
    asked = {"finding": desk.ledger.refresh().ids[0], "action": "adopt", "reason": "x", "seen": 0}
    assert client.post("/api/decisions", json=asked, headers=shown).status_code == 401
    assert not desk.ledger.refresh().decisions


# --- who may what -----------------------------------------------------------------------


def test_what_a_role_may_not_is_refused_on_every_road(desk: Desk) -> None:
    """Pages and calls alike, with nothing written."""
    finding = desk.ledger.refresh().ids[0]
    asked = {"finding": finding, "action": "adopt", "reason": "x", "seen": 0}
    form = {"do": f"adopt:one:{finding}", "seen": "0", "by": "value", "of": finding, "reason": "x"}
    key = desk.ledger.item(0).source
    reviewing = ("/queue", "/queue/group", f"/document/{key}/0", "/undo", "/examine", "/differences")
    for login, role, pages, calls in (
        ("auditor", AUDITOR, (*reviewing, "/release"), ("/api/decisions", "/api/undo", "/api/release")),
        ("approver", APPROVER, reviewing, ("/api/decisions", "/api/undo")),
        ("reviewer", REVIEWER, ("/release",), ("/api/release",)),
    ):
        client, before = signed_in(desk, login, role), desk.case.head
        for path in pages:
            data = {**form, "difference": "d" * 32, "number": "1"}
            assert client.post(path, data=data, headers=HEAD, follow_redirects=False).status_code == 403, (login, path)
        for path in calls:
            body = {"/api/decisions": asked, "/api/undo": {"number": 1}}.get(path, {})
            assert client.post(path, json=body, headers=HEAD).status_code == 403, (login, path)
        assert desk.case.head == before
        assert desk.bench.work is None


def test_marks_lifts_and_pins_are_refused_too(desk: Desk) -> None:
    """Without the role, from another site, and while what is shown is of before; nothing is written."""
    item = desk.ledger.refresh().item(0)
    place = {"place": item.place, "start": "0", "end": "4", "entity": "MEDICAL", "reason": "x", "seen": "0"}
    told = {"file": item.file, "unit": item.ordinal + 1, **place, "start": 0, "end": 4, "seen": 0}
    lift = {"finding": item.id, "reason": "x"}
    pin = {"do": "pin", "kind": "inert", "reason": "x"}
    forms = {
        "/marks": {"source": item.source, "ordinal": str(item.ordinal), **place}, f"/finding/{item.id}": place,
        f"/finding/{item.id}/lift": lift, f"/columns/{item.source}/1": pin, "/columns": {},
    }  # fmt: skip
    calls = {"/api/marks": told, "/api/changes": {"finding": item.id, "reason": "x"}, "/api/lifts": lift}
    answers = {"lift": 1, "answer": "sign", "reason": "x"}
    for role in (AUDITOR, APPROVER):
        client, before = signed_in(desk, role, role), desk.case.head
        for path, form in forms.items():
            assert client.post(path, data=form, headers=HEAD, follow_redirects=False).status_code == 403, path
        for path, body in calls.items():
            assert client.post(path, json=body, headers=HEAD).status_code == 403, path
        assert desk.case.head == before
    client, before = signed_in(desk, "reviewer", REVIEWER), desk.case.head
    assert client.post("/lifts", data=answers, headers=HEAD, follow_redirects=False).status_code == 403
    assert client.post("/api/lifts/answers", json=answers, headers=HEAD).status_code == 403
    for path in (*forms, "/lifts", "/search"):
        assert client.post(path, data={}, headers={"origin": "http://elsewhere.example"}).status_code == 403, path
    for path in (*calls, "/api/lifts/answers", "/api/search"):
        assert client.post(path, json={}, headers={"origin": "http://elsewhere.example"}).status_code == 403, path
    desk.behind = "the files changed since they were examined"
    for path, body in calls.items():
        answer = client.post(path, json=body, headers=HEAD)
        assert (answer.status_code, "of before" in answer.json()["what"]) == (400, True), path
    assert desk.case.head == before
    assert desk.bench.work is None


def test_where_the_policy_asks_for_two_another_user_releases(desk: Desk) -> None:
    """Neither page nor call lets one release what stands by their own decision, whatever else they may; another does."""
    desk.road = replace(desk.road, policy=desk.policy.model_copy(update={"second_review": True}))
    one, two = signed_in(desk, "one", REVIEWER, APPROVER), signed_in(desk, "two", APPROVER)
    seen, way = desk.ledger.refresh().seen, {"way": "file", "action": "adopt", "reason": "weighed"}
    told = one.post("/api/decisions", json={"finding": desk.ledger.ids[0], "seen": seen, **way}, headers=HEAD)
    assert told.json()["findings"] == len(desk.ledger)
    again = one.post("/sign-in", data={"login": "one", "password": PASSWORD}, headers=HEAD)
    assert again.status_code == 200
    assert one.post("/api/release", json={}, headers=HEAD).status_code == 400
    assert "own decisions" in one.post("/release", headers=HEAD).text
    assert desk.bench.work is None
    assert two.post("/api/release", json={}, headers=HEAD).status_code == 200
    desk.bench.wait()
    assert desk.bench.work is not None
    assert desk.bench.work.by == "clerk two"


# --- what is asked for ------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/document/../../../etc/passwd/0",
        "/document/..%2f..%2f..%2fetc%2fpasswd/0",
        "/document/%2e%2e/0",
        f"/document/{'f' * 32}/0",
        f"/document/{'f' * 31}%00/0",
        "/document/letter.txt/0",
        "/queue/group?of=../../etc/passwd",
        "/open?token=../../etc/passwd",
    ],
)
def test_no_address_leads_to_a_file(desk: Desk, path: str) -> None:
    """A record is named by its key in the case; whatever else is asked for is not there."""
    at = browser(desk)
    at.post("/values", show="yes")
    answer = at.client.get(path)
    assert answer.status_code in {400, 403, 404, 422}, answer.status_code
    assert "root:" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("number", [-2, 2**31, 99])
def test_no_number_leads_to_a_record_that_is_not_there(desk: Desk, number: int) -> None:
    """Numbers out of range are refused, whether values are shown or not."""
    at, key = browser(desk), desk.ledger.refresh().item(0).source
    at.post("/values", show="yes")
    assert at.client.get(f"/document/{key}/{number}").status_code in {400, 422}


@pytest.mark.parametrize("to", ["//evil.example/", "/\\evil.example", "https://evil.example/", "/x\r\nset-cookie: a=b"])
def test_a_form_leads_nowhere_else(desk: Desk, to: str) -> None:
    """After an action the browser stays at the desk, and nothing slips into the headers."""
    client = browser(desk).client
    for path, form in (("/values", {"show": "no"}), ("/undo", {"number": "last"})):
        answer = client.post(path, data={**form, "to": to}, headers=HEAD, follow_redirects=False)
        assert answer.status_code == 303
        where = answer.headers["location"]
        assert where.startswith("/")
        assert not where.startswith(("//", "/\\"))
        assert "set-cookie" not in answer.headers


def test_looking_changes_nothing(desk: Desk) -> None:
    """As long as values are hidden no address that is only looked at writes anything, so no link can be a trap."""
    at, key = browser(desk), desk.ledger.refresh().item(0).source
    before = desk.case.head
    of = desk.ledger.ids[0]
    for path in (
        "/",
        "/queue",
        f"/queue/group?of={of}",
        f"/document/{key}/0",
        "/history",
        "/release",
        "/work",
        "/sign-in",
    ):
        at.get(path)
    for path in ("/queue", "/undo", "/values", "/release", "/examine", "/sign-out", "/differences", "/api/decisions"):
        at.client.get(f"{path}?do=adopt:{of}&seen=0&number=1&show=yes&reason=x")
    assert desk.case.head == before
    assert "5550" not in without_ids(at.get("/queue")).replace("-", "")
    assert desk.bench.work is None


# --- what is shown ----------------------------------------------------------------------


def test_hostile_words_are_letters_on_every_page(desk: Desk) -> None:
    """Of a record, of a reason, of a law that a colleague typed, and of a name: nothing of them is markup."""
    accounts.add(desk.case, "clerk", f"clerk {HOSTILE}"[:100], frozenset({REVIEWER}), PASSWORD, by="x")
    client = stranger(desk)
    client.post("/sign-in", data={"login": "clerk", "password": PASSWORD}, headers=HEAD)
    client.post("/values", data={"show": "yes"}, headers=HEAD)
    ledger = desk.ledger.refresh()
    asked = {"action": "withhold", "reason": HOSTILE, "citation": HOSTILE, "seen": 0, "way": "file"}
    assert client.post("/api/decisions", json={"finding": ledger.ids[0], **asked}, headers=HEAD).status_code == 200
    item = desk.ledger.refresh().item(0)
    paths = [
        "/", "/queue?state=all", f"/queue/group?of={item.id}", f"/document/{item.source}/0", "/history", "/release",
        f"/queue?file={HOSTILE}&rule={HOSTILE}&entity={HOSTILE}&state=all", "/api",
    ]  # fmt: skip
    met = 0
    for path in paths:
        page = client.get(path).text
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
        assert "49" not in re.findall(r"&gt;(\d+)&lt;", page)
        met += "&lt;script&gt;alert" in page
    assert met >= 5
    assert client.get("/api/decisions").headers["content-type"] == "application/json"


# --- over the wire ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: {host}\r\n", {"421"}),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\nForwarded: host={host}\r\n", {"421"}),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n", {"400", "421"}),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n", {"400", "421"}),
        ("GET / HTTP/1.0\r\n", {"400", "421"}),
        ("POST /undo HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nTransfer-Encoding: chunked\r\n", {"413"}),
        ("GET /static/../../case.json HTTP/1.1\r\nHost: {host}\r\n", {"400", "404"}),
        ("GET /static/..%2f..%2fapp.py HTTP/1.1\r\nHost: {host}\r\n", {"400", "404"}),
        ("GET /queue HTTP/1.1\r\nHost: {host}\r\n", {"303"}),
    ],
)
def test_the_real_server_refuses_what_is_not_meant_for_it(wire: str, lines: str, status: set[str]) -> None:
    """Other names by whatever header, two of them, none, bodies of unknown length, paths out of the assets."""
    told = asked(wire, lines.format(host=wire))
    assert told.split(" ")[1] in status, told.splitlines()[0]
    assert "letter.txt" not in told
    assert "server:" not in told.lower()


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory):
    """The host and port of a real server."""
    folder = tmp_path_factory.mktemp("wire")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RELEASABLE_STATE", str(folder / "state"))
        environment.setenv("RELEASABLE_CONFIG", str(folder / "no-config"))
        (folder / "in").mkdir()
        (folder / "in/letter.txt").write_text(LETTER)
        made = recorded(folder / "case", folder / "in")
        with running(made.folder, folder / "in") as server:
            yield server.address.removeprefix("http://")


def asked(where: str, lines: str) -> str:
    """Send lines as they are, and return what comes back."""
    host, _, port = where.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(f"{lines}Connection: close\r\n\r\n".encode())
        told = b""
        while piece := line.recv(65536):
            told += piece
    return told.decode("latin-1")


def test_what_stands_in_a_filter_is_no_pattern(desk: Desk) -> None:
    """A name is compared as a whole, whatever signs it has."""
    ledger = desk.ledger.refresh()
    for file in ("%", "letter%", ".*", "' OR 1=1 --"):
        assert not ledger.mask(Filter(file=file)).any()
    assert ledger.mask(Filter(file="letter.txt")).all()
