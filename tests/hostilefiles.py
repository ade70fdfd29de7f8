"""Files as other programs and hostile senders make them, with a value of its own in every place; many are cut by marks."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable

from documenthelp import ROOT, TYPES, W
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas
from workbookhelp import DRAW, KINDS, MAIN, MICROSOFT, REL, relationships, zipped

At = Callable[[str], str]
"""Returns the value of a place."""


def _halves(value: str, between: str, cut: int = 6) -> str:
    return value[:cut] + between + value[cut:]


# --- a workbook -------------------------------------------------------------------------


def workbook(at: At) -> bytes:
    """Return an XLSX with values in runs, phonetic hints, caches, lists, names, comments, other files and pictures."""
    strings = f"""<sst {MAIN}><si><t>Meter</t></si><si><t>Remark</t></si>
<si><r><t xml:space="preserve">number {at("run one")[:4]}</t></r><rPh sb="0" eb="2"><t>{at("phonetic hint")}</t></rPh><r><rPr><b/></rPr><t>{at("run one")[4:]}</t></r></si>
<si><t>plain</t><rPh sb="0" eb="1"><t>{at("phonetic of plain")}</t></rPh><phoneticPr fontId="1"/></si>
<si><t>{at("never shown")}</t></si></sst>"""
    sheet = f"""<worksheet {MAIN} {REL} xmlns:x14="urn:x14" xmlns:xm="urn:xm"><sheetPr codeName="S1"/><sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" t="s"><v>2</v></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><r><t>SSN {at("inline runs")[:6]}</t></r><rPh sb="0" eb="1"><t>x</t></rPh><r><t>{at("inline runs")[6:]}</t></r></is></c>
<c r="B3"><f>CONCATENATE("{at("text in a formula")}","")</f><v>1</v></c></row>
<row r="4"><c r="A4" t="str"><f>"SSN "&amp;"{at("result of a formula")}"</f><v>SSN {at("result of a formula")}</v></c><c r="B4" t="e"><f>VLOOKUP("{at("lookup in a formula")}",A:B,2)</f><v>#N/A</v></c></row>
<row r="5"><c r="A5" t="inlineStr"><is><t>{_halves(at("over two cells"), "", 6)[:7]}</t></is></c><c r="B5" t="inlineStr"><is><t>{at("over two cells")[7:]}</t></is></c></row>
<row r="6"><c r="A6"><f t="array" ref="A6:A6">IF({{"{at("array constant")}"}}="x",1,2)</f><v>2</v></c></row>
<row r="7"><c r="A7" t="inlineStr"><is><t>SSN {"".join(f"_x{ord(each):04X}_" for each in at("escaped signs"))}</t></is></c></row></sheetData>
<dataValidations><dataValidation type="list" sqref="A2" promptTitle="{at("title of advice")}" prompt="p" errorTitle="{at("title of an error")}"><formula1>"{at("list entry")},other"</formula1></dataValidation></dataValidations>
<hyperlinks><hyperlink ref="A2" r:id="r3" display="{at("display of a link")}"/></hyperlinks>
<headerFooter><oddHeader>&amp;L&amp;G {_halves(at("header with codes"), "&amp;B")}</oddHeader></headerFooter>
<drawing r:id="r4"/><legacyDrawing r:id="r5"/><legacyDrawingHF r:id="r6"/>
<extLst><ext><x14:dataValidations><x14:dataValidation type="list"><x14:formula1><xm:f>"{at("list of a later version")}"</xm:f></x14:formula1></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"""
    hidden = f"""<worksheet {MAIN} {REL}><sheetData><row r="1" hidden="1"><c r="XFD1" t="inlineStr"><is><t>SSN {at("very hidden far right")}</t></is></c></row></sheetData></worksheet>"""
    box = f"""<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:o"><v:shape alt="{at("legacy alt text")}"><v:imagedata o:title="{at("title of a header picture")}"/><v:textbox>{at("legacy text box")}</v:textbox></v:shape></xml>"""
    drawing = f"""<xdr:wsDr {DRAW}><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="3" name="p" title="{at("title of a picture")}"/></xdr:nvPicPr></xdr:pic>
<xdr:sp><xdr:txBody><a:p><a:r><a:t>{at("shape runs")[:6]}</a:t></a:r><a:r><a:t>{at("shape runs")[6:]}</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>"""
    chart = f"""<c:chartSpace {DRAW}><c:chart><c:plotArea><c:ser><c:tx><c:strRef><c:f>S!A1</c:f><c:strCache><c:pt idx="0"><c:v>{at("name of a series")}</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:dLbls><c:dLbl><c:tx><c:rich><a:p><a:r><a:t>{at("label of a point")}</a:t></a:r></a:p></c:rich></c:tx></c:dLbl></c:dLbls></c:ser></c:plotArea></c:chart></c:chartSpace>"""
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "xl/workbook.xml": f"""<workbook {MAIN} {REL}><sheets><sheet name="One" sheetId="1" r:id="r1"/><sheet name="Far" sheetId="2" state="veryHidden" r:id="r2"/></sheets>
<externalReferences><externalReference r:id="r5"/></externalReferences><definedNames><definedName name="contact" hidden="1">"{at("defined name")}"</definedName><definedName name="_xlnm.Print_Titles" localSheetId="0">'{at("print title")}'!$1:$1</definedName></definedNames>
<pivotCaches><pivotCache cacheId="1" r:id="r6"/></pivotCaches></workbook>""",
            "xl/_rels/workbook.xml.rels": relationships(
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("sharedStrings", "sharedStrings.xml"),
                ("styles", "styles.xml"),
                ("externalLink", "externalLinks/externalLink1.xml"),
                ("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
            ),
            "xl/styles.xml": f"<styleSheet {MAIN}/>",
            "xl/sharedStrings.xml": strings,
            "xl/worksheets/sheet1.xml": sheet,
            "xl/worksheets/sheet2.xml": hidden,
            "xl/worksheets/_rels/sheet1.xml.rels": relationships(
                ("comments", "../comments1.xml"),
                (MICROSOFT + "threadedComment", "../threadedComments/threadedComment1.xml"),
                ("hyperlink", f"mailto:x@example.com?subject={at('subject of a link')}"),
                ("drawing", "../drawings/drawing1.xml"),
                ("vmlDrawing", "../drawings/vmlDrawing1.vml"),
                ("vmlDrawing", "../drawings/vmlDrawing2.vml"),
                ("pivotTable", "../pivotTables/pivotTable1.xml"),
                outside=(f"mailto:x@example.com?subject={at('subject of a link')}",),
            ),
            "xl/comments1.xml": f"""<comments {MAIN}><authors><author>{at("author of a note")}</author></authors><commentList><comment ref="A2" authorId="0"><text><r><t>see {at("runs of a note")[:6]}</t></r><r><t>{at("runs of a note")[6:]}</t></r></text></comment></commentList></comments>""",
            "xl/threadedComments/threadedComment1.xml": f"""<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B2" id="1"><text>first {at("comment of a thread")}</text></threadedComment><threadedComment ref="B2" id="2" parentId="1"><text>reply {at("reply in a thread")}</text><mentions><mention mentionpersonId="{at("mention")}"/></mentions></threadedComment></ThreadedComments>""",
            "xl/drawings/drawing1.xml": drawing,
            "xl/drawings/_rels/drawing1.xml.rels": relationships(("chart", "../charts/chart1.xml")),
            "xl/drawings/vmlDrawing1.vml": box,
            "xl/drawings/vmlDrawing2.vml": box,
            "xl/charts/chart1.xml": chart,
            "xl/charts/_rels/chart1.xml.rels": relationships(("package", "../embeddings/none.bin")),
            "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition {MAIN} refreshedBy="{at("who refreshed a pivot")}"><cacheFields><cacheField name="{at("field of a pivot")}"><sharedItems><s v="{at("item of a pivot")}"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>',
            "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords {MAIN}><r><s v="{at("record of a pivot")}"/></r></pivotCacheRecords>',
            "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition {MAIN} name="x" grandTotalCaption="{at("caption of a pivot")}"/>',
            "xl/externalLinks/externalLink1.xml": f'<externalLink {MAIN}><externalBook><sheetNames><sheetName val="{at("sheet of another file")}"/></sheetNames><definedNames><definedName name="n" refersTo="{at("name of another file")}"/></definedNames><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>{at("value of another file")}</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
            "xl/slicerCaches/slicerCache1.xml": f'<slicerCacheDefinition name="{at("slicer")}"/>',
            "xl/timelines/timeline1.xml": f'<timelines><timeline caption="{at("timeline")}"/></timelines>',
            "xl/richData/rdrichvalue.xml": f"<rvData><rv><v>{at('rich value')}</v></rv></rvData>",
            "xl/model/item.data": at("data model").encode("utf-16-le"),
            "xl/webextensions/webextension1.xml": f'<we><property name="x" value="{at("add-in")}"/></we>',
            "customXml/itemProps1.xml": f'<ds><ref uri="{at("custom XML schema")}"/></ds>',
            "docProps/core.xml": f'<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="urn:dc"><dc:identifier>{at("identifier")}</dc:identifier><cp:contentStatus>{at("status")}</cp:contentStatus></cp:coreProperties>',
            "docProps/app.xml": f"<Properties><TitlesOfParts><lpstr>{at('title of a part')}</lpstr></TitlesOfParts><HyperlinkBase>{at('base of links')}</HyperlinkBase></Properties>",
        }
    )


# --- a document -------------------------------------------------------------------------


def _run(text: str, about: str = "") -> str:
    return f'<w:r><w:rPr>{about}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _p(*runs: str, about: str = "") -> str:
    return f"<w:p><w:pPr>{about}</w:pPr>{''.join(runs)}</w:p>"


def _row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{_p(_run(each))}</w:tc>" for each in cells) + "</w:tr>"


def _box(text: str) -> str:
    inner = f"<w:txbxContent>{_p(_run(text))}</w:txbxContent>"
    return f"<w:r><w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict></w:r>"


def _signs(at: At) -> str:
    """Return paragraphs in which a value stands in signs that are no plain digits and dashes."""
    hyphens = at("hyphens that do not break").split("-")
    soft, symbols, narrow = at("soft hyphens"), at("symbols"), at("nothing between")
    drawn = "".join(
        f'<w:r><w:sym w:font="Symbol" w:char="{ord(each) + 0xF000:04X}"/></w:r>' if each.isdecimal() else _run(each)
        for each in symbols
    )
    wide = at("wide digits").translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    parted = "<w:softHyphen/>".join(f"<w:t>{each}</w:t>" for each in (soft[:2], soft[2:8], soft[8:]))
    return (
        f"<w:p><w:r>{'<w:noBreakHyphen/>'.join(f'<w:t>{each}</w:t>' for each in hyphens)}</w:r></w:p>"
        f"<w:p><w:r>{parted}</w:r></w:p><w:p>{drawn}</w:p><w:p>{_run('SSN ' + wide)}</w:p>"
        f"<w:p>{_run('number ' + chr(0x200B).join(narrow))}</w:p>"
        f"<w:p><w:bdo w:val='rtl'>{_run(at('from right to left'))}</w:bdo></w:p>"
        f"<w:p><w:del w:id='3' w:author='A'><w:r><w:delText>{at('deleted runs')[:5]}</w:delText></w:r></w:del>"
        f"<w:del w:id='4' w:author='B'><w:r><w:delText>{at('deleted runs')[5:]}</w:delText></w:r></w:del></w:p>"
    )


def document(at: At) -> bytes:
    """Return a DOCX with values in moves, fields, controls, notes, boxes, drop caps, charts, diagrams and other parts."""
    by = 'w:id="9" w:author="A" w:date="2025-01-01T00:00:00Z"'
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{each}"/></w:r>' for each in ("begin", "separate", "end"))
    data = f"<w:r><w:fldChar w:fldCharType='begin'><w:fldData>{base64.b64encode(at('data of a field').encode()).decode()}</w:fldData></w:fldChar></w:r>"
    cut = at("result of a field over runs")
    two = at("over two cells")
    boxes = at("over two boxes")
    cap = at("over a drop cap")
    link = at("over a link")
    rsid = at("runs with marks between")
    cross = at("over a content control")
    pages = at("over a page break")
    tracked = at("half inserted")
    sdt = f"""<w:sdt><w:sdtPr><w:alias w:val="{at("name of a control")}"/><w:placeholder><w:docPart w:val="{at("placeholder")}"/></w:placeholder><w:showingPlcHdr/><w:dataBinding w:xpath="/{at("path of a binding")}"/><w:dropDownList><w:listItem w:displayText="{at("entry of a list")}" w:value="1"/></w:dropDownList></w:sdtPr><w:sdtContent>{_run(at("text of a placeholder"))}</w:sdtContent></w:sdt>"""
    body = f"""{_p(_run("Letter"))}<w:p/>
<w:p><w:moveFromRangeStart {by} w:name="{at("name of a move")}"/><w:moveFrom {by}>{_run(at("moved away"))}</w:moveFrom><w:moveFromRangeEnd w:id="9"/></w:p>
<w:p><w:moveTo {by}>{_run(at("moved here"))}</w:moveTo></w:p>
<w:p>{_run("It is " + tracked[:5])}<w:ins {by}>{_run(tracked[5:])}</w:ins><w:del {by}><w:r><w:delText>1</w:delText></w:r></w:del></w:p>
<w:p>{begin}<w:r><w:instrText>IF "{at("code of a field")}" = "1" "{at("other result")}" "x"</w:instrText></w:r>{separate}{_run(cut[:4])}{_run(cut[4:])}{end}</w:p>
<w:p>{data}<w:r><w:instrText>FORMTEXT</w:instrText></w:r>{separate}{_run("filled")}{end}</w:p>
<w:p>{begin}<w:r><w:instrText>MERGEFIELD </w:instrText></w:r>{begin}<w:r><w:instrText>DOCPROPERTY {at("field in a field")}</w:instrText></w:r>{separate}{_run("x")}{end}{separate}{_run("y")}{end}</w:p>
<w:p><w:fldSimple w:instr="AUTHOR &quot;{at("code of a simple field")}&quot;">{_run("z")}</w:fldSimple></w:p>
{_p(sdt)}<w:p>{_run("see " + cross[:6])}<w:sdt><w:sdtContent>{_run(cross[6:])}</w:sdtContent></w:sdt></w:p>
<w:p>{_run(rsid[:3])}<w:bookmarkStart w:id="1" w:name="b"/><w:proofErr w:type="spellStart"/>{_run(rsid[3:6], "<w:b/>")}<w:commentRangeStart w:id="0"/>{_run(rsid[6:])}<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>
<w:p>{_run("number " + link[:7])}<w:hyperlink w:anchor="x">{_run(link[7:])}</w:hyperlink></w:p>
{_signs(at)}<w:p/>{_p(_run(cap[0]), about='<w:framePr w:dropCap="drop" w:lines="3"/>')}{_p(_run(cap[1:] + " is the number."))}<w:p/>
<w:p>{_box(boxes[:7])}</w:p><w:p>{_run("between")}</w:p><w:p>{_box(boxes[7:])}</w:p>
<w:p>{_run(pages[:7])}<w:r><w:br w:type="page"/></w:r>{_run(pages[7:])}</w:p>
<w:tbl>{_row("Item", "Number", "")}{_row("Meter", two[:7], two[7:])}{_row("SSN", *at("over three cells").split("-"))}</w:tbl>
<w:tbl>{_row("536", "90", "4399")}{_row("120", "-45", "-1300")}</w:tbl>
<w:p>{_run("Ruby ")}<w:r><w:ruby><w:rubyPr/><w:rt>{_run(at("pronounced"))}</w:rt><w:rubyBase>{_run(at("ruby base"))}</w:rubyBase></w:ruby></w:r></w:p>
<w:p><w:smartTag w:uri="u" w:element="e"><w:smartTagPr><w:attr w:name="n" w:val="{at("smart tag")}"/></w:smartTagPr>{_run("tagged")}</w:smartTag></w:p>
<w:p>{_run("note")}<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r></w:p>
<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="{at("name of a drawing")}" descr="{at("alt text")}"/><c:chart r:id="r6"/></wp:inline></w:drawing></w:r>
<w:r><w:drawing><wp:inline><dgm:relIds r:dm="r7"/></wp:inline></w:drawing></w:r>
<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12" r:id="r8"/></w:object></w:r></w:p><w:altChunk r:id="r9"/>
<w:p>{_run(at("seen only in print"), "<w:specVanish/><w:vanish/>")}{_run(at("tiny and white"), '<w:sz w:val="2"/><w:color w:val="FFFFFF"/>')}</w:p>"""
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": ROOT,
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": relationships(
                ("comments", "comments.xml"),
                ("footnotes", "footnotes.xml"),
                ("endnotes", "endnotes.xml"),
                ("settings", "settings.xml"),
                ("glossaryDocument", "glossary/document.xml"),
                ("chart", "charts/chart1.xml"),
                ("diagramData", "diagrams/data1.xml"),
                ("package", "embeddings/Sheet1.xlsx"),
                ("aFChunk", "chunk.html"),
                (KINDS + "commentsExtended", "commentsExtended.xml"),
            ),
            "word/comments.xml": f'<w:comments {W}><w:comment w:id="0" w:author="{at("author of a comment")}">{_p(_run("see " + at("runs of a comment")[:6]), _run(at("runs of a comment")[6:]))}</w:comment></w:comments>',
            "word/commentsExtended.xml": f'<x paraId="{at("comments extended")}"/>',
            "word/commentsIds.xml": f'<x durableId="{at("comments by number")}"/>',
            "word/commentsExtensible.xml": f"<x><ext>{at('comments extensible')}</ext></x>",
            "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2">{_p(_run(at("runs of a footnote")[:6]), _run(at("runs of a footnote")[6:]))}</w:footnote></w:footnotes>',
            "word/endnotes.xml": f'<w:endnotes {W}><w:endnote w:id="2"><w:tbl>{_row(at("cells of an endnote")[:7], at("cells of an endnote")[7:])}</w:tbl>{_p()}</w:endnote></w:endnotes>',
            "word/settings.xml": f'<w:settings {W}><w:docVars><w:docVar w:name="{at("name of a variable")}" w:val="{at("value of a variable")}"/></w:docVars><w:rsids><w:rsid w:val="{at("session")}"/></w:rsids></w:settings>',
            "word/glossary/document.xml": f'<w:glossaryDocument {W}><w:docParts><w:docPart><w:docPartPr><w:name w:val="{at("name of a building block")}"/></w:docPartPr><w:docPartBody>{_p(_run(at("building block")))}</w:docPartBody></w:docPart></w:docParts></w:glossaryDocument>',
            "word/charts/chart1.xml": f"""<c:chartSpace {W}><c:title><c:tx><c:rich><a:p><a:r><a:t>{at("title of a chart")}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:ser><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>{at("cached text")}</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>{at("cached number").replace("-", "")}</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:chartSpace>""",
            "word/diagrams/data1.xml": f'<dgm:dataModel {W}><dgm:ptLst><dgm:pt><dgm:prSet custT="{at("property of a diagram")}"/><dgm:t><a:p><a:r><a:t>{at("runs of a diagram")[:6]}</a:t></a:r><a:r><a:t>{at("runs of a diagram")[6:]}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>',
            "word/diagrams/drawing1.xml": f"<x {W}><a:t>{at('drawing of a diagram')}</a:t></x>",
            "word/embeddings/Sheet1.xlsx": workbook(lambda place: at("embedded workbook")),
            "word/chunk.html": f"<html><p>{at('document put into it')}</p></html>",
            "word/media/image1.svg": f"<svg><text>{at('picture of text')}</text></svg>",
            "word/webextensions/webextension1.xml": f'<we value="{at("add-in")}"/>',
            "word/activeX/activeX1.xml": f'<ax><ocxPr value="{at("value of a control")}"/></ax>',
            "customXml/item1.xml": f"<case><number>{at('custom XML')}</number></case>",
            "customXml/itemProps1.xml": f'<ds itemID="{at("number of custom XML")}"/>',
            "docProps/custom.xml": f'<Properties><property name="{at("name of a property")}"><lpwstr>{at("value of a property")}</lpwstr></property></Properties>',
        }
    )


# --- a PDF ------------------------------------------------------------------------------


def _named(**values: object) -> DictionaryObject:
    return DictionaryObject({NameObject("/" + name): value for name, value in values.items()})


def _text(value: str) -> TextStringObject:
    return TextStringObject(value)


def pdf(at: At) -> bytes:
    """Return a PDF with values on its page, beside it, in forms and scripts, in an earlier version and in no object's reach."""
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=(612, 792), invariant=1, pageCompression=0)
    canvas.setFont("Helvetica", 12)
    canvas.setTitle(at("title"))
    canvas.setKeywords(at("keywords"))
    canvas.drawString(50, 740, f"The number is {at('text of the page')} as told.")
    two, columns, cells, words = at("over two lines"), at("over two columns"), at("over two cells"), at("word by word")
    canvas.drawString(50, 715, f"It goes on and on and on until {two[:7]}")
    canvas.drawString(50, 700, f"{two[7:]} which is all.")
    for at_line in range(6):
        left, right = "The board heard the matter of the", "A second column of running words"
        if at_line == 5:
            left = f"culvert and asked for {columns[:7]}"
        if at_line == 0:
            right = f"{columns[7:]} which is what was said"
        canvas.drawString(50, 660 - 14 * at_line, left)
        canvas.drawString(320, 660 - 14 * at_line, right)
    canvas.drawString(50, 540, "Meter")
    canvas.drawString(150, 540, cells[:7])
    canvas.drawString(250, 540, cells[7:])
    for place in range(len(words)):  # each sign drawn by itself, from the last to the first
        canvas.drawString(50 + 8 * (len(words) - 1 - place), 515, words[len(words) - 1 - place])
    for place, number in enumerate(("536", "90", "4399")):
        canvas.drawString(50 + 100 * place, 490, number)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(50, 460, at("white text"))
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(50, -30, at("outside of the page"))
    canvas.drawString(50, 100, at("cropped away"))
    canvas.linkURL(f"https://records.example/{at('target of a link')}", (50, 50, 100, 60))
    canvas.bookmarkPage("p")
    canvas.addOutlineEntry(at("bookmark"), "p")
    canvas.acroForm.textfield(
        name="f", value=at("value of a field"), tooltip=at("tip of a field"), x=300, y=300, width=200
    )
    canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(sink.getvalue())))
    page = writer.pages[0]
    page.cropbox.lower_left = (0, 200)
    writer.root_object[NameObject("/OpenAction")] = _named(
        S=NameObject("/JavaScript"), JS=_text(f"app.alert('{at('script')}')")
    )
    writer.add_attachment("a.txt", at("attached file").encode())
    xfa = StreamObject()
    xfa.set_data(f"<xdp><data><n>{at('XFA')}</n></data></xdp>".encode())
    root = writer.root_object
    root["/AcroForm"].get_object()[NameObject("/XFA")] = writer._add_object(xfa)
    root[NameObject("/PageLabels")] = _named(
        Nums=ArrayObject([NumberObject(0), _named(P=_text(at("label of a page")))])
    )
    alt = _named(Type=NameObject("/StructElem"), S=NameObject("/Figure"), Alt=_text(at("text for screen readers")),
                 ActualText=_text(at("actual text")), E=_text(at("expansion")))  # fmt: skip
    root[NameObject("/StructTreeRoot")] = writer._add_object(
        _named(Type=NameObject("/StructTreeRoot"), K=writer._add_object(alt))
    )
    layer = writer._add_object(_named(Type=NameObject("/OCG"), Name=_text(at("name of a layer"))))
    root[NameObject("/OCProperties")] = _named(
        OCGs=ArrayObject([layer]), D=_named(OFF=ArrayObject([layer]), Order=ArrayObject([layer]))
    )
    meta = StreamObject()
    meta.set_data(f"<x:xmpmeta><dc:creator>{at('XMP')}</dc:creator></x:xmpmeta>".encode())
    root[NameObject("/Metadata")] = writer._add_object(meta)
    root[NameObject("/PieceInfo")] = _named(App=_named(Private=_text(at("private data"))))
    box = ArrayObject([FloatObject(each) for each in (60, 600, 200, 640)])
    note = _named(
        Type=NameObject("/Annot"), Subtype=NameObject("/Text"), Rect=box, Contents=_text(at("comment")),
        T=_text(at("author of a comment")), RC=_text(f"<body>{at('rich comment')}</body>"), Subj=_text(at("subject")),
    )  # fmt: skip
    page.setdefault(NameObject("/Annots"), ArrayObject()).append(writer._add_object(note))
    glyph = StreamObject()
    glyph.set_data(f"500 0 0 0 500 500 d1 % {at('in a glyph')}\n0 0 400 400 re f".encode())
    font = _named(
        Type=NameObject("/Font"), Subtype=NameObject("/Type3"), Name=_text(at("name of a font")),
        CharProcs=DictionaryObject({NameObject(f"/g{at('name of a glyph')}"): writer._add_object(glyph)}),
    )  # fmt: skip
    root[NameObject("/Legal")] = writer._add_object(font)
    root[NameObject("/Threads")] = ArrayObject([_named(I=_named(Title=_text(at("title of a thread"))))])
    lost = StreamObject()
    lost.set_data(zlib.compress(f"BT ({at('object in no reach')}) Tj ET".encode()))
    lost[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer._add_object(lost)
    out = io.BytesIO()
    writer.write(out)
    return _with_earlier(out.getvalue(), at("earlier version")) + f"\n% {at('behind the end')}\n".encode()


def _with_earlier(data: bytes, value: str) -> bytes:
    """Return a PDF with an update behind it, whose object takes the place of one with a value."""
    number = 9000
    old = f"{number} 0 obj\n({value})\nendobj\n".encode()
    start = data.rindex(b"startxref")
    before = data[start:].split()[1].decode()
    body = data + b"\n"
    at_old = len(body)
    body += old
    at_new = len(body)
    body += f"{number} 0 obj\n(x)\nendobj\n".encode()
    table = len(body)
    reader = PdfReader(io.BytesIO(data))
    root = reader.trailer.raw_get("/Root")
    body += f"xref\n{number} 1\n{at_new:010d} 00000 n \ntrailer\n<< /Size {number + 1} /Root {root.idnum} 0 R /Prev {before} >>\nstartxref\n{table}\n%%EOF\n".encode()
    assert at_old < at_new
    return body
