"""A small workbook with a hidden sheet, a hidden column and comments: the same bytes on every machine.

The parts are those of ECMA-376; the archive is stored and not packed, as each zlib packs in its own way.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

SPACE = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{SPACE}/spreadsheetml/2006/main" xmlns:r="{SPACE}/officeDocument/2006/relationships"'
LINK = f"{SPACE}/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LOOKS = ("General", "yyyy-mm-dd", "#,##0.00", "000-00-0000")
"""The number formats of a workbook; a cell names one by its place."""


@dataclass(frozen=True)
class Cell:
    """A text or a number; a formula has its value beside it."""

    value: str | float
    look: int = 0
    formula: str = ""

    def xml(self, place: str) -> str:
        if isinstance(self.value, str):
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(self.value)}</t></is></c>'
        formula = f"<f>{escape(self.formula)}</f>" if self.formula else ""
        return f'<c r="{place}" s="{self.look}">{formula}<v>{self.value:.12g}</v></c>'


@dataclass(frozen=True)
class Sheet:
    """Rows of cells (None: empty), the widths of the columns, comments by their cell, and what is hidden."""

    name: str
    rows: Sequence[Sequence[Cell | None]]
    widths: Sequence[int]
    hidden_columns: frozenset[int] = frozenset()
    comments: dict[str, str] = field(default_factory=dict)
    is_hidden: bool = False

    def xml(self) -> str:
        hidden = dict.fromkeys(self.hidden_columns, ' hidden="1"')
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"{hidden.get(at, "")}/>'
            for at, width in enumerate(self.widths, 1)
        )
        rows = "".join(
            f'<row r="{row}">{"".join(cell.xml(place(row, at)) for at, cell in enumerate(cells, 1) if cell)}</row>'
            for row, cells in enumerate(self.rows, 1)
        )
        boxes = '<legacyDrawing r:id="r2"/>' if self.comments else ""
        return f"<worksheet {MAIN}><cols>{columns}</cols><sheetData>{rows}</sheetData>{boxes}</worksheet>"

    def texts(self) -> Iterator[str]:
        """Yield what each row says, with the comments of its cells."""
        for row, cells in enumerate(self.rows, 1):
            said = [f"{cell.value}" for cell in cells if cell]
            yield " ".join([*said, *(self.comments.get(place(row, at), "") for at in range(1, len(cells) + 1))])


def place(row: int, column: int) -> str:
    """Return the reference of a cell among the first 26 columns."""
    return f"{chr(ord('A') + column - 1)}{row}"


def workbook(sheets: Sequence[Sheet], author: str) -> bytes:
    """Return an xlsx file; ``author`` made the file and wrote its comments."""
    parts = _frame(sheets, author)
    for number, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet.xml()
        if sheet.comments:
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _links(
                ("comments", f"../comments{number}.xml"), ("vmlDrawing", f"../drawings/vmlDrawing{number}.vml")
            )
            parts[f"xl/comments{number}.xml"] = _comments(sheet.comments, author)
            parts[f"xl/drawings/vmlDrawing{number}.vml"] = _boxes(sheet.comments)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            entry.create_system = 3  # the same on every system
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return sink.getvalue()


def _frame(sheets: Sequence[Sheet], author: str) -> dict[str, str]:
    numbers = range(1, len(sheets) + 1)
    overrides = {"workbook.xml": "sheet.main", "styles.xml": "styles"}
    overrides |= {f"worksheets/sheet{number}.xml": "worksheet" for number in numbers}
    overrides |= {f"comments{number}.xml": "comments" for number in numbers if sheets[number - 1].comments}
    names = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="r{number}"'
        + (' state="hidden"/>' if sheet.is_hidden else "/>")
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    formats = "".join(f'<numFmt numFmtId="{164 + at}" formatCode={quoteattr(each)}/>' for at, each in enumerate(LOOKS))
    looks = "".join(f'<xf numFmtId="{164 + at}" applyNumberFormat="1"/>' for at in range(len(LOOKS)))
    return {
        "[Content_Types].xml": f'<Types xmlns="{SPACE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        + "".join(
            f'<Override PartName="/xl/{name}" ContentType="{KIND}.{kind}+xml"/>' for name, kind in overrides.items()
        )
        + '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": _links(
            ("officeDocument", "xl/workbook.xml"),
            (f"{SPACE}/package/2006/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{SPACE}/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{escape(author)}</dc:creator></cp:coreProperties>',
        "xl/workbook.xml": f"<workbook {MAIN}><sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _links(
            *(("worksheet", f"worksheets/sheet{number}.xml") for number in numbers), ("styles", "styles.xml")
        ),
        "xl/styles.xml": f'<styleSheet {MAIN}><numFmts count="{len(LOOKS)}">{formats}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{len(LOOKS)}">{looks}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }


def _links(*links: tuple[str, str]) -> str:
    full = ((kind if "/" in kind else f"{LINK}/{kind}", target) for kind, target in links)
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(full, 1)
    )
    return f'<Relationships xmlns="{SPACE}/package/2006/relationships">{rows}</Relationships>'


def _comments(comments: dict[str, str], author: str) -> str:
    said = "".join(
        f'<comment ref="{at}" authorId="0"><text><r><t xml:space="preserve">{escape(text)}</t></r></text></comment>'
        for at, text in comments.items()
    )
    return (
        f"<comments {MAIN}><authors><author>{escape(author)}</author></authors>"
        f"<commentList>{said}</commentList></comments>"
    )


def _boxes(comments: dict[str, str]) -> str:
    """Return the boxes in which older programs show comments."""
    boxes = "".join(
        f'<v:shape id="box{number}" type="#box" style="visibility:hidden"><x:ClientData ObjectType="Note">'
        f"<x:Row>{int(at[1:]) - 1}</x:Row><x:Column>{ord(at[0]) - ord('A')}</x:Column></x:ClientData></v:shape>"
        for number, at in enumerate(comments, 1)
    )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="box" coordsize="21600,21600" o:spt="202" '
        f'path="m,l,21600r21600,l21600,xe"/>{boxes}</xml>'
    )
