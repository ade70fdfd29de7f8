r"""Other forms of a text, in which a number may be whole that its plain form shows cut or packed.

Percent-encoding undone (a link in running text or in a cell), the marks of tags and links, and tabs behind a separator,
taken away between the digits of a number (HTML in a calendar, a link around part of a number), escapes of programs
(``\u0040``, ``\-``) and of quoted-printable undone, lines that end inside a number put together, raised and lowered
digits as plain ones, the text that a long run of base64 holds, rows of dots that lead to a number, signs as TeX writes
them, fields of messages with their names, and spread letters (``M a r e n   V o s s``, as a PDF
shows them) set together. The recognizers of patterns read these forms beside the plain one, those of names and streets
only the last; a span leads back to the characters that it came from, of a packed run to all of it.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.texts.coded_messages import HAS_SEGMENTS, field_names
from pipeline.texts.plain_form import Piece, PlainForm, form_with, led_back
from recognizers.triggers import Trigger, scan_of

_STATIONS: Final = 3
"""How often a link may have been encoded."""
_LEAST_PACKED: Final = 16

_PERCENT: Final = re.compile(r"%[0-7][0-9A-Fa-f]|%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3}")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,400}>|<!--[^<>]{0,400}-->")
_CUT_BY_TAGS: Final = re.compile(r"[0-9][-. ]?(?:<[/!]?[A-Za-z-][^<>]{0,400}>[ ]?){1,8}[-. ]?[0-9]")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,80})\](?:\[[^\[\]\n]{0,200}\]|\([^()\n]{0,400}\))?")
_CUT_BY_LINKS: Final = re.compile(
    r"[0-9][-. ]?\[[-. 0-9]{1,20}\]|\[[-. 0-9]{1,20}\](?:\[[^\[\]\n]{0,200}\]|\([^()\n]{0,400}\))?[-. ]?[0-9]"
)
_ESCAPE: Final = re.compile(
    r"\\{1,8}(?:u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|(?<=[0-9)]\\)([-.() ])(?=[0-9(]))"
)
_QUOTED: Final = re.compile(r"(?<=[0-9A-Za-z.@_-])(?:=[ \t]{0,8}\r?\n(?=[0-9A-Za-z.@-])|=(40|2[DEde])(?=[0-9A-Za-z]))")
"""Soft line ends, and the signs of numbers and addresses, as quoted-printable writes them."""
_CUT_BY_LINES: Final = re.compile(
    r"(?:(?<=[0-9][-./)])|(?<=[0-9][-./)] )|(?P<group>(?<=\b[2-9][0-9]{2})))"
    r"[ \t]{0,3}\\?(?:\r?\n[> \t]{0,12}){1,2}(?(group)(?=[2-9][0-9]{2}-[0-9]{4}\b)|(?=[0-9(]))"
    r"|(?<=[0-9])[ \t]{0,3}\\?(?:\r?\n[> \t]{0,12}){1,2}(?=[-.][0-9]{4}\b)"
    r"|(?<=\b[2-9][0-9]{2}[-.)][2-9][0-9]{2})[ \t]{0,3}\\?(?:\r?\n[> \t]{0,12}){1,2}(?=[0-9]{4}\b)"
)
"""Line ends (and an empty line) inside a number: behind a separator, before one, between the groups of a telephone."""
_CUT_BY_TABS: Final = re.compile(r"(?<=\d[-.)])\t+(?=\d)")
_BELOW: Final = r"[ \t.-]{0,6}\\?(?:\r?\n[> \t]{0,12}){1,3}(?:[*+-][ \t]{1,4}|[0-9][.)][ \t]{1,4})?"
_CALLED: Final = "(?i:(?:(?:tele)?phone|tel|cell|mobile|fax)(?: numbers?| nos?)?|call|(?:me|us|him|her|them) at)"
_CUT_BY_BLANKS: Final = re.compile(
    rf"[2-9][0-9]{{2}}\)?(?P<gap>[ \t]{{1,6}}|(?P<down>{_BELOW}))[2-9][0-9]{{2}}"
    rf"(?P<end>{_BELOW})(?!(?:19|20)[0-9]{{2}}\b)[0-9]{{4}}(?![-./,]?[0-9A-Za-z]|[ \t]+[0-9])"
)
"""Blanks alone between the groups of a telephone number in which a line ends."""
_NUMBERED: Final = re.compile(rf"\b{_CALLED}[.:#*]{{0,3}}\s{{1,4}}(?:[*+-][ \t]{{1,4}}|1[.)][ \t]{{1,4}})?\(?\Z")
"""What calls it one, before groups of three lines."""
_IN_PROSE: Final = re.compile(r"(?<![^\W\d_])[a-z]+[:,]? \(?\Z")
_REACH: Final = 40
"""Characters before such a number that are looked at."""
_LEADERS: Final = re.compile(r"(?<=[A-Za-z)#:])[ \t]{0,4}(?:[.][ ]?|[\u00b7\u2024\u2026_-]){8,}[ \t]*(?=[(+]?[0-9])")
"""What leads the eye from a name to a number that stands far on the right: a row of dots or lines."""
_SLIP: Final = r"(?:[_:*=+|\\\x{00B7}\x{2022}]|, )"
"""Between the groups of a number that is called one for the telephone: what nobody else writes there."""
_SLIPPED: Final = re.compile(
    r"(?i:phone|tel|cell|mobile|fax|call)[^\n0-9]{0,30}"
    r"[2-9][0-9]{2}(?P<gap>[_:*=+|\\\u00b7\u2022]|, )[2-9][0-9]{2}(?P<end>[_:*=+|\\\u00b7\u2022]|, )[0-9]{4}(?![0-9])"
)
_CUT_IN_TEX: Final = re.compile(
    r"(?<=[0-9])(?:\{(?P<sign>[-./]|--)\}|(?P<dash>--)|(?P<tie>~|\\[,;:!])|\{\})(?=[0-9])"
    r"|\\[A-Za-z]{2,12}\{(?=[0-9])|(?<=[0-9])\}"
)
"""Signs between digits as TeX writes them: in braces, a longer dash, a tie, a thin space."""
_DIGIT_RAISED: Final = "[\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]"
_RAISED: Final = re.compile(rf"{_DIGIT_RAISED}(?:[-. ]?{_DIGIT_RAISED}){{2,}}")
"""Raised or lowered digits: one or two of them are the mark of a note."""
_RUN: Final = b"x" * _LEAST_PACKED
_IN_RUNS: Final = bytes(
    b"x"[0] if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"+/_-") else 0 for byte in range(256)
)
"""What may stand in a run of base64, all else: in text made of these two a run is found in no time."""
_HAS_PERCENT: Final = Trigger("%[0-7C-Fc-f][0-9A-Fa-f]")
_HAS_CUT_BY_TAGS: Final = Trigger("[0-9][-. ]?<[/!A-Za-z-]")
_HAS_CUT_BY_LINKS: Final = Trigger(r"\[[-. 0-9]")
_HAS_CUT_BY_TABS: Final = Trigger("[0-9][-.)]\t[0-9\t]")
_HAS_SPREAD: Final = Trigger(r"\b[A-Za-z][ \t]{1,6}[A-Za-z][ \t]{1,6}[A-Za-z][ \t]", kind="word")
_HAS_ESCAPE: Final = Trigger(r"\\(?:u[0-9A-Fa-f{]|x[0-9A-Fa-f])|[0-9)]\\{1,8}[-.() ]")
_HAS_QUOTED: Final = Trigger(r"[0-9A-Za-z.@_-]=(?:40|2[DEde]|[ \t]{0,8}\r?\n)")
_HAS_CUT_BY_LINES: Final = Trigger(
    r"[0-9][-./)][ \t]{0,4}\\?(?:\r?\n[> \t]{0,12}){1,2}[0-9(]",
    r"[0-9][ \t]{0,3}\\?(?:\r?\n[> \t]{0,12}){1,2}[-.][0-9]{4}",
    r"[2-9][0-9]{2}[ \t]{0,3}\\?(?:\r?\n[> \t]{0,12}){1,2}(?:[2-9][0-9]{2}-)?[0-9]{4}",
    r"[2-9][0-9]{2}[ \t]{0,3}\r?\n[> \t]{0,12}(?:[*+-]|[0-9][.)])[ \t]{1,4}[0-9]{4}",
)
_HAS_LEADERS: Final = Trigger("(?:[.] ?){8}[ \t]?[(+]?[0-9]", "[_\u00b7\u2024\u2026-]{8}[ \t]{0,2}[(+]?[0-9]")
_HAS_CUT_IN_TEX: Final = Trigger(r"[0-9](?:\{[-./]{0,2}\}|--|~|\\[,;:!])[0-9]", r"\\[A-Za-z]{2,12}\{[0-9]")
_HAS_SLIPS: Final = Trigger(rf"[2-9][0-9]{{2}}{_SLIP}[2-9][0-9]{{2}}{_SLIP}[0-9]{{4}}")
_MARKED: Final = frozenset(
    each.number
    for each in (
        _HAS_PERCENT,
        _HAS_CUT_BY_TAGS,
        _HAS_CUT_BY_LINKS,
        _HAS_CUT_BY_TABS,
        _HAS_ESCAPE,
        _HAS_QUOTED,
        _HAS_CUT_BY_LINES,
        _HAS_LEADERS,
        _HAS_CUT_IN_TEX,
        _HAS_SLIPS,
        HAS_SEGMENTS,
    )
)
"""With the recognizers' own triggers one pass tells whether a text may have other forms."""
_SPREAD: Final = re.compile(r"(?<!\S)\S(?:[ \t]{1,6}\S(?!\S)){4,}[ \t]{1,6}\S(?![^\s,.;:!?)])")
"""Six signs and more that stand alone: the bound keeps the columns of a table apart."""
_WORD: Final = re.compile(r"[^\W\d_]{3}")
_GAP: Final = re.compile(r"[ \t]+")
_NO_TEXT_BEGINS: Final = frozenset("ABEFGHghijklmnopqrstuv+/-_")
"""What no packed text begins with: its first byte would be a control character, or none that UTF-8 begins with."""


_WIDE: Final = re.compile(r"A[C-H].A|[/_]{2}[4-7]|[/_]v8")
"""What UTF-16 begins with after all: a plain letter, the higher byte first, or the mark of either order."""


class OtherForm(NamedTuple):
    """Another form of a text. ``has_words``: names and streets are whole in it too, not only numbers and addresses.

    ``says_more``: it says of its words what they are, so that models may see there what they did not see before.
    """

    form: PlainForm
    has_words: bool = False
    says_more: bool = False


def other_forms(plain: PlainForm) -> Sequence[OtherForm]:
    """Return the other forms of a plain text; one without percent signs, tags, links, long runs and the like has none.

    Spans in them lead back to the source of the plain form.
    """
    scan = scan_of(plain.text)
    marks = (scan.data or scan.text.encode("ascii", "replace")).translate(_IN_RUNS)
    packed = _unpacked(scan.text, marks) if _RUN in marks else []
    has_raised = not scan.text.isascii() and _RAISED.search(scan.text) is not None
    spread = _spread(scan.text) if _HAS_SPREAD.number in scan.fired else []
    if not packed and not has_raised and not spread and _MARKED.isdisjoint(scan.fired):
        return ()
    found = [OtherForm(form) for form in _forms(scan.text, packed, scan.fired)]
    if HAS_SEGMENTS.number in scan.fired and (names := list(field_names(scan.text))):
        found.append(OtherForm(form_with(scan.text, names), has_words=True, says_more=True))
    if spread:
        found.append(OtherForm(form_with(scan.text, spread), has_words=True))
    return found if plain.is_source else [each._replace(form=led_back(each.form, plain)) for each in found]


def _spread(text: str) -> list[Piece]:
    """Return the blanks between spread letters, with what stands for them: nothing, or one blank between words.

    The shortest gaps of a run part letters. Where the words have no longer ones between them, a capital behind a small
    letter begins a word, and so does a number.
    """
    found: list[Piece] = []
    for run in _SPREAD.finditer(text):
        gaps = [gap.span() for gap in _GAP.finditer(text, *run.span())]
        least = min(end - start for start, end in gaps)
        pieces = [(start, end, " " if end - start > least or _parts(text, start, end) else "") for start, end in gaps]
        if _WORD.search(form_with(run.group(), [(a - run.start(), b - run.start(), c) for a, b, c in pieces]).text):
            found += pieces
    return found


def _parts(text: str, start: int, end: int) -> bool:
    """Return whether what stands before and behind a gap belongs to two words."""
    before, after = text[start - 1], text[end]
    return (before.islower() and after.isupper()) or (before.isalpha() and after.isdigit()) or before in ",;:"


def _forms(text: str, packed: list[Piece], fired: frozenset[int]) -> Iterator[PlainForm]:
    if _HAS_PERCENT.number in fired and _PERCENT.search(text):
        yield _without_percents(text)
    if _HAS_CUT_BY_TAGS.number in fired and _CUT_BY_TAGS.search(text):
        yield form_with(text, ((*each.span(), "") for each in _TAG.finditer(text)))
    if _HAS_CUT_BY_LINKS.number in fired and _CUT_BY_LINKS.search(text):
        yield form_with(text, _link_marks(text))
    if _HAS_CUT_BY_TABS.number in fired and _CUT_BY_TABS.search(text):
        yield form_with(text, ((*each.span(), "") for each in _CUT_BY_TABS.finditer(text)))
    if _HAS_ESCAPE.number in fired and _ESCAPE.search(text):
        yield form_with(text, _escapes(text))
    if _HAS_QUOTED.number in fired and _QUOTED.search(text):
        pieces = ((*each.span(), chr(int(each[1], 16)) if each[1] else "") for each in _QUOTED.finditer(text))
        yield form_with(text, pieces)
    if _HAS_CUT_BY_LINES.number in fired and _CUT_BY_LINES.search(text):
        yield form_with(text, ((*each.span(), _joint(text, each)) for each in _CUT_BY_LINES.finditer(text)))
    if _HAS_CUT_BY_LINES.number in fired and (gaps := list(_gaps(text))):
        yield form_with(text, ((*gap, "-") for gap in gaps))
    if _HAS_LEADERS.number in fired and _LEADERS.search(text):
        yield form_with(text, ((*each.span(), ": ") for each in _LEADERS.finditer(text)))
    if _HAS_CUT_IN_TEX.number in fired and _CUT_IN_TEX.search(text):
        pieces = (
            (*each.span(), each["sign"] or (each["dash"] and "-") or (each["tie"] and " ") or "")
            for each in _CUT_IN_TEX.finditer(text)
        )
        yield form_with(text, pieces)
    if _HAS_SLIPS.number in fired and _SLIPPED.search(text):
        slips = (each.span(name) for each in _SLIPPED.finditer(text) for name in ("gap", "end"))
        yield form_with(text, ((*each, "-") for each in slips))
    if not text.isascii() and _RAISED.search(text):
        yield form_with(text, ((at, at + 1, str(unicodedata.digit(text[at]))) for at in _raised(text)))
    if packed:
        yield form_with(text, packed)


def _escapes(text: str) -> Iterator[Piece]:
    for found in _ESCAPE.finditer(text):
        code = int(found[1] or found[2] or found[3] or "0", 16)
        said = found[4] or (chr(code) if code < 0x110000 else "")
        if said and (said.isprintable() or said.isspace()):
            yield (*found.span(), said if said.isprintable() else " ")


def _joint(text: str, found: re.Match[str]) -> str:
    """Return what stands for a line end inside a number: a blank where groups of digits would run together."""
    start, end = found.span()
    return " " if text[start - 1].isdigit() and text[end].isdigit() else ""


def _gaps(text: str) -> Iterator[tuple[int, int]]:
    """Yield what stands between the groups of telephone numbers that blanks and a line end part, behind words."""
    for found in _CUT_BY_BLANKS.finditer(text):
        before = text[max(0, found.start() - _REACH) : found.start()]
        if _NUMBERED.search(before) or (found["down"] is None and _IN_PROSE.search(before)):
            yield from (found.span("gap"), found.span("end"))


def _raised(text: str) -> Iterator[int]:
    places = (at for found in _RAISED.finditer(text) for at in range(*found.span()))
    return (at for at in places if text[at].isdigit())


def _without_percents(text: str) -> PlainForm:
    form = form_with(text, _percents(text))
    for _ in range(_STATIONS - 1):
        if not _PERCENT.search(form.text):
            break
        form = form_with(form.text, _percents(form.text))._replace(under=form)
    return form


def _percents(text: str) -> Iterator[Piece]:
    for found in _PERCENT.finditer(text):
        try:
            said = bytes.fromhex(found.group().replace("%", "")).decode("utf-8")
        except UnicodeDecodeError:
            continue
        if said.isprintable() or said.isspace():
            yield (*found.span(), said if said.isprintable() else " ")


def _link_marks(text: str) -> Iterator[Piece]:
    """Yield the marks around what a link in Markdown shows."""
    for found in _LINK.finditer(text):
        yield found.start(), found.start(1), ""
        yield found.end(1), found.end(), ""


def _unpacked(text: str, marks: bytes) -> list[Piece]:
    """Return the runs of base64 that hold a text, with the text; blanks around it keep words apart.

    ``marks`` is the text in the two signs of ``_IN_RUNS``, one for each of its characters.
    """
    found: list[Piece] = []
    for low, high in _runs(text, marks):
        run = text[low:high]
        if (
            run[0] in _NO_TEXT_BEGINS and "/" not in run and not _WIDE.match(run)
        ):  # as most runs: long words and names of messages
            continue
        for start, end in _tried(run):
            said = _text_of(run[start:end])
            if said:
                found.append((low + start, low + end, f" {said} "))
                if (start, end) == (0, len(run)):
                    break
    return found


def _runs(text: str, marks: bytes) -> list[tuple[int, int]]:
    """Return the spans of runs of base64, each the longest from the left; no other run begins or ends inside of one."""
    found = []
    low = marks.find(_RUN)
    while low >= 0:
        high = marks.find(b"\0", low)
        high = len(marks) if high < 0 else high
        if text[high : high + 1] == "=":
            high += 2 if text[high + 1 : high + 2] == "=" else 1
        found.append((low, high))
        low = marks.find(_RUN, high)
    return found


def _tried(run: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a run that may be packed: all of it, then its pieces between slashes (a path)."""
    yield 0, len(run)
    if "/" not in run:
        return
    at = 0
    for piece in run.split("/"):
        if len(piece) >= _LEAST_PACKED:
            yield at, at + len(piece)
        at += len(piece) + 1


def _text_of(run: str) -> str:
    """Return the text that a run of base64 holds, "" where it holds none in which a number or an address can be."""
    if run[0] in _NO_TEXT_BEGINS and not _WIDE.match(run):
        return ""
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    if body.isdigit() or len(body) % 4 == 1:
        return ""
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
        said = data.decode(_charset_of(data)).removeprefix("\ufeff")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    if not all(each.isprintable() or each in "\t\r\n" for each in said):
        return ""
    return said if "@" in said or sum(map(str.isdigit, said)) >= 4 else ""


def _charset_of(data: bytes) -> str:
    """Return UTF-16 where a mark or the zeros of plain letters say so (what PowerShell encodes), else UTF-8."""
    if data[:2] == codecs.BOM_UTF16_BE or (data[:1] == b"\0" and data[1:2] != b"\0"):
        return "utf-16-be"
    return "utf-16-le" if data[:2] == codecs.BOM_UTF16_LE or data[1:2] == b"\0" else "utf-8"
