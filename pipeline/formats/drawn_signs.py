"""Whether what a page shows as text is what its text says: the ink of each sign against the shapes of its character.

A file names the character of a sign (ToUnicode, ActualText); nothing makes it name the one that is drawn. So the pixels
that the text changed on the page are the witness: each must belong to a sign, and the shape of each sign must be one that
its character may have. No name or table of a font is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.formats.page_text import Box
from pipeline.formats.sign_shapes import likelihoods, may_look_like, normalised

Pixels = npt.NDArray[np.uint8]

@dataclass(frozen=True, slots=True)
class DrawnSign:
    """A sign as its file describes it: character, box of its ink in points, quarter turns, whether at another angle."""

    char: str
    box: Box
    turn: int = 0
    is_askew: bool = False


@dataclass(slots=True)
class Judged:
    """What was found of some signs, by their position: how well the shape supports the character, and what it looks like.

    ``support`` is -1 where nothing can be said; ``looks`` is the class that fits best and ``sure`` how likely it is.
    """

    support: npt.NDArray[np.float32]
    looks: npt.NDArray[np.int64]
    sure: npt.NDArray[np.float32]
    shape: npt.NDArray[np.int64]


def judged(ink: Pixels, scale: float, signs: Sequence[DrawnSign]) -> Judged:
    """Compare signs with their ink (rows by columns, 0 to 255; ``scale`` pixels a point)."""
    shapes: list[Pixels] = []
    numbers: dict[bytes, int] = {}
    own = np.full(len(signs), -1, np.int64)
    for at, sign in enumerate(signs):
        part = _cut(ink, scale, sign)
        key = b"%d %d" % part.shape + part.tobytes()
        if key not in numbers:
            shape = normalised(part)
            numbers[key] = -1 if shape is None else len(shapes)
            if shape is not None:
                shapes.append(shape)
        own[at] = numbers[key]
    said = likelihoods(shapes)
    support = np.full(len(signs), -1.0, np.float32)
    looks = np.full(len(signs), -1, np.int64)
    sure = np.zeros(len(signs), np.float32)
    for at, sign in enumerate(signs):
        if own[at] < 0:
            continue
        row = said[own[at]]
        looks[at] = int(row.argmax())
        sure[at] = row[looks[at]]
        may = may_look_like(sign.char)
        if may:
            support[at] = row[list(may)].sum()
    return Judged(support, looks, sure, own)


def _cut(ink: Pixels, scale: float, sign: DrawnSign) -> Pixels:
    left, top, right, bottom = sign.box
    part = ink[
        max(0, math.floor(top * scale)) : max(0, math.ceil(bottom * scale)),
        max(0, math.floor(left * scale)) : max(0, math.ceil(right * scale)),
    ]
    return np.ascontiguousarray(np.rot90(part, sign.turn)) if sign.turn else np.ascontiguousarray(part)
