"""The canonical form of a text, in which withheld values are searched, and the needles that stand for them.

A text is folded (case, accents, widths, invisible characters) and cut into runs of letters
and digits. A candidate is some runs in a row, joined: ``406-555-0123``, ``(406) 555 0123``
and ``406.555.0123`` all give ``4065550123``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Final

from pipeline.texts.digest import Keyed, fold, folded_lengths, name_tokens, search_forms, tokens
from recognizers.entities import PLACES, POSTAL_CODES
from recognizers.model import pickles_by_fields
from recognizers.resources import packaged_configs, read_yaml

GATE_LENGTH: Final = 3
LEAST_LENGTH: Final = 3
"""A form shorter than this is not searched: it stands in every text by chance."""
LEAST_WIDE_LENGTH: Final = 5
LEAST_WIDE_DIGITS: Final = 6
MOST_TOKENS: Final = 24

_RUN = re.compile(r"[^\W_]+")
_TOWN_LINE = re.compile(r"\s*[^\W\d]{2}[^\d,\n]{0,40},? [A-Z]{2}\.?,? \d{5}(?:-\d{4})?\s*")
"""A town with its state and ZIP code: its pieces stand beside it in a table, where they may stay."""


class Canonical:
    """A text as its runs of letters and digits, joined, with the way back to the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        runs = list(_RUN.finditer(self.folded))
        self.stream = "".join([run.group() for run in runs])
        self.starts = [run.start() for run in runs]
        self.ends = [run.end() for run in runs]
        lengths = [end - start for start, end in zip(self.starts, self.ends, strict=True)]
        stops = list(accumulate(lengths))
        self.offsets = [0, *stops[:-1]] if stops else []
        self.run_ending_at = {stop: at for at, stop in enumerate(stops)}

    @cached_property
    def _folded_at(self) -> list[int]:
        return [0, *accumulate(folded_lengths(self.text))]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the span of runs ``first`` to ``last`` in code points of the text."""
        return self.in_text(self.starts[first], self.ends[last])

    def in_text(self, start: int, end: int) -> tuple[int, int]:
        """Return a span of the folded text in code points of the text."""
        if self.text.isascii():
            return start, end
        return bisect_right(self._folded_at, start) - 1, bisect_right(self._folded_at, end - 1)

    def gaps(self, first: int, last: int) -> Iterable[str]:
        """Return what stands between the runs ``first`` to ``last``, folded."""
        return (self.folded[self.ends[at] : self.starts[at + 1]] for at in range(first, last))


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Needle:
    """A canonical form of a withheld value, as digests: its length, number of runs, where it is searched.

    ``scope`` is "" for the whole release, else the key of a record or thread. ``gate`` is the
    keyed digest of the first three characters, which spares the search most of the hashing.
    """

    digest: bytes
    gate: bytes
    length: int
    tokens: int
    scope: str
    entity: str


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Return the English words that are also names, folded."""
    data = read_yaml(packaged_configs() / "common_word_names.yaml")
    return frozenset(fold(str(word)) for word in data["words"])


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is told of a withheld value beside the value: its entity and part, and where it was withheld."""

    entity: str
    record: str
    thread: str = ""
    part: str = "full"


def needles(withheld: Withheld, value: str, keyed: Keyed) -> tuple[Needle, ...]:
    """Return what a copy is searched for so that ``value`` cannot survive; made where the value is known.

    Identifiers are searched in the whole release, and in their own record also across cells;
    names and what is identifying only beside a name (dates of birth, diagnoses, plain words)
    in their thread; short values in their record. Not searched: a name's lone token that is an
    English word or shorter than three letters, a town, state or town line alone, forms under three characters.
    """
    if withheld.entity == "STREET_ADDRESS" and (withheld.part in PLACES or _TOWN_LINE.fullmatch(value)):
        return ()
    if withheld.entity == "PERSON" and not _is_telling_name(value):
        return ()
    count = len(tokens(value))
    return tuple(
        Needle(keyed.form_digest(form), keyed.gate(form[:GATE_LENGTH]), len(form), count, scope, withheld.entity)
        for form in sorted(search_forms(withheld.entity, value))
        if len(form) >= LEAST_LENGTH
        for scope in _scopes(withheld, form, value)
    )


def _is_telling_name(value: str) -> bool:
    parts = name_tokens(value)
    return len(parts) > 1 or (len(parts) == 1 and len(parts[0]) >= LEAST_LENGTH and parts[0] not in common_words())


def _scopes(withheld: Withheld, form: str, value: str) -> tuple[str, ...]:
    nearby = withheld.thread or withheld.record
    if withheld.entity == "PERSON":
        return (nearby,)
    if withheld.entity == "STREET_ADDRESS" and withheld.part in POSTAL_CODES:  # that of the office may be the same
        return (withheld.record,)
    if len(form) < LEAST_WIDE_LENGTH or (form.isdigit() and len(form) < LEAST_WIDE_DIGITS):
        return (withheld.record,)
    telling = "@" in value or any(each.isdigit() for each in form)
    if not telling or withheld.entity in {"DATE_OF_BIRTH", "MEDICAL"}:
        return (nearby,)
    return ("", withheld.record) if form.isdigit() else ("",)
