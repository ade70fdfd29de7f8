"""Where a page may show writing that is no text: pictures, and drawings that have the form of letters."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pipeline.formats.letter_shapes import FEW, letter_shapes
from pipeline.formats.page_text import Box, union
from pipeline.formats.pdf_pages import SeenPage

LEAST_PICTURE: Final = 6.0
"""Points: a picture smaller than this in height or width holds no word."""
_CONTRAST: Final = 20


def areas_to_read(seen: SeenPage) -> list[Box]:
    """Return the areas of a page that OCR has to read: pictures, letters drawn as lines, signs without a character."""
    clipped = [_on_page(each, seen) for each in seen.pictures]
    areas = [each for each in clipped if each is not None and not _is_plain(seen, each)]
    shapes = [
        each for each in letter_shapes(seen.beside, seen.scale) if not any(_lies_in(each, area) for area in areas)
    ]
    if len(shapes) >= FEW:
        areas.append(union(shapes))
    if seen.unmapped:
        areas.append(union(seen.unmapped))
    return areas


def _lies_in(box: Box, area: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] <= across <= area[2] and area[1] <= down <= area[3]


def _on_page(box: Box, seen: SeenPage) -> Box | None:
    left, top = max(box[0], 0.0), max(box[1], 0.0)
    right, bottom = min(box[2], seen.width), min(box[3], seen.height)
    if right - left < LEAST_PICTURE or bottom - top < LEAST_PICTURE:
        return None
    return (left, top, right, bottom)


def _is_plain(seen: SeenPage, box: Box) -> bool:
    """Return whether a picture shows one colour, or nothing."""
    left, top = (math.floor(side * seen.scale) for side in box[:2])
    right, bottom = (math.ceil(side * seen.scale) for side in box[2:])
    part = seen.beside[top:bottom, left:right].reshape(-1, 3)
    return not len(part) or int(np.ptp(part, axis=0).max()) <= _CONTRAST
