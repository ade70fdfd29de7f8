"""The case and tables that go by column: what people decide of a column, and what the copies are searched for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import Desk, nothing_wrong, write
from conftest import Command

from pipeline.case.checking import check_case
from pipeline.case.closing import close
from pipeline.case.deciding import Which, decide, findings, overrides_of
from pipeline.case.free_text import FreeText
from pipeline.case.overrides import column_of, finding_id, honoured
from pipeline.case.store import Case
from pipeline.model import Action, Cell, Column, Decision, Finding, Kind
from pipeline.state import State
from pipeline.texts.digest import Keyed

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


TABLE = "".join(f"{each},A-{7700 + each}-X,406-555-01{each:02d},hedge,open,{each}\n" for each in range(40))


def released_table(desk: Desk, tmp_path: Path) -> Path:
    source = write(
        tmp_path / "in", {"form.csv": f"case,account,phone,topic,status,days\n{TABLE}", "a.txt": "A hedge.\n"}
    )
    desk.redact(source, tmp_path / "one")
    return tmp_path / "one"


def survivors(desk: Desk, folder: Path, tmp_path: Path) -> list[str]:
    """Search a folder of copies as verify --case does."""
    from conftest import Inline

    from pipeline.case.column_values import take_column_values
    from pipeline.case.proof import needles_for
    from pipeline.copies.rechecking import survivors_of
    from pipeline.engine import scan
    from pipeline.intake import collect
    from pipeline.verify import WithheldIndex

    state = desk.of_now()
    done = scan(collect([folder]), state.job, state.policy, Inline(state))
    index = WithheldIndex(desk.case.keyed, needles_for(desk.case, 1, iter(())))
    assert take_column_values(desk.case, index, tmp_path / "set", 1)
    return survivors_of(done, index, Inline(desk.of_now()), lambda *_: None)


@pytest.mark.models
@pytest.mark.parametrize("text", ["see 4065550117 in the list\n", "dial (406) 555-0117\n", "NDA2LTU1NS0wMTE3\n"])
def test_a_value_of_a_column_is_found_in_another_copy(desk: Desk, tmp_path: Path, text: str) -> None:
    """By the digests in the case alone: plain, written otherwise, or encoded; and the clean copies are clean."""
    out = released_table(desk, tmp_path)
    assert survivors(desk, out / "records", tmp_path) == []
    (out / "records/a.txt").write_text(f"A hedge, {text}")
    told = survivors(desk, out / "records", tmp_path / "again")
    assert told
    assert all(each.startswith("a.txt: a withheld PHONE_NUMBER survives (") for each in told)
    assert "0117" not in "".join(told)


@pytest.mark.models
@pytest.mark.parametrize(("value", "entity"), [("406-555-0117", "PHONE_NUMBER"), ("880041712217", "BANK_ACCOUNT")])
def test_verify_finds_a_value_of_a_column_in_another_column(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, entity: str
) -> None:
    """Planted in the released table itself after its last check, so that folder, manifest and case agree."""
    from pipeline import release
    from pipeline.cli.running import Asked
    from pipeline.cli.verify import verify_release

    accounts = "".join(
        f"{each},8800417122{each:02d},406-555-01{each:02d},hedge,open,{each}\n" for each in range(40)
    )  # fmt: skip
    source = write(tmp_path / "in", {"form.csv": f"case,bank_account,phone,topic,status,days\n{accounts}"})

    def planted(_done: object, _copies: object, partial: Path) -> None:
        path = partial / "records/form.csv"
        text = path.read_text()
        assert value not in text
        path.write_text(text.replace("hedge", f"hedge of {value}", 1))

    monkeypatch.setattr(release, "shuffle_tables", planted)
    desk.redact(source, tmp_path / "one")
    told = verify_release(tmp_path / "one", Asked(workers=1), case_folder=tmp_path / "case")
    assert f"form.csv: a withheld {entity} survives (row 1, column 4)" in told.problems
    assert value not in "".join(told.problems + told.notes)


@pytest.mark.models
def test_the_digests_of_columns_are_bound_and_disposed_of(desk: Desk, tmp_path: Path) -> None:
    """One owner-only file a run; a flipped byte or its removal is named, and closing the case disposes of it."""
    released_table(desk, tmp_path)
    (path,) = (tmp_path / "case/columns").iterdir()
    assert not path.stat().st_mode & 0o077
    assert not check_case(desk.case)
    content = path.read_bytes()
    for value in (b"5550117", b"4065550117", b"7717"):
        assert value not in content
    for at in (5, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert [each for each in check_case(desk.case) if "columns of release 1" in each]
    path.unlink()
    assert [each for each in check_case(desk.case) if "columns of release 1" in each]
    path.write_bytes(content)
    told = close(desk.case, by="records officer")
    assert "0 working copies" in told
    assert not (tmp_path / "case/columns").exists()
    assert not check_case(Case.open(tmp_path / "case"))


@pytest.mark.models
def test_a_reason_with_a_value_of_a_column_is_refused(desk: Desk, tmp_path: Path) -> None:
    """What stands in a withheld column is known when a person types it."""
    released_table(desk, tmp_path)
    scanner = FreeText(desk.case, ())
    assert scanner("as the caller from 406 555 0117 said")
    assert not scanner("as the caller said")


@pytest.mark.models
def test_verify_with_the_case_searches_columns(command: Command, tmp_path: Path) -> None:
    """A folder with a table is whole and clean, every value searched for; a column that a person released may stand."""
    table = "".join(f"{each},{NAMES[each % 5]},406-555-01{each:02d},hedge,open,{each}\n" for each in range(40))
    source = write(tmp_path / "in", {"form.csv": f"case,name,phone,topic,status,days\n{table}"})
    redact = ("redact", source, "--policy", "montana", "--case", "case")
    assert command(*redact, "--out", "one").returncode == 1
    done = command("verify", "one", "--case", "case")
    assert done.returncode == 0, done.stdout
    assert "every withheld value searched for" in done.stdout
    decided = command(
        "case", "decide", "case", "--entity", "PHONE_NUMBER", "--action", "release", "--by", "counsel",
        "--reason", "a public matter",
    )  # fmt: skip
    assert decided.returncode == 0, decided.stderr
    assert command(*redact, "--out", "two").returncode == 1
    assert "406-555-0139" in (tmp_path / "two/records/form.csv").read_text()
    done = command("verify", "two", "--case", "case")
    assert done.returncode == 0, done.stdout
    assert "40 places stand because a person released them" in done.stdout
