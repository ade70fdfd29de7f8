"""A request with its case, walked in this process with models that are loaded already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from conftest import PROJECT, Inline

from pipeline.case.deciding import overrides_of
from pipeline.case.store import Case
from pipeline.casework.certifying import Reviewer
from pipeline.casework.rerunning import Rerun, rerun
from pipeline.casework.road import Task, release_with_case
from pipeline.cli.running import describe_run
from pipeline.evidence.certificate import Record
from pipeline.evidence.documents import Office
from pipeline.intake import collect
from pipeline.policy.load import load
from pipeline.release import Release
from pipeline.state import State
from pipeline.texts.digest import Keyed


def nothing_wrong(_text: str) -> list[str]:
    """A scanner for tests in which the words are known to be harmless."""
    return []


def leaving_after(count: int, seen: list[Record]) -> Reviewer:
    """A reader of a sample who finds nothing missed, and leaves after some records; ``seen`` takes them."""

    def leaves(record: Record, _text: str) -> bool:
        if len(seen) == count:
            raise KeyboardInterrupt
        seen.append(record)
        return False

    return leaves


@dataclass
class Desk:
    """What a records officer does with one case."""

    case: Case
    state: State

    def of_now(self, policy: str | Path = "") -> State:
        job = replace(self.state.job, key=self.case.key, overrides=overrides_of(self.case))
        state = replace(self.state, job=job, keyed=Keyed(self.case.key), shared=None)
        if policy:
            state = replace(state, job=replace(job, policy=str(policy)), policy=load(policy))
        return state

    def redact(self, source: Path, out: Path, office: Office | None = None, policy: str | Path = "", **more) -> Release:
        state = self.of_now(policy)
        assert state.policy is not None
        self.case.keeping.keep_inputs([source], self.case.folder)
        run = describe_run(state.job, state.policy, self.case.row.request)
        task = Task(collect([source]), state.policy, out, run, office or Office(), **more)
        return release_with_case(self.case, task, state.job, Inline(state))

    def rerun(self, policy: str | Path, out: Path | None, office: Office | None = None) -> Rerun:
        """Decide under another policy; without ``out`` nothing is written."""
        state = self.of_now(policy)
        assert state.policy is not None
        run = describe_run(state.job, state.policy, self.case.row.request)
        files = collect(self.case.keeping.inputs())
        task = Task(files, state.policy, out or self.case.folder, run, office or Office())
        return rerun(self.case, task, state.job, Inline(state), dry_run=out is None)


def changed(folder: Path, name: str, changes: dict[str, str], pack: str = "montana") -> Path:
    """Return a copy of a pack under another name, in which one thing reads otherwise."""
    text = (PROJECT / f"configs/policies/{pack}.yaml").read_text(encoding="utf-8")
    for old, new in {f"name: {pack}": f"name: {name}", **changes}.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / f"{name}.yaml"
    path.write_text(text.partition("\nexamples:")[0] + "\n", encoding="utf-8")
    return path


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder
