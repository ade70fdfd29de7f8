"""Numbers that are broken over two pages: seen as one, and covered on both.

A seam joins what may be the beginning of a number at the foot of a page with what may be its end at the head of the
next. It is a text of its own on each of the two pages, beside the pages' blocks; an edit that crosses the break becomes
an edit of the block in which this page's half stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.formats.page_text import Line
from pipeline.model import Address, Attribute, Block, Edit, Page

SEAM: Final = "number over a page break"
_NEAR: Final = 3
"""Lines at the foot and at the head of a page that are looked at: a footer and a header may stand between."""
_FOOT: Final = re.compile(
    r"(?:\(\d{3}\)[ .-]?(?:\d{3}[ .-]?)?|(?<![\w-])\+?\d{1,6}(?:[ .-]\d{1,6}){0,4}[-\u2010\u2013]|"
    r"(?<![\w-])\d{3}[ .-]\d{2,3}[ .]?|(?<![\w-])\d{4}(?:[ -]\d{4}){1,2})$"
)
"""A number that may go on: a hyphen at its end, an area code, the first groups of an SSN, of a telephone, of a card."""
_HEAD: Final = re.compile(r"[-\u2010\u2013]?\d{2,9}(?:[ .-]\d{2,6}){0,3}(?!\w)")
_WORD_BEFORE: Final = re.compile(r"(?:\b(?:[a-z]+|SSN|SS|TEL|Tel|No)[.:#]*\s+){1,6}$")


@dataclass(frozen=True, slots=True)
class Seam:
    """A joined number as one of its two pages has it.

    ``own`` is the part of ``text`` that stands on this page, ``at`` its place in the text of the block; ``middle`` is
    where the pages part.
    """

    address: Address
    text: str
    middle: int
    own: range
    block: Address
    at: int

    def edit_of_block(self, edit: Edit) -> Edit | None:
        """Return what an edit of this text is to the block of this page; None where it does not cross the break."""
        if not edit.start < self.middle < edit.end:
            return None
        start, end = max(edit.start, self.own.start), min(edit.end, self.own.stop)
        moved = self.at - self.own.start
        return Edit(self.block, start + moved, end + moved, edit.replacement)


@dataclass(frozen=True, slots=True)
class _Half:
    """The half of a number: its text, and where it begins in the text of its block."""

    text: str
    block: int
    at: int


def seams_of(pages: Sequence[tuple[int, Sequence[Line]]]) -> Iterator[Seam]:
    """Yield the seams of pages that follow one another, given as number and lines, for both pages of each break."""
    counts: dict[int, int] = {}
    for (number, before), (following, after) in pairwise(pages):
        if following != number + 1:
            continue
        for foot in _feet(before):
            for head in _heads(after):
                text, middle = foot.text + head.text, len(foot.text)
                for page, half, own in (
                    (number, foot, range(middle)),
                    (following, head, range(middle, len(text))),
                ):
                    place = counts.get(page, 0)
                    counts[page] = place + 1
                    yield Seam(
                        *((Page(page), Attribute(SEAM, place)), text, middle, own, (Page(page), Block(half.block))),
                        half.at,
                    )


def _placed(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    """Yield lines with where each begins in the text of its block."""
    at, block = 0, -1
    for line in lines:
        at = at + len(line.joint) if line.block == block else 0
        block = line.block
        yield line, at
        at += len(line.text)


def _feet(lines: Sequence[Line]) -> Iterator[_Half]:
    for line, at in list(_placed(lines))[-_NEAR:]:
        text = line.text.rstrip()
        found = _FOOT.search(text)
        if found is not None:
            words = _WORD_BEFORE.search(text[: found.start()])
            start = words.start() if words is not None else found.start()
            yield _Half(text[start:], line.block, at + start)


def _heads(lines: Sequence[Line]) -> Iterator[_Half]:
    for line, at in list(_placed(lines))[:_NEAR]:
        found = _HEAD.match(line.text.lstrip())
        if found is not None:
            yield _Half(found.group(), line.block, at + len(line.text) - len(line.text.lstrip()))


def merged(edits: Sequence[Edit]) -> list[Edit]:
    """Return edits of one text in order, those that overlap as one with the first one's replacement."""
    made: list[Edit] = []
    for each in sorted(edits, key=lambda one: (one.start, one.end)):
        if made and each.start < made[-1].end:
            last = made[-1]
            made[-1] = Edit(last.address, last.start, max(last.end, each.end), last.replacement)
        else:
            made.append(each)
    return made
