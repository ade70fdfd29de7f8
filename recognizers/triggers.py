r"""One pass for all recognizers: which of their words and shapes stand in a text at all.

Most texts hold hardly any of what the recognizers look for, and to find that out pattern by
pattern costs a pass each. So every vocabulary (:class:`recognizers.text.Words`) and every shape
that is dear to look for registers a :class:`Trigger` here: a pattern that occurs wherever its
owner could match. All triggers together are two google-re2 sets, automata that read a text once and
tell which of their patterns occur: one of words, one of shapes (a single one needs many times
the states). An owner whose trigger does not occur skips the text; in a long text it looks only at
the regions in which its trigger does.

A :class:`Scan` is what one such pass found; :func:`scan_of` remembers the last ones, because
recognizers read the same texts one after another. The automata are built at the first scan, and
again when a recognizer that was imported later has registered more.

A trigger must never miss what its owner would find: it may only fire too often. Where an
automaton gives no answer, every trigger counts as fired.

    PARCEL = Trigger("1Z[0-9A-Z ]{4}")
    if PARCEL.fires(text): ...
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import re2

SIZE: Final = 4096
"""A text is scanned in pieces of this many characters, so that triggers say where in a long text they fire."""

REACH: Final = 256
"""How far a piece is read beyond both its ends; no trigger needs more characters than this."""

_KEPT_CHARACTERS: Final = 4_000_000
_OWN_WEIGHT: Final = 64  # a scan's own size beside its text's, in characters
_KEPT_SETS: Final = 10_000
_MEMORY: Final = 128 << 20
HUMP_AHEAD: Final = 60
_KEY_HUMP: Final = re.compile(r"[a-z](?=[A-Z][A-Za-z0-9]{0,30}[\"']?\s?[:=])")
_NUMBER: Final = re.compile(r"[0-9][0-9 \u00A0().\-/\u00AD\u2010-\u2015\u2212]{5,}")
_NO_DIGITS: Final = bytes(byte for byte in range(256) if not 0x30 <= byte <= 0x39)
_CLASSES: Final = bytes(
    b"0"[0] if byte in b"0123456789" else b"-"[0] if byte in b" ().-/" else 0 for byte in range(256)
)
"""Digits, what may stand between them, all else: with one character a class, ASCII numbers are found much faster."""
_NUMBER_OF_CLASSES: Final = re.compile(rb"0[0-]{5,}")
_TORN: Final = re.compile("[\ud800-\udfff]")

_triggers: dict[tuple[str, bool], int] = {}
_scans: dict[str, Scan] = {}
_state: dict[str, Any] = {"automata": (), "numbers": (), "known": {}, "patterns": 0}
_kept = [0]
"""The characters of the texts in ``_scans``."""


class Trigger:
    """A pattern (google-re2) that occurs in every text in which its owner could match; equal ones share a number."""

    __slots__ = ("number",)

    def __init__(self, source: str, *, ignore_case: bool = False, words: bool = False) -> None:
        key = (f"(?i:{source})" if ignore_case else source, words)
        if key not in _triggers:
            _scans.clear()
        self.number = _triggers.setdefault(key, len(_triggers))

    def fires(self, text: str) -> bool:
        """Return whether the pattern occurs in ``text``."""
        return self.number in scan_of(text).fired


DIGIT: Final = Trigger("[0-9]")
_HUMP: Final = Trigger(r"[a-z][A-Z][A-Za-z0-9]*[\"']?\s?[:=]")
_SEPARATED_DIGIT: Final = r"[0-9][ \x{00A0}().\-/\x{00AD}\x{2010}-\x{2015}\x{2212}]{0,5}"
SIX_DIGITS: Final = Trigger(rf"(?:{_SEPARATED_DIGIT}){{5}}[0-9]")
_NINE: Final = 9
NINE_DIGITS: Final = Trigger(rf"(?:{_SEPARATED_DIGIT}){{8}}[0-9]")


class Scan:
    """What one pass found in a text: the triggers that fire, and where; humps of camelCase keys; long numbers.

    ``humps`` are the offsets of capitals that begin a word inside a key (``employeeSSN:``). ``spans`` is for
    owners to keep what they found under their trigger's number.
    """

    __slots__ = ("_long_numbers", "_pieces", "_windows", "data", "fired", "humps", "spans", "text")

    def __init__(self, text: str) -> None:
        ascii_only = text.isascii()
        self.text = text = text if ascii_only else whole(text)
        data = text.encode()
        self.data: bytes | None = data if ascii_only else None
        self.humps: tuple[int, ...] = ()
        self.spans: dict[int, list[tuple[int, int]]] = {}
        self._long_numbers: list[tuple[int, int, int]] | None = None
        self._windows: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        if len(text) <= SIZE:
            fired = _fired(data)
            self.fired = self._humped(fired, 0) if _HUMP.number in fired else fired
            self._pieces: tuple[frozenset[int], ...] = (self.fired,)
        else:
            self._pieces = tuple(
                [
                    self._humped(_fired(text[max(0, at - REACH) : at + SIZE + REACH].encode()), at)
                    for at in range(0, len(text), SIZE)
                ]
            )
            self.fired = self._pieces[0].union(*self._pieces[1:])

    def _humped(self, fired: frozenset[int], at: int) -> frozenset[int]:
        """Return ``fired`` of the piece at ``at`` with the triggers that fire where its humps begin words."""
        if _HUMP.number not in fired:
            return fired
        text, last = self.text, at + SIZE
        humps = tuple([each.end() for each in _KEY_HUMP.finditer(text, at, last + REACH) if each.end() <= last])
        self.humps += humps
        return fired | _fired("\n".join(text[hump : hump + HUMP_AHEAD] for hump in humps).encode())

    @property
    def is_one_piece(self) -> bool:
        """Whether the text is short enough to have been scanned in one go."""
        return len(self._pieces) == 1

    def regions(self, number: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of the text, apart from each other, in which the trigger ``number`` fires."""
        length = len(self.text)
        places = (at * SIZE for at, fired in enumerate(self._pieces) if number in fired)
        return _merged((max(0, at - REACH), min(length, at + SIZE + REACH)) for at in places)

    def numbers(self, least: int, before: int = 0, after: int = 0) -> list[tuple[int, int]]:
        """Return windows around the numbers of at least ``least`` digits (six or more), merged where they meet.

        A number here is ASCII digits with blanks, dashes, dots, slashes or brackets between them;
        its window begins ``before`` characters before it and ends ``after`` behind it.
        """
        if (NINE_DIGITS if least >= _NINE else SIX_DIGITS).number not in self.fired:
            return []
        key = (least, before, after)
        windows = self._windows.get(key)
        if windows is None:
            if self._long_numbers is None:
                self._long_numbers = self._found_numbers()
            self._windows[key] = windows = self._merged_around(least, before, after)
        return windows

    def _merged_around(self, least: int, before: int, after: int) -> list[tuple[int, int]]:
        """Return the windows around long numbers: :func:`_merged` written out, since most texts have a few of them."""
        length, windows = len(self.text), []
        left = right = -1
        for start, end, digits in self._long_numbers or ():
            if digits < least:
                continue
            low = start - before if start > before else 0
            if low > right:
                if right >= 0:
                    windows.append((left, right))
                left = low
            right = max(right, min(length, end + after))
        if right >= 0:
            windows.append((left, right))
        return windows

    def _found_numbers(self) -> list[tuple[int, int, int]]:
        """Return the numbers of six digits and more: their spans and how many digits they have."""
        text, numbers = self.text, []
        for low, high in self.regions(SIX_DIGITS.number):
            piece = text[low:high]
            if piece.isascii():
                for number in _NUMBER_OF_CLASSES.finditer(piece.encode().translate(_CLASSES)):
                    start, end = number.span()
                    numbers.append((start + low, end + low, number.group().count(b"0")))
            else:
                numbers += [
                    (*found.span(), len(found.group().encode().translate(None, _NO_DIGITS)))
                    for found in _NUMBER.finditer(text, low, high)
                ]
        return numbers


def scan_of(text: str) -> Scan:
    """Return the scan of ``text``, the one made before where it is still at hand."""
    try:  # found by far the most often: nothing to call, nothing to compare
        return _scans[text]
    except KeyError:
        if not _scans or _kept[0] > _KEPT_CHARACTERS:
            _scans.clear()
            _kept[0] = 0
        scan = _scans[text] = Scan(text)
        _kept[0] += len(text) + _OWN_WEIGHT
        return scan


def forget_texts() -> None:
    """Forget the scans of texts; what the automata have learnt stays."""
    _scans.clear()


def whole(text: str) -> str:
    """Return ``text`` with U+FFFD for half characters (lone surrogates), which no pattern engine takes."""
    return text if text.isascii() else _TORN.sub("\ufffd", text)


def _merged(windows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield windows, given in order of their starts, with those that meet made one."""
    left = right = -1
    for low, high in windows:
        if low > right:
            if right >= 0:
                yield left, right
            left = low
        right = max(right, high)
    if right >= 0:
        yield left, right


def _fired(data: bytes) -> frozenset[int]:
    """Return the numbers of the triggers that occur in a piece (UTF-8): of all of an automaton where it gave up."""
    if _state["patterns"] != len(_triggers):
        _compile()
    of_words, of_shapes = _state["automata"]
    found = (tuple(of_words(data)), tuple(of_shapes(data)))
    fired: frozenset[int] | None = _state["known"].get(found)
    return _numbers_of(found) if fired is None else fired


def _numbers_of(found: tuple[tuple[int, ...], ...]) -> frozenset[int]:
    """Return the numbers of triggers for the indexes that the automata gave; the same few sets come again and again."""
    numbers: set[int] = set()
    for indexes, own in zip(found, _state["numbers"], strict=True):
        complete = len(own) in indexes
        numbers.update([own[index] for index in indexes if index < len(own)] if complete else own)
    known = _state["known"]
    if len(known) >= _KEPT_SETS:
        known.clear()
    known[found] = fired = frozenset(numbers)
    return fired


def _compile() -> None:
    """Build the automata; the last pattern of each is met at the end of every text, which shows that it ran through."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.never_capture = True
    automata, numbers = [], []
    for of_words in (True, False):
        sources = {source: number for (source, words), number in _triggers.items() if words is of_words}
        automaton = re2.Set.SearchSet(options)
        for source in (*sources, r"\z"):
            automaton.Add(source)
        automaton.Compile()
        automata.append(automaton._set.Match)  # noqa: SLF001 - what the wrapper itself calls, once for every text
        numbers.append(tuple(sources.values()))
    _state.update(automata=automata, numbers=numbers, known={}, patterns=len(_triggers))
