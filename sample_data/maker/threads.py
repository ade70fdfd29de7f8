"""The mailbox: threads of constituent mail and the office's answers, in order of time."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maker.attachments import attached
from maker.cast import Official, Person, sheet
from maker.html import page
from maker.mime import Part, encoded_word, lines64, mailbox, message, multipart, noise, text_part, token
from maker.writing import Book, Cast, Plant

SHEETS = ("threads_streets_and_water.toml", "threads_permits_and_records.toml", "threads_schools_elections_other.toml")
MAILBOX = "mailbox/constituent-mail.mbox"
FIRST_DAY = datetime(2025, 1, 6, 8, 12, 40)  # noqa: DTZ001 - the zone is written beside it, by town
UNREADABLE = {
    "pgp": "encrypted",
    "truncated": "base64 breaks off",
    "docx": "a word processor file",
    "logo": "a picture",
}
SIGNATURES = ("full", "phone", "address", "full", "initials", "handheld")


@dataclass
class Letter:
    """A message of a thread on its way into the mailbox."""

    when: datetime
    sender: Person | Official
    receiver: Person | Official
    text: str
    whole: Part
    id: str


def date_line(when: datetime, zone: str) -> str:
    """Return a time as mail headers write it."""
    return f"{when:%a, %d %b %Y %H:%M:%S} {zone}"


def signed(text: str, sender: Person | Official, cast: Cast, role: str, style: str) -> str:
    """Return a text with the end that its writer puts under it."""
    if isinstance(sender, Official):
        name, phone = cast.value(role), cast.value(role, "phone")
        return f"{text}\n\n-- \n{name}\n{sender.title}, {sender.agency.name}\n{phone}"
    if style == "initials":
        return f"{text}\n\n{sender.initials}"
    end = f"{text}\n\n{('Sincerely,', 'Thanks,', 'Best regards,')[sender.number % 3]}\n{cast.value(role)}"
    if style == "handheld":
        return f"{end}\n\nSent from my phone, please excuse typos"
    return f"{end}\n{cast.value(role, style)}" if style in {"phone", "address"} else end


def wrapped(text: str) -> str:
    """Return a text in lines of 76 at most, its own line ends kept."""
    lines = [fold(each) for each in text.split("\n")]
    return "\n".join(line for each in lines for line in each)


def fold(line: str) -> list[str]:
    """Return a line cut to 76; the mark before a signature keeps its space."""
    if len(line) <= 76:
        return [line]
    return textwrap.wrap(line, 76, break_long_words=False, break_on_hyphens=False)


def quoted(style: str, before: Letter, zone: str, subject: str) -> str:
    """Return what a reply says about the message before it."""
    who = f"{before.sender.full} <{before.sender.email}>"
    if style == "outlook":
        sent = f"{before.when:%A, %B %d, %Y %I:%M %p}"
        head = f"-----Original Message-----\nFrom: {who}\nSent: {sent}\nTo: {before.receiver.full}\nSubject: {subject}"
        return f"{head}\n\n{before.text}"
    if style == "forward":
        head = f"---------- Forwarded message ---------\nFrom: {who}\nDate: {date_line(before.when, zone)}"
        return f"{head}\nSubject: {subject}\nTo: {before.receiver.full} <{before.receiver.email}>\n\n{before.text}"
    marks = "\n".join(f"> {each}".rstrip() for each in before.text.split("\n"))
    return f"On {before.when:%a, %b %d, %Y at %I:%M %p}, {who} wrote:\n\n{marks}"


def encrypted(seed: str) -> Part:
    """Return a PGP/MIME body (RFC 3156) that nobody has the key for."""
    armour = b"-----BEGIN PGP MESSAGE-----\n\n" + lines64(noise(seed, 900)) + b"-----END PGP MESSAGE-----\n"
    control = Part(["Content-Type: application/pgp-encrypted"], b"Version: 1\n")
    data = Part(['Content-Type: application/octet-stream; name="encrypted.asc"'], armour)
    return multipart("encrypted", [control, data], seed, '; protocol="application/pgp-encrypted"')


def content(spec: dict[str, Any], text: str, own: str, writer: Person | Official) -> Part:
    """Return the body of a message in the form that its script asks for."""
    form, charset = spec.get("form", "plain"), spec.get("charset", "utf-8")
    number, subject = spec["number"], spec["subject"]
    seed = f"{number}/{subject}"
    if form == "pgp":
        return encrypted(seed)
    plain = text_part(text, charset=charset, encoding=spec.get("encoding", ""))
    if form == "plain":
        return plain
    answered = text.removeprefix(own).strip()
    html = text_part(page(own, writer, subject, answered, number), "html")
    return html if form == "html_only" else multipart("alternative", [plain, html], seed)


def write_thread(number: int, script: dict[str, Any]) -> list[tuple[Letter, Cast, list[str]]]:
    """Return the messages of one thread, each with its cast and what in it cannot be read."""
    town = script.get("town", "pineford")
    called = {"me_her": "she", "me_him": "he"}.get(script["message"][0]["by"], "")
    cast = Cast(number, town, called)
    zone = cast.private().place["zone"]
    front = Official("clerk" if town == "pineford" else "townclerk")
    written: list[tuple[Letter, Cast, list[str]]] = []
    ids: list[str] = []
    for step, spec in enumerate(script["message"]):
        before = written[-1][0] if written else None
        sender, receiver = cast.player(spec["by"]), front if before is None else before.sender
        assert isinstance(sender, Person | Official)
        if "to" in spec:
            receiver = Official(spec["to"])
        when = FIRST_DAY + timedelta(days=number * 7 + step * 2, minutes=(number * 47 + step * 131) % 540)
        subject = script["subject"] if step == 0 else f"Re: {script['subject'].removeprefix('Re: ')}"
        cast.value(spec["by"]), cast.value(spec["by"], "email")
        text = signed(cast.fill(spec["text"]), sender, cast, spec["by"], spec.get("sign", SIGNATURES[number % 6]))
        own = text = wrapped(text)
        style = spec.get("quote", "none" if step == 0 or number % 3 == 0 else "plain")
        if before is not None and style != "none":
            answer = quoted(style, before, zone, subject)
            text = f"{text}\n\n{answer}" if style != "plain" or number % 2 else f"{answer}\n\n{text}"
        named = spec | {"subject": subject, "number": number * 10 + step}
        body = content(named, text, own if text.startswith(own) else text, sender)
        if names := spec.get("attach"):
            first = written[0][0].whole if written else None
            body = multipart("mixed", [body, *(attached(each, cast, first) for each in names)], f"{number}/{step}")
        address = "192.0.2.25" if isinstance(sender, Official) else f"203.0.113.{10 + number}"
        host = "mail.cityhall.example" if isinstance(sender, Official) else sender.email.rpartition("@")[2]
        ids.append(f"<{token('id', number, step)}@{host}>")
        headers = [
            f"Received: from {host} ([{address}]) by mx.cityhall.example; {date_line(when, zone)}",
            f"From: {mailbox(sender.full, sender.email, 'qb'[number % 2])}",
            f"To: {mailbox(receiver.full, receiver.email)}",
            f"Subject: {encoded_word(subject)}",
            f"Date: {date_line(when, zone)}",
            f"Message-ID: {ids[-1]}",
        ]
        if before is not None:
            headers += [f"In-Reply-To: {ids[-2]}", "References: " + "\n ".join(ids[:-1])]
        if isinstance(sender, Person) and step == 0:
            headers.append(f"X-Originating-IP: [198.51.100.{20 + number}]")
            cast.plants.add(Plant("IP_ADDRESS", f"198.51.100.{20 + number}", "private"))
        whole = message(headers, body)
        whole.seen = f"{sender.full} {sender.email} {receiver.full} {receiver.email}\n{whole.seen}"
        unreadable = [UNREADABLE[each] for each in (spec.get("form"), *spec.get("attach", [])) if each in UNREADABLE]
        written.append((Letter(when, sender, receiver, text, whole, ids[-1]), cast, unreadable))
    return written


def write_mailbox(book: Book) -> dict[str, bytes]:
    """Return the mailbox, its messages in the order in which they came in."""
    scripts = [each for name in SHEETS for each in sheet(name)["thread"]]
    letters = [each for number, script in enumerate(scripts) for each in write_thread(number, script)]
    letters.sort(key=lambda each: (each[0].when, each[0].id))
    out = bytearray()
    for record, (letter, cast, unreadable) in enumerate(letters):
        book.note(MAILBOX, record, letter.whole.seen, cast.plants)
        for why in unreadable:
            book.unreadable(MAILBOX, record, why)
        lines = letter.whole.bytes().rstrip(b"\n").split(b"\n")
        out += f"From {letter.sender.email} {letter.when:%a %b %d %H:%M:%S %Y}\n".encode()
        out += b"\n".join(b">" + each if each.lstrip(b">").startswith(b"From ") else each for each in lines) + b"\n\n"
    return {MAILBOX: bytes(out)}
