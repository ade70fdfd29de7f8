"""Completes names that were found in part: titles, initials, particles, nicknames, suffixes, cut words."""

from __future__ import annotations

import re
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Word, words_of

_REACH: Final = 60
_MOST_STEPS: Final = 6
_LONGEST_WORD: Final = 60
_QUOTES: Final = {'"': '"', "\u201c": "\u201d", "(": ")", "'": "'", "\u2018": "\u2019", "«": "»"}


def completed(text: str, candidate: Candidate) -> Candidate:
    """Return the candidate with what belongs to the name on either side; never past the end of its line."""
    words = vocabulary()
    start, end = _whole_words(text, candidate.start, candidate.end)
    end = _rightwards(text, _past_two_words(text, start, end, candidate, words), words)
    start = _leftwards(text, start, words)
    return candidate.moved(*_whole_cell(text, start, end, words))


def _whole_cell(text: str, start: int, end: int, words: Vocabulary) -> tuple[int, int]:
    """Return the bounds of a cell of few words that may all be names, where the name is at least half of them."""
    if len(text) > _REACH or any(not (c.isalpha() or c in " .'\u2019-") for c in text.strip()):
        return start, end
    found = words_of(text)
    if not 2 <= len(found) <= 4:
        return start, end
    inside = sum(start <= word.start and word.end <= end for word in found)
    named = all(not words.is_stop(w.low) and not words.is_common(w.text) and w.low not in words.titles for w in found)
    return (found[0].start, found[-1].end) if named and 2 * inside >= len(found) else (start, end)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds moved out to whole words: ``O'Neill`` and ``García-Márquez`` are one word each."""
    first, last = start - _LONGEST_WORD, end + _LONGEST_WORD
    while start > max(0, first) and _inside_word(text, start):
        start -= 1
    while end < min(len(text), last) and _inside_word(text, end):
        end += 1
    if end < len(text) and text[end] == "." and _ends_in_initial(text, start, end):
        end += 1
    return start, end


def _inside_word(text: str, at: int) -> bool:
    """Return whether the place ``at`` lies inside a word: letters on both sides, or a mark that joins them."""
    left, right = text[at - 1], text[at]
    if left.isalpha() and right.isalpha():
        return True
    if left.isalpha() and right in "'\u2019`-" and at + 1 < len(text):
        return text[at + 1].isalpha() and not text[at + 1 : at + 3].lower().startswith("s ") and text[at + 1].isupper()
    return left in "'\u2019`-" and right.isupper() and at >= 2 and text[at - 2].isalpha()


def _ends_in_initial(text: str, start: int, end: int) -> bool:
    return text[end - 1].isupper() and (end - 1 == start or not text[end - 2].isalpha())


def _rightwards(text: str, end: int, words: Vocabulary) -> int:
    """Return the end after initials, particles with a name, a nickname, further name words and suffixes."""
    limit = text.find("\n", end, end + _REACH)
    limit = min(len(text), end + _REACH) if limit < 0 else limit
    for _ in range(_MOST_STEPS):
        reached = _one_more(text, end, limit, words)
        if reached == end:
            break
        end = reached
    return end


def _one_more(text: str, end: int, limit: int, words: Vocabulary) -> int:
    following = words_of(text, end, limit)[:3]
    if not following:
        return end
    first = following[0]
    gap = text[end : first.start]
    if gap in {", ", ",", " , ", " "} and _is_suffix(first, gap, words):
        return first.end
    if gap != " ":
        return _past_nickname(text, end, first, limit, words)
    second = following[1] if len(following) > 1 and text[first.end : following[1].start] == " " else None
    if first.is_initial and _is_middle(text, end, first, second, words):
        return second.end if second and second.low not in words.suffixes else first.end
    if first.is_initial and first.text[0].isupper() and (first.low not in {"a", "i"} or _closes(text, first)):
        return first.end
    if (
        first.low in words.particles
        and second
        and second.is_capital
        and not words.is_stop(second.low)
        and not words.is_common(second.text)
    ):
        return second.end
    if (
        first.is_capital
        and _is_name_word(first, words)
        and not words.is_stop(first.low)
        and not words.is_everyday(first.text)
    ):
        return first.end
    if first.is_capital and (_goes_with_given(text, end, first, words) or _is_na(text, end, first, words)):
        return first.end
    if second and _is_two_word_surname(text, end, (first, second), words):
        return second.end
    if _is_small_surname(text, end, first, words):
        return first.end
    return end


_DOES: Final = re.compile(r" (?:and|or|of|who|is|was|has|had|did|will|attended|moved|seconded|came|went|said|called)\b")


def _is_small_surname(text: str, end: int, word: Word, words: Vocabulary) -> bool:
    """Return whether a capitalised small word behind a listed name is its surname: ``Yer Her,``, ``Kim So``."""
    if word.low not in contexts().small_surnames or not word.text.istitle():
        return False
    before = words_of(text, max(0, end - 30), end)
    if not before or before[-1].end != end or not before[-1].text.istitle() or len(before[-1].low) < 2:
        return False
    if words.is_common(before[-1].text) or (len(before) > 1 and before[-2].end + 1 == before[-1].start):
        return False  # a whole name stands there, and behind it a sentence may begin
    return text[word.end : word.end + 1] in {"", ",", ".", ";", ":", ")", "\n", "\r"} or (
        _DOES.match(text, word.end) is not None
    )


def _past_two_words(text: str, start: int, end: int, candidate: Candidate, words: Vocabulary) -> int:
    """Return the end after a surname of two listed words behind a lone given name that no list knows."""
    following = words_of(text, end, end + _REACH)[:3]
    named = text[start:end]
    if candidate.part != "given" or not named.isalpha() or not named.istitle() or len(following) < 2:
        return end
    first, second = following[0], following[1]
    if text[end : first.start] != " " or text[first.end : second.start] != " ":
        return end
    # A third capital behind them makes a street, a firm or a place of it: `Zibi Red Hill Road`.
    third = following[2] if len(following) > 2 and text[second.end : following[2].start] == " " else None
    if third and third.text[0].isupper() and third.low not in words.suffixes:
        return end
    surnames = all(words.is_surname(word.text) and not words.is_stop(word.low) for word in (first, second))
    return second.end if surnames and _may_be_surname((first, second), words) else end


def _is_two_word_surname(text: str, end: int, pair: tuple[Word, Word], words: Vocabulary) -> bool:
    """Return whether two capitalised everyday words follow a listed given name: ``Joseph Not Afraid``."""
    if not _may_be_surname(pair, words):
        return False
    before = words_of(text, max(0, end - 30), end)
    if len(before) > 1 and before[-1].is_initial and before[-1].end == end:  # `Jamie L. Stands Alone`
        end = before[-1].start - 1
        before.pop()
    return (
        bool(before) and before[-1].end == end and before[-1].text.istitle() and words.is_plain_given(before[-1].text)
    )


def _may_be_surname(pair: tuple[Word, Word], words: Vocabulary) -> bool:
    """Return whether two words may be one surname: capitalised, not shouted, neither a role nor an organisation's."""
    if any(not w.text[0].isupper() or w.text.isupper() or len(w.low) < 2 or w.low in words.never_alone for w in pair):
        return False
    return not (pair[0].low in words.organisation or pair[1].low in contexts().roles or pair[1].low in words.titles)


def _closes(text: str, word: Word) -> bool:
    """Return whether nothing of the sentence follows the word: a dot of its own, or the end of the line or item."""
    return (
        word.text.endswith(".")
        or text[word.end : word.end + 1] in {"", "\n", "\t", ",", ";", "<", ")"}
        or (text[word.end : word.end + 2] == "  ")
    )


def _goes_with_given(text: str, end: int, word: Word, words: Vocabulary) -> bool:
    """Return whether an unlisted capitalised word follows a listed given name: a surname that the lists lack."""
    if (
        words.is_stop(word.low)
        or words.is_common(word.text)
        or words.is_given(word.text)
        or word.is_initial
        or word.text.isupper()
    ):
        return False
    return _follows_given(text, end, words)


def _is_na(text: str, end: int, word: Word, words: Vocabulary) -> bool:
    """Return whether a surname of two letters that also means "no value" (``Na``) follows a listed given name."""
    if len(word.low) != 2 or word.low not in words.no_value or not words.is_surname(word.text):
        return False
    if not word.text.istitle():  # in capitals it is the mark
        return False
    return _follows_given(text, end, words) and text[word.end : word.end + 1] != "/"


def _follows_given(text: str, end: int, words: Vocabulary) -> bool:
    before = words_of(text, max(0, end - 30), end)
    return bool(before) and before[-1].end == end and before[-1].is_capital and words.is_plain_given(before[-1].text)


def _is_middle(text: str, end: int, initial: Word, second: Word | None, words: Vocabulary) -> bool:
    """Return whether an initial stands between the name and a further word of it; lower case only after lower case."""
    if second is None or words.is_stop(second.low) or words.is_common(second.text) or second.is_initial:
        return False
    if initial.text[0].isupper():
        return second.is_capital
    return initial.low not in {"a", "i"} and text[text.rfind(" ", 0, end) + 1 : end].islower() and second.text.islower()


def _is_suffix(word: Word, gap: str, words: Vocabulary) -> bool:
    """Return whether the word is a suffix here: ``Jr``, ``III``, ``M.D.`` (a capital, dots, or a comma before it)."""
    if word.low not in words.suffixes:
        return False
    return word.text[0].isupper() or "." in word.text[:-1] or ("," in gap and len(word.low) > 1)


def _is_name_word(word: Word, words: Vocabulary) -> bool:
    return words.is_listed(word.text) and len(word.low) > 1


def _past_nickname(text: str, end: int, first: Word, limit: int, words: Vocabulary) -> int:
    """Return the end after ``"Red" Tallbear`` or ``(Bob) Doe``: a nickname counts if a name word follows it."""
    opening = text[end : first.start].strip()
    if opening not in _QUOTES or text[end] != " ":
        return end
    close = text.find(_QUOTES[opening], first.start, limit)
    if close < 0:
        return end
    following = words_of(text, close + 1, limit)[:1]
    if not following or text[close + 1 : following[0].start] != " " or not following[0].is_capital:
        return end
    return end if words.is_stop(following[0].low) else following[0].end


def _leftwards(text: str, start: int, words: Vocabulary) -> int:
    """Return the start before courtesy titles, initials, and given names that stand right before."""
    first = max(0, start - _REACH)
    line = max(text.rfind("\n", first, start) + 1, first)
    before = words_of(text, line, start)
    while before:
        word = before.pop()
        gap = text[word.end : start]
        if gap not in {" ", " & ", ""} and not (gap == " " or word.text == "and"):
            break
        courtesy = word.low in words.courtesy and word.is_capital and len(word.low) > 1
        initial = (
            word.is_initial
            and word.text[0].isupper()
            and gap == " "
            and (word.text.endswith(".") or word.low not in {"a", "i"})
        )
        particle = (
            word.low in words.particles
            and gap == " "
            and len(word.low) > 1
            and word.text.islower()
            and _held_by_name(text, before, word, words)
        )
        given = word.is_capital and gap == " " and words.is_plain_given(word.text) and not words.is_stop(word.low)
        given |= word.is_capital and gap == " " and _is_everyday_given(text, (word, start), words)
        unlisted = gap == " " and _is_unlisted_name(word, words)
        if not (courtesy or initial or particle or given or unlisted):
            break
        start = word.start
    return start


def _is_everyday_given(text: str, pair: tuple[Word, int], words: Vocabulary) -> bool:
    """Return whether a given name that is an everyday word too stands in a sentence before a surname: ``of Hope Roe``.

    ``pair``: the word and where the surname begins, which must be listed, or hyphened, and no everyday word.
    """
    word, start = pair
    if not word.text.istitle() or not words.is_given(word.text) or words.is_stop(word.low) or len(word.low) < 3:
        return False
    surname = words_of(text, start, start + _REACH)[:1]
    if not surname or not words.is_surname(surname[0].text) or words.is_common(surname[0].text):
        return False
    inside = text[max(0, word.start - 2) : word.start]
    return len(inside) == 2 and inside[1] == " " and (inside[0].islower() or inside[0] in ",&(")


def _is_unlisted_name(word: Word, words: Vocabulary) -> bool:
    """Return whether a capitalised word that is on no list may begin a name: no common word, not shouted."""
    if not word.is_capital or len(word.low) < 3 or word.text.isupper() or word.text.endswith("."):
        return False
    return (
        not words.is_stop(word.low)
        and not words.is_common(word.text)
        and word.low not in words.titles
        and not words.is_surname(word.text)
    )


def _held_by_name(text: str, before: list[Word], word: Word, words: Vocabulary) -> bool:
    """Return whether a listed name stands before the particle, so that the two belong together."""
    return (
        bool(before)
        and text[before[-1].end : word.start] == " "
        and before[-1].is_capital
        and words.is_listed(before[-1].text)
    )
