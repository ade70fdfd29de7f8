"""Runs Rampart: word by word labels for names, addresses and numbers, with offsets of the text as given.

The model lower-cases and strips accents inside its tokenizer, so capitals mean nothing to it: it reads
``JANE DOE`` and ``jane doe`` alike. Offsets come from the tokenizer and are code points of the given text.

One window a run, never a batch: activations are quantised by the largest value of a run, so a text's
labels would depend on its neighbours; and one window already fills a core (measured: equal speed).
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from recognizers.models import installed
from recognizers.names.span import Span
from recognizers.names.windows import Window, text_windows, windows

MODEL: Final = "rampart"
THRESHOLD: Final = 0.4
"""A word is labelled where the label's probability reaches this in one of its pieces; below a half for recall."""

WINDOW_TOKENS: Final = 126
OVERLAP_TOKENS: Final = 32
PIECE_CHARS: Final = 50_000
PIECE_OVERLAP: Final = 1_000

_KEPT_RUNS: Final = 2_000
"""Signatures, disclaimers and headers come again and again: the same tokens are read once (20 MB at most)."""

CONTEXT_TOKENS: Final = 16
"""How much is read on either side of a place that is asked about."""
WHOLE_TOKENS: Final = 64
"""A text of so few tokens is read as a whole where any place of it is asked about."""
LEAST_GAP: Final = 8
"""Reading on costs no more than to begin anew where fewer tokens lie between."""

Place = tuple[int, int]
Probabilities = NDArray[np.float32]


class Rampart:
    """The token classifier, loaded once a process from the installed files."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or installed(MODEL)
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # a worker is one thread
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._columns = _Columns({int(key): label for key, label in config["id2label"].items()})
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._first, self._last = (self._tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = str(folder / "onnx" / "model_int8.onnx")
        self._probabilities = lru_cache(_KEPT_RUNS)(self._run)
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def annotate(self, text: str) -> list[Span]:
        """Return the labelled spans of the whole ``text``, sorted by start."""
        return self.annotate_about(text, [(0, len(text))])

    def annotate_about(self, text: str, places: Sequence[Place]) -> list[Span]:
        """Return the labelled spans of the surroundings of ``places``, sorted by start.

        Args:
            text: any text.
            places: half-open bounds in ``text``, sorted.
        """
        if not places or not text or text.isspace():
            return []
        if len(text) <= PIECE_CHARS:
            return self._annotate_piece(text, places)
        found: set[Span] = set()
        for window in text_windows(text, PIECE_CHARS, PIECE_OVERLAP):
            inside = [
                (max(start, window.start) - window.start, min(end, window.end) - window.start)
                for start, end in places
                if start < window.end and end > window.start
            ]
            found.update(_kept(self._annotate_piece(text[window.start : window.end], inside), window))
        return sorted(found)

    def _annotate_piece(self, text: str, places: Sequence[Place]) -> list[Span]:
        if not places:
            return []
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids = encoding.ids
        rows = np.zeros((len(ids), self._columns.count), np.float32)
        for start, end in surroundings(places, [first for first, _ in encoding.offsets]):
            for window in windows(end - start, WINDOW_TOKENS, OVERLAP_TOKENS):
                seen = self._probabilities(tuple(ids[start + window.start : start + window.end]))
                kept = slice(window.keep_start - window.start, window.keep_end - window.start)
                rows[start + window.keep_start : start + window.keep_end] = seen[kept]
        return list(self._columns.spans(text, encoding, rows)) if ids else []

    def _run(self, ids: tuple[int, ...]) -> Probabilities:
        """Return the label probabilities of the tokens, shape (tokens, labels)."""
        row = np.array([[self._first, *ids, self._last]], dtype=np.int64)
        feed = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        logits = self._session.run(None, feed)[0][0, 1:-1]
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


class _Columns:
    """Turns probabilities of 35 BIO labels into spans of 17 labels."""

    def __init__(self, names: dict[int, str]) -> None:
        self.count = len(names)
        self.labels = sorted({name[2:] for name in names.values() if name != "O"})
        self._begin = np.array([_column(names, f"B-{label}") for label in self.labels])
        self._inside = np.array([_column(names, f"I-{label}") for label in self.labels])

    def spans(self, text: str, encoding: Encoding, rows: Probabilities) -> Iterator[Span]:
        """Yield the spans of words with one label: joined while only blanks stand between and none begins anew."""
        offsets, words = encoding.offsets, np.array(encoding.word_ids)
        firsts = np.flatnonzero(np.r_[True, words[1:] != words[:-1]])
        pieces = rows[:, self._begin] + rows[:, self._inside]
        by_word = np.maximum.reduceat(pieces, firsts, axis=0)
        best = by_word.argmax(axis=1)
        scores = by_word[np.arange(len(best)), best]
        begins = rows[firsts, self._begin[best]] > rows[firsts, self._inside[best]]
        lasts = np.r_[firsts[1:], len(words)] - 1
        current: Span | None = None
        for at in np.flatnonzero(scores >= THRESHOLD):
            start, end = offsets[firsts[at]][0], offsets[lasts[at]][1]
            if end <= start:
                continue
            label, score = self.labels[best[at]], min(1.0, float(scores[at]))
            if current and current.label == label and _joins(text, current.end, start, bool(begins[at])):
                current = Span(current.start, end, label, max(current.score, score), MODEL)
                continue
            if current:
                yield current
            current = Span(start, end, label, score, MODEL)
        if current:
            yield current


def surroundings(places: Sequence[Place], starts: Sequence[int]) -> Iterator[Place]:
    """Yield the bounds, in tokens, of what is read about places in the text: joined where they all but touch."""
    if places and len(starts) <= WHOLE_TOKENS:
        yield 0, len(starts)
        return
    current: Place | None = None
    for start, end in places:
        first = max(bisect_right(starts, start) - 1 - CONTEXT_TOKENS, 0)
        last = min(bisect_left(starts, end) + CONTEXT_TOKENS, len(starts))
        if current and first <= current[1] + LEAST_GAP:
            current = current[0], max(current[1], last)
            continue
        if current:
            yield current
        current = first, last
    if current:
        yield current


def _column(names: dict[int, str], wanted: str) -> int:
    return next(key for key, name in names.items() if name == wanted)


def _joins(text: str, end: int, start: int, begins: bool) -> bool:
    gap = text[end:start]
    return not gap or (not begins and gap.isspace() and "\n" not in gap)


def _kept(spans: list[Span], window: Window) -> Iterator[Span]:
    """Yield the spans that touch what the window keeps, in offsets of the whole text."""
    for span in spans:
        start, end = span.start + window.start, span.end + window.start
        if start < window.keep_end and end > window.keep_start:
            yield Span(start, end, span.label, span.score, span.model)
