"""Measures the column profile: on the labelled tables, and on made-up tables in the shapes of many offices.

    python benchmarks/columns.py [--tables DIR] [--seeds N] [--all]

A labelled column is found when it gets the class of its entity (an identifier where the label says so) or is left
to be examined cell by cell; it is right when it gets that class. ``--all`` lists every column that is not right.
No value of a table is shown.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from office_tables import OfficeTable, tables

from pipeline.formats.delimited import Delimited
from pipeline.model import ColumnClass, Source
from pipeline.tables.profile import profile
from pipeline.tables.vocabulary import load_vocabulary
from recognizers.presidio import Recognizer
from recognizers.registry import load_recognizers

LABELLED = Path(__file__).resolve().parents[2] / "shared" / "eval" / "dev" / "csv"
NOT_JUDGED = {"LOCATION", "ORG", "DATE"}
SIZES = (6, 12, 20, 400)
EXAMINED = {"free_text", "unsure"}


@dataclass
class Tally:
    """What came out over many columns."""

    labelled: int = 0
    found: int = 0
    right: int = 0
    others: int = 0
    called: int = 0
    texts: int = 0
    examined: int = 0
    wrong: list[str] = field(default_factory=list)

    def words(self) -> str:
        return (
            f"found {self.found}/{self.labelled}, right entity {self.right}/{self.labelled} "
            f"({self.right / max(1, self.labelled):.1%}), others called an entity {self.called}/{self.others} "
            f"({self.called / max(1, self.others):.1%}), texts examined {self.examined}/{self.texts}"
        )


def judge(table: OfficeTable, classes: tuple[ColumnClass, ...], tally: Tally) -> None:
    """Count how the classes of a made-up table fit what its columns hold."""
    for title, holds, found in zip(table.titles, table.holds, classes, strict=True):
        if not any(row[found.index].strip() for row in table.rows):
            continue  # an empty column holds nothing
        entity, _, part = holds.partition("/")
        got = f"{table.name} ({len(table.rows)} rows), {title}: {found.kind} {found.entity}/{found.part}, not {holds}"
        if holds == "text":
            tally.texts += 1
            fits = found.kind in EXAMINED or found.entity == "PERSON"
            tally.examined += fits
        elif entity.isupper():
            tally.labelled += 1
            tally.found += found.kind in EXAMINED or found.kind == "entity"
            fits = found.kind == "entity" and found.entity == entity and part in ("", found.part)
            tally.right += fits
        elif holds == "identifier":
            tally.labelled += 1
            fits = found.kind == "identifier"
            tally.found += fits or found.kind in EXAMINED or found.kind == "entity"
            tally.right += fits
        elif holds != "?":
            tally.others += 1
            fits = found.kind != "entity"
            tally.called += not fits
        else:
            fits = True
        if not fits:
            tally.wrong.append(got)


def made_up(recognizers: list[Recognizer], seeds: int) -> Iterator[tuple[int, Tally]]:
    """Yield, for each number of rows, what came out over all tables."""
    for size in SIZES:
        tally = Tally()
        for seed in range(seeds):
            for table in tables(seed, size):
                header, rows = as_read(table)
                judge(table, profile(rows, header, recognizers, load_vocabulary()), tally)
        yield size, tally


def as_read(table: OfficeTable) -> tuple[list[str] | None, list[list[str]]]:
    """Return header and rows of a table as the reader finds them in its CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([table.header, *table.rows] if table.header is not None else table.rows)
    return read_csv(text.getvalue().encode(), table.name)


def read_csv(data: bytes, name: str) -> tuple[list[str] | None, list[list[str]]]:
    """Return header (None: none) and rows of a CSV file as the reader finds them."""
    kind = Delimited()
    units = list(kind.units(io.BytesIO(data), Source(name, "delimited", len(data))))
    found = [(row, cells) for unit in units for row, cells in kind.table(data[unit.start : unit.stop], unit)]
    return json.loads(units[0].context["header"]) or None, [cells for row, cells in found if row >= 0]


def labelled(recognizers: list[Recognizer], folder: Path) -> Tally:
    """Return what came out over the labelled tables of a folder."""
    tally = Tally()
    for path in sorted(folder.glob("*.labels.json")):
        data = path.with_name(path.name.replace(".labels.json", ".csv")).read_bytes()
        labels = json.loads(path.read_text(encoding="utf-8"))["columns"]
        header, rows = read_csv(data, path.name)
        header = header or []
        holds = [_holds(labels.get(title, {}).get("label")) for title in header]
        table = OfficeTable(path.name, header, rows, holds, header)
        judge(table, profile(rows, header, recognizers, load_vocabulary()), tally)
    return tally


def _holds(label: str | None) -> str:
    if label is None:
        return "-"
    return {"LINKED_IDENTIFIER": "identifier"}.get(label, "?" if label in NOT_JUDGED else label)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path, default=LABELLED)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--all", action="store_true")
    asked = parser.parse_args()
    recognizers = [each for each in load_recognizers("patterns") if not each.needs_model]
    results = [(f"made up, {size} rows", tally) for size, tally in made_up(recognizers, asked.seeds)]
    if asked.tables.is_dir():
        results.insert(0, ("labelled", labelled(recognizers, asked.tables)))
    for name, tally in results:
        print(f"{name}: {tally.words()}")
        if asked.all:
            print("".join(f"    {each}\n" for each in tally.wrong), end="")


if __name__ == "__main__":
    main()
