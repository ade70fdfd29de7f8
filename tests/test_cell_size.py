"""The cell size of a policy: below it, counts that go out are told coarsely."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from casehelp import Desk, write

from pipeline.case.store import Case
from pipeline.cli.running import describe_run
from pipeline.evidence.letter import letters
from pipeline.evidence.summary import SMALL, Summary
from pipeline.policy.compare import diff
from pipeline.policy.explain import show
from pipeline.policy.load import load
from pipeline.policy.page import page
from pipeline.policy.schema import CELL_SIZE
from pipeline.state import State

TEXT = "Call 406-555-0123 or 406-555-0124, or 406-555-0125 or 406-555-0126 about the hedge.\n"


@pytest.fixture
def desk(tmp_path: Path, loaded: State, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    return Desk(Case.create(tmp_path / "case", "2026-7"), loaded)


def own(folder: Path, cell_size: int | None) -> Path:
    path = folder / f"own_{cell_size}.yaml"
    told = "" if cell_size is None else f"cell_size: {cell_size}\n"
    path.write_text(f'extends: montana\nname: own\nversion: "1"\n{told}', encoding="utf-8")
    return path


def test_a_policy_that_says_nothing_has_the_usual_size(tmp_path: Path) -> None:
    """Ten, in the policy as in evidence without one; it is shown, and a difference is told."""
    assert CELL_SIZE == SMALL == load("montana").cell_size
    office = load(own(tmp_path, 25))
    assert "counts below 25 that go out are told coarsely" in show(office)
    assert "counts below 25 that go out are told coarsely" in page(office)
    assert "cell size: 10 -> 25" in diff(load(own(tmp_path, None)), office)


@pytest.mark.models
@pytest.mark.parametrize(("cell_size", "told"), [(None, "1-9"), (3, 4), (4, 4), (5, "1-4"), (50, "1-49")])
def test_rows_that_stand_alone_are_counted_by_the_cell_size(
    desk: Desk, tmp_path: Path, cell_size: int | None, told: int | str
) -> None:
    """Four rows of a table are alone: manifest and report tell it exactly, or as a range."""
    rows = [*(f"59601,{30 + number % 2},F,{number}" for number in range(60)), *(f"59718,{each},M,9" for each in "2345")]
    source = write(tmp_path / "in", {"a.csv": "\n".join(["zip,age,sex,amount", *rows, ""])})
    desk.redact(source, tmp_path / "out", policy=own(tmp_path, cell_size))
    manifest = json.loads((tmp_path / "out/release.json").read_bytes())
    assert manifest["records"][0]["quasi_identifiers"]["unique_rows"] == told
    assert f"counts below {cell_size or 10} are given as a range" in manifest["notes"][0]
    assert f">{told} of 64<" in (tmp_path / "out/report.html").read_text(encoding="utf-8")


@pytest.mark.models
@pytest.mark.parametrize(("cell_size", "told"), [(3, "Places: 4"), (5, "Places: fewer than 5")])
def test_the_letter_counts_by_the_cell_size(desk: Desk, tmp_path: Path, cell_size: int, told: str) -> None:
    """The same four numbers in a released file, as the requester reads it."""
    source, policy = write(tmp_path / "in", {"a.txt": TEXT}), own(tmp_path, cell_size)
    made = desk.redact(source, tmp_path / "out", policy=policy)
    run = describe_run(desk.state.job, load(policy), "2026-7")
    assert all(told in text for text in letters(Summary(run, made.summary.files, made.summary.rules)))
