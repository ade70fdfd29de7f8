"""OpenDocument spreadsheets (ISO/IEC 26300, part 3, 9): their sheets, row by row, with what belongs to a cell.

A cell says what its paragraphs say. Its value is a number, a day or a time only where its type says so and the value
is there; programs write cells without a type too. Comments, links and texts of shapes are examined as in an XLSX.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.document_content import COMMENT, LINK, WITHHELD
from pipeline.formats.document_open import OpenWalker
from pipeline.formats.document_open_shared import OpenShared
from pipeline.formats.document_styles import elements, value_of
from pipeline.formats.workbook_container import REMEDY, Package, local
from pipeline.formats.workbook_content import FORMULA, Row, SheetFacts, Stored
from pipeline.formats.workbook_numbers import CLOCK, DAY, MOMENT, serial
from pipeline.formats.workbook_sheet import MOST_COLUMNS, MOST_ROWS, Around

MAIN: Final = "content.xml"
_MOST_REPEATED: Final = 1_000_000
"""Cells that one row may stand for: more than any office repeats, and no room for millions of copies of a text."""
_LONGEST: Final = 32_767
_WHITE: Final = re.compile(r"[ \t\r\n]+")
_SHOWN: Final = re.compile(r"[\d().\- /]{4,30}")
_TELLING: Final = re.compile(r"\"|\[|\d{3}|'")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_CELLS: Final = frozenset({"table-cell", "covered-table-cell"})
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})
_TIME: Final = re.compile(r"PT(\d{1,2})H(\d{1,2})M(\d{1,2})(?:[.,]\d{1,9})?S")
_NOTES: Final = {COMMENT: "comment", LINK: "link"}


@dataclass(slots=True)
class OpenSheet:
    """A sheet: number and name, its rows as they come, and what was met around them."""

    facts: SheetFacts
    rows: Iterator[Row]
    around: Around = field(default_factory=Around)
    embedded: int = 0


def is_open(package: Package) -> bool:
    """Return whether a package is one of OpenDocument."""
    return package.has(MAIN) and not package.has("[Content_Types].xml")


def open_sheets(package: Package) -> Iterator[OpenSheet]:
    """Yield the sheets of a spreadsheet; the rows of each have to be taken before the next one.

    Raises:
        UnreadableSource: it is encrypted or damaged, or a sheet is too large.
    """
    package.refuse_encrypted()
    walk, number, hidden = package.walk(MAIN), 0, set[str]()
    for event, element in walk:
        if event == "end" and local(element) == "style":
            hidden |= {value_of(element, "name") for each in elements(element) if value_of(each, "display") == "false"}
        elif event == "start" and local(element) == "table" and _is_of(element, "spreadsheet"):
            number += 1
            sheet = OpenSheet(SheetFacts(number, value_of(element, "name")), iter(()))
            if value_of(element, "style-name") in hidden:
                sheet.around.left_out["the hiding of a hidden sheet, which is visible in the copy"] += 1
            sheet.rows = _rows(walk, element, sheet, OpenShared(package))
            yield sheet


def _is_of(element: Any, name: str) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) == name


def _rows(walk: Iterator[tuple[str, Any]], table: Any, sheet: OpenSheet, shared: OpenShared) -> Iterator[Row]:
    """Yield the rows of a sheet in which anything stands, and end where the sheet ends."""
    row, path = 0, shared.package.path
    for event, element in walk:
        if event == "start":
            continue
        if element is table:
            element.clear()
            return
        name = local(element)
        if name not in {"table-row", "shapes"} or next(element.iterancestors("{*}table"), None) is not table:
            continue
        if name == "shapes":
            _take_beside(sheet, shared, OpenWalker(shared, is_flat=True).blocks(element))
        else:
            times = _times(element, "number-rows-repeated")
            if value_of(element, "visibility") in {"collapse", "filter"}:
                sheet.around.left_out["the hiding of a row, which is visible in the copy"] += 1
            cells = _cells(element, sheet, shared)
            if cells and (row + times > MOST_ROWS or len(cells) * times > _MOST_REPEATED):
                raise UnreadableSource(path, f"sheet {sheet.facts.number} is too large", "save it in several files")
            for at in range(row, row + times) if cells else ():
                yield at, [Stored(each.column, each.kind, each.value, each.code, list(each.notes)) for each in cells]
            row += times
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _cells(row: Any, sheet: OpenSheet, shared: OpenShared) -> list[Stored]:
    cells: list[Stored] = []
    column = 0
    for each in elements(row):
        if local(each) not in _CELLS:
            continue
        times = _times(each, "number-columns-repeated")
        cell = _cell(each, column, sheet, shared)
        if cell is not None:
            if column + times > MOST_COLUMNS:
                why = f"sheet {sheet.facts.number} is damaged: a cell lies where no sheet has one"
                raise UnreadableSource(shared.package.path, why, REMEDY)
            cells += [Stored(column + at, cell.kind, cell.value, cell.code, list(cell.notes)) for at in range(times)]
        column += times
    return cells


def _cell(element: Any, column: int, sheet: OpenSheet, shared: OpenShared) -> Stored | None:
    text, notes = _said(element, sheet, shared)
    cell = _valued(element, column, text)
    formula = value_of(element, "formula")
    if formula:
        sheet.around.left_out["a formula (its value stands in the copy)"] += 1
        if _TELLING.search(formula):
            notes.append((FORMULA, formula))
    if cell.kind == "n" and not cell.code and _LETTERS.search(text):  # how a number is shown may say more than it
        sheet.around.left_out["a number format with text of its own"] += 1
        notes.append((FORMULA, text))
    other = value_of(element, "string-value")
    if other and other not in {text, cell.text}:  # no reader of the sheet sees it
        notes.append((FORMULA, other))
    if len(text) > _LONGEST:
        why = f"a text is longer than the {_LONGEST} characters of a cell"
        raise UnreadableSource(shared.package.path, why, "release this workbook by hand")
    cell.notes = notes
    return cell if notes or cell.kind != "s" or cell.value else None


def _valued(element: Any, column: int, text: str) -> Stored:
    """Return a cell with the value that its type names, or with what its paragraphs say."""
    kind = value_of(element, "value-type")
    if kind in _NUMBERS:
        said = value_of(element, "value")
        number = float(said) if re.fullmatch(r"[-+0-9.eE]+", said) else math.nan
        if math.isfinite(number):
            return Stored(column, "n", number, _code(text, said))
    elif kind == "boolean" and value_of(element, "boolean-value") in {"true", "false"}:
        return Stored(column, "b", value_of(element, "boolean-value") == "true")
    elif kind == "date":
        moment = _moment(value_of(element, "date-value"))
        if moment is not None and serial(moment) >= 0:
            return Stored(column, "n", serial(moment), MOMENT if isinstance(moment, datetime) else DAY)
    elif kind == "time":
        found = _TIME.fullmatch(value_of(element, "time-value"))
        seconds = (
            sum(int(each) * size for each, size in zip(found.groups(), (3600, 60, 1), strict=True)) if found else -1
        )
        if 0 <= seconds < 86400:  # a longer time is shown as it stands there
            return Stored(column, "n", seconds / 86400, CLOCK)
    return Stored(column, "s", text or value_of(element, "string-value"))


def _moment(said: str) -> date | None:
    try:
        return datetime.fromisoformat(said).replace(tzinfo=None) if "T" in said else date.fromisoformat(said)
    except ValueError:
        return None


def _code(text: str, value: str) -> str:
    """Return the digits and signs that are shown where those of the number are not, as a number format."""
    digits = re.sub(r"\D", "", text)
    is_shown = _SHOWN.fullmatch(text) and text != digits and digits.lstrip("0") == value.removesuffix(".0")
    return re.sub(r"\d", "0", text) if is_shown else ""


def _said(element: Any, sheet: OpenSheet, shared: OpenShared) -> tuple[str, list[tuple[str, str]]]:
    """Return what a cell says, and its comments and links; what else stands in it goes beside the cells."""
    inside = list(elements(element))
    if not inside:
        return "", []
    if len(inside) == 1 and not len(inside[0]) and local(inside[0]) == "p":  # nearly every cell
        return _WHITE.sub(" ", inside[0].text or "").strip(" "), []
    made = OpenWalker(shared, is_flat=True).blocks(element)
    text = "\n".join(each.text for each in made if not each.kind)
    notes = [(_NOTES[each.kind], each.text) for each in made if each.kind in _NOTES and each.text.strip()]
    _take_beside(sheet, shared, [each for each in made if each.kind and each.kind not in _NOTES])
    return text, notes


def _take_beside(sheet: OpenSheet, shared: OpenShared, made: list[Any]) -> None:
    for each in made:
        if each.kind == WITHHELD:
            code = next((code for number, code, _ in shared.gaps if number == each.number), "")
            if code == "image":
                sheet.around.left_out["a picture"] += 1
            else:
                sheet.embedded += 1
        elif each.text.strip():
            sheet.around.texts.append((each.kind or "text of a drawing", each.text))


def _times(element: Any, name: str) -> int:
    said = value_of(element, name)
    return max(1, int(said)) if said.isdigit() and len(said) < 9 else 1
