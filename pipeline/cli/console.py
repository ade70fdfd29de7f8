"""Printing: errors for the person who reads them, progress on a terminal or in plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import Failure

if TYPE_CHECKING:
    from pipeline.results import Progress

_PLAIN_EVERY = 10.0


def utf8_console() -> None:
    """Write UTF-8 whatever the console's own encoding; a character it lacks never ends a run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def explain_failure(failure: Failure) -> int:
    """Print where, what and what to do, and return the exit code."""
    head = f"{failure.where}: {failure.what}" if failure.where else failure.what
    sys.stderr.write(f"releasable: {head}\n")
    if failure.remedy:
        sys.stderr.write(f"  {failure.remedy}\n")
    return failure.exit_code


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a ``progress(stage, done, total)`` callback: a bar on a terminal, a line now and then otherwise."""
    if not sys.stderr.isatty():
        yield _plain_progress()
        return
    from rich.console import Console  # noqa: PLC0415 - only where a bar is shown
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield show


def _plain_progress() -> Progress:
    stage_shown, shown_at = "", 0.0

    def show(stage: str, done: int, total: int) -> None:
        nonlocal stage_shown, shown_at
        now = time.monotonic()
        if stage != stage_shown or done == total or now - shown_at > _PLAIN_EVERY:
            stage_shown, shown_at = stage, now
            sys.stderr.write(f"{stage}: {done} of {total}\n")
            sys.stderr.flush()

    return show
