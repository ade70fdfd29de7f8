"""A record cut into the parts that one page shows each: some texts, or some rows of a table, never half a row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model import Cell, Segment

TEXTS: Final = 50
"""Texts of a record on one page; a row of a table is one."""
CHARACTERS: Final = 12_000
"""Characters on one page; a single text may have more."""
_Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The texts of a record, where each part begins, and the header cells of its tables, by table."""

    texts: Mapping[str, Segment]
    segments: tuple[Segment, ...]
    starts: tuple[int, ...]
    headers: Mapping[_Row, tuple[int, ...]]

    def at(self, text: int) -> int:
        """Return the number of the part that a text, counted from 0, stands in."""
        return max(0, bisect_right(self.starts, text) - 1)

    def stop(self, part: int) -> int:
        """Return the text with which a part ends, not included."""
        return self.starts[part + 1] if part + 1 < len(self.starts) else len(self.segments)

    def of(self, part: int) -> list[Segment]:
        """Return the texts of a part, before them the headers of tables that began in a part before it."""
        start, stop = self.starts[part], self.stop(part)
        own = self.segments[start:stop]
        tables = dict.fromkeys(row[:-1] for each in own if (row := _row(each)) is not None)
        above = [at for table in tables for at in self.headers.get(table, ()) if at < start]
        return [*(self.segments[at] for at in above), *own]


def parts_of(texts: Mapping[str, Segment]) -> Parts:
    """Return the parts of a record (its texts in reading order, by the words of their address)."""
    segments = tuple(texts.values())
    headers: dict[_Row, list[int]] = {}
    starts, many, characters = [0], 0, 0
    before: _Row | None = None
    for number, segment in enumerate(segments):
        row = _row(segment)
        if row is not None and row[-1] == -1:
            headers.setdefault(row[:-1], []).append(number)
        if row is None or row != before:
            if many and (many >= TEXTS or characters + len(segment.text) > CHARACTERS):
                starts.append(number)
                many, characters = 0, 0
            many += 1
        characters += len(segment.text)
        before = row
    return Parts(texts, segments, tuple(starts), {table: tuple(cells) for table, cells in headers.items()})


def _row(segment: Segment) -> _Row | None:
    """Return what names the row of a table that a text stands in, its number last; None for what is no cell."""
    for number, step in enumerate(segment.address):
        if isinstance(step, Cell):
            return (*segment.address[:number], step.row)
    return None
