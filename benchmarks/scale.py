"""What a row more costs, on one machine and on Spark: the figures of docs/scale.md. Writes its own tables.

The typed table of ``tables.py`` is redacted with two numbers of rows by each engine; what the larger run took beyond
the smaller one, divided by the rows that it has more, is the cost of a row, and what is left is the start. Processor
time is that of every process of the run, looked at ten times a second: the driver (the command itself), Spark's Java,
and all other processes (workers). Bytes are what these processes read and wrote by any way, pipes and caches included.

    python benchmarks/scale.py --rows 200000 1000000 --engines local spark
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil
from tables import PROJECT, write_table

EVERY = 0.1
ENGINES = {"local": ["--workers", "1"], "spark": ["--engine", "spark", "--spark-master", "local[2,4]"]}
Told = dict[str, float]


class Watch:
    """What the processes of a run have used so far, by kind, and how large the folder of the run was."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.root, self.folder = psutil.Process(pid), folder
        self.used: dict[tuple[int, float], tuple[str, Told]] = {}
        self.largest = 0

    def look(self) -> None:
        """Note what every process of the run has used until now."""
        try:
            tree = [self.root, *self.root.children(recursive=True)]
        except psutil.Error:
            return
        for each in tree:
            try:
                with each.oneshot():
                    times, moved = each.cpu_times(), each.io_counters()
                    kind = "driver" if each.pid == self.root.pid else "java" if each.name() == "java" else "workers"
                    used = {"cpu": times.user + times.system, "read": moved.read_chars, "written": moved.write_chars}
                    self.used[each.pid, each.create_time()] = kind, used
            except psutil.Error:
                continue
        self.largest = max(self.largest, _size(self.folder))

    def told(self) -> Told:
        """Return the sums by kind: seconds of processor time, bytes."""
        sums: dict[str, float] = defaultdict(float)
        for kind, used in self.used.values():
            for name, value in used.items():
                sums[f"{kind} {name}"] += value
        return {**sums, "folder": float(self.largest)}


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # it went meanwhile
            continue
    return total


def run(table: Path, engine: str) -> Told:
    """Return what one redaction used, its wall clock and the size of its copy."""
    folder = table.with_name("run")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    out = folder / "release"
    command = [sys.executable, "-m", "pipeline", "redact", str(table), "--policy", "montana", "--out", str(out)]
    command += ["--accuracy", "fast", *ENGINES[engine]]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=said, stderr=subprocess.STDOUT, env=environment)
        watch = Watch(process.pid, folder)
        while process.poll() is None:
            watch.look()
            time.sleep(EVERY)
        said.seek(0)
        words = said.read().decode()[-2000:]
    seconds = time.perf_counter() - start
    if process.returncode not in {0, 1} or not (out / "release.json").exists():
        raise SystemExit(f"the redaction failed ({process.returncode}): {words}")
    copy = _size(out / "records")
    shutil.rmtree(folder)
    return {**watch.told(), "wall": seconds, "copy": float(copy)}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, nargs=2, default=(200_000, 1_000_000), metavar=("SMALL", "LARGE"))
    asked.add_argument("--engines", nargs="+", default=list(ENGINES), choices=ENGINES)
    given = asked.parse_args()
    small, large = sorted(given.rows)
    folder = Path(tempfile.mkdtemp(prefix="releasable-scale-"))
    try:
        sizes = {}
        for rows in (small, large):
            write_table(folder / f"{rows}.csv", rows, form=False)
            sizes[rows] = (folder / f"{rows}.csv").stat().st_size
        print(f"input: {(sizes[large] - sizes[small]) / (large - small):.0f} bytes a row", flush=True)
        for engine in given.engines:
            fewer, more = (run(folder / f"{rows}.csv", engine) for rows in (small, large))
            print(f"{engine}, {small} and {large} rows, load {os.getloadavg()[0]:.1f}")
            for name in sorted(more):
                each = (more[name] - fewer.get(name, 0.0)) / (large - small)
                rest = fewer.get(name, 0.0) - each * small
                seconds = name.endswith("cpu") or name == "wall"
                told = f"{each * 1e6:.1f} µs a row, start {rest:.1f} s" if seconds else f"{each:.0f} bytes a row"
                print(f"  {name}: {told}")
            print("  " + json.dumps({"small": fewer, "large": more}), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
