"""Policies: what a file may say, what is refused, and what the shipped packs do."""

from __future__ import annotations

import json
import pickle
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipeline.cli.redacting import Wanted, redact_paths
from pipeline.cli.rerun import rerun_case
from pipeline.cli.review import desk_for
from pipeline.cli.running import Asked
from pipeline.errors import PolicyError, UsageError
from pipeline.frames import Redactor
from pipeline.model import Action
from pipeline.policy.check import check, outcome
from pipeline.policy.cited import is_under
from pipeline.policy.compare import diff
from pipeline.policy.explain import explain, show
from pipeline.policy.fit import label_has
from pipeline.policy.load import load, packs
from pipeline.policy.mandatory import left_open, see_mandatory
from pipeline.policy.schema import Example, Policy
from pipeline.policy.words import STATED_WORDS
from recognizers.entities import ENTITIES

ROOT = Path(__file__).resolve().parent.parent
PACKS = tuple(packs())
STATES = ("massachusetts", "montana", "montana_state_auditor", "helena", "missoula_county")
MONTANA = ("montana", "montana_state_auditor", "helena", "missoula_county")
CATEGORICAL = ("US_SSN", "BANK_ACCOUNT", "CREDIT_CARD", "US_TAX_ID", "PASSWORD")
BALANCED = ("PERSON", "STREET_ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS")

GOOD = """\
name: office
title: An office
version: "1"
jurisdiction: Montana
effective_from: 2026-01-01
definitions_only: [MCA 2-17-551]
rules:
  - name: ssn
    when: {entity: US_SSN}
    action: withhold
    definition: MCA 2-17-551(6)(e)
    authority: [{kind: constitution, cite: Mont. Const. Art. II}]
    no_override: true
    reason: A number.
    marker: "[REDACTED SSN]"
  - name: rest
    action: review
    proposal: release
    reason: Anything else.
"""


@pytest.fixture
def write(tmp_path):
    """Write a policy file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "office.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(path: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        load(path)
    return str(caught.value)


def test_a_good_file_is_loaded_with_its_digest_and_markers(write):
    """A policy knows the SHA-256 and the bytes of its file and every marker it uses, also after pickling."""
    policy = load(write(GOOD))
    assert re.fullmatch(r"[0-9a-f]{64}", policy.sha256)
    assert policy.content == GOOD.encode()
    assert policy.markers == ("[REDACTED SSN]", "[REDACTED]")
    again = pickle.loads(pickle.dumps(policy))
    assert (again, again.sha256, hash(again)) == (policy, policy.sha256, hash(policy))


@pytest.mark.parametrize(
    ("was", "now", "line", "said"),
    [
        ("    action: withhold", "    actoin: withhold", 10, "unknown key"),
        ("entity: US_SSN", "entity: US_SNN", 9, "unknown entity"),
        ("entity: US_SSN", "entity: []", 9, "at least 1"),
        ("entity: US_SSN", "entity: US_SSN, signals_any: minro", 9, "unknown signal"),
        ("entity: US_SSN", "entity: US_SSN, linked: 'true'", 9, "boolean"),
        ("entity: US_SSN", "entity: US_SSN, linked: yes", 9, "boolean"),
        ("entity: US_SSN", "entity: US_SSN, score_below: 0.2, score_at_least: 0.5", 9, "score"),
        ("    action: withhold", "    action: hide", 10, "withhold"),
        ("  - name: rest", "  - name: ssn", 16, "two rules have this name"),
        ("  - name: rest", "  - name: no_rule_fits", 16, "choose another"),
        ("  - name: rest", "  - name: The Rest", 16, "lower-case"),
        ("    proposal: release\n", "", 16, "proposal"),
        ("    action: withhold", "    action: withhold\n    action: release", 11, "twice"),
        ("kind: constitution", "kind: definition", 8, "authority"),
        ("kind: constitution", "kind: website_policy", 8, "authority"),
        ("cite: Mont. Const. Art. II", "cite: MCA 2-17-551(6)(e)", 12, "only defines"),
        (
            "kind: constitution, cite: Mont. Const. Art. II",
            'kind: statute, cite: "§ 2-17-551(6), MCA"',
            12,
            "only defines",
        ),
        (
            "kind: constitution, cite: Mont. Const. Art. II",
            "kind: statute, cite: Mass.Gov policy (rev. 2002)",
            12,
            "only",
        ),
        ("kind: constitution, cite: Mont. Const. Art. II", "kind: statute, cite: City website policy", 12, "only"),
        ("    definition: MCA 2-17-551(6)(e)\n", "", 8, "definition"),
        ('"[REDACTED SSN]"', '"[WITHHELD]"', 15, "marker"),
        ('"[REDACTED SSN]"', '"[REDACTED §]"', 15, "ASCII"),
        ("    reason: A number.\n", "", 8, "missing"),
        ('version: "1"', "version: 1", 3, "quotes"),
        ("effective_from: 2026-01-01", "effective_from: soon", 5, "date"),
        ("effective_from: 2026-01-01", "effective_from: 2026-01-01\ncell_size: 2", 6, "greater than or equal to 3"),
        ("effective_from: 2026-01-01", "effective_from: 2026-01-01\ncell_size: true", 6, "integer"),
        ("effective_from: 2026-01-01", "effective_from: 2026-01-01\napproved_by: Counsel", 6, "both who and when"),
        ("    action: withhold", "   action: withhold", 10, "YAML"),
        ("An office", "*nobody", 2, "YAML"),
    ],
)
def test_a_fault_is_named_with_file_and_line(write, was, now, line, said):
    """What is wrong in a policy is a PolicyError that names the file, the line and the cause."""
    assert was in GOOD
    path = write(GOOD.replace(was, now, 1))
    message = refused(path)
    assert message.startswith(f"{path}:{line}")
    assert said in message
    assert any(said in problem for problem in check(path))


def test_a_misspelt_key_brings_the_right_one_to_mind(write):
    """An unknown key is answered with the key that was probably meant, and with its place."""
    message = refused(write(GOOD.replace("{entity: US_SSN}", "{entity: US_SSN, lable_any: [x]}")))
    assert "rules[0].when.lable_any" in message
    assert "did you mean label_any?" in message


def test_an_error_does_not_repeat_what_was_written(write):
    """Messages name places and causes, never the content of the file."""
    assert "hunter2" not in refused(write(GOOD.replace("entity: US_SSN", "entity: hunter2")))
    assert "hunter2" not in refused(write(GOOD.replace("action: withhold", "action: hunter2")))


@pytest.mark.parametrize(
    "content", [b"", b"- a\n- b\n", b"name: \xff\n", b"name: \x00x\n", b"a: &a [*a]\n", b"[" * 5000]
)
def test_what_is_no_policy_at_all_is_refused(tmp_path, content):
    """An empty, binary, cyclic or deeply nested file is a PolicyError, not a traceback."""
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=re.escape(str(path))):
        load(path)
    assert check(path)


def test_an_unknown_policy_is_answered_with_the_packs():
    """A name that no pack has lists the packs."""
    with pytest.raises(PolicyError, match=rf"(?s)unknown policy.*did you mean montana.*{', '.join(sorted(PACKS))}"):
        load("montanna")
    with pytest.raises(PolicyError, match="no such policy file"):
        load("nowhere/office.yaml")


def test_an_offices_own_policy_goes_before_the_shipped_one(tmp_path):
    """A pack in ``--config DIR`` hides a shipped pack of the same name."""
    own = tmp_path / "policies" / "montana.yaml"
    own.parent.mkdir()
    own.write_text(GOOD, encoding="utf-8")
    assert load("montana", tmp_path).name == "office"
    assert packs(tmp_path)["montana"] == own
    assert set(packs()) >= set(PACKS)


def test_a_rule_that_never_decides_is_named(write):
    """A rule behind another that takes all it fits is reported by check, and a wider one is not."""
    dead = GOOD.replace("  - name: rest", "  - name: own_ssn\n    when: {entity: US_SSN, kind: official}\n"
                        "    action: release\n    reason: x.\n  - name: rest")  # fmt: skip
    assert any("ssn stands before it" in problem and ":16," in problem for problem in check(write(dead)))
    assert check(write(GOOD)) == []


@pytest.mark.parametrize(
    "cite",
    [
        "MCA 2-6-1003", "MCA 2-17-551(6); MCA 2-6-1003", "§ 2-17-552(3), MCA", "Mont. Const. Art. II", "2013 MT 334",
        "National Environmental Policy Act, 42 U.S.C. § 4321", "Mass.Gov policy; G.L. c. 66 § 10",
    ],
)  # fmt: skip
def test_law_that_carries_is_not_taken_for_a_definition(write, cite):
    """A citation that names more than what only defines may stand alone."""
    policy = load(write(GOOD.replace("cite: Mont. Const. Art. II", f'cite: "{cite}"')))
    assert [authority.cite for authority in policy.rules[0].authority] == [cite]


def test_a_number_that_nothing_makes_mandatory_is_named(write):
    """Check says where a person could let a Social Security number out to anybody, also where a rule fits some only."""
    for changed in (
        GOOD.replace("    no_override: true\n", ""),
        GOOD.replace("when: {entity: US_SSN}", "when: {entity: US_SSN, recipient: public}"),
    ):
        [problem] = check(write(changed))
        assert "a person could let US_SSN out to anybody" in problem


def test_a_slip_in_a_word_that_officers_state_is_named(write):
    """A rule on a misspelt origin or context never fits what an officer states; words of the office's own may stand."""
    [problem] = check(write(GOOD.replace("  - name: rest", "  - name: rest\n    when: {context: personel}")))
    assert "personel looks like a slip" in problem
    assert "rules[1].when.context" in problem
    assert check(write(GOOD.replace("  - name: rest", "  - name: rest\n    when: {context: zoning}"))) == []


def test_the_packs_ask_for_the_words_that_officers_are_told_of():
    """Every origin, context and channel of a shipped pack is a known word, and all know every word for vehicles."""
    vehicles = {"motor_vehicle", "mvd", "rmv", "dmv"}
    for policy in map(load, PACKS):
        for rule in policy.rules:
            for key, words in STATED_WORDS.items():
                assert set(getattr(rule.when, key) or ()) <= set(words), (policy.name, rule.name)
            if vehicles & set(rule.when.origin or ()):
                assert set(rule.when.origin) == vehicles, (policy.name, rule.name)


@pytest.mark.parametrize("name", sorted({*PACKS} - {"motor_vehicle_records"}))
@pytest.mark.parametrize("origin", ["motor_vehicle", "mvd", "rmv", "dmv"])
def test_a_motor_vehicle_record_is_closed_whoevers_it_is(name, origin):
    """An official's too, a roster or not; what an officer states of a record closes it as before."""
    policy = load(name)
    for more in ({}, {"kind": "official", "signals": ("roster",)}, {"kind": "business", "signals": ("roster",)}):
        asked = {"entity": "PERSON", "origin": origin, "action": "withhold", "rule": "any", **more}
        action, proposal, rule = outcome(policy, Example.model_validate(asked))
        assert rule == "motor_vehicle_record", more
        assert (proposal or action) is Action.WITHHOLD


@pytest.mark.parametrize("name", STATES)
def test_records_that_law_makes_available_are_closed_where_a_victim_is_named(name):
    """What an officer states of a record goes before what is public otherwise."""
    example = Example(
        entity="STREET_ADDRESS",
        origin="generally_available",
        flags=("crime_victim",),
        action=Action.WITHHOLD,
        rule="any",
    )
    action, proposal, _ = outcome(load(name), example)
    assert (proposal or action) is Action.WITHHOLD


def test_an_example_that_does_not_hold_is_named(write):
    """Check runs the examples of a file and names those that come out otherwise."""
    path = write(GOOD + "examples:\n  - {entity: US_SSN, action: release, rule: rest}\n")
    [problem] = check(path)
    assert problem.startswith(f"{path}:21")
    assert "decided withhold by ssn" in problem


def test_a_policy_is_posted_thirty_days_ahead(write):
    """A policy that takes effect within 30 days of its posting is reported (Mass.Gov policy, Policy changes)."""
    assert any("30 days" in problem for problem in check(write(GOOD + "posted_on: 2025-12-15\n")))
    assert check(write(GOOD + "posted_on: 2025-12-01\n")) == []


@pytest.mark.parametrize("label", ["HomePhone", "home_phone", "HOME-PHONE 2", "Phone (home phone)"])
def test_words_of_a_label_are_found_however_it_is_written(label):
    """Column and header names are compared word for word, with case and joints folded."""
    assert label_has(label, ("home phone",))
    assert not label_has(label, ("phon", "home address"))


@pytest.mark.parametrize("name", PACKS)
def test_shipped_packs_are_fit_for_use_and_unsigned(name):
    """A shipped pack passes its check, has an example for every rule and entity, and has no sign-off."""
    policy = load(name)
    assert check(packs()[name]) == []
    assert {example.entity for example in policy.examples} == set(ENTITIES)
    assert {example.rule for example in policy.examples} == {rule.name for rule in policy.rules}
    assert policy.approved_by is None
    assert "sign" in policy.note
    assert "Not signed off" in show(policy)


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("kind", ["private", "official", "business"])
@pytest.mark.parametrize("entity", CATEGORICAL)
def test_numbers_and_passwords_are_withheld_whoever_they_belong_to(name, entity, kind):
    """SSN, account, card and tax numbers and passwords need no person's decision."""
    assert outcome(load(name), Example(entity=entity, kind=kind, action="withhold", rule="x"))[0].hides


@pytest.mark.parametrize("name", [*STATES, "federal_foia"])
@pytest.mark.parametrize("entity", BALANCED)
def test_a_private_persons_name_and_contacts_wait_for_a_person(name, entity):
    """Both states ask for a balance: the action is review, the proposal withhold."""
    action, proposal, _ = outcome(load(name), Example(entity=entity, action="review", rule="x"))
    assert (action, proposal) == (Action.REVIEW, Action.WITHHOLD)


def test_montana_asks_for_first_and_last_name_and_massachusetts_for_any_part():
    """A lone name is no listed element in Montana and enough in Massachusetts; both hold it back."""
    lone = Example(entity="PERSON", part="given", action="review", rule="x")
    joined = Example(entity="PERSON", part="given", signals="propagated", action="review", rule="x")
    assert outcome(load("montana"), lone)[2] == "lone_name"
    assert outcome(load("montana"), joined)[2] == "name_joined_to_full"
    assert outcome(load("massachusetts"), lone)[2] == "part_of_name"


def test_massachusetts_lets_nobody_override_what_is_never_public():
    """Card and taxpayer numbers, user names and passwords carry no_override (MA-NEVER)."""
    assert load("massachusetts").rule("password").no_override
    assert load("massachusetts").rule("no_rule_fits") is None
    fixed = {rule.when.entity[0] for rule in load("massachusetts").rules if rule.no_override}
    assert fixed == {"CREDIT_CARD", "US_TAX_ID", "USERNAME", "PASSWORD", "US_SSN"}


LAWFUL = {
    "Montana": r"Const\. Art\. II|MCA 61-11-506|MCA 2-17-552\(3\)|MCA 44-5-311|20 U\.S\.C\. § 1232g",
    "Massachusetts": r"G\.L\. c\. 4 § 7\(26\)\([a-z]\)",
    "United States": r"5 U\.S\.C\. § 552\(b\)\((?:6|7)\)",
}


@pytest.mark.parametrize("name", PACKS)
def test_each_withholding_stands_on_law_and_not_on_a_definition(name):
    """Montana: Art. II or a confidentiality statute; Massachusetts: a clause of c. 4 § 7(26) or a statute."""
    policy = load(name)
    for rule in policy.rules:
        if rule.withholds:
            assert re.search(LAWFUL[policy.jurisdiction], rule.authority_words), rule.name
            assert rule.definition in rule.citation_words
            assert rule.exemption, rule.name
            assert rule.marker.isascii()


UNCONFIRMED = {
    "MCA 2-17-551": "unverified: current text of MCA 2-17-551",
    "MCA 2-6-1002": "end of the definition of confidential information",
    "7(26)(n)": "unverified",
    "7(26)(o)": "unverified",
    "7(26)(a)": "unverified",
    "§ 2721": "unverified",
    "61-11-506": "secondary",
    "practice": "the rest of the Commissioner's list",
    "MCA 2-17-552(3)": "unverified",
    "44-5-311": "unverified",
    "1232g": "unverified",
    "24C": "unverified",
    "66A (": "secondary",
    "NIST SP 800-122": "secondary",
    "552a(d)": "unverified",
    "(b)(7)(C)": "unverified",
}


@pytest.mark.parametrize("name", PACKS)
def test_what_was_not_confirmed_is_marked_in_the_note(name):
    """A rule that relies on law that was not read in a primary source says so in its note."""
    for rule in load(name).rules:
        for cited, mark in UNCONFIRMED.items():
            if cited in f"{rule.definition} {rule.authority_words}":
                assert mark in rule.note, (rule.name, cited)


@pytest.mark.parametrize("name", MONTANA)
def test_montana_treats_a_web_form_like_paper(name):
    """No Montana rule asks for the channel (MT-PARITY)."""
    assert all(rule.when.channel is None for rule in load(name).rules)


def test_explain_names_the_rules_of_an_entity_in_order():
    """Explaining an entity gives its rules in order with their law, and what happens where none fits."""
    text = explain(load("montana"), "us_ssn")
    assert text.index("rule: requesters_own") < text.index("rule: social_security_number")
    assert "nobody may decide otherwise" in text
    assert "the source says: “A social security number” (MT-SSN)" in text
    assert "not confirmed: unverified (not seen in a primary source)" in text
    assert "Art. II" in text
    assert "email_address" not in text
    assert "Where no rule fits" in text
    with pytest.raises(UsageError, match="known are"):
        explain(load("montana"), "SHOE_SIZE")


def test_show_names_every_rule():
    """Showing a policy names each of its rules and its settings."""
    policy = load("massachusetts")
    text = show(policy)
    assert all(f"rule: {rule.name}\n" in text for rule in policy.rules)
    assert "is left out of the copy" in text


def test_diff_names_what_changed(write, tmp_path):
    """A diff names changed settings, rules that only one has, and changed fields; a policy differs not from itself."""
    old = load(write(GOOD))
    changed = GOOD.replace("A number.", "Another.").replace("name: rest", "name: all").replace('"1"', '"2"')
    path = tmp_path / "new.yaml"
    path.write_text(changed, encoding="utf-8")
    text = diff(old, load(path))
    for line in ("version: 1 -> 2", "rest is gone: ", "all is new: ", "ssn, reason: A number. -> Another."):
        assert line in text
    assert "No difference" in diff(old, old)


def documented() -> dict[str, str]:
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z0-9]+(?:-[A-Z0-9]+)+) \| (.+) \|$", text, re.MULTILINE)
    assert len(rows) == len({name for name, _ in rows})
    return dict(rows)


def written_in(pack: str) -> list[dict[str, object]]:
    """The rules that stand in a pack's own file, without those that it takes over from another."""
    return yaml.safe_load((ROOT / "configs" / "policies" / f"{pack}.yaml").read_text(encoding="utf-8"))["rules"]


def test_the_documented_table_agrees_with_the_packs():
    """Each rule that the table says carries an id has it in its source_rules, and the other way round."""
    said = {
        (name, pack, rule)
        for name, text in documented().items()
        for pack, rule in re.findall(rf"`({'|'.join(PACKS)})\.(\w+)`", text)
    }
    held = {
        (name, pack, rule["name"])
        for pack in PACKS
        for rule in written_in(pack)
        for name in rule.get("source_rules", ())
    }
    assert said == held


def test_a_rule_of_the_table_that_no_rule_carries_has_its_reason():
    """Where no rule of a pack carries an id, the table says in words why, or which promise or revoked law does."""
    for name, text in documented().items():
        words = re.sub(r"`[^`]*`[,.]? ?", "", text)
        assert "`" in text.split(". ")[0] or len(words.split()) >= 5, name
        assert "Not yet" not in text, name


def test_promises_and_revoked_law_of_the_packs_stand_in_the_table():
    """An id that a promise or a revoked law carries is told so in the table."""
    for pack in PACKS:
        policy = load(pack)
        for each in (*policy.promises, *policy.revoked):
            for name in each.source_rules:
                assert f"`{pack}`" in documented()[name], (pack, name)


@pytest.mark.shared
def test_every_rule_of_the_field_is_accounted_for():
    """The table in the documents has every rule of the field, and the vocabulary all of its words."""
    path = ROOT.parent / "shared" / "field" / "rules.jsonl"
    if not path.is_file():
        pytest.skip("the field's table of rules is not beside the checkout")
    rules = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert set(documented()) == {rule["id"] for rule in rules}
    words = yaml.safe_load((ROOT / "configs" / "rule_vocabulary.yaml").read_text(encoding="utf-8"))
    assert set(words["entities"]) == {word for rule in rules for word in rule["entity"].split("|")}
    assert set(words["actions"]) == {rule["action"] for rule in rules}
    known = {rule["id"] for rule in rules}
    for policy in map(load, PACKS):
        assert {name for rule in policy.rules for name in rule.source_rules} <= known
        quoted = [(rule.name, rule.quote, rule.source_rules) for rule in policy.rules if rule.quote]
        quoted += [(promise.title, promise.says, promise.source_rules) for promise in policy.promises]
        for name, quote, ids in quoted:
            told = [rule["quote"] for rule in rules if rule["id"] in ids]
            assert " ".join(quote.split()) in told, (policy.name, name)


def test_the_vocabulary_names_known_entities():
    """Every word of the vocabulary maps to entities and actions that exist."""
    words = yaml.safe_load((ROOT / "configs" / "rule_vocabulary.yaml").read_text(encoding="utf-8"))
    for meaning in words["entities"].values():
        assert set(meaning.get("entities", ())) <= {*ENTITIES, "*"}
    for meaning in words["actions"].values():
        assert meaning.get("action", "release") in set(Action)


def test_policies_are_frozen():
    """A loaded policy cannot be changed."""
    policy = load("montana")
    with pytest.raises(ValueError, match="frozen"):
        policy.name = "other"
    assert isinstance(policy, Policy)


@pytest.mark.parametrize(
    ("cited", "counts"),
    [
        ("MCA 61-11-508(1)", True), ("61-11-508", True), ("§ 61-11-508(1)(a), MCA", True), ("61-11-507 and 61-11-508", True),
        ("a use permitted by section 61-11-508 (3)", True), ("use permitted by section 61-11-508 (3)", True),
        ("not under MCA 61-11-508(1)", False), ("MCA 61-11-508(1) does not apply", False), ("none; see 61-11-508", False),
        ("61-11-508 denied", False), ("NOT 61-11-508", False), ("61-11-5081", False), ("161-11-508", False), ("", False),
        ("curiosity", False), ("all but 61-11-508", False),
    ],
)  # fmt: skip
def test_a_permitted_use_is_a_citation_and_nothing_else(cited, counts):
    """Words beside a section may take back what it says, so a statement with any counts as none."""
    assert is_under(cited, "61-11-508") is counts
    asked = {"entity": "PERSON", "origin": "mvd", "permitted_use": cited, "action": "withhold", "rule": "any"}
    for pack in ("montana", "motor_vehicle_records"):
        action, _, _ = outcome(load(pack), Example.model_validate(asked))
        assert action is (Action.RELEASE if counts else Action.WITHHOLD)


def test_a_section_of_the_offices_own_pack_may_have_letters():
    """What an own rule names need not be a number of Montana."""
    assert is_under("RCW 46.12.635(2)", "RCW 46.12.635")
    assert not is_under("RCW 46.12.635 never", "RCW 46.12.635")


@pytest.mark.parametrize("pack", ["montana", "helena", "motor_vehicle_records"])
@pytest.mark.parametrize("entity", ["PHONE_NUMBER", "STREET_ADDRESS"])
def test_a_permitted_use_leaves_an_officials_contact_to_a_person(pack, entity):
    """It is most often a home, which the pack's documents leave to a balance; anybody else's goes out."""
    for kind, wanted in (("official", Action.REVIEW), ("private", Action.RELEASE)):
        for recipient in ("requester", "agency", "court"):
            asked = {
                "entity": entity, "kind": kind, "origin": "mvd", "permitted_use": "MCA 61-11-508(1)",
                "recipient": recipient, "action": "withhold", "rule": "any",
            }  # fmt: skip
            action, proposal, _ = outcome(load(pack), Example.model_validate(asked))
            assert action is wanted
            assert proposal is (Action.WITHHOLD if kind == "official" else None)


BY_RECIPIENT = """\
  - name: ssn_requester
    when: {entity: US_SSN, recipient: requester}
    action: withhold
    definition: MCA 2-17-551(6)(e)
    authority: [{kind: constitution, cite: Mont. Const. Art. II}]
    reason: x.
    no_override: true
"""


@pytest.mark.parametrize(
    ("changed", "is_open"),
    [
        ({}, False),
        ({"    no_override: true\n": ""}, True),
        ({"when: {entity: US_SSN}": "when: {entity: US_SSN, kind: private}"}, True),
        ({"when: {entity: US_SSN}": "when: {entity: US_SSN, recipient: public}"}, True),
        ({"when: {entity: US_SSN}": "when: {entity: US_SSN, recipient: [public, requester, agency]}"}, False),
        ({"rules:\n": f"rules:\n{BY_RECIPIENT}", "when: {entity: US_SSN}": "when: {entity: US_SSN, recipient: public}"}, False),
        ({"when: {entity: US_SSN}": "in_force_from: 2027-01-01\n    when: {entity: US_SSN}"}, True),
        ({"when: {entity: US_SSN}": "in_force_from: 2025-01-01\n    when: {entity: US_SSN}"}, False),
        ({"when: {entity: US_SSN}": "when: {entity: CREDIT_CARD}"}, True),
    ],
)  # fmt: skip
def test_no_release_is_made_under_a_policy_that_leaves_the_number_to_people(write, tmp_path, changed, is_open):
    """Redact, review, rerun and frames refuse it with a plain error before anything is made."""
    text = GOOD
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = write(text)
    policy = load(path)
    day = date(2026, 6, 1)
    assert bool(list(left_open(policy, day))) is is_open
    if not is_open:
        see_mandatory(policy, str(path), day)
        return
    with pytest.raises(PolicyError, match="a person could let US_SSN out to anybody") as told:
        see_mandatory(policy, str(path), day)
    assert "no release is made under it" in str(told.value)
    if "in_force_from" not in text:
        record = tmp_path / "a.txt"
        record.write_text("nothing\n", encoding="utf-8")
        asked = Asked(str(path))
        for refused in (
            lambda: redact_paths([record], tmp_path / "out", asked, Wanted(case=tmp_path / "case")),
            lambda: desk_for([record], asked, tmp_path / "case"),
            lambda: rerun_case(tmp_path / "case", tmp_path / "out", asked),
            lambda: Redactor(str(path)),
        ):
            with pytest.raises(PolicyError, match="no release is made under it"):
                refused()
        assert not (tmp_path / "out").exists()
        assert not (tmp_path / "case").exists()


def test_a_rule_that_a_person_decides_may_not_stand_before_the_mandate(write):
    """A plain withholding in front of it decides such a number, and a person may decide against that."""
    before = GOOD.replace(
        "rules:\n",
        "rules:\n  - name: first\n    when: {entity: '*', context: personnel}\n    action: withhold\n    definition: x\n"
        "    authority: [{kind: constitution, cite: Mont. Const. Art. II}]\n    reason: x.\n",
        1,
    )
    assert [each.rule for each in left_open(load(write(before)))] == ["first"]
    assert any("could let US_SSN out" in each and "rules[0]" in each for each in check(write(before)))


@pytest.mark.parametrize("name", PACKS)
def test_releases_may_be_made_under_every_shipped_pack(name):
    """Each makes the number mandatory for whoever asks."""
    assert not list(left_open(load(name)))
