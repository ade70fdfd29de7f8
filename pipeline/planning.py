"""Plan: how a file will be handled. Its format, its units, the classes of its columns, what its name gives away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from pipeline.errors import Failure, UnreadableSource
from pipeline.formats import HEAD_SIZE, format_named, format_of
from pipeline.inputs import InputFile
from pipeline.model import Cell, ColumnClass, FileName, Finding, Gap, Role, Segment, Source, Unit
from pipeline.state import State, findings_of
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary

PROFILE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Planned:
    """How a file will be handled: its units, the classes of its columns, what its name holds."""

    source: Source | None
    units: tuple[Unit, ...] = ()
    columns: tuple[ColumnClass, ...] = ()
    name_findings: tuple[Finding, ...] = ()
    gap: Gap | None = None
    name_examined: bool = True


def plan(state: State, file: InputFile) -> Planned:
    """Tell the format of a file, cut it into units, classify its columns and scan its name.

    A file that cannot be read keeps what its name gives away: the name stands in the log.
    """
    named = _scan_name(state, file.name)
    try:
        return replace(_planned(state, file), name_findings=named)
    except UnreadableSource as error:
        return Planned(None, name_findings=named, gap=Gap((), "damaged", error.what, holds=True))
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, the file is held
        why = f"it could not be read ({Failure.of(error).what})"
        return Planned(None, name_findings=named, gap=Gap((), "failed", why, holds=True))


def _planned(state: State, file: InputFile) -> Planned:
    head = file.read(0, HEAD_SIZE)
    if not head:
        return Planned(None, gap=Gap((), "empty", "the file is empty", holds=True))
    kind = format_of(head, PurePosixPath(file.name).name)
    if kind is None:
        return Planned(None, gap=Gap((), "unknown_format", "no format that can be read claims this file", holds=True))
    source = Source(file.name, kind.name, file.size)
    with file.open() as stream:
        units = tuple(kind.units(stream, source))
    columns: tuple[ColumnClass, ...] = ()
    if kind.name == "delimited" and units:
        columns = _columns(state, kind, file, units)
    return Planned(source, units, columns)


def _columns(state: State, kind: Any, file: InputFile, units: Sequence[Unit]) -> tuple[ColumnClass, ...]:
    """Classify the columns of a table from a few units spread over the file."""
    step = max(1, len(units) // max(1, PROFILE_BYTES // max(1, units[0].stop - units[0].start)))
    segments: list[Segment] = []
    for unit in units[::step]:
        segments.extend(kind.read(file.read(unit.start, unit.stop), unit).segments)
    patterns = [each for each in state.recognizers if not each.needs_model]
    classes = profile(_rows(segments, state.markers), _header(segments), patterns, load_vocabulary(state.job.config))
    if not state.job.entities:
        return classes
    wanted = set(state.job.entities)
    return tuple(each for each in classes if each.kind != "entity" or each.entity in wanted)


def header_names(file: InputFile, planned: Planned) -> list[str]:
    """Return the header row of a planned table ([] where it has none)."""
    if not planned.units or planned.source is None:
        return []
    first = planned.units[0]
    reading = format_named(planned.source.format).read(file.read(first.start, first.stop), first)
    return _header(reading.segments) or []


def _rows(segments: Iterable[Segment], markers: tuple[str, ...]) -> list[list[str]]:
    """Return the data rows of a table's segments; empty cells are "", our own markers count as empty."""
    rows: dict[int, dict[int, str]] = {}
    for segment in segments:
        cell = segment.address[-1]
        if isinstance(cell, Cell) and cell.row >= 0 and segment.text not in markers:
            rows.setdefault(cell.row, {})[cell.column] = segment.text
    width = max((max(row) + 1 for row in rows.values()), default=0)
    return [[row.get(column, "") for column in range(width)] for _, row in sorted(rows.items())]


def _header(segments: Iterable[Segment]) -> list[str] | None:
    names = {
        segment.address[-1].column: segment.text
        for segment in segments
        if isinstance(segment.address[-1], Cell) and segment.address[-1].row < 0
    }
    return [names.get(column, "") for column in range(max(names) + 1)] if names else None


def _scan_name(state: State, name: str) -> tuple[Finding, ...]:
    """Find what the path of a file gives away; ``_`` and ``-`` count as spaces, spans stay as they are."""
    text = name.translate({ord("_"): " ", ord("-"): " "})
    segments = [
        Segment(each, (FileName(),), record=name, role=Role.NAME)
        for each in dict.fromkeys((text, name))
        if any(c.isalnum() for c in each)
    ]
    found = {(each.start, each.end, each.entity): each for each in findings_of(state, segments, {})}
    return tuple(found.values())
