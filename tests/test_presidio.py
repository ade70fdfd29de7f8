"""A stock Presidio engine with our recognizers alone gives what the batch path gives, on every text at hand."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from test_batch import case_texts, sample_texts

from pipeline import detect
from pipeline.detect import examine
from pipeline.texts.plain_form import plain_form
from recognizers import RECOGNIZERS
from recognizers.models import installed
from recognizers.presidio import Recognizer
from recognizers.registry import load_recognizers, recognizer_class

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

WITH_LEVELS = [each for each in RECOGNIZERS if "level" in inspect.signature(recognizer_class(each)).parameters]
ALONE = [(each, "thorough") for each in RECOGNIZERS] + [(each, "fast") for each in WITH_LEVELS]


@pytest.fixture(autouse=True)
def _as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at texts as they stand: other forms of them (``pipeline.texts.other_forms``) are no matter of a recognizer."""
    monkeypatch.setattr(detect, "other_forms", lambda _: ())


@pytest.fixture(scope="module")
def nlp_engine() -> SpacyNlpEngine:
    """Presidio's own NLP engine, with the model in a folder that is given by its path."""
    from stock_presidio import NlpFromFolder

    engine = NlpFromFolder(installed("en_core_web_md"))
    engine.load()
    return engine


@pytest.fixture(scope="module")
def read(nlp_engine: SpacyNlpEngine) -> dict[str, NlpArtifacts]:
    """The plain form of every text at hand, with what that engine made of it."""
    texts = sorted({plain_form(text).text for text in (*case_texts(), *sample_texts())})
    return dict(nlp_engine.process_batch(texts, language="en"))


@cache
def recognizers(level: str) -> dict[str, Recognizer]:
    """All recognizers of a level, by their names."""
    return {each.NAME: each for each in load_recognizers(level)}


def compare(chosen: Sequence[Recognizer], nlp_engine: SpacyNlpEngine, read: dict[str, NlpArtifacts]) -> set[str]:
    """See that a stock engine with these recognizers alone gives what the batch path gives; return the entities."""
    registry = RecognizerRegistry(recognizers=list(chosen), supported_languages=["en"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp_engine)
    assert {each.name for each in engine.get_recognizers("en")} == {each.NAME for each in chosen}
    seen = set()
    for (text, artifacts), matches in zip(read.items(), examine([("", each) for each in read], chosen), strict=True):
        results = engine.analyze(text, language="en", nlp_artifacts=artifacts)
        assert sorted((each.entity_type, each.start, each.end, each.score) for each in results) == sorted(
            {(each.entity, each.start, each.end, each.score) for each in matches}
        )
        seen |= {each.entity for each in matches}
    return seen


@pytest.mark.models
@pytest.mark.parametrize(("name", "level"), ALONE)
def test_a_stock_engine_gives_the_matches_of_each_recognizer(
    name: str, level: str, nlp_engine: SpacyNlpEngine, read: dict[str, NlpArtifacts]
) -> None:
    """A recognizer, registered alone, finds the same spans, entities and scores through ``AnalyzerEngine``."""
    chosen = recognizers(level)[name]
    assert compare([chosen], nlp_engine, read) == set(chosen.ENTITIES)


@pytest.mark.models
def test_a_stock_engine_gives_the_matches_of_all_recognizers_together(
    nlp_engine: SpacyNlpEngine, read: dict[str, NlpArtifacts]
) -> None:
    """So do all of them, registered together and without Presidio's own."""
    chosen = recognizers("thorough")
    assert list(chosen) == list(RECOGNIZERS)
    assert compare(list(chosen.values()), nlp_engine, read) == {
        entity for each in chosen.values() for entity in each.ENTITIES
    }


@pytest.mark.models
def test_a_stock_engine_needs_nothing_prepared(nlp_engine: SpacyNlpEngine) -> None:
    """Given a text and nothing else, a stock engine with our recognizers reads it by itself."""
    registry = RecognizerRegistry(recognizers=list(recognizers("fast").values()), supported_languages=["en"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp_engine)
    text = "My wife Petra Halvorsen, SSN 536-90-4399, lives at 5225 West Birchbark Street, Missoula, MT 59808."
    results = engine.analyze(text, language="en", entities=["PERSON", "US_SSN", "STREET_ADDRESS"])
    assert sorted((each.entity_type, text[each.start : each.end]) for each in results) == [
        ("PERSON", "Petra Halvorsen"),
        ("STREET_ADDRESS", "5225 West Birchbark Street, Missoula, MT 59808"),
        ("US_SSN", "536-90-4399"),
    ]
