"""The whole job runs offline: no process of it asks for or connects to any host."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT, Command, message

# Recorded before anything refuses: a library that swallows the refusal is seen all the same.
_RECORDER = """
import os, sys
def record(event, args):
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"} or (
        event in {"socket.connect", "socket.sendto", "socket.sendmsg"} and isinstance(args[1], tuple)
    ):
        with open(os.environ["RECORD"], "a") as stream:
            stream.write(f"{event} {args[1:] if event.startswith('socket.c') else args}\\n")
    elif event in {"os.exec", "os.posix_spawn", "subprocess.Popen"}:
        with open(os.environ["RECORD"] + ".processes", "a") as stream:
            stream.write(f"{args[0]}\\n")
sys.addaudithook(record)
with open(os.environ["RECORD"] + ".seen", "a") as stream:
    stream.write("x")
"""


def _without_network() -> tuple[str, ...]:
    """Return what runs a command in a network of its own that holds nothing, where the system can."""
    if shutil.which("unshare") is None:
        return ()
    able = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    return ("unshare", "-rn") if able else ()


@pytest.mark.models
def test_redacting_reaches_no_host(tmp_path: Path, command: Command) -> None:
    """A whole redaction and its check ask for no host, in the command and in every worker, network or none."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(_RECORDER)
    env = {"PYTHONPATH": str(site), "RECORD": str(tmp_path / "record")}
    source = tmp_path / "in"
    source.mkdir()
    links = "See https://www.example.co.uk/path?q=1 or write wilma.testperson@mail.example.org, 406-555-0123."
    (source / "one.eml").write_text(message(links))
    (source / "two.csv").write_text("name,mail\nWilma Testperson,w@example.com\nJohn Examplar,j@example.net\n")
    done = command(
        *("redact", source, "--policy", "montana", "--out", "out", "--workers", "1"), env=env, before=_without_network()
    )
    assert done.returncode == 1, done.stderr
    checked = command("verify", "out", "--workers", "1", env=env, before=_without_network())
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len((tmp_path / "record.seen").read_text()) >= 4, "both commands and their workers were watched"
    assert not (tmp_path / "record").exists(), (tmp_path / "record").read_text()


def test_reports_and_copies_name_no_host_to_load_from() -> None:
    """The report's page loads nothing: its policy forbids it, and no address of a script, style or font is in it."""
    from pipeline.evidence.report import report_html
    from pipeline.evidence.summary import Run, Summary

    page = report_html(Summary(Run("1")))
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "src=" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_only_the_installer_knows_how_to_download() -> None:
    """No module but the models' installer imports a client of the network."""
    clients = ("urllib.request", "http.client", "requests", "httpx", "aiohttp", "ftplib", "smtplib")
    named = []
    for folder in ("pipeline", "recognizers"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            named += [
                str(path.relative_to(PROJECT)) for each in clients if f"import {each}" in text or f"from {each}" in text
            ]
    assert not [each for each in named if not each.startswith("recognizers/models/")], named
