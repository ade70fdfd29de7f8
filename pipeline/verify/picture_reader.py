"""The independent reader of pictures: walks the pieces of a picture file itself, and lets none pass that talks.

What the pixels say is read again by the format itself, with OCR, from the finished file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from pipeline.errors import UnreadableSource
from pipeline.verify.pdf_reader import is_plain_jpeg, part_texts

_PART: Final = b"PAGES PART\n"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_PIECES: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_GIF_PIECES: Final = frozenset({b",", b"!\xf9"})
"""Frames, and how long each is shown (GIF 89a, 20 and 23)."""
_WEBP_PIECES: Final = frozenset({b"VP8L", b"VP8X", b"ANIM", b"ANMF"})
_TIFF_TAGS: Final = frozenset(
    {254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296, 317, 322, 323, 324, 325, 338, 339}
)
"""Tags that say how pixels lie (TIFF 6.0); none holds words."""


def picture_texts(data: bytes) -> list[str]:
    """Return the texts of a part; of a finished picture none, for it may hold none.

    Raises:
        UnreadableSource: it is no picture, or holds a piece that is no pixels.
    """
    if data.startswith(_PART):
        return part_texts(data)
    try:
        if data.startswith(_PNG):
            fine = set(_png_pieces(data)) <= _PNG_PIECES
        elif data.startswith(b"GIF8"):
            fine = set(_gif_pieces(data)) <= _GIF_PIECES
        elif data.startswith(b"BM"):
            fine = _is_plain_bmp(data)
        elif data.startswith(b"RIFF"):
            fine = set(_webp_pieces(data)) <= _WEBP_PIECES
        elif data.startswith(b"\xff\xd8"):
            fine = is_plain_jpeg(data)
        else:
            fine = set(_tiff_tags(data)) <= _TIFF_TAGS
    except (struct.error, ValueError, IndexError) as error:
        raise UnreadableSource("copy", f"an independent picture reader fails ({type(error).__name__})") from None
    if not fine:
        raise UnreadableSource("copy", "an independent picture reader finds what no copy holds", "report this")
    return []


def _png_pieces(data: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8]
        at += size + 12
    if at != len(data):
        raise ValueError("cut short")


def _tiff_tags(data: bytes) -> Iterator[int]:
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ValueError("no TIFF")
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    seen: set[int] = set()
    while at:
        if at in seen:
            raise ValueError("a ring")
        seen.add(at)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        for number in range(count):
            yield struct.unpack_from(f"{order}H", data, at + 2 + 12 * number)[0]
        (at,) = struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)


def _gif_pieces(data: bytes) -> Iterator[bytes]:
    """Yield the kind of each block of a GIF (raises ValueError where it does not end with its last one)."""
    at = 13 + _colours(data[10])
    while data[at] != 0x3B:
        if data[at] == 0x21:
            yield data[at : at + 2]
            at += 2
        elif data[at] == 0x2C:
            yield b","
            at += 10 + _colours(data[at + 9]) + 1
        else:
            raise ValueError("no block")
        while data[at]:
            at += data[at] + 1
        at += 1
    if at + 1 != len(data):
        raise ValueError("cut short")


def _colours(flags: int) -> int:
    """Return the bytes of a table of colours, as the flags before it say."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _is_plain_bmp(data: bytes) -> bool:
    """Return whether a BMP is its two heads and its pixels, three bytes each, in rows of whole words."""
    size, reserved, start, head, width, height, _, bits, packing = struct.unpack_from("<IIIIiiHHI", data, 2)
    row = (abs(width) * 3 + 3) // 4 * 4
    plain = (reserved, start, head, bits, packing) == (0, 54, 40, 24, 0)
    return plain and size == len(data) == start + row * abs(height)


def _webp_pieces(data: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack_from("<I", data, 4)
    if data[8:12] != b"WEBP" or size + 8 != len(data):
        raise ValueError("no WebP")
    yield from _riff_pieces(data, 12, len(data))


def _riff_pieces(data: bytes, at: int, end: int) -> Iterator[bytes]:
    while at < end:
        (size,) = struct.unpack_from("<I", data, at + 4)
        yield data[at : at + 4]
        if data[at : at + 4] == b"ANMF":  # 16 bytes say where a frame lies, then come its own pieces
            yield from _riff_pieces(data, at + 24, at + 8 + size)
        at += 8 + size + size % 2
    if at != end:
        raise ValueError("cut short")
