"""Made-up messages with files of every kind attached, and what independent readers see in the copies of these."""

from __future__ import annotations

import email
import io
import json
from collections.abc import Callable
from email.message import EmailMessage

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from documenthelp import said, simple
from pagehelp import letter as pdf_letter

from pipeline.formats import HEAD_SIZE, format_of
from pipeline.formats.base import units_of
from pipeline.model import Source
from pipeline.verify import second_reader

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENVELOPE = b"From a@example.com Mon Mar  3 10:00:00 2025\n"


def book(*rows: tuple[str, ...]) -> bytes:
    """Return a workbook of one sheet."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as made:
        sheet = made.add_worksheet("People")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return sink.getvalue()


def parquet(*rows: tuple[str, ...]) -> bytes:
    """Return a Parquet file whose columns are called as the first row says."""
    head, *body = rows
    sink = io.BytesIO()
    pq.write_table(pa.table({name: [row[at] for row in body] for at, name in enumerate(head)}), sink)
    return sink.getvalue()


def with_files(*files: tuple[str, str, bytes], body: str = "Dear clerk,\nit is attached.\n") -> bytes:
    """Return a message with files attached: name, media type, bytes."""
    made = EmailMessage()
    made["From"], made["To"] = "Wilma Testperson <wilma.testperson@example.com>", "clerk@agency.example"
    made["Subject"], made["Date"] = "Permit", "Mon, 03 Mar 2025 10:00:00 -0700"
    made.set_content(body)
    for name, kind, data in files:
        if kind == "message/rfc822":
            made.add_attachment(email.message_from_bytes(data), filename=name)
        else:
            made.add_attachment(data, *kind.split("/"), filename=name)
    return bytes(made)


def as_mailbox(*messages: bytes) -> bytes:
    return b"".join(ENVELOPE + each.rstrip(b"\n") + b"\n\n" for each in messages)


FILES: dict[str, tuple[str, str, str, Callable[[str], bytes]]] = {
    "workbook": ("list.xlsx", XLSX, "list.xlsx", lambda value: book(("Note", "Year"), (value, "2024"))),
    "document": ("letter.docx", DOCX, "letter.docx", lambda value: simple(said("Dear clerk,", f"it is {value}."))),
    "older document": (
        "letter.rtf",
        "application/rtf",
        "",
        lambda value: (r"{\rtf1\ansi Dear clerk,\par it is \b " + value + r"\b0 .}").encode(),
    ),
    "pdf": ("letter.pdf", "application/pdf", "letter.pdf", lambda value: pdf_letter(lines=["Dear clerk,", value])),
    "delimited": ("list.csv", "text/csv", "list.csv", lambda value: f"note,year\n{value},2024\nx,2025\n".encode()),
    "html": ("page.html", "text/html", "page.html", lambda value: f"<p>It is <b>{value}</b>.</p>".encode()),
    "calendar": (
        "day.ics",
        "text/calendar",
        "day.ics",
        lambda value: (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250303T100000Z\r\nSUMMARY:{value}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()
        ),
    ),
    "contact_card": (
        "card.vcf",
        "text/vcard",
        "card.vcf",
        lambda value: f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{value}\r\nN:;{value};;;\r\nEND:VCARD\r\n".encode(),
    ),
    "markdown": ("notes.md", "text/markdown", "notes.md", lambda value: f"# Notes\n\nIt is **{value}**.\n".encode()),
    "json_lines": (
        "rows.jsonl",
        "application/x-ndjson",
        "rows.jsonl",
        lambda value: "".join(json.dumps({"note": each}) + "\n" for each in (value, "x")).encode(),
    ),
    "json_document": (
        "one.json",
        "application/json",
        "one.json",
        lambda value: json.dumps({"note": {"deep": value}}).encode(),
    ),
    "parquet": (
        "rows.parquet",
        "application/octet-stream",
        "rows.parquet",
        lambda value: parquet(("note", "year"), (value, "2024"), ("x", "2025")),
    ),
    "plain_text": ("letter.txt", "text/plain", "letter.txt", lambda value: f"Dear clerk,\nit is {value}.\n".encode()),
    "nested message with a workbook": (
        "old.eml",
        "message/rfc822",
        "",
        lambda value: with_files(("list.xlsx", XLSX, book(("Note", "Year"), (value, "2024")))),
    ),
    "mailbox with a workbook": (
        "old.mbox",
        "application/mbox",
        "old.mbox",
        lambda value: as_mailbox(with_files(("list.xlsx", XLSX, book(("Note", "Year"), (value, "2024"))))),
    ),
}
"""What can be attached: its name and media type, the name in the copy, and a file that holds a value."""


def attached_in(copy: bytes) -> list[tuple[str, str, bytes]]:
    """Return name, media type and bytes of what is attached to the messages of a copy, as the standard library reads it."""
    data = copy.partition(b"\n")[2] if copy.startswith(b"From ") else copy
    parts = [each for each in email.message_from_bytes(data).walk() if not each.is_multipart()]
    return [
        (each.get_filename() or "", each.get_content_type(), each.get_payload(decode=True) or b"")
        for each in parts
        if each.get_filename()
    ]


def seen_in(data: bytes, name: str) -> str:
    """Return what the second reader of its format sees in a file."""
    kind = format_of(data[:HEAD_SIZE], name)
    if kind is None or kind.name == "plain_text":
        return data.decode()
    source = Source(name, kind.name, len(data))
    units = units_of(kind, io.BytesIO(data), source, is_copy=True)
    return "\n".join(
        text for unit in units for text in second_reader(kind.name, data[unit.start : unit.stop], unit.context) or ()
    )
