"""Values written so that only a reader's program shows them: examined as shown in every text format."""

from __future__ import annotations

import base64
import io
import json
import string
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from conftest import Road
from documenthelp import said, simple
from hiding import copy, opened, readings
from otherdocuments import open_simple

from pipeline.detect import detect
from pipeline.formats.base import assembled
from pipeline.formats.calendar_text import CalendarText
from pipeline.formats.contact_card import ContactCards
from pipeline.formats.html_text import HtmlText, link_text
from pipeline.formats.markdown_text import MarkdownText
from pipeline.model import Block, Edit, Segment, Source, Unit
from pipeline.state import State
from pipeline.texts.other_forms import _NO_TEXT_BEGINS, other_forms
from pipeline.texts.plain_form import PlainForm
from recognizers.model import Match
from recognizers.registry import load_recognizers

NUMBER = "219-09-9999"
PERCENT = "".join(f"%{ord(each):02X}" for each in NUMBER)
EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n"
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\n{}\r\nEND:VCARD\r\n"


def packed(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    "source",
    [
        "<p>No <bdo dir=rtl>{}</bdo> it is</p>",
        "<p>No <span style='unicode-bidi: bidi-override; direction: rtl'>{}</span></p>",
        "<p><span dir=rtl style='unicode-bidi:isolate-override'><span>x</span> {}</span></p>",
        "<p>No \u202e{}\u202c</p>",
        "<p dir=rtl>x <span style='unicode-bidi:bidi-override'>{}</span></p>",
        "<div dir=rtl><p><bdo>{}</bdo></p></div>",
        "<p>No <bdo style='Direction: /* no */ r\\74l'>{}</bdo></p>",
        "<style>p, .Back:hover {{ unicode-bidi: bidi-override; direction: rtl }}</style><p>{}</p>",
        "<p class=back>{}</p><style>@media all {{ .a > p.Back {{direction:rtl}} }} .back{{unicode-bidi:bidi-override}}</style>",
    ],
)
def test_what_a_page_turns_around_is_examined_as_it_is_shown(source: str) -> None:
    """By an element, a style or a sign; withheld, nothing of it is left, and the copy reads as it did."""
    page = HtmlText.parsed(source.format(NUMBER[::-1]))
    (segment,) = (each for each in page.reading().segments if NUMBER[::-1] in each.text)
    (matches,) = detect([segment], [each for each in load_recognizers("fast") if not each.needs_model])
    (found,) = (each for each in matches if each.entity == "US_SSN")
    made = page.written([Edit(segment.address, found.start, found.end, "[X]")])
    assert NUMBER[::-1] not in made
    assert "[X]" in made
    again = HtmlText.parsed(page.written([]))
    assert [each.text for each in again.reading().segments] == [each.text for each in page.reading().segments]


def numbers_in(segments: Sequence[Segment]) -> list[tuple[Segment, Match]]:
    """Return the Social Security numbers in some texts."""
    told = detect(segments, [each for each in load_recognizers("fast") if not each.needs_model])
    pairs = zip(segments, told, strict=True)
    return [(text, each) for text, matches in pairs for each in matches if each.entity == "US_SSN"]


@pytest.mark.parametrize(
    "source",
    [
        "<bdo dir=rtl>9999-<b>90-</b>912</bdo>",
        "<bdo dir=rtl>9999-<br></bdo> <bdo dir=rtl>9999<i>-</i>90-912</bdo>",
        "<pre><bdo dir=rtl>a\n9999-90-912\nb</bdo></pre>",
        "<bdo dir=rtl>9999-\u202e\u202c90-912</bdo>",
    ],
)
def test_what_a_page_turns_in_pieces_is_examined_in_one(source: str) -> None:
    """Pieces side by side are turned together, and each line by itself."""
    page = HtmlText.parsed(source)
    (where, found), *_ = numbers_in(page.reading().segments)
    made = page.written([Edit(where.address, found.start, found.end, "[X]")])
    assert "912" not in made


@pytest.mark.parametrize("source", ['No <bdo dir="rtl">{}</bdo> it is\n', '*a* <bdo dir="rtl">{}</bdo>\n\n> b\n'])
def test_what_markdown_turns_around_is_examined_as_it_is_shown(source: str) -> None:
    """Its copy is byte for byte the same but for what is withheld."""
    text = source.format(NUMBER[::-1])
    page = MarkdownText(text)
    assert page.written([]) == text
    ((where, found),) = numbers_in(page.reading().segments)
    made = page.written([Edit(where.address, found.start, found.end, "[X]")])
    assert made == source.format("[X]")


BACK = NUMBER[::-1]
TURNED = {
    "a run": f'<w:bdo w:val="rtl"><w:r><w:t>{BACK}</w:t></w:r></w:bdo>',
    "runs": f'<w:bdo w:val="rtl"><w:r><w:t>{BACK[:4]}</w:t><w:noBreakHyphen/></w:r>'
    f"<w:hyperlink><w:r><w:t>{BACK[5:]}</w:t></w:r></w:hyperlink></w:bdo>",
    "changed runs": f'<w:ins w:id="1"><w:bdo w:val="rtl"><w:r><w:t>{BACK[:6]}</w:t></w:r><w:r><w:t>{BACK[6:]}</w:t></w:r></w:bdo>'
    "</w:ins>",
    "inside": f'<w:dir w:val="rtl"><w:bdo w:val="ltr"/><w:bdo w:val="rtl"><w:r><w:t>{BACK}</w:t></w:r></w:bdo></w:dir>',
    "groups": '<w:dir w:val="rtl"><w:r><w:t>9999\u201009</w:t></w:r><w:r><w:noBreakHyphen/><w:t>219</w:t></w:r></w:dir>',
}


def copy_with(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the copy of a document of one unit after edits."""
    kind, ((unit, payload),) = opened(data, "a.docx")
    sink = io.BytesIO()
    assembled(kind, [kind.rewrite(payload, unit, edits)], sink)
    return sink.getvalue()


@pytest.mark.parametrize("place", TURNED)
def test_what_a_document_turns_around_is_examined_as_it_is_shown(place: str) -> None:
    """Every run in it, here and in the copy; withheld, nothing of it is left."""
    data = simple(f"<w:p><w:r><w:t>No </w:t></w:r>{TURNED[place]}<w:r><w:t> it is.</w:t></w:r></w:p>")
    texts = [each for reading in readings(data, "a.docx") for each in reading.segments]
    assert numbers_in(texts)
    plain = copy(data, "a.docx")
    again = [each.text for reading in readings(plain, "a.docx") for each in reading.segments]
    assert again[0] == texts[0].text
    where, found = numbers_in(texts)[0]
    made = copy_with(data, [Edit(where.address, found.start, found.end, "[X]")])
    left = [each.text for reading in readings(made, "a.docx") for each in reading.segments]
    assert "[X]" in left[0]
    assert left[0].endswith("it is.")
    assert not any(part in left[0] for part in ("9999", "912", "219"))


def test_a_document_that_turns_nothing_has_no_sign_of_it() -> None:
    """Neither from left to right, nor in a text box inside a run that is turned, nor behind its end."""
    box = f"<w:pict><w:txbxContent>{said('in a box')}</w:txbxContent></w:pict>"
    data = simple(
        f'<w:p><w:bdo w:val="ltr"><w:r><w:t>one</w:t></w:r></w:bdo><w:bdo w:val="rtl"><w:r>{box}</w:r></w:bdo>'
        '<w:dir w:val="ltr"><w:r><w:t>two</w:t></w:r></w:dir><w:r><w:t>three</w:t></w:r></w:p>'
    )
    texts = [each.text for reading in readings(data, "a.docx") for each in reading.segments]
    assert texts == ["onetwothree", "in a box"]


def test_a_release_has_no_value_that_is_shown_turned_around(by_patterns: State, tmp_path: Path) -> None:
    """Of no format that can say so, be it by a sign alone; what stands beside stays."""
    (tmp_path / "in").mkdir()
    spans = f"<text:p>No \u202e{BACK[:5]}<text:span>{BACK[5:]}</text:span>\u202c it is.</text:p>"
    files = {
        "a.docx": simple(f"<w:p><w:r><w:t>No </w:t></w:r>{TURNED['runs']}<w:r><w:t> it is.</w:t></w:r></w:p>"),
        "b.html": f"<html><body><p>No <bdo dir=rtl>{BACK[:7]}<i>{BACK[7:]}</i></bdo> it is.</p></body></html>".encode(),
        "c.md": f"# Meter\n\nNo <bdo dir=rtl>{BACK}</bdo> it is.\n".encode(),
        "d.odt": open_simple(spans),
        "e.rtf": rb"{\rtf1\ansi No \u8238?"
        + BACK[:6].encode()
        + rb"{\b "
        + BACK[6:].encode()
        + rb"}\u8236? it is.\par}",
        "f.txt": f"No \u202e{BACK}\u202c it is.\n".encode(),
        "g.json": json.dumps({"note": f"No \u202e{BACK}\u202c it is."}).encode(),
    }
    for name, data in files.items():
        (tmp_path / "in" / name).write_bytes(data)
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert {each.label[0]: each.status for each in done.summary.files} == dict.fromkeys("abcdefg", "released")
    for path in sorted((tmp_path / "out/records").iterdir()):
        left = "\n".join(each.text for one in readings(path.read_bytes(), path.name) for each in one.segments)
        assert (path.name, [part for part in ("9999", "912", "it is.") if part in left]) == (path.name, ["it is."])


@pytest.mark.parametrize("source", ["<bdo dir=ltr>{}</bdo>", "<p dir=rtl>{}</p>", "<bdo dir=rtl>x</bdo>{}"])
def test_what_a_page_does_not_turn_stays(source: str) -> None:
    """Digits keep their order where only the direction of the text is said."""
    assert "\u202e9" not in str(HtmlText.parsed(source.format("9999-90-912")).segments)


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


SSN = "536-90-4399"
SSN_PERCENT = "".join(f"%{ord(each):02X}" for each in SSN)


def found_in(text: str) -> list[tuple[str, str]]:
    """Return entity and covered text of what the recognizers of patterns find."""
    patterns = [each for each in load_recognizers("fast") if not each.needs_model]
    (matches,) = detect([Segment(text, (Block(0),))], patterns)
    return [(each.entity, text[each.start : each.end]) for each in matches]


QUERY = base64.urlsafe_b64encode(f"ssn={SSN}&n=2".encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "entity", "covered"),
    [
        (f"See http://www.example.com/?n={SSN_PERCENT} today.", "US_SSN", SSN_PERCENT),
        (f"http://www.example.com/?n={SSN_PERCENT.replace('%', '%25')}", "US_SSN", SSN_PERCENT.replace("%", "%25")),
        (f"See&nbsp;http://www.example.com/?n={SSN_PERCENT}.", "US_SSN", SSN_PERCENT),
        ("http://www.example.com/?p=%28406%29%20555-0142&x=1", "PHONE_NUMBER", "%28406%29%20555-0142"),
        (
            "http://www.example.com/?m=wilma.testperson%40example.com&x=1",
            "EMAIL_ADDRESS",
            "wilma.testperson%40example.com",
        ),
    ],
)
def test_a_link_in_running_text_is_examined_as_it_is_shown(text: str, entity: str, covered: str) -> None:
    """Percent-encoding is undone also where no mark says that it is a link; the span is what stands in the text."""
    assert (entity, covered) in found_in(text)


@pytest.mark.parametrize(
    ("before", "after"), [("http://www.example.com/?d=", "&k=3"), ("http://www.example.com/u/", "/x"), ("", "")]
)
def test_a_packed_run_is_examined(before: str, after: str) -> None:
    """A run of base64 that holds an identifier is withheld as a whole, padded or not; one that holds a text is not."""
    for run in (QUERY, packed(f"ssn={SSN}&nr=2")):
        (found,) = [covered for entity, covered in found_in(before + run + after) if entity == "US_SSN"]
        assert found == run
    mailbox = packed("wilma.testperson@example.com").rstrip("=")
    assert ("EMAIL_ADDRESS", mailbox) in found_in(before + mailbox + after)
    plain = packed("Some plain words of 1234 letters")
    assert not [each for each in found_in(before + plain + after) if each[0] in {"US_SSN", "PHONE_NUMBER"}]


@pytest.mark.parametrize(
    "text",
    [
        "SSN 536-<b>90</b>-4399.",
        'SSN 536-<span style="color: red">90</span>-4399.',
        "SSN 536-<!-- x -->90-4399.",
        "SSN 536-[90](http://www.example.com)-4399.",
        "SSN 536-[90][r]-4399.",
        "SSN 536-[90]-4399.",
    ],
)
def test_a_number_cut_by_marks_is_found(text: str) -> None:
    """Tags in a calendar's description, links in Markdown: the number is found over them, and goes with them."""
    expected = text.removeprefix("SSN ").removesuffix(".")
    for each in (
        text,
        *(one.text for one in MarkdownText(text + "\n\n[r]: http://x.example\n").reading().segments[:1]),
    ):
        assert [covered for entity, covered in found_in(each) if entity == "US_SSN"] == [
            expected if each == text else each[each.index("536") : each.rindex("4399") + 4]
        ]
    calendar = CalendarText(EVENT.format(f"DESCRIPTION:{text}"))
    assert text in {said for said, _ in calendar.segments.values()}


def test_a_number_cut_over_cells_is_examined_in_one_piece() -> None:
    """Groups of digits in cells under one heading are one number; without such a heading they are numbers."""
    rows = "<tr><td>536</td>\n<td>90</td><td>4399</td><td>Jo</td></tr>"
    page = HtmlText.parsed(f"<table><tr><th colspan=3>SSN</th><th>Name</th></tr>{rows}</table><p>x</p>")
    (segment,) = (each for each in page.reading().segments if SSN in each.text)
    made = page.written([Edit(segment.address, 0, len(segment.text), "[X]")])
    assert "[X]" in made
    assert not [each for each in ("536", "90", "4399") if each in made]
    assert "<td>Jo</td>" in made
    kept = page.written([])
    assert [each in kept for each in ("<td>536</td>", "<td>90</td>", "<td>4399</td>")] == [True] * 3
    apart = HtmlText.parsed(f"<table>{rows}</table>")
    assert [each.text for each in apart.reading().segments] == ["536", "90", "4399", "Jo"]


def test_no_text_begins_with_what_is_passed_by() -> None:
    """Runs of base64 that are not unpacked for their first letter begin with no character of a text, whatever follows."""
    letters = string.ascii_letters + string.digits + "+/"
    for first, second in product(_NO_TEXT_BEGINS & set(letters), letters):
        byte = base64.b64decode(f"{first}{second}AA")[0]
        assert 0x80 <= byte < 0xC2 or byte > 0xF4 or (byte < 0x20 and byte not in b"\t\r\n")
    assert {"-", "_"} <= _NO_TEXT_BEGINS  # which stand for + and / in links


@pytest.mark.parametrize(
    "piece",
    [
        "<a",
        "9<a>",
        "[",
        "9[9",
        "%",
        "A",
        "A/",
        "9<a b",
        "1-<b>",
        "%41",
        "9[9](",
        "a b c ",
        "a  ",
        "a b c d e f g h",
        "a b c d \t",
    ],
)
def test_other_forms_take_linear_time(piece: str) -> None:
    """No text makes the search for other forms slow."""
    began = time.perf_counter()
    for _ in other_forms(PlainForm(piece * (200_000 // len(piece)))):
        pass
    assert time.perf_counter() - began < 5


RAISED = SSN.translate(
    {ord(str(digit)): "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[digit] for digit in range(10)}
)


@pytest.mark.parametrize("text", [f"No {SSN[:7]}\t{SSN[7:]}.", f"No {SSN[:4]}\t\t{SSN[4:]}"])
def test_a_number_cut_by_tabs_is_found(text: str) -> None:
    """Behind one of its separators, as in columns that are set with tabs."""
    ((entity, covered),) = found_in(text)
    assert entity == "US_SSN"
    assert covered.replace("\t", "") == SSN


def test_raised_digits_are_found_and_marks_of_notes_are_not_digits() -> None:
    """Three or more in a row are a number; one or two behind a number leave it what it is."""
    assert found_in(f"No {RAISED} it is") == [("US_SSN", RAISED)]
    assert found_in("Call 406-555-0142\u00b9\u00b2 today")[0] == ("PHONE_NUMBER", "406-555-0142")


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("Write m a r e n . v o s s @ e x a m p l e . o r g today", "EMAIL_ADDRESS", "maren.voss@example.org"),
        ("S S N : 5 3 6 9 0 4 3 9 9", "US_SSN", "536904399"),
        ("D a t e   o f   b i r t h :   0 3 / 1 4 / 1 9 6 2", "DATE_OF_BIRTH", "03/14/1962"),
        ("m   a   r   e   n   @   e   x   a   m   p   l   e   .   o   r   g", "EMAIL_ADDRESS", "maren@example.org"),
        (
            "> m a r e n @ e x a m p l e .\n> o r g or\n> b o b @ e x a m p l e . o r g",
            "EMAIL_ADDRESS",
            "bob@example.org",
        ),
    ],
)
def test_spread_letters_are_read_together(text: str, entity: str, value: str) -> None:
    """As a PDF shows letters that are set apart, with single blanks between the words or longer ones."""
    (covered,) = (covered for its, covered in found_in(text) if its == entity)
    assert "".join(covered.split()) == value


@pytest.mark.parametrize(
    "text", ["A B C D E F", "1 2 3 4 5 6 7 8 9", "Y N Y 1 9 8 4", "- - - - - -", "N O T I C E  O F  I T"]
)
def test_letters_that_stand_alone_are_nothing(text: str) -> None:
    """Columns of single signs and spread headings hold no value."""
    assert not found_in(text)


def test_names_are_read_in_spread_letters_and_nowhere_twice() -> None:
    """Models read such a text once more, and what they find counts only where letters were set together."""
    text = "A p p l i c a n t :   M a r e n   V o s s\n\nThe clerk read the plan of Tom Bearpaw."
    (matches,) = detect([Segment(text, (Block(0),))], load_recognizers("fast"))
    assert [text[each.start : each.end] for each in matches if each.entity == "PERSON"] in (
        ["Tom Bearpaw", "M a r e n   V o s s"],
        ["M a r e n   V o s s", "Tom Bearpaw"],
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("You may call him at 413\n555-0116 any time.", "413\n555-0116"),
        ("Call 413-555-\r\n0116 now.", "413-555-\r\n0116"),
        ("Call 413\n\n555-0116 now.", "413\n\n555-0116"),
        ("> Call 413-555\r\n> -0116 now.", "413-555\r\n> -0116"),
        ("Call 413-555\n0116 now.", "413-555\n0116"),
        ("The number is 219-09- \n9999.", "219-09- \n9999"),
        ("The number is 219-09\n-9999.", "219-09\n-9999"),
        ("Call 413-\\\n555-0116 now.", "413-\\\n555-0116"),
    ],
)
def test_a_number_that_a_line_ends_in_is_found(text: str, value: str) -> None:
    """Behind a separator, before one, or between the groups of a telephone number, with any line end."""
    assert value in [covered for _, covered in found_in(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('INFO {\\"email\\":\\"tester\\u0040example.com\\"}', "tester\\u0040example.com"),
        ('INFO {"ssn":"' + "".join(f"\\u{ord(each):04x}" for each in NUMBER) + '"}', r"\u0032"),
        ("b'tester\\x40example.com'", "tester\\x40example.com"),
        ("SSN 219\\-09\\-9999", "219\\-09\\-9999"),
        ("write to tester=40example.com", "tester=40example.com"),
        ("SSN 219-0=\r\n9-9999 is his", "219-0=\r\n9-9999"),
    ],
)
def test_escapes_of_programs_and_of_mail_in_a_text_are_undone(text: str, value: str) -> None:
    """As they stand in logs, in messages of programs and in the source of mail."""
    assert any(value in covered for _, covered in found_in(text))


def test_lines_of_numbers_are_no_numbers_over_lines() -> None:
    """Amounts, years and lists at the ends of lines stay what they are."""
    text = "Part 413\n520\n6001\nTotal 415 333\n2020 budget\n413\n555.1200\n1 413 555\n2 414 5555\nratio 3.\n5000\nC:\\u0040\n"
    assert found_in(text) == []
