"""The workbook of the dog licenses, as a desk keeps one: a column and a sheet that are hidden, remarks on cells."""

from __future__ import annotations

from maker.spreadsheet import Cell, Sheet, place, workbook
from maker.writing import Book, Cast, Plant

FILE = "exports/dog-licenses.xlsx"
HEADER = ("License", "Paid on", "Owner", "Street address", "Phone", "E-mail", "Dog", "Fee", "SSN")
WIDTHS = (14, 12, 26, 30, 18, 34, 12, 10, 14)
DOGS = ("Biscuit", "Ranger", "Pepper", "Moose", "Daisy", "Gus", "Hazel", "Tank", "Juniper", "Scout", "Olive", "Bandit")
FIRST_DAY = 45_672
"""The 15th of January 2025 as a workbook counts days."""
SHORT_OF = frozenset({3, 8})
"""The rows whose check came back."""


def write_licenses(book: Book) -> dict[str, bytes]:
    """Return the workbook; records are its rows, counted from 0 through all its sheets."""
    casts = [Cast(760 + number, "pineford") for number in range(1, len(DOGS) + 1)]
    clerk = Cast(760, "pineford").value("deputy")
    sheets = [_licenses(casts), _returned_checks(casts)]
    record = 0
    for sheet in sheets:
        for text in sheet.texts():
            book.note(FILE, record, text, {plant for cast in casts for plant in cast.plants})
            record += 1
    return {FILE: workbook(sheets, clerk)}


def _licenses(casts: list[Cast]) -> Sheet:
    rows: list[list[Cell | None]] = [[Cell(each) for each in HEADER]]
    comments = {}
    for number, (cast, dog) in enumerate(zip(casts, DOGS, strict=True), 1):
        ssn = cast.private().ssn.replace("-", "") if number % 4 == 1 else ""
        if ssn:
            cast.plants.add(Plant("US_SSN", str(int(ssn)), "private"))
        rows.append(
            [
                Cell(f"DL-25-{number:03d}"),
                Cell(FIRST_DAY + number * 3, look=1),
                Cell(cast.value("me")),
                Cell(cast.value("me", "street")),
                Cell(cast.value("me", "phone")) if number % 5 else None,
                Cell(cast.value("me", "email")),
                Cell(dog),
                Cell(22.5 if number % 3 else 10, look=2),
                Cell(int(ssn), look=3) if ssn else None,
            ]
        )
        if number % 6 == 2:
            comments[place(number + 1, 3)] = cast.fill(
                "{other.full} next door called from {other.phone}: it barks all night. {deputy.full} wrote back."
            )
    total = sum(float(row[7].value) for row in rows[1:] if row[7])
    rows.append([None] * 6 + [Cell("Total"), Cell(total, 2, f"SUM(H2:H{len(rows)})")])
    return Sheet("Licenses 2025", rows, WIDTHS, frozenset({len(HEADER)}), comments)


def _returned_checks(casts: list[Cast]) -> Sheet:
    rows: list[list[Cell | None]] = [[Cell(each) for each in ("License", "Owner", "Bank account", "Remark")]]
    for number in sorted(SHORT_OF):
        cast = casts[number - 1]
        remark = cast.fill("Came back. {me.full} pays in cash, call {me.phone} first.")
        cells = (f"DL-25-{number:03d}", cast.value("me"), cast.value("me", "bank"), remark)
        rows.append([Cell(each) for each in cells])
    return Sheet("Returned checks", rows, (14, 26, 16, 60), is_hidden=True)
