"""Marks at the desk: what an officer selects is looked for in all files, recorded as one decision, and shown at once.

A mark comes as a position: a record, a place in it, and a span in code points. Its value is read here from the source,
becomes keyed digests, and is gone again; no address of a page and no row of the case holds it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from pipeline.case.deciding import NOT_STORED, NotStored, check_citation, check_words
from pipeline.case.marking import Found, Seen, record_mark
from pipeline.case.marks import (
    Mark,
    Marks,
    is_searchable,
    needles_of_value,
    part_of,
    value_digest,
    whole_words,
)
from pipeline.case.overrides import NAME_ORDINAL, Overrides, honoured, place_digest
from pipeline.case.recording import Outcome, finding_rows
from pipeline.case.standing import Told
from pipeline.case.store import CaseError
from pipeline.casework.marked import find_marked
from pipeline.decide import decide
from pipeline.inputs import InputFile
from pipeline.model import Decision, FileName, Finding, Role, Segment, Unit, words
from pipeline.planning import plan
from pipeline.policy.schema import Rule
from pipeline.results import Progress
from pipeline.review.desk import Desk
from pipeline.review.jobs import Work
from pipeline.review.ledger import Item, Ledger
from pipeline.review.sessions import Officer
from pipeline.review.words import without
from pipeline.tasks import UnitTask
from pipeline.verify.canonical import MOST_TOKENS
from pipeline.verify.search import WithheldIndex, search
from pipeline.verify.views import views
from recognizers.entities import ENTITIES, LINKED_IDENTIFIER, UNIQUE_IDENTIFIER

MARKABLE: Final = tuple(each for each in ENTITIES if each != LINKED_IDENTIFIER)
"""What something can be marked as; an identifier becomes a linked one by itself where it stands with a person."""
WHAT: Final = "the search for what was marked"
PATIENCE: Final = 30.0
"""Seconds that a page waits for the search; a longer one goes on in the background."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is marked: file (its key), record, place in words, span in code points."""

    source: str
    ordinal: int
    place: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a mark: what it is, why, on what law or rule; seen as of which decision and run.

    ``mask`` lets the kind of what is marked stand in the reason where that says it.
    """

    entity: str
    reason: str
    citation: str = ""
    rule: str = ""
    seen: int | None = None
    run: int = 0
    mask: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of a mark: its number, its decision, how many findings, and whether it is looked for elsewhere."""

    mark: int
    decision: int
    findings: int
    everywhere: bool


def mark(desk: Desk, officer: Officer, place: Place, said: Said) -> Work:
    """Begin to mark something as missed, withheld wherever it stands; the result of the work is a :class:`Marked`.

    Raises:
        CaseError: the place is not there, the value cannot be told, it is found already, or other work goes on.
    """
    rule = _check(desk, officer, said)
    text, span = _whole(desk, place)
    value, entity = text[span[0] : span[1]], _entity(said.entity)
    if not is_searchable(value):
        what = f"this is longer than {MOST_TOKENS} words, or has a wide gap in it"
        raise CaseError("desk", what, "mark it in pieces; each is then found wherever it stands")
    at = replace(place, start=span[0], stop=span[1])
    ledger = desk.ledger.refresh()
    for each in ledger.of_unit(at.source, at.ordinal):
        if (each.place, each.start, each.stop, each.entity) == (at.place, *span, entity):
            raise CaseError("desk", "this is a finding already", "decide it; nothing was missed")
    made = _mark(desk, at, entity, value, said)
    _check_told(desk, made)
    return _begin(desk, officer, _Setting(made, replace(said, reason=made.reason), rule))


def change(desk: Desk, officer: Officer, finding: str, place: Place, said: Said) -> Work:
    """Begin to change a finding: another entity, or a longer or shorter span; it is withheld then.

    What is left out of a longer finding stands in the copy, under this decision. Nothing is taken away from what the
    policy withholds whatever a person says.

    Raises:
        CaseError: it cannot be changed like that, or other work goes on.
    """
    rule = _check(desk, officer, said)
    ledger = desk.ledger.refresh()
    item = ledger.item(ledger.row_of(finding))
    text, span = _whole(desk, place)
    entity = _entity(said.entity)
    _check_change(desk, item, place, span, entity)
    value = text[span[0] : span[1]]
    longer = span[0] < item.start or item.stop < span[1]
    if longer and not is_searchable(value):
        raise CaseError("desk", f"this is longer than {MOST_TOKENS} words, or has a wide gap in it", "choose less")
    made = _mark(desk, replace(place, start=span[0], stop=span[1]), entity, value, said)
    _check_told(desk, made)
    said = replace(said, reason=made.reason)
    made = replace(made, was=(item.start, item.stop, item.entity), needles=made.needles if longer else ())
    return _begin(desk, officer, _Setting(made, said, rule, was=item))


def _check_change(desk: Desk, item: Item, place: Place, span: tuple[int, int], entity: str) -> None:
    if (item.source, item.ordinal, item.place) != (place.source, place.ordinal, place.place):
        raise CaseError("desk", "this is not where the finding stands", "go back to the record")
    if item.in_copy:
        what = "this was found only in the copy, once the rest was withheld"
        raise CaseError("desk", what, "decide it as it is, or mark the words in the record")
    if item.count > 1 or item.place == item.column != "":
        what = "this finding is a whole column"
        raise CaseError("desk", what, "pin the column to change what it is, or mark single cells")
    if span[1] <= item.start or item.stop <= span[0]:
        raise CaseError("desk", "nothing of the finding would be left", "mark the other place, and release this one")
    same_entity = _entity(item.entity) == entity
    if same_entity and span == (item.start, item.stop):
        raise CaseError("desk", "nothing changes", "choose another span or another kind")
    shorter = item.start < span[0] or span[1] < item.stop
    if item.mandatory and (shorter or not same_entity):
        what = f"nobody may shorten or rename what {item.rule} withholds (no_override)"
        raise CaseError(f"rule {item.rule}", what, "it can be made longer, or lifted on a recorded ground")
    for other in desk.ledger.refresh().of_unit(item.source, item.ordinal):
        there = other.id != item.id and other.place == item.place
        if there and other.mandatory and other.start < span[1] and span[0] < other.stop:
            what = f"what {other.rule} withholds stands there (no_override)"
            raise CaseError(f"rule {other.rule}", what, "choose a span without it")


# --- what is marked ---------------------------------------------------------------------


def _check(desk: Desk, officer: Officer, said: Said) -> Rule | None:
    if said.entity not in ENTITIES:
        raise CaseError("desk", "that is nothing that can be marked", f"choose {', '.join(MARKABLE)}")
    check_words({"--by": officer.name, "--reason": said.reason, "--citation": said.citation}, desk.scanner)
    check_citation(said.citation, desk.policy)
    desk.check_current()
    return desk.cited_rule(said.rule)


def _check_told(desk: Desk, made: Mark) -> None:
    """See that what is marked is not told in the words about it (raises CaseError): no recognizer knows it yet."""
    index = WithheldIndex(desk.case.keyed, made.needles)
    for option, text in (("--reason", made.reason), ("--citation", made.citation)):
        if search(views(text), index):
            raise NotStored(option, "it says what is marked", NOT_STORED)


def _entity(name: str) -> str:
    return UNIQUE_IDENTIFIER if name == LINKED_IDENTIFIER else name


def text_at(desk: Desk, source: str, ordinal: int, place: str) -> str:
    """Return the text of a place of a record, nothing masked (raises CaseError)."""
    segment = desk.texts.plain(source, ordinal).get(place)
    if segment is None:
        raise CaseError("desk", "there is no such place in this record", "go back to the record")
    return segment.text


def only_place(desk: Desk, source: str, ordinal: int) -> str:
    """Return the place of a record that has one text only (raises CaseError)."""
    places = list(desk.texts.plain(source, ordinal))
    if len(places) != 1:
        what = f"this record has {len(places)} texts"
        raise CaseError("desk", what, "say in which place, in the words that findings use")
    return places[0]


def _whole(desk: Desk, place: Place) -> tuple[str, tuple[int, int]]:
    text = text_at(desk, place.source, place.ordinal, place.place)
    if not 0 <= place.start < place.stop <= len(text):
        raise CaseError("desk", "the span does not fit the text", "count in code points of the text, from 0")
    span = whole_words(text, place.start, place.stop)
    if span is None:
        raise CaseError("desk", "there is no letter and no digit in it", "mark words")
    return text, span


def _mark(desk: Desk, at: Place, entity: str, value: str, said: Said) -> Mark:
    keyed = desk.case.keyed
    needles = needles_of_value(keyed, entity, value)
    reason = without(said.reason, WithheldIndex(keyed, needles)) if said.mask else said.reason
    return Mark(
        0, at.source, at.ordinal, at.place, at.start, at.stop, entity, part_of(entity, value),
        value_digest(keyed, entity, value), None, needles,
        reason=reason, citation=said.citation, rule=said.rule,
    )  # fmt: skip


# --- looked for, and recorded -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Setting:
    """A mark on its way into the case."""

    mark: Mark
    said: Said
    rule: Rule | None
    was: Item | None = None
    seen: Seen = field(default_factory=Seen)


def _begin(desk: Desk, officer: Officer, setting: _Setting) -> Work:
    given = replace(setting, seen=Seen(setting.said.seen, setting.said.run))
    until = time.monotonic() + PATIENCE
    while True:
        going = desk.bench.work
        if going is not None and going.what == WHAT:  # two people mark at once: one after the other
            desk.bench.wait_for(going, max(0.0, until - time.monotonic()))
        try:
            return desk.bench.start(WHAT, officer.name, partial(_set, desk, officer, given))
        except CaseError:
            now = desk.bench.work
            if now is None or now.what != WHAT or time.monotonic() > until:
                raise


def waited(desk: Desk, work: Work, seconds: float = PATIENCE) -> Marked | None:
    """Return what came of a mark, None where the search takes longer than a page waits (raises CaseError)."""
    desk.bench.wait_for(work, seconds)
    if work.error is not None:
        raise work.error
    if work.failure is not None:
        raise CaseError("desk", f"the search ended with an error ({work.failure.what})", "nothing was marked")
    return work.result if isinstance(work.result, Marked) else None


def _set(desk: Desk, officer: Officer, setting: _Setting, tell: Progress) -> Marked:
    made = replace(setting.mark, by=officer.name, at=desk.road.job.decided_at)
    decisions = list(_decided(desk, made, tell))
    own = [each for where, each in decisions if _is_own(desk, made, where, each.finding)]
    if not own:
        what = "nothing of it can be withheld by a mark: it is found already, by a rule that nobody overrides"
        raise CaseError("desk", what, "nothing is left to be marked there")
    _check_law(own[0], setting)
    ledger = desk.ledger.refresh()
    known, rows = _sorted_out(desk, ledger, decisions, setting)
    was = setting.was.id if setting.was is not None else ""
    told = Told("", officer.name, "", setting.said.reason, setting.said.citation, rule=setting.said.rule)
    number, decision = record_mark(desk.case, made, Found(rows, known, was), told, setting.seen)
    desk.ledger.refresh()
    return Marked(number, decision, len(known) + len(rows), bool(made.needles))


def _check_law(decision: Decision, setting: _Setting) -> None:
    if setting.rule is None and not setting.said.citation and not decision.authority:
        what = "the policy names no law on which this could be withheld"
        raise CaseError("--citation", what, "name the law, or cite a rule of the policy")


def _is_own(desk: Desk, made: Mark, where: _Where, finding: Finding) -> bool:
    at = (place_digest(desk.case.keyed, "path", where.file.name), where.ordinal, words(finding.address))
    inside = finding.start <= made.start and made.stop <= finding.end
    return at == (made.source, made.ordinal, made.place) and inside


@dataclass(frozen=True, slots=True)
class _Where:
    """The unit of a finding: the file, its format, the unit (None: the name of the file)."""

    file: InputFile
    format: str
    unit: Unit | None

    @property
    def ordinal(self) -> int:
        return NAME_ORDINAL if self.unit is None else self.unit.ordinal


def _decided(desk: Desk, made: Mark, tell: Progress) -> Iterator[tuple[_Where, Decision]]:
    """Yield what a mark finds in all files, decided as an examination would."""
    policy, keyed = desk.policy, desk.case.keyed
    people = Overrides(keyed, marks=Marks(keyed, [made]))
    for where, findings in _found(desk, people, tell):
        facts = desk.road.job.facts_of(where.file.name)
        decisions = decide(findings, facts, policy, made.at)
        for each in honoured(people, where.file.name, where.ordinal, decisions, policy, facts):
            yield where, each


def _found(desk: Desk, people: Overrides, tell: Progress) -> Iterator[tuple[_Where, Sequence[Finding]]]:
    assert people.marks is not None
    job = replace(desk.road.job, level="patterns", only_tables=True, overrides=people)  # no model is needed for it
    files = desk.road.files
    with desk.road.workers(job) as runner:
        planned = []
        for at, (file, answer, failure) in enumerate(runner.map(plan, files), start=1):
            tell("reading", at, len(files))
            yield from _in_name(people.marks, file)
            if failure is None:
                planned.append((file, answer))
        tasks = [UnitTask(file, unit, told.columns) for file, told in planned for unit in told.units]
        for at, (task, answer, failure) in enumerate(runner.map(find_marked, tasks), start=1):
            tell("searching", at, len(tasks))
            if failure is None and answer:  # what cannot be read is held by the examination
                yield _Where(task.file, task.unit.source.format, task.unit), answer


def _in_name(marks: Marks, file: InputFile) -> Iterator[tuple[_Where, Sequence[Finding]]]:
    text = file.name.translate({ord("_"): " ", ord("-"): " "})
    segment = Segment(text, (FileName(),), record=file.name, role=Role.NAME)
    found = []
    for match in marks.applied([], marks.met(segment, "", NAME_ORDINAL), text, ()):
        digest = value_digest(marks.keyed, match.entity, text[match.start : match.end])
        finding = Finding(
            match.entity, match.start, match.end, segment.address, file.name, match.score, match.recognizer,
            match.reason, match.part, thread=file.name, digest=digest,
        )  # fmt: skip
        found.append(finding)
    if found:
        yield _Where(file, "", None), found


def _sorted_out(
    desk: Desk, ledger: Ledger, decisions: Sequence[tuple[_Where, Decision]], setting: _Setting
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the findings that are there already and hold a marked value, and rows for the places where none is."""
    known: list[str] = []
    rows: list[dict[str, Any]] = []
    was = setting.was.id if setting.was is not None else ""
    items = _Items(ledger)
    for where, each in decisions:
        source = place_digest(desk.case.keyed, "path", where.file.name)
        at = each.finding
        around = [
            item
            for item in items.of(source, where.ordinal)
            if item.id != was and item.place == words(at.address) and item.start <= at.start and at.end <= item.stop
        ]
        if not around:
            outcome = Outcome(where.file, where.format, where.unit, (each,))
            rows += finding_rows(desk.case, ledger.run, [outcome], desk.policy, in_copy=False)
        known += [item.id for item in around if not item.mandatory]
    return list(dict.fromkeys(known)), rows


class _Items:
    """The findings of units, each unit asked for once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._kept = ledger, dict[tuple[str, int], list[Item]]()

    def of(self, source: str, ordinal: int) -> list[Item]:
        key = (source, ordinal)
        if key not in self._kept:
            self._kept[key] = self._ledger.of_unit(source, ordinal)
        return self._kept[key]
