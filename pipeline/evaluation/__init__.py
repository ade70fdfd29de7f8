"""Evaluate: compare spans that were found with spans that people marked."""

from pipeline.evaluation.gold import Document, GoldSet, Span, read_gold, read_predictions
from pipeline.evaluation.measure import Figures, Measured, measure
from pipeline.evaluation.misses import Miss, misses

__all__ = [
    "Document",
    "Figures",
    "GoldSet",
    "Measured",
    "Miss",
    "Span",
    "measure",
    "misses",
    "read_gold",
    "read_predictions",
]
