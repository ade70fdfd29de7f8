"""The MIME tree of a message, and how it is read and written.

Tree --- headers of the allow-list
`-- root: Branch (multipart) --- Branch, Leaf …
or Leaf: one part with its number, its file name and its content
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.formats.mail_content import Content, Withheld, edits_by_step, joined, prefixed
from pipeline.formats.mail_headers import ALLOWED, MADE_ANEW, Field, Head, field_lines_reading
from pipeline.formats.mail_write import Body, field_line, multipart, parameter, part, text_body
from pipeline.formats.text_pieces import text_after
from pipeline.model import Dropped, Edit, FileName, Header, Part, Reading, Role, Segment, SpanError


@dataclass(frozen=True)
class Leaf:
    """A part that holds something: its number, counted from 1 in reading order, and its file name, or ""."""

    number: int
    content: Content
    file_name: str = ""
    is_attachment: bool = False
    headers_left: int = 0

    def read(self) -> Reading:
        step = Part(self.number)
        name = Segment(self.file_name, (step, FileName()), role=Role.NAME)
        left = Dropped((step,), "header", self.headers_left)
        own = Reading((name,) if self.file_name else (), dropped=(left,) if self.headers_left else ())
        return joined([own, prefixed(self.content.read(), step)])

    def write(self, edits: Sequence[Edit]) -> Body | None:
        return self.content.write([edit for edit in edits if edit.address != (FileName(),)])

    def disposition(self, edits: Sequence[Edit]) -> str:
        """Return the ``Content-Disposition``; a part that was withheld carries no name of its own."""
        name = text_after(self.file_name, [edit for edit in edits if edit.address == (FileName(),)])
        if isinstance(self.content, Withheld) and (name or self.is_attachment):
            name = f"withheld-part-{self.number}"
        if not name and not self.is_attachment:
            return ""
        return ("attachment" if self.is_attachment else "inline") + (parameter("filename", name) if name else "")


@dataclass(frozen=True)
class Branch:
    """A multipart: its subtype, its parts, and how many of preamble and epilogue it had."""

    subtype: str
    nodes: tuple[Node, ...]
    margins: int = 0
    headers_left: int = 0


Node = Leaf | Branch


@dataclass(frozen=True)
class Tree:
    """A message: the headers of the allow-list and the tree of its parts."""

    head: Head
    fields: tuple[Field, ...]
    root: Node | None

    def leaves(self) -> list[Leaf]:
        """Return the parts in reading order."""
        return [node for node in nodes_of(self.root) if isinstance(node, Leaf)]

    def read(self) -> Reading:
        """Return everything that was read and left out, addressed from this message."""
        branches = [node for node in nodes_of(self.root) if isinstance(node, Branch)]
        kept = ALLOWED.keys() | MADE_ANEW
        left = sum(line.name not in kept for line in self.head.lines) + self.head.malformed
        left += sum(node.headers_left for node in branches)
        counts = {"header": left, "preamble or epilogue": sum(node.margins for node in branches)}
        dropped = tuple(Dropped((), what, count) for what, count in counts.items() if count)
        own = Reading((), dropped=dropped)
        return joined([own, field_lines_reading(self.fields), *(leaf.read() for leaf in self.leaves())])

    def write(self, edits: Sequence[Edit]) -> tuple[bytes, bool]:
        r"""Return the new message, its line ends ``\n``, and whether an attachment is held as parts.

        Raises:
            SpanError: an edit does not fit its text, or there is no such text.
        """
        by_step = edits_by_step(edits)
        lines = [field_line(each, by_step.pop(each.step, [])) for each in self.fields]
        writer = _Writer({step.number: found for step, found in by_step.items() if isinstance(step, Part)})
        made = writer.node(self.root) if self.root else None
        if any(isinstance(step, Header) for step in by_step) or writer.edits:
            raise SpanError("an edit is addressed to no part of this message")
        disposition, body = made or ("", text_body("", "text/plain"))
        lines.append("MIME-Version: 1.0")
        return "\n".join(lines).encode("ascii") + b"\n" + part(body, disposition), writer.is_held_as_parts


@dataclass
class _Writer:
    """Writes the nodes of one message; ``edits`` are by part and taken out as they are used."""

    edits: dict[int, list[Edit]]
    boundaries: int = 0
    is_held_as_parts: bool = False

    def node(self, node: Node) -> tuple[str, Body] | None:
        if isinstance(node, Leaf):
            edits = self.edits.pop(node.number, [])
            body = node.write(edits)
            self.is_held_as_parts |= body is not None and body.is_held_as_parts
            return (node.disposition(edits), body) if body else None
        made = [each for each in map(self.node, node.nodes) if each]
        if len(made) < 2:
            return made[0] if made else None
        self.boundaries += 1
        return "", multipart(node.subtype, [part(body, where) for where, body in made], self.boundaries)


def nodes_of(root: Node | None) -> list[Node]:
    """Return a node and all below it, in reading order."""
    out: list[Node] = []
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        out.append(node)
        if isinstance(node, Branch):
            waiting.extend(reversed(node.nodes))
    return out


@dataclass(frozen=True)
class NestedMessage:
    """A message inside a message."""

    tree: Tree
    content_type: str = "message/rfc822"
    left_out: int = 0
    """Properties of an Outlook message that no message has."""

    def read(self) -> Reading:
        own = Dropped((), "Outlook property", self.left_out)
        return joined([self.tree.read(), Reading((), dropped=(own,) if self.left_out else ())])

    def write(self, edits: Sequence[Edit]) -> Body:
        return Body(self.content_type, "7bit", *self.tree.write(edits))
