"""The texts of a unit of a document: as they are examined, and after edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.formats.document_content import MAIN, WITHHELD, Content, Paragraph
from pipeline.formats.document_seams import by_address, placed_seams
from pipeline.formats.text_pieces import merged, pieces_after, text_after
from pipeline.model import Address, Attribute, Dropped, Edit, Gap, Reading, Role, Segment, SpanError, Unit
from pipeline.texts.markers import WITHHELD_PART

# --- reading ----------------------------------------------------------------------------


def reading_of(content: Content, unit: Unit) -> Reading:
    """Return the segments of a unit's content, what could not be examined, and what is left out."""
    return Reading(
        tuple(_segments(content, unit.source.path)),
        tuple(Gap((Attribute(WITHHELD, number),), code, why) for number, code, why in content.gaps),
        tuple(Dropped((), what, count) for what, count in content.dropped),
    )


def _segments(content: Content, path: str) -> Iterator[Segment]:
    for address, those in by_address(content.paragraphs()).items():
        text = "\n".join(each.text for each in those)
        if text.strip():
            first = those[0]
            own = Role.TEXT if first.kind in MAIN else Role.ATTRIBUTE
            role = Role.CELL if not first.kind and first.cell is not None else own
            yield Segment(text, address, first.label, path, "", role)
    for placed in placed_seams(by_address(content.paragraphs())):
        yield Segment(placed.seam.text, placed.address, placed.seam.label, path, "", Role.ATTRIBUTE)
    for address, text in _unseen(content):
        yield Segment(text, address, "", path, "", Role.ATTRIBUTE)


def _unseen(content: Content) -> Iterator[tuple[Address, str]]:
    counts: dict[str, int] = {}
    for kind, text in content.unseen:
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        if text.strip():
            yield (Attribute(kind, number),), text


# --- writing ----------------------------------------------------------------------------


def edited(content: Content, unit: Unit, edits: Sequence[Edit]) -> Content:
    """Return the content after edits, without what no copy holds; a note stands where something was not examined.

    Raises:
        SpanError: an edit does not fit its text, or there is no such text.
    """
    wanted: dict[Address, list[Edit]] = {}
    for each in edits:
        wanted.setdefault(each.address, []).append(each)
    places = by_address(content.paragraphs()) if wanted else {}
    left_out = dict(_unseen(content)) if wanted else {}
    joined: set[Address] = set()
    for placed in placed_seams(places):
        for edit in wanted.pop(placed.address, ()):
            if edit.end > len(placed.seam.text):
                raise SpanError(f"{unit.key}: an edit in a text that this unit does not hold")
            for each in placed.edits_of(edit):
                wanted.setdefault(each.address, []).append(each)
                joined.add(each.address)
    for address, own in wanted.items():
        own.sort(key=lambda each: (each.start, each.end))
        if address in places:
            _edit(places[address], merged(own) if address in joined else own)
        elif address not in left_out:
            raise SpanError(f"{unit.key}: an edit in a text that this unit does not hold")
        else:
            text_after(left_out[address], own)  # whether they fit
    numbers = {number for number, _, _ in content.gaps}
    for paragraph in content.paragraphs():
        if paragraph.kind == WITHHELD and paragraph.number in numbers:
            paragraph.pieces = [(WITHHELD_PART, "")]
    return Content(content.body, content.stories, content.section, content.lists)


def _edit(paragraphs: Sequence[Paragraph], edits: Sequence[Edit]) -> None:
    """Edit a text that stands in the pieces of several paragraphs; the line ends between them stay."""
    text = "\n".join(each.text for each in paragraphs)
    spans, at = [], 0
    for each in paragraphs:
        for piece, _ in each.pieces:
            spans.append((at, at + len(piece)))
            at += len(piece)
        at += 1
    made = iter(pieces_after(text, spans, edits))
    for each in paragraphs:
        each.pieces = [(after, _look(look, before, after)) for (before, look), after in zip(each.pieces, made)]  # noqa: B905


def _look(look: str, before: str, after: str) -> str:
    """Return the look of a piece that was edited: a number that the program counts, or a break, is a text then."""
    return look if before == after or not look.startswith(("#", "|")) else ""
