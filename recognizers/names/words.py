"""Words and lines of a text, with their places; and what a candidate for a name is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

# One class repeated, joined by single marks: linear.
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019`\u00b4\-.][^\W\d_]+)*\.?")
_LINE: Final = re.compile(r"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of letters, inner apostrophes, hyphens and dots, with a dot that follows."""

    start: int
    end: int
    text: str

    @property
    def low(self) -> str:
        """Return the word in lower case without its final dot."""
        return self.text.lower().rstrip(".")

    @property
    def is_capital(self) -> bool:
        """Return whether the word begins with a capital (or has no case, as in Chinese)."""
        first = self.text[0]
        return first.isupper() or first == first.swapcase()

    @property
    def is_initial(self) -> bool:
        """Return whether the word is one letter (``J``, ``J.``) or dotted letters (``J.R.``)."""
        return all(len(part) == 1 for part in self.text.rstrip(".").split("."))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of text that may be a name: half-open code-point offsets, part, score, and who says so."""

    start: int
    end: int
    score: float
    reason: str
    part: str = "full"
    sure: bool = False
    """A label, header or the like announced it: it needs no list and no capital to be believed."""

    def moved(self, start: int, end: int) -> Candidate:
        """Return the candidate with other bounds."""
        return Candidate(start, end, self.score, self.reason, self.part, self.sure)


class Cover:
    """Which code points of a text some spans cover; asking costs the length asked about, not the number of spans."""

    def __init__(self, length: int, bounds: Iterable[tuple[int, int]]) -> None:
        self._covered = bytearray(length)
        for start, end in bounds:
            self._covered[start:end] = b"\x01" * (end - start)

    def touches(self, start: int, end: int) -> bool:
        """Return whether any code point of the stretch is covered."""
        return self._covered.find(1, start, end) >= 0

    def holds(self, start: int, end: int) -> bool:
        """Return whether every code point of the stretch is covered."""
        return self._covered.find(0, start, end) < 0


def words_of(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """Return the words of ``text[start:end]``, with offsets of ``text``."""
    return [Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text, start, len(text) if end is None else end)]


def lines_of(text: str) -> Iterator[tuple[int, int]]:
    """Yield the bounds of each line that is not empty, line ends left out."""
    for match in _LINE.finditer(text):
        yield match.span()


def phrase(text: str) -> str:
    """Return a label as plain words: ``Applicant_Name`` and ``applicantName`` become ``applicant name``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.sub(r"[^\w]|_", " ", spaced).lower().split())
