"""Lines that OCR reads: how they stand, where their signs stand in them, and how long ones are cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline.formats.page_text import Box, Glyph

_BLANK: Final = 0.18
"""Of a line's height: the least width of a blank between two words."""
_LONG: Final = 18.0
"""Lengths in heights above which the engine reads badly; longer lines are cut between words."""
_PIECE: Final = 12.0

Pixels = npt.NDArray[np.uint8]
Quad = npt.NDArray[np.float64]


class LineOfSigns:
    """Where a line stands: its corners in points, clockwise from its upper left one on the page."""

    def __init__(self, corners: npt.NDArray[np.float64], shape: tuple[int, int], is_flipped: bool) -> None:
        sides = np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[0] - corners[3])
        self._corners, self._is_flipped = corners, is_flipped
        self._is_upright = shape[0] < shape[1] and sides[1] > sides[0]
        self.turn = (1 if self._is_upright else 0) + (2 if is_flipped else 0)

    @property
    def box(self) -> Box:
        """The box around the line."""
        return around(self._corners)

    @property
    def lean(self) -> float:
        """By how much the line falls for each point that it runs to the right (in its own frame)."""
        one, other = (self._corners[0], self._corners[3]) if self._is_upright else (self._corners[0], self._corners[1])
        run, fall = other - one
        if self._is_upright:
            run, fall = fall, -run
        return float(fall / run) if abs(run) > 1e-6 else 0.0

    def signs(self, text: str, word: Any, crop: Pixels) -> Iterator[Glyph]:
        """Yield the signs of the line: each reaches to the middle of the gap before the next."""
        chars = [char for own in word.words for char in own]
        columns = [column for own in word.word_cols for column in own]
        plain = [char for char in text if not char.isspace()]
        if chars != plain or not word.line_txt_len:
            columns = [at for at, char in enumerate(text) if not char.isspace()]
            width = float(len(text))
        else:
            width = float(word.line_txt_len)
        centres = [min((each + 0.5) / width, 1.0) for each in columns]
        edges, gaps = edges_of(centres, crop)
        at, last = 0, " "
        for char in text:
            if char.isspace():
                yield Glyph(" ", self._part(edges[at], edges[at]), self.turn)
            else:
                if gaps[at] and _may_part(last, char):
                    yield Glyph(" ", self._part(edges[at], edges[at]), self.turn)
                yield Glyph(char, self._part(edges[at], edges[at + 1]), self.turn)
                at += 1
            last = char

    def _part(self, start: float, end: float) -> Box:
        if self._is_flipped:
            start, end = 1 - end, 1 - start
        one, two, three, four = self._corners
        if self._is_upright:
            points = [one + at * (four - one) for at in (start, end)] + [
                two + at * (three - two) for at in (start, end)
            ]
        else:
            points = [one + at * (two - one) for at in (start, end)] + [
                four + at * (three - four) for at in (start, end)
            ]
        return around(np.array(points))


def around(points: npt.NDArray[np.float64]) -> Box:
    """Return the box around points."""
    low, high = points.min(axis=0), points.max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _may_part(one: str, other: str) -> bool:
    """Return whether a gap between two signs is a blank that was not read: never inside a number."""
    return (one.isalpha() or other.isalpha()) and (one.isalnum() or one in ",;:]") and (other.isalnum() or other == "[")


def edges_of(centres: Sequence[float], crop: Pixels) -> tuple[list[float], list[bool]]:
    """Return where signs end and begin, 0 to 1: at the widest gap in the ink between two centres; and wide gaps."""
    ink = _ink(crop)
    width = len(ink)
    edges, lengths = [0.0], [0]
    for one, other in pairwise(centres):
        low, high = round(one * width), round(other * width)
        part = ink[low : max(high, low + 1)]
        if not len(part):
            edges.append((one + other) / 2)
            lengths.append(0)
            continue
        start, length = longest(part == part.min())
        edges.append(max(edges[-1], (low + start + length / 2) / width))
        lengths.append(0 if part.min() else length)
    least = max(_BLANK * crop.shape[0], 2.5 * float(np.median(lengths[1:] or [0])))
    return [*edges, 1.0], [each > least for each in lengths]


def _ink(crop: Pixels) -> npt.NDArray[np.int64]:
    """Return how many pixels of each column differ from the paper."""
    shades = crop.astype(np.int16).mean(axis=2)
    ink: npt.NDArray[np.int64] = (np.abs(shades - np.median(shades)) > 50).sum(axis=0)
    return ink


def longest(flags: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and length of the longest run of True (there is one)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    best = int(lengths.argmax())
    return int(starts[best]), int(lengths[best])


def pieces_of(quad: Quad, crop: Pixels) -> list[Quad]:
    """Return a line's corners; those of pieces of it, cut between words, where it is too long to be read at once."""
    high, wide = crop.shape[:2]
    if wide <= _LONG * high:
        return [quad]
    ink = _ink(crop)
    edges = [0.0]
    count = round(wide / (_PIECE * high))
    for number in range(1, count):
        middle, reach = number * wide / count, 0.35 * wide / count
        low = round(middle - reach)
        start, length = (
            longest(ink[low : round(middle + reach)] == 0) if not ink[low : round(middle + reach)].all() else (0, 0)
        )
        if length >= _BLANK * high:
            edges.append((low + start + length / 2) / wide)
    edges.append(1.0)
    one, two, three, four = quad
    is_upright = np.linalg.norm(one - four) > np.linalg.norm(one - two)
    ends = (one, four, two, three) if is_upright else (one, two, four, three)
    return [_piece(ends, low, high, is_upright=is_upright) for low, high in pairwise(edges)]


def _piece(ends: tuple[Quad, Quad, Quad, Quad], low: float, high: float, *, is_upright: bool) -> Quad:
    """Return the corners of a line between two shares of its length; ``ends`` are those of its two long sides."""
    first = [ends[0] + at * (ends[1] - ends[0]) for at in (low, high)]
    second = [ends[2] + at * (ends[3] - ends[2]) for at in (low, high)]
    if is_upright:
        return np.array([first[0], second[0], second[1], first[1]])
    return np.array([first[0], first[1], second[1], second[0]])
