"""Writes the golden workbooks: a plain one, whose copy says the same, and one with a value in every hiding place."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from workbookhelp import hiding, simple  # noqa: E402 - the path has to be set first

ROWS = """<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>
<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" s="1"><v>219099001</v></c><c r="C2" s="2"><v>29251</v></c></row>
<row r="4"><c r="A4" t="s"><v>4</v></c><c r="B4"><v>40.25</v></c><c r="C4" t="b"><v>1</v></c></row>"""
TEXTS = ("Applicant", "SSN", "Born", "Wilma Testperson", "Call 406-555-0123\nafter five")


def main() -> None:
    """Write both."""
    strings = "".join(f"<si><t>{each}</t></si>" for each in TEXTS)
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="000\\-00\\-0000"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs>'
    )
    (HERE / "workbook" / "plain.xlsx").write_bytes(simple(ROWS, strings=strings, styles=styles))
    places = hiding(lambda place: "" if place == "embedded file" else f"made up {place}")
    (HERE / "workbook" / "hiding.xlsx").write_bytes(places)


if __name__ == "__main__":
    main()
