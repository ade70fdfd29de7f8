"""PDFs whose fonts draw other signs than their text says, and the same PDFs without the lie."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdf
import pypdfium2
import reportlab
from pagehelp import LETTER, letter, saved
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from pypdfium2 import raw

SHOWN = "536-90-4399"
SAID = "see the lot"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "hyphen", "space")
NAMES = dict(zip("0123456789- ", WORDS, strict=True))
VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"

Font = Callable[[pypdf.PdfWriter, str, str], tuple[DictionaryObject, bytes]]
"""Makes a font with which a text is shown and another is said, and the string that shows it."""


def _name(value: str) -> NameObject:
    return NameObject(f"/{value}")


def _numbers(values: Sequence[float]) -> ArrayObject:
    return ArrayObject([FloatObject(each) for each in values])


def _stream(writer: pypdf.PdfWriter, data: bytes, **entries: int) -> object:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update({_name(key): NumberObject(value) for key, value in entries.items()})
    return writer._add_object(made)


def _said(writer: pypdf.PdfWriter, codes: Sequence[int], said: str, width: int) -> object:
    pairs = "\n".join(
        f"<{code:0{width}x}> <{char.encode('utf-16-be').hex()}>" for code, char in zip(codes, said, strict=True)
    )
    head = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def"
    space = f"1 begincodespacerange <{'0' * width}> <{'f' * width}> endcodespacerange"
    tail = "endcmap CMapName currentdict /CMap defineresource pop end end"
    return _stream(writer, f"{head}\n{space}\n{len(codes)} beginbfchar\n{pairs}\nendbfchar\n{tail}".encode())


def type1(writer: pypdf.PdfWriter, shown: str, said: str) -> tuple[DictionaryObject, bytes]:
    """A standard font with an encoding of its own."""
    codes = list(range(33, 33 + len(shown)))
    differences = ArrayObject([NumberObject(33), *(_name(NAMES.get(each, each)) for each in shown)])
    encoding = DictionaryObject({_name("Type"): _name("Encoding"), _name("Differences"): differences})
    font = {"Type": _name("Font"), "Subtype": _name("Type1"), "BaseFont": _name("Helvetica"), "Encoding": encoding}
    font["ToUnicode"] = _said(writer, codes, said, 2)
    return DictionaryObject({_name(key): value for key, value in font.items()}), bytes(codes)


def _glyphs(shown: str) -> list[int]:
    """Return the numbers of the glyphs of Vera for a text."""
    from reportlab.pdfbase.ttfonts import TTFontFile

    face = TTFontFile(str(VERA))
    return [face.charToGlyph[ord(each)] for each in shown]


def identity(writer: pypdf.PdfWriter, shown: str, said: str) -> tuple[DictionaryObject, bytes]:
    """A TrueType font whose codes are the numbers of its glyphs, as office programs write it; each sign its own code."""
    own = _glyphs(shown)
    codes = list(range(1, len(own) + 1))
    table = b"\0\0" + b"".join(each.to_bytes(2, "big") for each in own)
    data = VERA.read_bytes()
    about = {"Type": _name("FontDescriptor"), "FontName": _name("AAAAAA+Vera"), "Flags": NumberObject(4)}
    about |= {"FontBBox": _numbers([-183, -236, 1288, 928]), "ItalicAngle": NumberObject(0)}
    about |= {"Ascent": NumberObject(928), "Descent": NumberObject(-236), "CapHeight": NumberObject(730)}
    about |= {"StemV": NumberObject(87), "FontFile2": _stream(writer, data, Length1=len(data))}
    told = writer._add_object(DictionaryObject({_name(key): value for key, value in about.items()}))
    system = {"Registry": TextStringObject("Adobe"), "Ordering": TextStringObject("Identity")}
    kin = {"Type": _name("Font"), "Subtype": _name("CIDFontType2"), "BaseFont": _name("AAAAAA+Vera")}
    kin |= {"CIDSystemInfo": DictionaryObject({_name(key): value for key, value in system.items()})}
    kin["CIDSystemInfo"][_name("Supplement")] = NumberObject(0)
    kin |= {"FontDescriptor": told, "DW": NumberObject(636), "CIDToGIDMap": _stream(writer, table)}
    below = writer._add_object(DictionaryObject({_name(key): value for key, value in kin.items()}))
    font = {"Type": _name("Font"), "Subtype": _name("Type0"), "BaseFont": _name("AAAAAA+Vera")}
    font |= {"Encoding": _name("Identity-H"), "DescendantFonts": ArrayObject([below])}
    font["ToUnicode"] = _said(writer, codes, said, 4)
    string = b"".join(each.to_bytes(2, "big") for each in codes)
    return DictionaryObject({_name(key): value for key, value in font.items()}), string


def outline(char: str) -> bytes:
    """Return the outline of a sign of Helvetica as operators of PDF, 1,000 units high."""
    document = pypdfium2.PdfDocument(letter(lines=[char]))
    page = document[0]
    drawer = next(each for each in page.get_objects() if each.type == raw.FPDF_PAGEOBJ_TEXT)
    path = raw.FPDFFont_GetGlyphPath(raw.FPDFTextObj_GetFont(drawer), ord(char), 1000)
    said, curve = [], []
    across, up = ctypes.c_float(), ctypes.c_float()
    for at in range(raw.FPDFGlyphPath_CountGlyphSegments(path)):
        segment = raw.FPDFGlyphPath_GetGlyphPathSegment(path, at)
        raw.FPDFPathSegment_GetPoint(segment, across, up)
        kind = raw.FPDFPathSegment_GetType(segment)
        curve.append(f"{1000 * across.value:.0f} {1000 * up.value:.0f}")
        if kind == raw.FPDF_SEGMENT_BEZIERTO and len(curve) < 3:
            continue
        said.append(" ".join([*curve, "lcm"[kind]]))
        curve = []
    document.close()
    return " ".join([*said, "f"]).encode()


def type3(writer: pypdf.PdfWriter, shown: str, said: str) -> tuple[DictionaryObject, bytes]:
    """A font whose signs are drawings."""
    codes = list(range(33, 33 + len(shown)))
    return _drawings(writer, codes, [outline(each) for each in shown], said, 636), bytes(codes)


def in_one(writer: pypdf.PdfWriter, shown: str, said: str) -> tuple[DictionaryObject, bytes]:
    """A font with one sign, which is a whole number."""
    wide = 636 * len(shown)
    parts = [b"q 1 0 0 1 %d 0 cm %s Q" % (636 * at, outline(each)) for at, each in enumerate(shown)]
    return _drawings(writer, [33], [b" ".join(parts)], said[:1], wide), b"!"


def in_blanks(writer: pypdf.PdfWriter, shown: str, said: str) -> tuple[DictionaryObject, bytes]:
    """A font whose blanks are seen."""
    return type1(writer, shown, " " * len(said))


def _drawings(
    writer: pypdf.PdfWriter, codes: Sequence[int], drawings: Sequence[bytes], said: str, wide: int
) -> DictionaryObject:
    procedures = DictionaryObject(
        {
            _name(f"g{code}"): _stream(writer, b"%d 0 0 -250 %d 900 d1 %s" % (wide, wide, each))
            for code, each in zip(codes, drawings, strict=True)
        }
    )
    differences = ArrayObject([NumberObject(codes[0]), *(_name(f"g{code}") for code in codes)])
    encoding = DictionaryObject({_name("Type"): _name("Encoding"), _name("Differences"): differences})
    font = {"Type": _name("Font"), "Subtype": _name("Type3"), "CharProcs": procedures, "Encoding": encoding}
    font |= {"FontBBox": _numbers([0, -250, wide, 900]), "FontMatrix": _numbers([0.001, 0, 0, 0.001, 0, 0])}
    font |= {"FirstChar": NumberObject(codes[0]), "LastChar": NumberObject(codes[-1])}
    font |= {"Widths": _numbers([wide] * len(codes)), "ToUnicode": _said(writer, codes, said, 2)}
    return DictionaryObject({_name(key): value for key, value in font.items()})


FONTS: dict[str, Font] = {"Type1": type1, "Identity-H": identity, "Type3": type3}
WHOLE: dict[str, Font] = {"one sign": in_one, "blanks": in_blanks}


def with_font(font: Font, shown: str, said: str, *, size: float = 11) -> bytes:
    """Return a letter with a line below it that shows a text in a font of its own, and says another."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter(lines=LETTER[:5])))
    made, string = font(writer, shown, said)
    page = writer.pages[0]
    page["/Resources"]["/Font"][_name("Own")] = writer._add_object(made)
    draw = f"q BT /Own {size} Tf 60 400 Td <{string.hex()}> Tj ET Q".encode()
    before = page.raw_get("/Contents")
    page[NameObject("/Contents")] = ArrayObject([before, _stream(writer, draw)])
    return saved(writer)


def actual_text(shown: str, said: str) -> bytes:
    """Return a letter with a line that is to be copied as another (ActualText)."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter(lines=LETTER[:5])))
    page = writer.pages[0]
    draw = f"q /Span << /ActualText ({said}) >> BDC BT /F1 11 Tf 60 400 Td ({shown}) Tj ET EMC Q".encode()
    before = page.raw_get("/Contents")
    page[NameObject("/Contents")] = ArrayObject([before, _stream(writer, draw)])
    return saved(writer)


def permuted(data: bytes, swap: dict[int, int]) -> bytes:
    """Return a PDF whose embedded fonts say other characters: code points of their maps (ToUnicode) are exchanged."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for each in writer._objects:
        if isinstance(each, DictionaryObject) and "/ToUnicode" in each:
            known, width = _map_of(each["/ToUnicode"].get_data().decode("latin-1"))
            said = "".join(chr(swap.get(char, char)) for char in known.values())
            each[NameObject("/ToUnicode")] = _said(writer, list(known), said, width)
    return saved(writer)


def _map_of(said: str) -> tuple[dict[int, int], int]:
    """Return the code points of a map by their codes, and the digits of a code; ligatures are left out."""
    known, width = {}, 2
    for block in re.findall(r"beginbfchar(.*?)endbfchar", said, re.DOTALL):
        for code, char in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]{4})>", block):
            known[int(code, 16)], width = int(char, 16), len(code)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", said, re.DOTALL):
        found = re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]{4})>|\[(.*?)\])", block, re.DOTALL)
        for first, last, char, chars in found:
            width = len(first)
            listed = [int(each, 16) for each in re.findall(r"<([0-9A-Fa-f]{4})>", chars)]
            for at, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                if char or at < len(listed):
                    known[code] = int(char, 16) + at if char else listed[at]
    return known, width


def said_by(data: bytes) -> str:
    """Return what the text layer of the first page says."""
    document = pypdfium2.PdfDocument(data)
    try:
        return document[0].get_textpage().get_text_range()
    finally:
        document.close()
