"""Workbooks that are no SpreadsheetML: XLS, XLSB and OpenDocument, read with calamine. It gives the values of cells.

What it does not give (comments, headers, drawings, macros, what is hidden) is left out, and the reading says so.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.workbook_container import OLE, REMEDY, Package
from pipeline.formats.workbook_content import Row, SheetFacts, Stored
from pipeline.formats.workbook_numbers import CLOCK, DAY, MOMENT, serial

MOST_AREA: Final = 30_000_000


def older_sheets(data: bytes, path: str) -> Iterator[tuple[SheetFacts, Iterator[Row]]]:
    """Yield the sheets of an older workbook with their rows.

    Raises:
        UnreadableSource: it is encrypted or damaged, or a sheet is too large.
    """
    import python_calamine  # noqa: PLC0415 - a compiled module that only older workbooks need

    if not data.startswith(OLE):
        Package(data, path)  # its limits
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        kinds = book.sheets_metadata
        for number, about in enumerate(kinds, start=1):
            if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                yield SheetFacts(number, about.name), iter(())
                continue
            sheet = book.get_sheet_by_index(number - 1)
            yield SheetFacts(number, about.name), iter(list(_rows(sheet, number, path)))
    except python_calamine.PasswordError:
        raise UnreadableSource(path, "it is encrypted", "take the password off it and save it again") from None
    except (KeyboardInterrupt, SystemExit, UnreadableSource, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of compiled code is no Exception
        raise UnreadableSource(path, f"it is cut short or damaged ({type(error).__name__})", REMEDY) from None


def _rows(sheet: Any, number: int, path: str) -> Iterator[Row]:
    end = sheet.end or (0, 0)
    if (end[0] + 1) * (end[1] + 1) > MOST_AREA:
        raise UnreadableSource(path, f"sheet {number} is too large", "save it in several files")
    for row, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        stored = [each for column, value in enumerate(cells) if (each := _stored(column, value)) is not None]
        if stored:
            yield row, stored


def _stored(column: int, value: Any) -> Stored | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return Stored(column, "b", value)
    if isinstance(value, (int, float)):
        return Stored(column, "n", float(value))
    if isinstance(value, (date, datetime, time, timedelta)):
        code = MOMENT if isinstance(value, datetime) else DAY if isinstance(value, date) else CLOCK
        days = serial(value)
        return Stored(column, "n", days, code) if days >= 0 else Stored(column, "s", str(value))
    return Stored(column, "s", str(value))
