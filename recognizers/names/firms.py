"""Tells a line that is the name of a firm, a committee or a school, be a person's name in it or not.

``Jane Doe Construction``, ``Doe, Roe & Poe``, ``friends of Jane Doe``, ``Jane Doe for congress``, ``Jane's``: what a
person gave the name to does business under it in public. A trust or an estate is not meant: that is a person's own.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Word, words_of

_LONGEST: Final = 80
_MOST_WORDS: Final = 9
_NO_NAME: Final = re.compile(r"[@:;!?=<>_\n|#$%]|\d{3}")
_SUPPORTERS: Final = re.compile(
    r"^(?:the )?(?:[\w.]+, )?(?:friends|citizens|neighbors|taxpayers|voters|people|committee|campaign"
    r"|law offices?|offices?|law firm) (?:of|for|to)\b",
    re.IGNORECASE,
)
_OFFICE: Final = re.compile(
    r" for (?:the )?(?:u\.?s\.? |state'?s? |city |county |united )*"
    r"(?:congress|senate|senator|house|assembly|representative|mayor|governor|sheriff|judge|justice|council"
    r"|commissioner|attorney|atty|treasurer|clerk|supervisor|alderman|president|"
    r"school board|states)\b",
    re.IGNORECASE,
)
_SMALL: Final = frozenset({"of", "for", "and", "the", "at", "to", "in", "a", "on", "s", "d", "b", "dba", "elect", "by"})
_SENTENCE: Final = frozenset(
    {
        "is",
        "was",
        "are",
        "were",
        "am",
        "be",
        "been",
        "has",
        "had",
        "have",
        "from",
        "who",
        "will",
        "would",
        "can",
        "could",
    }
    | {"should", "may", "i", "me", "my", "we", "us", "our", "you", "your", "he", "him", "his", "she", "her", "they"}
    | {"them", "their", "it", "its", "this", "that", "there", "not", "do", "does", "did", "with", "about", "please"}
)
_OWN: Final = frozenset({"trust", "trusts", "trustee", "trustees", "estate", "estates", "heirs"})
_UNDER_A_NAME: Final = re.compile(
    r"\bd\W{0,2}b\W{0,2}a\b|\b(?:doing business as|trading as|aka|c/o|attn)\b", re.IGNORECASE
)
_TOLD: Final = frozenset({
    "refused", "refuses", "refusing", "declined", "declines", "declining", "requested", "requests", "requesting",
    "wants", "wanted", "needs", "needed", "needing", "denied", "denies", "accepted", "accepts", "received", "receives",
    "receiving", "reported", "reports", "reporting", "missed", "misses", "missing", "cancelled", "canceled", "cancels",
    "owes", "owed", "paid", "pays", "sued", "sues", "complained", "complains", "called", "calls", "calling", "asked",
    "asks", "asking", "left", "leaving", "taken", "transported", "admitted", "discharged", "released", "referred",
    "arrested", "cited", "trespassed", "suspended", "expelled", "enrolled", "attended", "attends", "attending",
    "visited", "visits", "walked", "ran", "returned", "awaiting", "waiting", "seeking", "seeks", "sought", "broke",
    "damaged", "robbed", "stole", "quit", "terminated", "fired", "hired", "contacted", "advised", "notified",
    "is", "was", "were", "has", "had", "did", "does", "not", "his", "her",
})  # fmt: skip
"""What a line tells of somebody, however it is written (``SMITH, JOHN REFUSED TRANSPORT``); no firm is called so."""
_WHITHER: Final = frozenset({"to", "at", "from", "in", "with", "without", "near", "by"})
"""Right before the last word of a line: where somebody is, goes or comes from (``JOHN SMITH TO HOSPITAL``)."""
_PARTED: Final = re.compile(r"[/\\()\[\]+\u2013\u2014]| -|- ")
_MATTERS: Final = frozenset({
    "of", "by", "for", "to", "in", "at", "on", "from", "with", "v", "vs", "re", "regarding", "against", "fw",
    "fwd", "fyi", "case", "file", "matter", "minor", "juvenile", "child", "termination", "eviction",
    "complaint", "interview", "arrest", "charge", "dui", "client", "defendant", "plaintiff", "decedent",
    "suspect", "offender", "inmate", "claimant", "grievance", "investigation", "petitioner", "respondent",
    "parent", "guardian", "payee", "debtor",
})  # fmt: skip
"""What may stand before or behind a person's name where a business is named too."""
_NO_FIRM_ALONE: Final = frozenset({
    "school", "college", "university", "academy", "hospital", "clinic", "rehab", "dentistry", "dental",
    "orthodontics", "obstetrics", "gynecology", "pediatrics", "cardiology", "dermatology", "orthopedics",
    "radiology", "foundation", "museum", "theater", "theatre", "ministries", "church", "police", "library",
    "committee", "pac", "campaign", "pharmacy", "bank", "bancorp", "agency", "insurance", "apartments",
    "auto", "automotive", "service", "services",
})  # fmt: skip
"""Trades that may say where a person goes or what is done for them; a legal form must stand behind them."""
_KIN: Final = frozenset({"sons", "brothers", "bros", "sisters", "daughters", "family", "families"})
_LONGEST_INITIALS: Final = 3
"""``JRM Consulting`` is mostly called after whoever runs it."""
_OWNING: Final = re.compile(r"['\u2019]s$")


def is_firm(text: str) -> bool:
    """Return whether the text is one line and the name of no person but of something that people run."""
    line = text.strip()
    if len(line) > _LONGEST or _NO_NAME.search(line):
        return False
    words, found = vocabulary(), words_of(line)
    if not 1 <= len(found) <= _MOST_WORDS or (line[-1] == "." and found[-1].low not in words.organisation):
        return False
    office = _OFFICE.search(line)
    if _is_sentence([word for word in found if office is None or word.end <= office.start()], words):
        return False
    if _tells(line, found, words):
        return False
    if _SUPPORTERS.search(line) or office or (len(found) <= 3 and _OWNING.search(line)):
        return True
    return _ends_so(found) or _joins_surnames(line, found, words)


def is_business(text: str, *, in_their_column: bool = False) -> bool:
    """Return whether the text is one line and the name of a business by its legal form, be it a person's too.

    Narrower than :func:`is_firm`, because what is a business's is released. The legal form stands at the end, and
    nothing stands before it that may part a person from a business: a comma, a slash, a bracket, a word of running
    text, what somebody is (``Patient Jane Doe, Big Sky Clinic LLC``). Two surnames that ``&`` joins, a trust, an
    estate, or a person who does business under another name (``Jane Doe dba Doe Roofing``) are people's. ``Co`` counts
    behind a trade only: it is Colorado too.

    Args:
        text: all that stands in a cell.
        in_their_column: the column is one of businesses, where a trade is enough (``Jane Doe Plumbing``); elsewhere
            that may be a person and a matter, a school, a clinic.
    """
    line = text.strip()
    if len(line) > _LONGEST or _NO_NAME.search(line) or _UNDER_A_NAME.search(line) or _PARTED.search(line):
        return False
    words, near, found = vocabulary(), contexts(), words_of(line)
    if not 2 <= len(found) <= _MOST_WORDS or _is_sentence(found, words):
        return False
    trades = near.trades - _NO_FIRM_ALONE
    core = list(found)
    while len(core) > 1 and _is_legal_form(core, trades):
        core.pop()
    if "," in line[: core[-1].end] or not _speaking().isdisjoint(word.low for word in core):
        return False
    joined = "&" in line or any(word.low == "and" for word in core)
    if joined and any(words.is_plain_given(word.text) for word in core):
        return False  # two parties: Jane Doe and Sky Builders LLC
    if len(core) < len(found):
        return True
    return in_their_column and core[-1].low in trades and not words.is_surname(core[-1].text)


def bears_no_person(text: str) -> bool:
    """Return whether no word of the name of a business is that of a person: ``Blackfoot Roofing LLC``.

    Initials count as a person's, and so do kin (``Baker & Sons``), a name that is an everyday word too where nothing
    but trades stands beside it (``Rose Plumbing``), and a given name and a surname, be both such (``Young Green``).
    """
    words, near = vocabulary(), contexts()
    plain = [word for word in words_of(text) if word.low not in business_words() and word.low not in _SMALL]
    if not plain or any(word.is_initial for word in plain):
        return False
    bare = [_OWNING.sub("", word.text) for word in plain]
    if any(words.is_listed(each) and not words.is_common(each) for each in bare):
        return False
    if not (near.relations | words.courtesy | _KIN).isdisjoint(word.low for word in plain):
        return False
    if len(bare) == 1:
        return not words.is_listed(bare[0]) and len(bare[0]) > _LONGEST_INITIALS
    return not (words.is_given(bare[0]) and words.is_surname(bare[1]))


def _is_legal_form(words: list[Word], trades: frozenset[str]) -> bool:
    """Return whether the last of some words is a legal form."""
    last = words[-1]
    if last.low == "co":
        return words[-2].low in trades
    return last.low in contexts().legal_forms and not last.is_initial


@cache
def _speaking() -> frozenset[str]:
    """Return words that the name of a business has not, but what is said of a person and a business has."""
    near = contexts()
    what = near.relations | near.addressing | near.doings | near.pronouns | near.professions
    return (_SENTENCE | _OWN | _MATTERS | _TOLD | what) - near.trades


def is_sole_name(text: str) -> bool:
    """Return whether the text is the name of one person and nothing else, by its given name: ``Jane Q. Doe``."""
    line = text.strip()
    if len(line) > _LONGEST or _NO_NAME.search(line) or "&" in line:
        return False
    words = vocabulary()
    found = [word for word in words_of(line) if word.low not in words.suffixes and word.low not in words.courtesy]
    if "," in line and len(found) > 1:
        found = [*found[1:], found[0]]
    if not 2 <= len(found) <= 4 or any(words.is_common(word.text) for word in found):
        return False
    first, *middle, last = found
    named = words.is_plain_given(first.text) and last.text[0].isupper()
    if not named or words.is_stop(last.low) or last.low in business_words():
        return False
    return all(word.is_initial or words.is_listed(word.text) for word in middle)


def business_words() -> frozenset[str]:
    """Return the words of which the name of a business has one, folded."""
    near = contexts()
    return near.legal_forms | near.trades | {"co"}


def _is_sentence(found: list[Word], words: Vocabulary) -> bool:
    """Return whether words of running text stand in the line: verbs, pronouns, lower case beside capitals."""
    capital = any(word.text[0].isupper() for word in found)
    for word in found:
        if not word.text[0].islower():
            continue
        if word.low in _SENTENCE or word.low in contexts().doings:
            return True
        if capital and word.low not in _SMALL and word.low not in words.particles:
            return True
    return False


def _tells(line: str, found: list[Word], words: Vocabulary) -> bool:
    """Return whether a line tells something of a person, be its last word a trade: ``DOE, JANE REFUSED SERVICE``.

    So do a surname, its comma, a given name and more words (``Doe, Jane Electric``): a roster's way to write a person.
    Names that ``&`` or a second comma joins are those of a firm (``Doe, Roe & Poe``).
    """
    goes = len(found) > 2 and found[-2].low in _WHITHER and found[-1].low in contexts().trades
    if goes or any(word.low in _TOLD for word in found[1:-1]):
        return True
    if len(found) < 3 or line.count(",") != 1 or "&" in line or any(word.low == "and" for word in found):
        return False
    surname, given = found[:2]
    turned = line[surname.end : given.start].strip() == "," and words.is_plain_given(given.text)
    return turned and found[2].low not in contexts().legal_forms


def _ends_so(found: list[Word]) -> bool:
    """Return whether the last words are those of a firm: a legal form, a trade."""
    if len(found) < 2:
        return False
    near = contexts()
    if found[-1].low in near.trades or (found[-1].low in near.legal_forms and not found[-1].is_initial):
        return True
    return any(word.low in near.legal_forms and at > 0 for at, word in enumerate(found[:-1]))


def _joins_surnames(line: str, found: list[Word], words: Vocabulary) -> bool:
    """Return whether ``&`` or ``and`` joins single surnames of which none is a given name alone: ``Doe, Roe & Poe``."""
    if "&" not in line and not any(word.low == "and" for word in found):
        return False
    names = [word for word in found if word.low != "and" and not word.is_initial and word.low not in words.suffixes]
    if len(names) < 2 or any(words.is_plain_given(w.text) and not words.is_surname(w.text) for w in names):
        return False
    gaps = [line[left.end : right.start].strip(" ,&") for left, right in pairwise(names)]
    if any(gap not in {"", "and"} for gap in gaps):
        return False
    apart = all(line[left.end : right.start].strip() for left, right in pairwise(names))
    return apart and not words.is_given(names[0].text)
