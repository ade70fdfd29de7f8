"""What scan and redact print: tables of places, counts, rules. No value of any record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from pipeline.evidence.sarif import Result
    from pipeline.evidence.summary import Summary

_PIPED_WIDTH = 160
MOST_NOTES = 20
MOST_FILES = 60
"""Files that are released whole beyond these are counted: to lay out a line takes longer than to check a copy."""
NO_INPUTS: Mapping[str, str] = {}
_ACTIONS = {
    "withhold": "withhold",
    "review": "withhold (proposed)",
    "release": "release",
    "found": "",
    "not_scanned": "not scanned",
}


def console() -> Console:
    """Return a console that keeps whole lines when the output goes into a file or another program."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=_PIPED_WIDTH, highlight=False)


def print_scan(found: Sequence[tuple[Result, int]], summary: Summary, most: int | None) -> None:
    """Print the findings of a scan, at most ``most`` lines (None: all)."""
    out = console()
    judged = summary.run.policy is not None
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("file", "where", "entity", "count", *(("decision", "rule") if judged else ("why",))):
        table.add_column(name, overflow="fold", justify="right" if name == "count" else "left")
    lines = counted_lines(found, judged=judged)
    for (file, location, entity, *tail), count in list(lines.items())[:most]:
        table.add_row(escape(file), escape(location), entity, str(count), *tail)
    if lines:
        out.print(table)
    if most is not None and len(lines) > most:
        out.print(f"… and {len(lines) - most} more lines (--all shows them, --json FILE keeps them)")
    print_notes(summary)
    out.print(_closing(summary))


def counted_lines(found: Sequence[tuple[Result, int]], *, judged: bool) -> Mapping[tuple[str, ...], int]:
    """Return the lines of a scan, each once, with how many findings it stands for.

    What differs only in what a line does not show (score, recognizer, the reason behind a rule) is one line.
    """
    counts: Counter[tuple[str, ...]] = Counter()
    for result, count in found:
        tail = (_ACTIONS.get(result.action, result.action), result.rule) if judged else (result.reason,)
        counts[result.file, result.location, result.entity, *tail] += count
    return counts


def _closing(summary: Summary) -> str:
    statuses = ("released", "held", "not_scanned")
    found = sum(summary.totals("found", statuses).values())
    unread = summary.count("not_scanned")
    files = f"{len(summary.files)} file" + ("" if len(summary.files) == 1 else "s")
    text = f"{files}: {found} findings"
    if summary.run.policy is not None:
        withheld = sum(summary.totals("withheld", statuses).values())
        text += f", {withheld} withheld by {summary.run.policy.name} ({summary.undecided} decisions wait for a person)"
    if unread:
        text += f"; {unread} could not be examined"
    return text


def print_release(summary: Summary, folder: str, inputs: Mapping[str, str] = NO_INPUTS) -> None:
    """Print what a release holds and where to look.

    ``inputs`` are the names in the input of files whose names nobody examined, by their labels: they stand here alone.
    """
    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("file", "status", "withheld", "released findings", "held records", "why"):
        table.add_column(name, overflow="fold", justify="right" if name in {"withheld", "held records"} else "left")
    shown = [
        file
        for number, file in enumerate(summary.files)
        if number < MOST_FILES or file.status != "released" or file.held_records
    ]
    for file in shown:
        table.add_row(
            _named(file.label, inputs),
            file.status.replace("_", " "),
            str(sum(file.withheld.values())),
            str(sum(file.released.values())),
            str(file.held_records or ""),
            escape("; ".join(file.reasons)),
        )
    out.print(table)
    if len(shown) < len(summary.files):
        out.print(f"… and {len(summary.files) - len(shown)} more files, released whole (report.html, release.json)")
    print_notes(summary)
    closing = f"{summary.status}: {summary.undecided} decisions wait for a person. Look at {folder}/report.html"
    out.print(escape(closing))


def _named(label: str, inputs: Mapping[str, str]) -> str:
    """Return how a file is called here: as in the evidence, and as in the input where only that tells which it is."""
    name = inputs.get(label, "")
    told = name if name.isprintable() else ascii(name)
    return escape(f"{label} ({told} in the input)" if name else label)


def print_notes(summary: Summary) -> None:
    """Print what a person should know of single files, such as a name that does not fit the content."""
    noted = [file for file in summary.files if file.notes]
    if noted:
        console().print(f"{len(noted)} files need a look:" if len(noted) > 1 else "1 file needs a look:")
    for file in noted[:MOST_NOTES]:
        console().print(escape(f"  {file.label}: {'; '.join(file.notes)}"))
    if len(noted) > MOST_NOTES:
        console().print(f"  and {len(noted) - MOST_NOTES} more: see release.json")


def print_columns(told: Sequence[Mapping[str, Any]]) -> None:
    """Print the classes of the columns of a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("column", "name", "class", "entity", "part", "sure", "evidence"):
        table.add_column(name, overflow="fold", justify="right" if name in {"column", "sure"} else "left")
    for each in told:
        table.add_row(
            str(each["index"] + 1),
            escape(each["name"]),
            each["class"],
            each["entity"] or "",
            each["part"] or "",
            f"{each['confidence']:.2f}",
            escape("; ".join(each["evidence"])),
        )
    console().print(table)
