"""The database of a case: SQLite in its folder, or PostgreSQL by URL; brought up to date by migrations.

The URL of a database stands in ``case.json`` without its password: that comes from ``RELEASABLE_DATABASE_PASSWORD``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from pipeline.errors import ConfigError, UsageError

FILE: Final = "case.sqlite"
PASSWORD: Final = "RELEASABLE_DATABASE_PASSWORD"  # noqa: S105 - the name of a variable
DRIVER: Final = "postgresql+pg8000"
WRITES: Final = "releasable_writes"
_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def opened(folder: Path, url: str = "") -> Engine:
    """Return the engine of a case's database, migrated.

    Args:
        folder: the case folder; without a URL the database is a file in it, owner-only.
        url: of a PostgreSQL database.

    Raises:
        UsageError: the URL names no PostgreSQL database, or its driver is not installed.
        ConfigError: the database cannot be reached or read.
    """
    try:
        engine = _postgres(url) if url else _sqlite(folder / FILE)
    except ModuleNotFoundError:
        raise UsageError(
            "--database", "the driver for PostgreSQL is not installed", "pip install 'releasable[postgres]'"
        ) from None
    try:
        migrate(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        why = type(error).__name__
        remedy = "check that there is room on its disk, and that it is there and whole"
        raise ConfigError("case", f"its database cannot be used ({why})", remedy) from None
    return engine


def plain_url(url: str) -> str:
    """Return a URL as it may be written down: without its password (raises UsageError)."""
    return _parsed(url).set(password=None).render_as_string(hide_password=False)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError("--database", "this is no database URL", "postgresql://USER@HOST/DATABASE") from None
    if parsed.get_backend_name() != "postgresql":
        raise UsageError("--database", "only PostgreSQL is reached by URL", "leave it out to use SQLite in the case")
    return parsed.set(drivername=DRIVER)


def _postgres(url: str) -> Engine:
    parsed = _parsed(url)
    password = os.environ.get(PASSWORD)
    return create_engine(parsed.set(password=password) if password else parsed, hide_parameters=True)


def _sqlite(path: Path) -> Engine:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # what begins a transaction is said below
        # A decision for tens of thousands of findings stays in memory (64 MiB) until it is committed: pages that SQLite
        # wrote before that would shut out everybody who reads.
        for pragma in ("foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY", "cache_spill = 16384"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def writing(engine: Engine) -> Engine:
    """Return an engine whose transactions wait for their turn to write before they read anything."""
    return engine.execution_options(**{WRITES: True})


def migrate(engine: Engine) -> None:
    """Bring the tables of a database to the state that this version knows."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
