"""Reads one address line from a house number on: number, directional, name, suffix, directional, units.

The grammar is that of USPS Publication 28, chapter 2: delivery address line. Only short windows are
read, so the cost does not grow with the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from recognizers.address_words import StreetWords, alternatives, street_words

WINDOW = 160
MOST_NAME_WORDS = 6
YEAR_NEEDS = 0.6
"""A house number that may be a year (1900 to 2099) needs a shape surer than this."""

_NUMBER = re.compile(
    r"(?i:one|two|three|four|five|six|seven|eight|nine|ten)(?=[ ])|(?:[NSEW] ?\d{1,5} ?[NSEW] ?)?\d{1,6}(?:[A-Za-z](?![^\W_]))?(?:[-\u2013/]\d{1,5}[A-Za-z]?(?![^\W_]))?(?:[ -]\d/\d(?!\d))?½?",  # noqa: E501  # one pattern, one line
)
_SPACE = re.compile(r"[ \t]{1,4}")
_WORD = re.compile(r"#[ ]?\w{1,6}|[^\W_](?:[^\W_]|['\u2019&-](?=\w)|\.(?=[^\W\d_]\.?(?![^\W_])))*\.?")
_ROUTE_NUMBER = re.compile(r"#?\d{1,5}[A-Za-z]?|[A-Z]{1,3}|[a-z]")
_BEFORE_PLACE = re.compile(
    r"(?<![^\W_])(?:(?P<sure>(?:moved|home|next|close|delivered|mailed) to"
    r"|(?:resident|occupant|tenant|owner|front) of|address)"
    r"|(?P<at>at)|near|outside|behind|opposite)[ \t]*:?[ \t\r\n]{1,3}\Z",
    re.IGNORECASE,
)
"""What stands before a place and hardly before a year (read in the 24 characters before a number)."""
_AFTER_PLACE = re.compile(r"[ \t]*(?:[.;:!?)\"\u201d]|,(?![ ]?[0-9])|\r?\n|\Z)")
_ANY_SMALL = re.compile(r"[ \t]+[a-z]")
_GOES_ON = re.compile(
    r"[ \t]+(?:and|with|where|when|who|which|is|was|has|had|in|on|by|for|after|before|since|last|this)\b"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery address line: its span and how sure its shape is (0 when only context can tell)."""

    start: int
    end: int
    score: float
    has_unit: bool


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    word: str

    @property
    def plain(self) -> str:
        return self.word.casefold().rstrip(".,")


def number_ends(text: str, start: int) -> int | None:
    """Return where the house number at ``start`` ends, or None when none stands there."""
    match = _NUMBER.match(text, start, start + 30)
    if match is None:
        return None
    end = match.end()
    after = text[end : end + 2]
    if (
        after[:1].isalnum()
        or (after[:1] in "-/:%$" and after[1:].isalnum())
        or (after[:1] in ".," and after[1:].isdigit())
    ):
        return None
    return end


def read_line(text: str, start: int) -> Line | None:
    """Return the address line whose house number stands at ``start``, or None."""
    words = street_words()
    end = number_ends(text, start)
    if end is None:
        return None
    tokens = _tokens(text, end, words)
    if tokens and re.fullmatch(r"\d{1,5}[A-Za-z]?", tokens[0].word) and len(tokens) > 1:
        tokens = tokens[1:]
    found = _street(tokens, words)
    if found is None:
        return None
    last, score = found
    if score <= YEAR_NEEDS and words.is_everyday(tokens[last].word) and not text[start:end][1:]:
        score = 0.3
    if score <= YEAR_NEEDS and text[start].isalpha() and text[start:end].isalpha():
        return None
    stop = tokens[last].end
    is_year = bool(re.fullmatch(r"(?:19|20)[0-9]{2}", text[start:end]))
    if is_year and score <= YEAR_NEEDS and not (score == YEAR_NEEDS and _is_announced(text, start, stop)):
        score = 0.3
    unit_end = read_units(text, stop)
    if unit_end > stop:
        return Line(start, unit_end, max(score, 0.75), has_unit=True)
    return Line(start, stop - (text[stop - 1] == ","), score, has_unit=False)


def _is_announced(text: str, start: int, stop: int) -> bool:
    """Return whether words around a street make its number none of a year: a place is named, and nothing follows.

    ``at 1949 Juniper Loop.`` and ``lives at 2012 Alder Court with`` are addresses, ``at 2019 Alder Park Days`` and
    ``since 2012 Alder Park`` none.
    """
    before = _BEFORE_PLACE.search(text, max(0, start - 24), start)
    if before is None:
        return False
    goes_on = _ANY_SMALL if before["sure"] else _GOES_ON if before["at"] else _AFTER_PLACE
    return any(each.match(text, stop) for each in (_AFTER_PLACE, goes_on))


def _tokens(text: str, start: int, words: StreetWords) -> list[_Token]:
    """Return the words behind a house number, up to a comma, a stop word or a unit."""
    tokens: list[_Token] = []
    position, limit = start, min(len(text), start + WINDOW)
    while len(tokens) < MOST_NAME_WORDS + 5:
        space = _SPACE.match(text, position, limit)
        word = _WORD.match(text, space.end(), limit) if space else None
        if word is None or word.group().casefold().rstrip(".") in words.not_names:
            break
        if len(tokens) > 1 and word.group().casefold().rstrip(".") in words.units - {
            "upper",
            "lower",
            "front",
            "rear",
            "side",
            "lot",
            "stop",
            "space",
        }:
            break
        tokens.append(_Token(word.start(), word.end(), word.group()))
        position = word.end()
        if text[position : position + 1] == ",":
            following = _WORD.match(text, position + 2, limit) if text[position + 1 : position + 2] == " " else None
            if following is None or not words.is_directional(following.group()):
                break
            tokens.append(_Token(following.start(), following.end(), following.group()))
            break
    return tokens


def _street(tokens: list[_Token], words: StreetWords) -> tuple[int, float] | None:
    """Return the index of the street's last word and the score of its shape."""
    first = 0
    while first < len(tokens) and first < 2 and words.is_directional(tokens[first].word):
        first += 1
    route = _route(tokens, first, words) or (_route(tokens, 0, words) if first else None)
    if route is not None:
        return _with_directional(tokens, route, words), 0.8
    last = _suffix(tokens, first, words)
    if last is not None:
        score = _suffix_score(tokens, first, last, words)
        return (_with_directional(tokens, last, words), score) if score else None
    if first and first < len(tokens) and _is_name(tokens[first].word):
        while first + 1 < min(len(tokens), 5) and _is_name(tokens[first + 1].word):
            first += 1
        return first, 0.55 if len(tokens[0].plain) <= 2 and tokens[0].word[0].isupper() else 0.4
    if tokens and _is_name(tokens[0].word):
        for count in (1, 2, 3):
            if " ".join(token.plain for token in tokens[:count]) in words.plain_names:
                return count - 1, 0.7
    return None


def _route(tokens: list[_Token], first: int, words: StreetWords) -> int | None:
    """Return the index of the number of a numbered highway (``US Hwy 93``, ``FM 544``, ``County Road ZZZ``)."""
    for index in range(first, min(first + 4, len(tokens))):
        if tokens[index].plain not in words.highways:
            if not tokens[index].word[0].isupper() and tokens[index].plain not in words.highways:
                return None
            continue
        following = index + 1
        if following + 1 < len(tokens) and tokens[following].plain in {"no", "#"}:
            following += 1
        if following < len(tokens) and _ROUTE_NUMBER.fullmatch(tokens[following].word.rstrip(".,")):
            code = tokens[following].plain
            if code in words.directionals and not code.isdigit():
                continue
            if code.isdigit() or (
                len(code) <= 3 and tokens[following].word[0].isupper() and tokens[index].word[0].isupper()
            ):
                return following
    return None


def _suffix(tokens: list[_Token], first: int, words: StreetWords) -> int | None:
    """Return the index of the street suffix: the first one behind a name, and those that follow it at once."""
    start = first or 1
    for index in range(start, min(len(tokens), first + MOST_NAME_WORDS + 1)):
        if not words.is_suffix(tokens[index].word):
            continue
        last = index
        while (
            last + 1 < len(tokens)
            and words.is_suffix(tokens[last + 1].word)
            and not words.is_directional(tokens[last + 1].word)
        ):
            last += 1
        for later in range(min(len(tokens), last + 5) - 1, last, -1):
            word = tokens[later]
            if (
                len(word.plain) > 1
                and words.is_suffix(word.word)
                and not words.is_everyday(word.word)
                and not words.is_directional(word.word)
            ):
                return later
        if index == first and last == index and last + 1 < len(tokens) and len(tokens[last + 1].plain) == 1:
            return last + 1
        return last
    if tokens and not first and words.is_suffix(tokens[0].word) and len(tokens) > 1 and len(tokens[1].word) == 1:
        return 1
    return None


def _suffix_score(tokens: list[_Token], first: int, last: int, words: StreetWords) -> float:
    """Return how sure a name with its suffix is a street: case must agree, everyday words need capitals."""
    suffix, name = tokens[last].word, tokens[first if first < last else 0].word
    if len(tokens[last].plain) == 1 and len(tokens) > 1:
        return 0.6 if not tokens[0].word.islower() else 0.45
    all_lower = all(token.word.islower() or not token.word[0].isalpha() for token in tokens[: last + 1])
    if suffix[0].isupper() and not (_is_name(name) or words.is_directional(tokens[0].word)):
        return 0.0
    if words.is_everyday(suffix):
        if all_lower or not suffix[0].isupper():
            return 0.3
        return 0.6 if all(_is_name(token.word) or len(token.word) < 4 for token in tokens[:last]) else 0.3
    if all_lower:
        return 0.62 if last <= 3 else 0.3
    return 0.85 if suffix[0].isupper() else 0.7


def _is_name(word: str) -> bool:
    """Return whether a word looks like (part of) a street's name: a capital, a number, an ordinal."""
    return word[0].isupper() or word[0].isdigit() or word[0] == "#"


def _with_directional(tokens: list[_Token], last: int, words: StreetWords) -> int:
    while last + 1 < len(tokens) and last < len(tokens) and words.is_directional(tokens[last + 1].word):
        if tokens[last + 1].plain in {"so", "no"} and tokens[last + 1].word.islower():
            break
        last += 1
    return last


def _unit_pattern() -> re.Pattern[str]:
    words = street_words()
    names = alternatives(words.units)
    value = r"(?:#[ ]?)?(?:[A-Za-z]{0,2}-?\d{1,6}(?:-?[A-Za-z0-9]{1,5})?|[A-Za-z](?:-\d{1,4})?)(?![^\W_])"
    return re.compile(
        rf"[ \t]*[,;.]?[ \t]*(?:\r?\n[ \t>?]{{0,8}})?[ \t]*(?:"
        rf"(?:{names})(?![^\W_])\.?[ \t]{{0,3}}[#:-]?[ \t]{{0,3}}{value}"
        rf"|(?:suite|ste|apt|unit|rm|bldg)\.?#?\d{{1,5}}[A-Za-z]?(?![^\W_])"
        rf"|\#[ ]?[A-Za-z0-9-]{{1,8}}(?![^\W_])"
        rf"|\d{{1,3}}(?:st|nd|rd|th)[ \t]+(?:floor|fl|flr)(?![^\W_])\.?"
        rf"|\d{{1,3}}[ \t]+(?:floor|flr)(?![^\W_])"
        rf"|(?<=[\w.])[ \t,]{{1,3}}[A-Za-z]?-?\d{{1,5}}[A-Za-z]?(?=[ \t]*(?:,|\r?\n|$))"
        rf"|(?:first|second|third|fourth|fifth|sixth|top|ground|main|lower|upper)[ \t]+(?:floor|level)(?![^\W_])"
        rf"|(?:penthouse|basement|bsmt|lobby)(?![^\W_])"
        rf"|P\.?[ ]?O\.?[ ]?Box[ \t]+\d{{1,6}}|PMB[ \t]+\d{{1,6}})",
        re.IGNORECASE,
    )


_UNITS: list[re.Pattern[str]] = []


def read_units(text: str, start: int) -> int:
    """Return the end of the secondary units (``, Apt. 4``, ``# 12``, ``2nd Floor``) that follow ``start``."""
    if not _UNITS:
        _UNITS.append(_unit_pattern())
    end = start
    for _ in range(4):
        match = _UNITS[0].match(text, end, min(len(text), end + 60))
        if match is None:
            break
        end = match.end()
    return end
