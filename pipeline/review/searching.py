"""Search in the records of a case: the texts as they were read, record by record, within limits of time and results.

Case, accents, widths and invisible characters do not count, nor what stands between digits: ``406-555-0123`` is found
by ``(406) 555 0123``. Passwords are masked before anything is compared, so no search tells one. What is looked for is
kept nowhere but as a keyed digest in the trail: not in an address, not in a log. A search that has used up its time
says where to go on.
"""

from __future__ import annotations

import re
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice, pairwise
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.case.overrides import NAME_ORDINAL
from pipeline.case.searches import search_form
from pipeline.case.store import CaseError
from pipeline.case.tables import SourceRow, UnitRow
from pipeline.errors import ReleasableError
from pipeline.model import Cell, Column, Segment, words
from pipeline.review.blocking import held
from pipeline.review.desk import Desk
from pipeline.review.ledger import Filter, Item, Ledger
from pipeline.review.texts import Passwords
from pipeline.texts.digest import fold, folded_lengths
from pipeline.texts.plain_form import plain_form

LEAST: Final = 2
LONGEST: Final = 200
MOST_RESULTS: Final = 50
SECONDS: Final = 5.0
"""After this a search stops at the end of a record, and says where to go on."""
AROUND: Final = 80
"""Characters shown before and after what was found."""
_PATIENCE: Final = 15.0
_AT_ONCE: Final = threading.Semaphore(2)
"""Searches at a time: each uses a core, and the pages of the others must come meanwhile."""
_BETWEEN_DIGITS: Final = r"[\s\-./()+,\u2010-\u2015]{0,3}"
_PIECE: Final = re.compile(r"\d+|\s+|.", re.DOTALL)


class Wanted:
    """What is looked for, and where it stands in a text."""

    def __init__(self, text: str) -> None:
        """Take what a person typed (raises CaseError where it is too short or too long)."""
        plain = search_form(text)
        if len("".join(plain.split())) < LEAST or len(text) > LONGEST:
            what = f"what is looked for has {LEAST} to {LONGEST} characters"
            raise CaseError("search", what, "give a word, a name or a number")
        self._pattern = re.compile("".join(map(_pattern_of, _PIECE.findall(plain))))

    def is_in(self, texts: Sequence[str]) -> list[int]:
        """Return which of some texts hold it, looked through in one go."""
        joined = fold(plain_form("\0".join(each.replace("\0", " ") for each in texts)).text)
        ends = [found.start() for found in re.finditer("\0", joined)] if self._pattern.search(joined) else []
        return list(dict.fromkeys(bisect_right(ends, found.start()) for found in self._pattern.finditer(joined)))

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it stands in a text, in code points of the text."""
        form = plain_form(text)
        folded = fold(form.text)
        starts = None
        for found in self._pattern.finditer(folded):
            if starts is None:
                starts = [0, *accumulate(folded_lengths(form.text))]
            first, stop = bisect_right(starts, found.start()) - 1, bisect_right(starts, found.end()) - 1
            yield form.span(first, stop + (starts[stop] < found.end()))  # with the accents that follow the last letter


def _pattern_of(piece: str) -> str:
    if piece.isdigit():
        return _BETWEEN_DIGITS.join(piece)
    return r"\s+" if piece.isspace() else re.escape(piece)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a search goes on: the file (its key), the record, and how many results of it were told already."""

    source: str = ""
    ordinal: int = NAME_ORDINAL
    told: int = 0


@dataclass(frozen=True, slots=True)
class Bit:
    """A run of characters of an excerpt: whether it was looked for, its finding, whether that ends here."""

    text: str
    is_hit: bool = False
    item: Item | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Where something was found: the record, the text (its number in reading order) and the span in it.

    ``of_column`` are the findings of the whole column, where it is a cell without one of its own.
    """

    source: str
    file: str
    ordinal: int
    number: int
    place: str
    row: int
    start: int
    stop: int
    items: tuple[Item, ...]
    bits: tuple[Bit, ...] = ()
    of_column: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsearched:
    """What was not searched, and why; record 0 is the whole file."""

    file: str
    record: int
    place: str
    why: str


@dataclass(slots=True)
class Found:
    """What a search came to: results, records looked through, what could not be, and where to go on (None: ended)."""

    hits: list[Hit] = field(default_factory=list)
    records: int = 0
    of: int = 0
    unsearched: list[Unsearched] = field(default_factory=list)
    rest: Place | None = None


def search(desk: Desk, text: str, start: Place | None = None, *, most: int = MOST_RESULTS) -> Found:
    """Look for a text in the records of the last run.

    Args:
        desk: the desk.
        text: what is looked for.
        start: where to go on; None begins.
        most: so many results at most.

    Raises:
        CaseError: the text is too short or too long, others are searching, or there is no such place.
    """
    wanted = Wanted(text)
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise CaseError("search", "others are searching", "search again in a moment")
    try:
        return _Search(desk, wanted, most).go(start or Place())
    finally:
        _AT_ONCE.release()


class _Search:
    """One stretch of a search."""

    def __init__(self, desk: Desk, wanted: Wanted, most: int) -> None:
        self._desk, self._wanted, self._most = desk, wanted, most
        self._ledger: Ledger = desk.ledger.refresh()
        self._until = time.monotonic() + SECONDS
        self._passwords = _passwords(self._ledger)
        self._found = Found()

    def go(self, start: Place) -> Found:
        """Search from a place on."""
        found, skipped = self._found, self._skipped()
        found.of = self._count()
        sources = sorted(self._ledger.labels, key=lambda key: (self._ledger.labels[key], key))
        if start.source and start.source not in self._ledger.labels:
            raise CaseError("search", "there is no such file in this case", "search from the beginning")
        closed = self._closed()
        for source in sources[sources.index(start.source) if start.source else 0 :]:
            if source in closed:
                continue  # the case lists it among what is held, below
            first = start if source == start.source else Place(source)
            if not self._file(source, first, skipped.get(source, frozenset())):
                break
        if not start.source:
            found.unsearched += [
                Unsearched(each.file, each.unit, "", each.why)
                for each in held(self._desk.case, self._ledger, unscanned=True)
            ]  # fmt: skip
        return found

    def _file(self, source: str, first: Place, skipped: frozenset[int]) -> bool:
        """Search a file; False where time or results are used up."""
        file = self._ledger.labels[source]
        try:
            units = self._desk.texts.units(source)
            for ordinal in range(first.ordinal, len(units)):
                told = first.told if ordinal == first.ordinal else 0
                if len(self._found.hits) >= self._most or time.monotonic() > self._until:
                    self._found.rest = Place(source, ordinal, told)
                    return False
                if ordinal in skipped:
                    continue
                if not self._unit(source, ordinal, told):
                    return False
        except ReleasableError as error:
            self._found.unsearched.append(Unsearched(file, 0, "", error.what))
        return True

    def _unit(self, source: str, ordinal: int, told: int) -> bool:
        file, found = self._ledger.labels[source], self._found
        try:
            segments, gaps = self._desk.texts.unkept(source, ordinal, self._passwords.get((source, ordinal), ()))
        except ReleasableError as error:
            found.unsearched.append(Unsearched(file, ordinal + 1, "", error.what))
            return True
        except Exception:  # noqa: BLE001 - whatever a parser raises, the record is told as not searched
            found.unsearched.append(Unsearched(file, ordinal + 1, "", "it could not be read"))
            return True
        if not told:
            found.records += ordinal >= 0
            found.unsearched += [Unsearched(file, ordinal + 1, words(each.address), each.why) for each in gaps]
        left = self._most - len(found.hits)
        hits = list(islice(self._hits(source, ordinal, segments), told, told + left + 1))
        found.hits += hits[:left]
        if len(hits) > left:
            found.rest = Place(source, ordinal, told + left)
            return False
        return True

    def _hits(self, source: str, ordinal: int, segments: Sequence[Segment]) -> Iterator[Hit]:
        where = self._wanted.is_in([each.text for each in segments])
        items = self._ledger.of_unit(source, ordinal) if where else []
        for number in where:
            segment = segments[number]
            place = words(segment.address)
            there = [each for each in items if each.place == place]
            column = _column_of(segment)
            whole = tuple(each for each in items if column and each.place == column)
            row = next((each.row for each in segment.address if isinstance(each, Cell)), -1)
            for start, stop in self._wanted.spans(segment.text):
                met = tuple(each for each in there if each.start < stop and start < each.stop)
                yield Hit(
                    source, self._ledger.labels[source], ordinal, number, place, row, start, stop, met,
                    excerpt(segment.text, start, stop, there), () if met else whole,
                )  # fmt: skip

    def _skipped(self) -> Mapping[str, frozenset[int]]:
        """Return what was not examined, and so is not opened here either."""
        wanted = select(UnitRow.source, UnitRow.ordinal).where(
            UnitRow.run_id == self._ledger.run, UnitRow.cover == "not_scanned"
        )
        told: dict[str, set[int]] = {}
        with Session(self._desk.case.engine) as session:
            for source, ordinal in session.execute(wanted):
                told.setdefault(source, set()).add(ordinal)
        return {source: frozenset(each) for source, each in told.items()}

    def _closed(self) -> frozenset[str]:
        """Return the files that no format could read."""
        examined = select(UnitRow.source).where(UnitRow.run_id == self._ledger.run)
        wanted = select(SourceRow.key).where(
            SourceRow.case_id == self._desk.case.id, SourceRow.format == "", SourceRow.key.not_in(examined)
        )
        with Session(self._desk.case.engine) as session:
            return frozenset(session.scalars(wanted))

    def _count(self) -> int:
        wanted = select(func.count()).select_from(UnitRow).where(
            UnitRow.run_id == self._ledger.run, UnitRow.cover != "not_scanned"
        )  # fmt: skip
        with Session(self._desk.case.engine) as session:
            return session.scalar(wanted) or 0


def _column_of(segment: Segment) -> str:
    """Return the words of the column in which a cell stands, "" for what is no cell."""
    step = segment.address[-1] if segment.address else None
    return words((*segment.address[:-1], Column(step.column))) if isinstance(step, Cell) else ""


def _passwords(ledger: Ledger) -> Mapping[tuple[str, int], Passwords]:
    told: dict[tuple[str, int], list[tuple[str, int, int]]] = {}
    for row in ledger.mask(Filter(entity="PASSWORD")).nonzero()[0]:
        each = ledger.item(int(row))
        told.setdefault((each.source, each.ordinal), []).append((each.place, each.start, each.stop))
    return told


def excerpt(text: str, start: int, stop: int, items: Sequence[Item]) -> tuple[Bit, ...]:
    """Return what stands around a span, cut where a finding or the span begins or ends."""
    first, last = max(0, start - AROUND), min(len(text), max(stop, start + 1) + AROUND)
    near = [each for each in items if each.start < last and first < each.stop <= len(text)]
    edges = {first, last, start, stop, *(at for each in near for at in (each.start, each.stop))}
    cuts = sorted(at for at in edges if first <= at <= last)
    bits = []
    for begin, end in pairwise(cuts):
        item = next((each for each in near if each.start <= begin and end <= each.stop), None)
        ends = item is not None and end in {item.stop, last}
        bits.append(Bit(text[begin:end], start <= begin and end <= stop, item, ends))
    return tuple(bits)
