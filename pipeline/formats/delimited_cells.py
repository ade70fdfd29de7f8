"""Tables of delimited text as raw cells: cut so that delimiters and cells joined again are the same text.

Cells that need no care are cut by ``str.split``; a row with quotes takes one compiled pattern, and is
taken only when its pieces joined again are the row itself. What is left (cells over several lines,
stray quotes) goes through a scan of one step a cell. All of it is linear in the text.

A quoted cell ends at a quote before a delimiter or a row end. A cell that only starts with quotes,
``"Bob" Smith``, is ordinary text; where that reading and the other would put the end of the cell in
different places, nobody can say what was meant, and :class:`MalformedRow` is raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Final

CELL_LIMIT: Final = 1 << 26
"""Characters of a row above which its quotes are taken to be broken."""

_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FORMULA: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # the last: full-width


class MalformedRow(Exception):
    """A row that can be read in two ways, or not at all: what is wrong, and the number of the row."""

    def __init__(self, reason: str, row: int = 0) -> None:
        super().__init__(reason, row)
        self.reason, self.row = reason, row

    def words(self) -> str:
        """Return row and reason for a person, data rows counted from 1."""
        return f"row {self.row + 1}: {self.reason}" if self.row >= 0 else f"header row: {self.reason}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells and rows are written.

    ``quote`` is empty where quotes are ordinary characters, ``escape`` says that a backslash takes
    the next character out of its role, ``spaced`` that blanks may stand around a quoted cell, and
    ``bare_cr`` that a carriage return alone ends a row.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: bool = False
    spaced: bool = False
    bare_cr: bool = False

    def dumps(self) -> str:
        """Return the dialect as a string for the context of a unit."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Dialect:
        """Return the dialect that :meth:`dumps` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class _Patterns:
    quick: re.Pattern[str]
    quoted: re.Pattern[str]
    bare: re.Pattern[str]
    end: re.Pattern[str]


Row = tuple[int, list[str], int]
"""Where a row starts, its raw cells, and where the next row starts."""


def rows(text: str, dialect: Dialect, *, final: bool = True) -> Iterator[Row]:
    """Cut ``text`` into rows of raw cells; without ``final`` the last row, if unfinished, is left out.

    Raises:
        MalformedRow: a quote that never closes, or one that closes where no cell ends.
    """
    patterns = _patterns(dialect)
    quote, delimiter, bare_cr = dialect.quote or "\0", dialect.delimiter, dialect.bare_cr
    pos, size = 0, len(text)
    while pos < size:
        stop, following = _row_end(text, pos, patterns, bare_cr=bare_cr)
        line = text[pos:stop]
        if following < 0 and not final:
            if size - pos > CELL_LIMIT:
                raise MalformedRow("a row that does not end within 64 MiB")
            return
        if quote not in line and not (dialect.escape and "\\" in line):
            cells = line.split(delimiter)
        else:
            cells = patterns.quick.findall(line)
            if delimiter.join(cells) != line or (dialect.escape and _ends_escaped(line)):
                found = _slow_row(text, pos, patterns, dialect, final=final)
                if found is None:
                    if size - pos > CELL_LIMIT:
                        raise MalformedRow("a quoted cell that does not end within 64 MiB")
                    return
                cells, following = found
        if following == size and not final and text[size - 1] == "\r":
            return  # the line feed of this row end may come with the next bytes
        start, pos = pos, following if following >= 0 else size
        yield start, cells, pos


def value(raw: str, dialect: Dialect) -> str:
    """Return what a raw cell says: without its quotes, doubled quotes and escapes taken back."""
    inner = _inside(raw, dialect)
    if inner is None:
        return _unescaped(raw) if dialect.escape and "\\" in raw else raw
    inner = inner.replace(dialect.quote * 2, dialect.quote)
    return _unescaped(inner) if dialect.escape and "\\" in inner else inner


def render(new: str, raw: str, dialect: Dialect) -> str:
    """Return the raw cell that says ``new`` in place of ``raw``: quoted if that was, or where it must be.

    What a spreadsheet would take for a formula gets an apostrophe before it, as spreadsheets do: cells that we
    write start none. Cells that are not written anew stay what they were.
    """
    if new.startswith(_FORMULA):
        new = "'" + new
    risky = {dialect.delimiter, "\n", "\r", dialect.quote} - {""}
    quoted = _inside(raw, dialect) is not None
    if dialect.escape:
        new = new.replace("\\", "\\\\")
    if dialect.quote and (quoted or any(each in new for each in risky) or (dialect.spaced and new != new.strip(" "))):
        inner = new.replace(dialect.quote, ("\\" if dialect.escape else dialect.quote) + dialect.quote)
        return _around(raw, dialect.quote + inner + dialect.quote) if quoted else dialect.quote + inner + dialect.quote
    for each in sorted(risky):
        new = new.replace(each, _ESCAPES.get(each, "\\" + each) if dialect.escape else " ")
    return new


def _inside(raw: str, dialect: Dialect) -> str | None:
    """Return what stands between the quotes of a raw cell, or None where it is not a quoted cell."""
    if not dialect.quote:
        return None
    cell = raw.strip(" ") if dialect.spaced else raw
    if len(cell) < 2 or cell[0] != dialect.quote or cell[-1] != dialect.quote:
        return None
    inner = cell[1:-1]
    if dialect.quote not in inner and not (dialect.escape and "\\" in inner):
        return inner
    return inner if _patterns(dialect).quoted.fullmatch(cell) else None


def _around(raw: str, cell: str) -> str:
    """Return ``cell`` with the blanks that stood around the quotes of ``raw``."""
    bare = raw.strip(" ")
    before = raw.index(bare)
    return raw[:before] + cell + raw[before + len(bare) :]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), text, flags=re.DOTALL)


def _ends_escaped(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _row_end(text: str, pos: int, patterns: _Patterns, *, bare_cr: bool) -> tuple[int, int]:
    """Return where the line at ``pos`` ends and where the next begins (-1 at the end of the text)."""
    if bare_cr:
        found = patterns.end.search(text, pos)
        return (found.start(), found.end()) if found else (len(text), -1)
    at = text.find("\n", pos)
    if at < 0:
        return len(text), -1
    return (at - 1 if at > pos and text[at - 1] == "\r" else at), at + 1


def _slow_row(
    text: str, pos: int, patterns: _Patterns, dialect: Dialect, *, final: bool
) -> tuple[list[str], int] | None:
    """Return the cells of the row at ``pos`` and the next row's start (-1: none); None where it is not all there."""
    cells: list[str] = []
    while True:
        stop = _cell_end(text, pos, patterns, dialect, final=final)
        if stop is None or (stop == len(text) and not final):
            return None
        if text.startswith(dialect.delimiter, stop):
            cells.append(text[pos:stop])
            pos = stop + 1
            continue
        if stop == len(text):
            return [*cells, text[pos:stop]], -1
        if not dialect.bare_cr and text[stop] == "\n" and stop > pos and text[stop - 1] == "\r":
            stop -= 1
        end = patterns.end.match(text, stop)
        assert end is not None
        return [*cells, text[pos:stop]], end.end()


def _cell_end(text: str, pos: int, patterns: _Patterns, dialect: Dialect, *, final: bool) -> int | None:
    """Return where the cell at ``pos`` ends, or None where more text is needed to say so."""
    bare = patterns.bare.match(text, pos)
    assert bare is not None
    start = text[pos : bare.end()].lstrip(" ") if dialect.spaced else text[pos : pos + 1]
    if not dialect.quote or not start.startswith(dialect.quote):
        return bare.end()
    quoted = patterns.quoted.match(text, pos)
    if quoted is None:
        if final:
            raise MalformedRow("a quote that never closes")
        return None
    stop = quoted.end()
    if stop == len(text) or text.startswith(dialect.delimiter, stop) or patterns.end.match(text, stop):
        return stop
    if stop == len(text) - 1 and text[stop] == "\r" and not final:
        return None
    if bare.end() >= stop and not text.startswith("\\" + dialect.quote, stop - 2):
        return bare.end()
    raise MalformedRow("a quote that closes in the middle of a cell")


@lru_cache(maxsize=64)
def _patterns(dialect: Dialect) -> _Patterns:
    """Compile the patterns of a dialect. Possessive throughout, so that no text makes them go back."""
    d, q = re.escape(dialect.delimiter), re.escape(dialect.quote)
    ends = r"\r\n" if dialect.bare_cr else r"\n"
    skip = r"\\" if dialect.escape else ""
    bare = f"[^{d}{ends}{skip}]*+" + (rf"(?:\\.[^{d}{ends}{skip}]*+)*+\\?" if dialect.escape else "")
    blank = " *+" if dialect.spaced else ""
    pair = f"(?:{q}{q}" + (r"|\\." if dialect.escape else "") + ")"
    quoted = f"{blank}{q}[^{q}{skip}]*+(?:{pair}[^{q}{skip}]*+)*+{q}{blank}" if q else "(?!)"
    plain = f"(?!{blank}{q}){bare}" if q else bare
    return _Patterns(
        quick=re.compile(rf"(?:^|{d})({quoted}(?={d}|\Z)|{plain}(?={d}|\Z))", re.DOTALL),
        quoted=re.compile(quoted, re.DOTALL),
        bare=re.compile(bare, re.DOTALL),
        end=re.compile(r"\r\n|\r|\n" if dialect.bare_cr else r"\r?\n"),
    )
