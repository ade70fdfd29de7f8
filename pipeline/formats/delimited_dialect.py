"""Which dialect a table of delimited text is in, and where its header row is, told from its first rows.

A dialect fits when its rows have equally many cells and its cells hold one thing each (a number, a
date, some words, and none of the other delimiters). Every candidate cuts the same sample, at most
64 KiB, so that the choice takes bounded time whatever the text is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Final

from pipeline.formats.delimited_cells import Dialect, MalformedRow, rows, value
from pipeline.resources import config_file
from recognizers.resources import read_yaml

DELIMITERS: Final = (",", "\t", ";", "|")
SAMPLE_ROWS: Final = 400
_HEADER_WITHIN: Final = 10

_DATA: Final = re.compile(
    r"[\s$€£#(+-]*\d[\d.,:/%()\s+-]*(?:[eE][+-]?\d+)?(?:\s?[AaPp]\.?[Mm]\.?)?"  # numbers, dates, times, phones
    r"|\d{4}-\d\d-\d\d[T ][\d:.+Z-]+"
    r"|[^\s@]+@[^\s@]+\.[^\s@]+"
    r"|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4}"
)
_ONE_THING: Final = re.compile(r"[^;|\t\"]*")
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_STYLED: Final = re.compile(r"[A-Za-z]+[0-9]*(?:_[A-Za-z0-9]+)+|[a-z]+[A-Z][A-Za-z]*|(?:[A-Z][a-z]+){2,}")
_SEP: Final = re.compile(r"sep=([\t -~])\r?\n|sep=([\t -~])\r", re.IGNORECASE)
_LONE_CR: Final = re.compile(r"\r(?!\n)")
_MARKER: Final = re.compile(r"\[[A-Z][^\]]*\]")
_PROSE: Final = re.compile(r", [^\n,]*")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table lies in its text: dialect, characters before its first row, first row's number, header.

    Rows are numbered so that the header row is -1 and the first row of data 0; titles above the
    header come before -1. A table without header starts at 0.
    """

    dialect: Dialect
    skip: int
    first_row: int
    header: tuple[str, ...]
    width: int
    fit: float


def layouts_of(text: str, *, whole: bool) -> list[Layout]:
    """Return the layouts that a table may have, the best first, from its first characters (``whole``: all of it).

    The others have the same delimiter and fit the sample as well; they serve where a later row shows
    that the best one cannot be right (a backslash before a quote, a stray quote in a tab table).

    Raises:
        MalformedRow: no dialect fits well, and the likely one breaks at a quote.
    """
    declared = _SEP.match(text)
    skip = declared.end() if declared else 0
    sample = text[skip:]
    wanted = (declared[1] or declared[2],) if declared else DELIMITERS
    scored = [(*_fit(sample, dialect, whole=whole), dialect) for dialect in _candidates(sample, wanted)]
    best, width, winner = max(scored, key=lambda each: each[0])
    broken = [dialect for fit, _, dialect in scored if fit == 0]
    if broken and best < 0.5:
        _raise_broken(sample, max(broken, key=lambda each: sample.count(each.delimiter)), whole=whole)
    alike = [each for each in scored if each[0] >= best * 0.98 and each[2].delimiter == winner.delimiter]
    if "\\" not in sample and winner.quote:
        alike.append((best, width, replace(winner, escape=True)))
    return [
        _layout(sample, skip, dialect, (fit, width), whole=whole)
        for fit, width, dialect in sorted(alike, key=lambda each: each[0], reverse=True)
    ]


def _raise_broken(sample: str, dialect: Dialect, *, whole: bool) -> None:
    """Raise the error of a dialect that the sample broke, with the row's number."""
    number = -1
    try:
        for _ in rows(sample, dialect, final=whole):
            number += 1
    except MalformedRow as malformed:
        raise MalformedRow(malformed.reason, number) from None


def _layout(sample: str, skip: int, dialect: Dialect, fit: tuple[float, int], *, whole: bool) -> Layout:
    first = [[value(cell, dialect) for cell in cells] for cells in _sample_rows(sample, dialect, whole=whole)]
    above = _titles_above(first, fit[1])
    has_header = above < len(first) and is_header(first[above], first[above + 1 :])
    first_row, header = (-above - 1, tuple(first[above])) if has_header else (0, ())
    return Layout(dialect, skip, first_row, header, width=fit[1], fit=fit[0])


def is_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether ``row`` names the columns of the rows ``below`` it.

    Cells vote: for, when a cell is made of header words, is written like a name in a program, or
    stands in words over numbers; against, when it holds data or comes again in its column.
    """
    below = [each for each in below if [cell.lstrip("\ufeff") for cell in each] != list(row)]  # files laid end to end
    votes = 0
    for index, cell in enumerate(row):
        name = cell.strip()
        column = [each[index].strip() for each in below if index < len(each) and each[index].strip()]
        if not name or (name[0].isdigit() and " " in name) or _MARKER.search(name):
            continue  # "12 Example St" names no column, and a copy must show its header where the original does
        if _DATA.fullmatch(name) or name in column:
            votes -= 1
            continue
        over_data = bool(column) and sum(bool(_DATA.fullmatch(each)) for each in column) * 10 >= len(column) * 7
        words = name_words(name)
        named = bool(words) and len(words) <= 5 and words[-1] in header_words()
        votes += 1 if over_data or named or _STYLED.fullmatch(name) else 0
    return votes > 0


def name_words(name: str) -> list[str]:
    """Return the words of a column's name in lower case, those that capitals part too."""
    return [word.lower() for word in _WORD.findall(name)]


@cache
def header_words() -> frozenset[str]:
    """Return every word that stands in the header vocabulary (``configs/columns.yaml``)."""
    document = read_yaml(config_file("columns.yaml"))
    return frozenset(word for column in document["columns"] for phrase in column["headers"] for word in phrase.split())


def reads_as_prose(text: str, width: int) -> bool:
    """Return whether the commas of a text are those of sentences or lists: blanks after them, few or long pieces."""
    pieces = _PROSE.findall(text)
    blanks = len(pieces) * 2 > text.count(",")
    return blanks and (width <= 3 or sum(piece.count(" ") for piece in pieces) > 3 * len(pieces))


def _candidates(sample: str, delimiters: Sequence[str]) -> Iterator[Dialect]:
    for bare_cr in _row_ends(sample):
        yield from _candidates_with(sample, delimiters, bare_cr=bare_cr)


def _row_ends(sample: str) -> tuple[bool, ...]:
    """Return whether a carriage return alone ends rows: yes where it is all there is, perhaps where both are."""
    if not _LONE_CR.search(sample):
        return (False,)
    return (False, True) if "\n" in sample else (True,)


def _candidates_with(sample: str, delimiters: Sequence[str], *, bare_cr: bool) -> Iterator[Dialect]:
    single = re.search(r"(?m)(?:^|[,;|\t])'[^'\n]*'(?=[,;|\t\r\n])", sample)
    quotes = ['"', "'"] if single else ['"']
    for quote in quotes:
        for delimiter in delimiters:
            spaced = re.search(re.escape(delimiter) + " +" + quote, sample) is not None
            for blanks in (True, False) if spaced else (False,):
                yield Dialect(delimiter, quote, escape=False, spaced=blanks, bare_cr=bare_cr)
                if "\\" in sample:
                    yield Dialect(delimiter, quote, escape=True, spaced=blanks, bare_cr=bare_cr)
    for delimiter in delimiters:
        if delimiter in ",;":  # who writes these quotes cells; without quotes a broken one would pass
            continue
        yield Dialect(delimiter, "", escape=False, bare_cr=bare_cr)
        if "\\" in sample:
            yield Dialect(delimiter, "", escape=True, bare_cr=bare_cr)


def _sample_rows(sample: str, dialect: Dialect, *, whole: bool) -> list[list[str]]:
    return [cells for _, cells, _ in islice(rows(sample, dialect, final=whole), SAMPLE_ROWS)]


def _fit(sample: str, dialect: Dialect, *, whole: bool) -> tuple[float, int]:
    """Return how well a dialect fits, 0 to 1, and its most common number of cells in a row."""
    try:
        found = [cells for cells in _sample_rows(sample, dialect, whole=whole) if cells != [""]]
    except MalformedRow:
        return 0.0, 0
    if not found:  # no complete row in the sample: one long row, or blank lines
        return 0.01, 1
    width, agreeing = max(Counter(map(len, found)).items(), key=lambda each: (each[1], each[0]))
    if width == 1:
        return 0.01, 1
    raw = [cell for row in found[:100] for cell in row[:100]]
    cells = [value(cell, dialect) for cell in raw]
    quoted = [cell != kept and cell.lstrip()[:1] == dialect.quote for cell, kept in zip(raw, cells, strict=True)]
    single = sum(one or bool(_ONE_THING.fullmatch(cell)) for one, cell in zip(quoted, cells, strict=True)) / len(cells)
    stray = sum(cell == kept and cell[0] in "\"'" for cell, kept in zip(raw, cells, strict=True) if cell) / len(cells)
    consistent = agreeing / len(found)
    return max(consistent**2 * single**2 * (1 - 0.5 / width) * (1 - 0.5 * stray), 0.001), width


def _titles_above(first: Sequence[Sequence[str]], width: int) -> int:
    """Return how many rows of titles stand above the first row that is as wide as the table."""
    for index, cells in enumerate(first[:_HEADER_WITHIN]):
        if len(cells) >= width and sum(bool(cell.strip()) for cell in cells) * 2 >= width:
            return index
    return 0
