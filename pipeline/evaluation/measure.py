"""The figures: how much of what people marked was found, and how much of what was found is right.

With *marked* spans G and *found* spans F of the judged labels, and *cover* the characters of every found span of
whatever label (all of it would be redacted):

========  ============================================================================================
P         share of F that touch a span of G of their own label
R         share of G that touch a span of F of their own label
F2        their weighted harmonic mean, recall counting twice as much: ``5 P R / (4 P + R)``
anyR      share of G that touch the cover
charR     share of the characters of G, blanks aside, that the cover holds
charP     share of the characters of F, blanks aside, that lie in G; where an address takes along a marked place
          (its city and ZIP code), these characters count neither for nor against it
leak      share of G with a letter or a digit outside the cover: what a reader of the copy could still read
========  ============================================================================================

Spans touch when they share a character. A found span of a label that nobody judged is no error; it still covers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.evaluation.gold import Document, GoldSet, Span

_ADDRESS: Final = "STREET_ADDRESS"
_PLACE: Final = "LOCATION"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted for one label, or for all; None where there is nothing to divide by."""

    gold: int
    pred: int
    P: float | None
    R: float | None
    F2: float | None
    anyR: float | None  # noqa: N815 - the names that such figures have in tables
    charR: float | None  # noqa: N815
    charP: float | None  # noqa: N815
    leak: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a set: by label, in the order of their names, and of all judged labels together."""

    labels: Mapping[str, Figures]
    micro: Figures


def measure(gold: GoldSet, found: Mapping[Any, Iterable[Span]]) -> Measured:
    """Return the figures of ``found`` (spans by document id; none for an id that is missing) on a labelled set."""
    counts: defaultdict[str, _Counts] = defaultdict(_Counts)
    together = _Counts()
    for document in gold.documents:
        seen = Seen.of(document, found.get(document.id, ()))
        _count_spans(seen, counts, together)
        _count_characters(seen, counts, together)
    of_labels = {label: counts[label].figures(gold.recall_only) for label in sorted(counts)}
    return Measured(of_labels, together.figures(gold.recall_only))


@dataclass(frozen=True, slots=True)
class Seen:
    """A document with what was found in it: the marked and found spans of judged labels, and the whole cover."""

    document: Document
    marked: tuple[Span, ...]
    found: tuple[Span, ...]
    cover: frozenset[int]

    @classmethod
    def of(cls, document: Document, found: Iterable[Span]) -> Seen:
        """Put a document and what was found in it side by side; a span found twice counts once."""
        every = sorted({Span(*span) for span in found})
        return cls(
            document,
            tuple(span for span in document.spans if span.label in document.judged),
            tuple(span for span in every if span.label in document.judged),
            frozenset(at for span in every for at in range(span.start, span.end)),
        )

    def is_found(self, marked: Span) -> bool:
        return _touches(marked, self.found)

    def is_right(self, found: Span) -> bool:
        return _touches(found, self.marked)

    def is_touched(self, marked: Span) -> bool:
        return not self.cover.isdisjoint(range(marked.start, marked.end))

    def leaks(self, marked: Span) -> bool:
        text = self.document.text
        return any(text[at].isalnum() and at not in self.cover for at in range(marked.start, marked.end))

    def characters(self, spans: Iterable[Span]) -> set[int]:
        """Return where the characters of ``spans`` stand, blanks left out, each once."""
        text = self.document.text
        return {at for span in spans for at in range(span.start, span.end) if not text[at].isspace()}

    def weighed(self, spans: Sequence[Span]) -> set[int]:
        """Return the characters of found spans, without those of a marked place that only an address takes along."""
        marked_places = [span for span in self.document.spans if span.label == _PLACE]
        neutral = self.characters(marked_places) - self.characters(self.marked)
        along = self.characters(span for span in spans if span.label == _ADDRESS) - neutral
        return along | self.characters(span for span in spans if span.label != _ADDRESS)


@dataclass(slots=True)
class _Counts:
    """Spans (``gold`` to ``right``) and characters (``marked`` to ``inside``) that were counted."""

    gold: int = 0
    found: int = 0
    touched: int = 0
    leaking: int = 0
    pred: int = 0
    right: int = 0
    marked: int = 0
    covered: int = 0
    weighed: int = 0
    inside: int = 0

    def figures(self, recall_only: bool) -> Figures:
        precision, recall = self._precision(recall_only), _share(self.found, self.gold)
        return Figures(
            self.gold,
            self.pred,
            precision,
            recall,
            _f2(precision, recall),
            _share(self.touched, self.gold),
            _share(self.covered, self.marked),
            None if recall_only else _share(self.inside, self.weighed),
            _share(self.leaking, self.gold),
        )

    def _precision(self, recall_only: bool) -> float | None:
        """Nothing found where something is marked is a precision of 0, not an unknown one."""
        if recall_only:
            return None
        return 0.0 if self.gold and not self.pred else _share(self.right, self.pred)


def _count_spans(seen: Seen, counts: Mapping[str, _Counts], together: _Counts) -> None:
    for span in seen.marked:
        for count in (counts[span.label], together):
            count.gold += 1
            count.found += seen.is_found(span)
            count.touched += seen.is_touched(span)
            count.leaking += seen.leaks(span)
    for span in seen.found:
        for count in (counts[span.label], together):
            count.pred += 1
            count.right += seen.is_right(span)


def _count_characters(seen: Seen, counts: Mapping[str, _Counts], together: _Counts) -> None:
    for span in seen.marked:  # of one label every span counts for itself, even where two lie on one another
        own = seen.characters([span])
        counts[span.label].marked += len(own)
        counts[span.label].covered += len(own & seen.cover)
    for label in {span.label for span in seen.found}:
        weighed = seen.weighed([span for span in seen.found if span.label == label])
        inside = weighed & seen.characters(span for span in seen.marked if span.label == label)
        counts[label].weighed += len(weighed)
        counts[label].inside += len(inside)
    marked, weighed = seen.characters(seen.marked), seen.weighed(seen.found)
    together.marked += len(marked)
    together.covered += len(marked & seen.cover)
    together.weighed += len(weighed)
    together.inside += len(weighed & marked)


def _touches(span: Span, others: Iterable[Span]) -> bool:
    return any(other.label == span.label and other.start < span.end and span.start < other.end for other in others)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _f2(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0
