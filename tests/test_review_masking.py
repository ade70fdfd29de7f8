"""A reason that says something personal is refused, or masked and stored by one press; what it said lies nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from casehelp import write
from conftest import everything_in
from reviewhelp import ORIGIN, Browser, browser, examined, see_marks_too

from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.review.desk import Desk
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

NUMBER = "406-555-0187"
NAME = "qwertzu brambleworth"
NOTE = f"The hedge of the neighbour was cut by {NAME} on Monday. Call 406-555-0123.\n"


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    """A desk that examines what is typed by patterns and by what is marked."""
    made = examined(Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", {"note.txt": NOTE}), by_patterns)
    see_marks_too(made)
    return made


def last(desk: Desk):
    ledger = desk.ledger.refresh()
    return ledger.decisions[max(ledger.decisions)]


def decide(desk: Desk, at: Browser, reason: str) -> str:
    ledger = desk.ledger.refresh()
    finding = ledger.ids[0]
    return at.post(
        "/queue", do=f"withhold:{finding}", by="value", seen=ledger.seen, run=ledger.run, reason=reason, state="all"
    )


def press(at: Browser, page: str) -> str:
    """Press the button that a page offers."""
    offered = re.search(r'name="what" value="(\w+)"', page)
    assert offered
    return at.post("/masked", what=offered[1])


def test_a_refused_reason_is_masked_and_stored_by_one_press(desk: Desk, tmp_path: Path) -> None:
    """Nothing is decided before; then the kind stands for the value, in the case and in the trail."""
    at = browser(desk)
    page = decide(desk, at, f"the caller of {NUMBER} is no official")
    assert "Not decided" in page
    assert re.search(
        r'<form method="post" action="/masked"[^>]*><input[^>]*><button data-key="x">Mask it and store', page
    )
    assert "(--mask)" not in page
    assert not desk.ledger.refresh().decisions
    assert 'action="/masked"' not in at.get("/queue")
    page = press(at, page)
    assert "The reason was masked" in page
    assert "decided: withhold" in page
    assert last(desk).reason == "the caller of [PHONE_NUMBER] is no official"
    assert "nothing to mask" in at.post("/masked")
    assert NUMBER.encode() not in everything_in(tmp_path / "case")
    assert check_case(desk.case) == []


def test_nothing_is_offered_where_masking_does_not_help(desk: Desk) -> None:
    """A missing reason, or a law that says a value, is no reason to mask."""
    at = browser(desk)
    assert 'action="/masked"' not in decide(desk, at, " ")
    ledger = desk.ledger.refresh()
    page = at.post(
        "/queue", do=f"withhold:{ledger.ids[0]}", by="value", seen=ledger.seen, run=ledger.run, reason="weighed",
        citation=f"the law of {NUMBER}", state="all",
    )  # fmt: skip
    assert "Not decided" in page
    assert 'action="/masked"' not in page


def test_a_stale_decision_is_no_better_for_being_masked(desk: Desk) -> None:
    """Between refusal and mask another decides: that is told, and nothing is lost."""
    one, two = browser(desk), browser(desk, "officer two")
    page = decide(desk, one, f"as {NUMBER} says")
    decide(desk, two, "weighed")
    assert "Conflict" in press(one, page)
    assert last(desk).reason == "weighed"


def test_an_older_page_masks_nothing_that_was_refused_later(desk: Desk) -> None:
    """A page offers to mask what it told of: pressed when something else was refused since, it does nothing."""
    at = browser(desk)
    older = decide(desk, at, f"as {NUMBER} says")
    decide(desk, at, f"another decision, of {NUMBER}")
    assert "nothing to mask" in press(at, older)
    assert not desk.ledger.refresh().decisions


def test_the_reason_of_a_mark_does_not_say_what_is_marked(desk: Desk, tmp_path: Path) -> None:
    """No recognizer knows it yet; masked, its kind stands there, and later words cannot say it either."""
    at = browser(desk)
    ledger = desk.ledger.refresh()
    start = NOTE.index(NAME)
    given = {
        "source": next(iter(ledger.labels)), "ordinal": 0, "place": desk.ledger.place(0), "start": start,
        "end": start + len(NAME), "entity": "PERSON", "seen": ledger.seen, "run": ledger.run,
        "reason": f"{NAME}, {NUMBER}, is a neighbour",
    }  # fmt: skip
    page = at.post("/marks", **given)
    assert "Not marked" in page
    assert "Mask it and store" in page
    assert "Marked: 1 finding withheld" in press(at, page)
    assert last(desk).reason == "[PERSON], [PHONE_NUMBER], is a neighbour"
    page = decide(desk, at, f"not {NAME}")
    assert "it says something that is marked" in page
    press(at, page)
    assert last(desk).reason == "not [PERSON]"
    assert b"brambleworth" not in everything_in(tmp_path / "case")


def test_programs_can_ask_for_it(desk: Desk) -> None:
    """``mask`` with the call; without it, the refusal as before."""
    client, ledger = browser(desk).client, desk.ledger.refresh()
    given = {"finding": ledger.ids[0], "action": "withhold", "reason": f"as {NUMBER} says", "seen": ledger.seen}
    assert client.post("/api/decisions", json=given, headers={"origin": ORIGIN}).status_code == 400
    assert client.post("/api/decisions", json={**given, "mask": True}, headers={"origin": ORIGIN}).status_code == 200
    assert last(desk).reason == "as [PHONE_NUMBER] says"


def test_the_typed_words_stay_with_their_session(desk: Desk) -> None:
    """Another person's press masks nothing of it, and no representation of the session says it."""
    one, two = browser(desk), browser(desk, "officer two")
    page = decide(desk, one, f"as {NUMBER} says")
    assert "nothing to mask" in press(two, page)
    visits = list(desk.sessions._visits.values())
    assert NUMBER not in repr([each.refused for each in visits])
    assert not desk.ledger.refresh().decisions
