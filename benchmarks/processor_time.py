"""Runs a release and tells how long it took by the clock, and how much processor time its processes had.

    python benchmarks/processor_time.py FILE redact IN --policy montana --out OUT      (writes two numbers to FILE)

What the main process does for a file does not spread over workers. Its processor time, against that of the workers,
says what can be reached with two, also on a machine that others use; the clock says something only on a quiet one.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of processor time of the main process and of all workers together."""

    clock: float
    main: float
    workers: float

    def __sub__(self, other: Took) -> Took:
        return Took(self.clock - other.clock, self.main - other.main, self.workers - other.workers)

    @property
    def at_best(self) -> float:
        """How much faster two workers can be than one, if what the main process does takes its time beside them."""
        return (self.main + self.workers) / (self.main + self.workers / 2)


def released(source: Path, out: Path, workers: int, *more: str) -> Took:
    """Return what a release took (raises SystemExit where it ends in an error)."""
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.NamedTemporaryFile(suffix=".json") as told:
        command = [sys.executable, __file__, told.name, "redact", str(source), "--policy", "montana"]
        began = time.monotonic()
        done = subprocess.run(
            [*command, "--out", str(out), "--workers", str(workers), *more],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=False,
        )
        clock = time.monotonic() - began
        if done.returncode not in {0, 1}:
            raise SystemExit(f"the run failed ({done.returncode})\n{done.stderr}")
        return Took(clock, *json.loads(Path(told.name).read_bytes()))


def print_rates(what: str, count: int, small: Path, large: Path, out: Path) -> None:
    """Release a file with one worker and with two and print the rates, what a small one takes taken off."""
    rates, least = [], Took(0.0, 0.0, 0.0)
    for workers in (1, 2):
        start = released(small, out, workers, "--accuracy", "fast")
        took = released(large, out, workers, "--accuracy", "fast")
        rates.append(count / (took.clock - start.clock))
        least = took - start if workers == 1 else least
        took_words = f"{took.clock:.1f} s, of which {start.clock:.1f} s to start"
        print(f"{workers} worker(s): {rates[-1]:,.2f} {what}/s ({took_words})")
    print(f"two workers are {rates[1] / rates[0]:.2f} times one")
    print(
        f"processor time with one: main process {least.main:.2f} s, worker {least.workers:.2f} s; two are at best "
        f"{least.at_best:.2f} times one"
    )


def main() -> None:
    from pipeline.cli import main as command  # noqa: PLC0415 - in the process that is measured only

    told, sys.argv = Path(sys.argv[1]), ["releasable", *sys.argv[2:]]
    try:
        command()
    finally:
        used = (resource.getrusage(which) for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        told.write_text(json.dumps([each.ru_utime + each.ru_stime for each in used]))


if __name__ == "__main__":
    main()
