"""Outlook messages and stores: every hiding place, bodies in all their forms, nested messages, damaged files."""

from __future__ import annotations

import email
import importlib.util
import json
import sys
import types
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import compressed_rtf
import pytest
from hiding import check_places, copy, forms, opened, readings, texts
from outlook_files import Msg, compound

from pipeline import stores
from pipeline.errors import UnreadableSource
from pipeline.formats import format_of
from pipeline.formats.outlook_message import OutlookMessage
from pipeline.formats.outlook_store import write_mailboxes
from pipeline.formats.rtf_text import rtf_body
from pipeline.intake import collect
from pipeline.model import Edit

MOMENT = datetime(2025, 3, 3, 17, 0, tzinfo=UTC)
CLERK = {0x0C15: 1, 0x3001: "Clerk", 0x39FE: "clerk@example.gov"}


def letter(more: dict[int, object] | None = None, **given: object) -> Msg:
    base = {0x001A: "IPM.Note", 0x0037: "Rates", 0x0C1A: "Somebody", 0x0C1F: "somebody@example.com", 0x0039: MOMENT}
    made = Msg({**base, **(more or {})}, [dict(CLERK)])
    for name, value in given.items():
        setattr(made, name, value)
    return made


WRAPPED = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1{\fonttbl{\f0\fcharset204 Arial;}{\f1 Arial;}}{\*\htmltag64 <p title='cnrA'>}"
    rb"\htmlrtf unseen \htmlrtf0 cnr\'42 {\f0 \'cf} cnr\u67?{\*\htmltag72 </p>}{\*\mhtmltag64 <p>}{\pict cnrZ}}"
)
EXAMINED = {
    "subject": (letter({0x0037: "cnrA"}), ["cnrA"]),
    "sender": (letter({0x0C1A: "cnrB", 0x0C1F: "cnrC@example.com"}), ["cnrB", "cnrC"]),
    "on behalf of": (letter({0x0042: "cnrD", 0x5D02: "cnrE@example.com"}), ["cnrD", "cnrE"]),
    "to": (letter(recipients=[{0x0C15: 1, 0x3001: "cnrF", 0x39FE: "cnrG@example.com"}]), ["cnrF", "cnrG"]),
    "cc": (letter(recipients=[{0x0C15: 2, 0x3001: "cnrH", 0x3003: "cnrI@example.com"}]), ["cnrH", "cnrI"]),
    "bcc": (letter(recipients=[{0x0C15: 3, 0x3001: "cnrJ", 0x39FE: "cnrK@example.com"}]), ["cnrJ", "cnrK"]),
    "directory address": (letter(recipients=[{0x0C15: 1, 0x3003: "/O=EX/OU=X/CN=cnrL"}]), ["cnrL"]),
    "draft's recipients": (letter({0x0E04: "cnrM; cnrN"}, recipients=[]), ["cnrM", "cnrN"]),
    "reply to": (letter({0x0050: "cnrO@example.com; cnrP"}), ["cnrO", "cnrP"]),
    "plain body": (letter({0x1000: "x\r\ncnrQ"}), ["cnrQ"]),
    "HTML body": (letter({0x1013: b"<p>cnrR<!-- cnrS --></p>"}), ["cnrR", "cnrS"]),
    "HTML body as text": (letter({0x1013: "<p>cnrT</p>"}), ["cnrT"]),
    "HTML in RTF": (letter({0x1009: compressed_rtf.compress(WRAPPED)}), ["cnrA", "cnrB", "cnrC"]),
    "rich text": (letter({0x1009: compressed_rtf.compress(rb"{\rtf1 cn\b rU\b0\par}")}), ["cnrU"]),
    "stored rich text": (letter({0x1009: compressed_rtf.compress(rb"{\rtf1 cnrV}", compressed=False)}), ["cnrV"]),
    "file name": (letter(attachments=[{0x3705: 1, 0x3707: "cnrW.txt", 0x3701: b"x"}]), ["cnrW"]),
    "attached table": (letter(attachments=[{0x3705: 1, 0x3707: "a.csv", 0x3701: b"a,b\r\ncnrX,1\r\n"}]), ["cnrX"]),
    "attached card": (
        letter(attachments=[{0x3705: 1, 0x3707: "a.vcf", 0x3701: b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:cnrY\r\nEND:VCARD\r\n"}]),
        ["cnrY"],
    ),
    "attached message": (letter(attachments=[{0x3705: 1, 0x3707: "a.eml", 0x3701: b"From: cnrZ@example.com\nTo: x@y.z\n\ncnrAA"}]), ["cnrZ", "cnrAA"]),
    "attached Outlook message": (letter(attachments=[{0x3705: 1, 0x3707: "a.msg", 0x3701: letter({0x1000: "cnrAB"}).bytes()}]), ["cnrAB"]),
    "nested message": (letter(attachments=[{0x3705: 5, 0x3701: letter({0x0037: "cnrAC", 0x1000: "cnrAD"})}]), ["cnrAC", "cnrAD"]),
    "nested twice": (
        letter(attachments=[{0x3705: 5, 0x3701: letter(attachments=[{0x3705: 5, 0x3701: letter({0x1000: "cnrAE"})}])}]),
        ["cnrAE"],
    ),
    "meeting": (letter({0x001A: "IPM.Appointment"}, named={0x8208: "cnrAF", 0x8238: "cnrAG", 0x820D: MOMENT}), ["cnrAF", "cnrAG", "2025-03-03 17:00"]),
    "contact": (
        letter({0x001A: "IPM.Contact", 0x3A06: "cnrAH", 0x3A11: "cnrAI", 0x3A09: "cnrAJ", 0x3A48: "cnrAK"}, named={0x8083: "cnrAL@example.com", 0x801A: "cnrAM"}),
        ["cnrAH", "cnrAI", "cnrAJ", "cnrAK", "cnrAL", "cnrAM"],
    ),
    "task": (letter({0x001A: "IPM.Task"}, named={0x811F: "cnrAN"}), ["cnrAN"]),
}  # fmt: skip
LEFT_OUT = {
    "internet headers": (letter({0x007D: "Received: from cnrA\r\nX-Y: cnrB\r\nFrom: cnrC@example.com\r\n\r\n"}), ["cnrA", "cnrB", "cnrC"]),
    "message id": (letter({0x1035: "<cnrD@example.com>", 0x1039: "<cnrE@example.com>"}), ["cnrD", "cnrE"]),
    "conversation": (letter({0x0070: "cnrF", 0x0071: b"cnrG"}), ["cnrF", "cnrG"]),
    "named property": (letter(named={0x8530: "cnrH", 0x8554: "cnrI"}), ["cnrH", "cnrI"]),
    "last editor": (letter({0x3FFA: "cnrJ", 0x4038: "cnrK"}), ["cnrJ", "cnrK"]),
    "recipient's fields": (letter(recipients=[{**CLERK, 0x3A20: "cnrL", 0x3A00: "cnrM"}]), ["cnrL", "cnrM"]),
    "path of a linked file": (letter(attachments=[{0x3705: 2, 0x3708: "\\\\server\\cnrN.doc", 0x370D: "\\\\cnrO"}]), ["cnrN", "cnrO"]),
    "author in RTF": (letter({0x1009: compressed_rtf.compress(rb"{\rtf1{\info{\author cnrP}}{\*\x cnrQ}x}")}), ["cnrP", "cnrQ"]),
    "attachment's fields": (letter(attachments=[{0x3705: 1, 0x3707: "a.txt", 0x3701: b"x", 0x3712: "cnrR", 0x3713: "cnrS"}]), ["cnrR", "cnrS"]),
    "preview": (letter({0x3FD9: "cnrT"}), ["cnrT"]),
}  # fmt: skip


@pytest.mark.parametrize("place", EXAMINED)
def test_a_place_that_is_examined_hides_nothing(place: str) -> None:
    """What stands there is read as mail is read; withheld, it is gone in every form."""
    message, canaries = EXAMINED[place]
    data = message.bytes()
    assert not [each for reading in readings(data, "a.msg") for each in reading.gaps]
    check_places(data, "a.msg", canaries, [])


@pytest.mark.parametrize("place", LEFT_OUT)
def test_a_place_that_is_left_out_never_travels(place: str) -> None:
    """What no message has is in no copy, and counted."""
    message, canaries = LEFT_OUT[place]
    data = message.bytes()
    assert any(
        each.encode("utf-16-le") in data or each.encode() in data or place == "author in RTF" for each in canaries
    )
    check_places(data, "a.msg", [], canaries)
    if place != "author in RTF":
        assert sum(each.count for reading in readings(data, "a.msg") for each in reading.dropped)


@pytest.mark.parametrize(
    "attachment",
    [
        {0x3705: 1, 0x3707: "a.png", 0x3701: b"\x89PNG\r\n\x1a\n\0cnrA"},
        {0x3705: 6, 0x3707: "object", 0x3001: "cnrA"},
        {0x3705: 1, 0x3707: "a.bin", 0x3701: b"\0\1\2cnrA" * 50},
    ],
)
def test_what_cannot_be_examined_is_a_gap_and_a_note(attachment: dict[int, object]) -> None:
    """Its bytes do not travel, a note stands in its place."""
    data = letter(attachments=[attachment]).bytes()
    (reading,) = readings(data, "a.msg")
    assert len(reading.gaps) == 1
    made = copy(data, "a.msg")
    assert "cnrA" not in forms(made)
    assert b"withheld" in made.lower()


def test_an_encrypted_message_holds_its_record() -> None:
    """A body packed by S/MIME cannot be examined, and no note stands for it."""
    message = letter(
        {0x001A: "IPM.Note.SMIME"}, attachments=[{0x3705: 1, 0x3707: "smime.p7m", 0x3701: b"\x30\x82" * 50}]
    )
    (gap,) = readings(message.bytes(), "a.msg")[0].gaps
    assert (gap.code, gap.holds) == ("encrypted", True)


def test_a_signed_message_is_read_as_it_was_sent() -> None:
    """The signed parts are parts of the message; the signature goes."""
    sent = (
        b'Content-Type: multipart/signed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\ncnrA\r\n'
        b"--x\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nAAAA\r\n--x--\r\n"
    )
    message = letter(
        {0x001A: "IPM.Note.SMIME.MultipartSigned"}, attachments=[{0x3705: 1, 0x3707: "smime.p7m", 0x3701: sent}]
    )
    check_places(message.bytes(), "a.msg", ["cnrA"], [])


def test_the_copy_is_a_message_that_others_read() -> None:
    """The standard library finds sender, all recipients, both bodies and the attachment in it."""
    message = letter(
        {0x1000: "plain", 0x1013: b"<p>page</p>"},
        recipients=[dict(CLERK), {0x0C15: 3, 0x3001: "Hidden", 0x39FE: "hidden@example.org"}],
        attachments=[{0x3705: 1, 0x3707: "a.txt", 0x3701: b"text"}],
    )
    made = email.message_from_bytes(copy(message.bytes(), "a.msg"), policy=policy.default)
    assert made["To"].addresses[0].addr_spec == "clerk@example.gov"
    assert made["Bcc"].addresses[0].addr_spec == "hidden@example.org"
    assert made["Date"].datetime == MOMENT
    assert made.get_body(("plain",)).get_content().strip() == "plain"
    assert "page" in made.get_body(("html",)).get_content()
    assert [each.get_filename() for each in made.iter_attachments()] == ["a.txt"]


def test_texts_in_8_bit_characters_are_read_in_their_code_page() -> None:
    """Old messages say which."""
    tree = letter({0x3FFD: 1251}).tree(is_root=True)
    packed = bytearray(tree["__properties_version1.0"])
    at = next(at for at in range(32, len(packed), 16) if packed[at + 2 : at + 4] == b"\x37\x00")
    packed[at : at + 2] = b"\x1e\x00"
    tree["__properties_version1.0"] = bytes(packed)
    del tree["__substg1.0_0037001F"]
    tree["__substg1.0_0037001E"] = "Привет".encode("cp1251")
    assert "Привет" in texts(compound(tree), "a.msg")


@pytest.mark.parametrize("missing", ["__substg1.0_0037001F", "__properties_version1.0", "__recip_version1.0_#00000000"])
def test_a_message_from_which_something_is_missing_is_held(missing: str) -> None:
    """A property without its bytes, a recipient that is announced and not there: nothing is passed over."""
    tree = letter().tree(is_root=True)
    del tree[missing]
    with pytest.raises(UnreadableSource):
        readings(compound(tree), "a.msg")


def test_other_compound_files_are_not_claimed() -> None:
    """An old workbook is no message, also under the name of one where it says what it is."""
    kind = format_of(compound({"WordDocument": b"x" * 5000}), "a.doc")
    assert kind is not None
    assert kind.name == "document"
    assert OutlookMessage().claims(compound({"Workbook": b"x" * 5000}), "a.xls") == 0
    kind = format_of(compound({"Workbook": b"x" * 5000}), "a.msg")
    assert kind is not None
    with pytest.raises(UnreadableSource):
        readings(compound({"Workbook": b"x" * 5000}), "a.msg")


@pytest.mark.parametrize(
    "data",
    [
        b"{\\rtf1 " + b"{" * 200_000,
        b"{\\rtf1 " + b"\\u9999999999 " * 9000,
        b"{\\rtf1\\bin99999999999 x",
        b"{\\rtf1\\ansicpg9999 \\'e9}",
    ],
)
def test_strange_rich_text_is_read_or_refused(data: bytes) -> None:
    """Deep groups, numbers out of range and unknown code pages end in a text."""
    assert isinstance(rtf_body(data).text, str)


def test_only_rich_text_is_rich_text() -> None:
    """Anything else is refused."""
    with pytest.raises(UnreadableSource):
        rtf_body(b"plain text")


@pytest.mark.models
def test_a_release_names_the_copy_by_what_it_is(road, tmp_path: Path) -> None:
    """``letter.msg`` becomes ``letter.eml``, withheld values and all."""
    (tmp_path / "in").mkdir()
    message = letter({0x1000: "Call Wilma Testperson at 406-555-0123, 12 Elm Street, Helena, MT 59601."})
    (tmp_path / "in" / "letter.msg").write_bytes(message.bytes())
    done = road.release(tmp_path / "in", tmp_path / "out")
    (file,) = done.summary.files
    assert (file.status, file.output) == ("released", "records/letter.eml")
    made = (tmp_path / "out" / "records" / "letter.eml").read_bytes()
    assert b"406-555-0123" not in made
    assert made.startswith(b"From: ")


# --- stores -----------------------------------------------------------------------------
# No tool writes PST files; what libpff gives is stood in for by objects of the same shape, up to the module boundary.


class _Entry:
    def __init__(self, number: int, kind: int, data: bytes) -> None:
        self.entry_type, self.value_type, self.data = number, kind, data


class _Record:
    def __init__(self, **texts: str) -> None:
        self.entries = [_Entry(int(name[1:], 16), 0x1F, text.encode("utf-16-le")) for name, text in texts.items()]


class _Message:
    recipients = types.SimpleNamespace(record_sets=[_Record(x3001="cnrTo", x39FE="to@example.com")])

    def __init__(self, record: _Record | None) -> None:
        self.record = record

    def get_number_of_record_sets(self) -> int:
        return 1

    def get_record_set(self, at: int) -> _Record:
        if self.record is None:
            raise OSError("damaged")
        return self.record

    def get_number_of_attachments(self) -> int:
        return 0


class _StoreFolder:
    def __init__(self, name: str, messages=(), folders=()) -> None:
        self.name, self.messages, self.folders = name, messages, folders

    def get_name(self) -> str:
        return self.name

    def get_number_of_sub_folders(self) -> int:
        return len(self.folders)

    def get_sub_folder(self, at: int) -> _StoreFolder:
        return self.folders[at]

    def get_number_of_sub_messages(self) -> int:
        return len(self.messages)

    def get_sub_message(self, at: int) -> _Message:
        return self.messages[at]


def test_a_store_becomes_a_mailbox_a_folder(tmp_path: Path, monkeypatch) -> None:
    """Messages are units of their folder's mailbox; what cannot be read and what was deleted is counted."""
    one = _Message(_Record(x0037="\x01\x05RE: cnrSubject", x1000="From the clerk\r\nFrom here"))
    inbox = _StoreFolder("Inbox", [one, _Message(None)], [_StoreFolder("Jane/Doe", [one, one])])
    file = types.SimpleNamespace(
        open=lambda path: None,
        get_root_folder=lambda: _StoreFolder("", (), [inbox]),
        get_number_of_orphan_items=lambda: 3,
    )
    monkeypatch.setitem(sys.modules, "pypff", types.SimpleNamespace(file=lambda: file))
    write_mailboxes(tmp_path / "x.pst", tmp_path)
    index = json.loads((tmp_path / "index.json").read_text())
    assert (index["broken"], index["deleted"]) == (1, 3)
    assert [(each["path"], each["messages"]) for each in index["folders"]] == [
        (["Inbox"], 1),
        (["Inbox", "Jane/Doe"], 2),
    ]
    box = (tmp_path / index["folders"][1]["file"]).read_bytes()
    assert len(opened(box, "a.mbox")[1]) == 2
    found = texts(box, "a.mbox")
    assert "RE: cnrSubject" in found
    assert "cnrTo <to@example.com>" in found


def test_a_store_is_taken_apart_at_intake(tmp_path: Path, monkeypatch) -> None:
    """Folders become files whose names are examined; deleted items are said, unread ones hold a file of their own."""
    if importlib.util.find_spec("pypff") is None:
        monkeypatch.setattr(stores.importlib.util, "find_spec", lambda name: name)
    (tmp_path / "x.pst").write_bytes(b"!BDN" + bytes(600))

    def index(file, out: Path):
        for name in ("000000.mbox", "000001.mbox"):
            (out / name).write_bytes(b"From x Thu Jan  1 00:00:00 1970\nFrom: a@example.com\n\nhello\n\n")
        told = [{"file": "000000.mbox", "path": ["Top", "Jane/Doe"]}, {"file": "000001.mbox", "path": ["..", "x"]}]
        return {"folders": told, "broken": 2, "deleted": 4}

    monkeypatch.setattr(stores, "_index", index)
    files = {each.name: each for each in collect([tmp_path / "x.pst"])}
    assert set(files) == {"x.pst/Top/Jane_Doe.mbox", "x.pst/folder-0002.mbox", "x.pst/unread"}
    assert "4 deleted items" in files["x.pst/Top/Jane_Doe.mbox"].notes[0]
    assert "2 messages in it cannot be read" in files["x.pst/unread"].refused


def test_a_damaged_store_is_held(tmp_path: Path) -> None:
    """A process of its own fails, the file is there with its reason."""
    pytest.importorskip("pypff")
    (tmp_path / "x.pst").write_bytes(b"!BDN" + bytes(range(256)) * 9)
    (file,) = collect([tmp_path / "x.pst"])
    assert "cannot be read" in file.refused


def test_without_the_extra_a_store_is_held_with_advice(tmp_path: Path, monkeypatch) -> None:
    """The reason says what to install."""
    monkeypatch.setattr(stores.importlib.util, "find_spec", lambda name: None)
    (tmp_path / "x.pst").write_bytes(b"!BDN" + bytes(600))
    (file,) = collect([tmp_path / "x.pst"])
    assert "releasable[pst]" in file.refused


def test_edits_touch_their_span_only() -> None:
    """A word of the body goes, everything else of the copy stays."""
    data = letter({0x1000: "one two three"}).bytes()
    kind, ((unit, payload),) = opened(data, "a.msg")
    segment = next(each for each in kind.read(payload, unit).segments if "two" in each.text)
    made = kind.rewrite(payload, unit, [Edit(segment.address, 4, 7, "[X]")])
    assert made == kind.rewrite(payload, unit, []).replace(b"one two three", b"one [X] three")
