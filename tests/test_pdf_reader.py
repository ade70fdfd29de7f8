"""The independent reader of PDF sees every place in which a text can lie."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from pipeline.errors import UnreadableSource
from pipeline.verify.pdf_reader import pdf_texts


def _written(writer: PdfWriter) -> bytes:
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def _hide(writer: PdfWriter, place: str) -> None:
    if place == "metadata":
        writer.add_metadata({"/Title": "canary-5550142"})
    elif place == "attachment":
        writer.add_attachment("a.txt", b"canary-5550142")
    elif place == "script":
        writer.add_js("app.alert('canary-5550142')")
    elif place == "bookmark":
        writer.add_outline_item("canary-5550142", 0)
    elif place == "unreached":
        writer._add_object(DictionaryObject({NameObject("/X"): TextStringObject("canary-5550142")}))
    else:
        stream = DecodedStreamObject()
        stream.set_data(b"(canary-5550142)")
        writer._add_object(stream.flate_encode())


@pytest.mark.parametrize("place", ["metadata", "attachment", "script", "bookmark", "unreached", "packed"])
def test_a_value_is_seen_in_every_place(place):
    """A canary is seen where it was planted, and a file without it does not say it."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    assert not any("canary-5550142" in text for text in pdf_texts(_written(writer)))
    _hide(writer, place)
    if place in {"attachment", "script"}:  # no copy holds one, whatever it says
        with pytest.raises(UnreadableSource):
            pdf_texts(_written(writer))
        return
    assert any("canary-5550142" in text for text in pdf_texts(_written(writer)))


def test_damaged_encrypted_and_revised_files_are_refused():
    """What is cut short, encrypted, or saved over an earlier revision raises UnreadableSource."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    whole = _written(writer)
    writer.encrypt("x", algorithm="RC4-128")
    for bad in (whole[: len(whole) // 2], _written(writer), whole + whole, b""):
        with pytest.raises(UnreadableSource):
            pdf_texts(bad)


def test_numbers_in_a_font_are_no_text_and_its_names_are():
    """Outlines and widths whose bytes happen to say 1 to 9 are passed over; names, and what stands behind, are read."""
    tables = {b"glyf": b"0123456789", b"name": b"canary-5550142", b"hmtx": b"123-45-6789"}
    at, head, body = 12 + 16 * len(tables), b"", b""
    for tag, words in tables.items():
        head += tag + bytes(4) + (at + len(body)).to_bytes(4, "big") + len(words).to_bytes(4, "big")
        body += words
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    stream = DecodedStreamObject()
    stream.set_data(b"\0\1\0\0" + len(tables).to_bytes(2, "big") + bytes(6) + head + body + b"behind the end")
    stream[NameObject("/Length1")] = NumberObject(len(head + body) + 12)
    writer._add_object(stream)
    said = " ".join(pdf_texts(_written(writer)))
    assert "canary-5550142" in said
    assert "behind the end" in said
    assert "123456789" not in said
    assert "123-45-6789" not in said
