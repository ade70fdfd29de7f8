"""The parts of a message: cut apart, decoded, each given to what can read it.

The tree is cut here and not by the standard library: in linear time, to a fixed depth,
with a gap for what is broken instead of an exception or a guess. Sources: RFC 2045, 2046
(structure), 1847, 3156, 8551 (signed and encrypted mail), 3462 (reports).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from pipeline.errors import UnreadableSource
from pipeline.formats import mail_sniff
from pipeline.formats.base import Format, copy_name
from pipeline.formats.calendar_text import CalendarText, is_calendar
from pipeline.formats.html_text import HtmlText, declared_charset
from pipeline.formats.mail_archive import ARCHIVE, MOST_BYTES, NestedArchive, as_multipart, is_archive
from pipeline.formats.mail_attached import PARTS, Attached, Origin, opened, refused
from pipeline.formats.mail_content import (
    AsWritten,
    CalendarContent,
    Content,
    HtmlContent,
    PlainContent,
    Removed,
    Withheld,
)
from pipeline.formats.mail_headers import MADE_ANEW, Head, fields, first, parameters, split_head
from pipeline.formats.mail_text import Undecodable, raw_text, text_of, transfer_decoded, uu_decoded
from pipeline.formats.mail_tree import Branch, Leaf, NestedMessage, Node, Tree
from pipeline.formats.mail_write import Body

HEAD_SIZE = 65536
DEPTH_LIMIT = 20
PART_LIMIT = 2_000
SIZE_LIMIT = 50 * 1024 * 1024

_TYPE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+)/([A-Za-z0-9!#$&^_.+-]+)")
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
_PLAIN = frozenset({"text/plain", "text/enriched", "text/richtext", "message/delivery-status"})
_SUFFIXES = re.compile(r"\.[A-Za-z0-9]{1,5}")


@dataclass
class Limits:
    """How many parts of a whole unit were cut, however deep they lie, what its archives unpack to, its origin."""

    parts: int = 0
    unpacked: int = 0
    origin: Origin = Origin.SOURCE


def tree_of(data: bytes, path: str, depth: int = 0, limits: Limits | None = None) -> Tree:
    r"""Return the tree of a message whose line ends are ``\n``; ``path`` names it as a source."""
    head = split_head(data)
    cutter = _Cutter(path, limits or Limits())
    return Tree(head, fields(head.lines), cutter.node(head, depth))


@dataclass
class _Kind:
    """What the headers of a part say."""

    media_type: str
    charset: str
    encoding: str
    parameters: dict[str, str] = field(default_factory=dict)
    file_name: str = ""
    is_attachment: bool = False

    @classmethod
    def of(cls, head: Head, default: str) -> _Kind:
        """Return what a head says (raises Undecodable)."""
        value, placed = first(head.lines, "content-type"), first(head.lines, "content-disposition")
        found = _TYPE.match(value)
        media_type = f"{found[1]}/{found[2]}".lower() if found else default
        said, where = parameters(value), parameters(placed)
        return cls(
            media_type,
            said.get("charset", "").partition(" ")[0],
            first(head.lines, "content-transfer-encoding").partition(";")[0],
            said,
            " ".join((where.get("filename") or said.get("name") or "").split()),
            placed.strip().lower().startswith("attachment"),
        )


@dataclass
class _Cutter:
    """Cuts one message into nodes and numbers its parts."""

    path: str
    limits: Limits
    number: int = 0

    def leaf(self, content: Content, kind: _Kind | None = None, headers_left: int = 0) -> Leaf:
        self.number += 1
        if kind is None:
            return Leaf(self.number, content, headers_left=headers_left)
        return Leaf(self.number, content, kind.file_name, kind.is_attachment or bool(kind.file_name), headers_left)

    def node(self, head: Head, depth: int, default: str = "text/plain", *, is_part: bool = False) -> Node:
        """Return the node of a message (``is_part`` False) or part."""
        self.limits.parts += 1
        left = sum(line.name not in MADE_ANEW for line in head.lines) + head.malformed if is_part else 0
        try:
            kind = _Kind.of(head, default)
        except Undecodable as gap:
            return self.leaf(Withheld(gap.code, gap.why), headers_left=left)
        limit = self._limit(head.body, depth)
        if limit:
            return self.leaf(limit, kind, left)
        if kind.media_type.startswith("multipart/"):
            return self._multipart(head, kind, depth, left)
        try:
            data = transfer_decoded(head.body, kind.encoding)
            special = self._special(data, kind, depth)
            if special:
                return self.leaf(special, kind, left)
            if self.limits.origin is Origin.FINISH:
                written = Body(first(head.lines, "content-type"), kind.encoding, head.body)
                return self.leaf(AsWritten(written), kind, left)
            if kind.media_type in _PLAIN and not kind.file_name and not is_calendar(data[:40].decode("latin-1")):
                return self._text(text_of(_examinable(data), kind.charset), kind, depth, left)
            return self.leaf(self._content(data, kind, depth), kind, left)
        except Undecodable as gap:
            return self.leaf(Withheld(gap.code, gap.why), kind, left)

    def _limit(self, body: bytes, depth: int) -> Withheld | None:
        if depth > DEPTH_LIMIT:
            return Withheld("too_deep", f"it lies more than {DEPTH_LIMIT} levels deep")
        if len(body) > SIZE_LIMIT and self.limits.origin is Origin.SOURCE:
            return Withheld("too_large", "it is larger than 50 MB")
        if self.limits.parts > PART_LIMIT:
            return Withheld("too_large", f"the message has more than {PART_LIMIT} parts")
        return None

    def _multipart(self, head: Head, kind: _Kind, depth: int, left: int) -> Node:
        if kind.media_type == "multipart/encrypted":
            return self.leaf(Withheld("encrypted", "it is encrypted", holds=True), kind, left)
        cut = split_parts(head.body, kind.parameters.get("boundary", ""), PART_LIMIT)
        if cut is None:
            content: Content = PlainContent("")
            if head.body.strip():
                content = Withheld("damaged", "its parts cannot be told apart")
            return self.leaf(content, kind, left)
        parts, margins = cut
        default = "message/rfc822" if kind.media_type == "multipart/digest" else "text/plain"
        nodes: list[Node] = []
        for each in parts:
            if self.limits.parts > PART_LIMIT:
                nodes.append(self.leaf(Withheld("too_large", f"the message has more than {PART_LIMIT} parts")))
                break
            nodes.append(self.node(split_head(each), depth + 1, default, is_part=True))
        subtype = kind.media_type.partition("/")[2]
        return Branch(subtype if subtype in {"alternative", "related"} else "mixed", tuple(nodes), margins, left)

    def _special(self, data: bytes, kind: _Kind, depth: int) -> Content | None:
        """Return the content of a part whose type alone decides, or None."""
        name = kind.media_type
        if name == PARTS and self.limits.origin in {Origin.PART, Origin.FINISH}:
            return Attached.of_parts(data, self.limits.origin)
        if name == ARCHIVE and self.limits.origin in {Origin.PART, Origin.FINISH}:
            return NestedArchive(self._members(data, depth), self.limits.origin)
        if len(data) > SIZE_LIMIT and self.limits.origin is Origin.SOURCE:
            return Withheld("too_large", "it is larger than 50 MB")
        if name in _MESSAGES:
            return self._message(data, depth, "message/rfc822")
        if name == "text/rfc822-headers":
            return self._message(data.partition(b"\n\n")[0] + b"\n\n", depth, name)
        if name in _SIGNATURES or kind.file_name.lower().endswith(".p7s"):
            return Removed("signature")
        if name in _SMIME or kind.file_name.lower().endswith(".p7m"):
            if kind.parameters.get("smime-type", "").lower() in {"signed-data", "certs-only"}:
                return Withheld("signed", "it is packed into its signature")
            return Withheld("encrypted", "it is encrypted", holds=True)
        if name == "application/pgp-encrypted":
            return Withheld("encrypted", "it is encrypted", holds=True)
        if name == "application/pgp-keys":
            return Withheld("unknown_format", "no format here reads it")
        if name == "message/partial":
            return Withheld("damaged", "it is a piece of a message that was cut")
        return None

    def _message(self, data: bytes, depth: int, content_type: str) -> Content:
        data = unframed(data.replace(b"\r\n", b"\n"))
        if depth >= DEPTH_LIMIT:
            return Withheld("too_deep", f"it lies more than {DEPTH_LIMIT} levels deep")
        tree = tree_of(data, f"{self.path}/part{self.number + 1}", depth + 1, self.limits)
        return NestedMessage(tree, content_type)

    def _archive(self, data: bytes, depth: int) -> Content:
        """Return an archive as the parts that its members are (raises Undecodable)."""
        if depth >= DEPTH_LIMIT:
            return Withheld("too_deep", f"it lies more than {DEPTH_LIMIT} levels deep")
        held, size = as_multipart(data, MOST_BYTES - self.limits.unpacked)
        self.limits.unpacked += size
        return NestedArchive(self._members(held, depth), self.limits.origin)

    def _members(self, held: bytes, depth: int) -> Tree:
        return tree_of(held, f"{self.path}/part{self.number + 1}", depth + 1, self.limits)

    def _of_program(self, data: bytes, depth: int, form: str) -> Content:
        """Return a message as Outlook or Apple Mail stores it as a message."""
        from pipeline.formats import apple_message, outlook_message  # noqa: PLC0415 - they read mail by this module

        as_message = outlook_message.as_message if form == "msg" else apple_message.as_message
        try:
            made, left = as_message(data, self.path)
        except UnreadableSource as error:
            return refused(error)
        content = self._message(made, depth, "message/rfc822")
        return replace(content, left_out=left) if isinstance(content, NestedMessage) else content

    def _text(self, text: str, kind: _Kind, depth: int, left: int) -> Node:
        """Return the node of running text: encoded blocks in it are parts of their own."""
        text = text.replace("\r\n", "\n")
        flow = "".join(
            f"; {key}={kind.parameters[key].lower()}" for key in ("format", "delsp") if self._flows(kind, key)
        )
        if "delsp=yes" in flow and "format=flowed" in flow:
            text, flow = unwrapped(text), ""
        nodes: list[Node] = []
        for run in mail_sniff.runs(text):
            self.limits.parts += bool(nodes)
            if self.limits.parts > PART_LIMIT:
                nodes.append(self.leaf(Withheld("too_large", f"the message has more than {PART_LIMIT} parts")))
                break
            if run.kind == "text":
                nodes.append(self.leaf(PlainContent(run.text, flow), kind, 0 if nodes else left))
            else:
                nodes.append(self._encoded(run, depth))
        if len(nodes) == 1:
            return nodes[0]
        return Branch("mixed", tuple(nodes))

    @staticmethod
    def _flows(kind: _Kind, key: str) -> bool:
        return kind.parameters.get(key, "").lower() in {"flowed", "fixed", "yes", "no"}

    def _encoded(self, run: mail_sniff.Run, depth: int) -> Leaf:
        """Return the part that stands for an encoded block of a text."""
        if run.kind == "pgp_message":
            return self.leaf(Withheld("encrypted", "it is encrypted", holds=True))
        if run.kind == "pgp_signature" and "-----END PGP SIGNATURE" in run.text:
            return self.leaf(Removed("signature"))
        if run.kind != "uu":
            return self.leaf(Withheld("unknown_format", "an encoded block in the text"))
        lines = run.text.encode("utf-8", "replace").splitlines()
        name = raw_text(lines[0].split(b" ", 2)[2]).strip()
        kind = _Kind("application/octet-stream", "", "", file_name=name, is_attachment=True)
        try:
            return self.leaf(self._content(uu_decoded(lines), kind, depth + 1), kind)
        except Undecodable as gap:
            return self.leaf(Withheld(gap.code, gap.why), kind)

    def _content(self, data: bytes, kind: _Kind, depth: int) -> Content:
        """Return the content of a part by its bytes, its name and its type, in this order (raises Undecodable)."""
        media_type, suffix = kind.media_type, PurePosixPath(kind.file_name).suffix.lower()
        if is_archive(data):
            return self._archive(data, depth)
        found = mail_sniff.sniffed(data)
        if found and not (found[0] != "damaged" and _is_readable(data, kind.file_name)):
            return Withheld(*found)
        if media_type.startswith(("image/", "audio/", "video/", "font/", "model/")) and not found:
            is_image = media_type.startswith("image/")
            return Withheld("image" if is_image else "unknown_format", "no format here reads it")
        if media_type in {"text/html", "application/xhtml+xml"} or suffix in {".html", ".htm", ".xhtml"}:
            return _html(data, kind)
        if media_type == "text/calendar" or suffix == ".ics" or is_calendar(data[:40].decode("latin-1")):
            return _calendar(data, kind)
        if not data.strip():
            return PlainContent(text_of(data, ""))
        name = kind.file_name or ("part.csv" if media_type in {"text/csv", "text/tab-separated-values"} else "")
        return self._attached(data, kind, name, depth)

    def _attached(self, data: bytes, kind: _Kind, name: str, depth: int) -> Content:
        """Return the content of an attached file by the format that claims it (raises Undecodable)."""
        is_text = kind.media_type.startswith(("text/", "message/"))
        form = _claimed(data, name)
        is_card = kind.media_type in _CARDS or name.lower().endswith(".vcf")
        if is_card and (form is None or form.name != "contact_card"):
            raise Undecodable("damaged", "it is declared as a business card and is none")
        if form is not None and form.name == "message":
            return self._message(data, depth, "message/rfc822")
        if form is not None:
            kind.file_name = copy_name(form, kind.file_name)
        if form is not None and form.name in {"msg", "emlx"}:
            return self._of_program(data, depth, form.name)
        if form is None and not (is_text and not name):
            return Withheld("unknown_format", "no format here reads it")
        if form is None or form.name == "plain_text":
            text = text_of(_examinable(data), kind.charset).replace("\r\n", "\n")
            if any(run.kind != "text" for run in mail_sniff.runs(text)):
                return Withheld("unknown_format", "it holds an encoded block")
            return PlainContent(text)
        if depth >= DEPTH_LIMIT:
            return Withheld("too_deep", f"it lies more than {DEPTH_LIMIT} levels deep")
        suffix = PurePosixPath(name).suffix
        path = f"{self.path}/part{self.number + 1}" + (suffix if _SUFFIXES.fullmatch(suffix) else "")
        return opened(form, data, path, depth + 1, self.limits.origin)


def _claimed(data: bytes, name: str) -> Format | None:
    """Return the format that claims an attached file, or None (also where two do)."""
    from pipeline.formats import format_of  # noqa: PLC0415 - the list of formats imports this one

    try:
        return format_of(data[:HEAD_SIZE], name or "part.txt")
    except UnreadableSource:
        return None


def _is_readable(data: bytes, name: str) -> bool:
    """Return whether a format beside those of text claims a file that has a signature."""
    form = _claimed(data, name)
    return form is not None and form.name not in {"plain_text", "delimited", "markdown"}


def _examinable(data: bytes) -> bytes:
    """Return ``data`` if it can be text (raises Undecodable)."""
    if mail_sniff.sniffed(data):
        raise Undecodable(*mail_sniff.sniffed(data) or ("unknown_format", ""))
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Undecodable("damaged", "it is declared as text and holds NUL bytes")
    return data


def _html(data: bytes, kind: _Kind) -> Content:
    text = text_of(_examinable(data), kind.charset or declared_charset(data))
    if "-----BEGIN PGP MESSAGE" in text:
        return Withheld("encrypted", "it is encrypted", holds=True)
    return HtmlContent(HtmlText.parsed(text))


def _calendar(data: bytes, kind: _Kind) -> Content:
    text = text_of(_examinable(data), kind.charset)
    if not is_calendar(text):
        raise Undecodable("damaged", "it is declared as a calendar and is none")
    return CalendarContent(CalendarText(text))


def unwrapped(text: str) -> str:
    """Return a text without the line breaks that ``format=flowed; delsp=yes`` put into its words (RFC 3676)."""
    lines: list[list[str]] = []
    depth, soft = -1, False
    for line in text.split("\n"):
        rest = line.lstrip(">")
        marks = len(line) - len(rest)
        bare = rest.removeprefix(" ")
        if soft and marks == depth and bare != "-- ":
            lines[-1][-1] = lines[-1][-1][:-1]
            lines[-1].append(bare)
        else:
            lines.append([line])
        depth, soft = marks, bare.endswith(" ") and bare != "-- "
    return "\n".join("".join(pieces) for pieces in lines)


def unframed(data: bytes) -> bytes:
    """Return a message without the envelope line (``From jane@example.com Thu …``) some programs leave on it."""
    framed = data.startswith((b"From ", b">From "))
    return data.partition(b"\n")[2] if framed else data


def split_parts(body: bytes, boundary: str, limit: int) -> tuple[list[bytes], int] | None:
    """Return the parts between the boundary lines, and how many of preamble and epilogue hold anything.

    Not more than ``limit`` parts and one with the rest; None where no boundary line is found.
    """
    if not boundary.strip():
        return None
    mark = re.escape(boundary.rstrip().encode("utf-8", "replace"))
    line = re.compile(rb"(?:\A|\n)--" + mark + rb"(--)?[ \t]*(?=\n|\Z)")
    parts: list[bytes] = []
    start, margins = -1, 0
    for found in line.finditer(body):
        if start < 0:
            margins += bool(body[: found.start()].strip())
        else:
            parts.append(body[start : found.start()])
        start = found.end() + 1
        if found[1]:
            margins += bool(body[start:].strip())
            return parts, margins
        if len(parts) > limit:
            break
    if start < 0:
        return None
    return [*parts, body[start:]], margins
