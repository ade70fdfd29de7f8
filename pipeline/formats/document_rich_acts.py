r"""What the words of RTF do that change a look, a paragraph, a table or a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipeline.formats.document_rich_lines import RichLines
from pipeline.formats.document_rich_words import COUNTED


def _set(name: str) -> Callable[[RichLines, int | None], None]:
    def act(reader: RichLines, number: int | None) -> None:
        reader.sizes[name] = min(max(number or 0, 0), 999_999)

    return act


def _aligned(align: str) -> Callable[[RichLines, int | None], None]:
    def act(reader: RichLines, _: int | None) -> None:
        reader.now.line.align = align

    return act


def _raised(sign: str) -> Callable[[RichLines, int | None], None]:
    def act(reader: RichLines, number: int | None) -> None:
        reader.own.raised = "" if number == 0 else sign

    return act


def _styled(reader: RichLines, number: int | None) -> None:
    reader.style = number or 0
    if reader.own.sink != "stylesheet":
        reader.now.line.style = reader.styles.get(number or 0, "")


def _outline(reader: RichLines, number: int | None) -> None:
    if number is not None and 0 <= number <= 8 and not reader.own.sink:
        reader.now.line.style = str(number + 1)


def _in_list(reader: RichLines, number: int | None) -> None:
    if not reader.own.sink:
        reader.now.line.listed = (number or 0, 0) if number else None


def _at_level(reader: RichLines, number: int | None) -> None:
    line = reader.now.line
    if line.listed is not None and not reader.own.sink:
        line.listed = (line.listed[0], min(max(number or 0, 0), 8))


def _coloured(place: int) -> Callable[[RichLines, int | None], None]:
    def act(reader: RichLines, number: int | None) -> None:
        reader.colour[place] = (number or 0) & 255

    return act


def _ink(reader: RichLines, number: int | None) -> None:
    reader.own.colour = number or 0


def _marked(reader: RichLines, number: int | None) -> None:
    reader.own.marked = number or 0


def _ends_underline(reader: RichLines, _: int | None) -> None:
    reader.own.letters -= {"u"}


def _turned(reader: RichLines, _: int | None) -> None:
    reader.is_wide = True


def _initial(reader: RichLines, number: int | None) -> None:
    reader.is_initial = number in {1, 2} and not reader.own.sink


def _number_of(name: str) -> Callable[[RichLines, int | None], None]:
    def act(reader: RichLines, _: int | None) -> None:
        reader.now.line.pieces.append((("1", COUNTED[name]), reader.own.state))

    return act


ACTS: Final[dict[str, Callable[[RichLines, int | None], None]]] = {
    "par": RichLines.end_line, "sect": RichLines.end_line, "page": RichLines.page, "pard": RichLines.reset,
    "cell": RichLines.end_cell, "nestcell": RichLines.end_line, "row": RichLines.end_row,
    "trowd": RichLines.begin_row, "intbl": RichLines.begin_row, "plain": RichLines.plain,
    "qc": _aligned("center"), "qr": _aligned("right"), "qj": _aligned("both"), "ql": _aligned(""),
    "super": _raised("^"), "sub": _raised("_"), "nosupersub": _raised(""), "up": _raised("^"), "dn": _raised("_"),
    "s": _styled, "outlinelevel": _outline, "ls": _in_list, "ilvl": _at_level, "ulnone": _ends_underline,
    "red": _coloured(0), "green": _coloured(1), "blue": _coloured(2), "cf": _ink, "highlight": _marked,
    "chcbpat": _marked, "paperw": _set("pgSz w"), "paperh": _set("pgSz h"), "landscape": _turned,
    "margl": _set("pgMar left"), "margr": _set("pgMar right"), "margt": _set("pgMar top"),
    "margb": _set("pgMar bottom"), "chpgn": _number_of("chpgn"), "dropcapt": _initial,
}  # fmt: skip
