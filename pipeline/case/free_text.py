"""What people type is examined like a record before it is stored: no value of a record enters evidence by it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.column_values import take_column_values
from pipeline.case.marking import needles_in_force
from pipeline.case.store import Case
from pipeline.case.tables import NeedleRow, RunRow
from pipeline.detect import detect
from pipeline.model import Block, Match, Segment
from pipeline.texts.digest import Keyed, tokens
from pipeline.verify.canonical import LEAST_LENGTH, Needle
from pipeline.verify.search import WithheldIndex, search
from pipeline.verify.views import views
from recognizers.entities import UNIQUE_IDENTIFIER
from recognizers.presidio import Recognizer

MOST_CHARACTERS: Final = 2000
MOST_MASKING: Final = 3
PERSON: Final = "PERSON"
_OWN: Final = "\N{BULLET}"


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """A place in a typed text (or in a form that it can be read in) and what stands there."""

    start: int
    end: int
    entity: str
    words: str = field(default="", repr=False)
    in_text: bool = True


class FreeText:
    """Examines typed words with the recognizers and, where there is a case, against everything that it withholds."""

    def __init__(self, case: Case | None, recognizers: Sequence[Recognizer]) -> None:
        self._recognizers = recognizers
        self._index: WithheldIndex | None = None
        if case is not None:
            known = (replace(each, scope="") for each in needles_of_case(case))
            self._index = WithheldIndex(case.keyed, chain(known, needles_in_force(case)))
            self._folder = tempfile.TemporaryDirectory(prefix="releasable-")  # goes with this
            take_column_values(case, self._index, Path(self._folder.name))

    def __call__(self, text: str, cited: Collection[str] = ()) -> list[str]:
        """Return what is wrong with a text, without repeating any of it; nothing when it may be stored.

        ``cited`` are entities that may stand in it although the case withholds them.
        """
        if len(text) > MOST_CHARACTERS:
            return [f"it has more than {MOST_CHARACTERS} characters"]
        return self._wrong(text, cited)

    def name(self, text: str) -> list[str]:
        """Return what is wrong with the role or name of an officer: a name may stand, no other identifier may.

        Nor may the whole name of somebody who is withheld in this case; a surname may be that of an officer too.
        """
        known = [each for each in self._known(text) if each.entity != PERSON or len(tokens(each.words)) > 1]
        return self._told([each for each in self._spans(text) if each.entity != PERSON], known)

    def statement(self, text: str, own: Collection[str], keyed: Keyed) -> list[str]:
        """Return what is wrong with a statement of a person; what is that person's own (by keyed digests) may stand."""
        return self._wrong(_without(text, self._own(text, own, keyed)))

    def masked(self, text: str, cited: Collection[str] = (), own: Collection[str] = (), by: Keyed | None = None) -> str:
        """Return a text in which ``[PERSON]`` and the like stand for whatever identifies somebody.

        What cannot be masked, because it is hidden in another writing, stays: examine what comes back.

        Args:
            text: what somebody typed.
            cited: entities that may stand in it although the case withholds them.
            own: keyed digests of what is the author's own and may stand.
            by: makes such digests.
        """
        for _ in range(MOST_MASKING):  # with one name gone, another can show
            read = _without(text, self._own(text, own, by)) if by is not None else text
            known = [each for each in self._known(read) if each.entity not in cited and each.in_text]
            spans = _joined([*self._spans(read), *known])
            if not spans:
                break
            for each in reversed(spans):
                text = f"{text[: each.start]}[{each.entity}]{text[each.end :]}"
        return text

    def _own(self, text: str, own: Collection[str], keyed: Keyed) -> list[_Span]:
        spans = (_Span(each.start, each.end, each.entity) for each in self._matches(text))
        return [each for each in spans if keyed.digest(each.entity, text[each.start : each.end]) in own]

    def _known(self, text: str) -> list[_Span]:
        """Return where a text says what the case withholds, as it stands or in a form that hides it."""
        if self._index is None:
            return []
        return [
            _Span(hit.start, hit.end, hit.entity, view.text[hit.start : hit.end], in_text=view.name == "text")
            for view in views(text)
            for hit in search([view], self._index)
        ]

    def _spans(self, text: str) -> list[_Span]:
        """Return what looks like an identifier; a number that only an office gives means nothing by itself."""
        return [
            _Span(each.start, each.end, each.entity)
            for each in self._matches(text)
            if each.entity != UNIQUE_IDENTIFIER and not _is_abbreviation(each.entity, text[each.start : each.end])
        ]

    def _wrong(self, text: str, cited: Collection[str] = ()) -> list[str]:
        known = [each for each in self._known(text) if each.entity not in cited]
        return self._told([] if known else self._spans(text), known)

    @staticmethod
    def _told(spans: Sequence[_Span], known: Sequence[_Span]) -> list[str]:
        if known:
            return [f"it says something that is withheld in this case ({known[0].entity})"]
        return [f"characters {each.start + 1} to {each.end} look like {each.entity}" for each in spans[:1]]

    def _matches(self, text: str) -> list[Match]:
        return detect([Segment(text, (Block(0),), record="typed")], self._recognizers)[0]


def _without(text: str, spans: Iterable[_Span]) -> str:
    """Return a text of the same length without what stands at some places."""
    for each in spans:
        text = text[: each.start] + _OWN * (each.end - each.start) + text[each.end :]
    return text


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Return the places in order, those that overlap as one."""
    joined: list[_Span] = []
    for each in sorted(spans):
        if joined and each.start < joined[-1].end:
            joined[-1] = replace(joined[-1], end=max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return joined


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
