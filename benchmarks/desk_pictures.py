"""The pictures of the review desk in ``docs/pictures``: each page, of the made-up case of ``sample_data``.

    python benchmarks/desk_pictures.py --folder /records/2026-114      (made, filled and left; pages show its name)
    python benchmarks/desk_pictures.py --folder DIR --walk OUT         (every page small, large and dark, into OUT too)
    python benchmarks/desk_pictures.py --folder DIR --only records     (one part, of a folder that has the parts before)

Starts the real desk (``releasable review``), works in Chromium (playwright, the system's ``chromium``) as two people
would, and takes a picture where a page is worth one. What fails is told, the next picture is taken all the same, and it
ends with 1. A part may be taken again in the same folder: what is decided, released or marked there already is not done
twice. Look at each picture before it is kept.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from desk_taking import PROJECT, Album, Taker, call, two_people

PICTURES: Final = PROJECT / "docs" / "pictures"
RECORDS: Final = ("exports", "letters", "logs", "mailbox", "messages", "web_form")
FACTS: Final = """files:
  - match: letters/2025-05-02-*
    court_order: {order: "order of 2026-03-02, cause ADV-2026-114", opens: [US_SSN]}
"""
ORDERED: Final = "letters/2025-05-02-letter-to-the-clerk.txt"
MAILBOX: Final = "mailbox%2Fconstituent-mail.mbox"
FORM: Final = "web_form%2Fcontact-form.csv"
DRAWN: Final = 12
Step = Callable[[Taker, Taker], None]


# --- the queue --------------------------------------------------------------------------


def queue_hidden(one: Taker, _other: Taker) -> None:
    """The queue as it opens."""
    one.go("/queue")
    one.look("queue-hidden")


def queue(one: Taker, _other: Taker) -> None:
    """Decide something in the queue."""
    page = one.page
    one.show()
    one.go(f"/queue?file={MAILBOX}")
    for _ in range(3):
        if not one.sees("[data-do=adopt]"):
            break
        before = page.inner_text("#queue > p")
        page.keyboard.press("a")
        page.wait_for_function("was => document.querySelector('#queue > p').innerText !== was", arg=before)
    one.take("queue")


def group(one: Taker, _other: Taker) -> None:
    """One group of the queue."""
    one.show()
    one.go("/queue?state=all")
    one.follow(one.page.locator("a", has_text="Look closer").first)
    one.look("group")


# --- first pages --------------------------------------------------------------------------


def case(one: Taker, _other: Taker) -> None:
    """How far the case is."""
    one.go("/")
    one.take("case", height=1250)


def search(one: Taker, _other: Taker) -> None:
    """A search in the case."""
    one.show()
    one.go("/search")
    one.page.fill("#wanted", "Halima Achebe")
    with one.page.expect_navigation(wait_until="load"):
        one.page.keyboard.press("Enter")
    one.take("search")


def columns(one: Taker, _other: Taker) -> None:
    """The columns of a table."""
    one.go("/columns")
    one.look("tables")
    one.follow(one.page.locator("main table a", has_text="contact-form").first)
    one.take("columns", height=1000)


def column(one: Taker, _other: Taker) -> None:
    """One column, and what another class would change."""
    one.go("/columns")
    address = one.page.locator("main table a", has_text="contact-form").first.get_attribute("href")
    one.go(f"{address}/8")
    for name, value in (("kind", "entity"), ("entity", "STREET_ADDRESS"), ("part", "place")):
        one.page.select_option(f"#{name}", value)
    one.click(one.page.locator("button", has_text="See what it would change"))
    one.take("column", whole=True)


def _letter(one: Taker) -> None:
    one.show()
    one.go("/queue?file=letters%2F2025-05-02-letter-to-the-clerk.txt&state=all")
    one.follow(one.page.locator("a[data-do=open]").first)


def change(one: Taker, _other: Taker) -> None:
    """A finding is changed."""
    _letter(one)
    one.follow(one.page.locator("[data-do=change]").first)
    one.take("change", width=1000, whole=True)


def words(one: Taker, _other: Taker) -> None:
    """The words of a letter, to mark some."""
    _letter(one)
    one.go(f"{one.page.url.split('?')[0].split('#')[0].removeprefix(one.home)}/words")
    one.take("words", width=1000, whole=True)


def first_others(one: Taker, _other: Taker) -> None:
    """Pages that no document shows."""
    for path, name in (("/history", "history-first"), ("/lifts", "lifts-none"), ("/sample", "sample-none")):
        one.go(path)
        one.look(name)
    one.go("/release")
    one.look("release-before")


# --- a lift ---------------------------------------------------------------------------------


def lift(one: Taker, other: Taker) -> None:
    """Ask for a lift, in the case of the copy for the court."""
    other.go("/lifts")
    if not other.sees("main form"):
        one.show()
        one.go("/queue?by=kind&state=all")
        one.follow(one.page.locator("a[data-do=open]").first)
        row = one.page.locator("li", has_text="a Social Security number")
        one.follow(row.locator("a", has_text="Ask for a lift").first)
        one.page.fill("#why", "the court ordered it for this cause")
        one.look("lift")
        one.click(one.page.locator("main button.main"))
    other.go("/lifts")
    other.take("lifts", width=1000, height=420)


# --- records ----------------------------------------------------------------------------------


def record(one: Taker, _other: Taker) -> None:
    """A message with its findings."""
    one.show()
    one.go(f"/queue?file={MAILBOX}&state=all&page=3")
    one.follow(one.page.locator("a[data-do=open]").first)
    one.take("record", height=1300)


def table(one: Taker, _other: Taker) -> None:
    """A table as a whole."""
    one.show()
    one.go(f"/queue?file={FORM}&state=all")
    one.follow(one.page.locator("a[data-do=open]").first)
    one.look("record-table")
    one.follow(one.page.locator("a", has_text="whole table").first)
    one.page.wait_for_selector("tbody tr[data-row]")
    one.take("table")


# --- the release ------------------------------------------------------------------------------


def decide_all(one: Taker, _other: Taker) -> None:
    """Decide all that waits, as proposed."""
    page = one.page
    one.show()
    one.go("/queue?by=kind")
    if not one.sees("#queue"):
        raise SystemExit(page.inner_text("main"))
    while one.sees("[data-do=adopt]"):
        before = page.inner_text("#queue > p")
        page.keyboard.press("A")
        page.wait_for_function("was => document.querySelector('#queue > p').innerText !== was", arg=before)
    one.look("queue-empty")
    one.go("/history")
    one.look("history")


def release(one: Taker, other: Taker) -> None:
    """The release, made, with its verification."""
    other.go("/release")
    if "final release" not in other.page.inner_text("main"):
        released(other)
    if "final release" not in other.page.inner_text("main"):  # something was found in the copies, and is decided now
        other.look("release-provisional")
        decide_all(one, other)
        released(other)
    if "final release" not in other.page.inner_text("main"):
        raise SystemExit("the release is not final")
    other.take("release", height=900)


def sample_record(_one: Taker, other: Taker) -> None:
    """A record of the sample."""
    other.go("/sample")
    if other.sees("#before") or "What the sample says" in other.page.inner_text("main"):
        released(other)  # the folder has these pictures already: a fresh sample needs a fresh release
        other.go("/sample")
    other.look("sample-to-draw")
    sampled(other)
    other.show()
    other.go(f"/sample/{fullest(other)}")
    if not other.sees("section[aria-labelledby=say]"):
        raise SystemExit(other.page.inner_text("main"))
    other.take("sample-record", whole=True)


def sample(_one: Taker, other: Taker) -> None:
    """All of it read, and what that proves."""
    other.go("/sample")
    sampled(other)
    read_all(other)
    other.look("sample-read")
    if other.sees("button:has-text('Make the certificate')"):
        other.click(other.page.locator("button", has_text="Make the certificate"))
        other.ended()
        other.go("/sample")
    if "What the sample says" not in other.page.inner_text("main"):
        raise SystemExit("the sample has no certificate")
    other.take("sample", height=800)


def missed(_one: Taker, other: Taker) -> None:
    """Something is found missed in the sample of a second release, and stands in the third."""
    other.go("/sample")
    if not other.sees("section[aria-labelledby=before]"):
        released(other)
        other.go("/sample")
        sampled(other)
        other.show()
        other.go(f"/sample/{fullest(other)}")
        other.press("m")
        other.look("sample-sure")
        other.click(other.page.locator("[data-pick-words]"))
        other.look("sample-words")
        other.click(other.page.locator("button", has_text="These words were missed"))
        other.look("sample-pointed")
        other.go("/sample")
        other.look("sample-missed")
        released(other)
        other.go("/sample")
    other.look("sample-before")
    other.show()
    other.go("/sample")
    other.follow(other.page.locator("section[aria-labelledby=before] a").first)
    other.take("missed", whole=True)


def fullest(at: Taker) -> int:
    """Return the record of the sample that has the most to look at: a message of the mailbox, else a letter."""
    rows = at.page.locator("section[aria-labelledby=drawn] tbody tr")
    if not rows.count():
        at.go("/sample")
    told = at.page.locator("section[aria-labelledby=drawn] tbody tr").all_text_contents()
    for kind in ("mailbox/", "letters/", "messages/"):
        for number, each in enumerate(told, start=1):
            if kind in each:
                return number
    return 1


def read_all(at: Taker) -> None:
    """Read each record of the sample that is left to its end, and say that nothing was missed in it."""
    at.show()
    at.go("/sample")
    while at.sees("a[data-key=g]"):
        at.follow(at.page.locator("a[data-key=g]").first)
        while at.sees('[data-key="."]'):
            at.follow(at.page.locator('[data-key="."]').first)
        at.press("c")
        if at.sees("#notices .notice.wrong"):
            raise SystemExit(at.page.inner_text("#notices"))
        at.go("/sample")


def released(at: Taker) -> None:
    """Make a release."""
    at.go("/release")
    at.click(at.page.locator("button", has_text="Make the release"))
    at.ended()
    at.go("/release")


def sampled(at: Taker) -> None:
    """Draw a sample of each format, where none is drawn, and open it."""
    at.go("/sample")
    if at.sees("#size"):
        at.page.fill("#size", str(DRAWN))
        at.page.select_option("#strata", "format")
        at.click(at.page.locator("button", has_text="Draw the sample"))
        at.ended()
    elif at.sees("button:has-text('Open the sample')"):
        at.click(at.page.locator("button", has_text="Open the sample"))
        at.ended()
    at.go("/sample")


PARTS: Final[dict[str, Sequence[Step]]] = {
    "queue": (queue_hidden, queue, group),
    "first": (case, search, columns, column, change, words, first_others),
    "lift": (lift,),
    "records": (record, table),
    "release": (decide_all, release, sample_record, sample, missed),
}


STEPS: Final = tuple(step.__name__ for steps in PARTS.values() for step in steps)


def main() -> None:
    """Take the pictures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--folder", type=Path, required=True, help="a new folder for records, case and releases")
    asked.add_argument("--out", type=Path, default=PICTURES, help="the folder for the pictures")
    asked.add_argument("--walk", type=Path, help="a folder for pictures of every page in several sizes")
    asked.add_argument("--only", choices=tuple(PARTS), action="append", help="a part; may be repeated")
    asked.add_argument("--picture", choices=STEPS, action="append", help="one picture of a part; may be repeated")
    told = asked.parse_args()
    folder, parts = told.folder, told.only or list(PARTS)
    records, ordered = folder / "records", folder / "ordered"
    if not records.exists():
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        for each in RECORDS:
            shutil.copytree(PROJECT / "sample_data" / each, records / each)
        (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
        call(folder, "keys", "create")
    for each in (told.walk, told.out):
        if each is not None:
            each.mkdir(parents=True, exist_ok=True)
    album = Album(told.out, told.walk)
    if "lift" in parts:
        (ordered / ORDERED).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(records / ORDERED, ordered / ORDERED)
        album.tried("the desk of the court", partial(_taken, album, folder, steps_of(("lift",), told.picture), "court"))
    if rest := [name for name in parts if name != "lift"]:
        album.tried("the desk", partial(_taken, album, folder, steps_of(rest, told.picture), ""))
    print(f"taken: {', '.join(album.taken) or 'none'}")
    if album.failed:
        print("\n".join(f"failed: {name}: {why}" for name, why in album.failed.items()))
    raise SystemExit(1 if album.failed else 0)


def steps_of(parts: Sequence[str], pictures: Sequence[str] | None) -> list[Step]:
    """Return what is done for some parts, or only for some pictures of them."""
    steps = [step for part in parts for step in PARTS[part]]
    return [each for each in steps if not pictures or each.__name__ in pictures]


def _taken(album: Album, folder: Path, steps: Sequence[Step], recipient: str) -> None:
    """Take some pictures, each by itself; what goes to the court has a case of its own."""
    records, case_folder = (folder / "ordered", "case-court") if recipient else (folder / "records", "case-2026-114")
    more = ("--recipient", recipient) if recipient else ()
    with two_people(folder, records, folder / case_folder, album, *more) as people:
        for step in steps:
            album.tried(step.__name__, partial(step, *people))


if __name__ == "__main__":
    main()
