"""A record as the desk shows it: its parts in order, findings in their place, and what the copy will show.

Everything is text: markup, links and scripts of a record are told as the text that was examined, and nothing of it
is ever part of a page's own markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.apply import edits_of
from pipeline.formats.text_pieces import text_after
from pipeline.model import Action, Address, Cell, Decision, Field, FileName, Finding, Header, Part, Segment, words
from pipeline.policy.schema import Policy
from pipeline.review.ledger import Item
from pipeline.texts.markers import REDACTED

ROWS: Final = 50
"""Rows of a table on one page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text, and the finding that it is (None between findings)."""

    text: str
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a record: where, what it is called, its pieces, what the copy shows, its number in reading order."""

    place: str
    label: str
    pieces: tuple[Piece, ...]
    after: str
    number: int = -1

    @property
    def is_changed(self) -> bool:
        """Whether the copy shows something else."""
        return "".join(each.text for each in self.pieces) != self.after


@dataclass(slots=True)
class Section:
    """A part of a record: headers, running text, or a table with its rows in a window."""

    title: str
    kind: str
    passages: list[Passage] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    header: dict[int, list[Passage]] = field(default_factory=dict)
    rows: list[tuple[int, dict[int, list[Passage]]]] = field(default_factory=list)
    count: int = 0


def sections(
    segments: Sequence[Segment], items: Sequence[Item], policy: Policy, numbers: Mapping[Address, int] | None = None
) -> list[Section]:  # fmt: skip
    """Return a record in its parts.

    Args:
        segments: its texts, as they were read.
        items: its findings.
        policy: says what stands where something is withheld.
        numbers: the number of each text in its whole record; None where these are all of its texts.
    """
    by_place: dict[str, list[Item]] = {}
    for each in items:
        by_place.setdefault(each.place, []).append(each)
    parts: dict[tuple[str, str], list[Segment]] = {}
    if numbers is None:
        numbers = {each.address: number for number, each in enumerate(segments)}
    for segment in segments:
        parts.setdefault(_part_of(segment.address), []).append(segment)
    made = []
    for (title, kind), own in parts.items():
        if kind == "table":
            made.append(_table(title, own, _Shown(by_place, policy, numbers)))
        else:
            shown = _Shown(by_place, policy, numbers)
            told = [shown.passage(each) for each in own]
            made.append(Section(title, kind, told))
    return made


def passage(segment: Segment, items: Sequence[Item], policy: Policy) -> Passage:
    """Return a text with its findings in place."""
    pieces, at = [], 0
    for item in sorted(items, key=lambda each: (each.start, each.stop)):
        if item.start < at or item.stop > len(segment.text):
            continue  # within another, or the text is shorter than it was: the list beside the text still has it
        pieces += [Piece(segment.text[at : item.start]), Piece(segment.text[item.start : item.stop], item)]
        at = item.stop
    pieces.append(Piece(segment.text[at:]))
    return Passage(
        words(segment.address),
        _label(segment),
        tuple(each for each in pieces if each.text),
        _after(segment, items, policy),
    )


def _after(segment: Segment, items: Sequence[Item], policy: Policy) -> str:
    decisions = [
        _decision(each, segment, policy) for each in items if each.start >= 0 and each.stop <= len(segment.text)
    ]
    return text_after(segment.text, edits_of(decisions, {segment.address: segment.text}))


def _decision(item: Item, segment: Segment, policy: Policy) -> Decision:
    finding = Finding(item.entity, item.start, item.stop, segment.address, segment.record, item.score, "", "")
    rule = policy.rule(item.rule)
    return Decision(finding, Action(item.outcome), item.rule, marker=rule.marker if rule else REDACTED)


def _part_of(address: Address) -> tuple[str, str]:
    """Return the title of the part that a text stands in, and its kind."""
    before: list[str] = []
    for step in address:
        if isinstance(step, Part):
            before.append(step.words())
            continue
        where = ", ".join(before)
        if isinstance(step, Header):
            return (f"{where}: headers" if where else "Headers"), "headers"
        if isinstance(step, Cell | Field):
            return (f"{where}: table" if where else "Table"), "table" if isinstance(step, Cell) else "text"
        return where or ("File name" if isinstance(step, FileName) else "Text"), "text"
    return ", ".join(before) or "Text", "text"


def _label(segment: Segment) -> str:
    last = segment.address[-1] if segment.address else None
    if isinstance(last, Header):
        return last.name
    if isinstance(last, FileName):
        return "Name of the attachment" if len(segment.address) > 1 else "Name of the file"
    return segment.label


@dataclass(frozen=True, slots=True)
class _Shown:
    """How the texts of a record are shown: with which findings, under which policy, with which numbers."""

    by_place: Mapping[str, Sequence[Item]]
    policy: Policy
    numbers: Mapping[Address, int]

    def passage(self, segment: Segment) -> Passage:
        told = passage(segment, self.by_place.get(words(segment.address), ()), self.policy)
        return replace(told, number=self.numbers.get(segment.address, -1))

    def cells(self, cells: Mapping[int, Sequence[Segment]]) -> dict[int, list[Passage]]:
        return {column: [self.passage(each) for each in texts] for column, texts in cells.items()}


def _table(title: str, own: Sequence[Segment], shown: _Shown) -> Section:
    rows: dict[int, dict[int, list[Segment]]] = {}
    for segment in own:
        cell = next(each for each in segment.address if isinstance(each, Cell))
        rows.setdefault(cell.row, {}).setdefault(cell.column, []).append(segment)
    numbers = sorted(row for row in rows if row >= 0)
    return Section(
        title, "table", columns=sorted({column for cells in rows.values() for column in cells}),
        header=shown.cells(rows.get(-1, {})),
        rows=[(row, shown.cells(rows[row])) for row in numbers],
        count=len(numbers),
    )  # fmt: skip
