"""What stands around a message on its page: the thread that it belongs to, its parts, what is attached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.errors import ReleasableError
from pipeline.review.desk import Desk
from pipeline.review.ledger import Ledger
from pipeline.review.message import Constituent, constituents, titles
from pipeline.review.sessions import Visit
from pipeline.review.threads import InThread

MOST: Final = 40
"""Messages of a thread that are listed at once, around the one that is shown."""
_HEADERS: Final = {"from": "From header", "subject": "Subject header"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A message of a thread as it is listed; ``who`` and ``subject`` only where values are shown."""

    message: InThread
    file: str
    here: bool
    left: int
    who: str = ""
    subject: str = ""
    answers: int = 0


def thread_of(desk: Desk, visit: Visit, ledger: Ledger, source: str, ordinal: int) -> dict[str, Any]:
    """Return the thread of a message: its messages around this one, and how many stand before and after those."""
    thread = desk.threads.of(source, ordinal)
    if len(thread) < 2:
        return {"thread": [], "earlier": 0, "later": 0, "thread_is_whole": desk.threads.is_whole}
    at = next(n for n, each in enumerate(thread) if (each.source, each.ordinal) == (source, ordinal))
    first = max(0, min(at - MOST // 2, len(thread) - MOST))
    shown = thread[first : first + MOST]
    numbers = {(each.source, each.ordinal): first + n for n, each in enumerate(shown, start=1)}
    listed = []
    for each in shown:
        told = _told(desk, each) if visit.shows_values else {}
        left = sum(item.state == "open" for item in ledger.of_unit(each.source, each.ordinal))
        here = (each.source, each.ordinal) == (source, ordinal)
        answers = numbers.get(each.answers, 0) if each.answers else 0
        listed.append(Listed(each, ledger.labels.get(each.source, "a file"), here, left, **told, answers=answers))
    if visit.shows_values:
        desk.note_view(visit, [f"{each.source}#{each.ordinal}:headers" for each in shown], "who wrote in a thread")
    return {
        "thread": listed, "earlier": first, "later": len(thread) - first - len(shown),
        "thread_is_whole": desk.threads.is_whole,
    }  # fmt: skip


def _told(desk: Desk, each: InThread) -> dict[str, str]:
    try:
        segments = desk.texts.segments(each.source, each.ordinal)
    except ReleasableError:
        return {"who": "not examined", "subject": ""}
    told = {name: segments[place].text for name, place in _HEADERS.items() if place in segments}
    return {"who": told.get("from", ""), "subject": told.get("subject", "")}


def parts_of(desk: Desk, source: str, ordinal: int) -> dict[str, Any]:
    """Return what a message is made of: titles of its parts, and its attachments with the names they have."""
    none: dict[str, Any] = {"titles": {}, "attached": []}
    if ordinal < 0:
        return none
    try:
        unit = desk.texts.units(source)[ordinal]
        parts: Sequence[Constituent] = constituents(desk.texts.payload(source, unit), unit)
    except ReleasableError:
        return none
    attached = []
    for each in parts:
        if each.is_attached:
            name = desk.texts.segment(source, ordinal, f"part {each.number}, file name")
            attached.append((each, name.text if name else ""))
    return {"titles": titles(parts), "attached": attached}
