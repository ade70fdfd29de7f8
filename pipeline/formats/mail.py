r"""E-mail: single messages (``.eml``) and mailboxes (``mbox``).

A message is a record. Its copy holds the headers From, To, Cc, Bcc, Reply-To, Date and Subject, the
text of its parts, and nothing else of what it said: every other header, preambles, signatures,
scripts and identifiers stay behind and are counted.

A mailbox is cut at lines ``From …`` at its start or after a blank line, when such a line holds
a time or a header follows it; ``Content-Length`` is not believed. Writers of the mboxrd kind put
one ``>`` before each ``>*From `` line of a body, those of the mboxo kind before ``From `` only:
one ``>`` is taken off on reading, and one put on in writing (mboxrd), so that in a mailbox of the
mboxo kind a quoted ``>From`` loses its mark.
"""

from __future__ import annotations

import re
import time
from calendar import timegm
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_tz
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.mail_attached import Origin
from pipeline.formats.mail_headers import thread_root
from pipeline.formats.mail_parts import Limits, tree_of, unframed
from pipeline.formats.mail_tree import Tree
from pipeline.model import Dropped, Edit, Header, Reading, Source, Unit

CHUNK: Final = 1 << 20
PART: Final = b"RELEASABLE MAIL PART\n"
"""Begins a message in which attachments are held as parts; no source begins so, for it is no header."""
CRLF_PART: Final = b"RELEASABLE MAIL PART\r\n"
"""The same, to be written with the line ends of its source."""
LOOK_AHEAD: Final = 4096
"""Bytes that must be at hand to judge a line beginning with ``From ``."""

_ENVELOPE = re.compile(rb"From [^\n]*")
_SPLIT = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From ")
_TIME = re.compile(rb" (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [^\n]{0,12}\d:\d\d")
_HEADER_LINE = re.compile(rb">?From |[!-9;-~]+[ \t]*:")
_KNOWN = frozenset(
    b"from to cc bcc subject date received return-path delivered-to reply-to sender message-id mime-version"
    b" content-type content-transfer-encoding x-mailer references in-reply-to importance thread-topic".split()
)
_MACHINE = frozenset(b"received return-path delivered-to message-id mime-version content-type x-mailer".split())
_ESCAPED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_UNESCAPED = re.compile(rb"^(?=>*From )", re.MULTILINE)
_EPOCH: Final = "Thu Jan  1 00:00:00 1970"


class Message:
    """A single message."""

    name = "message"
    holds = "unit"

    def claims(self, head: bytes, name: str) -> float:
        """Return how sure it is: at least two known headers at the very top, fewer where the name says so."""
        suffix = PurePosixPath(name).suffix.lower()
        found, values = _known_headers(head)
        if suffix == ".eml":
            return 0.97 if found else 0.0
        if len(found) < 2:
            return 0.0
        if found & _MACHINE:
            return 0.86
        # A letter in a text file may begin so; only a mailbox address makes it a message.
        return 0.84 if b"@" in values else 0.05

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Yield the message, whole."""
        head = stream.read(CHUNK)
        if not _known_headers(head[:65536])[0]:
            raise UnreadableSource(source.path, "it does not begin with the headers of a message", "check the file")
        yield Unit(source, 0, 0, source.size)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return the headers of the allow-list and the texts of every part (raises UnreadableSource)."""
        return _reading(_tree(_unmarked(payload), unit, _origin(payload, unit)), unit)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return a new message after ``edits``, its line ends those of the source; behind a mark, if to be finished.

        Raises:
            UnreadableSource: the message cannot be read.
            SpanError: an edit does not fit its segment.
        """
        tree = _tree(_unmarked(payload), unit, _origin(payload, unit))
        written, is_held_as_parts = tree.write(edits)
        is_crlf = b"\r\n" in payload[:CHUNK]
        if is_held_as_parts:
            return (CRLF_PART if is_crlf else PART) + written
        return written.replace(b"\n", b"\r\n") if is_crlf else written

    def finished(self, part: bytes) -> bytes:
        """Return the message with its attachments as files."""
        if not part.startswith((PART, CRLF_PART)):
            return part
        written = _finished(_unmarked(part))
        return written.replace(b"\n", b"\r\n") if part.startswith(CRLF_PART) else written


class Mailbox:
    """A mailbox of the mbox family."""

    name = "mbox"
    holds = "unit"

    def claims(self, head: bytes, name: str) -> float:
        """Return how sure it is: the file begins with an envelope line that a header follows."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
        if not start.startswith(b"From ") or not _is_envelope(start, 0):
            return 0.0
        following = start.partition(b"\n")[2]
        if following.strip() and not _HEADER_LINE.match(following):
            return 0.0
        return 0.98 if PurePosixPath(name).suffix.lower() in {".mbox", ".mbx"} else 0.92

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Yield a unit a message; only offsets are kept.

        Raises:
            UnreadableSource: the source does not begin with an envelope line.
        """
        start, ordinal = -1, 0
        for at in _envelopes(stream):
            if start >= 0:
                yield Unit(source, ordinal, start, at)
                ordinal += 1
            start = at if start >= 0 else 0
        if start < 0 and source.size:
            raise UnreadableSource(source.path, "no envelope line begins it", "check the file")
        if start >= 0:
            yield Unit(source, ordinal, start, source.size)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return the headers of the allow-list and the texts of every part (raises UnreadableSource)."""
        reading = _reading(_tree(_unpacked(_unmarked(payload)), unit, _origin(payload, unit)), unit)
        return replace(reading, dropped=(*reading.dropped, Dropped((), "envelope line", 1)))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        r"""Return a new message with a new envelope line and a blank line at its end, its line ends ``\n``.

        Raises:
            UnreadableSource: the message cannot be read.
            SpanError: an edit does not fit its segment.
        """
        tree = _tree(_unpacked(_unmarked(payload)), unit, _origin(payload, unit))
        written, is_held_as_parts = tree.write(edits)
        return (PART if is_held_as_parts else b"") + _envelope_line(tree, edits) + _packed(written)

    def finished(self, part: bytes) -> bytes:
        """Return the message with its attachments as files, behind its envelope line."""
        if not part.startswith(PART):
            return part
        held = _unmarked(part)
        return held[: held.index(b"\n") + 1] + _packed(_finished(_unpacked(held)))


# --- reading ----------------------------------------------------------------------------


def _origin(payload: bytes, unit: Unit) -> Origin:
    """Return where the bytes of a unit come from: a mark tells a part, the unit's context a finished copy."""
    if payload.startswith((PART, CRLF_PART)):
        return Origin.PART
    return Origin.COPY if unit.context.get("origin") == Origin.COPY else Origin.SOURCE


def _unmarked(payload: bytes) -> bytes:
    return payload.removeprefix(PART).removeprefix(CRLF_PART)


def _finished(held: bytes) -> bytes:
    return tree_of(held, "", limits=Limits(origin=Origin.FINISH)).write([])[0]


def structure(payload: bytes, unit: Unit) -> Tree:
    """Return the tree of a message of a mailbox or of a file of its own (raises UnreadableSource)."""
    return _tree(_unpacked(payload) if unit.source.format == Mailbox.name else payload, unit, Origin.SOURCE)


def _tree(payload: bytes, unit: Unit, origin: Origin) -> Tree:
    """Return the tree of a message (raises UnreadableSource)."""
    data = payload.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    try:
        tree = tree_of(unframed(data), unit.key, int(unit.context.get("depth", "0")), Limits(origin=origin))
    except RecursionError as error:  # pragma: no cover - the depth is limited; other formats may nest as well
        raise UnreadableSource(unit.key, "it is nested too deep", "") from error
    if not tree.head.lines:
        raise UnreadableSource(unit.key, "it has no headers", "look at the source; it may be cut short")
    return tree


def _reading(tree: Tree, unit: Unit) -> Reading:
    """Return the reading of a message with the keys of its record and thread."""
    reading = tree.read()
    root = thread_root(tree.head.lines, tree.fields)
    thread = f"{unit.source.path}:{root}" if root else unit.key
    segments = (
        replace(each, record=each.record or unit.key, thread=each.thread or thread) for each in reading.segments
    )
    return replace(reading, segments=tuple(segments))


def _known_headers(head: bytes) -> tuple[set[bytes], bytes]:
    """Return the known headers at the very top, and their lines; none where something else stands there."""
    block = re.split(rb"\r?\n\r?\n", head.removeprefix(b"\xef\xbb\xbf"), maxsplit=1)[0]
    found, lines = set(), []
    for line in block.splitlines():
        name = re.match(rb"([!-9;-~]+)[ \t]*:", line)
        if name:
            found.add(name[1].lower())
            lines.append(line)
        elif not lines or line[:1] not in (b" ", b"\t"):
            break
    return found & _KNOWN, b"\n".join(lines)


# --- mailboxes --------------------------------------------------------------------------


def _envelopes(stream: BinaryIO) -> Iterator[int]:
    """Yield the offset of every envelope line; blank lines and a byte order mark may stand before the first."""
    window, base, at_end = b"", 0, False
    is_first = True
    searched = 0
    while not at_end:
        chunk = stream.read(CHUNK)
        at_end = not chunk
        window += chunk
        limit = len(window) if at_end else len(window) - LOOK_AHEAD
        if is_first and (at_end or len(window) > LOOK_AHEAD):
            lead = len(window) - len(window.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
            if not window.startswith(b"From ", lead):
                return
            yield base + lead
            is_first, searched = False, lead + 5
        for found in _SPLIT.finditer(window, searched):
            if found.start() >= limit:
                break
            if _is_envelope(window, found.start()):
                yield base + found.start()
        searched = max(searched, limit)
        cut = max(0, searched - 4)  # what a look behind needs
        window, base, searched = window[cut:], base + cut, searched - cut


def _is_envelope(window: bytes, at: int) -> bool:
    """Return whether the line at ``at`` is an envelope line: it holds a time, or a header follows it."""
    line = _ENVELOPE.match(window[at : at + LOOK_AHEAD])
    if not line:
        return False
    following = window[at + line.end() + 1 : at + LOOK_AHEAD]
    return bool(_TIME.search(line[0]) or _HEADER_LINE.match(following))


def _unpacked(payload: bytes) -> bytes:
    """Return the message that a stretch of a mailbox holds: envelope line, separator and escapes taken off."""
    data = payload.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").replace(b"\r\n", b"\n")
    if data.endswith(b"\n\n"):
        data = data[:-1]
    return _ESCAPED.sub(b"", data.partition(b"\n")[2] if data.startswith(b"From ") else data)


def _packed(message: bytes) -> bytes:
    """Return a message as it stands in a mailbox behind its envelope line."""
    return _UNESCAPED.sub(b">", message) + (b"\n" if message.endswith(b"\n") else b"\n\n")


def _envelope_line(tree: Tree, edits: Sequence[Edit]) -> bytes:
    """Return a new envelope line; its time is that of an unedited date, in UTC."""
    moment = _EPOCH
    date = next((each.text for each in tree.fields if each.step == Header("Date")), "")
    parsed = parsedate_tz(date) if not any(edit.address == (Header("Date"),) for edit in edits) else None
    if parsed:
        try:
            moment = time.asctime(time.gmtime(timegm((*parsed[:6], 0, 0, 0)) - (parsed[9] or 0)))
        except (ValueError, OverflowError, OSError):
            moment = _EPOCH
    return f"From MAILER-DAEMON {moment}\n".encode("ascii")
