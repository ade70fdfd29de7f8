"""A record in parts: all of it is shown, nothing twice, each finding on its page, and rows of a table as they are."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from recordedcase import record, recorded_desk
from reviewhelp import browser

from pipeline.case.store import Case
from pipeline.model import Cell
from pipeline.review.desk import Desk
from pipeline.review.parts import CHARACTERS, TEXTS
from pipeline.review.serving import Listening, bound
from pipeline.review.texts import MASK
from pipeline.review.window import FINDINGS, Record, Window, hidden, shown

pytestmark = pytest.mark.usefixtures("own_state")

ROWS = "".join(f'{at},"Wilma Testperson, again","two\nlines {at}",406-555-01{at % 100:02d},\n' for at in range(260))
TEXT = "".join(f"Note {at}: Wilma Testperson, 406-555-01{at % 100:02d}. {'word ' * 40}\n\n" for at in range(400))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "case")


def desk_with(case: Case, folder: Path, name: str, text: str) -> tuple[Desk, Record]:
    (folder / "in").mkdir()
    (folder / "in" / name).write_text(text, encoding="utf-8", newline="")
    record(case, folder / "in")
    desk = recorded_desk(case, folder / "in")
    ledger = desk.ledger.refresh()
    return desk, Record.of(ledger, ledger.item(0).source, 0)


def walked(desk: Desk, record: Record, *, values: bool = True) -> list[Window]:
    """All windows of a record, one after another, and the way back."""
    made, first = [], 0
    while True:
        window = shown(record, desk.texts, desk.policy, "", first) if values else hidden(record, "", first)
        assert window.before == (made[-1].first if made else None)
        made.append(window)
        if window.after is None:
            return made
        first = window.after


@pytest.mark.parametrize("values", [True, False])
@pytest.mark.parametrize(("name", "text"), [("table.csv", "a,b,c,d,e\n" + ROWS), ("notes.txt", TEXT)])
def test_every_finding_is_on_one_page(case: Case, tmp_path: Path, name: str, text: str, *, values: bool) -> None:
    """Walking through a record shows all of it; a link to a finding leads to its page."""
    desk, record = desk_with(case, tmp_path, name, text)
    windows = walked(desk, record, values=values)
    assert len(windows) > 3
    met = [each.id for window in windows for each in window.items]
    assert sorted(met) == sorted(desk.ledger.ids[row] for row in record.rows)
    assert len(met) == len(set(met)) > 2 * FINDINGS
    for window in windows:
        of = window.items[-1].id
        again = shown(record, desk.texts, desk.policy, of, -1) if values else hidden(record, of, -1)
        assert again.first == window.first
        assert (window.findings, window.open) == (len(record.rows), len(record.rows))


def test_a_long_text_comes_in_parts_that_hold_all_of_it(case: Case, tmp_path: Path) -> None:
    """The texts of all parts are those of the record, in order; no part is longer than a page."""
    desk, record = desk_with(case, tmp_path, "notes.txt", TEXT)
    pieces = [
        "".join(each.text for each in passage.pieces)
        for window in walked(desk, record) for section in window.sections for passage in section.passages
    ]  # fmt: skip
    assert pieces == [each.text for each in desk.texts.segments(record.source, 0).values()]
    parts = desk.texts.parts(record.source, 0)
    for part in range(len(parts.starts)):
        own = parts.of(part)
        assert len(own) <= TEXTS
        assert len(own) == 1 or sum(len(each.text) for each in own) <= CHARACTERS


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c,d,e\n" + ROWS,
        "Register of callers,,,,\nof the year,,,,\n\na,b,c,d,e\n" + ROWS,
        ("a,b,c,d,e\n" + ROWS).replace("\n", "\r\n"),
        (
            "a;b;c;d;e\n"
            + ROWS.replace('"', "").replace(", again", " again").replace("\nlines", " lines").replace(",", ";")
        ).removesuffix("\n"),
    ],
)
def test_rows_read_by_themselves_are_those_of_the_whole(case: Case, tmp_path: Path, text: str) -> None:
    """Whatever stands before them, in quotes, over two lines, or at an end without a line feed."""
    desk, record = desk_with(case, tmp_path, "table.csv", text)
    rows = desk.texts.rows(record.source, 0)
    assert rows is not None
    whole = desk.texts.segments(record.source, 0)
    data = {
        each.address[0].row for each in whole.values() if isinstance(each.address[0], Cell) and each.address[0].row >= 0
    }
    assert rows.count == len(data)
    for first, stop in ((0, 50), (50, 51), (200, rows.count), (rows.count - 1, rows.count)):
        read = desk.texts.rows_read(record.source, 0, rows, first, stop)
        alone = {place: each for place, each in read.items() if each.address[0].row >= 0}
        assert alone == {place: each for place, each in whole.items() if first <= each.address[0].row < stop}


def test_a_table_that_can_only_be_read_as_a_whole_is_shown_too(case: Case, tmp_path: Path) -> None:
    """Rows of different widths are no rectangle: the parts hold whole rows, each with the header."""
    text = "a,b\n" + "".join(f"Wilma Testperson,406-555-01{at % 100:02d}{',x' * (at % 3)}\n" for at in range(130))
    desk, record = desk_with(case, tmp_path, "table.csv", text)
    assert desk.texts.rows(record.source, 0) is None
    windows = walked(desk, record)
    numbers = [number for window in windows for section in window.sections for number, _ in section.rows]
    assert numbers == list(range(130))
    assert all(section.header for window in windows for section in window.sections)


def test_a_password_in_a_row_stays_masked(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are read by themselves are masked as the whole is."""
    desk, record = desk_with(case, tmp_path, "table.csv", "a,b,c,d,e\n" + ROWS)
    place = "row 8, column 4"
    monkeypatch.setattr(desk.texts, "_passwords", lambda *_: [(place, 0, 12)])
    told = desk.texts.shown(record.source, 0, place, 0, 12)
    assert told is not None
    assert told.value == MASK * 12
    window = shown(record, desk.texts, desk.policy, "", 0)
    assert "406-555-0107" not in repr(window.sections)
    assert "406-555-0106" in repr(window.sections)


def test_a_page_holds_a_part_and_leads_to_the_others(case: Case, tmp_path: Path) -> None:
    """Fifty rows of a table with their findings alone, and a decision leads back to the same part."""
    desk, record = desk_with(case, tmp_path, "table.csv", "a,b,c,d,e\n" + ROWS)
    at, path = browser(desk), f"/document/{record.source}/0"
    at.post("/values", show="yes")
    page = at.get(f"{path}?first=50")
    assert "Rows 51 to 100 of 260" in page
    assert f'href="{path}?first=0"' in page
    assert f'href="{path}?first=100"' in page
    assert page.count("data-row") == 100
    assert "260 findings" not in page
    assert f"{len(record.rows)} findings, {len(record.rows)} left" in page
    found = re.search(r'value="(adopt:one:[0-9a-f]{32})"', page)
    assert found
    form = {"do": found[1], "seen": "0", "first": "50", "reason": "weighed"}
    assert "Rows 51 to 100 of 260" in at.post(path, **form)
    noted = [each.told["about"] for each in desk.case.entries() if each.told["action"] == "viewed values"]
    assert noted[0]["findings"] == 101


def test_answers_are_sent_at_once() -> None:
    """The socket is named as TCP: only then asyncio turns off what would hold back every answer for 40 ms."""
    listening = bound(Listening())
    try:
        assert listening.proto == socket.IPPROTO_TCP
    finally:
        listening.close()
