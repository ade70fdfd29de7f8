"""What the stages of the road leave: the result of a unit, of a file, and of a whole scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from pipeline.decided import Kept, TableOutcome, without_overruled
from pipeline.inputs import InputFile
from pipeline.model import Cover, Coverage, Decision, Dropped, Finding, Gap, Unit
from pipeline.planning import Planned
from pipeline.policy.schema import Policy
from pipeline.state import Job
from pipeline.verify import Needle, WithheldIndex
from pipeline.workspace import Workspace

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class UnitResult:
    """What became of one unit: decisions (or findings, without a policy), gaps, or why it was not scanned.

    Findings and decisions of a table's unit lie in the workspace under ``number`` and are read when asked for.
    """

    unit: Unit
    number: int
    workspace: Workspace
    is_table: bool = False
    needles: list[tuple[Needle, ...]] = field(default_factory=list)
    gaps: tuple[Gap, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    segments: int = 0
    characters: int = 0
    list_hold: str = ""
    held: str = ""
    unscanned: bool = False
    _held: TableOutcome = field(default_factory=TableOutcome)
    _kept: Kept | None = None

    @property
    def kept(self) -> Kept | None:
        """Where the outcome of a table's unit lies, for a worker to read."""
        return self._kept

    @property
    def outcome(self) -> TableOutcome:
        """What was found and decided."""
        return self._held if self._kept is None else self._kept.outcome()

    @outcome.setter
    def outcome(self, outcome: TableOutcome) -> None:
        if self.is_table:
            self._kept = Kept(self.workspace.folder, self.number)
            self._kept.put(outcome)
        else:
            self._held = outcome

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, where no policy decides."""
        return self._held.findings if self._kept is None else self._kept.findings()

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What is decided, of single places and of whole columns."""
        return self._held.decisions if self._kept is None else self._kept.decisions()

    def decide_more(self, decisions: Iterable[Decision]) -> None:
        """Take in decisions for places that were met later."""
        more = tuple(decisions)
        if not more:
            return
        if self._kept is not None:
            self._kept = self._kept.put_more(more)
        else:
            kept = without_overruled(self._held.decisions, more)
            self._held = replace(self._held, decisions=kept + more)

    def hold(self, why: str, *, unscanned: bool = False) -> None:
        """Hold this unit back; the first reason stands."""
        self.held = self.held or why
        self.unscanned = self.unscanned or unscanned

    def coverage(self, decisions: Iterable[Decision]) -> Coverage:
        """Return what the evidence says of this unit, given its decisions."""
        gaps = self.gaps
        if self.held and not any(each.holds for each in gaps):
            gaps += (Gap((), "failed" if self.unscanned else "held", self.held, holds=True),)
        if self.held:
            cover = Cover.NOT_SCANNED if self.unscanned else Cover.REDACTED
        else:
            cover = Cover.REDACTED if any(each.withholds for each in decisions) else Cover.CLEARED
        return Coverage(self.unit.key, cover, gaps, self.dropped, self.segments, self.characters)


@dataclass(slots=True)
class FileResult:
    """What became of one file."""

    file: InputFile
    planned: Planned
    units: list[UnitResult] = field(default_factory=list)
    name_decisions: list[Decision] = field(default_factory=list)
    name_repeats_record: bool = False
    held: str = ""

    @property
    def name_withheld(self) -> bool:
        """Whether the name of the file itself holds something withheld, or could not be examined."""
        if not self.planned.name_examined or not self.file.name.isprintable():
            return True
        if not self.name_decisions:
            return bool(self.planned.name_findings)
        return any(each.withholds for each in self.name_decisions)


def unexamined_names(results: Iterable[tuple[str, FileResult]]) -> dict[str, str]:
    """Return the names in the input of files whose names nobody came to examine, by how the evidence calls them.

    Reading such a file ended the worker that also looks at its name. Who gave the file has to know which it was.
    """
    return {label: each.file.label for label, each in results if not each.planned.name_examined}


@dataclass(slots=True)
class Scan:
    """Everything found and decided, before anything is written.

    ``leaving`` are the keys of the units whose records a supplemental release is made of, None for all.
    """

    job: Job
    policy: Policy | None
    files: list[FileResult]
    index: WithheldIndex
    workspace: Workspace
    withheld_needles: set[Needle] = field(default_factory=set)
    leaving: frozenset[str] | None = None

    @property
    def units(self) -> Iterator[UnitResult]:
        return (unit for file in self.files for unit in file.units)

    @property
    def decisions(self) -> Iterator[Decision]:
        return (decision for unit in self.units for decision in unit.decisions)

    @property
    def unexamined(self) -> bool:
        """Whether something could not be examined and holds its record."""
        return any(file.held for file in self.files) or any(unit.unscanned for unit in self.units)
