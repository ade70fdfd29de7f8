"""What log, manifest, report and scan results share: outcomes and counts, never a value.

A :class:`Tally` takes the outcome of one unit after another, so that a release of any size
needs memory only for what differs: files, rules, parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.model import Coverage, Decision, Finding, words

SMALL: Final = 10
"""Counts below this can single a person out; of what was not released they are given coarsely."""
_BY_NO_PERSON: Final = frozenset({"rule", "undecided", ""})


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The policy in use: its name, title, version and the sha256 of its file."""

    name: str
    version: str
    sha256: str
    title: str = ""
    jurisdiction: str = ""
    cell_size: int = SMALL


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model in use: its name, version and the sha256 of its archive."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a release stands: its case, its number, the sha256 of the manifest before it, its audit trail."""

    case: str
    sequence: int
    previous: str
    audit_head: str
    audit_length: int


@dataclass(frozen=True, slots=True)
class Run:
    """What is the same for a whole run. ``started_at`` is fixed at the start of the run, ISO 8601, UTC.

    ``purpose`` is ``release`` or ``scan``. ``binding`` is None for a release without a case.
    """

    version: str
    started_at: str = ""
    request_id: str = ""
    accuracy: str = ""
    policy: PolicyFacts | None = None
    models: tuple[ModelFacts, ...] = ()
    purpose: str = "release"
    recipient: str = "requester"
    binding: Binding | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """The outcome of one unit, ready for the evidence.

    ``file`` is the name of the output, or a label such as ``file 3`` where the name itself holds
    a finding; ``place`` says where in the file in plain words (``message 12``), "" where addresses
    alone tell it (a table, a document). Without a policy there are findings and no decisions.
    ``held`` units are not in the release: their decisions are neither logged nor counted as withheld.
    """

    file: str
    coverage: Coverage
    decisions: tuple[Decision, ...] = ()
    findings: tuple[Finding, ...] = ()
    place: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class QuasiFacts:
    """What the columns that stay in a table give away together: columns counted from 1, counts given coarsely.

    ``unique`` is the number of rows that are alone with their combination, ``smallest`` the size of the smallest
    group, ``telling`` the fewest columns that leave a row alone, ``mending`` what would change that, in words.
    """

    columns: tuple[int, ...]
    rows: int
    unique: int
    smallest: int
    telling: tuple[tuple[int, ...], ...] = ()
    mending: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. ``status`` is ``released``, ``held`` or ``not_scanned``.

    ``output`` is the path in the release folder, "" for a file that is not in it. ``sha256`` and
    ``size`` are of the output, never of the input. ``units`` counts units by cover, ``notes`` say what a person
    should know of it beside (a name that does not fit the content), without any value.
    """

    label: str
    status: str = "released"
    output: str = ""
    sha256: str = ""
    size: int = 0
    reasons: tuple[str, ...] = ()
    withheld: Mapping[str, int] = field(default_factory=dict)
    released: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    undecided: int = 0
    units: Mapping[str, int] = field(default_factory=dict)
    parts_withheld: int = 0
    headers_dropped: int = 0
    held_records: int = 0
    quasi: QuasiFacts | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How often a rule withheld an entity, and on what it rests."""

    rule: str
    entity: str
    exemption: str
    citation: str
    reason: str
    count: int
    undecided: int = 0


@dataclass(frozen=True, slots=True, order=True)
class PartOutcome:
    """Parts that could not be examined: where, why, how many; ``holds`` when their record is held for it."""

    file: str
    code: str
    why: str
    holds: bool
    count: int
    location: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that the evidence says about a run.

    ``lifted`` counts by entity what stands in the copies because a person released it.
    """

    run: Run
    files: tuple[FileOutcome, ...] = ()
    rules: tuple[RuleUse, ...] = ()
    parts: tuple[PartOutcome, ...] = ()
    lifted: Mapping[str, int] = field(default_factory=dict)

    @property
    def undecided(self) -> int:
        """For how many places of the released files only a proposal stands."""
        return sum(file.undecided for file in self.files if file.status == "released")

    @property
    def status(self) -> str:
        """``final`` when people or rules decided everything in the release, else ``provisional``."""
        return "provisional" if self.undecided else "final"

    @property
    def complete(self) -> bool:
        """Whether every file and every record of it is in the release."""
        return all(file.status == "released" and not file.held_records for file in self.files)

    def count(self, status: str) -> int:
        """Return how many files have ``status``."""
        return sum(file.status == status for file in self.files)

    def totals(self, kind: str, statuses: Iterable[str] = ("released",)) -> dict[str, int]:
        """Return the counts by entity of ``kind`` (withheld, released, found) over the files with ``statuses``."""
        wanted, total = set(statuses), Counter[str]()
        for file in self.files:
            if file.status in wanted:
                total.update(dict(getattr(file, kind)))
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


@dataclass(slots=True)
class _FileTally:
    withheld: Counter[str] = field(default_factory=Counter)
    released: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    undecided: int = 0
    parts: int = 0
    headers: int = 0
    held: int = 0

    def outcome(self, label: str) -> FileOutcome:
        return FileOutcome(
            label=label,
            withheld=_sorted(self.withheld),
            released=_sorted(self.released),
            found=_sorted(self.found),
            undecided=self.undecided,
            units=_sorted(self.units),
            parts_withheld=self.parts,
            headers_dropped=self.headers,
            held_records=self.held,
        )


def _sorted(counts: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counts.items()))


class Tally:
    """Counts outcomes unit by unit and gives the summary at the end, the same for any order of units."""

    def __init__(self) -> None:
        self._files: dict[str, _FileTally] = {}
        self._rules: Counter[tuple[str, str, str, str, str]] = Counter()
        self._undecided: Counter[tuple[str, str, str, str, str]] = Counter()
        self._lifted: Counter[str] = Counter()
        self._parts: Counter[tuple[str, str, str, bool, str]] = Counter()

    def add(self, examined: Examined) -> None:
        """Take in the outcome of one unit."""
        file = self._files.setdefault(examined.file, _FileTally())
        coverage = examined.coverage
        file.units[coverage.cover.value] += 1
        file.held += examined.held
        file.headers += sum(dropped.count for dropped in coverage.dropped)
        file.parts += sum(not gap.holds for gap in coverage.gaps)
        for gap in coverage.gaps:
            where = located(examined.place, words(gap.address))
            self._parts[examined.file, gap.code, gap.why, gap.holds, where] += 1
        for finding in examined.findings:
            file.found[finding.entity] += finding.count
        if examined.held:
            for decision in examined.decisions:
                file.found[decision.finding.entity] += decision.finding.count
            return
        for decision in examined.decisions:
            self._decide(file, decision)

    def _decide(self, file: _FileTally, decision: Decision) -> None:
        entity, count = decision.finding.entity, decision.finding.count
        file.found[entity] += count
        file.undecided += count if decision.undecided else 0
        if not decision.withholds:
            file.released[entity] += count
            self._lifted[entity] += count if decision.decided_by not in _BY_NO_PERSON else 0
            return
        file.withheld[entity] += count
        key = (decision.rule, entity, decision.exemption, basis(decision), decision.reason)
        self._rules[key] += count
        self._undecided[key] += count if decision.undecided else 0

    def summary(self, run: Run, outcomes: Iterable[FileOutcome] = ()) -> Summary:
        """Return the summary; ``outcomes`` give output, digest, size, status and reasons by ``label``."""
        known = {outcome.label: outcome for outcome in outcomes}
        files = []
        for label in sorted({*self._files, *known}):
            counted = self._files.get(label, _FileTally()).outcome(label)
            told = known.get(label)
            files.append(counted if told is None else _merged(counted, told))
        rules = [RuleUse(*key, count, self._undecided[key]) for key, count in self._rules.items()]
        rules.sort(key=lambda use: (-use.count, use.rule, use.entity, use.citation, use.reason))
        parts = [PartOutcome(*key[:4], count, key[4]) for key, count in self._parts.items()]
        lifted = {entity: count for entity, count in sorted(self._lifted.items()) if count}
        return Summary(run, tuple(files), tuple(rules), tuple(sorted(parts)), lifted)


def _merged(counted: FileOutcome, told: FileOutcome) -> FileOutcome:
    return replace(
        counted,
        status=told.status,
        output=told.output,
        sha256=told.sha256,
        size=told.size,
        reasons=told.reasons,
        held_records=told.held_records or counted.held_records,
        quasi=told.quasi,
        notes=told.notes,
    )


def basis(decision: Decision) -> str:
    """Return the law that a decision rests on: its citation, else definition and authority."""
    return decision.citation or "; ".join(each for each in (decision.definition, decision.authority) if each)


def located(place: str, location: str) -> str:
    """Return a location in plain words, with the place of the unit in front where there is one."""
    if not place:
        return location
    return place if location == "whole" else f"{place}, {location}"


def label(number: int, name: str, *, holds_finding: bool) -> str:
    """Return how the evidence calls a file: its output name, or ``file 3`` where the name holds a finding."""
    return f"file {number}" if holds_finding else name


def coarse_count(count: int) -> int | str:
    """Return a count, one that could single a person out as a range."""
    return f"1-{SMALL - 1}" if 0 < count < SMALL else count


def coarse(counts: Mapping[str, int]) -> dict[str, int | str]:
    """Return counts with those that could single a person out given as a range."""
    return {entity: coarse_count(count) for entity, count in counts.items() if count}
