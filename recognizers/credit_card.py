"""CREDIT_CARD: payment card numbers, and the security code printed beside them.

A card number has 12 to 19 digits: an issuer's prefix, the account, a Luhn check digit. Behind
a label the number is a match even when the check fails (a slip of the pen), and so is what a
spreadsheet made of it (``5.54563E+15``). Security codes need their label and a card
close by, or the words ``CVV``/``CVC`` themselves. An expiry date alone tells nobody anything: it stays.

Sources: ISO/IEC 7812-1 (numbering, annex B: Luhn); issuer prefixes as published by the networks.

    good: 4111 1111 1111 1111    bad: 4111 1111 1111 1112 (unless it is labelled)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from recognizers.checksum import passes_luhn
from recognizers.entities import CARD_CODE
from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import (
    ENDING,
    Label,
    NumberShape,
    Words,
    digits_of,
    has_digit,
    in_digit_groups,
    is_cut_out,
    joined,
)
from recognizers.triggers import DIGIT

_SEPARATOR: Final = r"[ \-.\x{00A0}\x{2010}-\x{2015}]"
_CANDIDATE: Final = NumberShape(
    r"[1-9]\d{11,18}|[1-9]\d{3}(?:[ \x{00A0}]\d{4}){2}[ \x{00A0}]\d{1,4}(?:[ \x{00A0}]\d{3})?"
    r"|[1-9]\d{3}[ \x{00A0}]\d{6}[ \x{00A0}]\d{4,5}"
    r"|[1-9]\d{3}(?:[\-\x{2010}-\x{2015}]\d{2,6}){2,4}|[1-9]\d{3}(?:\.\d{3,6}){2,4}|[1-9](?: \d){12,18}",
    least=12,
)
_ISSUERS: Final = pattern(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]\d|095|[689]\d{2})\d{10}|3(?:0[0-5]\d|095|[689]\d{2})\d{12}"  # Diners Club
    r"|(?:6011|64[4-9]\d|65\d{2})\d{12,15}|62\d{14,17}"  # Discover, UnionPay
    r"|35(?:2[89]|[3-8]\d)\d{12}|(?:2131|1800)\d{11}"  # JCB
    r"|(?:50\d{2}|5[6-8]\d{2}|6304|67\d{2}|6390|0604)\d{8,15}"  # Maestro
    r"|1\d{14}"  # UATP (airlines)
)
_WEAK: Final = pattern(r"1\d{14}|(?:50|5[6-8]|63|67|06)\d+|4\d{12}|(?:2131|1800)\d{11}")
_NUMBER: Final = r"(?: (?:numbers?|nos?|num|nr|details?))?"
_NAMES: Final = (
    f"(?:credit|debit|ebt|snap|prepaid|payment|bank|gift|charge|atm|p|purchase|procurement) cards?{_NUMBER}",
    f"(?:visa|master ?card|amex|american express|discover|diners(?: club)?|maestro|unionpay|jcb)(?: cards?)?{_NUMBER}",
    "cc(?: (?:numbers?|nos?|num))?", "ccn", f"card{_NUMBER}", "pan",
)  # fmt: skip
_NAMED: Final = Words(*_NAMES)
_CARD_WORDS: Final = Words(*_NAMES, "cards?", "cvv", "cvc")
_LABELLED: Final = Label(
    _NAMES,
    rf"\d{{4}}(?:_\d{{4}}){{3}}|\d(?:{_SEPARATOR}?[\dXx*]){{11,20}}|(?:[Xx*]{_SEPARATOR}?){{6,15}}\d{{3,5}}"
    r"|\d{4}(?:[ \-]?\n? {0,4}\d{4}){3}",
)
_MANGLED: Final = Label(_NAMES, r"\d(?:\.\d{1,14})?E\+1[1-8]")
_ENDING: Final = Label(
    _NAMES, r"[Xx*.]{0,4}-?\d{4}",
    joiner=ENDING,
)  # fmt: skip
_ENDING_FAR: Final = Label(
    _NAMES, r"\d{4}",
    joiner=r"(?:[\s:=#,()\-]+|[a-z']{1,10}\b){1,12}?(?:ending|ends|last (?:4|four)(?: digits?)?)(?:[\s:=#,()\-]+|w/|(?:in|with|are|is)\b){0,5}",  # noqa: E501  # one pattern, one line
)  # fmt: skip
_YEARS: Final = range(2000, 2040)
_CODE: Final = Label(
    ("cvv ?2?", "cvc ?2?", "cc cvc", "cc cvv", "cvn", "csc", "cid", "security code",
     "card verification(?: (?:value|code|number))?"),
    r"\d{2,4}",
)  # fmt: skip
_SURE_CODES: Final = ("cvv", "cvc")
_NUMBER_NEARBY: Final = 80


class CreditCardRecognizer(PatternRecognizer):
    """Finds card numbers by issuer and check digit, and whatever stands behind a card label."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("CREDIT_CARD",)
    NAME: ClassVar[str] = "credit_card"

    def triggers(self) -> Iterable[Wake]:
        return (_CANDIDATE.trigger, *((each.trigger, DIGIT) for each in (_NAMED, _CODE)))

    def matches(self, text: str) -> list[Match]:
        if not has_digit(text):
            return []
        return joined([*self._checked(text), *self._labelled(text), *self._codes(text)])

    def _checked(self, text: str) -> Iterator[Match]:
        for start, end in _CANDIDATE.spans(text):
            digits = digits_of(text[start:end])
            if (
                not passes_luhn(digits)
                or not _ISSUERS.fullmatch(digits)
                or not is_cut_out(text, start, end, after_letters=False)
            ):
                continue
            if " " in text[start:end] and in_digit_groups(text, start, end):
                continue
            alone = not text[:start].strip() and not text[end:].strip()
            weak = _WEAK.fullmatch(digits) is not None
            if _CARD_WORDS.before(text, start, 60, same_line=weak):
                yield self._match(start, end, 0.95, "issuer and check digit fit, in context")
            elif alone or not weak:
                yield self._match(start, end, 0.85, "issuer and check digit fit")

    def _labelled(self, text: str) -> Iterator[Match]:
        labels = list(_NAMED.spans(text))
        for value in _LABELLED.values(text, labels):
            if is_cut_out(text, value.start, value.end):
                hidden = any(char in "Xx*" for char in text[value.start : value.end])
                yield self._match(value.start, value.end, 0.85, "labelled as a card", "partial" if hidden else "full")
        for value in _MANGLED.values(text, labels):
            yield self._match(value.start, value.end, 0.85, "card number mangled by a spreadsheet", "partial")
        for value in _ENDING.values(text, labels):
            if is_cut_out(text, value.start, value.end):
                yield self._match(value.start, value.end, 0.85, "last digits of a labelled card", "partial")
        for value in _ENDING_FAR.values(text, labels):
            if int(text[value.start : value.end]) not in _YEARS and is_cut_out(text, value.start, value.end):
                yield self._match(value.start, value.end, 0.6, "last digits of a card that was spoken of", "partial")

    def _codes(self, text: str) -> Iterator[Match]:
        for value in _CODE.values(text):
            label = text[value.label_start : value.label_end].casefold()
            sure = any(code in label for code in _SURE_CODES)
            if sure or _CARD_WORDS.near(text, value.label_start, value.end, _NUMBER_NEARBY, _NUMBER_NEARBY):
                yield self._match(value.start, value.end, 0.85, "security code of a card", CARD_CODE)

    def _match(self, start: int, end: int, score: float, reason: str, part: str = "full") -> Match:
        return Match(start, end, "CREDIT_CARD", score, self.NAME, reason, part)
