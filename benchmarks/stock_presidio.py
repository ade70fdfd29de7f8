"""Presidio as it comes: its engine, its default recognizers, its threshold; only the model is loaded by path.

``releasable`` installs the entity part of ``en_core_web_md`` alone. Presidio also uses the tagger, the parser and the
lemmatizer; a folder with the whole model can be given. With the entity part alone, the lower-cased word stands for
its lemma, so that Presidio's context words work; it then runs faster than it does as it comes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc

from recognizers.models import installed

OUR_NAMES = {
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "IBAN_CODE": "BANK_ACCOUNT",
    "US_ITIN": "US_TAX_ID",
    "DATE_TIME": "DATE",
    "ORGANIZATION": "ORG",
}
"""Presidio's names that differ from ours; the rest are the same, or Presidio's alone."""


@Language.component("lower_case_lemmas")
def lower_case_lemmas(doc: Doc) -> Doc:
    for token in doc:
        token.lemma_ = token.lower_
    return doc


class NlpFromFolder(SpacyNlpEngine):
    """Presidio's spaCy engine with the parts of the model that are there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": str(folder)}])
        self._folder = folder

    def load(self) -> None:
        parts = spacy.util.load_meta(self._folder / "meta.json")["components"]
        absent = [part for part in parts if not (self._folder / part).is_dir()]
        nlp = spacy.load(self._folder, exclude=absent)
        if "lemmatizer" in absent:
            nlp.add_pipe("lower_case_lemmas")
        self.nlp = {"en": nlp}


def stock_engine(folder: Path | None = None) -> AnalyzerEngine:
    """Return a stock engine with the model in ``folder`` (default: what ``releasable models install`` installed)."""
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # it wants a list from the network and has its own
    return AnalyzerEngine(nlp_engine=NlpFromFolder(folder or installed("en_core_web_md")))


def stock_spans(engine: AnalyzerEngine, texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    """Return ``(start, end, label)`` of what a stock engine finds in each text, under our names."""
    return [[_renamed(each) for each in engine.analyze(text, language="en")] for text in texts]


def _renamed(result: Any) -> tuple[int, int, str]:
    return result.start, result.end, OUR_NAMES.get(result.entity_type, result.entity_type)
