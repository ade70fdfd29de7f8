"""Business cards (vCard 2.1, 3.0 and 4.0), as files of their own and as attachments.

A card is a record. Its copy holds the properties named in ``configs/contact_card.yaml``, in version 3.0 (4.0 where the
card was), and nothing else: pictures, sounds, keys, identifiers and private extensions stay behind and are counted.
A structured value (a name, an address) is examined as a reader sees it, in one piece.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.content_lines import Line, components, escaped, folded, lines_of, unescaped
from pipeline.formats.html_text import link_text
from pipeline.formats.mail_text import Undecodable
from pipeline.formats.text_pieces import check_edits, pieces_after
from pipeline.model import Block, Dropped, Edit, Reading, Role, Segment, Source, SpanError, Unit
from recognizers.resources import packaged_configs, read_yaml

CHUNK: Final = 1 << 20
LARGEST: Final = 32 * 1024 * 1024
"""Bytes of one card; a picture in it may be large."""

_VOCABULARY: Final[dict[str, Any]] = read_yaml(packaged_configs() / "contact_card.yaml")
_TEXTS: Final[dict[str, str]] = _VOCABULARY["texts"]
_ORDER: Final[dict[str, dict[str, Any]]] = _VOCABULARY["order"]
_LISTS: Final = frozenset(_VOCABULARY["lists"])
_TYPES: Final = frozenset(_VOCABULARY["types"])
_BEGIN: Final = re.compile(rb"(?:\A|(?<=[\r\n]))BEGIN:VCARD[ \t]*(?=[\r\n]|\Z)", re.IGNORECASE)
_FIRST: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*BEGIN:VCARD[ \t]*[\r\n]", re.IGNORECASE)
_LINKS: Final = frozenset({"EMAIL", "GEO", "IMPP", "MEMBER", "RELATED", "TEL", "URL"})
_GROUP: Final = re.compile(r"item\d{1,4}", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:mailto|tel|sms):", re.IGNORECASE)
_PREFERENCE: Final = re.compile(r"\d{1,3}")


@dataclass(frozen=True)
class _Entry:
    """A property that travels: what stands before its value, the text that is examined, the pieces of its value."""

    lead: str
    label: str
    text: str
    spans: tuple[tuple[int, int], ...]
    places: tuple[int, ...] = ()
    is_list: bool = False
    raw: str = ""

    def written(self, edits: Sequence[Edit]) -> str:
        if self.raw and not edits:
            return self.lead + escaped(self.raw)
        pieces = pieces_after(self.text, self.spans, edits)
        if self.is_list:
            return self.lead + pieces[0].replace("\\", "\\\\").replace(";", "\\;").replace("\n", " ")
        if not self.places:
            return self.lead + escaped(pieces[0])
        by_place = dict(zip(self.places, pieces, strict=True))
        return self.lead + ";".join(escaped(by_place[at]) for at in sorted(by_place))


@dataclass(frozen=True)
class _Card:
    version: str
    entries: tuple[_Entry, ...]
    left_out: int


class ContactCards:
    """One or several business cards in a file."""

    name = "contact_card"
    holds = "unit"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.97 for a file that begins as a card does, whatever it is called."""
        del name
        return 0.97 if _FIRST.match(head) else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Yield a unit a card; only offsets are kept.

        Raises:
            UnreadableSource: the file does not begin with a card, or a card is larger than 32 MiB.
        """
        starts = list(_starts(stream, source))
        if not starts:
            raise UnreadableSource(source.path, "no card begins in it", "check the file")
        starts[0] = 0
        for ordinal, (start, stop) in enumerate(zip(starts, [*starts[1:], source.size], strict=True)):
            yield Unit(source, ordinal, start, stop)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return the values that travel, one segment each (raises UnreadableSource)."""
        card = _card(payload, unit)
        segments = tuple(
            Segment(each.text, (Block(at),), label=each.label, record=unit.key, thread=unit.key, role=Role.CELL)
            for at, each in enumerate(card.entries)
            if each.text
        )
        return Reading(segments, dropped=(Dropped((), "card property", card.left_out),) if card.left_out else ())

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        r"""Return a new card in UTF-8, its lines folded and ended with ``\r\n``.

        Raises:
            UnreadableSource: the card cannot be read.
            SpanError: an edit fits no value of it.
        """
        card = _card(payload, unit)
        by_block: dict[int, list[Edit]] = {}
        for edit in edits:
            step = edit.address[0] if len(edit.address) == 1 else None
            if not isinstance(step, Block) or not 0 <= step.number < len(card.entries):
                raise SpanError("an edit is addressed to no value of this card")
            by_block.setdefault(step.number, []).append(edit)
        for number, own in by_block.items():
            check_edits(card.entries[number].text, own)
        made = [each.written(by_block.get(at, ())) for at, each in enumerate(card.entries)]
        lines = ["BEGIN:VCARD", f"VERSION:{card.version}", *made, "END:VCARD"]
        return "".join(f"{piece}\r\n" for line in lines for piece in folded(line)).encode("utf-8", "replace")


def _starts(stream: BinaryIO, source: Source) -> Iterator[int]:
    """Yield the offset of every line that begins a card."""
    window, base, last = b"", 0, 0
    while True:
        chunk = stream.read(CHUNK)
        window += chunk
        limit = len(window) - 64 if chunk else len(window)  # a line that may go on is looked at again
        at = 0
        for found in _BEGIN.finditer(window):
            if found.start() >= max(limit, 0):
                break
            last = base + found.start()
            at = found.end()
            yield last
        if base + len(window) - last > LARGEST:
            raise UnreadableSource(source.path, "a card of more than 32 MB", "split the file")
        if not chunk:
            return
        cut = max(at - 1, limit - 1, 0)
        window, base = window[cut:], base + cut


def _card(payload: bytes, unit: Unit) -> _Card:
    """Return the card of a unit (raises UnreadableSource where it is no whole card)."""
    where = unit.key
    if b"\0" in payload:
        raise UnreadableSource(where, "NUL bytes in a card", "export it again as UTF-8")
    try:
        lines = list(lines_of(payload))
    except Undecodable as gap:
        raise UnreadableSource(where, f"a value of the card cannot be read: {gap.why}", "export it again") from None
    known = [each for each in lines if each is not None]
    ends = [at for at, each in enumerate(known) if each.name == "END"]
    begins = [at for at, each in enumerate(known) if each.name == "BEGIN"]
    if begins != [0] or ends != [len(known) - 1]:
        raise UnreadableSource(where, "a card is cut short, or another stands in it", "export it again")
    body = known[1:-1]
    version = next((each.value.strip() for each in body if each.name == "VERSION"), "")
    entries = tuple(entry for each in body if (entry := _entry(each)))
    left_out = len(lines) - len(known) + sum(each.name != "VERSION" and _entry(each) is None for each in body)
    return _Card("4.0" if version == "4.0" else "3.0", entries, left_out + sum(map(_parameters_left, body)))


def _entry(line: Line) -> _Entry | None:
    label = _TEXTS.get(line.name)
    if label is None or not line.value.strip():
        return None
    group = f"{line.group}." if _GROUP.fullmatch(line.group) else ""
    lead = group + line.name + _parameters(line) + ":"
    structure = _ORDER.get(line.name)
    if structure is None:
        value = line.value if line.name in _LISTS else unescaped(line.value)
        if line.name in _LISTS:
            value = re.sub(r"\\([;\\])", r"\1", value)
        text = _SCHEME.sub("", value.strip(), count=1).strip()
        if line.name in _LINKS:
            return _link(lead, label, text)
        return _Entry(lead, label, text, ((0, len(text)),), is_list=line.name in _LISTS)
    pieces = [unescaped(each.removesuffix(";")).strip() for each in components(line.value)]
    order = [at for at in structure["components"] if at < len(pieces)]
    order += [at for at in range(len(pieces)) if at not in order]
    return _structured(lead, label, pieces, order, structure["joint"])


def _link(lead: str, label: str, raw: str) -> _Entry | None:
    """Return an address examined as what it says, or None where that cannot be told."""
    text = link_text(raw)
    return None if text is None else _Entry(lead, label, text, ((0, len(text)),), raw=raw)


def _structured(lead: str, label: str, pieces: Sequence[str], order: Sequence[int], joint: str) -> _Entry:
    """Return a value of components in the order in which a reader sees them; empty ones leave no mark."""
    text, spans = "", []
    for at in order:
        text += joint if text and pieces[at] else ""
        spans.append((len(text), len(text) + len(pieces[at])))
        text += pieces[at]
    return _Entry(lead, label, text, tuple(spans), tuple(order))


def _parameters(line: Line) -> str:
    """Return the parameters that are written: known types, and a preference."""
    types = [each for each in _said_types(line) if each in _TYPES]
    preference = next((value for key, value in line.parameters if key == "PREF" and _PREFERENCE.fullmatch(value)), "")
    return "".join(f";TYPE={each}" for each in dict.fromkeys(types)) + (f";PREF={preference}" if preference else "")


def _said_types(line: Line) -> list[str]:
    return [
        each.strip().upper()
        for key, value in line.parameters
        if key == "TYPE"
        for each in value.replace('"', "").split(",")
        if each.strip()
    ]


def _parameters_left(line: Line) -> int:
    """Count the parameters of a property that travels which do not."""
    if line.name not in _TEXTS:
        return 0
    counts = Counter(key for key, _ in line.parameters if key not in {"TYPE", "PREF", "VALUE"})
    return counts.total() + sum(each not in _TYPES for each in _said_types(line))
