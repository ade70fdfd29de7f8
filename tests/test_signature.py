"""The signature: it binds a whole folder to an office, and every altered byte is found."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from casehelp import Desk, nothing_wrong, write
from conftest import everything_in

from pipeline.case.deciding import Which, decide
from pipeline.case.proof import binding_problems
from pipeline.case.store import Case
from pipeline.errors import ConfigError, UsageError
from pipeline.evidence.documents import Office
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, integrity
from pipeline.evidence.signature import create_keys, private_key, signature_verdict
from pipeline.state import State

pytestmark = pytest.mark.models


class Signed:
    """A final, signed release with its case and the public key; and the provisional one before it."""

    def __init__(self, folder: Path, state: State) -> None:
        self.public = create_keys(folder / "keys")
        self.case = Case.create(folder / "case", "2026-7")
        desk = Desk(self.case, state)
        files = {"letter.txt": "Wilma Testperson, 406-555-0123, SSN 536-90-4399\n", "plain.txt": "the hedge\n"}
        source = write(folder / "in", files)
        office = Office(sign=private_key(folder / "keys").sign)
        self.first, self.out = folder / "first", folder / "out"
        desk.redact(source, self.first, office)
        decide(self.case, Which(undecided=True), "adopt", by="records officer", reason="balance", scanner=nothing_wrong)
        desk.redact(source, self.out, office)

    def problems(self, folder: Path) -> list[str]:
        manifest = (folder / MANIFEST).read_bytes()
        return [*signature_verdict(folder, manifest, self.public).problems, *integrity(folder, (SIGNATURE,))]


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, loaded: State) -> Signed:
    folder = tmp_path_factory.mktemp("signed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RELEASABLE_STATE", str(folder / "state"))
        return Signed(folder, loaded)


@pytest.fixture(autouse=True)
def same_state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "signed" in request.fixturenames:
        signed = request.getfixturevalue("signed")
        monkeypatch.setenv("RELEASABLE_STATE", str(signed.public.parents[1] / "state"))


def test_a_final_release_is_signed_and_a_provisional_one_never(signed: Signed) -> None:
    """Only what people or rules decided in full gets the office's signature and letter."""
    assert not (signed.first / SIGNATURE).exists()
    assert len((signed.out / SIGNATURE).read_bytes()) == 64
    assert not signed.problems(signed.out)
    assert not binding_problems(signed.case, (signed.out / MANIFEST).read_bytes())


def test_the_manifest_binds_request_recipient_number_previous_and_trail(signed: Signed) -> None:
    """What a signature has to bind stands in the manifest."""
    told = json.loads((signed.out / MANIFEST).read_bytes())
    assert told["request_id"] == "2026-7"
    assert told["recipient"] == "requester"
    assert told["case"]["sequence"] == 2
    assert told["case"]["previous_release"]
    entries = signed.case.entries()
    trail = told["case"]["audit"]
    assert entries[trail["length"] - 1].hash == trail["head"]


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_every_flipped_byte_of_manifest_and_signature_is_found(signed: Signed, tmp_path: Path, name: str) -> None:
    """All bytes, the lowest and the highest bit of each."""
    shutil.copytree(signed.out, tmp_path / "out")
    raw = (signed.out / name).read_bytes()
    for at in range(len(raw)):
        for bit in (0x01, 0x80):
            (tmp_path / "out" / name).write_bytes(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :])
            manifest = (tmp_path / "out" / MANIFEST).read_bytes()
            assert signature_verdict(tmp_path / "out", manifest, signed.public).problems, (name, at, bit)


def test_flipped_bytes_of_every_other_file_are_found(signed: Signed, tmp_path: Path) -> None:
    """Records, log, sheet, pages, letter, policy: first, last and many bytes between."""
    shutil.copytree(signed.out, tmp_path / "out")
    files = [each for each in sorted((tmp_path / "out").rglob("*")) if each.is_file()]
    names = {each.relative_to(tmp_path / "out").as_posix() for each in files}
    assert names >= {
        "redaction-log.csv",
        "redaction-log.xlsx",
        "redaction-log.html",
        "letter.txt",
        "records/letter.txt",
    }
    for path in files:
        if path.name in {MANIFEST, SIGNATURE}:
            continue
        raw = path.read_bytes()
        step = max(1, len(raw) // 12)
        for at in sorted({*range(0, len(raw), step), len(raw) - 1}):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :])
            assert signed.problems(tmp_path / "out"), (path, at)
        path.write_bytes(raw)
    assert not signed.problems(tmp_path / "out")


def test_every_flipped_byte_of_records_and_log_is_found(signed: Signed, tmp_path: Path) -> None:
    """All bytes of the copies and of the log, one bit of each: not one of them is a sample."""
    shutil.copytree(signed.out, tmp_path / "out")
    for path in (tmp_path / "out/redaction-log.csv", *sorted((tmp_path / "out/records").iterdir())):
        raw = path.read_bytes()
        name = path.relative_to(tmp_path / "out").as_posix()
        for at in range(len(raw)):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << at % 8)]) + raw[at + 1 :])
            assert any(each.startswith(name) for each in integrity(tmp_path / "out", (SIGNATURE,))), (name, at)
        path.write_bytes(raw)
    assert not signed.problems(tmp_path / "out")


def test_the_manifest_binds_every_byte_of_every_other_file(signed: Signed) -> None:
    """What is listed is all there is, and each digest is that of the whole file: no byte of any file is free."""
    listed = json.loads((signed.out / MANIFEST).read_bytes())["files"]
    here = {each.relative_to(signed.out).as_posix(): each for each in signed.out.rglob("*") if each.is_file()}
    assert set(listed) == set(here) - {MANIFEST, SIGNATURE}
    assert all(hashlib.sha256(here[name].read_bytes()).hexdigest() == digest for name, digest in listed.items())


def test_flipped_bytes_of_the_other_evidence_are_found(signed: Signed, tmp_path: Path) -> None:
    """Every third byte of the letter, every 16th of the log as a sheet, every 64th of the long pages and the policy.

    Each file lies alone with a manifest that lists it as the release does, so that a check takes no time.
    """
    told = json.loads((signed.out / MANIFEST).read_bytes())
    names = set(told["files"]) - {"redaction-log.csv"}
    evidence = {each for each in names if not each.startswith(("records/", "policy/"))}
    assert evidence == {"redaction-log.xlsx", "redaction-log.html", "letter.txt", "letter.html", "report.html"}
    for name in sorted(each for each in names if not each.startswith("records/")):
        alone = tmp_path / name.replace("/", "_")
        (alone / name).parent.mkdir(parents=True)
        short = {"schema": told["schema"], "status": "provisional", "records": [], "files": {name: told["files"][name]}}
        (alone / MANIFEST).write_text(json.dumps(short))
        raw = bytearray((signed.out / name).read_bytes())
        (alone / name).write_bytes(raw)
        assert not integrity(alone)
        step = {".txt": 3, ".xlsx": 16}.get(Path(name).suffix, 64)
        for at in range(0, len(raw), step):
            raw[at] ^= 1 << at % 8
            (alone / name).write_bytes(raw)
            assert integrity(alone) == [f"{name}: altered after it was written"], (name, at)
            raw[at] ^= 1 << at % 8


def test_cut_lengthened_added_and_missing_files_are_found(signed: Signed, tmp_path: Path) -> None:
    """Nothing can be put into a signed folder or taken out of it."""
    for number, change in enumerate(
        (
            lambda out: (out / "records/more.txt").write_text("x"),
            lambda out: (out / "records/letter.txt").unlink(),
            lambda out: (out / "redaction-log.csv").write_bytes((out / "redaction-log.csv").read_bytes()[:-1]),
            lambda out: (out / "letter.txt").write_bytes((out / "letter.txt").read_bytes() + b"\n"),
            lambda out: (out / SIGNATURE).unlink(),
            lambda out: (out / SIGNATURE).write_bytes((out / SIGNATURE).read_bytes() + b"\0"),
            lambda out: (out / "empty").mkdir(),
        )
    ):
        out = tmp_path / str(number)
        shutil.copytree(signed.out, out)
        change(out)
        assert signed.problems(out), number


def test_an_older_release_in_its_place_is_found_with_the_case(signed: Signed) -> None:
    """The first release is intact, but it is not the latest."""
    assert not integrity(signed.first)
    told = binding_problems(signed.case, (signed.first / MANIFEST).read_bytes())
    assert told == ["release.json: an older version: release 1, and the case is at 2"]


def test_a_changed_unsigned_manifest_is_found_with_the_case(signed: Signed, tmp_path: Path) -> None:
    """Without a signature the case knows what the manifest was."""
    told = json.loads((signed.out / MANIFEST).read_bytes())
    told["request_id"] = "2026-8"
    assert "not the manifest" in binding_problems(signed.case, json.dumps(told, indent=2).encode())[0]


def test_a_trail_that_was_cut_after_the_release_fails(signed: Signed, tmp_path: Path) -> None:
    """A case whose end was cut off no longer has the head that the manifest tells."""
    told = json.loads((signed.out / MANIFEST).read_bytes())
    told["case"]["audit"]["length"] += 5
    problems = binding_problems(signed.case, json.dumps(told).encode())
    assert any("cut off" in each and "the manifest" in each for each in problems)


def test_a_foreign_key_and_a_key_from_the_folder_prove_nothing(signed: Signed, tmp_path: Path) -> None:
    """Another office's key fails; a key inside the folder is refused."""
    other = create_keys(tmp_path / "keys")
    manifest = (signed.out / MANIFEST).read_bytes()
    assert signature_verdict(signed.out, manifest, other).problems
    shutil.copytree(signed.out, tmp_path / "out")
    shutil.copy(signed.public, tmp_path / "out/key.pem")
    with pytest.raises(UsageError, match="lies in the folder"):
        signature_verdict(tmp_path / "out", manifest, tmp_path / "out/key.pem")


def test_without_a_signature_verify_says_what_it_cannot_prove(signed: Signed) -> None:
    """Unsigned: it finds accidents only, and says so."""
    verdict = signature_verdict(signed.first, (signed.first / MANIFEST).read_bytes(), None)
    assert not verdict.problems
    assert "accidents" in verdict.told


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_signature_is_checked_without_this_program(signed: Signed) -> None:
    """An auditor needs openssl and the office's public key."""
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(signed.public)]
    command += ["-in", str(signed.out / MANIFEST), "-sigfile", str(signed.out / SIGNATURE)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "Success" in told.stdout


def test_a_private_key_is_for_its_owner_and_may_have_a_passphrase(tmp_path: Path) -> None:
    """Owner-only, never overwritten, not read when others can read it or the passphrase is wrong."""
    create_keys(tmp_path / "keys", "a long passphrase")
    path = tmp_path / "keys/office.key.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in path.read_bytes()
    assert private_key(tmp_path / "keys", "a long passphrase")
    for wrong in ("", "another"):
        with pytest.raises(ConfigError):
            private_key(tmp_path / "keys", wrong)
    with pytest.raises(UsageError, match="already"):
        create_keys(tmp_path / "keys")
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="others"):
        private_key(tmp_path / "keys", "a long passphrase")


def test_no_private_key_is_in_a_release(signed: Signed) -> None:
    """What goes out holds the signature, not the key."""
    assert b"PRIVATE KEY" not in everything_in(signed.out)
