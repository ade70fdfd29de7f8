"""Columns at the desk: evidence without a value, a pin that the next examination and every release use, and its trail."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from casehelp import write
from conftest import Inline
from reviewhelp import browser, desk_of, examined, examined_again, settled, without_ids
from sqlalchemy import text

from pipeline.case.checking import check_case
from pipeline.case.deciding import overrides_of
from pipeline.case.overrides import place_digest
from pipeline.case.pinning import Laid, lay_down
from pipeline.case.store import Case, CaseError
from pipeline.intake import collect
from pipeline.planning import plan
from pipeline.review.columns import Table, effect
from pipeline.review.desk import Desk
from pipeline.review.sessions import ROLES, Officer
from pipeline.state import Job, State

pytestmark = pytest.mark.usefixtures("own_state")

ROWS = 60
TABLE = "name,phone,code,remark\n" + "".join(
    f"Wilma Testperson,406-555-0{100 + n},K{n % 7}{'' if n % 2 else 'x'},all is well {n}\n" for n in range(ROWS)
)

OTHER = "name,phone,code,remark\n" + "".join(
    f"Asa Exampleton,406-555-01{n},L{n % 5}y,good {n}\n" for n in range(10, 80)
)


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    source = write(
        tmp_path / "in", {"list.csv": TABLE, "deep/list.csv": OTHER, "letter.txt": "Dear clerk, 406-555-0123\n"}
    )
    return examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)


def key_of(desk: Desk, name: str = "list.csv") -> str:
    return place_digest(desk.case.keyed, "path", name)


def numbers(page: str, row: str) -> list[int]:
    found = re.search(rf'<th scope="row">{row}</th>(.*?)</tr>', page, re.DOTALL)
    assert found, page
    return [int(each) for each in re.findall(r">(\d+)<", found[1])]


def test_the_columns_are_shown_with_their_evidence(desk: Desk) -> None:
    """Class, reason and examples by type; no cell of the table is on any of the pages."""
    at = browser(desk)
    assert "list.csv" in at.get("/columns")
    assert "phone</a>" not in at.get(f"/columns/{key_of(desk)}")
    at.post("/values", show="yes")
    page = at.get(f"/columns/{key_of(desk)}")
    assert "2. phone" in page
    assert "entity: a telephone number" in page
    one = at.get(f"/columns/{key_of(desk)}/2")
    assert "built like: number-number-number" in one
    assert numbers(one, "now, with what people decided")[0] + numbers(one, "now, with what people decided")[1] == ROWS
    for told in (page, one):
        assert "Testperson" not in told
        assert "555" not in without_ids(told)


def test_what_a_class_would_change_is_counted_first(desk: Desk) -> None:
    """Cells that hold something, what is withheld of them now, and what the policy says of the class."""
    table = desk.columns.table(key_of(desk))
    assert table
    seen = effect(desk, Laid(key_of(desk), 3, "entity", "US_SSN"), table)
    assert (seen.filled, seen.is_all, seen.now.withheld) == (ROWS, True, 0)
    assert seen.decision
    assert seen.decision.withholds
    page = browser(desk).post(f"/columns/{key_of(desk)}/3", do="see", kind="entity", entity="US_SSN", reason="")
    assert f"The column has {ROWS} cells" in page
    assert "0 are withheld now" in page
    assert not pins_in(desk)
    with pytest.raises(CaseError, match="no class"):
        effect(desk, Laid(key_of(desk), 3, "entity", "NO_SUCH"), table)


def pins_in(desk: Desk) -> dict:
    return dict(overrides_of(desk.case).pins)


def test_a_pin_is_used_from_the_next_examination_on(desk: Desk, tmp_path: Path) -> None:
    """The files are examined anew at once, the numbers before and after are shown, and the release withholds it."""
    at, key = browser(desk), key_of(desk)
    assert not desk.road.behind(desk.case)
    told = at.post(f"/columns/{key}/3", do="pin", kind="entity", entity="US_SSN", reason="numbers of the county")
    assert "Column 3 is pinned." in told
    settled(desk)
    assert not desk.road.behind(desk.case)
    page = at.get(f"/columns/{key}/3")
    assert numbers(page, "before the class was changed, by rule") == [0, 0, 0]
    assert sum(numbers(page, "after it, by rule")[:2]) == ROWS
    assert "pinned in this case by records officer" in page
    assert "numbers of the county" in page
    other = desk.columns.table(key_of(desk, "deep/list.csv"))
    assert other
    assert other.classes[2].kind != "entity"
    desk.release(next(iter(desk.sessions._visits.values())).officer)
    settled(desk)
    records = tmp_path / "case-release-1" / "records"
    assert "K3" not in (records / "list.csv").read_text()
    assert "L3" in (records / "deep/list.csv").read_text()
    assert not check_case(desk.case)


def test_a_pin_is_lifted_and_the_last_one_counts(desk: Desk) -> None:
    """Nothing is changed in the case: each step is another row with its entry in the trail."""
    at, key = browser(desk), key_of(desk)
    for form in ({"kind": "inert"}, {"kind": "entity", "entity": "PERSON", "part": "surname"}, {"do": "lift"}):
        assert "Done." in at.post(f"/columns/{key}/3", **{"do": "pin", "reason": "as the county says", **form})
        settled(desk)
    assert not pins_in(desk)
    told = [each.told for each in desk.case.entries() if "pin" in each.told["about"]]
    assert [each["action"] for each in told] == ["pinned a column", "pinned a column", "lifted a pin"]
    assert told[1]["about"]["entity"] == "PERSON"
    assert told[1]["about"]["file"] == "list.csv"
    answer = at.client.post(
        f"/columns/{key}/3", data={"do": "lift", "reason": "x"}, headers={"origin": "http://127.0.0.1:8642"}
    )
    assert answer.status_code == 400
    assert "not pinned" in answer.text
    assert not check_case(desk.case)


def test_a_pin_during_an_examination_waits_for_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What began before the pin knows nothing of it: until the files are examined anew nothing is decided or released."""
    began, goes_on, workers = threading.Event(), threading.Event(), desk.road.workers

    @contextmanager
    def slow(job: Job) -> Iterator[Inline]:
        began.set()
        assert goes_on.wait(30)
        with workers(job) as runner:
            yield runner

    desk.road = replace(desk.road, workers=slow)
    monkeypatch.setattr("pipeline.case.store.now", lambda: "2099-01-02T03:04:05Z")
    desk.examine("records officer")
    assert began.wait(30)
    officer = Officer("", "records officer", frozenset(ROLES))
    assert not desk.pin(officer, Laid(key_of(desk), 4, "entity", "MEDICAL", reason="notes of a nurse"))
    goes_on.set()
    settled(desk)
    assert "pinned" in desk.behind
    assert "pinned" in desk.road.behind(desk.case)
    with pytest.raises(CaseError, match="pinned"):
        desk.release(officer)
    monkeypatch.setattr("pipeline.review.road.now", lambda: "2099-01-02T03:04:05Z")
    examined_again(desk)
    assert desk.behind == desk.road.behind(desk.case) == ""


def test_an_altered_pin_breaks_the_case(desk: Desk) -> None:
    """Whoever changes or removes a pin in the database is found out."""
    lay_down(desk.case, Laid(key_of(desk), 1, "inert", reason="x"), by="records officer")
    assert desk.road.behind(desk.case)
    with desk.case.engine.begin() as database:
        database.execute(text("UPDATE column_pins SET kind = 'quasi'"))
    assert any("pin 1: altered" in each for each in check_case(desk.case))
    with desk.case.engine.begin() as database:
        database.execute(text("DELETE FROM column_pins"))
    assert any("pin 1: removed" in each for each in check_case(desk.case))


def test_a_pin_needs_its_reason_and_a_reviewer(desk: Desk) -> None:
    """Without a reason nothing is laid down; an auditor sees the columns and changes none."""
    at = browser(desk, "auditor one", "auditor")
    assert "What it is taken for" in at.get(f"/columns/{key_of(desk)}/1")
    head = {"origin": "http://127.0.0.1:8642"}
    form = {"do": "pin", "kind": "inert", "reason": "x"}
    assert at.client.post(f"/columns/{key_of(desk)}/1", data=form, headers=head).status_code == 403
    other = browser(desk).client.post(f"/columns/{key_of(desk)}/1", data={**form, "reason": ""}, headers=head)
    assert other.status_code == 400
    assert "needs its reason" in other.text
    assert not pins_in(desk)


def test_the_second_review_counts_who_pinned(desk: Desk) -> None:
    """Who laid down a column decided something: under such a policy another one releases."""
    object.__setattr__(desk.road, "policy", desk.policy.model_copy(update={"second_review": True}))
    lay_down(desk.case, Laid(key_of(desk), 1, "inert", reason="x"), by="records officer")
    officer = browser(desk) and next(iter(desk.sessions._visits.values())).officer
    with pytest.raises(CaseError, match="second_review"):
        desk.release(officer)


def test_a_desk_opened_again_looks_at_the_columns_on_request(desk: Desk, tmp_path: Path, by_patterns: State) -> None:
    """The classes live in memory; without another examination they are looked at by the press of a button."""
    again = desk_of(desk.case, tmp_path / "in", by_patterns)
    again.ledger.refresh()
    at = browser(again)
    assert "not looked at" in at.get("/columns")
    assert "not looked at since" in at.client.get(f"/columns/{key_of(desk)}").text
    at.post("/columns")
    again.bench.wait()
    assert "entity: a telephone number" in at.get(f"/columns/{key_of(desk)}")


def test_the_sheets_of_a_workbook_are_pinned_apart(tmp_path: Path, by_patterns: State) -> None:
    """Columns are counted through the file: a pin on a column of the second sheet leaves the first as it is."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for sheet in (book.add_worksheet("one"), book.add_worksheet("two")):
            for row, cells in enumerate([("what", "code"), *((f"thing {n}", f"K{n}x") for n in range(12))]):
                sheet.write_row(row, 0, cells)
    case = Case.create(tmp_path / "case")
    key = place_digest(case.keyed, "path", "book.xlsx")
    lay_down_after(case, path, by_patterns, key)
    state = replace(by_patterns, job=replace(by_patterns.job, overrides=overrides_of(case)))
    classes = plan(state, collect([path])[0]).columns
    assert [each.entity == "TRIBAL_ID" for each in classes] == [False, False, False, True]
    assert [each.index for each in classes] == [0, 1, 2, 3]


def lay_down_after(case: Case, path: Path, state: State, key: str) -> None:
    examined(case, path, state)
    lay_down(case, Laid(key, 4, "entity", "TRIBAL_ID", reason="x"), by="records officer")


def test_places_name_their_column() -> None:
    """Cells, whole columns, header and sheets; what stands in an attachment is no column of this file."""
    table = Table((), (), {"1": 0, "2": 3})
    told = {
        "row 5, column 3": 3, "column 3": 3, "header row, column 2": 2, "row 5, column 3, block 2": 3,
        "sheet 1, cell B7": 2, "sheet 2, cell A1": 4, "sheet 2, column AB": 31, "sheet 9, cell A1": 0,
        "part 2, row 1, column 3": 0, "block 1": 0, "whole": 0,
    }  # fmt: skip
    assert {place: table.number_of(place) for place in told} == told
