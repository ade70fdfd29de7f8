"""Tells a line that is the name of a firm, a committee or a school, be a person's name in it or not.

``Jane Doe Construction``, ``Doe, Roe & Poe``, ``friends of Jane Doe``, ``Jane Doe for congress``, ``Jane's``: what a
person gave the name to does business under it in public. A trust or an estate is not meant: that is a person's own.
"""

from __future__ import annotations

import re
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
    if _SUPPORTERS.search(line) or office or (len(found) <= 3 and _OWNING.search(line)):
        return True
    return _ends_so(found) or _joins_surnames(line, found, words)


def is_business(text: str) -> bool:
    """Return whether the text is one line and the name of a business by its legal form or trade, be it a person's too.

    Narrower than :func:`is_firm`, because what is a business's is released: two surnames that ``&`` joins, a trust, an
    estate, or a person who does business under another name (``Jane Doe dba Doe Roofing``) are people's.
    """
    line = text.strip()
    if len(line) > _LONGEST or _NO_NAME.search(line) or _UNDER_A_NAME.search(line):
        return False
    words, near, found = vocabulary(), contexts(), words_of(line)
    lows = [word.low for word in found]
    if not 2 <= len(found) <= _MOST_WORDS or not _OWN.isdisjoint(lows) or _is_sentence(found, words):
        return False
    if lows[-1] == "co" or any(word.low in near.legal_forms and not word.is_initial for word in found[1:]):
        return True
    return lows[-1] in near.trades and not words.is_surname(found[-1].text)


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
