"""Numbers that are cut over neighbouring cells, boxes or blocks: seen as one, and withheld in each of them.

A seam joins what ends one text with what begins the next where only both together have the form of a Social Security
number, a telephone number, a card number or an address: ``536-90-`` and ``4399``. Its own separators have to say so:
three numbers side by side are a table. Without separators the name of the column, or the words on the left, have to
call it a Social Security number, a telephone number or a birth date, and the cells have to be cut where its groups end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pipeline.model import Address, Edit, SpanError

SEAM: Final = "number over neighbouring cells"
"""The kind of the text that a seam is, beside the cells' own."""
SEAM_DOWN: Final = "number over cells below one another"
_DASH: Final = "\\-\u2010-\u2015\u2212"
_ENDS: Final = frozenset("-.()\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_SIGN: Final = rf"[\d().{_DASH}]"
_WHOLE: Final = re.compile(
    rf"\d{{3}}[{_DASH}]\d{{2}}[{_DASH}]\d{{4}}"
    rf"|(?:\+?1[ .{_DASH}])?(?:\(\d{{3}}\)|\d{{3}}[{_DASH}])[ ]?\d{{3}}[{_DASH}]\d{{4}}|\d{{3}}\.\d{{3}}\.\d{{4}}"
    rf"|(?:\d{{4}}[ {_DASH}]){{3}}\d{{4}}"
)
_BEGINS: Final = re.compile(rf"\(?(?:\d{{1,4}}(?:[ ).{_DASH}]|\Z)|\Z)")
"""How any of these numbers begins, as far as a text goes."""
_SHORTEST: Final = 11
"""Signs of the shortest of them."""
_DATE: Final = re.compile(
    rf"\d{{1,2}}[.{_DASH}]\d{{1,2}}[.{_DASH}](?:\d{{2}}|\d{{4}})|\d{{4}}[.{_DASH}]\d{{2}}[.{_DASH}]\d{{2}}"
)
_NEGATIVE: Final = re.compile(rf"[{_DASH}]\d+(?:\.\d+)?|\(\d+(?:\.\d+)?\)")
_TAIL: Final = re.compile(rf"(?<![^\s:#=;]){_SIGN}+(?: {_SIGN}+)?$")
_LAST: Final = re.compile(rf"(?<![^\s:#=;]){_SIGN}+$")
_HEAD: Final = re.compile(rf"{_SIGN}+(?: {_SIGN}+)?(?![\w/%$])")
_FIRST: Final = re.compile(rf"{_SIGN}+(?![\w/%$])")
_TOKEN: Final = re.compile(rf"{_SIGN}+")
_MAIL_TAIL: Final = re.compile(r"[\w.+-]+@?$")
_MAIL_HEAD: Final = re.compile(r"@?[\w-]+(?:\.[\w-]+)+")
MOST: Final = 11
"""Cells of one number: a digit each, and two dashes."""
_LONGEST: Final = 19
_LABEL: Final = 40
_REACH: Final = 80
"""Characters at the end of a text that are looked at."""
GROUPS: Final = (
    (
        re.compile(r"\b(?:ssns?|ss ?#|ss ?no|soc(?:ial)?\.? ?sec)", re.IGNORECASE),
        {(3, 2, 4), (5, 4), (3, 6), (1,) * 9},
        "-",
    ),
    (
        re.compile(r"\b(?:(?:tele)?phone|tel|cell|mobile|fax|area code)\b", re.IGNORECASE),
        {(3, 3, 4), (6, 4), (3, 7), (1,) * 10},
        "-",
    ),
    (
        re.compile(r"\b(?:dob|d\.o\.b|birth ?dates?|dates? of birth)\b", re.IGNORECASE),
        {(day, month, year) for day in (1, 2) for month in (1, 2) for year in (2, 4)}
        | {(4, month, day) for month in (1, 2) for day in (1, 2)},
        "/",
    ),
)
"""What names a number, how many digits its cells may have, and what joins them."""
UNSURE: Final = re.compile(r"\s*(?:cell|mobile)\s*", re.IGNORECASE)
"""Also a cell of a jail, a unit: then a number or a line beside it is one of anything."""
_OF_ANYTHING: Final = re.compile(r"\s*(?:numbers?|num|no|line)\s*", re.IGNORECASE)
_AREA: Final = re.compile(r"\s*(?:area|npa)(?: ?code)?\s*", re.IGNORECASE)
_AREA_CODE: Final = re.compile(r"\(?[2-9]\d{2}\)?")
_LOCAL: Final = re.compile(rf"[2-9]\d{{2}}[ .{_DASH}]\d{{4}}")
_GLUED: Final = re.compile(r"_|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_PARTS: Final = frozenset(
    {
        "area", "code", "npa", "nxx", "exchange", "prefix", "suffix", "line", "local", "number", "no", "num",
        "group", "serial", "part", "first", "middle", "mid", "last", "second", "third", "digit", "digits",
        "month", "day", "year", "a", "b", "c",
    }
)  # fmt: skip
"""Words that say which part of a number stands there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a seam: its cell in the row that was given, where it begins there, its text, where it begins here."""

    cell: int
    at: int
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Seam:
    """A joined number, what names it ("": nothing does), and its parts."""

    text: str
    label: str
    pieces: tuple[Piece, ...]

    def edits_of(self, edit: Edit) -> Iterator[tuple[int, int, int]]:
        """Yield what an edit of this text covers: cell, start and end in the text of the cell."""
        for each in self.pieces:
            start, end = max(edit.start, each.start), min(edit.end, each.start + len(each.text))
            if start < end:
                yield each.cell, each.at + start - each.start, each.at + end - each.start


def seams_of(texts: Sequence[str], labels: Sequence[str] | None = None) -> list[Seam]:
    """Return the seams of a row of texts that stand side by side; empty ones are passed over.

    Args:
        texts: the texts of neighbouring cells, or the last and first lines of neighbouring boxes.
        labels: the names of their columns, or of what stands on their left; None where there is none.
    """
    filled = [at for at, each in enumerate(texts) if each and not each.isspace()]
    made: list[Seam] = []
    behind = 0
    for place, at in enumerate(filled[:-1]):
        if place < behind or not may_go_on(texts[at], texts[filled[place + 1]]):
            continue
        run = [(each, texts[each]) for each in filled[place : place + MOST]]
        found = _plain(run) or _mail(run) if has_border(texts[at], run[1][1]) else None
        if found is None and labels is not None:
            left = texts[filled[place - 1]].strip() if place else ""
            found = _named(run, labels, left)
        if found is not None:
            made.append(found)
            behind = place + len(found.pieces) - 1
    return made


def may_have_seams(texts: Sequence[str]) -> bool:
    """Return whether a row of texts could have a seam: what most have not, at little cost."""
    filled = [each for each in texts if each and not each.isspace()]
    return any(may_go_on(one, other) for one, other in pairwise(filled))


def may_go_on(one: str, other: str) -> bool:
    """Return whether two texts could be halves of something at all: what most are not, at little cost."""
    last, first = one.rstrip()[-1:], other.lstrip()[:1]
    return (
        last == "@" or first == "@" or ((last.isdecimal() or last in _ENDS) and (first.isdecimal() or first in _ENDS))
    )


def has_border(one: str, other: str) -> bool:
    """Return whether one of two texts has a separator where they meet, or each is one sign of a number."""
    one, other = one.strip(), other.strip()
    return one[-1] in _ENDS or other[0] in _ENDS or "@" in one[-1] + other[0] or len(one) == len(other) == 1


def _plain(run: Sequence[tuple[int, str]]) -> Seam | None:
    """Return the seam of a number whose own separators make it one."""
    cell, text = run[0]
    text = text.rstrip()
    last = ""
    for tail in (each.search(text, max(0, len(text) - _REACH)) for each in (_TAIL, _LAST)):
        if tail is None or tail.group() == last or len(tail.group()) >= _LONGEST:
            continue
        said = last = tail.group()
        if _BEGINS.match(said) is None or _is_whole(said):
            continue
        pieces = [(cell, tail.start(), said)]
        for other, its in run[1:]:
            lead = len(its) - len(its.lstrip())
            if not has_border(said if len(pieces[-1][2]) > 1 else pieces[-1][2], its):
                break
            for head in _heads(its, lead):
                if _fits(said, head) and _is_of_one_kind([*(each for _, _, each in pieces), head]):
                    return seam_of([*pieces, (other, lead, head)], "", "")
            token = its.strip()
            if _TOKEN.fullmatch(token) is None or _is_negative(said, token) or len(said + token) >= _LONGEST:
                break
            pieces.append((other, lead, token))
            said += token
            if _BEGINS.match(said) is None:
                break
    return None


def _heads(text: str, at: int) -> Iterator[str]:
    """Yield what may be the end of a number at the beginning of a text, also without the stop behind it."""
    last = ""
    for found in (_HEAD.match(text, at), _FIRST.match(text, at)):
        if found is not None and found.group() != last:
            last = found.group()
            yield last
            if last[-1] in ".)":
                yield last.rstrip(".)")


def _is_of_one_kind(parts: Sequence[str]) -> bool:
    """Return whether dashes in cells of their own, if there are any, are all the separators that there are."""
    return all(any(each.isdecimal() for each in part) for part in parts) or all(
        part.isdecimal() or part in _ENDS for part in parts
    )


def _is_whole(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None or _DATE.fullmatch(text) is not None


def _is_negative(before: str, token: str) -> bool:
    """Return whether a cell is a number below nought, unless what stands before it has a separator of its own."""
    return _NEGATIVE.fullmatch(token) is not None and before.strip("(").isdecimal()


def _fits(before: str, head: str) -> bool:
    whole = before + head
    if len(whole) < _SHORTEST or _WHOLE.fullmatch(whole) is None:
        return False
    return not (_is_whole(head) or _is_negative(before, head))


def _mail(run: Sequence[tuple[int, str]]) -> Seam | None:
    """Return the seam of an address that is cut at its sign."""
    (cell, text), (other, its) = run[:2]
    text = text.rstrip()
    lead = len(its) - len(its.lstrip())
    if not (text.endswith("@") or its.startswith("@", lead)):
        return None
    tail, head = _MAIL_TAIL.search(text, max(0, len(text) - _REACH)), _MAIL_HEAD.match(its, lead)
    if tail is None or head is None or (tail.group() + head.group()).count("@") != 1:
        return None
    if tail.group() == "@":
        return None
    return seam_of([(cell, tail.start(), tail.group()), (other, lead, head.group())], "", "")


def _named(run: Sequence[tuple[int, str]], labels: Sequence[str], left: str) -> Seam | None:
    """Return the seam of a number that its label names and that is cut where its groups end."""
    cell, text = run[0]
    tail = _LAST.search(text.rstrip()) if len(text) <= _REACH else None
    if tail is None:
        return None
    words = text[: tail.start()].strip().rstrip(":# ")
    label = words or labels[cell] or (left if len(left) <= _LABEL and not _has_digit(left) else "")
    if not label or len(label) > _LABEL or (words and _has_digit(words)):
        return None
    if not is_named(label):
        return None
    label = spoken(label)
    local = _local(run, tail) if _AREA.fullmatch(label) else None
    if local is not None:
        return local
    for name, lengths, joint in GROUPS:
        if name.search(label) is None:
            continue
        pieces, counts = [(cell, tail.start(), tail.group())], [_digits(tail.group())]
        for other, its in run[1:]:
            token = its.strip()
            own = labels[other] in {"", labels[cell]} or is_part_word(labels[other])
            if UNSURE.fullmatch(label) and token.isdecimal() and _OF_ANYTHING.fullmatch(labels[other]):
                break
            is_foreign = not own and name.search(spoken(labels[other])) is None
            if _TOKEN.fullmatch(token) is None or is_foreign:
                break
            pieces.append((other, len(its) - len(its.lstrip()), token))
            counts.append(_digits(token))
        wanted = tuple(each for each in counts if each)
        if len(pieces) > 1 and wanted in lengths:
            return seam_of(pieces, label, joint)
    return None


def _local(run: Sequence[tuple[int, str]], tail: re.Match[str]) -> Seam | None:
    """Return the seam of an area code and a telephone number without it: ``406`` and ``555-0142``."""
    (cell, text), (other, its) = run[:2]
    if (
        tail.group() != text.strip()
        or _AREA_CODE.fullmatch(tail.group()) is None
        or _LOCAL.fullmatch(its.strip()) is None
    ):
        return None
    return seam_of(
        [(cell, tail.start(), tail.group()), (other, len(its) - len(its.lstrip()), its.strip())], "phone", "-"
    )


@lru_cache(maxsize=1024)
def is_named(label: str) -> bool:
    """Return whether a label speaks of a number that can be cut: one of a person, or an area code."""
    said = spoken(label)
    return any(name.search(said) is not None for name, _, _ in GROUPS) or _AREA.fullmatch(said) is not None


@lru_cache(maxsize=1024)
def is_part_word(label: str) -> bool:
    """Return whether a label is nothing but what a part of a number can be called (``area``, ``last 4``, ``2``)."""
    words = _WORD.findall(spoken(label).lower())
    return bool(words) and all(each in _PARTS or (each.isdecimal() and len(each) <= 2) for each in words)


def spoken(label: str) -> str:
    """Return a label with its words apart: ``areaCode`` and ``ssn_1`` are ``area Code`` and ``ssn 1``."""
    return _GLUED.sub(" ", label)


def _has_digit(text: str) -> bool:
    return any(each.isdecimal() for each in text)


def _digits(text: str) -> int:
    return sum(each.isdecimal() for each in text)


def seam_of(parts: Sequence[tuple[int, int, str]], label: str, joint: str) -> Seam:
    """Return a seam of parts (cell, place in it, text); the joint stands where neither side has a separator."""
    text, pieces = "", []
    for cell, at, said in parts:
        if text and text[-1].isdecimal() and said[0].isdecimal():
            text += joint
        pieces.append(Piece(cell, at, said, len(text)))
        text += said
    return Seam(text, label, tuple(pieces))


def edits_of_cells(
    seam: Seam, address: Address, cells: Sequence[Address], wanted: dict[Address, list[Edit]]
) -> set[Address]:
    """Take the edits of a seam out of ``wanted`` and put in what they are to its cells; return these cells.

    Args:
        seam: the number.
        address: where its text stands in the unit.
        cells: the addresses of all the texts that the seam was looked for in.
        wanted: edits by address.

    Raises:
        SpanError: an edit does not fit the seam.
    """
    touched: set[Address] = set()
    for edit in wanted.pop(address, ()):
        if edit.end > len(seam.text):
            raise SpanError("an edit that does not fit a number over cells")
        for cell, start, end in seam.edits_of(edit):
            wanted.setdefault(cells[cell], []).append(Edit(cells[cell], start, end, edit.replacement))
            touched.add(cells[cell])
    return touched
