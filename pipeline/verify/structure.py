"""Whole columns are checked by their shape: every cell of a withheld column holds its marker and nothing else."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from pipeline.model import Address, Cell, Segment


def column_structure(
    segments: Iterable[Segment], markers: Mapping[int, Container[str]], released: Container[Address] = frozenset()
) -> list[Address]:
    """Return the cells of withheld columns that hold something else than a marker.

    Args:
        segments: the copy of a table as it is read again.
        markers: for each column that is withheld whole, by its number from 0, the texts that may stand in it.
        released: addresses of the cells that a decision releases from such a column.

    Returns:
        The addresses of the cells that fail, in reading order; empty cells and the header row are no failure.
    """
    wrong = []
    for segment in segments:
        cell = segment.address[-1] if segment.address else None
        if not isinstance(cell, Cell) or cell.row < 0 or cell.column not in markers:
            continue
        text = segment.text.strip()
        if text and text not in markers[cell.column] and segment.address not in released:
            wrong.append(segment.address)
    return wrong
