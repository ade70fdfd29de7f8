"""Inputs that lie in a store (``s3a://bucket/export``): brought here by Spark for the time of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.cli.options import Engine
from pipeline.cli.running import Asked
from pipeline.errors import UsageError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def place_of(given: str | Path) -> str | Path:
    """Return what was given as a path of this machine, or as it is where it is the address of a store."""
    return given if isinstance(given, str) and _ADDRESS.match(given) else Path(given)


@contextmanager
def here(given: Sequence[str | Path], asked: Asked) -> Iterator[list[Path]]:
    """Give the inputs as paths of this machine, in their order; what was brought here goes afterwards.

    Raises:
        UsageError: an input lies in a store and Spark does not run, or the address is wrong.
        UnreadableSource: what lies there cannot be read whole.
    """
    places = [place_of(each) for each in given]
    addresses = [each for each in places if isinstance(each, str)]
    if not addresses:
        yield [Path(each) for each in places]
        return
    if asked.engine is not Engine.SPARK:
        remedy = "add --engine spark (docs/scale.md), or copy it to this machine and give its path"
        raise UsageError(addresses[0], "what has an address is read by Spark alone", remedy)
    from pipeline.execution.spark_session import session_of  # noqa: PLC0415 - an extra
    from pipeline.execution.spark_store import staged  # noqa: PLC0415 - the same

    with session_of(asked.spark_master) as session, staged(session, addresses) as found:
        brought = iter(found)
        yield [next(brought) if isinstance(each, str) else each for each in places]
