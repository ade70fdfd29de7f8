"""Whether a statement that a use is permitted names a section of law and says nothing else."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_named", "is_under"]

_NUMBER: Final = re.compile(r"§{0,2}\(?\d[\d.\-]*[a-z]?(?:\(\w{1,5}\))*\)?|§{1,2}|(?:\(\w{1,5}\))+")
_PARAGRAPH: Final = r"(?:\s?\(\w{1,5}\))*"
_BESIDE: Final = frozenset(
    {
        "mca", "m.c.a", "montana", "code", "annotated", "u.s.c", "usc", "title", "chapter", "part", "section",
        "sections", "sec", "secs", "paragraph", "paragraphs", "para", "subsection", "subsections", "and", "or", "&",
        "to", "through", "under", "by", "as", "a", "the", "use", "uses", "permitted",
    }
)  # fmt: skip
"""Words of a citation, and of ``a use permitted by``. Any other may take back what the section says (``not under``)."""


def is_named(cited: str, section: str) -> bool:
    """Return whether a statement names a section or a paragraph of it (61-11-508 is not 61-11-5), whatever it says."""
    return _of(section).search(cited) is not None


def is_under(cited: str, section: str) -> bool:
    """Return whether a statement is a citation of a section or of a paragraph of it, and nothing beside.

    ``MCA 61-11-508(1)`` and ``61-11-507 and 61-11-508`` are; ``not under 61-11-508`` is none, nor is any other text.
    """
    if not is_named(cited, section):
        return False
    rest = _of(section).sub(" ", cited).casefold()
    words = [word for each in re.split(r"[\s,;:/]+", rest) if (word := each.strip(".,"))]
    return all(word in _BESIDE or _NUMBER.fullmatch(word) is not None for word in words)


def _of(section: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(section)}(?![\w-]){_PARAGRAPH}", re.IGNORECASE)
