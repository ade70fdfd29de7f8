"""What the two JSON formats share: records with their tokens read into segments, and edited tokens put back.

A record is a line, an element of a top-level array, or the document. Keys that come in several records are
the columns of a table: ``Cell(row, column)`` is the value under such a key, and the key itself stands once a
unit, in its header row. Several values under one key (in a list) are blocks of its cell. Other texts (values
under keys that are data, keys that came once) are ``Field``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import Charset, readable
from pipeline.formats.json_labels import header_of, labels_in
from pipeline.formats.json_seams import Runs, Value, edits_of_values
from pipeline.formats.json_tokens import Elements, Malformed, Paths, Token, Tree, edited, string, tokens, valid
from pipeline.formats.text_pieces import merged
from pipeline.model import Address, Attribute, Block, Cell, Edit, Field, Reading, Role, Segment, Source, SpanError, Unit

UNIT_SIZE: Final = 256 * 1024
REMEDY: Final = "open it where it was made and export it again as JSON"
LINES: Final = "lines"
ARRAY: Final = "array"
DOCUMENT: Final = "document"
_NUMBER: Final = re.compile(r"\d(?:\D?\d){5}")
_FRACTION: Final = re.compile(r"-?[1-9]\d{5,15}\.0+|-?[1-9](?:\.\d{1,15})?[eE]\+?\d{1,2}")
_DIGITS: Final = 16


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
    segments: list[Segment] = []
    named: set[Address] = set()
    _, text = text_of(payload, unit)
    runs = Runs()
    names = _names(text, unit)
    for token, address, record, start, within, above in _within(text, unit):
        if token.is_key and isinstance(address[0], Cell):
            if address in named:
                continue
            named.add(address)
            record = _header_record(unit)  # noqa: PLW2901 - a column's name belongs to no one row
        said = readable(_said(text, token, start))
        if said:
            label = "" if token.is_key else names.get(start + token.start) or readable(token.label)
            if token.is_key and isinstance(address[0], Field) and _NUMBER.search(said):
                label = readable(above)  # a number among others under one key: {"by_ssn": {"536904399": 1}}
            segments.append(Segment(said, address, label, record, "", Role.CELL, within))
            if not token.is_key:
                runs.add(Value(said, address, label, record, within, above))
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
    joined = edits_of_values(_runs(text, unit), wanted) if any(_is_seam(each) for each in wanted) else set()
    pieces, done, met = [], 0, set()
    for token, address, _, start in _placed(text, unit):
        own = wanted.get(address)
        if own:
            met.add(address)
            own = merged(own) if address in joined else own
            pieces += [text[done : start + token.start], _edited(text, token, start, own, unit)]
            done = start + token.end
    if len(met) != len(wanted):
        raise SpanError(f"{unit.key}: an edit in a text that this unit does not hold")
    return mark + ("".join(pieces) + text[done:]).encode(unit.context["encoding"])


def rows_of(payload: bytes, unit: Unit) -> Iterator[tuple[int, list[str]]]:
    """Yield every record as its number and the values of its columns ("" where it has none); the keys first."""
    _, text = text_of(payload, unit)
    tree = _tree(unit.context["columns"])
    width, header, row, cells = len(tree.nodes), -1 - unit.ordinal, -1, [""] * len(tree.nodes)
    yield header, [readable(key or "") for _, key in tree.nodes]
    for token, address, _, start in _placed(text, unit):
        step = address[0]
        if token.is_key or len(address) > 1 or not isinstance(step, Cell):
            continue
        if step.row != row:
            if row >= 0:
                yield row, cells
            row, cells = step.row, [""] * width
        cells[step.column] = readable(_said(text, token, start))
    if row >= 0:
        yield row, cells


def text_of(payload: bytes, unit: Unit) -> tuple[bytes, str]:
    """Return the mark of a unit and its text (raises UnreadableSource)."""
    mark = int(unit.context["mark"])
    try:
        return payload[:mark], payload[mark:].decode(unit.context["encoding"])
    except UnicodeError:
        raise UnreadableSource(unit.source.path, "bytes that are no text", REMEDY) from None


def records(text: str, unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield the span of each record of a unit's text."""
    layout = unit.context["layout"]
    if layout == DOCUMENT:
        yield 0, len(text)
    elif layout == LINES:
        at = 0
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if text[at:end].strip(" \t\r"):
                yield at, end
            at = end + 1
    else:
        at = text.find("[") + 1 if unit.context["opens"] == "1" else 0
        found = Elements(at, at)
        yield from ((start, end) for start, end, _ in found.spans(text) if text[start:end].strip())


def refused(source: Source, malformed: Malformed, line: int) -> UnreadableSource:
    """Return the error for a file with a malformed record that starts in ``line`` (from 1)."""
    return UnreadableSource(source.path, f"line {line + malformed.line - 1}: {malformed.why}", REMEDY)


def _placed(text: str, unit: Unit) -> Iterator[tuple[Token, Address, str, int]]:
    """Yield each token with its address, its record's key, and where its record starts in the text."""
    tree, path, header = _tree(unit.context["columns"]), unit.source.path, -1 - unit.ordinal
    whole = unit.context["layout"] == DOCUMENT
    for row, (start, end) in enumerate(records(text, unit), int(unit.context["row"])):
        record = path if whole else f"{path}#row{row}"
        taken: Counter[int] = Counter()
        body = text[start:end]
        _checked(body, unit)
        for place, token in enumerate(tokens(body, tree)):
            if token.node >= 0 and token.is_key:
                address: Address = (Cell(header, token.node),)
            elif token.node >= 0 and token.repeats:
                address = (Cell(row, token.node), Block(taken[token.node]))
                taken[token.node] += 1
            elif token.node >= 0 and not taken[token.node]:
                taken[token.node] += 1
                address = (Cell(row, token.node),)
            else:
                address = (Field(row, place, token.is_key),)
            yield token, address, record, start


def _within(text: str, unit: Unit) -> Iterator[tuple[Token, Address, str, int, str, str]]:
    """Yield what :func:`_placed` does, with the object in which each token lies and the key that this stands under."""
    inside, last, of = _Objects(text), "", ""
    above: dict[str, str] = {}
    for token, address, record, start in _placed(text, unit):
        within = inside.of(record, start + token.start, start + token.end)
        if record != of:
            of, above = record, {"": ""}
        own = above.get(within)
        if own is None:
            own = above[within] = last
        yield token, address, record, start, within, own
        if token.is_key:
            last = token.label


def _names(text: str, unit: Unit) -> dict[int, str]:
    """Return what names values beside their keys, by where they begin in the text of a unit."""
    found: dict[int, str] = {}
    header = json.loads(unit.context.get("names", "[]"))
    for row, (start, end) in enumerate(records(text, unit), int(unit.context["row"])):
        body = text[start:end]
        labels = labels_in(body, header if row else ())
        if labels:
            places = [start + token.start for token in tokens(body, Tree())]
            found |= {places[place]: readable(label) for place, label in labels.items()}
    return found


def _runs(text: str, unit: Unit) -> Runs:
    """Return the strings and numbers of a unit as they are looked at for what is cut over neighbours."""
    runs = Runs()
    for token, address, record, start, within, above in _within(text, unit):
        said = "" if token.is_key else readable(_said(text, token, start))
        if said:
            runs.add(Value(said, address, readable(token.label), record, within, above))
    return runs


def _is_seam(address: Address) -> bool:
    return isinstance(address[-1], Attribute)


class _Objects:
    """Which object of a record a token lies in: "" for the outermost, its number for one inside it."""

    def __init__(self, text: str) -> None:
        self._text, self._record, self._at = text, "", 0
        self._open: list[str] = []
        self._count = 0

    def of(self, record: str, start: int, end: int) -> str:
        """Return the object in which the token from ``start`` to ``end`` lies; tokens come in the order of the text."""
        if record != self._record:
            self._record, self._open, self._count = record, [], 0
        for sign in self._text[self._at : start]:  # between two tokens stand signs, blanks and words without quotes
            if sign == "{":
                self._open.append(str(self._count) if self._count else "")
                self._count += 1
            elif sign == "}" and self._open:
                self._open.pop()
        self._at = end
        return self._open[-1] if self._open else ""


def _checked(body: str, unit: Unit) -> None:
    try:
        valid(body)
    except Malformed as malformed:
        raise refused(unit.source, malformed, 1) from None


def _said(text: str, token: Token, start: int) -> str:
    raw = text[start + token.start : start + token.end]
    return string(raw) if raw[0] == '"' else _whole(raw)


def _whole(raw: str) -> str:
    """Return a number; one of many digits that programs wrote as a fraction (``536904399.0``, ``4.0E9``) as it is."""
    if _FRACTION.fullmatch(raw) is None:
        return raw
    number = Decimal(raw)
    return f"{number:.0f}" if number == number.to_integral_value() and number.adjusted() < _DIGITS else raw


def _edited(text: str, token: Token, start: int, edits: Sequence[Edit], unit: Unit) -> str:
    raw, said, done = text[start + token.start : start + token.end], _said(text, token, start), 0
    raw, length = raw if raw[0] == '"' else said, len(said)
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
