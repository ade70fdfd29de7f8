"""Apply: decisions become edits. An edit is all that a writer ever sees.

Where a rule lets a part of a value stand, the part is taken out of the text at that place, and only
where the text has the form that the part belongs to; anything else is withheld whole. Presidio's mask
operator is not used: its mask is as long as the value, and a length gives away a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model import Action, Address, Decision, Edit
from pipeline.texts.dates import iso_date
from pipeline.texts.digest import fold, name_tokens
from pipeline.texts.markers import keeping

LEAST_FOR_LAST_FOUR: Final = 9
"""Four digits of a number shorter than this would be half of it."""
MOST_INITIALS: Final = 4

_NUMBER: Final = re.compile(r"[A-Za-z]{0,2}[0-9](?:[ .-]?[0-9])*")
_NAME: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*\.?(?:,? [^\W\d_]+(?:['\u2019-][^\W\d_]+)*\.?){1,3}")
_IPV4: Final = re.compile(r"(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}")
_PLACE: Final = re.compile(r",[ \n]+(?=[A-Z][A-Za-z.' -]{1,30},? [A-Z]{2}(?: \d{5})?$)")


def edits_of(decisions: Iterable[Decision], texts: Mapping[Address, str] | None = None) -> list[Edit]:
    """Return the edits that decisions ask for, sorted by address and place.

    Findings of one segment do not overlap (resolve and link see to that); where two decisions
    name overlapping spans all the same, their union is withheld whole under the first one's marker.

    Args:
        decisions: what was decided.
        texts: the text of each segment; without it, what would stand in part is withheld whole.
    """
    edits = sorted(
        (_edit(each, (texts or {}).get(each.finding.address, "")) for each in decisions if each.withholds), key=_place
    )
    joined: list[_Marked] = []
    for edit in edits:
        last = joined[-1] if joined else None
        if last is not None and last.address == edit.address and edit.start < last.end:
            joined[-1] = _Marked(last.address, last.start, max(last.end, edit.end), last.marker, last.marker)
        else:
            joined.append(edit)
    return [Edit(each.address, each.start, each.end, each.replacement) for each in joined]


@dataclass(frozen=True, slots=True)
class _Marked:
    """An edit on its way, with the marker that stands where nothing is kept."""

    address: Address
    start: int
    end: int
    replacement: str
    marker: str


def _edit(decision: Decision, text: str) -> _Marked:
    finding, marker = decision.finding, decision.marker
    value = text[finding.start : finding.end]
    whole = _Marked(finding.address, finding.start, finding.end, marker, marker)
    if not decision.effective.is_partial or len(value) != finding.end - finding.start:
        return whole
    if decision.effective is Action.GENERALISE and finding.entity == "STREET_ADDRESS":
        place = _PLACE.search(value)
        stop = finding.start + place.end() - 1 if place else finding.end
        return _Marked(finding.address, finding.start, stop, marker, marker)
    kept = _kept(decision.effective, finding.entity, value)
    return _Marked(finding.address, finding.start, finding.end, keeping(marker, kept), marker) if kept else whole


def _kept(action: Action, entity: str, value: str) -> str:
    """Return what stands of a value, in the words of its marker; "" where nothing does."""
    if action is Action.KEEP_LAST_FOUR:
        digits = re.sub(r"\D", "", value) if _NUMBER.fullmatch(value) else ""
        return f"ending {digits[-4:]}" if digits.isascii() and len(digits) >= LEAST_FOR_LAST_FOUR else ""
    if action is Action.YEAR_ONLY or (action is Action.GENERALISE and entity == "DATE_OF_BIRTH"):
        date = iso_date(fold(value))
        return f"year {date[:4]}" if date else ""
    if action is Action.INITIALS:
        return _initials(value) if _NAME.fullmatch(value) else ""
    network = _IPV4.fullmatch(value) if entity == "IP_ADDRESS" else None
    return f"network {network.group(1)}.0/24" if network else ""


def _initials(value: str) -> str:
    """Return the initials of a name, given name first, without titles, where all of them are plain letters."""
    letters = "".join(word[0] for word in name_tokens(value)).upper()
    known = letters.isascii() and letters.isalpha() and len(letters) <= MOST_INITIALS
    return "initials " + "".join(f"{letter}." for letter in letters) if known else ""


def _place(edit: _Marked) -> tuple[str, int, int]:
    return (repr(edit.address), edit.start, edit.end)
