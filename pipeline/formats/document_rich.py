r"""RTF as a document (Rich Text Format Specification 1.9.1): its text as paragraphs, with what stands beside each.

One pass over the tokens of :mod:`pipeline.formats.rtf_text`. Each group has a state of its own; a destination decides
where its text goes: into the text, into a story of its own (a note, a comment, a box), or to what is gathered and
examined. The text of a destination that nobody knows is examined and left out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from pipeline.formats.document_content import ALT, BOX, COMMENT, DRAWING, LINK, Content, Paragraph, Story
from pipeline.formats.document_lines import CONCEALED, DELETED, Lines
from pipeline.formats.document_rich_acts import ACTS
from pipeline.formats.document_rich_lines import RichLines, State, whole
from pipeline.formats.document_rich_words import (
    CAPTURED,
    DESTINATIONS,
    DROPPED,
    HEADERS,
    LETTERS,
    SIGNS,
    SILENT,
    STATES,
)
from pipeline.formats.document_word_shared import Field
from pipeline.formats.html_text import link_text
from pipeline.formats.rtf_text import walk

_STORIES: Final = {"annotation": COMMENT, "footnote": "footnote"}
_HEX: Final = re.compile(r"[0-9A-Fa-f\s]*")
_MOST_GROUPS: Final = 2_000


class RichReader(RichLines):
    """Reads an RTF into what a document holds."""

    # --- groups --------------------------------------------------------------------------

    def brace(self, sign: str) -> None:
        super().brace(sign)
        if sign == "{":
            if len(self.states) >= _MOST_GROUPS:
                raise ValueError("groups are nested too deeply")
            self.states.append(self.own)
            self.own = replace(self.own, begins="", said=self.own.said)
        elif self.states:
            ended, self.own = self.own, self.states.pop()
            if ended.begins:
                self._end(ended)

    def word(self, name: str, number: int | None) -> None:
        if self.group.is_skipped:
            self.flush()
            self.to_skip = 0
            return
        act = ACTS.get(name)
        if name in DESTINATIONS or name in CAPTURED or name in HEADERS:
            self._begin(name)
        elif name in SILENT or name in DROPPED:
            if name in DROPPED:
                self.gathered.dropped[DROPPED[name]] += 1
            super().word("colortbl", None)  # what is passed over
        elif self.group.starred and name not in {"cs", "ts", "pn"} and act is None:
            self._begin("unknown")
        elif act is not None:
            self.flush()
            self.to_skip = 0
            act(self, number)
        elif name in SIGNS:
            self.say(SIGNS[name])
        elif name in STATES or name in LETTERS:
            self.flush()
            self.to_skip = 0
            self.property_of_text(name, is_on=number != 0)
        elif name not in {"htmltag", "htmlrtf", "fromhtml"}:
            super().word(name, number)

    def _begin(self, name: str) -> None:
        """Begin a destination: a story with lines of its own, or a text that is gathered."""
        self.flush()
        self.to_skip = 0
        self.group = replace(self.group, starred=False)
        self.own = State(sink=name, begins=name, live=self.own.live)
        if name in HEADERS or DESTINATIONS.get(name) == "story":
            kind = HEADERS[name][0] if name in HEADERS else _STORIES.get(name, BOX)
            self.own.sink = ""
            number = self.gathered.count(BOX) if kind == BOX else 0
            self.lines.append(Lines(self.gathered, kind, number, is_flat=True))
        elif name == "pict":
            self.now.unread("image", "a picture is not examined")
        elif name == "objdata":
            self.now.unread("unknown_format", "an embedded object is not examined")
        elif name == "field":
            self.own = replace(self.states[-1] if self.states else State(), begins=name)
            self.fields.append(Field("", is_code=True))
        elif name == "fldrslt":
            outer = self.states[-1] if self.states else State()
            self.own = replace(outer, begins=name, live=self.fields[-1].live if self.fields else "")

    def _end(self, ended: State) -> None:
        name = ended.begins
        said = whole("".join(ended.said))
        if name in HEADERS or DESTINATIONS.get(name) == "story":
            self._end_story(name)
        elif name == "field":
            self._end_field()
        elif name == "stylesheet":
            self.style = 0
        elif name == "fldinst" and self.fields:
            self.fields[-1].code += said
        elif name in CAPTURED:
            self._captured(name, " ".join(said.split()))
        elif name == "unknown" and said.strip() and not _HEX.fullmatch(said):
            self.gathered.dropped["a part of another kind (it was examined)"] += 1
            self.gathered.unseen("text of a part of another kind", said.strip("; \n"))

    def _end_story(self, name: str) -> None:
        lines = self.lines.pop()
        if lines.line.pieces or lines.line.asides or lines.line.stories:
            lines.flush_paragraph()
        lines.flush()
        if name == "annotation":
            said = "\n".join(each.text for each in lines.made if each.text.strip())
            self.now.line.asides += [(COMMENT, said)] if said else []
            self.gathered.dropped["who wrote a comment, and when"] += 1
        elif lines.kind == BOX:
            made = [each for each in lines.made if each.kind != BOX or each.text.strip()]
            for each in made:
                each.cell = self.now.cell
            self.now.line.stories.append(made)
        elif name == "footnote" and self.own.state & (DELETED | CONCEALED):
            self._numbered(lines.made, "unused footnote", self.gathered.count("unused footnote"))
            self.left += lines.made
        elif name == "footnote":
            number = self.gathered.story("footnote", f"{len(self.stories)}")
            self._numbered(lines.made, "footnote", number)
            self.now.line.pieces.append((("", f"@footnote {len(self.stories)}"), self.own.state))
            self.stories.append(Story("footnote", number, lines.made))
        elif any(each.text.strip() or each.kind != lines.kind for each in lines.made):
            self._header(name, lines.made)

    def _header(self, name: str, made: list[Paragraph]) -> None:
        kind, pages = HEADERS[name]
        if (kind, pages) in {(known, on) for known, on, _ in self.references}:
            said = [each.text for each in made]
            if any(said == [each.text for each in one.paragraphs] for one in self.stories if one.kind == kind):
                return
            unused = f"unused {kind}"
            self._numbered(made, unused, self.gathered.count(unused))
            self.left += made
            return
        number = self.gathered.story(kind, pages)
        self._numbered(made, kind, number)
        self.references.append((kind, pages, number))
        self.stories.append(Story(kind, number, made))

    @staticmethod
    def _numbered(made: list[Paragraph], kind: str, number: int) -> None:
        own = {"header", "footer", "footnote"}
        for each in made:
            if each.kind in own:
                each.kind, each.number = kind, number

    def _end_field(self) -> None:
        ended = self.fields.pop()
        if ended.live:
            return
        self.gathered.dropped["a field (its result stands in the copy)"] += 1
        if ended.target:
            self._link(ended.target)
        if not ended.is_plain_link:
            self.gathered.unseen("field code", " ".join(ended.code.split()))

    def _link(self, target: str) -> None:
        said = link_text(target)
        if said is None:
            self.gathered.dropped["a link that cannot be examined"] += 1
        elif said.strip():
            self.now.line.asides.append((LINK, said))

    def _captured(self, name: str, said: str) -> None:
        """Take a text that was gathered to where it belongs."""
        kind, fate = CAPTURED[name]
        if not said:
            return
        if fate == "kept":
            self.texts.append((kind, said))
        elif fate == "unseen":
            self.gathered.dropped[f"{kind} (it was examined)"] += 1
            self.gathered.unseen(kind, said.strip("; ").replace("_", " "))
        elif fate == "label":
            self.label = said
        elif name == "sn":
            self.property = said
        elif name == "sv":
            self._shape(said)

    def _shape(self, said: str) -> None:
        kind = {"wzDescription": ALT, "gtextUNICODE": DRAWING}.get(self.property, "")
        if kind:
            self.now.line.asides.append((kind, said))
        elif re.search(r"[^\W\d_]", said):
            self.gathered.unseen("property of a shape", said)

    def content(self) -> Content:
        """Return what the document holds, when all of it was read."""
        self.flush()
        while len(self.lines) > 1:  # a story that never ended
            self._end_story("annotation")
        lines = self.lines[0]
        if lines.line.pieces or lines.line.asides or lines.line.stories:
            self.end_line(None)
        lines.flush()
        content = Content(lines.made, self.stories)
        for kind, said in self.texts:
            content.body.append(Paragraph([(said, "")], kind, self.gathered.count(kind)))
        content.body += self.left
        content.section.sizes, content.section.is_wide = self.sizes, self.is_wide
        content.section.references = self.references
        content.lists = self.lists
        content.unseen, content.gaps = list(self.gathered.unseen_texts), self.gathered.gaps
        content.dropped = [(what, count) for what, count in sorted(self.gathered.dropped.items()) if count]
        return content


def rich_content(data: bytes) -> Content:
    """Return what an RTF document holds (raises ValueError where its groups are nested too deeply)."""
    reader = RichReader()
    walk(data, reader)
    return reader.content()
