"""Writing in pixels: read with RapidOCR where the extra ``releasable[ocr]`` is installed.

Its models (PP-OCRv6, Apache-2.0) come inside the package, and no host can be reached from where this runs. RapidOCR
tells in a warning that a step found nothing and goes on; so its steps are taken one by one here, and what one step saw
and the next did not read is unsure.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.errors import UnreadableSource
from pipeline.formats.letter_shapes import in_rows, letter_shapes
from pipeline.formats.ocr_bands import area, seen_lines, shared
from pipeline.formats.ocr_lines import LineOfSigns, Quad, pieces_of
from pipeline.formats.page_text import Box, Glyph, union

LEAST_SURE: Final = 0.8
"""Mean probability of a line's signs below which it counts as not read."""
LEAST_SURE_SIGN: Final = 0.4
"""Probability of its least sure sign below which a line counts as not read."""
BOX_THRESHOLD: Final = 0.4
MOST_PIXELS: Final = 40_000_000
_TURNED_SURE: Final = 0.9
_KEPT: Final = 256
_LAST: OrderedDict[bytes, Writing] = OrderedDict()


Pixels = npt.NDArray[np.uint8]


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
    quads = seen_lines(engine, pixels)
    if quads:
        _read_lines(engine, pixels, quads, scale, made)
    made.unsure += _passed_over(pixels, scale, made)
    return made


def _read_lines(engine: Any, pixels: Pixels, quads: Sequence[Quad], scale: float, made: Writing) -> None:
    """Read lines, long ones in pieces, and put the pieces of each together again."""
    whole = engine.crop_text_regions(pixels, np.asarray(quads, np.float32))
    pieces = [(number, piece) for number, quad in enumerate(quads) for piece in pieces_of(quad, whole[number])]
    crops = engine.crop_text_regions(pixels, np.asarray([piece for _, piece in pieces], np.float32))
    turned, facing = engine.cls_and_rotate(crops)
    engine.return_word_box = True
    said = engine.recognize_txt(turned)
    counts = {len(pieces), len(crops), len(turned), len(facing.cls_res), len(said.txts), len(said.word_results)}
    if len(counts) != 1:
        raise UnreadableSource("", "the OCR engine lost a line", "report this")
    leans, lines = [], dict[int, list[Glyph]]()
    for at, (number, piece) in enumerate(pieces):
        label, sure = facing.cls_res[at]
        line = LineOfSigns(piece / scale, crops[at].shape[:2], "180" in str(label) and float(sure) > _TURNED_SURE)
        text, word = str(said.txts[at]), said.word_results[at]
        if not text.strip() or float(said.scores[at]) < LEAST_SURE or min(word.confs, default=0.0) < LEAST_SURE_SIGN:
            made.unsure.append(line.box)
            continue
        signs = list(line.signs(text, word, turned[at]))
        before = lines.setdefault(number, [])
        lines[number] = [*before, Glyph(" ", signs[0].box, line.turn), *signs] if before else signs
        leans.append((line.lean, len(text)))
    made.lines = list(lines.values())
    _lean(made, leans)


def _passed_over(pixels: Pixels, scale: float, made: Writing) -> list[Box]:
    """Return rows of shapes in the form of letters that lie in no line that was seen."""
    lines = [union(each.box for each in line) for line in made.lines] + made.unsure
    near = [(left - 2, top - 2, right + 2, bottom + 2) for left, top, right, bottom in lines]
    shapes = [
        each for each in letter_shapes(pixels, scale) if not any(shared(each, line) > 0.5 * area(each) for line in near)
    ]
    found = in_rows(shapes)
    return [union(found)] if found else []


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


_MISTAKEN: Final = str.maketrans("oil|!", "01111")


def confirmed(found: Writing, layer: Sequence[Glyph], places: Sequence[Box]) -> bool:
    """Return whether each of some places lies in a line that was read as a text layer has it, digit by digit."""
    agreeing: list[Box] = []
    for line in found.lines:
        box = union(each.box for each in line)
        inside = [each for each in layer if _lies_in(each.box, box)]
        if _strict(line) and _strict(line) == _strict(inside):
            agreeing.append(box)
    return all(any(_lies_in(place, box) for box in agreeing) for place in places)


def _strict(signs: Sequence[Glyph]) -> str:
    text = "".join(each.char for each in signs).casefold().translate(_MISTAKEN)
    return "".join(each for each in text if each.isalnum())


def _lies_in(box: Box, area: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] - 3 <= across <= area[2] + 3 and area[1] <= down <= area[3]
