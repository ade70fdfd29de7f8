"""Is a case what was written into it: the audit trail is whole, and every row is the one that its entry tells of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.audit import Entry, Head, faults, hold_of, rows_digest
from pipeline.case.column_values import sha256_of_columns
from pipeline.case.lifts import digest_of_answer, digest_of_lift
from pipeline.case.marking import digests_of_mark
from pipeline.case.officers import officer_faults
from pipeline.case.pinning import digest_of_pin
from pipeline.case.recording import RELEASE, digest_of_mended, digest_of_needles, digest_of_run
from pipeline.case.standing import digest_of_decision, history_faults
from pipeline.case.store import Case, values_of
from pipeline.case.tables import (
    CertificateRow,
    DecisionFindingRow,
    DecisionRow,
    LiftAnswerRow,
    LiftRow,
    MarkRow,
    PinRow,
    ReleaseRow,
    RunRow,
)

_Told = Mapping[str, Any]


def check_case(case: Case, heads: Mapping[str, Head] | None = None) -> list[str]:
    """Return what is wrong with a case, each entry and row named; nothing when it is what was written.

    Args:
        case: the case; no key is needed.
        heads: heads of the trail that other documents give (the manifest of a release).
    """
    row, entries = case.row, case.entries()
    known = {"the case": Head(row.audit_head, row.audit_length)}
    kept = case.keeping.head()
    if kept is not None:
        known["the state folder of this user"] = kept
    with Session(case.engine) as session:
        for release in session.scalars(select(ReleaseRow).where(ReleaseRow.case_id == case.id)):
            known[f"release {release.sequence}"] = Head(release.audit_head, release.audit_length)
        known |= heads or {}
        return faults(case.id, entries, known) + _row_faults(session, case, entries)


def _row_faults(session: Session, case: Case, entries: list[Entry]) -> list[str]:
    told = [(entry.number, content) for entry in entries if (content := _content(entry)) is not None]
    closed = any(each.get("action") == "closed" for _, each in told)
    problems = []
    seen: dict[str, set[int]] = {what: set() for what in _CHECKS}
    for number, content in told:
        about = content.get("about")
        if not isinstance(about, dict):
            continue
        for what, check in _CHECKS.items():
            if what in about and content.get("action") in _ACTIONS[what]:
                seen[what].add(int(about[what]))
                problems += [f"{each} (audit entry {number})" for each in check(session, case, about, closed)]
    stand = {
        "decision": select(DecisionRow.id).where(DecisionRow.case_id == case.id),
        "release": select(ReleaseRow.sequence).where(ReleaseRow.case_id == case.id),
        "run": select(RunRow.id).where(RunRow.case_id == case.id),
        "certificate": select(CertificateRow.id).where(CertificateRow.case_id == case.id),
        "mark": select(MarkRow.id).where(MarkRow.case_id == case.id),
        "lift": select(LiftRow.id).where(LiftRow.case_id == case.id),
        "answer_to": select(LiftAnswerRow.lift_id)
        .join(LiftRow, LiftRow.id == LiftAnswerRow.lift_id)
        .where(LiftRow.case_id == case.id),
        "pin": select(PinRow.id).where(PinRow.case_id == case.id),
    }
    for what, wanted in stand.items():
        alone = sorted(set(session.scalars(wanted)) - seen[what])
        what = "answer to lift" if what == "answer_to" else what  # noqa: PLW2901
        problems += [f"{what} {each}: no audit entry tells of it" for each in alone]
    if wrong := history_faults(session, case.id):
        problems.append(f"what stands of the decisions: altered for {wrong} findings")
    contents = [content for _, content in told]
    return problems + _case_faults(case, contents) + officer_faults(session, case.id, contents)


def _case_faults(case: Case, told: Sequence[_Told]) -> list[str]:
    """Return where the case itself is not what its trail tells: its request, its hold, whether it is closed."""
    row = case.row
    request = next((each["about"].get("request") for each in told if each.get("action") == "opened"), None)
    closed = next((each.get("at") for each in told if each.get("action") == "closed"), "")
    compared = {
        "its request": (row.request, request),
        "its retention hold": (row.hold, hold_of(told)),
        "when it was closed": (row.closed_at, closed),
    }
    wrong = [what for what, (here, there) in compared.items() if here != there]
    return [f"the case: {what} is not what its entries tell" for what in wrong]


def _content(entry: Entry) -> dict[str, Any] | None:
    try:
        return entry.told
    except (ValueError, RecursionError):
        return None


def _decision(session: Session, _case: Case, about: _Told, _closed: bool) -> list[str]:
    row = session.get(DecisionRow, about["decision"])
    if row is None:
        return [f"decision {about['decision']}: removed"]
    wanted = select(DecisionFindingRow.finding_id).where(DecisionFindingRow.decision_id == row.id)
    good = digest_of_decision(row, list(session.scalars(wanted))) == about.get("sha256")
    return [] if good else [f"decision {row.id}: altered"]


def _run(session: Session, _case: Case, about: _Told, _closed: bool) -> list[str]:
    if session.get(RunRow, about["run"]) is None:
        return [f"run {about['run']}: removed"]
    good = digest_of_run(session, about["run"]) == about.get("sha256")
    return [] if good else [f"run {about['run']}: altered in its files, units or findings"]


def _release(session: Session, case: Case, about: _Told, closed: bool) -> list[str]:
    row = session.get(ReleaseRow, (case.id, about["release"]))
    if row is None:
        return [f"release {about['release']}: removed"]
    problems = []
    if rows_digest([values_of(row, RELEASE)]) != about.get("sha256"):
        problems.append(f"release {row.sequence}: altered")
    if digest_of_mended(session, row.run_id) != about.get("findings_in_copies_sha256"):
        problems.append(f"findings in the copies of release {row.sequence}: altered")
    if not closed and digest_of_needles(session, row.run_id) != about.get("needles_sha256"):
        problems.append(f"search digests of release {row.sequence}: altered")
    if not closed and about.get("columns_sha256", "") != sha256_of_columns(case, row.run_id):
        problems.append(f"search digests of the columns of release {row.sequence}: altered or removed")
    return problems


def _mark(session: Session, _case: Case, about: _Told, closed: bool) -> list[str]:
    if session.get(MarkRow, about["mark"]) is None:
        return [f"mark {about['mark']}: removed"]
    now = digests_of_mark(session, int(about["mark"]))
    if closed:
        now.pop("mark_needles_sha256")
    wrong = any(about.get(name) != digest for name, digest in now.items())
    return [f"mark {about['mark']}: altered in itself, its findings or its search digests"] if wrong else []


def _lift(session: Session, _case: Case, about: _Told, _closed: bool) -> list[str]:
    if session.get(LiftRow, about["lift"]) is None:
        return [f"lift {about['lift']}: removed"]
    good = digest_of_lift(session, int(about["lift"])) == about.get("sha256")
    return [] if good else [f"lift {about['lift']}: altered"]


def _answer(session: Session, _case: Case, about: _Told, _closed: bool) -> list[str]:
    row = session.get(LiftAnswerRow, about["answer_to"])
    if row is None:
        return [f"answer to lift {about['answer_to']}: removed"]
    return [] if digest_of_answer(row) == about.get("answer_sha256") else [f"answer to lift {row.lift_id}: altered"]


def _certificate(session: Session, _case: Case, about: _Told, _closed: bool) -> list[str]:
    row = session.get(CertificateRow, about["certificate"])
    if row is None:
        return [f"certificate {about['certificate']}: removed"]
    told = [row.id, row.sequence, row.at, row.by, row.misses, row.result]
    return [] if rows_digest([told]) == about.get("sha256") else [f"certificate {row.id}: altered"]


def _pin(session: Session, _case: Case, about: _Told, _closed: bool) -> list[str]:
    row = session.get(PinRow, about["pin"])
    if row is None:
        return [f"pin {about['pin']}: removed"]
    return [] if digest_of_pin(row) == about.get("sha256") else [f"pin {row.id}: altered"]


_CHECKS: Mapping[str, Callable[[Session, Case, _Told, bool], list[str]]] = {
    "decision": _decision,
    "run": _run,
    "release": _release,
    "certificate": _certificate,
    "mark": _mark,
    "lift": _lift,
    "answer_to": _answer,
    "pin": _pin,
}
_ACTIONS = {
    "decision": {"decided", "accepted differences", "undone", "marked", "lift signed"},
    "mark": {"marked"},
    "lift": {"lift asked"},
    "answer_to": {"lift signed", "lift refused"},
    "run": {"examined"},
    "release": {"released"},
    "certificate": {"certified"},
    "pin": {"pinned a column", "lifted a pin"},
}
