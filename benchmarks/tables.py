"""Tables against stock Presidio: cells per second, workers, memory, growth. Writes its own inputs, prints ratios.

(a) a typed table of 12 columns without free text; (b) a web-form table of 14 columns whose comment column is
filled in every fifth row. Ours is the whole of ``releasable redact``: read, examine, decide, write, verify. Stock
is ``BatchAnalyzerEngine.analyze_dict`` (find only) with the same spaCy model, on a sample of the same rows.

    python benchmarks/tables.py --rows-a 10000000 --rows-b 200000
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
from presidio_analyzer import BatchAnalyzerEngine
from stock_presidio import stock_engine

PROJECT = Path(__file__).resolve().parent.parent
CHUNK = 100_000
HEADER_A = [
    "record_no",
    "first_name",
    "last_name",
    "email",
    "phone",
    "ssn",
    "date_of_birth",
    "street_address",
    "city",
    "zip",
    "fee_paid",
    "filed_on",
]
HEADER_B = (*HEADER_A, "status", "comments")
STREETS = ("Elm", "Oak", "Pine", "Main", "Rodney", "Ewing", "Cutler", "Harrison", "Benton", "Broadway", "Spruce")
KINDS = ("St", "Ave", "Rd", "Dr", "Ln", "Blvd", "Street", "Avenue")
CITIES = ("Billings", "Missoula", "Great Falls", "Bozeman", "Butte", "Kalispell", "Havre", "Anaconda", "Miles City")
ZIPS = ("59101", "59801", "59401", "59715", "59701", "59901", "59501", "59711", "59301")
OPENINGS = (
    "Please call me back about the {thing} before the end of the week.",
    "{given} {surname} here again, the {thing} has still not been looked at.",
    "My neighbour {other} {surname2} told me that the {thing} is on your list.",
    "I paid the fee for the {thing} at the counter and never got a receipt.",
    "You can reach my husband at 406-555-{digits} about the {thing}.",
    "We live at {number} {street} {kind} and the {thing} is a danger to everybody.",
)
THINGS = [
    "culvert",
    "street light",
    "permit",
    "water bill",
    "fence",
    "dog licence",
    "sidewalk",
    "snow plow",
    "storm drain",
    "parking ticket",
]
FILLER = [
    "the",
    "office",
    "was",
    "closed",
    "when",
    "we",
    "came",
    "by",
    "and",
    "nobody",
    "could",
    "say",
    "whether",
    "our",
    "form",
    "had",
    "been",
    "read",
    "yet",
    "so",
    "we",
    "would",
    "be",
    "glad",
    "of",
    "an",
    "answer",
    "by",
    "mail",
    "or",
    "by",
    "telephone",
    "at",
    "any",
    "time",
    "that",
    "suits",
    "you",
    "and",
    "thank",
    "you",
    "for",
    "your",
    "patience",
    "with",
    "this",
]


def names(path: str) -> pa.Array:
    lines = (PROJECT / "configs" / path).read_text(encoding="utf-8").splitlines()
    words = [line.split()[0].title() for line in lines if line and not line.startswith("#")]
    return pa.array([each for each in words if each.isascii() and each.isalpha()][:4000])


def picked(rng: np.random.Generator, texts: pa.Array, count: int) -> pa.Array:
    return texts.take(pa.array(rng.integers(0, len(texts), count)))


def one_of(rng: np.random.Generator, texts: Any) -> Any:
    return texts[int(rng.integers(len(texts)))]


def padded(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def joined(*parts: Any) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def typed_columns(
    rng: np.random.Generator, first: int, count: int, given: pa.Array, surname: pa.Array
) -> list[pa.Array]:
    def number(low: int, high: int) -> np.ndarray:
        return rng.integers(low, high, count)

    one, other = picked(rng, given, count), picked(rng, surname, count)
    place = number(0, len(CITIES))
    serial = np.arange(first, first + count)
    return [
        pc.cast(pa.array(1_000_000 + serial), pa.string()),
        one,
        other,
        joined(
            pc.utf8_lower(one),
            ".",
            pc.utf8_lower(other),
            pc.cast(pa.array(serial % 9973), pa.string()),
            "@example.",
            picked(rng, pa.array(["com", "org", "net"]), count),
        ),
        joined("406-555-", padded(number(100, 200), 4)),
        joined(padded(number(1, 666), 3), "-", padded(number(1, 100), 2), "-", padded(number(1, 10000), 4)),
        joined(padded(number(1930, 2007), 4), "-", padded(number(1, 13), 2), "-", padded(number(1, 29), 2)),
        joined(
            pc.cast(pa.array(number(1, 9999)), pa.string()),
            " ",
            picked(rng, pa.array(STREETS), count),
            " ",
            picked(rng, pa.array(KINDS), count),
        ),
        pa.array(CITIES).take(pa.array(place)),
        pa.array(ZIPS).take(pa.array(place)),
        joined(pc.cast(pa.array(number(5, 400)), pa.string()), ".", picked(rng, pa.array(["00", "25", "50"]), count)),
        joined("20", padded(number(12, 26), 2), "-", padded(number(1, 13), 2), "-", padded(number(1, 29), 2)),
    ]


def comments(rng: np.random.Generator, columns: list[pa.Array], given: pa.Array, surname: pa.Array) -> pa.Array:
    count = len(columns[0])
    kept: list[str] = []
    texts = [""] * count
    for row in np.flatnonzero(rng.random(count) < 0.2).tolist():
        if kept and rng.random() < 0.1:
            texts[row] = one_of(rng, kept)
            continue
        fill = {
            "thing": one_of(rng, THINGS),
            "given": columns[1][row].as_py(),
            "surname": columns[2][row].as_py(),
            "other": one_of(rng, given).as_py(),
            "surname2": one_of(rng, surname).as_py(),
            "digits": f"{int(rng.integers(100, 200)):04d}",
            "number": int(rng.integers(1, 9999)),
            "street": one_of(rng, STREETS),
            "kind": one_of(rng, KINDS),
        }
        text = one_of(rng, OPENINGS).format(**fill)
        start, length = int(rng.integers(len(FILLER))), int(rng.integers(15, 36))
        texts[row] = f"{text} Case {row}: " + " ".join((FILLER * 3)[start : start + length]) + "."
        kept.append(texts[row])
    quoted = [f'"{text}"' if "," in text else text for text in texts]
    return pa.array(quoted)


def write_table(path: Path, rows: int, *, form: bool, seed: int = 7) -> None:
    given, surname = names("given_names.txt"), names("surnames.txt")
    rng = np.random.default_rng(seed)
    with path.open("wb") as stream:
        stream.write((",".join(HEADER_B if form else HEADER_A) + "\n").encode())
        for first in range(0, rows, CHUNK):
            count = min(CHUNK, rows - first)
            columns = typed_columns(rng, first, count, given, surname)
            if form:
                columns.append(picked(rng, pa.array(["open", "closed", "pending"]), count))
                columns.append(comments(rng, columns, given, surname))
            lines = joined(pc.binary_join_element_wise(*columns, ","), "\n")
            stream.write(memoryview(lines.buffers()[2]))


class Memory(threading.Thread):
    """The highest resident memory of a process and all its children, in bytes, looked at ten times a second.

    ``peak`` adds up what each process holds; what they share (libraries, the filter of a set of digests) counts for
    each of them. ``once`` counts it once (PSS of Linux; looked at twice a second, 0 where there is none).
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak, self.once = psutil.Process(pid), 0, 0

    def run(self) -> None:
        for turn in count():
            try:
                tree = [self.root, *self.root.children(recursive=True)]
                self.peak = max(self.peak, sum(_held(each, "rss") for each in tree))
                if turn % 5 == 0:
                    self.once = max(self.once, sum(_held(each, "pss") for each in tree))
                if not self.root.is_running() or self.root.status() == psutil.STATUS_ZOMBIE:
                    return
            except psutil.Error:
                return
            time.sleep(0.1)


def _held(process: psutil.Process, what: str) -> int:
    try:
        told = process.memory_info() if what == "rss" else process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(told, what, 0))


def redact(path: Path, level: str, workers: int) -> tuple[float, float, float]:
    """Return seconds of wall clock and peak MiB of one redaction, as the sum and with what is shared once."""
    out = path.with_suffix(".release")
    shutil.rmtree(out, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "redact",
        str(path),
        "--policy",
        "montana",
        "--out",
        str(out),
        "--accuracy",
        level,
        "--workers",
        str(workers),
    ]
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    memory = Memory(process.pid)
    memory.start()
    _, told = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode not in {0, 1} or not (out / "release.json").exists():
        raise SystemExit(f"the redaction failed ({process.returncode}): {told.decode()[-2000:]}")
    if json.loads((out / "release.json").read_text())["totals"]["files"]["released"] != 1:
        raise SystemExit("the table was not released")
    shutil.rmtree(out)
    return seconds, memory.peak / 2**20, memory.once / 2**20


def stock(path: Path, rows: int, seconds: float) -> float:
    """Return cells per second of stock Presidio over the first rows, for as long as ``seconds``."""
    batch = BatchAnalyzerEngine(stock_engine())
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        body = [row for row, _ in zip(reader, range(rows), strict=False)]
    done = cells = 0
    list(batch.analyze_dict({name: [row[at] for row in body[:20]] for at, name in enumerate(header)}, "en"))
    start = time.process_time()
    while time.process_time() - start < seconds and done < len(body):
        part = body[done : done + 200]
        list(batch.analyze_dict({name: [row[at] for row in part] for at, name in enumerate(header)}, "en"))
        done += len(part)
        cells += len(part) * len(header)
    return cells / (time.process_time() - start)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows-a", type=int, default=1_000_000)
    asked.add_argument("--rows-b", type=int, default=20_000)
    asked.add_argument("--stock-seconds", type=float, default=60)
    asked.add_argument("--skip-stock", action="store_true")
    asked.add_argument("--tables", default="ab", choices=("a", "b", "ab"), help="which tables are measured")
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--only-write", action="store_true")
    given = asked.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="releasable-bench-"))
    folder.mkdir(exist_ok=True)
    print(folder, flush=True)
    small = max(given.rows_a // 10, 1000)
    every = {"a": given.rows_a, "a-small": small, "b": given.rows_b}
    sizes = {name: rows for name, rows in every.items() if name[0] in given.tables}
    paths = {name: folder / f"{name}.csv" for name in sizes}
    for name, rows in sizes.items():
        if not paths[name].exists():
            write_table(paths[name], rows, form=name == "b")
    if given.only_write:
        return
    told: dict[str, Any] = {}
    if not given.skip_stock:
        for name in given.tables:
            told[f"stock {name}, cells/s"] = stock(paths[name], 20_000, given.stock_seconds)
        print(json.dumps(told), flush=True)
    cells_a, cells_b = given.rows_a * len(HEADER_A), given.rows_b * len(HEADER_B)
    for name, path, cells, level, workers in (
        ("a, small, 1 worker", "a-small", small * len(HEADER_A), "thorough", 1),
        ("a, 1 worker", "a", cells_a, "thorough", 1),
        ("a, small, 2 workers", "a-small", small * len(HEADER_A), "thorough", 2),
        ("a, 2 workers", "a", cells_a, "thorough", 2),
        ("b fast, 1 worker", "b", cells_b, "fast", 1),
        ("b thorough, 1 worker", "b", cells_b, "thorough", 1),
        ("b thorough, 2 workers", "b", cells_b, "thorough", 2),
    ):
        if path not in paths:
            continue
        seconds, peak, once = redact(paths[path], level, workers)
        told[name] = {
            "seconds": round(seconds, 1),
            "cells/s": round(cells / seconds),
            "peak MiB": round(peak),
            "shared once, MiB": round(once),
        }
        print(name, json.dumps(told[name]), flush=True)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
