"""What a worker is set up with once, and the stages from segments to findings that every task shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.case.marks import Marks, Met
from pipeline.case.overrides import Overrides, place_digest
from pipeline.detect import Columns, detect
from pipeline.link import LinkRules, link
from pipeline.model import Address, ColumnClass, Finding, Match, RecordFacts, Role, Segment
from pipeline.policy.column_pins import ColumnPins
from pipeline.policy.load import load
from pipeline.policy.places import closed_places
from pipeline.policy.rosters import Rosters
from pipeline.policy.schema import Policy
from pipeline.resolve import resolve
from pipeline.tables.attached import attached_columns
from pipeline.tables.places import with_closed_places
from pipeline.tables.vocabulary import load_vocabulary
from pipeline.texts.digest import Keyed
from pipeline.texts.markers import marker_spans
from pipeline.verify.canonical import Needle, Withheld, needles
from pipeline.verify.search import WithheldIndex

if TYPE_CHECKING:  # presidio-analyzer brings spaCy: only workers, which find things, need them
    from recognizers.presidio import Recognizer


@dataclass(frozen=True, slots=True)
class Job:
    """What a run does, fixed at its start and the same in every worker.

    ``by_column`` says whether the regular rows of tables are handled column by column; row by row gives the same.
    ``only_tables`` says that nothing but tables is expected, so that models are loaded when one first needs them.
    ``facts`` are those of every file for which ``file_facts`` states no others; ``enclosed`` are files that go into
    the release folder beside the records, by name; ``identity_check`` says who checked who asks for their own record.
    """

    key: bytes = field(repr=False)
    decided_at: str
    policy: str = ""
    config: Path | None = None
    level: str = "thorough"
    entities: tuple[str, ...] = ()
    facts: RecordFacts = field(default_factory=RecordFacts)
    overrides: Overrides | None = None
    by_column: bool = True
    only_tables: bool = False
    file_facts: Mapping[str, RecordFacts] = field(default_factory=dict)
    enclosed: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    identity_check: Mapping[str, object] = field(default_factory=dict)

    def facts_of(self, path: str) -> RecordFacts:
        """Return what rules may ask about the records of a file, named as inside the input."""
        return self.file_facts.get(path, self.facts)


@dataclass(slots=True)
class State:
    """What a worker keeps between tasks; ``shared`` is the release's index of withheld values.

    ``quiet`` are short texts of table columns in which the recognizers see nothing, as label, text and whether
    only patterns were asked; ``clear`` are short texts that hold nothing which the index
    ``clear_of`` knows.
    """

    job: Job
    recognizers: list[Recognizer]
    policy: Policy | None
    rosters: Rosters
    keyed: Keyed
    shared: WithheldIndex | None = None
    pins: ColumnPins = field(default_factory=ColumnPins)
    quiet: set[tuple[str, str, bool]] = field(default_factory=set, repr=False)
    clear: set[str] = field(default_factory=set, repr=False)
    clear_of: WithheldIndex | None = field(default=None, repr=False)

    @property
    def markers(self) -> tuple[str, ...]:
        return self.policy.markers if self.policy else ()

    def said_by(self, label: str) -> str:
        """Return what a label says without our own markers: where a name was withheld, none is meant to follow."""
        for start, end in reversed(marker_spans(label, self.markers)):
            label = f"{label[:start]} {label[end:]}".strip()
        return label

    @property
    def marks(self) -> Marks | None:
        """What people marked, None where nobody did."""
        people = self.job.overrides
        return people.marks if people is not None and people.marks else None

    @property
    def guarded(self) -> frozenset[str]:
        """The entities that the policy withholds whatever a person says."""
        rules = self.policy.rules if self.policy else ()
        return frozenset(entity for rule in rules if rule.no_override for entity in rule.when.entity)

    @property
    def link_rules(self) -> LinkRules:
        return LinkRules(self.policy.case_numbers_link if self.policy else False)


def prepare(job: Job) -> State:
    """Set up a worker: load policy and rosters, load models, or see that they are there.

    Raises:
        ModelMissing: a model is not installed or was altered.
        PolicyError: the policy, a roster or the office's column pins are wrong.
    """
    from recognizers.names.ensemble import check_models  # noqa: PLC0415 - loaded where something is examined
    from recognizers.registry import load_recognizers  # noqa: PLC0415 - the same

    policy = load(job.policy, job.config) if job.policy else None
    rosters = Rosters.load(job.config)
    if policy is not None:
        rosters = rosters.limited(
            use_agency_contacts=policy.use_agency_contacts,
            use_officials=policy.use_officials,
            use_business_contacts=policy.use_business_contacts,
        )
    recognizers = load_recognizers(job.level, job.entities)
    modelled = [each for each in recognizers if each.needs_model]
    if modelled:  # a missing model ends the run here and says so
        check_models("fast" if job.level == "fast" else "thorough")
    for each in () if job.only_tables else modelled:  # models load at first use, which a table may never make
        each.find_many(["Jane Doe, 12 Elm Street"])
    return State(job, recognizers, policy, rosters, Keyed(job.key), pins=ColumnPins.load(job.config, job.policy))


def needles_of(state: State, texts: Mapping[Address, str], findings: Iterable[Finding]) -> list[Needle]:
    """Return the needles of the values of findings, given the texts of the segments that they name.

    A lone word that may be no name at all is withheld where it was found; it is not searched for, as linking
    does not spread it either.
    """
    found = [
        needle
        for each in findings
        if not (each.entity == "PERSON" and "common_word" in each.signals)
        for needle in needles(
            Withheld(each.entity, each.record, each.thread, each.part),
            texts[each.address][each.start : each.end],
            state.keyed,
        )
    ]
    if (marks := state.marks) is not None:
        found += [needle for each in findings for needle in marks.needles_for(each)]
    return found


def closed_places_of(state: State, path: str) -> frozenset[str]:
    """Return the parts of an address that name a place only and that the policy closes in the records of a file."""
    return closed_places(state.policy, state.job.facts_of(path)) if state.policy is not None else frozenset()


def all_columns(
    state: State, path: str, segments: Sequence[Segment], columns: Iterable[ColumnClass]
) -> tuple[Columns, str]:
    """Return the classes of the columns of a table, or of the tables attached to a message of the file ``path``.

    Returns:
        The classes, and why an attached table may be a distribution list ("": none is).
    """
    own: dict[Any, ColumnClass] = {each.index: each for each in columns}
    if own or not any(len(each.address) > 1 and each.role is Role.CELL for each in segments):
        return own, ""
    patterns = [each for each in state.recognizers if not each.needs_model]
    within, hold = attached_columns(segments, patterns, load_vocabulary(state.job.config), state.markers)
    within = dict(zip(within, with_closed_places(within.values(), closed_places_of(state, path)), strict=True))
    asked = state.job.entities
    return {
        key: each for key, each in within.items() if not asked or each.kind != "entity" or each.entity in asked
    }, hold


def findings_of(
    state: State,
    segments: Sequence[Segment],
    columns: Columns,
    known: Mapping[tuple[str, str, bool], list[Match]] | None = None,
    of: tuple[str, int] = ("", 0),
) -> list[Finding]:
    """Return what stands in segments, linked within each record; ``known`` texts are not examined again.

    ``of`` are path and number of the unit, without which marks of people count by their values alone.
    """
    markers = state.markers
    named = [replace(each, label=state.said_by(each.label)) if "[" in each.label else each for each in segments]
    raw = detect(named, state.recognizers, columns, known)
    resolved: list[list[Match]] = [
        resolve(matches, segment.text, marker_spans(segment.text, markers))
        for segment, matches in zip(segments, raw, strict=True)
    ]
    marks = state.marks
    if marks is None:
        return link(segments, resolved, state.rosters, state.keyed, state.link_rules)
    return _with_marks(state, marks, segments, resolved, of)


def _with_marks(
    state: State, marks: Marks, segments: Sequence[Segment], resolved: list[list[Match]], of: tuple[str, int]
) -> list[Finding]:
    source = place_digest(state.keyed, "path", of[0]) if of[0] else ""
    met: dict[Address, list[Met]] = {}
    for number, segment in enumerate(segments):
        keep_out = marker_spans(segment.text, state.markers)
        here = [
            each
            for each in marks.met(segment, source, of[1])
            if not any(each.start < high and low < each.end for low, high in keep_out)
        ]
        if here:
            met[segment.address] = here
            resolved[number] = marks.applied(resolved[number], here, segment.text, state.guarded)
    found = link(segments, resolved, state.rosters, state.keyed, state.link_rules)
    return [told for each in found for told in marks.tagged([each], met.get(each.address, ()))]
