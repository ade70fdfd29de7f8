"""Measures detection: characters a second on one core, memory of a worker, cold start, beside stock Presidio.

    python benchmarks/bench_scan.py [--sets DIR] [--stock-model FOLDER]
    python benchmarks/bench_scan.py --only thorough|fast|patterns      (one statement alone; writes no page)

What is aimed at stands beside each figure; where one is missed, the command says so and ends with 1.
Every contender is a process of its own, all on one core. The mail is dealt into parts; the contenders take turns on
each part, so that a busy machine disturbs all of them alike. Rates are characters per second of processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import corpus
import page
import psutil

PARTS = 3
LEARNT = "patterns, automata learnt"
"""The same as ``patterns`` once all the mail was read before, with nothing remembered of its texts."""
BATCHES = f"{LEARNT}, batches"
"""The same in calls of :data:`BATCH` characters, as ``releasable detect`` and the columns of tables make them."""
BATCH = 50_000
TURNS = 5
"""How often a part is read where the automata have learnt; the median counts."""
OURS = ("thorough", "fast", "patterns", LEARNT, BATCHES)
STOCK = "stock Presidio, entity model alone"
STOCK_WHOLE = "stock Presidio, whole model"
TIMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
TIMES_STOCK = {"thorough": 1.5, "fast": 2.5}
"""The least times the rate of stock Presidio, by contender."""
LEAST_RATE = {BATCHES: 5_000_000}
"""The least characters a second (no more than bytes), by contender."""
MOST_MEMORY = 1_000_000_000
"""The most bytes of memory that one worker of ours may hold."""
ONLY = {"thorough": ("thorough",), "fast": ("fast",), "patterns": ("patterns", LEARNT, BATCHES)}
LETTER = corpus.ROOT / "sample_data" / "letters" / "2025-05-02-letter-to-the-clerk.txt"


def main() -> None:
    options = _options()
    if options.contender:
        contend(options.contender, options.sets, options.stock_model)
        return
    load = psutil.getloadavg()[0]  # before our own work: what else the machine was doing
    every = corpus.messages(options.sets)
    rates, memory, setup = compete(options)
    missed = missed_aims(rates, memory)
    tables = [_corpus_line(every, options.sets, load), speed_table(rates, memory, setup), _told(missed)]
    if options.only:
        raise SystemExit(_printed(tables, missed))
    tables += [
        "Cold start, seconds of wall clock, models on disk:\n\n" + cold_start(),
        "Where a thorough scan spends its time, from the most expensive to the cheapest (what "
        "recognizers share counts for the first of them that runs):\n\n" + by_recognizer(options),
    ]
    if not options.dry:
        page.put(page.DOCS / "performance.md", "measured", "\n\n".join(tables))
    raise SystemExit(_printed(tables, missed))


def _printed(tables: list[str], missed: list[str]) -> int:
    """Print the tables, what was missed once more to the error output; return the exit code."""
    print("\n\n".join(tables), flush=True)
    for each in missed:
        print(f"missed: {each}", file=sys.stderr)
    return 1 if missed else 0


def _told(missed: list[str]) -> str:
    return "Missed: " + "; ".join(missed) + "." if missed else "All that is aimed at is reached."


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, default=corpus.SETS, help="folder of labelled sets with raw mail")
    parser.add_argument("--stock-model", type=Path, help="folder of the whole en_core_web_md, for stock Presidio")
    parser.add_argument(
        "--only", choices=ONLY, help="measure one contender and what it is compared with; write no page"
    )
    parser.add_argument("--dry", action="store_true", help="print only; leave docs/performance.md as it is")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    return parser.parse_args()


# --- the contenders, each in its own process ---------------------------------------------


def contend(name: str, sets: Path, stock_model: Path | None) -> None:
    """Answer every number of a part that comes in with characters, processor seconds and peak memory."""
    dealt = corpus.parts(corpus.messages(sets), PARTS)
    if name == BATCHES:
        dealt = list(map(_batches, dealt))
    if name == "recognizers":
        print(json.dumps(_recognizer_times(dealt[0])), flush=True)
        return
    from pipeline.execution.worker import settle  # noqa: PLC0415 - each contender loads only its own

    began = time.process_time()
    run = _runner(name, stock_model)
    run([("Subject", "The sewer main on the corner is 12 feet deep, said Maren Voss.")])
    settle()  # as a worker does once it is set up
    print(json.dumps({"setup": time.process_time() - began}), flush=True)
    if name in {LEARNT, BATCHES}:
        for part in dealt:
            _time_of(run, part)
    for line in sys.stdin:
        part = dealt[int(line)]
        seconds = _time_again(run, part) if name in {LEARNT, BATCHES} else _time_of(run, part)
        answer = {"characters": sum(map(corpus.size, part)), "seconds": seconds, "memory": _peak_memory()}
        print(json.dumps(answer), flush=True)


def _batches(part: list[corpus.Message]) -> list[corpus.Message]:
    """Return the segments of a part in batches."""
    made: list[corpus.Message] = [[]]
    for segment in (each for message in part for each in message):
        if corpus.size(made[-1]) >= BATCH:
            made.append([])
        made[-1].append(segment)
    return made


def _time_of(run: Callable[[corpus.Message], object], part: list[corpus.Message]) -> float:
    """Return the processor seconds that a part takes."""
    began = time.process_time()
    for message in part:
        run(message)
    return time.process_time() - began


def _time_again(run: Callable[[corpus.Message], object], part: list[corpus.Message]) -> float:
    """Return the median of the processor seconds of some turns, nothing remembered of the texts of those before."""
    from recognizers.triggers import forget_texts  # noqa: PLC0415 - as above

    seconds = []
    for _ in range(TURNS):
        forget_texts()
        seconds.append(_time_of(run, part))
    return statistics.median(seconds)


def _runner(name: str, stock_model: Path | None) -> Callable[[corpus.Message], object]:
    from pipeline.execution.worker import forbid_network  # noqa: PLC0415 - each contender loads only its own

    forbid_network()
    if name in OURS:
        from pipeline.detect import examine  # noqa: PLC0415

        recognizers = _recognizers(name)
        return lambda message: examine(message, recognizers)
    from stock_presidio import stock_engine, stock_spans  # noqa: PLC0415

    engine = stock_engine(stock_model if name == STOCK_WHOLE else None)
    return lambda message: stock_spans(engine, [text for _, text in message])


def _recognizers(name: str) -> list[Any]:
    """Return the recognizers, loaded the way a worker loads them."""
    from pipeline.state import Job, prepare  # noqa: PLC0415
    from recognizers.entities import ENTITIES  # noqa: PLC0415

    wanted = [each for each in ENTITIES if each not in {"PERSON", "STREET_ADDRESS"}] if name in ONLY["patterns"] else ()
    job = Job(key=bytes(32), decided_at="", level="fast" if name == "fast" else "thorough", entities=tuple(wanted))
    return prepare(job).recognizers


SPACY = "spaCy (model)"
RAMPART = "Rampart (model), with the gate that says where it is asked"


def _recognizer_times(part: list[corpus.Message]) -> dict[str, Any]:
    """Return the processor seconds of each model and each recognizer on a part; models apart from rules."""
    from pipeline.detect import label_words  # noqa: PLC0415
    from recognizers.names.ensemble import NameModels  # noqa: PLC0415
    from recognizers.names.spacy_ner import SpacyNames  # noqa: PLC0415

    texts = [[f"{label_words(label)}: {text}" if label else text for label, text in message] for message in part]
    recognizers = _recognizers("thorough")
    kept, spacy_alone = NameModels.shared("thorough"), NameModels([SpacyNames()])
    steps: dict[str, Any] = {SPACY: spacy_alone.annotate}
    steps |= {each.NAME: each.find_many for each in recognizers}
    for run in (*steps.values(), kept.annotate):
        run(["The sewer main on the corner is 12 feet deep, said Maren Voss."])
    seconds = dict.fromkeys(steps, 0.0)
    both = 0.0
    for message in texts:  # one after another on each message, as in a scan: what the recognizers share counts once
        began = time.process_time()
        kept.annotate(message)  # kept from here on: person_name and street_address are timed without the models
        both += time.process_time() - began
        for name, run in steps.items():
            began = time.process_time()
            run(message)
            seconds[name] += time.process_time() - began
    seconds[RAMPART] = max(0.0, both - seconds[SPACY])
    return {"characters": sum(map(corpus.size, part)), "seconds": seconds}


def _peak_memory() -> int:
    """Return the most bytes of memory that this process has held."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return int(psutil.Process().memory_info().peak_wset)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


# --- the race -----------------------------------------------------------------------------


def compete(options: argparse.Namespace) -> tuple[dict[str, list[float]], dict[str, int], dict[str, float]]:
    """Return for each contender its rates (characters a second) on the parts, its peak memory, its set-up time."""
    ours = ONLY[options.only] if options.only else OURS
    rivals = [STOCK, *([STOCK_WHOLE] if options.stock_model else [])]
    names = [*ours, *(rivals if not options.only or options.only in TIMES_STOCK else [])]
    rates: dict[str, list[float]] = {name: [] for name in names}
    memory: dict[str, int] = {}
    with _started(names, options) as running:
        setup = {name: json.loads(_line(each))["setup"] for name, each in running.items()}
        for part in range(PARTS):
            for name in names:
                told = _asked(running[name], part)
                rates[name].append(told["characters"] / told["seconds"])
                memory[name] = told["memory"]
    return rates, memory, setup


@contextmanager
def _started(names: list[str], options: argparse.Namespace) -> Iterator[dict[str, subprocess.Popen[str]]]:
    running = {name: _start(name, options) for name in names}
    try:
        yield running
    finally:
        for each in running.values():
            each.kill()
            each.wait()


def _start(name: str, options: argparse.Namespace) -> subprocess.Popen[str]:
    call = [sys.executable, __file__, "--contender", name, "--sets", str(options.sets)]
    if options.stock_model:
        call += ["--stock-model", str(options.stock_model)]
    started = subprocess.Popen(
        call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **dict.fromkeys(TIMES, "1")}
    )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(started.pid, {min(os.sched_getaffinity(0))})
    return started


def _asked(contender: subprocess.Popen[str], part: int) -> dict[str, Any]:
    assert contender.stdin is not None
    contender.stdin.write(f"{part}\n")
    contender.stdin.flush()
    told: dict[str, Any] = json.loads(_line(contender))
    return told


def _line(contender: subprocess.Popen[str]) -> str:
    assert contender.stdout is not None
    line = contender.stdout.readline()
    if not line:
        raise SystemExit("a contender ended early; its words stand above")
    return line


# --- the tables ---------------------------------------------------------------------------


def _corpus_line(every: list[corpus.Message], sets: Path, load: float) -> str:
    memory = round(psutil.virtual_memory().total / 2**30)
    sources = "the sample mailbox" + (" and raw messages of public sets" if sets.exists() else " alone")
    return (
        f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores with {memory} GiB of memory "
        f"(load {load:.1f} before the start), "
        f"{platform.system()}, Python {platform.python_version()}, presidio-analyzer {version('presidio-analyzer')}, "
        f"spaCy {version('spacy')}, onnxruntime {version('onnxruntime')}. The mail: {sources}; {len(every)} messages, "
        f"{len(list(chain(*every)))} distinct segments, {sum(map(corpus.size, every)):,} characters."
    )


def speed_table(rates: dict[str, list[float]], memory: dict[str, int], setup: dict[str, float]) -> str:
    """Return the table of rates; the middle one of the parts counts, the others are shown as a range."""
    rivals = {"times stock": STOCK, "times stock, whole model": STOCK_WHOLE}
    rivals = {title: each for title, each in rivals.items() if each in rates}
    rows = []
    for name, every in rates.items():
        against = [f"{times(rates, name, rival):.2f}" for rival in rivals.values()]
        spread = f"{min(every):,.0f} to {max(every):,.0f}"
        row = [name, f"{statistics.median(every):,.0f}", spread, *against, _aim(name)]
        rows.append([*row, f"{memory[name] / 2**20:,.0f} MiB", f"{setup[name]:.1f} s"])
    header = ["one core", "characters/s", "slowest to fastest part", *rivals, "aimed at"]
    return page.table([*header, f"peak memory (ours: at most {MOST_MEMORY / 2**20:,.0f} MiB)", "set up"], rows)


def times(rates: dict[str, list[float]], name: str, rival: str) -> float:
    """Return how many times as fast as another a contender is, both on their middle part."""
    return statistics.median(rates[name]) / statistics.median(rates[rival])


def _aim(name: str) -> str:
    if name in TIMES_STOCK:
        return f"at least {TIMES_STOCK[name]:.1f} times stock"
    return f"at least {LEAST_RATE[name]:,} characters/s" if name in LEAST_RATE else ""


def missed_aims(rates: dict[str, list[float]], memory: dict[str, int]) -> list[str]:
    """Return in words what was aimed at and not reached."""
    missed = []
    for name, every in rates.items():
        if name in TIMES_STOCK and (reached := times(rates, name, STOCK)) < TIMES_STOCK[name]:
            missed.append(f"{name} is {reached:.2f} times stock, not {TIMES_STOCK[name]:.1f}")
        if statistics.median(every) < LEAST_RATE.get(name, 0):
            missed.append(f"{name}: {statistics.median(every):,.0f} characters/s, not {LEAST_RATE[name]:,}")
        if name in OURS and memory[name] > MOST_MEMORY:
            missed.append(f"{name} held {memory[name] / 2**20:,.0f} MiB of memory")
    return missed


def cold_start() -> str:
    """Return how long ``--help`` takes, and a scan of one small letter from start to end."""
    program = [sys.executable, "-m", "pipeline"]
    scan = [*program, "scan", str(LETTER), "--fail-on", "never", "--workers", "1"]
    calls = {"`releasable --help`": [*program, "--help"]}
    calls |= {
        f"`releasable scan` of one letter, {level}": [*scan, "--accuracy", level] for level in ("fast", "thorough")
    }
    rows = [[name, f"{statistics.median(_seconds(call) for _ in range(3)):.2f}"] for name, call in calls.items()]
    return page.table(["command", "seconds, middle of 3"], rows)


def _seconds(call: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(call, cwd=corpus.ROOT, check=True, capture_output=True)
    return time.monotonic() - began


def by_recognizer(options: argparse.Namespace) -> str:
    """Return the table of the models and of each recognizer's own rules."""
    with _started(["recognizers"], options) as running:
        told = json.loads(_line(running["recognizers"]))
    seconds: dict[str, float] = told["seconds"]
    total = sum(seconds.values())
    ranked = sorted(seconds.items(), key=lambda each: -each[1])
    rows = [
        [
            name,
            f"{told['characters'] / max(each, 1e-9):,.0f}",
            f"{1e6 * each / told['characters']:.2f}",
            f"{each / total:.1%}",
        ]
        for name, each in ranked
    ]
    return page.table(["alone", "characters/s", "seconds a million characters", "share of thorough"], rows)


if __name__ == "__main__":
    main()
