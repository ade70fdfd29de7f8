"""What people type is examined like a record before it is stored: no value of a record enters evidence by it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.column_values import take_column_values
from pipeline.case.store import Case
from pipeline.case.tables import NeedleRow, RunRow
from pipeline.detect import detect
from pipeline.digest import Keyed, tokens
from pipeline.model import Block, Match, Segment
from pipeline.verify.canonical import LEAST_LENGTH, Needle
from pipeline.verify.search import WithheldIndex, search
from pipeline.verify.views import views
from recognizers.entities import UNIQUE_IDENTIFIER
from recognizers.presidio import Recognizer

MOST_CHARACTERS: Final = 2000
_OWN: Final = "\N{BULLET}"


class FreeText:
    """Examines typed words with the recognizers and, where there is a case, against everything that it withholds."""

    def __init__(self, case: Case | None, recognizers: Sequence[Recognizer]) -> None:
        self._recognizers = recognizers
        self._index: WithheldIndex | None = None
        if case is not None:
            self._index = WithheldIndex(case.keyed, (replace(each, scope="") for each in needles_of_case(case)))
            self._folder = tempfile.TemporaryDirectory(prefix="releasable-")  # goes with this
            take_column_values(case, self._index, Path(self._folder.name))

    def __call__(self, text: str, cited: Collection[str] = ()) -> list[str]:
        """Return what is wrong with a text, without repeating any of it; nothing when it may be stored.

        ``cited`` are entities that may stand in it although the case withholds them.
        """
        if len(text) > MOST_CHARACTERS:
            return [f"it has more than {MOST_CHARACTERS} characters"]
        return self._wrong(text, cited)

    def statement(self, text: str, own: Collection[str], keyed: Keyed) -> list[str]:
        """Return what is wrong with a statement of a person; what is that person's own (by keyed digests) may stand."""
        for each in self._matches(text):
            if keyed.digest(each.entity, text[each.start : each.end]) in own:
                text = text[: each.start] + _OWN * (each.end - each.start) + text[each.end :]
        return self._wrong(text)

    def _wrong(self, text: str, cited: Collection[str] = ()) -> list[str]:
        known = search(views(text), self._index) if self._index is not None else []
        if known := [each for each in known if each.entity not in cited]:
            return [f"it says something that is withheld in this case ({known[0].entity})"]
        return [
            f"characters {each.start + 1} to {each.end} look like {each.entity}"
            for each in self._matches(text)
            if each.entity != UNIQUE_IDENTIFIER and not _is_abbreviation(each.entity, text[each.start : each.end])
        ][:1]

    def _matches(self, text: str) -> list[Match]:
        return detect([Segment(text, (Block(0),), record="typed")], self._recognizers)[0]


def _is_abbreviation(entity: str, words: str) -> bool:
    """Return whether what looks like a name is a citation (A.G. Op.): no part of it has three letters."""
    return entity == "PERSON" and all(len(each) < LEAST_LENGTH for each in tokens(words))


def needles_of_case(case: Case, runs: Collection[int] = ()) -> Iterable[Needle]:
    """Yield the needles of a case, of some of its runs or of all; their scopes are keyed digests."""
    wanted = select(NeedleRow).join(RunRow, RunRow.id == NeedleRow.run_id).where(RunRow.case_id == case.id)
    if runs:
        wanted = wanted.where(NeedleRow.run_id.in_(runs))
    with Session(case.engine) as session:
        for row in session.scalars(wanted.execution_options(yield_per=1000)):
            digest, gate = bytes.fromhex(row.digest), bytes.fromhex(row.gate)
            yield Needle(digest, gate, row.length, row.tokens, row.scope, row.entity)
