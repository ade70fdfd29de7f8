"""The pixels of a page: boxes filled solid with what is printed on them, and the encodings in which pixels travel."""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from pipeline.formats.page_text import Covered

JPEG_QUALITY: Final = 85
_FEW_SHADES: Final = 0.15
"""Share of a page's pixels that are neither dark nor light: below it is writing, from it on a photograph."""
_DARK: Final = 41
_LIGHT: Final = 215
_GREY: Final = 8
"""How far the colours of a pixel may be apart in writing that counts as grey."""
_EFFORT: Final = 6
_MARK: Final = b"PACKED\n"
_HEAD: Final = struct.Struct(">IIBB?")
_SMALLEST_TYPE: Final = 11
"""Pixels; smaller type cannot be read at 200 dpi."""
_LARGEST_TYPE: Final = 40
_MARKER: Final = "[REDACTED "
STEP: Final = 17
SHADES: Final = 255 // STEP + 1
"""Shades of grey of a box and the words on it: black, white, and those between them, each 17 from the next."""


def fill(image: Image.Image, covered: Sequence[Covered], scale: float) -> None:
    """Fill boxes of an image (mode L or RGB) with black, and print on each what stands there where it fits.

    Args:
        image: is changed.
        covered: boxes in points.
        scale: pixels a point.
    """
    draw = ImageDraw.Draw(image)
    areas = []
    for each in covered:
        left, top, right, bottom = (value * scale for value in each.box)
        area = (
            max(0, math.floor(left)),
            max(0, math.floor(top)),
            min(image.width, math.ceil(right)),
            min(image.height, math.ceil(bottom)),
        )
        if area[0] < area[2] and area[1] < area[3]:
            draw.rectangle((area[0], area[1], area[2] - 1, area[3] - 1), fill="black")
            areas.append((area, each))
    for area, each in areas:  # after all are filled: no box covers the words of another
        _print(image, area, each)


def _print(image: Image.Image, area: tuple[int, int, int, int], covered: Covered) -> None:
    width, height = area[2] - area[0], area[3] - area[1]
    if covered.turn % 2:
        width, height = height, width
    for text in dict.fromkeys((covered.label, covered.label.removeprefix(_MARKER).removesuffix("]"))):
        font = _font(text, width - 2, height)
        if font is None:
            continue
        label = Image.new("L", (width, height), 0)
        ImageDraw.Draw(label).text((width / 2, height / 2), text, fill=255, font=font, anchor="mm")
        label = label.rotate(-90 * covered.turn, expand=True).point(lambda shade: (shade + STEP // 2) // STEP * STEP)
        image.paste(ImageChops.lighter(image.crop(area), label.convert(image.mode)), area)
        return


def _font(text: str, width: int, height: int) -> ImageFont.FreeTypeFont | None:
    """Return the largest type in which a text fits, None where the smallest that can be read does not."""
    size = min(int(height * 0.7), _LARGEST_TYPE)
    while size >= _SMALLEST_TYPE and text:
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        if font.getlength(text) <= width:
            return font
        size = min(size - 1, int(size * width / font.getlength(text)))
    return None


@dataclass(frozen=True, slots=True)
class Packed:
    """Pixels as a PDF holds them: size, bits a channel, channels, whether as JPEG, the packed bytes.

    What is no JPEG is deflated, rows from the top, each row filled up to a whole byte.
    """

    width: int
    height: int
    bits: int
    channels: int
    is_jpeg: bool
    data: bytes

    def dumps(self) -> bytes:
        """Return what :func:`packed` reads."""
        return _MARK + _HEAD.pack(self.width, self.height, self.bits, self.channels, self.is_jpeg) + self.data


def packed(picture: bytes) -> Packed:
    """Return the pixels that :func:`encoded` wrote as a PDF holds them."""
    if picture.startswith(_MARK):
        width, height, bits, channels, is_jpeg = _HEAD.unpack_from(picture, len(_MARK))
        return Packed(width, height, bits, channels, is_jpeg, picture[len(_MARK) + _HEAD.size :])
    image = decoded(picture)
    return _deflated(image)


def encoded(image: Image.Image, *, is_exact: bool = False) -> bytes:
    """Return an image without metadata: as PNG where it is to be exact, else packed as a PDF holds it.

    Writing without colour gets 16 shades in four bits each; a photograph becomes JPEG.
    """
    if is_exact:
        return _saved(_plain(image, 0), "PNG")
    plain = _plain(image, _GREY)
    if plain.mode == "L":
        counts = plain.histogram()
        if sum(counts[_DARK:_LIGHT]) < _FEW_SHADES * sum(counts):
            return _sixteen(plain).dumps()
    exact = _deflated(plain)
    lossy = _saved(plain, "JPEG", quality=JPEG_QUALITY, **({} if plain.mode == "L" else {"subsampling": 0}))
    if len(lossy) * 2 < len(exact.data):
        return Packed(plain.width, plain.height, 8, exact.channels, is_jpeg=True, data=lossy).dumps()
    return exact.dumps()


def _plain(image: Image.Image, most: int) -> Image.Image:
    """Return an image in grey where its colours are at most so far apart, else in colour."""
    if image.mode == "L":
        return image
    image = image.convert("RGB")
    red, green, blue = image.split()
    # The largest of three differences in pairs is how far the channels of a pixel are apart.
    pairs = ((red, green), (green, blue), (red, blue))
    is_grey = not any(any(ImageChops.difference(*pair).histogram()[most + 1 :]) for pair in pairs)
    return green if is_grey else image


def _sixteen(image: Image.Image) -> Packed:
    shades = (np.asarray(image).astype(np.uint16) + STEP // 2) // STEP
    if image.width % 2:
        shades = np.pad(shades, ((0, 0), (0, 1)))
    both = (shades[:, ::2] << 4 | shades[:, 1::2]).astype(np.uint8)
    return Packed(image.width, image.height, 4, 1, is_jpeg=False, data=zlib.compress(both.tobytes(), _EFFORT))


def _deflated(image: Image.Image) -> Packed:
    data = zlib.compress(image.tobytes(), _EFFORT)
    return Packed(image.width, image.height, 8, len(image.getbands()), is_jpeg=False, data=data)


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    sink = io.BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


def decoded(data: bytes) -> Image.Image:
    """Return the image that :func:`encoded` wrote."""
    if data.startswith(_MARK):
        own = packed(data)
        if not own.is_jpeg:
            return _unpacked(own)
        data = own.data
    image = Image.open(io.BytesIO(data))
    image.load()
    image.info.clear()
    return image.convert("L" if image.mode == "L" else "RGB")


def _unpacked(own: Packed) -> Image.Image:
    data = zlib.decompress(own.data)
    if own.bits == 4:
        both = np.frombuffer(data, np.uint8).reshape(own.height, -1)
        shades = np.empty((own.height, both.shape[1] * 2), np.uint8)
        shades[:, ::2], shades[:, 1::2] = both >> 4, both & 15
        return Image.fromarray(np.ascontiguousarray(shades[:, : own.width]) * STEP)
    return Image.frombytes("L" if own.channels == 1 else "RGB", (own.width, own.height), data)
