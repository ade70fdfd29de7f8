"""A new workbook from the parts of a copy, written with XlsxWriter: values, widths, number formats, notes, no more.

No cell is a formula or a link. What stood beside the cells is on a sheet of its own at the end.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import xlsxwriter

from pipeline.errors import UnreadableSource
from pipeline.formats.workbook_content import BESIDE_TITLES, Content, Row, SheetFacts, Stored
from pipeline.formats.workbook_numbers import safe_format

BESIDE: Final = "Beside the cells"
_FIRST_DAY: Final = datetime(1980, 1, 1, tzinfo=UTC)
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 32_767
_SIGNS: Final = {"link": "\u2192 ", "tooltip": "\u2022 "}
"""What tells a link and its tooltip from a comment: no words, which could be those of something withheld."""
_REMEDY: Final = "release this workbook by hand"


def write_book(contents: Iterable[Content], sink: BinaryIO) -> None:
    """Write the workbook that the contents of its units make, in order.

    Raises:
        UnreadableSource: a text is longer than a cell can hold.
    """
    with tempfile.TemporaryDirectory(prefix="releasable-workbook-") as folder:
        book = xlsxwriter.Workbook(sink, {**_HOW, "tmpdir": folder})
        book.set_properties({"created": _FIRST_DAY})
        writer, texts = _Writer(book), []
        for content in contents:
            writer.take(content)
            texts += content.texts
        if texts:
            writer.take(Content(list(_listed(texts)), SheetFacts(0, BESIDE, 0, {0: 30.0, 1: 100.0})))
        if not writer.names:
            writer.take(Content(facts=SheetFacts(1, "Sheet1")))
        book.close()


_HOW: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def _listed(texts: Iterable[tuple[str, str]]) -> Iterator[Row]:
    yield 0, [Stored(column, "s", title) for column, title in enumerate(BESIDE_TITLES)]
    for row, (kind, text) in enumerate(texts, start=1):
        yield row, [Stored(0, "s", kind), Stored(1, "s", text)]


class _Writer:
    """Writes one sheet after another; rows come in order and are not kept."""

    def __init__(self, book: Any) -> None:
        self.names: set[str] = set()
        self._book, self._formats = book, {}  # type: Any, dict[tuple[str, bool], Any]
        self._sheet: Any = None
        self._header = -1

    def take(self, content: Content) -> None:
        """Write the rows of a unit, on a new sheet where one begins."""
        if content.facts is not None:
            self._begin(content.facts)
        for row, cells in content.rows:
            for cell in cells:
                self._write(row, cell)

    def _begin(self, facts: SheetFacts) -> None:
        self._sheet = self._book.add_worksheet(self._named(facts.name))
        self._header = facts.header
        for column, width in facts.widths.items():
            self._sheet.set_column(column, column, width)
        if any(facts.frozen):
            self._sheet.freeze_panes(*facts.frozen)

    def _named(self, name: str) -> str:
        """Return a name that a sheet may have (18.2.19: 31 characters, some forbidden, none twice)."""
        plain = name.replace("[", "(").replace("]", ")")
        plain = _NOT_IN_NAMES.sub(" ", plain).strip().strip("'")[:31].strip().strip("'") or "Sheet"
        if plain.lower() == "history":
            plain = "History sheet"
        made, number = plain, 2
        while made.lower() in self.names:
            made, number = f"{plain[:25]} ({number})", number + 1
        self.names.add(made.lower())
        return made

    def _write(self, row: int, cell: Stored) -> None:
        look = self._look(safe_format(cell.code), is_bold=row == self._header)
        if cell.kind == "n":
            code = self._sheet.write_number(row, cell.column, cell.value, look)
        elif cell.kind == "b":
            code = self._sheet.write_boolean(row, cell.column, cell.value, look)
        elif cell.value:
            code = self._sheet.write_string(row, cell.column, str(cell.value), look)
        else:
            code = 0
            if cell.notes:  # XlsxWriter writes no row that has nothing but notes, and fails over it
                self._sheet.write_blank(row, cell.column, None, self._look("", is_bold=False, is_needed=True))
        said = "\n".join(_SIGNS.get(kind, "") + text for kind, text in cell.notes)
        if said:
            code = self._sheet.write_comment(row, cell.column, _NOT_XML.sub(" ", said), {"author": ""}) or code
        if code or len(said) > _LONGEST:
            raise UnreadableSource("", f"a text is longer than the {_LONGEST} characters of a cell", _REMEDY)

    def _look(self, code: str, *, is_bold: bool, is_needed: bool = False) -> Any:
        if not is_bold and not is_needed and code in {"", "General"}:
            return None
        key = (code, is_bold)
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"num_format": code or "General", "bold": is_bold})
        return self._formats[key]
