"""Which rows of a table are regular, so that what is found in one of them holds for all that look like it.

Every cell of an entity or identifier column gets a small code: empty, nothing but signs, a value of the usual
form, a name of one common word, and so on. The code says everything on which finding, linking and deciding can
depend; a cell for which that is not sure makes its row a *single* row, which goes the ordinary way. Rows with
equal codes have one *shape*: a few rows of a shape are examined, and the rest are decided with them.

A row is single where something in it needs a look of its own: a name or contact that may be on the office's
lists, a text in which a recognizer sees something, a word of a name or a short number that stands once more in
a cell that stays, the name of a business whose record the row may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.linking.people import SUFFIXES, TITLES, Name, parse_name, same_person
from pipeline.model import ColumnClass
from pipeline.tables.businesses import names_owner, tells_owner
from pipeline.tables.columnar import truths
from pipeline.tables.places import SHORT_ZIP, ZIP
from recognizers.names.firms import business_words

EMPTY: Final = 0
USUAL: Final = 1
SIGNS: Final = 2
COMMON: Final = 3
INITIAL: Final = 4
INVERTED: Final = 5
SEVERAL: Final = 6
STAYS: Final = 7
"""A text in which nothing is found."""
NOTHING_FOUND: Final = frozenset({EMPTY, SIGNS, STAYS})
SINGLE: Final = 255
"""Not a code: the row goes the ordinary way."""

FEWEST: Final = 6
"""Rows of a shape below which each goes the ordinary way."""
MOST_SHAPES: Final = 64

_WORD: Final = r"[A-Za-z][A-Za-z'\-]*[A-Za-z]"
_NAMES: Final = {
    "one": rf"^{_WORD}$",
    "several": rf"^{_WORD}( ([A-Za-z]\.?|{_WORD})){{0,3}} {_WORD}$",
    "inverted": rf"^{_WORD}( {_WORD})?, {_WORD}( ([A-Za-z]\.?|{_WORD})){{0,2}}$",
    "initial": r"^[A-Za-z]\.?$",
}
_USUAL: Final = {
    "EMAIL_ADDRESS": r"^[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+$",
    "PHONE_NUMBER": r"^\+?[0-9(][0-9() .\-]{5,18}[0-9]( ?(x|ext\.?) ?[0-9]{1,5})?$",
    "IP_ADDRESS": r"^[0-9.]{7,15}$",  # one of IPv6 has many spellings: its row is single
}
_ANY: Final = r"^[!-Z\\^-~]([ -Z\\^-~]{0,118}[!-Z\\^-~])?$"
"""Plain characters without brackets (our own markers stand in brackets), no blanks around."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What of the office's lists can make a row single, as words: it is enough that it might be on a list."""

    official_words: pa.Array
    agency_emails: pa.Array
    agency_phones: pa.Array
    agency_street_words: pa.Array
    common_words: pa.Array
    is_government: Callable[[str], bool] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Coded:
    """A column whose cells are found as a whole: its class, texts, code of each cell, and its words where it names."""

    at: int
    kind: ColumnClass
    cells: pa.Array
    codes: np.ndarray
    words: Words | None = None

    @property
    def entity(self) -> str:
        """What its cells are, where they are found."""
        return self.kind.entity or "UNIQUE_IDENTIFIER"

    @property
    def is_found(self) -> np.ndarray:
        """Which of its cells are found as a whole."""
        return ~np.isin(self.codes, (*NOTHING_FOUND, SINGLE))

    @property
    def names_people(self) -> bool:
        """Whether it holds names."""
        return self.kind.kind != "text" and self.entity == "PERSON"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shape of each row (``SINGLE`` where it has none) and the code of each coded column in each shape."""

    of_row: np.ndarray
    codes: tuple[Mapping[int, int], ...]

    @property
    def single(self) -> np.ndarray:
        """The positions of the rows that go the ordinary way."""
        return np.flatnonzero(self.of_row == SINGLE)

    def rows_of(self, shape: int) -> np.ndarray:
        """Return the positions of the rows of a shape."""
        return np.flatnonzero(self.of_row == shape)

    def without(self, rows: np.ndarray) -> Shapes:
        """Return the same with some more rows single."""
        changed = self.of_row.copy()
        changed[rows] = SINGLE
        return Shapes(changed, self.codes)


def coded_by_texts(cells: pa.Array, kind: ColumnClass, lists: Lists, found: pa.Array, others: pa.Array) -> Coded:
    """Return the codes of a column in which recognizers take the ``found`` texts as a whole for ``kind``.

    In ``others`` something else is found; in every other text nothing is.
    """
    made = coded(cells, kind, lists)
    codes = made.codes
    whole = truths(pc.is_in(cells, found))
    codes[~whole] = STAYS
    codes[truths(pc.is_in(cells, others))] = SINGLE
    codes[truths(pc.equal(pc.binary_length(cells), 0))] = EMPTY
    return made


def may_be_businesses(columns: Sequence[Coded], header: Sequence[str], count: int) -> np.ndarray:
    """Return which of ``count`` rows may be the record of a business: one is named as its owner, and nobody is found.

    Whose the contacts in such a row are depends on everything in it (see :mod:`pipeline.tables.business_records`).
    Where a person is found in a column of names the row is that person's in any case.
    """
    named = np.zeros(count, dtype=bool)
    if not any(each.entity in _BUSINESS_CONTACTS and each.is_found.any() for each in columns):
        return named
    for each in columns:
        label = header[each.at] if each.at < len(header) else ""
        if tells_owner(label):
            distinct = pc.unique(each.cells)
            formed = Words.of(distinct).rows_with(_of_businesses()) | truths(pc.match_substring(distinct, "."))
            firms = [text for text in distinct.filter(pa.array(formed)).to_pylist() if names_owner(label, text)]
            if firms:
                named |= truths(pc.is_in(each.cells, pa.array(firms, pa.string())))
    for each in columns:
        if each.names_people:
            named &= ~each.is_found
    return named


def staying(columns: Sequence[Coded]) -> list[pa.Array]:
    """Return the texts that stay in each column where some do; other cells are empty."""
    return [
        pc.if_else(pa.array(each.codes == STAYS), each.cells, pa.scalar(""))
        for each in columns
        if (each.codes == STAYS).any()
    ]


def coded(cells: pa.Array, kind: ColumnClass, lists: Lists) -> Coded:
    """Return the codes of an entity or identifier column."""
    codes = np.full(len(cells), SINGLE, dtype=np.uint8)
    entity = kind.entity or "UNIQUE_IDENTIFIER"
    words = None
    if entity == "PERSON":
        words = _code_names(codes, cells, lists)
    else:
        of_zips = entity == "STREET_ADDRESS" and kind.part == ZIP  # a longer code is another part: its row is single
        usual = truths(pc.match_substring_regex(cells, SHORT_ZIP if of_zips else _USUAL.get(entity, _ANY)))
        listed = _listed(cells, entity, lists)
        codes[usual if listed is None else usual & ~listed] = USUAL
    telling = truths(pc.match_substring_regex(cells, r"[\p{L}\p{N}]"))
    codes[~telling & truths(pc.match_substring_regex(cells, r"^[!-/:-Z^-`{-~]*$"))] = SIGNS
    codes[truths(pc.equal(pc.binary_length(cells), 0))] = EMPTY
    return Coded(kind.index, kind, cells, codes, words)


def _code_names(codes: np.ndarray, cells: pa.Array, lists: Lists) -> Words:
    for name, code in (("one", USUAL), ("several", SEVERAL), ("inverted", INVERTED), ("initial", INITIAL)):
        codes[truths(pc.match_substring_regex(cells, _NAMES[name]))] = code
    words = Words.of(cells)
    codes[words.rows_with(lists.official_words) | words.rows_with(_titles())] = SINGLE
    codes[truths(pc.match_substring_regex(cells, r"'[sS]( |,|$)"))] = SINGLE
    codes[words.rows_with(_of_businesses())] = SINGLE  # it may be the name of a business, which is nobody's
    common = words.rows_with(lists.common_words) & (codes == USUAL)
    codes[common] = COMMON
    return words


_BUSINESS_CONTACTS: Final = frozenset({"PHONE_NUMBER", "EMAIL_ADDRESS", "STREET_ADDRESS", "UNIQUE_IDENTIFIER"})


@cache
def _titles() -> pa.Array:
    """Return titles and suffixes of names; not made at import, for the first array brings pandas, if it is there."""
    return pa.array(sorted(TITLES | SUFFIXES))


@cache
def _of_businesses() -> pa.Array:
    return pa.array(sorted(business_words()), pa.string())


def _listed(cells: pa.Array, entity: str, lists: Lists) -> np.ndarray | None:
    """Return which cells may be on a list of the office (None: none of them)."""
    if entity == "EMAIL_ADDRESS":
        lowered = pc.ascii_lower(cells)
        domains = pc.replace_substring_regex(lowered, r"^.*@", "")
        public = [each for each in pc.unique(domains).to_pylist() if lists.is_government(f"x@{each}")]
        of_government: np.ndarray = truths(pc.is_in(domains, pa.array(public, pa.string())))
        of_government |= truths(pc.is_in(lowered, lists.agency_emails))
        return of_government
    if entity == "PHONE_NUMBER" and len(lists.agency_phones):
        bare = pc.replace_substring_regex(pc.ascii_lower(cells), r" ?(x|ext).*$", "")
        digits = pc.replace_substring_regex(pc.replace_substring_regex(bare, r"[^0-9]", ""), r"^1(\d{10})$", r"\1")
        return truths(pc.is_in(digits, lists.agency_phones))
    if entity == "STREET_ADDRESS" and len(lists.agency_street_words):
        first = pc.replace_substring_regex(pc.ascii_lower(cells), r"^[^a-z0-9]*([a-z0-9]+).*$", r"\1")
        return truths(pc.is_in(first, lists.agency_street_words))
    return None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of cells, folded (ASCII), with the row of each; hyphenated words whole and in pieces."""

    words: pa.Array
    rows: np.ndarray
    count: int

    @classmethod
    def of(cls, cells: pa.Array) -> Words:
        """Cut cells into words of letters and digits."""
        lowered = pc.ascii_lower(cells)
        several = np.flatnonzero(truths(pc.match_substring_regex(lowered, r"[^a-z0-9]")))
        if not len(several):
            return cls(lowered, np.arange(len(cells)), len(cells))
        others = lowered.take(pa.array(several))
        pieces = pc.split_pattern(pc.replace_substring_regex(others, r"[^a-z0-9]+", " "), " ")
        joined = pc.replace_substring_regex(others, r"['\-]", "")
        again = pc.split_pattern(pc.replace_substring_regex(joined, r"[^a-z0-9]+", " "), " ")
        single = np.ones(len(cells), dtype=bool)
        single[several] = False
        words = [lowered.filter(pa.array(single)), pc.list_flatten(pieces), pc.list_flatten(again)]
        rows = [
            np.flatnonzero(single),
            several[np.asarray(pc.list_parent_indices(pieces))],
            several[np.asarray(pc.list_parent_indices(again))],
        ]
        return cls(pa.concat_arrays(words), np.concatenate(rows), len(cells))

    def rows_with(self, known: pa.Array) -> np.ndarray:
        """Return which rows have one of the known words."""
        found = np.zeros(self.count, dtype=bool)
        if len(known):
            found[self.rows[truths(pc.is_in(self.words, known))]] = True
        return found


def shapes(columns: Sequence[Coded], count: int, alone: np.ndarray) -> Shapes:
    """Return the shape of each of ``count`` rows, given the codes of all columns; those ``alone`` have none."""
    single = alone.copy()
    stays = staying(columns)
    for each in columns:
        single |= each.codes == SINGLE
    single |= _named_again(columns, stays, count)
    single |= _numbered_again(columns, stays, single)
    key = np.zeros(count, dtype=np.uint64)
    for codes in [*(each.codes for each in columns), *_relations(columns, single)]:
        key = key * np.uint64(1_000_003) + codes.astype(np.uint64) + np.uint64(1)
    of_row = np.full(count, SINGLE, dtype=np.uint8)
    told: list[Mapping[int, int]] = []
    found, first, counts = np.unique(key[~single], return_index=True, return_counts=True)
    plain = np.flatnonzero(~single)
    for at in np.argsort(-counts, kind="stable")[:MOST_SHAPES]:
        if counts[at] < FEWEST:
            break
        of_row[(key == found[at]) & ~single] = len(told)
        row = plain[first[at]]
        told.append({each.at: int(each.codes[row]) for each in columns})
    return Shapes(of_row, tuple(told))


def _named_again(columns: Sequence[Coded], stays: Sequence[pa.Array], count: int) -> np.ndarray:
    """Return the rows in which a word of a name, or a log-in made of it, stands in a cell that stays."""
    people = [each for each in columns if each.names_people]
    again = np.zeros(count, dtype=bool)
    if not people or not stays:
        return again
    met = pa.concat_arrays([_folded_words(each) for each in stays]).unique()
    met = met.filter(pc.match_substring_regex(met, r"^[a-z0-9]*[a-z][a-z0-9]*$"))
    met = met.filter(pc.greater_equal(pc.binary_length(met), 3))
    if not len(met):
        return again
    for each in people:
        again |= (each.words or Words.of(each.cells)).rows_with(met)
    again |= _logged_in(people, met, count)
    return again


def _folded_words(cells: pa.Array) -> pa.Array:
    """Return the distinct words of distinct cells, folded; joined over hyphens too."""
    distinct = cells.unique()
    folded = distinct if _is_ascii(distinct) else _without_accents(distinct)
    return Words.of(folded).words.unique()


def _is_ascii(cells: pa.Array) -> bool:
    return bool(pc.all(pc.string_is_ascii(cells)).as_py() if len(cells) else True)


def _without_accents(cells: pa.Array) -> pa.Array:
    plain = pc.utf8_normalize(pc.utf8_lower(cells), form="NFKD")
    return pc.replace_substring_regex(plain, r"\p{M}+", "")


def _logged_in(people: Sequence[Coded], met: pa.Array, count: int) -> np.ndarray:
    """Return the rows in which a log-in made of the row's own name is met (see ``linking.people.handles``).

    A log-in is a surname with something before or behind it, so hardly any surname has to be tried.
    """
    found = np.zeros(count, dtype=bool)
    words = [each for each in met.to_pylist() if len(each) >= 4]
    ends = {word[:at] for word in words for at in range(1, len(word))} | {
        word[at:] for word in words for at in range(1, len(word))
    }
    if not ends:
        return found
    known = pa.array(sorted(ends), pa.string())
    for given, surname in _name_pairs(people):
        rows = np.flatnonzero(truths(pc.is_in(surname, known)))
        if not len(rows):
            continue
        one, other = given.take(pa.array(rows)), surname.take(pa.array(rows))
        initial = pc.utf8_slice_codeunits(one, 0, 1)
        for first, last in ((initial, other), (other, initial), (one, other), (other, one)):
            made = pc.binary_join_element_wise(first, last, "")
            found[rows[truths(pc.is_in(made, met))]] = True
    return found


def _name_pairs(people: Sequence[Coded]) -> list[tuple[pa.Array, pa.Array]]:
    """Return given names and surnames as they would stand in a log-in."""
    given = [_first_word(each.cells) for each in people if each.kind.part == "given"]
    surnames = [_plain(each.cells) for each in people if each.kind.part == "surname"]
    pairs = [(one, other) for one in given for other in surnames]
    for each in people:
        if each.kind.part not in {"given", "surname"}:
            lowered = pc.ascii_lower(each.cells)
            turned = pc.replace_substring_regex(lowered, r"^([^,]*), *(.*)$", r"\2 \1")
            pairs.append((_first_word(turned), _last_word(turned)))
            pairs.append((_first_word(turned), _plain(pc.replace_substring_regex(turned, r"^[^ ]+ ([a-z]\.? )*", ""))))
    return pairs


def _plain(cells: pa.Array) -> pa.Array:
    """Return cells folded (ASCII) to letters and digits; a few signs go one by one, which is quicker."""
    lowered = pc.ascii_lower(cells)
    buffer = lowered.buffers()[2]
    signs = bytes(set((buffer.to_pybytes() if buffer is not None else b"").translate(None, _ALNUM)))
    if len(signs) > _FEW_SIGNS or any(sign >= 128 for sign in signs):
        return pc.replace_substring_regex(lowered, r"[^a-z0-9]+", "")
    for sign in signs:
        lowered = pc.replace_substring(lowered, chr(sign), "")
    return lowered


def plain_texts(cells: pa.Array) -> pa.Array:
    """Return cells as letters and digits only, folded (ASCII)."""
    return _plain(cells)


def _plain_again(cells: pa.Array) -> pa.Array:
    """Return the same for cells with few distinct texts, accents folded too."""
    known = cells.dictionary_encode()
    texts = known.dictionary
    return _plain(texts if _is_ascii(texts) else _without_accents(texts)).take(known.indices)


_ALNUM: Final = b"0123456789abcdefghijklmnopqrstuvwxyz"
_FEW_SIGNS: Final = 5


def _first_word(cells: pa.Array) -> pa.Array:
    return _plain(pc.replace_substring_regex(cells, r" .*$", ""))


def _last_word(cells: pa.Array) -> pa.Array:
    return _plain(pc.replace_substring_regex(cells, r"^.* ", ""))


def _numbered_again(columns: Sequence[Coded], stays: Sequence[pa.Array], single: np.ndarray) -> np.ndarray:
    """Return the rows in which a number, a date of birth or a short value stands once more in what stays."""
    again = np.zeros(len(single), dtype=bool)
    asked = [each for each in columns if each.entity != "PERSON" and each.is_found.any()]
    if not asked or not stays:
        return again
    parts = [_plain_again(each) for each in stays]
    rest = (pc.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]).to_pylist()
    for each in asked:
        values = _plain(each.cells)
        if each.entity == "DATE_OF_BIRTH":  # whatever the order of day and month, its year stands there too
            values = pc.replace_substring_regex(values, r"^.*?((?:18|19|20)[0-9]{2}).*$", r"\1")
        elif each.entity == "PHONE_NUMBER":
            values = pc.replace_substring_regex(values, r"^1?([0-9]{10}).*$", r"\1")
        again |= each.is_found & np.fromiter(
            (len(value) > 2 and value in text for value, text in zip(values.to_pylist(), rest, strict=True)),
            dtype=bool,
            count=len(again),
        )
    return again


def _relations(columns: Sequence[Coded], single: np.ndarray) -> list[np.ndarray]:
    """Return for each pair of name columns whether both can be one person's, where that is not plain from the parts."""
    people = [each for each in columns if each.names_people]
    parts = [each.kind.part for each in people]
    if len(set(parts)) == len(parts) and "full" not in parts:
        return []
    if len(people) < 2:
        return []
    told = []
    names = [_parsed(each, single) for each in people]
    for one, other in combinations(names, 2):
        told.append(
            np.fromiter(
                (a is not None and b is not None and same_person(a, b) for a, b in zip(one, other, strict=True)),
                dtype=np.uint8,
                count=len(single),
            )
        )
    return told


def _parsed(column: Coded, single: np.ndarray) -> list[Name | None]:
    texts = zip(column.cells.to_pylist(), single, strict=True)
    return [None if out else parse_name(text, column.kind.part) for text, out in texts]
