"""``redaction-log.xlsx``: the rows of the log as a spreadsheet, the same bytes for the same rows.

Every cell but a count is text, and none starts like a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from pipeline.evidence.aggregates import amount
from pipeline.evidence.index import segregability
from pipeline.evidence.log import COLUMNS, LogRow, plain_cell

MOST_ROWS: Final = 1_000_000
"""A sheet ends at 1,048,576 rows; a longer log is cut here and says so, the CSV has it whole."""
_MOST_CHARACTERS: Final = 32_000
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_WIDTHS: Final = {"file": 34, "location": 34, "citation": 44, "reason": 44, "segregability": 44, "policy_sha256": 20}
_CHANGED: Final = re.compile(rb">[^<]*</dcterms:modified>")
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


def sheet_bytes(rows: Iterable[LogRow], started_at: str) -> bytes:
    """Return the log as an XLSX file: the columns of the CSV, then ``amount`` and ``segregability``."""
    book = Workbook(write_only=True)
    book.properties.creator = book.properties.lastModifiedBy = "releasable"
    book.properties.created = book.properties.modified = _moment(started_at)
    sheet = book.create_sheet("Redaction log")
    titles = (*COLUMNS, "amount", "segregability")
    for number, title in enumerate(titles, start=1):
        sheet.column_dimensions[_letter(number)].width = _WIDTHS.get(title, 16)
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, title, bold=True) for title in titles])
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            sheet.append([_text(sheet, "The log goes on in redaction-log.csv.", bold=True)])
            break
        told = (*astuple(row), amount(row.count), segregability(row))
        sheet.append([each if isinstance(each, int) else _text(sheet, each) for each in told])
    raw = io.BytesIO()
    book.save(raw)
    return _same_times(raw.getvalue(), _moment(started_at))


def _text(sheet: object, content: str, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _NOT_XML.sub("?", plain_cell(content))[:_MOST_CHARACTERS])
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


def _same_times(data: bytes, then: datetime) -> bytes:
    """Return a sheet with no time of writing in it, so that the same rows give the same bytes.

    openpyxl notes the time of saving as the time of the last change, whatever was set.
    """
    changed = f">{then.isoformat()}Z</dcterms:modified>".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _CHANGED.sub(changed, content)
            after.writestr(zipfile.ZipInfo(name, _EARLIEST), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
