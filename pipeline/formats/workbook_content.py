"""What a unit of a workbook holds, in the form in which it is kept, edited and handed on to be written.

A unit is some rows of one sheet, or (the last one) what stands beside the cells. The same form, as JSON behind a
mark, is the part that a unit's copy is until the parts are assembled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.formats.cell_columns import named_down, seams_down
from pipeline.formats.cell_seams import SEAM, SEAM_DOWN, Piece, Seam, edits_of_cells, may_have_seams, seams_of
from pipeline.formats.encoding import readable
from pipeline.formats.table_labels import Beside, is_name
from pipeline.formats.text_pieces import merged, text_after
from pipeline.formats.workbook_numbers import shown
from pipeline.model import (
    Address,
    Attribute,
    Dropped,
    Edit,
    Gap,
    Reading,
    Role,
    Segment,
    SheetCell,
    SpanError,
    Unit,
)

PART: Final = b"WORKBOOK PART\n"
FORMULA: Final = "formula"
"""The kind of note that is examined and never written."""
SMALL_FORM: Final = 200
"""Up to this many rows a sheet without header is one record: a form, whose rows belong together."""
BESIDE_TITLES: Final = ("Where it stood", "What it says")
"""The header of the sheet on which a copy has what stood beside the cells."""
_LABEL: Final = 40
_DIALLED: Final = 10
_MILLION: Final = 1_000_000


@dataclass(slots=True)
class SheetFacts:
    """What a copy of a sheet needs beside its cells: name, header row (-1: none), widths, frozen rows and columns."""

    number: int
    name: str
    header: int = -1
    widths: dict[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Stored:
    """A cell: column from 0, kind (``s`` text, ``n`` number, ``b`` truth), value, number format, notes by kind."""

    column: int
    kind: str
    value: str | float | bool
    code: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the cell says."""
        if self.kind == "b":
            return "TRUE" if self.value else "FALSE"
        return shown(float(self.value), self.code) if self.kind == "n" else str(self.value)


Row = tuple[int, list[Stored]]


@dataclass(slots=True)
class Content:
    """What one unit holds. ``facts`` stand in the first unit of a sheet; ``texts`` are kind and text beside cells."""

    rows: list[Row] = field(default_factory=list)
    facts: SheetFacts | None = None
    texts: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, int]] = field(default_factory=list)
    gaps: list[tuple[str, str]] = field(default_factory=list)

    def dumps(self) -> bytes:
        """Return the content as JSON."""
        facts = self.facts
        said = {
            "facts": None
            if facts is None
            else [facts.number, facts.name, facts.header, sorted(facts.widths.items()), facts.frozen],
            "rows": [
                [row, [[each.column, each.kind, each.value, each.code, each.notes] for each in cells]]
                for row, cells in self.rows
            ],
            "texts": self.texts,
            "dropped": self.dropped,
            "gaps": self.gaps,
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    @classmethod
    def loads(cls, data: bytes) -> Content:
        """Return the content that :meth:`dumps` wrote (raises ValueError and the like for anything else)."""
        said: dict[str, Any] = json.loads(data)
        facts = None
        if said["facts"]:
            number, name, header, widths, frozen = said["facts"]
            facts = SheetFacts(number, name, header, dict(map(tuple, widths)), (frozen[0], frozen[1]))
        rows = [(row, [_stored(*each) for each in cells]) for row, cells in said["rows"]]
        return cls(rows, facts, _pairs(said["texts"]), _pairs(said["dropped"]), _pairs(said["gaps"]))


def _stored(column: int, kind: str, value: str | float | bool, code: str, notes: list[list[str]]) -> Stored:
    return Stored(column, kind, value, code, _pairs(notes))


def _pairs(said: list[list[Any]]) -> list[tuple[Any, Any]]:
    return [(one, other) for one, other in said]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands: its sheet from 1 (0: beside the cells), first column, header row, the names in it."""

    sheet: int
    first: int
    header: int
    names: tuple[str, ...]
    is_form: bool

    @property
    def is_beside(self) -> bool:
        """Whether it is the sheet of a copy on which what stood beside the cells is listed: no table, but texts."""
        return self.names == BESIDE_TITLES

    @classmethod
    def of(cls, unit: Unit) -> Place:
        """Return the place that a unit's context names."""
        about = unit.context
        names = tuple(json.loads(about["header"]))
        return cls(int(about["sheet"]), int(about["first_column"]), int(about["titles"]), names, about["form"] == "1")

    def cell(self, row: int, column: int) -> SheetCell:
        """Return the step of an address for a cell, row and column from 0 in its sheet."""
        return SheetCell(row if row > self.header else -1 - row, self.first + column, self.sheet, self.first)


def reading_of(content: Content, unit: Unit) -> Reading:
    """Return the segments of a unit's content, and what is left out."""
    place, path = Place.of(unit), unit.source.path
    here: Address = (Attribute("sheet", place.sheet - 1),) if place.sheet else ()
    return Reading(
        tuple(_segments(content, place, path)),
        tuple(Gap(here, code, why) for code, why in content.gaps),
        tuple(Dropped(here, what, count) for what, count in content.dropped),
    )


def _segments(content: Content, place: Place, path: str) -> Iterator[Segment]:
    if content.facts is not None:
        address: Address = (Attribute("name of sheet", place.sheet - 1),)
        yield Segment(readable(content.facts.name), address, "", path, "", Role.ATTRIBUTE)
    for number, (kind, text) in enumerate(content.texts):
        yield Segment(readable(text), (Attribute(kind, number),), "", path, "", Role.TEXT)
    beside = Beside()
    for row, cells in content.rows:
        record = _record(place, path, row)
        before = ""
        texts = [readable(each.text) for each in cells]
        for each, text in zip(cells, texts, strict=True):
            step = place.cell(row, each.column)
            label = _label(place, row, each.column, before)
            if place.header < 0 and len(text) == _DIALLED and text.isdecimal() and not is_name(label):
                label = ""  # what stands on its left says nothing of a number that could be one for the telephone
            if text:
                yield Segment(text, (step,), label, record, "", Role.TEXT if place.is_beside else Role.CELL)
            for number, (kind, note) in enumerate(each.notes):
                yield Segment(readable(note), (step, Attribute(kind, number)), label, record, "", Role.ATTRIBUTE)
            before = text if each.kind == "s" else ""
        for number, (seam, steps) in enumerate(_seams(place, row, cells, texts, beside)):
            address = (steps[seam.pieces[0].cell], Attribute(SEAM, number))
            yield Segment(seam.text, address, seam.label, record, "", Role.ATTRIBUTE)
    for number, (seam, places) in enumerate(_seams_down(content)):
        row, column = places[seam.pieces[0].cell]
        address = (place.cell(row, column), Attribute(SEAM_DOWN, number))
        yield Segment(seam.text, address, seam.label, _record(place, path, row), "", Role.ATTRIBUTE)


def _seams_down(content: Content) -> list[tuple[Seam, list[tuple[int, int]]]]:
    """Return the numbers that are cut over cells below one another; what a cell holds as a number is one by itself.

    Unless a cell above or beside it names a number of a person, of which it may be a group.
    """
    texts = [
        (row, {each.column: readable(each.text) for each in cells if each.kind == "s" and each.text.strip()})
        for row, cells in content.rows
    ]
    groups = [
        (row, own | {each.column: text for each in cells if each.kind == "n" and (text := _group(each))})
        for (row, own), (_, cells) in zip(texts, content.rows, strict=True)
    ]
    return [*seams_down(texts), *named_down(groups)]


def _group(cell: Stored) -> str:
    """Return what a number says that may be a group of a longer one: a whole one below a million; "" for any other."""
    value = float(cell.value)
    if not (0 <= value < _MILLION and value.is_integer()):
        return ""
    return cell.text if cell.code else str(int(value))


def _seams(
    place: Place, row: int, cells: Sequence[Stored], texts: Sequence[str], beside: Beside
) -> Iterator[tuple[Seam, list[SheetCell]]]:
    """Yield the numbers that are cut over cells of a row, each with the steps of the addresses of all its cells.

    Also those that a cell beside or above them names and their column does not: what is a table of its own below the
    one whose header the sheet has, or a form beside it, has the names of neither.
    """
    columns = [each.column for each in cells]
    named = list(beside.take(row, columns, texts)) if row > place.header else []
    may_join = may_have_seams(texts)
    if not named and not may_join:
        return
    labels = [_label(place, row, each.column, "") for each in cells]
    steps = [place.cell(row, each.column) for each in cells]
    made = seams_of(texts, labels) if may_join else []
    if may_join and any(labels):
        taken = {piece.cell for seam in made for piece in seam.pieces}
        more = seams_of(texts, [""] * len(texts))
        made += [each for each in more if taken.isdisjoint(piece.cell for piece in each.pieces)]
    if may_join and not made and row > place.header:  # below a cell of another table that is joined over several
        made = seams_of(texts, beside.heads(columns))
    for at, label in named:
        before = texts[at - 1] if at and cells[at - 1].kind == "s" else ""
        if label != _label(place, row, cells[at].column, before):
            made.append(Seam(texts[at], label, (Piece(at, 0, texts[at], 0),)))
    for seam in made:
        yield seam, steps


def _record(place: Place, path: str, row: int) -> str:
    if place.is_beside:
        return path  # as the texts beside the cells were, before they were listed
    if row <= place.header:
        return f"{path}#sheet{place.sheet}header"
    return f"{path}#sheet{place.sheet}" + ("" if place.is_form else f"row{row + 1}")


def _label(place: Place, row: int, column: int, before: str) -> str:
    """Return the name of a cell's column; without a header row a short text on its left is its label."""
    if place.is_beside:
        return ""
    if place.header >= 0:
        return readable(place.names[column]) if row > place.header and column < len(place.names) else ""
    is_label = before and len(before) <= _LABEL and not any(each.isdigit() for each in before)
    return before.rstrip(": ") if is_label else ""


def edited(content: Content, unit: Unit, edits: Sequence[Edit]) -> Content:
    """Return the content after edits, without what no copy holds: what is left out, and formulas.

    Raises:
        SpanError: an edit does not fit its text, or there is no such text.
    """
    place = Place.of(unit)
    wanted: dict[Address, list[Edit]] = {}
    for each in edits:
        wanted.setdefault(each.address, []).append(each)
    facts = content.facts
    if facts is not None:
        own = wanted.pop((Attribute("name of sheet", place.sheet - 1),), None)
        facts.name = text_after(readable(facts.name), own) if own else facts.name
    for number, (kind, text) in enumerate(content.texts):
        own = wanted.pop((Attribute(kind, number),), None)
        if own:
            content.texts[number] = (kind, text_after(readable(text), own))
    down = _joined_down(place, content, wanted) if wanted else set()
    beside = Beside()
    for row, cells in content.rows:
        joined = down | _joined(place, row, cells, wanted, beside) if wanted else set()
        for cell in cells:
            step = place.cell(row, cell.column)
            own = wanted.pop((step,), None) if wanted else None
            if own:
                own = merged(own) if (step,) in joined else own
                cell.kind, cell.value = "s", text_after(readable(cell.text), own)
                cell.code = ""
            if cell.notes:
                cell.notes = list(_notes(cell, step, wanted))
    if wanted:
        raise SpanError(f"{unit.key}: an edit in a text that this unit does not hold")
    return Content(content.rows, facts, content.texts)


def _joined_down(place: Place, content: Content, wanted: dict[Address, list[Edit]]) -> set[Address]:
    """Take the edits of numbers over cells below one another as what they are to the cells; return the cells."""
    joined: set[Address] = set()
    for number, (seam, places) in enumerate(_seams_down(content)):
        steps = [place.cell(row, column) for row, column in places]
        address = (steps[seam.pieces[0].cell], Attribute(SEAM_DOWN, number))
        joined |= edits_of_cells(seam, address, [(each,) for each in steps], wanted)
    return joined


def _joined(
    place: Place, row: int, cells: Sequence[Stored], wanted: dict[Address, list[Edit]], beside: Beside
) -> set[Address]:
    """Take the edits of numbers over cells as what they are to the cells; return the cells."""
    joined: set[Address] = set()
    texts = [readable(each.text) for each in cells]
    for number, (seam, steps) in enumerate(_seams(place, row, cells, texts, beside)):
        address = (steps[seam.pieces[0].cell], Attribute(SEAM, number))
        joined |= edits_of_cells(seam, address, [(each,) for each in steps], wanted)
    return joined


def _notes(cell: Stored, step: SheetCell, wanted: dict[Address, list[Edit]]) -> Iterator[tuple[str, str]]:
    for number, (kind, text) in enumerate(cell.notes):
        own = wanted.pop((step, Attribute(kind, number)), None)
        after = text_after(readable(text), own) if own else text
        if kind != FORMULA:
            yield kind, after
