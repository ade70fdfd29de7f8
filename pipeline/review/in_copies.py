"""Where what was found only in a copy stands in its record, so that a person sees it there and decides it.

A copy is examined again once everything else in it is withheld, and a model may see then what it did not see before.
That is known by its place in the copy. What stands before it there may be markers of other lengths, so in the record it
is looked for by its digest, beside what is found there already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from pipeline.case.marks import value_digest
from pipeline.case.store import Case
from pipeline.errors import ReleasableError
from pipeline.review.texts import Texts

Span = tuple[int, int]
NOWHERE: Final[Span] = (-1, -1)


class InCopies:
    """Finds the places in the records; what was looked for once is known."""

    def __init__(self, case: Case, texts: Texts) -> None:
        self._case, self._texts = case, texts
        self._known: dict[tuple[int, str], Span] = {}
        self._one = threading.Lock()

    def placed(
        self, run: int, finding: tuple[str, str, str], place: tuple[str, int, str], size: int,
        taken: Callable[[], Sequence[Span]],
    ) -> Span:  # fmt: skip
        """Return where a finding stands in its record, in code points; ``NOWHERE`` where that is not told.

        Args:
            run: the run.
            finding: its id, its entity, its digest.
            place: the key of its file, the number of its unit, the words of its place.
            size: how many code points it has.
            taken: tells what is found at that place already.
        """
        name, entity, digest = finding
        with self._one:
            known = self._known.get((run, name))
        if known is None:
            known = self._looked_for(entity, digest, place, size, taken())
            with self._one:
                self._known[run, name] = known
        return known

    def _looked_for(
        self, entity: str, digest: str, place: tuple[str, int, str], size: int, taken: Sequence[Span]
    ) -> Span:
        text = ""
        with suppress(ReleasableError):
            segment = self._texts.segment(*place)
            text = segment.text if segment is not None else ""
        for start in range(len(text) - size + 1):
            stop = start + size
            inside = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
            if inside or text[start].isspace() or any(start < high and low < stop for low, high in taken):
                continue
            if value_digest(self._case.keyed, entity, text[start:stop]) == digest:
                return start, stop
        return NOWHERE
