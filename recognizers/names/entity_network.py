"""Runs the network of spaCy's entity recognizer with numpy: its weights, its answers, a fraction of its time.

spaCy leads every text through some fifty small layers and then moves through it token by token, each step
a matrix product of its own. Three properties of the network spare most of that:

- what a word is before its neighbours are looked at depends on the word alone: it is computed once a word;
- outside an entity the next move depends on one token alone: all tokens are judged in one product;
- inside an entity only two moves are allowed, ``in`` and ``last`` of its label.

Sources: spaCy 3.8 ``ml/models/tok2vec.py`` (MultiHashEmbed, MaxoutWindowEncoder), ``ml/parser_model.pyx`` and
``pipeline/_parser_internals/ner.pyx`` (which moves are allowed), thinc 8.3 ``layers/with_array.py`` (padding).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IS_SPACE, NORM, ORTH
from spacy.language import Language
from spacy.tokens import Doc

Floats = NDArray[np.float32]

_PAD: Final = 4
"""Empty rows on either side of a text, as in training: one for each layer of the encoder."""
_MOST_KEPT: Final = 60_000
_BLOCK: Final = 16
"""New words are computed in blocks of one shape, so that a word's numbers depend on the word alone."""


class Entity(NamedTuple):
    """An entity: half-open bounds in tokens, and its label."""

    start: int
    end: int
    label: str


class EntityNetwork:
    """The entity recognizer of a pipeline, read from its weights."""

    def __init__(self, pipeline: Language) -> None:
        recognizer: Any = pipeline.get_pipe("ner")
        network = recognizer.model.get_ref("tok2vec")
        first, *encoder = map(_Maxout, _all(network, "maxout"), _all(network, "layernorm"))
        self._embedding = _Embedding(network, first, pipeline)
        self._encoder = encoder
        self._moves = _Moves(recognizer)

    def entities(self, doc: Doc) -> Iterator[Entity]:
        """Yield the entities of a tokenised text, in order."""
        if not len(doc):
            return
        rows = self._embedding.rows(doc)
        padded = np.zeros((len(rows) + 2 * _PAD, rows.shape[1]), np.float32)
        padded[_PAD:-_PAD] = rows
        for layer in self._encoder:
            padded += layer(_with_neighbours(padded))
        yield from self._moves.entities(padded[_PAD:-_PAD], doc.to_array(IS_SPACE).astype(bool))


def _with_neighbours(rows: Floats) -> Floats:
    """Return each row between the row before it and the row after it."""
    width = rows.shape[1]
    wide = np.zeros((len(rows), 3 * width), np.float32)
    wide[1:, :width] = rows[:-1]
    wide[:, width : 2 * width] = rows
    wide[:-1, 2 * width :] = rows[1:]
    return wide


class _Maxout:
    """A maxout layer with the layer norm behind it; pieces lie side by side, so that the largest is found at once."""

    def __init__(self, maxout: Any, norm: Any) -> None:
        weight, bias = maxout.get_param("W"), maxout.get_param("b")  # (out, pieces, in), (out, pieces)
        self.width, self._pieces = bias.shape
        self.weight = np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(weight.shape[2], -1))
        self._bias = np.ascontiguousarray(bias.T.reshape(-1))
        self._gain, self._shift = norm.get_param("G"), norm.get_param("b")

    def __call__(self, rows: Floats) -> Floats:
        pieces = rows @ self.weight
        pieces += self._bias
        best: Floats = pieces[:, : self.width]
        for at in range(1, self._pieces):
            best = np.maximum(best, pieces[:, at * self.width : (at + 1) * self.width])
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / np.float32(self.width) + np.float32(1e-8)
        best *= (1 / np.sqrt(variance))[:, None]
        best *= self._gain
        best += self._shift
        return best


class _Embedding:
    """What the network makes of single words; each word is computed once and kept."""

    def __init__(self, network: Any, mix: _Maxout, pipeline: Language) -> None:
        self._columns = _all(network, "extract_features")[0].attrs["columns"]
        self._tables = [(each.get_param("E"), each.attrs["seed"]) for each in _all(network, "hashembed")]
        self._vector_weight = np.ascontiguousarray(_all(network, "static_vectors")[0].get_param("W").T)
        self._vectors = _Vectors(pipeline.vocab.vectors)
        self._mix = mix
        self._hash = network.ops.hash
        self._forget()

    def _forget(self) -> None:
        self._places: dict[tuple[int, ...], int] = {}
        self._kept = np.zeros((1024, self._mix.width), np.float32)

    def rows(self, doc: Doc) -> Floats:
        """Return one row a token, shape (tokens, width)."""
        keys = list(map(tuple, doc.to_array([ORTH, NORM]).tolist()))
        if len(self._places) > _MOST_KEPT:
            self._forget()
        if new := {key: at for at, key in enumerate(keys) if key not in self._places}:
            self._learn(doc, new)
        return self._kept[[self._places[key] for key in keys]]

    def _learn(self, doc: Doc, new: dict[tuple[int, ...], int]) -> None:
        """Compute and keep the rows of new words; ``new`` holds a token of each."""
        while len(self._places) + len(new) > len(self._kept):
            self._kept = np.concatenate([self._kept, np.zeros_like(self._kept)])
        features = doc.to_array(self._columns)
        tokens = list(new.items())
        for begin in range(0, len(tokens), _BLOCK):
            block = tokens[begin : begin + _BLOCK]
            words = np.array([key[0] for key, _ in block], dtype=np.uint64)
            made = self._made(words, features[[at for _, at in block]])
            for (key, _), row in zip(block, made, strict=False):
                self._kept[len(self._places)] = row
                self._places[key] = len(self._places)

    def _made(self, words: NDArray[np.uint64], features: NDArray[np.uint64]) -> Floats:
        """Return ``_BLOCK`` rows, of which the first belong to the words."""
        count, at = len(words), 0
        wide = np.zeros((_BLOCK, len(self._mix.weight)), np.float32)
        for column, (table, seed) in enumerate(self._tables):
            keys = self._hash(np.ascontiguousarray(features[:, column]), seed) % len(table)
            wide[:count, at : at + table.shape[1]] = table[keys].sum(axis=1)
            at += table.shape[1]
        vectors = np.zeros((_BLOCK, len(self._vector_weight)), np.float32)
        vectors[:count] = self._vectors.of(words)
        wide[:, at:] = vectors @ self._vector_weight
        return self._mix(wide)


class _Vectors:
    """The vectors of words, by the hashes of words: sorted numbers, a tenth of what spaCy's dictionary takes."""

    def __init__(self, vectors: Any) -> None:
        words = np.fromiter(vectors.key2row, np.uint64, len(vectors.key2row))
        rows = np.fromiter(vectors.key2row.values(), np.int32, len(words))
        order = np.argsort(words)
        self._words, self._rows, self._data = words[order], rows[order], vectors.data

    def of(self, words: NDArray[np.uint64]) -> Floats:
        """Return one vector a word, shape (words, width); a word without one has zeros."""
        places = np.searchsorted(self._words, words).clip(max=len(self._words) - 1)
        known = self._words[places] == words
        return np.where(known[:, None], self._data[self._rows[places]], np.float32(0))


class _Moves:
    """The greedy choice among the moves begin, in, last, unit and out."""

    def __init__(self, recognizer: Any) -> None:
        model = recognizer.model
        narrow = _all(model.get_ref("tok2vec"), "linear")[0]
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        weight = lower.get_param("W").transpose(0, 3, 2, 1)  # (features, in, pieces, out)
        weight = weight.reshape(*weight.shape[:2], -1)
        self._width = lower.get_dim("nO")
        self._features = narrow.get_param("W").T @ weight
        self._constant = narrow.get_param("b") @ weight
        self._absent = lower.get_param("pad")[0].transpose(0, 2, 1).reshape(len(weight), -1)
        self._bias = lower.get_param("b").T.reshape(-1)
        self._upper, self._upper_bias = upper.get_param("W"), upper.get_param("b")
        names = [recognizer.moves.get_class_name(at) for at in range(recognizer.moves.n_moves)]
        self._inside = {
            name[2:]: [names.index(f"I-{name[2:]}"), at] for at, name in enumerate(names) if name[:2] == "L-"
        }
        outside = [at for at, name in enumerate(names) if name == "O" or (name[:2] in {"B-", "U-"} and name[2:])]
        self._outside = [names[at] for at in outside]
        self._outside_weight = np.ascontiguousarray(self._upper[outside].T)
        self._outside_bias = self._upper_bias[outside]
        self._begins = np.array([name[0] == "B" for name in self._outside])
        self._enters = np.array([name != "O" for name in self._outside])

    def entities(self, rows: Floats, is_space: NDArray[np.bool_]) -> Iterator[Entity]:
        """Yield the entities that the best of the allowed moves come to."""
        moves = self._moves_outside(rows, is_space)
        at = 0
        for begin in np.flatnonzero(self._enters[moves]).tolist():
            if begin < at:
                continue
            kind, _, label = self._outside[moves[begin]].partition("-")
            at = begin + 1
            if kind == "B":
                while not self._is_last(rows, at, begin, label):
                    at += 1
                at += 1
            yield Entity(begin, at, label)

    def _moves_outside(self, rows: Floats, is_space: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the best move at each token where no entity is open: none enters on white space or begins last."""
        sums = rows @ self._features[0]
        sums += self._constant[0] + self._absent[1:].sum(axis=0) + self._bias
        scores = self._hidden(sums) @ self._outside_weight
        scores += self._outside_bias
        scores[np.ix_(is_space, self._enters)] = -np.inf
        scores[-1, self._begins] = -np.inf
        best: NDArray[np.intp] = scores.argmax(axis=1)
        return best

    def _is_last(self, rows: Floats, at: int, begin: int, label: str) -> bool:
        """Return whether the entity that began at ``begin`` ends with the token ``at``."""
        if at == len(rows) - 1:
            return True
        sums = self._constant.sum(axis=0) + self._bias
        for feature, token in enumerate((at, begin, at - 1)):
            sums += rows[token] @ self._features[feature]
        moves = self._inside[label]
        inner, last = self._upper[moves] @ self._hidden(sums[None])[0] + self._upper_bias[moves]
        return bool(last > inner)

    def _hidden(self, sums: Floats) -> Floats:
        best: Floats = np.maximum(sums[:, : self._width], sums[:, self._width :])
        return best


def _all(layer: Any, name: str) -> list[Any]:
    """Return the layers of one kind below ``layer``, in the order in which they run."""
    return [node for node in layer.walk(order="dfs_pre") if node.name == name]
