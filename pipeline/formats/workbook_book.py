"""A workbook cut into units: each sheet's rows in runs, then what stands beside the cells.

A workbook has to be read whole to be cut, and each unit is all of its bytes; so a process keeps what it read last.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import Final

from pipeline.errors import UnreadableSource
from pipeline.formats.delimited_dialect import is_header
from pipeline.formats.workbook_container import OLE, REMEDY, Package, is_encrypted_package, refusing
from pipeline.formats.workbook_content import BESIDE_TITLES, FORMULA, SMALL_FORM, Content, Row, SheetFacts, Stored
from pipeline.formats.workbook_older import older_sheets
from pipeline.formats.workbook_open import is_open, open_sheets
from pipeline.formats.workbook_parts import comments_of, embedded, left_out, seen_texts
from pipeline.formats.workbook_sheet import Book, around_of, codes_of, rows_of, strings_of, with_notes

UNIT_CELLS: Final = 20_000
"""Cells of a unit at most. The first units of a sheet have fewer, so that no worker waits long for the last one."""
LEAST_CELLS: Final = 4_000
_SHARE: Final = 32
"""A unit has this share of the cells before it, within the two limits: to read a unit is to read the whole file."""
MOST_CELLS: Final = 20_000_000
MOST_AREA: Final = 30_000_000
"""Cells, empty ones too, between a sheet's first and its last: other readers keep all of them in memory."""
MOST_SHEETS: Final = 500
SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".ods", ".ots"})
_ENDINGS: Final = frozenset({".csv", ".tsv", ".txt", ".doc", ".docx", ".pdf", ".zip", ".json", ".xml", ".htm", ".html"})
"""Endings that may be said: those of an unknown kind could be anything."""
_LOOKED_AT: Final = 50
_TITLES: Final = 10


@dataclass(frozen=True, slots=True)
class Cut:
    """A unit: its context, and its content, packed."""

    context: Mapping[str, str]
    packed: bytes

    @property
    def content(self) -> Content:
        return Content.loads(zlib.decompress(self.packed))


@dataclass(slots=True)
class Sheet:
    """A sheet to be cut: its facts, its rows as they come, and what is left out and said around them."""

    facts: SheetFacts
    rows: Iterator[Row]
    left_out: Counter[str] = field(default_factory=Counter)
    texts: list[tuple[str, str]] = field(default_factory=list)


_LAST: dict[bytes, tuple[Cut, ...]] = {}


def cuts_of(data: bytes, path: str) -> tuple[Cut, ...]:
    """Return the units of a workbook.

    Raises:
        UnreadableSource: it is encrypted, damaged, or beyond a limit.
    """
    key = hashlib.blake2b(data, digest_size=32, person=b"workbook").digest() + path.encode("utf-8", "surrogatepass")
    if key not in _LAST:
        with refusing(path):
            made = tuple(_cuts(data, path))
        _LAST.clear()
        _LAST[key] = made
    return _LAST[key]


def _cuts(data: bytes, path: str) -> Iterator[Cut]:
    if is_encrypted_package(data):
        raise UnreadableSource(path, "it is encrypted", "take the password off it and save it again")
    beside = Content()
    ending = PurePosixPath(path.removesuffix(".gz")).suffix.lower()
    if ending not in SUFFIXES:
        said = f"its ending {ending}" if ending in _ENDINGS else "the ending of its name"
        beside.dropped.append((f"{said}, which says something else than the workbook that it is", 1))
    package = None if data.startswith(OLE) else Package(data, path)
    if package is not None and package.has("xl/workbook.xml"):
        made = list(_modern(package, beside))
    elif package is not None and is_open(package):
        made = list(_open(package, beside))
    else:
        sheets = older_sheets(data, path)
        made = [_Cutting(Sheet(facts, rows), path) for facts, rows in sheets]
        beside.dropped.append(("all of a workbook of this kind but the values in its cells", 1))
    yield from _placed(made, beside)


def _open(package: Package, beside: Content) -> Iterator[_Cutting]:
    """Yield the sheets of an OpenDocument spreadsheet, cut, and take what stands beside them into ``beside``."""
    embedded = 0
    for each in open_sheets(package):
        if each.facts.number > MOST_SHEETS:
            raise UnreadableSource(package.path, f"it has more than {MOST_SHEETS} sheets", "save it in several files")
        cutting = _Cutting(Sheet(each.facts, each.rows), package.path)
        cutting.sheet.texts, cutting.sheet.left_out = each.around.texts, each.around.left_out
        embedded += each.embedded
        yield cutting
    beside.dropped.append(("all of a workbook of this kind but its cells, their comments and links, and its shapes", 1))
    if embedded:
        beside.gaps.append(("unknown_format", "a file that is embedded in the workbook is not examined"))


def _modern(package: Package, beside: Content) -> Iterator[_Cutting]:
    """Yield the sheets of a workbook of 2007 or later, cut, and take what stands beside them into ``beside``."""
    root, links, book = package.tree("xl/workbook.xml"), package.links("xl/workbook.xml"), Book()
    parts = {each.kind: each.target for each in links.values() if package.has(each.target)}
    if "styles" in parts:
        codes_of(package, parts["styles"], book)
    if "sharedStrings" in parts:
        strings_of(package, parts["sharedStrings"], book)
    book.is_1904 = any(each.get("date1904") in {"1", "true", "on"} for each in root.iter("{*}workbookPr"))
    named = [each for group in root.iter("{*}sheets") for each in group if isinstance(each.tag, str)]
    if len(named) > MOST_SHEETS:
        raise UnreadableSource(package.path, f"it has more than {MOST_SHEETS} sheets", "save it in several files")
    for number, each in enumerate(named, start=1):
        identity = next((value for name, value in each.attrib.items() if name.endswith("}id")), "")
        link = links.get(identity)
        if link is None or not package.has(link.target):
            raise UnreadableSource(package.path, f"sheet {number} is not there", REMEDY)
        state = each.get("state", "visible")
        yield _sheet(package, link.target, SheetFacts(number, each.get("name", "")), book, state, link.kind)
    unused = len(book.used) - sum(book.used)
    names = sum(isinstance(each.tag, str) for group in root.iter("{*}definedNames") for each in group)
    beside.texts += seen_texts(package)
    beside.dropped += [(what, count) for what, count in sorted(book.left_out.items()) if count]
    beside.dropped += [("a text that no cell shows", unused)] if unused else []
    beside.dropped += [("a defined name", names)] if names else []
    beside.dropped += left_out(package)
    if embedded(package):
        beside.gaps.append(("unknown_format", "a file that is embedded in the workbook is not examined"))


def _sheet(package: Package, part: str, facts: SheetFacts, book: Book, state: str, kind: str) -> _Cutting:
    sheet = Sheet(facts, iter(()))
    if state != "visible":
        much = "very hidden" if state == "veryHidden" else "hidden"
        sheet.left_out[f"the hiding of a {much} sheet, which is visible in the copy"] += 1
    if kind == "worksheet":
        around = around_of(package, part)
        for place, notes in comments_of(package, part, around.left_out).items():
            around.notes.setdefault(place, []).extend(notes)
        facts.widths, facts.frozen = around.widths, around.frozen
        sheet.texts = around.texts
        sheet.rows = with_notes(rows_of(package, part, book, around), around.notes)
        cutting = _Cutting(sheet, package.path)
        sheet.left_out.update(around.left_out)
    else:
        sheet.left_out["a sheet without cells (a chart, macros or a dialog)"] += 1
        cutting = _Cutting(sheet, package.path)
    return cutting


class _Cutting:
    """A sheet read to its end and packed in runs of rows."""

    def __init__(self, sheet: Sheet, path: str) -> None:
        self.sheet, self.path = sheet, path
        self.width = self.rows = self.cells = 0
        self.runs: list[bytes] = []
        rows = iter(sheet.rows)
        first = list(islice(rows, _LOOKED_AT))
        sheet.facts.header = header_row(first)
        self.names = _names(first, sheet.facts.header)
        run, held = Content(), 0
        last = 0
        for row, cells in chain(first, rows):
            last = row
            self._count(cells)
            run.rows.append((row, cells))
            held += len(cells)
            if held >= min(UNIT_CELLS, max(LEAST_CELLS, self.cells // _SHARE)):
                self.runs.append(zlib.compress(run.dumps(), 1))
                run, held = Content(), 0
            if self.cells > MOST_CELLS or (last + 1) * self.width > MOST_AREA:
                raise UnreadableSource(path, f"sheet {sheet.facts.number} is too large", "save it in several files")
        if run.rows or not self.runs:
            self.runs.append(zlib.compress(run.dumps(), 1))

    def _count(self, cells: Sequence[Stored]) -> None:
        self.rows += 1
        self.cells += len(cells)
        for each in reversed(cells):
            if each.text or any(kind != FORMULA for kind, _ in each.notes):
                self.width = max(self.width, each.column + 1)
                break


def header_row(first: Sequence[Row]) -> int:
    """Return the row that names the columns of the rows below it (from 0), or -1 where there is none."""
    width = max((cells[-1].column + 1 for _, cells in first if cells), default=0)
    texts = [[""] * width for _ in first]
    for line, (_, cells) in zip(texts, first, strict=True):
        for each in cells:
            line[each.column] = each.text
    if texts and tuple(texts[0]) == BESIDE_TITLES:
        return first[0][0]  # a sheet of a copy, where no other row is a header whatever it looks like
    filled = [sum(bool(each.strip()) for each in line) for line in texts]
    labels = sum(line[0].rstrip().endswith(":") for line in texts if line)
    if labels > 1 and labels * 2 > len(texts):
        return -1  # a form: what a cell is stands on its left
    for at, line in enumerate(texts[:_TITLES]):
        enough = filled[at] * 2 >= max(filled) and (filled[at] > 1 or max(filled) == 1)
        if enough and texts[at + 1 :] and is_header(line, texts[at + 1 :]):
            return first[at][0]
    return -1


def _names(first: Sequence[Row], header: int) -> list[str]:
    cells = next((cells for row, cells in first if row == header), [])
    names = [""] * (cells[-1].column + 1 if cells else 0)
    for each in cells:
        names[each.column] = each.text
    return names


def _placed(made: Sequence[_Cutting], beside: Content) -> Iterator[Cut]:
    """Yield the units of sheets, whose columns are counted on from sheet to sheet, then the one beside the cells."""
    column = 0
    for cutting in made:
        sheet = cutting.sheet
        beside.texts += sheet.texts
        is_form = sheet.facts.header < 0 and cutting.rows <= SMALL_FORM
        context = {
            "sheet": str(sheet.facts.number),
            "table": "0" if is_form or tuple(cutting.names) == BESIDE_TITLES else str(sheet.facts.number),
            "first_column": str(column),
            "titles": str(sheet.facts.header),
            "header": json.dumps(cutting.names),
            "form": str(int(is_form)),
        }
        column += cutting.width
        for number, packed in enumerate(cutting.runs):
            content = Content.loads(zlib.decompress(packed))
            if not number:
                content.facts = sheet.facts
                content.dropped = sorted((what, count) for what, count in sheet.left_out.items() if count)
            rows = [row for row, _ in content.rows]
            lines = {"from": str(rows[0] if rows else 0), "to": str(rows[-1] + 1 if rows else 0)}
            yield Cut({**context, **lines}, zlib.compress(content.dumps(), 1) if not number else packed)
    about = {"sheet": "0", "table": "0", "first_column": str(column), "titles": "-1", "header": "[]", "form": "1"}
    yield Cut({**about, "from": "0", "to": "0"}, zlib.compress(beside.dumps(), 1))
