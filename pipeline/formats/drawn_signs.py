"""Whether what a page shows as text is what its text says: the ink of each sign against the shapes of its character.

A file names the character of a sign (ToUnicode, ActualText); nothing makes it name the one that is drawn. So the pixels
that the text changed on the page are the witness: all of them must belong to signs, and the shape of each sign must be
one that its character may have. No name or table of a font is asked: these can be made to agree with a lie.

Fonts differ, and so one strange shape is no lie. What makes a page doubtful stands in :class:`_Tally`; the numbers were
chosen on pages of honest files (``docs/formats/pdf.md``).
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from pipeline.formats.letter_shapes import FEW, in_rows, letter_shapes
from pipeline.formats.page_text import Box
from pipeline.formats.sign_shapes import CLASSES, likelihoods, may_look_like, normalised

Pixels = npt.NDArray[np.uint8]
Row = npt.NDArray[np.float32]
"""How likely a shape is each class."""
Group = tuple[int, str, str]
"""A font, a character that it is said to draw, and the letter or digit that is seen."""

_SUPPORTED: Final = 0.02
"""How likely a shape must be one of its character's: less, and it is strange."""
_SURE: Final = 0.7
_SURE_OF_DIGIT: Final = 0.9
_MOST_FALSE: Final = 3
_MOST_DIGITS: Final = 1
_MOST_STRANGE: Final = 6
_STRANGE_SHARE: Final = 0.05
_WINDOW: Final = 7
_STRANGE_IN_WINDOW: Final = 5
_WIDE: Final = 1.2
"""Width in heights from which a sign whose shape is strange may be a row of signs; any sign from the next."""
_VERY_WIDE: Final = 1.8
_SURE_OF_GROUP: Final = 0.85
"""How sure it must be on average that several signs of a font are another letter."""
_LOW_SIGNS: Final = frozenset(".,'\u2019\u2018`\u00b7\u2022-\u2010\u2011\u2013")
_HIGH: Final = 0.4
"""Share of the height of its line that the ink of a dot or dash does not reach."""
_KEPT: Final = 20_000
_KNOWN: OrderedDict[tuple[bytes, tuple[int, ...]], Row | None] = OrderedDict()
"""What was told of shapes last: the pages of a document are written in the same fonts."""
_DISC: Final = 0.6
"""Share of its box that the ink of a bullet fills at least; a digit fills less."""
_SPILL: Final = 0.25
"""Of a sign's height: how far its ink may lie beside its box."""
_BULLETS: Final = frozenset("\u25cf\u2022\u25a0\u25aa\u26ab\u2b24")
_MOST_IN_ONE: Final = 4
_LIGATURES: Final = frozenset((
    "ff", "fi", "fl", "ffi", "ffl", "ft", "fft", "tt", "ti", "tti", "tf", "st", "ct", "th", "fj", "fb", "fh", "fk",
    "ij", "ae", "oe", "sp", "tz", "ch", "ck", "ts", "ll",
))  # fmt: skip
_LIKE_DIGITS: Final = dict(
    zip("\u0437\u0417\u044d\u042d\u0431\u0447\u0427\u03b5\u03c3\u03b4\u03c1\u03b8", "333364436869", strict=True)
)
"""Letters of other scripts that look like a digit."""
_ROUND: Final = frozenset("\u3007\u25cb\u25ef\u25cc\u2218\u26aa\u2b58")
"""Circles, which look like a nought."""
_LETTERS_ALIKE: Final = ("GREEK", "CYRILLIC", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU")
"""Scripts of which many letters look like Latin ones."""
_NOTHING_SEEN: Final = frozenset({"Co", "Cn", "Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Categories of characters that should look like no letter."""
_LETTERS_AND_DIGITS: Final = [at for at, each in enumerate(CLASSES) if len(each) == 1 and each.isalnum()]
_GUISE_WINDOW: Final = 5
_GUISES_IN_WINDOW: Final = 4


@dataclass(frozen=True, slots=True)
class DrawnSign:
    """A sign as its file describes it: character, box of its ink in points, quarter turns.

    ``angle`` is how far it is turned clockwise beside the quarter turns, in degrees; 0 where its text stands straight.
    ``font`` is a number of the font that draws it, ``high`` the height of its line in points (0: not known).
    """

    char: str
    box: Box
    turn: int = 0
    angle: float = 0.0
    font: int = 0
    high: float = 0.0


def doubted(ink: Pixels, scale: float, signs: Sequence[DrawnSign], beside: Sequence[Box]) -> list[Box]:
    """Return the boxes of signs that may be others than their text says, and of ink that no sign accounts for.

    Args:
        ink: by how much the text changed each pixel of the page, 0 to 255, rows by columns.
        scale: pixels a point.
        signs: those that can be seen, in the order of the text.
        beside: boxes of signs without a character, which are examined otherwise.

    An empty list says that the page shows what its text says.
    """
    tally = _tally(ink, scale, signs)
    boxes = [signs[at].box for at in sorted(tally.boxes)] if tally.is_doubtful else []
    return boxes + _unaccounted(ink, scale, [*(each.box for each in signs), *beside])


@dataclass(slots=True)
class _Tally:
    """Distinct pairs of character and shape: all that are known, those that are strange, and those that are false.

    A strange shape is none of its character's; it is false where it is clearly another letter or digit.
    """

    known: set[tuple[str, int]] = field(default_factory=set)
    strange: set[tuple[str, int]] = field(default_factory=set)
    false: set[tuple[str, int]] = field(default_factory=set)
    false_digits: set[tuple[str, int]] = field(default_factory=set)
    """Where the text says a digit and another sign is seen."""
    seen_digits: set[tuple[str, int]] = field(default_factory=set)
    """Where a digit is seen and the text says something else."""
    boxes: set[int] = field(default_factory=set)
    row: list[bool] = field(default_factory=list)
    """For each sign in order, whether it is strange."""
    guise: list[bool] = field(default_factory=list)
    """For each sign in order, whether it is said to be something unknown and looks like a letter or digit."""
    has_row_in_one: bool = False
    groups: defaultdict[Group, list[float]] = field(default_factory=partial(defaultdict, list))
    """How sure it is of the signs that are clearly another letter or digit, by font, character, and what they are."""
    alone: Counter[Group] = field(default_factory=Counter)
    """How many of these no other sign reaches into."""
    counts: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Signs by font and character."""

    @property
    def is_doubtful(self) -> bool:
        """Whether so much is strange that the text is not to be believed."""
        return bool(
            self.has_row_in_one
            or any(map(self._is_lie, self.groups))
            or self.false_digits
            or len(self.seen_digits) > _MOST_DIGITS
            or len(self.false) > _MOST_FALSE
            or len(self.strange) > max(_MOST_STRANGE, _STRANGE_SHARE * len(self.known))
            or _most_in(self.row, _WINDOW) >= _STRANGE_IN_WINDOW
            or _most_in(self.guise, _GUISE_WINDOW) >= _GUISES_IN_WINDOW
        )

    def _is_lie(self, group: Group) -> bool:
        """Return whether a font draws a character as another: a digit once is enough, a letter more than once."""
        font, char, looks = group
        sures, count = self.groups[group], self.counts[font, char]
        if char.isdecimal() or looks.isdigit():
            return max(sures) >= _SURE_OF_DIGIT
        if len(sures) == 1:
            return count == 1 and self.alone[group] == 1 and sures[0] >= _SURE_OF_DIGIT
        return 2 * self.alone[group] >= len(sures) and sum(sures) >= _SURE_OF_GROUP * len(sures)

    def take(self, at: int, key: tuple[str, int], row: Row, font: int, *, is_lone: Callable[[], bool]) -> None:
        """Take a sign with the likelihoods of its shape; ``is_lone``: no other sign's box reaches far into its own."""
        char, best = key[0], int(row.argmax())
        self.counts[font, char] += 1
        looks, sure = CLASSES[best], float(row[best])
        may = may_look_like(char)
        self.guise.append(False)
        if not may:
            self._take_unknown(at, key, row, font)
            return
        self.known.add(key)
        is_strange = float(row[list(may)].sum()) < _SUPPORTED
        self.row.append(is_strange)
        if not is_strange:
            return
        self.strange.add(key)
        self.boxes.add(at)
        if len(looks) > 1 or not looks.isalnum():
            return
        self.groups[font, char, looks].append(float(row[list(may_look_like(looks))].sum()))
        self.alone[font, char, looks] += is_lone()
        if sure < _SURE:
            return
        if is_lone():
            self.false.add(key)
        if char.isdecimal():
            self.false_digits.add(key)
        elif looks.isdigit() and sure >= _SURE_OF_DIGIT:
            self.seen_digits.add(key)

    def take_high(self, at: int, sign: DrawnSign, row: Row) -> None:
        """Take a dot or dash that is as high as a letter: a nought looks like a large dot."""
        sure = float(row[_LETTERS_AND_DIGITS].sum())
        if sure >= _SURE_OF_DIGIT:
            self.groups[sign.font, sign.char, "0"].append(sure)
            self.boxes.add(at)

    def take_unseen(self, at: int, char: str) -> None:
        """Take a sign in whose box there is no ink."""
        if not char.isspace():
            self.strange.add((char, -1))
            self.boxes.add(at)
            self.row.append(True)

    def _take_unknown(self, at: int, key: tuple[str, int], row: Row, font: int) -> None:
        """Take a sign of which nothing is known but that it should not look like a digit, or like anything known."""
        self.row.append(False)
        if float(row[_LETTERS_AND_DIGITS].sum()) < _SURE_OF_DIGIT:
            return
        self.guise[-1] = not unicodedata.name(key[0], "").startswith(_LETTERS_ALIKE)
        self.boxes.add(at)
        looks, sure = CLASSES[int(row.argmax())], float(row.max())
        if looks.isdigit() and sure >= _SURE_OF_DIGIT and _LIKE_DIGITS.get(key[0]) != looks:
            self.seen_digits.add(key)
            if key[0] not in _ROUND:
                self.groups[font, key[0], looks].append(sure)
        elif unicodedata.category(key[0]) in _NOTHING_SEEN:
            self.false.add(key)


def _most_in(flags: Sequence[bool], window: int) -> int:
    """Return how many of so many flags in a row are set, where most are."""
    sums = np.convolve(np.array([False, *flags], np.int64), np.ones(window, np.int64))
    return int(sums.max())


def _tally(ink: Pixels, scale: float, signs: Sequence[DrawnSign]) -> _Tally:
    parts = [_cut(ink, scale, sign) for sign in signs]
    told = _told(parts)
    tally = _Tally()
    together = _together(signs)
    for at, (sign, part) in enumerate(zip(signs, parts, strict=True)):
        number, row = told[at]
        if row is None:  # it is seen, but not where the file says
            tally.take_unseen(at, sign.char)
            continue
        text = together.get(at, sign.char)
        before = len(tally.strange)
        if sign.char in _BULLETS and float((part > 0.25 * part.max()).mean()) > _DISC:
            tally.row.append(False)
        elif len(text) > 1 and any(map(may_look_like, text)):
            _take_joined(tally, at, (text, number), row)
        else:
            if sign.char in _LOW_SIGNS and part.shape[0] > _HIGH * sign.high * scale > 0:
                tally.take_high(at, sign, row)
            tally.take(at, (sign.char, number), row, sign.font, is_lone=partial(_is_lone, signs, at))
        is_odd = len(tally.strange) > before or not may_look_like(sign.char)
        if part.shape[1] > (_WIDE if is_odd else _VERY_WIDE) * part.shape[0] and _is_row(part, sign.char):
            tally.has_row_in_one = True
            tally.boxes.add(at)
    return tally


def _told(parts: Sequence[Pixels]) -> list[tuple[int, Row | None]]:
    """Return for each part a number, the same for equal ones, and what its shape looks like; None where no ink is."""
    keys = [(part.tobytes(), part.shape) for part in parts]
    new = {key: part for key, part in zip(keys, parts, strict=True) if key not in _KNOWN}
    shapes = {key: normalised(part) for key, part in new.items()}
    drawn = {key: shape for key, shape in shapes.items() if shape is not None}
    rows = likelihoods(list(drawn.values()))
    found: dict[tuple[bytes, tuple[int, ...]], Row | None] = dict.fromkeys(shapes)
    found |= dict(zip(drawn, rows, strict=True))
    numbers = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    told = [(numbers[key], found[key] if key in found else _KNOWN[key]) for key in keys]
    _KNOWN.update(found)
    while len(_KNOWN) > _KEPT:
        _KNOWN.popitem(last=False)
    return told


def _take_joined(tally: _Tally, at: int, key: tuple[str, int], row: Row) -> None:
    """Take one of several characters that are one sign: a ligature, or what the file says of the sign."""
    looks = CLASSES[int(row.argmax())]
    is_strange = key[0].casefold() not in _LIGATURES or (looks.isdigit() and float(row.max()) >= _SURE_OF_DIGIT)
    tally.row.append(is_strange)
    if is_strange:
        tally.strange.add(key)
        tally.boxes.add(at)


def _together(signs: Sequence[DrawnSign]) -> dict[int, str]:
    """Return for signs that share their box with their neighbours what they say together."""
    found: dict[int, str] = {}
    start = 0
    for at in range(1, len(signs) + 1):
        if at < len(signs) and signs[at].box == signs[start].box:
            continue
        if at - start > 1:
            text = "".join(each.char for each in signs[start:at])
            found.update(dict.fromkeys(range(start, at), text))
        start = at
    return found


def _is_lone(signs: Sequence[DrawnSign], at: int) -> bool:
    """Return whether no neighbour in the text reaches over a tenth of a sign's box."""
    left, top, right, bottom = signs[at].box
    size = max((right - left) * (bottom - top), 1e-6)
    for other in (*signs[max(0, at - 2) : at], *signs[at + 1 : at + 3]):
        wide = min(right, other.box[2]) - max(left, other.box[0])
        high = min(bottom, other.box[3]) - max(top, other.box[1])
        if wide > 0 and high > 0 and wide * high > 0.1 * size:
            return False
    return True


def _cut(ink: Pixels, scale: float, sign: DrawnSign) -> Pixels:
    left, top, right, bottom = sign.box
    part = ink[
        max(0, math.floor(top * scale)) : max(0, math.ceil(bottom * scale)),
        max(0, math.floor(left * scale)) : max(0, math.ceil(right * scale)),
    ]
    if sign.angle and part.size:
        part = _straight(part, sign.angle + 90 * sign.turn)
    elif sign.turn:
        part = np.rot90(part, sign.turn)
    return np.ascontiguousarray(part)


def _straight(part: Pixels, angle: float) -> Pixels:
    """Return a sign that stands at an angle turned upright, without the corners of its neighbours."""
    turned = np.asarray(
        Image.fromarray(np.ascontiguousarray(part)).rotate(angle, Image.Resampling.BICUBIC, expand=True)
    )
    labels, count = ndimage.label(turned > 0.25 * max(int(turned.max(initial=0)), 1), np.ones((3, 3), np.int8))
    if count < 2:
        return turned
    sizes = np.bincount(labels.ravel())[1:]
    places = ndimage.find_objects(labels)
    main = places[int(sizes.argmax())][1]
    kept = [
        number
        for number, (_, across) in enumerate(places, start=1)
        if min(across.stop, main.stop) - max(across.start, main.start) > 0.5 * (across.stop - across.start)
    ]
    return np.where(np.isin(labels, kept), turned, 0).astype(np.uint8)


def _is_row(part: Pixels, char: str) -> bool:
    """Return whether one sign is a row of several: two digits of 2 to 9, or four letters and digits."""
    looks = [each for each in _looks(_side_by_side(part)) if each]
    digits = sum(each in "23456789" for each in looks)
    return len(looks) >= _MOST_IN_ONE or (digits > 1 and unicodedata.category(char) != "No")


def _side_by_side(part: Pixels) -> list[Pixels]:
    """Return the pieces of a sign between columns without ink, those that are not much lower than it."""
    has_ink = (part > 0.25 * max(int(part.max(initial=0)), 1)).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], has_ink.astype(np.int8), [0]))))
    pieces = [part[:, start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    return [each for each in pieces if np.ptp(np.flatnonzero(each.any(axis=1))) > 0.3 * len(part)]


def _looks(parts: Sequence[Pixels]) -> list[str]:
    """Return the letter or digit that each part clearly looks like, "" for others."""
    found = []
    for _, row in _told([np.ascontiguousarray(each) for each in parts]):
        best = int(row.argmax()) if row is not None else 0
        is_sign = row is not None and row[best] >= _SURE and CLASSES[best] != "other" and CLASSES[best].isalnum()
        found.append(CLASSES[best] if is_sign else "")
    return found


def _unaccounted(ink: Pixels, scale: float, boxes: Sequence[Box]) -> list[Box]:
    """Return rows of shapes like letters in ink that lies beside all boxes."""
    rest = ink.copy()
    for left, top, right, bottom in boxes:
        spill = max(_SPILL * (bottom - top), 1.5)
        rows = slice(max(0, math.floor((top - spill) * scale)), max(0, math.ceil((bottom + spill) * scale)))
        columns = slice(max(0, math.floor((left - spill) * scale)), max(0, math.ceil((right + spill) * scale)))
        rest[rows, columns] = 0
    if not rest.any():
        return []
    found = in_rows(letter_shapes(np.repeat(rest[:, :, None], 3, axis=2), scale))
    looks = _looks([_cut(rest, scale, DrawnSign("", each)) for each in found])
    # Braces and brackets are put together of pieces that lie beside their boxes; these look like no letters.
    return found if sum(map(bool, looks)) >= FEW else []
