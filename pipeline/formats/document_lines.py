"""Lines of a document on their way to paragraphs: each piece with its state (inserted, deleted, hidden).

Tracked changes are read from both sides: a paragraph says what it says with all changes accepted, and where that
differs, what it said before stands behind it. So does the paragraph with its hidden text. DOCX, ODT and RTF share it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.formats.document_content import (
    ASIDES,
    BEFORE,
    HIDDEN,
    LINK,
    STORIES,
    WITHHELD,
    Paragraph,
    Piece,
    Place,
    Section,
)
from pipeline.formats.document_frame import ASIDE_STYLE
from pipeline.texts.markers import WITHHELD_PART

INSERTED: Final = 1
DELETED: Final = 2
CONCEALED: Final = 4
NO_FRAME: Final = "the frame of a table inside a table, a note or a header (its text is in the copy)"
UNHIDDEN: Final = "the hiding of text, which is visible in the copy"


@dataclass(slots=True)
class Line:
    """A paragraph as it is stored: its pieces with their state, its look, the state of its end, what stands beside it.

    ``name`` is the identifier of its style, by which paragraphs of our own copies are told.
    """

    pieces: list[tuple[Piece, int]] = field(default_factory=list)
    end: int = 0
    name: str = ""
    style: str = ""
    align: str = ""
    listed: tuple[int, int] | None = None
    asides: list[tuple[str, str]] = field(default_factory=list)
    stories: list[list[Paragraph]] = field(default_factory=list)
    section: Section | None = None


class Gathered:
    """What is gathered while a document is read: counts, gaps, texts that are examined and not written, stories."""

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self.gaps: list[tuple[int, str, str]] = []
        self.unseen_texts: dict[tuple[str, str], None] = {}
        self.stories: dict[tuple[str, str], int] = {}
        """Number of each story by its kind and its part or identifier."""
        self._counts: Counter[str] = Counter()
        self._tables = 0
        self._aside: tuple[str, int] = ("", 0)

    def count(self, kind: str) -> int:
        """Return the next number of a kind, from 0."""
        self._counts[kind] += 1
        return self._counts[kind] - 1

    def new_table(self) -> int:
        """Return the number of a table, from 0."""
        self._tables += 1
        return self._tables - 1

    def unseen(self, kind: str, text: str) -> None:
        """Note a text that is examined and never written."""
        if text.strip():
            self.unseen_texts.setdefault((kind, text))

    def story(self, kind: str, key: str) -> int:
        """Return the number of a story, which is read when the text has been read."""
        if (kind, key) not in self.stories:
            self.stories[kind, key] = self.count(kind)
        return self.stories[kind, key]

    def referenced(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Return pieces whose references to notes have the numbers of the notes."""
        made: list[Piece] = []
        for text, look in pieces:
            if look.startswith("@"):
                kind, _, identity = look[1:].partition(" ")
                made.append((text, f"@{kind} {self.story(kind, identity)}"))
            else:
                made.append((text, look))
        return made

    def own(self, made: Paragraph, style: str) -> Paragraph:
        """Return a paragraph of one of our copies as what it is: the kind that stands before it taken off."""
        before, self._aside = self._aside, ("", 0)
        if style != ASIDE_STYLE or made.kind not in {"", *STORIES}:
            return made
        text = made.text
        kind = next((each for each in ASIDES if text.startswith(f"[{each}] ")), "")
        if text == WITHHELD_PART:
            made.kind, made.number = WITHHELD, self.count(WITHHELD)
        elif kind:
            left = len(kind) + 3
            made.kind, made.number = kind, self.count(kind)
            for at, (piece, look) in enumerate(made.pieces):
                made.pieces[at] = (piece[left:], look)
                left = max(left - len(piece), 0)
            made.pieces = [each for each in made.pieces if each[0] or each[1].startswith("@")]
        elif before[0]:
            made.kind, made.number = before
        else:
            return made
        self._aside = (made.kind, made.number)
        return made


class Lines:
    """Makes paragraphs of lines; ``is_flat`` where tables become lines of text (headers, notes, boxes)."""

    def __init__(self, gathered: Gathered, kind: str, number: int, *, is_flat: bool) -> None:
        self.gathered, self.kind, self.number, self.is_flat = gathered, kind, number, is_flat
        self.made: list[Paragraph] = []
        self.line = Line()
        self.cell: Place | None = None
        self.state = 0
        self._group: list[Line] = []

    def unread(self, code: str, why: str) -> None:
        """Note that something in this line is not examined; the same is told once a paragraph."""
        self.line.asides.append((WITHHELD, f"{code}: {why}"))

    def flush_paragraph(self) -> None:
        """End a line; a tracked end ties it to the next one."""
        line, self.line = self.line, Line()
        self._group.append(line)
        if not line.end:
            self.flush()

    def flush_asides(self) -> None:
        """Make paragraphs of what stands beside a line without text."""
        line, self.line = self.line, Line()
        self._asides([line], "")

    def fill_cell(self, start: int) -> None:
        """See that a cell has a paragraph among those from ``start`` on, as each cell of a table must."""
        if all(each.kind for each in self.made[start:]):
            self.made.insert(start, Paragraph(cell=self.cell))

    def flush(self) -> None:
        """Make paragraphs of the lines that tracked ends tie together."""
        group, self._group = self._group, []
        if not group:
            return
        pieces: list[Piece] = []
        shown: list[Paragraph] = []
        is_changed = is_hidden = had = False
        for line in group:
            pieces += [piece for piece, state in line.pieces if not state & (DELETED | CONCEALED)]
            had = had or bool(line.pieces)
            is_changed = is_changed or bool(line.end) or any(state & (INSERTED | DELETED) for _, state in line.pieces)
            is_hidden = is_hidden or any(state & CONCEALED and not state & DELETED for _, state in line.pieces)
            if line.end & DELETED and line is not group[-1]:
                continue
            if pieces or not had or line.section is not None:
                shown.append(self._made(line, pieces))
            pieces, had = [], False
        self.made += shown
        said = "\n".join(each.text for each in shown)
        if is_changed:
            before = _joined(group, INSERTED, lambda state: bool(state & DELETED) or not state & INSERTED)
            self._aside(BEFORE, before, said)
        if is_hidden:
            self.gathered.dropped[UNHIDDEN] += 1
            self._aside(HIDDEN, _joined(group, DELETED, lambda state: not state & DELETED), said)
        self._asides(group, said)

    def _aside(self, kind: str, text: str, said: str) -> None:
        if text.strip() and text != said:
            self._add(kind, text)

    def _asides(self, group: Sequence[Line], said: str) -> None:
        texts = list(dict.fromkeys(each for line in group for each in line.asides))
        for kind, text in texts:
            if kind != LINK or text.strip() not in said:  # a link that is written out is examined where it stands
                self._add(kind, text)
        for line in group:
            for each in line.stories:
                self.made += each

    def _add(self, kind: str, text: str) -> None:
        number = self.gathered.count(kind)
        if kind == WITHHELD:
            code, _, why = text.partition(": ")
            self.gathered.gaps.append((number, code, why))
            text = ""
        self.made.append(Paragraph([(text, "")] if text else [], kind, number, cell=self.cell))

    def _made(self, line: Line, pieces: list[Piece]) -> Paragraph:
        made = Paragraph(
            _merged(self.gathered.referenced(pieces)),
            self.kind,
            self.number,
            line.style,
            line.align,
            line.listed,
            self.cell,
            section=line.section,
        )
        return self.gathered.own(made, line.name)


def _joined(group: Sequence[Line], left_out: int, stands: Callable[[int], bool]) -> str:
    """Return what lines say of the pieces that stand; a line ends where its end is not among those left out."""
    text = ""
    for line in group:
        text += "".join(piece[0] for piece, state in line.pieces if stands(state))
        text += "" if line.end & left_out else "\n"
    return text.removesuffix("\n")


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    made: list[Piece] = []
    for text, look in pieces:
        if made and made[-1][1] == look and look[:1] not in {"@", "|"}:
            made[-1] = (made[-1][0] + text, look)
        else:
            made.append((text, look))
    return made
