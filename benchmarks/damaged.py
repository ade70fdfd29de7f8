"""Sends damaged files with planted values through whole releases: each has to come out clean, or be held with a reason.

    python benchmarks/damaged.py --kinds gif,bmp --variants 500 --seed 7

For each kind, files with made-up values of their own are cut short or get bits flipped, and are released in one run of
``releasable redact``. Then every copy is searched for the values of its file, ``releasable verify`` runs, and the time
and the largest process are told. A file that ends neither way, a traceback, a hang and a value in a copy are faults.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "tests"), str(PROJECT)]

from damagedhelp import BUILDERS, surviving, write_variants  # noqa: E402 - the path has to be set first

LIMIT = 3_600.0
"""Seconds after which a run counts as hung."""


def ran(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "RELEASABLE_STATE": str(folder / "state"), "RELEASABLE_CONFIG": str(folder / "no-config")}
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT, check=False)


def tried(kind: str, count: int, seed: int, folder: Path) -> bool:
    """Release variants of a kind and say what became of them; return whether all went well."""
    (folder / "in").mkdir()
    known = write_variants(kind, count, seed, folder / "in")
    start = time.monotonic()
    out = folder / "out"
    given = ("--policy", "montana", "--accuracy", "fast", "--out", str(out))
    done = ran("redact", str(folder / "in"), *given, folder=folder)
    took = time.monotonic() - start
    faults: list[str] = []
    if "Traceback" in done.stderr + done.stdout or done.returncode not in {0, 1, 3}:
        faults.append(f"redact ended with {done.returncode}: {done.stderr[-2000:]}")
    if (out / "release.json").is_file():
        records = json.loads((out / "release.json").read_text(encoding="utf-8"))["records"]
        ends = Counter(each["status"] for each in records)
        names = {each["name"] for each in records}
        missing = [each for each in known if not any(each in name for name in names)]
        neutral = sum(name.startswith("file-") for name in names)  # a name that nobody came to examine is not told
        faults += [f"{each} is told nothing of" for each in missing[neutral:]]
        held = [each for each in records if each["status"] != "released"]
        faults += [f"{each['name']} has no reason" for each in held if not each["reasons"]]
        faults += [f"{each} survives" for each in surviving(out / "records", known)]
        reasons = Counter(why for each in held for why in each["reasons"])
        again = ran("verify", str(out), "--accuracy", "fast", folder=folder)
        if again.returncode != 0:
            faults.append(f"verify ended with {again.returncode}: {(again.stdout + again.stderr)[-2000:]}")
    else:
        ends, reasons = Counter(), Counter()
        faults.append(f"there is no release: {(done.stdout + done.stderr)[-2000:]}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{kind}: {count} variants in {took:.0f} s, {dict(ends)}, largest process so far {peak:.0f} MiB", flush=True)
    for why, times in reasons.most_common(8):
        print(f"    {times:4d}  {why[:150]}", flush=True)
    for each in faults[:20]:
        print(f"    FAULT {each}", flush=True)
    return not faults


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kinds", default=",".join(BUILDERS))
    asked.add_argument("--variants", type=int, default=500)
    asked.add_argument("--seed", type=int, default=2026)
    given = asked.parse_args()
    well = True
    for kind in given.kinds.split(","):
        with tempfile.TemporaryDirectory(prefix="releasable-damaged-") as folder:
            well = tried(kind, given.variants, given.seed, Path(folder)) and well
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
