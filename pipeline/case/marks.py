"""What people marked as missed, or changed, as the road honours it: found at its place and wherever its value stands.

Pure and picklable: it travels to the workers with the job. A mark holds positions and keyed digests. At its own place
it counts only where the text there still is the value that was marked; elsewhere its value is met by its digests, in
the forms in which any withheld value is searched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.model import Finding, Match, Segment, words
from pipeline.texts.digest import Keyed, fold, folded_lengths, name_tokens, search_forms, tokens
from pipeline.verify.canonical import GATE_LENGTH, LEAST_LENGTH, LEAST_WIDE_LENGTH, MOST_TOKENS, Needle
from pipeline.verify.search import MOST_GAP, WithheldIndex, search
from pipeline.verify.views import View
from recognizers.entities import LINKED_IDENTIFIER, UNIQUE_IDENTIFIER

Span = tuple[int, int]
_NAMED: Final = re.compile(r"(?:^|, )mark (\d+)(, left)?$")
_RUN: Final = re.compile(r"[^\W_]+")
_WHY: Final = "a person marked it"
_LEFT: Final = "a person left it out of a finding"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in force: where, as what, by whom, and the forms of its value; ``was`` is what it takes the place of.

    ``source`` is the keyed digest of the file's path, ``place`` the words of the address. ``was`` is the span and
    entity of the finding that was changed, None for what was missed.
    """

    number: int
    source: str
    ordinal: int
    place: str
    start: int
    stop: int
    entity: str
    part: str
    digest: str
    was: tuple[int, int, str] | None = None
    needles: tuple[Needle, ...] = ()
    by: str = ""
    at: str = ""
    reason: str = ""
    citation: str = ""
    rule: str = ""

    @property
    def name(self) -> str:
        """By what a finding of this mark is recognized, as it stands with the finding."""
        return f"mark {self.number}"


@dataclass(frozen=True, slots=True)
class Met:
    """A place where a mark counts: the span, and whether a person left it out of a finding (then it stays)."""

    start: int
    end: int
    mark: Mark
    left: bool = False

    @property
    def name(self) -> str:
        return f"{self.mark.name}, left" if self.left else self.mark.name


class Marks:
    """The marks of a case, under its key."""

    def __init__(self, keyed: Keyed, marks: Iterable[Mark] = ()) -> None:
        self.keyed, self.marks = keyed, tuple(sorted(marks, key=lambda each: each.number))
        self._by_number = {each.number: each for each in self.marks}
        self._placed: dict[tuple[str, int, str], list[Mark]] = defaultdict(list)
        self._by_digest: dict[str, Mark] = {}
        for each in self.marks:
            self._placed[each.source, each.ordinal, each.place].append(each)
            for needle in each.needles:
                self._by_digest.setdefault(needle.digest.hex(), each)
        self._index = WithheldIndex(keyed, (needle for each in self.marks for needle in each.needles))

    def __reduce__(self) -> tuple[object, ...]:
        return (Marks, (self.keyed, self.marks))

    def __bool__(self) -> bool:
        return bool(self.marks)

    # --- where they count ---------------------------------------------------------------

    def met(self, segment: Segment, source: str, ordinal: int) -> list[Met]:
        """Return where marks count in a text, sorted and without overlaps.

        Args:
            segment: the text.
            source: the keyed digest of the path of its file, "" where only values count.
            ordinal: the number of its unit.
        """
        found: list[Met] = []
        for mark in reversed(list(self._at(segment, source, ordinal))):  # the later one changed the earlier
            found += [each for each in _placed(mark, segment.text) if not _overlaps(each, found)]
        for hit in self.values_in(segment.text):
            if not _overlaps(hit, found):
                found.append(hit)
        return sorted(found, key=lambda each: (each.start, each.end))

    def values_in(self, text: str) -> Iterator[Met]:
        """Yield where marked values stand in a text, by their digests."""
        for hit in search([View("text", text)], self._index):
            if (mark := self._by_digest.get(hit.digest)) is not None:
                yield Met(hit.start, hit.end, mark)

    def holds_value(self, text: str) -> bool:
        """Return whether a marked value stands in a text."""
        return any(True for _ in self.values_in(text))

    def _at(self, segment: Segment, source: str, ordinal: int) -> Iterator[Mark]:
        for mark in self._placed.get((source, ordinal, words(segment.address)), ()):
            if self._is_there(mark, segment.text):
                yield mark

    def _is_there(self, mark: Mark, text: str) -> bool:
        return mark.stop <= len(text) and value_digest(self.keyed, mark.entity, text[mark.start : mark.stop]) == (
            mark.digest
        )

    def rows_placed(self, source: str, ordinal: int) -> list[str]:
        """Return the words of the places of a unit where marks count."""
        return [place for at, number, place in self._placed if (at, number) == (source, ordinal)]

    # --- what they do -------------------------------------------------------------------

    def applied(self, matches: Sequence[Match], met: Sequence[Met], text: str, guarded: Collection[str]) -> list[Match]:
        """Return the matches of a text with what people marked among them; they do not overlap.

        What is found as a whole around a marked value goes as a whole. ``guarded`` are entities that a policy
        withholds whatever a person says: a mark takes nothing away from these.
        """
        kept = list(matches)
        for each in met:
            kept = _with_met(kept, each, text, guarded)
        return sorted(kept)

    def tagged(self, findings: Iterable[Finding], met: Sequence[Met]) -> list[Finding]:
        """Return the findings of a text, those around a marked value named after the mark as well."""
        told = []
        for each in findings:
            here = next((m for m in met if each.start <= m.start and m.end <= each.end and not m.left), None)
            if here is not None and not _NAMED.search(each.recognizer):
                each = replace(each, recognizer=f"{each.recognizer}, {here.name}")  # noqa: PLW2901
            told.append(each)
        return told

    def of(self, finding: Finding) -> tuple[Mark, bool] | None:
        """Return the mark by which a finding is decided, and whether it was left out of one; None for others."""
        named = _NAMED.search(finding.recognizer)
        mark = self._by_number.get(int(named[1])) if named else None
        return None if mark is None or named is None else (mark, bool(named[2]))

    def needles_for(self, finding: Finding) -> tuple[Needle, ...]:
        """Return the needles by which the value of a marked finding is searched in the whole release."""
        told = self.of(finding)
        return told[0].needles if told is not None and not told[1] else ()


def _overlaps(met: Met, others: Iterable[Met]) -> bool:
    return any(met.start < each.end and each.start < met.end for each in others)


def number_in(recognizer: str) -> int:
    """Return the number of the mark by which alone something was found, 0 where a recognizer found it too."""
    named = _NAMED.search(recognizer)
    return int(named[1]) if named and recognizer.startswith("mark ") else 0


def _placed(mark: Mark, text: str) -> Iterator[Met]:
    yield Met(mark.start, mark.stop, mark)
    if mark.was is not None:
        low, high, _ = mark.was
        for start, end in ((low, min(high, mark.start)), (max(low, mark.stop), high)):
            if span := trimmed(text, start, end):
                yield Met(*span, mark, left=True)


def _with_met(matches: Sequence[Match], met: Met, text: str, guarded: Collection[str]) -> list[Match]:
    mark, placed = met.mark, (met.start, met.end) == (met.mark.start, met.mark.stop) and met.mark.was is not None
    made = [(met.start, met.end)]
    kept: list[Match] = []
    for match in matches:
        if match.end <= met.start or met.end <= match.start:
            kept.append(match)
            continue
        around = match.start <= met.start and met.end <= match.end
        extended = match.entity == mark.entity and met.start <= match.start and match.end <= met.end
        of_other = met.left and mark.was is not None and match.entity != mark.was[2]
        if around and not placed and not met.left and not match.recognizer.startswith("mark "):
            kept.append(match)  # it goes as a whole, under the decision of the mark
            made = []
        elif (match.entity in guarded and not extended) or match.recognizer.startswith("mark ") or of_other:
            kept.append(match)
            made = [piece for span in made for piece in _outside(span, match)]
        else:
            kept += [
                replace(match, start=low, end=high)
                for piece in _outside((match.start, match.end), met)
                if (span := trimmed(text, *piece))
                for low, high in (span,)
                if not _was(mark, low, high)
            ]
    why = _LEFT if met.left else _WHY
    entity, part = (mark.was[2], "full") if met.left and mark.was else (mark.entity, mark.part)
    for span in made:
        if at := trimmed(text, *span):
            kept.append(Match(*at, entity, 1.0, met.name, why, part))
    return kept


def _was(mark: Mark, low: int, high: int) -> bool:
    """Return whether a piece belongs to the finding that was changed: it is told as what was left out of it."""
    return mark.was is not None and mark.was[0] <= low and high <= mark.was[1]


def _outside(span: Span, other: Match | Met) -> list[Span]:
    low, high = span
    return [(a, b) for a, b in ((low, min(high, other.start)), (max(low, other.end), high)) if a < b]


# --- what is marked -----------------------------------------------------------------------


def value_digest(keyed: Keyed, entity: str, value: str) -> str:
    """Return the keyed digest of a value as findings have it; a linked identifier has that of the unlinked one."""
    return keyed.digest(UNIQUE_IDENTIFIER if entity == LINKED_IDENTIFIER else entity, value)


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return a span without blanks at its ends, None where it holds no letter and no digit."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if any(character.isalnum() for character in text[start:end]) else None


def whole_words(text: str, start: int, end: int) -> Span | None:
    """Return a span widened to whole words, None where it holds no letter and no digit: values are told by words."""
    span = trimmed(text, start, min(end, len(text)))
    if span is None:
        return None
    low, high = span
    if text.isascii():
        for run in _RUN.finditer(text):
            if run.start() < low < run.end():
                low = run.start()
            if run.start() < high < run.end():
                high = run.end()
        return low, high
    signs = zip(text, folded_lengths(text), strict=True)  # what folds to nothing (an accent) is part of its word
    is_word = [length == 0 or _RUN.fullmatch(fold(sign)) is not None for sign, length in signs]
    while low > 0 and is_word[low] and is_word[low - 1]:
        low -= 1
    while high < len(text) and is_word[high - 1] and is_word[high]:
        high += 1
    return low, high


def part_of(entity: str, value: str) -> str:
    """Return which part of an entity a marked value is: a lone name is a surname until the whole is known."""
    return "surname" if entity == "PERSON" and len(name_tokens(value)) == 1 else "full"


def is_searchable(value: str) -> bool:
    """Return whether the whole of a value can be met elsewhere: not too many words, no wide gap between them."""
    gaps = _RUN.split(fold(value))[1:-1]
    return len(tokens(value)) <= MOST_TOKENS and all(len(gap) <= MOST_GAP for gap in gaps)


def needles_of_value(keyed: Keyed, entity: str, value: str) -> tuple[Needle, ...]:
    """Return the forms under which a marked value is found in the whole release, none where it is too short to tell."""
    count = len(tokens(value))
    return tuple(
        Needle(keyed.form_digest(form), keyed.gate(form[:GATE_LENGTH]), len(form), count, "", entity)
        for form in sorted(search_forms(entity, value))
        if len(form) >= (LEAST_WIDE_LENGTH if form.isdigit() else LEAST_LENGTH)
    )
