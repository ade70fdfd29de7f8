"""The case and tables that go by column: what people decide of a column, and what the copies are searched for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import Desk, nothing_wrong, write

from pipeline.case.deciding import Which, decide, findings, overrides_of
from pipeline.case.overrides import column_of, finding_id, honoured
from pipeline.case.store import Case
from pipeline.digest import Keyed
from pipeline.model import Action, Cell, Column, Decision, Finding, Kind
from pipeline.state import State

NAMES = ("Petra Halvorsen", "Delia Runningwolf", "Joseph Tallbear", "Ruth Ellison", "Marcus Ojukwu")


def rows(count: int = 40) -> str:
    lines = [f"{each},{NAMES[each % 5]},406-555-01{each:02d},hedge" for each in range(count)]
    return "case,name,phone,note\n" + "\n".join(lines) + "\n"


@pytest.fixture
def desk(tmp_path: Path, loaded: State, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    return Desk(Case.create(tmp_path / "case", "2026-7"), loaded)


def test_two_findings_of_one_column_have_two_names() -> None:
    """Officials and private people in one column are decided apart."""
    keyed = Keyed(b"k" * 32)
    private = Finding("PERSON", 0, 1, (Column(1),), "", 0.9, "names", "", count=30)
    official = replace(private, kind=Kind.OFFICIAL, signals=frozenset({"roster"}))
    assert finding_id(keyed, "a.csv", 0, private) != finding_id(keyed, "a.csv", 0, official)


@pytest.mark.parametrize(("decided", "action"), [("withhold", Action.WITHHOLD), ("release", Action.REVIEW)])
def test_a_cell_of_a_withheld_column_stays_withheld(decided: str, action: Action) -> None:
    """A row that is looked at by itself keeps what was withheld as a column; it is not released with it unseen."""
    from pipeline.case.overrides import Overrides, Ruling

    keyed = Keyed(b"k" * 32)
    cell = Finding("PERSON", 0, 9, (Cell(3, 1),), "a#3", 0.9, "names", "", digest="d" * 32)
    column = column_of(cell)
    assert column is not None
    people = Overrides(keyed, {finding_id(keyed, "a.csv", 0, column): Ruling(decided, "counsel", "now")})
    asked = Decision(cell, Action.REVIEW, "full_name", Action.RELEASE, decided_by="undecided")
    (told,) = honoured(people, "a.csv", 0, [asked], None)
    assert told.action is action


@pytest.mark.models
def test_a_column_that_a_person_released_stands_and_nothing_else_does(desk: Desk, tmp_path: Path) -> None:
    """The telephone numbers are released as a column; the names stay, and no value of a column is known as released."""
    source = write(tmp_path / "in", {"form.csv": rows()})
    desk.redact(source, tmp_path / "one")
    phones = findings(desk.case, Which(entity="PHONE_NUMBER"))
    assert any(each.place == "column 3" for each in phones)
    which = Which(tuple(each.id for each in phones))
    decide(desk.case, which, "release", by="counsel", reason="public matter", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "two")
    text = (tmp_path / "two/records/form.csv").read_text()
    assert "406-555-0139" in text
    assert "Halvorsen" not in text
    people = overrides_of(desk.case)
    assert "" not in people.released
    assert people.released_in_columns == {"PHONE_NUMBER"}


@pytest.mark.models
def test_what_was_adopted_stays_when_the_rule_changes(desk: Desk, tmp_path: Path) -> None:
    """A person agreed to withhold; a policy that proposes release afterwards does not turn that round."""
    from conftest import PROJECT

    source = write(tmp_path / "in", {"a.txt": "From Wilma Testperson, call 406-555-0123\n"})
    desk.redact(source, tmp_path / "one")
    which = Which(undecided=True)
    decide(desk.case, which, "adopt", by="counsel", reason="balance", scanner=nothing_wrong)
    text = (PROJECT / "configs/policies/montana.yaml").read_text(encoding="utf-8")
    open_policy = tmp_path / "open.yaml"
    start = text.index("- name: telephone_number")
    changed = text[:start] + text[start:].replace("proposal: withhold", "proposal: release", 1)
    open_policy.write_text(changed.replace("name: montana", "name: open_montana", 1), encoding="utf-8")
    for name in ("two", "three"):
        desk.redact(source, tmp_path / name, policy=open_policy)
        assert "406-555-0123" not in (tmp_path / name / "records/a.txt").read_text()
