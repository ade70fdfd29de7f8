"""What names the cells of a table that lies in a text: the name of their column, or in a form the text on their left.

Such a table says nowhere whether its first row names columns, so its words tell: those of headers
(``configs/columns.yaml``) in the first row, or down the first column, or colons there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.formats.delimited_dialect import header_words, is_header

LONGEST_LABEL: Final = 40
_LOOKED_AT: Final = 50
_WORDS: Final = 5
_WORD: Final = re.compile(r"[^\W\d_]+")


def labels_of(rows: Mapping[int, Mapping[int, str]]) -> dict[tuple[int, int], str]:
    """Return the labels of the cells of a table by row and column; a cell that nothing names has none.

    Args:
        rows: the texts of its cells, by row and column, columns from 0.
    """
    width = max(max(row) for row in rows.values()) + 1
    numbers = sorted(rows)[:_LOOKED_AT]
    lines = [[rows[number].get(column, "") for column in range(width)] for number in numbers]
    with_sign = sum(line[0].rstrip().endswith(":") for line in lines)
    is_form = (with_sign > 1 and with_sign * 2 > len(lines)) or _names_rows(lines)
    names = lines[0] if not is_form and len(lines) > 1 and is_header(lines[0], lines[1:]) else []
    labels: dict[tuple[int, int], str] = {}
    for number, row in rows.items():
        for column in row:
            if names:
                labels[number, column] = names[column].strip() if number != numbers[0] else ""
            elif column:
                left = row.get(column - 1, "").strip()
                labels[number, column] = left.rstrip(": ") if may_name(left) else ""
    return {place: label for place, label in labels.items() if label}


def may_name(text: str) -> bool:
    """Return whether a text may say what stands beside it: it is short and has no number."""
    return bool(text) and len(text) <= LONGEST_LABEL and not any(sign.isdigit() for sign in text)


def is_name(text: str) -> bool:
    """Return whether a text has the words of a header; what stands for something withheld (``[…]``) names nothing."""
    if "[" in text:
        return False
    words = _WORD.findall(text.lower())
    return 0 < len(words) <= _WORDS and words[-1] in header_words()


def _names_rows(lines: Sequence[Sequence[str]]) -> bool:
    """Return whether the first column has more words of headers than the first row: it is a form without colons."""
    down, across = [line[0] for line in lines], lines[0]
    return sum(map(is_name, down)) > max(1, sum(map(is_name, across)))
