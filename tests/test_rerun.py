"""Rerun: only what changes under another policy, as positions; a supplemental release of just those records."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from casehelp import Desk, changed, nothing_wrong, write
from conftest import Command, everything_in, message

from pipeline.case.changes import NOT_FOUND, Place, Shown, _changes, _is_lost
from pipeline.case.checking import check_case
from pipeline.case.deciding import Which, decide
from pipeline.case.proof import binding_problems
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import FindingRow
from pipeline.casework.differencing import ReleaseHeld
from pipeline.casework.rerunning import CHANGES
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, integrity
from pipeline.state import State

PHONES_OUT = {
    "    reason: A private person's telephone number; the law asks for a balance.": (
        "    reason: A telephone number; adopted by the office in a made-up sign-off."
    ),
    "  - name: telephone_number\n    when: {entity: PHONE_NUMBER}\n    action: review\n    proposal: withhold": (
        "  - name: telephone_number\n    when: {entity: PHONE_NUMBER}\n    action: release"
    ),
}
FILES = {
    "a.txt": "From Wilma Testperson, call 406-555-0123 about the hedge\n",
    "b.txt": "Wilma Testperson asks for the plan of the bridge\n",
}
VALUES = ("406-555-0123", "4065550123", "wilma", "testperson")


@pytest.fixture
def desk(tmp_path: Path, loaded: State, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    return Desk(Case.create(tmp_path / "case", "2026-7"), loaded)


@pytest.fixture
def phones_out(tmp_path: Path) -> Path:
    return changed(tmp_path, "phones_out", PHONES_OUT)


@pytest.mark.models
def test_only_what_changes_is_listed_and_released(desk: Desk, phones_out: Path, tmp_path: Path) -> None:
    """The telephone number comes out in a supplement that holds its record alone and names the release before it."""
    source = write(tmp_path / "in", FILES)
    desk.redact(source, tmp_path / "one")
    told = desk.rerun(phones_out, tmp_path / "two")
    assert [(each.file, each.entity, each.after) for each in told.changes] == [
        ("a.txt", "PHONE_NUMBER", "release (rule telephone_number)")
    ]
    assert told.changes[0].before == "review, proposed withhold (rule telephone_number)"
    assert [path.name for path in (tmp_path / "two/records").iterdir()] == ["a.txt"]
    text = (tmp_path / "two/records/a.txt").read_text()
    assert "406-555-0123" in text
    assert "Testperson" not in text
    manifest = json.loads((tmp_path / "two" / MANIFEST).read_bytes())
    assert manifest["case"]["sequence"] == 2
    assert manifest["case"]["supplements"] == 1
    assert manifest["case"]["previous_release"]
    assert manifest["policy"]["name"] == "phones_out"
    assert not integrity(tmp_path / "two", (SIGNATURE,))
    assert not binding_problems(desk.case, (tmp_path / "two" / MANIFEST).read_bytes())
    with (tmp_path / "two" / CHANGES).open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["file"] == "a.txt"
    log = (tmp_path / "two/redaction-log.csv").read_text()
    assert "a.txt" in log
    assert "b.txt" not in log
    evidence = b"".join(path.read_bytes() for path in (tmp_path / "two").iterdir() if path.is_file()).lower()
    assert [each for each in VALUES if each.encode() in evidence + everything_in(tmp_path / "case").lower()] == []
    assert not check_case(desk.case)
    actions = [json.loads(each.text)["action"] for each in desk.case.entries()]
    assert actions[-3:] == ["examined", "compared with another policy", "released"]


@pytest.mark.models
def test_a_dry_run_writes_and_records_nothing(desk: Desk, phones_out: Path, tmp_path: Path) -> None:
    """The list is the same, and the audit trail is as long as before."""
    source = write(tmp_path / "in", FILES)
    desk.redact(source, tmp_path / "one")
    before = desk.case.head
    dry = desk.rerun(phones_out, None)
    assert desk.case.head == before
    assert dry.release is None
    assert dry.changes == desk.rerun(phones_out, tmp_path / "two").changes


@pytest.mark.models
def test_what_people_decided_stays_theirs(desk: Desk, phones_out: Path, tmp_path: Path) -> None:
    """A number that a person withheld stays withheld under a policy that releases numbers, and nothing is written."""
    source = write(tmp_path / "in", FILES)
    desk.redact(source, tmp_path / "one")
    decide(desk.case, Which(undecided=True), "adopt", by="counsel", reason="balance", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "two")
    told = desk.rerun(phones_out, tmp_path / "three")
    assert told.changes == ()
    assert not (tmp_path / "three").exists()
    assert json.loads(desk.case.entries()[-1].text)["about"]["decisions_changed"] == 0


@pytest.mark.models
def test_a_mandatory_rule_of_the_other_policy_is_stronger(desk: Desk, tmp_path: Path) -> None:
    """What a person released is withheld again where the other policy lets nobody release it, and that is listed."""
    source = write(tmp_path / "in", FILES)
    desk.redact(source, tmp_path / "one")
    decide(desk.case, Which(entity="PHONE_NUMBER"), "release", by="counsel", reason="x", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "two")
    assert "406-555-0123" in (tmp_path / "two/records/a.txt").read_text()
    mandatory = {
        "\nrules:\n": "\nrules:\n  - name: numbers_mandatory\n    when: {entity: PHONE_NUMBER}\n    action: withhold\n"
        "    no_override: true\n    definition: MCA 2-17-551(6)(d)\n"
        "    authority: [{kind: constitution, cite: Mont. Const. Art. II 9-10}]\n    reason: A made-up rule that nobody lifts.\n"
    }
    told = desk.rerun(changed(tmp_path, "strict", mandatory), tmp_path / "three")
    assert [(each.before, each.after) for each in told.changes] == [
        ("release (counsel; rule telephone_number)", "withhold (rule numbers_mandatory)")
    ]
    assert "406-555-0123" not in (tmp_path / "three/records/a.txt").read_text()


@pytest.mark.models
def test_of_a_mailbox_only_the_changed_messages_are_released(desk: Desk, phones_out: Path, tmp_path: Path) -> None:
    """A message is a record: the others of its mailbox are not in the supplement."""
    mails = (message("The hedge is too high.", subject="One"), message("Call 406-555-0123.", subject="Two"))
    box = "".join(f"From x@example.com Mon Mar  3 10:00:00 2025\n{each}\n" for each in mails)
    source = write(tmp_path / "in", {"box.mbox": box})
    desk.redact(source, tmp_path / "one")
    told = desk.rerun(phones_out, tmp_path / "two")
    assert {each.place.partition(",")[0] for each in told.changes} == {"unit 2"}
    text = (tmp_path / "two/records/box.mbox").read_text()
    assert "406-555-0123" in text
    assert "Subject: One" not in text
    assert told.release is not None
    assert "message 2" in (tmp_path / "two/redaction-log.csv").read_text()


@pytest.mark.models
def test_a_table_by_column_is_listed_by_column(desk: Desk, phones_out: Path, tmp_path: Path) -> None:
    """Forty numbers in a column are one change."""
    rows = "".join(f"{each},Petra Halvorsen,406-555-01{each:02d},hedge,open,{each * 3}\n" for each in range(40))
    source = write(tmp_path / "in", {"form.csv": f"case,name,phone,topic,status,days\n{rows}"})
    desk.redact(source, tmp_path / "one")
    told = desk.rerun(phones_out, tmp_path / "two")
    assert [(each.place, each.entity) for each in told.changes] == [("unit 1, column 3", "PHONE_NUMBER")]
    assert told.release is not None
    assert [each.reasons for each in told.release.summary.files] == [()]
    text = (tmp_path / "two/records/form.csv").read_text()
    assert "406-555-0139" in text
    assert "Halvorsen" not in text


@pytest.mark.models
@pytest.mark.parametrize("change", ["altered", "added", "removed"])
def test_other_files_are_refused(desk: Desk, phones_out: Path, tmp_path: Path, change: str) -> None:
    """A rerun is about the policy; where the files changed, a release of them comes first."""
    source = write(tmp_path / "in", FILES)
    desk.redact(source, tmp_path / "one")
    if change == "removed":
        (source / "b.txt").unlink()
    else:
        write(source, {"b.txt" if change == "altered" else "c.txt": "the plan of the other bridge\n"})
    with pytest.raises(CaseError, match="files were added, changed or taken away"):
        desk.rerun(phones_out, tmp_path / "two")


@pytest.mark.models
def test_a_case_without_a_release_is_refused(desk: Desk, phones_out: Path, tmp_path: Path) -> None:
    """There is nothing to supplement yet."""
    desk.case.keeping.keep_inputs([write(tmp_path / "in", FILES)], desk.case.folder)
    with pytest.raises(CaseError, match="no release"):
        desk.rerun(phones_out, tmp_path / "two")


def test_a_cell_that_goes_with_its_column_now_is_no_change() -> None:
    """Where only the way of looking at a table changed, nothing is listed; another decision in the column is."""
    withheld, released = (Shown("PERSON", what, what, "full_name", "rule") for what in ("withhold", "release"))
    cell, column = Place("s", 0, "row 5, column 2", 0, 9), Place("s", 0, "column 2", 0, 1)
    same = {cell: frozenset({withheld}), column: frozenset({withheld})}
    assert not list(_changes(same, {column: frozenset({withheld})}, {}))
    assert not list(_changes({column: frozenset({withheld})}, same, {}))
    (told,) = _changes({column: frozenset({withheld})}, {**same, cell: frozenset({released})}, {"s": "a.csv"})
    assert (told.place, told.before, told.after) == ("unit 1, column 2", NOT_FOUND, "release (rule full_name)")


@pytest.mark.models
def test_the_command_lists_positions_and_never_values(command: Command, phones_out: Path, tmp_path: Path) -> None:
    """Under the options and facts of the last run; a facts file that changed since is refused."""
    source = write(tmp_path / "in", FILES)
    facts = tmp_path / "facts.yaml"
    facts.write_text("collected_on: 2020-03-04\n", encoding="utf-8")
    first = command("redact", source, "--policy", "montana", "--case", "case", "--out", "one", "--facts", facts)
    assert first.returncode == 1, first.stderr
    dry = command("rerun", "case", "--policy", phones_out, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert re.search(r"a\.txt, unit 1, block 1, characters \d+-\d+: PHONE_NUMBER: review", dry.stdout)
    assert not (tmp_path / "two").exists()
    done = command("rerun", "case", "--policy", phones_out, "--out", "two")
    assert done.returncode == 1, done.stderr
    assert json.loads((tmp_path / "two/policy/facts.json").read_bytes())["all"]["collected_on"] == "2020-03-04"
    assert [each for each in VALUES if each in (dry.stdout + done.stdout + done.stderr).lower()] == []
    verified = command("verify", "two", "--case", "case")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    facts.write_text("collected_on: 2021-03-04\n", encoding="utf-8")
    refused = command("rerun", "case", "--policy", phones_out, "--out", "three")
    assert refused.returncode == 2
    assert "what was stated of the records changed" in refused.stderr


@pytest.mark.parametrize(
    ("there", "lost"),
    [
        ({}, True),
        ({Place("s", 0, "block 1", 3, 9): ("PERSON", "withhold")}, False),
        ({Place("s", 0, "block 1", 3, 9): ("PERSON", "release")}, True),
        ({Place("s", 1, "block 1", 3, 9): ("PERSON", "withhold")}, True),
    ],
)
def test_what_a_person_withheld_does_not_come_out_unseen(there: dict[Place, tuple[str, str]], lost: bool) -> None:
    """Where something is found otherwise now, the place that a person withheld is still withheld, or it is lost."""
    row = FindingRow(source="s", ordinal=0, place="block 1", start=0, stop=9, action="withhold")
    after = {place: frozenset({Shown(entity, what, what, "a_rule", "rule")}) for place, (entity, what) in there.items()}
    assert _is_lost(row, after) is lost


@pytest.mark.models
def test_a_lost_decision_holds_the_release(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written, and the run is recorded, so that a person can decide the places anew."""
    source = write(tmp_path / "in", FILES)
    desk.redact(source, tmp_path / "one")
    decide(desk.case, Which(undecided=True), "withhold", by="counsel", reason="x", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "two")
    everywhere = {"  - name: full_name\n": "  - name: names_out\n    when: {entity: PERSON}\n    action: release\n"
                  "    reason: A made-up rule that lets names out.\n  - name: full_name\n"}  # fmt: skip
    free = changed(tmp_path, "free", everywhere)
    monkeypatch.setattr("pipeline.case.overrides.finding_id", lambda *_: "0" * 32)  # nothing is known any more
    monkeypatch.setattr("pipeline.case.changes.finding_id", lambda *_: "0" * 32)
    with pytest.raises(ReleaseHeld, match="what a person withheld would come out"):
        desk.rerun(free, tmp_path / "three")
    assert not (tmp_path / "three").exists()
    assert json.loads(desk.case.entries()[-1].text)["action"] == "examined"
