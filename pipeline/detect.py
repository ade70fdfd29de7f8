"""Detect: the recognizers turn segments into matches.

A recognizer that raises, or gives a span that does not fit, makes the whole unit fail:
what was not examined is not released. (Presidio itself logs such a thing and goes on.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import RecognizerFailed
from pipeline.formats.naming import ending_of
from pipeline.model import Cell, ColumnClass, Match, Role, Segment, words
from pipeline.tables.businesses import is_of_businesses, names_business
from pipeline.tables.header import header_words
from pipeline.tables.places import part_of_cell
from pipeline.tables.strangers import is_bare_ssn, is_remark, is_strange
from pipeline.tables.vocabulary import load_vocabulary
from pipeline.texts.other_forms import OtherForm, other_forms
from pipeline.texts.plain_form import PlainForm, plain_form, turned_form
from recognizers.names.firms import is_sole_name
from recognizers.names.vocabulary import vocabulary
from recognizers.names.words import words_of
from recognizers.triggers import fired_in

if TYPE_CHECKING:  # presidio-analyzer brings spaCy: only workers, which find things, need them
    from recognizers.presidio import Recognizer

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[_\W]+")
_JOINTS: Final = {ord("_"): " ", ord("-"): " "}
"""What stands between the words of a file's name; one sign for one, so that spans stay as they are."""
Columns = Mapping[Any, ColumnClass]
"""Classes of columns by their number; where the table lies inside something, by the address of that and the number."""
PERSON: Final = "PERSON"
_NOT_IN_NAMES: Final = re.compile(r"[\d,;@]")
_BARE_SSN: Final = "nine digits as Social Security numbers are issued, among codes of another form"
_WHOLE_CELL = {"entity", "identifier"}
_PATTERNS_ONLY = {"inert", "quasi"}
_END, _ENTITY = attrgetter("end"), attrgetter("entity")
_BY_LABEL = frozenset({"UNIQUE_IDENTIFIER", "LINKED_IDENTIFIER", "USERNAME"})


@lru_cache(maxsize=4096)
def label_words(label: str) -> str:
    """Return a column or header name as words: ``ssnNumber`` and ``ssn_number`` give ``ssn number``."""
    return _NOT_WORD.sub(" ", _CAMEL.sub(" ", label)).strip()


def detect(
    segments: Sequence[Segment],
    recognizers: Sequence[Recognizer],
    columns: Columns | None = None,
    known: Mapping[tuple[str, str, bool], list[Match]] | None = None,
) -> list[list[Match]]:
    """Return the matches of each segment, spans in its text; each distinct text is examined once.

    Args:
        segments: the segments of a unit.
        recognizers: see :func:`recognizers.registry.load_recognizers`.
        columns: classes of the columns of a table, by column number (of an attached one, by the address
            of the attachment too): the cells of an entity column are matches as a whole; cells of inert
            columns meet the patterns only.
        known: matches of texts that were examined before, by label, text and whether only patterns were asked.

    Raises:
        RecognizerFailed: a recognizer raised or gave a span outside its text.
    """
    known = known or {}
    found: list[list[Match]] = [[] for _ in segments]
    asked: dict[tuple[str, str, bool], list[int]] = {}
    strangers: dict[str, list[int]] = {}
    for at, segment in enumerate(segments):
        column = _column(segment, columns)
        if column is not None and column.kind in _WHOLE_CELL:
            whole = _whole_cell(segment.text, column)
            if whole is not None and not (whole.entity == PERSON and names_business(segment.label, segment.text)):
                found[at].append(whole)
            if whole is not None and is_bare_ssn(segment.text, whole.entity, column.unusual):
                found[at] = [replace(whole, entity="US_SSN", score=0.5, reason=_BARE_SSN, part="full")]
            elif whole is not None and is_strange(segment.text, whole.entity, column.unusual):
                strangers.setdefault(segment.text, []).append(at)
            continue
        is_plain = column is not None and column.kind in _PATTERNS_ONLY and not is_remark(segment.text)
        patterns_only = is_plain or _is_column_name(segment)
        for text in _forms_of(segment):
            asked.setdefault((segment.label, text, patterns_only), []).append(at)
    for patterns_only in (True, False):
        keys = [key for key in asked if key[2] is patterns_only and key not in known]
        chosen = [each for each in recognizers if not (patterns_only and each.needs_model)]
        answers = examine([(label, text) for label, text, _ in keys], chosen, segments, asked)
        for key, matches in zip(keys, answers, strict=True):
            for at in asked[key]:
                _take(found, at, segments[at], matches)
    for key, places in asked.items():
        for at in places if key in known else ():
            _take(found, at, segments[at], known[key])
    _take_strangers(found, strangers, recognizers, segments)
    return found


def _take_strangers(
    found: list[list[Match]],
    strangers: Mapping[str, Sequence[int]],
    recognizers: Sequence[Recognizer],
    segments: Sequence[Segment],
) -> None:
    """Examine cells that do not look like their column; what is found in one goes before what the column says.

    Without the column's name, which would speak for what the cell is not.
    """
    places = {("", text, False): list(at) for text, at in strangers.items()}
    answers = examine([("", text) for text in strangers], recognizers, segments, places)
    for at, matches in zip(strangers.values(), answers, strict=True):
        for place in at:
            (whole,) = found[place] or (None,)
            entity = "" if whole is None else whole.entity
            others = [each for each in matches if each.entity not in _BY_LABEL and each.entity != entity]
            if others:
                found[place] = [*others, *([] if whole is None else _outside(whole, others))]


def _outside(whole: Match, others: Sequence[Match]) -> Iterable[Match]:
    """Yield what others leave of a match: what a column says of a whole cell must not swallow what stands in it."""
    at = whole.start
    for each in sorted(others, key=lambda other: other.start):
        if each.start > at:
            yield replace(whole, start=at, end=each.start)
        at = max(at, each.end)
    if at < whole.end:
        yield replace(whole, start=at)


def _forms_of(segment: Segment) -> Iterable[str]:
    """Return what is examined of a segment: its text, of the name of a file also the words that it is made of."""
    if segment.role is not Role.NAME:
        return (segment.text,)
    stem = segment.text.removesuffix(ending_of(segment.text))
    return dict.fromkeys((segment.text, stem.translate(_JOINTS)))


def _take(found: list[list[Match]], at: int, segment: Segment, matches: list[Match]) -> None:
    """Take the matches of a text; of a file's name those of both forms; its ending is no part of a person's name."""
    if segment.role is not Role.NAME:
        found[at] = matches
        return
    stop = len(segment.text) - len(ending_of(segment.text))
    own = [each for each in matches if each.entity != PERSON or each.start < stop]
    cut = [replace(each, end=min(each.end, stop)) if each.entity == PERSON else each for each in own]
    found[at] = [*found[at], *(each for each in cut if each not in found[at])]


def examine(
    texts: Sequence[tuple[str, str]],
    recognizers: Sequence[Recognizer],
    segments: Sequence[Segment] = (),
    places: Mapping[tuple[str, str, bool], list[int]] | None = None,
) -> list[list[Match]]:
    """Return the matches of each ``(label, text)``; the recognizers read the plain form of ``label: text``."""
    prefixes = [f"{label_words(label)}: " if label else "" for label, _ in texts]
    full = [prefix + text for prefix, (_, text) in zip(prefixes, texts, strict=True)]
    forms = [plain_form(each) for each in full]
    plain = [form.text for form in forms]
    found: list[list[Match]] = [[] for _ in texts]
    if not full:
        return found
    try:
        woken = _woken(plain, recognizers)
    except Exception as error:  # noqa: BLE001 - what was not scanned was not examined
        place = _place_of_failure(texts, segments, places)
        raise RecognizerFailed(place, f"the scan for triggers failed ({type(error).__name__})") from None
    for number, recognizer in enumerate(recognizers):
        chosen = woken.get(number, ())
        if not chosen:
            continue
        try:
            answers = recognizer.find_woken([plain[at] for at in chosen])
        except Exception as error:  # noqa: BLE001 - any failure of a recognizer holds the unit
            place = _place_of_failure(texts, segments, places)
            raise RecognizerFailed(place, f"the recognizer {recognizer.NAME} failed ({type(error).__name__})") from None
        for at, matches in zip(chosen, answers, strict=True):
            if matches:
                found[at].extend(_in_text(matches, forms[at], len(prefixes[at]), recognizer.NAME))
    others = [(at, other) for at, form in enumerate(forms) for other in other_forms(form)]
    others += [(at, OtherForm(turned)) for at, text in enumerate(full) if (turned := turned_form(text)) is not None]
    if others:
        place = _place_of_failure(texts, segments, places)
        for (at, other), matches in zip(others, _in_other_forms(others, recognizers, place), strict=True):
            known = list(found[at])
            for match in matches:
                for each in _in_text([match], other.form, len(prefixes[at]), match.recognizer):
                    if not any(_is_told(one, each, texts[at][1]) for one in known):
                        found[at].append(each)
    for at, matches in enumerate(found):  # in every row alike, whatever a label lets the recognizers believe
        label, text = texts[at]
        if matches and PERSON in map(_ENTITY, matches):
            if names_business(label, text) and _are_cells(texts[at], segments, places):
                found[at] = [each for each in matches if each.entity != PERSON]
        elif is_of_businesses(label) and is_sole_name(text):
            start, end = len(text) - len(text.lstrip()), len(text.rstrip())
            found[at] = [*matches, Match(start, end, PERSON, 0.6, "sole_name", "a person's name and nothing else")]
    return found


def _are_cells(
    text: tuple[str, str], segments: Sequence[Segment], places: Mapping[tuple[str, str, bool], list[int]] | None
) -> bool:
    """Return whether a text stands in cells only: a subject or a message of one line is not the name of a business."""
    if places is None:
        return True
    at = (number for only in (True, False) for number in places.get((*text, only), ()))
    return all(segments[number].role is Role.CELL for number in at)


def _is_told(known: Match, other: Match, text: str) -> bool:
    """Return whether what another form shows is found in the plain form: it lies inside, or is the same thing.

    The same thing is no more than what is known, with signs around it: not a number of which one line was known. What
    a label alone makes an identifier may be released, and so tells nothing of the number of a person in it.
    """
    if known.start <= other.start and other.end <= known.end:
        return known.entity == other.entity or known.entity not in _BY_LABEL
    if known.entity != other.entity or known.start >= other.end or other.start >= known.end:
        return False
    rest = text[other.start : known.start] + text[known.end : other.end]
    return not any(map(str.isalnum, rest))


def _in_other_forms(
    others: Sequence[tuple[int, OtherForm]], recognizers: Sequence[Recognizer], place: str
) -> list[list[Match]]:
    """Return what the recognizers find in other forms of texts, but identifiers: what is packed is one.

    Models read only forms that have words, and count only where the text has them not: all else they have read before.
    """
    found: list[list[Match]] = [[] for _ in others]
    forms = [other.form for _, other in others]
    texts = [form.text for form in forms]
    try:
        woken = _woken(texts, recognizers)
        for number, every in woken.items():
            recognizer = recognizers[number]
            chosen = [at for at in every if others[at][1].has_words] if recognizer.needs_model else every
            for at, matches in zip(chosen, recognizer.find_many([texts[at] for at in chosen]), strict=True):
                own = [each for each in matches if each.entity not in _BY_LABEL]
                if recognizer.needs_model and not others[at][1].says_more:
                    own = [each for each in own if forms[at].is_longer(each.start, each.end)]
                found[at] += own
    except Exception as error:  # noqa: BLE001 - what was not scanned was not examined
        raise RecognizerFailed(place, f"the scan of an encoded text failed ({type(error).__name__})") from None
    return found


def _woken(texts: Sequence[str], recognizers: Sequence[Recognizer]) -> dict[int, list[int]]:
    """Return for each recognizer, by number, the texts that it must read; few sets of triggers wake few of them."""
    wakes = _wakes_of(recognizers)
    woken: dict[int, list[int]] = {}
    for at, text in enumerate(texts):
        fired = fired_in(text)
        numbers = wakes.get(fired)
        if numbers is None:
            if len(wakes) >= _MOST_WAKES:
                wakes.clear()
            numbers = tuple(number for number, each in enumerate(recognizers) if each.is_woken_by(fired))
            wakes[fired] = numbers
        for number in numbers:
            if number in woken:
                woken[number].append(at)
            else:
                woken[number] = [at]
    return woken


def _wakes_of(recognizers: Sequence[Recognizer]) -> dict[frozenset[int], tuple[int, ...]]:
    """Return what is known of these recognizers: which of them a set of triggers wakes."""
    own = tuple(map(id, recognizers))
    kept = _WAKES.get(own)
    if kept is None:
        if len(_WAKES) >= _MOST_LISTS:
            _WAKES.clear()
        for each in recognizers:  # a first call makes the triggers, without which a scan does not look for them
            each.is_woken_by(frozenset())
        kept = _WAKES[own] = (tuple(recognizers), {})
    return kept[1]


_MOST_WAKES: Final = 10_000
_MOST_LISTS: Final = 16
_WAKES: dict[tuple[int, ...], tuple[tuple[Recognizer, ...], dict[frozenset[int], tuple[int, ...]]]] = {}
"""Which recognizers a set of triggers wakes, by what they are in this process; kept with them, or another's number
could be the same."""


def _in_text(matches: Sequence[Match], form: PlainForm, by: int, name: str) -> Iterable[Match]:
    """Lead matches in the plain form of a labelled text back to the text without its label."""
    if max(map(_END, matches)) > len(form.text):
        raise RecognizerFailed("", f"the recognizer {name} gave a span outside its text")
    if form.is_source:
        if not by:
            return matches
        return [match.moved(max(match.start - by, 0), match.end - by) for match in matches if match.end > by]
    moved = zip(matches, form.spans([(match.start, match.end) for match in matches]), strict=True)
    return [match.moved(max(start - by, 0), end - by) for match, (start, end) in moved if end > by]


def _place_of_failure(
    texts: Sequence[tuple[str, str]],
    segments: Sequence[Segment],
    places: Mapping[tuple[str, str, bool], list[int]] | None,
) -> str:
    if len(texts) != 1 or not places or not segments:
        return ""
    return words(segments[next(iter(places.values()))[0]].address)


def _column(segment: Segment, columns: Columns | None) -> ColumnClass | None:
    if not columns or segment.role is not Role.CELL or not isinstance(segment.address[-1], Cell):
        return None
    cell = segment.address[-1]
    if cell.row < 0:
        return None
    place = segment.address[:-1]
    if not place:
        return columns.get(cell.column)
    return columns.get((segment.address, cell.column)) or columns.get((place, cell.column))


def whole_cell(segment: Segment, columns: Mapping[int, ColumnClass]) -> Match | None:
    """Return what the cell of a column is as a whole, None where its texts are examined."""
    column = _column(segment, columns)
    return _whole_cell(segment.text, column) if column is not None and column.kind in _WHOLE_CELL else None


def _is_column_name(segment: Segment) -> bool:
    """Return whether a segment is a column name of words for columns, in which a model sees people (``Site Addr``)."""
    cell = segment.address[-1] if segment.address else None
    if not isinstance(cell, Cell) or cell.row >= 0:
        return False
    if len(segment.text.split()) == 1 or load_vocabulary().knows_all(header_words(segment.text)):
        return True
    return _are_plain_words(segment.text)


def _are_plain_words(text: str) -> bool:
    """Return whether a column name is everyday words of which one is no name at all: ``Sprayed acres``.

    Where it begins with a given name, or has a comma or a number, it may be the first row of a table without a head.
    """
    if _NOT_IN_NAMES.search(text):
        return False
    known, found = vocabulary(), words_of(text)
    if not found or known.is_given(found[0].text):
        return False
    plain = all(known.is_common(word.text) and not known.is_plain_given(word.text) for word in found)
    return plain and any(not known.is_listed(word.text) for word in found)


def _whole_cell(text: str, column: ColumnClass) -> Match | None:
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if start >= end or not any(character.isalnum() for character in text):
        return None
    entity = column.entity or "UNIQUE_IDENTIFIER"
    part = part_of_cell(column, text)
    return Match(start, end, entity, max(column.confidence, 0.5), "column", "stands in a column of its kind", part)
