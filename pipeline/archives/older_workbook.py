"""The cells of an XLS or XLSB: read in a process of its own.

    python -m pipeline.archives.older_workbook MOST_AREA MOST_MEMORY MOST_SECONDS < WORKBOOK > LINES

calamine keeps a sheet as all cells between its first and its last one, and makes room for them before it can be asked
how many there are: one damaged number of a row or column in a file of 10 kB is room for billions. Where it may not have
it, it ends its process. So that process is this one.

Each line of what is said is JSON: a sheet is ``["sheet", name, whether it has cells]``, a row ``[row, cells]``, a cell
``[column, kind, value, number format]`` (kinds: see :func:`cell`). The last line is ``["end"]``, or ``["refused",
why]``.
"""

from __future__ import annotations

import io
import json
import math
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TextIO

from pipeline.archives.older_formats import Places, formats_of, is_encrypted
from pipeline.archives.own_process import limited

END: Final = "end"
REFUSED: Final = "refused"
SHEET: Final = "sheet"
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
"""What a sheet of any of these kinds has at most."""


def write_cells(data: bytes, most_area: int, sink: TextIO) -> None:
    """Write the cells of a workbook as lines of JSON (raises whatever calamine raises, a panic too).

    Args:
        data: the workbook.
        most_area: how many cells, empty ones too, a sheet may have between its top left corner and its last one.
        sink: where the lines go.
    """
    import python_calamine  # noqa: PLC0415 - a compiled module that only older workbooks need

    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.CalamineError as error:
        if not isinstance(error, python_calamine.PasswordError) and not is_encrypted(data):
            raise
        _say(sink, [REFUSED, "it is encrypted"])
        return
    formats = formats_of(data)
    for number, about in enumerate(book.sheets_metadata):
        has_cells = about.typ is python_calamine.SheetTypeEnum.WorkSheet
        _say(sink, [SHEET, about.name, has_cells])
        if not has_cells:
            continue
        sheet = book.get_sheet_by_index(number)
        end = sheet.end or (0, 0)
        if end[0] >= MOST_ROWS or end[1] >= MOST_COLUMNS:
            _say(sink, [REFUSED, f"sheet {number + 1} is damaged: a cell lies where no sheet has one"])
            return
        if (end[0] + 1) * (end[1] + 1) > most_area:
            _say(sink, [REFUSED, f"sheet {number + 1} is too large"])
            return
        for line in _rows(sheet, formats.get(number, {})):
            _say(sink, line)
    _say(sink, [END])


def _rows(sheet: Any, formats: Places) -> Iterator[list[Any]]:
    """Yield the rows of a sheet in which anything stands."""
    left = (sheet.start or (0, 0))[1]
    for row, values in enumerate(sheet.iter_rows()):  # rows above the first one come too, columns before it do not
        if values.count("") == len(values):  # a far cell makes millions of rows in which nothing stands
            continue
        cells = (cell(column, value) for column, value in enumerate(values, start=left))
        said = [
            [*each, formats.get((row, each[0]), "") if each[1] == "n" else ""] for each in cells if each is not None
        ]
        if said:
            yield [row, said]


def cell(column: int, value: Any) -> list[Any] | None:
    """Return column, kind and value of a cell for a line, None for an empty one.

    Kinds are ``b`` (truth), ``n`` (number), ``s`` (text), and of what is ISO 8601 ``moment``, ``day`` and ``clock``;
    ``length`` is seconds.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return [column, "b", value]
    if isinstance(value, (int, float)):
        number = float(value)
        return [column, "n", number] if math.isfinite(number) else [column, "s", "#NUM!"]
    if isinstance(value, timedelta):
        return [column, "length", value.total_seconds()]
    if isinstance(value, (date, time)):
        kind = "moment" if isinstance(value, datetime) else "day" if isinstance(value, date) else "clock"
        return [column, kind, value.isoformat()]
    return [column, "s", str(value)]


def _say(sink: TextIO, line: list[Any]) -> None:
    sink.write(json.dumps(line) + "\n")


def _main(most_area: int, most_memory: int, most_seconds: int) -> None:  # pragma: no cover - in a process of its own
    with suppress(ValueError, OSError):  # not every system knows these limits
        limited(most_memory)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds))  # whoever waits for this may be gone
    with io.TextIOWrapper(sys.stdout.buffer, encoding="ascii") as sink:
        write_cells(sys.stdin.buffer.read(), most_area, sink)


if __name__ == "__main__":  # pragma: no cover - in a process of its own
    try:
        _main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    except BaseException:  # noqa: BLE001 - a panic of compiled code is no Exception; never what stood in the file
        sys.exit(3)
