"""Names in greetings (``Hi Chris,``), sign-offs (``Thanks,`` and below it ``Jane``) and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.vocabulary import Vocabulary, vocabulary
from recognizers.names.words import Candidate, Word, lines_of, words_of

_QUOTING: Final = " \t>*-\u2013\u2014~_."
_AFTER_GREETING: Final = frozenset(",:;!.-\u2013\u2014?)&")
_LONGEST: Final = 60


def salutations(text: str) -> Iterator[Candidate]:
    """Yield the names that greetings and endings announce."""
    lines = list(lines_of(text))
    signed = False
    for number, (start, end) in enumerate(lines):
        if found := _greeted(text, start, end):
            yield _candidate(found, "name in a greeting")
        if found := _thanked(text, start, end):
            yield _candidate(found, "name after a closing phrase")
        if found := _addressed(text, start, end):
            yield _candidate(found, "name that begins a line and is spoken to")
        short = end - start <= _LONGEST
        if short and signed and (found := _alone(text, start, end)):
            yield _candidate(found, "name below a closing phrase")
        elif (
            short
            and number
            and number + 1 == len(lines)
            and (found := _signed_off(text, lines[number - 1], (start, end)))
        ) or (
            short
            and (end_kind := _ends_message(text, lines, number))
            and (found := _alone(text, start, end, strict=end_kind == "text"))
        ):
            yield _candidate(found, "name on the last line of a message")
        line = text[start:end].strip()
        signed = short and (line.strip("> ") == "--" or bool(_signoff().fullmatch(line)))


def _candidate(found: list[Word], reason: str) -> Candidate:
    return Candidate(found[0].start, found[-1].end, 0.8, reason, "full" if len(found) > 1 else "given", sure=True)


@cache
def _greeting() -> re.Pattern[str]:
    phrases = "|".join(re.escape(p) for p in sorted(vocabulary().greetings, key=len, reverse=True))
    return re.compile(rf"[\s>*\"'\u201c]*(?:{phrases})(?:\s*,\s*|\s+)", re.IGNORECASE)


@cache
def _signoff() -> re.Pattern[str]:
    phrases = "|".join(re.escape(p) for p in sorted(vocabulary().signoffs, key=len, reverse=True))
    return re.compile(rf"[\s>*]*(?:{phrases})(?:[ ,]+[a-z ]{{0,30}})?[\s,.!\-\u2013\u2014]*", re.IGNORECASE)


def _greeted(text: str, start: int, end: int) -> list[Word]:
    """Return the words of the name that a greeting at the start of the line is for."""
    match = _greeting().match(text, start, min(end, start + 30))
    if match is None:
        return []
    formal = text[start : match.end()].lower().lstrip(" >*\t").startswith(("hi", "hello", "hey", "dear"))
    found = _run(text, match.end(), min(end, match.end() + 50), any_case=formal)
    after = text[found[-1].end : found[-1].end + 1] if found else ""
    closed = found and (found[-1].end == end or after in _AFTER_GREETING or found[-1].text.endswith("."))
    return found if closed and found[-1].low not in contexts().roles else []


def _addressed(text: str, start: int, end: int) -> list[Word]:
    """Return the given names before the comma, dash or colon of a line: ``Dan - …``, ``Kim,``."""
    words = vocabulary()
    found = words_of(text, start, min(end, start + _LONGEST))[:1]
    if (
        not found
        or text[start : found[0].start].strip(" >*-")
        or not found[0].is_capital
        or not words.is_given(found[0].text)
    ):
        return []
    after = text[found[0].end : end]
    alone = after.strip() in {",", "-", "--", ":", "\u2013", "\u2014", "!"}
    plain = not words.is_everyday(found[0].text) and found[0].low not in words.never_alone
    spoken = after.startswith((" - ", " -- ", " \u2013 ", " \u2014 ", ": ", ":\n", " / ")) or after == ":"
    return found if (alone and found[0].low not in words.edge) or (plain and spoken) else []


def _thanked(text: str, start: int, end: int) -> list[Word]:
    """Return the name that follows a closing phrase on its line: ``Thanks, Jane``."""
    line = text[start:end]
    for phrase in ("thanks", "regards", "thank you", "thx", "cheers", "sincerely", "saludos", "atentamente", "gracias"):
        at = line.lower().rfind(phrase)
        if at < 0 or len(line) - at > _LONGEST:
            continue
        begin = start + at + len(phrase)
        if text[begin : begin + 1] not in {",", ".", "!", "-", " "}:
            continue
        while begin < end and text[begin] in " ,.!-\u2013\u2014":
            begin += 1
        found = _run(text, begin, end, any_case=False) or _lower_given(text, begin, end)
        if found and not text[found[-1].end : end].strip(" .!,-\u2013\u2014"):
            return found
    return []


def _signed_off(text: str, before: tuple[int, int], line: tuple[int, int]) -> list[Word]:
    """Return the given name or the initials that are a text's last line, below a finished sentence."""
    if text[before[0] : before[1]].rstrip()[-1:] not in {".", "!", "?"}:
        return []
    words = vocabulary()
    found = words_of(text, *line)
    if len(found) != 1 or text[line[0] : line[1]].strip(" -~*.,>") != found[0].text.rstrip("."):
        return []
    word = found[0]
    if words.is_stop(word.low) or (word.text.isupper() and word.low in contexts().states) or not word.text[0].isupper():
        return []
    initials = word.text.isupper() and len(word.text) <= 3 and not words.is_common(word.text)
    return found if initials or (words.is_given(word.text) and len(word.low) > 1) else []


def _lower_given(text: str, start: int, end: int) -> list[Word]:
    """Return the words of the stretch if they are a given name in lower case: ``thanks bill``, ``thanks, bill roe``.

    A second word must be a surname of the list, or on no list and no everyday word, and the given name no such word.
    """
    words = vocabulary()
    found = words_of(text, start, end)
    fits = 1 <= len(found) <= 2 and found[0].start == start and len(found[0].low) > 2
    if not fits or not words.is_given(found[0].text) or words.is_stop(found[0].low):
        return []
    if len(found) == 1:
        return found
    last = found[1]
    known = words.is_plain_given(found[0].text) or words.is_surname(last.text)
    named = known and text[found[0].end : last.start] == " " and not last.is_initial
    return found if named and not words.is_stop(last.low) and not words.is_common(last.text) else []


def _alone(text: str, start: int, end: int, *, strict: bool = False) -> list[Word]:
    """Return the words of the line if it holds a name and nothing else; ``strict`` asks for a word on the lists."""
    while start < end and text[start] in _QUOTING:
        start += 1
    found = _run(text, start, end, any_case=True)
    if not found or text[found[-1].end : end].strip(" .!,-\u2013\u2014*"):
        return []
    words = vocabulary()
    plain = any(words.is_plain_given(w.text) for w in found)
    strange = any(words.is_common(w.text) and not words.is_given(w.text) for w in found)
    return found if plain or (all(w.is_capital for w in found) and not strict and not strange) else []


def _run(text: str, start: int, end: int, *, any_case: bool) -> list[Word]:
    """Return up to four words from ``start`` on that may make a name."""
    words = vocabulary()
    found: list[Word] = []
    for word in words_of(text, start, end)[:4]:
        gap = text[found[-1].end : word.start] if found else text[start : word.start]
        if gap.strip(" "):
            break
        titled = word.low in words.courtesy or word.low in words.titles
        if not titled and _is_rest_of_line(text, found, word, words):
            found.append(word)
            continue
        if not titled and (
            words.is_barred(word.low) or not (word.is_capital or (any_case and words.is_plain_given(word.text)))
        ):
            return found if found and not word.is_capital and not any_case else []
        found.append(word)
    only_titles = all(w.low in words.courtesy or w.low in words.titles for w in found)
    return [] if only_titles else found


def _is_rest_of_line(text: str, found: list[Word], word: Word, words: Vocabulary) -> bool:
    """Return whether a capitalised word behind a given name ends its line: a surname, be it a stopword (``Na``)."""
    return (
        bool(found)
        and word.text[0].isupper()
        and words.is_given(found[0].text)
        and text[word.end : word.end + 1] in {"", "\n", "\r"}
        and word.low not in words.organisation
    )


def _ends_message(text: str, lines: list[tuple[int, int]], number: int) -> str:
    """Return what the line is the last one of: a ``message``, the whole ``text``, or nothing."""
    if number == 0:
        return ""
    if number + 1 == len(lines):
        return "text" if number >= 3 else ""
    following = text[lines[number + 1][0] : lines[number + 1][1]].strip(" >*-").lower()
    return "message" if following.startswith(vocabulary().separators) else ""
