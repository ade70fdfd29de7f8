"""Apply: decisions become edits. An edit is all that a writer ever sees."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.model import Decision, Edit


def edits_of(decisions: Iterable[Decision]) -> list[Edit]:
    """Return the edits that decisions ask for, sorted by address and place.

    Findings of one segment do not overlap (resolve and link see to that); where two decisions
    name overlapping spans all the same, their union is withheld under the first one's marker.
    """
    edits = [
        Edit(each.finding.address, each.finding.start, each.finding.end, each.marker)
        for each in decisions
        if each.withholds
    ]
    edits.sort(key=_place)
    joined: list[Edit] = []
    for edit in edits:
        last = joined[-1] if joined else None
        if last is not None and last.address == edit.address and edit.start < last.end:
            joined[-1] = Edit(last.address, last.start, max(last.end, edit.end), last.replacement)
        else:
            joined.append(edit)
    return joined


def _place(edit: Edit) -> tuple[str, int, int]:
    return (repr(edit.address), edit.start, edit.end)
