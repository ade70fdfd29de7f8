"""Overlapping windows over long text: every place is judged by the window in which it lies inside.

::

    window 1  |------------------------|
    window 2                    |------------------------|
    keeps 1   |---------------------|
    keeps 2                         |--------------------|

The windows share ``overlap`` items, and each keeps what lies on its side of the middle of what they
share. So whatever is kept was seen with at least half an overlap of context on either side.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open bounds: what a window sees (``start``, ``end``) and what is kept of it."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def windows(length: int, size: int, overlap: int) -> list[Window]:
    """Return windows of at most ``size`` items that together keep each of ``length`` items exactly once."""
    if not 0 <= overlap < size:
        raise ValueError("the overlap must be smaller than the window")
    if length <= 0:
        return []
    starts = list(range(0, max(length - overlap, 1), size - overlap))
    cuts = [0, *(start + overlap // 2 for start in starts[1:]), length]
    return [Window(start, min(start + size, length), cuts[n], cuts[n + 1]) for n, start in enumerate(starts)]


def text_windows(text: str, size: int, overlap: int) -> list[Window]:
    """Return windows over the characters of ``text``; the outer bounds move to white space where some is near."""
    found = windows(len(text), size, overlap)
    return [
        Window(_to_space(text, window.start, window.keep_start), window.end, window.keep_start, window.keep_end)
        for window in found
    ]


def _to_space(text: str, start: int, limit: int) -> int:
    """Return the first place after ``start`` (before half of the way to ``limit``) that follows white space."""
    if start == 0:
        return 0
    for at in range(start, start + (limit - start) // 2):
        if text[at - 1].isspace():
            return at
    return start
