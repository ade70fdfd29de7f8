"""Give each column of a table a class from a sample of its rows: headers are hints, values decide.

A column is judged in this order:

1. values that are what they are under any header (e-mail addresses, SSNs, cards, phones, streets);
2. the header's hint, where enough values fit it; names come in halves, so a given name is a PERSON;
3. what the pattern recognizers find in a small sample;
4. the values alone: running text, dates that spread like dates of birth, unique codes, measurements.

Where many hints contradict their columns, the headers stand over the wrong columns and none of
them is believed. A column that nothing explains is ``unsure``: every one of its values is examined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from pipeline.model import Cell, ColumnClass, Segment
from pipeline.tables.column import Column, issued_as_ssn
from pipeline.tables.vocabulary import Hint, Vocabulary, header_words, load_vocabulary
from recognizers.presidio import Recognizer

SAMPLE_ROWS: Final = 1000
RECOGNIZED_VALUES: Final = 40

_CERTAIN: Final = (  # shape, entity, part, share: decided before any header is asked
    ("email", "EMAIL_ADDRESS", "full", 0.8),
    ("ssn", "US_SSN", "full", 0.8),
    ("luhn", "CREDIT_CARD", "full", 0.9),
    ("phone", "PHONE_NUMBER", "full", 0.8),
    ("ip", "IP_ADDRESS", "full", 0.9),
    ("street", "STREET_ADDRESS", "street", 0.6),
)
_TELLING: Final = frozenset({"email", "ssn", "phone", "ip", "date", "card", "url", "zip", "year", "number"})
_YEAR: Final = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


def profile(
    rows: Sequence[Sequence[str]],
    header: Sequence[str] | None,
    recognizers: Sequence[Recognizer],
    vocabulary: Vocabulary,
) -> tuple[ColumnClass, ...]:
    """Return the class of each column of a table, from at most 1,000 rows spread over ``rows``.

    ``header`` is None where the table has no header row. ``recognizers`` are asked about columns that
    neither shapes nor headers explain. Rows may be ragged; the widest row or the header gives the width.
    """
    step = max(1, -(-len(rows) // SAMPLE_ROWS))
    sample = rows[::step]
    names = list(header or ())
    width = max([len(names), *map(len, sample)], default=0)
    columns = [_column(index, sample, vocabulary) for index in range(width)]
    hints: list[Hint | None] = [vocabulary.hint(name) for name in names] + [None] * (width - len(names))
    if _headers_are_data(names, vocabulary):
        hints, names = [None] * width, []
    believed = _aligned(columns, hints)
    if believed != hints:
        hints, names = believed, []
    return tuple(
        _class_of(column, hint, names[index] if index < len(names) else "", recognizers)
        for index, (column, hint) in enumerate(zip(columns, hints, strict=True))
    )


def columns_of(
    segments: Sequence[Segment], recognizers: Sequence[Recognizer], config: Path | None = None
) -> tuple[ColumnClass, ...]:
    """Return the class of each column of the table whose cells are ``segments`` (as a format reads them).

    The header row is row -1; ``config`` is a folder that is looked in first for ``columns.yaml``.
    """
    table: dict[int, dict[int, str]] = {}
    for segment in segments:
        step = segment.address[-1]
        if isinstance(step, Cell):
            table.setdefault(step.row, {})[step.column] = segment.text
    header = table.get(-1)
    rows = [_as_list(cells) for row, cells in sorted(table.items()) if row >= 0]
    return profile(rows, None if header is None else _as_list(header), recognizers, load_vocabulary(config))


def _as_list(cells: Mapping[int, str]) -> list[str]:
    return [cells.get(column, "") for column in range(max(cells, default=-1) + 1)]


def _column(index: int, sample: Sequence[Sequence[str]], vocabulary: Vocabulary) -> Column:
    values = (row[index].strip() for row in sample if index < len(row))
    return Column(index, tuple(value for value in values if value), len(sample), vocabulary)


def _headers_are_data(names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Return whether what is given as header row holds values: an e-mail address names no column."""
    shapes = [vocabulary.shapes[name] for name in ("email", "ssn", "phone", "date", "street")]
    return any(shape.fullmatch(name.strip()) for name in names for shape in shapes)


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
        right, wrong = right + fits, wrong + (not fits)
    return right, wrong


def _class_of(column: Column, hint: Hint | None, label: str, recognizers: Sequence[Recognizer]) -> ColumnClass:
    if not column.values:
        return ColumnClass(column.index, "inert", confidence=1.0, evidence=("no values in the sample",))
    seen = (f"filled {len(column.values) / max(1, column.rows):.0%}", f"distinct {column.distinct:.2f}")
    judged = (
        _row_numbers(column)
        or _certain(column, hint)
        or (_hinted(column, hint) if hint is not None else None)
        or _recognized(column, label, recognizers)
        or _from_values(column, hint)
    )
    kind, entity, part, confidence, why = judged
    return ColumnClass(column.index, kind, entity, part, round(confidence, 2), (*why, *seen))


_Judged = tuple[str, str, str, float, tuple[str, ...]]


def _row_numbers(column: Column) -> _Judged | None:
    """Judge a column that only counts the rows from 0 or 1: it says nothing of anybody."""
    values = column.values
    if len(values) < 3 or values[0] not in {"0", "1"} or len(values) < column.rows:
        return None
    if not all(value.isascii() and value.isdecimal() and len(value) < 12 for value in values):
        return None
    steps = {int(after) - int(before) for before, after in pairwise(values)}
    if len(steps) == 1 and steps.pop() > 0:
        return "inert", "", "full", 1.0, ("counts the rows",)
    return None


def _certain(column: Column, hint: Hint | None) -> _Judged | None:
    """Judge values that are what they are under any header; a header for another number makes SSNs unsure."""
    for shape, entity, part, least in _CERTAIN:
        share = column.share(shape)
        if share < least:
            continue
        why = (f"{share:.0%} of {len(column.values)} values look like {entity}",)
        if hint is not None and hint.entity == entity:
            return "entity", entity, hint.part, max(share, 0.9), (*why, f"header hint: {hint.phrase}")
        if hint is not None and hint.part == "item" and not hint.weak and shape != "email":
            return "unsure", "", "full", 0.5, (*why, f"header hint: {hint.phrase}")
        if shape == "street" and (column.words > 12 or (hint is not None and hint.kind == "free_text")):
            continue
        return "entity", entity, part, share, why
    return None


def _hinted(column: Column, hint: Hint) -> _Judged | None:
    """Judge a column by its header, where its values allow that."""
    share = column.share(*hint.fits) if hint.fits else 1.0
    why = (f"header hint: {hint.phrase}", f"{share:.0%} of {len(column.values)} values fit")
    if share < hint.share or (hint.weak and hint.entity != "PERSON"):
        return None
    if hint.entity == "PERSON":
        return _person(column, hint, share, why)
    if hint.kind == "entity" and column.share("boolean") > 0.9 and hint.part not in ("unit", "number"):
        return None
    if hint.kind == "identifier" and hint.part != "item":
        return _numbered(column, hint, share, why)
    if hint.kind in ("inert", "quasi") and (column.words > 8 or (hint.few and _many(column))):
        return None
    return hint.kind, hint.entity, hint.part, 0.6 + 0.4 * share, why


def _many(column: Column) -> bool:
    """Return whether values hardly come again, so that they are not the words of a short list."""
    return len(column.counts) > 5 and column.distinct > 0.5


def _numbered(column: Column, hint: Hint, share: float, why: tuple[str, ...]) -> _Judged | None:
    """Judge identifiers: without digits they are words, and nine digits as SSNs are given out are SSNs."""
    if column.digits < 0.5:
        return None
    if issued_as_ssn(column):
        return "entity", "US_SSN", "full", 0.5, (*why, "nine digits, in areas and groups as SSNs are issued")
    return hint.kind, hint.entity, hint.part, 0.6 + 0.4 * share, why


def _person(column: Column, hint: Hint, share: float, why: tuple[str, ...]) -> _Judged | None:
    """Judge a column whose header speaks of names: of people, unless many are organisations or words of a list.

    "Name" alone, or a role alone, says little: such values must all look like names of people.
    """
    if column.share("boolean") > 0.9 and hint.part not in ("middle", "initials"):
        return None
    organisations = column.organisations()
    unsure = "unsure", "", "full", 0.5, (*why, f"{organisations:.0%} look like organisations")
    if hint.weak:
        return unsure
    if hint.part == "full":
        few = len(column.values) >= 50 and len(column.counts) < 5
        plain = hint.phrase in ("name", "a role")
        strange = plain and (organisations > 0.05 or column.share("connected") > 0.05 or not 1.5 <= column.words <= 4.5)
        if organisations > 0.2 or column.words > 6 or few or strange:
            return unsure
    return "entity", "PERSON", hint.part, 0.6 + 0.4 * share, why


def _recognized(column: Column, label: str, recognizers: Sequence[Recognizer]) -> _Judged | None:
    """Judge by what recognizers find with and without the column's name, in a small sample of distinct values."""
    distinct = list(column.counts)
    sample = distinct[:: max(1, len(distinct) // RECOGNIZED_VALUES)][:RECOGNIZED_VALUES]
    name = " ".join(header_words(label))
    hits: Counter[tuple[str, str]] = Counter()
    for recognizer in recognizers:
        for value in sample:
            found = _whole(recognizer, value, "") or (_whole(recognizer, value, f"{name}: ") if name else None)
            if found:
                hits[found] += 1
    if not hits or len(sample) < 3:
        return None
    (entity, part), count = max(hits.items(), key=lambda each: (each[1], each[0]))
    share = count / len(sample)
    if share < 0.8:
        return None
    kind = "identifier" if entity.endswith("_IDENTIFIER") else "entity"
    return kind, entity, part, share, (f"recognizers take {share:.0%} of {len(sample)} values for {entity}",)


def _whole(recognizer: Recognizer, value: str, before: str) -> tuple[str, str] | None:
    """Return entity and part that a recognizer sees in most of ``value``, with ``before`` in front of it."""
    start = len(before)
    for match in recognizer.find(before + value):
        covered = min(match.end, start + len(value)) - max(match.start, start)
        if covered * 10 >= len(value) * 7 and match.score >= 0.5:
            return match.entity, match.part
    return None


def _from_values(column: Column, hint: Hint | None) -> _Judged:
    """Judge by values alone; what the header says and the values do not is never called harmless."""
    count = f"{len(column.values)} values"
    if column.words >= 6 or sum(map(len, column.values)) >= 60 * len(column.values):
        return "free_text", "", "full", 0.8, (f"{count} of {column.words:.0f} words",)
    if hint is not None and hint.kind == "free_text":
        return "free_text", "", "full", 0.7, (f"header hint: {hint.phrase}",)
    if hint is not None and hint.kind == "entity" and not hint.weak:
        return "unsure", "", "full", 0.3, (f"header hint: {hint.phrase}", "values do not fit")
    return (
        _dates(column) or _numbers(column) or _codes(column) or ("unsure", "", "full", 0.3, (f"{count}, unexplained",))
    )


def _dates(column: Column) -> _Judged | None:
    """Judge dates: those that spread over decades, and mostly lie before 2008, are dates of birth."""
    share = column.share("date", "datetime", "time")
    if share < 0.8:
        return None
    years = sorted(int(found[0]) for value in column.counts if (found := _YEAR.search(value)))
    if len(years) >= 10 and column.share("date") >= 0.8:
        spread = years[len(years) * 19 // 20] - years[len(years) // 20]
        early = sum(year < 2008 for year in years) / len(years)
        if spread >= 25 and early >= 0.7 and column.distinct >= 0.5:
            return "entity", "DATE_OF_BIRTH", "full", 0.6, (f"{share:.0%} are dates, spread over {spread} years",)
    return "inert", "", "full", 0.7, (f"{share:.0%} are dates or times",)


def _numbers(column: Column) -> _Judged | None:
    """Judge measurements, amounts, coordinates, yes and no, row counters, and short codes."""
    for shape, what in (("boolean", "yes or no"), ("coordinate", "coordinates")):
        if column.share(shape) >= 0.9:
            return "inert", "", "full", 0.9, (f"{column.share(shape):.0%} are {what}",)
    if column.share("short_code") >= 0.9 and column.share("integer") < 0.5 and column.distinct < 0.2:
        return "inert", "", "full", 0.7, ("short codes",)
    if column.share("number") < 0.9 or column.share("scientific") > 0.2:  # numbers that a spreadsheet cut short
        return None
    whole = column.share("integer")
    if whole >= 0.9:
        numbers = [int(value) for value in column.values if re.fullmatch(r"[-+]?[0-9]{1,18}", value)]
        steps = {after - before for before, after in pairwise(numbers)}
        rising = len(numbers) > 5 and len(steps) == 1 and steps != {0}
        if not rising and max(map(abs, numbers), default=0) >= 10_000:
            return None
        return "inert", "", "full", 0.7, ("a row counter" if rising else "small whole numbers",)
    return "inert", "", "full", 0.7, (f"{column.share('number'):.0%} are amounts or measurements",)


def _codes(column: Column) -> _Judged | None:
    """Judge codes: many different single words with digits in them are identifiers."""
    share = column.share("code", "integer")
    if share < 0.8 or column.digits < 0.6:
        return None
    if issued_as_ssn(column):
        return "entity", "US_SSN", "full", 0.5, ("nine digits, in areas and groups as SSNs are issued",)
    (_, alike) = column.masks.most_common(1)[0]
    many = len(column.counts) >= min(20, 0.8 * len(column.values))
    if many and column.distinct >= (0.1 if alike / len(column.counts) > 0.8 else 0.4):
        return "identifier", "UNIQUE_IDENTIFIER", "full", 0.6, (f"{share:.0%} are codes, mostly unique",)
    return None
