"""What is attached to a message goes the road of a file of its own, and comes out inside the message."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from attachhelp import DOCX, FILES, XLSX, as_mailbox, attached_in, book, seen_in, with_files
from conftest import Inline, Road, everything_in
from documenthelp import said, simple
from hiding import copy, forms, opened, readings, texts
from outlook_files import Msg
from pagehelp import VALUES, as_bytes, encrypted, letter, pixels
from PIL import Image

from pipeline.copies.checking import CheckTask, WrittenUnit, check
from pipeline.copies.rechecking import survivors
from pipeline.detect import _column
from pipeline.engine import scan
from pipeline.errors import UnreadableSource
from pipeline.formats import ocr, picture
from pipeline.formats.base import finished
from pipeline.formats.mail import Message
from pipeline.formats.mail_attached import PARTS
from pipeline.inputs import InputFile
from pipeline.intake import collect
from pipeline.model import Edit, Role, Source, Unit, words
from pipeline.tables.attached import attached_columns
from pipeline.tables.vocabulary import load_vocabulary
from pipeline.texts.digest import Keyed
from pipeline.texts.markers import WITHHELD_PART
from pipeline.verify import Withheld, WithheldIndex, needles, second_reader
from recognizers.registry import load_recognizers

CANARY = "canary 219-09-9999"
SSN = "536-90-4399"


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_format_is_attached_somewhere_here() -> None:
    """A new format has to say what becomes of it inside a message."""
    from pipeline.formats import FORMATS

    told = set(FILES) | {"picture", "msg", "emlx", "message", "mbox"}
    assert {each.name for each in FORMATS} <= told


@pytest.mark.parametrize("container", ["a.eml", "a.mbox"])
@pytest.mark.parametrize("kind", FILES)
def test_an_attached_file_is_examined_and_written_anew(kind: str, container: str) -> None:
    """The canary in it is read, stands in the copy where nothing is withheld, and nowhere where all is."""
    name, media_type, copied, made = FILES[kind]
    source = with_files((name, media_type, made(CANARY)))
    data = as_mailbox(source, with_files()) if container == "a.mbox" else source
    assert CANARY in texts(data, container)
    assert [gap for reading in readings(data, container) for gap in reading.gaps] == []
    kept = copy(data, container)
    assert squeezed(CANARY) in squeezed(seen_in(kept, container))
    assert PARTS.encode() not in kept
    hidden = copy(data, container, withheld=True)
    assert "219-09-9999" not in seen_in(hidden, container) + forms(hidden)
    if copied:
        ((found, written_as, content),) = attached_in(kept)
        assert found == copied
        assert squeezed(CANARY) in squeezed(seen_in(content, found))
        assert written_as == ("application/vnd.apache.parquet" if kind == "parquet" else media_type)


def test_an_older_workbook_comes_out_as_a_new_one() -> None:
    """The attachment has the name and the type of what is in it."""
    import xlwt

    made, sink = xlwt.Workbook(), io.BytesIO()
    made.add_sheet("One").write(0, 0, CANARY)
    made.save(sink)
    source = with_files(("old.xls", "application/vnd.ms-excel", sink.getvalue()))
    ((name, media_type, content),) = attached_in(copy(source, "a.eml"))
    assert (name, media_type) == ("old.xlsx", XLSX)
    assert CANARY in seen_in(content, name)


def test_what_is_attached_to_an_outlook_message_is_examined() -> None:
    """A PDF and a workbook in a MSG file come out in the message that it becomes."""
    files = {"a.pdf": letter(lines=["Dear clerk,", CANARY]), "b.xlsx": book(("Note", "Year"), (CANARY, "2024"))}
    attached = [{0x3705: 1, 0x3707: name, 0x3701: data} for name, data in files.items()]
    item = Msg(
        {0x001A: "IPM.Note", 0x0037: "Permit", 0x0C1A: "Somebody", 0x0C1F: "somebody@example.com", 0x1000: "It is."}, []
    )
    item.attachments = attached
    kept = copy(item.bytes(), "a.msg")
    assert b"\r\n" in kept
    for name, _, content in attached_in(kept):
        assert squeezed(CANARY) in squeezed(seen_in(content, name))
    assert "219-09-9999" not in "\n".join(second_reader("message", copy(item.bytes(), "a.msg", withheld=True)) or ())


def zipped(**members: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"remark-219-09-9999"
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return sink.getvalue()


def test_an_attached_archive_is_examined_and_packed_anew() -> None:
    """Members, also of an archive inside, are examined; the copy is an archive of their copies, without its remark."""
    inner = zipped(deep__csv=f"note,year\n{CANARY},2024\nx,2025\n".encode())
    data = zipped(list__xlsx=book(("Note", "Year"), (CANARY, "2024")), inner__zip=inner, x__bin=b"\x7fELF" + bytes(60))
    source = with_files(("files.zip", "application/zip", data))
    (reading,) = readings(source, "a.eml")
    places = {words(each.address) for each in reading.segments if each.text == CANARY}
    assert places == {"part 2, part 1, sheet 1, cell A2", "part 2, part 2, part 1, row 1, column 1"}
    assert [words(gap.address) for gap in reading.gaps] == ["part 2, part 3"]
    kept = copy(source, "a.eml")
    ((name, media_type, content),) = attached_in(kept)
    assert (name, media_type) == ("files.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["list.xlsx", "inner.zip", "withheld-part-3"]
        assert archive.comment == b""
        assert CANARY in seen_in(archive.read("list.xlsx"), "list.xlsx")
        assert archive.read("withheld-part-3").decode().strip() == WITHHELD_PART
    assert "\n".join(second_reader("message", kept) or ()).count(CANARY) >= 2
    hidden = "\n".join(second_reader("message", copy(source, "a.eml", withheld=True)) or ())
    assert "219-09-9999" not in hidden
    assert "deep" not in hidden


@pytest.mark.ocr
def test_a_picture_is_read_by_ocr() -> None:
    """Its writing is examined, and black in the copy where it is withheld."""
    shown = as_bytes(pixels(letter()).crop((100, 100, 1500, 720)), "PNG")
    source = with_files(("scan.png", "image/png", shown))
    assert "Ackermann" in texts(source, "a.eml")
    ((name, media_type, content),) = attached_in(copy(source, "a.eml", withheld=True))
    assert (name[-3:], media_type) == ("[X]", "image/png")
    assert "Ackermann" not in texts(content, "scan.png")


@pytest.mark.parametrize(
    ("name", "media_type", "data", "code", "why"),
    [
        ("a.pdf", "application/pdf", encrypted("secret"), "encrypted", "encrypted"),
        ("a.pdf", "application/pdf", letter()[:300], "damaged", ""),
        ("a.xlsx", XLSX, book(("a",), ("b",))[:400], "damaged", "cut short or damaged"),
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(40), "damaged", "damaged"),
        ("a.zip", "application/zip", zipped(**{"../a__txt": b"x"}), "archive", "leads outside"),
        ("a.zip", "application/zip", zipped(a__txt=b"x")[:60], "archive", "archive"),
        ("a.zip", "application/zip", zipped(a__txt=bytes(20_000_000)), "archive", "far more than its size"),
        ("a.gif", "image/gif", b"GIF89a" + bytes(40), "damaged", "damaged"),
        ("a.ico", "image/x-icon", b"\0\0\1\0" + bytes(40), "image", "image"),
        ("a.bin", PARTS, b"x\x9c\x03\0\0\0\0\1", "unknown_format", "no format here reads it"),
    ],
)
def test_what_its_reader_refuses_is_withheld_with_the_reason(
    name: str, media_type: str, data: bytes, code: str, why: str
) -> None:
    """The message comes out with a note in its place; the reader's words are in the gap, its bytes in no copy."""
    source = with_files((name, media_type, data))
    ((gap,),) = [reading.gaps for reading in readings(source, "a.eml")]
    assert (gap.code, gap.holds, words(gap.address)) == (code, False, "part 2")
    assert why in gap.why
    kept = copy(source, "a.eml")
    ((name_, media_type_, content),) = attached_in(kept)
    assert (name_, media_type_) == ("withheld-part-2", "text/plain")
    assert content.decode().strip() == WITHHELD_PART
    assert b"it is attached" in kept


def test_without_ocr_a_picture_is_withheld_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture, and a scan in a PDF, are parts that could not be examined; they do not hold the message."""
    picture._LAST.clear()
    monkeypatch.setattr(ocr, "find_spec", lambda _name: None)
    shown = as_bytes(Image.new("RGB", (60, 40), "white"), "PNG")
    ((gap,),) = [each.gaps for each in readings(with_files(("a.png", "image/png", shown)), "a.eml")]
    assert (gap.code, gap.holds) == ("image", False)
    assert "releasable[ocr]" in gap.why
    picture._LAST.clear()


def test_a_file_that_is_too_long_for_a_message_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """More units than one worker reads in one go are not read."""
    monkeypatch.setattr("pipeline.formats.mail_attached.MOST_UNITS", 1)
    ((gap,),) = [each.gaps for each in readings(with_files(("a.xlsx", XLSX, book(("a",), ("b",)))), "a.eml")]
    assert (gap.code, gap.why) == ("too_large", "it is too long to be read inside a message")


def _table(*rows: tuple[str, ...]) -> bytes:
    cells = ("".join(f"<w:tc>{said(cell)}</w:tc>" for cell in row) for row in rows)
    return simple(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl><w:p/>")


def _classes(data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the cells of a document are labelled with, and the class of each cell's column ("": none)."""
    (reading,) = readings(data, "a.docx")
    patterns = [each for each in load_recognizers("fast") if not each.needs_model]
    found, _ = attached_columns(reading.segments, patterns, load_vocabulary())
    cells = [each for each in reading.segments if each.role is Role.CELL]
    kinds = {each.text: column.kind for each in cells if (column := _column(each, found)) is not None}
    return {each.text: each.label for each in cells}, kinds


def test_the_names_of_columns_in_a_document_are_no_values() -> None:
    """They are examined as texts; else "Account" would be withheld wherever it stands."""
    people = _table(("Surname", "Account"), ("Quimby", "A-7781245"), ("Vandermeer", "A-7781246"))
    labels, kinds = _classes(people)
    assert (labels["Quimby"], kinds["Quimby"], kinds["Surname"]) == ("Surname", "entity", "free_text")
    assert kinds["Account"] == "free_text" != kinds["A-7781245"]


@pytest.mark.parametrize("sign", ["", ":"])
def test_a_form_in_a_document_has_no_columns(sign: str) -> None:
    """Each cell has the label on its left, and no first label speaks for what stands below it."""
    rows = (("Department", "Water"), ("Surname", "Quimby"), ("Phone", "406-555-0134"), ("Note", "Thaddeus came by."))
    labels, kinds = _classes(_table(*((label + sign, value) for label, value in rows)))
    assert [labels[value] for _, value in rows] == ["Department", "Surname", "Phone", "Note"]
    assert kinds == {}
    labels, _ = _classes(_table(("Surname", "Vandermeer"), ("Phone", "406-555-0134"), ("Case", "12")))
    assert labels["Vandermeer"] == "Surname"


def test_a_file_that_lies_too_deep_is_withheld() -> None:
    """Messages in messages are read to a depth; a workbook below it is a gap that is too deep."""
    source = with_files(("a.xlsx", XLSX, book(("Note", "Year"), (CANARY, "2024"))))
    for _ in range(12):
        source = with_files(("a.eml", "message/rfc822", source))
    gaps = [gap.code for reading in readings(source, "a.eml") for gap in reading.gaps]
    assert set(gaps) == {"too_deep"}
    assert CANARY not in texts(source, "a.eml") + "\n".join(second_reader("message", copy(source, "a.eml")) or ())


def test_a_copy_on_its_way_is_mended_without_loss() -> None:
    """Edits that come later reach the parts of an attachment; the finished message has both, and no part of ours."""
    data = letter(lines=["Dear clerk,", "first 219-09-9999", "", "second 219-09-8888"])
    source = with_files(("a.pdf", "application/pdf", data), ("b.xlsx", XLSX, book(("Note", "Year"), (CANARY, "2024"))))
    kind, ((unit, payload),) = opened(source, "a.eml")
    part = payload
    for value in ("219-09-9999", "219-09-8888"):
        here = replace(unit, start=0, stop=len(part))
        found = [each for each in kind.read(part, here).segments if value in each.text]
        part = kind.rewrite(part, here, [_edit(each.address, each.text, value) for each in found])
    assert finished(kind, part) != part
    seen = "\n".join(second_reader("message", finished(kind, part)) or ())
    assert "219-09-" not in seen
    assert seen.count("[X]") >= 3
    assert "second" in seen


def _edit(address, text: str, value: str) -> Edit:
    return Edit(address, text.index(value), text.index(value) + len(value), "[X]")


def test_no_source_can_pass_for_a_copy_on_its_way() -> None:
    """The mark of a part is no header, so that a file that begins with it is no message; nor are packed parts believed."""
    inner = with_files(("a.xlsx", XLSX, book(("Note", "Year"), (CANARY, "2024"))))
    kind, ((unit, payload),) = opened(inner, "a.eml")
    part = kind.rewrite(payload, unit, [])
    assert part.startswith(b"RELEASABLE")
    with pytest.raises(UnreadableSource):
        list(Message().units(io.BytesIO(part), Source("a.eml", "message", len(part))))
    held = part.partition(b"\n")[2]
    gaps = [gap for reading in readings(held, "a.eml") for gap in reading.gaps]
    assert [gap.code for gap in gaps] == ["unknown_format"]


def test_what_a_document_says_belongs_to_the_message_and_rows_to_themselves() -> None:
    """So a sender's surname in an attached letter is theirs; the people of a list are not joined with the sender."""
    source = with_files(
        ("a.pdf", "application/pdf", letter()), ("b.csv", "text/csv", b"name,phone\nJane Doe,406-555-0134\n")
    )
    (reading,) = readings(source, "a.eml")
    records = {words(each.address): each.record for each in reading.segments}
    assert records["part 2, page 1, block 1"] == records["From header"] == "a.eml#0"
    assert records["part 3, row 1, column 1"] not in {"a.eml#0", ""}
    assert len({each.thread for each in reading.segments}) == 1


# --- the whole road ---------------------------------------------------------------------

PEOPLE = book(
    ("Name", "SSN", "Phone"),
    ("Rosalind Ackermann", SSN, "406-555-0142"),
    ("Winifred Quimby", "536-90-4400", "406-555-0143"),
    ("Thaddeus Vandermeer", "536-90-4401", "406-555-0144"),
)


@pytest.mark.models
def test_a_release_has_clean_attachments(road: Road, tmp_path: Path) -> None:
    """Workbook, PDF and nested message come out clean, in the log by their place, checked again by their own readers."""
    files = [
        ("people.xlsx", XLSX, PEOPLE),
        ("letter.pdf", "application/pdf", letter()),
        ("locked.pdf", "application/pdf", encrypted("secret")),
    ]
    nested = with_files(("old.eml", "message/rfc822", with_files(("people.xlsx", XLSX, PEOPLE))))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.eml").write_bytes(with_files(*files))
    (tmp_path / "in/b.mbox").write_bytes(as_mailbox(nested, with_files(*files[:1])))
    done = road.release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released", "released"]
    a, b = ((tmp_path / "out/records" / name).read_bytes() for name in ("a.eml", "b.mbox"))
    seen = "\n".join(second_reader("message", a) or ()) + "\n".join(second_reader("mbox", b) or ())
    assert not [each for each in (*VALUES, SSN, "536-90-4400", "Quimby", "Vandermeer") if each in seen]
    assert "[REDACTED SSN]" in seen
    assert "wrong by 400 gallons" in " ".join(seen.split())
    rows = list(csv.DictReader((tmp_path / "out/redaction-log.csv").read_text(encoding="utf-8").splitlines()))
    places = {(each["file"], each["location"], each["entity"]) for each in rows}
    assert ("a.eml", "part 2, sheet 1, cell B2", "US_SSN") in places
    assert ("a.eml", "part 3, page 1, block 1", "US_SSN") in places
    assert ("b.mbox", "message 1, part 2, part 2, sheet 1, cell B4", "US_SSN") in places
    (locked,) = [each for each in rows if each["entity"] == "PART"]
    assert locked["location"] == "part 4"
    assert "encrypted" in locked["reason"]
    told = json.loads((tmp_path / "out/release.json").read_text(encoding="utf-8"))
    assert told["totals"]["parts_withheld"] == 1
    assert told["totals"]["withheld"]["US_SSN"] == 3 + 1 + 3 + 3
    assert SSN.encode() not in everything_in(tmp_path / "out")


@pytest.mark.models
def test_a_name_in_the_name_of_an_attachment_is_found_as_words_and_leaves_the_ending(
    road: Road, tmp_path: Path
) -> None:
    """Joints hide no name; an ending is no surname, so that other names keep theirs and the copy is told by its own."""
    letter_ = simple(said("Dear clerk,", "it is attached."))
    packed = zipped(**{"Rosalind Ackermann__docx": letter_, "note__docx": letter_})
    named = [
        (f"{each}.docx", DOCX, letter_) for each in ("Winifred_Quimby_permit", "Vandermeer, Thaddeus", "site-plan")
    ]
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.eml").write_bytes(with_files(*named, ("all.zip", "application/zip", packed)))
    done = road.release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"]
    names = attached_in((tmp_path / "out/records/a.eml").read_bytes())
    marked = "[REDACTED NAME]"
    assert [each[0] for each in names] == [f"{marked}_permit.docx", f"{marked}.docx", "site-plan.docx", "all.zip"]
    with zipfile.ZipFile(io.BytesIO(names[-1][2])) as archive:
        assert archive.namelist() == [f"{marked}.docx", "note.docx"]


@pytest.mark.models
def test_columns_of_an_attached_table_are_classified(road: Road, tmp_path: Path) -> None:
    """A name that stands alone in a column of names is one, as in a table of its own."""
    rows = "".join(
        f"{name},{year}\n"
        for name, year in zip(["Quimby", "Vandermeer", "Ackermann"] * 4, range(2010, 2022), strict=True)
    )
    source = tmp_path / "a.eml"
    source.write_bytes(with_files(("list.csv", "text/csv", f"surname,year\n{rows}".encode())))
    findings = {words(each.address): each for unit in road.scan(source).units for each in _found(unit)}
    assert findings["part 2, row 1, column 1"].recognizer == "column"
    assert findings["part 2, row 1, column 1"].part == "surname"


def _found(unit):
    return [each.finding for each in unit.decisions]


@pytest.mark.models
def test_a_distribution_list_holds_the_message_that_carries_it(road: Road, tmp_path: Path) -> None:
    """It is handed out only with the officer's leave, attached or not (MCA 2-6-1017)."""
    listed = b"name,email,phone\n" + b"".join(
        f"{name},{name.split()[0].lower()}@example.com,406-555-01{number}\n".encode()
        for number, name in enumerate(("Rosalind Ackermann", "Winifred Quimby", "Thaddeus Vandermeer"), start=40)
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.eml").write_bytes(with_files(("list.csv", "text/csv", listed)))
    done = road.release(tmp_path / "in", tmp_path / "out")
    (told,) = done.summary.files
    assert told.status == "held"
    assert any("distribution list" in reason for reason in told.reasons)


@pytest.mark.models
def test_a_strict_policy_holds_the_message_for_an_attachment(road: Road, hold_policy: Path, tmp_path: Path) -> None:
    """Where the policy says so, what could not be read holds its message."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.eml").write_bytes(with_files(("locked.pdf", "application/pdf", encrypted("secret"))))
    done = road.under(hold_policy).release(tmp_path / "in", tmp_path / "out")
    (told,) = done.summary.files
    assert told.status == "not_scanned"
    assert any("encrypted" in reason for reason in told.reasons)


@pytest.mark.models
@pytest.mark.parametrize("kind", ["workbook", "pdf"])
def test_the_check_looks_inside_attachments(road: Road, tmp_path: Path, kind: str) -> None:
    """A withheld value that stands in an attachment of a finished copy is found there by the second reader."""
    name, media_type, _, made = FILES[kind]
    data = with_files((name, media_type, made(f"It is {SSN}")))
    (tmp_path / "a.eml").write_bytes(data)
    state = replace(road.state, shared=None)
    sought = needles(Withheld("US_SSN", "", "", "full"), SSN, state.keyed)
    state.shared = WithheldIndex(Keyed(state.job.key), sought)
    unit = Unit(Source("a.eml", "message", len(data)), 0, 0, len(data), {"origin": "copy"})
    written = WrittenUnit(unit, 0, len(data), hashlib.sha256(data).hexdigest())
    found = check(state, CheckTask(InputFile.at(tmp_path / "a.eml", "a.eml"), (written,)))
    assert {each.entity for each in found} == {"US_SSN"}
    assert "independent reader" in {each.place for each in found}


@pytest.mark.models
def test_verify_against_the_sources_looks_inside_attachments(road: Road, tmp_path: Path) -> None:
    """A clean release has no survivors; the same message with the original workbook in it has."""
    source = with_files(("people.xlsx", XLSX, PEOPLE))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.eml").write_bytes(source)
    road.release(tmp_path / "in", tmp_path / "out")
    released = tmp_path / "out/records/a.eml"
    assert not _survivors(road, released, tmp_path / "in")
    ((_, _, content),) = attached_in(released.read_bytes())
    swapped = released.read_bytes().replace(base64.encodebytes(content), base64.encodebytes(PEOPLE))
    assert swapped != released.read_bytes()
    released.write_bytes(swapped)
    told = _survivors(road, released, tmp_path / "in")
    assert any("US_SSN survives (independent reader)" in each for each in told)


def _survivors(road: Road, copy_: Path, sources: Path) -> list[str]:
    runner = Inline(replace(road.state, shared=None))
    job, policy = road.state.job, road.state.policy
    copies = scan(collect([copy_]), job, policy, runner)
    return survivors(copies, collect([sources]), job, policy, runner, lambda *_: None)


def test_no_reader_no_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """A packed attachment that no second reader sees is a failure, never a pass."""
    data = with_files(("list.xlsx", XLSX, PEOPLE))
    monkeypatch.setattr("pipeline.verify.readers.workbook_texts", lambda *_: None)
    with pytest.raises(UnreadableSource):
        second_reader("message", data)
