"""What a PDF holds beside what its pages show: read with pypdf so that it is examined and said; none of it is copied.

Every object of the file is asked, whether a page leads to it or not: strings under any key, and what streams hold that
are no picture, font or content of a page. Earlier versions are read too where the file was saved over itself.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pypdf
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

from pipeline.formats.encoding import looks_like_text
from pipeline.formats.pdf_words import words_of, words_of_script, words_of_xml

MOST_TEXT: Final = 4_000_000
MOST_VERSIONS: Final = 8
_MOST_PARTS: Final = 11
"""Fields of one number: a digit each, and two dashes."""
_KINDS: Final = {
    "/Contents": "comment",
    "/RC": "comment",
    "/T": "name in a form or of a comment's author",
    "/TU": "help text in a form",
    "/TM": "name in a form",
    "/V": "value in a form",
    "/DV": "value in a form",
    "/Opt": "choice in a form",
    "/Title": "bookmark or title",
    "/Author": "author",
    "/Subject": "subject",
    "/Keywords": "keywords",
    "/Creator": "program",
    "/Producer": "program",
    "/URI": "link",
    "/F": "name of a file",
    "/UF": "name of a file",
    "/Desc": "description of a file",
    "/JS": "script",
    "/Alt": "text for screen readers",
    "/ActualText": "text for screen readers",
    "/E": "text for screen readers",
    "/Name": "name of a layer",
    "/OverlayText": "text of a redaction",
    "/DA": "",
    "/ID": "",
    "/Registry": "",
    "/Ordering": "",
    "/CharSet": "",
    "/FontFamily": "",
    "/Panose": "",
    "/Style": "",
    "/O": "",
    "/U": "",
    "/OE": "",
    "/UE": "",
    "/Perms": "",
    "/DS": "",
    "/IDTree": "",
    "/Lookup": "",
    "/Table": "",
    "/N": "",
}
"""What a string is, by its key; "" says nothing that a person wrote."""
_PLACES: Final = frozenset({"/Names", "/Limits", "/D", "/Dest"})
"""Names of places to jump to, made by programs of headings; files and scripts are named under other keys too."""
_COUNTED: Final = {
    "/Annot": "annotation",
    "/Filespec": "attachment",
    "/OCG": "layer",
    "/Sig": "signature",
    "/EmbeddedFile": "attached file",
}
_INDEX: Final = re.compile(r"\[\d{1,4}\]|^#")
_DATE: Final = re.compile(r"D:\d{4}")
_STRING: Final = re.compile(rb"\(((?:\\.|[^()\\]){1,4000})\)", re.DOTALL)
_NO_WORDS: Final = re.compile(rb"begincmap|%!PS|%!Font|/CIDInit")
_CONTENT: Final = re.compile(rb"\bBT\b.*\bET\b", re.DOTALL)


@dataclass(slots=True)
class Hidden:
    """Texts that are examined and left out, as kind and text; what else is left out, with counts; the title."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    title: str = ""
    language: str = ""
    size: int = 0
    known: set[tuple[str, str]] = field(default_factory=set)
    parts: dict[str, list[str]] = field(default_factory=dict)
    """The values of form fields whose names differ in a number behind them: groups of one number, it may be."""

    def add(self, kind: str, text: str) -> None:
        """Take a text that is not taken yet."""
        text = text.strip("\ufeff\0 \r\n\t")
        if text and (kind, text) not in self.known:
            self.known.add((kind, text))
            self.size += len(text)
            if self.size > MOST_TEXT:
                self.dropped["text beside the pages that was too much to be examined"] += 1
            else:
                self.texts.append((kind, text))


def hidden_of(data: bytes) -> Hidden:
    """Return what a PDF holds beside what its pages show."""
    found = Hidden()
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it says in warnings what it read
    try:
        reader = _reader(data)
        pages = _content_numbers(reader)
        about = reader.trailer.raw_get("/Info") if "/Info" in reader.trailer else None
        info = about.idnum if isinstance(about, IndirectObject) else 0
        numbers = sorted({number for own in reader.xref.values() for number in own} | set(reader.xref_objStm))
    except Exception:  # noqa: BLE001 - whatever a parser raises: nothing of it is copied
        found.dropped["all that stands beside the pages, which cannot be read"] += 1
        return found
    for number in numbers:
        if number in pages or number == info:
            continue
        try:
            value = reader.get_object(IndirectObject(number, 0, reader))
            _take(value, found)
        except Exception:  # noqa: BLE001 - as above
            found.dropped["object that cannot be read"] += 1
    _of_document(reader, data, found)
    for name, values in found.parts.items():
        if 1 < len(values) <= _MOST_PARTS and all(map(str.isdecimal, values)):
            found.add("value in a form", f"{name}: {'-'.join(values)}")
    return found


def _reader(data: bytes) -> Any:
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


def _content_numbers(reader: Any) -> set[int]:
    """Return the numbers of the objects that hold what pages draw; PDFium shows what they say."""
    numbers: set[int] = set()
    for page in reader.pages:
        content = page.get("/Contents")
        raw = page.raw_get("/Contents") if content is not None else None
        for each in [raw, *(list.__iter__(content) if isinstance(content, ArrayObject) else ())]:
            if isinstance(each, IndirectObject):
                numbers.add(each.idnum)
    return numbers


def _of_document(reader: Any, data: bytes, found: Hidden) -> None:
    try:
        root = reader.trailer["/Root"]
        found.language = str(root.get("/Lang", ""))
        found.title = str((reader.metadata or {}).get("/Title", "") or "").strip()
        for key, name in (("/AcroForm", "form"), ("/Outlines", "list of bookmarks"), ("/StructTreeRoot", "structure")):
            found.dropped[name] += key in root
        for each in ("/OpenAction", "/AA"):
            found.dropped["action"] += each in root
        for key, value in (reader.trailer.get("/Info") or {}).items():
            if key != "/Title":
                _strings(str(key), value, found)
                found.dropped["property of the document"] += not _DATE.match(str(value))
    except Exception:  # noqa: BLE001 - as above
        found.dropped["description of the document that cannot be read"] += 1
    ends = [each.end() for each in re.finditer(rb"%%EOF", data)][:-1]
    for end in ends[-MOST_VERSIONS:]:
        _take_version(data[:end], found)


def _take_version(data: bytes, found: Hidden) -> None:
    """Take the texts of a version that was saved over (the first part of a file made for the web is none)."""
    try:
        texts = [page.extract_text() for page in _reader(data).pages]
    except Exception:  # noqa: BLE001 - as above
        return
    found.dropped["earlier version"] += 1
    for text in texts:
        found.add("text of an earlier version", text)


def _take(value: Any, found: Hidden) -> None:
    if not isinstance(value, DictionaryObject):
        _strings("", value, found)
        return
    kind = str(value.get("/Type", ""))
    if kind in _COUNTED:
        found.dropped[_COUNTED[kind]] += 1
    elif "/Subtype" in value and "/Rect" in value:
        found.dropped["annotation"] += 1
    if value.get("/Subtype") == "/Redact":
        found.dropped["redaction that was marked and never applied"] += 1
    if "/JS" in value or value.get("/S") == "/JavaScript":
        found.dropped["script"] += 1
    found.dropped["thumbnail"] += "/Thumb" in value
    for key in list(value):
        _strings(str(key), value.raw_get(key), found)
    if isinstance(value.get("/V"), (TextStringObject, ByteStringObject)):
        _field(value, found)
    if isinstance(value, StreamObject):
        _stream(value, kind, found)


def _field(field: Any, found: Hidden) -> None:
    """Take the value of a form field with what the form calls it, which the page may not say: so it is found there."""
    value = field["/V"]
    text = str(value) if isinstance(value, TextStringObject) else bytes(value).decode("utf-8", "replace")
    names = (str(each.get(key, "")) for each in (field, field.get("/Parent") or {}) for key in ("/T", "/TU"))
    for name in dict.fromkeys(_INDEX.sub("", each).strip(" :") for each in names):
        if name and text.strip():
            found.add("value in a form", f"{name}: {text}")
            stem = name.rstrip("0123456789_ ")
            found.parts.setdefault(stem, []).append(text.strip())


def _strings(key: str, value: Any, found: Hidden) -> None:
    if isinstance(value, DictionaryObject):
        for each in list(value):
            _strings(str(each), value.raw_get(each), found)
    elif isinstance(value, ArrayObject):
        for each in list.__iter__(value):
            _strings(key, each, found)
    elif key in _PLACES:
        found.dropped["name of a place"] += isinstance(value, (TextStringObject, ByteStringObject))
    elif isinstance(value, (TextStringObject, ByteStringObject)):
        kind = _KINDS.get(key, "text in an object")
        text = str(value) if isinstance(value, TextStringObject) else bytes(value).decode("utf-8", "replace")
        text = words_of_script(text) if key == "/JS" else words_of(text) if key == "/RC" else text
        if kind and not _DATE.match(text):
            found.add(kind, text)


def _stream(value: Any, kind: str, found: Hidden) -> None:
    if value.get("/Subtype") in {"/Image", "/Type1C", "/CIDFontType0C", "/OpenType"} or "/Length1" in value:
        return
    if kind in {"/ObjStm", "/XRef"} or "/FunctionType" in value:
        return
    unpacked = value.get_data()
    data: bytes = unpacked if isinstance(unpacked, bytes) else unpacked.encode("utf-8")
    if kind == "/Metadata" or value.get("/Subtype") == "/XML":
        found.dropped["metadata"] += 1
        found.add("metadata", re.sub(r"\s+", " ", words_of_xml(data.decode("utf-8", "replace"))))
    elif kind == "/EmbeddedFile":
        if looks_like_text(data[:65536]):
            found.add("attached file", words_of(data.decode("utf-8", "replace")))
        else:
            found.dropped["attached file whose content was not examined"] += 1
    elif _NO_WORDS.search(data):
        return
    elif value.get("/Subtype") == "/Form" or _CONTENT.search(data):
        for text in _shown_strings(data):
            found.add("text in a drawing", text)
    elif looks_like_text(data[:65536]):
        found.add("script or text in a stream", words_of(data.decode("utf-8", "replace")))


def _shown_strings(data: bytes) -> Iterator[str]:
    """Yield the strings of a drawing, those between two line ends as one."""
    if data.startswith(b"%PDF"):
        return
    for block in re.split(rb"\bET\b|\bT[dD*m]\b", data):
        said = b"".join(re.sub(rb"\\([()\\])", rb"\1", each) for each in _STRING.findall(block))
        if said.strip():
            yield said.decode("latin-1")
