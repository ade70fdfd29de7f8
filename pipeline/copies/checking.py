"""Check: what lies on the disk is what was written, cut the same way, and holds no withheld value."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.case.overrides import by_marks
from pipeline.decide import decide
from pipeline.errors import IntegrityError
from pipeline.formats import format_named
from pipeline.inputs import InputFile
from pipeline.link import is_linkable, linked
from pipeline.model import Address, ColumnClass, Finding, Reading, Role, Source, Unit
from pipeline.regular_copies import Marked, faults
from pipeline.state import State, all_columns, findings_of
from pipeline.tables.businesses import names_business
from pipeline.verify import MAIL_FORMATS, Leak, View, as_written, leaks, search, second_reader, seen
from recognizers.entities import LINKED_IDENTIFIER, UNIQUE_IDENTIFIER
from recognizers.model import pickles_by_fields

CUT_BY_CONTENT = frozenset({"mbox"})
"""Formats whose units another reading could cut elsewhere."""


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class WrittenUnit:
    """A unit as it was written: the unit that it came from, its place in the copy, the sha256 of its bytes."""

    unit: Unit
    start: int
    stop: int
    sha256: str
    marked: Marked | None = None


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class CheckTask:
    """A copy on the disk and units that were written into it.

    ``is_whole`` says that these are all, ``only_cuts`` that nothing but the cuts is looked at, other tasks having the
    units. ``of_other_records`` says that names are searched in records in which they were not withheld: there a
    business that is called like a person is a business. In its own record a name is withheld in that of a business too.
    """

    file: InputFile
    units: tuple[WrittenUnit, ...]
    columns: tuple[ColumnClass, ...] = ()
    is_whole: bool = True
    only_cuts: bool = False
    of_other_records: bool = False

    @property
    def more_seconds(self) -> float:
        """Return what many units may take beyond the deadline of one: a second each, and the reading of the copy."""
        is_more = self.is_whole or len(self.units) > 1
        return self.file.more_seconds + len(self.units) if is_more else 0.0

    @property
    def key(self) -> str:
        """The key of the copy and of the first of its units."""
        return f"{self.file.name}#{self.units[0].unit.ordinal if self.units else 0}"


def check(state: State, task: CheckTask) -> tuple[Leak, ...]:
    """Return what survived in a copy.

    Raises:
        IntegrityError: the copy is not what was written.
    """
    if not task.units:
        return ()
    if task.is_whole or task.only_cuts:
        _same_cuts(task)
    found: list[Leak] = []
    span, data, sha256 = (-1, -1), b"", ""
    for written in () if task.only_cuts else task.units:
        if (written.start, written.stop) != span:  # pages share all bytes of their file
            span = (written.start, written.stop)
            data = task.file.read(*span)
            sha256 = hashlib.sha256(data).hexdigest()
        if sha256 != written.sha256:
            raise IntegrityError("copy", "it differs from what was written", "check the disk and run again")
        if written.marked is None or faults(state, data, written.unit, written.marked):
            found += _survivors(state, written, data, task)
    return tuple(found)


def _same_cuts(task: CheckTask) -> None:
    """See that another reading of a mailbox finds the same messages, and that nothing stands beside the units."""
    if task.units[-1].stop != task.file.size:
        raise IntegrityError("copy", "it is longer or shorter than what was written", "check the disk and run again")
    source = task.units[0].unit.source
    if source.format not in CUT_BY_CONTENT:
        return
    kind = format_named(source.format)
    with task.file.path.open("rb") as stream:
        cuts = [(each.start, each.stop) for each in kind.units(stream, Source(source.path, kind.name, task.file.size))]
    if cuts != [(each.start, each.stop) for each in task.units]:
        raise IntegrityError("copy", "its messages are cut differently when it is read again", "report this")


def _survivors(state: State, written: WrittenUnit, data: bytes, task: CheckTask) -> list[Leak]:
    if state.shared is None:
        return []
    unit = replace(written.unit, start=0, stop=len(data))
    copy = format_named(unit.source.format).read(data, unit)
    left = _leaks(state, unit, data, copy, {}, ())
    # Most copies end here. What a released finding explains (May, the month) needs the decisions again.
    if not left:
        return []
    named = copy.segments if task.of_other_records else ()
    cells = (each for each in named if each.role is Role.CELL)
    businesses = frozenset(each.address for each in cells if names_business(each.label, each.text))
    return _leaks(state, unit, data, copy, _cleared(state, unit, copy, task.columns), businesses)


def _leaks(
    state: State,
    unit: Unit,
    data: bytes,
    copy: Reading,
    cleared: Mapping[Address, Sequence[tuple[int, int]]],
    businesses: Collection[Address],
) -> list[Leak]:
    assert state.shared is not None
    is_mail = unit.source.format in MAIL_FORMATS
    record = unit.key if is_mail else ""
    thread = next((each.thread for each in copy.segments if each.thread), record) if is_mail else ""
    tabular = hasattr(format_named(unit.source.format), "table")
    read_again = second_reader(unit.source.format, data, unit.context)
    texts = list(read_again or ())
    if not getattr(format_named(unit.source.format), "is_packed", False):
        texts += as_written(unit.source.format, data)
    elif read_again is None:  # packed bytes say nothing as text
        raise IntegrityError(unit.source.path, "no independent reader sees this format", "report this")
    elsewhere = [seen(text, record, thread, tabular=tabular) for text in texts]
    shared, markers = state.shared, state.markers
    return leaks(copy.segments, cleared, shared, markers=markers, elsewhere=elsewhere, businesses=businesses)


def _cleared(
    state: State, unit: Unit, copy: Reading, columns: Sequence[ColumnClass]
) -> dict[Address, list[tuple[int, int]]]:
    spans: dict[Address, list[tuple[int, int]]] = {}
    if state.policy is None:
        return spans
    found = findings_of(state, copy.segments, all_columns(state, unit.source.path, copy.segments, columns)[0])
    found = _linked_elsewhere(state, found, copy)
    people = state.job.overrides
    released = people.released if people is not None else frozenset()
    decided = decide(found, state.job.facts_of(unit.source.path), state.policy, state.job.decided_at)
    for each in by_marks(state.marks, decided, state.policy):
        if not each.withholds or each.finding.digest in released:
            spans.setdefault(each.finding.address, []).append((each.finding.start, each.finding.end))
    return spans


def _linked_elsewhere(state: State, found: Sequence[Finding], copy: Reading) -> list[Finding]:
    """Return findings of a copy, an identifier as a linked one where another record links its withheld value.

    Else the copy by itself would clear it. Where a person released a whole column of them, nothing is known of values.
    """
    people = state.job.overrides
    if state.shared is None or (people is not None and LINKED_IDENTIFIER in people.released_in_columns):
        return list(found)
    texts = {each.address: each.text for each in copy.segments}
    told = []
    for each in found:
        if is_linkable(each) and not each.linked:
            hits = search([View("text", texts[each.address][each.start : each.end])], state.shared)
            if any(hit.entity in {LINKED_IDENTIFIER, UNIQUE_IDENTIFIER, each.entity} for hit in hits):
                told.append(linked(each, state.link_rules))
                continue
        told.append(each)
    return told
