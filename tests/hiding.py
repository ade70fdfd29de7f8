"""Canaries: values planted in hiding places, and what becomes of each when everything that is read is withheld."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pipeline.formats import format_of
from pipeline.formats.base import assembled, finished
from pipeline.model import Edit, Reading, Source, Unit
from pipeline.verify import View, byte_texts, second_reader, views


def opened(data: bytes, name: str):
    """Return the format that claims a file, and its units with their bytes."""
    kind = format_of(data[:65536], name)
    assert kind is not None, name
    units = list(kind.units(io.BytesIO(data), Source(name, kind.name, len(data))))
    return kind, [(unit, data[unit.start : unit.stop]) for unit in units]


def readings(data: bytes, name: str) -> list[Reading]:
    kind, units = opened(data, name)
    return [kind.read(payload, unit) for unit, payload in units]


def texts(data: bytes, name: str) -> str:
    """Return everything that is examined, one text a line."""
    return "\n".join(each.text for reading in readings(data, name) for each in reading.segments)


def copy(data: bytes, name: str, *, withheld: bool = False) -> bytes:
    """Return the copy of a file, with every text withheld or with none; the second reader must read it."""
    kind, units = opened(data, name)
    parts = []
    for unit, payload in units:
        reading = kind.read(payload, unit)
        edits = [Edit(each.address, 0, len(each.text), "[X]") for each in reading.segments] if withheld else []
        parts.append(kind.rewrite(payload, unit, edits))
        assert second_reader(kind.name, finished(kind, parts[-1]), unit.context) is not None
        kind.read(parts[-1], Unit(unit.source, unit.ordinal, 0, len(parts[-1]), unit.context))
    sink = io.BytesIO()
    assembled(kind, parts, sink)
    return sink.getvalue()


def forms(data: bytes) -> str:
    """Return the bytes of a copy in every form in which a value may hide."""
    return "\n".join(view.text for text in byte_texts(data) for view in views(text) if isinstance(view, View))


def check_places(data: bytes, name: str, examined: Sequence[str], left_out: Sequence[str]) -> None:
    """Assert that each canary was really there, that what is examined is found, and that nothing survives withholding."""
    read = texts(data, name)
    for canary in examined:
        assert canary in read, f"{canary} is not examined"
    kept, hidden = forms(copy(data, name)), forms(copy(data, name, withheld=True))
    for canary in left_out:
        assert canary not in read, f"{canary} is read, and was to be left out"
        assert canary not in kept, f"{canary} travels unread"
    for canary in (*examined, *left_out):
        assert canary not in hidden, f"{canary} survives"
