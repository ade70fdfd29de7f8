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


def is_remark(text: str) -> bool:
    """Return whether a cell holds two words: in a column of dates, amounts or codes it may name somebody."""
    return bool(re2.search(_REMARK, text)) or not text.isascii()


def is_strange(text: str, entity: str) -> bool:
    """Return whether a cell of a column of ``entity`` looks like something else."""
    if re2.search(_CARD, text):
        return entity != "CREDIT_CARD" and passes_luhn(text)
    own = _OWN.get(entity)
    return bool(re2.search(_pattern(entity), text)) and not (own is not None and re2.search(own, text))


def strange_cells(cells: pa.Array, entity: str) -> np.ndarray:
    """Return which cells of a column look like something else: :func:`is_strange` of each."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    from pipeline.tables.columnar import truths  # noqa: PLC0415

    cards = truths(pc.match_substring_regex(cells, _CARD))
    found: np.ndarray = truths(pc.match_substring_regex(cells, _pattern(entity))) & ~cards
    own = _OWN.get(entity)
    if own is not None:
        found &= ~truths(pc.match_substring_regex(cells, own))
    if entity == "CREDIT_CARD":
        return found
    rows = np.flatnonzero(cards)
    for row, text in zip(rows, cells.take(pa.array(rows)).to_pylist(), strict=True):
        found[row] = passes_luhn(text)
    return found


def _pattern(entity: str) -> str:
    return "|".join(_FORMS) if entity in _WORDS else STRANGE
