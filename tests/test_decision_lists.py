"""One made-up request under every pack: lists of decisions that a lawyer can read, and that hold.

``RELEASABLE_WRITE_GOLDEN=1`` writes the lists anew; read the difference before it is committed.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pipeline.apply import edits_of
from pipeline.cli.running import Asked, make_job, state_facts
from pipeline.cli.stating import Stated
from pipeline.decide import decide
from pipeline.formats import format_named
from pipeline.model import Decision, Segment, words
from pipeline.policy.load import load, packs
from pipeline.policy.rosters import Rosters
from pipeline.policy.wording import action_words
from tests.conftest import Road

GOLDEN = Path(__file__).parent / "golden" / "decisions"
FILES = sorted((GOLDEN / "request").iterdir())
OWN = GOLDEN / "own_record"
COLUMNS = ("record", "place", "what", "decision", "in the copy", "reason", "law", "rule")


def decision_lists(road: Road, pack: str) -> tuple[str, str]:
    """The decisions on everything that was planted in the request, as CSV, in reading order.

    Twice: as it goes to anybody who asks, and what differs where Nora Whitfield asks for her own record.
    """
    policy = load(pack)
    asked = Asked(pack, GOLDEN / "config", stated=Stated(facts=GOLDEN / "facts.yaml"))
    job, _ = make_job(asked)
    job = replace(job, key=road.state.job.key, decided_at=road.state.job.decided_at, by_column=False)
    names = [path.name for path in FILES]
    own = state_facts(job, replace(asked.stated, subject=GOLDEN / "subject.yaml"), names, policy)
    job = state_facts(job, asked.stated, names, policy)
    rosters = Rosters.load(asked.config).limited(
        use_agency_contacts=policy.use_agency_contacts, use_officials=policy.use_officials
    )
    here = Road(replace(road.state, job=job, policy=policy, rosters=rosters))
    legend = yaml.safe_load((GOLDEN / "legend.yaml").read_text(encoding="utf-8"))
    for_all, for_her = [list(COLUMNS)], [list(COLUMNS)]
    for file in here.scan(*FILES).files:
        kind = format_named(file.planned.source.format)
        for unit in file.units:
            reading = kind.read(file.file.read(unit.unit.start, unit.unit.stop), unit.unit)
            record = f"{file.file.name}, {unit.unit.ordinal + 1}" if kind.name == "mbox" else file.file.name
            decisions = list(unit.decisions)
            facts = own.facts_of(file.file.name)
            again = decide([each.finding for each in decisions], facts, policy, job.decided_at)
            for segment in reading.segments:
                told = [
                    [[record, *row] for row in rows(segment, mine, legend[file.file.name], policy)]
                    for mine in (_in(segment, decisions), _in(segment, again))
                ]
                for_all += told[0]
                for_her += [row for row in told[1] if row not in told[0]]
    return _csv(for_all), _csv(for_her)


def _in(segment: Segment, decisions: list[Decision]) -> list[Decision]:
    return [each for each in decisions if each.finding.address == segment.address]


def _csv(told: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(told)
    return out.getvalue()


def rows(segment: Segment, decisions: list[Decision], legend: list[list[str]], policy) -> Iterator[list[str]]:
    found = sorted((segment.text.find(value), value, what) for value, what in legend if value in segment.text)
    for start, value, what in found:
        touching = [each for each in decisions if each.finding.start < start + len(value) and start < each.finding.end]
        place = words(segment.address)
        if not touching:
            yield [place, what, "nothing found", "stands", "", "", ""]
        for each in touching:
            [edit] = edits_of([each], {segment.address: segment.text}) or [None]
            rule = policy.rule(each.rule)
            said = action_words(rule) if rule else "a person decides; until then it is withheld"
            shown = edit.replacement if edit else "stands"
            yield [place, what, said, shown, each.reason, each.citation, each.rule]


@pytest.mark.models
@pytest.mark.parametrize("pack", packs())
def test_the_made_up_request_is_decided_as_the_list_says(road, pack):
    """Each pack decides the mailbox, the form and the vehicle extract exactly as its list says, for her own too."""
    for path, made in zip((GOLDEN / f"{pack}.csv", OWN / f"{pack}.csv"), decision_lists(road, pack), strict=True):
        if os.environ.get("RELEASABLE_WRITE_GOLDEN") == "1":
            path.write_text(made, encoding="utf-8")
        assert made.splitlines() == path.read_text(encoding="utf-8").splitlines()


def listed(pack: str) -> dict[str, set[tuple[str, str]]]:
    """What a list says of each planted thing: decision and what stands in the copy."""
    told: dict[str, set[tuple[str, str]]] = {}
    for row in csv.DictReader((GOLDEN / f"{pack}.csv").read_text(encoding="utf-8").splitlines()):
        told.setdefault(row["what"], set()).add((row["decision"], row["in the copy"]))
    return told


@pytest.mark.parametrize("pack", packs())
def test_a_list_speaks_of_everything_that_was_planted(pack):
    """Everything planted stands in each list, and no value of it does."""
    legend = yaml.safe_load((GOLDEN / "legend.yaml").read_text(encoding="utf-8"))
    planted = [pair for pairs in legend.values() for pair in pairs]
    assert set(listed(pack)) == {what for _, what in planted}
    text = (GOLDEN / f"{pack}.csv").read_text(encoding="utf-8")
    assert not [what for value, what in planted if len(value) > 8 and value in text]


@pytest.mark.parametrize("pack", packs())
def test_numbers_and_passwords_of_the_request_stand_in_no_copy(pack):
    """No pack lets the Social Security number, the card or the password of the request out."""
    for what in ("the requester's Social Security number", "a payment card number", "a password"):
        assert all(shown.startswith("[REDACTED") for _, shown in listed(pack)[what]), what


@pytest.mark.parametrize("pack", packs())
def test_what_the_office_publishes_is_withheld_by_no_pack(pack):
    """The published address, telephone and mailbox of the office stand in every copy."""
    for what, told in listed(pack).items():
        if what.startswith("the published"):
            assert {shown for _, shown in told} == {"stands"}, what


@pytest.mark.parametrize("pack", packs())
def test_her_own_record_opens_what_is_hers_and_nobody_elses(pack):
    """In the message with her mailbox and telephone, what was checked goes out; the witness and the child stay."""
    told = list(csv.DictReader((OWN / f"{pack}.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["record"] for row in told} == {"mailbox.mbox, 1"}
    assert {row["rule"] for row in told} == {"requesters_own"}
    assert {row["in the copy"] for row in told} == {"stands"}
    assert {row["what"] for row in told} >= {
        "the requester's first and last name", "the requester's mailbox", "the requester's telephone",
    }  # fmt: skip
    assert not [row for row in told if "witness" in row["what"] or "minor" in row["what"]]
