"""The record page: a thread in order, alternatives side by side, attachments listed, and a table of any length."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from casehelp import write
from conftest import message, multipart
from outlook_files import Msg
from reviewhelp import browser, examined

from pipeline.case.overrides import place_digest
from pipeline.case.store import Case, CaseError
from pipeline.formats import workbook_book
from pipeline.review.desk import Desk
from pipeline.review.threads import Note, note_of, threads_of
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

ROWS = 3000
SHEET_ROWS = 800


def mail(
    number: int, *, subject: str = "Water rates", answers: str = "", header: str = "In-Reply-To", day: int = 3
) -> str:
    extra = f"Message-ID: <{number}@example.com>\n" + (f"{header}: {answers}\n" if answers else "")
    text = message(f"This is message {number}, call 406-555-01{number:02d}.", subject=subject, extra=extra)
    return text.replace("3 Mar 2025", f"{day} Mar 2025")


def note(
    number: str = "", *answers: str, at: float = 0.0, subject: str = "", is_reply: bool = False, ordinal: int = 0
) -> Note:
    return Note("s", ordinal, number, answers, subject, is_reply, at, dict.fromkeys(answers, "In-Reply-To"))


def places(notes: list[Note]) -> list[list[int]]:
    return sorted([each.ordinal for each in thread] for thread in threads_of(notes))


def test_threads_follow_numbers_then_subjects() -> None:
    """Answers to a message that is not there are of one thread; a subject counts for a reply that names nothing."""
    notes = [
        note("a", at=1, subject="rates", ordinal=0),
        note("b", "a", at=3, subject="rates", is_reply=True, ordinal=1),
        note("c", "gone", at=4, subject="fence", is_reply=True, ordinal=2),
        note("d", "gone", at=2, subject="other", is_reply=True, ordinal=3),
        note("e", at=9, subject="rates", is_reply=True, ordinal=4),
        note("f", at=10, subject="rates", ordinal=5),
        note("", at=11, ordinal=6),
        note("", at=12, ordinal=7),
    ]
    assert places(notes) == [[0, 1, 4], [3, 2], [5], [6], [7]]
    (thread,) = [each for each in threads_of(notes) if len(each) == 3]
    assert [(each.depth, each.by) for each in thread] == [(0, ""), (1, "In-Reply-To"), (2, "subject")]


def test_rings_and_doubles_end() -> None:
    """Messages that answer each other or themselves, or bear one number, make a thread and no endless loop."""
    notes = [
        note("a", "b", at=1, ordinal=0),
        note("b", "a", at=2, ordinal=1),
        note("c", "c", at=3, ordinal=2),
        note("a", at=4, ordinal=3),
    ]
    assert places(notes) == [[0, 1, 3], [2]]
    chain = [note(str(n), str(n - 1), at=n, ordinal=n) for n in range(200)]
    assert places(chain) == [list(range(200))]


@pytest.mark.parametrize(
    "head",
    [
        b"", b"\xff\xfe\x00", b"References: <a@b\n c@d> <e@f>\nDate: no day\nSubject: =?utf-8?q?=ff?=",
        b"Subject: =?nope?b?!!!?=\nDate: Mon, 99 Mar 9999 99:99:99 +9999\nMessage-ID: " + b"<" * 5000,
    ],
)  # fmt: skip
def test_hostile_headers_are_notes_too(head: bytes) -> None:
    """Whatever stands in the first lines of a message, a note comes of it."""
    assert note_of("s", 0, head, str).at == 0.0


def test_a_reply_is_told_by_its_subject_in_any_language() -> None:
    """Marks of replies and forwards are taken off, encoded or folded as they may be."""
    for subject in (
        b"Re: Water  Rates",
        b"AW: RE: water rates",
        b"=?utf-8?q?Re=3A_Water_rates?=",
        b"Fwd:\n Water\n rates",
    ):
        made = note_of("s", 0, b"Subject: " + subject + b"\nMessage-ID: <a@b>", str)
        assert (made.subject, made.is_reply) == ("subject water rates", True)


@pytest.fixture
def letters(tmp_path: Path, by_patterns: State) -> Desk:
    box = "".join(
        f"From someone@example.com Mon Mar  3 10:00:00 2025\n{each}\n"
        for each in (
            mail(1), mail(2, subject="A fence"), mail(3, subject="Re: Water rates", answers="<1@example.com>", day=4),
            mail(4, subject="Re: Water rates", answers="<1@example.com> <3@example.com>", header="References", day=6),
        )
    )  # fmt: skip
    both = multipart(
        ('Content-Type: multipart/alternative; boundary="=in"',
         "--=in\nContent-Type: text/plain\n\nPlain: 406-555-0123\n--=in\nContent-Type: text/html\n\n<p>Formatted: 406-555-0123</p>\n--=in--"),
        ('Content-Type: text/csv\nContent-Disposition: attachment; filename="list.csv"', "name,phone\nA B,406-555-0188\nC D,406-555-0189\n"),
        ('Content-Type: image/png\nContent-Disposition: attachment; filename="plan.png"\nContent-Transfer-Encoding: base64', "iVBORw0KGgo="),
        subject="Re: Water rates",
    )  # fmt: skip
    single = {"in/one.eml": mail(5, subject="Re: Water rates", answers="<3@example.com>", day=5), "in/both.eml": both}
    source = write(tmp_path / "src", {"box.mbox": box, **single})
    return examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)


def address(desk: Desk, name: str, ordinal: int = 0) -> str:
    return f"/document/{place_digest(desk.case.keyed, 'path', name)}/{ordinal}"


def test_a_thread_is_shown_in_order_through_files(letters: Desk) -> None:
    """By date, each with the one it answers and how that is known; who wrote only where values are shown."""
    at = browser(letters)
    page = at.get(address(letters, "box.mbox", 2))
    assert "Thread: 5 messages" in page
    assert "Wilma" not in page
    order = re.findall(r"(?:2025-03-0\d) 17:00 UTC; answers number (\d) \(([A-Za-z-]+)\)", page)
    assert order == [("1", "In-Reply-To"), ("3", "In-Reply-To"), ("3", "References")]
    assert "(told by its subject)" in page
    at.post("/values", show="yes")
    page = at.get(address(letters, "box.mbox", 2))
    assert re.search(r"Wilma Testperson[^<]*</span>: <span translate=\"no\">Re: Water rates", page)
    assert f'href="{address(letters, "in/one.eml")}"' in page
    assert "Thread" not in at.get(address(letters, "box.mbox", 1))
    noted = [each.told["about"]["what"] for each in letters.case.entries() if each.told["action"] == "viewed values"]
    assert "who wrote in a thread" in noted


def test_both_alternatives_and_what_is_attached_are_shown(letters: Desk) -> None:
    """Each part says what it is; what was read can be gone to, what was not says why."""
    at = browser(letters)
    at.post("/values", show="yes")
    page = at.get(address(letters, "in/both.eml"))
    assert "Part 1: plain text, one of 2 alternatives" in page
    assert "Part 2: formatted text (HTML), one of 2 alternatives" in page
    assert "Plain: " in page
    assert "Formatted: " in page
    assert re.search(r'<a href="#part-3">Part 3</a>, <span translate="no">list.csv</span>: a table', page)
    assert 'id="part-3"' in page
    assert re.search(r"plan.png</span>: a file that was not read; <strong>not read</strong>: ", page)


@pytest.fixture
def table(tmp_path: Path, by_patterns: State) -> Desk:
    text = "name,phone,note\n" + "".join(
        f"Person {n},406-555-01{n % 100:02d},{'all of this is well known. ' * 20}\n" for n in range(1, ROWS + 1)
    )
    lines = "".join(f'{{"a": "Person {n}", "b": {n}}}\n' for n in range(1, 300))
    source = write(tmp_path / "in", {"t.csv": text, "t.jsonl": lines, "letter.txt": "Call 406-555-0123.\n"})
    return examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)


def test_any_row_of_a_long_table_is_reached_by_its_number(table: Desk) -> None:
    """Through all units of the file, without a gap or a double; what stands in a unit is read once."""
    key = place_digest(table.case.keyed, "path", "t.csv")
    assert len(table.texts.units(key)) > 1
    assert table.rows.index(key).count == ROWS
    at = browser(table)
    assert "The text is hidden" in at.get(f"/table/{key}")
    assert "Person" not in at.get(f"/table/{key}/rows?row=5")
    at.post("/values", show="yes")
    page = at.get(f"/table/{key}?row=2000")
    assert f'aria-rowcount="{ROWS + 1}"' in page
    numbers, row = [], 1
    for _ in range(4):
        told = [int(each) for each in re.findall(r'aria-rowindex="(\d+)"', at.get(f"/table/{key}/rows?row={row}"))]
        numbers += told
        row = told[-1]
    assert numbers == list(range(2, 402))
    cut = table.rows.index(key).starts[1]
    over = at.get(f"/table/{key}/rows?row={cut - 10}")
    told = re.findall(r"Person\s+(\d+)", re.sub(r"<[^>]*>", " ", over))
    assert list(dict.fromkeys(told)) == [str(n) for n in range(cut - 10, cut + 90)]
    assert "406-555-01" in over
    assert f'data-row="{ROWS}"' in at.get(f"/table/{key}?row=2000000000")
    noted = [each.told["about"] for each in table.case.entries() if each.told["action"] == "viewed values"]
    assert len([each for each in noted if each["what"] == "rows of a table"]) <= len(table.texts.units(key))


def test_tables_of_other_kinds_scroll_too_and_texts_do_not(table: Desk) -> None:
    """JSON Lines by the same numbers; a letter is no table."""
    at = browser(table)
    at.post("/values", show="yes")
    key = place_digest(table.case.keyed, "path", "t.jsonl")
    assert "Person 250" in at.get(f"/table/{key}?row=250")
    with pytest.raises(CaseError, match="no table"):
        table.rows.index(place_digest(table.case.keyed, "path", "letter.txt"))
    assert at.client.get("/table/" + "0" * 32).status_code == 400
    assert at.client.get(f"/table/{key}?row=0").status_code == 422


@pytest.fixture
def workbook(tmp_path: Path, by_patterns: State, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workbook of three sheets: a long one below two lines of title, an empty one, and a short one."""
    monkeypatch.setattr(workbook_book, "UNIT_CELLS", 900)
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as made:
        long, _, short = (made.add_worksheet(name) for name in ("First", "Empty", "Last"))
        long.write_row(0, 0, ["A list of the office"])
        long.write_row(2, 0, ["name", "phone", "note"])
        for n in range(3, SHEET_ROWS):
            long.write_row(n, 0, [f"Person {n + 1}", f"406-555-01{n % 100:02d}", "well known"])
        short.write_row(0, 0, ["number", "phone"])
        for n in range(1, 40):
            short.write_row(n, 0, [f"item {n + 1}", f"406-555-01{n:02d}"])
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "book.xlsx").write_bytes(sink.getvalue())
    return examined(Case.create(tmp_path / "case", "2026-7"), tmp_path / "in", by_patterns)


def test_no_more_than_some_indexes_stay_in_memory(workbook: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of a table that was let go is made again, the same."""
    key, rows = place_digest(workbook.case.keyed, "path", "book.xlsx"), workbook.rows
    first = rows.index(key, 1)
    monkeypatch.setattr("pipeline.review.rows.MOST_INDEXES", 1)
    assert rows.index(key, 3).sheet == 3
    assert rows.index(key, 1) == first
    assert len(rows._indexes) == 1


def test_sheets_of_a_workbook_are_scrolled_like_tables(workbook: Desk) -> None:
    """Each sheet by the numbers that its rows have in it, through all units, its columns from its own first one."""
    key = place_digest(workbook.case.keyed, "path", "book.xlsx")
    index = workbook.rows.index(key)
    assert (index.sheet, index.sheets, index.first, index.count) == (1, (1, 3), 3, SHEET_ROWS)
    assert len(index.starts) > 1
    at = browser(workbook)
    at.post("/values", show="yes")
    page = at.get(f"/table/{key}")
    assert re.search(r'href="/table/[0-9a-f]+\?sheet=3">Sheet 3</a>', page)
    assert 'data-row="4"' in page
    assert 'data-row="3"' not in page
    assert "Person 4<" in page
    assert '<th scope="col">phone</th>' in page
    for start in index.starts[1:]:
        page = at.get(f"/table/{key}/rows?row={start - 5}&sheet=1")
        told = re.findall(r"Person\s+(\d+)", re.sub(r"<[^>]*>", " ", page))
        assert list(dict.fromkeys(told)) == [str(n) for n in range(start - 5, start + 95)]
    assert f'data-row="{SHEET_ROWS}"' in at.get(f"/table/{key}?row=2000000000")
    page = at.get(f"/table/{key}?sheet=3&row=7")
    assert "item 7<" in page
    assert page.count('<th scope="col">') == 3
    assert "406-555-01" in page
    assert "#f-" in page  # what was found in a row leads to its record
    ordinal = workbook.rows.index(key, 3).ordinals[0]
    page = at.get(f"/document/{key}/{ordinal}")
    assert f'href="/table/{key}?row=2&amp;sheet=3">Scroll through the whole sheet' in page
    assert at.client.get(f"/table/{key}?sheet=2").status_code == 400
    last = len(workbook.texts.units(key)) - 1
    assert "Scroll through" not in at.get(f"/document/{key}/{last}")


@pytest.fixture
def outlook(tmp_path: Path, by_patterns: State) -> Desk:
    """A letter as mail, and its answers as Outlook saves them."""
    source = write(tmp_path / "src", {"one.eml": mail(1)})
    for number, more in ((2, {0x1042: "<1@example.com>"}), (3, {0x1039: "<1@example.com> <2@example.com>"})):
        answer = Msg(
            {
                0x001A: "IPM.Note", 0x0037: "Re: Water rates", 0x1000: "Please call 406-555-0123.\r\n",
                0x0042: "Wilma Testperson", 0x5D02: "wilma.testperson@example.com", 0x1035: f"<{number}@example.com>",
                0x0039: datetime(2025, 3, 2 + number, 17, tzinfo=UTC), **more,
            },
            [{0x0C15: 1, 0x3001: "Clerk", 0x39FE: "clerk@example.gov"}],
        )  # fmt: skip
        (source / f"answer-{number}.msg").write_bytes(answer.bytes())
    return examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)


def test_messages_of_outlook_stand_in_the_thread(outlook: Desk) -> None:
    """With what they answer, from either side; their parts are shown as those of any message."""
    at = browser(outlook)
    at.post("/values", show="yes")
    for name in ("one.eml", "answer-2.msg", "answer-3.msg"):
        page = at.get(address(outlook, name))
        assert "Thread: 3 messages" in page, name
        order = re.findall(r"answers number (\d) \(([A-Za-z-]+)\)", page)
        assert order == [("1", "In-Reply-To"), ("2", "References")]
    assert "Part 1: plain text" in at.get(address(outlook, "answer-2.msg"))
    assert outlook.threads.is_whole
