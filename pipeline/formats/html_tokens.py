"""HTML cut into tags, comments and text: one pass, linear time, no error on any input.

Follows the HTML Living Standard, section 13.2.5 (tokenization), where text and tags begin
and end; a tag that never ends is text. What a browser would see differently does no
harm: the copy is written from these tokens, never from the source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from recognizers.resources import packaged_configs, read_yaml

_VOCABULARY: dict[str, list[str]] = read_yaml(packaged_configs() / "html.yaml")


def _names(key: str) -> frozenset[str]:
    return frozenset(map(str, _VOCABULARY[key]))


BLOCKS: Final = _names("blocks")
KEPT: Final = BLOCKS | _names("inline") | _names("void")
APART: Final = _names("apart")
VOID: Final = _names("void")
RAW: Final = _names("raw")
PREFORMATTED: Final = _names("preformatted")
TEXTS: Final = _names("texts")
META: Final = _names("meta")
LOOKS: Final = _names("looks")
LOOK_WORDS: Final = _names("words")
_ESCAPABLE = frozenset({"title", "textarea", "xmp"})


@dataclass(frozen=True, slots=True)
class Text:
    """Text between tags, entities decoded."""

    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag: its lower-case name, and its attributes with entities decoded."""

    name: str
    closes: bool = False
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment."""

    text: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What no copy holds: a script, a style sheet (and what it says), a declaration, a conditional comment."""

    what: str
    said: str = ""


Token = Text | Tag | Comment | LeftOut

# Quotes count only after "=": a stray one in a tag must not swallow the text behind it.
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/>]*+)((?:[^>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+)>""")
_TAG_START = re.compile(r"</?[A-Za-z]")
_LOOSE_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)([^>]*+)>")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]++))?""")
_COMMENT_END = re.compile(r"--!?>")
_SPELLED = {name: re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.IGNORECASE) for name in RAW | _ESCAPABLE}


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of ``source`` in order, neighbouring texts as one."""
    gathered: list[str] = []
    for token in _tokens(source):
        if isinstance(token, Text):
            gathered.append(token.text)
            continue
        if gathered:
            yield Text("".join(gathered))
            gathered = []
        yield token
    if gathered:
        yield Text("".join(gathered))


def _tokens(source: str) -> Iterator[Token]:
    at, last_end = 0, source.rfind(">")
    strict = True
    while at < len(source):
        opening = source.find("<", at)
        if opening < 0:
            yield Text(html.unescape(source[at:]))
            return
        if opening > at:
            yield Text(html.unescape(source[at:opening]))
        if source.startswith(("<!", "<?", "</"), opening) and not _TAG_START.match(source, opening):
            token, at = _declaration(source, opening)
            yield token
            continue
        found = None
        if opening < last_end and _TAG_START.match(source, opening):
            found = _TAG.match(source, opening) if strict else None
            strict = strict and found is not None  # after one that runs past the end: quotes no longer count
            found = found or _LOOSE_TAG.match(source, opening)
        if not found:
            yield Text("<")
            at = opening + 1
            continue
        tag = _tag(found)
        at = found.end()
        if tag.closes or tag.name not in _SPELLED:
            yield tag
            continue
        if found[3].rstrip().endswith("/"):
            yield from _element(tag, "")
            continue
        end = _SPELLED[tag.name].search(source, at)
        content = source[at : end.start() if end else len(source)]
        at = end.end() if end else len(source)
        yield from _element(tag, content)


def _element(tag: Tag, content: str) -> Iterator[Token]:
    """Yield an element whose content is no markup."""
    if tag.name in RAW:
        yield LeftOut(tag.name, content if tag.name == "style" else "")
        return
    yield tag
    yield Text(content if tag.name == "xmp" else html.unescape(content))
    yield Tag(tag.name, closes=True)


def _tag(found: re.Match[str]) -> Tag:
    if found[1]:
        return Tag(found[2].lower(), closes=True)
    attributes: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(found[3]):
        value = each[2] or ""
        if value[:1] in {'"', "'"} and value[-1:] == value[:1] and len(value) > 1:
            value = value[1:-1]
        attributes.setdefault(each[1].lower(), html.unescape(value))
    return Tag(found[2].lower(), attributes=tuple(attributes.items()))


def _declaration(source: str, at: int) -> tuple[Token, int]:
    """Return the comment or declaration at ``at`` and where it ends."""
    if source.startswith("<![CDATA[", at):
        end = source.find("]]>", at)
        stop = end if end >= 0 else len(source)
        return Text(source[at + 9 : stop]), min(stop + 3, len(source))
    if source.startswith("<!--", at):
        if source.startswith((">", "->"), at + 4):
            return Comment(""), source.index(">", at) + 1
        end_found = _COMMENT_END.search(source, at + 4)
        text = source[at + 4 : end_found.start() if end_found else len(source)].strip()
        token = LeftOut("conditional comment") if text.startswith("[if") or text.endswith("[endif]") else Comment(text)
        return token, end_found.end() if end_found else len(source)
    end = source.find(">", at)
    return LeftOut("declaration"), end + 1 if end >= 0 else len(source)
