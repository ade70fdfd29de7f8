"""``report.html``: what was done, in plain words; one file without script and without any address outside it.

No value and no content of a record is in it: names of outputs, counts, rules and reasons only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import jinja2

from pipeline.evidence.summary import FileOutcome, Summary, coarse_count
from recognizers.resources import packaged_configs, read_yaml

MOST_ROWS: Final = 500
"""Longer lists are cut here and say so; ``release.json`` and the log have them whole."""

_ALL: Final = ("released", "held", "not_scanned")
_STATUS_WORDS: Final = {"released": "Released", "held": "Held back", "not_scanned": "Could not be examined"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the chart: what, how many, and its length in hundredths of the longest."""

    words: str
    count: int
    length: float


@dataclass(frozen=True, slots=True)
class Banner:
    """The verdict: its tone (``final``, ``open``, ``plain``), a heading and a sentence."""

    tone: str
    heading: str
    text: str


def report_html(summary: Summary) -> str:
    """Return the report on a release or, with ``run.purpose == "scan"``, on a scan."""
    is_scan = summary.run.purpose == "scan"
    statuses = _ALL if is_scan else ("released",)
    kind = "withheld" if summary.run.policy else "found"
    counts = summary.totals(kind, statuses)
    outside = [file for file in summary.files if file.status != "released" or file.held_records]
    return _template().render(
        summary=summary,
        run=summary.run,
        is_scan=is_scan,
        kind=kind,
        banner=_scan_banner(summary) if is_scan else _release_banner(summary),
        total=sum(counts.values()),
        bars=_bars(counts),
        files=summary.files[:MOST_ROWS],
        more_files=max(0, len(summary.files) - MOST_ROWS),
        outside=outside[:MOST_ROWS],
        more_outside=max(0, len(outside) - MOST_ROWS),
        noted=[file for file in summary.files if file.notes][:MOST_ROWS],
        parts=summary.parts[:MOST_ROWS],
        more_parts=max(0, len(summary.parts) - MOST_ROWS),
        parts_count=sum(part.count for part in summary.parts),
        units=_units(summary.files),
        records_held=sum(file.held_records for file in summary.files),
        weighed=[file for file in summary.files if file.quasi is not None][:MOST_ROWS],
    )


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
    environment.filters["number"] = lambda count: f"{count:,}"
    environment.filters["entity"] = entity_words
    environment.filters["status"] = _STATUS_WORDS.__getitem__
    environment.filters["moment"] = moment
    environment.filters["counted"] = counted
    environment.filters["coarse"] = lambda count, cell_size: str(coarse_count(count, cell_size))
    environment.filters["sum_counts"] = lambda counts: sum(counts.values())
    return environment.get_template("report.html.j2")


@lru_cache(maxsize=1)
def _entity_names() -> Mapping[str, str]:
    data = read_yaml(packaged_configs() / "entity_words.yaml")
    return {str(entity): str(name) for entity, name in data["words"].items()}


def entity_words(entity: str) -> str:
    """Return what people call an entity: ``US_SSN`` is ``Social Security numbers``."""
    return _entity_names().get(entity) or entity.replace("_", " ").capitalize()


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: ``1 file``, ``2 files``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def moment(iso: str) -> str:
    """Return an ISO 8601 time as people write it; anything else as it stands."""
    try:
        then = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    zone = f" {then.tzname()}" if then.tzinfo else ""
    return f"{then.day} {then:%B %Y, %H:%M}{zone}"


def _bars(counts: Mapping[str, int]) -> list[Bar]:
    longest = max(counts.values(), default=1)
    return [
        Bar(entity_words(entity), count, max(1.0, round(100 * count / longest, 1))) for entity, count in counts.items()
    ]


def _units(files: tuple[FileOutcome, ...]) -> dict[str, int]:
    names = ("cleared", "redacted", "not_scanned")
    return {name: sum(file.units.get(name, 0) for file in files) for name in names}


def _release_banner(summary: Summary) -> Banner:
    if not summary.count("released"):
        return Banner("open", "Nothing is released", "Every file is held back. The reasons are below.")
    if summary.undecided:
        waiting = counted(summary.undecided, "place")
        verb = "waits" if summary.undecided == 1 else "wait"
        return Banner(
            "open",
            "Provisional: not ready to hand over",
            f"{waiting} in this release {verb} for a person to decide. The copies show what is proposed.",
        )
    if not summary.complete:
        return Banner(
            "final",
            "Final, with records held back",
            "Rules or people decided everything in this release. What is not in it is listed below, with the reason.",
        )
    return Banner("final", "Final", "Rules or people decided everything in this release, and nothing was held back.")


def _scan_banner(summary: Summary) -> Banner:
    missed = summary.count("not_scanned") + sum(part.count for part in summary.parts)
    unread = f" {counted(missed, 'file or part', 'files or parts')} could not be examined." if missed else ""
    if not summary.run.policy:
        found = sum(summary.totals("found", _ALL).values())
        text = f"No policy was given, so this is a list of what is there, not a verdict.{unread}"
        return Banner("plain", f"{counted(found, 'place')} found", text)
    withheld = sum(summary.totals("withheld", _ALL).values())
    if not withheld and not missed:
        return Banner("final", "Nothing to withhold", "Everything was examined; the policy withholds nothing of it.")
    if not withheld:
        return Banner("open", "Nothing to withhold in what was examined", unread.strip())
    return Banner("open", f"{counted(withheld, 'place')} would be withheld", f"No copy was made.{unread}")
