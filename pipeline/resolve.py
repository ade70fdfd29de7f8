"""Resolve: overlapping matches become one finding each, and no character that was matched is lost.

Matches that agree on the entity become the union of their spans. Where they disagree, the
more specific entity keeps its span, and what the others covered beside it stays theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.model import Match

# The more a form or a checksum proves, the earlier; a word like "name" proves least.
SPECIFIC_FIRST: Final = (
    "EMAIL_ADDRESS",
    "PASSWORD",
    "US_SSN",
    "CREDIT_CARD",
    "BANK_ACCOUNT",
    "US_TAX_ID",
    "DATE_OF_BIRTH",
    "US_PASSPORT",
    "US_DRIVER_LICENSE",
    "TRIBAL_ID",
    "LICENSE_PLATE",
    "IP_ADDRESS",
    "PHONE_NUMBER",
    "USERNAME",
    "STREET_ADDRESS",
    "LINKED_IDENTIFIER",
    "UNIQUE_IDENTIFIER",
    "PERSON",
    "MEDICAL",
)
_RANK = {entity: place for place, entity in enumerate(SPECIFIC_FIRST)}
_SURE = 0.8


def resolve(matches: Iterable[Match], text: str, keep_out: Sequence[tuple[int, int]] = ()) -> list[Match]:
    """Return matches of ``text`` that do not overlap, sorted, covering every character that was matched.

    Args:
        matches: from any recognizers, in any order; spans in ``text``.
        text: the text that they name.
        keep_out: spans that hold our own markers; nothing is found in them.
    """
    joined = _union_by_entity(matches)
    joined.sort(key=_precedence)
    taken: list[tuple[int, int]] = sorted(keep_out)
    kept: list[Match] = []
    for match in joined:
        for start, end in _outside(match.start, match.end, taken):
            start_, end_ = _trimmed(start, end, text)
            if start_ < end_:
                kept.append(
                    match if (start_, end_) == (match.start, match.end) else replace(match, start=start_, end=end_)
                )
        taken = _with_span(taken, match.start, match.end)
    return sorted(kept)


def _precedence(match: Match) -> tuple[bool, int, int, int]:
    rank = _RANK.get(match.entity, len(_RANK))
    return (match.score < _SURE, rank, match.start - match.end, match.start)


def _union_by_entity(matches: Iterable[Match]) -> list[Match]:
    """Join overlapping matches of one entity; the best scored one gives the reason and the part."""
    joined: list[Match] = []
    for match in sorted(matches, key=lambda each: (each.entity, each.start, -each.end)):
        last = joined[-1] if joined else None
        if last is None or last.entity != match.entity or match.start >= last.end:
            joined.append(match)
            continue
        better = match if (match.end - match.start, match.score) > (last.end - last.start, last.score) else last
        joined[-1] = replace(better, start=last.start, end=max(last.end, match.end), score=max(last.score, match.score))
    return joined


def _outside(start: int, end: int, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pieces of a span that no taken span covers."""
    pieces, at = [], start
    for low, high in taken:
        if high <= at:
            continue
        if low >= end:
            break
        if low > at:
            pieces.append((at, low))
        at = max(at, high)
    if at < end:
        pieces.append((at, end))
    return pieces


def _trimmed(start: int, end: int, text: str) -> tuple[int, int]:
    """Take white space off both ends; a piece without letter or digit is empty."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if any(character.isalnum() for character in text[start:end]) else (start, start)


def _with_span(taken: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted([*taken, (start, end)]):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged
