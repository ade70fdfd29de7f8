"""HTML pages as files of their own: saved web pages, exports of systems that write HTML.

A page is one record. It is written anew from its tokens (:mod:`pipeline.formats.html_text`), in UTF-8: no script,
style, frame, event, ``data-`` attribute, structured data or conditional comment is ever copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import looks_like_text
from pipeline.formats.html_text import HtmlText, declared_charset
from pipeline.formats.mail_text import Undecodable, text_of
from pipeline.model import Edit, Reading, Source, Unit

LARGEST: Final = 64 * 1024 * 1024
NAMES: Final = frozenset({".html", ".htm", ".xhtml", ".shtml"})

_CHARSET: Final = '<meta charset="utf-8">\n'
_HEAD: Final = re.compile(r"<head>\s?")
_LEAD: Final = rb"\s*(?:(?:<\?xml[^>]{0,200}>|<!--.{0,4000}?-->)\s*)*"
_PAGE: Final = re.compile(_LEAD + rb"<(?:!doctype\s+html|html|head|body|title|meta)\b", re.IGNORECASE | re.DOTALL)
_PIECE: Final = re.compile(
    _LEAD + rb"<(?:table|div|p|ul|ol|h[1-6]|form|style|script|center|font|span|section|article|a|b|br|pre)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_TABLE: Final = re.compile(_LEAD + rb"<(?:table|style|script)\b[^<>]*>", re.IGNORECASE | re.DOTALL)
_CELLS: Final = frozenset({".csv", ".tsv", ".tab", ".psv"})
_END: Final = re.compile(rb"</[a-z][a-z0-9]*\s*>", re.IGNORECASE)
_MARKS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class WebPage:
    """A page of HTML."""

    name = "html"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return how sure it is: what stands at the very beginning decides; a name alone claims text with tags."""
        suffix = PurePosixPath(name).suffix.lower()
        head = _as_bytes_of_ascii(head)
        if not looks_like_text(head):
            return 0.0
        if _PAGE.match(head):
            return 0.97
        if suffix in {".md", ".markdown"}:
            return 0.0
        piece = _TABLE if suffix in _CELLS else _PIECE  # the first cell of a table may well hold a tag
        if piece.match(head) and _END.search(head):
            return 0.955 if suffix != ".txt" else 0.9
        return 0.9 if suffix in NAMES and _END.search(head) else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Yield the page, whole.

        Raises:
            UnreadableSource: it is larger than 64 MiB, or holds NUL bytes.
        """
        del stream
        if source.size > LARGEST:
            raise UnreadableSource(source.path, "it is a page of more than 64 MB", "split it")
        yield Unit(source, 0, 0, source.size)

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return the blocks of text and the texts that travel unseen (raises UnreadableSource)."""
        reading = HtmlText.parsed(page_text(payload, unit)).reading()
        segments = (replace(each, record=unit.source.path, thread=unit.source.path) for each in reading.segments)
        return replace(reading, segments=tuple(segments))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return a new page in UTF-8 that says so.

        Raises:
            UnreadableSource: the page cannot be read.
            SpanError: an edit fits no text of the page.
        """
        made = HtmlText.parsed(page_text(payload, unit)).written(edits)
        head = _HEAD.search(made)
        at = head.end() if head else 0
        return (made[:at] + _CHARSET + made[at:]).encode("utf-8", "replace")


def page_text(payload: bytes, unit: Unit) -> str:
    """Return the text of a page in the charset that its mark or its ``meta`` says (raises UnreadableSource)."""
    wide = next((name for mark, name in _MARKS.items() if payload.startswith(mark)), "")
    try:
        text = text_of(payload, wide or declared_charset(payload)).lstrip("\ufeff")
    except Undecodable as gap:
        raise UnreadableSource(unit.source.path, gap.why, "save it again as UTF-8") from None
    if "\0" in text:
        raise UnreadableSource(unit.source.path, "NUL bytes in a page", "save it again as UTF-8")
    if "-----BEGIN PGP MESSAGE" in text:
        raise UnreadableSource(unit.source.path, "a part of it is encrypted", "decrypt it")
    return text


def _as_bytes_of_ascii(head: bytes) -> bytes:
    """Return the first bytes as ASCII where their mark says UTF-16."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return head[2:].decode(name, "replace").encode("ascii", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")
