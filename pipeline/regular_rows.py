"""Examine the regular rows of a table by column: a few rows of each shape stand for all of them.

What is found in the rows of one shape is the same but for the values, so a column's findings are one
:class:`~pipeline.model.Finding` with a count, and the values travel as keyed digests. The other rows become a
small unit of their own, which goes the ordinary way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.detect import examine
from pipeline.formats.encoding import unreadable_spans
from pipeline.formats.table_labels import SMALL, names_inside
from pipeline.linking.people import common_words
from pipeline.model import Cell, Column, ColumnClass, Finding, Match, Role, Segment, Unit
from pipeline.policy.rosters import Rosters
from pipeline.single_rows import marked_rows, rows_of_people_told
from pipeline.state import State, findings_of
from pipeline.tables.columnar import Columnar
from pipeline.tables.regular import (
    FEWEST,
    NOTHING_FOUND,
    SINGLE,
    Coded,
    Lists,
    Shapes,
    coded,
    coded_by_texts,
    may_be_businesses,
    plain_texts,
    shapes,
)
from pipeline.tables.strangers import is_remark, strange_cells
from pipeline.verify.canonical import GATE_LENGTH, LEAST_LENGTH, LEAST_WIDE_DIGITS, LEAST_WIDE_LENGTH
from recognizers.entities import LINKED_IDENTIFIER, PLACES, POSTAL_CODES, UNIQUE_IDENTIFIER
from recognizers.names.vocabulary import vocabulary

if TYPE_CHECKING:  # presidio-analyzer brings spaCy: only workers, which find things, need them
    from recognizers.presidio import Recognizer

LINKABLE: Final = frozenset({UNIQUE_IDENTIFIER, LINKED_IDENTIFIER, "IP_ADDRESS", "USERNAME"})
_NEARBY: Final = frozenset({"PERSON", "DATE_OF_BIRTH", "MEDICAL"})
_WHOLE: Final = frozenset({"entity", "identifier"})
_PATTERNS: Final = frozenset({"inert", "quasi"})
GATE_BITS: Final = 8
"""The length beside a gate takes this many bits; longer forms than 255 are not searched by column."""
MOST_QUIET: Final = 200_000
LONGEST_QUIET: Final = 80
_EXAMPLES: Final = 3
_WORD: Final = re.compile(r"[a-z0-9]+")

Known = dict[tuple[str, str, bool], list[Match]]


@dataclass(frozen=True, slots=True)
class Group:
    """Cells of one column that are alike: a finding with a count, the shapes they stand in, their values as digests.

    ``digests`` are the forms that are searched in the whole release, ``gates`` the keyed first letters of these
    with their lengths (``gate << GATE_BITS | length``), ``values`` the keyed digests of the values of an
    identifier, one a cell, in the order of rows.
    """

    finding: Finding
    shapes: tuple[int, ...]
    digests: np.ndarray
    gates: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Regular:
    """What is found in the regular rows of a unit; ``of_row`` is the shape of each row of the unit."""

    of_row: np.ndarray
    groups: tuple[Group, ...]
    segments: int
    characters: int


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of a unit that go the ordinary way, as a unit of their own, and what is known of the others."""

    payload: bytes
    unit: Unit
    known: Known
    regular: Regular


def split(state: State, table: Columnar, unit: Unit, columns: Sequence[ColumnClass]) -> Split | None:
    """Return a unit split into regular and single rows; None where hardly any row is regular.

    Raises:
        RecognizerFailed: a recognizer failed on a text.
    """
    classes = {each.index: each for each in columns}
    if table.rows < FEWEST:
        return None
    header = json.loads(unit.context["header"])
    if table.rows <= SMALL and not unit.ordinal and _has_names_inside(table, header):
        return None  # a form, or a second table: what a cell is called stands in its row, or inside its column
    lists, known = _lists(state.rosters), Known()
    whole = []
    for at, cells in enumerate(table.columns):
        kind = classes.get(at)
        if kind is not None and kind.kind in _WHOLE:
            made = coded(cells, kind, lists)
            made.codes[strange_cells(cells, made.entity, kind.unusual)] = SINGLE
            whole.append(made)
            continue
        label = state.said_by(header[at]) if at < len(header) else ""
        patterns_only = kind is not None and kind.kind in _PATTERNS
        whole.append(_coded_by_recognizers(state, cells, (at, label, patterns_only), lists, known))
    found = shapes(whole, table.rows, may_be_businesses(whole, header, table.rows))
    if state.marks is not None:
        found = found.without(marked_rows(state.marks, state.keyed, table, unit))
    facts = state.job.facts_of(unit.source.path)
    if facts.consents or facts.own:
        found = found.without(rows_of_people_told(state.keyed, whole, facts.consents | facts.own))
    found, groups = _groups(state, table, (unit, header, classes), (whole, found), known)
    if not groups:
        return None
    payload, mini = single_unit(table, unit, found.single)
    plain = found.of_row != SINGLE
    segments, characters = _size(table, plain)
    return Split(payload, mini, known, Regular(found.of_row, groups, segments, characters))


def _has_names_inside(table: Columnar, header: Sequence[str]) -> bool:
    """Return whether something beside its header names cells of a small table, as where it is read row by row."""
    columns = ([each or "" for each in column.to_pylist()] for column in table.columns)
    return bool(names_inside(list(enumerate(zip(*columns, strict=True))), header))


def single_unit(table: Columnar, unit: Unit, rows: np.ndarray) -> tuple[bytes, Unit]:
    """Return chosen rows (positions in the table, rising) with what stands before the first row, as a unit."""
    titles = range(min(0, int(unit.context["row"])), 0)
    numbers = [*titles, *(table.first + int(row) for row in rows)]
    payload = table.head + table.raw(rows) if len(rows) else table.head
    context = MappingProxyType({**unit.context, "rows": json.dumps(numbers)})
    return payload, replace(unit, start=0, stop=len(payload), context=context)


def _size(table: Columnar, plain: np.ndarray) -> tuple[int, int]:
    segments = characters = 0
    for cells in table.columns:
        lengths = np.asarray(pc.utf8_length(cells))[plain]
        segments, characters = segments + int(np.count_nonzero(lengths)), characters + int(lengths.sum())
    return segments, characters


# --- texts that need a look of their own --------------------------------------------------


_ALONE: Final = -1
_EXAMINED: Final = 60
"""How many numbers of one form are examined before the others of that form go with them."""


def _alike(distinct: pa.Array) -> np.ndarray:
    """Return for each distinct text the number of its form, ``_ALONE`` for what has to be examined by itself.

    What the patterns say of up to eight digits without letters depends on their form and label, not on the
    digits: no checksum, number plan or range is that short. The form is the text with every digit alike.
    """
    groups = np.full(len(distinct), _ALONE, dtype=np.int32)
    if len(distinct) <= _EXAMINED:
        return groups
    plain = pc.match_substring_regex(distinct, r"^[0-9.,:/$%+\- ]+$")
    few = pc.less_equal(pc.count_substring_regex(distinct, "[0-9]"), 8)
    no_address = pc.less(pc.count_substring(distinct, "."), 3)
    eligible = np.flatnonzero(np.asarray(pc.and_(pc.and_(plain, few), no_address)))
    forms = pc.replace_substring_regex(distinct.take(pa.array(eligible)), "[0-9]", "9").dictionary_encode()
    numbers = np.asarray(forms.indices)
    counts = np.bincount(numbers, minlength=len(forms.dictionary))
    groups[eligible] = np.where(counts[numbers] > 2 * _EXAMINED, numbers, _ALONE)
    return groups


def _kind_of(text: str, matches: Sequence[Match]) -> tuple[str, str, str] | None:
    """Return what the whole of a text is taken for, or None."""
    if len(matches) != 1 or (matches[0].start, matches[0].end) != (0, len(text)) or unreadable_spans(text):
        return None
    one = matches[0]
    return one.entity, one.part, f"{one.recognizer} {one.score} {one.reason}"


def _told_by_examples(
    same: Sequence[str], label: str, chosen: Sequence[Recognizer]
) -> Iterable[tuple[str, tuple[str, str, str] | None, list[Match]]]:
    """Yield each text of one form with what it is taken for; some are examined, all where these do not agree."""
    step = max(1, len(same) // _EXAMINED)
    sample = same[::step]
    found = examine([(label, each) for each in sample], chosen)
    kinds = {_kind_of(text, matches) if matches else () for text, matches in zip(sample, found, strict=True)}
    only = next(iter(kinds)) if len(kinds) == 1 else None
    if only is None or (only and only[0] != UNIQUE_IDENTIFIER):
        found = examine([(label, each) for each in same], chosen)
        yield from ((text, _kind_of(text, matches), matches) for text, matches in zip(same, found, strict=True))
        return
    yield from ((text, only or None, found[0]) for text in same)


def _coded_by_recognizers(
    state: State, cells: pa.Array, asked: tuple[int, str, bool], lists: Lists, known: Known
) -> Coded:
    """Return the codes of a column whose texts are examined, each distinct one once."""
    at, label, patterns_only = asked
    distinct = pc.unique(cells)
    alike = _alike(distinct)
    texts: dict[bool, list[str]] = {True: [], False: []}
    for each in distinct.filter(pa.array(alike == _ALONE)).to_pylist() if len(distinct) else ():
        only = patterns_only and not is_remark(each)
        if each and (label, each, only) in state.quiet:
            known[label, each, only] = []
        elif each:
            texts[only].append(each)
    by_kind: dict[tuple[str, str, str], list[str]] = {}
    strange = []
    for text, only, matches in _examined(state, label, texts):
        known[label, text, only] = matches
        kind = _kind_of(text, matches)
        if kind is not None:
            by_kind.setdefault(kind, []).append(text)
        elif matches or unreadable_spans(text):
            strange.append(text)
        elif len(text) <= LONGEST_QUIET:
            if len(state.quiet) >= MOST_QUIET:
                state.quiet.clear()
            state.quiet.add((label, text, only))
    chosen = [each for each in state.recognizers if not (patterns_only and each.needs_model)]
    for group in range(int(alike.max(initial=0)) + 1):
        same = distinct.filter(pa.array(alike == group)).to_pylist()
        for text, kind, matches in _told_by_examples(same, label, chosen):
            known[label, text, patterns_only] = matches
            if kind is not None:
                by_kind.setdefault(kind, []).append(text)
            elif matches:
                strange.append(text)
    usual = max(by_kind, key=lambda each: (len(by_kind[each]), each), default=None)
    strange += [text for kind, some in by_kind.items() if kind != usual for text in some]
    entity, part, _ = usual or ("", "full", "")
    told = ColumnClass(at, "entity" if usual else "text", entity, part)
    found = by_kind[usual] if usual else []
    return coded_by_texts(cells, told, lists, pa.array(found, pa.string()), pa.array(strange, pa.string()))


def _examined(state: State, label: str, texts: Mapping[bool, Sequence[str]]) -> Iterable[tuple[str, bool, list[Match]]]:
    """Yield each text with whether only patterns were asked, and what was found."""
    for only, those in texts.items():
        chosen = [each for each in state.recognizers if not (only and each.needs_model)]
        answers = examine([(label, each) for each in those], chosen)
        yield from ((text, only, matches) for text, matches in zip(those, answers, strict=True))


def _lists(rosters: Rosters) -> Lists:
    """Return the words of the office's lists; they are made once for the rosters of a worker."""
    kept = _MADE.get(id(rosters))
    if kept is None or kept[0] is not rosters:
        _MADE.clear()
        kept = _MADE[id(rosters)] = (rosters, _lists_of(rosters))
    return kept[1]


_MADE: Final[dict[int, tuple[Rosters, Lists]]] = {}


def _lists_of(rosters: Rosters) -> Lists:
    contacts, businesses = rosters.contacts, rosters.businesses
    streets = {words[0] for words in (*contacts.streets, *businesses.streets) if words}
    forms = {form for short, known in contacts.forms.forms.items() if short in streets for form in known}
    officials = {part for surname in rosters.officials.by_surname for part in (surname, surname.replace("'", ""))}
    pieces = {piece for each in officials for piece in each.replace("-", " ").replace("'", " ").split()}
    pieces |= {piece for name in businesses.names for word in name for piece in _WORD.findall(word)}
    words = vocabulary()
    common = {each for each in (*common_words(), *words.common, *words.everyday) if each.isascii()}
    return Lists(
        official_words=pa.array(sorted(officials | pieces), pa.string()),
        agency_emails=pa.array(sorted({*contacts.emails, *businesses.emails}), pa.string()),
        agency_phones=pa.array(sorted({*contacts.phones, *businesses.phones}), pa.string()),
        agency_street_words=pa.array(sorted(streets | forms), pa.string()),
        common_words=pa.array(sorted(common), pa.string()),
        is_government=rosters.government_domain,
    )


# --- the rows of a shape ------------------------------------------------------------------


def _groups(
    state: State,
    table: Columnar,
    told: tuple[Unit, Sequence[str], Mapping[int, ColumnClass]],
    found: tuple[Sequence[Coded], Shapes],
    known: Known,
) -> tuple[Shapes, tuple[Group, ...]]:
    """Return the findings of the shapes, and the shapes without those whose examples do not agree."""
    whole, plan = found
    by_kind: dict[Finding, list[int]] = {}
    for shape, codes in enumerate(plan.codes):
        rows = plan.rows_of(shape)
        findings = _agreed(state, table, told, (rows, codes), known)
        if findings is None:
            plan = plan.without(rows)
            continue
        for finding in findings:
            by_kind.setdefault(finding, []).append(shape)
    columns = {each.at: each for each in whole}
    made = [_group(state, columns, finding, tuple(at), plan) for finding, at in by_kind.items()]
    return plan, tuple(sorted(made, key=lambda each: (repr(each.finding.address), each.shapes)))


def _agreed(
    state: State,
    table: Columnar,
    told: tuple[Unit, Sequence[str], Mapping[int, ColumnClass]],
    rows: tuple[np.ndarray, Mapping[int, int]],
    known: Known,
) -> list[Finding] | None:
    """Return what is found in each column of a shape, or None where its examples differ or hold anything else."""
    unit, header, classes = told
    positions, codes = rows
    chosen = sorted({int(positions[0]), int(positions[len(positions) // 2]), int(positions[-1])})[:_EXAMPLES]
    segments = [each for row in chosen for each in _segments(table, row, unit, header)]
    lengths = {each.address: len(each.text) for each in segments}
    by_row: dict[int, dict[int, Finding]] = {row: {} for row in chosen}
    for each in findings_of(state, segments, classes, known):
        cell = each.address[0]
        assert isinstance(cell, Cell)
        if codes[cell.column] in NOTHING_FOUND or each.end - each.start != lengths[each.address]:
            return None
        by_row[cell.row - table.first][cell.column] = replace(
            each, address=(Column(cell.column),), record="", thread="", subject="", digest="", start=0, end=1
        )
    first, *others = by_row.values()
    if any(other != first for other in others):
        return None
    if {at for at, code in codes.items() if code not in NOTHING_FOUND} != set(first):
        return None
    return list(first.values())


def _segments(table: Columnar, row: int, unit: Unit, header: Sequence[str]) -> Iterable[Segment]:
    """Yield the cells of a row as the format reads them."""
    number = table.first + row
    for at, cells in enumerate(table.columns):
        text = cells[row].as_py()
        if text:
            label = header[at] if at < len(header) else ""
            yield Segment(text, (Cell(number, at),), label, f"{unit.source.path}#row{number}", "", Role.CELL)


def _group(state: State, columns: Mapping[int, Coded], finding: Finding, at: tuple[int, ...], plan: Shapes) -> Group:
    step = finding.address[0]
    assert isinstance(step, Column)
    column = columns[step.column]
    rows = np.flatnonzero(np.isin(plan.of_row, np.array(at, dtype=np.uint8)))
    cells = column.cells.take(pa.array(rows))
    digests, gates = _wide_digests(state, finding, cells)
    values = _value_digests(state, finding, cells) if finding.entity in LINKABLE else np.empty(0, dtype=np.uint64)
    return Group(replace(finding, count=len(rows)), at, digests, gates, values)


def _wide_digests(state: State, finding: Finding, cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return digests and gates of the forms under which the values are searched in the release (see ``needles``)."""
    nothing = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    if finding.entity in _NEARBY or (finding.entity == "STREET_ADDRESS" and finding.part in PLACES | POSTAL_CODES):
        return nothing
    plain = plain_texts(pc.unique(cells))
    if finding.entity == "PHONE_NUMBER":
        short = pc.replace_substring_regex(plain, r"(x|ext)[0-9]*$", "")
        local = pc.replace_substring_regex(short, r"^1([0-9]{10})$", r"\1")
        ten = local.filter(pc.equal(pc.binary_length(local), 10))
        far = pc.binary_join_element_wise(pa.scalar("1"), ten, "") if len(ten) else ten
        plain = pa.concat_arrays([plain, short, local, far])
    lengths = pc.binary_length(plain)
    keep = pc.and_(pc.greater_equal(lengths, max(LEAST_LENGTH, LEAST_WIDE_LENGTH)), pc.less(lengths, 255))
    number = pc.match_substring_regex(plain, r"^[0-9]+$")
    keep = pc.and_(keep, pc.or_(pc.invert(number), pc.greater_equal(lengths, LEAST_WIDE_DIGITS)))
    if finding.entity != "EMAIL_ADDRESS":
        keep = pc.and_(keep, pc.match_substring_regex(plain, r"[0-9]"))
    forms = pc.unique(plain.filter(keep))
    if not len(forms):
        return nothing
    heads = pc.utf8_slice_codeunits(forms, 0, GATE_LENGTH).dictionary_encode()
    gates = np.array([int.from_bytes(state.keyed.gate(each), "big") for each in heads.dictionary.to_pylist()])
    told = (gates[np.asarray(heads.indices)] << GATE_BITS) | np.minimum(np.asarray(pc.binary_length(forms)), 255)
    return state.keyed.form_digests(forms.cast(pa.binary()).to_pylist()), np.unique(told)


def _value_digests(state: State, finding: Finding, cells: pa.Array) -> np.ndarray:
    """Return the digests of the values as findings have them, the first 64 bits."""
    entity = UNIQUE_IDENTIFIER if finding.entity == LINKED_IDENTIFIER else finding.entity
    plain = plain_texts(cells)
    return state.keyed.value_digests(entity, plain.cast(pa.binary()).to_pylist())
