"""``releasable columns``: the class of every column of a table, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import ConfigOption
from pipeline.cli.running import Asked, make_job, workers
from pipeline.errors import ReleasableError, UnreadableSource, UsageError

if TYPE_CHECKING:
    from pipeline.model import ColumnClass


def columns_command(
    file: Annotated[
        Path, typer.Argument(help="A table: CSV, TSV, JSON Lines, Parquet, a workbook.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    config: ConfigOption = None,
    policy: Annotated[str, typer.Option("--policy", help="Whose column_pins.yaml counts, if one lies beside it.")] = "",
) -> None:
    """Say what each column of a table holds, and on what evidence; no value is shown.

    Header names are hints, the values decide. Classes: entity (withheld or released as a whole), identifier,
    quasi (telling in combination), free_text and unsure (every cell is examined), inert.

    Examples:
      releasable columns dump.csv
      releasable columns dump.csv --json
    """
    names, classes = column_classes(file, config, policy)
    told = [_told(names, each) for each in classes]
    if as_json:
        typer.echo(json.dumps({"columns": told}, indent=2, ensure_ascii=False))
        return
    from pipeline.cli.tables import print_columns  # noqa: PLC0415 - keeps --help quick

    print_columns(told)


def column_classes(file: Path, config: Path | None, policy: str = "") -> tuple[list[str], tuple[ColumnClass, ...]]:
    """Return the header names of a table ("" where there is none) and the class of each column.

    Raises:
        UsageError: it is no table.
        UnreadableSource: it cannot be read.
    """
    from dataclasses import replace  # noqa: PLC0415 - keeps --help quick

    from pipeline.formats import format_named  # noqa: PLC0415
    from pipeline.intake import collect  # noqa: PLC0415
    from pipeline.planning import header_names, plan  # noqa: PLC0415

    files = collect([file])
    if len(files) != 1 or file.is_dir():
        what = "is a folder" if file.is_dir() else f"holds {len(files)} files"
        raise UsageError(str(file), what, "name one table")
    job, _ = make_job(Asked(policy, config))
    with workers(replace(job, level="patterns"), 1) as pool:
        _, planned, failure = next(iter(pool.map(plan, files)))
    if failure is not None:
        raise ReleasableError(str(file), failure.what, failure.remedy)
    if planned.gap is not None:
        raise UnreadableSource(str(file), planned.gap.why, "look at the file with another program")
    if planned.source is None or not hasattr(format_named(planned.source.format), "table"):
        raise UsageError(str(file), "this is no table", "columns are for CSV, TSV, JSON Lines, Parquet and workbooks")
    return header_names(planned), planned.columns


def _told(names: list[str], column: ColumnClass) -> dict[str, Any]:
    return {
        "name": names[column.index] if column.index < len(names) else "",
        "index": column.index,
        "class": column.kind,
        "entity": column.entity or None,
        "part": column.part if column.entity else None,
        "confidence": round(column.confidence, 2),
        "evidence": list(column.evidence),
    }
