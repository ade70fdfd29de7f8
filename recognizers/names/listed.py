"""Names known from lists: a given name with a surname, ``Last, First``, and lines that are nothing but a name."""

from __future__ import annotations

from collections.abc import Iterator

from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Word, lines_of, words_of

_JOINERS = frozenset({"and", "or"})


def listed(text: str) -> Iterator[Candidate]:
    """Yield the names that the lists of given names and surnames make out, line by line."""
    words = vocabulary()
    for start, end in lines_of(text):
        found = words_of(text, start, end)
        if not found:
            continue
        if len(found) <= 7 and (whole := _whole_line(text, start, end, found, words)):
            yield whole
        else:
            yield from _pairs(text, found, words)


def _pairs(text: str, found: list[Word], words: Vocabulary) -> Iterator[Candidate]:
    """Yield ``Given [M.] Surname`` of capitalised words that stand side by side."""
    at = 0
    while at < len(found) - 1:
        last = _pair_end(text, found, at, words)
        if last:
            yield Candidate(found[at].start, found[last].end, 0.7, "a given name with a surname, both on the lists")
        at = (last or at) + 1


def _pair_end(text: str, found: list[Word], at: int, words: Vocabulary) -> int:
    """Return the index of the surname that goes with the given name at ``at``; 0 if none does."""
    first = found[at]
    if not first.is_capital or not words.is_given(first.text) or words.is_barred(first.low):
        return 0
    last = at + 1
    while last < len(found) - 1 and found[last].is_initial and _side_by_side(text, found[last - 1], found[last]):
        last += 1
    second = found[last]
    if not second.is_capital or second.is_initial or not _side_by_side(text, found[last - 1], second):
        return 0
    if words.is_stop(second.low) or not words.is_surname(second.text):
        return 0
    following = found[last + 1] if last + 1 < len(found) else None
    if following and following.low in words.organisation and _side_by_side(text, second, following):
        return 0
    everyday = words.is_everyday(first.text) + words.is_everyday(second.text)
    if everyday < 2 - (last > at + 1):
        return last
    before = found[at - 1].low if at else ""
    does = before not in contexts().determiners and _does_something(text, second, following)
    return last if does or _in_a_list(text, found, last, words) else 0


def _does_something(text: str, second: Word, following: Word | None) -> bool:
    """Return whether what only people do stands right behind two everyday words: ``Grant Hill asked``."""
    return following is not None and following.low in contexts().doings and _side_by_side(text, second, following)


def _in_a_list(text: str, found: list[Word], last: int, words: Vocabulary) -> bool:
    """Return whether a pair is one of three or more, parted by commas: ``Faith Young, Hope Rivers, …``."""
    return _pairs_behind(text, found, last, words) + _pairs_before(text, found, last - 1, words) > 1


def _pairs_behind(text: str, found: list[Word], last: int, words: Vocabulary) -> int:
    """Return how many pairs of a given name and a surname follow the word ``last``; two tell enough."""
    for count in range(2):
        at = last + 1
        at += at < len(found) and found[at].low == "and"
        if at + 1 >= len(found) or not _is_next_pair(text, found[last], found[at], found[at + 1], words):
            return count
        last = at + 1
    return 2


def _pairs_before(text: str, found: list[Word], first: int, words: Vocabulary) -> int:
    """Return how many such pairs precede the word ``first``."""
    for count in range(2):
        at = first - 1
        at -= at > 0 and found[at].low == "and"
        gap = text[found[at].end : found[first].start] if at > 0 else ""
        if "," not in gap or not _is_pair(text, found[at - 1], found[at], words):
            return count
        first = at - 1
    return 2


def _is_next_pair(text: str, before: Word, first: Word, second: Word, words: Vocabulary) -> bool:
    return "," in text[before.end : first.start] and _is_pair(text, first, second, words)


def _is_pair(text: str, first: Word, second: Word, words: Vocabulary) -> bool:
    if not (first.is_capital and second.is_capital and _side_by_side(text, first, second)):
        return False
    return words.is_given(first.text) and words.is_surname(second.text)


def _side_by_side(text: str, left: Word, right: Word) -> bool:
    return text[left.end : right.start] == " "


def _whole_line(text: str, start: int, end: int, found: list[Word], words: Vocabulary) -> Candidate | None:
    """Return the line as a name if it holds nothing but the words of one (or of a couple).

    ``Last, First M.``: one of the two must be listed. Other orders: the words must be listed, or all but
    one of two. Words that say nothing by themselves (everyday words) make no name alone.
    """
    line = text[start:end]
    if (
        any(c.isdigit() for c in line)
        or line.strip(" \t.,&\"'()\u201c\u201d-").count(",") > 2
        or any(c in line for c in ":@/\\=<>_#$%*+?!;")
    ):
        return None
    names = [w for w in found if not _is_beside(w, words)]
    initial = found[-1].is_initial and "," in line
    if not names or (all(w.low in words.never_alone for w in names) and not initial):
        return None
    if any(w.low in words.edge or w.low in words.organisation for w in names) or not _has_one_case(names, words):
        return None
    plain = [w for w in names if not words.is_everyday(w.text)]
    joint = any(w.low in _JOINERS for w in found) or "&" in line
    given = [w for w in (names if joint else plain) if words.is_given(w.text)]
    known = [w for w in names if words.is_listed(w.text)]
    beside = len(found) - len(names)
    reversed_order = "," in text[names[0].end : names[0].end + 2]
    announced = found[0].low.rstrip(".") in words.courtesy and found[0] not in names
    strange = any(words.is_common(w.text) and w not in known for w in names)
    if announced:
        good = True
    elif len(names) == 1:
        good = beside > 0 and len(known) == 1 and any(w.is_initial for w in found)
    elif len(names) == 2 and reversed_order:
        good = not strange and (bool(plain and known) or found[-1].is_initial)
    elif len(names) == 2:
        good = not strange and (bool(given) or (bool(plain) and len(known) == 2))
    else:
        good = bool(given) and len(known) >= len(names) - (reversed_order or len(given) > 1)
    if not good:
        return None
    return Candidate(found[0].start, found[-1].end, 0.75, "a line that holds nothing but a name", sure=True)


def _is_beside(word: Word, words: Vocabulary) -> bool:
    """Return whether a word only accompanies names: a title, suffix, particle, initial, ``and``."""
    low = word.low
    return (
        word.is_initial or low in words.courtesy or low in words.suffixes or low in words.particles or low in _JOINERS
    )


def _has_one_case(names: list[Word], words: Vocabulary) -> bool:
    """Return whether all words are capitalised, or all are lower case and hardly a phrase."""
    capital = [w.is_capital for w in names]
    return all(capital) or (not any(capital) and any(words.is_plain_given(w.text) for w in names))
