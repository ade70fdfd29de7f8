"""Differencing: what was released before and is withheld now, the other way round, duplicates that contradict."""

from __future__ import annotations

from pathlib import Path

import pytest
from casehelp import Desk, nothing_wrong, write

from pipeline.case.checking import check_case
from pipeline.case.comparing import COMES_OUT, CONTRADICTION, WITHHELD_NOW, likeness
from pipeline.case.deciding import Which, decide, decide_differences, findings
from pipeline.case.recording import latest_run
from pipeline.case.store import Case
from pipeline.casework.differencing import ReleaseHeld
from pipeline.state import State

pytestmark = pytest.mark.models
LONG = (
    "Dear clerk,\nthe hedge on the corner of the park has grown over the stop sign and nobody can see the road any more."
    " I have written twice since March and had no answer. Please have it cut before the school opens again in the fall.\n"
    "Yours, Wilma Testperson, 406-555-0123\n"
)


@pytest.fixture
def desk(tmp_path: Path, loaded: State, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    return Desk(Case.create(tmp_path / "case", "2026-7"), loaded)


def told(desk: Desk) -> list[tuple[str, str]]:
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from pipeline.case.tables import DifferenceRow

    with Session(desk.case.engine) as session:
        run = latest_run(session, desk.case.id)
        return [
            (each.id, each.kind) for each in session.scalars(select(DifferenceRow).where(DifferenceRow.run_id == run))
        ]


def test_an_unchanged_decision_is_no_difference(desk: Desk, tmp_path: Path) -> None:
    """The same decisions about the same records, also under another file name, hold nothing."""
    source = write(tmp_path / "in", {"a.txt": LONG})
    desk.redact(source, tmp_path / "one")
    (source / "a.txt").rename(source / "b.txt")
    desk.redact(source, tmp_path / "two", against=(1,))
    assert told(desk) == []
    assert (tmp_path / "two" / "release.json").exists()


@pytest.mark.parametrize(
    ("first", "second", "kind"), [("adopt", "release", COMES_OUT), ("release", "adopt", WITHHELD_NOW)]
)
def test_a_turned_decision_holds_the_release_until_it_is_accepted(
    desk: Desk, tmp_path: Path, first: str, second: str, kind: str
) -> None:
    """Withheld before and coming out now, and released before and withheld now; nothing is written until then."""
    source = write(tmp_path / "in", {"a.txt": LONG})
    desk.redact(source, tmp_path / "zero")
    phone = Which(tuple(each.id for each in findings(desk.case, Which(entity="PHONE_NUMBER"))))
    decide(desk.case, phone, first, by="counsel", reason="balance", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "one")
    decide(desk.case, phone, second, by="counsel", reason="balance", scanner=nothing_wrong)
    with pytest.raises(ReleaseHeld, match=kind) as held:
        desk.redact(source, tmp_path / "two", against=(2,))
    assert "0123" not in str(held.value)
    assert not (tmp_path / "two").exists()
    assert {name for _, name in told(desk)} == {kind}
    decide_differences(
        desk.case, [name for name, _ in told(desk)], by="counsel", reason="decided", scanner=nothing_wrong
    )
    desk.redact(source, tmp_path / "two", against=(2,))
    assert not check_case(desk.case)


@pytest.mark.parametrize("twin", [LONG, LONG.replace("twice", "often")])
def test_duplicates_that_contradict_hold_the_release(desk: Desk, tmp_path: Path, twin: str) -> None:
    """The same letter twice, or nearly the same: a telephone number released in one and withheld in the other."""
    source = write(tmp_path / "in", {"a.txt": LONG, "b.txt": twin})
    desk.redact(source, tmp_path / "one")
    one = findings(desk.case, Which(entity="PHONE_NUMBER", file="a.txt"))[0]
    decide(desk.case, Which((one.id,)), "release", by="counsel", reason="balance", scanner=nothing_wrong)
    with pytest.raises(ReleaseHeld, match=CONTRADICTION):
        desk.redact(source, tmp_path / "two")


def test_what_is_not_alike_is_not_compared(desk: Desk, tmp_path: Path) -> None:
    """Another letter with the same number is no duplicate."""
    other = "The council meets on Tuesday in the old library. Bring the plans of the bridge, the budget and two chairs. 406-555-0123\n"
    source = write(tmp_path / "in", {"a.txt": LONG, "b.txt": other})
    desk.redact(source, tmp_path / "one")
    one = findings(desk.case, Which(entity="PHONE_NUMBER", file="a.txt"))[0]
    decide(desk.case, Which((one.id,)), "release", by="counsel", reason="balance", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "two")
    assert likeness("", "") == 0
