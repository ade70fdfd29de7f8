r"""Markdown as segments: running text as a reader sees it, link targets, titles, comments, attributes; and back.

Marks inside a line (``*``, ``_``, ``~~``, backticks, backslashes of escapes, the brackets of a link) stand in no
segment, so that a name cut by them is one name; they are written as they stand. HTML inside travels as in
:mod:`pipeline.formats.html_text`: tags and attributes named in ``configs/html.yaml``, no script, no style.
Sources: CommonMark 0.31, sections 2.4, 4.5, 4.7, 6.1 to 6.6; YAML 1.2 section 5.7 (escapes in front matter).
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.formats.html_direction import Direction
from pipeline.formats.html_text import link_text
from pipeline.formats.html_tokens import KEPT, LOOK_WORDS, LOOKS, RAW, TEXTS, Tag
from pipeline.formats.text_pieces import check_edits, pieces_after, text_after
from pipeline.model import Attribute, Block, Dropped, Edit, Reading, Role, Segment, SpanError, Step

BLOCK_SIZE: Final = 8_000
LONGEST: Final = 20_000

_FRONT: Final = re.compile(r"(---|\+\+\+)[ \t]*\r?\n.*?^(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_MARK: Final = re.compile(r"\\|<|\]\(|\[|[*_~]+|`+|^ {0,3}(?:~~~+)|\n[ \t]*\r?\n|\n", re.MULTILINE)
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_YAML_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U(000[0-9A-Fa-f]{5}|0010[0-9A-Fa-f]{4}))")
_FENCE: Final = re.compile(r"^ {0,3}(```+|~~~+)[^\n`]*$", re.MULTILINE)
_TARGET: Final = r"(?:<([^<>\n]*)>|([^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*))"
_TITLE: Final = (
    r"(?:[ \t]*\n?[ \t]*(\"(?:[^\"\\]|\\.){0,2000}\"|'(?:[^'\\]|\\.){0,2000}'|\((?:[^()\\]|\\.){0,2000}\)))?"
)
_LINK: Final = re.compile(rf"\]\([ \t]*\n?[ \t]*{_TARGET}{_TITLE}[ \t]*\n?[ \t]*\)")
_DEFINITION: Final = re.compile(
    rf"(?<![^\n])( {{0,3}}\[)([^\]\[\n]{{1,500}})(\]:[ \t]*\n?[ \t]*){_TARGET}{_TITLE}[ \t]*$", re.MULTILINE
)
_SIMPLE: Final = re.compile(r"\[[^\[\]\n]{0,500}(?=\]\()")
_AUTOLINK: Final = re.compile(r"<((?:[A-Za-z][A-Za-z0-9+.-]{1,31}:|[^\s<>@]{1,200}@)[^\s<>]{1,2000})>")
_TAG: Final = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9-]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE: Final = re.compile(r"""([^\s"'>/=][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]++))?""")
_LOOK: Final = re.compile(r"\d{1,4}(?:px|%)?|#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|")
_PUNCTUATION: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_LEFT_OUT: Final = RAW | {"object", "embed", "applet", "template", "svg", "math", "noscript", "form"}


@dataclass
class _Text:
    """A text that is examined: its pieces as they read, where they stand in it, and as they are written."""

    pieces: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, seen: str, raw: str) -> int:
        self.spans.append((self.size, self.size + len(seen)))
        self.pieces.append(seen)
        self.raw.append(raw)
        self.size += len(seen)
        return len(self.spans) - 1

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def written(self, edits: Sequence[Edit]) -> list[str]:
        after = pieces_after(self.text, self.spans, edits)
        return [raw if new == seen else new for new, seen, raw in zip(after, self.pieces, self.raw, strict=True)]


@dataclass(frozen=True, slots=True)
class _Piece:
    block: int
    number: int


@dataclass(frozen=True, slots=True)
class _Unseen:
    """A text beside the running text: how it is written when nothing in it is edited, and what stands around it."""

    step: Attribute
    raw: str


class MarkdownText:
    """A Markdown text cut into what is written as it stands and what is examined."""

    def __init__(self, source: str) -> None:
        self.blocks: list[_Text] = []
        self.unseen: dict[Attribute, str] = {}
        self.order: list[Step] = []
        self.left_out: Counter[str] = Counter()
        self._items: list[str | _Piece | _Unseen] = []
        self._counts: Counter[str] = Counter()
        self._source = source
        self._direction = Direction(source)
        self._no_code: set[str] = set()
        self._ended = True
        front = _FRONT.match(source.removeprefix("\ufeff"))
        start = source.startswith("\ufeff") + (front.end() if front else 0)
        self._front(source[:start])
        self._body(start)

    def reading(self) -> Reading:
        """Return the segments in their order, and what is left out."""
        segments = []
        for step in self.order:
            text = self.blocks[step.number].text if isinstance(step, Block) else self.unseen.get(step, "")  # type: ignore[arg-type]
            if text.strip():
                segments.append(Segment(text, (step,), role=Role.TEXT if isinstance(step, Block) else Role.ATTRIBUTE))
        return Reading(tuple(segments), dropped=tuple(Dropped((), *each) for each in sorted(self.left_out.items())))

    def written(self, edits: Sequence[Edit]) -> str:
        """Return the text after ``edits``; what no edit touches is as it was (raises SpanError)."""
        by_step: dict[Step, list[Edit]] = defaultdict(list)
        known = set(self.order)
        for edit in edits:
            if len(edit.address) != 1 or edit.address[0] not in known:
                raise SpanError("an edit is addressed to no text of this document")
            by_step[edit.address[0]].append(edit)
        blocks = [each.written(by_step.get(Block(at), ())) for at, each in enumerate(self.blocks)]
        out = []
        for item in self._items:
            match item:
                case str():
                    out.append(item)
                case _Piece():
                    out.append(blocks[item.block][item.number])
                case _Unseen():
                    out.append(self._written_unseen(item, by_step.get(item.step, ())))
        return "".join(out)

    def _written_unseen(self, item: _Unseen, edits: Sequence[Edit]) -> str:
        if not edits:
            return item.raw
        text = self.unseen[item.step]
        check_edits(text, edits)
        if item.step.name in {"link", "href", "src"}:  # part of a link says as much as the whole
            return "#"
        after = text_after(text, edits)
        if item.step.name == "comment":
            return re.sub("--(?=!?>)", "- -", after)
        return html.escape(after) if item.step.name != "title" else re.sub(r"[\"'()\\]", "", after)

    # --- cutting ------------------------------------------------------------------------

    def _raw(self, text: str) -> None:
        if text:
            self._items.append(text)

    def _see(self, seen: str, raw: str | None = None) -> None:
        """Take a piece of running text into the block that is open."""
        if not seen:
            return
        if self._ended:
            self.order.append(Block(len(self.blocks)))
            self.blocks.append(_Text())
            self._ended = False
        number = self.blocks[-1].add(self._direction.shown(seen), seen if raw is None else raw)
        self._items.append(_Piece(len(self.blocks) - 1, number))
        self._ended = self.blocks[-1].size > LONGEST

    def _unseen(self, name: str, text: str, raw: str) -> None:
        step = Attribute(name, self._counts[name])
        self._counts[name] += 1
        self.unseen[step] = text
        self.order.append(step)
        self._items.append(_Unseen(step, raw))

    def _front(self, text: str) -> None:
        at = 0
        for found in _YAML_ESCAPE.finditer(text):
            self._see(text[at : found.start()])
            seen = chr(int(found[1] or found[2] or found[3], 16))
            self._see(seen if seen.isprintable() else "\ufffd", found[0])
            at = found.end()
        self._see(text[at:])
        self._ended = True

    def _body(self, at: int) -> None:
        source = self._source
        definitions = {each.start(): each for each in _DEFINITION.finditer(source, at)}
        fences = {each.start(): each for each in _FENCE.finditer(source, at)}
        stops = sorted({*definitions, *fences, len(source)})
        for stop in stops:
            if stop < at:
                continue
            at = self._running(at, stop)
            if stop in fences and at == stop:
                at = self._fenced(fences[stop])
            elif stop in definitions and at == stop:
                self._definition(definitions[stop])
                at = definitions[stop].end()

    def _fenced(self, opening: re.Match[str]) -> int:
        """Take in a block of code as it stands; one without an end goes to the end of the text."""
        mark = re.escape(opening[1][0])
        closing = re.compile(rf"^ {{0,3}}{mark}{{{len(opening[1])},}}[ \t]*$", re.MULTILINE)
        found = closing.search(self._source, opening.end())
        stop = found.end() if found else len(self._source)
        self._literal(self._source[opening.start() : stop])
        return stop

    def _literal(self, text: str) -> None:
        for start in range(0, len(text), LONGEST):
            self._see(text[start : start + LONGEST])

    def _definition(self, found: re.Match[str]) -> None:
        self._raw(found[1])
        self._see(found[2])
        self._raw(found[3])
        self._target(found, found.end(3), found.end())

    def _target(self, found: re.Match[str], start: int, stop: int, groups: tuple[int, int, int] = (4, 5, 6)) -> None:
        """Take in the target and the title of a link, with what stands around them."""
        bracketed, bare, title = groups
        group = bracketed if found[bracketed] is not None else bare
        self._raw(self._source[start : found.start(group)])
        value = found[group]
        text = link_text(html.unescape(_PUNCTUATION.sub(r"\1", value)))
        if text is None:
            self.left_out["link"] += 1
            self._raw("#")
        elif any(map(str.isalnum, text)):
            self._unseen("link", text, value)
        else:
            self._raw(value)
        at = found.end(group)
        if found[title]:
            self._raw(self._source[at : found.start(title) + 1])
            inner = found[title][1:-1]
            if inner.strip():
                self._unseen("title", html.unescape(_PUNCTUATION.sub(r"\1", inner)), inner)
            at = found.end(title) - 1
        self._raw(self._source[at:stop])

    def _running(self, at: int, stop: int) -> int:
        """Take in running text from ``at`` to ``stop``, or beyond where something does not end before; return where."""
        while at < stop:
            found = _MARK.search(self._source, at, stop)
            if not found:
                self._see(self._source[at:stop])
                return stop
            self._see(self._source[at : found.start()])
            at = self._marked(found)
        return at

    def _marked(self, found: re.Match[str]) -> int:
        """Take in what a mark begins; return where it ends."""
        source, at, mark = self._source, found.start(), found[0]
        if mark.startswith("\n"):
            self._see(mark)
            if len(mark) > 1 and self.blocks[-1].size > BLOCK_SIZE:
                self._ended = True
            return found.end()
        if mark == "\\":
            escape = _ESCAPED.match(source, at)
            self._see(escape[1] if escape else mark, escape[0] if escape else mark)
            return escape.end() if escape else found.end()
        if mark[0] == "<":
            return self._angle(at)
        if mark == "](":
            link = _LINK.match(source, at)
            if link:
                self._target(link, at, link.end(), (1, 2, 3))
                return link.end()
        elif mark == "[":
            simple = _SIMPLE.match(source, at)
            if simple and _LINK.match(source, simple.end()):
                self._raw("[")
                return at + 1
        elif mark[0] == "`":
            return self._code(found)
        elif self._is_emphasis(found):
            self._raw(mark)
            return found.end()
        self._see(mark)
        return found.end()

    def _is_emphasis(self, found: re.Match[str]) -> bool:
        before = self._source[found.start() - 1 : found.start()]
        after = self._source[found.end() : found.end() + 1]
        if not (before + after).strip() or ((before.isspace() or not before) and (after.isspace() or not after)):
            return False
        return found[0][0] != "_" or not (before.isalnum() and after.isalnum())

    def _code(self, found: re.Match[str]) -> int:
        """Take in a code span as it stands between its marks."""
        mark = found[0]
        closing = None
        if mark not in self._no_code:
            closing = re.compile(rf"(?<!`){mark}(?!`)").search(self._source, found.end())
        if closing is None:
            self._no_code.add(mark)  # none further on either
            self._see(mark)
            return found.end()
        self._raw(mark)
        self._literal(self._source[found.end() : closing.start()])
        self._raw(mark)
        return closing.end()

    def _angle(self, at: int) -> int:
        """Take in what ``<`` begins: a comment, an address in brackets, a tag, or nothing but the sign."""
        source = self._source
        if source.startswith("<!--", at):
            end = source.find("-->", at + 4)
            stop = end if end >= 0 else len(source)
            text = source[at + 4 : stop]
            if text.strip().startswith("[if") or text.strip().endswith("[endif]"):
                self.left_out["conditional comment"] += 1
            else:
                self._raw("<!--")
                self._unseen("comment", text, text)
                self._raw("-->")
            return min(stop + 3, len(source))
        link = _AUTOLINK.match(source, at)
        said = link_text(link[1]) if link else None
        if link and said is not None:
            self._raw("<")
            self._see(said, link[1])
            self._raw(">")
            return link.end()
        tag = _TAG.match(source, at)
        if tag:
            return self._tag(tag)
        self._see("<")
        return at + 1

    def _tag(self, tag: re.Match[str]) -> int:
        name = tag[2].lower()
        if name in _LEFT_OUT:
            self.left_out[name] += 1
            if tag[1] or tag[3].rstrip().endswith("/"):
                return tag.end()
            end = re.compile(rf"</{re.escape(name)}(?=[\s/>])[^>]*>", re.IGNORECASE).search(self._source, tag.end())
            return end.end() if end else len(self._source)
        if name not in KEPT or name == "meta":
            self.left_out["tag"] += 1
            return tag.end()
        self._raw(f"<{tag[1]}{tag[2]}")
        found = () if tag[1] else _ATTRIBUTE.finditer(tag[3])
        attributes = [(each[1].lower(), (each[2] or "").strip("\"'")) for each in found]
        self._direction.take(Tag(name, bool(tag[1]), tuple((key, html.unescape(value)) for key, value in attributes)))
        for key, value in attributes:
            self._attribute(key, value)
        self._raw(" />" if tag[3].rstrip().endswith("/") else ">")
        return tag.end()

    def _attribute(self, name: str, value: str) -> None:
        text = link_text(html.unescape(value)) if name in {"href", "src"} else html.unescape(value)
        if name in LOOKS and (value.lower() in LOOK_WORDS or _LOOK.fullmatch(value)):
            self._raw(f' {name}="{html.escape(value)}"')
        elif name not in TEXTS or text is None:
            self.left_out["attribute"] += 1
        elif not text.strip():
            self._raw(f' {name}=""')
        else:
            self._raw(f' {name}="')
            self._unseen(name if name != "title" else "title attribute", text, html.escape(html.unescape(value)))
            self._raw('"')
