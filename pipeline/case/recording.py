"""What a run and a release leave in the case: sources, units, findings as positions, needles, the manifest's digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from pipeline.case.audit import Head, rows_digest
from pipeline.case.marks import number_in
from pipeline.case.overrides import NAME_ORDINAL, finding_id, is_mandatory, place_digest
from pipeline.case.store import Case, inserted, tool_version, values_of
from pipeline.case.tables import DifferenceRow, FindingRow, NeedleRow, ReleaseRow, RunRow, SourceRow, UnitRow
from pipeline.inputs import InputFile
from pipeline.model import Decision, Unit, words
from pipeline.policy.schema import Policy
from pipeline.texts.digest import DIGEST_SIZE
from pipeline.verify.canonical import Needle

FINDING: Final = (
    "id", "source", "ordinal", "place", "start", "stop", "entity", "part", "kind", "digest", "record", "subject",
    "action", "proposal", "rule", "mandatory", "authority", "decided_by", "in_copy",
)  # fmt: skip
SEEN: Final = ("score", "why", "count")
"""What a finding tells beside :data:`FINDING` in a case that this version made."""
ADDED: Final = (*FINDING, *SEEN, "mark")
"""What the audit trail binds of a finding that a mark added after the examination."""
RELEASE: Final = (
    "sequence", "run_id", "at", "status", "recipient", "previous", "manifest_sha256", "audit_head", "audit_length",
)  # fmt: skip
DIFFERENCE: Final = ("id", "kind", "entity", "here", "there")
RUN: Final = (
    "id", "at", "tool", "policy", "policy_version", "policy_sha256", "accuracy", "recipient",
)  # fmt: skip
SOURCE: Final = ("key", "content", "label", "format", "size", "seen_at")
UNIT: Final = ("source", "ordinal", "start", "stop", "cover", "held", "content", "sketch")
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found in one unit (``unit`` None: in the name of the file), with what was decided."""

    file: InputFile
    format: str
    unit: Unit | None
    decisions: tuple[Decision, ...]
    cover: str = ""
    held: str = ""
    content: str = ""
    sketch: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """What is the same for a whole run: its time, policy, accuracy, recipient, the label of each file.

    ``facts`` is the keyed digest of what was stated of the records.
    """

    at: str
    policy: Policy
    accuracy: str
    recipient: str
    labels: Mapping[str, str]
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a release stands among those of its case: its number, the manifest before it, the trail it builds on."""

    sequence: int
    previous: str
    head: Head


def record_examination(
    case: Case, outcomes: Iterable[Outcome], about: Examination, differences: Sequence[Mapping[str, str]] = ()
) -> int:
    """Put what was found and decided into the case, and return the number of the run.

    Paths are kept as keyed digests, with the label that the evidence uses; records, threads and subjects too.
    """
    outcomes = list(outcomes)
    with case.action("releasable", "examined") as action:
        session, policy = action.session, about.policy
        run = RunRow(
            case_id=case.id,
            at=about.at,
            tool=f"releasable {tool_version()}",
            policy=policy.name,
            policy_version=policy.version,
            policy_sha256=policy.sha256,
            accuracy=about.accuracy,
            recipient=about.recipient,
            facts=about.facts,
        )
        session.add(run)
        session.flush()
        _add_sources(case, session, run.id, outcomes, about)
        _add_units(case, session, run.id, outcomes)
        rows = finding_rows(case, run.id, outcomes, policy, in_copy=False)
        _insert(session, FindingRow, rows)
        action.policy = f"{policy.name} {policy.version}"
        action.about |= {
            "run": run.id,
            "policy_sha256": policy.sha256,
            "findings": len(rows),
        }
        _insert(session, DifferenceRow, [{"run_id": run.id, **each} for each in differences])
        action.about |= {"sha256": digest_of_run(session, run.id), "differences": len(differences)}
        return run.id


def _add_sources(case: Case, session: Session, run: int, outcomes: Sequence[Outcome], about: Examination) -> None:
    files = {each.file.name: each for each in outcomes}
    for name, outcome in files.items():
        key, content = place_digest(case.keyed, "path", name), content_digest(case.key, outcome.file)
        if session.get(SourceRow, (case.id, key, content)) is None:
            session.add(
                SourceRow(
                    case_id=case.id,
                    key=key,
                    content=content,
                    label=about.labels[name],
                    format=outcome.format,
                    size=outcome.file.size,
                    seen_at=about.at,
                    run_id=run,
                )
            )
    session.flush()


def content_digest(key: bytes, file: InputFile) -> str:
    """Return the keyed digest of the bytes of a file, "" where it cannot be read."""
    digest = blake2b(digest_size=DIGEST_SIZE, key=key, person=b"content")
    try:
        with file.open() as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except Exception:  # noqa: BLE001 - what cannot be read is held by the run; here it has no digest
        return ""
    return digest.hexdigest()


def _add_units(case: Case, session: Session, run: int, outcomes: Iterable[Outcome]) -> None:
    rows = [
        {
            "run_id": run,
            "source": place_digest(case.keyed, "path", each.file.name),
            "ordinal": each.unit.ordinal,
            "start": each.unit.start,
            "stop": each.unit.stop,
            "cover": each.cover,
            "held": each.held,
            "content": each.content,
            "sketch": each.sketch,
        }
        for each in outcomes
        if each.unit is not None
    ]
    _insert(session, UnitRow, rows)


def finding_rows(
    case: Case, run: int, outcomes: Iterable[Outcome], policy: Policy, *, in_copy: bool
) -> list[dict[str, Any]]:
    """Return the rows of what was found in units (or in copies, in mending them), each finding once."""
    rows: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        ordinal = NAME_ORDINAL if outcome.unit is None else outcome.unit.ordinal
        for decision in outcome.decisions:
            row = _finding_row(case, outcome.file.name, ordinal, decision)
            row |= {"run_id": run, "mandatory": is_mandatory(decision, policy), "in_copy": in_copy}
            rows.setdefault(row["id"], row)
    return list(rows.values())


def _finding_row(case: Case, source: str, ordinal: int, decision: Decision) -> dict[str, Any]:
    finding, keyed = decision.finding, case.keyed
    return {
        "id": finding_id(keyed, source, ordinal, finding),
        "source": place_digest(keyed, "path", source),
        "ordinal": ordinal,
        "place": words(finding.address),
        "start": finding.start,
        "stop": finding.end,
        "entity": finding.entity,
        "part": finding.part,
        "kind": finding.kind.value,
        "digest": finding.digest,
        "record": place_digest(keyed, "scope", finding.record),
        "subject": place_digest(keyed, "subject", finding.subject) if finding.subject else "",
        "action": decision.action.value,
        "proposal": decision.proposal.value,
        "rule": decision.rule,
        "authority": decision.authority,
        "decided_by": decision.decided_by,
        "score": round(finding.score * 1000),
        "why": f"{finding.recognizer}: {finding.reason}",
        "count": finding.count,
        "mark": number_in(finding.recognizer),
    }


def _insert(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    for batch in inserted(rows):
        session.execute(insert(table), [dict(each) for each in batch])


def digest_of_run(session: Session, run: int) -> str:
    """Return the digest by which the audit trail binds a run: its sources, units and findings in the sources."""
    row = session.get_one(RunRow, run)
    told = [["run", *values_of(row, RUN), *([row.facts] if row.facts else ())]]
    for what, table, names in (
        ("source", SourceRow, SOURCE),
        ("unit", UnitRow, UNIT),
        ("difference", DifferenceRow, DIFFERENCE),
    ):
        rows: Iterable[Any] = session.scalars(select(table).where(table.run_id == run))
        told += [[what, *values_of(each, names)] for each in rows]
    return rows_digest(told + findings_of(session, run, in_copy=False))


def digest_of_mended(session: Session, run: int) -> str:
    """Return the digest by which the audit trail binds what was withheld in mending the copies of a run."""
    return rows_digest(findings_of(session, run, in_copy=True))


def findings_of(session: Session, run: int, *, in_copy: bool) -> list[list[Any]]:
    """Return the findings of a run as its digest counts them."""
    own = (FindingRow.in_copy.is_(in_copy), FindingRow.added.is_(False))  # what a mark added has an entry of its own
    rows = session.scalars(select(FindingRow).where(FindingRow.run_id == run, *own).execution_options(yield_per=1000))
    return [["finding", *values_of(each, FINDING), *_seen(each)] for each in rows]


def _seen(row: FindingRow) -> list[Any]:
    """Return what a row tells beside :data:`FINDING`: nothing in a case of an older version."""
    return [*(values_of(row, SEEN) if row.why else ()), *([row.mark] if row.mark else ())]


def next_place(case: Case) -> Place:
    """Return the place of the next release; its manifest binds the audit trail as it stands now."""
    with Session(case.engine) as session:
        last = latest_release(session, case.id)
        return Place(last.sequence + 1 if last else 1, last.manifest_sha256 if last else "", case.head)


def latest_release(session: Session, case_id: str) -> ReleaseRow | None:
    """Return the last release of a case."""
    wanted = select(ReleaseRow).where(ReleaseRow.case_id == case_id).order_by(ReleaseRow.sequence.desc())
    return session.scalars(wanted).first()


def latest_run(session: Session, case_id: str, before: int = 0) -> int:
    """Return the number of the last run of a case (before another, where one is given), 0 where there is none."""
    wanted = select(func.max(RunRow.id)).where(RunRow.case_id == case_id)
    if before:
        wanted = wanted.where(RunRow.id < before)
    return session.scalar(wanted) or 0


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over: the digest of its manifest, final or provisional, what was withheld in mending copies.

    ``columns_sha256`` is that of the file with the digests of the values of whole columns, "" where there are none.
    """

    manifest_sha256: str
    status: str
    mended: tuple[Outcome, ...] = ()
    needles: frozenset[Needle] = frozenset()
    columns_sha256: str = ""


def record_release(case: Case, run: int, place: Place, handed: Handed, about: Examination) -> None:
    """Put a finished release into the case: its number, its manifest, and what its copies are to be searched for."""
    with case.action("releasable", "released") as action:
        session = action.session
        rows = finding_rows(case, run, handed.mended, about.policy, in_copy=True)
        known = set(session.scalars(select(FindingRow.id).where(FindingRow.run_id == run)))
        _insert(session, FindingRow, [each for each in rows if each["id"] not in known])
        _insert(session, NeedleRow, list(_needle_rows(case, run, handed.needles)))
        row = ReleaseRow(
            case_id=case.id,
            sequence=place.sequence,
            run_id=run,
            at=about.at,
            status=handed.status,
            recipient=about.recipient,
            previous=place.previous,
            manifest_sha256=handed.manifest_sha256,
            audit_head=place.head.hash,
            audit_length=place.head.length,
        )
        session.add(row)
        session.flush()
        action.policy = f"{about.policy.name} {about.policy.version}"
        action.about |= {
            "release": place.sequence,
            "run": run,
            "status": handed.status,
            "sha256": rows_digest([values_of(row, RELEASE)]),
            "findings_in_copies_sha256": digest_of_mended(session, run),
            "needles_sha256": digest_of_needles(session, run),
            "columns_sha256": handed.columns_sha256,
        }


def _needle_rows(case: Case, run: int, needles: Iterable[Needle]) -> Iterator[dict[str, Any]]:
    seen = set()
    for each in sorted(needles, key=lambda needle: (needle.digest, needle.entity, needle.scope)):
        scope = place_digest(case.keyed, "scope", each.scope) if each.scope else ""
        key = (each.digest, each.entity, scope)
        if key in seen:
            continue
        seen.add(key)
        yield {
            "run_id": run,
            "digest": each.digest.hex(),
            "entity": each.entity,
            "scope": scope,
            "gate": each.gate.hex(),
            "length": each.length,
            "tokens": each.tokens,
        }


def digest_of_needles(session: Session, run: int) -> str:
    """Return the digest by which the audit trail binds the needles of a run."""
    rows = session.scalars(select(NeedleRow).where(NeedleRow.run_id == run))
    names = ("digest", "entity", "scope", "gate", "length", "tokens")
    return rows_digest([values_of(each, names) for each in rows])
