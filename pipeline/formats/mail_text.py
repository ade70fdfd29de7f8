"""From the bytes of a message to its text: transfer encodings, charsets, encoded words.

Sources: RFC 2045 section 6 (transfer encodings), RFC 2047 (encoded words), RFC 1428
(``unknown-8bit``).
"""

from __future__ import annotations

import base64
import binascii
import io
import re

from pipeline.formats.encoding import charset_of

ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_LEFTOVER = re.compile(r"=\?[^?\s]{1,100}\?[bBqQ]\?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_C1 = re.compile(rb"[\x80-\x9f]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*+={0,2}")

_AS_IT_STANDS = frozenset(
    ["7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits", "none", "plain", "text",
     "ascii", "us-ascii", "utf-8", "utf8", "iso-8859-1"]
)  # fmt: skip
# No charset of any mail program, and slow or lossy as one.
_NOT_A_CHARSET = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "unicode-escape", "raw_unicode_escape", "raw-unicode-escape"}
)
_UNDECLARED = frozenset({"", "unknown-8bit", "unknown", "x-unknown", "8bit", "none"})
# What mail programs mean by these, and browsers read them as: WHATWG Encoding Standard, section 4.2.
_WIDER = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949",
    "tis-620": "cp874", "iso-8859-11": "cp874", "windows-874": "cp874", "iso-8859-9": "cp1254",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-roman": "mac_roman",
}  # fmt: skip
_WESTERN = frozenset({"cp1252", "mac_roman", "cp437", "utf-8"})
_STRAY = 4
"""Characters above ASCII that a text has for each byte that is none of its charset."""


class Undecodable(Exception):
    """A part or header that cannot be decoded: the code and the words of its gap."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code, why)
        self.code, self.why = code, why


def transfer_decoded(body: bytes, encoding: str) -> bytes:
    """Return the bytes of a part without their transfer encoding.

    Raises:
        Undecodable: base64 or uuencode is broken, or the encoding is unknown.
    """
    name = encoding.strip().strip('"').lower()
    if not name or name in _AS_IT_STANDS:
        return body
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    if name == "base64":
        return base64_decoded(body)
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return uu_decoded(body.splitlines())
    raise Undecodable("damaged", "its transfer encoding is unknown")


def base64_decoded(body: bytes) -> bytes:
    """Return what base64 text holds (raises Undecodable when it is cut short or invalid)."""
    packed = body.translate(None, b" \t\r\n")
    if len(packed) % 4 or not _BASE64.fullmatch(packed):
        raise Undecodable("damaged", "its base64 is cut short or invalid")
    try:
        return base64.b64decode(packed, validate=True)
    except binascii.Error as error:
        raise Undecodable("damaged", "its base64 is cut short or invalid") from error


def uu_decoded(lines: list[bytes]) -> bytes:
    """Return what the lines of a uuencoded block hold, with or without ``begin`` and ``end``.

    Raises:
        Undecodable: a line is broken, or the block has no end.
    """
    body = [line for line in lines if not line.startswith(b"begin ")]
    if b"end" not in [line.strip() for line in body]:
        raise Undecodable("damaged", "its uuencoded block has no end")
    out = bytearray()
    for line in body:
        if line.strip() == b"end":
            break
        if not line.strip():
            continue
        try:
            out += binascii.a2b_uu(line.rstrip(b"\r\n"))
        except binascii.Error as error:
            raise Undecodable("damaged", "its uuencoded block is broken") from error
    return bytes(out)


def text_of(data: bytes, charset: str) -> str:
    """Return the text of ``data`` in its declared charset, or, where that lies, in UTF-8 or what its bytes look like.

    A stray byte in a text that is otherwise in its charset is U+FFFD: read as Windows-1252 because of it, a whole
    text would be of other letters than a reader sees. Text without charset whose words consist of bytes above ASCII
    is no Western one; charset-normalizer says which.

    Raises:
        Undecodable: the charset is none that Python knows, or none is named and it cannot be told.
    """
    name = charset.strip().strip("\"'").lower()
    tries = [] if name in _UNDECLARED else [_charset(name, data)]
    if tries and tries[0] in {"iso-8859-1", "latin-1", "latin1"} and _C1.search(data):
        tries = []  # control characters are in nobody's mail: it is Windows-1252 (or UTF-8), as browsers read it
    if not tries and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    for codec in (*tries, "utf-8"):
        try:
            return _SURROGATE.sub("\ufffd", data.decode(codec))
        except (UnicodeError, ValueError):
            continue
    for codec in (*tries, "utf-8"):
        text = data.decode(codec, "replace")
        strays = text.count("\ufffd")
        if sum(sign > "\x7f" for sign in text) - strays > _STRAY * strays:
            return _SURROGATE.sub("\ufffd", text)
    try:
        found = charset_of(io.BytesIO(data)).name
    except UnicodeError:
        raise Undecodable("unknown_charset", "its character set cannot be told") from None
    for codec in ("cp1252", "latin-1") if found in _WESTERN else (found,):
        try:
            return data.decode(codec, "strict" if codec == "cp1252" else "replace")
        except UnicodeError:
            continue
    raise Undecodable("damaged", "no charset fits it")  # pragma: no cover - Latin-1 fits everything


def _charset(name: str, data: bytes) -> str:
    """Return the codec to try first; a codec under which plain ASCII bytes are no ASCII is doubted."""
    name = _WIDER.get(name, name)
    try:
        letter = b"A".decode(name, "replace")
    except (LookupError, ValueError) as error:
        raise Undecodable("unknown_charset", "its character set is unknown") from error
    if name in _NOT_A_CHARSET:
        raise Undecodable("unknown_charset", "its character set is unknown")
    if letter != "A" and data.isascii() and b"\0" not in data:
        return "us-ascii"
    return name


def raw_text(data: bytes) -> str:
    """Return the text of header bytes as they stand: ASCII, or the raw 8-bit forms in use."""
    return text_of(data, "")


def words_decoded(value: str) -> str:
    """Return a header value with its encoded words decoded; white space between two of them is none.

    Raises:
        Undecodable: an encoded word is broken or its charset unknown.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    pending, charset, last = b"", "", 0
    for found in ENCODED_WORD.finditer(value):
        between = value[last : found.start()]
        if pending and (between.strip() or found[1].lower() != charset):
            out.append(text_of(pending, charset))
            pending = b""
        if between.strip() or not last:
            out.append(between)
        pending += _word_bytes(found[2], found[3])
        charset, last = found[1].lower(), found.end()
    if pending:
        out.append(text_of(pending, charset))
    text = "".join(out) + value[last:]
    if _LEFTOVER.search(text):
        raise Undecodable("damaged", "an encoded word in it is broken")
    return text


def _word_bytes(kind: str, text: str) -> bytes:
    """Return the bytes of one encoded word (RFC 2047 section 4)."""
    packed = text.encode("utf-8", "replace")
    if kind in "qQ":
        return binascii.a2b_qp(packed.replace(b" ", b"_"), header=True)
    return base64_decoded(packed.rstrip(b"=") + b"=" * (-len(packed.rstrip(b"=")) % 4))
