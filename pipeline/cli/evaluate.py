"""``releasable evaluate``: how well it finds what people marked in one's own texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.console import progress_bar
from pipeline.cli.options import Accuracy, AccuracyOption, ConfigOption, WorkersOption
from pipeline.cli.running import Asked, make_job, workers
from pipeline.errors import OutputError, ReleasableError, UsageError

if TYPE_CHECKING:
    from pipeline.evaluation import Document, GoldSet, Measured, Span
    from pipeline.execution.local import Pool
    from pipeline.results import Progress

    Found = Mapping[Any, Sequence[Span]]

BATCH_CHARACTERS = 50_000
BATCH_TEXTS = 200


def evaluate_command(
    gold: Annotated[
        list[Path],
        typer.Argument(metavar="GOLD.jsonl...", help='Lines of {"id", "text", "spans"}.', show_default=False),
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON (- prints it).")] = None,
    errors: Annotated[
        int,
        typer.Option("--errors", min=0, help="Show up to N misses of each kind: PRINTS TEXT of your labelled data."),
    ] = 0,
    accuracy: AccuracyOption = Accuracy.THOROUGH,
    labels: Annotated[str, typer.Option("--labels", help="Judge these labels only, such as PERSON,US_SSN.")] = "",
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Judge the spans in this file instead of looking for them.")
    ] = None,
    workers_: WorkersOption = 0,
    config: ConfigOption = None,
) -> None:
    """Compare what is found with what people marked in their own texts: precision, recall, F2, leak.

    Leak is the share of marked spans of which a letter or digit stays readable; charR and charP are recall and
    precision in characters; anyR is recall whatever the label. Beside GOLD.jsonl may lie GOLD.meta.json with
    labels, per_doc_labels and recall_only. Only --errors prints any text.

    Examples:
      releasable evaluate labelled.jsonl
      releasable evaluate labelled.jsonl --labels PERSON --errors 5
      releasable evaluate labelled.jsonl --predictions spans.jsonl --json figures.json
    """
    from pipeline.evaluation import measure, read_gold  # noqa: PLC0415 - keeps --help quick

    wanted = tuple(each.strip() for each in labels.split(",") if each.strip())
    sets = [read_gold(path, wanted) for path in gold]
    _check_names(sets)
    found: list[Found]
    if predictions is not None:
        found = [_predicted(predictions, sets)]
    else:
        with progress_bar() as progress:
            found = find_spans(sets, Asked("", config, accuracy, "", workers_), progress)
    told = {each.name: measure(each, spans) for each, spans in zip(sets, found, strict=True)}
    if json_file is not None:
        _write(json_file, told, accuracy.value if predictions is None else None)
    if str(json_file) != "-":
        for name, measured in told.items():
            typer.echo(table(name, measured))
    if errors:
        for each, spans in zip(sets, found, strict=True):
            _show_misses(each, spans, errors, to_stderr=str(json_file) == "-")


def find_spans(sets: Sequence[GoldSet], asked: Asked, progress: Progress) -> list[Found]:
    """Return for each set what is found in its documents, by their ids.

    Raises:
        ReleasableError: a document could not be examined; figures without it would be wrong.
    """
    job, _ = make_job(asked)
    with workers(job, asked.workers) as pool:
        return [_found(pool, each, progress) for each in sets]


def _found(pool: Pool, gold: GoldSet, progress: Progress) -> Found:
    from pipeline.evaluation import Span  # noqa: PLC0415 - keeps --help quick
    from pipeline.tasks import spans_of_texts  # noqa: PLC0415

    batches = list(_batches(gold.documents))
    texts = ([document.text for document in batch] for batch in batches)
    found: dict[Any, Sequence[Span]] = {}
    for number, (batch, (_, answer, failure)) in enumerate(
        zip(batches, pool.map(spans_of_texts, texts), strict=True), start=1
    ):
        if failure is not None:
            raise ReleasableError(f"{gold.name}, text {len(found) + 1} or later", failure.what, failure.remedy)
        for document, spans in zip(batch, answer, strict=True):
            found[document.id] = [Span(start, end, label) for start, end, label, _ in spans]
        progress(f"examining {gold.name}", number, len(batches))
    return found


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) >= BATCH_TEXTS or sum(len(each.text) for each in batch) >= BATCH_CHARACTERS:
            yield batch
            batch = []
    if batch:
        yield batch


def _check_names(sets: Sequence[GoldSet]) -> None:
    names = [each.name for each in sets]
    if len(set(names)) < len(names):
        raise UsageError("GOLD.jsonl", "two of the files have one name", "rename one of them")


def _predicted(path: Path, sets: Sequence[GoldSet]) -> Found:
    from pipeline.evaluation import read_predictions  # noqa: PLC0415 - keeps --help quick

    if len(sets) != 1:
        raise UsageError("--predictions", "it goes with one labelled file", "call it once for each file")
    found, unknown = read_predictions(path, sets[0])
    missing = len(sets[0].documents) - len(found)
    if unknown or missing:
        typer.echo(
            f"{path}: {missing} of {len(sets[0].documents)} texts have no line and count as empty; "
            f"{unknown} lines name no text of the set",
            err=True,
        )
    return found


def table(name: str, measured: Measured) -> str:
    """Return the figures of a set as lines of text, shares with three decimals."""
    columns = [each.name for each in fields(measured.micro)]
    lines = [f"\n{name}", f"  {'':20}" + "".join(f"{column:>8}" for column in columns)]
    for label, figures in [*measured.labels.items(), ("micro", measured.micro)]:
        cells = (getattr(figures, column) for column in columns)
        lines.append(f"  {label:20}" + "".join(f"{_cell(value):>8}" for value in cells))
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _write(path: Path, told: Mapping[str, Measured], accuracy: str | None) -> None:
    from pipeline.cli.app import tool_version  # noqa: PLC0415 - it imports this module

    sets = {
        name: {
            "labels": {label: asdict(each) for label, each in measured.labels.items()},
            "micro": asdict(measured.micro),
        }
        for name, measured in told.items()
    }
    content = json.dumps({"releasable": tool_version(), "accuracy": accuracy, "sets": sets}, indent=2) + "\n"
    if str(path) == "-":
        typer.echo(content, nl=False)
        return
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise OutputError(str(path), f"cannot be written ({error.strerror})", "choose another file") from None


def _show_misses(gold: GoldSet, found: Found, most: int, *, to_stderr: bool) -> None:
    from pipeline.evaluation import misses  # noqa: PLC0415 - keeps --help quick

    typer.echo(f"\n{gold.name}: misses, in their context", err=to_stderr)
    for each in misses(gold, found, most):
        context = f"…{each.before!r} [{each.value!r}] {each.after!r}…"
        typer.echo(f"  {each.kind:12} {each.label:18} {each.id}: {context}", err=to_stderr)
