"""The findings of the last run in memory, as numbers: groups, counts and what is open, without asking the database.

A case may have a hundred thousand findings; a page has to be there at once. The ledger holds positions and codes (some
60 bytes a finding and its number), follows the decisions as they come, and is read anew when a run follows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from pipeline.case.choosing import column_of_place, labels
from pipeline.case.deciding import ACCEPT
from pipeline.case.marking import MARKING, shown
from pipeline.case.recording import latest_release, latest_run
from pipeline.case.standing import last_decision
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import DecisionFindingRow, DecisionRow, FindingRow, RunRow, StandingRow
from pipeline.review.coded import AT_ONCE, COLUMNS, Coded, taken
from pipeline.review.in_copies import NOWHERE, InCopies, Span

KIND: Final = "kind"
WAYS: Final = ("value", "subject", "column", KIND, "rule", "file")
"""By what findings are put together; those of one kind have the same entity, rule and proposal."""
STATES: Final = ("open", "decided", "all")
_OVER_ANY_SCORE: Final = 1001


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the desk shows it."""

    number: int
    action: str
    by: str
    at: str
    reason: str
    citation: str
    undoes: int
    rule: str = ""
    approved_by: str = ""
    lift: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A finding as the desk shows it; ``state`` is open, decided or rule; ``outcome`` is what a copy shows.

    ``in_copy`` says that it was found only when a copy was examined again; ``start`` is -1 where nobody can tell where
    it stands in the record.
    """

    id: str
    source: str
    file: str
    ordinal: int
    place: str
    start: int
    stop: int
    entity: str
    rule: str
    proposal: str
    authority: str
    mandatory: bool
    score: float
    why: str
    count: int
    state: str
    outcome: str
    decision: Decided | None
    column: str
    subject: bool
    digest: str = ""
    mark: int = 0
    part: str = "full"
    kind: str = "private"
    in_copy: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that belong together: one of them that names the group, how many, how many open, how unsure."""

    item: Item
    findings: int
    open: int
    least_score: float
    entities: tuple[str, ...]
    files: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings are looked at; "" for all."""

    state: str = "all"
    entity: str = ""
    rule: str = ""
    file: str = ""


def _people(decision: Decided) -> set[str]:
    return {decision.by, decision.approved_by} if decision.lift else {decision.by}


class Ledger:
    """What the pages ask of a case. What :meth:`refresh` returns answers as of one moment (:attr:`seen`)."""

    def __init__(self, case: Case, in_copies: InCopies | None = None) -> None:
        """Take the case, and what tells where findings of copies stand in the records (None: nobody tells)."""
        self._case, self._in_copies = case, in_copies
        self._one = threading.RLock()
        self.run, self._released = -1, 0
        self.marks: tuple[int, ...] = ()
        self._run_at = ""
        self.seen = 0
        self.decisions: dict[int, Decided] = {}
        self.labels: Mapping[str, str] = {}
        self._fill([])

    def refresh(self) -> Ledger:
        """Take in what was found and decided since, by whomever, and return the ledger as of now.

        What is returned stays as it is: another thread that takes in a new run meanwhile does not mix it in.
        """
        with self._one, Session(self._case.engine) as session:
            run = latest_run(session, self._case.id)
            marks, there = shown(session, self._case.id)
            last_release = latest_release(session, self._case.id)
            released = last_release.sequence if last_release is not None else 0
            if (run, marks, released) != (self.run, self.marks, self._released):
                self.labels, self.marks = labels(self._case), marks
                self._run_at = session.scalar(select(RunRow.at).where(RunRow.id == run)) or ""
                # Of what only the copies show (a release adds it to its run), what a person has to decide.
                theirs = or_(FindingRow.in_copy.is_(False), FindingRow.action == "review")
                wanted = select(*COLUMNS).where(FindingRow.run_id == run, theirs)
                wanted = wanted if there is None else wanted.where(there)
                order = (FindingRow.source, FindingRow.ordinal, FindingRow.place, FindingRow.start, FindingRow.id)
                found = session.execute(wanted.order_by(*order), execution_options={"yield_per": AT_ONCE})
                self._fill(found.partitions())
                self.run, self.seen, self.decisions = run, 0, {}
                self._released = released
            last = last_decision(session, self._case.id)
            if last > self.seen:
                self._follow(session, last)
            return copy(self)

    def _fill(self, parts: Iterable[Sequence[Any]]) -> None:
        found = taken(parts)
        self.ids: list[str] = found["id"].to_pylist()
        self._row = {each: row for row, each in enumerate(self.ids)}
        coded = {each: Coded.of(column) for each, column in found.items() if pa.types.is_string(column.type)}
        self._source, self._place, self._entity = coded["source"], coded["place"], coded["entity"]
        self._part, self._kind = coded["part"], coded["kind"]
        self._rule, self._why, self._by = coded["rule"], coded["why"], coded["decided_by"]
        self._proposal, self._action, self._authority = coded["proposal"], coded["action"], coded["authority"]
        self._ordinal, self._start, self._stop, self._count, self._mark = (
            found[each].to_numpy() for each in ("ordinal", "start", "stop", "count", "mark")
        )
        self._score = found["score"].to_numpy().astype(np.int16)
        self._mandatory, self._in_copy = (
            found[each].to_numpy(zero_copy_only=False) for each in ("mandatory", "in_copy")
        )
        self._review = self._action.where("review")
        self._stands = np.zeros(len(self.ids), np.int64)
        value = pc.if_else(pc.equal(found["digest"], ""), found["id"], found["digest"])
        column = pa.array(map(column_of_place, self._place.texts), pa.string()).take(pa.array(self._place.codes))
        of_file = pc.binary_join_element_wise(found["source"], column, "\0")
        alike = pc.binary_join_element_wise(found["rule"], found["entity"], found["proposal"], "\0")
        self._ways = {
            "value": Coded.of(value), "subject": coded["subject"],
            "column": Coded.of(pc.if_else(pc.equal(column, ""), "", of_file)),
            KIND: Coded.of(alike), "rule": self._rule, "file": self._source,
        }  # fmt: skip

    def _follow(self, session: Session, last: int) -> None:
        self._stands, self.decisions = self._stands.copy(), dict(self.decisions)  # others read the ones before
        made = select(DecisionRow).where(
            DecisionRow.case_id == self._case.id, DecisionRow.id > self.seen, DecisionRow.id <= last
        )
        for row in session.scalars(made):
            self.decisions[row.id] = Decided(
                row.id, row.action, row.by, row.at, row.reason, row.citation, row.undoes,
                row.rule, row.approved_by, row.lift,
            )  # fmt: skip
        for finding, stands in session.execute(self._stands_after(last)):
            if (row_at := self._row.get(finding)) is not None:
                self._stands[row_at] = stands
        self.seen = last

    def _stands_after(self, last: int) -> Select[str, int]:
        """Return the query for what stands after decision ``last``: of the whole history its end alone is read."""
        if not self.seen:
            return select(StandingRow.finding_id, StandingRow.decision_id).where(
                StandingRow.case_id == self._case.id, StandingRow.decision_id <= last
            )
        return (
            select(DecisionFindingRow.finding_id, DecisionFindingRow.stands)
            .join(DecisionRow, DecisionRow.id == DecisionFindingRow.decision_id)
            .where(DecisionRow.case_id == self._case.id, DecisionRow.id > self.seen, DecisionRow.id <= last)
            .order_by(DecisionRow.id)
        )

    # --- what is asked ------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def is_open(self) -> np.ndarray:
        """Which findings wait for a person."""
        waits: np.ndarray = self._review & (self._stands == 0)
        return waits

    def mask(self, asked: Filter) -> np.ndarray:
        """Return which findings are looked at."""
        chosen = np.ones(len(self.ids), bool)
        if asked.state == "open":
            chosen &= self.is_open
        elif asked.state == "decided":
            chosen &= self._stands > 0
        for text, column in ((asked.entity, self._entity), (asked.rule, self._rule)):
            if text:
                chosen &= column.where(text)
        if asked.file:
            keys = [key for key, label in self.labels.items() if label == asked.file]
            chosen &= np.isin(
                self._source.codes, [self._source.texts.index(k) for k in keys if k in self._source.texts]
            )
        return chosen

    def groups(self, way: str, asked: Filter) -> list[tuple[int, int, int, int]]:
        """Return the groups that there are: first row, findings, open ones, least score; open and unsure first."""
        if way not in self._ways:
            raise CaseError("desk", "findings are not put together like that", f"choose {', '.join(WAYS)}")
        column = self._ways[way]
        chosen = self.mask(asked)
        if "" in column.texts:
            chosen &= ~column.where("")
        rows = np.flatnonzero(chosen)[::-1]  # backwards: of several rows the first one is written last, and stays
        codes, size = column.codes[rows], len(column.texts)
        waits = self.is_open[rows]
        total, left = np.bincount(codes, minlength=size), np.bincount(codes[waits], minlength=size)
        first = np.zeros(size, np.int64)
        first[codes] = rows
        least = np.full(size, _OVER_ANY_SCORE, np.int64)
        told = waits | (left[codes] == 0)
        np.minimum.at(least, codes[told], self._score[rows[told]])
        found = np.flatnonzero(total)
        order = found[np.lexsort((first[found], -total[found], least[found], left[found] == 0))]
        columns = (first[order], total[order], left[order], least[order])
        return list(zip(*(each.tolist() for each in columns), strict=True))

    def shown(self, groups: Iterable[tuple[int, int, int, int]], way: str, asked: Filter) -> list[Group]:
        """Return groups as they are shown."""
        column, chosen = self._ways[way], self.mask(asked)
        return [self._group(each, np.flatnonzero(chosen & (column.codes == column.codes[each[0]]))) for each in groups]

    def _group(self, told: tuple[int, int, int, int], rows: np.ndarray) -> Group:
        row, total, left, least = told
        entities = tuple(self._entity.texts[code] for code in np.unique(self._entity.codes[rows]))
        files = len(np.unique(self._source.codes[rows]))
        return Group(self.item(row), total, left, least / 1000, entities, files)

    def members(self, way: str, finding: str, asked: Filter | None = None) -> np.ndarray:
        """Return the rows of the findings that belong together with one, in order."""
        row = self.row_of(finding)
        if way == "one":
            return np.array([row])
        column = self._ways[way]
        same = column.codes == column.codes[row] if column.at(row) else np.arange(len(self.ids)) == row
        return np.flatnonzero(same & self.mask(asked or Filter()))

    def of_unit(self, source: str, ordinal: int) -> list[Item]:
        """Return the findings of one unit of a file, in order."""
        return [self.item(int(row)) for row in self.rows_of_unit(source, ordinal)]

    def rows_of_unit(self, source: str, ordinal: int) -> np.ndarray:
        """Return the rows of the findings of one unit of a file, in order."""
        return np.flatnonzero(self._source.where(source) & (self._ordinal == ordinal))

    def place(self, row: int) -> str:
        """Return the place of a finding in its unit."""
        return self._place.at(row)

    def has(self, finding: str) -> bool:
        """Return whether a finding is in the last run."""
        return finding in self._row

    def decided_in(self, source: str, *, by_people: bool = False) -> Iterator[tuple[str, int, str]]:
        """Yield place, cells and action (``review`` while it waits) of each finding of a file, or of people's.

        What nobody decided of a column comes together, with the place of the column.
        """
        chosen = self._source.where(source)
        if not by_people:
            column = self._ways["column"]
            alike = chosen & (self._stands == 0) & ~column.where("")
            chosen &= ~alike
            rows = np.flatnonzero(alike)
            action = np.where(self._review[rows], -1, self._action.codes[rows])
            for (at, what), count in zip(*_added_up(column.codes[rows], action, self._count[rows]), strict=True):
                yield column.texts[at].partition("\0")[2], count, "review" if what < 0 else self._action.texts[what]
        for row in map(int, np.flatnonzero(chosen & (self._stands > 0) if by_people else chosen)):
            decision = self.decisions.get(int(self._stands[row]))
            waits = decision is None and bool(self._review[row])
            yield self._place.at(row), int(self._count[row]), "review" if waits else self._outcome(row, decision)

    def row_of(self, finding: str) -> int:
        """Return the row of a finding (raises CaseError)."""
        row = self._row.get(finding)
        if row is None:
            raise CaseError("desk", "there is no such finding in the last run", "go back to the queue")
        return row

    def item(self, row: int) -> Item:
        """Return a finding as it is shown."""
        decision = self.decisions.get(int(self._stands[row]))
        source, place = self._source.at(row), self._place.at(row)
        return Item(
            self.ids[row], source, self.labels.get(source, "a file"), int(self._ordinal[row]), place,
            *self._span(row), self._entity.at(row), self._rule.at(row),
            self._proposal.at(row), self._authority.at(row), bool(self._mandatory[row]),
            float(self._score[row]) / 1000, self._why.at(row), int(self._count[row]),
            "decided" if decision else "open" if self._review[row] else "rule",
            self._outcome(row, decision), decision, column_of_place(place), bool(self._ways["subject"].at(row)),
            self._ways["value"].at(row), int(self._mark[row]),
            self._part.at(row), self._kind.at(row), bool(self._in_copy[row]),
        )  # fmt: skip

    def _span(self, row: int) -> Span:
        """Return where a finding stands in its record; of one that only a copy shows, by its digest."""
        start, stop = int(self._start[row]), int(self._stop[row])
        if not self._in_copy[row]:
            return start, stop
        if self._in_copies is None:
            return NOWHERE
        source, ordinal, place = self._source.at(row), int(self._ordinal[row]), self._place.at(row)
        finding = (self.ids[row], self._entity.at(row), self._ways["value"].at(row))

        def taken() -> list[Span]:
            rows = self.rows_of_unit(source, ordinal)
            beside = rows[(self._place.codes[rows] == self._place.codes[row]) & ~self._in_copy[rows]]
            return list(zip(self._start[beside].tolist(), self._stop[beside].tolist(), strict=True))

        return self._in_copies.placed(self.run, finding, (source, ordinal, place), stop - start, taken)

    def _outcome(self, row: int, decision: Decided | None) -> str:
        proposed = self._proposal.at(row) if self._review[row] else self._action.at(row)
        if decision is None or decision.action == "adopt":
            return proposed
        if decision.lift and self._mandatory[row] and decision.at < self._run_at:
            return proposed  # the ground is no longer recorded: the last examination honoured no lift
        if decision.action in MARKING:
            return proposed if self._mark[row] else "withhold"
        return decision.action

    def counts(self, by: str) -> list[tuple[str, int, int]]:
        """Return for each file, entity or rule how many findings there are and how many of them are open."""
        columns: Mapping[str, tuple[Coded, Callable[[str], str]]] = {
            "file": (self._source, lambda key: self.labels.get(key, "a file")),
            "entity": (self._entity, str),
            "rule": (self._rule, str),
        }
        column, told = columns[by]
        size = len(column.texts)
        total = np.bincount(column.codes, minlength=size)
        left = np.bincount(column.codes, weights=self.is_open, minlength=size).astype(np.int64)
        rows = [(told(text), int(total[at]), int(left[at])) for at, text in enumerate(column.texts)]
        return sorted(rows, key=lambda each: (-each[2], -each[1], each[0]))

    def shares(self, by: str) -> list[tuple[str, int, int, int]]:
        """Return for each file, entity or rule how much people decided, how much rules did, and how much is left."""
        column = {"file": self._source, "entity": self._entity, "rule": self._rule}[by]
        size, people = len(column.texts), self._stands > 0
        total = np.bincount(column.codes, minlength=size)
        decided = np.bincount(column.codes, weights=people, minlength=size).astype(np.int64)
        left = np.bincount(column.codes, weights=self.is_open, minlength=size).astype(np.int64)
        rows = [
            (self.labels.get(text, "a file") if by == "file" else text, int(decided[at]),
             int(total[at] - decided[at] - left[at]), int(left[at]))
            for at, text in enumerate(column.texts)
        ]  # fmt: skip
        return sorted(rows, key=lambda each: (-each[3], -sum(each[1:]), each[0]))

    def deciders(self) -> frozenset[str]:
        """Return the names of those who decided something that counts in a release.

        They are those whose decisions stand for a finding of the last run, who took back what others decided, and who
        let a contradiction stand.
        """
        made = self.decisions
        stand = {by for each in np.unique(self._stands) if each for by in _people(made[int(each)])}
        others = {each.by for each in made.values() if each.undoes and made[each.undoes].by != each.by}
        return frozenset(stand | others | {each.by for each in made.values() if each.action == ACCEPT})

    def progress(self) -> dict[str, int]:
        """Return how many findings there are, open, decided by people, and decided by rules."""
        total, waits, decided = len(self.ids), int(self.is_open.sum()), int((self._stands > 0).sum())
        return {"findings": total, "open": waits, "decided": decided, "by_rule": total - waits - decided}


def _added_up(one: np.ndarray, other: np.ndarray, counts: np.ndarray) -> tuple[list[list[int]], list[int]]:
    """Return each pair that there is of two columns of numbers, and the sum of the counts beside it."""
    pairs, at = np.unique(np.stack([one, other]), axis=1, return_inverse=True)
    sums = np.bincount(at.ravel(), weights=counts, minlength=pairs.shape[1])
    return pairs.T.tolist(), [int(each) for each in sums]
