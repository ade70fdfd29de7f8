"""The headers of a message: cut off, decoded, and those of the allow-list read.

Sources: RFC 5322 sections 2.2 and 3.4 with the obsolete forms of section 4, RFC 2047,
RFC 2231 (parameters). Whatever a header holds beyond what is read here never travels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from pipeline.formats.mail_text import ENCODED_WORD, Undecodable, raw_text, text_of, words_decoded
from pipeline.model import Gap, Header, Reading, Role, Segment

ADDRESS_HEADERS = ("From", "To", "Cc", "Bcc", "Reply-To")
ALLOWED = {name.lower(): name for name in (*ADDRESS_HEADERS, "Date", "Subject")}
MADE_ANEW = frozenset({"mime-version", "content-type", "content-transfer-encoding", "content-disposition"})

_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_SPACE = re.compile(r"\s+")


class HeaderLine(NamedTuple):
    """A header as it stands: its lower-case name and its unfolded bytes."""

    name: str
    raw: bytes


class Head(NamedTuple):
    """The head of a message or part: its headers, the malformed lines among them, and what follows."""

    lines: tuple[HeaderLine, ...]
    malformed: int
    body: bytes


def split_head(data: bytes) -> Head:
    r"""Cut the headers off a message or part whose line ends are ``\n``.

    A line that is no header ends the headers where no header follows it before the next
    blank line; otherwise it is malformed and left out, as a body it would let the headers
    behind it travel. The boundary that the headers name ends them always: the parts begin there.
    """
    if data.startswith(b"\n"):
        return Head((), 0, data[1:])
    block, _, body = data.partition(b"\n\n")
    lines = block.split(b"\n")
    last_header = max((at for at, line in enumerate(lines) if _HEADER.fullmatch(line)), default=-1)
    found: list[tuple[str, list[bytes]]] = []
    malformed = 0
    for at, line in enumerate(lines):
        match = _HEADER.fullmatch(line)
        if match:
            found.append((match[1].decode("ascii").lower(), [match[2].strip()]))
        elif line[:1] in (b" ", b"\t") and found:
            found[-1][1].append(line.strip())
        elif not line.strip():
            continue
        elif at > last_header or _begins_parts(line, found):
            body = b"\n".join(lines[at:]) + data[len(block) :]
            break
        else:
            malformed += 1
    return Head(tuple(HeaderLine(name, b" ".join(parts).strip()) for name, parts in found), malformed, body)


def _begins_parts(line: bytes, found: list[tuple[str, list[bytes]]]) -> bool:
    """Return whether a line is the boundary that the headers before it name."""
    if not line.startswith(b"--"):
        return False
    said = next((raw for name, raw in found if name == "content-type"), [])
    try:
        boundary = parameters(raw_text(b" ".join(said))).get("boundary", "").rstrip()
    except Undecodable:
        return False
    return bool(boundary) and line[2:].rstrip() == boundary.encode("utf-8", "replace")


# --- parameters -------------------------------------------------------------------------

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*+"?|[^;]*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def first(lines: Iterable[HeaderLine], name: str) -> str:
    """Return the raw text of the first header of that lower-case name, or ""."""
    return next((raw_text(line.raw) for line in lines if line.name == name), "")


def parameters(value: str) -> dict[str, str]:
    """Return the parameters of a ``Content-Type`` or ``Content-Disposition``, decoded (RFC 2231 and RFC 2047).

    Raises:
        Undecodable: a parameter is broken or its charset unknown.
    """
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAMETER.finditer(value):
        name, text = found[1].lower(), found[2].strip()
        if text.startswith('"'):
            text = _ESCAPED.sub(r"\1", text[1:].removesuffix('"'))
        if "*" in name:
            stem, _, rest = name.partition("*")
            number = rest.rstrip("*")
            order = int(number) if number.isdecimal() and len(number) < 5 else 0
            pieces.setdefault(stem, []).append((order, name.endswith("*"), text))
        else:
            plain.setdefault(name, text)
    decoded = {name: words_decoded(text) for name, text in plain.items()}
    return decoded | {name: _extended(parts) for name, parts in pieces.items()}


def _extended(parts: list[tuple[int, bool, str]]) -> str:
    """Return an extended parameter: ``charset'language'percent-encoded``, in pieces (RFC 2231 sections 3 and 4)."""
    parts.sort(key=lambda part: part[0])
    charset, packed = "", b""
    for at, (_, encoded, text) in enumerate(parts):
        value = text
        if encoded and not at and text.count("'") >= 2:
            charset, _, value = text.split("'", 2)
        packed += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return text_of(packed, charset)


# --- mailboxes --------------------------------------------------------------------------


class Mailbox(NamedTuple):
    """One entry of an address header; without an address it is a bare name, or the name of a group."""

    name: str
    address: str
    group: bool = False


_TOKEN = re.compile(
    r'(?P<word>=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=)|"(?P<quoted>(?:[^"\\]|\\.)*+)"|\\(?P<escaped>.)'
    r'|(?P<special>[<>(),;:])|(?P<text>[^"\\<>(),;:=]++|.)',
    re.DOTALL,
)


_LOCAL_QUOTED = re.compile(r'"[^"]*+"@\S+|\S+')


@dataclass
class _Entry:
    """An entry while it is read: words before the address, the address, words after, comments."""

    before: list[str] = field(default_factory=list)
    address: list[str] | None = None
    after: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        return self.before if self.address is None else self.after

    def mailbox(self, *, is_group: bool = False) -> Mailbox:
        phrase = "".join(self.before).strip()
        address = "".join(self.address or ()).strip()
        if address.startswith("@") and ":" in address:  # an obsolete route
            address = address.rpartition(":")[2]
        if not is_group and not address and "@" in phrase and not ENCODED_WORD.search(phrase):
            tokens = _LOCAL_QUOTED.findall(phrase)
            address = next(token for token in reversed(tokens) if "@" in token)
            tokens.remove(address)
            phrase = " ".join(tokens)
        phrase = " ".join(part for part in (phrase, "".join(self.after).strip()) if part)
        comment = " ".join(part for part in (each.strip() for each in self.comments) if part)
        if comment:
            phrase = f"{phrase} ({comment})" if phrase else comment
        return Mailbox(_clean(phrase), _clean(address), is_group)


def _clean(raw: str) -> str:
    return _SPACE.sub(" ", words_decoded(raw)).strip()


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """Return the entries of an address header: whatever is written there is in one of them.

    Groups, comments, routes and quoted names are resolved; ``Doe, Jane <jane@example.com>``
    without quotes is one entry.

    Raises:
        Undecodable: an encoded word is broken or its charset unknown.
    """
    found: list[tuple[Mailbox, str]] = []
    entry = _Entry()
    for kind, text in _events(value):
        if kind == "words":
            entry.words().append(text)
        elif kind == "comment":
            entry.comments.append(text)
        elif kind == "address":
            if entry.address is not None:
                found.append((_Entry(entry.before, entry.address).mailbox(), ","))
                entry = _Entry(entry.after, None, [], entry.comments)
            entry.address = [text]
        else:
            box = entry.mailbox(is_group=kind == ":")
            if box.name or box.address:
                found.append((box, kind))
            entry = _Entry()
    return tuple(_joined(found))


def _joined(found: list[tuple[Mailbox, str]]) -> Iterator[Mailbox]:
    """Join an unquoted ``Doe`` and the ``Jane <jane@example.com>`` after its comma."""
    surname = ""
    for at, (box, end) in enumerate(found):
        follower = found[at + 1][0] if at + 1 < len(found) else None
        name = f"{surname}, {box.name}" if surname else box.name
        bare = not box.address and not box.group and end == ","
        if bare and not surname and follower and follower.address and follower.name:
            surname = box.name
            continue
        surname = ""
        yield box._replace(name=name)


def _events(value: str) -> Iterator[tuple[str, str]]:
    """Yield ``words``, ``comment`` and ``address`` with their raw text, and the ends ``,`` ``;`` ``:``."""
    depth, inside = 0, ""
    gathered: list[str] = []
    for token in _TOKEN.finditer(value):
        special = token["special"]
        if inside == "comment":
            depth += (special == "(") - (special == ")")
            if depth:
                gathered.append(token["escaped"] or token[0])
                continue
        elif inside == "address" and special != ">":
            if special != "<":
                gathered.append(token[0])
            continue
        elif special in {"(", "<"}:
            inside, depth = ("comment", 1) if special == "(" else ("address", 0)
            continue
        if inside:
            yield inside, "".join(gathered)
            gathered, inside = [], ""
        elif special in {",", ";", ":"}:
            yield special, ""
        elif special not in {">", ")"}:
            quoted = token["quoted"]
            local_part = quoted is not None and value[token.end() : token.end() + 1] == "@"
            is_name = quoted is not None and not local_part
            yield "words", _ESCAPED.sub(r"\1", quoted) if is_name else token["escaped"] or token[0]
    if inside:
        yield inside, "".join(gathered)
    yield ",", ""


def mailbox_text(boxes: Iterable[Mailbox]) -> tuple[str, list[tuple[int, int]]]:
    """Return ``Jane Doe <jane@example.com>, …`` and, two for each entry, the spans of name and address."""
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for box in boxes:
        if spans:
            out.append(", ")
            at += 2
        spans.append((at, at + len(box.name)))
        at += len(box.name)
        text = f" <{box.address}>" if box.name and box.address else box.address
        lead = text.find("<") + 1 if box.name else 0
        spans.append((at + lead, at + lead + len(box.address)))
        out += [box.name, text]
        at += len(text)
    return "".join(out), spans


# --- the allowed headers ----------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A header of the allow-list: its text, and its entries where it holds mailboxes; or why it cannot be read."""

    step: Header
    text: str = ""
    boxes: tuple[Mailbox, ...] = ()
    gap: Undecodable | None = None


def fields(lines: Iterable[HeaderLine]) -> tuple[Field, ...]:
    """Return the headers of the allow-list in their order."""
    seen: dict[str, int] = {}
    out: list[Field] = []
    for line in lines:
        name = ALLOWED.get(line.name)
        if name is None:
            continue
        step = Header(name, seen.get(name, 0))
        seen[name] = step.ordinal + 1
        try:
            out.append(_field(step, raw_text(line.raw)))
        except Undecodable as gap:
            out.append(Field(step, gap=gap))
    return tuple(out)


def _field(step: Header, value: str) -> Field:
    if step.name in ADDRESS_HEADERS:
        boxes = mailboxes(value)
        return Field(step, mailbox_text(boxes)[0], boxes)
    if step.name == "Date":
        return Field(step, date_text(value))
    return Field(step, words_decoded(value).strip())


def date_text(value: str) -> str:
    """Return a date in the form of RFC 5322, or, where it is none, its text as it stands."""
    text = words_decoded(value).strip()
    try:
        return format_datetime(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return text


def field_lines_reading(found: Iterable[Field]) -> Reading:
    """Return the segments and gaps of the allowed headers, addressed from their message."""
    segments, gaps = [], []
    for each in found:
        if each.gap:
            gaps.append(Gap((each.step,), each.gap.code, each.gap.why))
        elif each.text:
            segments.append(Segment(each.text, (each.step,), label=each.step.name, role=Role.HEADER))
    return Reading(tuple(segments), tuple(gaps))


# --- threads ----------------------------------------------------------------------------

_MESSAGE_ID = re.compile(rb"<([^<>\s]+)>")
_REPLY = re.compile(r"^(?:\s*(?:re|aw|sv|fwd?|wg)\s*(?:\[\d+\])?\s*:|\s*\[[^\]]{0,40}\])+", re.IGNORECASE)


def thread_root(lines: Iterable[HeaderLine], found: Iterable[Field]) -> str:
    """Return what the messages of one thread share: the first identifier they refer to, else their subject, or ""."""
    by_name: dict[str, bytes] = {}
    for line in lines:
        by_name.setdefault(line.name, line.raw)
    for name in ("references", "in-reply-to", "message-id"):
        identifier = _MESSAGE_ID.search(by_name.get(name, b""))
        if identifier:
            return raw_text(identifier[1])
    subject = next((each.text for each in found if each.step.name == "Subject"), "")
    return _SPACE.sub(" ", _REPLY.sub("", subject)).strip().casefold()
