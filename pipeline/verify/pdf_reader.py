"""The independent reader of PDF: pypdf, which neither draws nor writes the copies."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.verify.views import byte_texts

_PART: Final = b"PAGES PART\n"
_END: Final = b"startxref"
_STREAM: Final = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
_NOT_COPIED: Final = frozenset(
    {
        "/AA",
        "/AcroForm",
        "/AF",
        "/Annots",
        "/Collection",
        "/Dests",
        "/JavaScript",
        "/Metadata",
        "/Names",
        "/OCProperties",
    }
    | {"/OpenAction", "/PieceInfo", "/StructTreeRoot", "/Thumb", "/Threads", "/URI", "/XFA"}
)
_PIECE: Final = 1 << 20
_TRUETYPE: Final = b"\0\1\0\0"
_NUMBERS: Final = frozenset(
    {b"OS/2", b"cmap", b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"kern", b"loca", b"maxp", b"prep"}
)
"""Tables of a TrueType font that hold no words (OpenType specification, font tables)."""
_PLAIN_SEGMENTS: Final = frozenset({0xC0, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xEE})
"""The segments of a JPEG that say nothing: frame, tables, scan, the marks of JFIF and Adobe (ITU T.81, annex B)."""


def pdf_texts(data: bytes, context: Mapping[str, str] | None = None) -> list[str]:
    """Return the text of pages, then every string, name and unpacked stream of objects, reached or not.

    Args:
        data: a whole PDF file, or a part as the format hands it on.
        context: the unit's context: ``from`` and ``to`` say which pages are its own, ``share`` and ``shares`` which
            objects; without it all of them.

    Raises:
        UnreadableSource: pypdf cannot read it, it is encrypted, holds more than one revision, or what no copy holds.
    """
    if data.startswith(_PART):
        return part_texts(data)
    import pypdf  # noqa: PLC0415 - a large module that only PDF needs

    about = context or {}
    if _revisions(data) != 1:
        raise UnreadableSource("copy", "an independent PDF reader finds not exactly one revision")
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=True)
        _refuse(reader.is_encrypted, "it encrypted")
        pages = reader.pages[int(about.get("from", "0")) : int(about.get("to", str(len(reader.pages))))]
        texts = [page.extract_text() for page in pages]
        share, shares = int(about.get("share", "0")), int(about.get("shares", "1"))
        for each in _objects(reader, share, shares):
            texts += _said(each)
    except UnreadableSource:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it raises, the copy is not read
        raise UnreadableSource("copy", f"an independent PDF reader fails ({type(error).__name__})") from None
    return [*texts, *byte_texts(_STREAM.sub(b" ", data))] if share == 0 else texts


def _revisions(data: bytes) -> int:
    """Return how many lines begin with the word that ends a revision (a pattern would look at every byte)."""
    count = at = 0
    while (at := data.find(_END, at)) >= 0:
        count += at == 0 or data[at - 1] in b"\r\n"
        at += len(_END)
    return count


def _refuse(is_found: bool, what: str) -> None:
    if is_found:
        raise UnreadableSource("copy", f"an independent PDF reader finds {what}", "report this")


def part_texts(data: bytes) -> list[str]:
    """Return the texts of a part: title, then every line with what joins it to the line before."""
    start = len(_PART) + 12
    head: dict[str, Any] = json.loads(data[start : start + int(data[len(_PART) : start])])
    texts = [head["title"]]
    for *_, lines in head["pages"]:
        texts.append("".join(joint + text for text, joint, *_ in lines))
    return texts


def _objects(reader: Any, share: int, shares: int) -> Iterator[Any]:
    """Yield a share of the objects that the cross-reference table names, so also of those that no page leads to."""
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    if share == 0:
        yield reader.trailer
    plain = {(number, generation) for generation, own in reader.xref.items() for number in own}
    for number, generation in sorted(plain | {(number, 0) for number in reader.xref_objStm})[share::shares]:
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def _said(value: Any) -> Iterator[str]:
    """Yield what one object says; references are not followed, for every object has its own turn."""
    from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, StreamObject  # noqa: PLC0415

    if isinstance(value, DictionaryObject):
        for key, below in value.items():
            _refuse(key in _NOT_COPIED, "what no copy holds")
            yield str(key)
            yield from _said(value.raw_get(key) if below is not None else None)
        if isinstance(value, StreamObject) and not _is_pixels(value):
            unpacked = value.get_data()
            data = unpacked if isinstance(unpacked, bytes) else unpacked.encode("utf-8")
            yield from byte_texts(_beside_outlines(data) if "/Length1" in value else data)
    elif isinstance(value, ArrayObject):
        for below in list.__iter__(value):
            yield from _said(below)
    elif isinstance(value, ByteStringObject):
        yield from byte_texts(bytes(value))
    elif isinstance(value, str):
        yield str(value)


def _is_pixels(stream: Any) -> bool:
    """Return whether a stream is an image and nothing but its pixels: no byte more, in a JPEG no segment with words."""
    if stream.get("/Subtype") != "/Image":
        return False
    used = stream.get("/Filter")
    used = used[-1] if isinstance(used, list) else used
    if used == "/DCTDecode":
        return is_plain_jpeg(bytes(stream._data))  # noqa: SLF001 - pypdf would decode it
    channels = {"/DeviceGray": 1, "/DeviceRGB": 3}.get(str(stream.get("/ColorSpace")), 0)
    row = (int(stream["/Width"]) * channels * int(stream["/BitsPerComponent"]) + 7) // 8
    if used == "/FlateDecode" and "/DecodeParms" not in stream:
        return _unpacked_size(bytes(stream._data)) == int(stream["/Height"]) * row  # noqa: SLF001 - pypdf has a limit
    return len(stream.get_data()) == int(stream["/Height"]) * row


def _unpacked_size(packed: bytes) -> int:
    """Return how many bytes a deflated stream holds, -1 where it breaks off or something stands behind it.

    Pixels of a large page are more than pypdf unpacks; they are counted piece by piece here.
    """
    unpacking, size = zlib.decompressobj(), 0
    while packed and not unpacking.eof:
        size += len(unpacking.decompress(packed, _PIECE))
        packed = unpacking.unconsumed_tail
    return size if unpacking.eof and not unpacking.unused_data.strip(b"\r\n") else -1


def _beside_outlines(font: bytes) -> bytes:
    """Return what a TrueType font holds beside the tables that are numbers: of these 1 to 9 in a row says nothing."""
    if not font.startswith(_TRUETYPE):
        return font
    kept, end = [], 12 + 16 * int.from_bytes(font[4:6])
    for at in range(12, end, 16):
        tag, start, size = (
            font[at : at + 4],
            int.from_bytes(font[at + 8 : at + 12]),
            int.from_bytes(font[at + 12 : at + 16]),
        )
        end = max(end, start + size)
        if tag not in _NUMBERS:
            kept.append(font[start : start + size])
    return b" ".join([*kept, font[end:]])


def is_plain_jpeg(data: bytes) -> bool:
    """Return whether a JPEG has no segment with words, and no byte behind its end."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 4 <= len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        if kind not in _PLAIN_SEGMENTS:
            return False
        if kind == 0xDA:
            return data.find(b"\xff\xd9", at) == len(data) - 2
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return False
