"""The independent reader of pictures: walks the pieces of a PNG, JPEG or TIFF itself, and lets none pass that talks.

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
        elif data.startswith(b"\xff\xd8"):
            fine = is_plain_jpeg(data)
        else:
            fine = set(_tiff_tags(data)) <= _TIFF_TAGS
    except (struct.error, ValueError) as error:
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
