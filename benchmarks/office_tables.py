"""Made-up tables in the shapes that US offices export, with what each column holds: for benchmarks and tests.

Every table is a function of a random generator and a number of rows; nothing in it is anybody's. A column is
given as (header, what it holds, values). What it holds is one of

    ENTITY or ENTITY/part   the class of the column must be this entity (and this part)
    identifier quasi inert  nobody's in itself: anything but an entity is right
    text                    must be examined cell by cell: free_text or unsure
    -                       says nothing of a person: must not be called an entity
    ?                       can be seen in more than one way: not judged
"""

# ruff: noqa: E501 - a column stands on one line

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Values = Callable[[random.Random], str]
Spec = tuple[str, str, Values]

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
_RARE_GIVEN = [
    "Oyvindel",
    "Tsering",
    "Xochil",
    "Kamalei",
    "Niamhe",
    "Adaeze",
    "Bjorg",
    "Svetla",
    "Thuyen",
    "Ixchela",
    "Wambli",
    "Tahoma",
    "Zuzka",
    "Ekaette",
]
_RARE_LAST = [
    "Bearcroft-Olney",
    "Runninghawk",
    "Thunderhill",
    "Okwuosa",
    "Vandersluys",
    "Tsosieh",
    "Grzybczak",
    "Nguyenhoa",
    "Iyeronko",
    "O'Quinlan",
]


def _list(name: str) -> list[str]:
    lines = (CONFIGS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


_GIVEN = [each.title() for each in _list("given_names.txt")]
_LAST = [each.title() for each in _list("surnames.txt")]
_STREETS = [
    "Oak",
    "Maple",
    "Cedar",
    "Elm",
    "Pine",
    "3rd",
    "14th",
    "Lakeview",
    "Jefferson",
    "Prairie",
    "Chestnut",
    "Meadowlark",
    "Old",
    "Mill",
    "Sage",
    "Larkspur",
]
_SUFFIXES = [
    "St",
    "Ave",
    "Rd",
    "Dr",
    "Ln",
    "Blvd",
    "Ct",
    "Way",
    "Pl",
    "Ter",
    "St.",
    "Avenue",
    "Street",
    "Road",
    "Drive",
]
_CITIES = [
    "Libby",
    "Havre",
    "Butte",
    "Springfield",
    "Salem",
    "Medford",
    "Lowell",
    "Worcester",
    "Anaconda",
    "Glendive",
    "Polson",
    "Quincy",
]
_STATES = ["MT", "MA", "ID", "WY", "ND", "SD", "WA", "OR", "VT", "NH"]
_ORG_TAILS = [
    "LLC",
    "Inc",
    "Inc.",
    "Construction",
    "Holdings LLC",
    "Plumbing & Heating",
    "Roofing Co",
    "Properties",
    "Electric",
    "Builders",
    "Group",
]
_ORG_HEADS = [
    "Big Sky",
    "Evergreen",
    "Summit",
    "Valley",
    "Northside",
    "Pioneer",
    "Tamarack",
    "Blue Heron",
    "Granite Peak",
    "Four Corners",
    "ACME",
]
_WORDS = [
    "please",
    "the",
    "street",
    "light",
    "near",
    "our",
    "house",
    "has",
    "been",
    "out",
    "since",
    "last",
    "week",
    "and",
    "it",
    "is",
    "very",
    "dark",
    "when",
    "the",
    "children",
    "walk",
    "home",
    "could",
    "someone",
    "look",
    "at",
    "this",
    "soon",
    "thank",
    "you",
    "water",
    "bill",
    "was",
    "higher",
    "than",
    "usual",
    "neighbour",
    "dog",
    "barks",
    "all",
    "night",
    "request",
    "copy",
]
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile",
)


# --- values -----------------------------------------------------------------------------


def given(r: random.Random) -> str:
    return r.choice(_RARE_GIVEN) if r.random() < 0.12 else r.choice(_GIVEN)


def last(r: random.Random) -> str:
    return r.choice(_RARE_LAST) if r.random() < 0.12 else r.choice(_LAST)


def full(r: random.Random) -> str:
    middle = r.choice(["", "", f" {r.choice('ABCDEJLMRST')}.", f" {given(r)}"])
    title = r.choice(["", "", "", "", "Mr. ", "Mrs. ", "Dr. "])
    return f"{title}{given(r)}{middle} {last(r)}{r.choice(['', '', '', '', ' Jr', ' III'])}"


def simple(r: random.Random) -> str:
    return f"{given(r)} {last(r)}"


def last_first(r: random.Random) -> str:
    return f"{last(r)}, {given(r)}{r.choice(['', ' ' + r.choice('ABCDEJLMRST')])}"


def joint(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.4:
        return last_first(r).upper()
    if kind < 0.7:
        return f"{last(r)}, {given(r)} & {given(r)}".upper()
    return f"{last(r)} {given(r)} {r.choice('ABCDEJM')} & {given(r)}".upper()


def org(r: random.Random) -> str:
    return (
        f"{r.choice(_ORG_HEADS)} {r.choice(_ORG_TAILS)}"
        if r.random() < 0.8
        else f"{last(r)} & Sons {r.choice(_ORG_TAILS)}"
    )


def mostly(one: Values, other: Values, share: float) -> Values:
    return lambda r: one(r) if r.random() < share else other(r)


def upper(one: Values) -> Values:
    return lambda r: one(r).upper()


def some(one: Values, share: float) -> Values:
    return lambda r: one(r) if r.random() < share else ""


def street(r: random.Random) -> str:
    unit = r.choice(
        ["", "", "", "", f" Apt {r.randrange(1, 40)}", f" #{r.randrange(1, 30)}", f", Unit {r.choice('ABCD')}"]
    )
    if r.random() < 0.06:
        return f"PO Box {r.randrange(10, 9999)}"
    way = r.choice(["", "", "N ", "W ", "SE "])
    return f"{r.randrange(1, 9900)} {way}{r.choice(_STREETS)} {r.choice(_SUFFIXES)}{unit}"


def full_address(r: random.Random) -> str:
    return f"{street(r)}, {city(r)}, {r.choice(_STATES)} {zip5(r)}"


def city(r: random.Random) -> str:
    return r.choice(_CITIES)


def zip5(r: random.Random) -> str:
    return f"{r.randrange(1000, 99900):05}"


def phone(r: random.Random) -> str:
    area, number = r.choice(["406", "617", "508", "208"]), f"01{r.randrange(100):02}"
    style = r.choice(["{}-555-{}", "({}) 555-{}", "{}.555.{}", "{}555{}", "1-{}-555-{}", "{} 555 {}"])
    return style.format(area, number)


def phone_dashed(r: random.Random) -> str:
    return f"406-555-01{r.randrange(100):02}" + r.choice(
        ["", "", "", f" x{r.randrange(10, 999)}", f" ext. {r.randrange(10, 999)}"]
    )


def phone_digits(r: random.Random) -> str:
    return f"{r.choice(['406', '617', '508'])}55501{r.randrange(100):02}"


def email(r: random.Random) -> str:
    return (
        f"{given(r)}.{last(r)}{r.randrange(99)}@{r.choice(['example.com', 'example.org', 'mail.example.net'])}".lower()
    )


def ssn(r: random.Random) -> str:
    return f"{r.randrange(900, 999)}-{r.randrange(10, 60)}-{r.randrange(1000, 9999)}"


def ssn_digits(r: random.Random) -> str:
    return f"{r.randrange(100, 660):03}{r.randrange(1, 99):02}{r.randrange(1, 9999):04}"


def date(low: int, high: int, style: str = "{m:02}/{d:02}/{y}") -> Values:
    return lambda r: style.format(y=r.randrange(low, high + 1), m=r.randrange(1, 13), d=r.randrange(1, 29))


ISO = "{y}-{m:02}-{d:02}"
dob = date(1935, 2006)
recent = date(2021, 2025)


def stamp(r: random.Random) -> str:
    return f"{date(2023, 2025, ISO)(r)}T{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}.000"


def us_stamp(r: random.Random) -> str:
    return f"{r.randrange(1, 13)}/{r.randrange(1, 29)}/2025 {r.randrange(24)}:{r.randrange(60):02}:{r.randrange(60):02}"


def digits(size: int) -> Values:
    return lambda r: str(r.randrange(10 ** (size - 1), 10**size))


def code(pattern: str) -> Values:
    """Return values of a pattern: 9 a digit, A a capital, x a lower-case letter or digit."""
    pools = {"9": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ", "x": "0123456789abcdef"}
    return lambda r: "".join(r.choice(pools[each]) if each in pools else each for each in pattern)


def pick(text: str) -> Values:
    words = text.split("|")
    return lambda r: r.choice(words)


def money(r: random.Random) -> str:
    return f"{r.randrange(5, 99000)}.{r.randrange(100):02}"


def number(low: int, high: int) -> Values:
    return lambda r: str(r.randrange(low, high))


def real(low: float, high: float, places: int) -> Values:
    return lambda r: f"{r.uniform(low, high):.{places}f}"


def words(low: int, high: int) -> Values:
    return lambda r: " ".join(r.choice(_WORDS) for _ in range(r.randrange(low, high))).capitalize() + "."


def card(r: random.Random) -> str:
    body = "4" + "".join(str(r.randrange(10)) for _ in range(14))
    odd = [int(each) for each in body[-1::-2]]
    total = sum(sum(divmod(2 * each, 10)) for each in odd) + sum(int(each) for each in body[-2::-2])
    return body + str(-total % 10)


def ip(r: random.Random) -> str:
    return f"{r.choice(['192.0.2', '198.51.100', '203.0.113'])}.{r.randrange(1, 255)}"


def agent(r: random.Random) -> str:
    return r.choice(_AGENTS).format(r.randrange(1, 130))


def as_json(r: random.Random) -> str:
    return json.dumps({"email": email(r), "ok": r.random() < 0.5, "n": r.randrange(9), "who": {"name": simple(r)}})


def login(r: random.Random) -> str:
    return (given(r)[0] + last(r)).lower().replace("-", "").replace("'", "") + r.choice(["", str(r.randrange(99))])


def blank(_: random.Random) -> str:
    return ""


def same(text: str) -> Values:
    return lambda _: text


def counter() -> Values:
    state = iter(range(1, 10**9))
    return lambda _: str(next(state))


# --- tables -----------------------------------------------------------------------------


@dataclass(frozen=True)
class OfficeTable:
    """A made-up table: its name, header (None: none), rows, and what each column holds."""

    name: str
    header: list[str] | None
    rows: list[list[str]]
    holds: list[str]
    titles: list[str]
    """The header words of each column, whether the table shows them or not: for messages."""


def tables(seed: int, rows: int) -> Iterator[OfficeTable]:
    """Yield every table with ``rows`` rows; equal seeds give equal tables."""
    for name, specs in _SPECS.items():
        r = random.Random(f"{seed} {name} {rows}")
        columns = [[make(r) for _ in range(rows)] for _, _, make in specs]
        titles = [title for title, _, _ in specs]
        shown = None if name.startswith("no_header") else titles
        if name.startswith("shifted"):
            shown = ["", *titles[:-1]]
        yield OfficeTable(
            name, shown, [list(row) for row in zip(*columns, strict=True)], [each for _, each, _ in specs], titles
        )


_SPECS: dict[str, list[Spec]] = {
    "building_permits": [
        ("permit_number", "identifier", code("BP-2024-99999")),
        ("application_date", "-", stamp),
        ("issue_date", "-", stamp),
        ("applicant_name", "PERSON/full", full),
        ("contractor_name", "text", mostly(org, simple, 0.8)),
        ("site_address", "STREET_ADDRESS", street),
        ("work_description", "-", words(4, 14)),
        ("valuation", "inert", money),
        ("latitude", "inert", real(45, 47, 6)),
        ("longitude", "inert", real(-113, -110, 6)),
        ("location", "-", lambda r: f"POINT ({real(-113, -110, 5)(r)} {real(45, 47, 5)(r)})"),
        ("permit_status", "inert", pick("ISSUED|FINALED|EXPIRED|IN REVIEW")),
    ],
    "business_licences": [
        ("LICENSE ID", "identifier", digits(7)),
        ("ACCOUNT NUMBER", "identifier", digits(6)),
        ("LEGAL NAME", "text", upper(mostly(org, simple, 0.7))),
        ("DOING BUSINESS AS NAME", "text", upper(org)),
        ("OWNER FIRST NAME", "PERSON/given", upper(given)),
        ("OWNER LAST NAME", "PERSON/surname", upper(last)),
        ("TITLE", "-", pick("PRESIDENT|SECRETARY|SOLE PROPRIETOR|MANAGING MEMBER")),
        ("ADDRESS", "STREET_ADDRESS", upper(street)),
        ("CITY", "quasi", upper(city)),
        ("STATE", "quasi", pick("MT|MT|MT|ID")),
        ("ZIP CODE", "quasi", zip5),
        ("WARD", "quasi", number(1, 12)),
        ("LICENSE DESCRIPTION", "-", pick("Retail Food Establishment|Limited Business License|Tavern|Home Occupation")),
        ("DATE ISSUED", "-", recent),
        ("CONDITIONAL APPROVAL", "-", pick("N|N|N|Y")),
    ],
    "court_docket": [
        ("CaseNo", "identifier", code("CR-25-9999")),
        ("CaseTitle", "text", lambda r: f"STATE v. {last_first(r).upper()}"),
        ("DefName", "PERSON/full", upper(last_first)),
        ("DefDOB", "DATE_OF_BIRTH", dob),
        ("Charge", "-", pick("DUI 1ST OFFENSE|THEFT - MISD|PARTNER ASSAULT|SPEEDING|CRIMINAL MISCHIEF")),
        ("FilingDt", "-", recent),
        ("Judge", "PERSON/full", lambda r: f"Hon. {simple(r)}"),
        ("DefAtty", "PERSON/full", upper(last_first)),
        ("Disposition", "-", pick("GUILTY PLEA|DISMISSED|PENDING|NOLLE PROSEQUI")),
        ("FineAmt", "-", money),
        ("NextHearing", "-", us_stamp),
    ],
    "requests_311": [
        ("unique_key", "identifier", digits(8)),
        ("created_date", "-", stamp),
        ("closed_date", "-", some(stamp, 0.7)),
        ("agency", "-", pick("DOT|DSNY|HPD|DEP")),
        ("agency_name", "-", pick("Department of Transportation|Department of Sanitation|Housing Preservation")),
        ("complaint_type", "-", pick("Noise - Residential|Street Light Condition|Pothole|Illegal Parking")),
        ("descriptor", "-", pick("Loud Music/Party|Street Light Out|Blocked Hydrant|Banging/Pounding")),
        ("incident_zip", "quasi", zip5),
        ("incident_address", "STREET_ADDRESS", upper(street)),
        ("cross_street_1", "?", upper(lambda r: f"{r.choice(_STREETS)} {r.choice(_SUFFIXES)}")),
        ("x_coordinate_state_plane", "-", digits(7)),
        ("y_coordinate_state_plane", "-", digits(6)),
        (
            "resolution_description",
            "-",
            pick(
                "The Department inspected the condition and no violation was found at that time.|Work was completed and the request was closed by the responding crew."
            ),
        ),
        ("requester_phone", "PHONE_NUMBER", some(phone, 0.6)),
        ("requester_email", "EMAIL_ADDRESS", some(email, 0.5)),
        ("community_board", "-", pick("01 BRONX|12 QUEENS|03 STATEN ISLAND|05 BROOKLYN")),
        ("bbl", "-", digits(10)),
    ],
    "payroll": [
        ("Employee Name", "PERSON/full", last_first),
        ("Employee ID", "identifier", digits(6)),
        (
            "Job Title",
            "quasi",
            pick("Police Officer|Librarian I|Custodian|Planner II|Teacher - Grade 3|Bus Driver|Nurse"),
        ),
        ("Department", "-", pick("Public Works|Library|Police|Parks & Recreation|School")),
        ("Hire Date", "-", date(1988, 2024)),
        ("Annual Rt", "-", money),
        ("2023 Gross", "-", lambda r: f"${r.randrange(20, 160)},{r.randrange(1000):03}.{r.randrange(100):02}"),
        ("OT Pay", "-", money),
        ("Bargaining Unit", "-", pick("AFSCME 93|IAFF 448|Non-Union|MTA")),
        ("FTE", "-", pick("1|0.5|0.8|1")),
        ("Step", "-", number(1, 12)),
    ],
    "voter_roll": [
        ("REGN_NUM", "identifier", digits(8)),
        ("LAST_NAME", "PERSON/surname", upper(last)),
        ("FIRST_NAME", "PERSON/given", upper(given)),
        ("MIDDLE_NAME", "PERSON", upper(some(given, 0.6))),
        ("NAME_SUFFIX", "-", some(pick("JR|SR|III"), 0.1)),
        ("BIRTH_YEAR", "quasi", number(1930, 2007)),
        ("RES_HOUSE_NUM", "STREET_ADDRESS", number(1, 9900)),
        ("RES_STREET_NAME", "STREET_ADDRESS", upper(lambda r: f"{r.choice(_STREETS)} {r.choice(_SUFFIXES)}")),
        ("RES_UNIT", "STREET_ADDRESS", some(lambda r: r.choice(["APT 1", "2", "#3", "B"]), 0.3)),
        ("RES_CITY", "quasi", upper(city)),
        ("RES_ZIP", "quasi", zip5),
        ("MAIL_ADDR1", "STREET_ADDRESS", upper(some(street, 0.4))),
        ("PARTY_CD", "quasi", pick("DEM|REP|UNA|LIB")),
        ("PRECINCT", "quasi", pick("12A|12B|3|4-1")),
        ("REG_DATE", "-", date(1980, 2024)),
        ("STATUS_CD", "-", pick("A|A|A|I")),
        ("PHONE_NUM", "PHONE_NUMBER", some(phone_digits, 0.5)),
        ("CONG_DIST", "quasi", pick("1|2")),
    ],
    "utility_billing": [
        ("ACCT#", "identifier", code("99-99999-99")),
        ("CUST NAME", "PERSON/full", joint),
        ("SVC ADDR", "STREET_ADDRESS", upper(street)),
        ("MTR NO", "identifier", digits(8)),
        ("PREV READ", "-", digits(6)),
        ("CURR READ", "-", digits(6)),
        ("USAGE", "-", number(0, 90)),
        ("AMT DUE", "-", money),
        ("DUE DT", "-", recent),
        ("PHONE1", "PHONE_NUMBER", phone_dashed),
        ("AUTOPAY", "-", pick("Y|N")),
        ("ABA RTG", "BANK_ACCOUNT", digits(9)),
        ("BANK ACCT", "BANK_ACCOUNT", digits(10)),
        ("RATE CLS", "-", pick("R1|R2|C1")),
    ],
    "restaurant_inspections": [
        ("CAMIS", "-", digits(8)),
        ("DBA", "text", upper(org)),
        ("BORO", "-", pick("Manhattan|Queens|Bronx|Brooklyn")),
        ("BUILDING", "STREET_ADDRESS", number(1, 9000)),
        ("STREET", "STREET_ADDRESS", upper(lambda r: f"{r.choice(_STREETS)} {r.choice(_SUFFIXES)}")),
        ("ZIPCODE", "quasi", zip5),
        ("PHONE", "PHONE_NUMBER", phone_digits),
        ("CUISINE DESCRIPTION", "-", pick("American|Chinese|Pizza|Coffee/Tea|Latin American")),
        ("INSPECTION DATE", "-", recent),
        ("VIOLATION CODE", "-", pick("04L|08A|10F|06D|02G")),
        (
            "VIOLATION DESCRIPTION",
            "-",
            pick(
                "Evidence of mice or live mice in establishment's food or non-food areas.|Food contact surface not properly washed, rinsed and sanitized after each use."
            ),
        ),
        ("SCORE", "-", number(0, 60)),
        ("GRADE", "-", pick("A|B|C|")),
        ("INSPECTOR", "PERSON/full", simple),
    ],
    "vehicle_registrations": [
        ("VIN", "identifier", code("1AA99AA99A9999999")),
        ("PLATE", "LICENSE_PLATE", code("AAA 999")),
        ("MAKE", "-", pick("FORD|CHEV|TOYT|HOND")),
        ("MODEL", "-", pick("F150|MALIBU|CAMRY|CIVIC")),
        ("YR", "-", number(1990, 2025)),
        ("COLOR", "-", pick("BLK|WHI|SIL|RED")),
        ("REGISTERED OWNER", "PERSON/full", upper(last_first)),
        ("OWNER DL", "US_DRIVER_LICENSE", code("9999999999999")),
        ("LIENHOLDER", "text", upper(org)),
        ("EXP", "-", recent),
        ("GVW", "-", digits(4)),
    ],
    "library_patrons": [
        ("barcode", "identifier", code("29999999999999")),
        ("patron_name", "PERSON/full", lambda r: last_first(r).upper()),
        ("p_type", "-", pick("0|1|5|12")),
        ("birth_date", "DATE_OF_BIRTH", date(1940, 2018, ISO)),
        ("home_addr", "STREET_ADDRESS", lambda r: f"{street(r)}${city(r)}, MA {zip5(r)}"),
        ("email_addr", "EMAIL_ADDRESS", some(email, 0.8)),
        ("telephone", "PHONE_NUMBER", phone),
        ("total_checkouts", "-", number(0, 900)),
        ("money_owed", "-", money),
        ("patron_note", "text", some(words(3, 16), 0.3)),
        ("home_library", "-", pick("main|east|bookm|br2")),
        ("exp_date", "-", date(2025, 2028, ISO)),
    ],
    "school_roster": [
        ("Student ID", "identifier", digits(7)),
        ("Student Name", "PERSON/full", last_first),
        ("Grade", "quasi", pick("K|1|2|3|4|5")),
        ("Homeroom Teacher", "PERSON", lambda r: f"{r.choice(['Ms.', 'Mr.', 'Mrs.'])} {last(r)}"),
        ("Parent/Guardian 1", "PERSON/full", simple),
        ("Guardian 1 Phone", "PHONE_NUMBER", phone),
        ("Guardian 1 Email", "EMAIL_ADDRESS", email),
        ("Parent/Guardian 2", "PERSON/full", some(simple, 0.6)),
        ("Birthdate", "DATE_OF_BIRTH", date(2013, 2020)),
        ("Allergies", "MEDICAL", some(pick("Peanuts|None|Bee stings|Dairy"), 0.4)),
        ("Bus", "-", pick("12|7|4|Walker")),
        ("Lunch Status", "-", pick("F|R|P")),
        ("IEP", "-", pick("Y|N|N|N")),
    ],
    "crm_contacts": [
        ("Id", "identifier", code("0039999999AAxx9AAA")),
        ("FirstName", "PERSON/given", given),
        ("LastName", "PERSON/surname", last),
        ("Account Name", "text", org),
        ("Title", "-", pick("Director|Owner|Clerk|Manager|Engineer")),
        ("Phone", "PHONE_NUMBER", phone),
        ("MobilePhone", "PHONE_NUMBER", some(phone, 0.4)),
        ("Email", "EMAIL_ADDRESS", email),
        ("MailingStreet", "STREET_ADDRESS", street),
        ("MailingCity", "quasi", city),
        ("MailingState", "quasi", pick("MT|MA")),
        ("MailingPostalCode", "quasi", zip5),
        ("OwnerId", "-", pick("0055e000001AbCd|0055e000001XyZq")),
        ("CreatedDate", "-", stamp),
        ("LeadSource", "-", pick("Web|Phone Inquiry|Event")),
        ("DoNotCall", "-", pick("true|false")),
    ],
    "web_server_log": [
        ("date", "-", date(2025, 2025, ISO)),
        ("time", "-", lambda r: f"{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}"),
        ("c-ip", "IP_ADDRESS", ip),
        ("cs-username", "USERNAME", some(login, 0.3)),
        ("cs-method", "-", pick("GET|POST|HEAD")),
        ("cs-uri-stem", "-", pick("/index.html|/permits/apply|/css/site.css|/img/logo.png")),
        ("cs-uri-query", "-", some(lambda r: f"id={r.randrange(9999)}&page={r.randrange(9)}", 0.4)),
        ("sc-status", "-", pick("200|304|404|500")),
        ("sc-bytes", "-", number(100, 99999)),
        ("time-taken", "-", number(1, 4000)),
        ("cs(User-Agent)", "-", agent),
        ("cs(Referer)", "-", lambda r: f"https://www.example.org/page/{r.randrange(99)}"),
    ],
    "google_form": [
        ("Timestamp", "-", us_stamp),
        ("Email Address", "EMAIL_ADDRESS", email),
        ("What is your full name?", "PERSON/full", simple),
        ("What is the best phone number to reach you during the day?", "PHONE_NUMBER", phone),
        ("What is your home address? (street, city, ZIP)", "STREET_ADDRESS", full_address),
        ("Please describe your concern in your own words", "text", words(5, 40)),
        ("Do you live within the city limits?", "-", pick("Yes|No|Not sure")),
        ("How did you hear about this meeting?", "-", pick("Newspaper|Friend or neighbor|City website|Facebook")),
        ("On a scale of 1 to 5, how satisfied are you with our service?", "-", number(1, 6)),
        ("What is your date of birth?", "DATE_OF_BIRTH", dob),
        ("May we contact you by e-mail?", "-", pick("Yes|No")),
        ("How many people live in your household?", "-", number(1, 8)),
    ],
    "wufoo_form": [
        ("Entry Id", "-", counter()),
        ("Name", "PERSON", given),
        ("Last", "PERSON/surname", last),
        ("Street Address", "STREET_ADDRESS", street),
        ("Address Line 2", "STREET_ADDRESS", some(lambda r: f"Apt {r.randrange(40)}", 0.2)),
        ("City", "quasi", city),
        ("State / Province / Region", "quasi", pick("Montana|Idaho")),
        ("ZIP / Postal Code", "quasi", zip5),
        ("Country", "quasi", same("United States")),
        ("Email", "EMAIL_ADDRESS", email),
        ("Phone Number", "PHONE_NUMBER", phone_digits),
        ("Comments / Questions", "text", some(words(3, 30), 0.8)),
        ("Date Created", "-", us_stamp),
        ("Created By", "-", same("public")),
        ("Last Updated", "-", blank),
        ("IP Address", "IP_ADDRESS", ip),
        ("Last Page Accessed", "-", same("1")),
        ("Completion Status", "-", same("1")),
    ],
    "seamless_form": [
        ("Submission ID", "identifier", code("CO9999xxxx")),
        ("Applicant's First Name", "PERSON/given", given),
        ("Applicant's Last Name", "PERSON/surname", last),
        ("Name of Spouse / Partner (if applicable)", "PERSON/full", some(simple, 0.4)),
        ("Date of Birth (MM/DD/YYYY)", "DATE_OF_BIRTH", dob),
        ("Social Security Number (last 4 digits)", "US_SSN", digits(4)),
        ("Mailing Address (if different)", "STREET_ADDRESS", some(full_address, 0.4)),
        ("Home Phone #", "PHONE_NUMBER", some(phone, 0.6)),
        ("Cell Phone #", "PHONE_NUMBER", phone),
        ("Driver's License Number", "US_DRIVER_LICENSE", code("A99999999")),
        ("Applicant Signature", "PERSON/full", simple),
        ("Signature IP", "IP_ADDRESS", ip),
        ("Date Signed", "-", recent),
        ("Annual Household Income", "-", lambda r: f"${r.randrange(9, 120)},000"),
        ("Upload proof of residency", "-", lambda r: f"https://forms.example.org/f/{r.randrange(10**8):x}.pdf"),
    ],
    "sql_abbreviated": [
        ("prsn_id", "identifier", digits(6)),
        ("frst_nm", "PERSON/given", given),
        ("lst_nm", "PERSON/surname", last),
        ("mid_init", "PERSON", some(lambda r: r.choice("ABCDEJLMRST"), 0.6)),
        ("brth_dt", "DATE_OF_BIRTH", date(1935, 2006, ISO)),
        ("ssn_tx", "US_SSN", ssn_digits),
        ("addr_ln_1", "STREET_ADDRESS", street),
        ("addr_ln_2", "STREET_ADDRESS", some(lambda r: f"APT {r.randrange(40)}", 0.2)),
        ("cty_nm", "quasi", city),
        ("st_cd", "quasi", pick("MT|ID")),
        ("zip_cd", "quasi", zip5),
        ("hm_phn_no", "PHONE_NUMBER", phone_digits),
        ("eml_addr", "EMAIL_ADDRESS", email),
        ("crt_ts", "-", stamp),
        ("upd_usr_id", "?", pick("jdoe1|batch|svc_load")),
        ("actv_ind", "-", pick("Y|N")),
    ],
    "sql_camel": [
        ("customerId", "identifier", code("CUST-99999")),
        ("firstName", "PERSON/given", given),
        ("lastName", "PERSON/surname", last),
        ("emailAddr", "EMAIL_ADDRESS", email),
        ("homePhoneNbr", "PHONE_NUMBER", phone_dashed),
        ("streetAddr1", "STREET_ADDRESS", street),
        ("isActive", "-", pick("0|1")),
        ("createdAt", "-", stamp),
        ("passwordHash", "PASSWORD", code("$2b$12$xxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
        ("lastLoginIp", "IP_ADDRESS", ip),
        ("loyaltyPoints", "-", number(0, 9000)),
        ("userName", "USERNAME", login),
    ],
    "spanish_form": [
        ("Nombre", "PERSON/given", given),
        ("Apellido Paterno", "PERSON/surname", last),
        ("Apellido Materno", "PERSON/surname", last),
        ("Fecha de Nacimiento", "DATE_OF_BIRTH", date(1940, 2005, "{d:02}/{m:02}/{y}")),
        ("Correo Electrónico", "EMAIL_ADDRESS", email),
        ("Teléfono", "PHONE_NUMBER", phone),
        ("Dirección", "STREET_ADDRESS", street),
        ("Ciudad", "quasi", city),
        ("Estado", "quasi", pick("MT|MA")),
        ("Código Postal", "quasi", zip5),
        ("Comentarios", "text", words(4, 20)),
        ("Sexo", "quasi", pick("M|F")),
        ("Edad", "quasi", number(18, 90)),
    ],
    "spanish_roll": [
        ("NOMBRE COMPLETO", "PERSON/full", upper(simple)),
        ("NUMERO DE SEGURO SOCIAL", "US_SSN", ssn),
        ("DOMICILIO", "STREET_ADDRESS", upper(street)),
        ("CELULAR", "PHONE_NUMBER", phone),
        ("FECHA", "-", recent),
        ("NUMERO DE CASO", "identifier", code("99-9999")),
        ("ESTADO CIVIL", "quasi", pick("SOLTERO|CASADA|VIUDA")),
        ("MONTO", "-", money),
    ],
    "no_header_people": [
        ("id", "identifier", digits(6)),
        ("given", "PERSON/given", given),
        ("surname", "PERSON/surname", last),
        ("sex", "-", pick("M|F")),
        ("dob", "DATE_OF_BIRTH", dob),
        ("street", "STREET_ADDRESS", street),
        ("city", "-", city),
        ("state", "-", pick("MT|MA|ID")),
        ("zip", "-", zip5),
        ("phone", "PHONE_NUMBER", phone_dashed),
        ("mail", "EMAIL_ADDRESS", email),
        ("date", "-", recent),
    ],
    "no_header_capitals": [
        ("name", "PERSON/full", upper(last_first)),
        ("street", "STREET_ADDRESS", upper(street)),
        ("city", "-", upper(city)),
        ("amount", "-", money),
        ("status", "-", pick("ACTIVE|CLOSED|PENDING")),
        ("code", "-", code("AA999")),
        ("ssn", "US_SSN", ssn),
    ],
    "no_header_names": [
        ("full", "PERSON/full", simple),
        ("dept", "-", pick("Public Works|Library|Police|Parks|School")),
        ("salary", "-", money),
        ("date", "-", date(1990, 2024)),
    ],
    "assessor_roll": [
        ("PARCELID", "identifier", code("99-9999-99-9-99-99-9999")),
        ("OWNNAME", "text", mostly(joint, upper(org), 0.6)),
        ("OWNNAME2", "?", some(upper(last_first), 0.3)),
        ("SITEADDR", "STREET_ADDRESS", upper(street)),
        ("OWNADDR1", "STREET_ADDRESS", upper(street)),
        ("OWNCITY", "quasi", upper(city)),
        ("OWNST", "quasi", pick("MT|WA|CA")),
        ("LANDVAL", "-", digits(6)),
        ("IMPVAL", "-", digits(6)),
        ("YRBLT", "-", number(1890, 2024)),
        ("SQFT", "-", number(600, 5000)),
        (
            "LEGALDESC",
            "-",
            lambda r: (
                f"S{r.randrange(1, 36)}, T{r.randrange(1, 30)} N, R{r.randrange(1, 30)} W, LOT {r.randrange(1, 30)}"
            ),
        ),
        ("SALEDT", "-", date(1980, 2025)),
        ("SALEPRICE", "-", digits(6)),
    ],
    "blank_and_constant": [
        ("Name", "PERSON/full", full),
        ("Middle", "-", blank),
        ("County", "quasi", same("Lewis and Clark")),
        ("Source", "-", same("WEB")),
        ("Email 2", "-", blank),
        ("Fax", "PHONE_NUMBER", some(phone_dashed, 0.15)),
        ("", "-", blank),
        ("Version", "-", same("3")),
        ("Record Type", "-", same("RESIDENT")),
        ("Preferred Contact Method", "-", pick("Email|Phone|Mail")),
    ],
    "dog_licences": [
        ("Tag #", "-", digits(4)),
        ("Dog Name", "-", pick("Bella|Max|Charlie|Luna|Daisy|Rocky|Buddy|Sadie")),
        ("Breed", "-", pick("Labrador Retriever|Mixed|German Shepherd|Beagle")),
        ("Sex", "-", pick("M/N|F/S|M|F")),
        ("Color", "-", pick("Black|Brown|Tan/White")),
        ("Owner", "PERSON/full", simple),
        ("Owner Address", "STREET_ADDRESS", street),
        ("Owner Phone", "PHONE_NUMBER", phone),
        ("Rabies Exp", "-", recent),
        ("Fee Paid", "-", pick("$15.00|$25.00")),
    ],
    "water_quality": [
        ("StationName", "-", pick("Mill Creek above Bridge|Lake Outlet|Well 7|Blackfoot at Bonner")),
        ("Lat", "-", real(45, 47, 5)),
        ("Long", "-", real(-113, -110, 5)),
        ("SampleDateTime", "-", us_stamp),
        ("Temp_C", "-", real(0, 25, 1)),
        ("pH", "-", real(6, 9, 2)),
        ("DO_mgL", "-", real(5, 12, 2)),
        ("Turbidity (NTU)", "-", real(0, 40, 1)),
        ("Collected By", "PERSON/full", simple),
        ("LabID", "-", code("L99-9999")),
        ("Qualifier", "-", some(pick("J|U|R"), 0.2)),
    ],
    "shipping": [
        ("Order No", "identifier", digits(8)),
        ("Ship To", "PERSON/full", simple),
        ("Ship To Address", "STREET_ADDRESS", street),
        ("UPS Tracking #", "identifier", code("1Z999AA99999999999")),
        ("UPS", "-", code("999-99-9999")),
        ("Weight (lb)", "-", real(0.5, 40, 1)),
        ("Ship Date", "-", recent),
        ("Carrier", "-", pick("UPS|FedEx|USPS")),
        ("Signed For By", "PERSON", last),
    ],
    "json_cells": [
        ("event_id", "identifier", code("xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx")),
        ("event_type", "-", pick("form_submit|login|page_view")),
        ("payload", "text", as_json),
        ("received_at", "-", stamp),
        ("session_id", "identifier", code("xxxxxxxxxxxxxxxxxxxxxxxx")),
        ("user_agent", "-", agent),
        ("tags", "-", lambda r: json.dumps(r.sample(["new", "web", "mobile", "urgent"], 2))),
    ],
    "lying_headers": [
        ("id", "US_SSN", ssn),
        ("name", "EMAIL_ADDRESS", email),
        ("code", "PHONE_NUMBER", phone_dashed),
        ("notes", "STREET_ADDRESS", street),
        ("status", "text", simple),
        ("type", "IP_ADDRESS", ip),
        ("amount", "CREDIT_CARD", card),
    ],
    "shifted_headers": [
        ("first_name", "PERSON", given),
        ("last_name", "PERSON", last),
        ("email", "EMAIL_ADDRESS", email),
        ("phone", "PHONE_NUMBER", phone_dashed),
        ("dob", "DATE_OF_BIRTH", dob),
        ("zip", "-", zip5),
        ("comment", "text", words(6, 30)),
        ("extra", "-", pick("a|b")),
    ],
    "vendor_payments": [
        ("Vendor Name", "text", mostly(org, simple, 0.7)),
        ("Vendor #", "-", digits(5)),
        ("TIN", "US_TAX_ID", code("99-9999999")),
        ("Remit Address", "STREET_ADDRESS", street),
        ("Check No.", "-", digits(6)),
        ("Check Date", "-", recent),
        ("Invoice", "-", code("INV-9999")),
        ("GL Account", "-", code("01-422-5400")),
        ("Amount", "-", money),
        ("Description", "-", pick("Office supplies|Road salt|Legal services|Refund of deposit")),
    ],
    "police_incidents": [
        ("Incident #", "identifier", code("25-099999")),
        ("Reported", "-", us_stamp),
        ("Offense", "-", pick("THEFT|ASSAULT|VANDALISM|DISORDERLY CONDUCT")),
        ("Location", "?", lambda r: f"{r.randrange(1, 40)}00 BLOCK OF {r.choice(_STREETS).upper()} ST"),
        ("Reporting Officer", "PERSON", lambda r: f"Ofc. {last(r)}"),
        ("Badge", "-", digits(3)),
        ("Victim Name", "PERSON/full", upper(last_first)),
        ("Victim Age", "quasi", number(8, 90)),
        ("Suspect", "PERSON/full", some(upper(last_first), 0.5)),
        ("Race", "quasi", pick("W|B|A|I|U")),
        ("Narrative", "text", words(15, 60)),
        ("Beat", "-", pick("1A|2C|3B")),
    ],
    "jail_roster": [
        ("Booking #", "identifier", digits(7)),
        ("Inmate Name", "PERSON/full", upper(last_first)),
        ("Age", "quasi", number(18, 70)),
        ("Sex", "quasi", pick("M|F")),
        ("Book Date", "-", us_stamp),
        ("Charges", "-", pick("DUI|FTA WARRANT|PFMA 2ND|CRIM POSS DANG DRUGS")),
        ("Bond Amt", "-", money),
        ("Arresting Agency", "-", pick("Helena PD|MHP|LCSO")),
        ("Cell", "-", pick("A-1|B-2|C-12")),
        ("Ht", "quasi", pick("5'10\"|6'01\"|5'04\"")),
        ("Wt", "quasi", number(110, 280)),
    ],
    "contributions": [
        ("Contributor Name", "PERSON/full", simple),
        ("Contributor Addr", "STREET_ADDRESS", street),
        ("City", "quasi", city),
        ("Employer", "text", mostly(org, pick("Self|Retired|None"), 0.6)),
        ("Occupation", "quasi", pick("Attorney|Retired|Teacher|Rancher|Engineer")),
        ("Amount", "-", money),
        ("Date", "-", recent),
        ("Committee", "-", lambda r: f"{r.choice(['Friends of', 'Citizens for', 'Elect'])} {last(r)}"),
        ("Aggregate", "-", money),
    ],
    "benefits_enrolment": [
        ("EE SSN", "US_SSN", ssn),
        ("EE Name", "PERSON/full", last_first),
        ("Dep Name", "PERSON/full", simple),
        ("Dep DOB", "DATE_OF_BIRTH", date(1950, 2022)),
        ("Relationship", "-", pick("Spouse|Child|Domestic Partner")),
        ("Plan", "-", pick("PPO 500|HDHP|Dental Basic")),
        ("Premium", "-", money),
        ("Eff Date", "-", recent),
        ("Acct No (Direct Deposit)", "BANK_ACCOUNT", digits(10)),
        ("Tobacco", "-", pick("Y|N")),
    ],
    "death_records": [
        ("Decedent", "PERSON/full", simple),
        ("DOD", "-", recent),
        ("DOB", "DATE_OF_BIRTH", date(1920, 1990)),
        ("Place of Death", "-", pick("St. Peter's Hospital|Residence|Nursing Home")),
        ("Mother's Maiden Name", "PERSON", last),
        ("Father's Name", "PERSON/full", simple),
        ("Certificate No", "identifier", code("2025-999999")),
        ("Cause of Death", "MEDICAL", pick("Myocardial infarction|COPD|Pneumonia|Dementia")),
        ("Informant", "PERSON/full", simple),
    ],
    "meeting_signup": [
        ("Speaker Name", "PERSON/full", simple),
        ("Agenda Item", "-", pick("4a|5|6.2|Public Comment")),
        ("For/Against", "-", pick("For|Against|Neutral")),
        ("Phone (optional)", "PHONE_NUMBER", some(phone, 0.5)),
        ("E-mail (will not be published)", "EMAIL_ADDRESS", some(email, 0.7)),
        ("Organization", "text", some(org, 0.3)),
        ("Topic", "text", words(3, 12)),
    ],
    "ems_runs": [
        ("PatientName", "PERSON/full", last_first),
        ("PCR#", "identifier", code("PCR9999999")),
        ("PatientDOB", "DATE_OF_BIRTH", dob),
        ("Medicare #", "MEDICAL", code("9AA9-AA9-AA99")),
        ("Primary Impression", "MEDICAL", pick("Chest pain|Fall injury|Overdose|Syncope")),
        ("BP", "-", lambda r: f"{r.randrange(90, 180)}/{r.randrange(50, 110)}"),
        ("Pulse", "-", number(50, 140)),
        ("Dispatch", "-", us_stamp),
        ("Unit", "-", pick("M1|M2|E4")),
        ("Crew Lead", "PERSON", simple),
    ],
    "hunting_licences": [
        ("ALS#", "identifier", code("99/99/9999-999")),
        ("LName", "PERSON/surname", last),
        ("FName", "PERSON/given", given),
        ("HT", "quasi", pick("510|601|504|507")),
        ("WT", "quasi", number(110, 280)),
        ("EYES", "quasi", pick("BLU|BRO|GRN|HAZ")),
        ("HAIR", "quasi", pick("BRO|BLK|BLN|GRY")),
        ("DL#", "US_DRIVER_LICENSE", code("9999999999999")),
        ("Tribal ID", "TRIBAL_ID", some(code("999-A99999"), 0.3)),
        ("License Type", "-", pick("Deer A|Elk B|Upland Bird")),
        ("Hunter Ed #", "-", digits(6)),
    ],
    "staff_directory": [
        ("Name", "PERSON/full", last_first),
        ("Title", "-", pick("City Clerk|Deputy Clerk|Public Works Director|Planner II")),
        ("Office", "-", pick("City Hall 201|Annex B|Library")),
        ("Ext", "-", number(100, 999)),
        ("Direct Line", "PHONE_NUMBER", phone_dashed),
        ("Mobile", "PHONE_NUMBER", phone),
        ("E-mail", "EMAIL_ADDRESS", email),
        ("Supervisor", "PERSON/full", simple),
    ],
    "portal_form": [
        ("submission_uuid", "identifier", code("xxxxxxxx-xxxx-4xxx-bxxx-xxxxxxxxxxxx")),
        ("your_name", "PERSON/full", simple),
        ("your_email", "EMAIL_ADDRESS", email),
        ("zip_code_of_residence", "quasi", zip5),
        ("i_am_a", "-", pick("resident|business owner|visitor")),
        ("subject_line", "text", words(3, 8)),
        ("message_body", "text", words(10, 60)),
        ("browser", "-", agent),
        ("remote_host", "IP_ADDRESS", ip),
        ("geo_lat", "-", real(45, 47, 6)),
        ("referring_page", "-", lambda r: f"https://www.example.org/page/{r.randrange(99)}"),
        ("ga_cookie", "identifier", lambda r: f"GA1.2.{r.randrange(10**8, 10**9)}.{r.randrange(10**9, 2 * 10**9)}"),
        ("consent_to_publish", "-", pick("true|false")),
    ],
    "card_payments": [
        ("Cardholder", "PERSON/full", upper(simple)),
        ("Card Number", "CREDIT_CARD", card),
        ("Exp", "-", lambda r: f"{r.randrange(1, 13):02}/{r.randrange(25, 31)}"),
        ("Auth Code", "-", code("99999A")),
        ("Amount", "-", money),
        ("Trans ID", "identifier", digits(11)),
        ("Batch", "-", digits(3)),
        ("Bill To", "PERSON/full", simple),
        ("Method", "-", pick("VISA|MC|AMEX")),
    ],
    "poor_quality": [
        ("CONTACT", "PERSON/full", mostly(mostly(simple, upper(last_first), 0.6), pick("N/A|unknown|-|SAME"), 0.85)),
        ("PHONE", "PHONE_NUMBER", mostly(phone, pick("none|NA|555-0123|call work"), 0.8)),
        ("EMAIL", "EMAIL_ADDRESS", mostly(email, pick("none|n/a|will provide"), 0.75)),
        ("ADDRESS", "STREET_ADDRESS", mostly(street, pick("homeless|GENERAL DELIVERY|see file|UNKNOWN"), 0.8)),
        ("DOB", "DATE_OF_BIRTH", mostly(dob, pick("UNK|1/1/1900|?"), 0.85)),
        ("SSN", "US_SSN", mostly(ssn, pick("XXX-XX-1234|refused|pending"), 0.7)),
        ("REMARKS", "text", some(words(2, 15), 0.5)),
    ],
    "evictions": [
        ("Case Number", "identifier", code("25H99CV099999")),
        ("Plaintiff", "text", upper(mostly(org, simple, 0.75))),
        ("Defendant(s)", "PERSON/full", lambda r: "; ".join(last_first(r).upper() for _ in range(r.randrange(1, 3)))),
        ("Property Address", "STREET_ADDRESS", full_address),
        ("Filed", "-", recent),
        ("Rent Owed", "-", money),
        ("Plaintiff Attorney", "PERSON/full", simple),
    ],
    "candidates": [
        ("Contest", "-", pick("Mayor|City Council Ward 2|School Committee")),
        ("Candidate Name", "PERSON/full", simple),
        ("Ballot Order", "-", number(1, 9)),
        ("Candidate Address", "STREET_ADDRESS", street),
        ("Campaign Treasurer", "PERSON/full", simple),
        ("Votes", "-", number(10, 9000)),
        ("Pct", "-", real(0, 100, 2)),
        ("Incumbent", "-", pick("Y|N")),
    ],
    "grants": [
        ("Organization", "text", org),
        ("Project Title", "-", pick("Trail Renewal Phase II|Summer Reading|Food Pantry Expansion")),
        ("Principal Investigator", "PERSON/full", simple),
        ("UEI", "-", code("A9AAA9A99AA9")),
        ("Award Amount", "-", money),
        ("Start Date", "-", recent),
        ("CFDA", "-", pick("45.310|10.558|84.010")),
        ("Contact E-Mail", "EMAIL_ADDRESS", email),
    ],
    "tree_inventory": [
        ("TreeID", "-", digits(5)),
        ("Species", "-", pick("Acer platanoides|Ulmus americana|Fraxinus pennsylvanica")),
        ("CommonName", "-", pick("Norway Maple|American Elm|Green Ash|Rocky Mountain Juniper")),
        ("DBH", "-", number(2, 40)),
        ("Condition", "-", pick("Good|Fair|Poor|Dead")),
        ("OnStreet", "?", lambda r: f"{r.choice(_STREETS)} {r.choice(_SUFFIXES)}"),
        ("X", "-", real(1300000, 1400000, 2)),
        ("Y", "-", real(800000, 900000, 2)),
        ("Planted", "-", date(1950, 2020)),
    ],
    "facilities": [
        ("NAME", "-", pick("Lincoln Park|Washington Elementary|Memorial Pool|Station 4|Ryan Field|Kessler School")),
        ("TYPE", "-", pick("Park|School|Pool|Fire Station")),
        ("ACRES", "-", real(0.2, 90, 2)),
        ("OPENED", "-", number(1905, 2020)),
        ("MANAGER", "PERSON/full", simple),
        ("HOURS", "-", pick("Dawn to dusk|9-5 M-F|Closed")),
        ("FACILITY_ID", "-", code("F-999")),
    ],
    "rental_registry": [
        ("Landlord Name", "PERSON/full", simple),
        ("Landlord Mailing Address", "STREET_ADDRESS", full_address),
        ("Property Manager", "text", mostly(org, simple, 0.6)),
        ("Emergency Contact (24 hr) Phone", "PHONE_NUMBER", phone),
        ("Number of Bedrooms", "-", number(1, 6)),
        ("Monthly Rent", "-", lambda r: f"${r.randrange(600, 3000):,}"),
        ("Last Inspection", "-", recent),
        ("Smoke Detectors?", "-", pick("Y|N")),
    ],
    "foia_log": [
        ("Tracking #", "identifier", code("R999999-99999")),
        ("Date Received", "-", recent),
        ("Requester", "PERSON/full", simple),
        ("Requester Organization", "text", some(org, 0.5)),
        ("Request Summary", "text", words(6, 30)),
        ("Assigned Staff", "PERSON", simple),
        ("Due", "-", recent),
        ("Final Disposition", "-", pick("Granted|Denied|No Records|Partial")),
        ("Days", "-", number(1, 60)),
    ],
    "elevator": [
        ("Conveyance Number", "identifier", code("E-99999")),
        ("Bldg Owner", "text", mostly(org, simple, 0.6)),
        ("Responsible Party Name", "PERSON/full", simple),
        ("Resp Party Ph", "PHONE_NUMBER", phone),
        ("Premise Addr", "STREET_ADDRESS", street),
        ("Insp Date", "-", recent),
        ("Inspector Name", "PERSON/full", simple),
        ("Result Cd", "-", pick("P|F")),
    ],
    "concealed": [
        ("PermitHolder", "PERSON/full", last_first),
        ("DateOfBirth", "DATE_OF_BIRTH", dob),
        ("POB", "-", pick("Helena, MT|Boise, ID|Salem, OR")),
        ("HomeAddress", "STREET_ADDRESS", street),
        ("HomeCityStateZip", "-", lambda r: f"{city(r)}, MT {zip5(r)}"),
        ("DLNumber", "US_DRIVER_LICENSE", digits(9)),
        ("CwpNumber", "identifier", digits(6)),
        ("Expires", "-", recent),
        ("Reference1Name", "PERSON/full", simple),
        ("Reference1Phone", "PHONE_NUMBER", phone),
    ],
    "foster": [
        ("ChildFirst", "PERSON/given", given),
        ("ChildLast", "PERSON/surname", last),
        ("ChildDOB", "DATE_OF_BIRTH", date(2008, 2022)),
        ("ChildSSN", "US_SSN", ssn),
        ("PlacementAddr", "STREET_ADDRESS", street),
        ("CaseWorker", "PERSON/full", simple),
        ("MedicaidID", "MEDICAL", digits(9)),
        ("RemovalReason", "-", pick("Neglect|Abuse|Abandonment")),
        ("CourtFileNum", "identifier", code("DN-99-999")),
    ],
    "parking": [
        ("Citation", "identifier", digits(8)),
        ("Issued", "-", us_stamp),
        ("Tag", "LICENSE_PLATE", code("9A99999")),
        ("St", "-", pick("MT|ID|WA")),
        ("Meter", "-", code("A-999")),
        ("Street Name", "?", same("Main St")),
        ("Ofcr", "PERSON", last),
        ("RO Name", "PERSON/full", upper(last_first)),
        ("RO Addr", "STREET_ADDRESS", upper(street)),
        ("Bal Due", "-", money),
    ],
    "tenant_app": [
        ("Full Legal Name", "PERSON/full", full),
        ("Maiden/Other Names Used", "PERSON", some(last, 0.3)),
        ("SSN or ITIN", "US_SSN", ssn),
        ("Current Street Address", "STREET_ADDRESS", street),
        ("How long at this address?", "-", pick("2 years|6 months|10 yrs")),
        ("Current Landlord", "PERSON/full", simple),
        ("Landlord's Phone", "PHONE_NUMBER", phone),
        ("Monthly Gross Income", "-", money),
        ("Employer Name", "text", org),
        ("Supervisor's Name", "PERSON/full", simple),
        ("Emergency Contact Name", "PERSON/full", simple),
        ("Emergency Contact Relationship", "-", pick("Mother|Friend|Brother")),
        ("Vehicle License Plate", "LICENSE_PLATE", code("9-99999A")),
        ("Pets?", "-", pick("None|1 cat|2 dogs")),
    ],
    "crash": [
        ("CrashNum", "identifier", code("2025-99999")),
        ("CrashDt", "-", us_stamp),
        ("Unit1_Driver", "PERSON/full", last_first),
        ("Unit1_DrvDOB", "DATE_OF_BIRTH", dob),
        ("Unit1_DrvLic", "US_DRIVER_LICENSE", code("A99999999")),
        ("Unit1_Plate", "LICENSE_PLATE", code("AAA999")),
        ("Unit1_InsCo", "-", pick("State Farm|GEICO|Progressive|Allstate")),
        ("Unit1_InsPolicy", "identifier", code("999-9999-A99")),
        ("Severity", "-", pick("PDO|Injury|Fatal")),
        ("Lat_Dec", "-", real(45, 47, 6)),
        ("Witness1", "PERSON/full", some(simple, 0.4)),
        ("Officer_Narr", "text", words(15, 50)),
    ],
    "newsletter": [
        ("Email", "EMAIL_ADDRESS", email),
        ("Status", "-", pick("subscribed|cleaned|unsubscribed")),
        ("Opt-in Time", "-", stamp),
        ("Opt-in IP", "IP_ADDRESS", ip),
        ("FNAME", "PERSON/given", given),
        ("LNAME", "PERSON/surname", last),
        ("ADDRESS", "STREET_ADDRESS", full_address),
        ("MEMBER_RATING", "-", number(1, 6)),
        ("LEID", "-", digits(7)),
        ("EUID", "identifier", code("xxxxxxxxxx")),
        ("TIMEZONE", "-", pick("America/Denver|America/New_York")),
    ],
    "auditlog": [
        ("EventTime", "-", stamp),
        ("UserPrincipalName", "EMAIL_ADDRESS", email),
        ("SourceIP", "IP_ADDRESS", ip),
        ("Operation", "-", pick("FileAccessed|FileModified|UserLoggedIn")),
        ("ObjectId", "-", lambda r: f"https://tenant.example.com/sites/x/{r.randrange(999)}.docx"),
        ("CorrelationId", "-", code("xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx")),
        ("ClientApp", "-", agent),
        ("MachineName", "-", code("DESK-999")),
    ],
    "scholarship": [
        ("Applicant", "PERSON/full", simple),
        ("GPA", "-", real(2, 4, 2)),
        ("High School", "-", pick("Capital High|Helena High|Lincoln-Sudbury Regional")),
        ("Father/Guardian", "PERSON/full", simple),
        ("Mother/Guardian", "PERSON/full", simple),
        ("Home Ph.", "PHONE_NUMBER", phone),
        ("Essay", "text", words(20, 60)),
        ("Ethnicity (optional)", "-", pick("White|Hispanic|Native American")),
        ("Amt Awarded", "-", money),
    ],
    "no_header_roll": [
        ("a", "PERSON/surname", upper(last)),
        ("b", "PERSON/given", upper(given)),
        ("c", "-", upper(lambda r: r.choice("ABCDEFGH"))),
        ("d", "-", date(1990, 2024, "{y}{m:02}{d:02}")),
        ("e", "PHONE_NUMBER", phone_digits),
        ("f", "STREET_ADDRESS", upper(street)),
        ("g", "-", upper(city)),
        ("h", "-", zip5),
        ("i", "-", pick("REP|DEM|NPA")),
    ],
    "no_header_form": [
        ("a", "EMAIL_ADDRESS", email),
        ("b", "text", words(8, 30)),
        ("c", "-", us_stamp),
        ("d", "IP_ADDRESS", ip),
        ("e", "PERSON/full", simple),
    ],
    "spanish2": [
        ("Nombre del padre/madre", "PERSON/full", simple),
        ("Nombre del estudiante", "PERSON/full", simple),
        ("Grado", "-", number(1, 13)),
        ("Número de teléfono", "PHONE_NUMBER", phone),
        ("Dirección de domicilio", "STREET_ADDRESS", street),
        ("¿Habla inglés?", "-", pick("Sí|No")),
        ("Idioma preferido", "-", pick("Español|Inglés")),
        ("Correo", "EMAIL_ADDRESS", email),
    ],
    "abatement": [
        ("APN", "-", code("999-999-99")),
        ("Prop Owner", "PERSON/full", mostly(simple, upper(last_first), 0.5)),
        ("Owner Mail Addr", "STREET_ADDRESS", street),
        ("Viol Dt", "-", recent),
        ("Complainant Nm", "PERSON/full", some(simple, 0.5)),
        ("Complainant Tel", "PHONE_NUMBER", some(phone, 0.5)),
        ("CEO", "PERSON/full", simple),
        ("Cmplnt Narr", "text", words(8, 30)),
        ("Lien Amt", "-", money),
    ],
    "shelter": [
        ("Client ID", "identifier", code("HM99999")),
        ("Client Last", "PERSON/surname", last),
        ("Client First", "PERSON/given", given),
        ("Alias(es)", "PERSON", some(given, 0.3)),
        ("Vet Status", "-", pick("Y|N")),
        ("Entry Dt", "-", recent),
        ("Exit Dt", "-", recent),
        ("Disabling Condition", "MEDICAL", pick("Mental health|Physical|None|SUD")),
        ("Prior Zip", "-", zip5),
        ("Case Mgr", "PERSON", simple),
        ("Bed", "-", code("B-99")),
    ],
    "cemetery": [
        ("Interred", "PERSON/full", last_first),
        ("Date of Birth", "DATE_OF_BIRTH", date(1880, 1960)),
        ("Date of Death", "-", date(1950, 2024)),
        ("Section", "-", pick("A|B|C")),
        ("Lot", "-", number(1, 400)),
        ("Lot Owner", "PERSON/full", simple),
        ("Next of Kin", "PERSON/full", simple),
        ("NOK Phone", "PHONE_NUMBER", phone),
    ],
    "pension": [
        ("Mbr SSN", "US_SSN", ssn_digits),
        ("Mbr Nm", "PERSON/full", upper(last_first)),
        ("Mbr DOB", "DATE_OF_BIRTH", date(1940, 1990, "{m:02}{d:02}{y}")),
        ("Benef Nm", "PERSON/full", upper(last_first)),
        ("Benef Rel", "-", pick("SPOUSE|CHILD")),
        ("Svc Yrs", "-", real(1, 40, 2)),
        ("Mo Benefit", "-", money),
        ("EFT Acct", "BANK_ACCOUNT", digits(11)),
        ("EFT Rtg", "BANK_ACCOUNT", digits(9)),
        ("Retire Dt", "-", date(2000, 2024)),
    ],
    "commerce": [
        ("order_id", "identifier", digits(9)),
        ("billing_first_name", "PERSON/given", given),
        ("billing_last_name", "PERSON/surname", last),
        ("billing_company", "text", some(org, 0.3)),
        ("billing_address_1", "STREET_ADDRESS", street),
        ("billing_phone", "PHONE_NUMBER", phone),
        ("shipping_method_title", "-", pick("Flat rate|Local pickup")),
        ("customer_note", "text", some(words(3, 20), 0.3)),
        ("payment_method_title", "-", pick("Credit card|Check")),
        ("line_item_1", "-", pick("Dog license|Beach sticker|Transfer station permit")),
        ("order_total", "-", money),
        ("customer_ip_address", "IP_ADDRESS", ip),
        ("customer_user_agent", "-", agent),
    ],
    "burn_permits": [
        ("Burner Name", "PERSON/full", simple),
        ("Burn Location", "STREET_ADDRESS", street),
        ("Contact #", "PHONE_NUMBER", phone),
        ("Fuel Type", "-", pick("Slash|Grass|Ditch")),
        ("Activated", "-", us_stamp),
        ("Burn ID", "identifier", code("B999999")),
    ],
    "marriage": [
        ("Groom Full Name", "PERSON/full", full),
        ("Bride Full Name", "PERSON/full", full),
        ("Groom DOB", "DATE_OF_BIRTH", dob),
        ("Bride Birthplace", "-", pick("Helena, MT|Boise, ID")),
        ("Officiant", "PERSON/full", simple),
        ("Date of Marriage", "-", recent),
        ("Book/Page", "-", code("B99/P999")),
        ("Witness 2", "PERSON/full", simple),
    ],
    "animal_bites": [
        ("Victim_FName", "PERSON/given", given),
        ("Victim_LName", "PERSON/surname", last),
        ("Victim_Age", "-", number(3, 80)),
        ("Owner_FullName", "PERSON/full", simple),
        ("Owner_Ph", "PHONE_NUMBER", phone),
        ("Owner_StAddr", "STREET_ADDRESS", street),
        ("AnimalType", "-", pick("Dog|Cat|Bat")),
        ("BiteSite", "-", pick("Hand|Leg|Face")),
        ("RabiesVax", "-", pick("Y|N|UNK")),
        ("Rpt_Date", "-", recent),
    ],
    "timesheets": [
        ("PERNR", "identifier", digits(8)),
        ("EMPLOYEE_NM", "PERSON/full", upper(last_first)),
        ("COST_CTR", "-", digits(6)),
        ("PAY_CD", "-", pick("REG|OT|SICK")),
        ("HRS", "-", real(1, 12, 2)),
        ("WK_END_DT", "-", recent),
        ("APPROVER", "PERSON/full", simple),
    ],
    "property_tax": [
        ("GEOCODE", "-", code("99-9999-99-9-99-99-9999")),
        ("TAXPAYER_NAME_1", "PERSON/full", joint),
        ("MAILING_ADDRESS_LINE_1", "STREET_ADDRESS", upper(street)),
        ("MAILING_CSZ", "-", lambda r: f"{city(r)} MT {zip5(r)}".upper()),
        ("TAX_YEAR", "-", pick("2023|2024")),
        ("TAX_AMT", "-", money),
        ("DELINQ_FLAG", "-", pick("Y|N")),
    ],
    "zendesk": [
        ("Ticket ID", "-", digits(5)),
        ("Requester name", "PERSON/full", simple),
        ("Requester email", "EMAIL_ADDRESS", email),
        ("Assignee", "PERSON/full", simple),
        ("Subject", "text", words(3, 9)),
        ("Priority", "-", pick("low|normal|high")),
        ("Created at", "-", stamp),
        ("Tags", "-", pick("billing permits|water|trash recycling")),
        ("Satisfaction", "-", pick("good|bad|offered")),
    ],
    "access_badges": [
        ("Cardholder Last", "PERSON/surname", last),
        ("Cardholder First", "PERSON/given", given),
        ("Badge ID", "identifier", digits(6)),
        ("Door", "-", pick("Main Lobby|Server Rm|Dock")),
        ("Swipe Time", "-", us_stamp),
        ("Result", "-", pick("Granted|Denied")),
    ],
    "survey": [
        ("Response ID", "identifier", code("R_xxxxxxxxxxxx")),
        ("StartDate", "-", us_stamp),
        ("IPAddress", "IP_ADDRESS", ip),
        ("RecipientLastName", "PERSON/surname", last),
        ("RecipientFirstName", "PERSON/given", given),
        ("RecipientEmail", "EMAIL_ADDRESS", email),
        ("LocationLatitude", "-", real(45, 47, 4)),
        ("Q1. How would you rate the park?", "-", number(1, 6)),
        ("Q5. Please provide any additional comments", "text", words(6, 30)),
        ("Q6 - What is your ZIP code?", "quasi", zip5),
        ("Duration (in seconds)", "-", number(20, 900)),
    ],
    "water_rights": [
        ("WR Number", "identifier", code("41I 99999-00")),
        ("Owner(s)", "PERSON/full", upper(last_first)),
        ("Owner Addr 1", "STREET_ADDRESS", upper(street)),
        ("Priority Date", "-", date(1880, 2010)),
        ("Flow Rate (GPM)", "-", real(1, 900, 1)),
        ("Purpose", "-", pick("IRRIGATION|STOCK|DOMESTIC")),
    ],
    "no_header_pay": [
        ("a", "PERSON/full", last_first),
        ("b", "US_SSN", ssn),
        ("c", "-", money),
        ("d", "-", pick("REG|OT|HOL")),
        ("e", "-", recent),
    ],
    "towing": [
        ("Tow #", "-", digits(5)),
        ("Vehicle Owner Name", "PERSON/full", upper(last_first)),
        ("Veh Yr", "-", number(1995, 2025)),
        ("Lic Plate", "LICENSE_PLATE", code("AAA999")),
        ("VIN #", "identifier", code("1AA99AA99A9999999")),
        ("Towed From", "?", street),
        ("Tow Company", "text", org),
        ("Owner Phone No.", "PHONE_NUMBER", phone),
    ],
    "reservations": [
        ("Reservation #", "identifier", digits(7)),
        ("Renter", "PERSON/full", simple),
        ("Renter Email", "EMAIL_ADDRESS", email),
        ("Facility", "-", pick("Pavilion A|Gym|Pool")),
        ("Event Date", "-", recent),
        ("Event Name", "-", pick("Birthday party|Wedding|Practice")),
        ("Head Count", "-", number(5, 200)),
        ("Deposit Paid By", "PERSON/full", simple),
        ("CC Last 4", "-", digits(4)),
    ],
    "jury": [
        ("Juror No", "identifier", digits(6)),
        ("Juror Name", "PERSON/full", last_first),
        ("Res Addr", "STREET_ADDRESS", street),
        ("Day Phone", "PHONE_NUMBER", phone),
        ("Eve Phone", "PHONE_NUMBER", some(phone, 0.5)),
        ("Occupation", "-", pick("Nurse|Rancher|Retired")),
        ("Excused", "-", pick("Y|N")),
        ("Birth Date", "DATE_OF_BIRTH", date(1940, 2003, "{y}-{m:02}-{d:02}")),
    ],
    "call_log": [
        ("CALL_NO", "identifier", code("24-999999")),
        ("NATURE", "-", pick("WELFARE CHECK|TRAFFIC STOP|DOMESTIC")),
        ("Dog Owner Name", "PERSON/full", upper(last_first)),
        ("Project Manager Name", "PERSON/full", simple),
        ("RP_PHONE", "PHONE_NUMBER", phone_dashed),
        ("STATION_NAME", "-", pick("125 STREET|14 STREET|GRAND CENTRAL")),
        ("Dog's Name", "-", pick("Bella|Max|Charlie|Lucy|Cooper|Daisy|Rocky|Molly|Buddy|Sadie")),
        ("Tag#", "-", number(1, 5000)),
    ],
    "assessor_ma": [
        ("PID", "identifier", digits(10)),
        ("ST_NUM", "STREET_ADDRESS", number(1, 500)),
        ("ST_NAME", "STREET_ADDRESS", lambda r: f"{r.choice(_STREETS)} {r.choice(_SUFFIXES)}".upper()),
        ("Street #", "STREET_ADDRESS", number(1, 400)),
        ("RES_FLOOR", "-", pick("1|2|2.5")),
        ("LU", "-", pick("R1|R2|CD|C")),
        ("LAND_VALUE", "-", money),
        ("GROSS_TAX", "-", money),
        ("OWNER", "PERSON/full", upper(last_first)),
        ("YR_BUILT", "-", number(1850, 2020)),
    ],
    "comment_cards": [
        ("Your name (first & last)", "PERSON/full", simple),
        ("Name (Last, First)", "PERSON/full", last_first),
        ("Web Address", "-", lambda r: f"www.{last(r).lower()}.example.com"),
        ("Orig_Issue", "-", date(1975, 2024)),
        ("Tell us why", "text", words(6, 30)),
    ],
    "sheet_of_the_dead": [
        ("DecLast", "PERSON/surname", last),
        ("DecFirst", "PERSON/given", given),
        ("COD_A", "MEDICAL", pick("Acute fentanyl intoxication|Hypertensive CVD|GSW head")),
        ("Manner", "MEDICAL", pick("Accident|Natural|Suicide")),
        ("Med Alert", "MEDICAL", pick("Peanuts|Asthma|Bee stings")),
    ],
    "espanol": [
        ("NOMBRES", "PERSON/given", given),
        ("APELLIDOS", "PERSON/surname", last),
        ("F. NAC.", "DATE_OF_BIRTH", dob),
        ("TEL. CASA", "PHONE_NUMBER", phone),
        ("CORREO ELECTRONICO", "EMAIL_ADDRESS", email),
        ("NUM. SEGURO SOCIAL", "US_SSN", ssn),
        ("TALLA", "-", pick("S|M|L")),
    ],
}
