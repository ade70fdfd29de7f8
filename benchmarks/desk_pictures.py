"""The pictures of the review desk in ``docs/pictures``: each page, of the made-up case of ``sample_data``.

    python benchmarks/desk_pictures.py --folder /records/2026-114      (made, filled and left; pages show its name)
    python benchmarks/desk_pictures.py --folder DIR --walk OUT         (every page small, large and dark, into OUT)
    python benchmarks/desk_pictures.py --folder DIR --only records     (one part, of a folder that has the parts before)

Starts the real desk (``releasable review``), works in Chromium (playwright, the system's ``chromium``) as two people
would, and takes a picture where a page is worth one. Look at each before it is kept.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = PROJECT / "docs" / "pictures"
RECORDS: Final = ("exports", "letters", "logs", "mailbox", "messages", "web_form")
FACTS: Final = """files:
  - match: letters/2025-05-02-*
    court_order: {order: "order of 2026-03-02, cause ADV-2026-114", opens: [US_SSN]}
"""
ORDERED: Final = "letters/2025-05-02-letter-to-the-clerk.txt"
PASSWORD: Final = "made-up and long enough"
WAIT: Final = 240_000
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def call(folder: Path, *more: str, typed: str = "") -> None:
    """Run a command of the program."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "RELEASABLE_STATE": str(folder / "state")}
    command = [sys.executable, "-m", "pipeline", *more]
    subprocess.run(command, cwd=folder, env=environment, input=typed, text=True, check=True, capture_output=True)


@contextmanager
def desk(folder: Path, records: Path, case: Path, *more: str) -> Iterator[str]:
    """Open the desk; yields its one-time link."""
    command = [
        sys.executable, "-m", "pipeline", "review", str(records), "--policy", "montana", "--case", str(case),
        "--request", "2026-114", "--facts", str(folder / "facts.yaml"),
        "--config", str(PROJECT / "sample_data" / "config"),
        "--no-browser", "--port", "0", "--workers", "1", "--sign", *more,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "RELEASABLE_STATE": str(folder / "state")}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        link = next((found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))), "")
        if not link:
            raise SystemExit("the desk did not start")
        yield link
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


class Taker:
    """Takes pictures of one person's pages."""

    def __init__(self, page: Any, out: Path, walk: Path | None) -> None:
        self.page, self.out, self.walk = page, out, walk
        self.home = "/".join(page.url.split("/")[:3])

    def go(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(f"{self.home}{path}")

    def press(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)

    def follow(self, what: Any) -> None:
        """Click on something that leads to another page, and wait for that."""
        self.page.set_viewport_size({"width": 1180, "height": 760})
        before = self.page.url
        what.click()
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()

    def take(self, name: str, *, width: int = 1180, height: int = 760, whole: bool = False) -> None:
        """Take a picture of the page, of its upper part or of the whole."""
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size({"width": width, "height": height})
        if self.walk is None:
            self.page.screenshot(path=self.out / f"{name}.png", full_page=whole)
            return
        for wide, scheme in ((1180, "light"), (1180, "dark"), (590, "light"), (320, "dark"), (320, "light")):
            self.page.set_viewport_size({"width": wide, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            self.page.screenshot(path=self.walk / f"{name}-{wide}-{scheme}.png", full_page=True)
        self.page.emulate_media(color_scheme="light")

    def show(self) -> None:
        """Show the values."""
        if self.page.locator('[data-key="v"]').inner_text() == "Show values":
            self.press("v")

    def look(self, name: str) -> None:
        """Take pictures of a page that stands in no document, where every page is looked at."""
        if self.walk is not None:
            self.take(name)

    def ended(self) -> None:
        """Wait until the work in the background has ended."""
        self.page.wait_for_selector("#work .notice", timeout=WAIT)
        if self.page.locator("#work .notice.wrong").count():
            raise SystemExit(self.page.inner_text("#work"))


def queue(one: Taker, _other: Taker) -> None:
    """Decide something in the queue."""
    page = one.page
    one.go("/")
    one.look("empty-sample")
    one.go("/queue")
    one.look("queue-hidden")
    one.show()
    one.go("/queue?file=mailbox%2Fconstituent-mail.mbox")
    for _ in range(3):
        before = page.inner_text("#queue > p")
        page.keyboard.press("a")
        page.wait_for_function("was => document.querySelector('#queue > p').innerText !== was", arg=before)
    one.take("queue")
    one.follow(page.locator("text=Look closer").first)
    one.look("group")


def first_pages(one: Taker, _other: Taker) -> None:
    """Walk through the case, its search, its columns, and the words of a letter."""
    page = one.page
    one.show()
    one.go("/")
    one.take("case", height=1250)
    one.go("/search")
    page.fill("#wanted", "Halima Achebe")
    one.press("Enter")
    one.take("search")
    one.go("/columns")
    one.look("tables")
    columns = page.locator("main table a", has_text="contact-form").get_attribute("href")
    one.go(columns)
    one.take("columns", height=1000)
    one.go(f"{columns}/8")
    for name, value in (("kind", "entity"), ("entity", "STREET_ADDRESS"), ("part", "place")):
        page.select_option(f"#{name}", value)
    with page.expect_navigation(wait_until="load"):
        page.click("text=See what it would change")
    one.take("column", whole=True)
    one.go("/queue?file=letters%2F2025-05-02-letter-to-the-clerk.txt&state=all")
    one.follow(page.locator("a[data-do=open]").first)
    letter = page.url.split("?")[0].split("#")[0].removeprefix(one.home)
    one.follow(page.locator("[data-do=change]").first)
    one.take("change", width=1000, whole=True)
    one.go(f"{letter}/words")
    one.take("words", width=1000, whole=True)


def lift(one: Taker, other: Taker) -> None:
    """Ask for a lift, in the case of the copy for the court."""
    one.show()
    one.go("/queue?by=kind&state=all")
    one.follow(one.page.locator("a[data-do=open]").first)
    row = one.page.locator("li", has_text="a Social Security number")
    one.follow(row.locator("a", has_text="Ask for a lift").first)
    one.page.fill("#why", "the court ordered it for this cause")
    one.look("lift")
    with one.page.expect_navigation(wait_until="load"):
        one.page.click("button.main")
    other.go("/lifts")
    other.take("lifts", width=1000, height=420)


def records_shown(one: Taker, _other: Taker) -> None:
    """Look at a message and at a table."""
    page = one.page
    one.show()
    one.go("/queue?file=mailbox%2Fconstituent-mail.mbox&state=all&page=3")
    one.follow(page.locator("a[data-do=open]").first)
    one.take("record", height=1300)
    one.go("/queue?file=web_form%2Fcontact-form.csv&state=all")
    one.follow(page.locator("a[data-do=open]").first)
    one.follow(page.locator("a", has_text="whole table").first)
    page.wait_for_selector("tbody tr[data-row]")
    one.take("table")


def release(one: Taker, other: Taker) -> None:
    """Decide all, release, read the sample, release again, and find something that was missed."""
    page = one.page
    one.show()
    one.go("/release")
    one.look("release-before")
    one.go("/sample")
    one.look("sample-none")
    one.go("/queue?by=kind")
    while page.locator("[data-do=adopt]").count():
        before = page.inner_text("#queue > p")
        page.keyboard.press("A")
        page.wait_for_function("was => document.querySelector('#queue > p').innerText !== was", arg=before)
    one.look("queue-empty")
    one.go("/history")
    one.look("history")
    released(other)
    other.take("release", height=900)
    other.go("/sample")
    other.look("sample-to-draw")
    sampled(other)
    other.press("g")
    other.show()
    other.take("sample-record", whole=True)
    read(other)
    other.look("sample-read")
    other.press("g")
    other.ended()
    other.go("/sample")
    other.take("sample", height=800)
    released(other)
    other.go("/sample")
    sampled(other)
    other.press("g")
    other.press("m")
    other.look("sample-sure")
    other.press("m")
    other.go("/sample")
    other.look("sample-missed")
    released(other)
    other.go("/sample")
    other.look("sample-before")
    other.press("g")
    other.take("missed", whole=True)


def read(at: Taker) -> None:
    """Read each record of the sample to its end, and say that nothing was missed in it."""
    while at.page.locator('[data-key="c"]').count():
        while at.page.locator('[data-key="."]').count():
            at.press(".")
        at.press("c")
        if at.page.locator("#notices .notice.wrong").count():
            raise SystemExit(at.page.inner_text("#notices"))
    at.go("/sample")


def released(at: Taker) -> None:
    """Make a release."""
    at.go("/release")
    with at.page.expect_navigation(wait_until="load"):
        at.page.locator("button", has_text="Make the release").click()
    at.ended()
    at.go("/release")


def sampled(at: Taker) -> None:
    """Draw a sample of each format."""
    at.page.fill("#size", "20")
    at.page.select_option("#strata", "format")
    with at.page.expect_navigation(wait_until="load"):
        at.page.locator("button", has_text="Draw the sample").click()
    at.ended()
    at.go("/sample")


PARTS: Final = {"queue": queue, "first": first_pages, "lift": lift, "records": records_shown, "release": release}


@contextmanager
def two_people(folder: Path, records: Path, case: Path, walk: Path | None, *more: str) -> Iterator[tuple[Taker, Taker]]:
    """Open the desk of a case, and sign two people in; yields what takes pictures of their pages."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    is_new = not case.exists()
    with desk(folder, records, case, *more) as link, sync_playwright() as play:
        if is_new:
            roles = ("--role", "reviewer", "--role", "approver", "--by", "records officer")
            officer = ("officers", "add", str(case), "second", "--name", "second reader", *roles)
            call(folder, *officer, typed=f"{PASSWORD}\n{PASSWORD}\n")
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        first, second = (chromium.new_context().new_page() for _ in range(2))
        for page in (first, second):
            page.set_default_timeout(WAIT)
        first.goto(link)
        first.wait_for_url(re.compile(r"/$"))
        second.goto(f"{link.split('/open', maxsplit=1)[0]}/sign-in")
        Taker(second, PICTURES, walk).look("sign-in")
        second.fill("#login", "second")
        second.fill("#password", PASSWORD)
        with second.expect_navigation(wait_until="load"):
            second.keyboard.press("Enter")
        one = Taker(first, PICTURES, walk)
        if is_new:
            one.ended()
        yield one, Taker(second, PICTURES, walk)
        chromium.close()


def main() -> None:
    """Take the pictures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--folder", type=Path, required=True, help="a new folder for records, case and releases")
    asked.add_argument("--walk", type=Path, help="a folder for pictures of every page in several sizes")
    asked.add_argument("--only", choices=tuple(PARTS), action="append", help="a part; may be repeated")
    told = asked.parse_args()
    folder, parts = told.folder, told.only or list(PARTS)
    records, ordered = folder / "records", folder / "ordered"
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
        for each in RECORDS:
            shutil.copytree(PROJECT / "sample_data" / each, records / each)
        (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
        call(folder, "keys", "create")
    if told.walk is not None:
        told.walk.mkdir(parents=True, exist_ok=True)
    if "lift" in parts:
        (ordered / ORDERED).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(records / ORDERED, ordered / ORDERED)
        with two_people(folder, ordered, folder / "case-court", told.walk, "--recipient", "court") as people:
            lift(*people)
    if rest := [PARTS[name] for name in parts if name != "lift"]:
        with two_people(folder, records, folder / "case-2026-114", told.walk) as people:
            for part in rest:
                part(*people)


if __name__ == "__main__":
    main()
