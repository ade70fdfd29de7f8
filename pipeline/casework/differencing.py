"""Differencing with the case: which units are compared, what of it is accepted, and what holds the release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.comparing import Compared, Decided, Difference, against_earlier, among_duplicates
from pipeline.case.deciding import ACCEPT, labels
from pipeline.case.marking import lost
from pipeline.case.overrides import finding_id, place_digest
from pipeline.case.recording import Outcome
from pipeline.case.standing import replayed
from pipeline.case.store import Case
from pipeline.case.tables import DecisionRow, FindingRow, UnitRow
from pipeline.casework.likeness import Likeness, likeness
from pipeline.errors import ReleasableError
from pipeline.model import words
from pipeline.results import Scan
from pipeline.tasks import UnitTask
from pipeline.workspace import Runner


class ReleaseHeld(ReleasableError):
    """Differences wait for a person; nothing was released."""

    exit_code = 1


def likenesses(done: Scan, runner: Runner) -> dict[str, Likeness]:
    """Return the likeness of every unit that can be read, by its key."""
    tasks = (UnitTask(result.file, unit.unit) for result in done.files for unit in result.units if not unit.held)
    answers = runner.map(likeness, tasks)
    return {task.unit.key: answer for task, answer, failure in answers if failure is None}


def compared_now(case: Case, outcomes: Iterable[Outcome], names: Mapping[str, str]) -> list[Compared]:
    """Return the units of this run as they are compared; names are those of the copies."""
    return [
        Compared(
            f"{names[each.file.name]}, unit {each.unit.ordinal + 1}",
            each.content,
            each.sketch,
            tuple(
                Decided(
                    finding_id(case.keyed, each.file.name, each.unit.ordinal, decision.finding),
                    words(decision.finding.address),
                    decision.finding.start,
                    decision.finding.end,
                    decision.finding.entity,
                    decision.finding.digest,
                    decision.withholds,
                )
                for decision in each.decisions
            ),
        )
        for each in outcomes
        if each.unit is not None and each.content and not each.held
    ]


def compared_then(case: Case, run: int) -> list[Compared]:
    """Return the units of an earlier run of the case as they are compared."""
    names = labels(case)
    found: dict[tuple[str, int], list[Decided]] = defaultdict(list)
    with Session(case.engine) as session:
        of_run = (FindingRow.run_id == run, FindingRow.in_copy.is_(False))
        wanted = select(FindingRow).where(*of_run, FindingRow.added.is_(False))
        for row in session.scalars(wanted):
            shown = row.proposal if row.action == "review" else row.action
            place = (row.place, row.start, row.stop)
            told = Decided(row.id, *place, row.entity, row.digest, shown == "withhold")
            found[row.source, row.ordinal].append(told)
        units = session.scalars(select(UnitRow).where(UnitRow.run_id == run, UnitRow.held == "", UnitRow.content != ""))
        return [
            Compared(
                f"{names.get(each.source, 'a file')}, unit {each.ordinal + 1}",
                each.content,
                each.sketch,
                tuple(found[each.source, each.ordinal]),
            )
            for each in units
        ]


def differences(case: Case, now: Sequence[Compared], earlier: Iterable[int]) -> list[dict[str, str]]:
    """Return what contradicts in this release and what differs from earlier runs, as the case records it."""
    found = set(among_duplicates(now))
    for run in earlier:
        found |= set(against_earlier(compared_then(case, run), now))
    told = {_id(case, each): each for each in sorted(found)}
    return [
        {"id": name, "kind": each.kind, "entity": each.entity, "here": each.here, "there": each.there}
        for name, each in told.items()
    ]


def _id(case: Case, difference: Difference) -> str:
    return place_digest(case.keyed, "difference", difference.kind, *difference.key)


def hold_for_marks(case: Case) -> None:
    """See that everything a person marked is found in the last run (raises ReleaseHeld)."""
    with Session(case.engine) as session:
        gone = lost(session, case.id)
        names = labels(case)
        if gone:
            first = gone[0]
            where = f"{names.get(first.source, 'a file')}, unit {first.ordinal + 1}, {first.place}"
            raise ReleaseHeld(
                f"{len(gone)} marks of people",
                f"what was marked is not there any more; nothing was released; the first: mark {first.id}, {where}",
                "look at the place at the review desk; mark it anew, or take the mark back",
            )


def hold_for(case: Case, told: Sequence[Mapping[str, str]]) -> None:
    """See that a person accepted every difference (raises ReleaseHeld)."""
    with Session(case.engine) as session:
        wanted = select(DecisionRow.id).where(DecisionRow.case_id == case.id, DecisionRow.action == ACCEPT)
        accepting = set(session.scalars(wanted))
        accepted = {each for each, number in replayed(session, case.id).items() if number in accepting}
    waiting = [each for each in told if each["id"] not in accepted]
    if waiting:
        first = waiting[0]
        raise ReleaseHeld(
            f"{len(waiting)} differences",
            f"the release is held; the first: {first['kind']} ({first['entity']}), {first['here']} | {first['there']}",
            f"releasable case show {case.folder} lists them; decide the findings anew, or accept a difference with "
            "case decide --action accept --difference",
        )
