"""Find the names of people among the columns that nothing else has explained, by the lists of names.

Full names and given names tell themselves by their share. Surnames are towns and streets as well: they count
where a column of given names stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.model import ColumnClass
from pipeline.tables.column import Column
from pipeline.tables.name_values import NameShares, name_shares
from pipeline.tables.vocabulary import Hint

_FULL: Final = 0.6
_GIVEN: Final = 0.7
_SURNAME: Final = 0.55
_NEAR: Final = 2
_LETTERS: Final = "single letters of many kinds, beside given names"
_INITIALS: Final = 10
"""Different letters that initials have at least: of parties, grades and sexes there are fewer."""


def with_names(
    columns: Sequence[Column], hints: Sequence[Hint | None], classes: Sequence[ColumnClass]
) -> list[ColumnClass]:
    """Return the classes of the columns, with those that hold names of people among the unsure ones told."""
    open_to_names = {
        each.index: name_shares(columns[each.index])
        for each in classes
        if each.kind == "unsure" and _varied(columns[each.index]) and _may_be_names(hints[each.index])
    }
    found: dict[int, tuple[str, float]] = {}
    for index, shares in open_to_names.items():
        if shares.full >= _FULL:
            found[index] = "full", shares.full
        elif shares.alone >= 0.8 and shares.given >= _GIVEN and not _given_beside(classes, index):
            found[index] = "given", shares.given
    given = [index for index, (part, _) in found.items() if part == "given"]
    given += [each.index for each in classes if each.entity == "PERSON" and each.part == "given"]
    for index in given:
        beside = {at: shares for at, shares in open_to_names.items() if 0 < abs(at - index) <= _NEAR}
        best = max(beside, key=lambda at: _surname_share(beside[at]), default=-1)
        if best >= 0 and _surname_share(beside[best]) >= _SURNAME:
            found[best] = "surname", beside[best].surname
    for index in given:
        found |= {at: ("middle", 1.0) for at in (index - 1, index + 1) if _initials(columns, hints, classes, at)}
    return [_named(each, *found[each.index]) if each.index in found else each for each in classes]


def _varied(column: Column) -> bool:
    """Return whether values are not the words of a short list."""
    distinct = len(column.counts)
    return distinct >= min(4, len(column.values)) and (column.distinct >= 0.2 or distinct >= 30)


def _may_be_names(hint: Hint | None) -> bool:
    return hint is None or not (hint.thing or (hint.kind == "entity" and hint.entity != "PERSON" and not hint.weak))


def _given_beside(classes: Sequence[ColumnClass], index: int) -> bool:
    """Return whether the column beside is one of given names already, so that this one is not."""
    return any(each.part == "given" and abs(each.index - index) == 1 for each in classes if each.entity == "PERSON")


def _initials(columns: Sequence[Column], hints: Sequence[Hint | None], classes: Sequence[ColumnClass], at: int) -> bool:
    """Return whether an unnamed column beside given names holds single letters of all kinds, as middle initials are."""
    if not 0 <= at < len(columns) or hints[at] is not None or classes[at].kind not in ("inert", "unsure"):
        return False
    values = [value.removesuffix(".") for value in columns[at].counts]
    letters = {value for value in values if len(value) == 1 and value.isalpha()}
    return len(letters) >= _INITIALS and len(letters) * 10 >= len(set(values)) * 9


def _surname_share(shares: NameShares) -> float:
    return shares.surname if shares.alone >= 0.8 and shares.surname > shares.given else 0.0


def _named(column: ColumnClass, part: str, share: float) -> ColumnClass:
    what = {"full": "names of people", "given": "given names", "surname": "surnames, beside given names"}.get(part)
    told = f"{share:.0%} of the different values are {what} by the lists of names" if what else _LETTERS
    why = (told, *column.evidence)
    return replace(
        column, kind="entity", entity="PERSON", part=part, confidence=round(0.3 + 0.5 * share, 2), evidence=why
    )
