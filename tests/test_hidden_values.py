"""Values written so that only a reader's program shows them: examined as shown in every text format."""

from __future__ import annotations

import base64

import pytest

from pipeline.formats.calendar_text import CalendarText
from pipeline.formats.contact_card import ContactCards
from pipeline.formats.html_text import link_text
from pipeline.formats.markdown_text import MarkdownText
from pipeline.model import Block, Edit, Source, Unit

NUMBER = "219-09-9999"
PERCENT = "".join(f"%{ord(each):02X}" for each in NUMBER)
EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n"
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\n{}\r\nEND:VCARD\r\n"


def packed(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    "line",
    [
        "DESCRIPTION;ENCODING=QUOTED-PRINTABLE:" + PERCENT.replace("%", "="),
        f"URL:http://www.example.com/?n={PERCENT}",
        f"URL:data:text/plain;base64,{packed(NUMBER)}",
        f"ATTENDEE:mailto:a@example.com?body={PERCENT}",
    ],
)
def test_a_calendar_is_examined_as_it_is_shown(line: str) -> None:
    """Transfer encodings and links are undone; an edited link is gone."""
    calendar = CalendarText(EVENT.format(line))
    (step,) = (step for step, (text, _) in calendar.segments.items() if NUMBER in text)
    text = calendar.segments[step][0]
    made = calendar.written([Edit((step,), 0, len(text), "[X]")])
    assert NUMBER not in made
    assert not [each for each in (PERCENT, PERCENT.replace("%", "="), packed(NUMBER)) if each in made]


def test_a_calendar_leaves_out_what_cannot_be_examined() -> None:
    """Values in base64, and links to what is no text, stay behind and are counted; a plain link stays as it was."""
    lines = [f"DESCRIPTION;ENCODING=BASE64:{packed(NUMBER)}", "URL:data:image/png;base64,AAAA/w=="]
    calendar = CalendarText(EVENT.format("\n".join(lines)))
    assert calendar.segments == {}
    assert calendar.left_out == 2
    assert "DESCRIPTION" not in calendar.written([])
    assert "URL" not in calendar.written([])
    assert "URL:http://www.example.com/?a=b+c%20d\n" in CalendarText(
        EVENT.format("URL:http://www.example.com/?a=b+c%20d")
    ).written([])


@pytest.mark.parametrize(
    "line",
    [
        f"URL:http://www.example.com/?n={PERCENT}",
        f"URL:data:text/plain;base64,{packed(NUMBER)}",
        f"EMAIL:mailto:a@example.com?body={PERCENT}",
    ],
)
def test_a_card_is_examined_as_it_is_shown(line: str) -> None:
    """Links are undone; an edited one holds nothing of the source, another stays as it was."""
    payload = CARD.format(line).encode()
    unit = Unit(Source("a.vcf", "contact_card", len(payload)), 0, 0, len(payload))
    (segment,) = ContactCards().read(payload, unit).segments
    assert NUMBER in segment.text
    made = ContactCards().rewrite(payload, unit, [Edit((Block(0),), 0, len(segment.text), "[X]")]).decode()
    assert NUMBER not in made
    assert PERCENT not in made
    assert packed(NUMBER) not in made
    kept = ContactCards().rewrite(payload, unit, []).decode().replace("\r\n ", "")
    assert line.partition(":")[2].removeprefix("mailto:").replace(";", "\\;").replace(",", "\\,") in kept


@pytest.mark.parametrize(
    "source",
    [
        f"See <http://www.example.com/?n={PERCENT}>.",
        f"See [it][r].\n\n[r]:\n  http://www.example.com/?n={PERCENT}\n\nMore.\n",
        '---\nn: "' + "".join(f"\\U{ord(each):08x}" for each in NUMBER) + '"\n---\n\ntext\n',
    ],
)
def test_markdown_is_examined_as_it_is_shown(source: str) -> None:
    """Links in angle brackets and long escapes of YAML are undone; what nothing edits stays as it was."""
    document = MarkdownText(source)
    (segment,) = (each for each in document.reading().segments if NUMBER in each.text)
    at = segment.text.index(NUMBER)
    made = document.written([Edit(segment.address, at, at + len(NUMBER), "[X]")])
    assert PERCENT not in made
    assert "U00000032" not in made
    assert MarkdownText(source).written([]) == source


def test_links_are_decoded_however_often_they_were_encoded() -> None:
    """A link encoded many times shows its text or is not examined; so does a data link in another charset."""
    link = f"http://www.example.com/?n={PERCENT}"
    for _ in range(5):
        link = link.replace("%", "%25")
    assert NUMBER in str(link_text(link))
    assert link_text("%" + "25" * 40 + "41") is None
    assert link_text(f"data:text/plain;charset=utf-16le;base64,{packed(NUMBER, 'utf-16-le')}") is None
    assert link_text(f"data:text/plain;base64,{packed(NUMBER, 'utf-16-le')}") is None
    assert link_text(f"data:text/plain;charset=utf-8;base64,{packed(NUMBER)}") == NUMBER
