"""Names that the words around them show: ``my husband Zuk``, ``Zuk said``, ``Zuk is the best barber``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.span import Span
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Cover, Word, words_of

_NO_PEOPLE: Final = frozenset({"ORG", "GPE", "LOC", "FAC", "NORP", "DATE", "CITY", "STREET_NAME", "STATE"})
_CALLED: Final = re.compile(
    r"\b(?:names? (?:is|was)|calls? me|called me|named|nicknamed|me llamo|se llama|mi nombre es) ", re.IGNORECASE
)
_OWNED: Final = re.compile(
    r"\b(?:my|our|his|her|your|their|the|mi|su|tu|nuestr[oa]|el|la) (?=(\w{2,15}),? (\w{2,15}),? ?)", re.IGNORECASE
)
_DESCRIBED: Final = re.compile(
    r"(?:^|(?<=[.!?] ))([A-Z]\w{1,15}) (?:is|was) (?:an?|the|my|our) ((?:\w{2,15} ){0,3}\w{2,15})\b", re.MULTILINE
)
_MOVED: Final = re.compile(r"\b(?:motion|moved|second(?:ed)?)(?: made)? by (?:the )?", re.IGNORECASE)
"""The minutes of a meeting say so of its members, by their surnames alone."""
_WITHHELD: Final = re.compile(
    r"\b(?:in the (?:matter|interest|custody|adoption) of|(?:guardianship|conservatorship|custody|adoption|parenting|interests?|placement) of|in re|initials(?: are)?|child(?:ren)?|youth|minor|juvenile"  # noqa: E501  # one pattern, one line
    r"|victim|ward|student|infant)(?: child)?[,:]? ((?-i:(?:[A-Z]\. ?){2,4}))(?![a-z])",
    re.IGNORECASE,
)
"""Initials that stand for somebody whose name a court or a school keeps back."""
_AGAINST: Final = re.compile(
    r"\b(?:State|City|County|Town|People|Commonwealth|United States)(?: of [A-Z][a-z]+){0,2} vs?\. (?=[A-Z][\w'\u2019-]{2,20}\b)"  # noqa: E501  # one pattern, one line
)
"""Whom the state has taken to court."""
_NO_INITIALS: Final = frozenset({
    "US", "USA", "DC", "MD", "AM", "PM", "PO", "JC", "ID", "IDS", "IQ", "IV", "ER", "PE", "GPA", "PTA", "IEP", "ADA",
    "DNA", "CPR", "CPS", "MIP", "DUI", "DARE", "YMCA", "YWCA", "CASA", "PTSD", "ADHD",
})  # fmt: skip
_KIN: Final = frozenset({
    "son", "daughter", "kid", "baby", "husband", "wife", "brother", "sister", "niece", "nephew", "grandson",
    "granddaughter", "stepson", "stepdaughter", "boyfriend", "girlfriend", "fiance", "fiancee", "roommate", "cousin",
})  # fmt: skip
_RANK: Final = re.compile(
    r"\b(?:(?:Dep|DEP|Ofc|OFC|Ofcr|OFCR|Sgt|SGT|Cpl|CPL|Tpr|TPR|Ptl|PTL|Ptlm|PTLM|Lieut|LIEUT|Insp|INSP)"
    r"|(?P<light>Lt|LT|Det|DET|Capt|CAPT))\.? (?=[A-Z])"
)
"""Ranks as logs shorten them; some of them are other words too (``LT BLUE``)."""
_RANKS: Final = re.compile(
    r"\b(?:[Ss]elect(?:men|persons)|[Cc]ommissioners|[Cc]ouncil(?:ors|lors|men|members)|[Dd]eputies|[Oo]fficers|[Ss]enators"
    r"|[Rr]epresentatives|[Ss]upervisors|[Tt]rustees|[Aa]ldermen|Messrs\.?|[Jj]udges|[Jj]ustices|[Dd]etectives|[Tt]roopers"
    r"|[Mm]embers|[Dd]irectors|[Pp]resent:|PRESENT:|[Aa]bsent:|ABSENT:|[Rr]oll [Cc]all:|ROLL CALL:|[Aa]yes:|AYES:|[Nn]ays:"  # noqa: E501  # one pattern, one line
    r"|NAYS:|[Ee]xcused:|EXCUSED:|[Aa]bstain(?:ed|ing)?:|ABSTAIN(?:ED|ING)?:) (?=[A-Z])"
)
_OFFICE: Final = re.compile(
    r"\b(?:[Cc]ouncil ?(?:member|man|woman|person)|[Aa]lder(?:man|woman|person)|[Cc]ommissioner|[Cc]hair(?:man|woman|person)?"  # noqa: E501  # one pattern, one line
    r"|[Ss]elect(?:man|woman|person)|[Ss]upervisor|[Tt]rustee|[Tt]reasurer|[Mm]ayor|[Ss]enator|[Rr]epresentative|[Dd]eputy"
    r"|[Oo]fficer|[Ss]ergeant|[Tt]rooper|[Ss]heriff|[Jj]udge|[Dd]irector|[Mm]ember|[Ee]lder|[Nn]urse|[Ww]arden|[Pp]rincipal"
    r"|Mrs?\.?|Ms\.?|[Mm]iss) (?=([A-Z][\w'\u2019-]{2,20})(?: ([A-Z][\w'\u2019-]{2,20}))? ([a-z]{3,12})\b)"
)
"""An office or a courtesy, one or two words in capitals, and what is done: ``Councilmember Little Light seconded``."""
_AUXILIARY: Final = frozenset(
    {"will", "may", "can", "must", "shall", "has", "was", "had", "did", "also", "then", "there"}
)
_OWN_LABEL: Final = re.compile(
    r"\b(?:last|first|middle|maiden) name(?P<sure>(?:'s| is| was)?) (?=([^\W\d_]{2,20})\b)", re.IGNORECASE
)
_TITLED: Final = re.compile(r"\b(?:mr|mrs|ms|miss|dr)\.? (?=([a-z]{3,20})\b)")
_DOTTED: Final = frozenset({"mr. ", "mrs. ", "ms. ", "mr ", "mrs "})
_MARRIED: Final = re.compile(
    r"\b[Mm]arriage of ([A-Z][\w'\u2019-]{1,20})(?: [A-Z][\w'\u2019-]{1,20}){0,2}? and ([A-Z][\w'\u2019-]{1,20})(?![\w'])"  # noqa: E501  # one pattern, one line
)
"""The parties of a divorce, by their surnames."""
_IN_BRACKETS: Final = re.compile(
    r"\b(?:driver|passenger|victim|witness|suspect|caller|complainant|party|owner|tenant|neighbor|defendant|plaintiff"
    r"|respondent|petitioner|claimant|mother|father|son|daughter|wife|husband|child|brother|sister|roommate|friend"
    r"|girlfriend|boyfriend|deputy|officer|grandmother|grandfather|aunt|uncle|teacher|nurse) \(([A-Z][\w'\u2019-]{2,20})\)"  # noqa: E501  # one pattern, one line
)
"""Who somebody is, and the name in brackets: ``the driver (Kowalski)``."""
_DONE_BY: Final = re.compile(
    r"\b(?:submitted|prepared|reported|signed|requested|reviewed|written|taken|filed|completed) by (?=[a-z])",
    re.IGNORECASE,
)
_DOING: Final = re.compile(r"(?<=[a-z,;] )([A-Z][a-z]{1,14}) ([a-z]{3,12})\b")


def introduced(text: str, spans: Sequence[Span]) -> Iterator[Candidate]:
    """Yield capitalised words that are no common ones and that something announces as a person."""
    words, near = vocabulary(), contexts()
    for match in _CALLED.finditer(text):
        found = words_of(text, match.end(), match.end() + 40)[:1]
        if found and found[0].start == match.end() and _may_be_name(found[0], words):
            yield _candidate(found[0], "before")
    for match in _OWNED.finditer(text):
        # The relation is the first or the second word behind `my`: `my husband Zuk`, `my late husband Zuk`.
        at = next((group for group in (1, 2) if match.group(group).lower() in near.relations), 0)
        found = words_of(text, match.end(at), match.end(at) + 40)[:1] if at else []
        beside = bool(found) and text[match.end(at) : found[0].start] in {" ", ", "}
        if beside and (_may_be_name(found[0], words) or _is_of_kin(match.group(at), found[0], words)):
            yield _candidate(found[0], "before")
    for match in _DESCRIBED.finditer(text):
        found = words_of(text, match.start(1), match.end(1))
        if any(w in near.relations for w in match.group(2).lower().split()) and _may_be_name(found[0], words):
            yield _candidate(found[0], "behind")
    yield from _of_records(text, words)
    yield from _ranked(text, words)
    yield from _in_office(text, words)
    yield from _beside_roles(text, words)
    others = Cover(len(text), ((s.start, s.end) for s in spans if s.label in _NO_PEOPLE))
    for match in _DOING.finditer(text):
        found = words_of(text, match.start(1), match.end(1))
        subject = match.group(2) in near.doings and not others.touches(found[0].start, found[0].end)
        if subject and _may_be_name(found[0], words):
            yield _candidate(found[0], "behind")


def _is_of_kin(relation: str, word: Word, words: Vocabulary) -> bool:
    """Return whether a capital inside a sentence makes a name of an everyday word: ``our baby Juniper``."""
    known = relation.lower() in _KIN and word.text.istitle() and len(word.low) > 2
    return known and not words.is_stop(word.low) and word.low not in words.titles | contexts().states


def _ranked(text: str, words: Vocabulary) -> Iterator[Candidate]:
    """Yield the surname behind a rank of the police or an office, and those of several: ``DEP QUICK RESPONDED``."""
    for match in _RANK.finditer(text):
        found = words_of(text, match.end(), match.end() + 40)[:2]
        if not found or found[0].start != match.end():
            continue
        first = found[0]
        named = found[1] if first.is_initial and len(found) > 1 and text[first.end : found[1].start] == " " else first
        plain = not words.is_common(named.text) or (words.is_surname(named.text) and not match["light"])
        if plain and _is_surname_shaped(named, words):
            yield Candidate(first.start, named.end, 0.6, "a rank before a surname", "surname", sure=True)
        elif not match["light"] and (end := _two_words(text, found, words)):
            yield Candidate(first.start, end, 0.6, "a rank before a surname of two words", "surname", sure=True)
    for match in _RANKS.finditer(text):
        run: list[Word] = []
        for word in words_of(text, match.end(), match.end() + 120):
            gap = text[run[-1].end if run else match.end() : word.start]
            if word.low == "and" and gap in {" ", ", "}:
                continue
            if gap.strip(" ,&") not in {"", "and"} or not _is_surname_shaped(word, words):
                break
            run.append(word)
            if not text[word.end :].startswith((",", " and ", " & ")):
                break
        if len(run) > 1 and any(words.is_surname(word.text) for word in run):
            for word in run:
                yield Candidate(
                    word.start, word.end, 0.6, "several of one office by their surnames", "surname", sure=True
                )


def _two_words(text: str, found: Sequence[Word], words: Vocabulary) -> int:
    """Return the end of a surname of two everyday words (``Two Bears``), 0 where it is none or a third follows."""
    if len(found) < 2 or text[found[0].end : found[1].start] != " " or not all(w.text.istitle() for w in found):
        return 0
    third = text[found[1].end : found[1].end + 2]
    if not all(_is_no_office(w, words) and len(w.low) > 2 and w.low not in words.organisation for w in found):
        return 0
    return 0 if third.startswith(" ") and third[1:].isupper() else found[1].end


def _beside_roles(text: str, words: Vocabulary) -> Iterator[Candidate]:
    """Yield the parties of a divorce, names in brackets behind what somebody is, and whole names in lower case."""
    for match in _MARRIED.finditer(text):
        for group in (1, 2):
            word = words_of(text, *match.span(group))[0]
            if _is_surname_shaped(word, words):
                yield Candidate(word.start, word.end, 0.6, "a party of a divorce", "surname", sure=True)
    for match in _IN_BRACKETS.finditer(text):
        word = words_of(text, *match.span(1))[0]
        if _is_surname_shaped(word, words) and not word.text.isupper() and not words.is_common(word.text):
            yield Candidate(word.start, word.end, 0.6, "a name in brackets behind a person", "surname", sure=True)
    for match in _DONE_BY.finditer(text):
        found = words_of(text, match.end(), match.end() + 50)[:2]
        if len(found) < 2 or found[0].start != match.end() or text[found[0].end : found[1].start] != " ":
            continue
        first, last = found
        named = words.is_given(first.text) and not words.is_stop(first.low)
        if named and last.text.islower() and not words.is_common(last.text) and not words.is_stop(last.low):
            yield Candidate(first.start, last.end, 0.6, "by whom something was done, in lower case", sure=True)


def _in_office(text: str, words: Vocabulary) -> Iterator[Candidate]:
    """Yield the surname between an office and what its holder did, be it of everyday words."""
    for match in _OFFICE.finditer(text):
        if match.group(3) not in contexts().meeting_doings:
            continue
        end = match.end(2) if match.group(2) else match.end(1)
        found = words_of(text, match.start(1), end)
        if any(not word.text.istitle() and words.is_common(word.text) for word in found):
            continue
        if all(_is_no_office(word, words) for word in found):
            yield Candidate(
                match.start(1), end, 0.6, "an office before a surname and what was done", "surname", sure=True
            )


def _is_no_office(word: Word, words: Vocabulary) -> bool:
    low, near = word.low, contexts()
    return not (
        words.is_stop(low) or low in near.roles or low in words.titles or low in near.states or low in near.trades
    )


def _is_surname_shaped(word: Word, words: Vocabulary) -> bool:
    """Return whether a word is capitalised and may be somebody's surname: no role, no auxiliary, no word of a body."""
    if len(word.low) < 3 or not word.text[0].isupper() or word.is_initial:
        return False
    near = contexts()
    barred = (
        words.is_stop(word.low)
        or word.low in near.roles
        or word.low in near.states
        or word.low in words.titles
        or word.low in _AUXILIARY
    )
    return not barred and (words.is_surname(word.text) or not words.is_common(word.text))


def _of_records(text: str, words: Vocabulary) -> Iterator[Candidate]:
    """Yield names as minutes, court files and messages taken down by ear have them."""
    for match in _MOVED.finditer(text):
        found = words_of(text, match.end(), match.end() + 40)[:1]
        if found and found[0].start == match.end() and found[0].text.istitle() and _may_be_name(found[0], words):
            yield Candidate(found[0].start, found[0].end, 0.6, "a member who moved or seconded", "surname", sure=True)
    for match in _AGAINST.finditer(text):
        word = words_of(text, match.end(), match.end() + 40)[0]
        if _may_be_name(word, words):
            yield Candidate(word.start, word.end, 0.6, "the defendant in the name of a case", "surname", sure=True)
    for match in _WITHHELD.finditer(text):
        end = match.start(1) + len(match.group(1).rstrip())
        if "".join(filter(str.isalpha, match.group(1))) in _NO_INITIALS:
            continue
        yield Candidate(match.start(1), end, 0.6, "initials in place of a name", "initials", sure=True)
    for match in _OWN_LABEL.finditer(text):
        word = words_of(text, match.end(), match.end() + 40)[0]
        ends = text[word.end : word.end + 1] in {"", ".", ",", "\n", "\r"} or word.text.endswith(".")
        barred = words.is_stop(word.low) or word.low in words.sure_labels
        if words.is_listed(word.text) and not barred and (match["sure"] or ends):
            yield Candidate(word.start, word.end, 0.6, "said to be a part of a name", "full", sure=True)
    for match in _TITLED.finditer(text):
        word = words_of(text, match.end(), match.end() + 40)[0]
        plain = not words.is_common(word.text) or (
            text[match.start() : match.end()] in _DOTTED and words.is_surname(word.text)
        )
        if words.is_listed(word.text) and plain and not words.is_stop(word.low):
            yield Candidate(match.start(), word.end, 0.6, "a title before a listed name", "surname", sure=True)


def _candidate(word: Word, where: str) -> Candidate:
    return Candidate(word.start, word.end, 0.6, f"a person, as the words {where} it say", "given")


def _may_be_name(word: Word, words: Vocabulary) -> bool:
    """Return whether the word has a capital and is no common one."""
    if not word.text[0].isupper() or len(word.low) < 2 or words.is_stop(word.low) or word.low in words.titles:
        return False
    return words.is_given(word.text) or not words.is_common(word.text)
