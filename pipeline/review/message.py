"""What a message is made of: its texts, which of them say the same (alternatives), and what is attached to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.errors import ReleasableError
from pipeline.formats.mail import structure
from pipeline.formats.mail_archive import NestedArchive
from pipeline.formats.mail_attached import Attached
from pipeline.formats.mail_content import (
    CalendarContent,
    Content,
    HtmlContent,
    PlainContent,
    Removed,
    Withheld,
)
from pipeline.formats.mail_tree import Branch, Leaf, NestedMessage, Node
from pipeline.formats.outlook_message import OutlookMessage, as_message
from pipeline.model import Unit

OUTLOOK: Final = OutlookMessage.name
MAIL: Final = frozenset({"mbox", "message", OUTLOOK})
"""The formats whose units are messages. A store of Outlook (PST) comes as mailboxes, one a folder."""
_FORMS: Final = {
    "delimited": "a table", "workbook": "a workbook", "contact_card": "contact cards", "markdown": "a text (Markdown)",
    "json_lines": "a table (JSON)", "json_document": "a table (JSON)", "parquet": "a table (Parquet)",
    "pdf": "a PDF", "picture": "a picture", "document": "a document", "html": "a web page",
    "calendar": "a calendar", "plain_text": "a text", "mbox": "a mailbox",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constituent:
    """A part of a message: its number, what it is, whether it is attached, one of how many alternatives (0: none).

    ``left_out`` says why its bytes stay behind, "" where it was read.
    """

    number: int
    what: str
    is_attached: bool
    alternatives: int = 0
    left_out: str = ""

    @property
    def title(self) -> str:
        """What stands over the part."""
        said = f"Part {self.number}: {self.what}"
        return f"{said}, one of {self.alternatives} alternatives" if self.alternatives else said


def constituents(payload: bytes, unit: Unit) -> Sequence[Constituent]:
    """Return the parts of a message in reading order; none where it is no message or cannot be cut."""
    if unit.source.format not in MAIL:
        return ()
    try:
        root = structure(as_mail(payload, unit), unit).root
    except ReleasableError:
        return ()
    return tuple(_parts(root, 0)) if root is not None else ()


def as_mail(payload: bytes, unit: Unit) -> bytes:
    """Return a message as mail has it (raises UnreadableSource): of Outlook's own form it is made first."""
    return as_message(payload, unit.key)[0] if unit.source.format == OUTLOOK else payload


def titles(parts: Sequence[Constituent]) -> Mapping[str, str]:
    """Return what stands over each part, by the words of its address."""
    return {f"part {each.number}": each.title for each in parts}


def _parts(node: Node, alternatives: int) -> Iterator[Constituent]:
    if isinstance(node, Branch):
        among = len(node.nodes) if node.subtype == "alternative" and len(node.nodes) > 1 else 0
        for each in node.nodes:
            # what hangs on an alternative (pictures of a web page) is of that alternative
            yield from _parts(each, among or alternatives)
        return
    yield _constituent(node, alternatives)


def _constituent(leaf: Leaf, alternatives: int) -> Constituent:
    left_out = leaf.content.why if isinstance(leaf.content, Withheld) else ""
    attached = (
        leaf.is_attachment or bool(left_out) or isinstance(leaf.content, Attached | NestedArchive | NestedMessage)
    )
    return Constituent(leaf.number, _what(leaf.content), attached, 0 if attached else alternatives, left_out)


def _what(content: Content) -> str:
    if isinstance(content, PlainContent):
        return "plain text"
    if isinstance(content, HtmlContent):
        return "formatted text (HTML)"
    if isinstance(content, CalendarContent):
        return "a calendar entry"
    if isinstance(content, NestedMessage):
        return "a message"
    if isinstance(content, Attached):
        return _FORMS.get(content.form.name, "a file")
    if isinstance(content, NestedArchive):
        return "an archive"
    if isinstance(content, Removed):
        return f"a {content.what}, which no copy holds"
    return "a file that was not read"
