"""JSON Lines: one JSON text a line, each a record (also called NDJSON).

The file is walked once before its first unit is given out: a line that is no JSON is refused with its number.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import CHUNK, SAMPLE, Charset, charset_of, looks_like_text
from pipeline.formats.json_records import (
    LINES,
    REMEDY,
    UNIT_SIZE,
    Cut,
    read_unit,
    refused,
    rewrite_unit,
    rows_of,
    units_of,
)
from pipeline.formats.json_tokens import Malformed, Paths, valid
from pipeline.model import Edit, Reading, Source, Unit

LINE_LIMIT: Final = 16 * 1024 * 1024
_EXTENSIONS: Final = frozenset({".jsonl", ".ndjson", ".jsonlines"})


class JsonLines:
    """JSON texts, one a line."""

    name = "json_lines"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.96 where the first lines are objects, 0.92 for lists, 0.9 for what is only called so, else 0."""
        if not looks_like_text(head):
            return 0.0
        called_so = PurePosixPath(name).suffix.lower() in _EXTENSIONS
        text = head_text(head)
        lines = text.split("\n")
        whole = [line for line in (lines if len(head) < SAMPLE else lines[:-1]) if line.strip()]
        if len(whole) < 2 and not called_so:
            return 0.0
        try:
            found = [valid(line) for line in whole]
        except Malformed:
            return 0.9 if called_so else 0.0
        if all(isinstance(each, dict) for each in found):
            return 0.96 if found or called_so else 0.0
        return 0.92 if called_so or all(isinstance(each, (dict, list)) for each in found) else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut the file at line ends into units of about 256 KiB.

        Raises:
            UnreadableSource: a line is no JSON, or longer than 16 MiB, or bytes are no UTF-8 (UTF-16, UTF-32).
        """
        charset = json_charset(stream)
        paths, cuts = Paths(), []
        start = stop = given = len(charset.mark)
        rows = first = 0
        for number, line in enumerate(_lines(stream, source, charset), start=1):
            if line.strip(" \t\r\n"):
                try:
                    paths.take(valid(line))
                except Malformed as malformed:
                    raise refused(source, malformed, number) from None
                rows += 1
            stop += len(line) if line.isascii() and charset.transparent else len(line.encode(charset.name))
            if stop - start >= UNIT_SIZE:
                cuts.append(Cut(start, stop, first))
                start, first = stop, rows
        if stop > start or given == start:
            cuts.append(Cut(start, stop, first))
        if cuts and charset.mark:
            cuts[0] = Cut(0, cuts[0].stop, 0)
        yield from units_of(source, charset, LINES, cuts if stop else (), paths)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for every key, string and number (raises UnreadableSource)."""
        return read_unit(payload, unit)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit with edited tokens written anew (raises UnreadableSource, SpanError)."""
        return rewrite_unit(payload, unit, edits)

    def table(self, payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
        """Yield the names of the columns, then every record as its number and the values of its columns."""
        return rows_of(payload, unit)


def json_charset(stream: BinaryIO) -> Charset:
    """Return UTF-8, or the wider charset that a mark or NUL bytes tell; the stream stands behind the mark then."""
    stream.seek(0)
    charset = Charset("utf-8")
    with suppress(UnicodeError):
        found = charset_of(io.BytesIO(stream.read(SAMPLE)))
        charset = found if found.name.startswith("utf-") else charset
    stream.seek(len(charset.mark))
    return charset


def head_text(head: bytes) -> str:
    """Return the text of the first bytes of a file, as far as it is JSON's text."""
    charset = json_charset(io.BytesIO(head))
    return codecs.getincrementaldecoder(charset.name)("replace").decode(head[len(charset.mark) :])


def decoded(stream: BinaryIO, source: Source, charset: Charset) -> Iterator[str]:
    """Yield the text of a file chunk by chunk (raises UnreadableSource with the line of a byte that is none)."""
    decoder = codecs.getincrementaldecoder(charset.name)()
    line, chunk = 1, b"-"
    while chunk:
        chunk = stream.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            line += chunk.count(b"\n", 0, getattr(error, "start", 0))
            what = f"line {line}: bytes that are no text in {charset.name}"
            raise UnreadableSource(source.path, what, REMEDY) from None
        line += text.count("\n")
        yield text


def _lines(stream: BinaryIO, source: Source, charset: Charset) -> Iterator[str]:
    held: list[str] = []
    size = number = 0
    for text in decoded(stream, source, charset):
        *whole, rest = text.split("\n")
        for line in whole:
            yield "".join([*held, line, "\n"])
            held, size, number = [], 0, number + 1
        held.append(rest)
        size += len(rest)
        if size > LINE_LIMIT:
            raise UnreadableSource(source.path, f"line {number + 1}: it is longer than 16 MiB", REMEDY)
    if last := "".join(held):
        yield last
