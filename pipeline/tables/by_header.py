"""Judge a column by what its header says, where its values allow that."""

from __future__ import annotations

from typing import Final

from pipeline.tables.column import Column, Judged, issued_as_ssn
from pipeline.tables.name_values import NameShares, looks_named, name_shares
from pipeline.tables.vocabulary import Hint

_COUNTED: Final = frozenset({"number", "num", "no", "code", "value"})


def by_header(column: Column, hint: Hint) -> Judged | None:
    """Judge a column by its header, where its values allow that."""
    share = column.share(*hint.fits) if hint.fits else 1.0
    why = (f"header hint: {hint.phrase}", f"{share:.0%} of {len(column.values)} values fit")
    if share < hint.share or (hint.weak and hint.entity != "PERSON"):
        return None
    if hint.entity == "PERSON":
        return _person(column, hint, share, why)
    if hint.entity == "STREET_ADDRESS" and column.share("url", "email") > 0.5:
        return None  # a "web address"
    if hint.kind == "entity" and column.share("boolean") > 0.9 and hint.part not in ("unit", "number"):
        return None
    if hint.kind == "identifier" and hint.part != "item":
        return _numbered(column, hint, share, why)
    if hint.kind == "inert" and hint.phrase in _COUNTED and column.share("integer", "code") >= 0.9:
        return None  # "of what" is not known: the values tell counts from numbers of something
    if hint.kind == "free_text" and column.share("date") >= 0.95:
        return None
    if hint.kind in ("inert", "quasi") and (column.words > 8 or (hint.few and _many(column))):
        return None
    return hint.kind, hint.entity, hint.part, 0.6 + 0.4 * share, why


def _many(column: Column) -> bool:
    """Return whether values hardly come again, so that they are not the words of a short list."""
    return len(column.counts) > 5 and column.distinct > 0.5


def _numbered(column: Column, hint: Hint, share: float, why: tuple[str, ...]) -> Judged | None:
    """Judge identifiers: without digits they are words, and nine digits as SSNs are given out are SSNs."""
    if column.digits < 0.5:
        return None
    if issued_as_ssn(column):
        return "entity", "US_SSN", "full", 0.5, (*why, "nine digits, in areas and groups as SSNs are issued")
    return hint.kind, hint.entity, hint.part, 0.6 + 0.4 * share, why


def _person(column: Column, hint: Hint, share: float, why: tuple[str, ...]) -> Judged | None:
    """Judge a column whose header speaks of names: of people, unless many are organisations or words of a list.

    "Name" alone, a role alone, or a name of who knows what say little: such values must look like names of people.
    """
    if column.share("boolean") > 0.9 and hint.part not in ("middle", "initials"):
        return None
    organisations = column.organisations()
    unsure = "unsure", "", "full", 0.5, (*why, f"{organisations:.0%} look like organisations")
    if hint.thing:
        return unsure
    if hint.part != "full" and not hint.weak:
        return "entity", "PERSON", hint.part, 0.6 + 0.4 * share, why
    shares = name_shares(column)
    listed = max(shares.full, shares.given + shares.full, shares.surname + shares.full)
    people = listed >= 0.6 and organisations <= 0.05
    told = (*why, f"{listed:.0%} are names of people by the lists of names")
    if hint.weak:
        return ("entity", "PERSON", _part(shares), 0.5 + 0.4 * listed, told) if people else unsure
    few = len(column.values) >= 50 and len(column.counts) < 5
    if hint.phrase == "done by" and few and looks_named(column):  # one reader of meters reads them all
        people, told = True, (*told, "each looks like a name")
    plain = hint.phrase in ("name", "a role", "done by", "a question who")
    strange = plain and (organisations > 0.05 or column.share("connected") > 0.05 or not 1.5 <= column.words <= 4.5)
    unlisted = hint.phrase == "name" and listed < 0.25
    if organisations > 0.2 or column.words > 7 or ((few or strange or unlisted) and not people):
        return unsure
    return "entity", "PERSON", _part(shares), 0.6 + 0.4 * share, told


def _part(shares: NameShares) -> str:
    """Return the part of a name that values mostly are."""
    if shares.alone < 0.8:
        return "full"
    return "given" if shares.given > shares.surname else "surname"
