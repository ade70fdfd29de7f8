"""Decide: the first rule that fits, one decision a finding, and a person where none fits."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decide import decide
from pipeline.model import Action, Cell, Finding, Kind, RecordFacts
from pipeline.policy.fit import first_rule
from pipeline.policy.load import load, packs
from pipeline.policy.schema import FLAGS, PURPOSES, SIGNALS, Policy
from recognizers.entities import DIRECT_IDENTIFIERS, ENTITIES

AT = "2026-11-22T12:00:00Z"
SSN = Finding("US_SSN", 0, 11, (Cell(0, 0),), "r1", 0.9, "us_ssn", "a labelled number")
NAME = Finding("PERSON", 0, 8, (Cell(0, 1),), "r1", 0.9, "names", "a name")


def test_a_withholding_names_two_sources_of_law():
    """A categorical decision carries definition, authority, exemption, marker and the time of the run."""
    [decision] = decide([SSN], RecordFacts(), load("montana"), AT)
    assert decision.action is Action.WITHHOLD
    assert not decision.undecided
    assert decision.withholds
    assert "2-17-551" in decision.definition
    assert "Art. II" in decision.authority
    assert decision.authority in decision.citation
    assert decision.definition in decision.citation
    assert (decision.marker, decision.decided_by, decision.decided_at) == ("[REDACTED SSN]", "rule", AT)


def test_a_balance_is_left_to_a_person():
    """A private person's name is undecided, and the provisional copy hides it."""
    for pack in ("montana", "massachusetts"):
        [decision] = decide([NAME], RecordFacts(), load(pack), AT)
        assert decision.undecided
        assert decision.withholds
        assert decision.decided_by == "undecided"


def test_where_no_rule_fits_a_person_decides_and_nothing_leaves():
    """Without a fitting rule the decision is review, proposed withhold, under no_rule_fits."""
    policy = load("montana")
    small = policy.model_copy(update={"rules": policy.rules[:1]})
    [decision] = decide([NAME], RecordFacts(), small, AT)
    assert (decision.action, decision.proposal, decision.rule) == (Action.REVIEW, Action.WITHHOLD, "no_rule_fits")
    assert decision.withholds
    assert decision.decided_by == "undecided"
    assert decision.marker == "[REDACTED]"
    [unknown] = decide([replace(SSN, entity="SHOE_SIZE")], RecordFacts(), policy, AT)
    assert unknown.rule == "no_rule_fits"


def test_facts_of_the_record_choose_the_rule():
    """Recipient and origin are asked: the same name is released to its owner and closed in a motor vehicle record."""
    policy = load("montana")
    own = replace(NAME, kind=Kind.REQUESTER)
    assert decide([own], RecordFacts(subject_access=True), policy, AT)[0].action is Action.RELEASE
    assert decide([own], RecordFacts(), policy, AT)[0].withholds
    assert decide([own], RecordFacts(recipient="public"), policy, AT)[0].withholds
    assert decide([NAME], RecordFacts(origin="mvd"), policy, AT)[0].action is Action.WITHHOLD


def test_a_sign_off_is_carried_into_what_rules_decide():
    """What a rule decides was approved by whoever signed the policy; what waits for a person was not."""
    signed = load("montana").model_copy(update={"approved_by": "County counsel"})
    ssn, name = decide([SSN, NAME], RecordFacts(), signed, AT)
    assert (ssn.approved_by, name.approved_by) == ("County counsel", "")


FINDINGS = st.builds(
    Finding,
    entity=st.sampled_from(ENTITIES), start=st.just(0), end=st.just(3), address=st.just((Cell(0, 0),)),
    record=st.just("r"), score=st.sampled_from([0.0, 0.3, 0.5, 0.7, 1.0]), recognizer=st.just("x"), reason=st.just(""),
    part=st.sampled_from(["full", "given", "surname", "city", "case", "cookie", "street"]),
    label=st.sampled_from(["", "HomePhone", "name", "home phone"]), kind=st.sampled_from(Kind), linked=st.booleans(),
    digest=st.sampled_from(["d1", "d2"]),
    joined=st.frozensets(st.sampled_from(sorted(DIRECT_IDENTIFIERS))), signals=st.frozensets(st.sampled_from(sorted(SIGNALS))),
)  # fmt: skip
FACTS = st.builds(
    RecordFacts,
    channel=st.sampled_from(["online", "paper"]),
    origin=st.sampled_from(["", "mvd", "personalization", "ebusiness", "internet_provider"]),
    context=st.sampled_from(["", "personnel", "disciplinary", "law_enforcement"]),
    recipient=st.sampled_from(["requester", "public", "court", "agency"]),
    purpose=st.sampled_from(sorted(PURPOSES)),
    permitted_use=st.sampled_from(["", "MCA 61-11-508(1)", "61-11-510"]),
    collected_on=st.sampled_from(["", "2001-01-01", "2015-06-01"]),
    flags=st.frozensets(st.sampled_from(sorted(FLAGS)), max_size=2),
    ordered=st.sampled_from([frozenset(), frozenset({"US_SSN", "PERSON"})]),
    consents=st.sampled_from([frozenset(), frozenset({"d1"})]),
    subject_access=st.booleans(),
)


def scored(policy: Policy) -> Policy:
    """Return the policy with a rule in front that asks for everything the shipped rules do not."""
    first = policy.rules[0]
    when = first.when.model_copy(update={"entity": ("PERSON",), "score_below": 0.5, "score_at_least": 0.3,
                                         "signals_none": ("minor",), "label_any": ("home",)})  # fmt: skip
    rule = first.model_copy(update={"name": "faint", "when": when})
    return policy.model_copy(update={"rules": (rule, *policy.rules)})


POLICIES = [*map(load, packs()), scored(load("montana"))]


@settings(max_examples=150, deadline=None)
@given(st.lists(FINDINGS, max_size=12), FACTS, st.sampled_from(POLICIES))
def test_remembered_answers_are_the_answers_of_the_rules(findings, facts, policy):
    """Decisions come one a finding, in order, and name the rule that going through all rules finds."""
    decisions = decide(findings, facts, policy, AT)
    assert [decision.finding for decision in decisions] == findings
    for decision in decisions:
        rule = first_rule(policy.rules, decision.finding, facts)
        assert decision.rule == (rule.name if rule else "no_rule_fits")
        if decision.withholds and rule:
            assert decision.definition
            assert decision.authority
            assert decision.effective is (rule.proposal or rule.action)


def test_a_hundred_thousand_findings_take_seconds_at_most():
    """Looking a rule up costs the same for every further finding of its sort."""
    findings = [replace(NAME, start=number, end=number + 1) for number in range(100_000)]
    started = time.process_time()
    assert len(decide(findings, RecordFacts(), load("montana"), AT)) == 100_000
    assert time.process_time() - started < 10


@pytest.mark.parametrize("pack", packs())
def test_deciding_twice_gives_the_same(pack):
    """Deciding is a pure function."""
    policy = load(pack)
    assert decide([SSN, NAME], RecordFacts(), policy, AT) == decide([SSN, NAME], RecordFacts(), policy, AT)
