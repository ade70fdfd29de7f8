"""Says where the second model is asked: at words that may be a name or a street and that the first left open.

The token classifier takes many times as long as the entity recognizer and knows no capitals. What it adds are
people whom the other takes for a place or a thing, or does not see, and streets. So it reads the surroundings
of what ``doubtful`` gives. Measured: it reads three tenths of the tokens of mail, and of 100 names in
labelled sets at most 0.1 more are missed than if it reads everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from recognizers.address_words import street_words
from recognizers.names.labelled import labelled
from recognizers.names.listed import listed
from recognizers.names.salutations import salutations
from recognizers.names.span import Span
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Cover, Word, words_of

Place = tuple[int, int]

_NUMBER: Final = re.compile(r"(?<![\w.:/@=$-])\d{1,6}[A-Za-z]?[ \t]+(?:[NSEWnsew]{1,2}\.?[ \t]+)?(?=[^\W\d_])")
_ENDING: Final = re.compile(r"['\u2019](?:s|ve|d|ll|re|m|t)\.?$")
_GLUE: Final = frozenset("@/\\_=0123456789+%&#<")
_LONGEST_SIGN: Final = 4
_LONGEST_PARTICLE: Final = 3
_SHORT: Final = 200
"""A text as short as a cell or a sentence has little else to go by: there every unknown word is asked about."""
_NO_STREETS: Final = frozenset({"DATE", "TIME", "MONEY", "PERCENT"})


def doubtful(text: str, spans: Sequence[Span]) -> list[Place]:
    """Return the sorted bounds of the places in ``text`` that the first model's ``spans`` leave in doubt.

    In doubt are words that may be names unless that model or a rule calls them a person (the model's word alone
    does not make a name of lower-case words), people with a number behind them, and whatever may be a street.
    """
    words, short = words_of(text), len(text) <= _SHORT
    people = [(s.start, s.end) for s in spans if s.label == "PERSON" and not text[s.start : s.end].islower()]
    found = [(word.start, word.end) for word in words if _may_be_name(text, word, short=short)]
    if found:  # else no rule has anything to say either
        people += [(each.start, each.end) for each in (*labelled(text), *salutations(text), *listed(text))]
        known = Cover(len(text), people)
        found = [place for place in found if not known.holds(*place)]
    others = Cover(len(text), ((span.start, span.end) for span in spans if span.label in _NO_STREETS))
    found += (place for place in _streets(text, words, short=short) if not others.touches(*place))
    found += (place for place in people if text[place[1] : place[1] + 2].strip(" \t").isdigit())
    return sorted(found)


def _may_be_name(text: str, word: Word, *, short: bool) -> bool:
    glued = text[word.end : word.end + 1] in _GLUE or (word.start and text[word.start - 1] in _GLUE)
    if glued or text.startswith("://", word.end):
        return False
    words, plain = vocabulary(), _ENDING.sub("", word.text)
    low = plain.lower().rstrip(".")
    if len(low) < 2 or words.is_stop(low):
        return False
    return (_capital_may_be if word.is_capital else _low_may_be)(plain, low, words, short=short)


def _low_may_be(plain: str, low: str, words: Vocabulary, *, short: bool) -> bool:
    if words.is_listed(plain) and not words.is_everyday(plain):
        return len(low) > _LONGEST_PARTICLE and "-" not in low
    return not low.isascii() or (short and (words.is_given(plain) or not words.is_common(plain)))


def _capital_may_be(plain: str, low: str, words: Vocabulary, *, short: bool) -> bool:
    """Return whether a capitalised word may be a name: everyday words only as given names, signs (``HTTP``) never."""
    if words.is_everyday(plain):
        return words.is_given(plain) or (short and words.is_listed(plain))
    if words.is_listed(plain):
        return True
    if words.is_common(plain) or (plain.isupper() and len(low) <= _LONGEST_SIGN and not short):
        return False
    return plain.isupper() or not (low.isascii() and plain[-1].isupper())


def _streets(text: str, words: Sequence[Word], *, short: bool) -> Iterator[Place]:
    """Yield numbers with a word behind them that may be a street, and words for streets that are nothing else."""
    for match in _NUMBER.finditer(text):
        following = words_of(text, match.end(), match.end() + 60)[:3]
        if not following or (vocabulary().is_stop(following[0].low) and not short):
            continue
        if following[0].is_capital or any(_is_street(word) for word in following):
            yield match.start(), following[0].end
    for word in words:
        if len(word.low) > 2 and word.is_capital and _is_street(word):
            yield word.start, word.end


def _is_street(word: Word) -> bool:
    streets = street_words()
    return streets.is_suffix(word.text) and not streets.is_everyday(word.text)
