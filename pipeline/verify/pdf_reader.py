"""The independent reader of PDF: pypdf, which neither draws nor writes the copies."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pipeline.errors import UnreadableSource
from pipeline.verify.views import byte_texts


def pdf_texts(data: bytes) -> list[str]:
    """Return the text of every page, then every string, name and unpacked stream of every object, reached or not.

    Args:
        data: a whole PDF file.

    Raises:
        UnreadableSource: pypdf cannot read it, it is encrypted, or it holds more than one revision.
    """
    import pypdf  # noqa: PLC0415 - a large module that only PDF needs
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    if data.count(b"startxref") != 1:
        raise UnreadableSource("copy", "an independent PDF reader finds not exactly one revision")
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=True)
        if reader.is_encrypted:
            raise UnreadableSource("copy", "an independent PDF reader finds it encrypted")
        texts = [page.extract_text() for page in reader.pages]
        for each in _objects(reader):
            texts += _said(each)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise UnreadableSource("copy", f"an independent PDF reader fails ({type(error).__name__})") from None
    return [*texts, *byte_texts(data)]


def _objects(reader: Any) -> Iterator[Any]:
    """Yield every object that the cross-reference table names, so also those that no page leads to."""
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    yield reader.trailer
    plain = {(number, generation) for generation, own in reader.xref.items() for number in own}
    for number, generation in sorted(plain | {(number, 0) for number in reader.xref_objStm}):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def _said(value: Any) -> Iterator[str]:
    """Yield what one object says; references are not followed, for every object has its own turn."""
    from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, StreamObject  # noqa: PLC0415

    if isinstance(value, DictionaryObject):
        for key, below in value.items():
            yield str(key)
            yield from _said(value.raw_get(key) if below is not None else None)
        if isinstance(value, StreamObject):
            unpacked = value.get_data()
            yield from byte_texts(unpacked if isinstance(unpacked, bytes) else unpacked.encode("utf-8"))
    elif isinstance(value, ArrayObject):
        for below in list.__iter__(value):
            yield from _said(below)
    elif isinstance(value, ByteStringObject):
        yield from byte_texts(bytes(value))
    elif isinstance(value, str):
        yield str(value)
