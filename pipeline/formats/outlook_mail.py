"""Outlook items as messages: an item becomes the bytes of a message, which the mail format reads like any other.

All recipients (also the blind ones), the subject, the time, the bodies, the attachments by the format that claims them,
the messages inside, the fields of calendar entries, contacts and tasks (``configs/outlook.yaml``). The internet headers
are handed on below them, so that the mail format drops and counts what no copy holds. Everything else stays behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.utils import format_datetime
from typing import Final

import compressed_rtf

from pipeline.errors import UnreadableSource
from pipeline.formats.html_text import declared_charset
from pipeline.formats.mail_headers import ALLOWED, MADE_ANEW, Mailbox, split_head
from pipeline.formats.mail_text import Undecodable, text_of
from pipeline.formats.mail_write import (
    Body,
    bytes_body,
    folded,
    header_text,
    mailbox,
    multipart,
    parameter,
    part,
    text_body,
)
from pipeline.formats.outlook_items import INTERNET_CODE_PAGE, Attachment, Bag, Item
from pipeline.formats.rtf_text import rtf_body
from recognizers.resources import packaged_configs, read_yaml

_FIELDS: Final[dict[str, dict[int, str]]] = read_yaml(packaged_configs() / "outlook.yaml")
_KINDS: Final = {1: "To", 2: "Cc", 3: "Bcc"}
_SENDERS: Final = ((0x0042, (0x5D02, 0x0065)), (0x0C1A, (0x5D01, 0x0C1F)))
"""Name and addresses of whom a message is from, and of who sent it for them."""
_SHOWN: Final = {"To": 0x0E04, "Cc": 0x0E03, "Bcc": 0x0E02}
_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_+-][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9!#$&^_.+-]+")
_OBJECT, _BY_VALUE = 6, 1


def message_of(item: Item) -> bytes:
    r"""Return an item as a message, its line ends ``\n``."""
    lines = list(_headers(item))
    parts = list(_bodies(item.bag, list(_fields(item.bag))))
    signed = _signed(item)
    if signed is not None:
        parts, files = [signed], []
    else:
        files = [made for each in item.attachments if (made := _attached(each)) is not None]
    whole = [*parts, *files] or [part(text_body("", "text/plain"))]
    packed = whole[0] if len(whole) == 1 else part(multipart("mixed", whole, 1))
    return "\n".join([*lines, "MIME-Version: 1.0"]).encode("ascii", "replace") + b"\n" + packed


# --- headers ----------------------------------------------------------------------------


def _headers(item: Item) -> Iterator[str]:
    bag = item.bag
    sender = _boxes(bag, _SENDERS)
    if sender:
        yield f"From: {folded([mailbox(each) for each in sender], ',')}"
    for kind, boxes in _recipients(item).items():
        if boxes:
            yield f"{kind}: {folded([mailbox(each) for each in boxes], ',')}"
    answers = [each.strip() for each in bag.text(0x0050).split(";") if each.strip()]
    if answers:
        boxes = [Mailbox("", each) if "@" in each else Mailbox(each, "") for each in answers]
        yield f"Reply-To: {folded([mailbox(each) for each in boxes], ',')}"
    subject, moment = bag.text(0x0037), bag.time(0x0039, 0x0E06)
    if subject:
        yield f"Subject: {header_text(' '.join(subject.split()))}"
    if moment:
        yield f"Date: {format_datetime(moment.replace(microsecond=0))}"
    for name, number in (("Message-ID", 0x1035), ("In-Reply-To", 0x1042), ("References", 0x1039)):
        text = " ".join(bag.text(number).split())
        if text.isascii() and text.isprintable() and text:
            yield f"{name}: {text}"
    yield from _left_headers(bag.text(0x007D))


def _left_headers(text: str) -> Iterator[str]:
    """Yield the internet headers that no copy holds, for the mail format to count."""
    head = split_head(text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace"))
    ours = {*ALLOWED, *MADE_ANEW, "message-id", "in-reply-to", "references"}
    for line in head.lines:
        if line.name not in ours:
            yield f"{line.name}: {line.raw.decode('ascii', 'replace')}".replace("\ufffd", "?")


def _boxes(bag: Bag, places: Sequence[tuple[int, Sequence[int]]]) -> list[Mailbox]:
    """Return the mailboxes of a message's senders, each once."""
    found: dict[str, Mailbox] = {}
    for name, addresses in places:
        box = _box(bag.text(name), [bag.text(each) for each in addresses])
        if box is not None:
            found.setdefault((box.address or box.name).casefold(), box)
    return list(found.values())


def _box(name: str, addresses: Sequence[str]) -> Mailbox | None:
    """Return a mailbox; an address inside an organisation's directory stands only where nothing else does."""
    name = " ".join(name.split()).strip("'\"")
    address = next((each.strip() for each in addresses if "@" in each), "")
    if not address and not name:
        name = next((each for each in addresses if each), "")
    if address and name.casefold() == address.casefold():
        name = ""
    return Mailbox(name, address) if name or address else None


def _recipients(item: Item) -> dict[str, list[Mailbox]]:
    out: dict[str, list[Mailbox]] = {"To": [], "Cc": [], "Bcc": []}
    for each in item.recipients:
        box = _box(each.text(0x3001, 0x5FF6), [each.text(0x39FE), each.text(0x3003), each.text(0x0C1F)])
        kind = each.number(0x0C15, 1)
        if box is not None and kind != 0:  # 0 is who called a meeting: the sender
            out[_KINDS.get(kind & 0x0F, "To")].append(box)
    for header, number in _SHOWN.items():
        names = item.bag.text(number)
        if not out[header] and names:  # a draft has no list of recipients
            out[header] = [Mailbox(each.strip(), "") for each in names.split(";") if each.strip()]
    return out


# --- bodies -----------------------------------------------------------------------------


def _fields(bag: Bag) -> Iterator[str]:
    """Yield the fields of a calendar entry, a contact or a task, a line each."""
    kind = bag.text(0x001A)
    for prefix, fields in _FIELDS.items():
        if not kind.casefold().startswith(prefix.casefold()):
            continue
        seen = set()
        for number, label in fields.items():
            moment = bag.time(number)
            value = moment.strftime("%Y-%m-%d %H:%M UTC") if moment else " ".join(bag.text(number).split())
            if value and (label, value) not in seen:
                seen.add((label, value))
                yield f"{label}: {value}"


def _bodies(bag: Bag, fields: Sequence[str]) -> Iterator[bytes]:
    """Yield the fields as a part, and the bodies: plain text and HTML as alternatives of one another."""
    plain, page = bag.text(0x1000).replace("\r\n", "\n").replace("\r", "\n"), _page(bag)
    other: bytes | None = None
    packed = bag.data(0x1009)
    if packed and not page:
        said = _from_rtf(packed)
        if said is None:
            other = None if plain else part(bytes_body(packed, "application/octet-stream"), "attachment")
        elif said[1]:
            page = said[0]
        else:
            plain = plain or said[0].replace("\r\n", "\n")
    if fields:
        yield part(text_body("\n".join(fields) + "\n", "text/plain"))
    texts = [part(text_body(plain + "\n", "text/plain"))] if plain.strip() else []
    texts += [part(text_body(page, "text/html"))] if page.strip() else []
    if len(texts) == 2:
        yield part(multipart("alternative", texts, 2))
    else:
        yield from texts
    if other is not None:
        yield other


def _page(bag: Bag) -> str:
    packed = bag.data(0x1013)
    if packed is None:
        return bag.text(0x1013)
    codec = bag.page(INTERNET_CODE_PAGE)
    try:
        text = text_of(packed, codec or declared_charset(packed))
    except Undecodable:
        text = text_of(packed, "")
    return text.replace("\0", "").replace("\r\n", "\n")


def _from_rtf(packed: bytes) -> tuple[str, bool] | None:
    """Return the text of a compressed RTF body and whether it is HTML; None where it cannot be read."""
    try:
        body = rtf_body(compressed_rtf.decompress(packed).rstrip(b"\0"))
    except UnreadableSource:
        return None
    except Exception:  # noqa: BLE001 - the library raises what it meets; the body is left out with a note
        return None
    return body.text, body.is_html


# --- attachments ------------------------------------------------------------------------


def _attached(attachment: Attachment) -> bytes | None:
    """Return the part of an attachment; None for one that is only a link to a file elsewhere."""
    if attachment.item is not None:
        return part(Body("message/rfc822", "7bit", message_of(attachment.item)))
    bag = attachment.bag
    name = " ".join(bag.text(0x3707, 0x3704).split())
    data, said = bag.data(0x3701), bag.text(0x370E).lower()
    if data is None and not attachment.is_broken and bag.number(0x3705, _BY_VALUE) not in {_BY_VALUE, 5, _OBJECT}:
        return None
    if data is None:  # an object of another program, or nothing where something should be: it cannot be examined
        data, said = b"\0" if attachment.is_broken or bag.number(0x3705) in {5, _OBJECT} else b"", ""
    media = (
        said
        if _TYPE.fullmatch(said) and not said.startswith(("multipart/", "message/"))
        else "application/octet-stream"
    )
    return part(bytes_body(data, media), "attachment" + (parameter("filename", name) if name else ""))


def _signed(item: Item) -> bytes | None:
    """Return the signed message that an item carries as its only attachment, as it was sent."""
    if not item.bag.text(0x001A).casefold().startswith("ipm.note.smime") or len(item.attachments) != 1:
        return None
    data = item.attachments[0].bag.data(0x3701) or b""
    text = data.replace(b"\r\n", b"\n")
    if re.match(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*content-type[ \t]*:", text, re.IGNORECASE):
        return text
    return part(bytes_body(data, "application/pkcs7-mime"), 'attachment; filename="smime.p7m"')
