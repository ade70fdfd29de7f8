r"""Texts in RTF: bodies of Outlook messages (their HTML, or their text), and what documents need.

Sources: MS-OXRTFEX (HTML and plain text in RTF), Rich Text Format Specification 1.9.1 (groups, ``\\'hh``, ``\\u``,
``\\uc``, ``\\bin``, font character sets). One pass, linear; no input raises but one that is no RTF at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.errors import UnreadableSource

_TOKEN: Final = re.compile(
    r"\\(?:(?P<word>[A-Za-z]{1,40})(?P<number>-?\d{1,10})? ?|'(?P<hex>[0-9A-Fa-f]{2})|(?P<sign>[^A-Za-z]))"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
_SKIPPED: Final = frozenset({"colortbl", "stylesheet", "info", "pict", "objdata", "themedata", "datastore", "mhtmltag"})
_SIGNS: Final = {
    "par": "\n", "line": "\n", "row": "\n", "page": "\n", "sect": "\n", "tab": "\t", "cell": "\t", "nestcell": "\t",
    "nestrow": "\n", "emdash": "\u2014", "endash": "\u2013", "bullet": "\u2022", "lquote": "\u2018",
    "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d", "emspace": " ", "enspace": " ",
}  # fmt: skip
_CHARSETS: Final = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 255: "cp437",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RtfBody:
    """What an RTF body holds: its text, and whether that is HTML."""

    text: str
    is_html: bool


@dataclass(frozen=True, slots=True)
class RtfGroup:
    """What a group says of the text in it, and what its own groups inherit."""

    is_skipped: bool = False
    is_tag: bool = False
    is_hidden: bool = False
    is_fonts: bool = False
    starred: bool = False
    skip: int = 1
    codec: str = ""


@dataclass
class RtfReader:
    """Takes the tokens of a text in RTF (:func:`walk`) and makes characters of them."""

    out: list[str] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)
    codec: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    is_html: bool = False
    group: RtfGroup = field(default_factory=RtfGroup)
    outer: list[RtfGroup] = field(default_factory=list)
    to_skip: int = 0

    def emit(self, text: str) -> None:
        """Take a piece of text that shows."""
        self.out.append(text)

    def flush(self) -> None:
        """Make characters of the bytes that wait for their code page."""
        if self.waiting:
            self.emit(_decoded(bytes(self.waiting), self.group.codec or self.codec))
            self.waiting.clear()

    @property
    def shows(self) -> bool:
        """Whether text here is part of the body."""
        if self.group.is_skipped or self.group.is_fonts:
            return False
        return self.group.is_tag or not self.group.is_hidden

    def say(self, text: str) -> None:
        """Take characters."""
        self.flush()
        if self.shows:
            self.emit(text)

    def bytes_of(self, data: bytes) -> None:
        """Take bytes in the code page that is in use."""
        if self.to_skip:
            skipped = min(self.to_skip, len(data))
            self.to_skip -= skipped
            data = data[skipped:]
        if self.shows:
            self.waiting += data

    def brace(self, sign: str) -> None:
        """Begin or end a group."""
        self.flush()
        self.to_skip = 0
        if sign == "{":
            self.outer.append(self.group)
            self.group = replace(self.group, starred=False)
        elif self.outer:
            self.group = self.outer.pop()

    def word(self, name: str, number: int | None) -> None:
        """Take a control word with its number."""
        self.to_skip = 0
        act = _WORDS.get(name)
        if act is not None:
            act(self, number)
        elif name in _SIGNS:
            self.say(_SIGNS[name])
        elif name in _SKIPPED or self.group.starred:
            self.flush()
            self.group = replace(self.group, is_skipped=True, starred=False)

    # --- words --------------------------------------------------------------------------

    def unicode(self, number: int | None) -> None:
        code = (number or 0) % 0x10000
        if 0xD800 <= code < 0xE000:  # one half of a pair: put together at the end
            self.say(chr(code))
        else:
            self.say(chr(code) if code else "")
        self.to_skip = self.group.skip

    def tag(self, _: int | None) -> None:
        self.flush()
        self.group = replace(self.group, is_tag=True, starred=False)

    def hide(self, number: int | None) -> None:
        self.flush()
        self.group = replace(self.group, is_hidden=number != 0)

    def code_page(self, number: int | None) -> None:
        self.flush()
        self.codec = f"cp{number}" if number not in {None, 65001} else "utf-8"

    def choose_font(self, number: int | None) -> None:
        self.font = number or 0
        if not self.group.is_fonts:
            self.flush()
            self.group = replace(self.group, codec=self.fonts.get(self.font, ""))

    def font_charset(self, number: int | None) -> None:
        if self.group.is_fonts and number:
            self.fonts[self.font] = _CHARSETS.get(number, "")

    def font_table(self, _: int | None) -> None:
        self.flush()
        self.group = replace(self.group, is_fonts=True, starred=False)

    def from_html(self, number: int | None) -> None:
        self.is_html = number != 0

    def skip_width(self, number: int | None) -> None:
        self.group = replace(self.group, skip=min(max(number if number is not None else 1, 0), 8))

    def unhide_all(self, _: int | None) -> None:
        self.flush()
        self.group = replace(self.group, codec="")


_WORDS: Final[dict[str, Callable[[RtfReader, int | None], None]]] = {
    "u": RtfReader.unicode, "uc": RtfReader.skip_width, "htmltag": RtfReader.tag, "htmlrtf": RtfReader.hide,
    "ansicpg": RtfReader.code_page, "f": RtfReader.choose_font, "fcharset": RtfReader.font_charset,
    "fonttbl": RtfReader.font_table, "fromhtml": RtfReader.from_html,
    "plain": RtfReader.unhide_all,
}  # fmt: skip


def rtf_body(data: bytes) -> RtfBody:
    """Return what an RTF body says (raises UnreadableSource where it is no RTF)."""
    if not data.startswith(b"{\\rtf"):
        raise UnreadableSource("", "its text is no RTF", "open it in Outlook and save it as HTML")
    reader = RtfReader()
    walk(data, reader)
    said = "".join(reader.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return RtfBody(said.replace("\0", ""), reader.is_html)


def walk(data: bytes, reader: RtfReader) -> None:
    """Give the tokens of a text in RTF to a reader, one after another."""
    text, at = data.decode("latin-1"), 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:  # pragma: no cover - the pattern fits any character
            break
        at = found.end()
        kind = found.lastgroup
        if kind in {"word", "number"}:
            number = int(found["number"]) if found["number"] else None
            if found["word"] == "bin":
                at += max(number or 0, 0)
            else:
                reader.word(found["word"], number)
        elif kind == "hex":
            reader.bytes_of(bytes([int(found["hex"], 16)]))
        elif kind == "brace":
            reader.brace(found["brace"])
        elif kind == "text":
            reader.bytes_of(found["text"].encode("latin-1"))
        elif kind == "sign":
            _sign(reader, found["sign"])
    reader.flush()


def _sign(reader: RtfReader, sign: str) -> None:
    if sign == "*":
        reader.group = replace(reader.group, starred=True)
    elif sign == "~":
        reader.say("\u00a0")
    elif sign == "_":
        reader.say("-")
    elif sign in "\\{}":
        reader.bytes_of(sign.encode("ascii"))
    elif sign in "\r\n":
        reader.say("\n")


def _decoded(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except (LookupError, UnicodeDecodeError, ValueError):
        return data.decode("cp1252", "replace")
