"""The records of a release as they were released: read from its copies, in the order in which a sample counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pipeline.case.overrides import place_digest
from pipeline.errors import IntegrityError
from pipeline.evidence.certificate import Record
from pipeline.formats import HEAD_SIZE, format_named, format_of
from pipeline.inputs import InputFile
from pipeline.model import Cell, Segment, Source, Unit
from pipeline.texts.digest import Keyed

_MARKER: Final = re.compile(r"\[REDACTED[^\[\]\n]*\]")


def texts_in(file: InputFile) -> Iterator[tuple[Record, str]]:
    """Yield every released record of a copy with its text."""
    for number, unit in enumerate(units_in(file)[1]):
        for at, each in enumerate(records_in(file, unit)):
            yield Record(file.name, number, at), joined(each)


def joined(texts: Sequence[Segment]) -> str:
    """Return the texts of a record as one."""
    return "\n".join(each.text for each in texts)


def texts_of(_state: Any, asked: tuple[InputFile, Sequence[Record]]) -> list[tuple[Segment, ...]]:
    """Return the texts of some released records of one copy, in the order asked; one unit is in memory at a time."""
    file, records = asked
    _, units = units_in(file)
    told: dict[Record, tuple[Segment, ...]] = {}
    for unit, own in groupby(sorted(set(records)), key=lambda each: each.unit):
        found = records_in(file, units[unit])
        told |= {each: tuple(found[each.record]) for each in own}
    return [told[each] for each in records]


def units_in(file: InputFile) -> tuple[str, list[Unit]]:
    """Return the format of a copy and its units (raises IntegrityError)."""
    kind = format_of(file.read(0, HEAD_SIZE), Path(file.name).name)
    if kind is None:
        raise IntegrityError(file.name, "the copy has no known format", "make the release again")
    with file.open() as stream:
        return kind.name, list(kind.units(stream, Source(file.name, kind.name, file.size)))


def records_in(file: InputFile, unit: Unit) -> list[list[Segment]]:
    """Return the texts of each record of a unit of a copy, in order."""
    reading = format_named(unit.source.format).read(file.read(unit.start, unit.stop), unit)
    grouped: dict[str, list[Segment]] = {}
    for segment in reading.segments:
        if not (isinstance(segment.address[-1], Cell) and segment.address[-1].row < 0):  # a header row is no record
            grouped.setdefault(segment.record, []).append(segment)
    return list(grouped.values())


def reads_as(keyed: Keyed, text: str) -> str:
    """Return the keyed digest of how a released record reads; other blanks and other markers are no difference."""
    return place_digest(keyed, "released text", " ".join(_MARKER.sub(" ", text).split()))
