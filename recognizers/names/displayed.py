"""Names that stand before an address in angle brackets, wherever in a text: ``Jane Doe <jane@example.com>``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import re2

from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, folded, vocabulary
from recognizers.names.words import Candidate, Word, words_of

_BRACKETED: Final = re2.compile(r"[ \"']<(?:mailto:)?([^\s<>@]{1,64})@")
_REACH: Final = 60
_MOST_WORDS: Final = 5


def displayed(text: str) -> Iterator[Candidate]:
    """Yield the capitalised words right before a bracketed address that the lists or the address show to be a name."""
    words = vocabulary()
    for match in _BRACKETED.finditer(text):
        found = _run(text, match.start(), words)
        if found and _is_person(found, match.group(1), words):
            yield Candidate(found[0].start, found[-1].end, 0.85, "name before an e-mail address", sure=True)


def _run(text: str, end: int, words: Vocabulary) -> list[Word]:
    """Return the capitalised words that end at ``end``, back to a mark, a line's start or a word in lower case."""
    run: list[Word] = []
    reached = end
    for word in reversed(words_of(text, max(0, end - _REACH), end)):
        gap = text[word.end : reached]
        if gap not in ({"", " "} if not run else {" "}) or len(run) == _MOST_WORDS:
            break
        if not word.text[0].isupper() and word.low not in words.particles:
            break
        run.append(word)
        reached = word.start
    run.reverse()
    while run and (not run[0].text[0].isupper() or (len(run) > 2 and run[0].low in words.edge)):
        run = run[1:]
    return run


def _is_person(found: list[Word], local_part: str, words: Vocabulary) -> bool:
    if len(found) < 2 or found[-1].low in contexts().roles or any(w.low in words.organisation for w in found):
        return False
    if words.is_given(found[0].text):
        return True
    owned = folded(local_part)
    strange = all(words.is_common(w.text) and not words.is_listed(w.text) for w in found)
    return not strange and any(len(w.low) > 2 and folded(w.text) in owned for w in found)
