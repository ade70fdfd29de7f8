"""What a format offers. One file a format; a format knows no policy and no other stage.

``units`` cuts a source into pieces that workers handle alone, ``read`` turns the bytes of
one unit into segments, ``rewrite`` builds new bytes for the unit from what ``read`` gave and
the edits, and the parts of a source, written one after another, are its copy. ``read`` and
``rewrite`` are pure functions of picklable things: the same input gives the same output, on
any machine. Whatever cannot be examined is a :class:`~pipeline.model.Gap`; its bytes never
travel: ``rewrite`` puts ``WITHHELD_PART`` in its place.

Some formats have more. ``assemble(parts, sink)``, where parts written one after another are
no file (Parquet): :func:`assembled` takes it, or joins the parts; ``read`` and ``rewrite`` take a part as well as
a piece of a file. ``finished(part)``, where a part needs a last step by itself: mail, whose attachments are held as
parts of their formats until then. And ``table(payload, unit)``, which yields the rows of a unit as their number and
the texts of their cells: then the file is a table, and its columns are classified. Where a file holds several (the
sheets of a workbook), the units of each have a ``table`` of their own in their context ("0": none), and
``first_column``, the number of its first column in the file. ``writes`` is the ending of a copy's name where its kind
is another than the source's (``.eml``): :func:`copy_name`; ``is_packed`` says that the bytes of a file are no text to
search; ``looked_at_again`` reads the pixels of a part as they will be written. A format here is read inside messages
too (:mod:`pipeline.formats.mail_attached`), by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol, runtime_checkable

from pipeline.model import Edit, Reading, Source, Unit


class Format(Protocol):
    """A kind of file: how to tell it, cut it, read it, and write it anew."""

    name: str
    """One lower-case word, as in ``Source.format``."""

    holds: str
    """What a gap that cannot be left out holds back: ``unit`` (one message) or ``file``."""

    def claims(self, head: bytes, name: str) -> float:
        """Return how sure this format is that a file is its own, 0 to 1, from its first 64 KiB and its name.

        None of the formats may raise here. The highest claim wins; two equal claims above 0 are an error.
        """

    def units(self, stream: BinaryIO, source: Source) -> Iterator[Unit]:
        """Cut a source into units that cover every byte of it, in order, in bounded memory.

        Where a format cannot cut finer (a row group of Parquet), units in a row share the same bytes.

        Raises:
            UnreadableSource: the source is not what its format says.
        """

    def read(self, payload: bytes, unit: Unit) -> Reading:
        """Return the segments of a unit from its bytes (``payload`` is ``start`` to ``stop``).

        Every text a reader of the copy could see, and every text that travels unseen, is in a
        segment, a gap or a ``Dropped``. Two reads of the same bytes give the same reading.

        Raises:
            UnreadableSource: the unit cannot be read at all; its record is held.
        """

    def rewrite(self, payload: bytes, unit: Unit, edits: Sequence[Edit]) -> bytes:
        """Return new bytes for the unit with ``edits`` applied (sorted, not overlapping).

        Without edits, gaps and dropped parts, the text content comes out unchanged.

        Raises:
            UnreadableSource: the unit cannot be read at all.
            SpanError: an edit does not fit its segment.
        """


@runtime_checkable
class Assembled(Protocol):
    """A format whose parts become a file by a step of their own."""

    def assemble(self, parts: Sequence[bytes], sink: BinaryIO) -> None:
        """Write the file that the parts of a source make, in order; ``parts`` are taken one at a time, twice."""


@runtime_checkable
class Finished(Protocol):
    """A format whose parts are finished one by one: mail, whose attachments are held as parts until then."""

    def finished(self, part: bytes) -> bytes:
        """Return the bytes that stand in the copy for a part that ``rewrite`` gave."""


def finished(kind: Format, part: bytes) -> bytes:
    """Return a part as it stands in the copy."""
    return kind.finished(part) if isinstance(kind, Finished) else part


def units_of(kind: Format, stream: BinaryIO, source: Source, *, is_copy: bool = False) -> Iterator[Unit]:
    """Cut a source, or a copy written a moment ago, of which a format may know more (raises UnreadableSource)."""
    cut = getattr(kind, "units_of_copy", kind.units) if is_copy else kind.units
    yield from cut(stream, source)


def copy_name(kind: Format, name: str) -> str:
    """Return the name of the copy of a file: its own, or one that ends as what the format writes."""
    writes: str = getattr(kind, "writes", "")
    path = PurePosixPath(name)
    return str(path.with_suffix(writes)) if writes and path.name and path.suffix.lower() != writes else name


def assembled(kind: Format, parts: Sequence[bytes], sink: BinaryIO) -> None:
    """Write the copy of a source from its parts."""
    if isinstance(kind, Assembled):
        kind.assemble(parts, sink)
        return
    sink.writelines(finished(kind, part) for part in parts)
