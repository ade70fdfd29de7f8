r"""Tables pasted into running text: which cells stand below a label in the head of one.

A table here is lines whose cells are parted by tabs, by ``|`` or by commas (quotes respected), with the same number
of cells in every line; a label counts only in the first line, so that reading a long table costs no more than once.

    Last\tFirst\tDOB
    Doe\tJane\t4/4/1971

Or lines of columns that blanks part, as reports are printed: the head is a line without a number, and below a label
stands what begins before the next one does; where digits fill their columns, what stands between the beginnings of
the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_LONGEST_LINE: Final = 600
_MOST_EMPTY: Final = 1
"""How many empty lines may stand between two rows."""
_FEWEST_CELLS: Final = 2
_FEWEST_BY_COMMA: Final = 3
_CELL: Final = {
    "\t": re.compile(r"[^\t]*"),
    "|": re.compile(r"[^|]*"),
    ",": re.compile(r'"[^"]*"|[^,"]*'),
}

_GAP: Final = re.compile(r" {2,}")
_TOKEN: Final = re.compile(r"[^ \t]+")
_DIGIT: Final = re.compile(r"\d")
_NAME: Final = re.compile(r" (?=[^ ])")
"""The blank before the name of a column."""
_LONGEST_HEAD: Final = 30
_MOST_ROWS: Final = 1_000
"""Rows of columns that blanks part: every line may be the head of those below it."""
_MOST_MISSES: Final = 3
"""How many lines in a row may have no columns, as rules and blank ones."""
_MOST_HEADS = 3
"""How many lines below may be heads with the same label: each has rows of its own, which would be read again."""

Cell = tuple[int, int]
"""The bounds of a cell, blanks and quotes at its ends left out."""


def cells_below(text: str, start: int, end: int) -> Iterator[Cell]:
    """Yield the cells that are not empty below the label ``[start, end)``, where that heads a column of a table."""
    start += len(text[start:end]) - len(text[start:end].lstrip())  # words for it may take the blanks before them
    head = _line(text, start)
    if head is None or end > head[1]:
        return
    for mark in _CELL:
        if text.find(mark, *head) < 0:
            continue
        cells = _cells(text, *head, mark)
        fewest = _FEWEST_BY_COMMA if mark == "," else _FEWEST_CELLS
        column = next((at for at, cell in enumerate(cells) if cell[0] <= start and end <= cell[1]), None)
        if len(cells) < fewest or column is None or len(cells) == _count_before(text, head[0], mark):
            continue
        yield from _column(text, head[1], (mark, len(cells), column))
        return
    if text.find("  ", *head) >= 0:
        yield from _in_columns(text, head, (start, end))
    yield from _without_gaps(text, head, (start, end))


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
    """Yield the cells of a column that are not empty, row by row while rows have the width of the head.

    However long the table: a row has one head at most, so that reading all of it costs no more than the text is long.
    """
    mark, width, column = table
    while (line := _next_line(text, at)) is not None:
        cell = _cell(text, line, mark, width, column)
        if cell is None:
            return
        at = line[1]
        if cell[0] < cell[1]:
            yield cell


def _in_columns(text: str, head: Cell, label: Cell) -> Iterator[Cell]:
    """Yield what stands below a label in a line of names that blanks part, row by row."""
    said = text[head[0] : head[1]]
    gaps = [gap for gap in _GAP.finditer(said) if gap.start()] if _DIGIT.search(said) is None else []
    if not gaps or "\t" in said:
        return
    first, last = label[0] - head[0], label[1] - head[0]
    low = max((gap.end() for gap in gaps if gap.end() <= first), default=len(said) - len(said.lstrip(" ")))
    high = min((gap.start() for gap in gaps if gap.start() >= last), default=len(said))
    if high - low > _LONGEST_HEAD or said[high - 1] in ".,;?!" or said[low:high].strip() == "":
        return
    behind = next((gap.end() for gap in gaps if gap.start() == high), _LONGEST_LINE)
    again = re.compile(rf"(?<!\w){re.escape(said[first:last])}(?!\w)", re.IGNORECASE)
    at, misses, others = head[1], 0, 0
    for _ in range(_MOST_ROWS):
        line = _next_line(text, at)
        if line is None or misses > _MOST_MISSES or others > _MOST_HEADS:
            return
        at = line[1]
        row = text[line[0] : line[1]]
        others += again.search(row) is not None and _DIGIT.search(row) is None
        if _GAP.search(row.strip(" ")) is None or row[low:high] == said[low:high]:
            misses += 1
            continue
        misses = 0
        tokens = [each for each in _TOKEN.finditer(row) if each.end() > low and each.start() < behind - 1]
        if tokens:
            yield line[0] + tokens[0].start(), line[0] + tokens[-1].end()


def _without_gaps(text: str, head: Cell, label: Cell) -> Iterator[Cell]:
    """Yield what stands below a label where nothing parts the columns: ``DOE  5369043994065550142`` below its heads.

    Its column goes from the beginning of its name to that of the next one, or to the end of the line. Only what a
    digit touches on either side is told so: all else blanks part.
    """
    said = text[head[0] : head[1]]
    low = label[0] - head[0]
    following = _NAME.search(said, label[1] - head[0])
    if (
        _DIGIT.search(said) is not None
        or not 0 <= low < len(said)  # the words for it may begin on the line before
        or said[label[1] - head[0] :][:1] not in {"", " "}
        or (low and said[low - 1] != " ")
        or len(_TOKEN.findall(said)) < _FEWEST_CELLS
    ):
        return
    at = head[1]
    for _ in range(_MOST_ROWS):
        line = _next_line(text, at)
        if line is None:
            return
        at = line[1]
        row = text[line[0] : line[1]]
        high = min(following.start() + 1, len(row)) if following is not None else len(row)
        own = row[low:high].strip()
        if not own.isdecimal() or len(own) < min(high, len(row)) - low - 1:
            return
        around = row[max(0, low - 1) : low] + row[high : high + 1]
        if any(map(str.isdecimal, around)):
            yield line[0] + low, line[0] + low + len(own)


def _next_line(text: str, at: int) -> Cell | None:
    """Return the bounds of the line behind the line end at ``at``, empty lines passed over (mail programs add them)."""
    for _ in range(_MOST_EMPTY + 1):
        if text[at : at + 1] not in {"\n", "\r"}:
            return None
        line = _line(text, at + 1 + (text[at : at + 2] == "\r\n"))
        if line is None or line[0] < line[1]:
            return line
        at = line[1]
    return None


def _cell(text: str, line: Cell, mark: str, width: int, column: int) -> Cell | None:
    """Return the bounds of one cell of a row; None where the row has not ``width`` cells."""
    start, end = line
    if mark == "," and text.find('"', start, end) >= 0:
        cells = _cells(text, start, end, mark)
        return cells[column] if len(cells) == width else None
    if text.count(mark, start, end) + 1 != width:
        return None
    for _ in range(column):
        start = text.index(mark, start, end) + 1
    stop = text.find(mark, start, end)
    return _trimmed(text, start, end if stop < 0 else stop)


def _line(text: str, at: int) -> Cell | None:
    """Return the bounds of the line of ``at``; None where it is longer than the line of a table."""
    low, high = max(0, at - _LONGEST_LINE), min(len(text), at + _LONGEST_LINE)
    begin = max(text.rfind("\n", low, at), text.rfind("\r", low, at)) + 1
    ends = [found for sign in "\r\n" if (found := text.find(sign, at, high)) >= 0]
    if (begin == 0 and low > 0) or (not ends and high < len(text)):
        return None
    return begin, min(ends, default=len(text))


def _count_before(text: str, begin: int, mark: str) -> int:
    """Return how many cells the line before the one that begins at ``begin`` has, 0 where there is none.

    Empty lines are passed over as they are in a column, or each row behind one would be the head of all that follow.
    """
    for _ in range(_MOST_EMPTY + 1):
        if begin == 0:
            return 0
        line = _line(text, begin - 1 - (text[begin - 2 : begin] == "\r\n"))
        if line is None:
            return 0
        if line[0] < line[1]:
            return len(_cells(text, *line, mark))
        begin = line[0]
    return 0


def _cells(text: str, start: int, end: int, mark: str) -> list[Cell]:
    found: list[Cell] = []
    at = start
    while at <= end:
        match = _CELL[mark].match(text, at, end)
        stop = match.end() if match else at
        found.append(_trimmed(text, at, stop))
        if stop < end and text[stop] != mark:
            return []  # a quote inside a cell: no table of these
        at = stop + 1
    return found if len(found) > 1 else []


def _trimmed(text: str, low: int, high: int) -> Cell:
    """Return the bounds without the blanks and quotes at both ends."""
    while low < high and text[low] in ' \t"':
        low += 1
    while low < high and text[high - 1] in ' \t"':
        high -= 1
    return low, high
