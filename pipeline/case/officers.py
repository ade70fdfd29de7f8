"""Are the accounts of a case those that its audit trail tells of: who, in which roles, with which password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.audit import rows_digest
from pipeline.case.tables import OfficerRow


def digest_of_officer(row: OfficerRow) -> str:
    """Return the digest by which the audit trail binds an account; the stored hash of its password is salted."""
    return rows_digest([[row.login, row.name, row.password, row.made_at]])


def officer_faults(session: Session, case_id: str, told: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the accounts of a case.

    Args:
        session: of its database.
        case_id: the case.
        told: the entries of its audit trail, in order.
    """
    roles, digests, before = _told(told)
    rows = list(session.scalars(select(OfficerRow).where(OfficerRow.case_id == case_id)))
    standing = {row.name: row.roles for row in rows if not row.ended_at}
    wrong = {name for name in roles.keys() | standing.keys() if roles.get(name) != standing.get(name)}
    kept = [digest_of_officer(row) for row in rows]
    unknown = len(rows) - before - sum(each in digests for each in kept)  # accounts of older versions have no digest
    problems = [f"officer {name}: the account is not the one that the audit trail tells of" for name in sorted(wrong)]
    if unknown or not digests <= set(kept):
        problems.append("officers: an account was altered or removed")
    return problems


def _told(told: Iterable[Mapping[str, Any]]) -> tuple[dict[str, str], set[str], int]:
    """Return the roles of each officer, the digests of accounts, and how many were given without one."""
    roles: dict[str, str] = {}
    digests: set[str] = set()
    before = 0
    for entry in told:
        about = entry.get("about")
        if not isinstance(about, dict):
            continue
        what, name = entry.get("action"), str(about.get("officer"))
        if what in {"officer added", "officer's roles changed"}:
            roles[name] = str(about.get("roles"))
        if what == "officer added":
            digests |= {str(about["sha256"])} if "sha256" in about else set()
            before += "sha256" not in about
        elif what == "officer removed":
            roles.pop(name, None)
    return roles, digests, before
