"""Outlook messages (``.msg``), read and written as mail: the copy of ``letter.msg`` is ``letter.eml``.

The item is made into a message (:mod:`pipeline.formats.outlook_mail`) and then goes the road of mail; what is read from
its copy is read as mail at once. Properties that no message has are counted as dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats import outlook_tnef
from pipeline.formats.mail import Message
from pipeline.formats.mail_stored import read_as_mail, whole
from pipeline.formats.outlook_compound import MAGIC, opened
from pipeline.formats.outlook_mail import message_of
from pipeline.model import Dropped, Edit, Reading, Source, Unit

_SIGNS: Final = tuple(each.encode("utf-16-le") for each in ("__properties_ver", "__substg1.0_", "__nameid_ver"))


class OutlookMessage:
    """A message, calendar entry, contact or task that was saved from Outlook."""

    name = "msg"
    holds = "unit"
    writes = ".eml"

    def claims(self, head: bytes, name: str) -> float:
        """Return how sure it is: a compound file with the storages of a message; by its name where they lie deeper."""
        if head.startswith(outlook_tnef.MAGIC):
            return 0.97
        if not head.startswith(MAGIC):
            return 0.0
        if any(sign in head for sign in _SIGNS):
            return 0.97
        return 0.9 if PurePosixPath(name).suffix.lower() in {".msg", ".oft"} else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Return the message, whole (raises UnreadableSource where it is too large)."""
        del stream
        return whole(source)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return what the message says, as mail is read (raises UnreadableSource)."""
        data, left = as_message(payload, unit.key)
        return read_as_mail(data, unit, Dropped((), "Outlook property", left))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        r"""Return a new message (``.eml``) after ``edits``, its line ends ``\r\n``.

        Raises:
            UnreadableSource: the message cannot be read.
            SpanError: an edit does not fit its segment.
        """
        data, _ = as_message(payload, unit.key)
        if payload.startswith((MAGIC, outlook_tnef.MAGIC)):
            data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return Message().rewrite(data, unit, edits)

    def finished(self, part: bytes) -> bytes:
        """Return the message with its attachments as files."""
        return Message().finished(part)


def as_message(payload: bytes, where: str) -> tuple[bytes, int]:
    """Return a file of Outlook as a message, and how many of its properties are left out; a message stays as it is.

    Raises:
        UnreadableSource: it cannot be read, or lies too deep.
    """
    if payload.startswith(outlook_tnef.MAGIC):
        item = outlook_tnef.opened(payload, where)
    elif payload.startswith(MAGIC):
        item = opened(payload, where)
    else:
        return payload, 0
    try:
        return message_of(item), item.left
    except RecursionError:
        raise UnreadableSource(where, "messages lie too deep in it", "take it apart") from None
