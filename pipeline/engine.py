"""The spine: the order of the stages, and nothing else.

    files -> plan -> examine -> (barrier: link across, decide) -> find again -> decide -> write -> verify

``scan`` goes as far as the decisions; ``release`` (in :mod:`pipeline.release`) writes and verifies. Both take a
:class:`Runner` that spreads pure functions over processes or machines, so that they know of none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pipeline.case.overrides import NAME_ORDINAL, honoured
from pipeline.decide import decide
from pipeline.decided import DecidedTable, TableOutcome
from pipeline.digest_set import DigestSet, DigestSetWriter, digest64
from pipeline.inputs import InputFile
from pipeline.link import LinkRules, is_linkable, linked, linked_if_known
from pipeline.model import Decision, Finding, Gap
from pipeline.planning import Planned, plan
from pipeline.policy.schema import Policy
from pipeline.regular_copies import ColumnDecision
from pipeline.regular_rows import GATE_BITS, Group
from pipeline.results import FileResult, Progress, Scan, UnitResult
from pipeline.state import Job
from pipeline.tasks import Again, Examined, UnitTask, examine, find_again, same_value
from pipeline.texts.digest import Keyed, tokens
from pipeline.verify import Needle, WithheldIndex
from pipeline.workspace import NOTHING, Remembering, Runner, Workspace, answer_of

_FAILED: Final = "failed"
"""The stage of the workspace that holds which files and units could not be examined."""
_BEHIND_THE_BARRIER: Final = (find_again.__name__, "write")
"""The stages whose answer for a unit depends on all units; the second one is :func:`pipeline.copies.writing.write`."""


def scan(
    files: Sequence[InputFile],
    job: Job,
    policy: Policy | None,
    runner: Runner,
    progress: Progress | None = None,
    *,
    workspace: Workspace | None = None,
    to_write: bool = False,
) -> Scan:
    """Return what is in files and what the policy says of it; without a policy, findings alone.

    Args:
        files: from :func:`pipeline.intake.collect`.
        job: what the workers were set up with.
        policy: the policy of ``job``, loaded.
        runner: workers set up with :func:`pipeline.state.prepare`.
        progress: is told stage, done and total.
        workspace: the working folder of the run; what lies in it is not worked out again.
        to_write: a release follows; its writing compares the tables, so that they are read twice and not three times.
    """
    tell = progress or (lambda *_: None)
    kept = workspace or Workspace.temporary()
    road = Remembering(runner, kept)
    results = _plan(files, road, kept, tell)
    done = Scan(job, policy, results, WithheldIndex(Keyed(job.key)), kept)
    known = _examine(done, road, runner, tell)
    _forget_what_others_told(done)
    _link_and_decide(done, known, runner, tell)
    if policy is not None:
        _hold_what_policy_holds(done, policy)
        _find_again(done, road, tell, tables=not to_write)
    return done


def _plan(files: Sequence[InputFile], runner: Runner, workspace: Workspace, tell: Progress) -> list[FileResult]:
    results = []
    number = 0
    for at, (file, planned, failure) in enumerate(runner.map(plan, files), start=1):
        tell("reading", at, len(files))
        if failure is not None:
            gap = Gap((), "stopped" if failure.kind == "WorkerStopped" else "failed", failure.what, holds=True)
            planned = Planned(None, gap=gap, name_examined=False)  # noqa: PLW2901 - a failure is an answer too
        units = [UnitResult(unit, number + place, workspace) for place, unit in enumerate(planned.units)]
        number += len(units)
        result = FileResult(file, planned, units)
        if planned.gap is not None:
            result.held = planned.gap.why
        results.append(result)
    return results


def _tasks(results: Iterable[FileResult]) -> Iterator[UnitTask]:
    for result in results:
        for unit in result.units:
            yield UnitTask(result.file, unit.unit, result.planned.columns)


def _examine(done: Scan, road: Runner, runner: Runner, tell: Progress) -> DigestSet:
    """Examine every unit; return the digests of the values that are linked somewhere."""
    units = list(done.units)
    known = DigestSetWriter(done.workspace.folder / "linked")
    for result, (_, answer, failure) in zip(units, road.map(examine, _tasks(done.files)), strict=True):
        tell("examining", result.number + 1, len(units))
        if failure is not None:
            result.hold(failure.what, unscanned=True)
            continue
        _take(result, answer)
        known.add(answer.linked_digests())
    return known.finish(runner)


def _take(result: UnitResult, answer: Examined) -> None:
    result.gaps, result.dropped = answer.gaps, answer.dropped
    result.segments, result.characters = answer.segments, answer.characters
    result.list_hold = answer.hold
    result.is_table = answer.linked is not None
    if not result.is_table:  # a table's findings stay in the workspace
        result.outcome, result.needles = TableOutcome(answer.findings), list(answer.needles)
    for gap in answer.gaps:
        if gap.holds:
            result.hold(gap.why, unscanned=True)


def _forget_what_others_told(done: Scan) -> None:
    """Forget what a killed run worked out behind the barrier, where not the same units failed in it.

    What is decided, met again and written of a unit depends on all others: a unit that ran out of time then and has the
    time now tells of values that are withheld everywhere.
    """
    failed = [each.file.name for each in done.files if each.held], [u.unit.key for u in done.units if u.unscanned]
    before = done.workspace.get(_FAILED, 0)
    if before is not NOTHING and before != failed:
        for stage in _BEHIND_THE_BARRIER:
            done.workspace.drop(stage)
    done.workspace.put(_FAILED, 0, failed)


# --- linked anywhere, linked everywhere; then every finding is decided ---------------------


def _link_and_decide(done: Scan, known: DigestSet, runner: Runner, tell: Progress) -> None:
    """Link identifiers whose value is linked anywhere in the release, decide, and index what is withheld."""
    policy = done.policy
    rules = LinkRules(policy.case_numbers_link if policy else False)
    units = list(done.units)
    columns = DigestSetWriter(done.workspace.folder / "withheld")
    gates: set[int] = set()
    if policy is not None:
        for file in done.files:
            facts = done.job.facts_of(file.file.name)
            named = decide(file.planned.name_findings, facts, policy, done.job.decided_at)
            people = done.job.overrides
            file.name_decisions = honoured(people, file.file.name, NAME_ORDINAL, named, policy, facts)
    for file in done.files:
        forms = _forms_in_name(done, file.file.name)
        for unit in file.units:
            if not unit.is_table:
                _decide_unit(done, unit, _Linking(known, rules))
                continue
            tell("deciding", unit.number + 1, len(units))
            near = _decide_table(done, unit, _Linking(known, rules), columns, gates)
            file.name_repeats_record |= any(needle.digest in forms for needle, _ in near)
    if columns.count:
        mask = (1 << GATE_BITS) - 1
        opened = ((each >> GATE_BITS, each & mask) for each in gates)
        done.index.take_columns(columns.finish(runner), ((gate.to_bytes(4, "big"), length) for gate, length in opened))


@dataclass(frozen=True, slots=True)
class _Linking:
    known: DigestSet
    rules: LinkRules

    def of(self, finding: Finding) -> Finding:
        return linked_if_known(finding, self._is_known, self.rules)

    def _is_known(self, digest: str) -> bool:
        return self.known.code(digest64(bytes.fromhex(digest))) is not None


def _forms_in_name(done: Scan, name: str) -> frozenset[bytes]:
    """Return the digests of all that two or more words in a row of a file's name can be (a lone word tells little)."""
    words = tokens(name)
    pairs = [(low, high) for low in range(len(words)) for high in range(low + 2, min(len(words), low + 8) + 1)]
    keyed = Keyed(done.job.key)
    return frozenset(keyed.form_digest("".join(words[low:high])) for low, high in pairs)


def _decided(done: Scan, unit: UnitResult, findings: Sequence[Finding]) -> list[Decision]:
    """Return what the rules say of findings, and people in their place."""
    assert done.policy is not None
    facts = done.job.facts_of(unit.unit.source.path)
    decisions = decide(findings, facts, done.policy, done.job.decided_at)
    return honoured(done.job.overrides, unit.unit.source.path, unit.unit.ordinal, decisions, done.policy, facts)


def _decide_unit(done: Scan, unit: UnitResult, linking: _Linking) -> None:
    findings = tuple(linking.of(each) for each in unit.findings)
    if done.policy is None:
        unit.outcome = TableOutcome(findings)
        return
    decisions = _decided(done, unit, findings)
    unit.outcome = TableOutcome(decisions=tuple(decisions))
    for decision, needles in zip(decisions, unit.needles, strict=True):
        if decision.withholds:
            done.withheld_needles.update(needles)
            done.index.update(needles, decision)
    unit.needles = []


def _decide_table(
    done: Scan, unit: UnitResult, linking: _Linking, columns: DigestSetWriter, gates: set[int]
) -> list[tuple[Needle, int]]:
    """Decide a table's unit and return the needles of its single rows, with the codes of their decisions."""
    examined: Examined = answer_of(unit.workspace, examine, unit.number, unit.unit)
    regular = examined.regular
    assert regular is not None
    findings = tuple(linking.of(each) for each in examined.findings)
    grouped = [part for group in regular.groups for part in _with_late_links(group, regular.of_row, linking)]
    if done.policy is None:
        unit.outcome = TableOutcome((*findings, *(finding for finding, *_ in grouped)))
        return []
    decisions = _decided(done, unit, findings)
    near: list[tuple[Needle, int]] = []
    wide: dict[int, list[int]] = {}
    for decision, needles in zip(decisions, examined.needles, strict=True):
        if decision.withholds:
            code = done.index.code_of(decision)
            for needle in needles:
                if needle.length >> GATE_BITS:
                    done.index.update([needle], decision)
                elif needle.scope:
                    near.append((needle, code))
                else:
                    wide.setdefault(code, []).append(digest64(needle.digest))
                    gates.add(int.from_bytes(needle.gate, "big") << GATE_BITS | needle.length)
    for code, digests in wide.items():
        columns.add(digests, code)
    decided = []
    for finding, group, rows in grouped:
        (decision,) = _decided(done, unit, [finding])
        decided.append(ColumnDecision(decision, group.shapes, rows))
        if decision.withholds:
            columns.add(group.digests, done.index.code_of(decision))
            gates.update(group.gates.tolist())
    table = DecidedTable(regular.of_row, tuple(decided), tuple(near))
    unit.outcome = TableOutcome(decisions=tuple(decisions), table=table)
    return near


def _with_late_links(
    group: Group, of_row: np.ndarray, linking: _Linking
) -> Iterator[tuple[Finding, Group, np.ndarray | None]]:
    """Yield a group, in two parts where some of its values are linked elsewhere (the later part overrules)."""
    if group.finding.linked or not len(group.values) or not is_linkable(group.finding):
        yield group.finding, group, None
        return
    late = linking.known.holds(group.values)
    after = linked(group.finding, linking.rules)
    if not late.any() or after == group.finding:
        yield group.finding, group, None
        return
    rows = np.flatnonzero(np.isin(of_row, np.array(group.shapes, dtype=np.uint8)))
    if not late.all():
        yield replace(group.finding, count=int(np.count_nonzero(~late))), group, rows[~late]
    yield replace(after, count=int(np.count_nonzero(late))), group, rows[late]


def _hold_what_policy_holds(done: Scan, policy: Policy) -> None:
    """Hold records with a gap where the policy says so, and whole files where the format has no smaller record."""
    for unit in done.units:
        if unit.gaps and policy.unscannable == "hold_record":
            unit.hold(unit.gaps[0].why, unscanned=True)


# --- the same value elsewhere --------------------------------------------------------------


def _find_again(done: Scan, runner: Runner, tell: Progress, *, tables: bool) -> None:
    """Withhold the same values where the recognizers did not see them, under the decision of the first place."""
    runner.share(done.index)
    if not done.index and not any(unit.is_table for unit in done.units):
        return
    asked = [unit for unit in done.units if not unit.unscanned and (tables or not unit.is_table)]
    owner = {unit.unit.key: file for file in done.files for unit in file.units}
    tasks = (decided_task(owner[unit.unit.key], unit) for unit in asked)
    for unit, (_, answer, failure) in zip(asked, runner.map(find_again, tasks), strict=True):
        tell("comparing", unit.number + 1, len(owner))
        if failure is not None:
            unit.hold(failure.what, unscanned=True)
            continue
        same = [_same(done.index, unit, again) for again in answer]
        path = unit.unit.source.path
        facts = done.job.facts_of(path)
        unit.decide_more(honoured(done.job.overrides, path, unit.unit.ordinal, same, done.policy, facts))


def decided_task(file: FileResult, unit: UnitResult) -> UnitTask:
    """Return the task for a unit whose findings are decided."""
    task = UnitTask(file.file, unit.unit, file.planned.columns, kept=unit.kept)
    if unit.kept is not None:
        return task
    outcome = unit.outcome
    return replace(task, decisions=outcome.decisions, taken=outcome.taken)


def _same(index: WithheldIndex, unit: UnitResult, again: Again) -> Decision:
    table = unit.outcome.table
    near = index.beside(table.near) if table is not None else index
    known = near.answer(again.digest, ("", again.thread, again.record))
    assert known is not None
    return same_value(known, again)
