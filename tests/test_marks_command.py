"""Marks at the terminal: what was missed comes by standard input, is found everywhere, listed and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from casehelp import nothing_wrong, write
from conftest import everything_in
from reviewhelp import ORIGIN, browser, examined
from typer.testing import CliRunner

from pipeline.case.checking import check_case
from pipeline.case.showing import told_marks
from pipeline.case.store import Case, CaseError
from pipeline.cli import marks
from pipeline.cli.app import app
from pipeline.cli.options import Accuracy
from pipeline.cli.rerun import kept_of
from pipeline.cli.running import Asked
from pipeline.errors import UsageError
from pipeline.review.desk import Desk
from pipeline.review.marking_text import place_of_text, source_of
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

NAME = "qwertzu brambleworth"
FILES = {
    "note.txt": f"The hedge was cut by {NAME} on Monday, and Ox was there; qwertzu\nbrambleworth paid. Ox.\n",
    "other.txt": f"A bill for the hedge went to {NAME}.\n",
}


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    case, source = Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", FILES)
    case.keeping.keep_inputs([source], case.folder)
    return examined(case, source, by_patterns)


@pytest.fixture
def at_hand(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The commands work with this desk: its workers are here, and no model is loaded for the words."""
    monkeypatch.setattr(marks, "desk_of_case", lambda _folder, _asked: desk)
    monkeypatch.setattr(marks, "see_by", lambda *_: None)
    monkeypatch.setattr(marks, "see_reason", lambda _case, reason, mask: (reason, nothing_wrong))
    return desk


def run(*arguments: str | Path, given: str = ""):
    return CliRunner().invoke(app, ["marks", *map(str, arguments)], input=given)


def test_a_mark_is_added_listed_and_taken_back(at_hand: Desk, tmp_path: Path) -> None:
    """By its text from standard input; positions and counts come out, and the value is in no output and no file."""
    asked = ["--policy", "montana", "--file", "note.txt", "--record", "1", "--entity", "PERSON", "--by", "clerk"]
    done = run("add", tmp_path / "case", *asked, given=f"{NAME}\n")
    assert done.exit_code == 0, done.output
    assert "mark 1 (decision 1): 3 findings withheld" in done.output
    listed = run("list", tmp_path / "case")
    assert "note.txt, record 1" in listed.output
    assert "PERSON (missed, stands; clerk)" in listed.output
    told = json.loads(run("list", tmp_path / "case", "--json").output)["marks"]
    assert [(each["mark"], each["unit"], each["stands"]) for each in told] == [(1, 1, True)]
    assert "brambleworth" not in done.output + listed.output + str(told)
    assert b"brambleworth" not in everything_in(tmp_path / "case")
    gone = run("remove", tmp_path / "case", "1", "--by", "clerk")
    assert gone.exit_code == 0, gone.output
    assert "taken back for 3 findings" in gone.output
    assert "(missed, taken back; clerk)" in run("list", tmp_path / "case").output
    again = run("remove", tmp_path / "case", "1", "--by", "clerk")
    assert isinstance(again.exception, CaseError)
    assert isinstance(run("remove", tmp_path / "case", "7", "--by", "clerk").exception, CaseError)
    assert check_case(at_hand.case) == []


def test_no_option_takes_a_value() -> None:
    """Lists of processes show what a call says: the commands have no option for what was missed."""
    import typer

    command = typer.main.get_command(app).commands["marks"].commands["add"]  # type: ignore[attr-defined]
    named = {each.name for each in command.params}
    assert not named & {"text", "value", "words", "missed"}


def place(desk: Desk, text: str, **more):
    given = {"entity": "PERSON", **more}
    return place_of_text(desk, source_of(desk, "note.txt"), 0, text, **given)


def test_a_text_is_found_as_whole_words_across_lines(desk: Desk) -> None:
    """The first of several places where a mark finds the others; a part of a word is none."""
    text = FILES["note.txt"]
    assert place(desk, NAME).start == text.index(NAME)
    other = place(desk, f"  {NAME}  ", occurrence=2)
    assert text[other.start : other.stop] == "qwertzu\nbrambleworth"
    for wrong in ("brambl", "nobody", "hedge was cut by Q"):
        with pytest.raises(CaseError, match="does not stand") as refused:
            place(desk, wrong)
        assert wrong not in str(refused.value)
    with pytest.raises(CaseError, match="nothing was given"):
        place(desk, " \n")
    with pytest.raises(CaseError, match="no such file"):
        source_of(desk, "elsewhere.txt")


def test_what_is_too_short_to_be_found_is_said_place_by_place(desk: Desk) -> None:
    """A mark of two letters holds at its place only, so each place is named."""
    with pytest.raises(CaseError, match="2 places"):
        place(desk, "Ox")
    one, two = place(desk, "Ox", occurrence=1), place(desk, "Ox", occurrence=2)
    assert one.start < two.start
    with pytest.raises(CaseError, match="2 places"):
        place(desk, "Ox", occurrence=3)


def test_the_case_is_opened_as_it_was_examined(
    desk: Desk, tmp_path: Path, by_patterns: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files, options and facts of the last run; where something changed, nothing is marked."""
    case = desk.case
    with pytest.raises(UsageError, match="how thoroughly"):  # examined by patterns, which no command does
        marks.desk_of_case(case.folder, Asked("montana"))
    kept = kept_of(Asked("montana", accuracy=Accuracy.FAST), hold_undecided=False)
    case.keeping.keep_inputs([tmp_path / "in"], case.folder, kept)
    monkeypatch.setattr(marks, "make_job", lambda asked: (by_patterns.job, by_patterns.policy))
    opened = marks.desk_of_case(case.folder, Asked("montana"))
    assert not opened.road.behind(case)
    (tmp_path / "in" / "note.txt").write_text("Another text.\n")
    with pytest.raises(UsageError, match="files changed"):
        marks.desk_of_case(case.folder, Asked("montana"))


def test_programs_and_the_terminal_tell_the_same_marks(desk: Desk) -> None:
    """One list for all."""
    client = browser(desk).client
    start = FILES["note.txt"].index(NAME)
    given = {"file": "note.txt", "unit": 1, "start": start, "end": start + len(NAME), "entity": "PERSON", "reason": "x"}
    assert client.post("/api/marks", json=given, headers={"origin": ORIGIN}).status_code == 200
    told = client.get("/api/marks").json()["marks"]
    assert [each["mark"] for each in told] == [each.mark for each in told_marks(desk.case)]
    assert told[0]["start"] == told_marks(desk.case)[0].start
