"""DATE_OF_BIRTH: the day, month or year on which somebody was born.

A date is a date of birth only where the text says so: ``DOB``, ``born``, ``birthday`` close
before it, or ``(DOB)`` right behind it. Dates are read in the shapes of US forms and mail
(04/12/1975, 4-12-75, 1975-04-12, April 12, 1975, 12 Apr 1975, 19750412, full timestamps cut at the
day) and in words (the fourth of July, nineteen fifty-two); a lone year behind ``born in`` is a match of its year only.

Source for the forms: ISO 8601-1:2019 section 5.2; the US forms are custom, not a standard.

    good: DOB: 04/12/1975    bad: Date: 04/12/1975
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from recognizers.linear import Found, pattern
from recognizers.model import Match
from recognizers.names.contexts import contexts
from recognizers.pasted import cells_below
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.roster_dates import ROWS, roster_dates
from recognizers.text import Shape, Words, has_digit, is_cut_out, joined, line_end, stands_alone
from recognizers.triggers import DIGIT

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
_SPANISH_MONTH: Final = "(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)"
_FULL: Final = (
    rf"{_YEAR}{_GAP}{_NUMBER}{_GAP}{_DAY}|{_DAY}{_GAP}{_DAY}{_GAP}(?:{_YEAR}|'?\d{{2}})"
    rf"|{_DAY}(?:st|nd|rd|th)?(?: of)?[ \-/.,]{{0,2}}{_MONTH},?[ \-/.]{{0,2}}(?:{_YEAR}|'?\d{{2}})"
    rf"|{_MONTH}[ \-/.]{{0,2}}{_DAY}(?:st|nd|rd|th)?,?[ \-/.,]{{0,2}}(?:{_YEAR}|'?\d{{2}})"
    rf"|{_YEAR}[ \-/.,]{{0,2}}{_MONTH}[ \-/.,]{{0,2}}{_DAY}"
    rf"|(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d{{2}}"
    rf"|\d{{1,2}}[ ]\d{{1,2}}[ ]{_YEAR}|{_SPOKEN}|{_DAY}(?: de)? {_SPANISH_MONTH},?(?: del?)? {_YEAR}"
)
_PARTLY: Final = (
    rf"{_MONTH},?[ \-/]{{0,2}}{_YEAR}|{_NUMBER}[/\-]{_YEAR}|{_DAY}(?:st|nd|rd|th)? (?:of )?{_MONTH}"
    rf"|{_MONTH} {_DAY}(?:st|nd|rd|th)?|{_NUMBER}/{_DAY}|--{_NUMBER}-?{_DAY}"
)
_DATE: Final = pattern(f"(?:{_FULL})|(?P<partly>{_PARTLY})|(?P<year>{_YEAR})", ignore_case=True, longest=True)

_LABELS: Final = (
    r"d ?\.? ?[o0] ?\.? ?b", "dobs", r"naci[\x{00F3}o] el", "nacid[oa] el", r"fecha de nac\.?", "f nac", "b date", "yob", "year of birth", r"turn(?:s|ed|ing)? [0-9]{1,3} on",  # noqa: E501  # one pattern, one line
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
_MISREAD: Final = re.compile(
    r"(?:[\s:#]|is|was){0,6}(?=[0-9OoIl/.\- ]*[OoIl])((?:[0-9OoIl]{1,2}[/.\-]){2}(?:[0-9OoIl]{4}|[0-9OoIl]{2}))(?![\w/])"  # noqa: E501  # one pattern, one line
)
"""A date right behind its label, some digits of it read as letters from a scan."""
_FEWEST_DIGITS: Final = 3
_CUT_OFF: Final = 12
"""What of a date may stand beyond its column: ``April 10, 1939`` below ``DOB``."""
_SIX_DIGITS: Final = re.compile(r"[\s:#/-]{1,4}((?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{2})(?![\w/-])")
"""``DOB 061590``, as in records of the police; behind the very words only."""
_VERY_WORDS: Final = re.compile(r"d\W{0,3}[o0]\W{0,3}b|date\W?of\W?birth|birth\W?date", re.IGNORECASE)
_BORN_SHORT: Final = Shape(rf"(?:\p{{Lu}}[\p{{L}}'\-]+[,)]? |[(])b\. ?((?i:{_FULL}))", hint=r"[ (]b\. ?[0-9A-Za-z]")
"""``Jane Doe b. May 4, 1971``, as registers of people have it."""
_BORN_YEAR: Final = pattern(rf"\(b\. ?({_YEAR})\)")
"""``Jane Doe (b. 1971)``."""
_AGED: Final = Shape(rf"(?i)\baged? [0-9]{{1,3}}[ ,]{{0,2}}\(({_FULL})\)", hint=r"[0-9][ ,]{0,2}\([0-9A-Za-z]")
_NAMED_DATE: Final = pattern(rf"\p{{Lu}}[\p{{L}}'.\-]+(?: \p{{Lu}}[\p{{L}}'.\-]*)*(?: ?\(| ?, ?| )((?i:{_FULL}))")
_OF_PEOPLE: Final = Words(
    "sons?", "daughters?", "child", "children", "kids?", "twins", "bab(?:y|ies)", "dependents?", "household members?", "hh members?",  # noqa: E501  # one pattern, one line
    "family members?", "grand ?(?:sons?|daughters?|child(?:ren)?|kids?)", "siblings?", "nephews?", "nieces?", "minors?", "juveniles?",  # noqa: E501  # one pattern, one line
    "hijos?", "hijas?", "members? of (?:the|my|our) (?:household|family)", "referral", "patients?", "pts?", "heirs?", "spouse", "students?", "pupils?", "enrollees?", "inmates?", "campers?", "participants?", "passengers?", "roster",  # noqa: E501  # one pattern, one line
)  # fmt: skip
_BETWEEN_PEOPLE: Final = frozenset({"and", "or", "named", "my", "our", "his", "her", "are", "is", "y"})
_ALS_NUMBER: Final = Shape(rf"{_NUMBER}/{_DAY}/{_YEAR}-\d{{1,4}}", hint=r"/[0-9]{4}-[0-9]")
"""The number of a licence of Fish, Wildlife & Parks is the holder's date of birth with a count behind it."""
_LIST_JOINER: Final = pattern(r"(?i)^(?:\s*(?:,|and|&|or|/|;)\s*)+(?:(?:and|on)\s+)?$")
_REACH: Final = 70
_TURNED: Final = re.compile(r"turn\w*\W+([0-9]{1,3})\b", re.IGNORECASE)
_MOST_YEARS: Final = 115
_PERSON_BEFORE: Final = re.compile(
    r"(?:\b(?:i|he|she|who|they|we|you|\w{1,12}['\u2019](?:ll|d|ve))"
    r"|\b(?:my|his|her|our|their|your|the) (?:[\w-]{2,20} ){0,2}(?:husband|wife|spouse|son|daughter|brother|sister|mother"  # noqa: E501  # one pattern, one line
    r"|father|mom|dad|child|boy|girl|baby|twins|kids?|man|woman|lady|guy|friend|neighbou?r|aunt|uncle|cousin|niece|nephew"
    r"|grand\w{3,9}|client|patient|applicant|claimant|student|tenant|veteran|member|employee|defendant|victim|resident"
    r"|youth|minor|ward|participant|beneficiary|taxpayer|roommate|partner)"
    r"|(?P<name>(?:^|[^\w])(?-i:(?:[A-Z][\w'\u2019.-]+ )*[A-Z][\w'\u2019.-]+)))"
    r"(?: (?:will|would|has|had|have|just|only|recently|is|was|are|also))*,? $",
    re.IGNORECASE,
)
"""Who turns an age: a person in the words right before it; a town or an agency has no date of birth."""
_SUBJECT: Final = re.compile(
    r"([^\W\d_]+)(?: (?:will|would|has|had|have|just|only|recently|is|was|are|also))*,? $", re.IGNORECASE
)
_BORN_THING: Final = re.compile(
    r"\b(?:the|this|that|our|its|a|an) (?:[\w-]{2,20} )?([\w-]{3,20}) (?:was|is) $", re.IGNORECASE
)
_ARTICLE: Final = re.compile(r"\b(?:the|this|that|our|its|a|an)\W*$", re.IGNORECASE)
_THINGS: Final = frozenset(
    {"city", "town", "county", "state", "school", "company", "church", "building", "bridge", "university", "college"}
    | {"agency", "office", "program", "board", "commission", "council", "association", "foundation", "store"}
    | {"restaurant", "newspaper", "festival", "road", "highway", "dam", "country"}
    | {"library", "district", "department", "act", "law", "park", "museum", "hospital", "club", "tribe", "nation", "it"}
)
_ALSO_PEOPLE: Final = frozenset({"georgia", "virginia", "washington"})


class DateOfBirthRecognizer(PatternRecognizer):
    """Finds dates that the text calls somebody's birth."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("DATE_OF_BIRTH",)
    NAME: ClassVar[str] = "date_of_birth"

    def triggers(self) -> Iterable[Wake]:
        in_registers = (_BORN_SHORT, _AGED, _OF_PEOPLE, _ALS_NUMBER, ROWS)
        return (_LABEL.trigger, *((each.trigger, DIGIT) for each in in_registers))

    def matches(self, text: str) -> list[Match]:
        found = [match for start, end in _LABEL.spans(text) for match in self._around(text, start, end)]
        if has_digit(text):
            found += self._in_registers(text)
        return joined(found)

    def _in_registers(self, text: str) -> Iterator[Match]:
        """Yield the dates that stand with names of people in lists, without a word for a birth."""
        for match in (*_BORN_SHORT.finditer(text), *_AGED.finditer(text)):
            if is_cut_out(text, *match.span(1)):
                yield self._match(*match.span(1), 0.75, "date behind b. and a name, or an age")
        for match in _BORN_YEAR.finditer(text) if _BORN_SHORT.trigger.fires(text) else ():
            yield self._match(*match.span(1), 0.6, "year of birth", "year")
        for match in _ALS_NUMBER.finditer(text):
            if stands_alone(text, *match.span()):
                yield self._match(*match.span(), 0.6, "number of a licence that begins with its holder's date of birth")
        for start, end in roster_dates(text):
            yield self._match(start, end, 0.6, "date behind a name in the row of a roster")
        if not _OF_PEOPLE.fires(text):
            return
        for match in _NAMED_DATE.finditer(text):
            start, end = match.span(1)
            bracketed = text[start - 1] == "(" and text[end : end + 1] == ")"
            low = max(0, match.start() - 80)
            said = [stop for _, stop in _OF_PEOPLE.spans(text, low, match.start())]
            between = text[said[-1] : match.start()] if said else ""
            listed = between.lstrip(" )").startswith(":") and text[end : end + 1] in {"", ",", ";", "\n", "\r"}
            if said and (bracketed or listed) and _are_people(between) and is_cut_out(text, start, end):
                yield self._match(start, end, 0.6, "date behind the name of one of a family or of a list of people")

    def _around(self, text: str, label_start: int, label_end: int) -> Iterator[Match]:
        """Yield the dates of one label: those behind it, else one right before it."""
        if _is_age_of_thing(text, label_start, label_end):
            return
        below = list(self._below(text, label_start, label_end))
        first = text[text.rfind("\n", max(0, label_start - _REACH), label_start) + 1 : line_end(text, label_end)]
        # The next line holds the cells of other columns too. Where only blanks part these, they stand out of line.
        ends = line_end(text, label_end) if below and "  " not in first else len(text)
        found = [*(each for each in self._behind(text, label_end) if each.start < ends), *below]
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

    def _below(self, text: str, label_start: int, label_end: int) -> Iterator[Match]:
        """Yield the dates in the column of a pasted table that the label heads, and a misread one behind the label."""
        for start, end in cells_below(text, label_start, label_end):
            runs_on = text[end : end + 1].isdecimal()  # into the next column of a row without gaps
            date = _DATE.match(text[start : end if runs_on else min(line_end(text, end), end + _CUT_OFF)])
            if date is None or date.group("year"):
                continue
            if is_cut_out(text, start, start + date.end()) or start + date.end() == end:
                yield self._match(start, start + date.end(), 0.85, "date in a column headed by the words for a birth")
        six = _SIX_DIGITS.match(text, label_end, label_end + 20)
        if six is not None and _VERY_WORDS.fullmatch(text, label_start, label_end):
            yield self._match(*six.span(1), 0.85, "six digits of a date behind the words for a birth")
        misread = _MISREAD.match(text, label_end, label_end + 40)
        if misread is not None and sum(map(str.isdigit, misread.group(1))) >= _FEWEST_DIGITS:
            yield self._match(*misread.span(1), 0.75, "date behind the words for a birth, digits read as letters")

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


def _are_people(between: str) -> bool:
    """Return whether nothing but names, dates and what joins them stands between a word for people and a name."""
    tokens = re.split(r"[\s,;:&()]+", between)
    return "\n\n" not in between and all(
        not each or each[0].isupper() or each[0].isdigit() or each in _BETWEEN_PEOPLE for each in tokens
    )


def _is_age_of_thing(text: str, start: int, end: int) -> bool:
    """Return whether a label says that something turned an age, and the words before it name no person."""
    turned = _TURNED.match(text, start, end)
    if turned is None:
        subject = (
            _BORN_THING.search(text[max(0, start - 40) : start]) if text[start : start + 4].lower() == "born" else None
        )
        return subject is not None and subject.group(1).lower() in _THINGS
    if int(turned.group(1)) > _MOST_YEARS:
        return True
    low = max(0, start - 60)
    before = _PERSON_BEFORE.search(text[low:start])
    if before is None:  # what is not known to be a thing may be a person: `grandma turned 90 on ...`
        subject = _SUBJECT.search(text[low:start])
        return subject is not None and (subject.group(1).casefold() in _THINGS)
    named = before.group("name")
    if named is None:
        return False
    plain = [word.casefold() for word in re.findall(r"[^\W\d_]+", named)]
    article = _ARTICLE.search(text[low : low + before.start("name") + 1])
    return article is not None or not _THINGS.isdisjoint(plain) or _is_state(plain)


def _is_state(words: list[str]) -> bool:
    """Return whether words are the name of a state and not of a person: Georgia and Virginia may be either."""
    return " ".join(words) in contexts().states and not _ALSO_PEOPLE.issuperset(words)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether the date is no piece of a longer number; an ISO time (``T00:00``) may follow it."""
    timed = text[end : end + 1] == "T" and text[end + 1 : end + 2].isdecimal()
    return (timed and is_cut_out(text[max(0, start - 2) : end], min(2, start), end - max(0, start - 2))) or is_cut_out(
        text, start, end
    )
