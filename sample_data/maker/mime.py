"""Mail as bytes. Written by hand and not with the standard library's generator, whose folding differs by version."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass, field

LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PLAIN_PHRASE = re.compile(r"[A-Za-z0-9 '\-]+")


@dataclass
class Part:
    """A MIME part: its header lines and its encoded body."""

    headers: list[str]
    body: bytes
    seen: str = field(default="")
    """The text that a reader of the part can see, decoded."""

    def bytes(self) -> bytes:
        return "\n".join(self.headers).encode("utf-8") + b"\n\n" + self.body


def token(*seed: object) -> str:
    """Return 24 characters that look like chance and are not."""
    return hashlib.sha256("/".join(map(str, seed)).encode()).hexdigest()[:24]


def noise(seed: str, size: int) -> bytes:
    """Return bytes that nobody can read."""
    blocks = (hashlib.sha256(f"{seed}/{each}".encode()).digest() for each in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def lines64(data: bytes) -> bytes:
    """Return base64 in lines of 76."""
    return base64.encodebytes(data)


def encoded_word(text: str, charset: str = "utf-8", letter: str = "q") -> str:
    """Return text as one RFC 2047 encoded word (or as it is when it is ASCII)."""
    if text.isascii():
        return text
    data = text.encode(charset)
    if letter == "b":
        return f"=?{charset}?b?{base64.b64encode(data).decode()}?="
    safe = "".join(chr(each) if chr(each).isalnum() and each < 128 else f"={each:02X}" for each in data)
    return f"=?{charset}?q?{safe.replace('=20', '_')}?="


def mailbox(name: str, address: str, letter: str = "q") -> str:
    """Return ``name <address>`` as a header has it."""
    if not name.isascii():
        return f"{encoded_word(name, letter=letter)} <{address}>"
    return f"{name} <{address}>" if PLAIN_PHRASE.fullmatch(name) else f'"{name}" <{address}>'


def text_part(text: str, subtype: str = "plain", charset: str = "utf-8", encoding: str = "") -> Part:
    """Return a text part; ASCII goes as it is, the rest as quoted-printable unless told otherwise."""
    data = (text + "\n").encode(charset)
    how = encoding or ("7bit" if text.isascii() and max(map(len, text.split("\n"))) < 900 else "quoted-printable")
    body = data
    if how == "base64":
        body = lines64(data)
    elif how == "quoted-printable":
        body = binascii.b2a_qp(data, istext=True)
    headers = [f'Content-Type: text/{subtype}; charset="{charset}"', f"Content-Transfer-Encoding: {how}"]
    return Part(headers, body, text)


def attachment(data: bytes, kind: str, name: str, seen: str = "") -> Part:
    """Return a file that hangs on a message."""
    headers = [
        f'Content-Type: {kind}; name="{name}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    ]
    return Part(headers, lines64(data), seen)


def multipart(subtype: str, parts: list[Part], seed: str, parameters: str = "") -> Part:
    """Return parts bound together."""
    boundary = f"=_{token(seed, subtype)}"
    body = b"".join(b"--" + boundary.encode() + b"\n" + each.bytes().rstrip(b"\n") + b"\n" for each in parts)
    header = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{parameters}'
    return Part([header], body + f"--{boundary}--\n".encode(), "\n".join(each.seen for each in parts))


def message(headers: list[str], content: Part) -> Part:
    """Return a whole message: its own headers, then those of its content."""
    return Part([*headers, "MIME-Version: 1.0", *content.headers], content.body, "\n".join([*headers, content.seen]))


def carried(inner: Part) -> Part:
    """Return a message as an attachment of another."""
    headers = ["Content-Type: message/rfc822", "Content-Disposition: attachment"]
    return Part(headers, inner.bytes(), inner.seen)


def docx(paragraphs: list[str]) -> bytes:
    """Return the smallest Word document that Word opens."""
    words = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in paragraphs)
    space = "http://schemas.openxmlformats.org"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{space}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{space}/wordprocessingml/2006/main">'
        f"<w:body>{words}</w:body></w:document>",
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            entry.create_system = 3  # the same on every system
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return sink.getvalue()
