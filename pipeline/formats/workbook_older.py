"""Workbooks of binary records: XLS and XLSB, read with calamine.

It gives the values of cells; how their numbers are shown is read beside it (:mod:`pipeline.archives.older_formats`).
What it does not give (comments, headers, drawings, macros, what is hidden) is left out, and the reading says so. It
runs in a process of its own (:mod:`pipeline.archives.older_workbook`), for a damaged file can make it take any memory
there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from pipeline.archives.older_workbook import END, REFUSED, SHEET
from pipeline.archives.own_process import said_by
from pipeline.errors import UnreadableSource
from pipeline.formats.workbook_container import OLE, REMEDY, Package
from pipeline.formats.workbook_content import Row, SheetFacts, Stored
from pipeline.formats.workbook_numbers import CLOCK, DAY, MOMENT, serial

MOST_AREA: Final = 30_000_000
_MEMORY, _MEMORY_A_BYTE, _MOST_MEMORY = 5 * 1024**3 // 4, 64, 3 * 1024**3
"""What calamine may take: room for a sheet of the largest area with nothing in it, and for what a file can hold."""
_SECONDS, _BYTES_A_SECOND = 30, 500_000
_REMEDIES: Final = {"it is encrypted": "take the password off it and save it again"}


def older_sheets(data: bytes, path: str) -> Iterator[tuple[SheetFacts, Iterator[Row]]]:
    """Yield the sheets of an older workbook with their rows.

    Raises:
        UnreadableSource: it is encrypted or damaged, a sheet is too large, or calamine takes more memory or time than
            such a file needs.
    """
    if not data.startswith(OLE):
        Package(data, path)  # its limits
    memory = min(_MOST_MEMORY, _MEMORY + _MEMORY_A_BYTE * len(data))
    seconds = _SECONDS + len(data) // _BYTES_A_SECOND
    said = said_by("pipeline.archives.older_workbook", [str(MOST_AREA), str(memory), str(seconds)], data, seconds)
    if said is None:
        raise UnreadableSource(path, "it is cut short or damaged, or a sheet is too large", REMEDY)
    sheets: list[tuple[SheetFacts, list[Row]]] = []
    last: list[Any] = []
    for line in said.splitlines():
        last = json.loads(line)
        if last[0] == SHEET:
            sheets.append((SheetFacts(len(sheets) + 1, last[1]), []))
        elif isinstance(last[0], int):
            sheets[-1][1].append((last[0], [_stored(*each) for each in last[1]]))
    if last[:1] == [REFUSED]:
        raise UnreadableSource(path, last[1], _REMEDIES.get(last[1], "save it in several files"))
    if last != [END]:
        raise UnreadableSource(path, "it is cut short or damaged", REMEDY)
    yield from ((facts, iter(rows)) for facts, rows in sheets)


def _stored(column: int, kind: str, value: Any, code: str) -> Stored:
    if kind in {"b", "n", "s"}:
        return Stored(column, kind, value, code)
    moment: date | time | timedelta
    match kind:
        case "moment":
            moment, code = datetime.fromisoformat(value), MOMENT
        case "day":
            moment, code = date.fromisoformat(value), DAY
        case "clock":
            moment, code = time.fromisoformat(value), CLOCK
        case _:
            moment, code = timedelta(seconds=value), CLOCK
    days = serial(moment)
    return Stored(column, "n", days, code) if days >= 0 else Stored(column, "s", str(moment))
