"""Measures leak and precision at both accuracy levels on labelled sets, beside stock Presidio where asked for.

    python benchmarks/accuracy.py [--sets DIR] [--stock] [--stock-model FOLDER]

Writes the tables into docs/accuracy.md; the figures are those of ``releasable evaluate``. No text of a set is shown.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import corpus
import page

from pipeline.cli.evaluate import find_spans
from pipeline.cli.options import Accuracy
from pipeline.cli.running import Asked
from pipeline.evaluation import GoldSet, Measured, Span, measure, read_gold
from pipeline.execution.local import Limits, Pool

ALL = "all"
LEAK_TARGETS = {
    "emailcoref_enron": {"PERSON": 0.015, "EMAIL_ADDRESS": 0.003, "STREET_ADDRESS": 0.20},
    "uner_ewt_other": {"PERSON": 0.04},
    "presidio_research": {ALL: 0.05, "STREET_ADDRESS": 0.10, "PHONE_NUMBER": 0.05, "PERSON": 0.03},
    "form_rows": {ALL: 0.03},
    "nanni_incidents": {ALL: 0.10},
    "pattern_cases": {ALL: 0.04},
    "usaddress_strings": {ALL: 0.08},
    "probablepeople_strings": {"PERSON": 0.04},
}
"""The most that may leak at thorough, by set and label."""

PRECISION_TARGETS = {
    "emailcoref_enron": ("charP", 0.88),
    "uner_ewt_other": ("charP", 0.75),
    "presidio_research": ("P", 0.80),
    "form_rows": ("P", 0.90),
    "nanni_incidents": ("P", 0.75),
    "pattern_cases": ("P", 0.96),
    "probablepeople_strings": ("P", 0.90),
}
"""The least precision at thorough, of all labels together: in spans (P) or in characters (charP)."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Someone who looks for spans in the sets: a name for the tables, and what it found, set by set."""

    name: str
    measured: dict[str, Measured]


def main() -> None:
    options = _options()
    paths = sorted(
        path.with_name(path.name.replace(".meta.json", ".jsonl")) for path in options.sets.glob("*.meta.json")
    )
    if not paths:
        raise SystemExit(f"{options.sets} holds no labelled sets; give a folder with --sets")
    sets = [read_gold(path) for path in paths]
    contenders = [_ours(level, sets, options.workers) for level in (Accuracy.THOROUGH, Accuracy.FAST)]
    if options.stock or options.stock_model:
        contenders.append(_stock(options.stock_model, sets, options.workers))
    text = "\n\n".join([_about(options), *(_set_table(each, contenders) for each in sets)])
    print(text)
    if not options.dry:
        page.put(page.DOCS / "accuracy.md", "measured", text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, default=corpus.SETS, help="folder of NAME.jsonl with NAME.meta.json")
    parser.add_argument("--stock", action="store_true", help="measure stock Presidio too")
    parser.add_argument("--stock-model", type=Path, help="folder of the whole en_core_web_md for it (implies --stock)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dry", action="store_true", help="print only; leave docs/accuracy.md as it is")
    return parser.parse_args()


# --- the contenders -----------------------------------------------------------------------


def _ours(level: Accuracy, sets: list[GoldSet], workers: int) -> Contender:
    found = find_spans(sets, Asked("", None, level, "", workers), _quiet)
    return _judged(level.value, sets, found)


def _stock(folder: Path | None, sets: list[GoldSet], workers: int) -> Contender:
    with Pool(workers, prepare_stock, (folder,), Limits(seconds=600)) as pool:
        found = [_stock_found(pool, each) for each in sets]
    return _judged("stock", sets, found)


def prepare_stock(folder: Path | None) -> object:
    from stock_presidio import stock_engine  # noqa: PLC0415 - only in its own workers

    return stock_engine(folder)


def stock_spans_of_texts(engine: Any, texts: list[str]) -> list[list[tuple[int, int, str]]]:
    from stock_presidio import stock_spans  # noqa: PLC0415 - only in its own workers

    return stock_spans(engine, texts)


def _stock_found(pool: Pool, gold: GoldSet) -> dict[Any, list[Span]]:
    found = {}
    batches = [gold.documents[start : start + 25] for start in range(0, len(gold.documents), 25)]
    texts = [[document.text for document in batch] for batch in batches]
    for batch, (_, answer, failure) in zip(batches, pool.map(stock_spans_of_texts, texts), strict=True):
        if failure is not None:
            raise SystemExit(f"stock Presidio failed on {gold.name}: {failure.what}")
        found |= {document.id: [Span(*span) for span in spans] for document, spans in zip(batch, answer, strict=True)}
    return found


def _judged(name: str, sets: list[GoldSet], found: list[Any]) -> Contender:
    sys.stderr.write(f"{name}: done\n")
    return Contender(name, {each.name: measure(each, spans) for each, spans in zip(sets, found, strict=True)})


def _quiet(*_: object) -> None:
    """Show no progress."""


# --- the tables ---------------------------------------------------------------------------


def _about(options: argparse.Namespace) -> str:
    model = "the whole model" if options.stock_model else "the entity part of the model"
    stock = (
        f", with {model} en_core_web_md, its default recognizers and threshold"
        if options.stock_model or options.stock
        else ""
    )
    return f"Measured {time.strftime('%Y-%m-%d')}; presidio-analyzer {version('presidio-analyzer')}{stock}."


def _set_table(gold: GoldSet, contenders: list[Contender]) -> str:
    names = [each.name for each in contenders]
    header = ["label", "marked", "leak, at most", *(f"leak, {name}" for name in names)]
    shown = [] if gold.recall_only else ["P", "charP"]
    header += [f"{kind}, {name}" for kind in shown for name in names]
    labels = [label for label, figures in contenders[0].measured[gold.name].labels.items() if figures.gold]
    rows = [_row(gold.name, label, contenders, shown) for label in [*([] if len(labels) == 1 else [ALL]), *labels]]
    return f"### {gold.name}\n\n{_precision_line(gold, contenders[0])}{page.table(header, rows)}"


def _row(name: str, label: str, contenders: list[Contender], shown: list[str]) -> list[str]:
    figures = [_figures(each.measured[name], label) for each in contenders]
    targets = LEAK_TARGETS.get(name, {})
    only = len(contenders[0].measured[name].labels) == 1
    target = targets.get(label, targets.get(ALL) if only else None)
    leaks = [_share(each.leak) for each in figures]
    if target is not None and figures[0].leak is not None and figures[0].leak > target:
        leaks[0] = f"**{leaks[0]}**"
    precise = [_decimal(getattr(each, kind)) for kind in shown for each in figures]
    return [label, str(figures[0].gold), _share(target) if target is not None else "", *leaks, *precise]


def _figures(measured: Measured, label: str) -> Any:
    return measured.micro if label == ALL else measured.labels[label]


def _precision_line(gold: GoldSet, first: Contender) -> str:
    if gold.name not in PRECISION_TARGETS:
        return ""
    kind, least = PRECISION_TARGETS[gold.name]
    value = getattr(first.measured[gold.name].micro, kind)
    verdict = "reached" if value is not None and value >= least else "**not reached**"
    return f"{kind} of all labels at thorough: {_decimal(value)}, wanted at least {least:.2f}: {verdict}.\n\n"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
