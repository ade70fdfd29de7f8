"""Numbers that are cut over cells below one another: by their own separators, or named by the cell above or beside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from pipeline.formats.cell_seams import (
    GROUPS,
    MOST,
    UNSURE,
    Seam,
    has_border,
    is_named,
    may_go_on,
    seam_of,
    seams_of,
    spoken,
)

_GROUP: Final = re.compile(r"\d{1,6}")
_LONGEST_GROUP: Final = 6
_LONGEST_LABEL: Final = 40
_Rows = Sequence[tuple[int, Mapping[int, str]]]
_Placed = tuple[Seam, list[tuple[int, int]]]


def seams_down(rows: _Rows) -> list[_Placed]:
    """Return the numbers whose own separators make them one over cells that stand below one another.

    Args:
        rows: the numbers of rows, and the texts in each by their column.

    Returns:
        Each seam with the row and column of its cells.
    """
    made: list[_Placed] = []
    taken: set[tuple[int, int]] = set()
    for at, ((row, above), (following, below)) in enumerate(pairwise(rows)):
        if following != row + 1:
            continue
        for column, text in above.items():
            other = below.get(column)
            if other is None or (row, column) in taken or not may_go_on(text, other) or not has_border(text, other):
                continue
            run = _down(rows, at, column)
            seam = next((each for each in seams_of([said for _, said in run]) if each.pieces[0].cell == 0), None)
            if seam is not None:
                places = [(place, column) for place, _ in run]
                taken.update(places[: len(seam.pieces) - 1])
                made.append((seam, places))
    return made


def _down(rows: _Rows, at: int, column: int, *, named: bool = False) -> list[tuple[int, str]]:
    """Return a cell and those below it without a gap, as row and text, as many as a number could take.

    ``named``: only bare groups of digits, each but the first with nothing on its left that names it.
    """
    run: list[tuple[int, str]] = []
    for row, texts in rows[at : at + MOST]:
        if column not in texts or (run and row != run[-1][0] + 1):
            break
        left = texts.get(column - 1, "").strip()
        if named and (_GROUP.fullmatch(texts[column].strip()) is None or (run and left and not left[0].isdecimal())):
            break
        run.append((row, texts[column]))
    return run


def named_down(rows: _Rows) -> list[_Placed]:
    """Return the numbers of bare digit groups below one another that the cell above them, or on their left, names.

    ``SSN`` and below it ``536``, ``90``, ``4399``: the groups of a Social Security number, a telephone number or a
    birth date and nothing more. What the left of a lower group names is another number.

    Args:
        rows: the numbers of rows, and the texts in each by their column.

    Returns:
        Each seam with the row and column of its cells.
    """
    made: list[_Placed] = []
    before: tuple[int, Mapping[int, str]] = (-2, {})
    for at, (row, cells) in enumerate(rows):
        above = before[1] if row == before[0] + 1 else {}
        before = (row, cells)
        for column, text in cells.items():
            if len(text) > _LONGEST_GROUP or not text.strip().isdecimal():
                continue
            beside = (above.get(column, ""), cells.get(column - 1, ""))
            label = next((each for each in beside if each[:1].isalpha() and _names(each)), "")
            found = _groups(_down(rows, at, column, named=True), label) if label else None
            if found is not None:
                made.append((found, [(row + step, column) for step in range(len(found.pieces))]))
    return made


def _names(label: str) -> bool:
    """Return whether a text names a number that can be cut; a cell may be one of a jail."""
    said = label.strip()
    if not 1 < len(said) <= _LONGEST_LABEL or any(map(str.isdecimal, said)):
        return False
    return is_named(said) and UNSURE.fullmatch(said.rstrip(":")) is None


def _groups(run: Sequence[tuple[int, str]], label: str) -> Seam | None:
    """Return the seam of digit groups below one another, if they are those of the number that a label names."""
    counts = tuple(len(text.strip()) for _, text in run)
    said = spoken(label.strip().rstrip(": "))
    for name, lengths, joint in GROUPS:
        if len(counts) > 1 and counts in lengths and name.search(said) is not None:
            pieces = [(at, len(text) - len(text.lstrip()), text.strip()) for at, (_, text) in enumerate(run)]
            return seam_of(pieces, said, joint)
    return None
