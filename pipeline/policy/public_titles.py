"""Tells whether a public title stands beside a name: "City Manager", "Director of Portal Services"."""

from __future__ import annotations

import re
from functools import cached_property

from pydantic import BaseModel, ConfigDict

__all__ = ["PublicTitles"]

_WINDOW = 160  # code points looked at on either side of a name
_LONGEST = 9  # words in a title
_WORD = re.compile(r"[^\W_]+(?:[&'\u2019][^\W_]+)*")
_DECORATION = "*_\"'\u201c\u201d[]()<>"
_INSIDE = re.compile(r"[\s-]*&?[\s-]*")  # what may stand between the words of one title
_AFTER_NAME = re.compile(
    r"[*_\"'\u201d)\]]*(?:,? (?:Jr|Sr)\.?)?[*_ \t]*(?:[,|(]|[-\u2013\u2014]{1,2}(?=\s))[*_\"'\u201c(\[ \t]*"
)
_LINE_BELOW = re.compile(r"[*_\"'\u201d)\], \t]*\r?\n[ \t*_]*(?=\S)")
_TITLE_END = re.compile(r"[,;|()\r\n]|\.(?=\s|$)|\s[-\u2013\u2014]\s")


class PublicTitles(BaseModel):
    """The words of public titles (``public_titles.yaml``)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    titles: tuple[str, ...]
    abbreviations: tuple[str, ...]
    open_heads: frozenset[str]
    ranks: frozenset[str]
    heads: frozenset[str]
    public_words: frozenset[str]
    private_words: frozenset[str]
    out_of_office: frozenset[str]
    connectors: frozenset[str]

    def near(self, text: str, start: int, end: int) -> bool:
        """Return whether a public title stands directly before or after ``text[start:end]``, or on the line below."""
        return self._before(text, start) or self._after(text, end)

    @cached_property
    def _phrases(self) -> frozenset[tuple[str, ...]]:
        return frozenset(
            tuple(word.casefold() for word in _WORD.findall(title)) for title in (*self.titles, *self.abbreviations)
        )

    @cached_property
    def _short(self) -> frozenset[str]:
        return frozenset(_WORD.findall(title)[-1].casefold() for title in self.abbreviations)

    def _before(self, text: str, start: int) -> bool:
        window = text[max(0, start - _WINDOW) : start].rsplit("\n", 1)[-1]
        words: list[str] = []
        right = len(window)
        for found in reversed(list(_WORD.finditer(window))[-_LONGEST - 1 :]):
            between = window[found.end() : right].strip(_DECORATION + " \t")
            fits = between in {"", ":"} if not words else bool(_INSIDE.fullmatch(between))
            if not fits and not (between == "." and found.group().casefold() in self._short):
                break
            words.insert(0, found.group())
            right = found.start()
        for length in range(1, len(words) + 1):
            before = words[-length - 1].casefold() if length < len(words) else ""
            if self._is_title(words[-length:]) and before not in self.out_of_office | self.private_words:
                return True
        return False

    def _after(self, text: str, end: int) -> bool:
        window = text[end : end + _WINDOW]
        for opening in (_AFTER_NAME, _LINE_BELOW):
            opened = opening.match(window)
            if opened is None:
                continue
            closed = _TITLE_END.search(window, opened.end())
            phrase = window[opened.end() : closed.start() if closed else len(window)].strip(_DECORATION + " \t")
            return self._is_title(_WORD.findall(phrase))
        return False

    def _is_title(self, words: list[str]) -> bool:
        """Return whether words are a title from first to last, the office at the end or before an "of"."""
        folded = [word.casefold() for word in words]
        if not words or len(words) > _LONGEST or folded[0] in self.connectors:
            return False
        if not all(word[0].isupper() or small in self.connectors for word, small in zip(words, folded, strict=True)):
            return False
        if not self.out_of_office.isdisjoint(folded):
            return False
        return any(self._holds_office(folded, at) for at in range(1, len(folded) + 1))

    def _holds_office(self, words: list[str], at: int) -> bool:
        """Return whether an office ends at word ``at`` and nothing but what it is of follows."""
        if at < len(words) and words[at] not in {"of", "for", "at"}:
            return False
        others = {*words[: at - 1], *words[at:]} - self.connectors
        if not self.private_words.isdisjoint(others):
            return False
        if any(tuple(words[start:at]) in self._phrases for start in range(at)):
            return True
        head = words[at - 1]
        return (head in self.open_heads and not others <= self.ranks) or (
            head in self.heads and not self.public_words.isdisjoint(others)
        )
