"""A policy that extends another: what it changes, what it takes over, and where its faults are."""

from __future__ import annotations

import hashlib
import re

import pytest
import yaml

from pipeline.errors import PolicyError
from pipeline.policy.check import check
from pipeline.policy.explain import show
from pipeline.policy.load import load
from pipeline.policy.schema import Policy

BASE = """\
name: base
title: Base
version: "3"
jurisdiction: Montana
effective_from: 2026-01-01
approved_by: Counsel
approved_on: 2026-01-02
sources: [{title: The statute}]
rules:
  - name: ssn
    when: {entity: US_SSN}
    action: withhold
    definition: A definition
    authority: [{kind: statute, cite: A statute}]
    reason: A number.
    marker: "[REDACTED SSN]"
    no_override: true
  - name: name
    when: {entity: PERSON}
    action: release
    reason: A name.
  - name: rest
    action: review
    proposal: withhold
    definition: A definition
    authority: [{kind: statute, cite: A statute}]
    reason: The rest.
examples:
  - {entity: PERSON, action: release, rule: name}
  - {entity: US_SSN, action: withhold, rule: ssn}
"""
OWN = """\
extends: base
name: own
version: "1"
sources: [{title: The office's policy}]
rules:
  - name: minor
    before: name
    when: {entity: PERSON, kind: minor}
    action: review
    proposal: initials
    definition: A definition
    authority: [{kind: statute, cite: A statute}]
    reason: A child.
  - name: name
    when: {entity: PERSON}
    action: review
    proposal: release
    reason: A name, weighed.
examples:
  - {entity: PERSON, action: review, proposal: release, rule: name}
  - {entity: PERSON, signals: minor, action: review, proposal: initials, rule: minor}
"""


@pytest.fixture
def office(tmp_path):
    """A configuration folder with a policy and another that extends it; returns a function that writes the latter."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")

    def write(text: str = OWN):
        (folder / "own.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_the_whole_has_the_others_rules_in_order_and_its_own(office):
    """A rule of the same name replaces the other's, a new one stands before the one it names, sign-off is not taken over."""
    config = office()
    policy = load("own", config)
    assert [rule.name for rule in policy.rules] == ["ssn", "minor", "name", "rest"]
    assert policy.rule("name").proposal == "release"
    assert (policy.title, policy.built_on, policy.approved_by) == ("Base", "base 3", None)
    assert [source.title for source in policy.sources] == ["The office's policy", "The statute"]
    assert check(config / "policies" / "own.yaml", config) == []
    assert "It extends base 3" in show(policy)


def test_the_digest_and_the_copy_in_a_release_are_of_the_whole(office, tmp_path):
    """A change in the policy that is extended changes the sha256 of the one that extends it, and the copy stands alone."""
    config = office()
    policy = load("own", config)
    assert policy.sha256 == hashlib.sha256(policy.content).hexdigest()
    alone = tmp_path / "alone.yaml"
    alone.write_bytes(policy.content)
    again = load(alone)
    assert again == policy
    assert again.sha256 == policy.sha256
    assert "extends:" not in policy.content.decode()
    (config / "policies" / "base.yaml").write_text(BASE.replace("The rest.", "Everything else."), encoding="utf-8")
    assert load("own", config).sha256 != policy.sha256


def test_rules_that_are_gone_take_their_examples_along(office):
    """``without`` drops rules of the other policy and the examples that they decide."""
    config = office(OWN.replace("rules:", "without: [ssn]\nrules:", 1))
    (config / "policies" / "base.yaml").write_text(BASE.replace("    no_override: true\n", ""), encoding="utf-8")
    policy = load("own", config)
    assert policy.rule("ssn") is None
    assert [example.rule for example in policy.examples] == ["name", "minor"]


@pytest.mark.parametrize(
    ("was", "now", "file", "line", "said"),
    [
        ("extends: base", "extends: bass", "own", 1, "unknown policy"),
        ("extends: base", "extends: [base]", "own", 1, "one policy"),
        ("extends: base", "extends: own", "own", 1, "extend itself"),
        ('version: "1"\n', "", "own", 1, "missing"),
        ("before: name", "before: nobody", "own", 7, "no rule has this name"),
        ("rules:", "without: [nobody]\nrules:", "own", 5, "no rule of this name"),
        ("proposal: initials", "proposal: initial", "own", 10, "initials"),
        ("    reason: A child.\n", "", "own", 6, "missing"),
        (
            "kind: statute, cite: A statute}]\n    reason: A child.",
            "kind: definition, cite: X}]\n    reason: A child.",
            "own",
            6,
            "authority",
        ),
        ("when: {entity: PERSON, kind: minor}", "when: {entity: PERSON, kind: child}", "own", 8, ""),
    ],
)
def test_a_fault_is_told_where_it_is_written(office, was, now, file, line, said):
    """An error in a policy that extends another names the file and the line where it stands."""
    assert was in OWN
    config = office(OWN.replace(was, now, 1))
    with pytest.raises(PolicyError) as caught:
        load("own", config)
    assert re.match(rf".*/{file}\.yaml:{line}\b", str(caught.value)), str(caught.value)
    assert said in str(caught.value)


def test_a_fault_of_the_other_policy_is_told_in_the_other_file(office):
    """What is wrong in the policy that is extended is told with its own file and line."""
    config = office()
    (config / "policies" / "base.yaml").write_text(
        BASE.replace("reason: A number.", "raeson: A number."), encoding="utf-8"
    )
    with pytest.raises(PolicyError, match=r"base\.yaml:15, key rules\[0\]\.raeson"):
        load("own", config)


MANDATE = yaml.safe_load(BASE)


def with_rule_before_the_mandate(**rule: object) -> Policy:
    rules = [{"name": "first", "reason": "x.", **rule}, *MANDATE["rules"]]
    return Policy.model_validate({**MANDATE, "rules": rules})


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "release"},
        {"when": {"entity": "US_SSN"}, "action": "release"},
        {"when": {"entity": "US_SSN", "kind": "requester", "recipient": "requester"}, "action": "release"},
        {"when": {"entity": "*", "subject_access": True, "recipient": "requester"}, "action": "release"},
        {"when": {"entity": "*", "kind": "requester", "subject_access": True}, "action": "release"},
        {"when": {"entity": "US_SSN", "consent": True}, "action": "release"},
        {"when": {"entity": "US_SSN", "recipient": "court"}, "action": "review", "proposal": "release"},
        {"when": {"entity": ["PERSON", "US_SSN"]}, "action": "review", "proposal": "withhold", "definition": "d",
         "authority": [{"kind": "statute", "cite": "s"}]},
        {"when": {"entity": "US_SSN"}, "action": "keep_last_four", "definition": "d", "authority": [{"kind": "statute", "cite": "s"}]},
    ],
)  # fmt: skip
def test_no_rule_goes_round_a_mandate(rule):
    """Nothing stands before a mandatory withholding that could let it out, whatever it asks: not even a review."""
    assert any("without override" in what for _, what, _ in with_rule_before_the_mandate(**rule).faults())


@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"entity": "*", "kind": "requester", "recipient": "requester", "subject_access": True}, "action": "release"},
        {"when": {"entity": "*", "ordered": True, "recipient": "court"}, "action": "release"},
        {"when": {"entity": "PERSON"}, "action": "release"},
        {"when": {"entity": "US_SSN"}, "action": "withhold", "definition": "d", "authority": [{"kind": "statute", "cite": "s"}]},
        {"when": {"entity": "US_SSN"}, "action": "keep_last_four", "no_override": True, "definition": "d",
         "authority": [{"kind": "statute", "cite": "s"}], "kept_by": [{"kind": "statute", "cite": "s"}]},
    ],
)  # fmt: skip
def test_subject_access_and_a_court_order_may_stand_before_a_mandate(rule):
    """Only a person's own request, a recorded order, other entities and other withholdings stand before a mandate."""
    assert list(with_rule_before_the_mandate(**rule).faults()) == []


def test_a_part_of_what_is_mandatory_stands_by_law_only():
    """A mandatory rule that lets a part stand names the law that allows it; a practice does not allow it."""
    rule = {"when": {"entity": "US_SSN"}, "action": "keep_last_four", "no_override": True, "definition": "d",
            "authority": [{"kind": "statute", "cite": "s"}], "kept_by": [{"kind": "agency_practice", "cite": "p"}]}  # fmt: skip
    with pytest.raises(ValueError, match="names the law that allows it"):
        with_rule_before_the_mandate(**rule)


def test_revoked_law_is_refused(office):
    """A rule that cites law that is listed as revoked is refused."""
    text = BASE.replace("rules:", "revoked: [{cite: Executive Order 412, by: Executive Order 504}]\nrules:", 1)
    config = office()
    (config / "policies" / "base.yaml").write_text(text, encoding="utf-8")
    load("own", config)
    cited = text.replace("definition: A definition", "definition: executive order 412, sec. 2", 1)
    (config / "policies" / "base.yaml").write_text(cited, encoding="utf-8")
    with pytest.raises(PolicyError, match="Executive Order 504 revoked"):
        load("base", config)


@pytest.mark.parametrize(
    "words",
    [
        "definition: Executive Order No. 412", "definition: Exec. Order 412, sec. 2", "exemption: E.O. 412",
        "reason: As EO 412 asks.",
    ],
)  # fmt: skip
def test_revoked_law_is_refused_however_it_is_abbreviated(office, words):
    """In whatever a decision would say of its law: definition, exemption, reason."""
    text = BASE.replace("rules:", "revoked: [{cite: Executive Order 412, by: Executive Order 504}]\nrules:", 1)
    key = words.split(":")[0]
    here = {"definition": "definition: A definition", "exemption": "no_override: true", "reason": "reason: A number."}[
        key
    ]
    config = office()
    cited = text.replace(here, f"no_override: true\n    {words}" if key == "exemption" else words, 1)
    (config / "policies" / "base.yaml").write_text(cited, encoding="utf-8")
    with pytest.raises(PolicyError, match="Executive Order 504 revoked"):
        load("base", config)
    other = text.replace(here, here.replace("A definition", "Executive Order 4120"), 1)
    (config / "policies" / "base.yaml").write_text(other, encoding="utf-8")
    load("base", config)


@pytest.mark.parametrize(
    "change",
    [
        ("rules:", "without: [ssn]\nrules:"),
        ("rules:", "rules:\n  - name: ssn\n    when: {entity: US_SSN}\n    action: release\n    reason: x.\n"),
    ],
)
def test_what_is_mandatory_stays_so_where_a_policy_extends_another(office, change):
    """Neither by leaving the rule out nor by putting a looser one in its place."""
    with pytest.raises(PolicyError, match="mandatory") as told:
        load("own", office(OWN.replace(*change, 1)))
    assert "own.yaml" in str(told.value)
