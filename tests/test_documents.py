"""What goes out beside the copies: the log as sheet and page, the letter, counts that single nobody out."""

from __future__ import annotations

import io
import shutil
import time
import zipfile
from dataclasses import astuple, replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.tables import print_release
from pipeline.errors import ConfigError
from pipeline.evidence import sheet
from pipeline.evidence.aggregates import amount, suppressed
from pipeline.evidence.index import exemptions, index_html, segregability
from pipeline.evidence.letter import letters
from pipeline.evidence.log import COLUMNS, LogRow
from pipeline.evidence.sheet import sheet_bytes
from pipeline.evidence.summary import FileOutcome, PolicyFacts, RuleUse, Run, Summary

ROOT = Path(__file__).resolve().parents[1]
AT = "2026-03-02T09:05:00Z"
ROW = LogRow(
    "2026-17", "letter.txt", "block 1", "PERSON", 1, "individual privacy", "Art. II § 10", "A private person's name",
    "full_name", "montana", "1.0", "ab" * 32, "records officer", "", AT,
)  # fmt: skip
RUN = Run("0.1", AT, "2026-17", "thorough", PolicyFacts("montana", "1.0", "ab" * 32, "Montana", "Montana"))
RULES = (
    RuleUse("full_name", "PERSON", "individual privacy", "Art. II § 10", "A private person's name", 43),
    RuleUse("ssn", "US_SSN", "individual privacy", "MCA 2-6-1002", "A Social Security number", 3),
)
FILES = (FileOutcome("letter.txt"), FileOutcome("other.eml", "not_scanned", reasons=("it is encrypted",)))
SUMMARY = Summary(RUN, FILES, RULES)


# --- the sheet --------------------------------------------------------------------------


@given(st.text(max_size=40), st.sampled_from(["", "=", "+", "-", "@", " =", "\t=", "\u200b=", "\uff1d"]))
def test_no_cell_of_the_sheet_is_a_formula(words: str, sign: str) -> None:
    """Whatever a location or a reason starts with, every cell is text, and none starts like a formula."""
    row = replace(ROW, location=sign + words, reason=sign + words, decided_by=sign + words)
    data = sheet_bytes([row], AT)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert b"<f>" not in opened.read("xl/worksheets/sheet1.xml")
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    for cell in page[2]:
        assert cell.data_type in {"s", "n", "inlineStr"}
        assert not str(cell.value or "").lstrip().startswith(("=", "+", "-", "@", "\uff1d"))


def test_the_sheet_has_the_columns_of_the_log_and_two_more() -> None:
    """Fields of the plan, then amount and segregability, coarsely."""
    page = openpyxl.load_workbook(io.BytesIO(sheet_bytes([ROW], AT))).active
    assert [cell.value for cell in page[1]] == [*COLUMNS, "amount", "segregability"]
    told = dict(zip([cell.value for cell in page[1]], [cell.value for cell in page[2]], strict=True))
    assert told["count"] == 1
    assert told["amount"] == "1 place"
    assert "the rest of the record is released" in told["segregability"]


def test_the_same_rows_give_the_same_sheet() -> None:
    """No time of writing is in it."""
    first = sheet_bytes([ROW, ROW], AT)
    time.sleep(1.1)  # openpyxl notes seconds
    assert sheet_bytes([ROW, ROW], AT) == first


def by_openpyxl(rows: list[LogRow]) -> bytes:
    """Return the sheet with every cell of it written by openpyxl."""
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = book.properties.lastModifiedBy = "releasable"
    book.properties.created = book.properties.modified = sheet._moment(AT)
    page = book.create_sheet("Redaction log")
    titles = (*COLUMNS, "amount", "segregability")
    for number, title in enumerate(titles, start=1):
        page.column_dimensions[sheet._letter(number)].width = sheet._WIDTHS.get(title, 16)
    page.freeze_panes = "A2"
    page.append([sheet._text(page, title, bold=True) for title in titles])
    for row in rows:
        told = (*astuple(row), amount(row.count), segregability(row))
        page.append([each if isinstance(each, int) else sheet._text(page, each) for each in told])
    raw = io.BytesIO()
    book.save(raw)
    return sheet._same_times(raw.getvalue(), sheet._moment(AT), ())


@given(
    st.lists(st.text(max_size=30), max_size=3),
    st.sampled_from(["", ' a<b>&amp; "c" ', "]]>", "é\U0001f600\x85", "\ud800\r\n"]),
)
def test_rows_stand_in_the_sheet_as_openpyxl_writes_them(texts: list[str], odd: str) -> None:
    """They are written past it, for it takes long: the bytes are the same, whatever a row says."""
    rows = [replace(ROW, location=each, reason=odd, file=odd + each, count=len(each) + 1) for each in texts]
    assert sheet_bytes(rows, AT) == by_openpyxl(rows)


def test_a_log_that_is_too_long_for_a_sheet_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last row tells where the rest stands."""
    monkeypatch.setattr(sheet, "MOST_ROWS", 2)
    for many in (2, 3):
        rows = openpyxl.load_workbook(io.BytesIO(sheet_bytes([ROW] * many, AT))).active
        assert rows.max_row == (3 if many == 2 else 4)
    assert rows["A4"].value == "The log goes on in redaction-log.csv."


# --- the page ---------------------------------------------------------------------------


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_grouped_by_law_with_the_most_used_first() -> None:
    """The way a Vaughn index is read: law, reason, then file by file."""
    rows = [ROW, replace(ROW, location="block 2"), replace(ROW, entity="US_SSN", citation="MCA 2-6-1002", rule="ssn")]
    grouped = exemptions(rows)
    assert [each.rule for each in grouped] == ["full_name", "ssn"]
    assert grouped[0].rows[0].places == ("block 1", "block 2")
    assert grouped[0].rows[0].amount == "2 to 9 places"


def test_the_page_can_be_read_by_everybody() -> None:
    """Language, title, one main heading, header cells with scope, a way past the top; no script, nothing from outside."""
    text = index_html(SUMMARY, [replace(ROW, reason="<script>alert(1)</script>")])
    page = _Page()
    page.feed(text)
    names = [tag for tag, _ in page.tags]
    assert dict(page.tags)["html"]["lang"] == "en"
    assert names.count("h1") == 1
    assert {"main", "title", "caption"} <= set(names)
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    assert "script" not in names
    assert not [attrs for _, attrs in page.tags if any("http" in (value or "") for value in attrs.values())]
    assert "it is encrypted" in text


def test_a_provisional_page_says_so() -> None:
    """What nobody decided yet is marked in words, not by colour alone."""
    waiting = Summary(RUN, (replace(FILES[0], undecided=1),), RULES)
    assert "Provisional" in index_html(waiting, [replace(ROW, decided_by="undecided")])
    assert "Provisional" not in index_html(SUMMARY, [ROW])


# --- counts that go out -----------------------------------------------------------------


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 30), max_size=6), st.integers(2, 12))
def test_no_count_below_the_cell_size_is_told(counts: dict[str, int], cell: int) -> None:
    """Neither directly nor, beside a total, by subtraction."""
    told = suppressed(counts, cell)
    assert all(isinstance(told[name], str) for name, count in counts.items() if 0 < count < cell)
    beside = suppressed(counts, cell, beside_total=True)
    hidden = [name for name in counts if isinstance(beside[name], str)]
    assert len(hidden) != 1 or sum(1 for count in counts.values() if count) == 1


def test_amounts_are_coarse() -> None:
    """A band, not a number."""
    assert [amount(each) for each in (1, 2, 9, 10, 500, 4000)] == [
        "1 place", "2 to 9 places", "2 to 9 places", "10 to 99 places", "100 to 999 places", "1,000 or more places",
    ]  # fmt: skip


# --- the letter -------------------------------------------------------------------------


def test_the_letter_says_what_is_released_withheld_why_and_how_to_object() -> None:
    """Both forms say the same; small counts are suppressed at the policy's cell size."""
    for text in letters(SUMMARY):
        for words in ("2026-17", "1 file is", "individual privacy", "Art. II § 10", "other.eml", "MCA 2-6-1009"):
            assert words in text
        assert "Places: 43" in text
        assert "Places: fewer than 10" in text
    strict = Summary(replace(RUN, policy=replace(RUN.policy, cell_size=50)), FILES, RULES)
    assert "43" not in letters(strict)[1]


def test_every_law_has_its_way_to_object() -> None:
    """Massachusetts leads to the Supervisor of Records; an unknown place to the office itself."""
    for place, words in (("Massachusetts", "Supervisor of Records"), ("City of Helena, Montana", "district court"), ("Elsewhere", "write to this office")):  # fmt: skip
        told = Summary(replace(RUN, policy=replace(RUN.policy, jurisdiction=place)), FILES, RULES)
        assert words in letters(told)[1]


def test_an_office_edits_its_letter(tmp_path: Path) -> None:
    """Its own template and its own name are used from its configuration folder."""
    shutil.copytree(ROOT / "configs/letter", tmp_path / "letter")
    (tmp_path / "letter/office.yaml").write_text("name: Clerk & Recorder\naddress: [1 Main St]\n")
    (tmp_path / "letter/letter.txt.j2").write_text("Ours: {{ office.name }}, {{ laws | length }} laws\n")
    html, text = letters(SUMMARY, tmp_path)
    assert text == "Ours: Clerk & Recorder, 2 laws\n"
    assert "Clerk &amp; Recorder" in html


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ nothing_such }}", "cannot be filled"),
        ("{% if %}", "the template is wrong"),
        ("{{ office.__class__.__mro__ }}", "cannot be filled"),
    ],
)
def test_a_wrong_template_is_told_and_a_hostile_one_does_nothing(tmp_path: Path, template: str, words: str) -> None:
    """The error names the file; templates run in a sandbox."""
    shutil.copytree(ROOT / "configs/letter", tmp_path / "letter")
    (tmp_path / "letter/letter.txt.j2").write_text(template)
    with pytest.raises(ConfigError, match=words) as told:
        letters(SUMMARY, tmp_path)
    assert "letter.txt.j2" in told.value.where


def test_an_unknown_key_of_the_office_is_told(tmp_path: Path) -> None:
    """A typo does not drop the office's name in silence."""
    shutil.copytree(ROOT / "configs/letter", tmp_path / "letter")
    (tmp_path / "letter/office.yaml").write_text("nmae: Clerk\n")
    with pytest.raises(ConfigError, match="unknown key nmae"):
        letters(SUMMARY, tmp_path)


# --- the console ------------------------------------------------------------------------


def test_the_console_lists_what_is_held_and_counts_what_is_released_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Sixty files, then those of which something is not in the release, then how many more there are."""
    held = {70: FileOutcome("070.txt", "held", reasons=("it waits",)), 80: FileOutcome("080.txt", held_records=1)}
    files = tuple(held.get(number, FileOutcome(f"{number:03d}.txt")) for number in range(100))
    print_release(Summary(RUN, files), "out")
    told = capsys.readouterr().out
    listed = [line.split()[0] for line in told.splitlines() if ".txt" in line]
    assert listed == [*(f"{number:03d}.txt" for number in range(60)), "070.txt", "080.txt"]
    assert "and 38 more files, released whole" in told
