"""What a drawn sign looks like: a small network that tells shapes, and which shapes a character may have.

It knows the letters without their case and accents, the digits, the punctuation of ASCII and "something else"; what it
is asked is only whether a shape can be the character that a file says it is. ``configs/sign_shapes.npz`` has its
weights; ``benchmarks/sign_shapes.py`` makes them of fonts that are free to use, and measures them on others.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognizers.resources import packaged_configs

SIDE: Final = 24
"""Pixels of a side of what the network looks at."""
_FIT: Final = 20
"""Pixels of the longer side of the shape in it."""
_INK: Final = 0.25
"""Share of the darkest ink from which a pixel belongs to a shape."""
_BATCH: Final = 256
Weights = dict[str, npt.NDArray[np.float32]]
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
_PUNCTUATION: Final = '.,-:;!?()[]{}/\\|@#$%&*+=<>"~^'
CLASSES: Final = (*_LETTERS, *_DIGITS, *_PUNCTUATION, "other")
_SAME: Final = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b'`\u00b4\u02bc\u2032", ","),
    **dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad\u00af_", "-"),
    **dict.fromkeys("\u2022\u00b7\u2219\u25cf\u25aa\u25a0\u2027", "."),
    "\u00d7": "x", "\u2044": "/", "\u2215": "/", "\u00d8": "o", "\u00f8": "o", "\u0141": "l", "\u0142": "l",
    "\u0110": "d", "\u0111": "d", "\u0131": "i", "\u2217": "*", "\u02c6": "^", "\u02dc": "~", "\u223c": "~",
}  # fmt: skip
"""Characters that look like one that the network knows."""
_ALIKE: Final = (
    *(
        "o0",
        "oq",
        "do",
        "il1|!/\\([])",
        "tjil|",
        "-~=",
        ".,:;-*",
        ',"^/|!',
        "({[<",
        ")}]>",
        "ij;:",
        "uv",
        "vy",
        "rt",
        "ceg",
    ),
    *("i:!", "fet", "x*+", "hnb", "a@", "uw", "nm", "kx", "eg", "o.", "tf+", "fj", "pd", "s$", "b&", "gq"),
)
"""Shapes of which one may be taken for another in some font: what a character may look like is all of its own groups.

No two digits are alike, and of letters only o and 0, and l, i and 1, which many fonts draw alike.
"""


def normalised(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """Return a shape (ink 0 to 255, rows by columns) without margins, fitted into a square; None where no ink is."""
    darkest = int(ink.max(initial=0))
    if not darkest:
        return None
    is_ink = ink > _INK * darkest
    rows, columns = np.flatnonzero(is_ink.any(axis=1)), np.flatnonzero(is_ink.any(axis=0))
    part = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    part = (part.astype(np.float32) * (255.0 / darkest)).astype(np.uint8)
    scale = _FIT / max(part.shape)
    high, wide = (max(1, round(side * scale)) for side in part.shape)
    made = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - high) // 2, (SIDE - wide) // 2
    small = Image.fromarray(part).resize((wide, high), Image.Resampling.BILINEAR)
    made[top : top + high, left : left + wide] = np.asarray(small)
    return made


def likelihoods(shapes: Sequence[npt.NDArray[np.uint8]], weights: Weights | None = None) -> npt.NDArray[np.float32]:
    """Return for each shape (see :func:`normalised`) how likely it is each of ``CLASSES``, by the packaged weights."""
    own = _weights() if weights is None else weights
    made = [_asked(np.stack(shapes[at : at + _BATCH]), own) for at in range(0, len(shapes), _BATCH)]
    return np.concatenate(made) if made else np.zeros((0, len(CLASSES)), np.float32)


@lru_cache(maxsize=1)
def _weights() -> Weights:
    with np.load(packaged_configs() / "sign_shapes.npz") as opened:
        return {name: opened[name].astype(np.float32) for name in opened.files}


def _asked(shapes: npt.NDArray[np.uint8], own: Weights) -> npt.NDArray[np.float32]:
    """Run the network: three layers of 3 by 3 neighbours, each halved, then two full ones."""
    values: npt.NDArray[np.float32] = shapes.astype(np.float32)[..., None] / np.float32(255)
    for number in "123":
        values = np.maximum(_neighbours(values, own[f"c{number}"]) + own[f"b{number}"], 0)
        count, high, wide, depth = values.shape
        values = values.reshape(count, high // 2, 2, wide // 2, 2, depth).max(axis=(2, 4))
    values = np.maximum(values.reshape(len(values), -1) @ own["f1"] + own["d1"], 0) @ own["f2"] + own["d2"]
    values = np.exp(values - values.max(axis=1, keepdims=True))
    said: npt.NDArray[np.float32] = values / values.sum(axis=1, keepdims=True)
    return said


def _neighbours(values: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    count, high, wide, depth = values.shape
    around = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)))
    columns = [around[:, down : down + high, across : across + wide] for down in range(3) for across in range(3)]
    flat = np.concatenate(columns, axis=3).reshape(-1, 9 * depth)
    made: npt.NDArray[np.float32] = (flat @ weights.reshape(9 * depth, -1)).reshape(count, high, wide, -1)
    return made


# --- which shapes a character may have ----------------------------------------------------


@cache
def may_look_like(char: str) -> tuple[int, ...]:
    """Return the classes whose shape a character may have; none for one that the network does not know."""
    known = _class_of(char)
    if not known:
        return ()
    alike = {known, *(each for group in _ALIKE if known in group for each in group)}
    return tuple(at for at, each in enumerate(CLASSES) if each in alike)


def _class_of(char: str) -> str:
    same = _SAME.get(char)
    if same is not None:
        return same
    plain = unicodedata.normalize("NFKD", char)[:1].lower() if len(char) == 1 else ""
    plain = _SAME.get(plain, plain)
    rest = unicodedata.normalize("NFKD", char)[1:] if len(char) == 1 else ""
    if len(plain) == 1 and plain in CLASSES and all(unicodedata.combining(each) for each in rest):
        return plain
    return ""
