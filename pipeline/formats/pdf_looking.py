"""Where a page may show writing that is no text: pictures, and drawings that have the form of letters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from pipeline.formats.letter_shapes import FEW, letter_shapes
from pipeline.formats.page_text import Box, union
from pipeline.formats.pdf_pages import SeenPage

LEAST_PICTURE: Final = 6.0
"""Points: a picture smaller than this in height or width holds no word."""
_CONTRAST: Final = 20
MOST: Final = 0.4
"""Share of a page from which an area is most of it: without that, there is no page."""
_NEAREST, _FARTHEST = 8.0, 20.0
"""Points: how far beside a shape writing may go on that has no such shapes (a line is an l, a dot ends a sentence)."""
_MOST_AREAS: Final = 200
"""Groups of shapes above which all are one: to compare each with each other would take too long."""


def areas_to_read(seen: SeenPage) -> list[Box]:
    """Return the areas of a page that OCR has to read: pictures, letters drawn as lines, signs without a character."""
    clipped = [_on_page(each, seen) for each in seen.pictures]
    areas = [each for each in clipped if each is not None and not _is_plain(seen, each)]
    shapes = [
        each for each in letter_shapes(seen.beside, seen.scale) if not any(_lies_in(each, area) for area in areas)
    ]
    if len(shapes) >= FEW:
        areas += _groups(shapes, seen)
    if seen.unmapped:
        areas += _groups(seen.unmapped, seen)
    return areas


def is_most(area: Box, seen: SeenPage) -> bool:
    """Return whether an area is most of its page."""
    return _size(area) >= MOST * seen.width * seen.height


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _groups(shapes: Sequence[Box], seen: SeenPage) -> list[Box]:
    """Return the areas of shapes that stand near one another; one for all where these are most of the page.

    So three arrows in the corners of a form do not take the form with them.
    """
    areas: list[Box] = []
    for each in shapes:
        area = _with_reach(each)
        while near := [other for other in areas if _overlap(area, other)]:
            areas = [other for other in areas if other not in near]
            area = union([area, *near])
        areas.append(area)
        if len(areas) > _MOST_AREAS:
            areas = [union([_with_reach(one) for one in shapes])]
            break
    clipped = [area for area in (_within(each, seen) for each in areas) if area is not None]
    if sum(map(_size, clipped)) >= MOST * seen.width * seen.height:
        return [union(clipped)]
    return clipped


def _with_reach(shape: Box) -> Box:
    left, top, right, bottom = shape
    reach = min(max(2 * min(right - left, bottom - top), _NEAREST), _FARTHEST)
    return (left - reach, top - reach, right + reach, bottom + reach)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _lies_in(box: Box, area: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] <= across <= area[2] and area[1] <= down <= area[3]


def _on_page(box: Box, seen: SeenPage) -> Box | None:
    area = _within(box, seen)
    if area is None or area[2] - area[0] < LEAST_PICTURE or area[3] - area[1] < LEAST_PICTURE:
        return None
    return area


def _within(box: Box, seen: SeenPage) -> Box | None:
    """Return what of a box lies on the page, None where nothing does."""
    left, top = max(box[0], 0.0), max(box[1], 0.0)
    right, bottom = min(box[2], seen.width), min(box[3], seen.height)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _is_plain(seen: SeenPage, box: Box) -> bool:
    """Return whether a picture shows one colour, or nothing."""
    left, top = (math.floor(side * seen.scale) for side in box[:2])
    right, bottom = (math.ceil(side * seen.scale) for side in box[2:])
    part = seen.beside[top:bottom, left:right].reshape(-1, 3)
    return not len(part) or int(np.ptp(part, axis=0).max()) <= _CONTRAST
