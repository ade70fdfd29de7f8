"""PERSON: names of people in prose, headers, forms and cells, with their titles, initials and suffixes.

Rules come first (a label, a header, a greeting, a signature, the Census Bureau's lists of names), then
the models of the level; what they say is joined, completed to whole names, and cleaned of what is no
person. ``part`` is ``full``, ``given``, ``surname`` or ``initials``.

Good: ``Doe, Jane Q.``; not: ``Jane Doe Elementary School``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from recognizers.model import Match
from recognizers.names.cells import widened
from recognizers.names.displayed import displayed
from recognizers.names.doubts import undoubted
from recognizers.names.ensemble import Level, NameModels
from recognizers.names.introduced import introduced
from recognizers.names.joining import joined
from recognizers.names.labelled import labelled
from recognizers.names.listed import listed
from recognizers.names.modelled import begun_by_given_name, lone_given_names, modelled
from recognizers.names.own_forms import own_forms
from recognizers.names.salutations import salutations
from recognizers.names.span import Span
from recognizers.names.turned import turned
from recognizers.presidio import Recognizer


class PersonName(Recognizer):
    """Finds names of people: the rules and the models of the accuracy level together."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PERSON",)
    NAME: ClassVar[str] = "person_name"
    NEEDS_MODEL: ClassVar[bool] = True

    def __init__(self, level: Level = "thorough") -> None:
        self.level: Level = level
        super().__init__()

    @cached_property
    def models(self) -> NameModels:
        """Return the models of the level, loaded when first used.

        Raises:
            ModelMissing: a model is not installed.
            ModelRefused: a file of a model was altered.
        """
        return NameModels.shared(self.level)

    def find(self, text: str) -> list[Match]:
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Match]]:
        annotations = self.models.annotate(texts)
        return [self._matches(text, spans) for text, spans in zip(texts, annotations, strict=True)]

    def _matches(self, text: str, spans: list[Span]) -> list[Match]:
        announced = [*labelled(text), *salutations(text), *displayed(text)]
        candidates = [
            *announced,
            *listed(text),
            *own_forms(text),
            *lone_given_names(text, spans),
            *begun_by_given_name(text, spans),
            *introduced(text, spans),
            *turned(text, spans),
            *modelled(text, spans),
        ]
        return [
            Match(name.start, name.end, "PERSON", name.score, self.NAME, name.reason, name.part)
            for name in undoubted(text, widened(text, joined(text, candidates)), spans)
        ]
