"""Spark's session: what must be there before one starts, one that a notebook has, and our own."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pipeline.errors import UsageError
from pipeline.execution.java import find_java


def ready(master: str) -> None:
    """See that Spark can be started before anything is: PySpark and Java are here, and a cluster is named.

    Raises:
        UsageError: something is missing; it says what and what to do.
    """
    from importlib.util import find_spec  # noqa: PLC0415 - only here

    if find_spec("pyspark") is None:
        what, remedy = "PySpark is not installed here", "pip install 'releasable[spark]', on all machines"
        raise UsageError("--engine spark", what, remedy)
    if _is_submitted() or open_session() is not None:
        return
    if not master:
        what = "no cluster is named"
        remedy = "--spark-master spark://HOST:7077 names one, local[2] tries it on this machine; or use spark-submit"
        raise UsageError("--engine spark", what, remedy)
    os.environ["JAVA_HOME"] = str(find_java())


def _is_submitted() -> bool:
    return "PYSPARK_GATEWAY_PORT" in os.environ


def open_session() -> Any:
    """Return the session that this process has already, as a notebook does; else None."""
    if "pyspark.sql" not in sys.modules:
        return None
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    return SparkSession.getActiveSession()


@contextmanager
def session_of(master: str) -> Iterator[Any]:
    """Give the session that is open; else a new one, which ends with this.

    Raises:
        UsageError: PySpark or Java is missing, or the cluster cannot be reached.
    """
    ready(master)
    given = open_session()
    session = given or new_session(master)
    try:
        yield session
    finally:
        if given is None:
            with suppress(Exception):  # it may be gone
                session.stop()


def new_session(master: str) -> Any:
    """Start a session on a cluster, with what a run of ours needs.

    Raises:
        UsageError: it cannot be started.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    # What it says of newer pandas is about functions that are not used here.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("releasable")
    if not _is_submitted():
        for name in ("spark.ui.enabled", "spark.ui.showConsoleProgress"):
            builder = builder.config(name, "false")
        builder = builder.config("spark.log.level", "ERROR")
        if "PYTHONPATH" in os.environ:
            builder = builder.config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"])
    if master:
        builder = builder.master(master)
    if master.startswith("local"):
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    try:
        return builder.getOrCreate()
    except Exception:  # noqa: BLE001 - its words are pages of Java
        what = f"Spark does not start with {master or 'what spark-submit gave'}"
        raise UsageError("--engine spark", what, "check the address, and what Java printed above") from None
