"""The spine: the order of the stages, and nothing else.

    files -> plan -> examine -> (barrier: link across, decide) -> find again -> decide -> write -> verify

``scan`` goes as far as the decisions; ``release`` (in :mod:`pipeline.release`) writes and verifies. Both take a
:class:`Runner` that spreads pure functions over processes or machines, so that they know of none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from pipeline.case.overrides import NAME_ORDINAL, honoured
from pipeline.decide import decide
from pipeline.digest import Keyed
from pipeline.errors import Failure
from pipeline.inputs import InputFile
from pipeline.link import LinkRules, linked_elsewhere
from pipeline.model import Address, Cover, Coverage, Decision, Dropped, Finding, Gap, Unit
from pipeline.planning import Planned, plan
from pipeline.policy.schema import Policy
from pipeline.state import Job
from pipeline.tasks import Again, Examined, UnitTask, examine, find_again
from pipeline.verify import Needle, WithheldIndex

Item = TypeVar("Item")
Progress = Callable[[str, int, int], None]


class Runner(Protocol):
    """Runs a function over items in worker processes; answers come in the order of the items."""

    def map(
        self, function: Callable[[Any, Item], Any], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Any, Failure | None]]: ...

    def share(self, value: Any) -> None: ...


@dataclass(slots=True)
class UnitResult:
    """What became of one unit: decisions (or findings, without a policy), gaps, or why it was not scanned."""

    unit: Unit
    findings: list[Finding] = field(default_factory=list)
    needles: list[tuple[Needle, ...]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    gaps: tuple[Gap, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    segments: int = 0
    characters: int = 0
    held: str = ""
    unscanned: bool = False

    def hold(self, why: str, *, unscanned: bool = False) -> None:
        """Hold this unit back; the first reason stands."""
        self.held = self.held or why
        self.unscanned = self.unscanned or unscanned

    @property
    def coverage(self) -> Coverage:
        """What the evidence says of this unit."""
        gaps = self.gaps
        if self.held and not any(each.holds for each in gaps):
            gaps += (Gap((), "failed" if self.unscanned else "held", self.held, holds=True),)
        if self.held:
            cover = Cover.NOT_SCANNED if self.unscanned else Cover.REDACTED
        else:
            cover = Cover.REDACTED if any(each.withholds for each in self.decisions) else Cover.CLEARED
        return Coverage(self.unit.key, cover, gaps, self.dropped, self.segments, self.characters)


@dataclass(slots=True)
class FileResult:
    """What became of one file."""

    file: InputFile
    planned: Planned
    units: list[UnitResult] = field(default_factory=list)
    name_decisions: list[Decision] = field(default_factory=list)
    held: str = ""

    @property
    def name_withheld(self) -> bool:
        """Whether the name of the file itself holds something withheld, or could not be examined."""
        if not self.planned.name_examined or not self.file.name.isprintable():
            return True
        if not self.name_decisions:
            return bool(self.planned.name_findings)
        return any(each.withholds for each in self.name_decisions)


@dataclass(slots=True)
class Scan:
    """Everything found and decided, before anything is written."""

    job: Job
    policy: Policy | None
    files: list[FileResult]
    index: WithheldIndex
    withheld_needles: set[Needle] = field(default_factory=set)

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


def scan(
    files: Sequence[InputFile], job: Job, policy: Policy | None, runner: Runner, progress: Progress | None = None
) -> Scan:
    """Return what is in files and what the policy says of it; without a policy, findings alone.

    Args:
        files: from :func:`pipeline.intake.collect`.
        job: what the workers were set up with.
        policy: the policy of ``job``, loaded.
        runner: workers set up with :func:`pipeline.state.prepare`.
        progress: is told stage, done and total.
    """
    tell = progress or (lambda *_: None)
    results = _plan(files, runner, tell)
    _examine(results, runner, tell)
    _link_across(results, policy)
    index = WithheldIndex(Keyed(job.key))
    done = Scan(job, policy, results, index)
    if policy is not None:
        _decide(done, policy)
        _hold_what_policy_holds(done, policy)
        _find_again(done, runner, tell)
    return done


def _plan(files: Sequence[InputFile], runner: Runner, tell: Progress) -> list[FileResult]:
    results = []
    for number, (file, planned, failure) in enumerate(runner.map(plan, files), start=1):
        tell("reading", number, len(files))
        if failure is not None:
            gap = Gap((), "stopped" if failure.kind == "WorkerStopped" else "failed", failure.what, holds=True)
            planned = Planned(None, gap=gap, name_examined=False)  # noqa: PLW2901 - a failure is an answer too
        result = FileResult(file, planned, [UnitResult(unit) for unit in planned.units])
        if planned.gap is not None:
            result.held = planned.gap.why
        results.append(result)
    return results


def _tasks(results: Iterable[FileResult]) -> Iterator[UnitTask]:
    for result in results:
        for unit in result.units:
            yield UnitTask(result.file, unit.unit, result.planned.columns)


def _examine(results: Sequence[FileResult], runner: Runner, tell: Progress) -> None:
    by_key = {unit.unit.key: unit for result in results for unit in result.units}
    answers = runner.map(examine, _tasks(results))
    for number, (task, answer, failure) in enumerate(answers, start=1):
        tell("examining", number, len(by_key))
        result = by_key[task.unit.key]
        if failure is not None:
            result.hold(failure.what, unscanned=True)
            continue
        _take(result, answer)


def _take(result: UnitResult, answer: Examined) -> None:
    result.findings, result.needles = list(answer.findings), list(answer.needles)
    result.gaps, result.dropped = answer.gaps, answer.dropped
    result.segments, result.characters = answer.segments, answer.characters
    for gap in answer.gaps:
        if gap.holds:
            result.hold(gap.why, unscanned=True)


def _link_across(results: Sequence[FileResult], policy: Policy | None) -> None:
    """Link identifiers whose value is linked anywhere in the release."""
    rules = LinkRules(policy.case_numbers_link if policy else False)
    units = [unit for result in results for unit in result.units]
    joined = iter(linked_elsewhere((each for unit in units for each in unit.findings), rules))
    for unit in units:
        unit.findings = [next(joined) for _ in unit.findings]


def _decide(done: Scan, policy: Policy) -> None:
    facts, at = done.job.facts, done.job.decided_at
    for file in done.files:
        name, people = file.file.name, done.job.overrides
        named = decide(file.planned.name_findings, facts, policy, at)
        file.name_decisions = honoured(people, name, NAME_ORDINAL, named, policy)
        for unit in file.units:
            decided = decide(unit.findings, facts, policy, at)
            unit.decisions = honoured(people, name, unit.unit.ordinal, decided, policy)
            unit.findings = []


def _hold_what_policy_holds(done: Scan, policy: Policy) -> None:
    """Hold records with a gap where the policy says so, and whole files where the format has no smaller record."""
    for unit in done.units:
        if unit.gaps and policy.unscannable == "hold_record":
            unit.hold(unit.gaps[0].why, unscanned=True)


def _find_again(done: Scan, runner: Runner, tell: Progress) -> None:
    """Withhold the same values where the recognizers did not see them, under the decision of the first place."""
    first: dict[tuple[str, str], Decision] = {}
    for unit in done.units:
        for decision, needles in zip(unit.decisions, unit.needles, strict=True):
            if decision.withholds:
                done.withheld_needles.update(needles)
                for needle in needles:
                    first.setdefault((needle.digest.hex(), needle.scope), decision)
        unit.needles = []
    done.index.update(done.withheld_needles)
    if not done.withheld_needles:
        return
    runner.share(done.index)
    by_key = {unit.unit.key: unit for unit in done.units}
    tasks = (
        replace(task, taken=_taken(by_key[task.unit.key]))
        for task in _tasks(done.files)
        if not by_key[task.unit.key].unscanned
    )
    for number, (task, answer, failure) in enumerate(runner.map(find_again, tasks), start=1):
        tell("comparing", number, len(by_key))
        unit = by_key[task.unit.key]
        if failure is not None:
            unit.hold(failure.what, unscanned=True)
            continue
        same = [_same(first, again) for again in answer]
        unit.decisions.extend(honoured(done.job.overrides, task.file.name, task.unit.ordinal, same, done.policy))


def _taken(unit: UnitResult) -> tuple[tuple[Address, int, int], ...]:
    return tuple((each.finding.address, each.finding.start, each.finding.end) for each in unit.decisions)


def _same(first: dict[tuple[str, str], Decision], again: Again) -> Decision:
    """Return the decision that was made for the same value, for the place where it was met again."""
    scopes = ("", again.thread, again.record)
    known = next(first[again.digest, scope] for scope in scopes if (again.digest, scope) in first)
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
