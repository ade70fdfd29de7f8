"""The pixels of a page: boxes filled solid with what is printed on them, and the encodings in which pixels travel."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.formats.page_text import Covered

JPEG_QUALITY: Final = 85
_FEW_SHADES: Final = 0.15
"""Share of a page's pixels that are neither dark nor light: below it is writing, from it on a photograph."""
_SMALLEST_TYPE: Final = 11
"""Pixels; smaller type cannot be read at 200 dpi."""
_LARGEST_TYPE: Final = 40
_MARKER: Final = "[REDACTED "


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
        label = label.rotate(-90 * covered.turn, expand=True)
        image.paste("white", (area[0], area[1]), label)
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


def encoded(image: Image.Image, *, is_exact: bool = False) -> bytes:
    """Return an image without metadata: as PNG, or where it need not be exact and is a photograph, as JPEG.

    Writing without colour gets 16 shades, unless it is to be exact.
    """
    pixels = np.asarray(image.convert("RGB"))
    red, green, blue = (pixels[:, :, channel] for channel in range(3))
    apart = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    is_grey = int(apart.max(initial=0)) <= (0 if is_exact else 8)
    plain = Image.fromarray(pixels[:, :, 1] if is_grey else pixels)
    if is_exact:
        return _saved(plain, "PNG")
    if is_grey and np.mean((pixels[:, :, 1] > 40) & (pixels[:, :, 1] < 215)) < _FEW_SHADES:
        plain = Image.fromarray(((pixels[:, :, 1].astype(np.uint16) + 8) // 17 * 17).astype(np.uint8))
        return _saved(plain, "PNG")
    exact = _saved(plain, "PNG")
    lossy = _saved(plain, "JPEG", quality=JPEG_QUALITY, **({} if is_grey else {"subsampling": 0}))
    return lossy if len(lossy) * 2 < len(exact) else exact


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    sink = io.BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


def decoded(data: bytes) -> Image.Image:
    """Return the image that :func:`encoded` wrote."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image.convert("L" if image.mode == "L" else "RGB")
