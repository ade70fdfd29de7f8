"""Likeness: which units say the same, or nearly the same, without keeping what they say.

A unit has a keyed digest of its folded words, and a sketch: the least of 32 keyed hashes over its runs of three words
(MinHash, Broder 1997). The share of equal places of two sketches estimates how many of those runs two units have in
common. Runs of table rows have no sketch: their cut into units is arbitrary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.formats import format_named
from pipeline.state import State
from pipeline.tasks import UnitTask
from pipeline.texts.digest import Keyed, tokens

HASHES: Final = 32
RUN: Final = 3
LEAST_RUNS: Final = 12
"""A unit with fewer runs of words is only compared as a whole."""
_PRIME: Final = (1 << 31) - 1
_DRAWN: Final = np.random.default_rng(20_260_102)
_FACTORS: Final = _DRAWN.integers(1, _PRIME, HASHES, dtype=np.uint64)
_TERMS: Final = _DRAWN.integers(0, _PRIME, HASHES, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A keyed digest of the words of a unit, and its sketch in hexadecimal ("" where it is too short or a table)."""

    content: str
    sketch: str = ""


def likeness(state: State, task: UnitTask) -> Likeness:
    """Return the likeness of a unit (raises UnreadableSource)."""
    unit = task.unit
    reading = format_named(unit.source.format).read(task.file.read(unit.start, unit.stop), unit)
    words = [word for segment in reading.segments for word in tokens(segment.text)]
    content = state.keyed.form_digest("\0".join(("likeness", *words))).hex()
    return Likeness(content, "" if unit.source.format == "delimited" else _sketch(words, state.keyed))


def _sketch(words: list[str], keyed: Keyed) -> str:
    runs = {"\0".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
    if len(runs) < LEAST_RUNS:
        return ""
    hashes = np.array([int.from_bytes(keyed.gate(f"run\0{each}"), "big") % _PRIME for each in runs], dtype=np.uint64)
    least = ((np.outer(_FACTORS, hashes) + _TERMS[:, None]) % _PRIME).min(axis=1)
    return "".join(f"{int(each):08x}" for each in least)
