"""PDF forms: what a field holds is on the copy, drawn in the file or not; a form that no page shows is held."""

from __future__ import annotations

import io

import pypdf
import pytest
from pagehelp import letter, pixels, saved, with_field
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from pipeline.formats import format_named, ocr, pdf
from pipeline.model import Edit, Reading, Role, Source, Unit

KIND = format_named("pdf")
VALUE = "Corner of Juniper"


@pytest.fixture(autouse=True)
def _no_ocr(monkeypatch):
    """As on a machine without the extra."""
    pdf._LAST.clear()
    monkeypatch.setattr(ocr, "find_spec", lambda _name: None)


def read(data: bytes) -> tuple[Unit, Reading]:
    (unit,) = KIND.units(io.BytesIO(data), Source("f.pdf", "pdf", len(data)))
    return unit, KIND.read(data, unit)


def shown(reading: Reading) -> str:
    return "\n".join(each.text for each in reading.segments if each.role is Role.TEXT)


def undrawn(value: str, **form: BooleanObject) -> bytes:
    """Return a form of which a program filled in a field without drawing it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(with_field("")))
    writer._root_object["/AcroForm"].update({NameObject(f"/{key}"): said for key, said in form.items()})
    for each in writer.pages[0]["/Annots"]:
        field = each.get_object()
        del field["/AP"]
        field[NameObject("/V")] = TextStringObject(value)
    return saved(writer)


def drawn_later(*, is_dynamic: bool) -> bytes:
    """Return a form of XFA, whose page says to wait where it is dynamic."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter(lines=["Please wait... the document is loading."])))
    stream = DecodedStreamObject()
    stream.set_data(b"<xdp:xdp><field><value>canary</value></field></xdp:xdp>")
    form = DictionaryObject({NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): writer._add_object(stream)})
    writer._root_object[NameObject("/AcroForm")] = form
    if is_dynamic:
        writer._root_object[NameObject("/NeedsRendering")] = BooleanObject(value=True)
    return saved(writer)


@pytest.mark.parametrize("form", [{}, {"NeedAppearances": BooleanObject(value=True)}])
def test_a_field_that_the_file_does_not_draw_is_read_and_on_the_copy(form):
    """Programs fill in forms and leave the drawing to the reader: what a reader shows is examined and copied."""
    data = undrawn(VALUE, **form)
    unit, reading = read(data)
    assert VALUE in shown(reading)
    found = next(each for each in reading.segments if each.role is Role.TEXT and VALUE in each.text)
    at = found.text.index(VALUE)
    copies = []
    for edits in ([], [Edit(found.address, at, at + len(VALUE), "[REDACTED ADDRESS]")]):
        sink = io.BytesIO()
        KIND.assemble([KIND.rewrite(data, unit, edits)], sink)
        copies.append(sink.getvalue())
    plain, covered = (pypdf.PdfReader(io.BytesIO(each)).pages[0].extract_text() for each in copies)
    assert VALUE in plain
    assert VALUE not in covered
    assert pixels(copies[0]).tobytes() != pixels(copies[1]).tobytes()


def test_a_form_that_no_page_shows_is_held():
    """The pages of a dynamic XFA form say to wait: a copy of them would be none of the record."""
    _, reading = read(drawn_later(is_dynamic=True))
    (gap,) = reading.gaps
    assert gap.holds
    assert "XFA" in gap.why
    assert "canary" not in gap.why


def test_a_form_whose_pages_show_it_is_not_held_for_its_xfa():
    """Beside drawn pages XFA says the same once more: it is left out."""
    _, reading = read(drawn_later(is_dynamic=False))
    assert not reading.gaps


@pytest.mark.parametrize("keys", [["/Resources"], ["/MediaBox"], ["/Resources", "/MediaBox"]])
def test_a_page_that_has_its_fonts_or_size_from_its_parent_is_whole(keys):
    """PDFium forgets both where it draws a field: the page is drawn in a document of its own then."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(with_field(VALUE)))
    page, parent = writer.pages[0], writer._root_object["/Pages"]
    for key in keys:
        parent[NameObject(key)] = page.raw_get(key) if key in page else ArrayObject()
        del page[key]
    data = saved(writer)
    _, reading = read(data)
    assert "City of Helena" in shown(reading)
    assert VALUE in shown(reading)
