"""The pages of a PDF as PDFium shows them: signs with their boxes, whether they can be seen, and the pixels.

A page is drawn twice, with its text and without. What changes in the box of a sign is what a reader sees of it: text
under a box, in white on white, outside the page or on a layer that is off changes nothing. What is left without the
text (pictures, drawings) may hold writing that is no text; it is for OCR.
"""

from __future__ import annotations

import ctypes
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from pipeline.errors import UnreadableSource
from pipeline.formats.drawn_signs import DrawnSign, doubted
from pipeline.formats.page_text import Box, Glyph

Pixels = npt.NDArray[np.uint8]

DPI: Final = 200
LEAST_DPI: Final = 72
FINE_DPI: Final = 400
SMALL_WRITING: Final = 3.5
"""Points: where a quarter of the signs is lower, as digits of 5 points are, their shapes are compared at 400 dpi."""
LOOKED_AT_DPI: Final = 110
MOST_PIXELS: Final = 30_000_000
MOST_SIGNS: Final = 100_000
MOST_OBJECTS: Final = 200_000
_SEEN: Final = 12
"""By how much a colour channel has to change (0 to 255) that a person could see it."""
_ASKEW: Final = math.radians(8)
_PRINT: Final = "print it to a new PDF, and run again"


@dataclass(slots=True)
class SeenPage:
    """A page as it is shown: size in points, visible signs, hidden ones by kind, and what is drawn beside the text.

    ``unmapped`` are boxes of signs without a character. ``beside`` are the pixels without the text, ``scale`` a point.
    ``doubtful`` are the boxes of what shows something else than its text says.
    """

    number: int
    width: float
    height: float
    dpi: float
    signs: list[Glyph] = field(default_factory=list)
    hidden: dict[str, list[Glyph]] = field(default_factory=dict)
    unmapped: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    beside: Pixels = field(default_factory=lambda: np.zeros((0, 0, 3), np.uint8))
    scale: float = 1.0
    doubtful: list[Box] = field(default_factory=list)


@contextmanager
def opened(data: bytes, path: str) -> Iterator[Any]:
    """Open a PDF and close it again.

    Raises:
        UnreadableSource: it is encrypted, or damaged.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD:
            why = "it is encrypted: take its password off in the program that made it, save it, and run again"
        elif code == raw.FPDF_ERR_SECURITY:
            why = "it is encrypted in a way that cannot be read: print it to a new PDF, and run again"
        else:
            why = "it is damaged, or no PDF: open it in another program, print it to a new PDF, and run again"
        raise UnreadableSource(path, why, "") from None
    try:
        _draw_fields(document, path)
        yield document
    finally:
        document.close()


def _draw_fields(document: Any, path: str) -> None:
    """Have what fields of a form hold drawn where the file has no drawing of it (raises UnreadableSource)."""
    logging.getLogger("pypdfium2").setLevel(logging.CRITICAL)  # it warns of forms that no page shows: these are held
    try:
        document.init_forms()
    except pdfium.PdfiumError:
        raise UnreadableSource(path, "its form cannot be drawn", "print it to a new PDF") from None


@contextmanager
def flat_page(document: Any, index: int, path: str) -> Iterator[Any]:
    """Open a page with what its annotations and form fields show made part of it (raises UnreadableSource)."""
    with ExitStack() as opened_here:
        try:
            page = document[index]
            if raw.FPDFPage_GetAnnotCount(page) < 1:
                opened_here.callback(page.close)
            else:
                page.close()
                page = _flattened(document, index, path, opened_here)
        except pdfium.PdfiumError:
            raise UnreadableSource(path, f"page {index + 1} cannot be read", "print it to a new PDF") from None
        yield page


def _flattened(document: Any, index: int, path: str, opened_here: ExitStack) -> Any:
    """Return a page with its annotations made part of it, from another document where its own loses something.

    PDFium forgets the size and the fonts that a page has from its parent. Where a page is taken into another document,
    it gets them of its own.
    """
    alone = pdfium.PdfDocument.new()
    opened_here.callback(alone.close)
    alone.import_pages(document, [index])  # before the page is changed
    for owner, at in ((document, index), (alone, 0)):
        page = owner[at]
        before = _said_by(page)
        flattened = raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        page.close()
        page = owner[at]
        if flattened != raw.FLATTEN_FAIL and not _is_less(_said_by(page), before):
            opened_here.callback(page.close)
            return page
        page.close()
    raise UnreadableSource(path, f"page {index + 1} has annotations that cannot be drawn", _PRINT)


def _said_by(page: Any) -> tuple[float, float, int, int]:
    """Return width and height of a page in points, and how many signs beside blanks and how many objects it has."""
    text = page.get_textpage()
    try:
        signs = sum(not each.isspace() for each in text.get_text_range(errors="ignore"))
    finally:
        text.close()
    return (*page.get_size(), signs, int(raw.FPDFPage_CountObjects(page)))


def _is_less(after: tuple[float, float, int, int], before: tuple[float, float, int, int]) -> bool:
    """Return whether a page lost something: PDFium forgets the size and the fonts that a page has from its parent."""
    is_smaller = any(abs(one - two) > 1 for one, two in zip(after[:2], before[:2], strict=True))
    return is_smaller or after[2] < before[2] or after[3] < before[3]


def dpi_of(page: Any, path: str) -> float:
    """Return the resolution in which a page is drawn: 200, less where it is large (raises UnreadableSource)."""
    width, height = page.get_size()
    if not (0 < width < 1e5 and 0 < height < 1e5):
        raise UnreadableSource(path, "a page has no size", "print it to a new PDF")
    fits = math.sqrt(MOST_PIXELS / (width * height)) * 72
    if fits < LEAST_DPI:
        raise UnreadableSource(path, "a page is too large to be drawn", "print it on a smaller page")
    return min(DPI, math.floor(fits))


def drawn(page: Any, dpi: float) -> Image.Image:
    """Return a page's pixels."""
    return Image.fromarray(_pixels(page, dpi))


def _pixels(page: Any, dpi: float) -> Pixels:
    """Return a page's pixels, rows by columns by red, green, blue."""
    bitmap = page.render(scale=dpi / 72, may_draw_forms=False, draw_annots=False, rev_byteorder=True)
    try:
        pixels: Pixels = bitmap.to_numpy()  # it keeps the memory, which is Python's
    finally:
        bitmap.close()
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        return np.asarray(Image.fromarray(pixels).convert("RGB"))
    return pixels


def _changed(whole: Pixels, beside: Pixels) -> Pixels:
    """Return by how much each pixel differs between two drawings, in the channel in which it differs most."""
    differs = np.maximum(whole, beside) - np.minimum(whole, beside)
    changed: Pixels = np.maximum(np.maximum(differs[:, :, 0], differs[:, :, 1]), differs[:, :, 2])
    return changed


def seen_page(document: Any, index: int, path: str, *, only_text: bool = False) -> SeenPage:
    """Return what a page shows and hides.

    Args:
        document: an open PDF.
        index: of the page, from 0.
        path: of the source, for errors.
        only_text: take every sign as one that is seen, and look at no pixels.

    Raises:
        UnreadableSource: it cannot be read, or is beyond a limit.
    """
    with flat_page(document, index, path) as page:
        width, height = page.get_size()
        seen = SeenPage(index + 1, width, height, dpi_of(page, path))
        signs, about = _signs(page, path)
        if only_text:
            seen.signs = signs
            return seen
        dpi = min(seen.dpi, LOOKED_AT_DPI)
        seen.scale = dpi / 72
        fine = _fine_dpi(about, seen)
        whole, whole_fine = _pixels(page, dpi), _pixels(page, fine)
        seen.pictures = list(_without_text(page, path))
        seen.beside, beside_fine = _pixels(page, dpi), _pixels(page, fine)
    changed = _changed(whole, seen.beside) > _SEEN
    sums = np.pad(changed.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32), ((1, 0), (1, 0)))
    kinds = _hidden_kinds(about, seen, sums)
    home = seen.signs
    shown: list[DrawnSign] = []
    for each, one, kind in zip(signs, about, kinds, strict=True):
        if each.char.isspace() and one.has_ink:
            shown.append(_drawn_sign(" ", each, one))
        if not each.char.isspace():  # a blank goes where the sign before it went
            home = seen.hidden.setdefault(kind, []) if kind else seen.signs
            if one.is_unmapped and not kind:
                seen.unmapped.append(one.tight)
                continue
            if not kind:
                shown.append(_drawn_sign(each.char, each, one))
        home.append(each)
    if signs:
        seen.doubtful = doubted(_changed(whole_fine, beside_fine), fine / 72, shown, seen.unmapped)
    return seen


def _fine_dpi(about: Sequence[_About], seen: SeenPage) -> float:
    """Return the resolution in which the shapes of signs are compared: more where the writing is small."""
    heights = sorted(one.tight[3] - one.tight[1] for one in about)
    is_small = bool(heights) and heights[len(heights) // 4] < SMALL_WRITING
    most = math.sqrt(MOST_PIXELS / (seen.width * seen.height)) * 72
    return min(math.floor(most), FINE_DPI if is_small else DPI)


def beside_text(document: Any, index: int, seen: SeenPage, path: str) -> tuple[Image.Image, float]:
    """Return the pixels of a page without its text, but with signs that have no character; and pixels a point."""
    dpi = min(DPI, seen.dpi)
    scale = dpi / 72
    with flat_page(document, index, path) as page:
        whole = _pixels(page, dpi) if seen.unmapped else None
        list(_without_text(page, path))
        pixels = np.array(_pixels(page, dpi))
    if whole is not None:
        for left, top, right, bottom in seen.unmapped:
            rows = slice(max(0, math.floor(top * scale)), math.ceil(bottom * scale))
            columns = slice(max(0, math.floor(left * scale)), math.ceil(right * scale))
            pixels[rows, columns] = whole[rows, columns]
    return Image.fromarray(pixels), scale


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of a sign beside its character: the box of its ink, how it is drawn, degrees beside its turn.

    ``has_ink``: the font says that there is some. ``font`` is a number of the font.
    """

    tight: Box
    is_unmapped: bool
    is_unpainted: bool
    angle: float
    has_ink: bool
    font: int = 0


def _drawn_sign(char: str, sign: Glyph, about: _About) -> DrawnSign:
    across, down = sign.box[2] - sign.box[0], sign.box[3] - sign.box[1]
    angle = about.angle if sign.is_askew else 0.0
    return DrawnSign(char, about.tight, sign.turn, angle, about.font, across if sign.turn % 2 else down)


def _hidden_kinds(about: Sequence[_About], seen: SeenPage, sums: npt.NDArray[np.int32]) -> list[str]:
    """Return for each sign why it cannot be seen, "" where it can be."""
    high, wide = sums.shape
    boxes = np.array([each.tight for each in about], np.float64).reshape(-1, 4)
    low = np.maximum(np.floor(boxes[:, :2] * seen.scale), 0).clip(max=1e6).astype(np.int64)
    top = np.minimum(np.ceil(boxes[:, 2:] * seen.scale), (wide - 1, high - 1)).clip(min=-1e6).astype(np.int64)
    beyond = np.hstack((boxes[:, 2:] <= 0, boxes[:, :2] >= (seen.width, seen.height), low >= top))
    is_outside: npt.NDArray[np.bool_] = np.asarray(beyond.any(axis=1))
    (left, upper), (right, lower) = (np.where(is_outside, 0, side.T) for side in (low, top))
    counts: npt.NDArray[np.int32] = sums[lower, right] - sums[upper, right] - sums[lower, left] + sums[upper, left]
    kinds = []
    for at, each in enumerate(about):
        if each.is_unpainted:
            kinds.append("invisible text")
        elif is_outside[at]:
            kinds.append("text outside the page")
        elif counts[at]:
            kinds.append("")
        else:
            behind = seen.beside[upper[at] : lower[at], left[at] : right[at]]
            kinds.append("text in the colour of the paper" if behind.min() > 240 else "text under a box or picture")
    return kinds


# --- signs ------------------------------------------------------------------------------


def _signs(page: Any, path: str) -> tuple[list[Glyph], list[_About]]:
    text = page.get_textpage()
    try:
        count = int(text.count_chars())
        if count > MOST_SIGNS:
            raise UnreadableSource(path, f"a page has more than {MOST_SIGNS:,} signs", "split it")
        return _read_signs(page, text, count)
    finally:
        text.close()


def _read_signs(page: Any, text: Any, count: int) -> tuple[list[Glyph], list[_About]]:
    handle, loose = text.raw, raw.FS_RECTF()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    drawers: dict[int, tuple[bool, float, int]] = {}
    found: list[tuple[str, int, bool, float, int, bool]] = []
    boxes: list[tuple[float, float, float, float]] = []
    tight: list[tuple[float, float, float, float]] = []
    half = 0
    for at in range(count):
        if raw.FPDFText_IsGenerated(handle, at) == 1:
            continue
        code = raw.FPDFText_GetUnicode(handle, at)
        if 0xD800 <= code < 0xDC00:
            half = code
            continue
        if 0xDC00 <= code < 0xE000 and half:
            code = 0x10000 + ((half - 0xD800) << 10) + (code - 0xDC00)
        half = 0
        char = _char(code)
        if not char or not raw.FPDFText_GetLooseCharBox(handle, at, loose):
            continue
        raw.FPDFText_GetCharBox(handle, at, left, right, bottom, top)
        boxes.append((loose.left, loose.bottom, loose.right, loose.top))
        tight.append((left.value, bottom.value, right.value, top.value))
        drawer = raw.FPDFText_GetTextObject(handle, at)
        drawn_by = ctypes.addressof(drawer.contents) if drawer else 0
        if not drawn_by or drawn_by not in drawers:  # all signs of one drawer stand at one angle
            is_unpainted = bool(drawer) and _is_unpainted(drawer)
            drawers[drawn_by] = (is_unpainted, raw.FPDFText_GetCharAngle(handle, at), _font_of(drawer))
        is_unmapped = raw.FPDFText_HasUnicodeMapError(handle, at) == 1 or char == "\ufffd"
        found.append((char, drawn_by, *drawers[drawn_by], is_unmapped))
    place, turned = _Placing(page), page.get_rotation() // 90
    signs: list[Glyph] = []
    about: list[_About] = []
    for (char, drawn_by, is_unpainted, leaning, font, is_unmapped), box, inked in zip(
        found, place.boxes(boxes), place.boxes(tight), strict=True
    ):
        angle = leaning + turned * math.pi / 2
        turn = round(angle / (math.pi / 2)) % 4
        beside = (angle - turn * math.pi / 2 + math.pi) % (2 * math.pi) - math.pi
        signs.append(Glyph(char, box, turn, drawn_by, abs(beside) > _ASKEW))
        has_ink = inked[0] < inked[2]
        about.append(_About(inked if has_ink else box, is_unmapped, is_unpainted, math.degrees(beside), has_ink, font))
    return signs, about


def _font_of(drawer: Any) -> int:
    """Return a number for the font of a text object, the same for all of its font while the page is open."""
    font = raw.FPDFTextObj_GetFont(drawer) if drawer else None
    return ctypes.addressof(font.contents) if font else 0


def _char(code: int) -> str:
    """Return the character of a code; a broken one is U+FFFD, a hyphen at a line's end a hyphen, none is ""."""
    if code in {0x02, 0xAD, 0xFFFE}:
        return "-"
    if code == 0 or 0xD800 <= code < 0xE000 or code == 0xFFFF or code > 0x10FFFF:  # maps of fonts say anything
        return "\ufffd"
    if 0xF721 <= code < 0xF800:  # small capitals and old figures, where Adobe's fonts had them
        code -= 0xF700
    return " " if code < 0x20 or code == 0xA0 else chr(code)


def _is_unpainted(drawer: Any) -> bool:
    if raw.FPDFTextObj_GetTextRenderMode(drawer) in {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}:
        return True
    channels = [ctypes.c_uint() for _ in range(4)]
    return bool(raw.FPDFPageObj_GetFillColor(drawer, *channels)) and channels[3].value == 0


class _Placing:
    """Leads from the coordinates of a page to points from the upper left corner of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        width, height = page.get_size()
        fine = 64
        x, y = ctypes.c_int(), ctypes.c_int()
        found = []
        for one, other in ((0.0, 0.0), (100.0, 0.0), (0.0, 100.0)):
            raw.FPDF_PageToDevice(page, 0, 0, round(width * fine), round(height * fine), 0, one, other, x, y)
            found.append((x.value / fine, y.value / fine))
        (self._x, self._y), (right_x, right_y), (up_x, up_y) = found
        self._a, self._b = (right_x - self._x) / 100, (right_y - self._y) / 100
        self._c, self._d = (up_x - self._x) / 100, (up_y - self._y) / 100

    def boxes(self, sides: Sequence[tuple[float, float, float, float]]) -> list[Box]:
        """Return boxes of the page, as left, bottom, right, top, as boxes of what is shown."""
        left, bottom, right, top = np.array(sides, np.float64).reshape(-1, 4).T
        one = self._x + self._a * left + self._c * bottom, self._y + self._b * left + self._d * bottom
        other = self._x + self._a * right + self._c * top, self._y + self._b * right + self._d * top
        low, high = np.minimum(one, other), np.maximum(one, other)
        return [(each[0], each[1], each[2], each[3]) for each in np.stack((*low, *high), axis=1).tolist()]

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a box of the page as a box of what is shown."""
        xs = [self._x + self._a * one + self._c * other for one, other in ((left, bottom), (right, top))]
        ys = [self._y + self._b * one + self._d * other for one, other in ((left, bottom), (right, top))]
        return (min(xs), min(ys), max(xs), max(ys))


# --- what is drawn beside the text ------------------------------------------------------


def _without_text(page: Any, path: str) -> Iterator[Box]:
    """Take the text off a page, in forms too, and yield the boxes of its pictures."""
    place = _Placing(page)
    for count, each in enumerate(page.get_objects(max_depth=15)):
        if count > MOST_OBJECTS:
            raise UnreadableSource(path, f"a page has more than {MOST_OBJECTS:,} objects", "print it to a new PDF")
        if each.type == raw.FPDF_PAGEOBJ_TEXT:
            raw.FPDFPageObj_SetIsActive(each.raw, False)  # noqa: FBT003 - the name of the call says what it is
        elif each.type in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING}:
            left, bottom, right, top = each.get_bounds() if hasattr(each, "get_bounds") else each.get_pos()
            yield place.box(left, bottom, right, top)
