"""The export of a contact form: a hundred and fifty rows, with what such exports do to data."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

from maker.cast import sheet
from maker.mime import token
from maker.writing import Book, Cast, Plant

FORM = "web_form/contact-form.csv"
HEADER = [
    *("submission_id", "submitted_at", "first_name", "last_name", "email", "phone", "street_address"),
    *("city", "state", "zip", "date_of_birth", "account_number", "session_id", "comment"),
]
ROWS = 150
RAGGED = 97
FIRST = datetime(2025, 2, 3, 7, 5, 0)  # noqa: DTZ001 - the export has no zone either
TAILS = (
    "",
    "",
    "Thank you, {me.full}",
    "\n\n{me.full}\n{me.phone}",
    'Your page says "we answer within five days", and this is day nine.',
    "I wrote about this before, in the winter.",
    "Please answer by e-mail, {me.email}.",
    "",
    "NOBODY EVER ANSWERS!!!",
    "You may use my name.",
    "Regards; {me.full}, {me.street}",
)


def row_cast(row: int, comment: str) -> Cast:
    """Return who sent a row in; every eighth row comes from somebody who wrote before."""
    number = 250 + (row if row % 8 else row // 2)
    return Cast(number, "eastmarsh" if number % 5 == 2 else "pineford", "she" if "{me_her." in comment else "")


def write_row(row: int, comment: str) -> tuple[list[str], Cast]:
    """Return the cells of one row."""
    cast = row_cast(row, comment)
    person = cast.private()
    tail = TAILS[row % len(TAILS)]
    text = cast.fill(comment if not tail else f"{comment}{'' if tail[0] == chr(10) else ' '}{tail}")

    def given(fact: str, every: int) -> str:
        return "" if row % every == 3 else cast.value("me", fact)

    when = FIRST + timedelta(hours=row * 19, minutes=row * 7 % 60, seconds=row * 31 % 60)
    street = given("street", 6)
    place = person.place if street else {"city": "", "state": "", "zip": ""}
    cells = [
        f"WF-{20417 + row}",
        f"{when:%Y-%m-%dT%H:%M:%S}",
        person.given,
        person.surname.upper() if person.surname == "Na" else person.surname,
        given("email", 17),
        given("phone", 5),
        street,
        place["city"],
        place["state"],
        place["zip"],
        given("dob", 4) if row % 2 else "",
        given("account", 7) if row % 3 == 0 else "",
        f"sess_{token('session', row)}",
        text,
    ]
    cast.plants |= {
        Plant("PERSON", f"{cells[2]} {cells[3]}", "private"),
        Plant("LINKED_IDENTIFIER", cells[12], "private"),
    }
    return cells, cast


def write_web_form(book: Book) -> dict[str, bytes]:
    """Return the export as CSV, one row of it with a cell too many, as a hand edit leaves it."""
    comments: list[str] = sheet("comments.toml")["comments"]
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(HEADER)
    for row in range(1, ROWS + 1):
        cells, cast = write_row(row, comments[(row * 23) % len(comments)])
        if row == RAGGED:
            cells.append("called back 3/14, left word")
        rows.writerow(cells)
        book.note(FORM, row, " ".join(cells), cast.plants)
    return {FORM: out.getvalue().encode("utf-8")}
