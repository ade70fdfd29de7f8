"""The columns of the tables of a case: the class of each, on what evidence, what stands in it, what a pin changes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.overrides import place_digest
from pipeline.case.pinning import Laid, checked, laid_down, lay_down, standing_pins
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import FindingRow, PinRow, SourceRow
from pipeline.decide import decide
from pipeline.formats import FORMATS, format_named
from pipeline.inputs import InputFile
from pipeline.model import Action, Cell, ColumnClass, Decision, Finding
from pipeline.planning import Planned, header_names, plan
from pipeline.results import Progress
from recognizers.entities import UNIQUE_IDENTIFIER

if TYPE_CHECKING:
    from pipeline.review.desk import Desk
    from pipeline.review.ledger import Ledger

SECONDS: Final = 3.0
"""After this the cells of a column are not counted on, and the page says so."""
TABLES: Final = frozenset(each.name for each in FORMATS if hasattr(each, "table"))
_COLUMN: Final = re.compile(r"(?:(?:row \d+|header row), )?column (\d+)(?:, block \d+)?")
_SHEET: Final = re.compile(r"sheet (\d+), (?:cell|column) ([A-Z]+)\d*(?:, block \d+)?")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was classified: its headers, its classes, the first column of each sheet (by its number)."""

    names: tuple[str, ...]
    classes: tuple[ColumnClass, ...]
    sheets: Mapping[str, int] = field(default_factory=dict)

    def number_of(self, place: str) -> int:
        """Return the column (from 1, through the whole file) that a place stands in, 0 where it is in none."""
        if found := _COLUMN.fullmatch(place):
            return int(found[1])
        if (found := _SHEET.fullmatch(place)) and found[1] in self.sheets:
            number = 0
            for letter in found[2]:
                number = number * 26 + ord(letter) - ord("A") + 1
            return self.sheets[found[1]] + number
        return 0


@dataclass(slots=True)
class Tally:
    """Cells, by what the copy shows of them: withheld, waiting for a person, standing."""

    withheld: int = 0
    waits: int = 0
    stands: int = 0

    def count(self, action: str, cells: int) -> None:
        """Count what a rule or a person says of some cells."""
        if action == "review":
            self.waits += cells
        elif action == "release":
            self.stands += cells
        else:
            self.withheld += cells


@dataclass(frozen=True, slots=True)
class Effect:
    """What a class would change: how many cells hold something, whether all were counted, what is decided of them."""

    filled: int
    is_all: bool
    decision: Decision | None
    now: Tally
    by_people: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A table of the case: its key, what it is called, how many columns it has (-1: not looked at) and pins."""

    source: str
    file: str
    columns: int
    pins: int


class Columns:
    """What the desk knows of the columns of tables: of the last look at them, in memory."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._tables: dict[str, Table] = {}

    def take(self, planned: Iterable[tuple[InputFile, Planned]]) -> None:
        """Take in what an examination said of tables."""
        made = {}
        for file, each in planned:
            if each.source is not None and each.columns:
                sheets = {
                    unit.context["table"]: int(unit.context.get("first_column", "0"))
                    for unit in each.units if "table" in unit.context
                }  # fmt: skip
                key = place_digest(self._case.keyed, "path", file.name)
                made[key] = Table(tuple(header_names(each)), each.columns, sheets)
        self._tables = made

    def table(self, source: str) -> Table | None:
        """Return a table, None where it was not looked at since the desk was opened."""
        return self._tables.get(source)

    def listed(self, labels: Mapping[str, str]) -> list[Listed]:
        """Return the tables of the case."""
        with Session(self._case.engine) as session:
            wanted = select(SourceRow.key).where(SourceRow.case_id == self._case.id, SourceRow.format.in_(TABLES))
            keys = sorted(set(session.scalars(wanted)), key=lambda key: (labels.get(key, ""), key))
            pinned = [source for source, _ in standing_pins(session, self._case.id)]
        return [
            Listed(key, labels.get(key, "a file"), self._count(key), pinned.count(key))
            for key in keys
        ]  # fmt: skip

    def _count(self, source: str) -> int:
        table = self._tables.get(source)
        return len(table.classes) if table else -1

    def pins(self, source: str) -> Mapping[int, PinRow]:
        """Return the pins of a table by column, from 1."""
        with Session(self._case.engine, expire_on_commit=False) as session:
            return {
                number: row for (key, number), row in standing_pins(session, self._case.id).items() if key == source
            }

    def history(self, source: str, number: int) -> Sequence[PinRow]:
        """Return what was laid down about a column, in order."""
        return [each for each in laid_down(self._case) if (each.source, each.number) == (source, number)]

    def pin(self, laid: Laid, by: str) -> int:
        """Lay down the class of a column, or lift what was laid down (raises CaseError)."""
        return lay_down(self._case, laid, by=by)


def look(desk: Desk, tell: Progress) -> list[tuple[InputFile, Planned]]:
    """Classify the columns of the tables of a case, in a worker that asks no model.

    Raises:
        CaseError: a table could not be looked at.
    """
    with Session(desk.case.engine) as session:
        wanted = select(SourceRow.key).where(SourceRow.case_id == desk.case.id, SourceRow.format.in_(TABLES))
        keys = set(session.scalars(wanted))
    files = [each for each in desk.road.files if place_digest(desk.case.keyed, "path", each.name) in keys]
    made = []
    with desk.road.lookers(desk.case) as runner:
        for at, (file, planned, failure) in enumerate(runner.map(plan, files), start=1):
            tell("looking at the columns", at, len(files))
            if failure is not None:
                raise CaseError("columns", f"a table could not be looked at ({failure.what})", failure.remedy)
            made.append((file, planned))
    return made


def tallies(ledger: Ledger, source: str, table: Table) -> Mapping[int, Tally]:
    """Return what stands in each column now, as rules and people decided."""
    made: dict[int, Tally] = {}
    for place, count, action in ledger.decided_in(source):
        if number := table.number_of(place):
            made.setdefault(number, Tally()).count(action, count)
    return made


def of_run(case: Case, run: int, source: str, number: int, table: Table) -> Tally:
    """Return what the rules said of a column in a run; what people decided does not count."""
    made = Tally()
    wanted = select(FindingRow.place, FindingRow.count, FindingRow.action).where(
        FindingRow.run_id == run, FindingRow.source == source, FindingRow.in_copy.is_(False)
    )
    with Session(case.engine) as session:
        for place, count, action in session.execute(wanted):
            if table.number_of(place) == number:
                made.count(action, count)
    return made


def effect(desk: Desk, laid: Laid, table: Table) -> Effect:
    """Return what a class would change of a column: its cells counted, and what the policy says of them.

    Raises:
        CaseError: it is no class, or the file is not what was examined.
        UnreadableSource: the file cannot be read.
    """
    pin = checked(laid)
    filled, is_all = _filled(desk, laid.source, laid.number)
    entity = UNIQUE_IDENTIFIER if pin.kind == "identifier" else pin.entity
    decision = None
    if entity:
        label = table.names[laid.number - 1] if laid.number <= len(table.names) else ""
        one = Finding(entity, 0, 1, (Cell(0, laid.number - 1),), "", 1.0, "column", "pinned", pin.part, label)
        decision = decide([one], desk.road.job.facts, desk.policy, desk.road.job.decided_at)[0]
    ledger = desk.ledger.refresh()
    now = tallies(ledger, laid.source, table).get(laid.number, Tally())
    by_people = sum(
        table.number_of(place) == laid.number for place, _, _ in ledger.decided_in(laid.source, by_people=True)
    )
    return Effect(filled, is_all, decision, now, by_people)


def _filled(desk: Desk, source: str, number: int) -> tuple[int, bool]:
    """Return how many cells of a column hold something, and whether all were counted within the time there is."""
    until, count = time.monotonic() + SECONDS, 0
    for row in _cells(desk, source, number):
        if row is None:
            if time.monotonic() > until:
                return count, False
            continue
        count += bool(row.strip())
    return count, True


def _cells(desk: Desk, source: str, number: int) -> Iterator[str | None]:
    """Yield the cells of a column, and None between the units of the file."""
    for unit in desk.texts.units(source):
        kind, first = format_named(unit.source.format), int(unit.context.get("first_column", "0"))
        yield None
        if unit.context.get("table") == "0" or not hasattr(kind, "table"):
            continue
        for row, cells in kind.table(desk.texts.payload(source, unit), unit):
            if row >= 0 and 0 <= number - 1 - first < len(cells):
                yield cells[number - 1 - first]


def hides(decision: Decision | None) -> bool:
    """Return whether a decision hides what it is about, or proposes to."""
    return decision is not None and decision.effective is not Action.RELEASE
