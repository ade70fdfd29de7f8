"""No value leaves by the side door: unique values planted in every place of every format are nowhere in what comes out."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from quopri import encodestring
from typing import Any

import pytest
from conftest import Command, command_environment, everything_in

from pipeline.errors import Failure, ReleasableError, SetupFailed
from pipeline.execution.local import Pool

KEPT = "the hedge on the corner"


class Planted:
    """Hands out values that stand in one place each: an SSN where it is withheld, a word where the place is dropped."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def ssn(self, place: str) -> str:
        number = len(self.values)
        return self._keep(place, f"{519 + number % 80}-{21 + number * 7 % 70}-{4107 + number * 97}")

    def mailbox(self, place: str) -> str:
        return self._keep(place, f"qzx{len(self.values):03d}k@example.org")

    def word(self, place: str) -> str:
        return self._keep(place, f"qzxdropped{len(self.values):03d}")

    def phone(self, place: str) -> str:
        number = len(self.values)
        return self._keep(place, f"{(201, 212, 305, 312, 415, 503, 617, 702)[number % 8]}-555-01{number % 100:02d}")

    def _keep(self, place: str, value: str) -> str:
        assert place not in self.values
        self.values[place] = value
        return value

    def found_in(self, data: bytes) -> dict[str, str]:
        """Return the places whose value stands in ``data``, as it is, bare, or in base64."""
        text = data.decode("utf-8", "replace").casefold()
        bare = re.sub(r"[-.\s]", "", text)
        return {
            place: value
            for place, value in self.values.items()
            if value.casefold() in text
            or (value[0].isdigit() and value.replace("-", "") in bare)
            or b64encode(value.encode())[:-4].decode().casefold() in text
        }


def _mail(plant: Planted) -> str:
    html = f"""<html><head><title>SSN {plant.ssn("html title")}</title><style>.a {{ content: "{plant.word("style")}" }}</style>
<script>var key = "{plant.word("script")}";</script></head><body>
<!-- SSN {plant.ssn("html comment")} --><p>About {KEPT}. My SSN is <b>{plant.ssn("html text")}</b>.</p>
<p style="display:none">SSN {plant.ssn("hidden html")}</p>
<a href="mailto:{plant.mailbox("html link")}" title="SSN {plant.ssn("title attribute")}">write</a>
<img src="https://example.net/p.gif?m={plant.mailbox("image link")}" alt="SSN {plant.ssn("alt attribute")}">
<p data-x="{plant.word("data attribute")}">end</p></body></html>"""
    calendar = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//{plant.word("calendar product")}//EN
BEGIN:VEVENT
UID:{plant.word("calendar uid")}@example.org
DTSTAMP:20250303T100000Z
DTSTART:20250304T100000Z
SUMMARY:About {KEPT} SSN {plant.ssn("calendar summary")}
DESCRIPTION:SSN {plant.ssn("calendar description")}
ATTENDEE;CN="{plant.mailbox("attendee name")}":mailto:{plant.mailbox("attendee")}
X-NOTE:SSN {plant.ssn("calendar extension")}
END:VEVENT
END:VCALENDAR"""
    nested = f"""From: <{plant.mailbox("nested from")}>
To: Clerk <clerk@example.gov>
Subject: SSN {plant.ssn("nested subject")}
X-Secret: {plant.word("nested header")}
Content-Type: text/plain

About {KEPT}. SSN {plant.ssn("nested body")}"""
    table = f"note,ssn\nabout {KEPT},{plant.ssn('attached cell')}\nnothing,\n"
    quoted = encodestring(f"About {KEPT}. My SSN is {plant.ssn('quoted-printable body')}.\n".encode()).decode()
    packed = b64encode(f"About {KEPT}. My SSN is {plant.ssn('base64 body')}.\n".encode()).decode()
    cut = f"=_{plant.word('boundary')}"
    named = (
        f'Content-Type: text/plain; name="SSN {plant.ssn("name parameter")}.txt"\nX-Part: {plant.word("part header")}\n'
        f'Content-Disposition: attachment; filename="SSN {plant.ssn("attachment name")}.txt"'
    )
    parts = [
        ("Content-Type: text/plain; charset=utf-8\nContent-Description: " + plant.word("content description"),
         f"About {KEPT}. My SSN is {plant.ssn('plain body')}.\n> quoted: call {plant.phone('quoted line')}\n-- \nwrite {plant.mailbox('signature')}"),
        ("Content-Type: text/html; charset=utf-8\nContent-ID: <" + plant.word("content id") + "@x>", html),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable", quoted),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64", packed),
        (named, f"SSN {plant.ssn('attached text')}"),
        ('Content-Type: text/csv\nContent-Disposition: attachment; filename="table.csv"', table),
        ("Content-Type: text/calendar; charset=utf-8; method=REQUEST", calendar),
        ("Content-Type: message/rfc822", nested),
        ('Content-Type: image/png\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="p.png"',
         b64encode(b"\x89PNG\r\n\x1a\n" + plant.word("image bytes").encode()).decode()),
    ]  # fmt: skip
    body = "".join(f"--{cut}\n{head}\n\n{text}\n" for head, text in parts)
    return f"""From: "{plant.mailbox("display name")}" <{plant.mailbox("from")}>
To: Clerk <clerk@example.gov>, <{plant.mailbox("second recipient")}>
Cc: {plant.mailbox("cc")}
Bcc: {plant.mailbox("bcc")}
Reply-To: {plant.mailbox("reply-to")}
Subject: About {KEPT}, SSN {plant.ssn("subject")}
Date: Mon, 3 Mar 2025 10:00:00 -0700 (SSN {plant.ssn("date comment")})
Message-ID: <{plant.word("message id")}@example.org>
Received: from {plant.word("received")}.example.org by mx.example.gov; Mon, 3 Mar 2025 10:00:00 -0700
X-Originating-IP: 203.0.113.7
X-Secret: {plant.word("other header")}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="{cut}"; x-more="{plant.word("type parameter")}"

preamble {plant.word("preamble")}
{body}--{cut}--
epilogue {plant.word("epilogue")}
"""


def _table(plant: Planted) -> str:
    return f"""# exported, SSN {plant.ssn("comment above a table")}
case,comment,ssn,SSN {plant.ssn("header cell")}
1,about {KEPT},{plant.ssn("cell")},
2,"first line
call {plant.phone("second line of a cell")}",{plant.ssn("cell two")},
3,write {plant.mailbox("free text cell")},{plant.ssn("cell three")},,SSN {plant.ssn("ragged cell")}
"""


def plant_everywhere(folder: Path) -> Planted:
    """Write a folder with a value planted in every place of every format."""
    plant = Planted()
    inner = folder / f"SSN {plant.ssn('folder name')}"
    inner.mkdir(parents=True)
    (folder / "one.eml").write_text(_mail(plant), encoding="utf-8")
    again = Planted()
    again.values = {f"- {place}": value for place, value in plant.values.items()}  # numbers go on from here
    box = f"From {again.mailbox('envelope line')} Mon Mar  3 10:00:00 2025\n{_mail(again)}\n"
    plant.values |= again.values
    (folder / "box.mbox").write_text(box, encoding="utf-8")
    (folder / "table.csv").write_text(_table(plant), encoding="utf-8")
    letter = f"Dear clerk,\nabout {KEPT}: my SSN is {plant.ssn('letter')}, or call {plant.phone('letter phone')}.\n"
    (inner / "letter.txt").write_text(letter, encoding="utf-8")
    (folder / f"SSN {plant.ssn('file name')}.txt").write_text(f"About {KEPT}.\n", encoding="utf-8")
    log = f"2025-03-03T10:00:00 INFO about {KEPT}\n2025-03-03T10:00:01 WARN login user {plant.mailbox('log line')} failed\n"
    (folder / "server.log").write_text(log, encoding="utf-8")
    (folder / f"SSN {plant.ssn('name of an empty file')}.csv").touch()
    (folder / f"{plant.mailbox('name of a broken file')}.eml").write_bytes(bytes(range(256)) * 9)
    (folder / f"SSN {plant.ssn('name of a link')}.txt").symlink_to("nowhere")
    return plant


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    folder = tmp_path_factory.mktemp("planted")
    return folder, plant_everywhere(folder)


@pytest.mark.models
def test_no_planted_value_is_in_a_release_or_beside_it(
    tmp_path: Path, planted: tuple[Path, Planted], command: Command
) -> None:
    """No value planted in any place of any format is in the release, on the terminal, or in temporary files."""
    source, plant = planted
    done = command("redact", source, "--policy", "montana", "--out", "out")
    assert done.returncode == 3, done.stderr  # the empty file, the broken one and the link are held
    out = tmp_path / "out"
    told = json.loads((out / "release.json").read_text(encoding="utf-8"))
    assert sorted(each["status"] for each in told["records"]) == ["not_scanned"] * 3 + ["released"] * 6, told["records"]
    assert not plant.found_in(everything_in(out))
    assert not plant.found_in((done.stdout + done.stderr).encode())
    assert not plant.found_in(everything_in(tmp_path / "tmp") + everything_in(tmp_path / "state"))
    for path in (out / "records").rglob("*"):
        if path.is_file():
            assert KEPT in path.read_text(encoding="utf-8"), path
    kept = (out / "records" / "one.eml").read_text(encoding="utf-8")
    assert kept.count(KEPT) >= 7, "the places that were read are in the copy"


@pytest.mark.models
@pytest.mark.parametrize("policy", [("--policy", "montana"), ()])
def test_no_planted_value_is_in_the_results_of_a_scan(
    tmp_path: Path, planted: tuple[Path, Planted], command: Command, policy: tuple[str, ...]
) -> None:
    """A scan prints and writes places, counts and rules (terminal, JSON, SARIF, HTML), never a planted value."""
    source, plant = planted
    files = ("--json", "o.json", "--sarif", "o.sarif", "--html", "o.html")
    done = command("scan", source, *policy, *files, "--all", "--accuracy", "fast")
    assert done.returncode == 3, done.stderr
    assert json.loads((tmp_path / "o.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "o.html").stat().st_size > 1000
    assert "US_SSN" in done.stdout
    assert not plant.found_in((done.stdout + done.stderr).encode())
    assert not plant.found_in(everything_in(tmp_path))


# --- errors -----------------------------------------------------------------------------

SECRET = "536-90-4399"


def test_a_foreign_exception_travels_without_its_arguments() -> None:
    """Of an exception that is not ours only class, file and line travel, never its arguments."""
    try:
        int(SECRET)
    except ValueError as error:
        failure = Failure.of(error)
    assert SECRET not in repr(failure)
    assert failure.kind == "ValueError"
    assert re.fullmatch(r"ValueError in test_side_doors\.py:\d+", failure.what)
    assert failure.exit_code == 3


def _tell(state: Any, item: str) -> Any:
    if item == "raise":
        raise RuntimeError(f"the value is {SECRET}")
    if item == "print":
        print(SECRET)
        sys.stderr.write(SECRET)
        return None
    import resource
    import socket

    refused = []
    for act in (lambda: socket.getaddrinfo("example.com", 80), lambda: socket.create_connection(("192.0.2.1", 9), 1)):
        try:
            act()
        except PermissionError:
            refused.append(True)
    return resource.getrlimit(resource.RLIMIT_CORE), refused


def _no_state() -> dict[str, str]:
    return {}


def _no_setup() -> None:
    raise RuntimeError(f"the value is {SECRET}")


def test_a_worker_tells_nothing_dumps_nothing_and_reaches_no_host(capfd: pytest.CaptureFixture[str]) -> None:
    """A worker's exception arrives without arguments, its output goes nowhere, it dumps no core, it reaches no host."""
    with Pool(1, _no_state, ()) as pool:
        (_, _, raised), (_, _, printed), (_, (core, refused), _) = list(pool.map(_tell, ["raise", "print", "look"]))
    assert raised is not None
    assert SECRET not in repr(raised)
    assert "RuntimeError in test_side_doors.py" in raised.what
    assert printed is None
    assert core == (0, 0)
    assert refused == [True, True]
    shown = capfd.readouterr()
    assert SECRET not in shown.out + shown.err


def test_a_failing_setup_arrives_without_arguments() -> None:
    """When a worker cannot be set up, the cause arrives without its arguments."""
    with Pool(1, _no_setup, ()) as pool, pytest.raises(SetupFailed) as raised:
        list(pool.map(_tell, ["look"]))
    assert SECRET not in repr(raised.value) + repr(raised.value.failure)


_RAISING = f"""
import sys
sys.argv[1:] = sys.argv[1:]
import pipeline.intake
def fail(paths):
    local = "{SECRET}"
    raise ValueError(local)
pipeline.intake.collect = fail
from pipeline.cli import main
main()
"""


def test_an_unexpected_error_shows_no_traceback_and_no_local(tmp_path: Path) -> None:
    """An unexpected error of the command shows its class and place: no traceback, no locals, no arguments."""
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _RAISING, "scan", str(tmp_path)],
        env=command_environment(tmp_path), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "an unexpected error, nothing was released (ValueError in <string>:" in done.stderr


def test_the_command_dumps_no_core_and_reaches_no_host() -> None:
    """The command's own process dumps no core and reaches no host; only ``releasable models`` may."""
    code = (
        "import sys, resource, socket; sys.argv = ['releasable', sys.argv[1]]\n"
        "from pipeline.cli import _close_doors\n_close_doors()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        "try: socket.getaddrinfo('localhost', 80); print('asked')\n"
        "except PermissionError: print('refused')\n"
    )
    answers = [
        subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=True).stdout
        for name in ("redact", "models")
    ]
    assert answers == ["(0, 0)\nrefused\n", "(0, 0)\nasked\n"]


def _wrong_files() -> Iterator[tuple[str, str]]:
    yield "agency_contacts.yaml", f"contacts:\n  - telephone: {{{SECRET}: [{SECRET}]}}\n"
    yield "business_contacts.yaml", f"businesses:\n  - name: A LLC\n    telephone: {{{SECRET}: [{SECRET}]}}\n"
    yield "officials.csv", f"{SECRET},{SECRET}\n{SECRET},{SECRET},{SECRET},{SECRET},{SECRET}\n"
    yield "policies/own.yaml", f"name: [{SECRET}]\nrules: {SECRET}\nother: {SECRET}\n"


@pytest.mark.parametrize(("name", "content"), list(_wrong_files()), ids=lambda each: each[:8])
def test_errors_of_checked_files_do_not_repeat_their_values(tmp_path: Path, name: str, content: str) -> None:
    """An error in a policy, contact or roster file says file and key and does not repeat what stands there."""
    from pipeline.policy.load import load
    from pipeline.policy.rosters import Rosters

    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReleasableError) as raised:
        if name.startswith("policies"):
            load("own", tmp_path)
        else:
            Rosters.load(tmp_path)
    assert Path(name).name in str(raised.value)
    assert SECRET not in str(raised.value) + repr(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_keys_do_not_show_themselves() -> None:
    """The key of a run is in no representation of what holds it."""
    from pipeline.state import Job
    from pipeline.texts.digest import Keyed

    key = b"0123456789abcdef0123456789abcdef"
    job = Job(key, "")
    assert key.hex() not in repr(job)
    assert repr(key)[2:-1] not in repr(job) + repr(Keyed(key))
    assert pickle.loads(pickle.dumps(job)).key == key
