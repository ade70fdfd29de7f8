"""``releasable detect``: spans for other programs, one JSON line a text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from pipeline.cli.console import progress_bar
from pipeline.cli.options import Accuracy, AccuracyOption, ConfigOption, EntitiesOption, WorkersOption
from pipeline.cli.running import Asked, make_job, workers
from pipeline.errors import OutputError, ReleasableError, UsageError

if TYPE_CHECKING:
    from pipeline.results import Progress

BATCH_CHARACTERS = 50_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts for one worker: their ids and texts."""

    ids: tuple[Any, ...]
    texts: tuple[str, ...]


def detect_command(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help='Lines of {"id": …, "text": …}.')],
    out: Annotated[Path, typer.Option("--out", help='Lines of {"id": …, "spans": [{start, end, label, score}]}.')],
    accuracy: AccuracyOption = Accuracy.THOROUGH,
    entities: EntitiesOption = "",
    workers_: WorkersOption = 0,
    config: ConfigOption = None,
) -> None:
    """Find protected information in texts, linked within each text; offsets in code points, half-open.

    Example: releasable detect texts.jsonl --out spans.jsonl --accuracy fast
    """
    with progress_bar() as progress:
        count = detect_file(source, out, Asked("", config, accuracy, entities, workers_), progress)
    typer.echo(f"{count} texts examined; spans are in {out}")


def detect_file(source: Path, out: Path, asked: Asked, progress: Progress) -> int:
    """Write the spans of each text of ``source`` to ``out`` and return how many texts there were.

    Raises:
        UsageError: the input is not JSON lines of id and text.
        ReleasableError: a text could not be examined; nothing is left at ``out``.
    """
    from pipeline.tasks import spans_of_texts  # noqa: PLC0415 - keeps --help quick

    if out.is_symlink() or (out.exists() and not out.is_file()):
        raise UsageError(str(out), "there is something that is no plain file", "name a file with --out")
    job, _ = make_job(asked)
    batches = list(_batches(_documents(source)))
    partial = out.with_name(f".{out.name}.partial")
    done = 0
    try:
        with partial.open("w", encoding="utf-8") as stream, workers(job, asked.workers) as pool:
            texts = (batch.texts for batch in batches)
            for number, (batch, (_, answer, failure)) in enumerate(
                zip(batches, pool.map(spans_of_texts, texts), strict=True), start=1
            ):
                if failure is not None:
                    raise ReleasableError(f"{source.name}, text {done + 1} or later", failure.what, failure.remedy)
                _write_lines(stream, batch, answer)
                done += len(batch.ids)
                progress("examining", number, len(batches))
        partial.replace(out)
    except OSError as error:
        raise OutputError(str(out), f"cannot be written ({error.strerror})", "choose another file") from None
    finally:
        partial.unlink(missing_ok=True)
    return done


def _write_lines(stream: TextIO, batch: Batch, answer: Iterable[Any]) -> None:
    for name, spans in zip(batch.ids, answer, strict=True):
        line = [{"start": a, "end": b, "label": label, "score": score} for a, b, label, score in spans]
        stream.write(json.dumps({"id": name, "spans": line}, ensure_ascii=False) + "\n")


def _documents(source: Path) -> Iterator[tuple[Any, str]]:
    try:
        with source.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield _document(source, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(str(source), f"cannot be read ({type(error).__name__})", "give JSON lines in UTF-8") from None


def _document(source: Path, number: int, line: str) -> tuple[Any, str]:
    try:
        told = json.loads(line)
        name, text = told["id"], told["text"]
    except (ValueError, KeyError, TypeError):
        told = text = name = None
    if not isinstance(text, str):
        raise UsageError(f"{source}:{number}", 'this line is no {"id": …, "text": …}', "mend the line")
    return name, text


def _batches(documents: Iterable[tuple[Any, str]]) -> Iterator[Batch]:
    ids: list[Any] = []
    texts: list[str] = []
    for name, text in documents:
        ids.append(name)
        texts.append(text)
        if sum(map(len, texts)) >= BATCH_CHARACTERS or len(texts) >= 200:
            yield Batch(tuple(ids), tuple(texts))
            ids, texts = [], []
    if ids:
        yield Batch(tuple(ids), tuple(texts))
