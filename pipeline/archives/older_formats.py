"""How the numbers of an older workbook are shown: calamine gives ``536904399`` for what a reader sees as 536-90-4399.

XLS ([MS-XLS]: FORMAT 2.4.126, XF 2.4.353, NUMBER 2.4.180, RK 2.4.220, MULRK 2.4.175, FORMULA 2.4.127) and XLSB
([MS-XLSB] 2.4.659 BrtFmt, 2.4.821 BrtXF) name a number format for each cell.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

_OLE: Final = b"\xd0\xcf\x11\xe0"
_BOF, _EOF, _SHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_FILE_PASS: Final = 0x002F
_NUMBER, _RK, _MULRK, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
_BIFF8: Final = 0x0600
_ROW_HEAD, _REAL_CELLS, _FMT, _XFB, _CELL_XFS, _CELL_XFS_END = 0, frozenset({2, 5, 9}), 44, 47, 617, 618
_BUNDLE_SHEET: Final = 156
"""Records of XLS, then of XLSB."""
_RELATION: Final = re.compile(r"<Relationship\s[^>]*>")
_ATTRIBUTE: Final = re.compile(r'(\w+)\s*=\s*"([^"]*)"')

Places = Mapping[tuple[int, int], str]
"""The number formats of cells by row and column, from 0; what has none of its own is not there."""


def formats_of(data: bytes) -> dict[int, Places]:
    """Return the number formats of the cells with numbers, by the number of their sheet from 0.

    Raises:
        struct.error: a record is cut short (and IndexError, KeyError, ValueError, OSError, BadZipFile likewise).
    """
    if data.startswith(_OLE):
        return _of_xls(data)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = set(package.namelist())
        return _of_xlsb(package, names) if "xl/workbook.bin" in names else {}


def is_encrypted(data: bytes) -> bool:
    """Return whether an XLS says that it is encrypted ([MS-XLS] 2.4.117, FilePass), which calamine may not tell."""
    if not data.startswith(_OLE):
        return False
    return any(number == _FILE_PASS for number, _ in _records(_stream(data), 0))


# --- XLS --------------------------------------------------------------------------------


def _of_xls(data: bytes) -> dict[int, Places]:
    stream = _stream(data)
    formats: dict[int, str] = {}
    looks: list[int] = []
    starts: list[int] = []
    version = struct.unpack_from("<H", stream, 4)[0] if len(stream) >= 6 else 0
    for number, body in _records(stream, 0):
        if number == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = _text(body, version)
        elif number == _XF:
            looks.append(struct.unpack_from("<H", body, 2)[0])
        elif number == _SHEET:
            starts.append(struct.unpack_from("<I", body)[0])
    codes = [formats.get(each, "") for each in looks]
    return {at: dict(_places(stream, start, codes)) for at, start in enumerate(starts)}


def _stream(data: bytes) -> bytes:
    import olefile  # noqa: PLC0415 - of older workbooks only

    with olefile.OleFileIO(io.BytesIO(data)) as container:
        name = next((each for each in ("Workbook", "Book") if container.exists(each)), "")
        return bytes(container.openstream(name).read()) if name else b""


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and body of the records from a BOF to its EOF, without those of what lies between (charts)."""
    depth = 0
    while at + 4 <= len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        depth += (number == _BOF) - (number == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield number, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _text(body: bytes, version: int) -> str:
    if version != _BIFF8:
        return body[3 : 3 + body[2]].decode("cp1252", "replace")
    count, is_wide = struct.unpack_from("<HB", body, 2)
    return (
        body[5 : 5 + 2 * count].decode("utf-16-le", "replace") if is_wide & 1 else body[5 : 5 + count].decode("latin-1")
    )


def _places(stream: bytes, start: int, codes: list[str]) -> Iterator[tuple[tuple[int, int], str]]:
    for number, body in _records(stream, start):
        if number in {_NUMBER, _RK, _FORMULA}:
            row, column, look = struct.unpack_from("<HHH", body)
            if look < len(codes) and codes[look]:
                yield (row, column), codes[look]
        elif number == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            for place in range((len(body) - 6) // 6):
                look = struct.unpack_from("<H", body, 4 + 6 * place)[0]
                if look < len(codes) and codes[look]:
                    yield (row, first + place), codes[look]


# --- XLSB -------------------------------------------------------------------------------


def _of_xlsb(package: zipfile.ZipFile, names: set[str]) -> dict[int, Places]:
    codes = _looks(package.read("xl/styles.bin")) if "xl/styles.bin" in names else []
    if not any(codes):
        return {}
    links = dict(_links(package.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")))
    found: dict[int, Places] = {}
    sheets = 0
    for number, body in _binary_records(package.read("xl/workbook.bin")):
        if number == _BUNDLE_SHEET:
            size = struct.unpack_from("<I", body, 8)[0]
            part = links.get(body[12 : 12 + 2 * size].decode("utf-16-le", "replace"), "")
            if part in names:
                found[sheets] = dict(_binary_places(package.read(part), codes))
            sheets += 1
    return found


def _looks(styles: bytes) -> list[str]:
    formats: dict[int, str] = {}
    codes: list[str] = []
    is_cells = False
    for number, body in _binary_records(styles):
        is_cells = (is_cells or number == _CELL_XFS) and number != _CELL_XFS_END
        if number == _FMT:
            key, size = struct.unpack_from("<HI", body)
            formats[key] = body[6 : 6 + 2 * size].decode("utf-16-le", "replace")
        elif number == _XFB and is_cells:
            codes.append(formats.get(struct.unpack_from("<H", body, 2)[0], ""))
    return codes


def _links(text: str) -> Iterator[tuple[str, str]]:
    for found in _RELATION.finditer(text):
        about = dict(_ATTRIBUTE.findall(found.group()))
        target = about.get("Target", "")
        yield about.get("Id", ""), target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _binary_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and body of the records of a part: both are written seven bits a byte ([MS-XLSB] 2.1.4)."""
    at = 0
    while at < len(data):
        number, at = _seven_bits(data, at, 2)
        size, at = _seven_bits(data, at, 4)
        yield number, data[at : at + size]
        at += size


def _seven_bits(data: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place in range(most):
        each = data[at + place]
        value |= (each & 0x7F) << (7 * place)
        if each < 0x80:
            return value, at + place + 1
    return value, at + most


def _binary_places(data: bytes, codes: list[str]) -> Iterator[tuple[tuple[int, int], str]]:
    row = 0
    for number, body in _binary_records(data):
        if number == _ROW_HEAD:
            row = struct.unpack_from("<I", body)[0]
        elif number in _REAL_CELLS:
            column, look = struct.unpack_from("<II", body)
            look &= 0xFFFFFF
            if look < len(codes) and codes[look]:
                yield (row, column), codes[look]
