"""PDF: pages are drawn anew, what is withheld is gone from text, bytes and pixels, and no hiding place survives."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pypdf
import pytest
from conftest import everything_in
from pagehelp import (
    KEPT,
    LETTER,
    PLACES,
    VALUES,
    as_bytes,
    encrypted,
    hiding,
    letter,
    pixels,
    saved,
    scanned,
    thumbnail,
    with_field,
    write,
)
from pypdf.generic import NameObject

from pipeline.errors import UnreadableSource
from pipeline.formats import format_named, format_of, ocr, pdf, pdf_pages
from pipeline.formats.page_content import Content
from pipeline.formats.page_text import Glyph, blocks_of, lines_of
from pipeline.model import Edit, Reading, Role, Source, SpanError, Unit
from pipeline.verify import second_reader
from pipeline.verify.pdf_reader import pdf_texts

KIND = format_named("pdf")
CANARY = "canary-5550142"
MANY = "RELEASABLE_DAMAGED_PDFS"
"""Set to a number, this many damaged variants are tried instead of 40."""


@pytest.fixture
def no_ocr(monkeypatch):
    """As on a machine without the extra."""
    pdf._LAST.clear()
    monkeypatch.setattr(ocr, "find_spec", lambda _name: None)


def units_of(data: bytes, *, is_copy: bool = False) -> list[Unit]:
    cut = KIND.units_of_copy if is_copy else KIND.units
    return list(cut(io.BytesIO(data), Source("f.pdf", "pdf", len(data))))


def readings_of(data: bytes, *, is_copy: bool = False) -> list[Reading]:
    return [KIND.read(data, unit) for unit in units_of(data, is_copy=is_copy)]


def segments_of(data: bytes, *, is_copy: bool = False):
    return [each for reading in readings_of(data, is_copy=is_copy) for each in reading.segments]


def shown(data: bytes, *, is_copy: bool = False) -> str:
    return "\n".join(each.text for each in segments_of(data, is_copy=is_copy) if each.role is Role.TEXT)


def edits_for(reading: Reading, values: list[str]) -> list[Edit]:
    found = []
    for each in reading.segments:
        for value in values:
            at = each.text.find(value)
            while at >= 0:
                found.append(Edit(each.address, at, at + len(value), "[REDACTED NAME]"))
                at = each.text.find(value, at + 1)
    return sorted(found, key=lambda each: (repr(each.address), each.start))


def copy_of(data: bytes, *values: str) -> bytes:
    """The copy in which values are withheld wherever they are read."""
    parts = [KIND.rewrite(data, unit, edits_for(KIND.read(data, unit), list(values))) for unit in units_of(data)]
    sink = io.BytesIO()
    KIND.assemble(parts, sink)
    return sink.getvalue()


def tokens(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


# --- what a page says -------------------------------------------------------------------


def test_a_letter_is_read_line_by_line():
    """The text of a page is its lines as they stand, paragraphs apart."""
    assert shown(letter()) == "\n".join(LETTER).replace("\n\n", "\n\n").strip()


def test_a_copy_says_what_the_original_says():
    """Without edits two readers find the same words in the copy, in the same order."""
    data = letter()
    copy = copy_of(data)
    assert shown(copy, is_copy=True) == shown(data)
    assert pypdf.PdfReader(io.BytesIO(copy)).pages[0].extract_text().split() == " ".join(LETTER).split()


def test_columns_are_read_one_after_another():
    """Two columns of running text are two, a table of labels and values is read row by row."""

    def draw(canvas):
        for number in range(8):
            canvas.drawString(60, 500 - 13 * number, f"left column, line {number} of running text")
            canvas.drawString(330, 500 - 13 * number, f"right column, line {number} of running text")
        for number, (label, value) in enumerate([("Name", "Jane Doe"), ("Phone", "406-555-0123")]):
            canvas.drawString(60, 300 - 13 * number, label)
            canvas.drawString(200, 300 - 13 * number, value)

    text = shown(letter(draw, lines=LETTER[:3]))
    order = [
        text.index(each) for each in ("left column, line 7", "right column, line 0", "Name   Jane Doe\nPhone   406")
    ]
    assert order == sorted(order)


def test_signs_drawn_in_any_order_are_read_as_they_stand():
    """A file that draws its signs one by one and shuffled says the same."""
    glyphs = [Glyph(char, (10.0 + 6 * at, 10.0, 15.5 + 6 * at, 20.0)) for at, char in enumerate("Helena clerk")]
    random.Random(3).shuffle(glyphs)
    assert blocks_of(lines_of(glyphs)) == {0: "Helena clerk"}


def test_broken_words_are_joined():
    """A word broken at a line's end is one word, a number broken there keeps its hyphen."""
    text = shown(letter(lines=["The name was Acker-", "mann, and the number 406-555-", "0142 was hers"]))
    assert "Ackermann" in text
    assert "406-555-0142" in text


def test_a_turned_page_and_turned_text_are_read():
    """Text at a right angle is read, and on a turned page it is covered where it stands."""

    def draw(canvas):
        canvas.saveState()
        canvas.translate(550, 200)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Turned 406-555-0199 here")
        canvas.restoreState()

    for rotation in (0, 90, 180, 270):
        data = letter(draw, rotation=rotation)
        copy = copy_of(data, "406-555-0199", "Ackermann")
        assert "Turned 406-555-0199 here" in shown(data)
        assert "Turned [REDACTED NAME] here" in shown(copy, is_copy=True)
        was, now = (np.asarray(pixels(each).convert("L")).astype(int) for each in (data, copy))
        assert was.shape == now.shape
        darker = (was - now > 100).mean()
        assert 0.001 < darker < 0.02


def test_what_a_form_shows_is_read():
    """The value that a field shows is text of its page, withheld like any other, and no field is left."""
    data = with_field(CANARY)
    assert CANARY in shown(data)
    copy = copy_of(data, CANARY)
    assert CANARY not in " ".join(pdf_texts(copy))
    assert pypdf.PdfReader(io.BytesIO(copy)).get_fields() is None


# --- what is withheld -------------------------------------------------------------------


def test_withheld_values_are_gone_and_the_rest_stays():
    """No reader finds a withheld value in text or unpacked bytes; every retained word is found."""
    copy = copy_of(letter(), *VALUES)
    said = " ".join(pdf_texts(copy))
    for value in VALUES:
        assert tokens(value) not in tokens(said)
    text = pypdf.PdfReader(io.BytesIO(copy)).pages[0].extract_text()
    assert all(each in text for each in KEPT)
    assert "Ackermann" not in text.replace("\n", " ")


@pytest.mark.poppler
def test_poppler_finds_no_withheld_value_and_every_retained_word(tmp_path):
    """pdftotext, another engine, sees the same."""
    path = tmp_path / "copy.pdf"
    path.write_bytes(copy_of(letter(), *VALUES))
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, encoding="utf-8", check=True).stdout
    assert all(tokens(each) not in tokens(said) for each in VALUES)
    assert all(each in said for each in KEPT)


@pytest.mark.ocr
def test_the_pixels_of_a_copy_hold_no_withheld_value():
    """Read as pixels alone, the copy says what its text layer says, with markers on the boxes."""
    found = ocr.read_writing(pixels(copy_of(letter(), *VALUES)), 200 / 72)
    said = "".join(each.char for line in found.lines for each in line)
    assert all(tokens(each) not in tokens(said) for each in VALUES)
    assert tokens("wrong by 400 gallons") in tokens(said)
    assert "redactedname" in tokens(said)
    assert tokens("Ackermann") not in tokens(said)


def test_the_copy_looks_like_the_original_but_for_the_boxes():
    """Outside the boxes hardly a pixel differs; inside there are two shades and nothing of what was there."""
    data = letter()
    copy = copy_of(data, "536-90-4399")
    was, now = (np.asarray(pixels(each).convert("L")).astype(int) for each in (data, copy))
    apart = np.abs(was - now) > 24
    rows, columns = np.flatnonzero(apart.any(axis=1)), np.flatnonzero(apart.any(axis=0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    high, wide = rows[-1] - rows[0], columns[-1] - columns[0]
    assert high < 50
    assert 150 < wide < 260
    assert (now[box] < 40).mean() > 0.6
    blank = copy_of(letter(lines=[each.replace("536-90-4399", "000-00-0000") for each in LETTER]), "000-00-0000")
    assert (np.asarray(pixels(blank).convert("L")).astype(int) == now).all()


def test_a_finding_over_two_lines_is_covered_on_both():
    """Both halves are boxes, and the marker stands once in the text."""
    data = letter()
    copy = copy_of(data, "Rosalind\nAckermann")
    text = shown(copy, is_copy=True)
    assert "as [REDACTED NAME]\ncannot pay" in text
    was, now = (np.asarray(pixels(each).convert("L")).astype(int) for each in (data, copy))
    rows = np.flatnonzero((was - now > 100).any(axis=1))
    assert rows[-1] - rows[0] > 15 * 200 / 72


def test_a_copy_can_be_mended():
    """A part is edited again: a second value goes, the first stays gone."""
    data = letter()
    (unit,) = units_of(data)
    part = KIND.rewrite(data, unit, edits_for(KIND.read(data, unit), ["536-90-4399"]))
    again = KIND.rewrite(part, unit, edits_for(KIND.read(part, unit), ["Ackermann"]))
    sink = io.BytesIO()
    KIND.assemble([again], sink)
    said = " ".join(pdf_texts(sink.getvalue()))
    assert "Ackermann" not in said
    assert "536-90-4399" not in said
    assert Content.loads(again).pages[0].picture != Content.loads(part).pages[0].picture


def test_an_edit_that_does_not_fit_is_refused():
    """Past the end of a text, or in a text that is not there, it raises and says no word of the page."""
    data = letter()
    (unit,) = units_of(data)
    segment = next(each for each in KIND.read(data, unit).segments if each.role is Role.TEXT)
    with pytest.raises(SpanError) as raised:
        KIND.rewrite(data, unit, [Edit(segment.address, 0, len(segment.text) + 1, "")])
    assert "Helena" not in str(raised.value)


# --- hiding places ----------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_a_value_in_a_hiding_place_is_examined_and_never_copied(place):
    """The value is in a segment that says where, and nowhere in a copy in which nothing was withheld."""
    data = hiding(place, CANARY)
    found = [each for each in segments_of(data) if CANARY in each.text]
    assert found
    assert all(each.role is Role.ATTRIBUTE for each in found)
    assert any(reading.dropped for reading in readings_of(data)) or place == "title"
    copy = copy_of(data)
    assert not any(CANARY in text for text in pdf_texts(copy))
    assert CANARY.encode() not in copy


def test_text_under_a_black_box_is_reported():
    """The famous failure is named in the log, on its page."""
    said = [each.what for reading in readings_of(hiding("under a black box", CANARY)) for each in reading.dropped]
    assert "line of text under a box or picture" in said


def test_a_title_is_kept_and_can_be_withheld():
    """The title of a document stays its title, unless what it says is withheld; else the copy says what it is."""
    data = letter(lambda canvas: canvas.setTitle(f"Letter {CANARY}"))
    kept, gone = (pypdf.PdfReader(io.BytesIO(each)) for each in (copy_of(data), copy_of(data, CANARY)))
    assert kept.metadata.title == f"Letter {CANARY}"
    assert gone.metadata.title == "Letter [REDACTED NAME]"
    assert kept.trailer["/Root"]["/Lang"] == "en-US"


def test_a_thumbnail_is_left_out():
    """The small picture of a page shows what the page showed before; no copy has one."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter()))
    writer.pages[0][NameObject("/Thumb")] = writer._add_object(thumbnail(pixels(letter())))
    sink = io.BytesIO()
    writer.write(sink)
    assert any(each.what == "thumbnail" for reading in readings_of(sink.getvalue()) for each in reading.dropped)
    assert "/Thumb" not in pypdf.PdfReader(io.BytesIO(copy_of(sink.getvalue()))).pages[0]


def test_the_second_reader_refuses_what_no_copy_holds():
    """A file with a comment, a form or a script is no copy of ours, whatever it says."""
    for place in ("comment", "form field", "script", "attachment", "name of a layer"):
        with pytest.raises(UnreadableSource):
            second_reader("pdf", hiding(place, CANARY), {})


# --- pictures on pages ------------------------------------------------------------------


def test_a_page_that_is_a_picture_is_held_without_ocr(no_ocr):
    """Nothing was read, so the file is held whatever the policy says, and the remedy is named."""
    (reading,) = readings_of(scanned(pixels(letter())))
    assert [(each.code, each.holds) for each in reading.gaps] == [("image", True)]
    assert "releasable[ocr]" in reading.gaps[0].why
    assert not reading.segments or all(each.role is Role.ATTRIBUTE for each in reading.segments)


def test_a_small_picture_is_covered_without_ocr(no_ocr):
    """A logo beside text is a part that was not examined: the policy decides, and its pixels never travel."""
    logo = pixels(letter()).crop((100, 100, 700, 400))

    def draw(canvas):
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(ImageReader(logo), 400, 400, 100, 50)

    data = letter(draw)
    (reading,) = readings_of(data)
    assert [(each.code, each.holds) for each in reading.gaps] == [("image", False)]
    now = np.asarray(pixels(copy_of(data)).convert("L"))
    scale = 200 / 72
    part = now[int((792 - 448) * scale) : int((792 - 402) * scale), int(402 * scale) : int(498 * scale)]
    assert (part < 40).mean() > 0.8


def test_letters_drawn_as_lines_are_not_taken_for_examined(no_ocr):
    """Writing that is no text (curves in the form of letters) is a gap where no OCR reads it; rules and boxes are none."""

    def letters(canvas):
        for number in range(6):
            canvas.circle(100 + 14 * number, 400, 4)
            canvas.line(100 + 14 * number, 396, 106 + 14 * number, 404)

    def table(canvas):
        for number in range(8):
            canvas.rect(60, 300 + 20 * number, 10, 10)
            canvas.line(60, 300 + 20 * number, 500, 300 + 20 * number)

    assert readings_of(letter(letters))[0].gaps
    assert not readings_of(letter(table))[0].gaps


def test_shapes_far_from_one_another_take_no_text_between_them(no_ocr):
    """Three arrows on a form are covered, and not the form between them; rows of shapes near one another are one."""

    def arrows(canvas):
        for x, y in ((40, 770), (560, 400), (40, 40)):
            canvas.lines([(x, y, x + 14, y - 6), (x + 14, y - 6, x, y - 12), (x, y - 12, x + 4, y - 6)])

    data = letter(arrows)
    (reading,) = readings_of(data)
    assert [each.holds for each in reading.gaps] == [False]
    copy = copy_of(data)
    assert all(tokens(each) in tokens(" ".join(pdf_texts(copy))) for each in KEPT)
    now = np.asarray(pixels(copy).convert("L"))
    scale = 200 / 72
    for x, y in ((40, 770), (560, 400), (40, 40)):
        assert now[int((792 - y) * scale) : int((804 - y) * scale), int(x * scale) : int((x + 14) * scale)].max() < 40


def test_shapes_that_are_most_of_a_page_hold_it(no_ocr):
    """A page that is written in curves alone is no page without them, however its lines stand."""

    def letters(canvas):
        for line in range(17):
            for number in range(34):
                x, y = 60 + 14 * number, 720 - 40 * line
                canvas.circle(x, y, 4)
                canvas.line(x, y - 4, x + 6, y + 4)

    (reading,) = readings_of(letter(letters, lines=[]))
    assert [each.holds for each in reading.gaps] == [True]


@pytest.mark.parametrize(
    ("code", "char"), [(0x110000, "\ufffd"), (0xFFFFFFFF, "\ufffd"), (0xD800, "\ufffd"), (65, "A")]
)
def test_a_map_of_a_font_may_say_anything(code, char):
    """A code beyond Unicode is a sign without a character."""
    assert pdf_pages._char(code) == char


@pytest.mark.ocr
def test_a_page_that_is_a_picture_is_read_and_redacted():
    """OCR reads it, what is withheld is covered in its pixels, the rest can be searched."""
    data = scanned(pixels(letter()))
    assert all(tokens(each) in tokens(shown(data)) for each in KEPT)
    copy = copy_of(data, "536-90-4399", "Ackermann")
    said = " ".join(pdf_texts(copy))
    assert "536-90-4399" not in said
    assert tokens("wrong by 400 gallons") in tokens(said)
    again = ocr.read_writing(pixels(copy), 200 / 72)
    assert "536904399" not in tokens("".join(each.char for line in again.lines for each in line))


@pytest.mark.ocr
def test_a_leaning_page_is_read_in_order():
    """A page that was not laid straight under the scanner is read line by line."""
    leaning = pixels(letter()).rotate(1.5, fillcolor="white")
    text = shown(scanned(leaning))
    order = [tokens(text).index(tokens(each)) for each in KEPT]
    assert order == sorted(order)


@pytest.mark.ocr
def test_a_text_layer_does_not_speak_for_the_pixels():
    """A layer that says something else than the picture under it is examined, left out, and does not count."""
    data = scanned(pixels(letter(lines=["Call 406-555-0142 today please"])), layer=CANARY)
    assert tokens("406-555-0142") in tokens(shown(data))
    assert CANARY not in shown(data)
    assert CANARY not in " ".join(pdf_texts(copy_of(data)))


@pytest.mark.ocr
def test_a_copy_is_read_again_by_its_pixels():
    """A finished copy that is scanned like any file is read by OCR, and where its layer agrees, in the layer's words."""
    copy = copy_of(letter(), *VALUES)
    (reading,) = readings_of(copy)
    assert not reading.gaps
    assert "[REDACTED NAME]" in shown(copy)
    assert "wrong by 400 gallons" in shown(copy)


@pytest.mark.ocr
def test_what_ocr_is_not_sure_of_holds_the_file():
    """A line that cannot be read, be it seen by the engine or not, holds the file in any case."""
    from PIL import ImageFilter

    image = pixels(letter(lines=["Some readable words on a line", "", "secret words 536-90-4399 here"]))
    box = (150, 240, 900, 300)
    for radius in (3.0, 4.5, 7.5):
        blurred = image.copy()
        blurred.paste(image.crop(box).filter(ImageFilter.GaussianBlur(radius)), box[:2])
        (reading,) = readings_of(scanned(blurred))
        said = tokens(" ".join(each.text for each in reading.segments))
        assert "readablewords" in said
        assert "536904399" in said or any(each.holds and each.code == "image" for each in reading.gaps)


# --- what cannot be read ----------------------------------------------------------------


def test_encrypted_files_are_held_with_advice():
    """A file with a password is refused in words that say what to do; one without a password is read."""
    with pytest.raises(UnreadableSource) as raised:
        units_of(encrypted("secret"))
    assert "take its password off" in raised.value.what
    assert "Sincerely" in shown(encrypted(""))


def test_a_page_beyond_the_limits_is_refused():
    """A page of kilometres, and a file without pages, are refused and not drawn."""
    large, empty = pypdf.PdfWriter(), pypdf.PdfWriter()
    large.add_blank_page(14_400 * 30, 14_400 * 30)
    for each in (large, empty):
        with pytest.raises(UnreadableSource):
            readings_of(saved(each))


_TRY = """
import io, sys, random
from pipeline.errors import UnreadableSource
from pipeline.formats import format_named, ocr
from pipeline.model import Source
from pipeline.verify.pdf_reader import pdf_texts
ocr.find_spec = lambda _name: None
kind, data, seed, count = format_named("pdf"), open(sys.argv[1], "rb").read(), int(sys.argv[2]), int(sys.argv[3])
for number in range(seed, seed + count):
    dice = random.Random(number)
    made = bytearray(data[: dice.randrange(len(data))] if number % 4 == 0 else data)
    for _ in range(0 if number % 4 == 0 else dice.randint(1, 8)):
        made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
    made = bytes(made)
    print(number, flush=True)
    try:
        parts = [kind.rewrite(made, unit, ()) for unit in kind.units(io.BytesIO(made), Source("f", "pdf", len(made)))]
        sink = io.BytesIO()
        kind.assemble(parts, sink)
        pdf_texts(sink.getvalue())
    except UnreadableSource as error:
        assert error.what
"""


def test_damaged_files_are_read_or_refused(tmp_path):
    """Cut short or with flipped bits, a file becomes a copy or is refused with a reason; nothing else, in bounded time."""
    path = tmp_path / "letter.pdf"
    path.write_bytes(hiding("comment", CANARY))
    many = int(os.environ.get(MANY, "40"))
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _TRY, str(path), "0", str(many)],
        capture_output=True,
        encoding="utf-8",
        timeout=30 + 5 * many,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-20:], done.stderr[-2000:])
    assert time.monotonic() - start < 30 + 4 * many


def test_pdf_is_told_by_its_content():
    """The mark decides, under any name; what only has the name is nobody's."""
    assert format_of(letter(), "a.txt").name == "pdf"
    found = format_of(b"no PDF at all, just text\n", "a.pdf")
    assert found is None or found.name != "pdf"


# --- the whole road ---------------------------------------------------------------------


@pytest.mark.models
def test_a_release_of_a_pdf_is_whole_and_clean(road, tmp_path: Path):
    """A letter with values in sight and out of sight is released; nothing in the folder says one of them."""

    def draw(canvas):
        canvas.setTitle("Complaint about a meter")
        canvas.setAuthor("Rosalind Ackermann")
        canvas.drawString(60, 400, "536-90-4399")
        canvas.rect(50, 390, 300, 25, fill=1)

    source = tmp_path / "in"
    source.mkdir()
    (source / "letter.pdf").write_bytes(letter(draw))
    done = road.release(source, tmp_path / "out")
    copy = (tmp_path / "out/records/letter.pdf").read_bytes()
    said = " ".join(pdf_texts(copy))
    for value in ("Ackermann", "536-90-4399", "555-0142", "1442 Juniper"):
        assert tokens(value) not in tokens(said)
        assert value.encode() not in everything_in(tmp_path / "out")
    assert all(each in shown(copy, is_copy=True) for each in KEPT)
    log = (tmp_path / "out/redaction-log.csv").read_text(encoding="utf-8")
    assert "text under a box or picture" in log
    assert "author 1" in log
    assert not done.unscanned


@pytest.mark.models
def test_a_scanned_page_is_held_where_no_ocr_is(road, tmp_path: Path, no_ocr):
    """Also under a policy that leaves out parts: a page that is a picture is no part of a page."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "scan.pdf").write_bytes(scanned(pixels(letter())))
    road.release(source, tmp_path / "out")
    assert not (tmp_path / "out/records").exists()
    assert "releasable[ocr]" in (tmp_path / "out/redaction-log.csv").read_text(encoding="utf-8")


@pytest.mark.models
def test_a_release_of_text_needs_no_ocr(command, tmp_path: Path):
    """Without the extra a letter is released, and a check of the release says that it read no pixels."""
    (tmp_path / "without").mkdir()
    (tmp_path / "without/sitecustomize.py").write_text("import sys\nsys.modules['rapidocr'] = None\n")
    (tmp_path / "letter.pdf").write_bytes(letter())
    env = {"PYTHONPATH": str(tmp_path / "without")}
    done = command("redact", "letter.pdf", "--policy", "montana", "--out", "out", env=env)
    assert (tmp_path / "out/records/letter.pdf").is_file(), done.stderr
    checked = command("verify", "out", "--against", "letter.pdf", env=env)
    assert checked.returncode == 0, checked.stdout
    assert "pixels of 1 units" in checked.stdout
    assert "whole and clean" in checked.stdout


def test_many_pages_are_several_units():
    """A document of 20 pages is cut into units that are read alone; the copy has all of its pages in order."""
    from reportlab.pdfgen.canvas import Canvas

    sink = io.BytesIO()
    canvas = Canvas(sink, invariant=1)
    for number in range(20):
        write(canvas, [f"This is page number {number} of the file"])
        canvas.showPage()
    canvas.save()
    data = sink.getvalue()
    assert len(units_of(data)) == 5
    pages = pypdf.PdfReader(io.BytesIO(copy_of(data))).pages
    assert [f"number {at} of" in page.extract_text() for at, page in enumerate(pages)] == [True] * 20


def test_the_same_pages_give_the_same_bytes():
    """A copy is made of what was read and of nothing else: no time, no random name."""
    assert copy_of(letter(), *VALUES) == copy_of(letter(), *VALUES)
    assert as_bytes(pixels(letter()), "PNG") == as_bytes(pixels(letter()), "PNG")
