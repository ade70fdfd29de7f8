"""Numbers that are cut over neighbouring cells, boxes, columns and lines are seen whole, and withheld in each place."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pytest
from conftest import Road
from damagedhelp import texts_in
from documenthelp import said
from documenthelp import simple as simple_document
from hiding import copy, readings
from openpyxl import Workbook
from otherdocuments import open_simple
from reportlab.pdfgen.canvas import Canvas

from pipeline.formats.cell_seams import seams_of
from pipeline.formats.document_cut import UNIT_SIZE
from pipeline.formats.html_text import HtmlText
from pipeline.model import Block, Edit
from pipeline.state import State


def joined(*texts: str, labels: tuple[str, ...] | None = None) -> list[str]:
    return [each.text for each in seams_of(texts, labels if labels is not None else ("",) * len(texts))]


@pytest.mark.parametrize(
    ("cells", "whole"),
    [
        (("536-90-", "4399"), "536-90-4399"),
        (("536-", "90-4399"), "536-90-4399"),
        (("536", "-90-4399"), "536-90-4399"),
        (("536-90", "-4399"), "536-90-4399"),
        (("536\u201390\u2013", "4399"), "536\u201390\u20134399"),
        (("536-", "90-", "4399"), "536-90-4399"),
        (("536", "-", "90", "-", "4399"), "536-90-4399"),
        (("5", "3", "6", "-", "9", "0", "-", "4", "3", "9", "9"), "536-90-4399"),
        (("Her number: 536-90-", "", "4399."), "536-90-4399"),
        (("406-555-", "0142"), "406-555-0142"),
        (("(406)", "555-0142"), "(406)555-0142"),
        (("(406) 555-", "0142 after five"), "(406) 555-0142"),
        (("406.555.", "0142"), "406.555.0142"),
        (("4417-1234-", "5678-9113"), "4417-1234-5678-9113"),
        (("wilma.tester@", "example.com"), "wilma.tester@example.com"),
        (("write to wilma.tester", "@example.com"), "wilma.tester@example.com"),
    ],
)
def test_a_number_with_its_separators_is_one_over_cells(cells, whole):
    """Where only both halves together are a number, they are one, whatever the columns are called."""
    assert joined(*cells) == [whole]


@pytest.mark.parametrize(
    ("label", "cells", "whole"),
    [
        ("SSN", ("536", "90", "4399"), "536-90-4399"),
        ("Social Security Number", ("53690", "4399"), "53690-4399"),
        ("SSN", ("536", "-90", "-4399"), "536-90-4399"),
        ("SSN", tuple("536904399"), "5-3-6-9-0-4-3-9-9"),
        ("Phone", ("406", "555", "0142"), "406-555-0142"),
        ("Area code and phone", ("406", "555-0142"), "406-555-0142"),
        ("Date of birth", ("4", "17", "1968"), "4/17/1968"),
    ],
)
def test_a_number_that_is_named_is_one_over_cells(label, cells, whole):
    """By the name of its column, with none over the others, or by the words on its left."""
    assert joined(*cells, labels=(label, *("" for _ in cells[1:]))) == [whole]
    assert joined(label, *cells) == [whole]
    assert joined(f"{label}: {cells[0]}", *cells[1:]) == [whole]


@pytest.mark.parametrize(
    "cells",
    [
        ("536", "90", "4399"),  # a table of numbers
        ("120", "-45", "-1300"),  # numbers below nought
        ("(406)", "555", "1042"),
        ("1,536", "90", "4399"),
        ("3", "12-25-2024"),  # a count and a date
        ("2024-", "2025"),
        ("101-41", "5200"),  # codes of a budget
        ("12", "25-0142"),  # a count and the number of a case
        ("406-555-0142", "59601"),
        ("59601", "406-555-0142"),
        ("536-90-4399", "4399"),
        ("pages 12-", "18"),
        ("5", "3", "6", "9", "0", "4", "3", "9", "9"),
        ("10.5", "20.5", "30.5"),
        ("$536", "90", "4399"),
        ("see 3-", "Montana"),
        ("Jane Doe", "@home"),
        ("536-9", "0-4399"),
        ("309.6", "25-6173"),
        ("223-16", "-", "1823"),
        ("54,599", "-24-5082"),
        ("345-23", "1.", "7048"),
        ("479-53", "-400", "4."),
        ("A536-90-", "4399"),
        ("536-90-", "4399B"),
    ],
)
def test_what_stands_side_by_side_is_no_number(cells):
    """Three number cells of a table, a date beside a count, codes and whole numbers end where they end."""
    assert joined(*cells) == []


@pytest.mark.parametrize(
    ("labels", "cells"),
    [
        (("Calls by phone", "Visits", "Letters"), ("406", "555", "1042")),  # each column has a name of its own
        (("Phone", "", "", ""), ("406", "555", "1042", "77")),  # goes on
        (("Phone", "", ""), ("40", "555", "1042")),
        (("SSN", "", ""), ("5360", "90", "439")),
        (("Total", "", ""), ("536", "90", "4399")),
        (("Date of birth", "", ""), ("410", "17", "1968")),
    ],
)
def test_a_name_alone_makes_no_number(labels, cells):
    """The cells have to be cut where the groups of such a number end, and belong to one name."""
    assert joined(*cells, labels=labels) == []


def test_an_edit_of_the_whole_is_one_of_each_cell():
    """What is covered stands in each of the cells at its own place."""
    (seam,) = seams_of(["Her number: 536-", "90-", "", "4399 today"], ["", "", "", ""])
    here = (Block(0),)
    assert list(seam.edits_of(Edit(here, 0, len(seam.text), "[X]"))) == [(0, 12, 16), (1, 0, 3), (3, 0, 4)]
    assert list(seam.edits_of(Edit(here, 5, 8, "[X]"))) == [(1, 1, 3), (3, 0, 1)]


def test_hostile_texts_take_no_time():
    """Long runs of digits, dashes and words on both sides are looked at only near the border."""

    def seconds(length: int) -> float:
        start = time.process_time()
        for sign in ("1", "-", "1 ", "a.", "(", "1-"):
            seams_of([sign * length] * 6, ["SSN"] * 6)
        return time.process_time() - start

    assert seconds(100_000) < 10 * seconds(25_000) + 1.0


# --- in files ---------------------------------------------------------------------------

ROWS = (
    ("Meter", "Number", "", "Remark"),
    ("17", "536-90-", "4399", "wrong"),
    ("18", "406-555-", "0142", "seen"),
    ("19", "w.tester@", "example.com", "seen"),
)
COUNTS = (("2023", "536", "90", "4398"), ("2024", "120", "-45", "-1300"), ("2025", "(406)", "555", "1042"))
KEPT = ("wrong", "536", "4398", "-45", "-1300", "(406)", "555", "1042")


def _table(kind: str, rows: tuple[tuple[str, ...], ...]) -> str:
    table, row, cell = {
        "docx": ("<w:tbl>{}</w:tbl><w:p/>", "<w:tr>{}</w:tr>", "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"),
        "html": ("<table>{}</table>", "<tr>{}</tr>", "<td>{}</td>"),
        "odt": (
            "<table:table>{}</table:table>",
            "<table:table-row>{}</table:table-row>",
            "<table:table-cell><text:p>{}</text:p></table:table-cell>",
        ),
        "rtf": ("{}", r"\trowd\cellx1\cellx2\cellx3\cellx4 {}\row ", r"\pard\intbl {}\cell "),
    }[kind]
    return table.format("".join(row.format("".join(cell.format(each) for each in cells)) for cells in rows))


def _files() -> dict[str, bytes]:
    book = Workbook()
    assert book.active is not None
    for cells in ROWS:
        book.active.append(cells)
    other = book.create_sheet()
    for counts in COUNTS:
        other.append(counts)
    sink = io.BytesIO()
    book.save(sink)
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(612, 792), invariant=1)
    for at, cells in enumerate((*ROWS, *COUNTS)):
        for column, each in enumerate(cells):
            canvas.drawString(50 + 120 * column, 700 - 30 * at, each)
    canvas.showPage()
    canvas.save()
    return {
        "a.docx": simple_document(_table("docx", ROWS) + _table("docx", COUNTS)),
        "b.html": f"<html><body>{_table('html', ROWS)}{_table('html', COUNTS)}</body></html>".encode(),
        "c.odt": open_simple(_table("odt", ROWS) + _table("odt", COUNTS)),
        "d.rtf": rf"{{\rtf1\ansi {_table('rtf', ROWS)}\pard x\par {_table('rtf', COUNTS)}\pard y\par}}".encode(),
        "e.xlsx": sink.getvalue(),
        "f.pdf": page.getvalue(),
    }


def test_a_release_has_no_number_that_is_cut_over_cells(by_patterns: State, tmp_path: Path) -> None:
    """In no kind of file either half is left; tables of counts with such digits stay whole."""
    (tmp_path / "in").mkdir()
    for name, data in _files().items():
        (tmp_path / "in" / name).write_bytes(data)
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"] * 6
    for path in sorted((tmp_path / "out/records").iterdir()):
        if path.suffix == ".pdf":
            continue
        text = re.sub("<[^>]*>", " ", "\n".join(texts_in(path.read_bytes())))
        left = [each for each in ("536-90", "4399", "406-555", "0142", "w.tester", "example.com") if each in text]
        assert (path.name, left) == (path.name, [])
        assert (path.name, [each for each in KEPT if each not in text]) == (path.name, [])
    import pypdf

    said_in_pdf = pypdf.PdfReader(tmp_path / "out/records/f.pdf").pages[0].extract_text()
    assert [
        each for each in ("536-90", "4399", "406-555", "0142", "w.tester", "example.com") if each in said_in_pdf
    ] == []
    assert [each for each in KEPT if each not in said_in_pdf] == []


def _said(data: bytes, name: str) -> list[str]:
    return [each.text for reading in readings(data, name) for each in reading.segments]


BOX = (
    "<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
)
LARGE = '<w:p><w:pPr><w:framePr w:dropCap="{}"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'


@pytest.mark.parametrize(
    "body",
    [
        LARGE.format("drop", "5") + said("36-90-4399 is the number."),
        LARGE.format("margin", "5") + said("36-90-4399 is the number."),
        BOX.format(said("536-90-")) + said("between") + BOX.format(said("4399")),
        said("her number is 536-90-") + BOX.format(said("4399")),
        said("x", "her number is 536-90-") + "<w:p/>" + said("4399 she says"),
        f"<w:tbl><w:tr><w:tc>{said('536-90-')}</w:tc></w:tr><w:tr><w:tc>{said('4399')}</w:tc></w:tr></w:tbl><w:p/>",
        '<w:p><w:r><w:t>536-90-</w:t></w:r><w:hyperlink w:anchor="x"><w:r><w:t>4399</w:t></w:r></w:hyperlink></w:p>',
        '<w:p><w:r><w:t>536-</w:t></w:r><w:fldSimple w:instr="REF x"><w:r><w:t>90-43</w:t></w:r></w:fldSimple><w:r><w:t>99</w:t></w:r></w:p>',
    ],
)
def test_a_number_cut_in_a_document_is_examined_in_one_piece(body: str) -> None:
    """By a large first letter, two boxes, passages, rows, a link or a field; withheld it is gone in all places."""
    data = simple_document(body)
    assert any("536-90-4399" in each for each in _said(data, "a.docx"))
    hidden = "\n".join(texts_in(copy(data, "a.docx", withheld=True)))
    assert [each for each in ("536-90", "36-90", "4399") if each in hidden] == []


def test_a_large_letter_stays_where_no_paragraph_follows() -> None:
    """It is a paragraph of its own, at the end, in a cell or before a table."""
    cell = f"<w:tbl><w:tr><w:tc>{LARGE.format('drop', 'B')}</w:tc><w:tc>{said('C')}</w:tc></w:tr></w:tbl>"
    assert _said(simple_document(LARGE.format("drop", "A") + cell + LARGE.format("drop", "D")), "a.docx") == list(
        "ABCD"
    )
    rich = rb"{\rtf1\ansi \pard\dropcapli2\dropcapt1 5\par \pard 36-90-4399 is it.\par}"
    assert _said(rich, "a.rtf") == ["536-90-4399 is it."]


def test_no_unit_ends_within_a_number() -> None:
    """Cells that are joined stand in one unit, however long the document is."""
    rows = "".join(f"<w:tr><w:tc>{said('536-90-' if at % 2 else 'x' * 90)}</w:tc><w:tc>{said('4399')}</w:tc></w:tr>" for at in range(1500))  # fmt: skip
    read = readings(simple_document(f"<w:tbl>{rows}</w:tbl><w:p/>"), "a.docx")
    assert len(read) > 90 * 750 // UNIT_SIZE
    assert sum(each.text == "536-90-4399" for reading in read for each in reading.segments) == 750


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        ((("ssn1", "ssn2", "ssn3"), ("536", "90", "4399")), ["536-90-4399"]),
        ((("Name", "Area code", "Number"), ("Ann", "406", "555-0142"), ("Bo", "406", "555-0143")), 2),
        ((("Phone", "406", "555", "0142"),), ["406-555-0142"]),
        ((("Permit", "Part 1", "Part 2"), ("A", "406", "5550")), []),
        ((("Area", "Line"), ("1200", "12")), []),
    ],
)
def test_a_number_over_cells_is_named_by_the_head_of_an_html_table(rows, whole) -> None:
    """Parts of a number under headings that name it are one text, beside those that a cell on their left names."""
    cells = ("".join(f"<td>{each}</td>" for each in row) for row in rows)
    page = HtmlText.parsed("<table>" + "".join(f"<tr>{each}</tr>" for each in cells) + "</table>")
    found = [seam.text for seam, _ in page.seams.values()]
    assert (len(found) if isinstance(whole, int) else found) == whole
