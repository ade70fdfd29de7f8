"""Values that stand under a label: ``account no. 12``, ``session_id=ab12``, ``"pin": "1"``, ``Password was 'x'``.

A label phrase is written in plain words (``medical record``). In text its words may be run
together, joined by ``_``, ``-`` or ``.``, or written in camelCase; ``number``, ``no.``, ``#`` or
``id`` may follow it. Labels are found in one linear pass over the text; what follows a label is
read from a short window, so that the whole stays linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from recognizers.model import Match
from recognizers.text import Words, has_digit

WINDOW = 240
"""How far behind a label its value is looked for, in code points."""

_KEPT_LABELS = 4096

_NUMBER = r"[ \t_.,-]{0,2}(?:numbers?|num|nos?|nbr|ids?|[#№])(?![^\W\d_])\.?"
_AFTER = re.compile(
    rf"(?P<number>(?:{_NUMBER}){{0,2}})"
    r"[\"'”\u2019]?(?:[ \t]{0,3}\([^()\n]{1,20}\))?[ \t]{0,8}"
    r"(?P<sep>:=|=>|->|[:=#]|(?:is|was|were)(?=[ \t:])[ \t]{0,3}:?)?"
    r"(?P<gap>[ \t]{0,30}(?:\r?\n[ \t>]{0,8})?)"
    r"(?P<open>[\"'“\u2018`(<\[*]{0,3}#?)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[#*]{0,4}[^\W_](?:[^\W_]|[._/:*+=%@~-](?=[^\s.,;:]))*")
_PROSE = re.compile(r"[ \t]{1,8}(?!(?:numbers?|num|nos?|nbr|ids?|is|was|were)\b)[A-Za-z]+(?=\s|\Z)", re.IGNORECASE)
_NO_PROSE = (
    r"(?:(?-i:[^a-z \t])|\z|[ \t]+(?:[^A-Za-z \t]|[A-Za-z]+[^A-Za-z\s]|(?:numbers?|num|nos?|nbr|ids?|is|was|were)\b))"
)
"""What is behind a label (google-re2), but a whole word of letters alone, as ``_PROSE`` has it."""
_SPACED = re.compile(r"[A-Z0-9]{1,16}(?: [A-Z0-9]{1,6}){1,7}(?=[ \t]*(?:$|[\r\n,;)]))")
_CLOSING = {'"': '"', "'": "'", "“": "”", "\u2018": "\u2019", "`": "`", "(": ")", "<": ">", "[": "]"}


class Label(NamedTuple):
    """A label in a text: where it stands, and what it stands for."""

    start: int
    end: int
    part: str


class Labelled(NamedTuple):
    """The value behind a label.

    ``explicit``: a colon, ``is``, ``no.`` or quotes announce it; ``signed``: ``no.`` or ``#`` does.
    """

    label: Label
    start: int
    end: int
    value: str
    explicit: bool
    quoted: bool
    signed: bool = False


class Labels:
    """A vocabulary of labels, each with the part it stands for.

    ``for_values``: only :meth:`values` will be asked for, so that labels in prose need not wake anybody.
    """

    def __init__(self, parts: Mapping[str, Iterable[str]], *, for_values: bool = False) -> None:
        self._parts = {_letters(phrase): part for part, phrases in parts.items() for phrase in phrases}
        words = (_as_pattern(phrase) for phrases in parts.values() for phrase in phrases)
        self._words = Words(*words, followed_by=_NO_PROSE if for_values else "")
        self._known: dict[str, str] = {}
        self.trigger = self._words.trigger

    def find(self, text: str) -> list[Label]:
        """Return the labels in ``text`` from left to right."""
        return [Label(start, end, self._part(text[start:end])) for start, end in self._words.spans(text)]

    def _part(self, label: str) -> str:
        """Return what a label stands for; the same few ways to write the labels come again and again."""
        part = self._known.get(label)
        if part is None:
            if len(self._known) >= _KEPT_LABELS:
                self._known.clear()
            part = self._known[label] = self._parts[_letters(label)]
        return part

    def values(self, text: str) -> Iterator[Labelled]:
        """Yield each label that a token follows which may hold a digit, with that token.

        A word of letters alone behind a label, with nothing between that announces a value, is passed by.
        """
        if text.isascii() and not has_digit(text):
            return
        for start, end in self._words.spans(text):
            if not _PROSE.match(text, end):
                value = value_after(text, Label(start, end, self._part(text[start:end])))
                if value is not None:
                    yield value


def value_after(text: str, label: Label, token: re.Pattern[str] = _IDENTIFIER) -> Labelled | None:
    """Return the token behind a label, or None when what follows is no token."""
    limit = min(len(text), label.end + WINDOW)
    after = _AFTER.match(text, label.end, limit)
    if after is None:
        return None
    number, sep, gap, opening = after.groups()
    explicit = bool(sep or number)
    if not explicit and "\n" in gap:
        return None
    start = after.end()
    if start == label.end and not text[start - 1 : start].isspace():
        return None
    quoted = opening[:1] in _CLOSING
    match = (_SPACED.match(text, start, limit) if sep and token is _IDENTIFIER else None) or token.match(
        text, start, limit
    )
    if match is None:
        return None
    end = _closed(text, match.end(), opening[:1]) if token is not _IDENTIFIER else match.end()
    value = text[start:end]
    return Labelled(label, start, end, value, explicit or quoted, quoted, bool(number) or "#" in opening)


def _closed(text: str, end: int, opening: str) -> int:
    """Return ``end`` without the closing quote of ``opening``, if the token took it along."""
    closing = _CLOSING.get(opening)
    return end - 1 if closing and text[end - 1 : end] == closing else end


def _as_pattern(phrase: str) -> str:
    """Return a plain phrase as a pattern of ``text.Words``: blanks stay, an apostrophe may be missing."""
    return " ".join(re.escape(word).replace("'", r"['\x{2019}]?") for word in phrase.split())


def outermost(matches: Iterable[Match]) -> list[Match]:
    """Return the matches that lie inside no other one, sorted; of equal spans the surest, then the first."""
    found = list(matches)
    if len(found) < 2:
        return found
    kept: list[Match] = []
    for match in sorted(found, key=lambda each: (each.start, -each.end, -each.score)):
        if not kept or match.end > kept[-1].end:
            kept.append(match)
    return kept


def has_digits(value: str, least: int = 1) -> bool:
    """Return whether ``value`` holds at least ``least`` digits."""
    return sum(map(str.isdigit, value)) >= least


def _letters(phrase: str) -> str:
    return "".join(character for character in phrase.casefold() if character.isalnum())
