"""Where something that a person marked stands in a unit: found by its place and by its digests, without any model.

A worker does this with the units of all files, so that a mark shows in the whole case at once; the next examination
finds the same, with everything else.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipeline.case.marks import Marks, value_digest
from pipeline.case.overrides import place_digest
from pipeline.detect import whole_cell
from pipeline.formats import format_named
from pipeline.model import Finding, Match, Segment
from pipeline.regular_rows import single_unit
from pipeline.single_rows import marked_rows
from pipeline.state import State
from pipeline.tables.columnar import columnar
from pipeline.tasks import UnitTask
from pipeline.texts.markers import marker_spans


def find_marked(state: State, task: UnitTask) -> tuple[Finding, ...]:
    """Return the findings of a unit that come of the marks of the job, as they would be found by themselves.

    Raises:
        UnreadableSource: the unit cannot be read.
    """
    marks = state.marks
    if marks is None:
        return ()
    unit, source = task.unit, place_digest(state.keyed, "path", task.unit.source.path)
    columns = {each.index: each for each in task.columns}
    found: list[Finding] = []
    for segment in _segments(marks, state, task):
        keep_out = marker_spans(segment.text, state.markers)
        met = [
            each
            for each in marks.met(segment, source, unit.ordinal)
            if not any(each.start < high and low < each.end for low, high in keep_out)
        ]
        if met:
            cell = whole_cell(segment, columns)
            matches = marks.applied([cell] if cell else [], met, segment.text, state.guarded)
            told = [_finding(state, segment, each) for each in matches]
            found += [each for each in marks.tagged(told, met) if marks.of(each) is not None]
    return tuple(found)


def _segments(marks: Marks, state: State, task: UnitTask) -> Iterable[Segment]:
    payload, unit = task.file.read(task.unit.start, task.unit.stop), task.unit
    kind = format_named(unit.source.format)
    table = columnar(payload, unit) if unit.source.format == "delimited" else None
    if table is not None and table.rows:  # of a large table only the rows in which something stands are read
        rows: np.ndarray = marked_rows(marks, state.keyed, table, unit)
        payload, unit = single_unit(table, unit, rows)
    return kind.read(payload, unit).segments


def _finding(state: State, segment: Segment, match: Match) -> Finding:
    value = segment.text[match.start : match.end]
    return Finding(
        match.entity, match.start, match.end, segment.address, segment.record, match.score, match.recognizer,
        match.reason, match.part, segment.label, segment.thread or segment.record,
        digest=value_digest(state.keyed, match.entity, value),
    )  # fmt: skip
