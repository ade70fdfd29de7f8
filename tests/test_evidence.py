"""The evidence says what was withheld, on what law and by whom, and never a value."""

import csv
import io
import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.letter import letters
from pipeline.evidence.log import COLUMNS, Log, LogRow, write_log
from pipeline.evidence.manifest import MANIFEST, integrity, manifest, manifest_bytes
from pipeline.evidence.report import entity_words, moment, report_html
from pipeline.evidence.sarif import results, sarif, scan_json
from pipeline.evidence.summary import (
    Binding,
    Examined,
    FileOutcome,
    ModelFacts,
    PolicyFacts,
    Run,
    Tally,
    coarse,
    label,
)
from pipeline.model import (
    Action,
    Block,
    Cell,
    Cover,
    Coverage,
    Decision,
    Dropped,
    Finding,
    Gap,
    Header,
    Part,
)
from recognizers.entities import ENTITIES

RUN = Run(
    version="0.1.0",
    started_at="2026-03-02T09:05:00+00:00",
    request_id="2026-17",
    accuracy="thorough",
    policy=PolicyFacts("made_up_county", "2", "ab" * 32, "Made-up county"),
    models=(ModelFacts("names", "1.0", "cd" * 32),),
)


def decision(address, entity="PERSON", action=Action.WITHHOLD, rule="private_name", **more):
    finding = Finding(entity, 0, 4, address, "r1", 0.9, "names", "a name", digest="d" * 32)
    more = {"citation": "MCA 2-6-1003", "exemption": "privacy", "reason": "A private person's name", **more}
    return Decision(finding, action, rule, **more)


def coverage(cover=Cover.REDACTED, **more):
    return Coverage("in/mail.mbox#0", cover, **more)


MAIL = Examined(
    "mail.mbox",
    coverage(
        gaps=(Gap((Part(2),), "image", "an image without text recognition"),),
        dropped=(Dropped((), "headers off the list", 7),),
    ),
    (
        decision((Header("From"),)),
        decision((Block(0),)),
        decision((Block(0),)),
        decision((Block(1),), "EMAIL_ADDRESS", Action.REVIEW, "mailbox"),
        decision((Block(2),), action=Action.RELEASE),
    ),
    place="message 12",
)
TABLE = Examined(
    "people.csv",
    coverage(),
    (
        *(decision((Cell(row, 2),), "US_SSN", rule="ssn") for row in range(40)),
        *(decision((Cell(row, 1),)) for row in range(2)),
        decision((Cell(-1, 1),)),
    ),
)
HELD = Examined("file 3", coverage(Cover.NOT_SCANNED), (decision((Block(0),)),), held=True)
UNITS = (MAIL, TABLE, HELD)


def summary(units=UNITS, run=RUN):
    tally = Tally()
    for unit in units:
        tally.add(unit)
    told = [
        FileOutcome("mail.mbox", output="records/mail.mbox", sha256="1" * 64, size=10),
        FileOutcome("people.csv", output="records/people.csv", sha256="2" * 64, size=20),
        FileOutcome("file 3", status="held", reasons=("a part is encrypted",)),
    ]
    return tally.summary(run, told)


def log_rows(examined, run):
    log = Log(run)
    for unit in examined:
        log.add(unit)
    return log.rows()


def written(rows):
    stream = io.StringIO(newline="")
    write_log(rows, stream)
    return stream.getvalue()


# --- redaction log ------------------------------------------------------------------------


def test_the_log_has_the_columns_that_other_programs_rely_on():
    """The header row is the one the design promises."""
    assert ",".join(COLUMNS) == (
        "request_id,file,location,entity,count,exemption,citation,reason,rule,policy,policy_version,"
        "policy_sha256,decided_by,approved_by,decided_at"
    )
    assert written([]).rstrip("\r\n") == ",".join(COLUMNS)


def test_the_log_has_a_row_for_each_place_and_rule():
    """Places are counted, released findings left out, parts and headers told."""
    told = [(row.location, row.entity, row.count) for row in log_rows([MAIL], RUN)]
    assert told == [
        ("message 12", "HEADER", 7),
        ("message 12, From header", "PERSON", 1),
        ("message 12, block 1", "PERSON", 2),
        ("message 12, block 2", "EMAIL_ADDRESS", 1),
        ("message 12, part 2", "PART", 1),
    ]


def test_a_column_is_one_row():
    """Many cells of a column under one rule are one row with a count; a few are listed."""
    told = [(row.location, row.entity, row.count) for row in log_rows([TABLE], RUN)]
    assert sorted(told) == [
        ("column 3", "US_SSN", 40),
        ("header row, column 2", "PERSON", 1),
        ("row 1, column 2", "PERSON", 1),
        ("row 2, column 2", "PERSON", 1),
    ]


def test_batches_of_a_table_are_one_table():
    """The units of one table are counted together."""
    halves = [
        replace(TABLE, decisions=tuple(decision((Cell(row, 0),)) for row in rows)) for rows in (range(4), range(4, 8))
    ]
    assert [(row.location, row.count) for row in log_rows(halves, RUN)] == [("column 1", 8)]


def test_only_a_proposal_is_undecided():
    """Where no person decided yet, ``decided_by`` says so."""
    by_rule = {row.rule: row.decided_by for row in log_rows([MAIL], RUN)}
    assert by_rule["mailbox"] == "undecided"
    assert by_rule["private_name"] == "rule"


def test_held_units_are_not_logged_as_redacted():
    """A record that is not in the release has no redactions in the log."""
    assert log_rows([HELD], RUN) == []


@given(st.text(max_size=20))
def test_no_cell_starts_a_formula(text):
    """No text, whatever it is, makes a cell that a spreadsheet takes for a formula, nor breaks a row."""
    row = LogRow(text, text, text, text, 1, text, text, text, text, text, text, text, text, text, text)
    rows = list(csv.reader(io.StringIO(written([row]), newline="")))
    assert len(rows) == 2
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in rows[1])


def test_evidence_is_the_same_for_any_order_of_units():
    """The same outcomes give the same bytes, in whatever order workers hand them in."""

    def evidence(units):
        whole = summary(units)
        lines = results(units)
        return written(log_rows(units, RUN)), report_html(whole), json.dumps(sarif(lines, whole))

    assert evidence(UNITS) == evidence(UNITS[::-1])


# --- manifest and integrity ---------------------------------------------------------------


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "release"
    (folder / "records").mkdir(parents=True)
    (folder / "records" / "mail.mbox").write_bytes(b"From x\n")
    (folder / "redaction-log.csv").write_bytes(b"rows\n")
    content = manifest(Tally().summary(RUN), folder)
    (folder / MANIFEST).write_bytes(manifest_bytes(content))
    return folder


def test_an_intact_release_has_no_problems(release):
    """A folder that is what its manifest says passes."""
    assert integrity(release) == []
    assert set(json.loads((release / MANIFEST).read_text())["files"]) == {"records/mail.mbox", "redaction-log.csv"}


def test_altered_missing_and_unlisted_files_are_told(release):
    """Every change to the folder is a problem of its own."""
    (release / "records" / "mail.mbox").write_bytes(b"other")
    (release / "redaction-log.csv").unlink()
    (release / "extra").mkdir()
    (release / "extra" / "note.txt").write_text("x")
    assert integrity(release) == [
        "records/mail.mbox: altered after it was written",
        "redaction-log.csv: missing",
        "extra/note.txt: not listed in release.json",
    ]
    assert integrity(release, besides={"extra/note.txt"}) == integrity(release)[:2]


def test_a_link_in_place_of_a_file_is_told(release, tmp_path):
    """A link is no copy, even to equal bytes."""
    (tmp_path / "same").write_bytes(b"rows\n")
    (release / "redaction-log.csv").unlink()
    (release / "redaction-log.csv").symlink_to(tmp_path / "same")
    assert integrity(release) == ["redaction-log.csv: is a link, not a file"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        '{"schema": 1, "status": "final", "files": 3, "records": []}',
        '{"schema": 1, "status": "final", "files": {}, "files": {}, "records": []}',
        '{"schema": 9, "status": "final", "files": {}, "records": []}',
    ],
)
def test_a_bad_manifest_is_told(release, text):
    """A manifest that is no manifest is one plain problem, never a crash."""
    (release / MANIFEST).write_text(text)
    assert integrity(release) == ["release.json: cannot be read as a release manifest"]


def test_a_missing_manifest_is_told(tmp_path):
    """A folder without manifest is no release."""
    assert integrity(tmp_path) == ["release.json: missing"]


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a\\b", ""])
def test_a_manifest_cannot_reach_outside_its_folder(release, name):
    """A listed name that leads out of the folder is never opened."""
    told = json.loads((release / MANIFEST).read_text())
    told["files"][name] = "0" * 64
    (release / MANIFEST).write_text(json.dumps(told))
    assert "release.json: lists a name outside the folder" in integrity(release)


def test_a_record_that_contradicts_the_list_is_told(release):
    """The sha256 of a released record and of the listed file must agree."""
    told = json.loads((release / MANIFEST).read_text())
    told["records"] = [{"name": "mail.mbox", "status": "released", "output": "records/mail.mbox", "sha256": "0" * 64}]
    (release / MANIFEST).write_text(json.dumps(told))
    assert integrity(release) == ["records/mail.mbox: release.json contradicts itself"]


def test_the_manifest_tells_status_counts_and_coverage(tmp_path):
    """Status, totals and the outcome of every file are there; a held file has neither output nor sha256."""
    told = manifest(summary(), tmp_path)
    assert told["status"] == "provisional"
    assert told["complete"] is False
    assert told["totals"]["withheld"] == {"US_SSN": 40, "PERSON": 6, "EMAIL_ADDRESS": 1}
    by_name = {each["name"]: each for each in told["records"]}
    assert by_name["mail.mbox"]["coverage"] == {
        "units": 1, "cleared": 0, "redacted": 1, "not_scanned": 0, "parts_withheld": 1, "headers_dropped": 7,
    }  # fmt: skip
    assert by_name["file 3"]["status"] == "held"
    assert not {"output", "sha256", "bytes"} & set(by_name["file 3"])


def test_only_what_rules_or_people_decided_is_final():
    """A proposal in a released file makes the release provisional; without one it is final."""
    assert summary().status == "provisional"
    assert summary((TABLE,)).status == "final"


@pytest.mark.parametrize("supplements", [0, 1])
def test_the_letter_speaks_of_a_supplement_only_in_one(supplements):
    """A whole release stands for itself, whatever was made before it; a supplement names the release that it adds to."""
    run = replace(RUN, binding=Binding("c", 3, "m", "h", 5, supplements))
    for words in letters(summary((TABLE,), run=run)):
        assert ("This release supplements release 1" in words) is bool(supplements)
        assert ("supplement" in words) is bool(supplements)


def test_small_counts_of_what_is_not_released_are_coarse():
    """A count that could single a person out is given as a range."""
    assert coarse({"PERSON": 3, "US_SSN": 30, "MEDICAL": 0}, 10) == {"PERSON": "1-9", "US_SSN": 30}
    assert coarse({"PERSON": 3, "US_SSN": 30}, 31) == {"PERSON": "1-30", "US_SSN": "1-30"}


def test_a_name_that_holds_a_finding_becomes_a_label():
    """The evidence calls such a file by its number."""
    assert label(3, "jane-doe.txt", holds_finding=True) == "file 3"
    assert label(3, "notes.txt", holds_finding=False) == "notes.txt"


# --- report -------------------------------------------------------------------------------


class Elements(HTMLParser):
    """Collects tags with attributes, and whether every tag is closed."""

    VOID = frozenset({"meta", "br", "link", "img", "hr"})

    def __init__(self, text):
        super().__init__()
        self.all, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


PAGES = {
    "release": report_html(summary()),
    "final": report_html(summary((TABLE,))),
    "nothing": report_html(Tally().summary(Run("0.1.0"))),
    "scan": report_html(summary(run=replace(RUN, purpose="scan"))),
    "scan without policy": report_html(summary(run=Run("0.1.0", purpose="scan"))),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_the_report_is_self_contained_and_well_formed(page):
    """No script, no address outside the file, every element closed."""
    found = Elements(page)
    assert found.open == []
    tags = {tag for tag, _ in found.all}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not re.search(r"https?:|//[a-z]|url\(|@import", page)
    assert not any(name.startswith("on") or name == "style" for _, attrs in found.all for name in attrs)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_the_report_can_be_read_with_a_screen_reader(page):
    """Language, landmarks, one first heading, headings in order, header cells with scope, unique ids."""
    found = Elements(page).all
    assert ("html", {"lang": "en"}) in found
    assert {"header", "main", "footer"} <= {tag for tag, _ in found}
    headings = [int(tag[1]) for tag, _ in found if re.fullmatch("h[1-6]", tag)]
    assert headings.count(1) == 1
    assert all(then - now <= 1 for now, then in itertools.pairwise(headings))
    assert all("scope" in attrs for tag, attrs in found if tag == "th")
    assert all("aria-hidden" in attrs for tag, attrs in found if tag == "svg")
    ids = [attrs["id"] for _, attrs in found if "id" in attrs]
    assert len(ids) == len(set(ids))
    pointed = {attrs[name] for _, attrs in found for name in ("aria-labelledby",) if name in attrs}
    assert pointed <= set(ids)


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_colours_of_the_report_have_contrast():
    """Text has at least 4.5:1 against its ground in light and dark (WCAG 2.1, 1.4.3)."""
    blocks = re.findall(r":root \{([^}]*)\}", PAGES["release"])[:2]
    for block in blocks:
        colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        pairs = [
            (ink, paper) for ink in ("ink", "soft", "accent", "final-ink", "open-ink") for paper in ("paper", "card")
        ]
        pairs += [
            ("ink", "final-paper"),
            ("ink", "open-paper"),
            ("final-ink", "final-paper"),
            ("open-ink", "open-paper"),
        ]
        assert all(_contrast(colour[ink], colour[paper]) >= 4.5 for ink, paper in pairs)


def test_the_report_says_what_matters():
    """Status, counts in plain words, law, held files with reasons, what to do next."""
    page = " ".join(PAGES["release"].split())
    for words in (
        "Provisional: not ready to hand over",
        "1 place in this release waits for a person",
        "Social Security numbers",
        "MCA 2-6-1003",
        "a part is encrypted",
        "an image without text recognition",
        "What to do next",
    ):
        assert words in page
    assert "Final" in PAGES["final"]
    assert "No policy was given" in PAGES["scan without policy"]


def test_the_report_escapes_what_it_is_given():
    """A file name or reason cannot put markup into the report."""
    outcome = FileOutcome("<script>x</script>", status="held", reasons=('"><img src=x onerror=y>',))
    page = report_html(Tally().summary(RUN, [outcome]))
    assert "<script" not in page
    assert "<img" not in page


def test_long_lists_are_cut_and_say_so():
    """Ten thousand files give a report of readable size that says where the rest is."""
    outcomes = [FileOutcome(f"file-{at:05}.txt") for at in range(10_000)]
    page = report_html(Tally().summary(RUN, outcomes))
    assert len(page) < 500_000
    assert "9,500 more files" in page


def test_every_entity_has_words_for_people():
    """No report shows a code where a word exists."""
    assert all("_" not in entity_words(each) and not entity_words(each).isupper() for each in ENTITIES)


@pytest.mark.parametrize(
    ("iso", "words"), [("2026-03-02T09:05:00+00:00", "2 March 2026, 09:05 UTC"), ("whenever", "whenever")]
)
def test_moments_are_written_as_people_write_them(iso, words):
    """A time is shown in words; what is no time stands as it is."""
    assert moment(iso) == words


# --- scan results -------------------------------------------------------------------------


def test_sarif_has_the_shape_that_viewers_need():
    """Version, driver, rules, and results with level, message, file and logical location; no snippet."""
    lines = results(UNITS)
    log = sarif(lines, summary())
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note", "none"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["logicalLocations"][0]["fullyQualifiedName"]
        assert " " not in location["physicalLocation"]["artifactLocation"]["uri"]
    assert "snippet" not in json.dumps(log)
    assert run["invocations"] == [{"executionSuccessful": False}]


def test_scan_json_counts_by_file_and_place():
    """Each file has its lines with counts; a column is one line."""
    told = scan_json(results(UNITS), summary())
    people = next(file for file in told["files"] if file["file"] == "people.csv")
    assert [line["count"] for line in people["findings"] if line["entity"] == "US_SSN"] == [40]
    assert told["totals"]["files"] == 3


def test_a_scan_without_policy_lists_findings():
    """Without decisions the findings stand, marked as found."""
    finding = decision((Block(0),)).finding
    (line,) = results([Examined("notes.txt", coverage(Cover.CLEARED), findings=(finding,))])
    assert (line[0].action, line[0].location, line[1]) == ("found", "block 1", 1)


def test_no_digest_leaves_with_the_evidence():
    """Nothing that is sent out holds a digest of a value, keyed or not, nor the path of an input."""
    whole = summary()
    out = written(log_rows(UNITS, RUN)) + report_html(whole) + json.dumps(sarif(results(UNITS), whole))
    out += json.dumps(manifest(whole, Path("nowhere"))) + json.dumps(scan_json(results(UNITS), whole))
    assert "d" * 32 not in out
    assert "in/mail.mbox" not in out
