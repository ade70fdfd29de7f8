"""Numbers of a document that are cut over neighbouring cells, over text boxes, or over a border of passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.formats.cell_columns import named_down
from pipeline.formats.cell_seams import SEAM, Seam, seams_of
from pipeline.formats.document_content import BOX, Paragraph
from pipeline.model import Address, Attribute, Edit


@dataclass(frozen=True, slots=True)
class Placed:
    """A seam of a document: its address, and the address of each of its cells (or boxes, or passages)."""

    address: Address
    seam: Seam
    cells: tuple[Address, ...]

    def edits_of(self, edit: Edit) -> Iterator[Edit]:
        """Yield what an edit of this text is to the texts that it is joined of."""
        for cell, start, end in self.seam.edits_of(edit):
            yield Edit(self.cells[cell], start, end, edit.replacement)


def by_address(paragraphs: Iterable[Paragraph]) -> dict[Address, list[Paragraph]]:
    """Return the paragraphs of each text, in reading order."""
    found: dict[Address, list[Paragraph]] = {}
    for each in paragraphs:
        found.setdefault(each.address, []).append(each)
    return found


def placed_seams(texts: Mapping[Address, Sequence[Paragraph]]) -> list[Placed]:
    """Return the seams of a document's texts, given by address in reading order."""
    made: list[Placed] = []
    known: set[tuple[tuple[Address, int], ...]] = set()
    counts: dict[Address, int] = {}
    for seam, addresses in _seams(texts):
        places = tuple((addresses[each.cell], each.at) for each in seam.pieces)
        if places in known:
            continue
        known.add(places)
        first = places[0][0]
        number = counts.get(first, 0)
        counts[first] = number + 1
        made.append(Placed((*first, Attribute(SEAM, number)), seam, tuple(addresses)))
    return made


def _seams(texts: Mapping[Address, Sequence[Paragraph]]) -> Iterator[tuple[Seam, Sequence[Address]]]:
    """Yield the seams of texts that stand side by side or below one another, with the addresses of their cells."""
    for addresses, labels in _sequences(texts):
        said = ["\n".join(each.text for each in texts[address]) for address in addresses]
        yield from ((seam, addresses) for seam in seams_of(said, labels))
    tables: dict[int, dict[int, dict[int, Address]]] = {}
    for address, those in texts.items():
        place = those[0].cell
        if place is not None and not those[0].kind:
            tables.setdefault(place.table, {}).setdefault(place.row, {})[place.column] = address
    for table in tables.values():
        said_in = {
            row: {column: "\n".join(each.text for each in texts[address]) for column, address in own.items()}
            for row, own in table.items()
        }
        for seam, places in named_down(sorted(said_in.items())):
            yield seam, [table[row][column] for row, column in places]


def _sequences(
    texts: Mapping[Address, Sequence[Paragraph]],
) -> Iterator[tuple[Sequence[Address], Sequence[str] | None]]:
    """Yield texts that stand side by side, with their labels where they are cells of a row."""
    rows: dict[tuple[int, int], list[tuple[int, Address]]] = {}
    columns: dict[tuple[int, int], list[tuple[int, Address]]] = {}
    running: list[Address] = []
    boxes: list[Address] = []
    for address, those in texts.items():
        first = those[0]
        if not any(each.text.strip() for each in those):
            continue
        if first.kind == BOX:
            boxes.append(address)
            running.append(address)
        elif not first.kind and first.cell is not None:
            place = first.cell
            rows.setdefault((place.table, place.row), []).append((place.column, address))
            columns.setdefault((place.table, place.column), []).append((place.row, address))
        elif not first.kind:
            running.append(address)
    for row in rows.values():
        own = _in_order(row)
        yield own, [texts[address][0].label for address in own]
    for column in columns.values():
        yield _in_order(column), None
    blocks = [address for address in running if texts[address][0].kind != BOX]
    for sequence in (running, boxes, blocks):
        for pair in pairwise(sequence):
            yield pair, None


def _in_order(cells: Iterable[tuple[int, Address]]) -> list[Address]:
    return [address for _, address in sorted(cells, key=lambda each: each[0])]
