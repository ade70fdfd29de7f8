"""Numbers of a page that are cut over cells, beside or below one another, or over blocks that follow one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pipeline.formats.cell_columns import named_down
from pipeline.formats.cell_seams import Seam, is_named, seams_of
from pipeline.formats.html_labels import Cells

_SEVERAL: Final = "|"
"""What stands for a cell of several texts where numbers over cells are looked for."""
_NUMBER: Final = re.compile(r"\d{3}")


def seams_of_page(
    texts: Sequence[str], cells: Cells, tables: Mapping[int, int]
) -> Iterator[tuple[Seam, Sequence[int]]]:
    """Yield the numbers that are cut over texts of a page, each with the blocks that its cells stand for.

    Args:
        texts: the texts of the blocks of a page.
        cells: which of them are cells.
        tables: the table in which each row lies.
    """
    yield from _beside(texts, cells)
    yield from _following(texts, {block for row in cells.values() for own in row.values() for block in own})
    by_table: dict[int, list[int]] = defaultdict(list)
    for row in sorted(cells):
        by_table[tables[row]].append(row)
    for rows in by_table.values():
        alone = [{column: own[0] for column, own in cells[row].items() if len(own) == 1} for row in rows]
        said = [(at, {column: texts[block] for column, block in row.items()}) for at, row in enumerate(alone)]
        for seam, places in named_down(said):
            yield seam, [alone[at][column] for at, column in places]


def _beside(texts: Sequence[str], cells: Cells) -> Iterator[tuple[Seam, Sequence[int]]]:
    """Yield the numbers that are cut over cells of a row, named beside them or at the head of the table."""
    heads: dict[int, str] = {}
    for row in cells.values():
        places = sorted(row)
        blocks = [row[place][0] for place in places]
        # In a cell of several texts the number would stand apart.
        said = [texts[row[place][0]] if len(row[place]) == 1 else _SEVERAL for place in places]
        seams = seams_of(said, [""] * len(said))
        taken = {piece.cell for seam in seams for piece in seam.pieces}
        labels = [heads.get(place, "") for place in places]
        for seam in seams_of(said, labels) if any(labels) else ():
            seams += [seam] if taken.isdisjoint(piece.cell for piece in seam.pieces) else []
        if any(map(is_named, said)) and not any(_NUMBER.search(each) for each in said):
            heads = dict(zip(places, map(str.strip, said), strict=True))
        yield from ((seam, blocks) for seam in seams)


def _following(texts: Sequence[str], in_cells: set[int]) -> Iterator[tuple[Seam, Sequence[int]]]:
    """Yield the numbers that are cut over blocks that follow one another and are no cells."""
    run: list[int] = []
    for block in range(len(texts) + 1):
        if block < len(texts) and block not in in_cells:
            run.append(block)
            continue
        said = [texts[each] for each in run]
        yield from ((seam, run) for seam in seams_of(said, [""] * len(said)))
        run = []
