"""The tables of a case. Positions, keyed digests and decisions; no column holds a value of a record.

Several cases may share one PostgreSQL database, so every row names its case or a run of it. Rows are added, not
changed, with these exceptions: the head of the audit trail, a hold, the mark that a case is closed, what stands of all
decisions (it follows from them), and how an officer signs in.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import BigInteger, Boolean, ColumnElement, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LONG: Final = BigInteger().with_variant(Integer, "sqlite")
"""Sizes of files and places in them: integers of SQLite are as long as they have to be, those of PostgreSQL are not."""


class Base(DeclarativeBase):
    """The tables of a case."""


class CaseRow(Base):
    """A case: its request, the head of its audit trail, whether it is held or closed."""

    __tablename__ = "cases"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[str] = mapped_column(String(40))
    hold: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[str] = mapped_column(String(40), default="")
    audit_head: Mapped[str] = mapped_column(String(64))
    audit_length: Mapped[int] = mapped_column(Integer, default=0)


class AuditRow(Base):
    """An entry of the audit trail, in its canonical form, and its hash (see :mod:`pipeline.case.audit`)."""

    __tablename__ = "audit"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    entry: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))

    @classmethod
    def tells(cls, name: str, value: str) -> ColumnElement[bool]:
        """Return the condition that entries have somewhere ``value`` under ``name``, as their canonical form has it."""
        return cls.entry.contains(f'"{name}":{json.dumps(value)}', autoescape=True)


class SourceRow(Base):
    """A file of the input: keyed digests of its path and content; ``label`` is its path where that tells nothing."""

    __tablename__ = "sources"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    content: Mapped[str] = mapped_column(String(32), primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(LONG)
    seen_at: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))


class RunRow(Base):
    """One examination of the sources under one policy; ``facts`` is the keyed digest of what was stated of them."""

    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[str] = mapped_column(String(40))
    tool: Mapped[str] = mapped_column(String(60))
    policy: Mapped[str] = mapped_column(String(100))
    policy_version: Mapped[str] = mapped_column(String(40))
    policy_sha256: Mapped[str] = mapped_column(String(64))
    accuracy: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(20))
    facts: Mapped[str] = mapped_column(String(32), default="")


class UnitRow(Base):
    """What became of one unit in a run; ``content`` and ``sketch`` are keyed (see ``casework.likeness``)."""

    __tablename__ = "units"
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    start: Mapped[int] = mapped_column(LONG)
    stop: Mapped[int] = mapped_column(LONG)
    cover: Mapped[str] = mapped_column(String(20))
    held: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(String(32))
    sketch: Mapped[str] = mapped_column(Text)


class FindingRow(Base):
    """A finding of a run as a position with what was decided; ``digest``, ``record`` and ``subject`` are keyed.

    ``score`` is in thousandths, ``why`` says by what a finding was recognized, ``count`` how many cells it stands for.
    ``mark`` is the number of the mark without which it would not be found (0: none); ``added`` says that the mark was
    set after the examination.
    """

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_unit", "run_id", "source", "ordinal"),)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    source: Mapped[str] = mapped_column(String(32), index=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(Text)
    start: Mapped[int] = mapped_column(Integer)
    stop: Mapped[int] = mapped_column(Integer)
    entity: Mapped[str] = mapped_column(String(40))
    part: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(32), index=True)
    record: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(20))
    proposal: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(String(100))
    mandatory: Mapped[bool] = mapped_column(Boolean)
    authority: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(100))
    in_copy: Mapped[bool] = mapped_column(Boolean)
    score: Mapped[int] = mapped_column(Integer, default=0)
    why: Mapped[str] = mapped_column(Text, default="")
    count: Mapped[int] = mapped_column(Integer, default=1)
    mark: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[bool] = mapped_column(Boolean, default=False)


class DecisionRow(Base):
    """What a person decided, once for all findings that it names; never changed, only followed by another.

    ``undoes`` is the number of the decision that this one takes back, 0 for none. ``rule`` names the rule whose law
    the person cites, "" for the one that fits. ``approved_by`` is who signed a lift, ``lift`` its number, 0 for none.
    """

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    citation: Mapped[str] = mapped_column(Text)
    undoes: Mapped[int] = mapped_column(Integer, default=0)
    rule: Mapped[str] = mapped_column(String(100), default="")
    approved_by: Mapped[str] = mapped_column(String(100), default="")
    lift: Mapped[int] = mapped_column(Integer, default=0)


class DecisionFindingRow(Base):
    """A finding, or a difference, that a decision names: which decision stood before, and which after it."""

    __tablename__ = "decision_findings"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    stood: Mapped[int] = mapped_column(Integer, default=0)
    stands: Mapped[int] = mapped_column(Integer, default=0)


class StandingRow(Base):
    """The decision that stands for a finding now, 0 where all were undone; follows from the decisions."""

    __tablename__ = "standing"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    decision_id: Mapped[int] = mapped_column(Integer, index=True)


class MarkRow(Base):
    """What a person found by themselves, or how they changed a finding; it is in force while its decision stands.

    ``key`` stands for the mark among the findings of its decision. ``was`` is the finding that it takes the place of
    ("" for what was missed), ``was_start``, ``was_stop`` and ``was_entity`` what that one was.
    """

    __tablename__ = "marks"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    decision_id: Mapped[int] = mapped_column(Integer)
    run_id: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(32))
    ordinal: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(Text)
    start: Mapped[int] = mapped_column(Integer)
    stop: Mapped[int] = mapped_column(Integer)
    entity: Mapped[str] = mapped_column(String(40))
    part: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(32))
    was: Mapped[str] = mapped_column(String(32), default="")
    was_start: Mapped[int] = mapped_column(Integer, default=0)
    was_stop: Mapped[int] = mapped_column(Integer, default=0)
    was_entity: Mapped[str] = mapped_column(String(40), default="")


class MarkNeedleRow(Base):
    """The keyed digest of a form of a marked value, by which it is found in the whole release."""

    __tablename__ = "mark_needles"
    mark_id: Mapped[int] = mapped_column(ForeignKey("marks.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    gate: Mapped[str] = mapped_column(String(8))
    length: Mapped[int] = mapped_column(Integer)
    tokens: Mapped[int] = mapped_column(Integer)


class LiftRow(Base):
    """A person asked that something mandatory be lifted: on what ground, and why."""

    __tablename__ = "lifts"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(100))
    ground: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)


class LiftFindingRow(Base):
    """A finding that a lift was asked for."""

    __tablename__ = "lift_findings"
    lift_id: Mapped[int] = mapped_column(ForeignKey("lifts.id"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)


class LiftAnswerRow(Base):
    """Another person's answer to a lift: ``signed`` (with the decision that it became) or ``refused``."""

    __tablename__ = "lift_answers"
    lift_id: Mapped[int] = mapped_column(ForeignKey("lifts.id"), primary_key=True)
    at: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(100))
    answer: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    decision_id: Mapped[int] = mapped_column(Integer, default=0)


class OfficerRow(Base):
    """A person who may work on the case: login, the name that stands in the log, roles, the hash of the password."""

    __tablename__ = "officers"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    roles: Mapped[str] = mapped_column(String(60))
    password: Mapped[str] = mapped_column(Text)
    made_at: Mapped[str] = mapped_column(String(40))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[str] = mapped_column(String(40), default="")


class PinRow(Base):
    """What a person laid down about a column of a table of the case, the latest counts; no ``kind`` lifts a pin.

    ``source`` is the keyed digest of the table's path, ``number`` counts the columns of the file from 1, ``run_id`` is
    the run that was the last one then.
    """

    __tablename__ = "column_pins"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(32))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(20))
    entity: Mapped[str] = mapped_column(String(40))
    part: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    run_id: Mapped[int] = mapped_column(Integer)


class NeedleRow(Base):
    """The keyed digest of a form of a value withheld in a run: what the copies are searched for.

    ``scope`` is "" for the whole release, else the keyed digest of the key of a record or thread.
    """

    __tablename__ = "needles"
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    entity: Mapped[str] = mapped_column(String(40), primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    gate: Mapped[str] = mapped_column(String(8))
    length: Mapped[int] = mapped_column(Integer)
    tokens: Mapped[int] = mapped_column(Integer)


class ReleaseRow(Base):
    """A release of the case: its number, the one before it, and what its manifest was."""

    __tablename__ = "releases"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    at: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(20))
    previous: Mapped[str] = mapped_column(String(64))
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    audit_head: Mapped[str] = mapped_column(String(64))
    audit_length: Mapped[int] = mapped_column(Integer)


class DifferenceRow(Base):
    """Two decisions that do not agree (with an earlier release, or between duplicates), until a person decides."""

    __tablename__ = "differences"
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(40))
    here: Mapped[str] = mapped_column(Text)
    there: Mapped[str] = mapped_column(Text)


class CertificateRow(Base):
    """A residual-risk certificate: which release, from which draw, and what a person marked."""

    __tablename__ = "certificates"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    sequence: Mapped[int] = mapped_column(Integer)
    at: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(100))
    misses: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(Text)
