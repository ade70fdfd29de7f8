"""Names that a label announces: ``name: value``, ``last_name=value``, ``From: Last, First; …``.

The value of a name's label is a name even where no model says so; of a role's label
(``applicant``, ``owner``) only where it is shaped like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import re2

from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Word, phrase, words_of
from recognizers.pasted import cells_below, heads

_MARK: Final = re.compile(r"[:=]")
_LABEL_BREAK: Final = re.compile(r"[\n\r\t,;|{}()\[\]<>*\"']|  ")
_VALUE_END: Final = re.compile(r"[\n\r\t;|}\])<\"]|  +|\s[-\u2013\u2014]\s")
_OPENING: Final = " \t\"'[{*_"
_ADDRESS: Final = re2.compile(
    r"<[^<>\n]{1,200}>|\([^()\n]{1,80}\)|\[[^\[\]\n]{1,200}\]|[^\s<>,;\"@]*@[^\s<>,;\"]*|\s?/\s?[\w ]*"
)
# Where a line holds several headers, the value of one ends at the next: also what keeps the work linear.
_NEXT_HEADER: Final = re.compile(
    r"\b(?:from|to|cc|bcc|sender|by|of|path|attendees|organizer|sent|subject|date|importance)[ \t]?:", re.IGNORECASE
)
# A form in capitals without colons: `NAME DOE, JANE A   DOB 01/02/1980`.
_CAPITALS: Final = re.compile(
    r"(?:^|[ \t]{2})(?:NAME|CLIENT|PATIENT|OWNER|DEFENDANT|CLAIMANT|STUDENT|INMATE)[ \t]{1,6}"
    r"(?=[A-Z][A-Z'-]{1,30}, ?[A-Z])",
    re.MULTILINE,
)
_OFFICES: Final = frozenset({
    "front", "circulation", "reference", "road", "roads", "finance", "payroll", "purchasing", "elections", "accounting",
    "maintenance", "facilities", "utilities", "sanitation", "dispatch", "reception", "planning", "zoning", "deputy",
    "county", "city", "town", "public", "works", "fire",
})  # fmt: skip
"""Words that stand for a desk or a department where a name is asked for."""
_LONGEST_LABEL: Final = 48
_LONGEST_VALUE: Final = 70
_MOST_WORDS: Final = 7
_PARTS: Final = (
    ("surname", ("last", "surname", "family", "lname", "lastname", "maiden", "apellido", "apellidos")),
    ("initials", ("middle", "mi", "initial", "initials", "mname", "middlename")),
    ("given", ("first", "given", "forename", "fname", "firstname", "nickname")),
)


def labelled(text: str) -> Iterator[Candidate]:
    """Yield the names that labels announce, in the order of the text."""
    words = vocabulary()
    for match in _CAPITALS.finditer(text):
        yield from _value(text, match.end(), "name", "sure")
    for mark in _MARK.finditer(text):
        label = _label(text, mark.start())
        if not label:
            continue
        if label in words.headers:
            yield from _addressees(text, mark.end(), label)
        elif kind := label_kind(label, words):
            yield from _value(text, mark.end(), label, kind)
    for start, end in heads(text):
        label = phrase(text[start:end])
        if label and label_kind(label, words):
            yield from _below(text, (start, end), label)


def _below(text: str, head: tuple[int, int], label: str) -> Iterator[Candidate]:
    """Yield the names in the column of a pasted table that a label heads."""
    part = part_of_label(label)
    for start, end in cells_below(text, *head):
        found = words_of(text, start, end)
        whole = bool(found) and found[0].start == start and found[-1].end == end
        if whole and _is_name_shaped(found, "role" if part == "full" else "sure", part):
            yield Candidate(start, end, 0.75, "a cell below a label for names", part, sure=True)


def label_kind(label: str, words: Vocabulary) -> str:
    """Return what a label in plain words announces: ``sure`` and ``role`` names, or nothing (``""``)."""
    parts = label.split()
    if len(parts) > 6:
        return ""
    plural = [part.removesuffix("s") if part not in words.veto_labels else part for part in parts]
    named = any(part in words.noun_labels for part in parts)
    vetoed = any(part in words.veto_labels for part in (*parts, *plural))
    if label in words.sure_labels:
        return "sure"
    if named and not vetoed:
        return "sure"
    if label in words.role_labels or (not vetoed and parts and " ".join(parts[-2:]) in words.role_labels):
        return "role"
    return "sure" if not vetoed and len(parts) <= 3 and parts[-1] in {"surname", "firstname", "lastname"} else ""


def part_of_label(label: str) -> str:
    """Return which part of a name a label asks for."""
    parts = set(label.split())
    found = [part for part, signs in _PARTS if parts & set(signs)]
    return found[0] if len(found) == 1 else "full"


def _label(text: str, end: int) -> str:
    """Return the label that ends at ``end`` in plain words: back to the line's start or a mark that opens something."""
    begin = max(0, end - _LONGEST_LABEL)
    piece = text[begin:end].rstrip(" \"'*_")
    at = 0
    for broken in _LABEL_BREAK.finditer(piece):
        at = broken.end()
    if at == 0 and begin > 0:
        return ""
    said = piece[at:]
    return _last_of(said) or phrase(said) if ":" in said else phrase(said)


def _last_of(said: str) -> str:
    """Return the label at the end of a line that holds several with their values: ``LAST NAME: DOE FIRST NAME``."""
    words = vocabulary()
    own = words.sure_labels | words.noun_labels
    parts = phrase(said.rsplit(":", 1)[1]).split()
    kept = len(parts)
    while kept and parts[kept - 1] in own:
        kept -= 1
    return " ".join(parts[kept:])


def _value(text: str, start: int, label: str, kind: str) -> Iterator[Candidate]:
    while start < len(text) and text[start] in _OPENING:
        start += 1
    limit = min(len(text), start + _LONGEST_VALUE)
    stop = _VALUE_END.search(text, start, limit)
    end = stop.start() if stop else limit
    found = words_of(text, start, end)
    found = _before_next_label(text, found)
    part = part_of_label(label)
    if not found or found[0].start > start + 1 or not _is_name_shaped(found, kind, part):
        return
    reason = f"value of a field labelled as {'a name' if kind == 'sure' else 'a person'}"
    yield Candidate(found[0].start, found[-1].end, 0.9 if kind == "sure" else 0.75, reason, part, sure=True)


def _before_next_label(text: str, found: list[Word]) -> list[Word]:
    """Cut the words of a value where something else begins: a digit, an address, another label, a sentence."""
    kept: list[Word] = []
    for word in found:
        gap = text[kept[-1].end : word.start] if kept else ""
        if "(" in gap and not _follows_bracket(text, word.end):
            break
        if gap.strip(" ,&'\"()\u201c\u201d\u2019.") or text[word.end : word.end + 1] in {"@", "_", "/"}:
            break
        if text[word.end : word.end + 1] in {":", "="}:
            own = vocabulary().sure_labels
            while len(kept) > 1 and kept[-1].low in own:
                kept.pop()
            return kept[:-1] if len(kept) > 2 else kept
        kept.append(word)
        if text[word.end : word.end + 1].isdigit():
            return kept[:-1]
    return kept


def _follows_bracket(text: str, at: int) -> bool:
    """Return whether a capitalised word follows the bracket that closes soon: ``Robert (Bob) Doe``."""
    close = text.find(")", at, at + 20)
    return close > 0 and text[close + 1 : close + 2] == " " and text[close + 2 : close + 3].isupper()


def _is_name_shaped(found: list[Word], kind: str, part: str) -> bool:
    """Return whether the words may be the value; a field for one part may hold any word (``last: Church``)."""
    words = vocabulary()
    if len(found) > _MOST_WORDS or found[0].low in words.no_value:
        return False
    if part != "full" and kind == "sure":
        return True
    if all(w.low in contexts().roles or w.low in _OFFICES for w in found):
        return False  # `Name: Clerk`, `Contact: Front Desk`: an office, and nobody's name
    if len(found) == 1 and _is_slug(found[0].text, words):
        return False
    if any(w.low in words.organisation for w in found) or (found[0].low in words.edge and len(found) > 1):
        return False
    lower = [w for w in found if not w.is_capital and w.low not in words.particles and w.low != "and"]
    if kind == "sure":
        return len(lower) in {0, len(found)} or len(found) <= 3
    listed = any(words.is_listed(w.text) for w in found)
    stops = any(w.low in words.edge for w in found) or all(w.low in words.never_alone for w in found)
    return not lower and not stops and (listed or 2 <= len(found) <= 4)


def _is_slug(text: str, words: Vocabulary) -> bool:
    """Return whether a word is everyday words that hyphens join: ``parcel-viewer``, what a program is called."""
    pieces = text.split("-")
    return (
        len(pieces) > 1
        and text.islower()
        and all(words.is_common(each) and not words.is_listed(each) for each in pieces)
    )


def _addressees(text: str, start: int, label: str) -> Iterator[Candidate]:
    """Yield the people of a header line: ``First Last <address>, …``, ``Last, First; …``, ``Last, First, Last, …``."""
    end = text.find("\n", start)
    following = _NEXT_HEADER.search(text, start, len(text) if end < 0 else end)
    end = following.start() if following else (len(text) if end < 0 else end)
    line = _ADDRESS.sub(lambda found: "\0" * len(found.group()), text[start:end])
    for match in re.finditer(r"[^;\0]+", line):
        yield from _people(text, start + match.start(), start + match.end(), label)


def _people(text: str, start: int, end: int, label: str) -> Iterator[Candidate]:
    """Yield the names of one stretch of a header; commas part names, or a surname from its given name."""
    chunks = [_chunk(text, start + m.start(), start + m.end()) for m in re.finditer(r"[^,]+", text[start:end])]
    lists = len(chunks) > 1
    if _is_reversed(chunks):
        chunks = [[*chunks[n], *chunks[n + 1]] for n in range(0, len(chunks), 2)]
    words = vocabulary()
    if lists and not any(chunks) and (lower := _lower_reversed(text, start, end)):
        yield Candidate(lower[0].start, lower[-1].end, 0.85, f"name in a header line of a message ({label})", sure=True)
    for found in chunks:
        alone = len(found) == 1 and not lists
        if not found or (alone and (not words.is_listed(found[0].text) or found[0].low in words.never_alone)):
            continue
        reason = f"name in a header line of a message ({label})"
        yield Candidate(found[0].start, found[-1].end, 0.85, reason, sure=True)


def _lower_reversed(text: str, start: int, end: int) -> list[Word]:
    """Return the words of a stretch that is ``last, first`` or ``last, f.`` in lower case and nothing else."""
    words = vocabulary()
    found = words_of(text, start, end)
    if not 2 <= len(found) <= 3 or text[start:end].count(",") != 1 or "," not in text[found[0].end : found[1].start]:
        return []
    last, first = found[0], found[1]
    known = words.is_surname(last.text) or "'" in last.text or "\u2019" in last.text
    fits = known and not words.is_stop(last.low) and (first.is_initial or words.is_given(first.text))
    rest = text[start : last.start] + text[found[-1].end : end]
    return found if fits and not rest.strip() and not words.is_stop(first.low) else []


def _chunk(text: str, start: int, end: int) -> list[Word]:
    """Return the words between two commas if they are shaped like a name, else none."""
    words = vocabulary()
    found = words_of(text, start, end)
    if len(found) > 5 or any(c.isdigit() for c in text[start:end]):
        return []
    if any(w.low in words.edge or w.low in words.organisation for w in found):
        return []
    return found if all(w.is_capital or w.low in words.particles for w in found) else []


def _is_reversed(chunks: list[list[Word]]) -> bool:
    """Return whether the chunks are ``Last, First`` by twos: an even number, each first of two a single surname."""
    words = vocabulary()
    if not chunks or len(chunks) % 2 or not all(chunks):
        return False
    lasts = chunks[::2]
    single = all(len(found) == 1 or found[0].low in words.particles for found in lasts)
    only_given = all(len(found) == 1 and words.is_plain_given(found[0].text) for found in chunks)
    return single and not (only_given and not all(words.is_surname(found[0].text) for found in lasts))
