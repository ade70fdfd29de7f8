"""The name models of one process, run once a text whoever asks.

``PersonName`` and ``StreetAddress`` read the same annotations::

    models = NameModels.shared("thorough")      # one instance a process and level; loads on first use
    for text, spans in zip(texts, models.annotate(texts), strict=True):
        streets = [span for span in spans if span.label == "STREET_NAME"]

``annotate`` gives one list a text, in the order of ``texts``, each list sorted by start. A span
is ``Span(start, end, label, score, model)`` (``recognizers/names/span.py``): half-open offsets in
code points of the text as given, ``score`` in 0..1. Adjacent tokens of one label are one span
(``Eldon Ridge`` is one ``STREET_NAME``; a number and a street name are two spans). A text's
annotations depend on nothing but the text: not on its batch, not on the level's history. They are
kept for the most recently used texts (bounded), so that a second recognizer asking for the same
texts costs nothing.

Labels of model ``rampart``: GIVEN_NAME SURNAME EMAIL PHONE URL TAX_ID BANK_ACCOUNT ROUTING_NUMBER
GOVERNMENT_ID PASSPORT DRIVERS_LICENSE BUILDING_NUMBER STREET_NAME SECONDARY_ADDRESS CITY STATE
ZIP_CODE. Labels of model ``spacy``: PERSON ORG GPE LOC FAC (and the rest of OntoNotes: NORP,
DATE, …). ``spacy`` reads every text at both levels, ``rampart`` at
``thorough`` only, and there only the surroundings of words that the first leaves in doubt (``gating.py``).
Alone with the rules they miss of 100 names, spaCy against Rampart: prose 14 and 45, office mail 2.2 and 2.6,
name cells 8.5 and 8.7, made-up sentences 17 and 10. Prose decides; and spaCy is five times as fast.

Loading raises ``recognizers.errors.ModelMissing`` (not installed) or ``ModelRefused`` (a file was
altered); both name the command that helps. Nothing is ever downloaded here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from typing import ClassVar, Final, Literal, Protocol

from recognizers.models import installed
from recognizers.names import rampart, spacy_ner
from recognizers.names.gating import doubtful
from recognizers.names.rampart import Rampart
from recognizers.names.spacy_ner import SpacyNames
from recognizers.names.span import Span

Level = Literal["fast", "thorough"]
_KEPT_CHARS: Final = 2_000_000


class NameModel(Protocol):
    """A model of names: text in, spans out."""

    def annotate(self, text: str) -> list[Span]: ...


class SecondModel(Protocol):
    """A model that is asked about places in a text: what the first left in doubt."""

    def annotate_about(self, text: str, places: Sequence[tuple[int, int]]) -> list[Span]: ...


@cache
def _rampart() -> SecondModel:
    return Rampart()


@cache
def _spacy() -> NameModel:
    return SpacyNames()


def check_models(level: Level) -> None:
    """See that the models of a level are installed and unaltered, without loading them (about 0.1 s each).

    Raises:
        ModelMissing: a model is not installed.
        ModelRefused: a file of a model was altered.
    """
    installed(spacy_ner.INSTALLED)
    if level == "thorough":
        installed(rampart.MODEL)


class NameModels:
    """The models of one level, with the annotations of the texts that were asked for last."""

    LEVELS: ClassVar[tuple[str, ...]] = ("fast", "thorough")

    def __init__(self, models: Sequence[NameModel], second: SecondModel | None = None) -> None:
        self._models = tuple(models)
        self._second = second
        self._kept: OrderedDict[str, list[Span]] = OrderedDict()
        self._kept_chars = 0

    @classmethod
    def shared(cls, level: Level) -> NameModels:
        """Return this process's instance for ``level``; the first call loads and checks the models.

        Raises:
            ModelMissing: a model is not installed.
            ModelRefused: a file of a model was altered.
        """
        return _shared(level)

    def annotate(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text, in the order of ``texts``, each list sorted by start."""
        return [self._annotation(text) for text in texts]

    def _annotation(self, text: str) -> list[Span]:
        found = self._kept.get(text)
        if found is not None:
            self._kept.move_to_end(text)
            return list(found)
        spans = sorted(set(self._examined(text)))
        self._keep(text, spans)
        return list(spans)

    def _examined(self, text: str) -> list[Span]:
        """Return what the first model finds, and the second where the first leaves it in doubt."""
        spans = [span for model in self._models for span in model.annotate(text)]
        if self._second:
            spans += self._second.annotate_about(text, doubtful(text, spans))
        return spans

    def _keep(self, text: str, spans: list[Span]) -> None:
        """Remember the annotation; the oldest go when the texts kept grow past two million characters."""
        if len(text) > _KEPT_CHARS:
            return
        self._kept[text] = spans
        self._kept_chars += len(text)
        while self._kept_chars > _KEPT_CHARS:
            oldest, _ = self._kept.popitem(last=False)
            self._kept_chars -= len(oldest)


@cache
def _shared(level: Level) -> NameModels:
    if level not in NameModels.LEVELS:
        raise ValueError("the accuracy level is fast or thorough")
    return NameModels([_spacy()], None if level == "fast" else _rampart())
