"""What one worker does with one unit: pure functions of picklable things, the same on any engine.

Each function takes the worker's :class:`State` (recognizers, policy, rosters, keys, set up once) and
one item. The local pool calls these; another engine would call the same.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from pipeline.detect import detect
from pipeline.digest import Keyed
from pipeline.errors import Failure, UnreadableSource
from pipeline.formats import HEAD_SIZE, format_named, format_of
from pipeline.formats.encoding import unreadable_script
from pipeline.link import LinkRules, link
from pipeline.markers import marker_spans
from pipeline.model import (
    Address,
    Block,
    Cell,
    ColumnClass,
    Decision,
    Dropped,
    FileName,
    Finding,
    Gap,
    Match,
    Reading,
    RecordFacts,
    Role,
    Segment,
    Source,
    Unit,
)
from pipeline.policy.load import load
from pipeline.policy.rosters import Rosters
from pipeline.policy.schema import Policy
from pipeline.resolve import resolve
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary
from pipeline.verify.canonical import Needle, Withheld, needles
from pipeline.verify.search import WithheldIndex, search
from pipeline.verify.views import View
from recognizers.entities import UNIQUE_IDENTIFIER
from recognizers.presidio import Recognizer
from recognizers.registry import load_recognizers

PROFILE_BYTES = 4 * 1024 * 1024

_OPEN_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True)
class Job:
    """What a run does, fixed at its start and the same in every worker."""

    key: bytes = field(repr=False)
    decided_at: str
    policy: str = ""
    config: Path | None = None
    level: str = "thorough"
    entities: tuple[str, ...] = ()
    facts: RecordFacts = field(default_factory=RecordFacts)


@dataclass(slots=True)
class State:
    """What a worker keeps between tasks; ``shared`` is the release's index of withheld values."""

    job: Job
    recognizers: list[Recognizer]
    policy: Policy | None
    rosters: Rosters
    keyed: Keyed
    shared: WithheldIndex | None = None

    @property
    def markers(self) -> tuple[str, ...]:
        return self.policy.markers if self.policy else ()

    @property
    def link_rules(self) -> LinkRules:
        return LinkRules(self.policy.case_numbers_link if self.policy else False)


def prepare(job: Job) -> State:
    """Set up a worker: load models, policy and rosters.

    Raises:
        ModelMissing: a model is not installed or was altered.
        PolicyError: the policy or a roster is wrong.
    """
    policy = load(job.policy, job.config) if job.policy else None
    rosters = Rosters.load(job.config)
    if policy is not None:
        rosters = rosters.limited(use_agency_contacts=policy.use_agency_contacts, use_officials=policy.use_officials)
    recognizers = load_recognizers(job.level, job.entities)
    for each in recognizers:
        if each.needs_model:  # models load at first use: here, where a missing one ends the run and says so
            each.find_many(["Jane Doe, 12 Elm Street"])
    return State(job, recognizers, policy, rosters, Keyed(job.key))


# --- plan -------------------------------------------------------------------------------


def _open_file(path: str, flags: int) -> int:
    return os.open(path, flags | _OPEN_SAFELY)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of the input: where it lies, its name inside the input, and what it was when first seen."""

    path: Path
    name: str
    size: int
    modified: int

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the file itself: no link is followed, and nothing waits for the other end of a pipe.

        Raises:
            UnreadableSource: it cannot be read, is no regular file, or changed since the run began.
        """
        try:
            with open(self.path, "rb", opener=_open_file) as stream:
                now = os.fstat(stream.fileno())
                if not stat.S_ISREG(now.st_mode):
                    raise UnreadableSource(self.label, "it is no regular file", "copy what it holds into one")
                if (now.st_size, now.st_mtime_ns) != (self.size, self.modified):
                    raise UnreadableSource(self.label, "it changed while it was being read", "run again")
                yield stream
        except OSError as error:
            why = "it is a link" if self.path.is_symlink() else f"it cannot be read ({error.strerror})"
            raise UnreadableSource(self.label, why, "check its permissions, or copy it here") from None

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """Return bytes ``start`` to ``stop`` (raises UnreadableSource)."""
        with self.open() as stream:
            stream.seek(start)
            return stream.read() if stop is None else stream.read(stop - start)

    @property
    def label(self) -> str:
        """A name for messages to the person who gave the path."""
        return self.name


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


# --- examine ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitTask:
    """One unit to examine or to write, with what else is needed for it."""

    file: InputFile
    unit: Unit
    columns: tuple[ColumnClass, ...] = ()
    decisions: tuple[Decision, ...] = ()
    taken: tuple[tuple[Address, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What is in a unit: findings, for each the needles under which it is searched, and what was not examined."""

    findings: tuple[Finding, ...]
    needles: tuple[tuple[Needle, ...], ...]
    gaps: tuple[Gap, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    segments: int = 0
    characters: int = 0


def examine(state: State, task: UnitTask) -> Examined:
    """Read a unit and return its findings, linked within each record.

    Raises:
        UnreadableSource: the unit cannot be read.
        RecognizerFailed: a recognizer failed on it.
    """
    payload = task.file.read(task.unit.start, task.unit.stop)
    reading = format_named(task.unit.source.format).read(payload, task.unit)
    return _examined(state, reading, task.columns)


def _examined(state: State, reading: Reading, columns: Iterable[ColumnClass]) -> Examined:
    findings = findings_of(state, reading.segments, {each.index: each for each in columns})
    texts = {each.address: each.text for each in reading.segments}
    sought = tuple(tuple(needles_of(state, texts, [each])) for each in findings)
    foreign = tuple(
        Gap(each.address, "language", "it is in a script that no model covers")
        for each in reading.segments
        if unreadable_script(each.text)
    )
    characters = sum(len(each.text) for each in reading.segments)
    return Examined(tuple(findings), sought, reading.gaps + foreign, reading.dropped, len(reading.segments), characters)


def needles_of(state: State, texts: Mapping[Address, str], findings: Iterable[Finding]) -> list[Needle]:
    """Return the needles of the values of findings, given the texts of the segments that they name.

    A lone word that may be no name at all is withheld where it was found; it is not searched for, as linking
    does not spread it either.
    """
    return [
        needle
        for each in findings
        if not (each.entity == "PERSON" and "common_word" in each.signals)
        for needle in needles(
            Withheld(each.entity, each.record, each.thread, each.part),
            texts[each.address][each.start : each.end],
            state.keyed,
        )
    ]


def findings_of(state: State, segments: Sequence[Segment], columns: Mapping[int, ColumnClass]) -> list[Finding]:
    """Return what stands in segments, linked within each record."""
    raw = detect(segments, state.recognizers, columns)
    resolved: list[list[Match]] = [
        resolve(matches, segment.text, marker_spans(segment.text, state.markers))
        for segment, matches in zip(segments, raw, strict=True)
    ]
    return link(segments, resolved, state.rosters, state.keyed, state.link_rules)


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
    if state.shared is None:
        return ()
    payload = task.file.read(task.unit.start, task.unit.stop)
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
    return tuple(found)


# --- texts of other programs ------------------------------------------------------------


def spans_of_texts(state: State, texts: Sequence[str]) -> list[list[tuple[int, int, str, float]]]:
    """Return for each text its withholdable spans ``(start, end, entity, score)``, linked within the text."""
    segments = [Segment(text, (Block(at),), record=str(at)) for at, text in enumerate(texts)]
    found: list[list[tuple[int, int, str, float]]] = [[] for _ in texts]
    for each in findings_of(state, segments, {}):
        if each.entity == UNIQUE_IDENTIFIER:
            continue
        block = each.address[0]
        assert isinstance(block, Block)
        found[block.number].append((each.start, each.end, each.entity, round(each.score, 3)))
    return found
