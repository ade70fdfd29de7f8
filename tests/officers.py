"""Officers who decide at the same time over HTTP, at a desk whose server is killed now and then."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
from casehelp import write
from conftest import PROJECT
from recordedcase import recorded
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.audit import Head
from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.case.tables import DecisionFindingRow, DecisionRow
from pipeline.review import accounts

PASSWORD = "a long blue harbor"
OFFICERS = 20


@dataclass
class Heard:
    """What the officers were told: which decisions were acknowledged, and of which they never heard."""

    done: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    unheard: set[str] = field(default_factory=set)
    one: threading.Lock = field(default_factory=threading.Lock)


class Server:
    """The real server in a process of its own; it may be killed and started again, on another port."""

    def __init__(self, case: Path, source: Path) -> None:
        self.case, self.source = case, source
        self.address, self.starts = "", 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        program = Path(__file__).with_name("recordedcase.py")
        path = os.pathsep.join([str(PROJECT), str(program.parent)])
        self._process = subprocess.Popen(
            [sys.executable, str(program), str(self.case), str(self.source)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": path}, cwd=PROJECT,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        assert self.address.startswith("http://127.0.0.1:")
        self.starts += 1

    def kill(self) -> None:
        """End it as a power cut would: ``kill -9``, in the middle of whatever it does."""
        if self._process is not None:
            self.address = ""
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@contextmanager
def running(case: Path, source: Path) -> Iterator[Server]:
    server = Server(case, source)
    server.start()
    try:
        yield server
    finally:
        server.kill()


class Officer:
    """One officer: signs in, again after each restart, and decides the findings that are theirs to look at."""

    def __init__(self, number: int, server: Server, heard: Heard) -> None:
        self.number, self.server, self.heard = number, server, heard
        self._client = httpx.Client(timeout=30)
        self._signed_in_at = ""

    def works(self, findings: list[str]) -> None:
        until = time.monotonic() + 60
        for finding in findings:
            for attempt in count():
                if self._decides(finding, f"officer {self.number}, finding {finding}, attempt {attempt}"):
                    break
                assert time.monotonic() < until, "the desk did not come back"

    def _decides(self, finding: str, reason: str) -> bool:
        """Decide as somebody who saw the desk before anybody decided; whether an answer came."""
        address = self.server.address
        if not address:
            time.sleep(0.05)
            return False
        asked = {"finding": finding, "action": "adopt", "reason": reason, "seen": 0}
        sent = False
        try:
            if self._signed_in_at != address:
                given = {"login": f"officer-{self.number}", "password": PASSWORD}
                token = self._client.post(f"{address}/api/sign-in", json=given).json()["token"]
                self._client.headers["authorization"], self._signed_in_at = f"Bearer {token}", address
            sent = True
            answer = self._client.post(f"{address}/api/decisions", json=asked)
        except httpx.TransportError:
            with self.heard.one:
                self.heard.unheard |= {reason} if sent else set()
            time.sleep(0.02)
            return False
        assert answer.status_code in {200, 409}, answer.text
        with self.heard.one:
            if answer.status_code == 200:
                assert answer.json()["findings"] == 1
                self.heard.done[reason] = finding
            else:
                self.heard.refused += 1
        return True


def decide_at_once(folder: Path, *, url: str = "", findings: int = 40, each: int = 10, kills: int = 1) -> int:
    """Let 20 officers decide, each finding looked at by several, and kill the server; see that all is there.

    Return how many findings were decided.
    """
    lines = "".join(f"Caller {number}: 406-555-01{number % 100:02d}\n\n" for number in range(findings))
    source = write(folder / "in", {"calls.txt": lines})
    case = recorded(folder / "case", source, url)
    for number in range(OFFICERS):
        login, name = f"officer-{number}", f"officer {number}"
        accounts.add(case, login, name, frozenset({"reviewer"}), PASSWORD, by="records officer")
    ids = _ids(case)
    assert len(ids) == findings
    heard = Heard()
    with running(case.folder, source) as server:
        with ThreadPoolExecutor(OFFICERS) as pool:
            working = [
                pool.submit(Officer(number, server, heard).works, _share(ids, number, each))
                for number in range(OFFICERS)
            ]
            for number in range(1, kills + 1):
                wait_for(lambda wanted=number * findings // (kills + 1): len(heard.done) >= wanted, working)
                server.kill()
                server.start()
            for each_one in working:
                each_one.result(60)
        told = _told_by(server)
    assert server.starts == kills + 1
    assert heard.refused > 0, "nobody met anybody"
    return whole(Case.open(case.folder), heard, ids, told)


def _ids(case: Case) -> list[str]:
    from pipeline.review.ledger import Ledger

    return list(Ledger(case).refresh().ids)


def _share(ids: list[str], number: int, count: int) -> list[str]:
    """The findings that an officer looks at: together every finding has as many who look as ``count`` allows."""
    start = number * len(ids) // OFFICERS
    own = [ids[(start + step) % len(ids)] for step in range(count)]
    random.Random(number).shuffle(own)
    return own


def wait_for(holds: Callable[[], bool], working: list[Future[None]]) -> None:
    """Wait until something holds, as long as nobody of those who work has met an error."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "it took too long"
        for each in working:
            if each.done():
                each.result()
        time.sleep(0.002)


def _told_by(server: Server) -> list[str]:
    """The reasons of all decisions, as the interface tells them."""
    given = {"login": "officer-0", "password": PASSWORD}
    token = httpx.post(f"{server.address}/api/sign-in", json=given).json()["token"]
    head = {"authorization": f"Bearer {token}"}
    answer = httpx.get(f"{server.address}/api/decisions?limit=1000", headers=head).json()
    assert httpx.get(f"{server.address}/api/case", headers=head).json()["open"] == 0
    return [each["reason"] for each in answer["decisions"]]


def whole(case: Case, heard: Heard, ids: list[str], told: list[str]) -> int:
    """See that every acknowledged decision is there, none twice, none that nobody asked for, and the trail holds.

    Return how many decisions there are.
    """
    with Session(case.engine) as session:
        wanted = select(DecisionRow.reason, DecisionRow.by, DecisionFindingRow.finding_id).join(
            DecisionFindingRow, DecisionFindingRow.decision_id == DecisionRow.id
        )
        rows = [tuple(each) for each in session.execute(wanted)]
    there = [reason for reason, _, _ in rows]
    assert sorted(there) == sorted(told)
    assert len(set(there)) == len(there), "a decision was made twice"
    assert heard.done.keys() <= set(there), "an acknowledged decision was lost"
    assert set(there) - heard.done.keys() <= heard.unheard, "a decision that nobody made"
    assert sorted(finding for _, _, finding in rows) == sorted(ids), "a finding was decided twice, or not at all"
    for reason, by, finding in rows:
        assert reason.startswith(f"{by}, finding {finding},")
    noted = [entry for entry in case.entries() if entry.told["action"] == "decided"]
    assert len(noted) == len(rows)
    assert check_case(case, {"what was last seen": Head(case.head.hash, case.head.length)}) == []
    return len(rows)
