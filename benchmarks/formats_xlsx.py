"""Measures a workbook on its way into a release: rows a second, with one worker and with two.

    python benchmarks/formats_xlsx.py --rows 20000

The rows are made up: a name, a telephone number, an SSN as a number, a day, a fee and a short remark. Each run is a
``releasable redact`` of its own; the start (models, set up) is measured with a workbook of ten rows and taken off.
Printed besides: the processor time of the main process and of the worker, which says what two workers can reach.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from processor_time import print_rates

REMARKS = ("Called twice, no answer.", "Wants the plan by mail.", "Paid at the counter.", "Fence is too high.")


def write_workbook(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, day = book.add_worksheet("Applicants"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ("Full Name", "Phone", "SSN", "Received", "Fee", "Remark"))
    for row in range(1, rows + 1):
        name = f"Wilma{chr(97 + row % 26)} Tester{chr(97 + row // 26 % 26)}{chr(97 + row // 676 % 26)}"
        sheet.write_row(row, 0, (name, f"406-555-01{row % 100:02d}", 219_000_000 + row))
        sheet.write_datetime(row, 3, date(2020, 1, 1) + timedelta(days=row % 1500), day)
        sheet.write_row(row, 4, (row % 90 + 0.5, f"{REMARKS[row % 4]} No. {row}"))
    book.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=20_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="releasable-bench-") as folder:
        small, large, out = Path(folder) / "small.xlsx", Path(folder) / "large.xlsx", Path(folder) / "out"
        write_workbook(small, 10)
        write_workbook(large, given.rows)
        print_rates("rows", given.rows, small, large, out)


if __name__ == "__main__":
    main()
