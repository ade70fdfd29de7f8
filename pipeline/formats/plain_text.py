"""Plain text: letters, notes, Markdown, logs.

A document is one record, read in blocks: whole paragraphs up to about 8,000 characters together, so that
models see what stands around a name. In a log (of the lines of its first 64 KiB that are not indented, at
least 6 of 10 start with a time, an IP address or a level) an entry is a record: a line that starts so,
with the lines up to the next such line.

Formats that hide text from a reader of their bytes (RTF, HTML, XML, JSON, vCard: entities, escapes, folded
lines) are not plain text; while no format here reads them, nobody claims them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import (
    CHUNK,
    SAMPLE,
    Charset,
    charset_for,
    decode,
    encode,
    errors_of,
    looks_like_text,
    readable,
)
from pipeline.model import Block, Edit, Reading, Segment, Source, SpanError, Unit

UNIT_SIZE: Final = 512 * 1024
LINE_LIMIT: Final = 16 * 1024 * 1024
BLOCK_SIZE: Final = 8_000
PARAGRAPH_LIMIT: Final = 20_000

_TEXTS: Final = frozenset({".txt", ".text", ".log", ".md", ".markdown", ".rst", ".asc"})
_OTHERS: Final = frozenset(
    {
        ".eml",
        ".mbox",
        ".mbx",
        ".html",
        ".htm",
        ".xml",
        ".svg",
        ".json",
        ".jsonl",
        ".ndjson",
        ".rtf",
        ".vcf",
        ".ics",
        ".ps",
    }
)
_MARKUP: Final = re.compile(
    r"\s*(?:<(?:!doctype|!--|\?xml|html|head|body|svg|table|div)\b|\{\s*\"|\[\s*[\[{\"]|BEGIN:V(?:CARD|CALENDAR))",
    re.IGNORECASE,
)
_ENTRY: Final = re.compile(
    r"[\[<(]?(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[/.]\d\d?[/.]\d{2,4}|\d\d?:\d\d(?::\d\d)?\b"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? +(?:\d|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w* +\d{1,2},? +\d\d:\d\d"
    r"|\d{1,3}(?:\.\d{1,3}){3}\b|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7} "
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b|\d{10}(?:\.\d+)? |<\d{1,3}>"
    r"|\[REDACTED)"  # an entry whose address or time was withheld is one in the copy too
)
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BLANK: Final = re.compile(r"(?:\r\n|\r(?!\n)|\n)(?:[ \t]*(?:\r\n|\r(?!\n)|\n))+")
_END: Final = re.compile(r"\r\n|\r|\n")
_BREAKS: Final = ("\n", "\r", ". ", " ")


class PlainText:
    """Running text without markup."""

    name = "plain_text"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.6 for text called so, 0.3 for text under another name, 0 for anything else."""
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in _OTHERS or not looks_like_text(head) or _MARKUP.match(head[:256].decode("latin-1").lstrip("ï»¿")):
            return 0.0
        return 0.6 if suffix in _TEXTS else 0.3

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut the text into units of at most 512 KiB, at entries of a log, else at blank lines, else at line ends.

        Raises:
            UnreadableSource: NUL bytes, bytes that are no text in the file's charset, or a line of
                more than 16 MiB.
        """
        charset = charset_for(stream, source.path)
        head = stream.read(SAMPLE)
        decoder = codecs.getincrementaldecoder(charset.name)(errors_of(charset.name))
        try:
            log = is_log(decoder.decode(head[len(charset.mark) :]))
            start, block = 0, 0
            for ordinal, text in enumerate(_pieces(stream, source, charset, log=log)):
                mark = 0 if ordinal else len(charset.mark)
                stop = start + mark + len(encode(text, charset.name))
                yield Unit(source, ordinal, start, stop, _context(charset, mark, block, log=log))
                start, block = stop, block + len(_spans(readable(text), log=log))
        except UnicodeError:
            raise UnreadableSource(source.path, f"bytes that are no text in {charset.name}", "save it again") from None

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return a segment for every block of the unit that holds more than blanks.

        Raises:
            UnreadableSource: the bytes are no text in the unit's charset.
        """
        log, first = unit.context["layout"] == "log", int(unit.context["block"])
        text = readable(decode(payload[int(unit.context["mark"]) :], unit.context["encoding"], unit.source.path))
        path, segments, entry = unit.source.path, [], first
        for number, (start, end) in enumerate(_spans(text, log=log), first):
            piece = text[start:end]
            entry = number if _ENTRY.match(piece) else entry
            if piece.strip():
                segments.append(Segment(piece, (Block(number),), "", f"{path}#entry{entry}" if log else path))
        return Reading(tuple(segments))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the unit with ``edits`` applied; all other bytes as they were.

        Raises:
            UnreadableSource: the bytes are no text in the unit's charset.
            SpanError: an edit does not fit its block, or there is no such block.
        """
        if not edits:
            return payload
        mark, first = int(unit.context["mark"]), int(unit.context["block"])
        text = decode(payload[mark:], unit.context["encoding"], unit.source.path)
        spans = _spans(readable(text), log=unit.context["layout"] == "log")
        pieces, done = [], 0
        for edit in sorted(edits):
            step = edit.address[0] if len(edit.address) == 1 else None
            if not isinstance(step, Block) or not 0 <= step.number - first < len(spans):
                raise SpanError(f"{unit.key}: an edit in a block that this unit does not hold")
            start, end = spans[step.number - first]
            if not done <= start + edit.start <= start + edit.end <= end:
                raise SpanError(f"{unit.key}: span {edit.start}..{edit.end} does not fit a block of {end - start}")
            pieces += [text[done : start + edit.start], edit.replacement]
            done = start + edit.end
        return payload[:mark] + encode("".join(pieces) + text[done:], unit.context["encoding"])


def is_log(text: str) -> bool:
    """Return whether 5 lines, and 6 of 10 that are not indented, start with a time, an IP address or a level."""
    lines = [line for line in _LINE.findall(text) if line.strip() and not line[0].isspace()]
    starts = sum(bool(_ENTRY.match(line)) for line in lines)
    return starts >= 5 and starts * 10 >= len(lines) * 6


def _context(charset: Charset, mark: int, block: int, *, log: bool) -> MappingProxyType[str, str]:
    layout = "log" if log else "document"
    return MappingProxyType({"encoding": charset.name, "layout": layout, "mark": str(mark), "block": str(block)})


def _pieces(stream: BinaryIO, source: Source, charset: Charset, *, log: bool) -> Iterator[str]:
    """Yield the text of each unit; all of them together are the file without its mark."""
    decoder = codecs.getincrementaldecoder(charset.name)(errors_of(charset.name))
    stream.seek(len(charset.mark))
    held, ended, given = "", False, False
    while not ended:
        chunk = stream.read(CHUNK)
        ended = not chunk
        held += decoder.decode(chunk, final=ended)
        if "\0" in held:
            raise UnreadableSource(source.path, "NUL bytes in a text", "save it again as text")
        while len(held) > UNIT_SIZE and (cut := _cut(held, log=log)):
            yield held[:cut]
            held, given = held[cut:], True
        if len(held) > LINE_LIMIT:
            raise UnreadableSource(source.path, "a line of more than 16 MiB", "break its lines")
    if held or (charset.mark and not given):
        yield held


def _cut(text: str, *, log: bool) -> int:
    """Return where the first unit of ``text`` ends: at most 512 KiB where a line ends so soon; 0 where none does."""
    window = text[:UNIT_SIZE]
    late = UNIT_SIZE // 2
    if log:
        starts = [line.start() for line in _LINE.finditer(window, window.find("\n", late) + 1) if _ENTRY.match(line[0])]
        if starts and starts[-1] > late:
            return starts[-1]
    else:
        blanks = [blank.end() for blank in _BLANK.finditer(window, late) if blank.end() < UNIT_SIZE]
        if blanks:
            return blanks[-1]
    cut = max(window.rfind("\n"), window.rfind("\r")) + 1
    if not cut:
        found = _END.search(text, UNIT_SIZE)
        cut = found.end() if found else 0
    if cut and text[cut - 1] == "\r" and text[cut : cut + 1] in ("", "\n"):  # never between the two
        cut = cut + 1 if cut < len(text) else 0
    return cut


def _spans(text: str, *, log: bool) -> list[tuple[int, int]]:
    """Return the blocks of a text, one after another without a gap: lines of a log, else groups of paragraphs."""
    ends = _entry_ends(text) if log else _paragraph_ends(text)
    spans, start, last = [], 0, 0
    for end in ends:
        if not log and last > start and end - start > BLOCK_SIZE:
            spans += _pieces_of(text, start, last)
            start = last
        last = end
        if log:
            spans += _pieces_of(text, start, last)
            start = last
    return spans + (_pieces_of(text, start, len(text)) if start < len(text) else [])


def _entry_ends(text: str) -> Iterator[int]:
    """Yield where the entries of a log end: before each line that starts one."""
    for line in _LINE.finditer(text):
        if line.start() and _ENTRY.match(line[0]):
            yield line.start()


def _paragraph_ends(text: str) -> Iterator[int]:
    for blank in _BLANK.finditer(text):
        yield blank.end()
    yield len(text)


def _pieces_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a block that is longer than a paragraph may be, at a line end, a sentence or a blank where there is one."""
    spans = []
    while end - start > PARAGRAPH_LIMIT:
        window = text[start : start + PARAGRAPH_LIMIT]
        ends = (window.rfind(mark, PARAGRAPH_LIMIT // 2) + len(mark) for mark in _BREAKS)
        cut = next((at for mark, at in zip(_BREAKS, ends, strict=True) if at >= len(mark) + PARAGRAPH_LIMIT // 2), 0)
        spans.append((start, start + (cut or PARAGRAPH_LIMIT)))
        start = spans[-1][1]
    return [*spans, (start, end)]
