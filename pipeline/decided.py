"""What is decided of a table's unit, kept in the working folder: read by whoever needs it, in one piece or in part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.model import Address, Decision, Finding
from pipeline.regular_copies import ColumnDecision
from pipeline.verify.canonical import Needle
from pipeline.workspace import Workspace, read_back

DECIDED: Final = "decided"
"""The stage of the workspace that holds what is decided of a table's unit."""
_NO_PERSON: Final = frozenset({"rule", "undecided"})
"""Who decided where no person did."""
_TABLE: Final = "decided-table"


@dataclass(frozen=True, slots=True)
class DecidedTable:
    """What is decided of the regular rows of a table's unit, and the needles of its single rows with their codes."""

    of_row: np.ndarray
    columns: tuple[ColumnDecision, ...]
    near: tuple[tuple[Needle, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """What is found or decided in a table's unit: single rows, whole columns, and what a worker needs of them."""

    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    table: DecidedTable | None = None

    @property
    def taken(self) -> tuple[tuple[Address, int, int], ...]:
        """Return the places that are decided one by one."""
        return places_taken(self.decisions)


def places_taken(decisions: Iterable[Decision]) -> tuple[tuple[Address, int, int], ...]:
    """Return the places that need no second look: all but those that stand as a business's by their record alone.

    Where such a value is withheld elsewhere in the release, as a private person's, it is met again and withheld here.
    """
    places = ((each.finding.address, each.finding.start, each.finding.end, each) for each in decisions)
    return tuple((address, start, end) for address, start, end, each in places if not _is_open_business(each))


def without_overruled(decisions: tuple[Decision, ...], more: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """Return decisions without those of a business's contacts that one of ``more`` withholds as somebody's."""
    met = {each.finding.address for each in more if each.withholds}
    spans = [each.finding for each in more if each.withholds]
    return tuple(
        each
        for each in decisions
        if each.finding.address not in met
        or not _is_open_business(each)
        or not any(
            one.address == each.finding.address and one.start < each.finding.end and each.finding.start < one.end
            for one in spans
        )
    )


def _is_open_business(decision: Decision) -> bool:
    return decision.finding.is_business_by_record and not decision.withholds and decision.decided_by in _NO_PERSON


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the outcome of a table's unit lies: working folder, running number, decisions that came ``more`` times."""

    folder: Path
    number: int
    more: int = 0

    def put(self, outcome: TableOutcome) -> None:
        """Keep an outcome; what only workers need lies by itself."""
        workspace = Workspace(self.folder)
        columns = () if outcome.table is None else tuple(each.decision for each in outcome.table.columns)
        if outcome.table is not None:
            workspace.put(_TABLE, self.number, outcome.table)
        workspace.put(DECIDED, self.number, (outcome.findings, outcome.decisions, columns, outcome.table is not None))

    def put_more(self, decisions: tuple[Decision, ...]) -> Kept:
        """Keep decisions that were met later; return where all lies now."""
        Workspace(self.folder).put(f"{DECIDED}-{self.more + 1}", self.number, decisions)
        return replace(self, more=self.more + 1)

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings, where no policy decided."""
        return self._read()[0]

    def decisions(self) -> tuple[Decision, ...]:
        """Return what is decided of single places and of whole columns."""
        _, decisions, columns, _ = self._read()
        return decisions + columns

    def outcome(self) -> TableOutcome:
        """Return the whole.

        Raises:
            OutputError: it cannot be read.
        """
        findings, decisions, _, has_table = self._read()
        table: DecidedTable | None = read_back(Workspace(self.folder), _TABLE, self.number) if has_table else None
        return TableOutcome(findings, decisions, table)

    def _read(self) -> tuple[tuple[Finding, ...], tuple[Decision, ...], tuple[Decision, ...], bool]:
        workspace = Workspace(self.folder)
        findings, decisions, columns, has_table = read_back(workspace, DECIDED, self.number)
        for at in range(self.more):
            later: tuple[Decision, ...] = read_back(workspace, f"{DECIDED}-{at + 1}", self.number)
            decisions = without_overruled(decisions, later) + later
        return findings, decisions, columns, has_table
