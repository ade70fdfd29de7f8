"""Where a text stands in a record, for who marks what was missed by saying it: at a terminal, or in a script."""

from __future__ import annotations

import re
from typing import Final

from pipeline.case.marks import is_searchable, needles_of_value, whole_words
from pipeline.case.store import CaseError
from pipeline.model import Segment
from pipeline.review.desk import Desk
from pipeline.review.marking import Place

_AS_WRITTEN: Final = "give it as it is written there, whole words, and the record that the case names"


def source_of(desk: Desk, file: str) -> str:
    """Return the key of a file that is named as findings name it, or by its key (raises CaseError)."""
    labels = desk.ledger.refresh().labels
    if file in labels:
        return file
    keys = [key for key, label in labels.items() if label == file]
    if len(keys) != 1:
        raise CaseError("desk", "the case knows no such file", "name it as findings do")
    return keys[0]


def place_of_text(
    desk: Desk, source: str, ordinal: int, text: str, *, entity: str, place: str = "", occurrence: int = 0
) -> Place:
    """Return where a text stands in a record, as whole words; blanks and line ends in it are alike.

    Args:
        desk: the desk.
        source: the key of the file.
        ordinal: the record in it, from 0; -1 is the name of the file.
        text: what was missed. It is read here and kept nowhere.
        entity: what it is.
        place: the text of the record in which it stands, in the words that findings use; "" for any.
        occurrence: which of several places is meant, from 1; 0 for the first, where a mark finds all of them.

    Raises:
        CaseError: it does not stand there, or at several places that no mark finds by itself. It does not repeat it.
    """
    if source not in desk.ledger.refresh().labels:
        raise CaseError("marks", "the case knows no such file", "name it as findings do")
    words = [re.escape(each) for each in text.split()]
    if not words:
        raise CaseError("marks", "nothing was given", "give what was missed on standard input")
    pattern = re.compile(r"\s+".join(words))
    found = [
        (where, *each.span())
        for where, segment in desk.texts.plain(source, ordinal).items()
        if place in {"", where}
        for each in pattern.finditer(segment.text)
        if _is_whole(segment, *each.span())
    ]
    if not found:
        raise CaseError("marks", "this does not stand in that record", _AS_WRITTEN)
    everywhere = is_searchable(text) and needles_of_value(desk.case.keyed, entity, text)
    if occurrence > len(found) or (len(found) > 1 and not occurrence and not everywhere):
        what = f"it stands there at {len(found)} places, and is too short to be found by itself"
        raise CaseError("--occurrence", what, f"say which is meant, 1 to {len(found)}; mark each of them")
    where, start, stop = found[max(0, occurrence - 1)]
    return Place(source, ordinal, where, start, stop)


def _is_whole(segment: Segment, start: int, stop: int) -> bool:
    """Return whether a span neither begins nor ends inside a word: a mark would take all of the word."""
    whole = whole_words(segment.text, start, stop)
    return whole is not None and start <= whole[0] and whole[1] <= stop
