"""How fast files go down the road that each hold one record: messages, letters, pages, small tables, pictures.

    python benchmarks/formats_files.py [KIND...] [--count 200] [--turns 1] [--accuracy fast|thorough]

COUNT files of each kind (of pictures a tenth) are made up in a temporary folder and released with ``releasable
redact``, with one worker and with two, in turns. What 64 files (8 pictures) take is taken off: the start, the models,
what a worker learns in its first texts, the lines on the console. Printed: files a second, how much faster two workers
are (the middle of the turns), the processor time that the main process and the workers take for a file, and how much
faster two can be at best.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import tempfile
from pathlib import Path

import xlsxwriter
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE / "tests"), str(HERE), str(HERE / "benchmarks")]
from documenthelp import said, simple  # noqa: E402 - the path has to be set first
from formats_pdf import text_pdf  # noqa: E402
from otherdocuments import open_simple  # noqa: E402
from outlook_files import Msg  # noqa: E402 - the tests' writer of MSG files
from processor_time import Took, released  # noqa: E402

NAMES = ("Wilma", "Hank", "Divya", "Marta", "Lorraine", "Otto", "Ines", "Ruth")
FEW, FEW_PICTURES = 64, 8


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


def eml(number: int) -> bytes:
    return (
        f"From: person{number}@example.com\nTo: clerk@example.gov\nSubject: Road {number}\n\n{letter(number)}".encode()
    )


def emlx(number: int) -> bytes:
    message = eml(number)
    return b"%-10d\n%s<?xml version='1.0'?><plist/>\n" % (len(message), message)


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


def text(number: int) -> bytes:
    return letter(number).encode()


def lines(number: int) -> list[str]:
    return [each for each in letter(number).split("\n") if each]


def docx(number: int) -> bytes:
    return simple(said(*lines(number)))


def odt(number: int) -> bytes:
    return open_simple("".join(f"<text:p>{each}</text:p>" for each in lines(number)))


def rtf(number: int) -> bytes:
    return ("{\\rtf1\\ansi " + "".join(f"{each}\\par\n" for each in lines(number)) + "}").encode()


def rows(number: int) -> list[tuple[str, str, str]]:
    return [
        (f"{NAMES[(number + row) % 8]} Testperson", f"406-555-01{(number + row) % 100:02d}", f"Called {row} times.")
        for row in range(8)
    ]


def csv(number: int) -> bytes:
    return "".join(f"{','.join(row)}\r\n" for row in (("Name", "Phone", "Remark"), *rows(number))).encode()


def json_records(number: int) -> bytes:
    return json.dumps([{"name": a, "phone": b, "remark": c} for a, b, c in rows(number)]).encode()


def xlsx(number: int) -> bytes:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    sheet = book.add_worksheet("Calls")
    for at, row in enumerate((("Name", "Phone", "Remark"), *rows(number))):
        sheet.write_row(at, 0, row)
    book.close()
    return sink.getvalue()


def pdf(number: int) -> bytes:
    del number  # a page of the same lines, read and drawn each time
    return text_pdf(1)


def png(number: int) -> bytes:
    sink, image = io.BytesIO(), Image.new("L", (1000, 240), 255)
    short = [f"Dear clerk, I am {NAMES[number % 8]} Testperson.", f"Call 406-555-01{number % 100:02d} about the road."]
    ImageDraw.Draw(image).multiline_text((40, 40), "\n".join(short), 0, ImageFont.load_default(32))
    image.save(sink, "PNG")
    return sink.getvalue()


KINDS = {
    "msg": msg, "emlx": emlx, "eml": eml, "vcf": vcf, "ics": ics, "html": html, "md": markdown, "txt": text,
    "docx": docx, "odt": odt, "rtf": rtf, "csv": csv, "json": json_records, "xlsx": xlsx, "pdf": pdf, "png": png,
}  # fmt: skip


def turn(folder: Path, kind: str, count: int, accuracy: str) -> tuple[Took, Took]:
    """Return what ``count`` files took beyond a few, with one worker and with two."""
    few, all_, out = folder / f"few-{kind}", folder / f"all-{kind}", folder / "out"
    start = FEW_PICTURES if kind == "png" else FEW
    for source, number in ((few, start), (all_, start + count)):
        source.mkdir(exist_ok=True)
        for each in range(number):
            (source / f"{each:05d}.{kind}").write_bytes(KINDS[kind](each))
    took = [
        released(all_, out, workers, "--accuracy", accuracy) - released(few, out, workers, "--accuracy", accuracy)
        for workers in (1, 2)
    ]
    return took[0], took[1]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; all of them by default")
    asked.add_argument("--count", type=int, default=200)
    asked.add_argument("--turns", type=int, default=1)
    asked.add_argument("--accuracy", default="thorough")
    given = asked.parse_args()
    print(f"{'kind':6}{'one worker':>14}{'two workers':>14}{'gain':>7}{'main':>12}{'workers':>12}{'at best':>9}")
    for kind in given.kinds or KINDS:
        count = max(1, given.count // 10) if kind == "png" else given.count
        with tempfile.TemporaryDirectory(prefix="releasable-bench-") as folder:
            turns = [turn(Path(folder), kind, count, given.accuracy) for _ in range(given.turns)]
        one, two = (statistics.median(each[at].clock for each in turns) for at in (0, 1))
        gain = statistics.median(each[0].clock / each[1].clock for each in turns)
        least = min((each[0] for each in turns), key=lambda took: took.main + took.workers)
        main_ms, workers_ms = (1000 * seconds / count for seconds in (least.main, least.workers))
        print(
            f"{kind:6}{count / one:>12.1f}/s{count / two:>12.1f}/s{gain:>7.2f}"
            f"{main_ms:>9.1f} ms{workers_ms:>9.1f} ms{least.at_best:>9.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
