"""The independent reader of documents: the standard library's archive and XML, and every text of every part.

The format itself reads with lxml and knows what parts mean; this one knows paragraphs and nothing else, so that a text
that the other passes over is seen here.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from pipeline.errors import UnreadableSource

_PART: Final = b"DOCUMENT PART\n"
_MOST_BYTES: Final = 1 << 30
_LAST: dict[bytes, tuple[list[str], list[str]]] = {}
"""The paragraphs of the document that was read last, and what stands beside them: its units come one after another."""
_MAIN: Final = "word/document.xml"
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS: Final = {f"{_W}br": "\n", f"{_W}tab": "\t"}
KINDS: Final = frozenset(
    {
        *("text before changes", "text with what was hidden", "comment", "link", "alt text", "text box"),
        *("text of a drawing", "text of a chart", "label of a list"),
        *("unused header", "unused footer", "unused footnote", "unused endnote"),
        *("title of the file", "subject of the file", "remark on the file", "keywords of the file"),
        "category of the file",
    }
)
"""What a copy says before a text that stood beside the others: words of this program, which are no text of a record."""
_SMALL: Final = re.compile(r"-?\d{1,5}")
"""Sizes and numbers of this program."""
_NAMES: Final = frozenset(f"[{kind}] " for kind in KINDS)


def document_texts(data: bytes, context: Mapping[str, str]) -> list[str]:
    """Return the paragraphs of a unit as one text, a line each, then what stands beside them for the last unit.

    Args:
        data: a part as it was written, or a whole document.
        context: the unit's context: ``from`` and ``to`` say which paragraphs of a whole document it is.

    Raises:
        UnreadableSource: it is no document that this program wrote.
    """
    try:
        if data.startswith(_PART):
            return list(_part(json.loads(data[len(_PART) :])))
        return list(_whole(data, context))
    except (zipfile.BadZipFile, zlib.error, ET.ParseError, LookupError, ValueError, TypeError, OSError) as error:
        raise UnreadableSource("copy", f"an independent document reader fails ({type(error).__name__})") from None


def _part(said: dict[str, Any]) -> Iterator[str]:
    stories = [said["body"], *(paragraphs for _, _, paragraphs in said["stories"])]
    for story in stories:
        yield "\n".join("".join(text for text, _ in paragraph[0]) for paragraph in story)


def _whole(data: bytes, context: Mapping[str, str]) -> Iterator[str]:
    key = hashlib.blake2b(data, digest_size=32).digest()
    if key not in _LAST:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            made = _paragraphs_and_rest(package)
        _LAST.clear()
        _LAST[key] = made
    paragraphs, rest = _LAST[key]
    start, stop = int(context["from"]), int(context["to"])
    is_last = int(context["share"]) + 1 == int(context["shares"])
    yield "\n".join(paragraphs[start : None if is_last else stop])
    if is_last:
        yield from rest


def _paragraphs_and_rest(package: zipfile.ZipFile) -> tuple[list[str], list[str]]:
    if sum(each.file_size for each in package.infolist()) > _MOST_BYTES:
        raise ValueError("too large")
    root = ET.fromstring(package.read(_MAIN))  # noqa: S314 - we wrote it
    return [_said(each) for each in root.iter(f"{_W}p")], list(_rest(package, root))


def _rest(package: zipfile.ZipFile, root: ET.Element) -> Iterator[str]:
    """Yield what stands beside the paragraphs: values, names and remarks of parts, all of the other parts."""
    yield package.comment.decode("utf-8", "replace")
    yield "\n".join(dict.fromkeys(_values(root)))
    for member in package.infolist():
        yield f"{member.filename} {member.comment.decode('utf-8', 'replace')}"
        if not member.filename.endswith((".xml", ".rels")):  # what this program writes has no other parts
            raise ValueError("a part of another kind")
        if member.filename != _MAIN:
            tree = ET.fromstring(package.read(member))  # noqa: S314 - we wrote it
            yield "\n".join(_said(each) for each in tree.iter(f"{_W}p"))
            yield "\n".join(dict.fromkeys(_values(tree)))


def _said(paragraph: ET.Element) -> str:
    """Return what a paragraph says, without the name of a kind before it."""
    pieces: list[str] = []
    for run in paragraph.iter(f"{_W}r"):
        said = "".join(each.text or "" if each.tag == f"{_W}t" else _SIGNS.get(each.tag, "") for each in run.iter())
        is_name = not pieces and any(each.get(f"{_W}val") == "AsideKind" for each in run.iter(f"{_W}rStyle"))
        pieces.append("" if is_name and said in _NAMES else said)
    return "".join(pieces)


def _values(root: ET.Element) -> Iterator[str]:
    """Yield every text of a part that stands in no run of a paragraph, and every value of an attribute."""
    for each in root.iter():
        yield from (value for value in each.attrib.values() if value.strip() and not _SMALL.fullmatch(value))
        if each.tag != f"{_W}t" and each.text and each.text.strip():
            yield each.text
        if each.tail and each.tail.strip():
            yield each.tail
