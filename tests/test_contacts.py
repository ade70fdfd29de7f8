"""Business cards and calendars, as files and attached: every hiding place, versions, damaged ones."""

from __future__ import annotations

import base64
import time
from email.message import EmailMessage

import pytest
from hiding import check_places, copy, opened, readings, texts

from pipeline.errors import UnreadableSource
from pipeline.formats import format_of
from pipeline.model import Edit
from pipeline.verify import second_reader

CARD_EXAMINED = {
    "FN": "FN:cnrA",
    "N": "N:cnrB;cnrC;cnrD;cnrE;cnrF",
    "ADR": "ADR;TYPE=HOME:cnrG;cnrH;cnrI;cnrJ;cnrK;cnrL;cnrM",
    "TEL": "TEL;TYPE=CELL:cnrN",
    "EMAIL": "EMAIL:cnrO@example.com",
    "NOTE": "NOTE:x\\ncnrP",
    "folded NOTE": "NOTE:cn\r\n rQ",
    "quoted-printable": "NOTE;ENCODING=QUOTED-PRINTABLE:=63nrR=\r\n cnrS",
    "base64 NOTE": f"NOTE;ENCODING=BASE64:{base64.b64encode(b'cnrT').decode()}",
    "grouped": "item1.URL:https://example.org/cnrU\r\nitem1.X-ABLabel:cnrV",
    "ORG": "ORG:cnrW;cnrX",
    "BDAY": "BDAY:cnrY",
    "URI": "TEL;VALUE=uri:tel:cnrZ",
    "CATEGORIES": "CATEGORIES:cnrAA,cnrAB",
    "RELATED": "RELATED;VALUE=text:cnrAC",
}
CARD_LEFT_OUT = {
    "PHOTO": "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(b"cnrAD picture").decode(),
    "PHOTO link": "PHOTO:https://example.org/cnrAE.jpg",
    "KEY": "KEY:cnrAF",
    "X property": "X-SPOUSE:cnrAG",
    "UID": "UID:cnrAH",
    "parameter": 'ADR;LABEL="cnrAI";TYPE=HOME:;;x;;;;',
    "type": "TEL;TYPE=cnrAJ:555-0123",
    "SORT-AS": 'N;SORT-AS="cnrAK":x;y;;;',
    "SOUND": "SOUND:cnrAL",
    "group": "cnrAM.TEL:555-0123",
    "no property": "cnrAN without a colon",
    "PRODID": "PRODID:cnrAO",
}


def found_in(text: str) -> list[str]:
    import re

    return re.findall(r"cnr[A-Z]+", text)


def card(body: str, version: str = "3.0") -> bytes:
    return f"BEGIN:VCARD\r\nVERSION:{version}\r\n{body}\r\nEND:VCARD\r\n".encode()


@pytest.mark.parametrize("place", CARD_EXAMINED)
def test_a_place_in_a_card_that_is_examined_hides_nothing(place: str) -> None:
    """What is written there is read decoded and in one piece; withheld, it is gone in every form."""
    wanted = {"folded NOTE": ["cnrQ"], "quoted-printable": ["cnrRcnrS"], "base64 NOTE": ["cnrT"]}
    check_places(card(CARD_EXAMINED[place]), "a.vcf", wanted.get(place, found_in(CARD_EXAMINED[place])), [])


@pytest.mark.parametrize("place", CARD_LEFT_OUT)
def test_a_place_in_a_card_that_is_left_out_never_travels(place: str) -> None:
    """Pictures, keys, identifiers and extensions are in no copy, and counted."""
    data = card("FN:x\r\n" + CARD_LEFT_OUT[place])
    left = found_in(CARD_LEFT_OUT[place]) or ["cnrAD"]
    check_places(data, "a.vcf", [], left)
    if place != "group":
        assert readings(data, "a.vcf")[0].dropped[0].count >= 1


def test_a_name_is_examined_as_a_reader_sees_it() -> None:
    """The parts of a name are one text in reading order; an edit over them leaves none."""
    data = card("N:Testperson;Wilma;;Dr.;\r\nADR:;;12 Elm Street;Helena;MT;59601;")
    kind, ((unit, payload),) = opened(data, "a.vcf")
    name, place = kind.read(payload, unit).segments
    assert (name.text, place.text) == ("Dr. Wilma Testperson", "12 Elm Street, Helena, MT, 59601")
    made = kind.rewrite(payload, unit, [Edit(name.address, 4, 20, "[X]")])
    assert b"N:;[X];;Dr.;" in made
    assert b"ADR:;;12 Elm Street;Helena;MT;59601;" in made


def test_cards_are_records_of_their_own() -> None:
    """A damaged card holds itself, the others are read."""
    data = card("FN:One") + b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Two\r\n" + card("FN:Three", "4.0")
    kind, units = opened(data, "a.vcf")
    assert len(units) == 3
    said = []
    for unit, payload in units:
        try:
            said.append(kind.read(payload, unit).segments[0].text)
        except UnreadableSource as error:
            said.append(error.what)
    assert said[0] == "One"
    assert "cut short" in said[1]
    assert said[2] == "Three"


def test_versions_are_kept_or_made_new() -> None:
    """2.1 becomes 3.0, its bare types and its quoted-printable with it; 4.0 stays 4.0."""
    old = card("TEL;HOME;VOICE:555-0123\r\nFN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller", "2.1")
    made = copy(old, "a.vcf").decode()
    assert "VERSION:3.0" in made
    assert "TEL;TYPE=HOME;TYPE=VOICE:555-0123" in made
    assert "FN:Müller" in made
    assert "VERSION:4.0" in copy(card("FN:x", "4.0"), "a.vcf").decode()


CALENDAR_EXAMINED = {
    "SUMMARY": "SUMMARY:cnrA",
    "DESCRIPTION": "DESCRIPTION:x\\ncnrB",
    "folded": "DESCRIPTION:cn\r\n rC",
    "LOCATION": "LOCATION:cnrD",
    "ATTENDEE": "ATTENDEE;CN=cnrE:mailto:cnrF@example.com",
    "ORGANIZER": 'ORGANIZER;CN="cnrG":mailto:cnrH@example.com',
    "alarm": "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:cnrI\r\nEND:VALARM",
    "COMMENT": "COMMENT:cnrJ",
    "CONTACT": "CONTACT:cnrK",
    "URL": "URL:https://example.org/cnrL",
    "RESOURCES": "RESOURCES:cnrM",
}
CALENDAR_LEFT_OUT = {
    "ATTACH": "ATTACH:https://example.org/cnrN",
    "inline ATTACH": f"ATTACH;ENCODING=BASE64;VALUE=BINARY:{base64.b64encode(b'cnrO file').decode()}",
    "X property": "X-MICROSOFT-CDO-OWNER:cnrP",
    "X-ALT-DESC": "X-ALT-DESC;FMTTYPE=text/html:<p>cnrQ</p>",
    "UID": "UID:cnrR@example.com",
    "parameter": 'ATTENDEE;X-NOTE=cnrS;DIR="ldap://cnrT";SENT-BY="mailto:cnrU@x.y":mailto:a@example.com',
    "ALTREP": 'DESCRIPTION;ALTREP="CID:cnrV":x',
    "REQUEST-STATUS": "REQUEST-STATUS:2.0;cnrW",
    "unknown component": "BEGIN:X-OWN\r\nX-Y:cnrX\r\nEND:X-OWN",
}


def event(body: str) -> bytes:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250301T100000Z"
    return f"{head}\r\nDTSTART:20250303T100000Z\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()


@pytest.mark.parametrize("place", CALENDAR_EXAMINED)
def test_a_place_in_a_calendar_that_is_examined_hides_nothing(place: str) -> None:
    """What is written there is read unfolded and unescaped; withheld, it is gone in every form."""
    found = ["cnrC"] if place == "folded" else found_in(CALENDAR_EXAMINED[place])
    check_places(event(CALENDAR_EXAMINED[place]), "a.ics", found, [])


@pytest.mark.parametrize("place", CALENDAR_LEFT_OUT)
def test_a_place_in_a_calendar_that_is_left_out_never_travels(place: str) -> None:
    """Attachments, identifiers and extensions are in no copy, and counted."""
    data = event(CALENDAR_LEFT_OUT[place])
    check_places(data, "a.ics", [], found_in(CALENDAR_LEFT_OUT[place]) or ["cnrO"])
    assert readings(data, "a.ics")[0].dropped[0].count >= 2


@pytest.mark.parametrize("said", ["ENCODING=QUOTED-PRINTABLE", "QUOTED-PRINTABLE"])
def test_a_soft_line_break_in_an_older_calendar_loses_nothing(said: str) -> None:
    """vCalendar 1.0 folds a value by its transfer encoding, without a blank on the next line."""
    data = event(f"SUMMARY;{said}:Meeting with Wil=\r\nma Testperson=0D=0Aat ten=20=\r\no'clock")
    assert "Meeting with Wilma Testperson\r\nat ten o'clock" in texts(data, "a.vcs")
    assert b"Wilma Testperson" in copy(data, "a.vcs")


def test_a_card_with_a_photograph_is_read_in_linear_time() -> None:
    """Twice the lines of one value take about twice the time, not four times."""
    moments = []
    for lines in (20_000, 80_000):
        data = card("FN:Wilma Testperson\r\nPHOTO;ENCODING=b;TYPE=JPEG:" + "\r\n ".join(["QUJD" * 18] * lines))
        start = time.process_time()
        assert texts(data, "a.vcf") == "Wilma Testperson"
        moments.append(time.process_time() - start)
    assert moments[1] < 12 * moments[0] + 0.1


@pytest.mark.parametrize(
    "odd",
    [
        "BEGIN:VTIMEZONE\r\nTZID:UTC-07:00\r\nEND:VTIMEZONE",
        "BEGIN:VTIMEZONE\r\nTZID:/Mozilla.org/GMT\r\nLOCATION:GMT\r\nEND:VTIMEZONE",
        "BEGIN:VEVENT\r\nDTSTART:19440325T16000Z\r\nSUMMARY:x\r\nEND:VEVENT",
    ],
)
def test_odd_times_and_zones_hold_no_calendar(odd: str) -> None:
    """The second reader reads the lines where it can make no time of them, and sees all that they say."""
    data = event("SUMMARY:Ask Wilma Testperson\\, please\r\nATTENDEE;CN=Bert Sample:mailto:bert@example.org")
    data = data.replace(b"END:VCALENDAR", odd.encode() + b"\r\nEND:VCALENDAR")
    seen = "\n".join(second_reader("calendar", copy(data, "a.ics")) or [])
    assert all(each in seen for each in ("Ask Wilma Testperson, please", "Bert Sample", "bert@example.org"))
    with pytest.raises(UnreadableSource, match="independent calendar reader"):
        second_reader("calendar", b"BEGIN:VCALENDAR\r\nno line\r\nDTSTART:x\r\nEND:VCALENDAR\r\n")


def test_a_calendar_that_breaks_off_is_held() -> None:
    """One whose parts have no end says so; each event is a record."""
    with pytest.raises(UnreadableSource, match="cut short"):
        texts(event("SUMMARY:x")[:-20], "a.ics")
    two = event("SUMMARY:a").replace(
        b"END:VCALENDAR", b"BEGIN:VTODO\r\nUID:2\r\nSUMMARY:b\r\nEND:VTODO\r\nEND:VCALENDAR"
    )
    records = {each.text: each.record for each in readings(two, "a.ics")[0].segments}
    assert (records["a"], records["b"]) == ("a.ics#event1", "a.ics#event2")


@pytest.mark.parametrize(
    ("name", "kind", "data", "wanted"),
    [
        ("a.vcf", "text/vcard", card("FN:cnrA\r\nX-Y:cnrB"), "cnrA"),
        ("noname", "text/x-vcard", card("FN:cnrA"), "cnrA"),
        ("a.ics", "text/calendar", event("SUMMARY:cnrA"), "cnrA"),
        ("a.md", "text/markdown", b"a **cnrA** <!-- cnrB -->", "cnrA"),
        ("a.html", "text/html", b"<p>cnrA</p><script>cnrB</script>", "cnrA"),
        ("a.bin", "application/octet-stream", b"<html><p>cnrA</p><script>cnrB</script></html>", "cnrA"),
    ],
)
def test_attached_they_are_read_too(name: str, kind: str, data: bytes, wanted: str) -> None:
    """Inside a message they are read by the format that claims them, and nothing survives there either."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "papers"
    message.set_content("see below")
    main, sub = kind.split("/")
    message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    packed = message.as_bytes()
    (reading,) = readings(packed, "a.eml")
    assert not reading.gaps
    assert any(wanted in each.text for each in reading.segments)
    check_places(packed, "a.eml", [wanted], [])


def test_their_content_tells_them() -> None:
    """Under another name they are what they are."""
    assert format_of(card("FN:x"), "a.txt").name == "contact_card"
    assert format_of(event("SUMMARY:x"), "a.csv").name == "calendar"
