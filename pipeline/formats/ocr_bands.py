"""Where OCR sees lines on a page: band by band, for on a page that is mostly blank the engine overlooks lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline.formats.letter_shapes import ink_of
from pipeline.formats.ocr_lines import Quad, around, longest
from pipeline.formats.page_text import Box

_BAND: Final = 1_000
_OVERLAP: Final = 80
_PAPER: Final = 40
"""Pixels of paper around a band."""
_LEAST_SIDE: Final = 480

Pixels = npt.NDArray[np.uint8]


def seen_lines(engine: Any, pixels: Pixels) -> list[Quad]:
    """Return the corners of the lines that the engine sees, in pixels."""
    ink = ink_of(pixels)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return []
    left, right = max(0, int(columns[0]) - _PAPER), min(pixels.shape[1], int(columns[-1]) + _PAPER)
    paper = np.median(pixels.reshape(-1, 3)[::101], axis=0).astype(np.uint8)
    found: list[Quad] = []
    for top, bottom in _bands(ink.sum(axis=1), int(rows[0]), int(rows[-1]) + 1):
        band = _framed(pixels[top:bottom, left:right], paper)
        seen = engine(band, use_det=True, use_cls=False, use_rec=False)
        boxes = getattr(seen, "boxes", None)
        for each in () if boxes is None else boxes:
            moved = np.asarray(each, np.float64) + np.array([left - _PAPER, top - _PAPER])
            quad = np.clip(moved, 0, (pixels.shape[1] - 1, pixels.shape[0] - 1))
            if np.ptp(quad, axis=0).min() >= 1:
                found.append(quad)
    return _once(found)


def _framed(band: Pixels, paper: Pixels) -> Pixels:
    """Return a band with paper around it, at least so large that the engine does not blow it up."""
    high, wide = band.shape[:2]
    framed = np.empty((max(high + 2 * _PAPER, _LEAST_SIDE), max(wide + 2 * _PAPER, _LEAST_SIDE), 3), np.uint8)
    framed[:] = paper
    framed[_PAPER : _PAPER + high, _PAPER : _PAPER + wide] = band
    return framed


def _bands(weight: npt.NDArray[np.int64], top: int, bottom: int) -> Iterator[tuple[int, int]]:
    """Yield bands of at most 1,000 rows, cut where there is least ink; where there is some, they overlap."""
    while bottom - top > _BAND:
        low = top + _BAND // 2
        part = weight[low : top + _BAND]
        start, length = longest(part == part.min())
        cut = low + start + length // 2
        yield top, min(bottom, cut + (_OVERLAP if part.min() else 0))
        top = cut
    yield top, bottom


def _once(quads: Sequence[Quad]) -> list[Quad]:
    """Return lines without those that lie for the most part in a larger one: bands overlap."""
    kept: list[tuple[Quad, Box]] = []
    for quad, box in sorted(((each, around(each)) for each in quads), key=lambda one: -area(one[1])):
        if not any(shared(box, other) > 0.7 * area(box) for _, other in kept):
            kept.append((quad, box))
    return [quad for quad, _ in kept]


def area(box: Box) -> float:
    """Return the area of a box, 0 where it is turned inside out."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def shared(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    return area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))
