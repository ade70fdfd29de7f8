"""The newer pages of the desk in a real browser: search, columns, a long table, threads, and a mailbox cleared by keys."""

from __future__ import annotations

import mailbox
import re
from pathlib import Path

import pytest
from casehelp import nothing_wrong, write
from conftest import PROJECT, message
from reviewhelp import examined
from test_review_browser import barriers, base, keys, opened

from pipeline.case.checking import check_case
from pipeline.case.deciding import Which, decide
from pipeline.case.overrides import place_digest
from pipeline.case.store import Case
from pipeline.review.desk import Desk
from pipeline.state import State

pytestmark = [pytest.mark.chromium, pytest.mark.usefixtures("own_state")]
SAMPLE = PROJECT / "sample_data/mailbox/constituent-mail.mbox"
MESSAGES, MOST_KEYS = 60, 80
ROWS = 2500
COUNTED = (
    "document.addEventListener('keydown', () => "
    "sessionStorage.setItem('keys', 1 + Number(sessionStorage.getItem('keys') || 0)), true)"
)


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    answer = message(
        "I call 406-555-0199 again.",
        subject="Re: Water rates",
        extra="Message-ID: <2@example.com>\nIn-Reply-To: <1@example.com>\n",
    )
    files = {
        "one.eml": message("Call 406-555-0123 please.", extra="Message-ID: <1@example.com>\n"), "two.eml": answer,
        "t.csv": "name,phone,note\n" + "".join(
            f"Person {n},406-555-0{100 + n % 100},{'all of this is well known. ' * 20}\n" for n in range(1, ROWS + 1)
        ),
        "broken.pdf": "%PDF-1.4 and no more",
    }  # fmt: skip
    return examined(Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", files), by_patterns)


@pytest.fixture
def page(desk: Desk):
    yield from opened(desk)


def looked_at(page) -> list[str]:
    """What axe-core finds, in light and dark, and whether the page is wider than a small screen."""
    wrong = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            wrong += barriers(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                wrong.append(f"{page.url}: {wide} pixels wide at {width}")
    return wrong


def test_search_works_by_keyboard_and_has_no_barrier(desk: Desk, page) -> None:
    """The key leads to the form, Enter searches, j and o lead to the record; the address says nothing of it."""
    keys(page, "v")
    page.keyboard.press("/")
    page.wait_for_url(re.compile("/search$"))
    page.keyboard.type("4065550123")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.title() == "Search"
    assert page.inner_text(".group .hit") == "406-555-0123"
    assert "broken.pdf" in page.inner_text("main")
    assert page.url.endswith("/search")
    wrong = looked_at(page)
    assert not wrong, "\n".join(wrong)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.row") is not None
    keys(page, "o")
    assert "/document/" in page.url
    assert page.is_visible("h2#findings")


def test_a_record_with_its_thread_has_no_barrier(desk: Desk, page) -> None:
    """The thread is a list of links that Tab reaches."""
    keys(page, "v")
    page.goto(f"{base(page)}/document/{place_digest(desk.case.keyed, 'path', 'two.eml')}/0")
    assert "Thread: 2 messages" in page.inner_text("main")
    wrong = looked_at(page)
    assert not wrong, "\n".join(wrong)
    page.set_viewport_size({"width": 1280, "height": 800})
    with page.expect_navigation():
        page.locator(".thread a").first.press("Enter")
    assert "Call 406-555-0123" in page.inner_text(".record")


@pytest.mark.parametrize(("width", "height"), [(320, 420), (1280, 300)])
def test_a_click_beside_a_finding_is_not_lost(desk: Desk, page, width: int, height: int) -> None:
    """Also where the place of the finding is out of sight: the page does not move away under the pointer."""
    keys(page, "v")
    item = next(each for each in map(desk.ledger.item, range(len(desk.ledger))) if each.file == "one.eml")
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{base(page)}/document/{item.source}/{item.ordinal}")
    page.locator("[data-do=change]").last.click()
    page.wait_for_url(re.compile("/finding/"), timeout=5000)
    page.go_back()
    page.locator("[data-do=withhold]").last.click()
    page.wait_for_function("() => document.querySelector('#notices .notice')", timeout=5000)
    assert page.locator("#notices .notice").count() == 1


def test_a_column_is_pinned_in_the_browser(desk: Desk, page) -> None:
    """See what it would change, pin it, and read what it changed; no barrier before or after."""
    key = place_digest(desk.case.keyed, "path", "t.csv")
    page.goto(f"{base(page)}/columns/{key}/3")
    page.select_option("#kind", "entity")
    page.select_option("#entity", "MEDICAL")
    with page.expect_navigation():
        page.click("text=See what it would change")
    assert f"The column has {ROWS:,} cells" in page.inner_text("main")
    wrong = looked_at(page)
    page.fill("#reason", "notes of the clinic")
    with page.expect_navigation():
        page.click("text=Pin this class")
    desk.bench.wait()
    page.reload()
    assert "pinned in this case by records officer" in page.inner_text("main")
    wrong += looked_at(page)
    decide(desk.case, Which(entity="PHONE_NUMBER"), "adopt", by="officer one", reason="x", scanner=nothing_wrong)
    page.goto(f"{base(page)}/")
    assert "less than a minute" in page.inner_text("main")
    wrong += looked_at(page)
    assert not wrong, "\n".join(wrong)


def first_and_last(page) -> tuple[int, int]:
    told = page.locator("tbody tr").evaluate_all("rows => rows.map(row => Number(row.dataset.row))")
    assert told == list(range(told[0], told[-1] + 1))
    return told[0], told[-1]


def test_a_long_table_is_scrolled_through(desk: Desk, page) -> None:
    """Rows come and go as one scrolls, none missing or double; keys, the slider and the number lead anywhere."""
    keys(page, "v")
    page.goto(f"{base(page)}/table/{place_digest(desk.case.keyed, 'path', 't.csv')}")
    assert page.locator("tbody tr").first.get_attribute("aria-rowindex") == "2"
    page.focus(".rows")
    for _ in range(200):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(30)
        if page.locator("tbody tr").first.get_attribute("data-row") != "1":
            break
    first, last = first_and_last(page)
    assert first > 1
    assert last - first < 500
    page.keyboard.press("End")
    page.wait_for_function(f"() => document.querySelector('tbody').lastElementChild.dataset.row === '{ROWS}'")
    page.wait_for_function(f"() => document.activeElement.dataset.row === '{ROWS}'")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.dataset.row") == str(ROWS - 1)
    for _ in range(60):
        page.keyboard.press("PageUp")
        page.wait_for_timeout(20)
    page.wait_for_timeout(300)
    assert first_and_last(page)[0] < ROWS - 150
    page.fill("#row", "1200")
    page.press("#row", "Enter")
    page.wait_for_function("() => document.activeElement.dataset.row === '1200'")
    assert f"of {ROWS:,}" in page.inner_text("#where")
    page.evaluate(
        "document.querySelector('#along').value = 777; document.querySelector('#along').dispatchEvent(new Event('change'))"
    )
    page.wait_for_function("() => document.activeElement.dataset.row === '777'")
    page.keyboard.press("Home")
    page.wait_for_function("() => document.activeElement.dataset.row === '1'")
    wrong = looked_at(page)
    assert not wrong, "\n".join(wrong)


# --- a mailbox of sixty messages ----------------------------------------------------------


@pytest.mark.models
def test_a_mailbox_of_sixty_messages_is_cleared_with_few_keys(tmp_path: Path, loaded: State) -> None:
    """Each kind of finding is looked at and decided at once, one value by itself: under eighty keystrokes, all told."""
    part = mailbox.mbox(tmp_path / "in.mbox")
    for each, _ in zip(mailbox.mbox(SAMPLE, create=False), range(MESSAGES), strict=False):
        part.add(each)
    part.flush()
    assert len(part) == MESSAGES
    desk = examined(Case.create(tmp_path / "case", "2026-7"), tmp_path / "in.mbox", loaded)
    waits = desk.ledger.progress()["open"]
    assert waits > 200
    for page in opened(desk):
        page.context.add_init_script(COUNTED)
        page.reload()
        pressed = cleared(page, desk)
        counted = int(page.evaluate("sessionStorage.getItem('keys')"))
        print(f"\n{waits} findings of {MESSAGES} messages: {counted} keystrokes")
        assert counted == pressed
        assert counted < MOST_KEYS
    assert not check_case(desk.case)


def cleared(page, desk: Desk) -> int:
    """Clear the queue by keys alone, and return how many were pressed."""
    pressed = 0

    def press(key: str, *, leads_on: bool = True) -> None:
        nonlocal pressed
        pressed += 1
        if not leads_on:
            page.keyboard.press(key)
            return
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press(key)

    for key in ("q", "v"):
        press(key)
    before = desk.ledger.refresh().progress()["open"]
    seen = page.locator("#queue input[name=seen]").get_attribute("value")
    press("a", leads_on=False)  # the most doubtful value by itself
    page.wait_for_function("(was) => document.querySelector('#queue input[name=seen]').value !== was", arg=seen)
    assert desk.ledger.refresh().progress()["open"] < before
    press("4")  # then together by kind
    for _ in range(MOST_KEYS):
        if not desk.ledger.refresh().progress()["open"]:
            break
        press("Enter")  # look closer at the first kind
        assert page.locator(".group").count()
        press("A")  # and all of it as proposed: back at the queue
    assert desk.ledger.refresh().progress()["open"] == 0
    return pressed
