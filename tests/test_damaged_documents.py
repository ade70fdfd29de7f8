"""Truncated and bit-flipped pages, Markdown, calendars, cards and Outlook messages: read clean or held, never a crash.

Each format meets 60 seeded variants; with RELEASABLE_VARIANTS=500 in the environment as many as that.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from hiding import opened

from pipeline.errors import UnreadableSource
from pipeline.formats import format_of
from pipeline.model import Edit, Unit
from pipeline.verify import second_reader

GOLDEN = Path(__file__).parent / "golden"
VARIANTS = int(os.environ.get("RELEASABLE_VARIANTS", "60"))
SECONDS = 5.0


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Return bytes cut short, or with one to eight bits flipped."""
    if dice.random() < 0.4:
        return data[: dice.randrange(len(data))]
    out = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def outcome(data: bytes, name: str) -> str:
    """Take a file through reading, writing with everything withheld, and both readers; say how it ends."""
    if not data or format_of(data[:65536], name) is None:
        return "held"
    held = 0
    try:
        kind, units = opened(data, name)
    except UnreadableSource:
        return "held"
    for unit, payload in units:
        try:
            reading = kind.read(payload, unit)
            edits = [Edit(each.address, 0, len(each.text), "[X]") for each in reading.segments]
            for chosen in ((), edits):
                made = kind.rewrite(payload, unit, chosen)
                again = kind.read(made, Unit(unit.source, unit.ordinal, 0, len(made), unit.context))
                second_reader(kind.name, made, unit.context)
            left = [each.text for each in again.segments if len(each.text) > 12 and each.text in texts_of(reading)]
            assert not left, "a withheld text survives"
        except UnreadableSource:
            held += 1
    return "held" if held == len(units) else "clean"


def texts_of(reading) -> set[str]:
    return {each.text for each in reading.segments}


@pytest.mark.parametrize("kind", ["html", "markdown", "calendar", "contact_card", "msg"])
def test_damaged_files_are_read_clean_or_held(kind: str) -> None:
    """Nothing but a reason ever comes of a damaged file, within seconds, and both ways out happen."""
    files = sorted(path for path in (GOLDEN / kind).iterdir() if path.is_file())
    dice, ends = random.Random(f"{kind} 2025"), Counter()
    for number in range(VARIANTS):
        path = files[number % len(files)]
        data = damaged(path.read_bytes(), dice)
        before = time.process_time()
        ends[outcome(data, path.name)] += 1
        assert time.process_time() - before < SECONDS, f"variant {number} of {path.name} takes too long"
    print(f"{kind}: {dict(ends)}")
    assert ends["clean"] > 0
    assert ends["held"] > 0 or kind in {"html", "markdown"}
