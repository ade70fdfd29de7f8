"""Plan: how a file will be handled. Its format, its units, the classes of its columns, what its name gives away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from pipeline.errors import Failure, UnreadableSource
from pipeline.formats import HEAD_SIZE, format_of
from pipeline.formats.naming import disagreement, unread_kind
from pipeline.inputs import InputFile
from pipeline.model import ColumnClass, FileName, Finding, Gap, Role, Segment, Source, Unit
from pipeline.state import State, closed_places_of, findings_of
from pipeline.tables.distribution_list import distribution_list
from pipeline.tables.places import with_closed_places
from pipeline.tables.profile import SAMPLE_ROWS, profile
from pipeline.tables.vocabulary import load_vocabulary

PROFILE_UNITS = 8


@dataclass(frozen=True, slots=True)
class Planned:
    """How a file will be handled: its units, the classes of its columns, what its name holds.

    ``hold`` says why the file is the officer's to clear although it can be read (a distribution list), ``notes``
    what the report says of it beside (a name that does not fit the content).
    """

    source: Source | None
    units: tuple[Unit, ...] = ()
    columns: tuple[ColumnClass, ...] = ()
    name_findings: tuple[Finding, ...] = ()
    gap: Gap | None = None
    name_examined: bool = True
    hold: str = ""
    notes: tuple[str, ...] = ()


def plan(state: State, file: InputFile) -> Planned:
    """Tell the format of a file, cut it into units, classify its columns and scan its name.

    A file that cannot be read keeps what its name gives away: the name stands in the log.
    """
    named, notes = _scan_name(state, file.name), _notes(file)
    try:
        return replace(_planned(state, file), name_findings=named, notes=notes)
    except UnreadableSource as error:
        return Planned(None, name_findings=named, gap=Gap((), "damaged", error.what, holds=True), notes=notes)
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, the file is held
        why = f"it could not be read ({Failure.of(error).what})"
        return Planned(None, name_findings=named, gap=Gap((), "failed", why, holds=True), notes=notes)


def _notes(file: InputFile) -> tuple[str, ...]:
    """Return what the report says of a file: what intake says, and where its name and its content disagree."""
    name = PurePosixPath(file.inner_name).name
    try:
        head = file.read(0, HEAD_SIZE)
        kind = format_of(head, name)
    except Exception:  # noqa: BLE001 - whoever reads the file meets it too, and holds it under its examined name
        return file.notes
    told = disagreement(head, name, "" if kind is None else kind.name)
    return (*file.notes, told) if told else file.notes


def _planned(state: State, file: InputFile) -> Planned:
    head = file.read(0, HEAD_SIZE)
    if not head:
        return Planned(None, gap=Gap((), "empty", "the file is empty", holds=True))
    kind = format_of(head, PurePosixPath(file.inner_name).name)
    if kind is None:
        return Planned(None, gap=Gap((), "unknown_format", unread_kind(head), holds=True))
    source = Source(file.name, kind.name, file.size)
    with file.open() as stream:
        units = tuple(kind.units(stream, source))
    if not hasattr(kind, "table") or not units or units[0].context.get("single") == "1":
        return Planned(source, units)
    columns, hold = _columns(state, kind, file, units)
    return Planned(source, units, columns, hold=hold)


def _columns(state: State, kind: Any, file: InputFile, units: Sequence[Unit]) -> tuple[tuple[ColumnClass, ...], str]:
    """Classify the columns of a table from a few units spread over the file, as they are pinned.

    Returns:
        The classes, and why the table may be a distribution list that nobody has cleared ("": it is none).
    """
    patterns = [each for each in state.recognizers if not each.needs_model]
    vocabulary = load_vocabulary(state.job.config)
    cleared = state.pins.clears_distribution_list(file.name)
    found: list[ColumnClass] = []
    hold = ""
    for own in _tables(units):
        header, first = _header_of(own[0]), int(own[0].context.get("first_column", "0"))
        rows = list(_sample(kind, file, own, state.markers))
        found_out = with_closed_places(
            profile(rows, header or None, patterns, vocabulary), closed_places_of(state, file.name)
        )
        classes = state.pins.laid_on(file.name, header, found_out)
        if state.job.overrides is not None:
            classes = state.job.overrides.pinned(file.name, classes, first)
        if not cleared and len(rows) >= 3:
            hold = hold or distribution_list(classes, header, vocabulary)
        found += [replace(each, index=first + each.index) for each in classes] if first else classes
    if state.job.entities:
        found = [each for each in found if each.kind != "entity" or each.entity in state.job.entities]
    return tuple(found), hold


def _tables(units: Sequence[Unit]) -> list[list[Unit]]:
    """Return the units of each table of a file: most have one, a workbook has one a sheet ("0" is no table)."""
    tables: dict[str, list[Unit]] = {}
    for unit in units:
        tables.setdefault(unit.context.get("table", ""), []).append(unit)
    tables.pop("0", None)
    return list(tables.values())


def _sample(kind: Any, file: InputFile, units: Sequence[Unit], markers: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield rows of data spread over a few units; our own markers count as empty cells."""
    chosen = units[:: -(-len(units) // PROFILE_UNITS)]
    share = -(-SAMPLE_ROWS // len(chosen))
    for unit in chosen:
        found = [cells for row, cells in kind.table(file.read(unit.start, unit.stop), unit) if row >= 0]
        for cells in found[:: max(1, len(found) // share)]:
            yield ["" if cell in markers else cell for cell in cells]


def _header_of(unit: Unit) -> list[str]:
    header: list[str] = json.loads(unit.context["header"])
    return header


def header_names(planned: Planned) -> list[str]:
    """Return the header row of a planned table ([] where it has none), of a workbook those of all its sheets."""
    names: list[str] = []
    for own in _tables(planned.units) if planned.source is not None else ():
        names += [""] * (int(own[0].context.get("first_column", "0")) - len(names))
        names += _header_of(own[0])
    return names


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
