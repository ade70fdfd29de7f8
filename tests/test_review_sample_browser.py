"""The sample of a release in a real browser: drawn, read and certified by keyboard, no barrier on any of its pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter
from casehelp import nothing_wrong, write
from reviewhelp import ended, examined, see_marks_too
from test_review_browser import base, opened
from test_review_desk_browser import looked_at

from pipeline.case.checking import check_case
from pipeline.case.deciding import Which, decide
from pipeline.case.overrides import place_digest
from pipeline.case.sampled import Trail
from pipeline.case.store import Case
from pipeline.review.desk import Desk
from pipeline.state import State

pytestmark = [pytest.mark.chromium, pytest.mark.usefixtures("own_state")]
LETTER = "Dear clerk, call 406-555-0123 about <b>the hedge</b> <script>document.title='owned'</script>.\n"
LONG = "\n\n".join(f"Paragraph {n}. " + "The park was quiet that day. " * 30 for n in range(40))


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    source = write(
        tmp_path / "in", {"a.txt": LETTER, "long.txt": LONG, "t.csv": "id,note\n1,one hedge\n2,two hedges\n"}
    )
    with xlsxwriter.Workbook(str(source / "book.xlsx")) as made:
        for name, rows in (("First", 400), ("Last", 12)):
            sheet = made.add_worksheet(name)
            sheet.write_row(0, 0, ["number", "phone"])
            for n in range(1, rows):
                sheet.write_row(n, 0, [f"item {n + 1}", f"406-555-01{n % 100:02d}"])
    desk = examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)
    see_marks_too(desk)
    return desk


@pytest.fixture
def page(desk: Desk):
    yield from opened(desk)


def press(page, key: str) -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def done(desk: Desk, page) -> None:
    ended(desk)
    page.goto(f"{base(page)}/sample")


def test_a_sample_is_drawn_read_and_certified_by_keyboard(desk: Desk, page) -> None:
    """Each state of the page is looked at; a long record is read to its end; one miss holds the release."""
    home, wrong = base(page), []
    page.goto(f"{home}/sample")
    assert "There is no release yet" in page.inner_text("main")
    wrong += looked_at(page)
    decide(desk.case, Which(undecided=True), "adopt", by="officer", reason="balance", scanner=nothing_wrong)
    page.goto(f"{home}/release")
    with page.expect_navigation(wait_until="load"):  # on a busy machine the work has not begun yet without this
        page.locator("button", has_text="Make the release").press("Enter")
    done(desk, page)
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.focus("#size")
    page.keyboard.press("Control+A")
    page.keyboard.type("900")
    press(page, "Enter")
    done(desk, page)
    drawn = Trail(desk.case).draw(1)
    assert drawn is not None
    assert f"{drawn.size}" in page.inner_text("dl.numbers")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "g")
    assert page.url.endswith("/sample/1")
    assert page.title() == "Record of the sample"
    press(page, "c")
    assert "was not shown to you yet" in page.inner_text("#notices")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "v")
    assert "<b>the hedge</b> <script>" in page.inner_text(".record")
    assert page.locator(".record b, .record script").count() == 0
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "c")
    assert page.url.endswith("/sample/2")
    press(page, "z")
    assert "is taken back" in page.inner_text("#notices")
    press(page, "c")
    long = next(n for n, each in enumerate(desk.sampling.standing().opened.records, 1) if each.file == "long.txt")
    page.goto(f"{home}/sample/{long}")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "c")
    assert "part 2 of this record" in page.inner_text("#notices")
    while page.locator('[data-key="."]').count():
        press(page, ".")
    press(page, "c")
    press(page, "m")
    assert "Are you sure?" in page.inner_text("main")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "m")  # nothing is selected: its words are picked
    assert "Point out what was missed" in page.inner_text("h1")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.focus("#last-word")
    page.keyboard.press("ArrowDown")
    page.locator("main button.main").focus()
    press(page, "Enter")
    assert "what you pointed out was missed" in page.inner_text("#notices")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "g")
    press(page, "p")
    press(page, "n")
    for number in range(1, drawn.size + 1):  # the rest of them, by call: what is left is pages like those before
        if number not in desk.sampling.standing().marks:
            desk.sampling.mark(number, missed=False, by="records officer", seen=0, release=1)
    page.goto(f"{home}/sample")
    assert "Make the certificate" in page.inner_text("main")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "g")
    done(desk, page)
    assert "must not go out" in page.inner_text("main")
    assert "With 95% confidence" in page.inner_text("main")
    wrong += looked_at(page)
    page.goto(f"{home}/release")
    with page.expect_navigation(wait_until="load"):
        page.locator("button", has_text="Make the release").press("Enter")
    done(desk, page)
    assert "Missed in earlier releases" in page.inner_text("main")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "g")
    assert "Missed in release 1" in page.inner_text("h1")
    wrong += looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "c")
    desk.bench.wait()
    page.goto(f"{home}/sample")
    assert "is released as it was" in page.inner_text("#work")
    wrong += looked_at(page)
    assert not wrong, "\n".join(wrong)
    assert not check_case(desk.case)


def test_a_reason_is_masked_by_a_key(desk: Desk, page) -> None:
    """The button stands beside the refusal; its key stores what was typed with the kind in its place."""
    wrong = []
    page.goto(f"{base(page)}/queue")
    page.fill("#reason", "as 406-555-0187 says")
    page.locator("[data-do=withhold]").first.press("Enter")
    page.wait_for_selector('[action="/masked"] button')
    assert all(each.bounding_box()["height"] < 60 for each in page.locator("#reason, #citation, #rule-cited").all())
    wrong += looked_at(page)
    page.evaluate("document.activeElement.blur()")
    press(page, "x")
    assert "The reason was masked" in page.inner_text("#notices")
    ledger = desk.ledger.refresh()
    assert ledger.decisions[max(ledger.decisions)].reason == "as [PHONE_NUMBER] says"
    assert not wrong, "\n".join(wrong)


def test_a_sheet_is_scrolled_from_its_first_row_to_its_last(desk: Desk, page) -> None:
    """Below its header, by the numbers of the sheet; the other sheet is a link away."""
    press(page, "v")
    page.goto(f"{base(page)}/table/{place_digest(desk.case.keyed, 'path', 'book.xlsx')}")
    assert page.locator("tbody tr").first.get_attribute("data-row") == "2"
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size[0] <= 1280, size  # the rows scroll in their box: the page is no longer than what stands around it
    assert size[1] <= 1400, size
    page.focus(".rows")
    page.keyboard.press("End")
    page.wait_for_function("() => document.activeElement.dataset.row === '400'")
    page.keyboard.press("Home")
    page.wait_for_function("() => document.activeElement.dataset.row === '2'")
    page.fill("#row", "300")
    page.press("#row", "Enter")
    page.wait_for_function("() => document.activeElement.dataset.row === '300'")
    assert "item 300" in page.inner_text("tbody tr:focus")
    page.click("text=Sheet 2")
    page.wait_for_url(re.compile("sheet=2"))
    assert re.search(r"sheet 2, rows 2 to 12", page.inner_text("main"))
    wrong = looked_at(page)
    assert not wrong, "\n".join(wrong)
