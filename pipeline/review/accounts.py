"""Accounts of officers in a case: passwords as argon2id hashes, and a lock after too many wrong ones.

The lock lies in the database, so that starting the desk again lifts none.
"""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.officers import digest_of_officer
from pipeline.case.overrides import BY_NO_PERSON
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import OfficerRow
from pipeline.review.sessions import ROLES, Officer

MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
LEAST_PASSWORD: Final = 12
_LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{1,59}")
_HASHER: Final = PasswordHasher()
_ONE_AT_A_TIME: Final = threading.Lock()
"""Many guesses at once would all be looked at before the first of them locks the account, each in 64 MiB."""
_NOBODY: Final = _HASHER.hash("nobody has this password")


class SignInRefused(CaseError):
    """Login or password is wrong, or the account is locked; which, is not said."""


def add(case: Case, login: str, name: str, roles: frozenset[str], password: str, *, by: str) -> None:
    """Give a person an account.

    Args:
        case: the case.
        login: how the person signs in; it never stands in a log or release.
        name: a role or a name, as it shall stand in the log.
        roles: of :data:`ROLES`.
        password: at least 12 characters.
        by: who gives it.

    Raises:
        CaseError: something of it is not fit, or the login or name is taken.
    """
    _check(login, name, roles, password)
    with case.action(by, "officer added") as action:
        taken = select(OfficerRow).where(OfficerRow.case_id == case.id, OfficerRow.ended_at == "")
        for row in action.session.scalars(taken):
            if login == row.login or name.casefold() == row.name.casefold():
                raise CaseError("officer", "this login or name is taken", "choose another")
        if action.session.get(OfficerRow, (case.id, login)) is not None:
            raise CaseError("officer", "this login was taken before", "choose another")
        told = " ".join(sorted(roles))
        row = OfficerRow(
            case_id=case.id, login=login, name=name, roles=told, password=_HASHER.hash(password), made_at=action.at,
        )  # fmt: skip
        action.session.add(row)
        action.about |= {"officer": name, "roles": told, "sha256": digest_of_officer(row)}


def end(case: Case, login: str, *, by: str) -> None:
    """Take an account away; what the person decided stays (raises CaseError)."""
    with case.action(by, "officer removed") as action:
        row = action.session.get(OfficerRow, (case.id, login))
        if row is None or row.ended_at:
            raise CaseError("officer", "nobody has this login", "releasable officers list CASE shows them")
        row.ended_at = action.at
        action.about["officer"] = row.name


def change_roles(case: Case, login: str, roles: frozenset[str], *, by: str) -> None:
    """Give a person other roles in the place of those before (raises CaseError)."""
    _check_roles(roles)
    with case.action(by, "officer's roles changed") as action:
        row = action.session.get(OfficerRow, (case.id, login))
        if row is None or row.ended_at:
            raise CaseError("officer", "nobody has this login", "releasable officers list CASE shows them")
        action.about |= {"officer": row.name, "roles": " ".join(sorted(roles)), "before": row.roles}
        row.roles = " ".join(sorted(roles))


def is_current(case: Case, officer: Officer) -> bool:
    """Return whether a person who signed in still has the account, under that name and with those roles."""
    with Session(case.engine) as session:
        row = session.get(OfficerRow, (case.id, officer.login))
        return row is not None and not row.ended_at and officer == _officer(row)


def officers(case: Case) -> list[OfficerRow]:
    """Return the accounts of a case that stand."""
    with Session(case.engine, expire_on_commit=False) as session:
        wanted = select(OfficerRow).where(OfficerRow.case_id == case.id, OfficerRow.ended_at == "")
        return list(session.scalars(wanted.order_by(OfficerRow.name)))


def is_locked(row: OfficerRow, at: datetime | None = None) -> bool:
    """Return whether an account is locked after too many wrong passwords."""
    return row.locked_until > _told(at or datetime.now(UTC))


def signed_in(case: Case, login: str, password: str, *, at: datetime | None = None) -> Officer:
    """Return who signs in (raises SignInRefused)."""
    with _ONE_AT_A_TIME:
        return _signed_in(case, login, password, at or datetime.now(UTC))


def _signed_in(case: Case, login: str, password: str, at: datetime) -> Officer:
    with Session(case.engine) as session:
        row = session.get(OfficerRow, (case.id, login)) if _LOGIN.fullmatch(login) else None
        known = row is not None and not row.ended_at
        locked = known and row is not None and is_locked(row, at)
        good = _fits(row.password if known and row is not None else _NOBODY, password)
    if not known or locked or not good:
        if known and not locked:
            _failed(case, login, at)
        raise SignInRefused("sign-in", "login or password is wrong, or the account is locked", "try again later")
    assert row is not None
    with case.action(row.name, "signed in") as action:
        action.session.get_one(OfficerRow, (case.id, login)).failures = 0
        action.about["roles"] = row.roles
    return _officer(row)


def _officer(row: OfficerRow) -> Officer:
    return Officer(row.login, row.name, frozenset(row.roles.split()))


def _failed(case: Case, login: str, at: datetime) -> None:
    with case.action("releasable", "sign-in refused") as action:
        row = action.session.get_one(OfficerRow, (case.id, login))
        row.failures += 1
        action.about |= {"officer": row.name, "in_a_row": row.failures}
        if row.failures >= MOST_FAILURES:
            row.failures, row.locked_until = 0, _told(at + LOCKED_FOR)
            action.about["locked_until"] = row.locked_until


def _fits(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _check(login: str, name: str, roles: frozenset[str], password: str) -> None:
    if not _LOGIN.fullmatch(login):
        raise CaseError("officer", "a login is 2 to 60 small letters, digits, dots or dashes", "choose another")
    if not name.strip() or name != name.strip() or len(name) > 100 or not name.isprintable():
        raise CaseError("officer", "a name is 1 to 100 characters", "give a role or a name, as it stands in the log")
    if name.casefold() in BY_NO_PERSON or name.casefold() == "releasable":
        raise CaseError("officer", "this name stands for no person", "choose another")
    _check_roles(roles)
    if len(password) < LEAST_PASSWORD or len(password) > 200:
        raise CaseError("officer", f"a password has {LEAST_PASSWORD} to 200 characters", "choose another")


def _check_roles(roles: frozenset[str]) -> None:
    if not roles or not roles <= set(ROLES):
        raise CaseError("officer", "that is no role", f"choose from {', '.join(ROLES)}")
