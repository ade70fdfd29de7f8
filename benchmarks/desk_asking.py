"""What the measurement of the desk asks for: pages and calls at random places of a case, and what each of them took."""

from __future__ import annotations

import random
import re
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from desk_records import MAILBOX, REGISTER, TABLE

PAGE_LIMIT: Final = 0.2
"""Seconds within which 95 of 100 answers have to be there."""
BULK_LIMIT: Final = 2.0
SEARCH_LIMIT: Final = 6.0
"""A search, and what counts the cells of a column, works for some seconds at a time and says then how far it came."""
PASSWORD_LIMIT: Final = 1.0
"""A password takes its time to check, on purpose."""
BULK: Final = 50_000
LOGIN, PASSWORD = "clerk", "a long blue harbor"
WAYS: Final = ("value", "subject", "column", "kind", "rule", "file")


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
    chance = at.chance

    def queue() -> str:
        entity = chance.choice(["", "", at.finding()["entity"]])
        state, page = chance.choice(["open", "all", "decided"]), chance.choice([1, 1, 2, chance.randrange(1, 2000)])
        return f"/queue?by={chance.choice(WAYS)}&state={state}&entity={entity}&page={page}"

    def record(file: str, first: int = 0) -> str:
        each = at.finding(file)
        return f"{at.record(each, file)}?of={each['id']}" + (f"&first={chance.randrange(first)}" if first else "")

    wanted: list[tuple[str, Callable[[], str]]] = [
        ("case", lambda: "/"),
        ("queue, any way and page", queue),
        ("queue of one file", lambda: f"/queue?state=all&file={at.finding()['file']}"),
        ("group", lambda: f"/queue/group?by={chance.choice(WAYS)}&of={at.of()}&page={chance.choice([1, 1, 7])}"),
        ("record: a message", lambda: record(MAILBOX)),
        ("record: a register of thousands of findings", lambda: record(REGISTER)),
        ("record: the table, any unit and row", lambda: record(TABLE, 8000)),
        ("table: scrolled to any row", lambda: f"/table/{at.source[TABLE]}?row={chance.randrange(1, 1_000_000)}"),
        ("table: further rows", lambda: f"/table/{at.source[TABLE]}/rows?row={chance.randrange(1, 1_000_000)}"),
        ("words of a message", lambda: f"{at.record(at.finding(MAILBOX), MAILBOX)}/words?passage=3"),
        ("words of the register", lambda: f"{at.record(at.finding(REGISTER), REGISTER)}/words?passage=0&first=9"),
        ("finding", lambda: f"/finding/{at.of()}"),
        ("lift of a finding", lambda: f"/finding/{at.of()}/lift"),
        ("lifts", lambda: "/lifts"),
        ("search, before it", lambda: "/search"),
        ("tables", lambda: "/columns"),
        ("decisions", lambda: f"/history?page={chance.choice([1, 2, 3])}"),
        ("release", lambda: "/release"),
        ("sample, before a release", lambda: "/sample"),
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
    chance = at.chance
    wanted: list[tuple[str, Callable[[], str]]] = [
        ("/api/case", lambda: "/api/case"),
        ("/api/findings, 100", lambda: f"/api/findings?start={chance.randrange(at.count)}"),
        ("/api/findings, 1,000", lambda: f"/api/findings?start={chance.randrange(at.count)}&limit=1000"),
        ("/api/groups, 100", lambda: f"/api/groups?by={chance.choice(WAYS)}"),
        ("/api/decisions", lambda: "/api/decisions"),
        ("/api/work", lambda: "/api/work"),
        ("/api/marks", lambda: "/api/marks"),
        ("/api/lifts", lambda: "/api/lifts"),
        ("/api/sample", lambda: "/api/sample"),
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
    change = Measure("cite a law for one finding")
    for _ in range(times):
        each = at.finding(MAILBOX)
        form = {"seen": 2**31 - 1, "reason": "weighed", "citation": "§ 2"}
        client.ask(change, "POST", f"/finding/{each['id']}", data=form)
    return [one, page, record, group, back, undo, values, change]


def searching(client: Client, times: int) -> list[Measure]:
    """Measure a search for something that stands everywhere, and for something that stands nowhere."""
    often, never = Measure("search: found often", SEARCH_LIMIT), Measure("search: found nowhere", SEARCH_LIMIT)
    call = Measure("`/api/search`", SEARCH_LIMIT)
    for number in range(times):
        client.ask(often, "POST", "/search", data={"text": "water bill"})
        client.ask(call, "POST", "/api/search", json={"text": "snow plow"})
        if number < 3:
            client.ask(never, "POST", "/search", data={"text": "zzyzx quonset"})
    return [often, never, call]


def in_columns(client: Client, at: Places, times: int) -> list[Measure]:
    """Measure the pages of columns, after they were looked at (that is work in the background)."""
    started = client.client.post("/columns", follow_redirects=False)
    assert started.status_code == 303, started.text
    while not client.told("/api/work")["ended"]:
        time.sleep(0.5)
    assert client.told("/api/work")["failure"] is None
    every, one, see = (
        Measure("columns of the table"),
        Measure("one column"),
        Measure("what another class would change", SEARCH_LIMIT),
    )
    for _ in range(times):
        path = f"/columns/{at.source[TABLE]}"
        client.ask(every, "GET", path)
        client.ask(one, "GET", f"{path}/{at.chance.randrange(1, 14)}")
        form = {"do": "see", "kind": "inert", "reason": "weighed"}
        client.ask(see, "POST", f"{path}/{at.chance.randrange(1, 14)}", data=form)
    return [every, one, see]


def coming(client: Client, times: int) -> list[Measure]:
    """Measure how officers come and go; a password takes its time to check, on purpose."""
    by_page, by_call, out = (
        Measure("sign in, by page", PASSWORD_LIMIT),
        Measure("sign in, by call", PASSWORD_LIMIT),
        Measure("sign out"),
    )
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
