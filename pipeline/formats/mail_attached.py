"""A file attached to a message: cut, read and written by the format that claims it, as a file of its own would be.

Some formats write parts, of which a file is made in the end (:mod:`pipeline.formats.base`). While a copy is on its way,
such an attachment is held as its parts, packed, so that what is found in it later is mended without loss; a part of the
media type ``PARTS`` stands for it, which no source can bring in, for every media type in a copy is written anew.
``Message.finished`` makes the file of them.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.base import Assembled, Format, assembled, finished, units_of
from pipeline.formats.mail_content import Content, Withheld, edits_by_step, joined, prefixed
from pipeline.formats.mail_write import Body, bytes_body
from pipeline.formats.picture_files import kind_of
from pipeline.model import Edit, Part, Reading, Source, SpanError, Unit

PARTS: Final = "application/x-releasable-parts"
MOST_UNITS: Final = 50
"""Units of an attached file of a packed format: one worker reads them all (400 pages of a PDF, a million cells)."""

_HEAD: Final = 10
"""Digits of the length of the head of packed parts."""
_TYPES: Final = {
    "delimited": "text/csv", "mbox": "application/mbox", "message": "message/rfc822", "contact_card": "text/vcard",
    "markdown": "text/markdown", "html": "text/html", "calendar": "text/calendar", "pdf": "application/pdf",
    "json_document": "application/json", "json_lines": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}  # fmt: skip
_TYPES_BY_ENDING: Final = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_ENCRYPTED: Final = ("encrypted", "password")


class Origin(StrEnum):
    """Where the bytes of a message come from: an input; a copy on its way, or to be finished; a finished copy."""

    SOURCE = "source"
    PART = "part"
    FINISH = "finish"
    COPY = "copy"


@dataclass(frozen=True)
class Attached:
    """A file of another format: a child source with units of its own, each with its bytes and its reading."""

    form: Format
    units: tuple[Unit, ...]
    payloads: tuple[bytes, ...]
    readings: tuple[Reading, ...]
    origin: Origin = Origin.SOURCE

    @classmethod
    def opened(cls, form: Format, data: bytes, path: str, depth: int, origin: Origin) -> Attached:
        """Return ``data`` cut into units (raises UnreadableSource)."""
        source = Source(path, form.name, len(data))
        made: list[Unit] = []
        for unit in units_of(form, io.BytesIO(data), source, is_copy=origin is Origin.COPY):
            if len(made) == MOST_UNITS and getattr(form, "is_packed", False):
                raise UnreadableSource(path, "it is too long to be read inside a message", "release it as a file")
            made.append(replace(unit, context={"origin": origin.value, **unit.context, "depth": str(depth)}))
        payloads = tuple(data[unit.start : unit.stop] for unit in made)
        # Read here, and once: what fails must fail where it can still become a gap.
        readings = tuple(form.read(payload, unit) for payload, unit in zip(payloads, made, strict=True))
        return cls(form, tuple(made), payloads, readings, origin)

    @classmethod
    def of_parts(cls, data: bytes, origin: Origin) -> Attached:
        """Return the attachment that :meth:`packed` wrote."""
        from pipeline.formats import format_named  # noqa: PLC0415 - the list of formats imports this one

        unpacked = zlib.decompress(data)
        at = _HEAD + int(unpacked[:_HEAD])
        told: dict[str, Any] = json.loads(unpacked[_HEAD:at])
        source, form = Source(told["path"], told["form"], told["size"]), format_named(told["form"])
        units, payloads = [], []
        for ordinal, size, context in told["units"]:
            payloads.append(unpacked[at : at + size])
            units.append(Unit(source, ordinal, 0, size, context))
            at += size
        readings: tuple[Reading, ...] = ()
        if origin is Origin.PART:
            readings = tuple(form.read(payload, unit) for payload, unit in zip(payloads, units, strict=True))
        return cls(form, tuple(units), tuple(payloads), readings, origin)

    def read(self) -> Reading:
        readings = []
        for unit, reading in zip(self.units, self.readings, strict=True):
            # Its messages, and what a document says, belong to the record that carries them; rows are their own.
            own = tuple(
                replace(each, record="", thread="")
                if self.form.holds == "unit" or each.record == unit.source.path
                else each
                for each in reading.segments
            )
            found = replace(reading, segments=own)
            readings.append(prefixed(found, Part(unit.ordinal + 1)) if self.form.holds == "unit" else found)
        return joined(readings)

    def write(self, edits: Sequence[Edit]) -> Body:
        if self.origin is Origin.FINISH:
            return self._file([finished(self.form, each) for each in self.payloads])
        parts = self._parts(edits)
        is_file = not isinstance(self.form, Assembled) and all(finished(self.form, each) == each for each in parts)
        return self._file(parts) if is_file else self._packed(parts)

    def _parts(self, edits: Sequence[Edit]) -> list[bytes]:
        by_step = edits_by_step(edits) if self.form.holds == "unit" else {}
        out = []
        for unit, payload, reading in zip(self.units, self.payloads, self.readings, strict=True):
            own = by_step.pop(Part(unit.ordinal + 1), []) if self.form.holds == "unit" else _own(edits, reading)
            out.append(self.form.rewrite(payload, unit, own))
        if by_step:
            raise SpanError("an edit is addressed to no message of this mailbox")
        return out

    def _packed(self, parts: Sequence[bytes]) -> Body:
        source = self.units[0].source if self.units else Source("", self.form.name, 0)
        units = [[u.ordinal, len(part), dict(u.context)] for u, part in zip(self.units, parts, strict=True)]
        about = {"form": self.form.name, "path": source.path, "size": source.size, "units": units}
        head = json.dumps(about).encode("ascii")
        packed = zlib.compress(b"".join([f"{len(head):0{_HEAD}}".encode(), head, *parts]), 1)
        return bytes_body(packed, PARTS)._replace(is_held_as_parts=True)

    def _file(self, parts: Sequence[bytes]) -> Body:
        sink = io.BytesIO()
        assembled(self.form, parts, sink)
        return bytes_body(sink.getvalue(), _media_type(self.form, sink.getvalue()))


def _media_type(form: Format, data: bytes) -> str:
    ending: str = getattr(form, "writes", "")
    picture = f"image/{kind_of(data).lower()}" if form.name == "picture" else ""
    return _TYPES.get(form.name, "") or _TYPES_BY_ENDING.get(ending, "") or picture or "application/octet-stream"


def _own(edits: Sequence[Edit], reading: Reading) -> Sequence[Edit]:
    """Return the edits of one unit of a file whose units share one numbering of rows."""
    there = {each.address for each in reading.segments} if edits else set()
    return [edit for edit in edits if edit.address in there]


def opened(form: Format, data: bytes, path: str, depth: int, origin: Origin) -> Content:
    """Return an attached file as content; one that cannot be read, or that its reader would hold, becomes a gap."""
    try:
        made = Attached.opened(form, data, path, depth, origin)
    except UnreadableSource as error:
        return refused(error)
    except SpanError:
        raise
    except Exception:  # noqa: BLE001 - another format's failure on one attachment must not take the message along
        return Withheld("failed", "the attached file could not be read")
    gaps = (gap for reading in made.readings for gap in reading.gaps)
    held = next((gap for gap in gaps if gap.holds), None) if form.holds == "file" else None
    return made if held is None else Withheld(held.code, held.why)


def refused(error: UnreadableSource) -> Withheld:
    """Return the gap for what its reader refuses, with the reader's own words (they hold no value)."""
    why = error.what
    if any(each in why for each in _ENCRYPTED):
        return Withheld("encrypted", why)
    return Withheld("too_large" if "too " in why or "more than" in why or "larger than" in why else "damaged", why)
