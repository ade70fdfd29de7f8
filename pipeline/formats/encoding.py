"""Bytes to text and back again, so that every byte that was not edited is written as it was.

A file has one charset, decided once from all of its bytes (:func:`charset_of`). Bytes that do
not decode in it become lone surrogates (``surrogateescape``; UTF-16 and UTF-32 keep theirs with
``surrogatepass``), and :func:`encode` turns these back into the same bytes. :func:`readable` makes
a text of equal length without surrogates for everything that looks at text: a stray byte reads
as the Windows-1252 character it most likely is, or as U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO, Final

import charset_normalizer

from pipeline.errors import UnreadableSource

CHUNK: Final = 1 << 20
SAMPLE: Final = 1 << 16

_MARKS: Final = (  # longest first: UTF-32-LE starts with the mark of UTF-16-LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN_CHARSETS: Final = ("cp1252", "mac_roman", "cp437")
_BYTE_PER_CHARACTER: Final = frozenset({"utf-8", *_LATIN_CHARSETS})
_LONE: Final = re.compile("[\ud800-\udfff]")
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]+")
_NO_LEAD: Final = bytes(range(0xC0))
"""Every byte that begins no character of several bytes in UTF-8."""
_CONTROL: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_LETTER: Final = re.compile(r"[^\W\d_]")
_LATIN_LETTER: Final = re.compile(
    "[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1d00-\u1d25\u1d2c-\u1d5c\u1d62-\u1d65\u1d6b-\u1d77"
    "\u1d79-\u1dbe\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua787\ua78b-\ua7ff\uab30-\uab64\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a]"
)
_LINE: Final = re.compile(r"[^\r\n]+")
_DRAWN: Final = 24
"""Different bytes above ASCII that may stand side by side in a text of Western letters: those of frames, say."""
_FRAMES: Final = frozenset(range(0xB0, 0xE0))
"""What the frames and shades of an old report are drawn with (code page 437)."""
_FOREIGN_RUN: Final = re.compile(rf"(?:(?!{_LATIN_LETTER.pattern})[^\W\d_])(?:(?!{_LATIN_LETTER.pattern}).)*+")
LEAST_LETTERS: Final = 20
"""Letters of another script below which a text is a word or a sign in a text that models do cover."""
_NOT_TEXT: Final = re.compile(rb"%PDF-|%!PS|\{\\rtf|PK\x03\x04|\xd0\xcf\x11\xe0|.{0,4096}\x1b[$(][@-Z]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Charset:
    """A Python codec without byte order mark, and the mark that the file starts with (or ``b""``)."""

    name: str
    mark: bytes = b""

    @property
    def transparent(self) -> bool:
        """Whether every ASCII byte of a file in this charset stands for that ASCII character."""
        return self.name in _BYTE_PER_CHARACTER


def charset_of(stream: BinaryIO) -> Charset:
    """Return the charset of a whole file; reads it once in bounded memory and goes back to its start.

    A mark decides; then NUL bytes in every second place (UTF-16); then whether most bytes above
    ASCII are valid UTF-8; then the Western single-byte charset in which these bytes read best; text
    whose words consist of such bytes is asked of charset-normalizer.

    Raises:
        UnicodeError: its words consist of many bytes above ASCII, and no charset is known in which they are words: what
            is read as Western letters then says something else to somebody who has that charset.
    """
    stream.seek(0)
    head = stream.read(SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            stream.seek(0)
            return Charset(name, mark)
    wide = _wide(head)
    if wide:
        stream.seek(0)
        return Charset(wide)
    sample = _not_utf8(stream)
    return Charset(_charset_of_sample(sample) if sample else "utf-8")


def charset_for(stream: BinaryIO, where: str) -> Charset:
    """Return the charset of a whole file (raises UnreadableSource where it cannot be told; ``where`` names it)."""
    try:
        return charset_of(stream)
    except UnicodeError:
        raise UnreadableSource(where, "its character set cannot be told", "save it again as UTF-8") from None


def decode(payload: bytes, charset: str, where: str) -> str:
    """Return the text of ``payload``, from which :func:`encode` makes the same bytes.

    Raises:
        UnreadableSource: the bytes cannot be kept through this charset (cut in the middle of a
            character of UTF-16, say); ``where`` names the source.
    """
    try:
        text = payload.decode(charset, errors_of(charset))
        if charset in _BYTE_PER_CHARACTER or text.encode(charset, errors_of(charset)) == payload:
            return text
    except UnicodeError:
        pass
    raise UnreadableSource(where, f"bytes that are no text in {charset}", "save it again as UTF-8")


def encode(text: str, charset: str) -> bytes:
    """Return the bytes of ``text``; a character that the charset does not have becomes ``?``."""
    try:
        return text.encode(charset, errors_of(charset))
    except UnicodeEncodeError:
        return b"".join(_encoded(character, charset) for character in text)


def readable(text: str) -> str:
    """Return a decoded text without lone surrogates, of the same length, for recognizers and people."""
    return text if text.isascii() else _LONE.sub(_stray, text)


def looks_like_text(head: bytes) -> bool:
    """Return whether the first bytes of a file are text: no NUL bytes, hardly any control characters."""
    if not head or _NOT_TEXT.match(head):
        return False
    wide = next((name for mark, name in _MARKS if head.startswith(mark) and name != "utf-8"), "") or _wide(head)
    if wide:
        width = 4 if wide.startswith("utf-32") else 2
        head = head[: len(head) - len(head) % width].decode(wide, "replace").encode()
    if b"\0" in head:
        return False
    return len(head) - len(head.translate(None, _CONTROL)) <= len(head) // 200


def unreadable_script(text: str) -> bool:
    """Return whether most letters (of at least 20) are not Latin, so that no model here covers the text."""
    if text.isascii():
        return False
    letters = len(_LETTER.findall(text))
    return letters >= LEAST_LETTERS and len(_LATIN_LETTER.findall(text)) * 2 < letters


def unreadable_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that no model covers: all of it, else lines, else runs without Latin letters."""
    if text.isascii() or len(_LETTER.findall(text)) - len(_LATIN_LETTER.findall(text)) < LEAST_LETTERS:
        return []
    if unreadable_script(text):
        return [(0, len(text))]
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        if unreadable_script(line.group()):
            spans.append(line.span())
        elif not line.group().isascii():
            spans += [run.span() for run in _FOREIGN_RUN.finditer(text, *line.span()) if unreadable_script(run.group())]
    return spans


def errors_of(charset: str) -> str:
    """Return the error handler with which bytes that do not decode are kept."""
    return "surrogatepass" if charset.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _encoded(character: str, charset: str) -> bytes:
    try:
        return character.encode(charset, errors_of(charset))
    except UnicodeEncodeError:
        return "?".encode(charset)


def _stray(found: re.Match[str]) -> str:
    code = ord(found[0])
    if not 0xDC80 <= code <= 0xDCFF:
        return "\ufffd"
    return bytes((code - 0xDC00,)).decode("cp1252", "replace")


def _wide(head: bytes) -> str:
    """Return the UTF-16 that text without mark is in, told by the NUL bytes of its ASCII characters."""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if half and odd > half * 0.4 and even < odd * 0.02:
        return "utf-16-le"
    if half and even > half * 0.4 and odd < even * 0.02:
        return "utf-16-be"
    return ""


def _not_utf8(stream: BinaryIO) -> bytes:
    """Return what stands around bytes above ASCII, about 64 KiB, or nothing where the file is (mostly) UTF-8."""
    good = bad = 0
    carry, sample = b"", bytearray()
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        if not carry and chunk.isascii():
            continue
        whole = carry + chunk
        text, used = codecs.utf_8_decode(whole, "ignore", False)  # noqa: FBT003 - a C function
        valid = text.encode()
        good, bad = good + len(valid.translate(None, _NO_LEAD)), bad + used - len(valid)
        if len(valid) < used and len(sample) < SAMPLE:
            sample += _foreign_lines(chunk, SAMPLE - len(sample))
        carry = whole[used:]
    bad += len(carry)
    stream.seek(0)
    return bytes(sample) if bad > good else b""


def _foreign_lines(chunk: bytes, size: int) -> bytes:
    """Return lines with bytes above ASCII, about ``size`` bytes of them."""
    lines, at = bytearray(), 0
    while len(lines) < size and (run := _HIGH_RUN.search(chunk, at)):
        start = max(at, run.start() - 400, chunk.rfind(b"\n", at, run.start()) + 1)
        end = chunk.find(b"\n", run.end(), run.end() + 400)
        at = end if end >= 0 else run.end() + 400
        lines += chunk[start:at] + b"\n"
    return bytes(lines)


def _charset_of_sample(sample: bytes) -> str:
    runs = _HIGH_RUN.findall(sample)
    words = b"".join(run for run in runs if len(run) >= 3)
    if len(words) * 2 > sum(map(len, runs)) and not _FRAMES.issuperset(words):
        best = charset_normalizer.from_bytes(sample).best()
        if best is not None:
            return best.encoding
        if len(set(words)) > _DRAWN:
            raise UnicodeError
    return max(_LATIN_CHARSETS, key=lambda name: _plausible(sample.decode(name, "replace")))


def _plausible(text: str) -> float:
    """Return how well the characters above ASCII fit where they stand: letters in words, quotes around them."""
    score = 0.0
    for found in re.finditer(r"[^\x00-\x7f]", text):
        character, at = found[0], found.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if character in "\u2018\u2019\u201c\u201d\u2013\u2014\u2026":
            score += 1 if not (before.isalpha() and after.isalpha()) or character == "\u2019" else -1
        elif character.isalpha() and character <= "\u017e":
            inside = before.isalpha() or after.isalpha()
            score += (1 if character.islower() or not before.islower() else -1) if inside else 0
        else:
            score -= 0.5
    return score
