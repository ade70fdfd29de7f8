"""Fail closed: what could not be examined does not leave, and the rest of the batch is unharmed."""

from __future__ import annotations

import csv
import errno
import io
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Command, Road, command_environment, everything_in, message, multipart

from pipeline import inputs
from pipeline.execution.local import Limits, Pool
from pipeline.state import Job, State, prepare
from recognizers.model import Match
from recognizers.presidio import Recognizer

pytestmark = pytest.mark.models

GOOD = "Dear clerk,\nmy number is 536-90-4399 and the hedge on the corner needs trimming.\n"
TRIGGER = "qzxtrigger"
RUSSIAN = "Уважаемый секретарь, прошу предоставить мне копии всех решений городского совета за прошлый год."


class Failing(Recognizer):
    """Raises at a word, with that text in its arguments."""

    NAME, ENTITIES = "failing", ("US_SSN",)

    def find(self, text: str) -> list[Match]:
        if TRIGGER in text:
            raise ValueError(text)
        return []


class OutOfBounds(Failing):
    """Gives a span outside its text."""

    NAME = "out_of_bounds"

    def find(self, text: str) -> list[Match]:
        return [Match(0, len(text) + 9, "US_SSN", 0.9, self.NAME, "")] if TRIGGER in text else []


class Hanging(Failing):
    """Runs for ever at a word, as a pattern with catastrophic backtracking would."""

    NAME = "hanging"

    def find(self, text: str) -> list[Match]:
        while TRIGGER in text:
            pass
        return []


def prepare_with_hanging(job: Job) -> State:
    """Set up a worker with a recognizer that never ends (and without models: it is quick to replace)."""
    state = prepare(job)
    state.recognizers.append(Hanging())
    return state


def put(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def records(out: Path) -> dict[str, str]:
    """Return the released copies by name."""
    folder = out / "records"
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file()
    }


def log(out: Path) -> list[dict[str, str]]:
    with (out / "redaction-log.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def assert_rest_unharmed(out: Path) -> None:
    assert "[REDACTED SSN]" in records(out)["good.txt"]
    assert "the hedge on the corner needs trimming" in records(out)["good.txt"]


# --- recognizers ------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [Failing, OutOfBounds])
def test_a_recognizer_that_fails_holds_its_record_alone(road: Road, tmp_path: Path, bad: type[Recognizer]) -> None:
    """A recognizer that raises, or gives a span outside its text, holds that record; its words stay inside."""
    source = put(tmp_path / "in", good__txt=GOOD, bad__txt=f"A letter with {TRIGGER} in it.")
    done = road.with_recognizers(bad()).release(source, tmp_path / "out")
    assert done.exit_code == 3
    assert set(records(tmp_path / "out")) == {"good.txt"}
    assert_rest_unharmed(tmp_path / "out")
    assert any(bad.NAME in row["reason"] for row in log(tmp_path / "out") if row["file"] == "bad.txt")
    assert TRIGGER.encode() not in everything_in(tmp_path / "out")


def test_a_file_whose_format_cannot_be_told_is_held_and_its_name_examined(
    by_patterns: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where telling formats apart raises, the file is held, what its name gives away is found, and nothing is said."""
    from pipeline.intake import collect
    from pipeline.planning import plan

    def fails(head: bytes, name: str) -> None:
        raise ValueError(head)

    monkeypatch.setattr("pipeline.planning.format_of", fails)
    put(tmp_path / "in", **{"SSN 536-90-4399__txt": GOOD})
    planned = plan(by_patterns, collect([tmp_path / "in"])[0])
    assert planned.gap is not None
    assert planned.gap.holds
    assert "536-90-4399" not in planned.gap.why
    assert planned.name_examined
    assert [each.entity for each in planned.name_findings] == ["US_SSN"]


def test_in_a_mailbox_only_the_failing_message_is_held(road: Road, tmp_path: Path) -> None:
    """Of a mailbox, the message on which a recognizer fails is held and the others are released."""
    box = "".join(
        f"From x@example.com Mon Mar  3 10:00:0{n} 2025\n{message(text)}\n"
        for n, text in enumerate(["First hedge.", f"Second {TRIGGER}.", "Third hedge."])
    )
    done = road.with_recognizers(Failing()).release(put(tmp_path / "in", box__mbox=box), tmp_path / "out")
    copy = records(tmp_path / "out")["box.mbox"]
    assert done.exit_code == 3
    assert "First hedge." in copy
    assert "Third hedge." in copy
    assert TRIGGER not in copy
    assert [row["location"] for row in log(tmp_path / "out") if "failing" in row["reason"]] == ["message 2"]


def test_a_hung_worker_is_ended_at_its_deadline(tmp_path: Path) -> None:
    """A recognizer that never returns is ended at the worker's deadline; the next task gets a new worker."""
    from pipeline.intake import collect
    from pipeline.planning import plan

    source = put(tmp_path / "in", a_qzxtrigger__txt=GOOD, b__txt=GOOD)
    job = Job(b"k" * 32, "", entities=("US_SSN",))
    began = time.monotonic()
    with Pool(1, prepare_with_hanging, (job,), Limits(seconds=2)) as pool:
        answers = list(pool.map(plan, collect([source])))
    assert time.monotonic() - began < 60
    (_, _, failure), (_, planned, none) = answers
    assert failure is not None
    assert (failure.kind, failure.exit_code) == ("WorkerStopped", 3)
    assert "longer than 2 seconds" in failure.what
    assert none is None
    assert len(planned.units) == 1


def test_a_parser_that_hangs_holds_its_record_alone(tmp_path: Path, command: Command) -> None:
    """A parser or recognizer that hangs inside a real run ends as a held record, exit code 3, and a reason."""
    source = put(tmp_path / "in", good__txt=GOOD, bad__txt=f"A letter with {TRIGGER} in it.")
    site = put(tmp_path / "site", sitecustomize__py=_HANGING_PARSER)
    done = command(
        *("redact", source, "--policy", "montana", "--out", "out", "--accuracy", "fast", "--workers", "1"),
        env={"PYTHONPATH": str(site), "RELEASABLE_SECONDS_A_UNIT": "4"},
    )
    assert done.returncode == 3, done.stderr
    assert "took longer than 4 seconds" in done.stdout
    assert set(records(tmp_path / "out")) == {"good.txt"}
    assert_rest_unharmed(tmp_path / "out")


_HANGING_PARSER = f"""
import sys
from importlib.abc import MetaPathFinder
class Watch(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "pipeline.tasks":  # the formats are loaded before it is asked for a second time
            sys.meta_path.remove(self)
            from pipeline.formats.plain_text import PlainText
            read = PlainText.read
            def hang(self, payload, unit):
                while b"{TRIGGER}" in payload:
                    pass
                return read(self, payload, unit)
            PlainText.read = hang
        return None
sys.meta_path.insert(0, Watch())
"""


# --- parts of a message -----------------------------------------------------------------


def _encrypted_zip() -> bytes:
    """Return a zip whose one member is marked encrypted (flag bit 0), its bytes noise."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("secret.txt", "qzxsealed " * 3)
    data = bytearray(stream.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _attached(data: bytes, kind: str, name: str = "paper.bin") -> tuple[str, str]:
    head = (
        f'Content-Type: {kind}\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="{name}"'
    )
    return head, b64encode(data).decode()


PNG = b"\x89PNG\r\n\x1a\n" + bytes(random.Random(7).randbytes(400))
BAD_PARTS = {
    "truncated base64": ("Content-Type: text/plain\nContent-Transfer-Encoding: base64", "cXp4c2VhbGVkIHF6eHNlYWxlZ"),
    "unknown charset": ("Content-Type: text/plain; charset=x-qzx-made-up", "qzxsealed qzxsealed"),
    "bytes that no charset explains": ("Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: x-none", "qzxsealed"),
    "encrypted zip": _attached(_encrypted_zip(), "application/zip"),
    "image without OCR": _attached(PNG, "image/png"),
    "unknown format": _attached(bytes(range(256)) * 4, "application/octet-stream"),
    "language that no model covers": ("Content-Type: text/plain; charset=utf-8", RUSSIAN),
}  # fmt: skip


def _bodies(name: str) -> bytes:
    _, body = BAD_PARTS[name]
    return body.encode()[:24] if body.isascii() else body.encode()


@pytest.mark.parametrize("name", BAD_PARTS)
def test_a_part_that_cannot_be_examined_stays_behind(road: Road, tmp_path: Path, name: str) -> None:
    """As shipped, a note stands in the place of a part that cannot be examined, and the log says why."""
    mail = multipart(("Content-Type: text/plain", "My number is 536-90-4399."), BAD_PARTS[name])
    done = road.release(put(tmp_path / "in", good__txt=GOOD, mail__eml=mail), tmp_path / "out")
    copy = records(tmp_path / "out")["mail.eml"]
    assert done.exit_code == 1
    assert "[WITHHELD: this part could not be examined and was left out]" in copy
    assert "[REDACTED SSN]" in copy
    assert _bodies(name) not in everything_in(tmp_path / "out")
    assert b"qzxsealed" not in everything_in(tmp_path / "out")
    rows = [row for row in log(tmp_path / "out") if row["file"] == "mail.eml" and row["entity"] == "PART"]
    assert [(row["rule"], row["location"].split(",")[0], bool(row["reason"])) for row in rows] == [
        ("unscannable: withhold part", "part 2", True)
    ]
    assert_rest_unharmed(tmp_path / "out")


@pytest.mark.parametrize("name", BAD_PARTS)
def test_under_hold_record_such_a_part_holds_its_message(
    road: Road, tmp_path: Path, hold_policy: Path, name: str
) -> None:
    """With ``unscannable: hold_record`` the message with such a part is held, exit code 3, the rest is released."""
    mail = multipart(("Content-Type: text/plain", "My number is 536-90-4399."), BAD_PARTS[name])
    done = road.under(hold_policy).release(put(tmp_path / "in", good__txt=GOOD, mail__eml=mail), tmp_path / "out")
    assert done.exit_code == 3
    assert set(records(tmp_path / "out")) == {"good.txt"}
    assert _bodies(name) not in everything_in(tmp_path / "out")
    assert any(row["file"] == "mail.eml" and row["reason"] for row in log(tmp_path / "out"))
    assert_rest_unharmed(tmp_path / "out")


@pytest.mark.parametrize(
    "kind", ["multipart/encrypted; protocol=application/pgp-encrypted; boundary=x", "application/pkcs7-mime"]
)
def test_an_encrypted_message_is_held_whatever_the_policy_says(road: Road, tmp_path: Path, kind: str) -> None:
    """A message that is encrypted as a whole is held under the shipped policy too: there is nothing to hand over."""
    mail = message("--x\nContent-Type: text/plain\n\nqzxsealed\n--x--", kind=kind)
    done = road.release(put(tmp_path / "in", good__txt=GOOD, mail__eml=mail), tmp_path / "out")
    assert done.exit_code == 3
    assert set(records(tmp_path / "out")) == {"good.txt"}
    assert any(row["reason"] == "it is encrypted" for row in log(tmp_path / "out"))
    assert b"qzxsealed" not in everything_in(tmp_path / "out")
    assert_rest_unharmed(tmp_path / "out")


def test_a_letter_in_a_script_that_no_model_covers_is_left_out(road: Road, tmp_path: Path, hold_policy: Path) -> None:
    """A letter in a script that no model covers is left out, and held with ``hold_record``."""
    source = put(tmp_path / "in", good__txt=GOOD, letter__txt=RUSSIAN)
    assert road.release(source, tmp_path / "out").exit_code == 0  # the policy decides it: nothing waits for a person
    assert RUSSIAN.encode()[:40] not in everything_in(tmp_path / "out")
    assert "could not be examined" in records(tmp_path / "out")["letter.txt"]
    assert any("script" in row["reason"] for row in log(tmp_path / "out"))
    assert road.under(hold_policy).release(source, tmp_path / "strict").exit_code == 3
    assert set(records(tmp_path / "strict")) == {"good.txt"}


# --- files ------------------------------------------------------------------------------


def _strange(folder: Path, kind: str) -> None:
    path = folder / "strange.txt"
    if kind == "empty":
        path.touch()
    elif kind == "dangling link":
        path.symlink_to("nowhere.txt")
    elif kind == "link out of the input":
        outside = folder.parent / "outside.txt"
        outside.write_text("qzxsealed " * 50)
        path.symlink_to(outside)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "no permission":
        path.write_text("qzxsealed " * 50)
        path.chmod(0)
    else:
        path.write_bytes(bytes(random.Random(3).randbytes(5000)))


def _denied(opened: Callable[[str, int], int], path: str, flags: int) -> int:
    """Open a file as a user without root's rights would."""
    if not os.stat(path).st_mode & 0o444:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return opened(path, flags)


@pytest.mark.parametrize(
    "kind", ["empty", "dangling link", "link out of the input", "pipe", "no permission", "no known format"]
)
@pytest.mark.skipif(os.name == "nt", reason="POSIX kinds of files")
def test_a_file_that_cannot_be_read_is_held_alone(
    road: Road, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be read is not scanned and not released, and log and manifest say why."""
    source = put(tmp_path / "in", good__txt=GOOD)
    _strange(source, kind)
    if kind == "no permission" and os.access(source / "strange.txt", os.R_OK):  # root reads every file
        opened = inputs._open_file
        monkeypatch.setattr(inputs, "_open_file", lambda path, flags: _denied(opened, path, flags))
    done = road.release(source, tmp_path / "out")
    assert done.exit_code == 3
    assert set(records(tmp_path / "out")) == {"good.txt"}
    assert_rest_unharmed(tmp_path / "out")
    (file,) = [each for each in done.summary.files if each.label == "strange.txt"]
    assert file.status == "not_scanned"
    assert file.reasons
    assert [row["reason"] for row in log(tmp_path / "out") if row["file"] == "strange.txt"] == list(file.reasons)
    assert b"qzxsealed" not in everything_in(tmp_path / "out")


def test_a_file_that_changes_during_the_run_is_held(road: Road, tmp_path: Path) -> None:
    """A file that changes between reading and writing is held: what is released is what was examined."""
    from conftest import Inline

    from pipeline.cli.running import describe_run
    from pipeline.engine import scan
    from pipeline.intake import collect
    from pipeline.release import release

    source = put(tmp_path / "in", good__txt=GOOD, moving__txt="The hedge.\n")
    runner, job, policy = Inline(road.state), road.state.job, road.state.policy
    done = scan(collect([source]), job, policy, runner)
    (source / "moving.txt").write_text("My number is 536-90-4399, qzxsealed.\n")
    made = release(done, tmp_path / "out", describe_run(job, policy), runner)
    assert made.exit_code == 3
    assert set(records(tmp_path / "out")) == {"good.txt"}
    assert_rest_unharmed(tmp_path / "out")


@pytest.mark.skipif(os.name == "nt", reason="such names are no names there")
def test_a_name_that_cannot_be_examined_never_stands_in_the_evidence(road: Road, tmp_path: Path) -> None:
    """A file name that is no text, or on which a recognizer fails, is replaced by a neutral one everywhere."""
    source = put(tmp_path / "in", good__txt=GOOD)
    (Path(os.fsdecode(os.fsencode(source) + b"/qzx\xe9name.txt"))).write_text(GOOD)
    (source / f"{TRIGGER}.txt").write_text(GOOD)
    done = road.with_recognizers(Failing()).release(source, tmp_path / "out")
    assert done.exit_code == 3
    found = everything_in(tmp_path / "out")
    assert TRIGGER.encode() not in found
    assert b"qzx" not in found
    assert_rest_unharmed(tmp_path / "out")


# --- long texts -------------------------------------------------------------------------


def test_a_name_on_a_window_boundary_is_found(road: Road, tmp_path: Path) -> None:
    """A name is withheld wherever it falls in a long text, on a model's window boundary too."""
    filler = "the council discussed the water main on the north side and moved to table the item until spring . "
    for words in (90, 110, 120, 250, 380):
        lead = " ".join((filler * 40).split()[:words])
        text = f"{lead} and Marguerite Featherstone said that she agrees. {filler * 12}\n"
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"minutes{words}.txt").write_text(text)
    road.release(tmp_path / "in", tmp_path / "out")
    copies = records(tmp_path / "out")
    assert len(copies) == 5
    for name, copy in copies.items():
        assert "Marguerite" not in copy, name
        assert "Featherstone" not in copy, name
        assert copy.count("water main") > 12, name


# --- the disk, the models, the policy ---------------------------------------------------


def _redact(source: Path) -> tuple[str | Path, ...]:
    return ("redact", source, "--policy", "montana", "--accuracy", "fast", "--workers", "1", "--out")


_SMALL_FILES = """
import resource, sys
from pipeline.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_full_disk_releases_nothing(tmp_path: Path) -> None:
    """When the disk is full while the release is written, there is no release, and the message says so."""
    source = put(tmp_path / "in", long__txt="The hedge on the corner needs trimming.\n" * 400)
    (tmp_path / "tmp").mkdir()
    arguments = [str(each) for each in (*_redact(source), tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", _SMALL_FILES, *arguments],
        env=command_environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "nothing was released" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in", "state", "tmp"]
    assert not [each for each in (tmp_path / "state").rglob("*") if each.is_file()]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_killed_run_leaves_no_release_and_the_next_run_works(tmp_path: Path, command: Command) -> None:
    """A run killed in the middle leaves no release folder; the next run clears what it left and works."""
    line = "My number is 536-90-4399, a hedge is mine.\n"
    box = "".join(f"From x@example.com Mon Mar  3 10:00:00 2025\n{message(line, subject=f'n{n}')}\n" for n in range(60))
    source = put(tmp_path / "in", box__mbox=box)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *map(str, _redact(source)), "out"],
        cwd=tmp_path, env=command_environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 90
    while not list(tmp_path.glob(".out.partial-*/records/*")):
        assert process.poll() is None, "the run ended before it was killed"
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.glob(".out.partial-*"))
    assert b"536-90-4399" not in everything_in(tmp_path / "tmp") + everything_in(tmp_path / "state")
    for left in tmp_path.glob(".out.partial-*"):
        assert b"536-90-4399" not in everything_in(left)
    done = command(*_redact(source), "out")
    assert done.returncode == 1, done.stderr
    assert records(tmp_path / "out")["box.mbox"].count("[REDACTED SSN]") == 60
    assert not list(tmp_path.glob(".out.partial-*"))


def test_a_missing_model_ends_the_run_with_the_remedy(tmp_path: Path, command: Command) -> None:
    """Without its models a run ends with exit code 2 and the command that installs them; nothing is released."""
    source = put(tmp_path / "in", good__txt=GOOD)
    (tmp_path / "no-models").mkdir()
    done = command(*_redact(source), "out", env={"RELEASABLE_MODELS": str(tmp_path / "no-models")})
    assert done.returncode == 2
    assert "not installed" in done.stderr
    assert "releasable models install" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_policy_with_an_unknown_entity_ends_the_run(tmp_path: Path, command: Command, hold_policy: Path) -> None:
    """A policy that names an unknown entity ends the run with exit code 2, naming file, line and key."""
    source = put(tmp_path / "in", good__txt=GOOD)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(hold_policy.read_text(encoding="utf-8").replace("{entity: US_SSN}", "{entity: US_SNN}"), "utf-8")
    done = command("redact", source, "--policy", wrong, "--out", "out")
    line = next(n for n, text in enumerate(wrong.read_text("utf-8").splitlines(), 1) if "{entity: US_SNN}" in text)
    assert done.returncode == 2
    assert "wrong.yaml" in done.stderr
    assert f":{line}, key rules" in done.stderr
    assert "entity" in done.stderr
    assert not (tmp_path / "out").exists()


class BehindMarkers(Recognizer):
    """Finds a number only where one of our markers stands before it, as words of a marker can make it one."""

    NAME, ENTITIES = "behind_markers", ("PHONE_NUMBER",)

    def find(self, text: str) -> list[Match]:
        at = text.find("4065 550 142")
        return [Match(at, at + 12, "PHONE_NUMBER", 0.9, self.NAME, "")] if at > text.find("[REDACTED") >= 0 else []


def test_what_a_scan_of_a_copy_finds_is_withheld_wherever_it_stands_in_it(road, tmp_path):
    """The search would else find it in a text that did not change, and nothing of the release could go out."""
    text = (
        "My number is 536-90-4399, about lot 4065 550 142.\n" + "The meters were read.\n" * 400 + "See 4065 550 142.\n"
    )
    source = put(tmp_path / "in", letter__txt=text)
    done = road.with_recognizers(BehindMarkers()).release(source, tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"]
    copy = (tmp_path / "out" / "records" / "letter.txt").read_text(encoding="utf-8")
    assert "4065" not in copy
    assert copy.count("[REDACTED PHONE") == 2
