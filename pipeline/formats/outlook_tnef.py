"""What Outlook puts beside a message (``winmail.dat``, TNEF) opened: its attributes become an item (MS-OXTNEF).

tnefparse reads it (LGPL, in the extra ``tnef``, unmodified). What it cannot read it passes over and says so in its log,
with what it met; here that log is heard and never written, and whatever is passed over refuses the file.
"""

from __future__ import annotations

import importlib.util
import logging
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.outlook_items import FIXED, Attachment, Bag, Item, Kind, Value

MAGIC: Final = b"\x78\x9f\x3e\x22"
DEPTH_LIMIT: Final = 20
ADVICE: Final = "it is an Outlook container; it is read when the extra is there: pip install 'releasable[tnef]'"

_HEAD: Final = 6  # bytes before the first attribute
_ATTACHMENT_BEGINS, _ATTACHMENT_DATA, _ATTACHMENT_TITLE, _ATTACHMENT = 0x9002, 0x800F, 0x8010, 0x9005
_PROPERTIES, _RECIPIENTS, _SUBJECT, _BODY, _CLASS = 0x9003, 0x9004, 0x8004, 0x800C, 0x8008
_MESSAGE_LEVEL: Final = 1
_TEXTS: Final = frozenset({Kind.NARROW, Kind.TEXT})
_MESSAGE: Final = bytes.fromhex("0703020000000000c000000000000046")
"""Stands before a message inside: IID_IMessage."""
_BY_VALUE, _ITEM = 1, 5
_RICH_TEXT: Final = 0x1009


@dataclass
class _Opened:
    """The values of an item, of its recipients and of its attachments, while its attributes are read."""

    values: dict[int, Value] = field(default_factory=dict)
    recipients: list[dict[int, Value]] = field(default_factory=list)
    attachments: list[dict[int, Value]] = field(default_factory=list)


def opened(data: bytes, where: str, depth: int = 0) -> Item:
    """Return the item in a TNEF stream.

    Raises:
        UnreadableSource: it is damaged, or the extra is not there.
    """
    if importlib.util.find_spec("tnefparse") is None:
        raise UnreadableSource(where, ADVICE, "install it, and run again")
    if depth > DEPTH_LIMIT:
        raise UnreadableSource(where, f"messages lie more than {DEPTH_LIMIT} levels deep in it", "take it apart")
    try:
        with _heard() as said:
            found = _read(data)
    except UnreadableSource:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the reader raises on a damaged file, the file is held
        what = f"it is damaged or cut short ({type(error).__name__})"
        raise UnreadableSource(where, what, "ask for the message again") from None
    if said:
        raise UnreadableSource(where, "it is damaged: a part of it cannot be read", "ask for the message again")
    attachments = [_attachment(each, where, depth) for each in found.attachments]
    return Item(Bag(found.values), [Bag(each) for each in found.recipients], attachments)


@contextmanager
def _heard() -> Iterator[list[int]]:
    """Hear what tnefparse logs of warnings and errors: their levels. Nothing of it goes any further."""
    levels: list[int] = []
    ear = logging.Handler(logging.WARNING)
    ear.emit = lambda record: levels.append(record.levelno)  # type: ignore[method-assign]
    logger = logging.getLogger("tnefparse")
    was = (logger.propagate, logger.level, logger.disabled)
    logger.propagate, logger.disabled = False, False
    logger.setLevel(logging.WARNING)
    logger.addHandler(ear)
    try:
        yield levels
    finally:
        logger.removeHandler(ear)
        logger.propagate, logger.level, logger.disabled = was


def _read(data: bytes) -> _Opened:
    """Return the attributes of a stream (raises whatever tnefparse raises, ValueError where bytes are left over)."""
    from tnefparse import TNEF  # noqa: PLC0415 - an extra
    from tnefparse.mapi import decode_mapi  # noqa: PLC0415

    end = _end_of_attributes(data)
    # Its messages inside are read by us, to a depth: it would go on without end.
    stream = TNEF(data[:end].replace(_MESSAGE, bytes(len(_MESSAGE))), do_checksum=False)
    if _HEAD + sum(each.length for each in stream.objects) != end:
        raise ValueError("cut short")
    codec = stream.codepage or "cp1252"
    found, at = _Opened(), _HEAD
    for each in stream.objects:
        raw = data[at + 9 : at + each.length - 2]
        at += each.length
        if each.level != _MESSAGE_LEVEL:
            _of_attachment(found, each.name, raw, codec)
        elif each.name == _PROPERTIES:
            found.values |= _values(decode_mapi(raw, codec))
        elif each.name == _RECIPIENTS:
            found.recipients += [_values(one) for one in each.data]
        elif each.name in {_SUBJECT, _BODY, _CLASS}:
            number = {_SUBJECT: 0x0037, _BODY: 0x1000, _CLASS: 0x001A}[each.name]
            text = raw.decode(codec, "replace").rstrip("\0")
            found.values.setdefault(number, text.replace("IPM.Microsoft Schedule.Mtg", "IPM.Schedule.Meeting."))
        else:
            found.values.setdefault(0x20000 + each.name, 0)  # counted as left out
    return found


def _end_of_attributes(data: bytes) -> int:
    """Return where the last attribute ends, the sums of all of them being right.

    It is done before tnefparse reads, which takes minutes over some damaged numbers.

    Raises:
        ValueError: a sum does not fit, or bytes are left over (struct.error: an attribute is cut short).
    """
    at = _HEAD
    while len(data) - at > 3 or data[at:].strip(b"\0\r\n"):  # filled up to whole words, or a line ended by mail
        length = struct.unpack_from("<I", data, at + 5)[0]
        raw = data[at + 9 : at + 9 + length]
        if sum(raw) & 0xFFFF != struct.unpack_from("<H", data, at + 9 + length)[0]:
            raise ValueError("a sum of bytes does not fit")
        at += 9 + length + 2
    return at


def _of_attachment(found: _Opened, name: int, raw: bytes, codec: str) -> None:
    from tnefparse.mapi import decode_mapi  # noqa: PLC0415 - an extra

    if name == _ATTACHMENT_BEGINS:
        found.attachments.append({})
    own = found.attachments[-1]  # raises where an attachment has no beginning
    if name == _ATTACHMENT_DATA:
        own[0x3701] = raw
        own.setdefault(0x3705, _BY_VALUE)
    elif name == _ATTACHMENT_TITLE:
        own.setdefault(0x3704, raw.decode(codec, "replace").rstrip("\0"))
    elif name == _ATTACHMENT:
        said = _values(decode_mapi(raw, codec))
        if 0x3701 in own:
            said.pop(0x3701, None)
        own |= said


def _values(attributes: Iterable[Any]) -> dict[int, Value]:
    """Return properties by number; those with a name under the number of that name."""
    out: dict[int, Value] = {}
    for each in attributes:
        known = each.guid_prop if isinstance(each.guid_prop, int) and 0x8000 <= each.guid_prop < 0x10000 else None
        number = each.name if each.name < 0x8000 else known if known is not None else 0x10000 + each.name
        data = each.raw_data
        if each.attr_type in _TEXTS:
            out[number] = "".join(data).rstrip("\0")
        elif each.attr_type in {Kind.BYTES, Kind.OBJECT}:
            out[number] = _trimmed(number, b"".join(data))
        elif (
            each.attr_type in FIXED and isinstance(data, bytes) and len(data) >= struct.calcsize(FIXED[each.attr_type])
        ):
            out[number] = int(struct.unpack_from(FIXED[each.attr_type], data)[0])
        else:
            out.setdefault(number, 0)  # a kind that nothing here reads; it is counted
    return out


def _trimmed(number: int, data: bytes) -> bytes:
    """Return bytes without those that fill them up to a whole word, where they say how long they are: rich text."""
    return data[: 4 + struct.unpack_from("<I", data)[0]] if number == _RICH_TEXT and len(data) >= 4 else data


def _attachment(values: dict[int, Value], where: str, depth: int) -> Attachment:
    data = values.get(0x3701)
    if isinstance(data, bytes) and data.startswith(_MESSAGE):
        return Attachment(Bag(values), opened(data[len(_MESSAGE) :], where, depth + 1))
    return Attachment(Bag(values), is_broken=values.get(0x3705) == _ITEM)
