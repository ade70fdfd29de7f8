"""Documents: what is read, what is written, that no hiding place survives, and that damaged files are held."""

from __future__ import annotations

import io
import os
import random
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from conftest import Command, everything_in
from documenthelp import DROPPED, KEPT, UNSEEN, W, hiding, said, simple
from otherdocuments import (
    OPEN_DROPPED,
    OPEN_KEPT,
    OPEN_UNSEEN,
    RICH_DROPPED,
    RICH_KEPT,
    RICH_UNSEEN,
    open_hiding,
    open_simple,
    rich_hiding,
)
from outlook_files import compound
from workbookhelp import zipped

from pipeline.errors import UnreadableSource
from pipeline.formats import format_named, format_of
from pipeline.formats.base import assembled
from pipeline.formats.document_content import ASIDES
from pipeline.model import Edit, Source, words
from pipeline.texts.markers import WITHHELD_PART
from pipeline.verify import second_reader
from pipeline.verify.document_reader import KINDS

KIND = format_named("document")
MANY = "RELEASABLE_DAMAGED_DOCUMENTS"
"""Set to a number, this many damaged variants of each kind are tried instead of 60 of all together."""
BY = 'w:id="9" w:author="x"'
NEVER_WRITTEN = (
    "field code", "name of a bookmark", "entry of a form field", "entry of a form field with its name",
    "property of the file", "data of another program",
    "variable of the document", "building block of text", "entry of an index", "text of a part of another kind",
    "property of a shape",
)  # fmt: skip
"""Kinds of what is examined and stands in no copy."""
GOLDEN = Path(__file__).parent / "golden" / "document"


def canary(place: str) -> str:
    return "canary" + place.replace(" ", "").replace("-", "") + "z"


FILES = {
    "f.docx": (hiding(canary), KEPT, UNSEEN, DROPPED),
    "f.odt": (open_hiding(canary), OPEN_KEPT, OPEN_UNSEEN, OPEN_DROPPED),
    "f.rtf": (rich_hiding(canary), RICH_KEPT, RICH_UNSEEN, RICH_DROPPED),
}


def places(which: int) -> list[tuple[str, str]]:
    return [(name, place) for name, lists in FILES.items() for place in lists[which + 1]]


def units_of(data: bytes, name: str = "f.docx"):
    return list(KIND.units(io.BytesIO(data), Source(name, "document", len(data))))


def readings_of(data: bytes, name: str = "f.docx"):
    return [KIND.read(data, unit) for unit in units_of(data, name)]


def segments_of(data: bytes, name: str = "f.docx"):
    return [each for reading in readings_of(data, name) for each in reading.segments]


def texts_of(data: bytes, name: str = "f.docx") -> list[str]:
    return [each.text for each in segments_of(data, name)]


def told_of(data: bytes, name: str = "f.docx") -> list[str]:
    return [f"{words(each.address)}: {each.text}" for each in segments_of(data, name)]


def copy_of(data: bytes, *values: str, marker: str = "[REDACTED]", name: str = "f.docx") -> bytes:
    """The copy of ``data`` in which values are withheld wherever they are read."""
    parts = []
    for unit in units_of(data, name):
        segments = KIND.read(data, unit).segments
        edits = [
            Edit(each.address, found.start(), found.end(), marker)
            for value in values
            for each in segments
            for found in re.finditer(re.escape(value), each.text)
        ]
        parts.append(KIND.rewrite(data, unit, edits))
    sink = io.BytesIO()
    assembled(KIND, parts, sink)
    return sink.getvalue()


def blank_of(data: bytes, name: str) -> bytes:
    """The copy of ``data`` in which everything that is read is withheld."""
    parts = []
    for unit in units_of(data, name):
        edits = [Edit(each.address, 0, len(each.text), "[X]") for each in KIND.read(data, unit).segments]
        parts.append(KIND.rewrite(data, unit, edits))
    sink = io.BytesIO()
    assembled(KIND, parts, sink)
    return sink.getvalue()


def unpacked(data: bytes) -> bytes:
    """All bytes of a document, names and remarks of its members among them, XML as text."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [archive.comment]
        for each in archive.infolist():
            found += [each.filename.encode(), each.comment, each.extra, archive.read(each)]
    return b"\n".join(found) + data


def xml_of(data: bytes, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(part).decode()


# --- hiding places --------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "place"), places(0))
def test_a_value_in_a_place_that_is_read_is_examined_and_stands_or_is_withheld(name, place):
    """The text of the place is in a segment; it stands in the copy, and where it is withheld it is nowhere in it."""
    data = FILES[name][0]
    assert any(canary(place) in text for text in texts_of(data, name))
    assert canary(place).encode() in unpacked(copy_of(data, name=name))
    assert canary(place).encode() not in unpacked(copy_of(data, canary(place), name=name))


@pytest.mark.parametrize(("name", "place"), places(1))
def test_a_value_that_nobody_sees_is_examined_and_in_no_copy(name, place):
    """The text of the place is in a segment, and never in a copy."""
    data = FILES[name][0]
    assert any(canary(place) in text for text in texts_of(data, name))
    assert canary(place).encode() not in unpacked(copy_of(data, name=name))


@pytest.mark.parametrize(("name", "place"), places(2))
def test_a_value_in_a_place_that_is_left_out_is_in_no_copy(name, place):
    """The text of the place is planted, and is nowhere in a copy in which nothing was withheld."""
    data = FILES[name][0]
    planted = unpacked(data)
    forms = (canary(place).encode(), canary(place).encode("utf-16-le"), canary(place).encode().hex().encode())
    assert any(form in planted for form in forms)
    assert not any(canary(place) in text for text in texts_of(data, name))
    copy = unpacked(copy_of(data, name=name))
    assert not any(form in copy for form in forms)


@pytest.mark.parametrize("name", FILES)
def test_the_independent_reader_sees_everything_that_a_copy_says(name):
    """Of every part of the copy, and of each part before they are put together."""
    data, kept, unseen, _ = FILES[name]
    copy = copy_of(data, name=name)
    (unit,) = units_of(copy)
    whole = "\n".join(second_reader("document", copy, unit.context) or ())
    (own,) = units_of(data, name)
    part = "\n".join(second_reader("document", KIND.rewrite(data, own, ()), own.context) or ())
    for place in kept:
        assert canary(place) in whole, place
        assert canary(place) in part, place
    assert not [place for place in unseen if canary(place) in whole + part]
    assert "[comment]" not in whole  # our own words, which could be a name that is withheld


def test_the_independent_reader_knows_the_words_that_a_copy_puts_before_a_text():
    """Each of them, and no others: what else stands in brackets is a text of the record."""
    assert KINDS == ASIDES
    faked = f'<w:p><w:pPr><w:pStyle w:val="Aside"/></w:pPr><w:r><w:rPr><w:rStyle w:val="AsideKind"/></w:rPr><w:t>[wilma] </w:t></w:r></w:p>{said("x")}'
    copy = copy_of(simple(faked))
    assert "[wilma] " in texts_of(copy)[0]
    assert any("[wilma]" in text for text in second_reader("document", copy, units_of(copy)[0].context) or ())


def test_what_is_left_out_is_said():
    """The reading names in plain words what the copy does not have, and what was hidden."""
    told = " | ".join(each.what for name, lists in FILES.items() for each in readings_of(lists[0], name)[0].dropped)
    for what in (
        "hiding of text", "who changed the text", "who wrote a comment", "a field", "a form field", "a bookmark",
        "variable of the document", "data of a form letter", "template", "properties of the file", "a list of people",
        "properties that somebody gave", "building blocks", "data of another program", "macros", "signature", "a chart",
        "embedded file", "preview picture", "another kind", "pronounced", "table inside a table", "may change a part",
        "an earlier version", "settings of the program",
    ):  # fmt: skip
        assert what in told, what
    assert "canary" not in told


def test_pictures_and_embedded_objects_are_parts_that_could_not_be_examined():
    """Each is a gap with its place; in the copy a note stands there."""
    for name, codes in (("f.docx", 3), ("f.odt", 2), ("f.rtf", 3)):
        data = FILES[name][0]
        gaps = [gap for reading in readings_of(data, name) for gap in reading.gaps]
        assert len(gaps) == codes, name
        assert {gap.code for gap in gaps} == {"image", "unknown_format"}
        copy = copy_of(data, name=name)
        assert texts_of(copy).count(WITHHELD_PART) == codes
        assert not any(reading.gaps or reading.dropped for reading in readings_of(copy))


def test_nothing_in_a_copy_is_hidden_or_alive():
    """A copy has no hidden text, tracked change, field (but numbers of pages), link, macro, outside target."""
    for name, lists in FILES.items():
        copy = copy_of(lists[0], name=name)
        xml = unpacked(copy)
        for word in (
            b"w:vanish",
            b"w:ins ",
            b"w:del ",
            b"instrText",
            b"hyperlink",
            b"TargetMode",
            b"vbaProject",
            b"w:author",
        ):
            assert word not in xml, (name, word)
        with zipfile.ZipFile(io.BytesIO(copy)) as archive:
            assert all(each.endswith((".xml", ".rels")) and "docProps" not in each for each in archive.namelist())
            for each in archive.namelist():
                ET.fromstring(archive.read(each))


@pytest.mark.parametrize("name", FILES)
def test_a_copy_is_read_as_what_it_was(name):
    """The copy of a copy is the same file: what stood beside the text is known by its kind again."""
    copy = copy_of(FILES[name][0], name=name)
    assert copy_of(copy) == copy
    told, again = set(told_of(FILES[name][0], name)), {each for each in told_of(copy) if WITHHELD_PART not in each}
    assert again <= told
    assert {each.partition(":")[0].rstrip("0123456789 ") for each in told - again} <= set(NEVER_WRITTEN)


def test_the_same_document_gives_the_same_bytes():
    """A copy has fixed times and nothing of the machine in it."""
    assert copy_of(FILES["f.docx"][0]) == copy_of(FILES["f.docx"][0])


@pytest.mark.models
def test_a_release_has_no_value_from_any_hiding_place(road, tmp_path):
    """Telephone numbers in every place of every kind: the release holds none of them, and says where they stood."""
    (tmp_path / "in").mkdir()
    numbers: dict[str, str] = {}
    makers = {"a.docx": (hiding, (*KEPT, *UNSEEN, *DROPPED)), "b.odt": (open_hiding, (*OPEN_KEPT, *OPEN_UNSEEN, *OPEN_DROPPED)), "c.rtf": (rich_hiding, (*RICH_KEPT, *RICH_UNSEEN, *RICH_DROPPED))}  # fmt: skip
    for exchange, (name, (make, all_places)) in zip((201, 212, 213), makers.items(), strict=True):
        own = {
            place: f"{exchange}-555-{100 + at % 100:04d}{'' if at < 100 else ' ext. 7'}"
            for at, place in enumerate(all_places)
        }
        numbers |= {f"{name} {place}": number[:12] for place, number in own.items()}
        (tmp_path / "in" / name).write_bytes(make(lambda place, own=own: f" {own[place]} "))
    road.release(tmp_path / "in", tmp_path / "out")
    copies = sorted((tmp_path / "out/records").iterdir())
    assert [each.name for each in copies] == ["a.docx", "b.docx", "c.docx"]
    everything = everything_in(tmp_path / "out") + b"".join(unpacked(each.read_bytes()) for each in copies)
    for place, number in numbers.items():
        assert number.encode() not in everything, place
    log = (tmp_path / "out/redaction-log.csv").read_text()
    for where in (
        "text before changes 1",
        "text with what was hidden 1",
        "comment 1",
        "header 1",
        "footnote 1",
        "field code 1",
    ):
        assert where in log, where


# --- tracked changes and hidden text --------------------------------------------------------------


def test_both_sides_of_a_change_are_read_whole():
    """A number of which two digits were changed is seen as it is and as it was, and each can be withheld alone."""
    data = simple(
        f"<w:p><w:r><w:t>Call 406-555-01</w:t></w:r><w:del {BY}><w:r><w:delText>23</w:delText></w:r></w:del>"
        f"<w:ins {BY}><w:r><w:t>45</w:t></w:r></w:ins></w:p>"
    )
    assert told_of(data) == ["block 1: Call 406-555-0145", "text before changes 1: Call 406-555-0123"]
    assert texts_of(copy_of(data, "406-555-0123")) == ["Call 406-555-0145", "Call [REDACTED]"]


def test_paragraphs_that_a_change_joined_or_parted_are_read_both_ways():
    """A deleted end of a paragraph joins it to the next; an inserted one parted what was one before."""
    change = "<w:p><w:pPr><w:rPr><w:{} {}/></w:rPr></w:pPr><w:r><w:t>406-555-</w:t></w:r></w:p><w:p><w:r><w:t>0123</w:t></w:r></w:p>"
    assert texts_of(simple(change.format("del", BY))) == ["406-555-0123", "406-555-\n0123"]
    assert texts_of(simple(change.format("ins", BY))) == ["406-555-\n0123", "406-555-0123"]


def test_a_number_that_hidden_text_cuts_is_read_as_it_is_seen():
    """What is seen is one text, what is stored another; both are in the copy, both in sight."""
    data = simple(
        "<w:p><w:r><w:t>406-5</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>xx</w:t></w:r><w:r><w:t>55-0123</w:t></w:r></w:p>"
    )
    assert texts_of(data) == ["406-555-0123", "406-5xx55-0123"]


def test_a_number_over_runs_notes_and_hyphens_is_one_text():
    """Changes of look, a reference to a note and a hyphen that keeps lines together cut nothing."""
    data = simple(
        "<w:p><w:r><w:t>406</w:t><w:noBreakHyphen/></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>555</w:t><w:softHyphen/></w:r>"
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>-01</w:t></w:r><w:r><w:sym w:font="Arial" w:char="F032"/><w:t>3</w:t></w:r></w:p>'
    )
    assert texts_of(data) == ["406-555-0123"]


# --- what a copy looks like ------------------------------------------------------------------------


def test_the_structure_of_a_document_is_kept():
    """Headings, bold words, lists that begin where they began, tables, notes, headers with numbers of pages."""
    copy = copy_of((GOLDEN / "plain.docx").read_bytes())
    xml = xml_of(copy)
    assert '<w:pStyle w:val="Heading1"/>' in xml
    assert '<w:b/></w:rPr><w:t xml:space="preserve">406-555-0123</w:t>' in xml
    assert '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' in xml
    assert '<w:start w:val="3"/><w:numFmt w:val="decimal"/>' in xml_of(copy, "word/numbering.xml")
    assert xml.count("<w:tr>") == 3
    assert "<w:footnoteReference" in xml
    assert "Filed by Wilma Testperson." in xml_of(copy, "word/footnotes.xml")
    assert '<w:fldSimple w:instr=" PAGE ">' in xml_of(copy, "word/header1.xml")


def test_an_edit_touches_its_span_and_no_other_look():
    """A name in bold that is withheld leaves the words around it as they were."""
    data = simple(
        "<w:p><w:r><w:t>Dear </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>Wilma Testperson</w:t></w:r><w:r><w:t>, hello</w:t></w:r></w:p>"
    )
    xml = xml_of(copy_of(data, "Wilma Testperson", marker="[NAME]"))
    assert '<w:rPr><w:b/></w:rPr><w:t xml:space="preserve">[NAME]</w:t>' in xml
    assert ">Dear </w:t>" in xml
    assert ">, hello</w:t>" in xml


def test_lines_of_an_address_are_one_text_and_an_edit_over_them_leaves_the_lines():
    """Paragraphs without a blank one between them are read together, as recognizers need it."""
    data = simple(said("Wilma Testperson", "12 Example Street", "Pineford, MT 59000") + "<w:p/>" + said("Dear clerk"))
    assert texts_of(data) == ["Wilma Testperson\n12 Example Street\nPineford, MT 59000", "Dear clerk"]
    copy = copy_of(data, "12 Example Street\nPineford, MT 59000")
    assert texts_of(copy) == ["Wilma Testperson\n[REDACTED]", "Dear clerk"]


def test_cells_have_the_label_of_their_column_or_of_the_text_on_their_left():
    """So that a bare number under 'SSN' is known for what it is."""

    def table(*rows):
        cells = ("".join(f"<w:tc>{said(cell)}</w:tc>" for cell in row) for row in rows)
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl><w:p/>"

    data = simple(
        table(("Full Name", "SSN"), ("Wilma Testperson", "219099001")) + table(("Name:", "Otto"), ("SSN:", "219099002"))
    )
    found = {each.text: each for each in segments_of(data)}
    assert found["219099001"].label == "SSN"
    assert found["219099002"].label == "SSN"
    assert words(found["219099001"].address) == "table 1, row 2, column 2"


def test_a_long_document_is_cut_into_units_that_share_its_bytes():
    """Every paragraph stands in one unit and in the copy once, in its place; a table may go over units."""
    rows = "".join(f"<w:tr><w:tc>{said(f'row {at} ' + 'x' * 90)}</w:tc></w:tr>" for at in range(900))
    data = simple(
        "".join(said(f"No. {at} " + "word " * 30) + "<w:p/>" for at in range(900)) + f"<w:tbl>{rows}</w:tbl><w:p/>"
    )
    units = units_of(data)
    assert len(units) > 4
    copy = copy_of(data, "No. 450 ", "row 450 ")
    told = texts_of(copy)
    assert len(told) == 1800
    assert told[449:452] == [f"No. 449 {'word ' * 30}", "[REDACTED]" + "word " * 30, f"No. 451 {'word ' * 30}"]
    assert xml_of(copy).count("<w:tbl>") == 1
    seen = [(second_reader("document", copy, unit.context) or [""])[0] for unit in units_of(copy)]
    assert sum(text.count("No. ") for text in seen) == 899
    for unit, text in zip(units_of(copy), seen, strict=True):
        assert all(line in text for each in KIND.read(copy, unit).segments for line in each.text.split("\n"))


# --- what a file is --------------------------------------------------------------------------------


def refusal(data: bytes, name: str = "f.docx") -> str:
    with pytest.raises(UnreadableSource) as raised:
        copy_of(data, name=name)
    return str(raised.value)


def test_files_are_told_by_content():
    """A DOCX, an ODT and an RTF are documents whatever they are called; a workbook is none under their name."""
    for data, _, _, _ in FILES.values():
        for name in ("a.docx", "a.doc", "a.txt", "a"):
            assert format_of(data[:65536], name) is KIND
    workbook = zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"})
    assert format_of(workbook, "a.docx").name == "workbook"
    assert readings_of(simple(said("x")), "a.txt")[0].dropped[0].what.startswith("the ending of its name")


def test_encrypted_and_old_documents_are_held_with_what_to_do():
    """An encrypted DOCX is a compound file; so is a document of Word 6 to 2003, which no library here reads."""
    encrypted = compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y"})
    assert format_of(encrypted, "a.docx") is KIND
    assert "encrypted" in refusal(encrypted)
    old = compound({"WordDocument": b"x" * 5000})
    assert format_of(old, "a.doc") is format_of(old, "a") is KIND
    assert "save it as .docx" in refusal(old, "a.doc")
    manifest = '<m:manifest xmlns:m="urn:m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    assert "encrypted" in refusal(open_simple("", **{"META-INF/manifest.xml": manifest}), "a.odt")


def test_bombs_and_entities_are_refused():
    """What unpacks to far more than its size, has too many parts, or declares a document type, is held."""
    assert "far more than its size" in refusal(zipped({"word/document.xml": b" " * (40 << 20)}))
    assert "parts" in refusal(zipped({f"word/{at}": b"" for at in range(10_001)}))
    entity = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document {W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'
    assert "document type" in refusal(
        zipped({"_rels/.rels": xml_of(simple(""), "_rels/.rels"), "word/document.xml": entity})
    )
    deep = "<w:sdt><w:sdtContent>" * 400 + "</w:sdtContent></w:sdt>" * 400
    assert "damaged" in refusal(simple(deep))
    assert "damaged" in refusal(b"{\\rtf1 " + b"{" * 200_000, "a.rtf")


# --- damage ----------------------------------------------------------------------------------------


def _variants(data: bytes, count: int, seed: str):
    dice = random.Random(seed)
    for number in range(count):
        if number % 4 == 0:
            yield data[: dice.randrange(len(data))]
        elif number % 4 == 1 and data.startswith(b"PK"):
            yield _part_changed(data, dice)
        else:
            changed = bytearray(data)
            for _ in range(dice.randint(1, 6)):
                changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
            yield bytes(changed)


def _part_changed(data: bytes, dice: random.Random) -> bytes:
    """The archive is whole, and bits of the XML inside are flipped: what a checksum would not catch."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {each: bytearray(archive.read(each)) for each in archive.namelist()}
    part = parts[dice.choice([each for each in sorted(parts) if parts[each]])]
    for _ in range(dice.randint(1, 4)):
        part[dice.randrange(len(part))] ^= 1 << dice.randrange(8)
    return zipped({name: bytes(content) for name, content in parts.items()})


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", FILES)
def test_damaged_documents_are_copied_clean_or_held(name):
    """Truncated and bit-flipped variants are refused with a reason, or their copy holds nothing that was left out."""
    data, _, unseen, dropped = FILES[name]
    left_out = [canary(place) for place in (*unseen, *dropped)]
    outcomes = {"copied": 0, "held": 0}
    reasons: list[str] = []
    for variant in _variants(data, int(os.environ.get(MANY, "20")), name):
        try:
            examined = "\n".join(texts_of(variant, name))
            copy = copy_of(variant, name=name)
            assert second_reader("document", copy, units_of(copy)[0].context) is not None
            hidden = unpacked(blank_of(variant, name)).decode("utf-8", "replace")
        except UnreadableSource as held:
            outcomes["held"] += 1
            reasons.append(str(held))
            continue
        outcomes["copied"] += 1
        assert "canary" not in hidden
        said_in_copy = unpacked(copy).decode("utf-8", "replace")
        assert not [each for each in left_out if each in said_in_copy and each not in examined]
    print(f"{name}: {outcomes}")
    assert not [each for each in reasons if "canary" in each]
    assert outcomes["held"] > 0 or name == "f.rtf"
    assert outcomes["copied"] > 0


@pytest.mark.models
def test_a_table_whose_names_are_withheld_is_no_form(command: Command, tmp_path: Path) -> None:
    """What stands for a name in a copy is no label of its row: else the header beside it would be somebody's name."""
    letter = Path(__file__).parent.parent / "sample_data/documents/draft-letter-about-the-fence.docx"
    done = command("redact", letter, "--policy", "montana", "--accuracy", "fast", "--out", tmp_path / "out")
    assert done.returncode == 1, done.stderr  # decisions wait
    found = command("verify", tmp_path / "out", "--accuracy", "fast")
    assert found.returncode == 0, found.stdout
