"""What the two JSON formats share: records with their tokens read into segments, and edited tokens put back.

A record is a line, an element of a top-level array, or the document. Keys that come in several records are
the columns of a table: ``Cell(row, column)`` is the value under such a key, and the key itself stands once a
unit, in its header row. Several values under one key (in a list) are blocks of its cell. Other texts (values
under keys that are data, keys that came once) are ``Field``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import Charset, readable
from pipeline.formats.json_labels import header_of, label_of, labels_in
from pipeline.formats.json_seams import Runs, edits_of_values
from pipeline.formats.json_tokens import Malformed, Paths, Token, Tree, edited, elements, places, record, tokens
from pipeline.formats.text_pieces import merged
from pipeline.model import Address, Attribute, Block, Cell, Edit, Field, Reading, Role, Segment, Source, SpanError, Unit

UNIT_SIZE: Final = 256 * 1024
REMEDY: Final = "open it where it was made and export it again as JSON"
LINES: Final = "lines"
ARRAY: Final = "array"
DOCUMENT: Final = "document"
_NO_ROW: Final = sys.maxsize
_NUMBER: Final = re.compile(r"\d(?:\D?\d){5}")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a unit ends and begins: bytes, the number of its first record, and whether it is an array's first."""

    start: int
    stop: int
    row: int


def unit_of(source: Source, charset: Charset, layout: str, cut: Cut, ordinal: int, facts: Mapping[str, str]) -> Unit:
    """Return a unit with its context; ``facts`` are those of the file."""
    context = {
        "encoding": charset.name,
        "layout": layout,
        "mark": str(0 if ordinal else len(charset.mark)),
        "row": str(cut.row),
        "opens": str(int(layout == ARRAY and not ordinal)),
        **facts,
    }
    return Unit(source, ordinal, cut.start, cut.stop, MappingProxyType(context))


def units_of(source: Source, charset: Charset, layout: str, cuts: Sequence[Cut], paths: Paths) -> Iterator[Unit]:
    """Yield the units of a file that was walked."""
    tree = paths.columns()
    facts = {
        "columns": tree.dumps(),
        "header": json.dumps([readable(key or "") for _, key in tree.nodes]),
        "single": str(int(paths.records == 1)),
        "names": json.dumps(header_of(paths.first) if paths.records > 1 else []),
    }
    for ordinal, cut in enumerate(cuts):
        yield unit_of(source, charset, layout, cut, ordinal, facts)


def read_unit(payload: bytes, unit: Unit) -> Reading:
    """Return a segment for every key, string and number that is not empty.

    Raises:
        UnreadableSource: the bytes are not those that the unit was cut for, or no JSON.
    """
    _, text = text_of(payload, unit)
    runs = Runs()
    segments = _segments(text, unit, runs)
    segments += [segment for segment, _, _ in runs.seams()]
    return Reading(tuple(segments))


def rewrite_unit(payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
    """Return the unit with the edited tokens written anew; every other byte as it was.

    Raises:
        UnreadableSource: the bytes are not those that the unit was cut for.
        SpanError: an edit does not fit its text, or there is no such text.
    """
    if not edits:
        return payload
    wanted: dict[Address, list[Edit]] = {}
    for edit in edits:
        wanted.setdefault(edit.address, []).append(edit)
    mark, text = text_of(payload, unit)
    joined = _joined(text, unit, wanted)
    tree, heads = _tree(unit.context["columns"]), _heads(unit)
    rows = _rows_of(wanted, unit)
    pieces, done, met = [], 0, set()
    for row, start, end, value in records(text, unit):
        if rows is not None and row not in rows:
            continue
        placed = zip(_placed(tokens(value, tree), row, heads), places(text[start:end]), strict=True)
        for (token, address), (begin, behind) in placed:
            own = wanted.get(address)
            if own:
                met.add(address)
                own = merged(own) if address in joined else own
                raw = text[start + begin : start + behind]
                pieces += [
                    text[done : start + begin],
                    _edited(raw if raw[0] == '"' else token.text, len(token.text), own, unit),
                ]
                done = start + behind
    if len(met) != len(wanted):
        raise SpanError(f"{unit.key}: an edit in a text that this unit does not hold")
    return mark + ("".join(pieces) + text[done:]).encode(unit.context["encoding"])


def rows_of(payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
    """Yield every record as its number and the values of its columns ("" where it has none); the keys first."""
    _, text = text_of(payload, unit)
    tree = _tree(unit.context["columns"])
    yield -1 - unit.ordinal, [readable(key or "") for _, key in tree.nodes]
    for row, _, _, value in records(text, unit):
        cells: dict[int, str] = {}
        for token in tokens(value, tree):
            if token.node >= 0 and not token.is_key and not token.repeats:
                cells.setdefault(token.node, token.text)
        if cells:
            yield row, [readable(cells.get(node, "")) for node in range(len(tree.nodes))]


def text_of(payload: bytes, unit: Unit) -> tuple[bytes, str]:
    """Return the mark of a unit and its text (raises UnreadableSource)."""
    mark = int(unit.context["mark"])
    try:
        return payload[:mark], payload[mark:].decode(unit.context["encoding"])
    except UnicodeError:
        raise UnreadableSource(unit.source.path, "bytes that are no text", REMEDY) from None


def records(text: str, unit: Unit) -> Iterator[tuple[int, int, int, Any]]:
    """Yield the number of each record of a unit, its span in the text, and what it holds.

    Raises:
        UnreadableSource: a record is no JSON.
    """
    try:
        for row, each in enumerate(_records(text, unit), int(unit.context["row"])):
            yield row, *each
    except Malformed as malformed:
        raise refused(unit.source, malformed, 1) from None


def _records(text: str, unit: Unit) -> Iterator[tuple[int, int, Any]]:
    layout = unit.context["layout"]
    if layout == DOCUMENT:
        yield 0, len(text), record(text)
    elif layout == LINES:
        at = 0
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if (line := text[at:end]).strip(" \t\r"):
                yield at, end, record(line)
            at = end + 1
    else:
        yield from elements(text, text.find("[") + 1 if unit.context["opens"] == "1" else 0)


def refused(source: Source, malformed: Malformed, line: int) -> UnreadableSource:
    """Return the error for a file with a malformed record that starts in ``line`` (from 1)."""
    return UnreadableSource(source.path, f"line {line + malformed.line - 1}: {malformed.why}", REMEDY)


def _placed(found: Iterator[Token], row: int, heads: Sequence[Address]) -> Iterator[tuple[Token, Address]]:
    """Yield each token of a record with its address; ``heads`` are those of the columns' keys."""
    taken: dict[int, int] = {}
    for place, token in enumerate(found):
        node = token.node
        if node < 0:
            yield token, (Field(row, place, token.is_key),)
        elif token.is_key:
            yield token, heads[node]
        elif token.repeats:
            number = taken[node] = taken.get(node, -1) + 1
            yield token, (Cell(row, node), Block(number))
        elif node not in taken:
            taken[node] = 0
            yield token, (Cell(row, node),)
        else:
            yield token, (Field(row, place, is_key=False),)


def _segments(text: str, unit: Unit, runs: Runs, only: Collection[int] | None = None) -> list[Segment]:
    """Return a segment for every key, string and number of a unit, or of some rows of it; ``runs`` takes the values."""
    tree, heads, path = _tree(unit.context["columns"]), _heads(unit), unit.source.path
    whole, header = unit.context["layout"] == DOCUMENT, _header_record(unit)
    names = json.loads(unit.context.get("names", "[]"))
    segments: list[Segment] = []
    named: set[int] = set()
    for row, start, end, value in records(text, unit):
        if only is not None and row not in only:
            continue
        key = path if whole else f"{path}#row{row}"
        labels = labels_in(value, text, start, end, names if row else ())
        for place, (token, address) in enumerate(_placed(tokens(value, tree), row, heads)):
            is_key, said, label, node, _, within, above = token
            if not is_key:
                if said:
                    label = (labels.get(place) if labels else None) or label_of(label, above)
                    segment = Segment(readable(said), address, readable(label), key, "", Role.CELL, within)
                    segments.append(segment)
                    runs.add(segment, above)
            elif node < 0:
                if said:  # a number among others under one key: {"by_ssn": {"536904399": 1}}
                    label = readable(above) if _NUMBER.search(said) else ""
                    segments.append(Segment(readable(said), address, label, key, "", Role.CELL, within))
            elif node not in named:
                named.add(node)
                if said:  # a column's name belongs to no one row
                    segments.append(Segment(readable(said), address, "", header, "", Role.CELL, within))
    return segments


def _joined(text: str, unit: Unit, wanted: dict[Address, list[Edit]]) -> set[Address]:
    """Take the edits of numbers over values out of ``wanted``, put in those of the values; return these addresses."""
    rows = {_row(each) for each in wanted if isinstance(each[-1], Attribute)}
    if not rows:
        return set()
    runs = Runs()
    _segments(text, unit, runs, rows)
    return edits_of_values(runs, wanted)


def _rows_of(wanted: Collection[Address], unit: Unit) -> set[int] | None:
    """Return the rows in which there is something to write, None for all of them (a key stands in each)."""
    rows = {_row(each) for each in wanted}
    return None if -1 - unit.ordinal in rows else rows


def _row(address: Address) -> int:
    """Return the number of the record in which an address lies; an address that is none of JSON lies in no row."""
    step = address[0]
    return step.row if isinstance(step, Cell) else step.record if isinstance(step, Field) else _NO_ROW


def _heads(unit: Unit) -> list[Address]:
    return [(Cell(-1 - unit.ordinal, node),) for node in range(len(_tree(unit.context["columns"]).nodes))]


def _edited(raw: str, length: int, edits: Sequence[Edit], unit: Unit) -> str:
    """Return a token with its edits; ``length`` is that of what it says (raises SpanError)."""
    done = 0
    spans = []
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if not done <= edit.start <= edit.end <= length:
            raise SpanError(f"{unit.key}: span {edit.start}..{edit.end} does not fit a text of {length} characters")
        spans.append((edit.start, edit.end, edit.replacement))
        done = edit.end
    return edited(raw, spans)


def _header_record(unit: Unit) -> str:
    path = unit.source.path
    if unit.context["single"] == "1":  # what its keys say, they say of it
        return path if unit.context["layout"] == DOCUMENT else f"{path}#row0"
    return f"{path}#header"


@lru_cache(maxsize=8)
def _tree(columns: str) -> Tree:
    return Tree.loads(columns)
