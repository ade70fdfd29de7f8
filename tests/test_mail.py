"""Messages and mailboxes: what is read, what is written, and that nothing else travels."""

from __future__ import annotations

import base64
import email
import email.policy
import io
import json
import os
import random
import re
import time
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

import fast_mail_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableSource
from pipeline.formats.mail import Mailbox, Message
from pipeline.formats.mail_headers import mailbox_text, mailboxes
from pipeline.formats.mail_text import Undecodable, text_of, words_decoded
from pipeline.model import Block, Edit, FileName, Header, Part, Reading, Role, Source, SpanError, Unit, words
from pipeline.texts.markers import REDACTED_MAILBOX, WITHHELD_PART

GOLDEN = Path(__file__).parent / "golden" / "mail"
MESSAGES = sorted(path for path in GOLDEN.iterdir() if path.suffix in {".eml", ".mbox"} and ".copy" not in path.name)
SHARED = Path(__file__).parents[1] / ".." / "shared" / "eval" / "dev" / "spamassassin_mail_silver.jsonl"
TRAVELS = {"from", "to", "cc", "bcc", "reply-to", "date", "subject", "mime-version", "content-type",
           "content-transfer-encoding", "content-disposition"}  # fmt: skip


def form_of(name: str) -> Message | Mailbox:
    return Mailbox() if name.endswith(".mbox") else Message()


def units_of(data: bytes, name: str) -> list[tuple[Unit, bytes]]:
    form = form_of(name)
    units = form.units(io.BytesIO(data), Source(name, form.name, len(data)))
    return [(unit, data[unit.start : unit.stop]) for unit in units]


def read(data: bytes | str, name: str = "a.eml") -> Reading:
    data = data.encode() if isinstance(data, str) else data
    return form_of(name).read(data, Unit(Source(name, "message", len(data)), 0, 0, len(data)))


def rewrite(data: bytes | str, *edits: Edit, name: str = "a.eml") -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return rewritten(form_of(name), data, Unit(Source(name, "message", len(data)), 0, 0, len(data)), edits)


def rewritten(form: Message | Mailbox, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
    """Return a unit as it stands in the copy, its attachments being files."""
    return form.finished(form.rewrite(payload, unit, edits))


def texts(reading: Reading) -> dict[str, str]:
    return {words(each.address): each.text for each in reading.segments}


def message(written: bytes) -> email.message.Message:
    """Parse with the standard library, and refuse defects and headers that must not travel."""
    data = written.partition(b"\n")[2] if written.startswith(b"From ") else written
    fast_mail_parser.parse_email(data.decode("ascii"))
    made = email.message_from_bytes(data)
    for part in made.walk():
        assert not part.defects
        assert {name.lower() for name in part} <= TRAVELS
    assert max(map(len, data.splitlines())) < 998
    return made


# --- golden files -----------------------------------------------------------------------


def rendered(reading: Reading) -> str:
    lines = [f"{words(each.address)} | {each.label} | {each.record} | {each.text!r}" for each in reading.segments]
    lines += [f"gap: {words(each.address)} | {each.code} | {each.why} | holds={each.holds}" for each in reading.gaps]
    lines += [f"dropped: {words(each.address)} | {each.what} | {each.count}" for each in reading.dropped]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name)
def test_a_message_reads_and_writes_as_its_golden_files_say(path: Path) -> None:
    """The reading and the copy of each sample are those that were looked at by a person."""
    form = form_of(path.name)
    readings, copies = [], []
    for unit, payload in units_of(path.read_bytes(), path.name):
        readings.append(rendered(form.read(payload, unit)))
        copies.append(rewritten(form, payload, unit, []))
        message(copies[-1])
    expected, copy = path.with_suffix(f"{path.suffix}.reading.txt"), path.with_suffix(f".copy{path.suffix}")
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text("\n".join(readings), encoding="utf-8")
        copy.write_bytes(b"".join(copies))
    assert "\n".join(readings) == expected.read_text(encoding="utf-8")
    assert b"".join(copies) == copy.read_bytes()


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name)
def test_a_copy_reads_like_its_source(path: Path) -> None:
    """A copy without edits gives the segments of its source, and notes where parts were withheld."""
    form = form_of(path.name)
    for unit, payload in units_of(path.read_bytes(), path.name):
        reading = form.read(payload, unit)
        copy = rewritten(form, payload, unit, [])
        again = form.read(copy, Unit(unit.source, unit.ordinal, 0, len(copy)))
        assert not again.gaps
        before = [each.text.rstrip("\n") for each in reading.segments if each.role is not Role.NAME]
        after = [each.text.rstrip("\n") for each in again.segments if each.role is not Role.NAME]
        assert [text for text in after if text != WITHHELD_PART] == before


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name)
def test_nothing_of_an_edited_segment_survives(path: Path) -> None:
    """With every segment replaced, the decoded copy holds no word of any of them."""
    form = form_of(path.name)
    for unit, payload in units_of(path.read_bytes(), path.name):
        reading = form.read(payload, unit)
        edits = [
            Edit(each.address, 0, len(each.text), "[GONE]") for each in reading.segments if not each.text.isspace()
        ]
        copy = rewritten(form, payload, unit, edits)
        message(copy)
        again = form.read(copy, Unit(unit.source, unit.ordinal, 0, len(copy)))
        kept = re.sub(r"withheld-part-\d+", "", " ".join(each.text for each in again.segments))
        for marker in (WITHHELD_PART, REDACTED_MAILBOX, "[GONE]"):
            kept = kept.replace(marker, "")
        assert not re.search(r"\w", kept)


# --- headers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("jane@example.org", "jane@example.org"),
        ("Jane Doe <jane@example.org>", "Jane Doe <jane@example.org>"),
        ('"Doe, Jane" <jane@example.org>, bob@example.org', "Doe, Jane <jane@example.org>, bob@example.org"),
        ("Doe, Jane <jane@example.org>, Bob <b@example.org>", "Doe, Jane <jane@example.org>, Bob <b@example.org>"),
        ("jane@example.org (Jane (J.) Doe)", "Jane (J.) Doe <jane@example.org>"),
        (
            "Staff: a@example.org, B <b@example.org>;, c@example.org",
            "Staff, a@example.org, B <b@example.org>, c@example.org",
        ),
        ("undisclosed-recipients:;", "undisclosed-recipients"),
        ("<@relay.example,@b.example:jane@example.org>", "jane@example.org"),
        ("=?utf-8?q?Jos=C3=A9?= =?utf-8?q?_Doe?= <j@example.org>", "José Doe <j@example.org>"),
        ('"=?utf-8?b?Sm9zw6k=?=" <j@example.org>', "José <j@example.org>"),
        ("=?utf-8?q?Doe,_Jane?= <j@example.org>", "Doe, Jane <j@example.org>"),
        ("Jane Doe jane@example.org", "Jane Doe <jane@example.org>"),
        ("Jane <jane@example.org", "Jane <jane@example.org>"),
        ("A <a@example.org> B <b@example.org> C", "A <a@example.org>, B C <b@example.org>"),
        ('"jane doe"@example.org', '"jane doe"@example.org'),
        ("root, MAILER-DAEMON", "root, MAILER-DAEMON"),
        (",,;", ""),
        ("", ""),
    ],
)
def test_every_way_to_write_an_address_comes_to_one_form(value: str, text: str) -> None:
    """Groups, comments, routes, quotes, encoded words and lost quotes give names and addresses with their places."""
    found, spans = mailbox_text(mailboxes(value))
    assert found == text
    assert [found[start:end] for start, end in spans] == [part for box in mailboxes(value) for part in box[:2]]
    written = rewrite(f"From: {value}\nTo: x@example.org\n\n")
    assert texts(read(written)).get("From header", "") == text


def test_an_edited_mailbox_keeps_valid_syntax() -> None:
    """A name keeps its rest, an address goes whole, an address without a name shows the marker as its name."""
    source = "From: Jane Doe <jane@example.org>\nTo: jane@example.org, Bob Roe <bob@example.org>\n\nx\n"
    written = rewrite(
        source,
        Edit((Header("From"),), 0, 8, "[REDACTED NAME (c)]"),
        Edit((Header("From"),), 10, 14, "[REDACTED]"),
        Edit((Header("To"),), 0, 16, "[REDACTED EMAIL]"),
        Edit((Header("To"),), 22, 25, "[REDACTED]"),
    )
    made = message(written)
    assert getaddresses([made["From"]]) == [("[REDACTED NAME (c)]", REDACTED_MAILBOX)]
    assert getaddresses([made["To"]]) == [("[REDACTED EMAIL]", REDACTED_MAILBOX), ("Bob [REDACTED]", "bob@example.org")]


def test_an_edit_over_name_and_address_hides_both() -> None:
    """One edit across both leaves its replacement as the name."""
    made = message(
        rewrite("From: Jane <jane@example.org>\nTo: x@example.org\n\n", Edit((Header("From"),), 0, 23, "[R]"))
    )
    assert getaddresses([made["From"]]) == [("[R]", REDACTED_MAILBOX)]


def test_a_header_cannot_be_smuggled_into_the_copy() -> None:
    """A line end inside an encoded word stays inside an encoded word."""
    source = "From: =?utf-8?q?a=0D=0ABcc:_x?= <a@example.org>\nSubject: =?utf-8?q?a=0AReceived:_jane=3F?=\nTo: b@example.org\n\n"
    made = message(rewrite(source))
    assert words_decoded(made["Subject"].replace("\n ", " ")) == "a\nReceived: jane?"
    assert "Bcc" not in made


def test_headers_off_the_list_are_counted_and_stay_behind() -> None:
    """Also a malformed line and those behind it."""
    source = b"From: a@example.org\nX-To: jane@example.org\nFr\xf6m x\nX-Jane: 1\nTo: b@example.org\n\nhello"
    assert read(source).dropped[0].count == 3
    assert b"ane" not in rewrite(source)


def test_a_body_without_a_blank_line_before_it_is_a_body() -> None:
    """A line that is no header, with no header behind it, begins the text."""
    assert (
        texts(read("From: a@example.org\nTo: b@example.org\nHello Jane,\nhow are you"))["part 1, block 1"]
        == "Hello Jane,\nhow are you"
    )


@pytest.mark.parametrize(
    "value", ["=?utf-8?b?4oKs", "=?x-none?q?Jane?=", "=?utf-8?b?4?=", "=?utf-8?q?=3D=3Futf-8=3Fq=3FJane?="]
)
def test_a_header_that_cannot_be_decoded_is_a_gap(value: str) -> None:
    """A broken encoded word is withheld with its header, not copied for somebody else to decode."""
    source = f"From: a@example.org\nSubject: {value}\n\n"
    assert [each.address for each in read(source).gaps] == [(Header("Subject"),)]
    assert message(rewrite(source))["Subject"] == WITHHELD_PART


def test_replies_share_the_thread_of_what_they_answer() -> None:
    """By the first reference, else by the subject without its prefixes."""

    def thread(source: str) -> str:
        return read(source).segments[0].thread

    root = thread("From: a@example.org\nSubject: x\nMessage-ID: <1@example.org>\n\n")
    assert thread("From: a@example.org\nReferences: <1@example.org>\n <2@example.org>\n\n") == root
    assert thread("From: a@example.org\nIn-Reply-To: <1@example.org>\n\n") == root
    assert thread("From: a@example.org\nSubject: RE: Fwd: [x] Old  Barn\n\n") == thread(
        "From: a@example.org\nSubject: old barn\n\n"
    )
    assert thread("From: a@example.org\n\n") == "a.eml#0"


def test_dates_are_written_anew() -> None:
    """A date that parses loses its comment; another stays text."""
    assert (
        message(rewrite("From: a@example.org\nDate: 4 Mar 2025 9:1 EST (Jane)\n\n"))["Date"]
        == "Tue, 04 Mar 2025 09:01:00 -0500"
    )
    assert message(rewrite("From: a@example.org\nDate: last March\n\n"))["Date"] == "last March"


# --- bodies -----------------------------------------------------------------------------


def body(content: bytes, content_type: str = "text/plain", encoding: str = "8bit", more: str = "") -> bytes:
    head = f"From: a@example.org\nTo: b@example.org\nContent-Type: {content_type}\nContent-Transfer-Encoding: {encoding}\n{more}\n"
    return head.encode() + content


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("Müller".encode(), "utf-8", "Müller"),
        ("Müller".encode("latin-1"), "utf-8", "Müller"),
        ("Müller".encode(), "us-ascii", "Müller"),
        (b"it\x92s", "iso-8859-1", "it\u2019s"),
        ("Мария".encode("koi8-r"), "koi8-r", "Мария"),
        (b"Jane Doe 987-65-4321!", "utf-16", "Jane Doe 987-65-4321!"),
        (b"Jane", "cp037", "Jane"),
        (b"+2AA-", "utf-7", "\ufffd"),
        (b"\x81\x8d", "unknown-8bit", "\x81\x8d"),
        ("Мария Иванова".encode() + b" \xff ok", "utf-8", "Мария Иванова \ufffd ok"),
        ("朱镕基".encode("gbk"), "gb2312", "朱镕基"),
        ("①２".encode("cp932"), "x-sjis", "①２"),
        (
            "Мария Иванова живёт здесь, пишет нам письма".encode("cp1251"),
            "us-ascii",
            "Мария Иванова живёт здесь, пишет нам письма",
        ),
    ],
)
def test_lying_charsets_are_read_as_what_they_are(content: bytes, charset: str, text: str) -> None:
    """The declared charset, then UTF-8, then what the bytes look like; plain ASCII is never anything else."""
    assert text_of(content, charset) == text


def test_parts_that_begin_without_a_blank_line_are_read() -> None:
    """A line of blanks ends no headers; the boundary that they name does, so that no part is lost with them."""
    head = "From: a@example.org\nSubject: x\nContent-Type: multipart/mixed; boundary=cut\n \n"
    part = "--cut\nContent-Type: text/plain\n\nAsk Wilma Testperson\n--cut--\n"
    assert "Ask Wilma Testperson" in [each.text.strip() for each in read((head + part).encode()).segments]


@pytest.mark.parametrize("charset", ["x-klingon", "hex", "idna", "a\0b", "rot13", "undefined"])
def test_an_unknown_charset_is_a_gap(charset: str) -> None:
    """A charset that Python does not know cannot be examined."""
    with pytest.raises(Undecodable) as found:
        text_of(b"x", charset)
    assert found.value.code == "unknown_charset"


@pytest.mark.parametrize(
    ("source", "code", "holds"),
    [
        (body(b"SGVsbG8gSmFuZ", encoding="base64"), "damaged", False),
        (body(b"SGVs!!!!", encoding="base64"), "damaged", False),
        (body(b"x", encoding="x-gzip"), "damaged", False),
        (body(b"x\0y"), "damaged", False),
        (body(b"%PDF-1.7 x"), "unknown_format", False),
        (body(b"\x89PNG\r\n", "text/plain"), "image", False),
        (body(b"PK\x03\x04\x14\0\x09\0", "application/zip"), "encrypted", False),
        (body(b"PK\x03\x04\x14\0\0\0", "application/zip"), "archive", False),
        (body(b"x", "application/pkcs7-mime; smime-type=enveloped-data"), "encrypted", True),
        (body(b"x", "application/pkcs7-mime; smime-type=signed-data"), "signed", False),
        (body(b"--e\n\nx\n--e--", "multipart/encrypted; boundary=e"), "encrypted", True),
        (body(b"> -----BEGIN PGP MESSAGE-----\n> hQ\n> -----END PGP MESSAGE-----\n"), "encrypted", True),
        (body(b"<pre>-----BEGIN PGP MESSAGE-----\nhQ</pre>", "text/html"), "encrypted", True),
        (
            body(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ\n-----END PGP PUBLIC KEY BLOCK-----"),
            "unknown_format",
            False,
        ),
        (body(b"=ybegin line=128 size=3 name=x\nabc\n=yend\n"), "unknown_format", False),
        (
            body((b"Jane" * 3 + b"QWxhZGRpbjpvcGVuIHNlc2FtZTEyMzQ1Njc4OTBhYmNkZWZnaGlqa2w=\n") * 6),
            "unknown_format",
            False,
        ),
        (body(b"begin 644 x\n#86)C\n"), "damaged", False),
        (body(b"\nx", "multipart/mixed; boundary=nowhere"), "damaged", False),
        (body(b"\nx", "multipart/mixed"), "damaged", False),
        (body(b"x", "message/partial; id=1"), "damaged", False),
        (body(b"x", "text/vcard"), "damaged", False),
        (body(b"x", "text/calendar"), "damaged", False),
        (body(b"x", "audio/wav"), "unknown_format", False),
        (body(b"x", 'text/plain; charset="none-such"'), "unknown_charset", False),
        (body(b"x", "text/plain; name*=x-no'en'J%20"), "unknown_charset", False),
    ],
)
def test_what_cannot_be_examined_is_a_gap_and_a_note(source: bytes, code: str, holds: bool) -> None:
    """Each is a gap with its reason, its bytes do not travel, a note stands in its place."""
    reading = read(source)
    assert [(each.code, each.holds) for each in reading.gaps] == [(code, holds)]
    assert [each for each in reading.segments if each.role is Role.TEXT] == []
    assert WITHHELD_PART in message(rewrite(source)).get_payload()


def test_a_withheld_attachment_carries_no_name() -> None:
    """Its name is a segment, and the copy has a neutral one."""
    source = body(b"%PDF-1.7", "application/pdf; name=jane-doe.pdf")
    assert texts(read(source)) == {
        "From header": "a@example.org",
        "To header": "b@example.org",
        "part 1, file name": "jane-doe.pdf",
    }
    made = message(rewrite(source, Edit((Part(1), FileName()), 0, 4, "[R]")))
    assert made.get_filename() == "withheld-part-1"


@pytest.mark.parametrize(
    "name", ["a.csv", 'qu"ote\\.csv', "März.csv", "x" * 300 + ".csv", "дом " * 30 + ".csv", "=?utf-8?q?x?= y.csv"]
)
def test_file_names_survive_writing(name: str) -> None:
    """Plain, quoted, international and long names come out as they went in, and edits touch only their span."""
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    source = body(b"a,b\n1,2\n", f"text/csv; name*=utf-8''{quoted}")
    assert texts(read(source))["part 1, file name"] == name.strip()
    assert texts(read(rewrite(source)))["part 1, file name"] == name.strip()
    assert (
        texts(read(rewrite(source, Edit((Part(1), FileName()), 0, 1, "[R]"))))["part 1, file name"] == "[R]" + name[1:]
    )


def test_an_attached_table_is_read_and_written_by_its_own_format() -> None:
    """Its rows are records of their own, and an edit of a cell reaches it."""
    source = body(b"name,phone\nJane Doe,406-555-0134\n", "application/octet-stream; name=list.csv")
    cell = next(each for each in read(source).segments if each.text == "Jane Doe")
    assert cell.record not in {"", "a.eml#0"}
    made = message(rewrite(source, Edit(cell.address, 0, 4, "[R]")))
    assert made.get_payload(decode=True) == b"name,phone\n[R] Doe,406-555-0134\n"


def test_an_attached_mailbox_is_read_and_belongs_to_the_record_that_carries_it() -> None:
    """Its messages are addressed apart, and each can be edited."""
    inner = (GOLDEN / "messages.mbox").read_bytes()
    source = body(inner, "application/octet-stream; name=old.mbox")
    reading = read(source)
    assert {each.record for each in reading.segments} == {"a.eml#0"}
    assert len({each.address for each in reading.segments}) == len(reading.segments)
    target = next(each for each in reading.segments if each.text == "Fine.\n")
    written = message(rewrite(source, Edit(target.address, 0, 4, "[R]"))).get_payload(decode=True)
    assert b"\n[R].\n" in written


def test_a_uuencoded_block_is_an_attachment() -> None:
    """It leaves the text and is read by its format; a letter that says "begin" is no block."""
    found = texts(read((GOLDEN / "encoded_in_text.eml").read_bytes(), "encoded_in_text.eml"))
    assert found["part 2, row 1, column 1"] == "Jane Doe"
    assert found["part 5, block 1"].startswith("begin 644 is how")


def test_a_calendar_is_written_as_a_valid_calendar() -> None:
    """Edited values keep the syntax: text is replaced, an attendee goes whole, a time loses its line."""
    source = (GOLDEN / "everything.eml").read_bytes()
    reading = read(source)
    edits = [
        Edit(each.address, 0, 4, "[R]; x")
        for each in reading.segments
        if each.label in {"SUMMARY", "ATTENDEE", "DTEND", "CN"}
    ]
    parts = [part for part in message(rewrite(source, *edits)).walk() if part.get_content_type() == "text/calendar"]
    calendar = parts[0].get_payload(decode=True).decode().replace("\n ", "")
    assert "SUMMARY:[R]\\; xrview with Jane Doe\\, witness" in calendar
    assert "mailto:redacted@redacted.invalid" in calendar
    assert "DTEND" not in calendar
    assert 'CN="[R]; x' in calendar
    assert max(len(line.encode()) for line in parts[0].get_payload(decode=True).decode().splitlines()) <= 75


def test_no_boundary_begins_with_one_inside() -> None:
    """A reader that compares only the beginnings of lines, as RFC 2046 allows, sees the same parts."""
    inner = "x"
    for number in range(11):
        inner = f"Content-Type: multipart/mixed; boundary=b{number}b\n\n--b{number}b\n\nx\n--b{number}b\n{inner}\n--b{number}b--"
        if number == 4:
            inner = f"Content-Type: message/rfc822\n\nFrom: a@example.org\n{inner}"
    found = re.findall(rb'boundary="([^"]*)"', rewrite(f"From: a@example.org\nMIME-Version: 1.0\n{inner}\n"))
    assert len(found) == 11
    assert [one for at, one in enumerate(found) for other in found[at + 1 :] if one.startswith(other)] == []


def test_boundaries_occur_in_no_part() -> None:
    """A text that holds our own boundary does not end its part."""
    source = body(b"--b\n\n--=_releasable_1\nJane\n--b\n\n--=_releasable_1_1--\n--b--\n", "multipart/mixed; boundary=b")
    made = message(rewrite(source))
    assert [part.get_payload() for part in made.get_payload()] == ["--=_releasable_1\nJane", "--=_releasable_1_1--"]


def test_nesting_and_part_counts_are_limited() -> None:
    """Too deep and too many end in a gap, in short time."""
    deep = b"From: a@example.org\nTo: b@example.org\n" + b"Content-Type: message/rfc822\n\nFrom: x@example.org\n" * 2000
    assert [each.code for each in read(deep + b"\nhi").gaps] == ["too_deep"]
    wide = body(b"--b\n\nx\n" * 3000, "multipart/mixed; boundary=b")
    assert {each.code for each in read(wide).gaps} == {"too_large"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=400))
@settings(max_examples=300, deadline=None)
def test_text_comes_out_as_it_went_in(text: str) -> None:
    """Any text of a part and any subject survive the copy unchanged, as two parsers see it."""
    wanted = text.replace("\r\n", "\n")
    source = body(text.encode(), "text/plain; charset=utf-8", more=f"Subject: {words_of(text)}\n")
    made = message(rewrite(source))
    if (
        wanted
        and not wanted.lstrip().upper().startswith("BEGIN:V")
        and not read(source).gaps
        and not read(source).dropped
        and not made.is_multipart()
    ):
        assert made.get_payload(decode=True).decode().replace("\r\n", "\n") == wanted
    assert texts(read(rewrite(source))).get("Subject header", "") == text.strip()


def words_of(text: str) -> str:
    return " ".join(f"=?utf-8?q?{''.join(f'={byte:02X}' for byte in letter.encode())}?=" for letter in text)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_an_edit_changes_its_span_only(data: st.DataObject) -> None:
    """Whatever span of whatever segment is edited, the other segments of the copy stay as they were."""
    source = (GOLDEN / "everything.eml").read_bytes()
    reading = read(source)
    target = data.draw(st.sampled_from([each for each in reading.segments if each.role is not Role.ATTRIBUTE]))
    start = data.draw(st.integers(0, len(target.text) - 1))
    end = data.draw(st.integers(start + 1, len(target.text)))
    plain = read(rewrite(source))
    after = read(rewrite(source, Edit(target.address, start, end, "[R]")))
    before = {each.address: each.text for each in plain.segments}
    changed = {each.address for each in after.segments if before.get(each.address) != each.text}
    assert len(changed) <= 1 or target.label in {"DTSTART", "DTEND"} or target.address[-1] == FileName()


@pytest.mark.parametrize(
    "edit",
    [
        Edit((Part(1), Block(0)), 0, 99, "x"),
        Edit((Part(2), Block(0)), 0, 1, "x"),
        Edit((Part(1), Block(1)), 0, 1, "x"),
        Edit((Header("Cc"),), 0, 1, "x"),
        Edit((Part(1),), 0, 1, "x"),
        Edit((), 0, 1, "x"),
    ],
)
def test_an_edit_that_fits_nothing_is_refused(edit: Edit) -> None:
    """No edit is lost silently."""
    with pytest.raises(SpanError):
        rewrite(body(b"short"), edit)


# --- mailboxes --------------------------------------------------------------------------


def test_a_mailbox_is_cut_into_its_messages() -> None:
    """Units cover every byte in order; a sentence that begins with From is no message."""
    data = (GOLDEN / "messages.mbox").read_bytes()
    found = units_of(data, "m.mbox")
    assert b"".join(payload for _, payload in found) == data
    assert [unit.ordinal for unit, _ in found] == [0, 1, 2]


@pytest.mark.parametrize("chunk", [4200, 5000, 70_001])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_where_the_stream_is_cut_makes_no_difference(monkeypatch: pytest.MonkeyPatch, chunk: int, end: bytes) -> None:
    """Envelope lines across chunk borders are found, and only those."""
    letter = b"From a@example.org Tue Mar  4 09:12:44 2025\nFrom: a@example.org\nSubject: %d\n\n%s\n\nFrom here on\n\n"
    data = b"".join(letter % (number, b"x" * (number * 37 % 900)) for number in range(300)).replace(b"\n", end)
    monkeypatch.setattr("pipeline.formats.mail.CHUNK", chunk)
    found = units_of(data, "m.mbox")
    assert len(found) == 300
    assert b"".join(payload for _, payload in found) == data


def test_a_written_mailbox_has_the_same_messages() -> None:
    """Quoted envelope lines cannot split a message, for readers of either kind of mailbox."""
    data = (GOLDEN / "messages.mbox").read_bytes()
    copy = b"".join(Mailbox().rewrite(payload, unit, []) for unit, payload in units_of(data, "m.mbox"))
    assert len(units_of(copy, "m.mbox")) == 3
    assert len(re.findall(rb"^>*From ", copy, re.MULTILINE)) == 3
    text = read(units_of(copy, "m.mbox")[0][1], "m.mbox").segments[-1].text
    assert text == "Hi Bob,\n\nFrom the start I said so.\n>From quoted.\n\nFrom now on there is no mail line.\n"


def test_the_envelope_line_gives_away_nothing() -> None:
    """Neither the sender nor, where the date is withheld, the time."""
    unit, payload = units_of((GOLDEN / "messages.mbox").read_bytes(), "m.mbox")[0]
    assert Mailbox().rewrite(payload, unit, []).startswith(b"From MAILER-DAEMON Tue Mar  4 16:12:40 2025\n")
    edited = Mailbox().rewrite(payload, unit, [Edit((Header("Date"),), 0, 5, "[R]")])
    assert edited.startswith(b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n")


def test_what_is_no_mailbox_is_refused() -> None:
    """A mailbox begins with an envelope line, a message with a header."""
    for name in ("a.mbox", "a.eml"):
        with pytest.raises(UnreadableSource):
            units_of(b"Dear Jane,\n\nhello\n", name)
    with pytest.raises(UnreadableSource):
        read(b"\nno headers")


@pytest.mark.parametrize(
    ("head", "name", "winner"),
    [
        (b"From a@example.org Tue Mar  4 09:12:44 2025\nFrom: a\n\n", "x", "mbox"),
        (b"From: a@example.org\nTo: b\n\n", "x", "message"),
        (b"Received: x\nSubject: b\n\n", "x", "message"),
        (b"Subject: b\n\n", "x.eml", "message"),
        (b"To: Jane Doe\nFrom: Bob\nSubject: barn\n\n", "letter.txt", ""),
        (b"From the start\n\nTo: x\n", "letter.txt", ""),
        (b"Dear Jane,\nFrom: a@example.org\nTo: b@example.org\n", "x", ""),
        (b"name,phone\n", "x.csv", ""),
        (b"", "x.mbox", ""),
    ],
)
def test_only_what_is_shaped_like_mail_is_claimed(head: bytes, name: str, winner: str) -> None:
    """Envelope line or at least two known headers at the very top; a letter with To and From is none."""
    claims = {form.name: form.claims(head, name) for form in (Mailbox(), Message())}
    assert [each for each, claim in claims.items() if claim >= 0.5] == ([winner] if winner else [])


# --- broken input, real input -----------------------------------------------------------


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name)
def test_damaged_messages_are_read_or_refused_but_never_crash(path: Path) -> None:
    """Cut short or with bits flipped: a reading, gaps or UnreadableSource, each within two seconds."""
    dice = random.Random(path.name)
    whole = path.read_bytes()
    for _ in range(60):
        data = bytearray(whole[: dice.randrange(1, len(whole) + 1)])
        for _ in range(dice.choice([0, 1, 5, 40])):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        begun = time.perf_counter()
        try:
            for unit, payload in units_of(bytes(data), path.name):
                form_of(path.name).read(payload, unit)
                message(rewritten(form_of(path.name), payload, unit, []))
        except UnreadableSource:
            pass
        assert time.perf_counter() - begun < 2


@pytest.mark.parametrize("piece", [b"(", b'"\\', b"a,", b"<", b"=?utf-8?q?a?= ", b"=?", b'"a" <b@example.org> '])
def test_hostile_headers_take_linear_time(piece: bytes) -> None:
    """A hundred kilobytes of one construct are read and written within two seconds."""
    value = piece * (100_000 // len(piece))
    begun = time.perf_counter()
    rewrite(b"From: " + value + b"\nSubject: " + value + b"\nContent-Type: text/plain; a=" + value + b"\n\nx")
    assert time.perf_counter() - begun < 2


@pytest.mark.shared
def test_real_mail_reads_and_rewrites() -> None:
    """Every message of the evaluation mail comes out with its text, allowed headers, and nothing else."""
    if not SHARED.exists():
        pytest.skip("shared evaluation data is not beside the checkout")
    rows = [json.loads(line) for line in SHARED.open(encoding="utf-8")]
    for row in rows:
        data = row["text"].encode()
        ((unit, payload),) = units_of(data, "m.mbox")
        assert Mailbox().claims(data[:65536], "mail") > 0.5
        reading, copy = Mailbox().read(payload, unit), Mailbox().rewrite(payload, unit, [])
        assert not reading.gaps
        made = message(copy)
        source = email.message_from_bytes(data.partition(b"\n")[2])
        unescaped = re.sub(r"(?m)^>(?=>*From )", "", text_in(source))
        signature = r"(?ms)^-----BEGIN PGP SIGNATURE-----.*?^-----END PGP SIGNATURE-----\n?"
        assert text_in(made).split() == re.sub(signature, "", unescaped).split()
        independent = fast_mail_parser.parse_email(copy.partition(b"\n")[2].decode("ascii"))
        assert "".join(independent.text_plain).split() == text_in(made).split()
    assert len(rows) == 150


def text_in(made: email.message.Message) -> str:
    found = [part for part in made.walk() if part.get_content_type() == "text/plain"]
    return "".join(part.get_payload(decode=True).decode(part.get_content_charset("utf-8")) for part in found)


def test_pages_that_cannot_be_read_are_withheld() -> None:
    """A PDF that is none, also behind other bytes, is withheld and named; none of its bytes are in the copy."""
    made = EmailMessage()
    made["From"], made["Subject"] = "clerk@agency.example", "Permit"
    made.set_content("The permit is attached.\n")
    made.add_attachment(b"\n\n%PDF-1.4\nWilma Testperson\n%%EOF\n", "application", "pdf", filename="permit.pdf")
    for unit, payload in units_of(bytes(made), "a.eml"):
        reading = form_of("a.eml").read(payload, unit)
        assert [each.code for each in reading.gaps] == ["damaged"]
        copy = rewritten(form_of("a.eml"), payload, unit, [])
        assert b"Wilma" not in copy
        assert base64.b64encode(b"Wilma Testperson")[:12] not in copy
        assert b"%PDF" not in copy
