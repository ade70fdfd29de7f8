"""Names on the office's list of officials, whole: a recognizer that saw only ``Yolanda`` of ``Yolanda Two Rivers``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from pipeline.linking.people import WORD
from pipeline.model import Match

_MOST_WORDS = 3
_REACH = 80
_GAP = re.compile(r"[^\S\r\n]{1,2}|,[^\S\r\n]|\r?\n[> \t]*")


class Officials(Protocol):
    """Who is an official: see :mod:`pipeline.policy.rosters`."""

    def official(self, name: str) -> str | None: ...


def whole_officials(text: str, matches: Sequence[Match], rosters: Officials) -> list[Match]:
    """Return the matches of a text with names grown to the official's whole name where it stands around them.

    Only names grow, by up to three words on either side, and never into a match of another entity. A match that
    is an official's whole name already stays as it is.
    """
    grown: list[Match] = []
    for match in sorted(matches):
        if match.entity == "PERSON" and not rosters.official(text[match.start : match.end]):
            start, end = _grown(text, match, rosters, [each for each in matches if each.entity != "PERSON"])
            grown.append(
                replace(match, start=start, end=end, part="full") if end > match.end or start < match.start else match
            )
        else:
            grown.append(match)
    return _disjoint(grown)


def _grown(text: str, match: Match, rosters: Officials, others: Sequence[Match]) -> tuple[int, int]:
    starts, ends = _starts(text, match.start), _ends(text, match.end)
    for start in starts:
        for end in ends:
            if (start, end) == (match.start, match.end):
                continue
            clear = not any(start < each.end and each.start < end for each in others)
            if clear and rosters.official(text[start:end]):
                return start, end
    return match.start, match.end


def _starts(text: str, start: int) -> list[int]:
    """Return where a name could begin that now begins at ``start``: there, or up to three words earlier."""
    low, found = max(0, start - _REACH), [start]
    for word in reversed(list(WORD.finditer(text, low, start))[-_MOST_WORDS:]):
        if not _GAP.fullmatch(text, word.end(), found[-1]) or not word.group()[0].isupper():
            break
        found.append(word.start())
    return found


def _ends(text: str, end: int) -> list[int]:
    """Return where a name could end that now ends at ``end``: there, or up to three words later."""
    found = [end]
    for word in WORD.finditer(text, end, min(len(text), end + _REACH)):
        if (
            len(found) > _MOST_WORDS
            or not _GAP.fullmatch(text, found[-1], word.start())
            or not word.group()[0].isupper()
        ):
            break
        found.append(word.end())
    return found


def _disjoint(matches: Sequence[Match]) -> list[Match]:
    """Drop names that a grown name took in."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda each: (each.start, -each.end)):
        if kept and match.start < kept[-1].end and match.entity == kept[-1].entity == "PERSON":
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, match.end))
        else:
            kept.append(match)
    return kept
