"""Which messages of a case belong to one thread, in order: by In-Reply-To and References, else by subject.

The index holds keyed digests of message numbers and subjects, dates and places, in memory; it is made when a thread is
first looked at, from the first lines of every message, within a limit of time.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.store import Case
from pipeline.case.tables import SourceRow
from pipeline.errors import ReleasableError
from pipeline.model import Unit
from pipeline.review.message import MAIL, OUTLOOK, as_mail
from pipeline.review.texts import Texts
from pipeline.texts.digest import fold

SECONDS: Final = 8.0
MOST_SECONDS: Final = 600.0
HEAD: Final = 65_536
DEEPEST: Final = 6
"""Deeper than this a message is not shown."""
_FIELD: Final = re.compile(
    rb"^(message-id|in-reply-to|references|subject|date)[ \t]*:((?:[^\n]*(?:\n[ \t][^\n]*)*))",
    re.IGNORECASE | re.MULTILINE,
)
_ID: Final = re.compile(rb"<([^<>\s]{1,998})>")
_REPLY: Final = re.compile(r"^(?:\s*(?:re|fw|fwd|aw|wg|antw|sv|tr|rv)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a message: its place, its number, what it answers (the nearest last), subject and date.

    ``subject`` is of the subject without ``Re:``; "" where there is none. ``at`` is in seconds, 0 without a date.
    """

    source: str
    ordinal: int
    number: str
    answers: tuple[str, ...]
    subject: str
    is_reply: bool
    at: float
    by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InThread:
    """A message in its thread: its place, its date, how deep it lies, which one it answers and how that is known."""

    source: str
    ordinal: int
    at: str
    depth: int
    answers: tuple[str, int] | None
    by: str


class Threads:
    """The threads of the messages of a case."""

    def __init__(self, case: Case, texts: Texts) -> None:
        self._case, self._texts = case, texts
        self._one = threading.Lock()
        self._notes: list[Note] | None = None
        self._threads: dict[tuple[str, int], list[InThread]] = {}
        self.is_whole = True

    def forget(self) -> None:
        """Forget everything: another run follows."""
        with self._one:
            self._notes, self._threads = None, {}

    def of(self, source: str, ordinal: int) -> Sequence[InThread]:
        """Return the thread of a message in order, itself among them; nothing for what is no message."""
        if not self._is_mail(source) or not self._one.acquire(blocking=False):
            return ()  # while somebody else looks through the messages, a page is shown without its thread
        try:
            self._look_through(SECONDS)
        finally:
            self._one.release()
        return self._threads.get((source, ordinal), ())

    def prepare(self) -> None:
        """Look through the messages before a page needs it, and take the time that it takes."""
        with self._one:
            self._look_through(MOST_SECONDS)

    def _is_mail(self, source: str) -> bool:
        try:
            units = self._texts.units(source)
        except ReleasableError:
            return False
        return bool(units) and units[0].source.format in MAIL

    def _look_through(self, seconds: float) -> None:
        if self._notes is None:
            self._notes = list(self._looked_through(seconds))
            self._threads = {
                (each.source, each.ordinal): thread for thread in threads_of(self._notes) for each in thread
            }

    def _looked_through(self, seconds: float) -> Iterator[Note]:
        until, self.is_whole = time.monotonic() + seconds, True
        with Session(self._case.engine) as session:
            wanted = select(SourceRow.key).where(SourceRow.case_id == self._case.id, SourceRow.format.in_(MAIL))
            sources = sorted(set(session.scalars(wanted)))
        for source in sources:
            try:
                units = self._texts.units(source)
                for unit in units:
                    if time.monotonic() > until:
                        self.is_whole = False
                        return
                    yield self._note(source, unit.ordinal, self._head(source, unit))
            except ReleasableError:
                continue  # the case says what could not be read

    def _head(self, source: str, unit: Unit) -> bytes:
        """Return the first lines of a message (raises CaseError, UnreadableSource)."""
        if unit.source.format != OUTLOOK:
            return self._texts.head(source, unit, HEAD)
        self._texts.check_examined(source, unit.ordinal)  # its form is read here only where a worker came through it
        return as_mail(self._texts.payload(source, unit), unit)[:HEAD]

    def _note(self, source: str, ordinal: int, head: bytes) -> Note:
        return note_of(source, ordinal, head, lambda text: self._case.keyed.form_digest(text).hex())


def note_of(source: str, ordinal: int, head: bytes, digest: Callable[[str], str]) -> Note:
    """Return what the first lines of a message say of its thread; ``digest`` makes digests of what they name."""
    block = head.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")[0]
    told: dict[bytes, bytes] = {}
    for found in _FIELD.finditer(block):
        told.setdefault(found[1].lower(), found[2])
    subject = _words(told.get(b"subject", b""))
    plain = " ".join(fold(_REPLY.sub("", subject)).split())
    by: dict[str, str] = {}
    answers: list[str] = []
    for name, header in ((b"references", "References"), (b"in-reply-to", "In-Reply-To")):
        for each in _ids(told.get(name, b"")):
            key = digest(f"message {each}")
            by.setdefault(key, header)
            answers = [*(other for other in answers if other != key), key]
    own = _ids(told.get(b"message-id", b""))
    number, called = digest(f"message {own[0]}") if own else "", digest(f"subject {plain}") if plain else ""
    is_reply, at = _REPLY.match(subject) is not None, _date(told.get(b"date", b""))
    return Note(source, ordinal, number, tuple(answers), called, is_reply, at, by)


def threads_of(notes: Sequence[Note]) -> list[list[InThread]]:
    """Return the threads that messages make, each in order of date, then of place."""
    ordered = sorted(notes, key=lambda each: (each.at, each.is_reply, each.source, each.ordinal))
    by_number = {each.number: each for each in reversed(ordered) if each.number}
    subjects: dict[str, Note] = {}
    roots: dict[str, str] = {}
    above: dict[tuple[str, int], tuple[Note, str]] = {}
    for each in ordered:
        key = _name(each)
        parent = next((by_number[name] for name in reversed(each.answers) if name in by_number), None)
        if parent is not None and parent is not each:
            above[each.source, each.ordinal] = (
                parent,
                next(each.by[n] for n in reversed(each.answers) if n in by_number),
            )
        elif each.is_reply and each.subject in subjects:
            parent = subjects[each.subject]
            above[each.source, each.ordinal] = parent, "subject"
        for name in (*each.answers, *([_name(parent)] if parent is not None else ())):
            _join(roots, key, name)
        if each.subject:
            subjects[each.subject] = each
    groups: dict[str, list[Note]] = defaultdict(list)
    for each in ordered:
        groups[_root(roots, _name(each))].append(each)
    return [_thread(each, above) for each in groups.values()]


def _thread(notes: Iterable[Note], above: Mapping[tuple[str, int], tuple[Note, str]]) -> list[InThread]:
    made = []
    for each in notes:
        parent, by = above.get((each.source, each.ordinal), (None, ""))
        place = (parent.source, parent.ordinal) if parent is not None else None
        made.append(InThread(each.source, each.ordinal, _told(each.at), _depth(each, above), place, by))
    return made


def _depth(note: Note, above: Mapping[tuple[str, int], tuple[Note, str]]) -> int:
    """Return how many messages lie above one; rings that numbers make end somewhere."""
    seen = {(note.source, note.ordinal)}
    while (found := above.get((note.source, note.ordinal))) is not None:
        note = found[0]
        if (note.source, note.ordinal) in seen or len(seen) > DEEPEST:
            break
        seen.add((note.source, note.ordinal))
    return len(seen) - 1


def _name(note: Note) -> str:
    return note.number or f"{note.source}#{note.ordinal}"


def _root(roots: dict[str, str], name: str) -> str:
    while (up := roots.get(name, name)) != name:
        roots[name] = roots.get(up, up)
        name = up
    return name


def _join(roots: dict[str, str], one: str, two: str) -> None:
    a, b = _root(roots, one), _root(roots, two)
    if a != b:
        roots[a] = b


def _ids(raw: bytes) -> list[str]:
    return [each.decode("utf-8", "replace") for each in _ID.findall(raw)]


def _words(raw: bytes) -> str:
    text = " ".join(raw.decode("utf-8", "replace").split())
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, ValueError, LookupError):
        return text


def _date(raw: bytes) -> float:
    try:
        at = parsedate_to_datetime(raw.decode("ascii", "replace").strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def _told(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC") if at else ""
