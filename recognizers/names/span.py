"""What a name model says: one labelled span of a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of text that one model gave one label.

    ``start`` and ``end`` are half-open code-point offsets of the text that was
    given. ``label`` is the model's own word (without ``B-``/``I-``), ``score`` its
    confidence in 0..1, ``model`` which model said it (``rampart`` or ``spacy``).
    """

    start: int
    end: int
    label: str
    score: float
    model: str
