"""Values whose parts, or whose names, stand apart from them: in blocks, cells, lists, forms, codes and packed texts."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from conftest import Road
from damagedhelp import texts_in
from documenthelp import simple
from reportlab.pdfgen.canvas import Canvas

from pipeline.detect import detect
from pipeline.formats.calendar_text import CalendarText
from pipeline.formats.html_text import HtmlText
from pipeline.model import Block, Segment
from pipeline.state import State
from recognizers.registry import load_recognizers

STOCK: Sequence[Sequence[object]] = (("Item", "Note", "Cost"), ("Salt", "none", 1), ("Sand", "none", 2))
PATTERNS = [each for each in load_recognizers("fast") if not each.needs_model]


def sheet(*rows: Sequence[object], merged: tuple[int, int, int, int] | None = None, name: str = "") -> bytes:
    """Return a workbook of one sheet; ``merged`` are first row and column, last row and column of a joined cell."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("Items")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    if merged:
        page.merge_range(*merged, name)
    book.close()
    return out.getvalue()


def box(text: str) -> bytes:
    """Return a workbook with a text box."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Items").insert_textbox(1, 1, text)
    book.close()
    return out.getvalue()


def form(*fields: tuple[str, str]) -> bytes:
    """Return a PDF with form fields that no text on the page names."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(72, 760, "Application")
    for at, (name, value) in enumerate(fields):
        place = {"x": 72, "y": 600 - 40 * at, "width": 200, "height": 20}
        canvas.acroForm.textfield(name=name, value=value, borderWidth=0, **place)
    canvas.save()
    return out.getvalue()


def page(body: str) -> str:
    return f"<!doctype html><html><body>{body}</body></html>"


def event(*lines: str) -> str:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "DTSTART:20240102T000000Z", "SUMMARY:Hearing")
    return "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""])


def passage(*texts: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in texts)


def rows(*cells: Sequence[str]) -> str:
    said = ("".join(f"<w:tc>{passage(cell)}</w:tc>" for cell in row) for row in cells)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in said) + "</w:tbl>"


def control(value: str) -> str:
    about = '<w:sdtPr><w:alias w:val="SSN"/></w:sdtPr>'
    held = f"<w:sdtContent><w:r><w:t>{value}</w:t></w:r></w:sdtContent>"
    return f"<w:p><w:sdt>{about}{held}</w:sdt></w:p>"


Make = Callable[[str, str, str], str | bytes]
"""A file that holds the three groups of a number."""
WIDE = "ISA*00*          *ZZ*A~NM1*IL*1*X~REF*SY*{}{}{}~SE*8*0001~"
SSN: dict[str, Make] = {
    "list.html": lambda a, b, c: page(f"<p>SSN</p><ul><li>{a}<li>{b}<li>{c}</ul>"),
    "blocks.html": lambda a, b, c: page(f"<div>SSN</div><div>{a}</div><div>{b}</div><div>{c}</div>"),
    "first.html": lambda a, b, c: page(f"<ul><li>SSN: {a}<li>{b}<li>{c}</ul>"),
    "dashes.html": lambda a, b, c: page(f"<div>{a}-</div><div>{b}-</div><div>{c}</div>"),
    "tall.html": lambda a, b, c: page(f"<table><tr><td rowspan=3>SSN<td>{a}<tr><td>{b}<tr><td>{c}</table>"),
    "down.html": lambda a, b, c: page(f"<table><tr><td>SSN<tr><td>{a}<tr><td>{b}<tr><td>{c}</table>"),
    "empty.html": lambda a, b, c: page(f"<table><tr><td>SSN<td>&nbsp;<td>{a}{b}{c}</table>"),
    "label.html": lambda a, b, c: page(f"<label for=a>SSN</label><input id=a value={a}{b}{c}>"),
    "down.xlsx": lambda a, b, c: sheet(*STOCK, (), ("SSN",), (a,), (b,), (c,)),
    "numbers.xlsx": lambda a, b, c: sheet(("SSN",), (int(a),), (int(b),), (int(c),)),
    "left.xlsx": lambda a, b, c: sheet(*STOCK, (), ("SSN", a), ("", b), ("", c)),
    "joined.xlsx": lambda a, b, c: sheet(*STOCK, (), (), (a, b, c), merged=(4, 0, 4, 2), name="SSN"),
    "gap.xlsx": lambda a, b, c: sheet(*STOCK, (), ("SSN",), (), (int(a + b + c),)),
    "box.xlsx": lambda a, b, c: box(f"SSN\n{a}{b}{c}"),
    "down.docx": lambda a, b, c: simple(rows(("SSN",), (a,), (b,), (c,))),
    "passages.docx": lambda a, b, c: simple(passage("SSN", a, b, c)),
    "control.docx": lambda a, b, c: simple(control(a + b + c) + passage("End")),
    "field.pdf": lambda a, b, c: form(("txtSSN", a + b + c)),
    "fields.pdf": lambda a, b, c: form(("ssn1", a), ("ssn2", b), ("ssn3", c)),
    "last.csv": lambda a, b, c: f"Salt,{a}{b}{c},12\nSand,none,14\nItem,SSN,Qty\n",
    "below.csv": lambda a, b, c: f"Item,Qty\nSalt,1\nSand,2\n\nSSN,{a}{b}{c}\n",
    "heading.md": lambda a, b, c: f"## SSN\n\n{a}\n\n{b}\n\n{c}\n",
    "table.md": lambda a, b, c: f"| SSN |\n|---|\n| {a} |\n| {b} |\n| {c} |\n",
    "leaders.txt": lambda a, b, c: f"SSN{'.' * 120} {a}{b}{c}\n",
    "parted leaders.txt": lambda a, b, c: f"Social Security Number {'. ' * 70}{a}{b}{c}\n",
    "columns.txt": lambda a, b, c: f"NAME SSN      AMT\nDOE  {a}{b}{c}00120\n",
    "braces.txt": lambda a, b, c: f"Her number is {a}{{-}}{b}{{-}}{c}.\n",
    "commands.txt": lambda a, b, c: f"Her number is \\textbf{{{a}}}-\\textbf{{{b}}}-{c}.\n",
    "dashes.txt": lambda a, b, c: f"Her number is {a}--{b}--{c}.\n",
    "field.hl7": lambda a, b, c: f"MSH|^~\\&|A|B\rPID|1||77||X||||||||||||55|{a}{b}{c}\rPV1|1|O\r",
    "element.edi": WIDE.format,
    "kind.json": lambda a, b, c: json.dumps({"ids": [{"type": "SSN", "number": a + b + c}]}),
    "system.json": lambda a, b, c: json.dumps(
        {"id": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": a + b + c}]}
    ),
    "coded.json": lambda a, b, c: json.dumps({"id": {"type": {"text": "SSN"}, "value": a + b + c}}),
    "inside.json": lambda a, b, c: json.dumps({"ssn": {"value": a + b + c, "is_checked": True}}),
    "pairs.json": lambda a, b, c: json.dumps([["Item", "Salt"], ["SSN", a + b + c]]),
    "sequence.ics": lambda a, b, c: event(f"SEQUENCE:{a}{b}{c}"),
    "count.ics": lambda a, b, c: event(f"RRULE:FREQ=DAILY;COUNT={a}{b}{c}"),
}
PHONE: dict[str, Make] = {
    "blocks.html": lambda a, b, c: page(f"<div>Phone</div><div>{a}</div><div>{b}</div><div>{c}</div>"),
    "down.xlsx": lambda a, b, c: sheet(*STOCK, (), ("Phone",), (a,), (b,), (c,)),
    "field.pdf": lambda a, b, c: form(("form1[0].HomePhone[0]", a + b + c)),
    "cells.csv": lambda a, b, c: f"Salt,{a}{b}{c},12.50\nSand,17,3.25\nClay,18,4.25\n",
    "list.md": lambda a, b, c: f"## Phone\n\n* {a}\n* {b}\n* {c}\n",
    "blanks.txt": lambda a, b, c: f"Phone: {a}   {b}   {c}\n",
    "line.txt": lambda a, b, c: f"Phone: {a}  {b}\n{c}\n",
    "prose.txt": lambda a, b, c: f"The note says {a}  {b}\n{c} and no more.\n",
    "lines.txt": lambda a, b, c: f"You can reach me at {a}\n{b}\n{c}\n",
    "slips.txt": lambda a, b, c: f"Phone: {a}_{b}_{c}\n",
    "leaders.txt": lambda a, b, c: f"Phone{'.' * 120}{a}{b}{c}\n",
    "element.edi": lambda a, b, c: f"ST*837*1~\nPER*IC*X*TE*{a}{b}{c}~\nSE*1*1~\n",
    "telecom.json": lambda a, b, c: json.dumps({"telecom": [{"system": "phone", "value": a + b + c}]}),
}
BIRTH: dict[str, Callable[[int], str | bytes]] = {
    "field.pdf": lambda day: form(("txtBirthDate", f"196804{day}")),
    "blocks.html": lambda day: page(f"<div>Date of birth</div><div>04</div><div>{day}</div><div>1968</div>"),
    "parts.json": lambda day: json.dumps({"dob": {"year": 1968, "month": 4, "day": day}}),
    "element.edi": lambda day: f"ST*837*1~\nDMG*D8*196804{day}*F~\nSE*1*1~\n",
    "leaders.txt": lambda day: f"Date of birth{'.' * 120}04/{day}/1968\n",
}


def released(files: dict[str, str | bytes], state: State, folder: Path) -> dict[str, str]:
    """Return what each of some files says in its release."""
    (folder / "in").mkdir()
    for name, data in files.items():
        (folder / "in" / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    done = Road(state).release(folder / "in", folder / "out")
    assert [(name, each.status) for name, each in zip(sorted(files), done.summary.files, strict=True)] == [
        (name, "released") for name in sorted(files)
    ]
    return {
        path.stem + path.suffix: "\n".join(texts_in(path.read_bytes())) for path in (folder / "out/records").iterdir()
    }


def bare(text: str) -> str:
    """Return the letters and digits of a text, without tags and what JSON calls its values."""
    return re.sub(r"<[^>]*>|\"[a-z_]+\":|\W|_", "", text)


def test_a_release_has_no_ssn_whose_groups_or_names_stand_apart(by_patterns: State, tmp_path: Path) -> None:
    """Each file has a number of its own, so that none is found because another file names it."""
    numbers = {name: (f"{231 + at}", f"{11 + at}", f"{4301 + at}") for at, name in enumerate(SSN)}
    said = released({name: make(*numbers[name]) for name, make in SSN.items()}, by_patterns, tmp_path)
    assert [name for name, text in said.items() if "".join(numbers[name]) in bare(text)] == []
    assert "Application" in said["field.pdf"]
    assert "Salt" in said["last.csv"]


def test_a_release_has_no_phone_whose_groups_or_names_stand_apart(by_patterns: State, tmp_path: Path) -> None:
    """Groups below one another, parted by blanks and line ends, in fields that only a code names."""
    numbers = {name: ("406", f"{312 + at}", f"{4301 + at}") for at, name in enumerate(PHONE)}
    said = released({name: make(*numbers[name]) for name, make in PHONE.items()}, by_patterns, tmp_path)
    assert [name for name, text in said.items() if "".join(numbers[name]) in bare(text)] == []


def test_a_release_has_no_birth_date_whose_parts_or_names_stand_apart(by_patterns: State, tmp_path: Path) -> None:
    """Fields of forms and messages, blocks, keys, rows of dots."""
    said = released({name: make(12 + at) for at, (name, make) in enumerate(BIRTH.items())}, by_patterns, tmp_path)
    parts = [(name, f"{12 + at}") for at, name in enumerate(BIRTH)]
    assert [name for name, day in parts if re.search(rf"1968(?:04|4){day}|04{day}1968", bare(said[name]))] == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_packed_utf_16_is_examined(encoding: str) -> None:
    """What PowerShell encodes, with and without a mark; the whole run is withheld."""
    run = base64.b64encode("SSN 231-11-4301".encode(encoding)).decode()
    text = f"see {run} there"
    (matches,) = detect([Segment(text, ())], PATTERNS)
    assert "US_SSN" in {each.entity for each in matches if text[each.start : each.end] == run}


INNOCENT: dict[str, tuple[str | bytes, Sequence[str]]] = {
    "lists.html": (
        page(
            "<p>Totals</p><ul><li>536<li>90<li>4399</ul><div>Sections</div><div>406</div><div>555</div><div>1042</div>"
            "<table><tr><th>Item<th>SSN office visits<tr><td>Salt<td>536<tr><td>Sand<td>90<tr><td>Clay<td>4399</table>"
        ),
        ("536", "90", "4399", "406", "555", "1042"),
    ),
    "budget.xlsx": (sheet(("Fund", "Line"), (536, 90), (90, 4399), (4399, 12)), ("536", "4399")),
    "below.xlsx": (sheet(*STOCK, (), ("Total",), (536,), (90,), (4399,)), ("536", "4399")),
    "form.pdf": (form(("total", "536904111"), ("parcel", "12345678"), ("year", "2024")), ("536904111", "2024")),
    "heads.md": ("## Totals\n\n- 536\n- 90\n- 4399\n\n## SSN policy\n\n- 12 rules\n- 90 days\n", ("4399", "90 days")),
    "contents.txt": (
        f"Budget{'.' * 120} 536904323\nChapter 4 {'. ' * 60} 112\nPhone lines{'.' * 40}17\n",
        ("536904323", "112", "17"),
    ),
    "numbers.txt": (
        "Stock\n  407  556\n 1043\nItems 408  557\n1044\n",
        ("  407  556\n 1043", "Items 408  557\n1044"),
    ),
    "columns.txt": ("CODE     AMT\n53690439900120\n53690439800450\n", ("53690439900120",)),
    "ranges.txt": ("See pages 123--145 and {12}--{15}.\n", ("123--145",)),
    "kinds.json": (json.dumps({"of": [{"type": "parcel", "number": 912345678}]}), ("912345678",)),
    "meeting.ics": (event("SEQUENCE:12", "PRIORITY:5", "DURATION:PT1H30M"), ("SEQUENCE:12", "PRIORITY:5", "PT1H30M")),
    "order.edi": ("ST*850*1~\nREF*PO*536904322~\nDTM*002*20240417~\nSE*1*1~\n", ("536904322", "20240417")),
    "result.hl7": ("MSH|^~\\&|A|B\rOBX|1|NM|718^Hemoglobin||14.1|g/dL|||||F|||20240417\r", ("14.1", "20240417")),
}


def test_what_nothing_names_stays_as_it_is(by_patterns: State, tmp_path: Path) -> None:
    """Budgets, contents, ranges, codes and dates of the same forms."""
    said = released({name: data for name, (data, _) in INNOCENT.items()}, by_patterns, tmp_path)
    lost = [(name, each) for name, (_, kept) in INNOCENT.items() for each in kept if each not in said[name]]
    assert lost == []


def test_a_cell_over_several_rows_takes_its_column_from_the_rows_below() -> None:
    """What is below the second cell of a row has that column, though it is the first of its own row."""
    made = HtmlText.parsed("<table><tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e</table>")
    texts = {
        (row, column): made.segments[Block(own[0])]
        for row, cells in made.cells.items()
        for column, own in cells.items()
    }
    first = min(row for row, _ in texts)
    assert {(row - first, column): text for (row, column), text in texts.items()} == {
        (0, 0): "a", (0, 1): "b", (1, 1): "c", (2, 0): "d", (2, 1): "e",
    }  # fmt: skip


def test_a_value_of_a_calendar_with_another_form_is_left_out() -> None:
    """Numbers, spans of time and dates have the form that RFC 5545 gives them, or they do not travel."""
    source = event(
        "PRIORITY:5", "SEQUENCE:231114301", "DURATION:PT1H", "GEO:231114301;1", "DTEND:231114301", "RDATE:20240102"
    )
    made = CalendarText(source)
    assert {label for _, label in made.segments.values()} >= {"PRIORITY", "DURATION", "RDATE", "DTSTART"}
    assert "231114301" not in made.written([])
