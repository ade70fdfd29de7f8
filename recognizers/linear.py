r"""Patterns of google-re2, linear in any text, past the wrapper that its package puts around them.

Spans are half-open, in code points of the text that was given. google-re2 encodes the whole text at every call: never
match at a place of a long text in a loop, cut a window first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import re2


class Found:
    """What a pattern matched: like the match objects of ``re``, offsets in code points."""

    __slots__ = ("_names", "_spans", "_text")

    def __init__(self, text: str, spans: Sequence[tuple[int, int]], names: Mapping[str, int]) -> None:
        self._text = text
        self._spans = spans
        self._names = names

    def span(self, group: int | str = 0) -> tuple[int, int]:
        """Return the half-open span of a group, (-1, -1) where it took no part."""
        return self._spans[self._names[group] if isinstance(group, str) else group]

    def start(self, group: int | str = 0) -> int:
        return self.span(group)[0]

    def end(self, group: int | str = 0) -> int:
        return self.span(group)[1]

    def group(self, group: int | str = 0) -> str:
        """Return the text of a group, empty where it took no part."""
        start, end = self.span(group)
        return self._text[start:end]


class Pattern:
    """A google-re2 pattern. Its wrapper is passed by, whose work on offsets and matches costs more than short texts."""

    __slots__ = ("_engine", "_names")

    def __init__(self, compiled: Any) -> None:
        self._engine = compiled._regexp.Match  # noqa: SLF001 - what the wrapper itself calls; see the class
        self._names: Mapping[str, int] = compiled.groupindex

    def finditer(self, text: str) -> Iterator[Found]:
        """Yield the matches from left to right."""
        if text.isascii():
            for spans in self.spans(text.encode()):
                yield Found(text, spans, self._names)
            return
        data = text.encode()
        done = count = 0  # bytes and characters of the text up to the last match
        for spans in self._in_bytes(data):
            start = spans[0][0]
            count += len(data[done:start].decode())
            yield Found(text, _in_characters(data, spans, count), self._names)
            done = start

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of the matches, from left to right; groups aside."""
        if text.isascii():
            return self.places_in(text.encode(), 0, len(text))
        return [found.span() for found in self.finditer(text)]

    def places_in(self, data: bytes, start: int, end: int) -> list[tuple[int, int]]:
        r"""Return the same for the part ``start`` to ``end`` of an ASCII text.

        A pattern with ``^``, ``$`` or ``\b`` sees what stands beside that part: where it must not, cut the part out.
        """
        engine, at, found = self._engine, start, []
        while (span := engine(_ANYWHERE, data, at, end)[0])[0] >= 0:
            found.append(span)
            if at == end:
                break
            at = span[1] + (span[1] == at)
        return found

    def spans(self, data: bytes) -> Iterator[Sequence[tuple[int, int]]]:
        """Yield the spans of the groups of each match in an ASCII text, from left to right."""
        engine, at, end = self._engine, 0, len(data)
        while (spans := engine(_ANYWHERE, data, at, end))[0][0] >= 0:
            yield spans
            if at == end:
                return
            at = spans[0][1] + (spans[0][1] == at)  # behind an empty match at the very place: one on

    def _in_bytes(self, data: bytes) -> Iterator[Sequence[tuple[int, int]]]:
        """Yield the same for any text, in bytes of its UTF-8."""
        engine, at, end = self._engine, 0, len(data)
        while (spans := engine(_ANYWHERE, data, at, end))[0][0] >= 0:
            yield spans
            if at == end:
                return
            if spans[0][1] == at:  # behind an empty match at the very place: one character on
                at += 1
                while at < end and 0x80 <= data[at] < 0xC0:
                    at += 1
            else:
                at = spans[0][1]

    def spans_from(self, data: bytes, at: int) -> Sequence[tuple[int, int]]:
        """Return the spans of the groups of the first match in an ASCII text from ``at`` on, (-1, -1) where none is."""
        spans: Sequence[tuple[int, int]] = self._engine(_ANYWHERE, data, at, len(data))
        return spans

    def search(self, text: str) -> Found | None:
        """Return the first match."""
        return self._first(_ANYWHERE, text)

    def match(self, text: str) -> Found | None:
        """Return the match at the beginning."""
        return self._first(_AT_START, text)

    def fullmatch(self, text: str) -> Found | None:
        """Return the match of the whole text."""
        return self._first(_WHOLE, text)

    def _first(self, anchor: Any, text: str) -> Found | None:
        data = text.encode()
        spans = self._engine(anchor, data, 0, len(data))
        if spans[0][0] < 0:
            return None
        if len(data) != len(text):
            spans = _in_characters(data, spans, len(data[: spans[0][0]].decode()))
        return Found(text, spans, self._names)


def _in_characters(data: bytes, spans: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Return the spans of a match in code points; ``count`` of them stand before the match."""
    first = spans[0][0]
    return [
        (-1, -1) if start < 0 else (count + len(data[first:start].decode()), count + len(data[first:end].decode()))
        for start, end in spans
    ]


_ANYWHERE: Final = re2._Anchor.UNANCHORED  # noqa: SLF001 - see Pattern
_AT_START: Final = re2._Anchor.ANCHOR_START  # noqa: SLF001
_WHOLE: Final = re2._Anchor.ANCHOR_BOTH  # noqa: SLF001


def pattern(source: str, *, longest: bool = False, ignore_case: bool = False) -> Pattern:
    """Compile ``source`` with google-re2, logging off (a log line could show a pattern's text)."""
    options = re2.Options()
    options.log_errors = False
    options.longest_match = longest
    options.case_sensitive = not ignore_case
    return Pattern(re2.compile(source, options))
