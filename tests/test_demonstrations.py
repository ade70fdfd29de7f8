"""The main job on real input: policies of public offices, mail of a public list, public tables, the sample case."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, NamedTuple

import fast_mail_parser
import openpyxl
import pytest
from conftest import DECIDED_AT, SHARED, Road
from test_sample_data import PLANTED, SAMPLE, records_of

from pipeline.cli.demo import KINDS, held_as_planted
from pipeline.formats import format_named
from pipeline.policy.load import find
from pipeline.policy.rosters import Rosters
from pipeline.release import Release
from pipeline.state import Job, prepare
from pipeline.texts.digest import tokens

SEEDS = SHARED / "seeds"
MAIL = SHARED / "eval/dev/spamassassin_mail_silver.jsonl"
TABLES = SHARED / "eval/dev/csv"
COPIED_AS = {".msg": ".eml", ".odt": ".docx", ".rtf": ".docx"}
NOT_PII = {"LOCATION", "ORG", "DATE"}

PRIVATE_LETTER = """

From: Wilma Testperson
Dear office, my name is Wilma Testperson and I live at 418 Sawmill Gulch Road, Helena, MT 59601.
Call me at (406) 555-0142 or write to wilma.testperson@example.com. My SSN is 536-90-4399.

Thanks,
Wilma
"""
PRIVATE_VALUES = ("Testperson", "Wilma", "418 Sawmill", "555-0142", "wilma.testperson", "536-90-4399")

EVERYTHING_WITHHELD = """\
name: everything
title: Withholds everything but towns and numbers that stand alone
version: "1.0"
jurisdiction: Testland
effective_from: 2025-01-01
unscannable: withhold_part
use_agency_contacts: false
use_officials: false
rules:
  - name: places
    when: {entity: STREET_ADDRESS, part: [city, state, zip, postcode, county, country]}
    action: release
    reason: A town alone.
  - name: numbers_alone
    when: {entity: UNIQUE_IDENTIFIER}
    action: release
    reason: A number alone.
  - name: everything
    action: withhold
    definition: made up
    authority:
      - {kind: statute, cite: Test Code 1}
    reason: Everything else goes.
"""


# --- the five policies ------------------------------------------------------------------

CONTACTS = {
    ("000", "STREET_ADDRESS", "840 Helena Avenue"),
    ("000", "PHONE_NUMBER", "406-444-2040"),
    ("000", "PHONE_NUMBER", "406-444-3497"),
    ("000", "EMAIL_ADDRESS", "csidigicomm@mt.gov"),
    ("001", "PERSON", "Ronald J. Alles"),
    ("001", "PERSON", "Art Pembroke"),
    ("002", "STREET_ADDRESS", "200 W. Broadway Street"),
    ("002", "PHONE_NUMBER", "406-523-4727"),
    ("002", "EMAIL_ADDRESS", "helpdesk@co.missoula.mt.us"),
    ("004", "PERSON", "Sarah Bourne"),
    ("004", "EMAIL_ADDRESS", "Sarah.Bourne@state.ma.us"),
}
RULES_THAT_RELEASE = {"agency_contact", "official_in_capacity"}


@pytest.mark.shared
@pytest.mark.models
def test_contacts_and_officials_of_the_five_policies_are_found_and_released(road: Road):
    """Each published address, telephone, fax, mailbox and official of the five policies is found; a rule releases it."""
    done = road.under("montana").scan(SEEDS)
    texts: dict[str, dict[Any, str]] = {}
    for file in done.files:
        texts[file.file.name] = _texts_of(file)
    seen = set()
    for file in done.files:
        for unit in file.units:
            for each in unit.decisions:
                finding = each.finding
                value = texts[file.file.name][finding.address][finding.start : finding.end].split("\n")[0]
                if (file.file.name[:3], finding.entity, value) in CONTACTS:
                    assert (each.withholds, each.rule in RULES_THAT_RELEASE) == (False, True)
                    seen.add((file.file.name[:3], finding.entity, value))
    assert CONTACTS - seen == set()


@pytest.mark.shared
@pytest.mark.models
@pytest.mark.parametrize("pack", ["montana", "massachusetts"])
def test_nothing_of_the_five_policies_is_withheld(road: Road, pack: str):
    """The five policies are public texts: under both packs a release of them would redact nothing."""
    done = road.under(pack).scan(SEEDS)
    assert [(file.file.name[:3], each.finding.entity) for file in done.files for unit in file.units for each in unit.decisions if each.withholds] == []  # fmt: skip
    assert not any(unit.held for unit in done.units)


@pytest.mark.shared
@pytest.mark.models
def test_a_private_letter_below_a_policy_is_withheld_and_the_policy_stays(road: Road, tmp_path: Path):
    """The details of a private person appended to a policy go; the office's contacts above them stay."""
    source = next(SEEDS.glob("000*"))
    (tmp_path / "in").mkdir()
    text = source.read_text(encoding="utf-8") + PRIVATE_LETTER
    (tmp_path / "in" / "letter.txt").write_text(text, encoding="utf-8")
    done = road.under("montana").release(tmp_path / "in", tmp_path / "out")
    copy = (tmp_path / "out/records/letter.txt").read_text(encoding="utf-8")
    assert [value for value in PRIVATE_VALUES if value in copy] == []
    assert [value for _, _, value in CONTACTS if value in text and value not in copy] == []
    assert done.summary.status == "provisional"  # the law asks a person to weigh names and addresses


def _texts_of(file: Any) -> dict[Any, str]:
    kind = format_named(file.planned.source.format)
    return {
        segment.address: segment.text
        for unit in file.units
        for segment in kind.read(file.file.read(unit.unit.start, unit.unit.stop), unit.unit).segments
    }


# --- mail of a public list --------------------------------------------------------------

COPIED = {"from", "to", "cc", "reply-to", "date", "subject"}
REMADE = {"mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id"}


class Mail(NamedTuple):
    """A released mail: the labelled document, and the copy's bytes."""

    document: dict[str, Any]
    copy: bytes

    @property
    def text(self) -> str:
        """Headers and decoded text parts of the copy."""
        pieces = []
        for part in message_from_bytes(self.copy, policy=policy.default).walk():
            pieces += [str(value) for value in part.values()]
            if part.get_content_maintype() == "text":
                pieces.append(part.get_content())
        return "\n".join(pieces)


@pytest.fixture(scope="module")
def mails(loaded: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, list[Mail]]:
    """The labelled messages, released under the Massachusetts policy."""
    folder = tmp_path_factory.mktemp("mail")
    (folder / "in").mkdir()
    with MAIL.open(encoding="utf-8") as stream:
        documents = [json.loads(line) for line in stream]
    for number, document in enumerate(documents):
        (folder / "in" / f"m{number:03d}.eml").write_bytes(_as_bytes(document["text"]))
    done = Road(loaded).under("massachusetts").release(folder / "in", folder / "out")
    paths = [folder / "out/records" / f"m{number:03d}.eml" for number in range(len(documents))]
    return done, [Mail(each, path.read_bytes()) for each, path in zip(documents, paths, strict=True) if path.exists()]


def _as_bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


@pytest.mark.shared
@pytest.mark.models
def test_no_message_of_the_list_is_held(mails: tuple[Release, list[Mail]]):
    """All 150 messages are released: none fails, and no copy keeps what was withheld."""
    done, released = mails
    assert [(each.label, each.reasons) for each in done.summary.files if each.status != "released"] == []
    assert len(released) == 150


@pytest.mark.shared
@pytest.mark.models
def test_no_labelled_address_or_name_survives_in_mail(mails: tuple[Release, list[Mail]]):
    """No labelled mail address and no display name of a header stands in a header or decoded part of a copy."""
    survivors, looked_for = [], 0
    for document, copy in mails[1]:
        said = f" {' '.join(tokens(Mail(document, copy).text))} "
        values = {
            " ".join(tokens(document["text"][each["start"] : each["end"]]))
            for each in document["spans"]
            if each["label"] in {"EMAIL_ADDRESS", "PERSON"}
        }
        looked_for += len(values)
        survivors += [document["id"] for value in values if f" {value} " in said]
    assert survivors == []
    assert looked_for > 500


@pytest.mark.shared
@pytest.mark.models
def test_copies_of_mail_parse_twice_and_carry_no_other_header(mails: tuple[Release, list[Mail]]):
    """Two independent parsers read every copy; its headers are those that are copied and those of MIME."""
    for mail in mails[1]:
        assert fast_mail_parser.parse_email(mail.copy).subject is not None
        headers = Counter(
            name.lower()
            for part in message_from_bytes(mail.copy, policy=policy.default).walk()
            for name, _ in part.items()
        )
        assert set(headers) <= COPIED | REMADE


@pytest.mark.shared
@pytest.mark.models
def test_what_is_not_personal_in_mail_survives(mails: tuple[Release, list[Mail]]):
    """Nine words of ten in the bodies that no label covers stand in the copies."""
    words = kept = 0
    for mail in mails[1]:
        body = _unlabelled_body(mail.document)
        if body is not None:
            wanted, there = Counter(tokens(body)), Counter(tokens(mail.text))
            words, kept = words + wanted.total(), kept + (wanted & there).total()
    assert words > 20_000
    assert kept / words >= 0.9


def _unlabelled_body(document: dict[str, Any]) -> str | None:
    """The body of a message of one plain part without what is labelled in it; None for other messages."""
    text = document["text"]
    head = message_from_bytes(_as_bytes(text))
    if head.is_multipart() or head.get("content-transfer-encoding", "7bit").lower() not in {"7bit", "8bit"}:
        return None
    for each in sorted(document["spans"], key=lambda span: -span["start"]):
        text = text[: each["start"]] + " " + text[each["end"] :]
    return text.partition("\n\n")[2]


# --- public tables ----------------------------------------------------------------------

ALLOWED = {
    ("congress_district_offices.csv", "id"): "a unique identifier that stands with a telephone is linked",
}
"""Columns whose labels call them harmless and which are withheld on purpose."""


@pytest.fixture(scope="module")
def tables(loaded: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The labelled tables, released under a policy that withholds everything."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "everything.yaml").write_text(EVERYTHING_WITHHELD, encoding="utf-8")
    (folder / "in").mkdir()
    for path in TABLES.glob("*.csv"):
        shutil.copy(path, folder / "in")
    road = Road(loaded).under(folder / "everything.yaml")
    rosters = Rosters.load().limited(use_agency_contacts=False, use_officials=False)
    done = Road(replace(road.state, rosters=rosters)).release(folder / "in", folder / "out")
    assert [(each.label, each.reasons) for each in done.summary.files if each.status != "released"] == []
    return folder / "out/records"


def columns_of_tables(copies: Path) -> Iterator[tuple[str, str, str | None, list[tuple[str, str]]]]:
    """Yield table, column, label, and the pairs of its filled cells before and after."""
    for path in sorted(TABLES.glob("*.csv")):
        about = json.loads(path.with_suffix(".labels.json").read_text(encoding="utf-8"))
        before = _rows(path, about["encoding"], about["delimiter"])
        after = _rows(copies / path.name, "utf-8-sig", about["delimiter"])
        assert len(before) == len(after)
        assert before[0] == after[0]
        for at, name in enumerate(before[0]):
            pairs = zip(before[1:], after[1:], strict=True)
            cells = [(old[at], new[at]) for old, new in pairs if at < len(old) and old[at].strip()]
            yield path.name, name, about["columns"].get(name, {}).get("label"), cells


def _rows(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
    with path.open(newline="", encoding=encoding) as stream:
        return list(csv.reader(stream, delimiter=delimiter))


@pytest.mark.shared
@pytest.mark.models
def test_no_value_of_a_labelled_column_survives_in_it(tables: Path):
    """In every column labelled as personal, no filled cell keeps its value or a whole word of it."""
    survivors = {
        (table, column): left
        for table, column, label, cells in columns_of_tables(tables)
        if label is not None and label not in NOT_PII
        if (left := sum(bool(set(tokens(old)) & set(tokens(new))) for old, new in cells))
    }
    assert survivors == {}


@pytest.mark.shared
@pytest.mark.models
def test_unlabelled_columns_come_out_as_they_were(tables: Path):
    """In every column that is not personal, 95 of 100 filled cells are unchanged."""
    changed = {
        (table, column): share
        for table, column, label, cells in columns_of_tables(tables)
        if label is None and cells and (table, column) not in ALLOWED
        if (share := sum(old != new for old, new in cells) / len(cells)) > 0.05
    }
    assert changed == {}


# --- the sample case --------------------------------------------------------------------


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Path]:
    """The sample case, released as ``releasable demo`` does."""
    out = tmp_path_factory.mktemp("demo") / "release"
    job = Job(b"k" * 32, DECIDED_AT, policy=str(find("montana")), config=SAMPLE / "config")
    done = Road(prepare(job)).release([SAMPLE / kind for kind in KINDS], out)
    return done, out / "records"


def planted_records(records: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each planted value with the text of its record's copy; records that are held have none."""
    held = {(each["file"], each["record"]) for each in PLANTED["held"]}
    texts: dict[str, dict[int | None, str]] = {}
    for each in PLANTED["values"]:
        name, record = each["file"], each["record"]
        if (name, record) in held:
            continue
        if name not in texts:
            texts[name] = records_of((records / name).with_suffix(COPIED_AS.get(Path(name).suffix, Path(name).suffix)))
        at = record
        if name.endswith(".mbox"):  # held messages are not in the copy
            at = record - sum(file == name and number < record for file, number in held)
        yield each, re.sub(r"(?m)^(?:> ?)+", "", texts[name][at])


@pytest.mark.models
def test_demo_holds_what_is_encrypted_and_nothing_else(demonstration: tuple[Release, Path]):
    """Of the sample case, exactly the encrypted records are held, so the demo ends well."""
    assert held_as_planted(demonstration[0], SAMPLE)


@pytest.mark.models
def test_nothing_in_the_copy_of_the_workbook_is_hidden(demonstration: tuple[Release, Path]):
    """The copy of the workbook has every sheet, row and column in sight, and nobody's name as its author."""
    book = openpyxl.load_workbook(demonstration[1] / "exports" / "dog-licenses.xlsx")
    assert [sheet.title for sheet in book] == ["Licenses 2025", "Returned checks"]
    assert {sheet.sheet_state for sheet in book} == {"visible"}
    assert not any(column.hidden for sheet in book for column in sheet.column_dimensions.values())
    authors = {cell.comment.author for sheet in book for row in sheet for cell in row if cell.comment}
    assert authors == {"None"}  # what openpyxl says of an empty name
    assert not book.properties.creator


def pieces_of(planted: dict[str, Any]) -> list[str]:
    """What of a planted value must not survive: the value, and of a person's name the given name and the surname too.

    ``Jane Two Rivers`` of which only ``Jane`` is withheld still names the family.
    """
    words = tokens(planted["value"])
    whole = " ".join(words)
    if planted["entity"] != "PERSON" or len(words) == 1:
        return [whole]
    return [whole, f" {words[0]} ", f" {' '.join(words[1:])} "]


def survivors_of(records: Path) -> list[tuple[str, int | None, str]]:
    """The planted private values of which a piece stands in their record's copy: file, record and piece."""
    found = []
    for planted, text in planted_records(records):
        said = f" {' '.join(tokens(text))} "
        if planted["expect"] == "withhold":
            found += [(planted["file"], planted["record"], piece) for piece in pieces_of(planted) if piece in said]
    return found


@pytest.mark.models
def test_no_planted_private_value_survives_the_demo(demonstration: tuple[Release, Path]):
    """No planted value of a private person, nor half a name, stands in its record's copy: quoted, in HTML, in cells."""
    assert survivors_of(demonstration[1]) == []
    assert sum(planted["expect"] == "withhold" for planted, _ in planted_records(demonstration[1])) > 1000


@pytest.mark.models
def test_what_the_public_may_know_survives_the_demo(demonstration: tuple[Release, Path]):
    """Of the planted officials, office contacts and case numbers, 98 of 100 stand in the copies."""
    kept = [
        " ".join(tokens(planted["value"])) in " ".join(tokens(text))
        for planted, text in planted_records(demonstration[1])
        if planted["expect"] == "release"
    ]
    assert len(kept) > 300
    assert sum(kept) / len(kept) >= 0.98
