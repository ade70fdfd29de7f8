"""Find values that are cut over neighbouring columns: an area code beside a number, three pieces of an SSN.

Nothing here is looked at row by row: the headers of a run of columns have to speak of one value and of its parts, and
the values of each have to have as many digits as that part has. Each column is then one of that entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.model import ColumnClass
from pipeline.tables.column import Column
from pipeline.tables.header import header_words, long_form, unglued, without_remarks
from pipeline.tables.vocabulary import CutValue, Vocabulary

_SEPARATORS: Final = re.compile(r"[\s().\-\u2010-\u2015]+")
_MOSTLY: Final = 0.9
_WHOLE: Final = 0.5
_KEPT: Final = frozenset({"quasi"})
"""Classes that a part keeps: the year of a birth without its day is no date of birth."""


def with_cut_values(
    columns: Sequence[Column], names: Sequence[str], classes: Sequence[ColumnClass], vocabulary: Vocabulary
) -> list[ColumnClass]:
    """Return the classes of the columns, with those that hold a part of a value as columns of its entity.

    Args:
        columns: the values of the columns in the sample.
        names: their headers ("" or missing: none); of nested records one without values stands before its parts.
        classes: what is known of them.
        vocabulary: which words name such values and their parts, and how many digits the parts have.
    """
    found = list(classes)
    words = [_words(name, vocabulary) for name in names[: len(columns)]]
    for cut in vocabulary.cut:
        for at in range(len(words)):
            if words[at].isdisjoint(cut.named | cut.first):
                continue
            for run in _runs(at, cut, columns, words, vocabulary):
                for column in run:
                    found[column] = _part(found[column], cut.entity, len(run))
    return found


def _words(name: str, vocabulary: Vocabulary) -> frozenset[str]:
    words = header_words(without_remarks(name))
    if "e" in words and "mail" in words:
        words = ["email", *words]
        words = [each for each in words if each not in {"e", "mail"}]
    return frozenset(long_form(unglued(words, vocabulary.known, vocabulary.short_for), vocabulary.short_for))


def _runs(
    at: int, cut: CutValue, columns: Sequence[Column], words: Sequence[frozenset[str]], vocabulary: Vocabulary
) -> Iterator[tuple[int, ...]]:
    """Yield the runs of columns that ``cut`` can be: that at ``at`` says so, itself without values or one of them."""
    is_named = not cut.named.isdisjoint(words[at])
    for lengths in cut.digits if is_named else ():
        starts = range(max(0, at - len(lengths) + 1), at + 1) if columns[at].values else (at + 1,)
        if columns[at].values and cut.named & words[at] <= cut.leading:
            starts = range(at, at + 1)
        for start in starts:
            run = tuple(range(start, start + len(lengths)))
            if run[-1] >= len(words) or not all(_may_be_part(words[each], cut, vocabulary) for each in run):
                continue
            if not _is_told(at, run, cut, words):
                continue
            if all(_has_digits(columns[each], length) for each, length in zip(run, lengths, strict=True)):
                yield run
    run = (at, at + 1)
    may_be_two = cut.shapes and at + 1 < len(words) and words[at + 1] & cut.second
    if may_be_two and all(_may_be_part(words[each], cut, vocabulary) for each in (at, at + 1)):
        shapes = zip(run, cut.shapes, strict=True)
        if all(_has_shape(columns[each], shape) for each, shape in shapes):
            yield run


def _is_told(at: int, run: Sequence[int], cut: CutValue, words: Sequence[frozenset[str]]) -> bool:
    """Return whether the headers of a run speak of such a value, and not of a cell of a jail, of a mobile unit."""
    if cut.named & words[at] - cut.unsure:
        return True
    others = [words[each] for each in run if each != at]
    return any(each & cut.telling for each in others) or all(not each or each & cut.named for each in others)


def _may_be_part(words: frozenset[str], cut: CutValue, vocabulary: Vocabulary) -> bool:
    """Return whether a header says nothing but what a part of such a value can be called, of whomever."""
    rest = (
        words
        - cut.named
        - cut.first
        - cut.second
        - cut.parts
        - vocabulary.fillers
        - vocabulary.roles
        - vocabulary.prefixes
    )
    return all(each.isdecimal() and len(each) <= 2 for each in rest)


def _has_digits(column: Column, length: int) -> bool:
    """Return whether values are so many digits; a spreadsheet may have taken noughts from the front of some."""
    if not column.values:
        return False
    sizes = {value: len(bare) for value in column.counts if (bare := _SEPARATORS.sub("", value)).isdecimal()}
    fitting = sum(column.counts[value] for value, size in sizes.items() if size <= length)
    whole = sum(column.counts[value] for value, size in sizes.items() if size == length)
    return fitting >= _MOSTLY * len(column.values) and (whole >= _WHOLE * len(column.values) or length <= 2)


def _has_shape(column: Column, shape: str) -> bool:
    return bool(column.values) and column.share(shape) >= _MOSTLY


def _part(column: ColumnClass, entity: str, columns: int) -> ColumnClass:
    if column.entity == entity or column.kind in _KEPT:
        return column
    why = (f"a part of a {entity} that is cut over {columns} columns", *column.evidence)
    return replace(column, kind="entity", entity=entity, part="full", confidence=0.8, evidence=why)
