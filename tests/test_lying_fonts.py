"""PDFs whose text says other characters than their fonts draw: never believed; honest ones are."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from lyingfonts import FONTS, SAID, SHOWN, WHOLE, actual_text, permuted, said_by, with_font
from pagehelp import LETTER, MEDIA, letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from test_pdf import readings_of, shown

from pipeline.formats import ocr, pdf

DIGITS = {ord(one): ord(other) for one, other in zip("0123456789", "7412968350", strict=True)}
LETTERS = {ord(one): ord(other) for one, other in zip("aeinorst", "eanitsro", strict=True)}


@pytest.fixture(autouse=True)
def no_ocr(request, monkeypatch):
    """As on a machine without the extra: shapes alone decide, but for tests that need it."""
    pdf._LAST.clear()
    if request.node.get_closest_marker("ocr") is None:
        monkeypatch.setattr(ocr, "find_spec", lambda _name: None)


def held(data: bytes) -> bool:
    return any(gap.holds and gap.code == "font" for reading in readings_of(data) for gap in reading.gaps)


def in_vera(lines=LETTER, *, size: float = 11, angle: float = 0.0, face: str = "Vera") -> bytes:
    """A letter in an embedded TrueType font, whose characters a map names."""
    pdfmetrics.registerFont(TTFont(face, f"{face}.ttf"))
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=MEDIA, invariant=1)
    canvas.translate(40, 720)
    canvas.rotate(angle)
    for number, line in enumerate(lines):
        canvas.setFont(face, size)
        canvas.drawString(0, -15 * number, line)
    canvas.save()
    return sink.getvalue()


@pytest.mark.parametrize("font", [*FONTS, *WHOLE])
def test_a_font_that_says_other_characters_than_it_draws_holds_the_file(font):
    """The page shows a Social Security number, its text harmless words: the file is held, and the words say nothing."""
    data = with_font({**FONTS, **WHOLE}[font], SHOWN, SAID)
    assert SHOWN not in said_by(data)
    assert held(data)


@pytest.mark.parametrize("font", FONTS)
def test_the_same_font_is_believed_where_it_tells_the_truth(font):
    """With a true map the number is read, and the file is not held."""
    data = with_font(FONTS[font], SHOWN, SHOWN)
    assert SHOWN in shown(data)
    assert not held(data)


@pytest.mark.parametrize(
    ("shown_as", "said"),
    [
        ("a5b3c6d9e0f4", "a b c d e f "),
        ("Thomas", "\u661f\u6c34\u706b\u571f\u91d1\u6728"),
        ("Ferguson", "\u25c6\u2605\u25b2\u2666\u2713\u25c6\u2605\u25b2"),
    ],
)
def test_digits_in_blanks_and_letters_in_another_script_hold_the_file(shown_as, said):
    """Blanks between letters that are drawn as digits; a name that is said to be signs of another script."""
    data = with_font(FONTS["Identity-H"], shown_as, said)
    assert shown_as not in said_by(data)
    assert held(data)


def test_text_for_copying_that_is_not_what_is_drawn_holds_the_file():
    """What a file says of a sign by other means (ActualText) is not believed either."""
    assert not held(actual_text(SHOWN, SHOWN)) or SHOWN in shown(actual_text(SHOWN, SHOWN))
    data = actual_text(SHOWN, SAID)
    assert SHOWN not in said_by(data)
    assert held(data)


@pytest.mark.parametrize(
    "swap", [DIGITS, LETTERS, {ord("3"): ord("8"), ord("8"): ord("3")}], ids=["digits", "letters", "two digits"]
)
def test_a_map_in_which_signs_are_exchanged_holds_the_file(swap):
    """An embedded TrueType font whose map exchanges only digits, or some letters, or two digits."""
    data = in_vera()
    lie = permuted(data, swap)
    assert said_by(lie) != said_by(data)
    assert held(lie)
    assert not held(data)


@pytest.mark.parametrize("shown_as", "2345789")
@pytest.mark.parametrize("said", ["q", "-", ".", "\u661f"])
def test_one_digit_that_is_said_to_be_something_else_holds_the_file(shown_as, said):
    """A map that lies about one sign, which stands once on the page, in a number that then is none."""
    lines = ["Ackermann was here in March", f"and has the number {shown_as}16-60"]
    data = in_vera(lines)
    assert held(permuted(data, {ord(shown_as): ord(said)}))
    assert not held(data)


def test_every_digit_that_is_said_to_be_another_holds_the_file():
    """Of all pairs of digits, one drawn and the other said, none is believed, be it in a run of digits."""
    believed = []
    for shown_as in "0123456789":
        data = in_vera([f"Number 536-{shown_as}0-4{shown_as}99"])
        assert not held(data)
        believed += [
            (shown_as, said) for said in "0123456789" if said != shown_as and not held(_said_as(data, shown_as, said))
        ]
    assert believed == []


def _said_as(data: bytes, shown_as: str, said: str) -> bytes:
    return permuted(data, {ord(shown_as): ord(said)})


@pytest.mark.parametrize("swap", [("a", "u"), ("e", "s"), ("m", "k")])
def test_one_letter_that_is_said_to_be_another_holds_the_file(swap):
    """A letter that stands several times on a page and is always drawn as another one."""
    data = in_vera(LETTER[:4])
    shown_as, said = swap
    assert said_by(data).count(shown_as) > 1
    assert held(_said_as(data, shown_as, said))


@pytest.mark.parametrize("angle", [0.0, 27.0, 90.0, 180.0, 301.0])
def test_shapes_are_told_at_any_angle(angle):
    """Turned text is believed when it is true, and held when it lies."""
    lines = ["Rosalind Ackermann, 536-90-4399", "was here on March 3, 2025"]
    canvas_size = in_vera(lines, angle=angle)
    moved = _moved(canvas_size)
    assert not held(moved)
    assert held(permuted(moved, DIGITS))


def _moved(data: bytes) -> bytes:
    """The same page with room on all sides."""
    import pypdf
    from pypdf.generic import RectangleObject

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.pages[0].mediabox = RectangleObject((-400, 100, 700, 1300))
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


@pytest.mark.parametrize("size", [4, 6, 9, 14, 40])
@pytest.mark.parametrize("face", ["Vera", "VeraBd", "VeraIt"])
def test_honest_text_of_any_size_is_believed(face, size):
    """From small print to headlines, in three faces."""
    lines = LETTER if size < 20 else ["Notice 2025", "of violation"]
    assert not held(in_vera(lines, size=size, face=face))


def test_the_standard_fonts_are_believed():
    """The fonts that every reader has, with signs of all kinds."""
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=MEDIA, invariant=1)
    for number, name in enumerate(pdfmetrics.standardFonts):
        if name in {"Symbol", "ZapfDingbats"}:
            continue
        canvas.setFont(name, 11)
        canvas.drawString(
            40, 740 - 40 * number, "Jane Doe, 1442 Juniper Street #7 (406) 555-0142; jane@example.com? 96.80"
        )
        canvas.drawString(
            40,
            725 - 40 * number,
            "THE QUICK BROWN FOX & JUMPS: \xe9\xf1\xfc \u2013 \u201cover\u201d [the] lazy_dog/23 * $5 + 7% = x",
        )
    canvas.save()
    assert not held(sink.getvalue())


def test_white_letters_on_a_dark_bar_are_told():
    """Light on dark is compared like dark on light; a lie there is held too."""

    def draw(canvas):
        canvas.setFillColorRGB(0.1, 0.2, 0.4)
        canvas.rect(50, 390, 300, 25, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.setFont("Vera", 12)
        canvas.drawString(60, 397, "Case 23-0457, call 406-555-0187")

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    data = letter(draw)
    assert not held(data)
    assert held(permuted(data, DIGITS))


def test_the_network_and_its_classes_belong_together():
    """The weights give one likelihood a class, and know the letters of a font that they never saw as these."""
    from pipeline.formats.sign_shapes import CLASSES, likelihoods, may_look_like, normalised

    document = pypdfium2.PdfDocument(letter(lines=["5"]))
    page = document[0].render(scale=4, grayscale=True).to_numpy()
    document.close()
    (row,) = likelihoods([normalised(255 - page.reshape(page.shape[:2]))])
    assert len(row) == len(CLASSES)
    assert CLASSES[int(row.argmax())] == "5"
    assert all(len({CLASSES[at] for at in may_look_like(each) if CLASSES[at].isdigit()}) == 1 for each in "23456789")


@pytest.mark.ocr
def test_with_ocr_a_lie_holds_the_file_and_a_strange_face_does_not(monkeypatch):
    """OCR decides where shapes are doubted: what it reads as the text says is believed, all else is held."""
    from pipeline.formats import pdf_pages

    assert held(with_font(FONTS["Identity-H"], SHOWN, SAID))
    assert held(permuted(in_vera(), DIGITS))
    monkeypatch.setattr(pdf_pages, "doubted", lambda _ink, _scale, signs, _beside: [each.box for each in signs])
    pdf._LAST.clear()
    assert not held(in_vera(LETTER[3:8]))
    pdf._LAST.clear()
    assert held(permuted(in_vera(LETTER[3:8]), DIGITS))
