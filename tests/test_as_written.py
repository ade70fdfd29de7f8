"""What is searched of a copy's bytes: of mail with quoted-printable undone, and what has no part in it as it is."""

from __future__ import annotations

import re
import time

from pipeline.verify import as_written

HEAD = b"Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n"


def words(*lines: bytes, kind: str = "message") -> set[str]:
    """The runs of letters and digits that a search of a message with these lines sees."""
    return {run for text in as_written(kind, HEAD + b"\n".join(lines)) for run in re.findall(r"[^\W_]+", text)}


def test_a_line_that_ends_in_a_word_makes_no_other_word():
    """``Otto=`` before ``man`` names nobody; nor does ``Lee`` before an umlaut."""
    seen = words(b"caf=C3=A9 about Otto=", b"man rugs, Lee=C3=A4 and Ann=", b"=C3=A9e")
    assert {"café", "Ottoman", "Leeä", "Année"} <= seen
    assert seen.isdisjoint({"Otto", "man", "Lee", "Ann"})


def test_a_word_that_is_cut_or_written_in_part_is_seen_whole():
    """What a reader sees is searched, however it is written."""
    assert {"Ottoman", "5550142", "Voss", "Lund"} <= words(b"Otto=", b"man 555=", b"0142 V=6Fss =4Cund")


def test_what_has_no_part_in_quoted_printable_is_seen_as_it_is():
    """Also of mail without any; of other formats whatever stands there."""
    assert {"Otto", "key", "Subject"} <= words(b"Otto key=value caf=C3=A9")
    assert as_written("message", b"Otto = 4") == ["Otto = 4"]
    assert as_written("text", b"Otto=\nman") == ["Otto=\nman"]


def test_long_words_take_linear_time():
    """A run of a million letters is looked at once."""
    began = time.process_time()
    as_written("message", b"a" * 1_000_000 + b" =C3=A9" + b"b=" * 200_000)
    assert time.process_time() - began < 2
