"""Makes ``configs/sign_shapes.npz``: trains the small network of ``pipeline/formats/sign_shapes.py`` on fonts.

    pip install jax fonttools
    python benchmarks/sign_shapes.py FOLDER --held-out crosextra ebgaramond inter --steps 1500

FOLDER holds TrueType and OpenType fonts (the committed weights come of 800 faces of 100 families that Debian ships as
fonts-*, all free to use; nothing of a font is in the weights). Families whose path holds a word of ``--held-out`` are
not trained on; how many of their signs are told is printed. Every sign is drawn large once and then made small, thin,
bold, slanted, blurred, cut at an edge, or touched by a neighbour, never twice alike. Five minutes on one core.
"""

from __future__ import annotations

import argparse
import random
import time
import unicodedata
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.formats.sign_shapes import CLASSES, likelihoods, may_look_like, normalised
from recognizers.resources import packaged_configs

EM = 96
BATCH = 256
MOST_FACES = 8
SAME = {
    **dict.fromkeys("\u2018\u2019\u201a'`\u00b4", ","),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("\u2010\u2013\u2014\u2212_", "-"),
    **dict.fromkeys("\u2022\u00b7", "."),
    "\u00d7": "x",
}
OTHER = (
    "ΓΔΘΛΞΠΣΦΨΩβδζθλμξπφψωБДЖИЛФЦЩЪЫЭЮЯбджилфцщъыэюя→←↑↓□▲▼◆★☆✓✔✗"
    "§¶†‡©®™…€£¥‰«»½¼¾æœßþÆŒÞ\ufb00\ufb01\ufb02\ufb03\ufb04¿¡°¤ªº"
)
NO_LETTERS = (
    "dseg",
    "Symbol",
    "Dingbat",
    "Ornament",
    "Emoji",
    "Math",
    "Braille",
    "Initial",
    "Swash",
    "Icon",
    "webfont",
)


def class_of(char: str) -> str:
    if char in SAME:
        return SAME[char]
    if char in CLASSES:
        return char
    plain = unicodedata.normalize("NFD", char)
    return plain[0].lower() if plain[0].isascii() and plain[0].isalpha() and len(plain) <= 2 else ""


def faces(folder: Path, rng: random.Random) -> list[Path]:
    by_family = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".ttf", ".otf"} and not any(word in str(path) for word in NO_LETTERS):
            by_family[path.parent].append(path)
    chosen = []
    for own in by_family.values():
        rng.shuffle(own)
        chosen += own if "noto" in str(own[0]) else own[:MOST_FACES]
    return chosen


def signs_of(path: Path, rng: random.Random):
    """Yield class and pixels of the signs of a face; of one without Latin letters a few, as something else."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - nothing else needs it

    try:
        known = TTFont(path, lazy=True, fontNumber=0).getBestCmap() or {}
        face = ImageFont.truetype(path, EM, layout_engine=ImageFont.Layout.BASIC)
    except Exception:  # noqa: BLE001 - a font that cannot be read is passed over
        return
    latin = [chr(code) for code in (*range(33, 127), *range(0xC0, 0x180), *map(ord, SAME)) if code in known]
    if len(latin) > 90:
        rest = [each for each in latin if 0xC0 <= ord(each) < 0x180]
        rng.shuffle(rest)
        chars = [each for each in latin if not 0xC0 <= ord(each) < 0x180] + rest[:30]
        pairs = [(each, class_of(each)) for each in chars] + [(each, "other") for each in OTHER if ord(each) in known]
    else:
        far = [chr(code) for code in known if code > 0x530 and unicodedata.category(chr(code)) in {"Lo", "So", "Sm"}]
        far = [each for each in far if not unicodedata.normalize("NFKD", each).isascii()]
        rng.shuffle(far)
        pairs = [(each, "other") for each in far[:16]]
    for char, kind in pairs:
        left, top, right, bottom = face.getbbox(char)
        if kind and 0 < right - left < 4 * EM and 0 < bottom - top < 3 * EM:
            image = Image.new("L", (right - left + 8, bottom - top + 8))
            ImageDraw.Draw(image).text((4 - left, 4 - top), char, fill=255, font=face)
            if image.getextrema()[1] > 128:
                yield CLASSES.index(kind), np.asarray(image)


def varied(sign: np.ndarray, rng: np.random.Generator):
    """Return a sign as it may stand on a page, fitted for the network; None where nothing is left."""
    image = Image.fromarray(sign)
    size = float(np.exp(rng.uniform(np.log(13), np.log(60))))
    if rng.random() < 0.3:
        lean = abs(rng.normal(0, 0.08)) if rng.random() < 0.6 else rng.uniform(0.1, 0.32)
        more = int(lean * image.height) + 1
        image = image.transform((image.width + more, image.height), Image.Transform.AFFINE, (1, lean, -more, 0, 1, 0))
    across, down = size / EM * rng.uniform(0.82, 1.2), size / EM
    wide, high = (max(2, int(np.ceil(side)) + 2) for side in (image.width * across, image.height * down))
    room = Image.new("L", (image.width + 64, image.height + 64))
    room.paste(image, (32, 32))
    left, top = 32 - rng.uniform() / across, 32 - rng.uniform() / down
    box = (max(0, left), max(0, top), min(room.width, left + wide / across), min(room.height, top + high / down))
    ink = np.asarray(room.resize((wide, high), Image.Resampling.BOX, box=box)).astype(np.float32)
    if rng.random() < 0.35:
        ink = 255 * (ink / 255) ** rng.uniform(0.55, 1.7)
    if rng.random() < 0.25:
        bold = ink.copy()
        bold[:, 1:] = np.maximum(bold[:, 1:], ink[:, :-1] * rng.uniform(0.2, 0.6))
        ink = bold
    if rng.random() < 0.06:
        ink = ink + rng.normal(0, 12, ink.shape)
    if rng.random() < 0.1:
        column = np.zeros((len(ink), 1), np.float32)
        start = rng.integers(0, len(ink))
        column[start : rng.integers(start, len(ink)) + 1] = rng.uniform(40, 255)
        ink = np.hstack([column, ink] if rng.random() < 0.5 else [ink, column])
    if rng.random() < 0.1 and min(ink.shape) > 8:
        ink = np.rot90(np.rot90(ink, side := int(rng.integers(4)))[2:], -side)
    return normalised(np.clip(ink, 0, 255).astype(np.uint8))


def trained(signs, steps: int, seed: int):
    import jax  # noqa: PLC0415 - nothing else needs it
    import jax.numpy as jnp  # noqa: PLC0415

    keys = jax.random.split(jax.random.PRNGKey(seed), 5)
    shapes = {
        "c1": (3, 3, 1, 16),
        "c2": (3, 3, 16, 32),
        "c3": (3, 3, 32, 64),
        "f1": (576, 96),
        "f2": (96, len(CLASSES)),
    }
    own = {
        name: jax.random.normal(key, shape) * np.sqrt(2 / np.prod(shape[:-1]))
        for key, (name, shape) in zip(keys, shapes.items(), strict=True)
    }
    own |= {"b1": jnp.zeros(16), "b2": jnp.zeros(32), "b3": jnp.zeros(64), "d1": jnp.zeros(96)}
    own["d2"] = jnp.zeros(len(CLASSES))

    def said(own, values, key):
        values = values[..., None]
        for number in "123":
            made = jax.lax.conv_general_dilated(
                values, own[f"c{number}"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            made = jax.nn.relu(made + own[f"b{number}"])
            values = jax.lax.reduce_window(made, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        values = values.reshape(len(values), -1)
        values = values * jax.random.bernoulli(key, 0.85, values.shape) / 0.85
        return jax.nn.relu(values @ own["f1"] + own["d1"]) @ own["f2"] + own["d2"]

    def loss(own, values, wanted, key):
        spread = jax.nn.one_hot(wanted, len(CLASSES)) * 0.98 + 0.02 / len(CLASSES)
        return -(jax.nn.log_softmax(said(own, values, key)) * spread).sum(1).mean()

    @jax.jit
    def step(own, first, second, number, rate, values, wanted, key):
        slope = jax.grad(loss)(own, values, wanted, key)
        first = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, first, slope)
        second = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, second, slope)
        moved = jax.tree.map(
            lambda a, m, v: a - rate * (m / (1 - 0.9**number)) / (jnp.sqrt(v / (1 - 0.999**number)) + 1e-8),
            *(own, first, second),
        )
        return moved, first, second

    first = second = jax.tree.map(jnp.zeros_like, own)
    kinds = np.array([kind for kind, _ in signs])
    weight = 1 / np.sqrt(np.bincount(kinds, minlength=len(CLASSES))[kinds])
    weight *= np.where([CLASSES[kind].isdigit() for kind in kinds], 2.0, 1.0)
    for number in range(1, steps + 1):
        rng = np.random.default_rng(number)
        made = [(kinds[at], varied(signs[at][1], rng)) for at in rng.choice(len(signs), BATCH, p=weight / weight.sum())]
        made = [each for each in made if each[1] is not None]
        made += made[: BATCH - len(made)]
        rate = 2e-3 * min(1, number / 200) * (0.5 * (1 + np.cos(np.pi * number / steps)) + 0.01)
        values = jnp.asarray(np.stack([shape for _, shape in made]), jnp.float32) / 255
        wanted = np.array([kind for kind, _ in made])
        own, first, second = step(own, first, second, number, rate, values, wanted, jax.random.PRNGKey(number))
    return {name: np.asarray(value, np.float16) for name, value in own.items()}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--held-out", nargs="*", default=[])
    asked.add_argument("--steps", type=int, default=1500)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--out", type=Path, default=packaged_configs() / "sign_shapes.npz")
    given = asked.parse_args()
    rng = random.Random(given.seed)
    signs, others = [], []
    for path in faces(given.folder, rng):
        home = others if any(word in str(path) for word in given.held_out) else signs
        home += signs_of(path, rng)
    began = time.monotonic()
    weights = trained(signs, given.steps, given.seed)
    np.savez_compressed(given.out, **weights)
    print(f"{len(signs)} signs, {time.monotonic() - began:.0f} s, {given.out.stat().st_size} bytes")
    if others:
        dice = np.random.default_rng(given.seed)
        told = [
            (kind, varied(sign, dice)) for kind, sign in (others[at] for at in dice.permutation(len(others))[:5000])
        ]
        told = [each for each in told if each[1] is not None and CLASSES[each[0]] != "other"]
        own = {name: value.astype(np.float32) for name, value in weights.items()}
        said = likelihoods([shape for _, shape in told], own)
        good = sum(
            row[list(may_look_like(CLASSES[kind]))].sum() >= 0.02 for (kind, _), row in zip(told, said, strict=True)
        )
        print(f"of {len(told)} signs of faces that were held out, {good / len(told):.2%} look like themselves")


if __name__ == "__main__":
    main()
