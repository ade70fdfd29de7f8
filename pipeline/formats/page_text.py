"""Signs on a page become lines in reading order, and back: which boxes on the page a span of the text covers.

Boxes are ``(left, top, right, bottom)`` in points from the upper left corner of the page as it is shown. Order comes
from where signs stand, not from the order in which a file draws them: signs become fragments, fragments become rows,
and rows that share a gutter between running text become columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from pipeline.model import Edit, SpanError

Box = tuple[float, float, float, float]

WIDE_GAP: Final = "   "
"""What stands between the cells of a row."""
BLOCK_SIZE: Final = 6_000
LARGEST_BLOCK: Final = 8_000
_PROSE: Final = 20
"""Signs that a line of running text has at least, on average: narrower columns are cells of a table."""
_COLUMN_ROWS: Final = 4
_FAR: Final = 1e9
_BROKEN_WORD: Final = re.compile(r"[^\W\d_][-\u2010\u00ad\x02]$")
_BROKEN_NUMBER: Final = re.compile(r"\d[-\u2010]$")
_ONE_SIGN: Final = re.compile(r"[0-9]|[-.\u2010\u2013]")
_LEAST_DOWN: Final = 7
"""Digits one below the other that are taken for a number."""


@dataclass(slots=True)
class Glyph:
    """A sign on a page: quarter turns clockwise of its reading direction, and the number of what drew it.

    ``is_askew`` says that it stands at another angle; then what one thing drew is a line of its own. ``lean`` is by how
    much lines fall for each point to the right on a page that was not laid straight under the scanner.
    """

    char: str
    box: Box
    turn: int = 0
    drawn_by: int = 0
    is_askew: bool = False
    lean: float = 0.0


@dataclass(slots=True)
class Line:
    """A line: text, a box for every sign, what stands before it in its block ("" joins a broken word), block, turns."""

    text: str
    boxes: list[Box]
    joint: str = "\n"
    block: int = 0
    turn: int = 0


@dataclass(slots=True)
class _Fragment:
    """Signs that stand close together on a line, with their boxes in the frame in which they run left to right."""

    glyphs: list[tuple[str, Box]] = field(default_factory=list)
    left: float = _FAR
    top: float = _FAR
    right: float = -_FAR
    bottom: float = -_FAR

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def add(self, char: str, box: Box, flat: Box) -> None:
        self.glyphs.append((char, box))
        self.left, self.top = min(self.left, flat[0]), min(self.top, flat[1])
        self.right, self.bottom = max(self.right, flat[2]), max(self.bottom, flat[3])


def union(boxes: Iterable[Box]) -> Box:
    """Return the box around boxes (there is at least one)."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


# --- signs to lines ---------------------------------------------------------------------


def lines_of(glyphs: Sequence[Glyph]) -> list[Line]:
    """Return the lines of a page in reading order, cut into blocks."""
    lines: list[Line] = []
    for turn in sorted({each.turn for each in glyphs if not each.is_askew}):
        own = [each for each in glyphs if each.turn == turn and not each.is_askew]
        lines += _ordered(_rows(_fragments(own)), turn)
    lines += _askew(glyphs)
    _join_broken(lines)
    _join_downwards(lines)
    _cut_blocks(lines)
    return lines


def _flat(glyph: Glyph) -> Box:
    """Return the box of a sign in the frame in which its text runs from left to right, and straight."""
    left, top, right, bottom = _upright(glyph.box, glyph.turn)
    fall = glyph.lean * (left + right) / 2
    return (left, top - fall, right, bottom - fall)


def _upright(box: Box, turn: int) -> Box:
    left, top, right, bottom = box
    if turn == 0:
        return box
    if turn == 1:
        return (top, -right, bottom, -left)
    if turn == 2:
        return (-right, -bottom, -left, -top)
    return (-bottom, left, -top, right)


def _fragments(glyphs: Sequence[Glyph]) -> list[_Fragment]:
    made: list[_Fragment] = []
    spaced = False
    for each in glyphs:
        if each.char.isspace():
            spaced = True
            continue
        flat = _flat(each)
        height = flat[3] - flat[1]
        last = made[-1] if made else None
        gap = flat[0] - last.right if last is not None else 0.0
        if last is None or not _same_row(last, flat) or not -height / 2 <= gap <= height:
            last = _Fragment()
            made.append(last)
        elif spaced or gap > height * 0.2:
            last.glyphs.append((" ", _between(last.glyphs[-1][1], each.box)))
        last.add(each.char, each.box, flat)
        spaced = False
    return made


def _same_row(fragment: _Fragment, flat: Box) -> bool:
    shared = min(fragment.bottom, flat[3]) - max(fragment.top, flat[1])
    return shared >= 0.5 * min(fragment.height, flat[3] - flat[1])


def _between(one: Box, other: Box) -> Box:
    """Return the box between two signs: from the middle of one to the middle of the other."""
    across = ((one[0] + one[2]) / 2, (one[1] + one[3]) / 2), ((other[0] + other[2]) / 2, (other[1] + other[3]) / 2)
    if abs(across[0][0] - across[1][0]) >= abs(across[0][1] - across[1][1]):
        return (min(one[2], other[0]), one[1], max(one[2], other[0]), one[3])
    return (one[0], min(one[3], other[1]), one[2], max(one[3], other[1]))


_Row = list[_Fragment]


def _rows(fragments: Sequence[_Fragment]) -> list[_Row]:
    rows: list[_Row] = []
    for each in sorted(fragments, key=lambda one: (one.top + one.bottom, one.left)):
        flat = (each.left, each.top, each.right, each.bottom)
        home = next((row for row in reversed(rows[-4:]) if any(_same_row(other, flat) for other in row)), None)
        if home is None:
            rows.append([each])
        else:
            home.append(each)
    for row in rows:
        row.sort(key=lambda one: one.left)
    return rows


def _ordered(rows: Sequence[_Row], turn: int) -> list[Line]:
    """Return rows as lines, the columns of running text one after another."""
    lines: list[Line] = []
    at = 0
    while at < len(rows):
        stop, gutter = _columns(rows, at)
        if stop > at:
            for side in (0, 1):
                half = [own for own in (_side(row, gutter, side) for row in rows[at:stop]) if own]
                lines += _starting(_ordered(half, turn))
            if stop < len(rows):
                rest = _ordered(rows[stop:], turn)
                lines += _starting(rest)
            return lines
        before = rows[at - 1] if at else None
        lines.append(_line(rows[at], turn, _joint(before, rows[at])))
        at += 1
    return lines


def _starting(lines: list[Line]) -> list[Line]:
    if lines:
        lines[0].joint = "\n\n"
    return lines


def _side(row: _Row, gutter: float, side: int) -> _Row:
    return [each for each in row if (each.left >= gutter) == bool(side)]


def _columns(rows: Sequence[_Row], at: int) -> tuple[int, float]:
    """Return where the rows end that from ``at`` share a gutter between running text, and where it lies."""
    best = (at, 0.0)
    for low, high in _gaps(rows[at]):
        stop, left, right = at, low, high
        while stop < len(rows):
            free = [
                (max(left, one), min(right, other))
                for one, other in _gaps(rows[stop], open_sides=True)
                if min(right, other) - max(left, one) >= rows[stop][0].height
            ]
            if not free or (stop > at and _distance(rows[stop - 1], rows[stop]) > 2.5):
                break
            left, right = max(free, key=lambda each: each[1] - each[0])
            stop += 1
        gutter = (max(left, -_FAR) + min(right, _FAR)) / 2
        if stop > best[0] and _is_prose(rows[at:stop], gutter):
            best = (stop, gutter)
    return best


def _gaps(row: _Row, *, open_sides: bool = False) -> Iterator[tuple[float, float]]:
    reach = -_FAR
    for each in row:
        if each.left - reach >= each.height and (reach > -_FAR or open_sides):
            yield reach, each.left
        reach = max(reach, each.right)
    if open_sides:
        yield reach, _FAR


def _is_prose(rows: Sequence[_Row], gutter: float) -> bool:
    both = 0
    signs = [0, 0]
    counts = [0, 0]
    for row in rows:
        sides = [_side(row, gutter, side) for side in (0, 1)]
        both += all(bool(side) for side in sides)
        for number, side in enumerate(sides):
            if side:
                counts[number] += 1
                signs[number] += sum(len(each.glyphs) for each in side)
    return both >= _COLUMN_ROWS and all(signs[at] >= _PROSE * counts[at] > 0 for at in (0, 1))


def _joint(before: _Row | None, row: _Row) -> str:
    return "\n\n" if before is None or _distance(before, row) > 0.7 else "\n"


def _distance(before: _Row, row: _Row) -> float:
    """Return how far a row lies below another, in heights of its own signs."""
    height = max(0.1, *(each.height for each in row))
    return (min(each.top for each in row) - max(each.bottom for each in before)) / height


def _line(row: _Row, turn: int, joint: str) -> Line:
    chars: list[str] = []
    boxes: list[Box] = []
    last: _Fragment | None = None
    for each in row:
        if last is not None:
            gap = each.left - last.right
            between = "" if gap < 0.15 * each.height else " " if gap < 1.5 * each.height else WIDE_GAP
            chars += between
            boxes += [_between(boxes[-1], each.glyphs[0][1])] * len(between)
        for char, box in each.glyphs:
            chars += char
            boxes += [box] * len(char)
        last = each
    return Line("".join(chars), boxes, joint, 0, turn)


def _askew(glyphs: Sequence[Glyph]) -> list[Line]:
    """Return what stands at an angle: what one thing drew is one line."""
    lines: dict[int, Line] = {}
    for each in glyphs:
        if each.is_askew:
            line = lines.setdefault(each.drawn_by, Line("", [], "\n\n"))
            line.text += each.char
            line.boxes += [each.box] * len(each.char)
    return [each for each in lines.values() if each.text.strip()]


def _join_broken(lines: Sequence[Line]) -> None:
    """Join what is broken over two lines: a word loses its hyphen (its box stays covered), a number keeps it."""
    for one, other in pairwise(lines):
        if other.joint != "\n":
            continue
        if _BROKEN_WORD.search(one.text) and other.text[0].islower():
            one.text = one.text[:-1]
            last = one.boxes.pop()
            one.boxes[-1] = union((one.boxes[-1], last))
            other.joint = ""
        elif _BROKEN_NUMBER.search(one.text) and other.text[0].isdigit():
            other.joint = ""


def _join_downwards(lines: Sequence[Line]) -> None:
    """Join a number that is written down the page, one sign a line: seven or more in a column that do not count up."""
    run: list[Line] = []
    for each in [*lines, Line("", [])]:
        if run and not _goes_on(run[-1], each):
            _join_run(run)
            run = []
        if each.boxes and _ONE_SIGN.fullmatch(each.text):
            run.append(each)


def _goes_on(line: Line, below: Line) -> bool:
    if not below.boxes or not _ONE_SIGN.fullmatch(below.text) or line.turn != below.turn:
        return False
    one, other = (_upright(each.boxes[0], each.turn) for each in (line, below))
    height = max(one[3] - one[1], other[3] - other[1])
    return min(one[2], other[2]) > max(one[0], other[0]) - height / 2 and other[1] - one[3] <= 2 * height


def _join_run(run: Sequence[Line]) -> None:
    digits = [int(each.text) for each in run if each.text.isdecimal()]
    steps = {(other - one) % 10 for one, other in pairwise(digits)}
    if len(digits) >= _LEAST_DOWN and not (len(steps) == 1 and steps <= {0, 1}):
        for each in run[1:]:
            each.joint = ""


def _cut_blocks(lines: Sequence[Line]) -> None:
    """Number the blocks: a block ends at a paragraph after 6,000 signs, at any line after 8,000."""
    block, size = 0, 0
    for each in lines:
        if size and ((size > BLOCK_SIZE and each.joint == "\n\n") or size > LARGEST_BLOCK):
            block, size = block + 1, 0
        each.block = block
        size += len(each.text) + len(each.joint)


# --- lines to texts and boxes -----------------------------------------------------------


def blocks_of(lines: Sequence[Line]) -> dict[int, str]:
    """Return the text of each block."""
    texts: dict[int, str] = {}
    for each in lines:
        texts[each.block] = texts[each.block] + each.joint + each.text if each.block in texts else each.text
    return texts


@dataclass(frozen=True, slots=True)
class Covered:
    """A box that is filled, what is printed on it, and how its text is turned."""

    box: Box
    label: str
    turn: int = 0


def edited_lines(lines: Sequence[Line], edits: Sequence[Edit]) -> tuple[list[Line], list[Covered]]:
    """Return the lines of one block after edits, and the boxes that have to be filled.

    An edit over several lines puts its replacement into the first of them and leaves nothing in the others.

    Raises:
        SpanError: an edit does not fit the block.
    """
    places: list[tuple[int, int] | None] = []
    for number, line in enumerate(lines):
        places += [None] * len(line.joint) if number else []
        places += [(number, at) for at in range(len(line.text))]
    swaps: list[list[tuple[int, int, str, Box]]] = [[] for _ in lines]
    covered: list[Covered] = []
    done = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if not done <= edit.start < edit.end <= len(places):
            raise SpanError(f"an edit at {edit.start}..{edit.end} does not fit {len(places)} characters")
        done = edit.end
        text = edit.replacement
        for number, start, end in _by_line(places[edit.start : edit.end]):
            box = _roomy(union(lines[number].boxes[start:end]))
            swaps[number].append((start, end, text, box))
            covered.append(Covered(box, edit.replacement, lines[number].turn))
            text = ""
    made = [_swapped(line, own) for line, own in zip(lines, swaps, strict=True)]
    return [each for each in made if each.text], covered


def _by_line(places: Sequence[tuple[int, int] | None]) -> Iterator[tuple[int, int, int]]:
    """Yield line, start and end of the pieces of a span."""
    spans: dict[int, list[int]] = {}
    for place in places:
        if place is not None:
            spans.setdefault(place[0], []).append(place[1])
    for number, at in sorted(spans.items()):
        yield number, at[0], at[-1] + 1


def _roomy(box: Box) -> Box:
    """Return a box with a small margin: signs reach over their boxes by fractions of a point."""
    return (box[0] - 1.0, box[1] - 0.5, box[2] + 1.0, box[3] + 0.5)


def _swapped(line: Line, swaps: Sequence[tuple[int, int, str, Box]]) -> Line:
    if not swaps:
        return line
    text, boxes, at = "", list[Box](), 0
    for start, end, new, box in swaps:
        text += line.text[at:start] + new
        boxes += line.boxes[at:start] + list(spread(box, len(new), line.turn))
        at = end
    return Line(text + line.text[at:], boxes + line.boxes[at:], line.joint, line.block, line.turn)


def spread(box: Box, count: int, turn: int = 0) -> Iterator[Box]:
    """Yield ``count`` boxes of equal width that fill a box in reading direction."""
    left, top, right, bottom = box
    for at in range(count):
        if turn % 2 == 0:
            step = (right - left) / count
            place = at if turn == 0 else count - 1 - at
            yield (left + place * step, top, left + (place + 1) * step, bottom)
        else:
            step = (bottom - top) / count
            place = at if turn == 1 else count - 1 - at
            yield (left, top + place * step, right, top + (place + 1) * step)
