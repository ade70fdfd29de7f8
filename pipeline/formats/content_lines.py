"""The lines of business cards (and, unfolded, of calendars): decoded, cut into name, parameters and value.

Sources: RFC 6350 sections 3.2 to 3.4 and 6, RFC 2426 (version 3.0), vCard 2.1 sections 2.1 (folding, quoted-printable).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.formats.mail_text import Undecodable, base64_decoded, text_of

_NAME: Final = re.compile(r"(?:([A-Za-z0-9_-]+)\.)?([A-Za-z0-9-]+)")
_PARAMETER: Final = re.compile(r';[ \t]*([A-Za-z0-9-]+)(?:=((?:"[^"]*+"|[^";:]*+)*+))?')
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SOFT: Final = re.compile(r"=[ \t]*$")
_QUOTED: Final = re.compile(r"quoted-printable", re.IGNORECASE)
_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "7BIT", "8BIT"})


class Line(NamedTuple):
    """A property: its group or "", its upper-case name, its parameters (upper-case key, value as it stands), its value.

    The value is decoded (quoted-printable, base64, character set) and still escaped.
    """

    group: str
    name: str
    parameters: tuple[tuple[str, str], ...]
    value: str


def lines_of(payload: bytes) -> Iterator[Line | None]:
    """Yield the properties of a card in order, None for a line that is none.

    Raises:
        Undecodable: a value is damaged or its character set unknown.
    """
    raw = payload.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("latin-1")
    for line in unfolded(raw):
        if line.strip():
            yield _line(line)


def unfolded(text: str) -> Iterator[str]:
    """Yield whole lines: one that begins with a blank or follows a soft line break belongs to the one before.

    A line ends softly (``=`` at its end) only where its parameters say that its value is quoted-printable.
    """
    pieces: list[str] = []
    head, is_quoted, is_soft = "", False, False
    for line in text.split("\n"):
        if pieces and is_soft:
            pieces[-1] = _SOFT.sub("", pieces[-1])
            pieces.append(line.lstrip(" \t"))
        elif pieces and line[:1] in (" ", "\t"):
            pieces.append(line[1:])
        else:
            if pieces:
                yield "".join(pieces)
            pieces, head, is_quoted = [line], "", False
        if ":" not in head:  # a photograph has thousands of lines: what stands before its value is looked at once
            head += pieces[-1]
            is_quoted = ":" in head and bool(_QUOTED.search(head.partition(":")[0]))
        is_soft = is_quoted and bool(_SOFT.search(pieces[-1]))
    if pieces:
        yield "".join(pieces)


def _line(line: str) -> Line | None:
    found = _NAME.match(line)
    if not found:
        return None
    at = found.end()
    said: list[tuple[str, str]] = []
    while each := _PARAMETER.match(line, at):
        key, value = each[1].upper(), each[2]
        said.append(("TYPE", key) if value is None else (key, value))
        at = each.end()
    if line[at : at + 1] != ":":
        return None
    encoding, charset, kept = "", "", []
    for key, value in said:
        if key == "ENCODING" or (key == "TYPE" and value.upper() in _ENCODINGS):
            encoding = value.strip('"').upper()
        elif key == "CHARSET":
            charset = value.strip('"')
        else:
            kept.append((key, text_of(value.encode("latin-1"), "")))
    value = text_of(_decoded(line[at + 1 :].encode("latin-1"), encoding), charset)
    return Line(found[1] or "", found[2].upper(), tuple(kept), value)


def _decoded(value: bytes, encoding: str) -> bytes:
    if encoding == "QUOTED-PRINTABLE":
        return binascii.a2b_qp(value)
    if encoding in {"BASE64", "B"}:
        return base64_decoded(value)
    if encoding in {"", "7BIT", "8BIT"}:
        return value
    raise Undecodable("damaged", "its transfer encoding is unknown")


def components(value: str) -> list[str]:
    """Return the components of a value that ``;`` cuts, still escaped."""
    return re.findall(r"(?:[^;\\]|\\.)*(?:;|$)", value, re.DOTALL)[: value.count(";") + 1] if value else [""]


def unescaped(value: str) -> str:
    r"""Return a value with ``\\n``, ``\\,``, ``\\;`` and ``\\\\`` undone."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def escaped(text: str) -> str:
    r"""Return a text as a value: backslash, comma, semicolon and line end escaped."""
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\r", "").replace("\n", "\\n")


def folded(line: str, width: int = 73) -> Iterator[str]:
    """Yield a line in pieces of at most ``width`` bytes, those behind the first with a blank in front."""
    start = size = 0
    for at, character in enumerate(line):
        wide = len(character.encode("utf-8", "replace"))
        if size + wide > width:
            yield (" " if start else "") + line[start:at]
            start, size = at, 0
        size += wide
    yield (" " if start else "") + line[start:]
