"""Runs Rampart: word by word labels for names, addresses and numbers, with offsets of the text as given.

The model lower-cases and strips accents inside its tokenizer, so capitals mean nothing to it: it reads
``JANE DOE`` and ``jane doe`` alike. Offsets come from the tokenizer and are code points of the given text.

One window a run, never a batch: activations are quantised by the largest value of a run, so a text's
labels would depend on its neighbours; and one window already fills a core (measured: equal speed).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
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
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def annotate(self, text: str) -> list[Span]:
        """Return the labelled spans of ``text``, sorted by start."""
        if not text or text.isspace():
            return []
        if len(text) <= PIECE_CHARS:
            return self._annotate_piece(text)
        found: set[Span] = set()
        for window in text_windows(text, PIECE_CHARS, PIECE_OVERLAP):
            found.update(_kept(self._annotate_piece(text[window.start : window.end]), window))
        return sorted(found)

    def _annotate_piece(self, text: str) -> list[Span]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids = encoding.ids
        if not ids:
            return []
        rows = [self._run(ids, window) for window in windows(len(ids), WINDOW_TOKENS, OVERLAP_TOKENS)]
        return list(self._columns.spans(text, encoding, np.concatenate(rows)))

    def _run(self, ids: list[int], window: Window) -> Probabilities:
        """Return the label probabilities, shape (tokens, labels), of the tokens that ``window`` keeps."""
        row = np.array([[self._first, *ids[window.start : window.end], self._last]], dtype=np.int64)
        feed = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        logits = self._session.run(None, feed)[0][0, 1:-1]
        logits = logits[window.keep_start - window.start : window.keep_end - window.start]
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


class _Columns:
    """Turns probabilities of 35 BIO labels into spans of 17 labels."""

    def __init__(self, names: dict[int, str]) -> None:
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
