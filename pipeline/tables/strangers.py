"""Cells that do not belong in their column: an address among account numbers, a Social Security number among plates.

A column whose cells are found as a whole is decided as a whole, and an identifier that is linked to nobody may be
released. So a cell that looks like something else is examined like a text too. This is a cheap look at its form, the
same for one cell and for a column of Arrow; what it passes over is a code, a name or a place like its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import re2

from recognizers.checksum import passes_luhn

if TYPE_CHECKING:  # one cell is asked about by many who have no use for Arrow
    from collections.abc import Collection

    import numpy as np
    import pyarrow as pa

_FORMS: Final = (
    "@",
    r"[0-9]{3}[\-. ][0-9]{2}[\-. ][0-9]{4}",  # a Social Security number
    r"[0-9]{3}\)?[\-. /]{1,2}[0-9]{3}[\-. ][0-9]{4}",  # a telephone number
    r"[0-9]{4}[\- ][0-9]{4,6}[\- ][0-9]{4,5}",  # a card
    r"^ +[3-6][0-9]{12,18} *$|^[3-6][0-9]{12,18}[^0-9A-Za-z]+$",  # one with something around it
    r"&#|%[0-9A-Fa-f]{2}|<",  # written in another form
    r"[A-Za-z]{2}[:#. ]+[0-9]{9}",  # a word, and digits that may be what it says
)
_REMARK: Final = r"[A-Za-z]{3,}[^A-Za-z0-9]*[ ,:;][^A-Za-z0-9]*[A-Za-z]{3,}"
"""Two words."""
_FORMS_OF_WORDS: Final = (
    r"[^\x00-\x7f]",
    r"^ *[0-9]+[A-Za-z]?[, ]+([A-Za-z]\.? +)?[A-Za-z]{2,}\.? +[A-Za-z]{2}",  # an address: 12 Elm St
    r"[Pp]\.? ?[Oo]\.? ?[Bb][Oo][Xx]",
    _REMARK,
)
STRANGE: Final = "|".join((*_FORMS, *_FORMS_OF_WORDS))
_OWN: Final = {
    "EMAIL_ADDRESS": r"^[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+$",
    "PHONE_NUMBER": r"^\+?1?[\-. ]?\(?[0-9]{3}\)?[\-. /]{0,2}[0-9]{3}[\-. ]?[0-9]{4}( ?(x|ext\.?) ?[0-9]{1,5})?$",
    "US_SSN": r"^[0-9]{3}[\-. ]?[0-9]{2}[\-. ]?[0-9]{4}$",
    "CREDIT_CARD": r"^[0-9][0-9 \-]{11,22}[0-9]$",
}
"""What is the usual form in a column of its entity, though a form above has it too."""
_WORDS: Final = frozenset({"PERSON", "STREET_ADDRESS", "MEDICAL", "DATE_OF_BIRTH"})
"""Columns of words: there two words are no remark; an address or a sign of another alphabet is nothing strange."""
_CARD: Final = r"^[3-6][0-9]{12,18}$"

_ISSUED: Final = (  # area, group and serial as SSNs have been issued (SSA, POMS RM 10201.035)
    r"(00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6[0-57-9][0-9]|66[0-57-9])(0[1-9]|[1-9][0-9])"
    r"(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
)
_BARE: Final = {
    "ten_digits": r"^ *1?[2-9][0-9]{2}[2-9][0-9]{6} *$",
    "nine_digits": rf"^ *{_ISSUED} *$",
    "turned_name": r"^ *[A-Za-z][A-Za-z'\-]+/[A-Za-z][A-Za-z'\-]+( [A-Za-z]+\.?){0,2} *$",
}
"""What codes may look like as well, so strange only in a column whose codes look different: a telephone number, a
Social Security number, a surname and a given name as airlines write them."""
_LIKE: Final = {
    "ten_digits": r"^[0-9]{9,11}$",
    "nine_digits": r"^[0-9]{8,10}$",
    "turned_name": r"^[^0-9]*/[^0-9]*$",
}
"""What of a column speaks against it: numbers that are hardly longer or shorter are rather numbers of one kind."""
_CODES: Final = frozenset({"UNIQUE_IDENTIFIER", "LINKED_IDENTIFIER", "USERNAME", "IP_ADDRESS", "LICENSE_PLATE"})
"""Entities that have none of the forms above."""
_MOST_LIKE: Final = 0.5


def unusual_forms(values: Collection[str]) -> tuple[str, ...]:
    """Return which bare forms would be strange in a column of these values: those that most of them are not like."""
    return tuple(
        form
        for form, like in _LIKE.items()
        if sum(re2.search(like, value) is not None for value in values) < _MOST_LIKE * len(values)
    )


def is_bare_ssn(text: str, entity: str, unusual: Collection[str]) -> bool:
    """Return whether a cell of a column of codes is nine digits as SSNs are issued, where the codes look different."""
    return entity in _CODES and "nine_digits" in unusual and bool(re2.search(_BARE["nine_digits"], text))


def is_remark(text: str) -> bool:
    """Return whether a cell holds two words: in a column of dates, amounts or codes it may name somebody."""
    return bool(re2.search(_REMARK, text)) or not text.isascii()


def is_strange(text: str, entity: str, unusual: Collection[str] = ()) -> bool:
    """Return whether a cell of a column of ``entity`` looks like something else.

    ``unusual`` are the bare forms that most cells of the column do not have (:func:`unusual_forms`).
    """
    if re2.search(_CARD, text):
        return entity != "CREDIT_CARD" and passes_luhn(text)
    own = _OWN.get(entity)
    return bool(re2.search(_pattern(entity, unusual), text)) and not (own is not None and re2.search(own, text))


def strange_cells(cells: pa.Array, entity: str, unusual: Collection[str] = ()) -> np.ndarray:
    """Return which cells of a column look like something else: :func:`is_strange` of each."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    from pipeline.tables.columnar import truths  # noqa: PLC0415

    cards = truths(pc.match_substring_regex(cells, _CARD))
    found: np.ndarray = truths(pc.match_substring_regex(cells, _pattern(entity, unusual))) & ~cards
    own = _OWN.get(entity)
    if own is not None:
        found &= ~truths(pc.match_substring_regex(cells, own))
    if entity == "CREDIT_CARD":
        return found
    rows = np.flatnonzero(cards)
    for row, text in zip(rows, cells.take(pa.array(rows)).to_pylist(), strict=True):
        found[row] = passes_luhn(text)
    return found


def _pattern(entity: str, unusual: Collection[str]) -> str:
    if entity in _WORDS:
        return "|".join(_FORMS)
    bare = [_BARE[form] for form in unusual] if entity in _CODES else []
    return "|".join([STRANGE, *bare])
