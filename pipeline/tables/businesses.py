"""Whether a cell says nothing but the name of a business, which is nobody's: by its text and the name of its column."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pipeline.tables.header import header_words
from pipeline.tables.vocabulary import load_vocabulary
from recognizers.names.firms import is_business

_TRADERS: Final = frozenset({"contractor", "contractors", "subcontractor", "builder", "installer"})
"""Last words of columns that hold people and businesses, where a trade behind a name makes a business."""


@lru_cache(maxsize=4096)
def is_of_businesses(label: str) -> bool:
    """Return whether a column or header of this name holds names of businesses."""
    hint = load_vocabulary().hint(label) if label else None
    return hint is not None and hint.part == "organisation"


def names_business(label: str, text: str) -> bool:
    """Return whether the text of a cell is the name of a business (see :func:`is_business`)."""
    words = list(header_words(label)) if label else []
    return is_business(text, in_their_column=is_of_businesses(label) or (bool(words) and words[-1] in _TRADERS))
