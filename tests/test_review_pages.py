"""The case page's shares and times, and all that is of one kind decided at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from casehelp import nothing_wrong, write
from reviewhelp import browser, examined

from pipeline.case.deciding import Which, decide
from pipeline.case.store import Case, CaseError
from pipeline.review.charts import WIDE, Share, drawn
from pipeline.review.desk import Asked, Desk
from pipeline.review.ledger import Decided, Filter
from pipeline.review.sessions import ROLES, Officer
from pipeline.review.timing import spent
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    files = {
        f"letter-{n}.txt": f"Call me at 406-555-010{n}, or write to person{n}@example.com, 536-90-439{n}.\n"
        for n in range(6)
    } | {"broken.pdf": "%PDF-1.4 and no more"}  # fmt: skip
    return examined(Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", files), by_patterns)


def made(by: str, at: str, number: int = 1) -> Decided:
    return Decided(number, "adopt", by, at, "weighed", "", 0)


def test_bars_are_as_long_as_their_numbers() -> None:
    """The longest fills the width, what is there is seen, nothing runs over, and parts stand one after another."""
    rows = drawn([Share("a", 50, 25, 25), Share("b", 1, 0, 9999), Share("c", 0, 0, 0)])
    assert rows[1].pieces[0].width >= 4
    assert sum(each.width for each in rows[1].pieces) == WIDE
    assert [each.width for each in rows[0].pieces] == [5, 4, 4]
    assert rows[2].pieces == ()
    for row in rows:
        at = 0
        for piece in row.pieces:
            assert piece.x == at
            at += piece.width
        assert at <= WIDE
    assert drawn([]) == []


def test_time_is_counted_between_decisions_close_together() -> None:
    """Five minutes count, more do not; each person has their own time."""
    told = spent(
        [
            made("one", "2026-01-02T10:00:00Z"), made("two", "2026-01-02T10:01:00Z"),
            made("one", "2026-01-02T10:05:00Z"), made("one", "2026-01-02T10:10:01Z"),
            made("one", "2026-01-02T10:11:01Z"), made("one", "2026-01-03T09:00:00Z"),
        ]
    )  # fmt: skip
    assert [(each.name, each.seconds, each.decisions) for each in told] == [("one", 360, 5), ("two", 0, 1)]
    assert [each.words for each in told] == ["6 min", "less than a minute"]
    assert (told[0].first, told[0].last) == ("2026-01-02T10:00:00Z", "2026-01-03T09:00:00Z")


def test_the_case_page_shows_shares_time_and_what_is_held(desk: Desk) -> None:
    """Bars drawn here, with the numbers beside them; who worked how long; what was not examined, and why."""
    item = next(desk.ledger.item(row) for row in range(len(desk.ledger)))
    decide(
        desk.case, Which(ids=(item.id,)), "withhold", by="officer one", reason="x", citation="z", scanner=nothing_wrong
    )
    page = browser(desk).get("/")
    assert 'class="people" x="0"' in page
    assert "style=" not in page
    assert re.search(r'role="img" aria-label="1 decided by people, \d+ by rules, \d+ left for a person"', page)
    assert re.search(r"officer one</th><td class=\"number\">less than a minute</td><td class=\"number\">1</td>", page)
    assert "more than five minutes" in page
    assert re.search(r"broken\.pdf</th><td>all</td>", page)
    ledger = desk.ledger.refresh()
    for by in ("file", "entity", "rule"):
        shares = ledger.shares(by)
        assert [(name, sum(rest), rest[2]) for name, *rest in shares] == ledger.counts(by)
        assert sum(each[1] for each in shares) == 1


def test_all_of_one_kind_is_decided_at_once(desk: Desk) -> None:
    """Same entity, rule and proposal, and still open: what a person decided by itself stays as it is."""
    ledger = desk.ledger
    first = next(
        each for each in ledger.groups("value", Filter("open")) if len(ledger.members("kind", ledger.ids[each[0]])) >= 5
    )
    name = ledger.ids[first[0]]
    alike = [ledger.item(int(row)) for row in ledger.members("kind", name)]
    assert len({(each.entity, each.rule, each.proposal) for each in alike}) == 1
    lone = next(each.id for each in alike if each.id != name)
    decide(desk.case, Which(ids=(lone,)), "release", by="officer one", reason="public", scanner=nothing_wrong)
    at = browser(desk)
    page = at.get("/queue?by=value")
    assert f'value="adopt:{name}:kind"' in page
    seen, run = (re.search(rf'name="{each}" value="(\d+)"', page) for each in ("seen", "run"))
    assert seen
    assert run
    told = at.post(
        "/queue", do=f"adopt:{name}:kind", by="value", seen=seen[1], run=run[1], reason="weighed", state="all"
    )
    assert f"{len(alike) - 1} findings decided: as proposed" in told
    after = desk.ledger.refresh()
    assert after.item(after.row_of(lone)).outcome == "release"
    assert {after.item(after.row_of(each.id)).state for each in alike} == {"decided"}
    with pytest.raises(CaseError, match="no finding is left"):  # nor by a call or from a record's page
        desk.decide(
            Officer("", "officer two", frozenset(ROLES)),
            Asked(name, "kind", "withhold", "weighed", after.seen, run=after.run),
        )
