"""The city, state and ZIP that follow an address line, in the same line or in a block below it.

Source: USPS Publication 28, section 214 (last line of the address) and Appendix B (states).
"""

from __future__ import annotations

import re
from functools import cache

from recognizers.address_words import alternatives, street_words

_LEAD = r"[ \t]*[,;.]?[ \t]*"
_BREAK = r"(?:\r?\n[ \t>?|]{0,10}){1,2}"
_CITY = r"(?:[^\W\d_][\w'\u2019.-]*[ \t]+){0,3}[^\W\d_][\w'\u2019.-]*"
_POSTCODE = r"\d{4,6}(?:-\d{4})?(?![^\W_]|[-/.:]\d)"
_CAPITALISED = r"(?:\(?[^\W\d_a-z][\w'\u2019.-]*\)?|d[aeoiu]s?|del|la|le|les|el|di|of|et|en|u|der|van|von)"
_BLOCK_LINE = re.compile(
    rf"{_BREAK}[ \t]*,?[ \t]*((?:{_CAPITALISED}|(?<=,)[ ]?[a-z]{{2,3}}(?![^\W_]))(?:[ \t,]+(?:{_CAPITALISED}|[/\u2013-]|(?<=,[ ])[a-z]{{2,3}}(?=[ ]\d))){{0,6}})?[ \t,]*({_POSTCODE}|\d{{1,3}}(?=[ \t]*(?:\r?\n|$)))?(?=[ \t.,?!;]|\r?\n|$)"  # noqa: E501  # one pattern, one line
)


@cache
def _last_line() -> re.Pattern[str]:
    """Return city, state and ZIP (the ZIP may be missing where the state is plain)."""
    words = street_words()
    codes, names = alternatives(words.states), alternatives(words.state_names)
    split = rf"[ \t]*,?[ \t]*(?:{_BREAK})?,?[ \t]*"
    code = "(?:5_DIGITS)".replace("5_DIGITS", r"\d{5}(?:[- ]?\d{4})?(?![^\W_]|-\d)")
    towns = rf"{_CAPITALISED}(?:[ \t]+{_CAPITALISED}){{0,3}}"
    with_zip = rf"(?:{_CITY}{split})?(?i:{codes}|{names})(?![^\W_])[.,]{{0,2}}(?:[ \t]{{1,4}}|{_BREAK}[ \t]*){code}"
    state_only = rf"(?:{towns}{split})?(?:{codes}|(?=[A-Z])(?i:{names})|[A-Z]\.[ ]?[A-Z]\.?)(?![^\W_])"
    zip_only = rf"(?:{_CITY}[ \t]*,?[ \t]+)?(?<=[ ,]){code}(?=[ \t]*(?:[.,;?!]|\r?\n|$))"
    return re.compile(rf"{_LEAD}(?:{_BREAK})?[ \t]*(?:{with_zip}|{state_only}|{zip_only})")


_FOREIGN = re.compile(
    rf"[ \t]*,?[ \t]*{_CAPITALISED}(?:[ \t]*[,/\u2013-]?[ \t]*{_CAPITALISED}){{0,7}}[ \t]*,?[ \t]+({_POSTCODE})"
)
_AFTER_UNIT = re.compile(
    rf"[ \t]*,?[ \t]+[^\W\d_a-z][\w'\u2019-]*(?:[ \t]+{_CAPITALISED}){{0,5}}(?=[ \t]*(?:[.?!;]|\r?\n|$|[a-z]))"
)


def read_tail(text: str, end: int, *, has_unit: bool) -> tuple[int, bool]:
    """Return where city, state and ZIP behind ``end`` end, and whether a state or ZIP was there."""
    limit = min(len(text), end + 160)
    match = _last_line().match(text, end, limit)
    reached, plain = (match.end(), True) if match else (end, False)
    if not match:
        foreign = _FOREIGN.match(text, end, limit)
        if foreign:
            reached, plain = foreign.end(), True
        else:
            reached = _country_tail(text, end, limit)
            plain = reached > end
    if not plain or text[reached - 1 : reached].isalpha():
        dot = text[reached : reached + 1] in {".", ","}
        block = read_block(text, reached + dot) - (dot and read_block(text, reached + dot) == reached + dot)
        if block > reached:
            reached, plain = block, True
    if not plain and has_unit:
        city = _AFTER_UNIT.match(text, end, limit)
        if city:
            reached = city.end()
            return max(reached, read_block(text, reached)), False
    while reached > end and text[reached - 1] in " \t,;.\r\n":
        reached -= 1
    return reached, plain


@cache
def _country() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?i:{alternatives(street_words().countries)})(?:[ ]\(\w+\))?[.,]?\Z")


def _ends_with_country(line: str) -> bool:
    return _country().search(line.strip(" \t\r\n?!;>")) is not None


def _country_tail(text: str, end: int, limit: int) -> int:
    """Return the end of ``, City, Country`` in the same line, or ``end``."""
    reached = end
    for match in re.finditer(rf"(?:[ \t]*[,/\u2013-]?[ \t]+{_CAPITALISED})", text[end:limit]):
        if match.start() != reached - end:
            break
        reached = end + match.end()
        if _ends_with_country(text[end:reached]):
            return reached
    return end


def read_block(text: str, end: int) -> int:
    """Return the end of a block of short lines (``City`` / ``, ST`` / ``Country 12345``) that ends like an address."""
    position, reached = end, end
    for _ in range(5):
        line = _BLOCK_LINE.match(text, position, min(len(text), position + 120))
        if line is None or line.end() == position or not line.group().strip():
            break
        position = line.end()
        if _ends_with_country(line.group()):
            reached = position
            break
        if line.group(2) and len(line.group(2)) >= 4:
            reached = position
            break
        if line.group().lstrip(" \t\r\n>?").startswith(","):
            reached = position
    return reached
