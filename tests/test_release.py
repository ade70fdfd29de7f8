"""The release folder: its layout, its log and manifest, its names, the same bytes again, and its check."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import DECIDED_AT, Road, everything_in, message

from pipeline.errors import LeakFound, OutputError, UsageError
from pipeline.evidence.manifest import integrity
from pipeline.intake import collect

pytestmark = pytest.mark.models

LOG_COLUMNS = (
    "request_id,file,location,entity,count,exemption,citation,reason,rule,policy,policy_version,policy_sha256,"
    "decided_by,approved_by,decided_at"
)
LETTER = "Dear clerk,\nmy number is 536-90-4399. Wilma Testperson, 406-555-0123\n"
TABLE = 'case,note,ssn\n1,"the ""hedge"", again",536-90-4399\n2,  blanks kept  ,536-90-4401\n3,=1+1,\n'


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def manifest(out: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((out / "release.json").read_text(encoding="utf-8"))
    return told


def test_the_folder_holds_what_the_plan_says(road: Road, tmp_path: Path) -> None:
    """A release folder holds records, policy, log, manifest and report; every sha256 matches; nothing else is there."""
    source = write(tmp_path / "in", {"letter.txt": LETTER, "deep/er/table.csv": TABLE})
    done = road.release(source, tmp_path / "out")
    out = tmp_path / "out"
    assert {each.name for each in out.iterdir()} == {
        "records", "policy", "redaction-log.csv", "redaction-log.html", "redaction-log.xlsx", "release.json",
        "report.html",
    }  # fmt: skip
    assert {each.name for each in (out / "policy").iterdir()} == {
        "montana.yaml",
        "agency_contacts.yaml",
        "business_contacts.yaml",
        "officials.csv",
        "facts.json",
    }
    told = manifest(out)
    assert told["request_id"] == "2026-7"
    assert told["started_at"] == DECIDED_AT
    assert told["status"] == done.summary.status == "provisional"
    assert done.exit_code == 1
    assert told["policy"]["sha256"] == hashlib.sha256((out / "policy/montana.yaml").read_bytes()).hexdigest()
    listed = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()} - {"release.json"}
    assert set(told["files"]) == listed
    for name, digest in told["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    for record in told["records"]:
        copy = (out / record["output"]).read_bytes()
        assert (record["bytes"], record["sha256"]) == (len(copy), hashlib.sha256(copy).hexdigest())
    assert not integrity(out)


def test_no_digest_of_an_input_is_sent_out(road: Road, tmp_path: Path) -> None:
    """What is sent out holds no hash of an original, of a withheld value, or of the key."""
    source = write(tmp_path / "in", {"letter.txt": LETTER})
    road.release(source, tmp_path / "out")
    sent = everything_in(tmp_path / "out")
    for secret in (LETTER.encode(), b"536-90-4399", b"536904399", b"Wilma Testperson", road.state.job.key):
        for name in ("md5", "sha1", "sha256", "blake2b"):
            assert hashlib.new(name, secret).hexdigest().encode() not in sent


def test_the_log_says_for_each_withholding_what_where_and_on_what_law(road: Road, tmp_path: Path) -> None:
    """The log has the agreed columns; each row has place, entity, law, rule, policy and who decided."""
    road.release(write(tmp_path / "in", {"letter.txt": LETTER}), tmp_path / "out")
    text = (tmp_path / "out" / "redaction-log.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == LOG_COLUMNS
    rows = {row["entity"]: row for row in csv.DictReader(text.splitlines())}
    assert {"US_SSN", "PERSON", "PHONE_NUMBER"} <= set(rows)
    assert rows["US_SSN"]["decided_by"] == "rule"
    assert rows["PERSON"]["decided_by"] == "undecided"
    for row in rows.values():
        assert row["file"] == "letter.txt"
        assert row["location"] == "block 1"
        assert row["citation"]
        assert row["exemption"]
        assert row["reason"]
        assert row["rule"]
        assert (row["policy"], row["decided_at"]) == ("montana", DECIDED_AT)


def test_one_folder_is_mirrored_and_several_inputs_stand_under_their_names(road: Road, tmp_path: Path) -> None:
    """One input folder is mirrored from inside; several inputs stand each under its own name."""
    first = write(tmp_path / "first", {"a.txt": "The hedge.\n", "sub/b.txt": "The hedge.\n"})
    second = write(tmp_path / "second", {"a.txt": "The hedge.\n"})
    road.release(first, tmp_path / "one")
    assert set(_copies(tmp_path / "one")) == {"a.txt", "sub/b.txt"}
    lone = write(tmp_path / "more", {"c.txt": "The hedge.\n"}) / "c.txt"
    road.release([first, second, lone], tmp_path / "several")
    assert set(_copies(tmp_path / "several")) == {"first/a.txt", "first/sub/b.txt", "second/a.txt", "c.txt"}


def _copies(out: Path) -> dict[str, str]:
    folder = out / "records"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Marguerite_Featherstone.txt", "The hedge.\n"),
        ("letters of Marguerite Featherstone/1.txt", "The hedge.\n"),
        ("536-90-4399.txt", "The hedge.\n"),
        ("featherstone-2.txt", "Dear Ms. Featherstone,\nthe hedge.\n"),
        ("marguerite.featherstone.eml", message("The hedge.", extra="Cc: Marguerite Featherstone <m@example.com>\n")),
    ],
)
def test_a_file_name_that_holds_a_finding_becomes_neutral(road: Road, tmp_path: Path, name: str, content: str) -> None:
    """A file whose name or folder holds a person's name, or repeats what is withheld in it, has a neutral name everywhere."""
    source = write(tmp_path / "in", {name: content, "plain.txt": "The hedge.\n"})
    road.release(source, tmp_path / "out")
    sent = everything_in(tmp_path / "out").lower()
    assert b"featherstone" not in sent
    assert b"536-90-4399" not in sent
    others = set(_copies(tmp_path / "out")) - {"plain.txt"}
    assert len(others) == 1
    assert all(each.startswith("file-000") for each in others), others


def test_a_withheld_file_name_is_in_the_log_with_its_law(road: Road, tmp_path: Path) -> None:
    """That a file's name was replaced stands in the log, with rule and law, like every withholding."""
    road.release(write(tmp_path / "in", {"Marguerite_Featherstone.txt": "The hedge.\n"}), tmp_path / "out")
    with (tmp_path / "out" / "redaction-log.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["location"] == "file name"]
    assert [(row["entity"], row["count"], bool(row["citation"])) for row in rows] == [("PERSON", "1", True)]


@pytest.mark.parametrize(
    "name", ["Zoë's Straße - 申請.txt", "blank name .txt", "=cmd.txt", "-rf.txt", "UPPER.TXT", "a'b\"c.txt"]
)
def test_unusual_names_are_kept(road: Road, tmp_path: Path, name: str) -> None:
    """A name in any script, with blanks or signs, is no obstacle and is kept, unless it holds a finding."""
    road.release(write(tmp_path / "in", {name: "The hedge.\n"}), tmp_path / "out")
    (copy,) = _copies(tmp_path / "out")
    assert copy == name or copy.startswith("file-0001")
    assert not integrity(tmp_path / "out")


def test_the_same_inputs_give_the_same_bytes(road: Road, tmp_path: Path) -> None:
    """Two runs with the same inputs, policy and time give the same bytes, in every file, whatever the key."""
    from dataclasses import replace

    from conftest import Road as Again

    from pipeline.texts.digest import Keyed

    source = write(
        tmp_path / "in",
        {"letter.txt": LETTER, "table.csv": TABLE, "Wilma Testperson.eml": message(LETTER + "wilma@example.com")},
    )
    road.release(source, tmp_path / "one")
    job = replace(road.state.job, key=b"another key" * 3)
    Again(replace(road.state, job=job, keyed=Keyed(job.key))).release(source, tmp_path / "two")
    assert everything_in(tmp_path / "one") == everything_in(tmp_path / "two")


def test_cells_that_are_not_edited_come_out_unchanged(road: Road, tmp_path: Path) -> None:
    """Cells that no decision touches come out as they were, byte for byte, quotes and blanks included."""
    road.release(write(tmp_path / "in", {"table.csv": TABLE}), tmp_path / "out")
    copy = _copies(tmp_path / "out")["table.csv"]
    assert "536-90-44" not in copy
    assert copy.replace("[REDACTED SSN]", "@") == TABLE.replace("536-90-4399", "@").replace("536-90-4401", "@")


def test_contacts_of_the_agency_and_its_officials_survive(road: Road, tmp_path: Path) -> None:
    """Officials in their capacity and the agency's own contacts stand in the copy as they stood."""
    from pipeline.policy.rosters import Rosters

    sample = Path(__file__).resolve().parents[1] / "sample_data"
    official = next(
        csv.DictReader((sample / "config" / "officials.csv").read_text("utf-8").splitlines()[_skip(sample) :])
    )
    full = f"{official['given']} {official['surname']}"
    from dataclasses import replace

    own = Road(replace(road.state, rosters=Rosters.load(sample / "config")))
    letter = f"{full}, {official['title']}, signed the permit.\nWilma Testperson asked for it, 406-555-0123.\n"
    own.release(write(tmp_path / "in", {"permit.txt": letter}), tmp_path / "out")
    copy = _copies(tmp_path / "out")["permit.txt"]
    assert full in copy
    assert "Testperson" not in copy
    assert "555-0123" not in copy


def _skip(sample: Path) -> int:
    lines = (sample / "config" / "officials.csv").read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines) if line.startswith("given"))


def test_on_review_hold_releases_only_what_nobody_must_decide(road: Road, tmp_path: Path) -> None:
    """With ``--on-review hold`` a record with an undecided finding is held, and what is released is final."""
    source = write(tmp_path / "in", {"waits.txt": LETTER, "ready.txt": "My number is 536-90-4399, the hedge.\n"})
    done = road.release(source, tmp_path / "out", hold=True)
    assert set(_copies(tmp_path / "out")) == {"ready.txt"}
    assert done.exit_code == 1
    told = manifest(tmp_path / "out")
    assert told["status"] == "final"
    assert not told["complete"]
    assert {each["name"]: each["status"] for each in told["records"]} == {"ready.txt": "released", "waits.txt": "held"}
    assert b"406-555" not in everything_in(tmp_path / "out")


def test_on_review_hold_keeps_the_other_messages_of_a_mailbox(road: Road, tmp_path: Path) -> None:
    """In a mailbox only the messages that wait for a person are held."""
    plain = "To: Clerk <clerk@example.gov>\nSubject: {}\nDate: Mon, 3 Mar 2025 10:00:00 -0700\nReceived: x\n\n{}\n\n"
    line = "From x@example.com Mon Mar  3 10:00:00 2025\n"
    box = line + plain.format("one", "The hedge.") + line + plain.format("two", "Call Wilma Testperson, 406-555-0123.")
    source = write(tmp_path / "in", {"box.mbox": box})
    without = road.scan(source)
    waits = [any(each.undecided for each in unit.decisions) for unit in without.units]
    assert waits[-1]
    done = road.release(source, tmp_path / "out", hold=True)
    (file,) = done.summary.files
    assert file.held_records == sum(waits)
    if not all(waits):
        assert "The hedge." in _copies(tmp_path / "out")["box.mbox"]


def test_an_official_release_of_nothing_private_is_final(road: Road, tmp_path: Path) -> None:
    """A release in which rules decided everything is final and complete: exit code 0."""
    done = road.release(write(tmp_path / "in", {"a.txt": "My number is 536-90-4399.\n"}), tmp_path / "out")
    assert done.exit_code == 0
    assert manifest(tmp_path / "out")["status"] == "final"


def test_a_folder_that_is_there_is_never_written_into(road: Road, tmp_path: Path) -> None:
    """A folder that exists already is refused and left as it is."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        road.release(write(tmp_path / "in", {"a.txt": "The hedge.\n"}), tmp_path / "out")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_what_a_killed_run_left_is_removed_and_a_running_one_is_left_alone(road: Road, tmp_path: Path) -> None:
    """The partial folder of a run that is no more is removed; that of one that still runs stays."""
    dead, alive = tmp_path / ".out.partial-999999999", tmp_path / ".out.partial-1"
    other = tmp_path / ".another.partial-999999999"
    for each in (dead, alive, other):
        write(each, {"records/a.txt": "half"})
    road.release(write(tmp_path / "in", {"a.txt": "The hedge.\n"}), tmp_path / "out")
    assert not dead.exists()
    assert alive.exists()
    assert other.exists()


def test_a_value_that_survives_stops_the_release(road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last check meets a withheld value on the disk, nothing is released under the name that was asked for."""
    import pipeline.copies.copying as spine

    def careless(state: Any, task: Any) -> Any:
        made = spine_write(state, task)
        return type(made)(made.part.replace(b"[REDACTED SSN]", b"536-90-4399"), made.mended, made.needles)

    spine_write = spine.write
    monkeypatch.setattr(spine, "write", careless)
    with pytest.raises(LeakFound) as raised:
        road.release(write(tmp_path / "in", {"a.txt": "My number is 536-90-4399.\n"}), tmp_path / "out")
    assert raised.value.exit_code == 1
    assert "a.txt" in str(raised.value)
    assert "US_SSN" in str(raised.value)
    assert "536-90-4399" not in str(raised.value)
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "out.leaks-1").is_dir()


def test_a_writer_that_fails_holds_its_file_alone(road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that raises holds its file; the others are released."""
    from pipeline.formats.delimited import Delimited

    def fail(*_: object) -> bytes:
        raise RuntimeError("536-90-4399")

    monkeypatch.setattr(Delimited, "rewrite", fail)
    source = write(tmp_path / "in", {"a.txt": "My number is 536-90-4399.\n", "table.csv": TABLE})
    done = road.release(source, tmp_path / "out")
    assert done.exit_code == 3
    assert set(_copies(tmp_path / "out")) == {"a.txt"}
    assert b"536-90-4399" not in everything_in(tmp_path / "out")


# --- verify -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(loaded: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    source = write(folder / "in", {"letter.txt": LETTER, "table.csv": TABLE, "one.eml": message(LETTER)})
    Road(loaded).release(source, folder / "out")
    return folder / "out"


def _altered(out: Path, how: str) -> None:
    if how == "one byte":
        path = out / "records" / "letter.txt"
        data = bytearray(path.read_bytes())
        data[3] ^= 1
        path.write_bytes(data)
    elif how == "an unlisted file":
        (out / "records" / "more.txt").write_text("more")
    elif how == "a missing file":
        (out / "report.html").unlink()
    elif how == "a link":
        (out / "report.html").unlink()
        (out / "report.html").symlink_to(out / "release.json")
    elif how == "an altered log":
        path = out / "redaction-log.csv"
        path.write_text(path.read_text(encoding="utf-8") + "x\n", encoding="utf-8")
    else:
        (out / "release.json").write_text("{}")


@pytest.mark.parametrize(
    "how", ["one byte", "an unlisted file", "a missing file", "a link", "an altered log", "an empty manifest"]
)
def test_whatever_is_altered_in_a_release_is_told(made: Path, tmp_path: Path, how: str) -> None:
    """A release whose bytes, files or manifest differ from what was written does not verify."""
    from pipeline.cli.running import Asked
    from pipeline.cli.verify import verify_release

    shutil.copytree(made, tmp_path / "out")
    assert not integrity(tmp_path / "out")
    _altered(tmp_path / "out", how)
    assert verify_release(tmp_path / "out", Asked()).problems


# --- intake -----------------------------------------------------------------------------


def test_wrong_inputs_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    """A path that is not there, or two inputs of one name, is an error that names it."""
    with pytest.raises(UsageError, match="no such file"):
        collect([tmp_path / "nowhere"])
    for name in ("one", "two"):
        write(tmp_path / name, {"same/a.txt": "x"})
    with pytest.raises(UsageError, match="same"):
        collect([tmp_path / "one" / "same", tmp_path / "two" / "same"])


def test_what_stands_under_a_name_that_was_withheld_is_no_name_for_that(road: Road, tmp_path: Path) -> None:
    """The marker that stands for a name of a column, or of a key, calls nothing under it a name when it is read again."""
    remarks = ["nothing", "lost", "later", "wet", "dry", "broken", "open", "shut"]
    rows = [f"{17 + at},{said}\n" for at, said in enumerate(remarks)]
    source = write(
        tmp_path / "in",
        {
            "few.csv": "".join(["Meter,Wilma Quimby\n", *rows[:2]]),
            "many.csv": "".join(["Meter,Wilma Quimby\n", *rows * 5]),
            "one.jsonl": '{"Meter": 17}\n{"Meter": 18, "Wilma Quimby": "nothing"}\n',
        },
    )
    assert road.release(source, tmp_path / "out").exit_code != 3
    for name in ("few.csv", "many.csv"):
        assert "[REDACTED NAME]\n" in (tmp_path / "out/records" / name).read_text(encoding="utf-8")
    again = road.scan(tmp_path / "out/records")
    assert [each.finding.entity for unit in again.units for each in unit.decisions if each.withholds] == []
