"""The desk: what people see, decide, take back and release, page by page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import nothing_wrong, write
from reviewhelp import ORIGIN, browser, desk_of, examined, without_ids

from pipeline.case.checking import check_case
from pipeline.case.deciding import Which, decide
from pipeline.case.store import Case
from pipeline.intake import collect
from pipeline.review.desk import Desk
from pipeline.review.ledger import WAYS, Filter, Ledger
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

LETTER = "Dear clerk,\nmy number is 536-90-4399. Wilma Testperson, 406-555-0123\npassword: Blue-Harbor-77\n"
OTHER = "From the desk of Wilma Testperson. Call 406-555-0188 on Monday. Ms. Testperson\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", {"letter.txt": LETTER, "deep/other.txt": OTHER})


@pytest.fixture
def desk(tmp_path: Path, source: Path, loaded: State) -> Desk:
    return examined(Case.create(tmp_path / "case", "2026-7"), source, loaded)


def first_of(page: str, action: str = "adopt") -> str:
    found = re.search(rf'value="({action}:(?:[a-z]+:)?[0-9a-f]+)"', page)
    assert found, page[-2000:]
    return found[1]


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def open_count(desk: Desk) -> int:
    return desk.ledger.refresh().progress()["open"]


@pytest.mark.models
def test_the_case_page_tells_how_far_it_is(desk: Desk) -> None:
    """Counts, what blocks with a link to where it is mended, by file, entity and rule."""
    page = browser(desk).get("/")
    progress = desk.ledger.progress()
    assert progress["open"] > 0
    assert progress["findings"] == progress["open"] + progress["by_rule"] + progress["decided"]
    assert f"<dd>{progress['open']}</dd>" in page
    assert 'href="/queue?state=open"' in page
    assert "letter.txt" in page
    assert "request 2026-7" in page


@pytest.mark.models
def test_values_are_hidden_until_asked_for_and_passwords_always(desk: Desk) -> None:
    """What is shown is read from the source, noted in the trail once, and a password never appears."""
    at = browser(desk)
    hidden = at.get("/queue?state=all")
    assert "Testperson" not in hidden
    assert not [each for each in desk.case.entries() if each.told["action"] == "viewed values"]
    at.post("/values", show="yes", to="/")
    shown = at.get("/queue?state=all")
    assert "Testperson" in shown
    assert "536-90-4399" in shown
    assert "Blue-Harbor" not in shown
    noted = [each.told for each in desk.case.entries() if each.told["action"] == "viewed values"]
    assert noted[0]["by"] == "records officer"
    assert noted[0]["about"]["findings"] > 3
    at.get("/queue?state=all")
    again = [each.told for each in desk.case.entries() if each.told["action"] == "viewed values"]
    assert len(again) == len(noted)
    assert not check_case(desk.case)


@pytest.mark.models
def test_a_decision_for_a_value_is_for_all_its_places(desk: Desk) -> None:
    """One press decides every finding of the group, and the trail has one entry for it."""
    at, before = browser(desk), open_count(desk)
    page = at.get("/queue?entity=PERSON")
    entries = desk.case.head.length
    ledger, only = desk.ledger, Filter("open", "PERSON")
    name = next(ledger.ids[each[0]] for each in ledger.groups("value", only) if each[1] >= 2)
    assert f"adopt:{name}" in page
    told = at.post("/queue", do=f"adopt:{name}", seen=seen_in(page), entity="PERSON", reason="weighed")
    decided = before - open_count(desk)
    assert decided >= 2
    assert f"{decided} findings decided: as proposed" in told
    assert desk.case.head.length == entries + 1
    entry = desk.case.entries()[-1].told
    assert entry["about"]["findings"] == decided
    assert entry["about"]["sha256"]
    assert not check_case(desk.case)


@pytest.mark.models
def test_anything_is_taken_back_any_number_of_steps(desk: Desk) -> None:
    """Each step gives back what stood before it, also over another decision, and a step back can be taken back."""
    at, before = browser(desk), open_count(desk)
    page = at.get("/queue")
    name = first_of(page).partition(":")[2]
    left = []
    for action in ("adopt", "release", "withhold"):
        page = at.get("/queue?state=all")
        at.post(
            "/queue", do=f"{action}:{name}", seen=seen_in(page), state="all", reason=f"because {action}", citation="§ 1"
        )
        left.append(outcome(desk, name))
    assert left == ["withhold", "release", "withhold"]
    for expected in ("release", "withhold"):
        at.post("/undo", number="last")
        assert outcome(desk, name) == expected
    at.post("/undo", number="last")
    assert open_count(desk) == before
    assert "nothing of yours" in at.post("/undo", number="last")
    at.post("/undo", number="6")
    assert open_count(desk) < before
    assert not check_case(desk.case)


def outcome(desk: Desk, name: str) -> str:
    ledger = desk.ledger.refresh()
    return ledger.item(ledger.row_of(name)).outcome


@pytest.mark.models
def test_two_officers_on_one_finding_get_a_conflict(desk: Desk) -> None:
    """The second is told who decided; nothing is changed or lost, and after another look the decision goes through."""
    one, two = browser(desk, "first officer"), browser(desk, "second officer")
    page = one.get("/queue")
    choice, seen = first_of(page), seen_in(page)
    assert "decided: as proposed" in one.post("/queue", do=choice, seen=seen, reason="weighed")
    name = choice.partition(":")[2]
    told = two.post("/queue", do=f"release:{name}", seen=seen, state="all", reason="public")
    assert "Conflict." in told
    assert "first officer" in told
    assert outcome(desk, name) == "withhold"
    assert "decided: release" in two.post(
        "/queue", do=f"release:{name}", seen=seen_in(told), state="all", reason="public"
    )
    assert outcome(desk, name) == "release"
    assert len(desk.ledger.decisions) == 2


@pytest.mark.models
def test_a_page_of_an_earlier_run_decides_nothing(desk: Desk) -> None:
    """Another policy may propose otherwise by then: who pressed "as proposed" is told, and looks again."""
    at = browser(desk)
    of, record = first_of(at.get("/queue")).partition(":")[2], re.search(r"/document/[0-9a-f]+/0", at.get("/queue"))
    assert record
    pages = {path: at.get(path) for path in ("/queue", f"/queue/group?by=value&of={of}", record[0])}
    desk.examine("records officer")
    desk.bench.wait()
    for path, page in pages.items():
        run = re.search(r'name="run" value="(\d+)"', page)
        assert run
        form = {"do": first_of(page), "seen": seen_in(page), "run": run[1], "reason": "weighed"}
        told = at.post(path.partition("?")[0], **form, by="value", of=of)
        assert "Conflict." in told, path
        assert "examined anew" in told
    assert not desk.ledger.refresh().decisions
    page = at.get("/queue")
    run = re.search(r'name="run" value="(\d+)"', page)
    assert run
    assert "decided:" in at.post("/queue", do=first_of(page), seen=seen_in(page), run=run[1], reason="weighed")


@pytest.mark.models
def test_what_a_page_looks_at_does_not_change_under_it(desk: Desk, source: Path) -> None:
    """A run or a decision that comes meanwhile is in the next look: no finding takes the place of another."""
    before = desk.ledger.refresh()
    row = len(before) - 1
    item, waits = before.item(row), before.progress()["open"]
    decide(desk.case, Which(ids=(item.id,)), "withhold", by="x", reason="y", citation="z", scanner=nothing_wrong)
    assert desk.ledger.refresh().item(row).decision is not None
    write(source, {"a.txt": OTHER})
    desk.road = replace(desk.road, files=collect([source]))
    desk.examine("records officer")
    desk.bench.wait()
    assert len(desk.ledger.refresh()) > len(before)
    assert before.item(row) == item
    assert before.progress()["open"] == waits


@pytest.mark.models
def test_groups_are_by_value_person_rule_and_file(desk: Desk) -> None:
    """Every way covers the findings it should, and the open and unsure come first."""
    ledger = desk.ledger
    for way in ("value", "rule", "file"):
        groups = ledger.shown(ledger.groups(way, Filter()), way, Filter())
        assert sum(each.findings for each in groups) == len(ledger)
        opened = [each for each in groups if each.open]
        assert groups[: len(opened)] == opened
        assert [each.least_score for each in opened] == sorted(each.least_score for each in opened)
    people = ledger.shown(ledger.groups("subject", Filter()), "subject", Filter())
    assert any(each.findings > 1 for each in people)


@pytest.mark.models
def test_a_release_runs_in_the_background_and_ends_with_its_evidence(desk: Desk, tmp_path: Path) -> None:
    """Decided at the desk, written by the engine, checked: final, with log and manifest on the page."""
    at = browser(desk)
    while open_count(desk):
        page = at.get("/queue?by=rule")
        at.post("/queue", do=first_of(page), by="rule", seen=seen_in(page), reason="weighed")
    assert "Nothing." in at.get("/release")
    at.post("/release")
    desk.bench.wait()
    page = at.get("/release")
    assert "A final release" in page
    assert "no withheld value was found" in page
    assert "records/letter.txt" in page
    folder = tmp_path / "case-release-1"
    assert (folder / "release.json").is_file()
    assert "Testperson" not in (folder / "records/letter.txt").read_text()
    assert "records officer" in (folder / "redaction-log.csv").read_text()
    assert not check_case(desk.case)


@pytest.mark.models
def test_a_reason_with_a_value_is_not_stored(desk: Desk) -> None:
    """What the scanner refuses comes back as a sentence, and nothing is decided."""
    desk.scanner = lambda _text: ["characters 1 to 5 look like PERSON"]
    at, before = browser(desk), open_count(desk)
    page = at.get("/queue")
    told = at.post("/queue", do=first_of(page), seen=seen_in(page), reason="Wilma said so")
    assert "Not decided: characters 1 to 5 look like PERSON." in told
    assert open_count(desk) == before


@pytest.mark.models
def test_a_file_that_changed_is_not_shown(tmp_path: Path, source: Path, desk: Desk, loaded: State) -> None:
    """The text on the page is that which was examined, or none."""
    (source / "letter.txt").write_text(LETTER.replace("Dear", "Door"))
    again = desk_of(desk.case, source, loaded)
    again.ledger.refresh()
    at = browser(again)
    at.post("/values", show="yes")
    answer = at.client.get("/queue?state=all")
    assert "Testperson, " not in answer.text
    assert "not what was examined" in answer.text


@pytest.mark.models
def test_the_desk_examines_anew_only_what_it_does_not_know(desk: Desk, source: Path, loaded: State) -> None:
    """Opened again on the same files it goes on; a changed or further file is examined."""
    assert not desk.road.behind(desk.case)
    assert not desk_of(desk.case, source, loaded).road.behind(desk.case)
    (source / "more.txt").write_text("More.")
    assert desk_of(desk.case, source, loaded).road.behind(desk.case)


# --- programs ---------------------------------------------------------------------------


@pytest.mark.models
def test_programs_do_what_pages_do(desk: Desk) -> None:
    """Groups, a decision with its version, a conflict as 409, and the way back; no answer holds a value."""
    client = browser(desk).client
    head = {"origin": ORIGIN}
    groups = client.get("/api/groups?by=value&state=open").json()
    first = groups["groups"][0]["finding"]
    wanted = {"finding": first, "way": "value", "action": "release", "reason": "public", "seen": groups["seen"]}
    done = client.post("/api/decisions", json=wanted, headers=head)
    assert done.status_code == 200, done.text
    assert done.json()["findings"] == groups["groups"][0]["findings"]
    assert client.post("/api/decisions", json=wanted, headers=head).status_code == 409
    assert client.post("/api/undo", json={"number": 1}, headers=head).json()["findings"] == done.json()["findings"]
    told = (
        client.get("/api/findings?limit=1000").text + client.get("/api/case").text + client.get("/api/decisions").text
    )
    assert "Testperson" not in told
    assert "555" not in without_ids(told)
    assert client.post("/api/decisions", json={**wanted, "more": 1}, headers=head).status_code == 422
    assert "POST /api/decisions" in client.get("/api").text


@pytest.mark.models
def test_findings_are_read_a_few_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.review.ledger.AT_ONCE", 2)
    whole, again = desk.ledger.refresh(), Ledger(desk.case).refresh()
    assert len(again) > 4
    assert [again.item(row) for row in range(len(again))] == [whole.item(row) for row in range(len(whole))]
    for way in WAYS:
        assert again.groups(way, Filter()) == whole.groups(way, Filter())
