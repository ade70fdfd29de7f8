r"""Edges, windows and labels: what a recognizer asks about the text around a candidate.

google-re2 runs in linear time but has no lookaround, and its ``\b``, ``\w`` and ``\d``
know ASCII only (``García`` has a ``\b`` in the middle). So patterns here match a
candidate, and code asks about its neighbours:

- :func:`stands_alone`, :func:`letter_or_digit_at`: is the candidate cut out of a longer word?
- :class:`Words`: does one of these words stand before, after, or around it?
- :func:`is_cut_out`: the same for numbers, which also run on over ``-``, ``.`` and ``/``.
- :func:`joined`: overlapping matches of one recognizer made one.
- :class:`Label`: values that stand right behind a label, as in ``SSN: 536-90-4399``,
  ``ssn_number = "536904399"``, ``my account number is 12345678``, ``CCNumber: …``.

All positions are code points of the text that was given. Words are written in lower case
as re2 patterns; one blank stands for any short gap (blank, ``_``, ``-``, ``.``, line end or
nothing), so ``"phone number"`` also fits ``phone_number``, ``Phone-Number`` and ``phoneNumber``::

    PHONE = Words("phone", "tel(?:ephone)?", "fax")
    PHONE.before(text, start, within=30)   # within 30 characters before start
    PHONE.in_line(text, start, end)        # anywhere in the same line
    BADGE = Label(["badge number", "badge"], value=r"[A-Z]?\d{3,6}")
    for found in BADGE.values(text):       # found.start, found.end: the value
        ...

google-re2 encodes the whole text at every call: never call ``pattern.match(text, pos)`` in
a loop over a long text; cut a window first, as the functions here do.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from recognizers.linear import Found, pattern
from recognizers.model import Match
from recognizers.triggers import DIGIT, HUMP_AHEAD, Scan, Trigger, scan_of
from recognizers.word_ends import ends_in_letter

JOINER: Final = (
    r"\.?(?:[\s:=#_\-\x{2013}\x{2014}*\"'\x{2018}\x{2019}\x{201C}\x{201D}()\[\]<>|,?]+"
    r"|(?:numbers?|num|nos?|nr|n[u\x{00FA}]mero|es|code|value|is|was|are|were|will be|of|on file|listed|given|as|like|including)\b\.?){0,8}"  # noqa: E501  # one pattern, one line
)
"""What may stand between a label and its value: punctuation and a few joining words."""

ENDING: Final = (
    r"(?:[\s:=#,.()]+|(?:is|was|the|that|which|number|account|details|on file)\b){0,6}"
    r"(?:ending|ends|last (?:4|four|5|five)(?: digits?)?)(?:[\s:=#,()\-]+|w/|(?:in|with|are|is|were|of)\b){0,5}"
)
"""A joiner for the last digits of a labelled number: ``card ending in 1111``."""

LINE_ENDS: Final = ("\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")


def letter_or_digit_at(text: str, index: int) -> bool:
    """Return whether a letter or digit of any script stands at ``index`` (False outside the text)."""
    return 0 <= index < len(text) and text[index].isalnum()


def stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether ``[start, end)`` is no part of a longer word or number (any script; ``_`` joins)."""
    before = text[start - 1] if start > 0 else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")


def is_cut_out(text: str, start: int, end: int, *, after_letters: bool = True) -> bool:
    """Return whether the number in ``[start, end)`` is whole: no piece of ``12-[…]``, ``[…]-A``, ``[…].5``, ``[…]/2``.

    A letter may touch its front (``García536-90-4399`` where a blank was lost) unless ``after_letters`` is
    False; letters and digits never touch its end, punctuation may where nothing follows it.
    """
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before and (before[-1].isdecimal() or (before[-1].isalpha() and not after_letters)):
        return False
    if len(before) == 2 and before[1] in "-./\u2013" and before[0].isdecimal():
        return False
    if len(after) == 2 and after[0] == "_" and after[1].isalnum():
        return False
    if after and (after[0].isdecimal() or (after[0].isalpha() and after[0].isascii())):
        return False
    return not (
        len(after) == 2
        and ((after[0] in "./" and after[1].isdecimal()) or (after[0] in "-\u2013" and after[1].isalnum()))
    )


def in_digit_groups(text: str, start: int, end: int) -> bool:
    """Return whether short groups with digits stand one blank away, as inside ``1Z 11E 310 61 4037``."""
    blanks = " \u00a0"
    if text[end : end + 1] and text[end] in blanks and text[end + 1 : end + 2].isdecimal():
        return True
    window = text[max(0, start - 8) : start]
    if not window or window[-1] not in blanks:
        return False
    tokens = window.split()
    whole = len(tokens) > 1 or window[0].isspace() or start <= 8
    return whole and bool(tokens) and tokens[-1][-1].isalnum() and any(char.isdecimal() for char in tokens[-1])


def has_digit(text: str) -> bool:
    """Return whether any ASCII digit stands in ``text`` (other digits are made ASCII before recognizers run)."""
    return DIGIT.fires(text)


def digits_of(value: str) -> str:
    """Return the digits of ``value`` as ASCII, full-width and other decimal digits included."""
    if value.isascii():
        return "".join(filter(str.isdecimal, value))
    return "".join(str(int(char)) for char in value if char.isdecimal())


def line_of(text: str, start: int, end: int, reach: int = 200) -> tuple[int, int]:
    """Return the bounds of the line around ``[start, end)``, at most ``reach`` characters to either side."""
    return line_start(text, start, reach), line_end(text, end, reach)


def line_start(text: str, start: int, reach: int = 200) -> int:
    """Return where the line of ``start`` begins, at most ``reach`` characters before it."""
    low = max(0, start - reach)
    before = text[low:start].splitlines(keepends=True)
    if not before:
        return low
    return start if before[-1].endswith(LINE_ENDS) else start - len(before[-1])


def line_end(text: str, end: int, reach: int = 200) -> int:
    """Return where the line of ``end`` ends, at most ``reach`` characters behind it."""
    after = text[end : end + reach].splitlines()
    return end + len(after[0]) if after else min(len(text), end + reach)


def joined(matches: Iterable[Match]) -> list[Match]:
    """Return ``matches`` in order of their spans, overlapping ones as one grown to cover all.

    The best score of those already seen names it, the first seen where scores are equal; no character that any of
    them covers is lost.
    """
    kept: list[Match] = []
    for match in matches:
        if not kept or kept[-1].end <= match.start:
            kept.append(match)
            continue
        at = bisect_left(kept, match.start, key=lambda other: other.end - 1)
        until = at
        while until < len(kept) and kept[until].start < match.end:
            until += 1
        rivals = kept[at:until]
        if rivals:
            first = max(rivals, key=lambda other: other.score)
            start = min(match.start, rivals[0].start)
            kept[at:until] = [first.moved(start, max(match.end, rivals[-1].end))]
        else:
            kept.insert(at, match)
    return kept


_ANY_DIGIT: Final = re.compile("[0-9]")
_LEADS: Final = (r"\b", "[_0-9]")
_WORD_END: Final = r"(?:(?-i:[^a-z])|\z)"
"""What is behind a word that ends in a letter, or it is no whole word: see ``_is_word``."""
_NO_LETTER_SIGNS: Final = frozenset("_0123456789")
_NO_LETTERS: Final = frozenset(b"_0123456789")


def _gaps(words: Sequence[str]) -> str:
    return "|".join(word.replace(" ", r"[\s_\-.]{0,3}") for word in words)


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether the span begins and ends where a word does; camelCase humps, ``_`` and digits end a word too."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 2]
    if first.isalpha() and before.isalpha() and not (before.islower() and first.isupper()):
        return False
    if not (last.isalpha() and after[:1].isalpha()):
        return True
    # phone|Number, but also CC|Number: a capital that begins a lower-case word
    return after[0].isupper() and (last.islower() or after[1:].islower())


class Shape:
    """A pattern (re2) that is looked for only in texts in which its trigger fires.

    The trigger is ``hint``, a pattern that occurs in every match; or ``words``, patterns of which one occurs in every
    match and begins where a word may begin: so an automaton has few states for what is letters; or it is given.
    """

    def __init__(
        self,
        source: str,
        *,
        hint: str = "",
        words: Sequence[str] = (),
        trigger: Trigger | None = None,
        ignore_case: bool = False,
    ) -> None:
        self._pattern = pattern(source, ignore_case=ignore_case)
        if trigger is not None:
            self.trigger = trigger
        elif words:
            self.trigger = Trigger(*(rf"\b{word}" for word in words), ignore_case=ignore_case, kind="word")
        else:
            self.trigger = Trigger(hint, ignore_case=ignore_case)

    def finditer(self, text: str) -> Iterable[Found]:
        """Return the matches in ``text``."""
        return self._pattern.finditer(text) if self.trigger.fires(text) else ()

    def in_piece(self, text: str, start: int, end: int) -> Iterator[Found]:
        r"""Yield the matches in ``text[start:end]``, spans in that piece; ``^`` and ``\b`` see nothing before it."""
        return self._pattern.finditer(text[start:end])


class NumberShape:
    r"""A pattern (re2) of numbers, looked for only around long numbers of which one has the form of its matches.

    See :meth:`recognizers.triggers.Scan.numbers` and, for what the pattern may hold, the kind ``number`` of
    :class:`recognizers.triggers.Trigger`. ``least`` is the fewest digits of a match; it may begin ``before`` characters
    (at most :data:`recognizers.numbers.BEFORE`) before its first digit and end ``after`` behind the last digit that is
    no extension. The pattern looks at nothing beside its match (no ``\b``).
    """

    def __init__(self, source: str, *, least: int, before: int = 0, after: int = 0) -> None:
        self._pattern = pattern(source)
        self.trigger = Trigger(source, kind="number")
        self._window = (least, before, after)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the pattern matches in ``text``."""
        scan = scan_of(text)
        if self.trigger.number not in scan.fired:
            return []
        found: list[tuple[int, int]] = []
        for low, high in scan.numbers(*self._window):
            if scan.data is not None:
                found += self._pattern.places_in(scan.data, low, high)
            else:
                found += [(start + low, end + low) for start, end in self._pattern.places(text[low:high])]
        return found


class Words:
    """A set of context words, matched whole, in any case; see the module for how they are written.

    ``followed_by`` is a pattern of what stands behind each word that counts for their owner, where it ends in a letter.
    """

    def __init__(self, *words: str, followed_by: str = "") -> None:
        source = rf"(?:\b|[_0-9])({_gaps(words)})"
        self.followed_by = followed_by
        lettered = sorted(filter(ends_in_letter, words))
        behind = [f"(?:{_gaps((word,))})" for word in words if word not in lettered]
        if followed_by:
            behind.append(f"(?:{_gaps(lettered)}){followed_by}")
        else:
            behind += [f"(?:{_gaps((word,))}){_WORD_END}" for word in lettered]
        self.trigger = Trigger(*(lead + each for lead in _LEADS for each in behind), ignore_case=True, kind="word")
        self._pattern = pattern(source, longest=True, ignore_case=True)
        self._bounds = pattern(rf"(?:\b|[_0-9])(?:{_gaps(words)})", longest=True, ignore_case=True)
        self._at_hump = pattern(f"({_gaps(words)})", longest=True, ignore_case=True)

    def fires(self, text: str) -> bool:
        """Return whether one of the words may stand in ``text``: a cheap test that is never wrong about a No."""
        return self.trigger.fires(text)

    def spans(self, text: str, start: int = 0, end: int | None = None) -> Iterable[tuple[int, int]]:
        """Return where the words stand in ``text[start:end]``; their ends are judged in the whole text."""
        scan, number = scan_of(text), self.trigger.number
        if number not in scan.fired:
            return ()
        if start > 0 or end is not None:
            return self._found(scan, max(0, start), len(text) if end is None else end)
        spans = scan.spans.get(number)
        if spans is None:
            if scan.data is not None and scan.is_one_piece and not scan.humps:
                spans = [span for span in self._places(scan.data) if span[0] < span[1] and _is_word(scan.text, *span)]
            else:
                spans = [span for region in scan.regions(number) for span in self._found(scan, *region)]
            scan.spans[number] = spans
        return spans

    def _found(self, scan: Scan, start: int, end: int) -> Iterator[tuple[int, int]]:
        text = scan.text
        window = text[start:end]
        for low, high in self._places(window.encode()) if window.isascii() else self._places_in_any(window):
            if low < high and _is_word(text, low + start, high + start):
                yield low + start, high + start
        for hump in scan.humps:
            if start <= hump < end:
                inner = self._at_hump.match(text[hump : min(end, hump + HUMP_AHEAD)])
                if inner and inner.end() and _is_word(text, hump, hump + inner.end()):
                    yield hump, hump + inner.end()

    def _places(self, data: bytes) -> list[tuple[int, int]]:
        """Return where words match in an ASCII text; what a group costs is spent only where it can tell anything."""
        found = self._bounds.places_in(data, 0, len(data))
        for at, (low, high) in enumerate(found):
            if low < high and data[low] in _NO_LETTERS:  # the mark before a word, or its own first character
                found[at] = self._pattern.spans_from(data, low)[1]
        return found

    def _places_in_any(self, window: str) -> list[tuple[int, int]]:
        """Return the same for any text."""
        found = self._bounds.places(window)
        if any(window[low] in _NO_LETTER_SIGNS for low, high in found if low < high):
            return [each.span(1) for each in self._pattern.finditer(window)]
        return found

    def within(self, text: str, start: int = 0, end: int | None = None) -> bool:
        """Return whether one of the words stands in ``text[start:end]``."""
        if start <= 0 and end is None:
            return next(iter(self.spans(text)), None) is not None
        scan = scan_of(text)
        return self.trigger.number in scan.fired and self._stands_in(scan, start, len(text) if end is None else end)

    def _stands_in(self, scan: Scan, start: int, end: int) -> bool:
        return next(self._found(scan, max(0, start), end), None) is not None

    def before(self, text: str, start: int, within: int = 40, *, same_line: bool = False) -> bool:
        """Return whether one of the words stands in the ``within`` characters (of the same line) before ``start``."""
        scan = scan_of(text)
        if self.trigger.number not in scan.fired:
            return False
        return self._stands_in(scan, line_start(text, start, within) if same_line else start - within, start)

    def after(self, text: str, end: int, within: int = 40) -> bool:
        """Return whether one of the words stands in the ``within`` characters after ``end``."""
        return self.within(text, end, min(len(text), end + within))

    def near(self, text: str, start: int, end: int, before: int = 40, after: int = 20) -> bool:
        """Return whether one of the words stands close before or after ``[start, end)``."""
        return self.before(text, start, before) or self.after(text, end, after)

    def in_line(self, text: str, start: int, end: int, reach: int = 200) -> bool:
        """Return whether one of the words stands in the same line, at most ``reach`` characters away."""
        if not self.trigger.fires(text):
            return False
        low, high = line_of(text, start, end, reach)
        return self.within(text, low, start) or self.within(text, end, high)


class Labelled(NamedTuple):
    """A value behind its label: both spans, half-open."""

    label_start: int
    label_end: int
    start: int
    end: int


class Label:
    """Values with a digit that stand behind one of these labels, with only a joiner (``:``, ``#``, ``is`` …) between.

    ``value`` is an re2 pattern (letters in any case); what matches must begin at the joiner's
    end, and no letter or digit may touch it (a form's ``____`` may). ``joiner`` replaces :data:`JOINER`.
    ``joiner`` may hold no capturing group. ``reach`` limits the characters of joiner and value together.
    """

    def __init__(self, words: Sequence[str], value: str, *, joiner: str = JOINER, reach: int = 90) -> None:
        self._words = Words(*words)
        self.trigger = self._words.trigger
        self._value = pattern(f"(?:{joiner})({value})", ignore_case=True)
        self._reach = reach

    def values(self, text: str, labels: Iterable[tuple[int, int]] | None = None) -> Iterator[Labelled]:
        """Yield every value that stands behind one of the labels (behind the spans ``labels``, where given)."""
        for label_start, label_end in self._words.spans(text) if labels is None else labels:
            if _ANY_DIGIT.search(text, label_end, label_end + self._reach) is None:
                continue
            found = self._value.match(text[label_end : label_end + self._reach])
            if found is None:
                continue
            start, end = found.start(1) + label_end, found.end(1) + label_end
            goes_on = letter_or_digit_at(text, end) or letter_or_digit_at(text, start - 1)
            if start < end and not goes_on:
                yield Labelled(label_start, label_end, start, end)
