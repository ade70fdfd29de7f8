"""The text of records, read from the sources when a page shows it; the case holds none.

A file is shown only where its bytes are those that were examined. What could not be examined is not opened here
either: no parser meets a file at the desk that did not come through it in a worker before.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.case.choosing import column_of_place
from pipeline.case.overrides import NAME_ORDINAL, place_digest
from pipeline.case.recording import content_digest, latest_run
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import FindingRow, SourceRow, UnitRow
from pipeline.errors import ReleasableError
from pipeline.formats import HEAD_SIZE, format_named, format_of
from pipeline.inputs import InputFile
from pipeline.model import Cell, FileName, Gap, Role, Segment, Source, Unit, words
from pipeline.review.parts import Parts, parts_of
from pipeline.review.table_rows import Cut, TableRows, row_of

AROUND: Final = 60
"""Characters shown before and after a value."""
MASK: Final = "\u2022"
MOST_CHARACTERS: Final = 8_000_000
"""Characters of records that stay in memory between pages."""
Passwords = Sequence[tuple[str, int, int]]
"""Where passwords stand in a unit: the words of the address and the span; a whole column has no span of its own."""
_QUICKLY_WALKED: Final = 1 << 20
"""Bytes of a file that is walked through in no time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in its place: some characters before it, itself, some after it."""

    before: str
    value: str
    after: str


class Texts:
    """Reads the records of a case."""

    def __init__(self, case: Case, files: Sequence[InputFile]) -> None:
        self._case = case
        self._files = {place_digest(case.keyed, "path", each.name): each for each in files}
        self._units: dict[str, tuple[Unit, ...]] = {}
        self._read: OrderedDict[tuple[str, int], Parts] = OrderedDict()
        self._held, self._cut = 0, Cut()
        self._one = threading.RLock()
        self._walking = {key: threading.Lock() for key in self._files}

    def name_of(self, source: str) -> str:
        """Return the path of a file inside the input: it may hold a value."""
        return self._file(source).name

    def units(self, source: str) -> tuple[Unit, ...]:
        """Return the units of a file, its bytes checked once (raises CaseError, UnreadableSource)."""
        file = self._file(source)
        with self._walking[source]:  # a large file takes its time; pages of others do not wait for it
            if source not in self._units:
                self._check(source, file)
                kind = format_of(file.read(0, HEAD_SIZE), PurePosixPath(file.inner_name).name)
                if kind is None:
                    raise CaseError("desk", "this file could not be examined and is not shown", "open it elsewhere")
                with file.open() as stream:
                    self._units[source] = tuple(kind.units(stream, Source(file.name, kind.name, file.size)))
            return self._units[source]

    def prepare(self) -> None:
        """Walk through the files, the largest first, so that no page has to wait for it; what is wrong shows there."""
        for source, file in sorted(self._files.items(), key=lambda each: -each[1].size):
            if file.size < _QUICKLY_WALKED:
                return
            with suppress(ReleasableError):
                self.units(source)

    def last(self, source: str) -> int:
        """Return the number of the last record of a file, -1 where it has none."""
        with Session(self._case.engine) as session:
            wanted = select(func.max(UnitRow.ordinal)).where(
                UnitRow.run_id == latest_run(session, self._case.id), UnitRow.source == source
            )
            last = session.scalar(wanted)
        return -1 if last is None else last

    def rows(self, source: str, ordinal: int) -> TableRows | None:
        """Return the rows of a table's unit, to be read a few at a time; None for what is not of that kind.

        Passwords in it are not masked: see :meth:`rows_read` (raises CaseError, UnreadableSource).
        """
        if ordinal == NAME_ORDINAL or not self._is_table(source):
            return None
        unit = self._examined(source, ordinal)
        with self._one:
            return self._cut.rows((source, ordinal), unit, lambda: self._file(source).read(unit.start, unit.stop))

    def rows_read(self, source: str, ordinal: int, rows: TableRows, first: int, stop: int) -> Mapping[str, Segment]:
        """Return the texts of some rows by the words of their address, passwords masked."""
        found = {words(each.address): each for each in rows.read(first, stop)}
        return _masked(found, self._passwords(source, ordinal))

    def segments(self, source: str, ordinal: int) -> Mapping[str, Segment]:
        """Return the texts of a unit by the words of their address, passwords masked (raises CaseError)."""
        return self.parts(source, ordinal).texts

    def parts(self, source: str, ordinal: int) -> Parts:
        """Return the texts of a unit in the parts that pages show, passwords masked (raises CaseError)."""
        with self._one:
            key = (source, ordinal)
            if key in self._read:
                self._read.move_to_end(key)
                return self._read[key]
            found = {words(each.address): each for each in self._segments(source, ordinal)}
            made = parts_of(_masked(found, self._passwords(source, ordinal)))
            self._keep(key, made)
            return made

    def plain(self, source: str, ordinal: int) -> Mapping[str, Segment]:
        """Return the texts of a unit with nothing masked, for what is marked in them: never for a page.

        Raises:
            CaseError: the record is not there, or not what was examined.
        """
        with self._one:
            if ordinal != NAME_ORDINAL:
                self.units(source)  # its bytes are checked
            return {words(each.address): each for each in self._segments(source, ordinal)}

    def unkept(self, source: str, ordinal: int, passwords: Passwords) -> tuple[Sequence[Segment], Sequence[Gap]]:
        """Return the texts of a unit in reading order, ``passwords`` masked, and its gaps; nothing of it is kept.

        The caller knows that the unit was examined.

        Raises:
            CaseError: the file is not among those of the desk, or is not what was examined.
            UnreadableSource: it cannot be read.
        """
        if ordinal == NAME_ORDINAL:
            return [Segment(self.name_of(source), (FileName(),), role=Role.NAME)], ()
        unit = self.units(source)[ordinal]
        reading = format_named(unit.source.format).read(self.payload(source, unit), unit)
        found = {words(each.address): each for each in reading.segments}
        return list(_masked(found, passwords).values()), reading.gaps

    def check_examined(self, source: str, ordinal: int) -> None:
        """See that a unit came through a worker whole (raises CaseError)."""
        self._examined(source, ordinal)

    def head(self, source: str, unit: Unit, size: int) -> bytes:
        """Return the first bytes of a unit (raises CaseError, UnreadableSource)."""
        return self._file(source).read(unit.start, min(unit.stop, unit.start + size))

    def payload(self, source: str, unit: Unit) -> bytes:
        """Return the bytes of a unit that :meth:`units` gave (raises CaseError, UnreadableSource)."""
        return self._file(source).read(unit.start, unit.stop)

    def shown(self, source: str, ordinal: int, place: str, start: int, stop: int) -> Shown | None:
        """Return a value in its place, None where a finding is of a whole column or its text is not there."""
        segment = self.segment(source, ordinal, place)
        if segment is None or start < 0 or stop > len(segment.text):
            return None
        text = segment.text
        return Shown(text[max(0, start - AROUND) : start], text[start:stop], text[stop : stop + AROUND])

    def forget(self) -> None:
        """Forget everything that was read: another run follows."""
        with self._one:
            self._read.clear()
            self._cut.forget()
            self._held = 0

    def segment(self, source: str, ordinal: int, place: str) -> Segment | None:
        """Return the text of one place, passwords masked, None where there is none (raises CaseError)."""
        row = row_of(place)
        if place and column_of_place(place) == place:
            return None  # a whole column has no text of its own
        if row >= 0 and (rows := self.rows(source, ordinal)) is not None:
            at = row - rows.first
            return self.rows_read(source, ordinal, rows, at, at + 1).get(place) if 0 <= at < rows.count else None
        return self.segments(source, ordinal).get(place)

    def _is_table(self, source: str) -> bool:
        units = self.units(source)
        return bool(units) and units[0].source.format == "delimited"

    def _file(self, source: str) -> InputFile:
        try:
            return self._files[source]
        except KeyError:
            raise CaseError(
                "desk", "this file is not among those the desk was opened with", "open it with them"
            ) from None

    def _check(self, source: str, file: InputFile) -> None:
        with Session(self._case.engine) as session:
            wanted = select(SourceRow.content).where(SourceRow.case_id == self._case.id, SourceRow.key == source)
            known = set(session.scalars(wanted))
        if content_digest(self._case.key, file) not in known - {""}:
            raise CaseError("desk", "this file is not what was examined", "close the desk and open it anew")

    def _segments(self, source: str, ordinal: int) -> Iterable[Segment]:
        if ordinal == NAME_ORDINAL:
            return [Segment(self.name_of(source), (FileName(),), role=Role.NAME)]
        unit = self._examined(source, ordinal)
        payload = self._file(source).read(unit.start, unit.stop)
        return format_named(unit.source.format).read(payload, unit).segments

    def _examined(self, source: str, ordinal: int) -> Unit:
        with Session(self._case.engine) as session:
            row = session.get(UnitRow, (latest_run(session, self._case.id), source, ordinal))
        if row is None or row.cover == "not_scanned":
            raise CaseError("desk", "this could not be examined and is not shown", "the case says why it is held")
        return self.units(source)[ordinal]

    def _passwords(self, source: str, ordinal: int) -> Passwords:
        with Session(self._case.engine) as session:
            wanted = select(FindingRow.place, FindingRow.start, FindingRow.stop).where(
                FindingRow.run_id == latest_run(session, self._case.id), FindingRow.source == source,
                FindingRow.ordinal == ordinal, FindingRow.entity == "PASSWORD",
            )  # fmt: skip
            return [(place, start, stop) for place, start, stop in session.execute(wanted)]

    def _keep(self, key: tuple[str, int], made: Parts) -> None:
        self._read[key] = made
        self._held += sum(len(each.text) for each in made.segments)
        while self._held > MOST_CHARACTERS and len(self._read) > 1:
            _, gone = self._read.popitem(last=False)
            self._held -= sum(len(each.text) for each in gone.segments)


def _masked(found: Mapping[str, Segment], passwords: Iterable[tuple[str, int, int]]) -> Mapping[str, Segment]:
    masked = dict(found)
    columns = set()
    for place, start, stop in passwords:
        if segment := masked.get(place):
            masked[place] = _replaced(segment, segment.text[:start] + MASK * (stop - start) + segment.text[stop:])
        else:
            columns.add(place)
    if columns:  # a column of passwords is one finding, which names none of its cells
        masked |= {
            place: _replaced(each, MASK * len(each.text)) for place, each in masked.items() if _column(each) in columns
        }
    return masked


def _column(segment: Segment) -> str:
    last = segment.address[-1] if segment.address else None
    if not isinstance(last, Cell) or last.row < 0:
        return ""
    return ", ".join([*(each.words() for each in segment.address[:-1]), last.column_words()])


def _replaced(segment: Segment, text: str) -> Segment:
    return Segment(text, segment.address, segment.label, segment.record, segment.thread, segment.role)
