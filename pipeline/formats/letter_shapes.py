"""Shapes in pixels that have the form of letters: so that writing which nothing has read is noticed.

A shape is a piece of connected ink: what differs from most of the page, or the paper enclosed in ink (light letters on
a dark bar). Lines, dots, boxes and areas are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.formats.page_text import Box

FEW: Final = 3
"""Shapes of one height side by side that are taken for writing."""
_LEAST, _LARGEST = 2.5, 72.0  # points
_CONTRAST: Final = 40
_FAINT: Final = 14
_HALO: Final = 3
"""Pixels around ink that are blurred by it, or by the compression of a picture."""
_MOST_SHAPES: Final = 60_000

Pixels = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


def ink_of(pixels: Pixels) -> Flags:
    """Return which pixels differ from most of the page."""
    ink: Flags = _difference(pixels) > _CONTRAST
    return ink


def _difference(pixels: Pixels) -> npt.NDArray[np.int16]:
    shades = pixels[:, :, 0].astype(np.int16) + pixels[:, :, 1] + pixels[:, :, 2]
    shades //= 3
    difference: npt.NDArray[np.int16] = np.abs(shades - int(np.bincount(shades.ravel(), minlength=256).argmax()))
    return difference


def letter_shapes(pixels: Pixels, scale: float) -> list[Box]:
    """Return the boxes of shapes of the size and form of letters, in points (``scale`` pixels each), faint ones too."""
    from scipy import ndimage  # noqa: PLC0415 - slow to load, and only pictures need it

    difference = _difference(pixels)
    if int(difference.max(initial=0)) <= _FAINT:
        return []
    ink = difference > _CONTRAST
    faint = (difference > _FAINT) & ~ndimage.binary_dilation(ink, np.ones((3, 3), bool), iterations=_HALO)
    return [*_shapes(ink, scale), *_shapes(~ink, scale), *_shapes(faint, scale)]


def _shapes(ink: Flags, scale: float) -> Iterator[Box]:
    from scipy import ndimage  # noqa: PLC0415 - slow to load, and only pictures need it

    labels, _ = ndimage.label(ink, structure=np.ones((3, 3), np.int8))
    for number, place in enumerate(ndimage.find_objects(labels)[:_MOST_SHAPES], start=1):
        rows, columns = place
        high, wide = (rows.stop - rows.start) / scale, (columns.stop - columns.start) / scale
        if not (_LEAST <= high <= _LARGEST and wide <= _LARGEST * 4) or _is_box(labels[place] == number):
            continue
        yield (columns.start / scale, rows.start / scale, columns.stop / scale, rows.stop / scale)


def _is_box(shape: Flags) -> bool:
    """Return whether a shape is a filled rectangle, a line, or the outline of a rectangle."""
    if shape.mean() > 0.85 or min(shape.shape) <= 2:
        return True
    return all(edge.mean() > 0.9 for edge in (shape[0], shape[-1], shape[:, 0], shape[:, -1]))


def in_rows(shapes: Sequence[Box]) -> list[Box]:
    """Return those shapes that stand side by side, of one height, at least three together, upright or turned.

    A shape several times as long as it is high is a word whose letters run into one another.
    """
    kept = {at for at, (left, top, right, bottom) in enumerate(shapes) if _is_run(right - left, bottom - top)}
    kept |= set(_in_rows(shapes))
    turned = [(top, left, bottom, right) for left, top, right, bottom in shapes]
    kept |= set(_in_rows(turned))
    return [each for at, each in enumerate(shapes) if at in kept]


def _is_run(wide: float, high: float) -> bool:
    long, short = max(wide, high), min(wide, high)
    return 4.0 <= short <= 40.0 and long > 2.5 * short


def _in_rows(shapes: Sequence[Box]) -> Iterator[int]:
    order = sorted(range(len(shapes)), key=lambda at: shapes[at][0])
    ends: list[tuple[int, ...]] = []  # rows that may still grow, by their last shape
    for at in order:
        left, top, right, bottom = shapes[at]
        grown: list[tuple[int, ...]] = []
        home: tuple[int, ...] | None = None
        for row in ends:
            last = shapes[row[-1]]
            height = max(bottom - top, last[3] - last[1])
            if left - last[2] > 1.5 * height:  # all that follows lies further away
                if len(row) >= FEW:
                    yield from row
                continue
            shared = min(bottom, last[3]) - max(top, last[1])
            alike = min(bottom - top, last[3] - last[1]) > 0.4 * height
            if home is None and alike and shared > 0.5 * min(bottom - top, last[3] - last[1]) and right > last[2]:
                home = (*row, at)
            else:
                grown.append(row)
        ends = [*grown, home or (at,)]
    for row in ends:
        if len(row) >= FEW:
            yield from row
