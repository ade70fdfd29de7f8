"""What only a copy shows waits at the desk, where it stands in its record: no release stays provisional for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from casehelp import nothing_wrong, write
from conftest import PROJECT
from reviewhelp import browser, ended, examined
from sqlalchemy.orm import Session

from pipeline.case.deciding import Which, decide
from pipeline.case.marks import value_digest
from pipeline.case.store import Case
from pipeline.case.tables import FindingRow
from pipeline.review.desk import Desk
from pipeline.review.in_copies import NOWHERE
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")
TEXT = "Call 406-555-0123 about the hedge of Wilma, and Wilma again.\n"


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    """A desk with a release, in whose copy a name was found that the examination had not seen."""
    made = examined(Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", {"a.txt": TEXT}), by_patterns)
    decide(made.case, Which(undecided=True), "adopt", by="officer", reason="balance", scanner=nothing_wrong)
    browser(made).post("/release")
    ended(made)
    return made


def found_in_copy(desk: Desk, value: str, name: str, start: int) -> str:
    """Add what mending a copy finds: its span is one of the copy, where markers stand before it."""
    item = desk.ledger.refresh().item(0)
    with Session(desk.case.engine) as session, session.begin():
        known = session.get_one(FindingRow, (desk.ledger.run, item.id))
        values = {each.key: getattr(known, each.key) for each in FindingRow.__table__.columns}
        digest = value_digest(desk.case.keyed, "PERSON", value)
        values |= {"id": name * 32, "start": start, "stop": start + len(value), "entity": "PERSON", "digest": digest}
        values |= {"action": "review", "proposal": "withhold", "rule": "lone_name", "in_copy": True, "mandatory": False}
        session.add(FindingRow(**values))
    desk.ledger.run = -1  # as after the release that recorded it
    return name * 32


def test_what_only_the_copy_shows_is_decided_where_it_stands_in_the_record(desk: Desk) -> None:
    """It is counted, shown with its value, in its place, and said to be of the copy; one decision, and it waits no more."""
    name = found_in_copy(desk, "Wilma", "a", 46)
    at = browser(desk)
    ledger = desk.ledger.refresh()
    assert ledger.progress()["open"] == 1
    item = ledger.item(ledger.row_of(name))
    assert item.in_copy
    assert (item.start, item.stop) == (TEXT.index("Wilma"), TEXT.index("Wilma") + 5)
    assert "1 finding waits for a person" in at.get("/release")
    at.post("/values", show="yes", to="/queue")
    page = at.get("/queue")
    assert "<mark>Wilma</mark>" in page
    assert "found only in the copy" in page
    page = at.get(f"/document/{item.source}/{item.ordinal}")
    assert f'href="#f-{name}"' in page
    assert f'href="/finding/{name}"' not in page
    assert "hedge of [REDACTED NAME], and Wilma again" in page
    at.post("/queue", do=f"adopt:{name}", reason="balance", seen=ledger.seen, run=ledger.run)
    assert desk.ledger.refresh().progress()["open"] == 0


def test_what_cannot_be_found_in_the_record_waits_all_the_same(desk: Desk) -> None:
    """It is listed beside the text without a place in it."""
    name = found_in_copy(desk, "Nobody", "b", 3)
    item = desk.ledger.refresh().item(desk.ledger.row_of(name))
    assert (item.start, item.stop) == NOWHERE
    at = browser(desk)
    at.post("/values", show="yes", to="/queue")
    assert "found in the copy only" in at.get("/queue")
    page = at.get(f"/document/{item.source}/{item.ordinal}")
    assert f'id="f-{name}"' in page
    assert f'href="#f-{name}"' not in page


def test_a_record_that_is_not_shown_takes_no_other_from_the_queue(tmp_path: Path, by_patterns: State) -> None:
    """What could not be examined has findings too (its headers): the queue says so, whichever of a group comes first."""
    source = write(tmp_path / "in", {"a.txt": TEXT})
    shutil.copy(PROJECT / "sample_data/messages/04-smime-encrypted.eml", source)
    at = browser(examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns))
    at.post("/values", show="yes", to="/queue")
    for way in ("value", "kind", "file"):
        page = at.get(f"/queue?by={way}&state=all")
        assert "(this could not be examined and is not shown)" in page
        assert "<mark>406-555-0123</mark>" in page
