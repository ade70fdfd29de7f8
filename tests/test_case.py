"""The case: positions, digests and decisions in an owner-only folder; what people decide is honoured."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from casehelp import Desk, nothing_wrong, write
from conftest import PROJECT, everything_in

from pipeline.case.closing import CaseHeld, close, hold, unhold
from pipeline.case.deciding import Which, decide, findings, overrides_of
from pipeline.case.free_text import FreeText
from pipeline.case.keeping import KeyGone
from pipeline.case.place import Mount, UnfitPlace, check_place, is_portable
from pipeline.case.showing import lines
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import Base
from pipeline.cli.redacting import Wanted, redact_paths
from pipeline.cli.rerun import rerun_case
from pipeline.cli.review import desk_for
from pipeline.cli.running import Asked
from pipeline.errors import ConfigError, UsageError
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

LETTER = "Dear clerk,\nmy number is 536-90-4399. Wilma Testperson, 406-555-0123\n"
OTHER = "From the desk of Wilma Testperson. Call 406-555-0188 on Monday.\n"


@pytest.fixture
def desk(tmp_path: Path, loaded: State) -> Desk:
    return Desk(Case.create(tmp_path / "case", "2026-7"), loaded)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", {"letter.txt": LETTER, "deep/other.txt": OTHER})


# --- where it lies ----------------------------------------------------------------------


def test_a_case_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Folder, database, description and key can be read by nobody else, and the key lies elsewhere."""
    case = Case.create(tmp_path / "case", "2026-7")
    for path in (tmp_path / "case", *(tmp_path / "case").iterdir(), *(tmp_path / "state").rglob("*")):
        assert not stat.S_IMODE(path.lstat().st_mode) & 0o077, path
    key = case.key
    assert len(key) == 32
    assert key not in everything_in(tmp_path / "case")
    assert key.hex().encode() not in everything_in(tmp_path / "case")


def test_a_case_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """A folder open to others is refused with what to do."""
    Case.create(tmp_path / "case")
    (tmp_path / "case").chmod(0o755)
    with pytest.raises(UnfitPlace, match="others than its owner") as told:
        Case.open(tmp_path / "case")
    assert "chmod 700" in told.value.remedy


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """A key with loose permissions is not used."""
    case = Case.create(tmp_path / "case")
    (case.keeping.folder / "key").chmod(0o644)
    with pytest.raises(ConfigError, match="others than its owner"):
        _ = Case.open(tmp_path / "case").key


@pytest.mark.parametrize(
    ("mount", "removable"),
    [
        (Mount("/dev/sdb1", "/media/stick", "vfat"), False),
        (Mount("/dev/sdb1", "/mnt/x", "exfat"), False),
        (Mount("/dev/sdb1", "/mnt/x", "ext4"), True),
        (Mount("/dev/mmcblk0p1", "/mnt/x", "ext4"), True),
        (Mount("/dev/disk2s1", "/Volumes/STICK", "apfs"), False),
        (Mount("E:\\", "E:\\", "NTFS", "rw,removable"), False),
    ],
)
def test_a_case_on_a_portable_device_is_refused(tmp_path: Path, mount: Mount, removable: bool) -> None:
    """Sticks, cards and discs are known by file system, mount point or what the kernel says (MCA 2-6-1502)."""
    blocks = tmp_path / "block"
    for name in ("sdb", "mmcblk0"):
        (blocks / name).mkdir(parents=True)
        (blocks / name / "removable").write_text("1\n" if removable else "0\n")
    assert is_portable(mount, blocks)
    here = Mount(mount.device, str(tmp_path.resolve()), mount.kind, mount.options)
    if not mount.point.startswith(("/media", "/Volumes")) or mount.kind == "vfat":
        with pytest.raises(UnfitPlace, match="portable") as told:
            check_place(tmp_path / "case", [Mount("/dev/sda1", "/", "ext4"), here], blocks)
        assert "disk of this computer" in told.value.remedy


def test_a_disk_of_the_computer_is_fit(tmp_path: Path) -> None:
    """An ordinary disk is not mistaken for a stick."""
    blocks = tmp_path / "block"
    (blocks / "sda").mkdir(parents=True)
    (blocks / "sda" / "removable").write_text("0\n")
    assert not is_portable(Mount("/dev/sda1", "/", "ext4"), blocks)
    check_place(tmp_path / "case", [Mount("/dev/sda1", "/", "ext4")], blocks)


def test_a_case_does_not_lie_around_its_key(tmp_path: Path) -> None:
    """A case in a folder that holds the state folder would carry its own key."""
    with pytest.raises(UnfitPlace, match="keys of this user"):
        check_place(tmp_path, [])


def test_migrations_make_the_tables_that_the_program_knows(tmp_path: Path) -> None:
    """What Alembic builds and what the code declares are one."""
    case = Case.create(tmp_path / "case")
    with case.engine.connect() as connection:
        assert not compare_metadata(MigrationContext.configure(connection), Base.metadata)


# --- what it holds ----------------------------------------------------------------------


@pytest.mark.models
def test_no_value_stands_in_a_case(desk: Desk, source: Path, tmp_path: Path) -> None:
    """Neither values nor threads nor a path that tells something are in the folder of the case."""
    write(source, {"Wilma Testperson complaint.txt": LETTER})
    desk.redact(source, tmp_path / "out")
    held = everything_in(tmp_path / "case").lower()
    for value in ("536-90-4399", "536904399", "wilma", "testperson", "555-0123", "4065550123"):
        assert value.encode() not in held
    assert b"letter.txt" in held
    assert b"file-0001.txt" in held


@pytest.mark.models
def test_decided_reviews_make_a_release_final(desk: Desk, source: Path, tmp_path: Path) -> None:
    """Provisional first; when a person has decided every review, the next release is final and names the person."""
    first = desk.redact(source, tmp_path / "one")
    assert first.summary.status == "provisional"
    assert first.exit_code == 1
    count = decide(
        desk.case, Which(undecided=True), "adopt", by="records officer", reason="balance", scanner=nothing_wrong
    )
    assert count > 0
    second = desk.redact(source, tmp_path / "two")
    assert second.summary.status == "final"
    assert second.exit_code == 0
    log = (tmp_path / "two/redaction-log.csv").read_text()
    assert "records officer" in log
    assert "undecided" not in log
    told = json.loads((tmp_path / "two/release.json").read_text())
    assert told["case"]["sequence"] == 2
    assert told["case"]["previous_release"]
    assert (tmp_path / "two/letter.txt").is_file()
    assert not (tmp_path / "one/letter.txt").exists()
    shown = list(lines(desk.case))
    assert any(each.startswith("  release 2") and "final" in each for each in shown)


@pytest.mark.models
def test_what_a_person_releases_stands_in_the_copy(desk: Desk, source: Path, tmp_path: Path) -> None:
    """A released value stands in the copy, others stay withheld, and the release is clean to its own checks."""
    desk.redact(source, tmp_path / "one")
    person = next(each for each in findings(desk.case, Which(entity="PERSON")) if each.part == "full")
    decide(
        desk.case, Which(same_value=person.id), "release", by="counsel", reason="a public figure", scanner=nothing_wrong
    )
    decide(
        desk.case,
        Which(undecided=True, entity="PHONE_NUMBER"),
        "adopt",
        by="counsel",
        reason="private",
        scanner=nothing_wrong,
    )
    done = desk.redact(source, tmp_path / "two")
    text = (tmp_path / "two/records/letter.txt").read_text()
    assert "Wilma Testperson" in text
    assert "406-555-0123" not in text
    assert done.summary.lifted


@pytest.mark.models
def test_nobody_lifts_a_mandatory_withholding(desk: Desk, source: Path, tmp_path: Path) -> None:
    """A no_override rule is stronger than a person: deciding is refused, and a forged ruling has no effect."""
    text = (PROJECT / "configs/policies/montana.yaml").read_text(encoding="utf-8")
    strict = tmp_path / "strict.yaml"
    strict.write_text(text.replace("name: montana", "name: strict", 1))
    desk.redact(source, tmp_path / "one", policy=strict)
    ssn = findings(desk.case, Which(entity="US_SSN"))
    assert ssn
    assert all(each.mandatory for each in ssn)
    with pytest.raises(CaseError, match="nobody may lift"):
        decide(desk.case, Which(entity="US_SSN"), "release", by="counsel", reason="asked for", scanner=nothing_wrong)
    with desk.case.action("someone", "decided") as action:
        from pipeline.case.standing import Told, append

        told = Told(action.at, "someone", "release", "x")
        number, digest = append(action.session, desk.case.id, told, [ssn[0].id])
        action.about |= {"decision": number, "sha256": digest}
    assert ssn[0].id in overrides_of(desk.case).rulings
    desk.redact(source, tmp_path / "two", policy=strict)
    assert b"536-90-4399" not in everything_in(tmp_path / "two")


@pytest.mark.models
def test_a_decision_holds_for_its_place_and_value_only(desk: Desk, source: Path, tmp_path: Path) -> None:
    """Where the same place holds another value, the decision does not carry over."""
    desk.redact(source, tmp_path / "one")
    decide(desk.case, Which(undecided=True), "release", by="counsel", reason="balance", scanner=nothing_wrong)
    write(source, {"letter.txt": LETTER.replace("Wilma", "Berta")})
    desk.redact(source, tmp_path / "two")
    assert b"Berta" not in (tmp_path / "two/records/letter.txt").read_bytes()


@pytest.mark.models
def test_withholding_needs_a_law(desk: Desk, source: Path, tmp_path: Path) -> None:
    """What no rule gives an authority for can be withheld only with a citation, which then stands in the log."""
    desk.redact(source, tmp_path / "one")
    alone = [each for each in findings(desk.case) if not each.authority]
    if not alone:
        pytest.skip("the policy gives a law for everything here")
    with pytest.raises(CaseError, match="no law"):
        decide(desk.case, Which((alone[0].id,)), "withhold", by="counsel", reason="safety", scanner=nothing_wrong)


@pytest.mark.models
def test_decisions_are_appended_and_the_last_stands(desk: Desk, source: Path, tmp_path: Path) -> None:
    """Deciding again adds a row; the earlier one is still there."""
    desk.redact(source, tmp_path / "one")
    which = Which((findings(desk.case, Which(undecided=True))[0].id,))
    for action in ("release", "adopt"):
        decide(desk.case, which, action, by="counsel", reason="balance", scanner=nothing_wrong)
    ruling = overrides_of(desk.case).rulings[which.ids[0]]
    assert ruling.action == "adopt"
    assert [json.loads(each.text)["action"] for each in desk.case.entries()].count("decided") == 2


@pytest.mark.models
def test_what_is_decided_no_longer_waits(desk: Desk, source: Path, tmp_path: Path) -> None:
    """A later decision about all that waits does not touch what was decided before it, though no run came between."""
    desk.redact(source, tmp_path / "one")
    which = Which(undecided=True, entity="PERSON")
    released = [each.id for each in findings(desk.case, which)]
    decide(desk.case, which, "release", by="counsel", reason="public matter", scanner=nothing_wrong)
    decide(desk.case, Which(undecided=True), "adopt", by="records officer", reason="balance", scanner=nothing_wrong)
    rulings = overrides_of(desk.case).rulings
    assert released
    assert {rulings[each].action for each in released} == {"release"}
    assert not findings(desk.case, Which(undecided=True))


# --- what people type -------------------------------------------------------------------


@pytest.mark.models
@pytest.mark.parametrize(
    "reason",
    [
        "she lives at 12 Elm Street, Helena",
        "SSN 536-90-4401",
        "call 406-555-0199",
        "as Gudrun Musterfrau asked",
        "TESTPERSON, WILMA",
    ],
)
def test_a_reason_with_something_personal_is_refused(desk: Desk, source: Path, tmp_path: Path, reason: str) -> None:
    """Recognizers and the case's own withheld values examine what is typed; nothing of it is stored or repeated."""
    desk.redact(source, tmp_path / "one")
    scanner = FreeText(desk.case, desk.state.recognizers)
    with pytest.raises(CaseError) as told:
        decide(desk.case, Which(undecided=True), "adopt", by="records officer", reason=reason, scanner=scanner)
    assert reason not in str(told.value)
    assert reason.encode() not in everything_in(tmp_path / "case")


@pytest.mark.models
@pytest.mark.parametrize(
    "reason",
    [
        "The demand of individual privacy clearly exceeds the merits of public disclosure (Mont. Const. Art. II, sec. 10).",
        "A public official in the discharge of official duties",
        "54 A.G. Op. 3: balance struck by counsel",
        "litigation is expected",
    ],
)
def test_an_ordinary_reason_is_stored(desk: Desk, source: Path, tmp_path: Path, reason: str) -> None:
    """Words of the law are no names."""
    desk.redact(source, tmp_path / "one")
    scanner = FreeText(desk.case, desk.state.recognizers)
    assert decide(desk.case, Which(undecided=True), "adopt", by="records officer", reason=reason, scanner=scanner)


@pytest.mark.models
@pytest.mark.parametrize(
    ("reason", "stored"),
    [
        ("as Gudrun Musterfrau asked", "as [PERSON] asked"),
        ("call 406-555-0199, said Gudrun Musterfrau", "call [PHONE_NUMBER], said [PERSON]"),
        ("her number 5369 04399 is known", None),
        ("the matter of WILMA  TESTPERSON is public", "the matter of [PERSON] is public"),
        ("balance struck by counsel (54 A.G. Op. 3)", "balance struck by counsel (54 A.G. Op. 3)"),
    ],
)
def test_a_reason_that_names_somebody_can_be_stored_masked(
    desk: Desk, source: Path, tmp_path: Path, reason: str, stored: str | None
) -> None:
    """What identifies somebody is replaced by what it is, and the rest stands; what was typed lies nowhere."""
    desk.redact(source, tmp_path / "one")
    scanner = FreeText(desk.case, desk.state.recognizers)
    masked = scanner.masked(reason)
    assert masked == stored or (stored is None and "4399" not in masked)
    assert scanner(masked) == []
    assert decide(desk.case, Which(undecided=True), "adopt", by="records officer", reason=masked, scanner=scanner)
    for words in ("Musterfrau", "TESTPERSON", "406-555-0199", " 04399"):
        assert words.encode() not in everything_in(tmp_path / "case")


@pytest.mark.models
def test_an_officers_name_may_be_stored_and_nothing_else(desk: Desk, source: Path, tmp_path: Path) -> None:
    """Who decides is a role or a name; a number, an address, or the whole name of a withheld person is refused."""
    desk.redact(source, tmp_path / "one")
    scanner = FreeText(desk.case, desk.state.recognizers)
    for by in ("Gudrun Musterfrau", "G. Testperson, deputy clerk", "records officer"):
        assert decide(desk.case, Which(entity="US_SSN"), "withhold", by=by, reason="balance", scanner=scanner)
    hold(desk.case, by="Gudrun Musterfrau", reason="litigation is expected", scanner=scanner)
    before = len(desk.case.entries())
    for by in (
        "clerk, SSN 536-90-4401", "Gudrun 406-555-0199", "g.muster@example.com", "at 12 Elm Street", "Wilma Testperson",
        "5 3 6 9 0 4 3 9 9", " ", "x" * 101,
    ):  # fmt: skip
        with pytest.raises(CaseError) as told:
            decide(desk.case, Which(undecided=True), "adopt", by=by, reason="balance", scanner=scanner)
        assert told.value.where == "--by"
        assert by.strip() not in told.value.what or not by.strip()
        with pytest.raises(CaseError):
            unhold(desk.case, by=by, reason="the matter is settled", scanner=scanner)
    assert len(desk.case.entries()) == before


# --- how it ends ------------------------------------------------------------------------


@pytest.mark.models
def test_closing_disposes_of_copies_and_key_and_says_so(desk: Desk, source: Path, tmp_path: Path) -> None:
    """After closing the key, the search digests and the working copies are gone; what was decided can still be read."""
    desk.redact(source, tmp_path / "one")
    write(tmp_path / "case/work", {"page.txt": "a working copy"})
    key = desk.case.key
    gone = close(desk.case, by="records officer")
    assert "1 working copies" in gone
    assert not (tmp_path / "case/work").exists()
    assert key not in everything_in(tmp_path / "state")
    again = Case.open(tmp_path / "case")
    assert again.row.closed_at
    with pytest.raises(KeyGone):
        _ = again.key
    last = json.loads(again.entries()[-1].text)
    assert last["action"] == "closed"
    assert last["about"]["working_copies"] == 1
    assert last["about"]["search_digests"] > 0
    with pytest.raises(CaseError, match="closed"):
        decide(again, Which(undecided=True), "adopt", by="x", reason="y", scanner=nothing_wrong)
    for more in (
        lambda: rerun_case(tmp_path / "case", None, Asked("montana")),
        lambda: redact_paths([source], tmp_path / "two", Asked("montana"), Wanted(case=tmp_path / "case")),
        lambda: desk_for([source], Asked("montana"), tmp_path / "case"),
    ):
        with pytest.raises(UsageError, match="this case is closed"):
            more()
    from pipeline.case.checking import check_case

    assert not check_case(again)


def test_a_retention_hold_keeps_a_case(tmp_path: Path) -> None:
    """A held case is not closed; when the hold is lifted, it is."""
    case = Case.create(tmp_path / "case")
    hold(case, by="counsel", reason="litigation is expected", scanner=nothing_wrong)
    with pytest.raises(CaseHeld, match="litigation is expected"):
        close(case, by="records officer")
    assert case.key
    unhold(case, by="counsel", reason="the matter is settled", scanner=nothing_wrong)
    close(case, by="records officer")
    assert [json.loads(each.text)["action"] for each in case.entries()] == ["opened", "hold", "unhold", "closed"]


def test_a_folder_that_holds_something_else_is_no_case(tmp_path: Path) -> None:
    """A case is not made around other files, and a folder without one is not opened."""
    os.mkdir(tmp_path / "case", 0o700)
    write(tmp_path / "case", {"x.txt": "x"})
    with pytest.raises(CaseError, match="something in this folder"):
        Case.create(tmp_path / "case")
    with pytest.raises(CaseError, match="no case"):
        Case.open(tmp_path / "case")
