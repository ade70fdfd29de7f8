"""The name of a business in a table is nobody's, in every row alike, unless the record withholds that very person."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Inline, Road

from pipeline.copies.rechecking import survivors
from pipeline.engine import scan
from pipeline.intake import collect
from pipeline.state import State
from pipeline.tables.businesses import names_business
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary
from recognizers.names.firms import is_business, is_sole_name


def records(folder: Path) -> dict[str, str]:
    """Return the copies of a release, by name."""
    return {each.name: each.read_text(encoding="utf-8") for each in (folder / "records").iterdir()}


OWNERS = ("Wilma Testperson", "Curtis Blackwood", "Dora Fields", "Harold Pruitt", "Ingrid Lindqvist", "Felix Okafor")
FIRMS = (
    "Harold Pruitt Construction LLC",
    "Ingrid Lindqvist Roofing Inc",
    "Felix Okafor Plumbing",
    "Dora Fields Homes LLC",
)


@pytest.mark.parametrize(
    "text",
    [
        *FIRMS[:2],
        "Dora Fields Homes LLC",
        "Big Sky Builders LLC",
        "Blackwood & Sons Roofing Co.",
        "Wilma Testperson, Inc.",
    ],
)
def test_a_legal_form_makes_a_business(text: str) -> None:
    """The name of a person in it changes nothing."""
    assert is_business(text)


def test_a_trade_makes_a_business_in_a_column_of_businesses_only() -> None:
    """Elsewhere it may be what was done for a person, and a school or a clinic is where a person goes."""
    for label, text, told in (
        ("Contractor", "Felix Okafor Plumbing", True), ("Business Name", "Felix Okafor Plumbing", True),
        ("Description", "Felix Okafor Plumbing", False), ("", "Felix Okafor Plumbing", False),
        ("Contractor", "FELIX OKAFOR REFUSED TOWING", False), ("Contractor", "OKAFOR, FELIX DECLINED ELECTRIC", False),
        ("Business Name", "Felix Okafor Lincoln School", False), ("Employer", "Felix Okafor Cardiology", False),
    ):  # fmt: skip
        assert names_business(label, text) == told, (label, text)


@pytest.mark.parametrize(
    "text",
    [
        "Wilma Testperson", "Blackwood & Fields", "Wilma Testperson dba Testperson Roofing", "Fields Family Trust LLC",
        "Estate of Dora Fields Inc", "she called Okafor Plumbing", "Felix Okafor Plumbing\n406-555-0123", "LLC",
        "Dora Fields, Denver, CO", "DORA FIELDS DENVER CO", "Patient Dora Fields, Big Sky Clinic LLC",
        "Dora Fields, Manager, Big Sky LLC", "Eviction of Dora Fields by Big Sky Homes LLC", "Dora Fields (Big Sky LLC)",
        "DORA FIELDS WAS FIRED BY BIG SKY LLC", "Big Sky LLC Dora Fields", "Dora Fields / Big Sky LLC",
        "Dora Fields and Big Sky Builders LLC", "Dora Fields - Big Sky Inc", "Tenant Dora Fields Big Sky Properties LLC",
        "John Church", "c/o Dora Fields Homes LLC", "Dora Fields Homes LLC 406-555-0123",
    ],
)  # fmt: skip
def test_what_may_be_somebodys_own_is_no_business(text: str) -> None:
    """Surnames that are joined, a person under another name, trusts, estates and sentences are not released so."""
    assert not is_business(text)


@pytest.mark.parametrize("text", ["Wilma Pruitt", "Pruitt, Wilma", "Wilma J. Pruitt Jr.", "Ingrid Lindqvist"])
def test_a_name_and_nothing_else_is_a_sole_name(text: str) -> None:
    """In a column of businesses too it is the person's."""
    assert is_sole_name(text)


@pytest.mark.parametrize(
    "text", ["Wells Fargo", "Wilma", "Pruitt & Wilma", "Wilma Pruitt Roofing", "Big Sky", "Best Buy"]
)
def test_what_is_more_or_less_than_a_name_is_no_sole_name(text: str) -> None:
    """The lists of names decide, not the capitals."""
    assert not is_sole_name(text)


def permits(count: int, header: str, firm_share: int) -> str:
    """Return a table of permits; one row in ``firm_share`` has a business in its column of contractors."""
    stream = io.StringIO()
    write = csv.writer(stream).writerow
    write(["Permit No", "Applicant", header, "Site Addr", "Valuation"])
    for at in range(count):
        firm = FIRMS[at // firm_share % len(FIRMS)] if at % firm_share == 0 else OWNERS[(at + 3) % 6]
        owner = OWNERS[at % 2]
        write([f"BP-2025-{at + 100:04d}", owner, firm, f"{at + 100} Maple St", f"${at * 971 + 1000:,}"])
    return stream.getvalue()


@pytest.mark.models
@pytest.mark.parametrize(
    ("header", "firm_share"), [("Contractor", 1), ("Contractor", 2), ("Contractor", 12), ("Business", 2)]
)
@pytest.mark.parametrize("by_column", [True, False])
def test_a_business_stands_in_every_row(
    loaded: State, tmp_path: Path, header: str, firm_share: int, by_column: bool
) -> None:
    """Whatever the column is called and holds besides; and what is compared with the sources afterwards agrees."""
    source = tmp_path / "in" / "permits.csv"
    source.parent.mkdir()
    source.write_text(permits(60, header, firm_share), encoding="utf-8")
    state = replace(loaded, job=replace(loaded.job, by_column=by_column))
    Road(state).release(tmp_path / "in", tmp_path / "out")
    copy = records(tmp_path / "out")["permits.csv"]
    rows = list(csv.DictReader(io.StringIO(copy)))
    for at, row in enumerate(rows):
        assert row["Applicant"].startswith("[REDACTED"), at
        assert row["Site Addr"].startswith("[REDACTED"), at
        assert row["Valuation"].startswith("$"), at
        is_firm = at % firm_share == 0
        assert row[header].startswith("[REDACTED") != is_firm, (at, row[header])
    assert copy.splitlines()[0] == f"Permit No,Applicant,{header},Site Addr,Valuation"
    runner = Inline(replace(state, shared=None))
    copies = scan(collect([tmp_path / "out" / "records"]), state.job, state.policy, runner)
    told = survivors(copies, collect([tmp_path / "in"]), state.job, state.policy, runner, lambda *_: None)
    assert told == []


@pytest.mark.models
def test_in_its_own_record_a_name_is_withheld_in_that_of_a_business_too(road: Road, tmp_path: Path) -> None:
    """Beside the applicant whose name it bears, a business would tell who the applicant is; a given name tells nothing."""
    table = permits(30, "Contractor", 1).replace("Harold Pruitt Construction", "Wilma Testperson Construction")
    table = table.replace("Felix Okafor Plumbing", "Wilma Okafor Plumbing")
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    road.release(tmp_path / "t.csv", tmp_path / "out")
    for row in csv.DictReader(io.StringIO(records(tmp_path / "out")["t.csv"])):
        if "Construction LLC" in row["Contractor"]:
            at = int(row["Permit No"][-4:]) - 100
            hidden = OWNERS[at % 2] == "Wilma Testperson"
            assert ("Testperson" not in row["Contractor"]) == hidden, at
        else:
            assert "[REDACTED" not in row["Contractor"]


@pytest.mark.models
@pytest.mark.parametrize(
    "subject", ["Dora Fields, Denver, CO", "Termination Dora Fields Big Sky LLC", "Dora Fields Lincoln School"]
)
def test_a_subject_is_no_name_of_a_business(road: Road, tmp_path: Path, subject: str) -> None:
    """Neither is a message of one line: the name of the person in it is withheld."""
    text = f"From: clerk@example.gov\nTo: desk@example.org\nSubject: {subject}\n\n{subject}\n"
    (tmp_path / "m.eml").write_text(text, encoding="utf-8")
    road.release(tmp_path / "m.eml", tmp_path / "out")
    assert "Fields" not in records(tmp_path / "out")["m.eml"]


@pytest.mark.models
def test_one_name_in_all_rows_of_a_role_is_a_name(road: Road, tmp_path: Path) -> None:
    """Who read the meters is one person, and no list of officials names them."""
    for number, reader in enumerate(("Harold Pruitt", "Pruitt", "H. Pruitt", "PRUITT, HAROLD")):
        rows = "".join(f'{at * 7 + 300},"{reader}",2025-03-{at % 28 + 1:02d}\n' for at in range(60))
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"meters{number}.csv").write_text(f"Reading,Read by,Read on\n{rows}", encoding="utf-8")
    road.release(tmp_path / "in", tmp_path / "out")
    for name, copy in records(tmp_path / "out").items():
        assert "pruitt" not in copy.lower(), name
        assert copy.startswith("Reading,Read by,Read on"), name
        assert copy.count("[REDACTED NAME") == 60, name


def test_one_unknown_name_in_all_rows_of_what_was_done_by_somebody_is_a_name() -> None:
    """No list knows the name, and no other value stands beside it; boards and programs are none."""
    for value, kind in (
        ("Zyla Krebsbach", "entity"), ("Krebsbach", "entity"), ("Z. Krebsbach", "entity"), ("Planning Board", "unsure"),
        ("system", "unsure"), ("Dora Fields Homes LLC", "unsure"),
    ):  # fmt: skip
        rows = [[str(at * 7 + 300), value] for at in range(60)]
        told = profile(rows, ["Reading", "Read by"], [], load_vocabulary())[1]
        assert told.kind == kind, value
        assert (told.entity == "PERSON") == (kind == "entity"), value


@pytest.mark.models
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The inspection took place at 1420 Maple Street. It was short.", "at [A]. It was short."),
        ("She lives at 88 Cedar Ave, Helena, MT 59601. He does not.", "at [A]. He does not."),
        ("He moved to 12 Elm St. Then he left.", "to [A]. Then he left."),
        ("He left 12 Elm St. in March.", "left [A] in March."),
        ("Her house is 519 Pine Drive.", "is [A]."),
    ],
)
def test_an_address_leaves_the_full_stop_in_its_sentence(loaded: State, text: str, left: str) -> None:
    """What ends the sentence is no part of the address; the point of a short word in the middle is."""
    from pipeline.detect import examine

    found = [each for each in examine([("", text)], loaded.recognizers)[0] if each.entity == "STREET_ADDRESS"]
    start, end = min(each.start for each in found), max(each.end for each in found)
    assert (text[:start] + "[A]" + text[end:]).endswith(left)
