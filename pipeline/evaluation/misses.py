"""What went wrong, in its context: for the owner of a labelled set who asks to see it, and for nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.evaluation.gold import GoldSet, Span
from pipeline.evaluation.measure import Seen

AROUND: Final = 30
"""Characters shown to either side."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A marked span that was not (wholly) found, or a found span that nobody marked, with the text around it."""

    kind: str
    label: str
    id: Any
    before: str
    value: str
    after: str


def misses(gold: GoldSet, found: Mapping[Any, Iterable[Span]], most: int) -> list[Miss]:
    """Return up to ``most`` examples of each kind and label, in the order of the documents.

    The kinds: ``missed`` (nothing covers any of it), ``partly open`` (a letter or digit can be read),
    ``wrong label`` (covered as something else), ``false alarm`` (not where a set is for recall only).
    """
    shown: Counter[tuple[str, str]] = Counter()
    kept = []
    for each in _every(gold, found):
        shown[each.kind, each.label] += 1
        if shown[each.kind, each.label] <= most:
            kept.append(each)
    return kept


def _every(gold: GoldSet, found: Mapping[Any, Iterable[Span]]) -> Iterator[Miss]:
    for document in gold.documents:
        seen = Seen.of(document, found.get(document.id, ()))
        for span in seen.marked:
            kind = _kind(seen, span)
            if kind:
                yield _shown(seen, span, kind)
        for span in () if gold.recall_only else seen.found:
            if not seen.is_right(span):
                yield _shown(seen, span, "false alarm")


def _kind(seen: Seen, span: Span) -> str:
    if not seen.is_touched(span):
        return "missed"
    if seen.leaks(span):
        return "partly open"
    return "" if seen.is_found(span) else "wrong label"


def _shown(seen: Seen, span: Span, kind: str) -> Miss:
    text = seen.document.text
    before, after = text[max(0, span.start - AROUND) : span.start], text[span.end : span.end + AROUND]
    return Miss(kind, span.label, seen.document.id, before, text[span.start : span.end], after)
