"""What a part of a message holds, each with its reading and its writing.

Addresses are relative to the part. ``write`` returns the part's new body, or None for
what leaves no trace in the copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pipeline.formats.calendar_text import CalendarText
from pipeline.formats.html_text import HtmlText
from pipeline.formats.mail_write import Body, text_body, withheld_body
from pipeline.formats.text_pieces import text_after
from pipeline.model import Block, Dropped, Edit, Gap, Reading, Segment, SpanError, Step


class Content(Protocol):
    """What a part holds."""

    def read(self) -> Reading: ...

    def write(self, edits: Sequence[Edit]) -> Body | None: ...


@dataclass(frozen=True)
class PlainContent:
    """Running text without markup; ``parameters`` say how its lines flow (RFC 3676)."""

    text: str
    parameters: str = ""

    def read(self) -> Reading:
        return Reading((Segment(self.text, (Block(0),)),) if self.text else ())

    def write(self, edits: Sequence[Edit]) -> Body:
        if any(edit.address != (Block(0),) for edit in edits):
            raise SpanError("an edit is addressed to no text of this part")
        return text_body(text_after(self.text, edits), f"text/plain{self.parameters}")


@dataclass(frozen=True)
class HtmlContent:
    """HTML."""

    text: HtmlText

    def read(self) -> Reading:
        return self.text.reading()

    def write(self, edits: Sequence[Edit]) -> Body:
        return text_body(self.text.written(edits), "text/html")


@dataclass(frozen=True)
class CalendarContent:
    """An iCalendar object."""

    text: CalendarText

    def read(self) -> Reading:
        return self.text.reading()

    def write(self, edits: Sequence[Edit]) -> Body:
        return text_body(self.text.written(edits), "text/calendar")


@dataclass(frozen=True)
class Withheld:
    """What could not be examined: a note stands in its place."""

    code: str
    why: str
    holds: bool = False

    def read(self) -> Reading:
        return Reading((), (Gap((), self.code, self.why, self.holds),))

    def write(self, edits: Sequence[Edit]) -> Body:
        if edits:
            raise SpanError("an edit is addressed to a part that was not read")
        return withheld_body()


@dataclass(frozen=True)
class AsWritten:
    """A part of a copy that is finished: it stays as it was written."""

    body: Body

    def read(self) -> Reading:
        return Reading(())

    def write(self, edits: Sequence[Edit]) -> Body:
        if edits:
            raise SpanError("an edit is addressed to a part that was not read")
        return self.body


@dataclass(frozen=True)
class Removed:
    """What no copy holds: a signature no longer fits what it signed."""

    what: str

    def read(self) -> Reading:
        return Reading((), dropped=(Dropped((), self.what, 1),))

    def write(self, edits: Sequence[Edit]) -> None:
        if edits:
            raise SpanError("an edit is addressed to a part that is left out")


# --- readings and addresses -------------------------------------------------------------


def prefixed(reading: Reading, *steps: Step) -> Reading:
    """Return ``reading`` with ``steps`` before every address."""
    if not steps:
        return reading
    return Reading(
        tuple(replace(each, address=steps + each.address) for each in reading.segments),
        tuple(replace(each, address=steps + each.address) for each in reading.gaps),
        tuple(replace(each, address=steps + each.address) for each in reading.dropped),
    )


def joined(readings: Sequence[Reading]) -> Reading:
    """Return several readings as one."""
    return Reading(
        tuple(each for reading in readings for each in reading.segments),
        tuple(each for reading in readings for each in reading.gaps),
        tuple(each for reading in readings for each in reading.dropped),
    )


def edits_by_step(edits: Sequence[Edit]) -> dict[Step, list[Edit]]:
    """Return edits by the first step of their addresses, which is taken off."""
    out: dict[Step, list[Edit]] = {}
    for edit in edits:
        if not edit.address:
            raise SpanError("an edit without an address")
        out.setdefault(edit.address[0], []).append(replace(edit, address=edit.address[1:]))
    return out
