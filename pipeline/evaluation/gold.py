"""Reads labelled texts, and spans that a program found in them.

A labelled set is JSON lines, ``{"id", "text", "spans": [{"start", "end", "label"}], "meta": {…}}``, offsets in
code points, half-open. Beside ``NAME.jsonl`` may lie ``NAME.meta.json``, an object of which these keys matter:

- ``labels``: the labels that the set marks; without it, those that occur in it.
- ``per_doc_labels``: true where a document's own ``meta.labels`` narrows that list.
- ``recall_only``: true where not everything is marked, so that a find beyond the marks may well be right.

Predictions are lines ``{"id", "spans": [{"start", "end", "label"}]}``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from pipeline.errors import UsageError

NO_PERSONAL_INFORMATION: Final = frozenset({"ORG", "LOCATION", "DATE"})
"""Labels that alone say nothing of a person: judged only where they are asked for."""


class Span(NamedTuple):
    """A marked or found piece of a text: ``[start, end)`` in code points."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Document:
    """A labelled text; ``judged`` are the labels that somebody looked for in it."""

    id: Any
    text: str
    spans: tuple[Span, ...]
    judged: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoldSet:
    """The labelled texts of one file."""

    name: str
    documents: tuple[Document, ...]
    recall_only: bool = False


def read_gold(path: Path, labels: Collection[str] = ()) -> GoldSet:
    """Return a labelled set; only ``labels`` are judged, or every one that tells of a person when it is empty.

    Raises:
        UsageError: a file cannot be read, a line or its spans are wrong, or an id occurs twice.
    """
    rows = list(_rows(path, with_text=True))
    about = _about(path)
    marked = about.get("labels", sorted({span.label for row in rows for span in row.spans}))
    own = bool(about.get("per_doc_labels", False))
    documents = tuple(
        Document(row.id, row.text, row.spans, _judged(row.labels if own and row.labels is not None else marked, labels))
        for row in rows
    )
    return GoldSet(path.name.removesuffix(".jsonl"), documents, bool(about.get("recall_only", False)))


def read_predictions(path: Path, gold: GoldSet) -> tuple[dict[Any, tuple[Span, ...]], int]:
    """Return the spans found in each document by its id, and how many lines name no document of ``gold``.

    Raises:
        UsageError: the file cannot be read, a line is wrong, a span does not fit its text, or an id occurs twice.
    """
    lengths = {document.id: len(document.text) for document in gold.documents}
    found: dict[Any, tuple[Span, ...]] = {}
    unknown = 0
    for row in _rows(path, with_text=False):
        if row.id not in lengths:
            unknown += 1
            continue
        _check_spans(row.spans, lengths[row.id], row.place)
        found[row.id] = row.spans
    return found, unknown


@dataclass(frozen=True, slots=True)
class _Row:
    place: str
    id: Any
    text: str
    spans: tuple[Span, ...]
    labels: tuple[str, ...] | None


def _judged(marked: Collection[str], wanted: Collection[str]) -> frozenset[str]:
    return frozenset(marked) & frozenset(wanted) if wanted else frozenset(marked) - NO_PERSONAL_INFORMATION


def _rows(path: Path, *, with_text: bool) -> Iterator[_Row]:
    """Yield the lines of a file (raises UsageError, which names the line and nothing that stands in it)."""
    seen: set[Any] = set()
    for place, told in _lines(path):
        row = _row(place, told, with_text=with_text)
        if row.id in seen:
            raise UsageError(place, "the id of this line occurred before", "give each text its own id")
        seen.add(row.id)
        yield row


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield f"{path}:{number}", _parsed(line)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(str(path), f"cannot be read ({type(error).__name__})", "give JSON lines in UTF-8") from None


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _row(place: str, told: Any, *, with_text: bool) -> _Row:
    shape = '{"id": …, "text": …, "spans": […]}' if with_text else '{"id": …, "spans": […]}'
    try:
        text = told["text"] if with_text else ""
        spans = tuple(Span(each["start"], each["end"], each["label"]) for each in told["spans"])
        labels = (told.get("meta") or {}).get("labels")
        row = _Row(place, told["id"], text, spans, None if labels is None else tuple(labels))
        hash(row.id)
    except (KeyError, TypeError, AttributeError):
        raise UsageError(place, f"this line is no {shape}", "mend the line") from None
    if not isinstance(text, str):
        raise UsageError(place, "its text is no string", "mend the line")
    if with_text:
        _check_spans(spans, len(text), place)
    return row


def _check_spans(spans: Collection[Span], length: int, place: str) -> None:
    for number, span in enumerate(spans, start=1):
        are_numbers = isinstance(span.start, int) and isinstance(span.end, int)
        if not (are_numbers and isinstance(span.label, str) and 0 <= span.start < span.end <= length):
            raise UsageError(place, f"span {number} does not fit its text", "offsets are code points, end exclusive")


def _about(path: Path) -> Mapping[str, Any]:
    beside = path.with_name(path.name.removesuffix(".jsonl") + ".meta.json")
    if not beside.exists():
        return {}
    remedy = 'it has to be a JSON object, such as {"labels": ["PERSON"]}'
    try:
        told: Any = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(str(beside), f"cannot be read ({type(error).__name__})", remedy) from None
    labels = told.get("labels", []) if isinstance(told, dict) else None
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise UsageError(str(beside), "it is no JSON object with a list of labels", remedy)
    about: dict[str, Any] = told
    return about
