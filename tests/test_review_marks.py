"""What an officer marks or changes: found everywhere, one decision, taken back, withheld in the release and verified."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import write
from reviewhelp import ORIGIN, Browser, browser, ended, examined

from pipeline.case.checking import check_case
from pipeline.case.proof import needles_for, run_of_release
from pipeline.case.store import Case
from pipeline.evidence.manifest import MANIFEST
from pipeline.review.desk import Desk
from pipeline.state import State
from pipeline.verify import WithheldIndex, search, views

pytestmark = pytest.mark.usefixtures("own_state")

NOTE = "The hedge of the neighbour was cut by qwertzu brambleworth on Monday.\nPlease tell Brambleworth, Qwertzu.\n"
OTHER = "A bill for the hedge went to qwertzu brambleworth, and to nobody else.\n"
TABLE = "case,remark\n" + "".join(f"{n},hedge {n}\n" for n in range(20)) + "21,qwertzu brambleworth\n"
NAME = "qwertzu brambleworth"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", {"note.txt": NOTE, "deep/other.txt": OTHER, "t.csv": TABLE})


@pytest.fixture
def desk(tmp_path: Path, source: Path, by_patterns: State) -> Desk:
    return examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)


def api(at: Browser, path: str, **given):
    answer = at.client.post(f"/api/{path}", json=given, headers={"origin": ORIGIN})
    return answer.status_code, answer.json()


def marked(at: Browser, **more):
    start = NOTE.index(NAME)
    given = {
        "file": "note.txt",
        "unit": 1,
        "start": start,
        "end": start + len(NAME),
        "entity": "PERSON",
        "reason": "missed",
    }
    return api(at, "marks", **{**given, **more})


def released(desk: Desk) -> Path:
    folder = desk.next_folder()
    from pipeline.review.sessions import ROLES, Officer

    desk.release(Officer("", "records officer", frozenset(ROLES)))
    ended(desk)
    return folder


def copies(folder: Path) -> str:
    return "".join(
        path.read_text(encoding="utf-8") for path in sorted((folder / "records").rglob("*")) if path.is_file()
    )


def test_a_marked_name_is_withheld_wherever_it_stands(desk: Desk) -> None:
    """Marked once, it is one decision for all places, and no copy shows it in any order of its parts."""
    at = browser(desk)
    assert "brambleworth" in copies(released(desk))
    status, told = marked(at)
    assert status == 200, told
    assert told["findings"] == 4
    assert told["everywhere"] is True
    items = [
        each for each in map(desk.ledger.refresh().item, range(len(desk.ledger.refresh()))) if each.mark == told["mark"]
    ]
    assert {each.file for each in items} == {"note.txt", "deep/other.txt", "t.csv"}
    assert {each.outcome for each in items} == {"withhold"}
    folder = released(desk)
    assert "brambleworth" not in copies(folder).lower()
    assert not check_case(desk.case)


def items_of(desk: Desk, mark: int) -> list:
    ledger = desk.ledger.refresh()
    return [each for each in map(ledger.item, range(len(ledger))) if each.mark == mark]


def test_a_mark_is_taken_back_and_brought_back(desk: Desk) -> None:
    """Undone it is gone from the queue and the release; undoing that brings it back."""
    at = browser(desk)
    _, told = marked(at)
    assert api(at, "undo", number=told["decision"])[0] == 200
    assert not items_of(desk, told["mark"])
    folder = released(desk)
    assert "brambleworth" in copies(folder)
    last = max(desk.ledger.refresh().decisions)
    assert api(at, "undo", number=last)[0] == 200
    folder = released(desk)
    assert "brambleworth" not in copies(folder).lower()
    assert not check_case(desk.case)


def test_one_place_of_a_mark_can_be_released(desk: Desk) -> None:
    """A later decision for one finding stands for that place, and everywhere else the value is withheld."""
    at = browser(desk)
    _, told = marked(at)
    other = next(each for each in items_of(desk, told["mark"]) if each.file == "deep/other.txt")
    given = {"finding": other.id, "way": "one", "action": "release", "reason": "signed in public", "seen": told["seen"]}
    assert api(at, "decisions", **given)[0] == 200
    folder = released(desk)
    assert copies(folder).lower().count("brambleworth") == 1
    assert "brambleworth" in (folder / "records" / "deep" / "other.txt").read_text()
    assert not check_case(desk.case)
    assert not problems_of(desk, folder)


def problems_of(desk: Desk, folder: Path) -> list[str]:
    """What ``verify --case`` says of a release (without models, as everything here)."""
    from pipeline.cli.options import Accuracy
    from pipeline.cli.running import Asked
    from pipeline.cli.verify import verify_release

    return verify_release(folder, Asked(accuracy=Accuracy.FAST, workers=1), case_folder=desk.case.folder).problems


def test_verification_searches_what_was_marked(desk: Desk) -> None:
    """The case keeps the value as digests for the whole release: put into any copy again, it would be found."""
    at = browser(desk)
    marked(at)
    folder = released(desk)
    run = run_of_release(desk.case, (folder / MANIFEST).read_bytes())
    index = WithheldIndex(desk.case.keyed, needles_for(desk.case, run, iter(())))
    for text in ("then Brambleworth, Qwertzu again", "see ?who=qwertzu%20brambleworth"):
        assert [each.entity for each in search(views(text), index)], text
    assert not search(views("then brambleberry, quartz again"), index)


def test_no_value_lies_in_the_case(desk: Desk) -> None:
    """The database, the trail and every answer hold positions and digests."""
    at = browser(desk)
    _, told = marked(at)
    assert "brambleworth" not in str(told).lower()
    listed = at.client.get("/api/marks").json()
    assert listed["marks"][0]["stands"] is True
    for file in desk.case.folder.rglob("*"):
        if file.is_file():
            assert b"rambleworth" not in file.read_bytes()


def test_what_is_marked_is_not_told_in_the_words_about_it(desk: Desk) -> None:
    """No recognizer knows it: neither the reason of the mark nor what is said later brings it into the case."""
    from pipeline.case.free_text import FreeText

    at = browser(desk)
    for said in (
        {"reason": "missed: Brambleworth, Qwertzu"},
        {"reason": "r", "citation": "see qwertzu%20brambleworth"},
    ):
        status, told = marked(at, **said)
        assert (status, told["what"]) == (400, "it says what is marked")
    _, told = marked(at)
    given = {"finding": items_of(desk, told["mark"])[0].id, "action": "release", "seen": told["seen"]}
    status, answer = api(at, "decisions", **given, reason="Qwertzu  Brambleworth is an official")
    assert (status, "is marked in this case" in answer["what"]) == (400, True)
    assert FreeText(desk.case, [])("it was brambleworth, qwertzu")
    assert api(at, "undo", number=told["decision"])[0] == 200
    assert not FreeText(desk.case, [])("it was brambleworth, qwertzu")
    for file in desk.case.folder.rglob("*"):
        if file.is_file():
            assert b"rambleworth" not in file.read_bytes()


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"start": 5, "end": 3}, "does not fit"),
        ({"end": 10_000}, "does not fit"),
        ({"entity": "SHOE_SIZE"}, "nothing that can be marked"),
        ({"file": "nothing.txt"}, "no such file"),
        ({"place": "block 9"}, "no such place"),
        ({"start": 0, "end": 1, "entity": "UNIQUE_IDENTIFIER"}, "names no law"),
        ({"rule": "official_in_capacity"}, "no such rule that withholds"),
        ({"run": 99}, "examined anew"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_in_plain_words(desk: Desk, more: dict, what: str) -> None:
    """Nothing is written, and the answer says what is wrong and what to do."""
    status, told = marked(browser(desk), **more)
    assert status in {400, 409}
    assert what in told["what"]
    assert told["remedy"]
    assert not desk.ledger.refresh().decisions
    assert not check_case(desk.case)


def test_a_mark_in_a_cell_of_a_table(desk: Desk) -> None:
    """A cell is marked by its place; only words of it are withheld, and the row is handled by itself."""
    at = browser(desk)
    given = {
        "file": "t.csv",
        "unit": 1,
        "place": "row 3, column 2",
        "start": 0,
        "end": 5,
        "entity": "MEDICAL",
        "reason": "missed",
    }
    status, told = api(at, "marks", **given)
    assert status == 200, told
    folder = released(desk)
    table = (folder / "records" / "t.csv").read_text().splitlines()
    assert "hedge" not in table[3]
    assert table[3].endswith(" 2")
    assert not [line for line in table if "hedge" in line]
    assert not check_case(desk.case)


def test_a_mark_that_is_not_found_any_more_holds_the_release(desk: Desk, source: Path, by_patterns: State) -> None:
    """Where the text of the place is another one now, a person looks; without the file nothing is lost."""
    at = browser(desk)
    given = {"file": "note.txt", "unit": 1, "start": 4, "end": 9, "entity": "MEDICAL", "reason": "missed"}
    (source / "t.csv").unlink()
    (source / "deep" / "other.txt").unlink()
    desk = examined(desk.case, source, by_patterns)
    at = browser(desk)
    assert api(at, "marks", **given)[0] == 200
    (source / "note.txt").write_text("Nothing of it is there.\n", encoding="utf-8")
    desk = examined(desk.case, source, by_patterns)
    assert "not found any more and stop" in browser(desk).get("/")
    from pipeline.review.sessions import ROLES, Officer

    desk.release(Officer("", "records officer", frozenset(ROLES)))
    desk.bench.wait()
    assert desk.bench.work is not None
    assert desk.bench.work.failure is not None
    assert "marked is not there any more" in desk.bench.work.failure.what
    assert api(browser(desk), "undo", number=1)[0] == 200
    assert (released(desk) / "records" / "note.txt").is_file()


def test_a_mark_after_the_release_is_a_change_of_it(tmp_path: Path, by_patterns: State) -> None:
    """``redact --case`` withholds it; ``rerun`` lists it against the release before and writes a supplement of just that."""
    from casehelp import Desk as Office
    from casehelp import changed

    source = write(tmp_path / "in", {"note.txt": NOTE, "plain.txt": "The weather was fine.\n"})
    desk = examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)
    office = Office(desk.case, by_patterns)
    office.redact(source, tmp_path / "first")
    assert marked(browser(desk))[0] == 200
    policy = changed(tmp_path, "ours", {})
    done = office.rerun(policy, tmp_path / "second")
    assert {(each.file, each.before) for each in done.changes} == {("note.txt", "not found")}
    assert all("withhold" in each.after and "records officer" in each.after for each in done.changes)
    assert done.release is not None
    assert [each.name for each in (tmp_path / "second" / "records").iterdir()] == ["note.txt"]
    for number, out in enumerate((office.redact(source, tmp_path / "third").folder, tmp_path / "second")):
        assert "brambleworth" not in copies(out).lower(), number
    assert not check_case(desk.case)


def test_marks_go_every_road_of_a_table(tmp_path: Path, by_patterns: State) -> None:
    """By column and row by row, a marked value gives the same copy."""
    rows = "".join(f"{n},406-555-01{n:02d},hedge {n}\n" for n in range(40)) + "41,406-555-0199,qwertzu brambleworth\n"
    source = write(tmp_path / "in", {"note.txt": NOTE, "t.csv": f"case,phone,remark\n{rows}"})
    told = []
    for number, by_column in enumerate((True, False)):
        desk = examined(Case.create(tmp_path / f"case{number}", "2026-7"), source, by_patterns)
        desk.road = replace(desk.road, job=replace(desk.road.job, by_column=by_column))
        assert marked(browser(desk))[0] == 200
        told.append(copies(released(desk)))
    assert told[0] == told[1]
    assert "brambleworth" not in told[0].lower()


def test_several_people_mark_at_the_same_time(desk: Desk) -> None:
    """One search after another, nobody is turned away, and each mark is a decision of its own."""
    from concurrent.futures import ThreadPoolExecutor

    people = [browser(desk, f"clerk {number}") for number in range(4)]
    words = ["hedge", "neighbour", "Monday", "Please"]

    def mark(at: Browser, word: str) -> int:
        start = NOTE.index(word)
        return marked(at, start=start, end=start + len(word), entity="MEDICAL")[0]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(mark, people, words)) == [200] * 4
    made = {each.by for each in desk.ledger.refresh().decisions.values()}
    assert made == {f"clerk {number}" for number in range(4)}
    assert not check_case(desk.case)
