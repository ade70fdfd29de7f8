"""What a unit of a document holds, in the form in which it is kept, edited and handed on to be written.

A document is a run of paragraphs, some of them in cells of tables. What a reader of the original saw beside the text,
or did not see at all (a comment, a link, hidden text, the text before a change), is a paragraph too: it has a kind and
stands behind the paragraph that it belongs to. The same form, as JSON behind a mark, is the part that a unit's copy is
until the parts are assembled. DOCX, ODT and RTF share it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.model import Address, Attribute, Block, Cell

PART: Final = b"DOCUMENT PART\n"
WITHHELD: Final = "withheld part"
"""The kind of a paragraph that stands where something could not be examined; it is empty until the unit is written."""
BEFORE: Final = "text before changes"
HIDDEN: Final = "text with what was hidden"
COMMENT: Final = "comment"
LINK: Final = "link"
ALT: Final = "alt text"
BOX: Final = "text box"
DRAWING: Final = "text of a drawing"
CHART: Final = "text of a chart"
LIST_LABEL: Final = "label of a list"
STORIES: Final = ("header", "footer", "footnote", "endnote")
"""Kinds of the texts that have a part of their own in a copy."""
UNPLACED: Final = tuple(f"unused {each}" for each in STORIES)
"""The same where nothing in the text leads to them: they stand behind the text."""
PROPERTIES: Final = {
    "title": "title of the file",
    "subject": "subject of the file",
    "description": "remark on the file",
    "keywords": "keywords of the file",
    "keyword": "keywords of the file",
    "category": "category of the file",
}
"""Local names of the properties that are kept, in DOCX and in ODT, and the kinds of their texts."""
ASIDES: Final = frozenset(
    {BEFORE, HIDDEN, COMMENT, LINK, ALT, BOX, DRAWING, CHART, LIST_LABEL, *UNPLACED, *PROPERTIES.values()}
)
"""Kinds of the paragraphs that stand behind the paragraph they belong to, or behind the text."""
MAIN: Final = frozenset({"", COMMENT, BOX, *STORIES, *UNPLACED})
"""Kinds whose text runs as a text does."""

Piece = tuple[str, str]
"""A text and its look: letters of ``bius^_`` (bold, italic, underlined, struck, raised, lowered), or what else it is:
``@footnote 2`` (a reference, without text), ``#PAGE`` (a number that the program counts), ``|`` (a page break)."""


@dataclass(slots=True)
class Section:
    """How the pages of a section look: sizes in twips by name, and which header and footer stand on which pages."""

    sizes: dict[str, int] = field(default_factory=dict)
    is_wide: bool = False
    has_first: bool = False
    references: list[tuple[str, str, int]] = field(default_factory=list)
    """Kind (header, footer), pages (default, first, even), number of the story."""


@dataclass(slots=True)
class Place:
    """A cell in which a paragraph stands: table, row, column from 0, columns it spans, 1 or 2: merged downwards."""

    table: int
    row: int
    column: int
    span: int = 1
    merged: int = 0


@dataclass(slots=True)
class Paragraph:
    """A paragraph: its pieces, its kind ("": text) and number among its kind, its look, its cell, its label.

    Paragraphs of one kind and number, or of one cell, are one text, joined by line ends.
    """

    pieces: list[Piece] = field(default_factory=list)
    kind: str = ""
    number: int = 0
    style: str = ""
    """"" or ``title`` or the level of a heading, from ``1`` to ``9``."""
    align: str = ""
    listed: tuple[int, int] | None = None
    """The number of its list, and its level from 0."""
    cell: Place | None = None
    label: str = ""
    section: Section | None = None
    """The section that ends with this paragraph."""

    @property
    def text(self) -> str:
        """What the paragraph says."""
        return "".join(text for text, _ in self.pieces)

    @property
    def address(self) -> Address:
        """The address of the text that the paragraph belongs to."""
        if self.kind:
            return (Attribute(self.kind, self.number),)
        if self.cell is not None:
            return (Attribute("table", self.cell.table), Cell(self.cell.row, self.cell.column))
        return (Block(self.number),)


@dataclass(slots=True)
class Story:
    """A header, footer, footnote or endnote, by its number among its kind."""

    kind: str
    number: int
    paragraphs: list[Paragraph] = field(default_factory=list)


Levels = dict[int, tuple[str, int]]
"""The levels of a list: how they are counted (bullet, decimal, lowerLetter …), and from which number."""


@dataclass(slots=True)
class Content:
    """What one unit holds; all but paragraphs stands in the last unit.

    ``unseen`` are kind and text of what is examined and never written, ``gaps`` number, code and reason of what could
    not be examined, ``lists`` the lists by number.
    """

    body: list[Paragraph] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    section: Section = field(default_factory=Section)
    lists: dict[int, Levels] = field(default_factory=dict)
    unseen: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, int]] = field(default_factory=list)
    gaps: list[tuple[int, str, str]] = field(default_factory=list)

    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield every paragraph, in the order in which a reader meets it."""
        yield from self.body
        for story in self.stories:
            yield from story.paragraphs

    def dumps(self) -> bytes:
        """Return the content as JSON."""
        said = {
            "body": [_said(each) for each in self.body],
            "stories": [[each.kind, each.number, [_said(one) for one in each.paragraphs]] for each in self.stories],
            "section": _said_section(self.section),
            "lists": [[number, sorted(levels.items())] for number, levels in sorted(self.lists.items())],
            "unseen": self.unseen,
            "dropped": self.dropped,
            "gaps": self.gaps,
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    @classmethod
    def loads(cls, data: bytes) -> Content:
        """Return the content that :meth:`dumps` wrote (raises ValueError and the like for anything else)."""
        said: dict[str, Any] = json.loads(data)
        return cls(
            [_paragraph(*each) for each in said["body"]],
            [Story(kind, number, [_paragraph(*one) for one in those]) for kind, number, those in said["stories"]],
            _section(said["section"]),
            {number: {level: (how, start) for level, (how, start) in levels} for number, levels in said["lists"]},
            [(kind, text) for kind, text in said["unseen"]],
            [(what, count) for what, count in said["dropped"]],
            [(number, code, why) for number, code, why in said["gaps"]],
        )


def _said(each: Paragraph) -> list[Any]:
    cell = each.cell
    return [
        each.pieces,
        each.kind,
        each.number,
        each.style,
        each.align,
        each.listed,
        None if cell is None else [cell.table, cell.row, cell.column, cell.span, cell.merged],
        each.label,
        None if each.section is None else _said_section(each.section),
    ]


def _paragraph(
    pieces: list[Any], kind: str, number: int, style: str, align: str, listed: Any, cell: Any, label: str, section: Any
) -> Paragraph:
    return Paragraph(
        [(text, look) for text, look in pieces],
        kind,
        number,
        style,
        align,
        None if listed is None else (listed[0], listed[1]),
        None if cell is None else Place(*cell),
        label,
        None if section is None else _section(section),
    )


def _said_section(section: Section) -> list[Any]:
    return [sorted(section.sizes.items()), section.is_wide, section.has_first, section.references]


def _section(said: list[Any]) -> Section:
    sizes, is_wide, has_first, references = said
    return Section(dict(map(tuple, sizes)), is_wide, has_first, [(kind, pages, at) for kind, pages, at in references])
