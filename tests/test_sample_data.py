"""The made-up case: it can be made again, nobody real is in it, and what was planted is really there."""

from __future__ import annotations

import csv
import html
import io
import ipaddress
import json
import mailbox
import re
import subprocess
import sys
import zipfile
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import olefile
import openpyxl
import pypdf
import pytest

from pipeline.policy.rosters import Rosters

SAMPLE = Path(__file__).parent.parent / "sample_data"
MADE = ("mailbox", "messages", "web_form", "logs", "desktop", "letters", "exports", "documents", "config")
FILES = sorted(path for folder in MADE for path in (SAMPLE / folder).rglob("*") if path.is_file())
PLANTED = json.loads((SAMPLE / "planted.json").read_text(encoding="utf-8"))
EMPTY_DOMAINS = ("example.com", "example.org", "example.net")
DOCUMENTATION_NETWORKS = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)


def texts_of(message: Message) -> list[str]:
    """Every text of a message: its headers, its bodies, its text attachments, the messages in it."""
    texts = []
    for part in message.walk():
        try:
            texts += [f"{name}: {value}" for name, value in part.items()]
        except (UnicodeError, ValueError):
            texts.append(part.as_string())
        if part.get_content_maintype() == "multipart" or part.get_content_type() == "message/rfc822":
            continue
        data = part.get_payload(decode=True) or b""
        assert isinstance(data, bytes)
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                texts.append(re.sub(r"<[^>]*>", "\n", archive.read("word/document.xml").decode()))
        elif part.get_content_maintype() in {"text", "message"}:
            charset = part.get_content_charset() or ("utf-8" if not _has_high_latin(data) else "iso-8859-1")
            texts.append(data.decode(charset))
    return [unquote(text, errors="strict") if "%40" in text else text for text in texts]


def _has_high_latin(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def records_of(path: Path) -> dict[int | None, str]:
    """The text of each record of a file, numbered as planted.json numbers them."""
    if path.suffix == ".mbox":
        box = mailbox.mbox(path, factory=None, create=False)
        read = (
            message_from_bytes(box.get_bytes(key), _class=EmailMessage, policy=policy.default)
            for key in sorted(box.keys())
        )
        return {at: "\n".join(texts_of(message)) for at, message in enumerate(read)}
    if path.suffix == ".xlsx":
        return dict(enumerate(row for sheet in openpyxl.load_workbook(path) for row in rows_of(sheet)))
    if path.suffix in {".docx", ".odt", ".rtf"}:
        return {None: document_text(path)}
    if path.suffix == ".eml":
        return {0: "\n".join(texts_of(message_from_bytes(path.read_bytes(), policy=policy.default)))}
    if path.suffix == ".msg":
        return {0: outlook_text(path)}
    if path.suffix == ".pdf":
        return {None: "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)}
    text = path.read_bytes().decode("utf-8")
    if path.suffix == ".html":
        return {None: html.unescape(text)}
    if path.suffix in {".ics", ".vcf"}:
        lines = re.sub(r"\\(.)", r"\1", text.replace("\r\n ", "").replace("\r\n", "\n"))
        return dict(enumerate(re.findall(r"(?ms)^BEGIN:(?:VEVENT|VCARD)$.*?^END:(?:VEVENT|VCARD)$", lines), 1))
    if path.suffix == ".csv":
        return {row: " ".join(cells) for row, cells in enumerate(csv.reader(io.StringIO(text, newline="")))}
    if path.suffix == ".jsonl":
        return {line: " ".join(leaves_of(json.loads(text))) for line, text in enumerate(text.splitlines(), 1)}
    if path.suffix == ".log":
        return dict(enumerate(text.split("\n"), 1))
    return {None: text}


def outlook_text(path: Path) -> str:
    """Every text property of a message saved from Outlook and of what is attached to it."""
    with olefile.OleFileIO(path) as file:
        names = [each for each in file.listdir() if each[-1].endswith("001F")]
        return "\n".join(file.openstream(each).read().decode("utf-16-le").replace("\r\n", "\n") for each in names)


def document_text(path: Path) -> str:
    """Every paragraph of every part of a document, what was deleted and what is hidden too, without its table's frame."""
    if path.suffix == ".rtf":
        text = re.sub(r"\\u(\d+)\?", lambda found: chr(int(found[1])), path.read_text("ascii"))
        return re.sub(r"\\[a-z]+\d* ?|[{}]", "", text)
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(each).decode() for each in archive.namelist() if each.endswith(".xml")]
    return "\n".join(
        html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"</[^<>]*(?:p|delText)>", "\n", part))) for part in parts
    )


def rows_of(sheet: Any) -> list[str]:
    """What each row of a sheet says, its comments too."""
    return [
        " ".join(
            f"{said}" for cell in row for said in (cell.value, cell.comment and cell.comment.text) if said is not None
        )
        for row in sheet.iter_rows()
    ]


def leaves_of(value: object) -> list[str]:
    """The keys, texts and numbers of a JSON value in order."""
    if isinstance(value, dict):
        return [text for key, below in value.items() for text in (key, *leaves_of(below))]
    if isinstance(value, list):
        return [text for each in value for text in leaves_of(each)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


@pytest.fixture(scope="module")
def everything() -> dict[str, dict[int | None, str]]:
    return {path.relative_to(SAMPLE).as_posix(): records_of(path) for path in FILES}


def test_maker_writes_the_same_bytes_again(tmp_path):
    """Running the maker gives every committed file byte for byte, and nothing else."""
    subprocess.run([sys.executable, SAMPLE / "make.py", tmp_path], check=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(SAMPLE): path.read_bytes() for path in [*FILES, SAMPLE / "planted.json"]}
    assert made.keys() == kept.keys()
    assert [str(name) for name in made if made[name] != kept[name]] == []


def test_no_phone_could_ring(everything):
    """Every telephone number is one of 555-0100 to 555-0199, which are kept free for made-up people."""
    # A hyphenated ten digits that is no phone would have to be looked at by a person, so none is planted.
    shape = re.compile(r"(?<![\w./-])(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?\s?(\d{3})[ .-](\d{4})(?![\w-])")
    found = [
        each.groups() for records in everything.values() for text in records.values() for each in shape.finditer(text)
    ]
    assert len(found) > 200
    assert {(middle, last[:2]) for _, middle, last in found} == {("555", "01")}
    assert {area for area, _, _ in found} == {"406", "617"}


def test_no_mailbox_could_be_reached(everything):
    """Every mail and web domain is reserved: example.com, .org and .net, or below .example and .invalid."""
    shape = re.compile(r"(?:@|https?://)([\w-]+(?:\.[\w-]+)+)")
    domains = {
        each[1].lower() for records in everything.values() for text in records.values() for each in shape.finditer(text)
    }
    domains -= {"schemas.openxmlformats.org"}
    assert len(domains) > 5
    assert {
        each for each in domains if each not in EMPTY_DOMAINS and not each.endswith((".example", ".invalid"))
    } == set()


def test_no_address_on_the_network_is_in_use(everything):
    """Every IP address comes from the ranges kept for documentation."""
    four = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
    six = re.compile(r"(?<![\w:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::[0-9a-f:]*")
    texts = [text for records in everything.values() for text in records.values()]
    found = {each[0] for text in texts for shape in (four, six) for each in shape.finditer(text)}
    assert len(found) > 50
    assert [
        each for each in found if not any(ipaddress.ip_address(each) in net for net in DOCUMENTATION_NETWORKS)
    ] == []


def test_planted_values_are_where_the_list_says(everything):
    """Every value of planted.json stands in the very record that it names, as an independent reader sees it."""
    missing = []
    flat: dict[tuple[str, int | None], str] = {}
    for each in PLANTED["values"]:
        key = (each["file"], each["record"])
        if key not in flat:
            flat[key] = re.sub(r"\s+", " ", re.sub(r"(?m)^(?:> ?)+", "", everything[key[0]][key[1]]))
        if each["value"] not in flat[key]:
            missing.append((each["file"], each["record"], each["entity"]))
    assert missing == []


def test_planted_list_covers_what_the_case_is_for():
    """Each kind of identifier is planted, and so are officials and agencies who must stay readable."""
    kinds = {(each["entity"], each["expect"]) for each in PLANTED["values"]}
    entities = {
        *("PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "CREDIT_CARD", "BANK_ACCOUNT", "PASSWORD"),
        *("STREET_ADDRESS", "DATE_OF_BIRTH", "US_DRIVER_LICENSE", "TRIBAL_ID", "IP_ADDRESS", "LICENSE_PLATE"),
        "LINKED_IDENTIFIER",
    }
    assert {(each, "withhold") for each in entities} <= kinds
    assert {(each, "release") for each in ("PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "UNIQUE_IDENTIFIER")} <= kinds
    withheld = {each["value"] for each in PLANTED["values"] if each["expect"] == "withhold"}
    assert withheld.isdisjoint(each["value"] for each in PLANTED["values"] if each["expect"] == "release")
    box = "mailbox/constituent-mail.mbox"
    assert (box, "encrypted") in {(each["file"], each["why"]) for each in PLANTED["held"]}
    assert (box, "base64 breaks off") in {(each["file"], each["why"]) for each in PLANTED["left_out"]}


def test_case_is_a_few_hundred_records(everything):
    """The case is large enough to look like one: mail, single messages, form rows, log lines, letters."""
    assert len(everything["mailbox/constituent-mail.mbox"]) >= 115
    assert len(everything["web_form/contact-form.csv"]) == 151
    assert len(everything["logs/portal-access.log"]) >= 150
    assert sum(name.endswith(".eml") for name in everything) == 12
    assert sum(name.startswith("letters/") for name in everything) == 5


def test_web_form_has_the_traps_of_real_exports():
    """One ragged row, cells with line ends and quotes, the surname NA, ZIP codes that begin with 0."""
    text = (SAMPLE / "web_form" / "contact-form.csv").read_bytes().decode("utf-8")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert sorted({len(row) for row in rows}) == [len(header), len(header) + 1]
    assert sum(len(row) > len(header) for row in rows) == 1
    cells = [dict(zip(header, row, strict=False)) for row in rows]
    assert any("\n" in each["comment"] for each in cells)
    assert any('"' in each["comment"] for each in cells)
    assert any(each["last_name"] == "NA" for each in cells)
    assert any(each["zip"].startswith("0") for each in cells)
    assert any(not each["email"] for each in cells)


def test_workbook_hides_what_workbooks_hide():
    """A sheet and a column are hidden, cells have comments, a number is an SSN: values are planted in each of them."""
    book = openpyxl.load_workbook(SAMPLE / "exports" / "dog-licenses.xlsx")
    first, second = book.worksheets
    assert (first.sheet_state, second.sheet_state) == ("visible", "hidden")
    assert [name for name, column in first.column_dimensions.items() if column.hidden] == ["I"]
    private = [each["value"] for each in PLANTED["values"] if each["expect"] == "withhold"]
    comments = [cell.comment.text for row in first for cell in row if cell.comment]
    assert len(comments) == 2
    assert all(any(value in text for value in private) for text in comments)
    assert all(f"{cell.value}" in private for cell in first["I"][1:] if cell.value is not None)
    assert all(cell.value in private for cell in second["C"][1:])


def test_the_claim_hides_a_number_under_a_box():
    """The PDF has two pages, a black box that is drawn over a number which stays text, and a name in its properties."""
    reader = pypdf.PdfReader(SAMPLE / "desktop" / "claim-for-damages.pdf")
    letter, form = (page.extract_text() for page in reader.pages)
    own = {
        each["entity"]: each["value"] for each in PLANTED["values"] if each["file"] == "desktop/claim-for-damages.pdf"
    }
    assert own["US_SSN"] in form
    assert own["US_SSN"] not in letter
    assert reader.metadata.author in letter
    drawn = reader.pages[1].get_contents().get_data().decode("cp1252")
    assert drawn.index(own["US_SSN"]) < drawn.index(" re f")


def test_offices_own_lists_know_every_planted_official():
    """The case's config folder loads, and names and contacts that must stay readable are on its lists."""
    rosters = Rosters.load(SAMPLE / "config")
    public = [each for each in PLANTED["values"] if each["expect"] == "release"]
    names = {each["value"] for each in public if each["entity"] == "PERSON"}
    assert [name for name in names if rosters.official(name, date(2025, 6, 1)) is None] == []
    contacts = {
        (each["entity"], each["value"]) for each in public if each["entity"] in {"EMAIL_ADDRESS", "PHONE_NUMBER"}
    }
    assert [each for each in contacts if rosters.agency_contact(*each) is None] == []
    private = {(each["entity"], each["value"]) for each in PLANTED["values"] if each["expect"] == "withhold"}
    assert [each for each in private if rosters.agency_contact(*each) is not None] == []
