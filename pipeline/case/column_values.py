"""What the copies are searched for of tables that went by column: the values as keyed digests, in a file a run.

Millions of values are no rows of a database. They lie sorted in the folder of the case (``columns/``), 64 bits of the
keyed digest of each form that is searched in the whole release; the audit trail binds the file, and closing disposes of
it. Names, dates of birth and diagnoses of a column are searched in their own row, and have no form here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.store import Case
from pipeline.case.tables import FindingRow
from pipeline.digest_set import DigestSetWriter
from pipeline.model import Action, Column, Decision, Finding
from pipeline.private_files import private_folder
from pipeline.verify.search import WithheldIndex

COLUMNS: Final = "columns"
SCHEMA: Final = 1
_ROW: Final = np.dtype([("digest", "<u8"), ("code", "<u2")])
_AT_ONCE: Final = 1 << 18
_CHUNK: Final = 1 << 20


def keep_column_values(case: Case, run: int, index: WithheldIndex) -> str:
    """Keep the values of whole columns that a run withholds; return the sha256 of the file, "" where there are none."""
    if not index.columns:
        return ""
    path = _file(case, run)
    private_folder(path.parent)
    entities = sorted({entity for entity, _ in index.columns_by_entity()})
    gates = [[gate.hex(), length] for gate, length in index.wide_gates()]
    head = {"schema": SCHEMA, "values": len(index.columns), "entities": entities, "gates": gates}
    beside, made = path.with_suffix(".new"), hashlib.sha256()
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for piece in (json.dumps(head).encode() + b"\n", *_pieces(index, entities)):
            stream.write(piece)
            made.update(piece)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    return made.hexdigest()


def _pieces(index: WithheldIndex, entities: list[str]) -> Iterator[bytes]:
    for entity, digests in index.columns_by_entity():
        rows = np.empty(len(digests), dtype=_ROW)
        rows["digest"], rows["code"] = digests, entities.index(entity)
        yield rows.tobytes()


def take_column_values(case: Case, index: WithheldIndex, folder: Path, run: int = 0) -> bool:
    """Let an index search for what columns of a run (0: of all runs) withhold; return whether there was anything.

    ``folder`` is for the set of digests and has to stay as long as the index is used.
    """
    files = column_files(case, run)
    if not files:
        return False
    writer, gates = DigestSetWriter(folder), set[tuple[bytes, int]]()
    for path in files:
        head, start = _head(path)
        codes = [index.code_of(_withheld(str(entity))) for entity in head["entities"]]
        gates |= {(bytes.fromhex(gate), int(length)) for gate, length in head["gates"]}
        with path.open("rb") as stream:
            stream.seek(start)
            while data := stream.read(_AT_ONCE * _ROW.itemsize):
                rows = np.frombuffer(data, dtype=_ROW)
                for code in np.unique(rows["code"]).tolist():
                    writer.add(rows["digest"][rows["code"] == code], codes[code])
    index.take_columns(writer.finish(), sorted(gates))
    return True


def _withheld(entity: str) -> Decision:
    return Decision(Finding(entity, 0, 1, (Column(0),), "", 0.8, "case", "a column"), Action.WITHHOLD, "case")


def column_files(case: Case, run: int = 0) -> list[Path]:
    """Return the files with the values of columns of a run (0: of all runs)."""
    if run:
        return [path for path in [_file(case, run)] if path.is_file()]
    return sorted((case.folder / COLUMNS).glob("run-*.digests"))


def count_in(path: Path) -> int:
    """Return how many values a file holds (0 for one that cannot be read)."""
    try:
        return int(_head(path)[0]["values"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def sha256_of_columns(case: Case, run: int) -> str:
    """Return the sha256 of the file of a run, "" where there is none."""
    made = hashlib.sha256()
    try:
        with _file(case, run).open("rb") as stream:
            while piece := stream.read(_CHUNK):
                made.update(piece)
    except FileNotFoundError:
        return ""
    return made.hexdigest()


def has_columns(case: Case, run: int) -> bool:
    """Return whether something was found in a run as a whole column."""
    with Session(case.engine) as session:
        wanted = select(FindingRow.id).where(FindingRow.run_id == run, FindingRow.place.like("column %")).limit(1)
        return session.scalars(wanted).first() is not None


def _head(path: Path) -> tuple[dict[str, Any], int]:
    with path.open("rb") as stream:
        line = stream.readline()
    told: dict[str, Any] = json.loads(line)
    return told, len(line)


def _file(case: Case, run: int) -> Path:
    return case.folder / COLUMNS / f"run-{run}.digests"
