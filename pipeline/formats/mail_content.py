"""What a part of a message holds, each with its reading and its writing.

Addresses are relative to the part. ``write`` returns the part's new body, or None for
what leaves no trace in the copy.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pipeline.errors import UnreadableSource
from pipeline.formats.base import Format, assembled
from pipeline.formats.calendar_text import CalendarText
from pipeline.formats.html_text import HtmlText
from pipeline.formats.mail_write import Body, bytes_body, text_body, withheld_body
from pipeline.formats.text_pieces import text_after
from pipeline.model import Block, Dropped, Edit, Gap, Part, Reading, Segment, Source, SpanError, Step, Unit

_TYPES = {
    "delimited": "text/csv", "mbox": "application/mbox", "message": "message/rfc822", "contact_card": "text/vcard",
    "markdown": "text/markdown", "html": "text/html", "calendar": "text/calendar",
}  # fmt: skip


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
class Removed:
    """What no copy holds: a signature no longer fits what it signed."""

    what: str

    def read(self) -> Reading:
        return Reading((), dropped=(Dropped((), self.what, 1),))

    def write(self, edits: Sequence[Edit]) -> None:
        if edits:
            raise SpanError("an edit is addressed to a part that is left out")


@dataclass(frozen=True)
class Attached:
    """A file of another format: a child source with units of its own."""

    form: Format
    data: bytes
    units: tuple[Unit, ...]
    readings: tuple[Reading, ...]

    @classmethod
    def opened(cls, form: Format, data: bytes, path: str, depth: int) -> Attached:
        """Return ``data`` cut into units (raises UnreadableSource)."""
        source = Source(path, form.name, len(data))
        units = form.units(io.BytesIO(data), source)
        made = tuple(replace(unit, context={**unit.context, "depth": str(depth)}) for unit in units)
        # Read here, and once: what fails must fail where it can still become a gap.
        return cls(form, data, made, tuple(form.read(data[unit.start : unit.stop], unit) for unit in made))

    def read(self) -> Reading:
        readings = []
        for unit, reading in zip(self.units, self.readings, strict=True):
            if self.form.holds == "unit":  # its messages belong to the record that carries them
                blank = (replace(each, record="", thread="") for each in reading.segments)
                readings.append(prefixed(replace(reading, segments=tuple(blank)), Part(unit.ordinal + 1)))
            else:
                readings.append(reading)
        return joined(readings)

    def write(self, edits: Sequence[Edit]) -> Body:
        by_step = edits_by_step(edits) if self.form.holds == "unit" else {}
        out = []
        for unit, reading in zip(self.units, self.readings, strict=True):
            own = by_step.pop(Part(unit.ordinal + 1), []) if self.form.holds == "unit" else _own(edits, reading)
            out.append(self.form.rewrite(self.data[unit.start : unit.stop], unit, own))
        if by_step:
            raise SpanError("an edit is addressed to no message of this mailbox")
        sink = io.BytesIO()
        assembled(self.form, out, sink)
        return bytes_body(sink.getvalue(), _TYPES.get(self.form.name, "application/octet-stream"))


def _own(edits: Sequence[Edit], reading: Reading) -> Sequence[Edit]:
    """Return the edits of one unit of a file whose units share one numbering of rows."""
    there = {each.address for each in reading.segments} if edits else set()
    return [edit for edit in edits if edit.address in there]


def opened(form: Format, data: bytes, path: str, depth: int) -> Content:
    """Return an attached file as content; one that cannot be read becomes a gap."""
    try:
        return Attached.opened(form, data, path, depth)
    except UnreadableSource:
        return Withheld("damaged", "the attached file cannot be read as what it claims to be")
    except SpanError:
        raise
    except Exception:  # noqa: BLE001 - another format's failure on one attachment must not take the message along
        return Withheld("failed", "the attached file could not be read")


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
