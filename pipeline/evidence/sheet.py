"""``redaction-log.xlsx``: the rows of the log as a spreadsheet, the same bytes for the same rows.

Every cell but a count is text, and none starts like a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Final
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from pipeline.evidence.aggregates import amount
from pipeline.evidence.index import segregability
from pipeline.evidence.log import COLUMNS, LogRow, contents_of, plain_cell

MOST_ROWS: Final = 1_000_000
"""A sheet ends at 1,048,576 rows; a longer log is cut here and says so, the CSV has it whole."""
_MOST_CHARACTERS: Final = 16_000
"""A cell holds 32,767 units of UTF-16, and a character may be two of them."""
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_WIDTHS: Final = {"file": 34, "location": 34, "citation": 44, "reason": 44, "segregability": 44, "policy_sha256": 20}
_CHANGED: Final = re.compile(rb">[^<]*</dcterms:modified>")
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_SHEET: Final = "xl/worksheets/sheet1.xml"


def sheet_bytes(rows: Iterable[LogRow], started_at: str) -> bytes:
    """Return the log as an XLSX file: the columns of the CSV, then ``amount`` and ``segregability``.

    openpyxl makes the book. The rows are written into it as openpyxl writes them, without an object and a look for each
    cell, which took longer than to find and withhold what they tell of.
    """
    book = Workbook(write_only=True)
    book.properties.creator = book.properties.lastModifiedBy = "releasable"
    book.properties.created = book.properties.modified = _moment(started_at)
    sheet = book.create_sheet("Redaction log")
    titles = (*COLUMNS, "amount", "segregability")
    for number, title in enumerate(titles, start=1):
        sheet.column_dimensions[_letter(number)].width = _WIDTHS.get(title, 16)
    sheet.freeze_panes = "A2"
    header = [_text(sheet, title, bold=True) for title in titles]
    sheet.append(header)
    rows = iter(rows)
    first = next(rows, None)
    written: list[bytes] = []
    if first is not None:
        looks = (_text(sheet, "").style_id, header[0].style_id)
        written = list(_written(chain((first,), rows), *looks))
    raw = io.BytesIO()
    book.save(raw)
    return _same_times(raw.getvalue(), _moment(started_at), written)


def _written(rows: Iterable[LogRow], look: int, bold: int) -> Iterator[bytes]:
    """Yield rows as they stand in a sheet, from its second; ``look`` and ``bold`` number the looks of cells."""
    letters = [_letter(number) for number in range(1, len(COLUMNS) + 3)]
    for number, row in enumerate(rows, start=2):
        if number == MOST_ROWS + 2:
            more = _cell("The log goes on in redaction-log.csv.", bold)
            yield f'<row r="{number}"><c r="A{number}"{more}</row>'.encode("ascii")
            return
        told = (*contents_of(row), amount(row.count), segregability(row))
        cells = (f'<c r="{letter}{number}"{_cell(each, look)}' for letter, each in zip(letters, told, strict=True))
        yield f'<row r="{number}">{"".join(cells)}</row>'.encode("ascii")


@lru_cache(maxsize=4096)
def _cell(content: str | int, look: int) -> str:
    """Return a cell behind its place: a count as a number, everything else as text. Most stand in many rows."""
    if isinstance(content, int):
        return f' t="n"><v>{content}</v></c>'
    text = _plain(content)
    if not text:
        return f' s="{look}" t="inlineStr"></c>'
    space = ' xml:space="preserve"' if text != text.strip() else ""
    said = escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")
    return f' s="{look}" t="inlineStr"><is><t{space}>{said}</t></is></c>'


def _plain(content: str) -> str:
    return _NOT_XML.sub("?", plain_cell(content))[:_MOST_CHARACTERS]


def _text(sheet: object, content: str, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _plain(content))
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _letter(number: int) -> str:
    return chr(ord("A") + number - 1)  # there are fewer than 26 columns


def _moment(iso: str) -> datetime:
    """Return a time as openpyxl wants it: UTC without a zone."""
    try:
        return datetime.fromisoformat(iso).astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        return datetime(*_EARLIEST)  # noqa: DTZ001 - see above


def _same_times(data: bytes, then: datetime, rows: Sequence[bytes]) -> bytes:
    """Return a sheet with these rows and no time of writing in it, so that the same rows give the same bytes.

    openpyxl notes the time of saving as the time of the last change, whatever was set.
    """
    changed = f">{then.isoformat()}Z</dcterms:modified>".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = [before.read(name)]
            if name == "docProps/core.xml":
                content = [_CHANGED.sub(changed, content[0])]
            elif name == _SHEET:
                head, end, tail = content[0].rpartition(b"</sheetData>")
                content = [head, *rows, end, tail]
            about = zipfile.ZipInfo(name, _EARLIEST)
            about.compress_type, about.file_size = zipfile.ZIP_DEFLATED, sum(map(len, content))
            with after.open(about, "w") as sink:
                for piece in content:
                    sink.write(piece)
    return out.getvalue()
