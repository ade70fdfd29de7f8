"""A review desk with its case, in this process: models loaded once, pages asked for as a browser would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from casehelp import nothing_wrong
from conftest import Inline
from fastapi.testclient import TestClient

from pipeline.case.free_text import FreeText
from pipeline.case.store import Case
from pipeline.cli.running import describe_run
from pipeline.intake import collect
from pipeline.review.app import application
from pipeline.review.desk import Desk
from pipeline.review.road import Road
from pipeline.review.safety import Site
from pipeline.review.sessions import ROLES, Officer
from pipeline.review.words import MarksToo, Remembered
from pipeline.state import Job, State
from pipeline.texts.digest import Keyed
from recognizers.registry import load_recognizers

HOST = "127.0.0.1:8642"
ORIGIN = f"http://{HOST}"
SITE = Site("http", frozenset({HOST, "localhost:8642"}))


def desk_of(case: Case, source: Path, state: State) -> Desk:
    """The desk of a case, which runs the engine in this process."""

    @contextmanager
    def workers(job: Job) -> Iterator[Inline]:
        yield Inline(replace(state, job=job, keyed=Keyed(job.key), shared=None))

    assert state.policy is not None
    job = replace(state.job, key=case.key)
    road = Road(collect([source]), state.policy, job, describe_run(job, state.policy), workers)
    return Desk(case, road, nothing_wrong)


def examined(case: Case, source: Path, state: State) -> Desk:
    """The desk of a case whose files are examined."""
    return examined_again(desk_of(case, source, state))


def examined_again(desk: Desk) -> Desk:
    """The same desk, its files examined as it is now."""
    desk.examine("records officer")
    settled(desk)
    return desk


def without_ids(page: str) -> str:
    """What a page or an answer says, without identifiers: these are chance, and may hold any few digits."""
    return re.sub(r"[0-9a-f]{16,}", "", page)


def ended(desk: Desk) -> None:
    """Wait until the desk's work is done, and done well."""
    desk.bench.wait()
    assert desk.bench.work is not None
    assert desk.bench.work.failure is None, desk.bench.work.failure


def settled(desk: Desk) -> None:
    """Wait until the desk's work is done, and its ledger is as that left it."""
    ended(desk)
    desk.ledger.refresh()


def see_marks_too(desk: Desk) -> None:
    """Let a desk examine what is typed by patterns and by what is marked, as it does where no model is loaded."""
    desk.scanner = MarksToo(desk.case, Remembered(lambda: FreeText(desk.case, load_recognizers("patterns"))))


@dataclass
class Browser:
    """A browser at the desk: it keeps its cookie, and says where its forms come from."""

    client: TestClient

    def get(self, path: str, **more) -> str:
        answer = self.client.get(path, **more)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text

    def post(self, path: str, **form) -> str:
        answer = self.client.post(path, data=form, headers={"origin": ORIGIN})
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-800:])
        return answer.text


def stranger(desk: Desk) -> TestClient:
    """A client without a session."""
    return TestClient(application(desk, SITE), base_url=ORIGIN, raise_server_exceptions=False)


def browser(desk: Desk, name: str = "records officer", *roles: str, login: str = "") -> Browser:
    """A browser that followed the one-time link of an officer."""
    client = stranger(desk)
    token = desk.sessions.link(Officer(login, name, frozenset(roles or ROLES)))
    assert client.get(f"/open?token={token}").status_code == 200
    return Browser(client)
