"""Rosters: whose contacts, names, mailboxes and titles are public."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import PolicyError
from pipeline.policy.rosters import Rosters

SHIPPED = Rosters.load()
AUDITOR = "Office of the Montana State Auditor, Commissioner of Securities and Insurance"
HEADER = "given,surname,also,title,agency,source,from,to\n"


@pytest.mark.parametrize(
    "value",
    [
        "840 Helena Avenue",
        "840 HELENA AVE.",
        "840 Helena Avenue\nHelena, MT 59601",
        "840 Helena Ave, Helena, Montana 59601-1234",
        "840 Helena Avenue, MT 59601 USA",
    ],
)
def test_an_agency_address_is_known_however_it_is_written(value):
    """Case, punctuation, abbreviations and a tail of town, state and ZIP make no difference."""
    assert SHIPPED.agency_contact("STREET_ADDRESS", value) == AUDITOR


@pytest.mark.parametrize(
    "value", ["200 W. Broadway Street", "200 West Broadway St", "200 W Broadway Str., Missoula MT"]
)
def test_directionals_are_known_in_words_and_letters(value):
    """ "W.", "W" and "West" are one directional."""
    assert SHIPPED.agency_contact("STREET_ADDRESS", value) == "Missoula County"


@pytest.mark.parametrize(
    "value",
    [
        "840 Helena Ave Apt 2",
        "1840 Helena Avenue",
        "84 Helena Avenue",
        "840 Helena Avenue, Butte, MT",
        "840 Helena Street",
        "200 E Broadway St, Missoula",
        "840 Helena Avenue 59602",
        "Helena, MT 59601",
        "",
    ],
)
def test_another_address_is_no_agency_contact(value):
    """The same street with a flat, in another town, or of another kind is somebody else's."""
    assert SHIPPED.agency_contact("STREET_ADDRESS", value) is None


@pytest.mark.parametrize(
    ("entity", "value", "agency"),
    [
        ("PHONE_NUMBER", "(406) 444-2040", AUDITOR),
        ("PHONE_NUMBER", "+1 406.444.3497", AUDITOR),
        ("PHONE_NUMBER", "406-444-2040 ext. 12", AUDITOR),
        ("PHONE_NUMBER", "406-523-4727", "Missoula County"),
        ("PHONE_NUMBER", "406-555-0100", None),
        ("PHONE_NUMBER", "444-2040", None),
        ("EMAIL_ADDRESS", "CSIDigiComm@MT.gov", AUDITOR),
        ("EMAIL_ADDRESS", "mailto:helpdesk@co.missoula.mt.us", "Missoula County"),
        ("EMAIL_ADDRESS", "Sarah.Bourne@state.ma.us.", "Commonwealth of Massachusetts, Mass.Gov Portal"),
        ("EMAIL_ADDRESS", "somebody.else@mt.gov", None),
        ("PERSON", "840 Helena Avenue", None),
    ],
)
def test_telephones_and_mailboxes_match_as_a_whole(entity, value, agency):
    """A telephone, fax or mailbox matches by its digits or its letters, and only as a whole."""
    assert SHIPPED.agency_contact(entity, value) == agency


@pytest.mark.parametrize(
    "name",
    ["Ronald J. Alles", "Ronald Alles", "Ron Alles", "Alles, Ronald", "ALLES, RONALD J.", "Mr. Ronald J Alles"],
)
def test_an_official_is_known_by_a_whole_name(name):
    """Order, case, honorifics, a middle initial and a known short form make no difference."""
    assert SHIPPED.official(name) == "City Manager"


@pytest.mark.parametrize(
    "name", ["Alles", "Swift", "Ronald", "Ronald K. Alles", "R. Alles", "Taylor Swift", "Alles,", ""]
)
def test_a_surname_alone_is_nobodys_office(name):
    """Private persons bear the surnames of officials."""
    assert SHIPPED.official(name) is None


def test_the_officials_of_the_five_policies_are_known():
    """The shipped list has the officials whom the policies name, and no more."""
    assert SHIPPED.official("Art Pembroke") == "IT&S Director"
    assert SHIPPED.official("Sarah Bourne") == "Director of Portal Services"
    assert SHIPPED.official("Acting Governor Swift") == "Acting Governor"
    assert sum(len(officials) for officials in SHIPPED.officials.by_surname.values()) == 4


def test_an_official_is_public_while_in_office(tmp_path):
    """Where a day is given, the days in office count; empty bounds exclude nothing."""
    (tmp_path / "officials.csv").write_text(
        HEADER + "María,de la Cruz,,Mayor,Town,list,2020-01-01,2023-12-31\n", encoding="utf-8"
    )
    rosters = Rosters.load(tmp_path)
    assert rosters.official("Maria de la Cruz") == "Mayor"
    assert rosters.official("de la Cruz, María", date(2023, 12, 31)) == "Mayor"
    assert rosters.official("María de la Cruz", date(2024, 1, 1)) is None
    assert rosters.official("Ronald J. Alles") is None  # the office's own list is used instead of the shipped one
    assert tmp_path / "officials.csv" in rosters.files


@pytest.mark.parametrize(
    "email",
    ["a@mt.gov", "a@dor.state.ma.us", "a@co.missoula.mt.us", "a@mail.co.missoula.mt.us", "a@ci.example.ma.us", "a@fs.fed.us",
     "a@navy.mil", "A@MT.GOV"],
)  # fmt: skip
def test_government_mailboxes_are_told(email):
    """Domains given to governments, and the government labels of the .us tree."""
    assert SHIPPED.government_domain(email)


@pytest.mark.parametrize(
    "email",
    ["a@example.com", "a@mt.gov.example.com", "a@notmt-gov.example", "a@example.us", "a@helena.k12.mt.us", "a@student.mt.gov",
     "a@joes.helena.mt.us", "a@gov", "a@co.missoula.zz.us", "a@lib.ma.us", "nobody", ""],
)  # fmt: skip
def test_other_mailboxes_are_not(email):
    """Look-alikes, schools, libraries and domains that anybody can register are no government's."""
    assert not SHIPPED.government_domain(email)


TITLED = [
    "«Ronald J. Alles», City Manager",
    "«Art Pembroke», IT&S Director",
    "please contact Director of Portal Services «Sarah Bourne» at the office",
    "In 1999, then-Acting Governor «Swift» issued an order",
    "Mayor «Jane Roe» spoke",
    "MAYOR «JANE ROE»",
    "Gov. «Jane Roe»",
    "**City Manager** «Jane Roe»",
    "State Auditor: «Jane Roe»",
    "Sincerely,\n«Jane Roe»\nTown Clerk, Town of Example",
    "«Jane Roe» - County Treasurer",
    "«Jane Roe» (Chief of Police)",
    "«Jane Roe», Mayor of Example, said",
    "Mayor of Example «Jane Roe»",
]
UNTITLED = [
    "«Jane Roe» lives here",
    "«Jane Roe», Manager",
    "«Jane Roe», Sales Director",
    "«Jane Roe», Director of Sales",
    "«Jane Roe», Executive Director",
    "Sales Representative «Jane Roe»",
    "Customer Service Representative «Jane Roe»",
    "former Mayor «Jane Roe»",
    "«Jane Roe», Retired Police Chief",
    "I wrote to the Mayor. «Jane Roe» too",
    "Dear Mayor, «Jane Roe» lives here",
    "«Jane Roe», Mayor Poe said",
    "the judge «Jane Roe»",
    "Mayor Poe\n«Jane Roe»",
    "«Jane Roe»\nMayor Poe said",
    "«Jane Roe»",
]


def titled(text: str) -> bool:
    start, end = text.index("«"), text.index("»") - 1
    return SHIPPED.title_near(text.replace("«", "").replace("»", ""), start, end)


@pytest.mark.parametrize("text", TITLED)
def test_a_public_title_beside_a_name_is_told(text):
    """A title directly before or after a name, or on the line below it."""
    assert titled(text)


@pytest.mark.parametrize("text", UNTITLED)
def test_other_words_beside_a_name_are_no_public_title(text):
    """Private trades, former offices, other people's titles and titles across a sentence do not count."""
    assert not titled(text)


def test_titles_in_long_hostile_text_take_no_time():
    """Only a window beside the name is looked at, whatever the text."""
    text = "Director of " * 50_000 + "Jane Roe" + ", *_ " * 50_000
    started = time.process_time()
    for _ in range(50):
        SHIPPED.title_near(text, 600_000, 600_008)
    assert time.process_time() - started < 5


def test_a_policy_may_leave_the_lists_unused():
    """Without its lists an office has no contacts and no officials; domains and titles stay."""
    bare = SHIPPED.limited(use_agency_contacts=False, use_officials=False, use_business_contacts=False)
    assert bare.agency_contact("PHONE_NUMBER", "406-444-2040") is None
    assert bare.official("Ron Alles") is None
    assert bare.government_domain("a@mt.gov")
    assert bare.files == ()
    assert SHIPPED.limited(use_agency_contacts=True, use_officials=True) == SHIPPED


@pytest.mark.parametrize(
    ("row", "line", "said"),
    [
        ("Jane,Roe,,Mayor,Town,list,,,\n", 3, "9 cells"),
        ("Jane,Roe,,Mayor\n", 3, "4 cells"),
        ("Jane,,,Mayor,Town,list,,\n", 3, "surname"),
        (",Roe,,Mayor,Town,list,,\n", 3, "given"),
        (",Roe,Roe,Mayor,Town,list,,\n", 3, "only one word"),
        ("Jane,Roe,,,Town,list,,\n", 3, "title"),
        ("Jane,Roe,,Mayor,Town,list,1/2/2020,\n", 3, "YYYY-MM-DD"),
        ('Jane,"Roe"x,,Mayor,Town,list,,\n', 3, "CSV"),
        ("\n# note\nJane,Roe,,,Town,list,,\n", 5, "title"),
    ],
)
def test_a_wrong_row_of_officials_is_named(tmp_path, row, line, said):
    """What is wrong in officials.csv is a PolicyError with file and line, without the name in the row."""
    path = tmp_path / "officials.csv"
    path.write_text("# list\n" + HEADER + row, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        Rosters.load(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}")
    assert said in message
    assert "Jane" not in message


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "given,surname\nJane,Roe\n", HEADER.replace("also", "title")]
)
def test_a_wrong_header_of_officials_is_named(tmp_path, text):
    """A file without the columns of the list is refused, and the columns are named."""
    (tmp_path / "officials.csv").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match="given, surname, also, title"):
        Rosters.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("agencies:\n  - name: Town\n    phone: [406-555-0100]\n", 3, "did you mean phones"),
        ("agencies:\n  - phones: [406-555-0100]\n", 2, "missing"),
        ("agencies:\n  - name: Town\n    phones: [4065550100]\n", 3, "quotes"),
        ("agencies:\n  - name: Town\n    emails: [nobody]\n", 3, "written"),
        ("- a\n", 1, "keys and values"),
        ("agencies: [\n", 2, "YAML"),
    ],
)
def test_a_wrong_contact_file_is_named(tmp_path, text, line, said):
    """What is wrong in agency_contacts.yaml is a PolicyError with file and line."""
    path = tmp_path / "agency_contacts.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        Rosters.load(tmp_path)
    assert str(caught.value).startswith(f"{path}:{line}")
    assert said in str(caught.value)


@pytest.mark.shared
def test_the_contacts_and_officials_of_the_five_policies_are_found_in_their_texts():
    """Every shipped contact and official stands in one of the five documents they are said to come from."""
    folder = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds"
    if not folder.is_dir():
        pytest.skip("the five documents are not beside the checkout")
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt")))
    for email in SHIPPED.contacts.emails:
        assert email in text.casefold()
    digits = "".join(mark for mark in text if mark.isdigit())
    assert all(phone in digits for phone in SHIPPED.contacts.phones)
    for name in ("Ronald J. Alles", "Art Pembroke", "Sarah Bourne", "Acting Governor Swift"):
        assert name in text
        start = text.index(name)
        surname = name.split()[-1]
        assert SHIPPED.title_near(text, text.index(surname, start) if "Swift" in name else start, start + len(name))
