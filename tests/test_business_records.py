"""Whose a contact is where a business stands: the business's only where the record leaves nobody else it could be."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Road
from test_link import KEYED
from test_link import Rosters as Fake

from pipeline.errors import PolicyError
from pipeline.formats import format_named
from pipeline.link import link
from pipeline.model import Action, Block, Cell, Field, Finding, Header, Kind, Match, Role, Segment, Source
from pipeline.policy.rosters import Rosters
from pipeline.state import State
from pipeline.tables.business_records import SIGNED, contacts_signed, own_contacts
from pipeline.tables.businesses import business_record_words, names_owner

FIRM = "Blackfoot Roofing LLC"
ENTITIES = {
    "Phone": "PHONE_NUMBER", "Business Phone": "PHONE_NUMBER", "Home Phone": "PHONE_NUMBER", "Cell": "PHONE_NUMBER",
    "Contact Phone": "PHONE_NUMBER", "Emergency Phone": "PHONE_NUMBER", "Email": "EMAIL_ADDRESS",
    "Mailing Address": "STREET_ADDRESS", "Site Address": "STREET_ADDRESS", "License No": "UNIQUE_IDENTIFIER",
    "Meter No": "UNIQUE_IDENTIFIER", "Session": "UNIQUE_IDENTIFIER", "IP": "IP_ADDRESS", "Plate": "LICENSE_PLATE",
    "Birth Date": "DATE_OF_BIRTH", "Driver License": "US_DRIVER_LICENSE",
}  # fmt: skip
"""What the cells of these columns are found to be, as a whole."""
ROW = {"Business Name": FIRM, "Phone": "406-555-0142", "Email": "office@blackfootroofing.example"}


def segments_of(
    row: Mapping[str, str], found: Mapping[str, tuple[str, str]] | None = None
) -> list[tuple[Segment, list[Match]]]:
    """Return a row as segments with their matches: those of its columns, and ``found`` (label: entity, value)."""
    made = []
    for number, (label, text) in enumerate(row.items()):
        if not text:
            continue
        told = [(ENTITIES[label], text)] if label in ENTITIES else []
        told += [found[label]] if found and label in found else []
        matches = [
            Match(text.index(value), text.index(value) + len(value), entity, 0.8, "made", "for a test", "full")
            for entity, value in told
        ]
        made.append((Segment(text, (Cell(3, number),), label, "t#row3", "", Role.CELL), matches))
    return made


def own(row: Mapping[str, str], found: Mapping[str, tuple[str, str]] | None = None) -> set[str]:
    """Return the values of a row that are taken for a business's own."""
    inside = dict(enumerate(segments_of(row, found)))
    return {inside[at][0].text[start:end] for at, start, end in own_contacts(inside)}


def linked_row(row: Mapping[str, str], found: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Finding]:
    """Return the findings of a row by their column."""
    made = segments_of(row, found)
    findings = link([segment for segment, _ in made], [matches for _, matches in made], Fake(), KEYED)
    return {each.label: each for each in findings}


def test_a_row_that_names_a_business_and_nobody_else_has_its_contacts() -> None:
    """Telephone, mailbox, address and number in fields that are called the business's."""
    row = {
        **ROW,
        "Mailing Address": "410 Industrial Ave Suite 2",
        "License No": "BL-20417",
        "City": "Helena",
        "State": "MT",
    }
    assert own(row) == {ROW["Phone"], ROW["Email"], "410 Industrial Ave Suite 2", "BL-20417"}


@pytest.mark.parametrize(
    "name",
    [
        "Dora Fields Construction LLC", "Fields Construction LLC", "Dora's Cakes LLC", "Rose Plumbing LLC", "J D Roofing LLC",
        "Fields & Sons Roofing Co.", "Young Green Roofing LLC", "Baker Brothers Inc", "JRM Consulting LLC", "Wilma LLC", "Fields Family Trust LLC", "Estate of Dora Fields Inc", "Dora Fields",
        "Dora Fields dba Blackfoot Roofing LLC", "Blackfoot Roofing", "Blackfoot Roofing LLC, Dora Fields", "The Fields LLC",
        "García Roofing LLC", "Smith-Jones Homes LLC", "Uncle Bills Pancakes LLC", "Mr Handy Repairs LLC", "LLC", "N/A", "same",
    ],
)  # fmt: skip
def test_a_name_that_may_be_a_persons_makes_no_business_of_a_row(name: str) -> None:
    """Who trades under their own name is mostly reached at home; without a legal form anything may be a name."""
    assert own({**ROW, "Business Name": name}) == set()


@pytest.mark.parametrize(
    "more",
    [
        {"Owner": "Zyla Krebsbach"}, {"Contact Name": "zyla k"}, {"Registered Agent": "Krebsbach"}, {"Attn": "front desk"},
        {"Applicant": "Wilma Testperson"}, {"Owner": "Dora Fields Homes LLC"}, {"DBA": "Dora's Cakes LLC"}, {"DBA": "The Shed"},
        {"Employer": FIRM}, {"Tenant": "unit 4"}, {"Emergency Phone": "406-555-0199"}, {"Home Phone": "406-555-0199"},
        {"Birth Date": "1971-03-09"}, {"Driver License": "0412319834129"}, {"Plate": "4-12345A"}, {"VIN": "1FTFW1E50NFA00001"},
        {"Vehicle": "pickup"}, {"Business Type": "Sole Proprietor"}, {"Type": "Individual"}, {"Notes": "runs it from home"},
        {"License": "Home Occupation"}, {"Comment": "Please call Zyla or Wilma after five"}, {"Comment": "Wilma Testperson"},
        {"Comment": "c/o the neighbor"}, {"Comment": "Attn: billing"}, {"Comment": "a family trust"}, {"Sex": "F"},
        {"Comment": "they cheated me"}, {"Comment": "The owner was rude"}, {"Complaint": "dust"}, {"Comment": "dust and noise " * 15},
        {"Email": "jane.doe@blackfootroofing.example"}, {"Email": "wilma@blackfootroofing.example"},
        {"Email": "zk@blackfootroofing.example"}, {"Email": "testpersonw42@gmail.com"},
    ],
)  # fmt: skip
def test_anything_that_may_be_a_persons_in_a_row_leaves_all_of_it_private(more: dict[str, str]) -> None:
    """A field for people, for a home or a vehicle, a form of one person, a given name, a mailbox of somebody."""
    assert own({**ROW, **more}) == set()


def test_a_name_that_is_found_anywhere_leaves_all_of_it_private() -> None:
    """In the free text too."""
    row = {**ROW, "Comment": "the back door is open"}
    assert own(row) == {ROW["Phone"], ROW["Email"]}
    assert own(row, {"Comment": ("PERSON", "back door")}) == set()


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Cell", "406-555-0150"), ("Contact Phone", "406-555-0150"), ("Site Address", "12 Elm St"), ("Meter No", "M-1187"),
        ("Session", "sess_a83bd012"), ("IP", "198.51.100.23"), ("Mailing Address", "12 Elm St Apt 4"),
        ("Mailing Address", "12 Elm St #4"), ("Mailing Address", "12 Elm St Lot 9"), ("Fax", "406-555-0150 (home)"),
    ],
)  # fmt: skip
def test_a_contact_whose_field_or_value_says_otherwise_stays_private(label: str, value: str) -> None:
    """The others of the row are the business's all the same."""
    told = own({**ROW, label: value})
    assert value not in told
    assert ROW["Phone"] in told


def test_a_mailbox_at_a_host_for_everybody_stays_private() -> None:
    """Even where it bears the name of the business."""
    assert own({**ROW, "Email": "blackfootroofing@gmail.com"}) == {ROW["Phone"]}
    assert own({**ROW, "Email": "blackfootroofing@blackfoot.example"}) == {
        ROW["Phone"],
        "blackfootroofing@blackfoot.example",
    }


def test_a_contact_in_running_text_is_nobodys_but_a_persons() -> None:
    """A telephone in a comment may be that of whoever wrote it."""
    row = {**ROW, "Comment": "call 406-555-0177 please"}
    assert own(row, {"Comment": ("PHONE_NUMBER", "406-555-0177")}) == {ROW["Phone"], ROW["Email"]}


def test_text_that_is_no_field_is_no_form() -> None:
    """A message, a subject or a letter that names a business proves nothing, whatever labels it has."""
    inside = dict(enumerate(segments_of(ROW)))
    text = Segment("We would like the fee schedule", (Block(0),), record="t#row3")
    subject = Segment("Fees", (Header("Subject"),), "Subject", "t#row3", "", Role.HEADER)
    assert own_contacts(inside)
    assert not own_contacts({**inside, 9: (text, [])})
    assert not own_contacts({**inside, 9: (subject, [])})


def test_the_keys_of_a_json_record_are_no_fields() -> None:
    """``owner_name`` as a key that is there says nothing; its value does."""
    inside = dict(enumerate(segments_of(ROW)))
    key = Segment("owner_name", (Field(0, 7, is_key=True),), "", "t#row3", "", Role.CELL)
    value = Segment("Zyla", (Field(0, 8),), "owner_name", "t#row3", "", Role.CELL)
    assert own_contacts({**inside, 9: (key, [])})
    assert not own_contacts({**inside, 9: (key, []), 10: (value, [])})


def test_two_objects_of_one_json_record_are_not_taken_together() -> None:
    """The telephone of an applicant is not that of the company which the same record tells of."""
    name, phone, mail = (each for each in segments_of(ROW))
    apart = (replace(phone[0], within="1"), phone[1])
    assert own_contacts({0: name, 1: phone, 2: mail})
    assert not own_contacts({0: name, 1: apart, 2: mail})
    assert not own_contacts({0: name, 1: apart})
    assert own_contacts({0: (replace(name[0], within="1"), []), 1: apart})


def test_the_objects_of_a_json_record_are_told_apart() -> None:
    """Lists, braces in texts and several records mislead nobody."""
    text = (
        b'{"business": "A {x} LLC", "applicant": {"phone": "1", "tags": ["a", "b"]}, "fax": "2", "all": [{"p": "3"}, {"p": "4"}]}\n'
        b'{"business": "B", "applicant": {"phone": "5"}}\n'
    )
    kind = format_named("json_lines")
    (unit,) = kind.units(io.BytesIO(text), Source("f.jsonl", "json_lines", len(text)))
    told = {each.text: each.within for each in kind.read(text, unit).segments if each.label}
    assert told == {"A {x} LLC": "", "1": "1", "a": "1", "b": "1", "2": "", "3": "2", "4": "3", "B": "", "5": "1"}


def test_a_business_links_no_number_and_a_browser_is_still_somebodys() -> None:
    """Its own number is its own; the address of the browser counts as that of whoever filled in the form."""
    found = linked_row({**ROW, "License No": "BL-20417", "IP": "198.51.100.23", "Meter No": "M-1187"})
    assert {label for label, each in found.items() if each.kind is Kind.BUSINESS} == {"Phone", "Email", "License No"}
    assert (found["License No"].entity, found["License No"].linked) == ("UNIQUE_IDENTIFIER", False)
    assert found["IP"].linked
    assert found["Meter No"].entity == "LINKED_IDENTIFIER"


def test_a_number_beside_a_private_contact_is_linked_and_no_business_s() -> None:
    """A cell phone in the row may be somebody's: the number that stands with it counts as theirs."""
    found = linked_row({**ROW, "License No": "BL-20417", "Cell": "406-555-0150"})
    assert (found["License No"].kind, found["License No"].entity) == (Kind.PRIVATE, "LINKED_IDENTIFIER")
    assert found["Phone"].kind is Kind.BUSINESS
    assert found["Cell"].kind is Kind.PRIVATE


def test_the_lists_of_the_office_prove() -> None:
    """A listed telephone is the business's beside a person too; a listed name is where it is all that stands in a cell."""
    found = linked_row(
        {"Name": "Dora Fields Plumbing", "Phone": "406-555-0160", "Cell": "406-555-0150"},
        {"Name": ("PERSON", "Dora Fields Plumbing")},
    )
    assert {label: each.kind for label, each in found.items()} == {
        "Name": Kind.BUSINESS, "Phone": Kind.BUSINESS, "Cell": Kind.PRIVATE,
    }  # fmt: skip
    assert {label for label, each in found.items() if "roster" in each.signals} == {"Name", "Phone"}
    assert not any(each.is_business_by_record for each in found.values())
    longer = linked_row({"Note": "Dora Fields Plumbing called"}, {"Note": ("PERSON", "Dora Fields Plumbing")})
    assert longer["Note"].kind is Kind.PRIVATE


# --- signatures ---------------------------------------------------------------------------

SIGNATURE = (
    "Blackfoot Roofing LLC\n410 Industrial Avenue, Missoula, MT 59802\n406-555-0142\noffice@blackfootroofing.example"
)
CONTACTS = {
    "410 Industrial Avenue, Missoula, MT 59802": "STREET_ADDRESS", "406-555-0142": "PHONE_NUMBER",
    "office@blackfootroofing.example": "EMAIL_ADDRESS", "jane.doe@blackfootroofing.example": "EMAIL_ADDRESS",
    "blackfootroofing@gmail.com": "EMAIL_ADDRESS", "Wilma Testperson": "PERSON",
}  # fmt: skip


def matches_in(text: str) -> list[Match]:
    return sorted(
        Match(text.index(value), text.index(value) + len(value), entity, 0.8, "made", "for a test", "full")
        for value, entity in CONTACTS.items()
        if value in text
    )


def signed(text: str) -> set[str]:
    return {text[start:end] for start, end in contacts_signed(text, matches_in(text))}


def test_a_signature_of_a_business_proposes_and_proves_nothing() -> None:
    """Its contacts carry the signal, and stay a private person's."""
    text = f"Please send the fee schedule.\n\n-- \n{SIGNATURE}\n\nThank you"
    assert signed(text) == {each for each in CONTACTS if each in SIGNATURE}
    assert signed("> " + SIGNATURE.replace("\n", "\n> ")) == signed(text)
    found = link([Segment(text, (Block(0),), record="r")], [matches_in(text)], Fake(), KEYED)
    assert {(each.kind, SIGNED in each.signals) for each in found} == {(Kind.PRIVATE, True)}


@pytest.mark.parametrize(
    "text",
    [
        f"Wilma Testperson\n{SIGNATURE}",
        f"Zyla\n{SIGNATURE}",
        f"Owner\n{SIGNATURE}",
        SIGNATURE.replace("Blackfoot Roofing LLC", "Dora Fields Roofing LLC"),
        SIGNATURE.replace("Blackfoot Roofing LLC\n", ""),
        SIGNATURE.replace("office@blackfootroofing.example", "jane.doe@blackfootroofing.example"),
        SIGNATURE.replace("office@blackfootroofing.example", "blackfootroofing@gmail.com"),
        "Blackfoot Roofing LLC wrote to me.\nI am at 406-555-0142",
        "I work for Blackfoot Roofing LLC, call me at 406-555-0142",
        "Blackfoot Roofing LLC\nmy cell 406-555-0142",
        "Blackfoot Roofing LLC\n\n406-555-0142",
    ],
)
def test_a_signature_that_names_or_may_name_somebody_proposes_nothing(text: str) -> None:
    """A name, a role, a personal mailbox, a firm called after a person, a sentence, a cell phone."""
    assert signed(text) == set()


def test_hostile_text_is_read_in_a_straight_line() -> None:
    """Blanks and quote marks without end do not hold a worker."""
    text = "> " * 200_000 + "\n" + " " * 200_000 + SIGNATURE
    assert len(signed(text)) <= 3


# --- the office's list --------------------------------------------------------------------

LIST = """businesses:
  - name: Clark Ridge Paving Inc
    addresses: [{street: 12 Quarry Road, city: Missoula, state: MT, zip: "59802"}]
    phones: [406-555-0188]
    emails: [bids@clarkridgepaving.example]
"""


def test_the_list_of_businesses_is_read_with_other_spellings(tmp_path: Path) -> None:
    """As agencies are: whole contacts, however they are written."""
    (tmp_path / "business_contacts.yaml").write_text(LIST, encoding="utf-8")
    rosters = Rosters.load(tmp_path)
    assert rosters.business_contact("PHONE_NUMBER", "+1 (406) 555-0188") == "Clark Ridge Paving Inc"
    assert rosters.business_contact("STREET_ADDRESS", "12 Quarry Rd, Missoula") == "Clark Ridge Paving Inc"
    assert rosters.business_contact("STREET_ADDRESS", "12 Quarry Rd Apt 2, Missoula") is None
    assert rosters.business("CLARK RIDGE PAVING, Inc.")
    assert not rosters.business("Clark Ridge Paving")
    assert tmp_path / "business_contacts.yaml" in rosters.files
    assert not Rosters.load().businesses.names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("businesses:\n  - phones: [406-555-0188]\n", "name"),
        ("businesses:\n  - {name: A LLC, domains: [a.example]}\n", "domains"),
        ("firms: []\n", "firms"),
    ],
)
def test_a_wrong_list_of_businesses_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """A whole domain proves nothing: everybody who works there has a mailbox at it."""
    (tmp_path / "business_contacts.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        Rosters.load(tmp_path)


def test_the_words_of_the_lists_are_lower_case_and_whole() -> None:
    """Words of headers are compared folded and one by one; a phrase there would never be met."""
    known = business_record_words()
    for words in (
        known.owners,
        known.owner_heads,
        known.own,
        known.people,
        known.homes,
        known.places,
        *known.own_of.values(),
    ):
        assert all(each == each.casefold() and " " not in each for each in words)
    assert known.owner_heads <= known.owners
    assert not known.people & (known.own | known.owners)
    assert names_owner("BUSINESS NAME", "BLACKFOOT ROOFING LLC")


# --- the whole road -----------------------------------------------------------------------

PEOPLE = ("Wilma Testperson", "Curtis Blackwood", "Harold Pruitt")
FIRMS = (FIRM, "Big Sky Excavation Inc", "Granite Peak Electric LLC", "Copper Hill Brewing Company")


def licences(count: int) -> str:
    """Return a table of licences: of every four rows one is a business's, two are people's, one is both."""
    stream = io.StringIO()
    write = csv.writer(stream).writerow
    write(["License No", "Name", "Business Name", "Phone", "Email", "Mailing Address", "Comment"])
    for at in range(count):
        firm, person = FIRMS[at // 4 % len(FIRMS)], PEOPLE[at % 3]
        host = firm.split()[0].lower() + firm.split()[1].lower()
        name = "" if at % 4 == 0 else person
        business = firm if at % 4 in {0, 3} else ""
        mail = f"office@{host}.example" if business and not name else f"{person.split()[0].lower()}{at}@example.com"
        write([
            f"BL-2025-{at + 1000}", name, business, f"406-555-{at % 100 + 100:04d}", mail, f"{at + 100} Industrial Ave",
            "" if at % 8 else "please renew",
        ])  # fmt: skip
    return stream.getvalue()


@pytest.mark.models
def test_rows_of_businesses_are_told_alike_by_column_and_row_by_row(loaded: State, tmp_path: Path) -> None:
    """The same bytes and the same log; a person's contact is withheld in every row, a business's telephone stands."""
    source = tmp_path / "licences.csv"
    source.write_text(licences(80), encoding="utf-8")
    outs = {}
    for by_column in (True, False):
        state = replace(loaded, job=replace(loaded.job, by_column=by_column), quiet=set(), clear=set())
        outs[by_column] = tmp_path / str(by_column)
        Road(state).release(source, outs[by_column])
    for name in ("records/licences.csv", "redaction-log.csv"):
        assert (outs[True] / name).read_bytes() == (outs[False] / name).read_bytes(), name
    rows = list(csv.DictReader(io.StringIO((outs[True] / "records/licences.csv").read_text(encoding="utf-8"))))
    for at, row in enumerate(rows):
        is_firm = at % 4 == 0
        for column in ("Phone", "Email"):
            assert row[column].startswith("[REDACTED") != is_firm, (at, column, row[column])
        assert row["License No"].startswith("[REDACTED") != is_firm, at
        assert row["Mailing Address"].startswith("[REDACTED"), at
        assert row["Name"] == "" if is_firm else row["Name"].startswith("[REDACTED"), at


@pytest.mark.models
@pytest.mark.parametrize("by_column", [True, False])
def test_a_telephone_that_is_a_persons_elsewhere_is_withheld_in_the_row_of_the_business_too(
    loaded: State, tmp_path: Path, by_column: bool
) -> None:
    """Who runs a business from home has one telephone; one decision stands in the log for the place."""
    folder = tmp_path / "in"
    folder.mkdir()
    table = licences(80)
    (folder / "licences.csv").write_text(table, encoding="utf-8")
    (folder / "owners.jsonl").write_text(
        '{"name": "Wilma Testperson", "home phone": "(406) 555-0104"}\n{"business": "Blackfoot Roofing LLC", "phone": '
        '"406-555-0104"}\n',
        encoding="utf-8",
    )
    state = replace(loaded, job=replace(loaded.job, by_column=by_column), quiet=set(), clear=set())
    done = Road(state).release(folder, tmp_path / "out")
    for name in ("licences.csv", "owners.jsonl"):
        assert "555-0104" not in (tmp_path / "out" / "records" / name).read_text(encoding="utf-8"), name
    rows = list(
        csv.DictReader(io.StringIO((tmp_path / "out" / "records" / "licences.csv").read_text(encoding="utf-8")))
    )
    assert rows[8]["Phone"] == "406-555-0108"
    assert done.summary.status == "provisional"
    places = list(csv.DictReader((tmp_path / "out" / "redaction-log.csv").open(encoding="utf-8")))
    mine = [row for row in places if row["file"] == "owners.jsonl" and row["entity"] == "PHONE_NUMBER"]
    assert {row["rule"] for row in mine} == {"telephone_number"}


@pytest.mark.models
def test_a_json_record_of_a_business_waits_for_a_person_with_a_release_proposed(road: Road, tmp_path: Path) -> None:
    """The rule that decides is the pack's for a business; a listed contact needs nobody."""
    (tmp_path / "forms.jsonl").write_text(
        '{"business": "Blackfoot Roofing LLC", "phone": "406-555-0142", "message": "We would like the fee schedule"}\n'
        '{"business": "Clark Ridge Paving Inc", "phone": "406-555-0188", "message": "Please renew"}\n'
        '{"business": "Blackfoot Roofing LLC", "phone": "406-555-0143", "message": "Ask for Wilma Testperson"}\n',
        encoding="utf-8",
    )
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "business_contacts.yaml").write_text(LIST, encoding="utf-8")
    listed = Road(replace(road.state, rosters=Rosters.load(tmp_path / "config")))
    done = listed.scan(tmp_path / "forms.jsonl")
    phones = sorted(
        (each.finding.address[0].row, each.rule, each.action, each.proposal)
        for each in done.decisions
        if each.finding.entity == "PHONE_NUMBER" and isinstance(each.finding.address[0], Cell)
    )
    assert phones == [
        (0, "business_by_record", Action.REVIEW, Action.RELEASE),
        (1, "business", Action.RELEASE, Action.RELEASE),
        (2, "telephone_number", Action.REVIEW, Action.WITHHOLD),
    ]
