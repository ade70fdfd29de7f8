"""Markdown documents (``.md``), with front matter, links and HTML inside.

A document is one record and one unit. What no edit touches stays byte for byte, except HTML that is not copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import charset_for, decode, encode, looks_like_text, readable
from pipeline.formats.markdown_text import MarkdownText
from pipeline.model import Edit, Reading, Source, Unit

LARGEST: Final = 64 * 1024 * 1024
_NAMES: Final = frozenset({".md", ".markdown", ".mdown", ".mkd"})


class Markdown:
    """Running text with Markdown's marks: only its name tells it from other text."""

    name = "markdown"
    holds = "file"

    def claims(self, head: bytes, name: str) -> float:
        """Return 0.8 for text called so: a page of HTML, a card or a calendar under such a name is none."""
        is_called_so = PurePosixPath(name).suffix.lower() in _NAMES
        return 0.8 if is_called_so and looks_like_text(head) else 0.0

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Yield the document, whole.

        Raises:
            UnreadableSource: it is larger than 64 MiB, or no text in its charset.
        """
        if source.size > LARGEST:
            raise UnreadableSource(source.path, "it is a document of more than 64 MB", "split it")
        charset = charset_for(stream, source.path)
        context = {"encoding": charset.name, "mark": str(len(charset.mark))}
        yield Unit(source, 0, 0, source.size, MappingProxyType(context))

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return the blocks of text and the texts beside them (raises UnreadableSource)."""
        reading = MarkdownText(readable(_text(payload, unit))).reading()
        path = unit.source.path
        return replace(reading, segments=tuple(replace(each, record=path, thread=path) for each in reading.segments))

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return the document after ``edits`` in its own charset.

        Raises:
            UnreadableSource: it cannot be read.
            SpanError: an edit fits no text of it.
        """
        made = MarkdownText(readable(_text(payload, unit))).written(edits)
        return payload[: int(unit.context["mark"])] + encode(made, unit.context["encoding"])


def _text(payload: bytes, unit: Unit) -> str:
    text = decode(payload[int(unit.context["mark"]) :], unit.context["encoding"], unit.source.path)
    if "\0" in text:
        raise UnreadableSource(unit.source.path, "NUL bytes in a text", "save it again as text")
    return text
