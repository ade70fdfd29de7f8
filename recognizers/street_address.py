"""Street and postal addresses of people: streets, boxes, routes, units, with the city, state and ZIP behind them.

Built from three sources. Labels (``address: …``, ``suite: …``): what stands under them is an address
even in odd shapes. Shapes (``recognizers/address_shapes.py``), after USPS Publication 28. At level
``thorough`` also the street names, building numbers and secondary addresses of the name models, for
shapes that no grammar knows. A lone city, state or ZIP is no street address.

Source: USPS Publication 28, Postal Addressing Standards (https://pe.usps.com/text/pub28/welcome.htm).
``5225 W Broadway St Apt 4, Missoula, MT 59808`` is one; ``I walked 20 blocks down the street`` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Final

from recognizers.address_places import is_no_address, places
from recognizers.address_shapes import Candidate, candidates, finished
from recognizers.address_tail import read_tail
from recognizers.address_words import street_words
from recognizers.labelled import outermost
from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.names.ensemble import Level, NameModels
from recognizers.names.span import Span
from recognizers.presidio import Recognizer
from recognizers.text import Words, letter_or_digit_at
from recognizers.triggers import whole

_LABEL = pattern(
    r"(?im)\b(?:(full)|(suite|ste|apt|apartment|unit|room|building|bldg|floor|secondary[ _]?unit|p\.?[ ]?o\.?[ ]?box)|(office))\b".replace(  # noqa: E501  # one pattern, one line
        "(full)",
        r"((?:street|mailing|home|billing|shipping|physical|residential|residence|business|work|property|current|present|permanent|previous|former|postal|legal|delivery|service|site|return|contact|temporary|old|new|mail|st)?[ _-]?(?:address|addr|adress)(?:[ _-]?(?:line|street|of record|ln))?[ _-]?[1-4]?|street[ _-]?(?:name|line|number|no)?[ _-]?[1-4]?|residence|where[ ]you[ ]live)",  # noqa: E501  # one pattern, one line
    )
    + r"[\"'”]?[ \t]*(?:[:=]|\bis[ \t]*:)[ \t]*[\"'“]?([^\r\n]*)"
)
_CAMEL = pattern(
    r"(?m)\b(?:\p{L}+?)?(?:Street|Mailing|Home|Billing|Shipping|Physical|Postal)Address[0-9]?[\"']?[ \t]*[:=][ \t]*[\"']?([^\r\n]*)"  # noqa: E501  # one pattern, one line
)
_OTHER_ADDRESS = re.compile(
    r"(?:e-?mail|mail\s?box|ip|ipv[46]|mac|web|website|url|site|internet|memory|network|host|server|hardware|bitcoin|wallet|reply|forwarding e-?mail|contract|base|start|bcc|cc|to|from)[\s_-]*$",  # noqa: E501  # one pattern, one line
    re.IGNORECASE,
)
_NO_ADDRESS = re.compile(
    r"[^\s@]+@\S|https?:|www\.|(?:\d{1,3}\.){3}\d|[0-9a-f]{2}(?::[0-9a-f]{2}){4}|0x|n/?a\b|none\b|unknown\b|same\b|null\b|nan\b|\[|<",
    re.IGNORECASE,
)
_VALUE_END = re.compile(
    r"[ \t]{3,}|\t|[ ]\|[ ]|[\"”]|(?:[,;][ \t]*|[ \t]{2,})(?:phone|tel|fax|email|e-mail|cell|mobile|dob|ssn|city|state|zip|name)\b[^\n]{0,12}[:=]",  # noqa: E501  # one pattern, one line
    re.IGNORECASE,
)
_NEXT_LINE = re.compile(r"\r?\n[ \t>]{0,12}(?=[^\s:]{1,40}[^\n:]{0,90}(?:\r?\n|$))([^\r\n]{3,120})")
_HAS_STREET = Words(
    "street", "address", "apt", "suite", "lives", "live", "lived", "resides", "located", "at", "to", "on", "corner"
)
_STREET_LABELS = frozenset({"BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS"})
_PLACE_LABELS = frozenset({"CITY", "STATE", "ZIP_CODE"})


class StreetAddress(Recognizer):
    """Finds addresses by label and shape, and at ``thorough`` by what the name models call streets."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("STREET_ADDRESS",)
    NAME: ClassVar[str] = "street_address"

    def __init__(self, level: Level = "thorough") -> None:
        self.level: Level = level
        super().__init__()

    @property
    def needs_model(self) -> bool:
        return self.level == "thorough"

    @cached_property
    def _models(self) -> NameModels:
        """Return the models, loaded when first used: a table may never need them."""
        return NameModels.shared(self.level)

    def find(self, text: str) -> list[Match]:
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Match]]:
        texts = [whole(text) for text in texts]
        annotated = self._models.annotate(texts) if self.needs_model else [[] for _ in texts]
        return [self._find(text, spans) for text, spans in zip(texts, annotated, strict=True)]

    def _find(self, text: str, spans: Sequence[Span]) -> list[Match]:
        shaped = (
            each
            for each in (*candidates(text), *_modelled(text, spans))
            if not is_no_address(text, each.start, each.end)
        )
        found = [*_under_labels(text), *shaped, *(Candidate(*place) for place in places(text))]
        joined = (_without_stop(text, each) for each in _joined(text, found) if text[each.start : each.end].strip())
        return outermost(self._match(each) for each in joined)

    def _match(self, each: Candidate) -> Match:
        return Match(each.start, each.end, "STREET_ADDRESS", each.score, self.NAME, each.reason, each.part)


def _joined(text: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Join candidates that overlap, or that only blanks and a comma part, into one."""
    joined: list[Candidate] = []
    for each in sorted(found, key=lambda candidate: (candidate.start, -candidate.end)):
        end = each.end
        while end > each.start and text[end - 1] in " \t\r\n,;":
            end -= 1
        each = Candidate(each.start, end, each.score, each.reason, each.part)  # noqa: PLW2901  # trimmed copy
        last = joined[-1] if joined else None
        if last and (
            each.start <= last.end
            or (not text[last.end : each.start].strip(" \t,;>?\r\n") and each.start - last.end < 8)
        ):
            part = last.part if last.part == each.part else "full"
            joined[-1] = Candidate(last.start, max(last.end, each.end), max(last.score, each.score), last.reason, part)
        else:
            joined.append(each)
    return joined


def _without_stop(text: str, each: Candidate) -> Candidate:
    """Leave the full stop of a sentence; that of a short word (``St.``) goes along where the line goes on."""
    if text[each.end - 1] != "." or not (text[: each.start].strip() or text[each.end :].strip()):
        return each  # or it is all that the cell holds
    following = text[each.end : each.end + 3].lstrip(" \t")[:1]
    if following.islower() or following.isdigit() or following in {",", ";", ")", ":"}:
        return each
    return replace(each, end=each.end - 1)


def _under_labels(text: str) -> Iterator[Candidate]:
    for match in [*_LABEL.finditer(text)]:
        if _OTHER_ADDRESS.search(text[max(0, match.start() - 14) : match.start()]):
            continue
        kind = "full" if match.group(1) else "office" if match.group(3) else "unit"
        kind = "building" if match.group(2) and match.group(2).casefold() in {"building", "bldg"} else kind
        span = _value_span(text, match.start(4), match.end(4), may_be_next_line=kind == "full")
        if span is None or not _is_value(text[span[0] : span[1]], kind):
            continue
        part = "unit" if kind in {"unit", "building"} else "full"
        yield _with_tail(text, *span, part)
    for match in _CAMEL.finditer(text):
        span = _value_span(text, match.start(1), match.end(1), may_be_next_line=False)
        if span and _is_value(text[span[0] : span[1]], "full"):
            yield _with_tail(text, *span, "full")


def _with_tail(text: str, start: int, end: int, part: str) -> Candidate:
    reached, plain = read_tail(text, end, has_unit=False) if part == "full" else (end, False)
    return Candidate(
        start, reached if plain else end, 0.8 if part == "full" else 0.6, "stands under an address label", part
    )


def _value_span(text: str, start: int, end: int, *, may_be_next_line: bool) -> tuple[int, int] | None:
    """Return the span of a label's value: the rest of its line, or the next line when that is empty."""
    if not text[start:end].strip(" \t\"'") and may_be_next_line:
        following = _NEXT_LINE.match(text, end, min(len(text), end + 160))
        if following is None:
            return None
        start, end = following.span(1)
    while start < end and text[start] in " \t\"'":
        start += 1
    closing = _VALUE_END.search(text, start, end)
    end = closing.start() if closing and closing.start() > start else end
    while end > start and text[end - 1] in " \t\"',;.":
        end -= 1
    return (start, end) if start < end else None


_WHEN: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}/\d{1,2}/(?:\d{2}|\d{4})"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?",
    re.IGNORECASE,
)
"""A date or a time of day, which no unit is called by."""


def _is_value(value: str, kind: str) -> bool:
    """Return whether a label's value can be (part of) an address."""
    words = value.split()
    has_digit = any(character.isdigit() for character in value)
    if _NO_ADDRESS.match(value) or not any(character.isalnum() for character in value):
        return False
    if kind == "building":
        return len(words) <= 6 and (has_digit or (words[0][0].isupper() and len(words) > 1))
    if kind == "unit" and _WHEN.fullmatch(value.strip()):
        return False  # `Board Room: 17:00`: when it is taken
    if kind == "unit":
        return len(words) <= 4 and (has_digit or len(value) == 1)
    if kind == "office":
        return has_digit and 2 <= len(words) <= 14 and value[0].isdigit() and ":" not in value
    prose = sum(word.islower() and word.isalpha() for word in words)
    return (
        len(words) <= 16
        and (has_digit or prose <= 2 or prose == len(words) <= 6)
        and any(character.isalpha() for character in value)
    )


def _modelled(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Group the models' building numbers, street names and units; one street name makes an address."""
    group: list[Span] = []
    wanted = [span for span in spans if span.label in _STREET_LABELS or span.label in _PLACE_LABELS]
    for span in wanted:
        if group and text[group[-1].end : span.start].strip(" \t,.>?\r\n#-") == "" and span.start - group[-1].end <= 12:
            group.append(span)
            continue
        yield from _group(text, group)
        group = [span]
    yield from _group(text, group)


def _group(text: str, group: Sequence[Span]) -> Iterator[Candidate]:
    streets = [span for span in group if span.label in _STREET_LABELS]
    names = [span for span in streets if span.label == "STREET_NAME"]
    if not names or not any(character.isalpha() for span in names for character in text[span.start : span.end]):
        return  # a street without a letter is a number of another kind (61-11-507)
    start, end = streets[0].start, max(span.end for span in group if span.start >= streets[0].start)
    numbered = len(streets) > 1 or any(character.isdigit() for character in text[start : streets[-1].end])
    sure = max(span.score for span in names)
    places = {span.label for span in group} & _PLACE_LABELS
    context = _HAS_STREET.before(text, start, within=40)
    plain = {word.strip(".,").casefold() for word in text[start:end].split()}
    if not places and not context and plain & street_words().not_names:
        return
    if letter_or_digit_at(text, start - 1) or not ((numbered and sure >= 0.5) or (sure >= 0.8 and (places or context))):
        return
    yield finished(
        text, start, end, 0.65 if numbered else 0.5, "the name model says street", "full" if numbered else "street"
    )
