"""US_TAX_ID: taxpayer numbers other than the SSN.

- ITIN: 9XX-GG-XXXX with group 50-65, 70-88, 90-92 or 94-99; ATIN: the same with group 93.
- EIN: XX-XXXXXXX, no check digit; the shape is common, so it needs its label or tax words.
- TIN behind a label: any of these, or an SSN.
- IP PIN: six digits that the IRS gives a taxpayer each year against identity theft.

All are "taxpayer identification numbers" (26 U.S.C. 6109). Sources: IRS, "General ITIN
information" (groups in use), IRS Publication 1635 (EIN), IRS "Get an identity protection PIN".

    good: ITIN 912-70-1234, EIN 12-3456789    bad: 12-3456789 (unlabelled)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import Label, NumberShape, Words, digits_of, has_digit, in_digit_groups, is_cut_out, joined
from recognizers.triggers import DIGIT

_DASH: Final = r"[\-\x{2010}-\x{2015}]"
_ITIN: Final = NumberShape(
    rf"9\d{{2}}(?: ?{_DASH} ?\d{{2}} ?{_DASH} ?| \d{{2}} )\d{{4}}|9 \d \d ?{_DASH} ?\d \d ?{_DASH} ?\d \d \d \d",
    least=9,
)
_EIN: Final = NumberShape(rf"\d{{2}} ?{_DASH} ?\d{{7}}", least=9)
_ITIN_GROUPS: Final = frozenset([*range(50, 66), *range(70, 89), *range(90, 93), 93, *range(94, 100)])
_NUMBER: Final = r"(?: (?:numbers?|nos?|num|id|ids|code))*"
_ITIN_NAMES: Final = (
    f"(?:itins?|atins?){_NUMBER}",
    f"individual tax(?:payer)? id(?:entification)?{_NUMBER}",
    f"adoption tax(?:payer)? id(?:entification)?{_NUMBER}",
)
_EIN_NAMES: Final = (
    f"f?eins?{_NUMBER}", f"employer'?s? (?:tax )?id(?:entification)?{_NUMBER}",
    f"federal (?:employer )?(?:tax )?id(?:entification)?{_NUMBER}",
    f"fed tax id{_NUMBER}",
)  # fmt: skip
_TIN_NAMES: Final = (
    f"tins?{_NUMBER}",
    f"tax(?:payer)?(?: s)? id(?:entification|entifier)?{_NUMBER}",
    "tax id",
    f"ptin{_NUMBER}",
    "tax (?:number|no)",
)
_SEPARATED: Final = (
    rf"(?:P?\d{{2,3}} ?{_DASH} ?\d{{2}} ?{_DASH} ?\d{{4}}"
    rf"|\d{{2}} ?{_DASH} ?\d{{6,7}}|\d{{3}} \d{{2,3}} \d{{3,4}}|\d{{2}} \d{{7}}|P?\d{{8,9}})"
)
_LABELLED: Final = (
    ("itin", Label(_ITIN_NAMES, _SEPARATED)),
    ("ein", Label(_EIN_NAMES, _SEPARATED)),
    ("tin", Label(_TIN_NAMES, _SEPARATED)),
)
_MASKED: Final = Label((*_ITIN_NAMES, *_EIN_NAMES, *_TIN_NAMES), rf"(?:[Xx*]|{_DASH}){{2,7}}\d{{3,5}}")
_IP_PIN: Final = Label(
    ("ip pins?", "identity protection (?:personal identification number|pin)s?(?: ip pin)?", "irs pins?"),
    r"\d{6}|\d{3}[ \-]\d{3}",
)
_TAX_WORDS: Final = Words(
    *_EIN_NAMES, *_TIN_NAMES, "irs", "w ?9", "w ?2", "1099s?", "941", "form 990", "501 c 3", "tax exempt",
    "taxpayer", "employer",
    "vendor",
)  # fmt: skip


class UsTaxIdRecognizer(PatternRecognizer):
    """Finds ITIN and ATIN by shape, EIN by shape with tax words, all of them and IP PINs by label."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("US_TAX_ID",)
    NAME: ClassVar[str] = "us_tax_id"

    def triggers(self) -> Iterable[Wake]:
        labels = (*(label for _, label in _LABELLED), _MASKED, _IP_PIN)
        return (_ITIN.trigger, (_EIN.trigger, _TAX_WORDS.trigger), *((each.trigger, DIGIT) for each in labels))

    def matches(self, text: str) -> list[Match]:
        if not has_digit(text):
            return []
        return joined([*self._itins(text), *self._labelled(text), *self._eins(text)])

    def _labelled(self, text: str) -> Iterator[Match]:
        for part, label in _LABELLED:
            for value in label.values(text):
                if is_cut_out(text, value.start, value.end, after_letters=False):
                    named = text[value.label_start : value.label_end].casefold()
                    yield self._match(value.start, value.end, 0.95, f"labelled as a {part.upper()}", _part(part, named))
        for value in _MASKED.values(text):
            yield self._match(value.start, value.end, 0.85, "labelled taxpayer number with masked digits", "partial")
        for value in _IP_PIN.values(text):
            if is_cut_out(text, value.start, value.end):
                yield self._match(value.start, value.end, 0.95, "labelled as an identity protection PIN", "ip_pin")

    def _itins(self, text: str) -> Iterator[Match]:
        for start, end in _ITIN.spans(text):
            value = text[start:end]
            if int(digits_of(value)[3:5]) not in _ITIN_GROUPS or not is_cut_out(text, start, end):
                continue
            spaced = not any(char in value for char in "-\u2010\u2011\u2012\u2013\u2014\u2015")
            if not spaced:
                yield self._match(start, end, 0.85, "ITIN shape with a group in use", "itin")
            elif not in_digit_groups(text, start, end) and _TAX_WORDS.near(text, start, end):
                yield self._match(start, end, 0.6, "ITIN shape near tax words", "itin")

    def _eins(self, text: str) -> Iterator[Match]:
        for start, end in _EIN.spans(text):
            if is_cut_out(text, start, end, after_letters=False) and _TAX_WORDS.near(text, start, end, 60, 25):
                yield self._match(start, end, 0.6, "EIN shape near tax words", "ein")

    def _match(self, start: int, end: int, score: float, reason: str, part: str) -> Match:
        return Match(start, end, "US_TAX_ID", score, self.NAME, reason, part)


def _part(part: str, label: str) -> str:
    """Return the part by the label's own words (``federal tax id`` may catch what ``tax id`` names)."""
    return "itin" if label.startswith(("itin", "atin", "individual", "adoption")) else part
