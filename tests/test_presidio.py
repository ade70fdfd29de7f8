"""A stock Presidio engine with our recognizers alone gives what the batch path gives, on every text at hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from test_batch import case_texts, sample_texts

from pipeline.detect import examine
from pipeline.plain_form import plain_form
from recognizers import RECOGNIZERS
from recognizers.models import installed
from recognizers.registry import load_recognizers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))


@pytest.mark.models
@pytest.mark.parametrize("level", ["fast", "thorough"])
def test_a_stock_engine_gives_the_matches_of_the_batch_path(level: str) -> None:
    """Every recognizer, registered alone, finds the same spans, entities and scores through ``AnalyzerEngine``."""
    from stock_presidio import NlpFromFolder

    recognizers = load_recognizers(level)
    assert [each.NAME for each in recognizers] == list(RECOGNIZERS)
    registry = RecognizerRegistry(recognizers=list(recognizers), supported_languages=["en"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=NlpFromFolder(installed("en_core_web_md")))
    texts = sorted({plain_form(text).text for text in (*case_texts(), *sample_texts())})
    seen = set()
    for text, matches in zip(texts, examine([("", text) for text in texts], recognizers), strict=True):
        results = engine.analyze(text, language="en")
        assert sorted((each.entity_type, each.start, each.end, each.score) for each in results) == sorted(
            {(each.entity, each.start, each.end, each.score) for each in matches}
        )
        seen |= {each.entity for each in matches}
    assert seen == {entity for each in recognizers for entity in each.ENTITIES}
