"""Respells text in ordinary capitals for a model that reads them: ``DOE, JANE`` and ``jane doe``.

The respelled text has the same length, code point for code point, so spans need no moving.
"""

from __future__ import annotations

from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Word, lines_of, words_of

_SHORT_LINE = 6


def respelled(text: str) -> list[tuple[int, str]]:
    """Return the lines that change, in ordinary capitals, each with its start in ``text``.

    Lines wholly in capitals are respelled word by word, short lines in lower case that hold a given name
    too, because forms are filled in so. In other lines a word in capitals is respelled if it is a listed
    name, or long and no everyday word; a word in lower case if it is a given name and no everyday word.
    """
    words = vocabulary()
    changed = []
    for start, end in lines_of(text):
        line = text[start:end]
        if odd := _odd_words(line, words_of(line), words):
            changed.append((start, _in_ordinary_capitals(line, odd)))
    return changed


def _in_ordinary_capitals(line: str, odd: list[Word]) -> str:
    letters = list(line)
    for word in odd:
        for at in range(word.start, word.end):
            first = at == word.start or not line[at - 1].isalpha()
            new = line[at].upper() if first else line[at].lower()
            letters[at] = new if len(new) == 1 else line[at]
    return "".join(letters)


def _odd_words(line: str, found: list[Word], words: Vocabulary) -> list[Word]:
    if not found:
        return []
    if line.isupper():
        return [w for w in found if len(w.text) > 1]
    if line.islower() and len(found) <= _SHORT_LINE and any(words.is_plain_given(w.text) for w in found):
        return found
    return [w for w in found if _is_odd_name(w, words)]


def _is_odd_name(word: Word, words: Vocabulary) -> bool:
    """Return whether a word of a line in ordinary capitals may be a name in odd ones: ``HALVORSEN``, ``petra``."""
    if len(word.text) < 4 or words.is_everyday(word.text) or words.is_stop(word.low):
        return False
    if word.text.isupper():
        return words.is_listed(word.text) or (len(word.text) > 4 and not words.is_common(word.text))
    return word.text.islower() and words.is_given(word.text)
