r"""Tables pasted into running text: which cells stand below a label in the head of one.

A table here is lines whose cells are parted by tabs, by ``|`` or by commas (quotes respected), with the same number
of cells in every line; a label counts only in the first line, so that reading a long table costs no more than once.

    Last\tFirst\tDOB
    Doe\tJane\t4/4/1971
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MOST_ROWS: Final = 500
_LONGEST_LINE: Final = 600
_FEWEST_CELLS: Final = 2
_FEWEST_BY_COMMA: Final = 3
_CELL: Final = {
    "\t": re.compile(r"[^\t]*"),
    "|": re.compile(r"[^|]*"),
    ",": re.compile(r'"[^"]*"|[^,"]*'),
}

Cell = tuple[int, int]
"""The bounds of a cell, blanks and quotes at its ends left out."""


def cells_below(text: str, start: int, end: int) -> Iterator[Cell]:
    """Yield the cells that are not empty below the label ``[start, end)``, where that heads a column of a table."""
    head = _line(text, start)
    if head is None:
        return
    for mark in _CELL:
        cells = _cells(text, *head, mark)
        fewest = _FEWEST_BY_COMMA if mark == "," else _FEWEST_CELLS
        column = next((at for at, cell in enumerate(cells) if cell[0] <= start and end <= cell[1]), None)
        if len(cells) < fewest or column is None or len(cells) == _count_before(text, head[0], mark):
            continue
        yield from _column(text, head[1], (mark, len(cells), column))
        return


def heads(text: str) -> Iterator[Cell]:
    """Yield the cells of the first line of each table in ``text``."""
    for mark in ("\t", "|"):
        if mark not in text:
            continue
        before = 0
        for match in re.finditer(r"[^\r\n]+", text):
            cells = _cells(text, *match.span(), mark) if len(match.group()) <= _LONGEST_LINE else []
            if len(cells) >= _FEWEST_CELLS and len(cells) != before:
                yield from cells
            before = len(cells)


def _column(text: str, at: int, table: tuple[str, int, int]) -> Iterator[Cell]:
    mark, width, column = table
    for _ in range(MOST_ROWS):
        at += text[at : at + 2] == "\r\n"
        line = _line(text, at + 1) if text[at : at + 1] in {"\n", "\r"} else None
        cells = _cells(text, *line, mark) if line else []
        if line is None or len(cells) != width:
            return
        at = line[1]
        if cells[column][0] < cells[column][1]:
            yield cells[column]


def _line(text: str, at: int) -> Cell | None:
    """Return the bounds of the line of ``at``; None where it is longer than the line of a table."""
    low, high = max(0, at - _LONGEST_LINE), min(len(text), at + _LONGEST_LINE)
    begin = max(text.rfind("\n", low, at), text.rfind("\r", low, at)) + 1
    ends = [found for sign in "\r\n" if (found := text.find(sign, at, high)) >= 0]
    if (begin == 0 and low > 0) or (not ends and high < len(text)):
        return None
    return begin, min(ends, default=len(text))


def _count_before(text: str, begin: int, mark: str) -> int:
    """Return how many cells the line before the one that begins at ``begin`` has, 0 where there is none."""
    if begin == 0:
        return 0
    at = begin - 1 - (text[begin - 2 : begin] == "\r\n")
    line = _line(text, at)
    return len(_cells(text, *line, mark)) if line else 0


def _cells(text: str, start: int, end: int, mark: str) -> list[Cell]:
    found: list[Cell] = []
    at = start
    while at <= end:
        match = _CELL[mark].match(text, at, end)
        stop = match.end() if match else at
        low, high = at, stop
        while low < high and text[low] in ' \t"':
            low += 1
        while low < high and text[high - 1] in ' \t"':
            high -= 1
        found.append((low, high))
        if stop < end and text[stop] != mark:
            return []  # a quote inside a cell: no table of these
        at = stop + 1
    return found if len(found) > 1 else []
