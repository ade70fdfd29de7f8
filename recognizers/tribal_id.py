"""Tribal enrolment, census and membership numbers, by label.

Each nation numbers its members its own way (``207U001234``, ``12-04567``), so the label decides.

Source: 25 CFR 61 (tribal rolls), 25 CFR 83.11; MCA 2-6-1501(4)(b)(i)(B): a tribal identification number is
personal information; Bureau of Indian Affairs form 4432 (Certificate of Degree of Indian or Alaska Native Blood).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from recognizers.labelled import Labels, has_digits, outermost
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import Shape, Words, is_cut_out, stands_alone
from recognizers.triggers import MAYBE_DIGIT

_LABELS = Labels(
    {
        "strong": [
            "tribal", "tribal id", "tribal identification", "tribal enrollment", "tribal enrolment", "tribal member",
            "tribal membership", "tribal card", "tribal census", "tribal roll", "cdib", "bia", "tribal registration",
            "certificate of degree of indian blood", "enrolled member", "tribal identity", "tribal enrollee",
            "tribe enrollment", "tribe member",
            "tribal enrollment card", "tribal enrolment card", "tribal id card", "tribal membership card",
        ],
        "weak": ["enr", "enrl", "enroll", "enrollment", "enrolment", "roll", "census", "enrollee", "enrolled"],
    },
    for_values=True,
)  # fmt: skip
_TRIBE = Words(
    "tribe", "tribes", "tribal", "nation", "band", "reservation", "blackfeet", "crow", "salish", "kootenai", "assiniboine", "sioux",  # noqa: E501  # one pattern, one line
    "gros ventre", "chippewa", "cree", "northern cheyenne", "little shell", "wampanoag", "mashpee", "aquinnah", "nipmuc", "bia",  # noqa: E501  # one pattern, one line
    "navajo", "cherokee", "indian", "native", "cskt", "flathead", "fort peck", "fort belknap", "rocky boy",
    "metis", "lakota",
)  # fmt: skip
_ENROLLED = Shape(r"[0-9]{3}[ -]?[UA][ -]?[0-9]{6}", hint=r"[0-9]{3}[ -]?[UA][ -]?[0-9]{6}")
"""The Bureau of Indian Affairs' code of the tribe, ``U`` or ``A``, and six digits: nothing else is written so."""


class TribalId(PatternRecognizer):
    """Finds tribal enrolment numbers behind their labels."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("TRIBAL_ID",)
    NAME: ClassVar[str] = "tribal_id"

    def triggers(self) -> Iterable[Wake]:
        return ((_LABELS.trigger, MAYBE_DIGIT), _ENROLLED.trigger)

    def matches(self, text: str) -> list[Match]:
        matches = []
        for value in _LABELS.values(text):
            strong = value.label.part == "strong"
            if not has_digits(value.value, 3) or (not value.explicit and not has_digits(value.value, 4)):
                continue
            if not strong and not _TRIBE.near(text, value.label.start, value.end, before=80, after=60):
                continue
            score = 0.85 if strong and value.explicit else 0.65
            reason = "a number behind a label of tribal enrolment"
            matches.append(Match(value.start, value.end, "TRIBAL_ID", score, self.NAME, reason))
        for number in _ENROLLED.finditer(text):
            start, end = number.span()
            if stands_alone(text, start, end) and is_cut_out(text, start, end, after_letters=False):
                matches.append(Match(start, end, "TRIBAL_ID", 0.6, self.NAME, "shape of an enrolment number"))
        return outermost(matches)
