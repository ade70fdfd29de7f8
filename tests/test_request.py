"""One whole made-up request, from the first run to the closed case; and no value in anything that is written on the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from casehelp import Desk, nothing_wrong, write
from conftest import Inline, everything_in, message

from pipeline.case.checking import check_case
from pipeline.case.closing import close
from pipeline.case.deciding import Which, decide, findings
from pipeline.case.proof import binding_problems
from pipeline.case.store import Case
from pipeline.casework.certifying import certify, drawn, frame_of, reviewed, sample_of
from pipeline.evidence.certificate import certificate_json, certificate_text
from pipeline.evidence.documents import Office
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, integrity
from pipeline.evidence.signature import create_keys, private_key, signature_verdict
from pipeline.state import State

pytestmark = pytest.mark.models
VALUES = (
    "wilma",
    "testperson",
    "536-90-4399",
    "536904399",
    "555-0123",
    "5550123",
    "555-0145",
    "beispiel",
    "elm street",
    "musterfrau",
)
MAIL = message("My number is 536-90-4399, call 406-555-0123.\nWilma Testperson\n12 Elm Street, Helena, MT 59601")
TABLE = "case,name,phone,note\n1,Berta Beispiel,406-555-0145,hedge\n2,Gudrun Musterfrau,406-555-0146,kerb\n"


def without_records(folder: Path) -> bytes:
    """Return all that is written into a release but the copies and the office's own contact files."""
    copy = folder.with_name(f"{folder.name}-evidence")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("records", "policy"))
    return everything_in(copy).lower()


def test_a_request_from_the_first_run_to_the_closed_case(
    tmp_path: Path, loaded: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Provisional, decided, final with letter and signature, verified, certified, closed; evidence and case without values."""
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    files = {"mail/one.eml": MAIL, "form.csv": TABLE, "Wilma Testperson.txt": "Wilma Testperson, 406-555-0123\n"}
    source = write(tmp_path / "in", files)
    public = create_keys(tmp_path / "keys")
    office = Office(sign=private_key(tmp_path / "keys").sign)
    case = Case.create(tmp_path / "case", "2026-114")
    desk = Desk(case, loaded)

    assert desk.redact(source, tmp_path / "first", office).summary.status == "provisional"
    decide(case, Which(undecided=True), "adopt", by="records officer", reason="privacy", scanner=nothing_wrong)
    rounds = 0
    while (done := desk.redact(source, tmp_path / f"final-{rounds}", office, against=(1,))).summary.status != "final":
        rounds += 1
        assert rounds < 3, [(each.entity, each.rule) for each in findings(case, Which(undecided=True))]
        decide(case, Which(undecided=True), "adopt", by="records officer", reason="privacy", scanner=nothing_wrong)
    out = done.folder
    manifest = (out / MANIFEST).read_bytes()
    assert (out / "letter.html").is_file()
    assert not signature_verdict(out, manifest, public).problems
    assert not integrity(out, (SIGNATURE,))
    assert not binding_problems(case, manifest)

    runner = Inline(desk.of_now())
    frame = frame_of(out, runner)
    made = drawn(case, out, frame, 50, by="second reader")
    marks = reviewed(case, out, sample_of(frame, made), runner, lambda *_: False, made, by="second reader")
    certificate = certify(case, out, frame, made, marks, by="second reader")
    assert certificate.most_bad == 0  # every record was read

    close(case, by="records officer")
    assert not check_case(Case.open(tmp_path / "case"))
    written = without_records(tmp_path / "first") + without_records(out) + everything_in(tmp_path / "case").lower()
    written += certificate_json(certificate).lower() + certificate_text(certificate).lower().encode()
    assert [each for each in VALUES if each.encode() in written] == []


def test_verify_against_the_sources_searches_the_values_of_table_columns(tmp_path: Path, loaded: State) -> None:
    """A telephone number of a table column that stands in another copy is found."""
    from conftest import Road

    from pipeline.copies.rechecking import survivors
    from pipeline.intake import collect

    rows = "".join(f"{each},406-555-01{each:02d}\n" for each in range(30))
    source = write(tmp_path / "in", {"form.csv": f"case,phone\n{rows}"})
    copies = write(tmp_path / "copies", {"note.txt": "the hedge, see 4065550117 in the list\n"})
    road = Road(loaded)
    runner = Inline(road._fresh())
    job, policy = loaded.job, loaded.policy
    done = road.scan(copies)
    assert survivors(done, collect([source]), job, policy, runner, lambda *_: None)
