"""The officials whom an office names: whole names only, because private persons bear their surnames too."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pipeline.errors import PolicyError
from pipeline.policy.marked_yaml import read_bytes

__all__ = ["COLUMNS", "Official", "Officials", "read_officials"]

COLUMNS: Final = ("given", "surname", "also", "title", "agency", "source", "from", "to")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_LEFT_OUT: Final = frozenset({"mr", "mrs", "ms", "miss", "dr", "hon", "jr", "sr", "ii", "iii", "iv", "esq"})


@dataclass(frozen=True, slots=True)
class _Name:
    given: str
    middle: tuple[str, ...]
    surname: tuple[str, ...]

    def is_also(self, other: _Name) -> bool:
        """Return whether two names can be one person's: middle names may be missing or be initials."""
        if (self.given, self.surname) != (other.given, other.surname):
            return False
        return all(
            mine == theirs or (mine[0] == theirs[0] and 1 in (len(mine), len(theirs)))
            for mine, theirs in zip(self.middle, other.middle, strict=False)
        )


@dataclass(frozen=True, slots=True)
class Official:
    """One official: the names known, the title, and the days in office where they are known."""

    names: tuple[_Name, ...]
    title: str
    agency: str = ""
    starts: date | None = None
    ends: date | None = None

    def held_office(self, on: date | None) -> bool:
        """Return whether the office was held on a day (an unknown day or bound excludes nothing)."""
        if on is None:
            return True
        return (self.starts is None or self.starts <= on) and (self.ends is None or on <= self.ends)


@dataclass(frozen=True)
class Officials:
    """The officials, by the last word of their surname."""

    by_surname: dict[str, tuple[Official, ...]]

    def find(self, name: str, on: date | None = None) -> Official | None:
        """Return the official of a whole name ("Ron Alles", "Alles, Ronald J."), or None; a surname finds none."""
        for parsed in _parsed(name):
            for official in self.by_surname.get(parsed.surname[-1], ()):
                if official.held_office(on) and any(known.is_also(parsed) for known in official.names):
                    return official
        return None


def read_officials(path: Path) -> Officials:
    """Read ``officials.csv``: lines that start with # are left out.

    Raises:
        PolicyError: the file cannot be read, or a row is wrong.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError(str(path), "the file is not UTF-8 text", "save it as CSV UTF-8") from None
    found: dict[str, list[Official]] = {}
    for official in _rows(text, path):
        for surname in {name.surname[-1] for name in official.names}:
            found.setdefault(surname, []).append(official)
    return Officials({surname: tuple(officials) for surname, officials in found.items()})


def _rows(text: str, path: Path) -> Iterator[Official]:
    lines = text.splitlines(keepends=True)
    blank = [line if line.strip() and not line.lstrip().startswith("#") else "" for line in lines]
    skipped = next((number for number, line in enumerate(blank) if line), len(blank))
    reader = csv.reader(io.StringIO("".join(line or "\n" for line in blank[skipped:]), newline=""), strict=True)
    header: list[str] | None = None
    try:
        for row in reader:
            where = f"{path}:{skipped + reader.line_num}"
            if not row:
                continue
            if header is None:
                header = _header(row, where)
                continue
            if len(row) != len(header):
                what = f"the row has {len(row)} cells, the header {len(header)}"
                raise PolicyError(where, what, "put quotes around a cell that holds a comma")
            yield _official(dict(zip(header, (cell.strip() for cell in row), strict=True)), where)
    except csv.Error:
        where = f"{path}:{skipped + reader.line_num}"
        raise PolicyError(where, "not valid CSV", "check the quotes of this row") from None
    if header is None:
        raise PolicyError(f"{path}:1", "the file has no header row", f"its columns are {', '.join(COLUMNS)}")


def _header(row: list[str], where: str) -> list[str]:
    header = [cell.strip() for cell in row]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise PolicyError(f"{where}, header", f"no column {', '.join(missing)}", f"columns: {', '.join(COLUMNS)}")
    if len(set(header)) < len(header) or set(header) - set(COLUMNS):
        raise PolicyError(f"{where}, header", "a column is unknown or stands twice", f"columns: {', '.join(COLUMNS)}")
    return header


def _official(row: dict[str, str], where: str) -> Official:
    for name in ("surname", "title"):
        if not row[name]:
            raise PolicyError(f"{where}, column {name}", "the cell is empty", "fill it in, or delete the row")
    known = [f"{row['surname']}, {row['given']}"] if row["given"] else []
    known += [name for name in row["also"].split(";") if name.strip()]
    names = []
    for written in known:
        parsed = list(_parsed(written))
        if not parsed:
            raise PolicyError(f"{where}, column also", "a name has only one word", "write given name and surname")
        names.append(parsed[0])
    if not names:
        raise PolicyError(f"{where}, column given", "the cell is empty", "give a given name, or whole names in also")
    return Official(tuple(names), row["title"], row["agency"], _day(row, "from", where), _day(row, "to", where))


def _day(row: dict[str, str], column: str, where: str) -> date | None:
    if not row[column]:
        return None
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise PolicyError(
            f"{where}, column {column}", "this is no date", "write YYYY-MM-DD, or leave it empty"
        ) from None


def _parsed(name: str) -> Iterator[_Name]:
    """Yield the ways to read a name; none where it has fewer than two words."""
    surname, comma, rest = name.partition(",")
    first = _words(rest) if comma else ()
    if first:
        if _words(surname):
            yield _Name(first[0], first[1:], _words(surname))
        return
    words = _words(surname)
    for length in range(1, len(words)):  # "Ana de la Cruz": the surname may have several words
        yield _Name(words[0], words[1 : len(words) - length], words[len(words) - length :])


def _words(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return tuple(word for word in _WORD.findall(plain) if word not in _LEFT_OUT)
