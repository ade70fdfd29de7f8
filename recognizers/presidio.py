"""The seam to presidio-analyzer: every recognizer here is a Presidio ``EntityRecognizer``.

A recognizer implements :meth:`Recognizer.find` (or :meth:`Recognizer.find_many`, where a
batch is cheaper than one text at a time). ``analyze`` wraps the same matches for a stock
``AnalyzerEngine``. Context words are judged inside ``find``; none are declared to
Presidio, whose context enhancer would move scores a second time.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from recognizers.model import Match
from recognizers.triggers import Trigger, scan_of, whole

Wake = Trigger | tuple[Trigger, ...]
"""What wakes a recognizer: a trigger, or several of which all fire in a text."""


class Recognizer(EntityRecognizer):
    """Finds one entity (or one family of entities) in text, the same way in every program.

    Subclasses set ``ENTITIES`` and ``NAME`` and implement ``find``. They take no
    arguments unless they need a model, and do no work at import.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ()
    NAME: ClassVar[str] = ""
    NEEDS_MODEL: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__(supported_entities=list(self.ENTITIES), name=self.NAME, supported_language="en")

    def load(self) -> None:
        """Nothing to load before first use (Presidio calls this from its constructor)."""

    @property
    def needs_model(self) -> bool:
        """Whether this recognizer, at its accuracy level, runs a language model."""
        return self.NEEDS_MODEL

    def find(self, text: str) -> list[Match]:
        """Return the matches in ``text``, spans in code points of ``text``."""
        raise NotImplementedError

    def find_many(self, texts: Sequence[str]) -> list[list[Match]]:
        """Return the matches of each text, in the order of ``texts``."""
        return [self.find(text) for text in texts]

    def find_woken(self, texts: Sequence[str]) -> list[list[Match]]:
        """Return the same as :meth:`find_many` for texts of which it is known that their triggers wake this one."""
        return self.find_many(texts)

    def is_woken_by(self, fired: frozenset[int]) -> bool:  # noqa: ARG002 - those with triggers look
        """Return whether a text with these triggers must be examined; False only where nothing can be found."""
        return True

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,  # noqa: ARG002 - part of Presidio's signature
    ) -> list[RecognizerResult]:
        """Give the matches of ``find`` in Presidio's own shape (called by ``AnalyzerEngine``)."""
        wanted = set(entities) if entities else set(self.ENTITIES)
        return [self._result(match) for match in self.find(whole(text)) if match.entity in wanted]

    def _result(self, match: Match) -> RecognizerResult:
        explanation = AnalysisExplanation(
            recognizer=self.NAME, original_score=match.score, textual_explanation=match.reason
        )
        return RecognizerResult(
            entity_type=match.entity,
            start=match.start,
            end=match.end,
            score=match.score,
            analysis_explanation=explanation,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.NAME,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


class PatternRecognizer(Recognizer):
    """A recognizer that needs no model and skips every text in which none of its triggers fires.

    Subclasses implement ``triggers`` and ``matches``. Half characters (lone surrogates) in a text reach
    ``matches`` as U+FFFD, so that spans stay what they are.
    """

    _gate: tuple[frozenset[int], tuple[frozenset[int], ...]] | None = None

    @abstractmethod
    def triggers(self) -> Iterable[Wake]:
        """Return triggers of which at least one fires in every text in which this recognizer finds something.

        One may be several in a tuple, which fires where all of them do.
        """

    @abstractmethod
    def matches(self, text: str) -> list[Match]:
        """Return the matches in a text in which a trigger fires."""

    def find(self, text: str) -> list[Match]:
        return self.find_many((text,))[0]

    def is_woken_by(self, fired: frozenset[int]) -> bool:
        """Return whether one of the triggers is among those that fired in a text."""
        gate = self._gate
        if gate is None:
            gate = self._gate = _gate_of(self.triggers())
        alone, together = gate
        return not alone.isdisjoint(fired) or any(each <= fired for each in together)

    def find_woken(self, texts: Sequence[str]) -> list[list[Match]]:
        return [self.matches(scan_of(text).text) for text in texts]

    def find_many(self, texts: Sequence[str]) -> list[list[Match]]:
        self.is_woken_by(frozenset())  # a first call makes the triggers, without which a scan does not look for them
        scans = map(scan_of, texts)
        return [self.matches(scan.text) if self.is_woken_by(scan.fired) else [] for scan in scans]


def _gate_of(wakes: Iterable[Wake]) -> tuple[frozenset[int], tuple[frozenset[int], ...]]:
    """Return the numbers of the triggers of which one is enough, and the sets of those that must all fire."""
    alone, together = [], []
    for each in wakes:
        if isinstance(each, tuple):
            together.append(frozenset(one.number for one in each))
        else:
            alone.append(each.number)
    return frozenset(alone), tuple(together)
