r"""The lines of an RTF: characters with the look and the state of their group become pieces, paragraphs and cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.formats.document_content import Levels, Paragraph, Place, Story
from pipeline.formats.document_lines import CONCEALED, DELETED, INSERTED, Gathered, Lines
from pipeline.formats.document_rich_words import LETTERS, STATES
from pipeline.formats.document_word_shared import Field
from pipeline.formats.rtf_text import RtfReader

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF: Final = re.compile("[\ud800-\udfff]")
_HEADING: Final = re.compile(r"heading ([1-9])\b")
_UNREAD: Final = frozenset({"pict", "objdata"})


@dataclass(slots=True)
class State:
    """The state of a group: where its text goes, its look, what is true of it (inserted, deleted, hidden)."""

    sink: str = ""
    """"" for the text of a story, else the name of what its text is gathered for."""
    letters: frozenset[str] = frozenset()
    raised: str = ""
    state: int = 0
    marked: int = 0
    colour: int = 0
    live: str = ""
    said: list[str] = field(default_factory=list)
    begins: str = ""
    """The destination that begins with this very group."""


class RichLines(RtfReader):
    """Reads the characters of an RTF into lines; what a destination is, :mod:`pipeline.formats.document_rich` knows."""

    def __init__(self) -> None:
        super().__init__()
        self.gathered = Gathered()
        self.texts: list[tuple[str, str]] = []
        """Kind and text of properties that are kept."""
        self.sizes: dict[str, int] = {}
        self.is_wide = False
        self.references: list[tuple[str, str, int]] = []
        self.stories: list[Story] = []
        self.left: list[Paragraph] = []
        self.lists: dict[int, Levels] = {}
        self.fields: list[Field] = []
        self.lines = [Lines(self.gathered, "", 0, is_flat=False)]
        self.own = State()
        self.states: list[State] = []
        self.styles: dict[int, str] = {}
        self.hidden_styles: set[int] = set()
        self.colours: list[tuple[int, int, int]] = []
        self.colour = [0, 0, 0]
        self.named: dict[int, int] = {}
        self.in_table = False
        self.table = -1
        self.row = self.column = 0
        self.cell_start = 0
        self.style = 0
        self.property = ""
        self.label = ""
        self.half = ""
        self.is_initial = False
        """Whether what is being read is the letter, set large, with which the next paragraph begins."""

    @property
    def now(self) -> Lines:
        return self.lines[-1]

    # --- text ----------------------------------------------------------------------------

    def emit(self, text: str) -> None:
        text = _CONTROL.sub("", text)
        if not text:
            return
        own = self.own
        if own.sink in _UNREAD:
            return
        if own.sink == "colortbl":
            for _ in range(text.count(";")):
                self.colours.append((self.colour[0], self.colour[1], self.colour[2]))
                self.colour = [0, 0, 0]
        elif own.sink == "stylesheet":
            self.take_style(text)
        elif own.sink:
            own.said.append(text)
        else:
            self.put(self.half + text)

    def put(self, text: str) -> None:
        """Take characters into the line that is being read."""
        self.half = ""
        text = _PAIR.sub(lambda found: found[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self.half = text[:-1], text[-1]
        text = _HALF.sub("\ufffd", text)
        if text:
            own = self.own
            look = own.live or "".join(sorted(own.letters)) + own.raised
            self.now.line.pieces.append(((text, look), self.state_of_text()))

    def state_of_text(self) -> int:
        own = self.own
        is_black = own.marked and self.shade(own.marked) == (0, 0, 0) and self.shade(own.colour) == (0, 0, 0)
        hidden = is_black or (self.style in self.hidden_styles)
        return own.state | (CONCEALED if hidden else 0)

    def shade(self, number: int) -> tuple[int, int, int]:
        return self.colours[number] if 0 <= number < len(self.colours) else (0, 0, 0)

    def take_style(self, text: str) -> None:
        name = text.strip().rstrip(";").lower()
        found = _HEADING.match(name)
        if found:
            self.styles[self.style] = found[1]
        elif name == "title":
            self.styles[self.style] = "title"
        if self.own.state & CONCEALED:
            self.hidden_styles.add(self.style)

    def property_of_text(self, name: str, *, is_on: bool) -> None:
        own = self.own
        if name in STATES:
            own.state = own.state | STATES[name] if is_on else own.state & ~STATES[name]
            if STATES[name] & (INSERTED | DELETED) and is_on:
                self.gathered.dropped["who changed the text, and when"] += 1
            return
        letter = LETTERS[name]
        own.letters = own.letters | {letter} if is_on else own.letters - {letter}

    def plain(self, number: int | None) -> None:
        super().word("plain", number)
        own = self.own
        own.letters, own.raised, own.state, own.marked, own.colour = frozenset(), "", 0, 0, 0

    # --- paragraphs ----------------------------------------------------------------------

    def reset(self, _: int | None) -> None:
        line = self.now.line
        line.style = line.align = ""
        line.listed = None
        self.style = 0
        self.in_table = False if self.now is self.lines[0] else self.in_table

    def end_line(self, _: int | None) -> None:
        if self.own.sink:
            self.own.said.append("\n")
            return
        if self.is_initial:
            self.is_initial = False
            return
        lines = self.now
        lines.cell = self.place() if lines is self.lines[0] else lines.cell
        style, align, listed = lines.line.style, lines.line.align, lines.line.listed
        self.listed(lines)
        lines.line.end = self.own.state & (INSERTED | DELETED)
        lines.flush_paragraph()
        lines.line.style, lines.line.align, lines.line.listed = style, align, listed

    def listed(self, lines: Lines) -> None:
        """Take the label before a paragraph for the way in which its list is counted."""
        label, self.label = self.label, ""
        if lines.line.listed is None and label:
            lines.line.listed = (0, 0)
        if lines.line.listed is not None:
            number, level = lines.line.listed
            at = self.named.setdefault(number, len(self.named))
            how = "decimal" if re.search(r"\w", label) else "bullet"
            self.lists.setdefault(at, {}).setdefault(level, (how, 1))
            lines.line.listed = (at, level)
            if len(re.findall(r"\w", label)) > 4:
                self.gathered.unseen("label of a list", label)

    def place(self) -> Place | None:
        if not self.in_table:
            self.table, self.row, self.column = -1, 0, 0
            return None
        if self.table < 0:
            self.now.flush()
            self.table, self.cell_start = self.gathered.new_table(), len(self.now.made)
        return Place(self.table, self.row, self.column)

    def end_cell(self, _: int | None) -> None:
        lines = self.now
        if lines is not self.lines[0] or self.own.sink:
            self.end_line(None)
            return
        self.in_table = True
        self.end_line(None)
        lines.flush()
        lines.fill_cell(self.cell_start)
        self.column += 1
        self.cell_start = len(lines.made)

    def end_row(self, _: int | None) -> None:
        if self.now is self.lines[0] and self.table >= 0:
            self.row, self.column = self.row + 1, 0
            self.in_table = True

    def begin_row(self, _: int | None) -> None:
        if self.now is self.lines[0]:
            self.in_table = True

    def page(self, _: int | None) -> None:
        if not self.own.sink:
            self.now.line.pieces.append((("\n", "|"), self.state_of_text()))


def whole(text: str) -> str:
    """Return a text whose halves of pairs are put together."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
