"""The kinds of picture files: how each is told by its first bytes, and how the frames of a copy are written as one.

An encoder of moving pictures joins frames that look alike, and a copy would have fewer of them than what was read. So
GIF and WebP of several frames are put together here, each frame whole.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import BinaryIO, Final

from PIL import BmpImagePlugin, GifImagePlugin, Image, TiffImagePlugin, WebPImagePlugin

READERS: Final = (
    "PNG",
    "JPEG",
    TiffImagePlugin.TiffImageFile.format,
    GifImagePlugin.GifImageFile.format,
    BmpImagePlugin.BmpImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
"""What Pillow may open; the imports above register the kinds."""
SEVERAL: Final = frozenset({"TIFF", "GIF", "WEBP"})
"""Kinds of which every frame is read."""

_MARKS: Final = {
    b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"II*\0": "TIFF", b"MM\0*": "TIFF", b"II+\0": "TIFF",
    b"MM\0+": "TIFF", b"GIF87a": "GIF", b"GIF89a": "GIF",
}  # fmt: skip
_BMP_HEADS: Final = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Sizes that the second head of a BMP may have; "BM" alone begins many a text."""
_MILLISECONDS: Final = 1000
"""How long a frame of a copy is shown."""
_COLOURS: Final = 256


def kind_of(data: bytes) -> str:
    """Return PNG, JPEG, TIFF, GIF, BMP or WEBP as the first bytes say, "" for none of these."""
    if data.startswith(b"RIFF") and data[8:15] == b"WEBPVP8":
        return "WEBP"
    if data.startswith(b"BM") and len(data) >= 26:
        reserved, _, size = struct.unpack_from("<III", data, 6)
        return "BMP" if not reserved and size in _BMP_HEADS else ""
    return next((kind for mark, kind in _MARKS.items() if data.startswith(mark)), "")


def write_picture(kind: str, frames: Sequence[Image.Image], sink: BinaryIO) -> None:
    """Write frames (mode L or RGB, at least one) as a picture of a kind that :func:`kind_of` gives."""
    first, rest = frames[0], frames[1:]
    if kind == "JPEG":
        first.save(sink, "JPEG", quality=90, subsampling=0)
    elif kind == "TIFF":
        first.save(sink, "TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=rest)
    elif kind == "GIF":
        sink.write(_gif(_of_one_size(frames)))
    elif kind == "WEBP":
        sink.write(_webp(_of_one_size(frames)))
    else:
        first.convert("RGB" if kind == "BMP" else first.mode).save(sink, kind)


def _of_one_size(frames: Sequence[Image.Image]) -> list[Image.Image]:
    """Return frames in RGB, each on paper as large as the largest."""
    size = (max(each.width for each in frames), max(each.height for each in frames))
    made = []
    for each in frames:
        paper = Image.new("RGB", size, "white")
        paper.paste(each.convert("RGB"))
        made.append(paper)
    return made


def _gif(frames: Sequence[Image.Image]) -> bytes:
    few = [_few_colours(each) for each in frames]
    is_moving = len(few) > 1
    head, _ = GifImagePlugin.getheader(few[0].copy(), info={"duration": _MILLISECONDS} if is_moving else {})
    made = [*head]
    for each in few:  # without a time, nothing of it is written
        milliseconds = _MILLISECONDS if is_moving else 0
        made += GifImagePlugin.getdata(each, include_color_table=True, duration=milliseconds)
    return b"".join([*made, b";"])


def _few_colours(image: Image.Image) -> Image.Image:
    """Return an image with a palette: of its own colours where they are few enough."""
    colours = image.getcolors(_COLOURS)
    if colours is None:
        return image.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    own = [colour for _, colour in colours if isinstance(colour, tuple)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([shade for colour in own for shade in colour] + [0, 0, 0] * (_COLOURS - len(own)))
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _webp(frames: Sequence[Image.Image]) -> bytes:
    """Return a WebP without loss; of several frames as its specification lays them out (RFC 9649, 2.7)."""
    packed = []
    for each in frames:
        sink = io.BytesIO()
        each.save(sink, "WEBP", lossless=True, quality=50, method=2)
        packed.append(sink.getvalue())
    if len(packed) == 1:
        return packed[0]
    width, height = (_three(side - 1) for side in frames[0].size)
    chunks = [_chunk(b"VP8X", b"\x02\0\0\0" + width + height), _chunk(b"ANIM", b"\xff\xff\xff\xff\0\0")]
    for one in packed:
        # Behind the 12 bytes of the head stands one chunk, VP8L; bit 1: a frame replaces what stood there before.
        about = _three(0) + _three(0) + width + height + _three(_MILLISECONDS) + b"\x02"
        chunks.append(_chunk(b"ANMF", about + one[12:]))
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
