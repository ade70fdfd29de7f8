"""Edits on a text that stands in several pieces: a block cut by tags, a list of mailboxes."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Edit, SpanError, words


def check_edits(text: str, edits: Sequence[Edit]) -> None:
    """Raise :class:`SpanError` unless ``edits`` are sorted, apart, and inside ``text``."""
    last = 0
    for edit in edits:
        if not last <= edit.start < edit.end <= len(text):
            raise SpanError(f"{words(edit.address)}: edit {edit.start}..{edit.end} does not fit {len(text)} characters")
        last = edit.end


def pieces_after(text: str, spans: Sequence[tuple[int, int]], edits: Sequence[Edit]) -> list[str]:
    """Return the pieces of ``text`` at ``spans`` (sorted, apart) after ``edits``.

    An edit over several pieces puts its replacement into the first and empties the others
    where it covers them; what lies between the pieces (a line break, a comma) stays.

    Raises:
        SpanError: an edit does not fit the text.
    """
    check_edits(text, edits)
    pieces: list[str] = []
    at, placed = 0, -1
    for start, end in spans:
        position, out = start, []
        while at < len(edits) and edits[at].start < end:
            edit = edits[at]
            if edit.end > start:
                out.append(text[position : max(position, edit.start)])
                if placed < at:
                    out.append(edit.replacement)
                    placed = at
                position = min(edit.end, end)
            if edit.end > end:
                break
            at += 1
        pieces.append("".join(out) + text[position:end])
    return pieces


def text_after(text: str, edits: Sequence[Edit]) -> str:
    """Return ``text`` after ``edits``, in any order (raises SpanError for an edit that does not fit)."""
    in_order = sorted(edits, key=lambda each: (each.start, each.end))
    return pieces_after(text, [(0, len(text))], in_order)[0]


def merged(edits: Sequence[Edit]) -> list[Edit]:
    """Return edits of one text in order, those that overlap as one with the first one's replacement."""
    made: list[Edit] = []
    for each in sorted(edits, key=lambda one: (one.start, one.end)):
        if made and each.start < made[-1].end:
            last = made[-1]
            made[-1] = Edit(last.address, last.start, max(last.end, each.end), last.replacement)
        else:
            made.append(each)
    return made
