"""Builds OpenDocument texts and RTF with a text of the caller's in every place where a value can hide."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("fo", "xsl-fo-compatible"), ("meta", "meta"), ("form", "form"), ("svg", "svg-compatible"), ("number", "datastyle"),
        ("chart", "chart"), ("script", "script"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip

OPEN_KEPT = (
    "body text", "span", "heading", "list entry", "table cell", "nested table cell", "section", "hidden section",
    "inserted text", "deleted text", "unused deletion", "hidden text", "hidden field", "hidden paragraph", "blacked out",
    "header", "footer", "first header", "other header", "footnote", "endnote", "comment", "text box", "shape text", "chart title",
    "equation", "alt title", "alt text", "link target", "link title", "picture link", "field result", "index text",
    "form label", "form value", "list label", "hidden row", "ruby base", "title", "subject", "keyword", "remark",
    "conditional text", "placeholder",
)  # fmt: skip
OPEN_UNSEEN = (
    "bookmark", "user field", "variable formula", "field formula", "drop-down entry", "index key", "own property",
    "conditional other",
)  # fmt: skip
OPEN_DROPPED = (
    "ruby text", "comment author", "change author", "creator", "style name", "picture bytes", "macros", "settings",
    "script", "object bytes", "frame name", "thumbnail", "earlier version", "signature", "xml comment", "member name",
    "part of another kind", "archive comment", "index source",
)  # fmt: skip


def _p(text: str, style: str = "") -> str:
    about = f' text:style-name="{style}"' if style else ""
    return f"<text:p{about}>{text}</text:p>"


def packed(parts: dict[str, str | bytes], comment: bytes = b"") -> bytes:
    """Return an OpenDocument text of parts."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.text")
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        archive.comment = comment
    return sink.getvalue()


def open_simple(body: str, styles: str = "", **more: str) -> bytes:
    """Return an OpenDocument text of this body (XML) and these styles."""
    content = f"<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return packed({"content.xml": content, "META-INF/manifest.xml": "<m/>"} | more)


def open_hiding(at: Callable[[str], str]) -> bytes:
    """Return an ODT with ``at(place)`` in every place of the three lists above."""
    info = f"<office:change-info><dc:creator>{at('change author')}</dc:creator></office:change-info>"
    region = '<text:changed-region text:id="{0}"><text:{1}>' + info + "{2}</text:{1}></text:changed-region>"
    changes = region.format("c1", "insertion", "") + region.format("c2", "deletion", _p(at("deleted text")))
    changes += region.format("c3", "deletion", _p(at("unused deletion")))
    styles = f"""<style:style style:name="Gone" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Away" style:family="paragraph"><style:text-properties text:display="none"/></style:style>
<style:style style:name="{at("style name")}" style:family="text"/>
<style:style style:name="Black" style:family="text"><style:text-properties fo:background-color="#000000" fo:color="#000000"/></style:style>
<style:style style:name="Row" style:family="table-row"><style:table-row-properties/></style:style>
<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-prefix="{at("list label")}"/></text:list-style>"""
    body = f"""<office:forms><form:form><form:text form:label="{at("form label")}" form:current-value="{at("form value")}"/></form:form></office:forms>
<text:tracked-changes>{changes}</text:tracked-changes>
<text:user-field-decls><text:user-field-decl text:name="u" office:string-value="{at("user field")}"/></text:user-field-decls>
<text:h text:outline-level="2">{at("heading")}</text:h>
<text:p>Body {at("body text")} <text:span>{at("span")}</text:span><text:bookmark text:name="{at("bookmark")}"/>
<text:span text:style-name="Gone">{at("hidden text")}</text:span><text:hidden-text text:string-value="{at("hidden field")}"/>
<text:span text:style-name="Black">{at("blacked out")}</text:span>
<text:ruby><text:ruby-base>{at("ruby base")}</text:ruby-base><text:ruby-text>{at("ruby text")}</text:ruby-text></text:ruby>
<text:conditional-text text:string-value-if-false="{at("conditional other")}">{at("conditional text")}</text:conditional-text>
<text:placeholder text:placeholder-type="text">{at("placeholder")}</text:placeholder>
<text:script script:language="x">{at("script")}</text:script></text:p>
{_p(at("hidden paragraph"), "Away")}
<text:p>It says <text:change-start text:change-id="c1"/>{at("inserted text")}<text:change-end text:change-id="c1"/><text:change text:change-id="c2"/> now.</text:p>
<text:list text:style-name="L"><text:list-item>{_p(at("list entry"))}</text:list-item></text:list>
<table:table><table:table-row><table:table-cell>{_p(at("table cell"))}<table:table><table:table-row><table:table-cell>{_p(at("nested table cell"))}</table:table-cell></table:table-row></table:table></table:table-cell></table:table-row>
<table:table-row table:visibility="collapse"><table:table-cell>{_p(at("hidden row"))}</table:table-cell></table:table-row></table:table>
<text:section text:name="a">{_p(at("section"))}</text:section><text:section text:name="b" text:display="none">{_p(at("hidden section"))}</text:section>
<text:p>Noted<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>{_p(at("footnote"))}</text:note-body></text:note>
<text:note text:note-class="endnote"><text:note-citation>i</text:note-citation><text:note-body>{_p(at("endnote"))}</text:note-body></text:note>
<office:annotation><dc:creator>{at("comment author")}</dc:creator>{_p(at("comment"))}</office:annotation>
<text:a xlink:href="https://records.example/{at("link target")}" office:title="{at("link title")}">here</text:a>
<text:user-field-get text:name="u">{at("field result")}</text:user-field-get><text:variable-set text:formula="ooow:{at("variable formula")}">1</text:variable-set>
<text:expression text:formula="{at("field formula")}">2</text:expression>
<text:drop-down><text:label text:value="{at("drop-down entry")}"/>chosen</text:drop-down>
<text:alphabetical-index-mark text:string-value="x" text:key1="{at("index key")}"/></text:p>
<text:table-of-content><text:table-of-content-source><text:index-title-template>{at("index source")}</text:index-title-template></text:table-of-content-source>
<text:index-body>{_p(at("index text"))}</text:index-body></text:table-of-content>
<text:p><draw:frame draw:name="{at("frame name")}"><draw:image xlink:href="Pictures/1.png"/><svg:title>{at("alt title")}</svg:title><svg:desc>{at("alt text")}</svg:desc></draw:frame>
<draw:a xlink:href="https://records.example/{at("picture link")}"><draw:frame><draw:text-box>{_p(at("text box"))}</draw:text-box></draw:frame></draw:a>
<draw:custom-shape>{_p(at("shape text"))}</draw:custom-shape>
<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame><draw:frame><draw:object xlink:href="./Object 2"/></draw:frame>
<draw:frame><draw:object-ole xlink:href="./Object 3"/></draw:frame></text:p>"""
    pages = f"""<office:document-styles {NAMES}><office:master-styles>
<style:master-page style:name="Standard"><style:header>{_p(at("header"))}</style:header><style:header-first>{_p(at("first header"))}</style:header-first>
<style:footer>{_p(at("footer"))}</style:footer></style:master-page>
<style:master-page style:name="Other"><style:header>{_p(at("other header"))}</style:header></style:master-page></office:master-styles></office:document-styles>"""
    meta = f"""<office:document-meta {NAMES}><office:meta><dc:title>{at("title")}</dc:title><dc:subject>{at("subject")}</dc:subject><dc:description>{at("remark")}</dc:description>
<meta:keyword>{at("keyword")}</meta:keyword><dc:creator>{at("creator")}</dc:creator><meta:user-defined meta:name="x">{at("own property")}</meta:user-defined></office:meta></office:document-meta>"""
    parts: dict[str, str | bytes] = {
        "content.xml": f"<!-- {at('xml comment')} --><office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        "styles.xml": pages,
        "meta.xml": meta,
        "settings.xml": f"<s>{at('settings')}</s>",
        "META-INF/manifest.xml": "<m/>",
        "META-INF/documentsignatures.xml": f"<s>{at('signature')}</s>",
        "Pictures/1.png": b"\x89PNG\r\n\x1a\n" + at("picture bytes").encode(),
        "Thumbnails/thumbnail.png": at("thumbnail").encode(),
        "Basic/Standard/Module1.xml": f"<m>{at('macros')}</m>",
        "Versions/Version1": at("earlier version").encode(),
        "Object 1/content.xml": f"<o {NAMES}><chart:chart><chart:title>{_p(at('chart title'))}</chart:title></chart:chart></o>",
        "Object 2/content.xml": f'<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>{at("equation")}</mi></math>',
        "Object 3": at("object bytes").encode(),
        f"attic/{at('member name')}.dat": at("part of another kind").encode(),
    }
    return packed(parts, at("archive comment").encode())


RICH_KEPT = (
    "body text", "formatted", "heading", "list entry", "table cell", "header", "first footer", "second header", "footnote",
    "comment", "hidden text", "inserted text", "deleted text", "field result", "link target", "text box", "older box",
    "alt text", "word art", "title", "subject", "remark", "object result", "blacked out", "after the end", "nested cell",
)  # fmt: skip
RICH_UNSEEN = (
    "field code", "bookmark", "document variable", "own property", "index entry", "form help", "unknown destination",
    "shape property",
)  # fmt: skip
RICH_DROPPED = (
    "author", "company", "comment author", "people", "font name", "generator", "template", "picture bytes",
    "object bytes", "style name", "older picture", "binary",
)  # fmt: skip


def rich_hiding(at: Callable[[str], str]) -> bytes:
    """Return an RTF with ``at(place)`` in every place of the three lists above."""
    data = rf"""{{\rtf1\ansi\ansicpg1252\deff0{{\fonttbl{{\f0\fswiss {at("font name")};}}}}{{\colortbl;\red0\green0\blue0;\red255\green0\blue0;}}
{{\stylesheet{{\ql Normal;}}{{\s1\b heading 1;}}{{\s2 {at("style name")};}}}}
{{\*\generator {at("generator")};}}{{\*\template {at("template")}}}{{\*\revtbl{{Unknown;}}{{{at("people")};}}}}
{{\info{{\title {at("title")}}}{{\subject {at("subject")}}}{{\author {at("author")}}}{{\company {at("company")}}}{{\doccomm {at("remark")}}}}}
{{\*\userprops{{\propname x}}\proptype30{{\staticval {at("own property")}}}}}{{\*\docvar {{v}}{{{at("document variable")}}}}}
{{\*\strange {at("unknown destination")}}}
{{\header\pard {at("header")}\par}}{{\footerf\pard {at("first footer")}\par}}
\pard\s1 {at("heading")}\par\pard\plain Body {at("body text")} {{\b {at("formatted")}}}{{\*\bkmkstart {at("bookmark")}}}{{\*\bkmkend {at("bookmark")}}}{{\xe {at("index entry")}}}\par
{{\listtext\tab 1.}}\pard\ls1\ilvl0 {at("list entry")}\par\pard\plain
Seen {{\v {at("hidden text")}}}{{\highlight1 {at("blacked out")}}}\par
It says {{\revised {at("inserted text")}}}{{\deleted {at("deleted text")}}} now.\par
\trowd\cellx3000\cellx6000\pard\intbl {at("table cell")}\cell\pard\intbl\itap2 {at("nested cell")}\nestcell\pard\intbl b\cell\row\pard
Noted{{\super\chftn{{\footnote\pard {at("footnote")}\par}}}}{{\*\atnid AB}}{{\*\atnauthor {at("comment author")}}}\chatn{{\*\annotation{{\*\atndate 1}}\pard {at("comment")}}}\par
{{\field{{\*\fldinst INCLUDETEXT "{at("field code")}"}}{{\fldrslt {at("field result")}}}}}
{{\field{{\*\fldinst HYPERLINK "https://records.example/{at("link target")}"}}{{\fldrslt here}}}}
{{\field{{\*\fldinst FORMTEXT{{\*\formfield{{\fftype0{{\*\ffhelptext {at("form help")}}}}}}}}}{{\fldrslt filled}}}}\par
{{\shp{{\*\shpinst{{\sp{{\sn wzDescription}}{{\sv {at("alt text")}}}}}{{\sp{{\sn gtextUNICODE}}{{\sv {at("word art")}}}}}{{\sp{{\sn other}}{{\sv {at("shape property")}}}}}{{\shptxt\pard {at("text box")}\par}}}}{{\shprslt old}}}}
{{\*\do\dptxbx{{\dptxbxtext\pard {at("older box")}\par}}}}
{{\*\shppict{{\pict\pngblip {at("picture bytes").encode().hex()}}}}}{{\nonshppict{{\pict\wmetafile8 {at("older picture").encode().hex()}}}}}
{{\object\objemb{{\*\objdata {at("object bytes").encode().hex()}}}{{\result {at("object result")}}}}}\par
{{\pict\bin{len(at("binary"))} {at("binary")}}}\par
{{\header\pard {at("second header")}\par}}\par}}{at("after the end")}"""
    return data.encode("cp1252")
