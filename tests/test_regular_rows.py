"""Tables by column: the same release as row by row, the same bytes where nothing is withheld, digests on disk."""

from __future__ import annotations

import csv
import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from conftest import Command, Road, command_environment, everything_in
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.digest_set import DigestSetWriter
from pipeline.errors import Failure
from pipeline.execution.local import Pool
from pipeline.formats import format_named
from pipeline.model import Column, RecordFacts, Source, Unit
from pipeline.tables.columnar import Columnar, columnar, single_lines
from pipeline.texts.digest import Keyed
from pipeline.workspace import Runner

HEADER = "permit_no,first_name,last_name,spouse,email,phone,ssn,date_of_birth,street_address,city,seen_on,code,note"
GIVEN = ["Wilma", "Rosa", "Grace", "Mark", "May", "Ana", "Luis", "José", "Standing", "Mary-Ann", "J.", "O'Dell"]
SURNAME = [
    "Testperson",
    "Bear",
    "Garcia",
    "O'Neill",
    "Park",
    "Young",
    "Helena",
    "Smith-Jones",
    "Doe",
    "Baker",
    "King",
    "García",
    "Will",
]
CITIES = ("Helena", "Butte", "Miles City", "Cañon City", "")
NOTES = (
    "", "", "", "", "", "please hurry", "see {phone}", "{given} called again", "ask {surname}", "born {dob}", "no",
    "{email} bounced", "the fence of Wilma Otherperson fell down", "{ssn}", "ref {permit}", "{handle}", "N/A",
)  # fmt: skip


def table(seed: int, rows: int = 260) -> list[list[str]]:
    """Return a made-up table in which values come again in cells that stay, in this row and in others."""
    rng = random.Random(seed)
    made: list[list[str]] = []
    for number in range(rows):
        given, surname = rng.choice(GIVEN), rng.choice(SURNAME)
        fill = {
            "given": given, "surname": surname, "handle": f"{given[0]}{surname}".lower(),
            "email": f"{given}.{surname}{number}@example.com".lower(), "permit": f"{7000000 + number}",
            "phone": f"406-555-{rng.randint(100, 199):04d}", "dob": f"{rng.randint(1940, 2004)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
            "ssn": f"{rng.randint(1, 665):03d}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}",
        }  # fmt: skip
        other = rng.choice(made) if made and rng.random() < 0.2 else None
        note = rng.choice(NOTES).format(**fill)
        made.append([
            fill["permit"], given if rng.random() < 0.95 else "", surname if rng.random() < 0.95 else "",
            rng.choice(["", "", f"{rng.choice(GIVEN)} {rng.choice(SURNAME)}", f"{surname}, {rng.choice(GIVEN)} Q."]),
            fill["email"] if rng.random() < 0.9 else rng.choice(["", "clerk@mt.gov", "n/a"]),
            fill["phone"] if rng.random() < 0.9 else rng.choice(["", "(406) 555-0123 x4", "none"]),
            fill["ssn"] if rng.random() < 0.8 else "", fill["dob"] if rng.random() < 0.9 else "",
            f"{rng.randint(1, 9999)} {rng.choice(['Elm', 'Oak', 'Last Chance'])} {rng.choice(['St', 'Avenue', 'Gulch'])}",
            rng.choice(CITIES), rng.choice([fill["dob"], "2024-03-11 10:20", "2023-12-01", ""]) if rng.random() < 0.3 else "2024-05-06",
            rng.choice(["A-1", "B-2", other[5] if other else "C-3", other[0] if other else "D", other[6] if other else "E"]),
            note if other is None else rng.choice([note, other[4], f"as {other[6]}", "12.50"]),
        ])  # fmt: skip
    return made


def typed(rows: list[list[str]]) -> list[list[str]]:
    """Return rows without anything strange in the columns that stay."""
    return [[*row[:3], "", *row[4:9], "Butte", "2024-05-06", "A-1", ""] for row in rows]


def written(rows: list[list[str]], *, header: str = HEADER, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator=end, quoting=quoting)
    if header:
        writer.writerow(header.split(","))
    writer.writerows(rows)
    return stream.getvalue()


@pytest.mark.models
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2))
def test_a_release_by_column_is_the_release_row_by_row(road: Road, tmp_path: Path, seed: int) -> None:
    """Copies, log and report are the same bytes, whichever way the rows of a table go."""
    folder = tmp_path / "in"
    folder.mkdir()
    first, second = table(seed), table(seed + 100)
    for at in range(0, 200, 3):
        second[at][0] = first[at][0]  # the same permit in another file, beside another person or none
    nobody = [[row[0], *[""] * 9, row[10], row[11], ""] for row in first[:120]]
    (folder / "one.csv").write_text(written(first), "utf-8")
    (folder / "two.csv").write_text(written(second, end="\r\n", quoting=csv.QUOTE_ALL), "utf-8", newline="")
    (folder / "visits.csv").write_text(written(nobody), "utf-8")
    (folder / "letter.txt").write_text(f"Dear clerk, my number is {first[5][6] or '536-90-4399'}.\n", "utf-8")
    outs = {}
    for by_column in (True, False):
        state = replace(road.state, job=replace(road.state.job, by_column=by_column), quiet=set(), clear=set())
        outs[by_column] = tmp_path / str(by_column)
        done = Road(state).release(folder, outs[by_column])
        assert done.exit_code == 1
    for name in ("records/one.csv", "records/two.csv", "records/visits.csv", "records/letter.txt", "redaction-log.csv"):
        assert (outs[True] / name).read_bytes() == (outs[False] / name).read_bytes(), name


def _agreed(rows: list[list[str]], keyed: Keyed) -> RecordFacts:
    """Return that the owners of some mailboxes and telephones agreed to a use that no law asks for."""
    told = [("EMAIL_ADDRESS", row[4].upper()) for row in rows[::7]] + [
        ("PHONE_NUMBER", f"+1 {row[5]}") for row in rows[::5]
    ]
    return RecordFacts(purpose="third_party_use", consents=frozenset(keyed.digest(*each) for each in told) - {""})


def _own(rows: list[list[str]], keyed: Keyed) -> RecordFacts:
    """Return that somebody asks for her own record, whose name is borne by many."""
    own = rows[20]
    told = [("EMAIL_ADDRESS", own[4]), ("PHONE_NUMBER", own[5]), ("US_SSN", own[6]), ("PERSON", f"{own[1]} {own[2]}")]
    told += [("PERSON", own[1]), ("PERSON", own[2]), ("DATE_OF_BIRTH", own[7]), ("STREET_ADDRESS", own[8])]
    return RecordFacts(subject_access=True, own=frozenset(keyed.digest(*each) for each in told) - {""})


@pytest.mark.models
@pytest.mark.timeout(600)
@pytest.mark.parametrize("told", [_agreed, _own])
def test_what_people_agreed_to_and_whose_a_row_is_counts_by_column_too(
    road: Road, tmp_path: Path, told: Callable[[list[list[str]], Keyed], RecordFacts]
) -> None:
    """Rows of who agreed, or who asks, are told by column; the release is the one row by row, and something stands."""
    rows = typed(table(5, 300))
    rows[20][4:8] = ["wilma.own@example.com", "406-555-0177", "536-90-4399", "1971-02-03"]
    rows[40][5] = rows[20][5]  # another record with one number of hers is not hers
    rows[60][4:6] = [rows[20][4].upper(), "(406) 555-0177 x12"]
    (tmp_path / "t.csv").write_text(written(rows), "utf-8")
    facts = told(rows, road.state.keyed)
    logs, copies = [], []
    for at, stated in ((True, facts), (False, facts), (True, RecordFacts(purpose=facts.purpose))):
        job = replace(road.state.job, by_column=at, facts=stated)
        out = tmp_path / f"out-{len(copies)}"
        Road(replace(road.state, job=job, quiet=set(), clear=set())).release(tmp_path / "t.csv", out)
        copies.append((out / "records/t.csv").read_bytes())
        logs.append((out / "redaction-log.csv").read_bytes())
    assert copies[0] == copies[1]
    assert logs[0] == logs[1]
    assert copies[0] != copies[2]
    assert (b"wilma.own@example.com" in copies[0].lower()) == (told is _own)
    found = Road(replace(road.state, job=replace(road.state.job, facts=facts), quiet=set(), clear=set()))
    done = found.scan(tmp_path / "t.csv")
    ssns = [each.finding for each in done.decisions if each.finding.entity == "US_SSN"]
    by_column = sum(each.count for each in ssns if isinstance(each.address[0], Column))
    assert by_column > sum(each.count for each in ssns) // 6  # many rows share one of a hundred numbers


@pytest.mark.models
def test_most_rows_of_a_typed_table_go_by_column(road: Road, tmp_path: Path) -> None:
    """Rows without anything strange are found by column, with the number of their cells."""
    rows = typed(table(9, 400))
    (tmp_path / "t.csv").write_text(written(rows), "utf-8")
    done = road.scan(tmp_path / "t.csv")
    found = [each.finding for each in done.decisions if isinstance(each.finding.address[0], Column)]
    by_column: dict[int, int] = {}
    for each in found:
        assert isinstance(each.address[0], Column)
        by_column[each.address[0].column] = by_column.get(each.address[0].column, 0) + each.count
    assert {0, 1, 2, 4, 5, 6, 7, 8} <= set(by_column)
    assert by_column[8] > 200


@pytest.mark.models
def test_a_value_withheld_in_one_table_goes_from_the_plain_cells_of_another(road: Road, tmp_path: Path) -> None:
    """A number that is withheld in a typed column does not stand in another file's harmless column."""
    rows = table(3, 300)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "people.csv").write_text(written(rows), "utf-8")
    plain = [["2024-01-02", "B-2", rows[at][6].replace("-", "") if at % 40 == 0 else "120"] for at in range(300)]
    (tmp_path / "in" / "visits.csv").write_text(written(plain, header="day,code,amount"), "utf-8")
    road.release(tmp_path / "in", tmp_path / "out")
    copy = (tmp_path / "out" / "records" / "visits.csv").read_text("utf-8")
    for row in rows[::40]:
        assert not row[6] or row[6].replace("-", "") not in copy
    assert copy.count("120") >= 280


CELLS = st.text(st.sampled_from("ab1,;\"'\t \n=é-"), max_size=6)


def _columnar(data: bytes) -> tuple[Columnar | None, Unit]:
    source = Source("x.csv", "delimited", len(data))
    (unit, *_) = format_named("delimited").units(io.BytesIO(data), source)
    return columnar(data[unit.start : unit.stop], unit), unit


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=3, max_size=9),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_rows_as_columns_come_back_byte_for_byte(rows: list[list[str]], end: str, quoting: int) -> None:
    """Whatever is taken as columns gives the same bytes again, whole, in part, and with single rows replaced."""
    data = written(rows, header="one,two,three", end=end, quoting=quoting).encode()
    try:
        taken, unit = _columnar(data)
    except Exception as error:  # noqa: BLE001 - a table that the format refuses is none of this test's
        assert "UnreadableSource" in type(error).__name__  # noqa: PT017
        return
    if taken is None:
        return
    assert taken.written(taken.columns, {}, taken.head) == data
    everything = np.arange(taken.rows)
    assert taken.head + taken.raw(everything) == data
    head, lines = single_lines(data, unit)
    assert (head, b"".join(lines)) == (taken.head, taken.raw(everything))
    assert taken.written(taken.columns, {0: lines[0]}, taken.head) == data


def test_a_marker_with_the_delimiter_in_it_is_quoted() -> None:
    """What is written into a table that had no quotes gets them where it needs them."""
    taken, _ = _columnar(b"a,b\n1,2\n3,4\n5,6\n")
    assert taken is not None
    columns = [pa.array(["x,y", "3", 'say "no"']), taken.columns[1]]
    assert taken.written(columns, {}, taken.head) == b'a,b\n"x,y",2\n3,4\n"say ""no""",6\n'


def test_a_digest_set_holds_what_was_added_with_its_code(tmp_path: Path) -> None:
    """Every digest that was added is found with the lowest of its codes, hardly any other passes the filter."""
    rng = np.random.default_rng(1)
    inside = rng.integers(0, 2**64, 50_000, dtype=np.uint64)
    writer = DigestSetWriter(tmp_path / "set")
    writer.add(inside[:25_000], 7)
    writer.add(inside[25_000:], 9)
    writer.add(inside[:10], 3)
    known = writer.finish()
    assert len(known) == 50_000
    assert known.holds(inside).all()
    assert [known.code(int(inside[at])) for at in (0, 9, 10, 25_000)] == [3, 3, 7, 9]
    outside = rng.integers(0, 2**64, 50_000, dtype=np.uint64)
    assert not known.holds(outside).any()
    assert known.may_hold(outside).mean() < 0.02


def _digest_set(folder: Path, runner: Runner | None) -> dict[str, bytes]:
    """Return the bytes of a set of 40,000 digests, some of them there twice, sorted here or by a runner's workers."""
    rng = np.random.default_rng(2)
    writer = DigestSetWriter(folder)
    digests = rng.integers(0, 2**64, 40_000, dtype=np.uint64)
    for code, part in enumerate(np.array_split(np.concatenate((digests, digests[::7])), 9)):
        writer.add(part, 9 - code)
    assert len(writer.finish(runner)) == 40_000
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_a_digest_set_that_workers_sort_has_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices sorted by workers make the set that one process makes, though one is sorted twice and one fails."""

    class Unsteady:
        def share(self, value: object) -> None:
            raise NotImplementedError

        def map(self, function: Callable[..., Any], items: Iterable[Any]) -> Iterator[tuple[Any, Any, Failure | None]]:
            for item in items:
                if item.number == 5:  # its machine is lost: done again
                    function(None, item)
                if item.number == 7:
                    yield item, None, Failure("WorkerStopped", "", "it took longer than 120 seconds and was stopped")
                else:
                    yield item, function(None, item), None

    serial = _digest_set(tmp_path / "serial", None)
    monkeypatch.setattr("pipeline.digest_set.FEW", 1000)
    assert len(serial) == 64 * 2 + 1
    assert _digest_set(tmp_path / "unsteady", Unsteady()) == serial
    with Pool(2, dict, ()) as pool:
        assert _digest_set(tmp_path / "pool", pool) == serial


def test_an_empty_digest_set_holds_nothing(tmp_path: Path) -> None:
    """A set to which nothing was added answers every question with no."""
    known = DigestSetWriter(tmp_path / "set").finish()
    assert known.code(5) is None
    assert not known.holds(np.array([1, 2], dtype=np.uint64)).any()


# --- runs that are killed -------------------------------------------------------------------


def _start(tmp_path: Path, arguments: list[str], epoch: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=tmp_path, env=command_environment(tmp_path, {"SOURCE_DATE_EPOCH": epoch}),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.models
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path: Path, command: Command) -> None:
    """Killed three times and taken up again each time, a run gives the bytes of one that was never killed."""
    rows = typed(table(5, 9000))
    source = tmp_path / "in" / "t.csv"
    source.parent.mkdir()
    source.write_text(written(rows), "utf-8")
    epoch = "1700000000"
    common = ["redact", str(source), "--policy", "montana", "--accuracy", "fast", "--workers", "1"]
    assert command(*common, "--out", "whole", env={"SOURCE_DATE_EPOCH": epoch}).returncode == 1
    for stage in ("examine", "decided", "write"):
        process = _start(tmp_path, [*common, "--out", "out", "--resume"], epoch)
        until = time.monotonic() + 120
        while not list((tmp_path / ".out.work").glob(f"{stage}/*[0-9]")):
            assert process.poll() is None, f"the run ended before {stage}"
            assert time.monotonic() < until
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert rows[0][6].encode() not in everything_in(tmp_path / ".out.work")
    done = command(*common, "--out", "out", "--resume", env={"SOURCE_DATE_EPOCH": epoch})
    assert done.returncode == 1, done.stderr
    assert everything_in(tmp_path / "out") == everything_in(tmp_path / "whole")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in", "out", "state", "tmp", "whole"]
    assert not [each for each in (tmp_path / "state").rglob("*") if each.is_file()]


@pytest.mark.models
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("change", ["input", "policy"])
def test_a_changed_input_or_policy_refuses_to_go_on(tmp_path: Path, command: Command, change: str) -> None:
    """A killed run is not taken up with another input or policy; the message says which, and nothing is released."""
    source = tmp_path / "in" / "t.csv"
    source.parent.mkdir()
    source.write_text(written(table(5, 3000)), "utf-8")
    common = ["redact", str(source), "--accuracy", "fast", "--workers", "1", "--out", "out", "--resume"]
    process = _start(tmp_path, [*common, "--policy", "montana"], "1700000000")
    until = time.monotonic() + 120
    while not list((tmp_path / ".out.work").glob("examine/*[0-9]")) and time.monotonic() < until:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    if change == "input":
        source.write_text(written(table(6, 3000)), "utf-8")
    policy = "montana" if change == "input" else "massachusetts"
    done = command(*common, "--policy", policy, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert done.returncode == 2
    assert f"the {change} changed since the run began" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.models
def test_a_recognizer_that_fails_on_a_cell_holds_the_table(road: Road, tmp_path: Path) -> None:
    """A table in which one text of a column could not be examined is not released, regular rows or not."""
    from recognizers.presidio import Recognizer

    class Failing(Recognizer):
        ENTITIES = ("PERSON",)
        NAME = "failing"

        def find(self, text: str):
            if "qzx" in text:
                raise RuntimeError(text)
            return []

    rows = typed(table(9, 60))
    rows[7][11] = "qzx"
    (tmp_path / "t.csv").write_text(written(rows), "utf-8")
    done = road.with_recognizers(Failing()).release(tmp_path / "t.csv", tmp_path / "out")
    assert done.exit_code == 3
    assert not list((tmp_path / "out" / "records").rglob("*"))
    assert b"qzx" not in everything_in(tmp_path / "out")
