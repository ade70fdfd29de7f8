"""The tokens of JSON (RFC 8259) with their places, and the tree of key paths that makes columns of keys.

What is JSON the standard library decides (:func:`valid`); here a text that is known to be valid is cut into
keys, strings and numbers, each with its span, so that an edit changes one token and no other byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

LEVELS: Final = 300
"""How deep a record may be nested; what is deeper is refused, or its reader would run out of stack."""
MOST_PATHS: Final = 5_000
_FIRST: Final = 21
_NOWHERE: Final = -3
"""The node of a path that is no column; nothing below it is one."""

_PLACE: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?', re.DOTALL)
"""A string or a number of a text that is valid."""
_STRINGS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"')
_FRACTION: Final = re.compile(r"-?[1-9]\d{5,15}\.0+|-?[1-9](?:\.\d{1,15})?[eE]\+?\d{1,2}")
_DIGITS: Final = 16
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_STRUCTURE: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_CHARACTER: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
_COLUMN_NAME: Final = re.compile(r"(?!.*\d{4})[^\W\d][\w .:$/#()-]{0,63}")


class Malformed(Exception):
    """No JSON: why, and the line (from 1) within the text."""

    def __init__(self, why: str, line: int = 1) -> None:
        super().__init__(why)
        self.why, self.line = why, line


class Members(list[tuple[str, Any]]):
    """An object as its keys and values in their order, a key that stands twice twice."""


def valid(text: str) -> Any:
    """Return what a JSON text holds, numbers as they are written (raises Malformed).

    ``NaN`` and ``Infinity``, which Python reads and RFC 8259 forbids, are refused; duplicate keys are legal.
    """
    return _decoded(text, _DECODER)


def record(text: str) -> Any:
    """Return what :func:`valid` does, objects as :class:`Members` (raises Malformed)."""
    return _decoded(text, _MEMBERS)


def _decoded(text: str, decoder: json.JSONDecoder) -> Any:
    line = 1 + _line_too_deep(text)
    if line:
        raise Malformed(f"it is nested deeper than {LEVELS} levels", line)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed(f"it is no JSON ({error.msg})", error.lineno) from None
    except _Constant as constant:
        outside = _STRINGS.sub('""', text)  # no string of JSON holds a line end
        line = 1 + outside.count("\n", 0, outside.find(constant.name))
        raise Malformed("it is no JSON (NaN and Infinity are no numbers)", line) from None
    except RecursionError:
        raise Malformed(f"it is nested deeper than {LEVELS} levels") from None


class _Constant(Exception):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def _no_constant(name: str) -> None:
    raise _Constant(name)


_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_constant)


def _whole(raw: str) -> str:
    """Return a number; one of many digits that programs wrote as a fraction (``536904399.0``, ``4.0E9``) as it is."""
    if _FRACTION.fullmatch(raw) is None:
        return raw
    number = Decimal(raw)
    return f"{number:.0f}" if number == number.to_integral_value() and number.adjusted() < _DIGITS else raw


_MEMBERS: Final = json.JSONDecoder(
    parse_float=_whole, parse_int=str, parse_constant=_no_constant, object_pairs_hook=Members
)


def _line_too_deep(text: str) -> int:
    """Return the line (from 0) in which a text is nested too deep, or -1."""
    if text.count("[") + text.count("{") <= LEVELS:
        return -1
    depth = 0
    for found in _STRUCTURE.finditer(text):
        sign = found[0]
        depth += (sign in "[{") - (sign in "]}")
        if depth > LEVELS:
            return text.count("\n", 0, found.start())
    return -1


class Token(NamedTuple):
    """A key, a string or a number: what it says, the key it stands under, and its node (negative: none).

    ``within`` tells the objects of a record apart: "" for the outermost, its number for one inside it. ``above`` is the
    last key before that object began, "" for the outermost.
    """

    is_key: bool
    text: str
    label: str
    node: int
    repeats: bool
    within: str
    above: str


@dataclass(slots=True)
class Tree:
    """Key paths, each a node: its parent (-1: the record) and its key (None: an element of an array)."""

    nodes: list[tuple[int, str | None]] = field(default_factory=list)
    child: dict[tuple[int, str | None], int] = field(default_factory=dict)

    @classmethod
    def loads(cls, text: str) -> Tree:
        """Return a tree from its text."""
        tree = cls()
        for parent, key in json.loads(text):
            tree.add(parent, key)
        return tree

    def dumps(self) -> str:
        """Return the tree as text for the context of a unit."""
        return json.dumps(self.nodes)

    def add(self, parent: int, key: str | None) -> int:
        """Return the node of a key below another, made if it is not there."""
        node = self.child.get((parent, key))
        if node is None:
            node = self.child[parent, key] = len(self.nodes)
            self.nodes.append((parent, key))
        return node


class Paths:
    """The key paths of a file, gathered record by record; those that make columns of it are few and come again."""

    def __init__(self) -> None:
        self._tree = Tree()
        self._last: list[int] = []
        self._count: list[int] = []
        self.records = 0
        self.first: list[Any] = []
        """The first records, of which one may name the columns of the others."""

    def take(self, record: Any) -> None:
        """Take in the keys of a record that was read."""
        self.records += 1
        if len(self.first) < _FIRST and isinstance(record, list):
            self.first.append(record)
        ahead: list[tuple[int, Any]] = [(-1, record)]
        while ahead:
            parent, value = ahead.pop()
            if isinstance(value, dict):
                ahead += [(self._seen(parent, key), below) for key, below in value.items()]
            elif isinstance(value, list):
                node = self._seen(parent, None) if value else -2
                ahead += [(node, each) for each in value if isinstance(each, (dict, list))]

    def _seen(self, parent: int, key: str | None) -> int:
        if parent == -2:  # below a path that is not followed
            return -2
        if (parent, key) not in self._tree.child:
            if len(self._tree.nodes) >= MOST_PATHS:
                return -2
            self._last.append(0)
            self._count.append(0)
        node = self._tree.add(parent, key)
        if self._last[node] != self.records:
            self._last[node] = self.records
            self._count[node] += 1
        return node

    def columns(self) -> Tree:
        """Return the paths that are columns: names of fields, found in two records (of several).

        A key that looks like data (an e-mail address, a number), and all below it, is examined where it stands.
        """
        kept, place = Tree(), {-1: -1}
        for node, (parent, key) in enumerate(self._tree.nodes):
            often = self._count[node] > 1 or self.records == 1
            if parent in place and often and (key is None or _COLUMN_NAME.fullmatch(key)):
                place[node] = kept.add(place[parent], key)
        return kept


def tokens(value: Any, tree: Tree) -> Iterator[Token]:
    """Yield the keys, strings and numbers of a :func:`record`, in the order in which :func:`places` has them."""
    child = tree.child
    outer: list[tuple[Iterator[Any], bool, int, int, str, bool, str, str]] = []  # what the loop goes on with behind it
    inside, in_object, parent, node, label, repeats, within, above = iter((value,)), False, -1, -1, "", False, "", ""
    objects, last = 0, ""
    while True:
        for each in inside:
            if in_object:
                label, held = each
                node, last = child.get((parent, label), _NOWHERE), label
                yield Token(True, label, label, node, repeats, within, above)  # noqa: FBT003 - a tuple's fields
            else:
                held = each
            if type(held) is str:
                yield Token(False, held, label, node, repeats, within, above)  # noqa: FBT003
            elif isinstance(held, list):
                outer.append((inside, in_object, parent, node, label, repeats, within, above))
                inside, in_object = iter(held), isinstance(held, Members)
                if in_object:
                    parent = node
                    within, above = (str(objects), last) if objects else ("", "")
                    objects += 1
                else:
                    node, repeats = child.get((node, None), _NOWHERE), True
                break
        else:
            if not outer:
                return
            inside, in_object, parent, node, label, repeats, within, above = outer.pop()


def places(text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each key, string and number of a valid JSON text in order."""
    return (found.span() for found in _PLACE.finditer(text))


def elements(text: str, at: int) -> Iterator[tuple[int, int, Any]]:
    """Yield start, end and :func:`record` of each element of an array that ends in ``text``; ``at`` is its first.

    Raises:
        Malformed: an element is no JSON; the line counts from its start.
    """
    ends = False
    while not ends:
        try:
            value, end = _MEMBERS.raw_decode(text, _blanks_end(text, at))
        except (ValueError, RecursionError, _Constant):
            break
        end = _blanks_end(text, end)
        if text[end : end + 1] not in {",", "]"} or _line_too_deep(text[at:end]) >= 0:
            break
        yield at, end, value
        at, ends = end + 1, text[end] == "]"
    if not ends:  # the text ends here, or something is wrong: the careful way says what
        for start, end, _ in Elements(at, at).spans(text):
            if text[start:end].strip():
                yield start, end, record(text[start:end])


def _blanks_end(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def edited(raw: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """Return a token with edits (spans of what it says, sorted, apart); a number becomes a string.

    What no edit touches keeps its escapes.
    """
    inner = raw[1:-1] if raw.startswith('"') else raw
    starts = [found.start() for found in _CHARACTER.finditer(inner)] if "\\" in inner else list(range(len(inner)))
    starts.append(len(inner))
    pieces, done = [], 0
    for start, end, replacement in edits:
        pieces += [inner[done : starts[start]], json.dumps(replacement, ensure_ascii=True)[1:-1]]
        done = starts[end]
    return f'"{"".join(pieces)}{inner[done:]}"'


@dataclass(slots=True)
class Elements:
    """The elements of an array, found in pieces of its text: feed text, take the spans of whole elements."""

    at: int = 0
    begin: int = 0
    depth: int = 0
    ended: bool = False

    def spans(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield start, end and the place behind the comma (or bracket) of each element that ends in ``text``.

        ``at`` and ``begin`` are places in ``text``: whoever cuts text off at the front moves them. A string that
        does not end is left for the next call.
        """
        for found in _STRUCTURE.finditer(text, self.at):
            sign = found[0]
            if sign[0] == '"':
                if found.end() == len(text):  # the string may go on, or end in an escape
                    self.at = found.start()
                    return
            elif sign in "[{":
                self.depth += 1
            elif sign == "," and not self.depth:
                yield self._one(found.start(), found.end())
            elif sign in "]}":
                if not self.depth:
                    self.ended = True
                    yield self._one(found.start(), found.end())
                    return
                self.depth -= 1
            self.at = found.end()
        self.at = len(text)

    def _one(self, end: int, behind: int) -> tuple[int, int, int]:
        span = (self.begin, end, behind)
        self.begin = self.at = behind
        return span
