"""Values that only what stands beside or above them names: a head of a column, a cell on the left, a line before."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.detect import detect
from pipeline.formats.html_text import HtmlText
from pipeline.model import Edit, Segment
from recognizers.registry import load_recognizers

PATTERNS = [each for each in load_recognizers("fast") if not each.needs_model]


def found_in(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """Return what the recognizers of patterns find: entity and text."""
    return [
        (match.entity, segment.text[match.start : match.end])
        for segment, matches in zip(segments, detect(segments, PATTERNS), strict=True)
        for match in matches
    ]


@pytest.mark.parametrize(
    ("source", "entity", "value"),
    [
        ("<table><tr><td>Social Security Number<td>536904399<tr><td>Phone<td>x</table>", "US_SSN", "536904399"),
        ("<table><tr><th>Item<th>SSN<tr><td>Salt<td>536904399<tr><td>Sand<td>536904398</table>", "US_SSN", "536904398"),
        ("<table><tr><td>SSN<tr><td>536904399</table>", "US_SSN", "536904399"),
        ("<table><tr><td><b>SSN</b><div>536904399</div></table>", "US_SSN", "536904399"),
        (
            "<table><tr><td><table><tr><td>Date of birth<td>03/04/1980<tr><td>Phone<td>x</table></table>",
            "DATE_OF_BIRTH",
            "03/04/1980",
        ),
        ("<h3>Social Security Number</h3><p>536904399</p>", "US_SSN", "536904399"),
        ("<div>Date of birth</div><div><span>03/04/1980</span></div>", "DATE_OF_BIRTH", "03/04/1980"),
        ("<dl><dt>Driver license<dd>0412319804103</dl>", "US_DRIVER_LICENSE", "0412319804103"),
        ("<input type=hidden name=ssn value=536904399>", "US_SSN", "536904399"),
        ("<p>SSN: <input value=536904399></p>", "US_SSN", "536904399"),
        ("<a href='sms:2065550120'>x</a>", "PHONE_NUMBER", "2065550120"),
    ],
)
def test_what_a_page_names_is_found_and_withheld(source: str, entity: str, value: str) -> None:
    """Bare digits and dates, which are nothing by themselves, are what the page calls them."""
    page = HtmlText.parsed(source)
    segments = page.reading().segments
    assert (entity, value) in found_in(segments)
    edits = [Edit(each.address, at, at + len(value), "[X]") for each in segments if (at := each.text.find(value)) >= 0]
    assert value not in page.written(edits)


def test_what_no_words_of_headers_name_stays_as_it_is() -> None:
    """Texts that follow one another, headings, and cells of plain tables have no label of each other."""
    page = HtmlText.parsed(
        "<h2>Road works</h2><p>Route 191 is closed.</p><p>Name</p><p>Office of the Clerk</p>"
        "<table><tr><td>Salt<td>413<tr><td>Sand<td>555</table><p>Agenda 12</p><ul><li>Phone<li>Address</ul>"
    )
    labels = {each.text: each.label for each in page.reading().segments if each.label}
    assert labels == {"413": "Salt", "555": "Sand"}
    assert found_in(page.reading().segments) == []
