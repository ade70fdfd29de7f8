"""Findings as columns of numbers, each text once: read from the database a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa

from pipeline.case.tables import FindingRow

_TEXTS: Final = (
    FindingRow.id, FindingRow.source, FindingRow.place, FindingRow.entity, FindingRow.part, FindingRow.kind,
    FindingRow.digest, FindingRow.subject, FindingRow.rule, FindingRow.action, FindingRow.proposal,
    FindingRow.authority, FindingRow.why, FindingRow.decided_by,
)  # fmt: skip
_NUMBERS: Final = (
    FindingRow.ordinal, FindingRow.start, FindingRow.stop, FindingRow.score, FindingRow.count, FindingRow.mark,
)  # fmt: skip
_CLAIMS: Final = (FindingRow.mandatory, FindingRow.in_copy)
COLUMNS: Final = (*_TEXTS, *_NUMBERS, *_CLAIMS)
_SHAPE: Final = pa.schema([
    *((each.key, pa.string()) for each in _TEXTS), *((each.key, pa.int64()) for each in _NUMBERS),
    *((each.key, pa.bool_()) for each in _CLAIMS),
])  # fmt: skip
AT_ONCE: Final = 5_000
"""Rows of the database in memory at a time: one weighs some thirty times what is kept of it."""


@dataclass(slots=True)
class Coded:
    """A column of texts as numbers, each text once."""

    texts: list[str] = field(default_factory=list)
    codes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))

    @classmethod
    def of(cls, values: pa.Array) -> Coded:
        coded = values.dictionary_encode()
        return cls(coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.int32))

    def at(self, row: int) -> str:
        return self.texts[int(self.codes[row])]

    def where(self, text: str) -> np.ndarray:
        try:
            wanted = self.texts.index(text)
        except ValueError:
            return np.zeros(len(self.codes), bool)
        found: np.ndarray = self.codes == wanted
        return found


def taken(parts: Iterable[Sequence[Any]]) -> dict[str, pa.Array]:
    """Return the columns of rows that come in parts, by name."""
    made = []
    for rows in parts:
        columns = zip(zip(*rows, strict=True), _SHAPE, strict=True)
        made.append(pa.record_batch([pa.array(each, shape.type) for each, shape in columns], _SHAPE))
    whole = pa.Table.from_batches(made, _SHAPE)
    chunks = {each: whole[each].chunks or [pa.array([], whole[each].type)] for each in whole.column_names}
    return {each: pa.concat_arrays(parts_of_it) for each, parts_of_it in chunks.items()}
