"""What names the cells of a table that lies in a text: the name of their column, or in a form the text on their left.

Such a table says nowhere whether its first row names columns, so its words tell: those of headers
(``configs/columns.yaml``) in the first row, or down the first column, or colons there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from pipeline.formats.delimited_dialect import header_words, is_header, name_words
from pipeline.resources import config_file
from recognizers.resources import read_yaml

LONGEST_LABEL: Final = 40
_LOOKED_AT: Final = 50
_WORDS: Final = 5
_WORD: Final = re.compile(r"[^\W\d_]+")
_DIGIT: Final = re.compile(r"\d")
_NEAR: Final = 3
"""How many columns to the right a name is believed, as cells that are joined leave them empty."""
_TOLD: Final = {"US_SSN": 3, "PERSON": 1, "STREET_ADDRESS": 1}
_OF_A_PERSON: Final = 2
_OF_SSN: Final = 3
_FEWEST_OF_SSN: Final = 7
_MAY_BE_VALUE: Final = re.compile(r"\d(?:\D?\d){3}")
"""Four digits are the least that a number of a person has."""


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
    title = next((at for at, line in enumerate(lines) if sum(map(bool, map(str.strip, line))) > 1), 0)
    heads = (at for at in (title, 0) if len(lines) > at + 1 and is_header(lines[at], lines[at + 1 :]))
    head = next(heads, -1)
    names = lines[head] if head >= 0 else [""] * width
    labels: dict[tuple[int, int], str] = {}
    for number, row in rows.items():
        for column in row:
            left = _left_of(row, column)
            own = names[column].strip() if number > numbers[max(head, 0)] else ""
            of_column = is_name(own) and not is_name(left) and not left.endswith(":")
            if head >= 0 and (not is_form or of_column or _tells_more(own, left)):
                labels[number, column] = own
            else:
                labels[number, column] = left.rstrip(": ") if may_name(left) else ""
    return {place: label for place, label in labels.items() if label}


def _left_of(row: Mapping[int, str], column: int) -> str:
    """Return the text on the left of a cell; past empty ones, as cells that are joined leave them, one that tells."""
    for step in range(1, min(_NEAR, column) + 1):
        text = row.get(column - step, "").strip()
        if text:
            return text if step == 1 or told_by(text.rstrip(": ")) else ""
    return ""


def _tells_more(head: str, left: str) -> bool:
    """Return whether a head of a column says more of a cell than its neighbour: "SSN" than "City", an office's name."""
    return (told := told_by(head)) > 0 and told >= told_by(left.rstrip(": "))


@lru_cache(maxsize=4096)
def told_by(label: str) -> int:
    """Return what the name of a column tells: 3 an SSN, 2 another number of a person, 1 who or where it is, 0 neither.

    As in the header vocabulary the longest phrase that ends the name counts.
    """
    words = tuple(name_words(label))
    return next((told for at in range(len(words)) if (told := _phrases().get(words[at:])) is not None), 0)


@cache
def _phrases() -> dict[tuple[str, ...], int]:
    document = read_yaml(config_file("columns.yaml"))
    told: dict[tuple[str, ...], int] = {}
    for column in document["columns"]:
        weight = _TOLD.get(column["entity"], 2) if column["kind"] == "entity" else 0
        for phrase in column["headers"]:
            told.setdefault(tuple(phrase.split()), weight)
    return told


def may_name(text: str) -> bool:
    """Return whether a text may say what stands beside it: it is short and has no number."""
    return bool(text) and len(text) <= LONGEST_LABEL and not any(sign.isdigit() for sign in text)


def is_name(text: str) -> bool:
    """Return whether a text has the words of a header; what stands for something withheld (``[…]``) names nothing."""
    if "[" in text:
        return False
    words = _WORD.findall(text.lower())
    return len(text.strip()) > 1 and 0 < len(words) <= _WORDS and words[-1] in header_words()


class Beside:
    """What names the numbers of a sheet beside the header that the sheet has: the cell on the left, and one above.

    It is asked row by row, from the top.
    """

    def __init__(self) -> None:
        self._above: dict[int, tuple[str, frozenset[int]]] = {}
        self._row = -1

    def take(self, row: int, columns: Sequence[int], texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Yield the cells of a row that look like numbers, by their place in the row, each with what names it.

        Args:
            row: the number of the row; an empty one ends what the cells above it name.
            columns: the columns of its cells, in order.
            texts: their texts.
        """
        if row > self._row + 1:
            kept = (
                self._above.items() if row == self._row + 2 else ()
            )  # behind one empty row what tells a number counts
            self._above = {at: above for at, above in kept if told_by(above[0]) >= _OF_A_PERSON}
        self._row = row
        left, left_at, filled = "", -_NEAR - 1, frozenset(columns)
        for at, (column, text) in enumerate(zip(columns, texts, strict=True)):
            if _is_short_name(text):
                left, left_at = text.strip().rstrip(": "), column
                self._above[column] = left, filled
            elif len(text) <= LONGEST_LABEL and _MAY_BE_VALUE.search(text):
                beside = left if column - left_at <= _NEAR else ""
                yield from ((at, label) for label in dict.fromkeys((beside, self._over(column))) if label)
                left = ""
            elif text.strip():
                left = ""

    def heads(self, columns: Sequence[int]) -> list[str]:
        """Return what stands above each of some columns of the row that was taken last, "" for nothing."""
        return [self._above.get(column, ("", frozenset()))[0] for column in columns]

    def _over(self, column: int) -> str:
        """Return what stands above a column, or above one on its left where a cell is joined with those beside it."""
        for step in range(_NEAR + 1):
            label, filled = self._above.get(column - step, ("", frozenset()))
            if label:
                return "" if step and column in filled else label
        return ""


SMALL: Final = 200
"""Up to this many rows a table of delimited text may be a form, or have another table below it."""


def names_inside(rows: Sequence[tuple[int, Sequence[str]]], heads: Sequence[str] = ()) -> dict[tuple[int, int], str]:
    """Return what names cells inside a small table of delimited text, by row and column, beside its header.

    Of a form (``SSN,536904399``), whose first column has names down the rows, it is the cell on the left; below a
    second header it is that; in a table without header it is the last row, where that is one. A column whose head
    tells more than either keeps what it says.

    Args:
        rows: the data rows with their numbers.
        heads: the header of the table.
    """
    if len(rows) > SMALL:
        return {}
    named = sum(bool(cells) and _is_short_name(cells[0]) for _, cells in rows)
    is_form = named > 1 and named * 3 >= len(rows)
    last = next((cells for _, cells in reversed(rows) if any(cells)), ()) if not any(heads) and len(rows) > 1 else ()
    below = {at: last[at].strip().rstrip(": ") for at in _names_in(last) if told_by(last[at])}
    above: dict[int, str] = {}
    found: dict[tuple[int, int], str] = {}
    for row, cells in rows:
        names = [at for at, each in enumerate(cells) if _is_short_name(each)]
        if _names_in(cells):
            for at in names:  # such words may be data as well: what tells more stays
                label = cells[at].strip().rstrip(": ")
                above[at] = max(label, above.get(at, ""), key=told_by)
            continue
        for at, each in enumerate(cells):
            if _MAY_BE_VALUE.search(each) and len(each) <= LONGEST_LABEL:
                left = cells[at - 1].strip().rstrip(": ") if at and at - 1 in names else ""
                is_ssn = told_by(left) == _OF_SSN and len(_DIGIT.findall(each)) >= _FEWEST_OF_SSN
                if not is_form and not is_ssn:  # one row of a form below a table
                    left = ""
                if left and at < len(heads) and _tells_more(heads[at], left):
                    left = ""
                label = left or above.get(at, "") or below.get(at, "")
                tells_less = at < len(heads) and told_by(heads[at]) > told_by(label)
                if label and not tells_less:  # a row of such words in a column of SSNs may be no header
                    found[row, at] = label
    return found


def _names_in(cells: Sequence[str]) -> list[int]:
    """Return which cells of a row are names, if it is a row of names: two or more, hardly anything else, no number."""
    names = [at for at, each in enumerate(cells) if _is_short_name(each)]
    is_of_names = len(names) > 1 and len(names) * 3 >= 2 * sum(map(bool, cells)) and not any(map(_DIGIT.search, cells))
    return names if is_of_names else []


@lru_cache(maxsize=4096)
def _is_short_name(text: str) -> bool:
    return may_name(text) and is_name(text)


def _names_rows(lines: Sequence[Sequence[str]]) -> bool:
    """Return whether the first column has more words of headers than the first row: it is a form without colons."""
    down, across = [line[0] for line in lines], lines[0]
    return sum(map(is_name, down)) > max(1, sum(map(is_name, across)))
