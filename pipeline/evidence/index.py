"""The redaction log as it is read: grouped by the law, the way a Vaughn index is, with what is segregable.

For each exemption: the law and the reason, then file by file where it was applied and how much of it. Positions and
coarse amounts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

import jinja2

from pipeline.evidence.aggregates import amount
from pipeline.evidence.log import HEADER_ENTITY, PART_ENTITY, LogRow
from pipeline.evidence.report import counted, entity_words, moment
from pipeline.evidence.summary import FileOutcome, Summary

MOST_PLACES: Final = 200
"""Longer lists of places in one file under one law are cut here and say so; the CSV has them whole."""


@dataclass(frozen=True, slots=True)
class Withholding:
    """What was withheld of one file under one law: where, how much, and what stays of the file."""

    file: str
    entity: str
    places: tuple[str, ...]
    more: int
    amount: str
    segregable: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """A law with its reason, and the files in which something was withheld on it."""

    exemption: str
    citation: str
    reason: str
    rule: str
    rows: tuple[Withholding, ...]


def segregability(row: LogRow) -> str:
    """Return, coarsely, what stays of the record beside what a row tells of."""
    if row.rule == "unscannable: hold":
        return "the whole record is withheld"
    if row.entity == PART_ENTITY:
        return "the part is withheld, the rest of the record is released"
    if row.entity == HEADER_ENTITY:
        return "transport data is left out, the record is released"
    return "the marked words are withheld, the rest of the record is released"


def exemptions(rows: Sequence[LogRow]) -> list[Exemption]:
    """Return the rows of a log grouped by law, the law that is used most first."""
    ordered = sorted(rows, key=_law)
    grouped = [_exemption(list(group)) for _, group in groupby(ordered, key=_law)]
    sizes = {_law(row): 0 for row in rows}
    for row in rows:
        sizes[_law(row)] += row.count
    return sorted(grouped, key=lambda each: (-sizes[each.exemption, each.citation, each.reason, each.rule], each.rule))


def _law(row: LogRow) -> tuple[str, str, str, str]:
    return (row.exemption, row.citation, row.reason, row.rule)


def _exemption(rows: list[LogRow]) -> Exemption:
    ordered = sorted(rows, key=_file)
    files = tuple(_withholding(list(group)) for _, group in groupby(ordered, key=_file))
    first = rows[0]
    return Exemption(first.exemption, first.citation, first.reason, first.rule, files)


def _file(row: LogRow) -> tuple[str, str, str, str]:
    return (row.file, row.entity, row.decided_by, segregability(row))


def _withholding(rows: list[LogRow]) -> Withholding:
    places = list(dict.fromkeys(row.location for row in rows))
    return Withholding(
        file=rows[0].file,
        entity=rows[0].entity,
        places=tuple(places[:MOST_PLACES]),
        more=max(0, len(places) - MOST_PLACES),
        amount=amount(sum(row.count for row in rows)),
        segregable=segregability(rows[0]),
        decided_by=rows[0].decided_by,
    )


def index_html(summary: Summary, rows: Sequence[LogRow]) -> str:
    """Return the redaction log as one accessible page, without script and without any address outside it."""
    return _template().render(
        run=summary.run,
        status=summary.status,
        exemptions=exemptions(rows),
        whole=_untouched(summary.files, rows),
        outside=[file for file in summary.files if file.status != "released"],
    )


def _untouched(files: Iterable[FileOutcome], rows: Iterable[LogRow]) -> list[str]:
    touched = {row.file for row in rows if row.entity != HEADER_ENTITY}
    return [file.label for file in files if file.status == "released" and file.label not in touched]


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.evidence", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"entity": entity_words, "moment": moment, "counted": counted}
    return environment.get_template("redaction-log.html.j2")
