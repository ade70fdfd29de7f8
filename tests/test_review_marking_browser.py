"""A case from open to verified in a real browser, by keyboard: a name marked, undone, marked, a second person releases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import write
from reviewhelp import examined
from test_review_browser import CHROMIUM, FLAGS, base, keys, served, watch
from test_review_marks import copies, problems_of

from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.review import accounts
from pipeline.review.desk import Desk
from pipeline.state import State

pytestmark = [pytest.mark.models, pytest.mark.chromium, pytest.mark.usefixtures("own_state")]
PASSWORD = "correct horse battery staple"
LETTER = "Dear clerk,\nplease call 406-555-0123.\nqwertzu brambleworth\n"
NOTE = "Seen by Qwertzu Brambleworth on Monday.\n"


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    """A desk without models under a policy that asks for a second review."""
    source = write(tmp_path / "in", {"letter.txt": LETTER, "note.txt": NOTE})
    made = examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)
    made.road = replace(made.road, policy=made.policy.model_copy(update={"second_review": True}))
    accounts.add(made.case, "second", "second reader", frozenset({"reviewer", "approver"}), PASSWORD, by="x")
    return made


@pytest.fixture
def browsers(desk: Desk) -> Iterator[tuple]:
    """Two people's pages at one desk: the first followed the link, the second is at the sign-in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for link in served(desk):
            first, second = (chromium.new_context().new_page() for _ in range(2))
            for each in (first, second):
                watch(each)
            first.goto(link)
            first.wait_for_url(re.compile(r"/$"))
            second.goto(link.split("/open")[0] + "/sign-in")
            yield first, second
            for each in (first, second):
                assert not each.wrong, each.wrong
                assert not each.foreign
        chromium.close()


def tab_to(page, selector: str) -> None:
    """Go to something by Tab alone."""
    for _ in range(120):
        if page.evaluate("(to) => document.activeElement.matches(to)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}")


def entered(page) -> None:
    """Press Enter and wait for the page that it leads to."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def test_from_open_to_verified_by_keyboard(desk: Desk, browsers: tuple) -> None:
    """Marked by words, undone, marked again; decided; the second person signs in, releases; the copy is verified."""
    page, other = browsers
    page.goto(f"{base(page)}/queue")
    keys(page, "v", "j", "o")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("m")
    marked(page)
    told = page.inner_text("#notices")
    assert "Marked: 2 findings withheld" in told
    assert page.locator(".found", has_text="qwertzu brambleworth").count() == 1
    keys(page, "z")
    assert page.locator(".found", has_text="qwertzu brambleworth").count() == 0
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("m")
    marked(page)
    assert "brambleworth" not in page.url
    page.goto(f"{base(page)}/queue")
    while desk.ledger.refresh().progress()["open"]:
        before = page.locator("#queue input[name=seen]").get_attribute("value")
        page.keyboard.press("a")
        page.wait_for_function(
            "(was) => { const seen = document.querySelector('#queue input[name=seen]'); return !seen || seen.value !== was; }",
            arg=before,
        )
    page.goto(f"{base(page)}/release")
    tab_to(page, "main button")
    entered(page)
    assert "own decisions" in page.inner_text("main")
    assert [each for each in page.wrong if "400" not in each] == []  # the browser tells of the refusal itself
    page.wrong.clear()
    tab_to(other, "input[name=login]")
    other.keyboard.type("second")
    tab_to(other, "input[name=password]")
    other.keyboard.type(PASSWORD)
    entered(other)
    other.goto(f"{base(other)}/history")
    assert "marked what was missed" in other.inner_text("main")
    folder = desk.next_folder()
    other.goto(f"{base(other)}/release")
    tab_to(other, "main button")
    entered(other)
    desk.bench.wait()
    other.goto(f"{base(other)}/release")
    assert "no withheld value was found" in other.inner_text("main")
    assert "brambleworth" not in copies(folder).lower()
    assert not problems_of(desk, folder)
    assert not check_case(desk.case)


def marked(page) -> None:
    """Choose the two words of the name by their letters, and mark them."""
    tab_to(page, "#first-word")
    page.keyboard.type("qwer")
    tab_to(page, "#last-word")
    page.keyboard.type("bram")
    tab_to(page, "button.main")
    entered(page)


def test_what_is_selected_with_the_mouse_is_marked(desk: Desk, browsers: tuple) -> None:
    """A selection in the text becomes a position; the button is there for it alone."""
    page, _ = browsers
    page.goto(f"{base(page)}/queue")
    keys(page, "v")
    page.goto(f"{base(page)}/queue")
    keys(page, "j", "o")
    assert page.locator("[data-mark-selected]").is_disabled()
    box = page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.querySelector('.record'), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf('qwertzu');
            if (at < 0 || !node.parentElement.closest('[data-place]')) continue;
            const range = document.createRange();
            range.setStart(node, at); range.setEnd(node, at + 'qwertzu brambleworth'.length);
            const box = range.getBoundingClientRect();
            return [box.left, box.right, box.top + box.height / 2];
          }
        }"""
    )
    page.mouse.move(box[0] + 1, box[2])
    page.mouse.down()
    page.mouse.move(box[1] - 1, box[2], steps=5)
    page.mouse.up()
    page.wait_for_selector("[data-mark-selected]:enabled")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("m")
    assert "Marked: 2 findings withheld" in page.inner_text("#notices")
    assert {each.entity for each in map(desk.ledger.refresh().item, range(len(desk.ledger))) if each.mark} == {"PERSON"}
