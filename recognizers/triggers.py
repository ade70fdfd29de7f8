r"""One pass for all recognizers: which of their words and shapes stand in a text at all.

Most texts hold hardly any of what the recognizers look for, and to find that out pattern by
pattern costs a pass each. So every vocabulary (:class:`recognizers.text.Words`) and every shape
that is dear to look for registers a :class:`Trigger` here: a pattern that occurs wherever its
owner could match. All triggers together are two google-re2 sets, automata that read a text once and
tell which of their patterns occur: one of words, one of shapes (a single one needs many times
the states). Patterns of long numbers are looked for in the forms of the numbers that the text has
(:mod:`recognizers.numbers`), once a form. An owner whose trigger does not occur skips the text; in a
long text it looks only at the regions in which its trigger does.

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
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, Literal, get_args

import re2

from recognizers.numbers import LongNumber, numbers_in, numbers_in_ascii

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
_TORN: Final = re.compile("[\ud800-\udfff]")

Kind = Literal["word", "shape", "number"]
"""What finds a trigger: the automaton of words, that of shapes, or the forms of long numbers."""

_triggers: dict[tuple[tuple[str, ...], Kind], int] = {}
_scans: dict[str, Scan] = {}
_automata: list[_Automata] = []
"""The automata, where they are built."""
_forms: dict[bytes, frozenset[int]] = {}
"""Which triggers of the kind ``number`` fire in a number, by its form."""
_joined: dict[tuple[frozenset[int], frozenset[int]], frozenset[int]] = {}
"""Unions of what fired in a text and in its numbers: one object for equal ones, so that its hash is worked out once."""
_NONE: Final[frozenset[int]] = frozenset()
_kept = [0]
"""The characters of the texts in ``_scans``."""


class Trigger:
    """Patterns (google-re2) of which one occurs wherever its owner could match; equal ones share a number.

    Patterns that begin alike are learnt much faster one by one than as one with all of them in brackets: google-re2
    joins their beginnings. That of a ``number`` must find in the form of a number (:mod:`recognizers.numbers`) what it
    finds in the text: digits other than nine may stand in it only where they may be missing or where a nine would do as
    well.
    """

    __slots__ = ("number",)

    def __init__(self, *sources: str, ignore_case: bool = False, kind: Kind = "shape") -> None:
        key = (tuple(f"(?i:{each})" if ignore_case else each for each in sources), kind)
        if key not in _triggers:
            _scans.clear()
            _automata.clear()
            _forms.clear()
        self.number = _triggers.setdefault(key, len(_triggers))

    def fires(self, text: str) -> bool:
        """Return whether the pattern occurs in ``text``."""
        return self.number in scan_of(text).fired


DIGIT: Final = Trigger("[0-9]")
MAYBE_DIGIT: Final = Trigger(r"[0-9]|[^\x00-\x7F]")
"""An ASCII digit, or any sign outside ASCII, which may be a digit: to name those takes an automaton many states."""
_HUMP: Final = Trigger(r"[a-z][A-Z][A-Za-z0-9]*[\"']?\s?[:=]")
_SEPARATED_DIGIT: Final = r"[0-9][ \x{00A0}().\-/\x{00AD}\x{2010}-\x{2015}\x{2212}]{0,5}"
SIX_DIGITS: Final = Trigger(rf"(?:{_SEPARATED_DIGIT}){{5}}[0-9]")
NINE_DIGITS: Final = Trigger(r"(?:9[^9+x]*){8}9", kind="number")


class Scan:
    """What one pass found in a text: the triggers that fire, and where; humps of camelCase keys; long numbers.

    ``humps`` are the offsets of capitals that begin a word inside a key (``employeeSSN:``). ``spans`` is for
    owners to keep what they found under their trigger's number.
    """

    __slots__ = ("_numbers", "_pieces", "data", "fired", "humps", "spans", "text")

    def __init__(self, text: str) -> None:
        self.data: bytes | None = None
        if text.isascii():
            self.data = data = text.encode()
        else:
            text = whole(text)
            data = text.encode()
        self.text = text
        self.humps: tuple[int, ...] = ()
        self.spans: dict[int, list[tuple[int, int]]] = {}
        self._numbers: Sequence[LongNumber] = ()
        if len(text) <= SIZE:
            fired = _fired(data)
            if _HUMP.number in fired:
                fired = self._humped(fired, 0)
            self._pieces: tuple[frozenset[int], ...] = ()
            if SIX_DIGITS.number in fired:
                self._numbers = numbers = numbers_in_ascii(data) if self.data else numbers_in(text, 0, len(text))
                fired = _fired_with(fired, numbers)
            self.fired = fired
            return
        self._pieces = tuple(
            [
                self._humped(_fired(text[max(0, at - REACH) : at + SIZE + REACH].encode()), at)
                for at in range(0, len(text), SIZE)
            ]
        )
        self.fired = self._pieces[0].union(*self._pieces[1:])
        if SIX_DIGITS.number in self.fired:
            regions = self.regions(SIX_DIGITS.number)
            self._numbers = [number for region in regions for number in numbers_in(text, *region)]
            self.fired = _fired_with(self.fired, self._numbers)

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
        return not self._pieces

    def regions(self, number: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of the text, apart from each other, in which the trigger ``number`` fires."""
        length = len(self.text)
        if not self._pieces:
            return iter(((0, length),) if number in self.fired else ())
        places = (at * SIZE for at, fired in enumerate(self._pieces) if number in fired)
        return _merged((max(0, at - REACH), min(length, at + SIZE + REACH)) for at in places)

    def numbers(self, least: int, before: int = 0, after: int = 0) -> list[tuple[int, int]]:
        """Return windows around the numbers of at least ``least`` digits (six or more), merged where they meet.

        A number here is a :data:`recognizers.numbers.LongNumber`;
        its window begins ``before`` characters before it and ends ``after`` behind it.
        """
        found: list[tuple[int, int]] = []
        length, left, right = len(self.text), 0, -1
        for start, end, digits, _ in self._numbers:
            if digits >= least:
                low, high = start - before if start > before else 0, end + after
                if low > right:
                    if right >= 0:
                        found.append((left, right))
                    left = low
                right = min(length, high)
        if right >= 0:
            found.append((left, right))
        return found


def scan_of(text: str) -> Scan:
    """Return the scan of ``text``, the one made before where it is still at hand."""
    try:  # found by far the most often: nothing to call, nothing to compare
        return _scans[text]
    except KeyError:
        return _scanned(text)


def _scanned(text: str) -> Scan:
    if not _scans or _kept[0] > _KEPT_CHARACTERS:
        _scans.clear()
        _kept[0] = 0
    scan = _scans[text] = Scan(text)
    _kept[0] += len(text) + _OWN_WEIGHT
    return scan


def fired_in(text: str) -> frozenset[int]:
    """Return the triggers that fire in a text, most likely a new one: a look costs less than an error then."""
    scan = _scans.get(text)
    return (_scanned(text) if scan is None else scan).fired


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
    return (_automata[0] if _automata else _built()).fired(data)


def _fired_with(fired: frozenset[int], numbers: Iterable[LongNumber]) -> frozenset[int]:
    """Return ``fired`` with the triggers that fire in the long numbers of a text."""
    kinds = _NONE
    for *_, form in numbers:
        own = _forms.get(form)
        if own is None:
            own = _fired_in_number(form)
        if not own <= kinds:
            kinds = kinds | own if kinds else own
    if not kinds:
        return fired
    union = _joined.get((fired, kinds))
    if union is None:
        if len(_joined) >= _KEPT_SETS:
            _joined.clear()
        union = _joined[fired, kinds] = fired | kinds
    return union


def _fired_in_number(form: bytes) -> frozenset[int]:
    """Return the triggers of numbers that fire in a number of this form."""
    if len(_forms) >= _KEPT_SETS:
        _forms.clear()
    own = _forms[form] = (_automata[0] if _automata else _built()).fired_in_number(form)
    return own


def _built() -> _Automata:
    _automata.append(_Automata())
    return _automata[0]


class _Automaton:
    """A google-re2 set of all patterns of a kind.

    ``match`` tells by their indexes which of its patterns occur in a piece. Its last one is met at the end of every
    piece, which shows that it ran through.
    """

    __slots__ = ("_of", "match")

    def __init__(self, kind: Kind) -> None:
        of: dict[str, list[int]] = {}
        for (sources, its), number in _triggers.items():
            for source in sources if its == kind else ():
                of.setdefault(source, []).append(number)
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY
        options.never_capture = True
        automaton = re2.Set.SearchSet(options)
        for source in (*of, r"\z"):
            automaton.Add(source)
        automaton.Compile()
        self._of = tuple(map(tuple, of.values()))
        self.match = automaton._set.Match  # noqa: SLF001 - what the wrapper itself calls, once for every text

    def numbers(self, indexes: Sequence[int]) -> Iterator[int]:
        """Return the numbers of the triggers whose patterns occur: of all where the automaton gave up."""
        of = self._of
        end = len(of)
        return chain.from_iterable([of[index] for index in indexes if index < end] if end in indexes else of)


class _Automata:
    """The automata of words, of shapes and of forms of numbers."""

    __slots__ = ("_known", "_numbers", "_shapes", "_shapes_in", "_words", "_words_in")

    def __init__(self) -> None:
        self._words, self._shapes, self._numbers = map(_Automaton, get_args(Kind))
        self._words_in, self._shapes_in = self._words.match, self._shapes.match
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], frozenset[int]] = {}

    def fired(self, data: bytes) -> frozenset[int]:
        """Return the numbers of the triggers that occur in a text; the same few sets come again and again."""
        found = (tuple(self._words_in(data)), tuple(self._shapes_in(data)))
        fired = self._known.get(found)
        if fired is None:
            if len(self._known) >= _KEPT_SETS:
                self._known.clear()
            fired = frozenset(chain(self._words.numbers(found[0]), self._shapes.numbers(found[1])))
            self._known[found] = fired
        return fired

    def fired_in_number(self, form: bytes) -> frozenset[int]:
        """Return the numbers of the triggers that occur in the form of a number."""
        return frozenset(self._numbers.numbers(self._numbers.match(form)))
