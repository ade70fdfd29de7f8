"""What people hang on their mail."""

from __future__ import annotations

import csv
import io

from maker.cast import Person
from maker.mime import LOGO, Part, attachment, carried, docx, lines64, text_part, token
from maker.writing import Cast, Plant

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SIGNERS = range(700, 714)


def petition(cast: Cast) -> Part:
    """Return the signers of a petition as a CSV file."""
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\r\n")
    rows.writerow(["No.", "Name", "Address", "Phone", "Signed"])
    for line, number in enumerate(SIGNERS, 1):
        signer = Person(number, cast.town)
        phone = signer.phone if number % 3 else ""
        rows.writerow([line, signer.full, signer.address, phone, f"2025-04-{line:02d}"])
        cast.plants |= {Plant("PERSON", signer.full, "private"), Plant("STREET_ADDRESS", signer.street, "private")}
        if phone:
            cast.plants.add(Plant("PHONE_NUMBER", phone, "private"))
    text = sheet.getvalue()
    return attachment(text.encode(), "text/csv", "signatures.csv", text)


def letter(cast: Cast) -> Part:
    """Return an insurance agent's letter as a text file."""
    text = cast.fill("""
Northern Larch Mutual
P.O. Box 12, Pineford, MT 59900

To whom it may concern:

Our insured, {me.full}, of {me.address}, suffered a loss on Sunday night when the
public main backed up. Please preserve the maintenance log of the main for the last
twelve months and tell us who your carrier is. You may write to {me.full}
directly at {me.email} for photographs.
""")
    part = text_part(text, encoding="base64")
    part.headers.append('Content-Disposition: attachment; filename="agent-letter.txt"')
    return part


def calendar(cast: Cast) -> Part:
    """Return an invitation with its people."""
    text = "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Pine Calendar//EN",
            "METHOD:REQUEST",
            "BEGIN:VEVENT",
            f"UID:{token('event', cast.number)}@calendar.example",
            "DTSTAMP:20250409T160000Z",
            "DTSTART:20250415T003000Z",
            "SUMMARY:Crosswalk on the council agenda",
            "LOCATION:Council chamber\\, 100 Courthouse Square\\, Pineford",
            f"ORGANIZER;CN={cast.value('me')}:mailto:{cast.value('me', 'email')}",
            f"ATTENDEE;CN={cast.value('other')};RSVP=TRUE:mailto:{cast.value('other', 'email')}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )
    part = text_part(text, "calendar", encoding="base64")
    part.headers.append('Content-Disposition: attachment; filename="invite.ics"')
    return part


def word_file(cast: Cast) -> Part:
    """Return a Word file with values in it."""
    lines = [f"Name: {cast.value('me')}", f"Address: {cast.value('me', 'address')}", f"Born: {cast.value('me', 'dob')}"]
    return attachment(docx([each.replace("&", "&amp;") for each in lines]), WORD, "form.docx", "\n".join(lines))


def truncated(cast: Cast) -> Part:
    """Return a scan whose upload broke off: its base64 stops in the middle of a group."""
    del cast
    whole = lines64(b"%PDF-1.4\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 40)
    part = attachment(b"", "application/pdf", "lease-pages-1-3.pdf")
    part.body = whole[: len(whole) // 2 - len(whole) // 2 % 77 + 41] + b"\n"
    return part


def logo(cast: Cast) -> Part:
    """Return a small picture without text."""
    del cast
    part = attachment(LOGO, "image/png", "city-seal.png")
    part.headers.append("Content-ID: <seal@cityofpineford.example>")
    return part


def attached(name: str, cast: Cast, first: Part | None) -> Part:
    """Return the attachment of that name."""
    if name == "forwarded_message":
        assert first is not None
        return carried(first)
    makers = {
        "petition": petition,
        "letter": letter,
        "calendar": calendar,
        "docx": word_file,
        "truncated": truncated,
        "logo": logo,
    }
    return makers[name](cast)
