r"""Messages of Apple Mail (``.emlx``): a line with a number, a message of as many bytes, and properties of the program.

The message goes the road of mail. The properties behind it (XML, with flags and sometimes the subject once more) are
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.mail import Message
from pipeline.formats.mail_stored import read_as_mail, whole
from pipeline.model import Dropped, Edit, Reading, Source, Unit

_COUNT: Final = re.compile(rb"([0-9]{1,10})[ \t]*\r?\n")


class AppleMessage:
    """A message as Apple Mail stores it."""

    name = "emlx"
    holds = "unit"
    writes = ".eml"

    def claims(self, head: bytes, name: str) -> float:
        """Return how sure the mail format is of what stands behind the number."""
        found = _COUNT.match(head)
        return Message().claims(head[found.end() :], name.removesuffix("x")) if found else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Return the message, whole (raises UnreadableSource where it is too large)."""
        del stream
        return whole(source)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return what the message says, as mail is read (raises UnreadableSource)."""
        data, left = as_message(payload, unit.key)
        return read_as_mail(data, unit, Dropped((), "property of Apple Mail", left))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return a new message (``.eml``) after ``edits``.

        Raises:
            UnreadableSource: the message cannot be read.
            SpanError: an edit does not fit its segment.
        """
        return Message().rewrite(as_message(payload, unit.key)[0], unit, edits)

    def finished(self, part: bytes) -> bytes:
        """Return the message with its attachments as files."""
        return Message().finished(part)


def as_message(payload: bytes, where: str) -> tuple[bytes, int]:
    """Return the message in a file, and 1 where properties are left out, else 0; a message stays as it is.

    Raises:
        UnreadableSource: the file is shorter than its number says.
    """
    found = _COUNT.match(payload)
    if found is None:
        return payload, 0
    end = found.end() + int(found[1])
    if end > len(payload):
        raise UnreadableSource(where, "it is cut short", "export the message again")
    return payload[found.end() : end], int(bool(payload[end:].strip()))
