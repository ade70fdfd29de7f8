"""What names the texts of a page, as its reader sees it: the head of a column, the cell on the left, the block before.

Without it nine bare digits under "Social Security Number", or a date under "Born", would be numbers like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from pipeline.formats.table_labels import is_name, labels_of, may_name, told_by

Cells = Mapping[int, Mapping[int, Sequence[int]]]
"""The blocks that begin in each cell, by row (counted through the page) and column."""
_BESIDE: Final = 80
"""Characters of a text that the block before it may name."""


def labels_of_blocks(
    texts: Sequence[str], cells: Cells, tables: Mapping[int, int], terms: Collection[int]
) -> Iterator[tuple[int, str]]:
    """Yield blocks by number with their labels: cells those of their table, other short ones the block before them.

    Args:
        texts: the texts of the blocks of a page.
        cells: which of them are cells.
        tables: the table in which each row lies.
        terms: those that are terms of a list of definitions.
    """
    place_of: dict[int, tuple[int, int]] = {}
    rows_of: dict[int, dict[int, dict[int, str]]] = defaultdict(dict)
    for row, own in cells.items():
        rows_of[tables[row]][row] = {
            column: "\n".join(texts[block] for block in blocks) for column, blocks in own.items()
        }
        place_of |= {block: (row, column) for column, blocks in own.items() for block in blocks}
    of_place: dict[tuple[int, int], str] = {}
    for rows in rows_of.values():
        of_place |= labels_of(rows)
    before = ""
    for block, text in enumerate(texts):
        place = place_of.get(block)
        label = of_place.get(place, "") if place is not None else ""
        is_below = place is None or place_of.get(block - 1) == place or len(cells[place[0]]) == 1
        if not label and is_below and _names(before, text, is_term=block - 1 in terms):
            label = before.strip().rstrip(": ")
        if label:
            yield block, label
        before = text


def name_of_field(attributes: Mapping[str, str], before: str) -> str:
    """Return what names the value of a form field: the field's own name, or the words before it; "" for nothing."""
    said = (attributes.get("name", ""), attributes.get("id", ""), before)
    names = [each.strip().rstrip(": ") for each in said if may_name(each.strip())]
    return next(filter(told_by, names), names[0] if names else "")


def _names(before: str, text: str, *, is_term: bool) -> bool:
    """Return whether a block says what the next one is: a number as a header would, with a colon anything."""
    before = before.strip()
    if not may_name(before) or len(text) > _BESIDE or is_name(text):
        return False
    return is_term or before.endswith(":") or (is_name(before) and any(map(str.isdigit, text)))
