"""Documents of word processors from the desk's shared drive: a letter in the making, minutes, an old complaint.

The letter (DOCX) has a tracked change, a comment, a footnote, a table, a header and hidden text; the minutes (ODT) a
list and a note; the complaint is RTF. The archives are stored and not packed, as each zlib packs in its own way.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from xml.sax.saxutils import escape

from maker.writing import Book, Cast

LETTER = "documents/draft-letter-about-the-fence.docx"
MINUTES = "documents/minutes-of-the-parks-board.odt"
COMPLAINT = "documents/complaint-about-noise.rtf"
OPEN = "http://schemas.openxmlformats.org"
W = f'xmlns:w="{OPEN}/wordprocessingml/2006/main" xmlns:r="{OPEN}/officeDocument/2006/relationships"'
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
BY = 'w:id="7" w:author="{clerk.full}" w:date="2025-07-14T09:00:00Z"'
FIRST = ("City of Pineford", "Building and Permits", "{agency.address}")
TO = ("{me.full}", "{me.address}")
ROWS = (
    ("Name", "Telephone", "What was said"),
    ("{other.full}", "{other.phone}", "The fence is two feet on the wrong side."),
    ("{third.full}", "{third.phone}", "Saw it being built in May."),
)
COMMENT = "Please leave out the birthday. {me.full} told me on the telephone that it is {me.dob}."
NOTE = "The survey of 1998 is on file; {other.full} has a copy at {other.street}."
HIDDEN = "Social Security number of the owner, from the tax roll: {me.ssn}."
SAID = """
{chair.full} opened the meeting at seven.
{me.full}, {me.address}, asked for a light at the playground. She can be reached at {me.phone}.
{other.full} offered to paint the benches and left an address, {other.email}.
"""
COMPLAINED = """
{me.full} called on Sunday about the music next door, {other.full}, {other.address}. Her number is {me.phone}.
They were asked twice to turn it down. The plate of the van outside is {other.plate}.
Taken down by {deputy.full}, {deputy.phone}.
"""


def write_documents(book: Book) -> dict[str, bytes]:
    """Return the three documents; each is one record."""
    return {LETTER: _letter(book), MINUTES: _minutes(book), COMPLAINT: _complaint(book)}


# --- the letter ---------------------------------------------------------------------------


def _run(text: str, tag: str = "t", look: str = "") -> str:
    about = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{about}<w:{tag} xml:space="preserve">{escape(text)}</w:{tag}></w:r>'


def _paragraph(*runs: str, style: str = "") -> str:
    about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{about}{''.join(runs)}</w:p>"


def _letter(book: Book) -> bytes:
    cast = Cast(840, "pineford", "she")
    fill, by = cast.fill, cast.fill(BY)
    cells = ("".join(f"<w:tc><w:tcPr/>{_paragraph(_run(fill(cell)))}</w:tc>" for cell in row) for row in ROWS)
    table = f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"
    body = [
        _paragraph(_run("Draft: the fence on Larch Lane"), style="Heading1"),
        *(_paragraph(_run(fill(line))) for line in (*FIRST, "", *TO, "")),
        _paragraph(_run(f"Dear {cast.value('me')},")),
        _paragraph(
            _run("thank you for your letter. We spoke with your neighbors. The file is "),
            _run(cast.value("case"), look="<w:b/>"),
            _run(". "),
            f"<w:del {by}>{_run(fill('Call {other.full} at {other.phone} if you like.'), 'delText')}</w:del>",
            f"<w:ins {by}>{_run(fill('Please call {building.full} at {building.phone}.'))}</w:ins>",
            '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="0"/></w:r>',
        ),
        table,
        _paragraph(_run(fill(HIDDEN), look="<w:vanish/>")),
        _paragraph(_run(fill("{building.full}, {building.title}"))),
        '<w:sectPr><w:headerReference w:type="default" r:id="r4"/></w:sectPr>',
    ]
    heading = '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    note, comment = _paragraph(_run(fill(NOTE))), _paragraph(_run(fill(COMMENT)))
    desk = _paragraph(_run(f"Permit desk, {cast.value('agency', 'phone')}"))
    ties = (
        ("styles", "styles.xml"),
        ("footnotes", "footnotes.xml"),
        ("comments", "comments.xml"),
        ("header", "header1.xml"),
    )
    kind = f"{OPEN}/officeDocument/2006/extended-properties"
    app = f'<Properties xmlns="{kind}"><Company>City of Pineford</Company></Properties>'
    parts = {
        "[Content_Types].xml": _kinds(),
        "_rels/.rels": _links(("officeDocument", "word/document.xml"), ("extended-properties", "docProps/app.xml")),
        "word/document.xml": f"<w:document {W}><w:body>{''.join(body)}</w:body></w:document>",
        "word/_rels/document.xml.rels": _links(*ties),
        "word/styles.xml": f"<w:styles {W}>{heading}</w:styles>",
        "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2">{note}</w:footnote></w:footnotes>',
        "word/comments.xml": f'<w:comments {W}><w:comment w:id="0" w:author="{escape(cast.value("clerk"))}">'
        f"{comment}</w:comment></w:comments>",
        "word/header1.xml": f"<w:hdr {W}>{desk}</w:hdr>",
        "docProps/app.xml": app,
    }
    said = "\n".join(html.unescape(re.sub(r"<[^>]*>", "\n", each)) for each in parts.values())
    book.note(LETTER, None, said, cast.plants)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return _packed({name: head + text for name, text in parts.items()})


def _kinds() -> str:
    names = {each: each for each in ("styles", "footnotes", "comments")} | {
        "document": "document.main",
        "header1": "header",
    }
    made = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{KIND}.{kind}+xml"/>' for name, kind in names.items()
    )
    return (
        f'<Types xmlns="{OPEN}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{made}</Types>'
    )


def _links(*links: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="r{at}" Type="{OPEN}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{OPEN}/package/2006/relationships">{rows}</Relationships>'


def _packed(parts: dict[str, str]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            entry.create_system = 3  # the same on every system
            archive.writestr(entry, text)
    return sink.getvalue()


# --- the minutes and the complaint ----------------------------------------------------------


def _minutes(book: Book) -> bytes:
    cast = Cast(843, "pineford", "she")
    lines = cast.fill(SAID.replace("{chair.full}", "{planning.full}")).split("\n")
    note = cast.fill("Noted by {clerk.full}.")
    items = "".join(f"<text:list-item><text:p>{escape(line)}</text:p></text:list-item>" for line in lines)
    body = (
        f'<text:h text:outline-level="1">Parks board, minutes</text:h><text:list>{items}</text:list>'
        '<text:p>The meeting closed at nine.<text:note text:note-class="footnote">'
        f"<text:note-citation>1</text:note-citation><text:note-body><text:p>{escape(note)}</text:p></text:note-body></text:note></text:p>"
    )
    book.note(MINUTES, None, "\n".join([*lines, note]), cast.plants)
    spaces = f'xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0"'
    kinds = (("/", "application/vnd.oasis.opendocument.text"), ("content.xml", "text/xml"))
    files = "".join(f'<m:file-entry m:full-path="{name}" m:media-type="{kind}"/>' for name, kind in kinds)
    return _packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<office:document-content {spaces} office:version="1.2"><office:body><office:text>{body}'
            "</office:text></office:body></office:document-content>",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{ODF}:manifest:1.0" m:version="1.2">{files}</m:manifest>',
        }
    )


def _complaint(book: Book) -> bytes:
    cast = Cast(846, "pineford", "she")
    text = cast.fill(COMPLAINED)
    book.note(COMPLAINT, None, text, cast.plants)
    lines = "".join(f"{line}\\par\n" for line in text.split("\n"))
    coded = "".join(each if each.isascii() else f"\\u{ord(each)}?" for each in lines)
    return f"{{\\rtf1\\ansi\\deff0\n{{\\fonttbl{{\\f0 Arial;}}}}\n\\pard\\b Complaint\\b0\\par\n{coded}}}\n".encode(
        "ascii"
    )
