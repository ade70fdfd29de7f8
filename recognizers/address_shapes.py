"""The shapes of addresses in running text that no label announces: candidates, each with a score.

One linear pass (google-re2) for each family of shapes anchors candidates; each candidate is then read
in a short window. Families and their sections in USPS Publication 28: numbered streets (232-239),
corners (236), post office boxes (28), rural and highway contract routes (24, 25), general delivery
(26), military addresses (238, 225), private mailboxes (285), lone secondary units (213), last lines
(214); and the street forms of other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from recognizers.address_line import number_ends, read_line, read_units
from recognizers.address_tail import read_block, read_tail
from recognizers.address_words import alternatives, street_words
from recognizers.linear import pattern
from recognizers.text import letter_or_digit_at, line_of

_NAME = r"[\p{L}\p{N}#][\p{L}\p{N}.'\x{2019}&-]*"
_CAPITAL = r"[\p{Lu}0-9][\p{L}\p{N}.'\x{2019}-]*"


_DIGIT = re.compile(r"\d")
_BOX_WORDS = (
    "box",
    "drawer",
    " bx",
    "po ",
    "p.o",
    "p o ",
    "caller",
    "pmb",
    "postb",
    "postf",
    "casilla",
    "apartado",
    "apdo",
    "bo\u00eete",
    "caixa",
)


_UNIT_BEFORE = re.compile(
    r"(?:^|(?<=[\s,>(]))((?:(?:(?:apt|apartment|suite|ste|unit|space|spc|trailer|trlr|lot|room|rm|bldg|bld|building|dept|slip)\.?[ ]?#?[ ]?"  # noqa: E501  # one pattern, one line
    r"(?:[A-Za-z]?-?\d{1,5}[A-Za-z]?|[A-Z])|\d{1,2}(?:st|nd|rd|th)[ ]floor)[ \t]?,?[ \t](?:at[ ]|of[ ])?){1,2})\Z",
    re.IGNORECASE,
)
"""A unit, or two, before a house number: ``unit 12 at 3300 …``, ``10th floor 312 …``."""
_ROUTE_BEHIND = re.compile(r"\.?[ ]#?\d{1,4}[A-Za-z]?(?![\w-])(?:[ ](?:[NSEW]|[NS][EW])(?![\w'\u2019]))?")
_JOINED = frozenset("$#.:/-")
"""Before a number: it is a piece of another one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be an address; ``part`` as in ``Match``."""

    start: int
    end: int
    score: float
    reason: str
    part: str = "full"


@cache
def _patterns() -> dict[str, Any]:
    words = street_words()
    suffixes, units = alternatives(words.suffixes), alternatives(words.lone_units)
    long_suffixes = alternatives(frozenset(word for word in words.suffixes - words.everyday if len(word) > 1))
    routes = r"(?:rr|r\.[ ]?r\.?|rural[ ]r(?:ou)?te|rt|route|rte|hc|h\.[ ]?c\.?|hcr|highway[ ]contract(?:[ ]r(?:ou)?te)?|star[ ]r(?:ou)?te|star[ ]rt|rfd|rd)"  # noqa: E501  # one pattern, one line
    number = r"[ \t]*(?:#|no\.?)?[ \t]*"
    stop = "[0-9]{1,6}"
    return {
        "numbered": pattern(
            rf"(?i)\b(?:one|two|three|four|five|six|seven|eight|nine|ten|{stop}[a-z]?)(?:-{stop}[a-z]?)?(?:[ -][0-9]/[0-9]|½)?[ \t]+(?:{_NAME},?[ \t]+){{0,6}}(?:{suffixes}|{alternatives(words.plain_names)})\b"  # noqa: E501  # one pattern, one line
        ),
        "numbered_route": pattern(
            rf"(?i)\b[nsew]?{stop}[a-z]?[ \t]+(?:{_NAME}[ \t]+){{0,3}}(?:{alternatives(words.highways - {'i', 'us'})})\b\.?[ \t]*#?(?:{stop}|[a-z]{{1,3}}\b)"  # noqa: E501  # one pattern, one line
        ),
        "directed": pattern(
            rf"\b{stop}[A-Za-z]?[ \t]+(?:[NSEWnsew]|[NSns][EWew]|North|South|East|West|So|No|north|south|east|west)\.?[ \t]+[\p{{Lu}}0-9][\p{{L}}\p{{N}}'-]+"  # noqa: E501  # one pattern, one line
        ),
        "boxes": pattern(
            rf"(?i)\bp\.?[ ]?o\.?[ ]?(?:box|bx|drawer|b\.|caller)\.?{number}[a-z]?-?[0-9][0-9a-z-]*|\bpost[ ]office[ ](?:box|drawer){number}[0-9]+[a-z]?"  # noqa: E501  # one pattern, one line
            rf"|\block[ ]?box{number}[0-9]+|\bp\.?[ ]?o\.?[ ]#?[0-9]{{2,6}}\b|\b{routes}{number}[0-9]{{0,4}}[a-z]?[ \t]*[,;]?[ \t]*(?:\n[ \t]*)?(?:box|bx)\b\.?{number}[0-9]+(?:[ -]?[a-z]\b)?"  # noqa: E501  # one pattern, one line
            rf"|\b(?:psc|cmr|unit)[ ]#?[0-9]{{1,5}},?[ ](?:box|bx)[ ]#?[0-9]+|\bpmb{number}[0-9]+"
            rf"|\b(?:postbox|postboks|postbus|postfach|casilla(?:[ ]postal)?|apartado(?:[ ]postal)?|apdo\.?(?:[ ]postal)?|boîte[ ]postale|caixa[ ]postal)[ ]{number}[0-9]{{1,7}}"  # noqa: E501  # one pattern, one line
        ),
        "bare_box": pattern(r"(?:^|[^\p{L}\p{N}. ] ?|\b[a-z]{2,} )((?:Box|BOX)[ ]#?[0-9]{1,5}[A-Za-z]?)\b,?[ ]"),
        "general_delivery": pattern(r"(?i)\bgeneral[ ]delivery\b|\bstar[ ]r(?:ou)?te?\b\.?(?:[ ][0-9]{1,3}\b)?"),
        "military": pattern(r"(?i)\b(?:apo|fpo|dpo),?[ ](?:aa|ae|ap)[ ,]+[0-9]{5}(?:-[0-9]{4})?"),
        "zip": pattern(rf"\b(?:{alternatives(words.states)})\.?,?\s{{1,3}}[0-9]{{5}}(?:-[0-9]{{4}})?\b"),
        "corner": pattern(
            rf"(?i)\b(?:corners?|intersection|junction|crossing)[ ]of[ ]({_NAME}(?:[ ]{_NAME}){{0,4}}?)[ ](?:and|&)[ ]({_NAME}(?:[ ]{_NAME}){{0,4}})"  # noqa: E501  # one pattern, one line
        ),
        "crossing": pattern(
            rf"(?:{_CAPITAL}[ ]){{1,4}}(?i:{long_suffixes})\.?[ ](?:&|and|at|@|/|/ )[ ]?(?:{_CAPITAL}[ ]){{0,3}}(?i:{long_suffixes})\b"  # noqa: E501  # one pattern, one line
        ),
        "lone_unit": pattern(rf"(?i)\b(?:{units})\.?[ ]?(?:#|no\.?)?[ ]?[a-z]?-?[0-9]{{1,5}}(?:-?[a-z0-9]{{1,3}})?\b"),
        "foreign_before": pattern(
            rf"(?i)(?:\b[0-9]{{1,5}}[a-z]?,?[ ])?\b(?:{alternatives(words.before)})[ ](?:{_NAME}[ ]){{0,5}}?(?:{_NAME}),?[ ][0-9]{{1,5}}[a-z]?\b"  # noqa: E501  # one pattern, one line
        ),
        "foreign_number": pattern(rf"(?i)\b[0-9]{{1,5}}[a-z]?,?[ ](?:{alternatives(words.before)})[ ]\p{{L}}"),
        "foreign_ending": pattern(
            rf"(?:\b[0-9]{{1,5}}[a-z]?[ ])?(?:{_CAPITAL}[ ])?\p{{Lu}}[\p{{L}}-]{{2,}}(?i:{alternatives(words.endings)})[ ][0-9]{{1,4}}[a-z]?\b"  # noqa: E501  # one pattern, one line
        ),
        "foreign_between": pattern(
            rf"(?:{_CAPITAL}[ ]){{1,4}}(?i:{alternatives(words.between)})[ ][0-9]{{1,4}}[a-z]?\b"
        ),
        "ordinal": pattern(
            rf"(?i)\b{stop}[a-z]?[ ](?:[nsew]|[ns][ew]|north|south|east|west)\.?[ ][0-9]{{0,2}}(?:1st|2nd|3rd|[0-9]th)\b"  # noqa: E501  # one pattern, one line
        ),
        "two_numbers": pattern(
            r"\b[0-9]{3,6}[ ](?:\p{Lu}[\p{L}.'\x{2019}-]*|[0-9]{1,4})(?:[ ][\p{L}.'\x{2019}-]+){0,4}[ ][0-9]{1,5}[ ]*[\n,AS]"  # noqa: E501  # one pattern, one line
        ),
        "lives": pattern(
            rf"(?i)\b(?:(?:lives?|lived|living|resid(?:es?|ed|ing)|house|home|apartment|property|farm|ranch)[ ](?:is[ ])?(?:at|on)|block of|north side of|south side of|east side of|west side of|moved to|(?:located|meet \w+|restaurant is|drops you off) (?:at|on)"  # noqa: E501  # one pattern, one line
            rf"|address is|address to|sent? (?:one )?to|shipped to|deliver(?:ed)? to|mail(?:ed)? to)[ ]+((?:(?:\p{{N}}[\p{{L}}\p{{N}}]*|{_CAPITAL})[ ]){{1,5}}(?:{suffixes})\b|[0-9]{{1,6}}[a-z]?(?:[ ]{_NAME}){{1,5}})"  # noqa: E501  # one pattern, one line
        ),
    }


def candidates(text: str) -> Iterator[Candidate]:
    """Yield the candidates of every family, in no order."""
    lower = text.lower()
    yield from _corners(text, lower)
    if " lane" in lower or " drive" in lower or " street" in lower or _DIGIT.search(text):
        yield from _numbered(text)
        yield from _spoken(text)
    yield from _general_delivery(text, lower)
    if not _DIGIT.search(text):
        return
    yield from _boxes(text, lower)
    yield from _last_lines(text)
    for match in _patterns()["ordinal"].finditer(text):  # `403 N 9th`, the suffix left out
        if not letter_or_digit_at(text, match.start() - 1) and text[match.start() - 1 : match.start()] not in _JOINED:
            yield finished(text, match.start(), match.end(), 0.6, "number, direction and a numbered street")
    yield from _foreign(text)
    if not any(word in lower for word in street_words().lone_units):
        return
    for match in _patterns()["lone_unit"].finditer(text):
        if (
            not text[max(0, match.start() - 9) : match.start()]
            .casefold()
            .strip()
            .endswith(("office", "creative", "test", "software"))
        ):
            yield Candidate(match.start(), match.end(), 0.6, "a secondary unit", "unit")


def finished(  # a candidate's own fields
    text: str, start: int, end: int, score: float, reason: str, part: str = "full", *, has_unit: bool = False
) -> Candidate:
    """Return the candidate with the units and the last line that follow it, and what stands right before it."""
    end = _past_route_number(text, start, end)
    unit_end = read_units(text, end)
    has_unit = has_unit or unit_end > end
    reached, plain = read_tail(text, unit_end, has_unit=has_unit)
    score = max(score, 0.85) if plain and score >= 0.3 else max(score, 0.7) if has_unit and score >= 0.3 else score
    return Candidate(_number_before(text, start), max(reached, unit_end), score, reason, part)


def _past_route_number(text: str, start: int, end: int) -> int:
    """Return the end behind the number of a highway at which a line was cut: ``22417 US HWY`` of ``… 93 N``."""
    last = text[start:end].rstrip(".").rpartition(" ")[2].casefold()
    match = _ROUTE_BEHIND.match(text, end) if last in {"highway", "hwy", "route", "rte"} else None
    return match.end() if match else end


def _number_before(text: str, start: int) -> int:
    """Take along a house number, a block or a unit that stands right before ``start``."""
    unit = _UNIT_BEFORE.search(text, max(0, start - 40), start) if text[start : start + 1].isdigit() else None
    if unit is not None:
        return unit.start(1)
    match = re.search(
        r"(?:(?:^|(?<=[\s,>(]))(?:(?:apt|suite|ste|unit|apartment|dept|department|bin|msc|file)\.?[ ]#?[ ]?)?[NSEW]?\d{1,6}[A-Za-z]?[ \t,]{1,2})\Z",  # noqa: E501  # one pattern, one line
        text[max(0, start - 24) : start],
        re.IGNORECASE,
    )
    return start - len(match.group()) if match else start


def _numbered(text: str) -> Iterator[Candidate]:
    for family in ("numbered", "numbered_route", "directed", "two_numbers"):
        for match in _patterns()[family].finditer(text):
            covered = -1
            for number in re.finditer(
                r"(?<![^\W_])(?<![$#.:/-])(?:[NSEW]?\d[\w-]*|(?i:one|two|three|four|five|six|seven|eight|nine|ten)(?=[ ]))",  # noqa: E501  # one pattern, one line
                text[match.start() : match.end()],
            ):
                start = match.start() + number.start()
                if start < covered:
                    continue
                line = read_line(text, start)
                if line is None:
                    continue
                whole = _is_whole_line(text, start, line.end)
                found = finished(text, start, line.end, line.score, "a numbered street", has_unit=line.has_unit)
                if found.score >= 0.55 or (found.score >= 0.3 and whole):
                    yield Candidate(found.start, found.end, max(found.score, 0.5), found.reason)
                    covered = found.end
            if family == "two_numbers" and covered < 0:
                yield from _two_numbers(text, match.start(), match.end())


def _two_numbers(text: str, start: int, end: int) -> Iterator[Candidate]:
    """A number before and one behind the street, as databases of addresses abroad print them."""
    last = re.search(r"\d{1,5}(?=[ ]*[\n,AS]\Z)", text[start:end])
    stop = start + last.end() if last else start
    inner = text[start:stop].casefold().replace(",", " ").split()
    if last is None or street_words().not_names.intersection(inner) or text[start - 1 : start] in {",", "."}:
        return
    unit_end = read_units(text, stop)
    reached, plain = read_tail(text, unit_end, has_unit=unit_end > stop)
    if unit_end > stop or plain:
        yield Candidate(
            _number_before(text, start),
            max(reached, unit_end),
            0.6,
            "a street between two numbers, unit or postal code behind",
        )


def _general_delivery(text: str, lower: str) -> Iterator[Candidate]:
    """General delivery and star routes without a box: an address only where city and state follow."""
    announced = "general delivery" in lower or "star r" in lower
    for match in _patterns()["general_delivery"].finditer(text) if announced else ():
        found = finished(text, match.start(), match.end(), 0.2, "general delivery or a star route", "po_box")
        if read_tail(text, match.end(), has_unit=False)[1]:
            yield Candidate(match.start(), found.end, 0.85, found.reason, "po_box")


def _boxes(text: str, lower: str) -> Iterator[Candidate]:
    has_box = any(word in lower for word in _BOX_WORDS)
    for match in _patterns()["boxes"].finditer(text) if has_box else ():
        yield finished(text, match.start(), match.end(), 0.85, "a box or route", "po_box")
    for match in _patterns()["bare_box"].finditer(text) if "box" in lower else ():
        start, end = match.span(1)
        if read_tail(text, end, has_unit=False)[1]:
            yield replace(finished(text, start, end, 0.3, "a box before city and state", "po_box"), start=start)
    for match in _patterns()["military"].finditer(text) if "po a" in lower or "po, a" in lower else ():
        before = re.search(
            r"(?:[A-Z]{2,5}|psc|unit|cmr)[ ][\w ,.'\u2019-]{1,40}[\s,]{1,4}\Z",
            text[max(0, match.start() - 60) : match.start()],
        )
        yield Candidate(
            match.start() - len(before.group()) if before else match.start(),
            match.end(),
            0.85,
            "a military address",
            "full",
        )


def _last_lines(text: str) -> Iterator[Candidate]:
    """Read backwards from a state and ZIP: what stands before them in the line, or in the line above."""
    for match in _patterns()["zip"].finditer(text):
        low, _ = line_of(text, match.start(), match.start(), reach=120)
        start = _street_start(text, low, match.start())
        if start is None and low > 0:
            above, _ = line_of(text, low - 1, low - 1, reach=80)
            start = _street_start(text, above, low - 1, above_line=True)
        if start is not None:
            yield Candidate(start, match.end(), 0.8, "a line that ends with state and ZIP")


def _street_start(text: str, low: int, high: int, *, above_line: bool = False) -> int | None:
    """Return where the street in ``text[low:high]`` starts, judged by a house number or a suffix."""
    words = street_words()
    line = text[low:high]
    head = [word.casefold().strip(".,#") for word in re.split(r"[\s,]+", line)[:6]]
    is_route = any(
        word in {"highway", "hwy", "hwys", "route", "rte", "box", "fm", "rr", "hc"} and following[:1].isdigit()
        for word, following in zip(head, [*head[1:], ""], strict=True)
    )
    if is_route and len(line.split()) <= 10 and not words.not_names.intersection(set(head) - {"and"}):
        return low + len(line) - len(line.lstrip(" \t>"))
    for number in re.finditer(r"(?<![^\W_])(?<![$#.:/-])\d[\w/-]*", line):
        if number_ends(text, low + number.start()) is None:
            continue
        rest = line[number.end() :].split()
        names = [word.casefold().strip(".,") for word in rest]
        if 1 <= len(rest) <= 12 and rest[0][0].isalpha() and not words.not_names.intersection(names[:3]):
            return low + number.start()
    street = re.search(
        r"((?:[A-Z][\w.'\u2019-]*[ \t]+){1,4})([A-Z][A-Za-z]+)\.?[ \t]*,"
        if not above_line
        else r"\A[ \t>]*((?:[A-Z][\w.'\u2019-]*[ \t]+){1,4})([A-Z][A-Za-z]+)\.?[ \t,]*\Z",
        line,
    )
    if street and words.is_suffix(street.group(2)) and not words.is_everyday(street.group(2)):
        return low + street.start(1)
    return None


def _corners(text: str, lower: str) -> Iterator[Candidate]:
    spoken = any(word in lower for word in ("corner", "intersection", "junction", "crossing"))
    for match in _patterns()["corner"].finditer(text) if spoken else ():
        start = (
            match.start() - 4 if text[max(0, match.start() - 4) : match.start()].casefold() == "the " else match.start()
        )
        end = _names_end(text, match.start(2), match.end())
        if end > match.start(2) and any(word[0].isupper() or word[0].isdigit() for word in match.group(1).split()):
            yield finished(text, start, end, 0.7, "a street corner", "street")
    for match in _patterns()["crossing"].finditer(text):
        last = match.group().rstrip(". ").split(" ")[-1].split("/")[-1]
        if not match.group().startswith(("The ", "And ", "At ")) and (
            last[0].isupper() or last in {"st", "ave", "street", "avenue", "road", "rd", "blvd"}
        ):
            yield finished(text, match.start(), match.end(), 0.75, "a street corner", "street")


def _names_end(text: str, start: int, end: int) -> int:
    """Return the end of the capitalised or numbered words from ``start`` on."""
    reached = start
    for word in re.finditer(r"\S+", text[start:end]):
        if not (word.group()[0].isupper() or word.group()[0].isdigit() or len(word.group()) == 1):
            break
        reached = start + word.end()
        if word.group().endswith((".", ",")) and len(word.group()) > 4:
            break
    while reached > start and text[reached - 1] in ".,":
        reached -= 1
    return reached


def _foreign(text: str) -> Iterator[Candidate]:
    patterns, words = _patterns(), street_words()
    for family in ("foreign_before", "foreign_ending", "foreign_between"):
        for match in patterns[family].finditer(text):
            start, end = match.span()
            plain = [word.casefold().strip(".,") for word in match.group().split()]
            if letter_or_digit_at(text, start - 1) or words.not_names.intersection(plain):
                continue
            capitals = sum(word[0].isupper() for word in match.group().split())
            if family == "foreign_before" and not capitals:
                continue
            yield finished(text, start, end, 0.6, "a street of another country")
    for match in patterns["foreign_number"].finditer(text):
        end = _foreign_end(text, match.end() - 1)
        if end > match.end() and not letter_or_digit_at(text, match.start() - 1):
            yield finished(text, match.start(), end, 0.6, "a street of another country")


def _foreign_end(text: str, start: int) -> int:
    """Return the end of a name with small words inside (``de la Gare``), at most five words."""
    match = re.compile(
        r"(?:(?:d[aeoiu]s?|del|della|delle|dei|la|le|les|el|al|l|i|e|y|et)[ '\u2019]){0,3}[^\W\d_a-z][\w'\u2019.-]*(?:[ ](?:(?:d[aeoiu]s?|del|la|le|les|al)[ ]){0,2}[^\W\d_a-z][\w'\u2019-]*){0,3}(?:,?[ ]\d{1,4}(?![\w]))?"  # noqa: E501  # one pattern, one line
    ).match(text, start, min(len(text), start + 80))
    return match.end() if match else start


def _spoken(text: str) -> Iterator[Candidate]:
    """What follows ``lives at``, ``address is``, ``moved to``: a street even without a suffix."""
    words = street_words()
    for match in _patterns()["lives"].finditer(text):
        start = match.start(1)
        numbered = text[start].isdigit()
        end = _names_end(text, start, match.end(1))
        names = text[start:end].split()
        if not names or words.not_names.intersection(name.casefold() for name in names):
            continue
        if (numbered and (len(names) < 2 or number_ends(text, start) is None)) or (
            not numbered and not words.is_suffix(names[-1])
        ):
            continue
        if not numbered and (words.is_everyday(names[-1]) or len(names) < 2):
            continue
        yield finished(
            text, start, end, 0.6, "stands behind words that announce an address", "full" if numbered else "street"
        )


def _is_whole_line(text: str, start: int, end: int) -> bool:
    """Return whether nothing else stands in the line of ``[start, end)``."""
    low, high = line_of(text, start, end)
    return not text[low:start].strip(" \t>?*-•|\"'") and not text[end:high].strip(" \t.,;|\"'\r")


__all__ = ["Candidate", "candidates", "finished", "read_block"]
