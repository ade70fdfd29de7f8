"""Builds documents of word processors part by part, with a text of the caller's in every place where a value can hide."""

from __future__ import annotations

from collections.abc import Callable

from workbookhelp import KINDS, relationships, zipped

W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
ROOT = relationships(("officeDocument", "word/document.xml"))

KEPT = (
    "body text", "formatted run", "heading", "list entry", "table cell", "nested table cell", "content control",
    "row in a content control", "field result", "simple field result", "inserted text", "deleted text",
    "inserted paragraph", "deleted paragraph", "moved from", "moved to", "deleted row", "hidden text",
    "hidden by a style", "hidden by a paragraph style", "blacked out text", "white text", "header", "first header",
    "even footer", "header table",
    "footnote", "endnote", "deleted note", "unused footnote", "comment", "comment reply", "unused comment",
    "text box", "older text box", "fallback text", "shape text", "word art", "chart title", "chart category",
    "diagram text", "alt text", "picture title", "table caption", "link target", "link anchor", "link tooltip",
    "link of a field", "link of a picture", "list label", "equation", "smart tag text", "custom element text",
    "ruby base", "text of another direction", "unused header", "title", "subject", "keywords", "remark", "category",
)  # fmt: skip
"""Places whose text is examined and stands in the copy where nothing of it is withheld."""

UNSEEN = (
    "field code", "simple field code", "deleted field code", "bookmark", "form field name", "form field help",
    "form field list", "control name", "control tag", "control list", "custom property", "custom xml",
    "custom xml attribute", "document variable", "building block",
)  # fmt: skip
"""Places whose text is examined and stands in no copy."""

DROPPED = (
    "ruby text", "comment author", "change author", "person list", "creator", "last modified by", "company", "manager",
    "template place", "mail merge source", "mail merge query", "style name", "bullet font", "theme name", "font name",
    "picture bytes", "picture name", "picture place", "macros", "web settings", "signature", "sensitivity label", "thumbnail",
    "embedded file", "chart number cache", "printer settings", "xml comment", "processing instruction", "member name",
    "part of another kind", "archive comment", "member comment", "smart tag value", "custom element value",
    "right to edit", "shape name", "earlier style", "comment data", "active control", "imported document", "recipient",
    "unused chart", "outside document", "font of a sign", "protection", "link to a picture",
)  # fmt: skip
"""Places whose text is in no copy and in no segment."""


def simple(body: str, **more: str | bytes) -> bytes:
    """Return a document of this body (XML); ``styles`` and other parts of ``word/`` by name, their links r1, r2 …"""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    links = []
    for name, content in more.items():
        parts[f"word/{name}.xml"] = content
        links.append((name.rstrip("0123456789"), f"{name}.xml"))
    parts["word/_rels/document.xml.rels"] = relationships(*links)
    return zipped(parts)


def said(*texts: str) -> str:
    """Return a paragraph for each text."""
    return "".join(f'<w:p><w:r><w:t xml:space="preserve">{each}</w:t></w:r></w:p>' for each in texts)


def hiding(at: Callable[[str], str]) -> bytes:
    """Return a DOCX with ``at(place)`` in every place of ``KEPT``, ``UNSEEN`` and ``DROPPED``."""
    return zipped(_parts(at), at("archive comment").encode(), at("member comment").encode())


def _run(text: str, about: str = "", tag: str = "t") -> str:
    properties = f"<w:rPr>{about}</w:rPr>" if about else ""
    return f'<w:r>{properties}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def _field(code: str, result: str, tag: str = "instrText", data: str = "") -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r><w:r><w:{tag}> {code} </w:{tag}></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _body(at: Callable[[str], str]) -> str:
    by = f'w:id="9" w:author="{at("change author")}" w:date="2025-01-02T03:04:05Z"'
    style = '<w:pPr><w:pStyle w:val="{}"/></w:pPr>'
    picture = (
        f'<w:drawing><wp:inline><wp:docPr id="1" name="{at("shape name")}" descr="{at("alt text")}" title="{at("picture title")}">'
        f'<a:hlinkClick r:id="r12"/></wp:docPr><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="{at("picture place")}"/></pic:nvPicPr>'
        '<pic:blipFill><a:blip r:embed="r13" r:link="r20"/></pic:blipFill></pic:pic></wp:inline></w:drawing>'
    )
    box = "<w:txbxContent>{}</w:txbxContent>"
    return f"""
<w:p>{style.format("H")}{_run(at("heading"))}</w:p>
<w:p><w:pPr><w:pPrChange {by}><w:pPr><w:pStyle w:val="{at("earlier style")}"/></w:pPr></w:pPrChange></w:pPr>
{_run("Body " + at("body text"))}{_run(at("formatted run"), "<w:b/><w:i/>")}
<w:sdt><w:sdtPr><w:alias w:val="{at("control name")}"/><w:tag w:val="{at("control tag")}"/><w:dropDownList>
<w:listItem w:displayText="{at("control list")}" w:value="1"/></w:dropDownList></w:sdtPr><w:sdtContent>{_run(at("content control"))}</w:sdtContent></w:sdt>
<w:bookmarkStart w:id="1" w:name="{at("bookmark")}"/><w:bookmarkEnd w:id="1"/>
<w:permStart w:id="3" w:ed="{at("right to edit")}"/><w:permEnd w:id="3"/>
<w:smartTag w:element="x"><w:smartTagPr><w:attr w:name="v" w:val="{at("smart tag value")}"/></w:smartTagPr>{_run(at("smart tag text"))}</w:smartTag>
<w:customXml w:element="{at("custom element value")}">{_run(at("custom element text"))}</w:customXml>
<w:bdo w:val="rtl">{_run(at("text of another direction"))}</w:bdo>
<m:oMath><m:r><m:t>{at("equation")}</m:t></m:r></m:oMath>
<w:r><w:ruby><w:rt>{_run(at("ruby text"))}</w:rt><w:rubyBase>{_run(at("ruby base"))}</w:rubyBase></w:ruby></w:r>
<w:r><w:sym w:font="{at("font of a sign")}" w:char="F034"/></w:r><w:subDoc r:id="r19"/></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>{_run(at("list entry"))}</w:p>
<w:tbl><w:tblPr><w:tblCaption w:val="{at("table caption")}"/></w:tblPr><w:tr><w:tc>{said(at("table cell"))}
<w:tbl><w:tr><w:tc>{said(at("nested table cell"))}</w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr>
<w:sdt><w:sdtContent><w:tr><w:tc>{said(at("row in a content control"))}</w:tc></w:tr></w:sdtContent></w:sdt>
<w:tr><w:trPr><w:del {by}/></w:trPr><w:tc>{said(at("deleted row"))}</w:tc></w:tr></w:tbl>
<w:p>{_field(f'INCLUDETEXT "{at("field code")}"', _run(at("field result")))}
<w:fldSimple w:instr='DOCPROPERTY "{at("simple field code")}"'>{_run(at("simple field result"))}</w:fldSimple>
{_field(f'HYPERLINK "https://records.example/{at("link of a field")}"', _run("here"))}
{_field("FORMTEXT", _run("filled"), data=f'<w:ffData><w:name w:val="{at("form field name")}"/><w:helpText w:type="text" w:val="{at("form field help")}"/><w:ddList><w:listEntry w:val="{at("form field list")}"/></w:ddList></w:ffData>')}
<w:del {by}>{_field(f'REF "{at("deleted field code")}"', "", "delInstrText")}</w:del>
<w:hyperlink r:id="r11" w:anchor="{at("link anchor")}" w:tooltip="{at("link tooltip")}">{_run("there")}</w:hyperlink></w:p>
<w:p>{_run("It says ")}<w:ins {by}>{_run(at("inserted text"))}</w:ins><w:del {by}>{_run(at("deleted text"), tag="delText")}
<w:r><w:footnoteReference w:id="4"/></w:r></w:del>{_run(" now.")}</w:p>
<w:p><w:pPr><w:rPr><w:ins {by}/></w:rPr></w:pPr><w:ins {by}>{_run(at("inserted paragraph"))}</w:ins></w:p>
<w:p><w:pPr><w:rPr><w:del {by}/></w:rPr></w:pPr><w:del {by}>{_run(at("deleted paragraph"), tag="delText")}</w:del></w:p>
<w:p><w:moveFrom {by}>{_run(at("moved from"))}</w:moveFrom></w:p><w:p><w:moveTo {by}>{_run(at("moved to"))}</w:moveTo></w:p>
<w:p>{_run("Seen ")}{_run(at("hidden text"), "<w:vanish/>")}{_run(at("hidden by a style"), '<w:rStyle w:val="Away"/>')}</w:p>
<w:p>{style.format("Gone")}{_run(at("hidden by a paragraph style"))}</w:p>
<w:p>{_run(at("blacked out text"), '<w:highlight w:val="black"/>')}{_run(at("white text"), '<w:color w:val="FFFFFF"/>')}</w:p>
<w:p>{_run("Noted")}<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r>
<w:commentRangeStart w:id="0"/><w:r><w:commentReference w:id="0"/></w:r><w:r><w:commentReference w:id="1"/></w:r></w:p>
<w:p><w:r>{picture}</w:r></w:p>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:positionH><wp:posOffset>4065550</wp:posOffset></wp:positionH>
<wps:wsp><wps:txbx>{box.format(said(at("text box")))}</wps:txbx></wps:wsp></wp:anchor></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:shape><v:textbox>{box.format(said(at("fallback text")))}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>
<w:r><w:pict><v:shape><v:textbox>{box.format(said(at("older text box")))}</v:textbox></v:shape></w:pict></w:r>
<w:r><w:drawing><wp:inline><a:p><a:r><a:t>{at("shape text")}</a:t></a:r></a:p></wp:inline></w:drawing></w:r>
<w:r><w:pict><v:shape><v:textpath string="{at("word art")}"/></v:shape></w:pict></w:r>
<w:r><w:drawing><wp:inline><c:chart r:id="r14"/></wp:inline></w:drawing></w:r>
<w:r><w:drawing><wp:inline><dgm:relIds r:dm="r15"/></wp:inline></w:drawing></w:r>
<w:r><w:object><o:OLEObject ProgID="Package" r:id="r16"/></w:object></w:r></w:p>
<w:altChunk r:id="r17"/>
<w:sectPr><w:headerReference w:type="default" r:id="r7"/><w:headerReference w:type="first" r:id="r8"/>
<w:footerReference w:type="even" r:id="r9"/><w:pgSz w:w="12240" w:h="15840"/><w:titlePg/></w:sectPr>"""


def _outside(kind: str, target: str) -> str:
    return f'<Relationship Id="{{}}" Type="{KINDS}{kind}" Target="{target}" TargetMode="External"/>'


def _links(at: Callable[[str], str]) -> str:
    inside = [
        *(("styles", "styles.xml"), ("numbering", "numbering.xml"), ("settings", "settings.xml")),
        *(("comments", "comments.xml"), ("footnotes", "footnotes.xml"), ("endnotes", "endnotes.xml")),
        *(("header", "header1.xml"), ("header", "header2.xml"), ("footer", "footer1.xml"), ("header", "header3.xml")),
        *(
            ("hyperlink", f"https://records.example/{at('link target')}"),
            ("hyperlink", f"https://records.example/{at('link of a picture')}"),
        ),
        *(
            ("image", f"media/{at('picture name')}.png"),
            ("chart", "charts/chart1.xml"),
            ("diagramData", "diagrams/data1.xml"),
        ),
        *(("oleObject", "embeddings/oleObject1.bin"), ("aFChunk", "chunk.mht"), ("people", "people.xml")),
        *(
            ("subDocument", f"file:///{at('outside document')}"),
            ("image", f"https://records.example/{at('link to a picture')}.png"),
        ),
    ]
    return relationships(*inside, outside=tuple(target for _, target in inside if ":" in target))


def _parts(at: Callable[[str], str]) -> dict[str, str | bytes]:
    def note(kind: str, identity: int, place: str) -> str:
        return f'<w:{kind} w:id="{identity}">{said(at(place))}</w:{kind}>'

    separator = '<w:{0} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{0}>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "word/document.xml": f'<?xml version="1.0"?><!-- {at("xml comment")} --><?note {at("processing instruction")}?>'
        f"<w:document {W}><w:body>{_body(at)}</w:body></w:document>",
        "word/_rels/document.xml.rels": _links(at),
        "word/styles.xml": f"""<w:styles {W}><w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Gone"><w:name w:val="{at("style name")}"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="AwayBase"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Away"><w:basedOn w:val="AwayBase"/></w:style></w:styles>""",
        "word/numbering.xml": f"""<w:numbering {W}><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:start w:val="5"/><w:numFmt w:val="upperRoman"/>
<w:lvlText w:val="{at("list label")} %1"/><w:rPr><w:rFonts w:ascii="{at("bullet font")}"/></w:rPr></w:lvl></w:abstractNum>
<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>""",
        "word/settings.xml": f"""<w:settings {W}><w:attachedTemplate r:id="r1"/><w:docVars><w:docVar w:name="v" w:val="{at("document variable")}"/></w:docVars>
<w:documentProtection w:hash="{at("protection")}"/><w:mailMerge><w:connectString w:val="{at("mail merge source")}"/><w:query w:val="{at("mail merge query")}"/></w:mailMerge></w:settings>""",
        "word/_rels/settings.xml.rels": relationships(
            ("attachedTemplate", at("template place")), outside=(at("template place"),)
        ),
        "word/comments.xml": f"""<w:comments {W}><w:comment w:id="0" w:author="{at("comment author")}" w:initials="x">{said(at("comment"))}</w:comment>
{note("comment", 1, "comment reply")}{note("comment", 2, "unused comment")}</w:comments>""",
        "word/commentsExtended.xml": f'<x paraId="{at("comment data")}"/>',
        "word/people.xml": f'<w15:people xmlns:w15="urn:w15"><w15:person w15:author="{at("person list")}"/></w15:people>',
        "word/footnotes.xml": f"<w:footnotes {W}>{separator.format('footnote')}{note('footnote', 2, 'footnote')}"
        f"{note('footnote', 4, 'deleted note')}{note('footnote', 5, 'unused footnote')}</w:footnotes>",
        "word/endnotes.xml": f"<w:endnotes {W}>{separator.format('endnote')}{note('endnote', 2, 'endnote')}</w:endnotes>",
        "word/header1.xml": f"<w:hdr {W}>{said(at('header'))}<w:tbl><w:tr><w:tc>{said(at('header table'))}</w:tc></w:tr></w:tbl><w:p/></w:hdr>",
        "word/header2.xml": f"<w:hdr {W}>{said(at('first header'))}</w:hdr>",
        "word/header3.xml": f"<w:hdr {W}>{said(at('unused header'))}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {W}>{said(at('even footer'))}</w:ftr>",
        f"word/media/{at('picture name')}.png": b"\x89PNG\r\n\x1a\n" + at("picture bytes").encode(),
        "word/charts/chart1.xml": f"""<c:chartSpace {W}><c:title><c:tx><c:rich><a:p><a:r><a:t>{at("chart title")}</a:t></a:r></a:p></c:rich></c:tx></c:title>
<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>{at("chart category")}</c:v></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>{at("chart number cache")}</c:v></c:pt></c:numCache></c:numRef></c:val></c:chartSpace>""",
        "word/charts/chart2.xml": f"<c:chartSpace {W}><a:p><a:r><a:t>{at('unused chart')}</a:t></a:r></a:p></c:chartSpace>",
        "word/diagrams/data1.xml": f"<dgm:dataModel {W}><a:p><a:r><a:t>{at('diagram text')}</a:t></a:r></a:p></dgm:dataModel>",
        "word/embeddings/oleObject1.bin": at("embedded file").encode(),
        "word/chunk.mht": at("imported document").encode(),
        "word/vbaProject.bin": at("macros").encode() + at("macros").encode("utf-16-le"),
        "word/activeX/activeX1.bin": at("active control").encode("utf-16-le"),
        "word/webSettings.xml": f"<w:webSettings {W}><w:x w:val='{at('web settings')}'/></w:webSettings>",
        "word/fontTable.xml": f"<w:fonts {W}><w:font w:name='{at('font name')}'/></w:fonts>",
        "word/theme/theme1.xml": f'<a:theme xmlns:a="urn:a" name="{at("theme name")}"/>',
        "word/printerSettings1.bin": at("printer settings").encode("utf-16-le"),
        "word/recipientData.xml": f"<r>{at('recipient')}</r>",
        "word/glossary/document.xml": f"<w:glossaryDocument {W}><w:docParts>{said(at('building block'))}</w:docParts></w:glossaryDocument>",
        "customXml/item1.xml": f'<case number="{at("custom xml attribute")}">{at("custom xml")}</case>',
        "docMetadata/LabelInfo.xml": f'<labels><label name="{at("sensitivity label")}"/></labels>',
        "_xmlsignatures/sig1.xml": f"<Signature>{at('signature')}</Signature>",
        f"attic/{at('member name')}.dat": at("part of another kind").encode(),
        "docProps/thumbnail.jpeg": at("thumbnail").encode(),
        "docProps/core.xml": f"""<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="urn:dc"><dc:title>{at("title")}</dc:title><dc:subject>{at("subject")}</dc:subject>
<dc:creator>{at("creator")}</dc:creator><cp:keywords>{at("keywords")}</cp:keywords><dc:description>{at("remark")}</dc:description>
<cp:lastModifiedBy>{at("last modified by")}</cp:lastModifiedBy><cp:category>{at("category")}</cp:category></cp:coreProperties>""",
        "docProps/app.xml": f"<Properties><Company>{at('company')}</Company><Manager>{at('manager')}</Manager></Properties>",
        "docProps/custom.xml": f'<Properties><property name="x"><lpwstr>{at("custom property")}</lpwstr></property></Properties>',
    }
    return parts
