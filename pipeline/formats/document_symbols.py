"""Signs of picture fonts (17.3.3.30): what they show, where that is known; of other fonts the character itself."""

from __future__ import annotations

from typing import Final

_PICTURES: Final = ("wingdings", "webdings", "marlett", "zapf dingbats", "bookshelf symbol", "ms outlook")
_KNOWN: Final = {
    0x6F: "\u2610", 0xA8: "\u2610", 0x71: "\u2610", 0x72: "\u2610", 0xFE: "\u2611", 0xFD: "\u2612", 0x78: "\u2612",
    0xFC: "\u2713", 0xFB: "\u2717", 0x6E: "\u25a0", 0x6C: "\u25cf", 0xA7: "\u25aa", 0x9F: "\u2022", 0xB7: "\u2022",
    0xE0: "\u2192", 0xDF: "\u2190", 0xD8: "\u27a2", 0x28: "\u260e", 0x2A: "\u2709", 0x4A: "\u263a",
}  # fmt: skip
_OTHER: Final = "\u25a1"
_FIRST, _LAST = 0xF020, 0xF0FF


def symbol(font: str, code: str) -> str:
    """Return the character that stands for a sign.

    Args:
        font: the name of its font.
        code: its place in the font, as hexadecimal digits.
    """
    number = int(code or "0", 16)
    plain = number - 0xF000 if _FIRST <= number <= _LAST else number
    if font.lower().startswith(_PICTURES):
        return _KNOWN.get(plain, _OTHER)
    if not 0x20 <= plain <= 0x10FFFF or 0xD800 <= plain <= 0xDFFF or plain in {0xFFFE, 0xFFFF}:
        return _OTHER
    return chr(plain)
