"""Released texts as pages of the sample show them: in parts, with what looks like a password masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pipeline.detect import detect
from pipeline.model import Segment, words
from pipeline.review.parts import Parts, parts_of
from pipeline.review.texts import MASK
from pipeline.texts.markers import marker_spans
from recognizers.registry import load_recognizers


def as_shown(texts: Sequence[Segment], markers: tuple[str, ...]) -> Parts:
    """Return the texts of a released record in the parts that pages show.

    Args:
        texts: as they were released.
        markers: what stands in copies where something was withheld.
    """
    masked = without_passwords(texts, markers)
    places = [words(each.address) for each in masked]
    names = places if len(set(places)) == len(places) else [str(at) for at in range(len(places))]
    return parts_of(dict(zip(names, masked, strict=True)))


def without_passwords(texts: Sequence[Segment], markers: tuple[str, ...]) -> list[Segment]:
    """Return texts of the same lengths with what looks like a password masked.

    One rule may let it stand, and one may have been missed.
    """
    told = []
    for segment, matches in zip(texts, detect(texts, _recognizers()), strict=True):
        text = segment.text
        own = marker_spans(text, markers)  # "[REDACTED PASSWORD]" behind its label is none
        for each in matches:
            if any(start < each.end and each.start < end for start, end in own):
                continue
            text = text[: each.start] + MASK * (each.end - each.start) + text[each.end :]
        told.append(replace(segment, text=text) if text != segment.text else segment)
    return told


@lru_cache(maxsize=1)
def _recognizers() -> list[Any]:
    return list(load_recognizers("patterns", {"PASSWORD"}))
