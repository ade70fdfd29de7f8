"""Numbers that are broken over two pages, or over lines, columns and cells of one: seen as one, covered everywhere.

A seam over a page break joins what may be the beginning of a number at the foot of a page with what may be its end at
the head of the next. It is a text of its own on each of the two pages, beside the pages' blocks; an edit that crosses
the break becomes an edit of the block in which this page's half stands. What stands beside or below one another on a
page is joined as neighbouring cells are (:mod:`pipeline.formats.cell_seams`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.formats import cell_seams
from pipeline.formats.page_text import WIDE_GAP, Line
from pipeline.model import Address, Attribute, Block, Edit, Page

SEAM: Final = "number over a page break"
_CELL: Final = re.compile(rf"(?:(?!{WIDE_GAP}).)+")
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

    def edits_of_blocks(self, edit: Edit) -> Iterator[Edit]:
        """Yield what an edit of this text is to the block of this page, if it crosses the break."""
        if edit.start < self.middle < edit.end:
            start, end = max(edit.start, self.own.start), min(edit.end, self.own.stop)
            moved = self.at - self.own.start
            yield Edit(self.block, start + moved, end + moved, edit.replacement)


@dataclass(frozen=True, slots=True)
class Beside:
    """A number over lines or cells of one page; ``places`` are the block of each of its cells, and where it begins."""

    address: Address
    text: str
    seam: cell_seams.Seam
    places: tuple[tuple[int, int], ...]

    def edits_of_blocks(self, edit: Edit) -> Iterator[Edit]:
        """Yield what an edit of this text is to the blocks of the page."""
        for cell, start, end in self.seam.edits_of(edit):
            block, at = self.places[cell]
            yield Edit((self.address[0], Block(block)), at + start, at + end, edit.replacement)


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


def seams_beside(page: int, lines: Sequence[Line]) -> Iterator[Beside]:
    """Yield the numbers that are cut over cells, lines or columns of a page."""
    known: set[tuple[tuple[int, int], ...]] = set()
    before: list[tuple[str, int, int]] = []
    for line, at in _placed(lines):
        cells = [(each.group(), line.block, at + each.start()) for each in _CELL.finditer(line.text)]
        groups: list[Sequence[tuple[str, int, int]]] = [cells] if len(cells) > 1 else []
        if before and cells and line.joint:
            groups += [*zip(before, cells, strict=False), (before[-1], cells[0])]
        for group in groups:
            texts = [text for text, _, _ in group]
            for seam in cell_seams.seams_of(texts, [""] * len(texts) if group is cells else None):
                places = tuple((block, start) for _, block, start in group)
                own = tuple((places[each.cell][0], places[each.cell][1] + each.at) for each in seam.pieces)
                if own not in known:
                    known.add(own)
                    address = (Page(page), Attribute(cell_seams.SEAM, len(known) - 1))
                    yield Beside(address, seam.text, seam, places)
        before = cells


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
