"""What people type for a release is examined before it stands in any evidence; errors tell places and never words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import Desk, write
from conftest import Command, everything_in

from pipeline.case.store import Case
from pipeline.cli.running import Asked, make_job, state_facts
from pipeline.cli.stating import CORRECTION, Stated
from pipeline.cli.typed import see_typed
from pipeline.errors import UsageError
from pipeline.evidence.stated import typed_texts
from pipeline.model import RecordFacts
from pipeline.state import Job, State

WHO = """\
identity:
  PERSON: [Dora Fields]
  EMAIL_ADDRESS: [dora.fields@example.com]
  PHONE_NUMBER: [406-555-0123]
checked: {by: records officer, how: licence shown at the desk, on: 2026-11-20}
decided:
  - {match: a.txt, by: records officer, on: 2026-11-21, why: the letter is answered to this person}
"""
FINE = """\
context: law_enforcement
origin: mvd
permitted_use: MCA 61-11-508(1)
court_order: {order: "order of 2026-03-02, First Judicial District Court, cause ADV-2026-114", opens: [US_SSN]}
"""


def job_of(tmp_path: Path, facts: str = "", who: str = "", statement: str = "", **more: object) -> Job:
    stated = Stated(**more)  # type: ignore[arg-type]
    for name, content in {"facts": facts, "subject": who}.items():
        if content:
            path = tmp_path / f"{name}.yaml"
            path.write_text(content, encoding="utf-8")
            stated = replace(stated, **{name: path})
    (tmp_path / "statement.txt").write_text(statement, encoding="utf-8")
    job, policy = make_job(Asked("montana"))
    return state_facts(job, stated, ["a.txt"], policy)


@pytest.mark.models
@pytest.mark.parametrize("request_id", ["2026-114", "PRR-2026-0114", "W012345-030326", "FOIA 2026-00123", ""])
def test_roles_and_citations_pass(tmp_path: Path, request_id: str) -> None:
    """What an officer has to say of records is no identifier of anybody."""
    job = job_of(tmp_path, FINE, WHO)
    assert see_typed(job, request_id) == job


def test_where_nothing_was_worded_nothing_is_loaded(tmp_path: Path) -> None:
    """The usual run has no words of anybody in it, and pays for none."""
    job = job_of(tmp_path)
    assert list(typed_texts(job.facts, job.file_facts, job.identity_check)) == []


@pytest.mark.models
@pytest.mark.parametrize(
    ("key", "facts", "words"),
    [
        ("permitted_use", "permitted_use: asked by {}", "Wilma Testperson"),
        ("permitted_use", "permitted_use: call {}", "406-555-0187"),
        ("court_order", "court_order: {{order: concerns {}, opens: [US_SSN]}}", "536-44-1287"),
        ("permitted_use", "files: [{{match: a.txt, permitted_use: for {}}}]", "wilma@example.com"),
    ],
)
def test_an_identifier_in_the_facts_is_refused(tmp_path: Path, key: str, facts: str, words: str) -> None:
    """In what holds for all files and for one; the error names the key and the place, not what stands there."""
    with pytest.raises(UsageError, match=r"characters .* look like") as told:
        see_typed(job_of(tmp_path, facts.format(words)), "")
    assert told.value.where == key
    assert words not in str(told.value)


@pytest.mark.models
@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("checked.how", "licence shown at the desk", "licence of Wilma Testperson shown"),
        ("checked.how", "licence shown at the desk", "called back at 406-555-0187"),
        ("checked.by", "checked: {by: records officer", "checked: {by: wilma@example.com"),
        ("decided[0].why", "the letter is answered to this person", "her SSN is 536-44-1287"),
    ],
)
def test_an_identifier_in_the_check_of_an_identity_is_refused(tmp_path: Path, key: str, old: str, new: str) -> None:
    """How somebody was known is told in roles and ways, without a number of any document."""
    with pytest.raises(UsageError) as told:
        see_typed(job_of(tmp_path, "", WHO.replace(old, new)), "")
    assert told.value.where == key


@pytest.mark.models
@pytest.mark.parametrize("request_id", ["Request of Wilma Testperson", "406-555-0187", "536-44-1287"])
def test_an_identifier_as_the_number_of_a_request_is_refused(tmp_path: Path, request_id: str) -> None:
    """The number stands in log, letter and manifest."""
    with pytest.raises(UsageError, match="look like"):
        see_typed(job_of(tmp_path), request_id)


@pytest.mark.models
def test_a_statement_tells_of_its_author_and_of_nobody_else(tmp_path: Path) -> None:
    """The person's own name and number may stand in the statement, those of others may not."""
    who = WHO + "correction: statement.txt\n"
    mine = "My name is Dora Fields, my telephone is (406) 555-0123. The date in the file is wrong.\n"
    see_typed(job_of(tmp_path, "", who, mine * 40), "")
    for other in ("Curtis Blackwood saw it.", "My sister has 406-555-0199.", "His number is 536-44-9999."):
        with pytest.raises(UsageError, match="in the statement, characters"):
            see_typed(job_of(tmp_path, "", who, mine + other), "")


@pytest.mark.models
def test_a_statement_that_names_others_can_be_stored_masked(tmp_path: Path) -> None:
    """With others masked the statement stands; the author's own name and number stay, and nothing else is lost."""
    who = (WHO + "correction: statement.txt\n").replace("licence shown at the desk", "Wilma Testperson knew her")
    said = "I am Dora Fields, (406) 555-0123. Curtis Blackwood (406-555-0199) saw it. The date is wrong.\n"
    job = see_typed(job_of(tmp_path, "", who, said), "", mask=True)
    assert job.enclosed[CORRECTION].decode() == (
        "I am Dora Fields, (406) 555-0123. [PERSON] ([PHONE_NUMBER]) saw it. The date is wrong.\n"
    )
    assert job.identity_check["how"] == "[PERSON] knew her"
    assert job.identity_check["checked_by"] == "records officer"
    with pytest.raises(UsageError, match="look like") as told:
        see_typed(job_of(tmp_path, "", who, said), "")
    assert "--mask" in told.value.remedy


@pytest.mark.parametrize(
    "arguments",
    [
        ("certify", "case", "--release", "out", "--out", "certificate", "--by"),
        ("case", "close", "case", "--yes", "--by"),
        ("officers", "disable", "case", "clerk", "--by"),
        ("review", "in", "--policy", "montana", "--case", "desk", "--by"),
    ],
)
def test_who_acts_is_told_without_a_number(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Every command that stores who acted examines it first, says where and not what, and does nothing."""
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    Case.create(tmp_path / "case", "2026-7").close_database()
    write(tmp_path / "in", {"a.txt": "The hedge.\n"})
    before = everything_in(tmp_path / "case")
    done = command(*arguments, "clerk, SSN 536-44-1287")
    assert done.returncode == 2, done.stderr
    assert "--by: characters" in done.stderr
    assert "536-44" not in done.stderr + done.stdout
    assert everything_in(tmp_path / "case") == before
    assert not (tmp_path / "desk").exists()


@pytest.mark.models
def test_what_the_records_withhold_is_refused_at_the_last(loaded: State, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A number that looks like nothing, but is withheld in this release: nothing is written, whatever was examined before."""
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    desk = Desk(Case.create(tmp_path / "case", "2026-7"), loaded)
    rows = "".join(f"{each},8800417122{each:02d},hedge,{each}\n" for each in range(40))
    source = write(
        tmp_path / "in", {"form.csv": f"case,bank_account,topic,days\n{rows}", "a.txt": "Call 406-555-0123.\n"}
    )
    for number, words in enumerate(("use of 880041712217", "use by 4065550123")):
        facts = RecordFacts(permitted_use=words)
        desk.state = replace(loaded, job=replace(loaded.job, facts=facts))
        with pytest.raises(UsageError, match="withheld in this release") as told:
            desk.redact(source, tmp_path / f"out{number}")
        assert words not in str(told.value)
        assert not (tmp_path / f"out{number}").exists()


@pytest.mark.models
def test_the_command_stores_nothing_of_what_it_refuses(command: Command, tmp_path: Path) -> None:
    """Neither a release nor a case is made, and no output repeats the words."""
    source = write(tmp_path / "in", {"a.txt": "The hedge.\n"})
    facts = write(tmp_path, {"facts.yaml": "permitted_use: asked by Wilma Testperson\n"}) / "facts.yaml"
    for more in ((), ("--case", "case")):
        done = command("redact", source, "--policy", "montana", "--facts", facts, "--out", "out", *more)
        assert done.returncode == 2
        assert "permitted_use: characters 10 to 25 look like PERSON" in done.stderr
        assert "Testperson" not in done.stderr + done.stdout
        assert not (tmp_path / "out").exists()
        assert not (tmp_path / "case").exists()


def test_who_approved_a_policy_is_a_role_or_a_name(tmp_path: Path) -> None:
    """It stands in the log of every release; a number there is refused, and no model is needed to see it."""
    job = job_of(tmp_path)
    see_typed(job, "", approved_by="Wilma Testperson, agency counsel")
    with pytest.raises(UsageError, match="look like PHONE_NUMBER") as told:
        see_typed(job, "", approved_by="counsel, 406-555-0187")
    assert told.value.where == "approved_by"
