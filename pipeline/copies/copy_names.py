"""What the copies of a release are called: no name of a file gives away what is withheld."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from pipeline.archives.packing import WRAPPINGS
from pipeline.copies.file_copy import Copy
from pipeline.formats import format_named
from pipeline.formats.base import copy_name
from pipeline.results import FileResult, Scan
from pipeline.verify import View, search

_ONE_RECORD = frozenset({"message", "msg", "emlx", "plain_text", "html", "markdown", "pdf", "picture"})
_RUN = re.compile(r"[^\W_]+")


def output_names(done: Scan) -> dict[str, str]:
    """Return the name that the copy of each file has, by the path of the file; it gives away nothing withheld."""
    return {copy.result.file.name: copy.name for copy in copies_of(done)}


def copies_of(done: Scan) -> list[Copy]:
    """Choose the name of each copy: its own, or a neutral one where the name itself holds something withheld."""
    taken: set[str] = set()
    copies = []
    for number, result in enumerate(done.files, start=1):
        inner = _written_name(result)
        name = inner + result.file.name.removeprefix(result.file.inner_name)
        renamed = result.name_withheld or _gives_away(result, done)
        if renamed:
            packed = WRAPPINGS.get(result.file.wrapping, "")
            name = f"file-{number:04d}{_plain_suffix(inner)}{packed}"
        while name.casefold() in taken:
            path = PurePosixPath(name)
            name = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        taken.add(name.casefold())
        copies.append(Copy(result, name, renamed))
    return copies


def _written_name(result: FileResult) -> str:
    """Return the name of what a file becomes, as its format names it, before it is compressed again."""
    inner, source = result.file.inner_name, result.planned.source
    return inner if source is None else copy_name(format_named(source.format), inner)


def leaving(copies: Sequence[Copy], chosen: frozenset[str] | None) -> list[Copy]:
    """Return the copies of the chosen units, under the names they always have; a file of one record goes whole."""
    if chosen is None:
        return list(copies)
    kept = []
    for copy in copies:
        source, units = copy.result.planned.source, copy.result.units
        mine = [unit for unit in units if unit.unit.key in chosen]
        if mine and source is not None:
            by_unit = format_named(source.format).holds == "unit"
            kept.append(replace(copy, result=replace(copy.result, units=mine if by_unit else units)))
    return kept


def _gives_away(result: FileResult, done: Scan) -> bool:
    """Return whether a file's name repeats what is withheld in the file (a lone name: where the file is one record)."""
    name = View("text", result.file.name)
    if result.name_repeats_record or search([name], done.index):
        return True
    source = result.planned.source
    one_record = source is not None and source.format in _ONE_RECORD
    scopes = {
        scope
        for unit in result.units
        if not unit.is_table
        for each in unit.decisions
        if each.withholds
        for scope in (each.finding.record, each.finding.thread)
    }
    hits = (hit for scope in scopes for hit in search([name], done.index, scope))
    return any(one_record or len(_RUN.findall(name.text[hit.start : hit.end])) > 1 for hit in hits)


def _plain_suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ""
