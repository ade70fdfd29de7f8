"""DATE_OF_BIRTH: the day, month or year on which somebody was born.

A date is a date of birth only where the text says so: ``DOB``, ``born``, ``birthday`` close
before it, or ``(DOB)`` right behind it. Dates are read in the shapes of US forms and mail
(04/12/1975, 4-12-75, 1975-04-12, April 12, 1975, 12 Apr 1975, 19750412, full timestamps cut at the
day) and in words (the fourth of July, nineteen fifty-two); a lone year behind ``born in`` is a match of its year only.

Source for the forms: ISO 8601-1:2019 section 5.2; the US forms are custom, not a standard.

    good: DOB: 04/12/1975    bad: Date: 04/12/1975
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from recognizers.linear import Found, pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import Words, is_cut_out, joined

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBER: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:1[89]\d{2}|20\d{2})"
_GAP: Final = r" ?[/.\-\x{2013}] ?"
_TENS: Final = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_ONES: Final = "(?:one|two|three|four|five|six|seven|eight|nine)"
_SPOKEN_DAY: Final = (
    "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth"
    "|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|thirty[ -]first"
    "|twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))"
)
_SPOKEN_YEAR: Final = (
    rf"(?:nineteen[ -](?:hundred(?: and)?[ -])?(?:{_TENS}(?:[ -]{_ONES})?|oh[ -]{_ONES}|ten|eleven|twelve"
    rf"|(?:thir|four|fif|six|seven|eigh|nine)teen)|two thousand(?: and)?(?: (?:{_TENS}(?:[ -]{_ONES})?|{_ONES}|ten"
    rf"|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen))?)"
)
_SPOKEN: Final = (
    rf"(?:{_SPOKEN_DAY}|{_DAY}(?:st|nd|rd|th))(?: day)?(?: of)? {_MONTH},? (?:in )?(?:{_YEAR}|{_SPOKEN_YEAR})"
    rf"|{_MONTH} (?:the )?(?:{_SPOKEN_DAY}|{_DAY}(?:st|nd|rd|th)?),? (?:in )?(?:{_YEAR}|{_SPOKEN_YEAR})"
)
_FULL: Final = (
    rf"{_YEAR}{_GAP}{_NUMBER}{_GAP}{_DAY}|{_DAY}{_GAP}{_DAY}{_GAP}(?:{_YEAR}|'?\d{{2}})"
    rf"|{_DAY}(?:st|nd|rd|th)?(?: of)?[ \-/.,]{{0,2}}{_MONTH},?[ \-/.]{{0,2}}(?:{_YEAR}|'?\d{{2}})"
    rf"|{_MONTH}[ \-/.]{{0,2}}{_DAY}(?:st|nd|rd|th)?,?[ \-/.,]{{0,2}}(?:{_YEAR}|'?\d{{2}})"
    rf"|{_YEAR}[ \-/.,]{{0,2}}{_MONTH}[ \-/.,]{{0,2}}{_DAY}"
    rf"|(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d{{2}}"
    rf"|\d{{1,2}}[ ]\d{{1,2}}[ ]{_YEAR}|{_SPOKEN}"
)
_PARTLY: Final = (
    rf"{_MONTH},?[ \-/]{{0,2}}{_YEAR}|{_NUMBER}[/\-]{_YEAR}|{_DAY}(?:st|nd|rd|th)? (?:of )?{_MONTH}"
    rf"|{_MONTH} {_DAY}(?:st|nd|rd|th)?|{_NUMBER}/{_DAY}"
)
_DATE: Final = pattern(f"(?:{_FULL})|(?P<partly>{_PARTLY})|(?P<year>{_YEAR})", ignore_case=True, longest=True)

_LABELS: Final = (
    r"d ?\.? ?o ?\.? ?b", "dobs", "yob", "year of birth", r"turn(?:s|ed|ing)? [0-9]{1,3} on",
    "date of births?", "dates of birth", "birth ?dates?", "birth ?days?", "b ?days?",
    "d of b", "birth", "fecha de nacimiento", "born(?: (?:on|in))?", "date born", "n[ée]e? le",
)  # fmt: skip
_LABEL: Final = Words(*_LABELS)
_LABEL_BEHIND: Final = pattern(
    r"(?i)^[ ,]{0,2}[(\[\-]? ?(?:is (?:my|his|her|their|your) )?(?:d\.?o\.?b\b|date of birth|birth ?date|birth ?day)"
)
_SENTENCE_END: Final = pattern(r"[.!?;]\s+\p{Lu}|\n\s*\n|\n[^\n:]{1,40}:|;")
_OTHER_DATE: Final = Words(
    "died", "death", "deceased", "dod", "married", "hired", "hire date", "issued", "expires?", "expiration",
    "effective",
    "signed", "dated", "filed", "received", "sent", "visit", "appointment", "certificate",
)  # fmt: skip
_LIST_JOINER: Final = pattern(r"(?i)^(?:\s*(?:,|and|&|or|/|;)\s*)+(?:(?:and|on)\s+)?$")
_ON: Final = pattern(r"(?i)\bon $")
_REACH: Final = 70


class DateOfBirthRecognizer(PatternRecognizer):
    """Finds dates that the text calls somebody's birth."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("DATE_OF_BIRTH",)
    NAME: ClassVar[str] = "date_of_birth"

    def triggers(self) -> Iterable[Wake]:
        return (_LABEL.trigger,)

    def matches(self, text: str) -> list[Match]:
        return joined(match for start, end in _LABEL.spans(text) for match in self._around(text, start, end))

    def _around(self, text: str, label_start: int, label_end: int) -> Iterator[Match]:
        """Yield the dates of one label: those behind it, else one right before it."""
        found = list(self._behind(text, label_end))
        yield from found
        if found:
            return
        low = max(0, label_start - 30)
        for candidate in _DATE.finditer(text[low : label_end + 1]):
            start, end = candidate.start() + low, candidate.end() + low
            if (
                is_cut_out(text, start, end)
                and _LABEL_BEHIND.search(text[end : end + 40])
                and not candidate.group("year")
            ):
                yield self._match(start, end, 0.95, "date with its birth label behind it")

    def _behind(self, text: str, label_end: int) -> Iterator[Match]:
        window = text[label_end : label_end + _REACH + 20]
        last = None
        for candidate in _DATE.finditer(window):
            start, end = candidate.start() + label_end, candidate.end() + label_end
            if candidate.start() > _REACH or not _is_whole(text, start, end):
                break
            between = window[last if last is not None else 0 : candidate.start()]
            if last is not None and not _LIST_JOINER.match(between):
                break
            if last is None and (_SENTENCE_END.search(between) or _OTHER_DATE.within(between)):
                break
            close = candidate.start() <= 20
            whole = not (candidate.group("year") or candidate.group("partly"))
            if not whole and not close:
                break
            yield self._dated(candidate, start, end, close=close)
            last = candidate.end()

    def _dated(self, candidate: Found, start: int, end: int, *, close: bool) -> Match:
        year, partly = candidate.group("year"), candidate.group("partly")
        if year:
            return self._match(start, end, 0.6, "year of birth", "year")
        if partly:
            return self._match(start, end, 0.85, "part of a date of birth", "partial")
        return self._match(start, end, 0.95 if close else 0.85, "date behind the words for a birth")

    def _match(self, start: int, end: int, score: float, reason: str, part: str = "full") -> Match:
        return Match(start, end, "DATE_OF_BIRTH", score, self.NAME, reason, part)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether the date is no piece of a longer number; an ISO time (``T00:00``) may follow it."""
    timed = text[end : end + 1] == "T" and text[end + 1 : end + 2].isdecimal()
    return (timed and is_cut_out(text[max(0, start - 2) : end], min(2, start), end - max(0, start - 2))) or is_cut_out(
        text, start, end
    )
