"""What Outlook puts beside a message (``winmail.dat``): its hiding places, with and without the extra, damaged."""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Road, everything_in
from hiding import check_places, copy, opened, readings, texts
from outlook_files import tnef
from test_outlook import EXAMINED, LEFT_OUT, letter

from pipeline.errors import UnreadableSource
from pipeline.formats import outlook_tnef
from pipeline.formats.mail_attached import PARTS
from pipeline.model import words
from pipeline.verify import second_reader

CANARY = "canary 219-09-9999"
VARIANTS = int(os.environ.get("RELEASABLE_VARIANTS", "60"))
LISTED = {"attachments": [{0x3705: 1, 0x3707: "list.csv", 0x3701: f"note,year\n{CANARY},2024\nx,2025\n".encode()}]}


def with_winmail(data: bytes, name: str = "winmail.dat", kind: str = "ms-tnef") -> bytes:
    """Return a message as it comes from Outlook to others: a plain text, and everything else in a stream."""
    made = EmailMessage()
    made["From"], made["To"] = "Wilma Testperson <wilma.testperson@example.com>", "clerk@agency.example"
    made["Subject"], made["Date"] = "Permit", "Mon, 03 Mar 2025 10:00:00 -0700"
    made.set_content("Dear clerk,\nit is attached.\n")
    made.add_attachment(data, "application", kind, filename=name)
    return bytes(made)


@pytest.mark.tnef
@pytest.mark.parametrize("place", EXAMINED)
def test_a_place_that_is_examined_hides_nothing(place: str) -> None:
    """What a MSG file would hold is read from a stream too, attached or by itself; withheld, it is gone."""
    message, canaries = EXAMINED[place]
    data = tnef(message)
    for held, name in ((data, "winmail.dat"), (with_winmail(data), "a.eml")):
        assert not [each for reading in readings(held, name) for each in reading.gaps]
        check_places(held, name, canaries, [])


@pytest.mark.tnef
@pytest.mark.parametrize("place", LEFT_OUT)
def test_a_place_that_is_left_out_never_travels(place: str) -> None:
    """What no message has is in no copy, and counted."""
    message, canaries = LEFT_OUT[place]
    data = with_winmail(tnef(message))
    check_places(data, "a.eml", [], canaries)


@pytest.mark.tnef
@pytest.mark.parametrize(("name", "kind"), [("winmail.dat", "ms-tnef"), ("noname", "octet-stream"), ("a.dat", "x-any")])
def test_it_is_told_by_its_bytes(name: str, kind: str) -> None:
    """The copy holds a message in its place, with what was attached there; nothing of the stream itself."""
    source = with_winmail(tnef(letter(**LISTED)), name, kind)
    kept = copy(source, "a.eml")
    assert outlook_tnef.MAGIC not in kept
    assert PARTS.encode() not in kept
    assert "message/rfc822" in kept.decode("ascii")
    assert any(CANARY in each for each in second_reader("message", kept) or ())
    assert not any(
        "219-09-9999" in each for each in second_reader("message", copy(source, "a.eml", withheld=True)) or ()
    )


def test_without_the_extra_it_is_withheld_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note stands in its place; as a file of its own it is held."""
    monkeypatch.setattr(outlook_tnef.importlib.util, "find_spec", lambda _name: None)
    data = tnef(letter())
    ((gap,),) = [each.gaps for each in readings(with_winmail(data), "a.eml")]
    assert (gap.holds, words(gap.address)) == (False, "part 2")
    assert "releasable[tnef]" in gap.why
    with pytest.raises(UnreadableSource, match=r"releasable\[tnef\]"):
        readings(data, "winmail.dat")


@pytest.mark.tnef
def test_what_cannot_be_read_in_it_is_withheld() -> None:
    """A wrong sum, a value that breaks off, a kind that is unknown: the whole is left out, and no message of it leaves."""
    whole = tnef(letter({0x1000: CANARY}))
    at = whole.index(CANARY.encode("utf-16-le"))
    flipped = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    unknown = tnef(letter({0x1000: CANARY, 0x3FF0: 7})).replace(b"\x03\x00\xf0\x3f", b"\x01\x00\xf0\x3f")
    for damaged in (flipped, unknown, whole[:-20], whole + b"more bytes"):
        ((gap,),) = [each.gaps for each in readings(with_winmail(damaged), "a.eml")]
        assert words(gap.address) == "part 2"
        assert "219-09-9999" not in texts(with_winmail(damaged), "a.eml")
        assert b"219-09-9999" not in copy(with_winmail(damaged), "a.eml")


@pytest.mark.tnef
def test_messages_in_messages_have_an_end() -> None:
    """What lies deeper than the limit is refused; nothing goes on without end."""
    made = letter({0x1000: CANARY})
    for _ in range(25):
        made = letter(attachments=[{0x3705: 5, 0x3701: made}])
    ((gap,),) = [each.gaps for each in readings(with_winmail(tnef(made)), "a.eml")]
    assert "levels deep" in gap.why


@pytest.mark.tnef
def test_damaged_streams_are_read_or_refused(caplog: pytest.LogCaptureFixture) -> None:
    """Cut short or with flipped bits, each is read or refused with a reason; nothing of it is logged."""
    data, ends = tnef(letter({0x1000: CANARY, 0x1013: b"<p>" + CANARY.encode()}, **LISTED)), Counter()
    for number in range(VARIANTS):
        dice = random.Random(number)
        made = bytearray(data[: dice.randrange(20, len(data))] if dice.random() < 0.4 else data)
        for _ in range(dice.randint(1, 8)):
            made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
        with suppress(UnreadableSource):
            ends["held"] += 1
            if bytes(made).startswith(outlook_tnef.MAGIC):
                _, units = opened(bytes(made), "winmail.dat")
                copy(bytes(made), "winmail.dat", withheld=True)
                ends["clean"] += len(units)
    assert ends["held"] == VARIANTS
    assert not caplog.records


@pytest.mark.tnef
def test_damage_is_told_before_the_reader_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """tnefparse takes minutes over some damaged numbers: sums that do not fit, and bytes left over, refuse before."""

    def asked(*_: object, **__: object) -> None:
        pytest.fail("the reader was asked")

    data = tnef(letter())
    monkeypatch.setattr("tnefparse.TNEF", asked)
    flipped = bytes([*data[:-20], data[-20] ^ 1, *data[-19:]])
    for damaged in (flipped, data[:-9], data + b"\0\0\0\0\0", data + b"x"):
        with pytest.raises(UnreadableSource):
            outlook_tnef.opened(damaged, "winmail.dat")


@pytest.mark.tnef
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_end_that_mail_put_behind_a_stream_is_no_damage(end: bytes) -> None:
    """It says nothing, and what stands before it is whole."""
    data = tnef(letter())
    assert texts(data + end, "winmail.dat") == texts(data, "winmail.dat")


@pytest.mark.models
@pytest.mark.tnef
def test_a_release_has_no_value_from_a_stream(road: Road, tmp_path: Path) -> None:
    """A number in its table and in its body is withheld and in no file of the release."""
    (tmp_path / "in").mkdir()
    data = tnef(letter({0x1000: "My number is 219-09-9999.", 0x0037: "Permit"}, **LISTED))
    (tmp_path / "in/a.eml").write_bytes(with_winmail(data))
    (tmp_path / "in/winmail.dat").write_bytes(data)
    done = road.release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released", "released"]
    assert [each.suffix for each in (tmp_path / "out/records").iterdir()] == [".eml", ".eml"]
    assert b"219-09-9999" not in everything_in(tmp_path / "out")
    assert b"REDACTED SSN" in (tmp_path / "out/records/a.eml").read_bytes()
