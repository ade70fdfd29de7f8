"""The desk in a real browser: a case worked through by keyboard, hostile records inert, no barrier on any page."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from casehelp import write
from reviewhelp import ended, examined

from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.review.app import application
from pipeline.review.desk import Desk
from pipeline.review.safety import Site
from pipeline.review.sessions import ROLES, Officer
from pipeline.state import State

pytestmark = [pytest.mark.models, pytest.mark.chromium, pytest.mark.usefixtures("own_state")]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(__file__).with_name("axe") / "axe.min.js"
MAIL = (
    "From: Wilma Testperson <wilma.testperson@example.com>\nTo: Clerk <clerk@example.gov>\n"
    'Subject: <script>document.title="owned"</script>\nDate: Mon, 3 Mar 2025 10:00:00 -0700\nMIME-Version: 1.0\n'
    "Content-Type: text/html; charset=utf-8\n\n"
    "<p onclick=\"document.title='owned'\">My number is 536-90-4399, says Wilma Testperson.</p>"
    '<img src="https://track.example/o.gif" onerror="document.title=\'owned\'">'
    "<a href=\"javascript:document.title='owned'\">call 406-555-0123</a>"
    '<style>body{display:none}</style><iframe src="https://track.example/"></iframe>&lt;script&gt;document.title="owned"&lt;/script&gt;\n'
)
TABLE = "name,phone,ssn\n" + "".join(
    f"Wilma Testperson,406-555-0{100 + n % 100},536-90-{4000 + n}\n" for n in range(120)
)


@pytest.fixture
def desk(tmp_path: Path, loaded: State) -> Desk:
    return examined(
        Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", {"a.eml": MAIL, "t.csv": TABLE}), loaded
    )


def served(desk: Desk) -> Iterator[str]:
    """Serve a desk on a free port; the address of its one-time link."""
    import socket

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    host = f"127.0.0.1:{listening.getsockname()[1]}"
    app = application(desk, Site("http", frozenset({host})))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    token = desk.sessions.link(Officer("", "records officer", frozenset(ROLES)))
    yield f"http://{host}/open?token={token}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(desk: Desk):
    """A page of headless Chromium at the desk; it fails on any error of a script or of the content policy."""
    yield from opened(desk)


def opened(desk: Desk):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for link in served(desk):
            made = browser.new_page()
            watch(made)
            made.goto(link)
            made.wait_for_url(re.compile(r"/$"))
            yield made
            assert not made.wrong, made.wrong
            assert not made.foreign
        browser.close()


def watch(made) -> None:
    """Keep what scripts complain of, and every address that is not of this machine."""
    made.wrong, made.foreign = [], []
    made.on("pageerror", lambda error: made.wrong.append(str(error)))
    made.on("console", lambda told: made.wrong.append(told.text) if told.type == "error" else None)
    made.on("request", lambda asked: made.foreign.append(asked.url) if "//127.0.0.1" not in asked.url else None)


def base(page) -> str:
    return page.url.split("/")[0] + "//" + page.url.split("/")[2]


LEADS_ON = frozenset("vowz")
"""Keys that lead to another page."""


def keys(page, *pressed: str) -> None:
    """Press keys, one after another, and wait for the page where one leads to another."""
    for key in pressed:
        if key in LEADS_ON:
            with page.expect_navigation(wait_until="load"):
                page.keyboard.press(key)
        else:
            page.keyboard.press(key)


def addresses(desk: Desk) -> list[str]:
    """Every page of the desk."""
    item = desk.ledger.item(0)
    records = sorted(
        {f"/document/{each.source}/{each.ordinal}" for each in map(desk.ledger.item, range(len(desk.ledger)))}
    )
    tables = [each.source for each in desk.columns.listed(desk.ledger.labels)]
    return [
        "/",
        "/search",
        "/columns",
        *(f"/columns/{each}" for each in tables),
        *(f"/columns/{each}/2" for each in tables),
        "/queue",
        "/queue?state=all&by=file",
        f"/queue/group?by=value&of={item.id}",
        "/history",
        "/lifts",
        f"/finding/{item.id}",
        f"/finding/{item.id}/lift",
        f"/document/{item.source}/{item.ordinal}/words",
        "/release",
        "/sample",
        "/api",
        *records,
    ]


def barriers(page) -> list[str]:
    """What axe-core finds wrong (WCAG 2.1, A and AA, and best practices)."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{page.url}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(desk: Desk, page, scheme: str) -> None:
    """axe-core finds nothing on any page, values hidden and shown, in light and dark, nor at 320 pixels."""
    page.emulate_media(color_scheme=scheme)
    wrong, home = [], base(page)
    keys(page, "v")
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for address in addresses(desk):
            page.goto(home + address)
            wrong += barriers(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                wrong.append(f"{address}: {wide} pixels wide at {width}")
    page.keyboard.press("?")
    wrong += barriers(page)
    page.goto(f"{home}/")
    keys(page, "v")
    for address in addresses(desk):
        page.goto(home + address)
        wrong += barriers(page)
    assert not wrong, "\n".join(wrong)


def test_a_hostile_record_is_inert(desk: Desk, page) -> None:
    """Script, handlers, links, images and styles of a mail are text on the page: nothing of it runs or is fetched."""
    keys(page, "v")
    item = next(
        each for each in map(desk.ledger.item, range(len(desk.ledger))) if each.file == "a.eml" and each.ordinal == 0
    )
    page.goto(f"{base(page)}/document/{item.source}/{item.ordinal}")
    assert "536-90-4399" in page.inner_text(".record")
    assert '<script>document.title="owned"</script>' in page.inner_text(".record")
    assert page.locator(".record img, .record script, .record style, .record iframe, .record [onclick]").count() == 0
    for link in page.locator("main a").all():
        assert (link.get_attribute("href") or "").startswith(("/", "#"))
    assert page.title() == "Record"
    assert page.is_visible("h1")


def test_a_case_is_worked_through_by_keyboard(desk: Desk, page) -> None:
    """Open, read, decide, undo, help, and release, without a mouse."""
    waits = desk.ledger.refresh().progress()["open"]
    assert waits
    page.goto(f"{base(page)}/queue")
    keys(page, "v", "j", "o")
    assert page.is_visible("h2#findings")
    assert page.evaluate("document.activeElement.dataset.row") is not None
    keys(page, "w")
    assert desk.ledger.refresh().progress()["open"] < waits
    keys(page, "z")
    assert desk.ledger.refresh().progress()["open"] == waits
    keys(page, "?")
    assert page.is_visible("dialog#keys")
    keys(page, "Escape")
    page.goto(f"{base(page)}/queue")
    for _ in range(60):
        if not desk.ledger.refresh().progress()["open"]:
            break
        before = page.locator("#queue input[name=seen]").get_attribute("value")
        page.keyboard.press("a")
        page.wait_for_function(
            "(was) => { const seen = document.querySelector('#queue input[name=seen]'); return !seen || seen.value !== was; }",
            arg=before,
        )
    assert desk.ledger.refresh().progress()["open"] == 0
    page.goto(f"{base(page)}/release")
    page.locator("button", has_text="Make the release").press("Enter")
    ended(desk)
    page.goto(f"{base(page)}/release")
    assert "no withheld value was found" in page.inner_text("main")
    assert not check_case(desk.case)


def test_a_table_is_shown_in_windows(desk: Desk, page) -> None:
    """A page holds 50 rows of a table; the rest is a link away."""
    keys(page, "v")
    item = next(
        each for each in map(desk.ledger.item, range(len(desk.ledger))) if each.file == "t.csv" and each.ordinal == 0
    )
    page.goto(f"{base(page)}/document/{item.source}/{item.ordinal}")
    assert page.locator(".record tbody tr").count() == 50
    page.click("text=Next part")
    assert page.inner_text(".record tbody tr th") == "51"
    assert json.dumps(page.url).count("536") == 0
