"""The plain form of a text, in which values cannot hide, with the way back to the text.

Zero-width characters and soft hyphens go, full-width characters and look-alike letters of other
scripts become the plain ones, as do circled, framed, struck and mathematical characters and the digits
of other scripts, unusual blanks and hyphens the usual ones, HTML entities what they stand for, and the
``>`` of quoted lines goes, as does a line end after the hyphen of a number, so that a number cut by a
line is whole. One disguise may hide another (an entity that stands for an invisible character, one in the
number that a line cuts), so what came out is looked at again. A span found in the plain form is mapped back
to exactly the characters that it came from; of a run that is shown from right to left to all of it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import Final, NamedTuple

import yaml

from recognizers.resources import packaged_configs

_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufe00-\ufe0f\U000e0000-\U000e01ef"  # variation selectors, tags
    "\u0332-\u0338\u20d0-\u20f0"  # lines through or under a character, frames around it
)
_BLANKS: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_HYPHENS: Final = "\u2010-\u2012\u2212\ufe58\ufe63\uff0d"
_WIDE: Final = "\uff01-\uff5e"
_TORN: Final = "\ud800-\udfff"
_SIGNS: Final = "\u2460-\u24ff\u2776-\u2793\U0001d400-\U0001d7ff\U0001f130-\U0001f189\U0001fbf0-\U0001fbf9"
"""Circled, squared and mathematical letters and digits."""
_DIGITS: Final = "".join(each for each in map(chr, range(0x660, 0x1FBFA)) if unicodedata.category(each) == "Nd")
"""The decimal digits of all scripts."""
_MIXED: Final = "\u0370-\u03ff\u0400-\u052f"
# The pattern begins with one set of characters, outside any group: so `re` skips plain text quickly.
_CODED: Final = r"(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_QUOTE: Final = r"[ \t]{0,3}>[> \t]*"
_LINE: Final = rf"(?:(?P<wrapped>(?<=\d[-./]\n)[> \t]*(?=\d)|(?<=\d\)\n)[> \t]*(?=\d{{3}}[-. ]\d))|{_QUOTE})"
_MARKUP: Final = rf"(?<=&){_CODED}|(?<=\n){_LINE}"
_SINGLE: Final = f"{_BLANKS}{_HYPHENS}{_WIDE}{_MIXED}{_TORN}{_SIGNS}{_DIGITS}"
_ASCII: Final = re.compile(rf"[&\n](?:{_MARKUP})")
# A pattern that begins with one character is looked for four times as fast as one that begins with a set.
_ENTITY: Final = re.compile(f"&{_CODED}")
_QUOTED_LINE: Final = re.compile(rf"\n(?=[> \t]){_QUOTE}")
_CUT_LINE: Final = re.compile(r"\n(?<=[-./)]\n)(?<=\d[-./)]\n)")
_QUOTED_OR_CUT_LINE: Final = re.compile(rf"\n{_LINE}")
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")
_HIDDEN: Final = re.compile(f"[{_INVISIBLE}]")
_REPLACED: Final = re.compile(f"[{_SINGLE}]")
_WORD: Final = re.compile(rf"[^\W\d_](?:[{_INVISIBLE}]*[^\W\d_])*")
_OVERRIDE: Final = "\u202e"
_EMBEDDED: Final = "\u202b\u2067"
_ENDED: Final = "\u202c\u2069"
_ENDS_LINE: Final = "\n\r\u2029"


def _leftward(sign: str) -> str:
    """Return the pattern of runs behind a sign, to its end or that of the line; what stands between two goes along."""
    between = f"{_ENDS_LINE}{_OVERRIDE}{_EMBEDDED}{_ENDED}"
    run = f"[{sign}][^{between}]*[{_ENDED}]?"
    return rf"{run}(?:[^\w{between}]*{run})*"


_TURNED: Final = re.compile(f"(?P<override>{_leftward(_OVERRIDE)})|{_leftward(_EMBEDDED)}")
"""Signs shown from right to left (UAX #9): under an override whatever they are, else but numbers and words."""
_MIRRORED: Final = str.maketrans("()[]{}<>", ")(][}{><")
_NO_SIGNS: Final = str.maketrans("", "", f"{_OVERRIDE}{_EMBEDDED}{_ENDED}")
_KEPT_ORDER: Final = re.compile(
    r"[^\W\d_](?:.*[^\W_])?"  # from a letter on numbers count as words, and so does what stands between two words
    r"|\d+(?:[-+.,:/]\d+)*",
    re.DOTALL,
)
"""What is read from left to right also where all around it is not (UAX #9, W4, W7, N1)."""
_DEEPEST: Final = 3
"""How many disguises, one in another, are undone."""


Piece = tuple[int, int, str]
"""A piece of a text that is replaced: its span, and what stands for it."""


class PlainForm(NamedTuple):
    """A plain text and, for each piece of it that was replaced, where it came from.

    ``plain_at`` and ``source_at`` are offsets (code points) of the starts of runs that moved together,
    in the plain text and in the source. Where the source is itself a plain text, ``under`` leads on from there.
    Where nothing but quote marks went, ``quoted`` is the source, and its lines tell the same.
    """

    text: str
    plain_at: tuple[int, ...] = (0,)
    source_at: tuple[int, ...] = (0,)
    lengths: tuple[int, ...] = ()
    under: PlainForm | None = None
    quoted: str = ""

    @property
    def is_source(self) -> bool:
        """Whether the source hid nothing: it is the plain text itself."""
        return not self.lengths and not self.quoted

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that the span ``start`` to ``end`` of the plain text came from."""
        if self.quoted:
            return next(self.spans(((start, end),)))
        if self.lengths:
            start, end = self._place(start, at_end=False), self._place(end - 1, at_end=True)
        return self.under.span(start, end) if self.under else (start, end)

    def spans(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield the same for several spans: a line end goes with the quote marks behind it."""
        text, under = self.text, self.under
        if not self.quoted:
            yield from (self.span(start, end) for start, end in spans)
            return
        gone = _marks_gone(text, self.quoted)
        line = done = 0
        for start, end in spans:
            line = line + text.count("\n", done, start) if done <= start else text.count("\n", 0, start)
            done = start
            low, high = start + gone[line], end + gone[line + text.count("\n", start, end)]
            yield under.span(low, high) if under else (low, high)

    def is_longer(self, start: int, end: int) -> bool:
        """Return whether the span of the source that a span came from has more characters."""
        low, high = self.span(start, end)
        return high - low > end - start

    def _place(self, offset: int, *, at_end: bool) -> int:
        run = bisect_right(self.plain_at, offset) - 1
        inside = offset - self.plain_at[run]
        length = self.lengths[run]
        if length >= 0:  # a replaced piece: all of it or nothing
            return self.source_at[run] + (length if at_end else 0)
        return self.source_at[run] + inside + at_end


@lru_cache(maxsize=8)
def _marks_gone(text: str, quoted: str) -> list[int]:
    """Return for each line of a text without its quote marks how many characters went up to there."""
    return list(accumulate(map(sub, map(len, quoted.split("\n")), map(len, text.split("\n")))))


def plain_form(text: str) -> PlainForm:
    """Return the plain form of ``text``; a text that hides nothing is its own plain form, at no cost."""
    if text.isascii() and "\n" not in text and "&" not in text:
        return PlainForm(text)
    form, undone = _once(text)
    for _ in range(_DEEPEST - 1):
        if not undone:
            break
        above, undone = _once(form.text)
        if not above.is_source:
            form = above._replace(under=form)
    return form


def turned_form(text: str) -> PlainForm | None:
    """Return the plain form of what a text shows where signs turn some of it around; None where none does.

    The plain form itself has such a run as it is written, for whoever copies it has it so.
    """
    if text.isascii() or not (_OVERRIDE in text or any(sign in text for sign in _EMBEDDED)):
        return None
    turned = _turned(text)
    form = plain_form(turned.text)
    return turned if form.is_source else led_back(form, turned)


def led_back(form: PlainForm, under: PlainForm) -> PlainForm:
    """Return a form of the text of another form whose spans lead back to the source of that."""
    return form._replace(under=under if form.under is None else led_back(form.under, under))


def form_with(text: str, pieces: Iterable[Piece]) -> PlainForm:
    """Return the form of a text with pieces replaced (in order, not overlapping, each of at least one character)."""
    made: list[str] = []
    plain_at, source_at, lengths = [], [], []
    at = done = 0
    for start, end, piece in pieces:
        if start > done:
            plain_at.append(at)
            source_at.append(done)
            lengths.append(-1)
            made.append(text[done:start])
            at += start - done
        if piece:
            plain_at.append(at)
            source_at.append(start)
            lengths.append(end - start)
            made.append(piece)
            at += len(piece)
        done = end
    if not done:
        return PlainForm(text)
    if done < len(text):
        plain_at.append(at)
        source_at.append(done)
        lengths.append(-1)
        made.append(text[done:])
    return PlainForm("".join(made), tuple(plain_at), tuple(source_at), tuple(lengths))


def _turned(text: str) -> PlainForm:
    """Return a text with what is shown from right to left in the order of reading; such a run goes as a whole."""
    return form_with(text, ((*found.span(), _as_shown(found)) for found in _TURNED.finditer(text)))


def _as_shown(found: re.Match[str]) -> str:
    """Return runs as they are shown, from left to right, brackets as they look then."""
    said = found.group().translate(_NO_SIGNS)
    if found["override"] is not None:
        return said.translate(_MIRRORED)[::-1]
    made, done = [], 0
    for each in _KEPT_ORDER.finditer(said):
        made += [said[done : each.start()].translate(_MIRRORED)[::-1], each.group()]
        done = each.end()
    return "".join([*made, said[done:].translate(_MIRRORED)[::-1]][::-1])


def _once(text: str) -> tuple[PlainForm, bool]:
    """Return a text with its disguises undone once, and whether any but quote marks and cut numbers stood in it."""
    signs = "" if text.isascii() else _signs_of("".join(sorted(set("".join(_FOREIGN.findall(text))))))
    if not signs:
        if "&" not in text or _ENTITY.search(text) is None:
            return _unquoted(text), False
        special = _ASCII
    else:
        special = _special(signs)
        if special.search(text) is None:
            return PlainForm(text), False
    mixed = _mixed_words(text)
    pieces: list[Piece] = []
    for found in special.finditer(text):
        piece = "" if found.lastgroup else _replacement(found.group(), mixed(found.start()))
        if piece is not None:
            pieces.append((*found.span(), piece))
    return form_with(text, pieces), any(text[start] != "\n" for start, *_ in pieces)


def _unquoted(text: str) -> PlainForm:
    """Return the plain form of a text that has nothing but quote marks and cut numbers to undo, as most mail has."""
    if "\n" not in text:
        return PlainForm(text)
    if _CUT_LINE.search(text):
        return _joined_and_unquoted(text)
    if ">" not in text:
        return PlainForm(text)
    plain = _QUOTED_LINE.sub("\n", text)
    return PlainForm(plain) if len(plain) == len(text) else PlainForm(plain, quoted=text)


def _joined_and_unquoted(text: str) -> PlainForm:
    """Return the plain form of such a text in which a line may end in the middle of a number."""
    found = _QUOTED_OR_CUT_LINE.finditer(text)
    return form_with(text, ((*each.span(), "\n" if each.lastgroup is None else "") for each in found))


@lru_cache(maxsize=4096)
def _signs_of(foreign: str) -> str:
    """Return those of some characters outside ASCII that go or are replaced."""
    return "".join(each for each in foreign if _HIDDEN.match(each) or _REPLACED.match(each))


@lru_cache(maxsize=1024)
def _special(signs: str) -> re.Pattern[str]:
    """Return the pattern for a text with these signs: with thousands of them in it, it would be slow."""
    hidden = "".join(re.escape(each) for each in signs if _HIDDEN.match(each))
    replaced = "".join(re.escape(each) for each in signs if not _HIDDEN.match(each))
    ways = [rf"(?<=[{hidden}])[{hidden}]*"] if hidden else []
    ways += [rf"(?<=[{replaced}])"] if replaced else []
    return re.compile(rf"[&\n{hidden}{replaced}](?:{'|'.join([*ways, _MARKUP])})")


def _replacement(piece: str, mixed: bool) -> str | None:
    """Return what stands for a piece in the plain form, None where it stays as it is."""
    first = piece[0]
    if first == "&":
        decoded = html.unescape(piece)
        return decoded if decoded != piece and len(decoded) <= 2 else None
    if "\ud800" <= first <= "\udfff":  # half a character, which no pattern engine takes
        return "\ufffd"
    if first == "\n":
        return first
    kind = unicodedata.category(first)
    if kind in {"Cf", "Mn", "Me"} or first in "\u115f\u1160" or first >= "\U000e0000":
        return ""
    if kind == "Zs":
        return " "
    if "\uff01" <= first <= "\uff5e" and first != "\uff0d":
        return chr(ord(first) - 0xFEE0)
    if kind in {"Pd", "Sm"} and first < "\U0001d400":
        return "-"
    if kind in {"Nd", "No", "So", "Lu", "Ll"} and not "\u0370" <= first <= "\u052f":
        return _plain_sign(first)
    return _look_alikes().get(first) if mixed else None


def _plain_sign(character: str) -> str | None:
    """Return the ASCII letter or digit that a digit of another script or a dressed-up character stands for, if any."""
    digit = unicodedata.digit(character, None)
    plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isascii() and plain.isalnum() else None


def _mixed_words(text: str) -> Callable[[int], bool]:
    """Return a test whether the word at an offset has letters of several scripts (a Latin look-alike, most likely)."""
    if not re.search(f"[{_MIXED}]", text):
        return lambda _: False
    spans = [word.span() for word in _WORD.finditer(text) if _is_mixed(word.group())]
    starts = [start for start, _ in spans]

    def mixed(offset: int) -> bool:
        at = bisect_right(starts, offset) - 1
        return at >= 0 and offset < spans[at][1]

    return mixed


def _is_mixed(word: str) -> bool:
    letters = _HIDDEN.sub("", word)
    other = [each for each in letters if re.match(f"[{_MIXED}]", each)]
    return bool(other) and len(other) < len(letters) and all(each in _look_alikes() for each in other)


@lru_cache(maxsize=1)
def _look_alikes() -> dict[str, str]:
    data = yaml.safe_load((packaged_configs() / "look_alikes.yaml").read_text(encoding="utf-8"))
    return {letter: plain for script in data.values() for letter, plain in script.items()}
