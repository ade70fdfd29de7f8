"""Give each column of a table a class from a sample of its rows: headers are hints, values decide.

A column is judged in this order:

1. values that are what they are under any header (e-mail addresses, SSNs, cards, phones, streets);
2. the header's hint, where enough values fit it; names come in halves, so a given name is a PERSON;
3. what the pattern recognizers find in a small sample;
4. the values alone: running text, dates that spread like dates of birth, unique codes, measurements;
5. names of people by the lists of names, where nothing else has explained a column;
6. its neighbours, where they and it are parts of one value: an area code and a number.

Where many hints contradict their columns, the headers stand over the wrong columns and none of
them is believed. A column that nothing explains is ``unsure``: every one of its values is examined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pipeline.model import ColumnClass
from pipeline.tables.by_header import by_header
from pipeline.tables.by_names import with_names
from pipeline.tables.by_values import certain, from_values, recognized, row_numbers
from pipeline.tables.column import Column
from pipeline.tables.cut_columns import with_cut_values
from pipeline.tables.strangers import unusual_forms
from pipeline.tables.vocabulary import Hint, Vocabulary

if TYPE_CHECKING:  # presidio-analyzer brings spaCy: only workers, which find things, need them
    from recognizers.presidio import Recognizer

SAMPLE_ROWS: Final = 1000
SAMPLE_CELLS: Final = 1_000_000
_LEAST_ROWS: Final = 50

_DATA: Final = frozenset({"email", "ssn", "phone", "date", "street"})
_MOST_EMPTY: Final = 16_384
_TELLING: Final = frozenset({"email", "ssn", "phone", "ip", "date", "card", "url", "zip", "year", "number"})


def profile(
    rows: Sequence[Sequence[str]],
    header: Sequence[str] | None,
    recognizers: Sequence[Recognizer],
    vocabulary: Vocabulary,
) -> tuple[ColumnClass, ...]:
    """Return the class of each column of a table, from at most 1,000 rows (of wide ones, fewer) spread over ``rows``.

    ``header`` is None where the table has no header row. ``recognizers`` are asked about columns that
    neither shapes nor headers explain. Rows may be ragged; the widest row or the header gives the width.
    """
    wide = max([1, *map(len, rows[:_LEAST_ROWS])])
    most = max(_LEAST_ROWS, min(SAMPLE_ROWS, SAMPLE_CELLS // wide))
    step = max(1, -(-len(rows) // most))
    sample = rows[::step]
    names = list(header or ())
    values = _by_column(sample)
    widest = min(max(map(len, sample), default=0), _MOST_EMPTY)  # a row of a million commas has no million columns
    width = max(len(names), widest, max(values, default=-1) + 1)
    columns = [Column(index, tuple(values.get(index, ())), len(sample), vocabulary) for index in range(width)]
    hints: list[Hint | None] = [vocabulary.hint(name) for name in names] + [None] * (width - len(names))
    names = ["" if vocabulary.asks_to_choose(name) else name for name in names]
    if _headers_are_data(names, vocabulary):
        hints, names = [None] * width, []
    believed = _aligned(columns, hints)
    if believed != hints:
        hints, names = believed, []
    classes = [
        _class_of(column, hint, names[index] if index < len(names) else "", recognizers)
        for index, (column, hint) in enumerate(zip(columns, hints, strict=True))
    ]
    return tuple(with_cut_values(columns, names, with_names(columns, hints, classes), vocabulary))


def _by_column(sample: Sequence[Sequence[str]]) -> dict[int, list[str]]:
    """Return the values of each column that has any, blanks taken off; one pass over the cells there are."""
    values: dict[int, list[str]] = {}
    for row in sample:
        for index, cell in enumerate(row):
            if cell and (value := " ".join(cell.split())):
                values.setdefault(index, []).append(value)
    return values


def _headers_are_data(names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Return whether what is given as header row holds values: an e-mail address names no column."""
    return any(_DATA.intersection(vocabulary.shapes.of(name.strip())) for name in names)


def _aligned(columns: Sequence[Column], hints: list[Hint | None]) -> list[Hint | None]:
    """Return the hints that can be believed: as they stand, moved by one or two columns, or none of them.

    At least two that name an unmistakable shape must contradict their values first. Moved they are
    believed where three agree, at most a quarter as many do not, and that is clearly better than before;
    where no move helps and most contradict, none are.
    """
    right, wrong = _agreement(columns, hints)
    if wrong < 2:
        return hints
    for by in (1, -1, 2, -2):
        moved = [hints[index - by] if 0 <= index - by < len(hints) else None for index in range(len(hints))]
        fitting, contradicting = _agreement(columns, moved)
        if fitting >= 3 and contradicting * 4 <= fitting and fitting - contradicting > right - wrong + 2:
            return moved
    return hints if wrong <= right else [None] * len(hints)


def _agreement(columns: Sequence[Column], hints: Sequence[Hint | None]) -> tuple[int, int]:
    """Return how many hints that name an unmistakable shape fit their columns, and how many do not."""
    right = wrong = 0
    for column, hint in zip(columns, hints, strict=True):
        if hint is None or hint.weak or not column.values or not _TELLING.intersection(hint.fits):
            continue
        fits = column.share(*hint.fits) >= 0.3
        if hint.kind == "inert" and not fits and any(map(str.isdecimal, "".join(column.counts))):
            continue  # a "number" may as well be a code: that says nothing of whether the headers are in their places
        right, wrong = right + fits, wrong + (not fits)
    return right, wrong


def _class_of(column: Column, hint: Hint | None, label: str, recognizers: Sequence[Recognizer]) -> ColumnClass:
    if not column.values:
        return ColumnClass(column.index, "inert", confidence=1.0, evidence=("no values in the sample",))
    seen = (f"filled {len(column.values) / max(1, column.rows):.0%}", f"distinct {column.distinct:.2f}")
    judged = (
        row_numbers(column)
        or certain(column, hint)
        or (by_header(column, hint) if hint is not None else None)
        or recognized(column, label, recognizers)
        or from_values(column, hint, label)
    )
    kind, entity, part, confidence, why = judged
    evidence = (*why, *seen, *column.forms())
    return ColumnClass(column.index, kind, entity, part, round(confidence, 2), evidence, unusual_forms(column.values))
