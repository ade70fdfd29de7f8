"""The kinds of picture files: how each is told by its first bytes, and how the frames of a copy are written as one.

An encoder of moving pictures joins frames that look alike, and a copy would have fewer of them than what was read. So
GIF and WebP of several frames are put together here, each frame whole. A frame of a GIF has at most 256 colours: it is
read with as few as leave room for those of a box and its words, so that what is written are the pixels that were read.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import BmpImagePlugin, GifImagePlugin, Image, TiffImagePlugin, WebPImagePlugin

from pipeline.formats.page_pixels import SHADES, STEP

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
_OWN_COLOURS: Final = _COLOURS - SHADES
"""Colours that a frame of a GIF has beside the shades of grey in which boxes and their words are drawn."""


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


def with_room(image: Image.Image) -> Image.Image:
    """Return a frame (mode RGB) of a GIF with room in its palette for every shade of a box and its words.

    It is the same where it has at most 240 colours beside these shades, as all pictures in grey have; else those
    that are near one another are made one.
    """
    colours = image.getcolors(_COLOURS)
    if colours is not None and sum(not _is_shade(colour) for _, colour in colours) <= _OWN_COLOURS:
        return image
    return image.quantize(_OWN_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")


def _is_shade(colour: object) -> bool:
    return isinstance(colour, tuple) and len(set(colour)) == 1 and colour[0] % STEP == 0


def _few_colours(image: Image.Image) -> Image.Image:
    """Return an image (mode RGB) with a palette of its own colours, each exactly, where there are few enough."""
    counted = image.getcolors(_COLOURS)
    if counted is None:
        return image.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours = sorted(colour for _, colour in counted if isinstance(colour, tuple))
    # Pillow finds the place of a colour in a palette by its neighbourhood: near colours would become one.
    places = np.zeros(1 << 24, np.uint8)
    places[_packed(np.array(colours))] = np.arange(len(colours))
    made = Image.fromarray(places[_packed(np.asarray(image))], "P")
    made.putpalette(bytes(shade for colour in colours for shade in colour))
    return made


def _packed(colours: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.integer[Any]]:
    """Return colours, whose three channels are the last axis, as one number each."""
    wide = colours.astype(np.uint32)
    return wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]


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
