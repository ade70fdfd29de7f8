"""A case as it is opened: its database, its key, and actions that are written together with their audit entry."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError as RowExists
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pipeline.case.audit import Deed, Entry, Head, entry_after, first_hash
from pipeline.case.database import opened, plain_url, writing
from pipeline.case.keeping import Keeping
from pipeline.case.making import ABOUT, Making, clear
from pipeline.case.place import check_place, check_private, make_private
from pipeline.case.tables import AuditRow, CaseRow
from pipeline.errors import ConfigError, UsageError
from pipeline.texts.digest import Keyed

SCHEMA: Final = 1


class CaseError(UsageError):
    """The case cannot do what was asked of it."""


@dataclass(slots=True)
class Action:
    """An action on its way into the case: the session that its rows go into, and what its audit entry tells."""

    session: Session
    at: str
    about: dict[str, Any] = field(default_factory=dict)
    policy: str = ""


class Case:
    """A case that is open. Make one with :meth:`create`, :meth:`open` or :meth:`create_or_open`."""

    def __init__(self, folder: Path, case_id: str, engine: Engine) -> None:
        self.folder, self.id, self.engine = folder, case_id, engine
        self.keeping = Keeping(case_id)
        self._one = Lock()  # of the threads of one process, one writes at a time

    @classmethod
    def create(cls, folder: Path, request: str = "", *, by: str = "releasable", url: str = "") -> Self:
        """Make a case in a new or empty folder.

        Raises:
            UnfitPlace: the folder is on a portable device or open to others.
            CaseError: something is in it.
            OutputError: another run is making a case there.
        """
        made_here = not folder.exists()
        make_private(folder)
        clear(folder)
        if any(folder.iterdir()):
            raise CaseError(str(folder), "there is something in this folder", "name a new folder for the case")
        case_id = secrets.token_hex(16)
        about = {"schema": SCHEMA, "case": case_id, "database": plain_url(url) if url else ""}
        making = Making(folder, case_id)
        engine: Engine | None = None
        try:
            making.begin(json.dumps(about, indent=2).encode())
            engine = opened(folder, url)
            case = cls(folder, case_id, engine)
            case.keeping.make()
            case._add_row(request)
            with case.action(by, "opened") as action:
                action.about["request"] = request
            making.finish()
        except BaseException:  # a full disk, most often: the next try finds the folder as it was
            if engine is not None:
                engine.dispose()
            making.undo(with_folder=made_here)
            raise
        return case

    def _add_row(self, request: str) -> None:
        try:
            with Session(self.engine) as session, session.begin():
                session.add(CaseRow(id=self.id, request=request, opened_at=now(), audit_head=first_hash(self.id)))
        except SQLAlchemyError as error:
            raise _unwritten(self.folder, error) from None

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a case.

        Raises:
            CaseError: the folder holds no case.
            UnfitPlace: the folder is on a portable device or open to others.
        """
        check_place(folder)
        try:
            told = json.loads((folder / ABOUT).read_bytes())
            case_id, url = str(told["case"]), str(told["database"])
        except (OSError, ValueError, KeyError, TypeError):
            raise CaseError(
                str(folder), f"this is no case (no {ABOUT} that can be read)", "make one: redact --case"
            ) from None
        check_private(folder)
        return cls(folder, case_id, opened(folder, url))

    @classmethod
    def create_or_open(cls, folder: Path, request: str = "", *, by: str = "releasable", url: str = "") -> Self:
        """Open the case in a folder, or make it where there is none."""
        return cls.open(folder) if (folder / ABOUT).is_file() else cls.create(folder, request, by=by, url=url)

    def close_database(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    # --- what it is ---------------------------------------------------------------------

    @cached_property
    def key(self) -> bytes:
        """The key of the case (raises KeyGone)."""
        return self.keeping.key()

    @cached_property
    def keyed(self) -> Keyed:
        """What makes the digests of the case (raises KeyGone)."""
        return Keyed(self.key)

    @property
    def row(self) -> CaseRow:
        """What the case is: its request, its head, whether it is held or closed."""
        with Session(self.engine, expire_on_commit=False) as session:
            return self._row(session)

    @property
    def head(self) -> Head:
        """Where the audit trail ends now."""
        row = self.row
        return Head(row.audit_head, row.audit_length)

    def entries(self) -> list[Entry]:
        """Return the audit trail."""
        with Session(self.engine) as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.case_id == self.id).order_by(AuditRow.number))
            return [Entry(each.number, each.entry, each.hash) for each in rows]

    # --- what is done with it -----------------------------------------------------------

    @contextmanager
    def action(self, by: str, what: str, *, on_closed: bool = False) -> Iterator[Action]:
        """Do one thing: its rows and its audit entry are written together, or nothing is.

        Raises:
            CaseError: the case is closed, or somebody else is writing to it.
        """
        try:
            with self._one:  # the head too is noted in the order in which entries are written
                with Session(writing(self.engine)) as session, session.begin():
                    row = self._row(session, to_write=True)
                    if row.closed_at and not on_closed:
                        raise CaseError(str(self.folder), "this case is closed", "open a new case for a new release")
                    doing = Action(session, now())
                    yield doing
                    head = Head(row.audit_head, row.audit_length)
                    deed = Deed(doing.at, by, what, f"releasable {tool_version()}", doing.policy, doing.about)
                    entry = entry_after(head, deed)
                    session.add(AuditRow(case_id=self.id, number=entry.number, entry=entry.text, hash=entry.hash))
                    row.audit_head, row.audit_length = entry.hash, entry.number
                self.keeping.keep_head(Head(entry.hash, entry.number))
        except RowExists:
            raise CaseError(str(self.folder), "somebody else wrote to this case meanwhile", "do it again") from None
        except SQLAlchemyError as error:
            raise _unwritten(self.folder, error) from None

    def _row(self, session: Session, *, to_write: bool = False) -> CaseRow:
        """Return the row of the case; who writes waits for whoever writes already (PostgreSQL: by this row)."""
        row = session.get(CaseRow, self.id, with_for_update=to_write or None)
        if row is None:
            raise CaseError(str(self.folder), "its database does not know this case", "restore both from one backup")
        return row


def _unwritten(folder: Path, error: SQLAlchemyError) -> ConfigError:
    why = type(error).__name__
    return ConfigError(str(folder), f"the case cannot be written ({why})", "check its disk or database")


def now() -> str:
    """Return the time, UTC, to the second (``SOURCE_DATE_EPOCH`` where it is set)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    then = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return then.replace(microsecond=0).isoformat().replace("+00:00", "Z")


@cache
def tool_version() -> str:
    """Return the version of this installation."""
    try:
        return version("releasable")
    except PackageNotFoundError:
        return "0+checkout"


def values_of(row: Any, names: Sequence[str]) -> list[Any]:
    """Return the named columns of a row, in order."""
    return [getattr(row, each) for each in names]


def inserted(rows: Sequence[Mapping[str, Any]], size: int = 1000) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield rows in batches small enough for one statement."""
    for at in range(0, len(rows), size):
        yield rows[at : at + size]
