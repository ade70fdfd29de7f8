"""Plain text and its charsets: blocks, logs, units, what is kept and what is not claimed."""

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import charset_of, decode, encode, looks_like_text, readable, unreadable_script
from pipeline.formats.plain_text import BLOCK_SIZE, PARAGRAPH_LIMIT, UNIT_SIZE, PlainText, is_log
from pipeline.model import Block, Edit, Source

KIND = PlainText()
LINE = '198.51.100.7 - - [03/May/2025:10:00:00 -0600] "GET /permits HTTP/1.1" 200 512\n'


def units_of(data: bytes):
    return list(KIND.units(io.BytesIO(data), Source("n.txt", "plain_text", len(data))))


def segments_of(data: bytes):
    return [each for unit in units_of(data) for each in KIND.read(data[unit.start : unit.stop], unit).segments]


# --- charsets ---------------------------------------------------------------------------

TEXT = "Zoë Quint met René Núñez; it was \u201cclosed\u201d.\r\n"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_charset_is_found(charset):
    """Text reads the same from every common charset, with and without mark."""
    (segment,) = segments_of((TEXT * 3).encode(charset))
    assert segment.text == TEXT * 3


def test_text_in_a_charset_that_cannot_be_told_is_held():
    """Read as Western letters it would say something else to whoever has its charset."""
    dice = random.Random(7)
    words = [bytes(dice.randrange(0x81, 0xFF) for _ in range(dice.randrange(4, 9))) for _ in range(100)]
    with pytest.raises(UnreadableSource, match="its character set cannot be told"):
        units_of(b"A letter:\n" + b" ".join(words) + b"\n")


def test_the_frames_of_an_old_report_are_no_foreign_letters():
    """Lines drawn in code page 437 take nothing from the text between them."""
    frame = f"┌{'─' * 40}┐\n│ Water meter report{' ' * 21}│\n└{'─' * 40}┘\n"
    (segment,) = segments_of((frame * 3).encode("cp437"))
    assert "Water meter report" in segment.text
    assert not unreadable_script(segment.text)


@pytest.mark.parametrize("charset", ["cp1251", "koi8_r", "gb18030", "shift_jis"])
def test_other_scripts_are_told_from_latin(charset):
    """Cyrillic, Chinese and Japanese files are read as text in a script that no model here covers."""
    text = {
        "cp1251": "Уважаемый господин клерк, прошу прислать мне копию документа о моем доме.\n",  # noqa: RUF001 - it is Cyrillic
        "koi8_r": "Уважаемый господин клерк, прошу прислать мне копию документа о моем доме.\n",  # noqa: RUF001 - it is Cyrillic
        "gb18030": "尊敬的办事员，请把有关我房子的文件副本寄给我。谢谢您的帮助和耐心。\n",  # noqa: RUF001 - it is Chinese
        "shift_jis": "拝啓 私の家に関する書類の写しを送ってください。よろしくお願いいたします。\n",
    }[charset]
    assert any(unreadable_script(each.text) for each in segments_of((text * 8).encode(charset)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200).filter(lambda data: b"\0" not in data))
def test_bytes_come_back_from_their_charset(data):
    """Whatever bytes a text holds, decoding and encoding gives the same, and a readable text of equal length."""
    charset = charset_of(io.BytesIO(data))
    body = data[len(charset.mark) :]
    try:
        text = decode(body, charset.name, "here")
    except UnreadableSource:
        return
    assert encode(text, charset.name) == body
    assert len(readable(text)) == len(text)
    readable(text).encode("utf-8")


def test_unreadable_script_needs_letters_enough():
    """A name or two in another script is no unreadable text; Latin text with accents never is."""
    assert not unreadable_script("Иван Петров wrote to the clerk about the permit")
    assert not unreadable_script("Иван Петров")
    assert not unreadable_script("Žluťoučký kůň příšerně úpěl ďábelské ódy" * 3)
    assert unreadable_script("Уважаемый господин клерк города")


# --- blocks and units -------------------------------------------------------------------


def test_a_letter_is_one_record_in_one_block():
    """A short document is read whole, so that models see all of it."""
    (segment,) = segments_of(b"Dear clerk,\n\nplease call 406-555-0111.\n\nAsa Birk\n")
    assert (segment.address, segment.record, segment.label) == ((Block(0),), "n.txt", "")


def test_paragraphs_are_grouped_and_not_cut():
    """Blocks hold whole paragraphs, near 8,000 characters together; all blocks are the text."""
    text = "".join("word " * (20 + number % 300) + "\n\n" for number in range(200))
    segments = segments_of(text.encode())
    assert "".join(each.text for each in segments) == text
    assert all(len(each.text) <= BLOCK_SIZE for each in segments)
    assert all(each.text.endswith("\n\n") for each in segments)
    assert len(segments) < 2 * len(text) // BLOCK_SIZE + 2


def test_only_giant_paragraphs_are_cut_and_at_blanks():
    """A paragraph is cut above 20,000 characters, between words."""
    text = "word " * 15_000
    segments = segments_of(text.encode())
    assert "".join(each.text for each in segments) == text
    assert all(len(each.text) <= PARAGRAPH_LIMIT and each.text.endswith("word ") for each in segments)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_long_texts_are_cut_at_line_ends_and_blocks_counted_through(end):
    """Units end at line ends (never inside CR LF) and no block number comes twice."""
    text = "".join(f"Line {number} of the minutes.{end}" + (end if number % 7 == 0 else "") for number in range(60_000))
    data = text.encode()
    units = units_of(data)
    assert len(units) > 2
    assert all(data[: unit.stop].decode().endswith(end) for unit in units)
    assert all(unit.stop - unit.start <= UNIT_SIZE + 100 for unit in units)
    numbers = [each.address[0].number for each in segments_of(data)]
    assert len(set(numbers)) == len(numbers)
    assert "".join(each.text for each in segments_of(data)) == text


def test_each_entry_of_a_log_is_a_record():
    """In a log a line that starts an entry is a record of its own, with the lines that belong to it."""
    text = LINE * 3 + "  at step four\n" + LINE * 4
    segments = segments_of(text.encode())
    assert len(segments) == 7
    assert len({each.record for each in segments}) == 7
    assert segments[2].text == LINE + "  at step four\n"


def test_long_logs_are_cut_between_entries():
    """No entry of a log is split over two units, and records are unique over the file."""
    data = (LINE + "  more\n").encode() * 20_000
    units = units_of(data)
    assert len(units) > 2
    assert all(data[unit.start :].startswith(LINE.encode()) for unit in units)
    records = [each.record for each in segments_of(data)]
    assert len(set(records)) == len(records) == 20_000


def test_letters_with_dates_are_no_logs():
    """A few dated lines do not make a log."""
    assert not is_log("Minutes\n\n2025-05-03 Opened.\nAsa spoke.\nTove spoke.\nIda spoke.\n")
    assert is_log("2025-05-03 10:00:00 INFO started\n" * 6)


def test_edits_keep_every_other_byte():
    """Line ends, mark and stray bytes stay around an edit."""
    data = b"\xef\xbb\xbfDear Zo\xc3\xab,\r\n\r\ncall Ren\xe9 now\r"
    (unit,) = units_of(data)
    (segment,) = KIND.read(data, unit).segments
    start = segment.text.index("René")
    copy = KIND.rewrite(data, unit, (Edit(segment.address, start, start + 4, "[REDACTED]"),))
    assert copy == data.replace(b"Ren\xe9", b"[REDACTED]")


def test_a_line_without_end_is_refused():
    """More than 16 MiB without a line end are not read."""
    with pytest.raises(UnreadableSource):
        units_of(b"x" * (17 * 1024 * 1024))


# --- claims -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "a.txt"),
        (b"\0\1\2\3" * 20, "a.txt"),
        (b"text with a NUL \0 in it", "a.txt"),
        (b"%PDF-1.7\n", "a.txt"),
        (b"{\\rtf1\\ansi J\\'f6rg}", "a.txt"),
        (b"<!DOCTYPE html><p>J&ouml;rg</p>", "a.txt"),
        (b'<?xml version="1.0"?><a/>', "a.txt"),
        (b'{"name": "J\\u00f6rg"}', "a.txt"),
        (b"BEGIN:VCARD\nVERSION:4.0\n", "a.txt"),
        (b"\x1b$B$3$s\x1b(B", "a.txt"),
        (b"anything", "a.eml"),
    ],
)
def test_hidden_and_binary_texts_are_not_claimed(head, name):
    """Formats whose bytes hide text from a reader, and binary files, are not plain text."""
    assert KIND.claims(head, name) == 0


def test_text_is_claimed_by_its_content():
    """Text under any name is claimed, more surely under the name of a text."""
    assert KIND.claims(b"Dear clerk,\n", "a.txt") > KIND.claims(b"Dear clerk,\n", "README") > 0
    assert looks_like_text("Zoë\n".encode("utf-16"))
