"""The case in a PostgreSQL database: all that it does in SQLite, beside other cases, under the same audit trail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from casehelp import Desk, changed, nothing_wrong, write
from conftest import Command
from postgres import PASSWORD, Server, server
from sqlalchemy import select
from sqlalchemy.orm import Session
from test_rerun import FILES, PHONES_OUT

from pipeline.case.checking import check_case
from pipeline.case.closing import close, hold, unhold
from pipeline.case.deciding import Which, decide, findings
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import SourceRow
from pipeline.errors import ConfigError
from pipeline.state import State

pytestmark = pytest.mark.postgresql
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture
def url(postgres: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("RELEASABLE_DATABASE_PASSWORD", PASSWORD)
    return postgres.url(f"case-{next(_NUMBERS)}")


@pytest.mark.models
def test_two_cases_in_one_database_go_their_own_way(url: str, loaded: State, tmp_path: Path) -> None:
    """Create, decide, release, rerun, hold, close; the other case stays as it was."""
    desks = [Desk(Case.create(tmp_path / name, f"2026-{name}", url=url), loaded) for name in ("7", "8")]
    source = write(tmp_path / "in", FILES)
    for number, desk in enumerate(desks):
        desk.redact(source, tmp_path / f"one{number}")
    mine, other = desks
    decide(mine.case, Which(undecided=True), "adopt", by="counsel", reason="balance", scanner=nothing_wrong)
    decide(mine.case, Which(entity="PHONE_NUMBER"), "release", by="counsel", reason="x", scanner=nothing_wrong)
    made = mine.redact(source, tmp_path / "two")
    assert made.summary.status == "final"
    assert "406-555-0123" in (tmp_path / "two/records/a.txt").read_text()
    assert {each.decided_by for each in findings(other.case, Which())} <= {"undecided", "rule"}
    told = other.rerun(changed(tmp_path, "phones_out", PHONES_OUT), tmp_path / "three")
    assert [each.entity for each in told.changes] == ["PHONE_NUMBER"]
    hold(mine.case, by="counsel", reason="an appeal is open", scanner=nothing_wrong)
    with pytest.raises(CaseError):
        close(mine.case, by="records officer")
    unhold(mine.case, by="counsel", reason="the appeal is over", scanner=nothing_wrong)
    close(mine.case, by="records officer")
    for desk in desks:
        again = Case.open(desk.case.folder)
        assert not check_case(again)
        assert bool(again.row.closed_at) is (desk is mine)
        assert PASSWORD not in (desk.case.folder / "case.json").read_text()
        assert not (desk.case.folder / "case.sqlite").exists()


@pytest.mark.models
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET entry = replace(entry, 'counsel', 'someone')", "entry 4: altered"),
        ("DELETE FROM audit WHERE number = 2", "entry 2: removed"),
        ("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)", "cut off"),
        ("UPDATE decisions SET action = 'release'", "decision"),
        ("UPDATE findings SET stop = stop + 1", "run 1"),
        ("UPDATE releases SET status = 'final'", "release 1"),
        ("UPDATE needles SET length = length + 1", "search digests of release 1"),
    ],
)
def test_what_is_altered_in_the_database_is_named(
    url: str, postgres: Server, loaded: State, tmp_path: Path, statement: str, said: str
) -> None:
    """Whoever may write to the database cannot change what was decided unseen."""
    desk = Desk(Case.create(tmp_path / "case", "2026-7", url=url), loaded)
    desk.redact(write(tmp_path / "in", FILES), tmp_path / "one")
    decide(desk.case, Which(undecided=True), "adopt", by="counsel", reason="balance", scanner=nothing_wrong)
    assert not check_case(desk.case)
    postgres.ask(url.rpartition("/")[2], statement)
    assert any(said in each for each in check_case(Case.open(tmp_path / "case")))


def test_marks_lifts_and_pins_in_two_cases_of_one_database(url: str, tmp_path: Path) -> None:
    """What is new at the desk goes as in SQLite: recorded, honoured, taken back, and seen when it is altered."""
    from reviewhelp import browser, examined
    from test_review_changes import LETTER, SSN, examined_again, found, with_order
    from test_review_marks import api, copies, released

    from pipeline.case.pinning import Laid, lay_down
    from pipeline.policy.load import find
    from pipeline.state import Job, prepare

    state = prepare(Job(b"k" * 32, "2026-01-02T03:04:05Z", policy=str(find("montana")), level="patterns"))
    source = write(tmp_path / "in", {"letter.txt": LETTER, "t.csv": "a,b\n1,account\n2,x\n"})
    mine, other = (
        examined(Case.create(tmp_path / name, f"2026-{name}", url=url), source, state) for name in ("7", "8")
    )
    for desk in (mine, other):
        examined_again(with_order(desk))
        one, counsel = browser(desk, "clerk one"), browser(desk, "counsel")
        start = LETTER.index("account")
        given = {"file": "letter.txt", "unit": 1, "start": start, "end": start + 7, "entity": "MEDICAL", "reason": "r"}
        status, marked = api(one, "marks", **given)
        assert (status, marked["findings"]) == (200, 2)
        _, told = api(one, "lifts", finding=found(desk, "US_SSN").id, reason="ordered")
        status, signed = api(counsel, "lifts/answers", lift=told["lift"], answer="sign", reason="seen")
        assert status == 200
        lay_down(desk.case, Laid(found(desk, "US_SSN").source, 1, "inert", reason="r"), by="clerk one")
    assert api(browser(mine), "undo", number=signed["decision"])[0] == 400  # it is of the other case
    assert api(browser(other), "undo", number=signed["decision"])[0] == 200
    assert api(browser(other), "undo", number=signed["decision"] + 1)[0] == 400
    assert SSN in (text := copies(released(mine)))
    assert "account" not in text
    assert SSN not in copies(released(other))
    for desk in (mine, other):
        assert not check_case(Case.open(desk.case.folder))


def test_a_file_of_more_than_two_gigabytes_has_its_size(url: str, tmp_path: Path) -> None:
    """A mailbox of 40 GiB is an ordinary one."""
    case = Case.create(tmp_path / "case", "2026-7", url=url)
    with Session(case.engine) as session:
        from pipeline.case.tables import RunRow

        told = {"tool": "x", "policy": "x", "policy_version": "1", "policy_sha256": "", "accuracy": "", "recipient": ""}
        run = RunRow(case_id=case.id, at="now", **told)
        session.add(run)
        session.flush()
        session.add(
            SourceRow(
                case_id=case.id,
                key="k",
                content="c",
                label="a.mbox",
                format="mbox",
                size=40 << 30,
                seen_at="now",
                run_id=run.id,
            )
        )
        session.commit()
        assert session.scalars(select(SourceRow.size)).one() == 40 << 30


def test_a_database_that_cannot_be_reached_is_told_without_its_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, and no such database."""
    with pytest.raises(ConfigError) as told:
        Case.create(tmp_path / "one", "2026-7", url=url + "-not-there")
    assert PASSWORD not in str(told.value)
    monkeypatch.setenv("RELEASABLE_DATABASE_PASSWORD", "wrong-password")
    with pytest.raises(ConfigError) as told:
        Case.create(tmp_path / "two", "2026-7", url=url)
    assert "wrong-password" not in str(told.value)


@pytest.mark.models
def test_the_commands_reach_the_database_and_nothing_else(command: Command, url: str, tmp_path: Path) -> None:
    """The whole way by commands; workers, which see the records, still reach no host."""
    source = write(tmp_path / "in", FILES)
    env = {"RELEASABLE_DATABASE_PASSWORD": PASSWORD}

    def run(*arguments: str | Path) -> str:
        done = command(*arguments, env=env)
        assert done.returncode in {0, 1}, done.stderr
        assert not any(each in done.stdout + done.stderr for each in (PASSWORD, "406-555-0123", "Testperson"))
        return done.stdout

    run("redact", source, "--policy", "montana", "--case", "case", "--database", url, "--out", "one")
    run("case", "decide", "case", "--undecided", "--action", "adopt", "--by", "counsel", "--reason", "a balance")
    run("redact", source, "--policy", "montana", "--case", "case", "--out", "two")
    assert json.loads((tmp_path / "two/release.json").read_bytes())["status"] == "final"
    assert "whole and clean (every withheld value searched for)" in run("verify", "two", "--case", "case")
    assert "no decision changes" in run("rerun", "case", "--policy", "montana", "--dry-run")
    run("case", "check", "case")
    run("case", "close", "case", "--by", "records officer", "--yes")
    assert "closed" in run("case", "show", "case")
