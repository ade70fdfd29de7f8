"""The review desk over a case of 100,000 findings and a table of a million rows: every page and every call, timed.

    python benchmarks/desk.py                    (writes its own records; about ten minutes)
    python benchmarks/desk.py --folder DIR (keeps them: the second time the case is there already)

Starts the real server (``releasable review``), waits until it has examined the records, starts it once more on the
case that is there, and asks for every page and every call of the interface as a browser and a program would, at
random places. Prints a table; ends with 1 where something is over its limit, or where an address of the desk is not
measured. ``--write`` puts the table into ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from desk_asking import (
    LOGIN,
    PASSWORD,
    Client,
    Measure,
    Places,
    beside,
    calls,
    coming,
    deciding,
    in_bulk,
    in_columns,
    pages,
    searching,
)
from desk_records import write_records
from page import DOCS, put, table

PROJECT: Final = Path(__file__).resolve().parent.parent
FIRST_LIMIT: Final = 10.0
MEMORY_LIMIT: Final = 1024
"""MiB of the server that shows and decides (the examination runs in it and in workers, and is not meant)."""
NOT_MEASURED: Final = {
    "the link that works once": {("GET", "/open")},
    "begins work in the background": {
        ("POST", "/examine"), ("POST", "/release"), ("POST", "/api/release"), ("POST", "/columns"), ("POST", "/marks"),
        ("POST", "/api/marks"), ("POST", "/api/changes"), ("POST", "/sample"), ("POST", "/sample/open"),
        ("POST", "/sample/certificate"), ("POST", "/api/sample"), ("POST", "/api/sample/open"),
        ("POST", "/api/sample/certificate"), ("POST", "/api/sample/mended"),
    },
    "needs a release and its sample, which these records do not get": {
        ("GET", "/sample/{number}"), ("POST", "/sample/{number}"), ("POST", "/api/sample/marks"),
        ("GET", "/sample/{number}/words"),
        ("GET", "/sample/missed/{release}/{number}"), ("POST", "/sample/missed/{release}/{number}"),
    },
    "does what was refused before, after the language models have read its reason": {("POST", "/masked")},
    "needs what these records do not have: a contradiction, a court order": {
        ("POST", "/differences"), ("POST", "/lifts"), ("POST", "/finding/{finding}/lift"), ("POST", "/api/lifts"),
        ("POST", "/api/lifts/answers"),
    },
}  # fmt: skip
"""What is not measured, by why."""


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


def addresses() -> set[tuple[str, str]]:
    """Return every address of the desk with its method, as its pages and its interface list them."""
    from pipeline.review import api, api_search, marking_api, sample_api  # noqa: PLC0415 - only here
    from pipeline.review.pages import PAGES  # noqa: PLC0415

    routers = (*PAGES, api.entrance, api.router, api_search.router, marking_api.router, sample_api.router)
    routes = [each for router in routers for each in router.routes]
    return {(method, getattr(each, "path", "")) for each in routes for method in getattr(each, "methods", None) or ()}


def forgotten(asked: set[tuple[str, str]]) -> list[str]:
    """Return the addresses that nobody asked for."""
    found = []
    for method, path in sorted(addresses().difference(*NOT_MEASURED.values())):
        shape = re.compile(re.sub(r"\\\{\w+\\\}|\{\w+\}", "[^/]+", path))
        if not any(method == asked_for and shape.fullmatch(at) for asked_for, at in asked):
            found.append(f"{method} {path}")
    return found


def measured(client: Client, at: Places, times: int) -> list[Measure]:
    """Measure everything but the columns."""
    few = max(2, times // 4)
    made = pages(client, at, times, "") + calls(client, at, times) + coming(client, few)
    client.client.post("/values", data={"show": "yes", "to": "/"})
    made += pages(client, at, times, ", values shown") + deciding(client, at, few) + searching(client, few)
    return made + in_bulk(client, at, max(2, times // 20)) + beside(client, at, times)


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
    asked.add_argument("--messages", type=int, default=7_000)
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
            client, first = Client(origin), Measure("the first page after the start", FIRST_LIMIT)
            client.ask(first, "GET", "/")
            at = Places(client, 11)
            made = [first, *measured(client, at, given.times)]
            peak = peak_of(process)
            made += in_columns(client, at, max(2, given.times // 4))
        files = sum(1 for each in (folder / "records").rglob("*") if each.is_file())
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    head = ["page or call", "times", "middle, ms", "95 of 100, ms", "longest, ms", "limit, ms", "largest answer, KiB"]
    told = table(head, [each.row() for each in made])
    about_it = f"{at.count:,} findings in {files:,} files; a table of {given.rows:,} rows."
    said = f"{told}\n\n{about_it} Peak memory of the server: {peak:,.0f} MiB (limit {MEMORY_LIMIT:,})."
    print(said)
    over = [each.what for each in made if each.is_over] + forgotten(client.asked)
    over += ["memory"] if peak > MEMORY_LIMIT else []
    if given.write:
        put(DOCS / "performance.md", "desk", said)
    print(f"over their limit, or not measured: {', '.join(over)}" if over else "everything is within its limit")
    raise SystemExit(1 if over else 0)


if __name__ == "__main__":
    main()
