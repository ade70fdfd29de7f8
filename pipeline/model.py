"""The nouns of the road. Frozen, picklable, no input or output.

Spans are half-open ``[start, end)`` in code points of the text of their segment.
An address is a path of steps from a unit down to a piece of text, for example
``(Part(2), Cell(4, 3))``: row 4, column 3 of the table attached as part 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from recognizers.model import Match, SpanError, pickles_by_fields

__all__ = [
    "Action",
    "Address",
    "Attribute",
    "Block",
    "Cell",
    "Column",
    "ColumnClass",
    "Cover",
    "Coverage",
    "Decision",
    "Dropped",
    "Edit",
    "Field",
    "FileName",
    "Finding",
    "Gap",
    "Header",
    "Kind",
    "Match",
    "Page",
    "Part",
    "Reading",
    "RecordFacts",
    "Role",
    "Segment",
    "SheetCell",
    "Source",
    "SpanError",
    "Step",
    "Unit",
    "words",
]  # fmt: skip


# --- where ------------------------------------------------------------------------------


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A MIME part or a member of a container, counted from 1 in the order it is read."""

    number: int

    def words(self) -> str:
        return f"part {self.number}"


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Page:
    """A page of a document or a frame of a picture, counted from 1."""

    number: int

    def words(self) -> str:
        return f"page {self.number}"


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Header:
    """A header of a message; ``ordinal`` counts repeated headers from 0."""

    name: str
    ordinal: int = 0

    def words(self) -> str:
        return f"{self.name} header" + (f" {self.ordinal + 1}" if self.ordinal else "")


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A cell of a table: data rows and columns from 0; row -1 is the header row."""

    row: int
    column: int

    def words(self) -> str:
        row = "header row" if self.row < 0 else f"row {self.row + 1}"
        return f"{row}, {self.column_words()}"

    def column_words(self) -> str:
        return f"column {self.column + 1}"


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class SheetCell(Cell):
    """A cell of a workbook, whose columns are counted through all its sheets; ``first`` is the sheet's first one.

    Sheets count from 1. Row 0 is the sheet's first row; rows down to the header count from -1 downwards.
    """

    sheet: int
    first: int

    def words(self) -> str:
        row = self.row + 1 if self.row >= 0 else -self.row
        return f"sheet {self.sheet}, cell {self._letters()}{row}"

    def column_words(self) -> str:
        return f"sheet {self.sheet}, column {self._letters()}"

    def _letters(self) -> str:
        left, letters = self.column - self.first + 1, ""
        while left > 0:
            left, place = divmod(left - 1, 26)
            letters = chr(ord("A") + place) + letters
        return letters


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A column of a table as a whole (from 0): some or all of its cells, as many as a finding counts."""

    column: int

    def words(self) -> str:
        return f"column {self.column + 1}"


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Block:
    """A block of running text, counted from 0 in reading order."""

    number: int

    def words(self) -> str:
        return f"block {self.number + 1}"


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Attribute:
    """A text that is not shown as running text (a link, an alt text, a comment), counted from 0."""

    name: str
    number: int

    def words(self) -> str:
        return f"{self.name} {self.number + 1}"


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Field:
    """A text of a record that no column holds: records from 0, and its place among the record's keys and values."""

    record: int
    place: int
    is_key: bool = False

    def words(self) -> str:
        return f"record {self.record + 1}, {'key' if self.is_key else 'value'} at place {self.place + 1}"


@dataclass(frozen=True, slots=True, order=True)
class FileName:
    """The name of the file or of the attachment itself."""

    def words(self) -> str:
        return "file name"


Step = Part | Page | Header | Cell | SheetCell | Column | Block | Attribute | Field | FileName
Address = tuple[Step, ...]


def words(address: Address) -> str:
    """Return an address in plain words, without any value of the record."""
    return ", ".join(step.words() for step in address) or "whole"


# --- what is read -----------------------------------------------------------------------


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Source:
    """A file of the input: its path inside the input (POSIX), its format's name, its size in bytes."""

    path: str
    format: str
    size: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What one worker handles in one go: bytes ``start`` to ``stop`` of its source.

    ``context`` holds what a worker needs beside these bytes to read them alone
    (dialect, encoding, header row, number of the first row), as plain strings.
    """

    source: Source
    ordinal: int
    start: int
    stop: int
    context: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def key(self) -> str:
        """The key of this unit, unique within a release."""
        return f"{self.source.path}#{self.ordinal}"

    def __reduce__(self) -> tuple[object, ...]:  # a mapping proxy does not pickle
        return (Unit, (self.source, self.ordinal, self.start, self.stop, dict(self.context)))


class Role(StrEnum):
    """What kind of place a segment is."""

    TEXT = "text"
    HEADER = "header"
    CELL = "cell"
    ATTRIBUTE = "attribute"
    NAME = "name"


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text with its address.

    ``label`` is the column or header name as it stands, or "". ``record`` and ``thread``
    are keys unique within a release: findings of one record are linked with one another
    (a message, a table row, a document); a thread joins records (thread defaults to record).
    ``within`` tells the objects of one record of JSON apart ("": the outermost; all of a row).
    """

    text: str
    address: Address
    label: str = ""
    record: str = ""
    thread: str = ""
    role: Role = Role.TEXT
    within: str = ""


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Gap:
    """A part that could not be examined: why, in plain words, and whether it holds its record in any case.

    ``code`` is one of: encrypted, signed, damaged, unknown_format, unknown_charset, too_large,
    too_deep, image, archive, empty, language, failed, stopped.
    """

    address: Address
    code: str
    why: str
    holds: bool = False


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Dropped:
    """What a writer never copies (headers off the allow-list, preambles): what, and how many."""

    address: Address
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format read out of one unit."""

    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class ColumnClass:
    """What a column of a table holds: class entity, free_text, identifier, quasi, inert or unsure.

    ``unusual`` are the bare forms (ten digits, nine digits) that most of its values do not have: see
    :mod:`pipeline.tables.strangers`.
    """

    index: int
    kind: str
    entity: str = ""
    part: str = "full"
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()
    unusual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What rules may ask about a record beside its text; what nobody stated is "" or empty.

    Dates are ISO 8601. ``permitted_use`` is the section that permits a use of a motor vehicle record,
    ``court_order`` names an order, ``ordered`` the entities that it opens, ``flags`` are what an officer states and
    no detector sees. ``consents`` and ``own`` are keyed digests: of the mailboxes and telephones whose owners agreed
    to this purpose in time, and of what belongs to the person who asks for their own record. ``own_decided`` says
    that a person, not two strong identifiers, decided that this record is theirs.
    """

    channel: str = "online"
    origin: str = ""
    context: str = ""
    collected_on: str = ""
    released_on: str = ""
    recipient: str = "requester"
    purpose: str = "records_request"
    permitted_use: str = ""
    court_order: str = ""
    ordered: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    consents: frozenset[str] = field(default=frozenset(), repr=False)
    own: frozenset[str] = field(default=frozenset(), repr=False)
    own_decided: bool = False
    subject_access: bool = False


# --- what is found and decided ----------------------------------------------------------


class Kind(StrEnum):
    """Whose a finding is."""

    PRIVATE = "private"
    OFFICIAL = "official"
    BUSINESS = "business"
    AGENCY = "agency"
    REQUESTER = "requester"


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Finding:
    """A match with its place, whose it is, what it is joined with, and keyed digests of its value.

    ``digest`` is the keyed digest of the normalised value: equal values of one entity have
    equal digests within one run. ``joined`` names the direct identifiers of a private person in
    the same record. ``count`` is above 1 for cells of one column that are alike in all that a rule
    may ask; then the address names the column. ``signals`` are facts that rules may ask (``government_mailbox``,
    ``official_title``, ``roster``, ``agency_contact``, ``business_signature``, ``common_word``, ``minor``,
    ``propagated``).
    """

    entity: str
    start: int
    end: int
    address: Address
    record: str
    score: float
    recognizer: str
    reason: str
    part: str = "full"
    label: str = ""
    thread: str = ""
    subject: str = ""
    kind: Kind = Kind.PRIVATE
    linked: bool = False
    joined: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
    digest: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise SpanError(f"{words(self.address)}: span {self.start}..{self.end} is empty or negative")

    @property
    def is_business_by_record(self) -> bool:
        """Whether it is a business's because its record says so, and on no list of the office: that may be wrong."""
        return self.kind is Kind.BUSINESS and "roster" not in self.signals


class Action(StrEnum):
    """What a decision does with a finding; the last four hide all but what their name says stands."""

    WITHHOLD = "withhold"
    RELEASE = "release"
    REVIEW = "review"
    KEEP_LAST_FOUR = "keep_last_four"
    YEAR_ONLY = "year_only"
    INITIALS = "initials"
    GENERALISE = "generalise"

    @property
    def hides(self) -> bool:
        """Whether the value as a whole does not stand in the copy."""
        return self not in {Action.RELEASE, Action.REVIEW}

    @property
    def is_partial(self) -> bool:
        """Whether a part of the value stands."""
        return self.hides and self is not Action.WITHHOLD


@pickles_by_fields
@dataclass(frozen=True, slots=True)
class Decision:
    """What happens with a finding, under which rule, on which two sources of law, and by whom.

    A ``REVIEW`` carries the rule's ``proposal``; until a person decides, ``decided_by`` is
    ``undecided`` and the proposal is what the provisional copy shows.
    """

    finding: Finding
    action: Action
    rule: str
    proposal: Action = Action.WITHHOLD
    definition: str = ""
    authority: str = ""
    exemption: str = ""
    citation: str = ""
    reason: str = ""
    marker: str = "[REDACTED]"
    decided_by: str = "rule"
    approved_by: str = ""
    decided_at: str = ""

    @property
    def effective(self) -> Action:
        """What the copy shows: the action, or what a review proposes."""
        return self.proposal if self.action is Action.REVIEW else self.action

    @property
    def withholds(self) -> bool:
        """Whether the copy hides this finding, all of it or a part (a review hides what it proposes to withhold)."""
        return self.effective.hides

    @property
    def undecided(self) -> bool:
        """Whether only a proposal stands."""
        return self.action is Action.REVIEW


@pickles_by_fields
@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """All that a writer ever sees: replace ``start`` to ``end`` of the segment at ``address``."""

    address: Address
    start: int
    end: int
    replacement: str


class Cover(StrEnum):
    """How a unit came out of examination."""

    CLEARED = "cleared"
    REDACTED = "redacted"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Per unit: cleared, redacted, or not scanned and why; the gaps whose bytes stay behind."""

    unit: str
    cover: Cover
    gaps: tuple[Gap, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    segments: int = 0
    characters: int = 0
