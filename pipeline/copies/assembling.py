"""Assemble: the parts of a copy become its file, where a format's parts are none when written one after another.

A worker does it (:func:`assemble`), from the parts where they were kept: to write a document anew, and to cut it again
as a reader of the copy does, takes time that does not spread where the main process does it for one file after another.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, overload

from pipeline.archives.packing import beside
from pipeline.copies.checking import WrittenUnit
from pipeline.copies.writing import write
from pipeline.formats import format_named
from pipeline.formats.base import Assembled, units_of
from pipeline.model import Source
from pipeline.workspace import Unkept, Workspace, answer_of

BYTES_A_SECOND: Final = 500_000
"""The slowest at which parts may become a file: the cells of a large workbook are written at a few times this rate."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    """Where a part of a copy was kept by the worker that wrote it: its running number, and the key of its unit."""

    number: int
    key: str


@dataclass(frozen=True, slots=True)
class AssembleTask:
    """The parts of a copy, with their bytes together, and the folders that they lie in and that the file goes into.

    ``name`` is that of the copy in the release.
    """

    source: Source
    name: str
    parts: tuple[KeptPart, ...]
    size: int
    workspace: Path
    folder: Path

    @property
    def key(self) -> str:
        """The key of the first check of the copy: it is best done by the worker that has just cut it."""
        return f"{self.name}#0"

    @property
    def more_seconds(self) -> float:
        """Return what many parts may take beyond the deadline of a unit."""
        return round(self.size / BYTES_A_SECOND, 1) + len(self.parts)


@dataclass(frozen=True, slots=True)
class AssembledCopy:
    """The file that was made, by its name in the folder of the task, its size, and the units that it is cut into."""

    file: str
    size: int
    units: tuple[WrittenUnit, ...]


def assemble(_state: object, task: AssembleTask) -> AssembledCopy | Unkept:
    """Make a file of the parts of a copy, under a name of its own: a task may be done twice at a time, elsewhere.

    Raises:
        UnreadableSource: what was written cannot be read again.
        OutputError: a part cannot be read back.
    """
    kept = Workspace(task.workspace)
    path = task.folder / uuid.uuid4().hex
    parts = _Parts(lambda at: answer_of(kept, write, task.parts[at].number, task.parts[at]).part, len(task.parts))
    try:
        with path.open("xb") as sink:
            _written(task.source, parts, sink)
        units = _cut(task.source, path)
        return AssembledCopy(path.name, path.stat().st_size, tuple(units))
    except OSError as error:
        if error.errno is None:  # what a library of pictures calls its own errors
            raise
        return Unkept(error.errno)


def assemble_copy(source: Source, path: Path, units: Sequence[WrittenUnit]) -> list[WrittenUnit]:
    """Make the copy at ``path`` of the parts that lie there; return the units that it is cut into when read again.

    Nothing changes for a format whose parts are its file.
    """
    if not isinstance(format_named(source.format), Assembled):
        return list(units)
    stored = beside(path)
    path.rename(stored)

    def part(at: int) -> bytes:
        with stored.open("rb") as stream:
            stream.seek(units[at].start)
            return stream.read(units[at].stop - units[at].start)

    try:
        with path.open("wb") as sink:
            _written(source, _Parts(part, len(units)), sink)
    finally:
        stored.unlink()
    return _cut(source, path)


@dataclass(frozen=True, slots=True)
class _Parts(Sequence[bytes]):
    """Parts that lie on the disk; each is read when it is asked for."""

    part: Callable[[int], bytes]
    length: int

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return [self.part(each) for each in range(*at.indices(self.length))]
        if not 0 <= at < self.length:
            raise IndexError(at)
        return self.part(at)


def _written(source: Source, parts: Sequence[bytes], sink: BinaryIO) -> None:
    kind = format_named(source.format)
    assert isinstance(kind, Assembled)
    kind.assemble(parts, sink)


def _cut(source: Source, path: Path) -> list[WrittenUnit]:
    """Return the units that a new file is cut into."""
    kind, made = format_named(source.format), []
    span, digest = (-1, -1), ""
    with path.open("rb") as stream:
        whole = Source(source.path, source.format, path.stat().st_size)
        for unit in list(units_of(kind, stream, whole, is_copy=True)):
            if (unit.start, unit.stop) != span:  # pages share all bytes of their file
                span = (unit.start, unit.stop)
                stream.seek(unit.start)
                digest = hashlib.sha256(stream.read(unit.stop - unit.start)).hexdigest()
            made.append(WrittenUnit(unit, unit.start, unit.stop, digest))
    return made
