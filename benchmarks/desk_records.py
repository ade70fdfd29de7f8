"""Made-up records for the measurement of the review desk: mail, letters, one long register, and a table.

Nobody in them exists: names are picked from the lists that the recognizers ship, telephone numbers are 555-01xx.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tables import CHUNK, HEADER_A, STREETS, THINGS, joined, names, padded, picked, typed_columns

MAILBOX, REGISTER, TABLE = "mail.mbox", "register.txt", "permits.csv"
COMMENTED = 0.002
"""The share of the table's rows that have a comment, in which a name and a telephone number stand."""
_BODIES = (
    "Dear clerk,\n\nmy number is {ssn}, my telephone {phone}. The {thing} is still open.\n\n{given} {surname}\n",
    "Hello,\n\n{other} {surname2} told me to call {phone} about the {thing}; mine is {phone2}.\n\n{given} {surname}\n",
    "To the office,\n\nplease send the answer about the {thing} to {mail}.\n\n{given} {surname}, {phone}\n",
)


class People:
    """Picks made-up values."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._given = names("given_names.txt").to_pylist()
        self._surname = names("surnames.txt").to_pylist()

    def values(self) -> dict[str, str | int]:
        """Return values for the places of a text."""
        chance = self.chance
        given, surname = chance.choice(self._given), chance.choice(self._surname)
        return {
            "given": given, "surname": surname, "other": chance.choice(self._given),
            "surname2": chance.choice(self._surname), "phone": f"406-555-01{chance.randrange(100):02d}",
            "phone2": f"406-555-01{chance.randrange(100):02d}",
            "ssn": f"{chance.randrange(1, 666):03d}-{chance.randrange(1, 100):02d}-{chance.randrange(1, 10_000):04d}",
            "mail": f"{given}.{surname}{chance.randrange(10_000)}@example.com".lower(),
            "number": chance.randrange(1, 9999), "street": chance.choice(STREETS), "thing": chance.choice(THINGS),
        }  # fmt: skip

    def body(self) -> str:
        """Return a letter."""
        return self.chance.choice(_BODIES).format(**self.values())


def write_records(folder: Path, *, messages: int, letters: int, lines: int, rows: int, seed: int = 7) -> None:
    """Write a mailbox, letters of one file each, a register of one long text, and a table with few comments."""
    people = People(seed)
    (folder / "letters").mkdir(parents=True)
    with (folder / MAILBOX).open("w", encoding="utf-8") as stream:
        for number in range(messages):
            told = people.values()
            stream.write(
                "From clerk@example.gov Mon Mar  3 10:00:00 2025\n"
                f"From: {told['given']} {told['surname']} <{told['mail']}>\nTo: Clerk <clerk@example.gov>\n"
                f"Subject: {told['thing']} {number}\nDate: Mon, 3 Mar 2025 10:00:00 -0700\n"
                f"Message-ID: <{number}.desk@example.com>\nMIME-Version: 1.0\n"
                f"Content-Type: text/plain; charset=utf-8\n\n{people.body()}\n"
            )
    for number in range(letters):
        (folder / "letters" / f"letter-{number:05d}.txt").write_text(people.body(), encoding="utf-8")
    with (folder / REGISTER).open("w", encoding="utf-8") as stream:
        stream.write("Register of callers\n\n")
        for number in range(lines):
            told = people.values()
            stream.write(f"Caller {number}: {told['given']} {told['surname']}, {told['phone']}, {told['thing']}.\n")
            stream.write("\n" if number % 20 == 19 else "")
    _write_table(folder / TABLE, rows, seed)


def _write_table(path: Path, rows: int, seed: int) -> None:
    given, surname = names("given_names.txt"), names("surnames.txt")
    rng = np.random.default_rng(seed)
    with path.open("wb") as stream:
        stream.write((",".join((*HEADER_A, "comments")) + "\n").encode())
        for first in range(0, rows, CHUNK):
            count = min(CHUNK, rows - first)
            columns = typed_columns(rng, first, count, given, surname)
            said = joined(
                picked(rng, given, count), " ", picked(rng, surname, count), " called from 406-555-",
                padded(rng.integers(100, 200, count), 4), " about the ", picked(rng, pa.array(THINGS), count),
            )  # fmt: skip
            columns.append(pc.if_else(pa.array(rng.random(count) < COMMENTED), said, pa.scalar("")))
            lines = joined(pc.binary_join_element_wise(*columns, ","), "\n")
            stream.write(memoryview(lines.buffers()[2]))
