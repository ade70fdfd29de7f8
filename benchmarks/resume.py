"""Kills a redaction of a large table at random moments, takes it up each time, and compares the bytes.

    python benchmarks/resume.py --rows 1000000 --kills 10

Prints for each kill how far the run had come, and at the end whether the release is byte for byte that of a run
that was never killed, and whether anything was left behind.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tables import PROJECT, write_table


def start(table: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline", "redact", str(table), "--policy", "montana", "--out", str(out), *more]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SOURCE_DATE_EPOCH": "1700000000"}
    return subprocess.Popen(
        [*command, "--accuracy", "fast"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def digest(folder: Path) -> str:
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        made.update(str(path.relative_to(folder)).encode())
        if path.is_file():
            made.update(path.read_bytes())
    return made.hexdigest()


STARTING = 5.0
"""Seconds until a run works on the table."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="releasable-resume-"))
    table = folder / "table.csv"
    write_table(table, given.rows, form=False)
    began = time.monotonic()
    if start(table, folder / "whole").wait() not in {0, 1}:
        raise SystemExit("the run that is not killed failed")
    whole = time.monotonic() - began
    print(f"not killed: {whole:.1f} s", flush=True)
    chance, left = random.Random(given.seed), given.kills
    while True:
        process = start(table, folder / "out", "--resume")
        if left:
            try:
                # a start, and so much that all kills together come before the end
                code = process.wait(STARTING + chance.uniform(0, 1.5) * (whole - STARTING) / given.kills)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                left -= 1
                done = {
                    each.name: len(list(each.iterdir())) for each in (folder / ".out.work").glob("*/") if each.is_dir()
                }
                print(f"killed, {left} to go; answers kept: {done}", flush=True)
                continue
        else:
            code = process.wait()
        print(f"ended with {code}", flush=True)
        break
    same = digest(folder / "out") == digest(folder / "whole")
    strays = sorted(each.name for each in folder.iterdir() if each.name not in {"table.csv", "whole", "out"})
    print(f"kills: {given.kills - left}; bytes equal: {same}; left behind: {strays or 'nothing'}")
    shutil.rmtree(folder)
    raise SystemExit(0 if same and not strays else 1)


if __name__ == "__main__":
    main()
