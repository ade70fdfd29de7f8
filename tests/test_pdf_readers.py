"""PDF: two readers see the same pages and words, in sources that are damaged and in copies of any script and size."""

from __future__ import annotations

import io

import pypdf
import pytest
from pagehelp import KEPT, letter
from PIL import Image

from pipeline.errors import UnreadableSource
from pipeline.formats import format_named, ocr, pdf
from pipeline.formats.page_content import Content, PageContent
from pipeline.formats.page_pixels import encoded
from pipeline.formats.page_text import Line
from pipeline.formats.pdf_agreement import SecondView
from pipeline.formats.pdf_write import write_pdf
from pipeline.model import Role, Source
from pipeline.verify.pdf_reader import pdf_texts

KIND = format_named("pdf")


@pytest.fixture(autouse=True)
def _no_ocr(monkeypatch):
    """As on a machine without the extra."""
    pdf._LAST.clear()
    monkeypatch.setattr(ocr, "find_spec", lambda _name: None)


def copy_with(text: str, image: Image.Image | None = None) -> bytes:
    boxes = [(10.0 + 6 * at, 10.0, 16.0 + 6 * at, 20.0) for at in range(len(text))]
    picture = encoded(image or Image.new("RGB", (60, 30), "white"))
    page = PageContent(1, 400, 200, 72, [Line(text, boxes)], picture=picture)
    sink = io.BytesIO()
    write_pdf([Content(pages=[page])], sink)
    return sink.getvalue()


@pytest.mark.parametrize("text", ["Привет, мир", "你好世界", "こんにちは", "สวัสดี", "Ωμέγα", "Łódź", "€ 5 ☎ \ufffd"])
def test_words_of_every_script_are_in_the_layer_of_a_copy(text):
    """The face of the layer has few scripts; each character has a code of its own all the same."""
    copy = copy_with(text)
    assert pypdf.PdfReader(io.BytesIO(copy)).pages[0].extract_text().strip() == text
    (unit,) = KIND.units_of_copy(io.BytesIO(copy), Source("f.pdf", "pdf", len(copy)))
    shown = [each.text for each in KIND.read(copy, unit).segments if each.role is Role.TEXT]
    assert shown == [text]


def test_the_copy_of_a_large_page_is_read(monkeypatch):
    """Pixels that are more than pypdf unpacks are counted; what stands behind them is seen all the same."""
    noise = Image.effect_noise((300, 300), 90).convert("RGB").point(lambda shade: shade // 2)
    noise.putpixel((0, 0), (255, 0, 0))
    copy = copy_with("Helena", noise)
    monkeypatch.setattr(pypdf.generic.StreamObject, "get_data", _only_small(pypdf.generic.StreamObject.get_data))
    assert any("Helena" in each for each in pdf_texts(copy))


def _only_small(unpack):
    def get_data(stream):
        if stream.get("/Subtype") == "/Image":
            raise pypdf.errors.LimitReachedError
        return unpack(stream)

    return get_data


@pytest.mark.parametrize("shift", [1, 3, 8, 40])
def test_a_file_whose_places_are_wrong_is_read_or_held(shift):
    """Where a program moved the objects of a file, its pages are shown whole, or the file is held: never a blank."""
    data = letter().replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + b"x" * (shift - 1), 1)
    try:
        (unit,) = KIND.units(io.BytesIO(data), Source("f.pdf", "pdf", len(data)))
        text = " ".join(each.text for each in KIND.read(data, unit).segments if each.role is Role.TEXT)
    except UnreadableSource:
        return
    assert all(each in text for each in KEPT)


def is_refused(source: bytes, page: PageContent) -> bool:
    """Whether a page that PDFium saw is refused for what pypdf sees in the file."""
    try:
        SecondView(source).refuse_other(page, "f.pdf")
    except UnreadableSource as error:
        return "two readers" in error.what
    return False


@pytest.mark.parametrize("page", [PageContent(1, 300, 144), PageContent(1, 612, 792)])
def test_a_page_that_another_reader_sees_otherwise_is_refused(page):
    """Another size, or a blank sheet where the other reader finds words."""
    assert is_refused(letter(), page)


def test_pages_that_both_see_alike_are_not_refused():
    """Turned ones too; and where the second reader sees nothing at all."""
    words = [Line("words", [(0.0, 0.0, 1.0, 1.0)] * 5)]
    assert not is_refused(letter(), PageContent(1, 612, 792, lines=words))
    assert not is_refused(letter(rotation=90), PageContent(1, 792, 612, lines=words))
    assert not is_refused(b"%PDF-1.4 nothing", PageContent(1, 5, 5, lines=words))


def test_a_blank_page_of_which_the_other_reader_can_say_nothing_is_refused():
    """That it is blank is then one reader's word, of a file that another cannot read."""
    assert is_refused(b"%PDF-1.4 nothing", PageContent(1, 5, 5))
