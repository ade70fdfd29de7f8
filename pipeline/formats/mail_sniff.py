"""What bytes that claim to be text really are: magic numbers, and encoded blocks inside text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_MAGIC: Final = (
    (b"%PDF-", "unknown_format", "a PDF document"),
    (b"\x89PNG", "image", "an image"),
    (b"\xff\xd8\xff", "image", "an image"),
    (b"GIF8", "image", "an image"),
    (b"BM", "image", "an image"),
    (b"II*\0", "image", "an image"),
    (b"MM\0*", "image", "an image"),
    (b"\0\0\1\0", "image", "an image"),
    (b"\x1f\x8b", "archive", "an archive"),
    (b"BZh", "archive", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "an archive"),
    (b"Rar!\x1a\x07", "archive", "an archive"),
    (b"\xfd7zXZ\0", "archive", "an archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unknown_format", "an Office document"),
    (b"{\\rtf", "unknown_format", "an RTF document"),
    (b"x\x9f\x3e\x22", "unknown_format", "an Outlook attachment container"),
    (b"\x7fELF", "unknown_format", "a program"),
)


def sniffed(data: bytes) -> tuple[str, str] | None:
    """Return the gap code and words for what cannot be examined here, or None when no signature tells it."""
    if data.startswith(b"PK\x03\x04"):
        if data[6:7] and data[6] & 1:
            return "encrypted", "it is an encrypted archive"
        is_office = data[30:49] == b"[Content_Types].xml" or data[30:38] == b"mimetype"
        return ("unknown_format", "it is an Office document") if is_office else ("archive", "it is an archive")
    if is_packed(data):
        return "damaged", "it is encoded and does not say so"
    if data.startswith(b"RIFF"):
        return ("image", "it is an image") if data[8:12] == b"WEBP" else ("unknown_format", "it is sound or film")
    for magic, code, what in _MAGIC:
        if data.startswith(magic) and (len(magic) > 2 or b"\0" in data[:64]):
            return code, f"it is {what}"
    return None


def is_packed(data: bytes) -> bool:
    """Return whether ``data`` is base64 and nothing else: it was encoded and does not say so, or twice."""
    if len(data) < 24 or not _ALL_PACKED.fullmatch(data):
        return False
    text = data[:4096]
    return any(map(str.isdigit, map(chr, text))) and text.lower() != text != text.upper()


class Run(NamedTuple):
    """A run of lines: ``text``, ``pgp_message``, ``pgp_signature``, ``pgp_key``, ``uu``, ``yenc`` or ``base64``."""

    kind: str
    text: str


_ARMOUR = re.compile(
    r"[>| \t]*-----BEGIN PGP (MESSAGE|SIGNATURE|PUBLIC KEY BLOCK|PRIVATE KEY BLOCK)(?:, PART [^-]*)?-----"
)
_ALL_PACKED = re.compile(rb"\s*(?:[A-Za-z0-9+/]{16,}+\r?\n)*+[A-Za-z0-9+/]++={0,2}\s*")
_UU = re.compile(r"begin(?:-base64)? [0-7]{3,4} [^\r\n]+")
_YENC = re.compile(r"=ybegin [^\r\n]+")
_PACKED = re.compile(r"[>| \t]*([A-Za-z0-9+/]{56,}={0,2})[ \t\r]*")
_TAIL = re.compile(r"[>| \t]*([A-Za-z0-9+/]+)(={0,2})\s*")
_KINDS = {"MESSAGE": "pgp_message", "SIGNATURE": "pgp_signature"}


def runs(text: str) -> Iterator[Run]:
    """Cut a text into what can be read and what is encoded in it; the runs joined are the text."""
    lines = re.findall(r"[^\n]*+\n|[^\n]++", text)
    at, start = 0, 0
    while at < len(lines):
        kind, stop = _encoded(lines, at)
        if not kind:
            at += 1
            continue
        if start < at:
            yield Run("text", "".join(lines[start:at]))
        yield Run(kind, "".join(lines[at:stop]))
        at = start = stop
    if start < len(lines) or not lines:
        yield Run("text", "".join(lines[start:]))


def _encoded(lines: list[str], at: int) -> tuple[str, int]:
    """Return the kind of the encoded block that begins at a line and the line after its end, or ("", at)."""
    line = lines[at].rstrip("\r\n")
    armour = _ARMOUR.match(line)
    if armour:
        return _KINDS.get(armour[1], "pgp_key"), _after(lines, at, "-----END PGP")
    if line.startswith("begin") and _UU.fullmatch(line) and _begins_data(line, lines[at + 1 : at + 2]):
        return ("uu" if line.startswith("begin ") else "base64"), _after(lines, at, "end", "====")
    if line.startswith("=ybegin") and _YENC.fullmatch(line):
        return "yenc", _after(lines, at, "=yend")
    stop = at
    while stop < len(lines) and _is_packed(lines[stop]):
        stop += 1
    if stop == at:
        return "", at
    tail = _TAIL.fullmatch(lines[stop]) if stop < len(lines) else None
    # A lone word such as "Jane" after a lone line is a word, not the end of the block.
    is_tail = tail and (tail[2] or len(tail[1]) >= 16 or (stop > at + 1 and len(tail[1]) % 4 == 0))
    return "base64", stop + bool(is_tail)


def _begins_data(line: str, following: list[str]) -> bool:
    """Return whether what follows a ``begin`` line is encoded, and not the next line of a letter."""
    body = "".join(following).rstrip("\r\n")
    if line.startswith("begin-base64"):
        return bool(re.fullmatch(r"[A-Za-z0-9+/]+={0,2}|====", body))
    size = (ord(body[0]) - 32) & 63 if body else 0
    return body == "end" or (bool(re.fullmatch(r"[ -`]+", body)) and len(body) - 1 >= size * 4 // 3 and len(body) <= 64)


def _is_packed(line: str) -> bool:
    """Return whether a line is base64: long, without a space, of capital and small letters and digits mixed."""
    found = _PACKED.fullmatch(line.rstrip("\n"))
    if not found:
        return False
    letters = set(found[1])
    return len(letters) > 12 and found[1].lower() != found[1] != found[1].upper() and any(map(str.isdigit, letters))


def _after(lines: list[str], at: int, *ends: str) -> int:
    for stop in range(at + 1, len(lines)):
        line = lines[stop].lstrip("> |\t").rstrip()
        if any(line == end or (len(end) > 4 and line.startswith(end)) for end in ends):
            return stop + 1
    return len(lines)
