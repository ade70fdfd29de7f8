"""Search at the desk: found in every disguise that does not count, told in its place, and kept nowhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from casehelp import write
from reviewhelp import ORIGIN, browser, examined, stranger
from typer.testing import CliRunner

from pipeline.case import searches
from pipeline.case.checking import check_case
from pipeline.case.searches import search_digest, searches_for
from pipeline.case.store import Case, CaseError
from pipeline.cli.app import app
from pipeline.model import Block, Segment
from pipeline.review import searching
from pipeline.review.desk import Desk
from pipeline.review.searching import Place, Wanted, search
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

LETTER = (
    "Dear clerk,\n\nmy number is 536-90-4399. José Testperson lives in the Blue House, call (406) 555 0123.\n\n"
    "> She said: José\n> Testperson knows.\n\npassword: Blue-Harbor-77\n"
)
TABLE = "name,phone,password\n" + "".join(f"Person {n},406-555-0{100 + n},Secret-Word-{n}\n" for n in range(70))
HTML = "<html><body><p>The bl&uuml;e house is for &#83;ale</p></body></html>\n"


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    files = {"letter.txt": LETTER, "t.csv": TABLE, "page.html": HTML, "broken.pdf": "%PDF-1.4 and no more"}
    return examined(Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", files), by_patterns)


def found_in(text: str, wanted: str) -> list[str]:
    return [text[start:stop] for start, stop in Wanted(wanted).spans(text)]


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("call 406-555-0123 now", "(406) 555.0123", ["406-555-0123"]),
        ("call (406) 555-0123 now", "4065550123", ["406) 555-0123"]),
        ("call 406\u2011555\u20110123", "406 555 0123", ["406\u2011555\u20110123"]),
        ("JOSÉ Testperson", "jose testperson", ["JOSÉ Testperson"]),
        ("Jose\u0301 and josé", "José", ["Jose\u0301", "josé"]),
        ("Te\u00adst\u200bperson", "testperson", ["Te\u00adst\u200bperson"]),
        ("the STRASSE and the straße", "Straße", ["STRASSE", "straße"]),
        ("she\n> said it", "she said", ["she\n> said"]),
        ("unit 12-B and 12 B", "12-b", ["12-B"]),
        ("row 5, 5", "55", ["5, 5"]),
        ("a.b", "a+b", []),
        ("aaa", "aa", ["aa"]),
    ],
)
def test_what_does_not_count_does_not_hide(text: str, wanted: str, found: list[str]) -> None:
    """Case, accents, invisible characters, quote marks, and what stands between digits; the span is exact."""
    assert found_in(text, wanted) == found
    assert bool(Wanted(wanted).is_in(["", text])) == bool(found)


def test_no_match_spans_two_texts() -> None:
    """Cells side by side are looked through in one go, and are still two texts."""
    wanted = Wanted("12 34")
    assert wanted.is_in(["12", "34", "1234", "x\0y 12-34"]) == [2, 3]
    assert Wanted("one two").is_in(["one", "two"]) == []


@pytest.mark.parametrize("text", ["", " ", "a", "-", "x" * 201])
def test_too_little_or_too_much_is_refused(text: str) -> None:
    """One letter would find everything."""
    with pytest.raises(CaseError, match="characters"):
        Wanted(text)


def test_an_excerpt_is_cut_at_findings() -> None:
    """The pieces joined are the text around it; each belongs to at most one finding."""
    text = "x" * 200 + "hit" + "y" * 200
    bits = searching.excerpt(text, 200, 203, ())
    assert "".join(each.text for each in bits) == text[200 - searching.AROUND : 203 + searching.AROUND]
    assert [each.text for each in bits if each.is_hit] == ["hit"]


def test_a_search_tells_the_place_and_what_stands_there(desk: Desk) -> None:
    """Record, position and finding; with the values shown, the text around it, findings marked as in the record."""
    at = browser(desk)
    hidden = at.post("/search", text="536904399")
    assert "1 result<" in hidden
    assert "letter.txt, record 1, block 1, characters 27 to 37" in hidden
    assert "536-90-4399" not in hidden
    at.post("/values", show="yes", to="/search")
    page = at.post("/search", text="536904399")
    assert '<b class="hit">536-90-4399</b></span>' in page
    assert 'data-state="withheld' in page
    link = re.search(r'href="(/document/[0-9a-f]+/0\?first=\d+)#(s-\d+)"', page)
    assert link
    assert f'id="{link[2]}"' in at.get(link[1])


def test_a_hit_in_a_table_leads_to_its_row(desk: Desk) -> None:
    """The record page opens where the row is."""
    at = browser(desk)
    at.post("/values", show="yes")
    page = at.post("/search", text="person 66")
    link = re.search(r'href="(/document/[0-9a-f]+/0\?row=\d+)#(r-\d+)"', page)
    assert link
    there = at.get(link[1])
    assert "Person 66" in there.partition(f'<tr id="{link[2]}">')[2].partition("</tr>")[0]


def test_a_cell_of_a_withheld_column_is_not_said_to_stand(desk: Desk) -> None:
    """Where a column is decided as a whole, the result tells what the column has."""
    at = browser(desk)
    page = at.post("/search", text="406-555-0150")
    assert "its column has a telephone number: withheld" in page
    assert "it will stand in the copy" not in page
    answer = at.client.post("/api/search", json={"text": "406-555-0150"}, headers={"origin": ORIGIN}).json()
    assert len(answer["results"][0]["of_column"]) == 1


def test_what_is_looked_for_is_kept_nowhere(desk: Desk) -> None:
    """Not in an address, a title, the trail or the case; the trail says that there was a search, and how much it saw."""
    at = browser(desk)
    at.post("/values", show="yes")
    answer = at.client.post("/search", data={"text": "Testperson"}, headers={"origin": ORIGIN})
    assert "Testperson" not in str(answer.url)
    assert "<title>Search</title>" in answer.text
    assert not [each for each in re.findall(r'(?:href|action)="([^"]*)"', answer.text) if "Testperson" in each]
    told = [each.told for each in desk.case.entries()]
    searched = [each for each in told if each["action"] == "searched"]
    digest = search_digest(desk.case.keyed, "testperson")
    assert searched[0]["about"] == {"records": 3, "results": 2, "wanted": digest}
    assert searched[0]["by"] == "records officer"
    assert [
        each for each in told if each["action"] == "viewed values" and each["about"]["what"] == "results of a search"
    ]
    assert "testperson" not in str(told).lower()
    assert b"Testperson" not in b"".join(path.read_bytes() for path in desk.case.folder.rglob("*") if path.is_file())
    assert not check_case(desk.case)
    assert at.client.get("/search?text=Testperson").text.count("Testperson") == 1  # from the session, not the address


def test_it_can_be_asked_later_whether_somebody_searched_for_a_value(desk: Desk, tmp_path: Path) -> None:
    """In any way to write it; nobody is told who did not; the command takes the value from standard input."""
    at = browser(desk, "auditor", "auditor")
    at.post("/search", text="(406) 555 0123")
    at.client.post("/api/search", json={"text": "Testperson"}, headers={"origin": ORIGIN})
    assert [each.by for each in searches_for(desk.case, "406-555-0123")] == ["auditor"]
    assert [each.results for each in searches_for(desk.case, "  TESTPERSON ")] == [2]
    assert list(searches_for(desk.case, "406-555-0124")) == []
    told = CliRunner().invoke(app, ["case", "searches", str(desk.case.folder)], input="406.555.0123\n")
    assert re.fullmatch(r"\S+  auditor  \d+ results in 3 records\n", told.output)
    told = CliRunner().invoke(app, ["case", "searches", str(desk.case.folder)], input="nobody at all\n")
    assert told.output == "nobody searched for it\n"


def test_who_only_looks_confirms_few_guesses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An auditor's searches are counted in the trail, by page and by call, also over another session; others' are not."""
    monkeypatch.setattr(searches, "MOST_AN_HOUR", 3)
    at = browser(desk, "auditor", "auditor")
    for guess in ("406-555-0101", "406-555-0102"):
        assert "results" in at.post("/search", text=guess)
    ask = {"json": {"text": "406-555-0103"}, "headers": {"origin": ORIGIN}}
    assert at.client.post("/api/search", **ask).status_code == 200
    assert "Not searched: who only looks" in at.post("/search", text="406-555-0123")
    again = browser(desk, "auditor", "auditor")
    assert again.client.post("/api/search", **ask).status_code == 400
    for other in (browser(desk, "officer", "reviewer"), browser(desk, "auditor two", "auditor")):
        assert other.client.post("/api/search", **ask).status_code == 200
    later = datetime.now(UTC) + timedelta(hours=1, minutes=1)
    searches.check_pace(desk.case, "auditor", later)


def test_a_password_is_not_found(desk: Desk) -> None:
    """Neither one in a text nor a column of them: a search is no way to guess one, nor is the record page."""
    at = browser(desk)
    at.post("/values", show="yes")
    for text in ("Blue-Harbor", "Secret-Word"):
        assert "0 results" in at.post("/search", text=text)
    assert "2 results" in at.post("/search", text="Blue House")
    table = next(each.source for each in map(desk.ledger.item, range(len(desk.ledger))) if each.file == "t.csv")
    assert "Secret-Word" not in at.get(f"/document/{table}/0")
    assert "Person 12" in at.get(f"/document/{table}/0")


def test_what_was_not_searched_is_said(desk: Desk) -> None:
    """A file that could not be examined, and one that changed since, are listed; nothing passes for searched."""
    found = search(desk, "nothing like this")
    assert [(each.file, each.record) for each in found.unsearched] == [("broken.pdf", 0)]
    assert (found.records, found.of, found.rest) == (3, 3, None)
    assert "broken.pdf" in browser(desk).post("/search", text="nothing like this")


def test_a_changed_file_is_not_searched(tmp_path: Path, desk: Desk) -> None:
    """What is searched is what was examined."""
    (tmp_path / "in/letter.txt").write_text(LETTER.replace("Dear", "Door"))
    found = search(desk, "door clerk")
    assert not found.hits
    assert "letter.txt" in [each.file for each in found.unsearched]


def test_a_search_stops_and_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within limits of results and time, and nothing is told twice or left out."""
    whole = [(each.place, each.start) for each in search(desk, "Person", most=200).hits]
    assert len(whole) == 72
    pieces, rest = [], None
    for _ in range(20):
        found = search(desk, "Person", rest, most=7)
        pieces += [(each.place, each.start) for each in found.hits]
        rest = found.rest
        if rest is None:
            break
    assert pieces == whole
    monkeypatch.setattr(searching, "SECONDS", -1.0)
    assert search(desk, "Person").rest is not None
    with pytest.raises(CaseError):
        search(desk, "Person", Place("0" * 32))


def test_programs_get_positions_only(desk: Desk) -> None:
    """The same search in JSON: no text of a record in the answer; without a session, none at all."""
    client = browser(desk).client
    told = client.post("/api/search", json={"text": "josé", "limit": 1}, headers={"origin": ORIGIN}).json()
    assert told["results"][0]["file"] == "letter.txt"
    assert told["rest"]
    again = client.post("/api/search", json={"text": "josé", **told["rest"]}, headers={"origin": ORIGIN}).json()
    assert (len(again["results"]), again["rest"]) == (1, None)
    assert "Testperson" not in str(told)
    assert client.post("/api/search", json={"text": "j"}, headers={"origin": ORIGIN}).status_code == 422
    assert stranger(desk).post("/api/search", json={"text": "josé"}, headers={"origin": ORIGIN}).status_code == 401


def test_a_segment_is_found_whole() -> None:
    """A search over segments keeps their numbers."""
    texts = [Segment("one", (Block(0),)), Segment("two", (Block(1),))]
    assert Wanted("two").is_in([each.text for each in texts]) == [1]
