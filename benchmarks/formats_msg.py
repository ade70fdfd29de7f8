"""How fast mail of Outlook and Apple, cards, calendars, pages and Markdown go down the road, with one worker and two.

    python benchmarks/formats_msg.py [COUNT]

COUNT files of each kind (200 by default) are made up in a temporary folder, and released with ``releasable redact``
with one worker and with two. Printed: files a second, and how much faster two are. Models are loaded in the time too,
so small counts say little.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests"))
from outlook_files import Msg  # noqa: E402 - the tests' writer of MSG files

NAMES = ("Wilma", "Hank", "Divya", "Marta", "Lorraine", "Otto", "Ines", "Ruth")


def letter(number: int) -> str:
    """Return a made-up letter, another for each number."""
    name = f"{NAMES[number % len(NAMES)]} Testperson"
    return (
        f"Dear clerk,\nI am {name} and live at {number} Elm Street, Helena, MT 59601. Please call "
        f"406-555-01{number % 100:02d} about permit {20250000 + number}. The road has been closed since Monday and "
        f"nobody told us why.\nThanks, {name}\n"
    )


def msg(number: int) -> bytes:
    return Msg(
        {0x001A: "IPM.Note", 0x0037: f"Road {number}", 0x0C1A: f"{NAMES[number % 8]} Testperson",
         0x0C1F: f"person{number}@example.com", 0x1000: letter(number)},
        [{0x0C15: 1, 0x3001: "Clerk", 0x39FE: "clerk@example.gov"}],
        [{0x3705: 1, 0x3707: "rows.csv", 0x3701: f"Name,Phone\r\n{NAMES[number % 8]},406-555-0123\r\n".encode()}],
    ).bytes()  # fmt: skip


def vcf(number: int) -> bytes:
    name = NAMES[number % 8]
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Testperson;{name};;;\r\nFN:{name} Testperson\r\nTEL:406-555-0123\r\n"
        f"ADR:;;{number} Elm Street;Helena;MT;59601;\r\nEND:VCARD\r\n"
    ).encode()


def ics(number: int) -> bytes:
    text = letter(number).replace(",", "\\,").replace("\n", "\\n")
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTAMP:20250301T100000Z\r\nDTSTART:20250303T100000Z\r\n"
        f"SUMMARY:Hearing {number}\r\nDESCRIPTION:{text}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def html(number: int) -> bytes:
    return f"<!doctype html><html><body><h1>Letter {number}</h1><p>{letter(number)}</p></body></html>".encode()


def markdown(number: int) -> bytes:
    return f"# Letter {number}\n\n{letter(number)}\n[mail](mailto:person{number}@example.com)\n".encode()


def emlx(number: int) -> bytes:
    message = (
        f"From: person{number}@example.com\nTo: clerk@example.gov\nSubject: Road {number}\n\n{letter(number)}".encode()
    )
    return b"%-10d\n%s<?xml version='1.0'?><plist/>\n" % (len(message), message)


KINDS = {"msg": msg, "emlx": emlx, "vcf": vcf, "ics": ics, "html": html, "md": markdown}


def seconds(source: Path, out: Path, workers: int) -> float:
    """Return how long a release takes (raises where it ends in an error)."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "pipeline", "redact", str(source), "--policy", "montana", "--out", str(out)]
    before = time.perf_counter()
    done = subprocess.run([*command, "--workers", str(workers)], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    return time.perf_counter() - before


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{'kind':10}{'one worker':>16}{'two workers':>16}{'gain':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in KINDS.items():
            source = Path(folder) / kind
            source.mkdir()
            for number in range(count):
                (source / f"{number:05d}.{kind}").write_bytes(make(number))
            one, two = (seconds(source, Path(folder) / "out", workers) for workers in (1, 2))
            print(f"{kind:10}{count / one:>11.1f} /s{count / two:>13.1f} /s{one / two:>8.2f}")


if __name__ == "__main__":
    main()
