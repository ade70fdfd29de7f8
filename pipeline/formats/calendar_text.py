"""iCalendar as segments, and back (RFC 5545).

Each line that travels gives its value as a segment labelled with the property's name, and
its ``CN`` and ``TZID`` as segments of their own. Which properties travel is named in
``configs/calendar.yaml``; identifiers (``UID``), attachments and private extensions do not.
"""

from __future__ import annotations

import binascii
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.formats.content_lines import escaped, folded, unfolded
from pipeline.formats.html_text import link_text
from pipeline.formats.mail_text import Undecodable, text_of
from pipeline.formats.text_pieces import text_after
from pipeline.model import Attribute, Block, Dropped, Edit, Reading, Role, Segment, SpanError, Step
from pipeline.texts.markers import REDACTED_MAILBOX
from recognizers.resources import packaged_configs, read_yaml

_VOCABULARY: dict[str, Any] = read_yaml(packaged_configs() / "calendar.yaml")
_COMPONENTS, _TEXTS, _USERS, _VALUES, _CLOSED, _TEXT_PARAMETERS, _CLOSED_PARAMETERS, _WORDS = (
    frozenset(_VOCABULARY[key])
    for key in ("components", "texts", "users", "values", "closed", "text_parameters", "closed_parameters", "words")
)
_FORMS: Final = {name: re.compile(form) for name, form in _VOCABULARY["forms"].items()}
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)(?:=((?:"[^"]*+"|[^";:,]*+)(?:,(?:"[^"]*+"|[^";:,]*+))*+))?')
_EVENTS = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
_FIRST = re.compile(r"[\ufeff \t\r\n]*BEGIN:VCALENDAR[ \t]*\r?\n", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that travels: its name, what is written between name and value, and where its value is examined."""

    name: str
    value: str
    parameters: tuple[tuple[str, str | Attribute], ...] = ()
    step: Block | None = None


def is_calendar(text: str) -> bool:
    """Return whether ``text`` begins as an iCalendar file does."""
    return _FIRST.match(text) is not None


class CalendarText:
    """An iCalendar text cut into what is written as it stands and what is examined.

    ``events`` says for each segment in which event it stands, counted from 1 (0: in none).
    """

    def __init__(self, source: str) -> None:
        self.segments: dict[Step, tuple[str, str]] = {}
        self.events: dict[Step, int] = {}
        self.left_out = 0
        self._event = 0
        self._open: list[str] = []
        self._is_broken = False
        self._lines: list[_Line] = []
        self._counts: Counter[str] = Counter()
        lines = source.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        for line in unfolded(lines):
            self._add(line)

    @property
    def is_closed(self) -> bool:
        """Whether every component has its end; a calendar that breaks off has none."""
        return not self._open and not self._is_broken

    def _nest(self, name: str, component: str) -> None:
        if name == "BEGIN":
            self._open.append(component)
            self._event += component in _EVENTS
        elif not self._open or self._open.pop() != component:
            self._is_broken = True

    def _add(self, line: str) -> None:
        found = _NAME.match(line)
        if not found:
            self.left_out += bool(line.strip())
            return
        name, at = found[0].upper(), found.end()
        parameters = []
        while each := _PARAMETER.match(line, at):
            parameters.append((each[1].upper(), (each[2] or "").strip('"')))
            at = each.end()
        value = _decoded(line[at + 1 :], dict(parameters))
        if value is None:
            self.left_out += 1
            return
        if name in {"BEGIN", "END"}:
            self._nest(name, value.strip().upper())
        closed = name in _CLOSED and value.strip().upper() in _WORDS
        if line[at : at + 1] != ":":
            self.left_out += 1
        elif closed or (name in {"BEGIN", "END"} and value.strip().upper() in _COMPONENTS):
            self._lines.append(_Line(name, value.strip().upper()))
        elif name in _FORMS and not _FORMS[name].fullmatch(value.strip()):
            self.left_out += 1
        elif name in _TEXTS | _USERS | _VALUES:
            self._add_examined(name, parameters, value)
        else:
            self.left_out += 1

    def _add_examined(self, name: str, parameters: list[tuple[str, str]], value: str) -> None:
        step = Block(len(self._lines))
        kept: list[tuple[str, str | Attribute]] = []
        for key, text in parameters:
            if key in _TEXT_PARAMETERS and text:
                attribute = Attribute(key, self._counts[key])
                self._counts[key] += 1
                self.segments[attribute] = (text, key)
                self.events[attribute] = self._event
                kept.append((key, attribute))
            elif key in _CLOSED_PARAMETERS and text.upper() in _WORDS:
                kept.append((key, text.upper()))
            else:
                self.left_out += 1
        said = _said(name, value)
        if said is None:  # a link that cannot be examined
            self.left_out += 1
            return
        if name not in _VALUES:
            value = said
        if value:
            self.segments[step] = (said, name)
            self.events[step] = self._event
        self._lines.append(_Line(name, value, tuple(kept), step if value else None))

    def reading(self) -> Reading:
        """Return the segments in their order, and the count of the lines and parameters left out."""
        segments = tuple(
            Segment(text, (step,), label=label, role=Role.TEXT if isinstance(step, Block) else Role.ATTRIBUTE)
            for step, (text, label) in self.segments.items()
        )
        return Reading(segments, dropped=(Dropped((), "calendar line", self.left_out),) if self.left_out else ())

    def written(self, edits: Sequence[Edit]) -> str:
        """Return the calendar after ``edits``, folded, with new identifiers.

        Raises:
            SpanError: an edit fits no segment.
        """
        by_step: dict[Step, list[Edit]] = {}
        for edit in edits:
            if len(edit.address) != 1 or edit.address[0] not in self.segments:
                raise SpanError("an edit is addressed to no line of this calendar")
            by_step.setdefault(edit.address[0], []).append(edit)
        after = {step: text_after(text, by_step.get(step, ())) for step, (text, _) in self.segments.items()}
        return "".join(f"{line}\n" for raw in self._written(after, by_step) for line in folded(raw))

    def _written(self, after: dict[Step, str], edited: dict[Step, list[Edit]]) -> Iterator[str]:
        events = 0
        for line in self._lines:
            value = after[line.step] if line.step and line.name not in _VALUES else line.value
            is_edited = line.step in edited
            if line.name in _VALUES and is_edited:
                continue
            if line.name in _TEXTS:
                value = escaped(value)
            elif line.name in _USERS:
                value = f"mailto:{REDACTED_MAILBOX if is_edited else value}"
            yield line.name + "".join(_parameters(line, after)) + f":{value}"
            if line.name == "BEGIN" and value == "VCALENDAR":
                yield "PRODID:-//releasable//EN"
            elif line.name == "BEGIN" and value in _EVENTS:
                events += 1
                yield f"UID:releasable-{events}"


def _decoded(value: str, parameters: dict[str, str]) -> str | None:
    """Return a value without the transfer encoding that vCalendar 1.0 knows, or None where it is another."""
    encoding = parameters.get("ENCODING", "").upper()
    if "QUOTED-PRINTABLE" in parameters:  # vCalendar 1.0 lets it stand alone
        encoding = "QUOTED-PRINTABLE"
    if encoding != "QUOTED-PRINTABLE":
        return value if encoding in {"", "7BIT", "8BIT"} else None
    try:
        return text_of(binascii.a2b_qp(value.encode("utf-8", "replace")), parameters.get("CHARSET", ""))
    except Undecodable:
        return None


def _said(name: str, value: str) -> str | None:
    """Return what a value says to a reader, or None where it is a link that cannot be examined."""
    if name in _TEXTS:
        return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    if name not in _USERS and name != "URL":
        return value
    said = link_text(value.strip())
    return said if said is None else " ".join(said.split())


def _parameters(line: _Line, after: dict[Step, str]) -> Iterator[str]:
    for key, text in line.parameters:
        if isinstance(text, str):
            yield f";{key}={text}"
        else:
            value = after[text].replace('"', "'")
            yield f';{key}="{value}"'
