"""Where a page may show writing that is no text: pictures, and drawings that have the form of letters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from pipeline.formats.page_text import Box, union
from pipeline.formats.pdf_pages import SeenPage

LEAST_PICTURE: Final = 6.0
"""Points: a picture smaller than this in height or width holds no word."""
FEW_SHAPES: Final = 3
_LEAST_LETTER, _LARGEST_LETTER = 2.5, 72.0
_CONTRAST: Final = 40


def areas_to_read(seen: SeenPage) -> list[Box]:
    """Return the areas of a page that OCR has to read: pictures, letters drawn as lines, signs without a character."""
    areas = [box for box in map(_on_page(seen), seen.pictures) if box is not None and not _is_plain(seen, box)]
    shapes = list(_letter_shapes(seen))
    if len(shapes) >= FEW_SHAPES:
        areas.append(union(shapes))
    if seen.unmapped:
        areas.append(union(seen.unmapped))
    return areas


def _on_page(seen: SeenPage) -> Any:
    def clipped(box: Box) -> Box | None:
        left, top = max(box[0], 0.0), max(box[1], 0.0)
        right, bottom = min(box[2], seen.width), min(box[3], seen.height)
        if right - left < LEAST_PICTURE or bottom - top < LEAST_PICTURE:
            return None
        return (left, top, right, bottom)

    return clipped


def _is_plain(seen: SeenPage, box: Box) -> bool:
    """Return whether a picture shows one colour, or nothing."""
    left, top = (math.floor(side * seen.scale) for side in box[:2])
    right, bottom = (math.ceil(side * seen.scale) for side in box[2:])
    part = seen.beside[top:bottom, left:right].reshape(-1, 3)
    return not len(part) or int(np.ptp(part, axis=0).max()) <= _CONTRAST // 2


def _letter_shapes(seen: SeenPage) -> Iterator[Box]:
    """Yield the boxes of shapes of the size of letters that are no line, no dot and no box."""
    ink = _ink(seen.beside)
    labels, count = ndimage.label(ink, structure=np.ones((3, 3), np.int8))
    if not count:
        return
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        rows, columns = place
        high, wide = (rows.stop - rows.start) / seen.scale, (columns.stop - columns.start) / seen.scale
        if not (_LEAST_LETTER <= high <= _LARGEST_LETTER and wide <= _LARGEST_LETTER * 4):
            continue
        if _is_box(labels[place] == number):
            continue
        yield (columns.start / seen.scale, rows.start / seen.scale, columns.stop / seen.scale, rows.stop / seen.scale)


def _ink(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return which pixels differ from most of the page."""
    shades = pixels.mean(axis=2)
    counts = np.bincount(shades.astype(np.uint8).ravel(), minlength=256)
    ink: npt.NDArray[np.bool_] = np.abs(shades - int(counts.argmax())) > _CONTRAST
    return ink


def _is_box(shape: npt.NDArray[np.bool_]) -> bool:
    """Return whether a shape is a filled rectangle, a line, or the outline of a rectangle."""
    if shape.mean() > 0.85 or min(shape.shape) <= 2:
        return True
    return all(edge.mean() > 0.9 for edge in (shape[0], shape[-1], shape[:, 0], shape[:, -1]))
