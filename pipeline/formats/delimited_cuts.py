"""Where a table of delimited text may be cut: the byte at which each unit ends, and its first row's number.

Where a charset leaves ASCII bytes alone, row ends are told from the bytes by array arithmetic. Between two
rows an even number of quotes has passed, as long as every quote opens a cell, closes one, or is half of a
doubled quote inside one (RFC 4180, section 2). From the first quote that does none of this, or the first
backslash of a dialect that escapes with it, rows are cut one by one as a worker will cut them, until the
doubtful place is past. So both ways give the same rows, and what cannot be read is refused in the same words.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.formats.delimited_cells import CELL_LIMIT, Dialect, MalformedRow, Row, rows
from pipeline.formats.delimited_dialect import Layout
from pipeline.formats.encoding import CHUNK, Charset, encode, errors_of

UNIT_SIZE: Final = 1024 * 1024
"""Bytes (characters, in a charset of wide ones) from which on a unit ends at the next row end."""

_DOUBTFUL_SPAN: Final = 16 * 1024
"""Bytes after a doubtful place that are still cut row by row; twice as many after the next."""

_LF: Final = 10
_CR: Final = 13

Cut = tuple[int, int]
"""The byte at which a unit ends, and the number of its first row."""


def cuts(stream: BinaryIO, charset: Charset, layout: Layout) -> Iterator[Cut]:
    """Yield where each unit ends and the number of its first row; reads the file once, in bounded memory.

    Raises:
        MalformedRow: NUL bytes, or quotes that can be read in two ways; with the row's number.
        UnicodeError: bytes that are no text in this charset.
    """
    dialect = layout.dialect
    if charset.transparent and not dialect.bare_cr and (dialect.delimiter + dialect.quote).isascii():
        return _byte_cuts(stream, len(charset.mark), layout)
    return _text_cuts(stream, charset, layout)


def counted(found: Iterator[Row], row: int) -> Iterator[Row]:
    """Yield rows, and give the row that cannot be read its number (``row``: that of the first one)."""
    number = row  # of the row that is read next
    try:
        for each in found:
            number += 1
            yield each
    except MalformedRow as malformed:
        raise MalformedRow(malformed.reason, number) from None


class _Tally:
    """Counts rows as their ends go by, and says where units end."""

    def __init__(self, start: int, row: int) -> None:
        self.row = self.first = row
        self.start = start

    def pass_ends(self, ends: NDArray[np.int64]) -> Iterator[Cut]:
        """Take the ends of the next rows (offsets into the file, rising) and yield the units that end there."""
        done = 0
        while True:
            at = done + int(np.searchsorted(ends[done:], self.start + UNIT_SIZE))
            if at >= len(ends):
                self.row += len(ends) - done
                return
            self.row += at + 1 - done
            self.start, done = int(ends[at]), at + 1
            yield self.start, self.first
            self.first = self.row


def _byte_cuts(stream: BinaryIO, mark: int, layout: Layout) -> Iterator[Cut]:
    """Cut bytes: one character each, as in Latin-1."""
    offset = stream.seek(mark)
    tally = _Tally(offset + layout.skip, layout.first_row)
    given, carry, pos = offset, b"", layout.skip
    while True:
        chunk = stream.read(min(max(CHUNK, len(carry)), CELL_LIMIT))  # what must be read again doubles: linear time
        window = carry + chunk
        span = _DOUBTFUL_SPAN
        if b"\0" in chunk:
            raise MalformedRow("a NUL byte", tally.row + window.count(b"\n", 0, window.index(b"\0")))
        while pos < len(window):
            ends, doubt = _clean_ends(window, pos, layout.dialect)
            if len(ends):
                _refuse_long_rows(ends, pos, tally.row)
                pos = int(ends[-1])
                for cut in tally.pass_ends(ends + offset):
                    given = cut[0]
                    yield cut
            if pos == len(window) or (doubt < 0 and chunk and len(window) - pos <= CELL_LIMIT):
                break  # the last row is all there, or simply not there yet
            until, span = max(doubt, pos) + span, span * 2
            doubtful = _row_by_row(window, pos, until, layout.dialect, row=tally.row, final=not chunk)
            if not len(doubtful):
                break
            _refuse_long_rows(doubtful, pos, tally.row)
            pos = int(doubtful[-1])
            for cut in tally.pass_ends(doubtful + offset):
                given = cut[0]
                yield cut
        if not chunk:
            break
        carry, offset, pos = window[pos:], offset + pos, 0
    if offset + len(window) > given or given == mark:
        yield offset + len(window), tally.first


def _refuse_long_rows(ends: NDArray[np.int64], start: int, row: int) -> None:
    """Raise MalformedRow where a row (the first is number ``row``) is too long to be held in memory with others."""
    long = np.flatnonzero(np.diff(ends, prepend=start) > CELL_LIMIT)
    if len(long):
        raise MalformedRow("a row that does not end within 64 MiB", row + int(long[0]))


def _row_by_row(window: bytes, pos: int, until: int, dialect: Dialect, *, row: int, final: bool) -> NDArray[np.int64]:
    """Return where rows end from ``pos`` to the first end past ``until``, cut as a worker cuts them."""
    text = window[pos:].decode("latin-1")
    found: list[int] = []
    for _, _, following in counted(rows(text, dialect, final=final), row):
        found.append(pos + following)
        if found[-1] > until:
            break
    return np.array(found, dtype=np.int64)


def _clean_ends(window: bytes, pos: int, dialect: Dialect) -> tuple[NDArray[np.int64], int]:
    """Return where rows end from the row start ``pos`` on, up to the first doubtful byte, and that (-1: none)."""
    array = np.frombuffer(window, dtype=np.uint8, offset=pos)
    ends = np.flatnonzero(array == _LF) + 1
    doubts = []
    if dialect.escape and (slash := window.find(b"\\", pos)) >= 0:
        doubts.append(slash - pos)
    if dialect.quote and window.find(dialect.quote.encode(), pos) >= 0:
        quotes = np.flatnonzero(array == ord(dialect.quote))
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        doubts += _stray(array, quotes, dialect)
    if not doubts:
        return ends + pos, -1
    doubt = min(doubts)
    return ends[ends <= doubt] + pos, doubt + pos


def _stray(array: NDArray[np.uint8], quotes: NDArray[np.int64], dialect: Dialect) -> list[int]:
    """Return the first quote that neither opens a cell nor closes one nor is half of a doubled one, if any."""
    beside = np.zeros(256, dtype=bool)
    beside[[ord(dialect.delimiter), ord(dialect.quote), _LF]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = array[np.maximum(opening - 1, 0)]
    wrong = opening[~(beside[before] | (opening == 0))][:1]
    last = len(array) - 1
    after, then = array[np.minimum(closing + 1, last)], array[np.minimum(closing + 2, last)]
    unknown = closing + 2 > last  # no row ends there yet
    amiss = closing[~(beside[after] | ((after == _CR) & (then == _LF)) | unknown)][:1]
    return [int(each) for each in (*wrong, *amiss)]


def _text_cuts(stream: BinaryIO, charset: Charset, layout: Layout) -> Iterator[Cut]:
    """Cut text, row by row; in a charset where ASCII bytes are ASCII characters, bytes count as characters."""
    codec = "latin-1" if charset.transparent else charset.name
    decoder = codecs.getincrementaldecoder(codec)(errors_of(codec))
    stop = given = stream.seek(len(charset.mark))
    row = first = layout.first_row
    carry, skip, held = "", layout.skip, 0
    while True:
        chunk = stream.read(CHUNK)
        text = carry + decoder.decode(chunk, final=not chunk)
        if "\0" in text:
            raise MalformedRow("a NUL byte", row + text.count("\n", 0, text.index("\0")))
        stop += len(encode(text[:skip], codec))
        text, skip, done, last = text[skip:], 0, 0, 0
        for _, _, last in counted(rows(text, layout.dialect, final=not chunk), row):
            row += 1
            if held + last >= UNIT_SIZE:
                stop += len(encode(text[done:last], codec))
                yield stop, first
                given, first, done, held = stop, row, last, -last
        stop += len(encode(text[done:last], codec))
        held, carry = held + last, text[last:]
        if not chunk:
            break
    if stop > given or given == len(charset.mark):
        yield stop, first
