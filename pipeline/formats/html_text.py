r"""HTML as segments: blocks of running text, and every text that travels unseen; and back.

A block's text is what stands between two block-level tags: inline tags leave no mark in
it, a line break is ``\\n``, white space is one space except where it is preformatted.
Each piece of the source knows its place in the block, so that an edit touches only its
own span and tags stay as they were. Only tags and attributes named in ``configs/html.yaml``
are written; each attribute value is a segment, or one of a fixed set of short words,
numbers and colours.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

from pipeline.formats.cell_seams import SEAM, Seam
from pipeline.formats.html_cells import CELLS, JOINT, LONGEST, Cells
from pipeline.formats.html_direction import Direction
from pipeline.formats.html_labels import labels_of_blocks, name_of_field
from pipeline.formats.html_seams import seams_of_page
from pipeline.formats.html_tokens import (
    APART,
    BLOCKS,
    KEPT,
    LOOK_WORDS,
    LOOKS,
    META,
    PREFORMATTED,
    TEXTS,
    VOID,
    Comment,
    LeftOut,
    Tag,
    Text,
    Token,
    tokens,
)  # fmt: skip
from pipeline.formats.text_pieces import check_edits, merged, pieces_after, text_after
from pipeline.model import Attribute, Block, Dropped, Edit, Reading, Role, Segment, SpanError, Step

_WHITE = re.compile(r"[ \t\n\r\f]+")
_LINKS = frozenset({"href", "src"})
_DIALLED = frozenset({"tel", "sms", "callto", "fax", "facetime", "facetime-audio"})
_LOOK = re.compile(r"\d{1,4}(?:px|%)?|#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|")
_DATA_CHARSET = re.compile(r";\s*charset\s*=([^;]*)", re.IGNORECASE)
_MOST_STATIONS = 12
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_STANDS_APART = re.compile(
    r"display\s*:\s*(?:block|flow-root|flex|grid|table|list-item)|position\s*:\s*(?:absolute|fixed)|float\s*:\s*(?:left|right)",
    re.IGNORECASE,
)
_RENAMED = {"xmp": "pre", "listing": "pre", "plaintext": "pre"}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the text of a block, counted within the block."""

    block: int
    number: int


@dataclass(frozen=True, slots=True)
class _Element:
    """A start tag as it is written: its harmless attributes, and those whose values are segments."""

    name: str
    looks: tuple[tuple[str, str], ...] = ()
    texts: tuple[tuple[str, str, Attribute], ...] = ()


@dataclass(frozen=True, slots=True)
class _Unseen:
    """A text outside the blocks: a comment, or the title of the page."""

    step: Attribute


def declared_charset(data: bytes) -> str:
    """Return the charset that the first 1,024 bytes of an HTML file declare, or ""."""
    found = _META_CHARSET.search(data[:1024])
    return found[1].decode("ascii") if found else ""


def link_text(value: str) -> str | None:
    """Return what a link says: percent-encoding undone, ``mailto:`` taken off; None where it cannot be examined.

    What is dialled (``sms:``, ``callto:``) begins with ``tel:``, which tells ten bare digits to be a number.
    """
    scheme = _SCHEME.match(value)
    kind = scheme[1].lower() if scheme else ""
    if kind == "data":
        return _data_text(value)
    if kind in {"cid", "mid", "javascript", "vbscript", "blob", "file"}:
        return None
    text = value
    if scheme and kind in _DIALLED:
        text = f"tel:{value[scheme.end() :]}"  # which tells ten bare digits to be a number
    elif scheme and kind == "mailto":
        text = value[scheme.end() :]
    path, mark, query = text.partition("?")
    text = path + mark + query.replace("+", " ")
    for _ in range(_MOST_STATIONS):  # links that are passed on are encoded once more at each station
        text, before = unquote(text), text
        if text == before:
            return text
    return None


def _data_text(value: str) -> str | None:
    """Return the text that a ``data:`` link holds (RFC 2397), or None where it holds none, or a page that could run."""
    head, _, body = value.partition(",")
    if not re.match(r"\s*data:\s*(?:text/plain\b|[;,]|$)", head + ",", re.IGNORECASE):
        return None
    charset = _DATA_CHARSET.search(head)
    if charset and charset[1].strip(" \"'").lower() not in {"", "utf-8", "utf8", "us-ascii"}:
        return None
    data = unquote_to_bytes(body)
    try:
        if head.strip().lower().endswith(";base64"):
            data = base64.b64decode(data, validate=True)
        text = data.decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return None if "\0" in text else text


@dataclass
class HtmlText:
    """An HTML text cut into what is written as it stands and what is examined."""

    items: list[str | _Piece | _Element | _Unseen] = field(default_factory=list)
    segments: dict[Step, str] = field(default_factory=dict)
    spans: list[list[tuple[int, int]]] = field(default_factory=list)
    cells: dict[int, dict[int, list[int]]] = field(default_factory=dict)
    """The blocks that begin in each cell, by row and column."""
    tables: dict[int, int] = field(default_factory=dict)
    """The table in which each row of cells lies."""
    terms: set[int] = field(default_factory=set)
    """The blocks that are terms of a list of definitions."""
    labels: dict[Step, str] = field(default_factory=dict)
    """What names a text: the head of its column, what stands on its left or before it, the name of a form field."""
    seams: dict[Step, tuple[Seam, Sequence[int]]] = field(default_factory=dict)
    """Numbers that are cut over cells or blocks, and the block of each of their parts."""
    left_out: Counter[str] = field(default_factory=Counter)

    @classmethod
    def parsed(cls, source: str) -> HtmlText:
        """Return ``source`` cut up; no input raises."""
        builder = _Builder(cls(), Direction(source))
        for token in tokens(source):
            builder.add(token)
        builder.end_block()
        made = builder.made
        texts = [made.segments[Block(block)] for block in range(len(made.spans))]
        for seam, blocks in seams_of_page(texts, made.cells, made.tables):
            step = Attribute(SEAM, len(made.seams))
            made.segments[step] = seam.text
            made.seams[step] = (seam, blocks)
        made.labels |= {Block(at): label for at, label in labels_of_blocks(texts, made.cells, made.tables, made.terms)}
        return made

    def reading(self) -> Reading:
        """Return the segments, blocks and unseen texts, addressed from this text, and what is left out."""
        segments = (
            Segment(text, (step,), self._label(step), role=Role.TEXT if isinstance(step, Block) else Role.ATTRIBUTE)
            for step, text in self.segments.items()
        )
        dropped = (Dropped((), what, count) for what, count in sorted(self.left_out.items()))
        return Reading(tuple(segments), dropped=tuple(dropped))

    def _label(self, step: Step) -> str:
        return self.seams[step][0].label if step in self.seams else self.labels.get(step, "")

    def written(self, edits: Sequence[Edit]) -> str:
        """Return the HTML after ``edits``.

        Raises:
            SpanError: an edit fits no segment.
        """
        by_step: dict[Step, list[Edit]] = defaultdict(list)
        for edit in edits:
            if len(edit.address) != 1 or edit.address[0] not in self.segments:
                raise SpanError("an edit is addressed to no text of this page")
            by_step[edit.address[0]].append(edit)
        joined: set[Step] = set()
        for step, (seam, blocks) in self.seams.items():
            for edit in by_step.pop(step, ()):
                check_edits(seam.text, [edit])
                for cell, start, end in seam.edits_of(edit):
                    by_step[Block(blocks[cell])].append(Edit((Block(blocks[cell]),), start, end, edit.replacement))
                    joined.add(Block(blocks[cell]))
        for step in joined:
            by_step[step] = merged(by_step[step])
        pieces = [
            pieces_after(self.segments[Block(block)], spans, by_step.get(Block(block), ()))
            for block, spans in enumerate(self.spans)
        ]
        unseen = {
            step: text_after(text, by_step.get(step, ()))
            for step, text in self.segments.items()
            if isinstance(step, Attribute)
        }
        out: list[str] = []
        for item in self.items:
            match item:
                case str():
                    out.append(item)
                case _Piece():
                    out.append(html.escape(pieces[item.block][item.number], quote=False))
                case _Element():
                    out.append(_start_tag(item, unseen, by_step))
                case _Unseen():
                    out.append(_unseen(item.step, unseen[item.step]))
        return "".join(out)


def _start_tag(element: _Element, unseen: Mapping[Attribute, str], edited: Mapping[Step, list[Edit]]) -> str:
    attributes = list(element.looks)
    for name, value, step in element.texts:
        if name in _LINKS:  # part of a link says as much as the whole
            attributes.append((name, "" if step in edited else value))
        else:
            attributes.append((name, unseen[step]))
    return f"<{element.name}" + "".join(f' {name}="{html.escape(value)}"' for name, value in attributes) + ">"


def _unseen(step: Attribute, text: str) -> str:
    if step.name != "comment":
        return html.escape(text, quote=False)
    return f"<!-- {re.sub('--(?=!?>)', '- -', text)} -->"


class _Builder:
    """Puts tokens together to an :class:`HtmlText`."""

    def __init__(self, made: HtmlText, direction: Direction) -> None:
        self.made = made
        self._text: list[str] = []
        self._size = 0
        self._preformatted = 0
        self._in_title = False
        self._in_term = False
        self._styled: list[tuple[str, bool]] = []  # elements open since the first that its style sets apart
        self._open: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._cells = Cells()
        self._direction = direction

    def add(self, token: Token) -> None:
        match token:
            case Text():
                self._add_text(self._direction.shown(token.text))
            case Tag():
                self._direction.take(token)
                self._add_tag(token)
            case Comment():
                if token.text:
                    self.made.items.append(_Unseen(self._segment("comment", token.text)))
            case LeftOut():
                self.made.left_out[token.what] += 1

    def end_block(self) -> None:
        """End the block of running text, without the white space at its end."""
        if self._size:
            text = "".join(self._text).rstrip(" \n")
            number = len(self.made.spans) - 1
            self.made.segments[Block(number)] = text
            spans = self.made.spans[number]
            self.made.spans[number] = [(min(start, len(text)), min(end, len(text))) for start, end in spans]
        self._text, self._size = [], 0

    def _segment(self, name: str, text: str) -> Attribute:
        step = Attribute(name, self._counts[name])
        self._counts[name] += 1
        self.made.segments[step] = text
        return step

    def _add_text(self, text: str) -> None:
        if self._in_title:
            if text.strip():
                self.made.items.append(_Unseen(self._segment("page title", _WHITE.sub(" ", text).strip())))
            return
        if self._cells.goes_on and not text.strip():
            self.made.items.append("\n")
            return
        if not self._preformatted:
            text = _WHITE.sub(" ", text)
            if self._size and self._text[-1][-1:] in {" ", "\n"}:
                text = text.removeprefix(" ")
        if not self._size:
            rest = text.lstrip()
            lead = text[: len(text) - len(rest)]
            if lead and self.made.items[-1:] != ["\n"]:
                self.made.items.append(lead)
            text = rest
            if text:
                self.made.spans.append([])
                self.made.segments[Block(len(self.made.spans) - 1)] = ""  # keeps its place in the reading order
                if self._in_term:
                    self.made.terms.add(len(self.made.spans) - 1)
                if self._cells.place is not None:
                    row, column = self._cells.place
                    self.made.tables[row] = self._cells.table
                    blocks = self.made.cells.setdefault(row, {}).setdefault(column, [])
                    blocks.append(len(self.made.spans) - 1)
        if text:
            self._add_piece(text)

    def _add_piece(self, text: str) -> None:
        block = len(self.made.spans) - 1
        self.made.items.append(_Piece(block, len(self.made.spans[block])))
        self.made.spans[block].append((self._size, self._size + len(text)))
        self._text.append(text)
        self._size += len(text)

    def _add_tag(self, tag: Tag) -> None:
        name = _RENAMED.get(tag.name, tag.name)
        parts = self._parts(tag)
        may_go_on = tag.closes and tag.name in CELLS and self._size <= LONGEST
        if self._cells.keeps_open(tag, "".join(self._text) if may_go_on else ""):
            if not tag.closes and self._size:
                self._text.append(JOINT)
                self._size += 1
        elif tag.name in BLOCKS or tag.name in PREFORMATTED:
            self.end_block()
        elif parts:
            self.end_block()
            self.made.items.append("\n")  # what sets it apart is not copied
        if tag.name in PREFORMATTED:
            self._preformatted = max(0, self._preformatted + (-1 if tag.closes else 1))
        if tag.name in {"dt", "dd"}:
            self._in_term = tag.name == "dt" and not tag.closes
        if tag.name == "title":
            self._in_title = not tag.closes
        if name == "br" and self._size:
            self._text.append("\n")
            self._size += 1
        if name == "meta":
            self._add_meta(dict(tag.attributes))
        elif name not in KEPT:
            if not tag.closes:
                self.made.left_out["tag"] += 1
        elif tag.closes:
            if name not in VOID:
                self.made.items.append(f"</{name}>")
            if name in BLOCKS and not self._preformatted:
                self.made.items.append("\n")
        else:
            self.made.items.append(self._element(name, tag.attributes))

    def _parts(self, tag: Tag) -> bool:
        """Return whether here starts or ends what a reader does not see run into the text around it."""
        if tag.name in APART:
            return True
        if tag.name in VOID:
            return False
        if tag.closes:
            return self._closed(tag.name)
        attributes = dict(tag.attributes)
        style = attributes.get("style", "")
        starts = "hidden" in attributes or bool(_HIDING.search(style) or _STANDS_APART.search(style))
        if starts or self._open[tag.name]:
            self._styled.append((tag.name, starts))
            self._open[tag.name] += 1
        return starts

    def _closed(self, name: str) -> bool:
        """Take the innermost open element of that name off, with those inside it; return whether one stood apart."""
        apart = False
        while self._open[name]:
            each, starts = self._styled.pop()
            self._open[each] -= 1
            apart = apart or starts
            if each == name:
                break
        return apart

    def _add_meta(self, attributes: dict[str, str]) -> None:
        name, content = attributes.get("name", "").lower(), attributes.get("content", "")
        if name not in META or not content.strip():
            self.made.left_out["tag"] += 1
            return
        step = self._segment("content", content)
        self.made.items.append(_Element("meta", (("name", name),), (("content", content, step),)))

    def _element(self, name: str, attributes: tuple[tuple[str, str], ...]) -> _Element:
        looks, texts = [], []
        for attribute, value in attributes:
            text = link_text(value) if attribute in _LINKS else value
            if attribute in LOOKS and (value.lower() in LOOK_WORDS or _LOOK.fullmatch(value)):
                looks.append((attribute, value))
            elif attribute not in TEXTS or text is None or (attribute == "src" and name != "img"):
                self.made.left_out["attribute"] += 1
            elif not text.strip():
                looks.append((attribute, ""))
            else:
                step = self._segment(attribute, text)
                texts.append((attribute, value, step))
                label = name_of_field(dict(attributes), "".join(self._text)) if attribute == "value" else ""
                if label:
                    self.made.labels[step] = label
        return _Element(name, tuple(looks), tuple(texts))
