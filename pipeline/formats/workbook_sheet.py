"""The cells of a sheet of SpreadsheetML (ECMA-376 part 1, 18.3), row by row, and the texts around them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.html_text import link_text
from pipeline.formats.workbook_container import REMEDY, Link, Package, local
from pipeline.formats.workbook_content import FORMULA, Row, Stored
from pipeline.formats.workbook_numbers import OFFSET_1904, is_date, safe_format

MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TELLING: Final = re.compile(r"\"|\[|\d{3}|'")
"""What a formula of mere references and functions does not have: a text, another file, a longer number."""
_CODES: Final = re.compile(r"&(?:\"[^\"]*\"|K[0-9A-F]{6}|K\d\d[+-]\d{3}|\d{1,3}|[LCRPNDTFAGBIUESXYZOH])")
_AROUND: Final = (
    "col",
    "pane",
    "hyperlink",
    "dataValidation",
    "conditionalFormatting",
    "scenario",
    "autoFilter",
    "oddHeader",
    "oddFooter",
    "evenHeader",
    "evenFooter",
    "firstHeader",
    "firstFooter",
    "extLst",
    "protectedRange",
)
_LEFT_OUT: Final = {
    "conditionalFormatting": "a rule of conditional formatting",
    "scenario": "a scenario with values of its own",
    "autoFilter": "a filter with its criteria (all rows are in the copy)",
    "extLst": "an extension of a sheet (sparklines, slicers, rules)",
    "protectedRange": "a protected range",
}


@dataclass(slots=True)
class Book:
    """What the sheets of a workbook share: strings, which of them were used, number formats, how days are counted."""

    strings: list[str] = field(default_factory=list)
    used: bytearray = field(default_factory=bytearray)
    codes: list[str] = field(default_factory=list)
    is_1904: bool = False
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Around:
    """What was met around the cells of a sheet while they were read."""

    widths: dict[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)
    texts: list[tuple[str, str]] = field(default_factory=list)
    notes: dict[tuple[int, int], list[tuple[str, str]]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def plain_string(element: Any, left_out: Counter[str]) -> str:
    """Return the text of a string with or without formatting; how it is pronounced (18.4.6) is left out."""
    pieces = []
    for each in element.iter("{*}t"):
        if local(each.getparent()) == "rPh":
            left_out["how a text is pronounced"] += 1
        else:
            pieces.append(each.text or "")
    return unescaped("".join(pieces))


def unescaped(text: str) -> str:
    """Return a text with ``_x000D_`` and the like undone (22.9.2.19)."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF or code >= 0xFFFE else chr(code)


def strings_of(package: Package, name: str, book: Book) -> None:
    """Read the shared strings of a workbook."""
    for each in package.elements(name, ["si"]):
        book.strings.append(plain_string(each, book.left_out))
    book.used = bytearray(len(book.strings))


def codes_of(package: Package, name: str, book: Book) -> None:
    """Read the number formats of a workbook's cell formats (18.8.45)."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS  # noqa: PLC0415 - no other file needs the memory

    own: dict[str, str] = {}
    root = package.tree(name)
    for each in root.iter("{*}numFmt"):
        own[each.get("numFmtId", "")] = each.get("formatCode", "")
    for formats in root.iter("{*}cellXfs"):
        for each in formats:
            number = each.get("numFmtId", "0")
            code = own.get(number) or BUILTIN_FORMATS.get(int(number), "General")
            book.codes.append("" if code == "General" else code)
    foreign = sum(safe_format(code) != code for code in own.values())
    if foreign:
        book.left_out["a number format with text of its own"] += foreign


def around_of(package: Package, name: str) -> Around:
    """Return what stands around the cells of a sheet; rows are passed over."""
    links, around = package.links(name), Around()
    for element in package.elements(name, ["row", *_AROUND]):
        if local(element) != "row":
            _beside(local(element), element, around, links)
    return around


def rows_of(package: Package, name: str, book: Book, around: Around) -> Iterator[Row]:
    """Yield the rows of a sheet that have cells with a value.

    Raises:
        UnreadableSource: rows or cells come twice or out of order, or lie outside a sheet.
    """
    last = -1
    for element in package.elements(name, ["row"]):
        row = int(element.get("r", last + 2)) - 1
        if not last < row < MOST_ROWS:
            raise UnreadableSource(package.path, "the rows of a sheet come twice or out of order", REMEDY)
        last = row
        if _is_on(element.get("hidden")):
            around.left_out["the hiding of a row, which is visible in the copy"] += 1
        cells = _cells(element, row, book, around, package.path)
        if cells:
            yield row, cells


def _cells(element: Any, row: int, book: Book, around: Around, path: str) -> list[Stored]:
    cells: list[Stored] = []
    column = -1
    for each in element:
        if local(each) != "c":
            continue
        reference = each.get("r")
        column = column + 1 if reference is None else cell_place(reference, path, row)[1]
        if cells and cells[-1].column >= column:
            raise UnreadableSource(path, "the cells of a row come twice or out of order", REMEDY)
        cell = _cell(each, column, book, around.left_out, path)
        if cell is not None:
            cells.append(cell)
    return cells


def cell_place(reference: str, path: str, row: int = -1) -> tuple[int, int]:
    """Return row and column from 0 of a reference such as ``B7`` (raises UnreadableSource)."""
    found = _REFERENCE.fullmatch(reference)
    at, column = -1, 0
    if found:
        at = int(found[2]) - 1
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
    if not 0 <= at < MOST_ROWS or not 0 < column <= MOST_COLUMNS or row not in {-1, at}:
        raise UnreadableSource(path, "a cell lies outside its row or its sheet", REMEDY)
    return at, column - 1


def _cell(element: Any, column: int, book: Book, left_out: Counter[str], path: str) -> Stored | None:
    kind = element.get("t", "n")
    raw, formula, inline = None, None, None
    for each in element:
        name = local(each)
        if name == "v":
            raw = each.text
        elif name == "f":
            formula = each.text or ""
        elif name == "is":
            inline = plain_string(each, left_out)
    cell = _stored(kind, raw, inline, column, book, path)
    if formula is not None:
        left_out["a formula (its value stands in the copy)"] += 1
        if raw is None:
            left_out["a formula without a stored value (its cell is empty in the copy)"] += 1
        if _TELLING.search(formula):
            cell = cell or Stored(column, "s", "")
            cell.notes.append((FORMULA, unescaped(formula)))
    if cell is not None and cell.kind == "n":
        _number(cell, element.get("s"), book)
    return cell


def _stored(kind: str, raw: str | None, inline: str | None, column: int, book: Book, path: str) -> Stored | None:
    if inline and (kind == "inlineStr" or not raw):
        return Stored(column, "s", inline)
    if raw is None or raw == "":
        return None
    if kind == "s":
        place = int(raw)
        if not 0 <= place < len(book.strings):
            raise UnreadableSource(path, "a cell names a text that is not there", REMEDY)
        book.used[place] = 1
        return Stored(column, "s", book.strings[place]) if book.strings[place] else None
    if kind == "b":
        return Stored(column, "b", value=raw.strip() in {"1", "true"})
    if kind == "n":
        value = float(raw) if re.fullmatch(r"[-+0-9.eE ]+", raw) else math.nan
        if math.isfinite(value):
            return Stored(column, "n", value)
    return Stored(column, "s", unescaped(raw))


def _number(cell: Stored, style: str | None, book: Book) -> None:
    """Give a number its format, and a day the usual count of days."""
    at = int(style or 0)
    code = book.codes[at] if 0 <= at < len(book.codes) else ""
    if book.is_1904 and is_date(code):
        cell.value = float(cell.value) + OFFSET_1904
    cell.code = code


def _is_on(value: str | None) -> bool:
    return value in {"1", "true", "on"}


def _beside(kind: str, element: Any, around: Around, links: dict[str, Link]) -> None:
    if kind in _LEFT_OUT:
        around.left_out[_LEFT_OUT[kind]] += 1
    elif kind == "col":
        _width(element, around)
    elif kind == "pane" and element.get("state", "").startswith("frozen"):
        around.frozen = (_whole(element.get("ySplit")), _whole(element.get("xSplit")))
    elif kind == "hyperlink":
        _link(element, around, links)
    elif kind == "dataValidation":
        around.left_out["a rule for what may be entered, with its list"] += 1
        shown = (element.get(name) for name in ("promptTitle", "prompt", "errorTitle", "error"))
        around.texts += [("advice on what to enter", unescaped(each)) for each in shown if each]
    elif kind.endswith(("Header", "Footer")) and element.text:
        said = " ".join(_CODES.sub(" ", element.text).replace("&&", "&").split())
        if said:
            around.texts.append(("header or footer of a page", unescaped(said)))


def _whole(value: str | None) -> int:
    number = float(value or 0)
    return int(number) if 0 <= number <= 1000 else 0


def _width(element: Any, around: Around) -> None:
    low, high = int(element.get("min", "1")), int(element.get("max", "1"))
    if _is_on(element.get("hidden")):
        around.left_out["the hiding of columns, which are visible in the copy"] += 1
        return
    width = float(element.get("width", "0") or 0)
    if 0 < width <= 255:
        for column in range(max(low, 1) - 1, min(high, low + 1023, MOST_COLUMNS)):
            around.widths[column] = width


def _link(element: Any, around: Around, links: dict[str, Link]) -> None:
    try:
        place = cell_place(element.get("ref", "").partition(":")[0], "")
    except UnreadableSource:
        around.left_out["a link that belongs to no cell"] += 1
        return
    identity = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
    target = links[identity].target if identity in links else ""
    said = link_text("#".join(each for each in (target, element.get("location", "")) if each))
    if said is None:
        around.left_out["a link that cannot be examined"] += 1
        said = ""
    notes = around.notes.setdefault(place, [])
    notes += [("link", unescaped(said))] if said else []
    notes += [("tooltip", unescaped(each)) for each in (element.get("tooltip", ""),) if each]


def with_notes(rows: Iterator[Row], notes: dict[tuple[int, int], list[tuple[str, str]]]) -> Iterator[Row]:
    """Yield rows with the notes of their cells; cells and rows that have only notes come in their places."""
    left: dict[int, dict[int, Sequence[tuple[str, str]]]] = {}
    for (row, column), own in sorted(notes.items()):
        left.setdefault(row, {})[column] = own
    waiting = sorted(left, reverse=True)
    for row, cells in rows:
        while waiting and waiting[-1] < row:
            at = waiting.pop()
            yield at, _noted([], left[at])
        if waiting and waiting[-1] == row:
            waiting.pop()
            yield row, _noted(cells, left[row])
        else:
            yield row, cells
    while waiting:
        at = waiting.pop()
        yield at, _noted([], left[at])


def _noted(cells: list[Stored], notes: dict[int, Sequence[tuple[str, str]]]) -> list[Stored]:
    by_column = {each.column: each for each in cells}
    for column, own in notes.items():
        by_column.setdefault(column, Stored(column, "s", "")).notes.extend(own)
    return [by_column[column] for column in sorted(by_column)]
