"""The review desk over a case of 100,000 findings and a table of a million rows: every page and every call, timed.

    python benchmarks/desk.py                    (writes its own records; about ten minutes)
    python benchmarks/desk.py --folder /tmp/desk (keeps them: the second time the case is there already)

Starts the real server (``releasable review``), waits until it has examined the records, starts it once more on the
case that is there, and asks for every page and every call of the interface as a browser and a program would, at
random places. Prints a table; ends with 1 where something is over its limit, or where an address of the desk is not
measured. ``--write`` puts the table into ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from desk_records import MAILBOX, REGISTER, TABLE, write_records
from page import DOCS, put, table

PROJECT: Final = Path(__file__).resolve().parent.parent
PAGE_LIMIT: Final = 0.2
"""Seconds within which 95 of 100 answers have to be there."""
BULK_LIMIT: Final = 2.0
FIRST_LIMIT: Final = 10.0
MEMORY_LIMIT: Final = 1024
"""MiB of the server that shows and decides (the examination runs in it and in workers, and is not meant)."""
BULK: Final = 50_000
LOGIN, PASSWORD = "clerk", "a long blue harbor"
NOT_MEASURED: Final = frozenset({
    ("GET", "/open"), ("POST", "/examine"), ("POST", "/release"), ("POST", "/api/release"), ("POST", "/differences"),
})  # fmt: skip
"""The link that works once, what begins work in the background, and what needs a contradiction in the records."""


@dataclass(slots=True)
class Measure:
    """What one thing took, in seconds, and what it may take."""

    what: str
    limit: float = PAGE_LIMIT
    took: list[float] = field(default_factory=list)
    largest: int = 0

    @property
    def middle(self) -> float:
        return statistics.median(self.took)

    @property
    def most(self) -> float:
        """What 95 of 100 stay below; of a few, the longest."""
        return sorted(self.took)[max(0, -(-len(self.took) * 95 // 100) - 1)]

    @property
    def is_over(self) -> bool:
        return self.most > self.limit

    def row(self) -> list[str]:
        """Return the row of the table."""
        size = f"{self.largest / 1024:,.0f}" if self.largest else ""
        times = [f"{1000 * each:,.0f}" for each in (self.middle, self.most, max(self.took))]
        return [self.what, str(len(self.took)), *times, f"{1000 * self.limit:,.0f}", size]


class Client:
    """A browser of an officer who signed in; knows which addresses it asked for."""

    def __init__(self, origin: str) -> None:
        self.origin, self.asked = origin, set[tuple[str, str]]()
        self.client = httpx.Client(base_url=origin, timeout=120, headers={"origin": origin})
        answer = self.client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD})
        assert answer.status_code == 303, answer.status_code

    def ask(self, measure: Measure, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask, and note what it took."""
        began = time.perf_counter()
        answer = self.client.request(method, path, follow_redirects=False, **more)
        measure.took.append(time.perf_counter() - began)
        measure.largest = max(measure.largest, len(answer.content))
        idle = path == "/api/work" and answer.status_code == 400
        assert answer.status_code < 400 or idle, (path, answer.status_code, answer.text[:300])
        self.asked.add((method, path.partition("?")[0]))
        return answer

    def told(self, path: str) -> Any:
        """Return what the interface tells."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.json()


@contextmanager
def server(records: Path, case: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the desk; yields its process and its address."""
    command = [
        sys.executable, "-m", "pipeline", "review", str(records), "--policy", "montana", "--case", str(case),
        "--no-browser", "--port", "0", "--accuracy", "fast", "--workers", "1",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "RELEASABLE_STATE": str(case.parent / "state")}
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        link = next((found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))), "")
        if not link:
            raise SystemExit("the desk did not start")
        yield process, "/".join(link.split("/")[:3])
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def peak_of(process: subprocess.Popen[str]) -> float:
    """Return the most memory that a process ever held, in MiB (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def examined(process: subprocess.Popen[str], origin: str) -> float:
    """Wait until the records are examined; return the seconds (0 where the case was there)."""
    client, began = Client(origin), time.monotonic()
    while True:
        answer = client.client.get("/api/work")
        if answer.status_code == 400:
            return 0.0
        work = answer.json()
        if work["ended"]:
            if work["failure"]:
                raise SystemExit(f"the examination failed: {work['failure']}")
            return time.monotonic() - began
        if process.poll() is not None:
            raise SystemExit("the desk ended while it examined")
        time.sleep(1)


class Places:
    """Random places of the case to look at."""

    def __init__(self, client: Client, seed: int) -> None:
        self.chance, self.about = random.Random(seed), client.told("/api/case")
        self.count = self.about["findings"]
        self.findings: list[dict[str, Any]] = []
        for start in range(0, self.count, max(50, self.count // 60)):
            self.findings += client.told(f"/api/findings?limit=50&start={start}")["findings"]
        self.by_file: dict[str, list[dict[str, Any]]] = {}
        self.source: dict[str, str] = {}
        for name in (MAILBOX, REGISTER, TABLE):
            count = client.told(f"/api/findings?limit=1&file={name}")["count"]
            page = client.client.get(f"/queue?by=file&state=all&file={name}").text
            self.source[name] = re.findall(r"/document/([0-9a-f]{32})/", page)[0]
            self.by_file[name] = []
            for start in range(0, count, max(20, count // 60)):
                self.by_file[name] += client.told(f"/api/findings?limit=20&file={name}&start={start}")["findings"]

    def finding(self, file: str = "") -> dict[str, Any]:
        """Return a finding (of one file)."""
        return self.chance.choice(self.by_file[file] if file else self.findings)

    def record(self, finding: dict[str, Any], file: str) -> str:
        """Return the address of the record of a finding in one of the three large files."""
        return f"/document/{self.source[file]}/{finding['unit'] - 1}"

    def of(self) -> str:
        return str(self.finding()["id"])


def pages(client: Client, at: Places, times: int, label: str) -> list[Measure]:
    """Measure every page, each at random places."""
    chance, ways = at.chance, ("value", "subject", "column", "rule", "file")

    def queue() -> str:
        entity = chance.choice(["", "", at.finding()["entity"]])
        state, page = chance.choice(["open", "all", "decided"]), chance.choice([1, 1, 2, chance.randrange(1, 2000)])
        return f"/queue?by={chance.choice(ways)}&state={state}&entity={entity}&page={page}"

    def record(file: str, first: int = 0) -> str:
        each = at.finding(file)
        return f"{at.record(each, file)}?of={each['id']}" + (f"&first={chance.randrange(first)}" if first else "")

    wanted: list[tuple[str, Callable[[], str]]] = [
        ("case", lambda: "/"),
        ("queue, any way and page", queue),
        ("queue of one file", lambda: f"/queue?state=all&file={at.finding()['file']}"),
        ("group", lambda: f"/queue/group?by={chance.choice(ways)}&of={at.of()}&page={chance.choice([1, 1, 7])}"),
        ("record: a message", lambda: record(MAILBOX)),
        ("record: a register of thousands of findings", lambda: record(REGISTER)),
        ("record: the table, any unit and row", lambda: record(TABLE, 8000)),
        ("decisions", lambda: f"/history?page={chance.choice([1, 2, 3])}"),
        ("release", lambda: "/release"),
        ("work in the background", lambda: "/work"),
        ("sign-in", lambda: "/sign-in"),
        ("style sheet", lambda: "/static/desk.css"),
    ]
    made = []
    for what, path in wanted:
        measure = Measure(f"{what}{label}")
        for _ in range(times):
            client.ask(measure, "GET", path())
        made.append(measure)
    return made


def calls(client: Client, at: Places, times: int) -> list[Measure]:
    """Measure every call that reads."""
    chance, ways = at.chance, ("value", "subject", "column", "rule", "file")
    wanted: list[tuple[str, Callable[[], str]]] = [
        ("/api/case", lambda: "/api/case"),
        ("/api/findings, 100", lambda: f"/api/findings?start={chance.randrange(at.count)}"),
        ("/api/findings, 1,000", lambda: f"/api/findings?start={chance.randrange(at.count)}&limit=1000"),
        ("/api/groups, 100", lambda: f"/api/groups?by={chance.choice(ways)}"),
        ("/api/decisions", lambda: "/api/decisions"),
        ("/api/work", lambda: "/api/work"),
        ("/api/openapi.json", lambda: "/api/openapi.json"),
        ("/api", lambda: "/api"),
    ]
    made = []
    for what, path in wanted:
        measure = Measure(f"`{what}`")
        for _ in range(times):
            client.ask(measure, "GET", path())
        made.append(measure)
    return made


def deciding(client: Client, at: Places, times: int) -> list[Measure]:
    """Measure decisions on single findings by page and call, and taking them back."""
    one, page, back, undo = Measure("decide one, by call"), Measure("decide a value, in the queue"), Measure(
        "take back, by call"), Measure("take back the last, by page")  # fmt: skip
    record = Measure("decide one, in its record")
    for _ in range(times):
        seen = client.told("/api/decisions?limit=1")["seen"]
        asked = {"finding": at.of(), "action": "withhold", "reason": "weighed", "citation": "§ 1", "seen": seen}
        seen = client.ask(one, "POST", "/api/decisions", json=asked).json()["seen"]
        client.ask(back, "POST", "/api/undo", json={"number": seen})
        form = {"do": f"adopt:{at.of()}", "seen": 2**31 - 1, "state": "all", "reason": "weighed"}
        client.ask(page, "POST", "/queue", data=form, headers={"hx-request": "true"})
        each = at.finding(MAILBOX)
        form["do"] = f"adopt:one:{each['id']}"
        client.ask(record, "POST", at.record(each, MAILBOX), data=form)
        client.ask(undo, "POST", "/undo", data={"number": "last"})
    group, values = Measure("decide a value, beside its findings"), Measure("show or hide values")
    for _ in range(times):
        form = {"do": f"adopt:one:{at.of()}", "seen": 2**31 - 1, "by": "value", "of": at.of(), "reason": "weighed"}
        client.ask(group, "POST", "/queue/group", data=form)
        client.ask(values, "POST", "/values", data={"show": "yes", "to": "/"})
    return [one, page, record, group, back, undo, values]


def coming(client: Client, times: int) -> list[Measure]:
    """Measure how officers come and go; a password takes its time to check, on purpose."""
    by_page, by_call, out = Measure("sign in, by page"), Measure("sign in, by call"), Measure("sign out")
    given = {"login": LOGIN, "password": PASSWORD}
    for _ in range(times):
        client.ask(by_call, "POST", "/api/sign-in", json=given)
        client.ask(out, "POST", "/sign-out")
        client.ask(by_page, "POST", "/sign-in", data=given)
    return [by_page, by_call, out]


def in_bulk(client: Client, at: Places, times: int) -> list[Measure]:
    """Measure a decision for all findings of the mailbox, the first page after it, and taking it back."""
    bulk, after, back = (Measure(f"decide {BULK:,} findings and more at once", BULK_LIMIT), Measure(
        "the case, just after that"), Measure("take that back", BULK_LIMIT))  # fmt: skip
    chosen = at.finding(MAILBOX)["id"]
    for _ in range(times):
        seen = client.told("/api/decisions?limit=1")["seen"]
        asked = {"finding": chosen, "way": "file", "action": "adopt", "reason": "weighed", "seen": seen}
        told = client.ask(bulk, "POST", "/api/decisions", json=asked).json()
        assert told["findings"] >= BULK, told
        client.ask(after, "GET", "/")
        client.ask(back, "POST", "/api/undo", json={"number": told["seen"]})
    return [bulk, after, back]


def beside(client: Client, at: Places, times: int) -> list[Measure]:
    """Measure pages while another officer decides in bulk and singly, all the time."""
    ended, other = threading.Event(), Client(client.origin)

    def works() -> None:
        many, one = at.finding(MAILBOX)["id"], at.findings[0]["id"]
        while not ended.is_set():
            for finding, way in ((many, "file"), (one, "one")):
                asked = {"finding": finding, "way": way, "action": "adopt", "reason": "weighed", "seen": 2**31 - 1}
                answer = other.client.post("/api/decisions", json=asked)
                assert answer.status_code == 200, answer.text

    thread = threading.Thread(target=works, daemon=True)
    thread.start()
    measure = Measure("case, queue, record, while another decides in bulk", 2 * BULK_LIMIT)
    paths = ("/", "/queue", f"/document/{at.source[MAILBOX]}/0")
    for number in range(times):
        client.ask(measure, "GET", paths[number % len(paths)])
    ended.set()
    thread.join()
    return [measure]


def addresses() -> set[tuple[str, str]]:
    """Return every address of the desk with its method, as the application lists them."""
    from pipeline.review import api  # noqa: PLC0415 - only here
    from pipeline.review.pages import PAGES  # noqa: PLC0415

    routes = [each for router in (*PAGES, api.entrance, api.router) for each in router.routes]
    return {(method, getattr(each, "path", "")) for each in routes for method in getattr(each, "methods", None) or ()}


def forgotten(asked: set[tuple[str, str]]) -> list[str]:
    """Return the addresses that nobody asked for."""
    found = []
    for method, path in sorted(addresses() - NOT_MEASURED):
        shape = re.compile(re.sub(r"\\\{\w+\\\}|\{\w+\}", "[^/]+", path))
        if not any(method == asked_for and shape.fullmatch(at) for asked_for, at in asked):
            found.append(f"{method} {path}")
    return found


def measured(origin: str, times: int) -> tuple[list[Measure], set[tuple[str, str]], dict[str, Any]]:
    """Measure everything; return what was measured, the addresses asked for, and what the case is."""
    client, first = Client(origin), Measure("the first page after the start", FIRST_LIMIT)
    client.ask(first, "GET", "/")
    at = Places(client, 11)
    made = [first]
    made += pages(client, at, times, "") + calls(client, at, times) + coming(client, times // 4)
    client.client.post("/values", data={"show": "yes", "to": "/"})
    made += pages(client, at, times, ", values shown")
    made += deciding(client, at, times // 4) + in_bulk(client, at, max(2, times // 20)) + beside(client, at, times)
    return made, client.asked, at.about


def prepared(folder: Path, given: argparse.Namespace) -> float:
    """Write the records and examine them, unless they are there; return the seconds that the examination took."""
    records, case = folder / "records", folder / "case"
    if not records.exists():
        write_records(
            records, messages=given.messages, letters=given.letters, lines=given.lines, rows=given.rows
        )  # fmt: skip
    os.environ["RELEASABLE_STATE"] = str(folder / "state")
    if not case.exists():
        from pipeline.case.store import Case  # noqa: PLC0415 - only here
        from pipeline.review import accounts  # noqa: PLC0415
        from pipeline.review.sessions import ROLES  # noqa: PLC0415

        made = Case.create(case, "2026-7")
        accounts.add(made, LOGIN, "the clerk", frozenset(ROLES), PASSWORD, by="the benchmark")
        made.close_database()
    with server(records, case) as (process, origin):
        seconds = examined(process, origin)
        if seconds:
            print(f"examined in {seconds:.0f} s, peak memory {peak_of(process):,.0f} MiB", flush=True)
    return seconds


def main() -> None:
    """Measure, print, and say whether everything is within its limit."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--folder", type=Path, help="where records and case lie; they stay there")
    asked.add_argument("--messages", type=int, default=11_000)
    asked.add_argument("--letters", type=int, default=2_000)
    asked.add_argument("--lines", type=int, default=4_000)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--times", type=int, default=100, help="how often each page and call is asked for")
    asked.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = asked.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="releasable-desk-"))
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        prepared(folder, given)
        with server(folder / "records", folder / "case") as (process, origin):
            made, asked_for, about = measured(origin, given.times)
            peak = peak_of(process)
        files = sum(1 for each in (folder / "records").rglob("*") if each.is_file())
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    head = ["page or call", "times", "middle, ms", "95 of 100, ms", "longest, ms", "limit, ms", "largest answer, KiB"]
    told = table(head, [each.row() for each in made])
    about_it = f"{about['findings']:,} findings in {files:,} files; a table of {given.rows:,} rows."
    said = f"{told}\n\n{about_it} Peak memory of the server: {peak:,.0f} MiB (limit {MEMORY_LIMIT:,})."
    print(said)
    over = [each.what for each in made if each.is_over] + forgotten(asked_for)
    over += ["memory"] if peak > MEMORY_LIMIT else []
    if given.write:
        put(DOCS / "performance.md", "desk", said)
    print(f"over their limit, or not measured: {', '.join(over)}" if over else "everything is within its limit")
    raise SystemExit(1 if over else 0)


if __name__ == "__main__":
    main()
