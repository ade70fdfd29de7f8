"""Runs the named-entity part of spaCy's ``en_core_web_md``, loaded by path and alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import spacy
from spacy.vectors import Vectors

from recognizers.models import installed
from recognizers.names.casing import respelled
from recognizers.names.entity_network import EntityNetwork
from recognizers.names.span import Span
from recognizers.names.windows import text_windows

MODEL: Final = "spacy"
INSTALLED: Final = "en_core_web_md"
"""Its name in ``configs/models.yaml``."""
SCORE: Final = 0.85
"""spaCy's parser gives no probability; this is the score that Presidio gives its entities."""
RESPELLED_SCORE: Final = 0.6

PIECE_CHARS: Final = 20_000
PIECE_OVERLAP: Final = 600
_UNUSED: Final = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "strings")
"""The rest of the pipeline, and the spelling of 700,000 words (130 MiB): vectors are looked up by hash alone."""


class SpacyNames:
    """The statistical entity recognizer; it has its own ``tok2vec``, so nothing else of the pipeline is loaded."""

    def __init__(self, folder: Path | None = None) -> None:
        pipeline = spacy.load(folder or installed(INSTALLED), exclude=list(_UNUSED))
        self._tokens = pipeline.make_doc
        self._network = EntityNetwork(pipeline)
        pipeline.vocab.vectors = Vectors()  # the network has its own

    def annotate(self, text: str) -> list[Span]:
        """Return the entities of ``text``, sorted by start.

        The model reads capitals: a second pass over the text in ordinary capitals adds the people that
        ``DOE, JANE`` and ``jane doe`` hide (only people: the respelling makes up organisations).
        """
        found = self._entities(text)
        for offset, line in respelled(text):
            again = (span for span in self._entities(line) if span.label == "PERSON")
            found += [Span(offset + span.start, offset + span.end, "PERSON", RESPELLED_SCORE, MODEL) for span in again]
        return sorted(set(found))

    def _entities(self, text: str) -> list[Span]:
        if not text or text.isspace():
            return []
        if len(text) <= PIECE_CHARS:
            return self._annotate_piece(text, 0)
        found: set[Span] = set()
        for window in text_windows(text, PIECE_CHARS, PIECE_OVERLAP):
            for span in self._annotate_piece(text[window.start : window.end], window.start):
                if span.start < window.keep_end and span.end > window.keep_start:
                    found.add(span)
        return sorted(found)

    def _annotate_piece(self, text: str, offset: int) -> list[Span]:
        doc = self._tokens(text)
        found = []
        for entity in self._network.entities(doc):
            last = doc[entity.end - 1]
            bounds = doc[entity.start].idx + offset, last.idx + len(last) + offset
            found.append(Span(*bounds, entity.label, SCORE, MODEL))
        return found
