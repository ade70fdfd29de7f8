"""How a case ends: a retention hold keeps it, closing disposes of what could lead back to values, and says so.

MCA 2-6-1502(2)(e): dispose of documents that contain personal information in a manner consistent with other record
retention requirements. What stays is the database without its key: positions, decisions and the audit trail, in which
no digest can be compared with anything any more.
"""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select

from pipeline.case.audit import hold_of
from pipeline.case.column_values import COLUMNS, column_files, count_in
from pipeline.case.database import FILE
from pipeline.case.deciding import NOT_STORED, Scanner, check_by
from pipeline.case.making import ABOUT
from pipeline.case.marking import dispose_of_needles
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import CaseRow, NeedleRow, RunRow

WORKING: Final = "work"
"""The folder of working copies inside a case."""
_STAYS: Final = frozenset({ABOUT, FILE, f"{FILE}-journal", f"{FILE}-wal", f"{FILE}-shm"})


class CaseHeld(CaseError):
    """A retention hold keeps the case."""


def hold(case: Case, *, by: str, reason: str, scanner: Scanner) -> None:
    """Keep a case from being closed until the hold is lifted (raises CaseError)."""
    check_by(by, scanner)
    for problem in scanner(reason):
        raise CaseError("--reason", problem, NOT_STORED)
    with case.action(by, "hold") as action:
        row = action.session.get_one(CaseRow, case.id)
        if row.hold:
            raise CaseError(str(case.folder), "a hold lies on this case already", "releasable case show tells why")
        row.hold = reason
        action.about["reason"] = reason


def unhold(case: Case, *, by: str, reason: str, scanner: Scanner) -> None:
    """Lift the hold (raises CaseError)."""
    check_by(by, scanner)
    for problem in scanner(reason):
        raise CaseError("--reason", problem, NOT_STORED)
    held = _held(case)
    with case.action(by, "unhold") as action:
        row = action.session.get_one(CaseRow, case.id)
        if not (row.hold or held):
            raise CaseError(str(case.folder), "no hold lies on this case", "")
        row.hold = ""
        action.about["reason"] = reason


def close(case: Case, *, by: str) -> list[str]:
    """Dispose of working copies, needles and key, record it, and return what was disposed of, in plain words.

    Raises:
        CaseHeld: a retention hold lies on the case.
        CaseError: it is closed already.
    """
    if (kept := case.row.hold or _held(case)) and not case.row.closed_at:
        raise CaseHeld(str(case.folder), f"a retention hold keeps this case ({kept})", "lift it with case unhold")
    columns = column_files(case)
    values, copies = sum(map(count_in, columns)), [each for each in _working_copies(case.folder) if each not in columns]
    with case.action(by, "closed") as action:
        runs = select(RunRow.id).where(RunRow.case_id == case.id)
        needles = len(list(action.session.scalars(select(NeedleRow.digest).where(NeedleRow.run_id.in_(runs)))))
        needles += values + dispose_of_needles(action.session, case.id)
        action.session.execute(delete(NeedleRow).where(NeedleRow.run_id.in_(runs)))
        action.session.get_one(CaseRow, case.id).closed_at = action.at
        action.about |= {"working_copies": len(copies), "search_digests": needles, "keys": int(case.keeping.has_key)}
        for path in (*copies, *columns):
            _dispose(path)
    for folder in (case.folder / WORKING, case.folder / COLUMNS):
        shutil.rmtree(folder, ignore_errors=True)
    case.keeping.destroy()
    return [f"{len(copies)} working copies", f"{needles} search digests", "the key"]


def _held(case: Case) -> str:
    """Return the hold that the audit trail tells of: a row of the database is changed more easily."""
    told = []
    for entry in case.entries():
        with suppress(ValueError, RecursionError):  # an altered entry is told by case check
            told.append(entry.told)
    return hold_of(told)


def _working_copies(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.relative_to(folder).as_posix() not in _STAYS and (path.is_file() or path.is_symlink())
    )


def _dispose(path: Path) -> None:
    """Overwrite a file once and remove it (a disk may still keep old blocks: encrypt the disk)."""
    if not path.is_symlink():
        left = path.stat().st_size
        with path.open("r+b") as stream:
            while left > 0:
                left -= stream.write(secrets.token_bytes(min(left, 1 << 20)))
    path.unlink()
