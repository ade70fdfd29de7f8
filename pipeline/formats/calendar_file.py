"""iCalendar files (``.ics``): what :mod:`pipeline.formats.calendar_text` reads and writes, as files of their own.

An event, a task or a journal entry is a record; the file is one unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.calendar_text import CalendarText, is_calendar
from pipeline.formats.mail_text import Undecodable, text_of
from pipeline.model import Edit, Reading, Source, Unit

LARGEST: Final = 64 * 1024 * 1024
_FIRST: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*BEGIN:VCALENDAR[ \t]*\r?\n", re.IGNORECASE)
_CUT_SHORT: Final = "it is cut short: a part of the calendar has no end"


class CalendarFile:
    """A calendar."""

    name = "calendar"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.97 for a file that begins as a calendar does, whatever it is called."""
        del name
        return 0.97 if _FIRST.match(head) else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Yield the calendar, whole (raises UnreadableSource for more than 64 MiB)."""
        del stream
        if source.size > LARGEST:
            raise UnreadableSource(source.path, "it is a calendar of more than 64 MB", "split it")
        yield Unit(source, 0, 0, source.size)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return the values of the lines that travel, each event a record (raises UnreadableSource)."""
        calendar = _calendar(payload, unit)
        reading = calendar.reading()
        path = unit.source.path
        segments = (
            replace(each, record=f"{path}#event{calendar.events[each.address[0]]}", thread=path)
            for each in reading.segments
        )
        return replace(reading, segments=tuple(segments))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        r"""Return a new calendar in UTF-8, its lines folded and ended with ``\r\n`` (RFC 5545 section 3.1).

        Raises:
            UnreadableSource: the calendar cannot be read.
            SpanError: an edit fits no line of it.
        """
        return _calendar(payload, unit).written(edits).replace("\n", "\r\n").encode("utf-8", "replace")


def _calendar(payload: bytes, unit: Unit) -> CalendarText:
    try:
        text = text_of(payload, "")
    except Undecodable as gap:
        raise UnreadableSource(unit.source.path, gap.why, "save it again as UTF-8") from None
    if not is_calendar(text):
        raise UnreadableSource(unit.source.path, "it does not begin as a calendar", "check the file")
    if "\0" in text:
        raise UnreadableSource(unit.source.path, "NUL bytes in a calendar", "export it again")
    calendar = CalendarText(text)
    if not calendar.is_closed:
        raise UnreadableSource(unit.source.path, _CUT_SHORT, "export it again")
    return calendar
