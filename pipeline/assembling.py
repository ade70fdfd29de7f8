"""Assemble: the parts of a copy become its file, where a format's parts are none when written one after another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from pipeline.checking import WrittenUnit
from pipeline.formats import format_named
from pipeline.formats.base import Assembled, units_of
from pipeline.model import Source


@dataclass(frozen=True, slots=True)
class _StoredParts(Sequence[bytes]):
    """Parts that lie one after another in a file; each is read when it is asked for."""

    path: Path
    spans: Sequence[tuple[int, int]]

    def __len__(self) -> int:
        return len(self.spans)

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return _StoredParts(self.path, self.spans[at])
        start, stop = self.spans[at]
        with self.path.open("rb") as stream:
            stream.seek(start)
            return stream.read(stop - start)


def assemble_copy(source: Source, path: Path, units: Sequence[WrittenUnit]) -> list[WrittenUnit]:
    """Make the copy at ``path`` of the parts that lie there; return the units that it is cut into when read again.

    Nothing changes for a format whose parts are its file.
    """
    kind = format_named(source.format)
    if not isinstance(kind, Assembled):
        return list(units)
    parts = path.with_name(f"{path.name}.parts")
    path.rename(parts)
    try:
        with path.open("wb") as sink:
            kind.assemble(_StoredParts(parts, [(each.start, each.stop) for each in units]), sink)
    finally:
        parts.unlink()
    size = path.stat().st_size
    made = []
    span, digest = (-1, -1), ""
    with path.open("rb") as stream:
        for unit in list(units_of(kind, stream, Source(source.path, source.format, size), is_copy=True)):
            if (unit.start, unit.stop) != span:  # pages share all bytes of their file
                span = (unit.start, unit.stop)
                stream.seek(unit.start)
                digest = hashlib.sha256(stream.read(unit.stop - unit.start)).hexdigest()
            made.append(WrittenUnit(unit, unit.start, unit.stop, digest))
    return made
