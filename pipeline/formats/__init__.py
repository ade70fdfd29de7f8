"""The formats, one list; :func:`format_of` tells which one a file is."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.errors import UnreadableSource
from pipeline.formats.apple_message import AppleMessage
from pipeline.formats.base import Format
from pipeline.formats.calendar_file import CalendarFile
from pipeline.formats.contact_card import ContactCards
from pipeline.formats.delimited import Delimited
from pipeline.formats.document import Document
from pipeline.formats.html_page import WebPage
from pipeline.formats.json_document import JsonDocument
from pipeline.formats.json_lines import JsonLines
from pipeline.formats.mail import Mailbox, Message
from pipeline.formats.markdown import Markdown
from pipeline.formats.outlook_message import OutlookMessage
from pipeline.formats.parquet import Parquet
from pipeline.formats.pdf import Pdf
from pipeline.formats.picture import Picture
from pipeline.formats.plain_text import PlainText
from pipeline.formats.workbook import Workbook

HEAD_SIZE = 65536

FORMATS: tuple[Format, ...] = (
    Mailbox(),
    Message(),
    OutlookMessage(),
    AppleMessage(),
    Delimited(),
    JsonLines(),
    JsonDocument(),
    Parquet(),
    Pdf(),
    Picture(),
    WebPage(),
    CalendarFile(),
    ContactCards(),
    Markdown(),
    PlainText(),
    Workbook(),
    Document(),
)


def format_named(name: str) -> Format:
    """Return the format called ``name`` (raises KeyError for a name that is none)."""
    return {each.name: each for each in FORMATS}[name]


def format_of(head: bytes, name: str) -> Format | None:
    """Return the format of a file from its first bytes and its name, or None when no format claims it.

    Raises:
        UnreadableSource: two formats claim it with the same certainty.
    """
    claims = sorted(((each.claims(head, name), each.name) for each in FORMATS), reverse=True)
    (best, winner), (second, rival) = claims[0], claims[1]
    if best <= 0:
        return None
    if best == second:
        raise UnreadableSource(
            PurePosixPath(name).suffix or "a file", f"could be {winner} or {rival}", "rename it so that one fits"
        )
    return format_named(winner)
