"""What the desk lets the engine do: examine the files of the case, and release them as people decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.deciding import overrides_of
from pipeline.case.overrides import place_digest
from pipeline.case.pinning import laid_down
from pipeline.case.recording import content_digest, latest_run
from pipeline.case.store import Case, now, tool_version
from pipeline.case.tables import RunRow, SourceRow
from pipeline.casework.road import Task, examine_with_case, facts_digest, release_with_case
from pipeline.evidence.documents import Office
from pipeline.evidence.summary import Run
from pipeline.inputs import InputFile
from pipeline.policy.schema import Policy
from pipeline.release import Release
from pipeline.results import Progress, Scan
from pipeline.state import Job
from pipeline.workspace import Runner

PINNED: Final = "a column was pinned since the files were examined"
Workers = Callable[[Job], AbstractContextManager[Runner]]
"""Gives the workers of one examination or release; they are ended however it goes."""


@dataclass(frozen=True, slots=True)
class Road:
    """The files of a case and how they are handled; ``job`` has the key of the case, ``run`` what evidence says."""

    files: Sequence[InputFile]
    policy: Policy
    job: Job
    run: Run
    workers: Workers
    office: Office = field(default_factory=Office)

    def behind(self, case: Case) -> str:
        """Return what has changed since the last run of the case, in plain words; "" where nothing has."""
        job, policy = self.job, self.policy
        with Session(case.engine) as session:
            run = session.get(RunRow, latest_run(session, case.id))
            if run is None:
                return "nothing was examined yet"
            told = {
                "the program": (run.tool, f"releasable {tool_version()}"),
                "the policy": (run.policy_sha256, policy.sha256),
                "how thoroughly is looked": (run.accuracy, job.level),
                "who receives the copy": (run.recipient, job.facts.recipient),
                "what is stated of the records (facts, consents, whose own record it is)": (
                    run.facts, facts_digest(job),
                ),
            }  # fmt: skip
            for what, (then, now_) in told.items():
                if then != now_:
                    return f"{what} changed since the files were examined"
            if any(each.run_id >= run.id or each.at > run.at for each in laid_down(case)):  # or while that went on
                return PINNED
            wanted = select(SourceRow.key, SourceRow.content).where(SourceRow.case_id == case.id)
            known = {(key, content) for key, content in session.execute(wanted)}
        here = {(place_digest(case.keyed, "path", each.name), content_digest(case.key, each)) for each in self.files}
        return "" if here == known else "the files changed since they were examined"

    def examine(self, case: Case, tell: Progress, look: Callable[[Scan], None] | None = None) -> int:
        """Examine the files, record it, show it to ``look``, and return the number of the run."""
        job = self._job(case)
        with self.workers(job) as runner:
            return examine_with_case(case, self._task(job, Path()), job, runner, tell, look)

    def lookers(self, case: Case) -> AbstractContextManager[Runner]:
        """Give workers that ask no model: what they plan is planned as an examination would."""
        return self.workers(replace(self._job(case), level="patterns"))

    def release(self, case: Case, out: Path, tell: Progress) -> Release:
        """Write a release as the case decides.

        Raises:
            LeakFound: a withheld value survived.
            ReleaseHeld: decisions contradict.
        """
        job = self._job(case)
        with self.workers(job) as runner:
            return release_with_case(case, self._task(job, out), job, runner, tell)

    def _job(self, case: Case) -> Job:
        return replace(self.job, overrides=overrides_of(case), decided_at=now())

    def _task(self, job: Job, out: Path) -> Task:
        return Task(self.files, self.policy, out, replace(self.run, started_at=job.decided_at), self.office)
