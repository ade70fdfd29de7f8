"""Combinations that tell rows apart: counted, reported, mended by the policy, or the table is held."""

from __future__ import annotations

import csv
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Command, Road

from pipeline.copies import anonymity
from pipeline.tables.quasi import Generalisation, coarse_words, coarser, risk_of
from pipeline.workspace import Workspace

RULES = "tables: {k: 5, generalise: %s, definition: 940 CMR 38.00 (made up), authority: G.L. c. 4 s. 7(26)(c)}\n"


def cells(rows: int, seed: int = 1) -> dict[str, list[str]]:
    rng = random.Random(seed)
    return {
        "0": [f"59{rng.randint(0, 2)}{rng.randint(0, 9)}{rng.randint(0, 9)}" for _ in range(rows)],
        "1": [str(rng.randint(20, 79)) for _ in range(rows)],
        "2": [rng.choice("MF") for _ in range(rows)],
    }


def test_unique_rows_and_the_smallest_group_are_counted_as_by_hand(tmp_path: Path) -> None:
    """For every combination the figures are those of a plain count over all rows."""
    table = cells(700)
    risk = risk_of([pa.table(table).slice(0, 300), pa.table(table).slice(300)], [0, 1, 2], tmp_path)
    assert risk.rows == 700
    assert len(risk.combinations) == 7
    for each in risk.combinations:
        groups = Counter(zip(*(table[str(at)] for at in each.columns), strict=True))
        assert each.unique == sum(count == 1 for count in groups.values())
        assert each.k == min(groups.values())


def test_what_would_mend_it_is_what_comes_of_doing_it(tmp_path: Path) -> None:
    """The figures after the generalisations are those of the table in which they were made."""
    table = cells(3000)
    risk = risk_of([pa.table(table)], [0, 1, 2], tmp_path, k=5)
    ways = [way for way, _ in risk.mended]
    words = coarse_words([pa.table(table)], ways, k=5)
    coarse = {at: [words.get(int(at), {}).get(text, text) for text in column] for at, column in table.items()}
    (tmp_path / "again").mkdir()
    again = risk_of([pa.table(coarse)], [0, 1, 2], tmp_path / "again", k=5)
    assert again.whole is not None
    assert (again.whole.unique, again.whole.k) == (risk.mended[-1][1].unique, risk.mended[-1][1].k)


@pytest.mark.parametrize(
    ("text", "way", "after"),
    [
        ("59601", "zip3", "596"), ("59601-1234", "zip3", "596"), ("5960", "zip3", "other"), ("", "zip3", ""),
        ("1978-03-11", "year", "1978"), ("3/11/1978", "year", "1978"), ("unknown", "year", "other"),
        ("1978", "decade", "1970s"), ("47", "ten_years", "40s"), ("7", "ten_years", "0s"),
    ],
)  # fmt: skip
def test_a_cell_made_coarser(text: str, way: str, after: str) -> None:
    """What fits becomes its coarser form, what does not fit says nothing any more."""
    assert coarser(text, way) == after


def test_words_in_few_rows_are_joined() -> None:
    """Words with fewer rows than k become one word."""
    batch = pa.table({"0": ["clerk"] * 6 + ["falconer", "beekeeper"]})
    assert coarse_words([batch], [Generalisation(0, "rare")], k=5) == {0: {"falconer": "other", "beekeeper": "other"}}


def _policy(tmp_path: Path, rules: str) -> Path:
    text = (Path(__file__).parent.parent / "configs/policies/massachusetts.yaml").read_text(encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(
        text.replace("name: massachusetts", "name: own", 1).replace("\nrules:\n", f"\n{rules}\nrules:\n", 1), "utf-8"
    )
    return path


def _table(tmp_path: Path, rows: int = 1200) -> Path:
    columns = cells(rows)
    lines = ["ssn,zip,age,sex,amount"]
    lines += [
        f"{100 + n % 500}-{n % 89 + 10}-{n + 1000},{z},{y},{s},{n % 7}"
        for n, (z, y, s) in enumerate(zip(*columns.values(), strict=True))
    ]
    path = tmp_path / "in" / "claims.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.models
def test_a_release_reports_rows_that_stand_alone(road: Road, tmp_path: Path) -> None:
    """Manifest and report say how many rows are unique and what would mend it, small counts as ranges."""
    road.release(_table(tmp_path), tmp_path / "out")
    (record,) = json.loads((tmp_path / "out" / "release.json").read_text("utf-8"))["records"]
    told = record["quasi_identifiers"]
    assert told["columns"] == [2, 3, 4]
    assert told["unique_rows"] > 100
    assert told["smallest_group"] == "1-9"
    assert any("first three digits" in each["step"] for each in told["would_mend"])
    assert "Rows that stand alone" in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.models
def test_a_policy_that_demands_k_holds_the_table(road: Road, tmp_path: Path) -> None:
    """Without leave to generalise, a table below k is held, and the reason names columns and k."""
    own = road.under(_policy(tmp_path, RULES % "false"))
    done = own.release(_table(tmp_path), tmp_path / "out")
    assert done.exit_code == 1
    (file,) = done.summary.files
    assert file.status == "held"
    assert "columns 2, 3, 4" in file.reasons[0]
    assert not list((tmp_path / "out" / "records").rglob("*"))


def _no_memory(*_: object, **__: object) -> None:
    raise duckdb.OutOfMemoryException("could not keep 59123")


def _no_columns(*_: object) -> None:
    raise ValueError("59123")


@pytest.mark.models
@pytest.mark.parametrize(("name", "trouble"), [("grouped", _no_columns), ("risk_of", _no_memory)])
def test_a_table_that_cannot_be_counted_is_held(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trouble: Callable[..., None]
) -> None:
    """A unit that fails, or a counting engine without memory, holds the table, and no cell is told."""
    monkeypatch.setattr(anonymity, name, trouble)
    done = road.release(_table(tmp_path), tmp_path / "out")
    assert done.exit_code == 3
    (file,) = done.summary.files
    assert file.status == "not_scanned"
    assert "cannot be counted" in file.reasons[0]
    value = re.compile(rb"(?<![0-9a-f])59123(?![0-9a-f])")  # within a longer run of digits it is a digest's, by chance
    assert not any(value.search(each.read_bytes()) for each in (tmp_path / "out").rglob("*") if each.is_file())
    assert not list((tmp_path / "out" / "records").rglob("*"))


@pytest.mark.models
def test_what_a_killed_run_was_counting_is_counted_anew(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half-made database of a run that was killed holds no table back when the run is taken up."""
    work = tmp_path / "work"
    (work / "quasi").mkdir(parents=True)
    with duckdb.connect(str(work / "quasi" / "quasi.duckdb")) as base:
        base.execute("CREATE TABLE cells (n BIGINT)")
    monkeypatch.setattr(Workspace, "temporary", classmethod(lambda kind: kind(work)))
    (file,) = road.release(_table(tmp_path), tmp_path / "out").summary.files
    assert file.status == "released"


@pytest.mark.models
@pytest.mark.parametrize("end", ["", "100-12-1000,59601\n", '"100-12-1000","596""01",30,F,1\n'])
def test_rows_are_counted_alike_by_column_and_one_by_one(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Regular rows, a short row and quotes without need: what is counted does not depend on the way of reading."""
    table = _table(tmp_path)
    table.write_text(table.read_text("utf-8") + end, "utf-8")
    quick = road.release(table, tmp_path / "quick").summary.files[0].quasi
    monkeypatch.setattr(anonymity, "columnar", lambda *_: None)
    slow = road.release(table, tmp_path / "slow").summary.files[0].quasi
    assert quick is not None
    assert quick == slow
    assert quick.rows == 1200 + bool(end)


@pytest.mark.models
def test_a_policy_that_generalises_mends_the_table_and_logs_it(road: Road, tmp_path: Path) -> None:
    """Columns are made coarser until every combination has k rows; the log says which, how often and on what law."""
    own = road.under(_policy(tmp_path, RULES % "true"))
    done = own.release(_table(tmp_path), tmp_path / "out")
    (file,) = done.summary.files
    assert file.status == "released"
    rows = [line.split(",") for line in (tmp_path / "out/records/claims.csv").read_text("utf-8").splitlines()[1:]]
    assert min(Counter(tuple(row[1:4]) for row in rows).values()) >= 5
    assert {row[4] for row in rows} == {str(each) for each in range(7)}
    log = (tmp_path / "out" / "redaction-log.csv").read_text("utf-8")
    assert "QUASI_IDENTIFIER" in log
    assert "first three digits" in log
    assert "G.L. c. 4" in log


@pytest.mark.models
def test_rows_leave_in_another_order_where_the_policy_asks(road: Road, tmp_path: Path) -> None:
    """Shuffled, a table has the same header and the same rows, in another order; the release verifies."""
    source = _table(tmp_path)
    road.under("massachusetts").release(source, tmp_path / "plain")
    own = road.under(_policy(tmp_path, "tables: {shuffle_rows: true}\n"))
    own.release(source, tmp_path / "out")
    before = (tmp_path / "plain/records/claims.csv").read_text("utf-8").splitlines()
    after = (tmp_path / "out/records/claims.csv").read_text("utf-8").splitlines()
    assert after[0] == before[0]
    assert len(after) == len(before)
    assert [line.split(",")[1:] for line in after] != [line.split(",")[1:] for line in before]
    assert sorted(line.split(",")[1:] for line in after) == sorted(line.split(",")[1:] for line in before)


def _same_as(tmp_path: Path, table: Path, kind: str) -> Path:
    """Write a CSV file as the same table in another format."""
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    typed = [{**row, "age": int(row["age"]), "amount": int(row["amount"])} for row in rows]
    path = tmp_path / "in" / f"claims.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(typed), path, row_group_size=500)
    elif kind == "jsonl":
        path.write_text("\n".join(map(json.dumps, typed)) + "\n", "utf-8")
    else:
        path.write_text(json.dumps(typed, indent=1), "utf-8")
    table.unlink()
    return path


def _read_back(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    text = path.read_text("utf-8")
    return list(json.loads(text) if path.suffix == ".json" else map(json.loads, text.splitlines()))


@pytest.mark.models
@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet"])
def test_json_and_parquet_are_counted_held_and_made_coarser_too(road: Road, tmp_path: Path, kind: str) -> None:
    """What stays in them gives away as much as in a CSV file; types stay in columns that are not made coarser."""
    table = _table(tmp_path)
    plain = road.release(table, tmp_path / "csv").summary.files[0].quasi
    source = _same_as(tmp_path, table, kind)
    told = road.release(source, tmp_path / "plain").summary.files[0].quasi
    assert told is not None
    assert plain is not None
    assert (told.rows, told.unique, told.smallest) == (plain.rows, plain.unique, plain.smallest)
    held = road.under(_policy(tmp_path, RULES % "false")).release(source, tmp_path / "held")
    assert held.summary.files[0].status == "held"
    own = road.under(_policy(tmp_path, RULES % "true"))
    assert own.release(source, tmp_path / "out").summary.files[0].status == "released"
    rows = _read_back(tmp_path / "out" / "records" / source.name)
    assert len(rows) == 1200
    assert min(Counter((row["zip"], row["age"], row["sex"]) for row in rows).values()) >= 5
    assert {row["amount"] for row in rows} == set(range(7))


@pytest.mark.models
@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet"])
def test_other_tables_leave_shuffled_or_not_at_all(road: Road, tmp_path: Path, kind: str) -> None:
    """JSON Lines and Parquet are shuffled; a JSON document cannot be, and is held instead of leaving in its order."""
    source = _same_as(tmp_path, _table(tmp_path, 300), kind)
    own = road.under(_policy(tmp_path, "tables: {shuffle_rows: true}\n"))
    (file,) = own.release(source, tmp_path / "out").summary.files
    if kind == "json":
        assert file.status == "held"
        assert "another order of rows" in file.reasons[0]
        return
    road.under("massachusetts").release(source, tmp_path / "same")
    before = [str(row) for row in _read_back(tmp_path / "same" / "records" / source.name)]
    after = [str(row) for row in _read_back(tmp_path / "out" / "records" / source.name)]
    assert before != after
    assert sorted(before) == sorted(after)


@pytest.mark.models
def test_a_run_ends_without_a_word_of_the_libraries(tmp_path: Path, command: Command) -> None:
    """What a run that counted groups prints is ours to the last line."""
    table = cells(40)
    rows = ["zip,age,sex", *(",".join(each) for each in zip(*table.values(), strict=True))]
    (tmp_path / "visits.csv").write_text("\n".join(rows) + "\n")
    done = command("redact", tmp_path / "visits.csv", "--policy", "montana", "--out", "out", "--accuracy", "fast")
    assert done.returncode in {0, 1}
    assert "leaked" not in done.stderr
    assert "Rows that stand alone" in (tmp_path / "out" / "report.html").read_text()
