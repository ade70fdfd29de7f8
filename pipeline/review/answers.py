"""What the interface for programs answers: its description says the same of every field, and nothing else is sent."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline.review.blocking import Blocker
from pipeline.review.ledger import Decided, Group, Item, Ledger


class Answer(BaseModel):
    """An answer; no field of it holds a value of a record."""

    model_config = ConfigDict(extra="forbid")


class Problem(Answer):
    """Why something was not done, and what to do."""

    what: str
    remedy: str


class SignedIn(Answer):
    """A session: its token goes into the header ``Authorization: Bearer``."""

    token: str
    name: str


class Blocking(Answer):
    """Something that stands between the case and its release, and how many of it there are."""

    what: str
    count: int


class Counted(Answer):
    """How many findings a file, an entity or a rule has, and how many of them wait for a person."""

    name: str
    findings: int
    open: int


class By(Answer):
    """The findings counted by file, entity and rule; of very many the first, those with most left to do."""

    file: list[Counted]
    entity: list[Counted]
    rule: list[Counted]


class CaseTold(Answer):
    """How far a case is; ``run`` and ``seen`` go into a decision. ``behind``: why what is told is of before, or ""."""

    behind: str
    run: int
    seen: int
    findings: int
    open: int
    decided: int
    by_rule: int
    held: int
    blockers: list[Blocking]
    by: By

    @classmethod
    def of(cls, behind: str, ledger: Ledger, held: int, blocking: list[Blocker], most: int) -> CaseTold:
        """Return what is told of a case."""
        told = {
            name: [Counted(name=text, findings=total, open=left) for text, total, left in ledger.counts(name)[:most]]
            for name in ("file", "entity", "rule")
        }
        blockers = [Blocking(what=each.what, count=each.count) for each in blocking]
        by = By(file=told["file"], entity=told["entity"], rule=told["rule"])
        return cls(
            behind=behind, run=ledger.run, seen=ledger.seen, **ledger.progress(), held=held, blockers=blockers, by=by
        )  # fmt: skip


class FindingTold(Answer):
    """A finding as a position; ``unit`` counts from 1 (0: the file's name), ``decision`` is 0 where there is none."""

    id: str
    file: str
    unit: int
    place: str
    start: int
    stop: int
    entity: str
    rule: str
    proposal: str
    score: float
    why: str
    count: int
    state: Literal["open", "decided", "rule"]
    outcome: str
    decision: int
    mandatory: bool
    mark: int

    @classmethod
    def of(cls, item: Item) -> FindingTold:
        """Return what is told of a finding."""
        return cls.model_validate({
            "id": item.id, "file": item.file, "unit": item.ordinal + 1, "place": item.place, "start": item.start,
            "stop": item.stop, "entity": item.entity, "rule": item.rule, "proposal": item.proposal,
            "score": item.score, "why": item.why, "count": item.count, "state": item.state, "outcome": item.outcome,
            "decision": item.decision.number if item.decision else 0,
            "mandatory": item.mandatory, "mark": item.mark,
        })  # fmt: skip


class Findings(Answer):
    """Findings as of decision ``seen``, and how many there are in all."""

    seen: int
    count: int
    findings: list[FindingTold]


class GroupTold(Answer):
    """Findings that belong together, named by one of them; ``score`` is that of the least sure."""

    finding: str
    findings: int
    open: int
    score: float
    entities: list[str]
    rule: str
    files: int

    @classmethod
    def of(cls, group: Group) -> GroupTold:
        """Return what is told of a group."""
        return cls(
            finding=group.item.id, findings=group.findings, open=group.open, score=group.least_score,
            entities=list(group.entities), rule=group.item.rule, files=group.files,
        )  # fmt: skip


class Groups(Answer):
    """Groups as of decision ``seen``, and how many there are in all."""

    seen: int
    count: int
    groups: list[GroupTold]


class Done(Answer):
    """For how many findings something was decided, and the number of the last decision now."""

    findings: int
    seen: int


class DecisionTold(Answer):
    """A decision; ``undoes`` is the number of the one that it takes back, 0 for none."""

    number: int
    action: str
    by: str
    at: str
    reason: str
    undoes: int
    citation: str
    rule: str
    approved_by: str
    lift: int

    @classmethod
    def of(cls, made: Decided) -> DecisionTold:
        """Return what is told of a decision."""
        return cls(
            number=made.number, action=made.action, by=made.by, at=made.at, reason=made.reason, undoes=made.undoes,
            citation=made.citation, rule=made.rule, approved_by=made.approved_by, lift=made.lift,
        )  # fmt: skip


class Decisions(Answer):
    """Decisions in order, and how many there are in all."""

    seen: int
    count: int
    decisions: list[DecisionTold]


class Begun(Answer):
    """What has begun."""

    what: str


class WorkTold(Answer):
    """How far the work in the background is, and why it failed where it did."""

    what: str
    stage: str
    done: int
    total: int
    ended: bool
    failure: Problem | None
