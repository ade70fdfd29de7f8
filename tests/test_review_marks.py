"""What an officer marks or changes: found everywhere, one decision, taken back, withheld in the release and verified."""

from __future__ import annotations

from pathlib import Path

import pytest
from casehelp import write
from reviewhelp import ORIGIN, Browser, browser, examined

from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.review.desk import Desk
from pipeline.policy.load import find
from pipeline.state import Job, State, prepare

NOTE = "The hedge of the neighbour was cut by qwertzu brambleworth on Monday.\nPlease tell Brambleworth, Qwertzu.\n"
OTHER = "A bill for the hedge went to qwertzu brambleworth, and to nobody else.\n"
TABLE = "case,remark\n" + "".join(f"{n},hedge {n}\n" for n in range(20)) + "21,qwertzu brambleworth\n"
NAME = "qwertzu brambleworth"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("RELEASABLE_CONFIG", str(tmp_path / "no-config"))


@pytest.fixture(scope="module")
def patterns() -> State:
    """A worker without models: what nobody but a person finds is not found."""
    return prepare(Job(b"k" * 32, "2026-01-02T03:04:05Z", policy=str(find("montana")), level="patterns"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", {"note.txt": NOTE, "deep/other.txt": OTHER, "t.csv": TABLE})


@pytest.fixture
def desk(tmp_path: Path, source: Path, patterns: State) -> Desk:
    return examined(Case.create(tmp_path / "case", "2026-7"), source, patterns)


def api(at: Browser, path: str, **given):
    answer = at.client.post(f"/api/{path}", json=given, headers={"origin": ORIGIN})
    return answer.status_code, answer.json()


def marked(at: Browser, **more):
    start = NOTE.index(NAME)
    given = {"file": "note.txt", "unit": 1, "start": start, "end": start + len(NAME), "entity": "PERSON", "reason": "missed"}
    return api(at, "marks", **{**given, **more})


def released(desk: Desk) -> Path:
    folder = desk.next_folder()
    from pipeline.review.sessions import ROLES, Officer

    desk.release(Officer("", "records officer", frozenset(ROLES)))
    desk.bench.wait()
    assert desk.bench.work is not None
    assert desk.bench.work.failure is None, desk.bench.work.failure
    return folder


def copies(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "records").rglob("*")) if path.is_file())


def test_a_marked_name_is_withheld_wherever_it_stands(desk: Desk) -> None:
    """Marked once, it is one decision for all places, and no copy shows it in any order of its parts."""
    at = browser(desk)
    assert "brambleworth" in copies(released(desk))
    status, told = marked(at)
    assert status == 200, told
    assert told["findings"] == 4
    assert told["everywhere"] is True
    items = [each for each in map(desk.ledger.refresh().item, range(len(desk.ledger.refresh()))) if each.mark == told["mark"]]
    assert {each.file for each in items} == {"note.txt", "deep/other.txt", "t.csv"}
    assert {each.outcome for each in items} == {"withhold"}
    folder = released(desk)
    assert "brambleworth" not in copies(folder).lower()
    assert not check_case(desk.case)
