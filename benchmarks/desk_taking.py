"""What the pictures of the review desk are taken with: the real desk, two people in Chromium, a list of what failed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from PIL import Image

PROJECT: Final = Path(__file__).resolve().parent.parent
PASSWORD: Final = "made-up and long enough"
SOON: Final = 60_000
"""Milliseconds that a page may take while other work goes on."""
LONG: Final = 600_000
"""Milliseconds that work in the background may take: an examination with the models, on a busy machine."""
COLOURS: Final = 96
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SIZES: Final = ((1180, "light"), (1180, "dark"), (590, "light"), (320, "dark"), (320, "light"))


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
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


@dataclass
class Album:
    """Where pictures go (``walk``: those of every size), what was taken, and what failed, by why."""

    out: Path
    walk: Path | None = None
    taken: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def tried(self, name: str, step: Callable[[], None]) -> bool:
        """Do one thing; where it fails, note that and go on. Returns whether it was done."""
        try:
            step()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the next picture does not hang on this one
            first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            self.failed[name] = first
            print(f"{name}: failed: {first}", flush=True)
            traceback.print_exc(limit=-3)
            return False
        print(f"{name}: done", flush=True)
        return True


class Taker:
    """Takes pictures of one person's pages."""

    def __init__(self, page: Any, album: Album) -> None:
        self.page, self.album = page, album
        self.home = "/".join(page.url.split("/")[:3])

    def go(self, path: str) -> None:
        """Go to a page."""
        self.page.set_viewport_size({"width": 1180, "height": 760})
        self.page.goto(f"{self.home}{path}")

    def press(self, key: str) -> None:
        """Press a key that leads to another page."""
        self.page.evaluate("document.activeElement && document.activeElement.blur()")
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)

    def click(self, what: Any) -> None:
        """Click on something that leads to another page, or to the same one anew."""
        with self.page.expect_navigation(wait_until="load"):
            what.click()

    def follow(self, what: Any) -> None:
        """Go where a link leads, without what stands behind the hash: that is no other page."""
        address = what.get_attribute("href")
        self.page.goto(f"{self.home}{address}")

    def sees(self, what: str) -> int:
        """Return how many elements of the page fit."""
        return int(self.page.locator(what).count())

    def take(self, name: str, *, width: int = 1180, height: int = 760, whole: bool = False) -> None:
        """Take a picture of the page, of its upper part or of the whole."""
        self.page.mouse.move(0, 0)
        self.look(name)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate("document.activeElement && document.activeElement.blur(); window.scrollTo(0, 0)")
        path = self.album.out / f"{name}.png"
        self.page.screenshot(path=path, full_page=whole)
        small(path)
        self.album.taken.append(name)

    def look(self, name: str) -> None:
        """Take pictures of a page at every width and in both schemes, where every page is looked at."""
        if self.album.walk is not None:
            for wide, scheme in SIZES:
                self.page.set_viewport_size({"width": wide, "height": 900})
                self.page.emulate_media(color_scheme=scheme)
                self.page.screenshot(path=self.album.walk / f"{name}-{wide}-{scheme}.png", full_page=True)
            self.page.emulate_media(color_scheme="light")
            self.page.set_viewport_size({"width": 1180, "height": 760})

    def show(self) -> None:
        """Show the values."""
        if self.page.locator('[data-key="v"]').inner_text() == "Show values":
            self.click(self.page.locator('[data-key="v"]'))

    def ended(self) -> None:
        """Wait until the work in the background has ended."""
        self.page.wait_for_selector("#work .notice", timeout=LONG)
        if self.sees("#work .notice.wrong"):
            raise SystemExit(self.page.inner_text("#work"))


def small(path: Path) -> None:
    """Write a picture of a page anew, with fewer colours: text on a ground needs no more."""
    with Image.open(path) as shown:
        few = shown.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


@contextmanager
def two_people(folder: Path, records: Path, case: Path, album: Album, *more: str) -> Iterator[tuple[Taker, Taker]]:
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
            page.set_default_timeout(SOON)
        first.goto(link)
        first.wait_for_url(re.compile(r"/$"))
        second.goto(f"{link.split('/open', maxsplit=1)[0]}/sign-in")
        Taker(second, album).look("sign-in")
        second.fill("#login", "second")
        second.fill("#password", PASSWORD)
        with second.expect_navigation(wait_until="load"):
            second.keyboard.press("Enter")
        one = Taker(first, album)
        if one.sees("#work"):  # the first examination of a case, or that of files that changed
            one.ended()
        yield one, Taker(second, album)
        chromium.close()
