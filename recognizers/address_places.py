"""Addresses that name a place along a street or a highway, and what looks like an address and is none.

Blocks (``1600 block of Dakota Ave``), corners of a numbered street where somebody lives (``stays at sw 45th and
marquam``), mile markers on a highway and bare house numbers (``lives at 2201 mulberry``) count only where words say
that somebody lives there or something happened at that place. None are: a highway by its number alone
(``Highway 87 is closed``), the citation of a case (``2014 MT 118, 375 Mont. 1``), a lot in a plat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from recognizers.address_words import street_words
from recognizers.linear import pattern
from recognizers.text import letter_or_digit_at

_DIRECTION: Final = r"(?:[nsew]|[ns][ew]|north|south|east|west)\.? "
_ORDINAL: Final = r"\d{0,2}(?:1st|2nd|3rd|[4-90]th|11th|12th|13th)"
_ROAD: Final = (
    r"(?:u\.?s\.? |state |county |old )?(?:highway|hwy|interstate|route|rte|county road|i-|cr|sr|mt)[ -]?\d{1,4}[a-z]?"
)
_BLOCK: Final = re.compile(
    r"(?<![\w$./-])\d{1,5}[ -](?:block|blk)\.?(?: of)?,? (?:[NSEW]{1,2}\.? |(?:North|South|East|West) )?"
    r"(?:\d{1,3}(?:st|nd|rd|th)|[A-Z][\w'\u2019.-]{1,20})(?: [A-Z][\w'\u2019-]{1,20}){0,2}"
)
_BLOCK_OF: Final = re.compile(r"\b(?:block|blk)\.?(?: of)?,? \Z", re.IGNORECASE)
_HOME: Final = pattern(
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing)|stays?|staying|home|house|address|trailer|apartment|apt|residence)"
    r"(?: is| was| are)?,? (?:at|off|on|near|by|from) {1,2}((?:[nsew]{1,2}\.? )?[0-9])",
    ignore_case=True,
)
_NUMBERED: Final = re.compile(
    r"(\d{2,5}[a-z]?(?: (?:[nsew]|[ns][ew])\.?)?(?: [a-z]{3,14}){1,2}?)(?=[.,;!?)\n\r]|\Z| (?:in|apt|and) )"
)
_STREET: Final = r"[a-z][a-z'\x{2019}]{2,20}"
_CORNER: Final = (
    rf"((?:{_DIRECTION})?{_ORDINAL} (?:and|&) (?:{_DIRECTION})?{_STREET}"
    rf"|(?:{_DIRECTION})?{_STREET} (?:and|&) (?:{_DIRECTION})?{_ORDINAL})"
)
_LIVES_AT_CORNER: Final = pattern(
    rf"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing)|stays?|staying|home|house) (?:at|off|on|near|by) {{1,2}}{_CORNER}",
    ignore_case=True,
)
_AT_CORNER: Final = pattern(
    rf"\b(?:at|near|by|corner of|off|intersection of|accident on|crash on) {{1,2}}{_CORNER}", ignore_case=True
)
_DIRECTED: Final = pattern(
    r"(?m)(?:^|\b(?:at|address:?|moved to|home:?) )([NSEW]\.? [0-9]{3,5} [A-Z][a-z'\x{2019}]{3,}(?: [A-Z][a-z'\x{2019}]+)?)"  # noqa: E501  # one pattern, one line
)
"""The direction before the house number, as in Spokane: ``E 1240 Mission``."""
_MILE: Final = re.compile(
    rf"((?:mile ?(?:marker|post)|milepost|mm) #?\d{{1,3}}(?:\.\d)?,? (?:on |of |and )?{_ROAD}"
    rf"|{_ROAD},? (?:at |near )?(?:mile ?(?:marker|post)|milepost|mm) #?\d{{1,3}}(?:\.\d)?)(?![\w-])",
    re.IGNORECASE,
)
_LIVES: Final = re.compile(
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing)|stays?|home|house|address|residence|residing|mail ?box|driveway|trailer|property)\b",  # noqa: E501  # one pattern, one line
    re.IGNORECASE,
)
_BARE_ROAD: Final = re.compile(
    r"(?:the )?(?:(?:u\.?s\.?|state|county|forest(?: service)?|farm(?: to market)?|old) )?(?:highway|hwy\.?|route|rte\.?|interstate|road|rd\.?)"  # noqa: E501  # one pattern, one line
    r"[ -]?#?\d{1,4}[a-z]?",
    re.IGNORECASE,
)
_CITATION: Final = re.compile(r"(?:19|20)\d\d (?:[A-Z]{2}|[A-Z][a-z]{2,4}\.?) \d{1,4}(?=,? \d|,? ?\u00b6|[.;)]|,? P\.)")
_OF_REPORTERS: Final = re.compile(
    r"(?:[\s\d,.;()\u00b6\u00a7&-]|Mont|P\.|2d|3d|U\.S|S\. ?Ct|L\. ?Ed|F\.|Supp|MT|App|WL|at\b|Idaho|Wash|Wyo)*"
)
"""What goes on behind the citation of a case: volumes and pages. Anything else may be somebody's address."""
_OF_CASE: Final = re.compile(r"\bv[s]?\. [^\n]{1,80}\Z|\bIn re [^\n]{1,60}\Z")
_PLAT: Final = re.compile(
    r"\b(?:lots?|blocks?|tracts?|sections?|parcels?) (?:\d{1,3}[A-Z]?(?:,? (?:and|&|-) )?)?\Z", re.IGNORECASE
)
_OF_PLAT: Final = re.compile(
    r"\b(?:subdivision|addition|plat|block|survey|township)\b(?! (?:rd|road|st|street|ave|avenue|dr|drive|ln|lane|ct|court|way|hwy)\b)",  # noqa: E501  # one pattern, one line
    re.IGNORECASE,
)
_REACH: Final = 60
_WORKS: Final = pattern(
    r"(?:(?:road|sewer|street) ?works?|construction|re-?pav(?:ed|ing)|paving|paved|resurfac(?:ed|ing)"
    r"|chip ?seal(?:ed|ing)?|detours?|striping|street sweeping|snow ?plow(?:ed|ing)?|water main"
    r"|storm drain|traffic signals?)",
    ignore_case=True,
)
_HAPPENED: Final = pattern(
    r"(?:\b(?:i|my|me|he|him|his|she|her|hers|mr|mrs|ms|dr|who|whose|owners?|residents?|tenants?|neighbou?rs?|callers?|drivers?|victims?"
    r"|suspects?|patients?|complain\pL*|report\pL*|accidents?|crash\pL*|collision|hit|struck|injur\pL*|hurt|died|dead|killed"
    r"|arrest\pL*|cited|assault\pL*|theft|thefts|stole|stolen|burglar\pL*|robb\pL*|shot|shots|shooting|fire|domestic|fight"
    r"|liv(?:es?|ed|ing)|resid\pL*|stays?|home|house|trailer|apartment|apt|property|driveway|worker|workers|man|woman|child|kids?|boy|girl)\b)",
    ignore_case=True,
)
_NAMED: Final = re.compile(r"[A-Z][\w'\u2019-]+,? [A-Z][\w'\u2019.-]*|[A-Z]\w+['\u2019]s\b|\b[A-Z]\. ?[A-Z]")
_SENTENCE_ENDS: Final = re.compile(r"[.!?;](?=\s)|\n")
_STREETS_REACH: Final = 120

Place = tuple[int, int, float, str, str]
"""A span, how sure it is, why, and which part of an address it is."""


def places(text: str) -> Iterator[Place]:
    """Yield the blocks, corners, mile markers and house numbers without a suffix at which somebody lives."""
    low = text.lower()
    if "block" in low or "blk" in low:
        for match in _BLOCK.finditer(text):
            if _is_of_works(text, *match.span()):
                continue
            yield *match.span(), 0.65, "a block of a street", "street"
    for home in _HOME.finditer(text):
        numbered = _NUMBERED.match(text, home.start(1))
        if numbered and not _is_other_number(numbered.group(1).casefold().split()):
            yield *numbered.span(1), 0.6, "a house number and a name where somebody lives", "full"
    if " and " in low or " & " in low:
        for corners, at_home in ((_LIVES_AT_CORNER, True), (_AT_CORNER, False)):
            for corner in corners.finditer(text):
                if not letter_or_digit_at(text, corner.end(1)) and _names_street(corner.group(1), at_home=at_home):
                    if not at_home and _is_of_works(text, *corner.span(1)):
                        continue
                    yield *corner.span(1), 0.6, "a corner with a numbered street", "street"
    for directed in _DIRECTED.finditer(text):
        if not letter_or_digit_at(text, directed.end(1)):
            yield *directed.span(1), 0.6, "a direction, a house number and a name", "full"
    if "mile" in low or "mm " in low:
        for match in _MILE.finditer(text):
            if _LIVES.search(text, max(0, match.start() - _REACH), match.start()):
                yield *match.span(1), 0.6, "a mile marker where somebody lives", "street"


def is_no_address(text: str, start: int, end: int) -> bool:
    """Return whether a span found by shape is a bare highway, the citation of a case or a lot in a plat."""
    before = text[max(0, start - _REACH) : start]
    piece = text[start:end]
    if _BARE_ROAD.fullmatch(piece):
        alone = not before.rpartition("\n")[2].strip() and not text[end : end + 20].partition("\n")[0].strip(" .,")
        return (
            not alone and _LIVES.search(before) is None and _LIVES.search(text, end, min(len(text), end + 30)) is None
        )
    if _BLOCK_OF.search(before) and _is_of_works(text, start, end):
        return True
    cited = _CITATION.match(text, start)
    if cited and (_OF_CASE.search(before) or "Mont" in piece or "\u00b6" in text[end : end + 4]):
        return _OF_REPORTERS.fullmatch(text, min(cited.end(), end), end) is not None
    return _PLAT.search(before) is not None and _OF_PLAT.search(piece) is not None and "\n" not in piece


def _is_of_works(text: str, start: int, end: int) -> bool:
    """Return whether the sentence speaks of works on a street, and of nobody and of nothing that happened there."""
    before = text[max(0, start - _STREETS_REACH) : start]
    ends = [each.end() for each in _SENTENCE_ENDS.finditer(before)]
    before = before[ends[-1] :] if ends else before
    after = text[end : end + _STREETS_REACH]
    stop = _SENTENCE_ENDS.search(after)
    after = after[: stop.start()] if stop else after
    said = f"{before} | {after}"
    return _WORKS.search(said) is not None and not (_HAPPENED.search(said) or _NAMED.search(said))


def _is_other_number(words: list[str]) -> bool:
    """Return whether a number with its words is an amount, a time or a day of a month, and no house's."""
    following = words[1:]
    dated = words[0].isdecimal() and len(words[0]) <= 2 and not street_words().of_dates.isdisjoint(following)
    return dated or not street_words().of_amounts.isdisjoint(following)


def _names_street(corner: str, *, at_home: bool) -> bool:
    """Return whether a corner has a street's name (a capital, a direction, or at home) and no day of a month."""
    words = corner.split()
    if not street_words().of_dates.isdisjoint(word.casefold() for word in words):
        return False
    named = [word for word in words if word.isalpha() and word.casefold() != "and" and len(word) > 2]
    directed = any(len(word.rstrip(".")) <= 2 and word.rstrip(".").isalpha() for word in words)
    return bool(named) and (at_home or directed or named[0][0].isupper())
