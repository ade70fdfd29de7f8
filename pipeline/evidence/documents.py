"""What goes out beside the copies: the log as a sheet and as a page; of a final release, letter and signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.evidence.index import index_html
from pipeline.evidence.log import LogRow
from pipeline.evidence.manifest import SIGNATURE
from pipeline.evidence.summary import Summary

SHEET = "redaction-log.xlsx"
PAGE = "redaction-log.html"
LETTERS = ("letter.html", "letter.txt")


@dataclass(frozen=True, slots=True)
class Office:
    """What an office puts under a final release: its folder of configuration, for the letter, and its signature."""

    config: Path | None = None
    writes_letter: bool = True
    sign: Callable[[bytes], bytes] | None = None


def write_documents(summary: Summary, rows: Sequence[LogRow], folder: Path, office: Office) -> None:
    """Write the log as a sheet and as a page, and a letter where the release is final."""
    from pipeline.evidence.sheet import sheet_bytes  # noqa: PLC0415 - only where a release is written

    (folder / SHEET).write_bytes(sheet_bytes(rows, summary.run.started_at))
    (folder / PAGE).write_text(index_html(summary, rows), encoding="utf-8")
    if is_final(summary) and office.writes_letter:
        from pipeline.evidence.letter import letters  # noqa: PLC0415 - only for a final release

        for name, text in zip(LETTERS, letters(summary, office.config), strict=True):
            (folder / name).write_text(text, encoding="utf-8")


def seal(manifest: bytes, summary: Summary, folder: Path, office: Office) -> None:
    """Sign the manifest of a final release; a provisional one is never signed."""
    if office.sign is not None and is_final(summary):
        (folder / SIGNATURE).write_bytes(office.sign(manifest))


def is_final(summary: Summary) -> bool:
    """Return whether people or rules decided everything in a release, and something is in it."""
    return summary.status == "final" and summary.count("released") > 0
