"""Builds workbooks part by part, with a text of the caller's in every place where a value can hide."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
DRAW = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MICROSOFT = "http://schemas.microsoft.com/office/2017/10/relationships/"

EXAMINED = (
    "shared string", "inline string", "formatted run", "formula text", "formula result", "hidden sheet",
    "very hidden sheet", "hidden row", "hidden column", "note", "threaded comment", "page header", "page footer",
    "first page header", "even page footer", "validation prompt", "validation error", "chart title", "shape text",
    "alt text", "diagram text", "link target", "link tooltip", "link location", "title", "subject", "keywords",
    "remark", "category", "sheet name",
)  # fmt: skip
"""Places whose text is examined and stands in the copy where nothing of it is withheld (formulas: their result)."""

DROPPED = (
    "phonetic text", "note author", "person list", "defined name", "defined name comment", "pivot cache item",
    "pivot cache record", "pivot table caption", "external link value", "external link target", "validation list",
    "conditional formula", "conditional text", "filter criterion", "scenario", "chart cache", "creator",
    "last modified by", "company", "manager", "custom property", "unused shared string", "number format text",
    "style name", "picture bytes", "picture name", "macros", "custom xml", "printer settings", "connection",
    "query table", "table column", "earlier value", "form control", "theme name", "sparkline", "archive comment",
    "member name", "part of another kind", "protected range", "code name", "user who reserved", "legacy box",
    "signature", "xml comment", "processing instruction", "sensitivity label", "metadata", "member comment",
    "thread author", "embedded file",
)  # fmt: skip
"""Places whose text is in no copy."""

_SHEETS = ("worksheets/sheet1.xml", "worksheets/sheet2.xml", "worksheets/sheet3.xml")


def relationships(*links: tuple[str, str], outside: tuple[str, ...] = ()) -> str:
    """Return a relationships part; the ids are r1, r2 and so on."""
    rows = []
    for number, (kind, target) in enumerate(links, start=1):
        full = kind if kind.startswith("http") else KINDS + kind
        mode = ' TargetMode="External"' if target in outside else ""
        rows.append(f'<Relationship Id="r{number}" Type="{full}" Target="{target}"{mode}/>')
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(rows)}</Relationships>'


def zipped(parts: dict[str, str | bytes], comment: bytes = b"", member_comment: bytes = b"") -> bytes:
    """Return a zip archive of parts, the same bytes for the same parts."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            about = zipfile.ZipInfo(name)
            about.compress_type, about.comment = zipfile.ZIP_DEFLATED, member_comment
            archive.writestr(about, content)
        archive.comment = comment
    return sink.getvalue()


def simple(rows: str, *, strings: str = "", styles: str = "", before: str = "", after: str = "", **more: str) -> bytes:
    """Return a workbook of one sheet with these rows (XML of ``sheetData``), shared strings and number formats."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook {MAIN} {REL}><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN} {REL}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        "xl/styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>",
    }
    return zipped(parts | more)


def hiding(at: Callable[[str], str]) -> bytes:
    """Return a workbook with ``at(place)`` in every place of ``EXAMINED`` and ``DROPPED``."""
    return zipped(_parts(at), at("archive comment").encode(), at("member comment").encode())


def _parts(at: Callable[[str], str]) -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "xl/workbook.xml": f"""<?xml version="1.0"?><!-- {at("xml comment")} --><?note {at("processing instruction")}?>
<workbook {MAIN} {REL}><fileSharing userName="{at("user who reserved")}"/><sheets>
<sheet name="{at("sheet name")}" sheetId="1" r:id="r1"/><sheet name="Kept back" sheetId="2" state="hidden" r:id="r2"/>
<sheet name="Kept far back" sheetId="3" state="veryHidden" r:id="r3"/></sheets><definedNames>
<definedName name="contact" comment="{at("defined name comment")}">"{at("defined name")}"</definedName></definedNames></workbook>""",
        "xl/_rels/workbook.xml.rels": relationships(
            *(("worksheet", each) for each in _SHEETS),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
            ("externalLink", "externalLinks/externalLink1.xml"),
            ("theme", "theme/theme1.xml"),
            ("connections", "connections.xml"),
        ),
        "xl/sharedStrings.xml": f"""<sst {MAIN}><si><t>Name</t></si><si><t>Remark</t></si><si><t>{at("shared string")}</t></si>
<si><r><t>call </t></r><r><rPr><b/></rPr><t>{at("formatted run")}</t></r><rPh sb="0" eb="1"><t>{at("phonetic text")}</t></rPh></si>
<si><t>{at("unused shared string")}</t></si></sst>""",
        "xl/styles.xml": f"""<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="&quot;{at("number format text")}&quot;0"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs><cellStyles><cellStyle name="{at("style name")}" xfId="0"/></cellStyles></styleSheet>""",
        "xl/worksheets/sheet1.xml": _first_sheet(at),
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(
            ("comments", "../comments1.xml"),
            (MICROSOFT + "threadedComment", "../threadedComments/threadedComment1.xml"),
            ("hyperlink", f"https://records.example/{at('link target')}"),
            ("drawing", "../drawings/drawing1.xml"),
            ("vmlDrawing", "../drawings/vmlDrawing1.vml"),
            ("printerSettings", "../printerSettings/printerSettings1.bin"),
            outside=(f"https://records.example/{at('link target')}",),
        ),
        "xl/worksheets/sheet2.xml": _other_sheet(at("hidden sheet")),
        "xl/worksheets/sheet3.xml": _other_sheet(at("very hidden sheet")),
        "xl/comments1.xml": f"""<comments {MAIN}><authors><author>{at("note author")}</author></authors><commentList>
<comment ref="A2" authorId="0"><text><r><t>{at("note")}</t></r></text></comment></commentList></comments>""",
        "xl/threadedComments/threadedComment1.xml": f"""<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">
<threadedComment ref="B2" personId="{at("thread author")}"><text>{at("threaded comment")}</text></threadedComment></ThreadedComments>""",
        "xl/persons/person.xml": f'<personList xmlns="urn:p"><person displayName="{at("person list")}"/></personList>',
        "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition {MAIN}><cacheFields><cacheField name="x"><sharedItems><s v="{at("pivot cache item")}"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>',
        "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords {MAIN}><r><s v="{at("pivot cache record")}"/></r></pivotCacheRecords>',
        "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition {MAIN} dataCaption="{at("pivot table caption")}"/>',
        "xl/externalLinks/externalLink1.xml": f'<externalLink {MAIN}><externalBook><sheetDataSet><sheetData><row r="1"><cell r="A1"><v>{at("external link value")}</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": relationships(
            ("externalLinkPath", at("external link target"))
        ),
        "xl/drawings/drawing1.xml": f"""<xdr:wsDr {DRAW}><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="Box" descr="{at("alt text")}"/></xdr:nvSpPr>
<xdr:txBody><a:p><a:r><a:t>{at("shape text")}</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>""",
        "xl/charts/chart1.xml": f"""<c:chartSpace {DRAW}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>{at("chart title")}</a:t></a:r></a:p></c:rich></c:tx></c:title>
<c:ser><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>{at("chart cache")}</c:v></c:pt></c:strCache></c:strRef></c:cat></c:ser></c:chart></c:chartSpace>""",
        "xl/diagrams/data1.xml": f'<dgm:dataModel xmlns:dgm="urn:dgm" {DRAW}><dgm:pt><dgm:t><a:p><a:r><a:t>{at("diagram text")}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>',
        "xl/drawings/vmlDrawing1.vml": f'<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>{at("legacy box")}</v:textbox></xml>',
        f"xl/media/{at('picture name')}.png": b"\x89PNG\r\n\x1a\n" + at("picture bytes").encode(),
        "xl/vbaProject.bin": at("macros").encode() + at("macros").encode("utf-16-le"),
        "xl/printerSettings/printerSettings1.bin": at("printer settings").encode("utf-16-le"),
        "xl/connections.xml": f'<connections {MAIN}><connection id="1" connection="{at("connection")}"/></connections>',
        "xl/queryTables/queryTable1.xml": f'<queryTable {MAIN} name="{at("query table")}"/>',
        "xl/tables/table1.xml": f'<table {MAIN} id="1"><tableColumns><tableColumn id="1" name="{at("table column")}"/></tableColumns></table>',
        "xl/revisions/revisionLog1.xml": f"<revisions {MAIN}><rcc><oc><is><t>{at('earlier value')}</t></is></oc></rcc></revisions>",
        "xl/activeX/activeX1.bin": at("form control").encode("utf-16-le"),
        "xl/theme/theme1.xml": f'<a:theme xmlns:a="urn:a" name="{at("theme name")}"/>',
        "xl/metadata.xml": f'<metadata {MAIN}><metadataStrings><s v="{at("metadata")}"/></metadataStrings></metadata>',
        "customXml/item1.xml": f"<case>{at('custom xml')}</case>",
        "docMetadata/LabelInfo.xml": f'<labels><label name="{at("sensitivity label")}"/></labels>',
        "_xmlsignatures/sig1.xml": f"<Signature>{at('signature')}</Signature>",
        f"attic/{at('member name')}.dat": at("part of another kind").encode(),
        "docProps/core.xml": f"""<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="urn:dc"><dc:title>{at("title")}</dc:title><dc:subject>{at("subject")}</dc:subject>
<dc:creator>{at("creator")}</dc:creator><cp:keywords>{at("keywords")}</cp:keywords><dc:description>{at("remark")}</dc:description>
<cp:lastModifiedBy>{at("last modified by")}</cp:lastModifiedBy><cp:category>{at("category")}</cp:category></cp:coreProperties>""",
        "docProps/app.xml": f"<Properties><Company>{at('company')}</Company><Manager>{at('manager')}</Manager></Properties>",
        "docProps/custom.xml": f'<Properties><property name="x"><lpwstr>{at("custom property")}</lpwstr></property></Properties>',
    } | ({"xl/embeddings/oleObject1.bin": at("embedded file").encode()} if at("embedded file") else {})


def _first_sheet(at: Callable[[str], str]) -> str:
    return f"""<worksheet {MAIN} {REL}><sheetPr codeName="{at("code name")}"/><cols><col min="1" max="1" width="30"/><col min="4" max="4" width="9" hidden="1"/></cols>
<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>{at("inline string")}</t></is></c><c r="B3" s="1"><v>12</v></c></row>
<row r="4"><c r="A4"><f>IF(A1="{at("formula text")}",1,2)</f><v>2</v></c><c r="B4" t="str"><f>A1</f><v>{at("formula result")}</v></c></row>
<row r="5" hidden="1"><c r="A5" t="inlineStr"><is><t>{at("hidden row")}</t></is></c></row>
<row r="6"><c r="D6" t="inlineStr"><is><t>{at("hidden column")}</t></is></c></row></sheetData>
<protectedRanges><protectedRange name="{at("protected range")}" sqref="A1"/></protectedRanges>
<scenarios><scenario name="x"><inputCells r="A1" val="{at("scenario")}"/></scenario></scenarios>
<autoFilter ref="A1:B6"><filterColumn colId="0"><filters><filter val="{at("filter criterion")}"/></filters></filterColumn></autoFilter>
<conditionalFormatting sqref="A1"><cfRule type="containsText" text="{at("conditional text")}"><formula>A1="{at("conditional formula")}"</formula></cfRule></conditionalFormatting>
<dataValidations><dataValidation type="list" sqref="A1" prompt="{at("validation prompt")}" error="{at("validation error")}"><formula1>"{at("validation list")}"</formula1></dataValidation></dataValidations>
<hyperlinks><hyperlink ref="A3" r:id="r3" tooltip="{at("link tooltip")}" location="{at("link location")}"/></hyperlinks>
<headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12{at("page header")}&amp;P</oddHeader><oddFooter>&amp;C{at("page footer")}</oddFooter>
<evenFooter>&amp;R{at("even page footer")}</evenFooter><firstHeader>{at("first page header")}</firstHeader></headerFooter>
<drawing r:id="r4"/><legacyDrawing r:id="r5"/>
<extLst><ext><sparkline>{at("sparkline")}</sparkline></ext></extLst></worksheet>"""


def _other_sheet(text: str) -> str:
    return f'<worksheet {MAIN} {REL}><sheetData><row r="2"><c r="B2" t="inlineStr"><is><t>{text}</t></is></c></row></sheetData></worksheet>'
