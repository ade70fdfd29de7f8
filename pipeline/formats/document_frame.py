"""The parts of a new DOCX that hold no text of a record: kinds of parts, links between them, styles, lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.formats.document_content import Levels

HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ASIDE_STYLE: Final = "Aside"
"""The style of paragraphs that stood beside the text."""
MARK_STYLE: Final = "AsideKind"
"""The style of the name of their kind."""
_OPEN: Final = "http://schemas.openxmlformats.org"
_KIND: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TIES: Final = f"{_OPEN}/officeDocument/2006/relationships"
MAIN: Final = f'xmlns:w="{_OPEN}/wordprocessingml/2006/main" xmlns:r="{_TIES}"'
_GREY: Final = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/><w:ind w:left="360"/>'
_BULLETS: Final = ("\u2022", "\u25e6", "\u25aa")


def content_types(kinds: Sequence[str], pages: Mapping[str, str]) -> str:
    """Return the kinds of the parts: of each kind one, and headers and footers by their name."""
    parts = [("document", "document.main"), *((kind, kind) for kind in kinds), *pages.items()]
    made = "".join(f'<Override PartName="/word/{name}.xml" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in parts)
    return (
        f'<Types xmlns="{_OPEN}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{made}</Types>'
    )


def relationships(links: Sequence[tuple[str, str]]) -> str:
    """Return links to parts by kind and name; the identifier of each is the name."""
    made = "".join(
        f'<Relationship Id="{name.rpartition("/")[2]}" Type="{_TIES}/{kind}" Target="{name}.xml"/>'
        for kind, name in links
    )
    return f'<Relationships xmlns="{_OPEN}/package/2006/relationships">{made}</Relationships>'


def settings(*, has_even: bool) -> str:
    """Return the settings: only whether even pages have a header of their own."""
    return f"<w:settings {MAIN}>{'<w:evenAndOddHeaders/>' if has_even else ''}</w:settings>"


def footing(kind: str) -> str:
    """Return the run that shows the number of a note at its beginning."""
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Ref/></w:r>'


def styles() -> str:
    """Return the few styles of a copy."""
    made = [
        (
            '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/>'
            '<w:sz w:val="22"/><w:lang w:val="en-US"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
            '<w:spacing w:after="80"/></w:pPr></w:pPrDefault></w:docDefaults>'
        ),
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>',
        _style("Title", "Title", '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="36"/>'),
        *(
            _style(
                f"Heading{level}",
                f"heading {level}",
                f'<w:keepNext/><w:outlineLvl w:val="{level - 1}"/>',
                f'<w:b/><w:sz w:val="{max(34 - 3 * level, 22)}"/>',
            )
            for level in range(1, 10)
        ),
        _style(ASIDE_STYLE, ASIDE_STYLE, _GREY, '<w:sz w:val="20"/>'),
        (
            f'<w:style w:type="character" w:customStyle="1" w:styleId="{MARK_STYLE}"><w:name w:val="{MARK_STYLE}"/>'
            '<w:rPr><w:color w:val="595959"/></w:rPr></w:style>'
        ),
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>',
        (
            '<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
            f"<w:tblPr><w:tblBorders>{_borders()}</w:tblBorders></w:tblPr></w:style>"
        ),
    ]
    return f"<w:styles {MAIN}>{''.join(made)}</w:styles>"


def _style(identity: str, name: str, about: str, look: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{identity}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"<w:pPr>{about}</w:pPr><w:rPr>{look}</w:rPr></w:style>"
    )


def _borders() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    return "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)


def numbering(lists: Mapping[int, Levels]) -> str:
    """Return the lists: how each level of each is counted, with plain labels."""
    forms, numbers = [], []
    for number, levels in sorted(lists.items()):
        made = "".join(_level(level, *levels[level]) for level in sorted(levels))
        kind = '<w:multiLevelType w:val="multilevel"/>'
        forms.append(f'<w:abstractNum w:abstractNumId="{number}">{kind}{made}</w:abstractNum>')
        numbers.append(f'<w:num w:numId="{number + 1}"><w:abstractNumId w:val="{number}"/></w:num>')
    return f"<w:numbering {MAIN}>{''.join(forms)}{''.join(numbers)}</w:numbering>"


def _level(level: int, how: str, start: int) -> str:
    label = _BULLETS[level % 3] if how == "bullet" else f"%{level + 1}."
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{how}"/><w:lvlText w:val="{label}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{720 * (level + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
    )
