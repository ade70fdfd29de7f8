"""The copies on their way into a release, and how one is held."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.copies.assembling import KeptPart
from pipeline.copies.checking import WrittenUnit
from pipeline.results import FileResult
from pipeline.tables.quasi import Risk

RECORDS = "records"
"""The folder of the copies inside a release."""


@dataclass(slots=True)
class Copy:
    """The copy of one file on its way into the release.

    ``parts`` tell where the parts lie of which its file is to be made, where it is not made of parts one after another;
    ``parts_size`` is how many bytes all parts have.
    """

    result: FileResult
    name: str
    renamed: bool
    units: list[WrittenUnit] = field(default_factory=list)
    parts: list[KeptPart] = field(default_factory=list)
    parts_size: int = 0
    size: int = 0
    held: str = ""
    unscanned: bool = False
    risk: Risk | None = None

    @property
    def is_released(self) -> bool:
        return not self.held and bool(self.units)


def hold_file(copy: Copy, why: str, *, unscanned: bool) -> None:
    """Hold a copy; the first reason stands."""
    copy.held = copy.held or why
    copy.unscanned = copy.unscanned or unscanned


def remove_empty(folder: Path) -> None:
    """Remove the folders under ``folder`` that nothing lies in."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            with suppress(OSError):  # it holds something
                path.rmdir()
