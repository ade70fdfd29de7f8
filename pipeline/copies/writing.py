"""Write: one unit becomes its copy, which is scanned and searched before it may leave the worker.

A copy is read again by its own format and by an independent reader; what a scan still finds in
a changed text is withheld too, and a copy that does not come to rest holds its record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.apply import edits_of
from pipeline.case.overrides import honoured, released_anywhere, standing
from pipeline.decide import decide
from pipeline.decided import DecidedTable
from pipeline.detect import Columns
from pipeline.errors import UnreadableSource
from pipeline.formats import format_named
from pipeline.formats.base import Format, finished
from pipeline.formats.encoding import unreadable_spans
from pipeline.model import Address, Decision, Edit, Reading, Segment, Unit
from pipeline.regular_copies import Marked, marked_columns
from pipeline.state import State, all_columns, findings_of, needles_of
from pipeline.tables.columnar import single_lines
from pipeline.tables.regular import SINGLE
from pipeline.tasks import UnitTask, met_again, same_value, singled_out
from pipeline.texts.markers import WITHHELD_PART
from pipeline.verify import (
    MAIL_FORMATS,
    Elsewhere,
    Leak,
    Needle,
    WithheldIndex,
    as_written,
    leaks,
    mail_structure,
    second_reader,
    seen,
)

ROUNDS = 4
"""How often a copy is scanned and mended before its record is held."""

MAIL_HEADERS = frozenset({"from", "to", "cc", "bcc", "reply-to", "date", "subject"})

_BY_MODEL = frozenset({"PERSON", "STREET_ADDRESS", "MEDICAL"})
"""What a model says of a copy and did not say of the source it says because of our markers: those words were
examined where they stood. They are withheld here, so that a second scan is quiet, and not searched elsewhere."""

Spans = Mapping[Address, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Written:
    """The copy of a unit, what was withheld in mending it, and what survived in it (then it may not leave)."""

    part: bytes
    mended: tuple[Decision, ...] = ()
    needles: tuple[Needle, ...] = ()
    leaks: tuple[Leak, ...] = ()
    marked: Marked | None = None
    sha256: str = ""
    size: int = 0

    def told(self) -> Written:
        """Return all but the bytes, which are read where the worker kept them: their sha256, and how many they are."""
        sha256 = hashlib.sha256(self.part).hexdigest()
        return replace(self, part=b"", marked=None, sha256=sha256, size=len(self.part))


def write(state: State, task: UnitTask) -> Written:
    """Return the copy of a unit with the decisions of ``task`` applied.

    Raises:
        UnreadableSource: the unit or its copy cannot be read, or the copy does not come to rest.
    """
    task = task.with_decisions()
    payload = task.file.read(task.unit.start, task.unit.stop)
    return _written(state, task, payload) if task.table is None else _table(state, task, task.table, payload)


def _table(state: State, task: UnitTask, decided: DecidedTable, payload: bytes) -> Written:
    """Return the copy of a table's unit: single rows written the ordinary way, all others column by column."""
    rest = singled_out(state, task, decided, payload)
    index = rest.state.shared
    met = []
    for again in met_again(rest.state, rest.task, rest.payload):
        known = index.answer(again.digest, ("", again.thread, again.record)) if index is not None else None
        assert known is not None
        met.append(same_value(known, again))
    own = replace(rest.task, decisions=(*rest.task.decisions, *met))
    single = _written(rest.state, own, rest.payload)
    columns, marked = marked_columns(rest.table, decided.columns, rest.of_row)
    head, lines = single_lines(single.part, own.unit)
    rows = np.flatnonzero(rest.of_row == SINGLE).tolist()
    part = rest.table.written(columns, dict(zip(rows, lines, strict=True)), head)
    return replace(single, part=part, mended=(*met, *single.mended), marked=marked)


def _written(state: State, task: UnitTask, payload: bytes) -> Written:
    unit, kind = task.unit, format_named(task.unit.source.format)
    before = kind.read(payload, unit)
    known = {segment.address: segment.text for segment in before.segments}
    classes, _ = all_columns(state, unit.source.path, before.segments, task.columns)
    edits = _outside_foreign(edits_of(task.decisions, known), _foreign(before))
    part = kind.rewrite(payload, unit, sorted(edits, key=lambda each: (str(each.address), each.start)))
    cleared: dict[Address, list[tuple[int, int]]] = {}
    for each in task.decisions:
        if not each.withholds:
            cleared.setdefault(each.finding.address, []).append((each.finding.start, each.finding.end))
    mended: list[Decision] = []
    found: list[Needle] = []
    for _ in range(ROUNDS):
        copy = _copy_of(kind, unit, part)
        fresh = [each for each in copy.segments if known.get(each.address) != each.text]
        decisions = _decide_again(state, copy, fresh, task, classes)
        withheld = [each for each in decisions if each.withholds]
        if not withheld:
            spans = _cleared_in_copy(fresh, decisions, cleared)
            _see_pixels(state, kind, part, task, classes, is_edited=bool(edits or mended))
            part = finished(kind, part)
            left = _survivors(state, unit, part, copy, spans)
            return Written(part, tuple(mended), tuple(found), tuple(left))
        texts = {each.address: each.text for each in copy.segments}
        told = [each for each in withheld if each.finding.entity not in _BY_MODEL]
        found += needles_of(state, texts, [each.finding for each in told])
        withheld += _met_in_copy(state, task, part, texts, told)
        mended += withheld
        part = kind.rewrite(part, replace(unit, start=0, stop=len(part)), edits_of(withheld, texts))
    raise UnreadableSource("", "a scan of the copy keeps finding what must be withheld", "release this record by hand")


def _met_in_copy(
    state: State, task: UnitTask, part: bytes, texts: Mapping[Address, str], told: Sequence[Decision]
) -> list[Decision]:
    """Return the decisions for the other places of a copy at which what a scan of it found stands too.

    The search would call each of them a leak: a number in a text that stands in a link beside it as well.
    """
    if not told:
        return []
    index = WithheldIndex(state.keyed)
    for each in told:
        index.update(needles_of(state, texts, [each.finding]), each)
    taken = tuple((each.finding.address, each.finding.start, each.finding.end) for each in told)
    here = replace(task, unit=replace(task.unit, start=0, stop=len(part)), taken=taken)
    met = []
    for again in met_again(replace(state, shared=index), here, part):
        known = index.answer(again.digest, ("", again.thread, again.record))
        if known is not None:
            met.append(same_value(known, again))
    return met


def _foreign(reading: Reading) -> list[Edit]:
    """Leave out the texts that no model covers."""
    return [
        Edit(each.address, start, end, WITHHELD_PART)
        for each in reading.segments
        for start, end in unreadable_spans(each.text)
    ]


def _outside_foreign(edits: Sequence[Edit], foreign: Sequence[Edit]) -> list[Edit]:
    """Return all edits; one that touches a text no model covers goes up into the edit that leaves that text out."""
    left_out: dict[Address, list[Edit]] = {}
    for each in foreign:
        left_out.setdefault(each.address, []).append(each)
    kept: list[Edit] = []
    for each in edits:
        around = left_out.get(each.address, [])
        touched = [other for other in around if each.start < other.end and other.start < each.end]
        if not touched:
            kept.append(each)
            continue
        start = min(each.start, *(other.start for other in touched))
        end = max(each.end, *(other.end for other in touched))
        left_out[each.address] = [other for other in around if other not in touched]
        left_out[each.address].append(Edit(each.address, start, end, WITHHELD_PART))
    return kept + [each for around in left_out.values() for each in around]


def _see_pixels(state: State, kind: Format, part: bytes, task: UnitTask, classes: Columns, *, is_edited: bool) -> None:
    """See that OCR reads nothing in a copy's pixels that it passed over before and must be withheld.

    What the copy says it has from what was read before; its pixels are looked at here, as whoever gets it will.

    Raises:
        UnreadableSource: it does, or it sees writing there that it cannot read.
    """
    look = getattr(kind, "looked_at_again", None)
    again: Reading | None = look(part, task.unit, is_edited=is_edited) if look is not None else None
    if again is None:
        return
    if any(each.holds for each in again.gaps):
        raise UnreadableSource(
            "",
            "the copy has writing that OCR is not sure of",
            "make the picture larger, or redact it by hand",
        )
    released = released_anywhere(task.decisions)  # a box can move the lines that OCR makes of what stands beside it
    withheld = (each.finding for each in _decide_again(state, again, again.segments, task, classes) if each.withholds)
    if any((each.entity, each.digest) not in released for each in withheld):
        raise UnreadableSource(
            "",
            "OCR reads in the copy what it passed over before",
            "make the picture larger, or redact it by hand",
        )


def _copy_of(kind: Format, unit: Unit, part: bytes) -> Reading:
    copy = kind.read(part, replace(unit, start=0, stop=len(part)))
    if copy.gaps:
        raise UnreadableSource("", "the copy has a part that cannot be examined", "release this record by hand")
    return copy


def _decide_again(
    state: State, copy: Reading, fresh: Sequence[Segment], task: UnitTask, classes: Columns
) -> list[Decision]:
    """Return the decisions for the changed segments; whole records are scanned, or linking would not see who is who."""
    if state.policy is None or not fresh:
        return []
    changed, records = {each.address for each in fresh}, {each.record for each in fresh}
    around = [each for each in copy.segments if each.record in records]
    of = (task.unit.source.path, task.unit.ordinal)
    findings = findings_of(state, around, classes, None, of)
    facts = state.job.facts_of(task.unit.source.path)
    decided = decide(findings, facts, state.policy, state.job.decided_at)  # whose a record is shows in all of it
    decided = [each for each in decided if each.finding.address in changed]
    people, unit = state.job.overrides, task.unit
    decided = honoured(people, unit.source.path, unit.ordinal, decided, state.policy, facts)
    return standing(decided, task.decisions)


def _cleared_in_copy(fresh: Sequence[Segment], decisions: Iterable[Decision], before: Spans) -> Spans:
    """Return the released spans in the copy: as decided before where the text is unchanged, as found now elsewhere."""
    changed = {each.address for each in fresh}
    spans = {address: list(at) for address, at in before.items() if address not in changed}
    for each in decisions:
        if not each.withholds:
            spans.setdefault(each.finding.address, []).append((each.finding.start, each.finding.end))
    return spans


def _survivors(state: State, unit: Unit, part: bytes, copy: Reading, cleared: Spans) -> list[Leak]:
    """Search the copy for every withheld value of the release, with its own reader and an independent one."""
    markers = state.markers
    kind = unit.source.format
    others = second_reader(kind, part, unit.context) or []
    record, thread = ("", "")
    if kind in MAIL_FORMATS:
        record, thread = unit.key, next((each.thread for each in copy.segments if each.thread), unit.key)
        strange = mail_structure(part, MAIL_HEADERS)
        if strange:
            raise UnreadableSource("", f"the copy has headers that are not copied ({len(strange)})", "report this")
    if state.shared is None:
        return []
    tabular = hasattr(format_named(kind), "table")
    elsewhere = [seen(text, record, thread, tabular=tabular) for text in others]
    if not getattr(format_named(kind), "is_packed", False):  # packed bytes say nothing as text
        elsewhere += [Elsewhere("bytes", text, record, thread, tabular) for text in as_written(kind, part)]
    return leaks(copy.segments, cleared, state.shared, markers=markers, elsewhere=elsewhere)
