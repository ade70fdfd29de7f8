"""Marks and changes: words of a record are chosen, with a mouse or without one, and said to be what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from pipeline.case.overrides import NAME_ORDINAL
from pipeline.case.store import CaseError
from pipeline.review import marking
from pipeline.review.desk import Asked, Desk
from pipeline.review.document import Section
from pipeline.review.jobs import Work
from pipeline.review.ledger import Item
from pipeline.review.marking import MARKABLE, Marked, Place, Said
from pipeline.review.pages.masking import refused, with_words
from pipeline.review.pages.page import AtDesk, Reviewing, Signed, back, rendered, say
from pipeline.review.pages.queue import decided, laws
from pipeline.review.sessions import Visit
from pipeline.review.window import Record, shown

router = APIRouter()
MISSED: Final = "the search missed it"
CHANGED: Final = "corrected by a person"
_WORD: Final = re.compile(r"\S+")
_SHOWN: Final = 40
Source = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Ordinal = Annotated[int, Path(ge=NAME_ORDINAL, le=2**31 - 1)]
Finding = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Count = Annotated[int, Form(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text as it is chosen: its number from 1, where it stands, and itself (cut where it is long)."""

    number: int
    start: int
    end: int
    text: str


def words_of(text: str) -> list[Word]:
    """Return the words of a text."""
    found = enumerate(_WORD.finditer(text), start=1)
    return [Word(number, each.start(), each.end(), each.group()[:_SHOWN]) for number, each in found]


def places_in(sections: Iterable[Section]) -> list[tuple[int, str]]:
    """Return the places that a page shows, each with its number on that page."""
    told = []
    for section in sections:
        passages = list(section.passages)
        for cells in (section.header, *(row for _, row in section.rows)):
            passages += [each for some in cells.values() for each in some]
        told += [each.place for each in passages]
    return list(enumerate(told))


@router.get("/document/{source}/{ordinal}/words")
def pick_words(
    request: Request, desk: AtDesk, visit: Signed, source: Source, ordinal: Ordinal,
    passage: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0, first: Annotated[int, Query(ge=0)] = 0,
) -> Response:  # fmt: skip
    """Show the words of a text, to mark some of them."""
    ledger = desk.ledger.refresh()
    if source not in ledger.labels:
        raise CaseError("desk", "there is no such record in this case", "go back to the queue")
    window = shown(Record.of(ledger, source, ordinal), desk.texts, desk.policy, "", first)
    place = dict(places_in(window.sections)).get(passage, "")
    segment = desk.texts.segment(source, ordinal, place)
    if segment is None:
        raise CaseError("desk", "there is no such place in this record", "go back to the record")
    about: dict[str, Any] = {
        "source": source, "ordinal": ordinal, "file": ledger.labels[source], "place": place, "passage": passage,
        "first": window.first, "seen": ledger.seen, "run": ledger.run, "reason": MISSED, "chosen": "",
        "laws": laws(desk), "markable": MARKABLE, "entity": "PERSON", "low": 1, "high": 1, "words": [], "text": "",
    }  # fmt: skip
    if visit.shows_values:
        desk.note_view(visit, [f"{source}#{ordinal}#{place}"], "words of a record")
        about |= {"text": segment.text, "words": words_of(segment.text)}
    return rendered(request, "pick_words.html", about)


@router.post("/marks")
def mark(
    desk: AtDesk,
    visit: Reviewing,
    source: Annotated[str, Form(pattern="^[0-9a-f]{32}$")],
    ordinal: Annotated[int, Form(ge=NAME_ORDINAL, le=2**31 - 1)],
    place: Annotated[str, Form(max_length=500)],
    start: Count,
    end: Count,
    entity: Annotated[str, Form(max_length=40)],
    reason: Annotated[str, Form(max_length=2000)],
    seen: Count,
    run: Count = 0,
    first: Count = 0,
    rule: Annotated[str, Form(max_length=100)] = "",
    citation: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Mark words as missed."""
    at, said = Place(source, ordinal, place, start, end), Said(entity, reason, citation, rule, seen, run)
    here = f"/document/{source}/{ordinal}?first={first}"
    _done(visit, "marked", said, lambda told: marking.mark(desk, visit.officer, at, told), (desk, here))
    return back(here)


def _done(
    visit: Visit, what: str, said: Said, begin: Callable[[Said], Work], where: tuple[Desk, str]
) -> None:  # fmt: skip
    """Mark or change something, and keep what came of it for the next page."""
    desk, here = where
    try:
        done = marking.waited(desk, begin(said))
    except CaseError as error:

        def again(words: str) -> None:
            _done(visit, what, replace(said, reason=words, mask=True), begin, where)

        refused(visit, what, error, with_words(said.reason, again, here))
    else:
        _told(visit, what.capitalize(), done)


def _told(visit: Visit, what: str, done: Marked | None) -> None:
    if done is None:
        say(visit, "done", f"{what}. The search in the other files goes on; the case page says how far it is.")
        return
    places = f"{done.findings:,} finding{'' if done.findings == 1 else 's'} withheld (decision {done.decision})"
    only = "" if done.everywhere else " It is found at this place only."
    say(visit, "done", f"{what}: {places}.{only} Undo takes it back.")


@router.get("/finding/{finding}")
def show_finding(request: Request, desk: AtDesk, visit: Signed, finding: Finding) -> Response:
    """Show a finding, to change it."""
    ledger = desk.ledger.refresh()
    item = ledger.item(ledger.row_of(finding))
    rule = desk.policy.rule(item.rule)
    about: dict[str, Any] = {
        "item": item, "seen": ledger.seen, "run": ledger.run, "reason": CHANGED, "laws": laws(desk),
        "chosen": item.decision.rule if item.decision else "", "markable": MARKABLE, "entity": item.entity,
        "low": 1, "high": 1, "words": [], "text": "", "cited": rule.citation_words if rule else "",
    }  # fmt: skip
    if visit.shows_values and (segment := desk.texts.segment(item.source, item.ordinal, item.place)) is not None:
        desk.note_view(visit, [item.id], "a finding")
        words = words_of(segment.text)
        about |= {"text": segment.text, "words": words, **_chosen(words, item)}
    return rendered(request, "finding.html", about)


def _chosen(words: Sequence[Word], item: Item) -> dict[str, int]:
    inside = [each.number for each in words if each.start < item.stop and item.start < each.end]
    return {"low": inside[0], "high": inside[-1]} if inside else {}


@router.post("/finding/{finding}")
def change(
    desk: AtDesk,
    visit: Reviewing,
    finding: Finding,
    reason: Annotated[str, Form(max_length=2000)],
    seen: Count,
    run: Count = 0,
    start: Annotated[int, Form(ge=-1, le=2**31 - 1)] = -1,
    end: Annotated[int, Form(ge=-1, le=2**31 - 1)] = -1,
    entity: Annotated[str, Form(max_length=40)] = "",
    rule: Annotated[str, Form(max_length=100)] = "",
    citation: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Change a finding: its words and what it is, or only the law that is cited for it."""
    ledger = desk.ledger.refresh()
    item = ledger.item(ledger.row_of(finding))
    at, said = _asked(desk, item, (start, end)), Said(entity or item.entity, reason, citation, rule, seen, run)
    to = f"/document/{item.source}/{item.ordinal}"
    if (at.start, at.stop, said.entity) == (item.start, item.stop, item.entity):
        here = f"{to}#f-{finding}"
        decided(desk, visit, Asked(finding, "one", "withhold", reason, seen, citation, run=run, rule=rule), here)
        return back(here)
    _done(
        visit, "changed", said, lambda told: marking.change(desk, visit.officer, finding, at, told), (desk, to)
    )  # fmt: skip
    return back(to)


def _asked(desk: Desk, item: Item, span: tuple[int, int]) -> Place:
    """Return the span that is asked for; words that hold the ends of the finding change nothing there."""
    start, end = span
    segment = desk.texts.segment(item.source, item.ordinal, item.place)
    words = words_of(segment.text) if segment is not None else []
    known = _chosen(words, item)
    if known and (start < 0 or start == words[known["low"] - 1].start):
        start = item.start
    if known and (end < 0 or end == words[known["high"] - 1].end):
        end = item.stop
    if not known:
        start, end = item.start, item.stop
    return Place(item.source, item.ordinal, item.place, start, end)
