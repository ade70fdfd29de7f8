"""Messages that a program stores in a form of its own, one in a file: they go the road of mail, some of it left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pipeline.errors import UnreadableSource
from pipeline.formats.mail import Message
from pipeline.model import Dropped, Reading, Source, Unit

LARGEST: Final = 512 * 1024 * 1024


def whole(source: Source) -> Iterator[Unit]:
    """Yield the message of a file, whole (raises UnreadableSource where it is too large)."""
    if source.size > LARGEST:
        raise UnreadableSource(source.path, "it is a message of more than 512 MB", "take its attachments out")
    yield Unit(source, 0, 0, source.size)


def read_as_mail(data: bytes, unit: Unit, left: Dropped) -> Reading:
    """Return what a message says, and what its program keeps beside it and is left out (raises UnreadableSource)."""
    reading = Message().read(data, unit)
    return replace(reading, dropped=(*reading.dropped, left)) if left.count else reading
