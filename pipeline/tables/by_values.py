"""Judge a column by its values alone: shapes that say what they are, what recognizers find, dates, numbers, codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.tables.column import Column, Judged, issued_as_ssn
from pipeline.tables.header import header_words
from pipeline.tables.vocabulary import Hint

if TYPE_CHECKING:  # presidio-analyzer brings spaCy: only workers, which find things, need them
    from recognizers.presidio import Recognizer

RECOGNIZED_VALUES: Final = 40
_FIRST_LOOK: Final = 8
_FEW: Final = 8
"""Different values that tell too little of a column."""

_CERTAIN: Final = (  # shape, entity, part, share: decided before any header is asked
    ("email", "EMAIL_ADDRESS", "full", 0.8),
    ("ssn", "US_SSN", "full", 0.8),
    ("luhn", "CREDIT_CARD", "full", 0.9),
    ("phone", "PHONE_NUMBER", "full", 0.8),
    ("ip", "IP_ADDRESS", "full", 0.9),
    ("street", "STREET_ADDRESS", "street", 0.6),
)
_YEAR: Final = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_EVENT_WORDS: Final = frozenset(
    {"date", "dt", "dte", "on", "at", "time", "ts", "day", "stamp", "timestamp", "when", "issue", "issuance", "renewal"}
    | {"expiry", "exp", "eff", "start", "begin", "end", "hire", "sale", "grad", "orig", "filing", "death", "dod"}
)
_BORN_BEFORE: Final = 2008


def row_numbers(column: Column) -> Judged | None:
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


def certain(column: Column, hint: Hint | None) -> Judged | None:
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
        text = hint is not None and hint.kind == "free_text" and (share < 0.9 or column.words > 8)
        if shape == "street" and (column.words > 12 or text or (hint is not None and hint.thing)):
            continue  # "125 Street" is the name of a station
        return "entity", entity, part, share, why
    return None


def recognized(column: Column, label: str, recognizers: Sequence[Recognizer]) -> Judged | None:
    """Judge by what recognizers find with and without the column's name, in a small sample of distinct values."""
    distinct = list(column.counts)
    step = max(1, len(distinct) // RECOGNIZED_VALUES)
    sample = distinct[::step][:RECOGNIZED_VALUES]
    name = " ".join(header_words(label))
    hits: Counter[tuple[str, str]] = Counter()
    for recognizer in recognizers:
        seen: Counter[tuple[str, str]] = Counter()
        for number, value in enumerate(sample):
            if number == _FIRST_LOOK and seen.total() * 2 < number:
                break  # four in five it will not be
            found = _whole(recognizer, value, "") or (_whole(recognizer, value, f"{name}: ") if name else None)
            if found:
                seen[found] += 1
        hits.update(seen)
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


def from_values(column: Column, hint: Hint | None, label: str) -> Judged:
    """Judge by values alone; what the header says and the values do not is never called harmless."""
    count = f"{len(column.values)} values"
    if column.words >= 6 or sum(map(len, column.values)) >= 60 * len(column.values):
        return "free_text", "", "full", 0.8, (f"{count} of {column.words:.0f} words",)
    if hint is not None and hint.kind == "free_text":
        dates = _dates(column, label) if column.share("date") >= 0.95 else None
        born = dates is not None and dates[1] == "DATE_OF_BIRTH"
        return dates if dates and born else ("free_text", "", hint.part, 0.7, (f"header hint: {hint.phrase}",))
    if hint is not None and hint.kind == "entity" and not hint.weak:
        return "unsure", "", "full", 0.3, (f"header hint: {hint.phrase}", "values do not fit")
    return (
        _dates(column, label)
        or _phone_digits(column, hint)
        or _numbers(column)
        or _codes(column, label)
        or ("unsure", "", "full", 0.3, (f"{count}, unexplained",))
    )


def _dates(column: Column, label: str) -> Judged | None:
    """Judge dates: those that spread over decades, and mostly lie before 2008, are dates of birth.

    A header that names an event ("planted", "sale date") says of what the dates are.
    """
    share = column.share("date", "datetime", "time")
    if share < 0.8:
        return None
    years = sorted(int(found[0]) for value in column.counts if (found := _YEAR.search(value)))
    event = any(word in _EVENT_WORDS or word.endswith("ed") for word in header_words(label))
    if not event and column.share("date") >= 0.8 and column.distinct >= 0.5 and _as_of_births(years):
        spread = years[len(years) * 19 // 20] - years[len(years) // 20]
        return "entity", "DATE_OF_BIRTH", "full", 0.6, (f"{share:.0%} are dates, spread over {spread} years",)
    return "inert", "", "full", 0.7, (f"{share:.0%} are dates or times",)


def _as_of_births(years: Sequence[int]) -> bool:
    """Return whether years (rising) lie as those of births do; of less than ten, every one must be early."""
    early = sum(year < _BORN_BEFORE for year in years)
    if len(years) < 10:
        return len(set(years)) >= 4 and early == len(years) and years[-1] - years[0] >= 15
    return years[len(years) * 19 // 20] - years[len(years) // 20] >= 25 and early >= 0.7 * len(years)


def _phone_digits(column: Column, hint: Hint | None) -> Judged | None:
    """Judge ten digits that could all be telephone numbers of a few area codes (North American Numbering Plan)."""
    share = column.share("phone_digits")
    if hint is not None or len(column.counts) < _FEW or share < 0.95 or column.distinct < 0.5:
        return None
    codes = {value[-10:-7] for value in column.counts}
    numbers = [int(value) for value in column.counts if value.isascii() and value.isdecimal()]
    if len(codes) > max(3, len(column.counts) // 4) or max(numbers) - min(numbers) < 10 * len(numbers):
        return None
    why = f"{share:.0%} could be telephone numbers of {len(codes)} area codes"
    return "entity", "PHONE_NUMBER", "full", 0.6, (why,)


def _numbers(column: Column) -> Judged | None:
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


def _codes(column: Column, label: str) -> Judged | None:
    """Judge codes: many different single words with digits in them are identifiers.

    In a column of a few values that nothing names, what could be a telephone number is examined by itself.
    """
    if not label and len(column.counts) < _FEW and column.share("phone_digits") > 0:
        return None
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
