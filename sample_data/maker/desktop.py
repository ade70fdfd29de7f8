"""What lay on the desk's shared drive: a saved page, a calendar, some business cards, a message saved from Outlook."""

from __future__ import annotations

import html
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from maker.writing import Book, Cast

# No library writes such files; the tests have a writer.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from outlook_files import Msg

PAGE = "desktop/comments-on-the-river-trail.html"
CALENDAR = "desktop/permit-desk.ics"
CARDS = "desktop/trail-volunteers.vcf"
MESSAGE = "desktop/call-about-the-fence.msg"
SENT = datetime(2025, 7, 9, 15, 20, tzinfo=UTC)
SAID = (
    "The trail would run past my kitchen window. Call me at {me.phone} before you decide.",
    "I walk there every morning & I am for it. My neighbor {other.full} is too.",
    "Where will people park? Not in front of {me.street}, I hope.",
)
EVENTS = (
    ("Site visit, deck of {me.full}", "{me.address}", "Ring twice. The gate code is with {other.full}, {other.phone}."),
    ("Hearing on {case}", "{agency.address}", "{deputy.full} reads the notice. Questions: {deputy.phone}"),
    ("Call back about the carport", "", "{me.full} called again: {me.phone}, or {me.email} after six."),
)
CALLED = """
{me.full} called about the fence between her lot and {other.full}'s, {other.street}. She can be reached at {me.phone}
until noon. I told her that the file is {case} and that you would call back.

{deputy.full}
{deputy.phone}
"""
LETTER = """
Dear clerk,

the fence is two feet on my side. I was born in this house on {me.dob} and know where the line is.

{me.full}
{me.address}
"""


def _page(book: Book) -> bytes:
    """Return the saved page: a table of comments, a comment of the page's editor, a form with a value nobody sees."""
    cast = Cast(810, "pineford")
    rows = []
    for number, said in enumerate(SAID):
        own = Cast(811 + number, "pineford")
        sender = f'<a href="mailto:{own.value("me", "email")}">{html.escape(own.value("me"))}</a>'
        rows.append(f"<tr><td>{sender}</td><td>{html.escape(own.fill(said))}</td></tr>")
        cast.plants |= own.plants
    text = "\n".join(
        [
            "<!DOCTYPE html>",
            '<html><head><meta charset="utf-8"><title>Comments on the river trail</title>',
            "<script>window.visits = 41;</script></head><body>",
            cast.fill("<!-- closed on the 8th; ask {deputy.full} before it is opened again -->"),
            "<h1>Comments on the river trail</h1>",
            "<table>",
            *rows,
            "</table>",
            f'<form><input type="hidden" name="reply" value="{cast.value("other", "email")}"></form>',
            cast.fill("<p>Published by the {agency.name}, {agency.phone}.</p>"),
            "</body></html>",
        ]
    )
    book.note(PAGE, None, html.unescape(text), cast.plants)
    return f"{text}\n".encode()


def _calendar(book: Book) -> bytes:
    """Return the calendar of the permit desk; an event is a record."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//permit desk//EN"]
    for number, (summary, place, description) in enumerate(EVENTS, start=1):
        cast = Cast(820 + number, "pineford")
        texts = [cast.fill(each) for each in (summary, place, description)]
        guest = cast.value("me", "email")
        day = f"202507{number + 13:02d}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number}@permits.example",
            f"DTSTART:{day}T160000Z",
            f"DTEND:{day}T170000Z",
            *(
                f"{name}:{_escaped(text)}"
                for name, text in zip(("SUMMARY", "LOCATION", "DESCRIPTION"), texts, strict=True)
            ),
            f'ATTENDEE;CN="{cast.value("me")}":mailto:{guest}',
            "END:VEVENT",
        ]
        book.note(CALENDAR, number, "\n".join([*texts, guest, cast.value("me")]), cast.plants)
    return "".join(f"{line}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _cards(book: Book) -> bytes:
    """Return the volunteers' cards and the deputy clerk's, whose contacts are the office's."""
    cards = []
    for number, role in enumerate(("me", "me", "deputy"), start=1):
        cast = Cast(830 + number, "eastmarsh" if number == 2 else "pineford")
        values = [cast.value(role, fact) for fact in ("full", "phone", "email")]
        given, _, surname = values[0].partition(" ")
        lines = [f"FN:{values[0]}", f"N:{surname};{given};;;", f"TEL;TYPE=cell:{values[1]}", f"EMAIL:{values[2]}"]
        if role == "me":
            place = cast.private().place
            street = cast.value("me", "street")
            lines.append(f"ADR:;;{street};{place['city']};{place['state']};{place['zip']};")
            values.append(street)
        cards += ["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD"]
        book.note(CARDS, number, "\n".join(values), cast.plants)
    return "".join(f"{line}\r\n" for line in cards).encode()


def _message(book: Book) -> bytes:
    """Return a message saved from Outlook, with a blind recipient and a letter attached as a message."""
    cast = Cast(840, "pineford", "she")
    text, letter = cast.fill(CALLED), cast.fill(LETTER)
    inside = _note(cast, "me", "The fence", letter)
    inside.recipients = [_recipient(1, cast, "clerk")]
    whole = _note(cast, "deputy", "Call about the fence", text)
    whole.recipients = [_recipient(1, cast, "works"), _recipient(3, cast, "other")]
    whole.attachments = [{0x3705: 5, 0x3701: inside}]
    people = ("me", "deputy", "works", "other", "clerk")
    names = [cast.value(role, fact) for role in people for fact in ("full", "email")]
    book.note(MESSAGE, 0, "\n".join([text, letter, *names]), cast.plants)
    return whole.bytes()


def _note(cast: Cast, sender: str, subject: str, text: str) -> Msg:
    """Return a message with its kind, subject, time, text and sender (property numbers of MS-OXPROPS)."""
    head: dict[int, object] = {0x001A: "IPM.Note", 0x0037: subject, 0x0039: SENT}
    said: dict[int, object] = {0x1000: text.replace("\n", "\r\n")}
    return Msg(head | said | {0x0042: cast.value(sender), 0x0065: cast.value(sender, "email")})


def _recipient(kind: int, cast: Cast, role: str) -> dict[int, object]:
    return {0x0C15: kind, 0x3001: cast.value(role), 0x39FE: cast.value(role, "email")}


def _escaped(text: str) -> str:
    return text.replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


WRITERS: dict[str, Callable[[Book], bytes]] = {PAGE: _page, CALENDAR: _calendar, CARDS: _cards, MESSAGE: _message}


def write_desktop(book: Book) -> dict[str, bytes]:
    """Return the files of the desk by their paths."""
    return {name: write(book) for name, write in WRITERS.items()}
