"""What an officer states: facts by file, consents, a person's own record, several recipients; shown on real files."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

import pytest

from pipeline.cli.running import Asked, make_job, state_facts
from pipeline.cli.stating import Stated
from pipeline.decide import decide
from pipeline.errors import PolicyError, UsageError
from pipeline.evidence.stated import facts_bytes, facts_from
from pipeline.model import Action, Cell, Finding, Kind, RecordFacts
from pipeline.policy.consent import Consent, agreed, read_register
from pipeline.policy.facts import facts_of_files, read_facts, with_facts
from pipeline.policy.load import load
from pipeline.policy.own import claimed
from pipeline.policy.subject import read_subject
from pipeline.texts.digest import Keyed
from tests.conftest import message

AT = "2026-11-22T12:00:00Z"
KEYED = Keyed(b"k" * 32)
MAIL, PHONE, SSN, NAME = "dora.fields@example.com", "406-555-0123", "536-44-1287", "Dora Fields"
WHO = f"""\
identity:
  PERSON: [{NAME}]
  EMAIL_ADDRESS: [{MAIL}]
  PHONE_NUMBER: [{PHONE}]
  US_SSN: [{SSN}]
checked: {{by: records officer, how: licence shown at the desk, on: 2026-11-20}}
"""
REGISTER = "person,purpose,agreed_on,notice,third_parties,withdrawn_on\n"


def finding(entity: str, value: str, record: str = "r1", kind: Kind = Kind.PRIVATE) -> Finding:
    return Finding(
        entity, 0, len(value), (Cell(0, 0),), record, 1.0, "x", "", kind=kind, digest=KEYED.digest(entity, value)
    )


# --- facts --------------------------------------------------------------------------------


def test_facts_are_laid_over_each_other_and_flags_are_added(tmp_path):
    """What stands for a file goes before what stands for all; a flag is never taken away."""
    path = tmp_path / "facts.yaml"
    path.write_text(
        "context: personnel\nflags: crime_victim\nfiles:\n"
        "  - {match: 'a/*', origin: mvd, flags: [pupil_record], permitted_use: MCA 61-11-508}\n"
        "  - {match: 'a/2.csv', origin: paper, court_order: {order: an order, opens: US_SSN}}\n",
        encoding="utf-8",
    )
    file = read_facts(path)
    of_all = with_facts(RecordFacts(flags=frozenset({"firearms_licensee"})), file)
    made = facts_of_files(["a/1.csv", "a/2.csv", "b.csv"], file, of_all, path)
    assert set(made) == {"a/1.csv", "a/2.csv"}
    assert made["a/1.csv"].flags == {"crime_victim", "pupil_record", "firearms_licensee"}
    assert (made["a/2.csv"].origin, made["a/2.csv"].context, made["a/2.csv"].permitted_use) == (
        "paper",
        "personnel",
        "MCA 61-11-508",
    )
    assert made["a/2.csv"].ordered == {"US_SSN"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flags: [crime_victm]\n", r"facts\.yaml:1.*unknown flag"),
        ("purpose: fun\n", r"facts\.yaml:1.*unknown purpose"),
        ("files:\n  - {match: nowhere/*, origin: mvd}\n", r"files\[0\]\.match: no file of the input"),
        ("court_order: {order: an order}\n", r"opens: this key is missing"),
        ("recipient: court\n", "unknown key"),
        ("- a\n", "list of keys"),
    ],
)
def test_a_slip_in_a_facts_file_ends_the_run(tmp_path, text, said):
    """A misspelt flag, a pattern that matches nothing, a half court order: none is passed over."""
    path = tmp_path / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        facts_of_files(["a.csv"], read_facts(path), RecordFacts(), path)


def test_options_that_state_something_wrong_end_the_run():
    """An unknown flag and a day that is none are wrong calls."""
    job, policy = make_job(Asked("montana"))
    for stated in (Stated(flags=("crime_victm",)), Stated(collected_on="last May")):
        with pytest.raises(UsageError):
            state_facts(job, stated, [], policy)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("origin", "origin: mvdd"),
        ("context", "context: wilma_testperson"),
        ("channel", "channel: onlien"),
        ("origin", "files: [{match: a.csv, origin: personnel}]"),
    ],
)
def test_a_word_that_no_rule_asks_for_ends_the_run(tmp_path, key, text):
    """A misspelt origin would leave the rule out that closes such records; the error does not repeat the word."""
    path = tmp_path / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    job, policy = make_job(Asked("montana"))
    with pytest.raises(UsageError, match="no rule asks for what is stated here") as told:
        state_facts(job, Stated(facts=path), ["a.csv"], policy)
    assert told.value.where == key
    assert text.split()[-1].strip("}]") not in str(told.value).replace("personnel, ", "")
    assert "mvd" in told.value.remedy or key != "origin"


@pytest.mark.parametrize("cited", ["not under MCA 61-11-508(1)", "MCA 61-11-508(1), asked by Wilma", "61-11-509?"])
def test_words_beside_the_section_of_a_permitted_use_end_the_run(tmp_path, cited):
    """They may take back what the section says, and the officer hears of it; the error does not repeat them."""
    path = tmp_path / "facts.yaml"
    path.write_text(f"files:\n  - {{match: a.csv, origin: mvd, permitted_use: '{cited}'}}\n", encoding="utf-8")
    job, policy = make_job(Asked("montana"))
    with pytest.raises(UsageError, match="words stand beside the section") as told:
        state_facts(job, Stated(facts=path), ["a.csv"], policy)
    assert told.value.where == "permitted_use"
    assert "Wilma" not in str(told.value)
    path.write_text("permitted_use: the wrong paper\n", encoding="utf-8")
    assert state_facts(job, Stated(facts=path), ["a.csv"], policy).facts.permitted_use  # no section: it opens nothing


def test_a_word_that_only_the_offices_own_policy_asks_for_may_be_stated(tmp_path):
    """An office names matters as it likes, where its rules ask for them."""
    own = "extends: montana\nname: own\nversion: '1'\nrules:\n  - {name: zoning, before: minor, when: {context: zoning}, action: release, reason: x.}\n"
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    path = tmp_path / "facts.yaml"
    path.write_text("context: zoning", encoding="utf-8")
    job, policy = make_job(Asked(str(tmp_path / "own.yaml")))
    assert state_facts(job, Stated(facts=path), [], policy).facts.context == "zoning"


def test_the_facts_of_a_release_hold_no_digest_and_come_back():
    """policy/facts.json tells every fact but the digests, and is read back the same."""
    facts = RecordFacts(
        flags=frozenset({"pupil_record"}),
        ordered=frozenset({"US_SSN"}),
        consents=frozenset({"abcdef"}),
        own=frozenset({"123456"}),
    )
    content = facts_bytes(facts, {"a.csv": replace(facts, origin="mvd")}, {"checked_by": "desk"})
    assert b"abcdef" not in content
    assert b"123456" not in content
    of_all, of_files, used = facts_from(content)
    assert of_all == replace(facts, consents=frozenset(), own=frozenset())
    assert of_files["a.csv"].origin == "mvd"
    assert used


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2010-01-01", "no promise of this policy's websites is known for that day"),
        ("2015-06-01", "under: City of Helena, website privacy policy, first signature 2014-12-19."),
        (
            "2018-06-01",
            "first signature 2014-12-19; City of Helena, website privacy policy, second signature 2016-12-20.",
        ),
    ],
)
def test_the_day_of_collection_tells_the_promise_and_the_day_of_release_the_law(day, told):
    """Both days stand in the reason: the promise of the day of collection, the law of the day of release."""
    [decision] = decide([finding("US_SSN", SSN)], RecordFacts(collected_on=day), load("helena"), AT)
    assert "Law as in force on 2026-11-22." in decision.reason
    assert told in decision.reason
    [plain] = decide([finding("US_SSN", SSN)], RecordFacts(), load("helena"), AT)
    assert "Law as in force" not in plain.reason


def test_a_rule_is_law_on_its_days_only():
    """A rule decides from the first to the last day on which it is law, by the day of the release."""
    policy = load("montana")
    first = policy.rule("full_name").model_copy(
        update={"name": "old_law", "in_force_from": None, "in_force_until": __import__("datetime").date(2026, 11, 22)}
    )
    changed = policy.model_copy(update={"rules": (first, *policy.rules), "version": "old law"})
    assert decide([finding("PERSON", NAME)], RecordFacts(), changed, AT)[0].rule == "old_law"
    assert decide([finding("PERSON", NAME)], RecordFacts(), changed, "2026-11-23T00:00:00Z")[0].rule == "full_name"


def test_executive_order_412_is_cited_for_no_release():
    """No decision of the Massachusetts pack cites the order that was revoked."""
    policy = load("massachusetts")
    cited = " ".join(f"{rule.definition} {rule.authority_words} {rule.citation}" for rule in policy.rules)
    assert "412" not in cited
    assert "Executive Order 412" in {each.cite for each in policy.revoked}


# --- consent ------------------------------------------------------------------------------

GIVEN = Consent("EMAIL_ADDRESS", MAIL, "marketing", "2014-01-01", "your address may go to shops", "shops")
FACTS = RecordFacts(purpose="marketing", collected_on="2014-05-02", released_on="2026-11-22")


def released(pack: str, consent: Consent, facts: RecordFacts, entity: str = "EMAIL_ADDRESS", value: str = MAIL) -> bool:
    facts = replace(facts, consents=agreed([consent], facts, KEYED))
    [decision] = decide([finding(entity, value)], facts, load(pack), AT)
    return decision.action is Action.RELEASE


def test_consent_opens_what_its_owner_agreed_to_where_law_makes_it_the_key():
    """The State Auditor's promise has an exception for consent, Helena's, Missoula's and Massachusetts' have none."""
    assert released("montana_state_auditor", GIVEN, FACTS)
    assert released("montana", GIVEN, FACTS)
    assert not released("helena", GIVEN, FACTS)
    assert not released("missoula_county", GIVEN, FACTS)
    assert not released("massachusetts", GIVEN, FACTS)


@pytest.mark.parametrize(
    ("consent", "facts"),
    [
        (replace(GIVEN, agreed_on="2014-05-03"), FACTS),
        (GIVEN, replace(FACTS, collected_on="")),
        (replace(GIVEN, notice=""), FACTS),
        (replace(GIVEN, third_parties=""), FACTS),
        (replace(GIVEN, purpose="service_updates"), FACTS),
        (replace(GIVEN, withdrawn_on="2020-01-01"), FACTS),
        (replace(GIVEN, person="dora@example.com"), FACTS),
    ],
)
def test_what_is_no_consent_opens_nothing(consent, facts):
    """Agreed too late, without notice or third parties, to another use, withdrawn, by another mailbox: nothing goes out."""
    assert not released("montana_state_auditor", consent, facts)


def test_consent_lifts_no_mandatory_withholding_and_no_law_waits_for_it():
    """A number stays withheld whatever was agreed; an answer to a request under law asks for no consent."""
    everything = replace(FACTS, consents=frozenset({KEYED.digest("US_SSN", SSN), KEYED.digest("EMAIL_ADDRESS", MAIL)}))
    assert decide([finding("US_SSN", SSN)], everything, load("montana_state_auditor"), AT)[0].action is Action.WITHHOLD
    office = replace(finding("EMAIL_ADDRESS", "clerk@example.gov"), kind=Kind.AGENCY)
    assert decide([office], replace(FACTS, consents=frozenset()), load("helena"), AT)[0].action is Action.RELEASE


def test_a_register_is_read_and_names_nobody_in_its_errors(tmp_path):
    """A register row names a mailbox or a telephone; a name, a wrong day or purpose is told by line without the person."""
    path = tmp_path / "register.csv"
    path.write_text(
        REGISTER + f"{PHONE},service_updates,2014-01-01,notice,,\n{MAIL},marketing,2014-01-01,notice,shops,2015-01-01\n"
    )
    phone, mail = read_register(path)
    assert (phone.entity, mail.entity, mail.withdrawn_on) == ("PHONE_NUMBER", "EMAIL_ADDRESS", "2015-01-01")
    assert MAIL not in repr(mail)
    for row in (
        f"{NAME},marketing,2014-01-01,n,s,",
        f"{MAIL},fun,2014-01-01,n,s,",
        f"{MAIL},marketing,May 2014,n,s,",
        f"{MAIL},marketing,2014-01-01,n,s,,more",
    ):
        path.write_text(REGISTER + row + "\n")
        with pytest.raises(PolicyError, match=r"register\.csv:2") as caught:
            read_register(path)
        assert NAME not in str(caught.value)
        assert MAIL not in str(caught.value)
    path.write_text("who,when\n")
    with pytest.raises(PolicyError, match="no column person"):
        read_register(path)


# --- a person's own record ----------------------------------------------------------------


def own(*values: tuple[str, str]) -> RecordFacts:
    return RecordFacts(subject_access=True, own=frozenset(KEYED.digest(*each) for each in values))


IDENTITY = own(("PERSON", NAME), ("EMAIL_ADDRESS", MAIL), ("PHONE_NUMBER", PHONE), ("US_SSN", SSN))


def test_two_strong_identifiers_make_a_record_ones_own():
    """What equals a checked value is the requester's where two strong identifiers stand; everything else is not."""
    findings = [
        finding("PERSON", NAME),
        finding("EMAIL_ADDRESS", MAIL),
        finding("PHONE_NUMBER", "(406) 555-0123"),
        finding("PERSON", "Curtis Blackwood"),
    ]
    assert [each.kind for each in claimed(findings, IDENTITY)] == [Kind.REQUESTER] * 3 + [Kind.PRIVATE]


@pytest.mark.parametrize(
    "findings",
    [
        [("PERSON", NAME, "r1"), ("EMAIL_ADDRESS", MAIL, "r1")],
        [("PERSON", NAME, "r1"), ("EMAIL_ADDRESS", MAIL, "r1"), ("EMAIL_ADDRESS", MAIL, "r1")],
        [("EMAIL_ADDRESS", MAIL, "r1"), ("PHONE_NUMBER", PHONE, "r2")],
        [("PERSON", NAME, "r1")],
    ],
)
def test_a_name_or_one_strong_identifier_makes_nothing_ones_own(findings):
    """One identifier, the same one twice, two in two records, or a name alone release nothing."""
    made = claimed([finding(entity, value, record) for entity, value, record in findings], IDENTITY)
    assert {each.kind for each in made} == {Kind.PRIVATE}
    [theirs] = claimed([finding("PERSON", NAME)], replace(IDENTITY, own_decided=True))
    assert theirs.kind is Kind.REQUESTER


@pytest.mark.parametrize("pack", ["montana", "massachusetts", "federal_foia", "motor_vehicle_records"])
def test_ones_own_number_goes_out_to_oneself_only(pack):
    """The mandatory number of the person who asks is released to them, and to nobody else."""
    findings = [finding("US_SSN", SSN), finding("EMAIL_ADDRESS", MAIL), finding("US_SSN", "536-44-9999")]
    mine, _, others = decide(findings, IDENTITY, load(pack), AT)
    assert (mine.action, others.action) == (Action.RELEASE, Action.WITHHOLD)
    assert decide(findings, replace(IDENTITY, recipient="public"), load(pack), AT)[0].action is Action.WITHHOLD


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (f"  PHONE_NUMBER: [{PHONE}]\n  US_SSN: [{SSN}]\n", "", "two strong identifiers"),
        ("checked:", "chequed:", "checked"),
        ("how: licence shown at the desk, ", "", "missing"),
        ("US_SSN", "SSN", "unknown entity"),
    ],
)
def test_an_identity_that_was_not_checked_is_refused(tmp_path, was, now, said):
    """Two strong identifiers, and who checked them, how and when; the error repeats no value."""
    assert was in WHO
    path = tmp_path / "who.yaml"
    path.write_text(WHO.replace(was, now), encoding="utf-8")
    with pytest.raises(PolicyError, match=said) as caught:
        read_subject(path)
    assert not [value for value in (MAIL, PHONE, SSN, NAME) if value in str(caught.value)]


def test_what_the_release_tells_of_a_check_has_no_value(tmp_path):
    """The record of the check says who, how, when and which kinds of identifiers."""
    path = tmp_path / "who.yaml"
    path.write_text(WHO, encoding="utf-8")
    subject, statement = read_subject(path)
    assert statement == ""
    told = json.dumps(subject.record())
    assert not [value for value in (MAIL, PHONE, SSN, NAME) if value in told + repr(subject)]
    assert subject.record()["strong"] == ["EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN"]


# --- the whole road -----------------------------------------------------------------------


def letter(sender: str, body: str) -> str:
    return message(body).replace("Wilma Testperson <wilma.testperson@example.com>", sender)


@pytest.fixture
def export(tmp_path):
    """Two letters: one is the person's own and speaks of a neighbor, the other only names her."""
    folder = tmp_path / "export"
    folder.mkdir()
    mine = f"My telephone is {PHONE}, my Social Security number is {SSN}. My neighbor Curtis Blackwood (536-44-9999) saw it."
    (folder / "mine.eml").write_text(letter(f"{NAME} <{MAIL}>", mine))
    (folder / "other.eml").write_text(
        letter("Curtis Blackwood <curtis.b@example.org>", f"I saw {NAME} on the road. SSN {SSN}.")
    )
    return folder


@pytest.mark.models
def test_subject_access_releases_ones_own_and_keeps_third_parties(command, export, tmp_path):
    """A person's own record goes to them with their number; the neighbor stays withheld; the check and statement are kept."""
    who = tmp_path / "who.yaml"
    who.write_text(WHO + "correction: statement.txt\n", encoding="utf-8")
    (tmp_path / "statement.txt").write_text("The date in the file is wrong.", encoding="utf-8")
    out = tmp_path / "out"
    done = command("redact", export, "--policy", "montana", "--for-subject", who, "--out", out)
    assert done.returncode == 1, done.stderr  # private names wait for a person
    mine = (out / "records" / "mine.eml").read_text()
    assert SSN in mine
    assert PHONE in mine
    assert "Blackwood" not in mine
    assert "536-44-9999" not in mine
    other = (out / "records" / "other.eml").read_text()
    assert SSN not in other
    assert NAME not in other
    assert (out / "correction-statement.txt").read_text() == "The date in the file is wrong."
    facts = json.loads((out / "policy" / "facts.json").read_text())
    assert facts["identity_check"]["checked_by"] == "records officer"
    evidence = "".join(
        (out / name).read_text() for name in ("policy/facts.json", "release.json", "redaction-log.csv", "report.html")
    )
    assert not [value for value in (MAIL, PHONE, SSN, NAME) if value in evidence]
    assert command("verify", out).returncode == 2  # it cannot judge without knowing who asked
    checked = command("verify", out, "--for-subject", who)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.models
def test_each_recipient_gets_a_version_of_its_own(command, export, tmp_path):
    """Several recipients get several folders; what goes to a court by its order goes to nobody else."""
    facts = tmp_path / "facts.yaml"
    facts.write_text("court_order: {order: order of 2026-03-02, opens: [US_SSN]}\n", encoding="utf-8")
    out = tmp_path / "out"
    done = command(
        "redact",
        export,
        "--policy",
        "montana",
        "--facts",
        facts,
        "--recipient",
        "court",
        "--recipient",
        "public",
        "--out",
        out,
    )
    assert done.returncode == 1, done.stderr
    assert SSN in (out / "court" / "records" / "mine.eml").read_text()
    assert SSN not in (out / "public" / "records" / "mine.eml").read_text()
    assert (
        json.loads((out / "court" / "policy" / "facts.json").read_text())["all"]["court_order"] == "order of 2026-03-02"
    )
    for folder in ("court", "public"):
        checked = command("verify", out / folder)
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.models
def test_parts_of_values_stand_in_a_release_and_its_check_is_quiet(command, tmp_path):
    """Under the State Auditor's pack a year, initials and last four digits stand, in a mail and in a table, and verify agrees."""
    folder = tmp_path / "in"
    folder.mkdir()
    body = "I was born on March 9, 1971. My SSN is 536-44-1287. My daughter, Ivy Whitfield, age 9, was there."
    (folder / "a.eml").write_text(letter("Nora Whitfield <nora.whitfield@example.com>", body))
    rows = "".join(f"Nora Whitfield,03/0{n % 9 + 1}/19{60 + n},53{n % 10}-44-12{n:02d}\n" for n in range(40))
    (folder / "b.csv").write_text("Name,Date of Birth,SSN\n" + rows)
    out = tmp_path / "out"
    done = command(
        "redact", folder, "--policy", "montana_state_auditor", "--flag", "identify_by_last_four", "--out", out
    )
    assert done.returncode == 1, done.stderr
    mail = (out / "records" / "a.eml").read_text()
    assert "[REDACTED BIRTH DATE year 1971]" in mail
    assert "[REDACTED SSN ending 1287]" in mail
    assert "[REDACTED NAME initials I.W.]" in mail
    table = list(csv.reader((out / "records" / "b.csv").read_text().splitlines()))[1:]
    assert all(re.fullmatch(r"\[REDACTED BIRTH DATE year 19\d\d\]", row[1]) for row in table)
    assert [row[2] for row in table][:2] == ["[REDACTED SSN ending 1200]", "[REDACTED SSN ending 1201]"]
    assert not re.search(r"\d{3}-\d\d-\d{4}", mail + str(table))
    checked = command("verify", out, "--against", folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.models
def test_a_permitted_use_opens_a_motor_vehicle_record_and_no_number(command, tmp_path):
    """An extract is closed without a permitted use; with one, names go out and the Social Security number does not."""
    path = tmp_path / "cars.csv"
    path.write_text(
        "Owner,Address,SSN\nHelga Sorensen,905 Larkspur Street,536-44-1287\nTobias Kettering,31 Wagon Wheel Drive,536-44-9991\n"
    )
    facts = tmp_path / "facts.yaml"
    facts.write_text("files:\n  - {match: cars.csv, permitted_use: MCA 61-11-508(1)}\n", encoding="utf-8")
    assert command("redact", path, "--policy", "motor_vehicle_records", "--out", tmp_path / "closed").returncode == 0
    assert "Helga" not in (tmp_path / "closed" / "records" / "cars.csv").read_text()
    done = command("redact", path, "--policy", "motor_vehicle_records", "--facts", facts, "--out", tmp_path / "open")
    assert done.returncode == 0, done.stderr
    copy = (tmp_path / "open" / "records" / "cars.csv").read_text()
    assert "Helga Sorensen,905 Larkspur Street,[REDACTED SSN]" in copy
    checked = command("verify", tmp_path / "open")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_ones_own_record_goes_to_oneself(command, export, tmp_path):
    """--for-subject without the requester among the recipients is a wrong call."""
    who = tmp_path / "who.yaml"
    who.write_text(WHO, encoding="utf-8")
    done = command(
        "redact", export, "--policy", "montana", "--for-subject", who, "--recipient", "public", "--out", tmp_path / "o"
    )
    assert done.returncode == 2
    assert "own record goes to that person" in done.stderr
