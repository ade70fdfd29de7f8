"""Numbers that are broken over two pages or written down a page are seen whole, and covered wherever they stand."""

from __future__ import annotations

import io

import pypdf
import pytest
from pagehelp import write
from reportlab.pdfgen.canvas import Canvas
from test_pdf import KIND, edits_for, segments_of, units_of

from pipeline.formats.page_seams import seams_of
from pipeline.formats.page_text import Glyph, Line, blocks_of, lines_of
from pipeline.formats.text_pieces import merged
from pipeline.model import Block, Edit, Page

BOX = (0.0, 0.0, 1.0, 1.0)


def page(number: int, *texts: str) -> tuple[int, list[Line]]:
    return number, [Line(text, [BOX] * len(text)) for text in texts]


def texts(*pages: tuple[int, list[Line]]) -> set[str]:
    return {each.text for each in seams_of(pages)}


def in_two(foot: str, head: str, *, before: int = 0) -> bytes:
    """A PDF in which a line ends a page and another begins the next, after ``before`` pages, with footers and headers."""
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=(612, 792), invariant=1)
    for _ in range(before):
        write(canvas, ["Nothing here"])
        canvas.showPage()
    write(canvas, ["The council met on March 3.", "Some more words.", foot, "", f"Page {before + 1}"])
    canvas.showPage()
    write(canvas, ["City of Helena", head, "and the rest of the words."])
    canvas.showPage()
    canvas.save()
    return sink.getvalue()


@pytest.mark.parametrize(
    ("foot", "head", "whole"),
    [
        ("Her number is 536-90-", "4399, she says", "536-90-4399"),
        ("call 406-555-", "0142 today", "406-555-0142"),
        ("call (406)", "555-0142 today", "(406)555-0142"),
        ("call (406) 555-", "0142", "(406) 555-0142"),
        ("SSN 536 90 ", "4399", "536 90 4399"),
        ("the card 4417 1234", "5678 9113 was", "4417 1234 5678 9113"),
    ],
)
def test_a_number_over_a_page_break_is_one_number(foot, head, whole):
    """Its halves stand joined in a text of both pages."""
    found = texts(page(1, "words", foot, "1"), page(2, "Header", head))
    assert any(whole.replace(" ", "") in each.replace(" ", "") for each in found)


@pytest.mark.parametrize(
    ("foot", "head"),
    [
        ("in the year 2025.", "1442 Juniper Street"),
        ("Page 1 of 2", "2025 report"),
        ("to be seen", "0142"),
        ("406-555-0142", "59601"),
    ],
)
def test_what_is_no_broken_number_is_not_joined(foot, head):
    """A year, a page number, a whole number and a word end where they end."""
    assert texts(page(1, foot), page(2, head)) == set()


def test_pages_that_do_not_follow_one_another_have_no_seam():
    """Page 3 does not go on what page 1 began."""
    assert texts(page(1, "536-90-"), page(3, "4399")) == set()


@pytest.mark.parametrize("before", [0, 7])
def test_both_halves_are_covered(before):
    """A finding over the break is withheld on both pages, within a unit and over two, and the words around stay."""
    data = in_two("Her number is 536-90-", "4399, she says", before=before)
    units = units_of(data)
    assert any("536-90-4399" in each.text for each in segments_of(data))
    parts = []
    for unit in units:
        reading = KIND.read(data, unit)
        parts.append(KIND.rewrite(data, unit, edits_for(reading, ["536-90-4399"])))
    sink = io.BytesIO()
    KIND.assemble(parts, sink)
    said = [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(sink.getvalue())).pages][before:]
    assert "536" not in said[0]
    assert "4399" not in said[1]
    assert "Her number is" in said[0]
    assert "she says" in said[1]


def test_edits_that_overlap_become_one():
    """What a seam and the block itself say of one place is one edit."""
    here = (Page(1), Block(0))
    edits = [Edit(here, 4, 9, "[A]"), Edit(here, 0, 5, "[B]"), Edit(here, 12, 14, "[C]")]
    assert merged(edits) == [Edit(here, 0, 9, "[B]"), Edit(here, 12, 14, "[C]")]


def down(signs: str, *, step: float = 15.0) -> str:
    glyphs = [Glyph(sign, (50.0, 20 + step * at, 56.0, 30 + step * at)) for at, sign in enumerate(signs)]
    return blocks_of(lines_of(glyphs)).get(0, "")


def test_a_number_written_down_the_page_is_one_number():
    """One sign a line, with or without hyphens between."""
    assert down("536-90-4399") == "536-90-4399"
    assert down("536904399") == "536904399"


def test_digits_that_count_or_are_few_stay_lines():
    """The numbers of rows, and a few digits below one another, are no number; nor is what stands far apart."""
    assert "\n" in down("123456789")
    assert "\n" in down("000000000")
    assert "\n" in down("53690")
    assert "\n" in down("536904399", step=60.0)
