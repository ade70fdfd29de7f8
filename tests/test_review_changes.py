"""A finding is changed, another rule is cited, what is mandatory is lifted by two people; old proposals are not current."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import write
from reviewhelp import browser, desk_of, examined, examined_again
from test_review_marks import api, copies, problems_of, released

from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.model import RecordFacts
from pipeline.review.desk import Desk
from pipeline.review.ledger import Item
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

LETTER = "Call me at 406-555-0123 after six.\nMy number is 536-90-4399, the account 536-90-4400.\n"
SSN = "536-90-4399"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", {"letter.txt": LETTER})


@pytest.fixture
def desk(tmp_path: Path, source: Path, by_patterns: State) -> Desk:
    return examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)


def found(desk: Desk, entity: str, at: int = 0) -> Item:
    ledger = desk.ledger.refresh()
    return [each for each in map(ledger.item, range(len(ledger))) if each.entity == entity][at]


def changed(desk: Desk, item: Item, **more):
    return api(browser(desk), "changes", **{"finding": item.id, "reason": "corrected", **more})


def test_a_finding_is_made_longer(desk: Desk) -> None:
    """What is added is withheld with it; the finding that it was is there no more, until the change is taken back."""
    item = found(desk, "PHONE_NUMBER")
    status, told = changed(desk, item, end=LETTER.index(" after six") + len(" after six"))
    assert status == 200, told
    assert item.id not in desk.ledger.refresh().ids
    folder = released(desk)
    assert "after six" not in copies(folder)
    assert "Call me at [REDACTED" in copies(folder)
    assert api(browser(desk), "undo", number=told["decision"])[0] == 200
    assert "after six" in copies(released(desk))
    assert not check_case(desk.case)


def test_a_finding_is_made_shorter(desk: Desk) -> None:
    """What is left out stands in the copy, by a person's decision; the rest stays withheld, and verification agrees."""
    item = found(desk, "PHONE_NUMBER")
    status, told = changed(desk, item, start=item.start + 4)
    assert status == 200, told
    folder = released(desk)
    assert "Call me at 406-[REDACTED" in copies(folder)
    assert not problems_of(desk, folder)
    assert not check_case(desk.case)


def test_a_finding_is_called_otherwise(desk: Desk) -> None:
    """Its entity and the law that is cited for it stand in the log and in the copy's marker."""
    item = found(desk, "PHONE_NUMBER")
    status, told = changed(desk, item, entity="BANK_ACCOUNT", rule="bank_account")
    assert status == 200, told
    folder = released(desk)
    log = (folder / "redaction-log.csv").read_text()
    line = next(each for each in log.splitlines() if ",BANK_ACCOUNT," in each)
    assert ",bank_account," in line
    assert "records officer" in line
    assert ",PHONE_NUMBER," not in log
    assert not check_case(desk.case)


def test_another_rule_is_cited(desk: Desk) -> None:
    """A decision to withhold names the rule whose law it rests on; the log shows that law and who chose it."""
    item = found(desk, "PHONE_NUMBER")
    given = {"finding": item.id, "action": "withhold", "reason": "weighed", "seen": 0, "rule": "street_address"}
    assert api(browser(desk), "decisions", **given)[0] == 200
    rule = desk.policy.rule("street_address")
    assert rule is not None
    folder = released(desk)
    line = next(each for each in (folder / "redaction-log.csv").read_text().splitlines() if ",PHONE_NUMBER," in each)
    assert ",street_address," in line
    assert rule.marker in copies(folder)
    assert not check_case(desk.case)


@pytest.mark.parametrize(
    ("rule", "action", "what"),
    [
        ("no_such_rule", "withhold", "no such rule"),
        ("official_in_capacity", "withhold", "no such rule"),
        ("street_address", "release", "cited for withholding"),
    ],
)
def test_a_rule_that_carries_nothing_is_not_cited(desk: Desk, rule: str, action: str, what: str) -> None:
    """Only a rule that withholds can be cited, and only to withhold."""
    item = found(desk, "PHONE_NUMBER")
    given = {"finding": item.id, "action": action, "reason": "weighed", "seen": 0, "rule": rule}
    status, told = api(browser(desk), "decisions", **given)
    assert status == 400
    assert what in told["what"]


@pytest.mark.parametrize("more", [{"end": 0}, {"entity": "PERSON"}, {"start": 0}])
def test_what_is_mandatory_is_neither_shortened_nor_renamed(desk: Desk, more: dict) -> None:
    """Nobody takes anything away from what a no_override rule withholds, by whichever road."""
    item = found(desk, "US_SSN")
    assert item.mandatory
    ends = {"start": item.start + 4, "end": item.stop - 5}
    more = {key: ends.get(key, told) for key, told in more.items()}
    status, told = changed(desk, item, **more)
    assert status == 400
    assert "no_override" in told["what"]
    status, told = changed(desk, found(desk, "PHONE_NUMBER"), end=item.stop)
    assert status == 400
    assert "no_override" in told["what"]


def test_a_mark_over_something_mandatory_takes_nothing_away(desk: Desk) -> None:
    """A number marked as a name, and released then, is still withheld: the mandatory finding stands under it."""
    at = browser(desk)
    line = LETTER.index("My number")
    given = {"file": "letter.txt", "unit": 1, "start": line, "end": line + 24, "entity": "PERSON", "reason": "missed"}
    status, told = api(at, "marks", **given)
    assert status == 200, told
    ledger = desk.ledger.refresh()
    for each in [each for each in map(ledger.item, range(len(ledger))) if each.mark]:
        api(at, "decisions", finding=each.id, action="release", reason="harmless", seen=ledger.seen)
    folder = released(desk)
    assert SSN not in copies(folder)
    assert "4399" not in copies(folder)


# --- what is mandatory ------------------------------------------------------------------


def with_order(desk: Desk, **more) -> Desk:
    """The same desk, opened with a recorded order of a court."""
    facts = RecordFacts(
        **{"recipient": "court", "court_order": "order of 2026-03-02", "ordered": frozenset({"US_SSN"}), **more}
    )
    desk.road = replace(desk.road, job=replace(desk.road.job, facts=facts))
    desk.behind = desk.road.behind(desk.case)
    return desk


def test_without_a_recorded_ground_nothing_mandatory_is_lifted(desk: Desk) -> None:
    """Neither decided nor asked for: both say what is missing and what to do."""
    item = found(desk, "US_SSN")
    at = browser(desk)
    status, told = api(at, "decisions", finding=item.id, action="release", reason="r", seen=0)
    assert status == 400
    assert "another person signs" in told["remedy"]
    status, told = api(at, "lifts", finding=item.id, reason="she asks for it")
    assert status == 400
    assert "no court order is recorded" in told["what"]
    assert "court_order" in told["remedy"]
    page = at.get(f"/finding/{item.id}/lift")
    assert "No court order" in page or "no court order" in page


def test_a_court_order_lifts_with_two_people(desk: Desk) -> None:
    """Recorded, asked by one, signed by another: released in its place alone, with both names; undone it is withheld."""
    examined_again(with_order(desk))
    first, second = browser(desk, "clerk one"), browser(desk, "counsel")
    item = found(desk, "US_SSN")
    assert item.mandatory
    assert SSN not in copies(released(desk))  # an order that nobody signed lifts nothing
    status, told = api(first, "lifts", finding=item.id, reason="the court ordered it")
    assert status == 200, told
    number = told["lift"]
    status, told = api(first, "lifts/answers", lift=number, answer="sign", reason="seen")
    assert status == 400
    assert "another person" in told["remedy"]
    status, told = api(second, "lifts/answers", lift=number, answer="sign", reason="the order was shown")
    assert status == 200, told
    folder = released(desk)
    assert SSN in copies(folder)
    assert "536-90-4400" not in copies(folder)
    assert not problems_of(desk, folder)
    made = second.client.get("/api/decisions").json()["decisions"][-1]
    assert (made["by"], made["approved_by"], made["lift"]) == ("clerk one", "counsel", number)
    assert api(second, "undo", number=told["decision"])[0] == 200
    assert SSN not in copies(released(desk))
    assert not check_case(desk.case)
    assert second.client.get("/lifts").status_code == 200


def test_a_lift_falls_with_its_ground(desk: Desk) -> None:
    """Where the order is no longer recorded, a signed lift opens nothing; an order for something else never did."""
    examined_again(with_order(desk))
    item = found(desk, "US_SSN")
    _, told = api(browser(desk, "clerk one"), "lifts", finding=item.id, reason="ordered")
    assert api(browser(desk, "counsel"), "lifts/answers", lift=told["lift"], answer="sign", reason="seen")[0] == 200
    examined_again(with_order(desk, ordered=frozenset({"PERSON"})))
    assert SSN not in copies(released(desk))
    status, told = api(browser(desk), "lifts", finding=found(desk, "US_SSN").id, reason="ordered")
    assert status == 400
    assert "does not open US_SSN" in told["what"]
    examined_again(with_order(desk, recipient="requester"))
    status, told = api(browser(desk), "lifts", finding=found(desk, "US_SSN").id, reason="ordered")
    assert "--recipient court" in told["remedy"]


def test_a_lift_is_bound_to_the_order_that_was_signed(desk: Desk) -> None:
    """Another order, or another ground, opens nothing by signatures that were given on the first one."""
    examined_again(with_order(desk))
    _, told = api(browser(desk, "clerk one"), "lifts", finding=found(desk, "US_SSN").id, reason="ordered")
    assert api(browser(desk, "counsel"), "lifts/answers", lift=told["lift"], answer="sign", reason="seen")[0] == 200
    examined_again(with_order(desk, court_order="order of 2026-09-09"))
    assert SSN not in copies(released(desk))
    own = frozenset({desk.case.keyed.digest("US_SSN", SSN)})
    by_request = {"recipient": "requester", "court_order": "", "ordered": frozenset(), "subject_access": True}
    examined_again(with_order(desk, **by_request, own=own))
    assert SSN not in copies(released(desk))
    examined_again(with_order(desk))
    assert SSN in copies(released(desk))


def test_one_person_gives_no_lift_back(desk: Desk) -> None:
    """A lift that was taken back, or decided over, comes again by two signatures and not by an undo."""
    examined_again(with_order(desk))
    one, counsel = browser(desk, "clerk one"), browser(desk, "counsel")
    item = found(desk, "US_SSN")
    _, told = api(one, "lifts", finding=item.id, reason="ordered")
    _, signed = api(counsel, "lifts/answers", lift=told["lift"], answer="sign", reason="seen")
    assert api(counsel, "undo", number=signed["decision"])[0] == 200
    status, told = api(one, "undo", number=max(desk.ledger.refresh().decisions))
    assert status == 400
    assert "lift" in told["remedy"]
    assert SSN not in copies(released(desk))
    _, told = api(one, "lifts", finding=item.id, reason="ordered")
    assert api(counsel, "lifts/answers", lift=told["lift"], answer="sign", reason="seen")[0] == 200
    seen = desk.ledger.refresh().seen
    assert api(counsel, "decisions", finding=item.id, action="withhold", reason="not this one", seen=seen)[0] == 200
    assert api(one, "undo", number=seen + 1)[0] == 400
    assert SSN not in copies(released(desk))
    assert not check_case(desk.case)


def test_a_refused_lift_opens_nothing(desk: Desk) -> None:
    """The other person says no, with a reason; the trail tells both."""
    examined_again(with_order(desk))
    item = found(desk, "US_SSN")
    _, told = api(browser(desk, "clerk one"), "lifts", finding=item.id, reason="ordered")
    second = browser(desk, "counsel")
    assert api(second, "lifts/answers", lift=told["lift"], answer="refuse", reason="another order")[0] == 200
    assert api(second, "lifts/answers", lift=told["lift"], answer="sign", reason="after all")[0] == 400
    assert SSN not in copies(released(desk))
    done = [each.told["action"] for each in desk.case.entries()]
    assert "lift asked" in done
    assert "lift refused" in done
    assert not check_case(desk.case)


def test_ones_own_number_is_lifted_by_two_people(desk: Desk, by_patterns: State) -> None:
    """In a record with one strong identifier, that it is about the person who asks is for two people to say."""
    own = frozenset({desk.case.keyed.digest("US_SSN", SSN)})
    examined_again(
        with_order(desk, recipient="requester", court_order="", ordered=frozenset(), subject_access=True, own=own)
    )
    assert SSN not in copies(released(desk))
    _, told = api(browser(desk, "clerk one"), "lifts", finding=found(desk, "US_SSN").id, reason="her own letter")
    assert api(browser(desk, "counsel"), "lifts/answers", lift=told["lift"], answer="sign", reason="seen")[0] == 200
    folder = released(desk)
    assert SSN in copies(folder)
    assert "536-90-4400" not in copies(folder)


# --- opened anew ------------------------------------------------------------------------


def test_old_proposals_are_not_shown_as_current(desk: Desk, source: Path, by_patterns: State) -> None:
    """Opened with other facts, every page says so, and nothing is decided or released until it is examined again."""
    again = desk_of(Case.open(desk.case.folder), source, by_patterns)
    assert again.road.behind(again.case) == ""
    again = with_order(again, court_order="", ordered=frozenset(), recipient="requester", context="personnel")
    assert "what is stated of the records" in again.behind
    at = browser(again)
    item = found(again, "PHONE_NUMBER")
    for page in ("/", "/queue", "/release", f"/document/{item.source}/0"):
        assert "Not current." in at.get(page)
    status, told = api(at, "decisions", finding=item.id, action="adopt", reason="r", seen=0)
    assert status == 400
    assert "examine the files again" in told["remedy"]
    assert api(at, "release")[0] == 400
    examined_again(again)
    assert "Not current." not in at.get("/queue")
    assert not check_case(again.case)


def test_the_undo_form_names_its_number(desk: Desk) -> None:
    """A page that is old takes back what it says, not what came after it."""
    at = browser(desk)
    item = found(desk, "PHONE_NUMBER")
    assert "Undo my decision" not in at.get("/queue")
    for _ in range(2):
        seen = desk.ledger.refresh().seen
        api(at, "decisions", finding=item.id, action="adopt", reason="r", seen=seen)
    page = at.get("/queue")
    assert "Undo my decision 2" in page
    assert '<input type="hidden" name="number" value="2">' in page


BOUND = {
    "marks": ["decision_id", "run_id", "key", "source", "ordinal", "place", "start", "stop", "entity", "digest", "was"],
    "mark_needles": ["digest", "gate", "length", "tokens"],
    "lifts": ["at", "by", "ground", "reason"],
    "lift_findings": ["finding_id"],
    "lift_answers": ["at", "by", "answer", "reason", "decision_id"],
    "decisions": ["rule", "approved_by", "lift"],
    "findings": ["mark", "added", "place", "action", "digest"],
    "runs": ["facts"],
}


def test_what_is_changed_behind_the_case_is_found(desk: Desk) -> None:
    """A mark, its digests, a lift, its answer, a cited rule: altered or removed, though no audit entry was touched."""
    import sqlite3
    from contextlib import closing

    from sqlalchemy import inspect

    examined_again(with_order(desk))
    at = browser(desk)
    word = LETTER.index("account")
    given = {"file": "letter.txt", "unit": 1, "start": word, "end": word + 7, "entity": "MEDICAL", "reason": "missed"}
    assert api(at, "marks", **given)[0] == 200
    _, told = api(at, "lifts", finding=found(desk, "US_SSN").id, reason="ordered")
    assert api(browser(desk, "counsel"), "lifts/answers", lift=told["lift"], answer="sign", reason="seen")[0] == 200
    assert not check_case(desk.case)
    file = desk.case.folder / "case.sqlite"
    for table, names in BOUND.items():
        columns = inspect(desk.case.engine).get_columns(table)
        numeric = {each["name"] for each in columns if str(each["type"]) in {"INTEGER", "BOOLEAN"}}
        last = f"rowid = (SELECT max(rowid) FROM {table})"
        other = {name: f'"{name}" + 1' if name in numeric else f"'x' || substr(\"{name}\", 2)" for name in names}
        other |= {"added": '1 - "added"'} if "added" in names else {}
        statements = [f'UPDATE {table} SET "{name}" = {told} WHERE {last}' for name, told in other.items()]
        for statement in (*statements, f"DELETE FROM {table} WHERE {last}"):
            before = file.read_bytes()
            with closing(sqlite3.connect(file)) as connection:
                connection.execute(statement)
                connection.commit()
            assert check_case(desk.case), statement
            desk.case.close_database()
            file.write_bytes(before)
    assert not check_case(desk.case)
