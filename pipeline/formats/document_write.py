"""A new DOCX from the parts of a copy: paragraphs, tables, lists, notes, headers and footers, and no more.

Nothing in it is hidden, and nothing leads anywhere. What stood beside the text stands in paragraphs of a style of
their own, each behind the name of its kind in brackets.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

from pipeline.formats.document_content import ASIDES, Content, Levels, Paragraph, Piece, Section, Story
from pipeline.formats.document_frame import (
    ASIDE_STYLE,
    HEAD,
    MAIN,
    MARK_STYLE,
    content_types,
    footing,
    numbering,
    relationships,
    settings,
    styles,
)

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
_NOT_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS: Final = re.compile(r"([\n\t])")
_LOOKS: Final = {
    "b": "<w:b/>",
    "i": "<w:i/>",
    "s": "<w:strike/>",
    "u": '<w:u w:val="single"/>',
    "^": '<w:vertAlign w:val="superscript"/>',
    "_": '<w:vertAlign w:val="subscript"/>',
}
_USUAL: Final = {
    "pgSz w": 12240,
    "pgSz h": 15840,
    **dict.fromkeys((f"pgMar {side}" for side in ("top", "right", "bottom", "left")), 1440),
    "pgMar header": 720,
    "pgMar footer": 720,
}
_MOST_WIDE: Final = 31_680
"""Twips: no page of a word processor is wider (22 inches)."""


def write_document(contents: Iterable[Content], sink: BinaryIO) -> None:
    """Write the document that the contents of its units make, in order."""
    whole = Content()
    for content in contents:
        whole.body += content.body
        whole.stories += content.stories
        whole.section = content.section
        whole.lists |= content.lists
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(whole):
            about = zipfile.ZipInfo(name, _FIRST_DAY)
            about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(about, HEAD + text)


@dataclass(slots=True)
class _Told:
    """The text box or other aside of several paragraphs that is being written: its name stands before the first."""

    last: tuple[str, int] = ("", 0)
    notes: set[str] = field(default_factory=set)


def _parts(whole: Content) -> Iterator[tuple[str, str]]:
    """Yield the parts of the package, in the order in which programs look for them."""
    pages = [each for each in whole.stories if each.kind in {"header", "footer"}]
    notes = {kind: [each for each in whole.stories if each.kind == kind] for kind in ("footnote", "endnote")}
    kinds = ["styles", "settings", *(["numbering"] if whole.lists else [])]
    kinds += [f"{kind}s" for kind, those in notes.items() if those]
    names = {f"{each.kind}{each.number + 1}": each.kind for each in pages}
    yield "[Content_Types].xml", content_types(kinds, names)
    yield "_rels/.rels", relationships([("officeDocument", "word/document")])
    body = _blocks(whole.body)
    yield "word/document.xml", f"<w:document {MAIN}><w:body>{body}{_section(whole.section)}</w:body></w:document>"
    links = [(kind, kind) for kind in kinds] + [(kind, name) for name, kind in names.items()]
    yield "word/_rels/document.xml.rels", relationships(links)
    yield "word/styles.xml", styles()
    sections = [whole.section, *(each.section for each in whole.body if each.section is not None)]
    has_even = any(pages == "even" for each in sections for _, pages, _ in each.references)
    yield "word/settings.xml", settings(has_even=has_even)
    if whole.lists:
        yield "word/numbering.xml", numbering(_filled(whole.lists))
    for each in pages:
        tag = "hdr" if each.kind == "header" else "ftr"
        yield f"word/{each.kind}{each.number + 1}.xml", f"<w:{tag} {MAIN}>{_blocks(each.paragraphs)}</w:{tag}>"
    for kind, those in notes.items():
        if those:
            yield f"word/{kind}s.xml", _notes(kind, those)


def _filled(lists: dict[int, Levels]) -> dict[int, Levels]:
    return {
        number: {level: levels.get(level, ("decimal", 1)) for level in range(9)} for number, levels in lists.items()
    }


def _notes(kind: str, those: Sequence[Story]) -> str:
    made = [
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for number, name in ((-1, "separator"), (0, "continuationSeparator"))
    ]
    made += [
        f'<w:{kind} w:id="{each.number + 1}">{_blocks(each.paragraphs, footing(kind))}</w:{kind}>'
        for each in sorted(those, key=lambda one: one.number)
    ]
    return f"<w:{kind}s {MAIN}>{''.join(made)}</w:{kind}s>"


# --- blocks -----------------------------------------------------------------------------


def _blocks(paragraphs: Sequence[Paragraph], first: str = "") -> str:
    """Return paragraphs and tables; ``first`` is a run that stands before all others."""
    told = _Told()
    made: list[str] = []
    for table, those in groupby(paragraphs, key=lambda each: None if each.cell is None else each.cell.table):
        if table is not None:
            made += _table(list(those), told)
            continue
        for each in those:
            made.append(_paragraph(each, told, first))
            first = ""
    if not made or paragraphs[-1].cell is not None:
        made.append(f"<w:p>{first}</w:p>")  # a text ends with a paragraph
    return "".join(made)


def _table(paragraphs: Sequence[Paragraph], told: _Told) -> Iterator[str]:
    rows: dict[int, dict[int, list[Paragraph]]] = {}
    for each in paragraphs:
        assert each.cell is not None
        rows.setdefault(each.cell.row, {}).setdefault(each.cell.column, []).append(each)
    places = [each.cell for each in paragraphs if each.cell is not None]
    wide = max(place.column + place.span for place in places)
    grid = "".join(f'<w:gridCol w:w="{9000 // wide}"/>' for _ in range(wide))
    about = '<w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    yield f"<w:tbl>{about}<w:tblGrid>{grid}</w:tblGrid>"
    for row in sorted(rows):
        yield "<w:tr>"
        for column in sorted(rows[row]):
            those = rows[row][column]
            place = those[0].cell
            assert place is not None
            span = f'<w:gridSpan w:val="{place.span}"/>' if place.span > 1 else ""
            merged = ("", '<w:vMerge w:val="restart"/>', "<w:vMerge/>")[place.merged]
            inside = "".join(_paragraph(each, told) for each in those)
            yield f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/>{span}{merged}</w:tcPr>{inside}</w:tc>'
        yield "</w:tr>"
    yield "</w:tbl>"


def _paragraph(each: Paragraph, told: _Told, first: str = "") -> str:
    is_aside = each.kind in ASIDES or each.kind == "withheld part"
    style, name = "", ""
    if is_aside:
        style = ASIDE_STYLE
        if each.kind in ASIDES and told.last != (each.kind, each.number):
            name = f'<w:r><w:rPr><w:rStyle w:val="{MARK_STYLE}"/></w:rPr>{_text(f"[{each.kind}] ")}</w:r>'
    elif each.style:
        style = "Title" if each.style == "title" else f"Heading{each.style}"
    told.last = (each.kind, each.number) if is_aside else ("", 0)
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    if each.listed is not None:
        number, level = each.listed
        about += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number + 1}"/></w:numPr>'
    about += f'<w:jc w:val="{each.align}"/>' if each.align else ""
    about += _section(each.section) if each.section is not None else ""
    properties = f"<w:pPr>{about}</w:pPr>" if about else ""
    return f"<w:p>{properties}{first}{name}{''.join(map(_piece, each.pieces))}</w:p>"


def _piece(piece: Piece) -> str:
    text, look = piece
    if look.startswith("@"):
        kind, _, number = look[1:].partition(" ")
        return f'<w:r><w:rPr>{_LOOKS["^"]}</w:rPr><w:{kind}Reference w:id="{int(number) + 1}"/></w:r>'
    if not text:
        return ""
    if look == "|":
        return '<w:r><w:br w:type="page"/></w:r>'
    if look.startswith("#"):
        return f'<w:fldSimple w:instr=" {look[1:]} "><w:r>{_text(text)}</w:r></w:fldSimple>'
    properties = "".join(xml for letter, xml in _LOOKS.items() if letter in look)
    properties = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{properties}{_text(text)}</w:r>"


def _text(text: str) -> str:
    made = []
    for each in _BREAKS.split(_NOT_XML.sub(" ", text)):
        if each == "\n":
            made.append("<w:br/>")
        elif each == "\t":
            made.append("<w:tab/>")
        elif each:
            made.append(f'<w:t xml:space="preserve">{escape(each)}</w:t>')
    return "".join(made)


def _section(section: Section) -> str:
    made = []
    has_first = section.has_first or any(pages == "first" for _, pages, _ in section.references)
    for kind, pages, number in section.references:
        if pages in {"default", "first", "even"}:
            made.append(f'<w:{kind}Reference w:type="{pages}" r:id="{kind}{number + 1}"/>')
    sizes = {name: min(max(section.sizes.get(name, usual), 0), _MOST_WIDE) for name, usual in _USUAL.items()}
    turned = ' w:orient="landscape"' if section.is_wide else ""
    made.append(f'<w:pgSz w:w="{sizes["pgSz w"]}" w:h="{sizes["pgSz h"]}"{turned}/>')
    sides = ((name.partition(" ")[2], size) for name, size in sizes.items() if name.startswith("pgMar"))
    margins = "".join(f' w:{name}="{size}"' for name, size in sides)
    made.append(f'<w:pgMar{margins} w:gutter="0"/>')
    made.append("<w:titlePg/>" if has_first else "")
    return f"<w:sectPr>{''.join(made)}</w:sectPr>"
