"""Writing in pixels: read with RapidOCR where the extra ``releasable[ocr]`` is installed.

Its models (PP-OCRv6, Apache-2.0) come inside the package, and no host can be reached from where this runs. RapidOCR
tells in a warning that a step found nothing and goes on; so its steps are taken one by one here, and what one step saw
and the next did not read is unsure.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.errors import UnreadableSource
from pipeline.formats.letter_shapes import in_rows, ink_of, letter_shapes
from pipeline.formats.page_text import Box, Glyph, union

LEAST_SURE: Final = 0.8
"""Mean probability of a line's signs below which it counts as not read."""
BOX_THRESHOLD: Final = 0.4
MOST_PIXELS: Final = 40_000_000
_BLANK: Final = 0.18
"""Of a line's height: the least width of a blank between two words."""
_TURNED_SURE: Final = 0.9
_KEPT: Final = 256
_LAST: OrderedDict[bytes, Writing] = OrderedDict()

_BAND: Final = 1_000
_OVERLAP: Final = 80
_PAPER: Final = 40
_LEAST_SIDE: Final = 480

Pixels = npt.NDArray[np.uint8]
Quad = npt.NDArray[np.float64]


@dataclass(slots=True)
class Writing:
    """Lines of signs that were read, and areas in which something stands that was not read with certainty."""

    lines: list[list[Glyph]] = field(default_factory=list)
    unsure: list[Box] = field(default_factory=list)


def has_ocr() -> bool:
    """Return whether OCR is installed."""
    return find_spec("rapidocr") is not None


def read_writing(image: Image.Image, scale: float) -> Writing | None:
    """Return the writing in an image, in points (``scale`` pixels each); None where no OCR is installed.

    Raises:
        UnreadableSource: the image is too large, or the engine fails.
    """
    if not has_ocr():
        return None
    if image.width * image.height > MOST_PIXELS:
        raise UnreadableSource("", "a picture is too large for OCR", "make it smaller, and run again")
    pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])  # as OpenCV has it
    key = hashlib.blake2b(pixels.tobytes(), digest_size=32, key=f"{pixels.shape} {scale}".encode()).digest()
    if key not in _LAST:
        _LAST[key] = _read(pixels, scale)
        while len(_LAST) > _KEPT:
            _LAST.popitem(last=False)
    return _LAST[key]


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - an extra

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.box_thresh": BOX_THRESHOLD,
        }
    )


def _read(pixels: Pixels, scale: float) -> Writing:
    made = Writing()
    engine = _engine()
    quads = _seen_lines(engine, pixels)
    if quads:
        _read_lines(engine, pixels, quads, scale, made)
    made.unsure += _passed_over(pixels, scale, made)
    return made


def _read_lines(engine: Any, pixels: Pixels, quads: Sequence[Quad], scale: float, made: Writing) -> None:
    crops = engine.crop_text_regions(pixels, np.asarray(quads, np.float32))
    turned, facing = engine.cls_and_rotate(crops)
    engine.return_word_box = True
    said = engine.recognize_txt(turned)
    counts = {len(quads), len(crops), len(turned), len(facing.cls_res), len(said.txts), len(said.word_results)}
    if len(counts) != 1:
        raise UnreadableSource("", "the OCR engine lost a line", "report this")
    leans = []
    for at, quad in enumerate(quads):
        corners = np.asarray(quad, np.float64) / scale
        label, sure = facing.cls_res[at]
        about = _Line(corners, crops[at].shape[:2], "180" in str(label) and float(sure) > _TURNED_SURE)
        text, word = str(said.txts[at]), said.word_results[at]
        if not text.strip() or float(said.scores[at]) < LEAST_SURE:
            made.unsure.append(about.box)
            continue
        made.lines.append(list(about.signs(text, word, turned[at])))
        leans.append((about.lean, len(text)))
    _lean(made, leans)


def _seen_lines(engine: Any, pixels: Pixels) -> list[Quad]:
    """Return the corners of the lines that the engine sees, band by band: on a page mostly blank it overlooks lines."""
    ink = ink_of(pixels)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return []
    left, right = max(0, int(columns[0]) - _PAPER), min(pixels.shape[1], int(columns[-1]) + _PAPER)
    paper = np.median(pixels.reshape(-1, 3)[::101], axis=0).astype(np.uint8)
    found: list[Quad] = []
    for top, bottom in _bands(ink.sum(axis=1), int(rows[0]), int(rows[-1]) + 1):
        band = _framed(pixels[top:bottom, left:right], paper)
        seen = engine(band, use_det=True, use_cls=False, use_rec=False)
        boxes = getattr(seen, "boxes", None)
        for each in () if boxes is None else boxes:
            moved = np.asarray(each, np.float64) + (left - _PAPER, top - _PAPER)
            quad = np.clip(moved, 0, (pixels.shape[1] - 1, pixels.shape[0] - 1))
            if np.ptp(quad, axis=0).min() >= 1:
                found.append(quad)
    return _once(found)


def _framed(band: Pixels, paper: Pixels) -> Pixels:
    """Return a band with paper around it, at least so large that the engine does not blow it up."""
    high, wide = band.shape[:2]
    framed = np.empty((max(high + 2 * _PAPER, _LEAST_SIDE), max(wide + 2 * _PAPER, _LEAST_SIDE), 3), np.uint8)
    framed[:] = paper
    framed[_PAPER : _PAPER + high, _PAPER : _PAPER + wide] = band
    return framed


def _bands(weight: npt.NDArray[np.int64], top: int, bottom: int) -> Iterator[tuple[int, int]]:
    """Yield bands of at most 1,000 rows, cut where there is least ink; where there is some, they overlap."""
    while bottom - top > _BAND:
        low = top + _BAND // 2
        part = weight[low : top + _BAND]
        start, length = _longest(part == part.min())
        cut = low + start + length // 2
        yield top, min(bottom, cut + (_OVERLAP if part.min() else 0))
        top = cut
    yield top, bottom


def _once(quads: Sequence[Quad]) -> list[Quad]:
    """Return lines without those that lie for the most part in a larger one: bands overlap."""
    kept: list[tuple[Quad, Box]] = []
    for quad, box in sorted(((each, _around(each)) for each in quads), key=lambda one: -_area(one[1])):
        if not any(_shared(box, other) > 0.7 * _area(box) for _, other in kept):
            kept.append((quad, box))
    return [quad for quad, _ in kept]


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _shared(one: Box, other: Box) -> float:
    return _area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))


def _passed_over(pixels: Pixels, scale: float, made: Writing) -> list[Box]:
    """Return rows of shapes in the form of letters that lie in no line that was seen."""
    lines = [union(each.box for each in line) for line in made.lines] + made.unsure
    near = [(left - 2, top - 2, right + 2, bottom + 2) for left, top, right, bottom in lines]
    shapes = [
        each
        for each in letter_shapes(pixels, scale)
        if not any(_shared(each, line) > 0.5 * _area(each) for line in near)
    ]
    found = in_rows(shapes)
    return [union(found)] if found else []


class _Line:
    """Where a line stands: its corners in points, clockwise from its upper left one on the page."""

    def __init__(self, corners: npt.NDArray[np.float64], shape: tuple[int, int], is_flipped: bool) -> None:
        sides = np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[0] - corners[3])
        self._corners, self._is_flipped = corners, is_flipped
        self._is_upright = shape[0] < shape[1] and sides[1] > sides[0]
        self.turn = (1 if self._is_upright else 0) + (2 if is_flipped else 0)

    @property
    def box(self) -> Box:
        """The box around the line."""
        return _around(self._corners)

    @property
    def lean(self) -> float:
        """By how much the line falls for each point that it runs to the right (in its own frame)."""
        one, other = (self._corners[0], self._corners[3]) if self._is_upright else (self._corners[0], self._corners[1])
        run, fall = other - one
        if self._is_upright:
            run, fall = fall, -run
        return float(fall / run) if abs(run) > 1e-6 else 0.0

    def signs(self, text: str, word: Any, crop: Pixels) -> Iterator[Glyph]:
        """Yield the signs of the line: each reaches to the middle of the gap before the next."""
        chars = [char for own in word.words for char in own]
        columns = [column for own in word.word_cols for column in own]
        plain = [char for char in text if not char.isspace()]
        if chars != plain or not word.line_txt_len:
            columns = [at for at, char in enumerate(text) if not char.isspace()]
            width = float(len(text))
        else:
            width = float(word.line_txt_len)
        centres = [min((each + 0.5) / width, 1.0) for each in columns]
        edges, gaps = _edges(centres, crop)
        at, last = 0, " "
        for char in text:
            if char.isspace():
                yield Glyph(" ", self._part(edges[at], edges[at]), self.turn)
            else:
                if gaps[at] and _may_part(last, char):
                    yield Glyph(" ", self._part(edges[at], edges[at]), self.turn)
                yield Glyph(char, self._part(edges[at], edges[at + 1]), self.turn)
                at += 1
            last = char

    def _part(self, start: float, end: float) -> Box:
        if self._is_flipped:
            start, end = 1 - end, 1 - start
        one, two, three, four = self._corners
        if self._is_upright:
            points = [one + at * (four - one) for at in (start, end)] + [
                two + at * (three - two) for at in (start, end)
            ]
        else:
            points = [one + at * (two - one) for at in (start, end)] + [
                four + at * (three - four) for at in (start, end)
            ]
        return _around(np.array(points))


def _around(points: npt.NDArray[np.float64]) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _may_part(one: str, other: str) -> bool:
    """Return whether a gap between two signs is a blank that was not read: never inside a number."""
    return (one.isalpha() or other.isalpha()) and (one.isalnum() or one in ",;:]") and (other.isalnum() or other == "[")


def _edges(centres: Sequence[float], crop: Pixels) -> tuple[list[float], list[bool]]:
    """Return where signs end and begin, 0 to 1: at the widest gap in the ink between two centres; and wide gaps."""
    shades = crop.astype(np.int16).mean(axis=2)
    ink = (np.abs(shades - np.median(shades)) > 50).sum(axis=0)
    width = len(ink)
    edges, lengths = [0.0], [0]
    for one, other in pairwise(centres):
        low, high = round(one * width), round(other * width)
        part = ink[low : max(high, low + 1)]
        if not len(part):
            edges.append((one + other) / 2)
            lengths.append(0)
            continue
        start, length = _longest(part == part.min())
        edges.append(max(edges[-1], (low + start + length / 2) / width))
        lengths.append(0 if part.min() else length)
    least = max(_BLANK * crop.shape[0], 2.5 * float(np.median(lengths[1:] or [0])))
    return [*edges, 1.0], [each > least for each in lengths]


def _longest(flags: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and length of the longest run of True (there is one)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    best = int(lengths.argmax())
    return int(starts[best]), int(lengths[best])


def _lean(made: Writing, leans: Sequence[tuple[float, int]]) -> None:
    """Tell every sign by how much the page leans: as its long lines do."""
    long = sorted(lean for lean, signs in leans if signs >= 15)
    if not long:
        return
    lean = long[len(long) // 2]
    if abs(lean) > 0.002:
        for line in made.lines:
            for each in line:
                each.lean = lean


# --- OCR and a text layer ---------------------------------------------------------------

_ALIKE: Final = str.maketrans("oil|!5$8z", "0111155b2")


def _folded(text: str) -> str:
    """Return the letters and digits of a text, those that OCR takes for one another as one."""
    return "".join(each for each in text.casefold().translate(_ALIKE).replace("8", "b") if each.isalnum())


def agreed(line: Sequence[Glyph], layer: Sequence[Glyph]) -> list[Glyph]:
    """Return a line as a text layer of the page has it, where the layer says the same in that place; else as read.

    What OCR takes for one another (O and 0) and blanks may differ: the layer knows them, OCR guesses.
    """
    if not layer or any(each.turn for each in line):
        return list(line)
    left, top, right, bottom = union(each.box for each in line)
    inside = [
        each
        for each in layer
        if left - 3 <= (each.box[0] + each.box[2]) / 2 <= right + 3
        and top <= (each.box[1] + each.box[3]) / 2 <= bottom
        and not each.turn
    ]
    read = _folded("".join(each.char for each in line))
    said = _folded("".join(each.char for each in inside))
    return inside if read and read == said else list(line)
