"""Writes the golden documents: plain ones, whose copies say the same, and one with a value in every hiding place."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from documenthelp import W, hiding, simple  # noqa: E402 - the path has to be set first
from otherdocuments import open_simple  # noqa: E402

STYLES = (
    f"""<w:styles {W}><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>"""
)
LISTS = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>"""
NOTES = f"""<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>Filed by Wilma Testperson.</w:t></w:r></w:p></w:footnote></w:footnotes>"""
ROWS = "".join(
    f"<w:tr>{''.join(f'<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>' for cell in row)}</w:tr>"
    for row in (("Full Name", "Phone"), ("Wilma Testperson", "406-555-0123"), ("Otto Sampleman", "406-555-0124"))
)
BODY = f"""<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>Notice of hearing</w:t></w:r></w:p>
<w:p><w:r><w:t>Wilma Testperson</w:t></w:r></w:p><w:p><w:r><w:t>12 Example Street</w:t><w:br/><w:t>Pineford, MT 59000</w:t></w:r></w:p><w:p/>
<w:p><w:r><w:t xml:space="preserve">Please call </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>406-555-0123</w:t></w:r>
<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>bring the plan</w:t></w:r></w:p>
<w:tbl>{ROWS}</w:tbl><w:p/><w:sectPr><w:headerReference w:type="default" r:id="r4"/></w:sectPr>"""
HEADER = f"""<w:hdr {W}><w:p><w:r><w:t xml:space="preserve">Page </w:t></w:r><w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:hdr>"""
OPEN = """<text:h text:outline-level="1">Notice of hearing</text:h><text:p>Wilma Testperson</text:p><text:p>12 Example Street<text:line-break/>Pineford</text:p>
<text:p/><text:p>Please<text:s text:c="2"/>call <text:span text:style-name="B">406-555-0123</text:span>.</text:p>
<table:table><table:table-row><table:table-cell><text:p>Born:</text:p></table:table-cell><table:table-cell><text:p>3 May 1980</text:p></table:table-cell></table:table-row></table:table>"""
BOLD = '<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
RICH = rb"""{\rtf1\ansi{\stylesheet{\ql Normal;}{\s1 heading 1;}}\pard\s1 Notice of hearing\par\pard\plain Wilma Testperson\par
12 Example Street\line Pineford\par\par Please call {\b 406-555-0123} caf\'e9 \u8364?5.\par
\trowd\cellx3000\cellx6000\pard\intbl Born:\cell 3 May 1980\cell\row\pard Done.\par}"""


def main() -> None:
    """Write all."""
    folder = HERE / "document"
    folder.mkdir(exist_ok=True)
    plain = simple(BODY, styles=STYLES, numbering=LISTS, footnotes=NOTES, header1=HEADER)
    (folder / "plain.docx").write_bytes(plain)
    (folder / "plain.odt").write_bytes(open_simple(OPEN, BOLD))
    (folder / "plain.rtf").write_bytes(RICH)
    (folder / "hiding.docx").write_bytes(hiding(lambda place: f"made up {place}"))


if __name__ == "__main__":
    main()
