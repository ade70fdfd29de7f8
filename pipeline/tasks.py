"""What one worker does with one unit: pure functions of picklable things, the same on any engine.

Each function takes the worker's :class:`~pipeline.state.State` (recognizers, policy, rosters, keys, set up
once) and one item. The local pool calls these; another engine would call the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from pipeline.decided import DecidedTable, Kept, places_taken
from pipeline.digest_set import digest64
from pipeline.errors import UnreadableSource
from pipeline.formats import format_named
from pipeline.formats.encoding import unreadable_spans
from pipeline.inputs import InputFile
from pipeline.model import Address, Block, ColumnClass, Decision, Dropped, Finding, Gap, Reading, Role, Segment, Unit
from pipeline.regular_copies import rows_with_withheld, spelled_out
from pipeline.regular_rows import Known, Regular, Split, single_unit, split
from pipeline.state import State, all_columns, findings_of, needles_of
from pipeline.tables.columnar import Columnar, columnar
from pipeline.tables.regular import SINGLE
from pipeline.verify import MAIL_FORMATS
from pipeline.verify.canonical import Needle
from pipeline.verify.search import WithheldIndex, search
from pipeline.verify.views import View, views
from recognizers.entities import CARD_CODE, LINKED_IDENTIFIER, UNIQUE_IDENTIFIER
from recognizers.model import pickles_by_fields

ATTACHED_BYTES_A_SECOND = 100_000
"""The slowest at which a message with attachments may be read: a scanned page has about this size."""

_RUN = re.compile(r"\S+")


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class UnitTask:
    """One unit to examine or to write, with what else is needed for it."""

    file: InputFile
    unit: Unit
    columns: tuple[ColumnClass, ...] = ()
    decisions: tuple[Decision, ...] = ()
    taken: tuple[tuple[Address, int, int], ...] = ()
    table: DecidedTable | None = None
    kept: Kept | None = None

    def with_decisions(self) -> UnitTask:
        """Return the task with what is decided of its unit, read from the working folder where it lies there."""
        if self.kept is None:
            return self
        outcome = self.kept.outcome()
        return replace(self, decisions=outcome.decisions, taken=outcome.taken, table=outcome.table, kept=None)

    @property
    def key(self) -> str:
        """The key of the unit."""
        return self.unit.key

    @property
    def more_seconds(self) -> float:
        """Return what a message may take for its attachments beyond the deadline of a unit."""
        is_mail = self.unit.source.format in MAIL_FORMATS
        return round((self.unit.stop - self.unit.start) / ATTACHED_BYTES_A_SECOND, 1) if is_mail else 0.0

    @property
    def stays(self) -> bool:
        """Whether the unit is left to the worker that has read it: drawing pages, and OCR, take the most time."""
        return bool(getattr(format_named(self.unit.source.format), "is_dear", False))


@dataclass(frozen=True, slots=True)
class Examined:
    """What is in a unit: findings, for each the needles under which it is searched, and what was not examined.

    Of a table's unit the worker keeps the whole, and tells of it what :meth:`told` gives: ``linked`` are the digests of
    its linked values then. ``hold`` says why the officer has to clear it although it was examined (a distribution list
    is attached).
    """

    findings: tuple[Finding, ...]
    needles: tuple[tuple[Needle, ...], ...]
    gaps: tuple[Gap, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    segments: int = 0
    characters: int = 0
    regular: Regular | None = None
    hold: str = ""
    linked: np.ndarray | None = None

    def told(self) -> Examined:
        """Return what the main process needs at once: of a table's unit the linked digests, and no finding."""
        if self.regular is None:
            return self
        return replace(self, findings=(), needles=(), regular=None, linked=self.linked_digests())

    def linked_digests(self) -> np.ndarray:
        """Return the first 64 bits of the digests of the values that are linked in the unit."""
        if self.linked is not None:
            return self.linked
        of_findings = [digest64(bytes.fromhex(each.digest)) for each in self.findings if each.linked and each.digest]
        groups = self.regular.groups if self.regular is not None else ()
        of_columns = [np.unique(group.values) for group in groups if group.finding.linked]
        return np.concatenate([np.array(of_findings, dtype=np.uint64), *of_columns])


def examine(state: State, task: UnitTask) -> Examined:
    """Read a unit and return its findings, linked within each record.

    Raises:
        UnreadableSource: the unit cannot be read.
        RecognizerFailed: a recognizer failed on it.
    """
    payload = task.file.read(task.unit.start, task.unit.stop)
    kind = format_named(task.unit.source.format)
    parts = _split(state, task, payload)
    if parts is None:
        found = _examined(state, task.unit, kind.read(payload, task.unit), task.columns)
        is_cleared = bool(found.hold) and state.pins.clears_distribution_list(task.unit.source.path)
        return replace(found, hold="") if is_cleared else found
    regular = parts.regular
    rest = _examined(state, task.unit, kind.read(parts.payload, parts.unit), task.columns, parts.known)
    segments, characters = rest.segments + regular.segments, rest.characters + regular.characters
    return replace(rest, regular=regular, segments=segments, characters=characters)


def _split(state: State, task: UnitTask, payload: bytes) -> Split | None:
    if task.unit.source.format != "delimited" or not state.job.by_column:
        return None
    table = columnar(payload, task.unit)
    return None if table is None else split(state, table, task.unit, task.columns)


def _examined(
    state: State, unit: Unit, reading: Reading, columns: Iterable[ColumnClass], known: Known | None = None
) -> Examined:
    of = (unit.source.path, unit.ordinal)
    classes, hold = all_columns(state, unit.source.path, reading.segments, columns)
    findings = findings_of(state, reading.segments, classes, known, of)
    texts = {each.address: each.text for each in reading.segments}
    sought = tuple(tuple(needles_of(state, texts, [each])) for each in findings)
    foreign = tuple(
        Gap(each.address, "language", "it is in a script that no model covers")
        for each in reading.segments
        if unreadable_spans(each.text)
    )
    characters = sum(len(each.text) for each in reading.segments)
    about = (reading.gaps + foreign, reading.dropped, len(reading.segments), characters)
    return Examined(tuple(findings), sought, *about, hold=hold)


# --- the same value elsewhere -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Again:
    """A withheld value met once more: where, and the digest of the form under which it was met."""

    address: Address
    start: int
    end: int
    record: str
    thread: str
    label: str
    digest: str


def find_again(state: State, task: UnitTask) -> tuple[Again, ...]:
    """Return where withheld values of the release stand in a unit beside what is found already."""
    task = task.with_decisions()
    payload = task.file.read(task.unit.start, task.unit.stop)
    if task.table is None or state.shared is None:
        return met_again(state, task, payload)
    rest = singled_out(state, task, task.table, payload)
    return met_again(rest.state, rest.task, rest.payload)


@dataclass(frozen=True, slots=True)
class Rest:
    """The rows of a table's unit that go the ordinary way: as a task of their own, with an index for them."""

    state: State
    task: UnitTask
    payload: bytes
    table: Columnar
    of_row: np.ndarray


def singled_out(state: State, task: UnitTask, decided: DecidedTable, payload: bytes) -> Rest:
    """Return the single rows of a unit, with those regular ones in which a value withheld elsewhere stands.

    Raises:
        UnreadableSource: the bytes are not those that were examined.
    """
    table = columnar(payload, task.unit)
    if table is None or table.rows != len(decided.of_row):
        raise UnreadableSource(task.unit.source.path, "it changed while it was being read", "run again")
    more = rows_with_withheld(state, table, decided.columns, decided.of_row)
    of_row = decided.of_row.copy()
    of_row[more] = SINGLE
    of = (state.keyed, task.unit.source.path)
    spelled = tuple(spelled_out(table, decided.columns, decided.of_row, more.tolist(), of))
    rest, unit = single_unit(table, task.unit, np.flatnonzero(of_row == SINGLE))
    decisions = (*task.decisions, *spelled)
    taken = places_taken(decisions)
    near = state if state.shared is None else replace(state, shared=state.shared.beside(decided.near))
    return Rest(near, replace(task, unit=unit, decisions=decisions, taken=(*task.taken, *taken)), rest, table, of_row)


def same_value(known: Decision, again: Again) -> Decision:
    """Return the decision that was made for a value, for the place where it was met again."""
    finding = replace(
        known.finding,
        start=again.start,
        end=again.end,
        address=again.address,
        record=again.record,
        thread=again.thread,
        label=again.label,
        recognizer="link",
        reason="the same value is withheld elsewhere in the release",
        signals=known.finding.signals | {"propagated"},
    )
    return replace(known, finding=finding)


def met_again(state: State, task: UnitTask, payload: bytes) -> tuple[Again, ...]:
    """Return where withheld values stand in the bytes of a unit beside what is taken already."""
    if state.shared is None:
        return ()
    reading = format_named(task.unit.source.format).read(payload, task.unit)
    taken: dict[Address, list[tuple[int, int]]] = {}
    for address, start, end in task.taken:
        taken.setdefault(address, []).append((start, end))
    found = []
    for segment in reading.segments:
        known = taken.get(segment.address, [])
        thread = segment.thread or segment.record
        for hit in search([View("text", segment.text)], state.shared, segment.record, thread):
            if not any(hit.start < high and low < hit.end for low, high in known):
                known = [*known, (hit.start, hit.end)]
                found.append(
                    Again(segment.address, hit.start, hit.end, segment.record, thread, segment.label, hit.digest)
                )
        for start, end, digest in _encoded(segment, state.shared, known):
            found.append(Again(segment.address, start, end, segment.record, thread, segment.label, digest))
    is_table = hasattr(format_named(task.unit.source.format), "table")
    cells = reading.segments if is_table else [each for each in reading.segments if _is_attached_cell(each)]
    if cells:
        taken_now = [*task.taken, *((a.address, a.start, a.end) for a in found)]
        found += _across_cells(cells, state.shared, taken_now)
    return tuple(found)


def _is_attached_cell(segment: Segment) -> bool:
    return segment.role is Role.CELL and len(segment.address) > 1


def _across_cells(
    segments: Sequence[Segment], index: WithheldIndex, taken: Iterable[tuple[Address, int, int]]
) -> Iterator[Again]:
    """Yield the pieces of a withheld value that stands over several cells of its own row, be it by chance."""
    known: dict[Address, list[tuple[int, int]]] = defaultdict(list)
    for address, start, end in taken:
        known[address].append((start, end))
    rows: dict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        rows[segment.record].append(segment)
    for record, members in rows.items():
        texts = [_struck(each.text, known[each.address]) for each in members]
        starts = [0, *accumulate(len(text) + 1 for text in texts)]
        thread = members[0].thread or record
        for hit in search([View("text", "\t".join(texts))], index, record, thread):
            for segment, text, at in zip(members, texts, starts, strict=False):
                low, high = max(hit.start - at, 0), min(hit.end - at, len(text))
                if low < high and (low, high) != (hit.start - at, hit.end - at):
                    yield Again(segment.address, low, high, record, thread, segment.label, hit.digest)


def _struck(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for low, high in spans:
        text = text[:low] + "X" * (high - low) + text[high:]
    return text


def _encoded(
    segment: Segment, index: WithheldIndex, known: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int, str]]:
    """Yield the runs without a blank (a link, most often) that say a withheld value in an encoded form: span, digest.

    What is withheld already does not count. An encoded value has no place of its own: the whole run goes.
    """
    where = (segment.record, segment.thread or segment.record)
    text = segment.text
    if not search(_decoded(text), index, *where):
        return
    for low, high in known:
        text = text[:low] + " " * (high - low) + text[high:]
    for run in _RUN.finditer(segment.text):
        plain = {hit.digest for hit in search([View("text", run.group())], index, *where)}
        hits = [hit for hit in search(_decoded(run.group()), index, *where) if hit.digest not in plain]
        hits += search(_decoded(text[run.start() : run.end()]), index, *where)
        if hits:
            yield run.start(), run.end(), hits[0].digest


def _decoded(text: str) -> Iterator[View]:
    return (view for view in views(text) if view.name != "text")


# --- texts of other programs ------------------------------------------------------------


def spans_of_texts(state: State, texts: Sequence[str]) -> list[list[tuple[int, int, str, float]]]:
    """Return for each text its withholdable spans ``(start, end, entity, score)``, linked within the text.

    The security code of a card is told as a linked identifier: to other programs a CREDIT_CARD is the number of one.
    """
    segments = [Segment(text, (Block(at),), record=str(at)) for at, text in enumerate(texts)]
    found: list[list[tuple[int, int, str, float]]] = [[] for _ in texts]
    for each in findings_of(state, segments, {}):
        if each.entity == UNIQUE_IDENTIFIER:
            continue
        block = each.address[0]
        assert isinstance(block, Block)
        entity = LINKED_IDENTIFIER if each.part == CARD_CODE else each.entity
        found[block.number].append((each.start, each.end, entity, round(each.score, 3)))
    return found
