"""Messages of Apple Mail: read as mail, without the properties behind them; cut short they are held."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from attachhelp import with_files
from hiding import check_places, copy, opened, readings

from pipeline.errors import UnreadableSource
from pipeline.formats import format_of

PLIST = b"<?xml version='1.0'?><plist><dict><key>subject</key><string>cnrP</string></dict></plist>\n"
MESSAGE = b"From: cnrF@example.com\nTo: x@example.com\nSubject: cnrS\nX-Note: cnrX\n\nDear clerk, cnrB\n"


def emlx(message: bytes = MESSAGE, behind: bytes = PLIST, count: int | None = None) -> bytes:
    return b"%-10d\n" % (len(message) if count is None else count) + message + behind


@pytest.mark.parametrize("name", ["a.emlx", "no-name"])
def test_every_place_is_examined_or_left_out(name: str) -> None:
    """The message is read as mail; the properties of the program are in no copy, and counted."""
    check_places(emlx(), name, ["cnrF", "cnrS", "cnrB"], ["cnrX", "cnrP"])
    (reading,) = readings(emlx(), name)
    assert ("property of Apple Mail", 1) in [(each.what, each.count) for each in reading.dropped]
    assert copy(emlx(), name).startswith(b"From:")


def test_attached_to_a_message_it_is_a_message_inside() -> None:
    """Its hiding places are the same there."""
    check_places(
        with_files(("a.emlx", "application/octet-stream", emlx())), "a.eml", ["cnrF", "cnrS", "cnrB"], ["cnrX", "cnrP"]
    )


def test_a_message_that_is_cut_short_is_held() -> None:
    """The number says how long it is; nothing is taken for a message that is not whole."""
    with pytest.raises(UnreadableSource, match="cut short"):
        readings(emlx(behind=b"", count=len(MESSAGE) + 40), "a.emlx")


def test_a_number_that_is_too_small_hides_nothing() -> None:
    """What stands behind the end that the number says is not in the copy."""
    made = copy(emlx(count=len(MESSAGE) - 5), "a.emlx")
    assert b"cnrB" not in made
    assert b"cnrP" not in made


@pytest.mark.parametrize("text", [b"12\nGreen bottles\n", b"2025\nFrom: here to there\n", b"1,2\n3,4\n"])
def test_a_number_alone_makes_no_message(text: bytes) -> None:
    """A text that begins with a line of digits is none."""
    kind = format_of(text, "a.txt")
    assert kind is not None
    assert kind.name != "emlx"


def test_damaged_messages_are_read_or_refused() -> None:
    """Nothing but a reason comes of a damaged file."""
    data, claimed = (Path(__file__).parent / "golden/emlx/letter.emlx").read_bytes(), 0
    for number in range(200):
        dice = random.Random(number)
        made = bytearray(data[: dice.randrange(12, len(data))] if number % 3 == 0 else data)
        for _ in range(dice.randint(1, 6)):
            made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
        kind = format_of(bytes(made), "a.emlx")
        if kind is None or kind.name != "emlx":
            continue
        claimed += 1
        with suppress(UnreadableSource):
            opened(bytes(made), "a.emlx")
            copy(bytes(made), "a.emlx", withheld=True)
    assert claimed > 100
