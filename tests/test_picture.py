"""Pictures: read by OCR or held, written anew of pixels alone."""

from __future__ import annotations

import io
import os
import random
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import Road, everything_in
from pagehelp import KEPT, VALUES, as_bytes, letter, pixels
from PIL import Image, ImageCms, PngImagePlugin

from pipeline.errors import UnreadableSource
from pipeline.formats import format_named, format_of, ocr, picture
from pipeline.formats.letter_shapes import in_rows, letter_shapes
from pipeline.formats.ocr import agreed
from pipeline.formats.page_text import Glyph
from pipeline.model import Edit, Reading, Role, Source, Unit
from pipeline.verify import second_reader

KIND = format_named("picture")
KINDS = ["PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"]
MOVING = ["TIFF", "GIF", "WEBP"]
CANARY = "canary-5550142"
MANY = "RELEASABLE_DAMAGED_PICTURES"
"""Set to a number, this many damaged variants are tried instead of 60."""


@pytest.fixture
def no_ocr(monkeypatch):
    """As on a machine without the extra."""
    picture._LAST.clear()
    monkeypatch.setattr(ocr, "find_spec", lambda _name: None)


@pytest.fixture
def no_words(monkeypatch):
    """As with OCR that sees no writing."""
    picture._LAST.clear()
    monkeypatch.setattr(picture, "read_writing", lambda _image, _scale: ocr.Writing())


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return pixels(letter()).crop((100, 100, 1500, 720))


def units_of(data: bytes) -> list[Unit]:
    return list(KIND.units(io.BytesIO(data), Source("f.png", "picture", len(data))))


def readings_of(data: bytes) -> list[Reading]:
    return [KIND.read(data, unit) for unit in units_of(data)]


def tokens(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def said(data: bytes) -> str:
    return tokens(" ".join(each.text for one in readings_of(data) for each in one.segments if each.role is Role.TEXT))


def copy_of(data: bytes, *values: str) -> bytes:
    parts = []
    for unit in units_of(data):
        edits = [
            Edit(each.address, at, at + len(value), "[REDACTED NAME]")
            for each in KIND.read(data, unit).segments
            for value in values
            for at in (found.start() for found in re.finditer(re.escape(value), each.text))
        ]
        parts.append(KIND.rewrite(data, unit, sorted(edits, key=lambda each: each.start)))
    sink = io.BytesIO()
    KIND.assemble(parts, sink)
    return sink.getvalue()


@pytest.mark.ocr
@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_read_and_redacted(kind, page):
    """The copy is of the same kind; read as pixels it says no withheld value and every retained word."""
    data = as_bytes(page, kind)
    assert all(tokens(each) in said(data) for each in [*KEPT, "536-90-4399"])
    copy = copy_of(data, *VALUES)
    assert Image.open(io.BytesIO(copy)).format == kind
    again = said(copy)
    assert all(tokens(each) in again for each in KEPT)
    assert all(tokens(each) not in again for each in VALUES)
    assert second_reader("picture", copy, {}) == []


def moving(kind: str, frames: Sequence[Image.Image]) -> bytes:
    """Return frames as one file, put together by Pillow."""
    more = {"duration": 100} if kind == "GIF" else {"duration": 100, "lossless": True} if kind == "WEBP" else {}
    return as_bytes(frames[0], kind, save_all=True, append_images=frames[1:], **more)


@pytest.mark.ocr
@pytest.mark.parametrize("kind", MOVING)
def test_every_frame_is_read(kind):
    """A value on the sixth frame is found there and withheld; the copy has as many frames."""
    pages = [pixels(letter(lines=[f"Sheet {number} of the fax"])).crop((100, 100, 900, 300)) for number in range(5)]
    pages.append(pixels(letter(lines=["The number is 536-90-4399"])).crop((100, 100, 900, 300)))
    data = moving(kind, pages)
    assert "536904399" in said(data)
    copy = copy_of(data, "536-90-4399")
    with Image.open(io.BytesIO(copy)) as opened:
        assert (opened.format, opened.n_frames) == (kind, 6)
    assert second_reader("picture", copy, {}) == []
    assert "536904399" not in said(copy)
    assert "sheet4" in said(copy)


@pytest.mark.parametrize("kind", MOVING)
def test_frames_that_look_alike_stay_as_many(kind, no_ocr):
    """A box that covers what made two frames different does not join them; the frames of a copy are those of its units."""
    frames = [Image.new("RGB", (60, 40), shade) for shade in ("white", "red", "white", "blue", "green")]
    copy = copy_of(moving(kind, frames))  # without OCR every frame is covered, so that all are alike
    with Image.open(io.BytesIO(copy)) as opened:
        assert opened.n_frames == 5
    assert second_reader("picture", copy, {}) == []


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_of_which_nothing_is_withheld_stay(kind, monkeypatch):
    """They are written anew, and look the same; without loss but for JPEG and colours beyond those of a GIF."""
    picture._LAST.clear()
    monkeypatch.setattr(picture, "read_writing", lambda _image, _scale: ocr.Writing())
    shown = Image.effect_mandelbrot((160, 120), (-2, -1.5, 1, 1.5), 30).convert("RGB")
    data = as_bytes(shown, kind)
    before, now = (
        np.asarray(Image.open(io.BytesIO(each)).convert("RGB")).astype(int) for each in (data, copy_of(data))
    )
    assert np.abs(now - before).max() <= (40 if kind == "JPEG" else 0)
    picture._LAST.clear()


def _shades(seed: int, lightest: int = 256) -> Image.Image:
    """Return a picture of 4,000 colours that hardly differ from their neighbours."""
    red, green = np.meshgrid(np.arange(80), np.arange(50))
    blue = np.full_like(red, 40 * seed % 256)
    return Image.fromarray(np.stack([lightest - 1 - red, lightest - 1 - green, blue], axis=2).astype(np.uint8))


def _patches() -> bytes:
    """Return a GIF whose second frame covers a part of the first, each with a palette of its own 256 colours."""
    first, second = (_shades(seed).quantize(256) for seed in (1, 4))
    second.paste(0, (0, 0, 40, 50))
    second.info["transparency"] = 0
    return as_bytes(first, "GIF", save_all=True, append_images=[second], duration=100, disposal=1)


GIFS = {
    "near colours": lambda: as_bytes(Image.fromarray(np.full((50, 80, 3), 254, np.uint8)), "GIF"),
    "writing on near colours": lambda: as_bytes(
        Image.fromarray(np.where(np.arange(80)[None, :, None] % 9 == 0, (254, 255, 253), (255, 255, 255)).astype(np.uint8)
                        .repeat(50, axis=0)), "GIF"
    ),
    "256 colours": lambda: as_bytes(_shades(2).quantize(256), "GIF"),
    "all shades of grey": lambda: as_bytes(Image.linear_gradient("L"), "GIF"),
    "frames": lambda: moving("GIF", [_shades(seed) for seed in range(6)]),
    "frames of several palettes": _patches,
}  # fmt: skip


@pytest.mark.parametrize("name", GIFS)
def test_what_is_examined_of_a_gif_is_what_is_written(name, monkeypatch):
    """Every pixel of a copy is that which OCR saw in the source, but for those of boxes and their words."""
    seen: list[np.ndarray] = []
    line = [Glyph(sign, (2 + 1.5 * at, 2.0, 3.5 + 1.5 * at, 10.0), 0) for at, sign in enumerate("Ackermann")]

    def read(image, _scale):
        seen.append(np.asarray(image.convert("RGB")))
        return ocr.Writing([line])

    monkeypatch.setattr(picture, "read_writing", read)
    data = GIFS[name]()
    for values in ((), ("Ackermann",)):
        picture._LAST.clear()
        seen.clear()
        copy = copy_of(data, *values)
        examined = list(seen)
        picture._LAST.clear()
        seen.clear()
        for unit in units_of(copy):
            KIND.read(copy, unit)
        assert len(seen) == len(examined) > 0
        for before, after in zip(examined, seen, strict=True):
            boxed = (before != after).any(axis=2)
            assert boxed.any() == bool(values)
            if values:
                rows, columns = np.nonzero(boxed)
                assert (rows.max(), columns.max()) <= (29, 46)  # of 50 and 80
                assert all(len(set(shade)) == 1 and shade[0] % 17 == 0 for shade in after[boxed].tolist())
    picture._LAST.clear()


def test_a_gif_of_many_colours_has_room_for_boxes(monkeypatch):
    """In grey all shades stay; of other colours those that are near one another are one, in what is examined too."""
    picture._LAST.clear()
    monkeypatch.setattr(picture, "read_writing", lambda _image, _scale: ocr.Writing())
    grey = as_bytes(Image.linear_gradient("L"), "GIF")
    assert len(Image.open(io.BytesIO(copy_of(grey))).convert("RGB").getcolors(256)) == 256
    many = as_bytes(_shades(2).quantize(256), "GIF")
    assert len(Image.open(io.BytesIO(many)).convert("RGB").getcolors(256)) > 240
    assert len(Image.open(io.BytesIO(copy_of(many))).convert("RGB").getcolors(256)) <= 240
    picture._LAST.clear()


def test_a_gif_of_too_many_frames_is_refused(monkeypatch):
    """Each frame is made of those before it; a limit keeps that from taking hours."""
    monkeypatch.setattr(picture, "MOST_MOVING", 3)
    frames = [Image.new("RGB", (20, 20), (shade, 0, 0)) for shade in range(0, 200, 40)]
    with pytest.raises(UnreadableSource):
        units_of(moving("GIF", frames))


@pytest.mark.parametrize("text", [b"BMI of 25\n" * 9, b"RIFF and WEBP are words\n" * 3, b"GIF is a format\n" * 3])
def test_a_text_is_no_picture(text):
    """Letters with which a picture begins make none of a text."""
    assert format_of(text, "a.txt") is not KIND


@pytest.mark.ocr
def test_a_picture_lying_on_its_side_is_read_and_covered(page):
    """Turned by a quarter, as scanners do, it is read; the boxes lie where the words are."""
    data = as_bytes(page.rotate(90, expand=True), "PNG")
    assert "536904399" in said(data)
    assert "536904399" not in said(copy_of(data, "536-90-4399"))


def test_without_ocr_a_picture_is_held(no_ocr, page):
    """No word of it was read: it is held in any case, and the remedy is named."""
    for kind in KINDS:
        (reading,) = readings_of(as_bytes(page, kind))
        assert [(each.code, each.holds) for each in reading.gaps] == [("image", True)]
        assert "releasable[ocr]" in reading.gaps[0].why


def _with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x013B] = CANARY
    return as_bytes(Image.new("RGB", (60, 60), "white"), "JPEG", exif=exif)


def _with_place() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = CANARY
    return as_bytes(Image.new("RGB", (60, 60), "white"), "JPEG", exif=exif)


def _with_text() -> bytes:
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", CANARY, zip=True)
    return as_bytes(Image.new("RGB", (60, 60), "white"), "PNG", pnginfo=about)


def _with_xmp() -> bytes:
    about = PngImagePlugin.PngInfo()
    about.add_itxt("XML:com.adobe.xmp", f"<x><dc:creator>{CANARY}</dc:creator></x>")
    return as_bytes(Image.new("RGB", (60, 60), "white"), "PNG", pnginfo=about)


def _with_tag() -> bytes:
    return as_bytes(Image.new("RGB", (60, 60), "white"), "TIFF", tiffinfo={270: CANARY})


def _with_remark() -> bytes:
    return as_bytes(Image.new("RGB", (60, 60), "white"), "GIF", comment=CANARY.encode())


def _with_later_remark() -> bytes:
    frames = [Image.new("RGB", (60, 60), shade) for shade in ("white", "red")]
    plain = moving("GIF", frames)
    at = plain.index(b"!\xf9", plain.index(b"!\xf9") + 2)
    return plain[:at] + b"!\xfe" + bytes([len(CANARY)]) + CANARY.encode() + b"\0" + plain[at:]


def _with_exif_in_webp() -> bytes:
    exif = Image.Exif()
    exif[0x013B] = CANARY
    return as_bytes(Image.new("RGB", (60, 60), "white"), "WEBP", exif=exif)


def _with_xmp_in_webp() -> bytes:
    said_ = f"<x><dc:creator>{CANARY}</dc:creator></x>".encode()
    return as_bytes(Image.new("RGB", (60, 60), "white"), "WEBP", xmp=said_)


HIDDEN = {
    "remark of a GIF": _with_remark,
    "remark of a later frame of a GIF": _with_later_remark,
    "EXIF of a WebP": _with_exif_in_webp,
    "XMP of a WebP": _with_xmp_in_webp,
    "EXIF": _with_exif,
    "EXIF of a place": _with_place,
    "comment of a JPEG": lambda: as_bytes(Image.new("RGB", (60, 60), "white"), "JPEG", comment=CANARY.encode()),
    "text in a PNG": _with_text,
    "XMP": _with_xmp,
    "tag of a TIFF": _with_tag,
}


@pytest.mark.parametrize("place", HIDDEN)
def test_what_travels_beside_the_pixels_is_examined_and_left_out(place, no_ocr):
    """The text is in a segment and counted as left out; no byte of it is in the copy."""
    data = HIDDEN[place]()
    (reading,) = readings_of(data)
    assert any(CANARY in each.text and each.role is Role.ATTRIBUTE for each in reading.segments)
    assert reading.dropped
    copy = copy_of(data)
    assert CANARY.encode() not in copy
    assert second_reader("picture", copy, {}) == []
    with pytest.raises(UnreadableSource):
        second_reader("picture", data, {})


def test_bytes_behind_the_end_and_a_second_picture_do_not_travel(no_ocr):
    """What is appended to a picture is not part of its pixels."""
    for kind in KINDS:
        data = as_bytes(Image.new("RGB", (60, 60), "white"), kind) + CANARY.encode()
        copy = copy_of(data)
        assert CANARY.encode() not in copy
        assert second_reader("picture", copy, {}) == []
        if kind != "TIFF":  # its reader follows what leads to the pixels, and looks nowhere else
            with pytest.raises(UnreadableSource):
                second_reader("picture", copy + b"x", {})


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_a_profile_of_colours_does_not_travel(no_words, kind):
    """A profile holds texts; with it the copy would be refused by the second reader, and the picture held."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = as_bytes(Image.new("RGB", (40, 30), "teal"), kind, icc_profile=profile)
    copy = copy_of(data)
    assert second_reader("picture", copy) == []
    with Image.open(io.BytesIO(copy)) as opened:
        assert "icc_profile" not in opened.info
        assert opened.size == (40, 30)


def test_what_transparency_hides_is_not_copied(no_ocr):
    """Pixels that nobody sees become paper."""
    hidden = Image.new("RGBA", (60, 60), (200, 10, 10, 0))
    for data in (as_bytes(hidden, "PNG"), as_bytes(hidden, "WEBP", lossless=True, exact=True)):
        now = np.asarray(Image.open(io.BytesIO(copy_of(data))).convert("RGB"))
        assert not ((now[:, :, 0] == 200) & (now[:, :, 1] == 10)).any()


def test_the_picture_is_turned_as_it_was_shown(no_ocr):
    """What EXIF said of the direction is in the pixels of the copy."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = as_bytes(Image.new("RGB", (60, 30), "white"), "JPEG", exif=exif)
    assert Image.open(io.BytesIO(copy_of(data))).size == (30, 60)


def test_rows_of_shapes_are_noticed():
    """Shapes side by side of one height are taken for writing; scattered ones, lines and boxes are not."""
    image = pixels(letter(lines=["Helena"])).crop((100, 100, 700, 300))
    assert len(in_rows(letter_shapes(np.asarray(image), 200 / 72))) >= 5
    plain = Image.new("RGB", (600, 200), "white")
    plain.paste("black", (10, 10, 500, 13))
    plain.paste("black", (10, 50, 40, 80))
    assert not letter_shapes(np.asarray(plain), 200 / 72)


def test_faint_writing_is_noticed(page):
    """Letters hardly darker than the paper are seen, beside dark ones too; the blur of dark ones is none."""
    scale = 200 / 72
    faint = page.crop((0, 0, 700, 200)).point(lambda shade: 255 - (255 - shade) // 10)
    assert len(in_rows(letter_shapes(np.asarray(faint), scale))) >= 5
    dark = pixels(letter(lines=["Helena"])).crop((100, 100, 700, 300))
    compressed = Image.open(io.BytesIO(as_bytes(dark, "JPEG", quality=60)))
    before, after = (len(in_rows(letter_shapes(np.asarray(each), scale))) for each in (dark, compressed))
    assert after <= before + 2
    both = Image.new("RGB", (700, 500), "white")
    both.paste(faint, (0, 300))
    both.paste(dark, (0, 0))
    assert len(in_rows(letter_shapes(np.asarray(both), scale))) >= before + 5


@pytest.mark.ocr
def test_a_faint_picture_is_read_or_held(page):
    """What OCR does not make out in a faint picture holds it."""
    data = as_bytes(page.point(lambda shade: 255 - (255 - shade) // 10), "PNG")
    (reading,) = readings_of(data)
    assert "536904399" in said(data) or any(each.holds for each in reading.gaps)


def test_a_layer_counts_only_where_it_says_the_same():
    """O and 0 may differ, a digit may not."""

    def line(text: str) -> list[Glyph]:
        return [Glyph(char, (10.0 * at, 0.0, 10.0 * at + 9, 10.0)) for at, char in enumerate(text)]

    assert "".join(each.char for each in agreed(line("O42 Elm"), line("042 Elm"))) == "042 Elm"
    assert "".join(each.char for each in agreed(line("042 Elm"), line("043 Elm"))) == "042 Elm"


def test_damaged_pictures_are_read_or_refused(no_ocr, page):
    """Cut short or with flipped bits, a picture becomes a copy or is refused with a reason; nothing else."""
    small = page.resize((200, 90))
    samples = [as_bytes(small, kind) for kind in KINDS]
    samples += [moving(kind, [small, small.rotate(180), small.convert("L")]) for kind in ("GIF", "WEBP")]
    claimed = 0
    for number in range(int(os.environ.get(MANY, "60"))):
        dice = random.Random(number)
        made = bytearray(samples[number % len(samples)])
        if dice.random() < 0.3:
            made = made[: dice.randrange(12, len(made))]
        for _ in range(dice.randint(1, 6)):
            made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
        if format_of(bytes(made), "f") is not KIND:
            continue
        claimed += 1
        with suppress(UnreadableSource):
            assert isinstance(second_reader("picture", copy_of(bytes(made)), {}), Sequence)
    assert claimed > 20


def test_a_picture_of_too_many_pixels_is_refused():
    """A small file that would become gigabytes is not unpacked."""
    data = as_bytes(Image.new("1", (30_000, 30_000)), "PNG")
    with pytest.raises(UnreadableSource):
        readings_of(data)


@pytest.mark.ocr
@pytest.mark.models
def test_a_release_of_pictures_is_whole_and_clean(road, tmp_path: Path, page):
    """A photographed letter is released with its values covered; nothing in the folder says one of them."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "letter.png").write_bytes(as_bytes(page, "PNG"))
    road.release(source, tmp_path / "out")
    copy = (tmp_path / "out/records/letter.png").read_bytes()
    assert all(tokens(each) not in said(copy) for each in ("Ackermann", "536-90-4399", "555-0142", "1442 Juniper"))
    assert tokens("wrong by 400 gallons") in said(copy)
    assert b"536-90-4399" not in everything_in(tmp_path / "out")


@pytest.mark.parametrize("passed_over", [True, False])
def test_what_ocr_passed_over_at_first_holds_the_picture(passed_over, by_patterns, monkeypatch, tmp_path: Path):
    """A box changes what OCR sees beside it: a number that it reads in the copy alone goes nowhere."""
    source = Image.new("RGB", (400, 100), "white")
    before = source.tobytes()

    def line(text: str, top: float) -> list[Glyph]:
        return [Glyph(sign, (10 + 6.0 * at, top, 16 + 6.0 * at, top + 10), 0) for at, sign in enumerate(text)]

    def read(image, _scale):
        more = [line("SSN 536-90-4399", 25.0)] if passed_over and image.tobytes() != before else []
        return ocr.Writing([line("Call (406) 555-0142", 5.0), *more] if image.tobytes() == before else more)

    picture._LAST.clear()
    monkeypatch.setattr(picture, "read_writing", read)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.png").write_bytes(as_bytes(source, "PNG"))
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    picture._LAST.clear()
    (told,) = done.summary.files
    assert told.status == ("not_scanned" if passed_over else "released")
    assert not passed_over or "passed over" in told.reasons[0]


def test_what_ocr_is_not_sure_of_only_in_the_copy_holds_the_picture(by_patterns, monkeypatch, tmp_path: Path):
    """What nobody could examine in the pixels that leave is held, also where it was no writing before."""
    source = Image.new("RGB", (400, 100), "white")
    before = source.tobytes()
    called = [Glyph(sign, (10 + 6.0 * at, 5, 16 + 6.0 * at, 15), 0) for at, sign in enumerate("Call (406) 555-0142")]

    def read(image, _scale):
        is_source = image.tobytes() == before
        return ocr.Writing([called] if is_source else [], [] if is_source else [(10.0, 25.0, 90.0, 35.0)])

    picture._LAST.clear()
    monkeypatch.setattr(picture, "read_writing", read)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.png").write_bytes(as_bytes(source, "PNG"))
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    picture._LAST.clear()
    (told,) = done.summary.files
    assert told.status == "not_scanned"
    assert not list((tmp_path / "out").rglob("a.png"))
