"""JSON: a document. The elements of a top-level array are its records, cut into units in bounded memory.

Any other document is one record and one unit, of at most 64 MiB.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import SAMPLE, Charset, looks_like_text
from pipeline.formats.json_lines import decoded, head_text, json_charset
from pipeline.formats.json_records import (
    ARRAY,
    DOCUMENT,
    UNIT_SIZE,
    Cut,
    read_unit,
    refused,
    rewrite_unit,
    rows_of,
    units_of,
)
from pipeline.formats.json_tokens import LEVELS, Elements, Malformed, Paths, valid
from pipeline.model import Edit, Reading, Source, Unit

DOCUMENT_LIMIT: Final = 64 * 1024 * 1024
ELEMENT_LIMIT: Final = 16 * 1024 * 1024
_NEAR_END: Final = 4096


class JsonDocument:
    """One JSON text a file."""

    name = "json_document"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.95 for what is JSON, or starts like it, 0.9 for what is only called so, else 0."""
        if not looks_like_text(head):
            return 0.0
        text = head_text(head)
        called_so = 0.9 if PurePosixPath(name).suffix.lower() in {".json", ".geojson"} else 0.0
        if text.lstrip()[:1] not in {"{", "["}:
            return called_so
        return 0.955 if _is_json(text, whole=len(head) < SAMPLE) else called_so

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut an array between its elements into units of about 256 KiB; another document is one unit.

        Raises:
            UnreadableSource: it is no JSON, nested too deep, or too large for one record.
        """
        charset = json_charset(stream)
        paths = Paths()
        is_array = False
        for text in decoded(stream, source, charset):
            if text.strip(" \t\r\n"):
                is_array = text.lstrip(" \t\r\n").startswith("[")
                break
        stream.seek(len(charset.mark))
        try:
            if is_array:
                cuts = list(_Walk(stream, source, charset, paths).cuts())
                yield from units_of(source, charset, ARRAY, cuts, paths)
                return
        except Malformed as malformed:
            raise refused(source, malformed, 1) from None
        if source.size > DOCUMENT_LIMIT:
            raise UnreadableSource(
                source.path, "one record of more than 64 MiB", "export its list as an array or as JSON Lines"
            )
        try:
            paths.take(valid("".join(decoded(stream, source, charset))))
        except Malformed as malformed:
            raise refused(source, malformed, 1) from None
        yield from units_of(source, charset, DOCUMENT, [Cut(0, source.size, 0)], paths)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for every key, string and number (raises UnreadableSource)."""
        return read_unit(payload, unit)

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit with edited tokens written anew (raises UnreadableSource, SpanError)."""
        return rewrite_unit(payload, unit, edits)

    def table(self, payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
        """Yield the names of the columns, then every record as its number and the values of its columns."""
        return rows_of(payload, unit)


def _is_json(text: str, *, whole: bool) -> bool:
    """Return whether a text is JSON, or breaks off where only its end is missing."""
    try:
        valid(text)
    except Malformed:
        if whole:
            return False
    else:
        return True
    try:
        json.loads(text, parse_int=str)  # a number of thousands of digits is no error of the text
    except json.JSONDecodeError as error:
        return error.msg.startswith("Unterminated") or error.pos >= len(text) - _NEAR_END
    except RecursionError:
        return True
    return True


class _Walk:
    """One walk over a top-level array: every element is read once, and units end behind elements."""

    def __init__(self, stream: BinaryIO, source: Source, charset: Charset, paths: Paths) -> None:
        self._texts = decoded(stream, source, charset)
        self._charset, self._paths = charset, paths
        self._text, self._line = "", 1
        self._stop = len(charset.mark)

    def cuts(self) -> Iterator[Cut]:
        """Yield the units (raises Malformed, its line counted from the start of the file)."""
        while "[" not in self._text:
            self._text += next(self._texts)
        at = self._text.index("[") + 1
        found, start, first, rows = Elements(at, at), 0, 0, 0
        while True:
            done = 0
            for begin, end, behind in found.spans(self._text):
                rows += self._take(begin, end, alone=found.ended and not rows)
                self._stop += len(self._text[done:behind].encode(self._charset.name))
                done = behind
                if not found.ended and self._stop - start >= UNIT_SIZE:
                    yield Cut(start, self._stop, first)
                    start, first = self._stop, rows
            self._line += self._text.count("\n", 0, done)
            self._text = self._text[done:]
            found.at, found.begin = found.at - done, found.begin - done
            if found.ended:
                break
            self._more(found)
        yield Cut(start, self._stop + self._rest(), first)

    def _more(self, found: Elements) -> None:
        """Read on, as much again as is held: a long element is not walked time and again."""
        if found.depth > LEVELS:
            raise Malformed(f"it is nested deeper than {LEVELS} levels", self._line)
        if len(self._text) > ELEMENT_LIMIT:
            raise Malformed("an element of more than 16 MiB", self._line)
        wanted, pieces = max(1, len(self._text)), [self._text]
        while wanted > 0:
            text = next(self._texts, None)
            if text is None:
                break
            pieces.append(text)
            wanted -= len(text)
        if not any(pieces[1:]):
            raise Malformed("it is no JSON (the array does not end)", self._line + self._text.count("\n"))
        self._text = "".join(pieces)

    def _take(self, begin: int, end: int, *, alone: bool) -> int:
        """Read an element; return 1, or 0 where the array is empty."""
        element = self._text[begin:end]
        if alone and not element.strip(" \t\r\n"):
            return 0
        if len(element) > ELEMENT_LIMIT:
            raise Malformed("an element of more than 16 MiB", self._line + self._text.count("\n", 0, begin))
        try:
            self._paths.take(valid(element))
        except Malformed as malformed:
            raise Malformed(malformed.why, self._line + self._text.count("\n", 0, begin) + malformed.line - 1) from None
        return 1

    def _rest(self) -> int:
        """Return how many bytes of blanks stand behind the array."""
        size = 0
        for text in (self._text, *self._texts):
            if left := text.lstrip(" \t\r\n"):
                line = self._line + text.count("\n", 0, len(text) - len(left))
                raise Malformed("it is no JSON (something stands behind its end)", line)
            size += len(text.encode(self._charset.name))
        return size
