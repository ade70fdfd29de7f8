"""What a unit of pages holds: lines with their places, texts beside the pages, and in a copy the pixels.

The same form, a JSON head with pictures behind it, is the part that a unit's copy is until the parts are assembled.
PDF and pictures share it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from PIL import Image

from pipeline.formats.encoding import readable
from pipeline.formats.page_pixels import decoded, encoded, fill
from pipeline.formats.page_seams import Beside, Seam, seams_beside, seams_of
from pipeline.formats.page_text import Box, Covered, Line, blocks_of, edited_lines, spread
from pipeline.formats.text_pieces import merged, text_after
from pipeline.model import Address, Attribute, Block, Dropped, Edit, Gap, Page, Reading, Role, Segment, SpanError, Unit
from pipeline.texts.markers import WITHHELD_PART

PART: Final = b"PAGES PART\n"
_FINE: Final = 100
"""Parts of a point in which a part says where signs stand."""
_SIZE: Final = 12
"""Digits of the length of a part's head."""


@dataclass(slots=True)
class Unread:
    """An area of a page that could not be examined, why, and whether it holds the file in any case."""

    box: Box
    code: str
    why: str
    holds: bool = False


@dataclass(slots=True)
class PageContent:
    """A page: number from 1, size in points, resolution, lines, what is not examined, what is examined and left out.

    ``hidden`` are kind and text; ``dropped`` are what and how many. ``picture`` are the encoded pixels in a part;
    ``draw`` makes them from a source. ``is_exact``: no shade of them may be lost.
    """

    number: int
    width: float
    height: float
    dpi: float = 0.0
    lines: list[Line] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    dropped: list[tuple[str, int]] = field(default_factory=list)
    picture: bytes = b""
    draw: Callable[[], Image.Image] | None = None
    is_exact: bool = False

    def image(self) -> Image.Image:
        """Return the pixels of the page."""
        return self.draw() if self.draw is not None else decoded(self.picture)


@dataclass(slots=True)
class Content:
    """What a unit holds. ``title`` and ``hidden`` stand in the first unit: texts beside the pages, as kind and text.

    ``beside`` are the lines of the pages before and after those of the unit, by number; a part has none.
    """

    pages: list[PageContent] = field(default_factory=list)
    title: str = ""
    language: str = ""
    hidden: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, int]] = field(default_factory=list)
    beside: list[tuple[int, list[Line]]] = field(default_factory=list)

    def seams(self) -> list[Seam | Beside]:
        """Return the numbers that are broken over two pages, lines or cells, as the pages of this unit have them."""
        own = [(each.number, each.lines) for each in self.pages]
        numbers = {number for number, _ in own}
        found = seams_of(sorted([*own, *self.beside], key=lambda page: page[0]))
        broken = [each for each in found if _number(each) in numbers]
        return [*broken, *(seam for each in self.pages for seam in seams_beside(each.number, each.lines))]

    def dumps(self) -> bytes:
        """Return a part: mark, length of the head, head as JSON, pictures; without what is left out."""
        head = {
            "title": self.title,
            "language": self.language,
            "pages": [[*_shape(each), len(each.picture), [_said(one) for one in each.lines]] for each in self.pages],
        }
        data = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        return b"".join([PART, f"{len(data):0{_SIZE}}".encode(), data, *(each.picture for each in self.pages)])

    @classmethod
    def loads(cls, data: bytes) -> Content:
        """Return the content that :meth:`dumps` wrote."""
        start = len(PART) + _SIZE
        at = start + int(data[len(PART) : start])
        head: dict[str, Any] = json.loads(data[start:at])
        made = cls(title=head["title"], language=head["language"])
        for number, width, height, dpi, is_exact, size, lines in head["pages"]:
            picture, at = data[at : at + size], at + size
            own = [Line(text, _boxes(sides), joint, block, turn) for text, joint, block, turn, sides in lines]
            made.pages.append(PageContent(number, width, height, dpi, own, picture=picture, is_exact=is_exact))
        return made


def _number(seam: Seam) -> int:
    page = seam.address[0]
    return page.number if isinstance(page, Page) else 0


def _shape(page: PageContent) -> list[Any]:
    return [page.number, page.width, page.height, page.dpi, page.is_exact]


def _said(line: Line) -> list[Any]:
    sides = np.rint(np.array(line.boxes, np.float64).ravel() * _FINE).astype(np.int64)
    return [line.text, line.joint, line.block, line.turn, sides.tolist()]


def _boxes(said: list[int]) -> list[Box]:
    sides = [each / _FINE for each in said]
    return list(zip(sides[::4], sides[1::4], sides[2::4], sides[3::4], strict=True))


# --- reading ----------------------------------------------------------------------------


def reading_of(content: Content, unit: Unit) -> Reading:
    """Return the segments of a unit's content, what could not be examined, and what is left out."""
    gaps = []
    dropped = [Dropped((), what, count) for what, count in content.dropped]
    for page in content.pages:
        here: Address = (Page(page.number),)
        about = dict.fromkeys((one.code, one.why, one.holds) for one in page.unread)
        gaps += [Gap(here, code, why, holds) for code, why, holds in about]
        dropped += [Dropped(here, what, count) for what, count in page.dropped]
    return Reading(tuple(_segments(content, unit.source.path)), tuple(gaps), tuple(dropped))


def _segments(content: Content, path: str) -> Iterator[Segment]:
    if content.title:
        yield Segment(readable(content.title), (Attribute("title of document", 0),), "", path, "", Role.ATTRIBUTE)
    yield from _hidden((), content.hidden, path)
    for page in content.pages:
        here = Page(page.number)
        for number, text in blocks_of(page.lines).items():
            if text.strip():
                yield Segment(readable(text), (here, Block(number)), "", path)
        yield from _hidden((here,), page.hidden, path)
    for seam in content.seams():
        yield Segment(readable(seam.text), seam.address, "", path, "", Role.ATTRIBUTE)


def _hidden(here: Address, texts: Sequence[tuple[str, str]], path: str) -> Iterator[Segment]:
    counts: dict[str, int] = {}
    for kind, text in texts:
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        if text.strip():
            yield Segment(readable(text), (*here, Attribute(kind, number)), "", path, "", Role.ATTRIBUTE)


# --- writing ----------------------------------------------------------------------------


def edited(content: Content, unit: Unit, edits: Sequence[Edit]) -> Content:
    """Return the content after edits, with pixels, without what no copy holds.

    What could not be examined is covered, with a note. Edits of texts that are left out change nothing.

    Raises:
        SpanError: an edit does not fit its text, or there is no such text.
    """
    wanted: dict[Address, list[Edit]] = {}
    for each in edits:
        wanted.setdefault(each.address, []).append(each)
    made = Content(title=content.title, language=content.language)
    own = wanted.pop((Attribute("title of document", 0),), None)
    if own:
        made.title = text_after(readable(content.title), own)
    for seam in content.seams():
        for each in wanted.pop(seam.address, ()):
            if each.end > len(seam.text):
                raise SpanError(f"{unit.key}: an edit in a text that this unit does not hold")
            for moved in seam.edits_of_blocks(each):
                wanted.setdefault(moved.address, []).append(moved)
    made.pages = [_edited_page(page, wanted) for page in content.pages]
    left_out = {each.address: len(each.text) for each in reading_of(content, unit).segments if wanted}
    for address, those in wanted.items():
        if any(each.end > left_out.get(address, -1) for each in those):
            raise SpanError(f"{unit.key}: an edit in a text that this unit does not hold")
    return made


def _edited_page(page: PageContent, wanted: dict[Address, list[Edit]]) -> PageContent:
    lines: list[Line] = []
    covered: list[Covered] = []
    for block in blocks_of(page.lines):
        own = [each for each in page.lines if each.block == block]
        edits = merged(wanted.pop((Page(page.number), Block(block)), []))
        if edits:
            own, boxes = edited_lines(own, edits)
            covered += boxes
        lines += own
    for each in page.unread:
        covered.append(Covered(each.box, WITHHELD_PART))
        lines = [*_outside(lines, each.box), _note(each.box, lines)]
    if page.picture and not covered:
        picture = page.picture
    else:
        image = page.image()
        fill(image, covered, page.dpi / 72)
        picture = encoded(image, is_exact=page.is_exact)
    return PageContent(page.number, page.width, page.height, page.dpi, lines, picture=picture, is_exact=page.is_exact)


def _outside(lines: Sequence[Line], box: Box) -> list[Line]:
    """Return the lines without the signs whose middle lies in a box that is covered."""
    made = []
    for line in lines:
        kept = [
            at
            for at, (left, top, right, bottom) in enumerate(line.boxes)
            if not (box[0] <= (left + right) / 2 <= box[2] and box[1] <= (top + bottom) / 2 <= box[3])
        ]
        text = "".join(line.text[at] for at in kept)
        if text.strip():
            made.append(Line(text, [line.boxes[at] for at in kept], line.joint, line.block, line.turn))
    return made


def _note(box: Box, lines: Sequence[Line]) -> Line:
    block = max((each.block for each in lines), default=0)
    low = (box[0], box[1], box[2], min(box[3], box[1] + 12.0))
    return Line(WITHHELD_PART, list(spread(low, len(WITHHELD_PART))), "\n\n", block)
