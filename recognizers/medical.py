"""Medical record and health insurance numbers, and plain statements about a person's health.

Numbers are found by label (part ``record_number``). A statement (part ``statement``, a low score: a
person should look) is the condition that text says a person has: ``diagnosed with …``, ``I have
multiple sclerosis``, ``is on disability for …``. Words and conditions: ``configs/medical_terms.yaml``.

Source: 45 CFR 164.514(b)(2)(i)(H)-(J); MCA 2-6-1501 (medical record information, as in 33-19-104);
G.L. c. 4 section 7(26)(c) (medical files).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import ClassVar

from recognizers.labelled import Labels, has_digits, outermost
from recognizers.linear import Found, Pattern, pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.resources import packaged_configs, read_yaml
from recognizers.text import Shape, letter_or_digit_at
from recognizers.triggers import MAYBE_DIGIT, Trigger

_DIAGNOSED = Shape(
    r"\b(?:diagnosed (?:with|as having|as)|diagnosis(?: is| was| of)?[ \t]*[:=]?|dx[ \t]*[:=]|pmh[ \t]*[:=]|[hp]x of|suffer(?:s|ed|ing)? from|being treated for|treatment for"  # noqa: E501  # one pattern, one line
    r"|tested positive for|hospitali[sz]ed (?:for|with)|on disability (?:for|due to|because of)|disabled (?:by|due to|because of)|surgery for"  # noqa: E501  # one pattern, one line
    r"|(?:with|has|have|had) (?:a )?(?:medical )?history of|medical condition[ \t]*[:=]|disability[ \t]*[:=])[ \t\n]+((?:[^\s,.;:!?()]+[ \t]?){1,6})",  # noqa: E501  # one pattern, one line
    words=(
        *("diagnosis", "diagnosed (?:with|as)", "dx[ \t]*[:=]", "pmh[ \t]*[:=]", "[hp]x of"),
        *("suffer(?:s|ed|ing)? from", "treat(?:ed|ment) for", "positive for", "hospitali[sz]ed (?:for|with)"),
        *("surgery for", "history of", "condition[ \t]*[:=]", "disability[ \t]*[:=]"),
        *("disability (?:for|due|because)", "disabled (?:by|due|because)"),
    ),
    ignore_case=True,
)
_PERSON_HAS = (
    r"\b(?:(?:i|we|he|she|they|who|mother|father|son|daughter|wife|husband|brother|sister|child|mom|dad|patient|kid|boy|girl|baby|grand(?:son|daughter|ma|pa|mother|father)|aunt|uncle|nephew|niece|cousin|client|tenant|claimant|applicant|roommate|neighbou?r|friend|veteran|vet|pt|student)"
    r"(?:[ ]?['\x{2019}](?:m|ve|s)|[ ](?:also )?(?:have|has|had|am|is|was|got|developed))"
    r"|(?:my|his|her|their)(?: own)?)[ ](?:been )?(?:a |an |severe |chronic |terminal |stage \w{1,3} )?"
)
_NAMED_HAS = (
    r"\b(?-i:\p{Lu}\p{L}+)(?:, (?:aged? )?[0-9]{1,2},)? (?:has|had|lives with|was born with)"
    r" (?:a |an |severe |chronic )?"
)
_AWAY = (
    r"\b(?:absent|absence|leave|fmla|excused|out|missed|off work|unable to work|home sick)\b[^.\n]{0,40}?"
    r"(?:[ ](?:due to|because of|for|with)|[:=])[ ](?:a |an |my |his |her |their |severe )?"
)
_CLINICAL = (
    r"(?:\b(?:rat(?:ed|ing)(?: (?:at|of))?|service[- ]connected(?: for)?)?[ :,]*[0-9]{1,3} ?%(?: (?:disabled|disability|rating|sc))?(?: (?:for|due to))?[ ]"  # noqa: E501  # one pattern, one line
    r"|\bservice[- ]connected (?:for )?"
    r"|\b(?:eligib(?:le|ility)|classification|exceptionality|disability category)(?: (?:under|for|as|is|category))?[ :=-]{1,3}"  # noqa: E501  # one pattern, one line
    r"|\b(?:ref|refer|refers|referred|referral|seen|admitted|treated)\b[^.\n;]{0,30}? for[ ]"  # one pattern, one line
    r"|\b(?:pt|patient|client|son|daughter|husband|wife|mother|father|brother|sister) (?:with|w/) ?"
    r"|\b(?:h/o|s/p|r/o|c/o|hx|dx|pmh|allerg(?:y|ies|ic)(?: to)?)[ :]{1,2}"
    r"|\b(?:absent|excused|out|sick)[ ]?[-\x{2013}\x{2014}:(][ ]?"
    r"|\b(?:aged? [0-9]{1,3}|[0-9]{1,3}[ -]?(?:y/?o|yrs?(?: old)?|years?[- ]olds?))(?: (?:male|female|man|woman|m|f))?,? (?:and |is |who is |with )?"  # noqa: E501  # one pattern, one line
    r"|\b(?:tiene|tengo|padec(?:e|ezco)(?: de)?|sufr[eo] de|diagnosticad[oa] (?:con|de)|paciente con|hij[oa] con)[ ])"
    r"(?:a |an |severe |chronic )?"
)
"""What stands before a condition in charts, school and veterans' files: shorthand, a rating, an age."""
_FURTHER = r"(?:,|,? and| y|,? &|,? or|/)[ ]?(?:a |an |severe |chronic |mild )?"
_DISABLED = Shape(
    r"\b(?:(?:i|he|she|who|mother|father|son|daughter|wife|husband|brother|sister|child|mom|dad|patient|kid|boy|girl|baby|grand(?:son|daughter|ma|pa|mother|father)|aunt|uncle|nephew|niece|cousin|client|tenant|claimant|applicant|roommate|neighbou?r|friend|veteran|vet|pt|student)"
    r"(?:[ ]?['\x{2019}](?:m|s)|[ ](?:am|is|was))[ ](?:permanently |totally |partially |severely |legally |also |now |[0-9]{1,3} ?% )?"  # noqa: E501  # one pattern, one line
    r"|(?:my|his|her|their)[ ](?:permanently |severely )?)"
    r"(disabled|wheelchair[- ]bound|bedridden|housebound|paraly[sz]ed|blind|deaf|terminally ill|in hospice"
    r"|on (?:oxygen|dialysis|chemo|hospice|methadone|suboxone|insulin|life support|a ventilator))\b",
    words=(
        *("disabled", "wheelchair", "bedridden", "housebound", "paraly[sz]ed", "blind", "deaf", "terminally"),
        *("in hospice", "on (?:oxygen|dialysis|chemo|hospice|methadone|suboxone|insulin|life|a vent)"),
    ),
    ignore_case=True,
)
_OF_INSTITUTIONS = re.compile(
    r"[ -](?:screenings?|programs?|research|awareness|rates?|prevention|clinics?|cent(?:er|re)s?|grants?|funding|vaccines?"  # noqa: E501  # one pattern, one line
    r"|tests?|testing|cases|deaths|registry|statistics|services|foundation|society|education|campaigns?|survivors|patients"
    r"|outbreaks?|task force|coalition|hotline|studies|study)\b",
    re.IGNORECASE,
)
"""Right behind a condition: what offices and places have of it, and nobody suffers from."""
_ONE_PERSON = frozenset(
    {
        "my",
        "his",
        "her",
        "i",
        "he",
        "she",
        "mother",
        "father",
        "mom",
        "dad",
        "son",
        "daughter",
        "husband",
        "wife",
        "patient",
    }
)
"""Who is said to have it: then it is told, whatever follows."""


@cache
def _words(name: str) -> frozenset[str]:
    words = read_yaml(packaged_configs() / "medical_terms.yaml")
    return frozenset(words[name].split())


_LONG = {"s": r"(?-i:\x{017F})", "k": r"(?-i:\x{212A})"}


@cache
def _vocabulary() -> tuple[Labels, Shape, Pattern]:
    """Return the labels, the shape of a statement, and that of a further condition behind one."""
    words = read_yaml(packaged_configs() / "medical_terms.yaml")
    names = sorted((name.strip() for name in words["conditions"].split("|")), key=len, reverse=True)
    alternatives = "|".join(re.escape(name).replace("'", r"['\x{2019}]") for name in names)
    known = Shape(
        f"(?:{_PERSON_HAS}|{_NAMED_HAS}|{_AWAY}|{_CLINICAL})({alternatives})",
        trigger=Trigger(*_as_triggers(alternatives.split("|")), ignore_case=True, kind="word"),
        ignore_case=True,
    )
    return Labels(words["labels"], for_values=True), known, pattern(rf"{_FURTHER}({alternatives})", ignore_case=True)


def _as_triggers(names: Iterable[str]) -> Iterator[str]:
    """Yield what tells that one of some names occurs, a long s or a Kelvin sign at its edge too.

    To google-re2 these are an ``s`` and a ``k``, but no letters at whose side a word begins or ends.
    """
    for name in names:
        yield rf"\b{name}\b"
        first, last = _LONG.get(name[0], ""), _LONG.get(name[-1], "")
        if first:
            yield rf"{first}{name[1:]}"
        if last:
            yield rf"\b{name[:-1]}{last}"


class Medical(PatternRecognizer):
    """Finds medical numbers by label and statements of a person's condition."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("MEDICAL",)
    NAME: ClassVar[str] = "medical"

    def triggers(self) -> Iterable[Wake]:
        labels, known, _ = _vocabulary()
        return ((labels.trigger, MAYBE_DIGIT), known.trigger, _DIAGNOSED.trigger, _DISABLED.trigger)

    def matches(self, text: str) -> list[Match]:
        labels, conditions, _ = _vocabulary()
        found = {(each.start, each.end): each for each in self._statements(text, conditions)}
        for value in labels.values(text):
            if (
                has_digits(value.value, 2 if value.explicit else 4)
                and len(value.value) >= 4
                and (value.label.part == "hrn" or not _is_date(value.value))
            ):
                score = 0.8 if value.explicit else 0.6
                found[value.start, value.end] = self._match(
                    value.start, value.end, score, "record_number", "a number under a medical label"
                )
        return outermost(found.values())

    def _statements(self, text: str, conditions: Shape) -> Iterator[Match]:
        for match in _DIAGNOSED.finditer(text):
            start, end = _condition(text, match.start(1), match.end(1))
            if start < end:
                yield self._match(start, end, 0.5, "statement", "says which condition somebody has")
        for match in (*conditions.finditer(text), *_DISABLED.finditer(text)):
            if not letter_or_digit_at(text, match.end(1)) and not _is_of_institution(text, match):
                yield self._match(
                    match.start(1), match.end(1), 0.5, "statement", "says that a person has this condition"
                )
                yield from self._further(text, match.end(1))

    def _further(self, text: str, at: int) -> Iterator[Match]:
        """Find the conditions that follow one in a list: ``has autism and ADHD``."""
        while following := _vocabulary()[2].match(text[at : at + 120]):
            start, at = following.start(1) + at, following.end(1) + at
            if letter_or_digit_at(text, at):
                return
            yield self._match(start, at, 0.5, "statement", "one of the conditions that a person has")

    def _match(self, start: int, end: int, score: float, part: str, reason: str) -> Match:
        return Match(start, end, "MEDICAL", score, self.NAME, reason, part)


def _is_of_institution(text: str, match: Found) -> bool:
    """Return whether a condition only says what a programme, a clinic or a statistic is about; never of one person."""
    subject = re.split(r"[\s'\u2019]", match.group(), maxsplit=1)[0].casefold()
    return subject not in _ONE_PERSON and _OF_INSTITUTIONS.match(text, match.end(1), match.end(1) + 60) is not None


def _condition(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the condition's own words: up to the first joining word, none when it is empty."""
    last, kept = start, []
    for word in re.finditer(r"\S+", text[start:end]):
        plain = word.group().casefold().strip("'\"\u2019”")
        if plain in _words("ends"):
            break
        kept.append(plain)
        last = start + word.end()
    if not kept or set(kept) <= _words("empty") or set(kept) & _words("machines"):
        return start, start
    return start, last


def _is_date(value: str) -> bool:
    return re.fullmatch(r"(?:\d{1,2}|\d{4})[/.-]\d{1,2}[/.-](?:\d{1,2}|\d{4})", value) is not None
